"""Exercise 8.10: whom a fused classifier believes; and the gate: a trained one believes the source that is right."""

import torch

from atiende.data import make_captions
from autograder import expect
from autograder.checks.vit import doubled, single
from autograder.exercise import Exercise
from autograder.text import Text

STEPS, BATCH_SIZE, LR = 300, 64, 3e-3
APART, SHARE = 0.2, 0.93  # how far the mean gates have to differ, and the share of new pairs that has to be right
KEYS = "accuracy", "picture_only", "words_only", "gate_picture_right", "gate_words_right"

NET = '''
class LentFused(torch.nn.Module):
    def __init__(self, fusion, d_out, classes):
        super().__init__()
        self.fusion, self.dropout, self.head = fusion, torch.nn.Dropout(0.5), torch.nn.Linear(d_out, classes)

    def forward(self, v, t):
        return self.head(self.dropout(self.fusion(v, t)))

class LentGate(torch.nn.Module):
    def __init__(self, d_first, d_second, d_out):
        super().__init__()
        self.from_first = torch.nn.Linear(d_first, d_out, bias=False)
        self.from_second = torch.nn.Linear(d_second, d_out, bias=False)
        self.to_gate = torch.nn.Linear(d_first + d_second, d_out, bias=False)
        self.watched = False  # whether anything was computed with gradients

    def gate(self, v, t):
        self.watched = self.watched or torch.is_grad_enabled()
        z = torch.sigmoid(self.to_gate(torch.cat([v, t], dim=-1)))
        return torch.rand_like(z) if self.training else z

    def forward(self, v, t):
        z = self.gate(v, t)
        return z * torch.tanh(self.from_first(v)) + (1 - z) * torch.tanh(self.from_second(t))

def lent_training(net, v, t, y, steps, batch_size, lr):
    optimizer, done = torch.optim.AdamW(net.parameters(), lr=lr), 0
    net.train()
    while done < steps:
        for rows in torch.randperm(len(y)).split(batch_size)[: steps - done]:
            loss = torch.nn.functional.cross_entropy(net(v[rows], t[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            done += 1
'''  # lent, so that only the report is judged; the gate is noise in train mode, and dropout is high

exercise = Exercise(
    "fusion_report", points=7, uses=("bimodal_gmu",), seconds=60,
    title=Text("¿A cuál cree?", "Which one does it believe?"),
    hints=(
        Text("`logits.argmax(dim=-1) == y` es un tensor de booleanos; la media de sus `float()` es el acierto.",
             "`logits.argmax(dim=-1) == y` is a tensor of booleans; the mean of its `float()` is the accuracy."),
        Text("`gate[picture_is_right]` toma las filas en que tiene razón la foto, y `gate[~picture_is_right]`, las otras.",
             "`gate[picture_is_right]` takes the rows where the picture is right, and `gate[~picture_is_right]`, the others."),
        Text("`net.training` dice en qué modo está; `net.train(modo)` se lo devuelve.",
             "`net.training` says which mode it is in; `net.train(mode)` restores it."),
    ),
)


def made(student, draw, rows: int = 60):
    """Return a lent net with drawn weights, those weights, and the inputs of a report."""
    student.lend(NET)
    weights = {"fusion.from_first.weight": single(draw, 6, 4), "fusion.from_second.weight": single(draw, 6, 5),
               "fusion.to_gate.weight": single(draw, 6, 9), "head.weight": single(draw, 3, 6),
               "head.bias": single(draw, 3, std=0.3)}  # fmt: skip
    net = student.keep("LentFused", student.keep("LentGate", 4, 5, 6), 6, 3)
    net.keep_method("load_state_dict", weights)
    v, t = single(draw, 5 * rows, 4), single(draw, 5 * rows, 5)
    trust = torch.arange(5 * rows) % 3 == 0
    t[trust, 0] += 2  # a gate that differs between both kinds of rows
    tops = [computed(weights, *pair)[0].topk(2, dim=1).values for pair in ((v, t), (v, 0 * t), (0 * v, t))]
    sure = torch.stack([top[:, 0] - top[:, 1] for top in tops]).amin(dim=0) > 1e-3  # no rounding can change the class
    v, t, trust = v[sure][:rows], t[sure][:rows], trust[sure][:rows]
    both, first, second = (computed(weights, *pair)[0].argmax(dim=1) for pair in ((v, t), (v, 0 * t), (0 * v, t)))
    apart = 0.0
    while apart < 0.02:  # each source alone is right in another share of its own rows than of all
        y = torch.where(torch.from_numpy(draw.random(rows) < 0.7), both, torch.from_numpy(draw.integers(3, size=rows)))
        hits = ((first == y).float(), trust), ((second == y).float(), ~trust)
        apart = min(abs(float(hit[own].mean() - hit.mean())) for hit, own in hits)
    return net, weights, (v, t, y, trust)


