# %% [markdown] lang="es"
# # Tarea 4 · Atención
#
# En la lección viste a una red volver a mirar lo que había leído. Aquí escribes esa mirada, pieza a pieza. La **parte 1**
# (unas 2 horas) construye la atención de una sola cabeza: la softmax con máscara, el producto escalar, la puntuación
# aditiva y las dos máscaras de siempre. La **parte 2** (otras 3 horas) la reparte entre varias cabezas y la pone a
# trabajar: una red que copia una secuencia al revés, cosa que la de la unidad 3 no sabía hacer.
#
# Se trabaja como siempre: escribe donde pone `raise NotImplementedError`, ejecuta `check(...)` cuantas veces quieras y
# pide ideas con `hint(...)`. `continue_with(...)` conserva lo tuyo si está bien y, si no, pone lo del curso para que
# sigas.
#
# Todo es PyTorch. Las letras de las formas son siempre las mismas: `B` secuencias (el lote), `T` consultas, `S` claves,
# `D` números por símbolo, `H` cabezas, `d` números por cabeza. Una máscara es booleana, y **`True` quiere decir que se
# puede mirar**. Ninguna función escribe sobre lo que recibe.

# %% [markdown] lang="en"
# # Assignment 4 · Attention
#
# In the lesson you saw a network look again at what it had read. Here you write that look, piece by piece. **Part 1**
# (about 2 hours) builds attention with a single head: the softmax with a mask, the dot product, the additive score and
# the two usual masks. **Part 2** (another 3 hours) splits it among several heads and puts it to work: a network that copies
# a sequence backwards, which the one in unit 3 could not do.
#
# You work as always: write where it says `raise NotImplementedError`, run `check(...)` as often as you like, and ask
# for ideas with `hint(...)`. `continue_with(...)` keeps your version if it is right and, if not, puts the course's in
# place so that you can go on.
#
# All of it is PyTorch. The letters of the shapes are always the same: `B` sequences (the batch), `T` queries, `S` keys,
# `D` numbers per symbol, `H` heads, `d` numbers per head. A mask is boolean, and **`True` means you may look**. No function
# writes into what it is given.

# %%
from math import log, sqrt

import torch
from torch import nn

from atiende import label
from atiende.plots import new_figure, plot_scores, show
from autograder import check, continue_with, hint

# %% [markdown] lang="es"
# # Parte 1 · Mirar con una cabeza

# %% [markdown] lang="en"
# # Part 1 · Looking with one head

# %% [markdown] lang="es"
# ## 4.1 La softmax con máscara
#
# **Dificultad 2 de 5 · 20 minutos.** La atención reparte un peso total de 1 entre lo que se puede mirar. Lo que no se
# puede mirar recibe **exactamente 0**, y los demás se reparten como si aquello no existiera. La manera: antes de la
# softmax, poner $-\infty$ en su puntuación, porque $e^{-\infty} = 0$.
#
# Queda un caso: ¿y si no se puede mirar nada? La softmax de una fila entera de $-\infty$ da `nan`, y un solo `nan`
# estropea la red entera. El convenio del curso: **todos los pesos a 0**.

# %% [markdown] lang="en"
# ## 4.1 The softmax with a mask
#
# **Difficulty 2 of 5 · 20 minutes.** Attention spreads a total weight of 1 over what may be looked at. What may not be
# looked at gets **exactly 0**, and the rest is spread as if it did not exist. The way to do it: before the softmax, set its
# score to $-\infty$, because $e^{-\infty} = 0$.
#
# One case is left: what if nothing may be looked at? The softmax of a whole row of $-\infty$ gives `nan`, and a single
# `nan` spoils the whole network. The course's convention: **all weights 0**.


# %% exercise="masked_softmax"
def masked_softmax(scores, mask=None, dim=-1):
    """Turn scores into weights that add up to 1 along one axis, exactly 0 where one may not look.

    scores: tensor of any shape. mask: boolean tensor that broadcasts to scores, True where one may
    look; None allows everything. dim: the axis that adds up to 1; where it allows nothing, all
    weights are 0. Returns a tensor of the shape of scores. Leaves its inputs as they were.
    """
    ### BEGIN SOLUTION
    if mask is None:
        return scores.softmax(dim=dim)
    weights = scores.masked_fill(~mask, float("-inf")).softmax(dim=dim)
    return weights.masked_fill(~mask, 0.0)  # nan where nothing is allowed
    ### END SOLUTION


# %%
scores = torch.tensor([[0.0, log(3.0), 7.0], [1.0, 2.0, 3.0]])
mask = torch.tensor([[True, True, False], [False, False, False]])
print(masked_softmax(scores, mask))  # by hand: 1 to 3 is 0.25 and 0.75, then 0; and three zeros
print(masked_softmax(torch.zeros(2, 4)))  # by hand: 0.25 everywhere

# %% test="masked_softmax" points=8
check(masked_softmax)

# %% [markdown] lang="es"
# ## 4.2 Atención por producto escalar
#
# **Dificultad 3 de 5 · 30 minutos.** Cada consulta (*query*) se compara con todas las claves (*keys*) y se lleva una
# mezcla de los valores (*values*) ([Vaswani y otros, 2017](https://arxiv.org/abs/1706.03762)):
# $$\mathrm{attention}(Q, K, V) = \mathrm{softmax}\Big( \frac{Q K^\top}{\sqrt{d}} \Big) V$$
#
# La softmax va **por filas**: los pesos de cada consulta suman 1 sobre las claves. $d$ es el largo de una consulta, que
# es el de una clave; el de un valor puede ser otro. Delante puede haber los ejes que sean (lote, cabezas): la misma
# cuenta para todos a la vez. Usa tu `masked_softmax`.

# %% [markdown] lang="en"
# ## 4.2 Scaled dot-product attention
#
# **Difficulty 3 of 5 · 30 minutes.** Each query is compared with all the keys and gets back a mixture of the values
# ([Vaswani et al., 2017](https://arxiv.org/abs/1706.03762)):
# $$\mathrm{attention}(Q, K, V) = \mathrm{softmax}\Big( \frac{Q K^\top}{\sqrt{d}} \Big) V$$
#
# The softmax goes **by rows**: the weights of each query add up to 1 over the keys. $d$ is the length of a query, which
# is that of a key; a value may have another. There may be any axes in front (batch, heads): the same computation does all of
# them at once. Use your `masked_softmax`.

# %%
continue_with("masked_softmax")


