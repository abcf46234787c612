"""Exercise: a series as supervised examples."""

import numpy as np

from autograder import expect
from autograder.exercise import Exercise
from autograder.student import StudentError
from autograder.text import Text

exercise = Exercise(
    "make_windows", points=3,
    title=Text("De una serie a ejemplos", "From a series to examples"),
    hints=(
        Text("La ventana i son los valores `series[i : i + k]`, y lo que hay que predecir es el siguiente, `series[i + k]`.",
             "Window i holds the values `series[i : i + k]`, and what is to be predicted is the next one, `series[i + k]`."),
        Text("El último i es el que deja un valor por predecir: hay len(series) - k ventanas.",
             "The last i is the one that leaves a value to predict: there are len(series) - k windows."),
    ),
)


def loops(series, k: int):
    n = len(series) - k
    x, y = np.empty((n, k)), np.empty(n)
    for i in range(n):
        for j in range(k):
            x[i, j] = series[i + j]
        y[i] = series[i + k]
    return x, y


def compare(student, series, k: int):
    result = student.call("make_windows", series, k)
    expect.true(isinstance(result, (tuple, list)) and len(result) == 2,
                "Se esperaban dos arrays, x e y; tu función devuelve {kind}.",
                "Two arrays were expected, x and y; your function returns {kind}.", kind=expect.kind(result))
    for name, seen, wanted in zip("xy", result, loops(series, k), strict=True):
        expect.same(seen, wanted, what=name)


@exercise.property(2, "Cada fila son k valores seguidos, del más antiguo al más reciente, y el objetivo es el que viene después.",
                   "Each row holds k values in a row, oldest first, and the target is the one that comes next.")
def windows(student, draw):
    k, extra = draw.sizes(2, 2, 12)
    compare(student, draw.array(k + extra), k)


@exercise.property(1, "Funciona con ventanas de un solo valor.", "It works with windows of a single value.")
def one_value(student, draw):
    compare(student, draw.array(int(draw.integers(4, 9))), 1)


@exercise.property(1, "Nada del futuro se cuela: cambiar la serie desde un día no toca las ventanas anteriores a ese día.",
                   "Nothing leaks from the future: changing the series from one day on leaves the windows before it alone.")
def no_leak(student, draw):
    k, series = int(draw.integers(2, 5)), draw.array(20)
    changed, day = series.copy(), int(draw.integers(9, 15))
    changed[day:] = draw.array(20 - day, std=100)
    for values in (series, changed):
        compare(student, values, k)


@exercise.property(1, "Una serie con un valor de más que k da una ventana; con k o menos, ValueError.",
                   "A series with one value more than k gives one window; with k or fewer, ValueError.")
def short_series(student, draw):
    k = int(draw.integers(3, 8))
    compare(student, draw.array(k + 1), k)
    for length in (k, k - 1):
        try:
            student.call("make_windows", draw.array(length), k)
        except StudentError as error:
            if error.kind == "ValueError":
                continue
            raise
        expect.fail("Una serie de {n} valores con k={k} debía lanzar ValueError, y no lanzó nada.",
                    "A series of {n} values with k={k} should raise ValueError, and nothing was raised.", n=length, k=k)


@exercise.property(1, "Deja la serie como estaba.", "It leaves the series as it was.")
def input_unchanged(student, draw):
    series, k = draw.array(12), 3
    mine = student.put(series)
    result = student.call("make_windows", mine, k)
    expect.same(result[0], loops(series, k)[0], what="x")
    expect.unchanged(series, mine.value(), "series")


ROWS = "np.stack([series[i : i + k] for i in range(len(series) - k)])"

exercise.mistake(
    "target_inside", ("series[i : i + k]", "series[i + 1 : i + k + 1]"),
    es="La ventana ya contiene el valor que hay que predecir: es una fuga. Termina en `series[i + k - 1]`.",
    en="The window already holds the value to be predicted: that is a leak. It ends at `series[i + k - 1]`.")
