# %% [markdown] lang="es"
# # El Transformer completo
#
# *La gata negra no cruzó el río.* Para decirlo en inglés no basta un diccionario: hay que cambiar el orden (*black
# cat*), añadir una palabra que no está (*did*) y deshacer un tiempo verbal (*cross*). **¿Qué hay que poner alrededor de
# la atención para que una red traduzca?**

# %% [markdown] lang="en"
# # The whole Transformer
#
# *La gata negra no cruzó el río* is *the black cat did not cross the river*. A dictionary is not enough to get there:
# the order changes (*gata negra*, *black cat*), a word appears out of nowhere (*did*), and the verb loses its past tense
# (*cruzó*, *cross*). **What has to be put around attention for a network to translate?**

# %%
from collections import Counter
from math import exp
from types import MethodType, SimpleNamespace

import torch
from sacrebleu import corpus_bleu
from torch import nn
from torch.nn.functional import cross_entropy, layer_norm
from torch.utils.flop_counter import FlopCounterMode

from atiende import device, label, plots, widgets
from atiende.data import BOS, PAD, Tokens, join_words, load_translations, make_numbers, make_translations
from atiende.decoding import beam_decode, greedy_decode
from atiende.models.attention import causal_mask
from atiende.models.transformer import (
    DecoderLayer,
    EncoderLayer,
    Sublayer,
    Transformer,
    TransformerConfig,
    inverse_sqrt,
    sinusoids,
    translation_batch,
)
from atiende.training import train

# %% [markdown] lang="es"
# ## Primero, un fracaso
#
# Lo más sencillo: un diccionario. De tres mil frases traducidas, sacamos para cada palabra española la inglesa con la que
# más coincide, y traducimos palabra por palabra.

# %% [markdown] lang="en"
# ## First, a failure
#
# The simplest thing: a dictionary. From three thousand translated sentences we take, for each Spanish word, the English
# one that it most often goes with, and translate word by word.

# %%
grammar = make_translations(3200)
both, alone_es, alone_en = Counter(), Counter(), Counter()
for es, en in grammar[200:]:
    alone_es.update(set(es.split()))
    alone_en.update(set(en.split()))
    both.update((a, b) for a in set(es.split()) for b in set(en.split()))


def likeness(a, b):
    """Return how often two words go together, from 0 to 1 (Dice)."""
    return 2 * both[a, b] / (alone_es[a] + alone_en[b])


dictionary = {a: max(alone_en, key=lambda b: likeness(a, b)) for a in alone_es}
word_by_word = [(es, " ".join(dictionary[a] for a in es.split()), en) for es, en in grammar[:200]]
for es, guess, en in word_by_word[:4]:
    print(f"{es}\n   {guess}\n   {en}")
print(label("frases enteras:", "whole sentences:"), sum(guess == en for _, guess, en in word_by_word), "/ 200")

# %% [markdown] lang="es"
# Las palabras están casi todas; la frase, no. Con adjetivo falla el orden; con «no», falta *does* o *did* y el verbo lleva
# la forma equivocada. Cada palabra de la traducción depende de **varias** del origen y de lo ya escrito. La atención de la
# unidad 4 sabe mirar a varias a la vez. Faltan cuatro cosas: que sepa en qué **orden** están, que se puedan apilar
# muchas capas sin que el gradiente se pierda, alguien que lea y alguien que escriba, y una manera de entrenarlos.
#
# **Al terminar sabrás**
# - decir qué hace cada caja del Transformer, y qué forma tiene lo que entra y lo que sale;
# - calcular a mano una normalización por capa y un vector de posición;
# - explicar qué cambia entre normalizar antes y después, y medirlo;
# - preparar un lote sin dejar ver la respuesta, y descubrir cuándo se ha dejado ver;
# - decidir qué trucos de entrenamiento hacen falta y cuáles no, con números;
# - traducir con búsqueda voraz y en haz, y leer a qué mira la atención cruzada;
# - contar parámetros y operaciones.
#
# **Necesitas** las unidades 1 a 4. **Tiempo:** 150 minutos.

# %% [markdown] lang="en"
# The words are nearly all there; the sentence is not. With an adjective the order fails; with “no”, *does* or *did* is
# missing and the verb has the wrong form. Each word of the translation depends on **several** of the source and on what is
# already written. The attention of unit 4 can look at several at once. Four things are missing: a way to tell it the
# **order** of the words, a way to stack many layers without losing the gradient, one part that reads and one that writes, and
# a way to train it all.
#
# **By the end you will be able to**
# - say what each box of the Transformer does, and the shape of what goes in and what comes out;
# - compute a layer normalization and a position vector by hand;
# - explain what changes between normalizing before and after, and measure it;
# - prepare a batch without letting the answer be seen, and find out when it has been;
# - decide which training tricks are needed and which are not, with numbers;
# - translate greedily and by beam search, and read what cross-attention looks at;
# - count parameters and operations.
#
# **You need** units 1 to 4. **Time:** 150 minutes.

# %% [markdown] lang="es"
# ## 1. El mapa
#
# Este es el plano de Vaswani y otros (2017), y lo recorreremos caja por caja. A la izquierda, el **codificador**
# (*encoder*): lee la frase de origen, entera y a la vez, y deja un vector por palabra, la memoria. A la derecha, el
# **decodificador** (*decoder*): con lo escrito hasta ahora y la memoria, dice la palabra siguiente.

# %% [markdown] lang="en"
# ## 1. The map
#
# This is the plan of Vaswani and others (2017), and we shall go through it box by box. On the left, the **encoder**: it
# reads the source sentence, whole and at once, and leaves a vector for each word, the memory. On the right, the
# **decoder**: with what is written so far and the memory, it says the next word.

# %%
plots.plot_transformer()

# %% [markdown] lang="es"
# Las líneas azules son lo más importante y lo que menos se mira: lo que entra en cada caja pasa también por fuera, y lo que
# la caja calcula **se le suma**. (Las normalizaciones no están dibujadas: dónde van es la sección 4.)
#
# Las formas. Hay `B` frases, de `S` palabras en el origen y `T` en el destino, `D` rasgos y `V` palabras en el
# vocabulario. El viaje es este: ids `(B, S)` → embeddings `(B, S, D)` → lo mismo tras cada capa → memoria `(B, S, D)`; y
# al otro lado, ids `(B, T)` → `(B, T, D)` → puntuaciones `(B, T, V)`. **La forma no cambia dentro**: por eso se apilan.
#
# ## 2. Entrar: la palabra y su escala
#
# Cada id elige una fila aprendida, como en la unidad 3. Aquí se multiplica por $\sqrt{D}$, porque va a sumarse a su
# posición y han de pesar parecido. A mano: si los números de la fila nacen con varianza $1/D$, el cuadrado de su longitud
# es, de media, $D \cdot 1/D = 1$. Multiplicada por $\sqrt{D}$, la longitud pasa a $\sqrt{D}$; con $D = 64$, a 8. El vector
# de posición que viene ahora mide $\sqrt{D/2} = 5.66$. Comparables.
#
# ## 3. El orden
#
# La atención trata la frase como un conjunto: barajar las palabras baraja las salidas y nada más. Así que hay que decirle
# a cada palabra dónde está. La **codificación posicional** (*positional encoding*) le suma un vector que depende solo de
# su posición $p$: parejas de seno y coseno, cada una más lenta que la anterior. La pareja $i$ va de 0 a $D/2 - 1$.
#
# $$PE_{p,\,2i} = \sin\!\left(p / 10000^{2i/D}\right), \qquad PE_{p,\,2i+1} = \cos\!\left(p / 10000^{2i/D}\right)$$
#
# A mano, con $D = 4$. La primera pareja avanza 1 radián por posición; la segunda, $1/10000^{2/4} = 0.01$:
#
# - posición 0: $(\sin 0, \cos 0, \sin 0, \cos 0) = (0, 1, 0, 1)$
# - posición 1: $(\sin 1, \cos 1, \sin 0.01, \cos 0.01) = (0.841, 0.540, 0.010, 1.000)$
#
# Es un reloj con muchas agujas: unas distinguen una palabra de la siguiente; otras, el principio del final.

