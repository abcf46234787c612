# %% [markdown] lang="es"
# # Tarea 2 · Redes convolucionales
#
# En la lección viste deslizarse los filtros; aquí los escribes. La **parte 1** (unas 3 horas y 40 minutos) construye
# las capas en NumPy, hacia adelante y hacia atrás. La **parte 2** (unas 2 horas y 25 minutos) las monta en PyTorch y
# las enfrenta a una red sin convoluciones: primero en un terreno que les conviene y después en otro que no.
#
# Se trabaja como en la tarea 1: escribe donde pone `raise NotImplementedError`, ejecuta `check(...)` cuantas veces
# quieras y pide ideas con `hint(...)`. `continue_with(...)` conserva lo tuyo si está bien y, si no, pone lo del curso
# para que sigas.
#
# Las imágenes tienen siempre los ejes en el orden de PyTorch: `(N, C, H, W)`, es decir, imágenes, canales, filas y
# columnas. Ninguna función escribe sobre lo que recibe.

# %% [markdown] lang="en"
# # Assignment 2 · Convolutional networks
#
# In the lesson you watched the filters slide; here you write them. **Part 1** (about 3 hours and 40 minutes) builds the
# layers in NumPy, forward and backward. **Part 2** (about 2 hours and 25 minutes) puts them together in PyTorch and
# sets them against a network without convolutions: first on ground that suits them, then on ground that does not.
#
# You work as in assignment 1: write where it says `raise NotImplementedError`, run `check(...)` as often as you like,
# and ask for ideas with `hint(...)`. `continue_with(...)` keeps your version if it is right and, if not, puts the
# course's in place so that you can go on.
#
# Pictures always have their axes in PyTorch's order: `(N, C, H, W)`, that is, pictures, channels, rows and columns. No
# function writes into what it is given.

# %%
import numpy as np
import torch
from torch import nn

from atiende import label, training
from atiende.data import load_digits, make_moved_digits
from atiende.plots import new_figure, plot_scores, show
from autograder import check, continue_with, hint

# %% [markdown] lang="es"
# # Parte 1 · Las capas, en NumPy

# %% [markdown] lang="en"
# # Part 1 · The layers, in NumPy

# %% [markdown] lang="es"
# ## 2.1 ¿Cuántas veces cabe el filtro?
#
# **Dificultad 1 de 5 · 10 minutos.** Un filtro de $k$ píxeles recorre una fila de $n$. El relleno (*padding*) añade $p$
# ceros a **cada lado**; el paso (*stride*) $s$ es cuánto avanza cada vez; con dilatación (*dilation*) $d$, el filtro
# mira un píxel de cada $d$, y por eso abarca $d (k - 1) + 1$. ¿En cuántos sitios cae entero?
# $$\left\lfloor \frac{n + 2p - d (k - 1) - 1}{s} \right\rfloor + 1$$
#
# Los corchetes redondean hacia abajo: si al final sobra un trozo donde el filtro no cabe, no cuenta. Y si no cabe ni
# una vez, no hay salida que devolver: lanza `ValueError`.

# %% [markdown] lang="en"
# ## 2.1 How often does the filter fit?
#
# **Difficulty 1 of 5 · 10 minutes.** A filter of $k$ pixels walks along a row of $n$. *Padding* adds $p$ zeros on
# **each side**; the *stride* $s$ is how far it moves each time; with *dilation* $d$ the filter looks at one pixel out
# of every $d$, and so it spans $d (k - 1) + 1$. In how many places does it fit whole?
# $$\left\lfloor \frac{n + 2p - d (k - 1) - 1}{s} \right\rfloor + 1$$
#
# The brackets round down: if at the end a piece is left over where the filter does not fit, it does not count. And if
# it does not fit even once, there is no output to return: raise `ValueError`.


# %% exercise="conv_out"
def conv_out(n, k, stride=1, pad=0, dilation=1):
    """Return how many places a filter takes along one axis, an int.

    n: pixels of the axis. k: entries of the filter. stride: pixels from one place to the next. pad: zeros added on each
    side. dilation: pixels from one entry of the filter to the next. Raises ValueError where the filter does not fit once.
    """
    ### BEGIN SOLUTION
    room = n + 2 * pad - (dilation * (k - 1) + 1)
    if room < 0:
        raise ValueError(f"a filter of {k} (dilation {dilation}) does not fit in {n} pixels with pad {pad}")
    return room // stride + 1
    ### END SOLUTION


# %%
print(conv_out(4, 3))  # by hand: 2
print(conv_out(7, 3, stride=2, pad=1))  # by hand: it starts at -1, 1, 3, 5, so 4
print(conv_out(8, 3, stride=2))  # by hand: it starts at 0, 2, 4; the last pixel is left over, so 3
print(conv_out(7, 3, dilation=2))  # by hand: it spans 5 and starts at 0, 1, 2, so 3

# %% test="conv_out" points=3
check(conv_out)

# %% [markdown] lang="es"
# ## 2.2 La convolución, hacia adelante
#
# **Dificultad 4 de 5 · 50 minutos.** En cada sitio, el filtro multiplica lo que tiene debajo, número a número, y lo
# suma todo: también los canales. Hay $F$ filtros y cada uno produce un mapa; el sesgo $b_f$ se suma a todo el mapa $f$.
# $$\mathrm{out}_{n f r c} = b_f + \sum_{m=1}^{C} \sum_{i=0}^{k_h - 1} \sum_{j=0}^{k_w - 1}
# w_{f m i j}\; x^{\mathrm{pad}}_{n,\, m,\, s r + i,\, s c + j}$$
#
# $x^{\mathrm{pad}}$ es la imagen con `pad` ceros alrededor. Fíjate en los signos: $sr + i$, no $sr - i$. El filtro se
# usa **tal cual, sin darle la vuelta**; los matemáticos llaman a esto correlación cruzada, y las redes, convolución.
# Tampoco tiene por qué ser cuadrado. Desde aquí no hay dilatación.
#
# ¿Siete bucles? Bastan dos. Fija una entrada del filtro, $(i, j)$: los píxeles que le tocan en **todos** los sitios
# forman una rebanada de la imagen que empieza en $(i, j)$ y avanza a saltos de `stride`. Multiplícala por
# `w[:, :, i, j]`, suma sobre los canales y acumula.
#
# Devuelve una pareja, como en la capa lineal: el resultado y `cache`, lo que quieras guardar para volver hacia atrás.
# La función del curso guarda `(padded, w, stride, pad)`, con la imagen ya rellena; si en 2.3 sigues con ella, ese es su
# `cache`.

# %% [markdown] lang="en"
# ## 2.2 Convolution, forward
#
# **Difficulty 4 of 5 · 50 minutes.** In each place the filter multiplies what lies under it, number by number, and adds
# it all up: channels too. There are $F$ filters and each makes one map; the bias $b_f$ is added to the whole map $f$.
# $$\mathrm{out}_{n f r c} = b_f + \sum_{m=1}^{C} \sum_{i=0}^{k_h - 1} \sum_{j=0}^{k_w - 1}
# w_{f m i j}\; x^{\mathrm{pad}}_{n,\, m,\, s r + i,\, s c + j}$$
#
# $x^{\mathrm{pad}}$ is the picture with `pad` zeros around it. Mind the signs: $sr + i$, not $sr - i$. The filter is
# used **as it is, not turned round**; mathematicians call this cross-correlation, and networks call it convolution. Nor
# does it have to be square. From here on there is no dilation.
#
# Seven loops? Two are enough. Fix one entry of the filter, $(i, j)$: the pixels that it meets in **all** places make a
# slice of the picture that begins at $(i, j)$ and goes in steps of `stride`. Multiply it by `w[:, :, i, j]`, add over
# the channels, and accumulate.
#
# Return a pair, as in the linear layer: the result and `cache`, whatever you want to keep for the way back. The
# course's function keeps `(padded, w, stride, pad)`, with the picture already padded; if you go on with it in 2.3, that
# is its `cache`.

# %%
continue_with("conv_out")


