# %% [markdown] lang="es"
# # Laboratorio · Un detector de una pasada
#
# **¿Qué hay, dónde está y cuántos son?** Una red que clasifica dice una palabra por imagen, y aquí no basta: en una
# escena hay una cosa o cuatro, y de cada una quieres su clase y su caja.
#
# En este laboratorio construyes un detector que mira la imagen **una sola vez**, con las ideas de YOLO (Redmon y sus
# colegas, [2016](https://arxiv.org/abs/1506.02640) y [2017](https://arxiv.org/abs/1612.08242)). No hay lección aparte:
# cada idea se explica aquí, justo antes de escribirla. Son unas cuatro horas, y necesitas la unidad 2.
#
# - **Parte 1 · Cajas**: medir cuánto se parecen dos y decir cualquiera con cuatro números pequeños.
# - **Parte 2 · Aprender**: una pérdida de cuatro términos y un entrenamiento que dura segundos.
# - **Parte 3 · Leer**: de la salida de la red a una caja por cosa.
# - **Parte 4 · Medir**: cuánto acierta un detector, en un solo número.
# - **Parte 5 · Células**: lo mismo, con sangre al microscopio.
#
# Se trabaja como siempre: escribe donde pone `raise NotImplementedError`, ejecuta `check(...)` cuantas veces quieras,
# pide ideas con `hint(...)`. `continue_with(...)` conserva lo tuyo si está bien y, si no, pone lo del curso. Ninguna
# función escribe sobre lo que recibe, salvo `train_detector`, que entrena la red que le das.

# %% [markdown] lang="en"
# # Lab · A one-pass detector
#
# **What is there, where is it, and how many are there?** A network that classifies says one word a picture, and that is
# not enough here: a scene has one thing or four, and of each you want its class and its box.
#
# In this lab you build a detector that looks at the picture **only once**, with the ideas of YOLO (Redmon and
# colleagues, [2016](https://arxiv.org/abs/1506.02640) and [2017](https://arxiv.org/abs/1612.08242)). There is no
# separate lesson: each idea is explained here, just before you write it. It takes about four hours, and you need unit
# 2.
#
# - **Part 1 · Boxes**: measuring how alike two are, and saying any of them with four small numbers.
# - **Part 2 · Learning**: a loss of four terms, and a training that takes seconds.
# - **Part 3 · Reading**: from the network's output to one box for each thing.
# - **Part 4 · Measuring**: how good a detector is, in a single number.
# - **Part 5 · Cells**: the same, with blood under the microscope.
#
# You work as always: write where it says `raise NotImplementedError`, run `check(...)` as often as you like, ask for
# ideas with `hint(...)`. `continue_with(...)` keeps yours if it is right and, if not, puts the course's in place. No
# function writes into what it is given, except `train_detector`, which trains the network you give it.

# %%
import numpy as np
import torch
from torch import nn
from torch.nn import functional

from atiende import label, widgets
from atiende.data import load_blood_cells, make_scenes
from atiende.plots import (
    owners,
    plot_boxes,
    plot_claims,
    plot_grid,
    plot_losses,
    plot_overlap,
    plot_precision_recall,
    plot_scores,
    plot_sizes,
    plot_sorted_hits,
)
from autograder import check, continue_with, hint

# %% [markdown] lang="es"
# Las escenas se generan aquí mismo, y por eso se sabe con exactitud qué hay en ellas. El color no dice nada: cualquier
# forma puede ser de cualquiera. Una **caja** (*bounding box*) son cuatro números en píxeles: izquierda, arriba,
# derecha, abajo. La x crece hacia la derecha y la y, **hacia abajo**, como en las filas de una matriz.

# %% [markdown] lang="en"
# The scenes are generated right here, and so it is known exactly what is in them. Colour says nothing: any shape may be
# of any. A **box** is four numbers in pixels: left, top, right, bottom. x grows to the right and y **downwards**, as in
# the rows of a matrix.

# %%
scenes = make_scenes()
print(scenes.x_train.shape)  # (1000, 3, 64, 64): scenes, channels, rows, columns
print(scenes.boxes_train[0], scenes.y_train[0])  # the boxes (n, 4) and the classes (n,) of the first
plot_boxes(scenes.x_train[:8], scenes.boxes_train, scenes.y_train, scenes.classes,
           label("Ocho escenas, con lo que hay en cada una:", "Eight scenes, with what is in each:"))

# %% [markdown] lang="es"
# # Parte 1 · Cajas
#
# ## D.1 ¿Cuánto se parecen dos cajas?
#
# **Dificultad 2 de 5 · 20 minutos.** La red dirá una caja y la verdadera será otra. ¿Acertó? Hace falta una medida, y
# la de siempre es la **intersección sobre unión** (*intersection over union*), o IoU: el área que comparten entre el
# área que cubren entre las dos.
# $$\mathrm{IoU}(A, B) = \frac{|A \cap B|}{|A \cup B|} = \frac{|A \cap B|}{|A| + |B| - |A \cap B|}$$
#
# Las barras son áreas. Vale 1 si son la misma caja y 0 si no comparten nada, y no cambia si amplías la foto. A mano,
# con cajas de 4 × 3 sobre papel cuadriculado:

# %% [markdown] lang="en"
# # Part 1 · Boxes
#
# ## D.1 How alike are two boxes?
#
# **Difficulty 2 of 5 · 20 minutes.** The network will say one box, and the true one will be another. Was it right? A
# measure is needed, and the usual one is the **intersection over union** (IoU): the area that they share over the area
# that they cover between them.
# $$\mathrm{IoU}(A, B) = \frac{|A \cap B|}{|A \cup B|} = \frac{|A \cap B|}{|A| + |B| - |A \cap B|}$$
#
# Bars are areas. It is 1 if they are the same box and 0 if they share nothing, and it does not change if you enlarge
# the photograph. By hand, with boxes of 4 × 3 on squared paper:

# %%
plot_overlap([1, 1, 5, 4], [[3, 2, 7, 5], [2, 1, 6, 4], [5, 4, 8, 6]])

# %% [markdown] lang="es"
# En el primer dibujo comparten 2 × 2 = 4 cuadros; la unión es 12 + 12 − 4 = 20, porque los 4 compartidos están en las
# dos áreas y se contarían dos veces.

# %% [markdown] lang="en"
# In the first drawing they share 2 × 2 = 4 squares; the union is 12 + 12 − 4 = 20, for the 4 shared ones are in both
# areas and would be counted twice.

# %%
widgets.predict("detector.shift")

# %%
widgets.explore_iou()

# %% [markdown] lang="es"
# Ahora todas las parejas a la vez: `a` tiene $n$ cajas, `b` tiene $m$, y la respuesta es una matriz $(n, m)$. Piensa en
# el tercer dibujo, y en dos cajas aún más lejos: ¿qué da tu resta cuando no comparten nada a lo ancho **ni** a lo alto?

# %% [markdown] lang="en"
# Now all pairs at once: `a` has $n$ boxes, `b` has $m$, and the answer is a matrix $(n, m)$. Think of the third
# drawing, and of two boxes farther apart still: what does your subtraction give where they share nothing in width
# **nor** in height?


# %% exercise="iou"
def iou(a, b):
    """Return the intersection over union of each box of a with each box of b, an array (n, m).

    a: (n, 4), b: (m, 4): left, top, right, bottom, in pixels, of positive width and height. n or m may be 0.
    Leaves both as they were.
    """
    ### BEGIN SOLUTION
    corner = np.maximum(a[:, None, :2], b[None, :, :2])  # (n, m, 2), left and top of what they share
    opposite = np.minimum(a[:, None, 2:], b[None, :, 2:])  # (n, m, 2), right and bottom
    shared = np.prod(np.maximum(opposite - corner, 0), axis=-1)  # (n, m)
    area_a = np.prod(a[:, 2:] - a[:, :2], axis=-1)[:, None]  # (n, 1)
    area_b = np.prod(b[:, 2:] - b[:, :2], axis=-1)[None, :]  # (1, m)
    return shared / (area_a + area_b - shared)
    ### END SOLUTION


# %%
one, others = np.array([[1.0, 1.0, 5.0, 4.0]]), np.array([[3.0, 2.0, 7.0, 5.0], [5.0, 1.0, 8.0, 4.0], [1.0, 1.0, 5.0, 4.0]])
print(iou(one, others))  # by hand: 4 / (12 + 12 - 4) = 0.2; they only touch: 0; the same box: 1

# %% test="iou" points=9
check(iou)

