"""Exercise: initial weights that keep the size of the signal (He et al. 2015, arXiv:1502.01852, eq. 10)."""

import numpy as np

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

LAYERS, WIDTH = 20, 300

exercise = Exercise(
    "he_init", points=3,
    title=Text("Pesos iniciales de He", "He's initial weights"),
    hints=(
        Text("`rng.normal(media, desviación, size=(filas, columnas))` sortea una matriz entera de una vez.",
             "`rng.normal(mean, deviation, size=(rows, columns))` draws a whole matrix at once."),
        Text("La varianza es 2 / fan_in; `rng.normal` pide la desviación estándar, que es su raíz cuadrada.",
             "The variance is 2 / fan_in; `rng.normal` asks for the standard deviation, which is its square root."),
    ),
)


def weights(student, fan_in: int, fan_out: int, rng) -> np.ndarray:
    """Return one matrix of the student's, of the right shape, mean and standard deviation (both at 5 sigma)."""
    w = expect.array(student.call("he_init", fan_in, fan_out, rng), (fan_in, fan_out), what="he_init(fan_in, fan_out, rng)")
    wanted = np.sqrt(2 / fan_in)
    expect.true(abs(w.mean()) < 5 * wanted / np.sqrt(w.size),
                "La media de los pesos debía rondar 0 y es {seen:.3g}.",
                "The mean of the weights should be about 0, but it is {seen:.3g}.", seen=float(w.mean()))
    expect.true(abs(w.std() / wanted - 1) < 5 / np.sqrt(2 * w.size),
                "Con fan_in={fan_in} y fan_out={fan_out}, la desviación estándar de tus pesos es {seen:.3g}: no es la pedida.",
                "With fan_in={fan_in} and fan_out={fan_out}, the standard deviation of your weights is {seen:.3g}: "
                "not what was asked for.", fan_in=fan_in, fan_out=fan_out, seen=float(w.std()))
    return w


@exercise.property(2, "La matriz tiene forma (fan_in, fan_out), media 0 y la desviación estándar que pide fan_in.",
                   "The matrix has shape (fan_in, fan_out), mean 0 and the standard deviation that fan_in asks for.")
def scale(student, draw):
    small, large = int(draw.integers(20, 60)), int(draw.integers(400, 700))
    weights(student, small, large, student.rng(draw.seed()))
    weights(student, large, small, student.rng(draw.seed()))


@exercise.property(1, "Los pesos salen del generador recibido: misma semilla, mismos pesos; otra llamada, otros pesos.",
                   "The weights come from the generator given: same seed, same weights; another call, other weights.")
def from_generator(student, draw):
    seed, sizes = draw.seed(), (int(draw.integers(60, 90)), int(draw.integers(90, 120)))
    rng = student.rng(seed)
    first, second = weights(student, *sizes, rng), weights(student, *sizes, rng)
    again = weights(student, *sizes, student.rng(seed))
    other = weights(student, *sizes, student.rng(draw.seed()))
    expect.true(np.array_equal(first, again),
                "Con la misma semilla salen pesos distintos: sortea con `rng`, no con `np.random`.",
                "The same seed gives different weights: draw with `rng`, not with `np.random`.")
    expect.true(not np.array_equal(first, second) and not np.array_equal(first, other),
                "Dos llamadas dan los mismos pesos: no usas el `rng` recibido.",
                "Two calls give the same weights: the `rng` that is passed is not used.")


@exercise.property(1, "Cada peso se sortea por separado: ni las filas ni las columnas se repiten.",
                   "Each weight is drawn on its own: neither rows nor columns repeat.")
def independent(student, draw):
    fan_in, fan_out = int(draw.integers(150, 200)), int(draw.integers(200, 250))
    w = weights(student, fan_in, fan_out, student.rng(draw.seed())) / np.sqrt(2 / fan_in)
    for axis in (0, 1):
        sums = (w.sum(axis=axis) ** 2 / w.shape[axis]).sum()  # chi squared, one degree of freedom per sum
        count = w.shape[1 - axis]
        expect.true(abs(sums - count) < 6 * np.sqrt(2 * count),
                    "Hay filas o columnas que se repiten: unidades con los mismos pesos aprenden siempre lo mismo.",
                    "Some rows or columns repeat: units with the same weights learn the same for ever.")


@exercise.property(2, f"Tras {LAYERS} capas con ReLU la señal conserva su tamaño: entre la cuarta parte y el cuádruple.",
                   f"After {LAYERS} layers with ReLU the signal keeps its size: between a quarter and four times.")
def deep_signal(student, draw):
    signal, rng = draw.array(30, WIDTH, std=np.sqrt(2)), student.rng(draw.seed())
    for _ in range(LAYERS):
        w = expect.array(student.call("he_init", WIDTH, WIDTH, rng), (WIDTH, WIDTH), what="he_init(fan_in, fan_out, rng)")
        signal = np.maximum(signal, 0) @ w
    size = float(signal.std() / np.sqrt(2))
    expect.true(0.25 < size < 4,
                "Tras {layers} capas la señal quedó multiplicada por {size:.2g}: se apaga o se dispara.",
                "After {layers} layers the signal was multiplied by {size:.2g}: it dies out or blows up.",
                layers=LAYERS, size=size)


