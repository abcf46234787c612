# %% [markdown] lang="es"
# # GPT: escribir palabra a palabra
#
# El Transformer de la unidad 5 necesita una frase que traducir. Quítale el origen y deja solo la mitad que escribe: dado
# un comienzo, dice qué sigue; lo añade, y vuelve a decir qué sigue. Con eso, y nada más, se hacen hoy los modelos que
# conversan. En esta lección vas a entrenar uno que habla de redes neuronales, porque su único libro será este curso.
# **¿Qué le falta a una red para escribir cualquier texto?**

# %% [markdown] lang="en"
# # GPT: writing word by word
#
# The Transformer of unit 5 needs a sentence to translate. Take the source away and leave only the half that writes: given
# a beginning, it says what follows; adds it, and says again what follows. With that, and nothing else, the models that
# converse are made today. In this lesson you will train one that talks about neural networks, because its only book will
# be this course. **What does a network lack to write any text?**

# %%
import time
from importlib.util import find_spec
from itertools import product

import numpy as np
import torch

from atiende import device, label, language, plots, widgets
from atiende.data import load_prose, load_quijote, load_shakespeare, split_words
from atiende.decoding import beam_search, generate
from atiende.models.gpt import (
    GPT,
    GPTConfig,
    copied_share,
    from_gpt2,
    next_token_loss,
    repeated_share,
    sample_windows,
)
from atiende.tokenizers import BytePair
from atiende.training import train

# %% [markdown] lang="es"
# ## Primero, un fracaso
#
# Nuestros vocabularios de palabras venían de los textos de entrenamiento. Aquí está el libro: los párrafos de las
# lecciones y las tareas de este curso, con la última décima parte de cada una apartada para validar. ¿Cuántas palabras
# de esa décima parte no salen nunca en el resto?

# %% [markdown] lang="en"
# ## First, a failure
#
# Our vocabularies of words came from the training texts. Here is the book: the paragraphs of the lessons and assignments
# of this course, with the last tenth of each put aside for validation. How many words of that tenth never come in the
# rest?

# %%
gpu = device().type == "cuda"
real = load_quijote if language() == "es" else load_shakespeare
corpus = real() if gpu else load_prose()  # with a GPU there is time for a whole book
known, new = set(split_words(corpus.train)), split_words(corpus.validation)
unknown = [word for word in new if word not in known and word.isalpha()]
print(corpus.name, f"· {len(corpus.train):,} + {len(corpus.validation):,}")
print(f"{len(unknown)} / {len(new)}:", ", ".join(sorted(set(unknown), key=len)[-6:]))

# %% [markdown] lang="es"
# Para el modelo, cada una de ellas sería `<unk>`: ni leerla ni escribirla. Y no se arregla con más texto: siempre habrá
# un apellido, un plural, una errata. La otra punta, las letras sueltas, lo escribe todo; pero una frase pasa a ser una
# fila larguísima, y la atención paga por cada lugar. Hace falta algo entre las dos.
#
# **Al terminar sabrás**
# - pasar de texto a bytes y de bytes a piezas, y hacer a mano las primeras uniones;
# - decir por qué nada es desconocido, y por qué escribir en español puede salir más caro;
# - montar un GPT con lo que ya tienes: qué sobra, qué se comparte y cómo nace;
# - acumular gradientes, y comparar modelos que cortan el texto de otra manera;
# - elegir entre lo voraz, el haz, la temperatura, top-k y top-p, y decir en qué falla cada uno;
# - explicar la caché de claves y valores, y medir lo que ahorra;
# - sospechar de un modelo que copia, y hacer las cuentas de uno grande.
#
# **Necesitas** las unidades 3, 4 y 5. **Tiempo:** 150 minutos.

# %% [markdown] lang="en"
# For the model, each of them would be `<unk>`: neither read nor written. And more text is no cure: there will always be a
# surname, a plural, a misprint. The other end, single letters, writes everything; but a sentence becomes a very long
# row, and attention pays for each place. Something in between is needed.
#
# **By the end you will be able to**
# - go from text to bytes and from bytes to pieces, and do the first merges by hand;
# - say why nothing is unknown, and why writing in Spanish may cost more;
# - build a GPT with what you have: what is left over, what is shared, and how it is born;
# - accumulate gradients, and compare models that cut text in different ways;
# - choose among greedy, beam, temperature, top-k and top-p, and say where each one fails;
# - explain the cache of keys and values, and measure what it saves;
# - suspect a model that copies, and do the sums of a large one.
#
# **You need** units 3, 4 and 5. **Time:** 150 minutes.

# %% [markdown] lang="es"
# ## 1. De letras a bytes
#
# Un ordenador guarda el texto como **bytes**, números de 0 a 255. La regla de hoy es UTF-8: las letras de ASCII ocupan
# uno; las demás, de dos a cuatro. A mano, la «ñ»: su número en Unicode es 241, en binario `11110001`. No cabe en los
# siete bits de ASCII, así que se reparte en dos bytes, `110xxxxx` y `10xxxxxx`, cuyos huecos son once bits,
# `00011110001`:
#
# - `110` y los cinco primeros, `00011`: `11000011`, que es 195;
# - `10` y los otros seis, `110001`: `10110001`, que es 177.
#
# Los dos primeros bits dicen si un byte empieza letra o la continúa. Con 256 símbolos se escribe todo: cualquier lengua,
# un emoji, una errata. **Nada es desconocido.**

# %% [markdown] lang="en"
# ## 1. From letters to bytes
#
# A computer keeps text as **bytes**, numbers from 0 to 255. Today's rule is UTF-8: the letters of ASCII take one; the
# others, from two to four. By hand, the “ñ”: its number in Unicode is 241, in binary `11110001`. It does not fit in the
# seven bits of ASCII, so it is shared out in two bytes, `110xxxxx` and `10xxxxxx`, whose gaps are eleven bits,
# `00011110001`:
#
# - `110` and the first five, `00011`: `11000011`, which is 195;
# - `10` and the other six, `110001`: `10110001`, which is 177.
#
# The first two bits tell whether a byte begins a letter or goes on with it. With 256 symbols everything can be written:
# any language, an emoji, a misprint. **Nothing is unknown.**

# %%
print(list("ñ".encode()), [f"{byte:08b}" for byte in "ñ".encode()])
widgets.predict("gpt.bytes")

