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
# palabra se conoce por sus vecinas. El *skip-gram* da una palabra y pide las que tiene cerca; aquí, con un softmax sobre todo el
# vocabulario, que es pequeño (en la tarea lo abaratarás). Cuatro mil frases de una gramática, unas sobre asientos y otras sobre
# dinero, y una ventana de cuatro palabras a cada lado:

# %% [markdown] lang="en"
# ## First, a failure
#
# In unit 3 each word had a vector: a row of a table. To learn it without labels an old idea is enough: you know a word by the company
# it keeps. *Skip-gram* is given a word and must predict the words near it; here, with a softmax over the whole vocabulary, which is
# small (in the assignment you will make it cheaper). We take four thousand sentences from a grammar, some about the waterside and
# some about money, and a window of four words on each side:

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
# Nadie le dijo al modelo qué es un asiento, y los separa del dinero: nosotros solo hemos elegido el eje, de un grupo al otro. Pero
# «banco» no es de ninguno: su único vector ha de servir para los dos sentidos, y queda **entre los dos**, ni en un sitio ni en el
# otro. Con ese vector nadie puede saber de qué banco se habla: es igual en todas las frases. A cara o cruz.
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
# Nobody told the model what a shore is, yet it tells shores from money: we only chose the axis, from one group to the other. But
# “bank” belongs to neither: its only vector has to serve both senses, and stays **in between**, in neither place. From that vector
# nobody can tell which bank is meant: it is the same in every sentence. You might as well toss a coin.
#
# **By the end you will be able to**
# - say how a fixed vector and a contextual one differ, and measure it with a probe;
# - prepare what BERT reads: special ids, segments, pieces of words;
# - explain the game of hidden words, and what each part of 80/10/10 is for;
# - compare reading one way and both ways, with numbers;
# - say why next-sentence prediction was dropped;
# - fine-tune a BERT with few labels, frozen or in full, and say when it is not worth it;
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
# You already met the remedy in unit 4. Self-attention replaces each vector with a mixture of all the vectors in its sentence. By hand,
# with two features, shore and money: the ambiguous word is $(1, 1)$; a verb of shores, $(2, 0)$; one of money, $(0, 2)$. If it looks
# half at itself and half at the verb, in the first sentence it becomes $(1.5, 0.5)$ and in the second $(0.5, 1.5)$. The same row of
# the table, two different vectors: that is a **contextual vector**.

# %%
ambiguous, verbs = torch.tensor([1.0, 1.0]), torch.tensor([[2.0, 0.0], [0.0, 2.0]])
print((0.5 * ambiguous + 0.5 * verbs).tolist())  # one sentence per row

# %% [markdown] lang="es"
# BERT ([Devlin y otros, 2019](https://arxiv.org/abs/1810.04805)) es el **codificador** de la unidad 5, solo, con muchas
# capas. Ninguna máscara tapa el futuro: cada palabra mira a las de antes y a las de después. Falta lo difícil: con qué
# entrenarlo, si no hay etiquetas.
#
# ## 2. Lo que lee
#
# Cada fila empieza por `[CLS]`, un sitio sin palabra propia donde se leerá el resumen, y cada frase acaba en `[SEP]`. En cada
# sitio se **suman** tres filas aprendidas: la palabra, el **segmento** (*segment*), que dice si es de la primera frase o de la
# segunda, y la posición. Nada de senos y cosenos: aquí las posiciones también se aprenden. Al final de las filas cortas va el
# relleno, `[PAD]`, que nadie mira. Las filas de esta lección son de una sola frase, todas en el segmento A; las de dos las harás en
# la tarea.

# %% [markdown] lang="en"
# BERT ([Devlin et al., 2019](https://arxiv.org/abs/1810.04805)) is unit 5's **encoder** on its own, with many layers. No mask hides
# the future: each word looks at the words before it and after it. The hard part is still missing: what do we train it on, with no
# labels?
#
# ## 2. What it reads
#
# Each row begins with `[CLS]`, a position with no word of its own, from which we will later read a summary, and each sentence ends
# with `[SEP]`. At each position three learned rows are **added**: the word, the **segment**, which says whether it belongs to the
# first sentence or to the second, and the position. No sines and cosines: here positions are learned too. Short rows end in padding,
# `[PAD]`, which nobody looks at. The rows of this lesson are single sentences, all in segment A; you will build those of two in the
# assignment.

# %%
first, second = label(("la niña lee", "está tranquila"), ("the girl reads", "she is quiet"))
plots.plot_input(
    ["[CLS]", *first.split(), "[SEP]", *second.split(), "[SEP]"],
    [0] * 5 + [1] * (len(second.split()) + 1),
)

# %% [markdown] lang="es"
# ¿Y una palabra que no está en el vocabulario? Aquí será `[UNK]`. El BERT de verdad la parte en trozos conocidos: empieza por la
# izquierda y toma siempre el más largo que tenga; los que no van al principio llevan `##` (*WordPiece*). Si algún resto no se puede
# partir, la palabra entera es `[UNK]`. A mano, con los trozos *des*, *cansa*, *##cansa*, *##ba* y *##mos*: «descansábamos», sin
# tilde, se parte en *des*, *##cansa*, *##ba*, *##mos*; «cansa» es un trozo; «cansado» no se puede: falta *##do*. (Desde aquí, «palabra»
# vale por «trozo»: BERT trabaja con trozos.)

# %% [markdown] lang="en"
# And a word that is not in the vocabulary? Here it will be `[UNK]`. The real BERT breaks it into known pieces: starting from the left
# it always takes the longest piece it knows, and every piece after the first carries `##` (*WordPiece*). If some remainder cannot be
# broken, the whole word is `[UNK]`. By hand, with the pieces *re*, *play*, *##play*, *##ing* and *##s*: “replaying” breaks into *re*,
# *##play*, *##ing*; “play” is one piece; “player” cannot be broken: *##er* is missing. (From here on, “word” also means “piece”: BERT
# works with pieces.)


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


