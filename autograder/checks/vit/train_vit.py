"""Gate: a ViT tells digits apart in a few seconds of training, and one without positions does not."""

import math

import numpy as np
import torch
from torch.nn import functional

from atiende.data import load_digits
from autograder import epochs, expect
from autograder.exercise import Exercise
from autograder.text import Text

STEPS, BATCH_SIZE, LR = 240, 64, 5e-3
GATE, BAG = 0.93, 0.83  # shares of new digits right: to get to with positions, and not to get beyond without them
TOLERANCE = 2e-3  # the network computes in single precision

NET = '''
class SmallNet(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm = torch.nn.Conv2d(1, 3, 3, bias=False), torch.nn.BatchNorm2d(3)
        self.head = torch.nn.Linear(3, 10)

    def forward(self, x):
        return self.head(torch.relu(self.norm(self.conv(x))).amax(dim=(2, 3)))
'''  # lent, so that only the training is judged; its norm behaves otherwise in train and in eval

COUNTER = '''
class CountingNet(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.head, self.still, self.count = torch.nn.Linear(6, 3), torch.nn.Parameter(torch.ones(())), 0

    def more(self, gradient):
        self.count += 1

    def forward(self, x):
        scores = self.head(x.flatten(1)) + 0 * self.still
        if scores.requires_grad:
            scores.register_hook(self.more)
        return scores
'''  # it counts the batches learned from, and has a weight without a gradient, which only the decay of AdamW moves

exercise = Exercise(
    "train_vit", points=8, seconds=150, uses=("vision_transformer",),
    title=Text("A entrenar", "Training"),
    hints=(
        Text("Es el bucle de la tarea 2 con una línea más: escribir la tasa de cada paso en `optimizer.param_groups`.",
             "It is the loop of assignment 2 with one more line: writing the rate of each step into `optimizer.param_groups`."),
        Text("Si `done` cuenta los pasos ya dados, el que viene es el `done + 1`, y su `s - 1` es `done`.",
             "If `done` counts the steps taken, the next one is `done + 1`, and its `s - 1` is `done`."),
        Text("`(x - mean) / std` y `(x_new - mean) / std`, con la misma `mean` y la misma `std`; `[:, None]` añade el canal.",
             "`(x - mean) / std` and `(x_new - mean) / std`, with the same `mean` and the same `std`; `[:, None]` adds the channel."),
    ),
)


def small_task(student, draw, count: int = 12):
    """Return a lent net with fresh weights, those weights, pictures with labels, and new pictures."""
    student.seed(draw.seed())  # the order of a batch decides the last digits, and those tell one mistake from another
    student.lend(NET)
    weights = {
        "conv.weight": draw.tensor(3, 1, 3, 3, std=0.5), "norm.weight": draw.tensor(3), "norm.bias": draw.tensor(3),
        "norm.running_mean": draw.tensor(3), "norm.running_var": torch.from_numpy(draw.uniform(0.5, 2, size=3)),
        "head.weight": draw.tensor(10, 3), "head.bias": draw.tensor(10),
    }  # fmt: skip
    weights = {name: value.float() for name, value in weights.items()} | {"norm.num_batches_tracked": torch.tensor(0)}
    net = student.keep("SmallNet").keep_method("eval")  # to train it is the student's to say
    net.keep_method("load_state_dict", weights)
    x = (0.3 + 0.2 * draw.array(count, 6, 7)).astype(np.float32)
    x_new = (0.5 + 0.3 * draw.array(5, 6, 7)).astype(np.float32)  # another mean and another deviation
    return net, weights, x, draw.integers(10, size=count), x_new


