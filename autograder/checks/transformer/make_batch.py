"""Exercise 5.7: the tensors of a training step: shifted targets, padding and masks."""

import numpy as np
import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.replies import parts
from autograder.text import Text

NAMES = "source", "inputs", "labels", "source_mask", "target_mask"

exercise = Exercise(
    "make_batch", points=8,
    title=Text("El lote: desplazar y tapar", "The batch: shift and hide"),
    hints=(
        Text("Primero las filas, como listas: `[bos, *row]` y `[*row, eos]`; después el relleno, igual para las tres.",
             "The rows first, as lists: `[bos, *row]` and `[*row, eos]`; then the padding, the same for all three."),
        Text("Una máscara de relleno `(B, 1, 1, T)` y una causal `(T, T)` se extienden solas al combinarlas con `&`.",
             "A padding mask `(B, 1, 1, T)` and a causal one `(T, T)` stretch by themselves when combined with `&`."),
        Text("`torch.ones(T, T, dtype=torch.bool).tril()` es la causal: fila `t`, columnas de 0 a `t`.",
             "`torch.ones(T, T, dtype=torch.bool).tril()` is the causal one: row `t`, columns 0 to `t`."),
    ),
)


def drawn(draw, B: int):
    """Return rows of different lengths, and three special ids; the padding's is not 0, which many a mistake takes for granted."""
    pad = int(draw.integers(1, 8))
    bos, eos = (int(n) for n in draw.choice([n for n in range(8) if n != pad], size=2, replace=False))
    lengths = [int(n) for n in draw.permutation(7)[:B] + 1], [int(n) for n in draw.permutation(6)[:B] + 1]
    rows = [[[int(n) for n in draw.integers(8, 30, size=length)] for length in kind] for kind in lengths]
    return *rows, {"pad": pad, "bos": bos, "eos": eos}


def reference(sources, targets, pad: int, bos: int, eos: int) -> dict[str, np.ndarray]:
    """Fill in the five tensors place by place."""
    B, S, T = len(sources), max(map(len, sources)), 1 + max(map(len, targets))
    source, inputs, labels = np.full((B, S), pad), np.full((B, T), pad), np.full((B, T), pad)
    source_mask, target_mask = np.zeros((B, 1, 1, S), bool), np.zeros((B, 1, T, T), bool)
    for b in range(B):
        for s, n in enumerate(sources[b]):
            source[b, s], source_mask[b, 0, 0, s] = n, True
        inputs[b, 0], labels[b, len(targets[b])] = bos, eos
        for t, n in enumerate(targets[b]):
            inputs[b, t + 1] = labels[b, t] = n
        for row in range(T):
            for column in range(min(row, len(targets[b])) + 1):
                target_mask[b, 0, row, column] = True
    return dict(zip(NAMES, (source, inputs, labels, source_mask, target_mask), strict=True))


def agrees(student, sources, targets, ids, *names: str):
    given = dict(zip(NAMES, parts(student.keep("make_batch", sources, targets, **ids), *NAMES), strict=True))
    wanted = reference(sources, targets, **ids)
    for name in names:
        seen = given[name].value()
        expect.same(seen, wanted[name], what=name)
        kind = torch.bool if "mask" in name else torch.int64
        expect.true(isinstance(seen, torch.Tensor) and seen.dtype == kind, "`{name}` debía ser un tensor {kind}.",
                    "`{name}` should be a {kind} tensor.", name=name, kind=str(kind).removeprefix("torch."))


@exercise.property(1, "`source` lleva las frases de origen, completadas con relleno.",
                   "`source` has the source sentences, padded.")
def source(student, draw):
    agrees(student, *drawn(draw, 4), "source")


@exercise.property(1, "`inputs` empieza por `bos`, sigue con la frase y no lleva `eos`.",
                   "`inputs` begins with `bos`, goes on with the sentence and has no `eos`.")
def inputs(student, draw):
    agrees(student, *drawn(draw, 4), "inputs")


@exercise.property(2, "`labels` es la frase y acaba en `eos`: en cada sitio, la palabra siguiente.",
                   "`labels` is the sentence and ends with `eos`: at each place, the next word.")
def labels(student, draw):
    agrees(student, *drawn(draw, 4), "labels")


@exercise.property(1, "`source_mask` deja mirar lo que no es relleno, y nada más.",
                   "`source_mask` lets one look at what is not padding, and at nothing else.")
def source_mask(student, draw):
    agrees(student, *drawn(draw, 4), "source_mask")


