"""Exercise 7.10: the loop that writes, judged with a model that notes what it is asked."""

import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

READER = """
import torch

class LentReader(torch.nn.Module):
    # Score by all pieces in sight and their places; the past is the pieces read before. It notes every call.
    def __init__(self, vocab_size, context):
        super().__init__()
        self.vocab_size, self.context, self.calls, self.states, self.dropout = vocab_size, context, [], [], torch.nn.Dropout(0.5)
        self.weight = torch.nn.Parameter(torch.ones(()))

    def forward(self, ids, past=None):
        whole = ids if past is None else torch.cat([past[0][0], ids], dim=1)
        if whole.shape[1] > self.context:
            raise ValueError(f"past + ids > context: {whole.shape[1] - ids.shape[1]} + {ids.shape[1]} > {self.context}")
        self.calls.append([ids[0].tolist(), whole.shape[1] - ids.shape[1]])
        self.states.append([self.training, torch.is_grad_enabled()])
        places = torch.arange(1, whole.shape[1] + 1)
        told = (whole * places).cumsum(dim=1)[:, -ids.shape[1] :].double()
        return self.weight * torch.sin(told[..., None] * (1.0 + torch.arange(self.vocab_size)) + 0.3), [(whole, whole)]

class LentChoice:
    # Take the likeliest piece of each row, and note the shapes that it is given.
    def __init__(self):
        self.shapes = []

    def __call__(self, logits):
        self.shapes.append(list(logits.shape))
        return logits.argmax(dim=-1)
"""
VOCAB = 13

exercise = Exercise(
    "generate", points=6,
    title=Text("Escribir", "Writing"),
    hints=(
        Text("Lleva aparte lo que el modelo aún no ha leído: al principio, el comienzo; luego, la pieza elegida, `(B, 1)`.",
             "Keep apart what the model has not read yet: at first, the beginning; then, the piece chosen, `(B, 1)`."),
        Text("Tras añadir una pieza, si `ids.shape[1] > model.context`, olvida el pasado: `past = None`, y lo que falta por leer "
            "son las últimas `model.context`.",
             "After adding a piece, if `ids.shape[1] > model.context`, forget the past: `past = None`, and what is left to read "
                 "are the last `model.context`."),
    ),
)


def written(ids: torch.Tensor, count: int, context: int) -> torch.Tensor:
    """Write by reading all that is in sight anew each time."""
    here = {"torch": torch}
    exec(READER, here)
    reader = here["LentReader"](VOCAB, context)
    for _ in range(count):
        following = reader(ids[:, -context:])[0][:, -1].argmax(dim=-1)
        ids = torch.cat([ids, following[:, None]], dim=1)
    return ids


def agrees(student, draw, B: int, T: int, count: int, context: int):
    """Compare what is written; return the model and the choice on the student's side, and the text."""
    student.lend(READER)
    model, choice = student.keep("LentReader", VOCAB, context), student.keep("LentChoice")
    ids = torch.tensor(draw.integers(VOCAB, size=(B, T)))
    seen = student.call("generate", model, ids, count, choice)
    wanted = written(ids, count, context)
    result = expect.array(seen, tuple(wanted.shape), "generate(…)")
    gap = (result != wanted.numpy()).any(axis=0)
    expect.true(not gap.any(), "Desde la pieza {at}, contando desde 0, el texto es otro (el comienzo tenía {begun}).",
                "From piece {at} on, counted from 0, the text is different (the beginning had {begun}).", at=int(gap.argmax()), begun=T)
    return model, choice, wanted


@exercise.property(2, "Mientras cabe, escribe lo que el modelo dice.", "As long as it fits, it writes what the model says.")
def writes(student, draw):
    for B, T in ((3, 4), (1, 1)):
        agrees(student, draw, B, T, int(draw.integers(5, 8)), 20)


@exercise.property(2, "Cada llamada lee solo lo nuevo, con el pasado de la anterior.",
    "Each call reads only what is new, with the past of the one before.")