# %% [markdown] lang="es"
# ## D.2 Cajas de referencia
#
# **Dificultad 3 de 5 · 25 minutos.** A una red le cuesta decir «30 píxeles de ancho»; le es fácil decir «un poco más
# ancha que esta». Por eso se le dan unas cajas de referencia, las **anclas** (*anchors*): $k$ tamaños típicos, y cada
# cosa se describe a partir del que más se le parece.
#
# ¿Cuáles? Los que salgan de los datos, por **k-means**: reparte las cajas entre las $k$ anclas, mueve cada ancla a la
# media de las suyas y repite. Aquí la distancia es $1 - \mathrm{IoU}$, con las dos cajas puestas en la misma esquina:
# solo cuentan los tamaños.
#
# ¿Por qué no la distancia de siempre, la euclídea? Porque 5 píxeles son mucho en una caja de 8 y nada en una de 80. A
# mano: la caja 8 × 8 dista de 14 × 14 lo mismo, 8.5 píxeles, que 40 × 40 de 46 × 46. El IoU ve otra cosa: 64/196 = 0.33
# y 1600/2116 = 0.76.
#
# En un empate, el ancla que va primero. Una que no atrae ninguna caja se queda donde está. Si en una ronda no cambia
# nada, se acabó.

# %% [markdown] lang="en"
# ## D.2 Boxes to go by
#
# **Difficulty 3 of 5 · 25 minutes.** Saying "30 pixels wide" is hard for a network; saying "a little wider than this
# one" is easy. That is why it is given some boxes to go by, the **anchors**: $k$ typical sizes, and each thing is
# described starting from the one most like it.
#
# Which ones? Those that come out of the data, by **k-means**: deal the boxes out among the $k$ anchors, move each
# anchor to the mean of its own, and repeat. Here the distance is $1 - \mathrm{IoU}$, with both boxes put at one corner:
# only sizes count.
#
# Why not the usual distance, Euclid's? Because 5 pixels are a lot for a box of 8 and nothing for one of 80. By hand:
# the box 8 × 8 is as far from 14 × 14, 8.5 pixels, as 40 × 40 is from 46 × 46. IoU sees another thing: 64/196 = 0.33
# and 1600/2116 = 0.76.
#
# In a tie, the anchor that comes first. One that attracts no box stays where it is. If nothing changes in a round, that
# is the end.

# %%
continue_with("iou")


# %% exercise="kmeans_anchors"
def kmeans_anchors(sizes, anchors, steps=100):
    """Return the anchors (k, 2) that k-means reaches, with 1 - IoU as the distance.

    sizes: (n, 2), width and height of n boxes. anchors: (k, 2), where to start. steps: rounds to take at most; it stops before
    if nothing changes. An anchor that attracts no box stays where it is. Leaves both inputs as they were.
    """
    ### BEGIN SOLUTION
    def at_origin(pairs):
        return np.concatenate([np.zeros((len(pairs), 2)), pairs], axis=1)

    for _ in range(steps):
        nearest = iou(at_origin(sizes), at_origin(anchors)).argmax(axis=1)  # (n,)
        moved = anchors.copy()
        for k in range(len(anchors)):
            if np.any(nearest == k):
                moved[k] = sizes[nearest == k].mean(axis=0)
        if np.array_equal(moved, anchors):
            break
        anchors = moved
    return anchors
    ### END SOLUTION


# %%
toy_sizes = np.array([[2.0, 4.0], [4.0, 2.0], [2.0, 6.0], [6.0, 2.0]])
print(kmeans_anchors(toy_sizes, toy_sizes[:2]))  # by hand: the tall ones go to (2, 5), the wide ones to (5, 2)

# %% test="kmeans_anchors" points=8
check(kmeans_anchors)

# %% [markdown] lang="es"
# Las anclas de nuestras escenas: una alta, una ancha y una pequeña. Nadie le dijo a k-means que hubiera formas así.

# %% [markdown] lang="en"
# The anchors of our scenes: one tall, one wide and one small. Nobody told k-means that there were such shapes.

# %%
continue_with("kmeans_anchors")

every = np.concatenate(scenes.boxes_train)
sizes = every[:, 2:] - every[:, :2]  # (n, 2), width and height
anchors = kmeans_anchors(sizes, sizes[:3])
plot_sizes(sizes, {label("al empezar", "at the start"): (sizes[:3], owners(sizes, sizes[:3], iou)),
                   label("al acabar", "at the end"): (anchors, owners(sizes, anchors, iou))})

# %% [markdown] lang="es"
# ## D.3 De la caja a la rejilla
#
# **Dificultad 3 de 5 · 30 minutos.** La respuesta de una red mide siempre lo mismo; el número de cosas, no. La salida:
# **repartir la imagen en celdas**, con una **rejilla** (*grid*). Nuestra red reduce la imagen de 64 × 64 a un mapa de
# 8 × 8, así que cada celda responde de un cuadrado de `stride` = 8 píxeles. De una cosa responde **la celda en la que
# cae su centro**, y dentro de ella, el ancla más parecida (en un empate, la primera). Son 8 · 8 · 3 = 192 sitios fijos,
# y casi todos dicen «aquí no hay nada».
#
# En su sitio, una caja de centro $(x, y)$, ancho $w$ y alto $h$ se dice con cuatro números. Si $s$ es el lado de la
# celda y $(p_w, p_h)$, el tamaño del ancla:
# $$d_x = \frac{x}{s} - \left\lfloor \frac{x}{s} \right\rfloor \qquad
# d_y = \frac{y}{s} - \left\lfloor \frac{y}{s} \right\rfloor \qquad
# t_w = \ln \frac{w}{p_w} \qquad t_h = \ln \frac{h}{p_h}$$
#
# Lo que se quita al redondear hacia abajo, $\lfloor x / s \rfloor$ y $\lfloor y / s \rfloor$, son la columna y la fila.
# El logaritmo hace que el doble y la mitad queden igual de lejos del ancla: 0.69 y −0.69.
#
# A mano: la caja (30, 8, 40, 28) tiene el centro en (35, 18) y mide 10 × 20. Con $s = 8$: columna 4, fila 2, y sobran
# $d_x = 0.375$ y $d_y = 0.25$. Con un ancla de 10 × 20, $t_w = t_h = 0$.
#
# Un sitio se escribe (fila, columna, ancla): la fila va primero, como en las matrices, aunque la x vaya antes que la y.

# %% [markdown] lang="en"
# ## D.3 From the box to the grid
#
# **Difficulty 3 of 5 · 30 minutes.** The answer of a network always measures the same; the number of things does not.
# The way out: **deal the picture out in cells**, with a **grid**. Our network brings the picture of 64 × 64 down to a
# map of 8 × 8, so that each cell answers for a square of `stride` = 8 pixels. For a thing answers **the cell in which
# its centre falls**, and within it the anchor most like it (in a tie, the first). These are 8 · 8 · 3 = 192 fixed
# places, and nearly all say "nothing here".
#
# At its place, a box of centre $(x, y)$, width $w$ and height $h$ is said with four numbers. If $s$ is the side of the
# cell and $(p_w, p_h)$ the size of the anchor:
# $$d_x = \frac{x}{s} - \left\lfloor \frac{x}{s} \right\rfloor \qquad
# d_y = \frac{y}{s} - \left\lfloor \frac{y}{s} \right\rfloor \qquad
# t_w = \ln \frac{w}{p_w} \qquad t_h = \ln \frac{h}{p_h}$$
#
# What is taken off in rounding down, $\lfloor x / s \rfloor$ and $\lfloor y / s \rfloor$, are the column and the row.
# The logarithm puts double and half equally far from the anchor: 0.69 and −0.69.
#
# By hand: the box (30, 8, 40, 28) has its centre at (35, 18) and measures 10 × 20. With $s = 8$: column 4, row 2, and
# $d_x = 0.375$ and $d_y = 0.25$ are left over. With an anchor of 10 × 20, $t_w = t_h = 0$.
#
# A place is written (row, column, anchor): the row comes first, as in matrices, even though x comes before y.


# %% exercise="encode_boxes"
def encode_boxes(boxes, anchors, stride):
    """Return the place of each box, (n, 3) integers, and its four numbers there, (n, 4).

    boxes: (n, 4), left, top, right, bottom. anchors: (k, 2), width and height. stride: pixels a side of a cell. All in pixels.
    A place is row, column and anchor; the numbers are dx, dy, tw, th. Redmon and Farhadi 2017, arXiv:1612.08242, section 2.
    """
    ### BEGIN SOLUTION
    sizes = boxes[:, 2:] - boxes[:, :2]
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2 / stride  # (n, 2): x, y, in cells
    cell = np.floor(centre).astype(int)  # (n, 2): column, row
    shared = np.prod(np.minimum(sizes[:, None], anchors), axis=-1)  # (n, k), as if all had the same corner
    overlap = shared / (np.prod(sizes, axis=1)[:, None] + np.prod(anchors, axis=1) - shared)
    anchor = overlap.argmax(axis=1)  # (n,)
    places = np.stack([cell[:, 1], cell[:, 0], anchor], axis=1)
    return places, np.concatenate([centre - cell, np.log(sizes / anchors[anchor])], axis=1)
    ### END SOLUTION


