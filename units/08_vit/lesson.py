# %% [markdown] lang="es"
# # Ver con atención: ViT y fusión
#
# Un Transformer lee frases. Una foto no es una frase: no tiene palabras, ni orden de lectura, y mide cincuenta mil
# píxeles. **¿Puede ver una red que nació para leer, y puede leer y ver a la vez?**

# %% [markdown] lang="en"
# # Seeing with attention: ViT and fusion
#
# A Transformer reads sentences. A photograph is not a sentence: it has no words and no reading order, and it holds
# fifty thousand pixels. **Can a network born to read learn to see, and can it do both at once?**

# %%
import math

import numpy as np
import torch
from torch import nn
from torch.nn.functional import conv2d, cosine_similarity, cross_entropy, interpolate

from atiende import label, plots, widgets
from atiende.data import load_digits, make_captions, make_moved_digits, make_questions
from atiende.models.cnn import CNN
from atiende.models.fusion import (
    BimodalGMU,
    ConcatFusion,
    CrossReader,
    Fused,
    MultimodalGMU,
    SumFusion,
)
from atiende.models.vit import ViT, ViTConfig, attention_maps, attention_rollout, patchify, unpatchify
from atiende.training import accuracy, evaluate, train

# %% [markdown] lang="es"
# ## Primero, un fracaso
#
# La idea más sencilla: que cada píxel sea una palabra. La atención compara cada palabra con todas; con $N$ palabras, su
# tabla tiene $N^2$ números **por cabeza y por capa**. Hagamos la cuenta para una imagen de lado 32, 96, 224…

# %% [markdown] lang="en"
# ## First, a failure
#
# The simplest idea: make each pixel a word. Attention compares every word with every other; with $N$ words, its table
# has $N^2$ numbers **for each head and each layer**. Let us work it out for a picture of side 32, 96, 224…

