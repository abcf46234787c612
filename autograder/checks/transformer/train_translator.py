"""Gate: a Transformer learns to translate numbers in words, judged by decoding and not by its loss."""

import inspect
from itertools import pairwise

import torch
from torch.nn import functional

from atiende.data import Tokens, make_numbers
from atiende.models import transformer
from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

STEPS, BATCH_SIZE, PEAK, WARMUP = 300, 64, 3e-3, 100
PAIRS, NEW, GATE = 6000, 500, 0.95  # to train on, to translate, and the share that has to be right from the first word to the last
SIZES = 60, 40  # vocabularies of the small net
FREE = 1e6  # a max_norm that never clips

NET = '''
import torch

class LentTranslator(torch.nn.Module):
    def __init__(self, source_vocab, target_vocab):
        super().__init__()
        self.source, self.target = torch.nn.Embedding(source_vocab, 5), torch.nn.Embedding(target_vocab, 5)
        self.head = torch.nn.Linear(5, target_vocab)
        self.double()
        self.rows, self.begun, self.masked, self.modes = [], [], [], []

    def forward(self, source, inputs, source_mask=None, target_mask=None):
        (B, S), T = source.shape, inputs.shape[1]
        self.rows.append([int(n) for n in source[:, 0]])
        self.begun.append([int(n) for n in inputs[:, 0]])
        masks = {(B, 1, 1, S): source_mask, (B, 1, T, T): target_mask}
        self.masked.append([None if mask is None else shape == tuple(mask.shape) for shape, mask in masks.items()])
        self.modes.append(self.training)
        looks, seen = ((mask if right else torch.ones(shape)).double()[:, 0] for (shape, mask), right in
                       zip(reversed(masks.items()), reversed(self.masked[-1])))
        seen = seen[:, 0]
        read = (self.source(source) * seen[..., None]).sum(1, keepdim=True) / seen.sum(1)[:, None, None]
        written = looks @ self.target(inputs) / looks.sum(-1, keepdim=True)
        return self.head(torch.tanh(read + written))
'''  # lent, so that only the loop is judged; it notes the pairs of each batch by the first word of their source, and how it is called
PARTS = (transformer.TransformerConfig, transformer.sinusoids, transformer.Embedding, transformer.FeedForward, transformer.Sublayer,
         transformer.EncoderLayer, transformer.DecoderLayer, transformer.Transformer)  # fmt: skip
LENT = "\n".join((
    "def lent_transformer(source_vocab, target_vocab):",
    "    import math", "    from dataclasses import dataclass", "    import torch", "    from torch import nn",
    "    from atiende.models.attention import MultiHeadAttention, causal_mask, padding_mask",
    *("    " + line for part in PARTS for line in inspect.getsource(part).splitlines()),
    "    class Masked(Transformer):  # the masks are those that it is given",
    "        def forward(self, source, inputs, source_mask, target_mask):",
    "            x = self.source_embedding(source)",
    "            for layer in self.encoder:",
    "                x = layer(x, source_mask)",
    "            memory, x = self.encoder_norm(x), self.target_embedding(inputs)",
    "            for layer in self.decoder:",
    "                x = layer(x, memory, target_mask, source_mask)",
    "            return self.head(self.decoder_norm(x))",
    "    return Masked(TransformerConfig(source_vocab, target_vocab, d_model=64, d_ff=128, num_layers=1, dropout=0.0))",
    "def lent_translations(model, source, words):",
    "    import torch",
    "    with torch.no_grad():",
    "        memory, mask = model.encode(source)",
    "        target = torch.ones(len(source), 1, dtype=torch.int64)",
    "        for _ in range(words):",
    "            target = torch.cat([target, model.decode(target, memory, mask)[:, -1:].argmax(-1)], dim=1)",
    "    return target[:, 1:]",
))  # fmt: skip

exercise = Exercise(
    "train_translator", points=15, seconds=120,
    title=Text("Números en letra", "Numbers in words"),
    uses=("make_batch", "inverse_sqrt_lr", "label_smoothing_loss"),
    hints=(
        Text("`torch.randperm(len(sources)).split(batch_size)` da los lotes de una época: con sus filas, elige origen y "
             "destino.",
             "`torch.randperm(len(sources)).split(batch_size)` gives the batches of an epoch: with their rows, choose both source "
             "and target."),
        Text("La tasa se escribe antes de `optimizer.step()`: `for group in optimizer.param_groups: group[\"lr\"] = ...`. El "
             "primer paso es el 1.",
             "The rate is written before `optimizer.step()`: `for group in optimizer.param_groups: group[\"lr\"] = ...`. The first "
             "step is 1."),
        Text("Comprueba `len(losses) == steps` dentro del `for`, no solo al acabar la época.",
             "Check `len(losses) == steps` inside the `for`, not only at the end of the epoch."),
    ),
)


