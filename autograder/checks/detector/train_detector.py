"""Gate: a network learns to say where things are, and of which class."""

import inspect
from itertools import pairwise

import numpy as np
import torch
from torch.nn import functional

from atiende.data import make_scenes
from atiende.models import detector
from atiende.models.detector import iou, kmeans_anchors, make_targets, match_boxes, nms, read_output
from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

STEPS, BATCH_SIZE, LR = 300, 16, 0.005
SCENES, TEST = 1000, 100
RECALL, PRECISION, OVERLAP, CLASS = 0.85, 0.75, 0.65, 0.93
BLIND = 0.04  # about the recall of the boxes of another scene
SCORE = 0.25  # what a claim needs
TOLERANCE = 1e-4  # the network lent computes in double precision; a student may go through single

NET = '''
class TinyDetector(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm = torch.nn.Conv2d(3, 4, 4, stride=4, bias=False), torch.nn.BatchNorm2d(4)
        self.head = torch.nn.Conv2d(4, 14, 1)
        self.double()
        self.rows = []

    def forward(self, x):
        self.rows.append(x[:, 0, 0, 0].tolist())
        out = self.head(torch.tanh(self.norm(self.conv(x.double())))).permute(0, 2, 3, 1)
        return out.unflatten(-1, (2, 7))
'''  # lent, so that only the training is judged; it notes the number that each picture carries in its first pixel, and computes in
# double precision, so that the same steps give the same losses in whatever order their terms are added
DETECTOR = "\n".join((  # lent too: the same network for everyone
    "import torch", "from torch import nn", f"RARE = {detector.RARE}", inspect.getsource(detector._block),
    inspect.getsource(detector.Detector)))  # fmt: skip

exercise = Exercise(
    "train_detector", points=15, seconds=240,
    title=Text("Entrenar el detector", "Training the detector"),
    uses=("detection_loss",),
    hints=(
        Text("La pérdida es `terms[\"box\"] + terms[\"something\"] + 0.5 * terms[\"empty\"] + terms[\"class\"]`, con las imágenes "
             "y los objetivos "
             "del mismo lote.",
             "The loss is `terms[\"box\"] + terms[\"something\"] + 0.5 * terms[\"empty\"] + terms[\"class\"]`, with the pictures "
             "and the "
             "targets of one batch."),
        Text("`torch.randperm(len(x)).split(batch_size)` da los lotes de una época. Corta al llegar a `steps`, también a mitad de "
             "época.",
             "`torch.randperm(len(x)).split(batch_size)` gives the batches of one epoch. Stop at `steps`, in the middle of an epoch "
             "too."),
        Text("Antes de cada paso, con `done` pasos ya dados: `for group in optimizer.param_groups: group[\"lr\"] = lr * (1 - done "
             "/ steps)`.",
             "Before each step, with `done` steps taken: `for group in optimizer.param_groups: group[\"lr\"] = lr * (1 - done / "
             "steps)`."),
    ),
)


def small_task(student, draw, count: int):
    """Return a lent net with fresh weights, those weights, numbered pictures (count, 3, 8, 12), and targets."""
    student.seed(draw.seed())
    student.lend(NET)
    weights = {"conv.weight": draw.tensor(4, 3, 4, 4, std=0.3), "norm.weight": 1 + draw.tensor(4, std=0.3), "norm.bias": draw.tensor(4),
               "norm.running_mean": draw.tensor(4), "norm.running_var": torch.from_numpy(draw.uniform(0.5, 2, size=4)),
               "head.weight": draw.tensor(14, 4, 1, 1), "head.bias": draw.tensor(14)}  # fmt: skip
    net = student.keep("TinyDetector")
    net.keep_method("load_state_dict", weights | {"norm.num_batches_tracked": torch.tensor(0)})
    x = draw.array(count, 3, 8, 12).astype(np.float32)
    x[:, 0, 0, 0] = np.arange(count)
    target = torch.zeros(count, 2, 3, 2, 6, dtype=torch.float64)
    for row in target:
        for place in draw.choice(6, size=3, replace=False):
            row[int(place) // 3, int(place) % 3, int(draw.integers(2))] = torch.tensor(
                [*draw.uniform(0.1, 0.9, size=2), *draw.normal(size=2), 1, draw.integers(2)], dtype=torch.float64)  # fmt: skip
    return net, weights, x, target


