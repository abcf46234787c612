"""Exercise: a network of two layers, from scores to gradients."""

import numpy as np
import torch
from torch.nn import functional

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

NAMES = ("W1", "b1", "W2", "b2")

exercise = Exercise(
    "TwoLayerNet", points=8,
    title=Text("Una red de dos capas", "A network of two layers"),
    hints=(
        Text("`scores` es lineal, ReLU, lineal; `loss` hace el mismo camino, pero guarda las tres cachés.",
             "`scores` is linear, ReLU, linear; `loss` walks the same way, but keeps the three caches."),
        Text("Hacia atrás se deshace el camino: `cross_entropy_grad`, `linear_backward` de la segunda capa, `relu_backward`, "
             "`linear_backward` de la primera. Lo que cada una devuelve primero es lo que recibe la siguiente.",
             "Backwards the way is undone: `cross_entropy_grad`, `linear_backward` of the second layer, `relu_backward`, "
             "`linear_backward` of the first. What each returns first is what the next one receives."),
        Text("La derivada de reg * W**2 es 2 * reg * W, y se suma solo a los gradientes de W1 y W2.",
             "The derivative of reg * W**2 is 2 * reg * W, and it is added only to the gradients of W1 and W2."),
    ),
    uses=("linear_forward", "linear_backward", "relu_forward", "relu_backward", "cross_entropy", "cross_entropy_grad", "he_init"),
)


def draw_sizes(draw) -> dict:
    return dict(zip(("d_in", "d_hidden", "num_classes", "n"), draw.sizes(4, 3, 9), strict=True))


def loaded(student, draw, d_in: int, d_hidden: int, num_classes: int, n: int):
    """Return a net of the student's with fresh weights, those weights, and a batch."""
    net = student.keep("TwoLayerNet", d_in, d_hidden, num_classes, student.rng(draw.seed()))
    shapes = {"W1": (d_in, d_hidden), "b1": (d_hidden,), "W2": (d_hidden, num_classes), "b2": (num_classes,)}
    params = {name: draw.array(*shape) for name, shape in shapes.items()}
    load(net, params)
    return net, params, draw.array(n, d_in), draw.integers(num_classes, size=n)


def load(net, params):
    mine = net.attribute("params")
    for name, value in params.items():
        mine.set_item(name, value)


def reference(params, x, y, reg=0.0):
    """Return (scores, loss, gradients) by torch's autograd."""
    p = {name: torch.tensor(value, requires_grad=True) for name, value in params.items()}
    hidden = torch.clamp(torch.tensor(x) @ p["W1"] + p["b1"], min=0)
    scores = hidden @ p["W2"] + p["b2"]
    loss = functional.cross_entropy(scores, torch.tensor(y)) + reg * sum((p[name] ** 2).sum() for name in ("W1", "W2"))
    loss.backward()
    return scores.detach().numpy(), loss.item(), {name: value.grad.numpy() for name, value in p.items()}


def compare_loss(net, params, x, y, reg: float, mine=None):
    """Compare what `net.loss` returns with the loss and the gradients of the reference; `mine` is x on the student's side."""
    result = net.method("loss", x if mine is None else mine, y, reg)
    expect.true(isinstance(result, (tuple, list)) and len(result) == 2 and isinstance(result[1], dict),
                "`loss` debía devolver la pérdida y un diccionario de gradientes, y devuelve {kind}.",
                "`loss` should return the loss and a dictionary of gradients, but it returns {kind}.", kind=expect.kind(result))
    _, loss, gradients = reference(params, x, y, reg)
    expect.near(expect.number(result[0], "loss"), loss, what="loss")
    for name in NAMES:
        expect.true(name in result[1], "Falta el gradiente de `{name}`.", "The gradient of `{name}` is missing.", name=name)
        expect.near(result[1][name], gradients[name], what=f'grads["{name}"]')


