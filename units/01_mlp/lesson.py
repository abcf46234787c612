# %% [markdown] lang="es"
# # El perceptrón multicapa
#
# Tres espirales de puntos, cada una de un color. Un niño las separa con un lápiz. ¿Puede separarlas un modelo que solo
# sabe trazar líneas rectas? Y si no puede, **¿qué es lo mínimo que hay que añadirle?**
#
# Esa es la pregunta de esta lección. La respuesta cabe en una línea de código, pero aprender a entrenarla llevó casi
# treinta años. Vas a recorrerlos en dos horas y media.

# %% [markdown] lang="en"
# # The multilayer perceptron
#
# Three spirals of dots, each in its own colour. A child can separate them with a pencil. Can a model do it if all it
# knows is how to draw straight lines? And if it cannot, **what is the least that we must add to it?**
#
# That is the question of this lesson. The answer fits in one line of code, but learning to train it took almost thirty
# years. You will walk through them in two and a half hours.

# %%
import copy

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy, l1_loss

from atiende import label, plots, widgets
from atiende.data import load_digits, load_fashion_mnist, make_sales, make_spiral
from atiende.data.sales import PROMOTION
from atiende.models.mlp import MLP, EmbeddingMLP
from atiende.training import accuracy, evaluate, train

# %% [markdown] lang="es"
# ## Primero, un fracaso
#
# Entrenamos un **clasificador lineal** (*linear classifier*): para cada clase suma las coordenadas del punto con unos
# pesos, y gana la clase con la suma más alta. `train` es el bucle de entrenamiento del curso; al final de la lección
# sabrás qué hace cada uno de sus argumentos, y en la tarea escribirás el tuyo.

# %% [markdown] lang="en"
# ## First, a failure
#
# We train a **linear classifier**: for each class it adds up the coordinates of the point with some weights, and the
# class with the highest sum wins. `train` is the training loop of the course; by the end of the lesson you will know
# what each of its arguments does, and in the assignment you will write your own.

# %%
x, y = make_spiral(seed=0)  # x (300, 2), y (300,): 100 points of each of 3 classes
linear = nn.Linear(2, 3)  # W (3, 2), b (3,)
train(linear, x, y, loss=cross_entropy, lr=0.05, steps=500)
plots.plot_decision_regions({label("clasificador lineal", "linear classifier"): linear}, x, y)

# %% [markdown] lang="es"
# Acierta algo más de la mitad; a ciegas acertaría un tercio. No es falta de entrenamiento: con fronteras rectas apenas
# se puede más, y entrenar más no las dobla.
#
# **Al terminar sabrás**
# - explicar qué calcula una neurona y por qué una sola no puede con XOR;
# - decir por qué la profundidad no sirve de nada sin una función no lineal;
# - calcular a mano una softmax, una entropía cruzada y los gradientes de una red pequeña;
# - elegir la inicialización, el optimizador y la regularización con razones, y depurar una red que no aprende;
# - convertir una serie de ventas en ejemplos y dar a una red categorías y fechas sin engañarla.
#
# **Necesitas** Python, NumPy y la derivada de una composición de funciones. **Tiempo:** 150 minutos.
#
# **Cómo leer.** Cuando veas **Predice**, elige antes de ejecutar lo que sigue: equivocarse ahí es la parte que más
# enseña. Los deslizadores están para moverlos. Junto a cada tensor va su forma (*shape*): `(300, 2)` son 300 puntos de
# 2 coordenadas. Los decimales llevan punto, como en Python.

# %% [markdown] lang="en"
# It gets a little more than half the points right; blind guessing would get a third. It is not for lack of training:
# straight borders can hardly do better, and more training will not bend them.
#
# **By the end you will be able to**
# - explain what a neuron computes and why a single one cannot do XOR;
# - say why depth is worth nothing without a non-linear function;
# - work out by hand a softmax, a cross-entropy and the gradients of a small network;
# - choose initialisation, optimiser and regularisation for a reason, and debug a network that does not learn;
# - turn a series of sales into examples, and give a network categories and dates without misleading it.
#
# **You need** Python, NumPy and the derivative of a composition of functions. **Time:** 150 minutes.
#
# **How to read.** Where you see **Predict**, choose before you run what follows: being wrong there is what teaches
# most. Sliders are there to be moved. Next to each tensor is its shape: `(300, 2)` is 300 points of 2 coordinates.

# %% [markdown] lang="es"
# ## 1. Una neurona vota
#
# La historia empieza con una idea y con un balde de agua fría. En 1958 el perceptrón aprendía solo, a partir de
# ejemplos, y los periódicos anunciaban máquinas que hablarían. En 1969 un libro demostró lo que no podía aprender. La
# salida, entrenar varias capas a la vez, no se hizo popular hasta 1986.

# %% [markdown] lang="en"
# ## 1. A neuron votes
#
# The story begins with an idea and a bucket of cold water. In 1958 the perceptron learned by itself, from examples, and
# newspapers announced machines that would talk. In 1969 a book proved what it could not learn. The way out, training
# several layers at once, did not become popular until 1986.

# %%
plots.plot_history(1943, 1986)

# %% [markdown] lang="es"
# Una **neurona** (*neuron*) cuenta votos que no valen lo mismo. ¿Salgo hoy en bici? Tres razones votan, cada una con su
# **peso** (*weight*), y el **sesgo** (*bias*) son las ganas que ya tenía antes de preguntar:
#
# | razón | entrada $x_i$ | peso $w_i$ | voto $w_i x_i$ |
# |---|---:|---:|---:|
# | hace sol | 1 | 2 | 2 |
# | tengo prisa | 0 | 1 | 0 |
# | queda lejos | 1 | −3 | −3 |
# | sesgo $b$ | | | 0.5 |
# | **suma** $s$ | | | **−0.5** |
#
# La suma es negativa: me quedo. Si además tengo prisa, su voto suma 1, la suma pasa a 0.5, y salgo. En una fórmula:
#
# $$s = w_1x_1 + w_2x_2 + w_3x_3 + b = w \cdot x + b, \qquad \text{salgo si } s > 0$$

# %% [markdown] lang="en"
# A **neuron** adds up votes that do not all count the same. Shall I go by bike today? Three reasons vote, each with its
# **weight**, and the **bias** is how much I felt like it before asking:
#
# | reason | input $x_i$ | weight $w_i$ | vote $w_i x_i$ |
# |---|---:|---:|---:|
# | it is sunny | 1 | 2 | 2 |
# | I am in a hurry | 0 | 1 | 0 |
# | it is far | 1 | −3 | −3 |
# | bias $b$ | | | 0.5 |
# | **sum** $s$ | | | **−0.5** |
#
# The sum is negative: I stay. If I am also in a hurry, that vote adds 1, the sum becomes 0.5, and I go. As a formula:
#
# $$s = w_1x_1 + w_2x_2 + w_3x_3 + b = w \cdot x + b, \qquad \text{I go if } s > 0$$

# %%
w = torch.tensor([2.0, 1.0, -3.0])  # (3,)
b = torch.tensor(0.5)  # ()
days = torch.tensor([[1.0, 0.0, 1.0],
                     [1.0, 1.0, 1.0]])  # (2, 3): two days, three reasons  # fmt: skip
days @ w + b  # (2, 3) @ (3,) -> (2,): one sum per day

# %% [markdown] lang="es"
# Con dos entradas la neurona se puede dibujar. Donde la suma vale cero hay una **recta**; a un lado la neurona dice que
# sí, al otro que no. Los pesos forman una flecha perpendicular a la recta, que apunta al sí; el sesgo desplaza la
# recta.
#
# Mueve los tres deslizadores hasta que ningún punto quede rodeado (los rodeados están mal). Empieza por OR, sigue con
# AND, y dedica dos minutos a XOR.

# %% [markdown] lang="en"
# With two inputs a neuron can be drawn. Where the sum is zero there is a **line**; on one side the neuron says yes, on
# the other no. The weights form an arrow perpendicular to the line, pointing to yes; the bias shifts the line.
#
# Move the three sliders until no point is circled (circled ones are wrong). Begin with OR, go on to AND, and give XOR
# two minutes.

# %%
widgets.explore_neuron()

# %% [markdown] lang="es"
# ### El perceptrón se corrige solo
#
# Rosenblatt quitó la mano del deslizador. Las respuestas correctas son $y = 1$ (sí) o $y = -1$ (no). Recorre los
# ejemplos; si aciertas, no toques nada; si fallas, **suma el ejemplo a los pesos si era un sí, réstalo si era un no**:
#
# $$w \leftarrow w + y\,x, \qquad b \leftarrow b + y$$
#
# Hazlo a mano con OR, desde $w = (0, 0)$ y $b = 0$. Una suma de 0 cuenta como fallo.
#
# | ejemplo $x$ | $y$ | suma $s$ | ¿bien? | nuevos $w$, $b$ |
# |---|---:|---:|---|---|
# | (−1, −1) | −1 | 0 | no | (1, 1), −1 |
# | (−1, 1) | 1 | −1 | no | (0, 2), 0 |
# | (1, −1) | 1 | −2 | no | (1, 1), 1 |
# | (1, 1) | 1 | 3 | sí | |
#
# Una segunda vuelta no encuentra ningún fallo: ha terminado, con tres correcciones. Si existe una recta que separa los
# puntos, está demostrado que el perceptrón encuentra una tras un número finito de correcciones.

# %% [markdown] lang="en"
# ### The perceptron corrects itself
#
# Rosenblatt took his hand off the slider. The right answers are $y = 1$ (yes) or $y = -1$ (no). Go through the
# examples; if you are right, touch nothing; if you are wrong, **add the example to the weights if it was a yes,
# subtract it if it was a no**:
#
# $$w \leftarrow w + y\,x, \qquad b \leftarrow b + y$$
#
# Do it by hand with OR, from $w = (0, 0)$ and $b = 0$. A sum of 0 counts as wrong.
#
# | example $x$ | $y$ | sum $s$ | right? | new $w$, $b$ |
# |---|---:|---:|---|---|
# | (−1, −1) | −1 | 0 | no | (1, 1), −1 |
# | (−1, 1) | 1 | −1 | no | (0, 2), 0 |
# | (1, −1) | 1 | −2 | no | (1, 1), 1 |
# | (1, 1) | 1 | 3 | yes | |
#
# A second round finds nothing wrong: it is done, with three corrections. If there is a line that separates the points,
# it has been proved that the perceptron finds one after a finite number of corrections.


