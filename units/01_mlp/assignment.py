# %% [markdown] lang="es"
# # Tarea 1 · El perceptrón multicapa
#
# En la lección viste moverse las piezas; aquí las construyes. La **parte 1** (unas 3 horas) va de softmax a un motor
# que deriva solo. La **parte 2** (unas 4 horas) monta con ellas una red, la entrena y la lleva a un proyecto.
#
# Cómo se trabaja:
#
# 1. Escribe tu código donde pone `raise NotImplementedError`, y borra esa línea.
# 2. Ejecuta la celda `check(...)` que hay debajo. Prueba tu función con números nuevos cada vez y dice qué cumple, qué
#    es lo primero que falla y, si reconoce el error, de dónde viene. Repítela cuanto quieras: no resta.
# 3. ¿Sin ideas? Escribe `hint(softmax)` en una celda nueva. Cada vez que la ejecutes da una pista más.
# 4. Nada te deja atrás: `continue_with(...)` va delante de lo que usa ejercicios anteriores. Conserva tu versión si
#    pasa su `check`; si no, pone la del curso para que sigas, sin cambiar tu nota.
#
# La parte 1 es solo NumPy. Y una regla para toda función: no escribe sobre lo que recibe, devuelve números nuevos y deja
# las entradas como estaban.

# %% [markdown] lang="en"
# # Assignment 1 · The multilayer perceptron
#
# In the lesson you watched the pieces move; here you build them. **Part 1** (about 3 hours) goes from softmax to an
# engine that differentiates by itself. **Part 2** (about 4 hours) turns them into a network, trains it and
# takes it to a project.
#
# How to work:
#
# 1. Write your code where it says `raise NotImplementedError`, and delete that line.
# 2. Run the cell `check(...)` below it. It tries your function on new numbers every time, and tells you what holds,
#    what fails first and, when it recognises the mistake, where it comes from. Run it as often as you like: it costs
#    nothing.
# 3. Out of ideas? Write `hint(softmax)` in a new cell. Each time you run it, it gives one more hint.
# 4. Nothing leaves you behind: `continue_with(...)` comes before whatever uses earlier exercises. It keeps your version
#    if it passes its `check`; if not, it puts the course's in place so that you can go on, and your mark stays as it
#    is.
#
# Part 1 is NumPy only. And one rule for every function: it does not write into what it is given, it returns new numbers
# and leaves its inputs as they were.

# %%
import math

import numpy as np
import torch
from torch import nn

from atiende import label
from atiende.data import load_digits, make_sales, make_spiral
from atiende.plots import new_figure, plot_decision_regions, plot_layers_std, plot_losses, plot_paths, plot_scores, show
from autograder import check, continue_with, hint

# %% [markdown] lang="es"
# # Parte 1 · De los números a los gradientes

# %% [markdown] lang="en"
# # Part 1 · From numbers to gradients

# %% [markdown] lang="es"
# ## 1.1 Softmax
#
# **Dificultad 1 de 5 · 10 minutos.** Una red acaba en números cualesquiera, los *logits*. Softmax los vuelve
# probabilidades: todas positivas y con suma 1.
# $$p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$$
#
# `axis` dice a lo largo de qué eje suman 1. Y cuidado con lo grande: `np.exp(1000)` ya es `inf`, pero la softmax de
# $(1000, 1000)$ sigue siendo $(0.5, 0.5)$.

# %% [markdown] lang="en"
# ## 1.1 Softmax
#
# **Difficulty 1 of 5 · 10 minutes.** A network ends in any numbers at all, the *logits*. Softmax turns them into
# probabilities: all positive, with sum 1.
# $$p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$$
#
# `axis` says along which axis they sum to 1. And watch out for large numbers: `np.exp(1000)` is already `inf`, yet the
# softmax of $(1000, 1000)$ is still $(0.5, 0.5)$.


# %% exercise="softmax"
def softmax(z, axis=-1):
    """Return the softmax of z along an axis.

    z: array of any shape, of any finite numbers, however large; left as it was.
    axis: the axis along which the result sums to 1. Returns an array of the shape of z.
    """
    ### BEGIN SOLUTION
    e = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)
    ### END SOLUTION


# %%
softmax(np.array([[0.0, 0.0], [0.0, np.log(3.0)]]))  # by hand: [[0.5, 0.5], [0.25, 0.75]]

# %% test="softmax" points=4
check(softmax)

# %% [markdown] lang="es"
# ## 1.2 Entropía cruzada
#
# **Dificultad 2 de 5 · 20 minutos.** ¿Cuánto se sorprende la red al ver la respuesta? Para cada ejemplo, menos el
# logaritmo de la probabilidad que dio a la clase correcta; la pérdida es la media de los $N$ ejemplos.
# $$L = -\frac{1}{N} \sum_{n=1}^{N} \ln p_{n, y_n}, \qquad p_n = \mathrm{softmax}(z_n)$$
#
# Si todos los logits son iguales, la red no sabe nada y la pérdida vale $\ln C$ con $C$ clases: el número que debes ver
# al empezar cualquier entrenamiento. Y si la red está muy segura y se equivoca, $p_{n, y_n}$ se redondea a 0 y su
# logaritmo es `-inf`. La pérdida verdadera es grande, pero finita: busca un camino que no pase por esa probabilidad.

# %% [markdown] lang="en"
# ## 1.2 Cross-entropy
#
# **Difficulty 2 of 5 · 20 minutes.** How surprised is the network when it sees the answer? For each example, minus the
# logarithm of the probability it gave to the right class; the loss is the mean over the $N$ examples.
# $$L = -\frac{1}{N} \sum_{n=1}^{N} \ln p_{n, y_n}, \qquad p_n = \mathrm{softmax}(z_n)$$
#
# If all logits are equal the network knows nothing, and the loss is $\ln C$ with $C$ classes: the number that you
# should see at the start of any training. And if the network is very sure and wrong, $p_{n, y_n}$ is rounded to 0 and
# its logarithm is `-inf`. The true loss is large, but finite: look for a way that does not go through that probability.


# %% exercise="cross_entropy"
def cross_entropy(logits, y):
    """Return the mean cross-entropy of a batch, in nats.

    logits: (N, C), any finite numbers, however large. y: (N,) integers from 0 to C - 1, the right classes.
    Returns one float. Leaves both inputs as they were.
    """
    ### BEGIN SOLUTION
    shifted = logits - np.max(logits, axis=1, keepdims=True)  # (N, C)
    log_p = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))  # (N, C)
    return float(-np.mean(log_p[np.arange(len(y)), y]))
    ### END SOLUTION


# %%
print(cross_entropy(np.zeros((2, 4)), np.array([0, 3])))  # by hand: ln 4 = 1.386
print(cross_entropy(np.array([[0.0, np.log(3.0)]]), np.array([1])))  # by hand: -ln 0.75 = 0.288
print(cross_entropy(np.array([[5000.0, 0.0]]), np.array([1])))  # by hand: 5000

# %% test="cross_entropy" points=5
check(cross_entropy)

# %% [markdown] lang="es"
# ## 1.3 El gradiente de la entropía cruzada
#
# **Dificultad 2 de 5 · 15 minutos.** ¿Hacia dónde hay que mover cada logit para que la pérdida baje? Softmax y
# logaritmo son enredados por separado, pero juntos dan una derivada muy corta: lo predicho menos lo cierto.
# $$\frac{\partial L}{\partial z_{nk}} = \frac{1}{N} \left( p_{nk} - [k = y_n] \right)$$
#
# El corchete vale 1 si $k$ es la clase correcta y 0 si no lo es. Puedes llamar a tu `softmax`.
#
# Desde aquí tendrás también un juez que no sabe derivar: mueve cada número un poco hacia cada lado y mira cuánto cambia
# el resultado. Es lento y casi exacto. Úsalo cuando dudes de un gradiente tuyo.
# $$\frac{\partial f}{\partial x_i} \approx \frac{f(x + h\, e_i) - f(x - h\, e_i)}{2h}$$
#
# Aquí $e_i$ es el vector con un 1 en la posición $i$ y ceros en las demás.

# %% [markdown] lang="en"
# ## 1.3 The gradient of the cross-entropy
#
# **Difficulty 2 of 5 · 15 minutes.** Which way should each logit move for the loss to fall? Taken one at a time,
# softmax and logarithm are messy, but together they give a very short derivative: what was predicted minus what is true.
# $$\frac{\partial L}{\partial z_{nk}} = \frac{1}{N} \left( p_{nk} - [k = y_n] \right)$$
#
# The bracket is 1 if $k$ is the right class and 0 if it is not. You may call your `softmax`.
#
# From here on you also have a judge that cannot differentiate: it moves each number a little to either side and looks
# at how much the result changes. It is slow and nearly exact. Use it whenever you doubt a gradient of yours.
# $$\frac{\partial f}{\partial x_i} \approx \frac{f(x + h\, e_i) - f(x - h\, e_i)}{2h}$$
#
# Here $e_i$ is the vector with a 1 in position $i$ and zeros in all the others.


# %%
def numeric_gradient(f, x, h=1e-5):
    """Return the gradient of f at x by central differences.

    f: function of an array that returns a number. x: array of any shape. h: how far to move each number.
    """
    x = np.asarray(x, dtype=float)
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[i] = h
        gradient[i] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient


numeric_gradient(lambda x: np.sum(x**2), np.array([1.0, 2.0, 3.0]))  # by hand: 2x = [2, 4, 6]

# %%
continue_with("softmax", "cross_entropy")


# %% exercise="cross_entropy_grad"
def cross_entropy_grad(logits, y):
    """Return the gradient of the mean cross-entropy of a batch with respect to its logits.

    logits: (N, C), any finite numbers, however large. y: (N,) integers from 0 to C - 1, the right classes.
    Returns an array (N, C). Leaves both inputs as they were.
    """
    ### BEGIN SOLUTION
    p = softmax(logits)  # (N, C)
    p[np.arange(len(y)), y] -= 1.0
    return p / len(y)
    ### END SOLUTION


# %%
logits, y = np.array([[0.0, np.log(3.0)], [0.0, 0.0]]), np.array([1, 0])
print(cross_entropy_grad(logits, y))  # by hand: [[0.125, -0.125], [-0.25, 0.25]]
print(numeric_gradient(lambda z: cross_entropy(z, y), logits))  # the judge

# %% test="cross_entropy_grad" points=4
check(cross_entropy_grad)

# %% [markdown] lang="es"
# ## 1.4 La capa lineal, hacia adelante
#
# **Dificultad 1 de 5 · 10 minutos.** Cada neurona es una suma con pesos más un sesgo; una capa de $M$ neuronas que
# miran $D$ números es un producto de matrices.
# $$\mathrm{out} = x W + b \qquad (\ldots, D) \cdot (D, M) + (M) \to (\ldots, M)$$
#
# Los puntos son ejes que no importan: puede haber uno (los ejemplos), dos (frases y palabras) o ninguno. Devuelve una
# pareja: el resultado y `cache`, lo que vayas a necesitar para volver hacia atrás. Qué guardas en `cache` lo decides
# tú; la función del curso guarda `(x, W)`, por si en 1.5 sigues con ella.

