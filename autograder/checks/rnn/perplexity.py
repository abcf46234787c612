"""Exercise 3.8: perplexity."""

import math

import torch

from autograder import expect
from autograder.checks.rnn.masked_nll import drawn, oracle
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "perplexity", points=3,
    title=Text("Perplejidad", "Perplexity"),
    uses=("masked_nll",),
    hints=(
        Text("`masked_nll` ya da la media. Falta deshacer el logaritmo natural.",
             "`masked_nll` gives the mean already. What is left is to undo the natural logarithm."),
        Text("`.exp()` sobre el tensor y `.item()` para sacar el número.", "`.exp()` on the tensor, and `.item()` to take the "
                                                                           "number out."),
    ),
)


def agrees(student, logits, y, lengths):
    wanted = math.exp(oracle(logits, y, lengths).item())
    expect.close(expect.number(student.call("perplexity", logits, y, lengths), "perplexity(…)"), wanted, atol=1e-5, rtol=1e-5,
                 what="perplexity(…)")


@exercise.property(2, "Es e elevado a la pérdida media por símbolo.", "It is e to the mean loss per symbol.")
def value(student, draw):
    agrees(student, *drawn(draw))


@exercise.property(1, "Quien no sabe nada tiene perplejidad V.", "One that knows nothing has perplexity V.")
def uniform(student, draw):
    _, y, lengths = drawn(draw)
    V = int(draw.integers(7, 40))
    agrees(student, float(draw.uniform(1, 3)) * torch.ones(*y.shape, V, dtype=torch.float64), y, lengths)


@exercise.property(1, "Repetir el texto no la cambia.", "Repeating the text does not change it.")
def repeated(student, draw):
    logits, y, lengths = drawn(draw)
    agrees(student, *(torch.cat([part, part]) for part in (logits, y, lengths)))


@exercise.property(1, "Quien se equivoca con seguridad pasa de V.", "One that is wrong and sure of it goes above V.")
def above_uniform(student, draw):
    logits, y, lengths = drawn(draw)
    logits.scatter_(2, y[:, :, None], logits.min().item() - draw.uniform(1, 2))  # the right symbol scores lowest, everywhere
    agrees(student, logits, y, lengths)


RETURN = "return masked_nll(logits, y, lengths).exp().item()"
NLL = "masked_nll(logits, y, lengths)"
EACH = ("real = torch.arange(y.shape[1]) < lengths[:, None]\n    "
        "each = nn.functional.cross_entropy(logits[real], y[real], reduction=\"none\")\n    ")

exercise.mistake(
    "bases_mixed", (RETURN, f"return 2 ** {NLL}.item()"),
    es="Elevas 2 a una pérdida en nats: mezclas bases. Con logaritmo natural, la base es e.",
    en="You raise 2 to a loss in nats: bases are mixed. With the natural logarithm, the base is e.")
exercise.mistake(
    "bits_in_the_exponent", (RETURN, f"return ({NLL} / np.log(2)).exp().item()"),
    es="Pasas la pérdida a bits y luego elevas e: mezclas bases.",
    en="You turn the loss into bits and then raise e: bases are mixed.")
exercise.mistake(
    "padding_counted", (RETURN, "return nn.functional.cross_entropy(logits.flatten(0, 1), y.flatten()).exp().item()"),
    es="Cuentas también el relleno. Usa `masked_nll`.", en="You count the padding too. Use `masked_nll`.")
exercise.mistake(
    "mean_of_perplexities",
    (RETURN, "each = [masked_nll(logits[n : n + 1], y[n : n + 1], lengths[n : n + 1]).exp() for n in range(len(y))]\n"
             "    return torch.stack(each).mean().item()"),
    es="Promedias las perplejidades de las secuencias. Se promedia la pérdida de todos los símbolos, y después se eleva.",
    en="You take the mean of the perplexities of the sequences. It is the loss of all symbols that is averaged, and raised afterwards.")
exercise.mistake(
    "mean_of_inverses", (RETURN, f"{EACH}return each.exp().mean().item()"),
    es="Promedias 1/p símbolo a símbolo. Primero la media de −ln p; después, la exponencial.",
    en="You take the mean of 1/p, symbol by symbol. First the mean of −ln p; then the exponential.")
exercise.mistake(
    "inverse_of_the_mean", (RETURN, f"{EACH}return 1 / (-each).exp().mean().item()"),
    es="Das uno entre la probabilidad media. La media es la de los logaritmos.",
    en="You give one over the mean probability. The mean is that of the logarithms.")
exercise.mistake(
    "summed", (RETURN, f"return ({NLL} * lengths.sum()).exp().item()"),
    es="Elevas e a la pérdida sumada, no a la media: crece con el largo del texto.",
    en="You raise e to the loss added up, not to the mean: it grows with the length of the text.")
exercise.mistake(
    "not_raised", (RETURN, f"return {NLL}.item()"),
    es="Devuelves la pérdida. Falta la exponencial.", en="You return the loss. The exponential is missing.")
exercise.mistake(
    "probability", (RETURN, f"return (-{NLL}).exp().item()"),
    es="Devuelves la probabilidad media por símbolo, menor que 1. La perplejidad es su inversa.",
    en="You return the mean probability per symbol, less than 1. Perplexity is its inverse.")
exercise.mistake(
    "shared_by_the_vocabulary", (RETURN, RETURN + " / logits.shape[-1]"),
    es="Divides entre V. La perplejidad se compara con V; no se divide.",
    en="You divide by V. Perplexity is compared with V, not divided by it.")

exercise.alternative("of_a_number", code="""
def perplexity(logits, y, lengths):
    return float(np.exp(masked_nll(logits, y, lengths).detach().numpy()))
""")
exercise.alternative("base_two_throughout", code="""
def perplexity(logits, y, lengths):
    bits = masked_nll(logits, y, lengths) / torch.log(torch.tensor(2.0))
    return 2.0 ** bits
""")
