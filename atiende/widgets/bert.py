"""Explorers of the sixth unit: how much is hidden, what is guessed in a gap, and where the senses of a word part."""

import textwrap

import ipywidgets
import numpy as np
import torch

from atiende.data.bert_tokens import MASK
from atiende.language import label
from atiende.plots.bert import draw_fates, draw_guesses, draw_senses, per_cent
from atiende.widgets.explorer import Explorer

ROWS, COLUMNS, BEST = 8, 25, 5


def explore_hiding() -> Explorer:
    """Change how many of 200 words are chosen, and what share of those is hidden by [MASK]; the rest is shared in halves."""
    rng = np.random.default_rng(0)
    luck, fate = rng.random((2, ROWS, COLUMNS))

    def draw(canvas, p, masked):
        chosen, changed = luck < p, masked + (1 - masked) / 2
        fates = np.where(chosen, np.where(fate < masked, 1, np.where(fate < changed, 2, 3)), 0)
        ax = canvas.subplots()
        draw_fates(ax, fates)
        ax.set_title(label(f"elegidas {per_cent(p)}; de ellas, tapadas {per_cent(masked)}",
                           f"chosen {per_cent(p)}; of those, hidden {per_cent(masked)}"))  # fmt: skip
        counts = np.bincount(fates.ravel(), minlength=4)
        return label(f"De {fates.size} palabras, elegidas: {counts[1:].sum()}. Tapadas (azul): {counts[1]}; cambiadas (naranja): "
                     f"{counts[2]}; se quedan (verde): {counts[3]}.",
                     f"Of {fates.size} words, chosen: {counts[1:].sum()}. Hidden (blue): {counts[1]}; replaced (orange): "
                     f"{counts[2]}; kept (green): {counts[3]}.")  # fmt: skip

    controls = {
        "p": ipywidgets.FloatSlider(0.15, min=0.0, max=1.0, step=0.05, description=label("elegidas", "chosen")),
        "masked": ipywidgets.FloatSlider(0.8, min=0.0, max=1.0, step=0.1, description=label("tapadas", "hidden")),
    }
    states = [{"p": p, "masked": masked} for p, masked in ((0.15, 0.8), (0.15, 1.0), (0.5, 0.8), (0.05, 0.8))]
    return Explorer(draw, controls, states, height=2.2)


def explore_guess(model, tokens, sentences, hidden) -> Explorer:
    """Hide one word of a sentence, and see which words the model believes in: sentences is a list of texts.

    hidden: the word to begin with in each of the first of them, which are shown where no widget can run.
    """
    device = next(model.parameters()).device
    rows = [tokens.rows([text])[0] for text in sentences]

    def draw(canvas, sentence, place):
        row = rows[sentence].clone()
        place = min(place, len(row) - 2)  # between [CLS] and [SEP]
        right, row[place] = tokens.words[row[place]], MASK
        with torch.no_grad():
            shares = model.eval()(row[None].to(device))[0, place].softmax(dim=-1).cpu()
        best = shares.topk(BEST)
        words = [tokens.words[n] for n in best.indices]
        ax = canvas.subplots()
        draw_guesses(ax, words, best.values.tolist(), right)
        gap = " ".join("___" if n == place else tokens.words[i] for n, i in enumerate(row.tolist()) if 0 < n < len(row) - 1)
        ax.set_title(textwrap.fill(gap.replace(" .", "."), 36), fontsize=10)
        return label(f"{gap} Lo más probable, «{words[0]}», {best.values[0]:.2f}; la que había, «{right}», "
                     f"{shares[tokens.ids[right]]:.2f}.",
                     f"{gap} Likeliest, “{words[0]}”, {best.values[0]:.2f}; the one that was there, “{right}”, "
                     f"{shares[tokens.ids[right]]:.2f}.")  # fmt: skip

    controls = {
        "sentence": ipywidgets.Dropdown(options=[(text, n) for n, text in enumerate(sentences)], description=label("frase",
        "sentence")),
        "place": ipywidgets.IntSlider(rows[0].tolist().index(tokens.ids[hidden[0]]), min=1, max=max(map(len, rows)) - 2,
        description=label("sitio", "position")),
    }
    states = [{"sentence": n, "place": rows[n].tolist().index(tokens.ids[word])} for n, word in enumerate(hidden)]
    return Explorer(draw, controls, states, height=2.7)


def explore_senses(models: dict, senses, known, names) -> Explorer:
    """Choose a model and a layer, and see the vectors of one word by sense: model -> list of (N, D), a layer each.

    What is drawn is what is not known, (N,) booleans; the known ones say where each sense is.
    """
    kinds = list(models)

    def draw(canvas, model, layer):
        ax = canvas.subplots()
        right = draw_senses(ax, models[model][layer], senses, known, names)
        title = label(f"{model}, capa {layer}", f"{model}, layer {layer}")
        ax.set_title(title)
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.28), ncols=2, fontsize=10)
        return label(f"{title}: del lado de su sentido, el {per_cent(right)}.", f"{title}: on the side of their sense, "
            f"{per_cent(right)}.")

    last = len(models[kinds[0]]) - 1
    controls = {
        "model": ipywidgets.ToggleButtons(options=kinds, value=kinds[-1], description=label("modelo", "model")),
        "layer": ipywidgets.IntSlider(last, min=0, max=last, description=label("capa", "layer")),
    }
    states = [{"model": kind, "layer": layer} for kind in (kinds[0], kinds[-1]) for layer in (0, last)]
    return Explorer(draw, controls, states, height=2.9)
