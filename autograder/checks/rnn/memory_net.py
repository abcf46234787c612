"""Gate: an LSTM that is born with open forget gates tells the first symbol of a sequence; one as it comes does not."""

import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text
from autograder.weights import load_weights

T, CLASSES, SYMBOLS = 30, 4, 8  # steps; symbols that may come first; those and the ones that follow
STEPS, BATCH_SIZE, LR, FORGET_BIAS = 400, 32, 0.01, 4.0
GATE, SEEDS, ENOUGH = 0.95, 3, 2  # accuracy on new sequences, in two runs out of three; chance is 0.25

TRAIN = f"""
def lent_recall(net, ids, first, new):
    # Train on one batch of the drawn sequences after another, and score the new ones.
    optimizer = torch.optim.AdamW(net.parameters(), lr={LR})
    net.train()
    for batch, answers in zip(ids.split({BATCH_SIZE}), first.split({BATCH_SIZE})):
        loss = torch.nn.functional.cross_entropy(net(batch, torch.full((len(batch),), batch.shape[1])), answers)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
    net.eval()
    with torch.no_grad():
        return net(new, torch.full((len(new),), new.shape[1]))
"""  # lent, so that only the network is judged here

exercise = Exercise(
    "MemoryNet", points=15, seconds=120,
    title=Text("Acordarse del principio", "Remembering the beginning"),
    hints=(
        Text("`outputs` tiene forma (B, T, d_hidden). `outputs[torch.arange(B), lengths - 1]` toma de cada secuencia un paso distinto.",
             "`outputs` has shape (B, T, d_hidden). `outputs[torch.arange(B), lengths - 1]` takes a different step of each sequence."),
        Text("Los sesgos tienen 4 · d_hidden números, en bloques i, f, g, o: el olvido son los de `d_hidden` a `2 * d_hidden`.",
             "The biases have 4 · d_hidden numbers, in blocks i, f, g, o: the forget gate is those from `d_hidden` to `2 * d_hidden`."),
        Text("Dentro de `torch.no_grad()`, pon `forget_bias` en ese trozo de `bias_ih_l0` y cero en el de `bias_hh_l0`; "
             "`getattr(self.lstm, f\"bias_ih_l{layer}\")` da el de cualquier capa.",
             "Within `torch.no_grad()`, put `forget_bias` in that piece of `bias_ih_l0` and zero in that of `bias_hh_l0`; "
             "`getattr(self.lstm, f\"bias_ih_l{layer}\")` gives the one of any layer."),
    ),
)


def drawn_weights(draw, H: int, layers: int) -> dict[str, torch.Tensor]:
    weights = {"embedding.weight": draw.tensor(SYMBOLS, 8), "head.weight": draw.tensor(CLASSES, H), "head.bias": draw.tensor(CLASSES)}
    for n in range(layers):
        shapes = {"weight_ih": (4 * H, H if n else 8), "weight_hh": (4 * H, H), "bias_ih": (4 * H,), "bias_hh": (4 * H,)}
        weights |= {f"lstm.{name}_l{n}": draw.tensor(*shape, std=0.5) for name, shape in shapes.items()}
    return weights