def made(student, draw, count: int):
    """Return the small net on the student's side, the same one here, and pairs known by the first word of their source."""
    student.lend(NET)
    here = {"torch": torch}
    exec(NET, here)
    theirs, ours = student.keep("LentTranslator", *SIZES), here["LentTranslator"](*SIZES)
    weights = {name: draw.tensor(*value.shape, std=0.6) for name, value in ours.state_dict().items()}
    theirs.keep_method("load_state_dict", weights)
    ours.load_state_dict(weights)
    sources = [[3 + n, *(int(w) for w in draw.integers(30, SIZES[0], size=int(draw.integers(0, 4))))] for n in range(count)]
    targets = [[int(w) for w in draw.integers(3, SIZES[1], size=int(draw.integers(1, 5)))] for _ in range(count)]
    student.seed(draw.seed())
    return theirs, ours, sources, targets


def reference(model, sources, targets, batches, peak: float, warmup: int, smoothing: float, max_norm: float) -> list[float]:
    """Train as it should be, on these batches of rows; return the losses."""
    optimizer = torch.optim.Adam(model.parameters(), lr=1.0, betas=(0.9, 0.98), foreach=False)
    losses = []
    for step, rows in enumerate(batches, start=1):
        source, inputs, labels = transformer.translation_batch([sources[n] for n in rows], [targets[n] for n in rows])
        mask = (inputs != 0)[:, None, None] & torch.ones(inputs.shape[1], inputs.shape[1], dtype=torch.bool).tril()
        log_p = functional.log_softmax(model(source, inputs, (source != 0)[:, None, None], mask)[labels != 0], dim=-1)
        right, V = labels[labels != 0], log_p.shape[-1]
        share = torch.full_like(log_p, smoothing / (V - 2))
        share[:, 0], share[torch.arange(len(right)), right] = 0.0, 1 - smoothing
        loss = -(share * log_p).sum(dim=1).mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.param_groups[0]["lr"] = peak * min(step / warmup, (warmup / step) ** 0.5)
        optimizer.step()
        losses.append(loss.item())
    return losses


def batches_of(net) -> list[list[int]]:
    """Return the rows of each batch that the lent net was asked about."""
    return [[int(n) - 3 for n in batch] for batch in net.get("rows")]


def called_well(net):
    """Fail unless the lent net was given inputs that begin with `bos`, and its two masks in their places."""
    expect.true(all(n == 1 for begun in net.get("begun") for n in begun), "Al modelo no le llegan entradas que empiecen por `bos`. ¿Le "
                "das las etiquetas? Vería la palabra que tiene que decir.",
                "The inputs that reach the model do not begin with `bos`. Do you give it the labels? It would see the "
                "word that it has to say.")
    expect.true(all(all(masked) for masked in net.get("masked")), "Al modelo no le llegan las dos máscaras en su sitio: "
                "`model(source, inputs, source_mask, target_mask)`.",
                "The two masks do not reach the model in their places: `model(source, inputs, source_mask, target_mask)`.")


def agrees(student, draw, count: int, steps: int, size: int, max_norm: float = FREE):
    """Compare losses and weights with a training on the same batches; return those."""
    theirs, ours, sources, targets = made(student, draw, count)
    peak, warmup, smoothing = float(draw.uniform(0.02, 0.05)), int(draw.integers(2, 4)), float(draw.uniform(0.1, 0.3))
    losses = student.call("train_translator", theirs, sources, targets, steps, size, peak, warmup, smoothing, max_norm)
    batches = batches_of(theirs)
    expect.true(len(batches) == steps, "Pasos pedidos: {wanted}. Tu bucle dio {seen}.",
                "Steps asked for: {wanted}. Your loop took {seen}.",
                wanted=steps, seen=len(batches))
    called_well(theirs)
    expect.near(losses, reference(ours, sources, targets, batches, peak, warmup, smoothing, max_norm), what="losses")
    weights = theirs.method("state_dict")
    for name, wanted in ours.state_dict().items():
        expect.near(weights[name], wanted, what=name)
    return batches


@exercise.property(3, "Con todas las parejas en cada lote, unos pocos pasos dan lo mismo que Adam con esa tasa y esa pérdida.",
                   "With all pairs in each batch, a few steps give the same as Adam with that rate and that loss.")
