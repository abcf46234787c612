# %% [markdown] lang="es"
# # Redes convolucionales
#
# Escribe un 3 en el centro de una hoja y otro en una esquina. Para ti es el mismo número. ¿Lo es para una red?
# La de la unidad 1 acertaba casi todos los dígitos, siempre centrados. **¿Qué le pasa cuando se mueven, y qué hay que
# cambiar para que no le pase?**

# %% [markdown] lang="en"
# # Convolutional networks
#
# Write a 3 in the middle of a sheet and another in a corner. To you it is the same number. Is it to a network? The one
# of unit 1 was right on almost all digits, always centred. **What happens to it when they move, and what must change so
# that it does not happen?**

# %%
import numpy as np
import torch
from sklearn.datasets import load_sample_image
from torch import nn
from torch.nn import functional

from atiende import label, plots, widgets
from atiende.data import load_digits, make_moved_digits
from atiende.models.cnn import CNN, ResidualBlock
from atiende.models.mlp import MLP
from atiende.training import accuracy, evaluate, train

# %% [markdown] lang="es"
# ## Primero, un fracaso
#
# Ponemos cada dígito de 8 × 8 en el centro de un lienzo negro de 16 × 16 y entrenamos una MLP con 56 neuronas ocultas.
# Después la probamos con dígitos nuevos, primero en el centro y luego en cada uno de los 81 sitios del lienzo.

# %% [markdown] lang="en"
# ## First, a failure
#
# We put each digit of 8 × 8 in the middle of a black canvas of 16 × 16 and train an MLP with 56 hidden neurons. Then we
# try it on new digits, first in the middle and then in each of the 81 places of the canvas.


# %%
def place(images, row, column):
    """Put images (N, 8, 8) down on black canvases (N, 16, 16), with their first corner at (row, column)."""
    canvas = np.zeros((len(images), 16, 16), dtype=np.float32)
    canvas[:, row : row + 8, column : column + 8] = images
    return canvas


def make_mlp():
    return nn.Sequential(nn.Flatten(), MLP(256, 56, 10))  # (N, 16, 16) -> (N, 256) -> (N, 56) -> (N, 10)


digits = load_digits(seed=0)  # x_train (1347, 8, 8), x_test (450, 8, 8)
torch.manual_seed(0)
mlp = make_mlp()
train(mlp, place(digits.x_train, 4, 4), digits.y_train, lr=3e-3, steps=400)
right = evaluate(mlp, place(digits.x_test, 4, 4), digits.y_test, measure=accuracy)
print(label("aciertos en el centro:", "share right in the middle:"), f"{right:.1%}")
moved = {}
for title, row, column in ((label("centro", "middle"), 4, 4), (label("movido", "moved"), 2, 6)):
    for image, y in zip(place(digits.x_test[:4], row, column), digits.y_test[:4], strict=True):
        moved[f"{y}, {title}"] = image  # (16, 16)
about = label(
    "Los mismos dígitos en el centro y movidos 2 píxeles a la derecha y 2 hacia arriba.",
    "The same digits in the middle and moved 2 pixels right and 2 up.",
)
plots.plot_maps(moved, about, columns=4, row_height=1.8)
widgets.predict("cnn.moved")


# %%
def by_place(model, images, y):
    """Return the share right on images (N, 8, 8) with answers y (N,), put down at each place: (9, 9)."""
    shares = np.zeros((9, 9))
    for row, column in np.ndindex(9, 9):
        shares[row, column] = evaluate(model, place(images, row, column), y, measure=accuracy)
    return shares


plots.plot_places(
    {label("MLP entrenada en el centro (%)", "MLP trained in the middle (%)"): by_place(mlp, digits.x_test, digits.y_test)},
    start=(4, 4),
)

# %% [markdown] lang="es"
# Cada casilla es un sitio; el número, su porcentaje de aciertos. En el centro, casi perfecto. A un solo píxel ya falla
# la mitad o más; a dos, una ruina. La red no ha aprendido qué es un 3: ha aprendido qué píxeles se encienden cuando hay
# un 3 **en el centro**.
#
# **Al terminar sabrás**
# - calcular a mano la salida de un filtro, con relleno, paso y varios canales;
# - decir qué cambia en la salida cuando la imagen se mueve, y qué añade la agrupación;
# - medir cuánta imagen ve una neurona profunda;
# - usar la normalización por lotes y los bloques residuales sabiendo qué arreglan y qué peligro traen;
# - explicar cuándo ayuda lo que una red da por supuesto, con un experimento que lo rompe a propósito;
# - aumentar datos y separar la prueba sin engañarte.
#
# **Necesitas** la unidad 1. **Tiempo:** 120 minutos.

# %% [markdown] lang="en"
# Each box is a place; the number, its percentage right. In the middle, almost perfect. A single pixel away it is
# already wrong half of the time or more; two pixels away, a ruin. The network has not learned what a 3 is: it has
# learned which pixels light up when there is a 3 **in the middle**.
#
# **By the end you will be able to**
# - work out by hand the output of a filter, with padding, stride and several channels;
# - say what changes in the output when the picture moves, and what pooling adds;
# - measure how much of the picture a deep neuron sees;
# - use batch normalization and residual blocks knowing what they mend and what danger they bring;
# - explain when what a network takes for granted helps, with an experiment that breaks it on purpose;
# - augment data and set the test apart without fooling yourself.
#
# **You need** unit 1. **Time:** 120 minutes.

# %% [markdown] lang="es"
# ## 1. La cuenta que no sale
#
# Una salida sería enseñarle los dígitos en todos los sitios. Haz la cuenta. Cada neurona oculta tiene un peso por
# píxel: en nuestro lienzo, 256 pesos y un sesgo. Con 56 neuronas,
#
# $$56 \cdot (256 + 1) = 14392$$
#
# Aún es poco. Con una foto en color de 224 × 224 y 1000 neuronas, cada una tiene $224 \cdot 224 \cdot 3 = 150528$
# pesos, y la capa, más de 150 millones. Y lo aprendido arriba a la izquierda no sirve abajo a la derecha: son otros
# pesos.
#
# Dos ideas lo arreglan a la vez:
#
# - **mirar de cerca**: cada neurona ve solo una ventana pequeña, porque los píxeles de un trazo están juntos;
# - **compartir los pesos**: en todas las ventanas se usan los mismos, porque un trazo es un trazo en cualquier sitio.
#
# Una ventana de 3 × 3, con 16 juegos de pesos distintos, cuesta $16 \cdot (9 + 1) = 160$ números. Los mismos para un
# sello de correos que para un cartel.

# %% [markdown] lang="en"
# ## 1. A sum that does not work out
#
# One way out would be to show it the digits in every place. Do the sum. Each hidden neuron has one weight a pixel: on
# our canvas, 256 weights and a bias. With 56 neurons,
#
# $$56 \cdot (256 + 1) = 14392$$
#
# That is still little. With a colour photograph of 224 × 224 and 1000 neurons, each has
# $224 \cdot 224 \cdot 3 = 150528$ weights, and the layer over 150 million. And what was learned at the top left is of
# no use at the bottom right: those are other weights.
#
# Two ideas mend it at once:
#
# - **look closely**: each neuron sees only a small window, since the pixels of a stroke lie together;
# - **share the weights**: all windows use the same ones, since a stroke is a stroke anywhere.
#
# A window of 3 × 3, with 16 different sets of weights, costs $16 \cdot (9 + 1) = 160$ numbers. The same for a postage
# stamp as for a billboard.


# %%
def size(layer):
    return sum(p.numel() for p in layer.parameters())


plots.plot_parameters({
    label("lineal, 16 × 16 gris → 56", "linear, 16 × 16 grey → 56"): size(nn.Linear(256, 56)),
    label("lineal, 224 × 224 color → 1000", "linear, 224 × 224 colour → 1000"): size(nn.Linear(224 * 224 * 3, 1000, device="meta")),
    label("ventanas 3 × 3, gris → 16 mapas", "windows 3 × 3, grey → 16 maps"): size(nn.Conv2d(1, 16, 3)),
    label("ventanas 3 × 3, color → 16 mapas", "windows 3 × 3, colour → 16 maps"): size(nn.Conv2d(3, 16, 3)),
})  # fmt: skip

