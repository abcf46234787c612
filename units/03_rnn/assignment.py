# %% [markdown] lang="es"
# # Tarea 3 · Redes recurrentes
#
# En la lección viste una red que lee paso a paso y lleva un estado. Aquí la escribes. La **parte 1** (unas 2 horas)
# construye las celdas en NumPy, hacia delante y hacia atrás en el tiempo. La **parte 2** (otras 4 horas) las entrena en
# PyTorch: cómo se sirve un texto, cómo se mide, cómo se escribe con él. Acaba con la pregunta que importa: ¿cuánto tarda
# la red en olvidar, y de qué depende?
#
# Se trabaja como siempre: escribe donde pone `raise NotImplementedError`, ejecuta `check(...)` cuantas veces quieras y
# pide ideas con `hint(...)`. `continue_with(...)` conserva lo tuyo si está bien y, si no, pone lo del curso para que
# sigas.
#
# Las letras de las formas son siempre las mismas: `B` secuencias a la vez (el lote), `T` pasos de tiempo, `D` números
# por entrada, `H` números de estado, `V` símbolos del vocabulario. El lote va primero: `(B, T, D)`. Ninguna función
# escribe sobre lo que recibe, salvo donde se pide.

# %% [markdown] lang="en"
# # Assignment 3 · Recurrent networks
#
# In the lesson you saw a network that reads step by step and carries a state. Here you write it. **Part 1** (about 2
# hours) builds the cells in NumPy, forward and backward in time. **Part 2** (another 4 hours) trains them in PyTorch:
# how to serve a text, how to measure, how to write with it. It ends with the question that matters: how long does the
# network take to forget, and what does that depend on?
#
# You work as always: write where it says `raise NotImplementedError`, run `check(...)` as often as you like, and ask
# for ideas with `hint(...)`. `continue_with(...)` keeps your version if it is right and, if not, puts the course's in
# place so that you can go on.
#
# The letters of the shapes are always the same: `B` sequences at a time (the batch), `T` steps of time, `D` numbers an
# input, `H` numbers of state, `V` symbols in the vocabulary. The batch comes first: `(B, T, D)`. No function writes
# into what it is given, except where asked to.

# %%
import numpy as np
import torch
from torch import nn

from atiende import label
from atiende.data import make_sentences
from atiende.plots import new_figure, plot_scores, show
from autograder import check, continue_with, hint

# %% [markdown] lang="es"
# # Parte 1 · Las celdas, en NumPy

# %% [markdown] lang="en"
# # Part 1 · The cells, in NumPy

# %% [markdown] lang="es"
# ## 3.1 De letras a números
#
# **Dificultad 1 de 5 · 15 minutos.** Una red no lee letras: lee números. Un vocabulario da a cada carácter un número,
# su **id**, y sabe deshacer el cambio. Estos son los convenios:
#
# - Los caracteres distintos del texto reciben los ids 1, 2, 3… en el orden de `sorted`. Recorrer un `set` no sirve: su
#   orden cambia cada vez que arranca Python, y mañana tu red leería otro idioma.
# - El id 0 es el de **cualquier carácter que no estaba en el texto**. Al descifrarlo se lee `UNKNOWN`.
# - Mayúsculas, tildes, ñ, ¿, espacios y saltos de línea son caracteres como los demás.

# %% [markdown] lang="en"
# ## 3.1 From letters to numbers
#
# **Difficulty 1 of 5 · 15 minutes.** A network does not read letters: it reads numbers. A vocabulary gives each
# character a number, its **id**, and knows the way back. These are the conventions:
#
# - The different characters of the text get the ids 1, 2, 3… in the order of `sorted`. Walking a `set` will not do: its
#   order changes each time Python starts, and tomorrow your network would read another language.
# - Id 0 is that of **any character that was not in the text**. Decoded, it reads as `UNKNOWN`.
# - Capitals, accents, ñ, ¿, spaces and line ends are characters like any other.


# %% exercise="char_vocab"
class CharVocab:
    """Number the characters of a text. len(vocab) is how many ids there are, 0 included.

    text: a string. Its different characters get the ids 1, 2, 3 ... in the order of sorted;
    id 0 is any character that it does not hold.
    """

    UNKNOWN = "�"  # what id 0 reads as

    def __init__(self, text):
        ### BEGIN SOLUTION
        self.characters = [self.UNKNOWN, *sorted(set(text))]
        self.ids = {character: n for n, character in enumerate(self.characters)}
        ### END SOLUTION

    def __len__(self):
        ### BEGIN SOLUTION
        return len(self.characters)
        ### END SOLUTION

    def encode(self, text):
        """Return the list of the ids of a string, one per character."""
        ### BEGIN SOLUTION
        return [self.ids.get(character, 0) for character in text]
        ### END SOLUTION

    def decode(self, ids):
        """Return the string that a list of ids spells, UNKNOWN where an id is 0."""
        ### BEGIN SOLUTION
        return "".join(self.characters[n] for n in ids)
        ### END SOLUTION


# %%
vocab = CharVocab("ñandú")
print(len(vocab))  # by hand: a d n ñ ú, and the unknown: 6
print(vocab.encode("dañan"))  # by hand: [2, 1, 4, 1, 3]
print(vocab.encode("Ana"))  # by hand: the capital was not in the text: [0, 3, 1]
print(vocab.decode([3, 0, 2, 5]))  # by hand: n�dú

# %% test="char_vocab" points=4
check(CharVocab)

# %% [markdown] lang="es"
# ## 3.2 La red recurrente, hacia delante
#
# **Dificultad 2 de 5 · 25 minutos.** La celda más sencilla mezcla lo que entra con lo que recuerda, siempre con los
# mismos pesos ([Elman, 1990](https://doi.org/10.1207/s15516709cog1402_1)):
# $$h_t = \tanh\big( x_t W_x + h_{t-1} W_h + b \big)$$
#
# $x_t$, de forma `(B, D)`, es la entrada del paso $t$; $h_t$, de forma `(B, H)`, el estado después de leerla; $h_0$ es
# el estado que te dan para empezar, que no siempre es cero. Devuelve el estado de **todos** los pasos y, como en las
# tareas anteriores, un `cache` con lo que quieras guardar para volver hacia atrás.

# %% [markdown] lang="en"
# ## 3.2 The recurrent network, forward
#
# **Difficulty 2 of 5 · 25 minutes.** The simplest cell mixes what comes in with what it remembers, always with the same
# weights ([Elman, 1990](https://doi.org/10.1207/s15516709cog1402_1)):
# $$h_t = \tanh\big( x_t W_x + h_{t-1} W_h + b \big)$$
#
# $x_t$, of shape `(B, D)`, is the input of step $t$; $h_t$, of shape `(B, H)`, the state after reading it; $h_0$ is the
# state that you are given to begin with, which is not always zero. Return the state of **all** steps and, as in earlier
# assignments, a `cache` with whatever you want to keep for the way back.


# %% exercise="rnn_forward"
def rnn_forward(x, h0, Wx, Wh, b):
    """Walk a tanh cell along time, and return what rnn_backward needs.

    x: (B, T, D). h0: (B, H), the state before the first step. Wx: (D, H). Wh: (H, H). b: (H,).
    Returns the pair (h, cache): h is (B, T, H), the state after each step; cache is anything.
    Leaves its inputs as they were.
    """
    ### BEGIN SOLUTION
    B, T, _ = x.shape
    h = np.zeros((B, T, len(b)))
    state = h0  # (B, H)
    for t in range(T):
        state = np.tanh(x[:, t] @ Wx + state @ Wh + b)
        h[:, t] = state
    return h, (x, h0, Wx, Wh, h)
    ### END SOLUTION


# %%
x = np.array([[[0.5], [0.0]]])  # one sequence of two steps, one number per step
h, cache = rnn_forward(x, np.zeros((1, 1)), np.array([[2.0]]), np.array([[1.0]]), np.zeros(1))
print(h)  # by hand: tanh(0.5 * 2) = 0.7616, and then tanh(0.7616) = 0.6420

# %% test="rnn_forward" points=8
check(rnn_forward)