known = set(label("des cansa ##cansa ##ba ##mos", "re play ##play ##ing ##s").split())
for text in label("descansabamos cansa cansado", "replaying play player").split():
    print(text, pieces(text, known))

# %% [markdown] lang="es"
# ## 3. El juego: palabras tapadas
#
# Un modelo que mira a los dos lados no puede aprender a dar «la palabra siguiente»: la tiene delante. Así que se le **tapan**
# palabras y se le pide que las adivine. Se llama **modelo de lenguaje enmascarado** (*masked language model*), y no necesita
# más que texto:
#
# 1. se elige al azar el 15 % de las palabras; nunca un id especial;
# 2. de las elegidas, el 80 % se convierte en `[MASK]`, el 10 % en una palabra sorteada y el 10 % se queda como está;
# 3. se pide la palabra verdadera en **todas** las elegidas, también en las que se ven, y en ninguna otra.
#
# A mano: de 200 palabras se eligen, de media, 30; 24 se tapan, 3 se cambian y 3 se quedan. El modelo no sabe cuáles de las que ve
# son falsas. En la figura se elige la mitad, y no el 15 %, para que salgan los tres casos:

# %% [markdown] lang="en"
# ## 3. The game: hidden words
#
# A model that looks both ways cannot learn to give “the next word”: it can see it. So words are **hidden** from it, and it is asked
# to guess them. This is **masked language modelling**, and it needs nothing but text:
#
# 1. 15% of the words are chosen at random; never a special id;
# 2. of the chosen, 80% become `[MASK]`, 10% become a word drawn at random and 10% stay as they are;
# 3. the model must predict the true word at **all** the chosen positions, including those it can see, and nowhere else.
#
# By hand: of 200 words, 30 are chosen on average; 24 are hidden, 3 are replaced and 3 stay. The model has no way of knowing which of
# the words it sees are false. In the figure half are chosen, and not 15%, so that all three things can be seen:

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
# La pérdida es la entropía cruzada de siempre, **promediada solo sobre lo preguntado**. A mano: dos palabras tapadas, a cuya palabra
# verdadera el modelo da 0,5 y 0,25. Cuesta $(\ln 2 + \ln 4)/2 = (0{,}693 + 1{,}386)/2 = 1{,}040$. Lo que diga en los demás sitios no
# cuenta. ¿Y si contara? El modelo tendría casi siempre la respuesta delante: la pérdida bajaría mucho, y no por saber más.

# %% [markdown] lang="en"
# The loss is the usual cross-entropy, **averaged only over the chosen positions**. By hand: two hidden words, to whose true word the
# model gives 0.5 and 0.25. The loss is $(\ln 2 + \ln 4)/2 = (0.693 + 1.386)/2 = 1.040$. What it says at the other positions does not
# count. And if it did? The model would nearly always have the answer right there in front of it: the loss would fall a great deal,
# without the model knowing any more.

# %%
given = torch.tensor([0.5, 0.25])
print(round((-given.log()).mean().item(), 3))

# %% [markdown] lang="es"
# ## 4. Preentrenar
#
# **Preentrenar** (*pre-training*) es jugar a esto con todo el texto que haya. El nuestro: dos capas, 64 rasgos, 4000 frases, 700
# pasos; la tasa sube al principio y después baja en línea recta hasta cero. El original: 12 capas, 768 rasgos, 3300 millones de
# palabras. Y lo que hay que batir: decir siempre la palabra más frecuente.
#
# Para ver qué aporta mirar a los dos lados, entrenamos también uno igual con la máscara causal puesta: cada sitio ve solo su
# izquierda.

# %% [markdown] lang="en"
# ## 4. Pre-training
#
# **Pre-training** is playing this game on as much text as you can find. Ours: two layers, 64 features, 4000 sentences, 700 steps; the
# rate rises at first and then falls in a straight line to zero. The original: 12 layers, 768 features, 3300 million words. The
# baseline to beat: always answering with the most frequent word.
#
# To see what looking both ways adds, we also train an identical one with the causal mask on, so that each position sees only what is
# to its left.

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
    label("a los dos lados", "both ways"): game(both_ways, rows, steps=700),
    label("solo a la izquierda", "left only"): game(left_only, rows, steps=700),
}
smooth = {name: np.convolve(values, np.ones(20) / 20, "valid") for name, values in losses.items()}
title = label("pérdida en nats, media móvil de 20 pasos", "loss in nats, moving average over 20 steps")
plots.plot_losses({title: {name: (range(20, 701), values) for name, values in smooth.items()}})

# %% [markdown] lang="es"
# La pérdida del que ve los dos lados acaba por debajo. Pero una pérdida de entrenamiento no decide: contemos aciertos en frases
# que no leyó ninguno.

# %% [markdown] lang="en"
# The loss of the one that sees both sides ends up lower. But a training loss settles nothing: let us measure accuracy on sentences
# that neither of them read.


# %%
def guesses(model, inputs):
    """Return the log-probabilities of every word at each position: ids (B, T) to (B, T, V)."""
    with torch.no_grad():
        return model(inputs.to(device())).log_softmax(dim=-1).cpu()


