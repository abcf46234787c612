"""Exercise 4.3: among how many keys a look is shared out."""

import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "score_entropy", points=6,
    title=Text("¿Por qué dividir por la raíz?", "Why divide by the root?"),
    hints=(
        Text("`log_softmax` da el logaritmo de los pesos sin pasar por ellos: nunca es el logaritmo de 0.",
             "`log_softmax` gives the logarithm of the weights without going through them: it is never the logarithm of 0."),
        Text("Primero la suma sobre las claves, con un signo menos delante; después la media sobre las consultas; y `.item()`.",
             "First the sum over the keys, with a minus sign in front; then the mean over the queries; and `.item()`."),
    ),
)


def oracle(q, k, scaled) -> float:
    logits = q @ k.T / (q.shape[1] ** 0.5 if scaled else 1.0)
    return float(torch.distributions.Categorical(logits=logits).entropy().mean())


def agrees(student, q, k, scaled):
    expect.near(expect.number(student.call("score_entropy", q, k, scaled), "score_entropy(…)"), oracle(q, k, scaled),
                what="score_entropy(…)")


@exercise.property(2, "Dividiendo por la raíz de d, la entropía media de los pesos.",
                   "Dividing by the root of d, the mean entropy of the weights.")
def scaled(student, draw):
    N, S, d = draw.sizes(3, 3, 9)
    agrees(student, draw.tensor(N, d), draw.tensor(S, d), True)


@exercise.property(2, "Sin dividir, la de los pesos más picudos.", "Without dividing, that of the sharper weights.")
def raw(student, draw):
    N, S, d = draw.sizes(3, 3, 9)
    agrees(student, draw.tensor(N, d), draw.tensor(S, d), False)


@exercise.property(1, "Con vectores muy largos y pesos que se redondean a 0, sin `nan`.",
                   "With very long vectors and weights that round to 0, without `nan`.")
def long_vectors(student, draw):
    q, k = draw.tensor(6, 800, std=6.0), draw.tensor(40, 800, std=6.0)
    agrees(student, q, k, False)
    agrees(student, q, k, True)


@exercise.property(1, "Sirve para una sola consulta y para vectores de un número.",
                   "It works for a single query and for vectors of one number.")
def smallest(student, draw):
    agrees(student, draw.tensor(1, 3), draw.tensor(5, 3), False)
    agrees(student, draw.tensor(4, 1), draw.tensor(7, 1), True)


@exercise.property(1, "Deja sus entradas como estaban.", "It leaves its inputs as they were.")
def inputs_unchanged(student, draw):
    q, k = draw.tensor(3, 4), draw.tensor(5, 4)
    mine = student.put(q), student.put(k)
    seen = expect.number(student.call("score_entropy", *mine, True), "score_entropy(…)")
    expect.near(seen, oracle(q, k, True), what="score_entropy(…)")
    expect.unchanged(q, mine[0].value(), "q")
    expect.unchanged(k, mine[1].value(), "k")


SCALE = "if scaled:"
SUM = "-(log_p.exp() * log_p).sum(dim=1).mean()"

exercise.mistake(
    "never_scaled", (SCALE, "if False:"),
    es="No divides nunca: `scaled` no cambia nada.", en="You never divide: `scaled` changes nothing.")
exercise.mistake(
    "always_scaled", (SCALE, "if True:"),
    es="Divides siempre: `scaled` no cambia nada.", en="You always divide: `scaled` changes nothing.")
exercise.mistake(
    "upside_down", (SCALE, "if not scaled:"),
    es="`scaled` está al revés: divides cuando no toca.", en="`scaled` is upside down: you divide when you should not.")
exercise.mistake(
    "divided_by_d", ("sqrt(q.shape[1])", "q.shape[1]"),
    es="Divides por d y no por su raíz.", en="You divide by d and not by its root.")
exercise.mistake(
    "root_of_the_queries", ("sqrt(q.shape[1])", "sqrt(q.shape[0])"),
    es="Divides por la raíz del número de consultas. Es la del largo de cada una.",
    en="You divide by the root of the number of queries. It is that of the length of each.")
exercise.mistake(
    "softmax_over_queries", ("log_softmax(dim=1)", "log_softmax(dim=0)"),
    es="La softmax va por columnas. Los pesos de cada consulta suman 1 sobre las claves.",
    en="The softmax goes by columns. The weights of each query add up to 1 over the keys.")
exercise.mistake(
    "entropy_over_queries", ("log_softmax(dim=1)", "log_softmax(dim=0)"), (SUM, SUM.replace("dim=1", "dim=0")),
    es="Todo va por columnas: la softmax y la suma. Es la entropía de lo que cada clave recibe, no de lo que cada consulta reparte.",
    en="Everything goes by columns: the softmax and the sum. That is the entropy of what each key receives, not of what each query "
       "gives out.")
exercise.mistake(
    "bits", (SUM, f"({SUM} / log(2))"),
    es="Das la entropía en bits. Se pide en nats, con el logaritmo natural.",
    en="You give the entropy in bits. It is asked for in nats, with the natural logarithm.")
exercise.mistake(
    "sign", (SUM, SUM[1:]),
    es="Falta el signo menos: la entropía no es negativa.", en="The minus sign is missing: entropy is not negative.")
exercise.mistake(
    "summed_over_queries", (SUM, SUM.replace(".mean()", ".sum()")),
    es="Sumas sobre las consultas. Se pide la media.", en="You add up over the queries. The mean is asked for.")
exercise.mistake(
    "mean_of_all", (SUM, "-(log_p.exp() * log_p).mean()"),
    es="Promedias también sobre las claves. Sobre ellas se suma.", en="You take the mean over the keys too. Over them one adds up.")
exercise.mistake(
    "of_the_mean_weights", (SUM, "-(log_p.exp().mean(dim=0) * log_p.exp().mean(dim=0).clamp(min=1e-300).log()).sum()"),
    es="Es la entropía de los pesos medios. Se pide la media de las entropías.",
    en="That is the entropy of the mean weights. The mean of the entropies is asked for.")
exercise.mistake(
    "nan_at_zero", (SUM, "-(log_p.exp() * log_p.exp().log()).sum(dim=1).mean()"),
    es="Un peso que se redondea a 0 da 0 · ln 0, que es `nan`. Usa `log_softmax`.",
    en="A weight that rounds to 0 gives 0 · ln 0, which is `nan`. Use `log_softmax`.")
exercise.mistake(
    "written_into_q", (SCALE, "if scaled:\n        q /= 1.0 * sqrt(q.shape[1])\n        scores = q @ k.T\n    if False:"),
    es="`q /= …` escribe sobre las consultas de quien te llama.", en="`q /= …` writes into the caller's queries.")

exercise.alternative("categorical", code="""
def score_entropy(q, k, scaled):
    z = torch.einsum("nd,sd->ns", q, k) * (q.shape[1] ** -0.5 if scaled else 1)
    return torch.distributions.Categorical(logits=z).entropy().mean()
""")
exercise.alternative("query_by_query", code="""
def score_entropy(q, k, scaled):
    total = 0.0
    for query in q:
        z = k @ query
        z = z / sqrt(len(query)) if scaled else z
        p = torch.softmax(z, dim=0)
        total += -sum(x * log(x) for x in p.tolist() if x > 0)
    return total / len(q)
""")
