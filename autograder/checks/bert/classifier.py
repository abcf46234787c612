"""Exercise 6.10: a layer on top of [CLS], with the BERT frozen or not; and advertising told by words that nobody labelled."""

import torch
from torch.nn import functional

from atiende.data import FIRST_WORD, PAD, BertTokens, make_messages
from autograder import expect
from autograder.checks.bert import lent_reader
from autograder.checks.bert.pretrain import LENT
from autograder.exercise import Exercise
from autograder.text import Text

V, D, CLASSES = 15, 6, 3
GATE = 0.9  # of new messages, with words that were never labelled

exercise = Exercise(
    "Classifier", points=13, seconds=120,
    title=Text("Clasificar", "Classifying"),
    hints=(
        Text("`self.bert(ids, segments, seen)[:, 0]` es el vector de `[CLS]`, `(B, D)`.",
             "`self.bert(ids, segments, seen)[:, 0]` is the vector of `[CLS]`, `(B, D)`."),
        Text("`bert.requires_grad_(False)` congela los pesos, pero no el dropout: de eso se ocupa `train`.",
             "`bert.requires_grad_(False)` freezes the weights, but not dropout: `train` takes care of that."),
        Text("En `train`, llama primero a `super().train(mode)`, después a `self.bert.eval()` si está congelado, y devuelve `self`.",
             "In `train`, call `super().train(mode)` first, then `self.bert.eval()` if it is frozen, and return `self`."),
    ),
)


def made(student, draw, freeze: bool, dropout: float = 0.0):
    """Return the student's classifier on a lent reader, that reader, the same one here, and the weights of the head."""
    theirs, ours = lent_reader(student, draw, V, D, dropout)
    model = student.keep("Classifier", theirs, D, CLASSES, freeze).keep_method("double")
    head = {"weight": draw.tensor(CLASSES, D, std=0.6), "bias": draw.tensor(CLASSES, std=0.6)}
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
    "It scores the classes with the vector of `[CLS]`, the first place.")
def from_cls(student, draw):
    for freeze in (False, True):
        model, _, ours, head = made(student, draw, freeze)
        for B, T in ((4, 7), (1, 5)):
            parts = rows(draw, B, T)
            expect.near(model.call(*parts), right(ours, head, *parts), what="Classifier(…)(ids, segments, seen)")


@exercise.property(2, "Congelado, solo `head` pide gradiente, y un paso con decaimiento deja el BERT exactamente como estaba.",
                   "Frozen, only `head` asks for gradients, and a step with decay leaves the BERT exactly as it was.")
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
    gradients = model.gradients()
    expect.true(all(value is None for name, value in gradients.items() if not name.startswith("head.")),
                "Con `freeze=True`, algún parámetro del BERT recibe gradiente.",
                "With `freeze=True`, some parameter of the BERT gets a gradient.")
    wanted = ours.eval()(*parts)[:, 0].sum(dim=0).expand(CLASSES, D)
    expect.near(gradients.get("head.weight"), wanted, what="head.weight.grad")


@exercise.property(2, "Congelado, el BERT sigue en `eval()` desde que se crea y aunque se llame a `train()`.",
                   "Frozen, the BERT stays in `eval()` from its making and even when `train()` is called.")
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
    expect.true(newborn.get("training") is False, "Recién creado, el BERT congelado está en modo `train()`.",
                "Newly made, the frozen BERT is in `train()` mode.")


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
    asks = [asks_for_gradients(fresh), asks_for_gradients(theirs)]
    model = student.keep("Classifier", theirs, D, CLASSES).keep_method("double")
    asks.append(asks_for_gradients(theirs))
    expect.true(asks[0] and asks[2], "Con `freeze=False` el BERT debía pedir gradientes, aunque antes estuviera congelado.",
                "With `freeze=False` the BERT should ask for gradients, even if it was frozen before.")
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


def asks_for_gradients(reader) -> bool:
    return reader.attribute("tokens").attribute("weight").get("requires_grad") is True


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


@exercise.property(5, f"Con 40 mensajes etiquetados, acierta el {GATE:.0%} o más de los que usan otras palabras (a cara o cruz, "
                      f"la mitad).",
                   f"With 40 labelled messages, it gets {GATE:.0%} or more right of those that use other words (tossing a coin, half).",
                   costly=True)
def new_words(student, draw):
    if told(student, draw) >= GATE:
        return
    for _ in range(2):  # one run may be unlucky: then both of two others have to pass
        share = told(student, draw)
        expect.true(share >= GATE, "Acierta el {share:.0%} de los mensajes nuevos; hace falta el {gate:.0%}.",
                    "It gets {share:.0%} of new messages right; {gate:.0%} is needed.", share=share, gate=GATE)


CLS = "return self.head(self.bert(ids, segments, seen)[:, 0])"
GRAD = "self.bert.requires_grad_(not freeze)"
MODE = "        if self.freeze:\n            self.bert.eval()\n"
BORN = "        self.train()\n"

exercise.mistake("last_place", (CLS, CLS.replace("[:, 0]", "[:, -1]")),
    es="Lees el último sitio, que puede ser relleno. `[CLS]` es el primero.",
    en="You read the last place, which may be padding. `[CLS]` is the first.")
exercise.mistake("mean_of_the_row", (CLS, CLS.replace("[:, 0]", ".mean(dim=1)")),
    es="Haces la media de la fila, relleno incluido. Se pide `[CLS]`.",
    en="You take the mean of the row, padding included. `[CLS]` is asked for.")
exercise.mistake("first_row", (CLS, CLS.replace("[:, 0]", "[0]")), es="`[0]` es la primera **fila**; el primer sitio es `[:, 0]`.",
    en="`[0]` is the first **row**; the first place is `[:, 0]`.")
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
    en="You always cut the gradient, also when not frozen.")
exercise.mistake("never_thawed", (GRAD, "if freeze:\n            self.bert.requires_grad_(False)"),
    es="Un BERT que estuvo congelado se queda así: con `freeze=False` ha de volver a pedir gradientes.",
    en="A BERT that was frozen stays so: with `freeze=False` it has to ask for gradients again.")
exercise.mistake("dropout_not_frozen", (MODE, ""), es="El BERT congelado vuelve a `train()`: su dropout sortea.",
    en="The frozen BERT goes back to `train()`: its dropout draws.")
exercise.mistake("born_in_training", (BORN, ""),
    es="Recién creado, el BERT congelado sigue en `train()` hasta que alguien llame a `train`.",
    en="Newly made, the frozen BERT is still in `train()` until somebody calls `train`.")
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