# %%
no_merges = BytePair([])
texts = ("año", "¿Qué año?", "5 €", "мир")
plots.plot_pieces({text: no_merges.pieces(no_merges.encode(text)) for text in texts})

# %% [markdown] lang="es"
# ## 2. De bytes a piezas
#
# Los bytes son demasiado cortos. La **codificación por parejas de bytes** (*byte-pair encoding*, BPE) los alarga: mira
# qué dos vecinos salen juntos más veces, los **une** en un símbolo nuevo, y repite. Sennrich y otros la trajeron a la
# traducción en 2016; GPT-2 la hizo sobre bytes.
#
# A mano, con seis palabras: `red rey reja reno remo rama`. El texto se parte antes en palabras, cada una con su espacio
# delante (aquí, `␣`), y las uniones no cruzan de una a otra.
#
# 1. Las parejas: `␣r` sale 5 veces, y `re`, otras 5; `ey`, `ej`, `em`, `mo`…, 1. Empate: gana **la de números mayores**,
#    y `r` es el 114, mientras que `␣` es el 32. Se une `re`, que pasa a ser el símbolo 256.
# 2. Ahora la pareja `␣` y `re` sale 4 veces, y ninguna otra tanto. Se une: 257.
# 3. Todas las que quedan salen una vez. De ellas, la mayor es 257 con `y`, que es el 121: nace `␣rey`, el 258.

# %% [markdown] lang="en"
# ## 2. From bytes to pieces
#
# Bytes are too short. **Byte-pair encoding** (BPE) makes them longer: it looks which two neighbours come together most
# often, **joins** them into a new symbol, and repeats. Sennrich and others brought it to translation in 2016; GPT-2 did
# it on bytes.
#
# By hand, with six Spanish words: `red rey reja reno remo rama`. The text is first cut into words, each with its space
# in front (here, `␣`), and merges do not cross from one to another.
#
# 1. The pairs: `␣r` comes 5 times, and `re`, another 5; `ey`, `ej`, `em`, `mo`…, 1. A tie: **the one of greater
#    numbers** wins, and `r` is 114, while `␣` is 32. So `re` is joined, and becomes symbol 256.
# 2. Now the pair of `␣` and `re` comes 4 times, and no other as often. It is joined: 257.
# 3. All those left come once. Of them, the greatest is 257 with `y`, which is 121: `␣rey` is born, 258.

# %%
six = "red rey reja reno remo rama"
tokenizer = BytePair.train(six, num_merges=3)
print(tokenizer.merges)
steps = {label(f"uniones: {n}", f"merges: {n}"): BytePair(tokenizer.merges[:n]) for n in range(4)}
plots.plot_pieces({name: some.pieces(some.encode(six)) for name, some in steps.items()})

# %% [markdown] lang="es"
# Para cortar un texto nuevo se repiten las uniones **en el orden en que se aprendieron**; no se busca la pieza más
# larga. Y si una palabra no se vio nunca, queda en trozos más cortos, hasta los bytes si hace falta.
#
# Ahora con el libro entero. Cuantas más uniones, más bytes por pieza y menos lugares que leer; pero cada unión es una
# fila más en la tabla de embeddings. ¿Y si las uniones se aprendieron en otra lengua?

# %% [markdown] lang="en"
# To cut a new text the merges are repeated **in the order in which they were learnt**; one does not look for the longest
# piece. And if a word was never seen, it stays in shorter bits, down to bytes if need be.
#
# Now with the whole book. The more merges, the more bytes a piece and the fewer places to read; but each merge is one
# more row in the table of embeddings. And what if the merges were learnt in another language?

# %%
widgets.predict("gpt.language")

# %%
MERGES = 512
tokenizer = BytePair.train(corpus.train, MERGES)
other = "en" if language() == "es" else "es"
foreign = BytePair.train(load_prose(other).train, MERGES)
counts = [0, 50, 100, 200, 300, 400, 512]
ours, theirs = label("español", "English"), label("inglés", "Spanish")
size = len(corpus.validation[:20000].encode())
bytes_a_piece = {
    name: [size / len(BytePair(some.merges[:n]).encode(corpus.validation[:20000])) for n in counts]
    for name, some in ((ours, tokenizer), (theirs, foreign))
}
plots.plot_curves(counts, {label(f"uniones aprendidas en {name}", f"merges learnt from {name}"): values
                           for name, values in bytes_a_piece.items()},
                  label("uniones", "merges"), label("bytes por pieza", "bytes a piece"))  # fmt: skip

# %% [markdown] lang="es"
# El mismo texto, con las uniones de otra lengua, se corta en más piezas. En un modelo que cobra por pieza y tiene un
# contexto de tantas piezas, quien escribe en una lengua poco vista paga más y le cabe menos. No es un error del
# algoritmo: es lo que se le dio a leer. Mueve el número de uniones y mira cómo se corta una frase:

# %% [markdown] lang="en"
# The same text, with the merges of another language, is cut into more pieces. In a model that charges by the piece and
# has a context of so many pieces, whoever writes in a language that was little seen pays more, and less fits. It is no
# mistake of the algorithm: it is what it was given to read. Move the number of merges and look how a sentence is cut:

# %%
sentence = label("El niño añadió una capa oculta: ¡la pérdida bajó mañana y tarde!",
                 "The girl added a hidden layer: the loss fell all day, naïve or not!")  # fmt: skip
widgets.explore_merges(tokenizer, sentence)

# %% [markdown] lang="es"
# ## 3. El ejercicio de siempre, desplazado
#
# El libro es ahora una sola fila de ids. Un ejemplo es una **ventana**: los ids de $t$ a $t + T$, y como respuesta los
# mismos **un lugar más allá**. Una ventana de 64 son 64 ejercicios en una pasada, gracias a la máscara causal de la
# unidad 4: tras la primera pieza, la segunda; tras las dos primeras, la tercera…

# %% [markdown] lang="en"
# ## 3. The usual exercise, shifted
#
# The book is now a single row of ids. An example is a **window**: the ids from $t$ to $t + T$, and as the answer the
# same ones **one place further on**. A window of 64 is 64 exercises in one pass, thanks to the causal mask of unit 4:
# after the first piece, the second; after the first two, the third…