# %% exercise="conv2d_forward"
def conv2d_forward(x, w, b, stride=1, pad=0):
    """Slide filters over pictures, and return what conv2d_backward needs.

    x: (N, C, H, W). w: (F, C, kh, kw), the filters, used without flipping. b: (F,). stride: pixels from one place to the
    next, on both axes. pad: zeros added on each of the four sides.
    Returns the pair (out, cache): out is (N, F, conv_out(H, kh, stride, pad), conv_out(W, kw, stride, pad)); cache is what
    you choose (in the course's version: (padded, w, stride, pad), padded being x with its zeros around it).
    Leaves its inputs as they were.
    """
    ### BEGIN SOLUTION
    N, C, H, W = x.shape
    F, _, kh, kw = w.shape
    rows, columns = conv_out(H, kh, stride, pad), conv_out(W, kw, stride, pad)
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, F, rows, columns)) + b[:, None, None]
    for i, j in np.ndindex(kh, kw):
        seen = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]  # (N, C, rows, columns)
        out += np.einsum("nchw,fc->nfhw", seen, w[:, :, i, j])
    return out, (padded, w, stride, pad)
    ### END SOLUTION


# %%
x = np.arange(16.0).reshape(1, 1, 4, 4)
right = np.array([[[[0.0, 1.0]]]])  # one filter of 1 x 2 that looks at the pixel on the right
print(conv2d_forward(x, right, np.array([100.0]))[0])  # by hand: 101, 102, 103; 105, 106, 107; 109 ... 115
ones = np.ones((1, 1, 3, 3))
print(conv2d_forward(np.ones((1, 1, 4, 4)), ones, np.zeros(1), stride=2, pad=1)[0])  # by hand: [[4, 6], [6, 9]]

# %% test="conv2d_forward" points=10
check(conv2d_forward)

# %% [markdown] lang="es"
# Tus filtros, sobre un dígito de verdad. El primero resta lo que hay a la izquierda de lo que hay a la derecha; el
# segundo, lo de arriba de lo de abajo; el tercero promedia. En la figura, violeta es positivo, naranja es negativo y
# blanco es cero; cada recuadro tiene su propia escala. La tinta de este dígito llega hasta el borde: allí los filtros
# ven los ceros del relleno, como si se acabara de golpe.

# %% [markdown] lang="en"
# Your filters, on a real digit. The first subtracts what is on the left from what is on the right; the second, what is
# above from what is below; the third takes the mean. In the figure, purple is positive, orange is negative and white is
# zero; each panel has a scale of its own. The ink of this digit reaches the border: there the filters see the zeros of
# the padding, as if it ended all at once.

# %%
continue_with("conv2d_forward")

digit = load_digits().x_test[3].astype(float)[None, None]  # (1, 1, 8, 8)
across = np.array([[-1.0, 0.0, 1.0]] * 3)
filters = np.stack([across, across.T, np.full((3, 3), 1 / 9)])[:, None]  # (3, 1, 3, 3)
maps = conv2d_forward(digit, filters, np.zeros(3), pad=1)[0][0]  # (3, 8, 8)
names = [label("vertical", "vertical"), label("horizontal", "horizontal"), label("borroso", "blurred")]
figure, axes = new_figure(1, 4, height=2.4)
for ax, title, picture in zip(axes, [label("original", "original"), *names], [digit[0, 0], *maps], strict=True):
    ax.imshow(picture, cmap="PuOr", vmin=-np.abs(picture).max(), vmax=np.abs(picture).max())
    ax.set(title=title, xticks=[], yticks=[])
    ax.grid(False)
show(figure, label("Un dígito y los mapas de tres filtros: bordes verticales, bordes horizontales y promedio.",
                   "A digit and the maps of three filters: vertical edges, horizontal edges and mean."))

# %% [markdown] lang="es"
# ## 2.3 La convolución, hacia atrás
#
# **Dificultad 4 de 5 · 45 minutos.** Te dan `dout`, la derivada de la pérdida respecto a cada número de la salida.
# Pregunta, como en la capa lineal, por qué caminos llega cada cosa a la pérdida, y suma lo que vuelve por ellos:
#
# - el sesgo $b_f$ llega por todos los sitios de todas las imágenes del mapa $f$;
# - el peso $w_{f m i j}$ llega por todos los sitios: en cada uno multiplicó al píxel que tenía debajo;
# - el píxel $x^{\mathrm{pad}}_{n m u v}$ llega por todos los sitios cuyo filtro lo tapó, quizá ninguno.
#
# El mismo doble bucle sirve: la rebanada de $(i, j)$ que antes **leías** es ahora donde **acumulas**. Y los ceros del
# relleno no eran de nadie: su gradiente se tira. Cuidado al recortar: `a[p:-p]` con `p = 0` no deja nada.

# %% [markdown] lang="en"
# ## 2.3 Convolution, backward
#
# **Difficulty 4 of 5 · 45 minutes.** You are given `dout`, the derivative of the loss with respect to each number of
# the output. Ask, as in the linear layer, by which paths each thing reaches the loss, and add up what comes back along
# them:
#
# - the bias $b_f$ gets there through all places of map $f$, in all pictures;
# - the weight $w_{f m i j}$ gets there through all places: in each it multiplied the pixel under it;
# - the pixel $x^{\mathrm{pad}}_{n m u v}$ gets there through all places whose filter covered it, perhaps none.
#
# The same double loop will do: the slice of $(i, j)$ that you **read** before is now where you **accumulate**. And the
# zeros of the padding belonged to nobody: their gradient is thrown away. Beware when you crop: `a[p:-p]` with `p = 0`
# leaves nothing.

# %%
continue_with("conv2d_forward")


# %% exercise="conv2d_backward"
def conv2d_backward(dout, cache):
    """Return the gradients of a convolution.

    dout: (N, F, rows, columns), the derivative of the loss with respect to out. cache: what conv2d_forward returned
    beside out; in the course's version, (padded, w, stride, pad), padded being x with its zeros around it.
    Returns (dx, dw, db), of the shapes of x (N, C, H, W), w (F, C, kh, kw) and b (F,).
    Leaves dout and the inputs of the layer as they were.
    """
    ### BEGIN SOLUTION
    padded, w, stride, pad = cache
    rows, columns = dout.shape[2:]
    dpadded, dw = np.zeros(padded.shape), np.zeros(w.shape)
    for i, j in np.ndindex(w.shape[2:]):
        place = np.s_[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
        dw[:, :, i, j] = np.einsum("nfhw,nchw->fc", dout, padded[place])
        dpadded[place] += np.einsum("nfhw,fc->nchw", dout, w[:, :, i, j])
    H, W = padded.shape[2] - 2 * pad, padded.shape[3] - 2 * pad
    return dpadded[:, :, pad : pad + H, pad : pad + W], dw, dout.sum(axis=(0, 2, 3))
    ### END SOLUTION


# %%
out, cache = conv2d_forward(np.arange(4.0).reshape(1, 1, 1, 4), np.array([[[[2.0, 5.0]]]]), np.zeros(1))
print(out)  # by hand: 2 * [0, 1, 2] + 5 * [1, 2, 3] = [5, 12, 19]
dx, dw, db = conv2d_backward(np.array([[[[1.0, 0.0, 10.0]]]]), cache)
print(dx)  # by hand: 2 * [1, 0, 10, .] + 5 * [., 1, 0, 10] = [2, 5, 20, 50]
print(dw)  # by hand: [1*0 + 10*2, 1*1 + 10*3] = [20, 31]
print(db)  # by hand: [11]

# %% test="conv2d_backward" points=11
check(conv2d_backward)

# %% [markdown] lang="es"
# ## 2.4 El mayor de cada ventana, hacia adelante
#
# **Dificultad 2 de 5 · 20 minutos.** ¿Está por aquí el borde? Da igual en qué píxel exacto. La **agrupación por
# máximo** (*max pooling*) se queda con el número mayor de cada ventana de $k \times k$, canal por canal. Las ventanas
# se pueden solapar (`stride` menor que `k`) o dejar huecos.
#
# La trampa está en el relleno. Puede que todos los números de un canal sean negativos, y un cero de relleno ganaría a
# todos los píxeles verdaderos. El relleno no debe ganar nunca: ¿qué número es menor que cualquier otro?

# %% [markdown] lang="en"
# ## 2.4 The largest of each window, forward
#
# **Difficulty 2 of 5 · 20 minutes.** Is the edge somewhere around here? Never mind at which pixel exactly.
# *Max pooling* keeps the largest number of each window of $k \times k$, channel by channel. Windows may overlap
# (`stride` less than `k`) or leave gaps.
#
# The trap is in the padding. A channel may be negative all over, and a zero of padding would beat every true pixel.
# Padding must never win: which number is less than any other?

# %%
continue_with("conv_out")


# %% exercise="maxpool2d_forward"
def maxpool2d_forward(x, k, stride, pad=0):
    """Keep the largest value of each window, and return what maxpool2d_backward needs.

    x: (N, C, H, W). k: pixels a side of the window. stride: pixels from one window to the next. pad: pixels added on each of the
    four sides, at most k // 2; they never win.
    Returns the pair (out, cache): out is (N, C, conv_out(H, k, stride, pad), conv_out(W, k, stride, pad)); cache is what you
    choose (in the course's version: (x.shape, k, stride, pad, winner), winner being (N, C, rows, columns), i * k + j).
    Leaves x as it was.
    """
    ### BEGIN SOLUTION
    rows, columns = conv_out(x.shape[2], k, stride, pad), conv_out(x.shape[3], k, stride, pad)
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), constant_values=-np.inf)
    seen = [padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride] for i, j in np.ndindex(k, k)]
    windows = np.stack(seen, axis=-1)  # (N, C, rows, columns, k * k)
    winner = windows.argmax(axis=-1)  # the first where several are equal
    return windows.max(axis=-1), (x.shape, k, stride, pad, winner)
    ### END SOLUTION


