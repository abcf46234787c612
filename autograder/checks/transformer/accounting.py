"""Exercise 5.13: parameters and operations, against those of a real model."""

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from atiende.models.transformer import Transformer, TransformerConfig
from autograder import expect
from autograder.exercise import Exercise
from autograder.replies import parts
from autograder.text import Text

exercise = Exercise(
    "accounting", points=3,
    title=Text("Las cuentas", "Counting the cost"),
    hints=(
        Text("Haz la cuenta de una atención, de una red y de una normalización; después, cuántas hay de cada en cada capa.",
             "Count one attention, one net and one norm; then, how many of each there are in each layer."),
        Text("Una atención propia sobre `n` palabras: cuatro productos `(n, D)` por `(D, D)`, y dos de `n` por `n` con `D` en "
             "medio.",
             "Self-attention over `n` words: four products `(n, D)` by `(D, D)`, and two of `n` by `n` with `D` in between."),
        Text("Cada capa del decodificador tiene dos atenciones y tres normalizaciones.",
             "Each decoder layer has two attentions and three norms."),
    ),
)


def drawn(draw, layers: int) -> list[int]:
    """Return source_vocab, target_vocab, d_model, d_ff, num_layers, S and T, all different.

    Lengths are primes, and d_model twice a greater prime: so no two mistakes leave out the same number.
    """
    D = 2 * int(draw.choice([13, 17, 19]))
    S, T = (int(n) for n in draw.choice([5, 7, 11], size=2, replace=False))
    return [*draw.sizes(2, 30, 60), D, int(draw.integers(61, 80)), layers, S, T]


def real(source_vocab, target_vocab, d_model, d_ff, num_layers, S, T) -> Transformer:
    sizes = {"d_model": d_model, "heads": 2, "d_ff": d_ff, "num_layers": num_layers}
    return Transformer(TransformerConfig(source_vocab, target_vocab, **sizes, dropout=0.0, max_len=16, pad=-1))


def counted(*sizes) -> tuple[int, int]:
    """Count the parameters of a real model, and the operations of its matrix products as it runs."""
    model, (S, T) = real(*sizes), sizes[-2:]
    plain = sdpa_kernel(SDPBackend.MATH)  # the equation as it is written: the counter sees its products
    with FlopCounterMode(display=False) as counter, torch.no_grad(), plain:
        model(torch.zeros(1, S, dtype=torch.int64), torch.zeros(1, T, dtype=torch.int64))
    return sum(p.numel() for p in model.parameters()), counter.get_total_flops()


def agrees(student, sizes, n: int):
    name = ("parameters", "flops")[n]
    seen = expect.number(parts(student.keep("accounting", *sizes), "parameters", "flops")[n].value(), name)
    wanted = counted(*sizes)[n]
    expect.true(seen == wanted, "`{name}` no es exacto: da {seen:.0f}, el {percent:.1f} % del valor correcto.",
                "`{name}` is not exact: it is {seen:.0f}, {percent:.1f}% of the right value.", name=name,
                seen=seen, percent=100 * seen / wanted)


@exercise.property(1, "Los parámetros son los de un modelo de verdad.", "The parameters are those of a real model.")
def parameters(student, draw):
    for layers in (1, int(draw.integers(2, 4))):
        agrees(student, drawn(draw, layers), 0)


@exercise.property(1, "Las operaciones son las que hace un modelo de verdad.", "The operations are those that a real model does.")
def flops(student, draw):
    for layers in (1, int(draw.integers(2, 4))):
        agrees(student, drawn(draw, layers), 1)


@exercise.property(1, "Sin capas quedan los embeddings, las dos normalizaciones del final y `head`.",
                   "With no layers, what remains is the embeddings, the two norms at the end and `head`.")
def no_layers(student, draw):
    sizes = drawn(draw, 0)
    agrees(student, sizes, 0)
    agrees(student, sizes, 1)


