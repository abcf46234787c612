"""Exercise 5.11: translation by the likeliest word each time, judged with a model that reads from a script."""

import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

WRITER = """
import torch

class LentWriter(torch.nn.Module):
    # Say the words of a script; row b of the source begins with the number of its script. A false beginning, and with `strict` a
    # wrong mask, make it say other words.
    def __init__(self, scripts, vocab_size, strict):
        super().__init__()
        self.scripts, self.vocab_size, self.strict = scripts, vocab_size, strict
        self.nothing = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
        self.encoded = self.decoded = self.recorded = 0

    def seen(self, mask, source):
        if mask is None:
            return torch.ones_like(source)
        return torch.broadcast_to(mask, (len(source), 1, 1, source.shape[1]))[:, 0, 0].long()

    def encode(self, source, source_mask=None):
        self.encoded += 1
        return torch.stack([source, self.seen(source_mask, source)], dim=-1)

    def forward(self, source, inputs, source_mask=None, target_mask=None):
        return self.decode(inputs, self.encode(source, source_mask), target_mask, source_mask)

    def decode(self, inputs, memory, target_mask=None, source_mask=None):
        self.decoded += 1
        self.recorded += torch.is_grad_enabled()
        B, T = inputs.shape
        script = self.scripts[memory[:, 0, 0]]
        shift = 3 * (script[:, :T] != inputs).any(dim=1)
        if self.strict:
            looks = torch.ones(1, dtype=torch.bool) if target_mask is None else target_mask
            looks = torch.broadcast_to(looks, (B, 1, T, T))
            shift += 3 * (looks[:, 0] != torch.ones(T, T, dtype=torch.bool).tril()).flatten(1).any(dim=1)
            shift += 4 * (self.seen(source_mask, memory[..., 0]).sum(dim=1) != script[:, -1])
            shift += 5 * (memory[..., 1].sum(dim=1) != script[:, -1])
        following = (script[:, 1 : T + 1] + shift[:, None]) % self.vocab_size
        scores = torch.sin(torch.arange(B * T * self.vocab_size).double()).view(B, T, -1)
        return self.nothing + scores.scatter(2, following[..., None], 5.0 + torch.arange(T).view(1, T, 1).expand(B, T, 1).double())
"""
VOCAB, LONGEST = 30, 12

exercise = Exercise(
    "greedy_decode", points=6,
    title=Text("Traducir de verdad", "Translating for real"),
    hints=(
        Text("`model.decode(...)` puntúa tras cada entrada: la palabra nueva sale de `[:, -1]`.",
             "`model.decode(...)` scores after each input: the new word comes from `[:, -1]`."),
        Text("Las filas que ya acabaron pueden seguir escribiendo: al final, corta cada una por su primer `eos`.",
             "Rows that have ended may go on writing: at the end, cut each at its first `eos`."),
    ),
)


def drawn(draw, lengths):
    """Return the scripts of rows that end after so many words, what their decoding should give, and both special ids."""
    bos, eos = (int(n) for n in draw.choice(VOCAB, size=2, replace=False))
    words = [v for v in range(VOCAB) if v not in (bos, eos)]
    rows = [[int(n) for n in draw.choice(words, size=LONGEST + 6)] for _ in lengths]
    scripts = [[bos, *row[:length], eos, *row[length:]] for row, length in zip(rows, lengths, strict=True)]
    return scripts, [row[:length] for row, length in zip(rows, lengths, strict=True)], bos, eos


def given(draw, scripts):
    """Return source (B, 5), its mask, and the scripts as a tensor, each with the number of source words at its end."""
    lengths = [int(n) for n in draw.permutation([1, 2, 3, 4, 5])][: len(scripts)]
    source = torch.tensor(draw.integers(50, 99, size=(len(scripts), 5)))
    source[:, 0] = torch.arange(len(scripts))
    mask = torch.arange(5) < torch.tensor(lengths)[:, None]
    return source, mask[:, None, None], torch.tensor([[*script, n] for script, n in zip(scripts, lengths, strict=True)])


