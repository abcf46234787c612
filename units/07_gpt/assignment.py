# %% [markdown] lang="es"
# # Tarea 7 · GPT
#
# Vas a construir un modelo que escribe, de los bytes a la última palabra. La **parte 1** (2 horas) corta el texto en
# piezas; la **parte 2** (casi 2) hace el modelo, que recuerda lo que ya leyó; la **parte 3** (4 horas) lo hace escribir,
# lo mide y lo entrena.
#
# Se trabaja como siempre: escribe donde pone `raise NotImplementedError`, ejecuta `check(...)` cuantas veces quieras y
# pide ideas con `hint(...)`. `continue_with(...)` conserva lo tuyo si está bien y, si no, pone lo del curso.
#
# Las letras de las formas: `B` textos a la vez, `T` piezas de cada uno, `P` piezas ya leídas, `H` cabezas, `D` números
# por pieza, `d = D / H` números por cabeza, `V` piezas del vocabulario. Una *pieza* es lo que las bibliotecas llaman
# *token*.

# %% [markdown] lang="en"
# # Assignment 7 · GPT
#
# You are going to build a model that writes, from the bytes to the last word. **Part 1** (2 hours) cuts text into pieces;
# **part 2** (nearly 2) makes the model, which remembers what it has read; **part 3** (4 hours) makes it write, measures
# it and trains it.
#
# You work as always: write where it says `raise NotImplementedError`, run `check(...)` as often as you like, and ask for
# ideas with `hint(...)`. `continue_with(...)` keeps your version if it is right, and otherwise swaps in the course's.
#
# The letters of the shapes: `B` texts at a time, `T` pieces of each, `P` pieces read before, `H` heads, `D` numbers per
# piece, `d = D / H` numbers per head, `V` pieces of the vocabulary. A *piece* is what libraries call a *token*.

# %%
import math
import re
from collections import Counter
from itertools import pairwise

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from atiende import label
from atiende.data import Vocabulary, make_sentences
from atiende.plots import plot_scores
from autograder import check, continue_with, hint

PIECE = re.compile(r" ?\w+| ?[^\w\s]+|\s")  # a word or marks, with the space before it; or one blank

# %% [markdown] lang="es"
# # Parte 1 · Del texto a los números
#
# ## 7.1 Unir una pareja
#
# **Dificultad 2 de 5 · 10 minutos.** El texto empieza como bytes, números de 0 a 255. Aprender piezas es **unir** dos
# vecinas que salen mucho juntas y darles un número nuevo. Escribe esa unión: recorre la lista de izquierda a derecha, y
# donde encuentres la pareja entera, pon `new`. Un número que ya se ha unido no vale para la unión siguiente: en
# `[7, 7, 7]` la pareja `(7, 7)` se une una sola vez, la primera.

# %% [markdown] lang="en"
# # Part 1 · From text to numbers
#
# ## 7.1 Merging a pair
#
# **Difficulty 2 of 5 · 10 minutes.** Text begins as bytes, numbers from 0 to 255. To learn pieces is to **merge** two
# neighbours that often occur together, and to give them a new number. Write that merge: go over the list from left to
# right and, where you find the whole pair, put `new`. A number already merged cannot be part of the next merge: in
# `[7, 7, 7]` the pair `(7, 7)` is merged only once, the first time.


# %% exercise="merge_pair"
def merge_pair(ids, pair, new):
    """Return a new list in which every `pair` of neighbours is one id, `new`, from left to right.

    ids: list of integers. pair: tuple of two integers. Leaves ids as it was.
    """
    ### BEGIN SOLUTION
    joined, at = [], 0
    while at < len(ids):
        if tuple(ids[at : at + 2]) == tuple(pair):
            joined.append(new)
            at += 2
        else:
            joined.append(ids[at])
            at += 1
    return joined
    ### END SOLUTION


# %%
print(merge_pair([5, 8, 5, 8, 8], (5, 8), 300))  # by hand: [300, 300, 8]
print(merge_pair([7, 7, 7], (7, 7), 300))  # by hand: [300, 7]

# %% test="merge_pair" points=2
check(merge_pair)

# %% [markdown] lang="es"
# ## 7.2 Aprender las uniones
#
# **Dificultad 4 de 5 · 45 minutos.** La codificación por parejas de bytes (*byte-pair encoding*, BPE) se aprende así
# ([Sennrich y otros, 2016](https://arxiv.org/abs/1508.07909)):
#
# 1. Cada texto se parte en palabras con `PIECE.findall(text)`: cada una lleva delante su espacio. Ninguna unión cruza de
#    una palabra a otra. Se cuenta cuántas veces sale cada palabra, en todos los textos juntos.
# 2. Cada palabra pasa a sus bytes UTF-8: `list(word.encode())`.
# 3. Se cuentan todas las parejas de vecinos, también las que se solapan (en `aaa` hay dos `(97, 97)`, aunque luego solo
#    se una una), **tantas veces como salga su palabra**. Gana la más frecuente; si hay empate, **la mayor**, como se
#    comparan las tuplas: primero el primer número, luego el segundo.
# 4. Esa pareja se une en todas las palabras. La unión número `n`, contando desde 0, recibe el id `256 + n`.
# 5. Y otra vez desde 3, `n_merges` veces, o hasta que no queden parejas.

# %% [markdown] lang="en"
# ## 7.2 Learning the merges
#
# **Difficulty 4 of 5 · 45 minutes.** Byte-pair encoding (BPE) is learnt like this
# ([Sennrich and others, 2016](https://arxiv.org/abs/1508.07909)):
#
# 1. Each text is cut into words with `PIECE.findall(text)`: each keeps the space before it. No merge crosses from one word
#    to another. Count how often each word occurs, in all texts together.
# 2. Each word becomes its UTF-8 bytes: `list(word.encode())`.
# 3. Count all pairs of neighbours, overlapping ones too (in `aaa` there are two `(97, 97)`, though only one will be
#    merged), **as many times as their word occurs**. The most frequent one wins; if there is a tie, **the greatest**, as
#    tuples are compared: first the first number, then the second.
# 4. That pair is merged in all words. Merge number `n`, counted from 0, gets the id `256 + n`.
# 5. Repeat from 3, `n_merges` times, or until there are no pairs left.

# %%
continue_with("merge_pair")


# %% exercise="train_bpe"
def train_bpe(texts, n_merges):
    """Learn a byte-pair encoding: return its merges, a list of up to n_merges tuples (id, id), in order.

    texts: list of strings. Ids 0 to 255 are bytes; 256 + n is the n-th merge, counted from 0.
    """
    ### BEGIN SOLUTION
    counts = Counter(word for text in texts for word in PIECE.findall(text))
    words = [(list(word.encode()), count) for word, count in counts.items()]
    merges = []
    for n in range(n_merges):
        pairs = Counter()
        for ids, count in words:
            for pair in pairwise(ids):
                pairs[pair] += count
        if not pairs:
            break
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        words = [(merge_pair(ids, best, 256 + n), count) for ids, count in words]
        merges.append(best)
    return merges
    ### END SOLUTION