# %% [markdown] lang="es"
# ## 3.3 Retropropagación en el tiempo
#
# **Dificultad 4 de 5 · 40 minutos.** Desenrollada, la red es una pila de $T$ capas con los mismos pesos, y se deriva
# como tal: del último paso al primero. Te dan `dh`, de forma `(B, T, H)`: la derivada de la pérdida respecto a cada
# $h_t$ **tal como sale hacia la salida**. Pero $h_t$ llega a la pérdida por dos caminos: su salida y el paso siguiente.
#
# En cada paso, yendo hacia atrás:
#
# 1. suma lo que llega por los dos caminos;
# 2. pasa por la tangente hiperbólica, cuya derivada es $1 - h_t^2$: eso da la derivada respecto a lo que había dentro
#    del paréntesis;
# 3. reparte: a $x_t$, a $W_x$, a $W_h$ (que multiplicó a $h_{t-1}$, no a $h_t$), a $b$ y al estado anterior.
#
# Los pesos son los mismos en todos los pasos: **suman** lo que les llega de cada uno. Y al acabar queda lo que llega a
# $h_0$, que también se devuelve.

# %% [markdown] lang="en"
# ## 3.3 Backpropagation through time
#
# **Difficulty 4 of 5 · 40 minutes.** Unrolled, the network is a stack of $T$ layers with the same weights, and its
# derivative is that of a stack: from the last step to the first. You are given `dh`, of shape `(B, T, H)`: the
# derivative of the loss with respect to each $h_t$ **as it leaves for the output**. But $h_t$ reaches the loss by two
# paths: its output and the next step.
#
# At each step, going backwards:
#
# 1. add up what comes by the two paths;
# 2. go through the hyperbolic tangent, whose derivative is $1 - h_t^2$: that gives the derivative with respect to what
#    was inside the brackets;
# 3. hand out: to $x_t$, to $W_x$, to $W_h$ (which multiplied $h_{t-1}$, not $h_t$), to $b$ and to the state before.
#
# The weights are the same at all steps: they **add up** what reaches them from each. And at the end there is left what
# reaches $h_0$, which is returned too.

# %%
continue_with("rnn_forward")


# %% exercise="rnn_backward"
def rnn_backward(dh, cache):
    """Return the gradients of a tanh cell that walked along time.

    dh: (B, T, H), the derivative of the loss with respect to each output h. cache: what rnn_forward
    returned beside h. Returns (dx, dh0, dWx, dWh, db), of the shapes of x (B, T, D), h0 (B, H),
    Wx (D, H), Wh (H, H) and b (H,). Leaves dh and the inputs of the forward pass as they were.
    """
    ### BEGIN SOLUTION
    x, h0, Wx, Wh, h = cache
    dx, dWx, dWh, db = np.zeros(x.shape), np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(len(Wh))
    from_next = np.zeros(h0.shape)  # what comes back from the step after
    for t in reversed(range(x.shape[1])):
        before = h[:, t - 1] if t > 0 else h0
        inside = (dh[:, t] + from_next) * (1 - h[:, t] ** 2)  # (B, H)
        dx[:, t] = inside @ Wx.T
        dWx += x[:, t].T @ inside
        dWh += before.T @ inside
        db += inside.sum(axis=0)
        from_next = inside @ Wh.T
    return dx, from_next, dWx, dWh, db
    ### END SOLUTION


# %%
x = np.array([[[0.5], [0.0]]])
h, cache = rnn_forward(x, np.zeros((1, 1)), np.array([[2.0]]), np.array([[1.0]]), np.zeros(1))
dx, dh0, dWx, dWh, db = rnn_backward(np.array([[[0.0], [1.0]]]), cache)  # only the last state counts
# by hand, inside the brackets: at step 2, 1 - 0.6420**2 = 0.5878; at step 1, 0.5878 * (1 - 0.7616**2) = 0.2469
print(dx.ravel(), dh0)  # by hand: both times 2, the first step first: 0.4937 and 1.1756; and 0.2469
print(dWx, dWh, db)  # by hand: 0.2469 * 0.5 = 0.1234; 0.5878 * 0.7616 = 0.4477; 0.5878 + 0.2469 = 0.8347

# %% test="rnn_backward" points=10
check(rnn_backward)

# %% [markdown] lang="es"
# ## 3.4 Un paso de LSTM
#
# **Dificultad 3 de 5 · 30 minutos.** La celda anterior reescribe todo su estado en cada paso. La LSTM
# ([Hochreiter y Schmidhuber, 1997](https://doi.org/10.1162/neco.1997.9.8.1735)) añade una **memoria** $c$ que se
# conserva salvo que una puerta decida otra cosa. Cuatro bloques salen de una sola cuenta, de forma `(B, 4H)`:
# $$[\, i \mid f \mid g \mid o \,] = x W + h U + b$$
#
# en este orden, el de PyTorch: entrada, olvido, candidato, salida, con $H$ columnas cada uno. Y con ellos, número a
# número:
# $$c' = \sigma(f)\, c + \sigma(i) \tanh(g)$$
# $$h' = \sigma(o) \tanh(c')$$
#
# $\sigma(z) = 1 / (1 + e^{-z})$ es la sigmoide: 0 cierra la puerta, 1 la abre. Ojo: con $z$ muy grande, la forma
# $e^z / (1 + e^z)$ da `nan`.

# %% [markdown] lang="en"
# ## 3.4 One step of LSTM
#
# **Difficulty 3 of 5 · 30 minutes.** The cell before rewrites its whole state at each step. The LSTM
# ([Hochreiter and Schmidhuber, 1997](https://doi.org/10.1162/neco.1997.9.8.1735)) adds a **memory** $c$ that is kept
# unless a gate decides otherwise. Four blocks come out of a single computation, of shape `(B, 4H)`:
# $$[\, i \mid f \mid g \mid o \,] = x W + h U + b$$
#
# in this order, PyTorch's: input, forget, candidate, output, with $H$ columns each. And with them, number by number:
# $$c' = \sigma(f)\, c + \sigma(i) \tanh(g)$$
# $$h' = \sigma(o) \tanh(c')$$
#
# $\sigma(z) = 1 / (1 + e^{-z})$ is the sigmoid: 0 closes the gate, 1 opens it. Beware: with a very large $z$, the form
# $e^z / (1 + e^z)$ gives `nan`.


# %% exercise="lstm_step"
def lstm_step(x, h, c, W, U, b):
    """Take one step of an LSTM.

    x: (B, D), the input. h, c: (B, H), the state and the memory before. W: (D, 4H). U: (H, 4H).
    b: (4H,). The columns hold four blocks of H: input gate, forget gate, candidate, output gate.
    Returns the pair (h, c) after the step. Leaves its inputs as they were.
    """
    ### BEGIN SOLUTION
    def sigmoid(z):
        return 0.5 * (1 + np.tanh(z / 2))  # the same as 1 / (1 + exp(-z)), and never overflows

    i, f, g, o = np.split(x @ W + h @ U + b, 4, axis=1)  # (B, H) each
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c
    ### END SOLUTION


# %%
x, h, c = np.array([[7.0]]), np.array([[0.3]]), np.array([[1.0]])
W, U = np.zeros((1, 4)), np.zeros((1, 4))
print(lstm_step(x, h, c, W, U, np.array([0.0, 50.0, 0.0, 0.0])))
# by hand: it forgets nothing and the candidate is 0, so c = 1; half the output gate: h = 0.5 * tanh(1) = 0.3808
print(lstm_step(x, h, c, W, U, np.array([0.0, 0.0, 50.0, 50.0])))
# by hand: half of the old and half of 1, so c = 1; the output gate is open: h = tanh(1) = 0.7616

# %% test="lstm_step" points=8
check(lstm_step)

# %% [markdown] lang="es"
# # Parte 2 · Leer, medir y escribir, en PyTorch
#
# Ya sabes lo que hay dentro de `nn.RNN` y `nn.LSTM`. Desde aquí usa los de PyTorch, que hacen lo mismo y más deprisa.

# %% [markdown] lang="en"
# # Part 2 · Reading, measuring and writing, in PyTorch
#
# You know what is inside `nn.RNN` and `nn.LSTM`. From here on use PyTorch's, which do the same, only faster.

