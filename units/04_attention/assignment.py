# %% [markdown] lang="es"
# # Tarea 4 · Atención
#
# En la lección viste a una red volver a mirar lo que había leído. Aquí escribes esa mirada, pieza a pieza. La **parte 1**
# (unas 2 horas) construye la atención de una sola cabeza: la softmax con máscara, el producto escalar, la puntuación
# aditiva y las dos máscaras de siempre. La **parte 2** (otras 3 horas) la reparte entre varias cabezas y la pone a
# trabajar: una red que copia una secuencia del revés, cosa que la de la unidad 3 no sabía hacer.
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
# the two usual masks. **Part 2** (another 3 hours) shares it out among several heads and puts it to work: a network that
# copies a sequence backwards, which that of unit 3 could not do.
#
# You work as always: write where it says `raise NotImplementedError`, run `check(...)` as often as you like, and ask
# for ideas with `hint(...)`. `continue_with(...)` keeps your version if it is right and, if not, puts the course's in
# place so that you can go on.
#
# All of it is PyTorch. The letters of the shapes are always the same: `B` sequences (the batch), `T` queries, `S` keys,
# `D` numbers a symbol, `H` heads, `d` numbers a head. A mask is boolean, and **`True` means that one may look**. No
# function writes into what it is given.

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
# **Difficulty 2 of 5 · 20 minutes.** Attention shares out a total weight of 1 among what may be looked at. What may not
# be looked at gets **exactly 0**, and the others share as if it did not exist. The way: before the softmax, put
# $-\infty$ as its score, for $e^{-\infty} = 0$.
#
# One case is left: what if nothing may be looked at? The softmax of a whole row of $-\infty$ gives `nan`, and a single
# `nan` spoils the whole network. The convention of the course: **all weights 0**.


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
# **Difficulty 3 of 5 · 30 minutes.** Each query is compared with all keys and takes away a mixture of the values
# ([Vaswani et al., 2017](https://arxiv.org/abs/1706.03762)):
# $$\mathrm{attention}(Q, K, V) = \mathrm{softmax}\Big( \frac{Q K^\top}{\sqrt{d}} \Big) V$$
#
# The softmax goes **by rows**: the weights of each query add up to 1 over the keys. $d$ is the length of a query, which
# is that of a key; that of a value may be another. In front there may be any axes (batch, heads): one computation for
# all of them at once. Use your `masked_softmax`.

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
# $$H(p) = -\sum_s p_s \ln p_s$$
#
# Con todos los pesos iguales sobre $S$ claves vale $\ln S$; con un solo peso de 1, vale 0. Un peso de 0 aporta 0, no
# `nan`. Escribe una función que dé la entropía media de la atención de unas consultas sobre unas claves, dividiendo por
# $\sqrt{d}$ o sin dividir.

# %% [markdown] lang="en"
# ## 4.3 Why divide by the root?
#
# **Difficulty 2 of 5 · 20 minutes.** Measure it. The **entropy** of some weights $p$ says among how many keys the look
# is shared out:
# $$H(p) = -\sum_s p_s \ln p_s$$
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
# **Place your bet before you run it.** Random queries and keys, with numbers of variance 1, and 64 keys: sharing out
# evenly has entropy $\ln 64 = 4.16$. How much is left with $d = 512$ if there is no division? And with it?

# %%
continue_with("score_entropy")

torch.manual_seed(0)
sizes = (1, 4, 16, 64, 256, 512)
figure, ax = new_figure()
told = []
for scaled, style in ((False, "s--"), (True, "o-")):
    name = label("entre √d", "over √d") if scaled else label("sin dividir", "not divided")
    entropies = [score_entropy(torch.randn(500, d), torch.randn(64, d), scaled) for d in sizes]
    ax.plot(sizes, entropies, style, label=name)
    told.append(f"{name}: {entropies[-1]:.2f}")
ax.axhline(log(64), color="grey", ls=":", label=label("reparto igual", "shared evenly"))
ax.set(xscale="log", xlabel="d", ylabel=label("entropía (nats)", "entropy (nats)"), ylim=(0, 4.5))
ax.legend()
alt = label("Entropía de la atención según d. Con 512: ", "Entropy of attention by d. With 512: ")
show(figure, alt + "; ".join(told))

