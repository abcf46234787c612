# %% [markdown] lang="es"
# # GPT: escribir palabra a palabra
#
# El Transformer de la unidad 5 necesita una frase que traducir. Quítale el origen y deja solo la mitad que escribe: dado
# un comienzo, dice qué sigue; lo añade, y vuelve a decir qué sigue. Sobre esa base se levantan hoy los modelos que
# conversan; después se ajustan con ejemplos de conversaciones y con lo que la gente prefiere. En esta lección vas a
# entrenar uno que habla de redes neuronales, porque su único libro serán las lecciones de este curso. **¿Qué le falta a
# una red para poder escribir cualquier texto?**

# %% [markdown] lang="en"
# # GPT: writing word by word
#
# The Transformer of unit 5 needs a sentence to translate. Take the source away and keep only the half that writes. Given
# a beginning, it says what comes next; it appends that, and says what comes next again. Every model you chat with today
# is built on this; examples of conversations and people's preferences tune it afterwards. In this lesson you will train
# one that talks about neural networks, because its only book will be the lessons of this course. **What is a network
# still missing before it can write any text at all?**

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
# lecciones, con la última décima parte de cada una apartada para validar. (Con GPU hay tiempo para un libro entero, el
# *Quijote*: lee de él lo que aquí se dice del curso, y cuenta con otros números.) ¿Cuántas palabras de la parte apartada
# no salen nunca en el resto?

# %% [markdown] lang="en"
# ## First, a failure
#
# Our word vocabularies came from the training texts. Here is the book: the paragraphs of the lessons, with the last tenth
# of each set aside for validation. (With a GPU there is time for a whole book, Shakespeare's plays: take what is said
# here of the course as said of them, and expect other numbers.) How many words of the part set aside never occur in the
# rest?

# %%
gpu, course = device().type == "cuda", load_prose()
real = load_quijote if language() == "es" else load_shakespeare
corpus = real() if gpu else course


def spaced(number):
    """Write a number with a space every three digits."""
    return f"{number:,}".replace(",", " ")


known = set(split_words(corpus.train))
words = [word for word in split_words(corpus.validation) if word.isalpha()]
unknown = [word for word in words if word not in known]
print(corpus.name, "·", spaced(len(corpus.train)), "+", spaced(len(corpus.validation)))
print(label(f"{len(unknown)} de {len(words)} palabras:", f"{len(unknown)} of {len(words)} words:"),
      ", ".join(sorted(set(unknown), key=len)[-6:]))  # fmt: skip

# %% [markdown] lang="es"
# Para el modelo, cada una de ellas sería `<unk>`: no podría ni leerla ni escribirla. Y no se arregla con más texto:
# siempre habrá un apellido, un plural, una errata. La otra punta, las letras sueltas, escribe casi todo (no un emoji que
# no vio); pero una frase pasa a ser una fila larguísima, y la atención paga por cada pareja de lugares. Hace falta algo
# entre las dos.
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
# To the model each of them would be `<unk>`: it could neither read it nor write it. And more text is no cure: there will
# always be a surname, a plural, a misprint. The other end, single letters, writes nearly everything (not an emoji that it
# never saw); but a sentence becomes a very long sequence, and attention pays for every pair of positions. Something in
# between is needed.
#
# **By the end you will be able to**
# - go from text to bytes and from bytes to pieces, and do the first merges by hand;
# - say why nothing is unknown, and why writing in Spanish may cost more;
# - build a GPT with what you have: what it drops, what it shares, and how it is initialised;
# - accumulate gradients, and compare models that cut text in different ways;
# - choose between greedy, beam search, temperature, top-k and top-p, and say where each one fails;
# - explain the cache of keys and values, and measure what it saves;
# - recognise a model that copies, and work out the size and cost of a large one.
#
# **You need** units 3, 4 and 5. **Time:** 150 minutes.

# %% [markdown] lang="es"
# ## 1. De letras a bytes
#
# Un ordenador guarda el texto como **bytes**, números de 0 a 255. La regla de hoy es UTF-8: los caracteres de ASCII
# ocupan uno; los demás, de dos a cuatro. A mano, la «ñ»: su número en Unicode es 241, en binario `11110001`. No cabe en
# los siete bits de ASCII, así que se reparte en dos bytes, `110xxxxx` y `10xxxxxx`, que dejan once huecos; escrito con
# once bits es `00011110001`:
#
# - `110` y los cinco primeros, `00011`: `11000011`, que es 195;
# - `10` y los otros seis, `110001`: `10110001`, que es 177.
#
# Los dos primeros bits dicen si un byte empieza un carácter o lo continúa. Con 256 símbolos se escribe todo: cualquier
# lengua, un emoji, una errata. **Nada es desconocido.**

# %% [markdown] lang="en"
# ## 1. From letters to bytes
#
# A computer keeps text as **bytes**, numbers from 0 to 255. Today's standard is UTF-8: ASCII characters take one byte;
# the others, two to four. By hand, the “ñ”: its number in Unicode is 241, in binary `11110001`. It does not fit in the
# seven bits of ASCII, so its bits are split over two bytes, `110xxxxx` and `10xxxxxx`, which leave eleven free; written
# with eleven bits it is `00011110001`:
#
# - `110` and the first five, `00011`: `11000011`, which is 195;
# - `10` and the other six, `110001`: `10110001`, which is 177.
#
# The first two bits tell whether a byte starts a character or continues one. With 256 symbols anything can be written:
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
# Con bytes, las filas son demasiado largas. La **codificación por parejas de bytes** (*byte-pair encoding*), BPE, las
# acorta: busca los dos vecinos que más veces salen juntos y los convierte en un símbolo nuevo, una **unión** (*merge*); y
# repite. A cada símbolo lo llamaremos **pieza**; en inglés, y en todas las bibliotecas, es un *token*. Sennrich y otros
# trajeron la idea a la traducción en 2016; GPT-2 la aplicó a los bytes.
#
# A mano, con seis palabras: `red rey reja reno remo rama`. El texto se parte antes en palabras, cada una con su espacio
# delante (aquí, `␣`; la primera no lo tiene), y las uniones no cruzan de una a otra.
#
# 1. Las parejas: `␣r` sale 5 veces, y `re`, otras 5; `ey`, `ej`, `em`, `mo`…, 1. Empate: gana **la de números mayores**,
#    y `r` es el 114, mientras que `␣` es el 32. Se une `re`, que pasa a ser el símbolo 256.
# 2. Ahora la pareja `␣` y `re` sale 4 veces, y ninguna otra tanto. Se une: 257.
# 3. Todas las que quedan salen una vez. De ellas, la mayor es 257 con `y`, que es el 121: nace `␣rey`, el 258.

