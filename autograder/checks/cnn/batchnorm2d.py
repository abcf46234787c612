"""Exercise 2.6: batch normalization (Ioffe and Szegedy 2015, arXiv:1502.03167)."""

import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "batchnorm2d", points=9,
    title=Text("Normalización por lotes", "Batch normalization"),
    hints=(
        Text("`axis=(0, 2, 3)` mide juntos todos los números de un canal, de todas las imágenes y todos los píxeles.",
             "`axis=(0, 2, 3)` measures together all numbers of a channel, of all pictures and all pixels."),
        Text("`np.var` divide entre n. Para apuntar, multiplica esa varianza por `n / (n - 1)`, con `n = x.size / C`.",
             "`np.var` divides by n. To note it down, multiply that variance by `n / (n - 1)`, with `n = x.size / C`."),
        Text("`momentum` es el peso de lo nuevo: `(1 - momentum) * state[\"mean\"] + momentum * mean`. Para restar por canal, "
             "`mean[:, None, None]`.",
             "`momentum` is the weight of the new: `(1 - momentum) * state[\"mean\"] + momentum * mean`. To subtract channel by "
             "channel, `mean[:, None, None]`."),
    ),
    forbids=("torch.batch_norm", "torch.native_batch_norm", "torch.nn.functional.batch_norm", "torch.nn.functional.instance_norm",
             "torch.nn.functional.group_norm", "torch.nn.BatchNorm2d.forward", "torch.nn.BatchNorm1d.forward"),
)


def case(draw, n: int = 3, c: int = 4):
    """Draw pictures whose channels differ in mean and size, gains, offsets and running averages."""
    x = draw.array(n, c, *draw.sizes(2, 2, 4)) * draw.uniform(0.5, 3, size=(c, 1, 1)) + draw.array(c, 1, 1, std=2)
    state = {"mean": draw.array(c), "var": draw.uniform(0.5, 3, size=c)}
    return x, draw.array(c), draw.array(c), state


def oracle(x, gamma, beta, state, train: bool, momentum: float = 0.1, eps: float = 1e-5):
    """Return what torch's batch normalization returns, and the averages that it leaves."""
    mean, var = (torch.from_numpy(state[name].copy()) for name in ("mean", "var"))
    out = torch.nn.functional.batch_norm(torch.from_numpy(x), mean, var, *map(torch.from_numpy, (gamma, beta)), train, momentum, eps)
    return out.numpy(), {"mean": mean.numpy(), "var": var.numpy()}


@exercise.property(2, "Al entrenar, normaliza cada canal con la media y la varianza del lote.",
                   "In training, it normalizes each channel with the mean and the variance of the batch.")
def train_output(student, draw):
    inputs = case(draw)
    out = student.keep("batchnorm2d", *inputs, True).item(0).value()
    expect.near(out, oracle(*inputs, True)[0], what="out")


@exercise.property(1, "Al entrenar, apunta la media con el peso `momentum`.",
                      "In training, it notes down the mean with weight `momentum`.")
def running_mean(student, draw):
    inputs = case(draw)
    for options in ({}, {"momentum": float(draw.uniform(0.2, 0.4))}):
        new = student.keep("batchnorm2d", *inputs, True, **options).item(1)
        expect.near(new.item("mean").value(), oracle(*inputs, True, **options)[1]["mean"], what='new_state["mean"]')


@exercise.property(2, "Al entrenar, apunta la varianza que divide entre n − 1.",
                      "In training, it notes down the variance that divides by n − 1.")
def running_var(student, draw):
    for n in (1, 2):
        inputs = case(draw, n)
        for options in ({}, {"momentum": float(draw.uniform(0.2, 0.4))}):
            new = student.keep("batchnorm2d", *inputs, True, **options).item(1)
            expect.near(new.item("var").value(), oracle(*inputs, True, **options)[1]["var"], what='new_state["var"]')


