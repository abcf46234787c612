"""Exercise 5.3: a branch added to the stream, with the norm before or after (Xiong et al. 2020, arXiv:2002.04745)."""

import torch
from torch.nn import functional

from autograder import expect
from autograder.checks.transformer import norm_weights
from autograder.exercise import Exercise
from autograder.text import Text
from autograder.weights import load_weights

BRANCH = """
import torch

class LentBranch(torch.nn.Module):
    def __init__(self, d_model):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(d_model, d_model, dtype=torch.float64))
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        return x @ self.weight
"""

exercise = Exercise(
    "Sublayer", points=6,
    title=Text("Sumar y normalizar", "Add and normalize"),
    hints=(
        Text("Escribe primero `norm=\"pre\"` sin dropout: es una sola línea, `x + ...`.",
             "Write `norm=\"pre\"` without dropout first: it is a single line, `x + ...`."),
        Text("`branch` es una función: recibe un tensor y devuelve otro. El dropout envuelve lo que devuelve.",
             "`branch` is a function: it takes a tensor and returns another. Dropout wraps what it returns."),
    ),
)


def built(student, draw, norm: str, D: int, dropout: float = 0.0, train: bool = False):
    """Return the student's sublayer, the branch lent, and the weights of both."""
    student.lend(BRANCH)
    weights = norm_weights(draw, "norm", D)
    layer = student.keep("Sublayer", D, norm, dropout).keep_method("double")
    load_weights(layer, weights)
    branch, matrix = student.keep("LentBranch", D), draw.tensor(D, D, std=0.5)
    branch.keep_method("load_state_dict", {"weight": matrix})
    return layer.keep_method("train", train), branch, weights, matrix


def normed(x, weights):
    return functional.layer_norm(x, x.shape[-1:], weights["norm.weight"], weights["norm.bias"])


def reference(x, weights, matrix, norm: str):
    return x + normed(x, weights) @ matrix if norm == "pre" else normed(x + x @ matrix, weights)


def agrees(student, draw, norm: str):
    for B, T, D in (draw.sizes(3, 2, 7), (1, 1, 5)):
        layer, branch, weights, matrix = built(student, draw, norm, D)
        x = draw.tensor(B, T, D)
        expect.near(layer.call(x, branch), reference(x, weights, matrix, norm), what="Sublayer(…)(x, branch)")
        expect.true(branch.get("calls") == 1, "Llamas a `branch` {n} veces. Es una sola.",
                    "You call `branch` {n} times. It is only once.",
                    n=branch.get("calls"))


@exercise.property(2, "En `pre`, a `x` se le suma la rama de `x` normalizada.",
                   "In `pre`, the branch of the normalized `x` is added to `x`.")
def pre(student, draw):
    agrees(student, draw, "pre")


@exercise.property(1, "En `post`, se normaliza la suma de `x` y su rama.",
                   "In `post`, the sum of `x` and its branch is normalized.")
def post(student, draw):
    agrees(student, draw, "post")


@exercise.property(1, "Con una rama que da cero: `pre` devuelve `x` y `post` la normaliza, también con dropout.",
                   "With a branch that gives zero: `pre` returns `x` and `post` normalizes it, with dropout too.")
def silent_branch(student, draw):
    B, T, D = draw.sizes(3, 3, 8)
    for norm in ("pre", "post"):
        layer, branch, weights, _ = built(student, draw, norm, D, dropout=0.5, train=True)
        branch.keep_method("load_state_dict", {"weight": torch.zeros(D, D, dtype=torch.float64)})
        x = draw.tensor(B, T, D)
        student.seed(draw.seed())
        expect.near(layer.call(x, branch), x if norm == "pre" else normed(x, weights), what="Sublayer(…)(x, branch)")


@exercise.property(1, "Al entrenar, el dropout apaga esa parte de lo que dice la rama, y al evaluar, nada.",
                   "In training, dropout silences that share of what the branch says, and in evaluation, nothing.")