# %% [markdown] lang="es"
# ## 2. Un filtro que se desliza
#
# La neurona de la unidad 1 contaba votos. Esta también, pero sobre una ventana, y después da un paso y vuelve a contar.
# Los pesos forman un **filtro** (*filter*), que también verás escrito *kernel*; lo que va dando, ventana a ventana, es
# un **mapa** (*feature map*). Una imagen de 4 × 4 y un filtro de 3 × 3:
#
# $$x = \begin{pmatrix} 1 & 2 & 4 & 1 \\ 0 & 1 & 3 & 2 \\ 2 & 0 & 1 & 1 \\ 1 & 1 & 0 & 2 \end{pmatrix}, \qquad
# w = \begin{pmatrix} 0 & 1 & 0 \\ 1 & 0 & -1 \\ 0 & 0 & 2 \end{pmatrix}$$
#
# Ponlo arriba a la izquierda. Multiplica cada peso por lo que tiene debajo y súmalo todo; solo cuatro pesos no son 0:
#
# $$1 \cdot 2 + 1 \cdot 0 + (-1) \cdot 3 + 2 \cdot 1 = 1$$
#
# Un paso a la derecha: $1 \cdot 4 + 1 \cdot 1 - 1 \cdot 2 + 2 \cdot 1 = 5$. Haz tú los dos de abajo antes de seguir.
#
# $$\mathrm{out}_{rc} = \sum_{i}\sum_{j} w_{ij}\; x_{r+i,\,c+j}$$
#
# $\mathrm{out}_{rc}$ es el número de la fila $r$ y la columna $c$ del mapa; $i$ y $j$ van de 0 a 2.

# %% [markdown] lang="en"
# ## 2. A filter that slides
#
# The neuron of unit 1 counted votes. So does this one, but over a window, and then it takes a step and counts again.
# Its weights form a **filter** (or *kernel*); what it gives, window after window, is a **feature map**. A picture of
# 4 × 4 and a filter of 3 × 3:
#
# $$x = \begin{pmatrix} 1 & 2 & 4 & 1 \\ 0 & 1 & 3 & 2 \\ 2 & 0 & 1 & 1 \\ 1 & 1 & 0 & 2 \end{pmatrix}, \qquad
# w = \begin{pmatrix} 0 & 1 & 0 \\ 1 & 0 & -1 \\ 0 & 0 & 2 \end{pmatrix}$$
#
# Put it at the top left. Multiply each weight by what lies under it and add it all up; only four weights are not 0:
#
# $$1 \cdot 2 + 1 \cdot 0 + (-1) \cdot 3 + 2 \cdot 1 = 1$$
#
# One step to the right: $1 \cdot 4 + 1 \cdot 1 - 1 \cdot 2 + 2 \cdot 1 = 5$. Do the two below yourself before you go
# on.
#
# $$\mathrm{out}_{rc} = \sum_{i}\sum_{j} w_{ij}\; x_{r+i,\,c+j}$$
#
# $\mathrm{out}_{rc}$ is the number in row $r$ and column $c$ of the map; $i$ and $j$ go from 0 to 2.

# %%
x = torch.tensor([[1.0, 2, 4, 1], [0, 1, 3, 2], [2, 0, 1, 1], [1, 1, 0, 2]])  # (4, 4)
w = torch.tensor([[0.0, 1, 0], [1, 0, -1], [0, 0, 2]])  # (3, 3)
out = torch.zeros(2, 2)  # a filter of 3 fits twice in 4
for r, c in np.ndindex(2, 2):
    out[r, c] = (x[r : r + 3, c : c + 3] * w).sum()  # (3, 3) * (3, 3) -> ()
plots.plot_slide(x, w, out)
functional.conv2d(x[None, None], w[None, None])[0, 0]  # (1, 1, 4, 4), (1, 1, 3, 3) -> (1, 1, 2, 2)

# %% [markdown] lang="es"
# PyTorch da los mismos cuatro números. Los dos ejes de más son el lote y los canales: toda imagen va en `(N, C, H, W)`.
#
# ### ¿Convolución o correlación?
#
# En matemáticas, la **convolución** (*convolution*) gira antes el filtro media vuelta; lo que acabamos de hacer se
# llama **correlación cruzada** (*cross-correlation*). ¿Se nota? Deslicémoslo sobre un solo punto de luz.

# %% [markdown] lang="en"
# PyTorch gives the same four numbers. The two extra axes are the batch and the channels: every picture goes in
# `(N, C, H, W)`.
#
# ### Convolution or correlation?
#
# In mathematics, **convolution** first turns the filter half round; what we have just done is called
# **cross-correlation**. Does it show? Let us slide it over a single point of light.

# %%
widgets.predict("cnn.flip")

# %%
point = torch.zeros(5, 5)
point[2, 2] = 1
turned = w.flip(0, 1)  # (3, 3): half a turn
plots.plot_grids({
    label("un punto de luz", "a point of light"): point.tolist(),
    label("filtro", "filter"): w.tolist(),
    label("correlación", "correlation"): functional.conv2d(point[None, None], w[None, None])[0, 0].tolist(),
    label("convolución", "convolution"): functional.conv2d(point[None, None], turned[None, None])[0, 0].tolist(),
})  # fmt: skip
functional.conv2d(x[None, None], turned[None, None])[0, 0]  # the true convolution of our picture: (2, 2)

# %% [markdown] lang="es"
# Con el filtro girado, la imagen de 4 × 4 da 5, 6, 0 y 3, y no 1, 5, 2 y 6. Son cuentas distintas, pero una red aprende
# sus pesos: si la biblioteca los gira, aprenderá el filtro girado. Por eso las redes usan la correlación, que es más
# simple, y la llaman convolución. Solo importa si copias pesos de un sitio a otro.
#
# Lo que de verdad importa es otra cosa. Si la imagen se mueve un píxel, **el mapa se mueve un píxel y no cambia en nada
# más** (lejos de los bordes). Se dice que la convolución es **equivariante** (*equivariant*). Esa es la propiedad que
# le faltaba a la MLP:

# %% [markdown] lang="en"
# With the filter turned, the picture of 4 × 4 gives 5, 6, 0 and 3, and not 1, 5, 2 and 6. The sums differ, but a
# network learns its weights: if the library turns them, it will learn the turned filter. So networks use correlation,
# which is simpler, and call it convolution. It only matters if you copy weights from one place to another.
#
# What really matters is something else. If the picture moves by one pixel, **the map moves by one pixel and changes in
# nothing else** (away from the borders). Convolution is said to be **equivariant**. That is the property that the MLP
# lacked:

# %%
here = torch.tensor(place(digits.x_test[:1], 3, 3))[:, None]  # (1, 1, 16, 16)
there = torch.tensor(place(digits.x_test[:1], 5, 4))[:, None]  # two down, one to the right
map_here, map_there = (functional.conv2d(image, w[None, None], padding=1) for image in (here, there))  # (1, 1, 16, 16)
shown = {
    label("dígito", "digit"): here[0, 0].numpy(),
    label("movido", "moved"): there[0, 0].numpy(),
    label("mapa", "map"): map_here[0, 0].numpy(),
    label("mapa del movido", "map of the moved"): map_there[0, 0].numpy(),
}
about = label(
    "Un dígito y el mismo movido 2 píxeles abajo y 1 a la derecha, y sus mapas, que se han movido igual.",
    "A digit and the same moved 2 pixels down and 1 right, and their maps, which have moved in the same way.",
)
plots.plot_maps(shown, about, columns=4, signed=list(shown)[2:])
same = torch.equal(map_here.roll((2, 1), dims=(2, 3)), map_there)
print(label("el mapa, movido, es el mapa del movido:", "the map, moved, is the map of the moved:"), same)

# %% [markdown] lang="es"
# ## 3. Relleno y paso
#
# El filtro de 3 cabe dos veces en 4 píxeles, y la imagen encoge: tras cada capa, 2 píxeles menos de alto y de ancho. Y
# los píxeles del borde se miran menos que los del centro. El **relleno** (*padding*) pone ceros alrededor; con 1 a cada
# lado, un filtro de 3 conserva el tamaño.
#
# El **paso** (*stride*) es cuánto avanza el filtro cada vez. Con paso 2 mira una ventana sí y otra no, y el mapa sale
# con la mitad de filas y de columnas: más barato, y cada número resume más imagen.
#
# Cuenta a mano, en una fila de 7 píxeles y un filtro de 3:
#
# - sin relleno, paso 1: empieza en 0, 1, 2, 3, 4. Son 5 sitios;
# - relleno 1, paso 1: empieza en −1, 0, 1, 2, 3, 4, 5. Son 7;
# - relleno 1, paso 2: empieza en −1, 1, 3, 5. Son 4.
#
# En palabras: lo que queda libre después de poner el filtro una vez, dividido en pasos **enteros**, y el primer sitio,
# que también cuenta. En la tarea escribirás la fórmula. Prueba los botones hasta que sobre un píxel (rayado): ese píxel
# no lo mira nadie.

