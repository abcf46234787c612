"""Exercise 4.6: the mask that hides padding."""

import torch

from autograder import expect
from autograder.checks.attention.causal_mask import same_mask
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "padding_mask", points=4,
    title=Text("No mirar el relleno", "No looking at padding"),
    hints=(
        Text("Comparar un tensor con un número da un tensor booleano de la misma forma.",
             "Comparing a tensor with a number gives a boolean tensor of the same shape."),
        Text("`None` entre corchetes pone un eje de largo 1: `mask[:, None, None, :]` es (B, 1, 1, S).",
             "`None` in square brackets puts in an axis of length 1: `mask[:, None, None, :]` is (B, 1, 1, S)."),
    ),
)


def drawn(draw, B: int, S: int, pad: int) -> torch.Tensor:
    """Draw ids with padding at the end of some rows and in the middle of others, and none in the first."""
    ids = draw.integers(0, 9, size=(B, S))
    ids += ids >= pad  # no padding yet; 0 is a symbol
    ids[1, -2:] = ids[-1, 1] = pad
    ids[0, 0], ids[0, -1] = (0 if pad else 3), (0 if pad else 4)
    return torch.tensor(ids)


def oracle(ids, pad) -> torch.Tensor:
    return torch.tensor([[[[n != pad for n in row]]] for row in ids.tolist()])


def agrees(student, ids, pad):
    mask = student.call("padding_mask", ids, pad)
    same_mask(mask, oracle(ids, pad), what="padding_mask(ids, pad)")
    return mask


@exercise.property(3, "Tapa el relleno, y solo el relleno, esté al final o en medio.",
                   "It hides the padding, and nothing but the padding, at the end or in the middle.")
def hides(student, draw):
    B, S = draw.sizes(2, 4, 8)
    agrees(student, drawn(draw, B, S, 9), 9)


@exercise.property(2, "Vale cualquier símbolo de relleno, también el 0 y el −1.", "Any symbol of padding will do, 0 and −1 too.")
def any_symbol(student, draw):
    B, S = draw.sizes(2, 4, 8)
    for pad in (0, int(draw.integers(1, 9)), -1):
        agrees(student, drawn(draw, B, S, pad), pad)


@exercise.property(1, "Es booleana, y sirve para una sola secuencia.", "It is boolean, and it works for a single sequence.")
def boolean(student, draw):
    pad = int(draw.integers(1, 9))
    mask = agrees(student, drawn(draw, 3, 5, pad)[1:2], pad)
    kind = str(getattr(mask, "dtype", type(mask).__name__)).removeprefix("torch.")
    expect.true(kind == "bool", "Una máscara es booleana (`torch.bool`), y la tuya es {kind}.",
                "A mask is boolean (`torch.bool`), and yours is {kind}.", kind=kind)


@exercise.property(1, "Deja los ids como estaban.", "It leaves the ids as they were.")
def ids_unchanged(student, draw):
    ids = drawn(draw, 4, 5, 7)
    mine = student.put(ids)
    same_mask(student.call("padding_mask", mine, 7), oracle(ids, 7), what="padding_mask(ids, pad)")
    expect.unchanged(ids, mine.value(), "ids")


RETURN = "return (ids != pad)[:, None, None, :]"

exercise.mistake(
    "inverted", ("!=", "=="),
    es="Marcas el relleno con `True`: es lo contrario. `True` es que se puede mirar.",
    en="You mark the padding with `True`: it is the opposite. `True` means one may look.")
exercise.mistake(
    "two_axes", ("[:, None, None, :]", ""),
    es="Devuelves (B, S). Se pide (B, 1, 1, S): así se extiende sobre cabezas y consultas.",
    en="You return (B, S). (B, 1, 1, S) is asked for: that way it stretches over heads and queries.")
exercise.mistake(
    "three_axes", ("[:, None, None, :]", "[:, None, :]"),
    es="Devuelves (B, 1, S): falta el eje de las cabezas. Se pide (B, 1, 1, S).",
    en="You return (B, 1, S): the axis of the heads is missing. (B, 1, 1, S) is asked for.")
