"""Exercise 8.9: the gated multimodal unit of n sources (Arevalo et al. 2017, arXiv:1702.01992, figure 2a)."""

import numpy as np
import torch

from autograder import expect
from autograder.checks.vit import doubled, reaches, single
from autograder.exercise import Exercise
from autograder.student import StudentError
from autograder.text import Text
from autograder.weights import load_weights

exercise = Exercise(
    "MultimodalGMU", points=7,
    title=Text("Tres fuentes, o las que haya", "Three sources, or as many as there are"),
    hints=(
        Text("Empieza por una función que ponga ceros `(B, d_i)` en lugar de cada `None`: `B` sale de una fuente que esté.",
             "Begin with a function that puts zeros `(B, d_i)` in place of each `None`: `B` comes from a source that is there."),
        Text("Cada puerta lee la fila entera, de `sum(dims)` números, y se multiplica por 0 si su fuente falta.",
             "Each gate reads the whole row, of `sum(dims)` numbers, and is multiplied by 0 if its source is missing."),
    ),
)


def drawn(draw, dims, d: int) -> dict[str, torch.Tensor]:
    weights = {f"branches.{i}.weight": single(draw, d, size, std=0.5) for i, size in enumerate(dims)}
    return weights | {f"gates.{i}.weight": single(draw, d, sum(dims), std=0.5) for i in range(len(dims))}


def built(student, weights: dict, dims, d: int):
    unit = student.keep("MultimodalGMU", list(dims), d)
    load_weights(unit, weights)
    return unit


def open_gates(weights, xs, dims) -> np.ndarray:
    rows = next(len(x) for x in xs if x is not None)
    whole = np.concatenate([np.zeros((rows, d)) if x is None else x.double().numpy() for x, d in zip(xs, dims, strict=True)], axis=1)
    return np.stack([np.zeros((rows, len(weights["gates.0.weight"]))) if x is None
                     else 1 / (1 + np.exp(-whole @ weights[f"gates.{i}.weight"].double().numpy().T))
                     for i, x in enumerate(xs)])  # fmt: skip


def output(weights, xs, dims) -> np.ndarray:
    gates = open_gates(weights, xs, dims)
    return sum(gates[i] * np.tanh(x.double().numpy() @ weights[f"branches.{i}.weight"].double().numpy().T)
               for i, x in enumerate(xs) if x is not None)  # fmt: skip


def drawn_unit(student, draw, n: int):
    """Return a unit of n sources with drawn weights, the weights, the sizes, and the sources of 8 rows."""
    *dims, d = draw.sizes(n + 1, 2, 7)
    weights = drawn(draw, dims, d)
    return built(student, weights, dims, d), weights, dims, [single(draw, 8, size) for size in dims]


@exercise.property(2, "Con tres fuentes, da la suma de la fórmula.", "With three sources, it gives the sum of the formula.")
def three(student, draw):
    unit, weights, dims, xs = drawn_unit(student, draw, 3)
    expect.near(unit.call(xs), output(weights, xs, dims), what="MultimodalGMU(…)(xs)")
    one_row = [x[:1] for x in xs]
    expect.near(unit.call(one_row), output(weights, one_row, dims), what="MultimodalGMU(…)(xs)")


@exercise.property(1, "Con dos, con cuatro y con una, también.", "With two, with four and with one, too.")
def others(student, draw):
    for n in (2, 4, 1):
        unit, weights, dims, xs = drawn_unit(student, draw, n)
        expect.near(unit.call(xs), output(weights, xs, dims), what="MultimodalGMU(…)(xs)")


@exercise.property(2, "`open` da una puerta independiente por fuente y rasgo: pueden sumar más de 1.",
                   "`open` gives an independent gate for each source and feature: they may add up to more than 1.")
def gates(student, draw):
    unit, weights, dims, xs = drawn_unit(student, draw, 3)
    expect.near(unit.method("open", xs), open_gates(weights, xs, dims), what="open(xs)")
    wide = {name: value.abs() + 1 if "gates" in name else value for name, value in weights.items()}
    unit.keep_method("load_state_dict", wide)
    xs = [x.abs() for x in xs]
    expect.near(unit.method("open", xs), open_gates(wide, xs, dims), what="open(xs)")


@exercise.property(2, "Si falta una fuente, su puerta es 0, su hueco se llena de ceros y las demás siguen.",
                   "If a source is missing, its gate is 0, its place is filled with zeros, and the others go on.")