def loss_of(output, target):
    """Return the loss of a batch, written with torch's own sums."""
    full = target[..., 4] > 0.5
    said, true = output[full], target[full]
    logits = output[..., 4]
    parts = (
        functional.mse_loss(torch.cat([said[:, :2].sigmoid(), said[:, 2:4]], dim=1), true[:, :4], reduction="sum"),
        functional.softplus(-logits[full]).sum(),
        0.5 * functional.softplus(logits[~full]).sum(),
        functional.nll_loss(said[:, 5:].log_softmax(dim=1), true[:, 5].long(), reduction="sum"),
    )
    return sum(parts) / full.sum()


def reference(weights, x, target, batches, steps: int, lr: float):
    """Return the losses and the outputs in eval mode on all pictures, after one step of torch's AdamW on each batch of rows."""
    p = {name: value.clone().requires_grad_("running" not in name) for name, value in weights.items()}

    def output(rows, train):
        h = functional.conv2d(torch.tensor(x[rows]).double(), p["conv.weight"], stride=4)
        h = functional.batch_norm(h, p["norm.running_mean"], p["norm.running_var"], p["norm.weight"], p["norm.bias"], train)
        return functional.conv2d(torch.tanh(h), p["head.weight"], p["head.bias"]).permute(0, 2, 3, 1).unflatten(-1, (2, 7))

    optimizer = torch.optim.AdamW([value for value in p.values() if value.requires_grad], lr=lr, foreach=False)
    losses = []
    for done, rows in enumerate(batches):
        optimizer.param_groups[0]["lr"] = lr * (1 - done / steps)
        loss = loss_of(output(rows, True), target[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    with torch.no_grad():
        return losses, output(np.arange(len(x)), False).numpy()


def compare(seen, wanted, what: str):
    expect.close(seen, wanted, atol=TOLERANCE, rtol=TOLERANCE, what=what)


@exercise.property(4, "Con un solo lote, unos pocos pasos dan lo mismo que AdamW con una tasa que baja en línea recta.",
                   "With a single batch, a few steps give the same as AdamW with a rate that falls in a straight line.")
def few_steps(student, draw):
    for steps in (1, int(draw.integers(4, 7))):
        net, weights, x, target = small_task(student, draw, 4)
        lr = float(draw.uniform(0.02, 0.05))
        losses = student.call("train_detector", net, x, target, steps, len(x), lr)
        rows = [[int(row) for row in batch] for batch in net.get("rows")]
        expect.true(all(sorted(batch) == list(range(len(x))) for batch in rows),
                    "Un lote de todas las imágenes debía tenerlas una vez cada una; en alguno de los tuyos se repiten o faltan.",
                    "A batch of all pictures should have each of them once; in one of yours some repeat or are missing.")
        wanted, last = reference(weights, x, target, [np.arange(len(x))] * steps, steps, lr)
        compare(losses, wanted, "losses")
        net.keep_method("eval")
        compare(net.call(torch.tensor(x)), last, "net(x)")


@exercise.property(3, "Cada época recorre todas las imágenes una vez, con sus objetivos, en un orden nuevo; y para en `steps`.",
                   "Each epoch goes over all pictures once, with their targets, in a new order; and it stops at `steps`.")
def batches(student, draw):
    count, size, steps = 11, 4, 8  # three batches an epoch; the last epoch is cut short
    net, weights, x, target = small_task(student, draw, count)
    losses = student.call("train_detector", net, x, target, steps, size, 0.01)
    rows = [[int(row) for row in batch] for batch in net.get("rows")]
    expect.true(len(rows) == steps, "Pasos pedidos: {wanted}. Tu bucle dio {seen}.",
        "Steps asked for: {wanted}. Your loop took {seen}.",
                wanted=steps, seen=len(rows))
    expect.true([len(batch) for batch in rows] == [4, 4, 3, 4, 4, 3, 4, 4],
                "Con 11 imágenes y lotes de 4, las épocas son de 4, 4 y 3. Los tuyos miden {seen}.",
                "With 11 pictures and batches of 4, epochs are of 4, 4 and 3. Yours measure {seen}.",
                seen=[len(batch) for batch in rows])
    epochs = [sum(rows[:3], []), sum(rows[3:6], []), sum(rows[6:], [])]
    expect.true(all(sorted(epoch) == list(range(count)) for epoch in epochs[:2]),
                "En una época unas imágenes se repiten y otras faltan.", "In one epoch some pictures repeat and others are missing.")
    orders = [list(range(count)), *epochs]
    expect.true(all(one[: len(other)] != other for one, other in pairwise(orders)),
                "El orden no se sortea en cada época.", "The order is not drawn at each epoch.")
    compare(losses, reference(weights, x, target, [np.array(batch) for batch in rows], steps, 0.01)[0], "losses")


@exercise.property(1, "Devuelve una lista de números; deja la red en `eval()`, y `x` y `targets` como estaban.",
                   "It returns a list of numbers; it leaves the network in `eval()`, and `x` and `targets` as they were.")
def afterwards(student, draw):
    net, weights, x, target = small_task(student, draw, 5)
    mine = student.put(x), student.put(target)
    losses = student.call("train_detector", net, *mine, 2, len(x), 0.01)
    wanted = reference(weights, x, target, [np.arange(len(x))] * 2, 2, 0.01)[0]
    compare(losses, wanted, "losses")
    expect.true(not any(isinstance(value, torch.Tensor) for value in losses),
                "`losses` debía ser una lista de números, y guardas tensores.",
                "`losses` should be a list of numbers, and you keep tensors.")
    expect.true(net.get("training") is False, "La red queda en modo `train()`: falta `net.eval()` al acabar.",
                "The network is left in `train()` mode: `net.eval()` at the end is missing.")
    for handle, before, name in zip(mine, (x, target), ("x", "targets"), strict=True):
        expect.unchanged(before, handle.value(), name)


def measure(outputs, boxes, classes, anchors, stride: int) -> dict[str, float]:
    """Return recall, precision, mean IoU and share of right classes, every claim matched to one thing at most."""
    hits, things, claims, overlaps, right = 0, 0, 0, [], []
    for output, truth, kinds in zip(outputs, boxes, classes, strict=True):
        found, scores, said = read_output(output, anchors, stride, SCORE)
        kept = nms(found, scores, said, 0.5)
        found, scores, said = found[kept], scores[kept], said[kept]
        hit = match_boxes(found, scores, truth)
        hits, things, claims = hits + hit.sum(), things + len(truth), claims + len(found)
        if hit.any():
            table = iou(found[hit], truth)
            overlaps += table.max(axis=1).tolist()
            right += (said[hit] == kinds[table.argmax(axis=1)]).tolist()
    return {"recall": hits / things, "precision": hits / max(claims, 1),
            "overlap": float(np.mean(overlaps or [0])), "class": float(np.mean(right or [0]))}


def trained(student, draw) -> dict[str, float]:
    """Train the course's network by the student's loop on fresh scenes, and measure it on others."""
    scenes = make_scenes(SCENES, TEST, seed=draw.seed())
    sizes = np.concatenate(scenes.boxes_train)
    sizes = sizes[:, 2:] - sizes[:, :2]
    anchors = kmeans_anchors(sizes, sizes[:3])
    student.seed(draw.seed())
    student.lend(DETECTOR)
    net = student.keep("Detector", 3, len(scenes.classes))
    targets = make_targets(scenes.boxes_train, scenes.y_train, anchors, 8, 8, 8)
    student.keep("train_detector", net, scenes.x_train, targets, STEPS, BATCH_SIZE, LR)
    outputs = expect.array(net.call(torch.tensor(scenes.x_test)), (TEST, 8, 8, 3, 8), what="net(x)")
    return measure(outputs, scenes.boxes_test, scenes.y_test, anchors, 8)


@exercise.property(7, f"En {STEPS} pasos encuentra el {RECALL:.0%} o más de lo que hay en escenas nuevas, con el {PRECISION:.0%} de "
                      f"las cajas acertadas, un IoU medio de {OVERLAP} y el {CLASS:.0%} de las clases (las cajas de otra escena "
                      f"encuentran cerca del {BLIND:.0%}).",
                   f"In {STEPS} steps it finds {RECALL:.0%} or more of what is in new scenes, with {PRECISION:.0%} of its boxes right, "
                   f"a mean IoU of {OVERLAP}, and {CLASS:.0%} of the classes (the boxes of another scene find about {BLIND:.0%}).",
                   costly=True)
def new_scenes(student, draw):
    if enough(trained(student, draw)):
        return
    for _ in range(2):  # one run may be unlucky: then both of two others have to pass
        run = trained(student, draw)
        expect.true(enough(run),
                    "Encuentra el {recall:.0%}, acierta el {precision:.0%} de sus cajas, IoU medio {overlap:.2f}, clases {kind:.0%}. "
                    "Hacen falta {a:.0%}, {b:.0%}, {c:.2f} y {d:.0%}.",
                    "It finds {recall:.0%}, {precision:.0%} of its boxes are right, mean IoU {overlap:.2f}, classes {kind:.0%}. "
                    "{a:.0%}, {b:.0%}, {c:.2f} and {d:.0%} are needed.",
                    recall=run["recall"], precision=run["precision"], overlap=run["overlap"], kind=run["class"],
                    a=RECALL, b=PRECISION, c=OVERLAP, d=CLASS)


def enough(run: dict[str, float]) -> bool:
    limits = {"recall": RECALL, "precision": PRECISION, "overlap": OVERLAP, "class": CLASS}
    return all(run[name] >= limit for name, limit in limits.items())


RATE = '                group["lr"] = lr * (1 - len(losses) / steps)\n'
LOSS = 'terms["box"] + terms["something"] + 0.5 * terms["empty"] + terms["class"]'
FOR = "    while len(losses) < steps:\n        for batch in torch.randperm(len(x)).split(batch_size):\n"

exercise.mistake(
    "targets_left_behind", ("targets[batch]", "targets[: len(batch)]"),
    es="Barajas las imágenes y no sus objetivos: cada una aprende las cajas de otra. Usa `targets[batch]`.",
    en="You shuffle the pictures and not their targets: each learns the boxes of another. Use `targets[batch]`.")
exercise.mistake(
    "no_zero_grad", ("            optimizer.zero_grad()\n", ""),
    es="Falta `optimizer.zero_grad()`: se suman los gradientes de todos los pasos anteriores.",
    en="`optimizer.zero_grad()` is missing: the gradients of all earlier steps are added up.")
exercise.mistake(
    "rate_never_falls", (RATE, '                group["lr"] = lr\n'),
    es="La tasa no baja: escribe `group[\"lr\"]` antes de cada paso, no solo al crear el optimizador.",
    en="The rate does not fall: write `group[\"lr\"]` before each step, not only when the optimizer is made.")
exercise.mistake(
    "rate_one_step_ahead", ("len(losses) / steps", "(len(losses) + 1) / steps"),
    es="La tasa va un paso adelantada: el primero debe darse con `lr`, y el último no con 0.",
    en="The rate is one step ahead: the first is to be taken with `lr`, and the last not with 0.")
exercise.mistake(
    "rate_compounded", (RATE, '                group["lr"] *= 1 - len(losses) / steps\n'),
    es="Multiplicas la tasa de cada paso por la del anterior: cae mucho más que en línea recta. Parte siempre de `lr`.",
    en="You multiply the rate of each step by that of the step before: it falls far more than in a straight line. Always start "
       "from `lr`.")
exercise.mistake(
    "empty_at_full_weight", ('0.5 * terms["empty"]', 'terms["empty"]'),
    es="`empty` pesa la mitad: falta el 0.5.", en="`empty` has half the weight: the 0.5 is missing.")
exercise.mistake(
    "empty_forgotten", (' + 0.5 * terms["empty"]', ""),
    es="Olvidas `empty`: la red aprendería a decir que hay algo en todas partes.",
    en="You forget `empty`: the network would learn to say that there is something everywhere.")
exercise.mistake(
    "class_forgotten", (' + terms["class"]', ""),
    es="Olvidas la clase.", en="You forget the class.")
exercise.mistake(
    "trained_in_eval_mode", ("    net.train()\n", "    net.eval()\n"),
    es="Entrenas con la red en modo `eval()`: la normalización no mira el lote. Falta `net.train()`.",
    en="You train with the network in `eval()` mode: normalization does not look at the batch. `net.train()` is missing.")
exercise.mistake(
    "left_in_train_mode", ("    net.eval()\n", ""),
    es="La red queda en modo `train()`. Falta `net.eval()` al acabar.",
    en="The network is left in `train()` mode. `net.eval()` at the end is missing.")
exercise.mistake(
    "no_shuffle", ("torch.randperm(len(x))", "torch.arange(len(x))"),
    es="No barajas: los lotes son siempre los mismos.", en="You do not shuffle: the batches are always the same.")
exercise.mistake(
    "shuffled_once", (FOR, "    order = torch.randperm(len(x))\n    while len(losses) < steps:\n        for batch in "
                           "order.split(batch_size):\n"),
    es="Barajas una sola vez: los lotes son los mismos en todas las épocas.",
    en="You shuffle only once: the batches are the same in all epochs.")
exercise.mistake(
    "drawn_with_replacement", ("torch.randperm(len(x)).split(batch_size)", "[torch.randint(len(x), (batch_size,))]"),
    es="Sorteas cada lote aparte: unas escenas se repiten y otras no salen. Baraja todas y reparte.",
    en="You draw each batch apart: some scenes repeat and others never come. Shuffle all of them and deal.")
exercise.mistake(
    "adam", ("torch.optim.AdamW", "torch.optim.Adam"),
    es="Parece Adam, que no encoge los pesos: se pide AdamW.",
    en="It looks like Adam, which does not shrink the weights: AdamW is asked for.")
exercise.mistake(
    "tensors_kept", ("losses.append(loss.item())", "losses.append(loss)"),
    es="Guardas tensores, y cada uno arrastra su grafo. Guarda `loss.item()`.",
    en="You keep tensors, and each drags its graph along. Keep `loss.item()`.")
exercise.mistake(
    "epoch_always_finished", ("            if len(losses) == steps:\n                break\n", ""),
    es="Solo miras `steps` al acabar cada época, y das pasos de más.",
    en="You only look at `steps` at the end of each epoch, and take too many.")
exercise.mistake(
    "losses_after_the_step", ("losses.append(loss.item())", 'losses.append(sum(v.item() * (0.5 if k == "empty" else 1) for k, v in '
                              "detection_loss(net(x[batch]), targets[batch]).items()))"),
    es="Apuntas la pérdida de después del paso, y pasas el lote dos veces por la red. Se apunta la de antes.",
    en="You note the loss after the step, and send the batch through the network twice. The one before is to be noted.")

exercise.alternative("the_course_s_loop", code="""
def train_detector(net, x, targets, steps, batch_size, lr):
    from atiende import training

    def loss(output, target):
        terms = detection_loss(output, target)
        return sum(terms.values()) - 0.5 * terms["empty"]

    seed = int(torch.randint(10**6, ()))
    history = training.train(net, x, targets, loss=loss, lr=lambda step: lr * (steps + 1 - step) / steps, steps=steps,
                             batch_size=batch_size, seed=seed)
    return history.losses
""")
exercise.alternative("data_loader", code="""
def train_detector(net, x, targets, steps, batch_size, lr):
    from torch.utils.data import DataLoader, TensorDataset

    loader = DataLoader(TensorDataset(torch.tensor(x), targets), batch_size=batch_size, shuffle=True)
    optimizer = torch.optim.AdamW(net.parameters(), lr)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda done: 1 - done / steps)
    weight = {"box": 1.0, "something": 1.0, "empty": 0.5, "class": 1.0}
    net.train()
    losses = []
    while True:
        for picture, target in loader:
            if len(losses) >= steps:
                net.eval()
                return losses
            terms = detection_loss(net(picture), target)
            loss = sum(weight[name] * term for name, term in terms.items())
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(float(loss))
""")
