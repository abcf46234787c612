# %% [markdown] lang="es"
# # Tarea 6 · BERT
#
# Vas a construir un BERT pequeño ([Devlin y otros, 2019](https://arxiv.org/abs/1810.04805)): un codificador que aprende solo,
# adivinando palabras tapadas. Con él separarás los dos sentidos de «banco» y reconocerás publicidad que usa palabras que nadie
# te etiquetó. La **parte 1** (unas 3 horas) hace los vectores fijos, las entradas y el modelo; la **parte 2** (otras 2 y media)
# lo entrena y lo usa. Las comprobaciones de 6.8 y 6.10 entrenan una red: tardan medio minuto o más.
#
# Se trabaja como siempre: escribe donde pone `raise NotImplementedError`, ejecuta `check(...)` cuantas veces quieras y pide
# ideas con `hint(...)`. `continue_with(...)` conserva lo tuyo si está bien y, si no, pone lo del curso.
#
# Las letras de las formas: `B` frases a la vez, `T` sitios de cada una, `D` números por sitio, `V` palabras del vocabulario. Los
# ids especiales son `PAD`, `CLS`, `SEP`, el de la palabra desconocida y `MASK`: de 0 a 4. Las palabras empiezan en
# `FIRST_WORD`, que es 5. Las máscaras son booleanas y `True` quiere decir «aquí se puede mirar».

# %% [markdown] lang="en"
# # Assignment 6 · BERT
#
# You are going to build a small BERT ([Devlin et al., 2019](https://arxiv.org/abs/1810.04805)): an encoder that learns on its own,
# by guessing hidden words. With it you will tell the two senses of “bank” apart and recognise advertising that uses words nobody
# labelled for you. **Part 1** (about 3 hours) builds the fixed vectors, the inputs and the model; **part 2** (another 2 and a
# half) trains it and uses it. The checks of 6.8 and 6.10 train a network: they take half a minute or more.
#
# You work as always: write where it says `raise NotImplementedError`, run `check(...)` as often as you like, and ask for ideas
# with `hint(...)`. `continue_with(...)` keeps your version if it is right, and otherwise swaps in the course's.
#
# The letters of the shapes: `B` sentences at a time, `T` positions in each, `D` numbers per position, `V` words in the vocabulary.
# The special ids are `PAD`, `CLS`, `SEP`, the unknown word's, and `MASK`: from 0 to 4. Words begin at `FIRST_WORD`, which is 5.
# Masks are boolean and `True` means “may be looked at”.

# %%
import math

import numpy as np
import torch
from torch import nn

from atiende import label
from atiende.data import (
    CLS,
    FIRST_WORD,
    MASK,
    PAD,
    SEP,
    BertTokens,
    ambiguous_word,
    make_documents,
    make_messages,
    make_senses,
    topic_words,
)
from atiende.models.transformer import EncoderLayer, TransformerConfig
from atiende.plots import new_figure, plot_scores, plot_word_plane, show
from autograder import check, continue_with, hint

# %% [markdown] lang="es"
# # Parte 1 · Vectores, entradas y modelo

# %% [markdown] lang="en"
# # Part 1 · Vectors, inputs and model

# %% [markdown] lang="es"
# ## 6.1 Una palabra y sus vecinas
#
# **Dificultad 1 de 5 · 10 minutos.** Antes de BERT, cada palabra tenía un vector fijo, y se aprendía por su compañía
# (*skip-gram*, [Mikolov y otros, 2013](https://arxiv.org/abs/1310.4546)). Los ejemplos son parejas: cada palabra, que hace de
# **centro**, con cada una de las que tiene a `window` sitios o menos, a izquierda y a derecha. Nunca con su propio sitio; pero una
# palabra repetida cerca sí es vecina de sí misma.
#
# El orden: centros de izquierda a derecha y, para cada uno, sus vecinas de izquierda a derecha.

# %% [markdown] lang="en"
# ## 6.1 A word and its neighbours
#
# **Difficulty 1 of 5 · 10 minutes.** Before BERT, each word had one fixed vector, learned from the company it keeps (*skip-gram*,
# [Mikolov et al., 2013](https://arxiv.org/abs/1310.4546)). The examples are pairs: each word, as a **centre**, paired with every
# word at most `window` positions away, to the left and to the right. Never with its own position; but a word repeated nearby is
# its own neighbour.
#
# The order: centres from left to right and, for each, its neighbours from left to right.


# %% exercise="skipgram_pairs"
def skipgram_pairs(ids, window):
    """Return the list of pairs (centre, neighbour) of a sentence, each a tuple of two ids.

    ids: list of T ids. window: integer, 1 or more: how far a neighbour may be.
    """
    ### BEGIN SOLUTION
    pairs = []
    for t, centre in enumerate(ids):
        for u in range(max(0, t - window), min(len(ids), t + window + 1)):
            if u != t:
                pairs.append((centre, ids[u]))
    return pairs
    ### END SOLUTION


# %%
print(skipgram_pairs([7, 8, 9], window=1))  # by hand: [(7, 8), (8, 7), (8, 9), (9, 8)]

# %% test="skipgram_pairs" points=4
check(skipgram_pairs)

# %% [markdown] lang="es"
# ## 6.2 Acercar y alejar
#
# **Dificultad 2 de 5 · 20 minutos.** Un softmax sobre todo el vocabulario por cada pareja sale caro. En su lugar, se pide que la
# vecina verdadera $v$ se parezca al centro $u$, y que $K$ palabras sorteadas $n_k$, las **negativas**, no se parezcan:
# $$L = -\ln \sigma(u \cdot v) - \sum_{k=1}^{K} \ln \sigma(-u \cdot n_k)$$
#
# $\sigma$ es la sigmoide, $\cdot$ el producto escalar, y la pérdida es la media de $L$ sobre las $N$ parejas. Con productos de
# $\pm 1000$ no debe salir infinito: el logaritmo de la sigmoide ha de calcularse de una vez.

# %% [markdown] lang="en"
# ## 6.2 Pulling together and pushing apart
#
# **Difficulty 2 of 5 · 20 minutes.** A softmax over the whole vocabulary for each pair is expensive. Instead, the true neighbour
# $v$ is pulled towards the centre $u$, and $K$ words drawn at random $n_k$, the **negatives**, are pushed away from it:
# $$L = -\ln \sigma(u \cdot v) - \sum_{k=1}^{K} \ln \sigma(-u \cdot n_k)$$
#
# $\sigma$ is the sigmoid, $\cdot$ the dot product, and the loss is the mean of $L$ over the $N$ pairs. Dot products of $\pm 1000$
# must not give infinity: the logarithm of the sigmoid has to be computed in one step, as a single function.