# %% [markdown] lang="en"
# ## 2. From bytes to pieces
#
# Bytes make sequences too long. **Byte-pair encoding** (BPE) makes them shorter: it finds the two neighbours that occur
# together most often, **merges** them into a new symbol, and repeats. We will call each symbol a **piece**; in the
# literature, and in every library, it is a *token*. Sennrich and others brought the idea to translation in 2016; GPT-2
# applied it to bytes.
#
# By hand, with six Spanish words: `red rey reja reno remo rama`. The text is first cut into words, each with the space
# before it (here, `␣`; the first one has none), and no merge crosses a word boundary.
#
# 1. The pairs: `␣r` occurs 5 times, and `re`, another 5; `ey`, `ej`, `em`, `mo`…, 1. A tie: **the one with the larger
#    numbers** wins, and `r` is 114, while `␣` is 32. So `re` is merged, and becomes symbol 256.
# 2. Now the pair of `␣` and `re` occurs 4 times, and no other pair does so as often. It is merged: 257.
# 3. All those left occur once. Of them, the greatest is 257 with `y`, which is 121: so `␣rey` becomes 258.

# %%
six = "red rey reja reno remo rama"
tokenizer = BytePair.train(six, num_merges=3)
print(tokenizer.merges)
steps = {label(f"uniones: {n}", f"merges: {n}"): BytePair(tokenizer.merges[:n]) for n in range(4)}
plots.plot_pieces({name: some.pieces(some.encode(six)) for name, some in steps.items()})

# %% [markdown] lang="es"
# Para cortar un texto nuevo se repiten las uniones **en el orden en que se aprendieron**; no se busca la pieza más
# larga. Y si una palabra no se vio nunca, queda en piezas más cortas, hasta los bytes si hace falta. Fuera de las uniones
# se reservan ids **especiales**, como «aquí acaba el texto», que ningún texto da por casualidad: así sabe parar. GPT-2
# tiene 256 bytes, 50 000 uniones y un especial: 50 257 piezas.
#
# Ahora con el libro entero. Cuantas más uniones, más bytes por pieza y menos lugares que leer; pero cada unión es una
# fila más en la tabla de embeddings. ¿Y si las uniones se aprendieron en otra lengua?

# %% [markdown] lang="en"
# To cut a new text the merges are repeated **in the order in which they were learnt**; you do not look for the longest
# piece. And a word that was never seen is left in shorter pieces, down to single bytes if necessary. Besides the merges,
# **special** ids are set aside, such as “the text ends here”, which no text gives by chance: that is how it knows when to
# stop. GPT-2 has 256 bytes, 50 000 merges and one special: 50 257 pieces.
#
# Now with the whole book. The more merges, the more bytes per piece and the fewer positions to read; but each merge is
# one more row in the table of embeddings. And what if the merges were learnt in another language?

# %%
widgets.predict("gpt.language")

# %%
MERGES = 512
own = BytePair.train(course.train, MERGES)
tokenizer = BytePair.train(corpus.train, MERGES) if gpu else own
foreign = BytePair.train(load_prose("en" if language() == "es" else "es").train, MERGES)
counts = [0, 50, 100, 200, 300, 400, 512]
ours, theirs = label("español", "English"), label("inglés", "Spanish")
text = course.validation
bytes_per_piece = {
    name: [len(text.encode()) / len(BytePair(some.merges[:n]).encode(text)) for n in counts]
    for name, some in ((ours, own), (theirs, foreign))
}
plots.plot_curves(counts, {label(f"uniones aprendidas en {name}", f"merges learnt from {name}"): values
                           for name, values in bytes_per_piece.items()},
                  label("uniones", "merges"), label("bytes por pieza", "bytes per piece"))  # fmt: skip

# %% [markdown] lang="es"
# El mismo texto, con las uniones de otra lengua, se corta en más piezas. En un servicio que cobra por pieza, con un
# modelo en el que solo caben unas cuantas, quien escribe en una lengua poco vista paga más y le cabe menos. No es un
# error del algoritmo: es lo que se le dio a leer. Mueve el número de uniones y mira cómo se corta una frase:

# %% [markdown] lang="en"
# The same text, with the merges of another language, is cut into more pieces. In a service that charges per piece, with a
# model that only has room for so many, anyone who writes in a language that the merges saw little of pays more, and fits
# less into the context. The algorithm is not at fault; what it was given to read is. Move the number of merges and watch
# how a sentence is cut:

# %%
sentence = label("El niño añadió una capa oculta: ¡la pérdida bajó mañana y tarde!",
                 "The girl added a hidden layer: the loss fell all day, naïve or not!")  # fmt: skip
widgets.explore_merges(tokenizer, sentence)

# %% [markdown] lang="es"
# ## 3. El ejercicio de siempre, desplazado
#
# El libro es ahora una sola fila de ids. Un ejemplo es una **ventana**: los $T$ ids que empiezan en $t$, de $t$ a
# $t + T - 1$, y como respuesta los mismos **un lugar más allá**, de $t + 1$ a $t + T$. Cada ventana son $T$ ejercicios en
# una pasada, gracias a la máscara causal de la unidad 4: tras la primera pieza, la segunda; tras las dos primeras, la
# tercera…