# %% [markdown] lang="en"
# The blue lines are what matters most and is noticed least: what enters each box also goes past it, and what the box
# computes **is added to it**. (The norms are not drawn: where they go is section 4.)
#
# The shapes. There are `B` sentences, of `S` words in the source and `T` in the target, `D` features, and `V` words in the
# vocabulary. The journey is this: ids `(B, S)` → embeddings `(B, S, D)` → the same after each layer → memory `(B, S, D)`;
# and on the other side, ids `(B, T)` → `(B, T, D)` → scores `(B, T, V)`. **The shape does not change inside**: that is why
# they can be stacked.
#
# ## 2. Coming in: the word and its scale
#
# Each id chooses a learned row, as in unit 3. Here it is multiplied by $\sqrt{D}$, because it will be added to its
# position and they have to weigh about the same. By hand: if the numbers of the row are born with variance $1/D$, the
# square of its length is, on average, $D \cdot 1/D = 1$. Times $\sqrt{D}$, the length becomes $\sqrt{D}$; with $D = 64$,
# it is 8. The position vector that comes next measures $\sqrt{D/2} = 5.66$. Comparable.
#
# ## 3. The order
#
# Attention treats the sentence as a set: shuffling the words shuffles the outputs, and nothing else. So each word has to
# be told where it is. **Positional encoding** adds to it a vector that depends only on its position $p$: pairs of sine
# and cosine, each slower than the one before. Pair $i$ goes from 0 to $D/2 - 1$.
#
# $$PE_{p,\,2i} = \sin\!\left(p / 10000^{2i/D}\right), \qquad PE_{p,\,2i+1} = \cos\!\left(p / 10000^{2i/D}\right)$$
#
# By hand, with $D = 4$. The first pair moves on by 1 radian a position; the second, by $1/10000^{2/4} = 0.01$:
#
# - position 0: $(\sin 0, \cos 0, \sin 0, \cos 0) = (0, 1, 0, 1)$
# - position 1: $(\sin 1, \cos 1, \sin 0.01, \cos 0.01) = (0.841, 0.540, 0.010, 1.000)$
#
# It is a clock with many hands: some tell a word from the next; others, the beginning from the end.

# %%
print(sinusoids(2, 4).numpy().round(3))
plots.plot_positions(sinusoids(60, 64))
widgets.predict("transformer.positions")

# %% [markdown] lang="es"
# A la derecha está lo que importa a la atención, que compara con productos escalares: cada posición se parece sobre todo a sí
# misma, casi lo mismo a sus vecinas y cada vez menos, con altibajos, a las lejanas. Nunca poco del todo: las agujas lentas
# apenas se han movido. Y el parecido **solo depende de la distancia**. Además, avanzar $k$ posiciones es girar cada aguja un
# ángulo fijo, una rotación, así que «la palabra de antes» es una operación lineal, fácil de aprender. La otra opción es
# **aprender una fila por posición**, como se aprende una por palabra. Los autores la probaron y les salió casi lo mismo; en
# la sección 7 la probaremos nosotros, y veremos qué aprende y qué no.
#
# Muévelo: con $D = 4$, ¿encuentras otra posición que se confunda con la 20?

# %% [markdown] lang="en"
# On the right is what matters to attention, which compares by dot products: each position is most like itself, nearly as much
# like its neighbours, and less and less, in waves, like those far away. Never quite unlike: the slow hands have hardly moved.
# And the likeness **depends on the distance only**. Moreover, to move on by $k$ positions is to turn each hand by a fixed
# angle, a rotation, so “the word before” is a linear operation, easy to learn. The other option is to **learn a row for each
# position**, as one is learned for each word. The authors tried it and it came out nearly the same; in section 7 we shall try
# it ourselves, and see what it learns and what it does not.
#
# Move it: with $D = 4$, can you find another position that looks like 20?

# %%
widgets.explore_positions()

# %% [markdown] lang="es"
# ## 4. La corriente residual
#
# Cada caja **suma** lo suyo a lo que entra: $x + f(x)$. Es el atajo de la unidad 2. De una punta a otra de la pila corre
# así una **corriente residual** (*residual stream*), un vector por palabra en el que todas las cajas leen y escriben y que
# nadie borra. Si una caja no tiene nada que decir, dice cero y no estropea nada; y hacia atrás, la suma deja pasar el
# gradiente entero.
#
# Pero al sumar muchas veces, los números crecen. La **normalización por capa** (*layer normalization*) los devuelve a una
# escala fija: a cada palabra le resta la media $\mu$ de **sus** $D$ números y la divide entre su desviación estándar
# $\sigma$. Luego, una ganancia $g$ y un sesgo $b$ aprendidos; $\varepsilon$ es diminuto, para no dividir entre cero:
#
# $$y = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}}\, g + b$$
#
# A mano, $x = (2, 4, 6, 8)$: $\mu = 5$; $\sigma^2 = (9 + 1 + 1 + 9)/4 = 5$; $\sqrt 5 = 2.236$; queda
# $(-1.342, -0.447, 0.447, 1.342)$. Con $10x$ sale lo mismo: la escala se ha ido. No mira a las otras palabras ni a las
# otras frases, así que da igual que haya una o cien.

# %% [markdown] lang="en"
# ## 4. The residual stream
#
# Each box **adds** its own contribution to what comes in: $x + f(x)$. It is the shortcut of unit 2. So from one end of the
# stack to the other runs a **residual stream**, a vector for each word in which all boxes read and write and which nobody
# wipes out. If a box has nothing to say, it says zero and spoils nothing; and backwards, the sum lets the whole gradient
# through.
#
# But after so many additions, the numbers grow. **Layer normalization** brings them back to a fixed scale: from each word it
# subtracts the mean $\mu$ of **its own** $D$ numbers, and divides by their standard deviation $\sigma$. Then come a learned
# gain $g$ and bias $b$; $\varepsilon$ is tiny, so as not to divide by zero:
#
# $$y = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}}\, g + b$$
#
# By hand, $x = (2, 4, 6, 8)$: $\mu = 5$; $\sigma^2 = (9 + 1 + 1 + 9)/4 = 5$; $\sqrt 5 = 2.236$; what is left is
# $(-1.342, -0.447, 0.447, 1.342)$. With $10x$ it comes out the same: the scale is gone. It does not look at other words or
# at other sentences, so it does not matter whether there is one or a hundred.

# %%
x = torch.tensor([2.0, 4.0, 6.0, 8.0])
print(layer_norm(x, (4,)).numpy().round(3), layer_norm(10 * x, (4,)).numpy().round(3))

# %% [markdown] lang="es"
# ¿Dónde se pone? El artículo original, después de sumar: $\mathrm{LN}(x + f(x))$, **post**. Casi todos desde 2019, a la
# entrada de la rama: $x + f(\mathrm{LN}(x))$, **pre**. En *post* la corriente pasa por una normalización en cada caja; en
# *pre* corre libre, y se normaliza una sola vez al final. Midamos el gradiente de un modelo recién nacido, es decir, recién
# inicializado, en el decodificador: el de la segunda matriz del *feed-forward* (la sección 5) de la última capa según cuántas
# haya, y el de cada capa en un modelo de 16.

