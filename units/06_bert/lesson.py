# %% [markdown] lang="es"
# # BERT: leer a los dos lados
#
# *La niña se sentó en el banco. La vecina pagó deudas en el banco.* Es la misma palabra, pero no es el mismo banco, y tú lo
# sabes antes de llegar al punto. **¿Qué ha de leer una red, y cómo, para que una palabra signifique lo que significa en su
# frase?**

# %% [markdown] lang="en"
# # BERT: reading both ways
#
# *The girl went swimming at the bank. The aunt paid a debt at the bank.* It is the same word, but not the same bank, and you know
# before you reach the full stop. **What does a network have to read, and how, for a word to mean what it means in its sentence?**

# %%
import numpy as np
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from torch import nn

from atiende import device, label, plots, widgets
from atiende.data import (
    FIRST_WORD,
    MASK,
    PAD,
    BertTokens,
    ambiguous_word,
    load_sib200,
    load_sst2,
    make_documents,
    make_messages,
    make_senses,
    pad_rows,
    topic_words,
)
from atiende.models.attention import causal_mask
from atiende.models.bert import (
    BertClassifier,
    BertConfig,
    MaskedBert,
    from_library,
    mask_tokens,
    pretrain,
)
from atiende.training import train

# %% [markdown] lang="es"
# ## Primero, un fracaso
#
# En la unidad 3 cada palabra tenía un vector: una fila de una tabla. Para aprenderla sin etiquetas basta una idea vieja: una
# palabra se conoce por sus vecinas. El *skip-gram* da una palabra y pide las que tiene cerca. Cuatro mil frases de una gramática
# pequeña, unas sobre asientos y otras sobre dinero, y una ventana de cuatro palabras a cada lado:

# %% [markdown] lang="en"
# ## First, a failure
#
# In unit 3 each word had a vector: a row of a table. To learn it without labels an old idea is enough: a word is known by its
# neighbours. *Skip-gram* gives a word and asks for those near it. Four thousand sentences of a small grammar, some about shores
# and others about money, and a window of four words on each side:

# %%
sentences = make_senses(4000)
texts = [sentence.text for sentence in sentences]
tokens, word = BertTokens(texts), ambiguous_word()
for text in texts[:3]:
    print(text)

bare = pad_rows([tokens.encode(text) for text in texts])  # (N, T), without special ids
centres, neighbours = [], []
for step in range(1, 5):
    left, right = bare[:, :-step], bare[:, step:]
    both = right != PAD
    centres += [left[both], right[both]]
    neighbours += [right[both], left[both]]
torch.manual_seed(0)
skipgram = nn.Sequential(nn.Embedding(len(tokens), 16), nn.Linear(16, len(tokens), bias=False))
train(skipgram, torch.cat(centres), torch.cat(neighbours), lr=5e-3, steps=600, batch_size=512)

groups = dict(zip(label(("asientos", "dinero"), ("shores", "money")), topic_words(), strict=True))
places = [word, *(one for group in groups.values() for one in group)]
vectors = skipgram[0].weight.detach()[[tokens.ids[one] for one in places]]  # (7, 16)
plots.plot_word_plane(vectors, places, groups)

# %% [markdown] lang="es"
# Nadie le dijo qué es un asiento, y los separa del dinero. Pero «banco» no es de ningún grupo: su único vector ha de servir
# para los dos sentidos, y queda **entre los dos**. Con ese vector nadie puede saber de qué banco se habla: es igual en todas
# las frases. A cara o cruz.
#
# **Al terminar sabrás**
# - decir en qué se diferencian un vector fijo y uno en contexto, y medirlo con una sonda;
# - preparar lo que lee BERT: ids especiales, segmentos, trozos de palabra;
# - explicar el juego de las palabras tapadas, y para qué sirve cada parte del 80/10/10;
# - comparar leer a un lado y a los dos, con números;
# - decir por qué se abandonó la frase siguiente;
# - ajustar un BERT con pocas etiquetas, congelado o entero, y cuándo no merece la pena;
# - decir qué no es BERT.
#
# **Necesitas** las unidades 4 y 5. **Tiempo:** 150 minutos.

# %% [markdown] lang="en"
# Nobody told it what a shore is, and it tells them from money. But “bank” belongs to neither group: its only vector has to
# serve both senses, and stays **in between**. With that vector nobody can know which bank is spoken of: it is the same in all
# sentences. Heads or tails.
#
# **By the end you will be able to**
# - say how a fixed vector and one in context differ, and measure it with a probe;
# - prepare what BERT reads: special ids, segments, pieces of words;
# - explain the game of hidden words, and what each part of 80/10/10 is for;
# - compare reading one way and both ways, with numbers;
# - say why the next sentence was given up;
# - fine-tune a BERT with few labels, frozen or whole, and when it is not worth it;
# - say what BERT is not.
#
# **You need** units 4 and 5. **Time:** 150 minutes.

# %% [markdown] lang="es"
# ## 1. Un vector que depende de los demás
#
# El remedio lo tienes desde la unidad 4. La autoatención sustituye cada vector por una mezcla de los de su frase. A mano, con
# dos rasgos, asiento y dinero: la palabra ambigua vale $(1, 1)$; un verbo de asientos, $(2, 0)$; uno de dinero, $(0, 2)$. Si
# mira mitad a sí misma y mitad al verbo, en la primera frase queda $(1.5, 0.5)$ y en la segunda $(0.5, 1.5)$. La misma fila de
# la tabla, dos vectores distintos: eso es un **vector en contexto** (*contextual vector*).

# %% [markdown] lang="en"
# ## 1. A vector that depends on the others
#
# You have had the remedy since unit 4. Self-attention replaces each vector by a mixture of those of its sentence. By hand, with
# two features, shore and money: the ambiguous word is $(1, 1)$; a verb of shores, $(2, 0)$; one of money, $(0, 2)$. If it looks
# half at itself and half at the verb, in the first sentence it becomes $(1.5, 0.5)$ and in the second $(0.5, 1.5)$. The same
# row of the table, two different vectors: that is a **contextual vector**.

# %%
ambiguous, verbs = torch.tensor([1.0, 1.0]), torch.tensor([[2.0, 0.0], [0.0, 2.0]])
print((0.5 * ambiguous + 0.5 * verbs).tolist())  # a sentence a row