# %% [markdown] lang="es"
# ## 3.5 Recortar el gradiente
#
# **Dificultad 2 de 5 · 15 minutos.** A veces el gradiente de una red recurrente explota, y un solo paso se lleva por
# delante todo lo aprendido. Remedio: si el gradiente es más largo que `max_norm`, se acorta hasta ese largo **sin
# cambiar su dirección** ([Pascanu, Mikolov y Bengio, 2013](https://arxiv.org/abs/1211.5063)).
#
# Aquí «el gradiente» es uno solo: los números de todos los parámetros juntos, en un único vector. Su largo es
# $$\text{norm} = \sqrt{\textstyle\sum_p \lVert g_p \rVert^2}$$
#
# donde $g_p$ es `p.grad` y $\lVert \cdot \rVert^2$ suma los cuadrados de sus números. Un parámetro que no participó
# tiene `p.grad` igual a `None`: sáltalo. Esta función sí escribe: cambia los `p.grad`. Devuelve el largo de **antes**,
# que es el que conviene vigilar.

# %% [markdown] lang="en"
# ## 3.5 Clipping the gradient
#
# **Difficulty 2 of 5 · 15 minutes.** Sometimes the gradient of a recurrent network explodes, and a single step sweeps
# away all that was learned. The remedy: if the gradient is longer than `max_norm`, it is shortened to that length
# **without changing its direction** ([Pascanu, Mikolov and Bengio, 2013](https://arxiv.org/abs/1211.5063)).
#
# Here "the gradient" is a single one: the numbers of all parameters together, in one vector. Its length is
# $$\text{norm} = \sqrt{\textstyle\sum_p \lVert g_p \rVert^2}$$
#
# where $g_p$ is `p.grad` and $\lVert \cdot \rVert^2$ adds the squares of its numbers. A parameter that took no part has
# a `p.grad` that is `None`: skip it. This function does write: it changes the `p.grad`. Return the length of
# **before**, which is the one to keep an eye on.


# %% exercise="clip_grad_norm"
def clip_grad_norm(params, max_norm):
    """Shorten the gradients in place, all by one factor, to a joint length of at most max_norm.

    params: iterable of torch tensors, to be walked once; the grad of some may be None.
    max_norm: float. Returns the joint length before, a float.
    """
    ### BEGIN SOLUTION
    gradients = [p.grad for p in params if p.grad is not None]
    norm = sum((g**2).sum().item() for g in gradients) ** 0.5
    if norm > max_norm:
        for g in gradients:
            g *= max_norm / norm
    return norm
    ### END SOLUTION


# %%
a, b, unused = torch.zeros(1), torch.zeros(2), torch.zeros(3)
a.grad, b.grad = torch.tensor([3.0]), torch.tensor([0.0, -4.0])
print(clip_grad_norm([a, b, unused], max_norm=1.0))  # by hand: the root of 9 + 16, 5
print(a.grad, b.grad)  # by hand: both divided by 5: 0.6, and 0 and -0.8

# %% test="clip_grad_norm" points=5
check(clip_grad_norm)

# %% [markdown] lang="es"
# ## 3.6 Servir un texto largo
#
# **Dificultad 3 de 5 · 25 minutos.** Un libro no cabe en un paso de entrenamiento. Se parte en $B$ tiras seguidas, que
# se leen a la vez, y cada lote lleva los $T$ símbolos siguientes de cada tira. Así, la fila 2 del lote 5 continúa donde
# acabó la fila 2 del lote 4, y el estado se puede llevar de un lote a otro.
#
# El objetivo de cada símbolo es el siguiente del texto. Por ejemplo, con los ids de 0 a 10, `B = 2` y `T = 3`:
#
# ```
# tira 0:  0 1 2 | 3 4      objetivos:  1 2 3 | 4 5
# tira 1:  5 6 7 | 8 9      objetivos:  6 7 8 | 9 10
# ```
#
# Los once ids dan diez parejas (símbolo, siguiente): cinco por tira. El último lote puede ser más corto. Solo se
# pierde, al final del texto, lo que no alcanza para una columna más.

# %% [markdown] lang="en"
# ## 3.6 Serving a long text
#
# **Difficulty 3 of 5 · 25 minutes.** A book does not fit in one training step. It is cut into $B$ strips in a row, which
# are read at the same time, and each batch takes the next $T$ symbols of each strip. So row 2 of batch 5 goes on where
# row 2 of batch 4 ended, and the state can be carried from batch to batch.
#
# The target of each symbol is the next one of the text. For instance, with ids 0 to 10, `B = 2` and `T = 3`:
#
# ```
# strip 0:  0 1 2 | 3 4      targets:  1 2 3 | 4 5
# strip 1:  5 6 7 | 8 9      targets:  6 7 8 | 9 10
# ```
#
# The eleven ids make ten pairs (symbol, next): five per strip. The last batch may be shorter. All that is lost, at the
# end of the text, is what is not enough for one more column.


# %% exercise="stream_batches"
def stream_batches(ids, B, T):
    """Cut a text into batches that go on from one another, row by row.

    ids: (N,) integers, N > B. B: rows of a batch. T: columns of a batch.
    Returns the list of pairs (x, y), two arrays (B, T) of inputs and targets; the last pair may
    have fewer columns. Leaves ids as it was.
    """
    ### BEGIN SOLUTION
    columns = (len(ids) - 1) // B  # of all batches together
    x = ids[: B * columns].reshape(B, columns)
    y = ids[1 : B * columns + 1].reshape(B, columns)
    return [(x[:, t : t + T], y[:, t : t + T]) for t in range(0, columns, T)]
    ### END SOLUTION


# %%
for x, y in stream_batches(np.arange(11), B=2, T=3):
    print(x.tolist(), y.tolist())  # by hand: the two batches of the example above

# %% test="stream_batches" points=6
check(stream_batches)

# %% [markdown] lang="es"
# ## 3.7 Medir solo lo que es texto
#
# **Dificultad 3 de 5 · 25 minutos.** Con nombres o frases, las secuencias tienen largos distintos y las cortas se
# completan con **relleno** hasta `T`. El relleno no es texto: si entra en la pérdida, la red gana nota por predecir
# relleno, y la nota deja de significar nada.
#
# La pérdida es la media de $-\ln p$, donde $p$ es la probabilidad que el modelo dio al símbolo verdadero. Se mide en
# **nats por símbolo**, sobre todos los símbolos de verdad del lote y solo sobre ellos. La secuencia `n` tiene
# `lengths[n]`: son los primeros; el resto es relleno, con cualquier símbolo dentro. Una secuencia larga cuenta más que
# una corta, porque tiene más símbolos.
#
# Con ella se entrena, así que devuelve un tensor por el que pueda volver el gradiente. Puedes usar
# `nn.functional.cross_entropy` o `torch.log_softmax`.

# %% [markdown] lang="en"
# ## 3.7 Measuring only what is text
#
# **Difficulty 3 of 5 · 25 minutes.** With names or sentences, sequences have different lengths, and the short ones are
# filled up to `T` with **padding**. Padding is not text: if it enters the loss, the network earns marks for predicting
# padding, and the mark no longer means anything.
#
# The loss is the mean of $-\ln p$, where $p$ is the probability that the model gave to the true symbol. It is measured
# in **nats per symbol**, over all true symbols of the batch and only over them. Sequence `n` has `lengths[n]`: they are
# the first ones; the rest is padding, with any symbol inside. A long sequence counts more than a short one, for it has
# more symbols.
#
# It is what one trains with, so return a tensor through which the gradient can come back. You may use
# `nn.functional.cross_entropy` or `torch.log_softmax`.


# %% exercise="masked_nll"
def masked_nll(logits, y, lengths):
    """Return the mean negative log-likelihood, in nats per symbol, over all true symbols.

    logits: (B, T, V) tensor. y: (B, T) tensor of integers from 0 to V - 1, the right symbols.
    lengths: (B,) tensor of integers from 1 to T; from place lengths[n] on, row n is padding.
    Returns a tensor of no dimension, with its graph. Leaves its inputs as they were.
    """
    ### BEGIN SOLUTION
    real = torch.arange(y.shape[1]) < lengths[:, None]  # (B, T)
    return nn.functional.cross_entropy(logits[real], y[real])
    ### END SOLUTION