# %% exercise="attention"
def attention(q, k, v, mask=None):
    """Look up each query among the keys and mix the values.

    q: (..., T, d). k: (..., S, d). v: (..., S, d_v). mask: boolean, broadcasts to (..., T, S), True
    where a query may look; None allows everything. A query that may look nowhere gets zeros.
    Returns the pair (output, weights), of shapes (..., T, d_v) and (..., T, S).
    Leaves its inputs as they were.
    """
    ### BEGIN SOLUTION
    scores = q @ k.transpose(-2, -1) / sqrt(q.shape[-1])  # (..., T, S)
    weights = masked_softmax(scores, mask)
    return weights @ v, weights  # (..., T, d_v), (..., T, S)
    ### END SOLUTION


# %%
q, k = torch.tensor([[1.0]]), torch.tensor([[0.0], [log(3.0)], [9.0]])
v = torch.tensor([[4.0, 0.0], [8.0, 1.0], [100.0, 100.0]])
output, weights = attention(q, k, v, mask=torch.tensor([True, True, False]))
print(weights)  # by hand: the scores are 0 and ln 3, so 0.25 and 0.75; the third is hidden
print(output)  # by hand: 0.25 * 4 + 0.75 * 8 = 7, and 0.25 * 0 + 0.75 * 1 = 0.75

# %% test="attention" points=12
check(attention)

# %% [markdown] lang="es"
# ## 4.3 ¿Por qué dividir por la raíz?
#
# **Dificultad 2 de 5 · 20 minutos.** Mídelo. La **entropía** (*entropy*) de unos pesos $p$ dice entre cuántas claves se
# reparte la mirada:
# $$-\sum_s p_s \ln p_s$$
#
# Con todos los pesos iguales sobre $S$ claves vale $\ln S$; con un solo peso de 1, vale 0. Un peso de 0 aporta 0, no
# `nan`. Escribe una función que dé la entropía media de la atención de unas consultas sobre unas claves, dividiendo por
# $\sqrt{d}$ o sin dividir.

# %% [markdown] lang="en"
# ## 4.3 Why divide by the root?
#
# **Difficulty 2 of 5 · 20 minutes.** Measure it. The **entropy** of some weights $p$ says over how many keys the look is
# spread:
# $$-\sum_s p_s \ln p_s$$
#
# With all weights equal over $S$ keys it is $\ln S$; with a single weight of 1 it is 0. A weight of 0 contributes 0, not
# `nan`. Write a function that gives the mean entropy of the attention of some queries over some keys, dividing by
# $\sqrt{d}$ or not.


# %% exercise="score_entropy"
def score_entropy(q, k, scaled):
    """Return the mean entropy, in nats, of the attention of queries over keys.

    q: (N, d) tensor of queries. k: (S, d) tensor of keys. scaled: whether the scores are divided by
    the square root of d. Returns a float: the mean over the N queries. Leaves its inputs as they were.
    """
    ### BEGIN SOLUTION
    scores = q @ k.T  # (N, S)
    if scaled:
        scores = scores / sqrt(q.shape[1])
    log_p = scores.log_softmax(dim=1)  # finite where p itself is rounded to 0
    return -(log_p.exp() * log_p).sum(dim=1).mean().item()
    ### END SOLUTION


# %%
print(score_entropy(torch.zeros(3, 5), torch.randn(8, 5), scaled=True))  # by hand: ln 8 = 2.0794
one, two = torch.tensor([[1.0]]), torch.tensor([[0.0], [log(3.0)]])
print(score_entropy(one, two, scaled=False))  # by hand: -(0.25 ln 0.25 + 0.75 ln 0.75) = 0.5623

# %% test="score_entropy" points=6
check(score_entropy)

# %% [markdown] lang="es"
# **Apuesta antes de ejecutar.** Consultas y claves al azar, con números de varianza 1, y 64 claves: el reparto por igual
# tiene entropía $\ln 64 = 4.16$. ¿Cuánta queda con $d = 512$ si no se divide? ¿Y si se divide?

# %% [markdown] lang="en"
# **Place your bet before you run it.** Random queries and keys, with numbers of variance 1, and 64 keys: equal weights have
# entropy $\ln 64 = 4.16$. How much is left with $d = 512$ if there is no division? And with it?

# %%
continue_with("score_entropy")

torch.manual_seed(0)
sizes = (1, 4, 16, 64, 256, 512)
drawn = [(torch.randn(500, d), torch.randn(64, d)) for d in sizes]  # the same for both curves
figure, ax = new_figure()
told = []
for scaled, style in ((False, "s--"), (True, "o-")):
    name = label("entre √d", "divided by √d") if scaled else label("sin dividir", "not divided")
    entropies = [score_entropy(q, k, scaled) for q, k in drawn]
    ax.plot(sizes, entropies, style, label=name)
    told.append(f"{name}: {entropies[-1]:.2f}")
ax.axhline(log(64), color="grey", ls=":", label=label("pesos iguales", "equal weights"))
ax.set(xscale="log", xlabel="d", ylabel=label("entropía (nats)", "entropy (nats)"), ylim=(0, 4.5))
ax.set_xticks(sizes, [str(d) for d in sizes])
ax.minorticks_off()
ax.legend()
alt = label("Entropía de la atención según d. Con 512: ", "Entropy of attention by d. With 512: ")
print(alt + "; ".join(told))
show(figure, alt + "; ".join(told))

# %% [markdown] lang="es"
# ¿Acertaste? Sin dividir, con $d = 512$ la mirada cae casi entera en una clave; dividiendo, se reparte entre muchas con
# cualquier $d$. Con $d = 1$ las dos curvas coinciden, porque $\sqrt{1} = 1$.

# %% [markdown] lang="en"
# Did you win? Undivided, with $d = 512$ the look falls almost entirely on one key; divided, it is spread over many with any
# $d$. With $d = 1$ the two curves meet, because $\sqrt{1} = 1$.

# %% [markdown] lang="es"
# ## 4.4 La puntuación aditiva
#
# **Dificultad 3 de 5 · 25 minutos.** La primera atención no multiplicaba consulta y clave: se las daba a una red pequeña
# ([Bahdanau, Cho y Bengio, 2014](https://arxiv.org/abs/1409.0473)). La puntuación de la consulta $q$ ante la clave $k$ es
# $$\mathrm{score}(q, k) = w \cdot \tanh( q W_q + k W_k )$$
#
# donde las matrices $W_q$ y $W_k$ y el vector $w$ se aprenden, y consulta y clave pueden tener longitudes distintas. Hacen
# falta **todas las parejas**: cada una de las `T` consultas con cada una de las `S` claves, de su misma secuencia. Con bucles
# sale, pero despacio. Prueba sin ellos: dos ejes de largo 1 en el sitio justo, y PyTorch hace las parejas.