# %% exercise="negative_loss"
def negative_loss(centre, context, negatives):
    """Return the mean loss of N pairs, a 0-dimensional tensor, still attached to the graph.

    centre, context: (N, D), the vectors of each pair. negatives: (N, K, D), those drawn for each pair.
    """
    ### BEGIN SOLUTION
    near = (centre * context).sum(dim=-1)  # (N,)
    far = (negatives @ centre[:, :, None]).squeeze(-1)  # (N, K)
    log_sigmoid = nn.functional.logsigmoid
    return -(log_sigmoid(near) + log_sigmoid(-far).sum(dim=-1)).mean()
    ### END SOLUTION


# %%
u, v = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 2.0]])
print(negative_loss(u, v, torch.tensor([[[0.0, 1.0], [0.0, 5.0]]])))
# by hand: all products are 0: 3 ln 2 = 2.0794

# %% test="negative_loss" points=6
check(negative_loss)

# %% [markdown] lang="es"
# Con las dos funciones se aprende una tabla de vectores fijos: uno por palabra, cuatro mil frases, y nadie dice cuál es un asiento
# ni cuál trata de dinero. ¿Dónde queda «banco»?

# %% [markdown] lang="en"
# With both functions we learn a table of fixed vectors: one per word, four thousand sentences, and nobody says which is a shore nor
# which is about money. Where does “bank” end up?

# %%
continue_with("skipgram_pairs", "negative_loss")

sentences = make_senses(4000, seed=0)
tokens = BertTokens(sentence.text for sentence in sentences)
word = ambiguous_word()
pairs = torch.tensor(
    [pair for sentence in sentences for pair in skipgram_pairs(tokens.encode(sentence.text), 4)]
)
torch.manual_seed(0)
fixed = nn.Embedding(len(tokens), 16)
adam = torch.optim.Adam(fixed.parameters(), lr=0.02)
for _ in range(400):
    centre, near = pairs[torch.randint(len(pairs), (512,))].T
    negatives = pairs[torch.randint(len(pairs), (512, 5)), 0]  # frequent words come up more often
    loss = negative_loss(fixed(centre), fixed(near), fixed(negatives))
    adam.zero_grad()
    loss.backward()
    adam.step()

groups = dict(zip(label(("asientos", "dinero"), ("shores", "money")), topic_words(), strict=True))
places = [word, *(one for group in groups.values() for one in group)]
plot_word_plane(fixed.weight.detach()[[tokens.ids[one] for one in places]], places, groups)

# %% [markdown] lang="es"
# ## 6.3 Una frase, o dos
#
# **Dificultad 2 de 5 · 25 minutos.** BERT lee `[CLS] a [SEP]` o `[CLS] a [SEP] b [SEP]`, siempre `max_len` sitios. Devuelve tres
# filas de esa longitud:
#
# - `ids`, completada con `pad`;
# - `segments`: 0 para `[CLS]`, `a` y su `[SEP]`; 1 para `b` y su `[SEP]`; 0 en el relleno;
# - `seen`: `True` donde hay algo, `False` en el relleno.
#
# Si no cabe, se quitan palabras **del final de la más larga**, de una en una; si empatan, de `b`. Los especiales no se quitan
# nunca. Ojo: una `b` vacía es una segunda frase, y lleva su `[SEP]`; `None` es que no la hay.

# %% [markdown] lang="en"
# ## 6.3 One sentence, or two
#
# **Difficulty 2 of 5 · 25 minutes.** BERT reads `[CLS] a [SEP]` or `[CLS] a [SEP] b [SEP]`, always `max_len` positions. Return
# three rows of that length:
#
# - `ids`, padded with `pad`;
# - `segments`: 0 for `[CLS]`, `a` and its `[SEP]`; 1 for `b` and its own `[SEP]`; 0 in the padding;
# - `seen`: `True` where there is something, `False` in the padding.
#
# If it does not fit, words are taken **from the end of the longer one**, one at a time; if they are equal, from `b`. Special ids
# are never taken away. Mind: an empty `b` is a second sentence, and has its `[SEP]`; `None` means that there is none.


# %% exercise="build_input"
def build_input(a, b, max_len, cls, sep, pad):
    """Return (ids, segments, seen), three tensors (max_len,): int64, int64 and boolean.

    a, b: lists of ids of words; b is None for a single sentence. max_len: at least 3, the special ids.
    cls, sep, pad: special ids. Does not change the lists.
    """
    ### BEGIN SOLUTION
    a, pair = list(a), b is not None
    b = list(b) if pair else []
    while len(a) + len(b) + 2 + pair > max_len:
        (a if len(a) > len(b) else b).pop()
    first = [cls, *a, sep]
    second = [*b, sep] if pair else []
    empty = max_len - len(first) - len(second)
    ids = torch.tensor([*first, *second, *[pad] * empty])
    segments = torch.tensor([0] * len(first) + [1] * len(second) + [0] * empty)
    return ids, segments, torch.arange(max_len) < max_len - empty
    ### END SOLUTION


# %%
ids, segments, seen = build_input([7, 8, 9], [6], max_len=8, cls=1, sep=2, pad=0)
print(ids.tolist(), segments.tolist())  # by hand: [1, 7, 8, 9, 2, 6, 2, 0] and [0, 0, 0, 0, 0, 1, 1, 0]
print(build_input([7, 8, 9], [6], max_len=6, cls=1, sep=2, pad=0)[0].tolist())
# by hand: [1, 7, 8, 2, 6, 2]

# %% test="build_input" points=7
check(build_input)

# %% [markdown] lang="es"
# ## 6.4 Tapar palabras
#
# **Dificultad 3 de 5 · 35 minutos.** Cada palabra se **elige** con probabilidad `p`, por su cuenta. Y a cada elegida le toca:
#
# - con probabilidad 0,8, convertirse en `mask`;
# - con probabilidad 0,1, convertirse en una palabra sorteada entre todas, de `special` a `vocab_size - 1`;
# - con probabilidad 0,1, quedarse como está.
#
# Son partes **de las elegidas**, no de todas. `labels` lleva la palabra verdadera en las elegidas, también en las que se quedan,
# y −100 en los demás sitios: `cross_entropy` los salta. Los ids menores que `special` no se eligen nunca, ni salen en el sorteo.
# Todo el azar viene de `rng`: dos llamadas seguidas tapan cosas distintas.

