"""Exercise 8.8: the gated multimodal unit of two sources (Arevalo et al. 2017, arXiv:1702.01992, figure 2b)."""

import numpy as np
import torch

from autograder import expect
from autograder.checks.vit import doubled, reaches, single
from autograder.exercise import Exercise
from autograder.text import Text
from autograder.weights import load_weights

exercise = Exercise(
    "BimodalGMU", points=8,
    title=Text("Una puerta entre dos", "A gate between two"),
    hints=(
        Text("`torch.cat([v, t], dim=-1)` pone una entrada a continuación de la otra, primero la imagen.",
             "`torch.cat([v, t], dim=-1)` puts one input after the other, the picture first."),
        Text("Escribe `gate` y úsala en `forward`: lo que toma de una es `z`, y de la otra, `1 - z`.",
             "Write `gate` and use it in `forward`: what it takes from one is `z`, and from the other, `1 - z`."),
    ),
)


def drawn(draw, a: int, b: int, d: int) -> dict[str, torch.Tensor]:
    """Draw the weights, small enough that neither tanh nor sigmoid is flat."""
    return {"from_first.weight": single(draw, d, a, std=0.5), "from_second.weight": single(draw, d, b, std=0.5),
            "to_gate.weight": single(draw, d, a + b, std=0.5)}  # fmt: skip


def built(student, weights: dict):
    (d, a), (_, b) = weights["from_first.weight"].shape, weights["from_second.weight"].shape
    unit = student.keep("BimodalGMU", a, b, d)
    load_weights(unit, weights)
    return unit


def gate(weights, v, t) -> np.ndarray:
    return 1 / (1 + np.exp(-np.concatenate([v, t], axis=1).astype(float) @ weights["to_gate.weight"].double().numpy().T))


def output(weights, v, t) -> np.ndarray:
    z = gate(weights, v, t)
    first, second = (np.tanh(x.astype(float) @ weights[f"from_{name}.weight"].double().numpy().T)
                     for x, name in ((v, "first"), (t, "second")))  # fmt: skip
    return z * first + (1 - z) * second


def inputs(draw, rows: int, a: int, b: int):
    return single(draw, rows, a), single(draw, rows, b)


@exercise.property(3, "Da la mezcla de la fórmula, también con una sola fila.",
    "It gives the mixture of the formula, with a single row too.")
def values(student, draw):
    a, b, d = draw.sizes(3, 2, 7)
    weights = drawn(draw, a, b, d)
    unit = built(student, weights)
    for rows in (8, 1):
        v, t = inputs(draw, rows, a, b)
        expect.near(unit.call(v, t), output(weights, v.numpy(), t.numpy()), what="BimodalGMU(…)(v, t)")


@exercise.property(2, "`gate` da una puerta por rasgo, entre 0 y 1, y la que se usa.",
                   "`gate` gives one gate for each feature, between 0 and 1, and the one that is used.")
def gates(student, draw):
    a, b, d = draw.sizes(3, 2, 7)
    weights = drawn(draw, a, b, d)
    unit = built(student, weights)
    v, t = inputs(draw, 9, a, b)
    expect.near(unit.method("gate", v, t), gate(weights, v.numpy(), t.numpy()), what="gate(v, t)")


@exercise.property(1, "Con la puerta abierta del todo habla solo la primera fuente; cerrada, solo la segunda.",
                   "With the gate wide open only the first source speaks; closed, only the second.")
def extremes(student, draw):
    weights = drawn(draw, 3, 4, 5)
    for sign in (1, -1):
        weights["to_gate.weight"] = torch.zeros(5, 7)
        weights["to_gate.weight"][:, 0] = 60.0 * sign
        unit = built(student, weights)
        v, t = inputs(draw, 6, 3, 4)
        v[:, 0] = 1 + v[:, 0].abs()
        expect.near(unit.call(v, t), output(weights, v.numpy(), t.numpy()), what="BimodalGMU(…)(v, t)")


@exercise.property(1, "Si se cambian las fuentes, con sus pesos, y $z$ por $1 - z$, sale lo mismo.",
                   "If the sources are swapped, with their weights, and $z$ for $1 - z$, the same comes out.")