read = set(texts)
unread = [sentence.text for sentence in make_senses(2000, seed=1) if sentence.text not in read]
new = tokens.rows(unread[:500])
inputs, labels = mask_tokens(
    new, MASK, len(tokens), FIRST_WORD, shares=(1.0, 0.0), generator=torch.Generator().manual_seed(0)
)
asked = labels != -100
frequency = torch.bincount(rows.flatten(), minlength=len(tokens)).double()
frequency[:FIRST_WORD] = 0
names = label(
    "a los dos lados|solo a la izquierda|la más frecuente", "both ways|left only|the most frequent"
).split("|")
shares = [
    (guesses(model, inputs).argmax(dim=-1) == labels)[asked].double().mean().item()
    for model in (both_ways, left_only)
]
shares.append((labels == frequency.argmax())[asked].double().mean().item())
plots.plot_kinds(
    {name: [share] for name, share in zip(names, shares, strict=True)},
    [label("palabras tapadas, en frases que no leyó", "hidden words, in sentences it never read")],
)

# %% [markdown] lang="es"
# Mirar a los dos lados acierta bastante más. Palabra por palabra se ve dónde: tapamos cada una, de una en una, y medimos la
# **sorpresa** de la verdadera, $-\ln p$ en nats: 0 si el modelo estaba seguro, $\ln 2$ si le daba la mitad. De cuarenta frases
# nuevas, aquella donde más se nota:

# %% [markdown] lang="en"
# Looking both ways is clearly more accurate. To see where, we hide the words one at a time and measure how **surprising** the true
# word is, $-\ln p$ in nats: 0 if the model was sure, $\ln 2$ if it gave it a half. Out of forty new sentences, the one where the
# difference is greatest:


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
    name: surprises(model, row) for name, model in ((names[0], both_ways), (names[1], left_only))
}
spelled = [tokens.words[n] for n in row[1:-1]]
plots.plot_surprise(spelled, surprise)
gain = surprise[names[1]] - surprise[names[0]]
told = label(
    "Donde más se gana es en «{}»: de {:.1f} nats a {:.1f}.",
    "The greatest gain is at “{}”: from {:.1f} nats to {:.1f}.",
)
at = gain.argmax()
print(told.format(spelled[at], surprise[names[1]][at], surprise[names[0]][at]))

# %% [markdown] lang="es"
# La palabra que decide viene a menudo **después** de la que falta. Quien solo ve lo que queda a su izquierda tiene que adivinarla sin
# haber leído lo que la delata; quien ve los dos lados lo ha leído. Ahora tapa tú. En las dos primeras falta el
# sitio, y la pista decide si es de asientos o de dinero; en las otras dos falta el verbo, que se deduce de lo que viene después:

# %% [markdown] lang="en"
# The decisive word often comes **after** the missing one. A model that sees only what is to its left must guess it before reading what
# gives it away; one that looks both ways has read it. Now hide some yourself. In the first two the place is missing,
# and the clue decides whether it is a shore or about money; in the other two, the verb, which follows from what comes after:

# %%
puzzles = label(
    (
        ("la vecina pagó deudas en el banco hoy .", "banco"),
        ("el niño durmió bien en el banco hoy .", "banco"),
        ("la abuela cobró un cheque en la caja .", "cobró"),
        ("ayer el banco negó el crédito .", "negó"),
    ),
    (
        ("the aunt paid a debt at the bank today .", "bank"),
        ("the boy slept outdoors at the bank today .", "bank"),
        ("the sister went swimming at the pond .", "went"),
        ("yesterday the bank refused credit .", "refused"),
    ),
)
widgets.explore_guess(both_ways, tokens, *map(list, zip(*puzzles, strict=True)))

# %% [markdown] lang="es"
# ## 5. ¿Por qué 80/10/10?
#
# Cuando el modelo se **use** no habrá ningún `[MASK]`: todas las palabras estarán a la vista. Si solo se le pregunta por huecos,
# nadie le ha pedido nunca nada sobre una palabra que ve. De ahí el reparto (tapadas / cambiadas / intactas). El 10 % que se queda
# le obliga a trabajar también ahí; el 10 % que se cambia le impide fiarse de lo que ve y copiarlo sin más.

# %% [markdown] lang="en"
# ## 5. Why 80/10/10?
#
# When the model is **used** there will be no `[MASK]`: every word will be visible. A model trained only on gaps has never been asked
# about a word it can see. Hence the shares (hidden / replaced / kept). The 10% that stay make it do some work there too; the 10% that
# are replaced keep it from trusting what it sees and simply copying it.

# %%
widgets.predict("bert.always")