# %% [markdown] lang="es"
# BERT ([Devlin y otros, 2019](https://arxiv.org/abs/1810.04805)) es el **codificador** de la unidad 5, solo, y muchas veces
# apilado. Ninguna máscara tapa el futuro: cada palabra mira a las de antes y a las de después. Falta lo difícil: con qué
# entrenarlo, si no hay etiquetas.
#
# ## 2. Lo que lee
#
# Cada fila empieza por `[CLS]`, un sitio sin palabra propia donde se leerá el resumen, y cada frase acaba en `[SEP]`. En cada
# sitio se **suman** tres filas aprendidas: la palabra, el **segmento** (*segment*), que dice si es de la primera frase o de la
# segunda, y la posición. Nada de senos: aquí las posiciones también se aprenden.

# %% [markdown] lang="en"
# BERT ([Devlin and others, 2019](https://arxiv.org/abs/1810.04805)) is the **encoder** of unit 5, alone, and stacked many times.
# No mask hides the future: each word looks at those before and at those after. What is missing is the hard part: what to train it
# on, if there are no labels.
#
# ## 2. What it reads
#
# Each row begins with `[CLS]`, a place without a word of its own where the summary will be read, and each sentence ends with
# `[SEP]`. At each place three learned rows are **added**: the word, the **segment**, which says whether it belongs to the first
# sentence or to the second, and the position. No sines: here positions are learned too.

# %%
first, second = label(("la niña lee", "está tranquila"), ("the girl reads", "she is quiet"))
plots.plot_input(
    ["[CLS]", *first.split(), "[SEP]", *second.split(), "[SEP]"],
    [0] * 5 + [1] * (len(second.split()) + 1),
)

# %% [markdown] lang="es"
# ¿Y una palabra que no está en el vocabulario? Aquí será `[UNK]`. El BERT de verdad la parte en trozos conocidos: del principio
# toma siempre el más largo que tenga, y los siguientes llevan `##` (*WordPiece*). A mano, con los trozos `des`, `cansa`,
# `##cansa`, `##ba`, `##mos`: *descansábamos*, sin tilde, es `des` + `##cansa` + `##ba` + `##mos`.

# %% [markdown] lang="en"
# And a word that is not in the vocabulary? Here it will be `[UNK]`. The real BERT breaks it into known pieces: from the
# beginning it always takes the longest that it has, and those that follow carry `##` (*WordPiece*). By hand, in Spanish, with
# the pieces `des`, `cansa`, `##cansa`, `##ba`, `##mos`: *descansábamos* (we were resting), without its accent, is `des` +
# `##cansa` + `##ba` + `##mos`.


# %%
def pieces(text, known):
    """Break a word into the longest known pieces, from left to right."""
    found, begin = [], 0
    while begin < len(text):
        prefix = "##" if begin else ""
        end = next(
            (end for end in range(len(text), begin, -1) if prefix + text[begin:end] in known), None
        )
        if end is None:
            return ["[UNK]"]
        found.append(prefix + text[begin:end])
        begin = end
    return found


known = {"des", "cansa", "##cansa", "##ba", "##mos"}
print(pieces("descansabamos", known), pieces("cansa", known), pieces("cansado", known))

# %% [markdown] lang="es"
# ## 3. El juego: palabras tapadas
#
# Un modelo que mira a los dos lados no puede aprender a dar «la palabra siguiente»: la tiene delante. Así que se le **tapan**
# palabras y se le pide que las adivine. Se llama **modelo de lenguaje enmascarado** (*masked language model*), y no necesita
# más que texto:
#
# 1. se elige al azar el 15 % de las palabras; nunca un id especial;
# 2. de las elegidas, el 80 % se convierte en `[MASK]`, el 10 % en otra palabra cualquiera y el 10 % se queda como está;
# 3. se pide la palabra verdadera en **todas** las elegidas, también en las que se ven, y en ninguna otra.
#
# A mano: de 200 palabras se eligen 30; 24 se tapan, 3 se cambian y 3 se quedan. El modelo no sabe cuáles de las que ve son falsas.

# %% [markdown] lang="en"
# ## 3. The game: hidden words
#
# A model that looks both ways cannot learn to give “the next word”: it has it in front. So words are **hidden** from it, and it is
# asked to guess them. It is called a **masked language model**, and needs nothing but text:
#
# 1. 15% of the words are chosen at random; never a special id;
# 2. of the chosen, 80% become `[MASK]`, 10% become any other word and 10% stay as they are;
# 3. the true word is asked for at **all** the chosen places, those in sight too, and nowhere else.
#
# By hand: of 200 words 30 are chosen; 24 are hidden, 3 are changed and 3 stay. The model does not know which of those it sees are
# false.

# %%
rows = tokens.rows(texts)  # (N, T): [CLS] words [SEP], padded
example = next(n for n, text in enumerate(texts) if word in text.split() and len(text.split()) > 9)
ids = rows[example][rows[example] >= FIRST_WORD][None]  # (1, T)
for seed in range(1000):  # a draw where all three happen
    inputs, labels = mask_tokens(
        ids, MASK, len(tokens), FIRST_WORD, p=0.5, generator=torch.Generator().manual_seed(seed)
    )
    asked = labels != -100
    if all(
        (asked & kind).any()
        for kind in (inputs == MASK, inputs == ids, (inputs != MASK) & (inputs != ids))
    ):
        break
plots.plot_hidden(
    [tokens.words[n] for n in ids[0]], [tokens.words[n] for n in inputs[0]], asked[0].tolist()
)

# %%
widgets.explore_hiding()

# %% [markdown] lang="es"
# La pérdida es la entropía cruzada de siempre, **media solo sobre lo preguntado**. A mano: dos palabras tapadas, a las que el
# modelo da 0.5 y 0.25. Cuesta $(\ln 2 + \ln 4)/2 = (0.693 + 1.386)/2 = 1.040$. Lo que diga en los demás sitios no cuenta. ¿Y si
# contara? El modelo tendría casi siempre la respuesta delante: la pérdida bajaría mucho, y no por saber más.

# %% [markdown] lang="en"
# The loss is the usual cross-entropy, **averaged only over what is asked**. By hand: two hidden words, to which the model gives
# 0.5 and 0.25. It costs $(\ln 2 + \ln 4)/2 = (0.693 + 1.386)/2 = 1.040$. What it says at the other places does not count. And
# if it did? The model would nearly always have the answer in front of it: the loss would fall a lot, and not for knowing more.

