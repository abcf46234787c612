"""Gate: a training loop with mini-batches, proved on a fresh spiral."""

import numpy as np
import torch
from torch.nn import functional

from atiende.data import make_spiral
from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

STEPS, BATCH_SIZE, LR, HIDDEN = 500, 64, 0.02, 64
GATE = 0.95  # a classifier of straight lines stays near 0.5

RECORDER = '''
class RecordingNet:
    def __init__(self):
        import numpy

        self.params, self.gradient = {"w": numpy.zeros(2)}, numpy.ones(2)
        self.rows, self.labels = [], []

    def loss(self, X, y, reg=0.0):
        self.rows.append([int(value) for value in X[:, 0]])
        self.labels.append([int(value) for value in y])
        return float(len(self.rows)), {"w": self.gradient}
'''  # a net that keeps the batches it is asked for; its loss counts them

exercise = Exercise(
    "train_net", points=8, seconds=60,
    title=Text("El bucle de entrenamiento", "The training loop"),
    hints=(
        Text("Un `while` cuenta los pasos; dentro, un `for` recorre una época: `order = rng.permutation(len(x))` y trozos de "
             "`order` de tamaño `batch_size`.",
             "A `while` counts the steps; inside, a `for` walks one epoch: `order = rng.permutation(len(x))` and slices of "
             "`order` of size `batch_size`."),
        Text("`adamw_step` devuelve el parámetro nuevo y su estado nuevo: guarda los dos, uno en `net.params[name]` y otro en "
             "un diccionario con un estado por nombre.",
             "`adamw_step` returns the new parameter and its new state: keep both, one in `net.params[name]` and the other in "
             "a dictionary with one state per name."),
        Text("Corta también en mitad de una época cuando ya van `steps` pasos.",
             "Stop in the middle of an epoch too, once `steps` steps are done."),
    ),
    uses=("two_layer_net", "adamw_step"),
    forbids=("torch.optim.AdamW", "torch.optim.Adam"),
)


def reference(params, x, y, steps: int, lr: float):
    """Return the losses and the last parameters of `steps` steps of torch's AdamW on all of x at once."""
    p = {name: torch.nn.Parameter(torch.tensor(value)) for name, value in params.items()}
    optimizer, losses = torch.optim.AdamW(p.values(), lr=lr, foreach=False), []
    for _ in range(steps):
        scores = torch.relu(torch.tensor(x) @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]
        loss = functional.cross_entropy(scores, torch.tensor(y))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, {name: value.detach().numpy() for name, value in p.items()}


def record(student, count: int, steps: int, batch_size: int, seed: int) -> tuple[list[list[int]], list]:
    """Return the rows of every batch that the loop takes from `count` numbered examples, and the losses that it returns."""
    student.lend(RECORDER)
    net = student.keep("RecordingNet")
    x, y = np.stack([np.arange(count), np.zeros(count)], axis=1).astype(float), 1000 + np.arange(count)
    losses = student.call("train_net", net, x, y, steps, batch_size, 0.01, student.rng(seed))
    rows, labels = net.get("rows"), net.get("labels")
    expect.true(labels == [[1000 + row for row in batch] for batch in rows],
                "Las etiquetas de un lote no son las de sus filas: x e y deben reordenarse juntas.",
                "The labels of a batch are not those of its rows: x and y must be reordered together.")
    return rows, losses


