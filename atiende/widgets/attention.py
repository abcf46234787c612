"""Explorers of the fourth unit: a query that turns, the root of d, masks, and what each head gets."""

import ipywidgets
import numpy as np
import torch

from atiende.language import label
from atiende.models.attention import causal_mask, scaled_dot_product_attention
from atiende.plots.attention import draw_arrows, draw_map, draw_split, draw_weights
from atiende.widgets.explorer import Explorer

SYMBOLS, NUMBERS = 4, 12  # of the sequence that heads share out


def look(query, keys):
    """Return the weights (S,) of a query (d,) over keys (S, d), scaled."""
    keys = torch.tensor(np.asarray(keys))
    return scaled_dot_product_attention(torch.tensor(np.asarray(query))[None], keys, keys)[1][0].numpy()


def explore_query() -> Explorer:
    """Turn and stretch a query in the plane, and see which keys it finds."""
    words = label("llama burro río puente", "llama donkey river bridge").split()
    angles = np.deg2rad([20, 90, 160, 250])
    keys = 1.4 * np.stack([np.cos(angles), np.sin(angles)], axis=1)

    def draw(canvas, angle, length):
        query = length * np.array([np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))])
        weights = look(query, keys)
        left, right = canvas.subplots(1, 2, width_ratios=(1.25, 1))
        draw_arrows(left, keys, query, words, reach=3.2)  # the same at every length: only the query changes
        left.set_axis_off()
        draw_weights(right, weights, words)
        canvas.suptitle(label(f"consulta a {angle}°, de longitud {length:g}", f"query at {angle}°, of length {length:g}"), fontsize=10)
        told = ", ".join(f"{word} {weight:.2f}" for word, weight in zip(words, weights, strict=True))
        return label(f"Consulta a {angle}°, de longitud {length:g}: {told}.", f"Query at {angle}°, of length {length:g}: {told}.")

    controls = {
        "angle": ipywidgets.IntSlider(20, min=0, max=350, step=10, description=label("ángulo", "angle")),
        "length": ipywidgets.FloatSlider(1.0, min=0.0, max=3.0, step=0.25, description=label("longitud", "length")),
    }
    states = [{"angle": a, "length": n} for a, n in ((20, 1.0), (20, 3.0), (160, 2.0), (160, 0.0))]
    return Explorer(draw, controls, states, height=2.3)


def explore_root() -> Explorer:
    """Change the length of queries and keys, divide by its root or not, and see the weights of one look."""
    names = {True: label("entre √d", "divided by √d"), False: label("sin dividir", "not divided")}

    def draw(canvas, d, scaled):
        rng = np.random.default_rng(49)  # one draw; the figure of the lesson has the mean of many
        scores = rng.standard_normal((16, d)) @ rng.standard_normal(d) / (d**0.5 if scaled else 1.0)  # (16,)
        weights = np.exp(scores - scores.max())
        weights /= weights.sum()
        ax = canvas.subplots()
        ax.bar(range(16), np.sort(weights)[::-1])
        ax.set(ylim=(0, 1.05), yticks=[0, 0.5, 1], xticks=[], xlabel=label("claves, de más a menos", "keys, from most to least"),
               ylabel=label("peso", "weight"))  # fmt: skip
        ax.set_title(f"d = {d}, {names[scaled]}", fontsize=10)
        top, slope = weights.max(), weights.max() * (1 - weights.max())
        return label(f"d = {d}, {names[scaled]}: peso mayor {top:.3f}; su derivada, p (1 − p) = {slope:.2g}.",
                     f"d = {d}, {names[scaled]}: largest weight {top:.3f}; its derivative, p (1 − p) = {slope:.2g}.")  # fmt: skip

    controls = {
        "d": ipywidgets.ToggleButtons(options=[4, 16, 64, 256, 1024], value=64, description="d"),
        "scaled": ipywidgets.ToggleButtons(options=[(name, value) for value, name in names.items()], value=False,
                                           description=label("puntuación", "score")),
    }  # fmt: skip
    states = [{"d": d, "scaled": scaled} for scaled in (False, True) for d in (4, 256)]
    return Explorer(draw, controls, states, height=2.2)