# %%
given = torch.tensor([0.5, 0.25])
print(round((-given.log()).mean().item(), 3))

# %% [markdown] lang="es"
# ## 4. Preentrenar
#
# **Preentrenar** (*pre-training*) es jugar a esto con todo el texto que haya. El nuestro: dos capas, 64 rasgos, 4000 frases, 500
# pasos. El original: 12 capas, 768 rasgos, 3300 millones de palabras. Y lo que hay que batir: decir siempre la palabra más
# frecuente.
#
# Para ver qué aporta mirar a los dos lados, entrenamos también uno igual con la máscara causal puesta: cada sitio ve solo su
# izquierda.

# %% [markdown] lang="en"
# ## 4. Pre-training
#
# **Pre-training** is playing this with all the text there is. Ours: two layers, 64 features, 4000 sentences, 500 steps. The
# original: 12 layers, 768 features, 3300 million words. And what has to be beaten: always saying the most frequent word.
#
# To see what looking both ways adds, we also train one just like it with the causal mask on: each place only sees its left.

# %%
widgets.predict("bert.sides")


# %%
def make(vocabulary, seed=0, max_len=32):
    torch.manual_seed(seed)
    config = BertConfig(
        len(vocabulary), d_model=64, heads=4, d_ff=128, num_layers=2, max_len=max_len, dropout=0.0
    )
    return MaskedBert(config).to(device())


def game(model, rows, **options):
    return pretrain(model, rows, mask=MASK, special=FIRST_WORD, lr=4e-3, **options)


newborn, both_ways, left_only = make(tokens), make(tokens), make(tokens)
left_only.bert.mask = lambda seen: (
    seen[:, None, None, :] & causal_mask(seen.shape[1], device=seen.device)
)
losses = {
    label("a los dos lados", "both ways"): game(both_ways, rows, steps=500),
    label("solo a la izquierda", "left only"): game(left_only, rows, steps=500),
}
smooth = {name: np.convolve(values, np.ones(20) / 20, "valid") for name, values in losses.items()}
title = label("media de 20 pasos", "mean of 20 steps")
plots.plot_losses({title: {name: (range(20, 501), values) for name, values in smooth.items()}})


# %%
def guesses(model, inputs):
    """Return the log-probabilities of every word at each place: ids (B, T) to (B, T, V)."""
    with torch.no_grad():
        return model(inputs.to(device())).log_softmax(dim=-1).cpu()


new = tokens.rows([sentence.text for sentence in make_senses(500, seed=1)])
inputs, labels = mask_tokens(
    new, MASK, len(tokens), FIRST_WORD, shares=(1.0, 0.0), generator=torch.Generator().manual_seed(0)
)
asked = labels != -100
frequency = torch.bincount(rows.flatten(), minlength=len(tokens)).double()
frequency[:FIRST_WORD] = 0
names = label(
    "la más frecuente|solo a la izquierda|a los dos lados", "the most frequent|left only|both ways"
).split("|")
shares = [(labels == frequency.argmax())[asked].double().mean().item()]
shares += [
    (guesses(model, inputs).argmax(dim=-1) == labels)[asked].double().mean().item()
    for model in (left_only, both_ways)
]
plots.plot_kinds(
    {name: [share] for name, share in zip(names, shares, strict=True)},
    [label("palabras tapadas, en frases nuevas", "hidden words, in new sentences")],
)

# %% [markdown] lang="es"
# Mirar a los dos lados acierta bastante más. Palabra por palabra se ve dónde: tapamos cada una, de una en una, y miramos cuánto
# sorprende la verdadera. De cuarenta frases nuevas, aquella donde más se nota:

# %% [markdown] lang="en"
# Looking both ways gets a good deal more right. Word by word one sees where: we hide each one, one at a time, and look at how
# surprising the true one is. Of forty new sentences, the one where it shows most:


# %%
def surprises(model, row):
    """Return how surprising each word of a row (T,) is when it alone is hidden: (T - 2,) nats."""
    at = torch.arange(1, len(row) - 1)
    each = row.repeat(len(at), 1)
    each[at - 1, at] = MASK
    return -guesses(model, each)[at - 1, at, row[1:-1]].numpy()


chosen_rows = [row[row != PAD] for row in new[:40]]
row = max(chosen_rows, key=lambda row: (surprises(left_only, row) - surprises(both_ways, row)).mean())
surprise = {
    name: surprises(model, row) for name, model in ((names[1], left_only), (names[2], both_ways))
}
plots.plot_surprise([tokens.words[n] for n in row[1:-1]], surprise)

# %% [markdown] lang="es"
# La palabra que decide viene a menudo **después** de la que falta. Quien solo lee hacia la izquierda tiene que adivinar el
# principio sin saber nada; quien lee a los dos lados lo deduce de lo que sigue. Prueba tú a tapar:

# %% [markdown] lang="en"
# The word that decides often comes **after** the one that is missing. One who only reads to the left has to guess the subject
# before knowing anything; one who reads both ways works it out from what follows. Try hiding some yourself:

# %%
widgets.explore_guess(
    both_ways, tokens, [texts[example], *(text for text in texts[:40] if word in text.split())][:5]
)

# %% [markdown] lang="es"
# ## 5. ¿Por qué 80/10/10?
#
# Cuando el modelo se **use** no habrá ningún `[MASK]`: todas las palabras estarán a la vista. Si solo se le pregunta por
# huecos, nadie le ha pedido nunca nada sobre una palabra que ve. El 10 % que se queda le obliga a trabajar también ahí; el 10 %
# que se cambia le impide fiarse de lo que ve y copiarlo sin más.

# %% [markdown] lang="en"
# ## 5. Why 80/10/10?
#
# When the model is **used** there will be no `[MASK]`: all words will be in sight. If it is only asked about gaps, nobody has ever
# asked it anything about a word that it sees. The 10% that stay make it work there too; the 10% that are changed keep it from
# trusting what it sees and simply copying it.

# %%
widgets.predict("bert.always")

