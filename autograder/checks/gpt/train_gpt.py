"""Gate: a small GPT learns to write, judged against the table of bigrams of the same text."""

import inspect

import torch
from torch.nn import functional

from atiende.data import Vocabulary, make_sentences
from atiende.models import attention, gpt
from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

STEPS, BATCH_SIZE, LENGTH, RATE = 150, 24, 48, 4e-3
GATE = 0.6  # nats a character below the table of bigrams
FREE = 1e6  # a max_norm that never clips

NET = '''
import torch

class LentLM(torch.nn.Module):
    def __init__(self, vocab_size):
        super().__init__()
        self.table, self.head = torch.nn.Embedding(vocab_size, 4), torch.nn.Linear(4, vocab_size)
        self.double()
        self.batches = []

    def forward(self, x, past=None):
        self.batches.append(x.tolist())
        seen = self.table(x).cumsum(dim=1) / torch.arange(1, x.shape[1] + 1)[:, None]
        return self.head(torch.tanh(seen + self.table(x))), None
'''  # lent, so that only the loop is judged; it notes the windows
PARTS = (attention.causal_mask, gpt.GPTConfig, gpt.CausalAttention, gpt.Block, gpt.GPT)
LENT = "\n".join((
    "def lent_gpt(vocab_size, context):",
    "    import math", "    from dataclasses import dataclass", "    import torch", "    from torch import nn",
    "    from torch.nn import functional",
    *("    " + line for part in PARTS for line in inspect.getsource(part).splitlines()),
    "    return GPT(GPTConfig(vocab_size, context, d_model=64, heads=4, num_layers=2))",
    "def lent_scores(model, x):",
    "    import torch",
    "    with torch.no_grad():",
    "        return model(x)[0]",
))  # fmt: skip

exercise = Exercise(
    "train_gpt", points=15, seconds=120, uses=("get_batch",),
    title=Text("Entrenar", "Training"),
    hints=(
        Text("Dos bucles: el de fuera, los pasos; el de dentro, los lotes pequeños. `zero_grad` y `step` van en el de fuera.",
             "Two loops: the outer one, the steps; the inner one, the small batches. `zero_grad` and `step` go in the outer one."),
        Text("`backward` **suma** en los gradientes: divide cada pérdida entre `accumulate` antes de llamarlo.",
             "`backward` **adds** to the gradients: divide each loss by `accumulate` before calling it."),
    ),
)


def made(student, draw, N: int):
    """Return the small net on the student's side, the same one here, and a text whose ids are all different."""
    student.lend(NET)
    here = {"torch": torch}
    exec(NET, here)
    theirs, ours = student.keep("LentLM", N), here["LentLM"](N)
    weights = {name: draw.tensor(*value.shape, std=0.6) for name, value in ours.state_dict().items()}
    theirs.keep_method("load_state_dict", weights)
    ours.load_state_dict(weights)
    return theirs, ours, torch.from_numpy(draw.permutation(N))