# %% [markdown] lang="en"
# ## 3. Padding and stride
#
# The filter of 3 fits twice in 4 pixels, and the picture shrinks: after each layer, 2 pixels less in height and in
# width. And the pixels at the border are looked at less than those in the middle. **Padding** puts zeros around; with 1
# on each side, a filter of 3 keeps the size.
#
# The **stride** is how far the filter moves each time. With stride 2 it looks at every other window, and the map comes
# out with half the rows and columns: cheaper, and each number sums up more of the picture.
#
# Count by hand, on a row of 7 pixels with a filter of 3:
#
# - no padding, stride 1: it starts at 0, 1, 2, 3, 4. That is 5 places;
# - padding 1, stride 1: it starts at −1, 0, 1, 2, 3, 4, 5. That is 7;
# - padding 1, stride 2: it starts at −1, 1, 3, 5. That is 4.
#
# In words: what is left free after putting the filter down once, divided into **whole** steps, and the first place,
# which counts too. In the assignment you will write the formula. Try the buttons until a pixel is left over (hatched):
# nobody looks at that pixel.

# %%
row = torch.zeros(1, 1, 7)  # (N, C, W)
for options in ({}, {"padding": 1}, {"padding": 1, "stride": 2}):
    print(options, functional.conv1d(row, torch.ones(1, 1, 3), **options).shape[2])  # 5, 7, 4
widgets.explore_stride()

# %% [markdown] lang="es"
# ## 4. Canales
#
# Una foto en color tiene tres **canales** (*channels*): rojo, verde y azul. El filtro tiene entonces un juego de pesos
# para cada uno, se hace la suma en cada canal, **y las tres sumas se suman**: sale un solo mapa. Un filtro que busca
# «rojo y no azul» en una ventana de 2 × 2, la que dibujamos debajo:
#
# $$(9 + 8 + 7 + 9) + 0 - (1 + 0 + 2 + 1) = 33 + 0 - 4 = 29$$
#
# Para tener muchos mapas, muchos filtros: los pesos de una capa tienen la forma `(F, C, k, k)`, filtros, canales que
# entran, alto y ancho. Los mapas que salen son los canales de la capa siguiente.

# %% [markdown] lang="en"
# ## 4. Channels
#
# A colour photograph has three **channels**: red, green and blue. The filter then has one set of weights for each, the
# sum is done in each channel, **and the three sums are added**: a single map comes out. A filter that looks for “red
# and not blue” in a window of 2 × 2, the one drawn below:
#
# $$(9 + 8 + 7 + 9) + 0 - (1 + 0 + 2 + 1) = 33 + 0 - 4 = 29$$
#
# To have many maps, many filters: the weights of a layer have the shape `(F, C, k, k)`, filters, channels coming in,
# height and width. The maps that come out are the channels of the next layer.

# %%
colours = [label("rojo", "red"), label("verde", "green"), label("azul", "blue")]
window = torch.tensor([[[9.0, 8], [7, 9]], [[2, 1], [3, 2]], [[1, 0], [2, 1]]])  # (3, 2, 2)
filters = torch.stack([torch.ones(2, 2), torch.zeros(2, 2), -torch.ones(2, 2)])  # (3, 2, 2)
sums = (window * filters).sum(dim=(1, 2))  # (3,): one a channel
plots.plot_one_number(dict(zip(colours, window.tolist(), strict=True)), dict(zip(colours, filters.tolist(), strict=True)),
                      dict(zip(colours, sums.tolist(), strict=True)), sums.sum().item())  # fmt: skip
functional.conv2d(window[None], filters[None])  # (1, 3, 2, 2), (1, 3, 2, 2) -> (1, 1, 1, 1)

# %% [markdown] lang="es"
# Lo mismo sobre una foto de verdad. En el mapa de «rojo y no azul», rojo es positivo, azul es negativo y blanco es
# cero. Se queda sobre todo con la flor:

# %% [markdown] lang="en"
# The same on a real photograph. On the map of “red and not blue”, red is positive, blue is negative and white is zero.
# It keeps mostly the flower:

# %%
flower = torch.tensor(load_sample_image("flower.jpg")[::3, ::3] / 255, dtype=torch.float32)  # (143, 214, 3)
channels = flower.permute(2, 0, 1)  # (3, 143, 214)
difference = functional.conv2d(channels[None], filters[None])[0, 0]  # (142, 213)
titles = dict(zip(colours, channels.numpy(), strict=True))
red_not_blue = label("rojo y no azul", "red and not blue")
maps = {label("foto", "photograph"): flower.numpy(), **titles, red_not_blue: difference.numpy()}
about = label("Una dalia naranja, sus tres canales y un mapa que es positivo sobre todo en la flor.",
              "An orange dahlia, its three channels and a map that is positive mostly on the flower.")  # fmt: skip
plots.plot_maps(maps, about, signed=(red_not_blue,))

# %% [markdown] lang="es"
# ## 5. Filtros hechos a mano
#
# ¿Qué ve un filtro de 3 × 3 en una foto? Depende de sus nueve números. Un **borde** (*edge*) es un sitio donde la luz
# cambia de golpe, así que un filtro de bordes resta un lado del otro. El de Sobel resta la columna derecha de la
# izquierda, y da más peso a la fila del medio:
#
# $$\begin{pmatrix} 1 & 0 & -1 \\ 2 & 0 & -2 \\ 1 & 0 & -1 \end{pmatrix}$$
#
# A mano, donde un tejado oscuro (0) toca un cielo claro (1) que está a su izquierda: $1 + 2 + 1 - 0 = 4$. Si el claro
# está a la derecha, $-4$. En las figuras, **rojo es positivo, azul es negativo y blanco es cero**. ¿Y en medio del
# cielo?

# %% [markdown] lang="en"
# ## 5. Filters made by hand
#
# What does a filter of 3 × 3 see in a photograph? It depends on its nine numbers. An **edge** is a place where the
# light changes suddenly, so an edge filter subtracts one side from the other. Sobel's subtracts the right column from
# the left, and gives more weight to the row in the middle:
#
# $$\begin{pmatrix} 1 & 0 & -1 \\ 2 & 0 & -2 \\ 1 & 0 & -1 \end{pmatrix}$$
#
# By hand, where a dark roof (0) touches a bright sky (1) on its left: $1 + 2 + 1 - 0 = 4$. If the bright side is on the
# right, $-4$. In the figures, **red is positive, blue is negative and white is zero**. And in the middle of the sky?

# %%
widgets.predict("cnn.edges")

# %%
photo = load_sample_image("china.jpg")[60:360:2, 120:520:2].mean(axis=2) / 255  # (150, 200): grey, in [0, 1]
grey = torch.tensor(photo, dtype=torch.float32)[None, None]  # (1, 1, 150, 200)
vertical = torch.tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])
kernels = torch.stack([vertical, vertical.T])[:, None]  # (2, 1, 3, 3)
edges = functional.conv2d(grey, kernels)[0]  # (2, 148, 198)
strength = edges.pow(2).sum(dim=0).sqrt()  # (148, 198): whatever their direction
names = [label("izquierda − derecha", "left − right"), label("arriba − abajo", "above − below")]
maps = {label("foto", "photograph"): photo, names[0]: edges[0].numpy(), names[1]: edges[1].numpy()}
maps[label("fuerza del borde", "strength of the edge")] = strength.numpy()
about = label("Un pabellón de tejados curvos, y sus bordes: columnas, aleros y los dos juntos.",
              "A pavilion with curved roofs, and its edges: columns, eaves and both together.")  # fmt: skip
plots.plot_maps(maps, about, columns=2, signed=names, row_height=2.9)

# %% [markdown] lang="es"
# El cielo desaparece; los tejados quedan dibujados. El primer mapa ve las columnas y no los aleros; el segundo, al
# revés. Nadie ha aprendido nada todavía: son nueve números elegidos por una persona. **Una red convolucional es lo
# mismo, con los números elegidos por el gradiente.**
#
# Mueve los nueve deslizadores. Tres retos: que la foto quede igual; que quede borrosa (con nueve pesos de 0.1 se
# oscurece un poco: suman 0.9); que el rojo y el azul de los bordes se cambien. Y uno más: ¿puedes borrar el cielo con
# pesos que no sumen 0?