# %%
doubts, says_zero = torch.zeros(3, 2), torch.tensor([[100.0, 0.0]] * 3)  # at three places, V = 2
logits = torch.stack([doubts, says_zero])  # (2, 3, 2)
y, lengths = torch.tensor([[0, 1, 0], [0, 1, 1]]), torch.tensor([3, 1])
print(masked_nll(logits, y, lengths))  # by hand: (3 * ln 2 + 0) / 4 = 0.5199; padding does not count

# %% test="masked_nll" points=6
check(masked_nll)

# %% [markdown] lang="es"
# ## 3.8 Perplejidad
#
# **Dificultad 1 de 5 · 10 minutos.** «0,52 nats» dice poco. La **perplejidad** (*perplexity*) deshace el logaritmo:
# $$\text{perplexity} = e^{\text{nll}}$$
#
# donde $\text{nll}$ es la pérdida de 3.7. Se lee así: el modelo duda como si eligiera entre ese número de símbolos igual
# de probables. Quien no sabe nada tiene perplejidad `V`; quien acierta siempre y sin dudar, 1. La base tiene que ser la
# misma que la del logaritmo.

# %% [markdown] lang="en"
# ## 3.8 Perplexity
#
# **Difficulty 1 of 5 · 10 minutes.** "0.52 nats" says little. **Perplexity** undoes the logarithm:
# $$\text{perplexity} = e^{\text{nll}}$$
#
# where $\text{nll}$ is the loss of 3.7. It reads like this: the model doubts as if it chose among that many equally
# likely symbols. One that knows nothing has perplexity `V`; one that is always right and never doubts, 1. The base has
# to be the same as that of the logarithm.

# %%
continue_with("masked_nll")


# %% exercise="perplexity"
def perplexity(logits, y, lengths):
    """Return the perplexity of all true symbols, a float; arguments as in masked_nll."""
    ### BEGIN SOLUTION
    return masked_nll(logits, y, lengths).exp().item()
    ### END SOLUTION


# %%
y, lengths = torch.tensor([[3, 0, 0, 26]]), torch.tensor([4])
print(perplexity(torch.zeros(1, 4, 27), y, lengths))  # by hand: it knows nothing: 27, but for rounding

# %% test="perplexity" points=3
check(perplexity)

# %% [markdown] lang="es"
# ## 3.9 Entrenar sin soltar el hilo
#
# **Dificultad 4 de 5 · 35 minutos.** Ahora, el bucle. El modelo recibe `(B, T)` ids y un estado, y devuelve las
# puntuaciones del símbolo siguiente y el estado en que queda: `logits, state = model(x, state)`. Con `state = None`
# empieza de cero. El estado de una LSTM es la pareja `(h, c)`. Un modelo así, `RecurrentLM`, va en la celda siguiente.
#
# En cada lote: pasada hacia delante **desde el estado en que acabó el lote anterior**, pérdida (entropía cruzada media),
# gradiente, recorte, paso de AdamW. Y queda una trampa, la más famosa de estas redes: el estado que llega trae consigo
# el grafo de todo lo leído antes. Si no se corta, `backward()` querría volver hasta el principio del libro, y PyTorch
# se queja de que ese grafo ya no existe. Si se tira entero, la red empieza cada lote sin memoria. Se lleva **el valor
# sin el grafo**: `.detach()`. Eso es la retropropagación truncada: la memoria pasa de un lote a otro; el gradiente, no.
#
# Al empezar cada época se vuelve al principio del texto, y la memoria del final no viene a cuento: empieza de cero.

# %% [markdown] lang="en"
# ## 3.9 Training without losing the thread
#
# **Difficulty 4 of 5 · 35 minutes.** Now, the loop. The model takes `(B, T)` ids and a state, and returns the scores of
# the next symbol and the state that it is left in: `logits, state = model(x, state)`. With `state = None` it begins at
# zero. The state of an LSTM is the pair `(h, c)`. The next cell has such a model, `RecurrentLM`.
#
# For each batch: forward pass **from the state in which the batch before ended**, loss (mean cross-entropy), gradient,
# clipping, a step of AdamW. And there is a trap, the most famous one with these networks: the state that arrives brings
# with it the graph of all that was read before. If it is not cut, `backward()` would want to go back to the beginning of
# the book, and PyTorch complains that that graph is no longer there. If it is thrown away whole, the network begins each
# batch without memory. What is carried is **the value without the graph**: `.detach()`. That is truncated
# backpropagation: memory goes from batch to batch; the gradient does not.
#
# At the start of each epoch one is back at the beginning of the text, and the memory of its end is out of place: it
# begins at zero.

# %%
class RecurrentLM(nn.Module):
    """Score the next symbol at every step: ids (B, T) and a state to logits (B, T, V) and the next state."""

    def __init__(self, vocab_size, d_embed=32, d_hidden=128):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, d_embed)
        self.layers = nn.LSTM(d_embed, d_hidden, batch_first=True)
        self.head = nn.Linear(d_hidden, vocab_size)

    def forward(self, ids, state=None):
        outputs, state = self.layers(self.embedding(ids), state)  # (B, T, d_hidden), (h, c)
        return self.head(outputs), state


continue_with("stream_batches", "clip_grad_norm")


# %% exercise="train_stream"
def train_stream(model, ids, B, T, epochs, lr, max_norm):
    """Train a language model in place on one long text, with truncated backpropagation.

    model: torch module; model(x, state) takes x (B, T) and returns the pair (logits, next state),
    logits (B, T, V); a state is a pair (h, c) of tensors, or None to begin at zero.
    ids: (N,) array of integers. B, T: rows and columns of a batch. epochs: times to read the text.
    lr: learning rate of AdamW. max_norm: largest length of the gradient.
    Returns the list of the losses, floats, one per batch, in order. Leaves ids as it was.
    """
    ### BEGIN SOLUTION
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    model.train()
    losses = []
    for _ in range(epochs):
        state = None
        for x, y in stream_batches(ids, B, T):
            logits, state = model(torch.tensor(x), state)
            loss = nn.functional.cross_entropy(logits.flatten(0, 1), torch.tensor(y).flatten())
            optimizer.zero_grad()
            loss.backward()
            clip_grad_norm(model.parameters(), max_norm)
            optimizer.step()
            state = tuple(part.detach() for part in state)
            losses.append(loss.item())
    return losses
    ### END SOLUTION


# %%
torch.manual_seed(0)
count = np.arange(60) % 5  # 0 1 2 3 4 0 1 2 3 4 ...
losses = train_stream(RecurrentLM(5), count, B=2, T=7, epochs=20, lr=0.01, max_norm=1.0)
print(len(losses))  # by hand: 59 pairs, 29 columns, 5 batches per epoch: 100
print(round(losses[0], 1), losses[-1] < 0.1)  # by hand: it begins near ln 5 = 1.6; and True

# %% test="train_stream" points=9
check(train_stream)

# %% [markdown] lang="es"
# ## 3.10 Escribir con temperatura
#
# **Dificultad 3 de 5 · 20 minutos.** El modelo da puntuaciones; para escribir hay que elegir un símbolo. Tomar siempre
# el mayor se vuelve monótono: se sortea según las probabilidades, afinadas con una **temperatura** $\tau$:
# $$p = \mathrm{softmax}(z / \tau)$$
#
# $z$ son las puntuaciones de una fila. Con $\tau$ pequeña gana casi siempre el favorito; con $\tau$ grande todo se
# iguala; con $\tau = 1$ salen las probabilidades del modelo. Con $\tau = 0$ no se puede dividir: por convenio se toma el
# mayor. Y como en la tarea 1, el softmax no debe desbordarse: $z / \tau$ puede ser enorme.

# %% [markdown] lang="en"
# ## 3.10 Writing with temperature
#
# **Difficulty 3 of 5 · 20 minutes.** The model gives scores; to write, one symbol has to be chosen. Always taking the
# largest grows monotonous: one draws by the probabilities, tuned with a **temperature** $\tau$:
# $$p = \mathrm{softmax}(z / \tau)$$
#
# $z$ are the scores of one row. With a small $\tau$ the favourite nearly always wins; with a large $\tau$ all become
# equal; with $\tau = 1$ out come the probabilities of the model. With $\tau = 0$ there is no dividing: by convention the
# largest is taken. And as in assignment 1, the softmax must not overflow: $z / \tau$ may be huge.


