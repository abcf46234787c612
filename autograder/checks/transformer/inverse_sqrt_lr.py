"""Exercise 5.9: the learning rate of Vaswani et al. (2017, arXiv:1706.03762, equation 3), by its peak."""

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "inverse_sqrt_lr", points=3,
    title=Text("Calentar y enfriar", "Warming up and cooling down"),
    hints=(
        Text("Las dos curvas se cruzan justo en `warmup`: el mínimo elige la que toca.",
             "The two curves meet right at `warmup`: the minimum picks the right one."),
        Text("El paso 0 va aparte: o un `if` que devuelve 0, o `max(step, 1)` solo dentro de la raíz.",
             "Step 0 goes apart: either an `if` that returns 0, or `max(step, 1)` inside the root only."),
    ),
)


def drawn(draw) -> tuple[int, float]:
    return 4 * int(draw.integers(20, 200)), float(draw.uniform(1e-3, 1e-1))


def agrees(student, wanted, *args):
    expect.close(student.call("inverse_sqrt_lr", *args), wanted, atol=1e-9, rtol=1e-6)


@exercise.property(1, "Sube en línea recta hasta `peak`.", "It rises in a straight line up to `peak`.")
def rises(student, draw):
    warmup, peak = drawn(draw)
    for step in (1, warmup // 4, warmup // 2, warmup - 1):
        agrees(student, peak * step / warmup, step, warmup, peak)


@exercise.property(1, "En `warmup` vale `peak`, y después baja como la raíz inversa.",
                   "At `warmup` it is `peak`, and then it falls as the inverse root.")
def falls(student, draw):
    warmup, peak = drawn(draw)
    for times in (1, 4, 9, 100):
        agrees(student, peak / times**0.5, times * warmup, warmup, peak)


@exercise.property(1, "El paso 0 da 0, y `warmup=1` no calienta.", "Step 0 gives 0, and `warmup=1` does not warm up.")
def ends(student, draw):
    warmup, peak = drawn(draw)
    agrees(student, peak, 1, 1, peak)
    agrees(student, peak / 2, 4, 1, peak)
    agrees(student, 0.0, 0, warmup, peak)


RETURN = "return peak * min(step / warmup, math.sqrt(warmup / max(step, 1)))"

exercise.mistake("root_only", (RETURN, "return peak * math.sqrt(warmup / max(step, 1))"),
    es="Falta la subida: hasta `warmup`, la tasa es `peak * step / warmup`.",
    en="The rise is missing: up to `warmup`, the rate is `peak * step / warmup`.")
exercise.mistake("root_of_the_step", (RETURN, "return peak * min(step / warmup, 1 / math.sqrt(max(step, 1)))"),
    es="Bajas como `1 / sqrt(step)`, y en el paso `warmup` no vale 1. Es `sqrt(warmup / step)`.",
    en="You fall as `1 / sqrt(step)`, which is not 1 at step `warmup`. It is `sqrt(warmup / step)`.")
exercise.mistake("counted_from_warmup", (RETURN, "return peak * min(step / warmup, 1 / math.sqrt(max(step - warmup, 1)))"),
    es="En la bajada cuentas los pasos desde `warmup`. Se cuentan desde el principio: `sqrt(warmup / step)`.",
    en="In the fall you count the steps from `warmup` on. They are counted from the beginning: `sqrt(warmup / step)`.")
exercise.mistake("step_zero_is_one", (RETURN, "step = max(step, 1)\n    " + RETURN),
    es="Tratas el paso 0 como el 1. El 0 da 0.", en="You treat step 0 as step 1. Step 0 gives 0.")
exercise.mistake("no_warmup", (RETURN, "return peak * math.sqrt(warmup / max(step, warmup))"),
    es="Empiezas en `peak`: no hay calentamiento.",
    en="You begin at `peak`: there is no warm-up.")
exercise.mistake("never_falls", (RETURN, "return peak * min(step / warmup, 1)"), es="Se queda en `peak`: no baja.",
    en="It stays at `peak`: it does not fall.")
exercise.mistake("step_zero_divides", ("max(step, 1)", "step"), es="El paso 0 divide entre 0.", en="Step 0 divides by 0.")
exercise.mistake("falls_as_the_inverse", (RETURN, "return peak * min(step / warmup, warmup / max(step, 1))"),
    es="Baja como 1/paso. Es la raíz: con cuatro veces más pasos, la mitad.",
    en="It falls as 1/step. It is the root: with four times the steps, half.")
exercise.mistake("the_larger", (RETURN, RETURN.replace("min(", "max(")), es="Tomas la mayor de las dos curvas. Es la menor.",
    en="You take the larger of the two curves. It is the smaller.")
exercise.mistake("one_late", (RETURN, "step = max(step - 1, 0)\n    " + RETURN),
    es="Vas un paso por detrás: el primer paso tendría tasa 0.",
    en="You are one step behind: the first step would have rate 0.")
exercise.mistake("one_ahead", (RETURN, "step = step + 1\n    " + RETURN),
    es="Vas un paso por delante: los pasos se cuentan desde 1.",
    en="You are one step ahead: steps are counted from 1.")
exercise.mistake("peak_forgotten", (RETURN, "return min(step / warmup, math.sqrt(warmup / max(step, 1)))"),
    es="Falta multiplicar por `peak`.", en="You do not multiply by `peak`.")
exercise.mistake("not_scaled_to_peak", (RETURN, "return peak * min(step / warmup**1.5, max(step, 1) ** -0.5)"),
    es="Es la fórmula del artículo, que en `warmup` no vale 1: multiplica por la raíz de `warmup`.",
    en="It is the formula of the paper, which is not 1 at `warmup`: multiply by the root of `warmup`.")
exercise.mistake("root_on_the_way_up", (RETURN, RETURN.replace("step / warmup,", "math.sqrt(step / warmup),")),
    es="La subida es una recta, no una raíz.",
    en="The rise is a straight line, not a root.")

exercise.alternative("by_cases", code="""
def inverse_sqrt_lr(step, warmup, peak):
    if step < warmup:
        return peak * step / warmup
    return peak * (step / warmup) ** -0.5
""")
exercise.alternative("the_paper_s", code="""
def inverse_sqrt_lr(step, warmup, peak):
    if step == 0:
        return 0.0
    return peak * warmup**0.5 * min(step**-0.5, step * warmup**-1.5)
""")