# %% [markdown] lang="es"
# ## 4.4 La puntuación aditiva
#
# **Dificultad 3 de 5 · 25 minutos.** La primera atención no multiplicaba consulta y clave: se las daba a una red pequeña
# ([Bahdanau, Cho y Bengio, 2014](https://arxiv.org/abs/1409.0473)). La puntuación de la consulta $q$ ante la clave $k$ es
# $$\mathrm{score}(q, k) = v \cdot \tanh( q W_q + k W_k )$$
#
# y consulta y clave pueden tener largos distintos. Hacen falta **todas las parejas**: cada una de las `T` consultas con
# cada una de las `S` claves, de su misma secuencia. Sin bucles: dos ejes de largo 1 en el sitio justo y PyTorch reparte.

# %% [markdown] lang="en"
# ## 4.4 The additive score
#
# **Difficulty 3 of 5 · 25 minutes.** The first attention did not multiply query and key: it gave them to a small network
# ([Bahdanau, Cho and Bengio, 2014](https://arxiv.org/abs/1409.0473)). The score of query $q$ at key $k$ is
# $$\mathrm{score}(q, k) = v \cdot \tanh( q W_q + k W_k )$$
#
# and query and key may have different lengths. **All pairs** are needed: each of the `T` queries with each of the `S`
# keys, of its own sequence. No loops: two axes of length 1 in the right place, and PyTorch broadcasts.


# %% exercise="additive_scores"
def additive_scores(q, k, Wq, Wk, v):
    """Score every query against every key with a small network.

    q: (B, T, d_q). k: (B, S, d_k). Wq: (d_q, h). Wk: (d_k, h). v: (h,).
    Returns the scores (B, T, S), before any softmax. Leaves its inputs as they were.
    """
    ### BEGIN SOLUTION
    hidden = torch.tanh((q @ Wq)[:, :, None] + (k @ Wk)[:, None])  # (B, T, 1, h) + (B, 1, S, h)
    return hidden @ v  # (B, T, S)
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
# A veces las primeras claves se guardaron de antes y solo llegan las últimas `T` consultas: entonces `S > T`, y **la
# última consulta es la de la última clave**. Con `T = 2` y `S = 4`:
#
# ```
# ✓ ✓ ✓ ·
# ✓ ✓ ✓ ✓
# ```

# %% [markdown] lang="en"
# ## 4.5 No looking ahead
#
# **Difficulty 2 of 5 · 15 minutes.** When writing word by word, the one at place $t$ may only look at what is written up
# to it, **itself included**. With as many keys as queries it is a triangle:
#
# ```
# ✓ · ·
# ✓ ✓ ·
# ✓ ✓ ✓
# ```
#
# At times the first keys were kept from before, and only the last `T` queries come: then `S > T`, and **the last query is
# that of the last key**. With `T = 2` and `S = 4`:
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
print(causal_mask(3).int())  # by hand: the triangle of above
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
# for all queries and all heads. That is why the shape is `(B, 1, 1, S)`, which stretches by itself over scores
# `(B, H, T, S)`.


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
# se parten los `D` números de **cada** símbolo en `H` tramos seguidos de `d = D / H`, y la cabeza `h` se queda el tramo
# `h`, de todos los símbolos. De `(B, T, D)` sale `(B, H, T, d)`.
#
# Ojo: un solo `reshape` a `(B, H, T, d)` da la forma pedida y los números cambiados de sitio. `reshape` no mueve
# números: los vuelve a contar en el mismo orden. Para que la cabeza pase delante del tiempo hay que **cambiar ejes**.

# %% [markdown] lang="en"
# ## 4.7 Sharing out among heads
#
# **Difficulty 3 of 5 · 20 minutes.** A single look averages. With several **heads**, each looks somewhere: the `D`
# numbers of **each** symbol are cut into `H` stretches in a row of `d = D / H`, and head `h` keeps stretch `h`, of all
# symbols. From `(B, T, D)` comes `(B, H, T, d)`.
#
# Beware: a single `reshape` to `(B, H, T, d)` gives the shape asked for and the numbers in the wrong places. `reshape`
# does not move numbers: it counts them again in the same order. For the head to go before time, **axes must be
# swapped**.