# %% [markdown] lang="en"
# ## 4.4 The additive score
#
# **Difficulty 3 of 5 · 25 minutes.** The first attention did not multiply query and key: it gave them to a small network
# ([Bahdanau, Cho and Bengio, 2014](https://arxiv.org/abs/1409.0473)). The score of query $q$ at key $k$ is
# $$\mathrm{score}(q, k) = w \cdot \tanh( q W_q + k W_k )$$
#
# where the matrices $W_q$ and $W_k$ and the vector $w$ are learned, and query and key may have different lengths. **All
# pairs** are needed: each of the `T` queries with each of the `S` keys, of its own sequence. Loops work, but slowly. Try it
# without them: two axes of length 1 in the right place, and PyTorch makes the pairs.


# %% exercise="additive_scores"
def additive_scores(q, k, Wq, Wk, w):
    """Score every query against every key with a small network of m numbers inside.

    q: (B, T, d_q). k: (B, S, d_k). Wq: (d_q, m). Wk: (d_k, m). w: (m,).
    Returns the scores (B, T, S), before any softmax. Leaves its inputs as they were.
    """
    ### BEGIN SOLUTION
    hidden = torch.tanh((q @ Wq)[:, :, None] + (k @ Wk)[:, None])  # (B, T, 1, m) + (B, 1, S, m)
    return hidden @ w  # (B, T, S)
    ### END SOLUTION


# %%
q, k = torch.tensor([[[0.5]]]), torch.tensor([[[0.25], [-0.25]]])  # one query, two keys
print(additive_scores(q, k, torch.tensor([[1.0]]), torch.tensor([[2.0]]), torch.tensor([3.0])))
# by hand: 3 * tanh(0.5 + 0.5) = 2.2848, and 3 * tanh(0.5 - 0.5) = 0

# %% test="additive_scores" points=8
check(additive_scores)

# %% [markdown] lang="es"
# ## 4.5 No mirar al futuro
#
# **Dificultad 2 de 5 · 15 minutos.** Al escribir palabra a palabra, la que va en el sitio $t$ solo puede mirar lo escrito
# hasta ella, **ella incluida**. Con tantas claves como consultas es un triángulo:
#
# ```
# ✓ · ·
# ✓ ✓ ·
# ✓ ✓ ✓
# ```
#
# Una red que escribe palabra a palabra guarda las claves de lo ya escrito y solo trae las últimas `T` consultas: entonces
# `S > T`, y **la última consulta es la de la última clave**. Con `T = 2` y `S = 4`:
#
# ```
# ✓ ✓ ✓ ·
# ✓ ✓ ✓ ✓
# ```

# %% [markdown] lang="en"
# ## 4.5 No looking ahead
#
# **Difficulty 2 of 5 · 15 minutes.** When writing word by word, the word at place $t$ may only look at what is written up to
# it, **itself included**. With as many keys as queries it is a triangle:
#
# ```
# ✓ · ·
# ✓ ✓ ·
# ✓ ✓ ✓
# ```
#
# A network that writes word by word keeps the keys of what it has written and brings only the last `T` queries: then
# `S > T`, and **the last query is that of the last key**. With `T = 2` and `S = 4`:
#
# ```
# ✓ ✓ ✓ ·
# ✓ ✓ ✓ ✓
# ```


# %% exercise="causal_mask"
def causal_mask(T, S=None):
    """Return the mask that lets no query look ahead; the last query sees the last key.

    T: queries. S: keys, T or more; None means T. Returns a boolean tensor (T, S), True where a query
    may look.
    """
    ### BEGIN SOLUTION
    S = T if S is None else S
    return torch.ones(T, S, dtype=torch.bool).tril(diagonal=S - T)
    ### END SOLUTION


# %%
print(causal_mask(3).int())  # by hand: the triangle above
print(causal_mask(2, 4).int())  # by hand: the last row is full

# %% test="causal_mask" points=5
check(causal_mask)

# %% [markdown] lang="es"
# ## 4.6 No mirar el relleno
#
# **Dificultad 1 de 5 · 10 minutos.** Las frases cortas de un lote se completan con relleno, el símbolo `pad`, y nadie
# debe mirarlo: ni al final ni en medio. Es cosa de las **claves**: la columna entera se tapa, para todas las consultas y
# todas las cabezas. Por eso la forma es `(B, 1, 1, S)`, que se extiende sola sobre unas puntuaciones `(B, H, T, S)`.

# %% [markdown] lang="en"
# ## 4.6 No looking at padding
#
# **Difficulty 1 of 5 · 10 minutes.** The short sentences of a batch are filled up with padding, the symbol `pad`, and
# nobody should look at it: neither at the end nor in the middle. It is about the **keys**: the whole column is hidden,
# for all queries and all heads. That is why the shape is `(B, 1, 1, S)`, which broadcasts over scores `(B, H, T, S)`.


# %% exercise="padding_mask"
def padding_mask(ids, pad):
    """Return the mask that hides padding from every head and every query.

    ids: (B, S) tensor of integers. pad: the integer that stands for padding.
    Returns a boolean tensor (B, 1, 1, S), True where there is a symbol. Leaves ids as it was.
    """
    ### BEGIN SOLUTION
    return (ids != pad)[:, None, None, :]
    ### END SOLUTION


# %%
ids = torch.tensor([[5, 0, 7, 9], [3, 9, 9, 9]])
print(padding_mask(ids, pad=9).shape)  # by hand: (2, 1, 1, 4)
print(padding_mask(ids, pad=9)[:, 0, 0].int())  # by hand: three symbols and one; 0 is a symbol

# %% test="padding_mask" points=4
check(padding_mask)

# %% [markdown] lang="es"
# # Parte 2 · Varias cabezas, y una red que mira

# %% [markdown] lang="en"
# # Part 2 · Several heads, and a network that looks

# %% [markdown] lang="es"
# ## 4.7 Repartir entre cabezas
#
# **Dificultad 3 de 5 · 20 minutos.** Una sola mirada promedia. Con varias **cabezas** (*heads*), cada una mira a un sitio:
# se parten los `D` números de **cada** símbolo en `H` tramos seguidos de `d = D // H`, y la cabeza `i` se queda el tramo
# `i`, de todos los símbolos. De `(B, T, D)` sale `(B, H, T, d)`.
#
# Ojo: un solo `reshape` a `(B, H, T, d)` da la forma pedida y los números cambiados de sitio. `reshape` no mueve
# números: los relee en el mismo orden. Para que la cabeza pase delante del tiempo hay que **cambiar ejes**.

