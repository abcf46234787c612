# %% [markdown] lang="es"
# # Ver con atención

# %% [markdown] lang="en"
# # Seeing with attention
