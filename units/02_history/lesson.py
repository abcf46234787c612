# %% [markdown] lang="es"
# # De 1958 a 2014: lo que cada red no podía
#
# Con una regla de 1958, un programa de ocho líneas aprende a reconocer dígitos escritos a mano, él solo, a partir de
# ejemplos. Le pones delante dos de esos dígitos y le preguntas si son iguales. No sabe. Ni hoy ni tras mil años de
# entrenamiento.
#
# Cada red famosa nació porque la anterior no podía con algo. **¿Con qué no podía cada una, y qué idea lo arregló?** En
# esta página vas a hacer funcionar ocho, cada una con el programa más corto que aprende algo, y a ver cómo falla.

# %% [markdown] lang="en"
# # From 1958 to 2014: what each network could not do
#
# With a rule of 1958, a program of eight lines learns to recognise handwritten digits, by itself, from examples. You
# put two of those digits in front of it and ask whether they are the same. It does not know. Not today, nor after a
# thousand years of training.
#
# Each famous network was born because the one before could not do something. **What could each one not do, and what
# idea mended it?** On this page you will make eight of them work, each with the shortest program that learns something,
# and watch it fail.

# %%
import copy
import time

import numpy as np
import torch
from scipy.ndimage import rotate
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, mse_loss

from atiende import label, plots, widgets
from atiende.data import load_digits
from atiende.training import accuracy, evaluate, train

# %% [markdown] lang="es"
# ## 1958: el perceptrón, un triunfo y un fracaso
#
# La regla es la de la unidad 1, con un voto por dígito: cada una de las diez **neuronas** tiene un peso por píxel, y
# gana la que más suma. Si acierta, no se toca nada. Si falla, la que debía ganar suma el ejemplo a sus pesos, y la que
# ganó sin deber lo resta. (En la máquina de Rosenblatt, el Mark I, cada neurona contestaba sí o no por su cuenta, ante
# una retina de 20 × 20 fotocélulas; hacerlas competir es un arreglo posterior.)

# %% [markdown] lang="en"
# ## 1958: the perceptron, a triumph and a failure
#
# The rule is that of unit 1, with one vote a digit: each of the ten **neurons** has a weight for each pixel, and the
# one with the largest sum wins. If it is right, nothing is touched. If it is wrong, the one that should have won adds
# the example to its weights, and the one that wrongly won subtracts it. (In Rosenblatt's machine, the Mark I, each
# neuron answered yes or no on its own, before a retina of 20 × 20 photocells; making them compete is a later touch.)


# %%
def perceptron(x, y, classes, rounds):
    """Return the weights that Rosenblatt's corrections leave: x (N, D), y (N,) -> (classes, D)."""
    w = np.zeros((classes, x.shape[1]))
    for _ in range(rounds):
        for example, right in zip(x, y, strict=True):
            said = (w @ example).argmax()  # (classes, D) @ (D,) -> (classes,)
            if said != right:
                w[right] += example
                w[said] -= example
    return w


digits = load_digits(seed=0)  # x_train (1347, 8, 8), x_test (450, 8, 8)
x, x_test = digits.x_train.reshape(-1, 64), digits.x_test.reshape(-1, 64)  # (1347, 64), (450, 64)
y, y_test = digits.y_train, digits.y_test  # (1347,), (450,)
votes = perceptron(x, y, classes=10, rounds=10)  # (10, 64)
share = ((x_test @ votes.T).argmax(axis=1) == y_test).mean()
print(label(f"dígitos nuevos acertados: {share:.1%}", f"new digits right: {share:.1%}"))
named = {label(f"votos al {k}", f"votes for {k}"): votes[k].reshape(8, 8) for k in range(10)}
about = label("Los pesos de cada neurona, como imagen.", "The weights of each neuron, as a picture.")
plots.plot_maps(named, about, columns=5, signed=named, row_height=1.8)
widgets.predict("history.same")

# %% [markdown] lang="es"
# Rojo vota a favor, azul en contra. En el 0 se ve el agujero: tinta en el centro es un voto en contra. Nadie dibujó
# esas plantillas; son sumas y restas de ejemplos.
#
# Ahora la otra pregunta. Los mismos dígitos, solo ceros y unos, de dos en dos.

# %% [markdown] lang="en"
# Red votes for, blue against. In the 0 you see the hole: ink in the middle is a vote against. Nobody drew those
# templates; they are sums and differences of examples.
#
# Now the other question. The same digits, only zeros and ones, two at a time.


# %%
def make_pairs(images, y, n, rng):
    """Put zeros and ones side by side: (n, 8, 16), and which they are (n, 2)."""
    which = rng.integers(0, 2, size=(n, 2))
    sides = [[rng.choice(images[y == k]) for k in column] for column in which.T]  # 2 lists of n (8, 8)
    return np.concatenate([np.stack(side) for side in sides], axis=2), which


rng = np.random.default_rng(0)
pairs, which = make_pairs(digits.x_train, y, 1000, rng)  # (1000, 8, 16), (1000, 2)
pairs_test, which_test = make_pairs(digits.x_test, y_test, 500, rng)
differ, differ_test = (kinds[:, 0] ^ kinds[:, 1] for kinds in (which, which_test))  # 1: different
answer = {0: label("iguales", "same"), 1: label("distintos", "different")}
plots.plot_images(pairs[:6], [answer[k] for k in differ[:6]])

flat, flat_test = pairs.reshape(-1, 128), pairs_test.reshape(-1, 128)  # (1000, 128), (500, 128)
for rounds in (1, 10, 100):
    w = perceptron(flat, differ, classes=2, rounds=rounds)  # (2, 128)
    share = ((flat_test @ w.T).argmax(axis=1) == differ_test).mean()
    print(label("vueltas", "rounds"), rounds, f"{share:.1%}")

# %% [markdown] lang="es"
# A cara o cruz, y darle más vueltas no ayuda. Con una sola neurona por respuesta, que el dígito de la izquierda sea un
# 1 tiene que votar siempre lo mismo; pero aquí unas veces cuenta para «distintos» y otras para «iguales».
#
# **Al terminar sabrás**
# - contar de dónde viene cada red del curso y qué problema la trajo;
# - entrenar en unas líneas un perceptrón, una MLP de sigmoides, una red convolucional, una recurrente, una LSTM, una
#   pila de máquinas de Boltzmann, un autocodificador y una GAN;
# - mostrar, con una medida, el límite de cada una;
# - desconfiar de las historias con un solo inventor.
#
# **Necesitas** las unidades 1 y 2. **Tiempo:** 90 minutos. No hay tarea.
#
# Este es el mapa. Un punto azul es una puerta que se abre; una cruz naranja, un límite demostrado o medido, y la línea
# de puntos va del límite a lo que lo arregló. Vuelve a él cuando te pierdas.

# %% [markdown] lang="en"
# Like tossing a coin, and more rounds do not help. With a single neuron an answer, the digit on the left being a 1 must
# always cast the same vote; but here it sometimes counts for “different” and sometimes for “same”.
#
# **By the end you will be able to**
# - tell where each network of the course comes from and which problem brought it;
# - train in a few lines a perceptron, an MLP of sigmoids, a convolutional network, a recurrent one, an LSTM, a stack of
#   Boltzmann machines, an autoencoder and a GAN;
# - show, with a measurement, the limit of each;
# - distrust stories with a single inventor.
#
# **You need** units 1 and 2. **Time:** 90 minutes. There is no assignment.
#
# This is the map. A blue dot is a door that opens; an orange cross, a limit that was proved or measured, and the dotted
# line goes from the limit to what mended it. Come back to it when you are lost.

# %%
plots.plot_lineage()

# %% [markdown] lang="es"
# ## 1969: el límite, demostrado
#
# *Perceptrons*, de Minsky y Papert, demostró qué no puede decidir un perceptrón que mira la imagen por partes, por
# mucho que se entrene: si el número de puntos negros es par, si un dibujo es de una sola pieza. Nuestra pregunta es la
# más pequeña de esa familia, y su prueba cabe en dos líneas.
#
# Toma un 0 y un 1 cualesquiera. La puntuación de un par es una suma, lo que aporta la izquierda más lo que aporta la
# derecha: $f + g$, tenga cada lado un píxel o 64. Si 0 0 y 1 1 deben quedar por debajo de un umbral, la suma de las
# dos, $f(0)+g(0)+f(1)+g(1)$, queda por debajo del doble. Pero esa es también la suma de 0 1 y 1 0, que debían quedar
# por encima. Así que de esos cuatro pares acierta tres como mucho.
#
# Resume cada dígito en un número: cuánto se parece al 1 medio menos al 0 medio. Un par es entonces un punto del plano,
# y hay cuatro nubes. Las iguales están en una diagonal y las distintas en la otra. Una recta sola acierta tres.
# **¿Y dos?** Aquí el sí es lo que queda donde *exactamente una* de las dos rectas dice que sí. Busca dos
# rectas que lo resuelvan todo, y después otras dos que lo resuelvan de otra manera.

# %% [markdown] lang="en"
# ## 1969: the limit, proved
#
# *Perceptrons*, by Minsky and Papert, proved what a perceptron that looks at the picture by parts cannot decide,
# however long it trains: whether the number of black dots is even, whether a drawing is all one piece. Our question is
# the smallest of that family, and its proof fits in two lines.
#
# Take any 0 and any 1. The score of a pair is a sum, what the left brings plus what the right brings: $f + g$, be each
# side one pixel or 64. If 0 0 and 1 1 must fall below a threshold, their sum, $f(0)+g(0)+f(1)+g(1)$, is below twice it.
# But that is also the sum of 0 1 and 1 0, which had to be above. So it gets three of those four pairs right at most.
#
# Sum up each digit in one number: how much it looks like the mean 1 minus the mean 0. A pair is then a point on the
# plane, and there are four clouds. The equal ones lie on one diagonal and the different ones on the other. One line
# alone gets three right. **And two?** Here yes is what lies where *exactly one* of the two lines says
# yes. Find two lines that solve it all, and then another two that solve it in another way.

# %%
template = x[y == 1].mean(axis=0) - x[y == 0].mean(axis=0)  # (64,)


