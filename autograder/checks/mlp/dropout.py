"""Exercise: inverted dropout (Srivastava et al. 2014, JMLR 15, section 10)."""

import numpy as np

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "dropout", points=4,
    title=Text("Dropout", "Dropout"),
    hints=(
        Text("Si `train` es falso no hay nada que hacer: devuelve x.", "If `train` is false there is nothing to do: return x."),
        Text("`rng.random(x.shape) >= p` es verdadero con probabilidad 1 - p, elemento a elemento: son los que sobreviven.",
             "`rng.random(x.shape) >= p` is true with probability 1 - p, element by element: those survive."),
        Text("Sobrevive una fracción 1 - p. Para que la media no cambie, ¿por cuánto hay que dividir a los supervivientes?",
             "A fraction 1 - p survives. For the mean not to change, what must the survivors be divided by?"),
    ),
    forbids=("torch.nn.functional.dropout", "torch.dropout", "torch.nn.Dropout.forward"),
)


def dropped(seen, x: np.ndarray, p: float) -> np.ndarray:
    """Return the mask of what was set to zero, after checking that it is a fraction p (5 sigma) and what is left."""
    out = expect.array(seen, x.shape, what="dropout(x, p, True, rng)")
    off = out == 0
    expect.true(abs(off.mean() - p) < 5 * np.sqrt(p * (1 - p) / x.size),
                "Con p={p:.2f} debía apagarse esa fracción de los valores, y se apagó {seen:.3f}.",
                "With p={p:.2f} that fraction of the values should be zeroed, and {seen:.3f} was.", p=p, seen=float(off.mean()))
    return off


@exercise.property(2, "Al entrenar, cada valor se apaga con probabilidad p; los demás crecen lo justo para que la media no cambie.",
                   "In training each value is set to zero with probability p; the others grow just enough to keep the mean.")
def survivors(student, draw):
    for p in (0.1, float(draw.uniform(0.25, 0.75))):
        x = draw.array(120, 130) + 3
        seen = student.call("dropout", x, p, True, student.rng(draw.seed()))
        expect.close(seen, np.where(dropped(seen, x, p), 0, x / (1 - p)), what="dropout(x, p, True, rng)")


@exercise.property(2, "Al evaluar no cambia nada: sale x tal cual.", "In evaluation nothing changes: x comes out as it is.")
def evaluation(student, draw):
    x, p = draw.array(60, 70), float(draw.uniform(0.2, 0.6))
    dropped(student.call("dropout", x, p, True, student.rng(draw.seed())), x, p)
    expect.close(student.call("dropout", x, p, False, student.rng(draw.seed())), x, what="dropout(x, p, False, rng)")


@exercise.property(1, "Cada valor se sortea por separado, no filas ni columnas enteras.",
                   "Each value is drawn on its own, not whole rows or columns.")
def independent(student, draw):
    x, p = draw.array(90, 110) + 5, float(draw.uniform(0.3, 0.7))
    off = dropped(student.call("dropout", x, p, True, student.rng(draw.seed())), x, p)
    for axis in (0, 1):
        n, count = off.shape[axis], off.shape[1 - axis]
        spread = ((off.sum(axis=axis) - n * p) ** 2 / (n * p * (1 - p))).sum()  # chi squared, `count` degrees of freedom
        expect.true(abs(spread - count) < 6 * np.sqrt(2 * count),
                    "Se apagan filas o columnas enteras: sortea un número para cada valor de x.",
                    "Whole rows or columns are zeroed: draw one number for each value of x.")


@exercise.property(1, "Cada llamada sortea de nuevo con el generador recibido; la misma semilla repite el sorteo.",
                   "Each call draws anew from the generator given; the same seed repeats the draw.")
def fresh_each_call(student, draw):
    x, p, seed = draw.array(80, 90) + 4, float(draw.uniform(0.3, 0.7)), draw.seed()
    rng = student.rng(seed)
    first, second = (dropped(student.call("dropout", x, p, True, rng), x, p) for _ in range(2))
    again = dropped(student.call("dropout", x, p, True, student.rng(seed)), x, p)
    expect.true(not np.array_equal(first, second), "Dos llamadas seguidas apagan los mismos valores.",
                "Two calls in a row zero the same values.")
    expect.true(np.array_equal(first, again), "La misma semilla da sorteos distintos: usa el `rng` recibido.",
                "The same seed gives different draws: use the `rng` that is passed.")


