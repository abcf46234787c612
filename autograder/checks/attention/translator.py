"""Gate: a recurrent network that looks at what it read writes it backwards; one that only remembers its last state does not."""

import torch
from torch.nn import functional

from autograder import expect
from autograder.checks.attention.attention import LIBRARY
from autograder.exercise import Exercise
from autograder.replies import parts
from autograder.text import Text
from autograder.weights import load_weights

T, SYMBOLS = 15, 10
STEPS, BATCH_SIZE, LR = 600, 64, 0.015
GATE, LOOKS = 0.9, 0.75  # whole sequences right; mean weight on the right symbol

TRAIN = f"""
def lent_reversal(net, sources, new):
    # Train on one batch of the drawn sequences after another; then write the new ones, symbol by symbol.
    optimizer = torch.optim.AdamW(net.parameters())
    net.train()
    for step, source in enumerate(sources.split({BATCH_SIZE})):
        for group in optimizer.param_groups:
            group["lr"] = {LR} * min(1, 2 * ({STEPS} - step) / {STEPS})
        answers = source.flip(1)
        begin = torch.full((len(source), 1), {SYMBOLS})
        logits, _ = net(source, torch.cat([begin, answers[:, :-1]], dim=1))
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), answers.flatten())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
    net.eval()
    with torch.no_grad():
        target = torch.full((len(new), 1), {SYMBOLS})
        for _ in range({T}):
            logits, weights = net(new, target)
            target = torch.cat([target, logits[:, -1:].argmax(dim=-1)], dim=1)
    return target[:, 1:], weights
"""  # lent, so that only the network is judged here

exercise = Exercise(
    "Translator", points=15, uses=("attend",), seconds=150, forbids=LIBRARY,
    title=Text("Al revés", "Backwards"),
    hints=(
        Text("Una GRU devuelve una pareja: las salidas de todos los pasos y el último estado. Con dos direcciones, el estado es "
             "(2, B, d_hidden): `last[0]` es el de ida y `last[1]` el de vuelta.",
             "A GRU returns a pair: the outputs of all steps and the last state. With two directions the state is (2, B, d_hidden): "
             "`last[0]` is that of the forward direction and `last[1]` that of the backward one."),
        Text("El decodificador quiere su estado de partida con forma (1, B, 2 · d_hidden): junta los dos por el último eje con "
             "`torch.cat` y pon un eje delante.",
             "The decoder wants the state it begins at with shape (1, B, 2 · d_hidden): join the two along the last axis with "
             "`torch.cat` and put an axis in front."),
        Text("`attend` pide los largos: sin relleno, todos son `source.shape[1]`. Y `head` recibe `torch.cat([h, context], dim=-1)`.",
             "`attend` asks for the lengths: without padding, all are `source.shape[1]`. And `head` takes "
             "`torch.cat([h, context], dim=-1)`."),
    ),
)


def drawn_weights(draw, V: int, E: int, H: int) -> dict[str, torch.Tensor]:
    weights = {"embedding.weight": draw.tensor(V + 1, E), "W": draw.tensor(2 * H, 2 * H),
               "head.weight": draw.tensor(V, 4 * H), "head.bias": draw.tensor(V)}  # fmt: skip
    for name, ending, hidden in (("encoder", "", H), ("encoder", "_reverse", H), ("decoder", "", 2 * H)):
        for part, wide in (("weight_ih", E), ("weight_hh", hidden), ("bias_ih", None), ("bias_hh", None)):
            shape = (3 * hidden,) if wide is None else (3 * hidden, wide)
            weights[f"{name}.{part}_l0{ending}"] = draw.tensor(*shape, std=0.6)
    return weights