@exercise.property(2, "Al predecir, usa los promedios apuntados: una imagen sola recibe lo mismo que acompañada.",
                   "In prediction, it uses the averages noted down: a picture alone gets the same as in company.")
def prediction(student, draw):
    x, gamma, beta, state = case(draw)
    for pictures in (x, x[:1]):
        out = student.keep("batchnorm2d", pictures, gamma, beta, state, False).item(0).value()
        expect.near(out, oracle(pictures, gamma, beta, state, False)[0], what="out")


@exercise.property(1, "`eps` se suma dentro de la raíz, al entrenar y al predecir.",
                   "`eps` is added inside the root, in training and in prediction.")
def epsilon(student, draw):
    eps = float(draw.uniform(0.3, 0.9))
    inputs = case(draw)
    for train in (True, False):
        out = student.keep("batchnorm2d", *inputs, train, eps=eps).item(0).value()
        expect.near(out, oracle(*inputs, train, eps=eps)[0], what="out")


@exercise.property(1, "Tres lotes seguidos y una predicción: los promedios pasan de una llamada a otra, y predecir no los toca.",
                   "Three batches in a row and a prediction: the averages pass from call to call, and prediction leaves them alone.")
def several_calls(student, draw):
    _, gamma, beta, state = case(draw)
    mine = student.put(state)
    for train in (True, True, True, False, False):
        x = case(draw)[0]
        result = student.keep("batchnorm2d", x, gamma, beta, mine, train)
        out, state = oracle(x, gamma, beta, state, train)
        mine = result.item(1)
        expect.near(result.item(0).value(), out, what="out")
        for name in ("mean", "var"):
            expect.near(mine.item(name).value(), state[name], what=f'new_state["{name}"]')


@exercise.property(1, "Deja sus entradas como estaban, `state` también.", "It leaves its inputs as they were, `state` too.")
def inputs_unchanged(student, draw):
    x, gamma, beta, state = case(draw)
    mine = {name: student.put(value) for name, value in (("x", x), ("gamma", gamma), ("beta", beta), ("state", state))}
    for train in (True, False):
        out = student.keep("batchnorm2d", *mine.values(), train).item(0).value()
        expect.near(out, oracle(x, gamma, beta, state, train)[0], what="out")
    for name, before in (("x", x), ("gamma", gamma), ("beta", beta)):
        expect.unchanged(before, mine[name].value(), name)
    for name, before in state.items():
        expect.unchanged(before, mine["state"].item(name).value(), f'state["{name}"]')


MEASURE = "x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))"
NOTED = "momentum * var * n / (n - 1)"
NORMAL = "(x - mean[:, None, None]) / np.sqrt(var[:, None, None] + eps)"
OUT = "gamma[:, None, None] * normal + beta[:, None, None]"
NEW = '''state = {
            "mean": (1 - momentum) * state["mean"] + momentum * mean,
            "var": (1 - momentum) * state["var"] + momentum * var * n / (n - 1),
        }'''

exercise.mistake(
    "biased_running_variance", (NOTED, "momentum * var"),
    es="Apuntas la varianza que divide entre n. Para normalizar es la buena; para apuntar se divide entre n − 1.",
    en="You note down the variance that divides by n. It is the right one to normalize; to note down, one divides by n − 1.")
exercise.mistake(
    "unbiased_normalization", (NORMAL, NORMAL.replace("var[", "(var * n / (n - 1) if train else var)[")),
    es="Normalizas con la varianza que divide entre n − 1. Esa es para apuntar; para normalizar se divide entre n.",
    en="You normalize with the variance that divides by n − 1. That one is to note down; to normalize, one divides by n.")
exercise.mistake(
    "normalized_with_the_averages", ("    normal = ", '    mean, var = state["mean"], state["var"]\n    normal = '),
    es="Al entrenar normalizas con los promedios recién apuntados. Ahí se usan la media y la varianza de este lote.",
    en="In training you normalize with the averages just noted down. There, the mean and the variance of this batch are used.")