def explore_mask() -> Explorer:
    """Hide padding, the future, or both, and see where the weights go."""
    words = label("la llama cruzó el río", "the llama crossed the river").split()
    names = {"none": label("ninguna", "none"), "padding": label("relleno", "padding"), "causal": label("causal", "causal"),
             "both": label("las dos", "both")}  # fmt: skip

    def draw(canvas, kind, length):
        rng = np.random.default_rng(5)
        q, k = (torch.tensor(rng.standard_normal((5, 8))) for _ in range(2))
        mask = torch.ones(5, 5, dtype=torch.bool)
        if kind in ("padding", "both"):
            mask = mask & (torch.arange(5) < length)
        if kind in ("causal", "both"):
            mask = mask & causal_mask(5)
        _, weights = scaled_dot_product_attention(q, k, k, mask)
        shown = [*words[:length], *["‹pad›"] * (5 - length)]
        ax = canvas.subplots()
        draw_map(ax, weights, shown, shown, numbers=0.0)
        ax.set_title(f"{names[kind]}, {length} {label('palabras', 'words')}", fontsize=10)
        hidden = int((~mask).sum())
        return label(f"Máscara: {names[kind]}. {length} palabras y {5 - length} de relleno: {hidden} de 25 pesos son 0.",
                     f"Mask: {names[kind]}. {length} words and {5 - length} of padding: {hidden} of 25 weights are 0.")  # fmt: skip

    controls = {
        "kind": ipywidgets.ToggleButtons(options=[(name, kind) for kind, name in names.items()], value="padding",
                                         description=label("máscara", "mask")),
        "length": ipywidgets.IntSlider(3, min=1, max=5, description=label("palabras", "words")),
    }  # fmt: skip
    states = [{"kind": kind, "length": length} for kind, length in (("none", 5), ("padding", 3), ("causal", 5), ("both", 3))]
    return Explorer(draw, controls, states, height=3.4)


def owners(heads: int, swapped: bool, symbols: int = SYMBOLS, numbers: int = NUMBERS) -> np.ndarray:
    """Return which head gets each number of each symbol, (T, D): cut and swapped, or by a bare reshape to (H, T, d)."""
    head = np.arange(heads)[:, None, None]
    taken = np.broadcast_to(head, (heads, symbols, numbers // heads))
    return (taken.transpose(1, 0, 2) if swapped else taken).reshape(symbols, numbers)


def explore_heads() -> Explorer:
    """Share twelve numbers of four symbols out among heads, the right way and by a bare reshape."""
    words = label("la llama no cruzó", "the llama didn't cross").split()
    names = {True: label("ejes cambiados", "axes swapped"), False: label("solo reshape", "bare reshape")}

    def draw(canvas, heads, swapped):
        shared = owners(heads, swapped)
        ax = canvas.subplots()
        draw_split(ax, shared, words)
        shape = f"{heads} × {NUMBERS // heads}, {names[swapped]}"
        ax.set_title(shape, fontsize=10)
        seen = int((shared == 0).any(axis=1).sum())
        return label(f"{shape}: símbolos que ve, al menos en parte, la cabeza 0: {seen} de {SYMBOLS}.",
                     f"{shape}: symbols that head 0 sees, at least in part: {seen} of {SYMBOLS}.")

    controls = {
        "heads": ipywidgets.ToggleButtons(options=[1, 2, 3, 4, 6], value=2, description=label("cabezas", "heads")),
        "swapped": ipywidgets.ToggleButtons(options=[(name, value) for value, name in names.items()], value=False,
                                            description=label("reparto", "split")),
    }  # fmt: skip
    states = [{"heads": heads, "swapped": swapped} for heads in (2, 4) for swapped in (True, False)]
    return Explorer(draw, controls, states, height=1.7)