# %%
def perceptron(corners, answers, rounds):
    """Return the (w, b) after each correction."""
    w, b, corrections = np.zeros(2), 0.0, []
    for _ in range(rounds):
        for point, answer in zip(corners, answers, strict=True):  # point (2,), answer 1 or -1
            if answer * (w @ point + b) <= 0:  # wrong side, or on the line
                w, b = w + answer * point, b + answer
                corrections.append((w, b))
    return corrections


corners = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])  # (4, 2)
answers_or = np.array([-1, 1, 1, 1])  # (4,)
plots.plot_corrections(corners, answers_or, perceptron(corners, answers_or, rounds=2))
widgets.predict("mlp.xor")

# %%
answers_xor = np.array([-1, 1, 1, -1])  # (4,): yes when the two inputs differ
corrections = perceptron(corners, answers_xor, rounds=50)
print(len(corrections), label("correcciones; las cuatro primeras:", "corrections; the first four:"))
plots.plot_corrections(corners, answers_xor, corrections[:4])

# %% [markdown] lang="es"
# Mira la cuarta corrección: $w$ y $b$ han vuelto a cero. Está donde empezó, así que repetirá el mismo ciclo para
# siempre. Y no es torpeza del algoritmo: esa recta no existe. Para XOR harían falta a la vez
#
# $$-w_1 - w_2 + b < 0, \quad w_1 + w_2 + b < 0, \quad -w_1 + w_2 + b > 0, \quad w_1 - w_2 + b > 0$$
#
# Suma las dos primeras: $2b < 0$. Suma las dos últimas: $2b > 0$. Contradicción. Este es el argumento de *Perceptrons*
# (1969) en pequeño.
#
# **La salida: que unas neuronas voten sobre lo que dicen otras.** Una neurona $h_1$ contesta OR y otra $h_2$ contesta
# «no los dos»; XOR es que las dos digan sí. La del final no mira los puntos: mira a las otras dos, que forman una
# **capa oculta** (*hidden layer*).
#
# | $x$ | $h_1$: signo de $x_1 + x_2 + 1$ | $h_2$: signo de $-x_1 - x_2 + 1$ | salida: signo de $h_1 + h_2 - 1$ |
# |---|---:|---:|---:|
# | (−1, −1) | −1 | 1 | −1 |
# | (−1, 1) | 1 | 1 | 1 |
# | (1, −1) | 1 | 1 | 1 |
# | (1, 1) | 1 | −1 | −1 |

# %% [markdown] lang="en"
# Look at the fourth correction: $w$ and $b$ are back at zero. It is where it began, so it will repeat the same cycle
# for ever. And the algorithm is not clumsy: that line does not exist. XOR would need all four at once
#
# $$-w_1 - w_2 + b < 0, \quad w_1 + w_2 + b < 0, \quad -w_1 + w_2 + b > 0, \quad w_1 - w_2 + b > 0$$
#
# Add the first two: $2b < 0$. Add the last two: $2b > 0$. A contradiction. This is the argument of *Perceptrons* (1969)
# in miniature.
#
# **The way out: let some neurons vote on what others say.** One neuron $h_1$ answers OR and another, $h_2$, answers
# “not both”; XOR is both of them saying yes. The last one does not look at the points: it looks at the other two, which
# form a **hidden layer**.
#
# | $x$ | $h_1$: sign of $x_1 + x_2 + 1$ | $h_2$: sign of $-x_1 - x_2 + 1$ | output: sign of $h_1 + h_2 - 1$ |
# |---|---:|---:|---:|
# | (−1, −1) | −1 | 1 | −1 |
# | (−1, 1) | 1 | 1 | 1 |
# | (1, −1) | 1 | 1 | 1 |
# | (1, 1) | 1 | −1 | −1 |

# %%
W1, b1 = np.array([[1, -1], [1, -1]]), np.array([1, 1])  # (2, 2), (2,): one column per hidden neuron
w2, b2 = np.array([1, 1]), -1  # (2,), ()
hidden = np.sign(corners @ W1 + b1)  # (4, 2) @ (2, 2) + (2,) -> (4, 2)
np.sign(hidden @ w2 + b2)  # (4, 2) @ (2,) -> (4,): -1, 1, 1, -1

# %% [markdown] lang="es"
# ## 2. Apilar rectas no basta
#
# La red de XOR tiene dos ingredientes: una capa más y la función signo entre las dos. ¿Cuál de los dos hace el trabajo?
# Quita el signo y compón las dos capas a mano, con números. La primera da $h = x W_1$ y la segunda $z = h W_2$:
#
# $$x = (1, 2), \quad W_1 = \begin{pmatrix} 1 & 0 \\ 2 & 1 \end{pmatrix}, \quad W_2 = \begin{pmatrix} 2 \\ -1 \end{pmatrix}$$
#
# $$h = (1 + 4,\; 0 + 2) = (5, 2), \qquad z = 10 - 2 = 8$$
#
# Ahora multiplica antes las dos matrices: $W_1 W_2 = (2,\, 4 - 1)^\top = (2, 3)^\top$, y $x \cdot (2, 3) = 2 + 6 = 8$.
# Lo mismo, con **una sola capa**. Con sesgos ocurre igual:
#
# $$(x W_1 + b_1)\, W_2 + b_2 = x\,\underbrace{(W_1 W_2)}_{W} + \underbrace{(b_1 W_2 + b_2)}_{b}$$

# %% [markdown] lang="en"
# ## 2. Stacking lines is not enough
#
# The XOR network has two ingredients: one more layer, and the sign function between the two. Which one does the work?
# Take the sign away and compose the two layers by hand, with numbers. The first gives $h = x W_1$ and the second
# $z = h W_2$:
#
# $$x = (1, 2), \quad W_1 = \begin{pmatrix} 1 & 0 \\ 2 & 1 \end{pmatrix}, \quad W_2 = \begin{pmatrix} 2 \\ -1 \end{pmatrix}$$
#
# $$h = (1 + 4,\; 0 + 2) = (5, 2), \qquad z = 10 - 2 = 8$$
#
# Now multiply the two matrices first: $W_1 W_2 = (2,\, 4 - 1)^\top = (2, 3)^\top$, and $x \cdot (2, 3) = 2 + 6 = 8$.
# The same, with **a single layer**. With biases it goes the same way:
#
# $$(x W_1 + b_1)\, W_2 + b_2 = x\,\underbrace{(W_1 W_2)}_{W} + \underbrace{(b_1 W_2 + b_2)}_{b}$$

# %%
point = torch.tensor([[1.0, 2.0]])  # (1, 2)
W1 = torch.tensor([[1.0, 0.0], [2.0, 1.0]])  # (2, 2)
W2 = torch.tensor([[2.0], [-1.0]])  # (2, 1)
print(point @ W1 @ W2)  # (1, 2) @ (2, 2) @ (2, 1) -> (1, 1): two layers
print(point @ (W1 @ W2))  # (1, 2) @ (2, 1) -> (1, 1): one layer
widgets.predict("mlp.depth")

# %%
torch.manual_seed(0)
relu = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 3))  # (N, 2) -> (N, 64) -> (N, 3)
deep_linear = nn.Sequential(nn.Linear(2, 64), nn.Linear(64, 64), nn.Linear(64, 64), nn.Linear(64, 3))
for model in (deep_linear, relu):
    train(model, x, y, loss=cross_entropy, lr=0.05, steps=500)
x_new, y_new = make_spiral(seed=1)  # points that no model has seen
plots.plot_decision_regions({
    label("1 capa lineal", "1 linear layer"): linear,
    label("4 capas lineales", "4 linear layers"): deep_linear,
    label("2 capas con ReLU", "2 layers with ReLU"): relu,
}, x_new, y_new)  # fmt: skip

# %% [markdown] lang="es"
# Esta es la respuesta a la pregunta del principio. Cuatro capas lineales trazan fronteras tan rectas como una. **Lo
# mínimo que hay que añadir es otra capa y, entre las dos, una función que no sea lineal**: la **función de activación**
# (*activation function*). La más usada es la ReLU, $\max(0, s)$: deja pasar lo positivo y corta lo negativo. En código,
# `nn.ReLU()`.
#
# Cada neurona oculta con ReLU dobla el plano a lo largo de una recta; con bastantes dobleces, la frontera sigue la
# espiral. ¿Cuántas bastan? La red se entrena de nuevo cada vez que eliges: busca la más pequeña que pase del 95 %, y
# compara ReLU con tanh.

# %% [markdown] lang="en"
# This answers the question we began with. Four linear layers draw borders as straight as those of one. **The least that
# we must add is another layer and, between the two, a function that is not linear**: the **activation function**. The
# most used is ReLU, $\max(0, s)$: it lets through what is positive and cuts what is negative. In code, `nn.ReLU()`.
#
# Each hidden neuron with ReLU folds the plane along a line; with enough folds, the border follows the spiral. How many
# are enough? The network is trained anew each time you choose: find the smallest above 95%, and compare ReLU with tanh.

# %%
widgets.explore_regions()

