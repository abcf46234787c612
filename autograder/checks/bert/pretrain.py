"""Gate 6.8: a BERT learns to guess hidden words, and to tell the two senses of one word apart."""

import inspect

import numpy as np
import torch
from torch.nn import functional

from atiende.data import CLS, FIRST_WORD, MASK, SEP, BertTokens, make_senses
from atiende.models import bert
from autograder import expect
from autograder.checks.bert import decimal, lent_reader, percent
from autograder.exercise import Exercise
from autograder.text import Text

STEPS, BATCH_SIZE, LR, SENTENCES = 600, 64, 4e-3, 4000
WORDS, SENSES = 0.75, 0.95  # shares to reach, of hidden words and of senses

PARTS = bert.BertConfig, bert.Embeddings, bert.Layer, bert.Bert
LENT = "\n".join((
    "def lent_bert(vocab_size, max_len):",
    "    from dataclasses import dataclass", "    import torch", "    from torch import nn", "    from torch.nn import functional",
    "    from atiende.models.attention import MultiHeadAttention",
    *("    " + line for part in PARTS for line in inspect.getsource(part).splitlines()),
    "    class Scored(Bert):",
    "        def __init__(self, config):",
    "            super().__init__(config)",
    "            self.bias = nn.Parameter(torch.zeros(config.vocab_size))",
    "        def scores(self, hidden):",
    "            return functional.linear(hidden, self.embeddings.tokens.weight, self.bias)",
    "    return Scored(BertConfig(vocab_size, d_model=64, heads=4, d_ff=128, num_layers=2, max_len=max_len, dropout=0.0))",
    "def lent_pretraining(model, rows, vocab_size, special, steps):",
    "    import torch",
    "    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)",
    "    for _ in range(steps):",
    "        ids = rows[torch.randint(len(rows), (64,))]",
    "        chosen = (torch.rand(ids.shape) < 0.15) & (ids >= special)",
    "        inputs = torch.where(chosen & (torch.rand(ids.shape) < 0.9), 4, ids)",
    "        scores = model.scores(model(inputs, torch.zeros_like(ids), ids != 0))",
    "        loss = torch.nn.functional.cross_entropy(scores[chosen], ids[chosen])",
    "        optimizer.zero_grad()",
    "        loss.backward()",
    "        optimizer.step()",
    "def lent_guesses(model, inputs):",
    "    import torch",
    "    with torch.no_grad():",
    "        hidden = model(inputs, torch.zeros_like(inputs), inputs != 0)",
    "        return model.scores(hidden).argmax(-1), hidden",
    "",
))  # fmt: skip

exercise = Exercise(
    "pretrain", points=10, seconds=120,
    title=Text("Preentrenar", "Pre-training"),
    uses=("mask_tokens", "masked_loss"),
    hints=(
        Text("En cada vuelta: filas nuevas, un sorteo nuevo de qué se tapa, lo que dice el modelo de lo tapado, la pérdida y un paso.",
             "In each turn: new rows, a new draw of what is hidden, what the model says of it, the loss, and a step."),
        Text("`rows[rng.choice(len(rows), size=batch_size, replace=False)]` sortea las filas de un paso. El modelo lee `inputs`, no "
             "`ids`; el "
             "relleno está donde `ids` es `PAD`.",
             "`rows[rng.choice(len(rows), size=batch_size, replace=False)]` draws the rows of a step. The model reads `inputs`, not "
             "`ids`; "
             "padding is where `ids` is `PAD`."),
        Text("La tasa se cambia antes de cada paso: `optimizer.param_groups[0][\"lr\"] = lr * (1 - k / steps)`. `mask_tokens` va "
             "**dentro** "
             "del bucle.",
             "The rate changes before each step: `optimizer.param_groups[0][\"lr\"] = lr * (1 - k / steps)`. `mask_tokens` goes "
             "**inside** the loop."),
    ),
)


def rows_of(draw, count: int, T: int, vocab_size: int) -> torch.Tensor:
    """Draw rows of pairwise different lengths, by which they are known: [CLS], words, [SEP] and padding."""
    rows = torch.zeros(count, T, dtype=torch.int64)
    for n, length in enumerate(draw.permutation(np.arange(2, T - 1))[:count]):
        rows[n, : length + 2] = torch.from_numpy(np.r_[CLS, draw.integers(FIRST_WORD, vocab_size, size=length), SEP])
    return rows