exercise.mistake(
    "momentum_fixed", ("(1 - momentum)", "0.9"), ("+ momentum * ", "+ 0.1 * "),
    es="Escribes 0.1 donde va `momentum`.", en="You write 0.1 where `momentum` goes.")
exercise.mistake(
    "pictures_counted", ("n = x.size / x.shape[1]", "n = len(x)"), (NOTED, "momentum * var * n / max(n - 1, 1)"),
    es="Tomas por n el número de imágenes. Un canal tiene N · H · W números.",
    en="You take the number of pictures for n. A channel has N · H · W numbers.")
exercise.mistake(
    "channels_counted_too", ("n = x.size / x.shape[1]", "n = x.size"),
    es="En n cuentas todos los canales. Es el número de números de un canal, `x.size / C`.",
    en="In n you count all channels. It is how many numbers one channel has, `x.size / C`.")
exercise.mistake(
    "eps_forgotten", (NORMAL, NORMAL.replace(" + eps", "")),
    es="Falta `eps` dentro de la raíz.", en="`eps` is missing inside the root.")
exercise.mistake(
    "beta_forgotten", (OUT, "gamma[:, None, None] * normal"),
    es="Falta sumar `beta`.", en="`beta` is not added.")
exercise.mistake(
    "per_pixel", (MEASURE, "x.mean(axis=0), x.var(axis=0)"), ("n = x.size / x.shape[1]", "n = len(x)"),
    ("mean[:, None, None]", "(mean if train else mean[:, None, None])"),
    ("var[:, None, None]", "(var if train else var[:, None, None])"),
    es="Mides solo a lo largo del lote: una media por píxel. Un filtro es el mismo en todos los píxeles: mide por canal, "
       "`axis=(0, 2, 3)`.",
    en="You measure along the batch only: one mean a pixel. A filter is the same at all pixels: measure by channel, "
       "`axis=(0, 2, 3)`.")
exercise.mistake(
    "per_picture", ("normal = (x - mean[:, None, None]) / np.sqrt(var[:, None, None] + eps)",
                    "m, v = mean[:, None, None], var[:, None, None]\n    if train:\n"
                    "        m, v = x.mean(axis=(2, 3), keepdims=True), x.var(axis=(2, 3), keepdims=True)\n"
                    "    normal = (x - m) / np.sqrt(v + eps)"),
    es="Normalizas cada imagen por su cuenta. Es la normalización por instancia; aquí el lote entero se mide junto.",
    en="You normalize each picture on its own. That is instance normalization; here the whole batch is measured together.")
exercise.mistake(
    "all_channels_together", (MEASURE, "np.full(x.shape[1], x.mean()), np.full(x.shape[1], x.var())"),
    es="Mides todos los canales juntos. Cada canal tiene su media y su varianza: `axis=(0, 2, 3)`.",
    en="You measure all channels together. Each channel has its own mean and variance: `axis=(0, 2, 3)`.")
exercise.mistake(
    "batch_in_prediction", ("    normal = ", f"    mean, var = {MEASURE}\n    normal = "),
    es="Al predecir usas la media y la varianza del lote. Usa las apuntadas: una imagen no debe depender de sus vecinas.",
    en="In prediction you use the mean and the variance of the batch. Use those noted down: a picture must not depend on its "
       "neighbours.")
exercise.mistake(
    "noted_in_prediction", ('    mean, var = state["mean"], state["var"]\n    if train:\n',
                            '    old = state["mean"], state["var"]\n    if True:\n'),
    ("    normal = ", "    mean, var = (mean, var) if train else old\n    normal = "),
    es="Al predecir también cambias los promedios. Entonces solo se usan.",
    en="In prediction you change the averages too. Then they are only used.")