# %%
CONTEXT = 256 if gpu else 64
ids, held = (torch.tensor(tokenizer.encode(text)) for text in (corpus.train, corpus.validation))
V = len(tokenizer)
x, y = sample_windows(ids, rows=1, length=8)
print(f"{len(ids):,} + {len(held):,}, V = {V}")
print(tokenizer.pieces(x[0]), tokenizer.pieces(y[0]), sep="\n")

# %% [markdown] lang="es"
# ## 4. Contra qué se mide
#
# Dos puntos de comparación. Quien no sabe nada reparte a partes iguales: $\ln V$ nats por pieza. La **tabla de
# bigramas** de la unidad 3 mira una pieza atrás. Y una precaución: los nats **por pieza** de dos modelos solo se
# comparan si cortan igual. Para compararlos siempre, el total de nats se divide entre los **caracteres** del texto, que
# no dependen de las piezas.

# %% [markdown] lang="en"
# ## 4. What to measure against
#
# Two baselines. One who knows nothing shares out evenly: $\ln V$ nats a piece. The **table of bigrams** of unit 3 looks
# one piece back. And a caution: the nats **a piece** of two models can be compared only if they cut alike. To compare
# them always, the total of nats is divided by the **characters** of the text, which do not depend on the pieces.

# %%
follows = torch.full((V, V), 0.1)
follows.index_put_((ids[:-1], ids[1:]), torch.ones(len(ids) - 1), accumulate=True)
table = follows.log() - follows.sum(dim=1, keepdim=True).log()
pieces_a_character = len(held) / len(corpus.validation)
nats = {label("sin saber nada", "knowing nothing"): float(np.log(V)) * pieces_a_character,
        label("bigramas", "bigrams"):
            -table[held[:-1], held[1:]].mean().item() * pieces_a_character}  # fmt: skip
print({name: round(value, 2) for name, value in nats.items()})

# %% [markdown] lang="es"
# ## 5. El modelo
#
# De la unidad 5 queda el decodificador **sin atención cruzada**, porque no hay origen (*decoder-only*). Cada bloque, en
# *pre*: atención hacia atrás, feed-forward, y los dos suman a la corriente residual. Tres cambios de GPT-2:
#
# - **GELU** en lugar de ReLU, la de la tarea 1;
# - posiciones **aprendidas**, una fila por lugar hasta el contexto;
# - **pesos compartidos** (*weight tying*): la tabla que da el vector de una pieza es también la que puntúa la siguiente.
#   Si el vector que sale se parece al de «río», «río» puntúa alto. Con $V = 50257$ y $D = 768$, son 38,6 millones de
#   pesos que no hay que tener dos veces.

# %% [markdown] lang="en"
# ## 5. The model
#
# Of unit 5 the decoder is left, **without cross-attention**, because there is no source (*decoder-only*). Each block, in
# *pre*: attention backwards, feed-forward, and both add to the residual stream. Three changes of GPT-2:
#
# - **GELU** in place of ReLU, that of assignment 1;
# - **learned** positions, a row for each place up to the context;
# - **shared weights** (*weight tying*): the table that gives the vector of a piece is also the one that scores the next.
#   If the vector that comes out is like that of “river”, “river” scores high. With $V = 50257$ and $D = 768$, that is
#   38.6 million weights that need not be kept twice.

# %%
plots.plot_gpt()

# %% [markdown] lang="es"
# **Cómo nace.** La corriente es una suma de $2L$ ramas. Si cada una añade un ruido independiente de varianza $s^2$, tras
# todas hay $2L s^2$: una desviación de $s\sqrt{2L}$. A mano, con $L = 48$: $\sqrt{96} = 9.8$ veces el ruido de una. El
# remedio de GPT-2 es que las matrices que **escriben** en la corriente nazcan divididas por $\sqrt{2L}$; la suma se
# queda en $s$.

# %% [markdown] lang="en"
# **How it is born.** The stream is a sum of $2L$ branches. If each adds an independent noise of variance $s^2$, after
# all of them there is $2L s^2$: a deviation of $s\sqrt{2L}$. By hand, with $L = 48$: $\sqrt{96} = 9.8$ times the noise
# of one. The remedy of GPT-2 is that the matrices that **write** into the stream are born divided by $\sqrt{2L}$; the
# sum stays at $s$.

# %%
widgets.predict("gpt.birth")


# %%
@torch.no_grad()
def stream(layers, scaled):
    """Return how large the stream is after each block of a newborn model, next to its beginning."""
    torch.manual_seed(0)
    newborn = GPT(GPTConfig(V, 32, 128, 4, layers))
    for name, weight in newborn.named_parameters():
        if name.endswith(("to_out.weight", "narrow.weight")) and not scaled:
            weight *= (2 * layers) ** 0.5
    h = newborn.tokens(ids[:32][None]) + newborn.positions.weight
    sizes = [h.std().item()]
    for block in newborn.blocks:
        h, _ = block(h)
        sizes.append(h.std().item())
    return [s / sizes[0] for s in sizes]


sizes = {label("todas a 0,02", "all at 0.02"): stream(48, False)[::4],
         label("las que escriben, entre √2L", "the writers, over √2L"): stream(48, True)[::4]}  # fmt: skip
plots.plot_curves(range(0, 49, 4), sizes, label("bloque", "block"),
                  label("corriente / entrada", "stream / entrance"))  # fmt: skip

# %% [markdown] lang="es"
# ## 6. Entrenar
#
# El bucle es el de siempre, con recorte del gradiente y calentamiento. Los modelos grandes añaden un truco: si el lote
# que quieres no cabe en memoria, se hacen varios pequeños y sus gradientes se **acumulan** antes de dar el paso. Como la
# pérdida es una media, cada parte se divide entre cuántas son. A mano: si las pérdidas de dos mitades son 4 y 6, la del
# lote es $4/2 + 6/2 = 5$, y con los gradientes pasa lo mismo, porque son sumas.

# %% [markdown] lang="en"
# ## 6. Training
#
# The loop is the usual one, with gradient clipping and warm-up. Large models add a trick: if the batch that you want
# does not fit in memory, several small ones are made, and their gradients are **accumulated** before the step. As the
# loss is a mean, each part is divided by how many they are. By hand: if the losses of two halves are 4 and 6, that of
# the batch is $4/2 + 6/2 = 5$, and with gradients it is the same, because they are sums.

