"""Exercise 2.8: how many numbers a network learns, against torch's own layers."""

from torch import nn

from autograder import expect
from autograder.exercise import Exercise
from autograder.replies import raises_value_error
from autograder.text import Text

LENET = [("conv", 1, 6, 5), ("relu",), ("pool", 2), ("conv", 6, 16, 5), ("relu",), ("pool", 2), ("linear", 400, 120), ("relu",),
         ("linear", 120, 84), ("relu",), ("linear", 84, 10)]
LAYERS = {"conv": nn.Conv2d, "batchnorm": nn.BatchNorm2d, "linear": nn.Linear, "pool": nn.MaxPool2d, "relu": nn.ReLU}

exercise = Exercise(
    "count_params", points=4,
    title=Text("Contar lo que se aprende", "Counting what is learnt"),
    hints=(
        Text("Un filtro tiene `c_in * k * k` pesos y un sesgo, y hay `c_out` filtros.",
             "A filter has `c_in * k * k` weights and one bias, and there are `c_out` filters."),
        Text("`for name, *sizes in layers:` separa el nombre de los números, haya los que haya.",
             "`for name, *sizes in layers:` sets the name apart from the numbers, however many there are."),
    ),
)


def oracle(layers) -> int:
    return sum(p.numel() for name, *sizes in layers for p in LAYERS[name](*sizes).parameters())


def compare(student, networks):
    seen = [student.call("count_params", layers) for layers in networks]
    for answer, layers in zip(seen, networks, strict=True):
        expect.true(type(answer) is int, "count_params({layers}) debía ser un entero y es {kind}.",
                    "count_params({layers}) should be an int, but it is {kind}.", layers=layers, kind=expect.kind(answer))
        wanted = oracle(layers)
        expect.true(answer == wanted, "count_params({layers}) no es lo que cuenta PyTorch: el tuyo se aparta en {gap}.",
                    "count_params({layers}) is not what PyTorch counts: yours is off by {gap}.", layers=layers, gap=answer - wanted)


@exercise.property(2, "Convoluciones.", "Convolutions.")
def convolutions(student, draw):
    compare(student, [[("conv", *draw.sizes(3, 2, 9))] for _ in range(4)])


@exercise.property(1, "Capas lineales.", "Linear layers.")
def linear(student, draw):
    compare(student, [[("linear", *draw.sizes(2, 2, 40))] for _ in range(4)])


@exercise.property(1, "Normalización por lotes: solo lo que se aprende.", "Batch normalization: only what is learnt.")
def batchnorm(student, draw):
    compare(student, [[("batchnorm", size)] for size in draw.sizes(4, 2, 40)])


@exercise.property(2, "Redes enteras, LeNet entre ellas, con capas que no aprenden nada.",
                   "Whole networks, LeNet among them, with layers that learn nothing.")
def networks(student, draw):
    a, b, c = draw.sizes(3, 3, 9)
    drawn = [("conv", a, b, 3), ("batchnorm", b), ("relu",), ("pool", 2), ("conv", b, c, 1), ("relu",), ("linear", c, 10)]
    compare(student, [LENET, drawn])


@exercise.property(1, "Un nombre desconocido lanza `ValueError`; una red vacía cuenta 0.",
                   "An unknown name raises `ValueError`; an empty network counts 0.")
def unknown(student, draw):
    compare(student, [[], [("relu",), ("pool", 3)]])
    for name in ("dropout", f"conv{draw.integers(1, 9)}d"):
        layers = [("linear", 2, 3), (name, 4)]
        raises_value_error(student, "count_params", layers, told=f"count_params({layers})")


CONV, LINEAR, NORM = "c_out * c_in * k * k + c_out", "d_out * d_in + d_out", "total += 2 * sizes[0]"

exercise.mistake(
    "conv_without_bias", (CONV, "c_out * c_in * k * k"),
    es="A la convolución le faltan los sesgos: uno por mapa.", en="The biases of the convolution are missing: one a map.")
exercise.mistake(
    "one_bias_a_conv", (CONV, "c_out * c_in * k * k + 1"),
    es="Cuentas un solo sesgo por convolución. Hay uno por mapa.", en="You count a single bias a convolution. There is one a map.")
exercise.mistake(
    "bias_a_pair", (CONV, "c_out * c_in * (k * k + 1)"),
    es="Cuentas un sesgo por cada pareja de canales. Hay uno por mapa de salida.",
    en="You count one bias for each pair of channels. There is one for each map that comes out.")