# %% [markdown] lang="en"
# ## 3. The usual exercise, shifted
#
# The book is now one long sequence of ids. An example is a **window**: the $T$ ids that begin at $t$, from $t$ to
# $t + T - 1$, and as the answer the same ones **shifted by one**, from $t + 1$ to $t + T$. Each window is $T$ exercises
# in one pass, thanks to the causal mask of unit 4: after the first piece, the second; after the first two, the third…

# %%
CONTEXT = 256 if gpu else 64
ids, held = (torch.tensor(tokenizer.encode(text)) for text in (corpus.train, corpus.validation))
V = len(tokenizer)
x, y = sample_windows(ids, rows=1, length=8)
print(spaced(len(ids)), "+", spaced(len(held)), f"· V = {V}")
print(tokenizer.pieces(x[0]), tokenizer.pieces(y[0]), sep="\n")

# %% [markdown] lang="es"
# ## 4. Contra qué se mide
#
# Dos puntos de comparación. Quien no sabe nada reparte a partes iguales: $\ln V$ nats por pieza. La **tabla de
# bigramas** de la unidad 3 mira una pieza atrás (aquí, con 0,1 de más en cada casilla, para que ninguna pareja sea
# imposible). Y una precaución: los nats **por pieza** de dos modelos solo se comparan si cortan igual. Para compararlos
# siempre, el total de nats se divide entre los **caracteres** del texto, que no dependen de las piezas.

# %% [markdown] lang="en"
# ## 4. What to measure against
#
# Two baselines. A model that knows nothing spreads its probability evenly: $\ln V$ nats per piece. The **table of
# bigrams** of unit 3 looks one piece back (here, with an extra 0.1 in each entry, so that no pair is impossible). And a
# caution: the nats **per piece** of two models can be compared only if they cut text the same way. To compare them
# always, the total of nats is divided by the **characters** of the text, which do not depend on the pieces.

# %%
follows = torch.full((V, V), 0.1)
follows.index_put_((ids[:-1], ids[1:]), torch.ones(len(ids) - 1), accumulate=True)
table = follows.log() - follows.sum(dim=1, keepdim=True).log()
pieces_per_character = len(held) / len(corpus.validation)
nats = {label("sin saber nada", "knowing nothing"): float(np.log(V)) * pieces_per_character,
        label("bigramas", "bigrams"):
            -table[held[:-1], held[1:]].mean().item() * pieces_per_character}  # fmt: skip
print({name: round(value, 2) for name, value in nats.items()})

# %% [markdown] lang="es"
# ## 5. El modelo
#
# De la unidad 5 queda el decodificador **sin atención cruzada**, porque no hay origen (*decoder-only*). Cada bloque, en
# *pre* (la normalización, delante de cada rama): atención hacia atrás, feed-forward, y las dos suman a la corriente
# residual; tras el último bloque, una normalización más. Tres cambios, que ya traía el primer GPT:
#
# - **GELU**, la de la tarea 1, en lugar de ReLU;
# - posiciones **aprendidas**, una fila por lugar hasta el contexto;
# - **pesos compartidos** (*weight tying*), de Press y Wolf (2017): la tabla que da el vector de una pieza es también la que
#   puntúa la siguiente. Si el vector que sale se parece al de «río», «río» puntúa alto. Con $V = 50257$ y $D = 768$, son
#   $50257 \cdot 768 = 38.6$ millones de pesos que no hay que tener dos veces.

# %% [markdown] lang="en"
# ## 5. The model
#
# From unit 5 only the decoder remains, **without cross-attention**, because there is no source (*decoder-only*). Each
# block is *pre*-norm (the norm comes first in each branch): masked self-attention, then feed-forward, and each adds its
# output to the residual stream; after the last block, one more norm. Three differences, all there in the first GPT:
#
# - **GELU** (you wrote it in assignment 1) in place of ReLU;
# - **learned** positions, a row for each position up to the context;
# - **shared weights** (*weight tying*), of Press and Wolf (2017): the table that gives the vector of a piece is also the one
#   that scores the next. If the vector that comes out is like that of “river”, “river” scores high. With $V = 50257$ and
#   $D = 768$, that is $50257 \cdot 768 = 38.6$ million weights that need not be stored twice.

# %%
plots.plot_gpt()

# %% [markdown] lang="es"
# **Cómo nace.** La corriente es la suma de la entrada y $2L$ ramas. Si cada rama añade un ruido independiente de varianza
# $s^2$, entre todas añaden $2L s^2$: una desviación estándar de $s\sqrt{2L}$. A mano, con $L = 48$: $\sqrt{96} = 9.8$
# veces el ruido de una. El remedio de GPT-2 es que las matrices que **escriben** en la corriente nazcan divididas por
# $\sqrt{2L}$; lo que añaden entre todas se queda en $s$.

# %% [markdown] lang="en"
# **How it is born** (initialisation). The stream is the sum of the input and $2L$ branches. If each branch adds an
# independent noise of variance $s^2$, all of them add $2L s^2$: a standard deviation of $s\sqrt{2L}$. By hand, with
# $L = 48$: $\sqrt{96} = 9.8$ times the noise of one. GPT-2's remedy is to divide by $\sqrt{2L}$, at initialisation, the
# matrices that **write** into the stream; what all of them add stays at $s$.

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
         label("las que escriben, divididas por √(2L)", "the writers, divided by √(2L)"):
             stream(48, True)[::4]}  # fmt: skip
plots.plot_curves(range(0, 49, 4), sizes, label("bloque", "block"),
                  label("corriente / entrada", "stream / input"))  # fmt: skip