# %% [markdown] lang="es"
# ## 3. De los votos a una pérdida
#
# Para aprender hace falta un número que diga **cuánto** nos hemos equivocado: la **pérdida** (*loss*). Acertar o no
# acertar no sirve: al mover un poco un peso casi nunca cambia, y no dice hacia dónde moverse.
#
# Las sumas de la última capa se llaman **logits**. La **softmax** las convierte en probabilidades: exponencial, para
# que todo sea positivo; división, para que sume 1. Con $z = (2, 1, 0)$:
#
# $$e^{z} = (7.389,\; 2.718,\; 1), \quad \text{suma } 11.107, \qquad p = (0.665,\; 0.245,\; 0.090),
# \qquad p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$$
#
# La **entropía cruzada** (*cross-entropy*) es la sorpresa ante la respuesta correcta $y$: menos el logaritmo de la
# probabilidad que le diste. Si era la primera clase, $-\ln 0.665 = 0.408$; si era la última, $-\ln 0.090 = 2.408$. Su
# **gradiente** (*gradient*), la derivada respecto a cada logit, no puede ser más simple: lo que dijiste menos lo que
# era.
#
# $$L = -\ln p_y, \qquad \frac{\partial L}{\partial z} = p - (1, 0, 0) = (-0.335,\; 0.245,\; 0.090)$$
#
# **El valor de salida.** Una red recién creada no sabe nada y reparte por igual: con $C$ clases, cada una recibe cerca
# de $1/C$, y la pérdida es $-\ln (1/C) = \ln C$. Con 3 clases, 1.099; con 10, 2.303. Si tu red no empieza cerca de ahí,
# algo va mal.

# %% [markdown] lang="en"
# ## 3. From votes to a loss
#
# To learn we need a number that says **how** wrong we were: the **loss**. Right or wrong will not do: when a weight
# moves a little it almost never changes, and it does not say which way to move.
#
# The sums of the last layer are called **logits**. The **softmax** turns them into probabilities: an exponential, so
# that all are positive; a division, so that they add up to 1. With $z = (2, 1, 0)$:
#
# $$e^{z} = (7.389,\; 2.718,\; 1), \quad \text{sum } 11.107, \qquad p = (0.665,\; 0.245,\; 0.090),
# \qquad p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$$
#
# The **cross-entropy** is the surprise at the right answer $y$: minus the logarithm of the probability that you gave
# it. If it was the first class, $-\ln 0.665 = 0.408$; if it was the last, $-\ln 0.090 = 2.408$. Its **gradient**, the
# derivative with respect to each logit, could not be simpler: what you said minus what it was.
#
# $$L = -\ln p_y, \qquad \frac{\partial L}{\partial z} = p - (1, 0, 0) = (-0.335,\; 0.245,\; 0.090)$$
#
# **The starting value.** A network just created knows nothing and splits its probability evenly: with $C$ classes, each
# gets about $1/C$, and the loss is $-\ln (1/C) = \ln C$. With 3 classes, 1.099; with 10, 2.303. If your network does
# not start near there, something is wrong.

# %%
logits = torch.tensor([[2.0, 1.0, 0.0]], requires_grad=True)  # (1, 3)
loss = cross_entropy(logits, torch.tensor([0]))  # (1, 3), (1,) -> ()
loss.backward()
print("p     ", torch.softmax(logits, dim=1).data)  # (1, 3)
print("L     ", f"{loss.item():.3f}")
print("dL/dz ", logits.grad)  # (1, 3): the shape of the logits

torch.manual_seed(0)
new = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 3))  # (N, 2) -> (N, 64) -> (N, 3)
start = cross_entropy(new(torch.tensor(x).float()), torch.tensor(y)).item()
print(label("red recién creada", "new network"), f"{start:.3f}, ln 3 = {np.log(3):.3f}")
widgets.predict("mlp.scale")

# %%
widgets.explore_softmax()

# %% [markdown] lang="es"
# Con la escala alta la red no acierta más: elige la misma clase que antes. Solo está más segura. Si acierta, se ahorra
# unas décimas; si falla, paga casi en proporción a su seguridad. Por eso una red puede **acertar más y tener más
# pérdida** que otra, y por eso la pérdida vigila algo que el porcentaje de aciertos no ve.
#
# ## 4. Retropropagación, a mano
#
# Queremos saber cuánto cambia la pérdida si movemos **cada** peso. Una red es una cadena de cuentas sencillas, y la
# regla de la cadena dice que sus derivadas se multiplican. La **retropropagación** (*backpropagation*) es hacer esa
# cuenta una sola vez, del final al principio, sobre el **grafo de cálculo** (*computation graph*).
#
# Un ejemplo con cinco nodos. La entrada es $x = 2$, el objetivo es 1, y la neurona tiene $w = 3$ y $b = -1$:
#
# $$a = w\,x = 6, \qquad s = a + b = 5, \qquad L = (s - 1)^2 = 16$$
#
# **Vuelta.** Cada nodo pregunta: si crezco un poquito, ¿cuánto crece $L$? Su respuesta es la del nodo siguiente,
# multiplicada por la **derivada local** (*local derivative*) de la flecha que los une.
#
# - $L$ respecto a sí misma: 1.
# - $s$: la derivada de $(s-1)^2$ es $2(s - 1) = 8$. Gradiente: $1 \cdot 8 = 8$.
# - $a$ y $b$: una suma deja pasar el gradiente tal cual. Los dos reciben 8.
# - $w$: la derivada de $w\,x$ respecto a $w$ es $x = 2$. Gradiente: $8 \cdot 2 = 16$.

# %% [markdown] lang="en"
# With a high scale the network is right no more often: it chooses the same class as before. It is only surer. When
# right, it saves a few tenths; when wrong, it pays almost in proportion to how sure it was. So one network can be
# **right more often and have a higher loss** than another, and so the loss watches something that accuracy does not
# see.
#
# ## 4. Backpropagation, by hand
#
# We want to know how much the loss changes if we move **each** weight. A network is a chain of simple computations, and
# the chain rule says that their derivatives multiply. **Backpropagation** is doing that computation only once, from the
# end to the beginning, on the **computation graph**.
#
# An example with five nodes. The input is $x = 2$, the target is 1, and the neuron has $w = 3$ and $b = -1$:
#
# $$a = w\,x = 6, \qquad s = a + b = 5, \qquad L = (s - 1)^2 = 16$$
#
# **Backward.** Each node asks: if I grow a tiny bit, how much does $L$ grow? Its answer is that of the next node, times
# the **local derivative** of the arrow that joins them.
#
# - $L$ with respect to itself: 1.
# - $s$: the derivative of $(s-1)^2$ is $2(s - 1) = 8$. Gradient: $1 \cdot 8 = 8$.
# - $a$ and $b$: an addition lets the gradient through as it is. Both get 8.
# - $w$: the derivative of $w\,x$ with respect to $w$ is $x = 2$. Gradient: $8 \cdot 2 = 16$.

# %%
w = torch.tensor(3.0, requires_grad=True)
b = torch.tensor(-1.0, requires_grad=True)
a = w * 2
s = a + b
L = (s - 1) ** 2
for node in (a, s, L):
    node.retain_grad()  # torch forgets the gradients of intermediate nodes unless asked
L.backward()
plots.plot_graph(
    {  # name: column, row, formula, value, gradient
        "w": (0, 1, "$w$", w.item(), w.grad.item()),
        "a": (1, 1, "$a = 2w$", a.item(), a.grad.item()),
        "b": (1, 0, "$b$", b.item(), b.grad.item()),
        "s": (2, 1, "$s = a + b$", s.item(), s.grad.item()),
        "L": (3, 1, "$L = (s-1)^2$", L.item(), L.grad.item()),
    },
    {("w", "a"): "×2", ("a", "s"): "×1", ("b", "s"): "×1", ("s", "L"): "×8"},
)

# %% [markdown] lang="es"
# Comprueba que el gradiente dice la verdad. Da un paso pequeño en sentido contrario, con **tasa de aprendizaje**
# (*learning rate*) 0.01:
#
# $$w = 3 - 0.01 \cdot 16 = 2.84, \qquad b = -1 - 0.01 \cdot 8 = -1.08, \qquad L = (5.68 - 1.08 - 1)^2 = 12.96$$
#
# El gradiente prometía bajar $0.01 \cdot (16^2 + 8^2) = 3.2$ y ha bajado 3.04. Casi: la promesa solo es exacta para
# pasos infinitamente pequeños.
#
# ¿Y si un nodo se usa **dos veces**? Cambia el final: $L = a \cdot s$. Ahora $a$ llega a $L$ por dos caminos, el
# directo y el que pasa por $s$. Con los mismos números, $L = 6 \cdot 5 = 30$.

# %% [markdown] lang="en"
# Check that the gradient tells the truth. Take a small step the opposite way, with **learning rate** 0.01:
#
# $$w = 3 - 0.01 \cdot 16 = 2.84, \qquad b = -1 - 0.01 \cdot 8 = -1.08, \qquad L = (5.68 - 1.08 - 1)^2 = 12.96$$
#
# The gradient promised a fall of $0.01 \cdot (16^2 + 8^2) = 3.2$ and it fell 3.04. Almost: the promise is exact only
# for infinitely small steps.
#
# And if a node is used **twice**? Change the end: $L = a \cdot s$. Now $a$ reaches $L$ by two paths, the direct one and
# the one through $s$. With the same numbers, $L = 6 \cdot 5 = 30$.

# %%
widgets.predict("mlp.reuse")

# %%
w = torch.tensor(3.0, requires_grad=True)
b = torch.tensor(-1.0, requires_grad=True)
a = w * 2
s = a + b
L = a * s
for node in (a, s, L):
    node.retain_grad()
L.backward()
plots.plot_graph(
    {
        "w": (0, 1, "$w$", w.item(), w.grad.item()),
        "a": (1, 1, "$a = 2w$", a.item(), a.grad.item()),
        "b": (1, 0, "$b$", b.item(), b.grad.item()),
        "s": (2, 0, "$s = a + b$", s.item(), s.grad.item()),
        "L": (3, 1, r"$L = a \cdot s$", L.item(), L.grad.item()),
    },
    {("w", "a"): "×2", ("a", "s"): "×1", ("a", "L"): "×5", ("b", "s"): "×1", ("s", "L"): "×6"},
)

