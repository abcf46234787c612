"""Exercise 2.10: a small residual network that does not mind where the digit stands."""

import torch
from torch.nn import functional

from autograder import expect
from autograder.checks.cnn.residual_block import block_weights, norm_weights, normalized
from autograder.checks.cnn.residual_block import reference as block
from autograder.exercise import Exercise
from autograder.text import Text
from autograder.weights import load_weights

exercise = Exercise(
    "DigitNet", points=5,
    title=Text("Una red pequeña", "A small network"),
    uses=("residual_block",),
    hints=(
        Text("`x.amax(dim=(2, 3))` da el mayor de cada canal, de forma (B, 32), mida lo que mida la imagen.",
             "`x.amax(dim=(2, 3))` gives the largest of each channel, of shape (B, 32), whatever the picture measures."),
        Text("En orden: `stem`, `norm`, relu, `block`, máximo, `head`. El bloque ya acaba en su propia relu.",
             "In order: `stem`, `norm`, relu, `block`, maximum, `head`. The block already ends in its own relu."),
    ),
)


def drawn_weights(draw) -> dict[str, torch.Tensor]:
    return {"stem.weight": draw.tensor(16, 1, 3, 3), **norm_weights(draw, "norm", 16),
            **{f"block.{name}": value for name, value in block_weights(draw, 16, 32, 2).items()},
            "head.weight": draw.tensor(10, 32), "head.bias": draw.tensor(10)}


def reference(x, weights, train: bool):
    """Return the scores (B, 10), written with torch's functions."""
    h = functional.conv2d(x, weights["stem.weight"], padding=1)
    h = normalized(h, weights, "norm", train).clamp(min=0)
    h = block(h, {n.removeprefix("block."): v for n, v in weights.items() if n.startswith("block.")}, 2, train)
    return functional.linear(functional.adaptive_max_pool2d(h, 1).flatten(1), weights["head.weight"], weights["head.bias"])


def compare(student, draw, batch: int, height: int, width: int, train: bool = False):
    weights, x = drawn_weights(draw), draw.tensor(batch, 1, height, width)
    model = student.keep("DigitNet").keep_method("double")
    load_weights(model, weights)
    seen = model.keep_method("train", train).call(x)
    expect.close(seen, reference(x, weights, train), atol=1e-6, rtol=1e-6, what="DigitNet()(x)")


@exercise.property(2, "Con los mismos pesos, puntúa igual que el cálculo con las funciones de PyTorch.",
                   "With the same weights, it scores the same as the computation with PyTorch's functions.")
def scores(student, draw):
    compare(student, draw, 3, 16, 16)


@exercise.property(1, "Sirve para imágenes de cualquier tamaño, y para una sola.",
                      "It works for pictures of any size, and for a single one.")
def any_size(student, draw):
    compare(student, draw, 2, *draw.sizes(2, 5, 12))
    compare(student, draw, 1, *draw.sizes(2, 5, 12))


@exercise.property(1, "En modo `train()`, la normalización usa el lote.", "In mode `train()`, normalization uses the batch.")
def training_mode(student, draw):
    compare(student, draw, 4, 8, 9, train=True)


@exercise.property(1, "El gradiente llega a todos los pesos, y coincide con el de PyTorch.",
                   "The gradient reaches all weights, and agrees with PyTorch's.")
def gradients(student, draw):
    weights, x = drawn_weights(draw), draw.tensor(3, 1, 8, 9)
    model = student.keep("DigitNet").keep_method("double")
    load_weights(model, weights)
    model.keep_method("eval").keep(x).keep_method("sum").method("backward")
    leaves = {n: v.clone().requires_grad_(v.is_floating_point() and "running" not in n) for n, v in weights.items()}
    reference(x, leaves, False).sum().backward()
    seen = model.gradients()
    for name, value in leaves.items():
        if value.requires_grad:
            expect.close(seen.get(name), value.grad, atol=1e-6, rtol=1e-6, what=f"{name}.grad")


HEAD = "return self.head(x.amax(dim=(2, 3)))"
STEM = "x = torch.relu(self.norm(self.stem(x)))"

exercise.mistake(
    "mean_instead", (".amax(", ".mean("),
    es="Tomas la media de cada canal. Se pide el mayor: basta con que el trazo esté en un sitio.",
    en="You take the mean of each channel. The largest is asked for: one place with the stroke is enough.")
exercise.mistake(
    "softmax_at_the_end", (HEAD, HEAD.replace("self.head(", "torch.softmax(self.head(") + ", dim=1)"),
    es="Acabas en softmax, y la entropía cruzada de PyTorch hace otro: aprende mucho más despacio. Devuelve las puntuaciones.",
    en="You end in softmax, and PyTorch's cross-entropy does another: it learns far more slowly. Return the scores.")
exercise.mistake(
    "relu_at_the_end", (HEAD, "return torch.relu(self.head(x.amax(dim=(2, 3))))"),
    es="Una relu en la salida borra las puntuaciones negativas.", en="A relu at the output wipes out negative scores.")
