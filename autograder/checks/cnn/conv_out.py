"""Exercise 2.1: how many places a filter takes."""

import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.replies import raises_value_error
from autograder.student import StudentError
from autograder.text import Text

exercise = Exercise(
    "conv_out", points=3,
    title=Text("Cuántas veces cabe el filtro", "How often the filter fits"),
    hints=(
        Text("El filtro abarca `dilation * (k - 1) + 1` píxeles y el eje, con su relleno, mide `n + 2 * pad`. La diferencia es lo "
             "que puede avanzar.",
             "The filter spans `dilation * (k - 1) + 1` pixels, and the axis with its padding measures `n + 2 * pad`. The "
             "difference is how far it can move."),
        Text("Divide lo que puede avanzar entre el paso con `//`, y suma 1 por el primer sitio.",
             "Divide how far it can move by the stride with `//`, and add 1 for the first place."),
    ),
)


def oracle(n, k, stride=1, pad=0, dilation=1) -> int:
    """Return the length that torch's convolution gives."""
    return torch.nn.functional.conv1d(torch.zeros(1, 1, n), torch.zeros(1, 1, k), None, stride, pad, dilation).shape[-1]


def compare(student, cases):
    seen, names = [], [", ".join([*map(str, args), *(f"{key}={value}" for key, value in options.items())]) for args, options in cases]
    for told, (args, options) in zip(names, cases, strict=True):
        try:
            seen.append(student.call("conv_out", *args, **options))
        except StudentError as error:
            expect.true(error.kind != "ValueError", "conv_out({told}) lanza ValueError, y el filtro cabe.",
                        "conv_out({told}) raises ValueError, and the filter fits.", told=told)
            raise
    for answer, told, (args, options) in zip(seen, names, cases, strict=True):
        expect.true(type(answer) is int, "conv_out({told}) debía ser un entero y es {kind}.",
                    "conv_out({told}) should be an int, but it is {kind}.", told=told, kind=expect.kind(answer))
        wanted = oracle(*args, **options)
        expect.true(answer == wanted, "conv_out({told}) no es lo que mide la salida de PyTorch: el tuyo se aparta en {gap}.",
                    "conv_out({told}) is not the length of PyTorch's output: yours is off by {gap}.", told=told, gap=answer - wanted)


def drawn(draw, *names, count: int = 12):
    """Draw sizes that fit, with the options called `names`."""
    ranges = {"stride": (2, 6), "pad": (1, 5), "dilation": (2, 5)}
    cases = []
    for _ in range(count):
        k = int(draw.integers(2, 8))
        options = {name: int(draw.integers(*ranges[name])) for name in names}
        span = options.get("dilation", 1) * (k - 1) + 1 - 2 * options.get("pad", 0)
        cases.append(((max(span, 1) + int(draw.integers(3, 30)), k), options))
    return cases


@exercise.property(1, "Con paso 1 y sin relleno coincide con PyTorch.", "With stride 1 and no padding it agrees with PyTorch.")
def plain(student, draw):
    compare(student, drawn(draw))


@exercise.property(2, "Con paso, también cuando sobran píxeles al final.", "With a stride, also where pixels are left over at the end.")
def stride(student, draw):
    left_over = [((k + s * m + extra, k), {"stride": s}) for k, s, m in draw.integers(2, 6, size=(5, 3)).tolist() for extra in range(s)]
    compare(student, [*left_over, *drawn(draw, "stride")])


@exercise.property(2, "Con relleno a los dos lados.", "With padding on both sides.")
def padding(student, draw):
    smaller = [((2, k), {"pad": k}) for k in draw.integers(3, 6, size=2).tolist()]  # fits only thanks to the padding
    compare(student, [*smaller, *drawn(draw, "pad"), *drawn(draw, "stride", "pad")])


@exercise.property(2, "Con dilatación.", "With dilation.")
def dilation(student, draw):
    compare(student, [*drawn(draw, "dilation"), *drawn(draw, "stride", "pad", "dilation")])


@exercise.property(1, "Si el filtro cabe justo, da 1; si no cabe, lanza `ValueError`.",
                   "Where the filter just fits, it gives 1; where it does not fit, it raises `ValueError`.")
def does_not_fit(student, draw):
    for d in (1, 2, 3):
        k, pad = int(draw.integers(3, 7)), int(draw.integers(0, 2))
        n = d * (k - 1) + 1 - 2 * pad
        compare(student, [((n, k, 1, pad, d), {})])
        for stride in (1, 3):  # one pixel short: -1/3 rounds towards zero, or down
            raises_value_error(student, "conv_out", n - 1, k, stride, pad, d, told=f"conv_out({n - 1}, {k}, {stride}, {pad}, {d})")


ROOM = "n + 2 * pad - (dilation * (k - 1) + 1)"
RESULT = "return room // stride + 1"

exercise.mistake(
    "just_fits_refused", ("if room < 0:", "if room <= 0:"),
    es="Lanzas `ValueError` también cuando el filtro cabe justo. Ahí cabe una vez.",
    en="You raise `ValueError` where the filter just fits, too. There it fits once.")
exercise.mistake(
    "no_plus_one", (RESULT, "return room // stride"),
    es="Falta sumar 1: cuentas los avances del filtro y no su primer sitio.",
    en="1 is not added: you count the moves of the filter and not its first place.")