# %% exercise="sample"
def sample(logits, temperature, rng):
    """Draw one symbol for each row of scores.

    logits: (N, V) array. temperature: float, 0 or more; 0 takes the largest.
    rng: NumPy generator, the source of the draw; each row is drawn on its own.
    Returns an array (N,) of integers from 0 to V - 1. Leaves logits as it was.
    """
    ### BEGIN SOLUTION
    if temperature == 0:
        return logits.argmax(axis=1)
    z = (logits - logits.max(axis=1, keepdims=True)) / temperature
    p = np.exp(z)
    p /= p.sum(axis=1, keepdims=True)  # (N, V)
    return np.array([rng.choice(len(row), p=row) for row in p])
    ### END SOLUTION


# %%
rows = np.tile(np.log([[1.0, 2.0, 4.0]]), (7000, 1))
for temperature in (0, 0.5, 1.0, 100.0):
    print(temperature, np.bincount(sample(rows, temperature, np.random.default_rng(0)), minlength=3))
# by hand, about: [0 0 7000]; the squares 1 : 4 : 16, [333 1333 5333]; [1000 2000 4000]; nearly a third each

# %% test="sample" points=5
check(sample)

# %% [markdown] lang="es"
# Todo junto: vocabulario, tiras, entrenamiento, perplejidad y sorteo. El texto son 300 frases generadas, con la frase
# que acompaña al curso desde aquí: quién está cansada y quién está crecido.

# %% [markdown] lang="en"
# All together: vocabulary, strips, training, perplexity and draw. The text is 300 generated sentences, with the sentence
# that keeps the course company from here on: who is tired, and what is swollen.

# %%
continue_with("CharVocab", "train_stream", "perplexity", "sample")

text = "\n".join(map(str, make_sentences(300, seed=1)))
new_text = "\n".join(map(str, make_sentences(100, seed=2)))
vocab = CharVocab(text)
ids, new_ids = np.array(vocab.encode(text)), np.array(vocab.encode(new_text))
print(text[:200])
print(len(ids), len(vocab))

torch.manual_seed(0)
model = RecurrentLM(len(vocab))
losses = train_stream(model, ids, B=16, T=32, epochs=8, lr=0.01, max_norm=1.0)
figure, ax = new_figure(width=6)
ax.plot(losses)
ax.set(xlabel=label("lote", "batch"),
       ylabel=label("pérdida (nats por carácter)", "loss (nats per character)"))  # fmt: skip
told = label("Pérdida: de {:.1f} a {:.1f} en {} lotes.", "Loss: {:.1f} to {:.1f} in {} batches.")
show(figure, told.format(losses[0], losses[-1], len(losses)))

with torch.no_grad():
    logits, _ = model(torch.tensor(new_ids[None, :-1]))
length = torch.tensor([len(new_ids) - 1])
print(label("perplejidad en texto nuevo:", "perplexity on new text:"),
      round(perplexity(logits, torch.tensor(new_ids[None, 1:]), length), 2))

# %%
def write(model, vocab, temperature, length, seed=0):
    """Return `length` characters that the model writes on its own, beginning after a line end."""
    rng, state, ids = np.random.default_rng(seed), None, vocab.encode("\n")
    with torch.no_grad():
        for _ in range(length):
            logits, state = model(torch.tensor([ids[-1:]]), state)  # the state knows the rest
            ids.append(int(sample(logits[0].numpy(), temperature, rng)[0]))
    return vocab.decode(ids[1:])


for temperature in (0.0, 0.7, 1.5):
    print(f"--- {temperature}")
    print(write(model, vocab, temperature, 200))

# %%
starts = label("la llama no cruzó el río porque estaba cansad|el burro no cruzó el río porque estaba cansad",
               "the queen did not cross the river because |the king did not cross the river because ")  # fmt: skip
for start in starts.split("|"):
    with torch.no_grad():
        logits, _ = model(torch.tensor([vocab.encode("\n" + start)]))
    p = logits[0, -1].softmax(dim=0)  # (V,): of the next character
    print(start, {letter: round(p[vocab.encode(letter)[0]].item(), 3) for letter in label("ao", "shi")})

# %% [markdown] lang="es"
# Las dos últimas líneas son la prueba: entre ellas solo cambia quién no cruzó. ¿Cambian las probabilidades de la letra
# que sigue? Si son las mismas, la red ya no sabe de quién hablaba: entre la causa y esa letra hay decenas de caracteres.
# Los dos ejercicios que quedan tratan de esa distancia.

# %% [markdown] lang="en"
# The last two lines are the test: between them nothing changes but who did not cross. Do the probabilities of the next
# letter change? If they are the same, the network no longer knows whom it was talking about: between the cause and that
# letter there are dozens of characters. The two exercises that are left are about that distance.

# %% [markdown] lang="es"
# ## 3.11 ¿Hasta dónde llega el gradiente?
#
# **Dificultad 3 de 5 · 25 minutos.** Una red solo aprende de lo que su gradiente alcanza. Mídelo: haz leer a una celda
# una secuencia, suma todos los números de su **último** estado $h_T$ y deriva esa suma $S$ respecto a cada entrada. El
# alcance compara la primera con la última:
# $$\text{reach} = \frac{\lVert \partial S / \partial x_1 \rVert}{\lVert \partial S / \partial x_T \rVert}$$
#
# Si vale 1, el principio se oye tan fuerte como el final. Si vale 0,000001, la red no puede aprender nada de él. Si
# vale un millón, cualquier cosa del principio la desquicia.
#
# `cell` es una `nn.RNNCell`, que devuelve el estado `h`, o una `nn.LSTMCell`, que devuelve la pareja `(h, c)`; lo que
# devuelve es lo que quiere de vuelta en el paso siguiente: `state = cell(x_t, state)`, y sin estado empieza de cero.
# Aquí el tiempo va primero: `x` es `(T, B, D)`.

# %% [markdown] lang="en"
# ## 3.11 How far does the gradient reach?
#
# **Difficulty 3 of 5 · 25 minutes.** A network learns only from what its gradient reaches. Measure it: make a cell read
# a sequence, add all numbers of its **last** state $h_T$, and take the derivative of that sum $S$ with respect to each
# input. The reach compares the first with the last:
# $$\text{reach} = \frac{\lVert \partial S / \partial x_1 \rVert}{\lVert \partial S / \partial x_T \rVert}$$
#
# If it is 1, the beginning is heard as loudly as the end. If it is 0.000001, the network cannot learn anything from it.
# If it is a million, anything at the beginning unhinges it.
#
# `cell` is an `nn.RNNCell`, which returns the state `h`, or an `nn.LSTMCell`, which returns the pair `(h, c)`; what it
# returns is what it wants back at the next step: `state = cell(x_t, state)`, and without a state it begins at zero.
# Here time comes first: `x` is `(T, B, D)`.


# %% exercise="grad_reach"
def grad_reach(cell, x):
    """Return how strongly the first input moves the last state, over how strongly the last does.

    cell: nn.RNNCell or nn.LSTMCell. x: (T, B, D) tensor. The gradients are those of the sum of the
    last h; each is measured by the root of the sum of its squares. Returns a float.
    Leaves x as it was, and gives it no gradient.
    """
    ### BEGIN SOLUTION
    x = x.detach().clone().requires_grad_()
    state = None
    for x_t in x:
        state = cell(x_t, state)  # (B, H), or a pair of them
    h = state[0] if isinstance(state, tuple) else state
    (gradient,) = torch.autograd.grad(h.sum(), x)  # (T, B, D)
    return (gradient[0].norm() / gradient[-1].norm()).item()
    ### END SOLUTION


# %%
cell = nn.RNNCell(1, 1)
with torch.no_grad():
    for p, value in zip(cell.parameters(), (1.0, 0.5, 0.0, 0.0), strict=True):  # input, state, biases
        p.fill_(value)