def few_steps(student, draw):
    for steps in (1, int(draw.integers(5, 8))):
        for batch in agrees(student, draw, 4, steps, 4):
            expect.true(sorted(batch) == [0, 1, 2, 3], "Un lote de todas las parejas debía tenerlas una vez cada una.",
                        "A batch of all pairs should have each of them once.")


@exercise.property(2, "Cada época recorre todas las parejas una vez, en un orden nuevo, y para en `steps`.",
                   "Each epoch goes over all pairs once, in a new order, and it stops at `steps`.")
def epochs(student, draw):
    batches = agrees(student, draw, 11, 8, 4)
    expect.true([len(batch) for batch in batches] == [4, 4, 3, 4, 4, 3, 4, 4], "Con 11 parejas y lotes de 4, las épocas son de 4, "
    "4 y 3. Las tuyas son de {seen}.",
                "With 11 pairs and batches of 4, epochs are of 4, 4 and 3. Yours are of {seen}.",
                seen=[len(batch) for batch in batches])
    orders = [sum(batches[:3], []), sum(batches[3:6], []), sum(batches[6:], [])]
    expect.true(all(sorted(order) == list(range(11)) for order in orders[:2]), "En una época unas parejas se repiten y otras "
    "faltan.",
                "In one epoch some pairs repeat and others are missing.")
    expect.true(all(one[: len(other)] != other for one, other in pairwise([list(range(11)), *orders])), "El orden no se sortea en "
    "cada época.",
                "The order is not drawn anew at each epoch.")


@exercise.property(2, "El gradiente se recorta a `max_norm` antes de cada paso.",
                   "The gradient is clipped to `max_norm` before each step.")
def clipped(student, draw):
    agrees(student, draw, 6, 6, 3, max_norm=float(draw.uniform(0.02, 0.05)))


@exercise.property(1, "Entrena en `train()` y deja el modelo en `eval()`; devuelve una lista de números, y no toca las listas.",
                   "It trains in `train()` and leaves the model in `eval()`; it returns a list of numbers, and leaves the lists alone.")
def afterwards(student, draw):
    theirs, ours, sources, targets = made(student, draw, 5)
    theirs.keep_method("eval")  # as an earlier training would leave it
    mine = student.put(sources), student.put(targets)
    losses = student.call("train_translator", theirs, *mine, 3, 5, 0.02, 2)
    wanted = reference(ours, sources, targets, batches_of(theirs), 0.02, 2, 0.1, 1.0)
    expect.near(losses, wanted, what="losses")
    expect.true(not any(isinstance(loss, torch.Tensor) for loss in (losses, *losses)), "Se pide una lista de números, y hay "
    "tensores.",
                "A list of numbers is asked for, and there are tensors.")
    expect.true(all(theirs.get("modes")), "Entrenas en modo `eval()`, sin dropout: así queda un modelo ya entrenado. Empieza por "
                "`model.train()`.",
                "You train in `eval()` mode, without dropout: an earlier training leaves a model so. Begin with `model.train()`.")
    expect.true(theirs.get("training") is False, "El modelo queda en modo `train()`: al traducir, el dropout seguiría sorteando.",
                "The model is left in `train()` mode: dropout would still be on when it translates.")
    for handle, before, name in zip(mine, (sources, targets), ("sources", "targets"), strict=True):
        expect.true(handle.value() == before, "Tu código cambió la lista `{name}`.",
                    "Your code changed the list `{name}`.", name=name)


def exact(student, draw) -> float:
    """Train the course's model by the student's loop; return the share of new numbers that it translates whole."""
    pairs = make_numbers(PAIRS + NEW, seed=draw.seed())
    spanish, english = (Tokens(texts) for texts in zip(*make_numbers(), strict=True))
    sources, targets = [spanish.encode(es) for es, _ in pairs], [english.encode(en) for _, en in pairs]
    student.seed(draw.seed())
    student.lend(LENT)
    model = student.keep("lent_transformer", len(spanish), len(english))
    student.keep("train_translator", model, sources[NEW:], targets[NEW:], STEPS, BATCH_SIZE, PEAK, WARMUP)
    model.keep_method("eval")
    source, _, labels = transformer.translation_batch(sources[:NEW], targets[:NEW])
    said = expect.array(student.call("lent_translations", model, source, labels.shape[1]), tuple(labels.shape), "train_translator")
    real = labels.numpy() != 0
    return float(((said == labels.numpy()) | ~real).all(axis=1).mean())