# %%
always, never = make(tokens), make(tokens)
game(always, rows, steps=700, shares=(1.0, 0.0))
game(never, rows, steps=700, shares=(0.8, 0.0))  # hides 80%, replaces nothing, keeps 20%
chosen = asked & (new >= FIRST_WORD)
drawn = torch.randint(FIRST_WORD, len(tokens), new.shape, generator=torch.Generator().manual_seed(1))
changed = torch.where(chosen & (drawn != new), drawn, new)
kinds = {
    label("hueco", "gap"): (inputs, chosen),
    label("a la vista", "visible"): (new, chosen),
    label("cambiada por otra", "replaced by another word"): (changed, chosen & (drawn != new)),
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
for name, model in models.items():
    copied = (
        (guesses(model, changed).argmax(dim=-1) == changed)[chosen & (drawn != new)]
        .double()
        .mean()
        .item()
    )
    print(label("copia la palabra falsa, ", "copies the false word, ") + name, round(copied, 2))

# %% [markdown] lang="es"
# En los huecos empatan, o casi: los tres hicieron ese ejercicio. Con la palabra **a la vista**, quien solo conoció `[MASK]` acierta
# mucho menos: nunca se le preguntó nada ahí, y lo que diga en ese sitio vale poco, sea verdad o mentira lo que ve. Y quien nunca vio
# una palabra falsa, el 80/0/20, que no cambia ninguna, se fía: acierta casi siempre lo que está a la vista, pero cuando es **mentira**
# acierta mucho menos que el 80/10/10, y la copia muchas más veces. Solo este se defiende en las tres.
#
# Cuidado con sacar de aquí más de lo que hay: es un solo entrenamiento de cada uno, y un par de puntos no dicen nada. Los autores
# midieron lo que pasa después de ajustar, y allí el reparto importa poco; importa más cuando el modelo se usa congelado. (Su tabla da
# las partes en otro orden: tapadas, intactas, cambiadas.)

# %% [markdown] lang="en"
# In the gaps they tie, or nearly: all three did that exercise. With the word **visible**, the one that only knew `[MASK]` is far less
# accurate: it was never asked anything there, and what it says at that position is worth little, whether what it sees is true or a
# lie. And the one that never saw a false word, 80/0/20, which replaces none, trusts what it reads: it is nearly always right about a
# visible word, but when it is **a lie** it is far less accurate than 80/10/10, and copies it far more often. Only the latter holds
# its own in all three.
#
# Do not read too much into this: each model was trained once, and a couple of points mean nothing. The authors measured what happens
# after fine-tuning, and there the proportions hardly matter; they matter more when the model is used frozen. (Their table gives the
# shares in another order: hidden, kept, replaced.)

# %% [markdown] lang="es"
# ## 6. Una sola tabla
#
# Para puntuar las $V$ palabras hace falta una matriz de $V \times D$, con $D$ números por palabra. BERT no pone otra: usa la **misma
# tabla** con la que entran, traspuesta (*weight tying*). La puntuación de una palabra es el producto escalar entre lo que sale en ese
# sitio, tras una capa pequeña de $D \times D$, y la fila de esa palabra, más un sesgo. A mano, en el BERT base, $V = 30\,522$ y
# $D = 768$: la tabla tiene $23{,}4$ millones de parámetros, y compartirla ahorra otros tantos.

# %% [markdown] lang="en"
# ## 6. A single table
#
# Scoring the $V$ words takes a $V \times D$ matrix, with $D$ numbers per word. BERT does not add a new one: it reuses the input table,
# **the same one**, transposed (*weight tying*). The score of a word is the dot product of the output at that position, after a small
# $D \times D$ layer, and the row of that word, plus a bias. By hand, in base BERT, $V = 30\,522$ and $D = 768$: the table has $23.4$
# million parameters, and sharing it saves as many again.

# %%
print(30522 * 768, both_ways.head.table is both_ways.bert.embeddings.tokens.weight)
D, V = 768, 30522
parts = label(
    ("tabla de palabras", "atención", "las dos capas de después"),
    ("word table", "attention", "the two layers after it"),
)
base = (V * D, 12 * 4 * D**2, 12 * 8 * D**2)
small = (len(tokens) * 64, 2 * 4 * 64**2, 2 * 4 * 64**2)
plots.plot_parts(
    {
        label(
            f"BERT base, {sum(base) / 1e6:.0f} millones", f"BERT base, {sum(base) / 1e6:.0f} million"
        ): dict(zip(parts, base, strict=True)),
        label(f"el nuestro, {sum(small) // 1000} mil", f"ours, {sum(small) // 1000} thousand"): dict(
            zip(parts, small, strict=True)
        ),
    },
    label(
        "parámetros, sin posiciones, sesgos ni normas", "parameters, without positions, biases and norms"
    ),
)

# %% [markdown] lang="es"
# ## 7. La sonda
#
# Volvamos al banco. Una **sonda** (*probe*) es un clasificador lineal que solo ve el vector de una palabra y ha de decir algo de su
# frase; aquí, el sentido. Si acierta, la información está en el vector. Pero acertar no basta: ¿acertar más que quién? Nuestras
# comparaciones: el vector fijo del principio, un BERT recién nacido (con los pesos al azar, sin entrenar) y el preentrenado.
#
# La **pista** es el trozo que decide el sentido: «se sentó», «pagó deudas». Hay dos moldes de frase («la niña … en el banco», «ayer el
# banco …»), dos sentidos y cuatro pistas de cada. La sonda aprende con dos de las cuatro, y hay dos pruebas: frases nuevas con esas
# pistas, y frases con las otras dos, $2 \times 2 \times 2 = 8$ pistas que **no** vio («se sentó» sí, «durmió bien» no).

# %% [markdown] lang="en"
# ## 7. The probe
#
# Back to the bank. A **probe** is a linear classifier that only sees the vector of a word and has to say something about its sentence;
# here, the sense. If it succeeds, the information is in the vector. But success alone is not enough: compared with what? Our
# comparisons: the fixed vector of the beginning, an untrained BERT (a newborn, with random weights) and the pre-trained one.
#
# The **clue** is the piece that decides the sense: “went swimming”, “paid a debt”. There are two moulds of sentence (“the girl … at the
# bank”, “yesterday the bank …”), two senses and four clues of each. The probe is trained on two of the four, and there are two tests:
# new sentences with those clues, and sentences with the other two, $2 \times 2 \times 2 = 8$ clues that it did **not** see (it saw
# “went swimming” but not “slept outdoors”).

# %%
widgets.predict("bert.probe")

# %%
told = make_senses(900, ambiguous=1.0, seed=2)
sense = np.array([sentence.topic for sentence in told])
clue = np.array([sentence.clue for sentence in told])
place = torch.tensor([sentence.at + 1 for sentence in told])  # where the word is; [CLS] goes first


def layers_of(model):
    """Return the vectors of the ambiguous word after each layer, (N, D) each; the first before any."""
    model.bert.keep_layers = True
    guesses(model, tokens.rows([sentence.text for sentence in told]))
    model.bert.keep_layers = False
    return [output[torch.arange(len(told)), place].cpu().numpy() for output in model.bert.layer_outputs]


def probe(vectors):
    """Return a probe's accuracy with clues 0 and 1, which it saw, and with 2 and 3."""
    seen, fresh = clue < 2, np.arange(len(told)) >= 600  # the first 600 sentences teach
    fitted = LogisticRegression(max_iter=2000).fit(vectors[seen & ~fresh], sense[seen & ~fresh])
    return [fitted.score(vectors[part], sense[part]) for part in (seen & fresh, ~seen)]


fixed = np.repeat(vectors[:1].numpy(), len(told), axis=0)
by_layer = {
    label("recién nacido", "untrained"): layers_of(newborn),
    label("preentrenado", "pre-trained"): layers_of(both_ways),
}
probed = {label("vector fijo", "fixed vector"): probe(fixed)} | {
    name: probe(layers[-1]) for name, layers in by_layer.items()
}
plots.plot_kinds(probed, label(["pistas vistas", "pistas nuevas"], ["clues seen", "new clues"]))
plots.plot_senses({name: layers[-1] for name, layers in by_layer.items()}, sense, clue < 2, list(groups))

# %% [markdown] lang="es"
# Con el vector fijo, igual en todas las frases, la sonda dice siempre lo mismo: acierta como una moneda. Con el preentrenado acierta
# casi todas, también con pistas que no vio: a fuerza de rellenar huecos, el modelo ha puesto cerca las palabras que se usan igual.
#
# Y mira al recién nacido: con pistas **vistas** acierta casi todo, ¡sin haber leído nada! La atención mezcla filas al azar, pero
# siempre las mismas, y la sonda aprende a reconocerlas una a una. Con pistas nuevas tira una moneda por pista; como hay ocho, puede
# quedar lejos de la mitad sin saber nada. **Acertar con una sonda no demuestra que el modelo sepa; hay que ver qué acierta quien no
# sabe.**
#
# Los puntos no son la sonda: usan una sola dirección, la que une las medias de los dos sentidos (0 y 1) en las frases de pistas vistas;
# la raya está a medio camino. La sonda usa los 64 rasgos, y por eso sus aciertos pueden ser otros. Muévete por las capas: antes de la
# primera atención, en la capa 0, el vector solo sabe qué palabra es y en qué sitio está, y cada cuadrado cae dentro de un círculo.

# %% [markdown] lang="en"
# With the fixed vector, the same in every sentence, the probe always gives the same answer: it is no better than a coin. With the
# pre-trained one it is nearly always right, even with clues it never saw: by filling so many gaps the model has come
# to place words used in similar ways close together.
#
# And look at the untrained one: with clues **seen** it gets nearly all right, without having read anything! Attention mixes random
# rows, but always the same ones, and the probe learns to recognise them one by one. With new clues it tosses a coin per clue; as there
# are eight, it may end up far from a half and know nothing. **Passing a probe does not prove that a model knows: first find out how
# well a model that knows nothing would do.**
#
# The points are not the probe: they use a single direction, the one that joins the means of both senses (0 and 1) in the sentences with
# clues seen; the dashed line is half way. The probe uses all 64 features, so its accuracy may be another. Move through the layers:
# before the first attention, at layer 0, the vector only knows which word it is and where it stands, and each square falls inside a
# circle.

# %%
widgets.explore_senses(by_layer, sense, clue < 2, list(groups))

# %% [markdown] lang="es"
# ## 8. ¿Va después? Una tarea que sobró
#
# El BERT original jugaba a la vez a otra cosa: recibía dos frases y, leyendo `[CLS]`, decía si la segunda **seguía** a la primera en
# su documento o venía de otro, mitad y mitad (*next sentence prediction*). La idea: aprender relaciones entre frases. Probemos una
# regla tonta, sin red: mirar de qué lado, asientos o dinero, cae la media de los vectores **fijos** de cada frase (la raya, por la
# mediana: medio sorteo a cada lado); si las dos caen del mismo, «sigue». Una regla así no puede saber cuál va primero.

# %% [markdown] lang="en"
# ## 8. Does it come next? One task too many
#
# The original BERT played a second game at the same time: it was given two sentences and, reading `[CLS]`, said whether the second
# **followed** the first in its document or came from another, with equal odds (*next-sentence prediction*). The idea: to learn
# relations between sentences. Let us try a silly rule, with no network: see on which side, waterside or money, the mean of the
# **fixed** vectors of each sentence falls (the line, at the median: half of the draw on each side); if both fall on the same side,
# answer “next”. Such a rule cannot know which comes first.

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
side_a, side_b = (
    np.mean([fixed_table[tokens.ids[one]] for one in group], axis=0) for group in groups.values()
)


def topic_of(texts):
    """Return the side on which the mean of the fixed vectors of each text falls: (N,) booleans."""
    means = np.array([fixed_table[tokens.encode(text)].mean(axis=0) for text in texts])
    sides = means @ (side_b - side_a)
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
plots.plot_kinds(
    {label("solo el tema", "the topic alone"): scored},
    kinds,
    {kinds[0]: (0.75, label("lo más que puede el tema", "the most that the topic can do"))},
)

# %% [markdown] lang="es"
# Una regla que solo ve el tema supera ya con claridad a la moneda en la tarea original. Aquí no puede pasar de tres cuartos, porque hay
# dos temas y la mitad de los documentos ajenos comparten el suyo; con los muchos temas de un texto de verdad podría llegar más lejos.
# Ante la pregunta que interesaba, si va después o antes, acierta la mitad **exacta**: no podía hacer otra cosa. Es lo que los autores
# de ALBERT sospecharon de BERT: que aprendía sobre todo el tema. RoBERTa quitó la tarea y no perdió nada; ALBERT la cambió por una que
# solo se puede resolver leyendo: dos frases seguidas, ¿están en su orden o del revés?

# %% [markdown] lang="en"
# A rule that only sees the topic is already well above the coin at the original task. Here it cannot exceed three quarters: there are
# only two topics, and half of the other documents share this one's; with the many topics of real text it could get further. Faced with
# the question that mattered, whether it comes next or before, it gets **exactly** half right: it could do nothing else. That is what
# the authors of ALBERT suspected of BERT: that it mostly learned the topic. RoBERTa dropped the task and lost nothing; ALBERT replaced
# it with one that can only be solved by reading: given two consecutive sentences, are they in order or swapped?

# %% [markdown] lang="es"
# ## 9. Ajustar: lo leído sirve para otra cosa
#
# Preentrenar no era el fin. Ahora viene **ajustar** (*fine-tuning*): se añade **una capa** que lee el vector de `[CLS]`, y se
# entrena con etiquetas. Dos maneras: **congelar** el BERT y usarlo como extractor de rasgos, o dejar que **todo** aprenda. Congelar son
# dos cosas: no pedir gradientes y dejarlo en `eval()`, para que el dropout no actúe.
#
# La prueba: mensajes de publicidad o de un amigo. Hay 3000 sin etiqueta y 40 con ella. Y una trampa: de las palabras **que deciden**
# (verbos, cosas, despedidas), los 40 usan la mitad y el examen usa **la otra mitad**. Las demás, como el saludo o la coma, son comunes.

# %% [markdown] lang="en"
# ## 9. Fine-tuning: putting what it read to another use
#
# Pre-training was not the end. Now comes **fine-tuning**: **one layer** is added that reads the vector of `[CLS]`, and it is
# trained with labels. Two ways: **freeze** the BERT and use it as a feature extractor, or let **all of it** learn. Freezing is two
# things: requiring no gradients, and leaving it in `eval()`, so that dropout does not act.
#
# The test: is a message advertising, or from a friend? We have 3000 unlabelled messages and 40 labelled ones. And a trap: of the words
# **that decide** (verbs, things, closings), the 40 use half and the test uses **the other half**. The rest, such as the greeting or
# the comma, are common to both.

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
    """Fine-tune a BERT from these weights, or from random ones; return its accuracy on the test."""
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
    """Return the accuracy of a linear classifier on bags of words."""
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
    label("congelado, último sitio", "frozen, last position"): [
        tune(weights, mail, known, exam, freeze=True, lr=1e-2, seed=seed, at=-1) for seed in seeds
    ],
    label("entero", "in full"): [tune(weights, mail, known, exam, seed=seed) for seed in seeds],
}
plots.plot_scores(
    results,
    label("aciertos en mensajes nuevos", "accuracy on new messages"),
    0.5,
    label("a cara o cruz", "chance"),
)

