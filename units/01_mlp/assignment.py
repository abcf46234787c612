# %% [markdown] lang="es"
# # Tarea 1 · El perceptrón multicapa

# %% [markdown] lang="en"
# # Assignment 1 · The multilayer perceptron

# %%
import numpy as np

from autograder import check, continue_with, hint

# %% [markdown] lang="es"
# ## 1.1 Softmax
#
# **Dificultad 1 de 5 · 10 minutos.** Convierte números cualesquiera en probabilidades:
# $$p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$$

# %% [markdown] lang="en"
# ## 1.1 Softmax
#
# **Difficulty 1 of 5 · 10 minutes.** Turn any numbers into probabilities:
# $$p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$$


# %% exercise="softmax"
def softmax(z, axis=-1):
    """Return the softmax of z along an axis.

    z: array of any shape. axis: the axis along which the result sums to 1.
    Returns an array of the shape of z. Stands any finite numbers, however large.
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
# # Parte 2 · De la red al proyecto

# %% [markdown] lang="en"
# # Part 2 · From the network to the project