exercise.mistake(
    "keys_as_heads", ("[:, None, None, :]", "[:, :, None, None]"),
    es="Devuelves (B, S, 1, 1): las claves están donde van las cabezas. Se pide (B, 1, 1, S).",
    en="You return (B, S, 1, 1): the keys are where the heads go. (B, 1, 1, S) is asked for.")
exercise.mistake(
    "counted",
    (RETURN, "count = (ids != pad).sum(dim=1, keepdim=True)\n    return (torch.arange(ids.shape[1]) < count)[:, None, None, :]"),
    es="Cuentas los símbolos y tapas lo que pasa de ahí: supones que el relleno va al final. También puede ir en medio.",
    en="You count the symbols and hide what comes after: you assume that padding is at the end. It may be in the middle too.")
exercise.mistake(
    "query_axis", ("[:, None, None, :]", "[:, None, :, None]"),
    es="Tapas consultas, no claves: (B, 1, S, 1). El relleno es lo que no se mira, y eso son las claves.",
    en="You hide queries, not keys: (B, 1, S, 1). Padding is what is not looked at, and those are the keys.")
exercise.mistake(
    "zero_always", ("ids != pad", "ids != 0"),
    es="Comparas con 0 y no con `pad`.", en="You compare with 0 and not with `pad`.")
exercise.mistake(
    "truth", ("ids != pad", "ids > pad"),
    es="Usas `>`: los símbolos menores que `pad` también lo son.", en="You use `>`: symbols less than `pad` are symbols too.")
exercise.mistake(
    "below_pad", ("ids != pad", "ids < pad"),
    es="Usas `<`: los símbolos mayores que `pad` también lo son.", en="You use `<`: symbols greater than `pad` are symbols too.")
exercise.mistake(
    "all_after_the_first", ("(ids != pad)", "(ids != pad).cumprod(dim=1).bool()"),
    es="Tapas todo lo que va detrás del primer relleno. También puede haberlo en medio.",
    en="You hide all that comes after the first padding. There may be some in the middle too.")
exercise.mistake(
    "only_at_the_end", ("(ids != pad)", "(ids != pad).flip(1).cummax(dim=1).values.flip(1)"),
    es="Solo tapas el relleno del final. También puede haberlo en medio.",
    en="You hide only the padding at the end. There may be some in the middle too.")
exercise.mistake(
    "pairs", (RETURN, "real = ids != pad\n    return (real[:, None, :] & real[:, :, None])[:, None]"),
    es="Tapas parejas, (B, 1, S, S): las consultas de relleno se quedan sin nada que mirar. Es cosa de las claves.",
    en="You hide pairs, (B, 1, S, S): padding queries are left with nothing to look at. It is about the keys.")
exercise.mistake(
    "numbers", (RETURN, "return (ids != pad)[:, None, None, :].float()"),
    es="Devuelves unos y ceros. Una máscara es booleana.", en="You return ones and zeros. A mask is boolean.")
exercise.mistake(
    "batch_flattened", (RETURN, "return (ids != pad).reshape(1, 1, 1, -1)"),
    es="Pones todas las secuencias en una fila. Cada una lleva la suya.",
    en="You put all sequences in one row. Each has its own.")
exercise.mistake(
    "ids_rewritten", (RETURN, "mask = (ids != pad)[:, None, None, :]\n    ids[ids == pad] = 0\n    return mask"),
    es="Escribes sobre `ids`, que es de quien te llama.", en="You write into `ids`, which belongs to the caller.")

exercise.alternative("unsqueezed", code="""
def padding_mask(ids, pad):
    return torch.ne(ids, pad).unsqueeze(1).unsqueeze(1)
""")
exercise.alternative("viewed", code="""
def padding_mask(ids, pad):
    B, S = ids.shape
    hidden = ids.eq(pad)
    return ~hidden.view(B, 1, 1, S)
""")