def missing(student, draw):
    unit, weights, dims, xs = drawn_unit(student, draw, 3)
    for lost in ((1,), (0,), (2,), (0, 1), (1, 2)):
        left = [None if i in lost else x for i, x in enumerate(xs)]
        try:
            said, opened = unit.call(left), unit.method("open", left)
        except StudentError as error:
            if error.kind not in ("AttributeError", "TypeError", "RuntimeError"):
                raise
            expect.fail("Si faltan las fuentes {lost} (se cuentan desde 0), tu código lanza {kind}: {message}. En el sitio de "
                        "cada una van ceros `(B, d_i)`, y `B` sale de una que esté.",
                        "If the sources {lost} are missing (counting from 0), your code raises {kind}: {message}. Zeros "
                        "`(B, d_i)` go in the place of each, and `B` comes from one that is there.",
                        lost=list(lost), kind=error.kind, message=error.message)
        expect.near(said, output(weights, left, dims), what="MultimodalGMU(…)(xs)")
        expect.near(opened, open_gates(weights, left, dims), what="open(xs)")


@exercise.property(1, "El gradiente llega a las ramas y a las puertas, y la lista queda como estaba.",
                   "The gradient reaches branches and gates, and the list stays as it was.")
def gradients(student, draw):
    unit, weights, dims, xs = drawn_unit(student, draw, 3)
    mine = student.put([xs[0], None, xs[2]])
    out = unit.keep(mine)
    scale = single(draw, 8, len(weights["gates.0.weight"]))
    (out * scale).keep_method("sum").method("backward")
    scale, weights, xs = scale.double(), doubled(weights), [x.double() for x in xs]
    z = torch.from_numpy(open_gates(weights, [xs[0], None, xs[2]], dims))
    whole = torch.cat([xs[0], torch.zeros_like(xs[1]), xs[2]], dim=1)
    seen = unit.gradients()
    for i in (0, 2):
        said = torch.tanh(xs[i] @ weights[f"branches.{i}.weight"].T)
        reaches(seen.get(f"branches.{i}.weight"), (scale * z[i] * (1 - said**2)).T @ xs[i], f"branches.{i}.weight")
        reaches(seen.get(f"gates.{i}.weight"), (scale * said * z[i] * (1 - z[i])).T @ whole, f"gates.{i}.weight")
    expect.true(mine.item(1).value() is None, "Tu código cambió la lista que recibe.", "Your code changed the list that it is given.")


WHOLE = "whole = torch.cat(self.filled(xs), dim=-1)"
OPENED = "opened = [torch.sigmoid(gate(whole)) for gate in self.gates]"
CLOSED = "torch.stack([z * (x is not None) for z, x in zip(opened, xs, strict=True)])"
SUM = "(self.open(xs) * torch.stack(said)).sum(dim=0)"
SAID = "said = [torch.tanh(branch(x)) for branch, x in whole]"
GATES = "nn.ModuleList(nn.Linear(sum(dims), d_out, bias=False) for _ in dims)"
FILLED = "[like.new_zeros(rows, d) if x is None else x for d, x in zip(dims, xs, strict=True)]"

exercise.mistake("softmaxed", (OPENED, "opened = torch.stack([gate(whole) for gate in self.gates]).softmax(dim=0)"),
    es="Las puertas pasan por una softmax entre fuentes. Son sigmoides independientes: no tienen por qué sumar 1.",
    en="The gates go through a softmax among sources. They are independent sigmoids: they need not add up to 1.")
exercise.mistake("missing_gate_left_open", (CLOSED, "torch.stack(opened)"),
    es="La puerta de la fuente que falta no se cierra: ha de valer 0.",
    en="The gate of the missing source is not closed: it has to be 0.")
exercise.mistake("averaged", (SUM, SUM.replace("sum(", "mean(")), es="Promedias las fuentes. Se suman.",
    en="You average the sources. They are added.")
exercise.mistake("averaged_over_those_here", (SUM, SUM + " / sum(x is not None for x in xs)"),
    es="Divides entre las fuentes que hay. Se suman sin dividir.",
    en="You divide by the sources that are there. They are added, not divided.")
exercise.mistake("gate_reads_its_own_source", (WHOLE, "full = self.filled(xs)"),
    (OPENED, "opened = [torch.sigmoid(gate(torch.cat([u if u is x else 0 * u for u in full], dim=-1)))\n"
             "                  for gate, x in zip(self.gates, full, strict=True)]"),
    es="Cada puerta lee solo su fuente. Lee todas.", en="Each gate reads its own source only. It reads them all.")
exercise.mistake("one_gate_shared", (OPENED, OPENED.replace("gate(whole)", "self.gates[0](whole)")),
    es="Todas las fuentes usan la misma puerta.", en="All sources use the same gate.")
exercise.mistake("sigmoid_branches", (SAID, SAID.replace("tanh", "sigmoid")),
    es="Las ramas llevan sigmoide. Llevan tangente hiperbólica.",
    en="The branches have a sigmoid. They have a hyperbolic tangent.")
exercise.mistake("tanh_after_adding", (SAID, SAID.replace("torch.tanh(branch(x))", "branch(x)")), (SUM, f"torch.tanh({SUM})"),
    es="`tanh` va después de sumar. Va en cada rama.", en="`tanh` comes after adding. It goes in each branch.")