# %% [markdown] lang="es"
# La figura mide la corriente contra la **entrada**, y no contra una rama: por eso no acaba en 9,8. Lo que cuenta es la
# forma: sin el remedio crece como la raíz del número de bloques; con él, no llega ni al doble.
#
# ## 6. Entrenar
#
# El bucle es el de siempre: AdamW, recorte del gradiente, y una tasa que se calienta y luego baja. Los modelos grandes
# añaden un truco: si el lote que quieres no cabe en memoria, se hacen varios pequeños y sus gradientes se **acumulan**
# antes de dar el paso. La pérdida es una media y las partes son iguales, así que cada parte se divide entre el número de
# partes. A mano: si las pérdidas de dos mitades son 4 y 6, la del lote es $4/2 + 6/2 = 5$; y el gradiente de una suma es
# la suma de los gradientes.

# %% [markdown] lang="en"
# The figure measures the stream against the **input**, not against one branch: that is why it does not end at 9.8. What
# counts is the shape: without the remedy it grows as the root of the number of blocks; with it, it does not even double.
#
# ## 6. Training
#
# The loop is the usual one: AdamW, gradient clipping, and a rate that warms up and then goes down. Large models add a
# trick: if the batch that you want does not fit in memory, you run several small ones, and their gradients are
# **accumulated** before the step. The loss is a mean and the parts are equal, so each part is divided by the number of
# parts. By hand: if the losses of two halves are 4 and 6, the whole batch's is $4/2 + 6/2 = 5$; and the gradient of a sum
# is the sum of the gradients.

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
STEPS, BATCH, RATE = (3000, 64, 1e-3) if gpu else (600, 12, 2e-3)
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
plots.plot_losses({label("nats por pieza", "nats per piece"): history.curves()})

# %%
nats["GPT"] = history.validation[-1] * pieces_per_character
plots.plot_nats(nats, label("validación, nats por carácter", "validation, nats per character"))
total = sum(p.numel() for p in writer.parameters())
print(label("parámetros:", "parameters:"), spaced(total), "·",
      label("piezas por parámetro:", "pieces per parameter:"), f"{len(ids) / total:.2f}")  # fmt: skip

# %% [markdown] lang="es"
# Menos que los bigramas, aunque no por mucho: el libro tiene muchas menos piezas que el modelo parámetros, y se lee
# alrededor de un minuto. Los grandes leen millones de veces más; la máquina es la misma. Con las obras de Shakespeare,
# letra a letra, nanoGPT publica 1,88 nats por carácter con 4 capas y unos minutos de CPU, y 1,47 con 6 capas y una GPU.
# (Solo se comparan con los nuestros si el texto es el mismo.)
#
# ## 7. Escribir: lo que cada manera hace mal
#
# El modelo no da una palabra: da una probabilidad a cada pieza. Alguien tiene que elegir. Lo **voraz** toma la mayor.

# %% [markdown] lang="en"
# Less than the bigrams, though not by much: the book has far fewer pieces than the model has parameters, and it is read
# for about a minute. Large ones read millions of times more; the machine is the same. On Shakespeare's plays, letter by
# letter, nanoGPT publishes 1.88 nats per character with 4 layers and a few minutes of CPU, and 1.47 with 6 layers and a
# GPU. (Compare them with ours only if the text is the same.)
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
# Se muerde la cola. Lo contrario es **sortear** con las probabilidades, y la **temperatura** $\tau$ de la unidad 3 lo
# gradúa: divide las puntuaciones antes del softmax. Midamos dos males: cuánto se repite (trozos de 4 piezas que ya
# habían salido en el mismo texto) y cuántas palabras inventa (que no están en el libro).

# %% [markdown] lang="en"
# It goes round in circles. The opposite is to **draw** (in the libraries, to *sample*) with the probabilities, and the
# **temperature** $\tau$ of unit 3 is the knob: it divides the scores before the softmax. Let us measure two faults: how
# much it repeats itself (runs of 4 pieces that had occurred before in the same text) and how many words it makes up
# (which are not in the book).

# %%
temperatures = [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5]
repeated, invented = [], []
for temperature in temperatures:
    texts = [written(temperature=temperature, seed=seed) for seed in range(3 if temperature else 1)]
    repeated.append(np.mean([repeated_share(text, 4) for text in texts]))
    words = [split_words(tokenizer.decode(text))[:-1] for text in texts]  # the last one may be cut short
    invented.append(np.mean([word not in known for text in words for word in text]))
faults = {label("repite", "repeats"): repeated, label("inventa palabras", "makes up words"): invented}
plots.plot_curves(temperatures, faults, label("temperatura τ", "temperature τ"),
                  label("parte del texto", "share of the text"))  # fmt: skip

# %% [markdown] lang="es"
# Un mal por otro. El problema del sorteo es la **cola**: cada pieza absurda tiene una probabilidad ínfima, pero son
# cientos, y juntas pesan. Dos maneras de cortarla:
#
# - **top-k**: quedan las $k$ más probables, sea cual sea el sitio;
# - **top-p** o núcleo (*nucleus*), de Holtzman y otros (2020): de mayor a menor, quedan las justas para sumar $p$, **con la
#   que hace pasar la suma**.
#
# A mano, con $(0.5,\ 0.3,\ 0.15,\ 0.05)$ y $p = 0.7$: $0.5$ no llega; $0.5 + 0.3 = 0.8$, sí. Quedan dos, y se
# renormalizan: $0.5/0.8 = 0.625$ y $0.3/0.8 = 0.375$.

# %% [markdown] lang="en"
# We trade one fault for another. The trouble with drawing is the **tail**: each absurd piece has a tiny probability, but
# there are hundreds, and together they add up. Two ways to cut it:
#
# - **top-k**: the $k$ likeliest stay, in every context;
# - **top-p** or nucleus (Holtzman and others, 2020): from the largest down, just enough stay to reach $p$, **including
#   the one that crosses it**.
#
# By hand, with $(0.5,\ 0.3,\ 0.15,\ 0.05)$ and $p = 0.7$: $0.5$ falls short; $0.5 + 0.3 = 0.8$ does not. Two stay, and
# are renormalized: $0.5/0.8 = 0.625$ and $0.3/0.8 = 0.375$.