# %%
x = np.array([[[[1.0, 2.0, 5.0, 0.0], [4.0, 3.0, 0.0, 0.0], [-1.0, -2.0, 7.0, 7.0], [-3.0, -4.0, 7.0, 6.0]]]])
out, cache = maxpool2d_forward(x, 2, 2)
print(out)  # by hand: [[4, 5], [-1, 7]]
print(maxpool2d_forward(-np.ones((1, 1, 2, 2)), 2, 2, pad=1)[0])  # by hand: each corner window holds one pixel, so all are -1

# %% test="maxpool2d_forward" points=5
check(maxpool2d_forward)

# %% [markdown] lang="es"
# ## 2.5 El mayor de cada ventana, hacia atrás
#
# **Dificultad 3 de 5 · 25 minutos.** Solo el ganador llegó a la salida, así que solo él recibe el gradiente de su
# ventana. Si un píxel gana en varias ventanas solapadas, suma lo que le llega de todas.
#
# ¿Y si hay empate? Tras una ReLU pasa a menudo: ventanas enteras de ceros. Hace falta un convenio, y tomamos el de
# PyTorch: gana **el primero en orden de lectura**, por filas, de izquierda a derecha. Uno solo: repartir entre todos
# cambiaría el tamaño del gradiente o lo multiplicaría.
#
# Si sigues con la función de ida del curso, su `cache` es `(x.shape, k, stride, pad, winner)`: `winner`, de forma
# `(N, C, rows, columns)`, dice qué píxel de cada ventana ganó, con el número `i * k + j`.

# %% [markdown] lang="en"
# ## 2.5 The largest of each window, backward
#
# **Difficulty 3 of 5 · 25 minutes.** Only the winner reached the output, so it alone receives the gradient of its
# window. If a pixel wins in several overlapping windows, it adds up what comes from all of them.
#
# And where there is a tie? After a ReLU that happens often: whole windows of zeros. A convention is needed, and we take
# PyTorch's: **the first in reading order** wins, row by row, from left to right. Only one: handing out to all of them
# would change the size of the gradient, or multiply it.
#
# If you go on with the course's way forward, its `cache` is `(x.shape, k, stride, pad, winner)`: `winner`, of shape
# `(N, C, rows, columns)`, tells which pixel of each window won, by the number `i * k + j`.

# %%
continue_with("maxpool2d_forward")


# %% exercise="maxpool2d_backward"
def maxpool2d_backward(dout, cache):
    """Return the gradient of max-pooling with respect to its input.

    dout: (N, C, rows, columns), the derivative of the loss with respect to out. cache: what maxpool2d_forward returned
    beside out; in the course's version, (x.shape, k, stride, pad, winner), winner being (N, C, rows, columns), i * k + j.
    Returns dx (N, C, H, W). Where several pixels of a window are equally large, the first in reading order takes
    its whole gradient. Leaves dout and x as they were.
    """
    ### BEGIN SOLUTION
    (N, C, H, W), k, stride, pad, winner = cache
    rows, columns = dout.shape[2:]
    dpadded = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for n, (i, j) in enumerate(np.ndindex(k, k)):
        dpadded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride] += dout * (winner == n)
    return dpadded[:, :, pad : pad + H, pad : pad + W]
    ### END SOLUTION


# %%
x = np.array([[[[1.0, 2.0, 5.0, 0.0], [4.0, 3.0, 0.0, 0.0], [-1.0, -2.0, 7.0, 7.0], [-3.0, -4.0, 7.0, 6.0]]]])
out, cache = maxpool2d_forward(x, 2, 2)
print(maxpool2d_backward(np.array([[[[10.0, 20.0], [30.0, 40.0]]]]), cache))
# by hand: 10 at the 4, 20 at the 5, 30 at the -1, and 40 at the first 7 alone

# %% test="maxpool2d_backward" points=6
check(maxpool2d_backward)

# %% [markdown] lang="es"
# ## 2.6 Normalización por lotes
#
# **Dificultad 3 de 5 · 35 minutos.** La normalización por lotes (*batch normalization*;
# [Ioffe y Szegedy, 2015](https://arxiv.org/abs/1502.03167)) hace dos cosas distintas según el momento.
#
# **Al entrenar**, cada canal se normaliza con su media $\mu_c$ y su varianza $\sigma_c^2$ en este lote, calculadas
# sobre los $n = N \cdot H \cdot W$ números del canal: un filtro es el mismo en todos los píxeles, y sus números también
# se miden juntos.
# $$\mathrm{out} = \gamma_c\, \frac{x - \mu_c}{\sqrt{\sigma_c^2 + \epsilon}} + \beta_c$$
#
# De paso se apuntan dos promedios en marcha, donde lo nuevo pesa $m$ (`momentum`):
# $$\text{mean}_c \leftarrow (1 - m)\, \text{mean}_c + m\, \mu_c$$
# $$\text{var}_c \leftarrow (1 - m)\, \text{var}_c + m\, \frac{n}{n - 1}\, \sigma_c^2$$
#
# **Al predecir**, no se mira el lote: se usan los promedios apuntados, y no se tocan. Así una imagen recibe la misma
# respuesta vaya sola o acompañada.
#
# Un detalle fino: para **normalizar** se divide entre $n$ (la varianza de estos números); para **apuntar**, entre
# $n - 1$ (la mejor estimación de la varianza de todos los que vendrán). PyTorch hace lo mismo.
#
# `state` es un diccionario con `"mean"` y `"var"`, de forma `(C,)`. Como en AdamW, no lo cambies: devuelve uno nuevo
# (al predecir puede ser el mismo).