# %% [markdown] lang="es"
# A $a$ le llegan 5 por el camino directo y $6 \cdot 1 = 6$ por el otro: **11, la suma**. Con la derivada local de cada
# función y tres reglas basta para cualquier red: una suma reparte el gradiente, un producto lo cruza (a cada factor le
# llega el valor del otro), y **lo que se usa varias veces suma lo que le llega por cada uso**.
#
# ### Lo mismo con tensores
#
# Una capa es la misma cuenta con muchas neuronas y muchos ejemplos a la vez. Con $N = 4$ ejemplos, $D = 3$ entradas y
# $M = 2$ neuronas, $z = xW + b$ va de `(4, 3)` a `(4, 2)`. El gradiente de un tensor tiene **siempre la forma del
# tensor**: es un número por cada número que se puede mover. Llama $G$ al gradiente de la pérdida respecto a $z$, de
# forma `(4, 2)`.
#
# - Para llegar de $G$ `(4, 2)` y $x$ `(4, 3)` a la forma de $W$, que es `(3, 2)`, solo hay una multiplicación de
#   matrices que encaje. ¿Cuál? Escríbela en un papel: es la que programarás en la tarea.
# - Comprueba tu respuesta con un solo peso: $W_{01}$ se usó cuatro veces, una por ejemplo, y en el ejemplo $n$
#   multiplicó a $x_{n0}$. Por la regla de los usos, su gradiente es $\sum_n x_{n0}\,G_{n1}$.
# - El sesgo $b$ `(2,)` también se usó cuatro veces. ¿Qué hay que hacer con las cuatro filas de $G$?

# %% [markdown] lang="en"
# 5 reaches $a$ by the direct path and $6 \cdot 1 = 6$ by the other: **11, the sum**. The local derivative of each
# function and three rules are enough for any network: an addition passes the gradient on, a product swaps (each factor
# gets the other's value), and **what is used several times adds up what it gets from each use**.
#
# ### The same with tensors
#
# A layer is the same computation with many neurons and many examples at once. With $N = 4$ examples, $D = 3$ inputs and
# $M = 2$ neurons, $z = xW + b$ goes from `(4, 3)` to `(4, 2)`. The gradient of a tensor **always has the shape of the
# tensor**: it is one number for each number that can be moved. Call $G$ the gradient of the loss with respect to $z$,
# of shape `(4, 2)`.
#
# - To get from $G$ `(4, 2)` and $x$ `(4, 3)` to the shape of $W$, which is `(3, 2)`, only one product of matrices fits.
#   Which one? Write it down on paper: it is the one you will program in the assignment.
# - Check your answer with a single weight: $W_{01}$ was used four times, once per example, and in example $n$ it
#   multiplied $x_{n0}$. By the rule of uses, its gradient is $\sum_n x_{n0}\,G_{n1}$.
# - The bias $b$ `(2,)` was used four times too. What is to be done with the four rows of $G$?

# %%
batch = torch.tensor([[1.0, 2.0, 0.0], [0.0, 1.0, 1.0], [3.0, 0.0, 1.0], [1.0, 1.0, 1.0]])  # (4, 3)
W = torch.zeros(3, 2, requires_grad=True)  # (3, 2)
b = torch.zeros(2, requires_grad=True)  # (2,)
z = batch @ W + b  # (4, 3) @ (3, 2) + (2,) -> (4, 2)
z.retain_grad()
cross_entropy(z, torch.tensor([1, 0, 1, 1])).backward()
print("G ", tuple(z.grad.shape), z.grad.tolist())
print("dW", tuple(W.grad.shape), W.grad.tolist())
print("db", tuple(b.grad.shape), b.grad.tolist())
print("dW[0, 1] =", sum((batch[n, 0] * z.grad[n, 1]).item() for n in range(4)))  # the rule of uses

# %% [markdown] lang="es"
# ## 5. El gradiente numérico, juez
#
# Programar derivadas a mano es fácil de hacer casi bien. Por suerte hay un juez que no sabe nada de reglas: mover el
# peso un paso $h$ a cada lado y mirar. Con nuestra neurona de cinco nodos, $L(w) = (2w - 2)^2$ y $h = 0.01$:
#
# $$\frac{L(3.01) - L(2.99)}{2h} = \frac{16.1604 - 15.8404}{0.02} = 16,
# \qquad \frac{L(3.01) - L(3)}{h} = \frac{16.1604 - 16}{0.01} = 16.04$$
#
# La diferencia **central** da exactamente 16, como en toda parábola; la de **un lado** se queda cerca. El **gradiente
# numérico** (*numeric gradient*) cuesta dos pasadas de la red por cada peso: es demasiado lento para entrenar, y
# perfecto para juzgar. Vamos a medir cuánto se equivoca con una función que no sea una parábola,
# $f(w) = \ln(1 + e^{-w})$, en $w = 0.5$.

# %% [markdown] lang="en"
# ## 5. The numeric gradient, a judge
#
# Programming derivatives by hand is easy to do almost right. Luckily there is a judge that knows nothing of rules: move
# the weight a step $h$ to each side and look. With our neuron of five nodes, $L(w) = (2w - 2)^2$ and $h = 0.01$:
#
# $$\frac{L(3.01) - L(2.99)}{2h} = \frac{16.1604 - 15.8404}{0.02} = 16,
# \qquad \frac{L(3.01) - L(3)}{h} = \frac{16.1604 - 16}{0.01} = 16.04$$
#
# The **central** difference gives exactly 16, as for every parabola; the **one-sided** one comes close. The **numeric
# gradient** costs two passes of the network for each weight: far too slow to train with, and perfect to judge with. Let
# us measure how wrong it is with a function that is not a parabola, $f(w) = \ln(1 + e^{-w})$, at $w = 0.5$.

# %%
widgets.predict("mlp.step")


# %%
def f(w):
    return np.log1p(np.exp(-w))


exact = -1 / (1 + np.exp(0.5))
steps = 10.0 ** np.arange(-13, 0.1, 0.5)  # (27,)
errors = {}
for bits in (np.float64, np.float32):
    w, h = bits(0.5), steps.astype(bits)  # (), (27,)
    central = (f(w + h) - f(w - h)) / (2 * h)
    one_sided = (f(w + h) - f(w)) / h
    errors[label("central", "central") + f", {bits.__name__}"] = np.abs(central / exact - 1)
    errors[label("un lado", "one side") + f", {bits.__name__}"] = np.abs(one_sided / exact - 1)
plots.plot_gradient_error(steps, errors)

# %% [markdown] lang="es"
# Cada curva es una V. A la derecha manda la curvatura: $h$ es grande y la recta se aparta de la función (el error
# central cae como $h^2$, el de un lado como $h$). A la izquierda manda el redondeo: $f(w+h)$ y $f(w-h)$ son casi
# iguales, y al restarlos se pierden sus cifras. **Para juzgar: diferencia central, `float64`, $h$ cerca de $10^{-5}$**,
# y un error relativo por debajo de $10^{-7}$ es un gradiente correcto. Con ese mismo juez podrás revisar tus gradientes
# en la tarea.
#
# ## 6. Inicialización: que la señal no se apague
#
# ¿De qué tamaño deben ser los pesos al empezar? Sigue a la señal a mano. Una neurona suma $n$ productos de un peso de
# varianza $\sigma^2$ por una entrada. La varianza de la suma es $n\,\sigma^2$ por la media de los cuadrados de las
# entradas, y la ReLU deja esa media en la mitad, porque apaga lo negativo. Así que de una capa a la siguiente la
# varianza se multiplica por
#
# $$\frac{n\,\sigma^2}{2}, \qquad \text{con } n = 256,\; \sigma = 0.05: \quad \frac{256 \cdot 0.0025}{2} = 0.32$$
#
# La desviación estándar se multiplica por $\sqrt{0.32} = 0.57$ en cada capa. Tras 20 capas,
# $0.57^{20} \approx 10^{-5}$: la señal se ha apagado, y el gradiente, que vuelve por el mismo camino, también. Para que
# el factor sea 1 hace falta la **inicialización de He** (*He initialisation*): $\sigma = \sqrt{2/n}$, aquí 0.088.

# %% [markdown] lang="en"
# Each curve is a V. On the right curvature rules: $h$ is large and the straight line leaves the function (the central
# error falls as $h^2$, the one-sided one as $h$). On the left rounding rules: $f(w+h)$ and $f(w-h)$ are almost equal,
# and subtracting them loses their digits. **To judge: central difference, `float64`, $h$ near $10^{-5}$**, and a
# relative error below $10^{-7}$ is a right gradient. With that same judge you can review your gradients in the
# assignment.
#
# ## 6. Initialisation: keep the signal alive
#
# How large should weights be at the start? Follow the signal by hand. A neuron adds $n$ products of a weight of
# variance $\sigma^2$ and an input. The variance of the sum is $n\,\sigma^2$ times the mean square of the inputs, and
# ReLU halves that mean, because it sets what is negative to zero. So from one layer to the next the variance is
# multiplied by
#
# $$\frac{n\,\sigma^2}{2}, \qquad \text{with } n = 256,\; \sigma = 0.05: \quad \frac{256 \cdot 0.0025}{2} = 0.32$$
#
# The standard deviation is multiplied by $\sqrt{0.32} = 0.57$ at each layer. After 20 layers,
# $0.57^{20} \approx 10^{-5}$: the signal has died out, and the gradient, which comes back the same way, too. For that
# factor to be 1 we need **He initialisation**: $\sigma = \sqrt{2/n}$, here 0.088.

# %%
widgets.predict("mlp.init")

# %%
sigmas = {
    label("cero", "zero"): 0.0,
    label("pequeña, 0.01", "small, 0.01"): 0.01,
    label("He, 0.088", "He, 0.088"): (2 / 256) ** 0.5,
    label("excesiva, 0.15", "too big, 0.15"): 0.15,
}
signals = {}
for name, sigma in sigmas.items():
    torch.manual_seed(0)
    h, signals[name] = torch.randn(256, 256), []  # h (batch 256, width 256)
    for _ in range(20):
        W = sigma * torch.randn(256, 256)  # (256, 256)
        z = h @ W  # (256, 256) @ (256, 256) -> (256, 256)
        h = torch.relu(z)
        signals[name].append(z.numpy())