print(grad_reach(cell, torch.zeros(4, 1, 1)))  # by hand: three steps back, 0.5 at each: 0.5**3 = 0.125

# %% test="grad_reach" points=6
check(grad_reach)

# %% [markdown] lang="es"
# **Apuesta antes de ejecutar.** Cuatro celdas sin entrenar, de 32 números de estado: la recurrente de fábrica, la misma
# con los pesos del estado multiplicados por tres, la LSTM de fábrica y una LSTM que nace con sesgo 2 en la puerta de
# olvido. A 50 pasos, ¿cuál llega más lejos? ¿Y cuál de las dos «de fábrica» llega antes a cero?

# %% [markdown] lang="en"
# **Place your bet before you run it.** Four untrained cells, of 32 numbers of state: the recurrent one as it comes, the
# same with the weights of the state times three, the LSTM as it comes, and an LSTM born with bias 2 in its forget gate.
# At 50 steps, which one reaches farthest? And which of the two "as they come" gets to zero first?

# %%
continue_with("grad_reach")

torch.manual_seed(0)
tripled, willing = nn.RNNCell(8, 32), nn.LSTMCell(8, 32)
with torch.no_grad():
    tripled.weight_hh *= 3
    willing.bias_ih[32:64], willing.bias_hh[32:64] = 2.0, 0.0  # the second block of H: the forget gate
cells = {
    label("tanh de fábrica", "tanh as it comes"): nn.RNNCell(8, 32),
    label("tanh, pesos × 3", "tanh, weights × 3"): tripled,
    label("LSTM de fábrica", "LSTM as it comes"): nn.LSTMCell(8, 32),
    label("LSTM, sesgo de olvido 2", "LSTM, forget bias 2"): willing,
}
lengths = (2, 5, 10, 20, 30, 40, 50)
figure, ax = new_figure()
told = []
for (name, cell), style in zip(cells.items(), ("o-", "s--", "^-.", "D:"), strict=True):
    reach = [grad_reach(cell, torch.randn(T, 4, 8)) for T in lengths]
    ax.plot(lengths, reach, style, label=name)
    told.append(f"{name}: {reach[-1]:.1g}")
ax.set(yscale="log", xlabel=label("pasos (T)", "steps (T)"), ylabel=label("alcance", "reach"))
ax.legend()
alt = label("Alcance según los pasos. Con 50: ", "Reach by steps. With 50: ")
show(figure, alt + "; ".join(told))

# %% [markdown] lang="es"
# La que más lejos llega es la tanh × 3: grita, no recuerda; un alcance mucho mayor que 1 no es mejor que 1. Y ahí está el
# motivo de que una LSTM recién creada tampoco recuerde: con sesgo 0, cada puerta de olvido nace a medias,
# $\sigma(0) = 1/2$, y $(1/2)^{49}$ no llega a ninguna parte.

# %% [markdown] lang="en"
# The one that reaches farthest is tanh × 3: it shouts, it does not remember; a reach far above 1 is no better than 1. And
# there is the reason why a newly made LSTM forgets too: with bias 0, each forget gate is born half open,
# $\sigma(0) = 1/2$, and $(1/2)^{49}$ gets nowhere.

# %% [markdown] lang="es"
# ## 3.12 Acordarse del principio
#
# **Dificultad 4 de 5 · 35 minutos.** La prueba más dura con el enunciado más corto: lee una secuencia y di cuál fue su
# **primer** símbolo. El resto no dice nada. Escribe `MemoryNet`:
#
# 1. `embedding`, un `nn.Embedding` de `vocab_size` símbolos a 8 números;
# 2. `lstm`, una `nn.LSTM` de 8 a `d_hidden`, con `num_layers` capas y `batch_first=True`;
# 3. de cada secuencia, la salida de la última capa **en su último símbolo de verdad**: con relleno detrás, no es el
#    último paso;
# 4. `head`, un `nn.Linear` de `d_hidden` a `classes` puntuaciones.
#
# Y el detalle del que depende todo: en cada capa, el sesgo de la puerta de olvido nace valiendo `forget_bias`. PyTorch
# reparte ese sesgo en dos, `bias_ih_l0` y `bias_hh_l0` para la primera capa, `bias_ih_l1` y `bias_hh_l1` para la
# segunda…; los dos se **suman**, cada uno con los cuatro bloques de 3.4 en el mismo orden. Todos los demás pesos se
# quedan como nacen.
#
# **La prueba**: 30 pasos, cuatro símbolos posibles al principio, `forget_bias=4`, 400 lotes. Hace falta un 95 % de
# aciertos en secuencias nuevas. La misma red con el sesgo de fábrica se queda en el 25 %: el azar.

# %% [markdown] lang="en"
# ## 3.12 Remembering the beginning
#
# **Difficulty 4 of 5 · 35 minutes.** The hardest test with the shortest statement: read a sequence and say which was
# its **first** symbol. The rest says nothing. Write `MemoryNet`:
#
# 1. `embedding`, an `nn.Embedding` from `vocab_size` symbols to 8 numbers;
# 2. `lstm`, an `nn.LSTM` from 8 to `d_hidden`, with `num_layers` layers and `batch_first=True`;
# 3. of each sequence, the output of the last layer **at its last true symbol**: with padding behind, that is not the
#    last step;
# 4. `head`, an `nn.Linear` from `d_hidden` to `classes` scores.
#
# And the detail on which all depends: in each layer, the bias of the forget gate is born as `forget_bias`. PyTorch
# splits that bias in two, `bias_ih_l0` and `bias_hh_l0` for the first layer, `bias_ih_l1` and `bias_hh_l1` for the
# second…; the two are **added**, each with the four blocks of 3.4 in the same order. All other weights stay as they are
# born.
#
# **The test**: 30 steps, four possible symbols at the beginning, `forget_bias=4`, 400 batches. 95% right on new
# sequences is needed. The same network with the bias it comes with stays at 25%: chance.


# %% exercise="memory_net"
class MemoryNet(nn.Module):
    """Score each sequence by its last true step: ids (B, T) and lengths (B,) to (B, classes).

    vocab_size: symbols. classes: scores a sequence. d_hidden: numbers of state. forget_bias: what
    the bias of the forget gates is born as, in every layer. num_layers: layers of the LSTM.
    ids: integers. lengths: integers from 1 to T; from place lengths[n] on, row n is padding.
    """

    def __init__(self, vocab_size, classes, d_hidden=32, forget_bias=4.0, num_layers=1):
        super().__init__()
        ### BEGIN SOLUTION
        self.embedding = nn.Embedding(vocab_size, 8)
        self.lstm = nn.LSTM(8, d_hidden, num_layers, batch_first=True)
        self.head = nn.Linear(d_hidden, classes)
        forget = slice(d_hidden, 2 * d_hidden)
        with torch.no_grad():
            for layer in range(num_layers):
                getattr(self.lstm, f"bias_ih_l{layer}")[forget] = forget_bias
                getattr(self.lstm, f"bias_hh_l{layer}")[forget] = 0.0
        ### END SOLUTION

    def forward(self, ids, lengths):
        ### BEGIN SOLUTION
        outputs, _ = self.lstm(self.embedding(ids))  # (B, T, d_hidden)
        last = outputs[torch.arange(len(ids)), lengths - 1]  # (B, d_hidden)
        return self.head(last)
        ### END SOLUTION


# %%
net = MemoryNet(vocab_size=8, classes=4, d_hidden=5, forget_bias=4.0)
print((net.lstm.bias_ih_l0 + net.lstm.bias_hh_l0)[5:10])  # by hand: five times 4
print(net(torch.zeros(2, 7, dtype=torch.long), torch.tensor([7, 3])).shape)  # by hand: (2, 4)

# %% test="memory_net" points=15
check(MemoryNet)

# %% [markdown] lang="es"
# Compruébalo tú también, con y sin el sesgo. `make_recall` sortea las secuencias; `recall` entrena una red con lotes
# siempre nuevos y da su acierto.

# %% [markdown] lang="en"
# See for yourself, with the bias and without. `make_recall` draws the sequences; `recall` trains a network on batches
# that are always new, and gives its accuracy.