exercise.mistake(
    "last_lost", ("range(len(series) - k)", "range(len(series) - k - 1)"), ("series[k:]", "series[k:-1]"),
    es="Pierdes la última ventana: el último valor de la serie también se puede predecir. Hay len(series) - k.",
    en="You lose the last window: the last value of the series can be predicted too. There are len(series) - k.")
exercise.mistake(
    "newest_first", (ROWS, ROWS + "[:, ::-1]"),
    es="Cada fila está al revés: el contrato pide del valor más antiguo al más reciente.",
    en="Each row is reversed: the contract asks for the oldest value first.")
exercise.mistake(
    "skips_a_day", ("series[i : i + k] for i in range(len(series) - k)", "series[i : i + k] for i in range(len(series) - k - 1)"),
    ("series[k:]", "series[k + 1 :]"),
    es="Entre la ventana y su objetivo falta un día: el objetivo de `series[i : i + k]` es `series[i + k]`.",
    en="A day is missing between the window and its target: the target of `series[i : i + k]` is `series[i + k]`.")
exercise.mistake(
    "target_is_last_seen", ("series[k:]", "series[k - 1 : -1]"),
    es="El objetivo es el último valor de la propia ventana: la red solo aprendería a copiarlo. Es el siguiente.",
    en="The target is the last value of the window itself: the network would only learn to copy it. It is the next one.")
exercise.mistake(
    "transposed", (ROWS, ROWS + ".T"),
    es="Los ejemplos van por filas: x tiene forma (len(series) - k, k), y la tuya está traspuesta.",
    en="Examples go along the rows: x has shape (len(series) - k, k), and yours is transposed.")
exercise.mistake(
    "wraps_around", (ROWS, "np.stack([np.roll(series, k - j) for j in range(k)], axis=1)"), ("series[k:]", "series"),
    es="`np.roll` da la vuelta: las primeras ventanas se llenan con el final de la serie, que es el futuro.",
    en="`np.roll` wraps around: the first windows are filled with the end of the series, which is the future.")
exercise.mistake(
    "no_overlap", ("range(len(series) - k)", "range(0, len(series) - k, k)"), ("series[k:]", "series[k::k]"),
    es="Avanzas de k en k, y desperdicias casi todos los ejemplos. Las ventanas se solapan: avanza de uno en uno.",
    en="You advance k at a time and waste nearly all the examples. Windows overlap: advance one at a time.")
exercise.mistake(
    "no_error", ("if len(series) <= k:", "if len(series) < 0:"), ("np.stack", "np.array"),
    es="Una serie con k valores o menos no da ninguna ventana: avisa con `raise ValueError(...)` en vez de seguir.",
    en="A series of k values or fewer gives no window: say so with `raise ValueError(...)` instead of going on.")
exercise.mistake(
    "error_too_early", ("if len(series) <= k:", "if len(series) <= k + 1:"),
    es="Con k + 1 valores ya hay una ventana completa y su objetivo: eso no es un error.",
    en="With k + 1 values there is already one full window and its target: that is no error.")
exercise.mistake(
    "window_too_many", ("range(len(series) - k)", "range(len(series) - k + 1)"),
    es="Te sobra una ventana: la última no tiene un valor detrás. Hay len(series) - k.",
    en="There is one window too many: the last has no value after it. There are len(series) - k.")

exercise.alternative("sliding_view", code="""
def make_windows(series, k):
    if len(series) < k + 1:
        raise ValueError("series too short")
    x = np.lib.stride_tricks.sliding_window_view(series, k)[:-1].copy()
    return x, np.array(series[k:])
""")
exercise.alternative("index_table", code="""
def make_windows(series, k):
    n = len(series) - k
    if n <= 0:
        raise ValueError(f"{len(series)} values are too few for windows of {k}")
    table = np.arange(n)[:, None] + np.arange(k + 1)
    every = np.asarray(series)[table]
    return every[:, :k], every[:, k]
""")