# %% [markdown] lang="en"
# ## 1.4 The linear layer, forward
#
# **Difficulty 1 of 5 · 10 minutes.** Each neuron is a weighted sum plus a bias; a layer of $M$ neurons that look at $D$
# numbers is a product of matrices.
# $$\mathrm{out} = x W + b \qquad (\ldots, D) \cdot (D, M) + (M) \to (\ldots, M)$$
#
# The dots are axes that do not matter: there may be one (the examples), two (sentences and words) or none. Return a
# pair: the result and `cache`, whatever you will need to go back. What you keep in `cache` is up to you; the course's
# function keeps `(x, W)`, in case you go on with it in 1.5.


# %% exercise="linear_forward"
def linear_forward(x, W, b):
    """Return x @ W + b, and what linear_backward needs.

    x: (..., D), with any number of leading axes, or none. W: (D, M). b: (M,).
    Returns the pair (out, cache): out has shape (..., M); cache is what you choose (in the course's version: (x, W)).
    Leaves its inputs as they were.
    """
    ### BEGIN SOLUTION
    return x @ W + b, (x, W)
    ### END SOLUTION


# %%
x, W, b = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 1.0]]), np.array([10.0, 20.0, 30.0])
out, cache = linear_forward(x, W, b)
print(out)  # by hand: [[11, 22, 34], [13, 24, 40]]

# %% test="linear_forward" points=3
check(linear_forward)

# %% [markdown] lang="es"
# ## 1.5 La capa lineal, hacia atrás
#
# **Dificultad 3 de 5 · 30 minutos.** Es el corazón de la retropropagación (*backpropagation*). Te dan `dout`, la
# derivada de la pérdida respecto a cada número de la salida, y devuelves la derivada respecto a cada número que entró:
# `dx`, `dW` y `db`.
#
# Para un solo ejemplo, la neurona $m$ calcula $\mathrm{out}_m = \sum_d x_d W_{dm} + b_m$. Pregunta a cada número por
# qué caminos llega a la pérdida, y suma lo que vuelve por ellos: $x_d$ llega por todas las neuronas; $W_{dm}$ y $b_m$,
# por todos los ejemplos. Las formas ayudan: cada gradiente tiene la de aquello que se mueve.

# %% [markdown] lang="en"
# ## 1.5 The linear layer, backward
#
# **Difficulty 3 of 5 · 30 minutes.** This is the heart of *backpropagation*. You are given `dout`, the derivative of
# the loss with respect to each number of the output, and you return the derivative with respect to each number that
# came in: `dx`, `dW` and `db`.
#
# For one example, neuron $m$ computes $\mathrm{out}_m = \sum_d x_d W_{dm} + b_m$. Ask each number by which paths it
# reaches the loss, and add up what comes back along them: $x_d$ gets there through all neurons; $W_{dm}$ and $b_m$,
# through all examples. Shapes help: each gradient has that of whatever is moved.

# %%
continue_with("linear_forward")


# %% exercise="linear_backward"
def linear_backward(dout, cache):
    """Return the gradients of a linear layer.

    dout: (..., M), the derivative of the loss with respect to out. cache: what linear_forward returned beside out
    (in the course's version: (x, W)).
    Returns (dx, dW, db), of the shapes of x (..., D), W (D, M) and b (M,). Leaves dout and the inputs of the layer as they were.
    """
    ### BEGIN SOLUTION
    x, W = cache
    rows, drows = x.reshape(-1, x.shape[-1]), dout.reshape(-1, dout.shape[-1])  # (N, D), (N, M)
    return dout @ W.T, rows.T @ drows, drows.sum(axis=0)
    ### END SOLUTION


# %%
out, cache = linear_forward(x, W, b)
dx, dW, db = linear_backward(np.array([[1.0, 0.0, -1.0], [0.0, 2.0, 0.0]]), cache)
print(dx)  # by hand: [[-1, -1], [0, 2]]
print(dW)  # by hand: [[1, 6, -1], [2, 8, -2]]
print(db)  # by hand: [1, 2, -1]

# %% test="linear_backward" points=6
check(linear_backward)

# %% [markdown] lang="es"
# ## 1.6 ReLU, hacia adelante
#
# **Dificultad 1 de 5 · 5 minutos.** Sin algo que doble la recta, apilar capas no sirve de nada. La rectificación
# (*rectified linear unit*, ReLU) deja pasar lo positivo y apaga lo demás: $\mathrm{relu}(x) = \max(0, x)$, número a
# número.

# %% [markdown] lang="en"
# ## 1.6 ReLU, forward
#
# **Difficulty 1 of 5 · 5 minutes.** Without something that bends the line, stacking layers gains nothing. The
# *rectified linear unit* (ReLU) lets the positive through and switches off the rest: $\mathrm{relu}(x) = \max(0, x)$,
# number by number.


# %% exercise="relu_forward"
def relu_forward(x):
    """Return max(0, x) of each number, and what relu_backward needs.

    x: array of any shape. Returns the pair (out, cache): out has the shape of x; cache is what you choose (in the course's
    version: x). Leaves x as it was.
    """
    ### BEGIN SOLUTION
    return np.maximum(x, 0), x
    ### END SOLUTION


# %%
out, cache = relu_forward(np.array([-2.0, 0.0, 3.0]))
print(out)  # by hand: [0, 0, 3]

# %% test="relu_forward" points=2
check(relu_forward)

# %% [markdown] lang="es"
# ## 1.7 ReLU, hacia atrás
#
# **Dificultad 2 de 5 · 10 minutos.** Por donde pasó el número, vuelve el gradiente tal cual; por donde se apagó, no
# vuelve nada. En 0 la función tiene una esquina y no hay derivada: tomamos 0, como hace PyTorch.

# %% [markdown] lang="en"
# ## 1.7 ReLU, backward
#
# **Difficulty 2 of 5 · 10 minutes.** Where the number went through, the gradient comes back as it is; where it was
# switched off, nothing comes back. At 0 the function has a corner and no derivative: we take 0, as PyTorch does.

# %%
continue_with("relu_forward")


# %% exercise="relu_backward"
def relu_backward(dout, cache):
    """Return the gradient of the loss with respect to the input of a ReLU.

    dout: the derivative of the loss with respect to out, of the shape of x. cache: what relu_forward returned beside
    out (in the course's version: x).
    Returns dx, of the shape of x; the derivative of ReLU at 0 is taken as 0. Leaves dout and x as they were.
    """
    ### BEGIN SOLUTION
    return dout * (cache > 0)
    ### END SOLUTION


# %%
out, cache = relu_forward(np.array([-2.0, 0.0, 3.0, 4.0]))
relu_backward(np.array([10.0, 20.0, -30.0, 40.0]), cache)  # by hand: [0, 0, -30, 40]

# %% test="relu_backward" points=3
check(relu_backward)

# %% [markdown] lang="es"
# ## 1.8 GELU
#
# **Dificultad 2 de 5 · 10 minutos.** Los Transformers prefieren una ReLU sin esquina: multiplica $x$ por la
# probabilidad de que un número normal quede por debajo de él
# ([Hendrycks y Gimpel, 2016](https://arxiv.org/abs/1606.08415)).
# $$\mathrm{gelu}(x) = x\, \Phi(x) = \frac{x}{2} \left( 1 + \mathrm{erf} \frac{x}{\sqrt{2}} \right)$$
#
# Escribe esta forma, la exacta; la aproximación con tanh que verás por ahí se desvía en el cuarto decimal. Python trae
# `math.erf` para un solo número, y `np.vectorize` lo lleva a un array entero.

# %% [markdown] lang="en"
# ## 1.8 GELU
#
# **Difficulty 2 of 5 · 10 minutes.** Transformers prefer a ReLU without a corner: it multiplies $x$ by the probability
# that a normal number falls below it ([Hendrycks and Gimpel, 2016](https://arxiv.org/abs/1606.08415)).
# $$\mathrm{gelu}(x) = x\, \Phi(x) = \frac{x}{2} \left( 1 + \mathrm{erf} \frac{x}{\sqrt{2}} \right)$$
#
# Write this form, the exact one; the approximation with tanh that you will meet elsewhere is off in the fourth decimal.
# Python has `math.erf` for a single number, and `np.vectorize` takes it to a whole array.


# %% exercise="gelu"
def gelu(x):
    """Return the exact GELU of each number, x * Phi(x), with Phi the distribution function of the standard normal.

    x: array of any shape. Returns an array of the same shape; leaves x as it was. Source: Hendrycks and Gimpel, 2016.
    """
    ### BEGIN SOLUTION
    erf = np.vectorize(math.erf, otypes=[float])
    return 0.5 * x * (1.0 + erf(x / math.sqrt(2.0)))
    ### END SOLUTION


# %%
gelu(np.array([-1.0, 0.0, 1.0, 10.0]))  # Phi(1) = 0.8413, so [-0.1587, 0, 0.8413, 10]

# %% test="gelu" points=3
check(gelu)

# %% [markdown] lang="es"
# ## 1.9 Un motor que deriva solo
#
# **Dificultad 4 de 5 · 60 minutos.** Hasta aquí derivaste tú cada pieza. PyTorch no te lo pide: cada número recuerda de
# dónde viene, y la regla de la cadena hace el resto. Vas a construir ese motor para números sueltos.
#
# Un `Value` guarda su número en `data` y, en `sources`, parejas (origen, pendiente): de qué valores salió y cuánto vale
# su derivada respecto a cada uno. Si $a = 3$ y $b = 4$, el producto $c = ab$ guarda `[(a, 4.0), (b, 3.0)]`, porque
# $\partial c / \partial a = b$ y $\partial c / \partial b = a$.
#
# 1. **`+`, `*`, `**`, `tanh`, `exp`:** cada una devuelve un `Value` nuevo con sus orígenes y pendientes. El otro
#    operando puede ser un número corriente. La resta, la división y los números a la izquierda ya están hechos con
#    estas.
# 2. **`backward()`:** pone en `grad` de cada valor del que depende `self` la derivada de `self` respecto a él. Empieza
#    con `self.grad = 1` y reparte hacia atrás: a cada origen se le **suma** pendiente por gradiente.
#
# Dos trampas. Un valor solo puede repartir cuando ya ha recibido de todos los que lo usan: hace falta un orden. Y una
# cadena puede tener 3000 eslabones, más de los que aguanta una función que se llama a sí misma: usa un bucle y una
# pila: una lista con los valores que faltan por visitar.
#
# Cada llamada a `backward()` pone antes a cero los gradientes de todo lo que recorre, así que llamarla dos veces da lo
# mismo que una. PyTorch decide lo contrario: acumula, y por eso allí verás `zero_grad()`.

# %% [markdown] lang="en"
# ## 1.9 An engine that differentiates by itself
#
# **Difficulty 4 of 5 · 60 minutes.** So far you differentiated every piece yourself. PyTorch does not ask you to: each
# number remembers where it comes from, and the chain rule does the rest. You are going to build that engine for single
# numbers.
#
# A `Value` keeps its number in `data` and, in `sources`, pairs (source, slope): which values it was made from, and its
# derivative with respect to each. If $a = 3$ and $b = 4$, the product $c = ab$ keeps `[(a, 4.0), (b, 3.0)]`, because
# $\partial c / \partial a = b$ and $\partial c / \partial b = a$.
#
# 1. **`+`, `*`, `**`, `tanh`, `exp`:** each returns a new `Value` with its sources and slopes. The other operand may be
#    a plain number. Subtraction, division and numbers on the left are already made out of these.
# 2. **`backward()`:** puts into the `grad` of every value that `self` depends on the derivative of `self` with respect
#    to it. It starts with `self.grad = 1` and hands out backwards: to each source, slope times gradient is **added**.
#
# Two traps. A value can only hand out once it has received from everyone who uses it: an order is needed. And a chain
# may have 3000 links, more than a function that calls itself can stand: use a loop and a stack:
# a list of the values still to be visited.
#
# Each call to `backward()` first sets to zero the gradients of everything it visits, so that calling it twice gives the
# same as once. PyTorch decides otherwise: it accumulates, which is why you will see `zero_grad()` there.