# %%
continue_with("MemoryNet", "clip_grad_norm")


def make_recall(count, T):
    """Return sequences (count, T) of one symbol from 0 to 3 and then 4 to 7, and their firsts."""
    ids = torch.randint(4, 8, (count, T))
    ids[:, 0] = torch.randint(4, (count,))
    return ids, ids[:, 0].clone()


def recall(net, T, steps=400, batch_size=32, lr=0.01):
    """Train a network to tell the first symbol of T; return its accuracy on 1000 new sequences."""
    optimizer, everywhere = torch.optim.AdamW(net.parameters(), lr=lr), torch.full((1000,), T)
    for _ in range(steps):
        ids, first = make_recall(batch_size, T)
        loss = nn.functional.cross_entropy(net(ids, everywhere[:batch_size]), first)
        optimizer.zero_grad()
        loss.backward()
        clip_grad_norm(net.parameters(), 1.0)
        optimizer.step()
    ids, first = make_recall(1000, T)
    with torch.no_grad():
        return (net(ids, everywhere).argmax(dim=1) == first).float().mean().item()


results = {f"forget_bias={bias}": [] for bias in (0.0, 4.0)}
for seed in range(3):
    for scores, bias in zip(results.values(), (0.0, 4.0), strict=True):
        torch.manual_seed(seed)
        scores.append(recall(MemoryNet(8, 4, forget_bias=bias), T=30))
plot_scores(results, label("acierto a 30 pasos", "accuracy at 30 steps"))

# %% [markdown] lang="es"
# ## 3.13 Preguntas
#
# **20 minutos.** Diez preguntas con una sola opción buena. Si fallas alguna, el panel te dice por qué esa opción no puede
# ser, de una en una: la primera fallada lleva su razón; las otras, un guion, hasta que la arregles.
#
# **q1.** A 20 pasos, la LSTM de PyTorch tal como viene acierta el primer símbolo un 30 % de las veces; la red tanh, un
# 100 % con tres semillas de cuatro. ¿Qué concluyes?
#
# - a) Que la red tanh recuerda mejor que la LSTM.
# - b) Que hay un error en la LSTM: sus puertas garantizan la memoria.
# - c) Que la LSTM necesita más números de estado.
# - d) Que decide cómo nacen los pesos: con otro sesgo de olvido, la LSTM también lo consigue.
#
# **q2.** ¿Por qué ayuda tanto que la puerta de olvido nazca en $\sigma(4)$ y no en $\sigma(0)$?
#
# - a) Porque la puerta deja de aprender y ya no puede estropearse.
# - b) Porque multiplicar 29 veces por $\sigma(4)$ deja un 59 % de lo guardado, y por $\sigma(0)$, un 0,0000002 %: por la
#   memoria vuelve un gradiente que se nota.
# - c) Porque multiplica las entradas por 4.
# - d) Porque el estado crece sin límite y se ve mejor.
#
# **q3.** El gradiente de tu red tanh llega a $10^{-12}$ en la primera entrada. Recortas con `max_norm=1`. ¿Qué cambia?
#
# - a) El gradiente pequeño crece hasta largo 1.
# - b) Se reparte por igual entre los pasos.
# - c) Nada que ayude: recortar acorta lo largo, no alarga lo que se desvanece.
# - d) El gradiente se hace cero.
#
# **q4.** Entrenas con `T = 20` y el estado pasa de un lote a otro, sin grafo. ¿Puede influir en una predicción algo
# leído hace 100 símbolos?
#
# - a) Sí, a través del estado; pero ningún gradiente enseñó a guardarlo durante más de 20 pasos.
# - b) No: `.detach()` borra el estado.
# - c) Sí, y el gradiente llega hasta allí, porque el estado es el mismo.
# - d) No: la red solo ve los 20 símbolos de su lote.
#
# **q5.** Barajas los lotes de `stream_batches` en cada época y sigues llevando el estado de uno a otro. ¿Qué pasa?
#
# - a) Nada: barajar siempre mejora el entrenamiento.
# - b) El estado que recibe cada lote es de otro sitio del libro: la red aprende a no fiarse de él.
# - c) PyTorch lanza un error al no coincidir las formas.
# - d) Se pierden los últimos símbolos del texto.
#
# **q6.** Un modelo sobre 30 símbolos tiene perplejidad 30 en texto nuevo. ¿Qué sabe?
#
# - a) Acierta uno de cada 30, luego algo sabe.
# - b) Lo sabe todo: la perplejidad máxima es la mejor.
# - c) No se puede saber sin ver el texto.
# - d) En conjunto, no más que quien reparte la probabilidad por igual.
#
# **q7.** Olvidas `lengths` y promedias también sobre el relleno, que es el 70 % de los sitios y siempre el mismo
# símbolo. La pérdida baja a 0,4. ¿Es buena señal?
#
# - a) Sí: cuanto menor, mejor.
# - b) Sí, si la perplejidad también baja.
# - c) No: casi todo el mérito es de predecir relleno; sobre el texto de verdad puede andar por 1,3.
# - d) No: con relleno, la pérdida siempre sube.
#
# **q8.** Multiplicas por 10 todas las puntuaciones que da el modelo y sorteas con `temperature=10`. ¿Qué cambia?
#
# - a) Los textos salen más monótonos.
# - b) Nada: se divide por lo mismo que se multiplicó.
# - c) Los textos salen más variados.
# - d) Depende de la semilla.
#
# **q9.** Un modelo convolucional mira los 16 últimos símbolos; uno recurrente lleva estado. Dos textos se diferencian
# solo en un símbolo, hace 40. ¿Qué es cierto del símbolo siguiente?
#
# - a) El convolucional predice exactamente lo mismo en los dos; el recurrente puede predecir distinto.
# - b) Los dos predicen lo mismo: está demasiado lejos.
# - c) Los dos predicen distinto: las convoluciones también llevan estado.
# - d) El recurrente predice distinto con seguridad.
#
# **q10.** Duplicas el largo de las secuencias, de 50 a 100 pasos, con la misma LSTM. ¿Qué se duplica?
#
# - a) Los parámetros.
# - b) El tamaño del estado.
# - c) Los pasos que hay que hacer uno detrás de otro, y la memoria del grafo.
# - d) Nada: se calculan todos a la vez.

# %% [markdown] lang="en"
# ## 3.13 Questions
#
# **20 minutes.** Ten questions with a single right option. If you miss any, the panel tells you why that option cannot
# be, one at a time: the first one missed carries its reason; the others, a dash, until you mend it.
#
# **q1.** At 20 steps, PyTorch's LSTM as it comes gets the first symbol right 30% of the time; the tanh network, 100%
# with three seeds of four. What do you conclude?
#
# - a) That the tanh network remembers better than the LSTM.
# - b) That there is a bug in the LSTM: its gates guarantee memory.
# - c) That the LSTM needs more numbers of state.
# - d) That what decides is how the weights are born: with another forget bias, the LSTM does it too.
#
# **q2.** Why does it help so much that the forget gate is born at $\sigma(4)$ and not at $\sigma(0)$?
#
# - a) Because the gate stops learning and can no longer be spoilt.
# - b) Because multiplying 29 times by $\sigma(4)$ leaves 59% of what was stored, and by $\sigma(0)$, 0.0000002%: along the
#   memory there comes back a gradient that can be felt.
# - c) Because it multiplies the inputs by 4.
# - d) Because the state grows without limit and is seen better.
#
# **q3.** The gradient of your tanh network is $10^{-12}$ at the first input. You clip with `max_norm=1`. What changes?
#
# - a) The small gradient grows to length 1.
# - b) It is shared out evenly among the steps.
# - c) Nothing that helps: clipping shortens what is long, it does not lengthen what vanishes.
# - d) The gradient becomes zero.
#
# **q4.** You train with `T = 20`, and the state goes from batch to batch, without graph. Can something read 100 symbols
# ago influence a prediction?
#
# - a) Yes, through the state; but no gradient taught it to keep it for more than 20 steps.
# - b) No: `.detach()` wipes out the state.
# - c) Yes, and the gradient gets there, for the state is the same.
# - d) No: the network only sees the 20 symbols of its batch.
#
# **q5.** You shuffle the batches of `stream_batches` at each epoch and go on carrying the state from one to the next.
# What happens?
#
# - a) Nothing: shuffling always improves training.
# - b) The state that each batch receives is from another place of the book: the network learns not to trust it.
# - c) PyTorch raises an error, as the shapes do not match.
# - d) The last symbols of the text are lost.
#
# **q6.** A model over 30 symbols has perplexity 30 on new text. What does it know?
#
# - a) It is right once in 30, so it knows something.
# - b) It knows everything: the largest perplexity is the best.
# - c) There is no telling without seeing the text.
# - d) On the whole, no more than one that spreads probability evenly.
#
# **q7.** You forget `lengths` and average over the padding too, which is 70% of the places and always the same symbol.
# The loss falls to 0.4. Is that a good sign?
#
# - a) Yes: the lower, the better.
# - b) Yes, if perplexity falls too.
# - c) No: nearly all the merit is for predicting padding; on the true text it may be about 1.3.
# - d) No: with padding, the loss always rises.
#
# **q8.** You multiply by 10 all the scores that the model gives and draw with `temperature=10`. What changes?
#
# - a) The texts come out more monotonous.
# - b) Nothing: it is divided by what it was multiplied by.
# - c) The texts come out more varied.
# - d) It depends on the seed.
#
# **q9.** A convolutional model looks at the last 16 symbols; a recurrent one carries a state. Two texts differ only in
# one symbol, 40 ago. What is true of the next symbol?
#
# - a) The convolutional one predicts exactly the same in both; the recurrent one may predict differently.
# - b) Both predict the same: it is too far away.
# - c) Both predict differently: convolutions carry a state too.
# - d) The recurrent one predicts differently for certain.
#
# **q10.** You double the length of the sequences, from 50 to 100 steps, with the same LSTM. What doubles?
#
# - a) The parameters.
# - b) The size of the state.
# - c) The steps that have to be taken one after another, and the memory of the graph.
# - d) Nothing: all are computed at once.