def reference(weights, ids, lengths, H: int, layers: int):
    """Return the scores, each sequence read alone and without its padding, by torch's cells."""
    scores = []
    for row, length in zip(ids, lengths, strict=True):
        inputs = list(weights["embedding.weight"][row[:length]][:, None])  # (1, 8) each
        for n in range(layers):
            four = [weights[f"lstm.{name}_l{n}"] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
            state = inputs[0].new_zeros(1, H), inputs[0].new_zeros(1, H)
            for t, x in enumerate(inputs):
                state = torch.lstm_cell(x, state, *four)
                inputs[t] = state[0]
        scores.append(torch.nn.functional.linear(inputs[-1], weights["head.weight"], weights["head.bias"])[0])
    return torch.stack(scores)


def built(student, draw, H: int, layers: int = 1):
    weights = drawn_weights(draw, H, layers)
    net = student.keep("MemoryNet", SYMBOLS, CLASSES, d_hidden=H, num_layers=layers)
    load_weights(net, weights)
    return net, weights


def agrees(student, draw, lengths, H: int, layers: int = 1):
    net, weights = built(student, draw, H, layers)
    lengths = torch.tensor(lengths)
    ids = torch.tensor(draw.integers(SYMBOLS, size=(len(lengths), 6)))
    seen = net.call(ids, lengths)
    expect.near(seen, reference(weights, ids, lengths, H, layers), what="MemoryNet(…)(ids, lengths)")


@exercise.property(2, "Con los mismos pesos y sin relleno, puntúa como las celdas de PyTorch.",
                   "With the same weights and without padding, it scores like PyTorch's cells.")
def scores(student, draw):
    agrees(student, draw, [6] * 5, int(draw.integers(3, 8)))
    agrees(student, draw, [6], 4)


@exercise.property(2, "Con relleno, cada secuencia se puntúa en su último símbolo de verdad.",
                   "With padding, each sequence is scored at its last true symbol.")
def padded(student, draw):
    agrees(student, draw, [int(n) for n in draw.permutation([1, 2, 3, 5, 6])], int(draw.integers(3, 8)))


@exercise.property(1, "Con varias capas, puntúa la última.", "With several layers, it scores the last one.")
def layers(student, draw):
    agrees(student, draw, [int(n) for n in draw.permutation([1, 3, 4, 6])], int(draw.integers(3, 8)), layers=2)


@exercise.property(2, "En cada capa, el sesgo de la puerta de olvido nace como `forget_bias`, y los demás como siempre.",
                   "In each layer, the bias of the forget gate is born as `forget_bias`, and the others as always.")
def forget_bias(student, draw):
    for value in (float(draw.uniform(1.0, 2.0)), float(draw.uniform(4.0, 5.0))):
        student.seed(draw.seed())
        H = int(draw.integers(5, 9))
        net = student.keep("MemoryNet", SYMBOLS, CLASSES, H, value, 2)
        born = net.method("state_dict")
        for n in range(2):
            pair = [expect.array(born.get(f"lstm.{name}_l{n}"), (4 * H,), f"{name}_l{n}") for name in ("bias_ih", "bias_hh")]
            expect.near((pair[0] + pair[1])[H : 2 * H], [value] * H, what=f"bias_ih_l{n} + bias_hh_l{n}")
            for name, bias in zip(("bias_ih", "bias_hh"), pair, strict=True):
                others = [*bias[:H], *bias[2 * H :]]
                expect.true(max(map(abs, others)) <= H**-0.5 + 1e-6 and len(set(others)) > 1,
                            "En `{name}_l{n}` cambiaste bloques que no son el de olvido: son los de `d_hidden` a `2 * d_hidden`.",
                            "In `{name}_l{n}` you changed blocks other than the forget gate's: it is those from `d_hidden` to `2 * "
                            "d_hidden`.",
                            name=name, n=n)


@exercise.property(1, "El gradiente llega a todos los pesos, y coincide con el de PyTorch.",
                   "The gradient reaches all weights, and agrees with PyTorch's.")
def gradients(student, draw):
    H = 5
    net, weights = built(student, draw, H)
    ids, lengths = torch.tensor(draw.integers(SYMBOLS, size=(4, 6))), torch.tensor([6, 3, 1, 5])
    net.keep(ids, lengths).keep_method("sum").method("backward")
    leaves = {name: value.clone().requires_grad_() for name, value in weights.items()}
    reference(leaves, ids, lengths, H, 1).sum().backward()
    seen = net.gradients()
    for name, value in leaves.items():
        expect.near(seen.get(name), value.grad, what=f"{name}.grad")


def sequences(draw, count: int):
    """Return `count` sequences of random symbols, and the first of each, which never comes again."""
    ids = draw.integers(CLASSES, SYMBOLS, size=(count, T))
    ids[:, 0] = draw.integers(CLASSES, size=count)
    return torch.tensor(ids), torch.tensor(ids[:, 0])


@exercise.property(7, f"Tras {STEPS} lotes, acierta el primer símbolo de {T} en el {GATE:.0%} o más de las secuencias nuevas, en "
                      "dos de tres "
                      "intentos (con el sesgo de fábrica ronda el 25%, el azar).",
                   f"After {STEPS} batches, it tells the first symbol of {T} in {GATE:.0%} or more of new sequences, in two tries of "
                   "three (with the bias it comes with it gets about 25%, chance).",
                   costly=True)
def recalls(student, draw):
    student.lend(TRAIN)
    right = []
    while sum(r >= GATE for r in right) < ENOUGH:
        ids, first = sequences(draw, STEPS * BATCH_SIZE)
        new, answers = sequences(draw, 1000)
        student.seed(draw.seed())
        net = student.keep("MemoryNet", SYMBOLS, CLASSES, forget_bias=FORGET_BIAS)
        scored = expect.array(student.call("lent_recall", net, ids, first, new), (1000, CLASSES), what="MemoryNet(…)(ids, lengths)")
        right.append(float((scored.argmax(axis=1) == answers.numpy()).mean()))
        expect.true(sum(r < GATE for r in right) <= SEEDS - ENOUGH,
                    "Tu red acierta {right} de las secuencias nuevas; hace falta el {gate:.0%} en dos de tres intentos.",
                    "Your network gets {right} of the new sequences right; {gate:.0%} is needed in two tries of three.",
                    right=", ".join(f"{r:.0%}" for r in right), gate=GATE)


LSTM = "self.lstm = nn.LSTM(8, d_hidden, num_layers, batch_first=True)"
OUTPUTS = "outputs, _ = self.lstm(self.embedding(ids))"
LAST = "last = outputs[torch.arange(len(ids)), lengths - 1]"
IH = 'getattr(self.lstm, f"bias_ih_l{layer}")[forget] = forget_bias'
HH = 'getattr(self.lstm, f"bias_hh_l{layer}")[forget] = 0.0'
FORGET = "forget = slice(d_hidden, 2 * d_hidden)"
HEAD = "return self.head(last)"

exercise.mistake(
    "bias_as_it_comes", (IH, "pass"), (f"                {HH}\n", ""),
    es="El sesgo de la puerta de olvido nace cerca de cero, como viene de fábrica: la puerta está a medias y la memoria se borra "
       "en unos "
       "pocos pasos.",
    en="The bias of the forget gate is born near zero, as it comes: the gate is half open, and the memory is gone in a few steps.")
exercise.mistake(
    "other_gate", (FORGET, "forget = slice(0, d_hidden)"),
    es="Abres la puerta de entrada, no la de olvido. Los bloques van i, f, g, o: el olvido es el segundo.",
    en="You open the input gate, not the forget gate. The blocks go i, f, g, o: the forget gate is the second.")
exercise.mistake(
    "third_block", (FORGET, "forget = slice(2 * d_hidden, 3 * d_hidden)"),
    es="Cambias el tercer bloque, el candidato. El olvido es el segundo.",
    en="You change the third block, the candidate. The forget gate is the second.")
exercise.mistake(
    "all_gates", (FORGET, "forget = slice(None)"),
    es="Cambias los cuatro bloques. Solo nace distinto el de la puerta de olvido.",
    en="You change all four blocks. Only that of the forget gate is born differently.")
exercise.mistake(
    "bias_twice", (HH, HH.replace("0.0", "forget_bias")),
    es="Pones `forget_bias` en los dos sesgos, y PyTorch los suma: vale el doble.",
    en="You put `forget_bias` in both biases, and PyTorch adds them: it is twice as much.")
exercise.mistake(
    "second_bias_forgotten", (f"                {HH}\n", ""),
    es="El otro sesgo, `bias_hh`, sigue con sus números al azar, y se suma.",
    en="The other bias, `bias_hh`, still has its random numbers, and is added.")
exercise.mistake(
    "first_layer_only", ("for layer in range(num_layers)", "for layer in range(1)"),
    es="Solo cambias la primera capa. Cada capa tiene su puerta de olvido.",
    en="You change the first layer only. Each layer has its forget gate.")
exercise.mistake(
    "bias_ignored", (IH, IH.replace("= forget_bias", "= 4.0")),
    es="No usas `forget_bias`: pones siempre 4.", en="You do not use `forget_bias`: you always put 4.")
exercise.mistake(
    "padded_end", (LAST, "last = outputs[:, -1]"),
    es="Tomas el último paso, que en las secuencias cortas es relleno. Es el paso `lengths - 1`.",
    en="You take the last step, which in short sequences is padding. It is step `lengths - 1`.")
exercise.mistake(
    "state_after_the_padding", (OUTPUTS, "outputs, (h, _) = self.lstm(self.embedding(ids))"), (LAST, "last = h[0]"),
    es="`h[0]` es la primera capa, y además ya leyó el relleno. Usa las salidas, en el paso `lengths - 1`.",
    en="`h[0]` is the first layer, and moreover it has read the padding. Use the outputs, at step `lengths - 1`.")
exercise.mistake(
    "one_step_late", (LAST, "last = outputs[torch.arange(len(ids)), lengths % outputs.shape[1]]"),
    es="Tomas el paso `lengths`. Se cuenta desde 0: el último de verdad es `lengths - 1`.",
    en="You take step `lengths`. Counting begins at 0: the last true one is `lengths - 1`.")
exercise.mistake(
    "first_step", (LAST, "last = outputs[:, 0]"),
    es="Tomas el primer paso: así no hay nada que recordar, y tampoco nada que leer.",
    en="You take the first step: that way there is nothing to remember, and nothing to read either.")
exercise.mistake(
    "mean_of_the_steps", (LAST, "last = outputs.mean(dim=1)"),
    es="Promedias todos los pasos. Se pide el último de verdad.",
    en="You take the mean of all steps. The last true one is asked for.")
exercise.mistake(
    "batch_not_first", (LSTM, LSTM.replace(", batch_first=True", "")),
    es="Sin `batch_first=True`, la LSTM toma el lote por el tiempo: cada secuencia se mezcla con las de antes.",
    en="Without `batch_first=True`, the LSTM takes the batch for time: each sequence is mixed with those before it.")
exercise.mistake(
    "softmax_at_the_end", (HEAD, "return torch.softmax(self.head(last), dim=-1)"),
    es="Acabas en softmax, y la entropía cruzada hace otro. Devuelve las puntuaciones.",
    en="You end in softmax, and the cross-entropy does another. Return the scores.")
exercise.mistake(
    "detached", (LAST, LAST.replace("lengths - 1]", "lengths - 1].detach()")),
    es="`.detach()` corta el gradiente: la LSTM no aprendería nunca.",
    en="`.detach()` cuts the gradient: the LSTM would never learn.")

exercise.alternative("packed", code="""
class MemoryNet(nn.Module):
    def __init__(self, vocab_size, classes, d_hidden=32, forget_bias=4.0, num_layers=1):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, 8)
        self.lstm = nn.LSTM(8, d_hidden, num_layers=num_layers, batch_first=True)
        self.head = nn.Linear(d_hidden, classes)
        for name, p in self.lstm.named_parameters():
            if "bias" in name:
                p.data.chunk(4)[1].fill_(forget_bias / 2)

    def forward(self, ids, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(
            self.embedding(ids), lengths, batch_first=True, enforce_sorted=False
        )
        _, (h, _) = self.lstm(packed)
        return self.head(h[-1])
""")
exercise.alternative("gathered", code="""
class MemoryNet(nn.Module):
    def __init__(self, vocab_size, classes, d_hidden=32, forget_bias=4.0, num_layers=1):
        super().__init__()
        self.lstm = nn.LSTM(input_size=8, hidden_size=d_hidden, num_layers=num_layers, batch_first=True)
        for names in self.lstm.all_weights:
            _, _, b_ih, b_hh = names
            nn.init.zeros_(b_ih[d_hidden : 2 * d_hidden])
            nn.init.constant_(b_hh[d_hidden : 2 * d_hidden], forget_bias)
        self.embedding, self.head = nn.Embedding(vocab_size, 8), nn.Linear(d_hidden, classes)

    def forward(self, ids, lengths):
        h = self.lstm(self.embedding(ids))[0]
        places = (lengths - 1).view(-1, 1, 1).expand(-1, 1, h.shape[2])
        return self.head(h.gather(1, places).squeeze(1))
""")
exercise.alternative("from_zeros", code="""
class MemoryNet(nn.Module):
    def __init__(self, vocab_size, classes, d_hidden=32, forget_bias=4.0, num_layers=1):
        super().__init__()
        self.d_hidden, self.num_layers = d_hidden, num_layers
        self.embedding = nn.Embedding(vocab_size, 8)
        self.lstm = nn.LSTM(8, d_hidden, num_layers, batch_first=True)
        self.head = nn.Linear(d_hidden, classes)
        with torch.no_grad():
            for layer in range(num_layers):
                getattr(self.lstm, f"bias_ih_l{layer}")[d_hidden : 2 * d_hidden] = forget_bias
                getattr(self.lstm, f"bias_hh_l{layer}")[d_hidden : 2 * d_hidden] = 0

    def forward(self, ids, lengths):
        h0 = torch.zeros(self.num_layers, len(ids), self.d_hidden)
        c0 = torch.zeros(self.num_layers, len(ids), self.d_hidden)
        outputs, _ = self.lstm(self.embedding(ids), (h0, c0))
        return self.head(torch.stack([outputs[n, length - 1] for n, length in enumerate(lengths)]))
""")