def dropout(student, draw):
    B, T, D, share = 20, 30, 8, float(draw.uniform(0.2, 0.4))
    layer, branch, weights, matrix = built(student, draw, "pre", D, share, train=True)
    x = draw.tensor(B, T, D)
    student.seed(draw.seed())
    said = expect.array(layer.call(x, branch), (B, T, D), "Sublayer(…)(x, branch)") - x.numpy()
    whole = (normed(x, weights) @ matrix).numpy()
    silent = abs(said) < 1e-9
    deviation = (share * (1 - share) / silent.size) ** 0.5
    expect.true(abs(silent.mean() - share) < 5 * deviation,
                "Con `dropout={share:.2f}`, se apaga el {seen:.0%} de lo que dice la rama.",
                "With `dropout={share:.2f}`, {seen:.0%} of what the branch says is silenced.", share=share, seen=silent.mean())
    expect.near(said[~silent], whole[~silent] / (1 - share), what="Sublayer(…)(x, branch) - x")
    layer.keep_method("eval")
    expect.near(layer.call(x, branch), x + normed(x, weights) @ matrix, what="Sublayer(…).eval()(x, branch)")


@exercise.property(1, "El gradiente llega a `x` por los dos caminos, y a la normalización.",
                   "The gradient reaches `x` by both ways, and the norm.")
def gradients(student, draw):
    for norm in ("pre", "post"):
        B, T, D = draw.sizes(3, 2, 6)
        layer, branch, weights, matrix = built(student, draw, norm, D)
        x, scale = draw.tensor(B, T, D), draw.tensor(B, T, D)
        mine = student.put(x).keep_method("requires_grad_")
        (layer.keep(mine, branch) * scale).keep_method("sum").method("backward")
        leaf, leaves = x.clone().requires_grad_(), {name: value.clone().requires_grad_() for name, value in weights.items()}
        (reference(leaf, leaves, matrix, norm) * scale).sum().backward()
        expect.near(mine.get("grad"), leaf.grad, what="x.grad")
        for name, value in leaves.items():
            expect.near(layer.gradients().get(name), value.grad, what=f"{name}.grad")


PRE, POST = "return x + self.dropout(branch(self.norm(x)))", "return self.norm(x + self.dropout(branch(x)))"
FIRST = 'self.first = norm == "pre"'

exercise.mistake("stream_normalized", (PRE, "x = self.norm(x)\n            return x + self.dropout(branch(x))"),
    es="En `pre`, sumas a `x` ya normalizada. Lo que pasa de largo es `x`, tal cual.",
    en="In `pre`, you add to the normalized `x`. What goes straight through is `x`, as it is.")
exercise.mistake("always_pre", (FIRST, "self.first = True"), es="Haces siempre `pre`, diga lo que diga `norm`.",
    en="You always do `pre`, whatever `norm` says.")
exercise.mistake("always_post", (FIRST, "self.first = False"),
    es="Haces siempre `post`. Si guardaste la palabra en `self.norm`, la capa la ha pisado: dale otro nombre.",
    en="You always do `post`. If you kept the word in `self.norm`, the layer has overwritten it: give it another name.")
exercise.mistake("swapped", (FIRST, 'self.first = norm == "post"'), es="Tienes cambiados `pre` y `post`.",
    en="You have `pre` and `post` swapped.")
exercise.mistake("no_residual", (PRE, PRE.replace("x + ", "")), (POST, POST.replace("x + ", "")),
    es="Falta sumar `x`: sin lo que pasa de largo, el gradiente tiene que atravesar todas las ramas.",
    en="You do not add `x`: without a direct way through, the gradient has to cross every branch.")
exercise.mistake("branch_normalized", (PRE, "return x + self.dropout(self.norm(branch(x)))"),
    es="En `pre`, normalizas lo que sale de la rama. Se normaliza lo que entra.",
    en="In `pre`, you normalize what comes out of the branch. What goes in is what is normalized.")
exercise.mistake("norm_forgotten_in_pre", (PRE, "return x + self.dropout(branch(x))"),
    es="En `pre`, la rama recibe `x` sin normalizar.", en="In `pre`, the branch receives `x` before it is normalized.")
exercise.mistake("norm_forgotten_in_post", (POST, "return x + self.dropout(branch(x))"),
    es="En `post`, falta normalizar la suma.", en="In `post`, the sum is not normalized.")
