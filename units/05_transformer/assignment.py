# %% [markdown] lang="es"
# # Tarea 5 · El Transformer
#
# Vas a construir el modelo de [Vaswani y otros (2017)](https://arxiv.org/abs/1706.03762) entero, caja por caja, y a
# entrenarlo para traducir números escritos en letra. La **parte 1** (algo más de 2 horas) hace las capas; la **parte 2**
# (unas 4 horas y media), lo que las rodea: los lotes, la pérdida, la tasa de aprendizaje, la traducción y las cuentas de
# lo que cuesta.
#
# Se trabaja como siempre: escribe donde pone `raise NotImplementedError`, ejecuta `check(...)` cuantas veces quieras y
# pide ideas con `hint(...)`. `continue_with(...)` conserva lo tuyo si está bien y, si no, pone lo del curso.
#
# Las letras de las formas: `B` frases a la vez, `S` palabras de la frase de origen, `T` de la de destino, `D` números
# por palabra, `V` palabras del vocabulario. Las máscaras son booleanas y `True` quiere decir «aquí se puede mirar». La
# atención es la de la tarea 4, ya hecha: `MultiHeadAttention(D, heads, dropout)`, que se llama con
# `(query, key, value, mask)`; su máscara se extiende hasta `(B, heads, T, S)`.

# %% [markdown] lang="en"
# # Assignment 5 · The Transformer
#
# You are going to build the whole model of [Vaswani and others (2017)](https://arxiv.org/abs/1706.03762), box by box,
# and train it to translate numbers written in words. **Part 1** (a little over 2 hours) builds the layers; **part 2**
# (about 4 and a half hours), what surrounds them: the batches, the loss, the learning rate, the translation, and what it
# all costs.
#
# You work as always: write where it says `raise NotImplementedError`, run `check(...)` as often as you like, and ask
# for ideas with `hint(...)`. `continue_with(...)` keeps your version if it is right; if not, it puts in the course's.
#
# The letters of the shapes: `B` sentences at a time, `S` words of the source sentence, `T` of the target one, `D`
# numbers per word, `V` words in the vocabulary. Masks are boolean and `True` means "one may look here". Attention is that
# of assignment 4, ready made: `MultiHeadAttention(D, heads, dropout)`, which is called with
# `(query, key, value, mask)`; its mask is stretched to `(B, heads, T, S)`.

# %%
import math

import numpy as np
import torch
from torch import nn

from atiende import label
from atiende.data import Tokens, make_numbers
from atiende.models.attention import MultiHeadAttention
from atiende.plots import new_figure, plot_scores, show
from autograder import check, continue_with, hint

# %% [markdown] lang="es"
# # Parte 1 · Las capas

# %% [markdown] lang="en"
# # Part 1 · The layers

# %% [markdown] lang="es"
# ## 5.1 Normalización por capa
#
# **Dificultad 2 de 5 · 15 minutos.** La normalización por lotes de la tarea 2 usa la media de todo el lote. Aquí cada
# palabra se normaliza **sola**, con sus `D` números, la acompañe quien la acompañe
# ([Ba y otros, 2016](https://arxiv.org/abs/1607.06450)):
# $$y = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} \, g + b$$
#
# $\mu$ y $\sigma^2$ son la media y la varianza de los `D` números de esa palabra, con $\sigma^2$ dividida entre `D`, no
# entre `D - 1`. $\varepsilon$, un número pequeño para no dividir entre 0, va **dentro** de la raíz. `gain` es $g$ y `bias`
# es $b$: uno de cada por rasgo. Escríbelo a mano, sin `nn.LayerNorm` ni `nn.functional.layer_norm`.

# %% [markdown] lang="en"
# ## 5.1 Layer normalization
#
# **Difficulty 2 of 5 · 15 minutes.** The batch normalization of assignment 2 uses the mean of the whole batch. Here each
# word is normalized **alone**, with its own `D` numbers, whoever keeps it company
# ([Ba and others, 2016](https://arxiv.org/abs/1607.06450)):
# $$y = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} \, g + b$$
#
# $\mu$ and $\sigma^2$ are the mean and the variance of the `D` numbers of that word, with $\sigma^2$ divided by `D`, not
# by `D - 1`. $\varepsilon$, a small number that keeps us from dividing by 0, goes **inside** the root. `gain` is $g$ and
# `bias` is $b$: one of each for every feature. Write it by hand, without `nn.LayerNorm` or `nn.functional.layer_norm`.


# %% exercise="layer_norm"
def layer_norm(x, gain, bias, eps=1e-5):
    """Normalize each row of the last axis on its own.

    x: tensor (..., D). gain, bias: (D,). eps: float, added to the variance inside the root.
    Returns a tensor of the shape of x. Leaves its inputs as they were.
    """
    ### BEGIN SOLUTION
    mean = x.mean(dim=-1, keepdim=True)  # (..., 1)
    variance = ((x - mean) ** 2).mean(dim=-1, keepdim=True)
    return (x - mean) / torch.sqrt(variance + eps) * gain + bias
    ### END SOLUTION


# %%
x = torch.tensor([[1.0, 3.0], [10.0, 10.0]])
print(layer_norm(x, torch.tensor([1.0, 2.0]), torch.tensor([0.0, 5.0]), eps=3.0))
# by hand: mean 2, variance 1, root of 1 + 3 is 2: [-0.5, 0.5 * 2 + 5 = 6]; the second row is flat: [0, 5]

# %% test="layer_norm" points=5
check(layer_norm)

# %% [markdown] lang="es"
# ## 5.2 Dónde está cada palabra
#
# **Dificultad 2 de 5 · 20 minutos.** La atención no sabe de orden: baraja las palabras y solo se barajan las respuestas.
# El remedio original es sumar a cada palabra un vector que depende de su posición $p$. La pareja $i$, desde 0, ocupa los
# rasgos $2i$ y $2i + 1$: un seno y un coseno de la misma frecuencia:
# $$PE_{p,\,2i} = \sin\!\left(p / 10000^{2i/D}\right), \qquad PE_{p,\,2i+1} = \cos\!\left(p / 10000^{2i/D}\right)$$
#
# Ojo: seno y coseno se alternan a lo largo de los **rasgos**, no de las posiciones. Si `D` es impar, el último rasgo es
# un seno sin pareja.

# %% [markdown] lang="en"
# ## 5.2 Where each word is
#
# **Difficulty 2 of 5 · 20 minutes.** Attention knows nothing of order: shuffle the words and all that happens is that
# the answers are shuffled. The original remedy is to add to each word a vector that depends on its position $p$. Pair $i$,
# from 0, takes features $2i$ and $2i + 1$: a sine and a cosine of the same frequency:
# $$PE_{p,\,2i} = \sin\!\left(p / 10000^{2i/D}\right), \qquad PE_{p,\,2i+1} = \cos\!\left(p / 10000^{2i/D}\right)$$
#
# Beware: sine and cosine alternate along the **features**, not along the positions. If `D` is odd, the last feature is
# a sine without a partner.


