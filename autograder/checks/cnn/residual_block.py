"""Exercise 2.9: the residual block (He et al. 2015, arXiv:1512.03385, figure 2)."""

import torch
from torch.nn import functional

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text
from autograder.weights import load_weights

exercise = Exercise(
    "ResidualBlock", points=9,
    title=Text("El bloque residual", "The residual block"),
    hints=(
        Text("Sigue una imagen `(B, c_in, H, W)` por los dos caminos. ¿Cuándo salen los dos con la misma forma sin hacer nada en el "
             "atajo?",
             "Follow a picture `(B, c_in, H, W)` along both roads. When do both come out with the same shape, with nothing done on "
             "the shortcut?"),
        Text("El atajo necesita pesos si `stride != 1 or c_in != c_out`: "
             "`nn.Sequential(nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False), nn.BatchNorm2d(c_out))`.",
             "The shortcut needs weights if `stride != 1 or c_in != c_out`: "
             "`nn.Sequential(nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False), nn.BatchNorm2d(c_out))`."),
        Text("Hay dos relu: una tras `norm1` y otra al final, después de sumar.",
             "There are two relus: one after `norm1` and one at the end, after adding."),
    ),
)


def norm_weights(draw, name: str, channels: int) -> dict[str, torch.Tensor]:
    """Draw the gain, the offset and the running averages of one batch normalization."""
    return {
        f"{name}.weight": draw.tensor(channels), f"{name}.bias": draw.tensor(channels),
        f"{name}.running_mean": draw.tensor(channels),
        f"{name}.running_var": torch.from_numpy(draw.uniform(0.5, 2, size=channels)),
        f"{name}.num_batches_tracked": torch.tensor(0),
    }  # fmt: skip


def block_weights(draw, c_in: int, c_out: int, stride: int) -> dict[str, torch.Tensor]:
    weights = {"conv1.weight": draw.tensor(c_out, c_in, 3, 3, std=0.5), **norm_weights(draw, "norm1", c_out),
               "conv2.weight": draw.tensor(c_out, c_out, 3, 3, std=0.5), **norm_weights(draw, "norm2", c_out)}
    if stride != 1 or c_in != c_out:
        weights |= {"shortcut.0.weight": draw.tensor(c_out, c_in, 1, 1), **norm_weights(draw, "shortcut.1", c_out)}
    return weights


def normalized(x, weights, name: str, train: bool):
    mean, var = (weights[f"{name}.{key}"].clone() for key in ("running_mean", "running_var"))
    return functional.batch_norm(x, mean, var, weights[f"{name}.weight"], weights[f"{name}.bias"], training=train)


def reference(x, weights, stride: int, train: bool):
    """Return what the block gives, written with torch's functions."""
    h = functional.conv2d(x, weights["conv1.weight"], stride=stride, padding=1)
    h = functional.conv2d(normalized(h, weights, "norm1", train).clamp(min=0), weights["conv2.weight"], padding=1)
    skip = x
    if "shortcut.0.weight" in weights:
        skip = normalized(functional.conv2d(x, weights["shortcut.0.weight"], stride=stride), weights, "shortcut.1", train)
    return (normalized(h, weights, "norm2", train) + skip).clamp(min=0)


def built(student, c_in: int, c_out: int, stride: int, weights, train: bool):
    model = student.keep("ResidualBlock", c_in, c_out, stride).keep_method("double")
    load_weights(model, weights)
    return model.keep_method("train", train)


def compare(student, draw, c_in: int, c_out: int, stride: int, train: bool = False, batch: int = 2):
    weights = block_weights(draw, c_in, c_out, stride)
    x = draw.tensor(batch, c_in, *draw.sizes(2, 4, 7))
    model = built(student, c_in, c_out, stride, weights, train)
    expect.close(model.call(x), reference(x, weights, stride, train), atol=1e-6, what="ResidualBlock(…)(x)")


@exercise.property(2, "Sin cambio de forma, da lo mismo que el cálculo con las funciones de PyTorch.",
                   "Without change of shape, it gives the same as the computation with PyTorch's functions.")
