# %% [markdown] lang="es"
# # Ver con atención
#
# Un Transformer lee frases. Una foto no es una frase: no tiene palabras, ni orden de lectura, y mide cincuenta mil
# píxeles. **¿Puede ver una red que nació para leer, y puede leer y ver a la vez?**

# %% [markdown] lang="en"
# # Seeing with attention
#
# A Transformer reads sentences. A photograph is no sentence: it has no words, nor an order to be read in, and it measures
# fifty thousand pixels. **Can a network born to read see, and can it read and see at once?**

# %%
import math

import numpy as np
import torch
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
# La idea más corta: que cada píxel sea una palabra. La atención compara todas con todas; con $N$ palabras, su tabla tiene
# $N^2$ números **por cabeza y por capa**. Hagamos la cuenta para una imagen de lado 8, 32, 224…

# %% [markdown] lang="en"
# ## First, a failure
#
# The shortest idea: let each pixel be a word. Attention compares all with all; with $N$ words, its table has $N^2$ numbers
# **for each head and each layer**. Let us work it out for a picture of side 8, 32, 224…

# %%
sides = [8, 32, 96, 224, 512]
tokens = {label("cada píxel", "each pixel"): [side**2 for side in sides],
          label("parches de 16", "patches of 16"): [max(1, side // 16) ** 2 for side in sides]}  # fmt: skip
plots.plot_table_size(sides, tokens)

# %% [markdown] lang="es"
# Con 224 píxeles de lado, la tabla tiene 2500 millones de números: 10 GB para **una** cabeza de **una** capa. No cabe. La
# línea de abajo sí: son las mismas imágenes leídas a trozos. De ahí el título del artículo de Dosovitskiy y otros
# ([2021](https://arxiv.org/abs/2010.11929)): *una imagen vale 16 × 16 palabras*.
#
# **Al terminar sabrás**
# - convertir una imagen en una frase de parches, a mano y con una convolución;
# - decir qué hacen el testigo de clase y las posiciones, y demostrarlo barajando;
# - medir lo que una CNN trae puesto y un ViT tiene que aprender;
# - leer mapas de atención sin creerles más de lo que dicen;
# - unir una imagen y un texto, con puertas y con atención cruzada, y ver a quién cree el modelo.
#
# **Necesitas** las unidades 2, 4 y 5. **Tiempo:** 150 minutos.

# %% [markdown] lang="en"
# With 224 pixels a side, the table has 2500 million numbers: 10 GB for **one** head of **one** layer. It does not fit. The
# line below does: they are the same pictures, read in pieces. Hence the title of the paper by Dosovitskiy and others
# ([2021](https://arxiv.org/abs/2010.11929)): *an image is worth 16 × 16 words*.
#
# **By the end you will be able to**
# - turn a picture into a sentence of patches, by hand and with a convolution;
# - say what the class token and the positions do, and prove it by shuffling;
# - measure what a CNN has built in and a ViT has to learn;
# - read attention maps without believing them more than they say;
# - join a picture and a text, by gates and by cross-attention, and see whom the model believes.
#
# **You need** units 2, 4 and 5. **Time:** 150 minutes.

# %% [markdown] lang="es"
# # Parte A · Ver
#
# ## 1. Cortar
#
# Un **parche** (*patch*) es un cuadrado de $P \times P$ píxeles. Se ponen en fila como se lee: de izquierda a derecha y de
# arriba abajo. Con $H \times W$ píxeles salen $N = (H/P)(W/P)$ parches, y si hay $C$ canales cada uno trae $P^2 C$
# números. Una imagen `(B, C, H, W)` pasa a ser `(B, N, P²C)`: una frase de $N$ palabras.
#
# A mano, con una imagen de 4 × 4 y $P = 2$: $N = 2 \cdot 2 = 4$ parches de $4$ números.

# %% [markdown] lang="en"
# # Part A · Seeing
#
# ## 1. Cutting
#
# A **patch** is a square of $P \times P$ pixels. They are put in a row as one reads: from left to right and from top to
# bottom. With $H \times W$ pixels there are $N = (H/P)(W/P)$ patches, and if there are $C$ channels each brings $P^2 C$
# numbers. A picture `(B, C, H, W)` becomes `(B, N, P²C)`: a sentence of $N$ words.
#
# By hand, with a picture of 4 × 4 and $P = 2$: $N = 2 \cdot 2 = 4$ patches of $4$ numbers.

# %%
small = torch.arange(16.0).reshape(1, 1, 4, 4)  # (B, C, H, W)
print(small[0, 0].int().numpy())
print(patchify(small, 2)[0].int().numpy())  # (N, P * P * C): a patch a row

# %%
canvas = make_questions(1, seed=4).pictures[0]  # (16, 16), four digits
plots.plot_patches(canvas, 4)

# %% [markdown] lang="es"
# Cuanto más pequeño el parche, más detalle y más palabras. Muévelo: la tabla de la atención crece con la **cuarta potencia**
# de lo que encoges el lado.

# %% [markdown] lang="en"
# The smaller the patch, the more detail and the more words. Move it: the table of attention grows with the **fourth power**
# of how much you shrink the side.

# %%
widgets.explore_patches(canvas)

# %% [markdown] lang="es"
# ## 2. De parche a vector: una convolución disfrazada
#
# A las palabras les daba un vector una tabla. A un parche se lo da una **capa lineal**, la misma para todos:
# $x_n = E\,p_n + b$, de $P^2 C$ números a $D$. Que sea la misma es justo lo que hace una convolución: un filtro de
# $P \times P$ que avanza $P$ píxeles cada vez, sin pisarse.
#
# A mano, con la imagen de arriba y un solo rasgo ($D = 1$) que suma la diagonal del parche, es decir, con pesos
# $(1, 0, 0, 1)$: el primer parche es $0, 1, 4, 5$ y da $0 + 5 = 5$. Los demás, $2 + 7 = 9$, $8 + 13 = 21$ y
# $10 + 15 = 25$.

# %% [markdown] lang="en"
# ## 2. From patch to vector: a convolution in disguise
#
# Words were given a vector by a table. A patch is given one by a **linear layer**, the same for all:
# $x_n = E\,p_n + b$, from $P^2 C$ numbers to $D$. That it is the same is just what a convolution does: a filter of
# $P \times P$ that moves on by $P$ pixels, without treading on itself.
#
# By hand, with the picture above and a single feature ($D = 1$) that adds the diagonal of the patch, that is, with weights
# $(1, 0, 0, 1)$: the first patch is $0, 1, 4, 5$ and gives $0 + 5 = 5$. The others, $2 + 7 = 9$, $8 + 13 = 21$ and
# $10 + 15 = 25$.

# %%
diagonal = torch.tensor([1.0, 0.0, 0.0, 1.0])
print((patchify(small, 2) @ diagonal)[0].tolist())  # (N,), a linear layer on each patch
print(conv2d(small, diagonal.reshape(1, 1, 2, 2), stride=2)[0, 0].tolist())  # (2, 2)

# %% [markdown] lang="es"
# ## 3. El modelo
#
# Lo demás ya lo conoces. Delante de los parches va un vector aprendido, el **testigo de clase** (*class token*), que no mira
# ningún píxel: escucha a los demás, y de él se lee la respuesta. A todos se les suma su **posición**, aprendida. Después,
# $L$ bloques de la unidad 5, en *pre*, con dos cambios: no hay máscara, porque una imagen se ve entera, y la red usa
# **GELU**, una ReLU de esquina redondeada.

# %% [markdown] lang="en"
# ## 3. The model
#
# The rest you know. In front of the patches goes a learned vector, the **class token**, which looks at no pixel: it listens
# to the others, and the answer is read from it. To all, their **position** is added, a learned one. Then, $L$ blocks of
# unit 5, in *pre*, with two changes: there is no mask, for a picture is seen whole, and the net uses **GELU**, a ReLU with a
# rounded corner.

# %%
plots.plot_vit()

# %% [markdown] lang="es"
# Con formas: imagen `(B, C, H, W)` → parches `(B, N, P²C)` → vectores `(B, N, D)` → con el testigo `(B, N + 1, D)` → lo mismo
# tras cada bloque → el primero de cada fila `(B, D)` → puntuaciones `(B, 10)`.
#
# Los dígitos de 8 × 8, en parches de 2 × 2: frases de 16 palabras. Recién nacido, el modelo no sabe nada: su pérdida ha de
# ser $\ln 10 = 2.303$. La tasa baja como medio coseno, de $5 \cdot 10^{-3}$ a casi cero.

# %% [markdown] lang="en"
# In shapes: picture `(B, C, H, W)` → patches `(B, N, P²C)` → vectors `(B, N, D)` → with the token `(B, N + 1, D)` → the same
# after each block → the first of each row `(B, D)` → scores `(B, 10)`.
#
# The digits of 8 × 8, in patches of 2 × 2: sentences of 16 words. Newborn, the model knows nothing: its loss has to be
# $\ln 10 = 2.303$. The rate falls as half a cosine, from $5 \cdot 10^{-3}$ to almost zero.

# %%
digits = load_digits()
mean, std = digits.x_train.mean(), digits.x_train.std()
x, x_new = (torch.tensor((part - mean) / std) for part in (digits.x_train, digits.x_test))  # (N, 8, 8)
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
print(f"{cross_entropy(model(x[:200]), y[:200]).item():.2f}")
print(sum(p.numel() for p in model.parameters()))
history = fit(model, x, y)
share = evaluate(model, x_new, y_new, measure=accuracy)
print(label(f"dígitos nuevos: {share:.1%}", f"new digits: {share:.1%}"))

# %% [markdown] lang="es"
# Ve. Sin una sola convolución y en unos segundos.
#
# ## 4. ¿Para qué las posiciones? Barajar
#
# La atención trata los parches como un conjunto. Si las posiciones importan, barajar los parches de una imagen debería
# estropearlo todo; y sin posiciones, no debería notarse.

# %% [markdown] lang="en"
# It sees. Without a single convolution and in a few seconds.
#
# ## 4. What are positions for? Shuffling
#
# Attention treats the patches as a set. If positions matter, shuffling the patches of a picture should spoil everything;
# and without positions, it should not be noticed.

# %%
widgets.predict("vit.shuffle")

# %%
turn = torch.randperm(16, generator=torch.Generator().manual_seed(3))
shuffled = unpatchify(patchify(x_new[:, None], 2)[:, turn], 1, 8, 8)[:, 0]
shown = torch.cat([x_new[:4], shuffled[:4]]) * std + mean
plots.plot_pairs(shown, [str(int(n)) for n in y_new[:4]] * 2,
                 about=label("Cuatro dígitos, y los mismos con los parches barajados.",
                             "Four digits, and the same with their patches shuffled."))  # fmt: skip
bag = vit(positions="none")
fit(bag, x, y)
pictures = {label("tal cual", "as it is"): x_new, label("barajada", "shuffled"): shuffled}
nets = {label("con posiciones", "with positions"): model, label("sin posiciones", "without positions"): bag}
bars = {name: {kind: evaluate(net, z, y_new, measure=accuracy) for kind, z in pictures.items()}
        for name, net in nets.items()}  # fmt: skip
plots.plot_bars(bars, label("aciertos en dígitos nuevos", "share of new digits right"))

# %% [markdown] lang="es"
# Las dos barras de la derecha son **idénticas**: sin posiciones la imagen es una bolsa de parches. Aun así acierta bastante más
# de un décimo, porque qué trazos hay ya dice mucho. Con parches de 4 × 4, cada uno es un cuarto de dígito y la bolsa casi
# basta: la red sin posiciones llega al 96 %. Cuanto más grande la palabra, menos importa el orden.
#
# ## 5. ¿Qué aprenden las posiciones?
#
# En el artículo, las posiciones nacen al azar y acaban pareciéndose a las de su fila y su columna: **la red descubre que la
# imagen es plana**. ¿Pasa aquí? Comparemos con el coseno la posición de cada sitio con la de los demás. Para que la cercanía
# importe, los dígitos caen en cualquier sitio de un lienzo de 12 × 12, con 36 parches.

# %% [markdown] lang="en"
# The two bars on the right are **identical**: without positions the picture is a bag of patches. Even so it gets far more
# than a tenth right, for which strokes there are says a lot already. With patches of 4 × 4, each is a quarter of a digit and
# the bag is almost enough: the network without positions gets to 96%. The larger the word, the less the order matters.
#
# ## 5. What do positions learn?
#
# In the paper, positions are born at random and end up resembling those of their row and column: **the network finds out
# that the picture is flat**. Does it happen here? Let us compare by the cosine the position of each place with the others.
# For nearness to matter, the digits fall anywhere on a canvas of 12 × 12, with 36 patches.

# %%
moved = make_moved_digits(2000, 500, side=12)
m, s = moved.x_train.mean(), moved.x_train.std()
x_moved, x_moved_new = (torch.tensor((part - m) / s) for part in (moved.x_train, moved.x_test))
wanderer = vit(image_size=(12, 12), position_std=0.02)
born = wanderer.positions.detach()[0, 1:].clone()  # (36, D)
fit(wanderer, x_moved, moved.y_train, steps=400)
learned = wanderer.positions.detach()[0, 1:]
learned = learned - learned.mean(dim=0)  # what they all share says nothing of the place
tables = {label("al nacer", "at birth"): born, label("tras 400 pasos", "after 400 steps"): learned}
plots.plot_likeness_maps(tables, (6, 6))
down_across = torch.cartesian_prod(torch.arange(6.0), torch.arange(6.0))
steps_apart = torch.cdist(down_across, down_across, p=1)
cosines = cosine_similarity(learned[:, None], learned[None], dim=-1)
print({n: round(cosines[steps_apart == n].mean().item(), 2) for n in range(1, 6)})  # by steps apart

# %%
widgets.explore_likeness(learned, (6, 6))

# %% [markdown] lang="es"
# Al nacer, ruido: cada sitio solo se parece a sí mismo. Después asoma la vecindad: a un paso el parecido es claro, a dos
# menor, y desde tres, nulo o negativo. **Nadie le dijo qué parche está junto a cuál**: lo dedujo de que un trazo que sale
# por un parche entra por el de al lado. Con los dígitos centrados del principio no sale este mapa: allí cada sitio tiene un
# papel fijo y conviene distinguirlo de su vecino, no confundirlo.
#
# ## 6. Lo que la CNN trae puesto
#
# Una CNN nace sabiendo dos cosas: que un píxel tiene que ver con sus vecinos y que un trazo es el mismo aquí y allá. Se
# llama **sesgo inductivo** (*inductive bias*). El ViT tiene que aprender las dos. ¿Cuánto cuesta?

# %% [markdown] lang="en"
# At birth, noise: each place resembles itself only. Then the neighbourhood shows: one step away the likeness is plain, at two
# it is less, and from three on, none or negative. **Nobody told it which patch is next to which**: it worked it out from a
# stroke that leaves by one patch coming in by the next. With the centred digits of the beginning this map does not come out:
# there each place has a fixed part, and it pays to tell it from its neighbour, not to take one for the other.
#
# ## 6. What the CNN has built in
#
# A CNN is born knowing two things: that a pixel has to do with its neighbours, and that a stroke is the same here and there.
# It is called **inductive bias**. The ViT has to learn both. What does it cost?

# %%
widgets.predict("vit.few")

# %%
counts, shares = [100, 400, 1347], {}
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
plots.plot_by_count(counts, shares, label("dígitos para aprender", "digits to learn from"))

# %%
torch.manual_seed(0)
net = CNN()
fit(net, x_moved, moved.y_train, steps=400, lr=1e-2)
plots.plot_bars({label("dígitos que se mueven", "digits that move"): {
    "ViT": evaluate(wanderer, x_moved_new, moved.y_test, measure=accuracy),
    "CNN": evaluate(net, x_moved_new, moved.y_test, measure=accuracy)}},
    label("aciertos en dígitos nuevos", "share of new digits right"))  # fmt: skip

# %% [markdown] lang="es"
# Gana la CNN, y la distancia se acorta al crecer los datos. Cuando los dígitos se mueven, la distancia es
# enorme: la CNN no necesita volver a aprender el tres en cada sitio, y el ViT sí. La regla del artículo es la misma a otra
# escala: con un millón de fotos gana la CNN; con trescientos millones, el ViT. Lo que trae puesto ayuda **mientras sea
# verdad y falten datos**.
#
# **La letra pequeña**: imágenes diminutas, tres semillas, una tasa para cada red y los mismos pasos. Aumentar los datos
# (mover, girar, recortar) es la manera barata de enseñarle al ViT lo que la CNN ya sabe; pruébalo en tu experimento.
#
# ## 7. ¿A qué mira?
#
# En el testigo de clase acaba lo que se lee. La atención de la última capa no dice de qué píxeles viene, porque cada testigo
# llega allí con los demás mezclados. El **despliegue de la atención** (*attention rollout*) sigue la mezcla desde abajo: en
# cada capa promedia las cabezas, cuenta que la mitad de cada vector pasa de largo por la corriente, y multiplica las tablas.

# %% [markdown] lang="en"
# The CNN wins, and the distance gets shorter as data grows. When digits move, the distance is huge: the CNN need
# not learn the three anew in each place, and the ViT has to. The rule of the paper is the same at another scale: with a
# million photographs the CNN wins; with three hundred million, the ViT. What is built in helps **while it is true and data
# is lacking**.
#
# **The small print**: tiny pictures, three seeds, one rate for each network and the same steps. Augmenting the data
# (moving, turning, cropping) is the cheap way of teaching the ViT what the CNN knows already; try it in your experiment.
#
# ## 7. What does it look at?
#
# What is read ends up in the class token. The attention of the last layer does not say which pixels it comes from, for each
# token arrives there with the others mixed in. **Attention rollout** follows the mixture from below: in each layer it
# averages the heads, reckons that half of each vector passes by along the stream, and multiplies the tables.

# %%
maps = attention_maps(model, x_new)  # (L, B, heads, N + 1, N + 1)
reached = attention_rollout(maps)[:, 0, 1:]  # (B, N): what reaches the class token from each patch
last = maps[-1].mean(dim=1)[:, 0, 1:]  # (B, N): the last layer alone
chosen = [int(np.flatnonzero(digits.y_test == n)[0]) for n in (0, 1, 2, 4, 7, 8)]
looks = {label("última capa", "last layer"): last[chosen], "rollout": reached[chosen]}
plots.plot_looked_at(digits.x_test[chosen], looks, (4, 4), [str(digits.y_test[n]) for n in chosen])

# %%
widgets.explore_rollout(digits.x_test[chosen[0]], maps[:, chosen[0]], (4, 4))

# %% [markdown] lang="es"
# Bonito. ¿Y cierto? Un mapa es una **hipótesis**, y esta se puede probar: si los parches claros son los que importan, borrarlos
# tiene que hacer más daño que borrar otros. Comparemos, en tres redes con semillas distintas, con otras maneras de elegir: al
# azar, los de más tinta, y los que el mapa dice que menos cuentan.

# %% [markdown] lang="en"
# Pretty. And true? A map is a **hypothesis**, and this one can be tested: if the bright patches are the ones that matter, wiping
# them out has to hurt more than wiping out others. Let us compare, in three networks of different seeds, with other ways of
# choosing: at random, those with most ink, and those that the map says count least.

# %%
widgets.predict("vit.erase")

# %%
patches = patchify(x_new[:, None], 2)  # (B, N, 4)
names = label("rollout|rollout, los menos|al azar|más tinta", "rollout|rollout, least|at random|most ink").split("|")
erased = [0, 2, 4, 6]
hurt = {name: [[] for _ in erased] for name in names}
for seed, net in enumerate([model, *(vit(seed) for seed in (1, 2))]):
    if seed:
        fit(net, x, y)
    reached = attention_rollout(attention_maps(net, x_new))[:, 0, 1:]
    chance = torch.rand(len(x_new), 16, generator=torch.Generator().manual_seed(seed))
    for name, score in zip(names, (reached, -reached, chance, patches.mean(dim=-1)), strict=True):
        for shares, count in zip(hurt[name], erased, strict=True):
            blank = patches.clone()
            blank[torch.arange(len(blank))[:, None], score.topk(count, dim=1).indices] = x_new.min()
            shares.append(evaluate(net, unpatchify(blank, 1, 8, 8)[:, 0], y_new, measure=accuracy))
plots.plot_by_count(erased, hurt, label("parches borrados", "patches wiped out"))

# %% [markdown] lang="es"
# El mapa no miente del todo: borrar lo claro hace mucho más daño que borrar al azar, y borrar lo oscuro, casi ninguno. Pero
# elegir por la tinta, **sin mirar la red**, hace más o menos el mismo daño. El mapa dice por dónde pasa la mezcla; no cuánto pesa cada
# parche en la respuesta. Quien enseñe un mapa de atención como explicación debería enseñar también esta figura.
#
# ## 8. Otra resolución
#
# Se suele entrenar con imágenes pequeñas y afinar con mayores. Hay más parches que posiciones: se **estiran**, como si la
# rejilla fuera una imagen de $D$ canales. El testigo de clase no está en la rejilla y no se toca.

# %% [markdown] lang="en"
# The map does not quite lie: wiping out what is bright hurts far more than at random, and wiping out what is dark, hardly at all.
# But choosing by ink, **without looking at the network**, hurts about as much. The map says where the mixture goes through; not how
# much each patch weighs in the answer. Whoever shows an attention map as an explanation should show this figure too.
#
# ## 8. Another resolution
#
# One often trains on small pictures and fine-tunes on larger ones. There are more patches than positions: they are **stretched**,
# as if the grid were a picture of $D$ channels. The class token is not on the grid and is not touched.

# %%
larger = interpolate(x_new[:, None], size=(12, 12), mode="bilinear")[:, 0]  # (M, 12, 12): 36 patches
stretched = evaluate(model, larger, y_new, measure=accuracy)
fit(model, interpolate(x[:, None], size=(12, 12), mode="bilinear")[:, 0], y, steps=60, lr=1e-3)
tuned = evaluate(model, larger, y_new, measure=accuracy)
afresh = vit(image_size=(12, 12))
fit(afresh, interpolate(x[:, None], size=(12, 12), mode="bilinear")[:, 0], y, steps=60)
scratch = evaluate(afresh, larger, y_new, measure=accuracy)
print(label(f"posiciones estiradas: {stretched:.1%}; tras 60 pasos más: {tuned:.1%}",
            f"positions stretched: {stretched:.1%}; after 60 more steps: {tuned:.1%}"))  # fmt: skip
print(label(f"60 pasos desde cero: {scratch:.1%}", f"60 steps from scratch: {scratch:.1%}"))

# %% [markdown] lang="es"
# Estirar no sale gratis: entre dos posiciones nacidas al azar, la de en medio no significa nada todavía. Pero lo demás que el
# modelo sabe sigue ahí, y unos pocos pasos lo ponen casi al día. Los mismos pasos desde cero no llegan ni de lejos.

# %% [markdown] lang="en"
# Stretching does not come free: between two positions born at random, the one in the middle means nothing yet. But the rest
# that the model knows is still there, and a few steps bring it almost up to date. The same steps from scratch come nowhere near.

# %% [markdown] lang="es"
# # Parte B · Ver y leer
#
# ## 9. ¿A quién creer?
#
# Una foto y un pie de foto. En la mitad de las parejas la foto está clara y el texto **duda** y se equivoca; en la otra mitad el
# texto está seguro y la foto, borrosa, es de otro dígito. Nadie dice cuál es cuál. Hay que verlo en la foto y leerlo en el texto.

# %% [markdown] lang="en"
# # Part B · Seeing and reading
#
# ## 9. Whom to believe?
#
# A picture and a caption. In half of the pairs the picture is clear and the text is **in doubt**, and wrong; in the other half the
# text is sure and the picture, a blurred one, is of another digit. Nobody says which is which. It has to be seen in the picture
# and read in the text.

# %%
pairs, new_pairs = make_captions(2000), make_captions(1000, test=True)
captions = [f"{text}\n→ {digit}" for text, digit in zip(pairs.captions[:6], pairs.y[:6], strict=True)]
plots.plot_pairs(pairs.pictures[:6], captions,
                 about=label("Seis parejas de foto y texto, y el dígito que se busca:",
                             "Six pairs of picture and text, and the digit wanted:"))  # fmt: skip

# %% [markdown] lang="es"
# Tres maneras de unir dos vectores, $v$ de la imagen (64 píxeles) y $t$ del texto (qué palabras hay):
#
# - **concatenar**: $\tanh(W[v; t])$, una capa lineal sobre los dos seguidos;
# - **sumar**: $\tanh(W_v v) + \tanh(W_t t)$;
# - una **unidad multimodal con puerta** (*gated multimodal unit*, GMU, de Arevalo y otros, 2017): una puerta $z$ por rasgo,
#   entre 0 y 1, que lee las **dos** entradas y decide cuánto toma de cada una:
#
# $$h_v = \tanh(W_v v), \quad h_t = \tanh(W_t t), \quad z = \sigma(W_z [v; t]), \quad h = z \odot h_v + (1 - z) \odot h_t$$
#
# Es la puerta de la LSTM de la unidad 3, con otro oficio. A mano, un rasgo en que la imagen dice $0.8$, el texto $-0.6$ y a la
# puerta le salen $\ln 3 = 1.099$ puntos: $z = 3/4$, y $h = 0.75 \cdot 0.8 + 0.25 \cdot (-0.6) = 0.45$. Gana la imagen, sin
# callar del todo al texto.

# %% [markdown] lang="en"
# Three ways of joining two vectors, $v$ of the picture (64 pixels) and $t$ of the text (which words there are):
#
# - **concatenating**: $\tanh(W[v; t])$, a linear layer on both in a row;
# - **adding**: $\tanh(W_v v) + \tanh(W_t t)$;
# - a **gated multimodal unit** (GMU, of Arevalo and others, 2017): a gate $z$ for each feature, between 0 and 1, which reads **both**
#   inputs and decides how much it takes from each:
#
# $$h_v = \tanh(W_v v), \quad h_t = \tanh(W_t t), \quad z = \sigma(W_z [v; t]), \quad h = z \odot h_v + (1 - z) \odot h_t$$
#
# It is the gate of the LSTM of unit 3, in another trade. By hand, a feature in which the picture says $0.8$, the text $-0.6$, and the
# gate gets $\ln 3 = 1.099$ points: $z = 3/4$, and $h = 0.75 \cdot 0.8 + 0.25 \cdot (-0.6) = 0.45$. The picture wins, without quite
# silencing the text.

# %%
z = torch.sigmoid(torch.tensor(3.0).log())
print(f"{z:.2f} {z * 0.8 + (1 - z) * -0.6:.2f}")
widgets.predict("vit.gates")

# %%
v, t = torch.tensor(pairs.pictures).flatten(1), torch.tensor(pairs.words)  # (N, 64) and (N, V)
v_new, t_new = torch.tensor(new_pairs.pictures).flatten(1), torch.tensor(new_pairs.words)
names = {label("concatenar", "concatenate"): ConcatFusion, label("sumar", "add"): SumFusion,
         "GMU": BimodalGMU}  # fmt: skip
fused, shares = {}, {}
for name, kind in names.items():
    shares[name] = []
    for seed in range(3):
        torch.manual_seed(seed)
        fused[name] = Fused(kind(64, t.shape[1], 32), 32, 10)
        train(fused[name], (v, t), pairs.y, lr=3e-3, steps=300)
        shares[name].append(evaluate(fused[name], (v_new, t_new), new_pairs.y, measure=accuracy))
plots.plot_scores(shares, label("aciertos en parejas nuevas", "share of new pairs right"))

# %% [markdown] lang="es"
# Las tres tienen los mismos datos. La diferencia está en lo que les resulta **fácil**: sumando cuesta apagar una fuente según lo
# que diga la otra; multiplicando, no. Con más sitio o más tiempo, concatenar también llega: con 128 unidades ocultas, o con
# 2000 pasos, medimos un 96 %. No te quedes con «la GMU siempre gana», sino con que la puerta trae puesto justo esto: otro
# sesgo inductivo. Y deja ver **cómo** decide:

# %% [markdown] lang="en"
# All three have the same data. The difference is in what is **easy** for them: by adding, it is hard to switch one source off by
# what the other says; by multiplying, it is not. With more room or more time, concatenating gets there too: with 128 hidden units,
# or with 2000 steps, we measured 96%. Do not go away with “the GMU always wins”, but with the gate having just this built in:
# another inductive bias. And it lets one see **how** it decides:

# %%
with torch.no_grad():
    gate = fused["GMU"].fusion.gate(v_new, t_new).mean(dim=1).numpy()  # (M,)
who = (label("tiene razón la foto", "the picture is right"),
       label("tiene razón el texto", "the text is right"))  # fmt: skip
plots.plot_gates(gate, new_pairs.picture_is_right, who, label("puerta media, z", "mean gate, z"))

# %% [markdown] lang="es"
# Dos montones separados. Nadie le dio esa columna: la sacó de los píxeles y de una palabra de duda. Por eso, en la tarea, se
# examina la puerta y no solo el acierto: **acertar no dice por qué**.
#
# ## 10. Tres fuentes, y alguna que falta
#
# Con $n$ fuentes no hay un $1 - z$ que repartir. El mismo artículo da a cada una su puerta, **independiente**:
#
# $$h = \sum_{i=1}^{n} z_i \odot \tanh(W_i x_i), \qquad z_i = \sigma(U_i [x_1; \dots; x_n])$$
#
# Pueden abrirse todas o cerrarse todas. Compara las dos clases de puerta:

# %% [markdown] lang="en"
# Two heaps apart. Nobody gave it that column: it got it from the pixels and from a word of doubt. That is why, in the assignment, the
# gate is examined and not only the accuracy: **being right does not say why**.
#
# ## 10. Three sources, and one that is missing
#
# With $n$ sources there is no $1 - z$ to share out. The same paper gives each its gate, an **independent** one:
#
# $$h = \sum_{i=1}^{n} z_i \odot \tanh(W_i x_i), \qquad z_i = \sigma(U_i [x_1; \dots; x_n])$$
#
# All may open, or all close. Compare both kinds of gate:

# %%
widgets.explore_fusion()

# %% [markdown] lang="es"
# Fuera del aula las fuentes fallan: una cámara se apaga, un informe no llega. Tres cámaras ven, cada una, una franja del
# dígito: arriba, en medio y abajo. Se entrena dos veces: con las tres siempre, y quitando una al azar en la mitad de los lotes
# (*modality dropout*). Luego se apaga una cámara.

# %% [markdown] lang="en"
# Outside the classroom, sources fail: a camera goes off, a report does not arrive. Three cameras see a strip of the digit each,
# top, middle and bottom. It is trained twice: always with all three, and taking one away at random in half of the batches
# (*modality dropout*). Then a camera is switched off.


# %%
def strips(pictures):
    parts = pictures[:, :3], pictures[:, 3:5], pictures[:, 5:]
    return [part.flatten(1) for part in parts]  # (B, 24), (B, 16), (B, 24)


def fit_cameras(share_missing, steps=500):
    torch.manual_seed(0)
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
ways = {label("siempre las tres", "always all three"): fit_cameras(0.0),
        label("a veces falta una", "one missing at times"): fit_cameras(0.5)}  # fmt: skip
bars = {state: {way: right(net, missing) for way, net in ways.items()}
        for state, missing in zip(states.split("|"), (None, 0, 1, 2), strict=True)}  # fmt: skip
plots.plot_bars(bars, label("aciertos en dígitos nuevos", "share of new digits right"))

# %% [markdown] lang="es"
# Con las tres cámaras aciertan casi igual. Si falta una, la que ya había practicado pierde mucho menos. **Lo que pueda faltar
# mañana tiene que faltar a veces al entrenar.**
#
# ## 11. Preguntar a una imagen: atención cruzada
#
# Hasta aquí cada fuente era un vector. Pero si el texto es una pregunta, ha de **buscar** en la imagen: es la atención cruzada de
# la unidad 5. Las palabras son las consultas; los parches, las claves y los valores. Cuatro dígitos en un lienzo y una pregunta de
# dos palabras: «¿cuál hay arriba a la derecha?»

# %% [markdown] lang="en"
# With all three cameras they are right about as often. If one is missing, the one that had practised loses far less. **What may be
# missing tomorrow has to be missing at times in training.**
#
# ## 11. Asking a picture: cross-attention
#
# So far each source was one vector. But if the text is a question, it has to **search** the picture: it is the cross-attention of
# unit 5. The words are the queries; the patches, the keys and the values. Four digits on a canvas and a question of two words:
# “which is at the top right?”

# %%
asked, new_asked = make_questions(2000), make_questions(1000, test=True)
captions = [" ".join(asked.vocabulary[n] for n in question) + f"\n→ {digit}"
            for question, digit in zip(asked.questions[:5], asked.y[:5], strict=True)]  # fmt: skip
plots.plot_pairs(asked.pictures[:5], captions,
                 about=label("Cinco lienzos de cuatro dígitos, su pregunta y su respuesta:",
                             "Five canvases of four digits, their question and answer:"))  # fmt: skip

# %% [markdown] lang="es"
# «Arriba» no está en ningún píxel: está en la **posición** de los parches. Cada modalidad lleva las suyas: los parches en su rejilla,
# las palabras en su orden. Pueden aprenderse o venir fijas, los senos y cosenos de la unidad 5. ¿Cuál es mejor?

# %% [markdown] lang="en"
# “Top” is in no pixel: it is in the **position** of the patches. Each modality carries its own: the patches in their grid, the words
# in their order. They may be learned or come fixed, the sines and cosines of unit 5. Which is better?

# %%
def seen(questions):
    patches = patchify(torch.tensor(questions.pictures)[:, None], 4)  # (N, 16, 16)
    return 3 * patches - 1, torch.tensor(questions.questions)  # (N, 2)


kinds = {"learned": label("aprendidas", "learned"), "fixed": label("fijas", "fixed"), "none": label("ninguna", "none")}
shares = {}
for kind, name in kinds.items():
    shares[name] = []
    for seed in range(2):
        torch.manual_seed(seed)
        reader = CrossReader(16, 16, 4, 2, 10, positions=kind)
        fit(reader, seen(asked), asked.y, steps=500, lr=3e-3)
        shares[name].append(evaluate(reader, seen(new_asked), new_asked.y, measure=accuracy))
plots.plot_scores(shares, label("respuestas correctas", "right answers"))

# %% [markdown] lang="es"
# Sin posiciones sabe qué cuatro dígitos hay y elige uno: poco más de un cuarto. Entre aprendidas y fijas, con dos semillas, no se
# puede elegir: la variación entre semillas es de ese tamaño. Es lo que encontraron también los autores del Transformer. Lo que
# decide es el uso: las aprendidas no existen más allá de lo entrenado y hay que estirarlas; las fijas, sí.
#
# ## 12. Todo lo que se pueda cortar es una frase
#
# Nada en el ViT sabe que mira una foto. Un sonido, dibujado como **espectrograma** (qué tonos suenan en cada instante), es una imagen;
# y la misma red lo lee. Cuatro sonidos con ruido: sube, baja, se queda quieto, salta.

# %% [markdown] lang="en"
# Without positions it knows which four digits there are and picks one: a little over a quarter. Between learned and fixed, with two
# seeds, one cannot choose: the variation between seeds is of that size. It is what the authors of the Transformer found too. What
# decides is the use: learned ones do not exist beyond what was trained and have to be stretched; fixed ones do.
#
# ## 12. All that can be cut is a sentence
#
# Nothing in the ViT knows that it looks at a photograph. A sound, drawn as a **spectrogram** (which tones sound at each instant), is a
# picture; and the same network reads it. Four sounds with noise: it rises, falls, stays, leaps.


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
names = label("sube|baja|quieto|salta", "rises|falls|still|leaps").split("|")
first = [int((kinds == k).nonzero()[0]) for k in range(4)]
shown = (sounds[first].flip(1) - sounds.min()) / (sounds.max() - sounds.min())  # low tones at the bottom
plots.plot_pairs(shown, names, about=label("Cuatro espectrogramas, tonos graves abajo:",
                                           "Four spectrograms, low tones at the bottom:"))  # fmt: skip
ears = vit(image_size=(32, 32), patch_size=8, num_classes=4)
centre, spread = sounds.mean(), sounds.std()
fit(ears, (sounds - centre) / spread, kinds, steps=150)
share = evaluate(ears, (new_sounds - centre) / spread, new_kinds, measure=accuracy)
print(label(f"sonidos nuevos: {share:.1%}", f"new sounds: {share:.1%}"))

# %% [markdown] lang="es"
# Esto es lo que corre hoy, con la misma pieza en medio:
#
# | se corta | en palabras que son | y sirve para |
# |---|---|---|
# | una foto | parches | clasificar, buscar, segmentar: ViT, DINO |
# | una foto y su pie | un vector cada uno, que se acercan | buscar con frases: CLIP |
# | un sonido | trozos de espectrograma | reconocer y transcribir: AST, Whisper |
# | un vídeo | cubos de píxeles y tiempo | reconocer acciones: ViViT |
# | una partida | recompensa, estado, acción | jugar: Decision Transformer |
# | una proteína | aminoácidos | predecir su forma: ESM, AlphaFold |
# | una imagen con ruido | parches de ruido | generar imágenes: DiT |
#
# Cambia el cuchillo. La red, casi nada.
#
# **Con la biblioteca.** Nuestro ViT es el de Hugging Face, nombre por nombre: con sus pesos da sus puntuaciones. Aquí se comprueba con
# una configuración al azar, sin red, si `transformers` está instalado. Con red, `from_vit` lee igual un modelo publicado, como
# `google/vit-base-patch16-224`.

# %% [markdown] lang="en"
# This is what runs today, with the same piece in the middle:
#
# | one cuts | into words that are | and it is good for |
# |---|---|---|
# | a photograph | patches | classifying, searching, segmenting: ViT, DINO |
# | a photograph and its caption | one vector each, drawn together | searching by sentences: CLIP |
# | a sound | pieces of spectrogram | recognising and transcribing: AST, Whisper |
# | a video | cubes of pixels and time | recognising actions: ViViT |
# | a game | reward, state, action | playing: Decision Transformer |
# | a protein | amino acids | predicting its shape: ESM, AlphaFold |
# | a picture with noise | patches of noise | generating pictures: DiT |
#
# The knife changes. The network, hardly at all.
#
# **With the library.** Our ViT is that of Hugging Face, name by name: with its weights it gives its scores. Here it is checked with a
# random configuration, offline, if `transformers` is installed. With a network, `from_vit` reads a published model alike, such as
# `google/vit-base-patch16-224`.

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
# **Depende de cómo lo escribas.** La capa de los parches es una convolución de paso $P$. Lo que no tiene son convoluciones que se
# solapen, una tras otra.
# </details>
#
# <details><summary>2. «El testigo de clase resume el primer parche.»</summary>
#
# **Falso.** No mira ningún píxel: es un vector aprendido que escucha a todos.
# </details>
#
# <details><summary>3. «Sin posiciones, un ViT no aprende nada.»</summary>
#
# **Falso.** Aprende qué parches hay. Con parches grandes, eso casi basta.
# </details>
#
# <details><summary>4. «Un ViT es mejor que una CNN.»</summary>
#
# **Depende de los datos.** Aquí ganó la CNN, por más cuantos menos había; con cientos de millones de fotos gana el ViT.
# </details>
#
# <details><summary>5. «El mapa de atención dice por qué decide la red.»</summary>
#
# **Falso.** Dice por dónde pasa la mezcla. Borrar por la tinta, sin mirar la red, hizo tanto daño como borrar por el mapa.
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
# <details><summary>8. «Con imágenes mayores hay que entrenar de nuevo.»</summary>
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
# **It depends on how you write it.** The layer of the patches is a convolution of stride $P$. What it does not have are convolutions
# that overlap, one after another.
# </details>
#
# <details><summary>2. “The class token sums up the first patch.”</summary>
#
# **False.** It looks at no pixel: it is a learned vector that listens to all.
# </details>
#
# <details><summary>3. “Without positions, a ViT learns nothing.”</summary>
#
# **False.** It learns which patches there are. With large patches, that is almost enough.
# </details>
#
# <details><summary>4. “A ViT is better than a CNN.”</summary>
#
# **It depends on the data.** Here the CNN won, by more the less there was; with hundreds of millions of photographs the ViT wins.
# </details>
#
# <details><summary>5. “The attention map says why the network decides.”</summary>
#
# **False.** It says where the mixture goes through. Wiping out by ink, without looking at the network, hurt as much as by the map.
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
# <details><summary>8. “With larger pictures one has to train again.”</summary>
#
# **False.** Positions are stretched, and a few steps of fine-tuning do.
# </details>

# %% [markdown] lang="es"
# ## En media página
#
# - Una imagen es una frase de $N = (H/P)(W/P)$ **parches**; cada uno pasa por la misma capa lineal, que es una convolución de paso $P$.
# - El **testigo de clase** va delante y escucha; las **posiciones** se suman a todos. Sin ellas, la imagen es una bolsa de parches.
# - Las posiciones aprenden la vecindad si la tarea la necesita. Para otra resolución, se **estiran**.
# - La CNN trae puesto el **sesgo inductivo**; el ViT lo aprende, y le cuesta datos.
# - Un mapa de atención es una hipótesis: **se prueba borrando**.
# - Para unir fuentes: concatenar, sumar, **puertas** (complementarias con dos, independientes con $n$), atención cruzada.
# - Lo que pueda **faltar** tiene que faltar a veces al entrenar. Y se mira la puerta, no solo el acierto.
#
# En la tarea escribirás cada pieza, entrenarás tu ViT y verás a quién cree tu GMU.
#
# ## Para seguir leyendo
#
# - Dosovitskiy y otros (2021), [An image is worth 16x16 words](https://arxiv.org/abs/2010.11929). El ViT.
# - Touvron y otros (2021), [DeiT](https://arxiv.org/abs/2012.12877). Cómo entrenarlo con menos datos.
# - Abnar y Zuidema (2020), [Quantifying attention flow in Transformers](https://arxiv.org/abs/2005.00928). El despliegue.
# - Jain y Wallace (2019), [Attention is not explanation](https://arxiv.org/abs/1902.10186). La cautela.
# - Darcet y otros (2024), [Vision Transformers need registers](https://arxiv.org/abs/2309.16588). Las esquinas claras.
# - Arevalo y otros (2017), [Gated multimodal units](https://arxiv.org/abs/1702.01992). Las puertas.
# - Radford y otros (2021), [CLIP](https://arxiv.org/abs/2103.00020). Imagen y texto a gran escala.
# - Gong y otros (2021), [AST](https://arxiv.org/abs/2104.01778). El ViT que oye.

# %% [markdown] lang="en"
# ## In half a page
#
# - A picture is a sentence of $N = (H/P)(W/P)$ **patches**; each goes through the same linear layer, a convolution of stride $P$.
# - The **class token** goes in front and listens; **positions** are added to all. Without them, the picture is a bag of patches.
# - Positions learn the neighbourhood if the task needs it. For another resolution, they are **stretched**.
# - The CNN has its **inductive bias** built in; the ViT learns it, and it costs data.
# - An attention map is a hypothesis: **it is tested by wiping out**.
# - To join sources: concatenating, adding, **gates** (complementary with two, independent with $n$), cross-attention.
# - What may be **missing** has to be missing at times in training. And one looks at the gate, not only at the accuracy.
#
# In the assignment you will write each piece, train your ViT and see whom your GMU believes.
#
# ## Read next
#
# - Dosovitskiy and others (2021), [An image is worth 16x16 words](https://arxiv.org/abs/2010.11929). The ViT.
# - Touvron and others (2021), [DeiT](https://arxiv.org/abs/2012.12877). How to train it with less data.
# - Abnar and Zuidema (2020), [Quantifying attention flow in Transformers](https://arxiv.org/abs/2005.00928). Rollout.
# - Jain and Wallace (2019), [Attention is not explanation](https://arxiv.org/abs/1902.10186). The caution.
# - Darcet and others (2024), [Vision Transformers need registers](https://arxiv.org/abs/2309.16588). The bright corners.
# - Arevalo and others (2017), [Gated multimodal units](https://arxiv.org/abs/1702.01992). The gates.
# - Radford and others (2021), [CLIP](https://arxiv.org/abs/2103.00020). Picture and text on a large scale.
# - Gong and others (2021), [AST](https://arxiv.org/abs/2104.01778). The ViT that hears.