# %%
toy_anchors = np.array([[10.0, 20.0], [20.0, 10.0], [10.0, 10.0]])
places, codes = encode_boxes(np.array([[30.0, 8.0, 40.0, 28.0]]), toy_anchors, stride=8)
print(places, codes)  # by hand: centre (35, 18), so row 2, column 4, anchor 0; (0.375, 0.25, 0, 0)

# %% test="encode_boxes" points=9
check(encode_boxes)

# %%
continue_with("encode_boxes")

belongs, _ = encode_boxes(scenes.boxes_train[0], anchors, stride=8)
plot_grid(scenes.x_train[0], scenes.boxes_train[0], belongs, anchors, stride=8)

# %% [markdown] lang="es"
# ## D.4 De la rejilla a la caja
#
# **Dificultad 2 de 5 · 15 minutos.** El camino de vuelta, que es el que seguirá la red: de un sitio y cuatro números, a
# la caja. Despeja $x$, $y$, $w$ y $h$ en las fórmulas de antes y pasa de centro y tamaño a los cuatro lados de siempre.

# %% [markdown] lang="en"
# ## D.4 From the grid to the box
#
# **Difficulty 2 of 5 · 15 minutes.** The way back, which is the one that the network will take: from a place and four
# numbers to the box. Solve the formulas above for $x$, $y$, $w$ and $h$, and go from centre and size to the usual four
# sides.


# %% exercise="decode_boxes"
def decode_boxes(places, codes, anchors, stride):
    """Return the boxes (n, 4) of which encode_boxes made places (n, 3) and codes (n, 4).

    places: row, column, anchor, integers. codes: dx, dy, tw, th. anchors: (k, 2). stride: pixels a side of a cell.
    Returns left, top, right, bottom, in pixels.
    """
    ### BEGIN SOLUTION
    cell = places[:, [1, 0]]  # (n, 2): column, row, as x and y
    centre = (cell + codes[:, :2]) * stride
    sizes = anchors[places[:, 2]] * np.exp(codes[:, 2:])
    return np.concatenate([centre - sizes / 2, centre + sizes / 2], axis=1)
    ### END SOLUTION


# %%
print(decode_boxes(places, codes, toy_anchors, stride=8))  # by hand, the box of before: [[30, 8, 40, 28]]

# %% test="decode_boxes" points=5
check(decode_boxes)

# %% [markdown] lang="es"
# # Parte 2 · Aprender
#
# ## D.5 La pérdida
#
# **Dificultad 4 de 5 · 40 minutos.** En cada sitio la red dice $5 + C$ números, con $C$ clases: cuatro para la caja, un
# logit de que haya algo y los $C$ logits de la clase. Y `make_targets`, en la celda siguiente, pone lo que debería
# decir: los cuatro números de tu `encode_boxes`, un 1 si hay algo y la clase; ceros donde no hay nada.

# %% [markdown] lang="en"
# # Part 2 · Learning
#
# ## D.5 The loss
#
# **Difficulty 4 of 5 · 40 minutes.** At each place the network says $5 + C$ numbers, with $C$ classes: four for the
# box, a logit of there being something, and the $C$ logits of the class. And `make_targets`, in the next cell, lays
# down what it should say: the four numbers of your `encode_boxes`, a 1 where there is something, and the class; zeros
# where there is nothing.

# %%
def make_targets(boxes, classes, anchors, stride, rows, columns):
    """Return what a detector should say of pictures: (N, rows, columns, anchors, 6), zeros where there is nothing."""
    targets = torch.zeros(len(boxes), rows, columns, len(anchors), 6)
    for target, b, k in zip(targets, boxes, classes, strict=True):
        places, codes = encode_boxes(b, anchors, stride)  # (n, 3), (n, 4)
        target[tuple(places.T)] = torch.tensor(np.column_stack([codes, np.ones(len(b)), k]), dtype=torch.float32)
    return targets


continue_with("encode_boxes")

targets = make_targets(scenes.boxes_train, scenes.y_train, anchors, 8, 8, 8)
print(targets.shape)  # (1000, 8, 8, 3, 6): scenes, rows, columns, anchors, numbers
print(int(targets[..., 4].sum()), "/", targets[..., 4].numel())  # places with something
print(sum(map(len, scenes.boxes_train)))  # things

# %% [markdown] lang="es"
# Tantos sitios con algo como cosas: aquí nunca piden dos el mismo. Si lo pidieran, `make_targets` se quedaría con la
# última.
#
# Es algo en uno de cada ochenta sitios. Una pérdida descuidada aprendería a decir «nada» y acertaría el 99 %. Por eso
# son cuatro términos separados. Llama $z$ a lo que dice la red en un sitio, $\sigma$ a la sigmoide, $K$ a los sitios
# con algo, $\overline{K}$ a los demás y $n$ a cuántas cosas hay (o 1, si no hay ninguna). Lo verdadero en un sitio con
# algo son $d_x$, $d_y$, $t_w$, $t_h$ y la clase $c$:
# $$\text{box} = \frac{1}{n} \sum_{K} \big[ (\sigma(z_0) - d_x)^2 + (\sigma(z_1) - d_y)^2 + (z_2 - t_w)^2 + (z_3 - t_h)^2 \big]$$
# $$\text{something} = -\frac{1}{n} \sum_{K} \ln \sigma(z_4) \qquad
# \text{empty} = -\frac{1}{n} \sum_{\overline{K}} \ln \big(1 - \sigma(z_4)\big)$$
# $$\text{class} = -\frac{1}{n} \sum_{K} \ln p_c, \qquad p = \mathrm{softmax}(z_5, \dots, z_{4 + C})$$
#
# - La sigmoide deja el centro dentro de su celda; los tamaños no la llevan, porque su logaritmo puede ser negativo.
# - `box` y `class` **solo miran los sitios con algo**. Donde no hay nada no existe una caja que acertar.
# - Todo se divide entre el mismo $n$, también `empty`: así cada cosa pesa igual, haya pocas o muchas.
#
# A mano, el ejemplo de debajo del ejercicio: tres sitios y una red que solo dice ceros. Donde hay algo,
# $\sigma(0) = 0.5$ acierta el centro y falla el tamaño por 1 en cada eje: 2. La sorpresa de cada «quizá» es $\ln 2$:
# una vez en `something` y dos en `empty`.

# %% [markdown] lang="en"
# As many places with something as things: here two never ask for the same one. If they did, `make_targets` would keep
# the last.
#
# That is something at one place in eighty. A careless loss would learn to say "nothing" and be right 99% of the time.
# That is why there are four separate terms. Call $z$ what the network says at a place, $\sigma$ the sigmoid, $K$ the
# places with something, $\overline{K}$ the others, and $n$ how many things there are (or 1, if there is none). What is
# true at a place with something is $d_x$, $d_y$, $t_w$, $t_h$ and the class $c$:
# $$\text{box} = \frac{1}{n} \sum_{K} \big[ (\sigma(z_0) - d_x)^2 + (\sigma(z_1) - d_y)^2 + (z_2 - t_w)^2 + (z_3 - t_h)^2 \big]$$
# $$\text{something} = -\frac{1}{n} \sum_{K} \ln \sigma(z_4) \qquad
# \text{empty} = -\frac{1}{n} \sum_{\overline{K}} \ln \big(1 - \sigma(z_4)\big)$$
# $$\text{class} = -\frac{1}{n} \sum_{K} \ln p_c, \qquad p = \mathrm{softmax}(z_5, \dots, z_{4 + C})$$
#
# - The sigmoid keeps the centre inside its cell; sizes have none, for their logarithm may be negative.
# - `box` and `class` **look only at the places with something**. Where there is nothing, no box exists to be right
#   about.
# - All is divided by the same $n$, `empty` too: so each thing weighs the same, be there few or many.
#
# By hand, the example below the exercise: three places, and a network that says zeros only. Where there is something,
# $\sigma(0) = 0.5$ gets the centre right and misses the size by 1 along each axis: 2. The surprise of each "perhaps" is
# $\ln 2$: once in `something` and twice in `empty`.