def agrees(student, draw, lengths, max_len: int, strict: bool = False):
    """Compare the rows; return the writer."""
    student.lend(WRITER)
    scripts, wanted, bos, eos = drawn(draw, lengths)
    source, mask, table = given(draw, scripts)
    writer = student.keep("LentWriter", table, VOCAB, strict)
    seen = student.call("greedy_decode", writer, source, mask, max_len, bos, eos)
    expect.true(isinstance(seen, list) and all(isinstance(row, list) for row in seen), "Se pide una lista de listas de ids, y "
    "devuelves {kind}.",
                "A list of lists of ids is asked for, and you return {kind}.", kind=expect.kind(seen))
    expect.true(len(seen) == len(lengths), "Son {wanted} filas, y devuelves {seen}.",
                "There are {wanted} rows, and you return {seen}.",
                wanted=len(lengths), seen=len(seen))
    for n, (row, right) in enumerate(zip(seen, wanted, strict=True)):
        right = right[:max_len]
        expect.true(len(row) == len(right), "Palabras de la fila {n}: se esperaban {wanted}, y hay {seen}.",
                    "Words in row {n}: expected {wanted}, got {seen}.", n=n, wanted=len(right), seen=len(row))
        other = next((place for place, (mine, said) in enumerate(zip(row, right, strict=True)) if mine != said), None)
        expect.true(other is None, "La fila {n} tiene las palabras que toca, pero su palabra {place} (contando desde 0) no es la que "
                    "dice el modelo.",
                    "Row {n} has the right length, but its word {place} (counting from 0) is not what the model says.",
                    n=n, place=other)
    return writer


@exercise.property(2, "Escribe lo que el modelo dice, hasta el `eos` de cada fila.",
                   "It writes what the model says, up to the `eos` of each row.")
def writes(student, draw):
    agrees(student, draw, [int(n) for n in draw.permutation([1, 3, 4, 6])], LONGEST)


@exercise.property(1, "Una fila sola da lo mismo que en el lote, también si acaba enseguida.",
                   "A row alone gives the same as in the batch, also if it ends at once.")
def alone(student, draw):
    agrees(student, draw, [int(draw.integers(2, 5))], LONGEST)
    agrees(student, draw, [0], LONGEST)
    agrees(student, draw, [0, 3], LONGEST)


@exercise.property(1, "Nunca pasa de `max_len` palabras.", "It never writes more than `max_len` words.")
def limit(student, draw):
    agrees(student, draw, [int(n) for n in draw.permutation([1, 8, 9])], int(draw.integers(5, 8)))
    agrees(student, draw, [5, 3], 1)


@exercise.property(1, "La máscara del destino es la causal, y la del origen llega a las dos partes.",
                   "The mask of the target is the causal one, and that of the source gets to both parts.")
def masks(student, draw):
    agrees(student, draw, [int(n) for n in draw.permutation([1, 3, 4, 6])], LONGEST, strict=True)


@exercise.property(1, "Codifica una sola vez, sin guardar el grafo, y para cuando han acabado todas.",
                   "It encodes only once, keeps no graph, and stops when all have ended.")
def no_more_than_needed(student, draw):
    lengths = [int(n) for n in draw.permutation([1, 2, 5])]
    writer = agrees(student, draw, lengths, LONGEST)
    encoded, decoded = writer.get("encoded"), writer.get("decoded")
    expect.true(encoded == 1, "Codificas el origen {n} veces. Basta una.",
                "You encode the source {n} times. Once is enough.", n=encoded)
    expect.true(decoded <= 6, "Las filas tienen 1, 2 y 5 palabras; con todas a la vez bastan 6 llamadas a `decode`, y haces {n}.",
                "The rows have 1, 2 and 5 words; all at once, 6 calls to `decode` are enough, and you make {n}.", n=decoded)
    expect.true(writer.get("recorded") == 0, "Tu código guarda el grafo de cada paso. Al traducir no hace falta: "
                "`torch.no_grad()`.",
                "Your code keeps the graph of each step. When translating it is not needed: `torch.no_grad()`.")


ARGMAX = "[:, -1].argmax(dim=-1)"
DECODE = "model.decode(inputs, memory, causal, source_mask)"
LOOP = "while inputs.shape[1] <= max_len and not ended.all():"
RETURN = "return [row[: row.index(eos)] if eos in row else row for row in rows]"