# %% exercise="split_heads"
def split_heads(x, H):
    """Give each head its stretch of every symbol.

    x: (B, T, D) tensor. H: heads; it divides D. Returns a tensor (B, H, T, D / H): head h sees the
    numbers from h * D / H to (h + 1) * D / H of each symbol. Leaves x as it was.
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
# **Difficulty 2 of 5 · 10 minutes.** And the way back: what each head brings, `(B, H, T, d)`, is put in a row, head 0
# first, and is `(B, T, D)` again.


# %% exercise="merge_heads"
def merge_heads(x):
    """Put what the heads bring in a row, for each symbol: the inverse of split_heads.

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
# **Difficulty 4 of 5 · 35 minutes.** All together. Four linear layers: `to_q`, `to_k` and `to_v` take what comes in, of
# `d_in` numbers a symbol, to `d_model`; `to_out` mixes at the end what the heads bring, from `d_model` to `d_model`. In
# between: share out, let each head look on its own, put together.
#
# `query` may come from one sequence, and `key` and `value` from another: then `T` and `S` differ. If the three are the
# same, it is **self-attention**.

# %%
continue_with("attention", "split_heads", "merge_heads")


# %% exercise="multi_head_attention"
class MultiHeadAttention(nn.Module):
    """Let queries look at keys with several heads at once.

    d_model: numbers a symbol inside and on leaving; H: heads, which divides d_model. d_in: numbers a
    symbol on coming in; None means d_model. bias: whether the four linear layers have one.
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
# ## 4.11 Del revés
#
# **Dificultad 4 de 5 · 40 minutos.** La prueba: leer quince símbolos y escribirlos **del revés**. Sin atención, todo tiene
# que caber en el último estado del codificador. Escribe `Translator`:
#
# 1. `embedding`, un `nn.Embedding` de `vocab_size + 1` símbolos a `d_embed` números: el símbolo de más, el `vocab_size`,
#    es el de empezar a escribir. Sirve para las dos redes;
# 2. `encoder`, una `nn.GRU` **de dos direcciones** (`bidirectional=True`), de `d_embed` a `d_hidden`, con
#    `batch_first=True`. Sus salidas tienen `2 * d_hidden` números: lo leído desde la izquierda y desde la derecha;
# 3. `decoder`, una `nn.GRU` de una dirección, de `d_embed` a `2 * d_hidden`, con `batch_first=True`. Empieza en el último
#    estado del codificador: el de la dirección de ida y el de la de vuelta, en fila y en este orden;
# 4. `W`, un `nn.Parameter` de forma `(2 * d_hidden, 2 * d_hidden)` que nace pequeño, `0.1 * torch.randn(...)`; con él,
#    `attend`;
# 5. `head`, un `nn.Linear` de `4 * d_hidden` a `vocab_size`: recibe el estado del decodificador y el contexto, en fila y
#    en este orden.
#
# Al entrenar, el decodificador recibe lo que debía haber escrito hasta ahora, y se le pide lo siguiente. Aquí no hay
# relleno: todas las frases miden lo mismo.
#
# **La prueba**: 600 lotes de 64 secuencias nuevas. Después, la red escribe sola. Hace falta que salgan **enteras y sin un
# fallo** el 90 % de las secuencias, y que el peso medio en el símbolo que toca sea de 0,75 o más. La misma red sin
# atención, con los mismos lotes, no llega al 10 %.

# %% [markdown] lang="en"
# ## 4.11 Backwards
#
# **Difficulty 4 of 5 · 40 minutes.** The test: read fifteen symbols and write them **backwards**. Without attention, all
# of it must fit in the last state of the encoder. Write `Translator`:
#
# 1. `embedding`, an `nn.Embedding` from `vocab_size + 1` symbols to `d_embed` numbers: the extra symbol, `vocab_size`, is
#    the one that says to begin writing. It serves both networks;
# 2. `encoder`, an `nn.GRU` **of two directions** (`bidirectional=True`), from `d_embed` to `d_hidden`, with
#    `batch_first=True`. Its outputs have `2 * d_hidden` numbers: what was read from the left and from the right;
# 3. `decoder`, an `nn.GRU` of one direction, from `d_embed` to `2 * d_hidden`, with `batch_first=True`. It begins at the
#    last state of the encoder: that of the forward direction and that of the backward one, in a row and in this order;
# 4. `W`, an `nn.Parameter` of shape `(2 * d_hidden, 2 * d_hidden)` that is born small, `0.1 * torch.randn(...)`; with it,
#    `attend`;
# 5. `head`, an `nn.Linear` from `4 * d_hidden` to `vocab_size`: it takes the state of the decoder and the context, in a
#    row and in this order.
#
# In training, the decoder receives what it should have written so far, and is asked for what comes next. There is no
# padding here: all sentences have one length.
#
# **The test**: 600 batches of 64 new sequences. Then the network writes on its own. 90% of the sequences must come out
# **whole and without a mistake**, and the mean weight on the symbol that is due must be 0.75 or more. The same network without
# attention, with the same batches, does not reach 10%.

# %%
continue_with("attend")


# %% exercise="translator"
class Translator(nn.Module):
    """Read a sequence with one network and write another with a second one that looks at the first.

    vocab_size: symbols; ids go from 0 to vocab_size - 1, and vocab_size says to begin. d_embed:
    numbers a symbol. d_hidden: numbers of state of each direction of the encoder.
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
# Míralo por dentro. `Bottleneck` es la misma red sin atención. `reversal` entrena una red y da su acierto, secuencias
# enteras, escribiendo sola; `written` da además los pesos de la última secuencia.