# %% [markdown] lang="en"
# The sky disappears; the roofs are left as a drawing. The first map sees the columns and not the eaves; the second, the
# other way round. Nobody has learned anything yet: they are nine numbers chosen by a person. **A convolutional network
# is the same, with the numbers chosen by the gradient.**
#
# Move the nine sliders. Three challenges: leave the photograph as it is; blur it (nine weights of 0.1 darken it a
# little: they add up to 0.9); make the red and the blue of the edges change places. And one more: can you wipe out the
# sky with weights that do not add up to 0?

# %%
widgets.explore_kernel()

# %% [markdown] lang="es"
# ## 6. Agrupar: importa más el qué que el dónde
#
# El mapa se mueve con el dígito. Para decir «es un 3» sobra saber el píxel exacto. La **agrupación por máximo** (*max
# pooling*) parte el mapa en ventanas y se queda con el mayor de cada una. A mano, con ventanas de 2 × 2; a la derecha,
# la misma imagen movida un píxel:
#
# $$\begin{pmatrix} 1 & 3 & 0 & 2 \\ 5 & 2 & 1 & 0 \\ 0 & 1 & 4 & 2 \\ 2 & 0 & 3 & 1 \end{pmatrix} \to
# \begin{pmatrix} 5 & 2 \\ 2 & 4 \end{pmatrix}, \qquad
# \begin{pmatrix} 0 & 1 & 3 & 0 \\ 0 & 5 & 2 & 1 \\ 0 & 0 & 1 & 4 \\ 0 & 2 & 0 & 3 \end{pmatrix} \to
# \begin{pmatrix} 5 & 3 \\ 2 & 4 \end{pmatrix}$$
#
# Todo se ha movido, una columna se ha salido, y solo ha cambiado uno de cuatro. Es **invariante** (*invariant*) a
# medias: mientras el máximo no salga de su ventana, no se nota; si sale, se nota del todo. Con una sola ventana del
# tamaño del mapa se pierde el sitio por completo: queda *si* está el trazo, no *dónde*.
#
# Mueve el dígito y agranda la ventana. El dígito pasa por el filtro «izquierda − derecha» y una relu, y después se
# agrupa. El porcentaje es el tamaño de la diferencia con el mapa sin mover, entre el tamaño de este; puede pasar de
# 100.

# %% [markdown] lang="en"
# ## 6. Pooling: what matters more than where
#
# The map moves with the digit. To say “it is a 3” there is no need to know the exact pixel. **Max pooling** parts the
# map into windows and keeps the largest number of each. By hand, with windows of 2 × 2; on the right, the same picture
# moved by one pixel:
#
# $$\begin{pmatrix} 1 & 3 & 0 & 2 \\ 5 & 2 & 1 & 0 \\ 0 & 1 & 4 & 2 \\ 2 & 0 & 3 & 1 \end{pmatrix} \to
# \begin{pmatrix} 5 & 2 \\ 2 & 4 \end{pmatrix}, \qquad
# \begin{pmatrix} 0 & 1 & 3 & 0 \\ 0 & 5 & 2 & 1 \\ 0 & 0 & 1 & 4 \\ 0 & 2 & 0 & 3 \end{pmatrix} \to
# \begin{pmatrix} 5 & 3 \\ 2 & 4 \end{pmatrix}$$
#
# Everything has moved, a column has left, and only one of four has changed. It is half **invariant**: as long as the
# largest stays inside its window nothing shows; if it leaves, it shows in full. With a single window the size of the
# map the place is lost altogether: what is left is *whether* the stroke is there, not *where*.
#
# Move the digit and enlarge the window. The digit goes through the filter “left − right” and a relu, and then it is
# pooled. The percentage is the size of the difference with the unmoved map, divided by the size of that map; it may
# pass 100.

# %%
still = torch.tensor([[1.0, 3, 0, 2], [5, 2, 1, 0], [0, 1, 4, 2], [2, 0, 3, 1]])  # (4, 4)
moved = functional.pad(still, (1, 0))[:, :4]  # (4, 4): a column of zeros comes in on the left
print(functional.max_pool2d(still[None], 2)[0].tolist(), functional.max_pool2d(moved[None], 2)[0].tolist())
widgets.explore_pooling()

# %% [markdown] lang="es"
# ## 7. ¿Cuánto ve una neurona?
#
# Una ventana de 3 × 3 es poca cosa para reconocer un 8. Pero las capas se apilan. Una neurona de la segunda capa mira
# 3 × 3 números del primer mapa, y cada uno de ellos vio 3 × 3 píxeles; como las ventanas se pisan, en total son 5 × 5.
# Con tres capas, 7 × 7. Es su **campo receptivo** (*receptive field*). Si la primera capa va con paso 2, sus ventanas
# están el doble de separadas, y la segunda abarca $3 + 2 + 2 = 7$ píxeles.
#
# No hace falta creerlo: se mide. El gradiente de una neurona respecto a la imagen es 0 justo en los píxeles que no la
# mueven. Ponemos todos los pesos a 1 y pintamos el gradiente.

# %% [markdown] lang="en"
# ## 7. How much does a neuron see?
#
# A window of 3 × 3 is little to recognise an 8 with. But layers stack. A neuron of the second layer looks at 3 × 3
# numbers of the first map, and each of those saw 3 × 3 pixels; as the windows overlap, that makes 5 × 5 in all. With
# three layers, 7 × 7. That is its **receptive field**. If the first layer goes with stride 2, its windows are twice as
# far apart, and the second spans $3 + 2 + 2 = 7$ pixels.
#
# No need to believe it: it can be measured. The gradient of a neuron with respect to the picture is 0 exactly at the
# pixels that do not move it. We set all weights to 1 and paint the gradient.