@exercise.property(1, "Nace indecisa: sesgos 0, W1 de He, W2 de He por 0.1, y con clases equilibradas pierde casi ln C.",
                   "It starts undecided: biases 0, W1 by He, W2 by He times 0.1, and with balanced classes the loss is about ln C.")
def start(student, draw):
    d_in, d_hidden, classes = int(draw.integers(30, 40)), int(draw.integers(150, 200)), int(draw.integers(3, 8))
    net = student.keep("TwoLayerNet", d_in, d_hidden, classes, student.rng(draw.seed()))
    params = net.get("params")
    expect.true(isinstance(params, dict) and set(NAMES) <= params.keys(),
                "`params` debía ser un diccionario con W1, b1, W2 y b2.",
                "`params` should be a dictionary with W1, b1, W2 and b2.")
    for name, shape, size in (("W1", (d_in, d_hidden), np.sqrt(2 / d_in)),
                              ("W2", (d_hidden, classes), 0.1 * np.sqrt(2 / d_hidden))):
        w = expect.array(params[name], shape, what=name)
        expect.true(abs(w.std() / size - 1) < 5 / np.sqrt(2 * w.size),
                    "La desviación estándar de `{name}` no es la pedida: vale {seen:.3g}.",
                    "The standard deviation of `{name}` is not what was asked for: it is {seen:.3g}.",
                    name=name, seen=float(w.std()))
    for name, shape in (("b1", (d_hidden,)), ("b2", (classes,))):
        expect.close(params[name], np.zeros(shape), what=name)
    x, y = draw.array(60 * classes, d_in), np.repeat(np.arange(classes), 60)
    loss = expect.number(net.keep_method("loss", x, y, 0.0).item(0).value(), "loss")
    expect.true(abs(loss - np.log(classes)) < 0.1, "La pérdida inicial con {c} clases es {loss:.3f}, lejos de ln {c}.",
                "The first loss with {c} classes is {loss:.3f}, far from ln {c}.", c=classes, loss=loss)


@exercise.property(1, "Las puntuaciones son lineal, ReLU, lineal.", "The scores are linear, ReLU, linear.")
def scores(student, draw):
    net, params, x, y = loaded(student, draw, **draw_sizes(draw))
    expect.near(net.method("scores", x), reference(params, x, y)[0], what="scores(X)")


@exercise.property(2, "Sin regularización, la pérdida y los cuatro gradientes coinciden con los de PyTorch.",
                   "Without regularisation, the loss and the four gradients agree with PyTorch's.")
def gradients(student, draw):
    net, params, x, y = loaded(student, draw, **draw_sizes(draw))
    compare_loss(net, params, x, y, 0.0)


@exercise.property(2, "La regularización suma exactamente reg por la suma de cuadrados de W1 y W2, sesgos aparte, y su derivada.",
                   "Regularisation adds exactly reg times the sum of squares of W1 and W2, biases apart, and its derivative.")
def regularisation(student, draw):
    net, params, x, y = loaded(student, draw, **draw_sizes(draw))
    compare_loss(net, params, x, y, float(draw.uniform(0.1, 0.5)))


@exercise.property(1, "`loss` no toca ni los parámetros ni los datos: repetirla da lo mismo.",
                   "`loss` touches neither the parameters nor the data: repeating it gives the same.")
def nothing_changed(student, draw):
    net, params, x, y = loaded(student, draw, **draw_sizes(draw))
    mine = student.put(x)
    for _ in range(2):
        compare_loss(net, params, x, y, 0.1, mine)
    expect.unchanged(x, mine.value(), "X")
    kept = net.get("params")
    for name in NAMES:
        expect.unchanged(params[name], kept[name], name)


exercise.mistake(
    "zero_init", ("he_init(d_in, d_hidden, rng)", "np.zeros((d_in, d_hidden))"),
    ("0.1 * he_init(d_hidden, num_classes, rng)", "np.zeros((d_hidden, num_classes))"),
    es="Pesos todos 0: las unidades ocultas son copias, reciben el mismo gradiente y la red nunca aprende a separarlas.",
    en="Weights all 0: the hidden units are copies, receive the same gradient, and the network never tells them apart.")
