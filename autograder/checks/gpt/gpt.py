"""Exercise 7.8: the whole model, against PyTorch's layers with the same weights."""

import math

import torch
from torch.nn import functional

from autograder import expect
from autograder.checks.gpt.decoder_block import agrees, block_weights, causal, torch_block
from autograder.exercise import Exercise
from autograder.replies import NOT_OURS, parts
from autograder.student import StudentError
from autograder.text import Text
from autograder.weights import load_weights

VOCAB = 17

exercise = Exercise(
    "GPT", points=9, uses=("decoder_block",),
    title=Text("GPT", "GPT"),
    forbids=("torch.nn.TransformerEncoder.forward", "torch.nn.TransformerEncoderLayer.forward"),
    hints=(
        Text("Cuántas piezas se leyeron antes lo dice el pasado: `past[0][0].shape[2]`.",
             "How many pieces were read before is told by the past: `past[0][0].shape[2]`."),
        Text("Las puntuaciones: `self.norm(x) @ self.tokens.weight.T`. No hay otra capa que entrenar.",
             "The scores: `self.norm(x) @ self.tokens.weight.T`. There is no other layer to train."),
        Text("Para nacer, recorre `self.named_parameters()`: las matrices, con 0.02 o menos; los sesgos, a cero; las ganancias no "
            "se tocan.",
             "To initialise, go over `self.named_parameters()`: matrices, with 0.02 or less; biases, at zero; gains are left alone."),
    ),
)


class Reference:
    """Compute what the model should, out of PyTorch's layers."""

    def __init__(self, weights: dict, D: int, heads: int, layers: int):
        self.weights, self.D = {name: weight.double() for name, weight in weights.items()}, D
        self.layers = [torch_block({name.removeprefix(f"blocks.{n}."): w for name, w in weights.items()
                                    if name.startswith(f"blocks.{n}.")}, D, heads) for n in range(layers)]

    def __call__(self, ids):
        x = self.weights["tokens.weight"][ids] + self.weights["positions.weight"][: ids.shape[1]]
        for layer in self.layers:
            x = layer(x, src_mask=causal(ids.shape[1]))
        x = functional.layer_norm(x, (self.D,), self.weights["norm.weight"], self.weights["norm.bias"])
        return functional.linear(x, self.weights["tokens.weight"])


def built(student, draw, context: int, layers: int = 2):
    heads = int(draw.integers(2, 4))
    D = heads * int(draw.integers(2, 5))
    shapes = {"tokens.weight": (VOCAB, D), "positions.weight": (context, D), "norm.weight": (D,), "norm.bias": (D,)}
    weights = {name: draw.tensor(*shape, std=0.5, dtype=torch.float32) for name, shape in shapes.items()}
    weights["norm.weight"] += 1
    for n in range(layers):
        weights |= {f"blocks.{n}.{name}": value for name, value in block_weights(draw, D).items()}
    model = student.keep("GPT", VOCAB, D, heads, layers, context)
    load_weights(model, weights)
    return model, Reference(weights, D, heads, layers)


def drawn(draw, B: int, T: int) -> torch.Tensor:
    return torch.tensor(draw.integers(VOCAB, size=(B, T)))


def read(model, ids, past, context: int):
    """Let the student's model read pieces that fit; return its scores and its past, or fail if it says that they do not fit."""
    try:
        return parts(model.keep(ids) if past is None else model.keep(ids, past), "logits", "past")
    except StudentError as error:
        expect.true(error.kind != "ValueError", "Lanzas `ValueError` ({told}) cuando lo leído cabe en `context`, que es "
            "{context}; lo que cabe justo también se lee.",
                    "You raise `ValueError` ({told}) though what is read fits in `context`, which is {context}; what just fits is "
                        "read too.",
                    told=error.message, context=context)
        raise


@exercise.property(3, "Con los mismos pesos, puntúa como las capas de PyTorch.",
    "With the same weights, it scores like PyTorch's layers.")