# %%
always, never = make(tokens), make(tokens)
game(always, rows, steps=500, shares=(1.0, 0.0))
game(never, rows, steps=500, shares=(0.8, 0.0))  # hides 80 %, changes nothing, keeps 20 %
chosen = asked & (new >= FIRST_WORD)
drawn = torch.randint(FIRST_WORD, len(tokens), new.shape, generator=torch.Generator().manual_seed(1))
changed = torch.where(chosen & (drawn != new), drawn, new)
kinds = {
    label("hueco", "gap"): (inputs, chosen),
    label("a la vista", "in sight"): (new, chosen),
    label("cambiada por otra", "changed for another"): (changed, chosen & (drawn != new)),
}
models = {"80/10/10": both_ways, label("siempre [MASK]", "always [MASK]"): always, "80/0/20": never}
plots.plot_kinds(
    {
        name: [
            (guesses(model, read).argmax(dim=-1) == new)[where].double().mean().item()
            for read, where in kinds.values()
        ]
        for name, model in models.items()
    },
    list(kinds),
)

# %% [markdown] lang="es"
# En los huecos empatan: los tres hicieron ese ejercicio. Con la palabra **a la vista**, quien solo conoció `[MASK]` falla
# alrededor de la mitad: nunca se le preguntó nada ahí. Y quien nunca vio una palabra falsa, el 80/0/20, se fía de lo que lee: lo
# copia casi siempre, también cuando es **mentira**. Solo 80/10/10 se defiende en las tres.
#
# Cuidado con sacar de aquí más de lo que hay: es un entrenamiento de cada, y un par de puntos no dicen nada. Los autores
# midieron lo que pasa después de ajustar, y allí el reparto importa poco; importa más cuando el modelo se usa congelado.

# %% [markdown] lang="en"
# In the gaps they tie: all three did that exercise. With the word **in sight**, the one that only knew `[MASK]` fails around
# half of the time: it was never asked anything there. And the one that never saw a false word, 80/0/20, trusts what it reads:
# it nearly always copies it, also when it is **a lie**. Only 80/10/10 holds its own in all three.
#
# Beware of taking more from this than there is: it is one training of each, and a couple of points say nothing. The authors
# measured what happens after fine-tuning, and there the shares matter little; they matter more when the model is used frozen.

# %% [markdown] lang="es"
# ## 6. Una sola tabla
#
# Para puntuar las $V$ palabras hace falta una matriz de $V \times D$. BERT no pone otra: usa la **misma tabla** con la que entran,
# traspuesta (*weight tying*). La puntuación de una palabra es el producto escalar entre lo que sale en ese sitio y la fila de esa
# palabra. A mano, en el BERT base, $V = 30\,522$ y $D = 768$: la tabla tiene $23.4$ millones de parámetros, y los ahorra una vez.

# %% [markdown] lang="en"
# ## 6. A single table
#
# To score the $V$ words a matrix of $V \times D$ is needed. BERT does not put in another one: it uses the **same table** they
# come in by, transposed (*weight tying*). The score of a word is the dot product of what comes out at that place and the row of
# that word. By hand, in base BERT, $V = 30\,522$ and $D = 768$: the table has $23.4$ million parameters, and it saves them
# once.

# %%
print(30522 * 768, both_ways.head.table is both_ways.bert.embeddings.tokens.weight)
D, V = 768, 30522
parts = label(
    ("tabla de palabras", "atención", "feed-forward"), ("table of words", "attention", "feed-forward")
)
plots.plot_parts(
    {
        "BERT base": dict(zip(parts, (V * D, 12 * 4 * D**2, 12 * 8 * D**2), strict=True)),
        label("el nuestro", "ours"): dict(
            zip(parts, (len(tokens) * 64, 2 * 4 * 64**2, 2 * 4 * 64**2), strict=True)
        ),
    },
    label("parámetros", "parameters"),
)

# %% [markdown] lang="es"
# ## 7. La sonda
#
# Volvamos al banco. Una **sonda** (*probe*) es un clasificador lineal que solo ve el vector de una palabra y ha de decir algo
# de su frase; aquí, el sentido. Si acierta, la información está en el vector. Pero ojo: acertar no basta, hay que comparar.
# Nuestras comparaciones: el vector fijo del principio, un BERT recién nacido y el preentrenado. Y dos pruebas: frases nuevas
# con pistas que la sonda vio, y con pistas que **no** vio («se sentó» sí, «durmió bien» no).

# %% [markdown] lang="en"
# ## 7. The probe
#
# Back to the bank. A **probe** is a linear classifier that only sees the vector of a word and has to say something about its
# sentence; here, the sense. If it gets it right, the information is in the vector. But beware: to get it right is not enough,
# one has to compare. Our comparisons: the fixed vector of the beginning, a newborn BERT and the pre-trained one. And two tests:
# new sentences with clues that the probe saw, and with clues that it did **not** see (“went swimming” yes, “slept outdoors”
# no).

# %%
widgets.predict("bert.probe")

# %%
told = make_senses(900, ambiguous=1.0, seed=2)
sense = np.array([sentence.topic for sentence in told])
clue = np.array([sentence.clue for sentence in told])
place = torch.tensor([sentence.at + 1 for sentence in told])  # [CLS] goes first


def layers_of(model):
    """Return the vectors of the ambiguous word after each layer, (N, D) each; the first before any."""
    model.bert.keep_layers = True
    guesses(model, tokens.rows([sentence.text for sentence in told]))
    model.bert.keep_layers = False
    return [output[torch.arange(len(told)), place].cpu().numpy() for output in model.bert.layer_outputs]


def probe(vectors):
    """Return the shares of right senses with clues that the probe saw, and with others."""
    seen, fresh = clue < 2, np.arange(len(told)) >= 600
    fitted = LogisticRegression(max_iter=2000).fit(vectors[seen & ~fresh], sense[seen & ~fresh])
    return [fitted.score(vectors[part], sense[part]) for part in (seen & fresh, ~seen)]


fixed = np.repeat(vectors[:1].numpy(), len(told), axis=0)
by_layer = {
    label("recién nacido", "newborn"): layers_of(newborn),
    label("preentrenado", "pre-trained"): layers_of(both_ways),
}
probed = {label("vector fijo", "fixed vector"): probe(fixed)} | {
    name: probe(layers[-1]) for name, layers in by_layer.items()
}
plots.plot_kinds(probed, label(["pistas vistas", "pistas nuevas"], ["clues seen", "new clues"]))
plots.plot_senses({name: layers[-1] for name, layers in by_layer.items()}, sense, clue < 2, list(groups))