def reference(model, ids, batches, lr: float, accumulate: int, max_norm: float) -> list[float]:
    """Train as it should be, on these windows; return the losses."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, betas=(0.9, 0.95), weight_decay=0.1, foreach=False)
    following = dict(zip(ids[:-1].tolist(), ids[1:].tolist(), strict=True))
    losses = []
    for step in range(len(batches) // accumulate):
        optimizer.zero_grad()
        small = []
        for x in batches[step * accumulate : (step + 1) * accumulate]:
            y = torch.tensor([[following[n] for n in row] for row in x])
            small.append(functional.cross_entropy(model(torch.tensor(x))[0].flatten(0, 1), y.flatten()))
        loss = torch.stack(small).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        losses.append(loss.item())
    return losses


def agrees(student, draw, steps: int, accumulate: int, max_norm: float = FREE):
    """Compare losses and weights with a training on the same windows; return those, the model and the losses."""
    theirs, ours, ids = made(student, draw, int(draw.integers(30, 40)))
    rows, length, lr = *draw.sizes(2, 2, 5), float(draw.uniform(0.02, 0.05))
    losses = student.call("train_gpt", theirs, ids, steps, rows, length, lr, student.rng(draw.seed()), accumulate, max_norm)
    batches = theirs.get("batches")
    expect.true(len(batches) == steps * accumulate,
        "Para {steps} pasos de {small} lotes pequeños, el modelo debía leer {wanted} lotes; lee {seen}.",
                "For {steps} steps of {small} small batches, the model should read {wanted} batches; it reads {seen}.",
                steps=steps, small=accumulate, wanted=steps * accumulate, seen=len(batches))
    place = {int(n): at for at, n in enumerate(ids)}
    good = all(len(batch) == rows and all([place[n] for n in row] == list(range(place[row[0]],
        place[row[0]] + length)) for row in batch)
               and all(place[row[-1]] < len(ids) - 1 for row in batch) for batch in batches)
    expect.true(good, "Los lotes no son ventanas del texto de {rows} por {length}.",
        "The batches are not windows of the text of {rows} by {length}.",
                rows=rows, length=length)
    expect.near(losses, reference(ours, ids, batches, lr, accumulate, max_norm), what="losses")
    weights = theirs.method("state_dict")
    for name, wanted in ours.state_dict().items():
        expect.near(weights[name], wanted, what=name)
    return batches, theirs, losses


@exercise.property(3, "Con un lote por paso, unos pocos pasos dan lo mismo que AdamW.",
    "With one batch per step, a few steps give the same as AdamW.")
def few_steps(student, draw):
    agrees(student, draw, 1, 1)
    agrees(student, draw, int(draw.integers(5, 8)), 1)


@exercise.property(3, "Con varios lotes pequeños por paso, el gradiente es la media de los suyos.",
                   "With several small batches per step, the gradient is the mean of theirs.")
def accumulated(student, draw):
    for accumulate in (2, int(draw.integers(3, 5))):
        agrees(student, draw, 4, accumulate)
    # AdamW does not feel the scale of a gradient, but clipping does: these means are shorter than 0.8, their sums longer than 1.2
    agrees(student, draw, 6, 4, max_norm=float(draw.uniform(0.9, 1.1)))


@exercise.property(2, "El gradiente se recorta una vez, cuando está entero.", "The gradient is clipped once, when it is whole.")
def clipped(student, draw):
    agrees(student, draw, 6, 1, max_norm=float(draw.uniform(0.02, 0.05)))
    agrees(student, draw, 6, 3, max_norm=float(draw.uniform(0.02, 0.05)))
    agrees(student, draw, 8, 4, max_norm=float(draw.uniform(0.5, 0.6)))  # about the mean: the sum would be clipped much more


@exercise.property(1, "Cada lote es otro; devuelve números y deja el modelo en `eval()`.",
                   "Each batch is a new one; it returns numbers and leaves the model in `eval()`.")
def afterwards(student, draw):
    batches, model, losses = agrees(student, draw, 5, 2)
    expect.true(len({str(batch) for batch in batches}) > 5, "Los lotes se repiten: ¿haces un generador nuevo cada vez?",
                "The batches repeat themselves: do you make a new generator each time?")
    expect.true(isinstance(losses, list) and not any(isinstance(loss, torch.Tensor) for loss in losses),
        "Se pide una lista de números.",
                "A list of numbers is asked for.")
    expect.true(model.get("training") is False, "El modelo queda en modo `train()`.", "The model is left in `train()` mode.")


def gain(student, draw) -> float:
    """Train the course's GPT by the student's loop; return how many nats a character it is below the table of bigrams."""
    text = "".join(f"{sentence}\n" for sentence in make_sentences(4000, language="es", seed=draw.seed()))
    characters = Vocabulary(text)
    ids = characters.encode(text)
    cut = round(0.9 * len(ids))
    student.seed(draw.seed())
    student.lend(LENT)
    model = student.keep("lent_gpt", len(characters), LENGTH)
    student.keep("train_gpt", model, ids[:cut], STEPS, BATCH_SIZE, LENGTH, RATE, student.rng(draw.seed()))
    model.keep_method("eval")
    x, y = (part[: 200 * LENGTH].view(200, LENGTH) for part in (ids[cut:], ids[cut + 1 :]))
    logits = expect.array(student.call("lent_scores", model, x), (200, LENGTH, len(characters)), "train_gpt")
    loss = functional.cross_entropy(torch.from_numpy(logits).flatten(0, 1), y.flatten())
    counts = torch.ones(len(characters), len(characters), dtype=torch.float64)
    counts.index_put_((ids[: cut - 1], ids[1:cut]), torch.ones(cut - 1, dtype=torch.float64), accumulate=True)
    table = (counts / counts.sum(dim=1, keepdim=True)).log()
    return float(-table[x, y].mean() - loss)


@exercise.property(6, f"Tras {STEPS} pasos, su pérdida de validación queda {GATE} nats o más por debajo de la tabla de bigramas (sin "
                      f"entrenar, muy por encima).",
                   f"After {STEPS} steps, its validation loss ends {GATE} nats or more below the table of bigrams (untrained, far "
                       f"above).",
                   costly=True)
def below_bigrams(student, draw):
    if gain(student, draw) >= GATE:
        return
    for _ in range(2):  # one run may be unlucky: then both of two others have to pass
        seen = gain(student, draw)
        expect.true(seen >= GATE, "Queda {seen:.2f} nats por debajo de los bigramas; hacen falta {gate}.",
                    "It ends {seen:.2f} nats below the bigrams; {gate} are needed.", seen=seen, gate=GATE)


OPTIMIZER = "torch.optim.AdamW(model.parameters(), lr=lr, betas=(0.9, 0.95), weight_decay=0.1)"
ZERO = "        optimizer.zero_grad()\n"
CLIP = "        nn.utils.clip_grad_norm_(model.parameters(), max_norm)\n"
LOSS = "loss = functional.cross_entropy(logits.flatten(0, 1), y.flatten()) / accumulate"
BATCH = "            x, y = get_batch(ids, batch_size, length, rng)\n"
TOTAL = "            total += loss.item()\n"
STEP = "        optimizer.step()\n"

exercise.mistake("no_zero_grad", (ZERO, ""), es="Falta `optimizer.zero_grad()`: los gradientes de todos los pasos se suman.",
    en="`optimizer.zero_grad()` is missing: the gradients of all steps add up.")
exercise.mistake("zero_grad_inside", (ZERO, ""), (BATCH, "            optimizer.zero_grad()\n" + BATCH),
    es="Pones a cero los gradientes en cada lote pequeño: solo queda el último.",
    en="You zero the gradients at each small batch: only the last one is left.")
exercise.mistake("not_divided", (LOSS, LOSS.removesuffix(" / accumulate")), ("losses.append(total)",
    "losses.append(total / accumulate)"),
    es="No divides entre `accumulate`: el gradiente es la suma, no la media.",
        en="You do not divide by `accumulate`: the gradient is the sum, not the mean.")
exercise.mistake("loss_added_up", (TOTAL, "            total += loss.item() * accumulate\n"),
    es="Apuntas la suma de las pérdidas de los lotes pequeños. Es la media.",
    en="You record the sum of the losses of the small batches. Record their mean.")
exercise.mistake("last_loss", (TOTAL, "            total = loss.item() * accumulate\n"),
    es="Apuntas solo la pérdida del último lote pequeño.",
    en="You record the loss of the last small batch only.")
exercise.mistake("step_inside", (CLIP + STEP, "        pass\n"), (TOTAL,
    TOTAL + "            nn.utils.clip_grad_norm_(model.parameters(), max_norm)\n            optimizer.step()\n"),
    es="Das un paso en cada lote pequeño. Se acumulan, y se da uno.",
        en="You take a step at each small batch. Their gradients add up, and one step is taken.")
exercise.mistake("not_clipped", (CLIP, ""), es="El gradiente no se recorta.", en="The gradient is not clipped.")
exercise.mistake("clipped_by_parts", (CLIP, ""), (TOTAL,
    TOTAL + "            nn.utils.clip_grad_norm_(model.parameters(), max_norm)\n"),
    es="Recortas tras cada lote pequeño. Se recorta una vez, con el gradiente entero.",
        en="You clip after each small batch. Clip once, when the gradient is whole.")
exercise.mistake("clipped_by_parts_and_not_divided", (LOSS, LOSS.removesuffix(" / accumulate")), ("losses.append(total)",
    "losses.append(total / accumulate)"), (CLIP, ""), (TOTAL,
    TOTAL + "            nn.utils.clip_grad_norm_(model.parameters(), max_norm)\n"),
    es="No divides entre `accumulate`, y recortas tras cada lote pequeño. Se recorta una vez, al final, la media.",
    en="You do not divide by `accumulate`, and you clip after each small batch. Clip once, at the end, the mean.")
exercise.mistake("clipped_number_by_number", (CLIP, CLIP.replace("clip_grad_norm_", "clip_grad_value_")),
    es="Recortas cada número por separado. Se acorta el gradiente entero.",
    en="You clip each number on its own. The whole gradient is scaled down.")
exercise.mistake("adam", (OPTIMIZER, "torch.optim.Adam(model.parameters(), lr=lr, betas=(0.9, 0.95), weight_decay=0.1)"),
    es="Usas Adam: su decaimiento pasa por el gradiente. Se pide AdamW.",
    en="You use Adam: its decay goes through the gradient. AdamW is asked for.")
exercise.mistake("default_betas", (OPTIMIZER, OPTIMIZER.replace(" betas=(0.9, 0.95),", "")), es="Faltan las betas: `(0.9, 0.95)`.",
    en="The betas are missing: `(0.9, 0.95)`.")
exercise.mistake("default_decay", (OPTIMIZER, OPTIMIZER.replace(", weight_decay=0.1", "")),
    es="Falta el decaimiento, `weight_decay=0.1`.",
    en="The decay is missing, `weight_decay=0.1`.")
exercise.mistake("inputs_as_answers", (LOSS, LOSS.replace("y.flatten()", "x.flatten()")),
    es="Comparas con `x`: el modelo aprende a copiar lo que ya ve.",
    en="You compare with `x`: the model learns to copy what it already sees.")
exercise.mistake("same_batch_always", (BATCH, BATCH.replace("rng)", "np.random.default_rng(0))")),
    es="Haces un generador nuevo cada vez: sale siempre el mismo lote.",
    en="You make a new generator each time: you always get the same batch.")
exercise.mistake("left_in_training", ("    model.eval()\n", ""), es="Falta `model.eval()` al acabar.",
    en="`model.eval()` is missing at the end.")
exercise.mistake("tensors_kept", (TOTAL, "            total = total + loss.detach()\n"), es="Guardas tensores. Usa `.item()`.",
    en="You keep tensors. Use `.item()`.")

exercise.alternative("loss_of_all", code="""
def train_gpt(model, ids, steps, batch_size, length, lr, rng, accumulate=1, max_norm=1.0):
    optimizer = torch.optim.AdamW(list(model.parameters()), lr=lr, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1)
    model.train()
    history = []
    for _ in range(steps):
        losses = []
        for x, y in [get_batch(ids, batch_size, length, rng) for _ in range(accumulate)]:
            losses.append(functional.cross_entropy(model(x)[0].transpose(1, 2), y))
        loss = sum(losses) / len(losses)
        model.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        history.append(float(loss.detach()))
    model.train(False)
    return history
""")
exercise.alternative("one_loop", code="""
def train_gpt(model, ids, steps, batch_size, length, lr, rng, accumulate=1, max_norm=1.0):
    model.train()
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr, (0.9, 0.95), weight_decay=0.1)
    small = torch.zeros(steps * accumulate, dtype=torch.float64)
    for n in range(steps * accumulate):
        x, y = get_batch(ids, batch_size, length, rng)
        log_p = model(x)[0].log_softmax(dim=-1)
        loss = -log_p.gather(-1, y[..., None]).mean()
        (loss / accumulate).backward()
        small[n] = loss.detach()
        if (n + 1) % accumulate == 0:
            nn.utils.clip_grad_norm_(parameters, max_norm)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
    model.eval()
    return small.view(steps, accumulate).mean(dim=1).tolist()
""")