plots.plot_layers_std({name: np.array([z.std() for z in layers]) for name, layers in signals.items()})
plots.plot_layers_histograms(signals)

# %% [markdown] lang="es"
# La banda gris va de 0.5 a 2: ahí la señal está sana, y solo He se queda dentro. En los histogramas, todos con el mismo
# eje, la señal pequeña se aplasta en el cero y la excesiva se amontona en los bordes: la última barra de cada lado
# junta todo lo que queda fuera. El cero es un caso aparte: se dibuja en el suelo porque un eje logarítmico no tiene
# cero. Y si todos los pesos empiezan en **un mismo** número, aunque no sea cero, todas las neuronas de una capa
# calculan lo mismo, reciben el mismo gradiente y siguen iguales para siempre: 256 neuronas que valen por una. El azar
# rompe ese empate.
#
# Mueve σ poco a poco alrededor de 0.088. Después cambia a tanh: ¿por qué ya no explota?

# %% [markdown] lang="en"
# The grey band goes from 0.5 to 2: there the signal is healthy, and only He stays inside. In the histograms, all on the
# same axis, the small signal is squashed at zero and the one too big piles up at the edges: the last bar on each side
# gathers all that lies beyond. Zero is a case of its own: it is drawn on the floor because a logarithmic axis has no
# zero. And if all weights start at **one same** number, even a non-zero one, all neurons of a layer compute the same,
# get the same gradient and stay equal for ever: 256 neurons that are worth one. Chance breaks the tie.
#
# Move σ little by little around 0.088. Then change to tanh: why does it no longer explode?

# %%
widgets.explore_init()

# %% [markdown] lang="es"
# Tanh nunca pasa de 1, y por eso la señal no explota. Pero con σ = 0.15 una de cada tres salidas acaba **saturada**:
# pegada a −1 o a 1, donde la pendiente es casi cero y apenas deja pasar gradiente.
#
# ## 7. Bajar por un valle
#
# Tenemos el gradiente: ¿cómo se baja? Imagina una pérdida con dos pesos, un valle diez veces más empinado en una
# dirección que en la otra, con el fondo en $(1, 0)$:
#
# $$L = \tfrac12 (w_1 - 1)^2 + \tfrac{10}{2}\, w_2^2, \qquad \nabla L = (w_1 - 1,\; 10\, w_2)$$
#
# **Descenso por gradiente** (*gradient descent*): $w \leftarrow w - \eta\,\nabla L$, con $\eta$ la tasa de aprendizaje;
# si el gradiente sale de un **lote** (*batch*) de ejemplos al azar, se llama SGD, y torch lo llama así aunque no haya
# lotes, como aquí. Un paso desde $(-1, 1)$ con $\eta = 0.15$:
#
# $$w_1 = -1 - 0.15 \cdot (-2) = -0.7, \qquad w_2 = 1 - 0.15 \cdot 10 = -0.5$$
#
# En $w_1$ la distancia al fondo se multiplica por $1 - \eta = 0.85$: lento. En $w_2$, por $1 - 10\eta = -0.5$: salta al
# otro lado. La dirección empinada pone el límite, y la llana paga la espera. Dos remedios:
#
# - **Momento** (*momentum*): guarda una velocidad, $v \leftarrow \beta v + \nabla L$, y muévete con ella,
#   $w \leftarrow w - \eta\,v$. Los saltos de lado a lado se cancelan; los pasos en el mismo sentido se acumulan.
# - **Adam**: divide cada componente del gradiente por su tamaño típico, para que todas avancen parecido. En el primer
#   paso cada peso se mueve $\eta$, sea cual sea la pendiente.
#
# Y un freno, el **decaimiento de pesos** (*weight decay*): en cada paso, cada peso encoge un poco,
# $w \leftarrow (1 - \eta\lambda)\, w$. Con $\eta = 0.1$ y $\lambda = 0.5$, un peso de 2 sin gradiente pasa a 1.9. AdamW
# aplica ese freno **aparte**; sumado al gradiente, la división de Adam lo deformaría.

# %% [markdown] lang="en"
# Tanh never exceeds 1, and so the signal does not explode. But with σ = 0.15 one output in three ends up **saturated**:
# stuck to −1 or 1, where the slope is almost zero and lets hardly any gradient through.
#
# ## 7. Going down a valley
#
# We have the gradient: how do we go down? Imagine a loss with two weights, a valley ten times steeper one way than the
# other, with its bottom at $(1, 0)$:
#
# $$L = \tfrac12 (w_1 - 1)^2 + \tfrac{10}{2}\, w_2^2, \qquad \nabla L = (w_1 - 1,\; 10\, w_2)$$
#
# **Gradient descent**: $w \leftarrow w - \eta\,\nabla L$, with $\eta$ the learning rate; if the gradient comes from a
# random **batch** of examples, it is called SGD, and torch calls it so even without batches, as here. One step from
# $(-1, 1)$ with $\eta = 0.15$:
#
# $$w_1 = -1 - 0.15 \cdot (-2) = -0.7, \qquad w_2 = 1 - 0.15 \cdot 10 = -0.5$$
#
# In $w_1$ the distance to the bottom is multiplied by $1 - \eta = 0.85$: slow. In $w_2$, by $1 - 10\eta = -0.5$: it
# jumps to the other side. The steep direction sets the limit, and the flat one pays for it by waiting. Two remedies:
#
# - **Momentum**: keep a velocity, $v \leftarrow \beta v + \nabla L$, and move with it, $w \leftarrow w - \eta\,v$.
#   Jumps from side to side cancel out; steps in the same direction add up.
# - **Adam**: divide each component of the gradient by its typical size, so that all advance alike. In the first step
#   each weight moves by $\eta$, whatever the slope.
#
# And a brake, **weight decay**: at each step, every weight shrinks a little, $w \leftarrow (1 - \eta\lambda)\, w$. With
# $\eta = 0.1$ and $\lambda = 0.5$, a weight of 2 without gradient becomes 1.9. AdamW applies that brake **apart**;
# added to the gradient, it would be distorted by Adam's division.

# %%
widgets.predict("mlp.rate")


# %%
def valley(w1, w2):
    return 0.5 * (w1 - 1) ** 2 + 5 * w2**2


def descend(optimizer, steps=30, **options):
    """Return the path (steps + 1, 2) of an optimiser of torch."""
    w = torch.tensor([-1.0, 1.0], requires_grad=True)  # (2,)
    step = optimizer([w], **options)
    path = [w.tolist()]
    for _ in range(steps):
        step.zero_grad()
        valley(w[0], w[1]).backward()
        step.step()
        path.append(w.tolist())
    return np.array(path)


SGD, AdamW = torch.optim.SGD, torch.optim.AdamW
momentum, decay = label("momento", "momentum"), label("decaimiento", "decay")
plots.plot_paths(valley, {
    "SGD, η = 0.02": descend(SGD, lr=0.02),
    "SGD, η = 0.19": descend(SGD, lr=0.19),
    "SGD, η = 0.21": descend(SGD, lr=0.21),
    f"{momentum} 0.3, η = 0.23": descend(SGD, lr=0.23, momentum=0.3),
    "AdamW, η = 0.2": descend(AdamW, lr=0.2, weight_decay=0.0),
    f"{momentum} + {decay} 0.5": descend(SGD, lr=0.23, momentum=0.3, weight_decay=0.5),
})  # fmt: skip

# %% [markdown] lang="es"
# Con 0.02 no llega; con 0.19 llega en zigzag; con 0.21 se escapa. Entre el mejor SGD, cerca de 0.18, y el desastre hay
# un suspiro: **la tasa de aprendizaje es lo primero que se ajusta**. Aquel SGD se queda en $2 \cdot 10^{-5}$; el
# momento, en los mismos 30 pasos, baja mucho más. El último panel no termina en la estrella, y es a propósito: el
# decaimiento, que sin Adam se suma al gradiente, tira hacia el cero y cede la dirección llana, donde los datos apenas
# opinan ($w_1 = 1/1.5 = 0.67$), no la empinada. Busca ahora la pareja más rápida:

# %% [markdown] lang="en"
# With 0.02 it does not arrive; with 0.19 it arrives in zigzag; with 0.21 it escapes. Between the best SGD, near 0.18,
# and disaster there is a hair's breadth: **the learning rate is the first thing to tune**. That SGD stops at
# $2 \cdot 10^{-5}$; momentum, in the same 30 steps, goes much further down. The last panel does not end at the star,
# and that is on purpose: decay, which without Adam is added to the gradient, pulls towards zero, and what gives way is
# the flat direction, where data have little to say ($w_1 = 1/1.5 = 0.67$), not the steep one. Now look for the fastest
# pair:

# %%
widgets.explore_valley()

# %% [markdown] lang="es"
# ## 8. Aprender no es memorizar
#
# Bajar la pérdida de los ejemplos vistos no es el fin; el fin es acertar con los que vendrán. Por eso los datos se
# parten en tres, y cada parte tiene su tarea:
#
# - **entrenamiento** (*training*): de ellos salen los gradientes;
# - **validación** (*validation*): con ellos se elige (cuántos pasos, qué tasa, qué tamaño);
# - **prueba** (*test*): se miran una vez, al final. Si eliges con ellos, ya no miden nada. Aquí los miraremos más veces
#   solo para enseñarte lo que la validación ya decía; con ellos no elegimos nada.
#
# Cuando la pérdida de entrenamiento baja y la de validación sube hay **sobreajuste** (*overfitting*). Dos defensas:
#
# - **parada temprana** (*early stopping*): quédate con los pesos del paso en que la validación fue mejor;
# - **dropout**: al entrenar, pon a cero cada neurona con probabilidad $p$ y agranda las demás, dividiéndolas por
#   $1 - p$. Con $h = (2, 4, 6, 8)$, $p = 0.5$ y las neuronas 2 y 4 a cero, queda $(4, 0, 12, 0)$: otra red, pero **en
#   promedio** la misma señal. Al predecir no se pone nada a cero.
#
# La prueba: solo 200 dígitos, y uno de cada cinco con una etiqueta al azar, como si los hubiera anotado alguien con
# prisa.