exercise.mistake(
    "no_relu_after_the_stem", (STEM, "x = self.norm(self.stem(x))"),
    es="Falta la relu tras `norm`.", en="The relu after `norm` is missing.")
exercise.mistake(
    "norm_forgotten", (STEM, "x = torch.relu(self.stem(x))"),
    es="No usas `norm`.", en="You do not use `norm`.")
exercise.mistake(
    "flattened", (HEAD, "return self.head(x.flatten(1))"), ("nn.Linear(32, 10)", "nn.Linear(32 * 8 * 8, 10)"),
    es="Aplastas el mapa entero: la capa lineal aprende un peso por sitio, y un dígito movido es otro dígito. Toma el mayor de cada "
       "canal.",
    en="You flatten the whole map: the linear layer learns one weight a place, and a moved digit is another digit. Take the largest "
       "of each channel.")
exercise.mistake(
    "largest_of_each_row", (HEAD, "return self.head(x.amax(dim=3).mean(dim=2))"),
    es="Tomas el mayor de cada fila y luego la media. Es el mayor de todo el mapa.",
    en="You take the largest of each row and then the mean. It is the largest of the whole map.")
exercise.mistake(
    "largest_in_size", ("x.amax(", "x.neg().amax("),
    es="Tomas el menor de cada canal. Se pide el mayor.", en="You take the smallest of each channel. The largest is asked for.")
exercise.mistake(
    "squeezed", (HEAD, "return self.head(x.amax(dim=(2, 3)).squeeze())"),
    es="`.squeeze()` quita el eje del lote cuando hay una sola imagen.",
    en="`.squeeze()` takes the batch axis away where there is a single picture.")
exercise.mistake(
    "block_without_stride", ("ResidualBlock(16, 32, stride=2)", "ResidualBlock(16, 32)"),
    es="El bloque lleva `stride=2`.", en="The block has `stride=2`.")
exercise.mistake(
    "bias_in_the_stem", ("3, padding=1, bias=False)", "3, padding=1)"),
    es="`stem` lleva sesgo. Se pide sin él, `bias=False`: `norm` lo borraría.",
    en="`stem` has a bias. It is asked for without one, `bias=False`: `norm` would wipe it out.")
exercise.mistake(
    "head_without_bias", ("nn.Linear(32, 10)", "nn.Linear(32, 10, bias=False)"),
    es="A `head` le falta el sesgo.", en="`head` lacks its bias.")
exercise.mistake(
    "relu_before_norm", (STEM, "x = self.norm(torch.relu(self.stem(x)))"),
    es="La relu va después de `norm`, no antes.", en="The relu comes after `norm`, not before.")
exercise.mistake(
    "largest_along_one_axis", ("x.amax(dim=(2, 3))", "x.amax(dim=3).flatten(1)[:, :32]"),
    es="Tomas el máximo a lo largo de un solo eje. Se toma sobre filas y columnas: `amax(dim=(2, 3))`.",
    en="You take the maximum along a single axis. It is taken over rows and columns: `amax(dim=(2, 3))`.")
exercise.mistake(
    "no_padding_in_the_stem", ("nn.Conv2d(1, 16, 3, padding=1, bias=False)", "nn.Conv2d(1, 16, 3, bias=False)"),
    es="A `stem` le falta `padding=1`: los bordes de la imagen se pierden.",
    en="`stem` lacks `padding=1`: the edges of the picture are lost.")
exercise.mistake(
    "largest_of_the_batch", (HEAD, "return self.head(x.amax(dim=(0, 2, 3)).expand(len(x), -1))"),
    es="Mezclas las imágenes: el máximo se toma también a lo largo del lote.",
    en="You mix the pictures: the maximum is taken along the batch too.")
exercise.mistake(
    "detached", (HEAD, "return self.head(x.amax(dim=(2, 3)).detach())"),
    es="`.detach()` corta el gradiente: las convoluciones no aprenderían nunca.",
    en="`.detach()` cuts the gradient: the convolutions would never learn.")

exercise.alternative("pooled", code="""
class DigitNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.norm = nn.Conv2d(1, 16, kernel_size=3, padding="same", bias=False), nn.BatchNorm2d(16)
        self.block = ResidualBlock(16, 32, 2)
        self.pool = nn.AdaptiveMaxPool2d(1)
        self.head = nn.Linear(32, 10)

    def forward(self, x):
        h = self.block(nn.functional.relu(self.norm(self.stem(x))))
        return self.head(torch.flatten(self.pool(h), 1))
""")
exercise.alternative("flat_maximum", code="""
class DigitNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(32, 10)
        self.block = ResidualBlock(c_in=16, c_out=32, stride=2)
        self.norm = nn.BatchNorm2d(num_features=16)
        self.stem = nn.Conv2d(1, 16, 3, 1, 1, bias=False)

    def forward(self, x):
        x = self.norm(self.stem(x)).clamp(min=0)
        values, _ = self.block(x).flatten(start_dim=2).max(dim=2)
        return values @ self.head.weight.T + self.head.bias
""")
