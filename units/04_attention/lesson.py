# %% [markdown] lang="es"
# # Atención
#
# Lee una vez: *7 2 9 4 4 1 8 3 0 6 5 2*. Ahora, sin volver a mirar, escríbelo al revés. ¿Y si te dejan mirar? Entonces
# es trivial: a cada cifra que escribes, vuelves los ojos a la que toca. **La red de la unidad 3 leía y tenía que
# acordarse. ¿Cómo se le permite volver a mirar, y cómo aprende a dónde?**

# %% [markdown] lang="en"
# # Attention
#
# Read this once: *7 2 9 4 4 1 8 3 0 6 5 2*. Now, without looking again, write it backwards. And if you are allowed to look?
# Then it is trivial: for each digit you write, you glance back at the one you need. **The network of unit 3 read and had to
# remember. How can we let it look again, and how does it learn where?**

# %%
from math import exp, log, sqrt
from time import perf_counter

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from atiende import label, plots, widgets
from atiende.data import Vocabulary
from atiende.models.attention import (
    AdditiveAttention,
    MultiHeadAttention,
    Seq2Seq,
    causal_mask,
    masked_softmax,
    padding_mask,
    scaled_dot_product_attention,
)
from atiende.widgets.attention import owners

# %% [markdown] lang="es"
# ## Primero, un fracaso
#
# Dos redes recurrentes. La primera, el **codificador** (*encoder*), lee las cifras en las dos direcciones, con 32 números
# de estado en cada una; sus dos últimos estados, juntos, son un vector de 64 números. La segunda, el **decodificador**
# (*decoder*), empieza en ese vector y escribe lo leído al revés, cifra a cifra. Así se hicieron en 2014 los primeros
# traductores de este tipo ([Sutskever y otros](https://arxiv.org/abs/1409.3215)). Entre las dos solo pasa el vector: es un
# **cuello de botella** (*bottleneck*). Entrenamos con secuencias de 2 a 12 cifras y contamos las que salen **enteras, sin
# un fallo**: eso da `whole`. El resto del código puede esperar.

# %% [markdown] lang="en"
# ## First, a failure
#
# Two recurrent networks. The first, the **encoder**, reads the digits in both directions, with a state of 32 numbers in
# each; its last two states, joined, are a vector of 64 numbers. The second, the **decoder**, starts from that vector
# and writes what was read backwards, digit by digit. The first translators of this kind, in 2014, worked this way
# ([Sutskever et al.](https://arxiv.org/abs/1409.3215)). Nothing but the vector passes between the two: it is a
# **bottleneck**. We train with sequences of 2 to 12 digits and count those that come out **whole, without a mistake**:
# that is what `whole` gives. The rest of the code can wait.


# %%
def reversal(rows, length):
    """Return sequences of ten symbols (rows, length) and the same ones backwards."""
    source = torch.randint(10, (rows, length))
    return source, source.flip(1)


def shifted(answers, begin):
    """Return what the decoder receives: the symbol to begin with, and what it should have written."""
    return torch.cat([torch.full((len(answers), 1), begin), answers[:, :-1]], dim=1)  # (B, T)


def fit(model, make_batch, begin, steps=500, lr=0.015):
    """Train on batches that are always new; the steps of the second half are ever shorter."""
    optimizer = torch.optim.AdamW(model.parameters())
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = lr * min(1, 2 * (steps - step) / steps)
        source, answers = make_batch()  # (B, S), (B, T)
        logits, _ = model(source, shifted(answers, begin))  # (B, T, V)
        optimizer.zero_grad()
        cross_entropy(logits.flatten(0, 1), answers.flatten()).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()


@torch.no_grad()
def write(model, source, begin, length):
    """Let the model write `length` symbols for each row; return them, and where it looked."""
    target = torch.full((len(source), 1), begin)
    for _ in range(length):
        logits, weights = model(source, target)
        target = torch.cat([target, logits[:, -1:].argmax(dim=-1)], dim=1)  # the likeliest
    return target[:, 1:], weights  # (B, T), (B, T, S)


def whole(model, length):
    """Return the share of new sequences of this length that are written backwards without a mistake."""
    source, answers = reversal(200, length)
    return (write(model, source, 10, length)[0] == answers).all(dim=1).float().mean().item()


lengths = [2, 4, 6, 8, 10, 12, 14, 16]
torch.manual_seed(0)
forgetful = Seq2Seq(11, 11, look=False)  # ten symbols, and the one that says to begin
fit(forgetful, lambda: reversal(32, int(torch.randint(2, 13, ()))), begin=10)
shares = {label("sin mirar", "without looking"): [whole(forgetful, length) for length in lengths]}
widgets.predict("attention.bottleneck")

# %%
plots.plot_lengths(lengths, shares, trained=(2, 12))

# %% [markdown] lang="es"
# Con pocas cifras acierta siempre; después cae, y cae dentro de lo que vio al entrenar. Con más pasos aguantaría algo más,
# y con un vector más grande también, pero eso solo aplaza el problema: siempre habrá una frase más larga. La solución no es
# recordar más. Es **volver a mirar**.
#
# **Al terminar sabrás**
# - explicar consulta, clave y valor, y hacer una atención a mano;
# - decir por qué se divide por la raíz de $d$, con números medidos;
# - tapar el relleno y el futuro, y reconocer una máscara mal puesta;
# - leer en voz alta un mapa de atención, y decir qué no demuestra;
# - repartir la atención entre cabezas sin mezclar los números;
# - decir qué sabe la atención del orden (nada), y cuánto cuesta mirar a todas partes.
#
# **Necesitas** las unidades 1 y 3. **Tiempo:** 120 minutos.

# %% [markdown] lang="en"
# With few digits it is always right; then it falls, and it falls within what it saw in training. With more steps it would
# hold up a little longer, and with a larger vector too, but that only puts the problem off: there will always be a longer
# sentence. The answer is not to remember more. It is to **look again**.
#
# **By the end you will be able to**
# - explain query, key and value, and work out an attention by hand;
# - say why we divide by the root of $d$, with measured numbers;
# - hide padding and the future, and recognise a misplaced mask;
# - read an attention map aloud, and say what it does not prove;
# - split attention among heads without mixing up the numbers;
# - say what attention knows about order (nothing), and what looking everywhere costs.
#
# **You need** units 1 and 3. **Time:** 120 minutes.

# %% [markdown] lang="es"
# ## 1. Un diccionario blando
#
# Un diccionario de Python busca una clave y devuelve su valor. Todo o nada: si la clave no está tal cual, error. Con
# vectores casi nunca está la clave tal cual, y además un error no se puede derivar. Ablandémoslo: **comparar** lo que se
# busca con todas las claves, convertir los parecidos en **pesos** que suman 1, y devolver la **mezcla** de los valores con
# esos pesos.
#
# A mano: se busca $2.2$ y las claves son $1, 2, 3$, con valores $10, 20, 30$. Como parecido, menos el cuadrado de la
# distancia: $-1.44, -0.04, -0.64$. La softmax da $0.137, 0.557, 0.306$, y la mezcla es $1.37 + 11.1 + 9.2 = 21.7$. No hay
# error para $2.2$, y si lo que se busca se mueve un poco, la respuesta también. Eso **se puede derivar**: el gradiente
# puede enseñar a buscar mejor.