def same_shape(student, draw):
    channels = int(draw.integers(2, 6))
    compare(student, draw, channels, channels, 1)
    compare(student, draw, channels, channels, 1, batch=1)


@exercise.property(3, "Si cambian los canales, el tamaño o los dos, el atajo los acompaña.",
                   "If the channels change, or the size, or both, the shortcut goes along.")
def other_shape(student, draw):
    c_in, c_out = draw.sizes(2, 2, 6)
    changes = ((c_out, 1), (c_in, 2), (c_out, 2), (c_out, 3))
    for channels, stride in changes:  # all shapes first: which blocks have weights in the shortcut tells one condition from another
        student.keep("ResidualBlock", c_in, channels, stride).shapes()
    for channels, stride in changes:
        compare(student, draw, c_in, channels, stride)


@exercise.property(1, "En modo `train()`, la normalización usa el lote.", "In mode `train()`, normalization uses the batch.")
def training_mode(student, draw):
    c_in, c_out = draw.sizes(2, 2, 6)
    for channels, stride in ((c_in, 1), (c_out, 2)):
        compare(student, draw, c_in, channels, stride, train=True, batch=3)


@exercise.property(1, "Con γ y β de `norm2` a 0, el bloque deja pasar lo que entra, rectificado.",
                   "With γ and β of `norm2` at 0, the block lets what comes in through, rectified.")
def identity(student, draw):
    channels = int(draw.integers(2, 6))
    weights = block_weights(draw, channels, channels, 1)
    weights["norm2.weight"], weights["norm2.bias"] = torch.zeros(channels).double(), torch.zeros(channels).double()
    x = draw.tensor(2, channels, *draw.sizes(2, 4, 7))
    expect.close(built(student, channels, channels, 1, weights, True).call(x), x.clamp(min=0), what="ResidualBlock(…)(x)")


@exercise.property(2, "El gradiente llega a la entrada y a todos los pesos, y coincide con el de PyTorch.",
                   "The gradient reaches the input and all weights, and agrees with PyTorch's.")
def gradients(student, draw):
    c_in, c_out = draw.sizes(2, 2, 5)
    for channels, stride in ((c_in, 1), (c_out, 2)):
        weights = block_weights(draw, c_in, channels, stride)
        x = draw.tensor(2, c_in, 5, 6)
        model = built(student, c_in, channels, stride, weights, False)
        mine = student.put(x).keep_method("requires_grad_")
        model.keep(mine).keep_method("sum").method("backward")
        leaf = x.clone().requires_grad_()
        leaves = {n: v.clone().requires_grad_(v.is_floating_point() and "running" not in n) for n, v in weights.items()}
        reference(leaf, leaves, stride, False).sum().backward()
        expect.close(mine.get("grad"), leaf.grad, atol=1e-6, what="x.grad")
        seen = model.gradients()
        for name, value in leaves.items():
            if value.requires_grad:
                expect.close(seen.get(name), value.grad, atol=1e-6, what=f"{name}.grad")


FIRST = "h = torch.relu(self.norm1(self.conv1(x)))"
LAST = "return torch.relu(h + self.shortcut(x))"
PROJECTION = "nn.Sequential(nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False), nn.BatchNorm2d(c_out))"
CONV1 = "nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)"
CONV2 = "nn.Conv2d(c_out, c_out, 3, padding=1, bias=False)"

exercise.mistake(
    "no_shortcut", (LAST, "return torch.relu(h)"),
    es="Falta sumar el atajo: es una pila de convoluciones como otra cualquiera.",
    en="The shortcut is not added: this is a stack of convolutions like any other.")
exercise.mistake(
    "shortcut_only_where_it_fits", (LAST, "return torch.relu(h + x if h.shape == x.shape else h)"),
    es="Sumas el atajo solo cuando las formas coinciden. Cuando no, hay que llevarlo a la forma nueva con `self.shortcut(x)`.",
    en="You add the shortcut only where the shapes agree. Where they do not, it has to be taken to the new shape: `self.shortcut(x)`.")