@exercise.property(2, "`target_mask` deja mirar hacia atrás, a uno mismo, y nunca al relleno.",
                   "`target_mask` lets one look back, at oneself, and never at padding.")
def target_mask(student, draw):
    agrees(student, *drawn(draw, 4), "target_mask")


@exercise.property(1, "Sirve para una sola pareja y para una traducción vacía, y no toca las listas.",
                   "It works for a single pair and for an empty translation, and leaves the lists alone.")
def smallest(student, draw):
    sources, targets, ids = drawn(draw, 1)
    agrees(student, sources, targets, ids, *NAMES)
    agrees(student, sources, [[]], ids, *NAMES)
    sources, targets, ids = drawn(draw, 3)
    mine = student.put(sources), student.put(targets)
    given = parts(student.keep("make_batch", *mine, **ids), *NAMES)
    expect.same(given[1].value(), reference(sources, targets, **ids)["inputs"], what="inputs")
    for handle, before, name in zip(mine, (sources, targets), ("sources", "targets"), strict=True):
        expect.true(handle.value() == before, "Tu código cambió la lista `{name}`.",
                    "Your code changed the list `{name}`.", name=name)


PADDED = "return torch.tensor([[*row, *[pad] * (longest - len(row))] for row in rows])"
INPUTS, LABELS = "inputs = padded([[bos, *row] for row in targets])", "labels = padded([[*row, eos] for row in targets])"
SOURCE_MASK = "source_mask = (source != pad)[:, None, None, :]"
TARGET_MASK = "target_mask = (inputs != pad)[:, None, None, :] & torch.ones(T, T, dtype=torch.bool).tril()"

exercise.mistake("labels_not_shifted", (LABELS, "labels = inputs.clone()"),
    es="Las etiquetas son las entradas: el modelo aprende a copiar, la pérdida cae casi a cero y no traduce nada.",
    en="The labels are the inputs: the model learns to copy, the loss falls nearly to zero and it translates nothing.")
exercise.mistake("shifted_the_wrong_way", (INPUTS, "inputs = padded([[*row, eos] for row in targets])"),
    (LABELS, "labels = padded([[bos, *row] for row in targets])"),
    es="Desplazas al revés: pides la palabra anterior, que ya se ha visto.",
    en="You shift the wrong way: you ask for the word before, which has been seen already.")
exercise.mistake("end_fed", (INPUTS, "inputs = padded([[bos, *row, eos] for row in targets])[:, :-1]"),
    es="En las frases cortas entra `eos`: recortas la última columna, que en ellas es relleno.",
    en="In short sentences `eos` goes in: you cut off the last column, which is padding there.")
exercise.mistake("end_not_asked", (LABELS, "labels = padded([[*row, pad] for row in targets])"),
    es="Falta `eos` al final de las etiquetas: el modelo no aprende nunca a parar.",
    en="`eos` is missing at the end of the labels: the model never learns to stop.")
exercise.mistake("beginning_asked", (LABELS, "labels = padded([[bos, *row, eos] for row in targets])"),
    (INPUTS, "inputs = padded([[bos, bos, *row] for row in targets])"),
    es="Pides que se prediga `bos`. La primera etiqueta es la primera palabra.",
    en="You ask for `bos` to be predicted. The first label is the first word.")
exercise.mistake("no_causal_mask", (TARGET_MASK, "target_mask = (inputs != pad)[:, None, None, :].expand(-1, 1, T, -1).clone()"),
    es="Falta la máscara causal: cada palabra ve la siguiente, que es la respuesta.",
    en="The causal mask is missing: each word sees the next, which is the answer.")
exercise.mistake("diagonal_hidden", (TARGET_MASK, TARGET_MASK.replace(".tril()", ".tril(-1)")),
    es="Tapas también la propia palabra: la primera no tendría dónde mirar.",
    en="You hide the word itself too: the first one would have nowhere to look.")
exercise.mistake("one_ahead", (TARGET_MASK, TARGET_MASK.replace(".tril()", ".tril(1)")),
    es="Dejas ver una palabra de más: justo la respuesta.", en="You let one word too many be seen: the very answer.")
exercise.mistake("looks_ahead_only", (TARGET_MASK, TARGET_MASK.replace(".tril()", ".triu()")),
    es="El triángulo está al revés: cada palabra ve el futuro y no el pasado.",
    en="The triangle is the wrong way round: each word sees the future and not the past.")