def asked_of(model, rows) -> list[tuple]:
    """Return what the lent reader was asked at each step, (inputs, segments, seen), and which rows; some words are hidden."""
    lengths = (rows != 0).sum(dim=1)
    steps = []
    for inputs, segments, seen in model.get("asked"):
        right = inputs.shape[1:] == rows.shape[1:] and segments.shape == seen.shape == inputs.shape
        expect.true(right, "El modelo lee filas de forma {seen}; debían tener `T` = {T}.",
            "The model reads rows of shape {seen}; they should have `T` = {T}.",
                    seen=tuple(inputs.shape), T=rows.shape[1])
        known = [(lengths == length).nonzero().flatten().tolist() for length in (inputs != 0).sum(dim=1)]
        expect.true(all(known), "El modelo lee filas que no son las de `rows`.", "The model reads rows that are not those of `rows`.")
        steps.append((inputs, segments, seen, [number for (number,) in known]))
    expect.true(any((inputs != rows[numbers]).any() for inputs, _, _, numbers in steps) or not steps,
                "El modelo lee las palabras verdaderas, sin ninguna tapada. Ha de leer las entradas que da `mask_tokens`.",
                "The model reads the true words, with none hidden. It should read the inputs that `mask_tokens` gives.")
    return steps


def reads_well(rows, steps):
    """Expect segment 0 and attention to everything but padding at each step."""
    for _, segments, seen, numbers in steps:
        expect.true(bool((seen == (rows[numbers] != 0)).all()), "`seen` no es `ids != PAD`: el modelo mira el relleno, o no mira "
            "alguna palabra.",
                    "`seen` is not `ids != PAD`: the model looks at padding, or does not look at some word.")
        expect.true(not segments.any(), "Los segmentos debían ser todos 0.", "Segments should all be 0.")