exercise.mistake(
    "relu_before_adding", (LAST, "return torch.relu(h) + self.shortcut(x)"),
    es="La última relu va después de sumar. Antes, el bloque solo podría añadir números positivos.",
    en="The last relu comes after adding. Before it, the block could only add positive numbers.")
exercise.mistake(
    "no_last_relu", (LAST, "return h + self.shortcut(x)"),
    es="Falta la relu del final.", en="The relu at the end is missing.")
exercise.mistake(
    "no_relu_between", (FIRST, "h = self.norm1(self.conv1(x))"),
    es="Falta la relu entre las dos convoluciones: sin ella, juntas son una sola convolución.",
    en="The relu between the two convolutions is missing: without it, together they are a single convolution.")
exercise.mistake(
    "relu_twice", ("h = self.norm2(self.conv2(h))", "h = torch.relu(self.norm2(self.conv2(h)))"),
    es="Pones una relu de más tras `norm2`, antes de sumar.", en="There is one relu too many after `norm2`, before adding.")
exercise.mistake(
    "second_norm_forgotten", ("h = self.norm2(self.conv2(h))", "h = self.conv2(h)"),
    es="No usas `norm2`.", en="You do not use `norm2`.")
exercise.mistake(
    "norm_after_relu", (FIRST, "h = self.norm1(torch.relu(self.conv1(x)))"),
    es="La relu va después de `norm1`, no antes.", en="The relu comes after `norm1`, not before.")
exercise.mistake(
    "stride_in_the_second", (CONV1, CONV1.replace("stride=stride, ", "")), (CONV2, CONV2.replace("3, ", "3, stride=stride, ")),
    es="El paso va en `conv1`. En `conv2` da la misma forma, pero otros números y más cuentas.",
    en="The stride goes in `conv1`. In `conv2` it gives the same shape, but other numbers and more work.")
exercise.mistake(
    "projection_for_channels_only", ("if stride != 1 or c_in != c_out:", "if c_in != c_out:"),
    es="Con los mismos canales y paso 2 el atajo tampoco cabe: la condición es `stride != 1 or c_in != c_out`.",
    en="With the same channels and stride 2 the shortcut does not fit either: the condition is `stride != 1 or c_in != c_out`.")
exercise.mistake(
    "projection_always", ("if stride != 1 or c_in != c_out:", "if True:"),
    es="Pones pesos en el atajo también donde la entrada cabe tal cual. Ahí va `nn.Identity()`.",
    en="You put weights in the shortcut where the input fits as it is, too. There it is `nn.Identity()`.")
exercise.mistake(
    "projection_without_norm", (PROJECTION, "nn.Sequential(nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False))"),
    es="Al atajo le falta su `nn.BatchNorm2d`.", en="The shortcut lacks its `nn.BatchNorm2d`.")
exercise.mistake(
    "bias_in_the_convolutions", (", bias=False", ""),
    es="Las convoluciones llevan sesgo. La normalización lo resta enseguida: `bias=False`.",
    en="The convolutions have a bias. Normalization subtracts it at once: `bias=False`.")
exercise.mistake(
    "bias_in_the_shortcut", (PROJECTION, PROJECTION.replace(", bias=False", "")),
    es="La convolución del atajo lleva sesgo. Su normalización lo borra: `bias=False`.",
    en="The convolution of the shortcut has a bias. Its normalization wipes it out: `bias=False`.")
exercise.mistake(
    "projection_of_three", (PROJECTION, PROJECTION.replace("c_out, 1, stride=stride", "c_out, 3, stride=stride, padding=1")),
    es="La convolución del atajo es de 3 × 3. Basta una de 1 × 1, que solo mezcla canales.",
    en="The convolution of the shortcut is 3 × 3. One of 1 × 1 is enough: it only mixes channels.")
exercise.mistake(
    "projection_without_stride", (PROJECTION, PROJECTION.replace("1, stride=stride", "1")),
    es="El atajo no lleva el `stride`: lo que sale de él es mayor que lo que sale de las convoluciones.",
    en="The shortcut lacks the `stride`: what comes out of it is larger than what comes out of the convolutions.")
