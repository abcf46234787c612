"""Exercise 3.9: truncated backpropagation with a state that is carried from batch to batch."""

import torch
from torch.nn import functional

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

NET = """
class LentModel(torch.nn.Module):
    def __init__(self, vocab_size, d_embed, d_hidden):
        super().__init__()
        self.embedding = torch.nn.Embedding(vocab_size, d_embed)
        self.layers = torch.nn.LSTM(d_embed, d_hidden, batch_first=True)
        self.head = torch.nn.Linear(d_hidden, vocab_size)
        self.double()

    def forward(self, ids, state=None):
        outputs, state = self.layers(self.embedding(ids), state)
        return self.head(outputs), state
"""
SIZES = 6, 3, 5  # vocabulary, embedding, state
FREE = 1000.0  # a max_norm that never clips

exercise = Exercise(
    "train_stream", points=9,
    title=Text("Entrenar sin soltar el hilo", "Training without losing the thread"),
    uses=("stream_batches", "clip_grad_norm"),
    hints=(
        Text("`state = None` va al empezar cada época, antes del bucle de los lotes.",
             "`state = None` goes at the start of each epoch, before the loop over batches."),
        Text("`cross_entropy` quiere `(ejemplos, V)` y `(ejemplos,)`: `logits.flatten(0, 1)` y `y.flatten()`.",
             "`cross_entropy` wants `(examples, V)` and `(examples,)`: `logits.flatten(0, 1)` and `y.flatten()`."),
        Text("El estado es una pareja: para conservar su valor sin el grafo, `tuple(part.detach() for part in state)`.",
             "The state is a pair: to keep its value without the graph, `tuple(part.detach() for part in state)`."),
    ),
)


def made(student, draw):
    """Return the course's model on the student's side, and the same one here."""
    student.lend("import torch\n" + NET)
    here = {"torch": torch}
    exec(NET, here)
    theirs, ours = student.keep("LentModel", *SIZES), here["LentModel"](*SIZES)
    weights = {name: draw.tensor(*value.shape, std=0.5) for name, value in ours.state_dict().items()}
    theirs.keep_method("load_state_dict", weights)
    ours.load_state_dict(weights)
    return theirs, ours