exercise.mistake("end_kept", (RETURN, RETURN.replace("row.index(eos)]", "row.index(eos) + 1]")),
    es="Devuelves también el `eos`. Se corta antes.",
    en="You return the `eos` too. It is cut before.")
exercise.mistake("beginning_kept", ("inputs[:, 1:].tolist()", "inputs.tolist()"), es="Devuelves también el `bos`.",
    en="You return the `bos` too.")
exercise.mistake("goes_on_after_the_end", (RETURN, "return rows"),
    es="No cortas las filas por su `eos`: siguen con lo que el modelo dijo después.",
    en="You do not cut the rows at their `eos`: they go on with what the model said afterwards.")
exercise.mistake("stops_with_the_first", (LOOP, LOOP.replace("ended.all()", "ended.any()")),
    es="Paras cuando acaba una sola fila. Espera a todas.",
    en="You stop as soon as one row has ended. Wait for all.")
exercise.mistake("first_place", (ARGMAX, ARGMAX.replace("-1]", "0]")),
    es="Tomas las puntuaciones del primer sitio. La palabra nueva va tras el último.",
    en="You take the scores of the first place. The new word goes after the last.")
exercise.mistake("over_the_batch", (ARGMAX, "[:, -1].argmax(dim=0)[: len(source)]"),
    es="Tomas el máximo sobre las filas, no sobre las palabras.",
    en="You take the maximum over the rows, not over the words.")
exercise.mistake("least_likely", (ARGMAX, ARGMAX.replace("argmax", "argmin")), es="Tomas la palabra menos probable.",
    en="You take the least likely word.")
exercise.mistake("only_the_last_word_fed", ("model.decode(inputs, memory, causal, source_mask)",
    "model.decode(inputs[:, -1:], memory, causal[-1:, -1:], source_mask)"),
    es="Solo das al modelo la última palabra: olvida el resto de lo escrito.",
    en="You give the model the last word only: it forgets the rest of what is written.")
exercise.mistake("no_causal_mask", (DECODE, "model.decode(inputs, memory, None, source_mask)"),
    es="No pasas la máscara causal. En la última palabra no se nota; en las de antes, que el modelo relee, sí.",
    en="You do not pass the causal mask. At the last word it does not show; at those before, which the model reads again, it does.")
exercise.mistake("source_mask_forgotten_in_decode", (DECODE, "model.decode(inputs, memory, causal)"),
    es="No pasas la máscara del origen a `decode`.", en="You do not pass the mask of the source to `decode`.")
exercise.mistake("source_mask_forgotten_in_encode", ("model.encode(source, source_mask)", "model.encode(source)"),
    es="No pasas la máscara del origen a `encode`.", en="You do not pass the mask of the source to `encode`.")
exercise.mistake("encoded_each_time", ("            chosen = model", "            memory = model.encode(source, source_mask)\n     "
    "       chosen = model"),
    es="Codificas el origen en cada palabra. No cambia: una vez basta.",
    en="You encode the source at each word. It does not change: once is enough.")
exercise.mistake("always_to_the_limit", (LOOP, "while inputs.shape[1] <= max_len:"),
    es="Sigues hasta `max_len` aunque hayan acabado todas.", en="You go on to `max_len` though all have ended.")
exercise.mistake("one_word_short", (LOOP, LOOP.replace("<=", "<")), es="Escribes una palabra de menos: `bos` no cuenta.",
    en="You write one word too few: `bos` does not count.")
exercise.mistake("one_word_more", (LOOP, LOOP.replace("<= max_len", "<= max_len + 1")), es="Escribes una palabra de más.",
    en="You write one word too many.")
exercise.mistake("begins_with_the_end", ("torch.full((len(source), 1), bos)", "torch.full((len(source), 1), eos)"),
    es="Empiezas con `eos`. Se empieza con `bos`.",
    en="You begin with `eos`. It begins with `bos`.")

exercise.mistake("end_filtered", (RETURN, "return [[word for word in row if word != eos] for row in rows]"),
    es="Quitas los `eos` y dejas lo que viene detrás. Cada fila se corta por el primero.",
    en="You take out each `eos` and leave what comes after it. Each row is cut at its first one.")
