"""Exercise 2.7: the receptive field, against the support of the gradient of a real network."""

import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

PIXELS = 3000  # a row that all drawn stacks fit in

exercise = Exercise(
    "receptive_field", points=5,
    title=Text("El campo receptivo", "The receptive field"),
    hints=(
        Text("Una capa añade `k - 1` vecinos al campo. Cada vecino está a `dilation * jump` píxeles del anterior.",
             "A layer adds `k - 1` neighbours to the field. Each neighbour is `dilation * jump` pixels away from the last."),
        Text("El paso de una capa no cambia lo que ve ella, sino las que vienen después: multiplica `jump` al acabar.",
             "The stride of a layer does not change what it sees itself, but what the later ones see: multiply `jump` at the end."),
    ),
)


def oracle(layers) -> int:
    """Return how many pixels get a gradient from one output of a network with these layers."""
    x = torch.ones(1, 1, PIXELS, dtype=torch.float64, requires_grad=True)
    y = x
    for k, stride, dilation in layers:
        y = torch.nn.functional.conv1d(y, torch.ones(1, 1, k, dtype=torch.float64) / k, stride=stride, dilation=dilation)
    y[0, 0, y.shape[-1] // 2].backward()
    reached = torch.nonzero(x.grad[0, 0])
    return int(reached.max() - reached.min()) + 1


def compare(student, stacks):
    seen = [student.call("receptive_field", layers) for layers in stacks]
    for answer, layers in zip(seen, stacks, strict=True):
        expect.true(type(answer) is int, "receptive_field({layers}) debía ser un entero y es {kind}.",
                    "receptive_field({layers}) should be an int, but it is {kind}.", layers=layers, kind=expect.kind(answer))
        wanted = oracle(layers)
        expect.true(answer == wanted, "receptive_field({layers}): en una red de verdad, el gradiente llega a otro número de píxeles "
                    "(el tuyo se aparta en {gap}).",
                    "receptive_field({layers}): in a real network, the gradient reaches another number of pixels (yours is off by "
                    "{gap}).", layers=layers, gap=answer - wanted)


def stacks(draw, strides: int, dilations: int, count: int = 6, low: int = 2, high: int = 4):
    return [
        [(int(draw.integers(2, 7)), int(draw.integers(1, strides + 1)), int(draw.integers(1, dilations + 1)))
         for _ in range(draw.integers(low, high + 1))]
        for _ in range(count)
    ]  # fmt: skip


@exercise.property(1, "Capas de paso 1: cada una añade `k - 1`.", "Layers of stride 1: each adds `k - 1`.")
def stride_one(student, draw):
    compare(student, [*stacks(draw, 1, 1), [(5, 1, 1), (3, 1, 1), (2, 1, 1)]])


@exercise.property(2, "Con pasos mayores, en cualquier orden.", "With larger strides, in any order.")
def strides(student, draw):
    drawn = stacks(draw, 3, 1)
    compare(student, [*drawn, *([*reversed(layers)] for layers in drawn), [(5, 1, 1), (2, 2, 1), (3, 3, 1), (4, 2, 1)]])


@exercise.property(2, "Con dilatación.", "With dilation.")
def dilations(student, draw):
    compare(student, [[(3, 1, 3), (4, 1, 2)], *stacks(draw, 1, 4), *stacks(draw, 3, 3)])


@exercise.property(1, "Una sola capa, capas de un píxel, y ninguna capa.", "A single layer, layers of one pixel, and no layer.")
def extremes(student, draw):
    k, s = int(draw.integers(3, 8)), int(draw.integers(2, 4))
    compare(student, [[], [(k, s, 1)], [(1, s, 1), (k, 1, 1)], [(k, 1, 1), (1, s, 1)], [(1, 1, 1)]])


GROW = "field += dilation * (k - 1) * jump"
BODY = "        field += dilation * (k - 1) * jump\n        jump *= stride\n"

exercise.mistake(
    "stride_ignored", ("        jump *= stride\n", ""),
    es="No usas el paso: tras una capa de paso 2, dos neuronas vecinas distan 2 píxeles.",
    en="You do not use the stride: after a layer of stride 2, two neighbouring neurons are 2 pixels apart.")
exercise.mistake(
    "stride_too_early", (BODY, "        jump *= stride\n        field += dilation * (k - 1) * jump\n"),
    es="Cuentas el paso de una capa en su propio campo. Solo separa a las neuronas que vienen después: primero crece el campo.",
    en="You count the stride of a layer in its own field. It only spreads the neurons that come after: the field grows first.")
exercise.mistake(
    "jump_added", ("jump *= stride", "jump += stride - 1"),
    es="Los pasos se multiplican: dos capas de paso 3 separan 9 píxeles, no 5.",
    en="Strides multiply: two layers of stride 3 put 9 pixels between neurons, not 5.")
exercise.mistake(
    "jump_replaced", ("jump *= stride", "jump = stride"),
    es="Guardas solo el paso de la última capa. Los de todas las anteriores se multiplican.",
    en="You keep the stride of the last layer only. Those of all earlier ones multiply.")
exercise.mistake(
    "whole_filter_added", (GROW, "field += dilation * k * jump"),
    es="Añades `k`, y uno de los píxeles ya estaba en el campo: se añaden `k - 1`.",
    en="You add `k`, and one of the pixels was in the field already: `k - 1` are added.")
exercise.mistake(
    "starts_at_zero", ("field, jump = 1, 1", "field, jump = 0, 1"),
    es="El campo empieza en 1: un píxel se ve a sí mismo.", en="The field begins at 1: a pixel sees itself.")
exercise.mistake(
    "dilation_ignored", (GROW, "field += (k - 1) * jump"),
    es="No usas la dilatación: separa los vecinos.", en="You do not use dilation: it puts neighbours apart.")
exercise.mistake(
    "dilation_times_k", (GROW, "field += (dilation * k - 1) * jump"),
    es="La dilatación multiplica los `k - 1` huecos, no las `k` entradas.",
    en="Dilation multiplies the `k - 1` gaps, not the `k` entries.")
exercise.mistake(
    "dilation_spreads_the_rest", ("jump *= stride", "jump *= stride * dilation"),
    es="La dilatación no separa las neuronas de la capa siguiente: solo el paso lo hace.",
    en="Dilation does not put the neurons of the next layer apart: only the stride does.")
exercise.mistake(
    "fields_multiplied", (GROW, "field *= dilation * (k - 1) + 1"),
    es="Multiplicas los campos. Los filtros vecinos se solapan casi enteros: el campo crece sumando.",
    en="You multiply the fields. Neighbouring filters overlap almost whole: the field grows by adding.")
exercise.mistake(
    "backwards", ("in layers:", "in reversed(layers):"),
    es="Recorres las capas de la salida a la imagen con la cuenta que va de la imagen a la salida.",
    en="You go along the layers from output to picture, with the sum that goes from picture to output.")
exercise.mistake(
    "last_layer_only", (GROW, "field = 1 + dilation * (k - 1) * jump"),
    es="Cada capa borra lo que vieron las anteriores: el campo se acumula.",
    en="Each layer wipes out what earlier ones saw: the field accumulates.")

exercise.alternative("from_the_output", code="""
def receptive_field(layers):
    field = 1
    for k, stride, dilation in layers[::-1]:
        field = (field - 1) * stride + dilation * (k - 1) + 1
    return field
""")
exercise.alternative("sum_and_product", code="""
def receptive_field(layers):
    jumps = np.cumprod([1] + [stride for _, stride, _ in layers])
    return 1 + int(sum(int(jump) * d * (k - 1) for jump, (k, _, d) in zip(jumps, layers)))
""")
