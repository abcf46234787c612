"""Exercise 6.10: a layer on top of [CLS], with the BERT frozen or not; and advertising told by words that nobody labelled."""

import torch
from torch.nn import functional

from atiende.data import FIRST_WORD, PAD, BertTokens, make_messages
from autograder import expect
from autograder.checks.bert import lent_reader, percent
from autograder.checks.bert.pretrain import LENT
from autograder.exercise import Exercise
from autograder.text import Text

V, D, CLASSES = 15, 6, 3
GATE = 0.9  # of new messages, with words that were never labelled

exercise = Exercise(
    "Classifier", points=13, seconds=120,
    title=Text("Clasificar", "Classifying"),
    hints=(
        Text("Lee con el BERT, toma un solo sitio de cada fila y dáselo a la capa: queda `(B, D)`. ¿Qué sitio es el de `[CLS]`?",
             "Read with the BERT, take a single position of each row and give it to the layer: `(B, D)`. Which position is `[CLS]`?"),
        Text("Congelar son dos cosas: que los pesos no pidan gradiente (`requires_grad_`) y que el dropout no actúe (`eval`). El "
             "constructor deja hechas las dos; con `freeze=False` vuelve a pedir gradientes, por si el BERT venía congelado.",
             "Freezing is two things: the weights require no gradient (`requires_grad_`) and dropout does not act (`eval`). The "
             "constructor does both at once; with `freeze=False` it turns the gradients on again, in case the BERT came frozen."),
        Text("En `train`, llama primero a `super().train(mode)`, después a `self.bert.eval()` si está congelado, y devuelve `self`. El "
             "constructor puede acabar con `self.train()`.",
             "In `train`, call `super().train(mode)` first, then `self.bert.eval()` if it is frozen, and return `self`. The "
             "constructor may end with `self.train()`."),
    ),
)


def made(student, draw, freeze: bool, dropout: float = 0.0):
    """Return the student's classifier on a lent reader, that reader, the same one here, and the weights of the head."""
    theirs, ours = lent_reader(student, draw, V, D, dropout)
    model = student.keep("Classifier", theirs, D, CLASSES, freeze)
    head = {"weight": draw.tensor(CLASSES, D, std=0.6, dtype=torch.float32), "bias": draw.tensor(CLASSES, std=0.6, dtype=torch.float32)}
    shapes = model.attribute("head").shapes()
    expect.true({name: tuple(shape) for name, shape in shapes.items()} == {"weight": (CLASSES, D), "bias": (CLASSES,)},
                "`head` debía ser un `nn.Linear` de `d_model` a `classes`.",
                "`head` should be an `nn.Linear` from `d_model` to `classes`.")
    model.attribute("head").keep_method("load_state_dict", head)
    return model, theirs, ours, head