def look(pairs):
    """Sum up each side of pairs (n, 8, 16) in how much it looks like a 1 and not like a 0: (n, 2)."""
    sides = pairs.reshape(-1, 8, 2, 8).swapaxes(1, 2).reshape(-1, 2, 64)  # (n, 2, 64): left, right
    return sides @ template


looks = look(pairs)  # (1000, 2)
looks = (looks - looks.mean(axis=0)) / looks.std(axis=0)
widgets.explore_two_lines(looks[:300], differ[:300])

# %% [markdown] lang="es"
# Lo que acabas de hacer a mano con dos rectas es una **capa oculta** de dos neuronas. Minsky y Papert sabían que con
# más capas se puede; lo que dudaban es que hubiera una buena manera de entrenarlas. Y el perceptrón de Rosenblatt ya
# tenía una capa en medio, 512 unidades conectadas al azar, pero esas conexiones no aprendían.
#
# ## 1986: sigmoides y retropropagación
#
# ¿Por qué no se entrenaba la capa oculta? Porque la respuesta de la neurona era un escalón: su derivada es 0 en casi
# todas partes, y no hay por dónde bajar. Rumelhart, Hinton y Williams lo cambiaron por una curva suave, la **sigmoide**
# (*sigmoid*), y dejaron que la regla de la cadena hiciera el resto:
#
# $$\sigma(s) = \frac{1}{1 + e^{-s}}, \qquad \sigma'(s) = \sigma(s)\,\big(1 - \sigma(s)\big)$$
#
# A mano: $\sigma(0) = 0.5$, y su derivada ahí es $0.5 \cdot 0.5 = 0.25$. Es la mayor que tendrá; guarda ese número.
#
# El programa de 1986, con su error cuadrático y su momento, sobre los pares que el perceptrón no podía:

# %% [markdown] lang="en"
# What you have just done by hand with two lines is a **hidden layer** of two neurons. Minsky and Papert knew that more
# layers can do it; what they doubted was that there was a good way to train them. And Rosenblatt's perceptron already
# had a layer in between, 512 units connected at random, but those connections did not learn.
#
# ## 1986: sigmoids and backpropagation
#
# Why was the hidden layer not trained? Because the answer of the neuron was a step: its derivative is 0 almost
# everywhere, and there is no way down. Rumelhart, Hinton and Williams changed it for a smooth curve, the **sigmoid**,
# and let the chain rule do the rest:
#
# $$\sigma(s) = \frac{1}{1 + e^{-s}}, \qquad \sigma'(s) = \sigma(s)\,\big(1 - \sigma(s)\big)$$
#
# By hand: $\sigma(0) = 0.5$, and its derivative there is $0.5 \cdot 0.5 = 0.25$. It is the largest it will ever have;
# keep that number.
#
# The program of 1986, with its squared error and its momentum, on the pairs that the perceptron could not do:


# %%
def sigmoid(s):
    return 1 / (1 + np.exp(-s))


def backpropagate(x, y, hidden, steps, lr=2.0, seed=0):
    """Train x (N, D) -> hidden -> 1 with sigmoids on answers y (N,) of 0 and 1; return the weights."""
    rng = np.random.default_rng(seed)
    W1, b1 = 0.3 * rng.standard_normal((x.shape[1], hidden)), np.zeros(hidden)
    W2, b2 = 0.3 * rng.standard_normal((hidden, 1)), np.zeros(1)
    weights, speeds = (W1, b1, W2, b2), [0.0, 0.0, 0.0, 0.0]
    for _ in range(steps):
        h = sigmoid(x @ W1 + b1)  # (N, D) @ (D, hidden) -> (N, hidden)
        out = sigmoid(h @ W2 + b2)  # (N, 1)
        d_out = (out - y[:, None]) * out * (1 - out) / len(x)  # (N, 1): through the last sigmoid
        d_h = d_out @ W2.T * h * (1 - h)  # (N, hidden): back through the weights, and the first one
        slopes = x.T @ d_h, d_h.sum(axis=0), h.T @ d_out, d_out.sum(axis=0)
        for n, (weight, slope) in enumerate(zip(weights, slopes, strict=True)):
            speeds[n] = 0.9 * speeds[n] - lr * slope
            weight += speeds[n]
    return weights


planes, shares = [], []
for seed in range(10):
    W1, b1, W2, b2 = backpropagate(flat, differ, hidden=2, steps=1000, seed=seed)
    hidden = sigmoid(flat_test @ W1 + b1)  # (500, 2)
    said = sigmoid(hidden @ W2 + b2)[:, 0] > 0.5  # (500,)
    planes.append((hidden, (W2[:, 0], b2[0])))
    shares.append((said == differ_test).mean())
print(label("pares nuevos acertados, con las semillas 0 a 9:", "new pairs right, with seeds 0 to 9:"))
print("  ".join(f"{share:.1%}" for share in shares))

kind = 2 * which_test[:, 0] + which_test[:, 1]  # (500,): 0 to 3
plots.plot_hidden_plane(
    look(pairs_test), planes[0][0], kind, ["0 0", "0 1", "1 0", "1 1"], planes[0][1],
    (label("izquierda: de 0 a 1", "left: from 0 to 1"), label("derecha: de 0 a 1", "right: from 0 to 1")),
)  # fmt: skip

# %% [markdown] lang="es"
# A la izquierda, las cuatro nubes cruzadas de antes. A la derecha, los mismos pares según las dos neuronas de la
# semilla 0: una se enciende casi solo si los dos son un 1; la otra, en cuanto alguno lo es. Han movido las nubes hasta
# que una recta basta. Eso es lo que hace una capa oculta: **no responde, recoloca**. El artículo de 1986 lo lleva en el
# título: aprender representaciones.
#
# Mira las diez semillas: con alguna, dos neuronas se quedan atascadas cerca de 75 %, tres nubes de cuatro. Con
# `hidden=4` no le pasa a ninguna de las diez. Y el inventor no fue uno: Amari propuso en 1967 entrenar varias capas por
# descenso, Linnainmaa publicó en 1970 cómo derivar una cadena de cuentas de atrás hacia adelante, y Werbos lo llevó a
# las redes en 1982, tras su tesis de 1974. Lo de 1986 fue enseñar qué se aprende con ello.
#
# ### Lo que no podía: ser profunda
#
# Si una capa oculta hace tanto, cuatro harán más.

# %% [markdown] lang="en"
# On the left, the four crossed clouds of before. On the right, the same pairs as the two neurons of seed 0 see them:
# one lights up hardly ever unless both are a 1; the other, as soon as either is. They have moved the clouds until one
# line is enough. That is what a hidden layer does: **it does not answer, it rearranges**. The paper of 1986 has it in
# its title: learning representations.
#
# Look at the ten seeds: with one or another, two neurons get stuck near 75%, three clouds out of four. With `hidden=4`
# that happens to none of the ten. And there was no one inventor: Amari proposed in 1967 to train several layers by
# descent, Linnainmaa published in 1970 how to differentiate a chain of computations from the end backwards, and Werbos
# took it to networks in 1982, after his thesis of 1974. What 1986 did was to show what is learned with it.
#
# ### What it could not do: be deep
#
# If one hidden layer does so much, four will do more.

# %%
widgets.predict("history.depth")


# %%
def deep(layers, activation, seed=0):
    """Stack hidden layers of 64: (N, 64) -> (N, 10)."""
    torch.manual_seed(seed)
    hidden = [part for _ in range(layers) for part in (nn.Linear(64, 64), activation())]
    return nn.Sequential(*hidden, nn.Linear(64, 10))