# %% [markdown] lang="es"
# El vector fijo tira una moneda. El preentrenado acierta la gran mayoría, también con pistas que la sonda no vio: a fuerza de
# rellenar huecos ha puesto cerca las palabras que se usan igual.
#
# Y mira al recién nacido: con pistas **vistas** acierta casi todo, ¡sin haber leído nada! La atención mezcla filas al azar,
# pero siempre las mismas, y la sonda aprende a reconocerlas una a una. Con pistas nuevas tira una moneda por pista; como hay
# ocho, puede quedar lejos de la mitad sin saber nada. **Acertar con una sonda no demuestra que el modelo sepa; hay que ver qué
# acierta quien no sabe.** Muévete por las capas: antes de la primera atención, en la capa 0, el vector solo sabe qué palabra es
# y en qué sitio está.

# %% [markdown] lang="en"
# The fixed vector tosses a coin. The pre-trained one gets the great majority right, also with clues that the probe did not see:
# by dint of filling gaps it has put words that are used alike near each other.
#
# And look at the newborn: with clues **seen** it gets nearly all right, without having read anything! Attention mixes random
# rows, but always the same ones, and the probe learns to recognise them one by one. With new clues it stays between a half and
# two thirds. **Passing a probe does not prove that the model knows; one has to see what one that does not know gets right.**
# Move through the layers: before the first attention, at layer 0, the vector only knows which word it is and at what place it
# stands.

# %%
widgets.explore_senses(by_layer, sense, clue < 2, list(groups))

# %% [markdown] lang="es"
# ## 8. ¿Va después? Una tarea que sobró
#
# El BERT original jugaba a la vez a otra cosa: recibía dos frases y, leyendo `[CLS]`, decía si la segunda **seguía** a la
# primera en su documento o venía de otro, mitad y mitad (*next sentence prediction*). La idea: aprender relaciones entre
# frases. Probemos antes una regla tonta, sin red: la media de los vectores **fijos** de cada frase cae hacia un tema o hacia el
# otro; si las dos caen del mismo lado, «sigue». Una regla así no puede saber cuál va primero.

# %% [markdown] lang="en"
# ## 8. Does it come next? A task too many
#
# The original BERT played something else at the same time: it got two sentences and, reading `[CLS]`, said whether the second
# **followed** the first in its document or came from another, half and half (*next sentence prediction*). The idea: to learn
# relations between sentences. Let us try a silly rule first: without a network: the mean of the **fixed** vectors of each
# sentence falls towards one topic or towards the other; if both fall on the same side, “next”. Such a rule cannot know which
# comes first.

# %%
widgets.predict("bert.next")

# %%
documents, rng = make_documents(400, length=4), np.random.default_rng(0)
first = [text for document in documents for text in document[:-1]]
following = [text for document in documents for text in document[1:]]
foreign = [
    documents[(k + rng.integers(1, 400)) % 400][rng.integers(4)] for k in range(400) for _ in range(3)
]


fixed_table = skipgram[0].weight.detach().numpy()
shore, money = (
    np.mean([fixed_table[tokens.ids[one]] for one in group], axis=0) for group in groups.values()
)


def topic_of(texts):
    """Return the side on which the mean of the fixed vectors of each text falls: (N,) booleans."""
    means = np.array([fixed_table[tokens.encode(text)].mean(axis=0) for text in texts])
    sides = means @ (money - shore)
    return sides > np.median(sides)


def says_next(a, b):
    """Return how often the rule says that b follows a: when both are on the same side."""
    return (topic_of(a) == topic_of(b)).mean()


yes, other, before = says_next(first, following), says_next(first, foreign), says_next(following, first)
scored = [(yes + 1 - other) / 2, (yes + 1 - before) / 2]
kinds = label(
    ["¿sigue, o es de otro documento?", "¿sigue, o va antes?"],
    ["next, or another document?", "next, or before?"],
)
plots.plot_kinds({label("solo el\ntema", "the topic\nalone"): scored}, kinds)

# %% [markdown] lang="es"
# Una regla que solo ve el tema resuelve ya buena parte de la tarea original. Aquí no puede pasar de tres cuartos, porque hay
# dos temas y la mitad de los documentos ajenos comparten el suyo; con los mil temas de un texto de verdad llegaría más lejos.
# Ante la pregunta que interesaba, si va después o antes, acierta la mitad **exacta**: no podía hacer otra cosa. Es lo que se
# sospechó de BERT: que aprendía el tema. RoBERTa quitó la tarea y no perdió nada; ALBERT la cambió por una que solo se puede
# resolver leyendo: dos frases seguidas, ¿están en su orden o del revés?

# %% [markdown] lang="en"
# A rule that only sees the topic solves a good part of the original task already. Here it cannot go beyond three quarters, for
# there are two topics and half of the foreign documents share theirs; with the thousand topics of a real text it would get
# further. Faced with the question that mattered, whether it comes next or before, it gets **exactly** half right: it could do
# nothing else. That is what BERT was suspected of: learning the topic. RoBERTa dropped the task and lost nothing; ALBERT
# exchanged it for one that can only be solved by reading: two sentences in a row, are they in their order or turned round?

# %% [markdown] lang="es"
# ## 9. Ajustar: lo leído sirve para otra cosa
#
# Preentrenar no era el fin. Ahora viene **ajustar** (*fine-tuning*): se añade **una capa** que lee el vector de `[CLS]`, y se
# entrena con etiquetas. Dos maneras: **congelar** el BERT y usarlo como extractor de rasgos, o dejar que **todo** aprenda.
#
# La prueba: mensajes de publicidad o de un amigo. Hay 3000 sin etiqueta y 40 con ella. Y una trampa: los 40 usan la mitad de las
# palabras, y el examen usa **la otra mitad**. Ningún verbo ni premio etiquetado vuelve a salir.

# %% [markdown] lang="en"
# ## 9. Fine-tuning: what was read serves something else
#
# Pre-training was not the end. Now comes **fine-tuning**: **one layer** is added that reads the vector of `[CLS]`, and it is
# trained with labels. Two ways: **freeze** the BERT and use it as an extractor of features, or let **everything** learn.
#
# The test: messages of advertising or from a friend. There are 3000 without a label and 40 with one. And a trap: the 40 use
# half of the words, and the exam uses **the other half**. No labelled verb or prize comes up again.

