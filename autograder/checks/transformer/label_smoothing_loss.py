"""Exercise 5.10: cross-entropy against smoothed labels (Szegedy et al. 2015, arXiv:1512.00567, section 7), without padding."""

import torch
from torch.nn import functional

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "label_smoothing_loss", points=5,
    title=Text("Suavizar las etiquetas", "Smoothing the labels"),
    forbids=("torch.nn.functional.cross_entropy", "torch.nn.CrossEntropyLoss.forward"),
    hints=(
        Text("Construye lo pedido, `(B, T, V)`: todo a `eps / (V - 2)`, la buena a `1 - eps`, la columna `pad` a 0.",
             "Build what is asked for, `(B, T, V)`: all at `eps / (V - 2)`, the right one at `1 - eps`, column `pad` at 0."),
        Text("`wanted.scatter_(-1, y[..., None], 1 - eps)` escribe en cada sitio la palabra buena.",
             "`wanted.scatter_(-1, y[..., None], 1 - eps)` writes at each place the right word."),
        Text("La media es sobre los sitios con `y != pad`, no sobre todos.",
             "The mean is over the places with `y != pad`, not over all."),
    ),
)


def drawn(draw, padded: bool = True, pad: int | None = None):
    """Return logits, labels and the id of padding; with `padded`, some places are padding but not all."""
    B, T, V = draw.sizes(3, 3, 8)
    pad = int(draw.integers(V)) if pad is None else pad
    others = [v for v in range(V) if v != pad]
    y = draw.choice(others, size=(B, T))
    if padded:
        y.flat[draw.choice(B * T, size=B * T // 3, replace=False)] = pad
    return draw.tensor(B, T, V, std=2.0), torch.tensor(y), pad


def reference(logits, y, eps: float, pad: int):
    """Add the terms one by one."""
    log_p, terms = functional.log_softmax(logits, dim=-1), []
    V = logits.shape[-1]
    for row, right in zip(log_p.flatten(0, 1), y.flatten().tolist(), strict=True):
        if right != pad:
            share = [1 - eps if v == right else 0.0 if v == pad else eps / (V - 2) for v in range(V)]
            terms.append(-sum(s * row[v] for v, s in enumerate(share)))
    return sum(terms) / len(terms)


def agrees(student, logits, y, eps: float, pad: int):
    expect.near(student.call("label_smoothing_loss", logits, y, eps, pad), reference(logits, y, eps, pad))


@exercise.property(1, "Con `eps=0` y sin relleno, es la entropía cruzada.",
                   "With `eps=0` and without padding, it is the cross-entropy.")
def not_smoothed(student, draw):
    logits, y, pad = drawn(draw, padded=False)
    expect.near(student.call("label_smoothing_loss", logits, y, 0.0, pad), functional.cross_entropy(logits.flatten(0, 1), y.flatten()))


@exercise.property(1, "Reparte `eps` entre las palabras que no son la buena ni el relleno.",
                   "It shares `eps` out among the words that are neither the right one nor padding.")
def smoothed(student, draw):
    for pad in (None, 2):  # never 0 both times
        logits, y, pad = drawn(draw, padded=False, pad=pad)
        agrees(student, logits, y, float(draw.uniform(0.1, 0.4)), pad)


@exercise.property(1, "Los sitios de relleno no cuentan, ni en la suma ni en la media.",
                   "Padding does not count, neither in the sum nor in the mean.")
def padding(student, draw):
    logits, y, pad = drawn(draw)
    agrees(student, logits, y, float(draw.uniform(0.1, 0.4)), pad)
    noisy = torch.where((y == pad)[..., None], draw.tensor(*logits.shape, std=5.0), logits)
    expect.near(student.call("label_smoothing_loss", noisy, y, 0.2, pad), reference(logits, y, 0.2, pad))


@exercise.property(1, "No se desborda: con puntuaciones enormes sigue siendo un número.",
                   "It does not overflow: with huge scores it is still a number.")
def large(student, draw):
    logits, y, pad = drawn(draw)
    agrees(student, 200 * logits, y, 0.1, pad)


@exercise.property(1, "El gradiente vuelve, y las entradas quedan como estaban.",
                   "The gradient comes back, and the inputs stay as they were.")
def gradient(student, draw):
    logits, y, pad = drawn(draw)
    mine, labels = student.put(logits).keep_method("requires_grad_"), student.put(y)
    student.keep("label_smoothing_loss", mine, labels, 0.2, pad).method("backward")
    leaf = logits.clone().requires_grad_()
    reference(leaf, y, 0.2, pad).backward()
    expect.near(mine.get("grad"), leaf.grad, what="logits.grad")
    expect.unchanged(logits, mine.value(), "logits")
    expect.unchanged(y, labels.value(), "y")


SHARE = "eps / (logits.shape[-1] - 2)"
PAD_COLUMN = "    wanted[..., pad] = 0\n"
RETURN = "return -(wanted * log_p).sum(dim=-1)[real].mean()"

exercise.mistake("shared_among_all", (SHARE, "eps / logits.shape[-1]"), ("1 - eps)", "1 - eps + eps / logits.shape[-1])"),
    (PAD_COLUMN, ""),
    es="Repartes entre las `V`, la buena y el relleno incluidos, como hace PyTorch. Aquí, entre las otras `V - 2`.",
    en="You share out among all `V`, the right one and the padding included, as PyTorch does. Here, among the other `V - 2`.")
exercise.mistake("padding_gets_some", (SHARE, "eps / (logits.shape[-1] - 1)"), (PAD_COLUMN, ""),
    es="También das un poco a `pad`. Le toca 0, y las demás son `V - 2`.",
    en="You give a little to `pad` too. It gets 0, and the others are `V - 2`.")
exercise.mistake("column_zeroed_only", (SHARE, "eps / (logits.shape[-1] - 1)"),
    es="Divides entre `V - 1` y después pones `pad` a 0: lo repartido no suma 1.",
    en="You divide by `V - 1` and then set `pad` to 0: the shares do not add up to 1.")
exercise.mistake("right_one_gets_all", ("1 - eps)", "1.0)"), es="La buena se lleva 1: lo pedido suma más de 1. Son `1 - eps`.",
    en="The right one gets 1: what is asked for adds up to more than 1. It is `1 - eps`.")
exercise.mistake("eps_each", (SHARE, "eps"), es="Das `eps` a cada palabra. Se reparte entre todas.",
    en="You give `eps` to each word. It is shared out among all.")
exercise.mistake("not_smoothed_at_all", (SHARE, "0.0"), ("1 - eps)", "1.0)"), es="No suavizas: ignoras `eps`.",
    en="You do not smooth: you ignore `eps`.")
exercise.mistake("padding_counted", (RETURN, "return -(wanted * log_p).sum(dim=-1).mean()"),
    es="Cuentas también los sitios de relleno.", en="You count the places of padding too.")
exercise.mistake("mean_over_all_places", (RETURN, "return -(wanted * log_p).sum(dim=-1)[real].sum() / y.numel()"),
    es="Divides entre todos los sitios, también los de relleno.", en="You divide by the number of all places, padding included.")
exercise.mistake("mean_over_words", (RETURN, "return -(wanted * log_p)[real].mean()"),
    es="Divides también entre `V`. Se suma sobre las palabras.",
    en="You divide by `V` too. It is summed over the words.")
exercise.mistake("summed", (RETURN, RETURN.replace(".mean()", ".sum()")), es="Sumas los sitios. Se pide la media.",
    en="You add up the places. What is asked for is their mean.")
exercise.mistake("softmax_then_log", ("torch.log_softmax(logits, dim=-1)", "torch.log(torch.softmax(logits, dim=-1))"),
    es="El softmax se hace 0 y su logaritmo, infinito. Usa `log_softmax`.",
    en="The softmax becomes 0 and its logarithm infinite. Use `log_softmax`.")
exercise.mistake("padding_is_zero", ("real = y != pad", "real = y != 0"), ("wanted[..., pad] = 0", "wanted[..., 0] = 0"),
    es="Tomas 0 por el relleno. Es `pad`, valga lo que valga.", en="You take 0 for the padding. It is `pad`, whatever that is.")
exercise.mistake("sign", (RETURN, RETURN.replace("-(", "(")), es="Falta el signo menos.", en="The minus sign is missing.")

exercise.mistake("divided_by_v", (SHARE, "eps / logits.shape[-1]"),
    es="Repartes `eps` entre `V`. Son `V - 2`: ni la buena ni `pad`.",
    en="You share `eps` out among `V`. It is `V - 2`: neither the right one nor `pad`.")
exercise.mistake("divided_by_v_with_padding", (SHARE, "eps / logits.shape[-1]"), (PAD_COLUMN, ""),
    es="Repartes `eps` entre `V`, y a `pad` le toca una parte. A `pad` le toca 0, y las demás son `V - 2`.",
    en="You share `eps` out among `V`, and `pad` gets a share. `pad` gets 0, and the others are `V - 2`.")
exercise.mistake("padding_not_zeroed", (PAD_COLUMN, ""),
    es="Falta poner a 0 la columna `pad`.", en="Column `pad` should be set to 0, and is not.")
exercise.mistake("column_zero_for_pad", ("wanted[..., pad] = 0", "wanted[..., 0] = 0"),
    es="Pones a 0 la columna 0. Es la columna `pad`, valga lo que valga.",
    en="You set column 0 to 0. It is column `pad`, whatever that is.")
exercise.mistake("right_one_gets_a_share_too", (SHARE, "eps / (logits.shape[-1] - 1)"),
    ("1 - eps)", "1 - eps + eps / (logits.shape[-1] - 1))"),
    es="La buena se lleva también una parte de `eps`. Se reparte entre las otras `V - 2`.",
    en="The right one gets a share of `eps` too. It is shared out among the other `V - 2`.")
exercise.mistake("mean_of_means", (RETURN, "return (-(wanted * log_p).sum(dim=-1) * real).sum(dim=1).div(real.sum(dim=1)).mean()"),
    es="Promedias cada frase y después las frases. Se promedian todos los sitios a la vez.",
    en="You take the mean of each sentence, and then of the sentences. It is one mean over all places.")
exercise.mistake("a_plain_number", (RETURN, RETURN + ".item()"),
    es="Devuelves un número suelto, sin grafo: sobra `.item()`.",
    en="You return a bare number, without its graph: leave out `.item()`.")
exercise.mistake("detached", ("torch.log_softmax(logits, ", "torch.log_softmax(logits.detach(), "),
    es="Cortas el grafo: la pérdida no tiene por dónde volver a `logits`.",
    en="You cut the graph: the loss has no way back to `logits`.")

exercise.alternative("by_two_terms", code="""
def label_smoothing_loss(logits, y, eps, pad):
    real = y != pad
    log_p = logits[real].log_softmax(dim=-1)
    right = log_p.gather(1, y[real].unsqueeze(1)).squeeze(1)
    others = log_p.sum(dim=1) - right - log_p[:, pad]
    return -((1 - eps) * right + eps * others / (log_p.shape[1] - 2)).mean()
""")
exercise.alternative("by_the_divergence", code="""
def label_smoothing_loss(logits, y, eps, pad):
    V, real = logits.size(-1), y.reshape(-1) != pad
    rows, right = logits.reshape(-1, V)[real], y.reshape(-1)[real]
    hot = torch.eye(V, dtype=logits.dtype)[right]
    others = 1 - hot
    others = others - torch.eye(V, dtype=logits.dtype)[pad]
    wanted = hot * (1 - eps) + others * eps / (V - 2)
    log_p = rows - torch.logsumexp(rows, dim=1, keepdim=True)
    return torch.sum(-wanted * log_p) / len(right)
""")