# %% [markdown] lang="en"
# ## 8. Learning is not memorising
#
# Lowering the loss of the examples seen is not the goal; the goal is to be right on those to come. So data are split in
# three, and each part has its job:
#
# - **training**: gradients come from it;
# - **validation**: choices are made with it (how many steps, what rate, what size);
# - **test**: it is looked at once, at the end. If you choose with it, it no longer measures anything. Here we shall
#   look at it more often only to show you what validation already said; we choose nothing with it.
#
# When the training loss falls and the validation loss rises there is **overfitting**. Two defences:
#
# - **early stopping**: keep the weights of the step where validation was best;
# - **dropout**: when training, set each neuron to zero with probability $p$ and enlarge the others, dividing them by
#   $1 - p$. With $h = (2, 4, 6, 8)$, $p = 0.5$ and neurons 2 and 4 at zero, $(4, 0, 12, 0)$ is left: another network,
#   but **on average** the same signal. In prediction nothing is set to zero.
#
# The trial: only 200 digits, and one in five with a random label, as if somebody in a hurry had written them down.

# %%
digits = load_digits(seed=0)
images, labels = digits.x_train.reshape(-1, 64), digits.y_train.copy()  # (1347, 64), (1347,)
rng = np.random.default_rng(0)
noisy = rng.permutation(200)[:40]  # one in five of the first 200
labels[noisy] = rng.integers(0, 10, 40)
validation = images[200:500], labels[200:500]  # (300, 64), (300,)
x_test, y_test = torch.tensor(digits.x_test.reshape(-1, 64)), torch.tensor(digits.y_test)  # (450, 64), (450,)
settings = {"lr": 3e-3, "steps": 300, "batch_size": 200, "validation": validation, "every": 10}


def train_noisy(dropout=0.0, patience=None, seed=0):
    """Return the history, and the accuracy on the test."""
    torch.manual_seed(seed)
    model = MLP(64, 256, 10, dropout=dropout)  # (N, 64) -> (N, 256) -> (N, 10)
    history = train(model, images[:200], labels[:200], patience=patience, seed=seed, **settings)
    return history, accuracy(model(x_test), y_test).item()


runs = {
    label("sin defensa", "no defence"): {},
    label("parada temprana", "early stopping"): {"patience": 5},
    label("dropout, p = 0.5", "dropout, p = 0.5"): {"dropout": 0.5},
}
results = {name: [train_noisy(seed=seed, **options) for seed in (0, 1, 2)] for name, options in runs.items()}
for name, seeds in results.items():
    print(f"{name:16}", label("aciertos:", "accuracy on the test:"), *(f"{share:.1%}" for _, share in seeds))
first = {name: seeds[0][0] for name, seeds in results.items()}  # the history of the first seed
plots.plot_losses({name: history.curves() for name, history in first.items()},
                  marks={name: history.best for name, history in first.items()})  # fmt: skip

# %% [markdown] lang="es"
# La línea de puntos marca la mejor validación; la parada temprana se queda con los pesos de ese paso, y por eso su
# panel termina antes. Sin defensa, la red sigue bajando hasta memorizar también las etiquetas falsas, y lo paga con las
# imágenes nuevas. Fíjate en que nada de esto se ve en la curva de entrenamiento.
#
# ## 9. El ritual de depuración
#
# Una red mal programada no da un error: da un resultado mediocre. Antes de entrenar en serio, tres preguntas de menos
# de un minuto:
#
# 1. **¿Empieza en $\ln C$?** Con diez clases, 2.303. Si no, mira la inicialización y la escala de los datos.
# 2. **¿Memoriza 10 ejemplos?** La pérdida debe caer casi a cero. Si no, no puede aprender: mira la pérdida, los
#    gradientes, el bucle.
# 3. **¿Mejora en datos que no ha visto?** Si memoriza pero no generaliza, mira los datos: ¿va cada etiqueta con su
#    imagen?
#
# Estropeamos una red de tres maneras: pesos diez veces más grandes; una softmax de más antes de la entropía cruzada
# (que ya lleva la suya); etiquetas descolocadas respecto a las imágenes.

# %% [markdown] lang="en"
# The dotted line marks the best validation; early stopping keeps the weights of that step, and so its panel ends
# sooner. With no defence, the network keeps going down until it has memorised the false labels too, and pays for it on
# new images. Notice that none of this can be seen in the training curve.
#
# ## 9. The debugging ritual
#
# A network with a bug gives no error: it gives a mediocre result. Before training in earnest, three questions of less
# than a minute:
#
# 1. **Does it start at $\ln C$?** With ten classes, 2.303. If not, look at the initialisation and the scale of the
#    data.
# 2. **Does it memorise 10 examples?** The loss must fall almost to zero. If not, it cannot learn: look at the loss, the
#    gradients, the loop.
# 3. **Does it improve on data it has not seen?** If it memorises but does not generalise, look at the data: does each
#    label go with its image?
#
# We break a network in three ways: weights ten times larger; one softmax too many before the cross-entropy (which
# already has its own); labels out of step with the images.

# %%
widgets.predict("mlp.ritual")


# %%
def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))  # (N, 64) -> (N, 128) -> (N, 10)


right = digits.y_train  # (1347,)
large = network()
for weight in large.parameters():
    weight.data *= 10
patients = {  # name -> model, labels
    label("sana", "healthy"): (network(), right),
    label("pesos × 10", "weights × 10"): (large, right),
    label("softmax de más", "extra softmax"): (nn.Sequential(*network(), nn.Softmax(dim=1)), right),
    label("etiquetas descolocadas", "labels out of step"): (network(), np.roll(right, 1)),
}
print(" " * 24, label("1. al empezar   2. con 10 ejemplos   3. en datos nuevos",
                      "1. at the start   2. on 10 examples   3. on new data"))  # fmt: skip
for name, (model, labels) in patients.items():
    start = cross_entropy(model(torch.tensor(images)), torch.tensor(labels)).item()  # (1347, 10), (1347,) -> ()
    ten = train(copy.deepcopy(model), images[:10], labels[:10], lr=1e-2, steps=300)
    train(model, images[:1000], labels[:1000], lr=3e-3, steps=500)
    share = evaluate(model, images[1000:], right[1000:], measure=accuracy)  # none of them seen
    print(f"{name:24} {start:14.2f} {ten.losses[-1]:19.3f} {share:17.1%}")

# %% [markdown] lang="es"
# Cada avería la descubre una pregunta distinta. Los pesos grandes se delatan al empezar. La softmax de más pasa la
# primera y se atasca en la segunda: lo mejor que puede dar son «logits» $(1, 0, \dots, 0)$, y ahí la pérdida es
# $\ln(e + 9) - 1 = 1.461$ (la nuestra queda algo por encima: no acierta los diez). Las etiquetas descolocadas pasan las
# dos primeras, porque diez ejemplos se memorizan aunque sean mentira.
#
# Con la red sana, a los datos de verdad: Fashion-MNIST, fotos de ropa de 28 × 28, si hay conexión a internet o una
# copia local; si no, los dígitos que trae scikit-learn. La primera línea dice cuáles han sido. Y siempre con un **punto
# de comparación** (*baseline*): el clasificador lineal.

# %% [markdown] lang="en"
# Each fault is caught by a different question. The large weights give themselves away at the start. The extra softmax
# passes the first and gets stuck at the second: the best it can give are “logits” $(1, 0, \dots, 0)$, and there the
# loss is $\ln(e + 9) - 1 = 1.461$ (ours stays a little above: not all ten are right). The labels out of step pass the
# first two, because ten examples can be memorised even if they are lies.
#
# With the healthy network, on to real data: Fashion-MNIST, 28 × 28 photographs of clothes, if there is an internet
# connection or a local copy; if not, the digits that come with scikit-learn. The first line says which they were. And
# always with a **baseline**: the linear classifier.

# %%
data = load_fashion_mnist()
d = data.x_train[0].size  # pixels in an image
x_train, y_train = data.x_train[:10_000].reshape(-1, d), data.y_train[:10_000]  # (N, d), (N,)
x_test, y_test = torch.tensor(data.x_test.reshape(-1, d)), torch.tensor(data.y_test)
print(data.name, data.source, x_train.shape, tuple(x_test.shape))
widths = {label("lineal", "linear"): [d, 10], label("MLP, 128 ocultas", "MLP, 128 hidden"): [d, 128, 10]}
scores = {name: [] for name in widths}
for seed in (0, 1, 2):
    for name, layers in widths.items():
        torch.manual_seed(seed)
        model = MLP(*layers)
        train(model, x_train, y_train, lr=3e-3, steps=600, batch_size=128, seed=seed)
        scores[name].append(accuracy(model(x_test), y_test).item())
plots.plot_scores(scores, axis=label("aciertos en la prueba", "accuracy on the test"))
chosen = model(x_test).argmax(dim=1)  # (N_test, 10) -> (N_test,), by the last MLP
wrong = torch.nonzero(chosen != y_test)[:7, 0]
was, said = label("era", "was"), label("dijo", "said")
titles = [f"{was} {data.classes[y_test[n]]}\n{said} {data.classes[chosen[n]]}" for n in wrong]
plots.plot_images(data.x_test[wrong], titles)

