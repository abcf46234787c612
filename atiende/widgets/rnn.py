"""Explorers of the third unit: a gradient that travels back, a cliff, a gate, a temperature, and what a model can see."""

from functools import cache, partial

import ipywidgets
import numpy as np
import torch

from atiende.data import make_sentences
from atiende.language import label, language
from atiende.models.rnn import ConvLM, LSTMCell, RNNCell
from atiende.plots.memory import draw_cliff, draw_context, draw_memory, draw_reach
from atiende.plots.style import BLUE, ORANGE
from atiende.widgets.explorer import Explorer

UNITS = 32
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def reach(cell, x) -> np.ndarray:
    """Return the size of the gradient of the last state's sum at the state of each step, x (B, T, d): (T,)."""
    states, h = [], cell.start(x[:, 0])
    for x_t in x.unbind(dim=1):
        h = cell(x_t, h)
        for part in h:
            part.retain_grad()
        states.append(h)
    h[0].sum().backward()
    sizes = [sum(part.grad.pow(2).sum() for part in state if part.grad is not None) ** 0.5 for state in states]
    return np.array([float(size) for size in sizes])


def power(value: float) -> str:
    """Return a number as it is read in a sentence: with a power of ten where it is very small or very large."""
    if value == 0 or 0.001 <= value < 10_000:
        return f"{value:.2g}" if value < 10 else f"{value:.0f}"
    digits, exponent = f"{value:.1e}".split("e")
    return f"{digits} · 10{str(int(exponent)).translate(SUPERSCRIPTS)}"


def explore_reach(steps: int = 50) -> Explorer:
    """Change the first weights of two cells, and see how far back the gradient of the last step reaches."""

    def draw(canvas, scale, forget):
        curves = {}
        for name, make in (("tanh", RNNCell), (f"LSTM, b = {forget:g}", partial(LSTMCell, forget_bias=forget))):
            torch.manual_seed(0)
            cell = make(8, UNITS)
            with torch.no_grad():
                cell.from_state.weight.mul_(scale)
            curves[name] = reach(cell, 0.3 * torch.randn(4, steps, 8))
        ax = canvas.subplots()
        simple, gated = (power(ratio) for ratio in draw_reach(ax, curves).values())
        ax.set(ylim=(1e-17, 1e13), yticks=[1e-14, 1e-7, 1, 1e7], title=label(f"pesos × {scale:g}", f"weights × {scale:g}"))
        ax.legend(loc="upper left", ncols=2)
        return label(f"Pesos recurrentes × {scale:g}. Gradiente del primer paso entre el del último: tanh, {simple};"
                     f" LSTM con b = {forget:g}, {gated}.",
                     f"Recurrent weights × {scale:g}. Gradient of the first step over that of the last: tanh, {simple};"
                     f" LSTM with b = {forget:g}, {gated}.")  # fmt: skip

    controls = {
        "scale": ipywidgets.FloatSlider(1.0, min=0.25, max=4, step=0.25, description=label("pesos ×", "weights ×")),
        "forget": ipywidgets.FloatSlider(0.0, min=-2, max=6, step=0.5, description=label("sesgo de olvido b", "forget bias b")),
    }
    states = [{"scale": scale, "forget": forget} for scale, forget in ((1.0, 0.0), (3.0, 0.0), (1.0, 1.0), (1.0, 3.0))]
    return Explorer(draw, controls, states, height=2.6)


def cliff(w, steps: int = 80):
    """Return the loss (h_T - 0.6)² of h_t = tanh(w h_{t-1}) from h_0 = 0.3, for weights w (N,) or a number."""
    h = np.full(np.shape(w), 0.3)
    for _ in range(steps):
        h = np.tanh(np.asarray(w) * h)
    return (h - 0.6) ** 2


def slide(w: float, lr: float, limit: float | None, count: int = 60) -> list[float]:
    """Return the weights (count + 1,) of gradient descent on the cliff, with the gradient cut to `limit` if there is one."""
    path = [w]
    for _ in range(count):
        gradient = float(cliff(w + 1e-6) - cliff(w - 1e-6)) / 2e-6
        if limit is not None and abs(gradient) > limit:
            gradient = limit * np.sign(gradient)
        w -= lr * gradient
        path.append(w)
    return path


def explore_clipping() -> Explorer:
    """Change the limit of the gradient and the learning rate on a cliff."""
    names = {None: label("sin límite", "no limit"), 2.0: "2", 0.5: "0.5", 0.1: "0.1", 0.02: "0.02"}

    def draw(canvas, limit, lr):
        path = slide(0.95, lr, limit)
        ax = canvas.subplots()
        draw_cliff(ax, cliff, path, 0.8, 3.0)
        end = float(cliff(path[-1]))
        bound = names[limit] if limit is None else label(f"límite {names[limit]}", f"limit {names[limit]}")
        told = f"{bound}, η = {lr:g}: {label('pérdida', 'loss')} {power(end)}"
        ax.set_title(told, fontsize=10)
        return f"{told[0].upper()}{told[1:]}."

    controls = {
        "limit": ipywidgets.ToggleButtons(options=[(name, value) for value, name in names.items()],
                                          description=label("límite", "limit")),
        "lr": ipywidgets.FloatSlider(1.0, min=0.1, max=2, step=0.1, description=label("tasa η", "rate η")),
    }  # fmt: skip
    states = [{"limit": limit, "lr": 1.0} for limit in (None, 0.5, 0.1, 0.02)]
    return Explorer(draw, controls, states, height=2.7)