# %% [markdown] lang="en"
# Where does it go? In the original paper, after adding: $\mathrm{LN}(x + f(x))$, **post**. In nearly every model since
# 2019, at the entrance of the branch: $x + f(\mathrm{LN}(x))$, **pre**. In *post* the stream goes through a norm at each
# box; in *pre* it runs free, and is normalized only once at the end. Let us measure the gradient of a newborn model, that is,
# one just initialized, in the decoder: that of the second matrix of the *feed-forward* net (section 5) of the last layer
# against the number of layers, and that of each layer in a model of 16.

# %%
widgets.predict("transformer.depth")


# %%
def gradient_norms(norm, layers):
    """Return the norm of the gradient of each decoder layer's feed-forward net, at birth: (layers,)."""
    torch.manual_seed(0)
    config = TransformerConfig(50, 50, d_model=64, heads=4, d_ff=128, num_layers=layers, dropout=0.0, norm=norm)
    model = Transformer(config)
    source, inputs, labels = (torch.randint(1, 50, (16, 10)) for _ in range(3))
    cross_entropy(model(source, inputs).flatten(0, 1), labels.flatten()).backward()
    return [layer.feed_forward.narrow.weight.grad.norm().item() for layer in model.decoder]


depths = [2, 4, 8, 16, 32]
measured = {norm: {layers: gradient_norms(norm, layers) for layers in depths} for norm in ("post", "pre")}
plots.plot_by_depth(depths, {norm: [run[layers][-1] for layers in depths] for norm, run in measured.items()},
                    {norm: run[16] for norm, run in measured.items()})  # fmt: skip

# %% [markdown] lang="es"
# En *pre*, cuantas más capas, menos le toca a la última, y todas reciben parecido: cada una es una voz entre más. En *post*,
# la última recibe lo mismo por muchas que haya, y a las de abajo, en un modelo de 16, casi no les llega nada: el gradiente
# se amontona arriba. ¿Importa? En la sección 8 lo mediremos entrenando: con cuatro capas, a *post* le costará mucho más
# arrancar.
#
# ## 5. Pensar por separado
#
# Tras mirar, cada palabra pasa sola por una MLP: de $D$ rasgos a $4D$, más o menos, ReLU y vuelta (*feed-forward*). Es la
# misma para todas las palabras. La atención **mezcla** palabras y apenas calcula; esta red **calcula** y no mezcla nada.
# Tiene dos tercios de los parámetros de una capa del codificador cuando $d_{ff} = 4D$: $8D^2$ contra $4D^2$.
#
# ## 6. Tres maneras de mirar
#
# La misma atención se usa en tres sitios, y solo cambian quién pregunta y qué tapa la máscara:
#
# - en el **codificador**, cada palabra del origen mira a todas las del origen; solo se tapa el relleno;
# - en el **decodificador**, cada palabra escrita mira a las anteriores y a sí misma, nunca adelante;
# - entre los dos, la **atención cruzada** (*cross-attention*): pregunta el destino (consultas), y responde el origen
#   (claves y valores). Es la alineación de la unidad 4.

# %% [markdown] lang="en"
# In *pre*, the more layers, the less falls to the last, and all get about the same: each is one voice among more. In *post*,
# the last one gets as much however many there are, and those below, in a model of 16, get hardly anything: the gradient
# piles up at the top. Does it matter? Section 8 will measure it by training: with four layers, *post* will find it much
# harder to get going.
#
# ## 5. Thinking apart
#
# After looking, each word goes alone through an MLP: from $D$ features to about $4D$, ReLU and back (*feed-forward*). It is
# the same one for all words. Attention **mixes** words and hardly computes; this network **computes** and mixes nothing. It
# has two thirds of the parameters of an encoder layer when $d_{ff} = 4D$: $8D^2$ against $4D^2$.
#
# ## 6. Three ways of looking
#
# The same attention is used in three places, and all that changes is who asks and what the mask hides:
#
# - in the **encoder**, each source word looks at all those of the source; only padding is hidden;
# - in the **decoder**, each written word looks at those before and at itself, never ahead;
# - between both, **cross-attention**: the target asks (queries), and the source answers (keys and values). It is the
#   alignment of unit 4.

# %%
words = ["1", "2", "3", "4", "<pad>"]
no_padding = torch.tensor([True, True, True, True, False])
plots.plot_masks({label("codificador", "encoder"): no_padding.expand(5, 5).numpy(),
                  label("decodificador", "decoder"): (causal_mask(5) & no_padding).numpy()}, words)  # fmt: skip

# %% [markdown] lang="es"
# Cada fila pregunta y cada columna responde. El relleno también tiene su fila, pero nadie lee lo que sale de ella: su
# columna está tapada y la pérdida no la cuenta. La máscara de la atención cruzada es la del codificador con una fila por
# palabra escrita: el origen se ve entero.
#
# ## 7. Cómo se entrena: la respuesta desplazada
#
# Para traducir habría que escribir palabra tras palabra. Para **entrenar**, no: la traducción ya se sabe, así que se da
# entera al decodificador, y en cada sitio se le pide la palabra siguiente. Se llama *teacher forcing*: como un maestro que
# corrige cada palabra antes de pasar a la otra. Así, una frase de 20 palabras se convierte en 21 ejemplos (con su final) en
# una sola pasada. Hacen falta dos cosas, y las dos se olvidan sin que nada proteste:
#
# 1. **Desplazar**: la entrada empieza por `<bos>`; la etiqueta acaba en `<eos>`. En el sitio $t$ entra la palabra $t$ y se
#    pide la $t + 1$.
# 2. **Tapar el futuro**: sin máscara causal, el sitio $t$ puede mirar al $t + 1$, donde está escrita la respuesta.

# %% [markdown] lang="en"
# Each row asks and each column answers. Padding has its row too, but nobody reads what comes out of it: its column is hidden
# and the loss does not count it. The mask of cross-attention is the encoder's with a row for each word written: the source
# is seen whole.
#
# ## 7. How it is trained: the shifted answer
#
# To translate, one would have to write word after word. To **train**, one does not: the translation is known, so it is
# given whole to the decoder, and at each place the next word is asked for. It is called *teacher forcing*: like a teacher who
# corrects each word before going on to the other. So a sentence of 20 words becomes 21 examples (with its end) in a single
# pass. Two things are needed, and forgetting either raises no error:
#
# 1. **Shift**: the input begins with `<bos>`; the label ends with `<eos>`. At place $t$, word $t$ goes in and word $t + 1$
#    is asked for.
# 2. **Hide the future**: without the causal mask, place $t$ can look at $t + 1$, where the answer is written.

# %%
pairs = make_numbers(seed=0)  # "dos mil cinco", "two thousand five"
spanish, english = Tokens(es for es, _ in pairs), Tokens(en for _, en in pairs)
source, inputs, labels = translation_batch([spanish.encode(es) for es, _ in pairs],
                                           [english.encode(en) for _, en in pairs])  # fmt: skip
print(len(spanish), len(english), tuple(source.shape), tuple(inputs.shape))  # (N, S) and (N, T): N pairs
print("source", [spanish.words[n] for n in source[0]])
print("inputs", [english.words[n] for n in inputs[0]])
print("labels", [english.words[n] for n in labels[0]])
widgets.predict("transformer.traps")