# %% exercise="value"
class Value:
    """Hold one number that remembers how it was made, and differentiate by the chain rule.

    data: the number, a float. grad: the derivative, with respect to this number, of the value on which backward() was last
    called; 0.0 before. sources: pairs (source, slope), each an earlier Value and the derivative of this one with respect to it.
    """

    def __init__(self, data, sources=()):
        self.data = float(data)
        self.grad = 0.0
        self.sources = sources

    def __add__(self, other):
        """Return self + other as a new Value. other: a Value or a number."""
        ### BEGIN SOLUTION
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, [(self, 1.0), (other, 1.0)])
        ### END SOLUTION

    def __mul__(self, other):
        """Return self * other as a new Value. other: a Value or a number."""
        ### BEGIN SOLUTION
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, [(self, other.data), (other, self.data)])
        ### END SOLUTION

    def __pow__(self, exponent):
        """Return self ** exponent as a new Value. exponent: a number, not a Value."""
        ### BEGIN SOLUTION
        return Value(self.data**exponent, [(self, exponent * self.data ** (exponent - 1))])
        ### END SOLUTION

    def tanh(self):
        """Return the hyperbolic tangent as a new Value."""
        ### BEGIN SOLUTION
        t = math.tanh(self.data)
        return Value(t, [(self, 1.0 - t * t)])
        ### END SOLUTION

    def exp(self):
        """Return e to this number as a new Value."""
        ### BEGIN SOLUTION
        e = math.exp(self.data)
        return Value(e, [(self, e)])
        ### END SOLUTION

    def backward(self):
        """Set grad of self and of every Value it depends on to the derivative of self with respect to it.

        Starts from zero at every call. Handles chains of thousands of values.
        """
        ### BEGIN SOLUTION
        ordered, seen, pending = [], set(), [(self, False)]
        while pending:
            value, is_done = pending.pop()
            if is_done:
                ordered.append(value)  # all that it depends on stands before it
            elif value not in seen:
                seen.add(value)
                pending.append((value, True))
                pending.extend((source, False) for source, _ in value.sources)
        for value in ordered:
            value.grad = 0.0
        self.grad = 1.0
        for value in reversed(ordered):
            for source, slope in value.sources:
                source.grad += slope * value.grad
        ### END SOLUTION

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, number):
        return self + number

    def __rmul__(self, number):
        return self * number

    def __rsub__(self, number):
        return -self + number

    def __rtruediv__(self, number):
        return self**-1 * number

    def __repr__(self):
        return f"Value(data={self.data:.4g}, grad={self.grad:.4g})"


# %%
a, b = Value(3.0), Value(4.0)
c = a * b + a  # a is used twice
c.backward()
print(a, b, c)  # by hand: c = 15; dc/da = b + 1 = 5; dc/db = a = 3; dc/dc = 1

# %% test="value" points=10
check(Value)

# %% [markdown] lang="es"
# ## 1.10 Lo que acabas de construir
#
# Antes de pasar a la parte 2, dos imágenes hechas solo con tu código.
#
# **El juez y tú.** A la izquierda, cada punto es una derivada: en horizontal la que da tu fórmula, en vertical la que
# mide el juez. A la derecha, cuánto se apartan según el paso $h$. Antes de ejecutar, apuesta: ¿será mejor cuanto más
# pequeño sea $h$?

# %% [markdown] lang="en"
# ## 1.10 What you have just built
#
# Before you go on to part 2, two pictures made with nothing but your code.
#
# **The judge and you.** On the left each point is a derivative: across, the one your formula gives; upwards, the one
# the judge measures. On the right, how far apart they are for each step $h$. Before you run it, place a bet: is a
# smaller $h$ always better?

# %%
continue_with("softmax", "cross_entropy", "cross_entropy_grad", "linear_forward", "linear_backward", "relu_forward", "relu_backward")

# %%
rng = np.random.default_rng(1)
x, W, b, dout = rng.normal(size=(6, 4)), rng.normal(size=(4, 3)), rng.normal(size=3), rng.normal(size=(6, 3))
logits, y = rng.normal(size=(6, 5)), rng.integers(5, size=6)
dx, dW, db = linear_backward(dout, linear_forward(x, W, b)[1])
pieces = {  # name: (your gradient, the function for the judge, where)
    "linear dx": (dx, lambda v: np.sum(dout * linear_forward(v, W, b)[0]), x),
    "linear dW": (dW, lambda v: np.sum(dout * linear_forward(x, v, b)[0]), W),
    "linear db": (db, lambda v: np.sum(dout * linear_forward(x, W, v)[0]), b),
    "relu dx": (relu_backward(dout, relu_forward(dout + 0.5)[1]), lambda v: np.sum(dout * relu_forward(v)[0]), dout + 0.5),
    "logits": (cross_entropy_grad(logits, y), lambda v: cross_entropy(v, y), logits),
}
steps = 10.0 ** np.arange(-13, 0.1, 0.5)
figure, (left, right) = new_figure(1, 2, height=3.6)
for (name, (mine, f, where)), marker in zip(pieces.items(), "osD^v", strict=True):
    left.scatter(np.ravel(mine), np.ravel(numeric_gradient(f, where)), marker=marker, s=26, alpha=0.75, label=name)
left.axline((0, 0), slope=1, color="black", linewidth=1, zorder=0)
left.set(xlabel=label("tu gradiente", "your gradient"), ylabel=label("el del juez", "the judge's"),
         title=label("Cada derivada, en su sitio", "Every derivative in its place"))
left.legend()
mine, f, where = pieces["logits"]
gaps = [np.max(np.abs(numeric_gradient(f, where, h) - mine)) for h in steps]
right.loglog(steps, gaps, "o-", markersize=4)
right.axvline(1e-5, color="black", linewidth=1, linestyle=":")
right.set(xlabel=label("paso h del juez", "step h of the judge"), ylabel=label("mayor diferencia contigo", "largest gap to yours"),
          title=label("Ni muy grande ni muy pequeño", "Neither too large nor too small"))
show(figure, label("Tus gradientes y los numéricos caen sobre la diagonal; la diferencia es mínima para un paso intermedio.",
                   "Your gradients and the numeric ones lie on the diagonal; the gap is smallest for a step in between."))

# %% [markdown] lang="es"
# Con $h$ grande, la recta entre los dos puntos no es la tangente: el error crece como $h^2$. Con $h$ diminuto, se
# restan dos números casi iguales y queda el ruido del redondeo, que crece como $1/h$. Por eso el juez usa
# $h = 10^{-5}$, y por eso una diferencia de $10^{-7}$ o menos es un aprobado y una de $10^{-2}$ es un error tuyo.
#
# **Tu motor aprende.** Ocho neuronas tanh hechas con `Value` y nada más. En cada paso se calcula el error sobre toda la
# curva, `backward()` da la derivada respecto a los 25 parámetros y cada uno se mueve un poco en contra. El bucle tarda
# unos segundos.

# %% [markdown] lang="en"
# With a large $h$ the line through the two points is not the tangent: the error grows as $h^2$. With a tiny $h$ two
# almost equal numbers are subtracted and the noise of rounding is left, which grows as $1/h$. That is why the judge
# uses $h = 10^{-5}$, and why a gap of $10^{-7}$ or less is a pass and one of $10^{-2}$ is a mistake of yours.
#
# **Your engine learns.** Eight tanh neurons made of `Value` and nothing else. At every step the error over the whole
# curve is computed, `backward()` gives the derivative with respect to the 25 parameters, and each one moves a little
# against it. The loop takes a few seconds.

# %%
continue_with("Value")

# %%
rng = np.random.default_rng(2)
points = [(float(u), math.sin(2 * u) + 0.3 * u) for u in np.linspace(-2.5, 2.5, 24)]
neurons = [[Value(v) for v in rng.normal(size=3)] for _ in range(8)]  # weight in, bias, weight out
level = Value(0.0)
parameters = [level, *(p for neuron in neurons for p in neuron)]


def curve(u):
    """Return the output of the little network at u, as a Value."""
    return sum(((w * u + b).tanh() * v for w, b, v in neurons), level)


grid = np.linspace(-2.8, 2.8, 90)
losses, drawn = [], {}
for step in range(301):
    loss = sum((curve(u) - target) ** 2 for u, target in points) / len(points)
    loss.backward()
    losses.append(loss.data)
    if step in (0, 10, 60, 300):
        drawn[step] = [curve(u).data for u in grid]
    for p in parameters:
        p.data -= 0.2 * p.grad

figure, (left, right) = new_figure(1, 2, height=3.6)
left.scatter(*zip(*points, strict=True), color="black", s=22, zorder=3)
for (step, heights), colour in zip(drawn.items(), ("#A0A0A0", "#56B4E9", "#E69F00", "#0072B2"), strict=True):
    left.plot(grid, heights, color=colour, label=label(f"paso {step}", f"step {step}"))
    right.scatter(step, losses[step], color=colour, edgecolors="black", s=55, zorder=3)
left.set(title=label("Tu motor aprende una curva", "Your engine learns a curve"), xlabel="u", ylim=(-2.1, 2.4))
left.legend(loc="upper center", ncols=2)
right.semilogy(losses, color="#6B6B6B", linewidth=1.5)
right.set(xlabel=label("paso", "step"), ylabel=label("error cuadrático medio", "mean squared error"),
          title=label(f"De {losses[0]:.2g} a {losses[-1]:.2g}", f"From {losses[0]:.2g} to {losses[-1]:.2g}"))
show(figure, label("La curva de la red se acerca a los puntos paso a paso, y el error baja.",
                   "The curve of the network comes closer to the points step by step, and the error falls."))

# %% [markdown] lang="es"
# # Parte 2 · De la red al proyecto
#
# Ya tienes las piezas. Ahora las montas: una red que nace con buen pie, un optimizador que la mueve, un bucle que la entrena,
# y un proyecto con ventas diarias. Cada ejercicio usa los anteriores; donde uno tuyo aún no esté bien, `continue_with` pone el
# del curso, así que nunca te quedas sin poder seguir. Hasta 2.7 todo es NumPy; 2.8 y 2.9 usan PyTorch.

# %% [markdown] lang="en"
# # Part 2 · From the network to the project
#
# You have the pieces. Now you put them together: a network that starts well, an optimiser that moves it, a loop that trains it,
# and a project with daily sales. Each exercise uses the earlier ones; where one of yours is not right yet, `continue_with` puts the
# course's in its place, so you can always go on. Up to 2.7 everything is NumPy; 2.8 and 2.9 use PyTorch.