# %% [markdown] lang="en"
# ## 1. A soft dictionary
#
# A Python dictionary looks up a key and returns its value. All or nothing: if that very key is not there, you get an error.
# With vectors the exact key is hardly ever there and, besides, an error has no derivative. So let us soften it:
# **compare** what is looked up with all the keys, turn the similarities into **weights** that add up to 1, and return the
# **mixture** of the values with those weights.
#
# By hand: we look up $2.2$ and the keys are $1, 2, 3$, with values $10, 20, 30$. As similarity, take minus the square of the
# distance: $-1.44, -0.04, -0.64$. The softmax gives $0.137, 0.557, 0.306$, and the mixture is $1.37 + 11.1 + 9.2 = 21.7$.
# There is no error for $2.2$, and if what is looked up moves a little, so does the answer. That **has a derivative**: the
# gradient can teach the network to look things up better.

# %%
hard = {1.0: 10.0, 2.0: 20.0, 3.0: 30.0}
print(hard[2.0], hard.get(2.2))  # all or nothing
keys, values = torch.tensor(list(hard)), torch.tensor(list(hard.values()))  # (3,), (3,)
weights = (-((2.2 - keys) ** 2)).softmax(dim=0)  # (3,)
print(weights.numpy().round(3), round((weights @ values).item(), 1))

# %% [markdown] lang="es"
# ## 2. Consulta, clave y valor
#
# *La llama no cruzó el río porque estaba cansada.* ¿Quién estaba cansada? Para leer «cansada» hay que mirar a otra palabra.
# En una frase, cada palabra hace tres papeles, y para cada uno tiene un vector:
#
# - la **consulta** (*query*): lo que busco;
# - la **clave** (*key*): lo que ofrezco, lo que se compara con la consulta de otra;
# - el **valor** (*value*): lo que entrego si me miran.
#
# «Cansada» busca a alguien que pueda cansarse. La llama ofrece «sustantivo, viva»; el río, «sustantivo, no vivo». Y lo
# que entregan no tiene por qué ser lo que ofrecen: quien busca por la etiqueta se lleva el contenido.
#
# A mano, con dos números. En las claves, el primero dice si es un sustantivo y el segundo si está vivo; en los valores, si
# es un animal y si es un lugar. La consulta, la de «cansada», es $q = (\sqrt2, \sqrt2)$: busca un sustantivo vivo. El
# parecido será el **producto escalar** dividido por $\sqrt2$ (la sección 4 dirá por qué):
#
# | palabra | clave | $q \cdot k / \sqrt2$ | $e^{\dots}$ | peso | valor |
# |---|---|---|---|---|---|
# | llama | $(1, 1)$ | $2$ | $7.389$ | $0.810$ | $(1, -1)$ |
# | río | $(1, -1)$ | $0$ | $1$ | $0.110$ | $(-1, 1)$ |
# | cruzó | $(-1, 0)$ | $-1$ | $0.368$ | $0.040$ | $(-1, 0)$ |
# | no | $(-0.5, -0.5)$ | $-1$ | $0.368$ | $0.040$ | $(-1, -1)$ |
#
# Las exponenciales suman $9.125$. La mezcla es $0.810 - 0.110 - 0.040 - 0.040 = 0.62$ en el primer número y
# $-0.810 + 0.110 + 0 - 0.040 = -0.74$ en el segundo: «un animal, y no un lugar». Casi todo es de la llama.

# %% [markdown] lang="en"
# ## 2. Query, key and value
#
# *The llama didn't cross the river because it was tired.* Who was tired? To read “tired” you have to look at another word.
# In a sentence each word plays three parts, and for each it has a vector:
#
# - the **query**: what I am looking for;
# - the **key**: what I offer, to be compared with another word's query;
# - the **value**: what I hand over if I am looked at.
#
# “Tired” looks for someone who can get tired. The llama offers “noun, alive”; the river, “noun, not alive”. And what they
# hand over need not be what they offer: you search by the label and take home the contents.
#
# By hand, with two numbers. In the keys, the first says whether it is a noun and the second whether it is alive; in the
# values, whether it is an animal and whether it is a place. The query, that of “tired”, is $q = (\sqrt2, \sqrt2)$: it
# looks for a living noun. The similarity will be the **dot product** divided by $\sqrt2$ (section 4 will say why):
#
# | word | key | $q \cdot k / \sqrt2$ | $e^{\dots}$ | weight | value |
# |---|---|---|---|---|---|
# | llama | $(1, 1)$ | $2$ | $7.389$ | $0.810$ | $(1, -1)$ |
# | river | $(1, -1)$ | $0$ | $1$ | $0.110$ | $(-1, 1)$ |
# | cross | $(-1, 0)$ | $-1$ | $0.368$ | $0.040$ | $(-1, 0)$ |
# | didn't | $(-0.5, -0.5)$ | $-1$ | $0.368$ | $0.040$ | $(-1, -1)$ |
#
# The exponentials add up to $9.125$. The mixture is $0.810 - 0.110 - 0.040 - 0.040 = 0.62$ in the first number and
# $-0.810 + 0.110 + 0 - 0.040 = -0.74$ in the second: “an animal, and not a place”. Nearly all of it comes from the llama.

# %%
words = label("llama río cruzó no", "llama river cross didn't").split()
q = torch.tensor([sqrt(2), sqrt(2)])  # (d,)
K = torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, 0.0], [-0.5, -0.5]])  # (S, d)
V = torch.tensor([[1.0, -1.0], [-1.0, 1.0], [-1.0, 0.0], [-1.0, -1.0]])  # (S, d_v)
scores = [sum(a * b for a, b in zip(q.tolist(), k, strict=True)) / sqrt(2) for k in K.tolist()]
total = sum(exp(s) for s in scores)
weights = torch.tensor([exp(s) / total for s in scores])  # (S,)
output = weights @ V  # (d_v,)
print([round(s, 3) for s in scores], weights.numpy().round(3), output.numpy().round(2))
plots.plot_lookup(words, q, K, V, weights, output)
widgets.predict("attention.lookup")

# %%
widgets.explore_query()

# %% [markdown] lang="es"
# Gira la consulta: gana la clave que apunta hacia donde ella (aquí las cuatro son igual de largas; si no, contaría también
# cuánto). Alárgala: gana por más. Con longitud 0 mira a todas por igual.
#
# ## 3. Todas las consultas a la vez
#
# Dos bucles, uno por consulta y otro por clave, son lentos y tapan la idea. Puestas en filas, las $T$ consultas, de $d$
# números cada una, son una matriz $Q$ de forma `(T, d)`; las $S$ claves, una $K$ de forma `(S, d)`; los valores, que pueden
# tener otra longitud $d_v$, una $V$ de forma `(S, d_v)`. Todos los parecidos son **un** producto de matrices;
# todas las mezclas, otro ([Vaswani y otros, 2017](https://arxiv.org/abs/1706.03762)):
#
# $$\mathrm{attention}(Q, K, V) = \mathrm{softmax}\Big(\frac{Q K^\top}{\sqrt{d}}\Big) V$$
#
# La softmax va por filas: cada consulta reparte su peso de 1. Ninguna consulta espera a otra. Y los bucles y las matrices
# dan lo mismo:

# %% [markdown] lang="en"
# Turn the query: the key that points the same way wins (here all four are equally long; if not, that would count too).
# Stretch it: that key wins by more. With length 0 it looks at all of them equally.
#
# ## 3. All queries at once
#
# Two loops, one over queries and one over keys, are slow and hide the idea. Written as rows, the $T$ queries, of $d$ numbers
# each, are a matrix $Q$ of shape `(T, d)`; the $S$ keys, a $K$ of shape `(S, d)`; the values, which may have a different
# length $d_v$, a $V$ of shape `(S, d_v)`. All the similarities are **one** product of matrices; all the mixtures,
# another ([Vaswani et al., 2017](https://arxiv.org/abs/1706.03762)):
#
# $$\mathrm{attention}(Q, K, V) = \mathrm{softmax}\Big(\frac{Q K^\top}{\sqrt{d}}\Big) V$$
#
# The softmax goes by rows: each query spreads its weight of 1. No query waits for another. And loops and matrices give the
# same:

# %%
torch.manual_seed(0)
Q = torch.randn(3, 2)  # (T, d): three queries to the same four words
looped = torch.zeros(3, 2)  # (T, d_v)
for t in range(3):
    e = torch.tensor([exp(torch.dot(Q[t], k).item() / sqrt(2)) for k in K])
    for s in range(4):
        looped[t] += e[s] / e.sum() * V[s]
output, weights = scaled_dot_product_attention(Q, K, V)  # (T, d_v), (T, S)
print(torch.allclose(looped, output), tuple(weights.shape), weights.sum(dim=1).numpy().round(3))

# %% [markdown] lang="es"
# ## 4. ¿Por qué la raíz de $d$?
#
# En la sección 2 cada vector tenía dos números, y las puntuaciones eran pequeñas. En una red de verdad tiene cientos, que
# antes de entrenar salen al azar. ¿De qué tamaño es entonces $q \cdot k$?

# %% [markdown] lang="en"
# ## 4. Why the root of $d$?
#
# In section 2 each vector had two numbers, and the scores were small. In a real network it has hundreds, and before training
# they are random. How large is $q \cdot k$ then?

# %%
widgets.predict("attention.root")

# %% [markdown] lang="es"
# $q \cdot k$ es una suma de $d$ productos. Si los números son independientes, de media 0 y varianza 1, cada producto
# tiene varianza 1, y las varianzas se suman: la de $q \cdot k$ es $d$, y su desviación estándar, $\sqrt{d}$. Con $d = 2$
# eso no es nada. Con $d = 512$ las puntuaciones andan por $\pm 23$, y $e^{23}$ es unos diez mil millones: una clave, por
# azar, se lo lleva todo.

# %% [markdown] lang="en"
# $q \cdot k$ is a sum of $d$ products. If the numbers are independent, of mean 0 and variance 1, each product has
# variance 1, and variances add up: that of $q \cdot k$ is $d$, and its standard deviation, $\sqrt{d}$. With $d = 2$ that is
# nothing. With $d = 512$ the scores are around $\pm 23$, and $e^{23}$ is about ten billion: one key, by chance, takes it
# all.

# %%
sizes, spread = (4, 16, 64, 256, 1024), []
largest = {label("sin dividir", "not divided"): [], label("entre √d", "divided by √d"): []}
torch.manual_seed(0)
for d in sizes:
    q, k = torch.randn(500, d), torch.randn(64, d)  # (T, d), (S, d)
    scores = q @ k.T  # (T, S)
    spread.append(scores.std().item())
    for name, divided in zip(largest, (scores, scores / sqrt(d)), strict=True):
        largest[name].append(divided.softmax(dim=1).max(dim=1).values.mean().item())
plots.plot_scaling(sizes, spread, largest)

# %% [markdown] lang="es"
# ¿Y qué tiene de malo? Que la softmax **se satura**: se congela. La derivada de un peso $p$ respecto a su propia puntuación
# es $p(1 - p)$, por la regla del cociente: con $p = 0.5$ vale $0.25$; con $p = 0.999$, $0.001$; con $p = 1$, nada. Una red sin
# entrenar que ya está segura de a dónde mirar, y se equivoca, no recibe gradiente para cambiar de idea. Midámoslo: el
# gradiente que llega a las puntuaciones que entran en la softmax, en la consulta mediana de 200.

# %% [markdown] lang="en"
# And what is wrong with that? The softmax **saturates**: it freezes. The derivative of a weight $p$ with respect to its own
# score is $p(1 - p)$, by the quotient rule: with $p = 0.5$ it is $0.25$; with $p = 0.999$, $0.001$; with $p = 1$, nothing. An
# untrained network that is already sure where to look, and is wrong, gets no gradient to change its mind. Let us measure
# it: the gradient that reaches the scores that enter the softmax, for the median query of 200.

# %%
for d in (4, 64, 1024):
    torch.manual_seed(0)
    q, k, v = torch.randn(200, d), torch.randn(64, d), torch.randn(64, 8)
    reached = []
    for scale in (1.0, sqrt(d)):
        scores = (q @ k.T / scale).requires_grad_()  # (T, S)
        (scores.softmax(dim=1) @ v)[:, 0].sum().backward()
        reached.append(scores.grad.norm(dim=1).median().item())
    told = label("d = {}: sin dividir {:.5f}, entre √d {:.5f}", "d = {}: not divided {:.5f}, divided by √d {:.5f}")
    print(told.format(d, *reached))
widgets.explore_root()

# %% [markdown] lang="es"
# Con $d = 4$ no hay nada que arreglar. Con $d = 1024$, sin dividir, a la consulta típica le llega cientos de veces menos.
# (Es la mediana: unas pocas, con dos claves casi empatadas, siguen recibiendo mucho.)
#
# Dividir por $d$ en lugar de $\sqrt{d}$ es el error contrario: con $d = 1024$ las puntuaciones andan por $0.03$, los
# pesos salen casi iguales, y la atención es un promedio.
#
# ## 5. Otra manera de comparar
#
# El producto escalar no fue el primero. En 2014, [Bahdanau, Cho y Bengio](https://arxiv.org/abs/1409.0473) dieron la
# consulta y la clave a una red pequeña: es la **atención aditiva** (*additive attention*), porque dentro se suman.
#
# $$\mathrm{score}(q, k) = w \cdot \tanh(q W_q + k W_k)$$
#
# Las matrices $W_q$ y $W_k$ y el vector $w$ se aprenden; $w$ tiene $m$ números, los que la red pequeña hace por dentro. (Los
# vectores van en filas, como en la sección 3.)
#
# A mano, con un número de cada: $W_q = 1$, $W_k = 2$, $w = 3$, $q = 0.5$ y $k = 0.25$: $3 \tanh(0.5 + 0.5) = 2.285$.
# Consulta y clave pueden tener longitudes distintas, y la tanh acota la puntuación sin raíz ninguna. A cambio, hay que hacer
# `(T, S, m)` números intermedios; al producto escalar le basta un producto de matrices, y por eso se impuso.