# %%
print(train_bpe(["aab aab"], 2))
# by hand: the words are "aab" and " aab". Twice each: (97, 97) and (97, 98). Of these the greatest is (97, 98), which
# becomes 256. Now (97, 256) occurs twice: [(97, 98), (97, 256)]
print(train_bpe(["ñ"], 9))  # by hand: two bytes, so a single pair: [(195, 177)]

# %% test="train_bpe" points=7
check(train_bpe)

# %% [markdown] lang="es"
# ## 7.3 Codificar
#
# **Dificultad 4 de 5 · 35 minutos.** Con las uniones aprendidas, cualquier texto pasa a ids. Primero se apartan los textos
# **especiales**, como `<end>`, que dice «aquí acaba»: no se cortan ni se unen con nada, y `specials[k]` recibe el id
# `256 + len(merges) + k`. Si en un mismo sitio caben dos, gana el más largo.
#
# Lo que queda entre ellos se corta con `PIECE.findall`. En cada palabra, empieza por sus bytes y, mientras se pueda, une
# la pareja que se aprendió **antes** (la de menor número en `merges`), en toda la palabra. No es lo mismo que buscar la
# pieza más larga.

# %% [markdown] lang="en"
# ## 7.3 Encoding
#
# **Difficulty 4 of 5 · 35 minutes.** Once the merges are learnt, any text can become ids. First, **special** texts are set
# apart, such as `<end>`, which says “it ends here”: they are neither cut nor merged with anything, and `specials[k]` gets
# the id `256 + len(merges) + k`. If two match at the same place, the longest wins.
#
# What is left between them is cut with `PIECE.findall`. In each word, begin with its bytes and, as long as possible, merge
# the pair that was learnt **first** (the one with the lowest number in `merges`), in the whole word. It is not the same as
# looking for the longest piece.

# %%
continue_with("merge_pair", "train_bpe")


# %% exercise="bpe_encode"
def bpe_encode(text, merges, specials=()):
    """Return the ids of a text, a list of integers.

    merges: list of tuples (id, id), as train_bpe gives them. specials: sequence of strings, none empty.
    """
    ### BEGIN SOLUTION
    ranks = {tuple(pair): rank for rank, pair in enumerate(merges)}
    longest_first = sorted(specials, key=len, reverse=True)
    parts = re.split("(" + "|".join(map(re.escape, longest_first)) + ")", text) if specials else [text]
    found = []
    for part in parts:
        if part in specials:
            found.append(256 + len(merges) + list(specials).index(part))
            continue
        for word in PIECE.findall(part):
            ids = list(word.encode())
            while known := [ranks[pair] for pair in pairwise(ids) if pair in ranks]:
                ids = merge_pair(ids, merges[min(known)], 256 + min(known))
            found += ids
    return found
    ### END SOLUTION


# %%
merges = [(97, 98), (98, 99)]  # "ab" was learnt first, then "bc"
print(bpe_encode("abc", merges))  # by hand: "ab" goes first, and no "bc" is left: [256, 99]
print(bpe_encode("bc<end>", merges, ["<end>"]))  # by hand: [257, 258]

# %% test="bpe_encode" points=6
check(bpe_encode)

# %% [markdown] lang="es"
# ## 7.4 Decodificar
#
# **Dificultad 2 de 5 · 15 minutos.** La vuelta. Cada id es una tira de bytes: un byte, o las dos mitades de su unión
# seguidas (que pueden ser uniones también), o los de un especial. Júntalos **todos** y conviértelos en texto **al
# final**: una «ñ» puede tener un byte en una pieza y otro en la siguiente. Los bytes que no forman texto se cambian por
# `�`: `.decode(errors="replace")`.

# %% [markdown] lang="en"
# ## 7.4 Decoding
#
# **Difficulty 2 of 5 · 15 minutes.** The way back. Each id is a string of bytes: one byte, or the two halves of its
# merge one after the other (which may be merges too), or those of a special. Put them **all** together and turn them into
# text **at the end**: an “ñ” may have one byte in one piece and another in the next. Bytes that are not valid text are
# replaced by `�`: `.decode(errors="replace")`.


# %% exercise="bpe_decode"
def bpe_decode(ids, merges, specials=()):
    """Return the text of a list of ids, a string; bytes that make no text become `�`.

    merges, specials: as in bpe_encode.
    """
    ### BEGIN SOLUTION
    pieces = [bytes([n]) for n in range(256)]
    for left, right in merges:
        pieces.append(pieces[left] + pieces[right])
    pieces += [text.encode() for text in specials]
    return b"".join(pieces[n] for n in ids).decode(errors="replace")
    ### END SOLUTION


# %%
print(bpe_decode([256, 111, 257], [(195, 177)], ["<end>"]))  # by hand: ño<end>
print(bpe_decode([195, 111], []))  # by hand: 195 waits for a second byte that does not come: �o

# %% test="bpe_decode" points=3
check(bpe_decode)

# %% [markdown] lang="es"
# ## 7.5 Ventanas
#
# **Dificultad 2 de 5 · 15 minutos.** El texto entero es una fila de `N` ids. Un ejemplo es una ventana de `length` ids
# que empieza en un sitio al azar, y su respuesta, la misma ventana **un id más allá**. Cualquier comienzo que quepa ha
# de poder salir, el último también, y todos con la misma probabilidad.

# %% [markdown] lang="en"
# ## 7.5 Windows
#
# **Difficulty 2 of 5 · 15 minutes.** The whole text is a row of `N` ids. An example is a window of `length` ids that
# begins at a random place, and its answer is the same window **one id further on**. Any start that fits must be possible,
# the last one too, and all with the same probability.


# %% exercise="get_batch"
def get_batch(ids, batch_size, length, rng):
    """Draw windows of a text: return x and y, int64 tensors (batch_size, length); y is x one id later.

    ids: int64 tensor (N,), N greater than length. rng: np.random.Generator.
    """
    ### BEGIN SOLUTION
    starts = torch.from_numpy(rng.integers(len(ids) - length, size=(batch_size, 1)))
    at = starts + torch.arange(length)  # (B, T)
    return ids[at], ids[at + 1]
    ### END SOLUTION


# %%
x, y = get_batch(torch.arange(10, 15), batch_size=3, length=4, rng=np.random.default_rng(0))
print(x, y)  # by hand: only one window of 4 has an answer: 10 to 13, and 11 to 14

# %% test="get_batch" points=4
check(get_batch)

# %% [markdown] lang="es"
# # Parte 2 · El modelo
#
# ## 7.6 Atención que recuerda
#
# **Dificultad 4 de 5 · 35 minutos.** En un modelo que escribe, una pieza solo mira a las de antes y a sí misma; así que
# sus claves y sus valores **no cambian** cuando llega otra. Se guardan, y la siguiente llamada solo trae lo nuevo: la
# caché de claves y valores (*KV cache*).
#
# `past` es la pareja `(k, v)` de las `P` piezas leídas antes, cada una `(B, H, P, d)`, o `None`. Pon lo guardado
# **delante** de lo nuevo. Después, la atención de la tarea 4, con su escala $1/\sqrt{d}$ y su máscara causal. Ojo con la
# máscara: cuando hay pasado, la primera consulta nueva es la pieza `P`, y puede mirar a `P + 1` claves.