# %% [markdown] lang="en"
# ## 2.6 Batch normalization
#
# **Difficulty 3 of 5 · 35 minutes.** *Batch normalization*
# ([Ioffe and Szegedy, 2015](https://arxiv.org/abs/1502.03167)) does two different things, depending on the moment.
#
# **In training**, each channel is normalized with its mean $\mu_c$ and its variance $\sigma_c^2$ in this batch,
# computed over the $n = N \cdot H \cdot W$ numbers of the channel: a filter is the same at all pixels, and its numbers
# are measured together too.
# $$\mathrm{out} = \gamma_c\, \frac{x - \mu_c}{\sqrt{\sigma_c^2 + \epsilon}} + \beta_c$$
#
# On the way two running averages are noted down, where the new weighs $m$ (`momentum`):
# $$\text{mean}_c \leftarrow (1 - m)\, \text{mean}_c + m\, \mu_c$$
# $$\text{var}_c \leftarrow (1 - m)\, \text{var}_c + m\, \frac{n}{n - 1}\, \sigma_c^2$$
#
# **In prediction** the batch is not looked at: the averages noted down are used, and left alone. So a picture gets the
# same answer whether it comes alone or in company.
#
# A fine point: to **normalize**, one divides by $n$ (the variance of these very numbers); to **note down**, by $n - 1$
# (the best estimate of the variance of all that are to come). PyTorch does the same.
#
# `state` is a dictionary with `"mean"` and `"var"`, of shape `(C,)`. As in AdamW, do not change it: return a new one
# (in prediction it may be the same).


# %% exercise="batchnorm2d"
def batchnorm2d(x, gamma, beta, state, train, momentum=0.1, eps=1e-5):
    """Normalize each channel, and return the running averages.

    x: (N, C, H, W). gamma, beta: (C,). state: {"mean": (C,), "var": (C,)}, the running averages. train: True uses the batch
    and notes it down (at least two numbers a channel); False uses state. momentum: weight of the new in the averages.
    Returns (out, new_state): out has the shape of x. All inputs stay as they were. Ioffe and Szegedy 2015, algorithms 1 and 2.
    """
    ### BEGIN SOLUTION
    mean, var = state["mean"], state["var"]
    if train:
        mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))  # (C,)
        n = x.size / x.shape[1]
        state = {
            "mean": (1 - momentum) * state["mean"] + momentum * mean,
            "var": (1 - momentum) * state["var"] + momentum * var * n / (n - 1),
        }
    normal = (x - mean[:, None, None]) / np.sqrt(var[:, None, None] + eps)
    return gamma[:, None, None] * normal + beta[:, None, None], dict(state)
    ### END SOLUTION


# %%
x = np.array([[[[1.0, 3.0]]], [[[5.0, 7.0]]]])  # two pictures of one channel: mean 4, variance 5
state = {"mean": np.zeros(1), "var": np.ones(1)}
out, noted = batchnorm2d(x, np.ones(1), np.zeros(1), state, train=True)
print(out.ravel())  # by hand: [-3, -1, 1, 3] / sqrt(5)
print(noted)  # by hand: mean 0.1 * 4 = 0.4; var 0.9 + 0.1 * 5 * 4/3 = 1.567
print(batchnorm2d(x[:1], np.ones(1), np.zeros(1), noted, train=False)[0].ravel())
# by hand: (1 - 0.4) / sqrt(1.567) = 0.479 and (3 - 0.4) / sqrt(1.567) = 2.077

# %% test="batchnorm2d" points=9
check(batchnorm2d)

# %% [markdown] lang="es"
# ## 2.7 ¿Cuánto ve una neurona?
#
# **Dificultad 3 de 5 · 20 minutos.** Un filtro de $3 \times 3$ ve 3 píxeles de ancho. Uno de $3 \times 3$ sobre los
# mapas de otro ve 5. ¿Y tras diez capas, algunas de paso 2? Ese ancho es el **campo receptivo** (*receptive field*), y
# si es menor que lo que buscas, no hay entrenamiento que lo encuentre.
#
# Lleva dos números de capa en capa: el campo $r$, que empieza en 1 (un píxel se ve a sí mismo), y el salto $q$ (`jump`)
# entre dos neuronas vecinas medido en píxeles de la imagen, que también empieza en 1. Piensa cuánto crece cada uno al
# añadir una capa de filtro $k$, paso $s$ y dilatación $d$. La agrupación cuenta como un filtro.

# %% [markdown] lang="en"
# ## 2.7 How much does a neuron see?
#
# **Difficulty 3 of 5 · 20 minutes.** A filter of $3 \times 3$ sees 3 pixels across. One of $3 \times 3$ on the maps of
# another sees 5. And after ten layers, some of stride 2? That width is the **receptive field**, and if it is less than
# what you look for, no training will find it.
#
# Carry two numbers from layer to layer: the field $r$, which begins at 1 (a pixel sees itself), and the jump $q$
# (`jump`) between two neighbouring neurons, measured in pixels of the picture, which begins at 1 too. Think how much
# each grows when a layer of filter $k$, stride $s$ and dilation $d$ is added. Pooling counts as a filter.


# %% exercise="receptive_field"
def receptive_field(layers):
    """Return how many pixels across one output sees, an int.

    layers: list of tuples (k, stride, dilation), from the picture to the output; it may be empty.
    """
    ### BEGIN SOLUTION
    field, jump = 1, 1
    for k, stride, dilation in layers:
        field += dilation * (k - 1) * jump
        jump *= stride
    return field
    ### END SOLUTION


# %%
print(receptive_field([(3, 1, 1), (3, 1, 1)]))  # by hand: 3, then 5
print(receptive_field([(3, 1, 2)]))  # by hand: with dilation 2, three entries span 5
print(receptive_field([(5, 1, 1), (2, 2, 1), (5, 1, 1), (2, 2, 1)]))  # LeNet, by hand: 5, 6, 6 + 4 * 2 = 14, 14 + 1 * 2 = 16

# %% test="receptive_field" points=5
check(receptive_field)

# %% [markdown] lang="es"
# ## 2.8 Contar lo que se aprende
#
# **Dificultad 1 de 5 · 15 minutos.** ¿Cuántos números aprende una red? Recórrela capa por capa:
#
# - `("conv", c_in, c_out, k)`: un filtro cuadrado de lado `k` por cada pareja de canales, y un sesgo por mapa;
# - `("batchnorm", c)`: una $\gamma$ y una $\beta$ por canal (los promedios en marcha se apuntan, no se aprenden);
# - `("linear", d_in, d_out)`: la matriz y sus sesgos;
# - `("pool", k)` y `("relu",)`: nada.
#
# Cualquier otro nombre es un error: lanza `ValueError`.

# %% [markdown] lang="en"
# ## 2.8 Counting what is learnt
#
# **Difficulty 1 of 5 · 15 minutes.** How many numbers does a network learn? Go along it layer by layer:
#
# - `("conv", c_in, c_out, k)`: a square filter of side `k` for each pair of channels, and one bias a map;
# - `("batchnorm", c)`: one $\gamma$ and one $\beta$ a channel (running averages are noted down, not learnt);
# - `("linear", d_in, d_out)`: the matrix and its biases;
# - `("pool", k)` and `("relu",)`: nothing.
#
# Any other name is a mistake: raise `ValueError`.


# %% exercise="count_params"
def count_params(layers):
    """Return how many numbers a network learns, an int.

    layers: list of tuples ("conv", c_in, c_out, k), ("batchnorm", c), ("linear", d_in, d_out), ("pool", k) or ("relu",);
    conv and linear have biases. Raises ValueError for any other name.
    """
    ### BEGIN SOLUTION
    total = 0
    for name, *sizes in layers:
        if name == "conv":
            c_in, c_out, k = sizes
            total += c_out * c_in * k * k + c_out
        elif name == "batchnorm":
            total += 2 * sizes[0]
        elif name == "linear":
            d_in, d_out = sizes
            total += d_out * d_in + d_out
        elif name not in ("pool", "relu"):
            raise ValueError(f"unknown layer {name!r}")
    return total
    ### END SOLUTION


# %%
print(count_params([("conv", 3, 8, 5), ("batchnorm", 8), ("relu",), ("pool", 2)]))  # by hand: 8 * 3 * 25 + 8 + 16 = 624
print(count_params([("linear", 28 * 28, 8)]))  # by hand: 784 * 8 + 8 = 6280, to look at one grey picture with 8 neurons

# %% test="count_params" points=4
check(count_params)

