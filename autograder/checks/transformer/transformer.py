"""Exercise 5.8: the whole model, against torch's layers with the same weights."""

import math

import torch
from torch.nn import functional

from autograder import expect
from autograder.checks.transformer import layer_weights, linear_weights, norm_weights, torch_layer, visible
from autograder.checks.transformer.sinusoids import reference as positions
from autograder.exercise import Exercise
from autograder.text import Text
from autograder.weights import load_weights

VOCAB = 11, 13  # of the source and of the target

exercise = Exercise(
    "Transformer", points=9, uses=("sinusoids", "encoder_layer", "decoder_layer"),
    title=Text("El modelo entero", "The whole model"),
    forbids=("torch.nn.Transformer.forward", "torch.nn.TransformerEncoder.forward", "torch.nn.TransformerDecoder.forward"),
    hints=(
        Text("Escribe una función que haga lo mismo con los dos idiomas: fila, por la raíz de `D`, más posición.",
             "Write a function that does the same for both languages: row, times the root of `D`, plus position."),
        Text("`nn.ModuleList(EncoderLayer(...) for _ in range(num_layers))` hace capas nuevas; `[layer] * n` repite la misma.",
             "`nn.ModuleList(EncoderLayer(...) for _ in range(num_layers))` makes new layers; `[layer] * n` repeats the same one."),
        Text("`forward` solo llama a `encode` y a `decode`, cada uno con sus máscaras.",
             "`forward` only calls `encode` and `decode`, each with its masks."),
    ),
)


class Reference:
    """Compute what the model should, out of torch's layers."""

    def __init__(self, weights: dict, D: int, heads: int, F: int, layers: int, norm: str):
        self.weights, self.D, self.norm = weights, D, norm
        self.stacks = {
            stack: [torch_layer({n.removeprefix(f"{stack}.{k}."): v for n, v in weights.items() if n.startswith(f"{stack}.{k}.")},
                                D, heads, F, norm) for k in range(layers)]
            for stack in ("encoder", "decoder")
        }  # fmt: skip

    def embedded(self, ids, side: str):
        return self.weights[f"{side}_embedding.weight"][ids] * math.sqrt(self.D) + torch.from_numpy(positions(ids.shape[1], self.D))

    def last(self, x, stack: str):
        if self.norm == "post":
            return x
        return functional.layer_norm(x, (self.D,), self.weights[f"{stack}_norm.weight"], self.weights[f"{stack}_norm.bias"])

    def encode(self, source, seen):
        x = self.embedded(source, "source")
        for layer in self.stacks["encoder"]:
            x = layer(x, src_key_padding_mask=~seen)
        return self.last(x, "encoder")

    def decode(self, inputs, memory, seen, causal=True):
        x, mask = self.embedded(inputs, "target"), torch.ones(inputs.shape[1], inputs.shape[1], dtype=torch.bool)
        mask = mask.tril() if causal else mask
        for layer in self.stacks["decoder"]:
            x = layer(x, memory, tgt_mask=~mask, memory_key_padding_mask=~seen)
        return functional.linear(self.last(x, "decoder"), self.weights["head.weight"], self.weights["head.bias"])


def model_weights(draw, D: int, F: int, layers: int, norm: str) -> dict[str, torch.Tensor]:
    weights = {f"{side}_embedding.weight": draw.tensor(size, D, std=0.5) for side, size in zip(("source", "target"), VOCAB,
    strict=True)}
    for k in range(layers):
        for stack in ("encoder", "decoder"):
            weights |= {f"{stack}.{k}.{name}": value for name, value in layer_weights(draw, D, F, stack == "decoder").items()}
    if norm == "pre":
        weights |= norm_weights(draw, "encoder_norm", D) | norm_weights(draw, "decoder_norm", D)
    return weights | linear_weights(draw, "head", VOCAB[1], D)