def swapped(student, draw):
    weights = drawn(draw, 3, 4, 5)
    turned = {"from_first.weight": weights["from_second.weight"], "from_second.weight": weights["from_first.weight"],
              "to_gate.weight": -torch.cat([weights["to_gate.weight"][:, 3:], weights["to_gate.weight"][:, :3]], dim=1)}  # fmt: skip
    v, t = inputs(draw, 6, 3, 4)
    right = output(weights, v.numpy(), t.numpy())
    expect.near(built(student, weights).call(v, t), right, what="BimodalGMU(…)(v, t)")
    expect.near(built(student, turned).call(t, v), right, what="BimodalGMU(…)(t, v)")


@exercise.property(1, "El gradiente llega a las tres capas.", "The gradient reaches all three layers.")
def gradients(student, draw):
    weights = drawn(draw, 3, 4, 5)
    unit = built(student, weights)
    v, t = inputs(draw, 6, 3, 4)
    scale = single(draw, 6, 5)
    (unit.keep(v, t) * scale).keep_method("sum").method("backward")
    z, s = torch.from_numpy(gate(weights, v.numpy(), t.numpy())), scale.double()
    weights, v, t = doubled(weights), v.double(), t.double()
    first, second = torch.tanh(v @ weights["from_first.weight"].T), torch.tanh(t @ weights["from_second.weight"].T)
    seen = unit.gradients()
    reaches(seen.get("from_first.weight"), (s * z * (1 - first**2)).T @ v, "from_first.weight")
    reaches(seen.get("from_second.weight"), (s * (1 - z) * (1 - second**2)).T @ t, "from_second.weight")
    reaches(seen.get("to_gate.weight"), (s * (first - second) * z * (1 - z)).T @ torch.cat([v, t], 1), "to_gate.weight")


MIX = "return z * torch.tanh(self.from_first(v)) + (1 - z) * torch.tanh(self.from_second(t))"
GATE = "torch.sigmoid(self.to_gate(torch.cat([v, t], dim=-1)))"
LAYER = "self.to_gate = nn.Linear(d_first + d_second, d_out, bias=False)"

exercise.mistake("z_swapped", (MIX, MIX.replace("z * torch.tanh(self.from_first", "(1 - z) * torch.tanh(self.from_first", 1)
                               .replace("+ (1 - z)", "+ z")),
    es="`z` y `1 - z` están cambiados: `z` es lo que se toma de la primera.",
    en="`z` and `1 - z` are swapped: `z` is what is taken from the first.")
exercise.mistake("gate_from_features", (LAYER, "self.to_gate = nn.Linear(2 * d_out, d_out, bias=False)"),
    (GATE, "torch.sigmoid(self.to_gate(torch.cat([torch.tanh(self.from_first(v)), torch.tanh(self.from_second(t))], dim=-1)))"),
    es="La puerta lee lo ya transformado. Lee las dos entradas tal como llegan.",
    en="The gate reads what has been transformed. It reads both raw inputs.")
exercise.mistake("sigmoid_branches", (MIX, MIX.replace("tanh", "sigmoid")),
    es="Las ramas llevan sigmoide. Llevan tangente hiperbólica.",
    en="The branches have a sigmoid. They have a hyperbolic tangent.")
exercise.mistake("one_gate_for_all", (LAYER, LAYER.replace("d_out, bias", "1, bias")),
    es="Hay una sola puerta para todos los rasgos. Es una por rasgo.",
    en="There is a single gate for all features. It is one for each feature.")
exercise.mistake("tanh_after_mixing", (MIX, "return torch.tanh(z * self.from_first(v) + (1 - z) * self.from_second(t))"),
    es="`tanh` va después de mezclar. Va en cada rama, antes.",
    en="`tanh` comes after mixing. It goes in each branch, before.")
exercise.mistake("gate_sees_the_first_only", (GATE, "torch.sigmoid(self.to_gate(torch.cat([v, torch.zeros_like(t)], dim=-1)))"),
    es="La puerta solo mira la imagen. Mira las dos entradas.", en="The gate only looks at the picture. It looks at both inputs.")
exercise.mistake("text_first", (GATE, "torch.sigmoid(self.to_gate(torch.cat([t, v], dim=-1)))"),
    es="Pones el texto delante al juntar. Va primero `v`.", en="You put the text in front when joining. `v` goes first.")
exercise.mistake("not_complementary", (MIX, MIX.replace("(1 - z) * ", "")),
    es="La segunda entra entera. Se multiplica por `1 - z`.", en="The second comes in whole. It is multiplied by `1 - z`.")