# %% [markdown] lang="en"
# ## 6.4 Hiding words
#
# **Difficulty 3 of 5 · 35 minutes.** Each word is **chosen** with probability `p`, independently. Then each chosen word
#
# - with probability 0.8, becomes `mask`;
# - with probability 0.1, becomes a word drawn from the whole vocabulary, from `special` to `vocab_size - 1`;
# - with probability 0.1, stays as it is.
#
# These are shares **of the chosen words**, not of all. `labels` holds the true word at the chosen positions, including those left as
# they are, and −100 at the others: `cross_entropy` skips them. Ids below `special` are never chosen, and never drawn. All randomness
# comes from `rng`, so that two calls in a row hide different words.


# %% exercise="mask_tokens"
def mask_tokens(ids, vocab_size, mask, special, rng, p=0.15):
    """Return (inputs, labels), two int64 tensors of the shape of ids.

    ids: tensor (B, T). vocab_size: ids go from 0 to vocab_size - 1. mask: the id of [MASK].
    special: ids below it are special. rng: a NumPy generator. p: share of words to choose.
    Does not change ids.
    """
    ### BEGIN SOLUTION
    chosen = torch.from_numpy(rng.random(ids.shape) < p) & (ids >= special)
    fate = torch.from_numpy(rng.random(ids.shape))
    drawn = torch.from_numpy(rng.integers(special, vocab_size, size=ids.shape))
    inputs = ids.clone()
    inputs[chosen & (fate < 0.8)] = mask
    swapped = chosen & (fate >= 0.8) & (fate < 0.9)
    inputs[swapped] = drawn[swapped]
    labels = torch.where(chosen, ids, -100)
    return inputs, labels
    ### END SOLUTION


# %%
ids = torch.tensor([[1, 7, 8, 9, 2, 0]])
inputs, labels = mask_tokens(ids, vocab_size=10, mask=4, special=5, rng=np.random.default_rng(0), p=1.0)
print(labels)  # by hand, since with p = 1 all words are chosen: [[-100, 7, 8, 9, -100, -100]]
print((inputs[:, [0, 4, 5]] == ids[:, [0, 4, 5]]).all())  # True: the special ones are as they were

# %% test="mask_tokens" points=12
check(mask_tokens)

# %% [markdown] lang="es"
# ## 6.5 Preguntar solo por lo tapado
#
# **Dificultad 2 de 5 · 15 minutos.** La pérdida es la entropía cruzada **media sobre los sitios elegidos**, los de etiqueta
# distinta de −100. Lo que el modelo diga en los demás no cuenta. Si en un lote no hay ninguno, la pérdida es 0, no `nan`, y se
# puede llamar a `backward`.

# %% [markdown] lang="en"
# ## 6.5 Asking only about what is hidden
#
# **Difficulty 2 of 5 · 15 minutes.** The loss is the cross-entropy **averaged over the chosen positions**, those whose label is not
# −100. What the model says at the others does not count. If there are none in a batch, the loss is 0, not `nan`, and `backward`
# still works.


# %% exercise="masked_loss"
def masked_loss(logits, labels):
    """Return the mean cross-entropy over the chosen positions, a 0-dimensional tensor, still attached to the graph.

    logits: (B, T, V). labels: (B, T) int64, -100 where nothing is asked. With no chosen position it gives 0.
    """
    ### BEGIN SOLUTION
    asked = labels != -100
    total = nn.functional.cross_entropy(logits[asked], labels[asked], reduction="sum")
    return total / asked.sum().clamp(min=1)
    ### END SOLUTION


# %%
logits = torch.zeros(1, 3, 4)
logits[0, 2] = 50.0 * torch.tensor([0, 1, 0, 0])
print(masked_loss(logits, torch.tensor([[3, -100, 1]])))
# by hand: ln 4 at the first, 0 at the last: ln 4 / 2 = 0.6931

# %% test="masked_loss" points=6
check(masked_loss)

# %% [markdown] lang="es"
# ## 6.6 El modelo
#
# **Dificultad 4 de 5 · 45 minutos.** Las capas son las de la tarea 5, ya hechas; cada una se crea con
# `EncoderLayer(TransformerConfig(V, V, D, heads, d_ff, dropout=dropout, norm="post"))` y se llama con `(x, mask)`, donde `mask` tiene
# la forma `(B, 1, 1, T)`: vale para todas las cabezas y todas las consultas. Lo demás:
#
# - `tokens`, `segments` (2 filas) y `positions` (`max_len` filas): tres `nn.Embedding`, sin multiplicar por nada. Nacen con
#   desviación estándar 0,02 (`nn.init.normal_`). Se **suman**, y la suma pasa por `norm`, un `nn.LayerNorm`, y por dropout;
# - `layers`, un `nn.ModuleList` de `num_layers` capas. Nadie tapa el futuro; solo se tapa el relleno, con `seen`;
# - `scores(hidden)` puntúa las palabras con **la misma tabla** `tokens`, traspuesta, más `bias`, un `nn.Parameter` de `V` ceros.
#   No hay otra matriz: lo que aprende al leer le sirve para predecir.

# %% [markdown] lang="en"
# ## 6.6 The model
#
# **Difficulty 4 of 5 · 45 minutes.** The layers are those of assignment 5, and come ready made; create each with
# `EncoderLayer(TransformerConfig(V, V, D, heads, d_ff, dropout=dropout, norm="post"))` and call it with `(x, mask)`, where `mask` has
# the shape `(B, 1, 1, T)`: it serves all heads and all queries. The rest:
#
# - `tokens`, `segments` (2 rows) and `positions` (`max_len` rows): three `nn.Embedding`, not multiplied by anything. Initialise them
#   with standard deviation 0.02 (`nn.init.normal_`). They are **added**, and the sum goes through `norm`, an `nn.LayerNorm`, and
#   through dropout;
# - `layers`, an `nn.ModuleList` of `num_layers` layers. Nobody hides the future; only padding is hidden, with `seen`;
# - `scores(hidden)` scores the words with **the same table** `tokens`, transposed, plus `bias`, an `nn.Parameter` of `V` zeros.
#   There is no other matrix: what it learns for reading also serves for predicting.