# %% [markdown] lang="es"
# La bolsa de palabras (qué palabras salen y cuántas veces, sin orden) y el BERT desde cero no saben: ninguna palabra que decida en el
# examen tenía etiqueta. Si alguno se aparta de la mitad, otra vez son pocas monedas: una por palabra nueva, no una por mensaje. Los
# preentrenados aciertan casi todo con las mismas 40. No es que el ajuste enseñe más; es que ya sabían que «consigue» se usa como
# «gana», y la etiqueta de una valió para la otra.
#
# Congelado o entero, aquí da parecido, y congelado solo se entrenan 130 números. También vale leer `[CLS]` o el último sitio, que es
# `[SEP]`. Y eso que en nuestro preentrenamiento a `[CLS]` nunca se le pidió nada: no hay magia en él; es un sitio más que mira a
# todos. Con textos de verdad, el entero suele ganar y el congelado cuesta menos. Y una advertencia: esta prueba está hecha para que
# preentrenar sea lo único que sirve. Ahora, una que no.

# %% [markdown] lang="en"
# The bag of words (which words come up and how often, with no order) and the BERT from scratch do not know: none of the words that
# decide in the test had a label. If one of them is off the half, it is again a matter of few coins: one per new word, not one per
# message. The pre-trained ones get nearly all right with the same 40. It is not that fine-tuning teaches more; they already knew that
# “claim” is used like “win”, so a label on one also served the other.
#
# Frozen or in full comes out much the same here, and frozen trains only 130 numbers. Reading `[CLS]` or the last position, which is
# `[SEP]`, will do too. And yet in our pre-training `[CLS]` was never asked anything: there is no magic in it; it is one more position
# that looks at all the others. With real texts full fine-tuning usually wins, and freezing is cheaper. And a warning: this test is
# built so that only pre-training can help. The next one is not.

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
    """Return the accuracy of each way on a real test set."""
    vocabulary = BertTokens(data.train[0], min_count=2)
    own = make(vocabulary, max_len=max_len)
    game(own, vocabulary.rows(data.train[0], max_len), steps=3000 if gpu else 200, batch_size=32)
    options = {"classes": len(data.classes), "steps": 600 if gpu else 150, "max_len": max_len}
    largest = np.bincount(data.test[1]).max() / len(data.test[1])
    tuned = [
        tune(start, vocabulary, data.train, data.test, **options) for start in (None, own.state_dict())
    ]
    return [largest, *tuned, bag(data.train, data.test)]