# %%
def field(*strides):
    """Return how much each pixel (25, 25) moves the middle neuron of a stack of 3 x 3 convolutions with these strides."""
    layers = [nn.Conv2d(1, 1, 3, stride, padding=1, bias=False) for stride in strides]
    for layer in layers:
        nn.init.ones_(layer.weight)
    image = torch.zeros(1, 1, 25, 25, requires_grad=True)
    out = nn.Sequential(*layers)(image)  # (1, 1, h, h)
    out[0, 0, out.shape[2] // 2, out.shape[3] // 2].backward()
    return image.grad[0, 0].numpy()


widgets.predict("cnn.field")

# %%
plots.plot_fields({
    label("1 capa", "1 layer"): field(1),
    label("2 capas", "2 layers"): field(1, 1),
    label("5 capas", "5 layers"): field(1, 1, 1, 1, 1),
    label("2 capas,\nla primera de paso 2", "2 layers,\nthe first of stride 2"): field(2, 1),
})  # fmt: skip
profile = field(1, 1, 1, 1, 1)[12]  # (25,): the row through the middle
print(profile[7:18].astype(int), (profile / profile.max()).round(2)[7:18], sep="\n")
widgets.explore_field()

# %% [markdown] lang="es"
# Son los caminos que unen la neurona con cada píxel de la fila del medio, tras cinco capas: 2601 desde el centro, 51
# desde el borde; el peso cae de 1 a 0.02. En la esquina es $0.02^2 = 0.0004$: la une **un** solo camino; al centro,
# $51 \cdot 51 = 2601$. El campo receptivo calculado sobre el papel es un tope, no un retrato. Los cuadros del último
# dibujo son del paso 2: a unos píxeles los miran más ventanas que a otros.
#
# Y mira el precio: una capa de 5 × 5 ve lo mismo que dos de 3 × 3, pero gasta 25 pesos en lugar de 18 (con un canal;
# con $C$, $25 C^2$ y no $18 C^2$), y entre las dos capas de 3 × 3 cabe una función no lineal más. Por eso las redes
# profundas usan filtros pequeños.
#
# ## 8. Normalizar por lotes
#
# La unidad 1 enseñó que la señal se apaga o explota según los pesos. La inicialización de He la arregla al
# empezar; pero los pesos cambian.
# La **normalización por lotes** (*batch normalization*) la arregla en cada paso: a cada canal le resta su media y lo
# divide por su desviación estándar, medidas en todas las imágenes del lote **y en todos los píxeles**.
#
# $$\hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}, \qquad y = \gamma\,\hat x + \beta$$
#
# $\epsilon$ es una pizca que evita dividir entre cero. A mano: un canal, dos imágenes de dos píxeles, $(2, 4)$ y
# $(6, 8)$. La media es 5 y la varianza, $(9 + 1 + 1 + 9)/4 = 5$. El 2 pasa a ser $-3/\sqrt 5 = -1.342$; el 8, 1.342.
# Después $\gamma$ y $\beta$, que se aprenden, devuelven a la red la escala que quiera.

# %% [markdown] lang="en"
# These are the paths that join the neuron to each pixel of the middle row, after five layers: 2601 from the centre, 51
# from the border; the weight falls from 1 to 0.02. In the corner it is $0.02^2 = 0.0004$: it is joined by **one** path
# only; the centre, by $51 \cdot 51 = 2601$. The receptive field worked out on paper is an upper limit, not a portrait.
# The squares of the last drawing come from the stride 2: some pixels are looked at by more windows than others.
#
# And look at the price: one layer of 5 × 5 sees the same as two of 3 × 3, but spends 25 weights instead of 18 (with one
# channel; with $C$, $25 C^2$ and not $18 C^2$), and between the two of 3 × 3 there is room for one more non-linear
# function. That is why deep networks use small filters.
#
# ## 8. Batch normalization
#
# Unit 1 showed that the signal dies out or explodes depending on the weights. He's initialization mends it at the
# start; but weights change. **Batch normalization** mends it at each step: from each channel it subtracts its mean and
# divides by its standard deviation, measured over all pictures of the batch **and over all pixels**.
#
# $$\hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}, \qquad y = \gamma\,\hat x + \beta$$
#
# $\epsilon$ is a pinch that avoids dividing by zero. By hand: one channel, two pictures of two pixels, $(2, 4)$ and
# $(6, 8)$. The mean is 5 and the variance, $(9 + 1 + 1 + 9)/4 = 5$. The 2 becomes $-3/\sqrt 5 = -1.342$; the 8, 1.342.
# Then $\gamma$ and $\beta$, which are learned, give the network back whatever scale it wants.

# %%
norm = nn.BatchNorm2d(1)  # γ = 1, β = 0
norm(torch.tensor([[[[2.0, 4.0]]], [[[6.0, 8.0]]]])).flatten()  # (2, 1, 1, 2): -1.342, -0.447, 0.447, 1.342

# %%
torch.manual_seed(0)
pictures = torch.tensor(digits.x_train[:256])[:, None]  # (256, 1, 8, 8)
with torch.no_grad():
    before = 3 * nn.Conv2d(1, 3, 3)(pictures) + torch.tensor([0.0, 4.0, -3.0])[:, None, None]  # (256, 3, 6, 6)
    after = nn.BatchNorm2d(3)(before)
plots.plot_channels(before, after)

# %% [markdown] lang="es"
# Cada canal queda con media 0 y desviación estándar 1, viniera de donde viniera. Fíjate en que la **forma** de cada
# histograma no cambia: solo se corre y se estira.
#
# El peligro está escrito en la definición. ¿Lo ves?

# %% [markdown] lang="en"
# Each channel ends with mean 0 and standard deviation 1, wherever it came from. Notice that the **shape** of each
# histogram does not change: it is only shifted and stretched.
#
# The danger is written in the definition. Do you see it?

# %%
widgets.predict("cnn.norm")

# %%
picture = torch.tensor([[[[2.0, 4.0]]]])  # (1, 1, 1, 2)
for companion in (6.0, 60.0):
    batch = torch.cat([picture, torch.full((1, 1, 1, 2), companion)])  # (2, 1, 1, 2)
    norm = nn.BatchNorm2d(1)
    training = norm(batch)[0].flatten().tolist()
    noted = norm.running_mean.item(), norm.running_var.item()
    norm.eval()
    alone, together = norm(picture)[0].flatten(), norm(batch)[0].flatten()
    print(label("compañera", "companion"), companion)
    print("  train:", [round(v, 3) for v in training])
    print("  eval: ", [round(v, 3) for v in together.tolist()],
          label("· sola, lo mismo:", "· alone, the same:"), torch.equal(alone, together))  # fmt: skip
    print(label("  apuntes, media y varianza:", "  notes, mean and variance:"), [round(v, 3) for v in noted])

# %% [markdown] lang="es"
# Al entrenar (`train`), la misma imagen da números distintos según su compañera. Al predecir (`eval`) la capa usa la
# media y la varianza que fue apuntando, una mezcla lenta de las de cada lote: en cada paso, 0.9 de lo apuntado y 0.1 de
# lo nuevo. Los apuntes empiezan en 0 y 1; con el lote $(2, 4, 6, 6)$, de media 4.5, quedan en $0.1 \cdot 4.5 = 0.45$ y
# $0.9 + 0.1 \cdot 11/3 = 1.267$ (la varianza que se apunta divide entre $n - 1$; en la tarea verás por qué). Así una
# imagen sola y la misma acompañada dan lo mismo (`True`). Las dos filas de `eval` difieren porque un solo lote ha
# dejado apuntes distintos; tras cientos de lotes, esos apuntes son los de los datos.
#
# ## 9. Un atajo para cada bloque
#
# Más capas ven más imagen. ¿Por qué no cien? En 2015 se vio algo raro: al añadir capas empeoraba hasta la pérdida de
# **entrenamiento**. No era sobreajuste; era que no se llegaba. El remedio de He y sus colegas cabe en un signo más:
#
# $$y = \mathrm{relu}\big(F(x) + x\big)$$
#
# $F$ son dos convoluciones con su normalización; el $x$ suelto es el **atajo** (*shortcut*), y el conjunto, un **bloque
# residual** (*residual block*). Si no hay nada que añadir, basta con $F = 0$. Un atajo no añade capacidad. ¿Cambiará
# algo? Comprobémoslo: veinte bloques, y los mismos veinte con el atajo cortado.

# %% [markdown] lang="en"
# In training (`train`), the same picture gives different numbers depending on its companion. In predicting (`eval`) the
# layer uses the mean and the variance that it has been noting down, a slow mixture of those of each batch: at each
# step, 0.9 of what was noted and 0.1 of the new. The notes begin at 0 and 1; with the batch $(2, 4, 6, 6)$, of mean
# 4.5, they become $0.1 \cdot 4.5 = 0.45$ and $0.9 + 0.1 \cdot 11/3 = 1.267$ (the variance noted down divides by
# $n - 1$; the assignment tells why). So a picture alone and the same one in company give the same (`True`). The two
# rows of `eval` differ because a single batch has left different notes; after hundreds of batches, those notes are
# those of the data.
#
# ## 9. A shortcut for each block
#
# More layers see more of the picture. Why not a hundred? In 2015 something odd was seen: adding layers made even the
# **training** loss worse. It was not overfitting; it was failing to get there. The remedy of He and his colleagues fits
# in a plus sign:
#
# $$y = \mathrm{relu}\big(F(x) + x\big)$$
#
# $F$ is two convolutions with their normalization; the $x$ on its own is the **shortcut**, and the whole, a **residual
# block**. If there is nothing to add, $F = 0$ is enough. A shortcut adds no capacity. Will anything change? Let us
# check: twenty blocks, and the same twenty with the shortcut cut.

# %%
widgets.predict("cnn.deep")


# %%
class Cut(nn.Module):
    """Let nothing through."""

    def forward(self, x):
        return torch.zeros_like(x)


def tower(shortcut, blocks=20, width=8):
    """Stack residual blocks: (N, 1, 8, 8) -> (N, 10)."""
    torch.manual_seed(0)
    middle = [ResidualBlock(width, width) for _ in range(blocks)]
    if not shortcut:
        for block in middle:
            block.shortcut = Cut()
    return nn.Sequential(nn.Conv2d(1, width, 3, padding=1), *middle, nn.Flatten(), nn.Linear(64 * width, 10))


def block_gradients(net):
    """Return the size of the gradient of the loss at the output of each block: (blocks,)."""
    h, outs = pictures, []
    for layer in net:
        h = layer(h)
        if isinstance(layer, ResidualBlock):
            h.retain_grad()
            outs.append(h)
    functional.cross_entropy(h, torch.tensor(digits.y_train[:256])).backward()
    return np.array([out.grad.norm().item() for out in outs])


towers = {label("con atajo", "with shortcut"): tower(True), label("atajo cortado", "shortcut cut"): tower(False)}
plots.plot_gradients({name: block_gradients(net) for name, net in towers.items()})
histories = {
    name: train(net, digits.x_train[:, None], digits.y_train, lr=3e-3, steps=50) for name, net in towers.items()
}
plots.plot_losses({
    name: {label("pérdida de cada lote", "loss of each batch"): (history.steps, history.losses)}
    for name, history in histories.items()
})  # fmt: skip

# %% [markdown] lang="es"
# Las dos torres empiezan con los mismos pesos, uno a uno. Sin atajo, cada bloque multiplica el gradiente por algo, y
# los productos no se quedan quietos: $0.7^{20} = 0.0008$, pero $1.4^{20} = 837$. Aquí crece cientos de veces de la
# salida a la entrada; con atajo, unas veinte. La derivada del bloque es entonces $F'(x) + 1$ (donde la última relu deja
# pasar), y ese 1 abre un camino directo que cruza los veinte.
#
# La pérdida de la cortada parte de cerca de $\ln 10 = 2.303$, la de quien reparte por igual entre diez, y baja a
# rastras; la otra empieza peor y en 50 pasos baja mucho más. ¿Es por el tamaño del gradiente? Solo en parte, o quizá
# nada: AdamW divide por ese tamaño. Lo que AdamW no devuelve es lo que veinte transformaciones al azar borraron de la
# imagen. El atajo la lleva entera hasta el final.
#
# ## 10. El experimento
#
# Ya están todas las piezas. `CNN` empieza con 16 filtros de 3 × 3, sigue con un bloque residual de paso 2 que da 32
# mapas, y de cada mapa se queda con el mayor número, esté donde esté. Tiene 15034 parámetros; la MLP, 14962.
#
# Primero, dígitos que caen en cualquier sitio del lienzo, al entrenar y en la prueba. Esta vez las dos los ven movidos
# durante el entrenamiento. Mismos datos, mismos pasos, y cada red con la mejor de dos tasas de aprendizaje (0.003 y
# 0.01), elegida con otra semilla, la 3. La celda tarda cerca de medio minuto.

# %% [markdown] lang="en"
# The two towers begin with the same weights, one by one. Without a shortcut each block multiplies the gradient by
# something, and products do not keep still: $0.7^{20} = 0.0008$, but $1.4^{20} = 837$. Here it grows hundreds of times
# from output to input; with the shortcut, some twenty. The derivative of the block is then $F'(x) + 1$ (where the last
# relu lets through), and that 1 opens a straight road across all twenty.
#
# The loss of the cut one starts near $\ln 10 = 2.303$, that of sharing equally among ten, and crawls down; the other
# starts worse and in 50 steps falls much further. Is it the size of the gradient? Only in part, or perhaps not at all:
# AdamW divides by that size. What AdamW does not bring back is what twenty random transformations wiped out of the
# picture. The shortcut carries it whole to the end.
#
# ## 10. The experiment
#
# All the pieces are there. `CNN` begins with 16 filters of 3 × 3, goes on with a residual block of stride 2 that gives
# 32 maps, and of each map it keeps the largest number, wherever it stands. It has 15034 parameters; the MLP, 14962.
#
# First, digits that fall anywhere on the canvas, in training and in the test. This time both see them moved during
# training. The same data, the same steps, and each network with the better of two learning rates (0.003 and 0.01),
# chosen with another seed, 3. The cell takes about half a minute.

# %%
networks = {"MLP": make_mlp, "CNN": CNN}
print({name: size(make()) for name, make in networks.items()})


def trained(make, x, y, seed):
    torch.manual_seed(seed)
    model = make()
    train(model, (x - x.mean()) / x.std(), y, lr=3e-3 if make is CNN else 1e-2, steps=200, seed=seed)
    return model


def score(model, split, x_train, x_test):
    """Return the share right on the test, scaled by what the training part says."""
    return evaluate(model, (x_test - x_train.mean()) / x_train.std(), split.y_test, measure=accuracy)


scores, models = {}, {}
for name, make in networks.items():
    scores[name] = []
    for seed in (0, 1, 2):
        split = make_moved_digits(seed=seed)  # x_train (2000, 16, 16), x_test (1000, 16, 16)
        models[name] = trained(make, split.x_train, split.y_train, seed)
        scores[name].append(score(models[name], split, split.x_train, split.x_test))
plots.plot_scores(scores, axis=label("aciertos en dígitos nuevos, movidos", "share right on new digits, moved"))

# %% [markdown] lang="es"
# Cerca del 97 % frente a un 54 % (al azar, un 10 %). Mismos datos, mismos pasos, casi los mismos parámetros, y una
# diferencia mucho mayor que la que hay entre semillas. La MLP tiene que aprender cada dígito en cada sitio por
# separado; la CNN, una vez.
#
# ¿Qué ha aprendido? Sus filtros de la primera capa, y lo que ven en un dígito:

# %% [markdown] lang="en"
# About 97% against 54% (by chance, 10%). The same data, the same steps, almost the same parameters, and a difference
# much larger than the one between seeds. The MLP must learn each digit in each place separately; the CNN, once.
#
# What has it learned? Its filters of the first layer, and what they see in a digit:

# %%
cnn = models["CNN"]
with torch.no_grad():
    example = (torch.tensor(split.x_test[:1]) - split.x_train.mean()) / split.x_train.std()  # (1, 16, 16)
    maps = torch.relu(cnn.norm(cnn.stem(example[:, None])))[0]  # (16, 16, 16)
kernels = cnn.stem.weight.detach()[:, 0]  # (16, 3, 3)
strongest = maps.flatten(1).std(dim=1).argsort(descending=True)[:6].tolist()
learned = [label(f"filtro {n}", f"filter {n}") for n in strongest]
blank = label("dígito", "digit"), label("escalado", "scaled")
shown = {blank[0]: split.x_test[0]} | {name: kernels[n].numpy() for name, n in zip(learned, strongest, strict=True)}
shown |= {blank[1]: example[0].numpy()} | {label(f"mapa del {n}", f"map of {n}"): maps[n].numpy() for n in strongest}
about = label("Un dígito, seis filtros aprendidos y el mapa de cada uno.", "A digit, six learned filters and the map of each.")
plots.plot_maps(shown, about, columns=7, signed=learned, row_height=1.5)

# %% [markdown] lang="es"
# Rojo, positivo; azul, negativo. Casi todos restan unos píxeles de otros, como los bordes que hicimos a mano, y cada
# mapa subraya otra parte del dígito. Nadie se lo enseñó. No son tan limpios como los de Sobel, ni falta que hace: solo
# tienen que servir a la capa siguiente.
#
# ### Romper el supuesto
#
# La CNN da por supuestas dos cosas: que los vecinos van juntos y que un trazo vale lo mismo en cualquier sitio. Para
# romperlas, barajamos las filas y después las columnas, con la misma baraja para **todas** las imágenes. No se
# pierde ni un píxel; solo los vecinos.

# %% [markdown] lang="en"
# Red, positive; blue, negative. Almost all subtract some pixels from others, like the edges that we made by hand, and
# each map underlines another part of the digit. Nobody taught it. They are not as clean as Sobel's, nor do they need to
# be: they only have to serve the next layer.
#
# ### Breaking the assumption
#
# The CNN takes two things for granted: that neighbours belong together, and that a stroke is worth the same anywhere.
# To break them, we shuffle the rows and then the columns, with the same shuffle for **all** pictures. Not one
# pixel is lost; only the neighbours.

# %%
rng = np.random.default_rng(0)
rows, columns = rng.permutation(16), rng.permutation(16)  # (16,), (16,)


def shuffle(images):
    return images[:, rows][:, :, columns]  # (N, 16, 16) -> (N, 16, 16)


shown = {}
for title, images in (
    (label("sin barajar", "as it is"), split.x_test),
    (label("barajado", "shuffled"), shuffle(split.x_test)),
):
    for y in range(5):
        shown[f"{label('un', 'a')} {y}\n{title}"] = images[split.y_test == y][0]  # (16, 16)
about = label(
    "Cinco dígitos, y sus píxeles barajados: manchas sin forma.",
    "Five digits, and their pixels shuffled: shapeless specks.",
)
plots.plot_maps(shown, about, columns=5, row_height=1.8)
widgets.predict("cnn.permuted")

# %%
for name, make in networks.items():
    shuffled = label(f"{name}, barajados", f"{name}, shuffled")
    scores[shuffled] = []
    for seed in (0, 1, 2):
        split = make_moved_digits(seed=seed)
        model = trained(make, shuffle(split.x_train), split.y_train, seed)
        scores[shuffled].append(score(model, split, split.x_train, shuffle(split.x_test)))
for name, values in scores.items():
    print(f"{name:18}", *(f"{value:.1%}" for value in values))
plots.plot_scores(scores, axis=label("aciertos en dígitos nuevos", "share right on new digits"))

# %% [markdown] lang="es"
# La MLP ni se entera: para ella un píxel es un nombre, y hemos cambiado los nombres. La CNN cae hasta cerca del 39 %:
# pierde toda su ventaja y acaba por debajo. **Lo que una red da por supuesto ayuda cuando es verdad, y estorba cuando
# no lo es.** No existe la mejor red; existe la que supone lo que es cierto en tus datos.
#
# **Lo que no prueba.** Son tres semillas y un conjunto pequeño y fácil. La tasa de aprendizaje de cada red se eligió
# entre dos, sin barajar, y es la misma barajando. La CNN lleva además normalización y atajo, y la MLP no. Con muchos
# más datos la MLP podría recortar distancia: puede aprender todos los sitios, solo que le sale caro. Y barajar filas y
# columnas conserva algo de estructura; en la tarea barajarás todos los píxeles y verás si cambia la conclusión.
#
# La pregunta del principio, ahora con las dos redes. Los dígitos son los de prueba de su misma semilla, que ninguna de
# las dos ha visto:

# %% [markdown] lang="en"
# The MLP does not even notice: to it a pixel is a name, and we have changed the names. The CNN falls to about 39%: it
# loses all its advantage and ends up below. **What a network takes for granted helps when it is true, and gets in the
# way when it is not.** There is no best network; there is the one that assumes what holds in your data.
#
# **What it does not prove.** These are three seeds and a small, easy set. The learning rate of each network was chosen
# between two, without shuffling, and is the same with it. The CNN also has normalization and a shortcut, and the MLP
# has not. With many more data the MLP might close in: it can learn every place, only at a high price. And shuffling
# rows and columns keeps some structure; in the assignment you will shuffle all pixels and see whether the conclusion
# changes.
#
# The question of the beginning, now with both networks. The digits are the test ones of their own seed, which neither
# has seen:


# %%
class Scaled(nn.Module):
    """Scale pictures as in training before the network sees them."""

    def __init__(self, model, x):
        super().__init__()
        self.model, self.mean, self.std = model, float(x.mean()), float(x.std())

    def forward(self, x):
        return self.model((x - self.mean) / self.std)


fresh = load_digits(seed=seed)  # `models` and `split` are those of the last seed
plots.plot_places({
    label(f"{name} entrenada en todas partes (%)", f"{name} trained everywhere (%)"): by_place(
        Scaled(model, split.x_train), fresh.x_test, fresh.y_test
    )
    for name, model in models.items()
})  # fmt: skip

# %% [markdown] lang="es"
# La MLP va a trozos, y lo peor cae hacia el medio. (Una conjetura: los píxeles del medio tienen que servir a casi todos
# los sitios.) La CNN acierta en todas partes. Mira de cerca el segundo mapa: los números se repiten casi iguales cada
# dos casillas, en franjas de uno a tres puntos. Es el paso 2: mover el dígito 2 píxeles da el mismo mapa movido, pero
# moverlo 1 da otro. La convolución es equivariante; con paso 2, solo a saltos de 2.
#
# ## 11. Más datos sin más datos, y una prueba honrada
#
# Hay otra forma de decirle a una red lo que sabes: enseñárselo con ejemplos. **Aumentar los datos** (*data
# augmentation*) es añadir copias cambiadas de manera que la respuesta siga siendo la misma: movidas, algo giradas, con
# ruido. Elige bien: ¿cuáles de estas copias mienten?

# %% [markdown] lang="en"
# The MLP is patchy, and worst towards the middle. (A conjecture: the pixels of the middle have to serve nearly all
# places.) The CNN is right everywhere. Look closely at the second map: the numbers repeat almost alike every two boxes,
# in stripes of one to three points. That is the stride 2: moving the digit by 2 pixels gives the same map moved, but
# moving it by 1 gives another. Convolution is equivariant; with stride 2, only in jumps of 2.
#
# ## 11. More data without more data, and an honest test
#
# There is another way to tell a network what you know: show it by examples. **Data augmentation** is adding copies
# changed in such a way that the answer stays the same: moved, slightly turned, with noise. Choose well: which of these
# copies lie?

# %%
six = np.pad(digits.x_train[digits.y_train == 6][2], 2)  # (12, 12): with a margin
shown = {
    label("un 6", "a 6"): six,
    label("movido", "moved"): np.roll(six, 1, axis=1),  # only margin comes round
    label("con ruido", "with noise"): (six + 0.15 * rng.standard_normal(six.shape)).clip(0, 1),
    label("más tenue", "fainter"): 0.6 * six,
    label("en espejo", "mirrored"): six[:, ::-1],
    label("media vuelta", "half a turn"): six[::-1, ::-1],
}
about = label("Seis copias de un 6.", "Six copies of a 6.")
plots.plot_maps(shown, about, columns=6, row_height=1.7, top=1)

# %% [markdown] lang="es"
# Las dos últimas. Un 6 en espejo no es ningún número; con media vuelta es un 9 con la etiqueta de un 6. Con fotos de
# gatos, el espejo es una idea estupenda. **Qué cambio es inocente lo sabes tú, no la biblioteca.**
#
# Los datos se parten en entrenamiento y prueba (por ejemplo 80 y 20 de cada 100). ¿Se
# aumenta antes o después de partir, o da igual?

# %% [markdown] lang="en"
# The last two. A mirrored 6 is no number at all; half a turn makes it a 9 with the label of a 6. With photographs of
# cats, the mirror is a splendid idea. **Which change is innocent you know, not the library.**
#
# Data are split into training and test (say 80 and 20 of each 100). Do we augment
# before or after the split, or does it not matter?

# %%
widgets.predict("cnn.split")


# %%
def augment(images, y, copies, rng):
    """Return moved and noisy copies: (N, 8, 8), (N,) -> (copies N, 8, 8), (copies N,)."""
    corners = rng.integers(0, 3, size=(len(images) * copies, 2))  # of a picture with a margin of one pixel
    out = [np.pad(image, 1)[r : r + 8, c : c + 8] for image, (r, c) in zip(np.repeat(images, copies, axis=0), corners, strict=True)]
    noisy = np.array(out) + 0.1 * rng.standard_normal((len(out), 8, 8))
    return noisy.astype(np.float32), np.repeat(y, copies)


def measure(train_part, test_part, truth_part, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Flatten(), MLP(64, 64, 10))
    train(model, *train_part, lr=1e-2, steps=300, seed=seed)
    return [evaluate(model, *part, measure=accuracy) for part in (test_part, truth_part)]


first = label("aumentar y partir", "augment, then split")
then = label("partir y aumentar", "split, then augment")
truth = label("la verdad", "the truth")
splits = {name: [] for name in (first, f"{first}: {truth}", then, f"{then}: {truth}")}
everything = np.concatenate([digits.x_train, digits.x_test]), np.concatenate([digits.y_train, digits.y_test])
for seed in range(10):
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(everything[1]))
    images, answers = (part[order[:300]] for part in everything)  # (300, 8, 8), (300,)
    others = augment(*(part[order[300:]] for part in everything), 1, rng)  # (1497, 8, 8), (1497,)

    x_all, y_all = augment(images, answers, 6, rng)  # (1800, 8, 8): sisters everywhere
    mixed = rng.permutation(1800)
    seen, unseen = mixed[:1440], mixed[1440:]
    said, real = measure((x_all[seen], y_all[seen]), (x_all[unseen], y_all[unseen]), others, seed)
    splits[first].append(said)
    splits[f"{first}: {truth}"].append(real)

    before, after = augment(images[:240], answers[:240], 6, rng), augment(images[240:], answers[240:], 1, rng)
    said, real = measure(before, after, others, seed)
    splits[then].append(said)
    splits[f"{then}: {truth}"].append(real)