def explore_gate(steps: int = 60) -> Explorer:
    """Move the bias of the forget gate and see what is left of a memory while noise comes in."""
    noise = np.random.default_rng(0).standard_normal(steps)

    def draw(canvas, forget, write):
        keep, enter = (1 / (1 + np.exp(-bias)) for bias in (forget, write))
        memory, kept = [1.0], [1.0]
        for value in noise[:-1]:
            kept.append(keep * kept[-1])
            memory.append(keep * memory[-1] + enter * np.tanh(value))
        ax = canvas.subplots()
        draw_memory(ax, {label("del 1", "of the 1"): kept, label("con ruido", "with noise"): memory})
        ax.set_ylim(-3, 3)
        ax.legend(loc="lower left", ncols=2)
        ax.set_title(f"f = {keep:.3f}, i = {enter:.3f}", fontsize=10)
        left, now = power(kept[-1]), f"{memory[-1]:.2f}".replace("-", "−")
        told = label(f"a los {steps - 1} pasos queda {left} del 1, y la memoria vale {now}",
                     f"after {steps - 1} steps {left} of the 1 is left; the memory is {now}")  # fmt: skip
        return f"f = {keep:.3f}, i = {enter:.3f}: {told}."

    controls = {
        "forget": ipywidgets.FloatSlider(1.0, min=-4, max=8, step=0.5, description=label("sesgo de olvido", "forget bias")),
        "write": ipywidgets.FloatSlider(0.0, min=-8, max=4, step=0.5, description=label("sesgo de entrada", "input bias")),
    }
    states = [{"forget": forget, "write": write} for forget, write in ((0.0, 0.0), (3.0, 0.0), (6.0, 0.0), (6.0, -6.0))]
    return Explorer(draw, controls, states, height=2.5)


def explore_temperature() -> Explorer:
    """Change the temperature and see the probabilities of the words that may come next."""
    words = label("cansada dormida enferma helada lunes río", "tired asleep ill frozen monday river").split()
    z = np.array([3.0, 2.0, 1.5, 0.0, -1.0, -2.0])

    def draw(canvas, temperature):
        p = np.exp((z - z.max()) / temperature)
        p /= p.sum()
        ax = canvas.subplots()
        sense, places = [True] * 3 + [False] * 3, range(len(words))
        bars = ax.barh(places, p, color=[BLUE if right else ORANGE for right in sense],
                       hatch=["" if right else "//" for right in sense], edgecolor="white")  # fmt: skip
        ax.bar_label(bars, [f"{value:.2f}" for value in p], padding=3, fontsize=10)
        ax.set(xlim=(0, 1.2), xticks=[0, 0.5, 1], xlabel=label("probabilidad", "probability"), yticks=places, yticklabels=words)
        ax.invert_yaxis()
        ax.grid(axis="y", visible=False)
        wrong, surprise = p[3:].sum(), float(np.exp(-(p * np.log(p + 1e-300)).sum()))
        ax.set_title(label(f"τ = {temperature:g} · disparates {wrong:.0%}", f"τ = {temperature:g} · nonsense {wrong:.0%}"), fontsize=10)
        choice = label(f"como elegir entre {surprise:.1f} palabras", f"like choosing among {surprise:.1f} words")
        return label(f"Temperatura {temperature:g}: disparates (rayados) {wrong:.1%}; {choice}.",
                     f"Temperature {temperature:g}: nonsense (hatched) {wrong:.1%}; {choice}.")  # fmt: skip

    slider = ipywidgets.FloatSlider(1.0, min=0.1, max=4, step=0.1, description=label("temperatura τ", "temperature τ"))
    controls = {"temperature": slider}
    return Explorer(draw, controls, [{"temperature": t} for t in (0.3, 1.0, 2.0, 4.0)], height=2.6)


@cache
def _sentence(gap: int, lang: str) -> tuple[tuple[str, ...], str]:
    sentence = make_sentences(1, gap=(gap, gap), about="subject", language=lang, seed=3)[0]
    return sentence.words[: sentence.at], sentence.words[sentence.at]


def explore_context() -> Explorer:
    """Stack convolutions, part subject and verb, and see whether the last word can be known."""

    def draw(canvas, layers, gap):
        words, answer = _sentence(gap, language())
        context = ConvLM(2, 2, layers).context
        sees = draw_context(canvas.subplots(), words, min(context, len(words)), 1)
        verdict = label("ve al sujeto", "sees the subject") if sees else label("no ve al sujeto", "misses the subject")
        canvas.suptitle(f"{layers} {label('capas', 'layers')}, {context} {label('palabras', 'words')}: {verdict}", fontsize=10)
        return label(f"{layers} capas, {context} palabras, de las {len(words)} que hay antes de «{answer}»: {verdict}.",
                     f"{layers} layers, {context} words, of the {len(words)} before “{answer}”: {verdict}.")  # fmt: skip

    controls = {
        "layers": ipywidgets.ToggleButtons(options=[1, 2, 3, 4, 5], value=3, description=label("capas", "layers")),
        "gap": ipywidgets.IntSlider(2, min=0, max=12, description=label("palabras en medio", "words in between")),
    }
    states = [{"layers": 3, "gap": 0}, {"layers": 3, "gap": 3}, {"layers": 4, "gap": 3}, {"layers": 4, "gap": 10}]
    return Explorer(draw, controls, states, height=2.2)