# %% exercise="bert"
class Bert(nn.Module):
    """Read a row both ways: ids (B, T) to a vector for each position in its context (B, T, d_model).

    vocab_size: V. max_len: longest row. dropout: of the embeddings and of the layers.
    Attributes: tokens, segments, positions, norm, layers, bias.
    """

    def __init__(self, vocab_size, d_model, heads, d_ff, num_layers, max_len, dropout=0.0):
        super().__init__()
        ### BEGIN SOLUTION
        self.tokens = nn.Embedding(vocab_size, d_model)
        self.segments = nn.Embedding(2, d_model)
        self.positions = nn.Embedding(max_len, d_model)
        for embedding in (self.tokens, self.segments, self.positions):
            nn.init.normal_(embedding.weight, std=0.02)
        self.norm = nn.LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        config = TransformerConfig(
            vocab_size, vocab_size, d_model, heads, d_ff, dropout=dropout, norm="post"
        )
        self.layers = nn.ModuleList(EncoderLayer(config) for _ in range(num_layers))
        self.bias = nn.Parameter(torch.zeros(vocab_size))
        ### END SOLUTION

    def forward(self, ids, segments, seen):
        """ids, segments: (B, T) int64. seen: (B, T) boolean, False in the padding."""
        ### BEGIN SOLUTION
        places = torch.arange(ids.shape[1])
        x = self.tokens(ids) + self.segments(segments) + self.positions(places)
        x = self.dropout(self.norm(x))
        for layer in self.layers:
            x = layer(x, seen[:, None, None, :])
        return x
        ### END SOLUTION

    def scores(self, hidden):
        """Return the scores of every word (..., V) out of hidden (..., d_model)."""
        ### BEGIN SOLUTION
        return hidden @ self.tokens.weight.T + self.bias
        ### END SOLUTION


# %%
model = Bert(vocab_size=50, d_model=16, heads=2, d_ff=32, num_layers=2, max_len=10)
ids = torch.randint(FIRST_WORD, 50, (3, 7))
hidden = model(ids, torch.zeros_like(ids), torch.ones_like(ids, dtype=torch.bool))
print(hidden.shape, model.scores(hidden).shape)  # by hand: (3, 7, 16) and (3, 7, 50)
labels = torch.randint(50, (3, 7))
print(round(masked_loss(model.scores(hidden), labels).item(), 1), round(math.log(50), 1))
# about the same: it knows nothing

# %% test="bert" points=14
check(Bert)

# %% [markdown] lang="es"
# ## 6.7 ¿Va después?
#
# **Dificultad 2 de 5 · 20 minutos.** El segundo ejercicio con que se entrenó el BERT original: dos frases, y decir si la segunda
# seguía a la primera. Para cada frase que tiene otra detrás en su documento se hace **una** pareja, en orden:
#
# - con probabilidad ½, `(sentence, following, 1)`: la frase y la que le sigue;
# - si no, `(sentence, other, 0)`, con `other` sorteada de **otro** documento, cualquiera de sus frases.

# %% [markdown] lang="en"
# ## 6.7 Does it come next?
#
# **Difficulty 2 of 5 · 20 minutes.** The second task the original BERT was trained on: given two sentences, say whether the second
# followed the first. For each sentence that has another after it in its document, make **one** pair, in order:
#
# - with probability ½, `(sentence, following, 1)`: the sentence and the one after it;
# - otherwise, `(sentence, other, 0)`, with `other` drawn from **another** document, any of its sentences.


# %% exercise="nsp_pairs"
def nsp_pairs(documents, rng):
    """Return a list of triples (sentence, other, label), label 1 where other came next and 0 where not.

    documents: list of 2 or more lists, of 1 or more sentences each (any values). rng: a NumPy generator.
    Does not change the lists.
    """
    ### BEGIN SOLUTION
    pairs = []
    for d, document in enumerate(documents):
        for sentence, following in zip(document[:-1], document[1:], strict=True):
            if rng.random() < 0.5:
                pairs.append((sentence, following, 1))
            else:
                other = documents[(d + rng.integers(1, len(documents))) % len(documents)]
                pairs.append((sentence, other[rng.integers(len(other))], 0))
    return pairs
    ### END SOLUTION


# %%
for pair in nsp_pairs([["a1", "a2", "a3"], ["b1"]], np.random.default_rng(0)):
    print(pair)  # by hand: ("a1", "a2", 1) or ("a1", "b1", 0); then ("a2", "a3", 1) or ("a2", "b1", 0)

# %% test="nsp_pairs" points=7
check(nsp_pairs)

# %% [markdown] lang="es"
# Las piezas juntas: parejas de documentos, cada una en una fila con sus dos segmentos, y el modelo las lee. Sin entrenar, con una capa
# lineal sobre `[CLS]` bastaría para empezar a aprender si la segunda seguía a la primera.

# %% [markdown] lang="en"
# The pieces together: pairs from documents, each in one row with its two segments, and the model reads them. Untrained, it would
# only take a linear layer on `[CLS]` to begin to learn whether the second one followed the first.

# %%
continue_with("build_input", "nsp_pairs", "Bert")
some = nsp_pairs(make_documents(20), np.random.default_rng(0))[:4]
ids, segments, seen = (
    torch.stack(parts)
    for parts in zip(
        *(build_input(tokens.encode(a), tokens.encode(b), 24, CLS, SEP, PAD) for a, b, _ in some),
        strict=True,
    )
)
print(" ".join(tokens.decode(ids[0])), segments[0].tolist())
reader = Bert(len(tokens), d_model=16, heads=2, d_ff=32, num_layers=1, max_len=24)
print(reader(ids, segments, seen)[:, 0].shape, [follows for *_, follows in some])

# %% [markdown] lang="es"
# # Parte 2 · Entrenar y usar

# %% [markdown] lang="en"
# # Part 2 · Training and using

# %% [markdown] lang="es"
# ## 6.8 Preentrenar
#
# **Dificultad 4 de 5 · 40 minutos.** El bucle. Antes de empezar, `model.train()` y un solo `torch.optim.AdamW` con `lr`. En el paso
# $k$, de 0 a `steps - 1`:
#
# 1. la tasa del optimizador baja en línea recta: es `lr * (1 - k / steps)`;
# 2. se sortean con `rng` `batch_size` filas **distintas** de `rows` (`rng.choice` con `replace=False`);
# 3. se tapan con `mask_tokens`, con `MASK` y `FIRST_WORD`: un sorteo nuevo cada vez que sale una fila, nunca uno guardado;
# 4. el modelo lee lo **tapado**, con segmentos 0 y sin mirar el relleno (`PAD`), y puntúa;
# 5. `masked_loss`, la de antes del paso, se apunta como número, y el optimizador da un paso.
#
# Al acabar, `model.eval()`.
#
# **La puerta**: 600 pasos con 4000 frases de la gramática en español. En frases de otro sorteo, ha de acertar el 75 % de las
# palabras tapadas (decir siempre la más frecuente acierta el 10 %), y sus vectores de «banco» han de separar asiento y dinero en
# el 95 % de frases con pistas que la sonda no vio. La comprobación tarda medio minuto o más.