@exercise.property(7, f"Tras {STEPS} pasos, traduce enteros el {GATE:.0%} o más de los números nuevos (sin "
                      f"entrenar, ninguno).",
                   f"After {STEPS} steps, it translates {GATE:.0%} or more of the new numbers whole "
                   f"(untrained, none).",
                   costly=True)
def new_numbers(student, draw):
    if exact(student, draw) >= GATE:
        return
    for _ in range(2):  # one run may be unlucky: then both of two others have to pass
        right = exact(student, draw)
        expect.true(right >= GATE, "Traduce enteros el {right:.0%} de los números nuevos; hace falta el {gate:.0%}.",
                    "It translates {right:.0%} of new numbers whole; {gate:.0%} is needed.", right=right, gate=GATE)


OPTIMIZER = "optimizer = torch.optim.Adam(model.parameters(), lr=peak, betas=(0.9, 0.98))"
CHOSEN = "chosen = [sources[n] for n in rows], [targets[n] for n in rows]"
CLIP = "            nn.utils.clip_grad_norm_(model.parameters(), max_norm)\n"
RATE = '                group["lr"] = inverse_sqrt_lr(len(losses) + 1, warmup, peak)\n'
RATES = "            for group in optimizer.param_groups:\n" + RATE
LOSS = "label_smoothing_loss(model(source, inputs, source_mask, target_mask), labels, smoothing, pad=0)"
FOR = "        for rows in torch.randperm(len(sources)).split(batch_size):\n"
WHILE = "    while len(losses) < steps:\n"

exercise.mistake("targets_left_behind", (CHOSEN, "chosen = [sources[n] for n in rows], targets[: len(rows)]"),
    es="Barajas los orígenes y no sus traducciones.", en="You shuffle the sources and not their translations.")
exercise.mistake("no_zero_grad", ("            optimizer.zero_grad()\n", ""),
    es="Falta `optimizer.zero_grad()`: los gradientes de todos los lotes se suman.",
    en="`optimizer.zero_grad()` is missing: the gradients of all batches add up.")
exercise.mistake("rate_never_changes", (RATE, '                group["lr"] = peak\n'), es="La tasa es siempre `peak`.",
    en="The rate is always `peak`.")
exercise.mistake("rate_one_step_late", (RATE, RATE.replace("len(losses) + 1", "len(losses)")),
    es="La tasa va un paso atrasada: el primero se da con 0, y no mueve nada.",
    en="The rate is one step late: the first is taken with 0, and nothing moves.")
exercise.mistake("rate_after_the_step", (RATES, ""), ("            optimizer.step()\n", "            optimizer.step()\n" + RATES),
    es="Escribes la tasa después del paso: cada una sirve para el siguiente, y el primero se da con `peak`.",
    en="You write the rate after the step: each serves the next, and the first is taken with `peak`.")
exercise.mistake("not_clipped", (CLIP, ""), es="El gradiente no se recorta, o se recorta antes de `backward()`, cuando aún no lo hay.",
    en="The gradient is not clipped, or it is clipped before `backward()`, when there is none yet.")
exercise.mistake("clipped_number_by_number", (CLIP, CLIP.replace("clip_grad_norm_", "clip_grad_value_")),
    es="Recortas cada número por separado. Se acorta el gradiente entero.",
    en="You clip each number on its own. The whole gradient is shortened.")
exercise.mistake("default_betas", (OPTIMIZER, OPTIMIZER.replace(", betas=(0.9, 0.98)", "")), es="Faltan las betas: `(0.9, 0.98)`.",
    en="The betas are missing: `(0.9, 0.98)`.")
exercise.mistake("adamw", (OPTIMIZER, OPTIMIZER.replace("Adam(", "AdamW(")), es="Usas AdamW. Se pide Adam.",
    en="You use AdamW. Adam is asked for.")
exercise.mistake("sgd", (OPTIMIZER, "optimizer = torch.optim.SGD(model.parameters(), lr=peak)"), es="Usas SGD. Se pide Adam.",
    en="You use SGD. Adam is asked for.")
exercise.mistake("not_smoothed", (LOSS, LOSS.replace("smoothing,", "0.0,")), es="No pasas `smoothing` a la pérdida.",
    en="You do not pass `smoothing` to the loss.")
exercise.mistake("always_a_tenth", (LOSS, LOSS.replace("smoothing,", "0.1,")), es="Suavizas siempre con 0,1. Es `smoothing`.",
    en="You always smooth with 0.1. It is `smoothing`.")
exercise.mistake("inputs_as_labels", (LOSS, LOSS.replace(", labels,", ", inputs,")),
    es="Comparas con las entradas: el modelo aprende a copiar la palabra que ya ve.",
    en="You compare with the inputs: the model learns to copy the word that it sees already.")