# %% [markdown] lang="es"
# # Parte 2 · La red, en PyTorch
#
# Ya sabes lo que hay dentro de `nn.Conv2d`, `nn.MaxPool2d` y `nn.BatchNorm2d`: los escribiste. Desde aquí usa los de
# PyTorch, que hacen lo mismo y más deprisa.

# %% [markdown] lang="en"
# # Part 2 · The network, in PyTorch
#
# You know what is inside `nn.Conv2d`, `nn.MaxPool2d` and `nn.BatchNorm2d`: you wrote them. From here on use PyTorch's,
# which do the same, only faster.

# %% [markdown] lang="es"
# ## 2.9 El bloque residual
#
# **Dificultad 3 de 5 · 30 minutos.** Apilar más capas debería ayudar, o al menos no estorbar: las de sobra podrían
# aprender a no hacer nada. Pero a una pila de convoluciones le cuesta aprender la identidad. He y sus colegas
# ([2015](https://arxiv.org/abs/1512.03385)) le dieron la vuelta: que el bloque aprenda solo **lo que hay que añadir**.
# $$y = \mathrm{relu}\big( F(x) + \mathrm{shortcut}(x) \big)$$
# $$F = \text{conv1} \to \text{norm1} \to \text{relu} \to \text{conv2} \to \text{norm2}$$
#
# Los nombres de los atributos son fijos, para poder comparar pesos:
#
# - `conv1` y `conv2`: $3 \times 3$, `padding=1` y **sin sesgo** (la normalización lo borraría). Solo `conv1` lleva el
#   `stride`.
# - `norm1` y `norm2`: `nn.BatchNorm2d`.
# - `shortcut`: nada (`nn.Identity()`) si la entrada cabe tal cual en la suma. Si cambian los canales **o** el tamaño,
#   un `nn.Sequential` de una convolución $1 \times 1$ con el mismo `stride` y sin sesgo, y un `nn.BatchNorm2d`.

# %% [markdown] lang="en"
# ## 2.9 The residual block
#
# **Difficulty 3 of 5 · 30 minutes.** Stacking more layers should help, or at least do no harm: the spare ones could
# learn to do nothing. But the identity is hard to learn for a stack of convolutions. He and his colleagues
# ([2015](https://arxiv.org/abs/1512.03385)) turned it round: let the block learn only **what is to be added**.
# $$y = \mathrm{relu}\big( F(x) + \mathrm{shortcut}(x) \big)$$
# $$F = \text{conv1} \to \text{norm1} \to \text{relu} \to \text{conv2} \to \text{norm2}$$
#
# The names of the attributes are fixed, so that weights can be compared:
#
# - `conv1` and `conv2`: $3 \times 3$, `padding=1` and **no bias** (normalization would wipe it out). Only `conv1` has
#   the `stride`.
# - `norm1` and `norm2`: `nn.BatchNorm2d`.
# - `shortcut`: nothing (`nn.Identity()`) if the input fits into the sum as it is. If the channels change **or** the
#   size does, an `nn.Sequential` of a $1 \times 1$ convolution with the same `stride` and no bias, and an
#   `nn.BatchNorm2d`.


# %% exercise="residual_block"
class ResidualBlock(nn.Module):
    """Add to x what two convolutions make of it: x (B, c_in, H, W) to (B, c_out, H / stride, W / stride), rounded up.

    c_in, c_out: channels. stride: of the first convolution and of the shortcut. He et al. 2015, arXiv:1512.03385, figure 2.
    """

    def __init__(self, c_in, c_out, stride=1):
        super().__init__()
        ### BEGIN SOLUTION
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(c_out)
        self.shortcut = nn.Identity()
        if stride != 1 or c_in != c_out:
            self.shortcut = nn.Sequential(nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False), nn.BatchNorm2d(c_out))
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        h = torch.relu(self.norm1(self.conv1(x)))
        h = self.norm2(self.conv2(h))
        return torch.relu(h + self.shortcut(x))
        ### END SOLUTION


# %%
print(ResidualBlock(16, 32, stride=2)(torch.randn(5, 16, 15, 8)).shape)  # by hand: (5, 32, 8, 4)

# %% test="residual_block" points=9
check(ResidualBlock)

# %% [markdown] lang="es"
# ## 2.10 Una red pequeña
#
# **Dificultad 2 de 5 · 15 minutos.** Con un bloque basta para nuestros dígitos. `DigitNet` recibe imágenes grises
# `(B, 1, H, W)` de cualquier tamaño y da 10 puntuaciones por imagen:
#
# 1. `stem`, una convolución $3 \times 3$ de 1 a 16 canales, con `padding=1` y sin sesgo; `norm`, su `nn.BatchNorm2d`;
#    relu;
# 2. `block`, un `ResidualBlock` de 16 a 32 canales con `stride=2`;
# 3. de cada canal, **su valor mayor, esté donde esté**: quedan 32 números por imagen;
# 4. `head`, un `nn.Linear` de 32 a 10. Sin softmax: la entropía cruzada de PyTorch ya lo lleva dentro.
#
# El tercer paso es la apuesta: importa si el trazo está, no dónde.

# %% [markdown] lang="en"
# ## 2.10 A small network
#
# **Difficulty 2 of 5 · 15 minutes.** One block is enough for our digits. `DigitNet` takes grey pictures `(B, 1, H, W)`
# of any size and gives 10 scores a picture:
#
# 1. `stem`, a $3 \times 3$ convolution from 1 to 16 channels, with `padding=1` and no bias; `norm`, its
#    `nn.BatchNorm2d`; relu;
# 2. `block`, a `ResidualBlock` from 16 to 32 channels with `stride=2`;
# 3. of each channel, **its largest value, wherever it is**: 32 numbers a picture are left;
# 4. `head`, an `nn.Linear` from 32 to 10. No softmax: PyTorch's cross-entropy has it inside.
#
# The third step is the bet: what matters is whether the stroke is there, not where.

# %%
continue_with("ResidualBlock")