# %%
widgets.predict("bert.labels")

# %%
messages, _ = make_messages(3000, seed=0)
known, exam = make_messages(40, half=0, seed=1), make_messages(400, half=1, seed=2)
print(known[0][0], known[1][0], "·", exam[0][0], exam[1][0])
mail = BertTokens(messages)
reader = make(mail)
game(reader, mail.rows(messages), steps=400)


def tune(
    weights,
    vocabulary,
    learn,
    test,
    classes=2,
    freeze=False,
    steps=60,
    lr=1e-3,
    seed=0,
    max_len=32,
    at=0,
):
    """Fine-tune a BERT from these weights, or from random ones; return the share of the test it gets right."""
    model = make(vocabulary, seed, max_len)
    if weights:
        model.load_state_dict(weights)
    classifier = BertClassifier(model.bert, classes, freeze).to(device())
    if at:
        classifier.forward = lambda ids: classifier.head(
            classifier.bert(ids)[torch.arange(len(ids)), (ids != PAD).sum(1) + at]
        )
    x, y = vocabulary.rows(learn[0], max_len), learn[1]
    train(classifier, x, y, lr=lr, steps=steps, batch_size=32, clip=1.0, seed=seed)
    with torch.no_grad():
        logits = torch.cat(
            [
                classifier(part.to(device())).cpu()
                for part in vocabulary.rows(test[0], max_len).split(200)
            ]
        )
    return (logits.argmax(dim=-1).numpy() == test[1]).mean()


def bag(learn, test):
    """Return the share that a linear classifier on bags of words gets right."""
    words = TfidfVectorizer(token_pattern=r"\w+", sublinear_tf=True)
    fitted = LogisticRegression(C=10, max_iter=2000).fit(words.fit_transform(learn[0]), learn[1])
    return fitted.score(words.transform(test[0]), test[1])


weights = {name: value.clone() for name, value in reader.state_dict().items()}
seeds = range(3)
results = {
    label("bolsa de palabras", "bag of words"): [bag(known, exam)],
    label("BERT desde cero", "BERT from scratch"): [
        tune(None, mail, known, exam, seed=seed) for seed in seeds
    ],
    label("congelado, [CLS]", "frozen, [CLS]"): [
        tune(weights, mail, known, exam, freeze=True, lr=1e-2, seed=seed) for seed in seeds
    ],
    label("congelado, último sitio", "frozen, last place"): [
        tune(weights, mail, known, exam, freeze=True, lr=1e-2, seed=seed, at=-1) for seed in seeds
    ],
    label("entero", "whole"): [tune(weights, mail, known, exam, seed=seed) for seed in seeds],
}
plots.plot_scores(
    results,
    label("mensajes nuevos, bien", "new messages, right"),
    0.5,
    label("a cara o cruz", "tossing a coin"),
)

# %% [markdown] lang="es"
# La bolsa de palabras y el BERT desde cero tiran una moneda: ninguna palabra que decida en el examen tenía etiqueta. Los
# preentrenados aciertan casi todo con las mismas 40. No es que el ajuste enseñe más; es que ya sabían que «consigue» se usa
# como «gana», y la etiqueta de una valió para la otra.
#
# Congelado o entero, aquí da igual, y congelado solo se entrenan 130 números. También da igual leer `[CLS]` o el último sitio:
# no hay magia en `[CLS]`; es un sitio que mira a todos. Con textos de verdad, el entero suele ganar y el congelado cuesta
# menos. Y una advertencia: esta prueba está hecha para que preentrenar sea lo único que sirve. Ahora, una que no.

# %% [markdown] lang="en"
# The bag of words and the BERT from scratch toss a coin: no word that decides in the exam had a label. The pre-trained ones get
# nearly all right with the same 40. It is not that fine-tuning teaches more; it is that they knew already that “claim” is used
# like “win”, and the label of one served the other.
#
# Frozen or whole, here it is all the same, and frozen only 130 numbers are trained. It is all the same, too, to read `[CLS]` or
# the last place: there is no magic in `[CLS]`; it is a place that looks at all. With real texts, whole usually wins and frozen
# costs less. And a warning: this test is made so that pre-training is the only thing that helps. Now, one that is not.

# %% [markdown] lang="es"
# ## 10. Datos de verdad
#
# Dos conjuntos de verdad, si hay conexión o copia local: SST-2, críticas de cine en inglés (¿buena o mala?), y SIB-200, frases
# en tu idioma sobre siete temas. Nuestro BERT pequeño, desde cero y preentrenado con los mismos textos, contra una bolsa de
# palabras.

# %% [markdown] lang="en"
# ## 10. Real data
#
# Two real sets, if you are online or have a local copy: SST-2, film reviews in English (good or bad?), and SIB-200, sentences
# in your language on seven topics. Our small BERT, from scratch and pre-trained on the same texts, against a bag of words.

# %%
names = label(
    "la clase mayor|BERT desde cero|BERT preentrenado|bolsa de palabras",
    "the largest class|BERT from scratch|BERT pre-trained|bag of words",
).split("|")
gpu = device().type == "cuda"


def compare(data, max_len=32):
    """Return the share of a real test set that each way gets right."""
    vocabulary = BertTokens(data.train[0], min_count=2)
    own = make(vocabulary, max_len=max_len)
    game(own, vocabulary.rows(data.train[0], max_len), steps=3000 if gpu else 200, batch_size=32)
    options = {"classes": len(data.classes), "steps": 600 if gpu else 150, "max_len": max_len}
    largest = np.bincount(data.test[1]).max() / len(data.test[1])
    tuned = [
        tune(start, vocabulary, data.train, data.test, **options) for start in (None, own.state_dict())
    ]
    return [largest, *tuned, bag(data.train, data.test)]


real = {data.name: compare(data) for data in (load_sst2(), load_sib200())}
plots.plot_kinds(
    {name: [shares[k] for shares in real.values()] for k, name in enumerate(names)}, list(real)
)