SUMS = "attention, feed_forward, norm = 4 * (D * D + D), 2 * D * F + F + D, 2 * D"
LAYERS = "layers = L * (attention + feed_forward + 2 * norm) + L * (2 * attention + feed_forward + 3 * norm)"
ENDS = "ends = (source_vocab + target_vocab) * D + 2 * norm + D * target_vocab + target_vocab"
ENCODER = "encoder = 2 * S * (4 * D * D + 2 * D * F) + 4 * S * S * D"
CROSS = "cross = 2 * T * 2 * D * D + 2 * S * 2 * D * D + 4 * T * S * D"
RETURN = "return layers + ends, L * (encoder + decoder) + 2 * T * D * target_vocab"

exercise.mistake("biases_forgotten", (SUMS, "attention, feed_forward, norm = 4 * D * D, 2 * D * F, 2 * D"),
    es="Faltan los sesgos de las capas lineales.",
    en="The biases of the linear layers are missing.")
exercise.mistake("three_projections", (SUMS, SUMS.replace("4 * (", "3 * (")),
    es="La atención tiene cuatro capas lineales: también la de salida.",
    en="Attention has four linear layers: the output one too.")
exercise.mistake("one_attention_in_the_decoder", (LAYERS, LAYERS.replace("(2 * attention", "(attention")),
    es="Cada capa del decodificador tiene dos atenciones.",
    en="Each decoder layer has two attentions.")
exercise.mistake("two_norms_in_the_decoder", (LAYERS, LAYERS.replace("3 * norm", "2 * norm")),
    es="Cada capa del decodificador tiene tres normalizaciones.",
    en="Each decoder layer has three norms.")
exercise.mistake("norm_by_its_gain", (SUMS, SUMS.replace("F + D, 2 * D", "F + D, D")),
    es="Una normalización tiene ganancia y sesgo: `2 * D`.", en="A norm has gain and bias: `2 * D`.")
exercise.mistake("last_norms_forgotten", (ENDS, ENDS.replace(" + 2 * norm", "")), es="Faltan las dos normalizaciones del final.",
    en="The two norms at the end are missing.")
exercise.mistake("head_forgotten", (ENDS, ENDS.replace(" + D * target_vocab + target_vocab", "")),
    es="Faltan los parámetros de `head`.",
    en="The parameters of `head` are missing.")
exercise.mistake("head_bias_forgotten", (ENDS, ENDS.removesuffix(" + target_vocab")), es="Falta el sesgo de `head`.",
    en="The bias of `head` is missing.")
exercise.mistake("one_table", (ENDS, ENDS.replace("(source_vocab + target_vocab)", "source_vocab")),
    es="Hay dos tablas de embeddings.", en="There are two tables of embeddings.")
exercise.mistake("products_only", (RETURN, RETURN.replace("L * (encoder", "(L * (encoder").replace("target_vocab",
    "target_vocab) // 2")),
    es="Cuentas los productos y no las sumas: son `2 m n p`.",
    en="You count the multiplications and not the additions: it is `2 m n p`.")
exercise.mistake("attention_products_forgotten", (ENCODER, ENCODER.removesuffix(" + 4 * S * S * D")),
    es="Faltan, en el codificador, los productos de consultas por claves y de pesos por valores.",
    en="In the encoder, the products of queries by keys and of weights by values are missing.")
exercise.mistake("scores_only", (ENCODER, ENCODER.replace("4 * S * S", "2 * S * S")),
    es="En el codificador cuentas las puntuaciones y no los pesos por los valores.",
    en="In the encoder you count the scores and not the weights by the values.")
exercise.mistake("cross_from_the_target", (CROSS, "cross = 2 * T * 4 * D * D + 4 * T * S * D"),
    es="En la atención cruzada, claves y valores salen de `S` palabras.",
    en="In cross-attention, keys and values come from `S` words.")
exercise.mistake("cross_squared", (CROSS, CROSS.replace("4 * T * S", "4 * T * T")),
    es="La atención cruzada mira de `T` palabras a `S`: `T * S`.",
    en="Cross-attention looks from `T` words at `S`: `T * S`.")
exercise.mistake("head_s_product_forgotten", (RETURN, RETURN.removesuffix(" + 2 * T * D * target_vocab")),
    es="Falta el producto de `head`.", en="The product of `head` is missing.")