# %% [markdown] lang="en"
# ## 6.8 Pre-training
#
# **Difficulty 4 of 5 · 40 minutes.** The loop. Before it, `model.train()` and a single `torch.optim.AdamW` with `lr`. At step $k$,
# from 0 to `steps - 1`:
#
# 1. the rate of the optimiser falls in a straight line: it is `lr * (1 - k / steps)`;
# 2. draw with `rng` `batch_size` **different** rows of `rows` (`rng.choice` with `replace=False`);
# 3. hide words with `mask_tokens`, with `MASK` and `FIRST_WORD`: a new draw each time a row comes up, never a stored one;
# 4. the model reads what is **hidden**, with segments 0 and without looking at the padding (`PAD`), and gives scores;
# 5. record `masked_loss`, that of before the step, as a float, and let the optimiser take a step.
#
# At the end, `model.eval()`.
#
# **The bar**: 600 steps on 4000 sentences of the grammar in Spanish. On sentences of another draw it has to get 75% of the hidden
# words right (always answering with the most frequent word scores 10%), and its vectors of “banco” have to tell seat from money
# in 95% of sentences with clues that the probe never saw. The check takes half a minute or more.

# %%
continue_with("mask_tokens", "masked_loss")


# %% exercise="pretrain"
def pretrain(model, rows, vocab_size, steps, batch_size, lr, rng, p=0.15):
    """Train a model to guess hidden words, in place, and leave it in eval mode.

    model: as in 6.6: model(ids, segments, seen) gives hidden, and model.scores(hidden) gives (B, T, V).
    rows: (N, T) int64, padded with PAD. steps: batches to train on. batch_size: N or less. p: share of
    words to choose. Returns the list of the losses, floats, one per step. Does not change rows.
    """
    ### BEGIN SOLUTION
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    model.train()
    losses = []
    for k in range(steps):
        optimizer.param_groups[0]["lr"] = lr * (1 - k / steps)
        ids = rows[rng.choice(len(rows), size=batch_size, replace=False)]
        inputs, labels = mask_tokens(ids, vocab_size, MASK, FIRST_WORD, rng, p)
        hidden = model(inputs, torch.zeros_like(ids), ids != PAD)
        loss = masked_loss(model.scores(hidden), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    return losses
    ### END SOLUTION


# %%
continue_with("Bert")
torch.manual_seed(0)
rows = torch.tensor([[CLS, 5, 6, SEP], [CLS, 7, SEP, PAD]])
tiny = Bert(vocab_size=8, d_model=16, heads=2, d_ff=32, num_layers=1, max_len=4)
losses = pretrain(tiny, rows, 8, steps=60, batch_size=2, lr=0.01, rng=np.random.default_rng(0), p=0.5)
print(len(losses), tiny.training)  # by hand: 60, False

# %% test="pretrain" points=10
check(pretrain)

# %% [markdown] lang="es"
# ## 6.9 El vector de una palabra en su frase
#
# **Dificultad 2 de 5 · 20 minutos.** Devuelve, de cada fila, el vector que el modelo deja en el **primer** sitio donde está el id
# `word`. Se lee en `eval()` y sin gradiente, con segmentos 0 y sin mirar el relleno. Si alguna fila no tiene la palabra, `ValueError`.

# %% [markdown] lang="en"
# ## 6.9 The vector of a word in its sentence
#
# **Difficulty 2 of 5 · 20 minutes.** Return, for each row, the vector that the model leaves at the **first** position holding the id
# `word`. Read in `eval()` and without gradient, with segments 0 and without looking at the padding. If a row lacks the word, raise
# `ValueError`.


# %% exercise="word_vectors"
def word_vectors(model, rows, word):
    """Return the vector of a word in each of N sentences, a tensor (N, D), detached from the graph.

    model: as in 6.6; it is left in eval mode. rows: (N, T) int64, padded with PAD. word: its id.
    Raises ValueError where a row does not have the word.
    """
    ### BEGIN SOLUTION
    here = rows == word  # (N, T)
    if not here.any(dim=1).all():
        raise ValueError("some row does not have the word")
    model.eval()
    with torch.no_grad():
        hidden = model(rows, torch.zeros_like(rows), rows != PAD)  # (N, T, D)
    return hidden[torch.arange(len(rows)), here.int().argmax(dim=1)]
    ### END SOLUTION


# %%
vectors = word_vectors(tiny, rows[:1], word=5)
print(vectors.shape, vectors.requires_grad)  # by hand: (1, 16), False

# %% test="word_vectors" points=6
check(word_vectors)

# %% [markdown] lang="es"
# Ahora, de verdad: un BERT para las 4000 frases y una sonda, un clasificador lineal que solo ve el vector de «banco». La **pista** es
# el trozo que decide el sentido. La sonda se entrena con la mitad de las pistas (`clue` 0 y 1) y se prueba con la otra mitad: si el
# modelo no hubiera aprendido por su cuenta que «pagó deudas» y «ahorró dinero» van del mismo tema, tendría que adivinar, una moneda
# por pista. Compáralo con el vector fijo y con el recién nacido, de pesos al azar: como las pistas nuevas son ocho, también él puede
# tener suerte.

# %% [markdown] lang="en"
# Now, for real: a BERT for the 4000 sentences and a probe, a linear classifier that only sees the vector of “bank”. The **clue** is
# the piece that decides the sense. The probe is trained on half of the clues (`clue` 0 and 1) and tested on the other half: had the
# model not learned on its own that “paid a debt” and “saved money” are on the same topic, it would have to guess, tossing a coin for
# each clue. Compare it with the fixed vector and with the untrained one, whose weights are random: since there are only eight new
# clues, it may also get lucky.

# %%
continue_with("pretrain", "word_vectors")

rows = tokens.rows([sentence.text for sentence in sentences])
print(len(tokens), tuple(rows.shape), sentences[0])

torch.manual_seed(0)
model = Bert(len(tokens), d_model=64, heads=4, d_ff=128, num_layers=2, max_len=rows.shape[1])
losses = pretrain(
    model, rows, len(tokens), steps=600, batch_size=64, lr=4e-3, rng=np.random.default_rng(0)
)
figure, ax = new_figure(width=6)
ax.plot(losses)
ax.set(xlabel=label("paso", "step"), ylabel=label("pérdida (nats por palabra)", "loss (nats per word)"))
told = label("Pérdida: de {:.1f} a {:.2f} en {} pasos.", "Loss: {:.1f} to {:.2f} in {} steps.")
show(figure, told.format(losses[0], losses[-1], len(losses)))


told = make_senses(600, ambiguous=1.0, seed=1)
told_rows = tokens.rows([sentence.text for sentence in told])


def probe(vectors):
    """Return a probe's accuracy on sentences whose clues it never saw, out of the vectors (600, D) of one word."""
    x = torch.cat([vectors, torch.ones(len(vectors), 1)], dim=1)  # (600, D + 1)
    y = torch.tensor([2.0 * sentence.topic - 1 for sentence in told])
    known = torch.tensor([sentence.clue < 2 for sentence in told])
    ridge = x[known].T @ x[known] + 100 * torch.eye(x.shape[1])
    weights = torch.linalg.solve(ridge, x[known].T @ y[known])
    return ((x[~known] @ weights > 0) == (y[~known] > 0)).float().mean().item()


torch.manual_seed(0)
newborn = Bert(len(tokens), d_model=64, heads=4, d_ff=128, num_layers=2, max_len=rows.shape[1])
always_the_same = fixed.weight.detach()[tokens.ids[word]].repeat(len(told), 1)
print(label("sonda, vector fijo:", "probe, fixed vector:"), round(probe(always_the_same), 2))
for name, reader in (
    (label("recién nacido", "untrained"), newborn),
    (label("preentrenado", "pre-trained"), model),
):
    share = probe(word_vectors(reader, told_rows, tokens.ids[word]))
    print(label("sonda,", "probe,"), name + ":", round(share, 2))

# %% [markdown] lang="es"
# ## 6.10 Clasificar
#
# **Dificultad 3 de 5 · 30 minutos.** Encima del BERT va una sola capa, `head`, un `nn.Linear` de `d_model` a `classes`, que lee el
# vector de `[CLS]`: **el primer sitio**. Con `freeze=True` el BERT es un extractor de rasgos:
#
# - sus parámetros no piden gradiente (así, un optimizador con decaimiento tampoco los mueve);
# - está en `eval()` desde que se crea, y sigue así aunque alguien llame a `train()` en el clasificador: si no, su dropout actuaría.
#
# Con `freeze=False` todo aprende, y `train()` y `eval()` llegan a todo. El mismo BERT puede pasar de un clasificador congelado a otro
# que no lo está: con `freeze=False`, el constructor vuelve a pedir gradientes.
#
# **La puerta**: con un BERT preentrenado y 40 mensajes etiquetados, 60 pasos, el 90 % de los mensajes nuevos. Los nuevos usan
# **otras** palabras: las etiquetas no bastan. La comprobación tarda medio minuto o más.

# %% [markdown] lang="en"
# ## 6.10 Classifying
#
# **Difficulty 3 of 5 · 30 minutes.** On top of the BERT goes a single layer, `head`, an `nn.Linear` from `d_model` to `classes`,
# that reads the vector of `[CLS]`: **the first position**. With `freeze=True` the BERT is a feature extractor:
#
# - its parameters require no gradient (so an optimiser with weight decay does not move them either);
# - it is in `eval()` from the start, and stays so even when somebody calls `train()` on the classifier: otherwise its dropout would
#   act.
#
# With `freeze=False` everything learns, and `train()` and `eval()` reach everything. The same BERT may be used first in a frozen
# classifier and then in one that is not: with `freeze=False`, the constructor turns its gradients on again.
#
# **The bar**: with a pre-trained BERT and 40 labelled messages, after 60 steps, 90% accuracy on new messages. The new ones use
# **other** words: the labels are not enough. The check takes half a minute or more.


# %% exercise="classifier"
class Classifier(nn.Module):
    """Classify whole rows by what a BERT leaves at [CLS]: ids (B, T) to scores (B, classes).

    bert: as in 6.6. d_model: its features. freeze: whether the BERT stays exactly as it is.
    Attributes: bert, head.
    """

    def __init__(self, bert, d_model, classes, freeze=False):
        super().__init__()
        ### BEGIN SOLUTION
        self.bert = bert
        self.head = nn.Linear(d_model, classes)
        self.freeze = freeze
        self.bert.requires_grad_(not freeze)
        self.train()
        ### END SOLUTION

    def train(self, mode=True):
        """Set the mode, mode=False for eval; a frozen BERT stays in eval. Returns self."""
        ### BEGIN SOLUTION
        super().train(mode)
        if self.freeze:
            self.bert.eval()
        return self
        ### END SOLUTION

    def forward(self, ids, segments, seen):
        """ids, segments: (B, T) int64. seen: (B, T) boolean, False in the padding."""
        ### BEGIN SOLUTION
        return self.head(self.bert(ids, segments, seen)[:, 0])
        ### END SOLUTION


# %%
frozen = Classifier(
    Bert(50, 16, 2, 32, num_layers=1, max_len=10, dropout=0.5), d_model=16, classes=3, freeze=True
)
print(sum(p.numel() for p in frozen.parameters() if p.requires_grad))  # by hand: 16 * 3 + 3 = 51
print(frozen.training, frozen.bert.training)  # by hand: True, False

# %% test="classifier" points=13
check(Classifier)

# %% [markdown] lang="es"
# ¿Publicidad o de un amigo? Preentrenamos con 3000 mensajes **sin etiqueta**, que usan todas las palabras; etiquetamos 40, con la
# mitad de las palabras que deciden, y probamos con la otra mitad. Tres maneras:

# %% [markdown] lang="en"
# Advertising, or from a friend? We pre-train on 3000 **unlabelled** messages, which use all the words; we label 40, with half of the
# words that decide, and test with the other half. Three ways:

# %%
continue_with("Classifier")
texts, _ = make_messages(3000, seed=0)
messages = BertTokens(texts)
rows, shape = messages.rows(texts), {"d_model": 64, "heads": 4, "d_ff": 128, "num_layers": 2}
labelled, new = (make_messages(n, half=half, seed=1 + half) for n, half in ((40, 0), (400, 1)))


def fine_tuned(pretrained, freeze, steps, lr, seed):
    """Return the accuracy on new messages of a classifier that learned from the labelled ones."""
    torch.manual_seed(seed)
    bert = Bert(len(messages), max_len=rows.shape[1], **shape)
    if pretrained:
        bert.load_state_dict(pretrained)
    classifier = Classifier(bert, 64, 2, freeze)
    optimizer = torch.optim.AdamW(classifier.parameters(), lr=lr)
    for part, y in (labelled, new):
        x, y = messages.rows(part), torch.from_numpy(y)
        for _ in range(steps if part is labelled[0] else 0):
            loss = nn.functional.cross_entropy(classifier(x, torch.zeros_like(x), x != PAD), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        return (
            (classifier.eval()(x, torch.zeros_like(x), x != PAD).argmax(dim=1) == y)
            .float()
            .mean()
            .item()
        )


torch.manual_seed(0)
reader = Bert(len(messages), max_len=rows.shape[1], **shape)
pretrain(reader, rows, len(messages), steps=400, batch_size=64, lr=4e-3, rng=np.random.default_rng(0))
weights = {name: value.clone() for name, value in reader.state_dict().items()}
results = {
    label("desde cero", "from scratch"): [fine_tuned(None, False, 60, 1e-3, seed) for seed in range(3)],
    label("congelado", "frozen"): [fine_tuned(weights, True, 60, 1e-2, seed) for seed in range(3)],
    label("entero", "full"): [fine_tuned(weights, False, 60, 1e-3, seed) for seed in range(3)],
}
plot_scores(
    results,
    label("aciertos en mensajes nuevos", "accuracy on new messages"),
    0.5,
    label("a cara o cruz", "chance"),
)

# %% [markdown] lang="es"
# Las etiquetas son las mismas en los tres casos. Lo que cambia es si el modelo había leído antes, sin etiquetas, textos donde
# «consigue» y «gana» se usan igual.

# %% [markdown] lang="en"
# The labels are the same in all three cases. What differs is whether the model had already read, without labels, texts where “claim”
# and “win” are used alike.

# %% [markdown] lang="es"
# ## 6.11 Preguntas
#
# **20 minutos.** Diez preguntas con una sola opción buena. Si fallas alguna, el panel te dice por qué esa opción no puede ser, de
# una en una.
#
# **q1.** ¿Por qué no se convierten en `[MASK]` todas las palabras elegidas?
#
# - a) Porque `[MASK]` ocupa demasiado sitio en el vocabulario.
# - b) Porque al usar el modelo no hay `[MASK]`, y nadie le habría pedido nada sobre las palabras a la vista.
# - c) Porque así la pérdida baja más deprisa.
# - d) Porque el codificador no sabe leer `[MASK]`.
#
# **q2.** Eliges el 15 % de 400 palabras. ¿Cuántas se convierten, de media, en otra palabra sorteada?
#
# - a) 6
# - b) 40
# - c) 48
# - d) 60
#
# **q3.** La pérdida de entrenamiento cae a 0,002 en 100 pasos y en frases nuevas acierta lo mismo que la palabra más frecuente.
# ¿Qué miras primero?
#
# - a) La tasa de aprendizaje.
# - b) El número de capas.
# - c) El tamaño del vocabulario.
# - d) Si las entradas llevan de verdad algo tapado.
#
# **q4.** Dejas la máscara causal en el codificador. ¿Qué pasa?
#
# - a) Da un error de formas.
# - b) Copia la respuesta y la pérdida se hunde.
# - c) Aprende, pero cada palabra solo se adivina con las de su izquierda.
# - d) Nada: la atención compensa.
#
# **q5.** ¿Qué distingue a la segunda frase de la primera en la entrada?
#
# - a) La atención, que no cruza `[SEP]`.
# - b) El segmento que se suma a cada sitio, y el `[SEP]` de en medio.
# - c) Que va en otro lote.
# - d) El orden de los ids en la fila.
#
# **q6.** ¿Por qué casi todos los modelos posteriores quitaron la frase siguiente?
#
# - a) Porque se resuelve por el tema, sin entender qué sigue a qué, y no mejoraba lo demás.
# - b) Porque no se puede calcular con frases largas.
# - c) Porque necesita etiquetas hechas a mano.
# - d) Porque hacía la red el doble de grande.
#
# **q7.** La tabla de entrada y la de salida son la misma, de $V \times D$ = 30 000 × 768. ¿Cuántos parámetros ahorra?
#
# - a) Ninguno: se guardan dos copias.
# - b) La mitad del modelo, siempre.
# - c) 30 768
# - d) Unos 23 millones.
#
# **q8.** Sondeas la palabra «banco» en un BERT recién nacido y aciertas el 97 % en frases con las mismas pistas que las que vio la
# sonda. ¿Qué concluyes?
#
# - a) Que ya entiende los dos sentidos.
# - b) Que la sonda está mal programada.
# - c) Que la mezcla de vecinas ya delata las pistas vistas: la prueba ha de ser con pistas nuevas, y comparando con él.
# - d) Que preentrenar no hace falta.
#
# **q9.** Congelas el BERT con `requires_grad_(False)` pero dejas que `train()` le llegue. ¿Qué ves?
#
# - a) El mismo mensaje da rasgos distintos cada vez, por el dropout.
# - b) Sus pesos cambian igual.
# - c) Un error al llamar a `backward`.
# - d) Nada distinto.
#
# **q10.** Quieres que BERT continúe un texto. ¿Qué problema hay?
#
# - a) Ninguno: se le da el principio y escribe.
# - b) Que no tiene vocabulario de salida.
# - c) Que sus capas son demasiado lentas.
# - d) Que aprendió a rellenar huecos viendo los dos lados; nunca aprendió a dar la palabra siguiente sin ver lo que viene.

# %% [markdown] lang="en"
# ## 6.11 Questions
#
# **20 minutes.** Ten questions with a single right option. If you miss any, the panel tells you why that option is wrong, one at a
# time.
#
# **q1.** Why does not every chosen word become `[MASK]`?
#
# - a) Because `[MASK]` takes up too much room in the vocabulary.
# - b) Because there is no `[MASK]` when the model is used, and nobody would have asked it anything about visible words.
# - c) Because that way the loss falls faster.
# - d) Because the encoder cannot read `[MASK]`.
#
# **q2.** You choose 15% of 400 words. How many become, on average, another word drawn at random?
#
# - a) 6
# - b) 40
# - c) 48
# - d) 60
#
# **q3.** The training loss falls to 0.002 in 100 steps, and on new sentences the model is no better than always answering with the
# most frequent word. What do you look at first?
#
# - a) The learning rate.
# - b) The number of layers.
# - c) The size of the vocabulary.
# - d) Whether anything is really hidden in the inputs.
#
# **q4.** You leave the causal mask in the encoder. What happens?
#
# - a) An error about shapes.
# - b) It copies the answer and the loss plummets.
# - c) It learns, but each word is guessed only from those on its left.
# - d) Nothing: attention makes up for it.
#
# **q5.** What tells the second sentence from the first in the input?
#
# - a) Attention, which does not cross `[SEP]`.
# - b) The segment that is added at each position, and the `[SEP]` in the middle.
# - c) That it goes in another batch.
# - d) The order of the ids in the row.
#
# **q6.** Why did nearly all later models drop next-sentence prediction?
#
# - a) Because it is solved from the topic, without understanding what follows what, and it did not improve the rest.
# - b) Because it cannot be computed with long sentences.
# - c) Because it needs labels made by hand.
# - d) Because it made the network twice as large.
#
# **q7.** The input table and the output one are the same, of $V \times D$ = 30 000 × 768. How many parameters does that save?
#
# - a) None: two copies are kept.
# - b) Half of the model, always.
# - c) 30 768
# - d) About 23 million.
#
# **q8.** You probe the word “bank” in an untrained BERT and get 97% right in sentences with the same clues as those the probe saw.
# What do you conclude?
#
# - a) That it already understands both senses.
# - b) That the probe is badly programmed.
# - c) That the mixture of neighbours gives the seen clues away: test with new clues, and compare with this model.
# - d) That pre-training is not needed.
#
# **q9.** You freeze the BERT with `requires_grad_(False)` but still call `train()` on it. What do you see?
#
# - a) The same message gives different features each time, because of dropout.
# - b) Its weights change all the same.
# - c) An error when `backward` is called.
# - d) Nothing different.
#
# **q10.** You want BERT to continue a text. What is the problem?
#
# - a) None: it is given the beginning and it writes.
# - b) That it has no output vocabulary.
# - c) That its layers are too slow.
# - d) That it learned to fill gaps seeing both sides; it never learned to give the next word without seeing what comes.


# %% exercise="quiz_bert"
def quiz_bert():
    """Return your answers, a dict of one letter per question: {"q1": "a", "q2": ...} up to "q10"."""
    ### BEGIN SOLUTION
    return {
        "q1": "b", "q2": "a", "q3": "d", "q4": "c", "q5": "b",
        "q6": "a", "q7": "d", "q8": "c", "q9": "a", "q10": "d",
    }  # fmt: skip
    ### END SOLUTION


# %% test="quiz_bert" points=10
check(quiz_bert)

# %% [markdown] lang="es"
# ## 6.12 Un experimento tuyo
#
# **30 minutos. Lo corrige una persona.** Cambia una sola cosa y predice antes qué hará: la parte de palabras que se tapan, el
# reparto 80/10/10, las capas, las frases de preentrenamiento, las etiquetas, congelar o no, qué sitio lee el clasificador.
#
# Debajo tienes un ejemplo que cambia la parte tapada. Cambia esa celda por tu experimento.

# %% [markdown] lang="en"
# ## 6.12 An experiment of your own
#
# **30 minutes. Marked by a person.** Change a single thing and predict beforehand what it will do: the share of words that are
# hidden, the shares 80/10/10, the layers, the sentences of pre-training, the labels, freezing or not, which position the classifier
# reads.
#
# Below is an example that changes the share hidden. Turn that cell into your own experiment.

# %%
learned, unseen = (
    tokens.rows([s.text for s in make_senses(n, seed=k)]) for n, k in ((2000, 2), (400, 3))
)
results = {}
for p in (0.05, 0.15, 0.5):
    scores = results[f"p = {p:g}"] = []
    for seed in range(3):
        torch.manual_seed(seed)
        small = Bert(len(tokens), d_model=32, heads=2, d_ff=64, num_layers=1, max_len=learned.shape[1])
        pretrain(small, learned, len(tokens), 150, 32, lr=5e-3, rng=np.random.default_rng(seed), p=p)
        inputs, labels = mask_tokens(unseen, len(tokens), MASK, FIRST_WORD, np.random.default_rng(0))
        asked = inputs == MASK
        with torch.no_grad():
            guess = small.scores(small(inputs, torch.zeros_like(inputs), inputs != PAD)).argmax(dim=-1)
        scores.append((guess == labels)[asked].float().mean().item())
plot_scores(results, label("aciertos en palabras tapadas", "accuracy on hidden words"))

# %% [markdown] answer="experiment_bert" points=3
# **Tu experimento · Your experiment**
#
# 1. ¿Qué preguntas, y qué esperabas que saliera? · What do you ask, and what did you expect?
# 2. ¿Qué cambiaste y qué dejaste igual? ¿Cuántas semillas? · What did you change, and what did you keep? How many
#    seeds?
# 3. ¿Qué salió (números o figura) y qué concluyes? · What came out (numbers or figure), and what do you conclude?
# 4. ¿Qué no demuestra tu experimento? · What does your experiment not prove?
#
# ### BEGIN SOLUTION
# **Guía de corrección** (3 puntos). *1 punto*: una pregunta que el experimento puede contestar y una predicción escrita antes,
# con su motivo; una predicción equivocada vale lo mismo. *1 punto*: comparación limpia: cambia una sola cosa, tres semillas o
# más, se mide con frases nuevas, figura o tabla con ejes y nombres. *1 punto*: la conclusión sale de los números y se compara
# con la variación entre semillas; dice al menos un límite (pocos pasos, una gramática pequeña, una sola tasa…).
#
# **Marking guide** (3 points). *1 point*: a question that the experiment can answer and a prediction written beforehand, with
# its reason; a wrong prediction is worth as much. *1 point*: a clean comparison: one thing changes, three seeds or more, it is
# measured on new sentences, a figure or table with axes and names. *1 point*: the conclusion follows from the numbers and is
# held against the variation between seeds; at least one limit is named (few steps, a small grammar, a single rate…).
# ### END SOLUTION

# %% [markdown] lang="es"
# ## 6.13 Reflexión
#
# **10 minutos. Lo corrige una persona.** Un compañero sondea su BERT: «un clasificador lineal acierta el 98 % de los sentidos de
# *banco*, luego el modelo entiende la palabra». Sus frases de prueba salen del mismo sorteo que las de entrenamiento de la sonda.

# %% [markdown] lang="en"
# ## 6.13 Reflection
#
# **10 minutes. Marked by a person.** A classmate probes their BERT: “a linear classifier gets 98% of the senses of *bank* right,
# so the model understands the word”. Their test sentences come from the same draw as those the probe was trained on.

# %% [markdown] answer="reflection_bert" points=2
# **¿Lo entiende? · Does it understand?**
#
# ¿Qué dos comparaciones le pedirías antes de creerlo, y qué seguiría sin demostrar si salieran bien? · Which two comparisons
# would you ask for before believing it, and what would remain unproved if they came out well?
#
# ### BEGIN SOLUTION
# **Guía de corrección** (2 puntos). *1 punto*: dos comparaciones concretas; por ejemplo, la misma sonda sobre el modelo recién
# nacido o sobre el vector fijo, y frases con pistas que la sonda no vio; o etiquetas barajadas, que dicen cuánto acierta una sonda
# que solo memoriza. *1 punto*: dice el límite: una sonda muestra que la información **está**, no que el modelo la use, ni que
# «entienda»; y solo de las frases de esta gramática.
#
# **Marking guide** (2 points). *1 point*: two concrete comparisons; for instance, the same probe on the untrained model or on the
# fixed vector, and sentences with clues that the probe did not see; or shuffled labels, which tell how much a probe gets right
# that only memorises. *1 point*: names the limit: a probe shows that the information **is there**, not that the model uses it,
# nor that it “understands”; and only for the sentences of this grammar.
# ### END SOLUTION