# %%
widgets.predict("gpt.nucleus")

# %% [markdown] lang="es"
# Muévelo tú. Los cuatro comienzos son de la validación: el sitio donde el modelo está más seguro, aquel donde más duda,
# y dos corrientes. Fíjate en cuántas piezas deja top-p en cada uno.

# %% [markdown] lang="en"
# Move it yourself. The four beginnings are from the validation text: where the model is surest, where it hesitates most,
# and two common ones. See how many pieces top-p keeps in each.

# %%
rows = held.unfold(0, 5, 1)  # every run of five pieces of the validation text
rows = rows[[text.startswith(" ") and text.isprintable() for text in map(tokenizer.decode, rows)]][:2000]
with torch.no_grad():
    p = writer(rows.to(device()))[0][:, -1].softmax(dim=-1).cpu()
doubt = -(p * p.log()).sum(dim=-1).numpy()  # the entropy of unit 4
places = [doubt.argmin(), doubt.argmax(), *np.argsort(doubt)[[len(doubt) // 4, len(doubt) // 2]]]
widgets.explore_next(writer, tokenizer, rows[places].tolist())

# %%
print(tokenizer.decode(written(temperature=0.6, top_p=0.9, seed=2)))

# %% [markdown] lang="es"
# Con un libro tan corto y tan pocos pasos, suena a ratos al curso y no dice nada.
#
# ## 8. ¿Y la frase más probable?
#
# Lo voraz elige la mejor **pieza**, y eso no da la mejor **frase**. ¿Por qué no mirarlas todas? Con $V$ piezas hay $V^T$
# frases de largo $T$: con 5 y 4, $5^4 = 625$; con 50 000 y 20, un número de 94 cifras. La **búsqueda en haz** de la
# unidad 5 conserva los mejores comienzos, tantos como su **ancho**. Con modelos pequeños sí se pueden mirar todas y
# contar cuántas veces da con la mejor un haz de cada ancho.

# %% [markdown] lang="en"
# With so short a book and so few steps, it sounds like the course now and then, and says nothing.
#
# ## 8. And the likeliest sentence?
#
# Greedy chooses the best **piece**, and that does not give the best **sentence**. Why not look at all of them? With $V$
# pieces there are $V^T$ sentences of length $T$: with 5 and 4, $5^4 = 625$; with 50 000 and 20, a number of 94 digits.
# The **beam search** of unit 5 keeps the best beginnings, as many as its **width**. With tiny models we can check all
# sentences, and count how often a beam of each width finds the best.

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
                  label("ancho del haz", "beam width"),
                  label(f"parte de {models} modelos", f"share of {models} models"), title)  # fmt: skip

# %% [markdown] lang="es"
# Un haz de 3 ya la encuentra casi siempre, y alarga a lo sumo $1 + 3 \cdot 3 = 10$ comienzos de los 156 que hay. El
# explorador que sigue usa modelos más pequeños, de 3 símbolos y frases de 3. Mueve el ancho: el verde es lo que gana; el
# azul, lo que el haz conserva; el gris, lo que tira.

# %% [markdown] lang="en"
# A beam of 3 finds it nearly always, and extends $1 + 3 \cdot 3 = 10$ beginnings at most, of the 156 there are. The
# explorer below uses smaller models, of 3 symbols and sentences of 3. Move the width: green wins, blue is kept, grey is
# thrown away.

# %%
widgets.explore_beam()

# %% [markdown] lang="es"
# ¿Entonces, para escribir, un haz muy ancho? No. Mira qué probabilidad da el modelo a cada pieza de un párrafo de la
# validación, y a cada pieza de lo que encuentra el haz a partir del mismo comienzo (en gris):

# %% [markdown] lang="en"
# So, to write, a very wide beam? No. Look at the probability that the model gives to each piece of a paragraph of the
# validation text, and to each piece of what the beam finds from the same beginning (in grey):


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


GIVEN = 10  # pieces of the beginning
breaks = [n for n, piece in enumerate(tokenizer.pieces(held)) if piece == "\n"]
longest = max(zip(breaks, breaks[1:], strict=False), key=lambda two: two[1] - two[0])[0] + 1
book = held[longest : longest + 56].tolist()
start = book[:GIVEN]
likely = start + beam_search(following, 4, 56 - GIVEN)[0][0]
chosen = {label("el libro", "the book"): chances(book), label("un haz de 4", "a beam of 4"): chances(likely)}
plots.plot_chosen(chosen, given=GIVEN - 1)
print(tokenizer.decode(likely), "\n")
for name, p in chosen.items():
    print(name, "·", label("la pieza más rara", "the least likely piece"), f"p = {p[GIVEN - 1 :].min():.0e}")

# %% [markdown] lang="es"
# El haz huye de las sorpresas: su pieza más rara lo es mucho menos que las del libro, y se repite. El libro, cada poco,
# dice algo que el modelo no esperaba. Parte de esa sorpresa es culpa nuestra, porque el modelo es pequeño; pero Holtzman
# y otros (2020) vieron lo mismo con GPT-2 y textos escritos por personas. Para **traducir** hay pocas respuestas buenas y
# el haz ayuda; para **escribir**, se sortea.
#
# ## 9. No leer dos veces: la caché
#
# Lo más simple, para cada pieza nueva, es volver a leer todo lo escrito. Pero la máscara causal tiene un regalo: una
# pieza solo mira hacia atrás, así que sus claves y valores **no cambian** cuando llega otra. Se guardan, y de cada pieza
# nueva se calcula una consulta, una clave y un valor. Es la **caché de claves y valores** (*KV cache*): como el estado de
# la red recurrente, pero crece. `generate` lo hace desde la sección 7; `cached=False` es la manera lenta. En la figura,
# naranja es lo que se calcula al escribir tras la última palabra; azul, lo guardado; blanco, lo que ya no hace falta.

# %% [markdown] lang="en"
# The beam avoids surprises: its least likely piece is far likelier than the book's, and it repeats itself. The book,
# every so often, says something that the model did not expect. Part of that surprise is our fault, because the model is
# small; but Holtzman and others (2020) saw the same with GPT-2 and texts written by people. To **translate** there are
# few good answers, and the beam helps; to **write**, you draw.
#
# ## 9. Not reading twice: the cache
#
# The simplest way, for each new piece, is to reread everything written so far. But the causal mask has a gift: a piece
# only looks back, so its keys and values **do not change** when another one comes. They are kept, and for each new piece
# only one query, one key and one value are computed. It is the **cache of keys and values** (*KV cache*): like the
# recurrent network's state, except that it grows. `generate` has been doing this since section 7; `cached=False` is the
# slow way. In the figure, orange is what is computed when writing after the last word; blue, what was kept; white, what is
# no longer needed.

# %%
plots.plot_cache(label("La llama no cruzó el río", "The llama did not cross").split())

# %% [markdown] lang="es"
# A mano, las piezas que se leen para escribir 4: sin caché, $1 + 2 + 3 + 4 = 10$; con ella, 4. Para $T$, $T(T+1)/2$
# contra $T$. Lo que no se ahorra es mirar: la consulta nueva mira a todas las claves.
#
# Dos errores que no protestan, cuando ya hay $P$ piezas leídas. Dar a la pieza nueva la **posición** 0, cuando la suya es
# la $P$. Y una **máscara** que empieza a contar en la primera clave: con $P = 3$ y dos piezas nuevas a la vez, la primera
# de ellas debe ver 4 claves, y no 1.

# %% [markdown] lang="en"
# By hand, how many pieces are read in order to write 4: without a cache, $1 + 2 + 3 + 4 = 10$; with it, 4. For $T$,
# $T(T+1)/2$ against $T$. What is not saved is looking: the new query looks at all the keys.
#
# Two silent mistakes, when $P$ pieces have been read already. Giving the new piece **position** 0, when its own is $P$.
# And a **mask** that begins to count at the first key: with $P = 3$ and two new pieces at once, the first of them must see
# 4 keys, not 1.

# %%
widgets.predict("gpt.cache")

# %%
torch.manual_seed(0)
newborn, lengths = GPT(GPTConfig(V, 257, 96, 4, 2)).to(device()).eval(), [32, 64, 128, 256]
start = ids[:1].to(device())


def milliseconds(length, cached):
    """Return the milliseconds that it takes to write so many pieces, the least of three tries."""
    tries = []
    for _ in range(3):
        begun = time.perf_counter()
        generate(newborn, start, length, temperature=0, cached=cached)
        tries.append(1000 * (time.perf_counter() - begun))
    return min(tries)


spent = {label("sin caché", "without a cache"): [milliseconds(length, False) for length in lengths],
         label("con caché", "with a cache"): [milliseconds(length, True) for length in lengths]}  # fmt: skip
plots.plot_curves(lengths, spent, label("piezas (T)", "pieces (T)"), label("milisegundos", "milliseconds"),
                  log="xy", form=".0f")  # fmt: skip
same = [generate(newborn, start, 100, seed=1, cached=cached).tolist() for cached in (False, True)]
print(same[0] == same[1])

# %% [markdown] lang="es"
# El mismo texto, y la distancia crece con el largo. El precio es memoria: $2 L D$ números por pieza. En GPT-2 pequeño,
# con $L = 12$, $D = 768$ y 1024 piezas, son $2 \cdot 12 \cdot 768 \cdot 1024 = 18.9$ millones de números por texto. Todo
# esto, mientras quepa en el contexto: cuando la ventana se mueve, cambian las posiciones y hay que releerla entera.
#
# ## 10. ¿Sabe o se acuerda?
#
# La **perplejidad** es $e$ elevado a los nats por pieza: entre cuántas piezas igual de probables duda, de media. Se
# calcula con **todas** las piezas; la media de las perplejidades de los lotes es otra cosa. Y una perplejidad buena en un
# texto que el modelo ya leyó no prueba que sepa: puede ser memoria. Una prueba barata: qué parte de los trozos de $n$
# piezas seguidas (n-gramas) de lo que escribe está tal cual en el libro. La vara de medir es un texto nuevo de la misma
# mano, la validación.

# %% [markdown] lang="en"
# The same text, and the gap widens with length. The price is memory: $2 L D$ numbers per piece. In small GPT-2, with
# $L = 12$, $D = 768$ and 1024 pieces, that is $2 \cdot 12 \cdot 768 \cdot 1024 = 18.9$ million numbers per text. All this,
# as long as it fits in the context: when the window moves, positions change, and all of it must be reread.
#
# ## 10. Has it learnt or memorised?
#
# **Perplexity** is $e$ to the nats per piece: how many equally likely pieces it is, on average, torn between. It is
# computed over **all** pieces; the mean of the perplexities of the batches is something else. And a good perplexity on a
# text that the model has read does not prove that it has learnt: it may be memory. A cheap test: what share of the runs
# of $n$ pieces (n-grams) of what it writes is in the book word for word. The yardstick is a new text by the same hand, the
# validation.

# %%
widgets.predict("gpt.memory")

# %%
print(f"exp({history.validation[-1]:.3f}) = {np.exp(history.validation[-1]):.1f}")
book, lengths = ids.tolist(), range(1, 9)
samples = {label("voraz", "greedy"): [written(300, temperature=0)],
           label("sorteo, τ = 0,8 (3 textos)", "drawn, τ = 0.8 (3 texts)"):
               [written(300, temperature=0.8, seed=seed) for seed in range(3)],
           label("validación", "validation"): [held[:900].tolist()]}  # fmt: skip
shares = {name: [np.mean([copied_share(text, book, n) for text in texts]) for n in lengths]
          for name, texts in samples.items()}  # fmt: skip
plots.plot_curves(lengths, shares, label("largo del trozo, n", "length of the run, n"),
                  label("parte que está en el libro", "share that is in the book"))  # fmt: skip

# %% [markdown] lang="es"
# Estos textos sorteados no copian: en los trozos largos no pasan de la validación, que comparte giros con el libro porque
# es de la misma mano. Lo voraz vuelve a lo más trillado: de sus trozos cortos, están muchos más. En un modelo grande esta
# prueba se hace con trozos largos, por ejemplo de 50 piezas (Carlini y otros, 2023), y a veces aparecen: poemas,
# licencias, datos personales.
#
# ## 11. El orden es el de leer, no el de mirar
#
# «Hacia atrás» y «la pieza siguiente» hablan del **orden lógico**, el de las letras en memoria. El hebreo y el árabe se
# dibujan de derecha a izquierda, pero su primera letra es la que se lee primero, y va primero en la fila. Nada cambia en
# el modelo:

# %% [markdown] lang="en"
# These drawn texts do not copy: in long runs they do not exceed validation, which shares turns of phrase with the book
# because it is by the same hand. Greedy sticks to the most beaten track: many more of its short runs are there. In a
# large model this test is done with long runs, of 50 pieces for instance (Carlini and others, 2023), and sometimes they
# turn up: poems, licences, personal data.
#
# ## 11. Text has a reading order, not a screen order
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
# Un bloque tiene $4D^2$ pesos de atención y $8D^2$ de feed-forward: $12 D^2$. Con $L$ bloques, la tabla y las posiciones
# (una fila por lugar, hasta el contexto $T_{\max}$), y sin contar sesgos ni normalizaciones:
# $$N \approx 12 L D^2 + V D + T_{\max} D$$
#
# Leer una pieza cuesta unas $2N$ operaciones, una multiplicación y una suma por peso; entrenar con ella, $6N$, porque
# hacia atrás se hace el doble. (Faltan los productos de consultas y claves, que pesan cuando la ventana es larga; y las
# posiciones solo se buscan.) GPT-2 pequeño, a mano: $12 \cdot 12 \cdot 768^2 = 84.9$ millones, más
# $50257 \cdot 768 = 38.6$ y $1024 \cdot 768 = 0.8$: 124 millones.

# %% [markdown] lang="en"
# ## 12. How big, how dear
#
# A block has $4D^2$ weights of attention and $8D^2$ of feed-forward: $12 D^2$. With $L$ blocks, the table and the
# positions (a row for each, up to the context $T_{\max}$), and leaving out biases and norms:
# $$N \approx 12 L D^2 + V D + T_{\max} D$$
#
# Reading a piece costs some $2N$ operations, a product and a sum per weight; training on it, $6N$, because the backward
# pass costs twice the forward one. (The products of queries and keys are missing, and they count when the window is long;
# and positions are only looked up.) Small GPT-2, by hand: $12 \cdot 12 \cdot 768^2 = 84.9$ million, plus
# $50257 \cdot 768 = 38.6$ and $1024 \cdot 768 = 0.8$: 124 million.

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
plots.plot_parts(parts, label("parte de los parámetros (redondeada)", "share of the parameters (rounded)"))
seen = STEPS * BATCH * CONTEXT
print(f"N = {spaced(total)}; 6 · N · {spaced(seen)} = {6 * total * seen:.1e}")

# %% [markdown] lang="es"
# ¿Cómo repartir el cómputo? Kaplan y otros (2020) vieron que la pérdida baja como una potencia del tamaño, de los datos
# y del cómputo, muy regular a lo largo de muchos órdenes de magnitud, y aconsejaron crecer sobre todo en tamaño. Hoffmann
# y otros (2022) rehicieron las cuentas: tamaño y datos han de crecer a la par, unas **20 piezas por parámetro**. Son
# regularidades medidas, no leyes de la naturaleza, y hablan de la pérdida, no de si el modelo sirve. Nuestro libro está
# muy por debajo: entrenar mucho más es leerlo una y otra vez, y la pérdida de validación acaba subiendo.
#
# ## 13. Los pesos de GPT-2, en nuestro modelo
#
# Nuestro `GPT` es GPT-2. Si tienes la biblioteca `transformers`, sus pesos se copian por nombre, y las puntuaciones salen
# iguales, salvo el redondeo. Aquí, un modelo pequeño con pesos al azar; con conexión a internet, cambia la línea por
# `GPT2LMHeadModel.from_pretrained("openai-community/gpt2")` y tendrás el de verdad (para leer y escribir con él necesitas
# también su tokenizador, `GPT2Tokenizer`). La biblioteca guarda sus capas lineales traspuestas, y eso es casi todo lo que
# hay que saber.

# %% [markdown] lang="en"
# How should compute be split? Kaplan and others (2020) saw that the loss follows a power law in size, data and compute,
# very regularly over many orders of magnitude, and advised to grow above all in size. Hoffmann and others (2022) did the
# sums again: size and data have to grow together, some **20 pieces per parameter**. They are measured regularities, not
# laws of nature, and they speak of the loss, not of whether the model is useful. Our book is far below: to train for much
# longer is to read it again and again, and the validation loss ends up rising.
#
# ## 13. The weights of GPT-2, in our model
#
# Our `GPT` is GPT-2. If you have the `transformers` library, its weights are copied by name, and the scores come out
# equal, up to rounding. Here, a small model with random weights; with an internet connection, change the line to
# `GPT2LMHeadModel.from_pretrained("openai-community/gpt2")` and you will have the real one (to read and write with it you
# also need its tokenizer, `GPT2Tokenizer`). The library keeps its linear layers transposed, and that is nearly all there
# is to know.

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
# **Falso.** Es lo que salía junto a menudo; puede ser media «ñ», uno de sus dos bytes, con la letra de antes.
# </details>
#
# <details><summary>3. «Un modelo con perplejidad 10 predice siempre mejor que otro con 20.»</summary>
#
# **Falso.** Si cortan distinto o leyeron textos distintos, los números no se comparan. Se compara por carácter y en el
# mismo texto.
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
# **Falso.** Con las posiciones y la máscara bien puestas, el texto es el mismo, salvo el redondeo.
# </details>
#
# <details><summary>8. «Acumular cuatro lotes pequeños da el mismo gradiente que un solo lote con las filas de los
# cuatro.»</summary>
#
# **Verdadero**, si son de igual tamaño y cada pérdida se divide entre cuatro. Lo que no sale igual es la normalización
# por lotes; aquí no hay.
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
# **False.** It is what often occurred together; it may be half an “ñ”, one of its two bytes, with the letter before it.
# </details>
#
# <details><summary>3. “A model with perplexity 10 always predicts better than one with 20.”</summary>
#
# **False.** If they cut differently or read different texts, the numbers cannot be compared. Compare per character, on
# the same text.
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
# **False.** With positions and mask right, the text is the same, up to rounding.
# </details>
#
# <details><summary>8. “Accumulating four small batches gives the same gradient as a single batch with the rows of all
# four.”</summary>
#
# **True**, if they are of equal size and each loss is divided by four. What does not match is batch normalization; there
# is none here.
# </details>

# %% [markdown] lang="es"
# ## En media página
#
# - ¿Qué le faltaba? **Piezas hechas de bytes**, para que nada sea desconocido, y **alguien que elija** entre las que da
#   por probables.
# - **Bytes**: 256 símbolos para todo; la «ñ» son dos. **BPE** une parejas frecuentes; los empates, por la mayor; se
#   corta por orden de aprendizaje.
# - Un libro es una fila; un ejemplo, una ventana y la misma **un lugar más allá**.
# - Se compara con la tabla de bigramas, en **nats por carácter**.
# - **GPT** es el decodificador sin atención cruzada: *pre*, GELU, posiciones aprendidas, una tabla para entrar y salir,
#   y las matrices que escriben nacen divididas por $\sqrt{2L}$.
# - **Acumular**: varios lotes pequeños, un paso; cada pérdida, dividida entre el número de lotes.
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
# - Press y Wolf (2017), [Using the output embedding to improve language models](https://arxiv.org/abs/1608.05859).
# - Radford y otros (2018),
#   [Improving language understanding by generative pre-training](https://openai.com/index/language-unsupervised/). El
#   primer GPT: GELU, posiciones aprendidas, una sola tabla.
# - Radford y otros (2019),
#   [Language models are unsupervised multitask learners](https://openai.com/index/better-language-models/). GPT-2:
#   bytes, la normalización delante, la inicialización.
# - Holtzman y otros (2020), [The curious case of neural text degeneration](https://arxiv.org/abs/1904.09751). El núcleo.
# - Kaplan y otros (2020), [Scaling laws for neural language models](https://arxiv.org/abs/2001.08361), y Hoffmann y
#   otros (2022), [Training compute-optimal large language models](https://arxiv.org/abs/2203.15556).
# - Carlini y otros (2021), [Extracting training data from large language models](https://arxiv.org/abs/2012.07805), y
#   (2023), [Quantifying memorization across neural language models](https://arxiv.org/abs/2202.07646).
# - Karpathy, [nanoGPT](https://github.com/karpathy/nanoGPT). Un GPT que se lee en una tarde.

# %% [markdown] lang="en"
# ## In half a page
#
# - What was it missing? **Pieces made of bytes**, so that nothing is unknown, and **somebody to choose** among those it
#   finds likely.
# - **Bytes**: 256 symbols for everything; the “ñ” is two. **BPE** merges frequent pairs; ties go to the greatest pair;
#   text is cut in the order learnt.
# - A book is one sequence; an example, a window and the same window **shifted by one**.
# - Compare with the table of bigrams, in **nats per character**.
# - **GPT** is the decoder without cross-attention: *pre*-norm, GELU, learned positions, one table for input and output,
#   and the matrices that write are initialised divided by $\sqrt{2L}$.
# - **Accumulate**: several small batches, one step; each loss, divided by the number of batches.
# - **Greedy** repeats; a **beam** finds the likeliest, which is not the best; **temperature**, **top-k** and **top-p**
#   are the knobs of the draw.
# - **Cache**: keys and values do not change; each piece is read once. Mind the position and the mask.
# - **Does it copy?** Runs of $n$ pieces, against those of validation.
# - $12LD^2 + VD$ weights, $6N$ operations per piece in training.
#
# In the assignment you will write each part, from the first merge to the text.
#
# ## Read next
#
# - Sennrich, Haddow and Birch (2016),
#   [Neural machine translation of rare words with subword units](https://arxiv.org/abs/1508.07909).
# - Press and Wolf (2017), [Using the output embedding to improve language models](https://arxiv.org/abs/1608.05859).
# - Radford and others (2018),
#   [Improving language understanding by generative pre-training](https://openai.com/index/language-unsupervised/). The
#   first GPT: GELU, learned positions, a single table.
# - Radford and others (2019),
#   [Language models are unsupervised multitask learners](https://openai.com/index/better-language-models/). GPT-2:
#   bytes, the norm in front, the initialisation.
# - Holtzman and others (2020), [The curious case of neural text degeneration](https://arxiv.org/abs/1904.09751). The
#   nucleus.
# - Kaplan and others (2020), [Scaling laws for neural language models](https://arxiv.org/abs/2001.08361), and Hoffmann
#   and others (2022), [Training compute-optimal large language models](https://arxiv.org/abs/2203.15556).
# - Carlini and others (2021), [Extracting training data from large language models](https://arxiv.org/abs/2012.07805),
#   and (2023), [Quantifying memorization across neural language models](https://arxiv.org/abs/2202.07646).
# - Karpathy, [nanoGPT](https://github.com/karpathy/nanoGPT). A GPT that can be read in an afternoon.