def scores(student, draw):
    context = int(draw.integers(6, 9))
    for layers in (2, 3):
        model, wanted = built(student, draw, context, layers)
        for B, T in ((3, context - 2), (2, context), (1, 1)):
            ids = drawn(draw, B, T)
            logits, _ = read(model, ids, None, context)
            agrees(logits.value(), wanted(ids), "GPT(…)(ids)")


@exercise.property(3, "Con pasado, sigue donde quedó: trozos de varias piezas y de una dan lo mismo que el texto entero.",
                   "With a past, it goes on where it was: parts of several pieces and of one give the same as the whole text.")
def goes_on(student, draw):
    model, wanted = built(student, draw, 10)
    ids, at, past = drawn(draw, 2, 10), 0, None
    right = wanted(ids)
    for size in (3, 1, 1, 4, 1):
        logits, past = read(model, ids[:, at : at + size], past, 10)
        agrees(logits.value(), right[:, at : at + size], "GPT(…)(ids, past)")
        at += size


@exercise.property(1, "Lanza `ValueError` si no cabe en `context`, con lo leído antes incluido; justo lo que cabe, lo lee.",
                   "It raises `ValueError` if it does not fit in `context`, with what was read before; just what fits, it reads.")
def too_long(student, draw):
    model, wanted = built(student, draw, 6)
    ids = drawn(draw, 2, 7)
    logits, past = read(model, ids[:, :6], None, 6)
    agrees(logits.value(), wanted(ids[:, :6]), "GPT(…)(ids)")
    for told, arguments in (("GPT(…)(ids)", (ids,)), ("GPT(…)(ids, past)", (ids[:, 6:], past))):
        try:
            model.keep(*arguments)
        except StudentError as error:
            if error.kind in NOT_OURS:
                raise
            expect.true(error.kind == "ValueError", "`{told}` con más de `context` piezas debía lanzar ValueError y lanza {kind}.",
                        "`{told}` with more than `context` pieces should raise ValueError, but raises {kind}.", told=told,
                            kind=error.kind)
            continue
        expect.fail("`{told}` con más de `context` piezas debía lanzar ValueError y no lanza nada.",
                    "`{told}` with more than `context` pieces should raise ValueError, but raises nothing.", told=told)


@exercise.property(2, "Los pesos nacen con las desviaciones que se piden, y los sesgos, a 0.",
    "Its weights are initialised with the deviations asked for, and biases at 0.")
def born(student, draw):
    student.seed(draw.seed())
    layers = int(draw.integers(3, 7))
    weights = student.keep("GPT", 300, 48, 4, layers, 60).method("state_dict")
    for name, weight in weights.items():
        if weight.dim() == 2:
            wanted = 0.02 / math.sqrt(2 * layers) if name.endswith(("to_out.weight", "narrow.weight")) else 0.02
            gap = abs(float(weight.double().pow(2).mean().sqrt()) / wanted - 1) * math.sqrt(2 * weight.numel())
            expect.true(gap < 5.5, "`{name}` debía nacer con desviación estándar {wanted:.4f} y nace con {seen:.4f}.",
                        "`{name}` should be initialised with standard deviation {wanted:.4f}, but has {seen:.4f}.",
                        name=name, wanted=wanted, seen=float(weight.std()))
        elif name.endswith("bias"):
            expect.true(not weight.any(), "El sesgo `{name}` debía nacer a 0.", "Bias `{name}` should start at 0.", name=name)


@exercise.property(1, "La primera pérdida es la de quien no sabe nada, ln V; y las capas son distintas.",
                   "The first loss is that of one who knows nothing, ln V; and the layers are different.")