def reads_once(student, draw):
    T, count = int(draw.integers(3, 6)), 6
    model, choice, text = agrees(student, draw, 2, T, count, T + count)
    calls = model.get("calls")
    expect.true(len(calls) == count, "Para {count} piezas bastan {count} llamadas, y haces {seen}.",
                "For {count} pieces {count} calls are enough, and you make {seen}.", count=count, seen=len(calls))
    row = text[0].tolist()
    right = [[row[:T], 0], *[[row[T + n : T + n + 1], T + n] for n in range(count - 1)]]
    at = next((n for n, (a, b) in enumerate(zip(calls, right, strict=True)) if a != b), None)
    expect.true(at is None, "La llamada {n} lee {seen} piezas con {past} de pasado; debía leer {wanted} con {before}.",
                "Call {n} reads {seen} pieces with a past of {past}; it should read {wanted} with {before}.",
                n=at, seen=len(calls[at or 0][0]), past=calls[at or 0][1], wanted=len(right[at or 0][0]), before=right[at or 0][1])
    shapes = choice.get("shapes")
    expect.true(shapes == [[2, VOCAB]] * count, "`choose` debía recibir {wanted} cada vez, y recibe {seen}.",
                "`choose` should be given {wanted} each time, and is given {seen}.", wanted=(2, VOCAB), seen=tuple(shapes[0]))


@exercise.property(2, "Cuando ya no cabe, lee de nuevo las últimas `context` piezas, sin pasado.",
                   "When it no longer fits, it reads the last `context` pieces anew, without a past.")
def full(student, draw):
    context = int(draw.integers(5, 8))
    model, _, text = agrees(student, draw, 2, context - 2, 7, context)
    row, calls = text[0].tolist(), model.get("calls")
    right = [[row[: context - 2], 0], [row[context - 2 : context - 1], context - 2], [row[context - 1 : context], context - 1]]
    right += [[row[at : at + context], 0] for at in range(1, 5)]
    expect.true(calls == right, "Con contexto de {context} y un comienzo de {begun}, las lecturas debían ser de {wanted} piezas; "
        "las tuyas, {seen}.",
                "With a context of {context} and a beginning of {begun}, the readings should be of {wanted} pieces; yours, {seen}.",
                context=context, begun=context - 2, wanted=[len(call[0]) for call in right], seen=[len(call[0]) for call in calls])
    agrees(student, draw, 1, 1, 4, 1)


@exercise.property(1, "Un comienzo más largo que el contexto se lee por el final, y se devuelve entero.",
                   "A beginning longer than the context is read from its end, and returned whole.")
def long_beginning(student, draw):
    context = int(draw.integers(3, 6))
    agrees(student, draw, 2, context + 4, 5, context)
    agrees(student, draw, 2, context, 3, context)


@exercise.property(1, "Pone el modelo en `eval()`, no guarda gradientes y deja el comienzo como estaba.",
                   "It puts the model in `eval()`, keeps no gradients, and leaves the beginning as it was.")
def quietly(student, draw):
    student.lend(READER)
    model, ids = student.keep("LentReader", VOCAB, 9), torch.tensor(draw.integers(VOCAB, size=(2, 3)))
    mine = student.put(ids.clone())
    seen = student.call("generate", model, mine, 4, student.keep("LentChoice"))
    expect.same(seen, written(ids, 4, 9), "generate(…)")
    states = model.get("states")
    expect.true(not any(training for training, _ in states), "El modelo lee en modo `train()`.", "The model reads in `train()` mode.")
    expect.true(not any(grad for _, grad in states), "Al leer se guardan gradientes: usa `torch.no_grad()`.",
                "Gradients are kept when reading: use `torch.no_grad()`.")
    expect.unchanged(ids, mine.value(), "ids")


CALL = "logits, past = model(new, past)"
NEW = "new = choose(logits[:, -1])[:, None]  # (B, 1)"
START = "new, past = ids[:, -model.context :], None\n        for"
AGAIN = "            if ids.shape[1] > model.context:\n                new, past = ids[:, -model.context :], None\n"

exercise.mistake("no_cache", (CALL, "logits, _ = model(ids[:, -model.context :])"),
    es="Lees todo de nuevo en cada pieza: sobra la caché.",
    en="You read everything anew at each piece: the cache is wasted.")
exercise.mistake("past_thrown_away", (CALL, "logits, _ = model(new, past)"),
    es="No guardas el pasado: cada llamada solo ve la pieza nueva.",
    en="You do not keep the past: each call only sees the new piece.")
exercise.mistake("never_read_anew", (AGAIN, ""), es="Cuando se pasa del contexto no lees de nuevo.",
    en="When the context is exceeded you do not read anew.")
