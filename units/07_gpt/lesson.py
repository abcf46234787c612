# %% [markdown] lang="es"
# # GPT
#
# *Hola.*

# %% [markdown] lang="en"
# # GPT
#
# *Hello.*

# %%
print(1)