# %% [markdown] lang="es"
# El MLP gana en todas las semillas, pero el lineal no queda lejos: en imágenes tan pequeñas, muchas clases ya se
# separan casi con rectas. **Sin el punto de comparación, cualquiera de las dos cifras parecería un gran resultado.**
# Tres semillas dan una idea de la dispersión, no una prueba; y las imágenes centradas son un regalo que la unidad 2 nos
# quitará.
#
# ## 10. El proyecto: ¿cuánto venderemos mañana?
#
# Cuatro tiendas, cinco productos, tres años de ventas diarias. Una red quiere ejemplos $(x, y)$ y lo que hay es una
# serie. Se corta en **ventanas** (*windows*): los últimos $k$ días son la entrada; el siguiente, el objetivo. Cada día
# de la entrada se llama **retardo** (*lag*). Con $k = 3$ y ocho días:

# %% [markdown] lang="en"
# The MLP wins with every seed, but the linear one is not far behind: in images so small, many classes can almost be
# separated by straight lines. **Without the baseline, either figure would look like a great result.** Three seeds give
# an idea of the spread, not a proof; and centred images are a gift that unit 2 will take away from us.
#
# ## 10. The project: how much shall we sell tomorrow?
#
# Four shops, five products, three years of daily sales. A network wants examples $(x, y)$ and what we have is a series.
# It is cut into **windows**: the last $k$ days are the input; the next one, the target. Each day of the input is called
# a **lag**. With $k = 3$ and eight days:

# %%
plots.plot_windows([12, 15, 14, 20, 31, 38, 22, 13], k=3)

# %% [markdown] lang="es"
# Dos trampas. El objetivo no puede asomar en la entrada. Y el corte entre entrenamiento y prueba va **por fechas**, no
# al azar: la prueba es el futuro. Hasta la media y la desviación estándar con que se escalan los datos salen solo del
# pasado.
#
# Los retardos no saben que mañana es festivo. El calendario sí, pero ¿cómo se le da un martes a una red? Si lunes es 0
# y domingo es 6, le estamos diciendo que el domingo es seis veces el martes y que está lejísimos del lunes. Es un
# nombre disfrazado de cantidad.
#
# Un **embedding** es una tabla con una fila de números **aprendidos** por categoría. Con tres días y filas de 2:
#
# $$E = \begin{pmatrix} 0.1 & 0.9 \\ 0.2 & 0.8 \\ 0.9 & 0.1 \end{pmatrix},
# \qquad \text{lunes} \to (0.1, 0.9), \quad \text{martes} \to (0.2, 0.8), \quad \text{domingo} \to (0.9, 0.1)$$
#
# Mirar la fila 2 es lo mismo que multiplicar $(0, 0, 1)\, E$: una capa lineal sobre un vector con un solo 1. Por eso se
# entrena como cualquier peso. La red decide ella sola qué días se parecen.

# %% [markdown] lang="en"
# Two traps. The target must not show up in the input. And the split between training and test is made **by date**, not
# at random: the test is the future. Even the mean and the standard deviation that data are scaled with come from the
# past alone.
#
# Lags do not know that tomorrow is a holiday. The calendar does, but how do you give a Tuesday to a network? If Monday
# is 0 and Sunday is 6, we are telling it that Sunday is six times Tuesday and very far from Monday. It is a name
# dressed up as a quantity.
#
# An **embedding** is a table with one row of **learned** numbers for each category. With three days and rows of 2:
#
# $$E = \begin{pmatrix} 0.1 & 0.9 \\ 0.2 & 0.8 \\ 0.9 & 0.1 \end{pmatrix},
# \qquad \text{Monday} \to (0.1, 0.9), \quad \text{Tuesday} \to (0.2, 0.8), \quad \text{Sunday} \to (0.9, 0.1)$$
#
# Looking up row 2 is the same as multiplying $(0, 0, 1)\, E$: a linear layer on a vector with a single 1. So it is
# trained like any weight. The network decides by itself which days are alike.

# %%
sales, k, year = make_sales(seed=0), 14, 365
columns = ("store", "product", "weekday", "month", "holiday", "promotion")
table = np.stack([getattr(sales, c) for c in columns], axis=-1).reshape(20, sales.days, 6)  # (series, days, columns)
units = sales.units.reshape(20, sales.days)  # (20, 1096)
mean, std = units[:, :-year].mean(), units[:, :-year].std()  # the last year is the test: not even its mean is looked at

past, future = slice(None, -year), slice(-year, None)
windows = torch.tensor((units - mean) / std).unfold(1, k + 1, 1)  # (20, 1082, 15): every k + 1 days in a row
lags, target = windows[..., :k], windows[..., k]  # (20, 1082, 14), (20, 1082)
categories = torch.tensor(table[:, k:])  # (20, 1082, 6) int64: of the day to forecast
known = categories[:, past].double()  # (20, 717, 6): all but the last year of each series
centre, spread = known.mean((0, 1)), known.std((0, 1))  # (6,), (6,)
as_numbers = (categories - centre) / spread  # (20, 1082, 6)

last_week = (windows[:, future, k - 7] - target[:, future]).abs().mean().item() * std
print(label(f"repetir lo de hace una semana: error medio {last_week:.2f} unidades",
            f"repeat last week: mean error {last_week:.2f} units"))  # fmt: skip
widgets.predict("mlp.embedding")

# %%
none = categories[..., :0]  # (20, 1082, 0): no category
inputs = {  # name -> numbers, categories
    label("retardos", "lags"): (lags, none),
    label("+ categorías como números", "+ categories as numbers"): (torch.cat([lags, as_numbers], dim=-1), none),
    label("+ embeddings", "+ embeddings"): (lags, categories),
}
errors, models = {name: [] for name in inputs}, {}
for seed in (0, 1, 2):
    for name, parts in inputs.items():
        seen = tuple(part[:, past].flatten(0, 1) for part in parts)  # (14340, numbers), (14340, columns)
        unseen = tuple(part[:, future].flatten(0, 1) for part in parts)  # (7300, numbers), (7300, columns)
        sizes = (table.max(axis=(0, 1)) + 1)[: seen[1].shape[1]]  # how many values each column takes
        torch.manual_seed(seed)
        models[name] = EmbeddingMLP(sizes.tolist(), seen[0].shape[1])
        train(models[name], seen, target[:, past].flatten(), loss=l1_loss,
              lr=3e-3, steps=1000, batch_size=256, seed=seed)  # fmt: skip
        errors[name].append(evaluate(models[name], unseen, target[:, future].flatten(), measure=l1_loss) * std)

floor = sales.noise * np.sqrt(2 / np.pi)  # the mean of |noise|: nobody can do better
for name, values in errors.items():
    print(f"{name:26}", *(f"{value:6.2f}" for value in values))
plots.plot_scores(errors, axis=label("error medio en el año de prueba (unidades al día)",
                                     "mean error in the test year (units per day)"),
                  best=floor, best_name=label(f"ruido: {floor:.2f}", f"noise: {floor:.2f}"))  # fmt: skip

# %% [markdown] lang="es"
# Repetir la semana pasada se equivoca en 12.4: ese es el punto de comparación, y las tres redes lo mejoran. Las dos
# últimas filas reciben **exactamente la misma información**. Solo cambia cómo se les da, y esa diferencia es mayor que
# la que hay entre semillas.
#
# **Lo que no prueba.** Los datos son generados, y favorables a propósito: el efecto de cada día depende de la tienda.
# Es un solo año de prueba. La red con números podría acercarse con más neuronas y más pasos. Un vector con un solo 1
# (*one-hot*) daría aquí casi lo mismo: el embedding gana de verdad cuando hay miles de categorías. Y conocer mañana la
# promoción es razonable en una tienda; conocer la lluvia no lo sería.
#
# **¿De dónde sale la ventaja?** En datos generados se puede preguntar, porque conocemos la verdad. Primero, unas
# semanas de fin de año en una tienda, con el turrón, un dulce de Navidad. Después, un experimento: cambiamos solo la
# promoción de mañana y miramos cuánto cambia la predicción.

# %% [markdown] lang="en"
# Repeating last week is wrong by 12.4: that is the baseline, and the three networks beat it. The last two rows get
# **exactly the same information**. Only the way it is given changes, and that difference is larger than the one between
# seeds.
#
# **What it does not prove.** The data are generated and favourable on purpose: the effect of each day depends on the
# shop. It is a single test year. The network with numbers might come closer with more neurons and more steps. A vector
# with a single 1 (*one-hot*) would do almost as well here: an embedding truly wins when there are thousands of
# categories. And knowing tomorrow's promotion is reasonable in a shop; knowing the rain would not be.
#
# **Where does the advantage come from?** On generated data we can ask, because we know the truth. First, some weeks at
# the end of a year in a shop, with nougat, a Christmas sweet. Then, an experiment: we change nothing but tomorrow's
# promotion and look at how much the forecast changes.

# %%
def forecast(name, row, promotion=None):
    """Return the forecasts of a model for the test year of a series, in units (365,)."""
    numbers, chosen = (part[row, future].clone() for part in inputs[name])  # (365, numbers), (365, columns)
    if promotion is not None and chosen.shape[1]:
        chosen[:, 5] = promotion
    elif promotion is not None:
        numbers[:, -1] = (promotion - centre[5]) / spread[5]
    return models[name](numbers.float(), chosen).detach().numpy() * std + mean


lags_only, numbered, embedded = inputs
weeks, nougat = slice(-38, -3), 4  # the last weeks of the test; series 4 is nougat in the old town
days = sales.date.reshape(20, -1)[0, -year:]
title = f"{sales.names['product'][4]}, {sales.names['store'][0]}"
holiday, promotion = table[nougat, -year:, 4:][weeks].T > 0  # (35,), (35,) bool
plots.plot_forecasts(days[weeks], units[nougat, -year:][weeks],
                     {name: forecast(name, nougat)[weeks] for name in (lags_only, embedded)}, title,
                     marks={label("promoción", "promotion"): promotion, label("festivo", "holiday"): holiday})  # fmt: skip

effects = {}
for name in (numbered, embedded):
    by_kind = np.array([[forecast(name, row, kind).mean() for kind in range(4)] for row in range(20)])  # (series, kinds)
    by_product = by_kind.reshape(4, 5, 4).sum(axis=0)  # (products, kinds)
    effects[name] = by_product[:, 1:] / by_product[:, :1]  # (5, 3): sales with a promotion for each one without