# %% exercise="sinusoids"
def sinusoids(length, d_model):
    """Return the position vectors: a float tensor (length, d_model), row p for position p.

    length: how many positions, from 0. d_model: features; even ones are sines, odd ones cosines.
    """
    ### BEGIN SOLUTION
    position = torch.arange(length)[:, None]  # (length, 1)
    speed = 10000 ** (-torch.arange(0, d_model, 2) / d_model)  # radians a position
    table = torch.zeros(length, d_model)
    table[:, 0::2] = torch.sin(position * speed)
    table[:, 1::2] = torch.cos(position * speed[: d_model // 2])
    return table
    ### END SOLUTION


# %%
print(sinusoids(3, 4))
# by hand: row 0 is [0, 1, 0, 1]; row 1 is [sin 1, cos 1, sin 0.01, cos 0.01] = [0.84, 0.54, 0.01, 1.00]

# %% test="sinusoids" points=5
check(sinusoids)

# %% [markdown] lang="es"
# ## 5.3 Sumar y normalizar
#
# **Dificultad 3 de 5 · 25 minutos.** Toda capa del Transformer trata igual a sus ramas: deja pasar `x` y le **suma** lo
# que dice una rama (`branch`: la atención, o la red de 5.4). La normalización por capa va en uno de dos sitios
# ([Xiong y otros, 2020](https://arxiv.org/abs/2002.04745)):
#
# - `norm="post"`, el original: se suma y después se normaliza la suma;
# - `norm="pre"`, el de hoy: se normaliza lo que entra **en la rama**; lo que pasa de largo es `x`, tal cual.
#
# El dropout se aplica a lo que sale de la rama, antes de sumar; nunca a lo que pasa de largo. El atributo `norm` es la capa
# `nn.LayerNorm`, para que la comprobación encuentre sus pesos; la palabra `"pre"` o `"post"`, guárdala en otro atributo.

# %% [markdown] lang="en"
# ## 5.3 Add and normalize
#
# **Difficulty 3 of 5 · 25 minutes.** Every layer of the Transformer treats its branches the same way: it lets `x` through and
# **adds** what a branch says (`branch`: attention, or the network of 5.4). The layer norm goes in one of two places
# ([Xiong and others, 2020](https://arxiv.org/abs/2002.04745)):
#
# - `norm="post"`, the original: add, and then normalize the sum;
# - `norm="pre"`, today's: normalize what goes **into the branch**; what goes straight through is `x`, as it is.
#
# Dropout is applied to what comes out of the branch, before adding; never to what goes straight through. The attribute
# `norm` is the `nn.LayerNorm` layer, so that the check finds its weights; keep the word `"pre"` or `"post"` in another
# attribute.


# %% exercise="sublayer"
class Sublayer(nn.Module):
    """Add what a branch says to x, with a layer norm before the branch or after the sum.

    d_model: features of x. norm: "pre" or "post". dropout: share of the branch's output that is
    zeroed in training. The layer norm, an nn.LayerNorm, is the attribute norm.
    """

    def __init__(self, d_model, norm="pre", dropout=0.0):
        super().__init__()
        ### BEGIN SOLUTION
        self.norm = nn.LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.first = norm == "pre"
        ### END SOLUTION

    def forward(self, x, branch):
        """x: (B, T, d_model). branch: called once, with (B, T, d_model), it returns the same shape."""
        ### BEGIN SOLUTION
        if self.first:
            return x + self.dropout(branch(self.norm(x)))
        return self.norm(x + self.dropout(branch(x)))
        ### END SOLUTION


# %%
x = torch.tensor([[[1.0, 3.0]]])
for norm in ("pre", "post"):
    print(norm, Sublayer(2, norm)(x, lambda h: 10 * h).detach())
# by hand: pre, [1 - 10, 3 + 10] = [-9, 13]; post, the norm of [11, 33]: [-1, 1]

# %% test="sublayer" points=6
check(Sublayer)

# %% [markdown] lang="es"
# ## 5.4 Pensar cada palabra por su cuenta
#
# **Dificultad 1 de 5 · 10 minutos.** Entre atención y atención, cada palabra pasa sola por una MLP pequeña: de `D`
# rasgos a `d_ff`, ReLU, dropout, y de vuelta a `D`. Las dos capas `nn.Linear` se llaman `widen` y `narrow`.

# %% [markdown] lang="en"
# ## 5.4 Thinking each word over on its own
#
# **Difficulty 1 of 5 · 10 minutes.** Between one attention and the next, each word goes alone through a small MLP: from
# `D` features to `d_ff`, ReLU, dropout, and back to `D`. The two `nn.Linear` layers are called `widen` and `narrow`.


# %% exercise="feed_forward"
class FeedForward(nn.Module):
    """Pass each place on its own through a hidden layer: (B, T, d_model) to the same shape.

    d_model: features. d_ff: features of the hidden layer. dropout: share of the hidden features,
    after the ReLU, that is zeroed in training. Layers: widen, narrow.
    """

    def __init__(self, d_model, d_ff, dropout=0.0):
        super().__init__()
        ### BEGIN SOLUTION
        self.widen = nn.Linear(d_model, d_ff)
        self.narrow = nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return self.narrow(self.dropout(torch.relu(self.widen(x))))
        ### END SOLUTION


# %%
net = FeedForward(8, 32)
print(net(torch.zeros(2, 5, 8)).shape)  # by hand: (2, 5, 8)
print(sum(p.numel() for p in net.parameters()))  # by hand: 8 * 32 + 32 + 32 * 8 + 8 = 552

# %% test="feed_forward" points=3
check(FeedForward)

# %% [markdown] lang="es"
# ## 5.5 La capa del codificador
#
# **Dificultad 3 de 5 · 25 minutos.** Dos ramas, cada una con su `Sublayer`: la atención de cada palabra a todas las de su
# frase, y la red de 5.4. Los nombres: `attention`, `feed_forward`, `sublayer1`, `sublayer2`. Cada `Sublayer` tiene su
# propia normalización; no las compartas. `dropout` va a todas: a la atención, a la red y a los dos `Sublayer`.
#
# La rama de la atención recibe **una** entrada, ya normalizada si toca, que hace de consulta, de clave y de valor.

# %% [markdown] lang="en"
# ## 5.5 The encoder layer
#
# **Difficulty 3 of 5 · 25 minutes.** Two branches, each with its `Sublayer`: the attention of each word to all those of
# its sentence, and the network of 5.4. The names: `attention`, `feed_forward`, `sublayer1`, `sublayer2`. Each
# `Sublayer` has a norm of its own; do not share them. `dropout` goes to all of them: attention, network and both
# `Sublayer`.
#
# The attention branch receives **one** input, already normalized if need be, which is query, key and value.

# %%
continue_with("Sublayer", "FeedForward")


# %% exercise="encoder_layer"
class EncoderLayer(nn.Module):
    """Let each word look at its sentence, then think: x (B, S, d_model) to the same shape.

    d_model, heads: of the attention. d_ff: of the feed-forward net. norm: "pre" or "post".
    dropout: of the attention, of the feed-forward net and of both sublayers.
    Attributes: attention, feed_forward, sublayer1, sublayer2.
    """

    def __init__(self, d_model, heads, d_ff, norm="pre", dropout=0.0):
        super().__init__()
        ### BEGIN SOLUTION
        self.attention = MultiHeadAttention(d_model, heads, dropout)
        self.feed_forward = FeedForward(d_model, d_ff, dropout)
        self.sublayer1 = Sublayer(d_model, norm, dropout)
        self.sublayer2 = Sublayer(d_model, norm, dropout)
        ### END SOLUTION

    def forward(self, x, mask=None):
        """mask: boolean (B, 1, 1, S), True where one may look; None, everywhere."""
        ### BEGIN SOLUTION
        x = self.sublayer1(x, lambda h: self.attention(h, h, h, mask))
        return self.sublayer2(x, self.feed_forward)
        ### END SOLUTION


# %%
layer = EncoderLayer(d_model=8, heads=2, d_ff=16)
x = torch.randn(2, 5, 8)
mask = torch.tensor([[True] * 5, [True] * 3 + [False] * 2])[:, None, None]
changed = x.clone()
changed[1, 3:] = 99.0  # only what the mask hides
print(torch.allclose(layer(x, mask)[1, :3], layer(changed, mask)[1, :3]))  # True: nobody looked there

# %% test="encoder_layer" points=7
check(EncoderLayer)

# %% [markdown] lang="es"
# ## 5.6 La capa del decodificador
#
# **Dificultad 4 de 5 · 35 minutos.** Tres ramas, en este orden:
#
# 1. `attention`: cada palabra del destino mira a las del destino, con `mask`, que no deja ver el futuro;
# 2. `cross_attention`, la atención cruzada: la **consulta** es el destino; la **clave** y el **valor** son `memory`, lo que
#    dejó el codificador, con `memory_mask`, que tapa el relleno del origen;
# 3. `feed_forward`.
#
# Y tres `Sublayer`: `sublayer1`, `sublayer2`, `sublayer3`. En `norm="pre"`, `memory` llega ya normalizada del final del
# codificador: no se normaliza otra vez aquí.

# %% [markdown] lang="en"
# ## 5.6 The decoder layer
#
# **Difficulty 4 of 5 · 35 minutes.** Three branches, in this order:
#
# 1. `attention`: each target word looks at those of the target, with `mask`, which does not let it see the future;
# 2. `cross_attention`: the **query** is the target; the **key** and the **value** are `memory`, what the encoder left,
#    with `memory_mask`, which hides the padding of the source;
# 3. `feed_forward`.
#
# And three `Sublayer`: `sublayer1`, `sublayer2`, `sublayer3`. With `norm="pre"`, `memory` comes already normalized from
# the end of the encoder: it is not normalized again here.


# %% exercise="decoder_layer"
class DecoderLayer(nn.Module):
    """Let each target word look back, then at the source, then think: x (B, T, d_model) to the same.

    Arguments as in EncoderLayer. Attributes: attention, cross_attention, feed_forward, sublayer1,
    sublayer2, sublayer3.
    """

    def __init__(self, d_model, heads, d_ff, norm="pre", dropout=0.0):
        super().__init__()
        ### BEGIN SOLUTION
        self.attention = MultiHeadAttention(d_model, heads, dropout)
        self.cross_attention = MultiHeadAttention(d_model, heads, dropout)
        self.feed_forward = FeedForward(d_model, d_ff, dropout)
        self.sublayer1 = Sublayer(d_model, norm, dropout)
        self.sublayer2 = Sublayer(d_model, norm, dropout)
        self.sublayer3 = Sublayer(d_model, norm, dropout)
        ### END SOLUTION

    def forward(self, x, memory, mask=None, memory_mask=None):
        """memory: (B, S, d_model). mask: boolean (B, 1, T, T). memory_mask: boolean (B, 1, 1, S); None, everywhere."""
        ### BEGIN SOLUTION
        x = self.sublayer1(x, lambda h: self.attention(h, h, h, mask))
        x = self.sublayer2(x, lambda h: self.cross_attention(h, memory, memory, memory_mask))
        return self.sublayer3(x, self.feed_forward)
        ### END SOLUTION


# %%
layer = DecoderLayer(d_model=8, heads=2, d_ff=16)
x, memory = torch.randn(2, 4, 8), torch.randn(2, 6, 8)
causal = torch.ones(4, 4, dtype=torch.bool).tril()
changed = x.clone()
changed[:, 3] = 99.0
print(torch.allclose(layer(x, memory, causal)[:, :3], layer(changed, memory, causal)[:, :3]))  # True
print(torch.allclose(layer(x, memory, causal), layer(x, memory.flip(1), causal), atol=1e-6))
# True: it looks at a set, so turning the memory round changes nothing (positions come in 5.8)

# %% test="decoder_layer" points=10
check(DecoderLayer)

# %% [markdown] lang="es"
# # Parte 2 · Alrededor de las capas

# %% [markdown] lang="en"
# # Part 2 · Around the layers

# %% [markdown] lang="es"
# ## 5.7 El lote: desplazar y tapar
#
# **Dificultad 3 de 5 · 35 minutos.** Aquí se cometen los errores que no dan error. Al entrenar, el decodificador recibe la
# traducción **verdadera** hasta cada palabra y ha de decir la siguiente (enseñanza forzada, o *teacher forcing*). Con la
# frase `[7, 8]`, inicio `bos` y final `eos`:
#
# ```
# entradas:   bos 7 8        etiquetas:   7 8 eos
# ```
#
# En cada sitio, la etiqueta es la palabra que viene **después** de la entrada. Si no se desplazan, el modelo copia: la
# pérdida cae a casi cero y no traduce nada. `eos` no entra nunca, y `bos` no se predice nunca.
#
# Las filas cortas se completan con `pad`. Y dos máscaras, `True` donde se puede mirar:
#
# - `source_mask`, `(B, 1, 1, S)`: las palabras del origen que no son relleno;
# - `target_mask`, `(B, 1, T, T)`: fila $t$, columna $u$: `True` si $u \le t$ **y** la entrada $u$ no es relleno.

# %% [markdown] lang="en"
# ## 5.7 The batch: shift and hide
#
# **Difficulty 3 of 5 · 35 minutes.** This is where the mistakes that raise no error are made. In training, the decoder
# receives the **true** translation up to each word and has to say the next one (*teacher forcing*). With the sentence
# `[7, 8]`, beginning `bos` and end `eos`:
#
# ```
# inputs:   bos 7 8        labels:   7 8 eos
# ```
#
# At each place, the label is the word that comes **after** the input. If they are not shifted, the model copies: the
# loss falls to nearly zero and it translates nothing. `eos` never goes in, and `bos` is never predicted.
#
# Short rows are padded with `pad`. And two masks, `True` where one may look:
#
# - `source_mask`, `(B, 1, 1, S)`: the words of the source that are not padding;
# - `target_mask`, `(B, 1, T, T)`: row $t$, column $u$: `True` if $u \le t$ **and** input $u$ is not padding.


# %% exercise="make_batch"
def make_batch(sources, targets, pad, bos, eos):
    """Make the tensors of a training step out of rows of ids of different lengths.

    sources, targets: lists of B lists of ids, without beginning or end; none holds pad, bos or eos.
    Returns (source, inputs, labels, source_mask, target_mask): source (B, S) int64; inputs and
    labels (B, T) int64, with T one more than the longest target; source_mask (B, 1, 1, S) and
    target_mask (B, 1, T, T) boolean, True where one may look. Leaves the lists as they were.
    """
    ### BEGIN SOLUTION
    def padded(rows):
        longest = max(len(row) for row in rows)
        return torch.tensor([[*row, *[pad] * (longest - len(row))] for row in rows])

    source = padded(sources)
    inputs = padded([[bos, *row] for row in targets])
    labels = padded([[*row, eos] for row in targets])
    T = inputs.shape[1]
    source_mask = (source != pad)[:, None, None, :]
    target_mask = (inputs != pad)[:, None, None, :] & torch.ones(T, T, dtype=torch.bool).tril()
    return source, inputs, labels, source_mask, target_mask
    ### END SOLUTION


# %%
source, inputs, labels, source_mask, target_mask = make_batch([[5, 6, 9], [4]], [[7], [7, 8]], pad=0, bos=1, eos=2)
print(inputs.tolist(), labels.tolist())  # by hand: [[1, 7, 0], [1, 7, 8]] and [[7, 2, 0], [7, 8, 2]]
print(target_mask[0, 0].int())  # by hand: [[1, 0, 0], [1, 1, 0], [1, 1, 0]]: the third input is padding

# %% test="make_batch" points=8
check(make_batch)

# %% [markdown] lang="es"
# ## 5.8 El modelo entero
#
# **Dificultad 4 de 5 · 40 minutos.** Todo junto. Los nombres, para que la comprobación cargue sus pesos:
#
# - `source_embedding` y `target_embedding`, dos `nn.Embedding`; sus pesos nacen, es decir, se inicializan, con desviación
#   estándar $1/\sqrt{D}$ (`nn.init.normal_`). Lo que entra en la primera capa es la fila **multiplicada por** $\sqrt{D}$
#   **más** `sinusoids`: así palabra y posición pesan parecido. En el origen y en el destino;
# - `encoder` y `decoder`, dos `nn.ModuleList` de `num_layers` capas, cada capa con pesos propios;
# - `encoder_norm` y `decoder_norm`: con `norm="pre"`, un `nn.LayerNorm` al final de cada pila; con `norm="post"` no hacen
#   falta, y no hay (`nn.Identity()`);
# - `head`, un `nn.Linear` de `D` a `target_vocab`. Sin softmax: lo hace la pérdida.
#
# Las posiciones no se aprenden ni están en `state_dict`: calcúlalas al vuelo. `dropout` va a todas las capas; sobre la suma
# de palabra y posición puedes poner otro. El codificador y el decodificador se pueden llamar por separado: para traducir se
# codifica una vez y se decodifica muchas. Las máscaras vienen de fuera; `None` quiere decir que se mira a todas partes.

# %% [markdown] lang="en"
# ## 5.8 The whole model
#
# **Difficulty 4 of 5 · 40 minutes.** All together. The names, so that the check can load its weights:
#
# - `source_embedding` and `target_embedding`, two `nn.Embedding`; their weights are born, that is, initialized, with
#   standard deviation $1/\sqrt{D}$ (`nn.init.normal_`). What enters the first layer is the row **times** $\sqrt{D}$
#   **plus** `sinusoids`: that way word and position weigh about the same. At the source and at the target;
# - `encoder` and `decoder`, two `nn.ModuleList` of `num_layers` layers, each layer with weights of its own;
# - `encoder_norm` and `decoder_norm`: with `norm="pre"`, an `nn.LayerNorm` at the end of each stack; with `norm="post"`
#   they are not needed, and there are none (`nn.Identity()`);
# - `head`, an `nn.Linear` from `D` to `target_vocab`. No softmax: the loss does it.
#
# Positions are not learned and not in `state_dict`: compute them on the fly. `dropout` goes to all layers; you may put one
# more on the sum of word and position. Encoder and decoder can be called separately: to translate, one encodes once and
# decodes many times. The masks come from outside; `None` means that one looks everywhere.

# %%
continue_with("sinusoids", "EncoderLayer", "DecoderLayer")


# %% exercise="transformer"
class Transformer(nn.Module):
    """Score the next target word at each place: source (B, S) and inputs (B, T) to (B, T, target_vocab).

    Arguments as in EncoderLayer; num_layers: of the encoder, and as many of the decoder.
    Attributes: source_embedding, target_embedding, encoder, decoder, encoder_norm, decoder_norm, head.
    """

    def __init__(self, source_vocab, target_vocab, d_model, heads, d_ff, num_layers, norm="pre", dropout=0.0):
        super().__init__()
        ### BEGIN SOLUTION
        self.source_embedding = nn.Embedding(source_vocab, d_model)
        self.target_embedding = nn.Embedding(target_vocab, d_model)
        for embedding in (self.source_embedding, self.target_embedding):
            nn.init.normal_(embedding.weight, std=d_model**-0.5)
        sizes = d_model, heads, d_ff, norm, dropout
        self.encoder = nn.ModuleList(EncoderLayer(*sizes) for _ in range(num_layers))
        self.decoder = nn.ModuleList(DecoderLayer(*sizes) for _ in range(num_layers))
        self.encoder_norm = nn.LayerNorm(d_model) if norm == "pre" else nn.Identity()
        self.decoder_norm = nn.LayerNorm(d_model) if norm == "pre" else nn.Identity()
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(d_model, target_vocab)
        ### END SOLUTION

    def encode(self, source, source_mask=None):
        """Return the memory (B, S, d_model) of source (B, S). source_mask: (B, 1, 1, S); None, everywhere."""
        ### BEGIN SOLUTION
        x = self.embedded(source, self.source_embedding)
        for layer in self.encoder:
            x = layer(x, source_mask)
        return self.encoder_norm(x)
        ### END SOLUTION

    def decode(self, inputs, memory, target_mask=None, source_mask=None):
        """Return the scores (B, T, target_vocab) of the word after each of inputs (B, T).

        memory: (B, S, d_model). target_mask: (B, 1, T, T). source_mask: (B, 1, 1, S). None, everywhere.
        """
        ### BEGIN SOLUTION
        x = self.embedded(inputs, self.target_embedding)
        for layer in self.decoder:
            x = layer(x, memory, target_mask, source_mask)
        return self.head(self.decoder_norm(x))
        ### END SOLUTION

    def forward(self, source, inputs, source_mask=None, target_mask=None):
        ### BEGIN SOLUTION
        return self.decode(inputs, self.encode(source, source_mask), target_mask, source_mask)

    def embedded(self, ids, embedding):
        T, D = ids.shape[1], embedding.embedding_dim
        positions = sinusoids(T, D).to(embedding.weight)
        return self.dropout(embedding(ids) * D**0.5 + positions)
        ### END SOLUTION


# %%
torch.manual_seed(0)
model = Transformer(source_vocab=50, target_vocab=30, d_model=16, heads=2, d_ff=32, num_layers=2)
logits = model(torch.randint(50, (3, 7)), torch.randint(30, (3, 5)))
print(logits.shape)  # by hand: (3, 5, 30)
loss = nn.functional.cross_entropy(logits.flatten(0, 1), torch.randint(30, (15,)))
print(round(loss.item(), 1), round(math.log(30), 1))  # a little more than ln 30: it knows nothing yet

# %% test="transformer" points=9
check(Transformer)

# %% [markdown] lang="es"
# ## 5.9 Calentar y enfriar
#
# **Dificultad 1 de 5 · 10 minutos.** Al principio, las medias de Adam aún no saben nada y un paso largo hace daño. La tasa
# sube en línea recta durante `warmup` pasos, hasta `peak`, y después baja como la raíz inversa del paso:
# $$lr(s) = \text{peak} \cdot \min\!\left(\frac{s}{\text{warmup}}, \sqrt{\frac{\text{warmup}}{s}}\right)$$
#
# Los pasos se cuentan desde 1. La fórmula no vale en el paso 0: ahí la tasa es 0.

# %% [markdown] lang="en"
# ## 5.9 Warming up and cooling down
#
# **Difficulty 1 of 5 · 10 minutes.** At the beginning Adam's averages know nothing yet, and a long step does harm. The
# rate rises in a straight line for `warmup` steps, up to `peak`, and then falls as the inverse root of the step:
# $$lr(s) = \text{peak} \cdot \min\!\left(\frac{s}{\text{warmup}}, \sqrt{\frac{\text{warmup}}{s}}\right)$$
#
# Steps are counted from 1. The formula does not hold at step 0: there the rate is 0.


# %% exercise="inverse_sqrt_lr"
def inverse_sqrt_lr(step, warmup, peak):
    """Return the learning rate of a step, a float.

    step: integer, 0 or more. warmup: integer, 1 or more, the step of the largest rate. peak: that rate.
    """
    ### BEGIN SOLUTION
    return peak * min(step / warmup, math.sqrt(warmup / max(step, 1)))
    ### END SOLUTION


# %%
print([inverse_sqrt_lr(step, warmup=100, peak=0.01) for step in (0, 50, 100, 400)])
# by hand: 0, half of the peak, the peak, and half again (the root of 1/4): [0, 0.005, 0.01, 0.005]

# %% test="inverse_sqrt_lr" points=3
check(inverse_sqrt_lr)

# %% [markdown] lang="es"
# ## 5.10 Suavizar las etiquetas
#
# **Dificultad 3 de 5 · 25 minutos.** La entropía cruzada pide toda la probabilidad para la palabra buena, y nunca se queda
# contenta. El suavizado pide un poco menos: $1 - \varepsilon$ para la buena, y $\varepsilon$ **repartido a partes iguales
# entre las demás**, que son $V - 2$: ni la buena ni `pad`, al que le toca 0. Si $t_v$ es lo pedido para la palabra $v$:
# $$L = -\sum_v t_v \ln p_v$$
#
# y la pérdida es la media de $L$ sobre los sitios cuya etiqueta no es `pad`. (`nn.functional.cross_entropy` también
# suaviza, pero reparte entre las $V$, la buena y el relleno incluidos: no da lo mismo.) Escríbela a mano, sin
# `nn.functional.cross_entropy` ni `nn.CrossEntropyLoss`.

# %% [markdown] lang="en"
# ## 5.10 Smoothing the labels
#
# **Difficulty 3 of 5 · 25 minutes.** Cross-entropy asks for all the probability for the right word, and is never
# satisfied. Smoothing asks for a little less: $1 - \varepsilon$ for the right one, and $\varepsilon$ **shared out evenly
# among the others**, which are $V - 2$: neither the right one nor `pad`, which gets 0. If $t_v$ is what is asked for word
# $v$:
# $$L = -\sum_v t_v \ln p_v$$
#
# and the loss is the mean of $L$ over the places whose label is not `pad`. (`nn.functional.cross_entropy` smooths too,
# but shares out among all $V$, the right one and the padding included: it is not the same.) Write it by hand, without
# `nn.functional.cross_entropy` or `nn.CrossEntropyLoss`.


# %% exercise="label_smoothing_loss"
def label_smoothing_loss(logits, y, eps, pad):
    """Return the mean cross-entropy against smoothed labels, a tensor of no dimension, with its graph.

    logits: (B, T, V). y: (B, T) integers; places where y is pad do not count, and at least one is not.
    eps: float from 0 to 1, shared out evenly among the V - 2 words that are neither right nor pad.
    Leaves its inputs as they were.
    """
    ### BEGIN SOLUTION
    log_p = torch.log_softmax(logits, dim=-1)  # (B, T, V)
    wanted = torch.full_like(log_p, eps / (logits.shape[-1] - 2))
    wanted.scatter_(-1, y[..., None], 1 - eps)
    wanted[..., pad] = 0
    real = y != pad  # (B, T)
    return -(wanted * log_p).sum(dim=-1)[real].mean()
    ### END SOLUTION


# %%
y = torch.tensor([[3, 0]])  # the second place is padding
flat = torch.zeros(1, 2, 4)
print(label_smoothing_loss(flat, y, eps=0.1, pad=0))  # by hand: all four alike: ln 4 = 1.3863
sure = torch.tensor([[[0.0, 0.0, 0.0, 10.0]] * 2])
print(label_smoothing_loss(sure, y, eps=0.1, pad=0))  # by hand: 0.1 * 10, and a little: 1.0001

# %% test="label_smoothing_loss" points=5
check(label_smoothing_loss)

# %% [markdown] lang="es"
# ## 5.11 Traducir de verdad
#
# **Dificultad 3 de 5 · 30 minutos.** Al traducir no hay etiquetas: se empieza con `bos`, se toma la palabra más probable
# **tras la última**, se añade a las entradas, y otra vez. Cada fila acaba en su primer `eos`; el bucle acaba cuando han
# acabado todas, o a las `max_len` palabras. Todas las filas van juntas: una llamada a `decode` por palabra, y el origen se
# codifica una sola vez. No hace falta el grafo: `torch.no_grad()`.
#
# `model` es como el de 5.8: `model.encode(source, source_mask)` y
# `model.decode(inputs, memory, target_mask, source_mask)`. La máscara del destino la pones tú: la causal.

# %% [markdown] lang="en"
# ## 5.11 Translating for real
#
# **Difficulty 3 of 5 · 30 minutes.** When translating there are no labels: begin with `bos`, take the likeliest word
# **after the last one**, add it to the inputs, and again. Each row ends at its first `eos`; the loop ends when all have
# ended, or after `max_len` words. All rows go together: one call of `decode` per word, and the source is encoded only once.
# No graph is needed: `torch.no_grad()`.
#
# `model` is like that of 5.8: `model.encode(source, source_mask)` and
# `model.decode(inputs, memory, target_mask, source_mask)`. The mask of the target is up to you: the causal one.


# %% exercise="greedy_decode"
def greedy_decode(model, source, source_mask, max_len, bos, eos):
    """Translate by taking the likeliest word each time, all rows at once.

    model: as in 5.8. source: (B, S). source_mask: (B, 1, 1, S) boolean. max_len: most words of a row.
    Returns a list of B lists of ids, each without bos, up to its first eos and without it.
    Leaves the inputs and the model's weights as they were, and keeps no graph.
    """
    ### BEGIN SOLUTION
    with torch.no_grad():
        memory = model.encode(source, source_mask)
        inputs = torch.full((len(source), 1), bos)
        ended = torch.zeros(len(source), dtype=torch.bool)
        while inputs.shape[1] <= max_len and not ended.all():
            T = inputs.shape[1]
            causal = torch.ones(T, T, dtype=torch.bool).tril()
            chosen = model.decode(inputs, memory, causal, source_mask)[:, -1].argmax(dim=-1)  # (B,)
            inputs = torch.cat([inputs, chosen[:, None]], dim=1)
            ended |= chosen == eos
    rows = inputs[:, 1:].tolist()
    return [row[: row.index(eos)] if eos in row else row for row in rows]
    ### END SOLUTION


# %%
class Countdown(nn.Module):
    """Say the source's first id less one, less two ... down to 2, which is the end: a model to try with."""

    def __init__(self):
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(1))  # so that it has a device, as any model does

    def encode(self, source, source_mask=None):
        return source[:, :1]

    def decode(self, inputs, memory, target_mask=None, source_mask=None):
        T = inputs.shape[1]
        following = (memory - torch.arange(1, T + 1)).clamp(min=2)  # (B, T)
        return nn.functional.one_hot(following, 10).float()


print(greedy_decode(Countdown(), torch.tensor([[5], [3]]), None, max_len=6, bos=1, eos=2))
# by hand: from 5, 4 and 3 and the end; from 3, the end at once: [[4, 3], []]

# %% test="greedy_decode" points=6
check(greedy_decode)

# %% [markdown] lang="es"
# ## 5.12 Números en letra
#
# **Dificultad 4 de 5 · 40 minutos.** La prueba: «dos mil trescientos cuarenta y cinco» → *two thousand three hundred forty
# five*. Escribe el bucle de entrenamiento:
#
# 1. Los lotes: en cada época, todas las parejas una vez, en un orden nuevo (`torch.randperm`); el último lote puede ser
#    más corto. Se para a los `steps` pasos, también a mitad de época.
# 2. La tasa de cada paso, contado desde 1, es `inverse_sqrt_lr(step, warmup, peak)`. El optimizador, `torch.optim.Adam`
#    con `betas=(0.9, 0.98)`, el del artículo.
# 3. La pérdida, `label_smoothing_loss` con `smoothing`, que se apunta antes del paso, como número.
# 4. El gradiente se recorta para que su norma no pase de `max_norm` (`nn.utils.clip_grad_norm_`).
# 5. Al empezar, `model.train()`; al acabar, `model.eval()`: el dropout actúa al entrenar, y no debe seguir al traducir.
#
# Usa 0, 1 y 2 como `pad`, `bos` y `eos`, como `Tokens`.
#
# **El listón**: en la comprobación, 300 pasos con 6000 parejas, y el 95 % de 500 números nuevos traducidos **enteros**,
# palabra por palabra. Se mide traduciendo, no por la pérdida: en la lección viste que con una pérdida diminuta puede no
# traducirse nada. La comprobación entrena: tarda más que las otras.

# %% [markdown] lang="en"
# ## 5.12 Numbers in words
#
# **Difficulty 4 of 5 · 40 minutes.** The test: "dos mil trescientos cuarenta y cinco" → *two thousand three hundred forty
# five*. Write the training loop:
#
# 1. The batches: in each epoch all pairs once, in a new order (`torch.randperm`); the last batch may be shorter. It stops
#    after `steps` steps, even in the middle of an epoch.
# 2. The rate of each step, counted from 1, is `inverse_sqrt_lr(step, warmup, peak)`. The optimiser, `torch.optim.Adam`
#    with `betas=(0.9, 0.98)`, the paper's.
# 3. The loss, `label_smoothing_loss` with `smoothing`, recorded before the step, as a number.
# 4. The gradient is clipped so that its norm is at most `max_norm` (`nn.utils.clip_grad_norm_`).
# 5. At the beginning, `model.train()`; at the end, `model.eval()`: dropout acts in training, and must not when translating.
#
# Use 0, 1 and 2 as `pad`, `bos` and `eos`, as `Tokens` does.
#
# **The bar**: in the check, 300 steps on 6000 pairs, and 95% of 500 new numbers translated **whole**, word by word. It is
# measured by translating, not by the loss: in the lesson you saw that with a tiny loss nothing may get translated. The
# check trains: it takes longer than the others.

# %%
continue_with("make_batch", "inverse_sqrt_lr", "label_smoothing_loss")


# %% exercise="train_translator"
def train_translator(model, sources, targets, steps, batch_size, peak, warmup, smoothing=0.1, max_norm=1.0):
    """Train a translator in place, and leave it in eval mode.

    model: model(source, inputs, source_mask, target_mask) gives (B, T, V). sources, targets: lists of N
    lists of ids. steps: batches to train on. batch_size: pairs a batch. peak, warmup: of the rate.
    smoothing: eps of the loss. max_norm: largest norm of the gradient.
    Returns the list of the losses, floats, one per step. Leaves the lists as they were.
    """
    ### BEGIN SOLUTION
    optimizer = torch.optim.Adam(model.parameters(), lr=peak, betas=(0.9, 0.98))
    model.train()
    losses = []
    while len(losses) < steps:
        for rows in torch.randperm(len(sources)).split(batch_size):
            if len(losses) == steps:
                break
            chosen = [sources[n] for n in rows], [targets[n] for n in rows]
            source, inputs, labels, source_mask, target_mask = make_batch(*chosen, pad=0, bos=1, eos=2)
            loss = label_smoothing_loss(model(source, inputs, source_mask, target_mask), labels, smoothing, pad=0)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            for group in optimizer.param_groups:
                group["lr"] = inverse_sqrt_lr(len(losses) + 1, warmup, peak)
            optimizer.step()
            losses.append(loss.item())
    model.eval()
    return losses
    ### END SOLUTION


# %%
continue_with("Transformer")
torch.manual_seed(0)
tiny = Transformer(source_vocab=6, target_vocab=6, d_model=8, heads=2, d_ff=16, num_layers=1)
losses = train_translator(tiny, [[3], [4], [5]], [[3], [4], [5]], steps=7, batch_size=2, peak=0.01, warmup=2)
print(len(losses), tiny.training)  # by hand: 7 steps (2 + 1, 2 + 1, 2 + 1, 2 pairs), and False

# %% test="train_translator" points=15
check(train_translator)

# %% [markdown] lang="es"
# Todo junto. Los primeros 500 números quedan fuera del entrenamiento, y con ellos se mide; tres se imprimen traducidos:

# %% [markdown] lang="en"
# All together. The first 500 numbers stay out of the training, and are what it is measured with; three are printed with
# their translation:

# %%
continue_with("greedy_decode", "train_translator")

pairs = make_numbers(seed=0)
spanish, english = Tokens(es for es, _ in pairs), Tokens(en for _, en in pairs)
sources, targets = [spanish.encode(es) for es, _ in pairs], [english.encode(en) for _, en in pairs]
print(len(spanish), len(english), pairs[0])

torch.manual_seed(0)
translator = Transformer(len(spanish), len(english), d_model=64, heads=4, d_ff=128, num_layers=1)
losses = train_translator(translator, sources[500:], targets[500:], 300, 64, peak=3e-3, warmup=100)
figure, ax = new_figure(width=6)
ax.plot(losses)
ax.set(xlabel=label("paso", "step"), ylabel=label("pérdida (nats por palabra)", "loss (nats per word)"))
told = label("Pérdida: de {:.1f} a {:.2f} en {} pasos.", "Loss: {:.1f} to {:.2f} in {} steps.")
show(figure, told.format(losses[0], losses[-1], len(losses)))


def exact(translator):
    """Return the share of the first 500 numbers, which it has not trained on, that it translates whole."""
    source, _, _, source_mask, _ = make_batch(sources[:500], targets[:500], pad=0, bos=1, eos=2)
    written = greedy_decode(translator, source, source_mask, max_len=12, bos=1, eos=2)
    return sum(row == target for row, target in zip(written, targets[:500], strict=True)) / 500


print(label("enteros y exactos:", "whole and exact:"), exact(translator))
for es, _ in pairs[:3]:
    ids = torch.tensor([spanish.encode(es)])
    words = greedy_decode(translator, ids, None, max_len=12, bos=1, eos=2)[0]
    print(es, "→", " ".join(english.decode(words)))

# %% [markdown] lang="es"
# Fíjate en la pérdida: no baja de 0,67, y traduce casi todo sin un fallo. Ese suelo lo pone el suavizado: cuando se pide
# solo 0,9 para la palabra buena, la pérdida es, como poco, la entropía de lo pedido. Aquí $V = 34$, y el suelo,
# $-0.9 \ln 0.9 - 0.1 \ln (0.1 / 32) \approx 0.67$.

# %% [markdown] lang="en"
# Look at the loss: it does not go below 0.67, and nearly everything is translated without a mistake. That floor is set by
# smoothing: when only 0.9 is asked for the right word, the loss is at least the entropy of what is asked for. Here
# $V = 34$, and the floor is $-0.9 \ln 0.9 - 0.1 \ln (0.1 / 32) \approx 0.67$.

# %% [markdown] lang="es"
# ## 5.13 Las cuentas
#
# **Dificultad 2 de 5 · 30 minutos.** ¿Cuántos números aprende el modelo de 5.8, con `norm="pre"`, y cuántas operaciones
# hace? Devuelve las dos cosas:
#
# - `parameters`: todos los parámetros, sesgos y normalizaciones incluidos. No olvides que `MultiHeadAttention` son cuatro
#   capas lineales con su sesgo, ni las dos normalizaciones del final, ni los embeddings, ni `head`.
# - `flops`: las operaciones de los **productos de matrices** al leer una pareja de `S` y `T` palabras. Multiplicar una
#   matriz `(m, n)` por otra `(n, p)` cuesta $2mnp$: $mnp$ productos y otras tantas sumas. Lo demás (softmax, sumas,
#   normalizaciones, buscar la fila del embedding) no cuenta. La máscara causal no ahorra nada: la tabla de `T` por `T` se
#   calcula entera y se tapa después.
#
# En la atención cruzada las consultas salen de `T` palabras; claves y valores, de `S`.

# %% [markdown] lang="en"
# ## 5.13 Counting the cost
#
# **Difficulty 2 of 5 · 30 minutes.** How many numbers does the model of 5.8 learn, with `norm="pre"`, and how many
# operations does it do? Return both:
#
# - `parameters`: all parameters, biases and norms included. Do not forget that `MultiHeadAttention` is four linear layers
#   with their biases, nor the two norms at the end, nor the embeddings, nor `head`.
# - `flops`: the operations of the **matrix products** when reading one pair of `S` and `T` words. Multiplying a matrix
#   `(m, n)` by another `(n, p)` costs $2mnp$: $mnp$ multiplications and as many additions. The rest (softmax, additions,
#   norms, looking up the row of the embedding) does not count. The causal mask saves nothing: the table of `T` by `T` is
#   computed whole and hidden afterwards.
#
# In cross-attention the queries come from `T` words; keys and values, from `S`.


# %% exercise="accounting"
def accounting(source_vocab, target_vocab, d_model, d_ff, num_layers, S, T):
    """Return (parameters, flops) of the Transformer of 5.8 in pre norm, two integers.

    S, T: words of the source and of the inputs of one pair. flops: 2 m n p for each matrix product.
    """
    ### BEGIN SOLUTION
    D, F, L = d_model, d_ff, num_layers
    attention, feed_forward, norm = 4 * (D * D + D), 2 * D * F + F + D, 2 * D
    layers = L * (attention + feed_forward + 2 * norm) + L * (2 * attention + feed_forward + 3 * norm)
    ends = (source_vocab + target_vocab) * D + 2 * norm + D * target_vocab + target_vocab
    encoder = 2 * S * (4 * D * D + 2 * D * F) + 4 * S * S * D
    itself = 2 * T * 4 * D * D + 4 * T * T * D
    cross = 2 * T * 2 * D * D + 2 * S * 2 * D * D + 4 * T * S * D
    decoder = itself + cross + 2 * T * 2 * D * F
    return layers + ends, L * (encoder + decoder) + 2 * T * D * target_vocab
    ### END SOLUTION


# %%
model = Transformer(50, 30, d_model=16, heads=2, d_ff=32, num_layers=2)
print(accounting(50, 30, 16, 32, 2, S=7, T=5)[0], sum(p.numel() for p in model.parameters()))  # the same
base = accounting(37000, 37000, 512, 2048, 6, S=30, T=30)  # the base model of 2017, with a vocabulary of 37,000
print(f"{base[0] / 1e6:.0f} M, {base[1] / 1e9:.1f} GFLOP")  # 101 M; the paper says 65 M: it shares its three tables

# %% test="accounting" points=3
check(accounting)

# %% [markdown] lang="es"
# ## 5.14 Preguntas
#
# **20 minutos.** Diez preguntas con una sola opción buena. Si fallas alguna, el panel te dice por qué esa opción no puede
# ser, de una en una.
#
# **q1.** Al entrenar, la pérdida cae a 0,002 en 250 pasos; al traducir, no acierta ninguna frase. ¿Qué miras primero?
#
# - a) La tasa de aprendizaje: es demasiado alta.
# - b) La máscara causal y el desplazamiento: el modelo puede estar viendo la respuesta.
# - c) El sobreajuste: faltan datos.
# - d) El codificador: no lee el origen.
#
# **q2.** Quitas las posiciones del origen y del destino. ¿Qué pasa con un codificador solo, sin máscara causal?
#
# - a) Si barajas las palabras, sus salidas se barajan igual, y nada más cambia.
# - b) No puede calcularse: las formas no coinciden.
# - c) Da siempre la misma salida, sea cual sea la frase.
# - d) Aprende el orden por la atención, solo que más despacio.
#
# **q3.** En la atención cruzada, ¿de dónde salen la consulta, la clave y el valor?
#
# - a) Las tres del destino.
# - b) La consulta del origen; la clave y el valor del destino.
# - c) La consulta del destino; la clave y el valor del origen.
# - d) La consulta y la clave del destino; el valor del origen.
#
# **q4.** Con `norm="pre"`, la rama da cero en todas las capas. ¿Qué sale de la pila, antes de la normalización del final?
#
# - a) Cero.
# - b) La entrada, tal cual.
# - c) La entrada normalizada una vez.
# - d) La entrada normalizada una vez por capa.
#
# **q5.** Suavizas con $\varepsilon = 0.1$. Tu modelo de 5.12 acierta todas las palabras y su pérdida no baja de 0,67. ¿Qué
# haces?
#
# - a) Nada: es el suelo que pone el suavizado; mide traduciendo.
# - b) Entrenar más: con tiempo llega a 0.
# - c) Subir la tasa de aprendizaje.
# - d) Quitar la máscara causal.
#
# **q6.** Entrenar sobre una frase de 20 palabras es una sola pasada; traducir 20 palabras son 20. ¿Por qué?
#
# - a) Porque al traducir no se usa la máscara.
# - b) Porque al entrenar se conoce la frase: cada palabra ve la verdadera anterior. Al traducir, la anterior aún no existe.
# - c) Porque el codificador se repite en cada palabra.
# - d) Porque al traducir el lote es de 1.
#
# **q7.** Olvidas `model.eval()` y traduces dos veces la misma frase. ¿Qué ves?
#
# - a) Dos traducciones idénticas, algo peores.
# - b) Un error: no hay gradiente.
# - c) Dos traducciones que pueden ser distintas: el dropout sigue sorteando.
# - d) Nada: el dropout solo actúa en `backward`.
#
# **q8.** Doblas la longitud de las frases, de 500 a 1000 palabras, con `D` igual a 64. ¿Por cuánto se multiplican, más o
# menos, los productos de matrices de una capa del codificador con `d_ff` igual a 128?
#
# - a) Por 2.
# - b) Por algo menos de 4: domina la atención, que crece con el cuadrado.
# - c) Por 8.
# - d) No cambian: los pesos son los mismos.
#
# **q9.** Usas la misma capa seis veces: `nn.ModuleList([layer] * 6)`. ¿Qué tienes?
#
# - a) Seis capas que nacen iguales y luego se separan.
# - b) Un error al entrenar.
# - c) Seis capas distintas.
# - d) Seis pasadas por los mismos pesos: la sexta parte de los parámetros que crees.
#
# **q10.** Conviertes el modelo en uno que solo continúa textos, sin origen. ¿Qué partes sobran?
#
# - a) El codificador y la atención cruzada.
# - b) El decodificador entero.
# - c) La máscara causal.
# - d) Las redes `feed_forward`.

# %% [markdown] lang="en"
# ## 5.14 Questions
#
# **20 minutes.** Ten questions with a single right option. If you miss any, the panel tells you why that option cannot
# be, one at a time.
#
# **q1.** In training, the loss falls to 0.002 in 250 steps; when translating, not one sentence is right. What do you look
# at first?
#
# - a) The learning rate: it is too high.
# - b) The causal mask and the shift: the model may be seeing the answer.
# - c) Overfitting: there is too little data.
# - d) The encoder: it does not read the source.
#
# **q2.** You take away the positions of source and target. What happens to an encoder on its own, without a causal mask?
#
# - a) If you shuffle the words, its outputs are shuffled alike, and nothing else changes.
# - b) It cannot be computed: the shapes do not match.
# - c) It always gives the same output, whatever the sentence.
# - d) It learns the order through attention, only more slowly.
#
# **q3.** In cross-attention, where do query, key and value come from?
#
# - a) All three from the target.
# - b) The query from the source; key and value from the target.
# - c) The query from the target; key and value from the source.
# - d) Query and key from the target; the value from the source.
#
# **q4.** With `norm="pre"`, the branch gives zero in all layers. What comes out of the stack, before the norm at the end?
#
# - a) Zero.
# - b) The input, as it is.
# - c) The input normalized once.
# - d) The input normalized once per layer.
#
# **q5.** You smooth with $\varepsilon = 0.1$. Your model of 5.12 gets every word right, and its loss does not go below 0.67. What
# do you do?
#
# - a) Nothing: it is the floor that smoothing sets; measure by translating.
# - b) Train on: in time it gets to 0.
# - c) Raise the learning rate.
# - d) Take away the causal mask.
#
# **q6.** Training on a sentence of 20 words is a single pass; translating 20 words takes 20. Why?
#
# - a) Because no mask is used when translating.
# - b) Because in training the sentence is known: each word sees the true one before. When translating, the one before does
#   not exist yet.
# - c) Because the encoder is repeated for each word.
# - d) Because when translating the batch is of 1.
#
# **q7.** You forget `model.eval()` and translate the same sentence twice. What do you see?
#
# - a) Two identical translations, somewhat worse.
# - b) An error: there is no gradient.
# - c) Two translations that may be different: dropout goes on drawing.
# - d) Nothing: dropout only acts in `backward`.
#
# **q8.** You double the length of the sentences, from 500 to 1000 words, with `D` equal to 64. By about how much are the
# matrix products of an encoder layer multiplied, with `d_ff` equal to 128?
#
# - a) By 2.
# - b) By somewhat less than 4: attention dominates, and grows with the square.
# - c) By 8.
# - d) They do not change: the weights are the same.
#
# **q9.** You use the same layer six times: `nn.ModuleList([layer] * 6)`. What do you have?
#
# - a) Six layers that start out equal and then grow apart.
# - b) An error in training.
# - c) Six different layers.
# - d) Six passes through the same weights: a sixth of the parameters you think.
#
# **q10.** You turn the model into one that only continues texts, without a source. Which parts are no longer needed?
#
# - a) The encoder and the cross-attention.
# - b) The whole decoder.
# - c) The causal mask.
# - d) The `feed_forward` networks.


# %% exercise="quiz_transformer"
def quiz_transformer():
    """Return your answers, a dict of one letter per question: {"q1": "a", "q2": ...} up to "q10"."""
    ### BEGIN SOLUTION
    return {
        "q1": "b", "q2": "a", "q3": "c", "q4": "b", "q5": "a",
        "q6": "b", "q7": "c", "q8": "b", "q9": "d", "q10": "a",
    }  # fmt: skip
    ### END SOLUTION


# %% test="quiz_transformer" points=10
check(quiz_transformer)

# %% [markdown] lang="es"
# ## 5.15 Un experimento tuyo
#
# **30 minutos. Lo corrige una persona.** Quítale o cámbiale al modelo una sola cosa y predice antes cuánto caerán sus
# aciertos: las posiciones, los residuos, el suavizado, el calentamiento, las cabezas, el sitio de la normalización, el
# número de capas, los ejemplos de entrenamiento. O busca la profundidad en que `post` deja de aprender sin calentamiento.
#
# Debajo tienes un ejemplo que cambia el número de parejas de entrenamiento; entrena seis modelos, y tarda alrededor de un
# minuto. Cambia esa celda por tu experimento.

# %% [markdown] lang="en"
# ## 5.15 An experiment of your own
#
# **30 minutes. Marked by a person.** Take away or change a single thing in the model, and predict beforehand how far its
# score will fall: the positions, the residuals, the smoothing, the warm-up, the heads, the place of the norm, the number
# of layers, the training examples. Or look for the depth at which `post` stops learning without warm-up.
#
# Below is an example that changes the number of pairs to train on; it trains six models, and takes about a minute. Change
# that cell into your experiment.

# %%
results = {}
for count in (100, 3000):
    scores = results[label(f"{count} parejas", f"{count} pairs")] = []
    for seed in range(3):
        torch.manual_seed(seed)
        small = Transformer(len(spanish), len(english), d_model=64, heads=4, d_ff=128, num_layers=1)
        train_translator(small, sources[500 : 500 + count], targets[500 : 500 + count], 200, 64, peak=3e-3, warmup=100)
        scores.append(exact(small))
plot_scores(results, label("números nuevos, exactos", "new numbers, exact"))

# %% [markdown] answer="experiment_transformer" points=3
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
# semillas o más, se mide traduciendo números nuevos, figura o tabla con ejes y nombres. *1 punto*: la conclusión sale de
# los números y se compara con la variación entre semillas; dice al menos un límite (pocos pasos, un solo `peak`, una
# tarea sin ambigüedad…).
#
# *Ejemplo de tres puntos.* Pregunta: ¿cuántas parejas hacen falta? Esperaba que 100 acertaran menos de la décima parte,
# porque son un 1 % de los números. Con 200 pasos y tres semillas, 100 parejas aciertan del 0,68 al 0,70, y 3000, del 0,98
# al 1,00: me equivoqué. La diferencia entre las dos es mucho mayor que entre semillas. La red no se aprende los números:
# aprende piezas, y 100 números enseñan ya muchas. No dice cuántas bastan para llegar al 0,95, porque no probé nada
# intermedio, ni dice nada de frases de verdad.
#
# **Marking guide** (3 points). *1 point*: a question that the experiment can answer and a prediction written
# beforehand, with its reason; a wrong prediction is worth as much. *1 point*: a clean comparison: one thing changes,
# three seeds or more, it is measured by translating new numbers, a figure or table with axes and names. *1 point*: the
# conclusion follows from the numbers and is held against the variation between seeds; at least one limit is named (few
# steps, a single `peak`, a task without ambiguity…).
#
# *An example worth three points.* Question: how many pairs are needed? I expected 100 to get less than a tenth right, for
# they are 1% of the numbers. With 200 steps and three seeds, 100 pairs get 0.68 to 0.70 right, and 3000, 0.98 to 1.00: I
# was wrong. The difference between the two is far larger than between seeds. The network does not learn the numbers: it
# learns pieces, and 100 numbers already show many of them. It does not say how many are enough to reach 0.95, for I tried
# nothing in between, nor does it say anything about real sentences.
# ### END SOLUTION

# %% [markdown] lang="es"
# ## 5.16 Reflexión
#
# **10 minutos. Lo corrige una persona.** Un compañero enseña su traductor: «pérdida de validación 0,0003, la mejor de la
# clase». No ha traducido todavía ninguna frase.

# %% [markdown] lang="en"
# ## 5.16 Reflection
#
# **10 minutes. Marked by a person.** A classmate shows their translator: "validation loss 0.0003, the best of the class".
# They have not translated a single sentence yet.

# %% [markdown] answer="reflection_transformer" points=2
# **Demasiado bueno · Too good**
#
# ¿Qué sospechas, y con qué dos pruebas, de un minuto cada una, saldrías de dudas? · What do you suspect, and which two
# tests, of a minute each, would settle it?
#
# ### BEGIN SOLUTION
# **Guía de corrección** (2 puntos). *1 punto*: la validación usa el mismo `make_batch`, así que comparte su error: las
# etiquetas sin desplazar o la máscara causal ausente dejan ver la respuesta, y la pérdida no lo nota; con suavizado,
# además, 0,0003 es imposible. *1 punto*: dos pruebas concretas; por ejemplo, traducir diez frases con `greedy_decode`;
# cambiar la última palabra de las entradas y mirar si se mueven las puntuaciones de antes; imprimir una fila de entradas
# y etiquetas.
#
# **Marking guide** (2 points). *1 point*: validation uses the same `make_batch`, so it shares its mistake: labels that
# are not shifted or a missing causal mask let the answer be seen, and the loss does not notice; with smoothing, moreover,
# 0.0003 is impossible. *1 point*: two concrete tests; for instance, translate ten sentences with `greedy_decode`; change
# the last word of the inputs and see whether the scores before it move; print a row of inputs and labels.
# ### END SOLUTION
