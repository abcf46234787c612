"""Exercise 5.1: layer normalization (Ba et al. 2016, arXiv:1607.06450, equation 4)."""

import torch
from torch.nn import functional

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "layer_norm", points=5,
    title=Text("Normalización por capa", "Layer normalization"),
    forbids=("torch.nn.functional.layer_norm", "torch.layer_norm", "torch.native_layer_norm", "torch.nn.LayerNorm.forward",
             "torch.nn.functional.group_norm", "torch.nn.functional.batch_norm", "torch.nn.functional.instance_norm"),
    hints=(
        Text("`x.mean(dim=-1, keepdim=True)` deja un eje de tamaño 1 al final, que se extiende solo al restar.",
             "`x.mean(dim=-1, keepdim=True)` leaves an axis of size 1 at the end, which stretches by itself when subtracting."),
        Text("`x.var(...)` divide entre `D - 1` salvo que le pidas `unbiased=False`. O promedia tú los cuadrados.",
             "`x.var(...)` divides by `D - 1` unless you ask for `unbiased=False`. Or take the mean of the squares yourself."),
    ),
)


def agrees(student, draw, shape, eps: float):
    x, gain, bias = draw.tensor(*shape, std=2.0) + 3, draw.tensor(shape[-1]), draw.tensor(shape[-1])
    expect.near(student.call("layer_norm", x, gain, bias, eps=eps), functional.layer_norm(x, shape[-1:], gain, bias, eps))


@exercise.property(2, "Normaliza cada fila del último eje, con su ganancia y su sesgo.",
                   "It normalizes each row of the last axis, with its gain and its bias.")
def rows(student, draw):
    agrees(student, draw, draw.sizes(2, 3, 9), 1e-5)
    agrees(student, draw, draw.sizes(3, 2, 7), 1e-5)


@exercise.property(1, "`eps` se suma a la varianza, dentro de la raíz.", "`eps` is added to the variance, inside the root.")
def large_eps(student, draw):
    agrees(student, draw, draw.sizes(3, 2, 7), float(draw.uniform(0.5, 2)))
    D = int(draw.integers(3, 7))
    x, gain, bias = torch.full((2, D), 7.0, dtype=torch.float64), draw.tensor(D), draw.tensor(D)
    expect.near(student.call("layer_norm", x, gain, bias, eps=0.1), bias.expand(2, D))


@exercise.property(1, "Cada palabra se normaliza sola: las demás, el lote y los ejes de más no cuentan.",
                   "Each word is normalized alone: the others, the batch and further axes do not count.")
def alone(student, draw):
    B, T, D = draw.sizes(3, 3, 7)
    x, gain, bias = draw.tensor(B, T, D), draw.tensor(D), draw.tensor(D)
    whole = expect.array(student.call("layer_norm", x, gain, bias), (B, T, D))
    expect.near(whole, functional.layer_norm(x, (D,), gain, bias))
    b, t = int(draw.integers(B)), int(draw.integers(T))
    expect.near(student.call("layer_norm", x[b, t], gain, bias), whole[b, t])
    agrees(student, draw, draw.sizes(4, 2, 6), 1e-5)


@exercise.property(1, "El gradiente pasa por la media y por la varianza, y las entradas quedan como estaban.",
                   "The gradient goes through the mean and the variance, and the inputs stay as they were.")
def gradient(student, draw):
    T, D = draw.sizes(2, 3, 7)
    x, gain, bias, weight = draw.tensor(T, D), draw.tensor(D), draw.tensor(D), draw.tensor(T, D)
    mine = student.put(x).keep_method("requires_grad_")
    (student.keep("layer_norm", mine, gain, bias, eps=0.1) * weight).keep_method("sum").method("backward")
    leaf = x.clone().requires_grad_()
    (functional.layer_norm(leaf, (D,), gain, bias, 0.1) * weight).sum().backward()
    expect.near(mine.get("grad"), leaf.grad, what="x.grad")
    expect.unchanged(x, mine.value(), "x")


MEAN, VARIANCE = "x.mean(dim=-1, keepdim=True)", "((x - mean) ** 2).mean(dim=-1, keepdim=True)"
RETURN = "return (x - mean) / torch.sqrt(variance + eps) * gain + bias"

exercise.mistake("eps_outside_the_root", ("torch.sqrt(variance + eps)", "(torch.sqrt(variance) + eps)"),
    es="Sumas `eps` a la desviación estándar. Va dentro de la raíz, con la varianza.",
    en="You add `eps` to the standard deviation. It goes inside the root, with the variance.")
exercise.mistake("eps_forgotten", ("torch.sqrt(variance + eps)", "torch.sqrt(variance + 1e-5)"),
    es="No usas `eps`: pones siempre 0,00001.", en="You do not use `eps`: you always put 0.00001.")