def epochs(rows: list[list[int]], count: int, batch_size: int) -> list[list[int]]:
    """Return the order of each whole epoch, after checking that it goes over every example once, in full batches."""
    per_epoch = -(-count // batch_size)
    whole = [rows[i : i + per_epoch] for i in range(0, len(rows) - per_epoch + 1, per_epoch)]
    sizes = [batch_size] * (count // batch_size) + [count % batch_size] * (count % batch_size > 0)
    for n, batches in enumerate(whole, 1):
        expect.true([len(batch) for batch in batches] == sizes,
                    "Con {count} ejemplos y batch_size={size}, los lotes de la época {n} miden {seen}.",
                    "With {count} examples and batch_size={size}, the batches of epoch {n} measure {seen}.",
                    count=count, size=batch_size, n=n, seen=[len(batch) for batch in batches])
        expect.true(sorted(sum(batches, [])) == list(range(count)),
                    "En la época {n} unos ejemplos se repiten y otros faltan.",
                    "In epoch {n} some examples repeat and others are missing.", n=n)
    return [sum(batches, []) for batches in whole]


@exercise.property(2, "Con un solo lote, cada paso coincide con `torch.optim.AdamW`: la lista de pérdidas y los parámetros.",
                   "With a single batch, each step agrees with `torch.optim.AdamW`: the list of losses and the parameters.")
def whole_batch(student, draw):
    d_in, d_hidden, classes, n, steps = draw.sizes(5, 3, 9)
    shapes = {"W1": (d_in, d_hidden), "b1": (d_hidden,), "W2": (d_hidden, classes), "b2": (classes,)}
    params = {name: draw.array(*shape) for name, shape in shapes.items()}
    x, y, lr = draw.array(n, d_in), draw.integers(classes, size=n), float(draw.uniform(0.01, 0.1))
    net = student.keep("TwoLayerNet", d_in, d_hidden, classes, student.rng(draw.seed()))
    mine = net.attribute("params")
    for name, value in params.items():
        mine.set_item(name, value)
    losses = student.call("train_net", net, x, y, steps, n, lr, student.rng(draw.seed()))
    wanted, last = reference(params, x, y, steps, lr)
    expect.near(losses, wanted, what="losses")
    seen = net.get("params")
    for name, value in last.items():
        expect.near(seen[name], value, what=f"params[\"{name}\"]")


@exercise.property(2, "Una época recorre cada ejemplo una vez, en lotes de `batch_size` (el último, lo que quede), x e y a la par.",
                   "An epoch goes over each example once, in batches of `batch_size` (the last, what is left), x and y together.")
def whole_epochs(student, draw):
    for batch_size, count in ((5, int(draw.integers(11, 14))), (4, 12)):
        rows, _ = record(student, count, 9, batch_size, draw.seed())
        expect.true(len(epochs(rows, count, batch_size)) == 3, "Nueve pasos debían ser tres épocas de tres lotes.",
                    "Nine steps should be three epochs of three batches.")


@exercise.property(1, "El orden se sortea con `rng` en cada época.", "The order is drawn with `rng` at every epoch.")
def new_order(student, draw):
    count, seed = int(draw.integers(30, 40)), draw.seed()
    first, again, other = (epochs(record(student, count, 12, 10, s)[0], count, 10) for s in (seed, seed, draw.seed()))
    expect.true(len(first) >= 2, "Doce pasos no llegan a dos épocas.", "Twelve steps do not make two epochs.")
    expect.true(list(range(count)) not in first, "Los ejemplos salen en el orden original.",
                "The examples come in their original order.")
    expect.true(first[0] != first[1], "Todas las épocas siguen el mismo orden.", "All epochs follow the same order.")
    expect.true(first == again and first != other, "El orden no sale del `rng` recibido.",
                "The order does not come from the `rng` given.")


@exercise.property(1, "Da exactamente `steps` pasos y devuelve sus pérdidas, aunque la última época quede a medias.",
                   "It takes exactly `steps` steps and returns their losses, even if the last epoch is cut short.")
def exact_steps(student, draw):
    count = int(draw.integers(9, 12))
    for steps in (1, int(draw.choice([5, 7, 8]))):
        rows, losses = record(student, count, steps, 4, draw.seed())
        expect.true(len(rows) == steps, "Pasos pedidos: {wanted}. Tu bucle dio {seen}.",
                    "Steps asked for: {wanted}. Your loop took {seen}.", wanted=steps, seen=len(rows))
        expect.same(losses, np.arange(1, steps + 1), what="losses")


@exercise.property(4, f"En {STEPS} pasos separa una espiral nueva: acierta el {GATE:.0%} de los puntos que no vio, o más "
                   "(con rectas, cerca de la mitad).",
                   f"In {STEPS} steps it separates a fresh spiral: {GATE:.0%} of unseen points right, or more "
                   "(straight lines: about half).",
                   costly=True)
def fresh_spiral(student, draw):
    turn, names = float(draw.uniform(0, 2 * np.pi)), draw.permutation(3)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    (x, y), (unseen, truth) = ((p @ rotation, names[k]) for p, k in (make_spiral(seed=draw.seed()), make_spiral(200, seed=draw.seed())))
    net = student.keep("TwoLayerNet", 2, HIDDEN, 3, student.rng(draw.seed()))
    student.call("train_net", net, x, y, STEPS, BATCH_SIZE, LR, student.rng(draw.seed()))
    scores = expect.array(net.method("scores", unseen), (len(unseen), 3), what="scores(X)")
    right = float((scores.argmax(axis=1) == truth).mean())
    expect.true(right >= GATE, "Tu red acierta el {right:.0%} de los puntos que no vio; hace falta el {gate:.0%}.",
                "Your network gets {right:.0%} of the unseen points right; {gate:.0%} is needed.", right=right, gate=GATE)


STEP = "net.params[name], states[name] = adamw_step(net.params[name], g, states[name], lr)"

exercise.mistake(
    "no_shuffle", ("order = rng.permutation(len(x))", "order = np.arange(len(x))"),
    es="No barajas: si los datos vienen ordenados por clase, cada lote tira de la red hacia una sola clase.",
    en="You do not shuffle: if the data come sorted by class, each batch pulls the network towards a single class.")
exercise.mistake(
    "shuffled_once", ("    while len(losses) < steps:\n        order = rng.permutation(len(x))",
                      "    order = rng.permutation(len(x))\n    while len(losses) < steps:"),
    es="Barajas una sola vez: en todas las épocas los lotes son los mismos. Sortea el orden dentro del `while`.",
    en="You shuffle only once: the batches are the same in all epochs. Draw the order inside the `while`.")
exercise.mistake(
    "own_seed", ("rng.permutation", "np.random.default_rng(0).permutation"),
    es="Creas un generador con semilla fija en cada época: sale siempre el mismo orden. Usa el `rng` recibido.",
    en="You make a generator with a fixed seed at every epoch: the order is always the same. Use the `rng` that is passed.")
exercise.mistake(
    "with_replacement", ("rng.permutation(len(x))", "rng.integers(len(x), size=len(x))"),
    es="Sorteas con repetición: en una época unos ejemplos salen varias veces y otros ninguna. Usa una permutación.",
    en="You draw with repetition: in one epoch some examples come several times and others never. Use a permutation.")
exercise.mistake(
    "labels_left_behind", ("y[batch]", "y[start : start + batch_size]"),
    es="Barajas x y no y: cada punto aprende la etiqueta de otro. Usa los mismos índices para los dos.",
    en="You shuffle x and not y: each point learns the label of another. Use the same indices for both.")
exercise.mistake(
    "same_batch", ("order[start : start + batch_size]", "order[:batch_size]"),
    es="Tomas siempre el principio del orden: dentro de una época ves el mismo lote una y otra vez. Falta `start`.",
    en="You always take the beginning of the order: within an epoch you see one batch again and again. `start` is missing.")
exercise.mistake(
    "last_batch_dropped", ("range(0, len(x), batch_size)", "range(0, len(x) - batch_size + 1, batch_size)"),
    es="Tiras el último lote cuando no llega a `batch_size`. Aquí se pide usar todos los ejemplos de cada época.",
    en="You drop the last batch where it is shorter than `batch_size`. All examples of each epoch are to be used here.")
exercise.mistake(
    "state_forgotten", (STEP, "net.params[name], _ = adamw_step(net.params[name], g, states[name], lr)"),
    es="No guardas el estado que devuelve `adamw_step`: en cada paso AdamW cree que empieza y pierde su memoria.",
    en="You do not keep the state that `adamw_step` returns: at each step AdamW believes it begins, and its memory is lost.")
exercise.mistake(
    "one_state_for_all", (STEP, STEP.replace("states[name]", "states[\"all\"]")),
    ("{name: {} for name in net.params}", "{\"all\": {}}"),
    es="Los cuatro parámetros comparten un estado: m y v de W1 se mezclan con los de b1. Hace falta uno por nombre.",
    en="The four parameters share one state: m and v of W1 mix with those of b1. One per name is needed.")
exercise.mistake(
    "parameter_not_stored", (STEP, "_, states[name] = adamw_step(net.params[name], g, states[name], lr)"),
    es="`adamw_step` no escribe sobre el parámetro: devuelve el nuevo, y nadie lo guarda en `net.params[name]`.",
    en="`adamw_step` does not write into the parameter: it returns the new one, and nobody keeps it in `net.params[name]`.")
exercise.mistake(
    "lr_ignored", ("states[name], lr)", "states[name])"),
    es="No pasas `lr` a `adamw_step`: entrena con su valor por defecto, 0.001, diga lo que diga quien llama.",
    en="You do not pass `lr` to `adamw_step`: it trains with its default, 0.001, whatever the caller says.")
exercise.mistake(
    "epoch_always_finished", ("            if len(losses) == steps:\n                break\n", ""),
    es="Solo miras `steps` al acabar cada época, y das pasos de más. Compruébalo también dentro del `for`.",
    en="You only look at `steps` at the end of each epoch, and take too many. Check it inside the `for` too.")
exercise.mistake(
    "steps_are_epochs", ("    while len(losses) < steps:\n", "    for _ in range(steps):\n"),
    ("            if len(losses) == steps:\n                break\n", ""),
    es="Cuentas épocas y las llamas pasos. Un paso es un lote: en cada época hay varios.",
    en="You count epochs and call them steps. One step is one batch: each epoch has several.")
exercise.mistake(
    "last_loss_only", ("return losses", "return losses[-1]"),
    es="Devuelves solo la última pérdida. Se pide la lista entera, una por paso: es la curva que cuenta si aprende.",
    en="You return only the last loss. The whole list is asked for, one per step: it is the curve that tells whether it learns.")

exercise.alternative("one_loop", code="""
def train_net(net, x, y, steps, batch_size, lr, rng):
    state, losses, queue = {}, [], np.array([], dtype=int)
    for _ in range(steps):
        if len(queue) == 0:
            queue = rng.permutation(len(y))
        now, queue = queue[:batch_size], queue[batch_size:]
        loss, grads = net.loss(x[now], y[now])
        for key in grads:
            net.params[key], state[key] = adamw_step(net.params[key], grads[key], state.get(key, {}), lr=lr)
        losses.append(float(loss))
    return losses
""")
exercise.alternative("generator_of_batches", code="""
def train_net(net, x, y, steps, batch_size, lr, rng):
    def batches():
        while True:
            rows = np.arange(len(x))
            rng.shuffle(rows)
            xs, ys = x[rows], y[rows]
            for a in range(0, len(x), batch_size):
                yield xs[a : a + batch_size], ys[a : a + batch_size]

    memory = {k: {} for k in net.params}

    def step(batch):
        loss, grads = net.loss(*batch)
        updated = {k: adamw_step(net.params[k], grads[k], memory[k], lr) for k in net.params}
        for k, (value, state) in updated.items():
            net.params[k], memory[k] = value, state
        return loss

    source = batches()
    return [step(next(source)) for _ in range(steps)]
""")