# %% [markdown] lang="es"
# ## 2.1 Pesos iniciales
#
# **Dificultad 1 de 5 · 5 minutos.** Una unidad suma `fan_in` productos, y cuantos más suma, más grande sale la suma. Después ReLU
# apaga la mitad negativa. Para que la señal llegue a la capa veinte con el mismo tamaño que en la primera, He y sus colegas
# propusieron en 2015 sortear los pesos con media 0 y varianza
# $$\mathrm{Var}(W_{ij}) = \frac{2}{\text{fan\_in}}$$
# Escribe `he_init`: una matriz de forma `(fan_in, fan_out)`, cada peso sorteado por separado con el generador `rng` que recibes.

# %% [markdown] lang="en"
# ## 2.1 Initial weights
#
# **Difficulty 1 of 5 · 5 minutes.** A unit adds up `fan_in` products, and the more it adds, the larger the sum. Then ReLU zeroes
# the negative half. For the signal to reach layer twenty with the size that it had in the first, He and his colleagues proposed in
# 2015 to draw the weights with mean 0 and variance
# $$\mathrm{Var}(W_{ij}) = \frac{2}{\text{fan\_in}}$$
# Write `he_init`: a matrix of shape `(fan_in, fan_out)`, each weight drawn on its own with the generator `rng` that you are given.


# %% exercise="he_init"
def he_init(fan_in, fan_out, rng):
    """Return initial weights for a layer followed by ReLU.

    fan_in, fan_out: how many inputs and outputs the layer has. rng: a NumPy random generator, the only source of chance.
    Returns an array (fan_in, fan_out) with mean 0 and standard deviation sqrt(2 / fan_in).
    He et al. 2015, arXiv:1502.01852, equation 10.
    """
    ### BEGIN SOLUTION
    return rng.normal(0.0, np.sqrt(2.0 / fan_in), size=(fan_in, fan_out))
    ### END SOLUTION

# %%
W = he_init(200, 1000, np.random.default_rng(0))
W.shape, W.mean(), W.std()  # by hand: (200, 1000), about 0, about sqrt(2 / 200) = 0.1

# %% test="he_init" points=3
check(he_init)

# %% [markdown] lang="es"
# Mira lo que compra ese 2. La misma señal cruza veinte capas con ReLU: con tus pesos y con otros tres.

# %% [markdown] lang="en"
# See what that 2 buys. The same signal crosses twenty layers with ReLU: with your weights, and with three others.

# %%
continue_with("he_init")

choices = {
    label("los tuyos", "yours"): lambda rng: he_init(300, 300, rng),
    label("desviación 0.01", "standard deviation 0.01"): lambda rng: 0.01 * rng.standard_normal((300, 300)),
    label("varianza 1 / fan_in", "variance 1 / fan_in"): lambda rng: rng.standard_normal((300, 300)) / np.sqrt(300),
    label("desviación 1", "standard deviation 1"): lambda rng: rng.standard_normal((300, 300)),
}
stds = {}
for name, draw_weights in choices.items():
    rng = np.random.default_rng(0)
    signal, stds[name] = rng.standard_normal((100, 300)), []  # (batch, features)
    for _ in range(20):
        signal = np.maximum(signal @ draw_weights(rng), 0)
        stds[name].append(signal.std())
plot_layers_std(stds)

# %% [markdown] lang="es"
# ## 2.2 Una red de dos capas
#
# **Dificultad 3 de 5 · 25 minutos.** Lineal, ReLU, lineal: la red más pequeña que puede doblar una frontera. La clase guarda sus
# parámetros en el diccionario `params`, y hace tres cosas:
#
# - **nacer**: `W1` sale de `he_init`; `W2`, de `he_init` multiplicado por 0.1, para que al principio todas las puntuaciones sean
#   casi iguales y la pérdida empiece en $\ln C$; los sesgos, 0;
# - **puntuar**: `scores(X)` da las puntuaciones (logits), sin softmax;
# - **perder**: `loss(X, y, reg)` da la pérdida y un gradiente por parámetro, con los mismos nombres. La pérdida es
# $$L = \text{cross\_entropy} + \text{reg}\,\Big(\sum W_1^2 + \sum W_2^2\Big)$$
#
# Con factor 1, no 1/2, y sin contar los sesgos. No escribas ninguna derivada nueva, salvo la de ese último término: encadena las
# funciones de la parte 1.

# %% [markdown] lang="en"
# ## 2.2 A network of two layers
#
# **Difficulty 3 of 5 · 25 minutes.** Linear, ReLU, linear: the smallest network that can bend a border. The class keeps its
# parameters in the dictionary `params`, and does three things:
#
# - **initialise**: `W1` comes from `he_init`; `W2`, from `he_init` times 0.1, so that at first all scores are nearly equal and the
#   loss begins at $\ln C$; the biases, 0;
# - **score**: `scores(X)` gives the scores (logits), without softmax;
# - **compute the loss**: `loss(X, y, reg)` gives the loss and one gradient per parameter, under the same names. The loss is
# $$L = \text{cross\_entropy} + \text{reg}\,\Big(\sum W_1^2 + \sum W_2^2\Big)$$
#
# With factor 1, not 1/2, and without the biases. Write no new derivative but that of the last term: chain the functions of part 1.

# %%
continue_with(
    "linear_forward", "linear_backward", "relu_forward", "relu_backward", "cross_entropy", "cross_entropy_grad", "he_init"
)


# %% exercise="two_layer_net"
class TwoLayerNet:
    """Classify vectors with a linear layer, ReLU and another linear layer.

    params: dict with W1 (d_in, d_hidden), b1 (d_hidden,), W2 (d_hidden, num_classes), b2 (num_classes,), all float64.
    Every method reads its weights from `params` each time, so whoever changes them there changes the network.
    """

    def __init__(self, d_in, d_hidden, num_classes, rng):
        """Draw W1 by he_init and W2 by 0.1 * he_init, in this order, from the generator rng; the biases are 0."""
        ### BEGIN SOLUTION
        self.params = {
            "W1": he_init(d_in, d_hidden, rng),
            "b1": np.zeros(d_hidden),
            "W2": 0.1 * he_init(d_hidden, num_classes, rng),
            "b2": np.zeros(num_classes),
        }
        ### END SOLUTION

    def scores(self, X):
        """Return the scores (N, num_classes) of X (N, d_in), before any softmax."""
        ### BEGIN SOLUTION
        p = self.params
        hidden, _ = linear_forward(X, p["W1"], p["b1"])
        hidden, _ = relu_forward(hidden)
        return linear_forward(hidden, p["W2"], p["b2"])[0]
        ### END SOLUTION

    def loss(self, X, y, reg=0.0):
        """Return the loss and its gradients on a batch.

        X: (N, d_in). y: (N,) class indices. reg: weight of the sum of the squares of W1 and W2.
        Returns (loss, grads): a number, and a dict with an array of the shape of each parameter, under its name.
        """
        ### BEGIN SOLUTION
        p = self.params
        a, cache1 = linear_forward(X, p["W1"], p["b1"])
        h, cache_relu = relu_forward(a)
        scores, cache2 = linear_forward(h, p["W2"], p["b2"])
        loss = cross_entropy(scores, y) + reg * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))

        dh, dW2, db2 = linear_backward(cross_entropy_grad(scores, y), cache2)
        da = relu_backward(dh, cache_relu)
        _, dW1, db1 = linear_backward(da, cache1)
        return loss, {"W1": dW1 + 2 * reg * p["W1"], "b1": db1, "W2": dW2 + 2 * reg * p["W2"], "b2": db2}
        ### END SOLUTION

# %%
net = TwoLayerNet(1, 2, 2, np.random.default_rng(0))
net.params["W1"], net.params["W2"] = np.array([[1.0, -1.0]]), np.eye(2)
print(net.scores(np.array([[2.0]])))  # by hand: hidden (2, -2), after ReLU (2, 0), scores [[2, 0]]
print(net.loss(np.array([[2.0]]), np.array([0]))[0])  # by hand: ln(1 + e^-2) = 0.1269
print(net.loss(np.array([[2.0]]), np.array([0]), reg=0.1)[0])  # by hand: 0.4 more, because the four squares are 1, 1, 1, 1

# %% test="two_layer_net" points=8
check(TwoLayerNet)

# %% [markdown] lang="es"
# ## 2.3 Un paso de AdamW
#
# **Dificultad 3 de 5 · 20 minutos.** Adam lleva dos medias por cada peso: la del gradiente, $m$, y la de su cuadrado, $v$. Divide una
# entre la raíz de la otra, y así el tamaño del gradiente deja de importar: manda `lr`. Como las dos medias nacen en 0, los primeros
# pasos saldrían torcidos; dividir entre $1-\beta^t$ lo corrige. AdamW aparta además el decaimiento (weight decay) del gradiente:
#
# $$m_t = \beta_1 m_{t-1} + (1-\beta_1)\, g \qquad v_t = \beta_2 v_{t-1} + (1-\beta_2)\, g^2$$
# $$\hat m = \frac{m_t}{1-\beta_1^t} \qquad \hat v = \frac{v_t}{1-\beta_2^t}$$
# $$p_t = p_{t-1}\,(1 - \text{lr}\cdot\text{wd}) - \text{lr}\,\frac{\hat m}{\sqrt{\hat v} + \epsilon}$$
#
# El contrato: `adamw_step` **no escribe sobre nada de lo que recibe**. Devuelve el parámetro nuevo y el estado nuevo. El estado es un
# diccionario, vacío antes del primer paso; dentro guarda lo que tú necesites. El contador $t$ vale 1 en el primer paso.

# %% [markdown] lang="en"
# ## 2.3 One step of AdamW
#
# **Difficulty 3 of 5 · 20 minutes.** Adam keeps two averages for each weight: of the gradient, $m$, and of its square, $v$. It divides
# one by the root of the other, so the size of the gradient no longer matters: `lr` alone sets the size of the step. As both averages
# start at 0, the first steps would come out skewed; dividing by $1-\beta^t$ corrects that. AdamW moreover sets weight decay apart from
# the gradient:
#
# $$m_t = \beta_1 m_{t-1} + (1-\beta_1)\, g \qquad v_t = \beta_2 v_{t-1} + (1-\beta_2)\, g^2$$
# $$\hat m = \frac{m_t}{1-\beta_1^t} \qquad \hat v = \frac{v_t}{1-\beta_2^t}$$
# $$p_t = p_{t-1}\,(1 - \text{lr}\cdot\text{wd}) - \text{lr}\,\frac{\hat m}{\sqrt{\hat v} + \epsilon}$$
#
# The contract: `adamw_step` **writes into nothing that it receives**. It returns the new parameter and the new state. The state is a
# dictionary, empty before the first step; keep in it what you need. The counter $t$ is 1 at the first step.


# %% exercise="adamw_step"
def adamw_step(p, g, state, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, wd=0.01):
    """Take one step of AdamW on one parameter.

    p: the parameter, an array of any shape. g: its gradient, of the same shape. state: what the last call returned for
    this parameter, {} before the first. lr: learning rate. betas: memory of the two averages. eps: added outside the root.
    wd: weight decay, not part of the gradient. Returns (new_p, new_state); p, g and state stay as they were.
    Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2.
    """
    ### BEGIN SOLUTION
    beta1, beta2 = betas
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    p = p * (1 - lr * wd) - lr * m_hat / (np.sqrt(v_hat) + eps)
    return p, {"t": t, "m": m, "v": v}
    ### END SOLUTION