exercise.mistake("attention_biases_forgotten", (SUMS, SUMS.replace("4 * (D * D + D)", "4 * D * D")),
    es="Faltan los sesgos de la atención: sus cuatro capas lineales tienen el suyo.",
    en="The biases of attention are missing: each of its four linear layers has one.")
exercise.mistake("no_tables", (ENCODER, ENCODER.removesuffix(" + 4 * S * S * D")), (" + 4 * T * T * D", ""), (" + 4 * T * S * D", ""),
    es="Cuentas solo las capas lineales. Faltan los dos productos de cada atención: consultas por claves y pesos por valores.",
    en="You count the linear layers only. The two products of each attention are missing: queries by keys and weights by values.")
exercise.mistake("one_product_a_table", (ENCODER, ENCODER.replace("4 * S * S", "2 * S * S")), ("4 * T * T", "2 * T * T"),
    ("4 * T * S", "2 * T * S"),
    es="En cada atención cuentas un solo producto de tabla. Son dos: consultas por claves y pesos por valores.",
    en="You count a single product with the table of each attention. There are two: queries by keys and weights by values.")
exercise.mistake("halved_by_the_mask", ("4 * T * T", "2 * T * T"),
    es="En el destino cuentas media tabla. La máscara tapa después: la tabla `T` por `T` se calcula entera.",
    en="At the target you count half the table. The mask hides afterwards: the `T` by `T` table is computed whole.")
exercise.mistake("embedding_counted", (RETURN, RETURN + " + 2 * S * D * source_vocab + 2 * T * D * target_vocab"),
    es="Cuentas el embedding como un producto. Solo se busca una fila: no cuesta ninguno.",
    en="You count the embedding as a product. It only looks up a row: it costs none.")
exercise.mistake("cross_from_the_source", (CROSS, "cross = 2 * S * 4 * D * D + 4 * T * S * D"),
    es="En la atención cruzada, la consulta y la salida son de `T` palabras; solo claves y valores, de `S`.",
    en="In cross-attention, the query and the output are of `T` words; only keys and values, of `S`.")

exercise.alternative("by_a_list_of_products", code="""
def accounting(source_vocab, target_vocab, d_model, d_ff, num_layers, S, T):
    def linear(inputs, outputs):
        return inputs * outputs + outputs

    look, think, norm = 4 * linear(d_model, d_model), linear(d_model, d_ff) + linear(d_ff, d_model), 2 * d_model
    parameters = (source_vocab + target_vocab) * d_model + linear(d_model, target_vocab) + 2 * norm
    products = [(T, d_model, target_vocab)]
    for _ in range(num_layers):
        parameters += 3 * look + 2 * think + 5 * norm
        for queries, keys in ((S, S), (T, T), (T, S)):
            products += [(queries, d_model, d_model)] * 2 + [(keys, d_model, d_model)] * 2
            products += [(queries, d_model, keys), (queries, keys, d_model)]
        for words in (S, T):
            products += [(words, d_model, d_ff), (words, d_ff, d_model)]
    return parameters, sum(2 * m * n * p for m, n, p in products)
""")
exercise.alternative("from_torch_s_layers", code="""
def accounting(source_vocab, target_vocab, d_model, d_ff, num_layers, S, T):
    def size(module):
        return sum(p.numel() for p in module.parameters())

    one = size(nn.TransformerEncoderLayer(d_model, 1, d_ff)) + size(nn.TransformerDecoderLayer(d_model, 1, d_ff))
    ends = size(nn.Embedding(source_vocab, d_model)) + size(nn.Embedding(target_vocab, d_model))
    ends += 2 * size(nn.LayerNorm(d_model)) + size(nn.Linear(d_model, target_vocab))
    D, F = d_model, d_ff
    weights = S * (4 * D * D + 2 * D * F) + T * (6 * D * D + 2 * D * F) + 2 * S * D * D
    looks = 2 * D * (S * S + T * T + T * S)
    return num_layers * one + ends, 2 * (num_layers * (weights + looks) + T * D * target_vocab)
""")
