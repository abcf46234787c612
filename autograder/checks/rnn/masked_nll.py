"""Exercise 3.7: the loss of the true symbols, without the padding."""

import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "masked_nll", points=6,
    title=Text("Medir solo lo que es texto", "Measuring only what is text"),
    hints=(
        Text("`torch.arange(T) < lengths[:, None]` es una tabla `(B, T)` que dice qué sitios son texto.",
             "`torch.arange(T) < lengths[:, None]` is a table `(B, T)` that says which places are text."),
        Text("Una tabla de verdaderos y falsos también sirve de índice: `logits[real]` tiene forma (símbolos de verdad, V).",
             "A table of true and false serves as an index too: `logits[real]` has shape (true symbols, V)."),
    ),
)


def drawn(draw):
    """Draw (logits, y, lengths): one sequence of full length, one of a single symbol, others between; id 0 among the true ones."""
    B, T, V = (int(n) for n in draw.permutation([4, 6, 5]))
    lengths = torch.tensor(draw.permutation([T, 1, *draw.integers(2, T, size=B - 2)]))
    y = torch.tensor(draw.integers(V, size=(B, T)))
    y[int(lengths.argmax()), 1] = 0
    return 1.5 * draw.tensor(B, T, V), y, lengths


def oracle(logits, y, lengths):
    """Return the loss, symbol by symbol, with its graph."""
    each = [logits[n, t].logsumexp(0) - logits[n, t, y[n, t]] for n in range(len(y)) for t in range(int(lengths[n]))]
    return torch.stack(each).mean()


def agrees(student, logits, y, lengths):
    expect.near(student.call("masked_nll", logits, y, lengths), oracle(logits, y, lengths), what="masked_nll(…)")


@exercise.property(3, "La media, en nats, de −ln p sobre todos los símbolos de verdad.",
                   "The mean, in nats, of −ln p over all true symbols.")
def value(student, draw):
    agrees(student, *drawn(draw))


@exercise.property(2, "Lo que haya en el relleno no importa.", "Whatever is in the padding does not matter.")
def padding(student, draw):
    logits, y, lengths = drawn(draw)
    wanted = oracle(logits, y, lengths)
    for _ in range(2):
        for n, length in enumerate(lengths):
            logits[n, length:] = 9 * draw.tensor(*logits[n, length:].shape)
            y[n, length:] = torch.tensor(draw.integers(logits.shape[2], size=len(y[n, length:])))
        expect.near(student.call("masked_nll", logits, y, lengths), wanted, what="masked_nll(…)")


@exercise.property(2, "El gradiente vuelve a las puntuaciones, y en el relleno es cero.",
                   "The gradient comes back to the scores, and in the padding it is zero.")
def gradient(student, draw):
    logits, y, lengths = drawn(draw)
    mine = student.put(logits)
    mine.keep_method("requires_grad_")
    loss = student.keep("masked_nll", mine, y, lengths)
    expect.near(loss.value(), oracle(logits, y, lengths), what="masked_nll(…)")
    loss.method("backward")
    leaf = logits.clone().requires_grad_()
    oracle(leaf, y, lengths).backward()
    expect.near(mine.get("grad"), leaf.grad, what="logits.grad")


@exercise.property(1, "Sirve sin relleno, con una sola secuencia y con un solo paso.",
                   "It works without padding, with a single sequence and with a single step.")
def smallest(student, draw):
    for B, T in ((3, 5), (1, 4), (4, 1)):
        agrees(student, draw.tensor(B, T, 7), torch.tensor(draw.integers(7, size=(B, T))), torch.full((B,), T))


@exercise.property(1, "Aguanta puntuaciones enormes.", "It stands huge scores.")
def huge(student, draw):
    logits, y, lengths = drawn(draw)
    agrees(student, 1000 * logits, y, lengths)


@exercise.property(1, "Deja sus entradas como estaban.", "It leaves its inputs as they were.")
def inputs_unchanged(student, draw):
    inputs = drawn(draw)
    mine = [student.put(part) for part in inputs]
    expect.near(student.call("masked_nll", *mine), oracle(*inputs), what="masked_nll(…)")
    for handle, before, name in zip(mine, inputs, ("logits", "y", "lengths"), strict=True):
        expect.unchanged(before, handle.value(), name)


REAL = "real = torch.arange(y.shape[1]) < lengths[:, None]"
RETURN = "return nn.functional.cross_entropy(logits[real], y[real])"
EACH = "each = nn.functional.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction=\"none\").reshape(y.shape)\n    "

exercise.mistake(
    "padding_averaged_in", (REAL, "real = torch.ones(y.shape, dtype=torch.bool)"),
    es="Promedias también sobre el relleno. Usa `lengths`: solo cuentan los primeros símbolos de cada fila.",
    en="You average over the padding too. Use `lengths`: only the first symbols of each row count.")
exercise.mistake(
    "divided_by_all_places", (RETURN, f"{EACH}return (each * real).mean()"),
    es="Anulas el relleno, pero divides entre B · T: la pérdida baja cuanto más relleno hay. Divide entre los símbolos de verdad.",
    en="You zero the padding, but divide by B · T: the more padding, the lower the loss. Divide by the true symbols.")
exercise.mistake(
    "mean_of_the_means", (RETURN, f"{EACH}return ((each * real).sum(1) / lengths).mean()"),
    es="Promedias primero cada secuencia: un símbolo de una corta pesa más. Es la media de todos los símbolos.",
    en="You take the mean of each sequence first: a symbol of a short one weighs more. It is the mean of all symbols.")
