"""Explorers of the seventh unit: how many merges cut a text, with what one draws, and what a beam keeps."""

import ipywidgets
import numpy as np
import torch

from atiende.decoding import beam_search, next_probabilities
from atiende.language import label
from atiende.plots.gpt import draw_beam, draw_chances, draw_pieces
from atiende.tokenizers import BytePair
from atiende.widgets.explorer import Explorer

SHOWN = 8  # pieces that are drawn, the likeliest


def explore_merges(tokenizer: BytePair, text: str) -> Explorer:
    """Choose how many of the merges of a tokenizer are known, and see how they cut a text."""
    most = sum(0.55 + len(piece) for piece in tokenizer.pieces(text.encode()))

    def draw(canvas, merges):
        known = BytePair(tokenizer.merges[:merges])
        ids = known.encode(text)
        ax = canvas.subplots()
        pieces, rows = known.pieces(ids), {}
        while pieces:  # lines of about the same length
            count, width = 0, 0.0
            while count < len(pieces) and width < 44:
                width += 0.55 + len(pieces[count])
                count += 1
            rows[" " * len(rows)], pieces = pieces[:count], pieces[count:]
        draw_pieces(ax, rows, most=52)
        ax.set_ylim(max(len(rows), -(-most // 44)) - 0.45, -0.55)
        ax.set_title(label(f"{merges} uniones: {len(ids)} piezas", f"{merges} merges: {len(ids)} pieces"), fontsize=10)
        each = f"{len(text.encode()) / len(ids):.1f}"
        return label(f"Con {merges} uniones, el texto son {len(ids)} piezas, {each.replace('.', ',')} bytes cada una.",
                     f"With {merges} merges, the text is {len(ids)} pieces, {each} bytes each.")

    top = len(tokenizer.merges)
    slider = ipywidgets.SelectionSlider(options=sorted({*(n for n in (0, 5, 10, 20, 50, 100, 200, 300) if n < top), top}), value=top,
                                        description=label("uniones", "merges"))  # fmt: skip
    states = [{"merges": n} for n in (0, 20, 100, top)]
    return Explorer(draw, {"merges": slider}, states, height=2.4)


def explore_next(model, tokenizer: BytePair, beginnings: list[list[int]]) -> Explorer:
    """Choose one of two beginnings or more, lists of ids, a temperature, top-k and top-p: see what the next piece is drawn with."""
    place, scores = next(model.parameters()).device, {}
    with torch.no_grad():
        for ids in beginnings:
            scores[tokenizer.decode(ids).strip()] = model(torch.tensor([ids], device=place))[0][0, -1].float().cpu()
    texts = list(scores)

    def draw(canvas, beginning, temperature, top_k, top_p):
        logits = scores[beginning]
        p = next_probabilities(logits, temperature, top_k or None, top_p if top_p < 1 else None).numpy()
        best = logits.argsort(descending=True)[:SHOWN]
        ax = canvas.subplots()
        draw_chances(ax, tokenizer.pieces(best), logits.softmax(0)[best].numpy(), p[best.numpy()])
        left, effective = int((p > 0).sum()), float(np.exp(-(p[p > 0] * np.log(p[p > 0])).sum()))
        settings = f"τ {temperature:g}, top-k {top_k or '–'}, top-p {top_p:g}"
        stay = label("queda 1 pieza", "1 piece stays") if left == 1 else label(f"quedan {left} piezas", f"{left} pieces stay")
        ax.set_title(f"{beginning}▁\n{settings}: {stay}", fontsize=10)
        among = f"{effective:.1f}"
        return label(f"Tras «{beginning}», {settings}: {stay}; es como elegir entre {among.replace('.', ',')}.",
                     f"After “{beginning}”, {settings}: {stay}; it is like choosing among {among}.")  # fmt: skip

    controls = {
        "beginning": ipywidgets.Dropdown(options=texts, description=label("comienzo", "beginning")),
        "temperature": ipywidgets.FloatSlider(1.0, min=0, max=2, step=0.1, description=label("temperatura τ", "temperature τ")),
        "top_k": ipywidgets.IntSlider(0, min=0, max=20, description=label("top-k (0: todas)", "top-k (0: all)")),
        "top_p": ipywidgets.FloatSlider(1.0, min=0.1, max=1, step=0.05, description="top-p"),
    }
    plain = {"temperature": 1.0, "top_k": 0, "top_p": 1.0}
    others = {"top_p": 0.9}, {"top_p": 0.9}, {"temperature": 0.5}, {"top_k": 3}
    states = [{"beginning": texts[n % len(texts)]} | plain | other for n, other in enumerate(others)]
    return Explorer(draw, controls, states, height=3.0)


def small_language(seed: int, size: int = 3, length: int = 3):
    """Make a random model of `size` symbols: a function of a list of ids to the log-probabilities (size,) of the next."""
    rng = np.random.default_rng(seed)
    table = {}
    for depth in range(length):
        for ids in np.ndindex(*[size] * depth):
            table[ids] = torch.from_numpy(rng.normal(0, 1.3, size)).log_softmax(0)
    return lambda ids: table[tuple(ids)]


def explore_beam(seed: int = 10) -> Explorer:
    """Change the width of a beam and the model, and see which beginnings it keeps and whether it finds the best sentence."""

    def draw(canvas, width, model):
        next_log_p = small_language(model)
        levels, alive = [], [((), 0.0)]
        for _ in range(3):
            grown = [((*ids, n), total + step) for ids, total in alive for n, step in enumerate(next_log_p(ids).tolist())]
            kept = sorted(grown, key=lambda one: -one[1])[:width]
            levels.append([(ids, total, (ids, total) in kept) for ids, total in grown])
            alive = [one for one in grown if one in kept]
        (best, mark), optimum = beam_search(next_log_p, width, 3)[0], beam_search(next_log_p, 27, 3)[0][1]
        draw_beam(canvas.subplots(), levels, "abc", best)
        found = label("la mejor de las 27", "the best of all 27") if mark == optimum else label(f"la mejor tiene {optimum:.2f}",
            f"the best has {optimum:.2f}")
        title = label(f"haz de {width}, modelo {model}: {mark:.2f}; {found}", f"beam of {width}, model {model}: {mark:.2f}; {found}")
        canvas.suptitle(title.replace("-", "−"), fontsize=10)
        return label(f"Con un haz de {width}, en el modelo {model}, sale {''.join('abc'[n] for n in best)} con {mark:.2f}: {found}.",
                     f"With a beam of {width}, in model {model}, {''.join('abc'[n] for n in best)} comes out with {mark:.2f}: "
                         f"{found}.")  # fmt: skip

    controls = {
        "width": ipywidgets.IntSlider(2, min=1, max=6, description=label("ancho", "width")),
        "model": ipywidgets.IntSlider(seed, min=0, max=20, description=label("modelo", "model")),
    }
    return Explorer(draw, controls, [{"width": width, "model": seed} for width in (1, 2, 3, 5)], height=2.9)