# %% [markdown] lang="en"
# ## 4.7 Splitting among heads
#
# **Difficulty 3 of 5 · 20 minutes.** A single look averages. With several **heads**, each can look at its own place: the `D`
# numbers of **each** symbol are cut into `H` consecutive stretches of `d = D // H`, and head `i` keeps stretch `i`, of all
# the symbols. `(B, T, D)` becomes `(B, H, T, d)`.
#
# Beware: a single `reshape` to `(B, H, T, d)` gives the shape asked for and the numbers in the wrong places. `reshape`
# does not move numbers: it re-reads them in the same order. To bring the head in front of time, **axes must be swapped**.


# %% exercise="split_heads"
def split_heads(x, H):
    """Give each head its stretch of every symbol.

    x: (B, T, D) tensor. H: heads; it divides D. Returns a tensor (B, H, T, d), with d = D // H:
    head i sees the numbers from i * d up to (i + 1) * d of each symbol. Leaves x as it was.
    """
    ### BEGIN SOLUTION
    B, T, D = x.shape
    return x.reshape(B, T, H, D // H).transpose(1, 2)  # (B, H, T, d)
    ### END SOLUTION


# %%
x = torch.arange(8).reshape(1, 2, 4)  # one sequence of two symbols: 0 1 2 3 and 4 5 6 7
print(split_heads(x, 2).tolist())  # by hand: head 0 sees 0 1 and 4 5; head 1 sees 2 3 and 6 7

# %% test="split_heads" points=6
check(split_heads)

# %% [markdown] lang="es"
# ## 4.8 Juntar las cabezas
#
# **Dificultad 2 de 5 · 10 minutos.** Y la vuelta: lo que trae cada cabeza, `(B, H, T, d)`, se pone en fila, la cabeza 0
# primero, y vuelve a ser `(B, T, D)`.

# %% [markdown] lang="en"
# ## 4.8 Putting the heads together
#
# **Difficulty 2 of 5 · 10 minutes.** And the way back: what the heads return, `(B, H, T, d)`, is put side by side, head 0
# first, and becomes `(B, T, D)` again.


# %% exercise="merge_heads"
def merge_heads(x):
    """Put what the heads return side by side, for each symbol: the inverse of split_heads.

    x: (B, H, T, d) tensor. Returns a tensor (B, T, H * d). Leaves x as it was.
    """
    ### BEGIN SOLUTION
    return x.transpose(1, 2).flatten(2)  # (B, T, H, d), and then (B, T, H * d)
    ### END SOLUTION


# %%
x = torch.tensor([[[[0, 1], [4, 5]], [[2, 3], [6, 7]]]])  # (1, 2, 2, 2): what split_heads gave above
print(merge_heads(x).tolist())  # by hand: 0 1 2 3, and 4 5 6 7

# %% test="merge_heads" points=4
check(merge_heads)

# %% [markdown] lang="es"
# ## 4.9 Atención con varias cabezas
#
# **Dificultad 4 de 5 · 35 minutos.** Todo junto. Cuatro capas lineales: `to_q`, `to_k` y `to_v` llevan lo que entra, de
# `d_in` números por símbolo, a `d_model`; `to_out` mezcla al final lo que traen las cabezas, de `d_model` a `d_model`.
# Entre medias: repartir, mirar cada cabeza por su cuenta, juntar.
#
# `query` puede venir de una secuencia y `key` y `value` de otra: entonces `T` y `S` son distintos. Si las tres son la
# misma, es **autoatención** (*self-attention*).

# %% [markdown] lang="en"
# ## 4.9 Attention with several heads
#
# **Difficulty 4 of 5 · 35 minutes.** All together. Four linear layers: `to_q`, `to_k` and `to_v` take what comes in, with
# `d_in` numbers per symbol, to `d_model`; at the end `to_out` mixes what the heads return, from `d_model` to `d_model`. In
# between: split, let each head look on its own, merge.
#
# `query` may come from one sequence, and `key` and `value` from another: then `T` and `S` differ. If the three are the
# same, it is **self-attention**.

# %%
continue_with("attention", "split_heads", "merge_heads")


# %% exercise="multi_head_attention"
class MultiHeadAttention(nn.Module):
    """Let queries look at keys with several heads at once.

    d_model: numbers per symbol inside and coming out; H: heads, which divides d_model. d_in: numbers
    per symbol going in; None means d_model. bias: whether the four linear layers have one.
    Called with query (B, T, d_in), key and value (B, S, d_in) and a boolean mask that broadcasts to
    (B, H, T, S), True where a query may look, it returns (B, T, d_model).
    """

    def __init__(self, d_model, H, d_in=None, bias=True):
        super().__init__()
        ### BEGIN SOLUTION
        d_in = d_model if d_in is None else d_in
        self.H = H
        self.to_q = nn.Linear(d_in, d_model, bias=bias)
        self.to_k = nn.Linear(d_in, d_model, bias=bias)
        self.to_v = nn.Linear(d_in, d_model, bias=bias)
        self.to_out = nn.Linear(d_model, d_model, bias=bias)
        ### END SOLUTION

    def forward(self, query, key, value, mask=None):
        ### BEGIN SOLUTION
        q = split_heads(self.to_q(query), self.H)  # (B, H, T, d)
        k = split_heads(self.to_k(key), self.H)  # (B, H, S, d)
        v = split_heads(self.to_v(value), self.H)
        heads, _ = attention(q, k, v, mask)  # (B, H, T, d)
        return self.to_out(merge_heads(heads))
        ### END SOLUTION


# %%
layer = MultiHeadAttention(d_model=6, H=3)
x, y = torch.randn(2, 4, 6), torch.randn(2, 5, 6)
print(layer(x, y, y).shape)  # by hand: (2, 4, 6)
print(sum(p.numel() for p in layer.parameters()))  # by hand: four times 6 * 6 + 6: 168
layer = MultiHeadAttention(d_model=6, H=3, d_in=4, bias=False)
print(sum(p.numel() for p in layer.parameters()))  # by hand: three times 6 * 4, and 6 * 6: 108

# %% test="multi_head_attention" points=12
check(MultiHeadAttention)

# %% [markdown] lang="es"
# ## 4.10 Lo que mira un decodificador
#
# **Dificultad 2 de 5 · 15 minutos.** Una red lee una frase (el **codificador**, *encoder*) y otra escribe (el
# **decodificador**, *decoder*). En cada paso, el estado del decodificador pregunta, y los estados del codificador hacen de
# claves y de valores ([Luong, Pham y Manning, 2015](https://arxiv.org/abs/1508.04025)). Una matriz `W` traduce la
# pregunta al idioma de las claves: la consulta es `h @ W`. Lo que vuelve se llama **contexto** (*context*).
#
# De la frase `n` solo valen los `lengths[n]` primeros estados; el resto es relleno.

# %% [markdown] lang="en"
# ## 4.10 What a decoder looks at
#
# **Difficulty 2 of 5 · 15 minutes.** One network reads a sentence (the **encoder**), and another one writes (the
# **decoder**). At each step the state of the decoder asks, and the states of the encoder act as keys and as values
# ([Luong, Pham and Manning, 2015](https://arxiv.org/abs/1508.04025)). A matrix `W` translates the question into the
# language of the keys: the query is `h @ W`. What comes back is called the **context**.
#
# Of sentence `n` only the first `lengths[n]` states count; the rest is padding.

# %%
continue_with("attention")


# %% exercise="attend"
def attend(h, encoded, W, lengths):
    """Let the states of a decoder look at those of an encoder, with scaled dot-product attention.

    h: (B, T, d_h), the states that ask. encoded: (B, S, d_e), both keys and values. W: (d_h, d_e).
    lengths: (B,) tensor of integers from 1 to S; from place lengths[n] on, row n is padding.
    Returns the pair (context, weights), (B, T, d_e) and (B, T, S). Leaves its inputs as they were.
    """
    ### BEGIN SOLUTION
    real = torch.arange(encoded.shape[1]) < lengths[:, None]  # (B, S)
    return attention(h @ W, encoded, encoded, real[:, None, :])
    ### END SOLUTION


# %%
h, W = torch.tensor([[[0.5]]]), torch.tensor([[2.0]])  # the query is 1
encoded = torch.tensor([[[0.0], [log(3.0)], [50.0]]])
context, weights = attend(h, encoded, W, lengths=torch.tensor([2]))
print(weights, context)  # by hand: 0.25, 0.75 and 0; and 0.75 * ln 3 = 0.8240

# %% test="attend" points=5
check(attend)

# %% [markdown] lang="es"
# ## 4.11 Al revés
#
# **Dificultad 4 de 5 · 40 minutos.** La prueba: leer quince símbolos y escribirlos **al revés**. Sin atención, todo tiene
# que caber en el último estado del codificador. Escribe `Translator`:
#
# 1. `embedding`, un `nn.Embedding` de `vocab_size + 1` símbolos a `d_embed` números: el símbolo de más, el `vocab_size`,
#    es el de empezar a escribir. Sirve para las dos redes;
# 2. `encoder`, una `nn.GRU` **de dos direcciones** (`bidirectional=True`), de `d_embed` a `d_hidden`, con
#    `batch_first=True`. Sus salidas tienen `2 * d_hidden` números: lo leído desde la izquierda y desde la derecha;
# 3. `decoder`, una `nn.GRU` de una dirección, de `d_embed` a `2 * d_hidden`, con `batch_first=True`. Empieza en el último
#    estado del codificador: el de la dirección de ida y el de la de vuelta, en fila y en este orden;
# 4. `W`, un `nn.Parameter` de forma `(2 * d_hidden, 2 * d_hidden)` que nace pequeño, por ejemplo `0.1 * torch.randn(...)`,
#    para que la red empiece mirando a todas partes; con él, `attend`;
# 5. `head`, un `nn.Linear` de `4 * d_hidden` a `vocab_size`: recibe el estado del decodificador y el contexto, en fila y
#    en este orden.
#
# Al entrenar, el decodificador recibe lo que debía haber escrito hasta ahora, y se le pide lo siguiente. Aquí no hay
# relleno: todas las frases miden lo mismo.
#
# **La prueba**: 600 lotes de 64 secuencias nuevas. Después, la red escribe sola. Hace falta que salgan **enteras y sin un
# fallo** el 90 % de las secuencias, y que el peso medio en el símbolo que toca sea de 0.75 o más. La misma red sin
# atención, con los mismos lotes, no llega al 20 %.

# %% [markdown] lang="en"
# ## 4.11 Backwards
#
# **Difficulty 4 of 5 · 40 minutes.** The test: read fifteen symbols and write them **backwards**. Without attention, it must
# all fit in the last state of the encoder. Write `Translator`:
#
# 1. `embedding`, an `nn.Embedding` from `vocab_size + 1` symbols to `d_embed` numbers: the extra symbol, `vocab_size`, is the
#    start symbol. Both networks use it;
# 2. `encoder`, an `nn.GRU` **of two directions** (`bidirectional=True`), from `d_embed` to `d_hidden`, with
#    `batch_first=True`. Its outputs have `2 * d_hidden` numbers: what was read from the left and from the right;
# 3. `decoder`, an `nn.GRU` of one direction, from `d_embed` to `2 * d_hidden`, with `batch_first=True`. It starts from the
#    last state of the encoder: that of the forward direction and that of the backward one, joined in this order;
# 4. `W`, an `nn.Parameter` of shape `(2 * d_hidden, 2 * d_hidden)` that starts small, for example `0.1 * torch.randn(...)`,
#    so that the network begins by looking everywhere; with it, `attend`;
# 5. `head`, an `nn.Linear` from `4 * d_hidden` to `vocab_size`: it takes the state of the decoder and the context, joined in
#    this order.
#
# In training, the decoder receives what it should have written so far, and is asked for what comes next. There is no
# padding here: all the sentences have the same length.
#
# **The test**: 600 batches of 64 new sequences. Then the network writes on its own. 90% of the sequences must come out
# **whole and without a mistake**, and the mean weight on the right symbol must be 0.75 or more. The same network without
# attention, with the same batches, does not reach 20%.

# %%
continue_with("attend")


# %% exercise="translator"
class Translator(nn.Module):
    """Read a sequence with one network and write another with a second one that looks at the first.

    vocab_size: symbols; ids go from 0 to vocab_size - 1, and vocab_size is the start symbol. d_embed:
    numbers per symbol. d_hidden: numbers of state of each direction of the encoder.
    Called with source (B, S), what is read, and target (B, T), what has been written so far, which
    begins with vocab_size, it returns the pair (logits, weights): the scores of the next symbol at
    each place of target (B, T, vocab_size), and where each looked (B, T, S).
    """

    def __init__(self, vocab_size, d_embed=16, d_hidden=32):
        super().__init__()
        ### BEGIN SOLUTION
        self.embedding = nn.Embedding(vocab_size + 1, d_embed)
        self.encoder = nn.GRU(d_embed, d_hidden, batch_first=True, bidirectional=True)
        self.decoder = nn.GRU(d_embed, 2 * d_hidden, batch_first=True)
        self.W = nn.Parameter(0.1 * torch.randn(2 * d_hidden, 2 * d_hidden))
        self.head = nn.Linear(4 * d_hidden, vocab_size)
        ### END SOLUTION

    def forward(self, source, target):
        ### BEGIN SOLUTION
        encoded, last = self.encoder(self.embedding(source))  # (B, S, 2 * d_hidden), (2, B, d_hidden)
        start = torch.cat([last[0], last[1]], dim=-1)[None]  # (1, B, 2 * d_hidden)
        h, _ = self.decoder(self.embedding(target), start)  # (B, T, 2 * d_hidden)
        lengths = torch.full((len(source),), source.shape[1])
        context, weights = attend(h, encoded, self.W, lengths)
        return self.head(torch.cat([h, context], dim=-1)), weights
        ### END SOLUTION


# %%
net = Translator(vocab_size=7, d_hidden=5)
logits, weights = net(torch.randint(7, (2, 6)), torch.randint(7, (2, 4)))
print(logits.shape, weights.shape)  # by hand: (2, 4, 7) and (2, 4, 6)
print(weights.sum(dim=-1))  # by hand: all 1

# %% test="translator" points=15
check(Translator)

# %% [markdown] lang="es"
# Míralo por dentro. `Bottleneck` es tu misma red, pero con los pesos del contexto siempre a 0: solo le queda el último
# estado. `reversal` entrena una red y da su acierto, secuencias enteras, escribiendo sola; `written` da lo que escribe y a
# dónde miró.

# %% [markdown] lang="en"
# Look inside it. `Bottleneck` is your own network with the weights of the context always at 0: the last state is all it has.
# `reversal` trains a network and gives its share of whole sequences right, writing on its own; `written` gives what it
# writes and where it looked.

# %%
continue_with("Translator")


class Bottleneck(Translator):
    """Be a Translator that makes no use of what it looks at: those weights of its head stay at 0."""

    def __init__(self, vocab_size, d_embed=16, d_hidden=32):
        super().__init__(vocab_size, d_embed, d_hidden)
        used = torch.ones_like(self.head.weight)
        used[:, 2 * d_hidden :] = 0  # the second half of what the head takes is the context
        self.head.weight.data *= used
        self.head.weight.register_hook(lambda gradient: gradient * used)


def begin(rows, vocab_size):
    """Return the start of `rows` sequences still to be written: (rows, 1)."""
    return torch.full((rows, 1), vocab_size)


@torch.no_grad()
def written(net, source, vocab_size, length):
    """Write `length` symbols for each row of source; return them (B, length), and the weights."""
    target = begin(len(source), vocab_size)
    for _ in range(length):
        logits, weights = net(source, target)
        target = torch.cat([target, logits[:, -1:].argmax(dim=-1)], dim=1)  # the likeliest, one more
    return target[:, 1:], weights


def reversal(net, T=15, steps=600, vocab_size=10):
    """Train a network to write T symbols backwards; return its share of whole sequences right."""
    optimizer = torch.optim.AdamW(net.parameters())
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = 0.015 * min(1, 2 * (steps - step) / steps)  # ever shorter steps in the second half
        source = torch.randint(vocab_size, (64, T))
        answers = source.flip(1)
        logits, _ = net(source, torch.cat([begin(64, vocab_size), answers[:, :-1]], dim=1))
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), answers.flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
    new = torch.randint(vocab_size, (500, T))
    return (written(net, new, vocab_size, T)[0] == new.flip(1)).all(dim=1).float().mean().item()