sets = {data.name: data for data in (load_sst2(), load_sib200())}  # offline both are the same one
real = {name: compare(data) for name, data in sets.items()}
plots.plot_kinds(
    {name: [shares[k] for shares in real.values()] for k, name in enumerate(names)}, list(real)
)

# %% [markdown] lang="es"
# Una ejecución nuestra, en CPU y con tres semillas. SST-2 (6920 frases con etiqueta, 1821 de examen): la clase mayor acierta el
# 50,1 %; BERT desde cero, del 76,6 al 79,2 %; preentrenado, del 70,5 al 73,1 %; la bolsa, el 81,8 %. SIB-200 (701 y 204) en
# español: 25,0 %, del 52,0 al 55,4 %, del 50,0 al 59,3 %, 65,7 %; en inglés: 25,0 %, del 49,5 al 59,8 %, del 44,1 al 55,9 %, 70,6
# %. **Gana la bolsa de palabras**, la más barata. Haber leído antes esas mismas frases no ayudó: en SST-2 estorbó, y en SIB-200
# no se distingue de lo que cambia una semilla (con 204 frases de examen, unos puntos no dicen nada). Es un solo preentrenamiento,
# de 200 pasos.
#
# El BERT base acierta el 93,5 % en SST-2, ajustado con sus 67 000 trozos de frase con etiqueta. Sus piezas son las tuyas, pero más y
# mayores, y leyó 3300 millones de palabras. De ahí la regla práctica: con pocos datos y sin un modelo que ya haya leído, empieza por lo
# sencillo. (Si no había datos, la figura es de los mensajes generados, con las dos mitades: ahí todo es fácil. Con GPU, las mismas
# líneas entrenan más pasos.)

