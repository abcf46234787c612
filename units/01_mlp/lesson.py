# %% [markdown] lang="es"
# # El perceptrón multicapa

# %% [markdown] lang="en"
# # The multilayer perceptron

# %%
import numpy as np