# %% [markdown] lang="es"
# Si tienes los datos, lo habrás visto: **gana la bolsa de palabras**, la más barata. Haber leído antes unos cientos o miles de
# frases ayuda poco o nada: no es leer bastante. El BERT base acierta el 93,5 % en SST-2, y sus piezas son las tuyas: la
# diferencia está en el tamaño y en los 3300 millones de palabras que leyó. De ahí la regla práctica: con pocos datos y sin un
# modelo ya leído, empieza por lo sencillo. (Si no había datos, has visto los mensajes generados, con las dos mitades: ahí todo
# es fácil. Con GPU, las mismas líneas entrenan más pasos.)

# %% [markdown] lang="en"
# If you have the data you will have seen it: **the bag of words wins**, the cheapest. Having read some hundreds or thousands of
# sentences before helps little or nothing: it is not reading enough. Base BERT gets 93.5% right on SST-2, and its pieces are
# yours: the difference is in its size and in the 3300 million words that it read. Hence the practical rule: with little data
# and no model that has read already, begin with what is simple. (If there was no data, you have seen the generated messages,
# with both halves: there all is easy. With a GPU, the same lines train for more steps.)

# %% [markdown] lang="es"
# ## 11. Lo que BERT no es
#
# BERT rellena huecos; no escribe. Si le damos una frase entera de huecos, cada sitio da su palabra más probable **sin saber qué
# darán los demás**:

# %% [markdown] lang="en"
# ## 11. What BERT is not
#
# BERT fills gaps; it does not write. If we give it a whole sentence of gaps, each place gives its likeliest word **without knowing
# what the others will give**:

# %%
blank = rows[example].clone()[None]
blank[blank >= FIRST_WORD] = MASK
at_once = guesses(both_ways, blank)[0].argmax(dim=-1)
print(" ".join(tokens.words[n] for n, old in zip(at_once, blank[0], strict=True) if old == MASK))
filled = blank.clone()
for _ in range(int((blank == MASK).sum())):  # one at a time: the surest gap first
    log_p = guesses(both_ways, filled)[0]
    log_p[:, :FIRST_WORD] = -torch.inf
    log_p[filled[0] != MASK] = -torch.inf
    at = log_p.max(dim=-1).values.argmax()
    filled[0, at] = log_p[at].argmax()
print(" ".join(tokens.words[n] for n in filled[0] if n >= FIRST_WORD))

# %% [markdown] lang="es"
# De golpe suele salir un revoltijo: los huecos no se ponen de acuerdo. De uno en uno sale algo mejor, pero hay que saber el
# largo de antemano, y cada palabra cuesta una pasada entera. Para escribir está la otra familia, la de la unidad 7. BERT
# tampoco es una base de datos, ni «entiende» por acertar una sonda: da vectores buenos, y eso ya es mucho.
#
# ## Apéndice: un BERT de verdad
#
# La biblioteca `transformers` tiene los pesos publicados. Nuestro modelo tiene la misma forma, así que puede cargarlos: con una
# configuración al azar, sin red, las puntuaciones son las mismas. Con red, cambia `False` por `True` y tapa una palabra en español
# y en inglés (unos 850 MB).

# %% [markdown] lang="en"
# All at once it is often a jumble: the gaps do not agree with each other. One at a time something better comes out, but the length
# has to be known beforehand, and each word costs a whole pass. To write there is the other family, that of unit 7. Nor is BERT a
# database, nor does it “understand” for passing a probe: it gives good vectors, and that is a lot.
#
# ## Appendix: a real BERT
#
# The `transformers` library has the published weights. Our model has the same shape, so it can load them: with a random
# configuration, offline, the scores are the same. Online, change `False` into `True` and hide a word in Spanish and in English
# (some 850 MB).

# %%
online = False
try:
    import transformers
except ImportError:
    transformers = None
    print(
        label(
            "transformers no está instalada: este apéndice se salta",
            "transformers is not installed: this appendix is skipped",
        )
    )
if transformers:
    sizes = {
        "vocab_size": 100,
        "hidden_size": 48,
        "num_attention_heads": 4,
        "intermediate_size": 96,
        "num_hidden_layers": 3,
    }
    library = transformers.BertForMaskedLM(
        transformers.BertConfig(**sizes, max_position_embeddings=32)
    ).eval()
    ours = MaskedBert(BertConfig(100, d_model=48, heads=4, d_ff=96, num_layers=3, max_len=32)).eval()
    ours.load_state_dict(from_library(library.state_dict()))
    ids = torch.randint(5, 100, (2, 9))
    with torch.no_grad():
        print(
            label("diferencia mayor:", "largest difference:"),
            (library(ids).logits - ours(ids)).abs().max().item(),
        )
if transformers and online:
    for name, text in (
        ("dccuchile/bert-base-spanish-wwm-cased", "Me senté en el [MASK] del parque."),
        ("bert-base-cased", "I paid the debt at the [MASK]."),
    ):
        tokenizer = transformers.AutoTokenizer.from_pretrained(name)
        library = transformers.AutoModelForMaskedLM.from_pretrained(name).eval()
        ids = tokenizer(text, return_tensors="pt").input_ids
        with torch.no_grad():
            best = (
                library(ids)
                .logits[0, (ids[0] == tokenizer.mask_token_id).nonzero()[0, 0]]
                .topk(5)
                .indices
            )
        print(text, tokenizer.convert_ids_to_tokens(best))

# %% [markdown] lang="es"
# ## ¿Verdadero o falso?
#
# Decide antes de abrir cada una.
#
# <details><summary>1. «BERT es el decodificador del Transformer sin máscara.»</summary>
#
# **Falso** en la letra, casi cierto en los números: es el codificador. Un decodificador sin atención cruzada ni máscara causal
# tendría las mismas capas.
# </details>
#
# <details><summary>2. «Se tapa el 80 % de las palabras.»</summary>
#
# **Falso.** El 80 % del 15 %: el 12 %.
# </details>
#
# <details><summary>3. «En las palabras que se quedan como están no se pregunta nada.»</summary>
#
# **Falso.** Se preguntan también. Por eso el modelo trabaja sobre lo que ve.
# </details>
#
# <details><summary>4. «Si la pérdida cuenta todos los sitios, baja más.»</summary>
#
# **Verdadero**, y no vale de nada: en la mayoría la respuesta está a la vista.
# </details>
#
# <details><summary>5. «Si una sonda acierta, el modelo entiende.»</summary>
#
# **Falso.** El recién nacido también acertaba con las pistas vistas.
# </details>
#
# <details><summary>6. «La atención no cruza el `[SEP]`.»</summary>
#
# **Falso.** Cruza sin problema: para eso van las dos frases en la misma fila.
# </details>
#
# <details><summary>7. «Congelar los pesos basta para que los rasgos no cambien.»</summary>
#
# **Falso.** Hay que ponerlo también en `eval()`: si no, el dropout sortea.
# </details>
#
# <details><summary>8. «Preentrenar ayuda siempre.»</summary>
#
# **Falso.** Con poco texto, la bolsa de palabras gana.
# </details>