exercise.mistake(
    "momentum_swapped", ("(1 - momentum) * state", "momentum * state"), ("+ momentum * ", "+ (1 - momentum) * "),
    es="Cambias los pesos: `momentum` es el de lo nuevo, como en PyTorch, y `1 - momentum` el de lo que ya había.",
    en="You swap the weights: `momentum` is that of the new, as in PyTorch, and `1 - momentum` that of what was there.")
exercise.mistake(
    "deviation_noted", (NOTED, "momentum * np.sqrt(var * n / (n - 1))"),
    es="Apuntas la desviación. Se pide la varianza.", en="You note down the deviation. The variance is asked for.")
exercise.mistake(
    "divided_by_variance", (NORMAL, NORMAL.replace("np.sqrt(", "(")),
    es="Divides entre la varianza. Falta la raíz.", en="You divide by the variance. The root is missing.")
exercise.mistake(
    "eps_outside_the_root", ("np.sqrt(var[:, None, None] + eps)", "(np.sqrt(var[:, None, None]) + eps)"),
    es="Sumas `eps` fuera de la raíz. Aquí va dentro, con la varianza.",
    en="You add `eps` outside the root. Here it goes inside, with the variance.")
exercise.mistake(
    "gamma_and_beta_forgotten", (OUT, "normal"),
    es="Faltan `gamma` y `beta`: la red las aprende para deshacer la normalización donde le convenga.",
    en="`gamma` and `beta` are missing: the network learns them to undo normalization where that suits it.")
exercise.mistake(
    "beta_before_gamma", (OUT, "gamma[:, None, None] * (normal + beta[:, None, None])"),
    es="Sumas `beta` antes de multiplicar por `gamma`. Primero se multiplica.",
    en="You add `beta` before multiplying by `gamma`. Multiplication comes first.")
exercise.mistake(
    "state_overwritten", (NEW, 'state["mean"] = (1 - momentum) * state["mean"] + momentum * mean\n'
                               '        state["var"] = (1 - momentum) * state["var"] + momentum * var * n / (n - 1)'),
    es="Escribes en el `state` que recibes. Devuelve un diccionario nuevo.",
    en="You write into the `state` that you are given. Return a new dictionary.")
exercise.mistake(
    "x_centred_in_place", ("    normal = (x - mean[:, None, None])", "    x -= mean[:, None, None]\n    normal = x"),
    es="`x -= …` escribe sobre el array de quien te llama.", en="`x -= …` writes into the caller's array.")

exercise.alternative("channels_first", code="""
def batchnorm2d(x, gamma, beta, state, train, momentum=0.1, eps=1e-5):
    table = np.moveaxis(x, 1, 0).reshape(x.shape[1], -1)  # (C, n)
    new = {name: np.array(value) for name, value in state.items()}
    if train:
        center, spread = table.mean(1), table.var(1)
        new["mean"] += momentum * (center - new["mean"])
        new["var"] += momentum * (table.var(1, ddof=1) - new["var"])
    else:
        center, spread = state["mean"], state["var"]
    scale = gamma / np.sqrt(spread + eps)
    return np.einsum("nchw,c->nchw", x, scale) + (beta - scale * center).reshape(1, -1, 1, 1), new
""")
exercise.alternative("torch_tensors", code="""
def batchnorm2d(x, gamma, beta, state, train, momentum=0.1, eps=1e-5):
    t = torch.as_tensor(x)
    if not train:
        mu, var = (torch.as_tensor(state[k]) for k in ("mean", "var"))
    else:
        mu, var = t.mean((0, 2, 3)), t.var((0, 2, 3), unbiased=False)
        noted = t.var((0, 2, 3), unbiased=True).numpy()
        state = {"mean": state["mean"] * (1 - momentum) + momentum * mu.numpy(),
                 "var": state["var"] * (1 - momentum) + momentum * noted}
    out = (t - mu.view(-1, 1, 1)) * (var + eps).rsqrt().view(-1, 1, 1)
    return (out.numpy() * gamma[:, None, None] + beta[:, None, None]).astype(np.float32), state
""")
