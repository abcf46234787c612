"""The figures and explorers of the seventh unit tell the truth about what they draw."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from test_plots_widgets_cnn import alt_of, caption, style  # noqa: F401 - style is a fixture

from atiende import plots, widgets
from atiende.decoding import next_probabilities
from atiende.language import set_language
from atiende.models.gpt import GPT, GPTConfig
from atiende.tokenizers import BytePair
from atiende.widgets.predict import questions

LESSON = Path(__file__).parent.parent / "units" / "07_gpt" / "lesson.py"
TOKENIZER = BytePair.train("the network learns; the network writes, and the network reads what it wrote", 30)
BEGINNINGS = ["the net", "what it", "rea"]


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    model = GPT(GPTConfig(len(TOKENIZER), 16, 16, 2, 1))
    torch.nn.init.normal_(model.tokens.weight, std=0.5)
    return model.eval()


@pytest.mark.parametrize("merges", [0, 10, 30])
def test_pieces_are_counted_as_they_are_cut(style, merges):  # noqa: F811
    text = "the network añade it"
    said = caption(widgets.explore_merges(TOKENIZER, text), merges=merges)
    count = len(BytePair(TOKENIZER.merges[:merges]).encode(text))
    assert f"With {merges} merges, the text is {count} pieces, {len(text.encode()) / count:.1f} bytes each" in said


@pytest.mark.parametrize(("temperature", "top_k", "top_p"), [(1.0, 0, 1.0), (0.0, 0, 1.0), (1.5, 5, 1.0), (1.0, 0, 0.3), (0.7, 9, 0.5)])
def test_the_pieces_that_stay_are_those_of_the_draw(style, model, temperature, top_k, top_p):  # noqa: F811
    explorer = widgets.explore_next(model, TOKENIZER, [TOKENIZER.encode(text) for text in BEGINNINGS])
    said = caption(explorer, beginning="what it", temperature=temperature, top_k=top_k, top_p=top_p)
    with torch.no_grad():
        logits = model(torch.tensor([TOKENIZER.encode("what it")]))[0][0, -1]
    p = next_probabilities(logits, temperature, top_k or None, top_p if top_p < 1 else None)
    stay, effective = map(float, re.search(r": (\d+) pieces? stays?; it is like choosing among ([\d.]+)\.", said).groups())
    assert stay == int((p > 0).sum()) and 1 <= effective <= stay
    assert (stay == 1) == (temperature == 0) or top_p < 1


def test_a_wider_beam_never_finds_less_and_a_wide_one_finds_the_best(style):  # noqa: F811
    for model in (0, 10, 19):
        told = [caption(widgets.explore_beam(), width=width, model=model) for width in range(1, 7)]
        marks = [float(re.search(r"with (-[\d.]+):", said)[1]) for said in told]
        assert "the best of all 27" in told[-1] and max(marks) == marks[-1]
    told = [caption(widgets.explore_beam(), width=width, model=10) for width in (1, 2, 3)]
    assert ["the best of all 27" in said for said in told] == [False, False, True]  # what the strip shows


def test_alternative_texts_tell_the_numbers(style):  # noqa: F811
    assert "x: 3 (a | ␣b | ↵)" in alt_of(plots.plot_pieces, {"x": ["a", " b", "\n"]})
    assert "y; x: 1, 2. a: 0.50, 0.25" in alt_of(plots.plot_curves, [1, 2], {"a": [0.5, 0.25]}, "x", "y")
    assert "GPT: 1.92" in alt_of(plots.plot_nats, {"bigrams": 1.97, "GPT": 1.92}, "nats")
    texts = {"a person": np.array([0.9, 0.2, 0.4]), "a beam": np.array([0.9, 0.9, 0.9])}
    assert "a person: mean 0.30" in alt_of(plots.plot_chosen, texts, given=1)
    assert "Without a cache: 10 scores and 4 keys. With a cache: 4 scores and 1 key" in alt_of(plots.plot_cache, list("abcd"))


def test_the_lesson_asks_every_question_of_its_unit_in_order():
    lesson = LESSON.read_text(encoding="utf-8")
    assert re.findall(r'widgets\.predict\("gpt\.(\w+)"\)', lesson) == list(questions("gpt"))


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_map_has_a_text_in_the_language_of_the_notebook(style, language):  # noqa: F811
    set_language(language)
    assert alt_of(plots.plot_gpt).startswith("GPT de izquierda" if language == "es" else "GPT from left")
