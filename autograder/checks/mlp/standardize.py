"""Exercise: numbers on one scale, fitted on the training part alone."""

import numpy as np
from sklearn.preprocessing import StandardScaler

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "standardize", points=2,
    title=Text("Escalar sin mirar el futuro", "Scaling without looking ahead"),
    hints=(
        Text("`train.mean(axis=0)` da una media por columna. Esa media y esa desviación sirven para las dos partes.",
             "`train.mean(axis=0)` gives one mean per column. That mean and that standard deviation serve both parts."),
        Text("Una columna constante tiene desviación 0: cámbiala por 1 con `np.where` antes de dividir.",
             "A constant column has standard deviation 0: turn it into 1 with `np.where` before dividing."),
    ),
    forbids=("sklearn.preprocessing.StandardScaler", "sklearn.preprocessing.scale"),
)


def draw_parts(draw, rows: int = 30) -> tuple[np.ndarray, np.ndarray]:
    """Draw a training and a test part whose columns, and whose two parts, have different means and sizes."""
    columns = int(draw.integers(3, 6))
    size, centre = draw.uniform(0.5, 20, columns), draw.array(columns, std=30)
    return draw.array(rows, columns) * size + centre, 2 * draw.array(rows // 2, columns) * size + centre + 3 * size


def compare(student, train, test):
    scaler = StandardScaler().fit(train)
    result = student.call("standardize", train, test)
    expect.true(isinstance(result, (tuple, list)) and len(result) == 2,
                "Se esperaban dos arrays, las dos partes escaladas; tu función devuelve {kind}.",
                "Two arrays were expected, both parts scaled; your function returns {kind}.", kind=expect.kind(result))
    expect.near(result[0], scaler.transform(train), what="train")
    expect.near(result[1], scaler.transform(test), what="test")


@exercise.property(2, "Las dos partes se escalan, columna a columna, con la media y la desviación de la parte de entrenamiento.",
                   "Both parts are scaled, column by column, with the mean and the standard deviation of the training part.")
def scaled(student, draw):
    compare(student, *draw_parts(draw))


@exercise.property(1, "El futuro no se cuela: cambiar la parte de prueba no cambia la de entrenamiento.",
                   "The future does not leak: changing the test part does not change the training part.")
def no_leak(student, draw):
    train, test = draw_parts(draw)
    for other in (test, test * 100 - 7):
        compare(student, train, other)


@exercise.property(1, "Una columna constante queda en 0, sin nan ni inf.", "A constant column becomes 0, without nan or inf.")
def constant_column(student, draw):
    train, test = draw_parts(draw)
    train[:, 1] = test[:, 1] = int(draw.integers(1, 9))
    compare(student, train, test)


@exercise.property(1, "Deja sus entradas como estaban.", "It leaves its inputs as they were.")
def inputs_unchanged(student, draw):
    parts = draw_parts(draw)
    mine = [student.put(part) for part in parts]
    result = student.call("standardize", *mine)
    for name, part, kept in zip(("train", "test"), parts, mine, strict=True):
        expect.unchanged(part, kept.value(), name)
    expect.near(result[1], StandardScaler().fit(parts[0]).transform(parts[1]), what="test")


MEAN, STD = "mean = train.mean(axis=0)", "std = train.std(axis=0)"

exercise.mistake(
    "fitted_on_all", (MEAN, "mean = np.concatenate([train, test]).mean(axis=0)"),
    (STD, "std = np.concatenate([train, test]).std(axis=0)"),
    es="Mides la media con todos los datos: la parte de prueba, que es el futuro, se cuela en el entrenamiento.",
    en="You measure the mean on all data: the test part, which is the future, leaks into training.")
exercise.mistake(
    "test_on_its_own", ("(test - mean) / std", "(test - test.mean(axis=0)) / test.std(axis=0)"),
    es="Escalas la prueba con su propia media: el mismo valor significaría una cosa al entrenar y otra al predecir.",
    en="You scale the test part with its own mean: one value would mean one thing in training and another in prediction.")
exercise.mistake(
    "whole_array", (MEAN, "mean = train.mean()"), (STD, "std = train.std()"),
    es="Una sola media para toda la tabla mezcla columnas de unidades distintas. Falta `axis=0`.",
    en="One mean for the whole table mixes columns of different units. `axis=0` is missing.")
exercise.mistake(
    "by_rows", (MEAN, "mean = train.mean(axis=1, keepdims=True)"), (STD, "std = train.std(axis=1, keepdims=True)"),
    ("(test - mean) / std", "(test - test.mean(axis=1, keepdims=True)) / test.std(axis=1, keepdims=True)"),
    es="Escalas cada fila. Cada columna es una magnitud: la media se toma a lo largo de las filas, `axis=0`.",
    en="You scale each row. Each column is a quantity: the mean is taken along the rows, `axis=0`.")
exercise.mistake(
    "variance", (STD, "std = train.var(axis=0)"),
    es="Divides entre la varianza. Es la desviación estándar, su raíz, la que deja los datos con tamaño 1.",
    en="You divide by the variance. The standard deviation, its root, is what brings the data to size 1.")
exercise.mistake(
    "sample_deviation", (STD, "std = train.std(axis=0, ddof=1)"),
    es="Usas la desviación con n - 1. El enunciado pide la de NumPy por defecto, que divide entre n.",
    en="You use the standard deviation with n - 1. The text asks for NumPy's default, which divides by n.")
exercise.mistake(
    "constant_unguarded", ("std = np.where(std == 0, 1.0, std)", "std = std + 0.0"),
    es="Una columna constante tiene desviación 0, y dividir entre 0 da nan. Cambia ese 0 por 1.",
    en="A constant column has standard deviation 0, and dividing by 0 gives nan. Turn that 0 into 1.")
exercise.mistake(
    "eps_everywhere", ("std = np.where(std == 0, 1.0, std)", "std = std + 1e-3"),
    es="Sumar una constante a la desviación cambia todas las columnas. Cambia solo las que valen 0.",
    en="Adding a constant to the deviation changes every column. Change only those that are 0.")
exercise.mistake(
    "between_zero_and_one", (MEAN, "mean = train.min(axis=0)"), (STD, "std = train.max(axis=0) - train.min(axis=0)"),
    es="Eso lleva los datos al intervalo de 0 a 1. Aquí se pide media 0 y desviación 1.",
    en="That brings the data to the interval from 0 to 1. Mean 0 and standard deviation 1 are asked for.")
exercise.mistake(
    "in_place", ("return (train - mean) / std, (test - mean) / std",
                 "train -= mean\n    train /= std\n    test -= mean\n    test /= std\n    return train, test"),
    es="`train -= …` escribe sobre las tablas de quien te llama, que se quedaría sin sus datos originales.",
    en="`train -= …` writes into the caller's tables, who would be left without the original data.")
exercise.mistake(
    "test_forgotten", ("(test - mean) / std", "test"),
    es="Devuelves la parte de prueba sin escalar: la red vería números de un tamaño que nunca conoció.",
    en="You return the test part unscaled: the network would see numbers of a size that it never met.")
exercise.alternative("tiny_epsilon", ("std = np.where(std == 0, 1.0, std)", "std = std + 1e-8"))
exercise.alternative("one_pass", code="""
def standardize(train, test):
    n = len(train)
    centre = np.sum(train, axis=0) / n
    spread = np.sqrt(np.sum((train - centre) ** 2, axis=0) / n)
    spread[spread == 0] = 1
    scaled = (np.vstack([train, test]) - centre) / spread
    return scaled[:n], scaled[n:]
""")
exercise.alternative("column_by_column", code="""
def standardize(train, test):
    out = np.zeros(train.shape), np.zeros(test.shape)
    for j in range(train.shape[1]):
        m, s = np.mean(train[:, j]), np.std(train[:, j])
        for part, target in zip((train, test), out):
            target[:, j] = (part[:, j] - m) / (s if s > 0 else 1)
    return out
""")
