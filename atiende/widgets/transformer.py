"""Explorers of the fifth unit: positions that resemble each other, a rate that warms up, and labels that ask for less."""

import ipywidgets
import numpy as np

from atiende.language import label
from atiende.models.transformer import inverse_sqrt, sinusoids
from atiende.plots.transformer import draw_likeness, draw_rates, draw_smoothing
from atiende.widgets.explorer import Explorer

POSITIONS = 100


def explore_positions() -> Explorer:
    """Choose a position and the number of features, and see which other positions resemble it."""

    def draw(canvas, position, d_model):
        table = sinusoids(POSITIONS, d_model)
        ax = canvas.subplots()
        products = draw_likeness(ax, table, position)
        ax.set_title(label(f"posición {position}, D = {d_model}", f"position {position}, D = {d_model}"))
        others = np.delete(products, position)
        return label(f"Posición {position} con {d_model} rasgos: consigo misma, {products[position]:.0f}; con cualquier otra, "
                     f"como mucho {others.max():.1f}.",
                     f"Position {position} with {d_model} features: with itself, {products[position]:.0f}; with any other, "
                     f"at most {others.max():.1f}.")  # fmt: skip

    controls = {
        "position": ipywidgets.IntSlider(20, min=0, max=POSITIONS - 1, description=label("posición", "position")),
        "d_model": ipywidgets.ToggleButtons(options=[4, 16, 64, 256], value=64, description=label("rasgos D", "features D")),
    }
    states = [{"position": position, "d_model": d} for position, d in ((20, 4), (20, 64), (70, 64), (20, 256))]
    return Explorer(draw, controls, states, height=2.6)


def explore_warmup() -> Explorer:
    """Change how long the rate warms up and how high it gets."""
    steps = np.arange(1, 2001)

    def draw(canvas, warmup, peak):
        rates = np.array([inverse_sqrt(step, warmup, peak) for step in steps])
        ax = canvas.subplots()
        draw_rates(ax, steps, {label(f"calentamiento {warmup}", f"warm-up {warmup}"): rates})
        ax.axvline(warmup, color="#6B6B6B", ls=":", lw=1.2)
        ax.set_ylim(0, 0.0085)
        ax.set_title(label(f"calentamiento {warmup}, máximo {peak:g}", f"warm-up {warmup}, peak {peak:g}"))
        return label(f"Calentamiento hasta {peak:g} en el paso {warmup}: en el paso 10, {rates[9]:.5f}; en el 2000, {rates[-1]:.5f}.",
                     f"Warm-up to {peak:g} at step {warmup}: at step 10, {rates[9]:.5f}; at 2000, {rates[-1]:.5f}.")  # fmt: skip

    controls = {
        "warmup": ipywidgets.IntSlider(400, min=1, max=1000, step=1, description=label("calentamiento", "warm-up")),
        "peak": ipywidgets.FloatSlider(0.004, min=0.001, max=0.008, step=0.001, readout_format=".3f",
        description=label("máximo", "peak")),
    }
    states = [{"warmup": warmup, "peak": peak} for warmup, peak in ((1, 0.004), (100, 0.004), (400, 0.004), (400, 0.008))]
    return Explorer(draw, controls, states, height=2.5)


def smoothed_loss(confidence, eps: float, vocab_size: int):
    """Return the loss of a model that gives the right word `confidence` (N,) and shares out the rest among the other words.

    There are vocab_size - 2 others: padding gets nothing, from the labels nor from the model.
    """
    others = vocab_size - 2
    return -(1 - eps) * np.log(confidence) - eps * np.log((1 - confidence) / others)


def explore_smoothing() -> Explorer:
    """Change how much the labels are smoothed, and see which confidence costs least."""
    confidence = np.linspace(0.3, 0.9999, 700)

    def draw(canvas, eps, vocab_size):
        ax = canvas.subplots()
        named = {label("sin suavizar",
        "not smoothed"): smoothed_loss(confidence, 0.0, vocab_size), f"ε = {eps:g}": smoothed_loss(confidence, eps, vocab_size)}
        at, loss = draw_smoothing(ax, confidence, named)[f"ε = {eps:g}"]
        ax.set(ylim=(-0.1, 3), title=f"ε = {eps:g}, V = {vocab_size}")
        ax.legend(loc="upper center")
        return label(f"Con ε = {eps:g} y {vocab_size} palabras, lo más barato es dar {at:.2f} a la buena, y cuesta {loss:.2f}.",
                     f"With ε = {eps:g} and {vocab_size} words, the cheapest is to give {at:.2f} to the right one, and it costs "
                     f"{loss:.2f}.")  # fmt: skip

    controls = {
        "eps": ipywidgets.FloatSlider(0.1, min=0.02, max=0.4, step=0.02, description="ε"),
        "vocab_size": ipywidgets.ToggleButtons(options=[10, 100, 10000], value=100, description=label("palabras V", "words V")),
    }
    states = [{"eps": eps, "vocab_size": size} for eps, size in ((0.02, 100), (0.1, 100), (0.3, 100), (0.1, 10000))]
    return Explorer(draw, controls, states, height=2.6)