def descend(model, steps=800):
    """Train as in the eighties, by descent with momentum; return the share of new digits right."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    train(model, x, y, optimizer=optimizer, steps=steps, batch_size=50)
    return evaluate(model, x_test, y_test, measure=accuracy)


def layer_gradients(model):
    """Return the size of the gradient of the weights of each layer: (layers,)."""
    model.zero_grad()
    cross_entropy(model(torch.tensor(x)), torch.tensor(y)).backward()
    return np.array([part.weight.grad.norm().item() for part in model if isinstance(part, nn.Linear)])


kinds = {label("sigmoide (1986)", "sigmoid (1986)"): nn.Sigmoid, "ReLU (2011)": nn.ReLU}
gradients = {name: layer_gradients(deep(5, kind)) for name, kind in kinds.items()}
depths = range(1, 6)
scores = {name: [descend(deep(layers, kind)) for layers in depths] for name, kind in kinds.items()}
plots.plot_depth(gradients, scores)

# %% [markdown] lang="es"
# Con sigmoides, el gradiente se divide por un número de cinco a siete en cada capa camino de la entrada. A mano: en
# cada sigmoide se multiplica por 0.25 como mucho, así que tras cinco queda, antes de contar los pesos,
#
# $$0.25^5 = 0.00098$$
#
# Con una o dos capas ocultas aprende; con más, en estos pasos, se queda en el 10 % de quien contesta siempre lo mismo.
# Se llama **desvanecimiento del gradiente** (*vanishing gradient*), y lo analizó Hochreiter en 1991. Más pasos lo
# arreglan a veces, con tres capas; con cinco, no. Busca tú otro remedio: ¿basta con unos pesos mayores?

# %% [markdown] lang="en"
# With sigmoids, the gradient is divided by five to seven in each layer on its way to the input. By hand: each sigmoid
# multiplies it by 0.25 at most, so that after five there remains, before counting the weights,
#
# $$0.25^5 = 0.00098$$
#
# With one or two hidden layers it learns; with more, in these steps, it stays at the 10% of whoever always answers the
# same. It is called the **vanishing gradient**, and Hochreiter analysed it in 1991. More steps mend it sometimes, with
# three layers; with five, they do not. Look for another remedy yourself: are larger weights enough?

# %%
widgets.explore_depth()

# %% [markdown] lang="es"
# Con sigmoides y los pesos por 4, a la primera capa le llega al principio cientos de veces más gradiente si hay cuatro
# capas, y decenas de miles si hay ocho. Buena parte del remedio era empezar en la escala justa, y eso no se estudió a
# fondo hasta 2010 (Glorot y Bengio). La otra parte, la ReLU, se volvió corriente hacia 2011 (Nair y Hinton; Glorot,
# Bordes y Bengio), aunque Fukushima ya la usaba en 1969. Antes hubo otras salidas. Tres de ellas llenan lo que
# queda de esta página: menos pesos y mejor puestos (1989), un camino sin obstáculos a través del tiempo (1997), y
# llegar ya aprendido (2006).
#
# ## 1989: los pesos se comparten
#
# LeCun y sus colegas leyeron códigos postales de cartas reales con una red como la de la unidad 2: filtros pequeños,
# los mismos en toda la imagen, entrenados con retropropagación. Tenía 9760 pesos libres, falló el 5 % de los dígitos
# nuevos y tardó tres días en aprender. La nuestra es su nieta pequeña, con tanh como ella y un descenso más simple que
# el suyo:

# %% [markdown] lang="en"
# With sigmoids and weights times 4, hundreds of times more gradient gets to the first layer if there are four layers,
# and tens of thousands if there are eight. A good part of the remedy was to begin at the right scale, and that was not
# studied in depth until 2010 (Glorot and Bengio). The other part, the ReLU, became common around 2011 (Nair and Hinton;
# Glorot, Bordes and Bengio), though Fukushima used it in 1969 already. Before that there were other ways out. Three of
# them fill the rest of this page: fewer weights and better placed (1989), a clear road through time (1997), and
# arriving already taught (2006).
#
# ## 1989: weights are shared
#
# LeCun and his colleagues read postal codes off real letters with a network like that of unit 2: small filters, the
# same over the whole picture, trained with backpropagation. It had 9760 free weights, was wrong on 5% of the new digits
# and took three days to learn. Ours is its little granddaughter, with tanh as it had and a descent simpler than its
# own:

# %%
torch.manual_seed(0)
cnn = nn.Sequential(
    nn.Unflatten(1, (1, 8, 8)),  # (N, 64) -> (N, 1, 8, 8)
    nn.Conv2d(1, 12, 3, padding=1), nn.Tanh(),  # (N, 12, 8, 8): 12 filters, the same everywhere
    nn.Conv2d(12, 12, 3, stride=2, padding=1), nn.Tanh(),  # (N, 12, 4, 4)
    nn.Flatten(), nn.Linear(192, 10),
)  # fmt: skip
started = time.perf_counter()
share = descend(cnn, steps=500)
seconds = time.perf_counter() - started
size = sum(part.numel() for part in cnn.parameters())
print(label(f"{size} pesos, {seconds:.1f} segundos, {share:.1%} de aciertos",
            f"{size} weights, {seconds:.1f} seconds, {share:.1%} right"))  # fmt: skip
with torch.no_grad():
    maps = cnn[2](cnn[1](torch.tensor(x_test[:1]).reshape(1, 1, 8, 8)))[0]  # (12, 8, 8)
weights = cnn[1].weight.detach().numpy()  # (12, 1, 3, 3)
filters = {label(f"filtro {n}", f"filter {n}"): weights[n, 0] for n in range(6)}
seen = {label(f"su mapa, {n}", f"its map, {n}"): maps[n].numpy() for n in range(6)}
about = label("Seis filtros aprendidos y lo que ven en un dígito.",
              "Six learned filters and what they see in a digit.")  # fmt: skip
plots.plot_image_rows({label("el dígito", "the digit"): digits.x_test[:1]}, label("Lo que entra.", "What comes in."))
plots.plot_maps(filters | seen, about, columns=6, signed=[*filters, *seen], row_height=1.6)
widgets.predict("history.turn")


# %%
def turn(image, angle):
    return rotate(image, angle, reshape=False, order=1)  # (8, 8) -> (8, 8)


turns = np.arange(0, 181, 15)  # 13 angles, and as many sets of (450, 8, 8)
turned = [np.stack([turn(image, angle) for image in digits.x_test]) for angle in turns]
taught = copy.deepcopy(cnn)  # the same network goes on, now with digits turned at random
spun = np.stack([turn(image, 15 * rng.integers(24)) for image in digits.x_train])  # (1347, 8, 8)
momentum = torch.optim.SGD(taught.parameters(), lr=0.02, momentum=0.9)
train(taught, spun.reshape(-1, 64), y, optimizer=momentum, steps=1000, batch_size=50)
right = {
    name: [evaluate(net, images.reshape(-1, 64), y_test, measure=accuracy) for images in turned]
    for name, net in (
        (label("sin verlos\ngirados", "never saw\nthem turned"), cnn),
        (label("tras verlos\ngirados", "after seeing\nthem turned"), taught),
    )
}
about = label("El mismo dígito, cada vez más girado.", "The same digit, turned more and more.")
fours = [images[y_test == 4][0] for images in turned]  # 13 of (8, 8)
plots.plot_image_rows({label("un 4, girado", "a 4, turned"): fours}, about)
plots.plot_against(turns, right, label("grados de giro", "degrees of turn"),
                   label("aciertos", "share right"), chance=0.1)  # fmt: skip

# %% [markdown] lang="es"
# La red sabe de sitios porque alguien se lo puso dentro. De giros no sabe nada, y con 90 grados contesta a ciegas.
# (Cuidado con los ángulos de en medio: girar 8 × 8 píxeles también los emborrona, y parte de la caída es eso. A 90
# grados no se emborrona nada.) La subida al final tampoco es saber: el 0 y el 8, entre otros, apenas cambian cabeza
# abajo.
#
# La otra línea es la misma red después de aprender de dígitos girados: la mayoría en cualquier ángulo. A cambio,
# acierta menos los que están derechos; cabeza abajo, un 6 es un 9. **Lo que se supone de antemano se tiene gratis; lo
# demás hay que aprenderlo de ejemplos.**
#
# Tampoco aquí hubo un solo inventor: Fukushima publicó en 1980 una red con esa misma forma, aunque no la entrenaba con
# retropropagación, y Waibel y otros compartían pesos a lo largo del tiempo, en la voz, por los mismos años.
#
# Y otro límite: su entrada es un cuadrado de tamaño fijo. Una frase no lo es.
#
# ## 1989 y 1990: una red con memoria
#
# Para leer algo que llega poco a poco hace falta recordar. La **red recurrente** (*recurrent network*) lleva un estado
# $h$ y lo mezcla con cada entrada nueva, siempre con los mismos pesos:
#
# $$h_t = \tanh(W_x x_t + W_h h_{t-1} + b)$$
#
# Jordan devolvía a la entrada la salida de la red (1986); Elman, el estado oculto (1990); Williams y Zipser publicaron
# en 1989 cómo entrenarla sin esperar al final. La nuestra es la de Elman. Leerá un dígito **fila a fila**, ocho números
# cada vez, y contestará al terminar.

# %% [markdown] lang="en"
# The network knows about places because somebody put that in. About turns it knows nothing, and at 90 degrees it
# answers blindly. (Careful with the angles between: turning 8 × 8 pixels also blurs them, and part of the fall is that.
# At 90 degrees nothing is blurred.) Nor is the rise at the end knowledge: the 0 and the 8, among others, hardly change
# upside down.
#
# The other line is the same network after learning from turned digits: most of them at any angle. In exchange it does
# worse on upright ones; upside down, a 6 is a 9. **What is taken for granted comes free; the rest must be learned from
# examples.**
#
# Here too there was no single inventor: Fukushima published in 1980 a network of that same form, though he did not
# train it with backpropagation, and Waibel and others shared weights along time, in speech, in those same years.
#
# And another limit: its input is a square of a fixed size. A sentence is not.
#
# ## 1989 and 1990: a network with memory
#
# To read something that comes bit by bit you must remember. The **recurrent network** carries a state $h$ and mixes it
# with each new input, always with the same weights:
#
# $$h_t = \tanh(W_x x_t + W_h h_{t-1} + b)$$
#
# Jordan fed the output of the network back to its input (1986); Elman, the hidden state (1990); Williams and Zipser
# published in 1989 how to train it without waiting for the end. Ours is Elman's. It will read a digit **row by row**,
# eight numbers at a time, and answer when it is over.


# %%
class Elman(nn.Module):
    """Read rows (N, T, 8) one by one and answer at the end: (N, 10)."""

    def __init__(self, width=32):
        super().__init__()
        self.width = width
        self.cell = nn.Linear(8 + width, width)  # Wx and Wh side by side, and b
        self.answer = nn.Linear(width, 10)

    def forward(self, rows):
        h = torch.zeros(len(rows), self.width)  # (N, width)
        for row in rows.unbind(dim=1):  # (N, 8)
            h = torch.tanh(self.cell(torch.cat([row, h], dim=1)))
        return self.answer(h)


def wait(images, blank):
    """Add blank rows after the last one: (N, 8, 8) -> (N, 8 + blank, 8)."""
    return np.pad(images, ((0, 0), (0, blank), (0, 0)))


def recall(model, blank):
    """Train to name the digit after some blank rows; return the share of new digits right."""
    train(model, wait(digits.x_train, blank), y, lr=1e-2, steps=300, clip=1.0)
    return evaluate(model, wait(digits.x_test, blank), y_test, measure=accuracy)


torch.manual_seed(0)
print(label("sin esperar:", "without waiting:"), f"{recall(Elman(), blank=0):.1%}")
widgets.predict("history.wait")

# %% [markdown] lang="es"
# Lee bien. La prueba dura viene ahora: tras la última fila de tinta, filas en blanco. Solo hay que **no olvidar**.
#
# ## 1997: la LSTM
#
# ¿Por qué iba a olvidar? Cada fila en blanco multiplica lo guardado por lo mismo. A mano, con una sola neurona y un
# peso 0.9 sobre sí misma, tras 32 filas queda
#
# $$0.9^{32} = 0.034$$
#
# y con un peso 1.1, 21. El gradiente hace el mismo camino de vuelta, con los mismos productos. Solo hay un peso que
# conserva: **el 1 exacto**. Hochreiter y Schmidhuber lo pusieron ahí, y no lo dejaron aprender. La celda $c$ no se
# multiplica por nada: se le suma.
#
# $$c_t = c_{t-1} + i_t \, g_t, \qquad h_t = o_t \tanh(c_t)$$
#
# $g$ es lo nuevo, una tanh; $i$ y $o$ son **puertas** (*gates*), sigmoides entre 0 y 1 que deciden cuánto entra y
# cuánto sale. Las tres salen de $x_t$ y $h_{t-1}$, cada una con sus pesos, como el estado de Elman. Con la puerta de
# entrada cerrada, $i = 0$, la celda se queda como estaba, tras 32 filas o tras 1000. Son pocas líneas más que la de
# Elman. Comparamos las dos, con tres semillas y con dos esperas: doce entrenamientos, lo más lento de la página (hasta
# un minuto).

# %% [markdown] lang="en"
# It reads well. The hard test comes now: after the last row of ink, blank rows. All it has to do is **not forget**.
#
# ## 1997: the LSTM
#
# Why would it forget? Each blank row multiplies what is kept by the same thing. By hand, with a single neuron and a
# weight of 0.9 on itself, after 32 rows there remains
#
# $$0.9^{32} = 0.034$$
#
# and with a weight of 1.1, 21. The gradient makes the same journey back, with the same products. Only one weight keeps:
# **exactly 1**. Hochreiter and Schmidhuber put it there, and did not let it learn. The cell $c$ is not multiplied by
# anything: it is added to.
#
# $$c_t = c_{t-1} + i_t \, g_t, \qquad h_t = o_t \tanh(c_t)$$
#
# $g$ is what is new, a tanh; $i$ and $o$ are **gates**, sigmoids between 0 and 1 that decide how much goes in and how
# much comes out. All three come from $x_t$ and $h_{t-1}$, each with its own weights, as Elman's state does. With the
# input gate closed, $i = 0$, the cell stays as it was, after 32 rows or after 1000. It is a few lines more than
# Elman's. We compare both, with three seeds and two waits: twelve trainings, the slowest of the page (up to a minute).


# %%
class LSTM(nn.Module):
    """Read rows (N, T, 8) with the cell of 1997, which cannot forget, and answer: (N, 10)."""

    def __init__(self, width=32):
        super().__init__()
        self.width = width
        self.cell = nn.Linear(8 + width, 3 * width)
        self.answer = nn.Linear(width, 10)

    def forward(self, rows):
        h = c = torch.zeros(len(rows), self.width)  # (N, width)
        self.kept = []  # the cells after each row, to look at
        for row in rows.unbind(dim=1):  # (N, 8)
            i, o, g = self.cell(torch.cat([row, h], dim=1)).chunk(3, dim=1)  # 3 of (N, width)
            c = c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            self.kept.append(c)
        return self.answer(h)


memories = {}
for blank, network in ((0, Elman), (0, LSTM), (32, Elman), (32, LSTM)):
    name = label(f"{network.__name__}, {blank} en blanco", f"{network.__name__}, {blank} blank rows")
    memories[name] = []
    for seed in (0, 1, 2):
        torch.manual_seed(seed)
        reader = network()
        memories[name].append(recall(reader, blank))
plots.plot_scores(memories, axis=label("aciertos (a ciegas, 0.1)", "share right (blind guess, 0.1)"))

# %% [markdown] lang="es"
# Sin espera, las dos leen bien, y la de Elman algo mejor: es más simple y aprende antes. Con 32 filas en blanco se
# cambian los papeles. La de Elman contesta poco mejor que a ciegas; la LSTM acierta unas siete de cada diez. ¿Será
# porque tiene más pesos? Mira el gradiente en redes recién creadas, sin entrenar: cuánto pesa cada fila en la
# respuesta. La tercera es de Elman con el doble de neuronas, y más pesos que la LSTM.

# %% [markdown] lang="en"
# Without a wait, both read well, and Elman's somewhat better: it is simpler and learns sooner. With 32 blank rows the
# parts are swapped. Elman's does little better than a blind guess; the LSTM is right some seven times in ten. Could it
# be because it has more weights? Look at the gradient in networks just created, untrained: how much each row weighs in
# the answer. The third is Elman's with twice the neurons, and more weights than the LSTM.


# %%
def reach(network, width):
    """Return how much each row moves the loss of a network just created: (40,)."""
    torch.manual_seed(0)
    rows = torch.tensor(wait(digits.x_test, 32), requires_grad=True)  # (450, 40, 8)
    cross_entropy(network(width)(rows), torch.tensor(y_test)).backward()
    return rows.grad.norm(dim=(0, 2)).numpy()


created = {"Elman, 32": (Elman, 32), "LSTM, 32": (LSTM, 32), "Elman, 64": (Elman, 64)}
plots.plot_against(np.arange(1, 41), {name: reach(*which) for name, which in created.items()},
                   label("fila (la tinta, de la 1 a la 8)", "row (the ink, from 1 to 8)"),
                   label("tamaño del gradiente", "size of the gradient"), log=True)  # fmt: skip
with torch.no_grad():
    reader(torch.tensor(wait(digits.x_test[:1], 32)))  # the last LSTM trained
states = torch.stack(reader.kept)[:, 0].numpy()  # (40, 32)
plots.plot_cells(wait(digits.x_test[:1], 32)[0], states, read=8)
same = (np.sign(states[7]) == np.sign(states[-1])).sum()
print(label(f"celdas que acaban con el signo que tenían tras la tinta: {same} de 32",
            f"cells that end with the sign they had after the ink: {same} of 32"))  # fmt: skip

# %% [markdown] lang="es"
# La escala es logarítmica. En las de Elman, a las filas de tinta les llega una parte ínfima de lo que le llega a la
# última, con pocos pesos o con muchos; en la LSTM, tanto o más que a las demás: por el camino de $c$ nada se
# multiplica.
#
# En la segunda figura, las celdas de la red entrenada. Al acabar la tinta apenas han tomado color; en cada fila en
# blanco empujan un poco más, y la mayoría acaba con el signo que tenía. De la tinta les queda poco, pero no se borra:
# de ahí salen las respuestas.
#
# **Lo que no podía.** Ese crecer es también su límite. Una celda que solo suma no tiene forma de vaciarse: tendría que
# sumar justo lo contrario de lo que guarda. Con un texto largo se satura. La puerta de olvido llegó en 2000 (Gers y
# otros), y es la LSTM que verás en la unidad 3. Y sigue leyendo paso a paso, de uno en uno, y todo lo leído tiene que
# caber en un vector. De esa estrechez nace, en 2014, la atención: es la unidad 4.
#
# ## 2006: aprender sin etiquetas
#
# Vuelve a la red profunda de sigmoides que no aprendía. Hinton, Osindero y Teh tuvieron otra idea: no esperar a que el
# gradiente baje desde la respuesta. Que cada capa aprenda sola, sin etiquetas, a **explicar lo que le llega**; después,
# la siguiente, con lo que ella dice.
#
# La pieza es la **máquina de Boltzmann restringida** (*restricted Boltzmann machine*), o RBM, que ideó Smolensky en
# 1986 con el nombre de *harmonium*: píxeles $v$ y neuronas ocultas $h$, todos de 0 o 1 (un gris se toma como una
# probabilidad), con sesgos $a$ y $b$, y con pesos $W$ entre unos y otras y ninguno dentro de cada grupo. Sube y baja
# por los mismos pesos, y cada unidad se enciende con una probabilidad:
#
# $$p(h_j = 1) = \sigma\Big(\sum_i v_i W_{ij} + b_j\Big), \qquad p(v_i = 1) = \sigma\Big(\sum_j W_{ij} h_j + a_i\Big)$$
#
# Se entrena por **divergencia contrastiva** (*contrastive divergence*), de Hinton (2002): mira un dato, sube; baja, y
# tienes lo que la máquina *imagina*; sube otra vez. Acerca los pesos a lo visto y aléjalos de lo imaginado ($\propto$
# se lee «proporcional a»: falta la tasa de aprendizaje):
#
# $$\Delta W \propto v\,h^\top - v'\,h'^\top$$
#
# A mano: dos píxeles y una neurona, $W = (1, -1)$, sin sesgos, y el dato $v = (1, 0)$. Subir: $h = \sigma(1) = 0.731$.
# Supón que el azar la enciende. Bajar: $v' = (\sigma(1), \sigma(-1)) = (0.731, 0.269)$. Subir:
# $h' = \sigma(0.731 - 0.269) = 0.613$. Entonces
#
# $$\Delta W \propto (1 \cdot 0.731 - 0.731 \cdot 0.613,\;\; 0 - 0.269 \cdot 0.613) = (0.283,\; -0.165)$$
#
# El azar solo se usa para bajar; en la cuenta entran las probabilidades, que llevan menos ruido. El primer peso crece y
# el segundo baja: la próxima vez imaginará algo más parecido a lo que vio.

# %% [markdown] lang="en"
# The scale is logarithmic. In Elman's, the rows of ink get a tiny part of what the last one gets, with few weights or
# many; in the LSTM, as much as the others or more: along the road of $c$ nothing is multiplied.
#
# In the second figure, the cells of the trained network. When the ink ends they have hardly any colour; at each blank
# row they push a bit further, and most end with the sign they had. Little of the ink stays with them, but it is not
# wiped out: the answers come from there.
#
# **What it could not do.** That growing is its limit too. A cell that only adds has no way to empty itself: it would
# have to add exactly the opposite of what it keeps. With a long text it saturates. The forget gate came in 2000 (Gers
# and others), and that is the LSTM that you will see in unit 3. And it still reads step by step, one at a time, and all
# that was read has to fit in a vector. From that narrowness attention is born, in 2014: it is unit 4.
#
# ## 2006: learning without labels
#
# Go back to the deep network of sigmoids that did not learn. Hinton, Osindero and Teh had another idea: not to wait for
# the gradient to come down from the answer. Let each layer learn alone, without labels, to **explain what reaches it**;
# then the next, with what that one says.
#
# The piece is the **restricted Boltzmann machine**, or RBM, which Smolensky devised in 1986 under the name of
# *harmonium*: pixels $v$ and hidden neurons $h$, all of them 0 or 1 (a grey is taken as a probability), with biases $a$
# and $b$, and with weights $W$ between the two groups and none within either. It goes up and down by the same weights,
# and each unit lights up with a probability:
#
# $$p(h_j = 1) = \sigma\Big(\sum_i v_i W_{ij} + b_j\Big), \qquad p(v_i = 1) = \sigma\Big(\sum_j W_{ij} h_j + a_i\Big)$$
#
# It is trained by **contrastive divergence**, due to Hinton (2002): look at an example, go up; come down, and you have
# what the machine *imagines*; go up again. Move the weights towards what was seen and away from what was imagined
# ($\propto$ reads “proportional to”: the learning rate is missing):
#
# $$\Delta W \propto v\,h^\top - v'\,h'^\top$$
#
# By hand: two pixels and one neuron, $W = (1, -1)$, no biases, and the example $v = (1, 0)$. Up:
# $h = \sigma(1) = 0.731$. Suppose that chance turns it on. Down: $v' = (\sigma(1), \sigma(-1)) = (0.731, 0.269)$. Up:
# $h' = \sigma(0.731 - 0.269) = 0.613$. Then
#
# $$\Delta W \propto (1 \cdot 0.731 - 0.731 \cdot 0.613,\;\; 0 - 0.269 \cdot 0.613) = (0.283,\; -0.165)$$
#
# Chance is only used to go down; the probabilities go into the sum, for they are less noisy. The first weight grows and
# the second falls: next time it will imagine something more like what it saw.

# %%
v, W = torch.tensor([[1.0, 0.0]]), torch.tensor([[1.0], [-1.0]])  # (1, 2), (2, 1)
h = torch.sigmoid(v @ W)  # (1, 2) @ (2, 1) -> (1, 1)
v2 = torch.sigmoid(torch.ones(1, 1) @ W.T)  # (1, 1) @ (1, 2) -> (1, 2): the neuron on
h2 = torch.sigmoid(v2 @ W)  # (1, 1)
(v.T @ h - v2.T @ h2).flatten()  # 0.283, -0.165


# %%
def rbm(data, hidden=64, epochs=15, lr=0.2):
    """Train by contrastive divergence on data (N, visible); return W (visible, hidden), a, b."""
    W = 0.05 * torch.randn(data.shape[1], hidden)
    a, b = torch.zeros(data.shape[1]), torch.zeros(hidden)
    for _ in range(epochs):
        for v in data[torch.randperm(len(data))].split(32):  # (32, visible)
            h = torch.sigmoid(v @ W + b)  # (32, hidden): up
            v2 = torch.sigmoid(torch.bernoulli(h) @ W.T + a)  # (32, visible): down, imagined
            h2 = torch.sigmoid(v2 @ W + b)  # (32, hidden): up again
            W += lr * (v.T @ h - v2.T @ h2) / len(v)
            a += lr * (v - v2).mean(dim=0)
            b += lr * (h - h2).mean(dim=0)
    return W, a, b


def stack(data, layers):
    """Train one RBM on what the one below says, layer after layer."""
    trained = []
    for _ in range(layers):
        W, a, b = rbm(data)
        trained.append((W, a, b))
        data = torch.sigmoid(data @ W + b)  # (N, 64)
    return trained


torch.manual_seed(0)
tower = stack(torch.tensor(x), layers=4)
features = tower[0][0].T.reshape(64, 8, 8).numpy()  # (64, 8, 8): what each hidden neuron looks for
strongest = np.argsort(-features.std(axis=(1, 2)))[:12]
about = label("Lo que buscan doce neuronas de la primera RBM.",
              "What twelve neurons of the first RBM look for.")  # fmt: skip
named = {label(f"neurona {n}", f"neuron {n}"): features[n] for n in strongest}
plots.plot_maps(named, about, columns=6, signed=named, row_height=1.45)
widgets.predict("history.stack")

# %% [markdown] lang="es"
# Cada neurona busca tinta en un sitio y ausencia al lado: trozos de trazo, y nadie le dijo qué es un dígito. Ahora la
# prueba. La misma red de cuatro capas de sigmoides, los mismos pasos con etiquetas y la misma tasa; solo cambia dónde
# empiezan los pesos. Y dos puntos de comparación que en 2006 casi nadie probaba: los pesos al azar multiplicados por 4,
# y ReLU.

# %% [markdown] lang="en"
# Each neuron looks for ink in one place and none beside it: pieces of stroke, and nobody told it what a digit is. Now
# the test. The same network of four layers of sigmoids, the same steps with labels and the same rate; only where the
# weights begin changes. And two baselines that hardly anybody tried in 2006: random weights multiplied by 4, and ReLU.

# %%
results = {}
for seed in (0, 1, 2):
    fresh, larger, taught = (deep(4, nn.Sigmoid, seed) for _ in range(3))
    today = deep(4, nn.ReLU, seed)
    for layer in larger[::2]:
        layer.weight.data *= 4
    for layer, (W, _, b) in zip(taught[:8:2], stack(torch.tensor(x), layers=4), strict=True):
        layer.weight.data, layer.bias.data = W.T.clone(), b.clone()
    for name, model in (
        (label("sigmoides al azar", "sigmoids at random"), fresh),
        (label("sigmoides tras cuatro RBM", "sigmoids after four RBMs"), taught),
        (label("sigmoides, azar × 4", "sigmoids, random × 4"), larger),
        (label("ReLU al azar", "ReLU at random"), today),
    ):
        results.setdefault(name, []).append(descend(model))
plots.plot_scores(results, axis=label("aciertos en dígitos nuevos", "share of new digits right"))
share = descend(deep(4, nn.Sigmoid), steps=3400)  # the 800 steps, and as many more as four RBMs take
print(label(f"sigmoides al azar, con 3400 pasos: {share:.1%}", f"sigmoids at random, with 3400 steps: {share:.1%}"))

# %% [markdown] lang="es"
# De contestar a ciegas a acertar casi todo, sin cambiar la red ni los pasos con etiquetas. ¿Será por las correcciones
# de más que hacen las RBM, unas 2600? No: con otros tantos pasos, las sigmoides al azar siguen a ciegas. En 2006 esto
# devolvió al campo la fe en la profundidad. Las dos últimas filas dicen lo demás: con otra escala al empezar, o con
# otra activación, **la muleta sobra**. Se dejó de usar hacia 2012, cuando además había muchas más etiquetas. Volvió
# años después de otra forma: BERT y GPT aprenden primero sin etiquetas (unidades 6 y 7).
#
# La idea de entrenar capa a capa tampoco era nueva: Ivakhnenko lo hacía desde 1965, y Schmidhuber preentrenó una pila
# de redes recurrentes en 1991.
#
# ### La red sueña
#
# Las dos primeras RBM forman una **red de creencia profunda** (*deep belief network*) de dos pisos. Se le puede pedir
# que invente: en el piso de arriba, sube y baja muchas veces desde el ruido; al final, baja a los píxeles.

# %% [markdown] lang="en"
# From blind answers to almost all right, without changing the network or the steps with labels. Is it the extra
# corrections that the RBMs make, some 2600? No: with as many more steps, random sigmoids are still blind. In 2006 this
# gave the field back its faith in depth. The last two rows say the rest: with another scale to begin with, or another
# activation, **the crutch is not needed**. It fell out of use around 2012, when there were also many more labels. It
# came back years later in another form: BERT and GPT learn first without labels (units 6 and 7).
#
# Training layer by layer was not new either: Ivakhnenko did it from 1965, and Schmidhuber pre-trained a stack of
# recurrent networks in 1991.
#
# ### The network dreams
#
# The first two RBMs make a **deep belief network** of two floors. It can be asked to invent: on the upper floor, go up
# and down many times from noise; in the end, come down to the pixels.


# %%
def dream(n, steps):
    """Let the two first RBMs imagine n digits, from noise: (n, 8, 8)."""
    (W1, a1, _), (W2, a2, b2) = tower[:2]
    middle = torch.full((n, 64), 0.5)  # (n, 64): between the two floors
    for _ in range(steps):
        top = torch.bernoulli(torch.sigmoid(torch.bernoulli(middle) @ W2 + b2))  # (n, 64)
        middle = torch.sigmoid(top @ W2.T + a2)
    return torch.sigmoid(middle @ W1.T + a1).reshape(n, 8, 8).numpy()


def read(images):
    """Count which digit each of the images (N, 64) looks like to the CNN of 1989: (10,)."""
    with torch.no_grad():
        return cnn(torch.as_tensor(images)).argmax(dim=1).bincount(minlength=10).numpy()


dreams = {}
for steps in (1, 10, 100, 1000):
    torch.manual_seed(0)
    dreams[label(f"vueltas: {steps}", f"rounds: {steps}")] = dream(400, steps)  # (400, 8, 8)
about = label("Lo que imagina tras más y más vueltas.", "What it imagines after more and more rounds.")
plots.plot_image_rows({name: images[:12] for name, images in dreams.items()}, about)
plots.plot_counts({name: read(images.reshape(-1, 64)) for name, images in dreams.items()}, fair=40)

# %% [markdown] lang="es"
# A las diez vueltas ya hay trazos de dígito, unos legibles y otros no; con mil no mejoran. Las barras cuentan qué
# dígito ve en cada uno de 400 sueños la red convolucional de 1989: se repiten los favoritos, y de otros dígitos apenas
# hay.
#
# **Lo que no podía:** inventar de un golpe. Cada imagen pide dar vueltas, y nadie sabe cuántas bastan. Además, la
# probabilidad que la máquina da a una imagen en la práctica ni siquiera se puede calcular, porque pide sumar sobre
# todas las imágenes posibles. Se entrena con un gradiente aproximado, que solo mira cerca de los datos, y se juzga a
# ojo.
#
# ## 2006: el autocodificador
#
# El mismo año, en *Science*, Hinton y Salakhutdinov apretaron los dígitos por un embudo. Un **autocodificador**
# (*autoencoder*) es una red que aprende a devolver lo que le das, pasando por un **código** (*code*) de muy pocos
# números, aquí dos. No necesita etiquetas: la respuesta es la entrada.
#
# La idea era de los años ochenta; con una sola capa lineal equivale a las componentes principales (PCA), como mostraron
# Bourlard y Kamp en 1988. Lo nuevo fue hacerlo profundo, con las RBM de antes para empezar. Hoy basta con Adam:

# %% [markdown] lang="en"
# After ten rounds there are already strokes of digits, some legible and some not; a thousand do not improve them. The
# bars count which digit the convolutional network of 1989 sees in each of 400 dreams: the favourites repeat, and of
# other digits there are hardly any.
#
# **What it could not do:** invent in one go. Each picture asks for rounds, and nobody knows how many are enough.
# Besides, the probability that the machine gives a picture cannot even be computed in practice, because it asks
# for a sum over all possible pictures. It is trained with an approximate gradient, which only looks near the data, and
# judged by eye.
#
# ## 2006: the autoencoder
#
# The same year, in *Science*, Hinton and Salakhutdinov squeezed digits through a funnel. An **autoencoder** is a
# network that learns to give back what you give it, through a **code** of very few numbers, here two. It needs no
# labels: the answer is the input.
#
# The idea was from the eighties; with a single linear layer it amounts to principal components (PCA), as Bourlard and
# Kamp showed in 1988. What was new was making it deep, with the RBMs of before to begin with. Today Adam is enough:

# %%
torch.manual_seed(0)
encoder = nn.Sequential(nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 32), nn.Tanh(), nn.Linear(32, 2))
decoder = nn.Sequential(
    nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 64), nn.Tanh(), nn.Linear(64, 64), nn.Sigmoid()
)
autoencoder = nn.Sequential(encoder, decoder)  # (N, 64) -> (N, 2) -> (N, 64)
train(autoencoder, x, x, loss=mse_loss, lr=5e-3, steps=1500, batch_size=100)

mean = x.mean(axis=0)
directions = np.linalg.svd(x - mean, full_matrices=False)[2][:2]  # (2, 64): principal components
linear = (x_test - mean) @ directions.T  # (450, 2)
with torch.no_grad():
    codes = encoder(torch.tensor(x_test)).numpy()  # (450, 2)
    returned = autoencoder(torch.tensor(x_test)).numpy()  # (450, 64)
flattened = linear @ directions + mean  # (450, 64)
for name, images in (("PCA", flattened), (label("autocodificador", "autoencoder"), returned)):
    error, share = ((images - x_test) ** 2).mean(), evaluate(cnn, images, y_test, measure=accuracy)
    print(f"{name:16} error {error:.4f}", label(f"la CNN reconoce {share:.1%}", f"the CNN recognises {share:.1%}"))
plots.plot_codes({"PCA": linear, label("autocodificador", "autoencoder"): codes}, y_test)
about = label("Diez dígitos nuevos, y cómo vuelven de dos números.",
              "Ten new digits, and how they come back from two numbers.")  # fmt: skip
back = {"original": x_test, "PCA": flattened.clip(0, 1), label("autocodificador", "autoencoder"): returned}
plots.plot_image_rows({name: images[:10].reshape(-1, 8, 8) for name, images in back.items()}, about)
widgets.predict("history.hole")

# %% [markdown] lang="es"
# Dos números por dígito, y más de ocho de cada diez vuelven reconocibles para la red convolucional; con PCA, la mitad.
# La red no ha visto una sola etiqueta, y sin embargo los dígitos iguales se juntan. Pasea por el plano: primero por el
# centro de una nube, después despacio hacia otra, y por fin a un rincón donde no cae ningún dígito.

# %% [markdown] lang="en"
# Two numbers a digit, and more than eight in ten come back so that the convolutional network can tell which they are;
# with PCA, half. The network has not seen a single label, and still equal digits gather. Walk over the plane: first
# through the middle of a cloud, then slowly towards another, and at last to a corner where no digit falls.

# %%
widgets.explore_code(decoder, codes, y_test)

# %%
low, high = np.quantile(codes, 0.02, axis=0), np.quantile(codes, 0.98, axis=0)  # (2,), (2,)
across, up = np.linspace(low[0], high[0], 16), np.linspace(low[1], high[1], 12)  # (16,), (12,)
grid = np.stack(np.meshgrid(across, up), axis=-1)  # (12, 16, 2)
with torch.no_grad():
    sheet = decoder(torch.tensor(grid, dtype=torch.float32)).reshape(12, 16, 8, 8).numpy()
plots.plot_sheet(sheet, low, high)
anywhere = torch.tensor(low + (high - low) * rng.random((1000, 2)), dtype=torch.float32)  # (1000, 2)
with torch.no_grad():
    drawn = decoder(anywhere)  # (1000, 64)
evenly = x[rng.choice(len(x), size=1000, replace=False)]  # (1000, 64)
plots.plot_counts({
    label("reales", "real"): read(evenly), label("códigos al azar", "random codes"): read(drawn),
}, fair=100)  # fmt: skip

# %% [markdown] lang="es"
# **Lo que no podía: repartir el plano.** Nadie le dijo cómo colocar los códigos: unas nubes ocupan mucho, otras se
# aprietan, y entre dos el dibujo es una mezcla. Para inventar hay que elegir un código, y nada dice de dónde. Al azar
# salen muchos dígitos de unas clases y casi ninguno de otras: las barras lo cuentan, con la red de 1989 de juez. En
# 2013, Kingma y Welling pidieron además que los códigos, en conjunto, llenaran una campana conocida, y para inventar
# basta sortear de ella: es el autocodificador variacional. Y un año después llegó una idea muy distinta.
#
# ## 2014: dos redes que compiten
#
# El autocodificador se juzga píxel a píxel, y la respuesta prudente es un borrón: la media de lo posible. Goodfellow y
# sus colegas dejaron que juzgara **otra red**. En una **red generativa antagónica** (*generative adversarial network*),
# o GAN, el **generador** (*generator*) convierte ruido $z$ en un dato, y el **discriminador** (*discriminator*) dice si
# lo que ve es real. Cada uno aprende del otro:
#
# - el discriminador baja su entropía cruzada entre los reales (1) y los inventados (0);
# - el generador baja la entropía cruzada de que sus inventos se tomen por un 1.
#
# Lo probamos donde se ve todo: ocho nubes de puntos en un anillo.

# %% [markdown] lang="en"
# **What it could not do: share out the plane.** Nobody told it where to put the codes: some clouds take much room,
# others huddle, and between two the drawing is a blend. To invent you must choose a code, and nothing says from where.
# Codes at random give many digits of some classes and hardly any of others: the bars count them, with the network of
# 1989 as judge. In 2013, Kingma and Welling asked besides that the codes, all together, fill a known bell, and to
# invent you just draw from it: it is the variational autoencoder. And a year later came a very different idea.
#
# ## 2014: two networks that compete
#
# The autoencoder is judged pixel by pixel, and the prudent answer is a blur: the mean of what is possible. Goodfellow
# and his colleagues let **another network** judge. In a **generative adversarial network**, or GAN, the **generator**
# turns noise $z$ into an example, and the **discriminator** says whether what it sees is real. Each learns from the
# other:
#
# - the discriminator lowers its cross-entropy between real ones (1) and invented ones (0);
# - the generator lowers the cross-entropy of its inventions being taken for a 1.
#
# We try it where everything can be seen: eight clouds of points on a ring.

# %%
widgets.predict("history.collapse")


# %%
def gan(real, generator, discriminator, latent, steps, every, batch_size=128):
    """Train both networks on real(n) -> (n, D); return 1,000 inventions (1000, D) every few steps."""
    adam = {"lr": 1e-3, "betas": (0.5, 0.999)}
    paint = torch.optim.Adam(generator.parameters(), **adam)
    tell = torch.optim.Adam(discriminator.parameters(), **adam)
    yes, no, shots = torch.ones(batch_size, 1), torch.zeros(batch_size, 1), {}
    judge = binary_cross_entropy_with_logits
    for step in range(1, steps + 1):
        invented = generator(torch.randn(batch_size, latent))  # (batch, D)
        caught = judge(discriminator(real(batch_size)), yes)
        caught = caught + judge(discriminator(invented.detach()), no)
        tell.zero_grad()
        caught.backward()
        tell.step()
        fooled = judge(discriminator(invented), yes)  # the generator wants a yes
        paint.zero_grad()
        fooled.backward()
        paint.step()
        if step % every == 0:
            with torch.no_grad():
                shots[step] = generator(torch.randn(1000, latent))
    return shots


def tower_of(d_in, width, d_out):
    return nn.Sequential(
        nn.Linear(d_in, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, d_out)
    )


angles = torch.arange(8) * 2 * np.pi / 8
centres = torch.stack([angles.cos(), angles.sin()], dim=1)  # (8, 2)


def ring(n):
    return centres[torch.randint(8, (n,))] + 0.05 * torch.randn(n, 2)


def reached(points):
    """Count the clouds that get at least one point in a hundred."""
    distance, nearest = torch.cdist(points, centres).min(dim=1)  # (1000,), (1000,)
    return int((torch.bincount(nearest[distance < 0.2], minlength=8) >= 10).sum())


runs, generators = [], []
for seed in (0, 1, 2):
    torch.manual_seed(seed)
    generators.append(tower_of(2, 64, 2))
    runs.append(gan(ring, generators[-1], tower_of(2, 64, 1), latent=2, steps=1500, every=100))
moments = {step: label(f"paso {step}", f"step {step}") for step in (200, 500, 800, 1100, 1500)}
seeds = [label(f"semilla {seed}", f"seed {seed}") for seed in range(3)]
plots.plot_rings({
    name: {moments[step]: (run[step], reached(run[step])) for step in moments}
    for name, run in zip(seeds, runs, strict=True)
}, centres)  # fmt: skip
counts = np.array([[reached(points) for points in run.values()] for run in runs])  # (3, 15)
plots.plot_against(list(runs[0]), dict(zip(seeds, counts, strict=True)), label("paso", "step"),
                   label("nubes alcanzadas, de 8", "clouds reached, of 8"))  # fmt: skip

# %% [markdown] lang="es"
# Es el **colapso de modos** (*mode collapse*), medido: el generador empieza por una o dos nubes, y salta de una a otra
# cuando lo descubren. Después, según la semilla, o las encuentra todas o sigue persiguiendo una. El mismo programa, los
# mismos datos; cambia el azar. Las pérdidas, aquí, dicen poco: son las de un juego entre dos. Hay que contar.
# Y fíjate en qué se cuenta: una nube está alcanzada si recibe un punto de cada cien. Aun con 8 de 8, buena parte de los
# inventos cae fuera de todos los círculos, que son anchos: casi ningún dato real queda fuera.
#
# Mira qué ha hecho el generador que más nubes alcanza con su plano de ruido: lo ha repartido en territorios. Las
# fronteras blancas caen entre dos nubes, donde no debería haber nada.

# %% [markdown] lang="en"
# It is **mode collapse**, measured: the generator begins with one or two clouds, and jumps from one to another when it
# is found out. Later, depending on the seed, it finds them all or goes on chasing one. The same program, the same data;
# only chance changes. The losses say little here: they are those of a game between two. You have to count. And mind
# what is counted: a cloud is reached if it gets one point in a hundred. Even with 8 of 8, a good part of the inventions
# falls outside all the circles, which are wide: hardly any real example is left out of them.
#
# Look at what the generator that reaches most clouds has made of its plane of noise: it has split it into territories.
# The white borders fall between two clouds, where there should be nothing.

# %%
widgets.explore_latent(generators[counts[:, -1].argmax()], centres)

# %% [markdown] lang="es"
# ¿Y con dígitos? El mismo bucle, con ruido de 16 números. ¿Quién juzga lo que sale? La red convolucional de 1989 que
# entrenaste arriba: dice qué dígito parece cada invento, y contamos.

# %% [markdown] lang="en"
# And with digits? The same loop, with noise of 16 numbers. Who judges what comes out? The convolutional network of 1989
# that you trained above: it says which digit each invention looks like, and we count.

# %%
torch.manual_seed(0)
real = torch.tensor(x)  # (1347, 64)
painter = nn.Sequential(tower_of(16, 128, 64), nn.Sigmoid())  # (N, 16) -> (N, 64)
shots = gan(lambda n: real[torch.randint(len(real), (n,))], painter, tower_of(64, 128, 1),
            latent=16, steps=2500, every=500, batch_size=64)  # fmt: skip
shown = {label(f"paso {step}", f"step {step}"): shots[step] for step in (500, 1000, 2500)}
named = {label("reales", "real"): torch.tensor(evenly)} | shown
plots.plot_counts({name: read(images) for name, images in named.items()}, fair=100)
about = label("Los doce primeros de cada clase.", "The first twelve of each kind.")
plots.plot_image_rows({name: images[:12].reshape(-1, 8, 8) for name, images in named.items()}, about)

# %% [markdown] lang="es"
# Los reales se reparten por igual. Los inventados, no: al principio casi todos le parecen el mismo dígito, y al final
# aún hay preferidos y olvidados. Pero mira las imágenes: el juez tiene que elegir un dígito aunque le den una mancha, y
# a los 500 pasos todas son la misma mancha. Cuenta tendencias, no unidades, y nunca sin mirar.
#
# Para cerrar, las tres formas de inventar de esta página, frente a los dígitos de verdad.

# %% [markdown] lang="en"
# Real ones are spread evenly. Invented ones are not: at first almost all look to it like the same digit, and in the end
# there are still favourites and forgotten ones. But look at the pictures: the judge must choose a digit even when given
# a blot, and at 500 steps all are the same blot. Read trends, not units, and never without looking.
#
# To close, the three ways to invent of this page, beside the true digits.

# %%
torch.manual_seed(1)
random_codes = label("autocodificador,\ncódigos al azar (2006)", "autoencoder,\nrandom codes (2006)")
with torch.no_grad():
    plots.plot_image_rows({
        label("reales", "real"): x_test[:12].reshape(-1, 8, 8),
        label("red de creencia\n(2006)", "belief network\n(2006)"): dream(12, 300),
        random_codes: drawn[:12].reshape(-1, 8, 8),
        "GAN (2014)": painter(torch.randn(12, 16)).reshape(-1, 8, 8),
    }, label("Doce dígitos de cada clase.", "Twelve digits of each kind."))  # fmt: skip

# %% [markdown] lang="es"
# Cada una falla a su manera. La red de creencia da trazos borrosos, y casi siempre los mismos. El autocodificador
# dibuja bien lejos de las fronteras entre nubes, y en ellas, mezclas; y de algún dígito, casi nada. La GAN los hace
# nítidos, a veces imposibles, y se repite. **Lo que no prueba:** son redes diminutas y dígitos de 8 × 8, sin ajustar, y
# comparar a ojo es justo lo que hemos criticado.
#
# También la GAN tiene pleito: Schmidhuber señala como antecedentes dos trabajos suyos, de 1990 y 1992, con redes que
# compiten; el artículo de 2014 cita el segundo y explica en qué se distingue.
#
# ## La respuesta, en una tabla
#
# | año | red | lo que trajo | lo que no podía | quién lo arregló |
# |---|---|---|---|---|
# | 1958 | perceptrón | aprender de ejemplos | decir si dos dígitos son iguales | la capa oculta entrenada |
# | 1986 | MLP de sigmoides | aprender representaciones | ser profunda | buen comienzo, ReLU, atajos |
# | 1989 | convolucional | pesos compartidos | girar; entradas sin tamaño fijo | más datos; la recurrente |
# | 1990 | recurrente | un estado | recordar 32 filas en blanco | LSTM |
# | 1997 | LSTM | un camino sin productos | olvidar; leer en paralelo | la puerta de olvido; la atención |
# | 2006 | red de creencia | aprender capa a capa, sin etiquetas | inventar de un golpe | la GAN |
# | 2006 | autocodificador | un código pequeño | repartir los códigos | el variacional |
# | 2014 | GAN | un juez que aprende | no olvidar ninguna nube | muchos remedios parciales |
#
# Casi ninguna desapareció. Se apilaron: un Transformer tiene capas entrenadas como en 1986 y atajos de 2015, y suele
# empezar por aprender sin etiquetas, como en 2006.

# %% [markdown] lang="en"
# Each fails in its own way. The belief network gives blurred strokes, and nearly always the same ones. The autoencoder
# draws well away from the borders between clouds, and blends on them; and of some digit, hardly any. The GAN makes them
# sharp, sometimes impossible, and repeats itself. **What it does not prove:** these are tiny networks and digits of 8 ×
# 8, untuned, and comparing by eye is just what we have criticised.
#
# The GAN has its dispute too: Schmidhuber points to two works of his as forerunners, of 1990 and 1992, with networks
# that compete; the paper of 2014 cites the second and explains how it differs.
#
# ## The answer, in a table
#
# | year | network | what it brought | what it could not do | what mended it |
# |---|---|---|---|---|
# | 1958 | perceptron | learning from examples | say whether two digits are the same | the trained hidden layer |
# | 1986 | MLP of sigmoids | learning representations | be deep | a good start, ReLU, shortcuts |
# | 1989 | convolutional | shared weights | turn; inputs of no fixed size | more data; the recurrent one |
# | 1990 | recurrent | a state | remember across 32 blank rows | LSTM |
# | 1997 | LSTM | a road without products | forget; read in parallel | the forget gate; attention |
# | 2006 | belief network | learning layer by layer, no labels | invent in one go | the GAN |
# | 2006 | autoencoder | a small code | share out the codes | the variational one |
# | 2014 | GAN | a judge that learns | leave no cloud out | many partial remedies |
#
# Hardly any has disappeared. They piled up: a Transformer has layers trained as in 1986 and shortcuts of 2015, and it
# usually begins by learning without labels, as in 2006.

# %% [markdown] lang="es"
# ## ¿Verdadero o falso?
#
# Decide antes de abrir cada una.
#
# <details><summary>1. «Minsky y Papert demostraron que las redes con capas ocultas no pueden con XOR.»</summary>
#
# **Falso.** Demostraron límites del perceptrón que mira por partes, con una sola capa que aprende. Sabían que con más
# capas se puede; dudaban de que se pudieran entrenar.
# </details>
#
# <details><summary>2. «La retropropagación se inventó en 1986.»</summary>
#
# **Falso.** Está publicada, como método general, en 1970, con antecedentes en los sesenta. En 1986 se mostró lo que las
# redes aprenden con ella.
# </details>
#
# <details><summary>3. «Una red profunda de sigmoides no aprende porque le falta capacidad.»</summary>
#
# **Falso.** La misma red, con otros pesos al empezar, acierta casi todo. Le faltaba gradiente en las primeras capas.
# </details>
#
# <details><summary>4. «La celda de la LSTM de 1997 conserva lo que tiene si la puerta de entrada está cerrada.»</summary>
#
# **Verdadero.** Se multiplica por 1 y se le suma 0. Por eso mismo no sabía vaciarse, hasta la puerta de olvido de 2000.
# </details>
#
# <details><summary>5. «Sin las RBM de 2006 no habría redes profundas hoy.»</summary>
#
# **Falso**, como técnica: con ReLU, o con una buena escala al empezar, no hacen falta, y lo has medido. Como empujón a
# todo un campo, es otra historia.
# </details>
#
# <details><summary>6. «Un autocodificador con una sola capa lineal y error cuadrático no supera a PCA.»</summary>
#
# **Verdadero.** Encuentra el mismo subespacio. Lo que un autocodificador añade está en las capas no lineales.
# </details>
#
# <details><summary>7. «Si las dos pérdidas de una GAN están tranquilas, el generador cubre todos los datos.»</summary>
#
# **Falso.** Pueden estarlo con una sola nube. Hay que contar modos.
# </details>
#
# <details><summary>8. «Cada red de esta página hizo inútil a la anterior.»</summary>
#
# **Falso.** Casi todas siguen dentro de las de hoy, como piezas.
# </details>

# %% [markdown] lang="en"
# ## True or false?
#
# Decide before you open each one.
#
# <details><summary>1. “Minsky and Papert proved that networks with hidden layers cannot do XOR.”</summary>
#
# **False.** They proved limits of the perceptron that looks by parts, with a single layer that learns. They knew that
# more layers can do it; they doubted that those could be trained.
# </details>
#
# <details><summary>2. “Backpropagation was invented in 1986.”</summary>
#
# **False.** It was published, as a general method, in 1970, with forerunners in the sixties. In 1986 it was shown what
# networks learn with it.
# </details>
#
# <details><summary>3. “A deep network of sigmoids does not learn because it lacks capacity.”</summary>
#
# **False.** The same network, with other weights to begin with, gets almost all right. It lacked gradient in its first
# layers.
# </details>
#
# <details><summary>4. “The cell of the LSTM of 1997 keeps what it has if the input gate is closed.”</summary>
#
# **True.** It is multiplied by 1 and 0 is added to it. For that very reason it could not empty itself, until the forget
# gate of 2000.
# </details>
#
# <details><summary>5. “Without the RBMs of 2006 there would be no deep networks today.”</summary>
#
# **False**, as a technique: with ReLU, or a good scale to begin with, they are not needed, and you have measured it. As
# a push to a whole field, it is another story.
# </details>
#
# <details><summary>6. “An autoencoder with a single linear layer and squared error does not beat PCA.”</summary>
#
# **True.** It finds the same subspace. What an autoencoder adds lies in the non-linear layers.
# </details>
#
# <details><summary>7. “If both losses of a GAN are calm, the generator covers all the data.”</summary>
#
# **False.** They may be so with a single cloud. You have to count modes.
# </details>
#
# <details><summary>8. “Each network of this page made the one before useless.”</summary>
#
# **False.** Almost all of them live on inside those of today, as pieces.
# </details>

# %% [markdown] lang="es"
# ## En media página
#
# - El **perceptrón** aprende plantillas, y con una sola capa que aprende no puede decir si dos dígitos son iguales.
# - Con sigmoides en lugar de escalones hay por dónde bajar: la **retropropagación** entrena la capa oculta, que recoloca
#   los datos hasta que una recta basta.
# - Cada sigmoide multiplica el gradiente por 0.25 como mucho: la profundidad lo **desvanece**.
# - La red **convolucional** regala lo que se supone de antemano, los sitios, y nada más.
# - La **recurrente** lleva un estado; los productos lo borran. La **LSTM** suma en lugar de multiplicar.
# - La **RBM** se acerca a lo visto y se aleja de lo imaginado. Apiladas, arrancan una red profunda; hoy hay formas más
#   simples.
# - El **autocodificador** resume sin etiquetas, y coloca los códigos a su aire: inventar desde ellos sale desigual.
# - En la **GAN** el juez también aprende, y el generador puede quedarse en unas pocas nubes. Se cuenta, no se mira.
# - Casi ninguna idea tuvo un solo inventor.
#
# La siguiente, la unidad 3, empieza donde aquí nos quedamos cortos: una red que lee texto.
#
# ## Para seguir leyendo
#
# - Rosenblatt (1958), [The perceptron](https://doi.org/10.1037/h0042519).
# - Minsky y Papert (1969), [Perceptrons](https://doi.org/10.7551/mitpress/11301.001.0001). Léelo y verás que dice otra
#   cosa que la leyenda.
# - Linnainmaa (1976), [Taylor expansion of the accumulated rounding error](https://doi.org/10.1007/BF01931367). El
#   artículo que salió de su tesis de 1970.
# - Amari (1967), [A theory of adaptive pattern classifiers](https://doi.org/10.1109/PGEC.1967.264666), e Ivakhnenko (1971),
#   [Polynomial theory of complex systems](https://doi.org/10.1109/TSMC.1971.4308320). Los que llegaron antes.
# - Rumelhart, Hinton y Williams (1986),
#   [Learning representations by back-propagating errors](https://doi.org/10.1038/323533a0).
# - Fukushima (1980), [Neocognitron](https://doi.org/10.1007/BF00344251), y LeCun y otros (1989),
#   [Backpropagation applied to handwritten zip code recognition](https://doi.org/10.1162/neco.1989.1.4.541).
# - Williams y Zipser (1989),
#   [A learning algorithm for continually running fully recurrent neural networks](https://doi.org/10.1162/neco.1989.1.2.270),
#   y Elman (1990), [Finding structure in time](https://doi.org/10.1207/s15516709cog1402_1). El de Elman se lee como un
#   cuento.
# - Hochreiter (1991), [su tesina](https://people.idsia.ch/~juergen/SeppHochreiter1991ThesisAdvisorSchmidhuber.pdf), en
#   alemán; Bengio, Simard y Frasconi (1994),
#   [Learning long-term dependencies with gradient descent is difficult](https://doi.org/10.1109/72.279181); Hochreiter y
#   Schmidhuber (1997), [Long short-term memory](https://doi.org/10.1162/neco.1997.9.8.1735); Gers, Schmidhuber y Cummins
#   (2000), [Learning to forget](https://doi.org/10.1162/089976600300015015).
# - Bahdanau, Cho y Bengio (2014), [Neural machine translation by jointly learning to align and translate](https://arxiv.org/abs/1409.0473).
#   La atención.
# - Smolensky (1986), *Harmony theory*, en [Parallel distributed processing](https://doi.org/10.7551/mitpress/5236.001.0001);
#   Hinton (2002),
#   [Training products of experts by minimizing contrastive divergence](https://doi.org/10.1162/089976602760128018), y
#   Hinton, Osindero y Teh (2006),
#   [A fast learning algorithm for deep belief nets](https://doi.org/10.1162/neco.2006.18.7.1527).
# - Bourlard y Kamp (1988),
#   [Auto-association by multilayer perceptrons and singular value decomposition](https://doi.org/10.1007/BF00332918), y
#   Hinton y Salakhutdinov (2006),
#   [Reducing the dimensionality of data with neural networks](https://doi.org/10.1126/science.1127647). Cuatro páginas.
# - Kingma y Welling (2013), [Auto-encoding variational Bayes](https://arxiv.org/abs/1312.6114), y Goodfellow y otros
#   (2014), [Generative adversarial networks](https://arxiv.org/abs/1406.2661).
# - Glorot y Bengio (2010),
#   [Understanding the difficulty of training deep feedforward neural networks](https://proceedings.mlr.press/v9/glorot10a.html),
#   y Glorot, Bordes y Bengio (2011), [Deep sparse rectifier neural networks](https://proceedings.mlr.press/v15/glorot11a.html).
#   La escala y la ReLU; esta ya estaba en Fukushima (1969),
#   [Visual feature extraction](https://doi.org/10.1109/TSSC.1969.300225).
# - Schmidhuber (2015), [Deep learning in neural networks: an overview](https://doi.org/10.1016/j.neunet.2014.09.003). La
#   historia contada desde el otro lado, con cientos de referencias.

# %% [markdown] lang="en"
# ## In half a page
#
# - The **perceptron** learns templates, and with a single layer that learns it cannot say whether two digits are the
#   same.
# - With sigmoids instead of steps there is a way down: **backpropagation** trains the hidden layer, which rearranges the
#   data until one line is enough.
# - Each sigmoid multiplies the gradient by 0.25 at most: depth makes it **vanish**.
# - The **convolutional** network gives for free what is taken for granted, places, and nothing more.
# - The **recurrent** one carries a state; products wipe it out. The **LSTM** adds instead of multiplying.
# - The **RBM** moves towards what it saw and away from what it imagined. Stacked, they start up a deep network; today
#   there are simpler ways.
# - The **autoencoder** sums up without labels, and puts the codes where it likes: inventing from them is uneven.
# - In the **GAN** the judge learns too, and the generator may settle on a few clouds. You count, you do not just look.
# - Hardly any idea had a single inventor.
#
# The next one, unit 3, begins where we fell short here: a network that reads text.
#
# ## Read next
#
# - Rosenblatt (1958), [The perceptron](https://doi.org/10.1037/h0042519).
# - Minsky and Papert (1969), [Perceptrons](https://doi.org/10.7551/mitpress/11301.001.0001). Read it and you will see that
#   it says something other than the legend.
# - Linnainmaa (1976), [Taylor expansion of the accumulated rounding error](https://doi.org/10.1007/BF01931367). The paper
#   that came out of his thesis of 1970.
# - Amari (1967), [A theory of adaptive pattern classifiers](https://doi.org/10.1109/PGEC.1967.264666), and Ivakhnenko
#   (1971), [Polynomial theory of complex systems](https://doi.org/10.1109/TSMC.1971.4308320). Those who came before.
# - Rumelhart, Hinton and Williams (1986),
#   [Learning representations by back-propagating errors](https://doi.org/10.1038/323533a0).
# - Fukushima (1980), [Neocognitron](https://doi.org/10.1007/BF00344251), and LeCun and others (1989),
#   [Backpropagation applied to handwritten zip code recognition](https://doi.org/10.1162/neco.1989.1.4.541).
# - Williams and Zipser (1989),
#   [A learning algorithm for continually running fully recurrent neural networks](https://doi.org/10.1162/neco.1989.1.2.270),
#   and Elman (1990), [Finding structure in time](https://doi.org/10.1207/s15516709cog1402_1). Elman's reads like a story.
# - Hochreiter (1991), [his diploma thesis](https://people.idsia.ch/~juergen/SeppHochreiter1991ThesisAdvisorSchmidhuber.pdf),
#   in German; Bengio, Simard and Frasconi (1994),
#   [Learning long-term dependencies with gradient descent is difficult](https://doi.org/10.1109/72.279181); Hochreiter
#   and Schmidhuber (1997), [Long short-term memory](https://doi.org/10.1162/neco.1997.9.8.1735); Gers, Schmidhuber and
#   Cummins (2000), [Learning to forget](https://doi.org/10.1162/089976600300015015).
# - Bahdanau, Cho and Bengio (2014), [Neural machine translation by jointly learning to align and translate](https://arxiv.org/abs/1409.0473).
#   Attention.
# - Smolensky (1986), *Harmony theory*, in [Parallel distributed processing](https://doi.org/10.7551/mitpress/5236.001.0001);
#   Hinton (2002),
#   [Training products of experts by minimizing contrastive divergence](https://doi.org/10.1162/089976602760128018), and
#   Hinton, Osindero and Teh (2006),
#   [A fast learning algorithm for deep belief nets](https://doi.org/10.1162/neco.2006.18.7.1527).
# - Bourlard and Kamp (1988),
#   [Auto-association by multilayer perceptrons and singular value decomposition](https://doi.org/10.1007/BF00332918), and
#   Hinton and Salakhutdinov (2006),
#   [Reducing the dimensionality of data with neural networks](https://doi.org/10.1126/science.1127647). Four pages.
# - Kingma and Welling (2013), [Auto-encoding variational Bayes](https://arxiv.org/abs/1312.6114), and Goodfellow and others
#   (2014), [Generative adversarial networks](https://arxiv.org/abs/1406.2661).
# - Glorot and Bengio (2010),
#   [Understanding the difficulty of training deep feedforward neural networks](https://proceedings.mlr.press/v9/glorot10a.html),
#   and Glorot, Bordes and Bengio (2011),
#   [Deep sparse rectifier neural networks](https://proceedings.mlr.press/v15/glorot11a.html). The scale and the ReLU; the
#   latter was already in Fukushima (1969), [Visual feature extraction](https://doi.org/10.1109/TSSC.1969.300225).
# - Schmidhuber (2015), [Deep learning in neural networks: an overview](https://doi.org/10.1016/j.neunet.2014.09.003). The
#   history told from the other side, with hundreds of references.