def built(student, draw, norm: str, layers: int = 2, dropout: float = 0.0):
    heads = int(draw.integers(2, 4))
    D, F = heads * 2 * int(draw.integers(1, 3)), int(draw.integers(10, 14))
    weights = model_weights(draw, D, F, layers, norm)
    model = student.keep("Transformer", *VOCAB, D, heads, F, layers, norm, dropout).keep_method("double")
    registered(model, D)
    load_weights(model, weights)
    return model, Reference(weights, D, heads, F, layers, norm)


def registered(model, D: int):
    """Fail with the cause where the layers are not registered, or the positions are."""
    names = model.shapes()
    for stack in ("encoder", "decoder"):
        expect.true(any(name.startswith(f"{stack}.") for name in names), "Las capas de `{stack}` no están entre los parámetros. ¿Es "
                    "una lista de Python? Usa `nn.ModuleList`.",
                    "The layers of `{stack}` are not among the parameters. Is it a Python list? Use `nn.ModuleList`.", stack=stack)
    for name, shape in names.items():
        expect.true("." in name or shape[-1:] != (D,), "`{name}` está en `state_dict`. Las posiciones ni se aprenden ni se guardan: "
                    "calcúlalas al vuelo, o usa `register_buffer(…, persistent=False)`.",
                    "`{name}` is in `state_dict`. Positions are neither learned nor saved: compute them on the fly, or use "
                    "`register_buffer(…, persistent=False)`.", name=name)


def sentences(draw, B: int, S: int, T: int):
    """Return source (B, S), inputs (B, T), which source words are seen, and both masks."""
    source, inputs = torch.tensor(draw.integers(1, VOCAB[0], size=(B, S))), torch.tensor(draw.integers(1, VOCAB[1], size=(B, T)))
    seen = visible(draw, B, S) if S > 1 else torch.ones(B, S, dtype=torch.bool)
    return source, inputs, seen, seen[:, None, None], torch.ones(T, T, dtype=torch.bool).tril().expand(B, 1, T, T)


def agrees(student, draw, norm: str):
    model, wanted = built(student, draw, norm)
    S, T = draw.sizes(2, 3, 7)
    for shape in ((3, S, T), (1, 1, 3), (2, 4, 1)):
        source, inputs, seen, source_mask, target_mask = sentences(draw, *shape)
        right = wanted.decode(inputs, wanted.encode(source, seen), seen)
        expect.near(model.call(source, inputs, source_mask, target_mask), right, what="Transformer(…)(source, inputs, …)")


@exercise.property(2, "En `pre`, con los mismos pesos, puntúa como las capas de PyTorch.",
                   "In `pre`, with the same weights, it scores like PyTorch's layers.")
def pre(student, draw):
    agrees(student, draw, "pre")


@exercise.property(2, "En `post`, con los mismos pesos, puntúa como las capas de PyTorch.",
                   "In `post`, with the same weights, it scores like PyTorch's layers.")
def post(student, draw):
    agrees(student, draw, "post")


@exercise.property(2, "`encode` y `decode` funcionan por separado, y sin máscaras lo miran todo.",
                   "`encode` and `decode` work separately, and without masks they look at everything.")
def apart(student, draw):
    model, wanted = built(student, draw, "pre", layers=1)
    source, inputs, seen, source_mask, target_mask = sentences(draw, 3, *draw.sizes(2, 3, 7))
    memory = wanted.encode(source, seen)
    expect.near(model.method("encode", source, source_mask), memory, what="encode(source, source_mask)")
    expect.near(model.method("encode", source), wanted.encode(source, torch.ones_like(seen)), what="encode(source)")
    right = wanted.decode(inputs, memory, seen)
    expect.near(model.method("decode", inputs, memory, target_mask, source_mask), right, what="decode(inputs, memory, …)")
    cut = int(draw.integers(1, inputs.shape[1]))  # the beginning of a sentence is scored as in the whole of it
    begun = model.method("decode", inputs[:, :cut], memory, target_mask[..., :cut, :cut], source_mask)
    expect.near(begun, right[:, :cut], what="decode(inputs[:, :t], memory, …)")
    everywhere = wanted.decode(inputs, memory, torch.ones_like(seen), causal=False)
    expect.near(model.method("decode", inputs, memory), everywhere, what="decode(inputs, memory)")