def first_loss(student, draw):
    student.seed(draw.seed())
    model = student.keep("GPT", 500, 48, 4, 3, 20)
    ids = torch.tensor(draw.integers(500, size=(8, 21)))
    logits, past = parts(model.keep(ids[:, :-1]), "logits", "past")
    loss = functional.cross_entropy(torch.from_numpy(expect.array(logits.value(), (8, 20, 500), "logits")).flatten(0, 1), ids[:,
        1:].flatten())
    expect.true(abs(loss - math.log(500)) < 0.1, "La primera pérdida debía estar cerca de {wanted:.2f} y es {seen:.2f}.",
                "The first loss should be near {wanted:.2f}, but it is {seen:.2f}.", wanted=math.log(500), seen=float(loss))
    expect.true(len(parts(past, "0", "1", "2")) == 3, "El pasado debía tener una entrada por bloque.",
        "The past should have one entry per block.")
    weights = model.method("state_dict")
    expect.true(not torch.equal(weights["blocks.0.widen.weight"], weights["blocks.1.widen.weight"]),
                "Los bloques 0 y 1 nacen con los mismos pesos: ¿es el mismo repetido?",
                    "Blocks 0 and 1 start with the same weights: is it the same one repeated?")


BLOCKS = "nn.ModuleList(DecoderBlock(d_model, heads) for _ in range(num_layers))"
STD = "std=0.02 / math.sqrt(2 * num_layers) if writes else 0.02"
ADDED = "x = self.tokens(ids) + self.positions.weight[begun:end]"
RETURN = "return self.norm(x) @ self.tokens.weight.T, kept"
HEAD = "        self.norm = nn.LayerNorm(d_model)\n"

exercise.mistake("head_of_its_own", (HEAD, HEAD + "        self.head = nn.Linear(d_model, vocab_size, bias=False)\n"), (RETURN,
    "return self.head(self.norm(x)), kept"),
    es="Añades una capa `head` con pesos propios. La salida usa la misma tabla `tokens`.",
        en="You add a `head` layer with weights of its own. The output uses the same table `tokens`.")
exercise.mistake("table_copied", (HEAD, HEAD + "        self.head = nn.Parameter(self.tokens.weight.detach().clone())\n"), (RETURN,
    "return self.norm(x) @ self.head.T, kept"),
    es="Copias la tabla: al entrenar se separan. Es la misma, no una copia.",
        en="You copy the table: the two drift apart in training. It is the same one, not a copy.")
exercise.mistake("position_from_zero", (ADDED, "x = self.tokens(ids) + self.positions.weight[: ids.shape[1]]"),
    es="Las piezas nuevas empiezan siempre en la posición 0. Siguen tras el pasado.",
        en="New pieces always begin at position 0. They continue after the past.")
exercise.mistake("position_one_late", (ADDED,
    "x = self.tokens(ids) + self.positions.weight[(torch.arange(begun, end) + (begun > 0)).clamp(max=self.context - 1)]"),
    es="Con pasado, las posiciones van una de más.", en="With a past, positions are one too many.")
exercise.mistake("no_positions", (ADDED, "x = self.tokens(ids)"), es="Faltan las posiciones.", en="The positions are missing.")
exercise.mistake("tokens_scaled", (ADDED, ADDED.replace("self.tokens(ids)", "self.tokens(ids) * self.tokens.embedding_dim**0.5")),
    es="Multiplicas la tabla por la raíz de `D`. Aquí no hay escala.",
        en="You multiply the table by the root of `D`. There is no scale here.")
exercise.mistake("last_norm_missing", (RETURN, "return x @ self.tokens.weight.T, kept"), es="Falta la normalización del final.",
    en="The norm at the end is missing.")
exercise.mistake("one_past_for_all", ("None if past is None else past[n]", "None if past is None else past[0]"),
    es="Das a todos los bloques el pasado del primero.",
    en="You give all blocks the past of the first.")
exercise.mistake("past_not_passed", ("block(x, None if past is None else past[n])", "block(x)"), es="No pasas el pasado a los bloques.",
    en="You do not pass the past to the blocks.")
exercise.mistake("same_block_repeated", (BLOCKS, "nn.ModuleList([DecoderBlock(d_model, heads)] * num_layers)"),
    es="`[bloque] * n` repite el mismo: todos comparten los pesos.",
    en="`[block] * n` repeats the same one: all share their weights.")