# %% [markdown] lang="en"
# # Part 2 · The model
#
# ## 7.6 Attention that remembers
#
# **Difficulty 4 of 5 · 35 minutes.** In a model that writes, a piece only looks at those before it and at itself; so its
# keys and values **do not change** when another one comes. They are kept, and the next call only brings what is new: the
# cache of keys and values (*KV cache*).
#
# `past` is the pair `(k, v)` of the `P` pieces read before, each of them `(B, H, P, d)`, or `None`. Put what was kept
# **in front of** what is new. Then, the attention of assignment 4, with its scale $1/\sqrt{d}$ and its causal mask. Mind
# the mask: when there is a past, the first new query is piece `P`, and may look at `P + 1` keys.


# %% exercise="cached_attention"
def cached_attention(q, k, v, past=None):
    """Let T new pieces look at all before them and at themselves.

    q, k, v: (B, H, T, d), of the new pieces.
    past: None, or (k, v) of the P pieces before, (B, H, P, d) each.
    Returns (out, (k, v)): out (B, H, T, d), and the keys and values of all P + T pieces, in order.
    Leaves its inputs as they were.
    """
    ### BEGIN SOLUTION
    if past is not None:
        k, v = torch.cat([past[0], k], dim=2), torch.cat([past[1], v], dim=2)
    T, S = q.shape[2], k.shape[2]  # S = P + T
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])  # (B, H, T, S)
    seen = torch.ones(T, S, dtype=torch.bool, device=q.device).tril(S - T)
    return scores.masked_fill(~seen, float("-inf")).softmax(dim=-1) @ v, (k, v)
    ### END SOLUTION


# %%
zero, v = torch.zeros(1, 1, 3, 1), torch.tensor([[[[1.0], [3.0], [8.0]]]])
out, past = cached_attention(zero[:, :, :2], zero[:, :, :2], v[:, :, :2])
print(out.flatten())  # by hand: all scores alike, so means of what is seen: 1, and (1 + 3) / 2 = 2
out, past = cached_attention(zero[:, :, 2:], zero[:, :, 2:], v[:, :, 2:], past)
print(out.flatten(), past[1].flatten())  # by hand: (1 + 3 + 8) / 3 = 4; the values kept are 1, 3, 8

# %% test="cached_attention" points=7
check(cached_attention)

# %% [markdown] lang="es"
# ## 7.7 El bloque
#
# **Dificultad 3 de 5 · 25 minutos.** El del codificador de la tarea 5, en `pre`, con tres cambios: la atención mira solo
# hacia atrás; las tres proyecciones son **una** capa `to_qkv` de `D` a `3 * D`, que da consulta, clave y valor en ese
# orden; y la red usa GELU: `functional.gelu(..., approximate="tanh")`, y mide `4 * D` por dentro.
#
# Las capas: `norm1`, `to_qkv`, `to_out`, `norm2`, `widen`, `narrow`; las lineales, todas con sesgo. La cabeza 0 se lleva
# los `d` primeros rasgos de la consulta, de la clave y del valor; la 1, los `d` siguientes. Sin dropout.

# %% [markdown] lang="en"
# ## 7.7 The block
#
# **Difficulty 3 of 5 · 25 minutes.** The encoder's block from assignment 5, in `pre` form, with three changes: attention
# only looks backwards; the three projections are **one** layer `to_qkv` from `D` to `3 * D`, which gives query, key and
# value in that order; and the feed-forward part uses GELU: `functional.gelu(..., approximate="tanh")`, and is `4 * D` wide
# inside.
#
# The layers: `norm1`, `to_qkv`, `to_out`, `norm2`, `widen`, `narrow`; all the linear ones with a bias. Head 0 takes the
# first `d` features of the query, of the key and of the value; head 1, the next `d`. No dropout.

# %%
continue_with("cached_attention")