@exercise.property(1, "Los embeddings nacen con desviación estándar `1 / sqrt(D)`, y la primera pérdida es la de quien no sabe nada.",
                   "Embeddings are born with standard deviation `1 / sqrt(D)`, and the first loss is that of one who knows nothing.")
def born(student, draw):
    student.seed(draw.seed())
    model = student.keep("Transformer", 200, 300, 64, 4, 128, 2)
    weights = model.method("state_dict")
    for side in ("source", "target"):
        table = expect.array(weights.get(f"{side}_embedding.weight"), what=f"{side}_embedding.weight")
        expect.true(abs(table.std() * 8 - 1) < 0.04, "`{side}_embedding.weight` nace con desviación estándar {seen:.3f}; "
                    "con `D = 64` se pide 1 / √64 = 0.125.",
                    "`{side}_embedding.weight` is born with standard deviation {seen:.3f}; with `D = 64` it should be 1 / √64 = 0.125.",
                    side=side, seen=table.std())
    source, inputs, labels = (torch.tensor(draw.integers(200, size=(8, 9))) for _ in range(3))
    logits = torch.from_numpy(expect.array(model.call(source, inputs), (8, 9, 300), "Transformer(…)(source, inputs)"))
    loss = functional.cross_entropy(logits.flatten(0, 1), labels.flatten()).item()
    expect.true(abs(loss / math.log(300) - 1) < 0.15, "La primera pérdida es {loss:.2f}; la de quien no sabe nada, ln 300 = 5.70.",
                "The first loss is {loss:.2f}; that of one who knows nothing, ln 300 = 5.70.", loss=loss)


@exercise.property(1, "Al entrenar hay dropout en las dos pilas; al evaluar, en ninguna.",
                   "In training there is dropout in both stacks; in evaluation, in neither.")
def dropout(student, draw):
    model, wanted = built(student, draw, "pre", layers=1, dropout=0.4)
    source, inputs, seen, source_mask, target_mask = sentences(draw, 3, *draw.sizes(2, 3, 7))
    memory = wanted.encode(source, seen)
    sides = {"encoder": (("encode", source, source_mask), memory),
             "decoder": (("decode", inputs, memory, target_mask, source_mask), wanted.decode(inputs, memory, seen))}  # fmt: skip
    for stack, (asked, right) in sides.items():
        model.keep_method("eval")
        expect.near(model.method(*asked), right, what=f"{asked[0]}(…)")
        model.attribute(stack).keep_method("train")
        student.seed(draw.seed())
        said = expect.array(model.method(*asked), tuple(right.shape), f"{asked[0]}(…)")
        expect.true(abs(said - right.detach().numpy()).max() > 1e-3, "Con `dropout=0.4`, las capas de `{stack}` dicen lo mismo al "
                    "entrenar que al evaluar. ¿Les pasas `dropout`?",
                    "With `dropout=0.4`, the layers of `{stack}` say the same in training as in evaluation. Do you give them "
                    "`dropout`?",
                    stack=stack)


@exercise.property(1, "El gradiente llega a los dos embeddings y a la primera capa del codificador.",
                   "The gradient reaches both embeddings and the first layer of the encoder.")
def gradients(student, draw):
    model, wanted = built(student, draw, "pre", layers=1)
    source, inputs, seen, source_mask, target_mask = sentences(draw, 3, 4, 5)
    model.keep(source, inputs, source_mask, target_mask).keep_method("sum").method("backward")
    names = "source_embedding.weight", "target_embedding.weight", "encoder_norm.weight", "head.weight"
    for name in names:
        wanted.weights[name].requires_grad_()
    wanted.decode(inputs, wanted.encode(source, seen), seen).sum().backward()
    for name in names:
        expect.near(model.gradients().get(name), wanted.weights[name].grad, what=f"{name}.grad")
    first = wanted.stacks["encoder"][0].linear1.weight.grad
    expect.near(model.gradients().get("encoder.0.feed_forward.widen.weight"), first, what="encoder.0.feed_forward.widen.weight.grad")


