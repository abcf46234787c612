"""Exercise 6.4: hiding words, 15 % of them, of which 80 % by [MASK], 10 % by another word, and 10 % not at all."""

import numpy as np
import torch

from autograder import expect
from autograder.checks.bert import percent
from autograder.exercise import Exercise
from autograder.text import Text

ROWS, PLACES = 400, 100  # of the statistics: 40,000 words

SMALL, CALLS = (6, 10), 80  # of the number that is chosen, from call to call

exercise = Exercise(
    "mask_tokens", points=12,
    title=Text("Tapar palabras", "Hiding words"),
    hints=(
        Text("Hacen falta dos sorteos independientes por palabra: el primero dice si se elige; el segundo, qué le pasa si es elegida.",
             "Each word needs two independent draws: the first says whether it is chosen; the second, what happens to it if it is."),
        Text("Con `rng.random(ids.shape)` se sortean todas a la vez. Con el segundo sorteo en `fate`: menos de 0.8, `mask`; de 0.8 a "
             "0.9, otra palabra; lo demás, igual. Todo, solo donde la palabra fue elegida.",
             "`rng.random(ids.shape)` draws for all of them at once. With the second draw in `fate`: less than 0.8, `mask`; from 0.8 "
             "to 0.9, another word; the rest, as it is. All of it, only where the word was chosen."),
        Text("`labels` sale de `ids`, no de `inputs`, y se escribe sobre una copia: `inputs = ids.clone()`.",
             "`labels` comes from `ids`, not from `inputs`; and write on a copy: `inputs = ids.clone()`."),
    ),
)