exercise.mistake("target_padding_seen", (TARGET_MASK,
    "target_mask = torch.ones(T, T, dtype=torch.bool).tril().expand(len(targets), 1, T, T).clone()"),
    es="Falta tapar el relleno del destino.", en="You do not hide the padding of the target.")
exercise.mistake("padding_by_rows", (TARGET_MASK, TARGET_MASK.replace("[:, None, None, :] &", "[:, None, :, None] &")),
    es="Tapas las filas del relleno, las consultas. Se tapan sus columnas: lo que nadie debe mirar.",
    en="You hide the padding's rows, the queries. It is its columns that are hidden: what nobody should look at.")
exercise.mistake("source_mask_inverted", (SOURCE_MASK, SOURCE_MASK.replace("!=", "==")),
    es="`source_mask` está al revés: `True` es donde se puede mirar.",
    en="`source_mask` is inverted: `True` is where one may look.")
exercise.mistake("mask_by_zero", (SOURCE_MASK, SOURCE_MASK.replace("!= pad", "!= 0")),
    (TARGET_MASK, TARGET_MASK.replace("!= pad", "!= 0")),
    es="Comparas con 0. El relleno es `pad`, valga lo que valga.", en="You compare with 0. Padding is `pad`, whatever that is.")
exercise.mistake("padded_on_the_left", (PADDED, "return torch.tensor([[*[pad] * (longest - len(row)), *row] for row in rows])"),
    es="Pones el relleno delante. Va detrás.", en="You put the padding before the words. It goes after them.")
exercise.mistake("padded_with_zero", (PADDED, PADDED.replace("[pad]", "[0]")), es="Rellenas con 0, no con `pad`.",
    en="You pad with 0, not with `pad`.")
exercise.mistake("lists_changed", ("    def padded(rows):", "    for row in targets:\n        row.append(eos)\n    targets = "
    "[row[:-1] for row in targets]\n\n    def padded(rows):"),
    es="`append` escribe en las listas de quien te llama, y cada época crecen.",
    en="`append` writes into the caller's lists, and they grow with each epoch.")

exercise.mistake("end_in_the_source", ("source = padded(sources)", "source = padded([[*row, eos] for row in sources])"),
    es="Añades `eos` también al origen. Solo va en las etiquetas.",
    en="You append `eos` to the source too. It goes in the labels only.")
exercise.mistake("end_fed_whole", (INPUTS, "inputs = padded([[bos, *row, eos] for row in targets])"),
    es="Sobra `eos` en `inputs`: tras él no hay nada que predecir.",
    en="There should be no `eos` in `inputs`: nothing is predicted after it.")
exercise.mistake("mask_of_two_axes", (SOURCE_MASK, "source_mask = source != pad"),
    es="A `source_mask` le faltan dos ejes, el de las cabezas y el de las consultas: `(B, 1, 1, S)`.",
    en="`source_mask` lacks two axes, that of the heads and that of the queries: `(B, 1, 1, S)`.")

exercise.alternative("pad_sequence", code="""
def make_batch(sources, targets, pad, bos, eos):
    def padded(rows):
        tensors = [torch.tensor(row, dtype=torch.long) for row in rows]
        return nn.utils.rnn.pad_sequence(tensors, batch_first=True, padding_value=pad)

    source, whole = padded(sources), [[bos] + list(row) + [eos] for row in targets]
    inputs, labels = padded([row[:-1] for row in whole]), padded([row[1:] for row in whole])
    place = torch.arange(inputs.shape[1])
    causal = place[None, :] <= place[:, None]
    return source, inputs, labels, source.ne(pad)[:, None, None], causal & inputs.ne(pad)[:, None, None]
""")
exercise.alternative("filled_in", code="""
def make_batch(sources, targets, pad, bos, eos):
    B, S, T = len(sources), max(map(len, sources)), max(map(len, targets)) + 1
    source, inputs, labels = torch.full((B, S), pad), torch.full((B, T), pad), torch.full((B, T), pad)
    inputs[:, 0] = bos
    for b, (one, other) in enumerate(zip(sources, targets)):
        source[b, : len(one)] = torch.tensor(one)
        inputs[b, 1 : len(other) + 1] = torch.tensor(other, dtype=torch.long)
        labels[b, : len(other) + 1] = torch.tensor([*other, eos])
    forward = torch.triu(torch.ones(T, T), diagonal=1).bool()
    hidden = (inputs == pad).view(B, 1, 1, T) | forward.view(1, 1, T, T)
    return source, inputs, labels, (source != pad).view(B, 1, 1, S), ~hidden
""")