print({name: f"{np.mean(values):.1%}" for name, values in splits.items()})
plots.plot_scores(splits, axis=label("aciertos", "share right"))

# %% [markdown] lang="es"
# «La verdad» son los otros 1497 dígitos, que ninguna de estas redes ha visto, movidos y con ruido como los demás. Es la
# misma en las dos filas: el orden no estropea la red, estropea **la medida**. Quien aumenta antes de partir se promete
# unos 4 puntos de más, y siempre hacia el mismo lado: en su prueba hay hermanas de las imágenes con que entrenó. Quien
# parte primero acierta **en media**. Una sola de sus medidas puede desviarse más, porque su prueba son 60 dígitos; pero
# eso se arregla con más datos o más semillas, y lo otro no.
#
# Las mismas hermanas aparecen donde no las esperas: varias fotos del mismo partido, varias células de la misma muestra,
# la misma persona dos veces. **Se reparten grupos enteros (el partido, la muestra,
# la persona), no filas sueltas.** Y nada de la prueba entra en el
# entrenamiento: ni la media con que se escala.

# %% [markdown] lang="en"
# “The truth” is the other 1497 digits, which none of these networks has seen, moved and noisy like the rest. It is the
# same in both rows: the order does not spoil the network, it spoils **the measure**. Whoever augments before splitting
# promises themselves some 4 points too many, and always to the same side: in their test there are sisters of the
# pictures they trained with. Whoever splits first is right **on average**. A single one of their measures may be
# further off, because their test is 60 digits; but that is mended by more data or more seeds, and the other is not.
#
# The same sisters turn up where you do not expect them: several photographs of the same match, several cells of the
# same sample, the same person twice. **Hand out whole groups (the match, the sample, the person),
# not single rows.** And nothing of the test goes into
# training: not even the mean used for scaling.