exercise.mistake(
    "loud_output", ("0.1 * he_init", "he_init"),
    es="W2 sin el factor 0.1 hace que la red nazca muy segura de respuestas al azar, y la pérdida empieza por encima de ln C.",
    en="Without the factor 0.1 in W2 the network starts out sure of random answers, and the loss starts above ln C.")
exercise.mistake(
    "random_biases", ("np.zeros(d_hidden)", "rng.normal(size=d_hidden)"), ("np.zeros(num_classes)", "rng.normal(size=num_classes)"),
    es="Los sesgos empiezan en 0: son los pesos al azar los que rompen la simetría.",
    en="Biases begin at 0: the random weights are what breaks the symmetry.")
exercise.mistake(
    "relu_only_in_loss", ("hidden, _ = relu_forward(hidden)", "hidden = hidden"),
    es="`loss` pasa por ReLU y `scores` no: entrenas una red y predices con otra.",
    en="`loss` goes through ReLU and `scores` does not: you train one network and predict with another.")
exercise.mistake(
    "no_relu", ("hidden, _ = relu_forward(hidden)", "hidden = hidden"), ("h, cache_relu = relu_forward(a)", "h = a"),
    ("relu_backward(dh, cache_relu)", "dh"),
    es="Falta ReLU entre las dos capas: sin ella, dos capas lineales son una sola.",
    en="ReLU is missing between the two layers: without it, two linear layers are a single one.")
exercise.mistake(
    "relu_not_undone", ("relu_backward(dh, cache_relu)", "dh"),
    es="Hacia atrás te saltas ReLU: las unidades apagadas no deben dejar pasar gradiente.",
    en="You skip ReLU on the way back: units that were off must let no gradient through.")
exercise.mistake(
    "probabilities_as_scores",
    ('return linear_forward(hidden, p["W2"], p["b2"])[0]',
     'e = np.exp(linear_forward(hidden, p["W2"], p["b2"])[0])\n        return e / e.sum(axis=1, keepdims=True)'),
    es="`scores` devuelve probabilidades. Se piden las puntuaciones crudas (logits); softmax vive dentro de la pérdida.",
    en="`scores` returns probabilities. The raw scores (logits) are asked for; softmax lives inside the loss.")
exercise.mistake(
    "half_factor", ("+ reg * (np.sum", "+ 0.5 * reg * (np.sum"), ("2 * reg", "reg"),
    es="Usas la convención 0.5 * reg * W². El enunciado pide reg * W², sin el medio.",
    en="You use the convention 0.5 * reg * W². The text asks for reg * W², without the half.")
exercise.mistake(
    "derivative_without_two", ("2 * reg", "reg"),
    es="La derivada de reg * W² es 2 * reg * W: falta el 2 en los gradientes.",
    en="The derivative of reg * W² is 2 * reg * W: the 2 is missing in the gradients.")
exercise.mistake(
    "penalty_without_gradient", ("dW1 + 2 * reg * p[\"W1\"]", "dW1"), ("dW2 + 2 * reg * p[\"W2\"]", "dW2"),
    es="Sumas la penalización a la pérdida pero no a los gradientes: se mediría, sin que nadie la bajara.",
    en="You add the penalty to the loss but not to the gradients: it would be measured, and nobody would lower it.")
exercise.mistake(
    "gradient_without_penalty", (" + reg * (np.sum(p[\"W1\"] ** 2) + np.sum(p[\"W2\"] ** 2))", ""),
    es="Los gradientes llevan la regularización y la pérdida no: falta sumar reg por los cuadrados.",
    en="The gradients carry the regularisation and the loss does not: reg times the squares must be added.")