exercise.mistake("divided_by_d_minus_one", (VARIANCE, "x.var(dim=-1, keepdim=True)"),
    es="`x.var` divide entre `D - 1`. Aquí se divide entre `D`: `unbiased=False`.",
    en="`x.var` divides by `D - 1`. Here it is divided by `D`: `unbiased=False`.")
exercise.mistake("along_the_words", (MEAN, MEAN.replace("-1", "0")), (VARIANCE, VARIANCE.replace("dim=-1", "dim=0")),
    es="Promedias sobre el primer eje: mezclas palabras o frases distintas. Cada fila se normaliza sola.",
    en="You take means over the first axis: you mix different words or sentences. Each row is normalized alone.")
exercise.mistake("over_everything", (MEAN, "x.mean()"), (VARIANCE, "((x - mean) ** 2).mean()"),
    es="Usas una sola media para todo el tensor. Hay una por fila del último eje.",
    en="You use a single mean for the whole tensor. There is one for each row of the last axis.")
exercise.mistake("all_but_the_batch", (MEAN, "x.mean(dim=tuple(range(1, x.dim())), keepdim=True)"),
    (VARIANCE, "((x - mean) ** 2).mean(dim=tuple(range(1, x.dim())), keepdim=True)"),
    es="Promedias a la vez sobre las palabras y los rasgos de cada frase. Solo se promedian los rasgos.",
    en="You take the mean over words and features of each sentence at once. It is over the features only.")
exercise.mistake("no_root", ("torch.sqrt(variance + eps)", "(variance + eps)"),
    es="Divides entre la varianza. Falta la raíz.", en="You divide by the variance. The root is missing.")
exercise.mistake("mean_kept", (RETURN, "return x / torch.sqrt(variance + eps) * gain + bias"),
    es="No restas la media.", en="You do not subtract the mean.")
exercise.mistake("gain_forgotten", (RETURN, "return (x - mean) / torch.sqrt(variance + eps) + bias"),
    es="Falta la ganancia, `gain`.", en="The gain, `gain`, is missing.")
exercise.mistake("bias_forgotten", (RETURN, "return (x - mean) / torch.sqrt(variance + eps) * gain"),
    es="Falta el sesgo, `bias`.", en="The bias, `bias`, is missing.")
exercise.mistake("bias_scaled", (RETURN, "return ((x - mean) / torch.sqrt(variance + eps) + bias) * gain"),
    es="Sumas `bias` antes de multiplicar por `gain`. Va después.",
    en="You add `bias` before multiplying by `gain`. It goes after.")
exercise.mistake("detached", (MEAN, MEAN.replace("x.", "x.detach().")), (VARIANCE, VARIANCE + ".detach()"),
    es="Cortas el gradiente de la media y la varianza: también dependen de `x`.",
    en="You cut the gradient of the mean and the variance: they depend on `x` too.")
exercise.mistake("two_axes_only", (MEAN, "x.mean(dim=1, keepdim=True)"), (VARIANCE, VARIANCE.replace("dim=-1", "dim=1")),
    es="`dim=1` solo es el último eje si hay dos. Usa `dim=-1`.",
    en="`dim=1` is the last axis only if there are two. Use `dim=-1`.")

exercise.mistake("torch_s_deviation", (RETURN, "return (x - mean) / (x.std(dim=-1, keepdim=True) + eps) * gain + bias"),
    es="`x.std` divide entre `D - 1`, y así `eps` queda fuera de la raíz. Parte de la varianza, con `unbiased=False`.",
    en="`x.std` divides by `D - 1`, and that way `eps` stays outside the root. Start from the variance, with `unbiased=False`.")
exercise.mistake("axis_lost", (MEAN, "x.mean(dim=-1)"), (VARIANCE, "x.var(dim=-1, unbiased=False)"),
    es="La media pierde su eje y ya no se alinea con las filas: `keepdim=True`.",
    en="The mean loses its axis and no longer lines up with the rows: `keepdim=True`.")
exercise.mistake("written_in_place", (RETURN, "x -= mean\n    x /= torch.sqrt(variance + eps)\n    return x * gain + bias"),
    es="Escribes sobre `x` (`-=`, `/=`, `sub_`…). Es de quien te llama: haz un tensor nuevo.",
    en="You write into `x` (`-=`, `/=`, `sub_`…). It belongs to the caller: make a new tensor.")

exercise.alternative("torch_s_variance", code="""
def layer_norm(x, gain, bias, eps=1e-5):
    variance, mean = torch.var_mean(x, dim=-1, keepdim=True, correction=0)
    return gain * (x - mean) * (variance + eps).rsqrt() + bias
""")
exercise.alternative("by_the_squares", code="""
def layer_norm(x, gain, bias, eps=1e-5):
    D = x.shape[-1]
    centred = x - x.sum(-1, keepdim=True) / D
    std = ((centred * centred).sum(-1, keepdim=True) / D + eps) ** 0.5
    return torch.addcmul(bias, centred / std, gain)
""")