def computed(weights, v, t):
    weights, v, t = doubled(weights), v.double(), t.double()
    z = torch.sigmoid(torch.cat([v, t], dim=1) @ weights["fusion.to_gate.weight"].T)
    mixed = z * torch.tanh(v @ weights["fusion.from_first.weight"].T) + (1 - z) * torch.tanh(t @ weights["fusion.from_second.weight"].T)
    return mixed @ weights["head.weight"].T + weights["head.bias"], z


def reference(weights, v, t, y, trust) -> dict[str, float]:
    def share(a, b):
        return float((computed(weights, a, b)[0].argmax(dim=1) == y).double().mean())

    z = computed(weights, v, t)[1]
    return dict(zip(KEYS, (share(v, t), share(v, 0 * t), share(0 * v, t), float(z[trust].mean()), float(z[~trust].mean())),
        strict=True))


def report(student, net, inputs) -> dict:
    said = student.call("fusion_report", net, *inputs)
    expect.true(isinstance(said, dict) and set(said) == set(KEYS), "Se pide un diccionario con las claves {keys}.",
                "A dict with the keys {keys} is asked for.", keys=", ".join(KEYS))
    return said


def agrees(student, draw, *keys):
    net, weights, inputs = made(student, draw)
    net.keep_method("eval")
    said, right = report(student, net, inputs), reference(weights, *inputs)
    for key in keys:
        expect.near(expect.number(said[key], key), right[key], what=key)


@exercise.property(1, "`accuracy` es el acierto con las dos fuentes.", "`accuracy` is that with both sources.")
def accuracy(student, draw):
    agrees(student, draw, "accuracy")


@exercise.property(2, "`picture_only` y `words_only` son el acierto con la otra fuente a cero.",
                   "`picture_only` and `words_only` are the accuracies with the other source at zero.")
def missing(student, draw):
    agrees(student, draw, "picture_only", "words_only")


@exercise.property(2, "Las puertas se promedian en las filas en que tiene razón cada fuente.",
                   "Gates are averaged over the rows where each source is right.")
def gates(student, draw):
    agrees(student, draw, "gate_picture_right", "gate_words_right")


@exercise.property(1, "Mide en `eval()` y sin gradientes, y deja la red en el modo en que estaba y los datos como estaban.",
                   "It measures in `eval()` and without gradients, and leaves the network in its mode, and the data as they were.")
def modes(student, draw):
    for mode in (True, False):
        net, weights, inputs = made(student, draw)
        net.keep_method("train", mode)
        mine = [student.put(value) for value in inputs]
        student.seed(draw.seed())
        said, right = report(student, net, mine), reference(weights, *inputs)
        for key in KEYS:
            expect.near(expect.number(said[key], key), right[key], what=key)
        expect.true(net.attribute("fusion").get("watched") is False, "Mides con gradientes: falta `torch.no_grad()`.",
                    "You measure with gradients: `torch.no_grad()` is missing.")
        expect.true(net.get("training") is mode, "Dejas la red en otro modo: `training` era {mode}.",
                    "You leave the network in another mode: `training` was {mode}.", mode=mode)
        for handle, before, name in zip(mine, inputs, ("v", "t", "y", "picture_is_right"), strict=True):
            expect.unchanged(before, handle.value(), name)


@exercise.property(4, f"Entrenada {STEPS} pasos, tu GMU acierta el {SHARE:.0%} o más de parejas nuevas, y su puerta difiere en "
    f"{APART} "
                      f"o más según quién tiene razón.",
                   f"Trained for {STEPS} steps, your GMU gets {SHARE:.0%} or more of new pairs right, and its gate differs by {APART} "
                   f"or more by who is right.",
                   costly=True)