def rows(draw, B: int, T: int):
    ids = torch.from_numpy(draw.integers(5, V, size=(B, T)))
    ids[:, 0] = 1
    segments = (torch.arange(T) >= T // 2).long().expand(B, T).clone()
    seen = torch.arange(T) < torch.from_numpy(draw.integers(2, T, size=B))[:, None]
    return torch.where(seen, ids, 0), segments, seen


def right(ours, head, ids, segments, seen):
    return functional.linear(ours.eval()(ids, segments, seen)[:, 0], head["weight"], head["bias"])


@exercise.property(3, "Puntúa las clases con el vector de `[CLS]`, el primer sitio.",
    "It scores the classes with the vector of `[CLS]`, the first position.")
def from_cls(student, draw):
    for freeze in (False, True):
        model, _, ours, head = made(student, draw, freeze)
        for B, T in ((4, 7), (1, 5)):
            parts = rows(draw, B, T)
            expect.near(model.call(*parts), right(ours, head, *parts), what="Classifier(…)(ids, segments, seen)")


@exercise.property(2, "Congelado, solo `head` pide gradiente, y un paso con decaimiento deja el BERT exactamente como estaba.",
                   "Frozen, only `head` requires gradients, and a step with weight decay leaves the BERT exactly as it was.")
def frozen(student, draw):
    model, theirs, ours, head = made(student, draw, True)
    parts = rows(draw, 4, 6)
    logits = model.keep(*parts)
    expect.near(logits.value(), right(ours, head, *parts), what="Classifier(…)(ids, segments, seen)")
    before = theirs.method("state_dict")
    logits.keep_method("sum").method("backward")
    student.lend(STEP)
    student.keep("lent_step", model)
    after = theirs.method("state_dict")
    for name in before:
        expect.same(after[name], before[name], what=f"bert.{name}")
    still = asking(student, model)
    expect.true(still == ["head.bias", "head.weight"], "Con `freeze=True` solo debían pedir gradiente `head.weight` y `head.bias`, "
                                                       "y lo piden "
                "{seen}.",
                "With `freeze=True` only `head.weight` and `head.bias` should require gradients; those that do are {seen}.",
                seen=(", ".join(f"`{name}`" for name in still[:4]) or "0") + (" …" if len(still) > 4 else ""))
    gradients = model.gradients()
    expect.true(all(value is None for name, value in gradients.items() if not name.startswith("head.")),
                "Con `freeze=True`, algún parámetro del BERT recibe gradiente.",
                "With `freeze=True`, some parameter of the BERT gets a gradient.")
    wanted = ours.eval()(*parts)[:, 0].sum(dim=0).expand(CLASSES, D)
    expect.near(gradients.get("head.weight"), wanted, what="head.weight.grad")


@exercise.property(2, "Congelado, el BERT está en `eval()` desde que se crea el clasificador, y sigue así aunque se llame a `train()`.",
                   "Frozen, the BERT is in `eval()` from the start, and stays so even when `train()` is called.")
def frozen_mode(student, draw):
    model, theirs, ours, head = made(student, draw, True, dropout=0.5)
    parts = rows(draw, 4, 6)
    student.seed(draw.seed())
    for mode in (True, False, True):
        returned = model.keep_method("train", mode)
        expect.true(returned.get("training") is mode, "`train` debía devolver el propio clasificador, en el modo pedido.",
                    "`train` should return the classifier itself, in the mode asked for.")
        expect.true(theirs.get("training") is False, "El BERT congelado está en modo `train()`.",
            "The frozen BERT is in `train()` mode.")
        expect.near(model.call(*parts), right(ours, head, *parts), what="Classifier(…)(ids, segments, seen)")
    _, newborn, *_ = made(student, draw, True, dropout=0.5)
    expect.true(newborn.get("training") is False, "Recién creado el clasificador, el BERT congelado está en modo `train()`.",
                "Just after creation, the frozen BERT is in `train()` mode.")


@exercise.property(2, "Sin congelar, todo aprende: el gradiente llega al BERT, y `train()` y `eval()` también, aunque antes "
                      "estuviera congelado.",
                   "Not frozen, everything learns: the gradient reaches the BERT, and so do `train()` and `eval()`, even if it "
                   "was frozen before.")
def free(student, draw):
    fresh, _ = lent_reader(student, draw, V, D)
    student.keep("Classifier", fresh, D, CLASSES)
    theirs, ours = lent_reader(student, draw, V, D)
    student.keep("Classifier", theirs, D, CLASSES, True)
    student.seed(draw.seed())
    names = sorted(name for name, _ in ours.named_parameters())
    asks = [asking(student, fresh), asking(student, theirs)]
    model = student.keep("Classifier", theirs, D, CLASSES)
    asks.append(asking(student, theirs))
    expect.true(asks[0] == asks[2] == names, "Con `freeze=False` el BERT debía pedir gradientes, aunque antes estuviera congelado.",
                "With `freeze=False` the BERT should require gradients, even if it was frozen before.")
    parts = rows(draw, 3, 5)
    head = {name: torch.as_tensor(value) for name, value in model.attribute("head").method("state_dict").items()}
    model.keep(*parts).keep_method("sum").method("backward")
    right(ours.train(), head, *parts).sum().backward()
    for name, parameter in ours.named_parameters():
        if parameter.grad is not None:
            expect.near(model.gradients().get(f"bert.{name}"), parameter.grad, what=f"bert.{name}.grad")
    for mode in (False, True):
        model.keep_method("train", mode)
        expect.true(theirs.get("training") is mode, "`train(mode)` no llega al BERT, que no está congelado.",
                    "`train(mode)` does not reach the BERT, which is not frozen.")


def asking(student, module) -> list[str]:
    """Return the names of the parameters that require gradients, in order."""
    student.lend(ASKING)
    return list(student.call("lent_asking", module))


ASKING = '''
def lent_asking(module):
    return sorted(name for name, parameter in module.named_parameters() if parameter.requires_grad)
'''
STEP = '''
def lent_step(model):
    import torch
    torch.optim.AdamW(model.parameters(), lr=0.1, weight_decay=0.5).step()
'''
TUNED = '''
def lent_fine_tuning(classifier, ids, labels, steps):
    import torch
    optimizer = torch.optim.AdamW(classifier.parameters(), lr=1e-3)
    for _ in range(steps):
        loss = torch.nn.functional.cross_entropy(classifier(ids, torch.zeros_like(ids), ids != 0), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    classifier.eval()
'''


def told(student, draw) -> float:
    """Pre-train a lent BERT on messages, fine-tune the student's classifier with 40; return the share of new ones it tells."""
    texts, _ = make_messages(3000, language="es", seed=draw.seed())
    tokens = BertTokens(texts)
    student.seed(draw.seed())
    student.lend(LENT + TUNED)
    bert = student.keep("lent_bert", len(tokens), tokens.rows(texts).shape[1])
    student.keep("lent_pretraining", bert, tokens.rows(texts), len(tokens), FIRST_WORD, 450)
    (known, y), (new, wanted) = (make_messages(n, half=half, language="es", seed=draw.seed()) for n, half in ((40, 0), (400, 1)))
    classifier = student.keep("Classifier", bert, 64, 2)
    student.keep("lent_fine_tuning", classifier, tokens.rows(known), torch.from_numpy(y), 60)
    x = tokens.rows(new)
    seen = expect.array(classifier.call(x, torch.zeros_like(x), x != PAD), (400, 2), "Classifier(…)(ids, segments, seen)")
    return float((seen.argmax(axis=1) == wanted).mean())


@exercise.property(5, f"Con 40 mensajes etiquetados, acierta el {100 * GATE:.0f} % o más de los que usan otras palabras (a cara o "
                      f"cruz, "
                      f"la mitad).",
                   f"With 40 labelled messages, its accuracy on those with other words is {GATE:.0%} or more (tossing a coin, half).",
                   costly=True)
def new_words(student, draw):
    if told(student, draw) >= GATE:
        return
    for _ in range(2):  # one run may be unlucky: then both of two others have to pass
        share = told(student, draw)
        expect.true(share >= GATE, "Acierta el {share} de los mensajes nuevos; hace falta el {gate}.",
                    "It gets {share} of the new messages right; {gate} is needed.", share=percent(share), gate=percent(GATE))


CLS = "return self.head(self.bert(ids, segments, seen)[:, 0])"
GRAD = "self.bert.requires_grad_(not freeze)"
MODE = "        if self.freeze:\n            self.bert.eval()\n"
BORN = "        self.train()\n"

exercise.mistake("only_no_grad", (GRAD, "pass"),
    (CLS, "with torch.set_grad_enabled(torch.is_grad_enabled() and not self.freeze):\n"
          "            hidden = self.bert(ids, segments, seen)\n        return self.head(hidden[:, 0])"),
    es="Solo lees con `no_grad`: los parámetros siguen pidiendo gradiente. Quítaselo con `requires_grad_(False)`.",
    en="You only read under `no_grad`: the parameters still require gradients. Turn them off with `requires_grad_(False)`.")
exercise.mistake("table_frozen_only", (GRAD, "self.bert.tokens.requires_grad_(not freeze)"),
    es="Congelas solo la tabla de palabras. Se congela todo el BERT.", en="You freeze only the table of words. The whole BERT is "
        "frozen.")
exercise.mistake("last_place", (CLS, CLS.replace("[:, 0]", "[:, -1]")),
    es="Lees el último sitio, que puede ser relleno. `[CLS]` es el primero.",
    en="You read the last position, which may be padding. `[CLS]` is the first.")
exercise.mistake("mean_of_the_row", (CLS, CLS.replace("[:, 0]", ".mean(dim=1)")),
    es="Haces la media de la fila, relleno incluido. Se pide `[CLS]`.",
    en="You take the mean of the row, padding included. It should be `[CLS]`.")
exercise.mistake("first_row", (CLS, CLS.replace("[:, 0]", "[0]")), es="`[0]` es la primera **fila**; el primer sitio es `[:, 0]`.",
    en="`[0]` is the first **row**; the first position is `[:, 0]`.")
exercise.mistake("segments_lost", (CLS, CLS.replace("segments,", "segments * 0,")), es="No pasas los segmentos al BERT.",
    en="You do not pass the segments to the BERT.")
exercise.mistake("padding_seen", (CLS, CLS.replace("seen)", "torch.ones_like(seen))")), es="No pasas `seen`: el BERT mira el relleno.",
    en="You do not pass `seen`: the BERT looks at the padding.")
exercise.mistake("softmax_inside", (CLS, "return self.head(self.bert(ids, segments, seen)[:, 0]).softmax(dim=-1)"),
    es="Sobra el softmax: lo hace la pérdida.", en="The softmax is one too many: the loss does it.")
exercise.mistake("freeze_ignored", (GRAD, "pass"), es="`freeze` no congela los pesos.", en="`freeze` does not freeze the weights.")
exercise.mistake("freeze_inverted", (GRAD, "self.bert.requires_grad_(freeze)"), es="`freeze` está al revés.",
    en="`freeze` is the wrong way round.")
exercise.mistake("always_frozen", (GRAD, "self.bert.requires_grad_(False)"), es="Congelas siempre.", en="You always freeze.")
exercise.mistake("head_frozen_too", (GRAD, "self.requires_grad_(not freeze)"), es="Congelas también `head`: no aprende nada.",
    en="You freeze `head` too: nothing learns.")
exercise.mistake("detached_always", (CLS, CLS.replace("[:, 0]", "[:, 0].detach()")),
    es="Cortas el gradiente siempre, también sin congelar.",
    en="You always cut the gradient off, also when not frozen.")
exercise.mistake("never_thawed", (GRAD, "if freeze:\n            self.bert.requires_grad_(False)"),
    es="Un BERT que estuvo congelado se queda así: con `freeze=False` ha de volver a pedir gradientes.",
    en="A BERT that was frozen stays so: `freeze=False` has to turn its gradients on again.")
exercise.mistake("dropout_not_frozen", (MODE, ""), es="El BERT congelado vuelve a `train()`: su dropout actúa.",
    en="The frozen BERT goes back to `train()`: its dropout is active.")
exercise.mistake("born_in_training", (BORN, ""),
    es="El constructor deja el BERT congelado en `train()` hasta que alguien llame a `train`: acábalo con `self.train()`.",
    en="The constructor leaves the frozen BERT in `train()` until somebody calls `train`: end it with `self.train()`.")
exercise.mistake("always_eval", (MODE, "        self.bert.eval()\n"), es="El BERT se queda en `eval()` también sin congelar.",
    en="The BERT stays in `eval()` even when not frozen.")
exercise.mistake("nothing_returned", ("        return self\n", ""), es="`train` no devuelve nada: `model.eval()(x)` falla.",
    en="`train` returns nothing: `model.eval()(x)` fails.")

exercise.alternative("no_grad_inside", code="""
class Classifier(nn.Module):
    def __init__(self, bert, d_model, classes, freeze=False):
        super().__init__()
        self.bert, self.head, self.frozen = bert, nn.Linear(d_model, classes), freeze
        for parameter in bert.parameters():
            parameter.requires_grad = not freeze
        bert.train(not freeze)

    def train(self, mode=True):
        self.training = mode
        self.head.train(mode)
        self.bert.train(mode and not self.frozen)
        return self

    def forward(self, ids, segments, seen):
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen):
            hidden = self.bert(ids, segments, seen)
        return self.head(hidden.select(1, 0))
""")
exercise.alternative("functional_head", (CLS, "hidden = self.bert(ids, segments, seen)\n"
    "        return hidden[:, 0, :] @ self.head.weight.T + self.head.bias"),
    (GRAD, "[parameter.requires_grad_(not freeze) for parameter in self.bert.parameters()]"))