# %% [markdown] lang="en"
# With $d = 4$ there is nothing to fix. With $d = 1024$, undivided, the typical query gets hundreds of times less.
# (It is the median: a few, with two keys nearly tied, still get plenty.)
#
# Dividing by $d$ instead of $\sqrt{d}$ is the opposite mistake: with $d = 1024$ the scores are about $0.03$, the weights
# come out nearly equal, and attention is an average.
#
# ## 5. Another way to compare
#
# The dot product was not the first. In 2014 [Bahdanau, Cho and Bengio](https://arxiv.org/abs/1409.0473) fed query and
# key to a small network. This is **additive attention**, because inside it they are added.
#
# $$\mathrm{score}(q, k) = w \cdot \tanh(q W_q + k W_k)$$
#
# The matrices $W_q$ and $W_k$ and the vector $w$ are learned; $w$ has $m$ numbers, as many as the small network makes inside.
# (Vectors are rows, as in section 3.)
#
# By hand, with one number of each: $W_q = 1$, $W_k = 2$, $w = 3$, $q = 0.5$ and $k = 0.25$: $3 \tanh(0.5 + 0.5) = 2.285$.
# Query and key may have different lengths, and the tanh bounds the score with no root at all. The price is `(T, S, m)`
# intermediate numbers; the dot product needs only one product of matrices, and that is why it won.

# %%
layer = AdditiveAttention(d_query=1, d_key=1, d_hidden=1)
with torch.no_grad():
    for p, value in zip(layer.parameters(), (1.0, 2.0, 3.0), strict=True):
        p.fill_(value)
    print(round(layer(torch.tensor([[[0.5]]]), torch.tensor([[[0.25]]])).item(), 3))
    queries, keys = torch.randn(2, 3, 6), torch.randn(2, 5, 4)  # (B, T, 6), (B, S, 4)
    print(tuple(AdditiveAttention(6, 4, 16)(queries, keys).shape))  # (B, T, S)

# %% [markdown] lang="es"
# ## 6. A dónde no se mira
#
# A veces mirar a todas partes es demasiado. Dos casos:
#
# - **Relleno.** Las frases cortas de un lote se completan con un símbolo que no dice nada, ‹pad›, y nadie debe mirarlo. (Las
#   filas del relleno también miran, pero su salida se tira.)
# - **Futuro.** Si una red escribe palabra a palabra, al entrenar no puede ver la que tiene que adivinar. Cada sitio mira a
#   los anteriores y a sí mismo.
#
# Lo que se permite se dice con una **máscara** (*mask*) de verdadero y falso. En este curso, `True` es **se puede mirar**
# (cuidado: `nn.MultiheadAttention` usa el convenio contrario). Donde es `False`, la puntuación se cambia por $-\infty$
# **antes** de la softmax, porque $e^{-\infty} = 0$ y lo demás se reparte como si aquello no estuviera.
#
# A mano, con puntuaciones $0$, $\ln 3$ y $5$, y la tercera tapada: $1$ y $3$ entre $4$, es decir, $0.25$, $0.75$ y $0$. La
# tercera era la mayor con mucha diferencia y no deja rastro.

# %% [markdown] lang="en"
# ## 6. Where not to look
#
# Sometimes looking everywhere is too much. Two cases:
#
# - **Padding.** The short sentences of a batch are filled up with a symbol that says nothing, ‹pad›, and nobody should look
#   at it. (The rows of padding look too, but their output is thrown away.)
# - **Future.** If a network writes word by word, in training it must not see the one it has to guess. Each place looks at
#   the earlier ones and at itself.
#
# A **mask** of true and false says what is allowed. In this course, `True` means **you may look** (beware:
# `nn.MultiheadAttention` uses the opposite convention). Where it is `False`, the score is replaced by $-\infty$ **before**
# the softmax, since $e^{-\infty} = 0$ and the weight is spread over the others as if it were not there.
#
# By hand, with scores $0$, $\ln 3$ and $5$, and the third hidden: $1$ and $3$ over $4$, that is, $0.25$, $0.75$ and $0$.
# The third was the largest by far, and it leaves no trace.

# %%
scores = torch.tensor([0.0, log(3.0), 5.0])
print(masked_softmax(scores, torch.tensor([True, True, False])).numpy().round(3))
phrase = label("la llama cruzó ‹pad› ‹pad›", "the llama crossed ‹pad› ‹pad›").split()
real = padding_mask(torch.tensor([[4, 7, 2, 0, 0]]), pad=0)[0, 0].expand(5, 5)  # a row for all queries
plots.plot_masks({label("relleno", "padding"): real, label("futuro", "future"): causal_mask(5),
                  label("las dos", "both"): real & causal_mask(5)}, phrase)  # fmt: skip
widgets.predict("attention.mask")

# %%
widgets.explore_mask()

# %% [markdown] lang="es"
# Una máscara mal puesta no da ningún error. Corrida un sitio, la red ve la respuesta: la pérdida baja a casi cero en un
# minuto y al escribir de verdad no acierta nada. **Una pérdida demasiado buena es una avería hasta que se demuestre lo
# contrario.** La prueba es fácil: cambia el futuro, desde el sitio 4, y mira qué sitios anteriores cambian.

# %% [markdown] lang="en"
# A misplaced mask gives no error. If it is one place off, the network sees the answer: the loss falls to nearly zero in a
# minute, and when it has to write for real it gets nothing right. **A loss that is too good is a bug until proven
# otherwise.** The test is easy: change the future, from place 4 on, and see which earlier places change.

# %%
torch.manual_seed(0)
x = torch.randn(6, 8)  # (T, d): six symbols, each of them query, key and value
changed = x.clone()
changed[4:] = torch.randn(2, 8)  # another future from place 4 on
right, off = causal_mask(6), torch.ones(6, 6, dtype=torch.bool).tril(1)  # `off` lets each see one more
for name, mask in ((label("bien puesta", "well placed"), right), (label("corrida un sitio", "one place off"), off)):
    outputs = [scaled_dot_product_attention(y, y, y, mask)[0] for y in (x, changed)]  # (T, d) each
    moved = (outputs[0] - outputs[1])[:4].abs().amax(dim=1) > 0  # (4,): the places before the change
    print(f"{name}: {label('cambian', 'these change')} {moved.nonzero().flatten().tolist()}")

# %% [markdown] lang="es"
# Con la máscara corrida, el sitio 3 ha visto el 4, que es justo lo que tenía que adivinar.
#
# ## 7. Al revés, mirando
#
# Volvemos a las cifras. El decodificador sigue teniendo su estado, pero ahora ese estado **pregunta**: la consulta sale
# de él por una matriz aprendida, y las claves y los valores son los estados del codificador, uno por cifra leída, tal
# cual. Lo que vuelve se llama **contexto** (*context*), y con el estado y el contexto se elige la cifra. Entrenamos como
# antes, los mismos pasos con lotes del mismo tipo: solo cambia que mira.

# %% [markdown] lang="en"
# With the mask one place off, place 3 has seen place 4, the very one it had to guess.
#
# ## 7. Backwards, looking
#
# Back to the digits. The decoder still has its state, but now that state **asks**: the query comes from it through a
# learned matrix, and keys and values are the states of the encoder, one per digit read, just as they are. What comes back is called
# the **context**, and the digit is chosen from the state and the context. We train as before, the same steps on the same kind
# of batches: all that changes is that it looks.