EMBED = "return self.dropout(embedding(ids) * D**0.5 + positions)"
INIT = "nn.init.normal_(embedding.weight, std=d_model**-0.5)"
FORWARD = "return self.decode(inputs, self.encode(source, source_mask), target_mask, source_mask)"
ENCODER = "self.encoder = nn.ModuleList(EncoderLayer(*sizes) for _ in range(num_layers))"
DECODER = "self.decoder = nn.ModuleList(DecoderLayer(*sizes) for _ in range(num_layers))"

exercise.mistake("no_positions", (EMBED, "return self.dropout(embedding(ids) * D**0.5)"),
    es="Faltan las posiciones: el modelo no sabe en qué orden van las palabras.",
    en="Positions are missing: the model does not know the order of the words.")
exercise.mistake("positions_multiplied", (EMBED, EMBED.replace("+ positions", "* positions")),
    es="Multiplicas por las posiciones. Se suman.", en="You multiply by the positions. They are added.")
exercise.mistake("positions_at_the_source_only", (EMBED, "return self.dropout(embedding(ids) * D**0.5 + (embedding is "
                                                         "self.source_embedding) * positions)"),
    es="Solo hay posiciones en el origen.", en="There are positions at the source only.")
exercise.mistake("embeddings_not_scaled", (EMBED, EMBED.replace(" * D**0.5", "")),
    es="No multiplicas el embedding por la raíz de `D`: las posiciones lo tapan.",
    en="You do not multiply the embedding by the root of `D`: the positions drown it.")
exercise.mistake("scaled_twice", (EMBED, EMBED.replace("D**0.5", "D")),
    es="Multiplicas el embedding dos veces por la raíz de `D`.", en="You multiply the embedding by the root of `D` twice.")
exercise.mistake("sum_scaled", (EMBED, "return self.dropout((embedding(ids) + positions) * D**0.5)"),
    es="Multiplicas también las posiciones por la raíz de `D`. Solo el embedding.",
    en="You multiply the positions by the root of `D` too. Only the embedding.")
exercise.mistake("embeddings_born_large", (INIT, "pass"),
    es="Los embeddings nacen con desviación estándar 1, y al multiplicarlos por la raíz de `D` tapan las posiciones.",
    en="The embeddings are born with standard deviation 1, and once multiplied by the root of `D` they drown the positions.")
exercise.mistake("last_norm_missing", ("self.head(self.decoder_norm(x))", "self.head(x)"),
    es="En `pre`, falta la normalización al final del decodificador.",
    en="In `pre`, the norm at the end of the decoder is missing.")
exercise.mistake("memory_not_normalized", ("return self.encoder_norm(x)", "return x"),
    es="En `pre`, falta la normalización al final del codificador.", en="In `pre`, the norm at the end of the encoder is missing.")
exercise.mistake("last_norm_in_post_too", ('nn.LayerNorm(d_model) if norm == "pre" else nn.Identity()', "nn.LayerNorm(d_model)"),
    es="En `post` sobra la normalización del final: cada capa ya acaba en una.",
    en="In `post` there should be no norm at the end: each layer ends with one already.")
exercise.mistake("encoder_cloned", (ENCODER, "self.encoder = nn.ModuleList([EncoderLayer(*sizes)] * num_layers)"),
    es="`[capa] * n` repite la misma capa: todas comparten los pesos.",
    en="`[layer] * n` repeats the same layer: all share their weights.")
exercise.mistake("decoder_cloned", (DECODER, "self.decoder = nn.ModuleList([DecoderLayer(*sizes)] * num_layers)"),
    es="El decodificador repite la misma capa: todas comparten los pesos.",
    en="The decoder repeats the same layer: all share their weights.")
exercise.mistake("memory_from_inside", ("            x = layer(x, source_mask)\n        return", "            memory, x = x, "
    "layer(x, source_mask)\n        x = memory\n        return"),
    es="La memoria es lo que entra en la última capa del codificador, no lo que sale.",
    en="The memory is what comes out of the last layer of the encoder; yours is what goes in.")