exercise.mistake("read_anew_too_soon", ("if ids.shape[1] > model.context:", "if ids.shape[1] >= model.context:"),
    es="Lees de nuevo cuando aún cabía una pieza.",
    en="You read anew when one more piece still fitted.")
exercise.mistake("past_kept_when_full", (AGAIN, AGAIN.replace("new, past = ids[:, -model.context :], None",
    "past = [(k[:, 1:], v[:, 1:]) for k, v in past]")),
    es="Cuando no cabe tiras la clave más vieja: las demás llevan posiciones que ya no son las suyas.",
        en="When it does not fit you drop the oldest key: the others carry positions that are no longer theirs.")
exercise.mistake("cut_and_past_kept", (AGAIN, AGAIN.replace("ids[:, -model.context :], None", "ids[:, -model.context :], past")),
    es="Cuando no cabe das las últimas `context` piezas y además el pasado. Se leen de nuevo sin pasado: `past = None`.",
    en="When it does not fit you give the last `context` pieces and the past as well. Read them anew without a past: `past = None`.")
exercise.mistake("cut_at_once_and_past_kept", (CALL, "logits, past = model(ids[:, -model.context :], past)"),
    es="Das las últimas `context` piezas y además el pasado: lo ya leído se lee dos veces.",
    en="You give the last `context` pieces and the past as well: what was read is read twice.")
exercise.mistake("one_piece_when_full", (AGAIN, AGAIN.replace("new, past = ids[:, -model.context :], None", "past = None")),
    es="Cuando no cabe olvidas todo menos la última pieza.",
    en="When it does not fit you forget all but the last piece.")
exercise.mistake("beginning_not_cut", (START, START.replace("ids[:, -model.context :]", "ids")),
    es="Lees el comienzo entero aunque no quepa en el contexto.",
    en="You read the whole beginning though it does not fit in the context.")
exercise.mistake("beginning_cut_at_the_front", (START, START.replace("-model.context :", ": model.context")),
    es="De un comienzo largo lees el principio. Son las últimas piezas.",
    en="Of a long beginning you read the front. It is the last pieces.")
exercise.mistake("all_of_it_with_the_past", (CALL, "logits, past = model(ids, past)"),
    es="Das todo el texto y además el pasado: lo ya leído se lee dos veces.",
    en="You give the whole text and the past besides: what was read is read twice.")
exercise.mistake("first_place", (NEW, NEW.replace("-1]", "0]")),
    es="Eliges con las puntuaciones de la primera pieza leída. Son las de la última.",
    en="You choose by the scores of the first piece read. They are those of the last.")
exercise.mistake("beginning_lost", ("    return ids\n", "    return ids[:, -count:]\n"),
    es="Devuelves solo lo nuevo. El comienzo también.", en="You return only what is new. The beginning too.")
exercise.mistake("one_too_few", ("range(count)", "range(count - 1)"), es="Escribes una pieza de menos.",
    en="You write one piece too few.")
exercise.mistake("train_mode", ("    model.eval()\n", ""), es="Falta `model.eval()`.", en="`model.eval()` is missing.")
exercise.mistake("gradients_kept", ("with torch.no_grad():", "if True:"),
    es="Falta `torch.no_grad()`: la memoria crece con cada pieza.",
    en="`torch.no_grad()` is missing: memory grows with each piece.")

exercise.alternative("decorated", code="""
@torch.inference_mode()
def generate(model, ids, count, choose):
    model.train(False)
    past, read = None, max(ids.shape[1] - model.context, 0)
    for _ in range(count):
        if ids.shape[1] > model.context:
            past, read = None, ids.shape[1] - model.context
        logits, past = model(ids[:, read:], past)
        read = ids.shape[1]
        ids = torch.cat((ids, choose(logits[:, -1, :]).unsqueeze(1)), dim=1)
    return ids
""")
exercise.alternative("list_of_columns", code="""
def generate(model, ids, count, choose):
    model.eval()
    columns = list(ids.unbind(dim=1))
    memory = None
    for n in range(count):
        size = model.context if len(columns) > model.context or memory is None else 1
        if len(columns) > model.context:
            memory = None
        with torch.no_grad():
            scores, memory = model(torch.stack(columns[-size:], dim=1), memory)
        columns.append(choose(scores[:, -1]))
    return torch.stack(columns, dim=1)
""")