torch.manual_seed(0)
net = Translator(10)
print(label("con atención:", "with attention:"), f"{reversal(net):.1%}")
torch.manual_seed(0)
print(label("sin atención:", "without attention:"), f"{reversal(Bottleneck(10)):.1%}")

# %%
source = torch.randint(10, (1, 15))
ids, weights = written(net, source, 10, 15)
figure, ax = new_figure(height=4.2, width=5.6)
image = ax.imshow(weights[0], cmap="Blues", vmin=0, vmax=1)
figure.colorbar(image, label=label("peso", "weight"), ticks=[0, 0.5, 1], shrink=0.7)
ax.set(xticks=range(15), xticklabels=source[0].tolist(), yticks=range(15), yticklabels=ids[0].tolist(),
       xlabel=label("lo que lee", "what it reads"),
       ylabel=label("lo que escribe", "what it writes"))  # fmt: skip
ax.grid(False)
on_the_line = weights[0].flip(1).diagonal().mean().item()
alt = label("Pesos al escribir cada símbolo. Peso medio en la antidiagonal: ",
            "Weights when writing each symbol. Mean weight on the anti-diagonal: ")  # fmt: skip
print(label("peso medio en el símbolo que toca:", "mean weight on the right symbol:"), f"{on_the_line:.2f}")
show(figure, f"{alt}{on_the_line:.2f}")

