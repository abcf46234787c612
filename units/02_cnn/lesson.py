# %% [markdown] lang="es"
# # Lección 2 · Redes convolucionales

# %% [markdown] lang="en"
# # Lesson 2 · Convolutional networks

# %%
import torch

torch.nn.Conv2d(1, 1, 3)