def believes(student, draw):
    seed = int(draw.integers(1000))
    seen, new = make_captions(2000, seed), make_captions(1000, seed, test=True)
    inputs = [[torch.from_numpy(part.pictures).flatten(1), torch.from_numpy(part.words)] for part in (seen, new)]
    student.lend(NET)
    student.seed(draw.seed())
    unit = student.keep("BimodalGMU", 64, len(seen.vocabulary), 32)
    net = student.keep("LentFused", unit, 32, 10)
    net.attribute("dropout").set("p", 0.0)
    student.keep("lent_training", net, *inputs[0], torch.from_numpy(seen.y), STEPS, BATCH_SIZE, LR)
    trust = torch.from_numpy(new.picture_is_right)
    said = report(student, net, [*inputs[1], torch.from_numpy(new.y), trust])
    z = expect.array(unit.method("gate", *inputs[1]), (1000, 32), "gate(v, t)")
    logits = expect.array(net.keep_method("eval").call(*inputs[1]), (1000, 10), "net(v, t)")
    share, apart = (logits.argmax(axis=1) == new.y).mean(), z[trust.numpy()].mean() - z[~trust.numpy()].mean()
    expect.true(share >= SHARE, "Acierta el {share:.0%} de las parejas nuevas; hace falta el {wanted:.0%}.",
                "It gets {share:.0%} of new pairs right; {wanted:.0%} is needed.", share=share, wanted=SHARE)
    expect.true(apart >= APART, "La puerta difiere en {apart:.2f}; hace falta {wanted}.",
                "The gate differs by {apart:.2f}; {wanted} is needed.", apart=apart, wanted=APART)
    expect.close(said["gate_picture_right"] - said["gate_words_right"], apart, atol=1e-3, what="gate_picture_right - gate_words_right")
    expect.close(said["accuracy"], share, atol=1e-3, what="accuracy")


RIGHT = "return (net(first, second).argmax(dim=-1) == y).float().mean().item()"
RESTORE = "    net.train(was_training)\n"
PICTURE = '"gate_picture_right": gate[picture_is_right].mean().item()'
WORDS = '"gate_words_right": gate[~picture_is_right].mean().item()'

exercise.mistake("not_in_eval", ("    net.eval()\n", ""), es="Mides en el modo en que llega la red: el dropout sigue encendido.",
    en="You measure in the mode in which the network comes: dropout is still on.")
exercise.mistake("left_in_eval", (RESTORE, ""), es="Dejas la red en `eval()`, estuviera como estuviera.",
    en="You leave the network in `eval()`, however it was.")
exercise.mistake("left_in_train", (RESTORE, "    net.train()\n"), es="Dejas la red en `train()`, estuviera como estuviera.",
    en="You leave the network in `train()`, however it was.")
exercise.mistake("groups_swapped", (PICTURE, PICTURE.replace("[picture", "[~picture")), (WORDS, WORDS.replace("[~picture", "[picture")),
    es="Los dos grupos de filas están cambiados.", en="Both groups of rows are swapped.")
exercise.mistake("complement_for_the_words", (WORDS, '"gate_words_right": (1 - gate[~picture_is_right]).mean().item()'),
    es="En las filas del texto das `1 - z`. Se pide `z` en las dos.",
    en="In the rows of the text you give `1 - z`. `z` is asked for in both.")
exercise.mistake("missing_sources_swapped", ('"picture_only": right(v, torch.zeros_like(t))',
    '"picture_only": right(torch.zeros_like(v), t)'),
    ('"words_only": right(torch.zeros_like(v), t)', '"words_only": right(v, torch.zeros_like(t))'),
    es="`picture_only` y `words_only` están cambiados: se anula **la otra**.",
    en="`picture_only` and `words_only` are swapped: the **other** one is made zero.")
exercise.mistake("only_the_rows_of_the_source", ('"picture_only": right(v, torch.zeros_like(t))',
    '"picture_only": ((net(v, 0 * t).argmax(dim=-1) == y) & picture_is_right).float().sum().item() / picture_is_right.sum().item()'),
    es="Mides `picture_only` solo donde la foto tiene razón. Se pide en todas las filas.",
    en="You measure `picture_only` only where the picture is right. It is asked for over all rows.")
exercise.mistake("each_on_its_own_rows", ('"picture_only": right(v, torch.zeros_like(t))',
    '"picture_only": ((net(v, 0 * t).argmax(dim=-1) == y)[picture_is_right]).float().mean().item()'),
    ('"words_only": right(torch.zeros_like(v), t)',
    '"words_only": ((net(0 * v, t).argmax(dim=-1) == y)[~picture_is_right]).float().mean().item()'),
    es="Mides cada fuente sola solo en las filas en que tiene razón. Se pide en todas.",
    en="You measure each source alone only on the rows where it is right. It is asked for over all rows.")