# %% [markdown] lang="en"
# ## True or false?
#
# Decide before you open each one.
#
# <details><summary>1. “BERT is the decoder of the Transformer without a mask.”</summary>
#
# **False** to the letter, nearly true in numbers: it is the encoder. A decoder without cross-attention or causal mask would
# have the same layers.
# </details>
#
# <details><summary>2. “80% of the words are hidden.”</summary>
#
# **False.** 80% of 15%: 12%.
# </details>
#
# <details><summary>3. “Nothing is asked at the words that stay as they are.”</summary>
#
# **False.** They are asked about too. That is why the model works on what it sees.
# </details>
#
# <details><summary>4. “If the loss counts all places, it falls further.”</summary>
#
# **True**, and it is worth nothing: at most of them the answer is in sight.
# </details>
#
# <details><summary>5. “If a probe gets it right, the model understands.”</summary>
#
# **False.** The newborn got it right too, with the clues seen.
# </details>
#
# <details><summary>6. “Attention does not cross `[SEP]`.”</summary>
#
# **False.** It crosses with no trouble: that is why both sentences go in the same row.
# </details>
#
# <details><summary>7. “To freeze the weights is enough for the features not to change.”</summary>
#
# **False.** It has to be put in `eval()` too: otherwise dropout draws.
# </details>
#
# <details><summary>8. “Pre-training always helps.”</summary>
#
# **False.** With little text, the bag of words wins.
# </details>

# %% [markdown] lang="es"
# ## En media página
#
# - Un vector **fijo** mezcla los sentidos de su palabra; uno **en contexto** depende de la frase.
# - BERT es un codificador que mira a los dos lados. Lee `[CLS]`, `[SEP]`, segmentos y posiciones aprendidas, sumados a la palabra.
# - Se entrena adivinando el 15 % de las palabras; 80/10/10, para que lo visto también tenga trabajo y no sea de fiar.
# - La pérdida, solo donde se pregunta. La tabla de salida es la de entrada.
# - A los dos lados se acierta más que a uno, porque la pista puede venir después.
# - La frase siguiente se resolvía por el tema, y sobró.
# - Una **sonda** se compara con el recién nacido y con pistas nuevas, o no dice nada.
# - Con pocas etiquetas, lo leído antes vale por las que faltan. Con poco texto leído, empieza por lo sencillo.
# - BERT rellena; no escribe.
#
# En la tarea harás cada pieza y entrenarás el tuyo.
#
# ## Para seguir leyendo
#
# - Mikolov y otros (2013), [Distributed representations of words and phrases](https://arxiv.org/abs/1310.4546). El skip-gram y las
#   negativas de la tarea.
# - Peters y otros (2018), [Deep contextualized word representations](https://arxiv.org/abs/1802.05365). ELMo: el contexto, todavía con
#   LSTM.
# - Devlin y otros (2019), [BERT](https://arxiv.org/abs/1810.04805). El apéndice C.2 mide el 80/10/10.
# - Liu y otros (2019), [RoBERTa](https://arxiv.org/abs/1907.11692). Quitar la frase siguiente y leer más.
# - Lan y otros (2020), [ALBERT](https://arxiv.org/abs/1909.11942). El orden de las frases, y una sola capa repetida.
# - Hewitt y Liang (2019), [Designing and interpreting probes with control tasks](https://arxiv.org/abs/1909.03368). Con qué comparar
#   una sonda.
# - Cañete y otros (2020), [Spanish pre-trained BERT model](https://arxiv.org/abs/2308.02976). BETO, el BERT en español.
# - Los datos: Socher y otros (2013), [SST](https://aclanthology.org/D13-1170/); Adelani y otros (2024),
#   [SIB-200](https://arxiv.org/abs/2309.07445).

# %% [markdown] lang="en"
# ## In half a page
#
# - A **fixed** vector mixes the senses of its word; one **in context** depends on the sentence.
# - BERT is an encoder that looks both ways. It reads `[CLS]`, `[SEP]`, segments and learned positions, added to the word.
# - It is trained by guessing 15% of the words; 80/10/10, so that what is in sight has work to do too and is not to be trusted.
# - The loss, only where something is asked. The table of the output is that of the input.
# - Both ways get more right than one, because the clue may come after.
# - The next sentence was solved by the topic, and was one task too many.
# - A **probe** is compared with the newborn and with new clues, or it says nothing.
# - With few labels, what was read before stands in for those that are missing. With little text read, begin with what is simple.
# - BERT fills in; it does not write.
#
# In the assignment you will make each piece and train your own.
#
# ## Read next
#
# - Mikolov and others (2013), [Distributed representations of words and phrases](https://arxiv.org/abs/1310.4546). Skip-gram and the
#   negatives of the assignment.
# - Peters and others (2018), [Deep contextualized word representations](https://arxiv.org/abs/1802.05365). ELMo: context, still with
#   LSTMs.
# - Devlin and others (2019), [BERT](https://arxiv.org/abs/1810.04805). Appendix C.2 measures 80/10/10.
# - Liu and others (2019), [RoBERTa](https://arxiv.org/abs/1907.11692). Dropping the next sentence and reading more.
# - Lan and others (2020), [ALBERT](https://arxiv.org/abs/1909.11942). The order of sentences, and a single layer repeated.
# - Hewitt and Liang (2019), [Designing and interpreting probes with control tasks](https://arxiv.org/abs/1909.03368). What to compare a
#   probe with.
# - Cañete and others (2020), [Spanish pre-trained BERT model](https://arxiv.org/abs/2308.02976). BETO, the BERT in Spanish.
# - The data: Socher and others (2013), [SST](https://aclanthology.org/D13-1170/); Adelani and others (2024),
#   [SIB-200](https://arxiv.org/abs/2309.07445).