# %%
torch.manual_seed(0)
attentive = Seq2Seq(11, 11)
fit(attentive, lambda: reversal(32, int(torch.randint(2, 13, ()))), begin=10)
shares[label("mirando", "looking")] = [whole(attentive, length) for length in lengths]
for name, model in zip(shares, (forgetful, attentive), strict=True):
    print(f"{name}: {sum(p.numel() for p in model.parameters())} {label('parámetros', 'parameters')}")
plots.plot_lengths(lengths, shares, trained=(2, 12))

# %%
source = torch.tensor([[7, 2, 9, 4, 4, 1, 8, 3, 0, 6, 5, 2]])
ids, weights = write(attentive, source, 10, 12)
plots.plot_looks({"": weights[0]}, ids[0].tolist(), source[0].tolist(), height=5.2, numbers=0.1,
                 xlabel=label("lo que lee", "what it reads"),
                 ylabel=label("lo que escribe", "what it writes"))  # fmt: skip

# %% [markdown] lang="es"
# La antidiagonal: al escribir la primera cifra mira a la última, y así hasta el principio. **Nadie le dijo a dónde mirar.** El
# gradiente, al premiar la cifra buena, fue premiando el sitio de donde venía.
#
# Hay manchas fuera de la línea. Las de al lado se entienden: los estados del codificador son recurrentes, y el vecino de
# una cifra también sabe de ella. Otras, no: en nuestra ejecución, al escribir el $1$ mira un poco al $6$, cuatro sitios más
# allá, y acierta igual. El mapa no da sus razones.
#
# Fíjate también en lo que **no** ha aprendido: ya falla en algunas de las más largas que vio, y más allá sigue cayendo.
# Parece que sus estados cuentan posiciones solo hasta donde les hizo falta contar.
#
# **Lo que no prueba.** Es una semilla y una sola tasa de aprendizaje, y parte de la caída es falta de pasos: con el triple,
# la red sin atención acierta tres de cada cuatro con $8$ cifras, aunque con $12$ sigue fallando casi todas. La que mira
# tiene además más parámetros: los de la consulta, y los de una salida que lee el doble de números. Y 64 números son pocos, a
# propósito. Lo que no cambia: a una le pedimos guardar más cuanto más larga es la frase, y a la otra, no.

# %% [markdown] lang="en"
# The anti-diagonal: when it writes the first digit it looks at the last one, and so on back to the beginning. **Nobody told
# it where to look.** The gradient, by rewarding the right digit, kept rewarding the place it came from.
#
# There are smudges off the line. Those next to it make sense: the states of the encoder are recurrent, and the neighbour of
# a digit knows about it too. Others do not: in our run, when it writes the $1$ it looks a little at the $6$, four places
# away, and is right all the same. The map does not give its reasons.
#
# Notice, too, what it has **not** learned: it already gets some of the longest it saw wrong, and beyond them it keeps
# falling. Its states seem to count places only as far as they had to.
#
# **What it does not prove.** It is one seed and a single learning rate, and part of the fall is a shortage of steps: with
# three times as many, the network without attention gets three in four right with $8$ digits, though with $12$ it still
# fails nearly all. The one that looks also has more parameters: those of the query, and those of an output layer that reads
# twice as many numbers. And 64 numbers are few, on purpose. What does not change: one is asked to store more the longer the
# sentence, and the other is not.

# %% [markdown] lang="es"
# ## 8. Un mapa, leído en voz alta
#
# Ahora dos idiomas que ordenan distinto. En español el adjetivo suele ir detrás del nombre: *la llama blanca cruzó el río
# helado*; en inglés, delante: *the white llama crossed the frozen river*. Con unas listas de palabras generamos parejas y
# entrenamos la misma red que mira. Antes de ver el mapa:

# %% [markdown] lang="en"
# ## 8. A map, read aloud
#
# Now two languages with different word orders. In Spanish the adjective usually comes after the noun: *la llama blanca cruzó
# el río helado*; in English, before it: *the white llama crossed the frozen river*. From a few lists of words we make pairs
# and train the same network that looks. Before you see the map:

# %%
widgets.predict("attention.order")

# %%
beings = [("la", "llama", "llama"), ("la", "niña", "girl"), ("la", "abuela", "grandmother"), ("la", "gata", "cat"),
          ("el", "burro", "donkey"), ("el", "niño", "boy"), ("el", "abuelo", "grandfather"), ("el", "perro", "dog")]
places = [("el", "río", "river"), ("el", "puente", "bridge"), ("el", "camino", "road"),
          ("la", "calle", "street"), ("la", "plaza", "square"), ("la", "laguna", "lagoon")]
kinds = [("blanca", "blanco", "white"), ("cansada", "cansado", "tired"),
         ("vieja", "viejo", "old"), ("sola", "solo", "lonely")]
looks = [("helada", "helado", "frozen"), ("larga", "largo", "long"),
         ("oscura", "oscuro", "dark"), ("vacía", "vacío", "empty")]
verbs = [("cruzó", "crossed"), ("miró", "watched"), ("buscó", "sought"), ("dejó", "left")]  # fmt: skip


def draw_phrase(nouns, adjectives, with_adjective):
    """Return a noun in Spanish and in English, its adjective where each language wants it."""
    article, noun, english = nouns[torch.randint(len(nouns), ())]
    feminine, masculine, adjective = adjectives[torch.randint(len(adjectives), ())]
    agreed = [feminine if article == "la" else masculine] if with_adjective else []
    return [article, noun, *agreed], ["the", *([adjective] if with_adjective else []), english]


def draw_pair(first=True, second=True):
    """Return a sentence in both languages; `first` and `second` say which noun has an adjective."""
    who, where = draw_phrase(beings, kinds, first), draw_phrase(places, looks, second)
    verb, english = verbs[torch.randint(len(verbs), ())]
    return [*who[0], verb, *where[0]], [*who[1], english, *where[1], "."]


torch.manual_seed(0)
pairs = [draw_pair() for _ in range(2000)]
spanish = Vocabulary(word for pair in pairs for word in pair[0])
english = Vocabulary(word for pair in pairs for word in pair[1])
stop = english.ids["."]  # says to begin, and that it has ended
for name, vocabulary, words in zip(("es", "en"), (spanish, english), pairs[0], strict=True):
    print(f"{name}, {len(vocabulary)} {label('palabras', 'words')}: {' '.join(words)}")


def translation(rows=32, shape=None):
    """Return a batch of pairs of one shape, which is drawn if not given: which nouns have an adjective."""
    first, second = shape or (bool(torch.randint(2, ())), bool(torch.randint(2, ())))
    drawn = [draw_pair(first, second) for _ in range(rows)]
    source = torch.stack([spanish.encode(words) for words, _ in drawn])  # (B, S)
    return source, torch.stack([english.encode(words) for _, words in drawn])  # (B, T)


translator = Seq2Seq(len(spanish), len(english))
fit(translator, translation, begin=stop, steps=250)
source, answers = translation(300, (True, True))
right = (write(translator, source, stop, 8)[0] == answers).all(dim=1).float().mean().item()
print(f"{label('frases enteras', 'whole sentences')}: {right:.0%}")

# %%
read = "la llama blanca cruzó el río helado".split()
ids, weights = write(translator, spanish.encode(read)[None], stop, 8)
written = english.decode(ids[0])
plots.plot_looks({"": weights[0]}, written, read, height=4.4, numbers=0.1,
                 xlabel=label("lo que lee", "what it reads"),
                 ylabel=label("lo que escribe", "what it writes"))  # fmt: skip