exercise.mistake("graph_kept", ("with torch.no_grad():", "if True:"),
    es="Falta `torch.no_grad()`: cada paso guarda un grafo que nadie va a usar.",
    en="`torch.no_grad()` is missing: each step keeps a graph that nobody will use.")
exercise.mistake("whole_model_each_time", ("        memory = model.encode(source, source_mask)\n", ""),
    (DECODE, "model(source, inputs, source_mask, causal)"),
    es="Llamas al modelo entero en cada palabra, y vuelve a codificar el origen. Usa `encode` una vez y `decode` en el bucle.",
    en="You call the whole model at each word, and it encodes the source again. Use `encode` once, and `decode` in the loop.")
exercise.mistake("one_row_at_a_time", code="""
@torch.no_grad()
def greedy_decode(model, source, source_mask, max_len, bos, eos):
    memory, rows = model.encode(source, source_mask), []
    for n in range(len(source)):
        row, mask = [bos], None if source_mask is None else source_mask[n : n + 1]
        while len(row) <= max_len and row[-1] != eos:
            causal = torch.ones(len(row), len(row), dtype=torch.bool).tril()
            scores = model.decode(torch.tensor([row]), memory[n : n + 1], causal, mask)
            row.append(scores[0, -1].argmax().item())
        rows.append([word for word in row[1:] if word != eos])
    return rows
""",
    es="Decodificas fila a fila. Da lo mismo, pero mucho más despacio: van todas en la misma llamada.",
    en="You decode row by row. The result is the same, only far slower: all rows go in the same call.")

exercise.alternative("a_list_a_row", code="""
@torch.no_grad()
def greedy_decode(model, source, source_mask, max_len, bos, eos):
    memory, rows, done = model.encode(source, source_mask), [[bos] for _ in source], set()
    for T in range(1, max_len + 1):
        causal = torch.tril(torch.ones(1, 1, T, T)).bool()
        scores = model.decode(torch.tensor(rows), memory, causal, source_mask)
        for n, word in enumerate(scores[:, T - 1].max(dim=1).indices.tolist()):
            rows[n].append(word)
            if word == eos:
                done.add(n)
        if len(done) == len(rows):
            break
    return [[*row[1:], eos][: [*row[1:], eos].index(eos)] for row in rows]
""")
exercise.alternative("evaluating", code="""
def greedy_decode(model, source, source_mask, max_len, bos, eos):
    was_training = model.training
    model.eval()
    device = next(model.parameters()).device
    source = source.to(device)
    with torch.no_grad():
        memory = model.encode(source, source_mask)
        written = torch.full((len(source), 1), bos, device=device)
        for _ in range(max_len):
            T = written.shape[1]
            logits = model.decode(written, memory, torch.ones(1, 1, T, T, device=device).tril().bool(), source_mask)
            written = torch.cat([written, logits[:, -1].softmax(-1).argmax(-1, keepdim=True)], dim=1)
            if (written == eos).any(dim=1).all():
                break
    model.train(was_training)
    result = []
    for row in written[:, 1:].tolist():
        result.append(row[: row.index(eos)] if eos in row else row)
    return result
""")
exercise.alternative("only_those_left", code="""
def greedy_decode(model, source, source_mask, max_len, bos, eos):
    written = []
    with torch.inference_mode():
        memory = model.encode(source, source_mask)
        alive = list(range(len(source)))
        written, inputs = {n: [] for n in alive}, torch.full((len(source), 1), bos)
        for _ in range(max_len):
            if not alive:
                break
            T = inputs.shape[1]
            mask = None if source_mask is None else source_mask[alive]
            scores = model.decode(inputs, memory[alive], torch.ones(T, T).tril().bool().expand(len(alive), 1, T, T), mask)
            words = scores[:, -1].argmax(-1)
            for n, word in zip(alive, words.tolist()):
                if word != eos:
                    written[n].append(word)
            inputs = torch.cat([inputs, words.unsqueeze(1)], dim=1)[words != eos]
            alive = [n for n, word in zip(alive, words.tolist()) if word != eos]
    return [written[n] for n in range(len(source))]
""")