# %%
sides = [32, 96, 224, 512]
tokens = {label("cada píxel", "each pixel"): [side**2 for side in sides],
          label("parches de 16", "patches of 16"): [(side // 16) ** 2 for side in sides]}  # fmt: skip
plots.plot_table_size(sides, tokens)

# %% [markdown] lang="es"
# Con 224 píxeles de lado, la tabla tiene dos mil quinientos millones de números: a 4 bytes cada uno, 10 GB para **una**
# cabeza de **una** capa. El modelo base del artículo tiene 12 cabezas y 12 capas: $144 \cdot 10 = 1440$ GB que guardar
# para entrenar. No caben; y si no se guardan, hay que calcularlas igual. La línea de abajo sí cabe: son las mismas
# imágenes leídas a trozos. De ahí el título del artículo de Dosovitskiy y otros
# ([2021](https://arxiv.org/abs/2010.11929)): *una imagen vale 16 × 16 palabras*. Ojo: 16 × 16 es lo que mide en píxeles
# **una** palabra; con 224 de lado hay $14 \cdot 14 = 196$.
#
# **Al terminar sabrás**
# - convertir una imagen en una frase de parches, a mano y con una convolución;
# - decir qué hacen el testigo de clase y las posiciones, y demostrarlo barajando;
# - medir lo que una CNN trae puesto y un ViT tiene que aprender;
# - leer mapas de atención sin hacerles decir más de lo que dicen;
# - unir una imagen y un texto, con puertas y con atención cruzada, y ver a cuál cree el modelo.
#
# **Necesitas** las unidades de la 2 a la 5, y de la 6, qué es `[CLS]`. **Tiempo:** 150 minutos.

# %% [markdown] lang="en"
# With 224 pixels a side, the table has two and a half billion numbers: at 4 bytes each, 10 GB for **one** head of
# **one** layer. The base model of the paper has 12 heads and 12 layers: $144 \cdot 10 = 1440$ GB to keep while
# training. It does not fit; and if the tables are not kept, they still have to be computed. The lower line does fit:
# the same pictures, read in pieces. Hence the title of the paper by Dosovitskiy and others
# ([2021](https://arxiv.org/abs/2010.11929)): *an image is worth 16 × 16 words*. Mind: 16 × 16 is the size in pixels of
# **one** word; with a side of 224 there are $14 \cdot 14 = 196$.
#
# **By the end you will be able to**
# - turn a picture into a sentence of patches, by hand and with a convolution;
# - say what the class token and the positions do, and prove it by shuffling;
# - measure what a CNN has built in and a ViT has to learn;
# - read attention maps without making them say more than they do;
# - join a picture and a text, by gates and by cross-attention, and see which of them the model believes.
#
# **You need** units 2 to 5, and from unit 6, what `[CLS]` is. **Time:** 150 minutes.

# %% [markdown] lang="es"
# # Parte A · Ver
#
# ## 1. Cortar
#
# Un **parche** (*patch*) es un cuadrado de $P \times P$ píxeles. Se ponen en fila como se lee: de izquierda a derecha y
# de arriba abajo. Con $H \times W$ píxeles salen $N = (H/P)(W/P)$ parches, y si hay $C$ canales cada uno tiene $P^2 C$
# números, en el orden (fila, columna, canal). Un lote de $B$ imágenes `(B, C, H, W)` pasa a ser `(B, N, P²C)`: frases
# de $N$ palabras.
#
# A mano, con una imagen de 4 × 4 y $P = 2$: $N = 2 \cdot 2 = 4$ parches de $4$ números.

# %% [markdown] lang="en"
# # Part A · Seeing
#
# ## 1. Cutting
#
# A **patch** is a square of $P \times P$ pixels. They are laid out in reading order: from left to right and from top to
# bottom. With $H \times W$ pixels there are $N = (H/P)(W/P)$ patches, and if there are $C$ channels each holds $P^2 C$
# numbers, in the order (row, column, channel). A batch of $B$ pictures `(B, C, H, W)` becomes `(B, N, P²C)`: sentences
# of $N$ words.
#
# By hand, with a 4 × 4 picture and $P = 2$: $N = 2 \cdot 2 = 4$ patches of $4$ numbers.

# %%
small = torch.arange(16.0).reshape(1, 1, 4, 4)  # (B, C, H, W)
print(small[0, 0].int().numpy())
print(patchify(small, 2)[0].int().numpy())  # (N, P * P * C): one patch per row

# %%
canvas = make_questions(1, seed=4).pictures[0]  # (16, 16), four digits
plots.plot_patches(canvas, 4)

# %% [markdown] lang="es"
# Cuanto más pequeño el parche, más detalle y más palabras. Mueve el mando: con la mitad de lado, la tabla de la
# atención es unas 16 veces mayor.

# %% [markdown] lang="en"
# The smaller the patch, the more detail and the more words. Move the slider: with half the side, the attention table is
# some 16 times larger.

# %%
widgets.explore_patches(canvas)

# %% [markdown] lang="es"
# ## 2. De parche a vector: una convolución disfrazada
#
# A cada palabra, una tabla le daba su vector. A un parche se lo da una **capa lineal**, la misma para todos:
# $x_n = E\,p_n + b$, donde $p_n$ son los $P^2 C$ números del parche $n$, $E$ una tabla de $D \times P^2 C$ pesos y $b$
# un sesgo de $D$ números. Que la capa sea la misma en todas partes es justo lo que hace una convolución: un filtro de
# $P \times P$ que avanza $P$ píxeles cada vez, sin pisarse.
#
# A mano, con la imagen de 4 × 4 de la sección 1 y un solo rasgo ($D = 1$) que suma la diagonal del parche, es decir,
# con pesos $(1, 0, 0, 1)$: el primer parche es $0, 1, 4, 5$ y da $0 + 5 = 5$. Los demás, $2 + 7 = 9$, $8 + 13 = 21$ y
# $10 + 15 = 25$. Con color, la convolución espera los números en otro orden: lo harás en la tarea.

# %% [markdown] lang="en"
# ## 2. From patch to vector: a convolution in disguise
#
# Words got their vectors from a table. A patch gets its own from a **linear layer**, the same for every patch:
# $x_n = E\,p_n + b$, where $p_n$ are the $P^2 C$ numbers of patch $n$, $E$ a table of $D \times P^2 C$ weights, and $b$
# a bias of $D$ numbers. Using the same layer everywhere is just what a convolution does: a $P \times P$ filter that
# moves $P$ pixels at a time, so that it never overlaps itself.
#
# By hand, with the 4 × 4 picture of section 1 and a single feature ($D = 1$) that adds up the diagonal of the patch,
# that is, with weights $(1, 0, 0, 1)$: the first patch is $0, 1, 4, 5$ and gives $0 + 5 = 5$. The others, $2 + 7 = 9$,
# $8 + 13 = 21$ and $10 + 15 = 25$. With colour, the convolution expects the numbers in another order: you will do it in
# the assignment.

# %%
diagonal = torch.tensor([1.0, 0.0, 0.0, 1.0])
print((patchify(small, 2) @ diagonal)[0].tolist())  # (N,), a linear layer on each patch
print(conv2d(small, diagonal.reshape(1, 1, 2, 2), stride=2)[0, 0].tolist())  # (2, 2)

# %% [markdown] lang="es"
# ## 3. El modelo
#
# Lo demás ya lo conoces. Delante de los parches va un vector aprendido, el **testigo de clase** (*class token*), que
# no sale de ningún píxel: escucha a los demás, y de él se lee la respuesta; en el dibujo es CLS. A todos se les suma su
# **posición**, aprendida. Después, $L$ bloques del codificador de la unidad 5, con la norma antes de cada rama (*pre*)
# y tres cambios: no hay máscara, porque todas las imágenes tienen los mismos parches y no hay relleno que esconder; la
# red de dos capas usa **GELU**, la ReLU de esquina redondeada de las unidades 1 y 7; y no lleva dropout. Al final, como
# siempre en *pre*, una norma más.

# %% [markdown] lang="en"
# ## 3. The model
#
# You know the rest. In front of the patches goes a learned vector, the **class token** (CLS in the drawing), which
# comes from no pixel: it listens to the others, and the answer is read from it. Each vector gets a learned **position**
# added to it. Then, $L$ blocks of the encoder of unit 5, with the norm before each branch (*pre*) and three changes:
# there is no mask, for all pictures have the same patches and there is no padding to hide; the feed-forward net uses
# **GELU**, the ReLU with a rounded corner of units 1 and 7; and there is no dropout. At the end, as always in *pre*,
# one more norm.

# %%
plots.plot_vit()

# %% [markdown] lang="es"
# Con formas: imagen `(B, C, H, W)` → parches `(B, N, P²C)` → vectores `(B, N, D)` → con el testigo `(B, N + 1, D)` → lo
# mismo tras cada bloque → el primero de cada fila `(B, D)` → puntuaciones `(B, 10)`.
#
# Los dígitos de 8 × 8, en parches de 2 × 2: frases de 16 palabras. El modelo es pequeño: $D = 32$, 4 cabezas, 2
# bloques. Recién nacido no sabe nada: su pérdida ha de ser $\ln 10 = 2.303$. La tasa baja como medio coseno, de
# $5 \cdot 10^{-3}$ a casi cero. Las posiciones nacen con desviación estándar 0.5 y no con el 0.02 del artículo, para
# que los sitios se distingan desde el principio: vamos a dar solo 300 pasos.

# %% [markdown] lang="en"
# In shapes: picture `(B, C, H, W)` → patches `(B, N, P²C)` → vectors `(B, N, D)` → with the token `(B, N + 1, D)` → the
# same after each block → the first of each row `(B, D)` → scores `(B, 10)`.
#
# The 8 × 8 digits, in 2 × 2 patches: sentences of 16 words. The model is small: $D = 32$, 4 heads, 2 blocks. Newborn it
# knows nothing: its loss should be $\ln 10 = 2.303$. The learning rate follows half a cosine, from $5 \cdot 10^{-3}$ to
# almost zero. The positions start with standard deviation 0.5 and not with the paper's 0.02, so that places differ from
# the beginning: we are going to take 300 steps only.

# %%
digits = load_digits()
mean, std = digits.x_train.mean(), digits.x_train.std()
x, x_new = (torch.tensor((part - mean) / std) for part in (digits.x_train, digits.x_test))
# (K, 8, 8): the model adds the axis of the channel
y, y_new = torch.tensor(digits.y_train), torch.tensor(digits.y_test)


def fit(model, x, y, steps=300, lr=5e-3):
    """Train with a rate that falls as half a cosine."""
    def rate(step):
        return lr * (1 + math.cos(math.pi * (step - 1) / steps)) / 2

    return train(model, x, y, lr=rate, steps=steps)


def vit(seed=0, **changes):
    torch.manual_seed(seed)
    return ViT(ViTConfig(**{"d_model": 32, "d_ff": 64, "position_std": 0.5} | changes))


model = vit()
weights, loss = sum(p.numel() for p in model.parameters()), cross_entropy(model(x[:200]), y[:200])
print(label(f"pesos: {weights}; primera pérdida: {loss:.2f}",
            f"weights: {weights}; first loss: {loss:.2f}"))  # fmt: skip
history = fit(model, x, y)
share = evaluate(model, x_new, y_new, measure=accuracy)
print(label(f"acierto en dígitos nuevos: {share:.1%}", f"accuracy on new digits: {share:.1%}"))

# %% [markdown] lang="es"
# Ve. En unos segundos, y sin más convolución que el cuchillo que corta los parches.
#
# ## 4. ¿Para qué sirven las posiciones? Barajar
#
# La atención trata los parches como un conjunto. Si las posiciones importan, barajar los parches de una imagen debería
# estropearlo todo. ¿Y si la red no tiene posiciones?

# %% [markdown] lang="en"
# It sees. In a few seconds, and with no convolution but the knife that cuts the patches.
#
# ## 4. What are positions for? Shuffling
#
# Attention treats the patches as a set. If positions matter, shuffling the patches of a picture should spoil
# everything. And if the network has no positions?

# %%
widgets.predict("vit.shuffle")

# %%
turn = torch.randperm(16, generator=torch.Generator().manual_seed(3))
shuffled = unpatchify(patchify(x_new[:, None], 2)[:, turn], 1, 8, 8)[:, 0]
shown = torch.cat([x_new[:4], shuffled[:4]]) * std + mean
plots.plot_pairs(shown, [str(int(n)) for n in y_new[:4]] * 2, rows=2,
                 about=label("Cuatro dígitos, y los mismos con los parches barajados.",
                             "Four digits, and the same with their patches shuffled."))  # fmt: skip
bag = vit(positions="none")
fit(bag, x, y)
pictures = {label("tal cual", "as it is"): x_new, label("barajada", "shuffled"): shuffled}
nets = {label("con posiciones", "with positions"): model,
        label("sin posiciones", "without positions"): bag}  # fmt: skip
bars = {name: {kind: evaluate(net, z, y_new, measure=accuracy) for kind, z in pictures.items()}
        for name, net in nets.items()}  # fmt: skip
plots.plot_bars(bars, label("acierto en dígitos nuevos", "accuracy on new digits"))

# %% [markdown] lang="es"
# Las dos barras de la derecha son **idénticas**: sin posiciones la imagen es una bolsa de parches. Aun así acierta
# mucho más que uno de cada diez, porque qué trazos hay ya dice mucho. Con parches de 4 × 4, cada uno es un cuarto de
# dígito y la bolsa casi basta: medimos un 96 % (pruébalo: `vit(patch_size=4, positions="none")`). Cuanto más grande la
# palabra, menos importa el orden.
#
# ## 5. ¿Qué aprenden las posiciones?
#
# En el artículo, las posiciones nacen al azar y acaban pareciéndose a las de su fila y su columna: **la red descubre
# que la imagen tiene dos dimensiones**. ¿Pasa aquí? Comparemos con el coseno la posición de cada sitio con la de los
# demás. Para que la cercanía importe, los dígitos caen en cualquier sitio de un lienzo de 12 × 12, con 36 parches; y
# para que no la tape el azar del principio, las posiciones nacen pequeñas, con 0.02.

# %% [markdown] lang="en"
# The two bars on the right are **identical**: without positions the picture is a bag of patches. Even so it gets far
# more than one in ten right, because knowing which strokes are there already says a lot. With 4 × 4 patches, each is a
# quarter of a digit and the bag is almost enough: we measured 96% (try it: `vit(patch_size=4, positions="none")`). The
# larger the word, the less the order matters.
#
# ## 5. What do positions learn?
#
# In the paper, positions start at random and end up resembling those of their row and column: **the network discovers
# that the picture has two dimensions**. Does it happen here? Let us compare each place's position with all the others,
# by cosine. To make nearness matter, the digits may fall anywhere on a 12 × 12 canvas, with 36 patches; and so that
# their random start does not hide it, positions start small, with 0.02.

# %%
moved = make_moved_digits(2000, 500, side=12)
m, s = moved.x_train.mean(), moved.x_train.std()
x_moved, x_moved_new = (torch.tensor((part - m) / s) for part in (moved.x_train, moved.x_test))
wanderer = vit(image_size=(12, 12), position_std=0.02)
born = wanderer.positions.detach()[0, 1:].clone()  # (36, D)
fit(wanderer, x_moved, moved.y_train, steps=400)
share = evaluate(wanderer, x_moved_new, moved.y_test, measure=accuracy)
learned = wanderer.positions.detach()[0, 1:]
learned = learned - learned.mean(dim=0)  # what they all share says nothing of the place
tables = {label("al nacer", "at birth"): born, label("tras 400 pasos", "after 400 steps"): learned}
plots.plot_likeness_maps(tables, (6, 6))
down_across = torch.cartesian_prod(torch.arange(6.0), torch.arange(6.0))
steps_apart = torch.cdist(down_across, down_across, p=1)
cosines = cosine_similarity(learned[:, None], learned[None], dim=-1)
by_steps = {n: round(cosines[steps_apart == n].mean().item(), 2) for n in range(1, 6)}
print(label(f"coseno medio según los pasos de distancia: {by_steps}",
            f"mean cosine by steps apart: {by_steps}"))  # fmt: skip
print(label(f"acierto en dígitos nuevos: {share:.1%}", f"accuracy on new digits: {share:.1%}"))

# %%
widgets.explore_likeness(learned, (6, 6))

# %% [markdown] lang="es"
# Al nacer, ruido: cada sitio solo se parece a sí mismo. Después asoma la vecindad, **de media**: a un paso el parecido
# es claro, a dos menor, y desde tres, nulo o negativo. En el centro del lienzo se ve sitio a sitio; en las esquinas,
# casi siempre vacías, no. **Nadie le dijo qué parche está junto a cuál**: solo ha visto dígitos y sus nombres. Y eso
# que la red va a medias: aún falla la mitad.
#
# Tres avisos, medidos aparte. Con más pasos el mapa sigue ahí (con 1600, 0.47 a un paso y 0.22 a dos). Si las
# posiciones nacen con 0.5, no se ve. Y con los dígitos centrados de antes tampoco sale,
# aunque nazcan con 0.02: a un paso el coseno es negativo.
#
# ## 6. Lo que la CNN trae puesto
#
# Una CNN nace sabiendo dos cosas: que un píxel tiene que ver con sus vecinos y que un trazo es el mismo aquí y allá. Se
# llama **sesgo inductivo** (*inductive bias*). El ViT tiene que aprender las dos. ¿Cuánto cuesta?

# %% [markdown] lang="en"
# At birth, noise: each place is like no other. After training the neighbourhood shows, **on average**: one step away
# the likeness is clear, two steps away it is weaker, and from three on, none or negative. In the middle of the canvas
# it shows place by place; in the corners, almost always empty, it does not. **Nobody told it which patch is next to
# which**: it has only seen digits and their names. And the network is only
# half-way: it still gets half of them wrong.
#
# Three warnings, measured apart. With more steps the map is still there (with 1600, 0.47 one step away and 0.22 two
# steps away). If the positions start with 0.5, it does not show. And with the
# centred digits of before it does not come out either, even starting with 0.02: one step away the cosine is negative.
#
# ## 6. What the CNN has built in
#
# A CNN is born knowing two things: that a pixel is tied to its neighbours, and that a stroke is the same here and
# there. It is called **inductive bias**. The ViT has to learn both. What does it cost?

# %%
widgets.predict("vit.few")

# %%
counts, shares, vits = [100, 400, 1347], {}, []
for name, make, lr in (("ViT", vit, 5e-3), (label("CNN (unidad 2)", "CNN (unit 2)"), CNN, 1e-2)):
    shares[name] = []
    for count in counts:
        shares[name].append([])
        for seed in range(3):
            torch.manual_seed(seed)
            net = vit(seed) if make is vit else CNN()
            rows = torch.randperm(len(y))[:count]
            fit(net, x[rows], y[rows], steps=200, lr=lr)
            shares[name][-1].append(evaluate(net, x_new, y_new, measure=accuracy))
            if make is vit and count == len(y):
                vits.append(net)  # for section 7
plots.plot_by_count(counts, shares, label("dígitos para aprender", "digits to learn from"))
for count, of_vit, of_cnn in zip(counts, *shares.values(), strict=True):
    gap, times = np.mean(of_cnn) - np.mean(of_vit), (1 - np.mean(of_vit)) / (1 - np.mean(of_cnn))
    print(label(f"{count}: la CNN acierta {100 * gap:.0f} puntos más; fallos del ViT entre los suyos: {times:.1f}",
                f"{count}: the CNN gets {100 * gap:.0f} points more right; misses of the ViT over its own: {times:.1f}"))

# %% [markdown] lang="es"
# Y si los dígitos se mueven por el lienzo, como en la sección 5. Parches de 3 × 3, que son menos, y pasos de sobra: los
# dos llegan a acertar casi todos los dígitos **con los que aprenden**.

# %% [markdown] lang="en"
# And if the digits move about the canvas, as in section 5. Patches of 3 × 3, which are fewer, and steps to spare: both
# end up getting almost all of the digits **that they learn from** right.

# %%
roamer = vit(image_size=(12, 12), patch_size=3)
fit(roamer, x_moved, moved.y_train, steps=800)
torch.manual_seed(0)
net = CNN()
fit(net, x_moved, moved.y_train, steps=400, lr=1e-2)
parts = {label("con los que aprende", "that it learns from"): (x_moved, moved.y_train),
         label("nuevos", "new ones"): (x_moved_new, moved.y_test)}  # fmt: skip
rivals = {"ViT": roamer, "CNN": net}
bars = {part: {name: evaluate(rival, *data, measure=accuracy) for name, rival in rivals.items()}
        for part, data in parts.items()}  # fmt: skip
plots.plot_bars(bars, label("acierto en dígitos que se mueven", "accuracy on digits that move"))

# %% [markdown] lang="es"
# Gana la CNN. En puntos, la distancia se acorta al haber más datos; en fallos, no: la CNN ya casi no falla, y cada vez
# el ViT falla más veces que ella. Estos tres puntos no dicen quién ganaría con muchos más. El artículo sí lo midió: con
# un millón de fotos gana la CNN; con trescientos millones, el ViT.
#
# Cuando los dígitos se mueven se ve dónde está la diferencia. Los dos se saben los suyos; con los nuevos, el ViT falla
# uno de cada cuatro. La CNN no necesita volver a aprender el 3 en cada sitio, y el ViT sí. Lo que trae puesto ayuda
# **mientras sea verdad y falten datos**.
#
# **La letra pequeña**: imágenes diminutas, una tasa para cada red, tres semillas arriba y una en los dígitos que se
# mueven. Los pesos son parecidos: 18218 y 15034. Aumentar los datos es la manera barata de ayudar al ViT: mover los
# dígitos le enseña lo que la CNN trae puesto; girarlos o recortarlos enseña a las dos algo que no sabe ninguna.
# Pruébalo en tu experimento.
#
# ## 7. ¿A qué mira?
#
# Todo lo que se lee acaba en el testigo de clase. La atención de la última capa no dice de qué píxeles viene, porque
# cada vector llega allí con los demás mezclados. El **despliegue de la atención** (*attention rollout*) sigue la mezcla
# desde la primera capa. En cada una promedia las cabezas, $A_l$; supone que la mitad de cada vector sigue de largo por
# la corriente residual, $\bar A_l = \tfrac{1}{2} A_l + \tfrac{1}{2} I$; y multiplica las tablas, con la primera a la
# derecha: $\bar A_L \cdots \bar A_1$.
#
# A mano: si en una capa el testigo mira $0.8$ a un parche y $0.2$ a sí mismo, cuenta $0.4$ para el parche y
# $0.1 + 0.5 = 0.6$ para él.

# %% [markdown] lang="en"
# The CNN wins. In points, the gap narrows as the data grow; in misses, it does not: the CNN hardly misses any more, and
# the misses of the ViT are a growing multiple of its own. These three points do not say who would win with many more.
# The paper did measure it: with a million photographs the CNN wins; with three hundred million, the ViT.
#
# When the digits move, the difference shows. Both networks know the digits that they learned from; of the new ones, the
# ViT misses one in four. The CNN need not learn the digit 3 afresh in every place, and the ViT has to. What is built in
# helps **as long as it is true and data are scarce**.
#
# **The small print**: tiny pictures, one rate for each network, three seeds above and one for the digits that move. The
# weights are about as many: 18218 and 15034. Augmenting the data is the cheap way of helping the ViT: moving the digits
# teaches it what the CNN has built in; turning or cropping them teaches both something that neither knows. Try it in
# your experiment.
#
# ## 7. What does it look at?
#
# Everything read ends up in the class token. The attention of the last layer does not say which pixels it comes from,
# for each vector arrives there with the others mixed in. **Attention rollout** follows the mixture from the first layer
# up. In each one it averages the heads, $A_l$; assumes that half of each vector travels straight along the residual
# stream, $\bar A_l = \tfrac{1}{2} A_l + \tfrac{1}{2} I$; and multiplies the tables, with the first on the right:
# $\bar A_L \cdots \bar A_1$.
#
# By hand: if in one layer the token looks $0.8$ at a patch and $0.2$ at itself, that counts $0.4$ for the patch and
# $0.1 + 0.5 = 0.6$ for it.

# %%
maps = attention_maps(model, x_new)  # (L, B, heads, N + 1, N + 1)
reached = attention_rollout(maps)[:, 0, 1:]  # (B, N): what reaches the class token from each patch
last = maps[-1].mean(dim=1)[:, 0, 1:]  # (B, N): the last layer alone
chosen = [int(np.flatnonzero(digits.y_test == n)[0]) for n in (0, 1, 2, 4, 7, 8)]
looks = {label("última capa", "last layer"): last[chosen],
         label("despliegue", "rollout"): reached[chosen]}  # fmt: skip
plots.plot_looked_at(digits.x_test[chosen], looks, (4, 4), [str(digits.y_test[n]) for n in chosen])

# %%
widgets.explore_rollout(digits.x_test[chosen[0]], maps[:, chosen[0]], (4, 4))

# %% [markdown] lang="es"
# Bonito. ¿Y cierto? Un mapa es una **hipótesis**, y esta se puede probar: si los parches claros son los que importan,
# borrarlos (pintarlos de fondo) tiene que hacer más daño que borrar otros. Comparemos, en las tres redes de la sección
# 6 que aprendieron de todos los dígitos, con otras maneras de elegir: los que el mapa dice que menos cuentan, los de
# más tinta, y al azar **entre los que tienen tinta**. Esto último es lo justo: uno de cada cuatro parches ya está
# vacío, y borrarlo no cambia la imagen.

# %% [markdown] lang="en"
# Pretty. But is it true? A map is a **hypothesis**, and this one can be tested: if the bright patches are the ones that
# matter, wiping them out (painting them as background) has to hurt more than wiping out others. Let us compare, in the
# three networks of section 6 that learned from all the digits, with other ways of choosing: those that the map says
# count least, those with the most ink, and at random **among those with ink**. This last one is the fair rival: one
# patch in four is empty already, and wiping it out does not change the picture.

# %%
widgets.predict("vit.erase")

# %%
patches = patchify(x_new[:, None], 2)  # (B, N, 4)
ink = (patches - x_new.min()).sum(dim=-1)  # (B, N)
print(label("parches vacíos:", "empty patches:"), f"{(ink == 0).float().mean():.0%}")
names = label("más claros (mapa)|más oscuros (mapa)|al azar, con tinta|más tinta",
              "brightest (map)|darkest (map)|at random, with ink|most ink").split("|")  # fmt: skip
erased = [0, 2, 4, 6]
hurt, gone = {name: [[] for _ in erased] for name in names}, {}
for seed, net in enumerate(vits):
    reached = attention_rollout(attention_maps(net, x_new))[:, 0, 1:]
    chance = torch.rand(len(x_new), 16, generator=torch.Generator().manual_seed(seed)) + (ink > 0)
    for name, score in zip(names, (reached, -reached, chance, ink), strict=True):
        for shares, count in zip(hurt[name], erased, strict=True):
            rows = score.topk(count, dim=1).indices
            blank = patches.clone()
            blank[torch.arange(len(blank))[:, None], rows] = x_new.min()
            shares.append(evaluate(net, unpatchify(blank, 1, 8, 8)[:, 0], y_new, measure=accuracy))
            share = ink.gather(1, rows).sum(dim=1) / ink.sum(dim=1)  # (B,): of the ink of each picture
            gone.setdefault((name, count), []).append(share.mean().item())
plots.plot_by_count(erased, hurt, label("parches borrados", "patches wiped out"))
for name in (names[0], names[3]):
    by_count = {count: f"{np.mean(gone[name, count]):.0%}" for count in erased[1:]}
    print(label("tinta que se va,", "ink that goes,"), name, by_count)

# %% [markdown] lang="es"
# El mapa no miente: borrar lo claro hace bastante más daño que borrar al azar entre lo que tiene tinta, y borrar lo
# oscuro, poco. Pero elegir por la tinta, **sin mirar la red**, hace tanto daño o más. El mapa no es la tinta: lo
# que señala lleva bastante menos. Lo que esta figura prueba es que **no le gana a una regla que no ha visto la red**;
# dice por dónde pasa la mezcla, y con eso no basta para decir por qué decide. Hay modelos grandes que usan los parches
# vacíos como sitio donde apuntar cosas (Darcet y otros, 2024): también por eso un parche claro puede no ser un trazo.
# Quien enseñe un mapa de atención como explicación debería enseñar también esta figura.
#
# ## 8. Otra resolución
#
# Se suele entrenar con imágenes pequeñas y afinar con mayores. Hay más parches que posiciones: se **estiran**, como si
# la rejilla fuera una imagen de $D$ canales. El testigo de clase no está en la rejilla y no se toca. Nuestro ViT lo
# hace solo cuando le llega una imagen de otra rejilla. Agrandemos los dígitos a 12 × 12. De control va la red **sin**
# posiciones, que no tiene nada que estirar.

# %% [markdown] lang="en"
# The map is no lie: wiping out the bright patches hurts a good deal more than wiping out random ones among those with
# ink, and wiping out the dark ones, little. But choosing by ink, **without looking at the network**, hurts as much
# or more. The map is not the ink: what it
# points at holds a good deal less of it. What this figure proves is that it **does not beat a
# rule that has not seen the network**; it says which way the mixture flows, and that is not enough to say why the
# network decides. There are large models that use empty patches as a place to note things down (Darcet and others,
# 2024): for that reason too, a bright patch may be no stroke. Whoever shows an attention map as an explanation should
# show this figure too.
#
# ## 8. Another resolution
#
# It is common to train on small pictures and to fine-tune on larger ones. There are more patches than positions: they
# are **stretched**, as if the grid were a picture of $D$ channels. The class token is not on the grid and is not
# touched. Our ViT does it by itself when a picture of another grid arrives. Let us enlarge the digits to 12 × 12. As a
# control there is the network **without** positions, which has nothing to stretch.

# %%
def enlarged(pictures):
    return interpolate(pictures[:, None], size=(12, 12), mode="bilinear")[:, 0]  # 36 patches


larger = enlarged(x_new)
for name, net in nets.items():
    before, after = (evaluate(net, z, y_new, measure=accuracy) for z in (x_new, larger))
    print(label(f"{name}: de {before:.1%} a {after:.1%} al agrandar",
                f"{name}: from {before:.1%} to {after:.1%} by enlarging"))  # fmt: skip
tuned = vit()
tuned.load_state_dict(model.state_dict())
fit(tuned, enlarged(x), y, steps=60, lr=1e-3)  # the model stretches its positions by itself
afresh = vit(image_size=(12, 12))
fit(afresh, enlarged(x), y, steps=60)
tuned, scratch = (evaluate(net, larger, y_new, measure=accuracy) for net in (tuned, afresh))
print(label(f"60 pasos más: {tuned:.1%}; 60 pasos desde cero: {scratch:.1%}",
            f"60 more steps: {tuned:.1%}; 60 steps from scratch: {scratch:.1%}"))  # fmt: skip

# %% [markdown] lang="es"
# Agrandar no sale gratis, y el control dice que la culpa no es solo de estirar: la red sin posiciones también se hunde.
# Un parche de 2 × 2 guarda ahora un trozo de trazo más pequeño, que la red no ha visto nunca. Además, entre dos
# posiciones nacidas al azar, la de en medio puede no significar nada todavía. Pero lo demás que el modelo sabe sigue
# ahí, y unos pocos pasos lo ponen casi al día. Los mismos pasos desde cero, con una tasa cinco veces mayor, no llegan
# ni de lejos.

# %% [markdown] lang="en"
# Enlarging is not free, and the control says that stretching alone is not to blame: the network without positions sinks
# too. A 2 × 2 patch now holds a smaller piece of stroke, which the network has never seen. Besides, between two
# positions born at random the one in the middle may mean nothing yet. But the rest that the model knows is still there,
# and a few steps bring it almost back to where it was. The same steps from scratch, at a rate five times as high, come
# nowhere near.

# %% [markdown] lang="es"
# # Parte B · Ver y leer
#
# ## 9. ¿A cuál creer?
#
# Una foto y un pie de foto. En la mitad de las parejas la foto está clara y el texto **duda** y se equivoca; en la otra
# mitad el texto está seguro y la foto, borrosa, es de otro dígito. Nadie dice cuál es cuál. Hay que verlo en la foto y
# leerlo en el texto.

# %% [markdown] lang="en"
# # Part B · Seeing and reading
#
# ## 9. Which one to believe?
#
# A picture and a caption. In half of the pairs the picture is clear and the text is **unsure**, and wrong; in the other
# half the text is sure and the picture is blurred and shows another digit. Nobody says which is which. It has to be
# seen in the picture and read in the text.

# %%
pairs, new_pairs = make_captions(2000), make_captions(1000, test=True)
captions = [f"{text}\n→ {digit}" for text, digit in zip(pairs.captions[:6], pairs.y[:6], strict=True)]
plots.plot_pairs(pairs.pictures[:6], captions,
                 about=label("Seis parejas de foto y texto, y el dígito que se busca:",
                             "Six pairs of picture and text, and the right answer:"))  # fmt: skip

# %% [markdown] lang="es"
# Tres maneras de unir dos vectores, $v$ de la imagen (64 píxeles) y $t$ del texto (qué palabras hay). $[v; t]$ es uno a
# continuación del otro:
#
# - **concatenar**: $\tanh(W[v; t])$, una capa lineal sobre los dos seguidos;
# - **sumar**: $\tanh(W_v v) + \tanh(W_t t)$;
# - una **unidad multimodal con puerta** (*gated multimodal unit*), o GMU, de Arevalo y otros (2017): una puerta $z$
#   por rasgo, entre 0 y 1, que lee las **dos** entradas y decide cuánto toma de cada una; $\odot$ multiplica rasgo a rasgo:
#
# $$h_v = \tanh(W_v v), \quad h_t = \tanh(W_t t), \quad z = \sigma(W_z [v; t]), \quad h = z \odot h_v + (1 - z) \odot h_t$$
#
# Es prima de las puertas de la LSTM de la unidad 3, con otro oficio. A mano, un rasgo en que la imagen dice $0.8$, el
# texto $-0.6$ y a la puerta le salen $\ln 3 = 1.099$ puntos: $z = 3/4$, y
# $h = 0.75 \cdot 0.8 + 0.25 \cdot (-0.6) = 0.45$. Gana la imagen, sin callar del todo al texto.

# %% [markdown] lang="en"
# Three ways of joining two vectors, $v$ of the picture (64 pixels) and $t$ of the text (which words there are).
# $[v; t]$ is one after the other:
#
# - **concatenating**: $\tanh(W[v; t])$, one linear layer on the two, end to end;
# - **adding**: $\tanh(W_v v) + \tanh(W_t t)$;
# - a **gated multimodal unit** (GMU, by Arevalo and others, 2017): a gate $z$ for each feature, between 0 and 1, which
#   reads **both** inputs and decides how much to take from each; $\odot$ multiplies feature by feature:
#
# $$h_v = \tanh(W_v v), \quad h_t = \tanh(W_t t), \quad z = \sigma(W_z [v; t]), \quad h = z \odot h_v + (1 - z) \odot h_t$$
#
# It is a cousin of the gates of the LSTM of unit 3, doing another job. By hand, a feature in which the picture says
# $0.8$, the text $-0.6$, and the gate's score is $\ln 3 = 1.099$: $z = 3/4$, and
# $h = 0.75 \cdot 0.8 + 0.25 \cdot (-0.6) = 0.45$. The picture wins, without quite silencing the text.

# %%
z = torch.sigmoid(torch.tensor(3.0).log())
print(f"{z:.2f} {z * 0.8 + (1 - z) * -0.6:.2f}")
widgets.predict("vit.gates")

# %%
v, t = torch.tensor(pairs.pictures).flatten(1), torch.tensor(pairs.words)  # (N, 64) and (N, V)
v_new, t_new = torch.tensor(new_pairs.pictures).flatten(1), torch.tensor(new_pairs.words)
names = {label("concatenar", "concatenate"): (ConcatFusion, 32), label("sumar", "add"): (SumFusion, 32),
         "GMU": (BimodalGMU, 32), label("GMU de 16", "GMU of 16"): (BimodalGMU, 16)}  # fmt: skip
fused, shares = {}, {}
for name, (kind, hidden) in names.items():
    shares[name] = []
    for seed in range(3):
        torch.manual_seed(seed)
        fused[name] = Fused(kind(64, t.shape[1], hidden), hidden, 10)
        train(fused[name], (v, t), pairs.y, lr=3e-3, steps=300)
        shares[name].append(evaluate(fused[name], (v_new, t_new), new_pairs.y, measure=accuracy))
    print(f"{name}: {sum(p.numel() for p in fused[name].parameters())}", label("pesos", "weights"))
alone = []
for source, new_source in ((v, v_new), (t, t_new)):
    single = nn.Sequential(nn.Linear(source.shape[1], 32), nn.Tanh(), nn.Linear(32, 10))
    train(single, source, pairs.y, lr=3e-3, steps=300)
    alone.append(evaluate(single, new_source, new_pairs.y, measure=accuracy))
best_alone = label("la mejor fuente sola", "the best source alone")
plots.plot_scores(shares, label("acierto en parejas nuevas", "accuracy on new pairs"), max(alone), best_alone)

# %% [markdown] lang="es"
# Con una sola fuente se acierta la mitad. Concatenar pasa del 80 %, sumar del 90 %, y la GMU es la que menos falla. No
# es por sus pesos, que son el doble: con 16 unidades en lugar de 32 tiene menos que las otras y acierta casi lo mismo.
# Y concatenar con más unidades no mejora: medimos un 85 % con 64 y con 128.
#
# La diferencia está en lo que les resulta **fácil**. La puerta trae puesto justo esto: otro sesgo inductivo. Sumar se
# acerca sin multiplicar nada: le basta con que cada fuente hable más alto cuando está segura. Lo medimos: la voz de la
# foto en las puntuaciones es unas 4 veces más fuerte cuando está clara que cuando está borrosa. Y con más tiempo llegan
# todas: con 2000 pasos medimos un 96 % concatenando y un 98 % sumando. No te quedes con «la GMU siempre gana», sino con
# que llega antes y deja ver **cómo** decide:

# %% [markdown] lang="en"
# With a single source one is right half of the time. Concatenating gets above 80%, adding above 90%, and the GMU misses
# least. It is not because of its weights, which are twice as many: with 16 units instead of 32 it has fewer than the
# others and does almost as well. And concatenating with more units is no better: we measured 85% with 64 and with 128.
#
# The difference is in what is **easy** for them. The gate has exactly this built in: another inductive bias. Adding
# comes near without multiplying anything: it is enough for each source to speak louder when it is sure. We measured it:
# the voice of the picture in the scores is some 4 times stronger when it is clear than when it is blurred. And with
# more time they all get there: with 2000 steps we measured 96% concatenating and 98% adding. The moral is not “the GMU
# always wins”, but that it gets there sooner and lets us see **how** it decides:

# %%
with torch.no_grad():
    gate = fused["GMU"].fusion.gate(v_new, t_new).mean(dim=1).numpy()  # (M,)
who = (label("tiene razón la foto", "the picture is right"),
       label("tiene razón el texto", "the text is right"))  # fmt: skip
plots.plot_gates(gate, new_pairs.picture_is_right, who, label("puerta media, z", "mean gate, z"))

# %% [markdown] lang="es"
# Dos montones separados. Nadie le dijo cuál de las dos tenía razón: lo sacó de los píxeles y de una palabra de duda.
# Por eso, en la tarea, se examina la puerta y no solo el acierto: **acertar no dice por qué**.
#
# ## 10. Tres fuentes, y alguna que falta
#
# Con $n$ fuentes no hay un $1 - z$ que repartir. El mismo artículo da a cada una su puerta, **independiente**:
#
# $$h = \sum_{i=1}^{n} z_i \odot \tanh(W_i x_i), \qquad z_i = \sigma(U_i [x_1; \dots; x_n])$$
#
# Pueden abrirse todas o cerrarse todas. Compara las dos clases de puerta: arriba, $z$ y $1 - z$; abajo, dos
# independientes.

# %% [markdown] lang="en"
# Two separate heaps. Nobody told it which of the two was right: it worked it out from the pixels and a word of doubt.
# That is why, in the assignment, the gate is examined and not only the accuracy: **being right does not say why**.
#
# ## 10. Three sources, and one that is missing
#
# With $n$ sources there is no $1 - z$ to share out. The same paper gives each a gate of its own, an **independent**
# one:
#
# $$h = \sum_{i=1}^{n} z_i \odot \tanh(W_i x_i), \qquad z_i = \sigma(U_i [x_1; \dots; x_n])$$
#
# All may open, or all close. Compare the two kinds of gate: above, $z$ and $1 - z$; below, two independent ones.

# %%
widgets.explore_fusion()

# %% [markdown] lang="es"
# Fuera del aula las fuentes fallan: una cámara se apaga, un informe no llega. Tres cámaras ven, cada una, una franja
# del dígito: arriba, en medio y abajo. El modelo se entrena dos veces: una con las tres siempre, y otra quitando una al
# azar en la mitad de los lotes (*modality dropout*). Luego se apaga una cámara: su puerta se cierra, y las demás
# puertas leen ceros en su sitio.

# %% [markdown] lang="en"
# Outside the classroom, sources fail: a camera breaks down, a report does not arrive. Three cameras see a strip of the
# digit each, top, middle and bottom. The model is trained twice: once always with all three, once with one taken away
# at random in half of the batches (*modality dropout*). Then a camera is switched off: its gate closes, and the other
# gates read zeros in its place.


# %%
def strips(pictures):
    parts = pictures[:, :3], pictures[:, 3:5], pictures[:, 5:]
    return [part.flatten(1) for part in parts]  # (B, 24), (B, 16), (B, 24)


def fit_cameras(share_missing, seed, steps=500):
    torch.manual_seed(seed)
    model = Fused(MultimodalGMU([24, 16, 24], 64), 64, 10)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(steps):
        rows = torch.randint(len(y), (64,))
        sources = strips(x[rows])
        if torch.rand(()) < share_missing:
            sources[int(torch.randint(3, ()))] = None
        loss = cross_entropy(model.head(model.fusion(sources)), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


@torch.no_grad()
def right(model, missing=None):
    sources = [None if n == missing else part for n, part in enumerate(strips(x_new))]
    return accuracy(model.head(model.fusion(sources)), y_new).item()


states = label("las tres|sin arriba|sin medio|sin abajo", "all three|no top|no middle|no bottom")
ways = {name: [fit_cameras(share, seed) for seed in range(3)]
        for name, share in ((label("siempre las tres", "always all three"), 0.0),
                            (label("a veces falta una", "one missing at times"), 0.5))}  # fmt: skip
bars = {state: {way: np.mean([right(net, missing) for net in nets]) for way, nets in ways.items()}
        for state, missing in zip(states.split("|"), (None, 0, 1, 2), strict=True)}  # fmt: skip
plots.plot_bars(bars, label("acierto medio de tres semillas", "mean accuracy of three seeds"))

# %% [markdown] lang="es"
# Con las tres cámaras, las dos redes aciertan casi igual. Si falta una, la red que ya lo había practicado pierde mucho
# menos. **Lo que pueda faltar mañana tiene que faltar a veces al entrenar.**
#
# ## 11. Preguntar a una imagen: atención cruzada
#
# Hasta aquí cada fuente era un vector. Pero si el texto es una pregunta, ha de **buscar** en la imagen: es la atención
# cruzada de la unidad 5. Las palabras son las consultas; los parches, las claves y los valores. Cuatro dígitos en un
# lienzo y una pregunta de dos palabras, *arriba derecha*: ¿cuál hay ahí?

# %% [markdown] lang="en"
# With all three cameras, both do about as well. If one is missing, the model that has practised loses far less. **What
# may be missing tomorrow must sometimes be missing in training.**
#
# ## 11. Asking a picture: cross-attention
#
# So far each source was one vector. But if the text is a question, it has to **search** the picture: it is the
# cross-attention of unit 5. The words are the queries; the patches, the keys and the values. Four digits on a canvas
# and a question of two words, *top right*: which one is there?

# %%
asked, new_asked = make_questions(2000), make_questions(1000, test=True)
captions = [" ".join(asked.vocabulary[n] for n in question) + f"\n→ {digit}"
            for question, digit in zip(asked.questions[:5], asked.y[:5], strict=True)]  # fmt: skip
plots.plot_pairs(asked.pictures[:5], captions,
                 about=label("Cinco lienzos de cuatro dígitos, su pregunta y su respuesta:",
                             "Five canvases of four digits, their question and answer:"))  # fmt: skip

# %% [markdown] lang="es"
# «Arriba» no está en ningún píxel: está en la **posición** de los parches. Cada modalidad lleva las suyas: los parches
# en su rejilla, las palabras en su orden. Pueden aprenderse o venir fijas, los senos y cosenos de la unidad 5. ¿Cuál es
# mejor?
#
# El lector: cada palabra $w_i$ y cada parche $p_n$ pasan a 64 números y se les suma su posición; cada palabra mira los
# 16 parches y se lleva lo que ve, $a_i = w_i + \mathrm{atención}(w_i, p, p)$; la media de las dos se clasifica.

# %% [markdown] lang="en"
# “Top” is in no pixel: it is in the **position** of the patches. Each modality carries its own: the patches in their
# grid, the words in their order. Positions may be learned, or fixed like the sines and cosines of unit 5. Which is
# better?
#
# The reader: each word $w_i$ and each patch $p_n$ become 64 numbers and get their position added; each word looks at
# the 16 patches and takes what it sees, $a_i = w_i + \mathrm{attention}(w_i, p, p)$; the mean of both is classified.

# %%
def seen(questions):
    patches = patchify(torch.tensor(questions.pictures)[:, None], 4)  # (K, 16, 16): 16 patches of 4 x 4
    return 3 * patches - 1, torch.tensor(questions.questions)  # centred and spread; (K, 2)


def reader(seed=0, kind=CrossReader, **changes):
    torch.manual_seed(seed)
    model = kind(num_patches=16, d_patch=16, vocab_size=4, num_words=2, num_classes=10, **changes)
    fit(model, seen(asked), asked.y, steps=300, lr=3e-3)
    return model


kinds = {"learned": label("aprendidas", "learned"), "fixed": label("fijas", "fixed"),
         "none": label("ninguna", "none")}  # fmt: skip
readers = {name: [reader(seed, positions=kind) for seed in range(3)] for kind, name in kinds.items()}
shares = {name: [evaluate(net, seen(new_asked), new_asked.y, measure=accuracy) for net in nets]
          for name, nets in readers.items()}  # fmt: skip
plots.plot_scores(shares, label("respuestas correctas", "right answers"))

# %% [markdown] lang="es"
# Sin posiciones sabe qué cuatro dígitos hay y elige uno: poco más de un cuarto. Entre aprendidas y fijas no hay nada
# que elegir: las semillas de un mismo bando difieren tanto como los bandos. Es lo que encontraron también los autores
# del Transformer. Lo que decide es el uso: las aprendidas fuera de lo entrenado no existen, y hay que estirarlas; las
# fijas existen, aunque la red no las haya visto nunca.
#
# Pero dos de cada tres respuestas es poco. ¿Qué mira cada palabra? Dos lienzos, con sus dos palabras:

# %% [markdown] lang="en"
# Without positions it knows which four digits there are and picks one: a little over a quarter. Between learned and
# fixed there is nothing to choose: the seeds of one side differ by as much as the sides. It is what the authors of the
# Transformer found too. What decides is how they will be used: learned ones do not exist beyond what was trained, and
# have to be stretched; fixed ones exist, even if the network has never seen them.
#
# But two answers in three is not much. What does each word look at? Two canvases, with their two words:

# %%
def looked_at(net):
    net.attention.keep_weights = True
    with torch.no_grad():
        net(*seen(new_asked))
    return net.attention.weights.mean(dim=1)  # (M, T, 16): the heads averaged


looks, words = looked_at(readers[kinds["learned"]][0]), new_asked.questions
picks = [int(np.flatnonzero((words == pair).all(axis=1))[0]) for pair in ((0, 3), (1, 2))]
name = label("atención", "attention")
titles = [new_asked.vocabulary[n] for pick in picks for n in words[pick]]
plots.plot_looked_at(new_asked.pictures[np.repeat(picks, 2)], {name: looks[picks].flatten(0, 1)}, (4, 4), titles)

# %% [markdown] lang="es"
# La palabra de la altura mira toda su mitad, y la del lado, toda la suya: cada una hace bien lo que puede hacer
# **sola**. El dígito que se busca está en las dos mitades, pero mezclado con otros dos. Si la explicación es esa,
# bastará con que las palabras hablen entre sí antes de mirar. Sumémoslas en una sola consulta:

# %% [markdown] lang="en"
# The word for the height looks at its whole half, and the one for the side at its own: each does well what it can do
# **alone**. The digit asked for is in both halves, but mixed with two others. If that is the explanation, it should be
# enough to let the words talk to each other before looking. Let us add them up into a single query:

# %%
class TogetherReader(CrossReader):
    def forward(self, patches, words):
        seen = self.norm1(self.patches(patches) + self.patch_positions)  # (B, N, D)
        asked = (self.words(words) + self.word_positions).sum(dim=1, keepdim=True)  # (B, 1, D)
        asked = self.norm2(asked)
        return self.head((asked + self.attention(asked, seen, seen))[:, 0])


together = [reader(seed, TogetherReader) for seed in range(2)]
looks = looked_at(together[0])
titles = [" ".join(new_asked.vocabulary[n] for n in words[pick]) for pick in picks]
plots.plot_looked_at(new_asked.pictures[picks], {name: looks[picks][:, 0]}, (4, 4), titles)
shares = [evaluate(net, seen(new_asked), new_asked.y, measure=accuracy) for net in together]
print(label("respuestas correctas:", "right answers:"), ", ".join(f"{share:.1%}" for share in shares))

# %% [markdown] lang="es"
# Ahora la consulta mira un solo cuarto, y acierta más de nueve de cada diez. La explicación ha pasado su prueba. Es lo
# que hace un Transformer de verdad: capas en que las palabras hablan entre sí, y capas en que miran la imagen.
#
# ## 12. Todo lo que se pueda cortar es una frase
#
# Nada en el ViT sabe que mira una foto. Un sonido, dibujado como **espectrograma** (qué tonos suenan en cada instante),
# es una imagen; y la misma red lo lee. Cuatro clases de sonido, con ruido: el que sube, el que baja, el que se mantiene
# y el que salta. El tiempo va de izquierda a derecha.

# %% [markdown] lang="en"
# Now the query looks at a single quarter, and gets more than nine in ten right. The explanation has passed its test. It
# is what a real Transformer does: layers where words talk to each other, and layers where they look at the picture.
#
# ## 12. Anything that can be cut up is a sentence
#
# Nothing in the ViT knows that it is looking at a photograph. A sound, drawn as a **spectrogram** (which tones sound at
# each instant), is a picture; and the same network reads it. Four kinds of noisy sounds: one rises, one falls, one
# stays, one leaps. Time goes from left to right.


# %%
def make_sounds(count, seed):
    """Return spectrograms (count, 32, 32), tones against time, and what each sound does (count,)."""
    rng = np.random.default_rng(seed)
    kinds, time = rng.integers(4, size=count), np.linspace(0, 1, 1024)
    low, high = rng.uniform(60, 120, count)[:, None], rng.uniform(200, 300, count)[:, None]
    still = rng.uniform(80, 280, count)[:, None] + 0 * time
    leap = np.where(time < rng.uniform(0.3, 0.7, count)[:, None], low, high)
    rise, fall = low + (high - low) * time, high + (low - high) * time
    tones = np.stack([rise, fall, still, leap])[kinds, np.arange(count)]  # (count, 1024), in hertz
    waves = np.sin(2 * np.pi * tones.cumsum(axis=1) / 1024) + 0.5 * rng.normal(size=tones.shape)
    waves = torch.tensor(waves, dtype=torch.float32)
    heard = torch.stft(waves, 62, 33, window=torch.hann_window(62), return_complex=True)
    return heard.abs().clamp(min=1e-3).log()[:, :32, :32], torch.tensor(kinds)


sounds, kinds = make_sounds(600, seed=0)
new_sounds, new_kinds = make_sounds(300, seed=1)
names = label("sube|baja|se mantiene|salta", "rises|falls|stays|leaps").split("|")
first = [int((kinds == k).nonzero()[0]) for k in range(4)]
shown = (sounds[first].flip(1) - sounds.min()) / (sounds.max() - sounds.min())  # low tones at the bottom
plots.plot_pairs(shown, names, about=label("Cuatro espectrogramas, tonos graves abajo:",
                                           "Four spectrograms, low tones at the bottom:"))  # fmt: skip
ears = vit(image_size=(32, 32), patch_size=8, num_classes=4)
centre, spread = sounds.mean(), sounds.std()
fit(ears, (sounds - centre) / spread, kinds, steps=150)
share = evaluate(ears, (new_sounds - centre) / spread, new_kinds, measure=accuracy)
print(label(f"acierto en sonidos nuevos: {share:.1%}", f"accuracy on new sounds: {share:.1%}"))

# %% [markdown] lang="es"
# Esto es lo que se usa hoy, con la misma pieza en medio:
#
# | qué se corta | las palabras | para qué |
# |---|---|---|
# | una foto | parches | clasificar, buscar, segmentar: ViT, DINO |
# | una foto y su pie | parches y trozos de texto; un vector cada uno, que se acercan | buscar con frases: CLIP |
# | un sonido | trozos de espectrograma | reconocer y transcribir: AST, Whisper |
# | un vídeo | cubos de píxeles y tiempo | reconocer acciones: ViViT |
# | una partida | recompensa que falta por ganar, estado, acción | jugar: Decision Transformer |
# | una proteína | aminoácidos | aprender de ella, hasta su forma: ESM |
# | una imagen con ruido, ya comprimida | sus parches | generar imágenes: DiT |
#
# Cambia el cuchillo. La atención, casi nada.
#
# **Con la biblioteca.** Nuestro ViT es el de Hugging Face, pieza a pieza: con sus pesos da sus puntuaciones. Aquí se
# comprueba con una configuración al azar, sin conexión, si `transformers` está instalado. Con conexión, `from_vit` lee
# igual un modelo publicado, como `google/vit-base-patch16-224`.

# %% [markdown] lang="en"
# This is what is in use today, with the same piece in the middle:
#
# | what is cut | the words | what for |
# |---|---|---|
# | a photograph | patches | classifying, searching, segmenting: ViT, DINO |
# | a photograph and its caption | patches and pieces of text; one vector each, pulled close | searching with words: CLIP |
# | a sound | pieces of spectrogram | recognising and transcribing: AST, Whisper |
# | a video | cubes of pixels and time | recognising actions: ViViT |
# | a game | reward still to come, state, action | playing: Decision Transformer |
# | a protein | amino acids | learning about it, even its shape: ESM |
# | a noisy picture, already compressed | its patches | generating pictures: DiT |
#
# The knife changes. Attention, hardly at all.
#
# **With the library.** Our ViT matches Hugging Face's, piece by piece: given its weights, it gives the same scores.
# Here it is checked with a random configuration, offline, if `transformers` is installed. With an internet connection,
# `from_vit` loads a published model in the same way, such as `google/vit-base-patch16-224`.

# %%
try:
    import transformers
except ImportError:
    print(label("transformers no está instalado: esta celda no hace nada",
                "transformers is not installed: this cell does nothing"))  # fmt: skip
else:
    from atiende.models.vit import from_vit

    torch.manual_seed(0)
    config = transformers.ViTConfig(hidden_size=64, num_hidden_layers=2, num_attention_heads=4,
                                    intermediate_size=128, image_size=32, patch_size=8)  # fmt: skip
    other = transformers.ViTForImageClassification(config).eval()
    photographs = torch.randn(3, 3, 32, 32)
    with torch.no_grad():
        apart = (from_vit(other)(photographs) - other(photographs).logits).abs().max().item()
    print(label(f"mayor diferencia: {apart:.0e}", f"largest difference: {apart:.0e}"))

# %% [markdown] lang="es"
# ## ¿Verdadero o falso?
#
# Decide antes de abrir cada una.
#
# <details><summary>1. «Un ViT no tiene ninguna convolución.»</summary>
#
# **Depende de cómo lo escribas.** La capa de los parches es una convolución de paso $P$. Lo que no tiene son
# convoluciones que se solapen, una tras otra.
# </details>
#
# <details><summary>2. «El testigo de clase resume el primer parche.»</summary>
#
# **Falso.** No sale de ningún parche: es un vector aprendido que escucha a todos.
# </details>
#
# <details><summary>3. «Sin posiciones, un ViT no aprende nada.»</summary>
#
# **Falso.** Aprende qué parches hay. Con parches grandes, eso casi basta.
# </details>
#
# <details><summary>4. «Un ViT es mejor que una CNN.»</summary>
#
# **Depende de los datos.** Aquí ganó la CNN, con 100 dígitos y con todos; en el artículo, con cientos de millones de
# fotos, gana el ViT.
# </details>
#
# <details><summary>5. «El mapa de atención dice por qué decide la red.»</summary>
#
# **Falso.** Dice por dónde pasa la mezcla, y no le ganó a una regla que no ha visto la red: borrar por la tinta hizo
# tanto daño o más.
# </details>
#
# <details><summary>6. «En la GMU de dos fuentes, si una gana, la otra pierde.»</summary>
#
# **Verdadero.** $z$ y $1 - z$, en cada rasgo. En la de $n$ fuentes, no: sus puertas son independientes.
# </details>
#
# <details><summary>7. «Si el acierto con imagen y texto es alto, el modelo usa los dos.»</summary>
#
# **Falso.** Puede usar uno. Hay que mirar la puerta, o quitar una fuente y medir.
# </details>
#
# <details><summary>8. «Con imágenes mayores hay que entrenar desde cero.»</summary>
#
# **Falso.** Se estiran las posiciones y se afina unos pasos.
# </details>

# %% [markdown] lang="en"
# ## True or false?
#
# Decide before you open each one.
#
# <details><summary>1. “A ViT has no convolution at all.”</summary>
#
# **It depends on how you write it.** The patch layer is a convolution of stride $P$. What it does not have are
# convolutions that overlap, one after another.
# </details>
#
# <details><summary>2. “The class token sums up the first patch.”</summary>
#
# **False.** It comes from no patch: it is a learned vector that listens to all.
# </details>
#
# <details><summary>3. “Without positions, a ViT learns nothing.”</summary>
#
# **False.** It learns which patches there are. With large patches, that is almost enough.
# </details>
#
# <details><summary>4. “A ViT is better than a CNN.”</summary>
#
# **It depends on the data.** Here the CNN won, with 100 digits and with all of them; in the paper, with hundreds of
# millions of photographs, the ViT wins.
# </details>
#
# <details><summary>5. “The attention map says why the network decides.”</summary>
#
# **False.** It says which way the mixture flows, and it did not beat a rule that has not seen the network: wiping out
# by ink hurt as much or more.
# </details>
#
# <details><summary>6. “In the GMU of two sources, if one wins, the other loses.”</summary>
#
# **True.** $z$ and $1 - z$, in each feature. In that of $n$ sources, no: its gates are independent.
# </details>
#
# <details><summary>7. “If the accuracy with picture and text is high, the model uses both.”</summary>
#
# **False.** It may use one. Look at the gate, or take a source away and measure.
# </details>
#
# <details><summary>8. “With larger pictures one has to train from scratch.”</summary>
#
# **False.** Positions are stretched, and a few steps of fine-tuning do.
# </details>

# %% [markdown] lang="es"
# ## En media página
#
# - Una imagen es una frase de $N = (H/P)(W/P)$ **parches**; cada uno pasa por la misma capa lineal, que es una
#   convolución de paso $P$.
# - El **testigo de clase** va delante y escucha; las **posiciones** se suman a todos. Sin ellas, la imagen es una bolsa
#   de parches.
# - Las posiciones pueden aprender la vecindad, si la tarea la necesita. Para otra resolución, se **estiran**.
# - La CNN trae puesto el **sesgo inductivo**; el ViT lo aprende, y le cuesta datos.
# - Un mapa de atención es una hipótesis: **se prueba borrando**.
# - Para unir fuentes: concatenar, sumar, **puertas** (complementarias con dos, independientes con $n$), atención
#   cruzada.
# - Lo que pueda **faltar** tiene que faltar a veces al entrenar. Y se mira la puerta, no solo el acierto.
#
# En la tarea escribirás cada pieza, entrenarás tu ViT y verás a cuál cree tu GMU.
#
# ## Para seguir leyendo
#
# - Dosovitskiy y otros (2021), [An image is worth 16x16 words](https://arxiv.org/abs/2010.11929). El ViT.
# - Touvron y otros (2021), [DeiT](https://arxiv.org/abs/2012.12877). Cómo entrenarlo con menos datos.
# - Abnar y Zuidema (2020), [Quantifying attention flow in Transformers](https://arxiv.org/abs/2005.00928). El
#   despliegue.
# - Jain y Wallace (2019), [Attention is not explanation](https://arxiv.org/abs/1902.10186). La cautela.
# - Darcet y otros (2024), [Vision Transformers need registers](https://arxiv.org/abs/2309.16588). Por qué algunos mapas
#   brillan en el fondo vacío.
# - Arevalo y otros (2017), [Gated multimodal units](https://arxiv.org/abs/1702.01992). Las puertas.
# - Radford y otros (2021), [CLIP](https://arxiv.org/abs/2103.00020). Imagen y texto a gran escala.
# - Gong y otros (2021), [AST](https://arxiv.org/abs/2104.01778). El ViT que oye.

# %% [markdown] lang="en"
# ## In half a page
#
# - A picture is a sentence of $N = (H/P)(W/P)$ **patches**; each goes through the same linear layer, a convolution of
#   stride $P$.
# - The **class token** goes in front and listens; **positions** are added to all. Without them, the picture is a bag of
#   patches.
# - Positions can learn the neighbourhood, if the task needs it. For another resolution, they are **stretched**.
# - The CNN has its **inductive bias** built in; the ViT learns it, and pays in data.
# - An attention map is a hypothesis: **test it by wiping patches out**.
# - To join sources: concatenating, adding, **gates** (complementary with two, independent with $n$), cross-attention.
# - What may be **missing** must sometimes be missing in training. And look at the gate, not only at the accuracy.
#
# In the assignment you will write each piece, train your ViT and see which source your GMU believes.
#
# ## Read next
#
# - Dosovitskiy and others (2021), [An image is worth 16x16 words](https://arxiv.org/abs/2010.11929). The ViT.
# - Touvron and others (2021), [DeiT](https://arxiv.org/abs/2012.12877). How to train it with less data.
# - Abnar and Zuidema (2020), [Quantifying attention flow in Transformers](https://arxiv.org/abs/2005.00928). Rollout.
# - Jain and Wallace (2019), [Attention is not explanation](https://arxiv.org/abs/1902.10186). The caution.
# - Darcet and others (2024), [Vision Transformers need registers](https://arxiv.org/abs/2309.16588). Why some maps
#   shine in the empty background.
# - Arevalo and others (2017), [Gated multimodal units](https://arxiv.org/abs/1702.01992). The gates.
# - Radford and others (2021), [CLIP](https://arxiv.org/abs/2103.00020). Picture and text on a large scale.
# - Gong and others (2021), [AST](https://arxiv.org/abs/2104.01778). The ViT that hears.