# %%
torch.manual_seed(0)
config = GPTConfig(V, CONTEXT, d_model=384, heads=6, num_layers=6, dropout=0.2) if gpu else \
    GPTConfig(V, CONTEXT, d_model=128, heads=4, num_layers=2, dropout=0.1)  # fmt: skip
writer = GPT(config).to(device())
x, y = (part.to(device()) for part in sample_windows(ids, rows=8, length=CONTEXT))
writer.eval()  # no dropout: both ways have to agree
next_token_loss(writer(x), y).backward()
at_once = writer.tokens.weight.grad.clone()
writer.zero_grad()
for part in range(4):
    rows = slice(2 * part, 2 * part + 2)
    (next_token_loss(writer(x[rows]), y[rows]) / 4).backward()  # adds to what is there
print("max |Δ| =", f"{(writer.tokens.weight.grad - at_once).abs().max().item():.1e}")
print(f"ln V = {np.log(V):.3f};", f"{next_token_loss(writer(x), y).item():.3f}")

# %%
STEPS, BATCH, RATE = (3000, 64, 1e-3) if gpu else (600, 12, 3e-3)
writer.zero_grad()
windows = sample_windows(ids, STEPS * BATCH, CONTEXT)
cut = (len(held) - 1) // CONTEXT * CONTEXT
validation = held[:cut].view(-1, CONTEXT), held[1 : cut + 1].view(-1, CONTEXT)


def rate(step):
    """Return the learning rate: a warm-up, and a straight line down to a tenth."""
    return RATE * min(1, step / 50) * (1 - 0.9 * step / STEPS)


history = train(writer, *windows, loss=next_token_loss, lr=rate, steps=STEPS, batch_size=BATCH,
                clip=1.0, validation=validation, every=STEPS // 6,
                optimizer=torch.optim.AdamW(writer.parameters(), lr=RATE))  # fmt: skip
plots.plot_losses({label("nats por pieza", "nats a piece"): history.curves()})

# %%
nats["GPT"] = history.validation[-1] * pieces_a_character
plots.plot_nats(nats, label("validación, nats por carácter", "validation, nats a character"))

# %% [markdown] lang="es"
# Menos que los bigramas, con un libro diminuto y menos de un minuto. ¿Poco? Los modelos de verdad leen millones de veces
# más. Pero la máquina es la misma. Con las obras de Shakespeare, letra a letra, nanoGPT publica 1,88 nats por carácter
# con 4 capas y unos minutos de CPU, y 1,47 con 6 capas y una GPU. Si tienes GPU, esta lección ya ha usado un libro
# entero.
#
# ## 7. Escribir: lo que cada manera hace mal
#
# El modelo no da una palabra: da una probabilidad a cada pieza. Alguien tiene que elegir. Lo **voraz** toma la mayor.

# %% [markdown] lang="en"
# Less than the bigrams, with a tiny book and less than a minute. Not much? Real models read millions of times more. But
# the machine is the same. On Shakespeare's plays, letter by letter, nanoGPT publishes 1.88 nats a character with 4
# layers and some minutes of CPU, and 1.47 with 6 layers and a GPU. If you have a GPU, this lesson has used a whole book
# already.
#
# ## 7. Writing: what each way gets wrong
#
# The model does not give a word: it gives a probability to each piece. Somebody has to choose. **Greedy** takes the
# largest.

# %%
widgets.predict("gpt.greedy")


# %%
def written(count=90, **choices):
    """Continue a beginning; return the ids."""
    start = torch.tensor(tokenizer.encode(label("La atención", "Attention")), device=device())
    return [*start.tolist(), *generate(writer, start, count, **choices).tolist()]


print(tokenizer.decode(written(temperature=0)))

# %% [markdown] lang="es"
# Se muerde la cola. Lo contrario es **sortear** con las probabilidades, y la **temperatura** $\tau$ de la unidad 3
# gradúa: divide las puntuaciones antes del softmax. Midamos dos males: cuánto se repite (trozos de 4 piezas que ya
# habían salido) y cuántas palabras inventa (que no están en el libro).

# %% [markdown] lang="en"
# It bites its own tail. The opposite is to **draw** with the probabilities, and the **temperature** $\tau$ of unit 3 is
# the dial: it divides the scores before the softmax. Let us measure two evils: how much it repeats itself (stretches of
# 4 pieces that had come before) and how many words it makes up (which are not in the book).

# %%
temperatures = [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5]
repeated, invented = [], []
for temperature in temperatures:
    texts = [written(temperature=temperature, seed=seed) for seed in range(3 if temperature else 1)]
    repeated.append(np.mean([repeated_share(text, 4) for text in texts]))
    words = [split_words(tokenizer.decode(text))[:-1] for text in texts]  # the last one may be cut short
    invented.append(np.mean([word not in known for text in words for word in text]))
evils = {label("repite", "repeats"): repeated, label("inventa palabras", "makes up words"): invented}
plots.plot_curves(temperatures, evils, label("temperatura τ", "temperature τ"),
                  label("parte del texto", "share of the text"))  # fmt: skip

# %% [markdown] lang="es"
# Un mal por otro. El problema del sorteo es la **cola**: cada pieza absurda tiene una probabilidad ínfima, pero son
# cientos, y juntas pesan. Dos maneras de cortarla:
#
# - **top-k**: quedan las $k$ más probables, sea cual sea el sitio;
# - **top-p** o núcleo (*nucleus*; Holtzman y otros, 2020): de mayor a menor, quedan las justas para sumar $p$, **con la
#   que hace pasar la suma**.
#
# A mano, con $(0.5,\ 0.3,\ 0.15,\ 0.05)$ y $p = 0.7$: $0.5$ no llega; $0.5 + 0.3 = 0.8$, sí. Quedan dos, y se
# renormalizan: $0.5/0.8 = 0.625$ y $0.3/0.8 = 0.375$.

# %% [markdown] lang="en"
# One evil for another. The trouble with drawing is the **tail**: each absurd piece has a tiny probability, but there are
# hundreds, and together they weigh. Two ways to cut it:
#
# - **top-k**: the $k$ likeliest stay, whatever the place;
# - **top-p** or nucleus (Holtzman and others, 2020): from the largest down, just enough stay to add up to $p$, **with
#   the one that takes the sum past it**.
#
# By hand, with $(0.5,\ 0.3,\ 0.15,\ 0.05)$ and $p = 0.7$: $0.5$ falls short; $0.5 + 0.3 = 0.8$ does not. Two stay, and
# are renormalized: $0.5/0.8 = 0.625$ and $0.3/0.8 = 0.375$.