# %% [markdown] lang="es"
# Nadie le dijo a qué sitio mirar. Cada fila es un símbolo escrito, y su peso está en el símbolo que tenía que copiar: el
# último primero.

# %% [markdown] lang="en"
# Nobody told it where to look. Each row is a symbol written, and its weight is on the symbol it had to copy: the last one
# first.

# %% [markdown] lang="es"
# ## 4.12 Preguntas
#
# **20 minutos.** Diez preguntas con una sola opción buena. Si fallas alguna, el panel te dice por qué esa opción no puede
# ser, de una en una: la primera fallada lleva su razón; las otras, un guion, hasta que la arregles.
#
# **q1.** Consultas y claves de $d = 400$ números independientes, de media 0 y varianza 1. ¿Qué desviación estándar tiene
# $q \cdot k$?
#
# - a) 1
# - b) 20
# - c) 400
# - d) Depende de cuántas claves haya.
#
# **q2.** Olvidas dividir por $\sqrt{d}$ con $d = 512$. ¿Qué ves al empezar a entrenar?
#
# - a) Los pesos salen casi iguales: la atención es un promedio, y la red no se decide por ninguna clave.
# - b) Un error de PyTorch en la primera época, porque las exponenciales de la softmax se desbordan.
# - c) Nada especial: las matrices de consultas y de claves lo compensan desde el primer paso.
# - d) Cada consulta pone casi todo su peso en una clave al azar, y apenas vuelve gradiente.
#
# **q3.** Añades una copia de una de las claves, con su mismo valor. ¿Qué le pasa a la mezcla que recibe una consulta?
#
# - a) Nada: las dos copias se reparten el peso que tenía la una.
# - b) Nada: la softmax solo cuenta la primera de las dos.
# - c) Se acerca a ese valor: las dos copias juntas pesan más que antes la una, pero menos del doble.
# - d) Se acerca a ese valor: las dos copias juntas pesan justo el doble que antes la una.
#
# **q4.** En autoatención sin máscara ni posiciones, cambias de orden las palabras de la frase. ¿Qué pasa?
#
# - a) Cada palabra recibe otra salida, porque sus vecinas son otras.
# - b) Las salidas son las mismas, en el orden nuevo: para la red es la misma bolsa de palabras.
# - c) Salen todas iguales.
# - d) La red nota el cambio, pero hay que entrenarla más.
#
# **q5.** En lo tapado cambias la puntuación por −1e9 en lugar de −∞. Una consulta tiene todas las claves tapadas. ¿Qué pesos
# salen?
#
# - a) Todos iguales, como si todo se pudiera mirar y nada destacara.
# - b) Todos `nan`, porque las exponenciales se redondean a 0.
# - c) Todos 0, porque no hay nada que mirar.
# - d) Los mismos que sin máscara: al restar el máximo, el −1e9 se va.
#
# **q6.** Un modelo con máscara causal baja a una pérdida de 0.0001 en el primer minuto, prediciendo la palabra siguiente
# de textos que nunca ha visto. ¿Qué sospechas?
#
# - a) Que el texto es muy fácil y se repite.
# - b) Que hay demasiadas cabezas para ese texto.
# - c) Que la tasa de aprendizaje es muy baja.
# - d) Que la máscara deja ver la respuesta.
#
# **q7.** Una capa tiene `d_model` = 512 y 8 cabezas. ¿Por qué número se divide cada puntuación?
#
# - a) 8, la raíz de los números de una cabeza.
# - b) Unos 22.6, la raíz de `d_model`.
# - c) Unos 2.8, la raíz del número de cabezas.
# - d) 64, los números de una cabeza.
#
# **q8.** `x` es `(B, T, D)` y escribes `x.reshape(B, H, T, D // H)`. ¿Qué ve la cabeza 0?
#
# - a) El primer tramo de cada símbolo, como debe ser.
# - b) Todos los números de los primeros símbolos, cortados en trozos que hacen de símbolos.
# - c) Un error: las formas no encajan.
# - d) Los símbolos en orden inverso.
#
# **q9.** Una capa de 8 cabezas y `d_model` = 512 lee 1000 símbolos y guarda sus pesos de atención, de 4 bytes cada uno.
# ¿Cuánto ocupan?
#
# - a) 32 kB
# - b) 4 MB
# - c) 32 MB
# - d) 2 GB
#
# **q10.** Una red traduce y su mapa de atención no está en la diagonal: al escribir la palabra 3 mira a la 4 de la frase
# leída. ¿Qué concluyes?
#
# - a) Que hay un error en la máscara: está corrida un sitio hacia delante.
# - b) Que traduce mal: la palabra 3 de un idioma viene siempre de la 3 del otro.
# - c) Que puede ser lo correcto: los idiomas ordenan distinto, y el estado 4 sabe también de sus vecinas.
# - d) Que la palabra 4 leída es la causa de la 3 escrita: el mapa lo demuestra.