exercise.mistake("masks_swapped", (FORWARD, "return self.decode(inputs, self.encode(source, source_mask), source_mask, "
                                            "target_mask)"),
    es="Das a `decode` las máscaras cambiadas.", en="You give `decode` the masks swapped.")
exercise.mistake("source_mask_forgotten", (FORWARD, "return self.decode(inputs, self.encode(source), target_mask)"),
    es="No pasas la máscara del origen: el relleno cuenta como palabras.",
    en="You do not pass the mask of the source: padding counts as words.")
exercise.mistake("one_embedding", ("x = self.embedded(inputs, self.target_embedding)",
    "x = self.embedded(inputs % self.source_embedding.num_embeddings, self.source_embedding)"),
    es="Usas la tabla del origen también para el destino.", en="You use the table of the source for the target too.")
exercise.mistake("softmax_at_the_end", ("return self.head(self.decoder_norm(x))",
    "return self.head(self.decoder_norm(x)).softmax(dim=-1)"),
    es="Acabas en softmax, y la pérdida hace otro. Devuelve las puntuaciones.",
    en="You end in softmax, and the loss does another. Return the scores.")
exercise.mistake("norm_ignored", ("sizes = d_model, heads, d_ff, norm, dropout", 'sizes = d_model, heads, d_ff, "pre", dropout'),
    es="No pasas `norm` a las capas.", en="You do not pass `norm` to the layers.")

exercise.mistake("both_cloned", (ENCODER, "self.encoder = nn.ModuleList([EncoderLayer(*sizes)] * num_layers)"),
    (DECODER, "self.decoder = nn.ModuleList([DecoderLayer(*sizes)] * num_layers)"),
    es="`[capa] * n` repite la misma capa en las dos pilas: un solo juego de pesos en cada una. Haz una nueva cada vez.",
    en="`[layer] * n` repeats the same layer in both stacks: a single set of weights in each. Make a new one each time.")
exercise.mistake("python_lists", (ENCODER, ENCODER.replace("nn.ModuleList(", "list(")),
    (DECODER, DECODER.replace("nn.ModuleList(", "list(")),
    es="Guardas las capas en una lista de Python: el modelo no ve sus pesos, y no se entrenan. Usa `nn.ModuleList`.",
    en="You keep the layers in a Python list: the model does not see their weights, and they do not train. Use `nn.ModuleList`.")
exercise.mistake("memory_mask_not_passed_on", ("layer(x, memory, target_mask, source_mask)", "layer(x, memory, target_mask)"),
    es="`decode` no pasa la máscara del origen a sus capas: la atención cruzada mira el relleno.",
    en="`decode` does not pass the mask of the source on to its layers: cross-attention looks at the padding.")
exercise.mistake("source_mask_not_passed_on", ("layer(x, source_mask)", "layer(x)"),
    es="`encode` no pasa la máscara del origen a sus capas: miran el relleno.",
    en="`encode` does not pass the mask of the source on to its layers: they look at the padding.")
exercise.mistake("masks_swapped_in_the_layers",
    ("layer(x, memory, target_mask, source_mask)", "layer(x, memory, source_mask, target_mask)"),
    es="En `decode`, das a las capas las máscaras cambiadas: primero la del destino, después la del origen.",
    en="In `decode`, you give the layers the masks swapped: first the target's, then the source's.")
exercise.mistake("causal_without_a_mask", ("        x = self.embedded(inputs, self.target_embedding)\n",
    "        x, T = self.embedded(inputs, self.target_embedding), inputs.shape[1]\n"
    "        target_mask = torch.ones(T, T, dtype=torch.bool).tril() if target_mask is None else target_mask\n"),
    es="Sin máscara, `decode` pone la causal. `None` quiere decir que se mira a todas partes.",
    en="Without a mask, `decode` puts in the causal one. `None` means that one looks everywhere.")
exercise.mistake("layers_thrown_away", ("            x = layer(x, source_mask)", "            layer(x, source_mask)"),
    es="No guardas lo que devuelven las capas del codificador: `x = layer(x, …)`.",
    en="You do not keep what the encoder's layers return: `x = layer(x, …)`.")