# %% exercise="decoder_block"
class DecoderBlock(nn.Module):
    """Look back, then think: x (B, T, d_model) to the same shape, with a memory of what was read.

    Layers: norm1, to_qkv (d_model to 3 * d_model), to_out, norm2, widen (to 4 * d_model), narrow.
    """

    def __init__(self, d_model, heads):
        super().__init__()
        ### BEGIN SOLUTION
        self.heads = heads
        self.norm1 = nn.LayerNorm(d_model)
        self.to_qkv = nn.Linear(d_model, 3 * d_model)
        self.to_out = nn.Linear(d_model, d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.widen = nn.Linear(d_model, 4 * d_model)
        self.narrow = nn.Linear(4 * d_model, d_model)
        ### END SOLUTION

    def forward(self, x, past=None):
        """past: as in cached_attention. Returns (x, past), the past with the new pieces behind."""
        ### BEGIN SOLUTION
        B, T, D = x.shape
        thirds = self.to_qkv(self.norm1(x)).split(D, dim=-1)  # q, k, v, each (B, T, D)
        q, k, v = (part.view(B, T, self.heads, D // self.heads).transpose(1, 2) for part in thirds)
        out, past = cached_attention(q, k, v, past)
        x = x + self.to_out(out.transpose(1, 2).reshape(B, T, D))
        hidden = functional.gelu(self.widen(self.norm2(x)), approximate="tanh")
        return x + self.narrow(hidden), past
        ### END SOLUTION


# %%
block = DecoderBlock(d_model=8, heads=2)
x = torch.randn(1, 5, 8)
whole, _ = block(x)
begun, past = block(x[:, :3])
ended, past = block(x[:, 3:], past)
print(torch.allclose(torch.cat([begun, ended], dim=1), whole, atol=1e-6))  # True
print(past[0].shape)  # by hand: (1, 2, 5, 4)

# %% test="decoder_block" points=5
check(DecoderBlock)

# %% [markdown] lang="es"
# ## 7.8 GPT
#
# **Dificultad 4 de 5 · 45 minutos.** El modelo entero, como [GPT-2](https://openai.com/index/better-language-models/):
#
# - `tokens`, un `nn.Embedding` de `V` filas, más `positions`, otro de `context` filas. Se suman, sin escala.
# - `blocks`, un `nn.ModuleList` de `DecoderBlock`, y `norm`, un `nn.LayerNorm` al final.
# - A la salida no hay capa nueva: las puntuaciones son lo que sale por la traspuesta de **la misma tabla**
#   `tokens.weight`, sin sesgo. Los dos usos comparten los pesos (*weight tying*).
# - Con pasado, las posiciones **siguen** donde quedaron: `past` es una lista con lo que devolvió cada bloque, o `None`.
# - Si entre lo leído antes y lo nuevo pasan de `context`, lanza `ValueError`; justo `context` piezas sí caben.
#
# Al nacer, todos los pesos de tablas y capas lineales tienen desviación estándar 0,02 y los sesgos son 0. Excepto las
# capas que **escriben** en la corriente residual, `to_out` y `narrow`: hay `2 * num_layers` de ellas, sus ruidos se
# suman, y por eso nacen con $0.02/\sqrt{2 L}$, donde $L$ es `num_layers`.

# %% [markdown] lang="en"
# ## 7.8 GPT
#
# **Difficulty 4 of 5 · 45 minutes.** The whole model, like [GPT-2](https://openai.com/index/better-language-models/):
#
# - `tokens`, an `nn.Embedding` of `V` rows, plus `positions`, another one of `context` rows. They are added, without
#   scale.
# - `blocks`, an `nn.ModuleList` of `DecoderBlock`, and `norm`, an `nn.LayerNorm` at the end.
# - There is no new layer at the output: the scores are what comes out times the transpose of **the same table**
#   `tokens.weight`, without bias. Both uses share the weights (*weight tying*).
# - With a past, the positions **go on** from where they stopped: `past` is a list of what each block returned, or `None`.
# - If the pieces read before plus the new ones exceed `context`, raise `ValueError`; just as many as `context` do fit.
#
# At initialisation, all weights of tables and linear layers have standard deviation 0.02 and biases are 0. Except the
# layers that **write** into the residual stream, `to_out` and `narrow`: there are `2 * num_layers` of them, their noises
# add up, and so their weights start with $0.02/\sqrt{2 L}$, where $L$ is `num_layers`.

# %%
continue_with("DecoderBlock")


# %% exercise="gpt"
class GPT(nn.Module):
    """Score the next piece at every place: ids (B, T) to logits (B, T, vocab_size).

    Attributes: tokens, positions, blocks, norm, and the number context. No other parameters.
    """

    def __init__(self, vocab_size, d_model, heads, num_layers, context):
        super().__init__()
        ### BEGIN SOLUTION
        self.context = context
        self.tokens = nn.Embedding(vocab_size, d_model)
        self.positions = nn.Embedding(context, d_model)
        self.blocks = nn.ModuleList(DecoderBlock(d_model, heads) for _ in range(num_layers))
        self.norm = nn.LayerNorm(d_model)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                writes = name.endswith(("to_out.weight", "narrow.weight"))
                nn.init.normal_(weight, std=0.02 / math.sqrt(2 * num_layers) if writes else 0.02)
            elif name.endswith("bias"):
                nn.init.zeros_(weight)
        ### END SOLUTION

    def forward(self, ids, past=None):
        """past: None, or the list of what each block returned before. Returns (logits, past).

        Raises ValueError where there are more than context pieces, those of the past included.
        """
        ### BEGIN SOLUTION
        begun = 0 if past is None else past[0][0].shape[2]
        end = begun + ids.shape[1]
        if end > self.context:
            raise ValueError(f"{end} pieces do not fit in a context of {self.context}")
        x = self.tokens(ids) + self.positions.weight[begun:end]
        kept = []
        for n, block in enumerate(self.blocks):
            x, keys_values = block(x, None if past is None else past[n])
            kept.append(keys_values)
        return self.norm(x) @ self.tokens.weight.T, kept
        ### END SOLUTION


# %%
model = GPT(vocab_size=50, d_model=16, heads=2, num_layers=2, context=12)
logits, past = model(torch.zeros(1, 7, dtype=torch.int64))
print(logits.shape, len(past), past[0][0].shape)  # by hand: (1, 7, 50), 2 blocks, (1, 2, 7, 8)
print(functional.cross_entropy(logits[0], torch.arange(7)).item(), math.log(50))
# near each other: it knows nothing yet

# %% test="gpt" points=9
check(GPT)

# %% [markdown] lang="es"
# # Parte 3 · Escribir, medir, entrenar
#
# ## 7.9 Con qué probabilidades se sortea
#
# **Dificultad 4 de 5 · 35 minutos.** De las puntuaciones a las probabilidades del sorteo, en tres pasos y en este orden:
#
# 1. **Temperatura**: las puntuaciones se dividen entre ella antes del softmax. Con 0, toda la probabilidad va a la mayor
#    (la primera, si empatan), y los pasos 2 y 3 no cambian nada.
# 2. **top-k**: se quedan las `top_k` piezas más probables y las demás valen 0. Si `top_k` es mayor que `V`, todas.
# 3. **top-p** o núcleo ([Holtzman y otros, 2020](https://arxiv.org/abs/1904.09751)): de lo que queda, **renormalizado**,
#    se toman de mayor a menor las piezas justas para que sumen al menos `top_p`. La que hace pasar la suma **se queda**,
#    así que siempre hay una al menos.
#
# Al final, cada fila suma 1.

# %% [markdown] lang="en"
# # Part 3 · Writing, measuring, training
#
# ## 7.9 Sampling probabilities
#
# **Difficulty 4 of 5 · 35 minutes.** From the scores to the probabilities of the draw, in three steps and in this order:
#
# 1. **Temperature**: the scores are divided by it before the softmax. With 0, all the probability goes to the largest
#    (the first one, in a tie), and steps 2 and 3 change nothing.
# 2. **top-k**: the `top_k` likeliest pieces stay, and the others are 0. If `top_k` is greater than `V`, all stay.
# 3. **top-p** or nucleus ([Holtzman and others, 2020](https://arxiv.org/abs/1904.09751)): of what is left,
#    **renormalized**, take pieces from the likeliest down, just enough for them to add up to at least `top_p`. The one
#    that takes the sum past it **stays**, so there is always one at least.
#
# In the end, each row adds up to 1.


# %% exercise="next_probabilities"
def next_probabilities(logits, temperature=1.0, top_k=None, top_p=None):
    """Return the probabilities that the next piece is drawn with, (B, V), each row adding up to 1.

    logits: (B, V). temperature: float, 0 or more. top_k: integer, 1 or more, or None.
    top_p: float above 0 and up to 1, or None. Of equal scores at the edge of top_k or top_p, those of lower id stay.
    Leaves logits as they were.
    """
    ### BEGIN SOLUTION
    if temperature == 0:
        return functional.one_hot(logits.argmax(dim=-1), logits.shape[-1]).to(logits.dtype)
    p, order = (logits / temperature).softmax(dim=-1).sort(dim=-1, descending=True, stable=True)
    if top_k is not None:
        p[:, top_k:] = 0
    p = p / p.sum(dim=-1, keepdim=True)
    if top_p is not None:
        before = p.cumsum(dim=-1) - p  # what the likelier ones add up to
        p = p.masked_fill(before >= top_p, 0)
        p = p / p.sum(dim=-1, keepdim=True)
    return torch.zeros_like(p).scatter(-1, order, p)
    ### END SOLUTION


# %%
row = torch.log(torch.tensor([[0.1, 0.5, 0.4]]))  # softmax gives these back
print(next_probabilities(row, top_k=2))  # by hand: 0.5 / 0.9 and 0.4 / 0.9: [0, 0.556, 0.444]
print(next_probabilities(row, top_p=0.6))  # by hand: 0.5 falls short, so 0.4 comes in too: the same
print(next_probabilities(row, temperature=0.5))
# by hand: squares 0.01, 0.25, 0.16 over 0.42: [0.024, 0.595, 0.381]

# %% test="next_probabilities" points=8
check(next_probabilities)

# %% [markdown] lang="es"
# ## 7.10 Escribir
#
# **Dificultad 3 de 5 · 30 minutos.** El bucle que escribe. `model(ids, past)` devuelve `(logits, past)`, como en 7.8, y
# `choose(logits)` recibe las puntuaciones tras la última pieza, `(B, V)`, y elige una pieza por fila, `(B,)`.
#
# - La primera llamada lee el principio entero, o sus últimas `model.context` piezas si es más largo.
# - Después, cada llamada lleva **solo la pieza nueva** y el `past` de la anterior.
# - Cuando lo escrito ya no cabe en `model.context`, las posiciones de todas se mueven y lo guardado no sirve: se leen de
#   nuevo, sin pasado, las últimas `model.context` piezas, y así cada vez.
#
# Pon el modelo en `eval()` (déjalo así o devuélvelo como estaba: las dos cosas valen) y no guardes gradientes.

# %% [markdown] lang="en"
# ## 7.10 Writing
#
# **Difficulty 3 of 5 · 30 minutes.** The loop that writes. `model(ids, past)` returns `(logits, past)`, as in 7.8, and
# `choose(logits)` gets the scores after the last piece, `(B, V)`, and chooses one piece for each row, `(B,)`.
#
# - The first call reads the whole beginning, or its last `model.context` pieces if it is longer.
# - After that, each call passes **the new piece only** and the `past` of the one before.
# - When what is written no longer fits in `model.context`, every position shifts and the cache is useless: reread the last
#   `model.context` pieces without a past, at every step from then on.
#
# Put the model in `eval()` (leave it so, or give it back as it was: both are fine) and compute no gradients.


# %% exercise="generate"
def generate(model, ids, count, choose):
    """Continue texts by `count` pieces each: ids (B, T) to (B, T + count), the beginning included.

    model: model(ids, past) gives (logits, past); model.context is the most pieces that it reads.
    choose: a function of the scores (B, V) of the next piece to ids (B,).
    """
    ### BEGIN SOLUTION
    model.eval()
    with torch.no_grad():
        new, past = ids[:, -model.context :], None
        for _ in range(count):
            logits, past = model(new, past)
            new = choose(logits[:, -1])[:, None]  # (B, 1)
            ids = torch.cat([ids, new], dim=1)
            if ids.shape[1] > model.context:
                new, past = ids[:, -model.context :], None
    return ids
    ### END SOLUTION


# %%
class Counter9(nn.Module):
    """Say the number after the last one: a toy model to try your loop on; its past is how many pieces it has read."""

    context = 4

    def forward(self, ids, past=None):
        print(label("lee", "reads"), ids.tolist(), label("tras", "after"), past or 0)
        return functional.one_hot((ids + 1) % 10, 10).float(), (past or 0) + ids.shape[1]


print(generate(Counter9(), torch.tensor([[7, 8]]), 4, lambda logits: logits.argmax(dim=-1)))
# by hand: reads 7 8, then 9, then 0; then there are 5, which do not fit: 8 9 0 1 anew. [[7, 8, 9, 0, 1, 2]]

# %% test="generate" points=6
check(generate)

# %% [markdown] lang="es"
# ## 7.11 Búsqueda en haz
#
# **Dificultad 4 de 5 · 40 minutos.** Lo voraz toma la mejor pieza cada vez, y puede perder la mejor frase. El haz
# conserva `width` comienzos:
#
# 1. Al principio, un solo comienzo, vacío, con un total de 0.
# 2. En cada paso, cada comienzo vivo se alarga con las `V` piezas; su total es **la suma** de los logaritmos de las
#    probabilidades. De todos los alargados se quedan los `width` mejores. De esos, los que acaban en `eos` pasan a los
#    **acabados** y ya no crecen; los demás siguen vivos. Nadie ocupa el sitio de los que acaban.
# 3. Se para a los `max_len` pasos, o cuando no queda ninguno vivo; y no antes, aunque haya muchos acabados.
#
# Los resultados son los acabados y los que seguían vivos, con nota `total / len(ids) ** power` (el `eos` cuenta en el
# largo). Se devuelven los `width` de mejor nota, de mejor a peor. (No habrá empates.)

# %% [markdown] lang="en"
# ## 7.11 Beam search
#
# **Difficulty 4 of 5 · 40 minutes.** Greedy takes the best piece each time, and may miss the best sentence. The beam
# keeps `width` beginnings:
#
# 1. At first, a single beginning, empty, with a total of 0.
# 2. At each step, each living beginning is extended with each of the `V` pieces; its total is **the sum** of the logarithms
#    of the probabilities. Of all the extensions the `width` best stay. Of these, those that end in `eos` join the
#    **finished** and grow no more; the others stay alive. Nobody takes the place of those that end.
# 3. It stops after `max_len` steps, or when none is alive; and no sooner, however many have finished.
#
# The results are the finished ones and those that were still alive, with the score `total / len(ids) ** power` (`eos`
# counts in the length). The `width` with the best scores are returned, from best to worst. (There will be no ties.)


# %% exercise="beam_search"
def beam_search(next_log_p, width, max_len, eos=None, power=0.0):
    """Return a list of at most `width` pairs (ids, score), the best first.

    next_log_p: a function of a list of ids to the log-probabilities, a tensor (V,), of what follows it.
    width, max_len: integers, 1 or more. eos: the id that ends a sentence, or None. power: float.
    ids: list of integers, with its eos if it has one. score: float.
    """
    ### BEGIN SOLUTION
    alive, ended = [([], 0.0)], []
    for _ in range(max_len):
        grown = []
        for ids, total in alive:
            for piece, log_p in enumerate(next_log_p(ids).tolist()):
                grown.append(([*ids, piece], total + log_p))
        grown = sorted(grown, key=lambda one: one[1], reverse=True)[:width]
        ended += [one for one in grown if one[0][-1] == eos]
        alive = [one for one in grown if one[0][-1] != eos]
        if not alive:
            break
    scored = [(ids, total / len(ids) ** power) for ids, total in ended + alive]
    return sorted(scored, key=lambda one: one[1], reverse=True)[:width]
    ### END SOLUTION


# %%
table = {(): [0.6, 0.4], (0,): [0.5, 0.5], (1,): [0.9, 0.1]}
for width in (1, 2):
    ids, score = beam_search(lambda ids: torch.tensor(table[tuple(ids)]).log(), width, max_len=2)[0]
    print(width, ids, math.exp(score))
# by hand: greedy begins with 0 and gets 0.6 * 0.5 = 0.3; two beginnings find [1, 0], 0.4 * 0.9 = 0.36
for power in (0, 2):
    print(beam_search(lambda ids: torch.tensor(table[tuple(ids)]).log(), 2, 2, eos=0, power=power))
# by hand, if 0 ends: [0] ends at once, ln 0.6 = -0.51; [1] goes on and ends as [1, 0], ln 0.36 = -1.02
# with power 2: -0.51 / 1 and -1.02 / 4 = -0.26, and now the long one wins

# %% test="beam_search" points=7
check(beam_search)

# %% [markdown] lang="es"
# ## 7.12 Medir sin trampas
#
# **Dificultad 2 de 5 · 15 minutos.** La validación llega en lotes: cada uno con su pérdida media, en nats por pieza, y su
# número de piezas. Dos medidas:
#
# - la **perplejidad** por pieza: la exponencial de la media de **todas** las piezas. No es la media de las
#   perplejidades, ni la exponencial de la media de las pérdidas, si los lotes son desiguales;
# - los **nats por carácter**: el total de nats entre los caracteres del texto. Es la que sirve para comparar dos modelos
#   que cortan el texto de otra manera.

# %% [markdown] lang="en"
# ## 7.12 Measuring without cheating
#
# **Difficulty 2 of 5 · 15 minutes.** Validation comes in batches: each with its mean loss, in nats per piece, and its
# number of pieces. Two measures:
#
# - **perplexity** per piece: the exponential of the mean over **all** pieces. It is not the mean of the perplexities, nor
#   the exponential of the mean of the losses, if the batches are unequal;
# - **nats per character**: the total of nats over the characters of the text. It is the one to compare two models that
#   cut text in different ways.


# %% exercise="corpus_scores"
def corpus_scores(losses, counts, characters):
    """Return (perplexity per piece, nats per character), two floats.

    losses: list of the mean losses of batches, in nats per piece. counts: list of their numbers of pieces.
    characters: integer, the characters of the whole text.
    """
    ### BEGIN SOLUTION
    total = sum(loss * count for loss, count in zip(losses, counts, strict=True))
    return math.exp(total / sum(counts)), total / characters
    ### END SOLUTION


# %%
print(corpus_scores([math.log(2), math.log(16)], [3, 1], characters=7))
# by hand: 3 ln 2 + ln 16 = 7 ln 2 nats in 4 pieces: 2 ** (7 / 4) = 3.36; and ln 2 = 0.693 per character

# %% test="corpus_scores" points=3
check(corpus_scores)

# %% [markdown] lang="es"
# ## 7.13 ¿Escribe o copia?
#
# **Dificultad 2 de 5 · 15 minutos.** Una pérdida baja en entrenamiento puede ser memoria. Una prueba barata: de los
# trozos de `n` ids seguidos que hay en lo que escribió (n-gramas), qué parte está tal cual en el texto de entrenamiento.
# Cada sitio de la muestra cuenta, también si su trozo se repite. Si la muestra tiene menos de `n` ids, devuelve 0.

# %% [markdown] lang="en"
# ## 7.13 Does it write or copy?
#
# **Difficulty 2 of 5 · 15 minutes.** A low training loss may be memory. A cheap test: of the runs of `n` consecutive ids in
# what it wrote (n-grams), what share is in the training text word for word. Every position of the sample counts, even if
# its n-gram is a repeat. If the sample has fewer than `n` ids, return 0.


# %% exercise="ngram_overlap"
def ngram_overlap(sample, train, n):
    """Return the share, from 0 to 1, of the n-grams of sample that are in train too.

    sample, train: lists of integers. n: integer, 1 or more.
    """
    ### BEGIN SOLUTION
    known = {tuple(train[at : at + n]) for at in range(len(train) - n + 1)}
    grams = [tuple(sample[at : at + n]) for at in range(len(sample) - n + 1)]
    return sum(gram in known for gram in grams) / len(grams) if grams else 0.0
    ### END SOLUTION


# %%
print(ngram_overlap([1, 2, 3, 9, 1, 2], [5, 1, 2, 3], n=2))
# by hand: 12 yes, 23 yes, 39 no, 91 no, 12 yes: 0.6

# %% test="ngram_overlap" points=3
check(ngram_overlap)

# %% [markdown] lang="es"
# ## 7.14 Entrenar
#
# **Dificultad 4 de 5 · 45 minutos.** El bucle de siempre, con un truco de los modelos grandes: si el lote que quieres no
# cabe en memoria, se reparte en `accumulate` lotes pequeños y sus gradientes se **acumulan** antes de dar el paso. En
# cada paso:
#
# 1. `accumulate` veces: un lote de `get_batch(ids, batch_size, length, rng)`, la entropía cruzada media de la pieza
#    siguiente y su gradiente, **dividido entre** `accumulate`, para que la suma sea la media;
# 2. el gradiente se recorta a la longitud `max_norm` (`nn.utils.clip_grad_norm_`), **una vez**, al final;
# 3. un paso de `torch.optim.AdamW(model.parameters(), lr=lr, betas=(0.9, 0.95), weight_decay=0.1)`.
#
# Empieza con `model.train()` y acaba con `model.eval()`. Apunta, de cada paso, la media de sus `accumulate` pérdidas, como
# número. `batch_size` es el de cada lote pequeño.
#
# **La puerta**: 150 pasos de 24 ventanas de 48 caracteres, con el texto de abajo. La pérdida de validación ha de quedar
# al menos 0,6 nats por debajo de la de la tabla de bigramas del mismo texto.

# %% [markdown] lang="en"
# ## 7.14 Training
#
# **Difficulty 4 of 5 · 45 minutes.** The usual loop, with a trick of large models: if the batch that you want does not
# fit in memory, it is split into `accumulate` small batches, and their gradients are **accumulated** before the step.
# At each step:
#
# 1. `accumulate` times: a batch of `get_batch(ids, batch_size, length, rng)`, the mean cross-entropy of the next piece,
#    and its gradient, **divided by** `accumulate`, so that the sum is the mean;
# 2. the gradient is clipped to norm `max_norm` (`nn.utils.clip_grad_norm_`), **once**, at the end;
# 3. a step of `torch.optim.AdamW(model.parameters(), lr=lr, betas=(0.9, 0.95), weight_decay=0.1)`.
#
# Begin with `model.train()` and end with `model.eval()`. For each step, record the mean of its `accumulate` losses, as a
# number. `batch_size` is that of each small batch.
#
# **The gate**: 150 steps of 24 windows of 48 characters, on the text below. The validation loss has to end at least 0.6
# nats below that of the table of bigrams of the same text.

# %%
continue_with("get_batch")


# %% exercise="train_gpt"
def train_gpt(model, ids, steps, batch_size, length, lr, rng, accumulate=1, max_norm=1.0):
    """Train a language model in place, and leave it in eval mode.

    model: model(x) gives (logits (B, T, V), past). ids: int64 tensor (N,). steps: of the optimiser.
    batch_size, length: of each small batch. rng: np.random.Generator, for the windows, drawn in order.
    accumulate: small batches per step. max_norm: largest length of the gradient.
    Returns the list of the losses, floats, one per step.
    """
    ### BEGIN SOLUTION
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, betas=(0.9, 0.95), weight_decay=0.1)
    model.train()
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        total = 0.0
        for _ in range(accumulate):
            x, y = get_batch(ids, batch_size, length, rng)
            logits, _ = model(x)
            loss = functional.cross_entropy(logits.flatten(0, 1), y.flatten()) / accumulate
            loss.backward()
            total += loss.item()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        losses.append(total)
    model.eval()
    return losses
    ### END SOLUTION


# %%
continue_with("GPT", "generate", "next_probabilities")

# %%
text = "".join(f"{sentence}\n" for sentence in make_sentences(4000))
characters = Vocabulary(text)
ids = characters.encode(text)
cut = round(0.9 * len(ids))
torch.manual_seed(0)
writer = GPT(len(characters), d_model=64, heads=4, num_layers=2, context=48)
rng = np.random.default_rng(0)
losses = train_gpt(writer, ids[:cut], steps=150, batch_size=24, length=48, lr=4e-3, rng=rng)
print(f"{losses[0]:.2f} -> {losses[-1]:.2f}; ln {len(characters)} = {math.log(len(characters)):.2f}")

# %%
torch.manual_seed(0)


def draw(logits):
    """Draw one piece for each row."""
    return torch.multinomial(next_probabilities(logits, temperature=0.8, top_p=0.95), 1)[:, 0]


start = characters.encode(text[:5])[None]
print("".join(characters.decode(generate(writer, start, 250, draw)[0])))

# %% test="train_gpt" points=15
check(train_gpt)

# %% [markdown] lang="es"
# ## 7.15 Preguntas
#
# **20 minutos.** Diez preguntas con una sola opción buena. Si fallas alguna, el panel te dice por qué esa opción no puede
# ser, de una en una.
#
# **q1.** ¿Por qué una codificación por parejas de **bytes** nunca encuentra una letra desconocida?
#
# - a) Porque su vocabulario tiene todas las letras de Unicode.
# - b) Porque cualquier texto es una fila de bytes, y los 256 están en el vocabulario.
# - c) Porque cambia las letras raras por `<unk>`.
# - d) Porque se entrena con textos de todas las lenguas.
#
# **q2.** Sin ninguna unión, ¿cuántos ids son «niño»?
#
# - a) 3.
# - b) 4.
# - c) 5.
# - d) 8.
#
# **q3.** El modelo A da 1,5 nats por carácter. El B da 4,8 nats por pieza, y sus piezas tienen 4 caracteres de media.
# Con el mismo texto, ¿cuál predice mejor?
#
# - a) A: 1,5 es menos que 4,8.
# - b) B: son 1,2 nats por carácter.
# - c) No se puede saber: tienen vocabularios distintos.
# - d) Iguales: miden lo mismo en unidades distintas.
#
# **q4.** Un GPT con 50 000 piezas empieza con una pérdida de 10,82. ¿Qué haces?
#
# - a) Bajar la tasa: ha divergido.
# - b) Buscar el error en las etiquetas.
# - c) Nada: es $\ln 50000$, lo que cuesta no saber nada.
# - d) Quitar el recorte del gradiente.
#
# **q5.** ¿Con qué ajuste escribe siempre lo mismo?
#
# - a) Temperatura 1 y `top_p=0.9`.
# - b) `top_k=1`, con cualquier temperatura.
# - c) Temperatura 0,5.
# - d) `top_k=2` y temperatura 0,1.
#
# **q6.** En un sitio hay 1000 piezas igual de probables; en otro, una tiene 0,95. Con `top_p=0.9`, ¿cuántas quedan?
#
# - a) 900 y 1.
# - b) 900 y 0: la de 0,95 se pasa.
# - c) 10 y 10.
# - d) 1000 y 1.
#
# **q7.** Con caché, al leer la pieza 1000 para escribir la que sigue, ¿qué calcula cada cabeza?
#
# - a) Mil consultas contra mil claves.
# - b) Una consulta contra una clave.
# - c) Mil consultas contra una clave.
# - d) Una consulta contra mil claves, 999 de ellas ya guardadas.
#
# **q8.** Con caché, a cada pieza nueva le das la posición 0. ¿Qué ves?
#
# - a) Un error de formas.
# - b) Entrena bien, y al escribir el texto se estropea desde la segunda pieza que añade.
# - c) La pérdida de entrenamiento no baja.
# - d) Nada: las claves guardadas llevan las posiciones buenas.
#
# **q9.** GPT-2 pequeño: `V` es 50 257 y `D`, 768. ¿Qué ahorra compartir la tabla de entrada y de salida?
#
# - a) Unos 38,6 millones de parámetros.
# - b) Nada: son dos copias iguales.
# - c) La mitad de las operaciones.
# - d) 768 parámetros.
#
# **q10.** Para inventar un cuento usas un haz de 50 y sale un texto que se repite. ¿Por qué?
#
# - a) El haz es demasiado estrecho.
# - b) El haz tiene un error: lo más probable no puede repetirse.
# - c) Lo más probable para el modelo no es lo que escribiría una persona; repetir suele ser probable.
# - d) Falta temperatura dentro del haz.

# %% [markdown] lang="en"
# ## 7.15 Questions
#
# **20 minutes.** Ten questions with a single right option. If you miss any, the panel tells you why that option cannot
# be, one at a time.
#
# **q1.** Why does **byte**-pair encoding never meet an unknown letter?
#
# - a) Because its vocabulary has all the letters of Unicode.
# - b) Because any text is a sequence of bytes, and all 256 are in the vocabulary.
# - c) Because it changes rare letters into `<unk>`.
# - d) Because it is trained on texts in all languages.
#
# **q2.** Without any merge, how many ids is “niño”?
#
# - a) 3.
# - b) 4.
# - c) 5.
# - d) 8.
#
# **q3.** Model A gives 1.5 nats per character. B gives 4.8 nats per piece, and its pieces have 4 characters on average.
# On the same text, which one predicts better?
#
# - a) A: 1.5 is less than 4.8.
# - b) B: that is 1.2 nats per character.
# - c) It cannot be known: they have different vocabularies.
# - d) Equally well: they measure the same in different units.
#
# **q4.** A GPT with 50 000 pieces begins with a loss of 10.82. What do you do?
#
# - a) Lower the rate: it has diverged.
# - b) Look for the mistake in the labels.
# - c) Nothing: it is $\ln 50000$, what it costs to know nothing.
# - d) Take away the clipping of the gradient.
#
# **q5.** Which setting always writes the same text?
#
# - a) Temperature 1 and `top_p=0.9`.
# - b) `top_k=1`, with any temperature.
# - c) Temperature 0.5.
# - d) `top_k=2` and temperature 0.1.
#
# **q6.** In one context 1000 pieces are equally likely; in another, one has 0.95. With `top_p=0.9`, how many stay?
#
# - a) 900 and 1.
# - b) 900 and 0: the one with 0.95 goes past it.
# - c) 10 and 10.
# - d) 1000 and 1.
#
# **q7.** With a cache, when reading piece 1000 to write the next one, what does each head compute?
#
# - a) A thousand queries against a thousand keys.
# - b) One query against one key.
# - c) A thousand queries against one key.
# - d) One query against a thousand keys, 999 of them kept from before.
#
# **q8.** With a cache, you give each new piece position 0. What do you see?
#
# - a) An error of shapes.
# - b) It trains well, but when writing, the text breaks from the second piece it adds.
# - c) The training loss does not fall.
# - d) Nothing: the keys that were kept carry the right positions.
#
# **q9.** Small GPT-2: `V` is 50 257 and `D`, 768. What does sharing the input and output table save?
#
# - a) Some 38.6 million parameters.
# - b) Nothing: they are two equal copies.
# - c) Half of the operations.
# - d) 768 parameters.
#
# **q10.** You use a beam of 50 to make up a story, and it repeats itself. Why?
#
# - a) The beam is too narrow.
# - b) The beam has a mistake: the likeliest cannot repeat itself.
# - c) The likeliest for the model is not what a person would write; repeating is often likely.
# - d) Temperature is missing inside the beam.


# %% exercise="quiz_gpt"
def quiz_gpt():
    """Return your answers, a dict of one letter per question: {"q1": "a", "q2": ...} up to "q10"."""
    ### BEGIN SOLUTION
    return {
        "q1": "b", "q2": "c", "q3": "b", "q4": "c", "q5": "b",
        "q6": "a", "q7": "d", "q8": "b", "q9": "a", "q10": "c",
    }  # fmt: skip
    ### END SOLUTION


# %% test="quiz_gpt" points=10
check(quiz_gpt)

# %% [markdown] lang="es"
# ## 7.16 Un experimento tuyo
#
# **30 minutos. Lo corrige una persona.** Cambia una sola cosa y predice antes qué pasará: el largo de la ventana, el
# número de capas o de cabezas, compartir o no la tabla, la inicialización, letras o piezas de BPE (compara en nats por
# carácter), el texto. O deja el modelo y estudia cómo escribe: cuánto copia (7.13) y cuánto se repite con cada
# temperatura.
#
# Debajo tienes un ejemplo que cambia el largo de la ventana. Cambia esa celda por tu experimento.

# %% [markdown] lang="en"
# ## 7.16 An experiment of your own
#
# **30 minutes. Marked by a person.** Change a single thing, and predict beforehand what will happen: the length of the
# window, the number of layers or heads, sharing the table or not, the initialisation, letters or pieces of BPE (compare
# in nats per character), the text. Or leave the model as it is and study how it writes: how much it copies (7.13) and how
# much it repeats itself with each temperature.
#
# Below is an example that changes the length of the window. Change that cell into your experiment.

# %%
results = {}
for length in (4, 48):
    scores = results[label(f"ventanas de {length}", f"windows of {length}")] = []
    for seed in range(3):
        torch.manual_seed(seed)
        small = GPT(len(characters), d_model=32, heads=4, num_layers=2, context=48)
        train_gpt(small, ids[:cut], 100, 24 * 48 // length, length, 4e-3, np.random.default_rng(seed))
        x, y = get_batch(ids[cut:], 2000 // length * 4, length, np.random.default_rng(seed))
        with torch.no_grad():
            scores.append(functional.cross_entropy(small(x)[0].flatten(0, 1), y.flatten()).item())
# each model is measured with windows of its own length: what does this mix up? (question 4)
plot_scores(results, label("pérdida de validación, nats por carácter", "validation loss, nats per character"))

# %% [markdown] answer="experiment_gpt" points=3
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
# semillas o más, pérdida de validación y no de entrenamiento (por carácter, si cambian las piezas), figura o tabla con
# ejes y nombres. *1 punto*: la conclusión sale de los números y se compara con la variación entre semillas; dice al
# menos un límite (pocos pasos, frases de una gramática, una sola tasa…).
#
# *Ejemplo de tres puntos.* Pregunta: ¿de qué sirve ver más de 4 letras? Esperaba que mucho: con 4 no se sabe en qué
# palabra se está, ni quién es el sujeto. Con 100 pasos y los mismos caracteres por paso, salió al revés: las tres
# semillas con ventanas de 4 quedan **por debajo** de las tres de 48, y la distancia es mayor que la que hay entre
# semillas. Me equivoqué: un modelo tan pequeño aprende primero lo que dicen las últimas letras, y con ventanas de 4 solo
# tiene eso que aprender. No demuestra que lo corto sea mejor: son pocos pasos, y cada modelo se mide con ventanas de su
# largo, así que cambian dos cosas a la vez. En la puerta, con un modelo mayor y 150, las de 48 llegan mucho más abajo.
# Habría que medir los dos con las mismas ventanas, y seguir hasta que las curvas se crucen.
#
# **Marking guide** (3 points). *1 point*: a question that the experiment can answer and a prediction written beforehand,
# with its reason; a wrong prediction is worth as much. *1 point*: a clean comparison: one thing changes, three seeds or
# more, validation and not training loss (per character, if the pieces change), a figure or table with axes and names.
# *1 point*: the conclusion follows from the numbers and is held against the variation between seeds; at least one limit
# is named (few steps, sentences of a grammar, a single rate…).
#
# *An example worth three points.* Question: what is seeing more than 4 letters good for? I expected it to be good for a
# lot: with 4 one does not know which word one is in, nor who the subject is. With 100 steps and the same characters a
# step, it came out the other way round: the three seeds with windows of 4 end **below** the three of 48, and the
# distance is larger than that between seeds. I was wrong: so small a model first learns what the last letters say, and
# with windows of 4 it has nothing else to learn. It does not prove that short is better: the steps are few, and each
# model is measured with windows of its own length, so two things change at once. In the gate, with a larger model and
# 150, those of 48 get much lower. One would have to measure both with the same windows, and go on until the curves cross.
# ### END SOLUTION

# %% [markdown] lang="es"
# ## 7.17 Reflexión
#
# **10 minutos. Lo corrige una persona.** Una empresa anuncia: «nuestro modelo tiene perplejidad 8; el de la competencia,
# 20». Cada uno usa su propio vocabulario de piezas, y la empresa midió con un texto que está en internet.

# %% [markdown] lang="en"
# ## 7.17 Reflection
#
# **10 minutes. Marked by a person.** A company announces: “our model has perplexity 8; the competition's, 20”. Each uses
# its own vocabulary of pieces, and the company measured on a text that is on the internet.

# %% [markdown] answer="reflection_gpt" points=2
# **8 contra 20 · 8 versus 20**
#
# ¿Por qué la comparación puede no decir nada, y qué dos datos pedirías? · Why may the comparison say nothing, and which
# two pieces of information would you ask for?
#
# ### BEGIN SOLUTION
# **Guía de corrección** (2 puntos). *1 punto*: la perplejidad es por pieza; quien corta en piezas más cortas tiene una
# menor sin predecir mejor el texto. Hay que pedir nats (o bits) por carácter o por byte, con el mismo texto. *1 punto*:
# el texto puede estar en los datos de entrenamiento; una pérdida baja sería memoria. Hay que pedir con qué se entrenó,
# cuánto se solapan (n-gramas), o medir con un texto posterior.
#
# **Marking guide** (2 points). *1 point*: perplexity is per piece; whoever cuts into shorter pieces has a lower one
# without predicting the text any better. Ask for nats (or bits) per character or per byte, on the same text. *1 point*: the
# text may be in the training data; a low loss would be memory. Ask what it was trained on, how much they overlap
# (n-grams), or measure on a text that came later.
# ### END SOLUTION