exercise.mistake(
    "filter_side_not_squared", (CONV, "c_out * c_in * k + c_out"),
    es="El filtro es un cuadrado: tiene k · k pesos por canal.", en="The filter is a square: it has k · k weights a channel.")
exercise.mistake(
    "input_channels_forgotten", (CONV, "c_out * k * k + c_out"),
    es="Cada filtro tiene pesos para todos los canales que entran: falta multiplicar por `c_in`.",
    en="Each filter has weights for all channels that come in: multiplying by `c_in` is missing.")
exercise.mistake(
    "channels_swapped_in_bias", (CONV, "c_out * c_in * k * k + c_in"),
    es="Los sesgos son uno por canal de salida.", en="There is one bias for each output channel.")
exercise.mistake(
    "linear_bias_a_column", (LINEAR, "d_out * d_in + d_in"),
    es="Cuentas un sesgo por número que entra. En la capa lineal hay uno por número que sale.",
    en="You count one bias for each number that comes in. The linear layer has one for each that goes out.")
exercise.mistake(
    "unknown_ignored", ('raise ValueError(f"unknown layer {name!r}")', "continue"),
    es="Saltas las capas que no conoces, y la cuenta sale corta sin avisar. Lanza `ValueError`.",
    en="You skip layers that you do not know, and the count comes out short without a word. Raise `ValueError`.")
exercise.mistake(
    "returned_in_the_loop", ("    return total", "        return total\n    return 0"),
    es="El `return` está dentro del bucle: sales tras la primera capa.",
    en="The `return` is inside the loop: you leave after the first layer.")
exercise.mistake(
    "key_error", ('raise ValueError(f"unknown layer {name!r}")', "raise KeyError(name)"),
    es="Lanzas KeyError, como un diccionario sin esa clave. Se pide `ValueError`.",
    en="You raise KeyError, as a dictionary without that key does. `ValueError` is asked for.")
exercise.mistake(
    "linear_without_bias", (LINEAR, "d_out * d_in"),
    es="A la capa lineal le faltan los sesgos.", en="The biases of the linear layer are missing.")
exercise.mistake(
    "running_averages_counted", (NORM, "total += 4 * sizes[0]"),
    es="Cuentas los promedios en marcha. Se apuntan, no se aprenden: solo γ y β.",
    en="You count the running averages. They are noted down, not learnt: only γ and β.")
exercise.mistake(
    "norm_once", (NORM, "total += sizes[0]"),
    es="La normalización aprende dos números por canal, γ y β.",
    en="Normalization learns two numbers a channel, γ and β.")
exercise.mistake(
    "norm_forgotten", (NORM, "pass"),
    es="La normalización por lotes también aprende: una γ y una β por canal.",
    en="Batch normalization learns too: one γ and one β a channel.")
exercise.mistake(
    "pool_counted", ('elif name not in ("pool", "relu"):', 'elif name == "pool":\n            total += sizes[0] ** 2\n'
                     '        elif name != "relu":'),
    es="La agrupación no aprende nada: solo elige.", en="Pooling learns nothing: it only chooses.")
exercise.mistake(
    "last_layer_only", ("total += ", "total = "),
    es="Escribes `total = …`: solo queda la última capa. Acumula con `+=`.",
    en="You write `total = …`: only the last layer is left. Accumulate with `+=`.")

exercise.alternative("by_rule", code="""
def count_params(layers):
    rules = {"conv": lambda i, o, k: (i * k**2 + 1) * o, "batchnorm": lambda c: c + c, "linear": lambda i, o: (i + 1) * o,
             "pool": lambda k: 0, "relu": lambda: 0}
    for name, *_ in layers:
        if name not in rules:
            raise ValueError(name)
    return sum(rules[name](*sizes) for name, *sizes in layers)
""")
exercise.alternative("matched", code="""
def count_params(layers):
    def one(layer):
        match tuple(layer):
            case ("conv", a, b, k):
                return b + a * b * k * k
            case ("batchnorm", c):
                return 2 * c
            case ("linear", a, b):
                return b + a * b
            case ("pool", _) | ("relu",):
                return 0
        raise ValueError(f"no layer is called {layer[0]}")
    return sum(map(one, layers))
""")