def sentences(draw, rows: int, places: int, special: int, vocab_size: int) -> torch.Tensor:
    """Draw rows of words with special ids at both ends and in the middle of them."""
    ids = draw.integers(special, vocab_size, size=(rows, places))
    ids[:, 0], ids[:, -1], ids[:, places // 2] = 1, 0, 2
    return torch.from_numpy(ids)


def pair(seen, shape) -> list[np.ndarray]:
    """Return inputs and labels as arrays, after checking that they are such."""
    expect.true(isinstance(seen, (tuple, list)) and len(seen) == 2, "`mask_tokens` debía dar dos tensores y da {kind}.",
                "`mask_tokens` should give two tensors, but gives {kind}.", kind=expect.kind(seen))
    for part in seen:
        name = str(getattr(part, "dtype", type(part))).removeprefix("torch.")
        expect.true(name == "int64", "Se piden tensores int64, y uno es {seen}.",
            "Both tensors should be int64, and one is {seen}.", seen=name)
    return [expect.array(part, shape, what) for part, what in zip(seen, ("inputs", "labels"), strict=True)]


def is_share(count: int, total: int, wanted: float) -> bool:
    """Tell whether a count may be that share of a total, within 5 sigma."""
    return total > 0 and abs(count - wanted * total) / np.sqrt(total * wanted * (1 - wanted) + 1) < 5.5


def share(count: int, total: int, wanted: float, what: Text):
    expect.true(is_share(count, total, wanted), "{what}: {seen}; debía ser el {wanted}.", "{what}: {seen}; should be {wanted}.",
                what=what, seen=percent(count / max(total, 1), 1), wanted=percent(wanted, 1))


def at(p: float) -> Text:
    return Text(f"con `p` = {p:.2f}".replace(".", ","), f"with `p` = {p:.2f}")


def spreads(values, wanted: float, es: str, en: str):
    """Expect numbers drawn many times to vary about as much as independent draws do; `wanted` is their variance."""
    expect.true(0.35 < np.var(values) / wanted < 2.2, es, en)


def hidden(student, draw, p: float, ids=None):
    """Return ids, inputs and labels of a large batch, and its vocabulary: size, mask and special."""
    special, mask = int(draw.integers(6, 9)), int(draw.integers(3, 6))
    vocab_size = special + int(draw.integers(20, 30))
    ids = sentences(draw, ROWS, PLACES, special, vocab_size) if ids is None else ids
    seen = student.call("mask_tokens", ids, vocab_size, mask, special, student.rng(draw.seed()), p)
    return ids.numpy(), *pair(seen, ids.shape), (vocab_size, mask, special)


def many_small(student, draw, p: float):
    """Return how many words of a small batch are chosen, and how many of those become `mask`, in each of many calls."""
    ids, rng = torch.from_numpy(draw.integers(6, 40, size=SMALL)), student.rng(draw.seed())
    both = [pair(student.call("mask_tokens", ids, 40, 4, 6, rng, p), SMALL) for _ in range(CALLS)]
    return np.array([[(labels != -100).sum(), ((labels != -100) & (inputs == 4)).sum()] for inputs, labels in both]).T


@exercise.property(3, "Elige cada palabra con probabilidad `p`, cada una por su cuenta; por omisión, el 15 %.",
                   "It chooses each word with probability `p`, independently of the others; by default, 15%.")
def chosen(student, draw):
    for p in (0.15, float(draw.uniform(0.3, 0.5))):
        ids, inputs, labels, (vocab_size, _, special) = hidden(student, draw, p)
        words, asked = ids >= special, labels != -100
        count, total, kept = int((asked & words).sum()), int(words.sum()), int((asked & words & (inputs == ids)).sum())
        what = Text(f"Palabras con etiqueta {at(p).es}", f"Words with a label {at(p).en}")
        forgotten = kept < 0.03 * count and not is_share(count, total, p) and (
            is_share(count, total, 0.9 * p) or is_share(count, total, p * (0.9 - 0.1 / (vocab_size - special))))
        expect.true(not forgotten, "{what}: {seen}; debía ser el {wanted}. Falta una décima parte: las elegidas que se quedan como "
                    "están no llevan etiqueta, y también han de llevarla.",
                    "{what}: {seen}; should be {wanted}. A tenth of them is missing: the chosen words that stay as they are have no "
                    "label, and they need one too.",
                    what=what, seen=percent(count / total, 1), wanted=percent(p, 1))
        share(count, total, p, what)
        n = int(words[0].sum())
        spread = (asked & words).sum(axis=1).var() / (n * p * (1 - p))
        expect.true(0.6 < spread < 1.5, "El número de elegidas por fila no varía como debe: ¿eliges siempre las mismas, o un "
                                        "número fijo?",
                    "The number chosen per row does not vary as it should: do you always choose the same ones, or a fixed number?")
    ids = sentences(draw, ROWS, PLACES, 6, 40)
    _, labels = pair(student.call("mask_tokens", ids, 40, 4, 6, student.rng(draw.seed())), ids.shape)
    share(int((labels != -100).sum()), int((ids >= 6).sum()), 0.15, Text("Palabras elegidas por omisión", "Words chosen by default"))
    short = torch.from_numpy(draw.integers(6, 40, size=(6000, 2)))
    _, labels = pair(student.call("mask_tokens", short, 40, 4, 6, student.rng(draw.seed()), 0.15), short.shape)
    share(int((labels != -100).sum()), short.numel(), 0.15, Text("Palabras elegidas en filas de 2", "Words chosen in rows of 2"))
    counts, _ = many_small(student, draw, 0.4)
    spreads(counts, SMALL[0] * SMALL[1] * 0.4 * 0.6,
            "El número de elegidas de un lote es casi el mismo en cada llamada: eliges un número fijo, y cada palabra ha de "
            "elegirse por "
            "su cuenta.",
            "The number chosen in a batch is nearly the same in each call: you choose a fixed number, and each word should be chosen "
            "on its own.")


@exercise.property(4, "De las elegidas, el 80 % se tapa, el 10 % se cambia por otra palabra y el 10 % se queda.",
                   "Of the chosen, 80% are hidden, 10% are replaced by another word and 10% stay.")
def shares(student, draw):
    ids, inputs, labels, (vocab_size, mask, special) = hidden(student, draw, float(draw.uniform(0.5, 0.6)))
    asked = (labels != -100) & (ids >= special)
    total, same = int(asked.sum()), 1 / (vocab_size - special)
    if total and (inputs == mask)[asked].all():
        _, again, _, (_, mask, _) = hidden(student, draw, 1.0, torch.full((ROWS, PLACES), 9))
        expect.true(not is_share(int((again == mask).sum()), again.size, 0.8),
                    "Todas las elegidas son `mask`, y debía serlo el 80 %: usas el mismo sorteo para elegir y para decidir. Lo que es "
                    "menor que `p` también es menor que 0,8: haz un segundo sorteo.",
                    "All the chosen ones are `mask`, and 80% should be: you use the same draw to choose and to decide. What is below "
                    "`p` is below 0.8 too: make a second draw.")
    share(int((inputs == mask)[asked].sum()), total, 0.8, Text("Elegidas que son `mask`", "Chosen ones that are `mask`"))
    other = asked & (inputs != mask)
    share(int((inputs != ids)[other].sum()), total, 0.1 * (1 - same), Text("Elegidas que cambian por otra",
        "Chosen ones replaced by another word"))
    share(int((inputs == ids)[other].sum()), total, 0.1 + 0.1 * same, Text("Elegidas que se quedan", "Chosen ones that stay"))
    counts, masked = many_small(student, draw, 0.5)
    spreads(masked - 0.8 * counts, 0.8 * 0.2 * counts.mean(),
            "Las elegidas que son `mask` son casi el 80 % justo en cada llamada: las repartes por cupos, y cada una ha de tener su "
            "propio sorteo.",
            "The chosen ones that are `mask` are almost exactly 80% in each call: you share them out by quota, and each should have "
            "its own draw.")


@exercise.property(2, "La palabra del cambio se sortea entre todas las que no son especiales, por igual.",
                   "The replacement is drawn evenly from all words that are not special.")
def drawn_words(student, draw):
    ids = torch.full((ROWS, PLACES), 9)
    vocab_size, mask, special = int(draw.integers(14, 18)), 4, 6
    inputs, labels = pair(student.call("mask_tokens", ids, vocab_size, mask, special, student.rng(draw.seed()), 1.0), ids.shape)
    changed = inputs[(inputs != mask) & (inputs != 9)].astype(int)
    expect.true(changed.size > 0, "Ninguna palabra cambia por otra.", "No word is replaced by another.")
    expect.true(changed.min() >= special and changed.max() < vocab_size,
                "Entre las palabras del cambio hay ids especiales, o de fuera del vocabulario.",
                "Among the replacements there are special ids, or ids outside the vocabulary.")
    wanted = 0.1 * ids.numel() / (vocab_size - special)
    counts = np.bincount(changed, minlength=vocab_size)[special:]
    counts = np.delete(counts, 9 - special)
    expect.true(bool((np.abs(counts - wanted) < 5.5 * np.sqrt(wanted)).all()), "No todas las palabras salen por igual en el cambio.",
                "Not all words come up equally often as replacements.")


@exercise.property(3, "`labels` lleva la palabra verdadera en las elegidas y −100 en las demás; lo no elegido no se toca.",
                   "`labels` holds the true word at the chosen positions and −100 at the others; what is not chosen is not touched.")
def labels_of_the_chosen(student, draw):
    special, vocab_size, p = 6, 36, float(draw.uniform(0.3, 0.5))
    ids = sentences(draw, ROWS, PLACES, special, vocab_size)
    mine = student.put(ids)
    inputs, labels = pair(student.call("mask_tokens", mine, vocab_size, 4, special, student.rng(draw.seed()), p), ids.shape)
    ids, asked = ids.numpy(), labels != -100
    if not np.array_equal(labels[asked], ids[asked]):  # if the words are gone, that is why
        expect.unchanged(ids, mine.value(), "ids")
    expect.true(bool(asked.any()) and not bool(asked.all()), "O se pregunta por todo, o por nada: falta −100 o falta elegir.",
                "Either everything is asked about, or nothing: −100 is missing, or choosing is.")
    expect.same(np.where(asked, labels, ids), ids, what="labels")
    expect.same(np.where(asked, ids, inputs), ids, what="inputs")
    stays = asked & (inputs == ids)
    expect.true(stays.sum() > 0.05 * asked.sum(), "Las elegidas que se quedan como están también llevan etiqueta.",
                "The chosen ones that stay as they are need a label too.")


@exercise.property(2, "Los especiales no se eligen nunca, ni con `p=1`.", "Special ids are never chosen, not even with `p=1`.")
def specials(student, draw):
    ids, inputs, labels, (_, _, special) = hidden(student, draw, 1.0)
    spare = ids < special
    expect.same(labels != -100, ~spare, what="labels != -100")
    expect.same(inputs[spare], ids[spare], what="inputs")
    expect.same(labels[~spare], ids[~spare], what="labels")


@exercise.property(2, "Todo el azar viene de `rng`: la misma semilla repite y seguir con él tapa otras; `ids` queda como estaba.",
                   "All randomness comes from `rng`: the same seed repeats, and going on with it hides others; `ids` stays as it was.")
def from_rng(student, draw):
    ids, seed = sentences(draw, 30, 20, 6, 40), draw.seed()
    mine, rng = student.put(ids), student.rng(seed)
    first = pair(student.call("mask_tokens", mine, 40, 4, 6, rng, 0.4), ids.shape)
    expect.unchanged(ids, mine.value(), "ids")
    second = pair(student.call("mask_tokens", mine, 40, 4, 6, rng, 0.4), ids.shape)
    again = pair(student.call("mask_tokens", mine, 40, 4, 6, student.rng(seed), 0.4), ids.shape)
    expect.true(not np.array_equal(first[1], second[1]), "Dos llamadas seguidas tapan los mismos sitios.",
                "Two calls in a row hide the same positions.")
    expect.true(all(map(np.array_equal, first, again)), "Con la misma semilla sale otro sorteo: ¿usas el `rng` que te dan?",
                "The same seed gives another draw: do you use the `rng` that you are given?")
    share(int((first[1] != -100).sum()), int((ids >= 6).sum()), 0.4, Text("Palabras elegidas", "Words chosen"))


CHOSEN = "chosen = torch.from_numpy(rng.random(ids.shape) < p) & (ids >= special)"
FATE = "fate = torch.from_numpy(rng.random(ids.shape))"
DRAWN = "drawn = torch.from_numpy(rng.integers(special, vocab_size, size=ids.shape))"
HIDE = "inputs[chosen & (fate < 0.8)] = mask"
SWAPPED = "swapped = chosen & (fate >= 0.8) & (fate < 0.9)"
SWAP = "inputs[swapped] = drawn[swapped]"
LABELS = "labels = torch.where(chosen, ids, -100)"

exercise.mistake("all_become_mask", (HIDE, "inputs[chosen] = mask"), (SWAP, "pass"), es="Conviertes en `mask` todas las elegidas: "
    "una de cada diez se cambia, y otra se queda.",
    en="You turn all the chosen ones into `mask`: one in ten is replaced, and another one stays.")
exercise.mistake("shares_of_all_words", (HIDE, "inputs[(ids >= special) & (fate < 0.8 * p)] = mask"),
    (SWAPPED, "swapped = (ids >= special) & (fate >= 0.8 * p) & (fate < 0.9 * p)"),
    es="Las partes se sortean sobre todas las palabras, no sobre las elegidas: lo tapado y lo preguntado no coinciden.",
    en="The shares are drawn over all words, not over the chosen: what is hidden and what is asked do not match.")
exercise.mistake("never_true", (HIDE, "inputs[chosen & (fate < 0.8 * fate)] = mask"), (SWAPPED,
    "swapped = chosen & (fate < 0.9 * fate)"),
    es="Comparas el número con una parte de sí mismo: nunca se cumple, y no se tapa nada.",
    en="You compare the number with a share of itself: it is never true, and nothing is hidden.")
exercise.mistake("labels_everywhere", (LABELS, "labels = torch.where(ids >= special, ids, -100)"),
    es="Preguntas por todas las palabras. Solo se pregunta por las elegidas.",
    en="You ask about all words. Only the chosen ones are asked about.")
exercise.mistake("labels_of_the_inputs", (LABELS, "labels = torch.where(chosen, inputs, -100)"),
    es="`labels` sale de lo tapado: la respuesta sería `[MASK]`. Sale de `ids`.",
    en="`labels` comes from what is hidden: the answer would be `[MASK]`. It comes from `ids`.")
exercise.mistake("minus_one", (LABELS, LABELS.replace("-100", "-1")), es="Lo que no se pregunta lleva −1; `cross_entropy` salta −100.",
    en="What is not asked holds −1; `cross_entropy` skips −100.")
exercise.mistake("zero_elsewhere", (LABELS, LABELS.replace("-100", "0")),
    es="Lo que no se pregunta lleva 0, que es un id. Ha de ser −100.",
    en="What is not asked holds 0, which is an id. It has to be −100.")
exercise.mistake("specials_chosen", (CHOSEN, "chosen = torch.from_numpy(rng.random(ids.shape) < p)"),
    es="Eliges también ids especiales.", en="You choose special ids too.")
exercise.mistake("padding_only_spared", (CHOSEN, CHOSEN.replace("(ids >= special)", "(ids != 0)")),
    es="Solo respetas el id 0. Especiales son todos los menores que `special`.",
    en="You only spare id 0. Special are all those below `special`.")
exercise.mistake("special_drawn", (DRAWN, DRAWN.replace("rng.integers(special,", "rng.integers(0,")),
    es="El cambio puede poner un id especial.", en="The change may put in a special id.")
exercise.mistake("last_word_never_drawn", (DRAWN, DRAWN.replace("vocab_size, size", "vocab_size - 1, size")),
    es="`integers` ya excluye su final: la última palabra no sale nunca.",
    en="`integers` excludes its end already: the last word never comes out.")
exercise.mistake("kept_not_asked", (LABELS, "labels = torch.where(chosen & (fate < 0.9), ids, -100)"),
    es="No preguntas por las elegidas que se quedan. También llevan etiqueta: así el modelo trabaja donde ve la palabra.",
    en="You do not ask about the chosen words that stay. They have a label too: so the model also works where it sees the word.")
exercise.mistake("equal_not_asked", (LABELS, "labels = torch.where(chosen & (inputs != ids), ids, -100)"),
    es="Solo preguntas donde lo que se lee no es la palabra. Las elegidas que se quedan también llevan etiqueta.",
    en="You only ask where what is read is not the word. The chosen words that stay have a label too.")
exercise.mistake("nine_one", (HIDE, HIDE.replace("0.8", "0.9")), (SWAPPED, "swapped = chosen & (fate >= 0.9)"),
    es="Tapas el 90 % y cambias el 10 %: ninguna se queda.", en="You hide 90% and change 10%: none stays.")
exercise.mistake("change_and_stay_swapped", (SWAPPED, "swapped = chosen & (fate >= 0.8)"),
    es="Cambias el 20 %: ninguna se queda como está.", en="You change 20%: none stays as it is.")
exercise.mistake("fixed_count", (CHOSEN, "chosen = torch.zeros(ids.shape, dtype=torch.bool)\n"
    "    count = int(p * ids.shape[1])\n"
    "    order = torch.from_numpy(rng.random(ids.shape)).argsort(dim=1)[:, :count]\n"
    "    chosen.scatter_(1, order, True)\n    chosen &= ids >= special"),
    es="Eliges un número fijo por fila: en las cortas, el 15 % se redondea a cero.",
    en="You choose a fixed number per row: in short ones, 15% rounds to zero.")
exercise.mistake("one_column_for_all", (CHOSEN, "chosen = torch.from_numpy(rng.random(ids.shape[1]) < p)[None] & (ids >= special)"),
    es="Sorteas una sola fila y la usas en todas: todas se tapan en los mismos sitios.",
    en="You draw a single row and use it for all: all are hidden at the same places.")
exercise.mistake("one_draw", (CHOSEN, "fate = torch.from_numpy(rng.random(ids.shape))\n    chosen = (fate < p) & (ids >= special)"),
    (FATE + "\n    drawn", "drawn"),
    es="Usas el mismo sorteo para elegir y para decidir: lo que es menor que `p` es siempre menor que 0,8. Hacen falta dos.",
    en="You use the same draw to choose and to decide: what is below `p` is always below 0.8. Two are needed.")
exercise.mistake("quota", (CHOSEN, "words = (ids >= special).nonzero()\n"
    "    words = words[torch.from_numpy(rng.permutation(len(words)))[: round(p * len(words))]]\n"
    "    chosen = torch.zeros(ids.shape, dtype=torch.bool)\n    chosen[words[:, 0], words[:, 1]] = True"),
    es="Eliges un número fijo de palabras por lote. Cada una se elige por su cuenta, con probabilidad `p`.",
    en="You choose a fixed number of words per batch. Each is chosen on its own, with probability `p`.")
exercise.mistake("shared_by_quota", (HIDE, "found = chosen.nonzero()\n    found = "
                                           "found[torch.from_numpy(rng.permutation(len(found)))]\n"
    "    hide, swap = found[: round(0.8 * len(found))], found[round(0.8 * len(found)) : round(0.9 * len(found))]\n"
    "    inputs[hide[:, 0], hide[:, 1]] = mask"),
    (SWAPPED, "swapped = torch.zeros(ids.shape, dtype=torch.bool)\n    swapped[swap[:, 0], swap[:, 1]] = True"),
    es="Repartes las elegidas por cupos, el 80 % justo. Cada una tiene su propio sorteo.",
    en="You share the chosen ones out by quota, exactly 80%. Each has its own draw.")
exercise.mistake("own_seed", (CHOSEN, "rng = np.random.default_rng(0)\n    " + CHOSEN),
    es="Tu semilla es fija: siempre se tapan los mismos "
    "sitios. Usa `rng`.", en="Your seed is fixed: the same positions are always hidden. Use `rng`.")
exercise.mistake("in_place_labels_after", ("inputs = ids.clone()", "inputs = ids"),
    es="Escribes sobre `ids`, y al hacer `labels` la palabra ya no está. Trabaja sobre una copia: `ids.clone()`.",
    en="You write on `ids`, and when you make `labels` the word is no longer there. Work on a copy: `ids.clone()`.")
exercise.mistake("in_place", ("inputs = ids.clone()", "labels = torch.where(chosen, ids, -100)\n    inputs = ids"), (LABELS, "pass"),
    es="Escribes sobre `ids`: en la época siguiente ya no estará la palabra.",
    en="You write on `ids`: in the next epoch the word will not be there any more.")

exercise.alternative("cell_by_cell", code="""
def mask_tokens(ids, vocab_size, mask, special, rng, p=0.15):
    words = ids.numpy()
    inputs, labels = words.copy(), np.full_like(words, -100)
    luck, fate = rng.random(words.shape), rng.random(words.shape)
    for place in zip(*np.nonzero((words >= special) & (luck < p))):
        labels[place] = words[place]
        if fate[place] < 0.8:
            inputs[place] = mask
        elif fate[place] < 0.9:
            inputs[place] = rng.integers(special, vocab_size)
    return torch.from_numpy(inputs), torch.from_numpy(labels)
""")
exercise.alternative("torch_generator", code="""
def mask_tokens(ids, vocab_size, mask, special, rng, p=0.15):
    generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
    chance = torch.where(ids < special, 0.0, p)
    chosen = torch.bernoulli(chance, generator=generator).bool()
    kind = torch.randint(10, ids.shape, generator=generator)
    words = torch.randint(special, vocab_size, ids.shape, generator=generator)
    changed = torch.where(kind < 8, mask, torch.where(kind == 8, words, ids))
    return torch.where(chosen, changed, ids), ids.masked_fill(~chosen, -100)
""")
