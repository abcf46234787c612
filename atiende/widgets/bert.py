"""Explorers of the sixth unit: how much is hidden, what is guessed in a gap, and where the senses of a word part."""

import ipywidgets
import numpy as np
import torch

from atiende.data.bert_tokens import MASK
from atiende.language import label
from atiende.plots.bert import draw_fates, draw_guesses, draw_senses
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
        ax.set_title(label(f"elegidas {p:.0%}; de ellas, tapadas {masked:.0%}", f"chosen {p:.0%}; of those, hidden {masked:.0%}"))
        counts = np.bincount(fates.ravel(), minlength=4)
        return label(f"De {fates.size} palabras, {counts[1:].sum()} elegidas: {counts[1]} tapadas (azul), {counts[2]} cambiadas "
                     f"(naranja) y "
                     f"{counts[3]} que se quedan (verde).",
                     f"Of {fates.size} words, {counts[1:].sum()} chosen: {counts[1]} hidden (blue), {counts[2]} changed (orange) and "
                     f"{counts[3]} kept (green).")  # fmt: skip

    controls = {
        "p": ipywidgets.FloatSlider(0.15, min=0.0, max=1.0, step=0.05, description=label("elegidas", "chosen")),
        "masked": ipywidgets.FloatSlider(0.8, min=0.0, max=1.0, step=0.1, description=label("tapadas", "hidden")),
    }
    states = [{"p": p, "masked": masked} for p, masked in ((0.15, 0.8), (0.15, 1.0), (0.5, 0.8), (0.05, 0.8))]
    return Explorer(draw, controls, states, height=1.9)


def explore_guess(model, tokens, sentences) -> Explorer:
    """Hide one word of a sentence, and see which words the model believes in: sentences is a list of texts."""
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
        ax.set_title(gap, fontsize=9.5)
        return label(f"{gap} Lo más probable, «{words[0]}», {best.values[0]:.2f}; la que había, «{right}», "
                     f"{shares[tokens.ids[right]]:.2f}.",
                     f"{gap} Likeliest, “{words[0]}”, {best.values[0]:.2f}; the one that was there, “{right}”, "
                     f"{shares[tokens.ids[right]]:.2f}.")  # fmt: skip

    controls = {
        "sentence": ipywidgets.Dropdown(options=[(text, n) for n, text in enumerate(sentences)], description=label("frase",
        "sentence")),
        "place": ipywidgets.IntSlider(2, min=1, max=max(map(len, rows)) - 2, description=label("sitio", "place")),
    }
    states = [{"sentence": n, "place": place} for n in range(2) for place in (2, len(rows[n]) - 3)]
    return Explorer(draw, controls, states, height=2.4)


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
        ax.legend(loc="best", fontsize=9.5, frameon=True, framealpha=0.85, edgecolor="none")
        return label(f"{title}: del lado de su sentido, el {right:.0%}.", f"{title}: on the side of their sense, {right:.0%}.")

    last = len(models[kinds[0]]) - 1
    controls = {
        "model": ipywidgets.ToggleButtons(options=kinds, value=kinds[-1], description=label("modelo", "model")),
        "layer": ipywidgets.IntSlider(last, min=0, max=last, description=label("capa", "layer")),
    }
    states = [{"model": kind, "layer": layer} for kind in (kinds[0], kinds[-1]) for layer in (0, last)]
    return Explorer(draw, controls, states, height=2.6)
