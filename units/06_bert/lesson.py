# %% [markdown] lang="es"
# # BERT

# %% [markdown] lang="en"
# # BERT