# %% exercise="detection_loss"
def detection_loss(output, target):
    """Return the four terms of the loss, a dict of 0-d tensors: "box", "something", "empty" and "class".

    output: (..., 5 + C), what the network says at each place: x, y, w, h, logit of something, C logits of classes.
    target: (..., 6), what is true there: dx, dy, tw, th, 1 or 0 for something, class. Both float; zeros where there is nothing.
    Each term is a sum over its places, divided by the number of things (by 1 where there is none).
    """
    ### BEGIN SOLUTION
    full = target[..., 4] == 1
    count = full.sum().clamp(min=1)
    said, true = output[full], target[full]  # (things, 5 + C), (things, 6)
    centre = (torch.sigmoid(said[:, :2]) - true[:, :2]) ** 2
    size = (said[:, 2:4] - true[:, 2:4]) ** 2
    surprise = functional.binary_cross_entropy_with_logits(output[..., 4], target[..., 4], reduction="none")
    return {
        "box": (centre.sum() + size.sum()) / count,
        "something": surprise[full].sum() / count,
        "empty": surprise[~full].sum() / count,
        "class": functional.cross_entropy(said[:, 5:], true[:, 5].long(), reduction="sum") / count,
    }
    ### END SOLUTION


# %%
output = torch.zeros(3, 7)  # three places, two classes: it says nothing at all
target = torch.tensor([[0.5, 0.5, 1.0, -1.0, 1.0, 0.0], [0.0] * 6, [0.0] * 6])
print({name: round(float(term), 3) for name, term in detection_loss(output, target).items()})
# by hand: box 0 + 0 + 1 + 1 = 2; something ln 2 = 0.693; empty 2 ln 2 = 1.386; class ln 2

# %% test="detection_loss" points=12
check(detection_loss)

# %% [markdown] lang="es"
# ## D.6 Entrenar
#
# **Dificultad 3 de 5 · 25 minutos.** La red está en la celda siguiente, `Detector`: tres convoluciones de paso 2, que
# llevan de 64 × 64 a 8 × 8; dos más, para que cada celda vea un cuadrado de 47 píxeles de lado, y una de $1 \times 1$
# que dice los números. Todo lo que hay en ella lo escribiste en la unidad 2.
#
# Escribe `train_detector`: `steps` pasos de `torch.optim.AdamW`, en lotes de `batch_size`; cada época recorre todas las
# escenas en un orden nuevo. La pérdida de un lote es
# $$L = \text{box} + \text{something} + 0.5 \cdot \text{empty} + \text{class}$$
#
# El 0.5 es del artículo de YOLO: los vacíos son tantos que, con el mismo peso, ahogan lo demás. (El artículo pesa
# además la caja por 5; aquí no hace falta.) Y una novedad: la tasa de aprendizaje **baja en línea recta**. El paso $i$
# (1, 2, …, `steps`) usa
# $$\eta_i = \eta \Big( 1 - \frac{i - 1}{\text{steps}} \Big)$$
#
# A mano, con $\eta = 0.1$ y 4 pasos: 0.1, 0.075, 0.05 y 0.025. Al principio conviene avanzar; al final, afinar. La tasa
# de un optimizador vive en `optimizer.param_groups`.
#
# **La prueba**: 300 pasos, en escenas nuevas. Cuenta como encontrada una cosa con una caja de IoU 0.5 o más, y una caja
# vale para una sola cosa. Hay que encontrar al menos el 85 %, con el 75 % de las cajas buenas, un IoU medio de 0.65 y
# el 93 % de las clases. Con qué compararlo: las cajas verdaderas **de otra escena** encuentran cerca del 4 %. La prueba
# entrena una red, así que tarda unos segundos.

# %% [markdown] lang="en"
# ## D.6 Training
#
# **Difficulty 3 of 5 · 25 minutes.** The network is in the next cell, `Detector`: three convolutions of stride 2, which
# lead from 64 × 64 to 8 × 8; two more, so that each cell sees a square of 47 pixels a side, and one of $1 \times 1$
# that says the numbers. All that is in it you wrote in unit 2.
#
# Write `train_detector`: `steps` steps of `torch.optim.AdamW`, in batches of `batch_size`; each epoch goes over all
# scenes in a new order. The loss of a batch is
# $$L = \text{box} + \text{something} + 0.5 \cdot \text{empty} + \text{class}$$
#
# The 0.5 is from the YOLO paper: the empty ones are so many that, with the same weight, they drown the rest. (The paper
# also weighs the box by 5; there is no need here.) And something new: the learning rate **falls in a straight line**.
# Step $i$ (1, 2, …, `steps`) uses
# $$\eta_i = \eta \Big( 1 - \frac{i - 1}{\text{steps}} \Big)$$
#
# By hand, with $\eta = 0.1$ and 4 steps: 0.1, 0.075, 0.05 and 0.025. At first it pays to move on; in the end, to
# refine. The rate of an optimizer lives in `optimizer.param_groups`.
#
# **The test**: 300 steps, on new scenes. A thing counts as found with a box of IoU 0.5 or more, and a box is good for
# one thing only. At least 85% are to be found, with 75% of the boxes good, a mean IoU of 0.65, and 93% of the classes.
# What to compare it with: the true boxes **of another scene** find about 4%. The test trains a network, so it takes
# some seconds.

# %%
def block(c_in, c_out, stride=1):
    convolution = nn.Conv2d(c_in, c_out, 3, stride, padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(c_out), nn.ReLU())


class Detector(nn.Module):
    """Look once at pictures (B, 3, H, W); return (B, H / 8, W / 8, anchors, 5 + classes)."""

    def __init__(self, num_anchors, num_classes):
        super().__init__()
        self.num_anchors, self.stride = num_anchors, 8  # pixels a side of a cell
        halving = block(3, 16, stride=2), block(16, 32, stride=2), block(32, 64, stride=2)
        self.body = nn.Sequential(*halving, block(64, 64), block(64, 64))
        self.head = nn.Conv2d(64, num_anchors * (5 + num_classes), 1)
        with torch.no_grad():
            self.head.bias[4 :: 5 + num_classes] = -4.0  # most places are empty: begin by saying so

    def forward(self, x):
        out = self.head(self.body(x)).permute(0, 2, 3, 1)  # (B, rows, columns, anchors * (5 + classes))
        return out.unflatten(-1, (self.num_anchors, -1))


continue_with("detection_loss")


# %% exercise="train_detector"
def train_detector(net, x, targets, steps, batch_size, lr):
    """Train a detector in place, leave it in eval(), and return the loss of each step, a list of floats.

    net: torch module from (B, 3, H, W) to (B, rows, columns, anchors, 5 + C). x: (N, 3, H, W) array, float32. targets: (N, rows,
    columns, anchors, 6) tensor. steps: batches to take, in all. batch_size: pictures a batch. lr: learning rate of the first step;
    it falls in a straight line, and would be 0 at the step after the last. Leaves x and targets as they were.
    """
    ### BEGIN SOLUTION
    x = torch.as_tensor(x)
    optimizer = torch.optim.AdamW(net.parameters(), lr=lr)
    losses = []
    net.train()
    while len(losses) < steps:
        for batch in torch.randperm(len(x)).split(batch_size):
            if len(losses) == steps:
                break
            for group in optimizer.param_groups:
                group["lr"] = lr * (1 - len(losses) / steps)
            terms = detection_loss(net(x[batch]), targets[batch])
            loss = terms["box"] + terms["something"] + 0.5 * terms["empty"] + terms["class"]
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    net.eval()
    return losses
    ### END SOLUTION


# %% test="train_detector" points=15
check(train_detector)

# %% [markdown] lang="es"
# Entrena la tuya. En la figura, la pérdida de cada lote.

# %% [markdown] lang="en"
# Train your own. In the figure, the loss of each batch.

# %%
continue_with("train_detector")

torch.manual_seed(0)
net = Detector(num_anchors=3, num_classes=3)
print(sum(p.numel() for p in net.parameters()))  # numbers that it learns
losses = train_detector(net, scenes.x_train, targets, steps=300, batch_size=16, lr=0.005)
steps = list(range(1, len(losses) + 1))
plot_losses({label("un detector en 300 pasos", "a detector in 300 steps"): {label("entrenamiento", "training"): (steps, losses)}})

# %% [markdown] lang="es"
# # Parte 3 · Leer
#
# ## D.7 Lo que dice la red
#
# **Dificultad 3 de 5 · 20 minutos.** Cada sitio ha dicho sus $5 + C$ números. Toca creerse unos y otros no. La
# **puntuación** (*score*) de un sitio es la probabilidad de que haya algo por la de su clase más probable:
# $$\text{score} = \sigma(z_4) \cdot \max_c p_c, \qquad p = \mathrm{softmax}(z_5, \dots, z_{4 + C})$$
#
# Se quedan los sitios que llegan a un **umbral** (*threshold*), en el orden en que se leen: fila, columna, ancla. Y
# cuidado con dónde va la sigmoide: `decode_boxes` espera $d_x$ y $d_y$ entre 0 y 1, y la red dice números cualesquiera.