def reference(model, rows, steps, lr: float) -> list[float]:
    """Train as it should be on what the lent reader was asked, where every word is a question; return the losses."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, foreach=False)
    losses = []
    for k, (inputs, _, _, numbers) in enumerate(steps):
        optimizer.param_groups[0]["lr"] = lr * (1 - k / len(steps))
        ids = rows[numbers]
        words = ids >= FIRST_WORD
        scores = model.scores(model(inputs, torch.zeros_like(ids), ids != 0))
        loss = functional.cross_entropy(scores[words], ids[words])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@exercise.property(3, "Con `p=1`, unos pocos pasos dan lo mismo que AdamW con esa pérdida y esa tasa, sobre filas distintas en cada "
                      "paso.",
                   "With `p=1`, a few steps give the same as AdamW with that loss and that rate, on different rows at each step.")
def few_steps(student, draw):
    V, count, T = int(draw.integers(14, 20)), 6, 11
    for steps, size in ((1, 4), (5, 4), (3, 6)):
        rows, lr = rows_of(draw, count, T, V), float(draw.uniform(0.02, 0.05))
        theirs, ours = lent_reader(student, draw, V, 5)
        losses = student.call("pretrain", theirs, rows, V, steps, size, lr, student.rng(draw.seed()), 1.0)
        asked = asked_of(theirs, rows)
        expect.true([len(numbers) for *_, numbers in asked] == [size] * steps,
            "Se piden {steps} lotes de {size} filas; los tuyos son {seen}.",
                    "There should be {steps} batches of {size} rows; yours are {seen}.", steps=steps, size=size,
                    seen=[len(one[3]) for one in asked])
        expect.true(all(len(set(numbers)) == size for *_, numbers in asked), "En un lote hay filas repetidas.",
            "There are repeated rows in a batch.")
        reads_well(rows, asked)
        expect.close(losses, reference(ours, rows, asked, lr), atol=2e-4, rtol=2e-4, what="losses")
        weights = theirs.method("state_dict")
        for name, wanted in ours.state_dict().items():
            expect.close(weights[name], wanted, atol=2e-4, rtol=2e-4, what=name)


@exercise.property(2, "Cada paso sortea filas y tapa de nuevo, con `p`; los especiales quedan a la vista.",
                   "Each step draws rows and hides anew, with `p`; special ids stay visible.")
def fresh(student, draw):
    V, T, p = 16, 30, float(draw.uniform(0.4, 0.6))
    rows = rows_of(draw, 8, T, V)
    theirs, _ = lent_reader(student, draw, V, 5)
    losses = student.call("pretrain", theirs, rows, V, 40, 3, 1e-4, student.rng(draw.seed()), p)
    expect.array(losses, (40,), "losses")
    asked = asked_of(theirs, rows)
    patterns, changed, total, drawn = {}, 0, 0, set()
    for inputs, _, _, numbers in asked:
        drawn.add(tuple(numbers))
        for row, number in zip(inputs, numbers, strict=True):
            words = rows[number] >= FIRST_WORD
            expect.same(row[~words], rows[number][~words], what="inputs")
            patterns.setdefault(number, []).append((row != rows[number]).tolist())
            changed, total = changed + int((row != rows[number]).sum()), total + int(words.sum())
    expect.true(len(patterns) == 8 and len(drawn) > 20, "No salen todas las filas, o salen siempre juntas las mismas.",
                "Not all rows come up, or the same ones always come together.")
    repeated = sum(one == other for seen in patterns.values() for one, other in zip(seen, seen[1:], strict=False))
    expect.true(repeated < 0.5 * len(asked), "Una fila se tapa siempre igual: el sorteo es de una vez para siempre.",
                "A row is always hidden in the same way: the draw is made once and for all.")
    wanted = p * (0.8 + 0.1 * (1 - 1 / (V - FIRST_WORD)))
    expect.true(abs(changed / total - wanted) < 5.5 * np.sqrt(wanted / total),
        "De las palabras que lee el modelo no son las verdaderas el {seen}; con `p` = {p} debía ser el {wanted}.",
        "Of the words that the model reads, {seen} are not the true ones; with `p` = {p} it should be {wanted}.",
                seen=percent(changed / total), p=decimal(p), wanted=percent(wanted))


@exercise.property(2, "El modelo lee con segmentos 0, sin mirar el relleno y en modo `train()`.",
                   "The model reads with segments 0, without looking at the padding and in `train()` mode.")
def how_it_reads(student, draw):
    rows = rows_of(draw, 6, 11, 16)
    theirs, _ = lent_reader(student, draw, 16, 5)
    theirs.keep_method("eval")
    expect.array(student.call("pretrain", theirs, rows, 16, 4, 5, 0.01, student.rng(draw.seed())), (4,), "losses")
    asked = asked_of(theirs, rows)
    expect.true(len(asked) == 4, "Se piden 4 pasos y el modelo lee {seen} veces.",
        "There should be 4 steps, and the model reads {seen} times.", seen=len(asked))
    reads_well(rows, asked)
    expect.true(all(theirs.get("modes")), "El modelo se entrena en modo `eval()`.", "The model is trained in `eval()` mode.")


@exercise.property(1, "Devuelve una lista de números; deja el modelo en `eval()` y `rows` como estaba; el azar viene de `rng`.",
                   "It returns a list of numbers; it leaves the model in `eval()` and `rows` as it was; all randomness comes from "
                   "`rng`.")
def afterwards(student, draw):
    rows, seed = rows_of(draw, 6, 11, 16), draw.seed()
    mine, runs = student.put(rows), []
    theirs, ours = lent_reader(student, draw, 16, 5)
    start = {name: value.clone() for name, value in ours.state_dict().items()}
    for _ in range(2):
        theirs.keep_method("load_state_dict", start)
        runs.append(student.call("pretrain", theirs, mine, 16, 3, 4, 0.02, student.rng(seed), 1.0))
    asked = asked_of(theirs, rows)
    expect.close(runs[0], reference(ours, rows, asked[:3], 0.02), atol=2e-4, rtol=2e-4, what="losses")
    expect.true(isinstance(runs[0], list) and not any(isinstance(loss, torch.Tensor) for loss in runs[0]),
        "Debía ser una lista de números, no de tensores.",
                "It should be a list of numbers, not of tensors.")
    expect.near(runs[1], runs[0], what="losses")
    expect.true(theirs.get("training") is False, "El modelo queda en modo `train()`.", "The model is left in `train()` mode.")
    expect.unchanged(rows, mine.value(), "rows")


def learned(student, draw) -> tuple[float, float]:
    """Pre-train the course's model by the student's loop; return the shares of hidden words and of senses that it tells."""
    sentences = make_senses(SENTENCES, language="es", seed=draw.seed())
    tokens = BertTokens(sentence.text for sentence in make_senses(4000, language="es", seed=0))
    rows = tokens.rows([sentence.text for sentence in sentences])
    student.seed(draw.seed())
    student.lend(LENT)
    model = student.keep("lent_bert", len(tokens), rows.shape[1] + 2)
    student.keep("pretrain", model, rows, len(tokens), STEPS, BATCH_SIZE, LR, student.rng(draw.seed()))
    model.keep_method("eval")
    new = tokens.rows([sentence.text for sentence in make_senses(500, language="es", seed=draw.seed())])
    hidden_words = torch.from_numpy(draw.random(new.shape) < 0.15) & (new >= FIRST_WORD)
    guesses = student.keep("lent_guesses", model, torch.where(hidden_words, MASK, new)).item(0).value()
    words = float((torch.as_tensor(guesses) == new)[hidden_words].double().mean())

    told = make_senses(600, ambiguous=1.0, language="es", seed=draw.seed())
    inputs = tokens.rows([sentence.text for sentence in told])
    vectors = torch.as_tensor(student.keep("lent_guesses", model, inputs).item(1).value())
    x = vectors[torch.arange(len(told)), torch.tensor([sentence.at + 1 for sentence in told])].double()
    x = torch.cat([x, torch.ones(len(x), 1)], dim=1)
    y = torch.tensor([2.0 * sentence.topic - 1 for sentence in told]).double()
    known = torch.tensor([sentence.clue < 2 for sentence in told])
    weights = torch.linalg.solve(x[known].T @ x[known] + 100 * torch.eye(x.shape[1]).double(), x[known].T @ y[known])
    return words, float(((x[~known] @ weights > 0) == (y[~known] > 0)).double().mean())


@exercise.property(10, f"Tras {STEPS} pasos acierta el {100 * WORDS:.0f} % de las palabras tapadas en frases de otro sorteo (decir "
                       f"la más frecuente, el "
                       f"10 %), y su vector de «banco» separa los dos sentidos en el {100 * SENSES:.0f} % de frases con pistas nuevas.",
                   f"After {STEPS} steps it gets {WORDS:.0%} of the hidden words right in sentences of another draw (always saying "
                   f"the most frequent one, "
                   f"10%), and its vector of “banco” tells the two senses in {SENSES:.0%} of sentences with new clues.", costly=True)
def new_sentences(student, draw):
    passed = 0
    for tried in range(4):  # one run in fifty misses a clue: then two of three others have to pass
        words, senses = learned(student, draw)
        passed += words >= WORDS and senses >= SENSES
        if passed == (2 if tried else 1):
            return
    expect.fail("Acierta el {words} de las palabras tapadas y el {senses} de los sentidos.",
                "It gets {words} of the hidden words and {senses} of the senses right.", words=percent(words), senses=percent(senses))


OPTIMIZER = "optimizer = torch.optim.AdamW(model.parameters(), lr=lr)"
ROWS = "ids = rows[rng.choice(len(rows), size=batch_size, replace=False)]"
HIDE = "inputs, labels = mask_tokens(ids, vocab_size, MASK, FIRST_WORD, rng, p)"
READ = "hidden = model(inputs, torch.zeros_like(ids), ids != PAD)"
RATE = 'optimizer.param_groups[0]["lr"] = lr * (1 - k / steps)'
LOOP = "    for k in range(steps):\n"

exercise.mistake("reads_the_answer", (READ, READ.replace("(inputs,", "(ids,")),
    es="El modelo lee `ids`, con todo a la vista: solo tiene que copiar.",
    en="The model reads `ids`, with everything visible: it only has to copy.")
exercise.mistake("constant_rate", ("        " + RATE + "\n", ""), es="La tasa es siempre `lr`: ha de bajar en línea recta, de `lr` "
    "a `lr / steps`.",
    en="The rate is always `lr`: it should fall in a straight line, from `lr` to `lr / steps`.")
exercise.mistake("rate_falls_early", (RATE, RATE.replace("k / steps", "(k + 1) / steps")),
    es="La tasa baja un paso antes: el primero se da con `lr`, y el último no es de tasa cero.",
    en="The rate falls one step early: the first step is taken with `lr`, and the last one does not have rate zero.")
exercise.mistake("rate_after_the_step", ("        " + RATE + "\n", ""), ("        optimizer.step()\n", "        optimizer.step()\n  "
    "      " + RATE + "\n"),
    es="Cambias la tasa después del paso: cada paso usa la del anterior.",
    en="You change the rate after the step: each step uses that of the one before.")
exercise.mistake("hidden_once", (LOOP, "    once = mask_tokens(rows, vocab_size, MASK, FIRST_WORD, rng, p)\n" + LOOP),
    (ROWS, "picked = rng.choice(len(rows), size=batch_size, replace=False)\n        ids = rows[picked]"), (HIDE,
    "inputs, labels = once[0][picked], "
    "once[1][picked]"), es="Tapas una sola vez, antes del bucle: cada fila tiene siempre los mismos huecos.",
    en="You hide once, before the loop: each row always has the same gaps.")
exercise.mistake("always_the_first_rows", (ROWS, "ids = rows[:batch_size]"), es="Usas siempre las primeras filas.",
    en="You always use the first rows.")
exercise.mistake("rows_repeated", (ROWS, "ids = rows[rng.integers(len(rows), size=batch_size)]"),
    es="Con `integers`, un lote puede repetir filas.",
    en="With `integers`, a batch may repeat rows.")
exercise.mistake("always_fifteen", (HIDE, HIDE.replace(", rng, p)", ", rng)")), es="Tapas siempre el 15 %: no usas `p`.",
    en="You always hide 15%: you do not use `p`.")
exercise.mistake("asks_about_everything", (HIDE, HIDE + "\n        labels = torch.where(ids != PAD, ids, -100)"),
    es="Preguntas por todos los sitios, "
    "también por `[CLS]` y `[SEP]`.", en="You ask about all positions, `[CLS]` and `[SEP]` too.")
exercise.mistake("padding_seen", (READ, READ.replace("ids != PAD", "torch.ones_like(ids, dtype=torch.bool)")),
    es="Dejas mirar el relleno: `seen` es `ids != PAD`.",
    en="You let the padding be looked at: `seen` is `ids != PAD`.")
exercise.mistake("gaps_not_seen", (READ, READ.replace("ids != PAD", "(ids != PAD) & (inputs != MASK)")),
    es="Tapas a la atención los sitios `[MASK]`; solo se le "
    "tapa el relleno.", en="You hide the `[MASK]` positions from attention; hide only padding.")
exercise.mistake("segments_one", (READ, READ.replace("zeros_like", "ones_like")), es="Los segmentos son 1. Una frase sola va en el 0.",
    en="Segments are 1. A single sentence goes in 0.")
exercise.mistake("no_zero_grad", ("        optimizer.zero_grad()\n", ""), es="Falta `optimizer.zero_grad()`.",
    en="`optimizer.zero_grad()` is missing.")
exercise.mistake("sgd", (OPTIMIZER, OPTIMIZER.replace("AdamW", "SGD")), es="Usas SGD. Se pide AdamW.",
    en="You use SGD. It should be AdamW.")
exercise.mistake("plain_adam", (OPTIMIZER, OPTIMIZER.replace("AdamW(", "Adam(")), es="Usas Adam, sin decaimiento de pesos. Se pide "
    "AdamW.",
    en="You use Adam, without weight decay. It should be AdamW.")
exercise.mistake("optimizer_in_the_loop", ("    " + OPTIMIZER + "\n", ""), (RATE, OPTIMIZER.replace("lr=lr",
    "lr=lr * (1 - k / steps)")),
    es="Haces un optimizador nuevo en cada paso: AdamW pierde sus medias.",
    en="You make a new optimiser at each step: AdamW loses its averages.")
exercise.mistake("tensors_kept", ("losses.append(loss.item())", "losses.append(loss)"),
    es="Guardas tensores, con su grafo. Usa `loss.item()`.",
    en="You keep tensors, with their graph. Use `loss.item()`.")
exercise.mistake("left_in_training", ("    model.eval()\n", ""), es="Falta `model.eval()` al acabar.",
    en="`model.eval()` is missing at the end.")
exercise.mistake("never_in_training", ("    model.train()\n", "    model.eval()\n"),
    es="Falta `model.train()`: se entrena sin dropout.",
    en="`model.train()` is missing: it trains without dropout.")
exercise.mistake("one_step_more", (LOOP, LOOP.replace("(steps", "(steps + 1")), es="Das un paso de más.",
    en="You take one step too many.")

exercise.alternative("shuffled", (ROWS, "ids = rows[torch.from_numpy(rng.permutation(len(rows))[:batch_size])]"),
    ("optimizer.zero_grad()", "model.zero_grad()"), ("model.eval()", "model.train(False)"), (RATE, "for group in "
        "optimizer.param_groups:\n"
    "            group['lr'] = lr - lr * k / steps"), (READ, READ.replace("ids != PAD",
    "inputs.ne(PAD)")))
exercise.alternative("while", code="""
def pretrain(model, rows, vocab_size, steps, batch_size, lr, rng, p=0.15):
    adam = torch.optim.AdamW(list(model.parameters()), lr, betas=(0.9, 0.999), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(adam, lambda k: 1 - k / steps)
    history = np.zeros(steps)
    model.train()
    done = 0
    while done < steps:
        chosen = rng.permuted(np.arange(len(rows)))[:batch_size]
        batch = rows[chosen.tolist()]
        inputs, labels = mask_tokens(batch, vocab_size, mask=MASK, special=FIRST_WORD, rng=rng, p=p)
        loss = masked_loss(model.scores(model(inputs, inputs * 0, batch.ne(PAD))), labels)
        adam.zero_grad(set_to_none=True)
        loss.backward()
        adam.step()
        history[done] = float(loss.detach())
        schedule.step()
        done += 1
    model.eval()
    return history.tolist()
""")