# %% [markdown] lang="es"
# Diez mil números escritos con palabras, del cero al nueve mil novecientos noventa y nueve; quinientos se guardan para la
# prueba. Se entrena el mismo modelo, de una capa, cinco veces: bien, y con cuatro averías. Se mira la pérdida y, aparte,
# cuántos números nuevos **traduce** enteros. Tarda de medio minuto a uno.

# %% [markdown] lang="en"
# Ten thousand numbers in words, from zero to nine thousand nine hundred ninety-nine; five hundred are kept for the test.
# The same model, of one layer, is trained five times: well, and with four faults. We look at the loss and, apart from it, at
# how many new numbers it **translates** whole. It takes half a minute to one.


# %%
def make(layers=1, norm="pre", positions="sinusoids"):
    torch.manual_seed(0)
    return Transformer(TransformerConfig(len(spanish), len(english), d_model=64, heads=4, d_ff=128, num_layers=layers,
                                         dropout=0.0, norm=norm, positions=positions, max_len=14))  # fmt: skip


def nats(logits, y, smoothing=0.0):
    """Return the mean loss over the words that are no padding: logits (B, T, V), y (B, T)."""
    return cross_entropy(logits.flatten(0, 1), y.flatten(), ignore_index=PAD, label_smoothing=smoothing)


def warmed(step):
    return inverse_sqrt(step, warmup=100, peak=3e-3)


def fit(model, y=labels, steps=250, loss=nats, lr=warmed, clip=1.0):
    """Train on all numbers but the first 500; return the loss of each step."""
    optimizer = torch.optim.Adam(model.parameters(), betas=(0.9, 0.98))
    history = train(model, (source[500:], inputs[500:]), y[500:], loss=loss, optimizer=optimizer, lr=lr,
                    steps=steps, clip=clip)  # fmt: skip
    return history.losses


def exact(model):
    """Return the share of the first 500 numbers that it translates whole."""
    written = greedy_decode(model, source[:500], max_len=10)
    rows = zip(written, labels[:500], strict=True)
    return sum(english.decode(row) == english.decode(wanted) for row, wanted in rows) / 500


def decode_unmasked(self, target, memory, memory_mask):
    x = self.target_embedding(target)
    for layer in self.decoder:
        x = layer(x, memory, None, memory_mask)  # every place sees every other
    return self.head(self.decoder_norm(x))


def without_residuals(model):
    for part in model.modules():
        if isinstance(part, Sublayer):
            part.forward = lambda x, branch, norm=part.norm: branch(norm(x))  # the branch, and no sum
    return model


names = label("bien|sin máscara causal|sin desplazar|sin posiciones|sin residuos",
              "right|no causal mask|not shifted|no positions|no residuals").split("|")  # fmt: skip
variants = {name: make() for name in names}
variants[names[1]].decode = MethodType(decode_unmasked, variants[names[1]])
for embedding in (variants[names[3]].source_embedding, variants[names[3]].target_embedding):
    embedding.positions.zero_()
without_residuals(variants[names[4]])
losses = {name: fit(model, y=inputs if name == names[2] else labels) for name, model in variants.items()}
plots.plot_traps(losses, {name: exact(model) for name, model in variants.items()})

# %% [markdown] lang="es"
# Mira las dos primeras averías: su pérdida es **tan buena como la del modelo bueno, o mejor**, y no traducen casi nada. Sin
# máscara, el modelo copia la palabra siguiente, que ya puede ver; sin desplazar, la misma que acaba de recibir. La
# validación no lo nota, porque se prepara igual. Con la pérdida sola, nadie distinguiría el modelo bueno del roto. **Una
# pérdida no es una traducción: traduce unas frases, y míralas.**
#
# Sin posiciones acierta más de la mitad, y es lógico: en «dos mil trescientos» casi todo se deduce de qué palabras hay, y la
# máscara causal todavía deja saber qué va antes. Sin residuos, una sola capa también aprende, algo más despacio: la corriente
# hace falta cuando hay muchas, y en la sección 8 lo mediremos.
#
# ¿Y si las posiciones se aprenden? El mismo modelo, con una fila por posición que nace casi en cero. Los números tienen
# como mucho 6 palabras en español; hemos dado sitio para 14.

# %% [markdown] lang="en"
# Look at the first two faults: their loss is **as good as the right model's, or better**, and they translate hardly anything.
# Without the mask, the model copies the next word, which it can already see; without the shift, the very one that it was
# given. Validation does not notice, for it is prepared alike. By the loss alone, nobody would tell the good model from the
# broken one. **A loss is not a translation: translate some sentences, and look at them.**
#
# Without positions it gets more than half right, and that makes sense: in “two thousand three hundred” nearly all follows
# from which words there are, and the causal mask still lets it know what comes before. Without residuals, a single layer
# learns too, somewhat more slowly: the stream is needed when there are many, and section 8 will measure it.
#
# And if positions are learned? The same model, with a row for each position that is born nearly zero. The numbers have at
# most 6 words in Spanish; we have made room for 14.

# %%
learner = make(positions="learned")
fit(learner)
print(label("números nuevos, enteros:", "new numbers, whole:"), f"{exact(learner):.0%}")
plots.plot_position_cosines({label("calculadas", "computed"): sinusoids(14, 64),
                             label("aprendidas", "learned"): learner.source_embedding.positions.detach()},
                            seen=source.shape[1])  # fmt: skip

# %% [markdown] lang="es"
# Traduce igual de bien, así que se puede elegir. Pero mira la derecha. Dentro de las rayas, donde hubo palabras, hay una
# pauta; más allá, ruido: esas filas **siguen como nacieron**, porque ninguna frase llegó hasta allí. Las calculadas
# siguen su regla hasta donde quieras. Que la regla siga no quiere decir que la red sepa usarla: tampoco ella ha visto
# frases tan largas.
#
# ## 8. Los trucos, uno a uno
#
# El artículo, y los que vinieron después, entrenan con una lista de trucos. ¿Hacen falta? Primero, qué son. Dos ya los
# conoces: **recortar** el gradiente (unidad 3) y cuidar **cómo nacen los pesos** (sección 2).
#
# **Calentamiento** (*warm-up*): la tasa sube en línea recta los primeros pasos y después baja como $1/\sqrt{s}$, con $s$ el
# número del paso. A mano,
# con máximo 0.004 en el paso 400: en el 100, 0.001; en el 1600, $0.004 \cdot \sqrt{400/1600} = 0.002$. Muévelo: ¿con qué
# calentamiento es mayor la tasa del paso 2000?

# %% [markdown] lang="en"
# It translates as well, so one may choose. But look at the right. Within the lines, where there were words, there is a
# pattern; beyond, noise: those rows **are still as they were born**, for no sentence got that far. The computed ones keep to
# their rule as far as you like. That the rule goes on does not mean that the network can use it: it has not seen sentences
# that long either.
#
# ## 8. The tricks, one by one
#
# The paper, and those who came after it, train with a list of tricks. Are they needed? First, what they are. Two of them you
# know: **clipping** the gradient (unit 3) and minding **how the weights are born** (section 2).
#
# **Warm-up**: the rate rises in a straight line in the first steps and then falls as $1/\sqrt{s}$, with $s$ the number of the
# step. By hand, with a peak of 0.004 at step 400: at 100, 0.001; at 1600, $0.004 \cdot \sqrt{400/1600} = 0.002$. Move it:
# with which warm-up is the rate at step 2000 largest?

# %%
print([round(inverse_sqrt(step, warmup=400, peak=0.004), 4) for step in (100, 400, 1600)])
widgets.explore_warmup()