exercise.mistake("gate_without_sigmoid", (GATE, "self.to_gate(torch.cat([v, t], dim=-1))"),
    es="Falta la sigmoide: la puerta no queda entre 0 y 1.", en="The sigmoid is missing: the gate is not between 0 and 1.")
exercise.mistake("softmax_over_features", (GATE, GATE.replace("torch.sigmoid(", "torch.softmax(")[:-1] + ", dim=-1)"),
    es="Usas softmax entre los rasgos: compiten. Cada puerta es una sigmoide.",
    en="You use softmax among the features: they compete. Each gate is a sigmoid.")
exercise.mistake("branches_without_tanh", (MIX, "return z * self.from_first(v) + (1 - z) * self.from_second(t)"),
    es="Falta `tanh` en las ramas.", en="`tanh` is missing in the branches.")
exercise.mistake("all_with_biases", ("d_out, bias=False)\n        self.from_second", "d_out)\n        self.from_second"),
    ("self.from_second = nn.Linear(d_second, d_out, bias=False)", "self.from_second = nn.Linear(d_second, d_out)"),
    (LAYER, LAYER.replace(", bias=False", "")),
    es="Las tres capas llevan sesgo, que es lo que hace `nn.Linear` si no le dices nada. Aquí van con `bias=False`.",
    en="All three layers have a bias, as `nn.Linear` does unless told otherwise. Here they go with `bias=False`.")
exercise.mistake("tanh_for_a_gate", (GATE, GATE.replace("sigmoid", "tanh")),
    es="La puerta lleva `tanh`: va de −1 a 1. Es una sigmoide, de 0 a 1.",
    en="The gate has `tanh`: it goes from −1 to 1. It is a sigmoid, from 0 to 1.")
exercise.mistake("relu_branches", (MIX, MIX.replace("tanh", "relu")), es="Las ramas llevan ReLU. Llevan `tanh`.",
    en="The branches have ReLU. They have `tanh`.")
exercise.mistake("same_gate_for_both", (MIX, MIX.replace("(1 - z)", "z")),
    es="Las dos fuentes van multiplicadas por `z`. La segunda, por `1 - z`.",
    en="Both sources are multiplied by `z`. The second one, by `1 - z`.")
exercise.mistake("gate_not_used", (MIX, "return torch.tanh(self.from_first(v)) + torch.tanh(self.from_second(t))"),
    es="La puerta se calcula y no se usa: sumas las dos fuentes enteras.",
    en="The gate is computed and not used: you add both sources whole.")
exercise.mistake("with_biases", (LAYER, LAYER.replace(", bias=False", "")),
    es="La puerta lleva sesgo. Ninguna capa lo lleva: `bias=False`, como en el artículo.",
    en="The gate has a bias. No layer has one: `bias=False`, as in the paper.")
exercise.mistake("halved", (MIX, MIX.replace("return ", "return 0.5 * (") + ")"), es="Divides entre dos. `z` y `1 - z` ya suman 1.",
    en="You divide by two. `z` and `1 - z` add up to 1 already.")
exercise.mistake("gate_cut_off", (MIX, "z = z.detach()\n        " + MIX),
    es="El gradiente no llega a la puerta: no aprende a elegir.",
    en="The gradient does not reach the gate: it does not learn to choose.")

exercise.alternative("moved_towards_the_first", (MIX, "first, second = self.from_first(v).tanh(), self.from_second(t).tanh()\n"
                                                 "        return torch.lerp(second, first, z)"))
exercise.alternative("split_gate", code="""
class BimodalGMU(nn.Module):
    def __init__(self, d_first, d_second, d_out):
        super().__init__()
        self.d_first = d_first
        for name, d in (("from_first", d_first), ("from_second", d_second), ("to_gate", d_first + d_second)):
            setattr(self, name, nn.Linear(d, d_out, bias=False))

    def gate(self, v, t):
        W = self.to_gate.weight
        return 1 / (1 + torch.exp(-(v @ W[:, : self.d_first].T + t @ W[:, self.d_first :].T)))

    def forward(self, v, t):
        first, second = torch.tanh(self.from_first(v)), torch.tanh(self.from_second(t))
        return second + self.gate(v, t) * (first - second)
""")