exercise.mistake("not_shuffled", (FOR, FOR.replace("torch.randperm(len(sources))", "torch.arange(len(sources))")),
    es="No barajas las parejas.", en="You do not shuffle the pairs.")
exercise.mistake("shuffled_once", (WHILE + FOR, "    order = torch.randperm(len(sources))\n" + WHILE +
    FOR.replace("torch.randperm(len(sources))", "order")),
    es="Barajas una sola vez: los lotes son los mismos en todas las épocas.",
    en="You shuffle only once: the batches are the same in all epochs.")
exercise.mistake("last_batch_dropped", (FOR, FOR + "            if len(rows) < batch_size:\n                continue\n"),
    es="Tiras el último lote de cada época, el corto.", en="You throw away the last batch of each epoch, the short one.")
exercise.mistake("epoch_always_finished", ("            if len(losses) == steps:\n                break\n", ""),
    es="Solo miras `steps` al acabar cada época.",
    en="You only look at `steps` at the end of each epoch.")
exercise.mistake("tensors_kept", ("losses.append(loss.item())", "losses.append(loss)"),
    es="Guardas tensores, con su grafo. Usa `loss.item()`.",
    en="You keep tensors, with their graph. Use `loss.item()`.")
exercise.mistake("left_in_training", ("    model.eval()\n", ""), es="Falta `model.eval()` al acabar.",
    en="`model.eval()` is missing at the end.")

exercise.mistake("labels_fed", (LOSS, LOSS.replace("(source, inputs,", "(source, labels,")),
    es="Das al modelo las etiquetas como entradas: ve la palabra que tiene que decir, y solo la copia.",
    en="You feed the model the labels as inputs: it sees the word that it has to say, and just copies it.")
exercise.mistake("masks_swapped", (LOSS, LOSS.replace("source_mask, target_mask", "target_mask, source_mask")),
    es="Das las máscaras cambiadas: primero la del origen, después la del destino.",
    en="You give the masks swapped: first the source's, then the target's.")
exercise.mistake("masks_forgotten", (LOSS, LOSS.replace(", source_mask, target_mask", "")),
    es="No das las máscaras al modelo: cada palabra ve la siguiente, y el relleno cuenta.",
    en="You do not give the model the masks: each word sees the next, and the padding counts.")
exercise.mistake("never_in_training", ("    model.train()\n", ""),
    es="Falta `model.train()` al empezar: en `eval()` el dropout no actúa.",
    en="`model.train()` is missing at the beginning: in `eval()` dropout does nothing.")

exercise.alternative("torch_s_scheduler", code="""
def train_translator(model, sources, targets, steps, batch_size, peak, warmup, smoothing=0.1, max_norm=1.0):
    optimizer = torch.optim.Adam(model.parameters(), lr=1.0, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda done: inverse_sqrt_lr(done + 1, warmup, peak))
    losses, waiting = [], []
    model.train(True)
    for _ in range(steps):
        if not waiting:
            waiting = list(torch.randperm(len(sources)).split(batch_size))
        rows = waiting.pop(0).tolist()
        source, inputs, labels, *masks = make_batch([sources[n] for n in rows], [targets[n] for n in rows], 0, 1, 2)
        model.zero_grad()
        loss = label_smoothing_loss(model(source, inputs, *masks), labels, smoothing, 0)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        schedule.step()
        losses.append(float(loss))
    model.train(False)
    return losses
""")
exercise.alternative("data_loader", code="""
def train_translator(model, sources, targets, steps, batch_size, peak, warmup, smoothing=0.1, max_norm=1.0):
    from torch.utils.data import DataLoader

    pairs = list(zip(sources, targets))
    loader = DataLoader(pairs, batch_size=batch_size, shuffle=True, collate_fn=lambda rows: make_batch(*zip(*rows), 0, 1, 2))
    optimizer = torch.optim.Adam(list(model.parameters()), betas=(0.9, 0.98), eps=1e-8)
    history = torch.zeros(steps, dtype=torch.float64)
    done = 0
    model.train()
    while done < steps:
        for source, inputs, labels, source_mask, target_mask in loader:
            done += 1
            optimizer.param_groups[0]["lr"] = inverse_sqrt_lr(done, warmup, peak)
            loss = label_smoothing_loss(model(source, inputs, source_mask, target_mask), labels, smoothing, 0)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            history[done - 1] = loss.detach()
            if done == steps:
                break
    model.eval()
    return history.tolist()
""")