# %% [markdown] lang="es"
# **Suavizado de etiquetas** (*label smoothing*): en lugar de pedir toda la probabilidad para la palabra buena, se piden $1 -
# \varepsilon$, y el resto se reparte entre las demás. Así, pasarse de seguro cuesta. A mano, con $\varepsilon = 0.1$ y 98
# palabras más: quien da 0.9 a la buena y reparte lo demás paga $-0.9 \ln 0.9 - 0.1 \ln (0.1/98) = 0.095 + 0.689 = 0.784$.
# Quien da 0.9999 paga más. **La pérdida ya no llega a cero**, y comparar la de dos modelos con distinto $\varepsilon$ no
# tiene sentido.

# %% [markdown] lang="en"
# **Label smoothing**: instead of asking for all the probability for the right word, $1 - \varepsilon$ is asked for, and the
# rest is shared out among the others. That way, being too sure has a cost. By hand, with $\varepsilon = 0.1$ and 98 other
# words: one who gives 0.9 to the right one and shares out the rest pays $-0.9 \ln 0.9 - 0.1 \ln (0.1/98) = 0.095 + 0.689 =
# 0.784$. One who gives 0.9999 pays more. **The loss no longer reaches zero**, and to compare that of two models with
# different $\varepsilon$ makes no sense.

# %%
widgets.explore_smoothing()

# %% [markdown] lang="es"
# Ahora, a medir. Primero, un modelo de una capa y 120 pasos, quitando un truco cada vez. «Nacer grande» es dejar que los
# embeddings nazcan con desviación estándar 1, como hace `nn.Embedding` si no se le dice nada. (El suavizado de PyTorch, el de
# esta celda, reparte $\varepsilon$ entre **todas** las palabras, también la buena: la cuenta cambia muy poco.)

# %% [markdown] lang="en"
# Now, to measure. First, a model of one layer and 120 steps, taking away one trick at a time. “Born large” is to let the
# embeddings be born with standard deviation 1, as `nn.Embedding` does if it is not told otherwise. (PyTorch's smoothing, that
# of this cell, shares $\varepsilon$ out among **all** words, the right one too: the sum changes very little.)

# %%
widgets.predict("transformer.tricks")


# %%
def constant(step):
    return 3e-3


def smoothed(logits, y):
    return nats(logits, y, smoothing=0.1)


def born_large(model):
    for embedding in (model.source_embedding, model.target_embedding):
        nn.init.normal_(embedding.tokens.weight)
    return model


small = label("como arriba|sin calentamiento|sin recortar|con suavizado|nacer grande",
              "as above|no warm-up|no clipping|with smoothing|born large").split("|")  # fmt: skip
options = [{}, {"lr": constant}, {"clip": None}, {"loss": smoothed}, {}]
tricks = {}
for name, choice in zip(small, options, strict=True):
    model = born_large(make()) if name == small[4] else make()
    fit(model, steps=120, **choice)
    tricks[name] = exact(model)
axis = label("números nuevos traducidos enteros", "new numbers translated whole")
plots.plot_shares(tricks, axis)

# %% [markdown] lang="es"
# En un modelo de una capa, lo único que importa de la lista es **cómo nacen los pesos**: con embeddings grandes, la
# palabra tapa su posición y los primeros pasos se van en encogerla. Lo demás, ni ayuda ni estorba. Y ahora, cuatro capas:
# las dos normalizaciones, con calentamiento y sin él; y al final, sin la suma de los residuos.

# %% [markdown] lang="en"
# In a model of one layer, the only thing on the list that matters is **how the weights are born**: with large embeddings
# the word drowns its position, and the first steps are spent on shrinking it. The rest neither helps nor hinders. And now,
# four layers: both norms, with warm-up and without; and at the end, without the sum of the residuals.

# %%
deep = {}
for norm in ("pre", "post"):
    for how, lr in ((label("con calentamiento", "warm-up"), warmed), (label("sin calentamiento", "no warm-up"), constant)):
        model = make(layers=4, norm=norm)
        fit(model, steps=120, lr=lr)
        deep[f"{norm}, {how}"] = exact(model)
model = without_residuals(make(layers=4))
fit(model, steps=120)
deep[label("pre, sin residuos", "pre, no residuals")] = exact(model)
plots.plot_shares(deep, axis)

# %% [markdown] lang="es"
# Con cuatro capas y 120 pasos, *post* sin calentamiento no traduce nada o casi nada, y con él va con retraso; a *pre* le da
# igual. No es que *post* no pueda: con 400 pasos, también sin calentamiento, ya traducía en nuestra prueba un tercio de los
# números. Por eso el artículo, que era *post* y de seis capas, no prescindió del calentamiento. Encaja con la figura de los
# gradientes, pero no la demuestra: Adam iguala el tamaño de los pasos, y por qué *post* es tan frágil todavía se discute
# ([Liu y otros, 2020](https://arxiv.org/abs/2004.08249)). Y sin la suma, cuatro capas no traducen nada: lo que con una era un
# retraso, con cuatro es un muro. **Un truco no es bueno ni malo: arregla algo, y hay que saber qué.** (Una sola semilla, una
# sola tasa y 120 pasos: en la tarea puedes comprobar cuánto aguanta esta conclusión.)
#
# ## 9. Traducir: voraz y en haz
#
# Ya hay modelo; falta escribir. Lo voraz (*greedy*) toma siempre la palabra más probable. Puede equivocarse: la mejor
# primera palabra no siempre empieza la mejor frase. La **búsqueda en haz** (*beam search*) lleva varias frases empezadas a
# la vez y se queda, en cada paso, con las mejores. A mano, dos pasos: «A» vale 0.6 y después lo mejor que le sigue, 0.5;
# «B» vale 0.4 y le sigue algo seguro, 1. Lo voraz escribe A y llega a $0.6 \cdot 0.5 = 0.30$; un haz de dos encuentra B, con
# $0.4 \cdot 1 = 0.40$. Este es el modelo de la cuenta, y las dos maneras de escribir:

# %% [markdown] lang="en"
# With four layers and 120 steps, *post* without warm-up translates nothing or next to nothing, and with it lags behind; *pre*
# does not mind. It is not that *post* cannot: with 400 steps, also without warm-up, in our trial it already translated a
# third of the numbers. That is why the paper, which was *post* and had six layers, did not do without warm-up. It fits the
# figure of the gradients, but does not prove it: Adam evens out the size of the steps, and why *post* is so fragile is still
# debated ([Liu and others, 2020](https://arxiv.org/abs/2004.08249)). And without the sum, four layers translate nothing: what
# with one was a delay is a wall with four. **A trick is neither good nor bad: it mends something, and one has to know what.**
# (A single seed, a single rate and 120 steps: in the assignment you may check how well this conclusion stands.)
#
# ## 9. Translating: greedy, and by beam
#
# There is a model; now it has to write. *Greedy* always takes the likeliest word. It may go wrong: the best first word does
# not always begin the best sentence. **Beam search** carries several sentences that have been begun at once and keeps, at
# each step, the best. By hand, two steps: “A” is worth 0.6 and the best that follows it, 0.5; “B” is worth 0.4 and something
# certain follows, 1. Greedy writes A and gets to $0.6 \cdot 0.5 = 0.30$; a beam of two finds B, with
# $0.4 \cdot 1 = 0.40$. This is the model of the sum, and both ways of writing:

# %%
words = ["<pad>", "<bos>", "<eos>", "A", "B", "C", "D"]
after = torch.full((7, 7), 1e-9)  # row: the last word; column: how likely the next one is
after[1, 3], after[1, 4] = 0.6, 0.4  # first, A or B
after[3, 5:7] = 0.5  # after A, C or D
after[4, 5] = after[5, 2] = after[6, 2] = 1.0  # after B, C for sure; after C or D, the end
fork = SimpleNamespace(config=SimpleNamespace(pad=PAD), decode=lambda target, *memory: after[target].log(),
                       encode=lambda source: (torch.zeros(1, 1, 1), torch.ones(1, 1, 1, 1)))  # fmt: skip
start = torch.tensor([3])
print(label("voraz", "greedy"), [words[n] for n in greedy_decode(fork, start[None], max_len=3)[0]])
for ids, score in beam_decode(fork, start, max_len=3, width=2, length_power=0):
    print(label("haz", "beam"), [words[n] for n in ids], f"{exp(score):.2f}")

# %% [markdown] lang="es"
# Cada palabra multiplica por algo menor que 1, así que ganarían las frases cortas. Por eso se compara el logaritmo del
# producto, que es una suma, dividido entre una potencia del largo: aquí, 0.6.
#
# Traducimos frases: de Tatoeba, escritas por gente, si hay conexión o copia local; si no, de la gramática del principio.
# Entrenamiento, validación y prueba no comparten ninguna frase inglesa.

# %% [markdown] lang="en"
# Each word multiplies by something less than 1, so short sentences would win. That is why one compares the logarithm of the
# product, which is a sum, divided by a power of the length: here, 0.6.
#
# We translate sentences: from Tatoeba, written by people, if you are online or have a local copy; if not, from the grammar
# of the beginning. Training, validation and test share no English sentence.

# %%
sentences, gpu = load_translations(max_words=9), device().type == "cuda"
real = sentences.source != "default"
rare = (3 if gpu else 20) if real else 1  # words seen less often are <unk>
from_words = Tokens((es for es, _ in sentences.train), min_count=rare)
to_words = Tokens((en for _, en in sentences.train), min_count=rare)
print(sentences.name, len(sentences.train), len(sentences.test), "·", len(from_words), len(to_words))


def batch(pairs):
    return translation_batch([from_words.encode(es) for es, _ in pairs], [to_words.encode(en) for _, en in pairs])


torch.manual_seed(0)
D, layers, steps, rows = (256, 3, 5000, 256) if gpu and real else (64, 1, 600 if real else 300, 64)
config = TransformerConfig(len(from_words), len(to_words), d_model=D, d_ff=2 * D, num_layers=layers)
translator = Transformer(config).to(device())
x, y_in, y = batch(sentences.train)
adam = torch.optim.Adam(translator.parameters(), betas=(0.9, 0.98))
rate = (lambda step: inverse_sqrt(step, warmup=1000, peak=1e-3)) if steps > 1000 else warmed
history = train(translator, (x, y_in), y, loss=smoothed, optimizer=adam, lr=rate, steps=steps,
                batch_size=rows, clip=1.0)  # fmt: skip
plots.plot_losses({sentences.name: {label("entrenamiento", "training"): (history.steps, history.losses)}})