def reference(model, ids, B: int, T: int, epochs: int, lr: float, max_norm: float) -> list[float]:
    """Train as it should be; return the losses."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, foreach=False)
    columns, losses = (len(ids) - 1) // B, []
    x, y = (torch.tensor(ids[n : n + B * columns]).reshape(B, columns) for n in (0, 1))
    for _ in range(epochs):
        state = None
        for start in range(0, columns, T):
            logits, state = model(x[:, start : start + T], state)
            loss = functional.cross_entropy(logits.transpose(1, 2), y[:, start : start + T])
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            state = state[0].detach(), state[1].detach()
            losses.append(loss.item())
    return losses


def agrees(student, draw, pairs: int, B: int, T: int, epochs: int, max_norm: float = FREE):
    theirs, ours = made(student, draw)
    ids, lr = draw.integers(SIZES[0], size=pairs + 1), float(draw.uniform(0.02, 0.05))
    seen = student.call("train_stream", theirs, ids, B, T, epochs, lr, max_norm)
    expect.near(seen, reference(ours, ids, B, T, epochs, lr, max_norm), what="losses")
    weights = theirs.method("state_dict")
    for name, wanted in ours.state_dict().items():
        expect.near(weights[name], wanted, what=name)


@exercise.property(2, "Con un solo lote: la pérdida media de antes del paso, y un paso de AdamW.",
                   "With a single batch: the mean loss of before the step, and one step of AdamW.")
def one_batch(student, draw):
    agrees(student, draw, 12, 3, 4, 1)


@exercise.property(3, "El estado pasa de un lote al siguiente, y el gradiente no.",
                   "The state goes from one batch to the next, and the gradient does not.")
def carried(student, draw):
    agrees(student, draw, 30, 2, 5, 1)


@exercise.property(2, "Cada época empieza de nuevo: el texto desde el principio y el estado a cero.",
                   "Each epoch begins anew: the text from its start, and the state at zero.")
def epochs(student, draw):
    agrees(student, draw, 24, 3, 4, 3)


@exercise.property(2, "El gradiente se recorta antes de cada paso.", "The gradient is clipped before each step.")
def clipped(student, draw):
    agrees(student, draw, 24, 2, 4, 1, max_norm=float(draw.uniform(0.05, 0.1)))


@exercise.property(1, "Sirve para una sola tira, para lotes de una columna, y deja `ids` como estaba.",
                   "It works for a single strip and for batches of one column, and leaves `ids` as it was.")
def smallest(student, draw):
    agrees(student, draw, 9, 1, 4, 1)
    agrees(student, draw, 6, 2, 1, 1)
    theirs, ours = made(student, draw)
    ids = draw.integers(SIZES[0], size=13)
    mine = student.put(ids)
    seen = student.call("train_stream", theirs, mine, 2, 3, 1, 0.01, FREE)
    expect.near(seen, reference(ours, ids, 2, 3, 1, 0.01, FREE), what="losses")
    expect.unchanged(ids, mine.value(), "ids")


@exercise.property(1, "La lista es de números: un tensor guardaría con cada pérdida su grafo.",
                   "The list is one of numbers: a tensor would keep its graph with each loss.")
def plain_numbers(student, draw):
    theirs, ours = made(student, draw)
    ids = draw.integers(SIZES[0], size=13)
    seen = student.call("train_stream", theirs, ids, 2, 2, 1, 0.02, FREE)
    expect.near(seen, reference(ours, ids, 2, 2, 1, 0.02, FREE), what="losses")
    expect.true(not any(isinstance(loss, torch.Tensor) for loss in (seen, *seen)),
                "Se pide una lista de números, y hay tensores.", "A list of numbers is asked for, and there are tensors.")  # fmt: skip


DETACH = "            state = tuple(part.detach() for part in state)\n"
MODEL = "logits, state = model(torch.tensor(x), state)"
EPOCH = "    for _ in range(epochs):\n        state = None\n"
CLIP = "            clip_grad_norm(model.parameters(), max_norm)\n"
LOSS = "loss = nn.functional.cross_entropy(logits.flatten(0, 1), torch.tensor(y).flatten())"

exercise.mistake(
    "state_never_detached", (DETACH, ""),
    es="El estado llega con el grafo de los lotes anteriores, que ya se usó y se borró. Llévalo sin grafo, `h` y también `c`: "
       "`part.detach()`.",
    en="The state arrives with the graph of the batches before, which has been used and freed. Carry it without graph, both `h` "
       "and `c`: "
       "`part.detach()`.")
exercise.mistake(
    "state_thrown_away", (DETACH, "            state = None\n"),
    es="Cada lote empieza sin memoria: tiras el estado entero, y solo había que cortar su grafo.",
    en="Each batch begins without memory: you throw the whole state away, and only its graph was to be cut.")
exercise.mistake(
    "memory_thrown_away", (DETACH, "            state = state[0].detach(), torch.zeros_like(state[1])\n"),
    es="Llevas `h` y pones la memoria `c` a cero.", en="You carry `h` and set the memory `c` to zero.")
exercise.mistake(
    "graph_kept", (DETACH, ""), ("loss.backward()", "loss.backward(retain_graph=True)"),
    es="`retain_graph=True` calla el error sin curarlo: el gradiente atraviesa pesos que el optimizador ya cambió, y el grafo crece "
       "sin fin. Usa `.detach()`.",
    en="`retain_graph=True` silences the error and does not cure it: the gradient goes through weights that the optimiser has changed, "
       "and the graph grows without end. Use `.detach()`.")
exercise.mistake(
    "state_kept_between_epochs", (EPOCH, "    state = None\n    for _ in range(epochs):\n"),
    es="La memoria del final del texto pasa al principio de la época siguiente. Empieza cada época con `None`.",
    en="The memory of the end of the text goes to the beginning of the next epoch. Begin each epoch with `None`.")
exercise.mistake(
    "batches_shuffled", ("for x, y in stream_batches(ids, B, T):", "for x, y in reversed(stream_batches(ids, B, T)):"),
    es="Cambias el orden de los lotes, y el estado que llevas es de otro sitio del texto.",
    en="You change the order of the batches, and the state that you carry is from another place of the text.")
exercise.mistake(
    "not_clipped", (CLIP, ""),
    es="El gradiente no se recorta, o no cuando sirve: antes de `backward()` aún no hay, y después del paso ya se usó.",
    en="The gradient is not clipped, or not when it is of use: before `backward()` there is none yet, and after the step it has "
       "been used.")
exercise.mistake(
    "no_zero_grad", ("            optimizer.zero_grad()\n", ""),
    es="Falta `optimizer.zero_grad()`: los gradientes de todos los lotes se suman.",
    en="`optimizer.zero_grad()` is missing: the gradients of all batches add up.")
exercise.mistake(
    "sgd", ("torch.optim.AdamW", "torch.optim.SGD"),
    es="Usas SGD. Se pide AdamW.", en="You use SGD. AdamW is asked for.")
exercise.mistake(
    "adam", ("torch.optim.AdamW", "torch.optim.Adam"),
    es="Usas Adam. Se pide AdamW, que además encoge un poco los pesos.",
    en="You use Adam. AdamW is asked for, which shrinks the weights a little besides.")
exercise.mistake(
    "lr_ignored", ("model.parameters(), lr=lr", "model.parameters()"),
    es="No pasas `lr` al optimizador.", en="You do not pass `lr` to the optimiser.")
exercise.mistake(
    "new_optimizer_every_epoch", (EPOCH, EPOCH + "        optimizer = torch.optim.AdamW(model.parameters(), lr=lr)\n"),
    es="Haces un optimizador nuevo en cada época, y pierde sus promedios.",
    en="You make a new optimiser at each epoch, and it loses its averages.")
exercise.mistake(
    "summed", (LOSS, LOSS[:-1] + ', reduction="sum")'),
    es="Sumas las pérdidas. Se pide la media.", en="You add up the losses. The mean is asked for.")
exercise.mistake(
    "last_column_only", (LOSS, "loss = nn.functional.cross_entropy(logits[:, -1], torch.tensor(y)[:, -1])"),
    es="Solo cuentas la última columna de cada lote. Cada símbolo predice el siguiente: cuentan todas.",
    en="You count the last column of each batch only. Each symbol predicts the next: all of them count.")
exercise.mistake(
    "axes_reshaped", (LOSS, LOSS.replace("torch.tensor(y).flatten()", "torch.tensor(y.T.copy()).flatten()")),
    es="Aplanas las puntuaciones por filas y los objetivos por columnas: cada una se compara con otro.",
    en="You flatten the scores by rows and the targets by columns: each is compared with another.")
exercise.mistake(
    "one_loss_an_epoch", ("            losses.append(loss.item())\n", "        losses.append(loss.item())\n"),
    es="Apuntas una pérdida por época. Es una por lote.", en="You note down one loss per epoch. It is one per batch.")
exercise.mistake(
    "tensors_kept", ("losses.append(loss.item())", "losses.append(loss)"),
    es="Guardas tensores, y un tensor trae consigo su grafo: la memoria crece en cada lote. Usa `loss.item()`.",
    en="You keep tensors, and a tensor brings its graph along: memory grows with each batch. Use `loss.item()`.")
exercise.mistake(
    "one_epoch", ("for _ in range(epochs)", "for _ in range(1)"),
    es="Lees el texto una sola vez. Son `epochs`.", en="You read the text only once. It is `epochs`.")

exercise.alternative("torch_s_clipping", code="""
def train_stream(model, ids, B, T, epochs, lr, max_norm):
    optimizer = torch.optim.AdamW(model.parameters(), lr)
    batches = [(torch.as_tensor(x.copy()), torch.as_tensor(y.copy())) for x, y in stream_batches(ids, B, T)]
    losses = []
    for epoch in range(epochs):
        h = c = None
        for x, y in batches:
            state = None if h is None else (h.detach(), c.detach())
            logits, (h, c) = model(x, state)
            loss = nn.functional.cross_entropy(logits.permute(0, 2, 1), y)
            model.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            losses += [float(loss)]
    return losses
""")
exercise.alternative("detached_on_the_way_in", code="""
def train_stream(model, ids, B, T, epochs, lr, max_norm):
    parameters = list(model.parameters())
    optimizer, losses = torch.optim.AdamW(parameters, lr=lr), []
    for _ in range(epochs):
        for n, (x, y) in enumerate(stream_batches(ids, B, T)):
            state = None if n == 0 else [part.detach() for part in state]
            logits, state = model(torch.from_numpy(np.ascontiguousarray(x)), state)
            V = logits.shape[-1]
            loss = nn.CrossEntropyLoss()(logits.reshape(-1, V), torch.tensor(y).reshape(-1))
            for p, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
                p.grad = gradient
            clip_grad_norm(parameters, max_norm)
            optimizer.step()
            losses.append(loss.detach())
    return torch.stack(losses).tolist()
""")