@exercise.property(1, "Deja su entrada como estaba.", "It leaves its input as it was.")
def input_unchanged(student, draw):
    x, p = draw.array(40, 50) + 4, float(draw.uniform(0.3, 0.7))
    mine = student.put(x)
    dropped(student.call("dropout", mine, p, True, student.rng(draw.seed())), x, p)
    expect.unchanged(x, mine.value(), "x")


exercise.mistake(
    "scaled_by_p", ("/ (1 - p)", "/ p"),
    es="Divides entre p, la fracción que se apaga. Los supervivientes son 1 - p: hay que dividir entre 1 - p.",
    en="You divide by p, the fraction that is zeroed. The survivors are 1 - p: divide by 1 - p.")
exercise.mistake(
    "always_on", ("if not train:", "if p == 0:"),
    es="Apagas valores también al evaluar: las predicciones cambiarían de una vez a otra. Mira el argumento `train`.",
    en="You put values out in evaluation too: the predictions would change from call to call. Look at the argument `train`.")
exercise.mistake(
    "no_rescale", (" / (1 - p)", ""),
    es="Falta dividir entre 1 - p: al entrenar la señal llega más pequeña que al evaluar, y la capa siguiente lo nota.",
    en="The division by 1 - p is missing: the signal in training is smaller than in evaluation, and the next layer feels it.")
exercise.mistake(
    "p_is_kept", ("rng.random(x.shape) >= p", "rng.random(x.shape) < p"),
    es="Tomas p como la probabilidad de sobrevivir. Aquí, como en PyTorch, p es la probabilidad de apagarse.",
    en="You take p as the probability of surviving. Here, as in PyTorch, p is the probability of being zeroed.")
exercise.mistake(
    "p_is_kept_and_scaled", ("keep = rng.random(x.shape) >= p\n    return x * keep / (1 - p)",
                             "keep = rng.random(x.shape) < p\n    return x * keep / p"),
    es="Tomas p como la probabilidad de sobrevivir, como en el artículo original. Aquí, como en PyTorch, p es la de apagarse.",
    en="You take p as the probability of surviving, as the original paper does. Here, as in PyTorch, it is that of being zeroed.")
exercise.mistake(
    "whole_rows", ("rng.random(x.shape)", "rng.random((len(x), 1))"),
    es="Sorteas un número por fila: se apagan ejemplos enteros. Hace falta un sorteo por valor: `rng.random(x.shape)`.",
    en="You draw one number per row: whole examples are zeroed. One draw per value is needed: `rng.random(x.shape)`.")
exercise.mistake(
    "whole_columns", ("rng.random(x.shape)", "rng.random(x.shape[-1])"),
    es="Todos los ejemplos comparten el sorteo: se apagan columnas enteras. Hace falta un sorteo por valor.",
    en="All examples share the draw: whole columns are zeroed. One draw per value is needed.")
exercise.mistake(
    "own_seed", ("rng.random(x.shape)", "np.random.default_rng(0).random(x.shape)"),
    es="Tu generador, de semilla fija, apaga siempre los mismos valores: eso es una red más pequeña, no dropout.",
    en="Your generator with a fixed seed always zeroes the same values: that is a smaller network, not dropout.")
exercise.mistake(
    "scaled_in_evaluation", ("return x\n", "return x * (1 - p)\n"), (" / (1 - p)", ""),
    es="Escalas al evaluar, como en el artículo de 2014. Aquí se pide la variante invertida: se escala al entrenar y se evalúa con x.",
    en="You scale in evaluation, as the paper of 2014 does. The inverted variant is asked for: scale in training, evaluate with x.")
exercise.mistake(
    "scaled_twice", ("return x\n", "return x * (1 - p)\n"),
    es="Al entrenar ya divides entre 1 - p; si además escalas al evaluar, corriges dos veces.",
    en="You already divide by 1 - p in training; scaling in evaluation as well corrects twice.")
exercise.mistake(
    "in_place", ("keep = rng.random(x.shape) >= p\n    return x * keep / (1 - p)",
                 "x *= rng.random(x.shape) >= p\n    x /= 1 - p\n    return x"),
    es="`x *= …` escribe sobre el array de quien te llama, que lo necesita para la pasada hacia atrás.",
    en="`x *= …` writes into the caller's array, which is still needed for the backward pass.")

exercise.alternative("binomial", code="""
def dropout(x, p, train, rng):
    return x * rng.binomial(1, 1 - p, size=x.shape) / (1 - p) if train else x
""")
exercise.alternative("chosen_and_emptied", code="""
def dropout(x, p, train, rng):
    out = np.array(x, dtype=float)
    if train:
        off = rng.uniform(size=out.size).reshape(out.shape) < p
        out *= 1 / (1 - p)
        out[off] = 0.0
    return out
""")
