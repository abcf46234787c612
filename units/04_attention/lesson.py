# %% [markdown] lang="es"
# # Atención

# %% [markdown] lang="en"
# # Attention