# %% [markdown] lang="en"
# # Part 3 · Reading
#
# ## D.7 What the network says
#
# **Difficulty 3 of 5 · 20 minutes.** Each place has said its $5 + C$ numbers. Some are to be believed and some not. The
# **score** of a place is the probability of something times that of its most probable class:
# $$\text{score} = \sigma(z_4) \cdot \max_c p_c, \qquad p = \mathrm{softmax}(z_5, \dots, z_{4 + C})$$
#
# The places that reach the threshold stay, in the order in which they are read: row, column, anchor. And mind where the
# sigmoid goes: `decode_boxes` expects $d_x$ and $d_y$ between 0 and 1, and the network says any numbers at all.

# %%
continue_with("decode_boxes")


# %% exercise="read_output"
def read_output(output, anchors, stride, threshold):
    """Return what a network claims of one picture: boxes (n, 4), scores (n,) and classes (n,), in reading order of the places.

    output: (rows, columns, anchors, 5 + C) array, as the network gives it. anchors: (k, 2). stride: pixels a side of a cell.
    A claim is kept where its score, the probability of something times that of its most probable class, is `threshold` or more.
    """
    ### BEGIN SOLUTION
    def sigmoid(z):
        return 0.5 * (1 + np.tanh(z / 2))  # the same as 1 / (1 + exp(-z)), and never too large

    chances = np.exp(output[..., 5:] - output[..., 5:].max(axis=-1, keepdims=True))
    chances = chances / chances.sum(axis=-1, keepdims=True)  # (rows, columns, anchors, C)
    scores = sigmoid(output[..., 4]) * chances.max(axis=-1)  # (rows, columns, anchors)
    keep = scores >= threshold
    places, said = np.argwhere(keep), output[keep]  # (n, 3), (n, 5 + C)
    codes = np.concatenate([sigmoid(said[:, :2]), said[:, 2:4]], axis=1)
    return decode_boxes(places, codes, anchors, stride), scores[keep], chances[keep].argmax(axis=1)
    ### END SOLUTION


# %%
output = np.full((1, 2, 1, 7), -9.0)  # one row, two columns, one anchor, two classes
output[0, 1, 0] = [0.0, 0.0, np.log(2.0), 0.0, np.log(9.0), np.log(4.0), 0.0]
print(read_output(output, np.array([[4.0, 4.0]]), stride=8, threshold=0.5))
# by hand: centre (12, 4), size (8, 4), so [[8, 2, 16, 6]]; score 0.9 * 0.8 = 0.72; class 0

# %% test="read_output" points=7
check(read_output)

# %% [markdown] lang="es"
# Y ahora, escenas que la red no ha visto.

# %% [markdown] lang="en"
# And now, scenes that the network has not seen.

# %%
widgets.predict("detector.repeated")

# %%
continue_with("read_output")

with torch.no_grad():
    outputs = net(torch.tensor(scenes.x_test)).numpy()  # (200, 8, 8, 3, 8)
claims = [len(read_output(output, anchors, 8, threshold=0.1)[0]) for output in outputs]
print(sum(claims), sum(map(len, scenes.boxes_test)))  # boxes that it claims, things that there are
chosen = int(np.argmax(claims))  # the scene with most claims
chances = torch.softmax(torch.tensor(outputs[chosen][..., 5:]), dim=-1).amax(dim=-1)
claimed = torch.sigmoid(torch.tensor(outputs[chosen][..., 4])) * chances  # (8, 8, 3)
boxes, scores, kinds = read_output(outputs[chosen], anchors, 8, threshold=0.1)
plot_claims(scenes.x_test[chosen], claimed.amax(dim=-1).numpy(), boxes, scores, kinds, scenes.classes, stride=8)

# %% [markdown] lang="es"
# ## D.8 Una caja por cosa
#
# **Dificultad 3 de 5 · 25 minutos.** Varias cajas para la misma cosa, todas razonables. Ningún sitio sabe lo que dicen
# los demás, así que hay que ponerlos de acuerdo después. La **supresión de no máximos** (*non-maximum suppression*), o
# NMS, es avariciosa y sencilla:
#
# 1. Toma la caja de mayor puntuación y quédatela.
# 2. Elimina las de **su clase** que se solapan con ella más que el umbral.
# 3. Repite con las que quedan.
#
# Fíjate en un detalle: una caja eliminada ya no elimina a nadie. Mueve el umbral: aquí hay tres cosas, y dos se tapan.

# %% [markdown] lang="en"
# ## D.8 One box for each thing
#
# **Difficulty 3 of 5 · 25 minutes.** Several boxes for one thing, all of them reasonable. No place knows what the
# others say, so they have to be brought to agree afterwards. **Non-maximum suppression** (NMS) is greedy and simple:
#
# 1. Take the box of the highest score and keep it.
# 2. Drop those of **its class** that overlap with it more than the threshold.
# 3. Repeat with those that are left.
#
# Mind a detail: a box that was dropped drops nobody. Move the threshold: here there are three things, and two of them
# overlap.

# %%
widgets.explore_nms()

# %%
continue_with("iou")


# %% exercise="nms"
def nms(boxes, scores, classes, threshold):
    """Return the rows of the boxes that non-maximum suppression keeps, by decreasing score: an array of integers.

    boxes: (n, 4). scores: (n,), all different. classes: (n,). n may be 0. A box is dropped where its IoU with one that is kept,
    of its own class and of a higher score, is greater than `threshold`. Leaves its inputs as they were.
    """
    ### BEGIN SOLUTION
    overlap = iou(boxes, boxes)  # (n, n)
    kept = []
    for i in np.argsort(-scores):
        rivals = [j for j in kept if classes[j] == classes[i]]
        if all(overlap[i, j] <= threshold for j in rivals):
            kept.append(i)
    return np.array(kept, dtype=int)
    ### END SOLUTION


# %%
boxes = np.array([[0.0, 0.0, 4.0, 4.0], [1.0, 0.0, 5.0, 4.0], [2.0, 0.0, 6.0, 4.0], [0.0, 0.0, 4.0, 4.0]])
print(nms(boxes, np.array([0.9, 0.8, 0.7, 0.6]), np.array([0, 0, 0, 1]), threshold=0.5))
# by hand: 1 falls to 0 (IoU 12/20); 2 stays, for 1 is gone and it shares 8/24 with 0; 3 is of another class: [0, 2, 3]

# %% test="nms" points=8
check(nms)

# %% [markdown] lang="es"
# Ya está el detector entero: mirar una vez, leer, suprimir. Ocho escenas que no vio nunca, cada caja con su puntuación:

# %% [markdown] lang="en"
# That is the whole detector: look once, read, suppress. Eight scenes that it never saw, each box with its score:

# %%
continue_with("read_output", "nms")


def find(net, x, anchors, threshold=0.25):
    """Return what a network finds in each picture of x: boxes, scores and classes, by decreasing score."""
    with torch.no_grad():
        outputs = net(torch.tensor(x)).numpy()
    found = []
    for output in outputs:
        boxes, scores, kinds = read_output(output, anchors, net.stride, threshold)
        kept = nms(boxes, scores, kinds, threshold=0.5)
        found.append((boxes[kept], scores[kept], kinds[kept]))
    return found


boxes, scores, kinds = zip(*find(net, scenes.x_test[:8], anchors), strict=True)
plot_boxes(scenes.x_test[:8], boxes, kinds, scenes.classes,
           label("Lo que la red encuentra en ocho escenas nuevas:", "What the network finds in eight new scenes:"), scores)

# %% [markdown] lang="es"
# # Parte 4 · Medir
#
# ## D.9 Aciertos
#
# **Dificultad 3 de 5 · 20 minutos.** ¿Es bueno? Mirar ocho imágenes no es medir. Primero, decidir qué caja es un
# acierto:
#
# 1. Recorre las cajas de mayor a menor puntuación.
# 2. Cada una se queda con la verdadera que más se solapa con ella **de las que están libres**.
# 3. Si su IoU llega al umbral, es un acierto y esa verdadera deja de estar libre. Si no, es un fallo.
#
# Así, quien repite una caja diez veces tiene un acierto y nueve fallos. ¿Y las clases? La función no las conoce: más
# abajo se llama clase por clase, y una caja de otra clase no compite.

# %% [markdown] lang="en"
# # Part 4 · Measuring
#
# ## D.9 Hits
#
# **Difficulty 3 of 5 · 20 minutes.** Is it any good? Looking at eight pictures is not measuring. First, decide which
# box is a hit:
#
# 1. Go over the boxes from the highest score down.
# 2. Each gets the true one that it overlaps most **of those that are free**.
# 3. If their IoU reaches the threshold, it is a hit, and that true one is free no longer. If not, it is a miss.
#
# So whoever repeats a box ten times has one hit and nine misses. And classes? The function knows none: below it is
# called class by class, and a box of another class does not compete.