# %% [markdown] lang="es"
# Más o menos la mitad de esas frases no las había visto nunca: las palabras sí, esa combinación no. Y el mapa, léelo
# fila a fila, como se lee una traducción: «para escribir *esto*, miró *aquello*». Donde el orden es el mismo, baja en
# diagonal; en *white llama* y en *frozen river*, **las dos filas se cruzan**. A esto se le llama **alineación**
# (*alignment*), y antes de 2014 era un problema aparte, con sus propios modelos.
#
# No te fíes del todo. *The* y el punto final pueden mirar a cualquier sitio: en inglés siempre es *the*, la frase siempre
# acaba en punto, y para escribirlos no hace falta mirar nada. Y a veces el peso está en el vecino, por lo mismo que antes.
# **El mapa dice de dónde se tomó, no por qué.** Para saber si una palabra importa, cámbiala y mira si cambia la salida:
# primero *blanca*, y después el artículo *el*, al que *the* miraba.

# %% [markdown] lang="en"
# About half of those sentences were new to it: it knew the words, but had never seen them in that combination. Now read the
# map row by row, as you would read a translation: “to write *this*, it looked at *that*”. Where the order is the same, it
# goes down the diagonal; at *white llama* and at *frozen river*, **the two rows cross**. This is called **alignment**, and
# before 2014 it was a problem of its own, with models of its own.
#
# Do not trust it altogether. *The* and the full stop may look anywhere: in English it is always *the*, a sentence always ends
# in a full stop, and writing them takes no looking at all. And sometimes the weight is on the neighbour, for the same reason as
# before. **The map says where something was taken from, not why.** To know whether a word matters, change it and see whether
# the output changes: first *blanca*, and then the article *el*, which *the* was looking at.

# %%
for old, new in (("blanca", "vieja"), ("blanca", "sola"), ("el", "la")):
    changed = [new if word == old else word for word in read]
    ids, _ = write(translator, spanish.encode(changed)[None], stop, 8)
    print(" ".join(changed), "→", " ".join(english.decode(ids[0])))

# %% [markdown] lang="es"
# Con *vieja* y con *sola* cambió el adjetivo, y nada más. Con *la* en lugar de *el* no cambió nada: *the* lo miraba, y no lo
# necesitaba. Eso el mapa no lo decía.
#
# ## 9. Varias cabezas
#
# Hasta aquí preguntaba una red y respondía otra. Pero una frase puede mirarse **a sí misma**: cada palabra saca de su
# vector una consulta, una clave y un valor, con tres matrices aprendidas, y mira a las demás y a sí misma. Es la
# **autoatención** (*self-attention*), y es como «cansada» encuentra a la llama.
#
# Un solo reparto de pesos por palabra da una sola mezcla. ¿Y si hacen falta dos cosas? Probemos: secuencias de diez letras
# al azar, y en cada sitio hay que decir **la letra anterior y la primera de todas**. Una capa de autoatención, con un vector
# aprendido por cada sitio (la sección 10 dirá por qué), mira con una **cabeza** (*head*) de 16 números o con dos cabezas de
# 8. Con las tres matrices hay una cuarta, que al final mezcla lo que traen las cabezas.

# %% [markdown] lang="en"
# With *vieja* and with *sola* the adjective changed, and nothing else. With *la* instead of *el* nothing changed: *the* was
# looking at it, and did not need it. The map did not say so.
#
# ## 9. Several heads
#
# So far one network asked and another answered. But a sentence can look **at itself**: from its vector each word makes a
# query, a key and a value, with three learned matrices, and looks at the others and at itself. This is **self-attention**,
# and it is how “tired” finds the llama.
#
# One set of weights per word gives a single mixture. What if two things are needed? Let us try: sequences of ten random
# letters, and at each place the network must tell **the letter before and the very first one**. A layer of self-attention,
# with a learned vector for each place (section 10 will say why), looks with one **head** of 16 numbers or with two heads of
# 8. Besides the three matrices there is a fourth, which mixes at the end what the heads bring back.

# %%
widgets.predict("attention.heads")


# %%
class TwoThings(nn.Module):
    """Score at each place the letter before it and the first one: ids (B, T) to (B, T, 2, 26)."""

    def __init__(self, heads, length=10, d_model=16):
        super().__init__()
        self.embedding = nn.Embedding(26, d_model)
        self.position = nn.Parameter(torch.randn(length, d_model))
        self.attention = MultiHeadAttention(d_model, heads)
        self.head = nn.Linear(d_model, 52)

    def forward(self, ids):
        x = self.embedding(ids) + self.position  # (B, T, d_model)
        return self.head(self.attention(x, x, x)).unflatten(-1, (2, 26))


def two_things(rows):
    ids = torch.randint(26, (rows, 10))
    return ids, torch.stack([ids.roll(1, dims=1), ids[:, :1].expand(rows, 10)], dim=-1)  # (B, T, 2)