exercise.mistake(
    "biases_regularised", ("np.sum(p[\"W2\"] ** 2))", "np.sum(p[\"W2\"] ** 2) + np.sum(p[\"b1\"] ** 2) + np.sum(p[\"b2\"] ** 2))"),
    ("\"b1\": db1", "\"b1\": db1 + 2 * reg * p[\"b1\"]"), ("\"b2\": db2", "\"b2\": db2 + 2 * reg * p[\"b2\"]"),
    es="Penalizas también los sesgos. Un sesgo solo desplaza; aquí la penalización es de W1 y W2.",
    en="You penalise the biases too. A bias only shifts; here the penalty is on W1 and W2.")
exercise.mistake(
    "sum_over_batch", ("cross_entropy_grad(scores, y)", "cross_entropy_grad(scores, y) * len(X)"),
    es="Tus gradientes son la suma sobre el lote y la pérdida es la media: sobra el factor N.",
    en="Your gradients are the sum over the batch and the loss is the mean: the factor N is too much.")

exercise.alternative("by_hand", code="""
class TwoLayerNet:
    def __init__(self, d_in, d_hidden, num_classes, rng):
        self.params = dict(
            W1=rng.standard_normal((d_in, d_hidden)) * np.sqrt(2 / d_in), b1=np.zeros(d_hidden),
            W2=0.1 * rng.standard_normal((d_hidden, num_classes)) * np.sqrt(2 / d_hidden), b2=np.zeros(num_classes))

    def _forward(self, X):
        p = self.params
        h = np.maximum(0, X @ p["W1"] + p["b1"])
        return h, h @ p["W2"] + p["b2"]

    def scores(self, X):
        return self._forward(X)[1]

    def loss(self, X, y, reg=0.0):
        p, rows = self.params, np.arange(len(X))
        h, z = self._forward(X)
        logp = z - z.max(1, keepdims=True)
        logp = logp - np.log(np.exp(logp).sum(1, keepdims=True))
        dz = np.exp(logp)
        dz[rows, y] -= 1
        dz /= len(X)
        da = (dz @ p["W2"].T) * (h > 0)
        grads = {"W1": X.T @ da + 2 * reg * p["W1"], "b1": da.sum(0),
                 "W2": h.T @ dz + 2 * reg * p["W2"], "b2": dz.sum(0)}
        return -logp[rows, y].mean() + reg * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2)), grads
""")
exercise.alternative("one_example_at_a_time", code="""
class TwoLayerNet:
    def __init__(self, d_in, d_hidden, num_classes, rng):
        self.params = {}
        for i, (a, b, size) in enumerate([(d_in, d_hidden, 1.0), (d_hidden, num_classes, 0.1)], 1):
            self.params[f"W{i}"] = size * he_init(a, b, rng)
            self.params[f"b{i}"] = np.zeros(b)

    def scores(self, X):
        W1, b1, W2, b2 = (self.params[k] for k in ("W1", "b1", "W2", "b2"))
        return np.stack([W2.T @ np.clip(W1.T @ x + b1, 0, None) + b2 for x in X])

    def loss(self, X, y, reg=0.0):
        W1, b1, W2, b2 = (self.params[k] for k in ("W1", "b1", "W2", "b2"))
        total, grads = 0.0, {k: np.zeros_like(v) for k, v in self.params.items()}
        for x, label in zip(X, y):
            a = W1.T @ x + b1
            h = np.where(a > 0, a, 0.0)
            p = np.exp(W2.T @ h + b2)
            p = p / p.sum()
            total -= np.log(p[label])
            d = p - np.eye(len(p))[label]
            da = (W2 @ d) * (a > 0)
            for name, g in (("W2", np.outer(h, d)), ("b2", d), ("W1", np.outer(x, da)), ("b1", da)):
                grads[name] += g / len(X)
        for name in ("W1", "W2"):
            total += len(X) * reg * np.linalg.norm(self.params[name]) ** 2
            grads[name] += 2 * reg * self.params[name]
        return total / len(X), grads
""")