# %%
test = sentences.test[:: len(sentences.test) // 60]  # spread over all of it
x, _, y = batch(test)
x = x.to(device())
greedy = [to_words.decode(row) for row in greedy_decode(translator, x, max_len=14)]
beamed = [to_words.decode(beam_decode(translator, row[row != PAD], max_len=14)[0][0]) for row in x]
wanted = [to_words.decode(row) for row in y]
for name, written in ((label("voraz", "greedy"), greedy), (label("haz de 4", "beam of 4"), beamed)):
    print(name, sum(a == b for a, b in zip(written, wanted, strict=True)), f"/ {len(test)}")
for (es, en), one, other in list(zip(test, greedy, beamed, strict=True))[10:60:10]:
    print(f"\n{es}\n   {join_words(one)}\n   {join_words(other)}\n   {join_words(en.split())}")

# %% [markdown] lang="es"
# (La pérdida se para lejos de 0: ese suelo lo pone el suavizado.) En cada grupo: el origen, lo voraz, el haz y lo que se
# esperaba. Con la gramática el modelo acierta todo o casi todo, y el haz no
# tiene nada que mejorar: cuando el modelo está seguro, lo voraz basta. Con frases de verdad y 600 pasos de CPU no esperes
# tanto: aprende a escribir inglés antes que a leer español, y las palabras raras son `<unk>`. Con una GPU, las mismas líneas
# entrenan un modelo mayor durante 5000 pasos.
#
# «La respuesta exacta» es injusta cuando hay muchas buenas. **BLEU** cuenta trozos: qué parte $p_n$ de los trozos de $n$
# palabras escritos están en la traducción esperada, con $n$ de 1 a 4 (cada uno, como mucho, las veces que está en ella:
# escribir *the the the* no da puntos). Su media geométrica se castiga si lo escrito, de $c$
# palabras, es más corto que lo esperado, de $r$:
#
# $$\mathrm{BLEU} = \min\!\left(1, e^{1 - r/c}\right) (p_1\, p_2\, p_3\, p_4)^{1/4}$$
#
# A mano. Esperado: *the black cat did not cross the river .*; escrito: *the **old** black cat did not cross the river .* De
# 10 palabras sobra una, $p_1 = 9/10$; de 9 parejas fallan las dos que la tocan, $p_2 = 7/9$; y así $p_3 = 6/8$ y
# $p_4 = 5/7$. No es más corto, así que no hay castigo: $(0.375)^{1/4} = 0.78$. Se suele dar de 0 a 100, y **sobre todo el
# conjunto**: los trozos de todas las frases se cuentan juntos, porque en una sola es fácil que $p_4$ sea 0. Como cada manera
# de partir en palabras da otro número, se usa siempre el mismo programa, `sacrebleu`.

# %% [markdown] lang="en"
# (The loss stops far from 0: smoothing sets that floor.) In each group: the source, greedy, the beam, and what was expected.
# With the grammar the model gets all or nearly all right, and the beam has nothing to improve: when the model is sure, greedy
# is enough. With real sentences and 600 steps of CPU do not expect as much: it learns to write English before it learns to
# read Spanish, and rare words are `<unk>`. With a GPU, the same lines train a larger model for 5000 steps.
#
# “The exact answer” is unfair when there are many good ones. **BLEU** counts pieces: what share $p_n$ of the written pieces
# of $n$ words is in the expected translation, with $n$ from 1 to 4 (each at most as often as it is there: writing *the the
# the* earns nothing). Their geometric mean is punished if what is written, of $c$ words, is shorter than what is expected, of
# $r$:
#
# $$\mathrm{BLEU} = \min\!\left(1, e^{1 - r/c}\right) (p_1\, p_2\, p_3\, p_4)^{1/4}$$
#
# By hand. Expected: *the black cat did not cross the river .*; written: *the **old** black cat did not cross the river .* Of
# 10 words one is too many, $p_1 = 9/10$; of 9 pairs the two that touch it fail, $p_2 = 7/9$; and so $p_3 = 6/8$ and
# $p_4 = 5/7$. It is not shorter, so there is no punishment: $(0.375)^{1/4} = 0.78$. It is usually given from 0 to 100, and
# **over the whole set**: the pieces of all sentences are counted together, for in a single one $p_4$ is easily 0. As each way
# of cutting into words gives another number, everybody uses the same program, `sacrebleu`.

# %%
print(corpus_bleu(["the old black cat did not cross the river ."], [["the black cat did not cross the river ."]]))
references = [[en for _, en in test]]
for name, written in ((label("voraz", "greedy"), greedy), (label("haz de 4", "beam of 4"), beamed)):
    print(name, f"{corpus_bleu([join_words(words) for words in written], references, lowercase=True).score:.1f}")

# %% [markdown] lang="es"
# Un BLEU no se compara con otro si cambian las frases, el idioma o cómo se parten: 100 en la gramática no vale lo que 30 en
# frases de verdad.
#
# ¿A qué mira? La atención cruzada de la última capa, una fila por palabra escrita:

# %% [markdown] lang="en"
# One BLEU is not compared with another if the sentences change, or the language, or how they are cut: 100 on the grammar is
# not worth what 30 is on real sentences.
#
# What does it look at? The cross-attention of the last layer, a row for each word written:

# %%
chosen = max((es for es, _ in sentences.test if " no " in es), key=len)  # a long one, with a word that moves
ids = torch.tensor([from_words.encode(chosen)], device=device())
written = greedy_decode(translator, ids, max_len=14)  # (1, T)
cross = translator.decoder[-1].cross_attention
cross.keep_weights = True  # of what it looks at; the input is <bos> and what was written
with torch.no_grad():
    translator(ids, torch.cat([torch.full_like(ids[:, :1], BOS), written[:, :-1]], dim=1))
looks = cross.weights[0].cpu()  # (heads, T, S)
cross.keep_weights = False
rows, columns = [to_words.words[n] for n in written[0]], [from_words.words[n] for n in ids[0]]
plots.plot_looks({label("media de las cabezas", "mean of the heads"): looks.mean(dim=0)}, rows, columns,
                 label("origen", "source"), label("escrito", "written"), height=4.2)  # fmt: skip

# %% [markdown] lang="es"
# Léelo fila a fila. Las palabras de contenido suelen mirar a su pareja, aunque el orden haya cambiado. Con la frase de la
# gramática, *small* y *apples* se cruzan, y *did* mira a dos sitios a la vez: a «no», que lo pide, y al verbo, que dice que
# fue en pasado. El diccionario del principio no podía hacerlo. El punto y el final, que no traducen nada, reparten la
# mirada. No es una explicación de lo que el modelo piensa: es lo que una capa leyó, y antes de ella el codificador ya había
# mezclado las palabras.
#
# ## 10. Lo que cuesta
#
# Una atención son cuatro matrices de $D \times D$: $4D^2$ pesos. Una red de $d_{ff} = 4D$, $8D^2$. Una capa del codificador,
# $12D^2$; una del decodificador, con dos atenciones, $16D^2$. El modelo base del artículo, con $D = 512$ y seis capas de
# cada: $6 \cdot 28 \cdot 512^2 = 44$ millones, más los embeddings. En operaciones, cada peso se usa una vez por palabra (un
# producto y una suma, 2), y la atención añade las tablas de todas con todas: $4 S^2 D$ por capa. Hagamos la cuenta de verdad.

# %% [markdown] lang="en"
# Read it row by row. Words of content tend to look at their partner, though the order has changed. With the sentence of the
# grammar, *small* and *apples* cross, and *did* looks at two places at once: at “no”, which asks for it, and at the verb,
# which says that it was in the past. The dictionary of the beginning could not do that. The full stop and the end, which
# translate nothing, share out their look. It is no explanation of what the model thinks: it is what one layer read, and
# before it the encoder had already mixed the words.
#
# ## 10. What it costs
#
# One attention is four matrices of $D \times D$: $4D^2$ weights. A net of $d_{ff} = 4D$, $8D^2$. An encoder layer, $12D^2$;
# one of the decoder, with two attentions, $16D^2$. The base model of the paper, with $D = 512$ and six layers of each:
# $6 \cdot 28 \cdot 512^2 = 44$ million, plus the embeddings. In operations, each weight is used once for each word (a product
# and a sum, 2), and attention adds the tables of all with all: $4 S^2 D$ a layer. Let us really count them.

# %%
layer = TransformerConfig(1, 1, d_model=64, heads=4, d_ff=256)
for made, rule in ((EncoderLayer(layer), 12), (DecoderLayer(layer), 16)):
    counted = sum(weight.numel() for weight in made.parameters())
    small = sum(weight.numel() for weight in made.parameters() if weight.dim() == 1)  # biases and gains
    print(type(made).__name__, counted, "=", f"{rule} · 64² =", rule * 64**2, "+", small)
block = EncoderLayer(layer)
block.attention.keep_weights = True  # step by step, so that each product can be counted
for S in (16, 128):
    with FlopCounterMode(display=False) as counter:
        block(torch.randn(1, S, 64))
    rule = 24 * S * 64**2 + 4 * S**2 * 64
    assert counter.get_total_flops() == rule
    print(f"S = {S}: 24 · {S} · 64² + 4 · {S}² · 64 =", rule, label("como cuenta PyTorch", "as PyTorch counts"))

# %% [markdown] lang="es"
# Las operaciones coinciden exactamente; en los pesos, la regla se deja los sesgos y las ganancias, alrededor de mil. ¿Cuándo
# mandan las tablas?

# %% [markdown] lang="en"
# The operations agree exactly; in the weights, the rule leaves out biases and gains, about a thousand. When do the tables
# rule?

# %%
widgets.predict("transformer.cost")

# %%
D, kinds = 512, (label("proyecciones", "projections"), label("tablas S × S", "tables S × S"), "feed-forward")
costs = {f"S = {S}": dict(zip(kinds, (8 * S * D**2, 4 * S**2 * D, 16 * S * D**2), strict=True)) for S in (32, 512, 4096, 32768)}
plots.plot_parts(costs, label("operaciones de una capa del codificador, D = 512", "operations of an encoder layer, D = 512"))

# %% [markdown] lang="es"
# Las tablas igualan a todo lo demás cuando $4 S^2 D = 24 S D^2$, es decir, $S = 6D$: con $D = 512$, unas 3000 palabras. Por
# debajo, el coste crece casi en línea recta con el largo; por encima, con su cuadrado.
#
# ## 11. Tres sabores
#
# De este plano salen las tres familias que vienen:
#
# | | se queda con | entrena para | sirve para |
# |---|---|---|---|
# | **codificador y decodificador** | todo | traducir: una frase entra, otra sale | traducir, resumir |
# | **solo codificador** (BERT, unidad 6) | la izquierda | adivinar palabras tapadas, mirando a los dos lados | clasificar, buscar |
# | **solo decodificador** (GPT, unidad 7) | la derecha, sin atención cruzada | la palabra siguiente | escribir, y casi todo lo demás |

# %% [markdown] lang="en"
# The tables match all the rest when $4 S^2 D = 24 S D^2$, that is, $S = 6D$: with $D = 512$, some 3000 words. Below that, the
# cost grows almost in a straight line with the length; above, with its square.
#
# ## 11. Three flavours
#
# From this plan come the three families that follow:
#
# | | keeps | is trained to | is good for |
# |---|---|---|---|
# | **encoder and decoder** | all | translate: one sentence goes in, another comes out | translating, summarizing |
# | **encoder only** (BERT, unit 6) | the left side | guess hidden words, looking both ways | classifying, searching |
# | **decoder only** (GPT, unit 7) | the right side, without cross-attention | give the next word | writing, and nearly all the rest |

# %% [markdown] lang="es"
# ## ¿Verdadero o falso?
#
# Decide antes de abrir cada una.
#
# <details><summary>1. «Una pérdida de entrenamiento menor quiere decir una traducción mejor.»</summary>
#
# **Falso.** Sin desplazar, la pérdida era la mejor de todas, y no se traducía ningún número o casi ninguno.
# </details>
#
# <details><summary>2. «Las posiciones se multiplican por el embedding.»</summary>
#
# **Falso.** Se suman. La red aprende a separar lo uno de lo otro porque hay sitio para los dos.
# </details>
#
# <details><summary>3. «La normalización por capa usa las demás frases del lote.»</summary>
#
# **Falso.** Cada palabra se normaliza con sus propios números. Una frase sola da lo mismo que en compañía.
# </details>
#
# <details><summary>4. «En la atención cruzada, el que escribe pregunta y el que leyó responde.»</summary>
#
# **Verdadero.** Consultas del destino; claves y valores del origen.
# </details>
#
# <details><summary>5. «El calentamiento hace falta siempre.»</summary>
#
# **Falso.** Con una capa, o con *pre*, no se notó. Con cuatro capas *post*, sin él no había arrancado a los 120 pasos.
# </details>
#
# <details><summary>6. «Con suavizado, la pérdida de un modelo perfecto es 0.»</summary>
#
# **Falso.** Lo que se pide ya no es seguro, y acertar lo pedido cuesta su entropía.
# </details>
#
# <details><summary>7. «Entrenar necesita un paso por palabra, como traducir.»</summary>
#
# **Falso.** Al entrenar la frase se conoce y todas las palabras se calculan a la vez.
# </details>
#
# <details><summary>8. «Un haz más ancho da siempre mejores traducciones.»</summary>
#
# **Falso.** Encuentra frases más probables **para el modelo**. Si el modelo se equivoca, el haz se equivoca mejor.
# </details>

# %% [markdown] lang="en"
# ## True or false?
#
# Decide before you open each one.
#
# <details><summary>1. “A lower training loss means a better translation.”</summary>
#
# **False.** Without the shift the loss was the best of all, and no number or hardly one was translated.
# </details>
#
# <details><summary>2. “Positions are multiplied by the embedding.”</summary>
#
# **False.** They are added. The network learns to tell one from the other because there is room for both.
# </details>
#
# <details><summary>3. “Layer normalization uses the other sentences of the batch.”</summary>
#
# **False.** Each word is normalized with its own numbers. A sentence alone gives the same as in company.
# </details>
#
# <details><summary>4. “In cross-attention, the one who writes asks and the one who read answers.”</summary>
#
# **True.** Queries from the target; keys and values from the source.
# </details>
#
# <details><summary>5. “Warm-up is always needed.”</summary>
#
# **False.** With one layer, or with *pre*, it made no difference. With four *post* layers, it had not got going after 120
# steps.
# </details>
#
# <details><summary>6. “With smoothing, the loss of a perfect model is 0.”</summary>
#
# **False.** What is asked for is no longer certain, and to get it right costs its entropy.
# </details>
#
# <details><summary>7. “Training takes a step for each word, as translating does.”</summary>
#
# **False.** In training the sentence is known, and all words are computed at once.
# </details>
#
# <details><summary>8. “A wider beam always gives better translations.”</summary>
#
# **False.** It finds sentences that are likelier **for the model**. If the model is wrong, the beam just finds a likelier
# mistake.
# </details>

# %% [markdown] lang="es"
# ## En media página
#
# - El **codificador** lee entero y a la vez; el **decodificador** escribe palabra a palabra mirando a lo escrito y a la memoria.
# - Las **posiciones** se suman al embedding, que va multiplicado por $\sqrt{D}$. Seno y coseno: parecido según la distancia.
# - Toda caja **suma** a la corriente. La normalización va antes de la rama (*pre*) o tras la suma (*post*); al nacer, sus
#   gradientes se reparten de otra manera.
# - Tres atenciones: propia con relleno tapado, propia sin futuro, cruzada.
# - **Desplazar y tapar.** Si se olvida, la pérdida es magnífica y no hay traductor. Se mide traduciendo.
# - De los trucos, con una capa solo importó la inicialización; con cuatro y *post*, el calentamiento decidió cuándo arrancaba.
# - Lo **voraz** basta cuando el modelo está seguro; el **haz** busca frases más probables.
# - $12D^2$ y $16D^2$ pesos por capa; las tablas mandan a partir de $6D$ palabras.
#
# En la tarea escribirás cada caja y entrenarás tu traductor.
#
# ## Para seguir leyendo
#
# - Vaswani y otros (2017), [Attention is all you need](https://arxiv.org/abs/1706.03762). El plano.
# - Ba, Kiros y Hinton (2016), [Layer normalization](https://arxiv.org/abs/1607.06450).
# - Xiong y otros (2020), [On layer normalization in the Transformer architecture](https://arxiv.org/abs/2002.04745). Pre y
#   post, con la teoría; y Liu y otros (2020),
#   [Understanding the difficulty of training Transformers](https://arxiv.org/abs/2004.08249), que la discuten.
# - Szegedy y otros (2015), [Rethinking the Inception architecture](https://arxiv.org/abs/1512.00567). El suavizado, en la
#   sección 7.
# - Wu y otros (2016), [Google's neural machine translation system](https://arxiv.org/abs/1609.08144). El haz y su corrección
#   por el largo.
# - Papineni y otros (2002), [BLEU](https://aclanthology.org/P02-1040/), y Post (2018),
#   [A call for clarity in reporting BLEU scores](https://arxiv.org/abs/1804.08771): por qué un solo programa.
# - Rush y otros, [The annotated Transformer](https://nlp.seas.harvard.edu/annotated-transformer/). El artículo, línea a línea.

# %% [markdown] lang="en"
# ## In half a page
#
# - The **encoder** reads whole and at once; the **decoder** writes word by word, looking at what is written and at the memory.
# - **Positions** are added to the embedding, which goes multiplied by $\sqrt{D}$. Sine and cosine: likeness by distance.
# - Every box **adds** to the stream. The norm goes before the branch (*pre*) or after the sum (*post*); at birth, their
#   gradients are shared out differently.
# - Three attentions: self with padding hidden, self without the future, cross.
# - **Shift and hide.** If it is forgotten, the loss is magnificent and there is no translator. Measure by translating.
# - Of the tricks, with one layer only the initialization mattered; with four and *post*, warm-up decided when it got going.
# - **Greedy** is enough when the model is sure; a **beam** looks for likelier sentences.
# - $12D^2$ and $16D^2$ weights a layer; the tables rule from $6D$ words on.
#
# In the assignment you will write each box and train your translator.
#
# ## Read next
#
# - Vaswani and others (2017), [Attention is all you need](https://arxiv.org/abs/1706.03762). The plan.
# - Ba, Kiros and Hinton (2016), [Layer normalization](https://arxiv.org/abs/1607.06450).
# - Xiong and others (2020), [On layer normalization in the Transformer architecture](https://arxiv.org/abs/2002.04745). Pre and
#   post, with the theory; and Liu and others (2020),
#   [Understanding the difficulty of training Transformers](https://arxiv.org/abs/2004.08249), who dispute it.
# - Szegedy and others (2015), [Rethinking the Inception architecture](https://arxiv.org/abs/1512.00567). Smoothing, in section 7.
# - Wu and others (2016), [Google's neural machine translation system](https://arxiv.org/abs/1609.08144). The beam and its
#   correction for length.
# - Papineni and others (2002), [BLEU](https://aclanthology.org/P02-1040/), and Post (2018),
#   [A call for clarity in reporting BLEU scores](https://arxiv.org/abs/1804.08771): why a single program.
# - Rush and others, [The annotated Transformer](https://nlp.seas.harvard.edu/annotated-transformer/). The paper, line by line.