exercise.mistake("one_last_norm", ('self.decoder_norm = nn.LayerNorm(d_model) if norm == "pre" else nn.Identity()',
    "self.decoder_norm = self.encoder_norm"),
    es="El codificador y el decodificador comparten la normalización del final. Son dos.",
    en="Encoder and decoder share the norm at the end. There are two.")
exercise.mistake("positions_from_one", ("sinusoids(T, D)", "sinusoids(T + 1, D)[1:]"),
    es="La primera palabra está en la posición 0, y le das la 1.", en="The first word is at position 0, and you give it 1.")
exercise.mistake("positions_learned",
    ("        self.head =", "        self.positions = nn.Parameter(sinusoids(512, d_model))\n        self.head ="),
    es="Las posiciones son un parámetro tuyo: se aprenderían. Son fijas, y no van en `state_dict`.",
    en="The positions are a parameter of yours: they would be learned. They are fixed, and not in `state_dict`.")
exercise.mistake("embeddings_born_small", (INIT, INIT.replace("d_model**-0.5", "1 / d_model")),
    es="Los embeddings nacen con desviación estándar `1 / D`. Es `1 / sqrt(D)`.",
    en="The embeddings are born with standard deviation `1 / D`. It is `1 / sqrt(D)`.")
exercise.mistake("tables_shared",
    ("self.target_embedding = nn.Embedding(target_vocab, d_model)", "self.target_embedding = self.source_embedding"),
    es="Las dos lenguas comparten la tabla. Cada una tiene su vocabulario y la suya.",
    en="Both languages share one table. Each has its own vocabulary and its own table.")
exercise.mistake("dropout_ignored", ("sizes = d_model, heads, d_ff, norm, dropout", "sizes = d_model, heads, d_ff, norm"),
    es="No pasas `dropout` a las capas.", en="You do not pass `dropout` to the layers.")

exercise.alternative("with_a_buffer", code="""
class Transformer(nn.Module):
    def __init__(self, source_vocab, target_vocab, d_model, heads, d_ff, num_layers, norm="pre", dropout=0.0):
        super().__init__()
        self.register_buffer("table", sinusoids(512, d_model), persistent=False)
        self.source_embedding, self.target_embedding = nn.Embedding(source_vocab, d_model), nn.Embedding(target_vocab, d_model)
        nn.init.normal_(self.source_embedding.weight, 0, 1 / math.sqrt(d_model))
        nn.init.normal_(self.target_embedding.weight, 0, 1 / math.sqrt(d_model))
        options = dict(norm=norm, dropout=dropout)
        self.encoder = nn.ModuleList([EncoderLayer(d_model, heads, d_ff, **options) for _ in range(num_layers)])
        self.decoder = nn.ModuleList([DecoderLayer(d_model, heads, d_ff, **options) for _ in range(num_layers)])
        make = nn.LayerNorm if norm == "pre" else nn.Identity
        self.encoder_norm, self.decoder_norm = make(d_model), make(d_model)
        self.head, self.root = nn.Linear(d_model, target_vocab), math.sqrt(d_model)

    def encode(self, source, source_mask=None):
        x = self.source_embedding(source) * self.root + sinusoids(source.shape[1], self.table.shape[1]).to(self.head.weight.dtype)
        for layer in self.encoder:
            x = layer(x, mask=source_mask)
        return self.encoder_norm(x)

    def decode(self, inputs, memory, target_mask=None, source_mask=None):
        x = self.target_embedding(inputs) * self.root + self.table[: inputs.shape[1]]
        for layer in self.decoder:
            x = layer(x, memory, mask=target_mask, memory_mask=source_mask)
        return self.head(self.decoder_norm(x))

    def forward(self, source, inputs, source_mask=None, target_mask=None):
        memory = self.encode(source, source_mask)
        return self.decode(inputs, memory, target_mask, source_mask)
""")
exercise.alternative("weights_in_one_go", (INIT, "embedding.weight.data = torch.randn_like(embedding.weight) / d_model**0.5"),
    (EMBED, "return positions + math.sqrt(D) * embedding.weight[ids]"))