seen = {}
for heads in (1, 2):
    torch.manual_seed(0)
    model = TwoThings(heads)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    for _ in range(500):
        ids, answers = two_things(64)
        logits = model(ids)[:, 1:]  # (B, T - 1, 2, 26): the first has none before it
        loss = cross_entropy(logits.flatten(0, 2), answers[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.attention.keep_weights = True
    with torch.no_grad():
        ids, answers = two_things(500)
        hits = (model(ids).argmax(dim=-1) == answers)[:, 1:].float().mean(dim=(0, 1))  # (2,)
    for h in range(heads):
        name = label(f"dos cabezas: la {h}", f"two heads: head {h}")
        alone = label("una sola cabeza", "a single head")
        seen[name if heads == 2 else alone] = model.attention.weights[:, h].mean(dim=0)  # (T, T)
    count = sum(p.numel() for p in model.attention.parameters())
    told = label("cabezas: {}, parámetros: {}; la letra anterior {:.0%}, la primera {:.0%}",
                 "heads: {}, parameters: {}; the letter before {:.0%}, the first {:.0%}")  # fmt: skip
    print(told.format(heads, count, *hits.tolist()))
plots.plot_looks(seen, range(10), range(10), height=3.3,
                 xlabel=label("a dónde mira", "where it looks"),
                 ylabel=label("quién mira", "who looks"))  # fmt: skip

# %% [markdown] lang="es"
# Con una cabeza, cada sitio reparte su mirada entre las dos letras. De la mezcla saca casi siempre la que pesa un poco más,
# y la otra pocas veces. (Aquí gana la primera; con otra semilla puede ganar la anterior. Y una de cada nueve va de regalo:
# en el sitio 1 las dos son la misma.) Con dos, cada una se ocupa de lo suyo: una baja en diagonal, a la anterior; la otra es
# una columna, a la primera. (El sitio 0 no tiene anterior: nadie lo corrige, y puede mirar a cualquier parte.)
#
# **Y tienen los mismos parámetros**: los 16 números se reparten, no se doblan. Con 32 números y un alfabeto de 10 letras, una
# cabeza sola también se las arregla en casi todas las semillas que probamos: las cabezas no hacen posible lo imposible, lo
# hacen fácil.
#
# ¿Cómo se reparten? Se corta el vector de **cada** símbolo en tramos seguidos, y se pasa el eje de las $H$ cabezas delante
# del tiempo: de `(B, T, D)` a `(B, H, T, d)`. Aquí está la trampa más repetida de la atención: un solo `reshape` a esa forma
# no da ningún error y da otra cosa. `reshape` no mueve números: los relee en el mismo orden.

# %% [markdown] lang="en"
# With one head, each place splits its look between the two letters. From the mixture it nearly always gets the one that
# weighs a little more, and seldom the other. (Here the first one wins; with another seed it may be the letter before. And one
# in nine comes free: at place 1 the two are the same.) With two, each minds its own business: one goes down the diagonal, to
# the letter before; the other is a column, to the first. (Place 0 has nothing before it: nobody corrects it, and it may look
# anywhere.)
#
# **And they have the same parameters**: the 16 numbers are split, not doubled. With 32 numbers and an alphabet of 10 letters,
# a single head manages too with nearly every seed we tried: heads do not make the impossible possible, they make it easy.
#
# How are they split? The vector of **each** symbol is cut into consecutive stretches, and the axis of the $H$ heads is moved
# in front of the time axis: from `(B, T, D)` to `(B, H, T, d)`. Here is attention's most common trap: a single `reshape` to
# that shape raises no error and gives something else. `reshape` does not move numbers: it re-reads them in the same order.

# %%
four = label("la llama no cruzó", "the llama didn't cross").split()
plots.plot_splits({label("partir y cambiar ejes", "cut and swap axes"): owners(2, True),
                   label("solo reshape", "bare reshape"): owners(2, False)}, four)  # fmt: skip
widgets.explore_heads()

# %% [markdown] lang="es"
# Con `reshape` a secas, la cabeza 0 se queda con los primeros símbolos enteros y no sabe nada de los últimos. La red
# entrena, la pérdida baja algo, y nadie avisa.
#
# ## 10. La atención no sabe de orden
#
# En ninguna cuenta de la sección 3 aparece en qué sitio está cada palabra. Si se reordenan las palabras, las salidas son
# las mismas, reordenadas: la atención es **equivariante** a las permutaciones, como la convolución lo era a los
# desplazamientos. Para ella, «el perro muerde al niño» y «el niño muerde al perro» son la misma bolsa de palabras.

# %% [markdown] lang="en"
# With a bare `reshape`, head 0 keeps the first symbols whole and knows nothing of the last ones. The network trains, the
# loss falls somewhat, and nothing warns you.
#
# ## 10. Attention knows nothing about order
#
# Nothing computed in section 3 says where each word is. If the words are reordered, the outputs are the same, reordered:
# attention is **equivariant** to permutations, as convolution was to shifts. To it, “the dog bites the boy” and “the boy
# bites the dog” are the same bag of words.

# %%
torch.manual_seed(0)
layer, x = MultiHeadAttention(8, 2), torch.randn(1, 5, 8)  # (B, T, d_model): five words
order = torch.tensor([3, 0, 4, 1, 2])
with torch.no_grad():
    y = x[:, order]
    print(torch.allclose(layer(x, x, x)[:, order], layer(y, y, y), atol=1e-6))
    places = torch.randn(5, 8)  # now each place adds its own vector
    there, here = x + places, y + places
    print(torch.allclose(layer(there, there, there)[:, order], layer(here, here, here), atol=1e-6))

# %% [markdown] lang="es"
# La primera línea, `True`: sin posiciones, reordenar no cambia nada. La segunda, `False`: basta con sumar a cada palabra
# un vector de su sitio. Así lo hicimos en la sección 9, y sin él ninguna cabeza habría podido encontrar «la letra
# anterior». Qué vector conviene es cosa de la unidad 5.
#
# ## 11. Lo que cuesta
#
# Mirar a todas partes son $T \times T$ parejas: con el doble de texto, el cuádruple. La recurrente da $T$ pasos: con el
# doble, el doble. ¿Quién gana?

# %% [markdown] lang="en"
# The first line, `True`: without positions, reordering changes nothing. The second, `False`: adding to each word a vector
# for its place is enough. We did so in section 9, and without it no head could have found “the letter before”. Which vector
# is best is a matter for unit 5.
#
# ## 11. What it costs
#
# Looking everywhere takes $T \times T$ pairs: with twice the text, four times as many. The recurrent network takes $T$
# steps: with twice the text, twice as many. Which wins?

# %%
widgets.predict("attention.cost")


# %%
def seconds(layer, *inputs, times=3):
    """Return the least time of a few calls: what else the computer does can only add to it."""
    taken = []
    for _ in range(times):
        begun = perf_counter()
        with torch.no_grad():
            layer(*inputs)
        taken.append(perf_counter() - begun)
    return min(taken)


sizes = (64, 128, 256, 512, 1024, 2048, 4096)
gru, looking = nn.GRU(64, 64, batch_first=True), MultiHeadAttention(64, 4)
looking.keep_weights = True  # the equation as it is written, matrix of weights and all
taken = {"GRU": [], label("atención", "attention"): []}
for T in sizes:
    x = torch.randn(1, T, 64)  # (B, T, d_model)
    taken["GRU"].append(seconds(gru, x))
    taken[label("atención", "attention")].append(seconds(looking, x, x, x))
plots.plot_cost(sizes, taken)
kept = 4 * sizes[-1] ** 2  # weights: a number per head and pair, of 4 bytes
told = label("millones de pesos", "million weights")
print(f"T = {sizes[-1]}: {kept / 1e6:.0f} {told}, {4 * kept / 2**20:.0f} MiB")

# %% [markdown] lang="es"
# Los pasos de la recurrente van **uno detrás de otro**; las parejas se hacen todas a la vez. En dos ejes logarítmicos la
# recurrente sube con pendiente 1. La atención empieza por debajo y acaba subiendo con pendiente 2, o algo más donde la
# matriz ya no cabe en la memoria rápida; dónde se cruzan depende de tu ordenador y de los tamaños. La memoria también crece
# con el cuadrado: un número por pareja y cabeza. Por eso los modelos tienen un largo máximo. `MultiHeadAttention` usa por
# omisión la función de PyTorch, que puede hacer la misma cuenta por trozos, sin guardar la matriz entera; las parejas siguen
# siendo las mismas.
#
# Y a cambio, lo que la unidad 3 no tenía: de cualquier palabra a cualquier otra hay **un paso**. El gradiente no tiene que
# atravesar cincuenta matrices para llegar al principio de la frase.

# %% [markdown] lang="en"
# The steps of the recurrent network go **one after another**; the pairs are made all at once. On two logarithmic axes the
# recurrent one rises with slope 1. Attention starts below it and ends up rising with slope 2, or a little more where the
# matrix no longer fits in fast memory; where they cross depends on your computer and on the sizes. Memory grows with the
# square too: one number per pair and head. That is why models have a maximum length. `MultiHeadAttention` uses PyTorch's
# function by default, which can do the same computation in pieces, without keeping the whole matrix; the pairs are still the
# same.
#
# What you get in exchange is something unit 3 did not have: any word is **one step** away from any other. The gradient need
# not go through fifty matrices to reach the beginning of the sentence.

# %% [markdown] lang="es"
# ## ¿Verdadero o falso?
#
# Decide antes de abrir cada una.
#
# <details><summary>1. «La consulta, la clave y el valor de una palabra son tres copias de su vector.»</summary>
#
# **Falso.** En la autoatención salen del mismo vector por tres matrices distintas. Lo que se busca, lo que se ofrece y lo
# que se entrega no tienen por qué parecerse.
# </details>
#
# <details><summary>2. «Si se cambia el orden de las claves y los valores a la vez, la salida no cambia.»</summary>
#
# **Verdadero.** Es una suma, y cada valor conserva su peso.
# </details>
#
# <details><summary>3. «Sin dividir por la raíz, la softmax da error con vectores largos.»</summary>
#
# **Falso.** Peor: no da ninguno. Se satura en una clave elegida por azar y apenas deja volver gradiente.
# </details>
#
# <details><summary>4. «Poner a 0 los pesos prohibidos después de la softmax es lo mismo que taparlos antes.»</summary>
#
# **Falso.** Los permitidos dejan de sumar 1.
# </details>
#
# <details><summary>5. «Ocho cabezas tienen ocho veces los parámetros de una.»</summary>
#
# **Falso.** Tienen los mismos: cada una mide la octava parte.
# </details>
#
# <details><summary>6. «El mapa de atención explica por qué la red decidió.»</summary>
#
# **Falso, dicho así.** Dice de dónde tomó valores. El estado del vecino también sabe de la palabra, y hay otros caminos.
# </details>
#
# <details><summary>7. «La atención sabe en qué orden van las palabras.»</summary>
#
# **Falso.** Solo si alguien se lo dice, sumando algo a cada sitio.
# </details>
#
# <details><summary>8. «Con el doble de texto, la matriz de pesos tiene el doble de números.»</summary>
#
# **Falso.** Tiene el cuádruple.
# </details>

# %% [markdown] lang="en"
# ## True or false?
#
# Decide before you open each one.
#
# <details><summary>1. “The query, the key and the value of a word are three copies of its vector.”</summary>
#
# **False.** In self-attention they come from the same vector by three different matrices. What is looked for, what is offered
# and what is handed over need not be alike.
# </details>
#
# <details><summary>2. “If the order of keys and values is changed together, the output does not change.”</summary>
#
# **True.** It is a sum, and each value keeps its weight.
# </details>
#
# <details><summary>3. “Without dividing by the root, the softmax raises an error with long vectors.”</summary>
#
# **False.** Worse: it raises none. It saturates on a key picked by chance and lets hardly any gradient back.
# </details>
#
# <details><summary>4. “Setting the forbidden weights to 0 after the softmax is the same as hiding them before.”</summary>
#
# **False.** The allowed ones no longer add up to 1.
# </details>
#
# <details><summary>5. “Eight heads have eight times as many parameters as one.”</summary>
#
# **False.** They have the same: each is an eighth of the size.
# </details>
#
# <details><summary>6. “The attention map explains why the network decided.”</summary>
#
# **False as stated.** It says where it took values from. The neighbour's state knows about the word too, and there are other
# paths.
# </details>
#
# <details><summary>7. “Attention knows what order the words are in.”</summary>
#
# **False.** Only if somebody tells it, by adding something to each place.
# </details>
#
# <details><summary>8. “With twice the text, the matrix of weights has twice as many numbers.”</summary>
#
# **False.** It has four times as many.
# </details>

# %% [markdown] lang="es"
# ## En media página
#
# - Un **diccionario blando** compara con todas las claves y devuelve una mezcla. Por eso se puede derivar.
# - **Consulta**: lo que busco. **Clave**: lo que ofrezco. **Valor**: lo que entrego.
# - Tres líneas: $QK^\top/\sqrt{d}$, softmax por filas, por $V$. Sin la **raíz**, la softmax se satura.
# - Una **máscara** se pone antes de la softmax. `True` es que se puede mirar. Si la pérdida es demasiado buena, sospecha de
#   ella.
# - Con atención, el decodificador vuelve a mirar lo leído: ya no tiene que caber todo en un vector.
# - El **mapa** se lee fila a fila, y dice de dónde, no por qué.
# - Varias **cabezas** son varias miradas con los mismos parámetros. Partir y cambiar ejes; nunca `reshape` a secas.
# - La atención **no sabe de orden** y cuesta $T^2$; a cambio, todo está a un paso.
#
# En la tarea escribirás cada pieza, y la red que escribe al revés. Y en la unidad 5 quitaremos lo único recurrente que
# queda: *Attention is all you need*.
#
# ## Para seguir leyendo
#
# - Bahdanau, Cho y Bengio (2014), [Neural machine translation by jointly learning to align and translate](https://arxiv.org/abs/1409.0473).
#   Donde empezó; mira sus mapas.
# - Luong, Pham y Manning (2015), [Effective approaches to attention-based neural machine translation](https://arxiv.org/abs/1508.04025).
#   Puntuaciones comparadas.
# - Vaswani y otros (2017), [Attention is all you need](https://arxiv.org/abs/1706.03762). La raíz, las cabezas, y lo que
#   viene.
# - Jain y Wallace (2019), [Attention is not explanation](https://arxiv.org/abs/1902.10186), y la respuesta de Wiegreffe y
#   Pinter (2019), [Attention is not not explanation](https://arxiv.org/abs/1908.04626).
# - Dao y otros (2022), [FlashAttention](https://arxiv.org/abs/2205.14135). La misma cuenta, sin guardar la matriz.

# %% [markdown] lang="en"
# ## In half a page
#
# - A **soft dictionary** compares with all keys and returns a mixture. That is why it has a derivative.
# - **Query**: what I look for. **Key**: what I offer. **Value**: what I hand over.
# - Three lines: $QK^\top/\sqrt{d}$, softmax by rows, times $V$. Without the **root**, the softmax saturates.
# - A **mask** goes before the softmax. `True` means you may look. If the loss is too good, suspect it.
# - With attention the decoder looks again at what was read: it no longer all has to fit in one vector.
# - The **map** is read row by row, and says where from, not why.
# - Several **heads** are several looks with the same parameters. Cut and swap axes; never a bare `reshape`.
# - Attention **knows nothing about order** and costs $T^2$; in exchange, everything is one step away.
#
# In the assignment you will write each piece, and the network that writes backwards. And in unit 5 we shall remove the only
# recurrent part that is left: *Attention is all you need*.
#
# ## Read next
#
# - Bahdanau, Cho and Bengio (2014), [Neural machine translation by jointly learning to align and translate](https://arxiv.org/abs/1409.0473).
#   Where it began; look at its maps.
# - Luong, Pham and Manning (2015), [Effective approaches to attention-based neural machine translation](https://arxiv.org/abs/1508.04025).
#   Scores compared.
# - Vaswani et al. (2017), [Attention is all you need](https://arxiv.org/abs/1706.03762). The root, the heads, and what
#   comes next.
# - Jain and Wallace (2019), [Attention is not explanation](https://arxiv.org/abs/1902.10186), and the answer of Wiegreffe
#   and Pinter (2019), [Attention is not not explanation](https://arxiv.org/abs/1908.04626).
# - Dao et al. (2022), [FlashAttention](https://arxiv.org/abs/2205.14135). The same computation, without keeping the matrix.