# %%
p, g = np.array([1.0, 1.0]), np.array([0.5, -8.0])
print(adamw_step(p, g, {}, lr=0.1, wd=0.0)[0])  # by hand: [0.9, 1.1], because the first step has length lr whatever the gradient
print(adamw_step(p, g, {}, lr=0.1, wd=0.5)[0])  # by hand: [0.85, 1.05], because decay takes 0.1 * 0.5 * 1 more

# %% test="adamw_step" points=7
check(adamw_step)

# %% [markdown] lang="es"
# Un valle cincuenta veces más curvado a lo ancho que a lo largo. El descenso por gradiente rebota de ladera en ladera o
# avanza a paso de tortuga; tu AdamW da pasos parecidos en las dos direcciones.

# %% [markdown] lang="en"
# A valley fifty times more curved across than along. Gradient descent bounces from slope to slope or crawls; your AdamW takes similar
# steps in both directions.

# %%
continue_with("adamw_step")


def valley(x, y):
    return 0.5 * (x**2 + 50 * y**2)


def walk(step, steps=40):
    path, state = [np.array([-2.2, 1.1])], {}
    for _ in range(steps):
        p, state = step(path[-1], path[-1] * [1, 50], state)
        path.append(p)
    return np.array(path)  # (steps + 1, 2)


plot_paths(
    valley,
    {
        label("descenso, lr = 0.038", "descent, lr = 0.038"): walk(lambda p, g, state: (p - 0.038 * g, state)),
        label("descenso, lr = 0.005", "descent, lr = 0.005"): walk(lambda p, g, state: (p - 0.005 * g, state)),
        label("tu AdamW, lr = 0.15", "your AdamW, lr = 0.15"): walk(lambda p, g, state: adamw_step(p, g, state, lr=0.15)),
    },
)

# %% [markdown] lang="es"
# ## 2.4 El bucle de entrenamiento
#
# **Dificultad 3 de 5 · 20 minutos.** Por fin, entrenar. `train_net` da exactamente `steps` pasos. Un **paso** es un lote
# (mini-batch): pedir a la red su pérdida y sus gradientes, y mover cada parámetro con `adamw_step` y su propio estado. Una **época**
# es una vuelta a todos los datos:
#
# - al empezar cada época, sortea un orden nuevo con `rng.permutation`;
# - recórrelo en trozos de `batch_size`; el último puede ser más corto;
# - si se alcanzan los `steps` a mitad de una época, para ahí.
#
# Devuelve la lista de pérdidas, una por paso. De AdamW solo cambias `lr`; lo demás, por defecto.
#
# **La prueba**: una espiral que tu red no ha visto nunca, 500 pasos, y al menos un 95 % de aciertos en puntos nuevos. Las rectas se
# quedan cerca de la mitad.

# %% [markdown] lang="en"
# ## 2.4 The training loop
#
# **Difficulty 3 of 5 · 20 minutes.** At last, training. `train_net` takes exactly `steps` steps. A **step** is one mini-batch: ask the
# network for its loss and its gradients, and move each parameter with `adamw_step` and a state of its own. An **epoch** is one round
# over all data:
#
# - as each epoch begins, draw a new order with `rng.permutation`;
# - go along it in slices of `batch_size`; the last may be shorter;
# - if `steps` is reached in the middle of an epoch, stop there.
#
# Return the list of losses, one per step. Of AdamW you change only `lr`; the rest, by default.
#
# **The test**: a spiral that your network has never seen, 500 steps, and at least 95% of new points right. Straight lines stay near
# one half.

# %%
continue_with("TwoLayerNet", "adamw_step")


# %% exercise="train_net"
def train_net(net, x, y, steps, batch_size, lr, rng):
    """Train a network in place and return its losses.

    net: has a dict `params` and a method loss(X, y) -> (loss, grads), like TwoLayerNet. x: (N, d_in). y: (N,).
    steps: how many batches to take, in all. batch_size: examples per batch. lr: learning rate of adamw_step.
    rng: a NumPy random generator, which draws the order of each epoch. Returns a list of `steps` losses.
    """
    ### BEGIN SOLUTION
    states = {name: {} for name in net.params}
    losses = []
    while len(losses) < steps:
        order = rng.permutation(len(x))
        for start in range(0, len(x), batch_size):
            if len(losses) == steps:
                break
            batch = order[start : start + batch_size]
            loss, grads = net.loss(x[batch], y[batch])
            for name, g in grads.items():
                net.params[name], states[name] = adamw_step(net.params[name], g, states[name], lr)
            losses.append(loss)
    return losses
    ### END SOLUTION

# %%
x, y = make_spiral(seed=1)  # (300, 2), (300,)
net = TwoLayerNet(2, 64, 3, np.random.default_rng(0))
losses = train_net(net, x, y, steps=5, batch_size=128, lr=0.02, rng=np.random.default_rng(0))
print(len(losses), losses[0])  # by hand: 5 losses, the first near ln 3 = 1.0986

# %% test="train_net" points=8
check(train_net)

# %% [markdown] lang="es"
# Mírala aprender. A la izquierda, el mejor intento de una red sin capa oculta, entrenada por tu mismo bucle; después, la tuya a los
# 20, 50 y 500 pasos. Los puntos son nuevos: nadie los usó para entrenar.

# %% [markdown] lang="en"
# Watch it learn. On the left, the best that a network without a hidden layer can do, trained by your own loop; then yours after 20,
# 50 and 500 steps. The points are new: nobody trained on them.

# %%
continue_with("train_net")


class StraightLines:
    """Classify with a single linear layer."""

    def __init__(self, d_in, num_classes):
        self.params = {"W1": np.zeros((d_in, num_classes)), "b1": np.zeros(num_classes)}

    def scores(self, X):
        return linear_forward(X, self.params["W1"], self.params["b1"])[0]

    def loss(self, X, y, reg=0.0):
        scores, cache = linear_forward(X, self.params["W1"], self.params["b1"])
        _, dW, db = linear_backward(cross_entropy_grad(scores, y), cache)
        return cross_entropy(scores, y), {"W1": dW, "b1": db}