# %% exercise="match_boxes"
def match_boxes(boxes, scores, truths, threshold=0.5):
    """Tell which boxes are hits, an array (n,) of bool in the order of the boxes.

    boxes: (n, 4) and scores: (n,), what is claimed, in any order; scores all different. truths: (m, 4), what there is. n and m may
    be 0. From the highest score down, each box gets the truth that it overlaps most among those still free; if their IoU is
    `threshold` or more it is a hit, and that truth is free no longer.
    """
    ### BEGIN SOLUTION
    overlap = iou(boxes, truths)  # (n, m)
    hits = np.zeros(len(boxes), dtype=bool)
    free = np.ones(len(truths), dtype=bool)
    for i in np.argsort(-scores):
        if free.any():
            best = np.where(free, overlap[i], -1).argmax()
            if overlap[i, best] >= threshold:
                hits[i], free[best] = True, False
    return hits
    ### END SOLUTION


# %%
truths = np.array([[0.0, 0.0, 4.0, 4.0], [10.0, 0.0, 14.0, 4.0]])
boxes = np.array([[1.0, 0.0, 5.0, 4.0], [0.0, 0.0, 4.0, 4.0], [10.0, 0.0, 14.0, 9.0]])
print(match_boxes(boxes, np.array([0.6, 0.9, 0.8]), truths))  # by hand: [False, True, False]

# %% test="match_boxes" points=6
check(match_boxes)

# %% [markdown] lang="es"
# ## D.10 Precisión media
#
# **Dificultad 3 de 5 · 25 minutos.** Un detector prudente dice poco y acierta; uno atrevido lo dice todo y falla más.
# El umbral decide, y cambiarlo no hace mejor a nadie. Para medir al detector y no al umbral, se recorren **todos**:
# ordena las cajas de todas las imágenes por puntuación y, tras cada una, apunta
#
# - la **precisión** (*precision*): aciertos entre cajas miradas hasta ahí;
# - la **exhaustividad** (*recall*): aciertos entre cosas que había.
#
# A mano: cinco cajas y cuatro cosas.

# %% [markdown] lang="en"
# ## D.10 Average precision
#
# **Difficulty 3 of 5 · 25 minutes.** A cautious detector says little and is right; a bold one says it all and misses
# more. The threshold decides, and changing it makes nobody better. To measure the detector and not the threshold,
# **all** of them are gone over: sort the boxes of all pictures by score and, after each, note down
#
# - the **precision**: hits over boxes looked at so far;
# - the **recall**: hits over things that there were.
#
# By hand: five boxes and four things.

# %%
plot_sorted_hits([True, False, True, True, False], total=4)

# %% [markdown] lang="es"
# La precisión sube y baja en dientes de sierra. Se corrige así: en cada punto vale **la mejor de ahí en adelante**,
# porque nadie se pararía antes de un diente si un poco más allá está mejor. Aquí, tras el segundo acierto, la precisión
# es 2/3 pero más adelante hay 3/4: cuenta 3/4.
#
# La **precisión media** (*average precision*), o AP, es el área bajo esa curva corregida. Cada acierto avanza un
# escalón, tan ancho como 1 entre las cosas que había:
# $$\text{AP} = \frac{1}{4} \cdot 1 + \frac{1}{4} \cdot \frac{3}{4} + \frac{1}{4} \cdot \frac{3}{4} = 0.625$$
#
# La cosa que no se encontró no suma nada.

# %% [markdown] lang="en"
# Precision goes up and down in saw teeth. It is mended like this: at each point it is **the best from there on**, for
# nobody would stop before a tooth if it is better a little farther on. Here, after the second hit, the precision is
# 2/3, but there is 3/4 farther on: 3/4 counts.
#
# The **average precision**, or AP, is the area under that mended curve. Each hit moves on by a step as wide as 1 over
# the things that there were:
# $$\text{AP} = \frac{1}{4} \cdot 1 + \frac{1}{4} \cdot \frac{3}{4} + \frac{1}{4} \cdot \frac{3}{4} = 0.625$$
#
# The thing that was not found adds nothing.