# %% [markdown] lang="en"
# See it from the inside. `Bottleneck` is the same network without attention. `reversal` trains a network and gives its
# share of whole sequences right, writing on its own; `written` also gives the weights of the last sequence.

# %%
continue_with("Translator")


class Bottleneck(nn.Module):
    """Read and write as the Translator does, but with nothing to look at except the last state."""

    def __init__(self, vocab_size, d_embed=16, d_hidden=32):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size + 1, d_embed)
        self.encoder = nn.GRU(d_embed, d_hidden, batch_first=True, bidirectional=True)
        self.decoder = nn.GRU(d_embed, 2 * d_hidden, batch_first=True)
        self.head = nn.Linear(2 * d_hidden, vocab_size)

    def forward(self, source, target):
        _, last = self.encoder(self.embedding(source))
        h, _ = self.decoder(self.embedding(target), last.transpose(0, 1).flatten(1)[None])
        return self.head(h), None


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
figure, ax = new_figure(height=4.2, width=5)
ax.imshow(weights[0], cmap="Blues", vmin=0, vmax=1)
ax.set(xticks=range(15), xticklabels=source[0].tolist(), yticks=range(15), yticklabels=ids[0].tolist(),
       xlabel=label("lo que lee", "what it reads"),
       ylabel=label("lo que escribe", "what it writes"))  # fmt: skip
ax.grid(False)
on_the_line = weights[0].flip(1).diagonal().mean().item()
alt = label("Pesos al escribir cada símbolo. Peso medio en la antidiagonal: ",
            "Weights when writing each symbol. Mean weight on the anti-diagonal: ")  # fmt: skip
show(figure, f"{alt}{on_the_line:.2f}")

# %% [markdown] lang="es"
# Nadie le dijo a qué sitio mirar. Cada fila es un símbolo escrito, y su peso está en el símbolo leído que le toca: el
# último primero.