exercise.mistake("ones_in_the_gap", ("like.new_zeros(", "like.new_ones("), es="Llenas el hueco de unos. Son ceros.",
    en="You fill the gap with ones. They are zeros.")
exercise.mistake("missing_not_allowed", (FILLED, "list(xs)"),
    es="No cuentas con que falte una fuente: `None` no se puede juntar con las demás.",
    en="You do not reckon with a missing source: `None` cannot be joined to the others.")
exercise.mistake("rows_of_the_first_source", ("next(len(x) for x in xs if x is not None)", "xs[0].shape[0]"),
    es="`B` sale siempre de la primera fuente, que también puede faltar. Sácalo de una que esté.",
    en="`B` always comes from the first source, which may be missing too. Take it from one that is there.")
exercise.mistake("zeros_at_the_end", (WHOLE, "here = [x for x in xs if x is not None]\n        whole = torch.cat(here, dim=-1)\n"
    "        whole = functional.pad(whole, (0, self.gates[0].in_features - whole.shape[1]))"),
    es="Pones los ceros al final de la fila. Van en el sitio de la fuente que falta.",
    en="You put the zeros at the end of the row. They go in the place of the missing source.")
exercise.mistake("gap_not_filled", (WHOLE, "whole = torch.cat([x for x in xs if x is not None], dim=-1)"),
    es="Te saltas la fuente que falta: a la fila le faltan números. Su sitio se llena de ceros.",
    en="You skip the missing source: the row is short of numbers. Its place is filled with zeros.")
exercise.mistake("shared_out", (CLOSED, "(z := " + CLOSED + ") / z.sum(dim=0)"),
    es="Divides las puertas entre su suma. Son independientes: no tienen por qué sumar 1.",
    en="You divide the gates by their sum. They are independent: they need not add up to 1.")
exercise.mistake("gates_of_the_size_of_their_source", (GATES, "nn.ModuleList(nn.Linear(d, d_out, bias=False) for d in dims)"),
    (OPENED, "opened = [torch.sigmoid(gate(x)) for gate, x in zip(self.gates, self.filled(xs), strict=True)]"),
    es="Cada puerta lee `d_i` números, los de su fuente. Lee la fila entera, `sum(dims)`.",
    en="Each gate reads `d_i` numbers, those of its source. It reads the whole row, `sum(dims)`.")
exercise.mistake("relu_branches", (SAID, SAID.replace("tanh", "relu")), es="Las ramas llevan ReLU. Llevan `tanh`.",
    en="The branches have ReLU. They have `tanh`.")
exercise.mistake("first_row_only", ("next(len(x) for x in xs if x is not None)", "1"),
    es="El hueco tiene una sola fila. Han de ser tantas como en las demás.",
    en="The gap has a single row. It needs as many as the others.")
exercise.mistake("one_gate_for_all_features", (GATES, GATES.replace("d_out, bias", "1, bias")),
    es="Cada fuente tiene una sola puerta. Es una por rasgo.", en="Each source has a single gate. It is one for each feature.")
exercise.mistake("last_takes_the_rest", (OPENED, f"{OPENED}\n        if len(opened) == 2:\n            opened[1] = 1 - opened[0]"),
    es="Con dos fuentes usas `z` y `1 - z`. Aquí las puertas son independientes también con dos.",
    en="With two sources you use `z` and `1 - z`. Here gates are independent with two as well.")

exercise.alternative("a_loop", code="""
class MultimodalGMU(nn.Module):
    def __init__(self, dims, d_out):
        super().__init__()
        self.dims, self.d_out = list(dims), d_out
        self.gates, self.branches = nn.ModuleList(), nn.ModuleList()
        for d in dims:
            self.branches.append(nn.Linear(d, d_out, bias=False))
            self.gates.append(nn.Linear(sum(dims), d_out, bias=False))

    def open(self, xs):
        here = [x for x in xs if x is not None][0]
        whole = torch.cat([torch.zeros(here.shape[0], d) if x is None else x for x, d in zip(xs, self.dims)], 1)
        z = torch.zeros(len(xs), here.shape[0], self.d_out)
        for i, x in enumerate(xs):
            if x is not None:
                z[i] = self.gates[i](whole).sigmoid()
        return z

    def forward(self, xs):
        z, total = self.open(xs), 0
        for i, x in enumerate(xs):
            if x is not None:
                total = total + z[i] * self.branches[i](x).tanh()
        return total
""")
exercise.alternative("where", (OPENED, "opened = [1 / (1 + torch.exp(-gate(whole))) for gate in self.gates]"),
    (CLOSED, "torch.stack([torch.where(torch.tensor(x is None), 0.0, z) for z, x in zip(opened, xs, strict=True)])"))