exercise.mistake("both_sources_left_in", ('"picture_only": right(v, torch.zeros_like(t))',
    '"picture_only": ((net(v, t).argmax(dim=-1) == y)[picture_is_right]).float().mean().item()'),
    ('"words_only": right(torch.zeros_like(v), t)',
    '"words_only": ((net(v, t).argmax(dim=-1) == y)[~picture_is_right]).float().mean().item()'),
    es="No quitas ninguna fuente: mides el acierto por grupos. Se pide con la otra a cero, en todas las filas.",
    en="You take away neither source: you measure the accuracy by groups. It is asked for with the other at zero, over all rows.")
exercise.mistake("with_gradients", ("with torch.no_grad():", "with torch.enable_grad():"),
    es="Falta `torch.no_grad()`: cada medida guarda lo que haría falta para sus gradientes.",
    en="`torch.no_grad()` is missing: each measurement keeps what its gradients would need.")
exercise.mistake("shuffled_instead_of_zero", ("right(v, torch.zeros_like(t))", "right(v, t.flip(0))"),
    ("right(torch.zeros_like(v), t)", "right(v.flip(0), t)"),
    es="Cambias la fuente por la de otra fila. Se pide ponerla a cero.",
    en="You replace the source with that of another row. It is to be "
    "zero.")
exercise.mistake("gate_without_the_words", ("net.fusion.gate(v, t)", "net.fusion.gate(v, torch.zeros_like(t))"),
    es="La puerta se mide sin el texto. Se mide con las entradas completas.",
    en="The gate is measured without the text. It is measured with both inputs untouched.")
exercise.mistake("first_feature_only", (PICTURE, PICTURE.replace("right].mean()", "right, 0].mean()")),
    (WORDS, WORDS.replace("right].mean()", "right, 0].mean()")),
    es="Promedias solo el primer rasgo.", en="You average the first feature only.")
exercise.mistake("counted_not_shared", (RIGHT, RIGHT.replace("mean()", "sum()")), es="Cuentas aciertos. Se pide la fracción.",
    en="You count the right ones. The share is asked for.")
exercise.mistake("decided_gates", ("gate = net.fusion.gate(v, t)", "gate = (net.fusion.gate(v, t) > 0.5).float()"),
    es="Redondeas la puerta antes de promediar.", en="You round the gate before averaging.")
exercise.mistake("in_place", ('"words_only": right(torch.zeros_like(v), t)', '"words_only": right(v.zero_(), t)'),
    es="Pones a cero los datos de verdad: escribes sobre `v`.", en="You make the real data zero: you write into `v`.")

exercise.alternative("numpy", code="""
def fusion_report(net, v, t, y, picture_is_right):
    mode = net.training
    net.train(False)

    @torch.no_grad()
    def share(first, second):
        return float(np.mean(net(first, second).numpy().argmax(1) == y.numpy()))

    with torch.inference_mode():
        z = net.fusion.gate(v, t).numpy().mean(axis=1)
    trusted = picture_is_right.numpy()
    result = dict(accuracy=share(v, t), picture_only=share(v, 0 * t), words_only=share(0 * v, t),
                  gate_picture_right=float(z[trusted].mean()), gate_words_right=float(z[np.logical_not(trusted)].mean()))
    if mode:
        net.train()
    return result
""")
exercise.alternative("fresh_zeros", code="""
def fusion_report(net, v, t, y, picture_is_right):
    before = net.training
    net.eval()
    no_v, no_t = torch.zeros(v.shape), torch.zeros(len(t), t.shape[1])
    report = {}
    with torch.no_grad():
        for name, first, second in (("accuracy", v, t), ("picture_only", v, no_t), ("words_only", no_v, t)):
            answers = net(first, second).argmax(dim=1)
            report[name] = (answers == y).sum().item() / len(y)
        z = net.fusion.gate(v, t).mean(dim=1)
    report["gate_picture_right"] = sum(float(a) for a, p in zip(z, picture_is_right) if p) / int(picture_is_right.sum())
    report["gate_words_right"] = sum(float(a) for a, p in zip(z, picture_is_right) if not p) / int((~picture_is_right).sum())
    net.train(before)
    return report
""")
exercise.alternative("restored_at_the_end", (RIGHT, "return (net(first, second).max(dim=1).indices == y).double().mean().item()"),
    (PICTURE, PICTURE.replace("gate[picture_is_right]", "torch.masked_select(gate, picture_is_right[:, None])")))