# %% [markdown] lang="en"
# One run of ours, on CPU and with three seeds. SST-2 (6920 labelled sentences, 1821 to test): the largest class gets 50.1%; BERT from
# scratch, 76.6 to 79.2%; pre-trained, 70.5 to 73.1%; the bag, 81.8%. SIB-200 (701 and 204) in Spanish: 25.0%, 52.0 to 55.4%, 50.0 to
# 59.3%, 65.7%; in English: 25.0%, 49.5 to 59.8%, 44.1 to 55.9%, 70.6%. **The bag of words wins**, the cheapest of them. Having read
# those same sentences before did not help: on SST-2 it got in the way, and on SIB-200 it cannot be told from what a seed changes (with
# 204 sentences to test, a few points mean nothing). It is a single pre-training, of 200 steps.
#
# Base BERT gets 93.5% on SST-2, fine-tuned on its 67 000 labelled pieces of sentences. Its parts are the same as yours, but more and
# larger, and it read 3300 million words. Hence the practical rule: with little data and no pre-trained model, start with something
# simple. (If there was no data, the figure is of the generated messages, with both halves: there everything is easy. With a GPU, the
# same lines train for more steps.)

# %% [markdown] lang="es"
# ## 11. Lo que BERT no es
#
# BERT rellena huecos; no escribe. Si le damos una frase entera de huecos, cada sitio da su palabra más probable **sin saber qué
# darán los demás**. Y una fila toda de huecos no se parece a nada de lo que entrenó, con un 15 %:

# %% [markdown] lang="en"
# ## 11. What BERT is not
#
# BERT fills gaps; it does not write. If we give it a whole sentence of gaps, each position gives its likeliest word **without knowing
# what the others will give**. And a row of nothing but gaps is unlike anything it trained on, with 15%:

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
# De golpe suele salir un revoltijo: los huecos no se ponen de acuerdo. De uno en uno sale algo mejor, pero hay que saber el largo de
# antemano, y cada palabra nueva cambia los vectores de todas las demás: no hay nada calculado que guardar para la siguiente. Para
# escribir está la otra familia, la de la unidad 7. BERT tampoco es una base de datos, ni «entiende» por acertar una sonda: da vectores
# buenos, y eso ya es mucho.
#
# ## Apéndice: un BERT de verdad
#
# La biblioteca `transformers` tiene los pesos publicados. Nuestro modelo tiene la misma forma, así que puede cargarlos: con pesos al
# azar, sin red, las puntuaciones son las mismas. Con red, cambia `False` por `True`: se tapa una palabra en español y en inglés, y
# nuestro modelo carga esos mismos pesos (unos 850 MB).

# %% [markdown] lang="en"
# Filled all at once, the result is often a jumble: the gaps do not agree with each other. Filled one at a time, it comes out
# better, but the length has to be known beforehand, and each new word changes the vectors of all the others: nothing computed can
# be kept for the next. For writing there is another family, the subject of unit 7. BERT is no database either, and passing a
# probe does not mean it “understands”: it gives good vectors, and that is a lot.
#
# ## Appendix: a real BERT
#
# The `transformers` library has the published weights. Our model has the same shape, so it can load them: with random weights,
# offline, the scores are the same. Online, change `False` to `True`: a word is hidden in Spanish and in English, and our model loads
# those same weights (about 850 MB in all).

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


def difference(library, ids):
    """Return how far the scores of our model, with the library's weights, are from the library's."""
    sizes = library.config
    config = BertConfig(
        sizes.vocab_size,
        d_model=sizes.hidden_size,
        heads=sizes.num_attention_heads,
        d_ff=sizes.intermediate_size,
        num_layers=sizes.num_hidden_layers,
        max_len=sizes.max_position_embeddings,
    )
    ours = MaskedBert(config).eval()
    ours.load_state_dict(from_library(library.state_dict()))
    with torch.no_grad():
        return (library(ids).logits - ours(ids)).abs().max().item()


told = label("diferencia mayor:", "largest difference:")
if transformers:
    sizes = {
        "vocab_size": 100,
        "hidden_size": 48,
        "num_attention_heads": 4,
        "intermediate_size": 96,
        "num_hidden_layers": 3,
        "max_position_embeddings": 32,
    }
    library = transformers.BertForMaskedLM(transformers.BertConfig(**sizes)).eval()
    print(told, difference(library, torch.randint(5, 100, (2, 9))))