# %% [markdown] lang="en"
# Nobody told it where to look. Each row is a symbol written, and its weight is on the symbol read that is due: the last
# one first.

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
# - a) Los pesos salen casi iguales y la red no se decide.
# - b) Un error de PyTorch, porque la softmax se desborda.
# - c) Nada: los pesos de las capas lo compensan desde el primer paso.
# - d) Cada consulta pone casi todo su peso en una clave al azar, y por la softmax apenas vuelve gradiente.
#
# **q3.** Cambias el orden de las claves y, del mismo modo, el de los valores. ¿Qué le pasa a la salida?
#
# - a) Nada: es una suma, y no importa en qué orden se sume.
# - b) Se reordena igual que las claves.
# - c) Cambia del todo.
# - d) Solo cambia si hay máscara causal, aunque la máscara se reordene también.
#
# **q4.** En autoatención sin máscara ni posiciones, cambias de orden las palabras de la frase. ¿Qué pasa?
#
# - a) Cada palabra recibe otra salida, porque sus vecinas son otras.
# - b) Las salidas son las mismas, en el orden nuevo: para la red es la misma bolsa de palabras.
# - c) Salen todas iguales.
# - d) La red nota el cambio, pero hay que entrenarla más.
#
# **q5.** La máscara se aplica después de la softmax, poniendo a 0 los pesos prohibidos, y nada más. ¿Qué falla?
#
# - a) Nada: el resultado es el mismo.
# - b) Los pesos permitidos ya no suman 1: parte se la quedó lo prohibido.
# - c) Salen `nan`.
# - d) El futuro se ve igual de bien que antes.
#
# **q6.** Un modelo con máscara causal baja a una pérdida de 0,0001 en el primer minuto, prediciendo la palabra siguiente
# de textos que nunca ha visto. ¿Qué sospechas?
#
# - a) Que el texto es muy fácil.
# - b) Que hay demasiadas cabezas.
# - c) Que la tasa de aprendizaje es muy baja.
# - d) Que la máscara deja ver la respuesta: quizá está corrida un sitio, o no se usa.
#
# **q7.** Con `d_model` fijo pasas de 1 cabeza a 8. ¿Cuántos parámetros más tiene la capa?
#
# - a) Ninguno: los mismos números se reparten entre más cabezas.
# - b) 8 veces más.
# - c) 7 matrices más de salida.
# - d) 64 veces más.
#
# **q8.** `x` es `(B, T, D)` y escribes `x.reshape(B, H, T, D // H)`. ¿Qué ve la cabeza 0?
#
# - a) El primer tramo de números de cada símbolo, como debe ser.
# - b) Todos los números de los primeros símbolos, cortados en trozos que hacen de símbolos.
# - c) Un error: las formas no encajan.
# - d) Los símbolos en orden inverso.
#
# **q9.** Doblas el largo del texto. ¿Qué le pasa a la matriz de pesos de una cabeza?
#
# - a) Tiene el doble de números.
# - b) No cambia: depende de `d_model`.
# - c) Tiene cuatro veces más números.
# - d) Tiene los mismos, pero cada uno cuesta el doble.
#
# **q10.** Una red traduce y su mapa de atención no está en la diagonal: al escribir la palabra 3 mira a la 4 de la frase
# leída. ¿Qué concluyes?
#
# - a) Que hay un error en la máscara.
# - b) Que traduce mal: la palabra 3 viene siempre de la 3.
# - c) Que puede ser lo correcto (los idiomas ordenan distinto) y que, además, el estado 4 de un codificador recurrente también
#   sabe de la palabra 3.
# - d) Que la palabra 4 es la causa de la 3: el mapa lo demuestra.