# %% [markdown] lang="en"
# ## 4.12 Questions
#
# **20 minutes.** Ten questions with a single right option. If you miss any, the panel tells you why that option cannot
# be, one at a time: the first one missed carries its reason; the others, a dash, until you fix it.
#
# **q1.** Queries and keys of $d = 400$ independent numbers, of mean 0 and variance 1. What is the standard deviation of
# $q \cdot k$?
#
# - a) 1
# - b) 20
# - c) 400
# - d) It depends on how many keys there are.
#
# **q2.** You forget to divide by $\sqrt{d}$ with $d = 512$. What do you see when training begins?
#
# - a) The weights come out nearly equal: attention is an average, and the network cannot settle on any key.
# - b) An error from PyTorch in the first epoch, because the exponentials of the softmax overflow.
# - c) Nothing special: the matrices of queries and keys make up for it from the first step.
# - d) Each query puts nearly all its weight on a random key, and hardly any gradient comes back.
#
# **q3.** You add a copy of one of the keys, with the same value. What happens to the mixture that a query gets back?
#
# - a) Nothing: the two copies split the weight that the one had.
# - b) Nothing: the softmax counts only the first of the two.
# - c) It moves towards that value: the two copies together weigh more than the one did, but less than twice as much.
# - d) It moves towards that value: the two copies together weigh exactly twice as much as the one did.
#
# **q4.** In self-attention with neither mask nor positions, you change the order of the words of the sentence. What
# happens?
#
# - a) Each word gets another output, because its neighbours have changed.
# - b) The outputs are the same, in the new order: to the network it is the same bag of words.
# - c) They all come out equal.
# - d) The network notices the change, but has to be trained for longer.
#
# **q5.** Where something is hidden you replace the score by −1e9 instead of −∞. One query has all its keys hidden. Which
# weights come out?
#
# - a) All equal, as if everything could be looked at and nothing stood out.
# - b) All `nan`, because the exponentials round to 0.
# - c) All 0, because there is nothing to look at.
# - d) The same as without a mask: once the maximum is subtracted, the −1e9 goes away.
#
# **q6.** A model with a causal mask falls to a loss of 0.0001 in the first minute, predicting the next word of texts that
# it has never seen. What do you suspect?
#
# - a) That the text is very easy and repeats itself.
# - b) That there are too many heads for that text.
# - c) That the learning rate is very low.
# - d) That the mask lets the answer through.
#
# **q7.** A layer has `d_model` = 512 and 8 heads. By which number is each score divided?
#
# - a) 8, the root of the numbers of one head.
# - b) About 22.6, the root of `d_model`.
# - c) About 2.8, the root of the number of heads.
# - d) 64, the numbers of one head.
#
# **q8.** `x` is `(B, T, D)` and you write `x.reshape(B, H, T, D // H)`. What does head 0 see?
#
# - a) The first stretch of each symbol, as it should.
# - b) All the numbers of the first symbols, cut into pieces that pass for symbols.
# - c) An error: the shapes do not fit.
# - d) The symbols in reverse order.
#
# **q9.** A layer of 8 heads and `d_model` = 512 reads 1000 symbols and keeps its attention weights, of 4 bytes each. How much
# memory do they take?
#
# - a) 32 kB
# - b) 4 MB
# - c) 32 MB
# - d) 2 GB
#
# **q10.** A network translates, and its attention map is not on the diagonal: when writing word 3 it looks at word 4 of
# the sentence it read. What do you conclude?
#
# - a) That there is a bug in the mask: it is one place ahead.
# - b) That it translates badly: word 3 of one language always comes from word 3 of the other.
# - c) That it may be right: languages order words differently, and state 4 also knows about its neighbours.
# - d) That word 4, as read, is the cause of word 3, as written: the map proves it.


# %% exercise="quiz_attention"
def quiz_attention():
    """Return your answers, a dict of one letter per question: {"q1": "a", "q2": ...} up to "q10"."""
    ### BEGIN SOLUTION
    return {
        "q1": "b", "q2": "d", "q3": "c", "q4": "b", "q5": "a",
        "q6": "d", "q7": "a", "q8": "b", "q9": "c", "q10": "c",
    }  # fmt: skip
    ### END SOLUTION