# %% exercise="average_precision"
def average_precision(hits, scores, total):
    """Return the area under the curve of precision and recall, a float between 0 and 1.

    hits: (n,) bool, which claims were hits. scores: (n,), in any order, all different. total: how many things there were.
    Precision at a recall is the best one reached there or further on. 0.0 where there was nothing to find.
    """
    ### BEGIN SOLUTION
    if total == 0:
        return 0.0
    found = np.cumsum(hits[np.argsort(-scores)])  # (n,)
    precision = found / np.arange(1, len(found) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    recall = found / total
    return float(np.sum(np.diff(recall, prepend=0) * best))
    ### END SOLUTION


# %%
print(average_precision(np.array([True, False, True]), np.array([0.9, 0.8, 0.7]), 4))  # by hand: (1 + 2/3) / 4 = 0.417

# %% test="average_precision" points=6
check(average_precision)

# %% [markdown] lang="es"
# La de tu detector, clase por clase, en las 200 escenas de prueba. La media de las clases es la **mAP**, el número que
# encabeza los artículos. El umbral de puntuación baja a 0.05: la AP quiere ver también lo que la red dice en voz baja.

# %% [markdown] lang="en"
# That of your detector, class by class, on the 200 test scenes. The mean over classes is the **mAP**, the number that
# heads the papers. The score threshold goes down to 0.05: AP wants to see what the network says in a low voice too.

# %%
continue_with("match_boxes", "average_precision")


def gather(found, boxes, kinds, k):
    """Return the hits and the scores of all claims of class k, and how many things of that class there were."""
    hits, scores, total = [], [], 0
    for (said, score, kind), truth, true_kind in zip(found, boxes, kinds, strict=True):
        hits.append(match_boxes(said[kind == k], score[kind == k], truth[true_kind == k]))
        scores.append(score[kind == k])
        total += int(np.sum(true_kind == k))
    return np.concatenate(hits), np.concatenate(scores), total


def curves(found, data):
    """Return recall and precision after each claim, by class, for plot_precision_recall."""
    result = {}
    for k, name in enumerate(data.classes):
        hits, scores, total = gather(found, data.boxes_test, data.y_test, k)
        right = np.cumsum(hits[np.argsort(-scores)])
        result[name] = right / total, right / np.arange(1, len(right) + 1)
    return result


def mean_average_precision(found, data):
    """Return the mean over classes of the average precision on the test pictures."""
    parts = [gather(found, data.boxes_test, data.y_test, k) for k in range(len(data.classes))]
    return np.mean([average_precision(*part) for part in parts])


found = find(net, scenes.x_test, anchors, threshold=0.05)
print(f"mAP = {mean_average_precision(found, scenes):.3f}")
plot_precision_recall(curves(found, scenes))

# %% [markdown] lang="es"
# # Parte 5 · Células
#
# Lo mismo, sin cambiar una línea, con imágenes de verdad: sangre al microscopio (BCCD, de cosmicad, akshaylamba y
# shenggan; licencia MIT), con glóbulos rojos, glóbulos blancos y plaquetas. Se descargan 7.5 MB la primera vez. Sin
# red, esta parte usa otra vez escenas generadas, y lo dice.

# %% [markdown] lang="en"
# # Part 5 · Cells
#
# The same, without changing a line, with real pictures: blood under the microscope (BCCD, by cosmicad, akshaylamba and
# shenggan; MIT licence), with red cells, white cells and platelets. The first time, 7.5 MB are downloaded. Without
# network, this part uses generated scenes again, and says so.

# %%
widgets.predict("detector.cells")

# %%
cells = load_blood_cells()
print(cells.x_train.shape)  # (292, 3, 96, 128) if they are the real ones
every = np.concatenate(cells.boxes_train)
cell_sizes = every[:, 2:] - every[:, :2]
order = np.argsort(cell_sizes.prod(axis=1))
start = cell_sizes[order[[len(order) // 2, -len(order) // 20, len(order) // 20]]]  # middling, large, small
cell_anchors = kmeans_anchors(cell_sizes, start)
kind = np.concatenate(cells.y_train)
means = np.stack([cell_sizes[kind == k].mean(axis=0) for k in range(3)])  # what each class really measures
seen = label("cada clase y su media", "each class and its mean")
unseen = label("anclas, sin ver las clases", "anchors, classes unseen")
plot_sizes(cell_sizes, {seen: (means, kind), unseen: (cell_anchors, owners(cell_sizes, cell_anchors, iou))})
if cells.source == "default":
    print(label("Aquí las clases miden lo mismo: las anclas no las distinguen.",
                "Here the classes measure the same: anchors do not tell them apart."))

# %% [markdown] lang="es"
# Con las células de verdad, las anclas caen sobre las tres clases, y `kmeans_anchors` no sabe nada de clases: el tamaño
# casi basta para decir qué es cada una. Ahora, el detector. Son 200 pasos, unos segundos. Las cajas de la figura tienen
# una puntuación de 0.25 o más; la mAP mira desde 0.05.

# %% [markdown] lang="en"
# With the real cells, the anchors fall on the three classes, and `kmeans_anchors` knows nothing of classes: size is
# nearly enough to tell what each one is. Now, the detector. It is 200 steps, some seconds. The boxes in the figure have
# a score of 0.25 or more; the mAP looks from 0.05 up.

# %%
rows, columns = (side // 8 for side in cells.x_train.shape[2:])
cell_targets = make_targets(cells.boxes_train, cells.y_train, cell_anchors, 8, rows, columns)
torch.manual_seed(0)
cell_net = Detector(num_anchors=3, num_classes=3)
train_detector(cell_net, cells.x_train, cell_targets, steps=200, batch_size=16, lr=0.005)
boxes, scores, kinds = zip(*find(cell_net, cells.x_test[:3], cell_anchors), strict=True)
pictures = [*cells.x_test[:3], *cells.x_test[:3]]
about = label("Arriba, lo que hay; debajo, lo que la red encuentra:", "Above, what there is; below, what the network finds:")
plot_boxes(pictures, [*cells.boxes_test[:3], *boxes], [*cells.y_test[:3], *kinds], cells.classes, about, columns=3, line=1.2)
found = find(cell_net, cells.x_test, cell_anchors, threshold=0.05)
print(f"mAP = {mean_average_precision(found, cells):.3f}")
plot_precision_recall(curves(found, cells))

# %% [markdown] lang="es"
# Con las células de verdad, los blancos suelen pasar de 0.9 de AP, los rojos rondan 0.7 y las plaquetas se quedan entre
# 0.2 y 0.35. Dos motivos se ven en las figuras. Las plaquetas miden lo que una celda, y un error de dos píxeles en cada
# eje ya las deja por debajo de un IoU de 0.5. Y los rojos se amontonan: cuando dos se tapan mucho, la supresión elimina
# una que era verdadera. Hay un tercero: mira la fila de arriba y encontrarás células que nadie marcó. Un detector que
# las encuentra paga por ello.

# %% [markdown] lang="en"
# With the real cells, the white ones usually exceed an AP of 0.9, the red ones are about 0.7, and the platelets stay
# between 0.2 and 0.35. Two reasons show in the figures. Platelets measure as much as a cell of the grid, and an error
# of two pixels along each axis leaves them below an IoU of 0.5. And the red ones crowd: where two overlap a lot,
# suppression drops one that was true. There is a third: look at the upper row, and you will find cells that nobody
# marked. A detector that finds them pays for it.

# %% [markdown] lang="es"
# ## D.11 Preguntas
#
# **20 minutos.** Diez preguntas con una sola opción buena. Si fallas una, el panel te dice por qué esa opción no puede
# ser.
#
# **q1.** Dos cajas de 10 × 10. Una está 5 píxeles a la derecha de la otra, a la misma altura. ¿Cuál es su IoU?
#
# - a) 1/2.
# - b) 1/3.
# - c) 2/3.
# - d) 1/4.
#
# **q2.** ¿Por qué no basta con usar $1 - \mathrm{IoU}$ como pérdida de la caja?
#
# - a) Porque no es simétrico.
# - b) Porque depende del tamaño de la imagen.
# - c) Porque no tiene derivada en ninguna parte.
# - d) Porque vale 1 si no se tocan, cerca o lejos.
#
# **q3.** Buscas anclas para las células con la distancia euclídea entre tamaños. ¿Qué cambia?
#
# - a) Las cajas grandes mandan: sus diferencias, en píxeles, son mayores.
# - b) Nada: los grupos son los mismos.
# - c) Todas las anclas acaban iguales.
# - d) k-means no termina nunca.
#
# **q4.** Los centros de dos cosas caen en la misma celda. ¿Qué puede hacer nuestro detector?
#
# - a) No puede pasar: la rejilla lo impide.
# - b) Perder siempre una de las dos.
# - c) Decir las dos, si les tocan anclas distintas.
# - d) Decir una caja que es la media de las dos.
#
# **q5.** Cambias el peso de `empty` de 0.5 a 100. ¿Qué esperas?
#
# - a) Muchas más falsas alarmas.
# - b) Una red que casi nunca se atreve a decir que hay algo.
# - c) Cajas más ajustadas.
# - d) Lo mismo: los términos son independientes.
#
# **q6.** ¿Por qué `box` no mira los sitios vacíos?
#
# - a) Porque sería demasiado lento.
# - b) Porque saldría nan.
# - c) Porque allí las anclas son distintas.
# - d) Porque no hay caja que acertar, y una inventada estorba.
#
# **q7.** Subes el umbral de la supresión de no máximos de 0.5 a 0.9. ¿Qué pasa?
#
# - a) Quedan cajas repetidas, y baja la precisión.
# - b) Quedan menos cajas.
# - c) Sube la exhaustividad sin ningún coste.
# - d) Nada: las puntuaciones no cambian.
#
# **q8.** Dos glóbulos rojos se tapan tanto que sus cajas verdaderas tienen un IoU de 0.6, y la red las dice las dos a
# la perfección. Con umbral 0.5, la supresión…
#
# - a) se queda con las dos: son verdaderas.
# - b) las junta en una caja que las abarca.
# - c) elimina la menos segura: se pierde un acierto.
# - d) solo las compara si son de clases distintas.
#
# **q9.** Subes el umbral de puntuación de 0.25 a 0.9. ¿Qué esperas?
#
# - a) Suben la precisión y la exhaustividad.
# - b) Sube la exhaustividad y baja la precisión.
# - c) No cambia ninguna: la AP ya mira todos los umbrales.
# - d) La exhaustividad no puede subir; la precisión suele hacerlo.
#
# **q10.** La AP de los rojos es 0.9 (805 en la prueba) y la de las plaquetas, 0.3 (69). ¿Cuál es la mAP de las dos
# clases?
#
# - a) 0.85, porque hay muchos más rojos.
# - b) 0.6.
# - c) 0.3, la de la peor.
# - d) 0.9, la de la mejor.

# %% [markdown] lang="en"
# ## D.11 Questions
#
# **20 minutes.** Ten questions with a single right option. If you miss one, the panel tells you why that option cannot
# be.
#
# **q1.** Two boxes of 10 × 10. One is 5 pixels to the right of the other, at the same height. What is their IoU?
#
# - a) 1/2.
# - b) 1/3.
# - c) 2/3.
# - d) 1/4.
#
# **q2.** Why is it not enough to use $1 - \mathrm{IoU}$ as the loss of the box?
#
# - a) Because it is not symmetric.
# - b) Because it depends on the size of the picture.
# - c) Because it has a derivative nowhere.
# - d) Because it is 1 if they do not touch, near or far.
#
# **q3.** You look for anchors for the cells with the Euclidean distance between sizes. What changes?
#
# - a) Large boxes take over: their differences, in pixels, are greater.
# - b) Nothing: the groups are the same.
# - c) All anchors end up equal.
# - d) k-means never ends.
#
# **q4.** The centres of two things fall in one cell. What can our detector do?
#
# - a) It cannot happen: the grid prevents it.
# - b) Always lose one of the two.
# - c) Say both, if they get different anchors.
# - d) Say one box that is the mean of the two.
#
# **q5.** You change the weight of `empty` from 0.5 to 100. What do you expect?
#
# - a) Many more false alarms.
# - b) A network that hardly ever dares say that there is something.
# - c) Tighter boxes.
# - d) The same: the terms are independent.
#
# **q6.** Why does `box` not look at the empty places?
#
# - a) Because it would be too slow.
# - b) Because it would give nan.
# - c) Because the anchors are different there.
# - d) Because there is no box to hit, and an invented one gets in the way.
#
# **q7.** You raise the threshold of non-maximum suppression from 0.5 to 0.9. What happens?
#
# - a) Repeated boxes stay, and precision falls.
# - b) Fewer boxes stay.
# - c) Recall rises at no cost.
# - d) Nothing: the scores do not change.
#
# **q8.** Two red cells overlap so much that their true boxes have an IoU of 0.6, and the network says both perfectly.
# With threshold 0.5, suppression…
#
# - a) keeps both: they are true.
# - b) joins them into one box around both.
# - c) drops the less sure one: a hit is lost.
# - d) only compares them if they are of different classes.
#
# **q9.** You raise the score threshold from 0.25 to 0.9. What do you expect?
#
# - a) Precision and recall rise.
# - b) Recall rises and precision falls.
# - c) Neither changes: AP looks at all thresholds already.
# - d) Recall cannot rise; precision usually does.
#
# **q10.** The AP of the red cells is 0.9 (805 in the test) and that of the platelets 0.3 (69). What is the mAP of the
# two classes?
#
# - a) 0.85, for there are many more red ones.
# - b) 0.6.
# - c) 0.3, that of the worst.
# - d) 0.9, that of the best.


# %% exercise="quiz_detector"
def quiz_detector():
    """Return your answers, a dict with one letter for each question: {"q1": "a", "q2": ...} up to "q10"."""
    ### BEGIN SOLUTION
    return {
        "q1": "b", "q2": "d", "q3": "a", "q4": "c", "q5": "b",
        "q6": "d", "q7": "a", "q8": "c", "q9": "d", "q10": "b",
    }  # fmt: skip
    ### END SOLUTION


# %% test="quiz_detector" points=10
check(quiz_detector)

# %% [markdown] lang="es"
# ## D.12 Un experimento tuyo
#
# **30 minutos. Lo corrige una persona.** Hazle al detector una pregunta cuya respuesta no sepas. ¿Qué pasa con una sola
# ancla, o con seis? ¿Si la rejilla es más fina? ¿Con la mitad de escenas? ¿Si en las escenas de prueba hay el doble de
# cosas? ¿Si `empty` pesa 5?
#
# Debajo tienes un ejemplo que compara tres anclas con una. Lee los números: el eje de la figura no empieza en cero. ¿Te
# lo esperabas? ¿Por qué puede ser? ¿Saldría lo mismo con más pasos, o con las células, que miden tan distinto? Cambia esa
# celda por tu experimento; puedes añadir todas las celdas que quieras.

# %% [markdown] lang="en"
# ## D.12 An experiment of your own
#
# **30 minutes. Marked by a person.** Ask the detector a question whose answer you do not know. What happens with a
# single anchor, or with six? If the grid is finer? With half as many scenes? If the test scenes have twice as many
# things? If `empty` weighs 5?
#
# Below is an example that compares three anchors with one. Read the numbers: the axis of the figure does not begin at
# zero. Did you expect it? Why might it be? Would it be the same with more steps, or with the cells, whose sizes differ so
# much? Change that cell into your experiment; you may add as many cells as you like.

# %%
def trained_map(anchors, seed, steps=150):
    """Train a new detector with these anchors, and return its mAP on the test scenes."""
    torch.manual_seed(seed)
    net = Detector(num_anchors=len(anchors), num_classes=3)
    targets = make_targets(scenes.boxes_train, scenes.y_train, anchors, 8, 8, 8)
    train_detector(net, scenes.x_train, targets, steps=steps, batch_size=16, lr=0.005)
    return mean_average_precision(find(net, scenes.x_test, anchors, threshold=0.05), scenes)


results = {label("tres anclas", "three anchors"): [], label("un ancla", "one anchor"): []}
for seed in range(3):
    for values, count in zip(results.values(), (3, 1), strict=True):
        values.append(trained_map(kmeans_anchors(sizes, sizes[:count]), seed))
for name, values in results.items():
    print(name, " ".join(f"{value:.2f}" for value in values))
plot_scores(results, label("mAP en escenas nuevas", "mAP on new scenes"))

# %% [markdown] answer="experiment_detector" points=3
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
# antes, con su motivo; una predicción equivocada vale lo mismo. *1 punto*: comparación limpia: cambia una sola cosa,
# tres semillas o más, mAP (u otra medida definida) en escenas nuevas, figura o tabla con ejes y nombres. *1 punto*: la
# conclusión sale de los números y se compara con la variación entre semillas; dice al menos un límite (pasos fijos, un
# solo `lr`, escenas que no se parecen a fotos…).
#
# *Ejemplo de tres puntos.* Pregunta: ¿ayudan las anclas? Esperaba que tres ganaran a una, porque cada una parte de un
# tamaño más parecido. Cambié solo las anclas; tres semillas, 150 pasos. mAP: 0.92 con tres (de 0.90 a 0.94) y 0.96 con
# una (de 0.95 a 0.97). La predicción falló: la peor semilla de un ancla gana a la mejor de tres. Creo que es porque
# aquí todos los tamaños se parecen, un ancla ya basta, y con tres la red tiene además que aprender a cuál le toca. No
# demuestra que sobren en general: con células, que miden de 8 a 60 píxeles, o con más pasos, puede salir otra cosa.
#
# **Marking guide** (3 points). *1 point*: a question that the experiment can answer and a prediction written
# beforehand, with its reason; a wrong prediction is worth as much. *1 point*: a clean comparison: one thing changes,
# three seeds or more, mAP (or another measure that is defined) on new scenes, a figure or table with axes and names. *1
# point*: the conclusion follows from the numbers and is held against the variation between seeds; at least one limit is
# named (fixed steps, a single `lr`, scenes that are not like photographs…).
#
# *An example worth three points.* Question: do anchors help? I expected three to beat one, for each starts from a more
# similar size. I changed only the anchors; three seeds, 150 steps. mAP: 0.92 with three (0.90 to 0.94) and 0.96 with
# one (0.95 to 0.97). The prediction failed: the worst seed of one anchor beats the best of three. I think it is because
# all sizes are alike here, one anchor is enough, and with three the network has to learn besides whose turn it is. It
# does not prove that they are superfluous in general: with cells, which measure from 8 to 60 pixels, or with more
# steps, another thing may come out.
# ### END SOLUTION

# %% [markdown] lang="es"
# ## D.13 Reflexión
#
# **10 minutos. Lo corrige una persona.** Un hospital quiere usar tu detector para contar plaquetas: un recuento bajo
# avisa de un peligro.

# %% [markdown] lang="en"
# ## D.13 Reflection
#
# **10 minutes. Marked by a person.** A hospital wants to use your detector to count platelets: a low count warns of a
# danger.

# %% [markdown] answer="reflection_detector" points=2
# **Contar plaquetas · Counting platelets**
#
# La mAP, ¿dice si el recuento es de fiar? ¿Qué medirías en su lugar, con qué imágenes, y qué umbral de puntuación
# elegirías? · Does the mAP tell whether the count can be trusted? What would you measure instead, on which pictures,
# and which score threshold would you choose?
#
# ### BEGIN SOLUTION
# **Guía de corrección** (2 puntos). *1 punto*: dice que no, con su motivo: la mAP promedia clases y umbrales, y el
# recuento usa una clase y un umbral; un fallo y una falsa alarma se compensan en el recuento y no en la AP, o al revés,
# una caja algo desviada cuenta como fallo y el recuento estaba bien. *1 punto*: propone medir el error del recuento por
# imagen (sesgo y dispersión), con imágenes de pacientes y microscopios que no están en el entrenamiento y con recuentos
# bajos, y elige el umbral con un conjunto de validación según lo que cuesta cada error: no ver un recuento bajo es peor
# que repetir una prueba.
#
# **Marking guide** (2 points). *1 point*: says no, with its reason: the mAP averages over classes and thresholds, and
# the count uses one class and one threshold; a miss and a false alarm cancel out in the count and not in the AP, or the
# other way round, a box that is somewhat off counts as a miss though the count was right. *1 point*: proposes to
# measure the error of the count by picture (bias and spread), on pictures of patients and microscopes that are not in
# training and with low counts, and chooses the threshold on a validation set by what each error costs: overlooking a
# low count is worse than repeating a test.
# ### END SOLUTION

# %% [markdown] lang="es"
# # Qué leer ahora
#
# - Redmon, Divvala, Girshick y Farhadi, [You Only Look Once](https://arxiv.org/abs/1506.02640) (2016): la rejilla y la
#   pérdida. Compara su ecuación 3 con tu `detection_loss`: ¿qué hacen ellos con la raíz cuadrada?
# - Redmon y Farhadi, [YOLO9000](https://arxiv.org/abs/1612.08242) (2017): las anclas por k-means y los cuatro números.
# - Lin y sus colegas, [Focal Loss](https://arxiv.org/abs/1708.02002) (2017): otra manera de que lo vacío no ahogue lo
#   demás.
# - Carion y sus colegas, [DETR](https://arxiv.org/abs/2005.12872) (2020): sin rejilla, sin anclas y sin supresión. Usa
#   atención; vuelve a él después de la unidad 5.

# %% [markdown] lang="en"
# # What to read now
#
# - Redmon, Divvala, Girshick and Farhadi, [You Only Look Once](https://arxiv.org/abs/1506.02640) (2016): the grid and
#   the loss. Compare their equation 3 with your `detection_loss`: what do they do with the square root?
# - Redmon and Farhadi, [YOLO9000](https://arxiv.org/abs/1612.08242) (2017): anchors by k-means, and the four numbers.
# - Lin and colleagues, [Focal Loss](https://arxiv.org/abs/1708.02002) (2017): another way to keep emptiness from
#   drowning the rest.
# - Carion and colleagues, [DETR](https://arxiv.org/abs/2005.12872) (2020): no grid, no anchors and no suppression. It
#   uses attention; come back to it after unit 5.