# %% exercise="quiz_rnn"
def quiz_rnn():
    """Return your answers, a dict of one letter per question: {"q1": "a", "q2": ...} up to "q10"."""
    ### BEGIN SOLUTION
    return {
        "q1": "d", "q2": "b", "q3": "c", "q4": "a", "q5": "b",
        "q6": "d", "q7": "c", "q8": "b", "q9": "a", "q10": "c",
    }  # fmt: skip
    ### END SOLUTION


# %% test="quiz_rnn" points=10
check(quiz_rnn)

# %% [markdown] lang="es"
# ## 3.14 Un experimento tuyo
#
# **30 minutos. Lo corrige una persona.** Hazle a la memoria de una red una pregunta cuya respuesta no sepas. ¿A qué
# distancia deja de acertar cada sesgo? ¿Ayuda que los pesos recurrentes nazcan ortogonales (`nn.init.orthogonal_`)?
# ¿Le va mejor a la celda tanh, a la GRU? ¿Y si el relleno del medio es siempre el mismo símbolo, o si en
# `train_stream` el estado vuelve a cero en cada lote?
#
# Debajo tienes un ejemplo que alarga la secuencia. Cambia esa celda por tu experimento; puedes añadir todas las celdas
# que quieras.

# %% [markdown] lang="en"
# ## 3.14 An experiment of your own
#
# **30 minutes. Marked by a person.** Ask the memory of a network a question whose answer you do not know. At which
# distance does each bias stop getting it right? Does it help if the recurrent weights are born orthogonal
# (`nn.init.orthogonal_`)? Does the tanh cell fare better, or the GRU? And if what fills the middle is always the same
# symbol, or if in `train_stream` the state goes back to zero at each batch?
#
# Below is an example that makes the sequence longer. Change that cell into your experiment; you may add as many cells
# as you like.

# %%
results = {}
for bias in (2.0, 4.0):
    for T in (20, 60):
        scores = results[f"forget_bias={bias}, T={T}"] = []
        for seed in range(3):
            torch.manual_seed(seed)
            scores.append(recall(MemoryNet(8, 4, forget_bias=bias), T, steps=200))
plot_scores(results, label("acierto tras 200 lotes", "accuracy after 200 batches"))

# %% [markdown] answer="experiment_rnn" points=3
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
# *Ejemplo de tres puntos.* Pregunta: ¿hasta qué distancia alcanza cada sesgo de olvido? Esperaba que con 2 bastara para
# 20 pasos y no para 60, porque $\sigma(2)^{59}$ es del orden de 0,0005, y que con 4 bastara para los dos. Cambié solo el
# sesgo y el largo; tres semillas, 200 lotes. A 20 pasos, los dos aciertan siempre. A 60, el sesgo 2 se queda en el azar
# con las tres semillas (0,24), y el sesgo 4 va de 0,25 a 1,00, con media 0,66: puede, pero no siempre. No demuestra que
# el sesgo 4 falle a 60 pasos: quizá solo le faltan lotes.
#
# **Marking guide** (3 points). *1 point*: a question that the experiment can answer and a prediction written
# beforehand, with its reason; a wrong prediction is worth as much. *1 point*: a clean comparison: one thing changes,
# three seeds or more, accuracy on new sequences, a figure or table with axes and names. *1 point*: the conclusion
# follows from the numbers and is held against the variation between seeds; at least one limit is named (fixed steps, a
# single `lr`, a single size of state…).
#
# *An example worth three points.* Question: how far does each forget bias reach? I expected 2 to be enough for 20 steps
# and not for 60, for $\sigma(2)^{59}$ is about 0.0005, and 4 to be enough for both. I changed only the bias and the
# length; three seeds, 200 batches. At 20 steps both are always right. At 60, bias 2 stays at chance with all three seeds
# (0.24), and bias 4 goes from 0.25 to 1.00, with mean 0.66: it can, but not always. It does not prove that bias 4 fails
# at 60 steps: perhaps it only lacks batches.
# ### END SOLUTION

# %% [markdown] lang="es"
# ## 3.15 Reflexión
#
# **10 minutos. Lo corrige una persona.** Dos equipos presumen de su modelo del mismo libro. El primero predice
# caracteres y tiene perplejidad 4. El segundo predice palabras y tiene perplejidad 60. El jefe quiere quedarse con el
# primero, «porque 4 es menos que 60».

# %% [markdown] lang="en"
# ## 3.15 Reflection
#
# **10 minutes. Marked by a person.** Two teams boast of their models of the same book. The first predicts characters
# and has perplexity 4. The second predicts words and has perplexity 60. Their boss wants to keep the first, "because 4
# is less than 60".

# %% [markdown] answer="reflection_rnn" points=2
# **Cuatro contra sesenta · Four against sixty**
#
# ¿Tiene razón? Compara los dos modelos en la misma unidad: el libro tiene 6,5 caracteres por palabra, contando los
# espacios. ¿Qué más querrías saber antes de decidir? · Is the boss right? Compare the two models in one unit: the book
# has 6.5 characters a word, spaces included. What else would you want to know before deciding?
#
# ### BEGIN SOLUTION
# **Guía de corrección** (2 puntos). *1 punto*: las perplejidades se refieren a unidades distintas y no se comparan; en
# nats por carácter son ln 4 = 1,39 y ln 60 / 6,5 = 0,63 (o, por palabra, 9,0 y 4,1): gana el segundo, y por mucho. *1
# punto*: algo sensato que falta por saber; por ejemplo, si las dos se midieron en texto nuevo y en el mismo trozo; qué
# hace el segundo con las palabras que no están en su vocabulario (si las cuenta como un símbolo «desconocido», su
# perplejidad sale mejor de lo que es); o para qué se va a usar.
#
# **Marking guide** (2 points). *1 point*: the perplexities are about different units and cannot be compared; in nats a
# character they are ln 4 = 1.39 and ln 60 / 6.5 = 0.63 (or, a word, 9.0 and 4.1): the second wins, and by far. *1
# point*: something sensible that is still to be known; for instance, whether both were measured on new text and on the
# same piece; what the second does with words that are not in its vocabulary (if it counts them as one "unknown" symbol,
# its perplexity looks better than it is); or what it is to be used for.
# ### END SOLUTION