exercise.mistake("no_limit", ("        if end > self.context:\n", "        if False:\n"), (ADDED,
    "x = self.tokens(ids) + self.positions(torch.arange(begun, end).clamp(max=self.context - 1))"),
    es="No lanzas el error cuando no cabe en `context`.", en="You raise no error when it does not fit in `context`.")
exercise.mistake("limit_without_the_past", ("        if end > self.context:\n", "        if ids.shape[1] > self.context:\n"),
    (ADDED, "x = self.tokens(ids) + self.positions(torch.arange(begun, end).clamp(max=self.context - 1))"),
    es="Solo miras si cabe lo nuevo. Cuenta también lo leído antes.",
        en="You only check whether what is new fits. What was read before counts too.")
exercise.mistake("one_place_less", ("if end > self.context:", "if end >= self.context:"), es="Lanzas el error cuando cabe justo.",
    en="You raise the error when it just fits.")
exercise.mistake("torch_s_birth", ("        for name, weight in self.named_parameters():\n", "        for name, weight in ():\n"),
    es="Los pesos nacen como los de PyTorch: la primera pérdida es enorme.",
        en="The weights start as PyTorch's: the first loss is huge.")
exercise.mistake("writers_not_scaled", (STD, "std=0.02"),
    es="`to_out` y `narrow` nacen con 0.02. Se divide entre la raíz de `2 * num_layers`.",
    en="`to_out` and `narrow` start with 0.02. Divide by the root of `2 * num_layers`.")
exercise.mistake("scaled_by_layers_only", (STD, STD.replace("2 * num_layers", "num_layers")),
    es="Hay dos capas que escriben en cada bloque: `2 * num_layers`.",
    en="There are two layers that write in each block: `2 * num_layers`.")
exercise.mistake("biases_not_zero", ("nn.init.zeros_(weight)", "pass"), es="Los sesgos no nacen a 0.",
    en="Biases are not initialised at 0.")
exercise.mistake("softmax_at_the_end", (RETURN, "return (self.norm(x) @ self.tokens.weight.T).softmax(dim=-1), kept"),
    es="Acabas en softmax. Devuelve las puntuaciones.", en="You end in softmax. Return the scores.")

exercise.alternative("with_an_index", code="""
class GPT(nn.Module):
    def __init__(self, vocab_size, d_model, heads, num_layers, context):
        super().__init__()
        self.context = context
        self.tokens, self.positions = nn.Embedding(vocab_size, d_model), nn.Embedding(context, d_model)
        self.blocks = nn.ModuleList([DecoderBlock(d_model, heads) for _ in range(num_layers)])
        self.norm = nn.LayerNorm(d_model)
        self.apply(self.start)
        for block in self.blocks:
            for layer in (block.to_out, block.narrow):
                nn.init.normal_(layer.weight, 0.0, 0.02 * (2 * num_layers) ** -0.5)

    def start(self, module):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            module.weight.data.normal_(0.0, 0.02)
        if isinstance(module, nn.Linear):
            module.bias.data.zero_()

    def forward(self, ids, past=None):
        past = past or [None] * len(self.blocks)
        begun = past[0][0].size(2) if past[0] is not None else 0
        T = ids.size(1)
        if begun + T > self.context:
            raise ValueError("too long")
        x = self.positions(torch.arange(begun, begun + T)) + self.tokens(ids)
        new = []
        for block, before in zip(self.blocks, past):
            x, after = block(x, before)
            new.append(after)
        return functional.linear(self.norm(x), self.tokens.weight), new
""")
exercise.alternative("past_as_a_tuple", ("x, keys_values = block(x, None if past is None else past[n])\n            "
    "kept.append(keys_values)",
    "x, keys_values = block(x, past[n] if past else None)\n            kept = (*kept, keys_values)"),
    (RETURN, 'return torch.einsum("btd,vd->btv", self.norm(x), self.tokens.weight), kept'))