exercise.mistake(
    "summed", (RETURN, RETURN[:-1] + ', reduction="sum")'),
    es="Sumas. Se pide la media por símbolo.", en="You add up. The mean per symbol is asked for.")
exercise.mistake(
    "sum_over_sequences", (RETURN, f"{EACH}return (each * real).sum() / len(y)"),
    es="Divides entre las secuencias. Divide entre los símbolos de verdad.",
    en="You divide by the sequences. Divide by the true symbols.")
exercise.mistake(
    "one_place_too_many", (REAL, REAL.replace("<", "<=")),
    es="Con `<=` cuentas el primer sitio del relleno. Los sitios empiezan en 0: es `<`.",
    en="With `<=` you count the first place of the padding. Places begin at 0: it is `<`.")
exercise.mistake(
    "only_the_padding", (REAL, REAL.replace("<", ">=")),
    es="La máscara está al revés: mides solo el relleno.", en="The mask is the wrong way round: you measure only the padding.")
exercise.mistake(
    "last_symbol_only", (REAL, REAL.replace("<", "== -1 +")),
    es="Solo cuentas el último símbolo de cada secuencia.", en="You count the last symbol of each sequence only.")
exercise.mistake(
    "symbol_zero_taken_for_padding", (REAL, REAL + "\n    real = real & (y != 0)"),
    es="Tomas el símbolo 0 por relleno. Lo que es relleno lo dice `lengths`, no el número.",
    en="You take symbol 0 for padding. What is padding is told by `lengths`, not by the number.")
exercise.mistake(
    "zeros_taken_for_padding", (REAL, "real = y != 0"),
    es="Tomas por relleno el símbolo 0, y solo a él. Lo que es relleno lo dice `lengths`, no el número.",
    en="You take symbol 0 for padding, and nothing else. What is padding is told by `lengths`, not by the number.")
exercise.mistake(
    "logits_silenced", (RETURN, "logits, y = logits * real[:, :, None], y * real\n    "
                        "return nn.functional.cross_entropy(logits.flatten(0, 1), y.flatten())"),
    es="Poner a cero las puntuaciones del relleno no lo saca de la media: cada sitio aporta ln V.",
    en="Zeroing the scores of the padding does not take it out of the mean: each place contributes ln V.")
exercise.mistake(
    "bits", (RETURN, RETURN + " / np.log(2)"),
    es="Das bits (logaritmo en base 2). Se piden nats.", en="You give bits (base-2 logarithm). Nats are asked for.")
exercise.mistake(
    "sign_forgotten", (RETURN, RETURN.replace("return ", "return -")),
    es="Falta un signo: la pérdida es −ln p, positiva.", en="A sign is missing: the loss is −ln p, positive.")
exercise.mistake(
    "softmax_twice", ("logits[real], y[real]", "logits[real].softmax(-1), y[real]"),
    es="`cross_entropy` ya hace el softmax: dale las puntuaciones.", en="`cross_entropy` does the softmax: give it the scores.")
exercise.mistake(
    "clamped_logarithm", (RETURN, "p = logits.softmax(-1).gather(2, y[:, :, None])[:, :, 0]\n    return -(p[real] + "
                                  "1e-9).log().mean()"),
    es="El logaritmo del softmax con un parche se equivoca cuando p es diminuta. Usa `torch.log_softmax`.",
    en="The logarithm of the softmax with a patch goes wrong where p is tiny. Use `torch.log_softmax`.")
exercise.mistake(
    "logarithm_of_the_softmax", (RETURN, "return -logits.softmax(-1).gather(2, y[:, :, None])[:, :, 0][real].log().mean()"),
    es="Con puntuaciones enormes, el softmax redondea a 0 y su logaritmo es infinito. Usa `torch.log_softmax`.",
    en="With huge scores the softmax rounds to 0, and its logarithm is infinite. Use `torch.log_softmax`.")
exercise.mistake(
    "number_returned", (RETURN, RETURN + ".item()"),
    es="`.item()` saca el número y deja el grafo: con un número no se entrena. Devuelve el tensor.",
    en="`.item()` takes the number out and leaves the graph behind: a number does not train. Return the tensor.")
exercise.mistake(
    "graph_cut", (RETURN, RETURN + ".detach()"),
    es="Cortas el grafo: el gradiente no puede volver, y no se entrena nada.",
    en="You cut the graph: the gradient cannot come back, and nothing is trained.")
exercise.mistake(
    "written_into_logits", (REAL, REAL + "\n    with torch.no_grad():\n        logits *= real[:, :, None]"),
    es="Escribes ceros sobre las puntuaciones de quien te llama.", en="You write zeros into the caller's scores.")

exercise.mistake(
    "written_into_y", (RETURN, "y[~real] = -100\n    return nn.functional.cross_entropy(logits.transpose(1, 2), y)"),
    es="Escribes −100 sobre los símbolos de quien te llama. Trabaja con una copia: `y.clone()`.",
    en="You write −100 into the caller's symbols. Work on a copy: `y.clone()`.")

exercise.alternative("ignored_index", code="""
def masked_nll(logits, y, lengths):
    targets = y.clone()
    targets[torch.arange(y.size(1)).expand_as(y) >= lengths.unsqueeze(1)] = -100
    return nn.functional.cross_entropy(logits.transpose(1, 2), targets)
""")
exercise.alternative("sequence_by_sequence", code="""
def masked_nll(logits, y, lengths):
    total = 0.0
    for scores, symbols, n in zip(logits, y, lengths.tolist()):
        log_p = torch.log_softmax(scores[:n], dim=-1)
        total = total - log_p[torch.arange(n), symbols[:n]].sum()
    return total / lengths.sum()
""")