plots.plot_effects(sales.names["promotion"][1:], sales.names["product"], PROMOTION[:, 1:], effects,
                   axis=label("veces lo normal", "times the usual"))  # fmt: skip

# %% [markdown] lang="es"
# La red que solo ve retardos llega un día tarde a casi todos los picos: se entera de la promoción cuando ya la ha visto
# vender. La red con embeddings la conoce de antemano, y ha aprendido sola qué promoción funciona con cada producto;
# nadie se lo dijo. La red con números tenía el mismo dato, pero como escala: le cuesta decir que una degustación hace
# maravillas con la sopa y las otras dos mucho menos, y se queda a medio camino de todas.
#
# ## ¿Verdadero o falso?
#
# Decide antes de abrir cada una.
#
# <details><summary>1. «Una red más profunda siempre representa más que una de una capa.»</summary>
#
# **Falso.** Sin activación, cualquier número de capas lineales es una sola (sección 2). Lo que añade capacidad es la
# función no lineal.
# </details>
#
# <details><summary>2. «Si la pérdida baja, los aciertos suben.»</summary>
#
# **Falso.** La pérdida mide también la seguridad. Puede bajar con los mismos aciertos, o subir porque unos pocos fallos
# muy seguros pesan mucho.
# </details>
#
# <details><summary>3. «Inicializar a cero es lo más neutral.»</summary>
#
# **Falso.** Las neuronas de una capa quedan iguales para siempre, y con ReLU ni siquiera reciben gradiente.
# </details>
#
# <details><summary>4. «La retropropagación es una forma de aprender.»</summary>
#
# **Falso.** Solo calcula gradientes, exactos y baratos. Quien aprende es el optimizador que los usa.
# </details>
#
# <details><summary>5. «En el gradiente numérico, cuanto menor el paso, mejor.»</summary>
#
# **Falso.** Por debajo de cierto paso manda el redondeo y el error crece (la V de la sección 5).
# </details>
#
# <details><summary>6. «El dropout se usa igual al entrenar que al predecir.»</summary>
#
# **Falso.** Al predecir no se pone nada a cero; la división por $1 - p$ al entrenar hace que la escala ya sea la buena.
# </details>
#
# <details><summary>7. «El gradiente de un tensor tiene la forma de ese tensor.»</summary>
#
# **Verdadero.** Es un número por cada número que se puede mover. Es la primera comprobación cuando algo no encaja.
# </details>
#
# <details><summary>8. «Un perceptrón encuentra una recta que separa los puntos, si existe alguna.»</summary>
#
# **Verdadero.** En un número finito de correcciones. Si no existe, no para nunca.
# </details>

# %% [markdown] lang="en"
# The network that sees only lags comes a day late to almost every peak: it learns of the promotion once it has seen it
# sell. The network with embeddings knows it beforehand, and has learned by itself which promotion works with each
# product; nobody told it. The network with numbers had the same fact, but as a scale: it finds it hard to say that a
# tasting does wonders for soup and the other two much less, and stays halfway between them all.
#
# ## True or false?
#
# Decide before you open each one.
#
# <details><summary>1. “A deeper network always represents more than a single-layer one.”</summary>
#
# **False.** Without activation, any number of linear layers is a single one (section 2). What adds capacity is the
# non-linear function.
# </details>
#
# <details><summary>2. “If the loss falls, accuracy rises.”</summary>
#
# **False.** The loss also measures how sure the network is. It can fall with the same right answers, or rise because a
# few very sure mistakes weigh a lot.
# </details>
#
# <details><summary>3. “Initialising at zero is the most neutral.”</summary>
#
# **False.** The neurons of a layer stay equal for ever, and with ReLU they do not even get a gradient.
# </details>
#
# <details><summary>4. “Backpropagation is a way of learning.”</summary>
#
# **False.** It only computes gradients, exact and cheap. What learns is the optimiser that uses them.
# </details>
#
# <details><summary>5. “In the numeric gradient, the smaller the step, the better.”</summary>
#
# **False.** Below a certain step rounding rules and the error grows (the V of section 5).
# </details>
#
# <details><summary>6. “Dropout works the same in training and in prediction.”</summary>
#
# **False.** In prediction nothing is set to zero; the division by $1 - p$ in training already keeps the scale right.
# </details>
#
# <details><summary>7. “The gradient of a tensor has the shape of that tensor.”</summary>
#
# **True.** It is one number for each number that can be moved. It is the first thing to check when something does not
# fit.
# </details>
#
# <details><summary>8. “A perceptron finds a line that separates the points, if there is one.”</summary>
#
# **True.** In a finite number of corrections. If there is none, it never stops.
# </details>

# %% [markdown] lang="es"
# ## En media página
#
# - Una **neurona** suma votos con pesos y un sesgo. Sola, traza una recta: puede con OR y con AND, no con XOR.
# - Apilar capas solo sirve con una **activación** entre ellas. Eso es lo mínimo que le faltaba al modelo de las
#   espirales.
# - La **softmax** convierte logits en probabilidades; la **entropía cruzada** es $-\ln p_y$, empieza en $\ln C$ y su
#   gradiente es lo dicho menos lo que era.
# - La **retropropagación** recorre el grafo del final al principio: la suma reparte, el producto cruza, los usos
#   repetidos se suman.
# - El **gradiente numérico** juzga: diferencia central, `float64`, paso cerca de $10^{-5}$.
# - Los pesos empiezan al azar con $\sigma = \sqrt{2/n}$, para que la señal llegue viva al final.
# - La **tasa de aprendizaje** se ajusta primero. El momento suma lo que coincide; Adam iguala las escalas; el
#   decaimiento tira hacia cero.
# - Entrenamiento, validación y prueba no se mezclan. Parada temprana y dropout frenan el sobreajuste.
# - **Ritual**: $\ln C$, diez ejemplos, datos de verdad con un punto de comparación.
# - Las categorías son nombres, no cantidades: **embeddings**.
#
# En la tarea construirás cada pieza con NumPy, y una red que prediga las ventas.
#
# ## Para seguir leyendo
#
# - Rosenblatt (1958), [The perceptron](https://doi.org/10.1037/h0042519). El original, más psicología que informática.
# - Minsky y Papert (1969), [Perceptrons](https://doi.org/10.7551/mitpress/11301.001.0001). La edición de 2017 trae un
#   prólogo que cuenta la polémica.
# - Rumelhart, Hinton y Williams (1986),
#   [Learning representations by back-propagating errors](https://doi.org/10.1038/323533a0). Cuatro páginas: léelo
#   entero.
# - Glorot y Bengio (2010),
#   [Understanding the difficulty of training deep feedforward neural networks](https://proceedings.mlr.press/v9/glorot10a.html),
#   y He y otros (2015), [Delving deep into rectifiers](https://arxiv.org/abs/1502.01852). La varianza de la sección 6,
#   con todo detalle.
# - Kingma y Ba (2015), [Adam](https://arxiv.org/abs/1412.6980), y Loshchilov y Hutter (2019),
#   [Decoupled weight decay regularization](https://arxiv.org/abs/1711.05101). El optimizador y su freno.
# - Srivastava y otros (2014), [Dropout](https://jmlr.org/papers/v15/srivastava14a.html).
# - Guo y Berkhahn (2016), [Entity embeddings of categorical variables](https://arxiv.org/abs/1604.06737). El proyecto,
#   en una competición real de ventas.

# %% [markdown] lang="en"
# ## In half a page
#
# - A **neuron** adds votes with weights and a bias. Alone, it draws a line: it can do OR and AND, not XOR.
# - Stacking layers is worth something only with an **activation** between them. That is the least that the model of the
#   spirals lacked.
# - The **softmax** turns logits into probabilities; the **cross-entropy** is $-\ln p_y$, starts at $\ln C$, and its
#   gradient is what was said minus what was.
# - **Backpropagation** goes through the graph from the end to the beginning: an addition passes on, a product swaps,
#   repeated uses add up.
# - The **numeric gradient** judges: central difference, `float64`, step near $10^{-5}$.
# - Weights start at random with $\sigma = \sqrt{2/n}$, so that the signal reaches the end alive.
# - The **learning rate** is tuned first. Momentum adds up what agrees; Adam evens out scales; decay pulls towards zero.
# - Training, validation and test do not mix. Early stopping and dropout hold back overfitting.
# - **Ritual**: $\ln C$, ten examples, real data with a baseline.
# - Categories are names, not quantities: **embeddings**.
#
# In the assignment you will build each piece with NumPy, and a network that forecasts the sales.
#
# ## Read next
#
# - Rosenblatt (1958), [The perceptron](https://doi.org/10.1037/h0042519). The original, more psychology than computing.
# - Minsky and Papert (1969), [Perceptrons](https://doi.org/10.7551/mitpress/11301.001.0001). The edition of 2017 has a
#   foreword on the controversy.
# - Rumelhart, Hinton and Williams (1986),
#   [Learning representations by back-propagating errors](https://doi.org/10.1038/323533a0). Four pages: read it whole.
# - Glorot and Bengio (2010),
#   [Understanding the difficulty of training deep feedforward neural networks](https://proceedings.mlr.press/v9/glorot10a.html),
#   and He and others (2015), [Delving deep into rectifiers](https://arxiv.org/abs/1502.01852). The variance of section
#   6, in full detail.
# - Kingma and Ba (2015), [Adam](https://arxiv.org/abs/1412.6980), and Loshchilov and Hutter (2019),
#   [Decoupled weight decay regularization](https://arxiv.org/abs/1711.05101). The optimiser and its brake.
# - Srivastava and others (2014), [Dropout](https://jmlr.org/papers/v15/srivastava14a.html).
# - Guo and Berkhahn (2016), [Entity embeddings of categorical variables](https://arxiv.org/abs/1604.06737). The
#   project, in a real competition on sales.