exercise.mistake(
    "plus_one_inside", (RESULT, "return (room + 1) // stride"),
    es="Sumas el 1 antes de dividir entre el paso. El primer sitio no se divide: va después.",
    en="You add the 1 before dividing by the stride. The first place is not divided: it comes afterwards.")
exercise.mistake(
    "rounded_up", (RESULT, "return -(-room // stride) + 1"),
    es="Redondeas hacia arriba: cuentas un último sitio en el que el filtro se sale.",
    en="You round up: you count a last place where the filter sticks out.")
exercise.mistake(
    "float_division", (RESULT, "return room / stride + 1"),
    es="`/` da decimales. Un número de sitios es entero: usa `//`.",
    en="`/` gives decimals. A number of places is whole: use `//`.")
exercise.mistake(
    "rounded_to_nearest", (RESULT, "return round(room / stride) + 1"),
    es="Redondeas al más cercano. Si sobra medio paso, el filtro no cabe otra vez: se redondea hacia abajo.",
    en="You round to the nearest. Where half a step is left the filter does not fit again: one rounds down.")
exercise.mistake(
    "padding_forgotten_in_the_test", ("if room < 0:", "if room < 2 * pad:"),
    es="Al mirar si el filtro cabe, olvidas el relleno: el filtro puede ser mayor que la fila sin rellenar.",
    en="When you look whether the filter fits, you forget the padding: it may be larger than the row without it.")
exercise.mistake(
    "padding_one_side", ("n + 2 * pad", "n + pad"),
    es="El relleno va en los dos lados: son `2 * pad` píxeles más.",
    en="Padding goes on both sides: it is `2 * pad` more pixels.")
exercise.mistake(
    "padding_ignored", ("n + 2 * pad", "n"),
    es="No cuentas el relleno.", en="You do not count the padding.")
exercise.mistake(
    "dilation_ignored", ("dilation * (k - 1) + 1", "k"),
    es="No usas `dilation`: un filtro dilatado abarca más píxeles.",
    en="You do not use `dilation`: a dilated filter spans more pixels.")
exercise.mistake(
    "dilation_times_k", ("dilation * (k - 1) + 1", "dilation * k"),
    es="Entre k entradas hay k - 1 huecos: el filtro abarca `dilation * (k - 1) + 1`, no `dilation * k`.",
    en="Between k entries there are k - 1 gaps: the filter spans `dilation * (k - 1) + 1`, not `dilation * k`.")
exercise.mistake(
    "stride_ignored", (RESULT, "return room + 1"),
    es="No divides entre el paso.", en="You do not divide by the stride.")
exercise.mistake(
    "kernel_ignored", (ROOM, "n + 2 * pad - 1"),
    es="Divides la fila entre el paso y olvidas el filtro: cerca del final ya no cabe.",
    en="You divide the row by the stride and forget the filter: near the end it no longer fits.")
exercise.mistake(
    "dilation_forgotten_in_the_test", ("if room < 0:", "if n + 2 * pad < k:"),
    es="Al mirar si el filtro cabe, olvidas la dilatación: no abarca `k` píxeles, sino `dilation * (k - 1) + 1`.",
    en="When you look whether the filter fits, you forget dilation: it does not span `k` pixels, but `dilation * (k - 1) + 1`.")
exercise.mistake(
    "never_raises", ("if room < 0:", "if False:"),
    es="Cuando el filtro no cabe devuelves un número. Lanza `ValueError`, o el error aparecerá lejos de aquí.",
    en="Where the filter does not fit you return a number. Raise `ValueError`, or the error will show up far from here.")

exercise.mistake(
    "rounded_towards_zero", ("if room < 0:", "if int(room / stride) + 1 < 1:"),
    es="`int()` redondea hacia cero: (2 − 3)/2 = −0.5 se vuelve 0, y parece que el filtro cabe. Usa `//`, o mira si cabe antes de "
       "dividir.",
    en="`int()` rounds towards zero: (2 − 3)/2 = −0.5 becomes 0, and the filter seems to fit. Use `//`, or look whether it fits before "
       "dividing.")
exercise.mistake(
    "returned_not_raised", ("raise ValueError(", "return ValueError("),
    es="Devuelves el error. Se lanza con `raise ValueError(…)`.", en="You return the error. It is raised, with `raise ValueError(…)`.")
exercise.mistake(
    "asserted", ("if room < 0:", "assert room >= 0\n    if room < 0:"),
    es="`assert` lanza AssertionError. Se pide `raise ValueError(…)`.",
    en="`assert` raises AssertionError. `raise ValueError(…)` is asked for.")

exercise.alternative("counted", code="""
def conv_out(n, k, stride=1, pad=0, dilation=1):
    starts = [s for s in range(-pad, n + pad, stride) if s + dilation * (k - 1) < n + pad]
    if not starts:
        raise ValueError("the filter does not fit")
    return len(starts)
""")
exercise.alternative("range_length", code="""
def conv_out(n, k, stride=1, pad=0, dilation=1):
    places = len(range(0, n + 2 * pad - dilation * (k - 1), stride))
    if places == 0:
        raise ValueError((n, k))
    return places
""")
