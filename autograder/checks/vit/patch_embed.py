"""Exercise 8.2: each patch through the same linear layer."""

import torch

from autograder import expect
from autograder.checks.transformer import linear_weights
from autograder.checks.vit import cut, reaches, rounded, single
from autograder.checks.vit.patchify import sizes
from autograder.exercise import Exercise
from autograder.text import Text
from autograder.weights import load_weights

exercise = Exercise(
    "PatchEmbed", points=3, uses=("patchify",),
    title=Text("De parche a vector", "From patch to vector"),
    hints=(
        Text("`nn.Linear(entradas, salidas)` actúa sobre el último eje y deja los demás como están.",
             "`nn.Linear(inputs, outputs)` acts on the last axis and leaves the others as they are."),
        Text("Guarda `patch_size` en `__init__`: `forward` lo necesita para cortar.",
             "Keep `patch_size` in `__init__`: `forward` needs it to cut."),
    ),
)


def built(student, draw, P: int, C: int, D: int):
    weights = rounded(linear_weights(draw, "linear", D, P * P * C))
    layer = student.keep("PatchEmbed", P, C, D)
    load_weights(layer, weights)
    return layer, weights


def wanted(weights, x, P: int):
    return torch.from_numpy(cut(x.numpy(), P)) @ weights["linear.weight"].double().T + weights["linear.bias"].double()


@exercise.property(2, "Aplica la capa lineal a cada parche.", "It applies the linear layer to each patch.")
def values(student, draw):
    B, C, H, W, P = sizes(draw)
    layer, weights = built(student, draw, P, C, 7)
    x = single(draw, B, C, H, W)
    expect.near(layer.call(x), wanted(weights, x, P), what="PatchEmbed(…)(x)")


@exercise.property(1, "Vale para una imagen de cualquier tamaño, también de un solo parche.",
                   "It works for a picture of any size, of a single patch too.")
def any_size(student, draw):
    layer, weights = built(student, draw, 3, 2, 5)
    for shape in ((1, 2, 3, 3), (2, 2, 6, 9), (3, 2, 12, 3)):
        x = single(draw, *shape)
        expect.near(layer.call(x), wanted(weights, x, 3), what="PatchEmbed(…)(x)")


@exercise.property(1, "El gradiente llega a los pesos y al sesgo.", "The gradient reaches weights and bias.")
def gradients(student, draw):
    layer, weights = built(student, draw, 2, 3, 5)
    x, scale = single(draw, 2, 3, 4, 6), single(draw, 2, 6, 5)
    (layer.keep(x) * scale).keep_method("sum").method("backward")
    seen = layer.gradients()
    reaches(seen.get("linear.bias"), scale.double().sum(dim=(0, 1)), "linear.bias")
    patches = torch.from_numpy(cut(x.numpy(), 2)).flatten(0, 1)
    reaches(seen.get("linear.weight"), scale.double().flatten(0, 1).T @ patches, "linear.weight")


MAKE = "nn.Linear(patch_size * patch_size * channels, d_model)"
USE = "self.linear(patchify(x, self.patch_size))"

exercise.mistake("no_bias", (MAKE, MAKE[:-1] + ", bias=False)"), es="Falta el sesgo.", en="The bias is missing.")
exercise.mistake("a_convolution", (MAKE, "nn.Conv2d(channels, d_model, patch_size, stride=patch_size)"),
    (USE, "self.linear(x).flatten(2).transpose(1, 2)"),
    es="Esa es la convolución del ejercicio siguiente. Aquí `linear` es un `nn.Linear`, que lee lo que da `patchify`.",
    en="That is the convolution of the next exercise. Here `linear` is an `nn.Linear`, which reads what `patchify` gives.")
exercise.mistake("channels_forgotten", (MAKE, "nn.Linear(patch_size * patch_size, d_model)"),
    es="La capa espera `P * P` números: faltan los canales.", en="The layer expects `P * P` numbers: the channels are missing.")
exercise.mistake("side_not_squared", (MAKE, "nn.Linear(patch_size * channels, d_model)"),
    es="Un parche tiene `P * P` píxeles, no `P`.", en="A patch has `P * P` pixels, not `P`.")
exercise.mistake("in_and_out_swapped", (MAKE, "nn.Linear(d_model, patch_size * patch_size * channels)"),
    es="Entradas y salidas están cambiadas.", en="Inputs and outputs are swapped.")
exercise.mistake("activated", (USE, f"torch.relu({USE})"), es="Sobra la activación: es solo una capa lineal.",
    en="There is one activation too many: it is only a linear layer.")
exercise.mistake("strips", (USE, "self.linear(x.reshape(len(x), -1, self.linear.in_features))"),
    es="Cortas en tiras con un `reshape`. Usa `patchify`.", en="You cut into strips with a `reshape`. Use `patchify`.")
exercise.mistake("channels_first", (USE, "self.linear(functional.unfold(x, self.patch_size, stride=self.patch_size).transpose(1, 2))"),
    es="Los números de cada parche llegan como (canal, fila, columna). Son (fila, columna, canal).",
    en="The numbers of each patch come as (channel, row, column). They are (row, column, channel).")
exercise.mistake("mean_of_each_patch_removed", (USE, "self.linear((p := patchify(x, self.patch_size)) - p.mean(dim=-1, keepdim=True))"),
    es="Restas a cada parche su media: se pierde si era claro u oscuro.",
    en="You subtract from each patch its mean: whether it was light or dark is lost.")
exercise.mistake("without_gradient", (USE, f"{USE}.detach()"), es="Cortas el gradiente con `detach()`.",
    en="You cut the gradient with `detach()`.")
exercise.mistake("side_of_patch_fixed", ("self.patch_size = patch_size", "self.patch_size = 2"),
    es="El parche mide siempre 2. Es `patch_size`.", en="The patch always measures 2. It is `patch_size`.")

exercise.alternative("as_a_convolution", (USE, """functional.conv2d(
            x, self.linear.weight.unflatten(1, (self.patch_size, self.patch_size, -1)).permute(0, 3, 1, 2),
            self.linear.bias, stride=self.patch_size).flatten(2).transpose(1, 2)"""))
exercise.alternative("by_hand", (MAKE, "nn.Linear(channels * patch_size**2, d_model, bias=True)"),
    (USE, "patchify(x, patch_size=self.patch_size) @ self.linear.weight.T + self.linear.bias"))