exercise.mistake("normed_on_both_sides", (POST, "return self.norm(x + self.dropout(branch(self.norm(x))))"),
    es="En `post`, normalizas también lo que entra en la rama. Solo se normaliza la suma.",
    en="In `post`, you normalize what goes into the branch too. Only the sum is normalized.")
exercise.mistake("dropout_on_the_sum", (PRE, "return self.dropout(x + branch(self.norm(x)))"),
    (POST, "return self.norm(self.dropout(x + branch(x)))"),
    es="Aplicas el dropout a la suma, y apaga también lo que pasa de largo. Solo va en la rama.",
    en="You apply dropout to the sum, so it also silences what goes straight through. It goes on the branch only.")
exercise.mistake("dropout_forgotten", ("self.dropout(branch(self.norm(x)))", "branch(self.norm(x))"),
    ("self.dropout(branch(x))", "branch(x)"),
    es="Falta el dropout.", en="Dropout is missing.")
exercise.mistake("dropout_before_the_branch", (PRE, "return x + branch(self.dropout(self.norm(x)))"),
    (POST, "return self.norm(x + branch(self.dropout(x)))"),
    es="El dropout va en lo que sale de la rama, no en lo que entra.",
    en="Dropout goes on what comes out of the branch, not on what goes in.")
exercise.mistake("dropout_in_evaluation", ("self.dropout = nn.Dropout(dropout)",
    "self.dropout = lambda h: nn.functional.dropout(h, dropout)"),
    es="El dropout sigue activo al evaluar. `nn.functional.dropout` necesita `training=self.training`.",
    en="Dropout stays on in evaluation. `nn.functional.dropout` needs `training=self.training`.")
exercise.mistake("branch_doubled", (PRE, "return x + self.dropout(branch(self.norm(x))) + branch(self.norm(x))"),
    es="Sumas la rama dos veces.", en="You add the branch twice.")

exercise.mistake("branch_normalized_in_post", (POST, "return x + self.norm(self.dropout(branch(x)))"),
    es="En `post`, normalizas la rama y después sumas. Se suma primero, y se normaliza la suma.",
    en="In `post`, you normalize the branch and then add. Add first, and normalize the sum.")
exercise.mistake("branch_normalized_always", (PRE, "return x + self.norm(self.dropout(branch(x)))"),
    (POST, "return x + self.norm(self.dropout(branch(x)))"),
    es="Sumas a `x` la rama normalizada. En `pre` se normaliza lo que entra en ella; en `post`, la suma.",
    en="You add the normalized branch to `x`. In `pre` what goes into it is normalized; in `post`, the sum.")
exercise.mistake("written_in_place", (PRE, "x += self.dropout(branch(self.norm(x)))\n            return x"),
    es="`x += …` escribe sobre la `x` de quien te llama. Pon `x = x + …`.",
    en="`x += …` writes into the caller's `x`. Put `x = x + …`.")
exercise.mistake("word_over_the_layer", (FIRST, FIRST + "\n        self.norm = norm"),
    es="`self.norm` es ya la capa: guarda la palabra `pre` o `post` en otro atributo.",
    en="`self.norm` is the layer already: keep the word `pre` or `post` in another attribute.")

exercise.alternative("one_line", code="""
class Sublayer(nn.Module):
    def __init__(self, d_model, norm="pre", dropout=0.0):
        super().__init__()
        self.norm, self.place, self.rate = nn.LayerNorm(d_model), norm, dropout

    def forward(self, x, branch):
        said = branch(self.norm(x) if self.place == "pre" else x)
        total = x + nn.functional.dropout(said, self.rate, self.training)
        return total if self.place == "pre" else self.norm(total)
""")
exercise.alternative("chosen_at_birth", code="""
class Sublayer(nn.Module):
    def __init__(self, d_model, norm="pre", dropout=0.0):
        super().__init__()
        self.norm, drop = nn.LayerNorm(d_model), nn.Dropout(dropout)
        self.drop = drop
        self.rule = self.before if norm == "pre" else self.after

    def before(self, x, branch):
        return torch.add(self.drop(branch(self.norm(x))), x)

    def after(self, x, branch):
        return self.norm(self.drop(branch(x)) + x)

    def forward(self, x, branch):
        return self.rule(x, branch)
""")