RIGHT = "rng.normal(0.0, np.sqrt(2.0 / fan_in), size=(fan_in, fan_out))"

exercise.mistake(
    "fan_out", ("2.0 / fan_in", "2.0 / fan_out"),
    es="Divides entre fan_out. Lo que suma cada unidad son sus fan_in entradas: es fan_in quien decide el tamaño de la suma.",
    en="You divide by fan_out. What each unit adds up are its fan_in inputs: fan_in decides the size of the sum.")
exercise.mistake(
    "without_the_two", ("2.0 / fan_in", "1.0 / fan_in"),
    es="Varianza 1/fan_in es la receta para tanh. ReLU apaga la mitad de la señal; el 2 la repone en cada capa.",
    en="Variance 1/fan_in is the recipe for tanh. ReLU zeroes half of the signal; the 2 restores it at every layer.")
exercise.mistake(
    "glorot", ("2.0 / fan_in", "2.0 / (fan_in + fan_out)"),
    es="Eso es la inicialización de Glorot (Xavier), pensada para tanh. La de He solo mira fan_in.",
    en="That is Glorot's (Xavier's) initialisation, meant for tanh. He's looks at fan_in only.")
exercise.mistake(
    "variance_as_deviation", ("np.sqrt(2.0 / fan_in)", "2.0 / fan_in"),
    es="Usas la varianza, 2/fan_in, donde va la desviación estándar: falta la raíz cuadrada.",
    en="You use the variance, 2/fan_in, where the standard deviation belongs: the square root is missing.")
exercise.mistake(
    "too_small", ("np.sqrt(2.0 / fan_in)", "0.01"),
    es="Un 0.01 fijo sirve para dos capas; tras veinte, la señal se ha reducido a casi nada.",
    en="A fixed 0.01 works for two layers; after twenty, the signal has shrunk to almost nothing.")
exercise.mistake(
    "unit_normal", ("np.sqrt(2.0 / fan_in)", "1.0"),
    es="Con desviación 1 cada capa multiplica la señal por unas raíz de fan_in/2 veces: tras pocas capas se dispara.",
    en="With standard deviation 1 every layer multiplies the signal by about the root of fan_in/2: after a few layers it blows up.")
exercise.mistake(
    "zeros", (RIGHT, "np.zeros((fan_in, fan_out))"),
    es="Con ceros, todas las unidades calculan lo mismo y reciben el mismo gradiente: nunca dejan de ser copias.",
    en="With zeros all units compute the same and receive the same gradient: they never stop being copies.")
exercise.mistake(
    "transposed", ("size=(fan_in, fan_out)", "size=(fan_out, fan_in)"),
    es="La matriz sale traspuesta. Aquí las entradas van por filas: x @ W necesita la forma (fan_in, fan_out).",
    en="The matrix comes out transposed. Here inputs go along the rows: x @ W needs the shape (fan_in, fan_out).")
exercise.mistake(
    "uniform_half_width", (RIGHT, "rng.uniform(-np.sqrt(2.0 / fan_in), np.sqrt(2.0 / fan_in), size=(fan_in, fan_out))"),
    es="Una uniforme entre -s y s tiene desviación s/√3, no s. Si la quieres uniforme, el límite es la raíz de 6/fan_in.",
    en="A uniform draw between -s and s has standard deviation s/√3, not s. If you want it uniform, the limit is the root of 6/fan_in.")
exercise.mistake(
    "own_seed", (RIGHT, "np.random.default_rng(0).normal(0.0, np.sqrt(2.0 / fan_in), size=(fan_in, fan_out))"),
    es="Creas tu propio generador con semilla fija: todas las capas del mismo tamaño nacen iguales. Usa el `rng` recibido.",
    en="You make your own generator with a fixed seed: all layers of one size start equal. Use the `rng` that is passed.")
exercise.mistake(
    "one_column", ("size=(fan_in, fan_out)", "size=(fan_in, 1)) * np.ones((1, fan_out)"),
    es="Sorteas una columna y la repites: todas las unidades nacen iguales y nunca se distinguen.",
    en="You draw one column and repeat it: all units start equal and never come to differ.")

exercise.alternative("scaled_standard_normal", code="""
def he_init(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out)) * (2 / fan_in) ** 0.5
""")
exercise.alternative("uniform", code="""
def he_init(fan_in, fan_out, rng):
    limit = np.sqrt(6 / fan_in)
    return rng.uniform(-limit, limit, (fan_in, fan_out))
""")
exercise.alternative("one_column_at_a_time", code="""
def he_init(fan_in, fan_out, rng):
    return np.column_stack([rng.normal(scale=np.sqrt(2 / fan_in), size=fan_in) for _ in range(fan_out)])
""")