if transformers and online:
    for name, text in (
        ("dccuchile/bert-base-spanish-wwm-cased", "Me senté en el [MASK] del parque."),
        ("bert-base-cased", "I paid the debt at the [MASK]."),
    ):
        tokenizer = transformers.AutoTokenizer.from_pretrained(name)
        library = transformers.AutoModelForMaskedLM.from_pretrained(name).eval()
        ids = tokenizer(text, return_tensors="pt").input_ids
        with torch.no_grad():
            scores = library(ids).logits[0, ids[0] == tokenizer.mask_token_id][0]
        print(text, tokenizer.convert_ids_to_tokens(scores.topk(5).indices))
        print(told, difference(library, ids))

# %% [markdown] lang="es"
# ## ¿Verdadero o falso?
#
# Decide antes de abrir cada una.
#
# <details><summary>1. «BERT es el decodificador del Transformer sin máscara.»</summary>
#
# **Falso** en la letra, aunque las capas serían casi las mismas: es el codificador. Un decodificador sin atención cruzada ni
# máscara causal tendría las mismas capas.
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
# **Falso.** Hay que ponerlo también en `eval()`: si no, el dropout sigue actuando.
# </details>
#
# <details><summary>8. «Preentrenar ayuda siempre.»</summary>
#
# **Falso.** Con poco texto leído puede no notarse, o estorbar: mira los números de la sección 10.
# </details>

# %% [markdown] lang="en"
# ## True or false?
#
# Decide before you open each one.
#
# <details><summary>1. “BERT is the decoder of the Transformer without a mask.”</summary>
#
# Strictly **false**, though the layers would be nearly the same: it is the encoder. A decoder without cross-attention or causal mask
# would have the same layers.
# </details>
#
# <details><summary>2. “80% of the words are hidden.”</summary>
#
# **False.** 80% of 15%: 12%.
# </details>
#
# <details><summary>3. “The model is not asked about the words left as they are.”</summary>
#
# **False.** It is asked about them too. That is why the model works on what it sees.
# </details>
#
# <details><summary>4. “If the loss counts all positions, it falls further.”</summary>
#
# **True**, but it means nothing: at most of them the answer is visible.
# </details>
#
# <details><summary>5. “If a probe succeeds, the model understands.”</summary>
#
# **False.** The untrained one passed it too, with the clues seen.
# </details>
#
# <details><summary>6. “Attention does not cross `[SEP]`.”</summary>
#
# **False.** It crosses it freely: that is why both sentences go in the same row.
# </details>
#
# <details><summary>7. “Freezing the weights is enough to keep the features from changing.”</summary>
#
# **False.** It must also be in `eval()`; otherwise dropout keeps acting.
# </details>
#
# <details><summary>8. “Pre-training always helps.”</summary>
#
# **False.** If it has read little it may not show, or even get in the way: see the numbers of section 10.
# </details>

# %% [markdown] lang="es"
# ## En media página
#
# - Un vector **fijo** mezcla los sentidos de su palabra; uno **en contexto** depende de la frase.
# - BERT es un codificador que mira a los dos lados. Lee `[CLS]`, `[SEP]`, segmentos y posiciones aprendidas, sumados a la palabra.
# - Se entrena adivinando el 15 % de las palabras; 80/10/10, para que el modelo trabaje también donde ve la palabra, y no se fíe
#   de ella.
# - La pérdida, solo donde se pregunta. La tabla de salida es la de entrada.
# - A los dos lados se acierta más que a uno, porque la pista puede venir después.
# - La frase siguiente se resolvía en buena parte por el tema, y sobró.
# - Una **sonda** se compara con un modelo sin entrenar y se prueba con pistas nuevas, o no dice nada.
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
# - A **fixed** vector mixes the senses of its word; a **contextual** one depends on the sentence.
# - BERT is an encoder that looks both ways. It reads `[CLS]`, `[SEP]`, segments and learned positions, added to the word.
# - It is trained by guessing 15% of the words; 80/10/10, so that the model also works at visible words, and does not simply trust them.
# - The loss counts only the chosen positions. Input and output share one table.
# - Reading both ways beats reading one way, because the clue may come later.
# - The next sentence could largely be told from the topic, and was one task too many.
# - A **probe** says nothing unless it is compared with an untrained model and tested on new clues.
# - With few labels, what the model read before makes up for those you lack. If it has read little, start with something simple.
# - BERT fills in; it does not write.
#
# In the assignment you will build each piece and train your own.
#
# ## Read next
#
# - Mikolov et al. (2013), [Distributed representations of words and phrases](https://arxiv.org/abs/1310.4546). Skip-gram and the
#   negatives of the assignment.
# - Peters et al. (2018), [Deep contextualized word representations](https://arxiv.org/abs/1802.05365). ELMo: context, still with
#   LSTMs.
# - Devlin et al. (2019), [BERT](https://arxiv.org/abs/1810.04805). Appendix C.2 measures 80/10/10.
# - Liu et al. (2019), [RoBERTa](https://arxiv.org/abs/1907.11692). Drops next-sentence prediction and reads more.
# - Lan et al. (2020), [ALBERT](https://arxiv.org/abs/1909.11942). The order of sentences, and a single layer repeated.
# - Hewitt and Liang (2019), [Designing and interpreting probes with control tasks](https://arxiv.org/abs/1909.03368). What to compare a
#   probe with.
# - Cañete et al. (2020), [Spanish pre-trained BERT model](https://arxiv.org/abs/2308.02976). BETO, the BERT in Spanish.
# - The data: Socher et al. (2013), [SST](https://aclanthology.org/D13-1170/); Adelani et al. (2024),
#   [SIB-200](https://arxiv.org/abs/2309.07445).