def as_torch(net):
    """Return the same network as a torch model, which is what the figure takes."""
    layers = []
    for n in range(1, len(net.params) // 2 + 1):
        W, b = (torch.tensor(net.params[f"{kind}{n}"], dtype=torch.float32) for kind in "Wb")
        layers += [nn.Linear(*W.shape), nn.ReLU()]
        layers[-2].weight.data, layers[-2].bias.data = W.T, b
    return nn.Sequential(*layers[:-1])


lines = StraightLines(2, 3)
runs = {label("rectas", "straight lines"): ([*range(1, 501)], train_net(lines, x, y, 500, 64, 0.02, np.random.default_rng(0)))}
pictures = {label("rectas", "straight lines"): lines}
for steps in (20, 50, 500):
    net = TwoLayerNet(2, 64, 3, np.random.default_rng(0))
    losses = train_net(net, x, y, steps, 64, 0.02, np.random.default_rng(0))
    pictures[label(f"{steps} pasos", f"{steps} steps")] = net
runs[label("tu red", "your network")] = ([*range(1, 501)], losses)

unseen, truth = make_spiral(seed=2)
plot_decision_regions({title: as_torch(net) for title, net in pictures.items()}, unseen, truth)
plot_losses({label("la misma espiral, el mismo bucle", "the same spiral, the same loop"): runs})

# %% [markdown] lang="es"
# ## 2.5 Dropout
#
# **Dificultad 2 de 5 · 10 minutos.** Al entrenar, apaga cada valor con probabilidad `p`, para que ninguna unidad dependa de otra en
# particular. Los que sobreviven se dividen entre $1-p$: así la media no cambia, y al predecir no hay que hacer nada. Es el dropout
# invertido (inverted dropout), el de PyTorch.

# %% [markdown] lang="en"
# ## 2.5 Dropout
#
# **Difficulty 2 of 5 · 10 minutes.** In training, set each value to zero with probability `p`, so that no unit leans on another one in
# particular. Those that survive are divided by $1-p$: the mean does not change, and in prediction there is nothing to do. This is
# inverted dropout, PyTorch's own.


# %% exercise="dropout"
def dropout(x, p, train, rng):
    """Set each value to zero with probability p while training, and keep the mean.

    x: array of any shape, left as it was. p: probability of being zeroed, 0 <= p < 1. train: False returns x as it is.
    rng: a NumPy random generator. Returns an array of the shape of x: 0, or the value divided by 1 - p.
    """
    ### BEGIN SOLUTION
    if not train:
        return x
    keep = rng.random(x.shape) >= p
    return x * keep / (1 - p)
    ### END SOLUTION

# %%
ones = np.ones((2, 8))
print(dropout(ones, 0.5, True, np.random.default_rng(0)))  # by hand: about half are 0, the others 1 / 0.5 = 2
print(dropout(ones, 0.2, True, np.random.default_rng(0)))  # by hand: about a fifth are 0, the others 1 / 0.8 = 1.25
print(dropout(ones, 0.2, False, np.random.default_rng(0)))  # by hand: all are 1

# %% test="dropout" points=4
check(dropout)

# %% [markdown] lang="es"
# Un dígito a través de tu dropout. Un sorteo lo destroza: los píxeles que sobreviven salen el doble de oscuros, y
# la media de muchos sorteos lo devuelve intacto. Por eso se divide entre $1-p$.

# %% [markdown] lang="en"
# A digit through your dropout. One draw ruins it: the pixels that survive come out twice as dark, and the
# mean of many draws gives it back whole. That is why one divides by $1-p$.

# %%
continue_with("dropout")

digit = load_digits().x_test[1].astype(float)  # (8, 8)
rng = np.random.default_rng(0)
draws = np.stack([dropout(digit, 0.5, True, rng) for _ in range(1000)])
panels = {
    label("original", "original"): digit,
    label("un sorteo", "one draw"): draws[0],
    label("media de 10", "mean of 10"): draws[:10].mean(axis=0),
    label("media de 1000", "mean of 1000"): draws.mean(axis=0),
}
figure, axes = new_figure(1, 4, height=2.3)
for ax, (title, picture) in zip(axes, panels.items(), strict=True):
    ax.imshow(picture, cmap="gray_r", vmin=0, vmax=2)
    ax.set(title=title, xticks=[], yticks=[])
    ax.grid(False)
show(figure, label("Un dígito; un sorteo de dropout con p = 0.5; la media de 10 y la de 1000 sorteos, que recupera el dígito.",
                   "A digit; one draw of dropout with p = 0.5; the mean of 10 and of 1000 draws, which recovers the digit."))

# %% [markdown] lang="es"
# ## 2.6 El proyecto: de una serie a ejemplos
#
# Una cadena de cuatro tiendas vende cinco productos. Tienes tres años de ventas diarias y quieres saber **cuánto se venderá mañana**.
# Los datos son generados, así que conocemos algo que en la vida real nadie sabe: el ruido que ningún modelo puede predecir.

# %% [markdown] lang="en"
# ## 2.6 The project: from a series to examples
#
# A chain of four shops sells five products. You have three years of daily sales and want to know **how much will be sold tomorrow**.
# The data are generated, so we know something that nobody knows in real life: the noise that no model can predict.

# %%
sales = make_sales(seed=1)
series = sales.units.reshape(-1, sales.days)  # (20 series, 1096 days)
figure, axes = new_figure(2, 1, height=4.2, sharex=True)
for ax, (store, product) in zip(axes, ((0, 0), (2, 1)), strict=True):
    row = store * len(sales.names["product"]) + product
    ax.plot(sales.date[: sales.days][-120:], series[row, -120:], lw=1.4, marker="o", ms=3)
    ax.set(title=f"{sales.names['store'][store]} · {sales.names['product'][product]}", ylabel=label("unidades", "units"))
ax.set_xticks(sales.date[: sales.days][-120::28])
show(figure, label("Ventas de los últimos 120 días en dos de las veinte series: la semana se repite y los festivos la rompen.",
                   "Sales of the last 120 days in two of the twenty series: the week repeats itself, and holidays break it."))

# %% [markdown] lang="es"
# **Dificultad 2 de 5 · 10 minutos.** Una red no come series: come ejemplos. `make_windows` los corta: cada fila de `x` son `k` días
# seguidos, del más antiguo al más reciente, y su objetivo en `y` es el día que viene después. Las ventanas se solapan, y ninguna ve
# más allá de su último día.

# %% [markdown] lang="en"
# **Difficulty 2 of 5 · 10 minutes.** A network does not eat series: it eats examples. `make_windows` cuts them: each row of `x` holds
# `k` days in a row, oldest first, and its target in `y` is the day that comes next. Windows overlap, and none sees beyond its last
# day.


# %% exercise="make_windows"
def make_windows(series, k):
    """Cut a series into windows of k values and the value that follows each.

    series: array (T,), left as it was. k: values per window, at least 1. Returns x (T - k, k), oldest value first, and
    y (T - k,). Raises ValueError where T <= k, because then there is no window with a value after it.
    """
    ### BEGIN SOLUTION
    if len(series) <= k:
        raise ValueError(f"a series of {len(series)} values has no window of {k} with a value after it")
    x = np.stack([series[i : i + k] for i in range(len(series) - k)])
    return x, series[k:].copy()
    ### END SOLUTION

# %%
make_windows(np.array([10.0, 20.0, 30.0, 40.0, 50.0]), 2)  # by hand: [[10, 20], [20, 30], [30, 40]] and [30, 40, 50]

# %% test="make_windows" points=3
check(make_windows)

# %% [markdown] lang="es"
# ## 2.7 Escalar sin mirar el futuro
#
# **Dificultad 1 de 5 · 10 minutos.** Las redes aprenden mejor con números de media 0 y desviación 1. Pero la media y la desviación
# también son algo que se aprende de los datos: mídelas **solo en la parte de entrenamiento** y úsalas en las dos. Quien las mide con
# todos los datos deja que el futuro se cuele, y su error saldrá mejor de lo que será.

# %% [markdown] lang="en"
# ## 2.7 Scaling without looking ahead
#
# **Difficulty 1 of 5 · 10 minutes.** Networks learn better from numbers with mean 0 and standard deviation 1. But both are
# learned from data too: measure them **on the training part only** and use them on both. Whoever measures them on all data lets
# the future leak in, and the error will look better than it is going to be.


# %% exercise="standardize"
def standardize(train, test):
    """Scale two tables column by column, with the mean and the standard deviation of the first.

    train: (N, F). test: (M, F). Both stay as they were. The standard deviation is NumPy's default, which divides by N; a column
    that is constant in train is only centred. Returns (train_scaled, test_scaled).
    """
    ### BEGIN SOLUTION
    mean = train.mean(axis=0)
    std = train.std(axis=0)
    std = np.where(std == 0, 1.0, std)
    return (train - mean) / std, (test - mean) / std
    ### END SOLUTION

# %%
standardize(np.array([[0.0, 5.0], [4.0, 5.0]]), np.array([[6.0, 5.0]]))  # by hand: [[-1, 0], [1, 0]] and [[2, 0]]

# %% test="standardize" points=2
check(standardize)

# %% [markdown] lang="es"
# ## PyTorch en una celda
#
# Hasta aquí lo hiciste todo a mano; desde aquí PyTorch deriva por ti. La celda siguiente cabe en cinco ideas:
#
# - Un **modelo** hereda de `nn.Module`. En `__init__` se crean las piezas con pesos y en `forward` se dice cómo se calcula.
#   Quien lo usa escribe `model(x)`, y PyTorch llama a `forward`.
# - Los datos son **tensores**: `torch.tensor(array, dtype=torch.float32)`. Los pesos son `float32`, y los datos tienen que serlo
#   también; las categorías, en cambio, son enteros `int64`.
# - Un paso son cuatro líneas: pérdida, `zero_grad()` (borra los gradientes del paso anterior), `backward()` (calcula los nuevos) y
#   `step()` (mueve los pesos).
# - Para predecir no hacen falta gradientes: `with torch.no_grad():`.
# - Y de vuelta a NumPy: `.numpy()`.

# %% [markdown] lang="en"
# ## PyTorch in one cell
#
# So far you did everything by hand; from here on PyTorch differentiates for you. The next cell is five ideas:
#
# - A **model** inherits from `nn.Module`. In `__init__` you create the pieces with weights, and in `forward` you say how to
#   compute. Whoever uses it writes `model(x)`, and PyTorch calls `forward`.
# - Data are **tensors**: `torch.tensor(array, dtype=torch.float32)`. Weights are `float32`, and the data must be so too; categories,
#   however, are integers `int64`.
# - A step is four lines: the loss, `zero_grad()` (clears the gradients of the step before), `backward()` (computes the new ones) and
#   `step()` (moves the weights).
# - To predict you need no gradients: `with torch.no_grad():`.
# - And back to NumPy: `.numpy()`.

# %%
class Line(nn.Module):
    """A straight line: one weight and one bias."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(1, 1)

    def forward(self, x):  # (B, 1) -> (B,)
        return self.linear(x).squeeze(1)

xs = torch.tensor(np.array([[0.0], [1.0], [2.0], [3.0]]), dtype=torch.float32)  # (4, 1)
ys = 2 * xs.squeeze(1) + 1  # (4,)
line = Line()
optimizer = torch.optim.AdamW(line.parameters(), lr=0.1, weight_decay=0)
for _ in range(500):
    loss = ((line(xs) - ys) ** 2).mean()  # (4,) -> ()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
with torch.no_grad():
    print(line(torch.tensor([[10.0]])).numpy())  # by hand: 2 * 10 + 1

# %% [markdown] lang="es"
# ## 2.8 Categorías como vectores
#
# **Dificultad 3 de 5 · 20 minutos.** La tienda es la 0, la 1, la 2 o la 3, pero la 2 no es el doble de la 1. Una categoría se da a la
# red como **fila de una tabla** (embedding): un vector por cada valor, que se aprende como cualquier otro peso. `EmbeddingMLP`
# concatena los vectores de todas las categorías, en su orden, y al final los números; después, lineal, ReLU, lineal.
#
# Para que se puedan comparar pesos, los nombres son fijos: `self.embeddings` (un `nn.ModuleList` de `nn.Embedding`), `self.hidden` y
# `self.output` (dos `nn.Linear`). El pronóstico tiene forma `(B,)`, no `(B, 1)`.

# %% [markdown] lang="en"
# ## 2.8 Categories as vectors
#
# **Difficulty 3 of 5 · 20 minutes.** The shop is number 0, 1, 2 or 3, but 2 is not twice 1. A category is given to the network as a
# **row of a table** (embedding): one vector for each value, learned like any other weight. `EmbeddingMLP` concatenates the vectors of
# all categories, in their order, and then the numbers; after that, linear, ReLU, linear.
#
# For weights to be comparable, the names are fixed: `self.embeddings` (an `nn.ModuleList` of `nn.Embedding`), `self.hidden` and
# `self.output` (two `nn.Linear`). The forecast has shape `(B,)`, not `(B, 1)`.


# %% exercise="embedding_mlp"
class EmbeddingMLP(nn.Module):
    """Forecast one number from categories and numbers.

    cardinalities: how many values each of the C categories has. num_numbers: F. d_embedding: size of each vector.
    d_hidden: hidden units. Guo and Berkhahn 2016, arXiv:1604.06737.
    """

    def __init__(self, cardinalities, num_numbers, d_embedding, d_hidden):
        super().__init__()
        ### BEGIN SOLUTION
        self.embeddings = nn.ModuleList([nn.Embedding(n, d_embedding) for n in cardinalities])
        self.hidden = nn.Linear(len(cardinalities) * d_embedding + num_numbers, d_hidden)
        self.output = nn.Linear(d_hidden, 1)
        ### END SOLUTION

    def forward(self, categories, numbers):
        """Return the forecast (B,) for categories (B, C) int64 and numbers (B, F) of the dtype of the weights."""
        ### BEGIN SOLUTION
        x = torch.cat([*[table(categories[:, i]) for i, table in enumerate(self.embeddings)], numbers], dim=1)
        return self.output(torch.relu(self.hidden(x))).squeeze(1)
        ### END SOLUTION

# %%
model = EmbeddingMLP([4, 7], num_numbers=3, d_embedding=2, d_hidden=5)
print(sum(p.numel() for p in model.parameters()))  # by hand: 4*2 + 7*2 in tables, (2*2 + 3)*5 + 5 and 5 + 1: 68
print(model(torch.tensor([[3, 6], [0, 0]]), torch.zeros(2, 3)).shape)  # by hand: (2,)

# %% test="embedding_mlp" points=3
check(EmbeddingMLP)

# %% [markdown] lang="es"
# ## 2.9 Pronosticar las ventas
#
# Primero, los ejemplos. Cada uno junta los últimos 14 días de su serie, la fecha como número de años, y seis categorías: tienda,
# producto, día de la semana, mes, festivo y promoción. El pasado acaba el 30 de junio de 2024; el medio año que sigue no se toca.

# %% [markdown] lang="en"
# ## 2.9 Forecasting the sales
#
# First, the examples. Each puts together the last 14 days of its series, the date as a number of years, and six categories: shop,
# product, weekday, month, holiday and promotion. The past ends on June 30, 2024; the half year that follows is not touched.

# %%
continue_with("make_windows", "standardize", "EmbeddingMLP")

windows = [make_windows(one, 14) for one in series]
lags = np.concatenate([x for x, _ in windows])  # (N, 14)
units = np.concatenate([y for _, y in windows])  # (N,)
has_window = np.tile(np.arange(sales.days) >= 14, len(series))
names = ("store", "product", "weekday", "month", "holiday", "promotion")
categories = np.stack([getattr(sales, name) for name in names], axis=1)[has_window]  # (N, 6)
years = (sales.date[has_window] - sales.date[0]).astype(float)[:, None] / 365.25  # (N, 1)
unseen = sales.date[has_window] >= np.datetime64("2024-07-01")  # (N,)
cardinalities = [int(n) + 1 for n in categories.max(axis=0)]
print(lags.shape, categories.shape, cardinalities, unseen.mean())

# %% [markdown] lang="es"
# **Dificultad 4 de 5 · 35 minutos.** `forecast_sales` hace lo que harías en un trabajo de verdad, de principio a fin:
#
# 1. escala los números con `standardize`, y las ventas con la media y la desviación de `units`;
# 2. entrena el modelo que recibe, `steps` pasos con lotes de `batch_size`: `torch.optim.AdamW` con el `lr` dado y lo demás por
#    defecto, error cuadrático medio, y en cada época un orden nuevo de `torch.randperm`, como en `train_net`;
# 3. pronostica los días futuros y **deshace la escala**: el resultado son unidades vendidas.
#
# **La prueba**: ventas nuevas, días que tu modelo no vio, y un error absoluto medio de 7.5 unidades o menos. Solo con
# los últimos días no se baja de 9. Esa celda entrena una red y tarda unos 15 segundos.

# %% [markdown] lang="en"
# **Difficulty 4 of 5 · 35 minutes.** `forecast_sales` does what you would do in a real job, from beginning to end:
#
# 1. it scales the numbers with `standardize`, and the sales with the mean and the standard deviation of `units`;
# 2. it trains the model that it receives, `steps` steps with batches of `batch_size`: `torch.optim.AdamW` with the `lr` given and the
#    rest by default, mean squared error, and at each epoch a new order from `torch.randperm`, as in `train_net`;
# 3. it forecasts the days to come and **undoes the scale**: the result is units sold.
#
# **The test**: fresh sales, days that your model did not see, and a mean absolute error of 7.5 units or fewer. With the last days
# alone you will not get below 9. That cell trains a network and takes some 15 seconds.


# %% exercise="forecast_sales"
def forecast_sales(model, past, future, steps, batch_size, lr):
    """Train a model on the past and return its forecast for the future.

    model: an EmbeddingMLP, trained in place. past: (categories (N, C) int64, numbers (N, F), units (N,)), all NumPy.
    future: (categories (M, C), numbers (M, F)). steps: batches to take, in all; 0 leaves the model as it came.
    Convert the numbers to float32, the dtype of the weights. Returns the forecast, a NumPy array (M,), in units sold.
    """
    ### BEGIN SOLUTION
    categories, numbers, units = past
    numbers, numbers_ahead = standardize(numbers, future[1])
    mean, std = units.mean(), units.std()
    ids = torch.tensor(categories)
    x = torch.tensor(numbers, dtype=torch.float32)
    y = torch.tensor((units - mean) / std, dtype=torch.float32)

    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    done = 0
    while done < steps:
        for batch in torch.randperm(len(y)).split(batch_size):
            if done == steps:
                break
            loss = nn.functional.mse_loss(model(ids[batch], x[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            done += 1

    with torch.no_grad():
        ahead = model(torch.tensor(future[0]), torch.tensor(numbers_ahead, dtype=torch.float32))
    return ahead.numpy() * std + mean
    ### END SOLUTION

# %%
tiny = EmbeddingMLP([2], num_numbers=1, d_embedding=2, d_hidden=4)
for p in tiny.parameters():
    nn.init.zeros_(p)
past = np.array([[0], [1]]), np.array([[1.0], [3.0]]), np.array([50.0, 70.0])
forecast_sales(tiny, past, (np.array([[1]]), np.array([[5.0]])), 0, 2, 0.01)  # by hand: a network of zeros says the mean, 60

# %% test="forecast_sales" points=7
check(forecast_sales)

# %% [markdown] lang="es"
# ¿De dónde sale la mejora? Tres modelos y el mismo código tuyo: los últimos días; además, el año y las seis categorías, todo como
# números; y esa misma información con las categorías como vectores. La línea es el ruido: el error de quien conociera la media exacta
# de cada día. La celda entrena seis redes y puede tardar un minuto.

# %% [markdown] lang="en"
# Where does the gain come from? Three models and the same code of yours: the last days; then also the year and the six categories, all
# as numbers; and that same information with the categories as vectors. The line is the noise: the error of someone who knew the exact
# mean of each day. The cell trains six networks and may take a minute.

# %%
continue_with("forecast_sales")

models = {
    label("últimos días", "last days"): (categories[:, :0], lags),
    label("+ categorías como números", "+ categories as numbers"): (categories[:, :0], np.hstack([lags, years, categories])),
    label("+ embeddings", "+ embeddings"): (categories, np.hstack([lags, years])),
}
scores, forecasts = {}, {}
for name, (ids, numbers) in models.items():
    scores[name] = []
    for seed in range(2):
        torch.manual_seed(seed)
        model = EmbeddingMLP(cardinalities[: ids.shape[1]], numbers.shape[1], d_embedding=4, d_hidden=32)
        past = ids[~unseen], numbers[~unseen], units[~unseen]
        forecasts[name] = forecast_sales(model, past, (ids[unseen], numbers[unseen]), steps=1000, batch_size=512, lr=0.005)
        scores[name].append(np.abs(forecasts[name] - units[unseen]).mean())
floor = np.abs(sales.mean[has_window] - sales.units[has_window])[unseen].mean()
plot_scores(scores, label("error absoluto medio (unidades)", "mean absolute error (units)"), floor, label("ruido", "noise"))

# %% [markdown] lang="es"
# Y así se ve, en una tienda y un producto: lo vendido, lo que se pronosticaba solo con los últimos días y lo que pronostica tu modelo.
# Fíjate en el festivo y las promociones, marcados abajo. A la derecha, la semana de cada tienda: los puntos son la venta media de los
# días que no vio; las líneas, lo que pronosticó. Nadie le dijo que un sábado no es lo mismo en la playa que en la zona industrial.

# %% [markdown] lang="en"
# And this is how it looks, in one shop and product: what was sold, what the last days alone forecast and what your model forecasts.
# Watch the holiday and the promotions, marked at the bottom. On the right, the week of each shop: the points are the mean sales of the
# days that it did not see; the lines, what it forecast. Nobody told it that a Saturday at the beach is not a Saturday in the business
# park.

# %%
row = np.flatnonzero((categories[unseen][:, 0] == 1) & (categories[unseen][:, 1] == 3))[:70]  # one shop and product, ten weeks
days = sales.date[has_window][unseen][row]
forecast = forecasts[label("+ embeddings", "+ embeddings")]
figure, (left, right) = new_figure(1, 2, height=3.6, width=10.0, width_ratios=(1.9, 1))
left.plot(days, units[unseen][row], color="0.3", lw=1.2, marker="o", ms=3.5, label=label("vendido", "sold"))
for name, style in ((list(models)[0], "--"), (list(models)[2], "-")):
    left.plot(days, forecasts[name][row], ls=style, lw=1.8, label=name)
low = units[unseen][row].min() - 6
for column, marker, name in ((4, "*", label("festivo", "holiday")), (5, "^", label("promoción", "promotion"))):
    marked = days[categories[unseen][row, column] > 0]
    left.plot(marked, np.full(len(marked), low), color="0.3", ls="", marker=marker, ms=5, label=name)
left.set(title=f"{sales.names['store'][1]} · {sales.names['product'][3]}", ylabel=label("unidades", "units"))
left.set_xticks(days[::14])
left.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=3)

shop, weekday = categories[unseen][:, 0], categories[unseen][:, 2]
for k, store in enumerate(sales.names["store"]):
    here = [(shop == k) & (weekday == day) for day in range(7)]
    right.plot([forecast[rows].mean() for rows in here], color=f"C{k}", lw=1.8, label=store)
    right.plot([units[unseen][rows].mean() for rows in here], color=f"C{k}", ls="", marker="o^sD"[k], ms=6)
right.set(title=label("la semana de cada tienda", "the week of each shop"))
right.set_xticks(range(7), sales.names["weekday"])
right.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2)
show(figure, label("Izquierda: ventas de diez semanas y dos pronósticos. Derecha: venta media de cada tienda según el día, "
                   "pronosticada (línea) y real (puntos).",
                   "Left: sales over ten weeks and two forecasts. Right: mean sales of each shop by weekday, forecast (line) "
                   "and real (points)."))

# %% [markdown] lang="es"
# ## 2.10 Preguntas
#
# **15 minutos.** Diez preguntas sobre lo que casi todo el mundo cree alguna vez. Una sola opción es buena. El panel te
# explica la primera que falles.
#
# **q1.** Apilas diez capas lineales, muy anchas, sin ninguna activación entre ellas. ¿Qué puede representar la red?
#
# - a) Casi cualquier función, porque las capas son anchas.
# - b) Lo mismo que una sola capa lineal.
# - c) Polinomios de grado diez.
# - d) Fronteras hechas de varias rectas, hasta diez.
#
# **q2.** Diez clases equilibradas. Antes de dar el primer paso, tu red pierde 9.8. ¿Qué te dice?
#
# - a) Nada raro: aún no ha aprendido.
# - b) Que los datos son difíciles.
# - c) Que nace demasiado segura: sus primeras puntuaciones son demasiado grandes.
# - d) Que la tasa de aprendizaje es demasiado alta.
#
# **q3.** En tu bucle de PyTorch olvidas `optimizer.zero_grad()`. ¿Qué ocurre?
#
# - a) PyTorch lanza un error en el segundo `backward()`.
# - b) Nada: `backward()` sobrescribe los gradientes.
# - c) Es exactamente como multiplicar la tasa de aprendizaje por el número de paso.
# - d) Cada paso usa la suma de los gradientes de todos los pasos hasta ahora.
#
# **q4.** En $y = a \cdot b + a$, el nodo $a$ se usa dos veces. ¿Cuánto vale $\partial y / \partial a$?
#
# - a) $b + 1$: se suman los dos caminos.
# - b) $1$: cuenta el último camino recorrido.
# - c) $(b + 1)/2$: se promedian los dos caminos.
# - d) $b$: los dos caminos se multiplican, por la regla de la cadena.
#
# **q5.** Todos los pesos de una red de dos capas empiezan en 0.5, y los sesgos en 0. ¿Qué les pasa a las unidades ocultas al entrenar?
#
# - a) Aprenden despacio, pero acaban distinguiéndose.
# - b) Nada, porque el gradiente es 0.
# - c) Siguen siendo copias unas de otras para siempre.
# - d) Se distinguen enseguida, porque cada ejemplo es distinto.
#
# **q6.** Entrenamiento: 100 % de aciertos. Validación: 71 %, y su pérdida lleva veinte épocas subiendo. ¿Qué pruebas primero?
#
# - a) Entrenar el doble de épocas.
# - b) Quedarte con la red de hace veinte épocas, y más dropout o más datos.
# - c) Una red más grande.
# - d) Añadir la validación al entrenamiento.
#
# **q7.** Entrenaste con dropout invertido y $p = 0.5$. ¿Qué haces con las salidas de esa capa al predecir?
#
# - a) Nada.
# - b) Apagar la mitad al azar, igual que al entrenar.
# - c) Multiplicarlas por 0.5.
# - d) Multiplicarlas por 2.
#
# **q8.** Multiplicas la pérdida por 1000 y no cambias nada más. ¿Cómo es el primer paso de AdamW?
#
# - a) Mil veces más largo.
# - b) Mil veces más corto.
# - c) La red diverge.
# - d) Casi idéntico.
#
# **q9.** Pruebas cuarenta configuraciones y publicas el acierto en la prueba (test) de la mejor. ¿Es honesto ese número?
#
# - a) Sí: ninguna se entrenó con la prueba.
# - b) No: es optimista, porque la prueba sirvió para elegir.
# - c) No: es pesimista, porque se pudo entrenar con más datos.
# - d) Sí, con tal de que la prueba sea grande.
#
# **q10.** Das a la red el día de la semana como un número de 0 a 6, sin embedding. ¿Qué pasa?
#
# - a) Nada: la red verá que el 6 y el 0 son vecinos.
# - b) Nada: es lo mismo que un embedding de dimensión 1.
# - c) Se le impone un orden que no existe, y aprende peor.
# - d) PyTorch lanza un error: las categorías no son números.

# %% [markdown] lang="en"
# ## 2.10 Questions
#
# **15 minutes.** Ten questions on things nearly everybody believes at some point. Only one option is right. The panel explains the
# first one you miss.
#
# **q1.** You stack ten linear layers, very wide, without any activation between them. What can the network represent?
#
# - a) Nearly any function, because the layers are wide.
# - b) The same as a single linear layer.
# - c) Polynomials of degree ten.
# - d) Borders made of several straight lines, up to ten.
#
# **q2.** Ten balanced classes. Before taking its first step, your network has a loss of 9.8. What does that tell you?
#
# - a) Nothing odd: it has not learned yet.
# - b) That the data are difficult.
# - c) That it starts out too sure: its first scores are too large.
# - d) That the learning rate is too high.
#
# **q3.** In your PyTorch loop you forget `optimizer.zero_grad()`. What happens?
#
# - a) PyTorch raises an error at the second `backward()`.
# - b) Nothing: `backward()` overwrites the gradients.
# - c) It is exactly like multiplying the learning rate by the number of the step.
# - d) Each step uses the sum of the gradients of all steps so far.
#
# **q4.** In $y = a \cdot b + a$, the node $a$ is used twice. What is $\partial y / \partial a$?
#
# - a) $b + 1$: the two paths add up.
# - b) $1$: the last path walked is what counts.
# - c) $(b + 1)/2$: the two paths are averaged.
# - d) $b$: the two paths are multiplied, by the chain rule.
#
# **q5.** All weights of a network of two layers begin at 0.5, and the biases at 0. What becomes of the hidden units in training?
#
# - a) They learn slowly, but come to differ in the end.
# - b) Nothing, because the gradient is 0.
# - c) They remain copies of one another for ever.
# - d) They soon differ, because each example is different.
#
# **q6.** Training: 100% right. Validation: 71%, and its loss has been rising for twenty epochs. What do you try first?
#
# - a) Training for twice as many epochs.
# - b) Keeping the network of twenty epochs ago, and more dropout or more data.
# - c) A larger network.
# - d) Adding the validation set to training.
#
# **q7.** You trained with inverted dropout and $p = 0.5$. What do you do with the outputs of that layer in prediction?
#
# - a) Nothing.
# - b) Put out half of them at random, as in training.
# - c) Multiply them by 0.5.
# - d) Multiply them by 2.
#
# **q8.** You multiply the loss by 1000 and change nothing else. What is AdamW's first step like?
#
# - a) A thousand times longer.
# - b) A thousand times shorter.
# - c) The network diverges.
# - d) Nearly identical.
#
# **q9.** You try forty configurations and publish the test accuracy of the best. Is that number honest?
#
# - a) Yes: none was trained on the test set.
# - b) No: it is optimistic, because the test set served to choose.
# - c) No: it is pessimistic, because more data could have been used for training.
# - d) Yes, provided that the test set is large.
#
# **q10.** You give the network the weekday as a number from 0 to 6, without an embedding. What happens?
#
# - a) Nothing: the network will see that 6 and 0 are neighbours.
# - b) Nothing: it is the same as an embedding of dimension 1.
# - c) An order that does not exist is imposed on it, and it learns worse.
# - d) PyTorch raises an error: categories are not numbers.


# %% exercise="quiz_mlp"
def quiz_mlp():
    """Return your answers, a dict with one letter for each question: {"q1": "a", "q2": ...} up to "q10"."""
    ### BEGIN SOLUTION
    return {
        "q1": "b", "q2": "c", "q3": "d", "q4": "a", "q5": "c",
        "q6": "b", "q7": "a", "q8": "d", "q9": "b", "q10": "c",
    }  # fmt: skip
    ### END SOLUTION

# %% test="quiz_mlp" points=10
check(quiz_mlp)

# %% [markdown] lang="es"
# ## 2.11 Un experimento tuyo
#
# **30 minutos. Lo corrige una persona.** Hazle a la espiral **una pregunta cuya respuesta no sepas**: ¿qué le pasa a la red si los
# datos son pocos, si el lote es minúsculo, si el ruido crece, si los pesos nacen iguales, si entrena mil veces más despacio…?
#
# `spiral_accuracy` hace una prueba completa y devuelve el acierto en puntos nuevos. Debajo tienes un ejemplo que compara dos anchos de
# la capa oculta con tres semillas: así se lee una diferencia, contra la variación entre semillas. Cambia esa celda por tu experimento;
# puedes añadir todas las celdas que quieras.

# %% [markdown] lang="en"
# ## 2.11 An experiment of your own
#
# **30 minutes. Marked by a person.** Ask the spiral **a question whose answer you do not know**: what becomes of the network if data
# are few, if the batch is tiny, if the noise grows, if the weights start equal, if it trains a thousand times more slowly…?
#
# `spiral_accuracy` runs one complete trial and returns the accuracy on new points. Below it is an example that compares two widths of
# the hidden layer with three seeds: that is how a difference is read, against the variation between seeds. Change that cell into your
# experiment; you may add as many cells as you like.

# %%
continue_with("TwoLayerNet", "train_net")


def spiral_accuracy(hidden=64, lr=0.02, steps=500, batch_size=64, points_per_class=100, noise=0.2, seed=0):
    """Train a TwoLayerNet on one spiral and return its accuracy on the unseen points of another."""
    x, y = make_spiral(points_per_class, noise=noise, seed=seed)
    unseen, truth = make_spiral(200, noise=noise, seed=1000 + seed)
    rng = np.random.default_rng(seed)
    net = TwoLayerNet(2, hidden, 3, rng)
    train_net(net, x, y, steps, min(batch_size, len(x)), lr, rng)
    return (net.scores(unseen).argmax(axis=1) == truth).mean()

# %%
results = {f"hidden = {hidden}": [spiral_accuracy(hidden=hidden, seed=seed) for seed in range(3)] for hidden in (4, 64)}
plot_scores(results, label("acierto en puntos nuevos", "accuracy on new points"))

# %% [markdown] answer="experiment_mlp" points=3
# **Tu experimento · Your experiment**
#
# 1. ¿Qué preguntas, y qué esperabas que saliera? · What do you ask, and what did you expect?
# 2. ¿Qué cambiaste y qué dejaste igual? ¿Cuántas semillas? · What did you change, and what did you keep? How many seeds?
# 3. ¿Qué salió (números o figura) y qué concluyes? · What came out (numbers or figure), and what do you conclude?
# 4. ¿Qué no demuestra tu experimento? · What does your experiment not prove?
#
# ### BEGIN SOLUTION
# **Guía de corrección** (3 puntos). *1 punto*: una pregunta que el experimento puede contestar y una predicción
# escrita antes, con su motivo; una predicción equivocada vale lo mismo. *1 punto*: comparación limpia: cambia una
# sola cosa, tres semillas o más, acierto en puntos nuevos, figura o tabla con ejes y nombres. *1 punto*: la
# conclusión sale de los números y se compara con la variación entre semillas; dice al menos un límite (una sola clase
# de datos, pasos fijos, un rango corto…). No se exige un resultado llamativo.
#
# *Ejemplo de tres puntos.* Pregunta: ¿cuántos puntos por clase necesita la red? Esperaba que hicieran falta 50, pues
# cada brazo da casi una vuelta. Cambié solo `points_per_class`, con tres semillas cada vez y 500 pasos. Acierto medio
# (y extremos): con 3 puntos, 0.50 (0.36 a 0.60); con 5, 0.89 (0.80 a 0.96); con 10, 0.98 (0.97 a 0.99); con 100, 0.99
# (0.99 a 1.00). Me equivoqué: bastan 10. De 5 a 10 la mejora es mayor que la variación entre semillas; de 10 a 100,
# apenas. No demuestra que baste en otros datos, y con pocos puntos los 500 pasos son muchas más épocas: cantidad de
# datos y número de épocas cambian a la vez.
#
# **Marking guide** (3 points). *1 point*: a question that the experiment can answer and a prediction written
# beforehand, with its reason; a wrong prediction is worth as much. *1 point*: a clean comparison: one thing changes,
# three seeds or more, accuracy on new points, a figure or table with axes and names. *1 point*: the conclusion
# follows from the numbers and is held against the variation between seeds; at least one limit is named (one kind of
# data, fixed steps, a short range…). No striking result is required.
#
# *An example worth three points.* Question: how many points per class does the network need? I expected 50, as each arm
# makes nearly a full turn. I changed only `points_per_class`, with three seeds each and 500 steps. Mean accuracy (and
# range): with 3 points, 0.50 (0.36 to 0.60); with 5, 0.89 (0.80 to 0.96); with 10, 0.98 (0.97 to 0.99); with 100,
# 0.99 (0.99 to 1.00). I was wrong: 10 are enough. From 5 to 10 the gain is larger than the variation between seeds;
# from 10 to 100, hardly. It does not prove that so many are enough on other data, and with few points the 500 steps
# are many more epochs: the amount of data and the number of epochs change together.
# ### END SOLUTION

# %% [markdown] lang="es"
# ## 2.12 Reflexión
#
# **10 minutos. Lo corrige una persona.** La cadena abre mañana una quinta tienda, y quieren que tu modelo pronostique también sus
# ventas.

# %% [markdown] lang="en"
# ## 2.12 Reflection
#
# **10 minutes. Marked by a person.** Tomorrow the chain opens a fifth shop, and they want your model to forecast its sales too.

# %% [markdown] answer="reflection_mlp" points=2
# **La quinta tienda · The fifth shop**
#
# ¿Qué partes de tu modelo siguen sirviendo y cuáles no? ¿Qué harías el primer día, y cómo comprobarías **antes** de
# mañana que tu idea funciona? · Which parts of your model still serve and which do not? What would you do on the
# first day, and how would you check **before** tomorrow that your idea works?
#
# ### BEGIN SOLUTION
# **Guía de corrección** (2 puntos). *1 punto*: ve qué falla. La tabla de tiendas no tiene fila para la quinta (el
# índice 4 da un error) y una fila nueva, sin entrenar, es ruido; además faltan sus 14 últimos días. Lo demás sirve:
# producto, día, mes, festivo, promoción. *1 punto*: propone algo razonable (la media de las cuatro filas; la fila de
# la tienda más parecida; una fila «desconocida» entrenada ocultando la tienda al azar; reentrenar tras unas semanas)
# **y una comprobación con datos que ya tiene**: entrenar sin una de las cuatro tiendas y pronosticarla como si fuera
# nueva.
#
# **Marking guide** (2 points). *1 point*: sees what fails. The table of shops has no row for the fifth (index 4 is an
# error), and a new row, untrained, is noise; its last 14 days are missing as well. The rest still serves: product,
# weekday, month, holiday, promotion. *1 point*: proposes something sensible (the mean of the four rows; the row of
# the most similar shop; an "unknown" row trained by hiding the shop at random; training again after some weeks) **and
# a check with data already at hand**: train without one of the four shops and forecast it as if it were new.
# ### END SOLUTION