# %%
widgets.predict("gpt.nucleus")

# %%
rows = held.unfold(0, 5, 1)  # every stretch of five pieces of the validation text
rows = rows[[text.startswith(" ") and text.isprintable() for text in map(tokenizer.decode, rows)]][:2000]
with torch.no_grad():
    p = writer(rows.to(device()))[0][:, -1].softmax(dim=-1).cpu()
doubt = -(p * p.log()).sum(dim=-1).numpy()  # the entropy of unit 4
places = [doubt.argmin(), doubt.argmax(), *np.argsort(doubt)[[len(doubt) // 4, len(doubt) // 2]]]
widgets.explore_next(writer, tokenizer, [tokenizer.decode(rows[n])[1:] for n in places])

# %%
print(tokenizer.decode(written(temperature=0.8, top_p=0.9, seed=2)))

# %% [markdown] lang="es"
# Los comienzos son el sitio de la validación donde el modelo está más seguro, aquel donde más duda, y dos corrientes.
# Fíjate en cuántas piezas deja top-p en cada uno. Y el texto: con un libro tan corto y estos segundos, suena al curso y
# no dice nada.
#
# ## 8. ¿Y la frase más probable?
#
# Lo voraz elige la mejor **pieza**, y eso no da la mejor **frase**. ¿Por qué no mirarlas todas? Con $V$ piezas y frases
# de $T$ hay $V^T$: con 5 y 4, $5^4 = 625$; con 50 000 y 20, un número de 94 cifras. La **búsqueda en haz** de la unidad
# 5 conserva los $k$ mejores comienzos. Con modelos pequeños sí se pueden mirar todas y contar cuántas veces cada uno da
# con la mejor.

# %% [markdown] lang="en"
# The beginnings are the place of the validation text where the model is surest, the one where it hesitates most, and two
# common ones. Look how many pieces top-p keeps in each. And the text: with so short a book and these seconds, it sounds
# like the course and says nothing.
#
# ## 8. And the likeliest sentence?
#
# Greedy chooses the best **piece**, and that does not give the best **sentence**. Why not look at all of them? With $V$
# pieces and sentences of $T$ there are $V^T$: with 5 and 4, $5^4 = 625$; with 50 000 and 20, a number of 94 digits. The
# **beam search** of unit 5 keeps the $k$ best beginnings. With small models all can be looked at, and one can count how
# often each finds the best.

# %%
widgets.predict("gpt.beam")


# %%
def random_model(rng, size=5, length=4):
    """Make a model of any beginning: ids to the log-probabilities (size,) of what follows."""
    beginnings = [ids for n in range(length) for ids in product(range(size), repeat=n)]
    rows = torch.from_numpy(rng.normal(0, 1.5, (len(beginnings), size))).log_softmax(dim=1)
    rows = dict(zip(beginnings, rows, strict=True))
    return lambda ids: rows[tuple(ids)]


def best_of_all(model, size=5, length=4):
    """Look at every sentence there is; return the highest log-probability."""
    totals = {(): 0.0}
    for _ in range(length):
        totals = {(*ids, n): total + step for ids, total in totals.items()
                  for n, step in enumerate(model(ids).tolist())}  # fmt: skip
    return max(totals.values())


rng, widths, models = np.random.default_rng(0), [1, 2, 3, 5, 8], 200
found = dict.fromkeys(widths, 0)
for _ in range(models):
    model = random_model(rng)
    optimum = best_of_all(model)
    for width in widths:
        found[width] += beam_search(model, width, 4)[0][1] > optimum - 1e-9
print(found)
title = label("El haz encuentra la frase más probable", "The beam finds the likeliest sentence")
plots.plot_curves(widths, {"": [found[width] / models for width in widths]},
                  label("ancho del haz", "width of the beam"),
                  label(f"parte de {models} modelos", f"share of {models} models"), title)  # fmt: skip

# %% [markdown] lang="es"
# Un haz de 3 ya la encuentra casi siempre, y mira a lo sumo $1 + 3 \cdot 3 = 10$ comienzos de los 156 que hay. Muévelo:
# el verde es lo que gana; el azul, lo que el haz conserva; el gris, lo que tira.

# %% [markdown] lang="en"
# A beam of 3 finds it nearly always, and looks at $1 + 3 \cdot 3 = 10$ beginnings at most, of the 156 there are. Move
# it: green is what wins; blue, what the beam keeps; grey, what it throws away.

# %%
widgets.explore_beam()

# %% [markdown] lang="es"
# ¿Entonces, para escribir, un haz muy ancho? No. Mira qué probabilidad da el modelo a cada pieza de un párrafo de
# validación, que escribió una persona, y a cada pieza de lo que encuentra el haz:

# %% [markdown] lang="en"
# So, to write, a very wide beam? No. Look which probability the model gives to each piece of a validation paragraph,
# which a person wrote, and to each piece of what the beam finds:


# %%
@torch.no_grad()
def chances(text):
    """Return the probability that the model gave to each piece of a text (T,), after those before it."""
    row = torch.tensor(text, device=device())[None]
    p = writer(row[:, :-1])[0].softmax(dim=-1)
    return p[0].gather(1, row[0, 1:, None])[:, 0].cpu().numpy()


@torch.no_grad()
def following(text):
    """Return the log-probabilities of what follows the beginning and this text."""
    return writer(torch.tensor([start + text], device=device()))[0][0, -1].log_softmax(dim=0).cpu()


person = held[: CONTEXT - 4].tolist()[:56]
start = person[:6]
likely = start + beam_search(following, 4, 50)[0][0]
plots.plot_chosen({label("una persona", "a person"): chances(person),
                   label("un haz de 4", "a beam of 4"): chances(likely)})  # fmt: skip
print(tokenizer.decode(likely))

# %% [markdown] lang="es"
# El haz va de pieza segura en pieza segura. Una persona no: cada poco dice algo que el modelo no esperaba, y por eso
# merece la pena leerla. Para **traducir** hay pocas respuestas buenas y el haz ayuda; para **escribir**, se sortea.
#
# ## 9. No leer dos veces: la caché
#
# Hasta ahora, para cada pieza nueva podríamos leer de nuevo todo lo escrito. Pero la máscara causal tiene un regalo: una
# pieza solo mira hacia atrás, así que sus claves y valores **no cambian** cuando llega otra. Se guardan, y de cada pieza
# nueva se calcula una consulta, una clave y un valor. Es la **caché de claves y valores** (*KV cache*): el estado de la
# red recurrente, solo que crece.

# %% [markdown] lang="en"
# The beam goes from safe piece to safe piece. A person does not: every little while they say something that the model
# did not expect, and that is why they are worth reading. To **translate** there are few good answers, and the beam
# helps; to **write**, one draws.
#
# ## 9. Not reading twice: the cache
#
# So far, for each new piece we might read all that is written anew. But the causal mask has a gift: a piece only looks
# back, so its keys and values **do not change** when another one comes. They are kept, and of each new piece one query,
# one key and one value are computed. It is the **cache of keys and values** (*KV cache*): the state of the recurrent
# network, only that it grows.

# %%
plots.plot_cache(label("La llama no cruzó el río", "The llama did not cross").split())

# %% [markdown] lang="es"
# A mano, las piezas que se leen para escribir 4: sin caché, $1 + 2 + 3 + 4 = 10$; con ella, 4. Para $T$, $T(T+1)/2$
# contra $T$.
#
# Dos errores que no protestan: dar a la pieza nueva la **posición** 0, cuando es la $P$; y una **máscara** que empieza a
# contar en la primera clave, cuando llegan varias piezas detrás de un pasado.

# %% [markdown] lang="en"
# By hand, the pieces that are read to write 4: without a cache, $1 + 2 + 3 + 4 = 10$; with it, 4. For $T$, $T(T+1)/2$
# against $T$.
#
# Two mistakes that do not protest: giving the new piece **position** 0, when it is number $P$; and a **mask** that
# begins to count at the first key, when several pieces come behind a past.

# %%
widgets.predict("gpt.cache")

# %%
torch.manual_seed(0)
newborn, lengths = GPT(GPTConfig(V, 257, 96, 4, 2)).to(device()).eval(), [32, 64, 128, 256]
start = ids[:1].to(device())
seconds = {label("sin caché", "without a cache"): [], label("con caché", "with a cache"): []}
for length in lengths:
    for cached, row in zip((False, True), seconds.values(), strict=True):
        begun = time.perf_counter()
        generate(newborn, start, length, temperature=0, cached=cached)
        row.append(time.perf_counter() - begun)
plots.plot_cost(lengths, seconds)
same = [generate(newborn, start, 100, seed=1, cached=cached).tolist() for cached in (False, True)]
print(same[0] == same[1])

# %% [markdown] lang="es"
# El mismo texto, y la distancia crece con el largo. El precio es memoria: $2 L D$ números por pieza. En GPT-2 pequeño,
# con $L = 12$, $D = 768$ y 1024 piezas, son $2 \cdot 12 \cdot 768 \cdot 1024 = 18.9$ millones de números por texto.
#
# ## 10. ¿Sabe o se acuerda?
#
# La **perplejidad** es $e$ elevado a los nats por pieza: entre cuántas piezas duda, de media. Se calcula con **todas**
# las piezas; la media de las perplejidades de los lotes es otra cosa. Y una perplejidad buena en un texto que el modelo
# ya leyó no es saber: es memoria. Una prueba barata: qué parte de los trozos de $n$ piezas de lo que escribe está tal
# cual en el libro. La vara de medir es un texto nuevo de la misma mano, la validación.

# %% [markdown] lang="en"
# The same text, and the distance grows with the length. The price is memory: $2 L D$ numbers a piece. In small GPT-2,
# with $L = 12$, $D = 768$ and 1024 pieces, that is $2 \cdot 12 \cdot 768 \cdot 1024 = 18.9$ million numbers a text.
#
# ## 10. Does it know or remember?
#
# **Perplexity** is $e$ to the nats a piece: among how many pieces it hesitates, on average. It is computed over **all**
# pieces; the mean of the perplexities of the batches is another thing. And a good perplexity on a text that the model
# has read is not knowing: it is memory. A cheap test: which share of the stretches of $n$ pieces of what it writes is in
# the book just like that. The yardstick is a new text by the same hand, the validation.

# %%
widgets.predict("gpt.memory")

# %%
print(f"exp({history.validation[-1]:.3f}) = {np.exp(history.validation[-1]):.1f}")
book, lengths = ids.tolist(), range(1, 9)
samples = {label("voraz", "greedy"): written(300, temperature=0),
           label("sorteo, τ = 0,8", "drawn, τ = 0.8"): written(300, temperature=0.8, seed=3),
           label("validación", "validation"): held[:300].tolist()}  # fmt: skip
shares = {name: [copied_share(text, book, n) for n in lengths] for name, text in samples.items()}
plots.plot_curves(lengths, shares, label("largo del trozo, n", "length of the stretch, n"),
                  label("parte que está en el libro", "share that is in the book"))  # fmt: skip

# %% [markdown] lang="es"
# Lo sorteado no copia: en los trozos largos queda por debajo de la validación, que comparte giros con el libro porque es
# de la misma mano. Lo voraz vuelve a lo más trillado: sus trozos cortos están casi todos. En un modelo grande esta
# prueba se hace con trozos de 50 piezas, y a veces aparecen: poemas, licencias, datos de personas.
#
# ## 11. El orden es el de leer, no el de mirar
#
# «Hacia atrás» y «la pieza siguiente» hablan del **orden lógico**, el de las letras en memoria. El hebreo y el árabe se
# dibujan de derecha a izquierda, pero su primera letra es la que se lee primero, y va primero en la fila. Nada cambia en
# el modelo:

# %% [markdown] lang="en"
# What is drawn does not copy: in long stretches it stays below validation, which shares turns of phrase with the book
# because it is by the same hand. Greedy goes back to the most beaten track: nearly all its short stretches are there. In
# a large model this test is done with stretches of 50 pieces, and sometimes they turn up: poems, licences, data of
# persons.
#
# ## 11. The order is that of reading, not of looking
#
# “Backwards” and “the next piece” speak of the **logical order**, that of the letters in memory. Hebrew and Arabic are
# drawn from right to left, but their first letter is the one that is read first, and it comes first in the row. Nothing
# changes in the model:

# %%
for word in ("paz", "שלום", "سلام"):
    print([f"{ord(letter):04x}" for letter in word], list(word.encode())[:4])

# %% [markdown] lang="es"
# ## 12. Las cuentas
#
# Un bloque tiene $4D^2$ pesos de atención y $8D^2$ de feed-forward: $12 D^2$. Con $L$ bloques, la tabla y las posiciones:
# $$N \approx 12 L D^2 + V D + T_{\max} D$$
#
# Leer una pieza cuesta unas $2N$ operaciones; entrenar con ella, $6N$: hacia atrás se hace el doble. GPT-2 pequeño, a
# mano: $12 \cdot 12 \cdot 768^2 = 84.9$ millones, más $50257 \cdot 768 = 38.6$ y $1024 \cdot 768 = 0.8$: 124 millones.

# %% [markdown] lang="en"
# ## 12. The sums
#
# A block has $4D^2$ weights of attention and $8D^2$ of feed-forward: $12 D^2$. With $L$ blocks, the table and the
# positions:
# $$N \approx 12 L D^2 + V D + T_{\max} D$$
#
# Reading a piece costs some $2N$ operations; training on it, $6N$: going backwards is twice as much. Small GPT-2, by
# hand: $12 \cdot 12 \cdot 768^2 = 84.9$ million, plus $50257 \cdot 768 = 38.6$ and $1024 \cdot 768 = 0.8$: 124 million.

# %%
kinds = label("atención|feed-forward|tablas", "attention|feed-forward|tables").split("|")
sizes = {label("el nuestro", "ours"): (config.num_layers, config.d_model, V, CONTEXT),
         "GPT-2 (small)": (12, 768, 50257, 1024),
         "GPT-2 (XL)": (48, 1600, 50257, 1024)}  # fmt: skip
parts = {}
for name, (layers, D, vocab, context) in sizes.items():
    weights = 4 * layers * D**2, 8 * layers * D**2, (vocab + context) * D
    parts[name] = dict(zip(kinds, weights, strict=True))
    print(f"{name}: {sum(parts[name].values()) / 1e6:.1f} M")
plots.plot_parts(parts, label("parte de los parámetros", "share of the parameters"))
total = sum(p.numel() for p in writer.parameters())
seen = STEPS * BATCH * CONTEXT
print(f"N = {total:,}; 6 · N · {seen:,} = {6 * total * seen:.1e}")

# %% [markdown] lang="es"
# ¿Cómo repartir el cómputo? Kaplan y otros (2020) vieron que la pérdida baja como una potencia del tamaño, de los datos
# y del cómputo, muy regular a lo largo de muchos órdenes de magnitud. Hoffmann y otros (2022) rehicieron las cuentas:
# tamaño y datos han de crecer a la par, unas **20 piezas por parámetro**. Nuestro libro no llega ni de lejos: por eso,
# si entrenas mucho más, la pérdida de validación acaba subiendo. Son regularidades medidas, no leyes de la naturaleza, y
# hablan de la pérdida, no de si el modelo sirve.
#
# ## 13. Los pesos de GPT-2, en nuestro modelo
#
# Nuestro `GPT` es GPT-2. Si tienes la biblioteca `transformers`, sus pesos se copian por nombre, y las puntuaciones
# salen iguales. Aquí, con una configuración al azar; con red, cambia la línea por
# `GPT2LMHeadModel.from_pretrained("openai-community/gpt2")` y tendrás el de verdad. La biblioteca guarda sus capas
# lineales traspuestas, y eso es casi todo lo que hay que saber.

# %% [markdown] lang="en"
# How to share out the compute? Kaplan and others (2020) saw that the loss falls as a power of size, data and compute,
# very regularly over many orders of magnitude. Hoffmann and others (2022) did the sums again: size and data have to grow
# together, some **20 pieces a parameter**. Our book does not come anywhere near: that is why, if you train for much
# longer, the validation loss ends up rising. They are measured regularities, not laws of nature, and they speak of the
# loss, not of whether the model is of use.
#
# ## 13. The weights of GPT-2, in our model
#
# Our `GPT` is GPT-2. If you have the `transformers` library, its weights are copied by name, and the scores come out
# equal. Here, with a random configuration; with a network, change the line to
# `GPT2LMHeadModel.from_pretrained("openai-community/gpt2")` and you will have the real one. The library keeps its linear
# layers transposed, and that is nearly all there is to know.

# %%
if find_spec("transformers"):
    from transformers import GPT2Config, GPT2LMHeadModel

    small = GPT2Config(vocab_size=300, n_positions=32, n_embd=48, n_layer=3, n_head=4,
                       bos_token_id=0, eos_token_id=0)  # fmt: skip
    library = GPT2LMHeadModel(small).eval()
    row = torch.randint(300, (2, 20), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        print("max |Δ| =", f"{(from_gpt2(library)(row)[0] - library(row).logits).abs().max().item():.0e}")
else:
    print(label("aquí no está instalada", "it is not installed here"), "· pip install transformers")

# %% [markdown] lang="es"
# ## ¿Verdadero o falso?
#
# Decide antes de abrir cada una.
#
# <details><summary>1. «Con BPE sobre bytes, una palabra que nunca se vio no se puede escribir.»</summary>
#
# **Falso.** Se escribe con piezas más cortas; en el peor caso, byte a byte.
# </details>
#
# <details><summary>2. «Una pieza es siempre un trozo de palabra con sentido.»</summary>
#
# **Falso.** Es lo que salía junto a menudo; puede ser medio byte de una «ñ» con la letra de antes.
# </details>
#
# <details><summary>3. «Con perplejidad 10 se predice mejor que con 20.»</summary>
#
# **Falso**, si cortan distinto o leyeron textos distintos. Se compara por carácter y en el mismo texto.
# </details>
#
# <details><summary>4. «Lo voraz da la frase más probable.»</summary>
#
# **Falso.** Con 200 modelos de 5 símbolos, falló en muchos.
# </details>
#
# <details><summary>5. «La frase más probable es la mejor.»</summary>
#
# **Falso.** Se repite y no dice nada. La gente no escribe lo más probable.
# </details>
#
# <details><summary>6. «top-p deja siempre el mismo número de piezas.»</summary>
#
# **Falso.** Eso es top-k. top-p deja muchas donde el modelo duda y pocas donde está seguro.
# </details>
#
# <details><summary>7. «La caché cambia un poco el texto, a cambio de rapidez.»</summary>
#
# **Falso.** Con las posiciones y la máscara bien puestas, el texto es el mismo.
# </details>
#
# <details><summary>8. «Acumular cuatro lotes pequeños da el gradiente de uno cuatro veces mayor.»</summary>
#
# **Verdadero**, si cada pérdida se divide entre cuatro. Lo que no sale igual es la normalización por lotes; aquí no hay.
# </details>

# %% [markdown] lang="en"
# ## True or false?
#
# Decide before you open each one.
#
# <details><summary>1. “With BPE on bytes, a word that was never seen cannot be written.”</summary>
#
# **False.** It is written with shorter pieces; in the worst case, byte by byte.
# </details>
#
# <details><summary>2. “A piece is always a part of a word that means something.”</summary>
#
# **False.** It is what often came together; it may be half of an “ñ” with the letter before it.
# </details>
#
# <details><summary>3. “With perplexity 10 one predicts better than with 20.”</summary>
#
# **False**, if they cut differently or read different texts. One compares a character, and on the same text.
# </details>
#
# <details><summary>4. “Greedy gives the likeliest sentence.”</summary>
#
# **False.** With 200 models of 5 symbols, it failed in many.
# </details>
#
# <details><summary>5. “The likeliest sentence is the best.”</summary>
#
# **False.** It repeats itself and says nothing. People do not write what is likeliest.
# </details>
#
# <details><summary>6. “top-p always keeps the same number of pieces.”</summary>
#
# **False.** That is top-k. top-p keeps many where the model hesitates and few where it is sure.
# </details>
#
# <details><summary>7. “The cache changes the text a little, in exchange for speed.”</summary>
#
# **False.** With the positions and the mask in place, the text is the same.
# </details>
#
# <details><summary>8. “To accumulate four small batches gives the gradient of one four times as large.”</summary>
#
# **True**, if each loss is divided by four. What does not come out equal is batch normalization; there is none here.
# </details>

# %% [markdown] lang="es"
# ## En media página
#
# - **Bytes**: 256 símbolos para todo; la «ñ» son dos. **BPE** une parejas frecuentes; los empates, por la mayor; se
#   corta por orden de aprendizaje.
# - Un libro es una fila; un ejemplo, una ventana y la misma **un lugar más allá**.
# - Se compara con la tabla de bigramas, en **nats por carácter**.
# - **GPT** es el decodificador sin atención cruzada: *pre*, GELU, posiciones aprendidas, una tabla para entrar y salir,
#   y las matrices que escriben nacen entre $\sqrt{2L}$.
# - **Acumular**: varios lotes pequeños, un paso; cada pérdida, dividida entre cuántos son.
# - **Voraz** repite; **haz** encuentra lo más probable, que no es lo mejor; **temperatura**, **top-k** y **top-p**
#   gradúan el sorteo.
# - **Caché**: claves y valores no cambian; cada pieza se lee una vez. Cuidado con la posición y la máscara.
# - **¿Copia?** Trozos de $n$ piezas, contra los de la validación.
# - $12LD^2 + VD$ pesos, $6N$ operaciones por pieza al entrenar.
#
# En la tarea escribirás cada parte, de la primera unión al texto.
#
# ## Para seguir leyendo
#
# - Sennrich, Haddow y Birch (2016),
#   [Neural machine translation of rare words with subword units](https://arxiv.org/abs/1508.07909).
# - Radford y otros (2018),
#   [Improving language understanding by generative pre-training](https://openai.com/index/language-unsupervised/). El
#   primer GPT.
# - Radford y otros (2019),
#   [Language models are unsupervised multitask learners](https://openai.com/index/better-language-models/). GPT-2:
#   bytes, pesos compartidos, la inicialización.
# - Holtzman y otros (2020), [The curious case of neural text degeneration](https://arxiv.org/abs/1904.09751). El núcleo.
# - Kaplan y otros (2020), [Scaling laws for neural language models](https://arxiv.org/abs/2001.08361), y Hoffmann y
#   otros (2022), [Training compute-optimal large language models](https://arxiv.org/abs/2203.15556).
# - Carlini y otros (2021), [Extracting training data from large language models](https://arxiv.org/abs/2012.07805).
# - Karpathy, [nanoGPT](https://github.com/karpathy/nanoGPT). Un GPT que se lee en una tarde.

# %% [markdown] lang="en"
# ## In half a page
#
# - **Bytes**: 256 symbols for everything; the “ñ” is two. **BPE** joins frequent pairs; ties, by the greatest; one cuts
#   in the order of learning.
# - A book is a row; an example, a window and the same **one place further on**.
# - Compare with the table of bigrams, in **nats a character**.
# - **GPT** is the decoder without cross-attention: *pre*, GELU, learned positions, one table to go in and out, and the
#   matrices that write are born over $\sqrt{2L}$.
# - **Accumulate**: several small batches, one step; each loss, divided by how many they are.
# - **Greedy** repeats; a **beam** finds the likeliest, which is not the best; **temperature**, **top-k** and **top-p**
#   are the dials of the draw.
# - **Cache**: keys and values do not change; each piece is read once. Mind the position and the mask.
# - **Does it copy?** Stretches of $n$ pieces, against those of validation.
# - $12LD^2 + VD$ weights, $6N$ operations a piece in training.
#
# In the assignment you will write each part, from the first merge to the text.
#
# ## Read next
#
# - Sennrich, Haddow and Birch (2016),
#   [Neural machine translation of rare words with subword units](https://arxiv.org/abs/1508.07909).
# - Radford and others (2018),
#   [Improving language understanding by generative pre-training](https://openai.com/index/language-unsupervised/). The
#   first GPT.
# - Radford and others (2019),
#   [Language models are unsupervised multitask learners](https://openai.com/index/better-language-models/). GPT-2:
#   bytes, shared weights, the initialisation.
# - Holtzman and others (2020), [The curious case of neural text degeneration](https://arxiv.org/abs/1904.09751). The
#   nucleus.
# - Kaplan and others (2020), [Scaling laws for neural language models](https://arxiv.org/abs/2001.08361), and Hoffmann
#   and others (2022), [Training compute-optimal large language models](https://arxiv.org/abs/2203.15556).
# - Carlini and others (2021), [Extracting training data from large language models](https://arxiv.org/abs/2012.07805).
# - Karpathy, [nanoGPT](https://github.com/karpathy/nanoGPT). A GPT that can be read in an afternoon.