# %% test="quiz_attention" points=10
check(quiz_attention)

# %% [markdown] lang="es"
# ## 4.13 Un experimento tuyo
#
# **30 minutos. Lo corrige una persona.** Hazle a la atención una pregunta cuya respuesta no sepas. ¿Qué pasa con
# secuencias más largas que las que entrenó? ¿Y si el codificador lee en una sola dirección: hacia dónde se corre el mapa?
# ¿Y si no se divide por la raíz, o si la puntuación es la aditiva? ¿Cuántos números de estado necesita `Bottleneck` para
# alcanzar a `Translator`? ¿Y si la tarea no es dar la vuelta, sino ordenar, o copiar?
#
# Debajo tienes un ejemplo que acorta la secuencia. Cambia esa celda por tu experimento; puedes añadir todas las celdas
# que quieras.

# %% [markdown] lang="en"
# ## 4.13 An experiment of your own
#
# **30 minutes. Marked by a person.** Ask attention a question whose answer you do not know. What happens with sequences
# longer than those of training? If the encoder reads in one direction only, which way does the map shift? What if there is
# no division by the root, or the score is the additive one? How many numbers of state does `Bottleneck` need to catch up
# with `Translator`? And what if the task is not reversing, but sorting, or copying?
#
# Below is an example that shortens the sequence. Turn that cell into your own experiment; you may add as many cells
# as you like.

# %%
results = {}
for name, make in ((label("con atención", "with attention"), Translator),
                   (label("sin atención", "without attention"), Bottleneck)):  # fmt: skip
    for T in (4, 8):
        scores = results[f"{name}, T={T}"] = []
        for seed in range(3):
            torch.manual_seed(seed)
            scores.append(reversal(make(10), T, steps=100))
plot_scores(results, label("secuencias enteras tras 100 lotes", "whole sequences after 100 batches"))

# %% [markdown] answer="experiment_attention" points=3
# **Tu experimento · Your experiment**
#
# 1. ¿Qué preguntas, y qué esperabas que saliera? · What do you ask, and what did you expect?
# 2. ¿Qué cambiaste y qué dejaste igual? ¿Cuántas semillas? · What did you change, and what did you keep? How many
#    seeds?
# 3. ¿Qué salió (números o figura) y qué concluyes? · What came out (numbers or figure), and what do you conclude?
# 4. ¿Qué no demuestra tu experimento? · What does your experiment not prove?
#
# ### BEGIN SOLUTION
# **Guía de corrección** (3 puntos). *1 punto*: una pregunta que el experimento puede contestar y una predicción escrita
# antes, con su motivo; una predicción equivocada vale lo mismo. *1 punto*: comparación limpia: cambia una sola cosa, tres
# semillas o más, acierto en secuencias nuevas, figura o tabla con ejes y nombres. *1 punto*: la conclusión sale de los
# números y se compara con la variación entre semillas; dice al menos un límite (pasos fijos, un solo `lr`, un solo
# tamaño de estado…).
#
# *Ejemplo de tres puntos.* Pregunta: ¿a partir de qué largo hace falta la atención? Esperaba que con 4 símbolos el último
# estado bastara, porque son pocos, y con 8 ya no. Cambié solo el largo y la red; tres semillas, 100 lotes, mismo `lr`. Con
# 4, 0.98 con atención y 0.96 sin ella: casi lo mismo. Con 8, 0.82 y 0.11, y las semillas no se apartan más de 0.06. La
# atención hace falta por el largo y no por la tarea. No demuestra que `Bottleneck` no pueda con 8: quizá le faltan lotes o
# estado.
#
# **Marking guide** (3 points). *1 point*: a question that the experiment can answer and a prediction written
# beforehand, with its reason; a wrong prediction is worth as much. *1 point*: a clean comparison: one thing changes,
# three seeds or more, accuracy on new sequences, a figure or table with axes and names. *1 point*: the conclusion
# follows from the numbers and is held against the variation between seeds; at least one limit is named (fixed steps, a
# single `lr`, a single size of state…).
#
# *An example worth three points.* Question: from which length on is attention needed? I expected that with 4 symbols the
# last state would do, for they are few, and with 8 no longer. I changed only the length and the network; three seeds, 100
# batches, the same `lr`. With 4, 0.98 with attention and 0.96 without: nearly the same. With 8, 0.82 and 0.11, and seeds are
# no more than 0.06 apart. Attention is needed because of the length and not of the task. It does not prove that `Bottleneck`
# cannot do 8: perhaps it lacks batches or state.
# ### END SOLUTION

# %% [markdown] lang="es"
# ## 4.14 Reflexión
#
# **10 minutos. Lo corrige una persona.** Un hospital usa una red con atención para leer informes. Al dar un diagnóstico,
# enseña las palabras con más peso, y el director concluye: «ahora sabemos por qué decide».

# %% [markdown] lang="en"
# ## 4.14 Reflection
#
# **10 minutes. Marked by a person.** A hospital uses a network with attention to read reports. When it gives a diagnosis
# it shows the words with the most weight, and the director concludes: "now we know why it decides".

# %% [markdown] answer="reflection_attention" points=2
# **El peso y el porqué · The weight and the why**
#
# ¿Tiene razón? Di qué dice un mapa de atención y qué no, con algo que hayas visto en esta unidad, y propón una prueba que
# sí diga si una palabra importó. · Is the director right? Say what an attention map tells and what it does not, with
# something that you saw in this unit, and propose a test that does tell whether a word mattered.
#
# ### BEGIN SOLUTION
# **Guía de corrección** (2 puntos). *1 punto*: el peso dice de qué sitio se tomó un valor, no qué había en él ni qué se
# hizo después; un estado recurrente mezcla a sus vecinos (el mapa puede correrse un sitio), los valores pueden ser
# pequeños, y hay más caminos: otras cabezas y el estado del decodificador. *1 punto*: una prueba que interviene: quitar o
# cambiar la palabra y mirar si cambia la salida; mover los pesos a otro sitio y ver si el diagnóstico sigue; el gradiente
# de la salida respecto a esa entrada.
#
# **Marking guide** (2 points). *1 point*: the weight tells from which place a value was taken, not what was in it nor
# what was done with it afterwards; a recurrent state mixes in its neighbours (the map may shift by one place), the values
# may be small, and there are other paths: other heads and the state of the decoder. *1 point*: a test that intervenes:
# take the word out or change it and see whether the output changes; move the weights elsewhere and see whether the
# diagnosis holds; the gradient of the output with respect to that input.
# ### END SOLUTION
