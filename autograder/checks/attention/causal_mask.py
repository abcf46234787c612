"""Exercise 4.5: the mask that lets no query look ahead."""

import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "causal_mask", points=5,
    title=Text("No mirar al futuro", "No looking ahead"),
    hints=(
        Text("`torch.ones(T, S, dtype=torch.bool)` y su método `tril` dan el triángulo de abajo.",
             "`torch.ones(T, S, dtype=torch.bool)` and its method `tril` give the lower triangle."),
        Text("`tril(diagonal=n)` deja n diagonales más por encima de la principal. La última consulta, en la fila T - 1, debe llegar "
             "a la clave S - 1.",
             "`tril(diagonal=n)` leaves n more diagonals above the main one. The last query, in row T - 1, must reach key S - 1."),
    ),
)


def oracle(T: int, S: int) -> torch.Tensor:
    """Return the mask, pair by pair: the place of query t in the whole sequence is t + S - T."""
    return torch.tensor([[s <= t + S - T for s in range(S)] for t in range(T)])


def same_mask(seen, wanted: torch.Tensor, what: str):
    """Fail unless a mask, of booleans or of ones and zeros, has the shape and the places of `wanted`."""
    places = expect.array(seen, tuple(wanted.shape), what, finite=False)
    wrong = int((places != wanted.double().numpy()).sum())
    expect.true(not wrong, "`{what}`: {wrong} de {total} casillas no coinciden.", "`{what}`: {wrong} of {total} places differ.",
                what=what, wrong=wrong, total=wanted.numel())


def agrees(student, T: int, *S: int):
    mask = student.call("causal_mask", T, *S)
    same_mask(mask, oracle(T, *(S or (T,))), what=f"causal_mask({', '.join(map(str, (T, *S)))})")
    return mask


@exercise.property(3, "Con tantas claves como consultas, el triángulo con su diagonal.",
                   "With as many keys as queries, the triangle with its diagonal.")
def square(student, draw):
    for T in (*draw.sizes(2, 4, 9), 1):
        agrees(student, T)


@exercise.property(3, "Con más claves que consultas, la última consulta llega a la última clave.",
                   "With more keys than queries, the last query reaches the last key.")
def earlier_keys(student, draw):
    for T in draw.sizes(2, 2, 6):
        agrees(student, T, T + int(draw.integers(2, 6)))
    agrees(student, 1, int(draw.integers(3, 9)))


@exercise.property(1, "Es booleana.", "It is boolean.")
def boolean(student, draw):
    for given in ((int(draw.integers(2, 6)),), (3, 5)):
        mask = agrees(student, *given)
        kind = str(getattr(mask, "dtype", type(mask).__name__)).removeprefix("torch.")
        expect.true(kind == "bool", "Una máscara es booleana (`torch.bool`), y la tuya es {kind}.",
                    "A mask is boolean (`torch.bool`), and yours is {kind}.", kind=kind)


RETURN = "return torch.ones(T, S, dtype=torch.bool).tril(diagonal=S - T)"

exercise.mistake(
    "upper_triangle", (RETURN, "return torch.ones(T, S, dtype=torch.bool).triu(diagonal=S - T)"),
    es="Es el triángulo de arriba: cada consulta mira solo al futuro.",
    en="It is the upper triangle: each query looks at the future only.")
exercise.mistake(
    "forbidden_instead", (RETURN, f"{RETURN.replace('torch.ones', '~torch.ones')}"),
    es="La máscara está al revés: `True` es que se puede mirar.", en="The mask is upside down: `True` means one may look.")
exercise.mistake(
    "diagonal_hidden", ("S - T)", "S - T - 1)"),
    es="Cada consulta debe verse a sí misma: falta la diagonal, y la primera fila se queda sin nada.",
    en="Each query must see itself: the diagonal is missing, and the first row is left with nothing.")
exercise.mistake(
    "one_ahead", ("S - T)", "S - T + 1)"),
    es="Cada consulta ve una clave de más: la siguiente, que es la respuesta.",
    en="Each query sees one key too many: the next one, which is the answer.")
exercise.mistake(
    "two_ahead", ("S - T)", "S - T + 2)"),
    es="Cada consulta ve dos claves de más.", en="Each query sees two keys too many.")
exercise.mistake(
    "no_offset", ("diagonal=S - T", ""),
    es="Cuando hay más claves que consultas, las de antes faltan: el triángulo se cuenta desde la última clave, no desde la primera.",
    en="When there are more keys than queries, the earlier ones are missing: the triangle is counted from the last key, not from the "
       "first.")
exercise.mistake(
    "offset_upside_down", ("S - T)", "T - S)"),
    es="El desplazamiento está al revés: son S - T diagonales más, no menos.",
    en="The offset is upside down: it is S - T diagonals more, not fewer.")
exercise.mistake(
    "keys_ignored", ("S = T if S is None else S", "S = T"),
    es="No usas `S`: la máscara sale siempre cuadrada.", en="You do not use `S`: the mask always comes out square.")
exercise.mistake(
    "none_not_handled", ("S = T if S is None else S", "pass"),
    es="Cuando no se da `S`, vale `None`, y `None` no es un tamaño: entonces S es T.",
    en="When `S` is not given it is `None`, and `None` is not a size: S is T then.")
exercise.mistake(
    "transposed", (RETURN, f"{RETURN}.T"),
    es="Está traspuesta: las consultas van en las filas.", en="It is transposed: queries go in rows.")
exercise.mistake(
    "numbers", ("dtype=torch.bool", "dtype=torch.float32"),
    es="Devuelves unos y ceros. Una máscara es booleana: `dtype=torch.bool`.",
    en="You return ones and zeros. A mask is boolean: `dtype=torch.bool`.")
exercise.mistake(
    "to_be_added", (RETURN, f"return torch.zeros(T, S).masked_fill(~{RETURN.removeprefix('return ')}, float('-inf'))"),
    es="Devuelves lo que se sumaría a las puntuaciones: 0 y −∞. Se pide la máscara booleana.",
    en="You return what would be added to the scores: 0 and −∞. The boolean mask is asked for.")
exercise.mistake(
    "everything", (RETURN, "return torch.ones(T, S, dtype=torch.bool)"),
    es="Lo permites todo, también el futuro.", en="You allow everything, the future too.")

exercise.alternative("compared", code="""
def causal_mask(T, S=None):
    S = S or T
    return torch.arange(S) <= torch.arange(S - T, S)[:, None]
""")
exercise.alternative("last_rows", code="""
def causal_mask(T, S=None):
    if S is None:
        S = T
    ahead = torch.triu(torch.ones(S, S), diagonal=1).bool()
    return ahead.logical_not()[-T:]
""")