# %% [markdown] lang="en"
# ## 4.12 Questions
#
# **20 minutes.** Ten questions with a single right option. If you miss any, the panel tells you why that option cannot
# be, one at a time: the first one missed carries its reason; the others, a dash, until you mend it.
#
# **q1.** Queries and keys of $d = 400$ independent numbers, of mean 0 and variance 1. Which standard deviation has
# $q \cdot k$?
#
# - a) 1
# - b) 20
# - c) 400
# - d) It depends on how many keys there are.
#
# **q2.** You forget to divide by $\sqrt{d}$ with $d = 512$. What do you see when training begins?
#
# - a) The weights come out nearly equal, and the network cannot decide.
# - b) An error from PyTorch, for the softmax overflows.
# - c) Nothing: the weights of the layers make up for it from the first step.
# - d) Each query puts nearly all its weight on a key at random, and hardly any gradient comes back through the softmax.
#
# **q3.** You change the order of the keys and, in the same way, that of the values. What happens to the output?
#
# - a) Nothing: it is a sum, and the order of adding does not matter.
# - b) It is reordered as the keys are.
# - c) It changes altogether.
# - d) It only changes if there is a causal mask, even if the mask is reordered too.
#
# **q4.** In self-attention with neither mask nor positions, you change the order of the words of the sentence. What
# happens?
#
# - a) Each word gets another output, for its neighbours are others.
# - b) The outputs are the same, in the new order: to the network it is the same bag of words.
# - c) All of them come out equal.
# - d) The network notices the change, but has to be trained for longer.
#
# **q5.** The mask is applied after the softmax, setting the forbidden weights to 0, and nothing else. What is wrong?
#
# - a) Nothing: the result is the same.
# - b) The allowed weights no longer add up to 1: the forbidden ones took a part.
# - c) `nan` comes out.
# - d) The future is seen as well as before.
#
# **q6.** A model with a causal mask falls to a loss of 0.0001 in the first minute, predicting the next word of texts that
# it has never seen. What do you suspect?
#
# - a) That the text is very easy.
# - b) That there are too many heads.
# - c) That the learning rate is very low.
# - d) That the mask lets the answer be seen: perhaps it is one place off, or is not used.
#
# **q7.** With `d_model` fixed you go from 1 head to 8. How many more parameters does the layer have?
#
# - a) None: the same numbers are shared out among more heads.
# - b) 8 times as many.
# - c) 7 output matrices more.
# - d) 64 times as many.
#
# **q8.** `x` is `(B, T, D)` and you write `x.reshape(B, H, T, D // H)`. What does head 0 see?
#
# - a) The first stretch of numbers of each symbol, as it should.
# - b) All the numbers of the first symbols, cut into pieces that pass for symbols.
# - c) An error: the shapes do not fit.
# - d) The symbols in reverse order.
#
# **q9.** You double the length of the text. What happens to the matrix of weights of a head?
#
# - a) It has twice as many numbers.
# - b) It does not change: it depends on `d_model`.
# - c) It has four times as many numbers.
# - d) It has as many, but each costs twice as much.
#
# **q10.** A network translates, and its attention map is not on the diagonal: when writing word 3 it looks at word 4 of
# the sentence it read. What do you conclude?
#
# - a) That there is a bug in the mask.
# - b) That it translates badly: word 3 always comes from word 3.
# - c) That it may be right (languages order words differently) and that, besides, state 4 of a recurrent encoder knows about
#   word 3 too.
# - d) That word 4 is the cause of word 3: the map proves it.


# %% exercise="quiz_attention"
def quiz_attention():
    """Return your answers, a dict of one letter per question: {"q1": "a", "q2": ...} up to "q10"."""
    ### BEGIN SOLUTION
    return {
        "q1": "b", "q2": "d", "q3": "a", "q4": "b", "q5": "b",
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
# longer than those of training? And if the encoder reads in one direction only: which way does the map shift? And if
# there is no division by the root, or the score is the additive one? How many numbers of state does `Bottleneck` need to
# catch up with `Translator`? And if the task is not reversing, but sorting, or copying?
#
# Below is an example that makes the sequence shorter. Change that cell into your experiment; you may add as many cells
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
# 4, 0,98 con atención y 0,96 sin ella (de 0,95 a 0,97): casi lo mismo. Con 8, 0,82 y 0,13, y las semillas no se apartan más
# de 0,06. La atención hace falta por el largo y no por la tarea. No demuestra que `Bottleneck` no pueda con 8: quizá le
# faltan lotes o estado.
#
# **Marking guide** (3 points). *1 point*: a question that the experiment can answer and a prediction written
# beforehand, with its reason; a wrong prediction is worth as much. *1 point*: a clean comparison: one thing changes,
# three seeds or more, accuracy on new sequences, a figure or table with axes and names. *1 point*: the conclusion
# follows from the numbers and is held against the variation between seeds; at least one limit is named (fixed steps, a
# single `lr`, a single size of state…).
#
# *An example worth three points.* Question: from which length on is attention needed? I expected that with 4 symbols the
# last state would do, for they are few, and with 8 no longer. I changed only the length and the network; three seeds, 100
# batches, the same `lr`. With 4, 0.98 with attention and 0.96 without (from 0.95 to 0.97): nearly the same. With 8, 0.82 and
# 0.13, and seeds are no more than 0.06 apart. Attention is needed because of the length and not of the task. It does not
# prove that `Bottleneck` cannot do 8: perhaps it lacks batches or state.
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