# %% [markdown] lang="es"
# ## ¿Verdadero o falso?
#
# Decide antes de abrir cada una.
#
# <details><summary>1. «Una convolución con más imagen necesita más pesos.»</summary>
#
# **Falso.** Los pesos son los del filtro. Con más imagen hay más sitios, y por tanto más cuentas, no más pesos.
# </details>
#
# <details><summary>2. «La convolución es invariante: si el dígito se mueve, el mapa no cambia.»</summary>
#
# **Falso.** Es equivariante: el mapa se mueve con él. Quien olvida el sitio es la agrupación.
# </details>
#
# <details><summary>3. «La agrupación 2 × 2 hace la red insensible a cualquier movimiento de un píxel.»</summary>
#
# **Falso.** Solo mientras el máximo siga en su ventana (sección 6).
# </details>
#
# <details><summary>4. «Que PyTorch no gire el filtro limita lo que la red puede aprender.»</summary>
#
# **Falso.** Aprende el filtro girado y da lo mismo.
# </details>
#
# <details><summary>5. «En modo `eval`, lo que sale de una imagen no depende de las demás del lote.»</summary>
#
# **Verdadero.** La normalización usa lo apuntado al entrenar, y todo lo demás trata cada imagen por su cuenta.
# </details>
#
# <details><summary>6. «Si una red más profunda va peor, es que sobreajusta.»</summary>
#
# **Falso.** Mira la pérdida de entrenamiento. Si también es peor, no sobreajusta: no llega (sección 9).
# </details>
#
# <details><summary>7. «Una CNN siempre es mejor que una MLP con imágenes.»</summary>
#
# **Falso.** Si los vecinos no significan nada, como con las filas y las columnas barajadas, la ventaja desaparece.
# </details>
#
# <details><summary>8. «Dos capas de 3 × 3 ven lo mismo que una de 5 × 5, con menos pesos.»</summary>
#
# **Verdadero.** Con un canal, 18 en lugar de 25.
# </details>