def reference(weights, x, y, x_new, batches, lr: float, ddof: int = 0) -> np.ndarray:
    """Return the scores after one step of torch's AdamW on each batch of rows, the rate falling as half a cosine."""
    trained = "conv.weight", "norm.weight", "norm.bias", "head.weight", "head.bias"
    p = {name: value.clone().requires_grad_(name in trained) for name, value in weights.items()}
    mean, std = x.mean(dtype=float), x.std(dtype=float, ddof=ddof)

    def scores(pictures, train):
        h = functional.conv2d(torch.tensor((pictures - mean) / std, dtype=torch.float32)[:, None], p["conv.weight"])
        h = functional.batch_norm(h, p["norm.running_mean"], p["norm.running_var"], p["norm.weight"], p["norm.bias"], train)
        return functional.linear(torch.relu(h).amax(dim=(2, 3)), p["head.weight"], p["head.bias"])

    optimizer = torch.optim.AdamW([value for value in p.values() if value.requires_grad], lr=lr, foreach=False)
    for step, rows in enumerate(batches):
        optimizer.param_groups[0]["lr"] = lr * (1 + math.cos(math.pi * step / len(batches))) / 2
        loss = functional.cross_entropy(scores(x[rows], True), torch.tensor(y[rows]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        return scores(x_new, False).numpy()


def references(*args) -> list[np.ndarray]:
    """Return the scores with NumPy's deviation, which divides by n, and with torch's, which divides by n - 1: either will do."""
    return [reference(*args, ddof=ddof) for ddof in (0, 1)]


def compare(seen, wanted: list[np.ndarray]):
    expect.true(not isinstance(seen, torch.Tensor), "Devuelves un tensor. Se pide un array de NumPy: acaba en `.numpy()`.",
                "You return a tensor. A NumPy array is asked for: end in `.numpy()`.")
    scores = expect.array(seen, wanted[0].shape, what="train_vit(…)")
    nearest = min(wanted, key=lambda one: np.abs(scores - one).max())
    expect.close(scores, nearest, atol=TOLERANCE, rtol=TOLERANCE, what="train_vit(…)")


def counted(student, draw, steps: int, lr: float):
    """Train a lent net that counts, on five pictures in batches of two; fail unless it took so many steps; return it."""
    student.lend(COUNTER)
    net = student.keep("CountingNet")
    x = (0.3 + 0.2 * draw.array(8, 2, 3)).astype(np.float32)
    student.keep("train_vit", net, x[:5], np.arange(5) % 3, x[5:], steps, 2, lr)
    count = net.get("count")
    expect.true(count == steps, "Con `steps={steps}` tu bucle pasó por {count} lotes: `steps` son lotes, no épocas.",
                "With `steps={steps}` your loop went through {count} batches: `steps` are batches, not epochs.",
                steps=steps, count=count)
    return net


@exercise.property(2, "Con 0 pasos, escala las imágenes nuevas con los números de las de entrenamiento, y cada una se puntúa sola.",
                   "With 0 steps, it scales the new pictures with the numbers of the training ones, and scores each on its own.")
def scales(student, draw):
    net, weights, x, y, x_new = small_task(student, draw)
    wanted = references(weights, x, y, x_new, [], 0.05)
    for count in (5, 1):
        compare(student.call("train_vit", net, x, y, x_new[:count], 0, 4, 0.05), [one[:count] for one in wanted])


@exercise.property(2, "Con un solo lote, unos pocos pasos dan lo mismo que AdamW con la tasa que baja como medio coseno.",
                   "With a single batch, a few steps give the same as AdamW with the rate that falls as half a cosine.")
def few_steps(student, draw):
    for steps in (int(draw.integers(5, 8)), 1, 2):
        net, weights, x, y, x_new = small_task(student, draw)
        lr = float(draw.uniform(0.04, 0.06))
        seen = student.call("train_vit", net, x, y, x_new, steps, len(y), lr)
        compare(seen, references(weights, x, y, x_new, [np.arange(len(y))] * steps, lr))


@exercise.property(1, "Da `steps` pasos, lotes y no épocas, y con el decaimiento de AdamW.",
                   "It takes `steps` steps, batches and not epochs, and with the decay of AdamW.")
def decay(student, draw):
    steps, lr = int(draw.integers(4, 7)), float(draw.uniform(0.5, 1.5))
    still = counted(student, draw, steps, lr).get("still")
    wanted = np.prod([1 - 0.01 * lr * (1 + math.cos(math.pi * s / steps)) / 2 for s in range(steps)])
    expect.close(still, wanted, atol=1e-4, what="still")


@exercise.property(2, "Cada época recorre todas las imágenes una vez, en lotes de `batch_size` y en un orden nuevo, y para en `steps`.",
                   "Each epoch goes over all pictures once, in batches of `batch_size` and in a new order, and it stops at `steps`.")
def batches(student, draw):
    net, weights, x, y, x_new = small_task(student, draw, count=epochs.ROWS)

    def run():
        net.keep_method("load_state_dict", weights)
        student.seed(draw.seed())
        scores = student.call("train_vit", net, x, y, x_new, epochs.STEPS, epochs.BATCH_SIZE, 0.1)
        return expect.array(scores, (5, 10), what="train_vit(…)")

    epochs.check_epochs(run, lambda rows: references(weights, x, y, x_new, rows, 0.1), TOLERANCE)


@exercise.property(1, "Deja las imágenes y las etiquetas como estaban.", "It leaves the pictures and the labels as they were.")
def inputs_unchanged(student, draw):
    net, weights, x, y, x_new = small_task(student, draw)
    mine = [student.put(value) for value in (x, y, x_new)]
    seen = student.call("train_vit", net, *mine, 1, len(y), 0.03)
    compare(seen, references(weights, x, y, x_new, [np.arange(len(y))], 0.03))
    for handle, before, name in zip(mine, (x, y, x_new), ("x", "y", "x_new"), strict=True):
        expect.unchanged(before, handle.value(), name)


def share_right(student, draw, positions: bool) -> float:
    """Train the student's ViT on fresh digits with the student's loop, with learned positions or with none; return its share."""
    counted(student, draw, 4, LR)  # a loop that takes epochs for steps would train for minutes
    digits = load_digits(int(draw.integers(100_000)))
    student.seed(draw.seed())
    net = student.keep("VisionTransformer", (8, 8), 2, 1, 10, 32, 4, 64, 2)
    if not positions:
        net.attribute("positions").keep_method("requires_grad_", False).keep_method("zero_")
    seen = student.call("train_vit", net, digits.x_train, digits.y_train, digits.x_test, STEPS, BATCH_SIZE, LR)
    scores = expect.array(seen, (len(digits.y_test), 10), what="train_vit(…)")
    return float((scores.argmax(axis=1) == digits.y_test).mean())


@exercise.property(6, f"En {STEPS} pasos, `VisionTransformer` acierta el {GATE:.0%} o más de dígitos nuevos.",
                   f"In {STEPS} steps, `VisionTransformer` gets {GATE:.0%} or more of new digits right.", costly=True)
def digits(student, draw):
    if share_right(student, draw, positions=True) >= GATE:
        return
    for _ in range(2):  # one run may be unlucky: then both of two others have to pass
        right = share_right(student, draw, positions=True)
        expect.true(right >= GATE, "Tu red acierta el {right:.0%} de los dígitos nuevos; hace falta el {gate:.0%}.",
                    "Your network gets {right:.0%} of the new digits right; {gate:.0%} is needed.", right=right, gate=GATE)


@exercise.property(2, f"Sin posiciones, la misma red ve una bolsa de parches: aprende algo, y no pasa del {BAG:.0%}.",
                   f"Without positions, the same network sees a bag of patches: it learns something, and does not get beyond "
                   f"{BAG:.0%}.",
                   costly=True)
def bag_of_patches(student, draw):
    right = share_right(student, draw, positions=False)
    expect.true(0.4 <= right <= BAG, "Sin posiciones acierta el {right:.0%}; se esperaba entre el 40 % y el {bag:.0%}.",
                "Without positions it gets {right:.0%} right; between 40% and {bag:.0%} was expected.", right=right, bag=BAG)


AHEAD = "ahead = torch.tensor((x_new - mean) / std, dtype=torch.float32)[:, None]"
RATE = '                group["lr"] = lr * 0.5 * (1 + math.cos(math.pi * done / steps))\n'
GROUPS = "            for group in optimizer.param_groups:\n" + RATE
FOR = "        for rows in torch.randperm(len(labels)).split(batch_size):\n"
LOSS = "functional.cross_entropy(net(pictures[rows]), labels[rows])"

exercise.mistake("new_pictures_on_their_own", (AHEAD, AHEAD.replace("mean) / std", "x_new.mean()) / x_new.std()")),
    es="Escalas las imágenes nuevas con su propia media y desviación estándar. Son las de entrenamiento.",
    en="You scale the new pictures with their own mean and standard deviation. They are those of training.")
exercise.mistake("new_pictures_not_scaled", (AHEAD, AHEAD.replace("(x_new - mean) / std", "x_new")),
    es="Escalas las imágenes de entrenamiento y no las nuevas: se escalan con los mismos números.",
    en="You scale the training pictures and not the new ones: they are scaled with the same numbers.")
exercise.mistake("nothing_scaled", ("torch.tensor((x - mean) / std, dtype", "torch.tensor(x, dtype"),
    (AHEAD, AHEAD.replace("(x_new - mean) / std", "x_new")),
    es="No escalas ninguna imagen: resta la media de `x` y divide entre su desviación estándar.",
    en="You scale no picture at all: subtract the mean of `x` and divide by its standard deviation.")
exercise.mistake("each_pixel_by_itself", ("mean, std = x.mean(), x.std()", "mean, std = x.mean(axis=0), x.std(axis=0) + 1e-6"),
    es="Escalas cada píxel por su lado. Son dos números para todos los píxeles.",
    en="You scale each pixel on its own. It is two numbers for all pixels.")
exercise.mistake("scaled_on_all", ("mean, std = x.mean(), x.std()",
    "both = np.concatenate([x, x_new])\n    mean, std = both.mean(), both.std()"),
    es="La media y la desviación salen también de las imágenes nuevas: la prueba se cuela en el entrenamiento.",
    en="The mean and the deviation come from the new pictures too: the test leaks into training.")
exercise.mistake("rate_never_falls", (RATE, '                group["lr"] = lr\n'), es="La tasa no baja.", en="The rate does not fall.")
exercise.mistake("rate_one_step_ahead", (RATE, RATE.replace("done / steps", "(done + 1) / steps")),
    es="La tasa va un paso adelantada: el último paso se da con 0. El primero es $s = 1$, y lleva $s - 1$.",
    en="The rate is one step ahead: the last step is taken with 0. The first is $s = 1$, and takes $s - 1$.")
exercise.mistake("rate_after_the_step", (GROUPS, ""), ("            done += 1\n",
    "            done += 1\n" + GROUPS.replace("done /", "(done - 1) /")),
    es="Escribes la tasa después del paso: cada una sirve para el siguiente.",
    en="You write the rate after the step: each serves the next one.")
exercise.mistake("rate_in_a_line", (RATE, '                group["lr"] = lr * (1 - done / steps)\n'),
    es="La tasa baja en línea recta. Es medio coseno.", en="The rate falls in a straight line. It is half a cosine.")
exercise.mistake("whole_cosine", (RATE, RATE.replace("math.pi", "2 * math.pi")),
    es="Das el coseno entero: la tasa baja y vuelve a subir.",
    en="You take the whole cosine: the rate falls and rises again.")
exercise.mistake("rate_falls_each_epoch", ("    while done < steps:\n", "    epoch = 0\n    while done < steps:\n"),
    (RATE, RATE.replace("done / steps", "epoch / steps")), ("            done += 1\n",
    "            done += 1\n            epoch += done % max(1, "
    "-(-len(labels) // batch_size)) == 0 and batch_size < len(labels)\n"),
    es="La tasa baja una vez por época. Baja en cada paso.", en="The rate falls once an epoch. It falls at each step.")
exercise.mistake("left_in_train_mode", ("    net.eval()\n", "    net.train()\n"),
    es="Puntúas en modo `train()`: cada imagen depende de sus vecinas. Falta `net.eval()`.",
    en="You score in `train()` mode: each picture depends on its neighbours. `net.eval()` is missing.")
exercise.mistake("trained_in_eval_mode", ("    net.train()\n", "    net.eval()\n"),
    es="Entrenas en modo `eval()`: el dropout y la normalización por lotes quedan apagados. Falta `net.train()`.",
    en="You train in `eval()` mode: dropout and batch normalization are off. `net.train()` is missing.")
exercise.mistake("no_zero_grad", ("            optimizer.zero_grad()\n", ""),
    es="Falta `optimizer.zero_grad()`: los gradientes se suman.",
    en="`optimizer.zero_grad()` is missing: gradients add up.")
exercise.mistake("softmax_before_the_loss", (LOSS, LOSS.replace("net(pictures[rows])", "net(pictures[rows]).softmax(dim=1)")),
    es="Pones una softmax antes de la entropía cruzada, que ya lleva la suya dentro.",
    en="You put a softmax before the cross-entropy, which has its own inside.")
exercise.mistake("labels_left_behind", (LOSS, LOSS.replace("labels[rows]", "labels[: len(rows)]")),
    es="Barajas las imágenes y no sus etiquetas.", en="You shuffle the pictures and not their labels.")
exercise.mistake("not_shuffled", (FOR, FOR.replace("torch.randperm(len(labels))", "torch.arange(len(labels))")),
    es="No barajas: los lotes son siempre los mismos.", en="You do not shuffle: the batches are always the same.")
exercise.mistake("shuffled_once", ("    while done < steps:\n" + FOR,
    "    order = torch.randperm(len(labels))\n    while done < steps:\n" +
    FOR.replace("torch.randperm(len(labels))", "order")),
    es="Barajas una sola vez: los lotes son los mismos en todas las épocas.",
    en="You shuffle only once: the batches are the same in all epochs.")
exercise.mistake("last_batch_dropped", (FOR, FOR + "            if len(rows) < batch_size:\n                continue\n"),
    es="Tiras el último lote de cada época, el corto.", en="You throw away the last batch of each epoch, the short one.")
exercise.mistake("steps_as_epochs", ("    while done < steps:\n", "    for epoch in range(steps):\n"),
    ("            if done == steps:\n                break\n", ""),
    (RATE, RATE.replace("done / steps", "epoch / steps")),
    es="Tomas `steps` por épocas. Son lotes.", en="You take `steps` for epochs. They are batches.")
exercise.mistake("rows_with_repetition",
    (FOR, FOR.replace("torch.randperm(len(labels))", "torch.randint(len(labels), (len(labels),))")),
    es="Sorteas filas con repetición: unas imágenes salen dos veces y otras ninguna.",
    en="You draw rows with repetition: some pictures come twice and others never.")
exercise.mistake("adam", ("torch.optim.AdamW", "torch.optim.Adam"), es="Usas Adam. Se pide AdamW, que además encoge los pesos.",
    en="You use Adam. AdamW is asked for, which shrinks the weights too.")
exercise.mistake("epoch_always_finished", ("            if done == steps:\n                break\n", ""),
    es="Solo miras `steps` al acabar cada época, y das pasos de más.",
    en="You only look at `steps` at the end of each epoch, and take too many.")
exercise.mistake("sgd", ("torch.optim.AdamW", "torch.optim.SGD"), es="Usas SGD. Se pide AdamW.", en="You use SGD. AdamW is asked for.")
exercise.mistake("classes_returned", ("return net(ahead).numpy()", "return net(ahead).argmax(dim=1).numpy()"),
    es="Devuelves la clase ganadora. Se piden las puntuaciones.", en="You return the winning class. The scores are asked for.")
exercise.mistake("tensor_returned", ("return net(ahead).numpy()", "return net(ahead)"),
    es="Lo que da `net(…)` es un tensor: falta convertirlo.", en="What `net(…)` gives is a tensor: it has yet to be converted.")
exercise.mistake("scaled_in_place", ("mean, std = x.mean(), x.std()", "mean, std = x.mean(), x.std()\n    x -= mean"),
    ("(x - mean) / std", "x / std"),
    es="`x -= …` escribe sobre las imágenes de quien te llama.", en="`x -= …` writes into the caller's pictures.")

exercise.alternative("the_course_s_loop", code="""
def train_vit(net, x, y, x_new, steps, batch_size, lr):
    def scaled(images):
        return torch.from_numpy(((images - x.mean()) / x.std()).astype(np.float32)).unsqueeze(1)

    def rate(step):
        return lr * (1 + np.cos(np.pi * (step - 1) / steps)) / 2

    train(net, scaled(x), y, lr=rate, steps=steps, batch_size=batch_size, seed=int(torch.randint(10**6, ()))) if steps else net
    return net.eval()(scaled(x_new)).detach().numpy()
""")
exercise.alternative("torch_s_scheduler", code="""
def train_vit(net, x, y, x_new, steps, batch_size, lr):
    mu, sigma = float(np.mean(x)), float(np.std(x))
    pictures, new = (((torch.as_tensor(v) - mu) / sigma).float().unsqueeze(1) for v in (x, x_new))
    target = torch.as_tensor(y).long()
    optimizer = torch.optim.AdamW(net.parameters(), lr)
    if steps:
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps)
    net.train()
    waiting = []
    for _ in range(steps):
        waiting = waiting or list(torch.randperm(len(y)).split(batch_size))
        rows = waiting.pop()
        if len(waiting) and len(rows) < batch_size:
            waiting.insert(0, rows)
            rows = waiting.pop()
        optimizer.zero_grad(set_to_none=True)
        nn.CrossEntropyLoss()(net(pictures[rows]), target[rows]).backward()
        optimizer.step()
        schedule.step()
    net.eval()
    with torch.inference_mode():
        return np.concatenate([net(part).numpy() for part in new.split(100)])
""")