def run_gru(weights, name: str, x, state, ending: str = ""):
    """Return the states (B, T, hidden) of one direction, step by step with PyTorch's cell."""
    four = [weights[f"{name}.{part}_l0{ending}"] for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    states = []
    for x_t in x.unbind(dim=1):
        state = torch.gru_cell(x_t, state, *four)
        states.append(state)
    return torch.stack(states, dim=1)


def reference(weights, source, target):
    """Return the scores and where each place looked."""
    read, wrote = weights["embedding.weight"][source], weights["embedding.weight"][target]
    zeros = read.new_zeros(len(read), weights["head.weight"].shape[1] // 4)
    forward = run_gru(weights, "encoder", read, zeros)
    backward = run_gru(weights, "encoder", read.flip(1), zeros, "_reverse").flip(1)
    encoded = torch.cat([forward, backward], dim=-1)
    h = run_gru(weights, "decoder", wrote, torch.cat([forward[:, -1], backward[:, 0]], dim=-1))
    places = torch.eye(encoded.shape[1], dtype=h.dtype).expand(len(h), -1, -1)
    looked = functional.scaled_dot_product_attention(h @ weights["W"], encoded, places)
    both = torch.cat([h, looked @ encoded], dim=-1)
    return functional.linear(both, weights["head.weight"], weights["head.bias"]), looked


def built(student, draw, V: int, E: int, H: int):
    weights = drawn_weights(draw, V, E, H)
    net = student.keep("Translator", V, d_embed=E, d_hidden=H)
    load_weights(net, weights)
    return net, weights


def given(draw, V: int, B: int, S: int, T: int):
    return torch.tensor(draw.integers(V, size=(B, S))), torch.tensor(draw.integers(V + 1, size=(B, T)))


def agrees(student, draw, V: int, E: int, H: int, B: int, S: int, T: int, looks: bool = False):
    net, weights = built(student, draw, V, E, H)
    ids = given(draw, V, B, S, T)
    logits, looked = parts(net.keep(*ids), "logits", "weights")
    wanted = reference(weights, *ids)
    if looks:
        expect.near(looked.value(), wanted[1], what="weights")
    else:
        expect.near(logits.value(), wanted[0], what="logits")


@exercise.property(2, "Con los mismos pesos, da las puntuaciones de una red de referencia.",
                   "With the same weights, it gives the scores of a reference network.")
def scores(student, draw):
    agrees(student, draw, *draw.sizes(6, 2, 8))


@exercise.property(2, "El primer símbolo: el decodificador empieza en el último estado del codificador, ida y vuelta.",
                   "The first symbol: the decoder begins at the last state of the encoder, forward and backward.")
def first_symbol(student, draw):
    V, E, H, B, S = draw.sizes(5, 2, 8)
    agrees(student, draw, V, E, H, B, S, 1)


@exercise.property(2, "Devuelve también a dónde miró cada sitio.", "It returns where each place looked, too.")
def looks(student, draw):
    agrees(student, draw, *draw.sizes(6, 2, 8), looks=True)


@exercise.property(1, "Sirve para una sola secuencia, y para un solo símbolo leído.",
                   "It works for a single sequence, and for a single symbol read.")
def smallest(student, draw):
    agrees(student, draw, 5, 3, 2, 1, 4, 6)
    agrees(student, draw, 4, 2, 3, 3, 1, 2)


@exercise.property(1, "El gradiente llega a todos los pesos.", "The gradient reaches all weights.")
def gradients(student, draw):
    net, weights = built(student, draw, 5, 3, 4)
    ids = given(draw, 5, 2, 4, 3)
    logits, _ = parts(net.keep(*ids), "logits", "weights")
    (logits * logits).keep_method("sum").method("backward")
    leaves = {name: value.clone().requires_grad_() for name, value in weights.items()}
    reference(leaves, *ids)[0].square().sum().backward()
    seen = net.gradients()
    for name, leaf in leaves.items():
        expect.near(seen.get(name), leaf.grad, what=f"{name}.grad")


@exercise.property(7, f"Tras {STEPS} lotes, escribe al revés, enteras, el {100 * GATE:g} % o más de las secuencias nuevas de {T} "
                      f"símbolos, con un peso medio de {LOOKS:g} o más en el símbolo que toca (sin atención no llega al 20 %).",
                   f"After {STEPS} batches it writes {GATE:.0%} or more of the new sequences of {T} symbols backwards, whole, with a "
                   f"mean weight of {LOOKS:g} or more on the right symbol (without attention it does not reach 20%).",
                   costly=True)
def reverses(student, draw):
    built(student, draw, SYMBOLS, 4, 3)  # with other parameters than those asked for, nothing is trained
    student.lend(TRAIN)
    results = [attempt(student, draw)]
    if not passes(*results[0]):  # an unlucky start: both of two more must pass
        results += [attempt(student, draw), attempt(student, draw)]
        expect.true(passes(*results[1]) and passes(*results[2]),
                    "Tu red escribe enteras {right} de las secuencias nuevas (hace falta el {gate}), y mira al símbolo que toca "
                    "con peso {weight} (hace falta {looks:g}).",
                    "Your network writes {right} of the new sequences whole ({gate} is needed), and looks at the right symbol "
                    "with weight {weight} ({looks:g} is needed).",
                    right=percent(*(share for share, _ in results)), gate=percent(GATE),
                    weight=", ".join(f"{weight:.2f}" for _, weight in results), looks=LOOKS)


def percent(*shares: float) -> Text:
    """Write shares as each language does."""
    return Text(", ".join(f"{100 * share:.0f} %" for share in shares), ", ".join(f"{share:.0%}" for share in shares))


def passes(share: float, weight: float) -> bool:
    return share >= GATE and weight >= LOOKS


def attempt(student, draw) -> tuple[float, float]:
    """Train one network; return its share of whole sequences right, and its mean weight on the right symbol."""
    sources, new = (torch.tensor(draw.integers(SYMBOLS, size=(rows, T))) for rows in (STEPS * BATCH_SIZE, 300))
    student.seed(draw.seed())
    written, weights = parts(student.keep("lent_reversal", student.keep("Translator", SYMBOLS), sources, new), "written", "weights")
    ids = expect.array(written.value(), (300, T), what="Translator(…)(source, target)")
    looked = expect.array(weights.value(), (300, T, T), what="weights")
    right = (ids == new.flip(1).numpy()).all(axis=1).mean()
    return float(right), float(looked[:, range(T), range(T - 1, -1, -1)].mean())


START = "start = torch.cat([last[0], last[1]], dim=-1)[None]"
DECODER = "h, _ = self.decoder(self.embedding(target), start)"
ATTEND = "context, weights = attend(h, encoded, self.W, lengths)"
RETURN = "return self.head(torch.cat([h, context], dim=-1)), weights"

exercise.mistake(
    "starts_at_zero", (DECODER, DECODER.replace(", start", "")),
    es="El decodificador empieza de cero: no le pasas el último estado del codificador.",
    en="The decoder begins at zero: you do not pass it the last state of the encoder.")
exercise.mistake(
    "backward_first", (START, START.replace("[last[0], last[1]]", "[last[1], last[0]]")),
    es="Pones primero el estado de vuelta. Va primero el de ida.", en="You put the backward state first. The forward one goes first.")
exercise.mistake(
    "forward_twice", (START, START.replace("[last[0], last[1]]", "[last[0], last[0]]")),
    es="Usas dos veces el estado de ida. El segundo es el de vuelta, `last[1]`.",
    en="You use the forward state twice. The second is the backward one, `last[1]`.")
exercise.mistake(
    "state_reshaped", (START, "start = last.reshape(1, len(source), -1)"),
    es="`reshape` mezcla los estados de unas secuencias con los de otras: las dos direcciones van en el primer eje.",
    en="`reshape` mixes the states of some sequences with those of others: the two directions are on the first axis.")
exercise.mistake(
    "last_place_of_the_outputs", (START, "start = encoded[:, -1][None]"),
    es="`encoded[:, -1]` es el último sitio: allí la vuelta acaba de empezar y solo ha leído un símbolo. Su último estado "
       "está en `last`.",
    en="`encoded[:, -1]` is the last place: there the backward direction has just begun and has read one symbol. Its last state is in "
       "`last`.")
exercise.mistake(
    "context_first", (RETURN, RETURN.replace("[h, context]", "[context, h]")),
    es="Pones el contexto delante. Se pide primero el estado del decodificador.",
    en="You put the context in front. The state of the decoder is asked for first.")
exercise.mistake(
    "context_unused", (RETURN, RETURN.replace("[h, context]", "[h, torch.zeros_like(h)]")),
    es="No usas el contexto: es una red sin atención.", en="You do not use the context: it is a network without attention.")
exercise.mistake(
    "state_unused", (RETURN, RETURN.replace("[h, context]", "[torch.zeros_like(context), context]")),
    es="No usas el estado del decodificador, solo el contexto.", en="You do not use the state of the decoder, only the context.")
exercise.mistake(
    "looks_at_itself", (ATTEND, "context, weights = attend(h, h, self.W, torch.full((len(h),), h.shape[1]))"),
    es="El decodificador se mira a sí mismo. Las claves son los estados del codificador.",
    en="The decoder looks at itself. The keys are the states of the encoder.")
exercise.mistake(
    "encoder_asks", (ATTEND, "context, weights = attend(encoded, h, self.W, torch.full((len(h),), h.shape[1]))"),
    es="Pregunta el codificador. Quien pregunta es el decodificador, y el codificador responde.",
    en="The encoder asks. It is the decoder that asks, and the encoder that answers.")
exercise.mistake(
    "last_symbol_hidden", ("source.shape[1])", "source.shape[1] - 1)"),
    es="Dejas el último símbolo leído sin mirar: los largos son `source.shape[1]`.",
    en="You leave the last symbol read out of sight: the lengths are `source.shape[1]`.")
exercise.mistake(
    "matrix_transposed", ("self.W,", "self.W.T,"),
    es="Usas `W` traspuesta. Es cuadrada y no protesta, pero es otra.",
    en="You use `W` transposed. It is square and does not complain, but it is another one.")
exercise.mistake(
    "source_fed_to_the_decoder", (DECODER, DECODER.replace("target", "source")),
    es="El decodificador recibe la fuente. Recibe lo escrito hasta ahora, `target`.",
    en="The decoder receives the source. It receives what has been written so far, `target`.")
exercise.mistake(
    "softmax_at_the_end", (RETURN, "return self.head(torch.cat([h, context], dim=-1)).softmax(dim=-1), weights"),
    es="Acabas en softmax, y la entropía cruzada hace otra. Devuelve las puntuaciones.",
    en="You end in softmax, and the cross-entropy does another. Return the scores.")
exercise.mistake(
    "no_weights", (RETURN, "return self.head(torch.cat([h, context], dim=-1))"),
    es="Devuelves solo las puntuaciones. Se pide la pareja `(logits, weights)`.",
    en="You return the scores alone. The pair `(logits, weights)` is asked for.")
exercise.mistake(
    "one_direction",
    ("self.encoder = nn.GRU(d_embed, d_hidden, batch_first=True, bidirectional=True)",
     "self.encoder = nn.GRU(d_embed, 2 * d_hidden, batch_first=True)"), (START, "start = last"),
    es="El codificador lee en una sola dirección. Se pide `bidirectional=True`.",
    en="The encoder reads in one direction only. `bidirectional=True` is asked for.")
exercise.mistake(
    "one_direction_of_half_size",
    ("self.encoder = nn.GRU(d_embed, d_hidden, batch_first=True, bidirectional=True)",
     "self.encoder = nn.GRU(d_embed, d_hidden, batch_first=True)"), (START, "start = last"),
    es="Al codificador le falta la dirección de vuelta: `bidirectional=True`.",
    en="The encoder lacks its backward direction: `bidirectional=True`.")
exercise.mistake(
    "time_first",
    ("self.encoder = nn.GRU(d_embed, d_hidden, batch_first=True, bidirectional=True)",
     "self.encoder = nn.GRU(d_embed, d_hidden, bidirectional=True)"),
    es="Al codificador le falta `batch_first=True`: toma el lote por el tiempo.",
    en="The encoder lacks `batch_first=True`: it takes the batch for time.")
exercise.mistake(
    "decoder_time_first",
    ("self.decoder = nn.GRU(d_embed, 2 * d_hidden, batch_first=True)", "self.decoder = nn.GRU(d_embed, 2 * d_hidden)"),
    es="Al decodificador le falta `batch_first=True`: toma el lote por el tiempo.",
    en="The decoder lacks `batch_first=True`: it takes the batch for time.")
exercise.mistake(
    "head_without_context", ("nn.Linear(4 * d_hidden, vocab_size)", "nn.Linear(2 * d_hidden, vocab_size)"),
    (RETURN, "return self.head(h), weights"),
    es="`head` solo lee el estado: el contexto no se usa. Recibe los dos, `4 * d_hidden` números.",
    en="`head` reads the state alone: the context is not used. It takes both, `4 * d_hidden` numbers.")
exercise.mistake(
    "head_writes_the_start", ("nn.Linear(4 * d_hidden, vocab_size)", "nn.Linear(4 * d_hidden, vocab_size + 1)"),
    es="`head` puntúa también el símbolo de empezar, que nunca se escribe: son `vocab_size` puntuaciones.",
    en="`head` scores the start symbol too, which is never written: there are `vocab_size` scores.")
exercise.mistake(
    "no_start_symbol", ("vocab_size + 1", "vocab_size"),
    es="Al embedding le falta una fila: la del símbolo de empezar.",
    en="The embedding lacks a row: that of the start symbol.")
exercise.mistake(
    "matrix_not_learned",
    ("nn.Parameter(0.1 * torch.randn(2 * d_hidden, 2 * d_hidden))", "0.1 * torch.randn(2 * d_hidden, 2 * d_hidden)"),
    es="`W` es un tensor suelto: sin `nn.Parameter`, el optimizador no lo ve.",
    en="`W` is a loose tensor: without `nn.Parameter` the optimiser does not see it.")
exercise.mistake(
    "encoder_cut_off", (ATTEND, ATTEND.replace("encoded,", "encoded.detach(),")),
    es="`.detach()` corta el gradiente hacia lo que se mira.", en="`.detach()` cuts the gradient to what is looked at.")

exercise.alternative("by_hand", code="""
class Translator(nn.Module):
    def __init__(self, vocab_size, d_embed=16, d_hidden=32):
        super().__init__()
        wide = 2 * d_hidden
        self.embedding = nn.Embedding(vocab_size + 1, d_embed)
        self.encoder = nn.GRU(d_embed, d_hidden, bidirectional=True, batch_first=True)
        self.decoder = nn.GRU(d_embed, wide, batch_first=True)
        self.W = nn.Parameter(torch.empty(wide, wide))
        nn.init.normal_(self.W, std=0.1)
        self.head = nn.Linear(2 * wide, vocab_size)

    def forward(self, source, target):
        encoded, last = self.encoder(self.embedding(source))
        start = last.permute(1, 0, 2).reshape(1, len(source), -1)
        h = self.decoder(self.embedding(target), start)[0]
        weights = torch.softmax(h @ self.W @ encoded.mT / sqrt(encoded.shape[-1]), dim=-1)
        return self.head(torch.cat((h, weights @ encoded), dim=2)), weights
""")
exercise.alternative("step_by_step", code="""
class Translator(nn.Module):
    def __init__(self, vocab_size, d_embed=16, d_hidden=32):
        super().__init__()
        self.head = nn.Linear(4 * d_hidden, vocab_size)
        self.W = nn.Parameter(torch.randn(2 * d_hidden, 2 * d_hidden) / 10)
        self.decoder = nn.GRU(d_embed, 2 * d_hidden, 1, batch_first=True)
        self.encoder = nn.GRU(d_embed, d_hidden, 1, batch_first=True, bidirectional=True)
        self.embedding = nn.Embedding(1 + vocab_size, d_embed)

    def forward(self, source, target):
        read = self.embedding(source)
        encoded, (there, back) = self.encoder(read)
        h, _ = self.decoder(self.embedding(target), torch.cat([there, back], 1).unsqueeze(0))
        lengths = torch.tensor([source.size(1)] * source.size(0))
        context, weights = attend(h, encoded, self.W, lengths)
        half = h.size(-1)
        logits = h @ self.head.weight[:, :half].T + context @ self.head.weight[:, half:].T + self.head.bias
        return logits, weights
""")