# %% [markdown] lang="en"
# ## True or false?
#
# Decide before you open each one.
#
# <details><summary>1. “A convolution on a larger picture needs more weights.”</summary>
#
# **False.** The weights are those of the filter. A larger picture has more places, and so more sums, not more weights.
# </details>
#
# <details><summary>2. “Convolution is invariant: if the digit moves, the map does not change.”</summary>
#
# **False.** It is equivariant: the map moves with it. What forgets the place is pooling.
# </details>
#
# <details><summary>3. “Pooling of 2 × 2 makes the network insensitive to any move of one pixel.”</summary>
#
# **False.** Only as long as the largest stays in its window (section 6).
# </details>
#
# <details><summary>4. “That PyTorch does not turn the filter limits what the network can learn.”</summary>
#
# **False.** It learns the turned filter and it comes to the same.
# </details>
#
# <details><summary>5. “In `eval` mode, what comes out of a picture does not depend on the others of the batch.”</summary>
#
# **True.** Normalization uses what was noted in training, and everything else treats each picture on its own.
# </details>
#
# <details><summary>6. “If a deeper network does worse, it is overfitting.”</summary>
#
# **False.** Look at the training loss. If that is worse too, it is not overfitting: it does not get there (section 9).
# </details>
#
# <details><summary>7. “A CNN is always better than an MLP on pictures.”</summary>
#
# **False.** Where neighbours mean nothing, as with rows and columns shuffled, the advantage is gone.
# </details>
#
# <details><summary>8. “Two layers of 3 × 3 see the same as one of 5 × 5, with fewer weights.”</summary>
#
# **True.** With one channel, 18 instead of 25.
# </details>

# %% [markdown] lang="es"
# ## En media página
#
# - Una MLP aprende cada cosa en cada sitio. Una **convolución** mira de cerca y usa los mismos pesos en todas partes.
# - Un **filtro** se desliza, multiplica y suma; lo que da es un **mapa**. Con varios canales, las sumas de todos se
#   suman; con varios filtros hay varios mapas.
# - El **relleno** protege los bordes y el tamaño; el **paso** resume.
# - Si la imagen se mueve, el mapa se mueve: **equivariancia**. La **agrupación** olvida parte del sitio.
# - El **campo receptivo** crece con las capas y con el paso, y pesa sobre todo en su centro.
# - La **normalización por lotes** usa el lote al entrenar y sus apuntes al predecir: no olvides `eval()`.
# - El **bloque residual** aprende qué añadir; con el atajo, las redes profundas se dejan entrenar.
# - Un supuesto ayuda **cuando es cierto**: con los píxeles barajados, la CNN pierde su ventaja.
# - Primero se parte y después se aumenta; y solo con cambios que no mienten.
#
# En la tarea escribirás cada capa con NumPy, hacia adelante y hacia atrás, y repetirás el experimento con tu red.
#
# ## Para seguir leyendo
#
# - Fukushima (1980), [Neocognitron](https://doi.org/10.1007/BF00344251). Capas que miran por partes, antes de saber
#   entrenarlas con gradientes.
# - LeCun y otros (1989),
#   [Backpropagation applied to handwritten zip code recognition](https://doi.org/10.1162/neco.1989.1.4.541). Los pesos
#   compartidos, entrenados. Once páginas.
# - LeCun y otros (1998), [Gradient-based learning applied to document recognition](https://doi.org/10.1109/5.726791).
#   LeNet-5, que leía cheques.
# - Krizhevsky, Sutskever y Hinton (2012), [ImageNet classification](https://doi.org/10.1145/3065386). El resultado que
#   convenció al mundo.
# - Ioffe y Szegedy (2015), [Batch normalization](https://arxiv.org/abs/1502.03167).
# - He y otros (2016), [Deep residual learning](https://arxiv.org/abs/1512.03385). Mira primero su figura 1.
# - Luo y otros (2016), [Understanding the effective receptive field](https://arxiv.org/abs/1701.04128). La campana de
#   la sección 7.

# %% [markdown] lang="en"
# ## In half a page
#
# - An MLP learns each thing in each place. A **convolution** looks closely and uses the same weights everywhere.
# - A **filter** slides, multiplies and adds; what it gives is a **map**. With several channels the sums of all are
#   added; with several filters there are several maps.
# - **Padding** protects the borders and the size; **stride** sums up.
# - If the picture moves, the map moves: **equivariance**. **Pooling** forgets part of the place.
# - The **receptive field** grows with the layers and with the stride, and weighs most in its middle.
# - **Batch normalization** uses the batch in training and its notes in predicting: do not forget `eval()`.
# - The **residual block** learns what to add; with the shortcut, deep networks can be trained.
# - An assumption helps **when it is true**: with shuffled pixels, the CNN loses its advantage.
# - Split first and augment later; and only with changes that do not lie.
#
# In the assignment you will write each layer in NumPy, forward and backward, and repeat the experiment with your own
# network.
#
# ## Read next
#
# - Fukushima (1980), [Neocognitron](https://doi.org/10.1007/BF00344251). Layers that look at parts, before anyone knew
#   how to train them with gradients.
# - LeCun and others (1989),
#   [Backpropagation applied to handwritten zip code recognition](https://doi.org/10.1162/neco.1989.1.4.541). Shared
#   weights, trained. Eleven pages.
# - LeCun and others (1998), [Gradient-based learning applied to document
#   recognition](https://doi.org/10.1109/5.726791). LeNet-5, which read cheques.
# - Krizhevsky, Sutskever and Hinton (2012), [ImageNet classification](https://doi.org/10.1145/3065386). The result that
#   convinced the world.
# - Ioffe and Szegedy (2015), [Batch normalization](https://arxiv.org/abs/1502.03167).
# - He and others (2016), [Deep residual learning](https://arxiv.org/abs/1512.03385). Look at its figure 1 first.
# - Luo and others (2016), [Understanding the effective receptive field](https://arxiv.org/abs/1701.04128). The bell of
#   section 7.