exercise.mistake(
    "projection_for_stride_only", ("if stride != 1 or c_in != c_out:", "if stride != 1:"),
    es="Con otros canales y paso 1 el atajo tampoco cabe: la condición es `stride != 1 or c_in != c_out`.",
    en="With other channels and stride 1 the shortcut does not fit either: the condition is `stride != 1 or c_in != c_out`.")
exercise.mistake(
    "projection_for_both_only", ("if stride != 1 or c_in != c_out:", "if stride != 1 and c_in != c_out:"),
    es="Basta que cambie una de las dos cosas para que el atajo no quepa: es `or`, no `and`.",
    en="One of the two changing is enough for the shortcut not to fit: it is `or`, not `and`.")
exercise.mistake(
    "stride_in_both", (CONV2, CONV2.replace("3, ", "3, stride=stride, ")),
    es="Las dos convoluciones llevan `stride`: el mapa encoge dos veces. Solo lo lleva `conv1`.",
    en="Both convolutions have `stride`: the map shrinks twice. Only `conv1` has it.")
exercise.mistake(
    "no_padding", (", padding=1, bias", ", bias"),
    es="Falta `padding=1`: cada convolución quita un borde, y la suma con el atajo ya no cabe.",
    en="`padding=1` is missing: each convolution takes a border away, and the sum with the shortcut no longer fits.")
exercise.mistake(
    "first_norm_twice", ("self.norm2(self.conv2(h))", "self.norm1(self.conv2(h))"),
    es="Usas `norm1` dos veces. Tras `conv2` va `norm2`.", en="You use `norm1` twice. After `conv2` comes `norm2`.")
exercise.mistake(
    "shortcut_from_the_middle", ("        h = self.norm2", "        x = h if h.shape == x.shape else x\n        h = self.norm2"),
    es="Sumas lo que sale de la primera convolución. El atajo lleva `x`, lo que entró en el bloque.",
    en="You add what comes out of the first convolution. The shortcut carries `x`, what came into the block.")
exercise.mistake(
    "shortcut_detached", (LAST, "return torch.relu(h + self.shortcut(x.detach()))"),
    es="`.detach()` corta el gradiente del atajo, y ese camino directo es su razón de ser.",
    en="`.detach()` cuts the gradient of the shortcut, and that straight path is what it is there for.")

exercise.alternative("functions", code="""
class ResidualBlock(nn.Module):
    def __init__(self, c_in, c_out, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, kernel_size=(3, 3), stride=stride, padding="same" if stride == 1 else 1, bias=False)
        self.conv2 = nn.Conv2d(c_out, c_out, kernel_size=3, padding=1, bias=False)
        self.norm1, self.norm2 = nn.BatchNorm2d(c_out), nn.BatchNorm2d(c_out)
        same = c_in == c_out and stride == 1
        self.shortcut = nn.Sequential() if same else nn.Sequential(
            nn.Conv2d(c_in, c_out, 1, stride, bias=False), nn.BatchNorm2d(c_out))

    def forward(self, x):
        f = nn.functional.relu(self.norm1(self.conv1(x)))
        return (self.shortcut(x) + self.norm2(self.conv2(f))).clamp(min=0)
""")
exercise.alternative("listed", code="""
class ResidualBlock(nn.Module):
    def __init__(self, c_in, c_out, stride=1):
        super().__init__()
        for n, (a, s) in enumerate([(c_in, stride), (c_out, 1)], start=1):
            setattr(self, f"conv{n}", nn.Conv2d(a, c_out, 3, s, 1, bias=False))
            setattr(self, f"norm{n}", nn.BatchNorm2d(c_out))
        self.shortcut = None
        if (c_in, stride) != (c_out, 1):
            self.shortcut = nn.Sequential(nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False), nn.BatchNorm2d(c_out))

    def forward(self, x):
        y = self.norm2(self.conv2(self.norm1(self.conv1(x)).relu()))
        y = y + (x if self.shortcut is None else self.shortcut(x))
        return torch.where(y > 0, y, torch.zeros_like(y))
""")