# %% exercise="digit_net"
class DigitNet(nn.Module):
    """Score grey pictures of any size: x (B, 1, H, W) to (B, 10)."""

    def __init__(self):
        super().__init__()
        ### BEGIN SOLUTION
        self.stem = nn.Conv2d(1, 16, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(16)
        self.block = ResidualBlock(16, 32, stride=2)
        self.head = nn.Linear(32, 10)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        x = torch.relu(self.norm(self.stem(x)))  # (B, 16, H, W)
        x = self.block(x)  # (B, 32, H / 2, W / 2)
        return self.head(x.amax(dim=(2, 3)))
        ### END SOLUTION


# %%
print(DigitNet()(torch.randn(3, 1, 16, 16)).shape)  # by hand: (3, 10)
print(sum(p.numel() for p in DigitNet().parameters()))  # by hand: 144 + 32 + (4608 + 9216 + 512 + 3 * 64) + 330 = 15034

# %% test="digit_net" points=5
check(DigitNet)

# %% [markdown] lang="es"
# ## 2.11 Dígitos que se mueven
#
# Los dígitos de 8 × 8 vienen siempre centrados, y así cualquier red pasa del 95 %. Ahora caen en cualquier sitio de
# un lienzo de 16 × 16: hay 81 sitios posibles.

# %% [markdown] lang="en"
# ## 2.11 Digits that move
#
# The digits of 8 × 8 always come centred, and like that any network gets over 95% right. Now they fall anywhere on a
# canvas of 16 × 16: there are 81 possible places.

# %%
digits = make_moved_digits()
figure, axes = new_figure(1, 8, height=1.6)
for ax, picture, y in zip(axes, digits.x_train, digits.y_train, strict=False):
    ax.imshow(picture, cmap="gray")  # the canvas is black
    ax.set_title(str(y))
    ax.set_axis_off()
show(figure, label("Ocho dígitos, cada uno en otro sitio de su lienzo negro.",
                   "Eight digits, each in another place of its black canvas."))

# %% [markdown] lang="es"
# **Dificultad 3 de 5 · 30 minutos.** Escribe `classify_digits`: entrena la red y puntúa imágenes nuevas. Paso a paso:
#
# 1. **Escala.** Resta a todos los píxeles la media de `x` y divide entre su desviación estándar: dos números, medidos
#    en las imágenes de entrenamiento y usados también con las nuevas. Y añade el eje del canal: la red espera
#    `(B, 1, H, W)`.
# 2. **Entrena.** Pon la red en `train()`, que puede llegarte en `eval()`, y da `steps` pasos (lotes, no épocas) de
#    `torch.optim.AdamW` con tu `lr` y la entropía cruzada, en lotes de `batch_size`. Cada época recorre todas las
#    imágenes en un orden nuevo; el último lote puede ser más corto. Escribe el bucle, o usa el del curso:
#    `training.train(net, x, y, lr=lr, steps=steps, batch_size=batch_size)`.
# 3. **Puntúa.** Pon la red en `eval()`: la normalización no debe mirar las imágenes nuevas, o cada una dependería de
#    sus vecinas. Devuelve las puntuaciones como array de NumPy, `(M, 10)`.
#
# **La prueba**: sitios y dígitos nuevos, 250 pasos, y al menos un 85 % de aciertos. Una MLP casi con los
# mismos parámetros acierta entre un 50 y un 65 %.

# %% [markdown] lang="en"
# **Difficulty 3 of 5 · 30 minutes.** Write `classify_digits`: it trains the network and scores new pictures. Step by
# step:
#
# 1. **Scale.** Subtract from all pixels the mean of `x` and divide by its standard deviation: two numbers, measured on
#    the training pictures and used on the new ones too. And add the channel axis: the network expects `(B, 1, H, W)`.
# 2. **Train.** Put the network in `train()`, for it may come to you in `eval()`, and take `steps` steps (batches, not
#    epochs) of `torch.optim.AdamW` with your `lr` and the cross-entropy, in batches of `batch_size`. Each epoch goes
#    over all pictures in a new order; the last batch may be shorter. Write the loop, or use the course's:
#    `training.train(net, x, y, lr=lr, steps=steps, batch_size=batch_size)`.
# 3. **Score.** Put the network in `eval()`: normalization must not look at the new pictures, or each would depend on
#    its neighbours. Return the scores as a NumPy array, `(M, 10)`.
#
# **The test**: new places and new digits, 250 steps, and at least 85% right. An MLP with almost as
# many parameters gets between 50% and 65%.

# %%
continue_with("DigitNet")


# %% exercise="classify_digits"
def classify_digits(net, x, y, x_new, steps, batch_size, lr):
    """Train a network in place on pictures and return its scores on new ones.

    net: torch module from (B, 1, H, W) float32 to (B, 10). x: (N, H, W) array. y: (N,) integers. x_new: (M, H, W) array.
    steps: batches to take, in all. batch_size: pictures a batch. lr: learning rate of AdamW.
    Returns an array (M, 10). Leaves the three arrays as they were.
    """
    ### BEGIN SOLUTION
    mean, std = x.mean(), x.std()
    pictures = torch.tensor((x - mean) / std, dtype=torch.float32)[:, None]  # (N, 1, H, W)
    ahead = torch.tensor((x_new - mean) / std, dtype=torch.float32)[:, None]
    y = torch.tensor(y)
    optimizer = torch.optim.AdamW(net.parameters(), lr=lr)
    net.train()
    done = 0
    while done < steps:
        for batch in torch.randperm(len(y)).split(batch_size):
            if done == steps:
                break
            loss = nn.functional.cross_entropy(net(pictures[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            done += 1
    net.eval()
    with torch.no_grad():
        return net(ahead).numpy()
    ### END SOLUTION


# %%
torch.manual_seed(0)
scores = classify_digits(DigitNet(), digits.x_train, digits.y_train, digits.x_test, steps=10, batch_size=64, lr=0.01)
print(scores.shape, (scores.argmax(axis=1) == digits.y_test).mean())  # (1000, 10); ten steps are very few

# %% test="classify_digits" points=15
check(classify_digits)

# %% [markdown] lang="es"
# Y ahora, frente a frente: tu red y una MLP casi con los mismos parámetros (15 034 y 14 962), entrenados por tu misma
# función con los mismos datos. La celda tarda cerca de medio minuto.

# %% [markdown] lang="en"
# And now, face to face: your network and an MLP with almost as many parameters (15 034 and 14 962), trained by your own
# function on the same data. The cell takes about half a minute.

# %%
continue_with("classify_digits")


def mlp():
    """Return a multilayer perceptron on 16 x 16 pixels, as large as DigitNet."""
    return nn.Sequential(nn.Flatten(), nn.Linear(256, 56), nn.ReLU(), nn.Linear(56, 10))


def digit_accuracy(make_net, x, y, x_new, y_new, steps=250, batch_size=64, lr=0.01, seed=0):
    """Train a new network, made by `make_net`, and return the share of new pictures that it gets right."""
    torch.manual_seed(seed)
    scores = classify_digits(make_net(), x, y, x_new, steps, batch_size, lr)
    return (scores.argmax(axis=1) == y_new).mean()


networks = {label("convoluciones", "convolutions"): DigitNet, "MLP": mlp}
moved = {name: [] for name in networks}
for seed in range(2):
    digits = make_moved_digits(seed=seed)
    for name, make_net in networks.items():
        moved[name].append(digit_accuracy(make_net, digits.x_train, digits.y_train, digits.x_test, digits.y_test, seed=seed))
plot_scores(moved, label("acierto en dígitos nuevos", "accuracy on new digits"))

# %% [markdown] lang="es"
# ## 2.12 Los mismos píxeles, en otro orden
#
# ¿Gana la convolución porque es mejor, o porque **supone algo que aquí es cierto**: que los píxeles vecinos van juntos
# y que lo mismo puede aparecer en cualquier sitio? Hay una manera limpia de saberlo, que enseñan LeCun y Canziani en su
# curso: barajar los píxeles. Siempre igual en todas las imágenes, así que no se pierde ni un dato; solo se rompen las
# vecindades.
#
# **Dificultad 2 de 5 · 10 minutos.** Escribe `permute_pixels`. Numera los píxeles de cada imagen en orden de lectura,
# por filas; el píxel $q$ de la imagen nueva es el píxel `order[q]` de la original.

# %% [markdown] lang="en"
# ## 2.12 The same pixels, in another order
#
# Does convolution win because it is better, or because it **assumes something that is true here**: that neighbouring
# pixels belong together, and that the same thing may turn up anywhere? There is a clean way to know, which LeCun and
# Canziani teach in their course: shuffle the pixels. Alike in all pictures, so that not one datum is lost; only
# neighbourhoods are broken.
#
# **Difficulty 2 of 5 · 10 minutes.** Write `permute_pixels`. Number the pixels of each picture in reading order, row by
# row; pixel $q$ of the new picture is pixel `order[q]` of the original.


# %% exercise="permute_pixels"
def permute_pixels(images, order):
    """Put the pixels of all pictures in another order, the same for all.

    images: (N, H, W). order: (H * W,), each number from 0 to H * W - 1 once. Pixels are numbered row by row; pixel q of the new
    picture is pixel order[q] of the old one. Returns an array (N, H, W); leaves both inputs as they were.
    """
    ### BEGIN SOLUTION
    return images.reshape(len(images), -1)[:, order].reshape(images.shape)
    ### END SOLUTION


# %%
permute_pixels(np.array([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]), np.array([5, 4, 0, 1, 2, 3]))  # by hand: [[6, 5, 1], [2, 3, 4]]

# %% test="permute_pixels" points=3
check(permute_pixels)

# %% [markdown] lang="es"
# **Apuesta antes de ejecutar.** Con los píxeles barajados, ¿qué le pasará a la MLP? ¿Y la red convolucional: quedará
# por encima, igual o por debajo de ella?

# %% [markdown] lang="en"
# **Place your bet before you run it.** With shuffled pixels, what will happen to the MLP? And the convolutional
# network: will it stay above, level with, or below it?

# %%
continue_with("permute_pixels")

results = {
    f"{name}, {pixels}": []
    for pixels in (label("sin barajar", "not shuffled"), label("barajados", "shuffled"))
    for name in networks
}
for seed in range(2):
    digits = make_moved_digits(seed=seed)
    order = np.random.default_rng(seed).permutation(256)
    x, x_new = permute_pixels(digits.x_train, order), permute_pixels(digits.x_test, order)
    for name, make_net in networks.items():
        results[f"{name}, {label('sin barajar', 'not shuffled')}"].append(moved[name][seed])
        results[f"{name}, {label('barajados', 'shuffled')}"].append(
            digit_accuracy(make_net, x, digits.y_train, x_new, digits.y_test, seed=seed)
        )
plot_scores(results, label("acierto en dígitos nuevos", "accuracy on new digits"))

# %% [markdown] lang="es"
# Lee la figura antes de seguir: tiene dos respuestas, y dos de las preguntas que vienen tratan de ellas.

# %% [markdown] lang="en"
# Read the figure before you go on: it holds two answers, and two of the questions that come next are about them.

# %% [markdown] lang="es"
# ## 2.13 Preguntas
#
# **20 minutos.** Diez preguntas con una sola opción buena. El panel te dice por qué no puede ser la primera que
# falles.
#
# **q1.** Una convolución $3 \times 3$ de 16 a 32 canales, con sesgo, mira imágenes de 16 × 16. La cambias a imágenes de
# 64 × 64. ¿Cuántos parámetros tiene ahora?
#
# - a) 16 veces más, porque la imagen tiene 16 veces más píxeles.
# - b) 4 veces más, porque el lado es 4 veces mayor.
# - c) Los mismos, 4640.
# - d) 288: los 32 filtros de $3 \times 3$.
#
# **q2.** PyTorch no da la vuelta al filtro. Si se la diera siempre, y entrenaras de nuevo desde cero, ¿qué cambiaría?
#
# - a) Nada importante: aprendería los filtros dados la vuelta.
# - b) No aprendería bordes, porque vería las imágenes en espejo.
# - c) Aprendería más despacio: la convolución verdadera cuesta el doble.
# - d) Dejaría de importar el orden de las capas.
#
# **q3.** Dos convoluciones $3 \times 3$ seguidas, sin agrupación, frente a una $5 \times 5$, con los mismos canales.
# ¿Qué es cierto?
#
# - a) La de $5 \times 5$ ve más lejos.
# - b) Las dos de $3 \times 3$ ven más lejos, porque son dos.
# - c) Ven lo mismo, y sin nada entre ellas las dos juntas pueden hacer cualquier $5 \times 5$.
# - d) Ven lo mismo; las dos juntas tienen menos parámetros y caben dos no linealidades.
#
# **q4.** Mueves el dígito dos píxeles a la derecha, lejos de los bordes. ¿Qué le pasa al mapa de una convolución de
# `stride=1`?
#
# - a) No cambia: la convolución es invariante.
# - b) Se mueve también dos píxeles a la derecha.
# - c) Se mueve, y además sus valores se atenúan.
# - d) Cambia de manera imprevisible, porque los pesos aprendieron otro sitio.
#
# **q5.** Olvidas `net.eval()` y clasificas las imágenes nuevas de una en una con `DigitNet`. ¿Qué pasa?
#
# - a) Nada: los pesos son los mismos.
# - b) PyTorch lanza un error: la normalización necesita más de una imagen.
# - c) Cada imagen se normaliza con su propia media y desviación, no con las apuntadas, y el acierto puede caer.
# - d) Las puntuaciones cambian, pero nunca la clase ganadora.
#
# **q6.** En un bloque residual sin cambio de tamaño pones a 0 la $\gamma$ y la $\beta$ de `norm2`. ¿Qué calcula?
#
# - a) Cero en todas partes.
# - b) $\mathrm{relu}(x)$: lo que entra, rectificado.
# - c) Una convolución de $x$.
# - d) Lo mismo que antes: la siguiente capa compensa.
#
# **q7.** Al barajar los píxeles, siempre igual, la MLP acierta más o menos lo mismo que antes. ¿Por qué?
#
# - a) Porque memoriza las imágenes.
# - b) Porque tiene tan poco acierto que ya no puede bajar.
# - c) Porque durante el entrenamiento aprende a deshacer la baraja y a reconstruir la imagen.
# - d) Porque nunca supo qué píxeles son vecinos: cada peso nace sin saber dónde está su píxel.
#
# **q8.** Y la red convolucional se hunde, incluso por debajo de la MLP. ¿Qué indica?
#
# - a) Que lo que supone sobre las imágenes la ayuda cuando es cierto y la perjudica cuando no lo es.
# - b) Que las convoluciones solo sirven con dígitos.
# - c) Que le faltan parámetros para aprender la baraja.
# - d) Que barajar los píxeles borra información.
#
# **q9.** Tienes 500 fotos de diez deportes. Primero las multiplicas por diez con giros y recortes; después separas al
# azar un 80 % para entrenar y un 20 % para la prueba. La prueba da un 98 %. ¿Te lo crees?
#
# - a) Sí: la prueba no se usó para entrenar.
# - b) No: casi toda foto de la prueba tiene copias giradas en el entrenamiento. Se separa primero y se aumenta después,
#   solo el entrenamiento.
# - c) No: un 20 % es demasiado poco para una prueba.
# - d) Sí, siempre que la prueba también tenga giros y recortes, para que se parezca al entrenamiento.
#
# **q10.** ¿Con qué media y desviación escalas las imágenes de la prueba?
#
# - a) Con las suyas: así quedan mejor centradas.
# - b) Con las de entrenamiento y prueba juntas: cuantos más datos, mejor.
# - c) Con 0 y 1: la prueba no se toca.
# - d) Con las del entrenamiento.

# %% [markdown] lang="en"
# ## 2.13 Questions
#
# **20 minutes.** Ten questions with a single right option. Of the first that you miss, the panel tells you why it
# cannot be.
#
# **q1.** A $3 \times 3$ convolution from 16 to 32 channels, with bias, looks at pictures of 16 × 16. You change to
# pictures of 64 × 64. How many parameters has it now?
#
# - a) 16 times as many, for the picture has 16 times as many pixels.
# - b) 4 times as many, for the side is 4 times as long.
# - c) As many as before, 4640.
# - d) 288: the 32 filters of $3 \times 3$.
#
# **q2.** PyTorch does not flip the filter. If it always did, and you trained again from scratch, what would change?
#
# - a) Nothing that matters: it would learn the filters flipped.
# - b) It would not learn edges, for it would see the pictures mirrored.
# - c) It would learn more slowly: true convolution costs twice as much.
# - d) The order of the layers would no longer matter.
#
# **q3.** Two $3 \times 3$ convolutions in a row, without pooling, against one of $5 \times 5$, with the same channels.
# What is true?
#
# - a) The one of $5 \times 5$ sees farther.
# - b) The two of $3 \times 3$ see farther, because they are two.
# - c) They see the same, and with nothing between them the two together can do any $5 \times 5$.
# - d) They see the same; the two together have fewer parameters, and there is room for two nonlinearities.
#
# **q4.** You move the digit two pixels to the right, far from the edges. What happens to the map of a convolution of
# `stride=1`?
#
# - a) It does not change: convolution is invariant.
# - b) It moves two pixels to the right as well.
# - c) It moves, and moreover its values fade.
# - d) It changes unforeseeably, because the weights learnt another place.
#
# **q5.** You forget `net.eval()` and classify the new pictures one by one with `DigitNet`. What happens?
#
# - a) Nothing: the weights are the same.
# - b) PyTorch raises an error: normalization needs more than one picture.
# - c) Each picture is normalized with its own mean and deviation, not with those noted down, and accuracy may fall.
# - d) The scores change, but never the winning class.
#
# **q6.** In a residual block without change of size you set the $\gamma$ and the $\beta$ of `norm2` to 0. What does it
# compute?
#
# - a) Zero everywhere.
# - b) $\mathrm{relu}(x)$: what comes in, rectified.
# - c) A convolution of $x$.
# - d) The same as before: the next layer makes up for it.
#
# **q7.** When the pixels are shuffled, always alike, the MLP gets about as many right as before. Why?
#
# - a) Because it learns the pictures by heart.
# - b) Because it gets so few right that it cannot fall any further.
# - c) Because in training it learns to undo the shuffle and rebuild the picture.
# - d) Because it never knew which pixels are neighbours: each weight is born not knowing where its pixel is.
#
# **q8.** And the convolutional network collapses, even below the MLP. What does it suggest?
#
# - a) That what it assumes about pictures helps it where it is true and harms it where it is not.
# - b) That convolutions are good for digits only.
# - c) That it lacks parameters to learn the shuffle.
# - d) That shuffling the pixels wipes out information.
#
# **q9.** You have 500 photographs of ten sports. First you turn them into ten times as many with rotations and crops;
# then you set apart at random 80% for training and 20% for the test. The test gives 98%. Do you believe it?
#
# - a) Yes: the test was not used for training.
# - b) No: nearly every photograph of the test has rotated copies in training. Split first and augment afterwards, only
#   the training part.
# - c) No: 20% is too little for a test.
# - d) Yes, provided that the test has rotations and crops too, so that it resembles training.
#
# **q10.** With which mean and deviation do you scale the pictures of the test?
#
# - a) With its own: they come out better centred.
# - b) With those of training and test together: the more data, the better.
# - c) With 0 and 1: the test is not to be touched.
# - d) With those of training.


# %% exercise="quiz_cnn"
def quiz_cnn():
    """Return your answers, a dict with one letter for each question: {"q1": "a", "q2": ...} up to "q10"."""
    ### BEGIN SOLUTION
    return {
        "q1": "c", "q2": "a", "q3": "d", "q4": "b", "q5": "c",
        "q6": "b", "q7": "d", "q8": "a", "q9": "b", "q10": "d",
    }  # fmt: skip
    ### END SOLUTION


# %% test="quiz_cnn" points=10
check(quiz_cnn)

# %% [markdown] lang="es"
# ## 2.14 Un experimento tuyo
#
# **30 minutos. Lo corrige una persona.** Diseña una red con **20 000 parámetros como mucho** y hazle una pregunta cuya
# respuesta no sepas. ¿Qué pasa si el campo receptivo no abarca el dígito, si se promedia en vez de tomar el máximo, si
# quitas la normalización o el atajo, si hay la mitad de imágenes, si al entrenar los dígitos solo caen en la mitad
# izquierda?
#
# Debajo tienes un ejemplo que compara dos finales de la red. Cambia esa celda por tu experimento; puedes añadir todas
# las celdas que quieras. El ejemplo tarda cerca de medio minuto.

# %% [markdown] lang="en"
# ## 2.14 An experiment of your own
#
# **30 minutes. Marked by a person.** Design a network with **20 000 parameters at most**, and ask it a question whose
# answer you do not know. What happens if the receptive field does not span the digit, if the mean is taken instead of
# the maximum, if you remove the normalization or the shortcut, if there are half as many pictures, if in training the
# digits only fall on the left half?
#
# Below is an example that compares two endings of the network. Change that cell into your experiment; you may add as
# many cells as you like. The example takes about half a minute.

# %%
continue_with("DigitNet", "classify_digits")


class MeanNet(DigitNet):
    """Be a DigitNet that ends in the mean of each channel instead of its largest value."""

    def forward(self, x):
        x = torch.relu(self.norm(self.stem(x)))
        return self.head(self.block(x).mean(dim=(2, 3)))


endings = {label("máximo", "maximum"): [], label("media", "mean"): []}
for seed in range(3):
    digits = make_moved_digits(seed=seed)
    for found, make_net in zip(endings.values(), (DigitNet, MeanNet), strict=True):
        data = digits.x_train, digits.y_train, digits.x_test, digits.y_test
        found.append(digit_accuracy(make_net, *data, steps=150, seed=seed))
plot_scores(endings, label("acierto en dígitos nuevos", "accuracy on new digits"))

# %% [markdown] answer="experiment_cnn" points=3
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
# antes, con su motivo; una predicción equivocada vale lo mismo. *1 punto*: comparación limpia: cambia una sola cosa, la
# red no pasa de 20 000 parámetros, tres semillas o más, acierto en dígitos nuevos, figura o tabla con ejes y nombres.
# *1 punto*: la conclusión sale de los números y se compara con la variación entre semillas; dice al menos un límite
# (pasos fijos, un solo `lr`, un solo tamaño de lienzo…).
#
# *Ejemplo de tres puntos.* Pregunta: ¿importa acabar en el máximo o en la media? Esperaba que la media perdiera, porque
# el dígito ocupa la cuarta parte del lienzo y el fondo lo diluye. Cambié solo el final; tres semillas, 150 pasos.
# Acierto medio: 0,94 con el máximo (de 0,93 a 0,95) y 0,89 con la media (de 0,88 a 0,90): la peor semilla del máximo
# gana a la mejor de la media. No demuestra que el máximo sea mejor con más pasos: quizá la media solo tarda más.
#
# **Marking guide** (3 points). *1 point*: a question that the experiment can answer and a prediction written
# beforehand, with its reason; a wrong prediction is worth as much. *1 point*: a clean comparison: one thing changes,
# the network stays within 20 000 parameters, three seeds or more, accuracy on new digits, a figure or table with axes
# and names. *1 point*: the conclusion follows from the numbers and is held against the variation between seeds; at
# least one limit is named (fixed steps, a single `lr`, a single canvas size…).
#
# *An example worth three points.* Question: does it matter whether the network ends in the maximum or in the mean? I
# expected the mean to lose, because the digit takes a quarter of the canvas and the background dilutes it. I changed
# only the ending; three seeds, 150 steps. Mean accuracy: 0.94 with the maximum (0.93 to 0.95) and 0.89 with the mean
# (0.88 to 0.90): the worst seed of the maximum beats the best of the mean. It does not prove that the maximum is better
# with more steps: perhaps the mean only takes longer.
# ### END SOLUTION

# %% [markdown] lang="es"
# ## 2.15 Reflexión
#
# **10 minutos. Lo corrige una persona.** Una clínica tiene, de cada paciente, una tabla de 40 análisis (filas) por 30
# días (columnas), y alguien propone tratarla como una imagen y darle una convolución $3 \times 3$.

# %% [markdown] lang="en"
# ## 2.15 Reflection
#
# **10 minutes. Marked by a person.** A clinic has, for each patient, a table of 40 tests (rows) by 30 days (columns),
# and somebody proposes to treat it as a picture and give it a $3 \times 3$ convolution.

# %% [markdown] answer="reflection_cnn" points=2
# **La tabla de la clínica · The clinic's table**
#
# ¿Qué supone esa convolución sobre las filas y sobre las columnas, y dónde es cierto? ¿Qué propondrías, y cómo lo
# comprobarías con los datos que hay? · What does that convolution assume about rows and about columns, and where is it
# true? What would you propose, and how would you check it with the data at hand?
#
# ### BEGIN SOLUTION
# **Guía de corrección** (2 puntos). *1 punto*: separa los ejes. Los días vecinos sí van juntos y un mismo patrón puede
# empezar cualquier día; el orden de los análisis es arbitrario, así que «vecino» no significa nada en las filas. *1
# punto*: propone una convolución solo en el tiempo, con los análisis como canales (u otra razonable), **y una
# comprobación**: barajar las filas y volver a entrenar, como en 2.12; si el acierto no cambia, las filas vecinas no
# aportaban nada. Pacientes separados entre entrenamiento y prueba.
#
# **Marking guide** (2 points). *1 point*: tells the axes apart. Neighbouring days do belong together, and one pattern
# may begin on any day; the order of the tests is arbitrary, so "neighbour" means nothing among rows. *1 point*:
# proposes a convolution in time only, with the tests as channels (or something else sensible), **and a check**: shuffle
# the rows and train again, as in 2.12; if accuracy does not change, neighbouring rows contributed nothing. Patients
# kept apart between training and test.
# ### END SOLUTION
