"""Gate: a network of convolutions tells digits that move; one of the same size without them does not."""


import numpy as np
import torch
from torch.nn import functional

from atiende.data import make_moved_digits
from autograder import epochs, expect
from autograder.exercise import Exercise
from autograder.text import Text

STEPS, BATCH_SIZE, LR = 250, 64, 0.01
GATE, MLP = 0.85, 0.65  # accuracy on new digits in new places; more than what an MLP of the same size reaches
TOLERANCE = 2e-3  # the network computes in single precision

NET = '''
class SmallNet(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm = torch.nn.Conv2d(1, 3, 3, bias=False), torch.nn.BatchNorm2d(3)
        self.head = torch.nn.Linear(3, 10)

    def forward(self, x):
        return self.head(torch.relu(self.norm(self.conv(x))).amax(dim=(2, 3)))
'''  # lent, so that only the training is judged here

exercise = Exercise(
    "classify_digits", points=15, seconds=150,
    title=Text("Dígitos que se mueven", "Digits that move"),
    hints=(
        Text("`torch.tensor((x - mean) / std, dtype=torch.float32)[:, None]` escala y añade el canal. La media y la desviación son dos "
             "números, `x.mean()` y `x.std()`, también para `x_new`.",
             "`torch.tensor((x - mean) / std, dtype=torch.float32)[:, None]` scales and adds the channel. Mean and deviation are two "
             "numbers, `x.mean()` and `x.std()`, for `x_new` too."),
        Text("`torch.randperm(len(y)).split(batch_size)` da los lotes de una época. Cada paso: pérdida, `zero_grad()`, `backward()`, "
             "`step()`. Corta al llegar a `steps`.",
             "`torch.randperm(len(y)).split(batch_size)` gives the batches of one epoch. Each step: loss, `zero_grad()`, `backward()`, "
             "`step()`. Stop at `steps`."),
        Text("Entrena con `net.train()` y puntúa con `net.eval()`, dentro de `torch.no_grad()`.",
             "Train with `net.train()` and score with `net.eval()`, within `torch.no_grad()`."),
    ),
    uses=("digit_net",),
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
    """Return the scores after one step of torch's AdamW on each batch of rows; the deviation divides by n - ddof."""
    p = {name: value.clone().requires_grad_(name in ("conv.weight", "norm.weight", "norm.bias", "head.weight", "head.bias"))
         for name, value in weights.items()}
    mean, std = x.mean(dtype=float), x.std(dtype=float, ddof=ddof)

    def scores(pictures, train):
        h = functional.conv2d(torch.tensor((pictures - mean) / std, dtype=torch.float32)[:, None], p["conv.weight"])
        h = functional.batch_norm(h, p["norm.running_mean"], p["norm.running_var"], p["norm.weight"], p["norm.bias"], train)
        return functional.linear(torch.relu(h).amax(dim=(2, 3)), p["head.weight"], p["head.bias"])

    optimizer = torch.optim.AdamW([value for value in p.values() if value.requires_grad], lr=lr, foreach=False)
    for rows in batches:
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
    scores = expect.array(seen, wanted[0].shape, what="classify_digits(…)")
    nearest = min(wanted, key=lambda one: np.abs(scores - one).max())
    expect.close(scores, nearest, atol=TOLERANCE, rtol=TOLERANCE, what="classify_digits(…)")


def steps_taken(student, draw) -> int:
    """Return how many batches the student's loop trains on where three are asked for, two pictures out of three at a time."""
    net, _, x, y, x_new = small_task(student, draw, count=epochs.ROWS)
    student.keep("classify_digits", net, x, y, x_new, 3, 2, 0.1)
    return int(net.attribute("norm").get("num_batches_tracked"))


@exercise.property(2, "Con 0 pasos, escala las imágenes nuevas con los números de las de entrenamiento, y cada una se puntúa sola.",
                   "With 0 steps, it scales the new pictures with the numbers of the training ones, and scores each on its own.")
def scales(student, draw):
    net, weights, x, y, x_new = small_task(student, draw)
    wanted = references(weights, x, y, x_new, [], 0.05)
    for count in (5, 1):
        compare(student.call("classify_digits", net, x, y, x_new[:count], 0, 4, 0.05), [one[:count] for one in wanted])


@exercise.property(3, "Con un solo lote, unos pocos pasos dan lo mismo que AdamW con la entropía cruzada.",
                   "With a single batch, a few steps give the same as AdamW with the cross-entropy.")
def few_steps(student, draw):
    net, weights, x, y, x_new = small_task(student, draw)
    steps, lr = int(draw.integers(4, 7)), float(draw.uniform(0.02, 0.04))
    seen = student.call("classify_digits", net, x, y, x_new, steps, len(y), lr)
    compare(seen, references(weights, x, y, x_new, [np.arange(len(y))] * steps, lr))


@exercise.property(2, "Cada época recorre todas las imágenes una vez, en lotes de `batch_size` y en un orden nuevo, y para en `steps`.",
                   "Each epoch goes over all pictures once, in batches of `batch_size` and in a new order, and it stops at `steps`.")
def batches(student, draw):
    taken = steps_taken(student, draw)
    expect.true(taken <= 4, "Con tres imágenes, lotes de dos y `steps=3`, tu bucle da {taken} pasos. `steps` cuenta lotes, no épocas.",
                "With three pictures, batches of two and `steps=3`, your loop takes {taken} steps. `steps` counts batches, not epochs.",
                taken=taken)
    net, weights, x, y, x_new = small_task(student, draw, count=3)

    def run():
        net.keep_method("load_state_dict", weights)
        student.seed(draw.seed())
        scores = student.call("classify_digits", net, x, y, x_new, epochs.STEPS, epochs.BATCH_SIZE, 0.1)
        return expect.array(scores, (5, 10), what="classify_digits(…)")

    epochs.check_epochs(run, lambda rows: references(weights, x, y, x_new, rows, 0.1), TOLERANCE)


@exercise.property(1, "Deja las imágenes y las etiquetas como estaban.", "It leaves the pictures and the labels as they were.")
def inputs_unchanged(student, draw):
    net, weights, x, y, x_new = small_task(student, draw)
    mine = [student.put(value) for value in (x, y, x_new)]
    seen = student.call("classify_digits", net, *mine, 1, len(y), 0.03)
    compare(seen, references(weights, x, y, x_new, [np.arange(len(y))], 0.03))
    for handle, before, name in zip(mine, (x, y, x_new), ("x", "y", "x_new"), strict=True):
        expect.unchanged(before, handle.value(), name)


@exercise.property(7, f"En {STEPS} pasos, `DigitNet` acierta el {GATE:.0%} o más de dígitos nuevos en sitios nuevos (una MLP del "
                      f"mismo tamaño no llega al {MLP:.0%}).",
                   f"In {STEPS} steps, `DigitNet` gets {GATE:.0%} or more of new digits in new places right (an MLP of the same "
                   f"size stays below {MLP:.0%}).",
                   costly=True)
def moved_digits(student, draw):
    expect.true(steps_taken(student, draw) <= 4, "No se entrenó: tu bucle da muchos más pasos de los que dice `steps`.",
                "It was not trained: your loop takes many more steps than `steps` says.")
    digits = make_moved_digits(seed=draw.seed())
    student.seed(draw.seed())
    net = student.keep("DigitNet")
    seen = student.call("classify_digits", net, digits.x_train, digits.y_train, digits.x_test, STEPS, BATCH_SIZE, LR)
    scores = expect.array(seen, (len(digits.y_test), 10), what="classify_digits(…)")
    right = float((scores.argmax(axis=1) == digits.y_test).mean())
    expect.true(right >= GATE, "Tu red acierta el {right:.0%} de los dígitos nuevos; hace falta el {gate:.0%}.",
                "Your network gets {right:.0%} of the new digits right; {gate:.0%} is needed.", right=right, gate=GATE)


AHEAD = "ahead = torch.tensor((x_new - mean) / std, dtype=torch.float32)[:, None]"

exercise.mistake(
    "new_pictures_on_their_own", (AHEAD, AHEAD.replace("mean) / std", "x_new.mean()) / x_new.std()")),
    es="Escalas las imágenes nuevas con su propia media y desviación: el mismo gris significa otra cosa que al entrenar, y cada imagen "
       "depende de sus vecinas.",
    en="You scale the new pictures with their own mean and deviation: one grey means another thing than in training, and each picture "
       "depends on its neighbours.")
exercise.mistake(
    "scaled_on_all", ("mean, std = x.mean(), x.std()", "both = np.concatenate([x, x_new])\n    mean, std = both.mean(), both.std()"),
    es="La media y la desviación salen también de las imágenes nuevas: la prueba se cuela en el entrenamiento.",
    en="The mean and the deviation come from the new pictures too: the test leaks into training.")
exercise.mistake(
    "new_pictures_not_scaled", (AHEAD, AHEAD.replace("(x_new - mean) / std", "x_new")),
    es="Entrenas con imágenes escaladas y puntúas otras sin escalar.", en="You train on scaled pictures and score unscaled ones.")
exercise.mistake(
    "not_scaled", ("mean, std = x.mean(), x.std()", "mean, std = 0.0, 1.0"),
    es="No escalas las imágenes.", en="You do not scale the pictures.")
exercise.mistake(
    "scaled_pixel_by_pixel", ("mean, std = x.mean(), x.std()", "mean, std = x.mean(axis=0), x.std(axis=0) + 1e-8"),
    es="Escalas cada píxel con su media. Un filtro es el mismo en todos los píxeles: basta una media y una desviación para todos.",
    en="You scale each pixel with a mean of its own. A filter is the same at all pixels: one mean and one deviation serve them all.")
exercise.mistake(
    "left_in_train_mode", ("    net.eval()\n", "    net.train()\n"),
    es="Puntúas con la red en modo `train()`: la normalización mira el lote de imágenes nuevas. Falta `net.eval()`.",
    en="You score with the network in `train()` mode: normalization looks at the batch of new pictures. `net.eval()` is missing.")
exercise.mistake(
    "trained_in_eval_mode", ("    net.train()\n", "    net.eval()\n"),
    es="Entrenas con la red en modo `eval()`: la normalización no mira el lote ni apunta nada. Falta `net.train()`.",
    en="You train with the network in `eval()` mode: normalization neither looks at the batch nor notes anything down. `net.train()` "
       "is missing.")
exercise.mistake(
    "steps_as_epochs", ("    while done < steps:\n", "    for _ in range(steps):\n"),
    ("            if done == steps:\n                break\n", ""),
    es="Tomas `steps` por épocas. Cuenta lotes: 250 pasos son 250 lotes, vengan de las épocas que vengan.",
    en="You take `steps` for epochs. It counts batches: 250 steps are 250 batches, whatever epochs they come from.")
exercise.mistake(
    "one_epoch_only", ("    while done < steps:\n", "    if steps:\n"),
    es="Das una sola época. Vuelve a empezar, en un orden nuevo, hasta llegar a `steps`.",
    en="You go through a single epoch. Begin again, in a new order, until you reach `steps`.")
exercise.mistake(
    "last_batch_dropped", ("torch.randperm(len(y)).split(", "torch.randperm(len(y))[: len(y) // batch_size * batch_size].split("),
    es="Tiras el último lote cuando es más corto. También cuenta.", en="You drop the last batch where it is shorter. It counts too.")
exercise.mistake(
    "drawn_with_replacement", ("torch.randperm(len(y)).split(batch_size)", "torch.randint(len(y), (1, batch_size))"),
    es="Sorteas cada lote por su cuenta: unas imágenes salen repetidas y otras nunca. Cada época las recorre todas una vez.",
    en="You draw each batch on its own: some pictures come twice and others never. Each epoch goes over all of them once.")
exercise.mistake(
    "softmax_before_the_loss", ("cross_entropy(net(pictures[batch]), y", "cross_entropy(net(pictures[batch]).softmax(dim=1), y"),
    es="Pones un softmax antes de la entropía cruzada, que ya lleva el suyo dentro.",
    en="You put a softmax before the cross-entropy, which has its own inside.")
exercise.mistake(
    "softmax_returned", ("return net(ahead)", "return net(ahead).softmax(dim=1)"),
    es="Devuelves probabilidades. Se piden las puntuaciones, tal como salen de la red.",
    en="You return probabilities. The scores are asked for, as they come out of the network.")
exercise.mistake(
    "classes_returned", ("return net(ahead)", "return net(ahead).argmax(dim=1)"),
    es="Devuelves la clase ganadora. Se piden las diez puntuaciones de cada imagen, (M, 10).",
    en="You return the winning class. The ten scores of each picture are asked for, (M, 10).")
exercise.mistake(
    "tensor_returned", ("return net(ahead).numpy()", "return net(ahead)"),
    es="Devuelves un tensor. Se pide un array de NumPy: acaba en `.numpy()`.",
    en="You return a tensor. A NumPy array is asked for: end in `.numpy()`.")
exercise.mistake(
    "gradient_kept", ("    with torch.no_grad():\n        return net", "    return net"),
    es="Puntúas apuntando el camino para los gradientes, y así PyTorch no deja pasar a NumPy. Hazlo dentro de `torch.no_grad()`.",
    en="You score while the way back is noted down, and then PyTorch does not let you go to NumPy. Do it within `torch.no_grad()`.")
exercise.mistake(
    "no_channel_axis", ("[:, None]", ""),
    es="Falta el eje del canal: la red espera (B, 1, H, W), y `[:, None]` lo añade.",
    en="The channel axis is missing: the network expects (B, 1, H, W), and `[:, None]` adds it.")
exercise.mistake(
    "divided_by_the_variance", ("x.mean(), x.std()", "x.mean(), x.var()"),
    es="Divides entre la varianza. Se pide la desviación estándar, su raíz.",
    en="You divide by the variance. The standard deviation is asked for, its root.")
exercise.mistake(
    "no_zero_grad", ("            optimizer.zero_grad()\n", ""),
    es="Falta `optimizer.zero_grad()`: se suman los gradientes de todos los pasos anteriores.",
    en="`optimizer.zero_grad()` is missing: the gradients of all earlier steps are added up.")
exercise.mistake(
    "lr_ignored", ("net.parameters(), lr=lr", "net.parameters()"),
    es="No pasas `lr` al optimizador: entrena con 0.001.", en="You do not pass `lr` to the optimizer: it trains with 0.001.")
exercise.mistake(
    "sgd", ("torch.optim.AdamW", "torch.optim.SGD"),
    es="Usas SGD. Se pide AdamW.", en="You use SGD. AdamW is asked for.")
exercise.mistake(
    "labels_left_behind", ("y[batch])", "y[: len(batch)])"),
    es="Barajas las imágenes y no sus etiquetas: cada una aprende la de otra. Usa `y[batch]`.",
    en="You shuffle the pictures and not their labels: each learns that of another. Use `y[batch]`.")
exercise.mistake(
    "no_shuffle", ("torch.randperm(len(y))", "torch.arange(len(y))"),
    es="No barajas: los lotes son siempre los mismos. Usa `torch.randperm`.",
    en="You do not shuffle: the batches are always the same. Use `torch.randperm`.")
exercise.mistake(
    "shuffled_once", ("    while done < steps:\n        for batch in torch.randperm(len(y)).split(batch_size):",
                      "    order = torch.randperm(len(y))\n    while done < steps:\n        for batch in order.split(batch_size):"),
    es="Barajas una sola vez: los lotes son los mismos en todas las épocas.",
    en="You shuffle only once: the batches are the same in all epochs.")
exercise.mistake(
    "epoch_always_finished", ("            if done == steps:\n                break\n", ""),
    es="Solo miras `steps` al acabar cada época, y das pasos de más. Compruébalo también dentro del `for`.",
    en="You only look at `steps` at the end of each epoch, and take too many. Check it inside the `for` too.")
exercise.mistake(
    "scaled_in_place",
    ("mean, std = x.mean(), x.std()", "mean, std = x.mean(), x.std()\n    x -= mean"), ("(x - mean) / std", "x / std"),
    es="`x -= …` escribe sobre las imágenes de quien te llama. `x = x - …` hace una copia.",
    en="`x -= …` writes into the caller's pictures. `x = x - …` makes a copy.")

exercise.alternative("the_course_s_loop", code="""
def classify_digits(net, x, y, x_new, steps, batch_size, lr):
    def scaled(images):
        return torch.from_numpy(((images - x.mean()) / x.std()).astype(np.float32)).unsqueeze(1)

    training.train(net, scaled(x), y, lr=lr, steps=steps, batch_size=batch_size)
    return net.eval()(scaled(x_new)).detach().numpy()
""")
exercise.alternative("torch_deviation", ("x.mean(), x.std()", "torch.tensor(x).mean().item(), torch.tensor(x).std().item()"))
exercise.alternative("data_loader", code="""
def classify_digits(net, x, y, x_new, steps, batch_size, lr):
    from torch.utils.data import DataLoader, TensorDataset

    mu, sigma = float(np.mean(x)), float(np.std(x))
    pictures, new = (((torch.as_tensor(v) - mu) / sigma).float().reshape(len(v), 1, *v.shape[1:]) for v in (x, x_new))
    loader = DataLoader(TensorDataset(pictures, torch.as_tensor(y).long()), batch_size=batch_size, shuffle=True)
    optimizer, criterion = torch.optim.AdamW(net.parameters(), lr), nn.CrossEntropyLoss()
    net.train()
    left = steps
    while left > 0:
        for picture, target in loader:
            optimizer.zero_grad(set_to_none=True)
            criterion(net(picture), target).backward()
            optimizer.step()
            left -= 1
            if left == 0:
                break
    net.eval()
    with torch.inference_mode():
        return np.concatenate([net(part).numpy() for part in new.split(100)])
""")
