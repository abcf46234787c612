import base64
import re
import struct
import tomllib
from functools import partial
from pathlib import Path

import ipywidgets
import numpy as np
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from matplotlib.text import Text
from torch import nn

from atiende import plots, widgets
from atiende.data import BertTokens
from atiende.language import set_language
from atiende.models.bert import BertConfig, MaskedBert
from atiende.models.gpt import GPT, GPTConfig
from atiende.tokenizers import BytePair
from atiende.widgets.predict import questions

ROOT = Path(__file__).parent.parent
CODES = np.random.default_rng(0).standard_normal((40, 2))  # (40, 2): four of each digit
PIECES = BytePair.train("the red net read the red text and the net wrote", 20)
TEXTS = ["the girl sat at the bank .", "the aunt paid at the bank .", "the girl paid ."]
TOKENS = BertTokens(TEXTS)
PICTURE = np.linspace(0, 1, 256).reshape(16, 16)
CLOUDS = np.random.default_rng(1).standard_normal((4, 40, 8))  # two models of two layers: (40, 8) each
ARGUMENTS = {  # what an explorer of something trained is tried on
    "explore_code": (nn.Sequential(nn.Linear(2, 64), nn.Sigmoid()), CODES, np.arange(40) % 10),
    "explore_guess": (MaskedBert(BertConfig(len(TOKENS), 16, 2, 32, 1)).eval(), TOKENS, TEXTS, ["bank", "paid", "girl"]),
    "explore_latent": (nn.Identity(), [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]]),
    "explore_likeness": (CLOUDS[0, :12], (3, 4)),
    "explore_merges": (PIECES, "the net read añade"),
    "explore_next": (GPT(GPTConfig(len(PIECES), 16, 16, 2, 1)).eval(), PIECES, [PIECES.encode(text) for text in ("the", "a red")]),
    "explore_patches": (PICTURE,),
    "explore_rollout": (PICTURE, torch.rand(2, 3, 17, 17, generator=torch.Generator().manual_seed(0)).softmax(dim=-1), (4, 4)),
    "explore_senses": (
        {"untrained": CLOUDS[:2], "pre-trained": CLOUDS[2:]}, np.arange(40) % 2, np.arange(40) < 20, ["a shore", "money"],
    ),
    "explore_two_lines": (CODES, (CODES.prod(axis=1) < 0).astype(int)),
}
EXPLORERS = [
    pytest.param(partial(getattr(widgets, name), *ARGUMENTS.get(name, ())), id=name)
    for name in widgets.__all__
    if name.startswith("explore_")
]
VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(autouse=True)
def style():
    set_language("en")
    plots.use_style()
    yield
    set_language("es")


@pytest.fixture(params=["es", "en"])
def language(request):
    set_language(request.param)
    return request.param


def shown(draw, *args, **options) -> dict:
    """Return what a plotting function shows: its data by MIME type."""
    InteractiveShell.instance()
    with capture_output() as captured:
        draw(*args, **options)
    (output,) = captured.outputs
    return output.data


def another_value(control):
    if isinstance(control, ipywidgets.FloatSlider | ipywidgets.IntSlider):
        return control.max if control.value != control.max else control.min
    values = [option[1] if isinstance(option, tuple) else option for option in control.options]
    return next(value for value in reversed(values) if value != control.value)


# Explorers


@pytest.mark.parametrize("explore", EXPLORERS)
def test_every_control_of_an_explorer_changes_its_picture_and_its_caption(explore):
    for name in explore().controls:
        explorer = explore()
        picture, caption = bytes(explorer.picture.value), explorer.caption.value
        assert picture.startswith(b"\x89PNG")
        control = explorer.controls[name]
        control.value = another_value(control)
        assert bytes(explorer.picture.value) != picture, name
        assert explorer.caption.value != caption, name


@pytest.mark.parametrize("explore", EXPLORERS)
def test_an_explorer_carries_a_strip_for_pages_without_widgets(explore):
    explorer = explore()
    bundle = explorer._repr_mimebundle_()
    assert bundle[VIEW]["model_id"] == explorer.view.model_id
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert '<img src="data:image/png' in bundle["text/html"]
    figure, alt = explorer.strip()
    assert len(explorer.states) >= 3
    assert sum(bool(canvas.axes) for canvas in figure.subfigs) == len(explorer.states)
    assert alt == bundle["text/plain"]


@pytest.mark.parametrize("explore", EXPLORERS)
def test_the_words_of_a_strip_are_whole_and_large_enough(explore, language):
    figure, _ = explore().strip()
    figure.canvas.draw()
    page = figure.bbox
    for text in figure.findobj(lambda artist: isinstance(artist, Text) and artist.get_visible() and artist.get_text()):
        assert text.get_fontsize() >= 10, text.get_text()
        box = text.get_window_extent()
        if text.get_clip_on() or box.width == 0:
            continue
        begins_inside = page.x0 <= box.x0 <= page.x1 and page.y0 <= box.y0 <= page.y1  # ticks beyond an axis are not drawn
        assert not begins_inside or (box.x1 <= page.x1 + 1 and box.y1 <= page.y1 + 1), text.get_text()


@pytest.mark.parametrize("explore", EXPLORERS)
def test_an_explorer_speaks_the_language_of_the_notebook(explore):
    spoken = {}
    for language in ("es", "en"):
        set_language(language)
        explorer = explore()
        labels = [control.description for control in explorer.controls.values()]
        spoken[language] = (explorer.strip()[1], explorer.caption.value, labels)
    assert spoken["es"][0] != spoken["en"][0]
    assert spoken["es"][1] != spoken["en"][1]


def test_the_neuron_counts_its_mistakes():
    explorer = widgets.explore_neuron()
    for name, value in {"task": "AND", "w1": 1.0, "w2": 1.0, "b": -1.0}.items():
        explorer.controls[name].value = value
    assert "0 of 4 wrong" in explorer.caption.value
    explorer.controls["task"].value = "XOR"
    assert "3 of 4 wrong" in explorer.caption.value


def test_the_valley_is_left_above_the_limit_of_the_learning_rate():
    explorer = widgets.explore_valley()
    losses = {}
    for lr in (0.19, 0.21):
        explorer.controls["lr"].value = lr
        losses[lr] = float(re.search(r"loss ([\d.e+-]+) after", explorer.caption.value)[1])
    assert losses[0.19] < 1 < losses[0.21]


# Questions


def every_question():
    files = sorted((ROOT / "atiende" / "widgets" / "questions").glob("*.toml"))
    return [(file.stem, name) for file in files for name in questions(file.stem)]


@pytest.mark.parametrize(("unit", "name"), every_question())
def test_a_question_has_one_right_option_and_a_reason_for_each_in_both_languages(unit, name):
    asked = questions(unit)[name]
    texts = [asked["question"], *asked["option"], *(option["why"] for option in asked["option"])]
    for text in texts:
        assert text["es"].strip() and text["en"].strip()
        es, en = (sorted(re.findall(r"\d+(?:\.\d+)?", re.sub(r"(?<=\d),(?=\d)", ".", text[lang]))) for lang in ("es", "en"))
        assert es == en
    assert sum(option.get("right", False) for option in asked["option"]) == 1
    assert len(asked["option"]) >= 3


def test_choosing_an_option_reveals_its_reason_and_no_other(language):
    asked = questions("mlp")["xor"]["option"]
    prediction = widgets.predict("mlp.xor")
    assert prediction.reason.value == ""
    for n, option in enumerate(asked):
        prediction.choice.value = n
        assert option["why"][language] in prediction.reason.value
        assert ("✓" in prediction.reason.value) == option.get("right", False)
        others = [other["why"][language] for other in asked if other is not option]
        assert not any(other in prediction.reason.value for other in others)


def test_without_widgets_a_question_folds_its_answers(language):
    asked = questions("mlp")["xor"]
    page = widgets.predict("mlp.xor")._repr_mimebundle_()["text/html"]
    before, folded = page.split("<details>")
    assert asked["question"][language] in before
    for option in asked["option"]:
        assert option[language] in before
        assert option["why"][language] not in before
        assert option["why"][language] in folded


def test_an_unknown_question_is_an_error():
    with pytest.raises(KeyError, match="nothing"):
        widgets.predict("mlp.nothing")


def test_the_lesson_asks_every_question_of_its_unit():
    lesson = (ROOT / "units" / "01_mlp" / "lesson.py").read_text(encoding="utf-8")
    assert re.findall(r'widgets\.predict\("mlp\.(\w+)"\)', lesson) == list(questions("mlp"))


# Figures


def test_a_figure_carries_its_alternative_text():
    figure, ax = plots.new_figure(height=2, width=3)
    ax.plot([1, 2])
    data = shown(plots.show, figure, alt='a "line" that rises, 1 < 2')
    assert 'alt="a &quot;line&quot; that rises, 1 &lt; 2"' in data["text/html"]
    assert 'width="288"' in data["text/html"]  # 3 inches of 96 dots
    assert data["text/plain"] == 'a "line" that rises, 1 < 2'
    width, height = struct.unpack(">II", base64.b64decode(data["image/png"])[16:24])
    assert (width, height) == (480, 320)  # 160 dots an inch: sharp on a screen that has more than 96


def test_the_alternative_text_tells_what_was_drawn():
    corners = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])
    right = np.array([-1, 1, 1, 1])
    alt = shown(plots.plot_corrections, corners, right, [((1, 1), -1), ((1, 1), 1)])["text/plain"]
    assert alt.endswith("2, 0.")
    nodes = {"w": (0, 0, "$w$", 3.0, -16.0), "L": (1, 0, "$L$", 5.0, None)}
    assert "w: value 3, gradient −16; L: value 5." in shown(plots.plot_graph, nodes, {("w", "L"): "×2"})["text/plain"]
    model = torch.nn.Linear(2, 2)
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[1.0, 0.0], [-1.0, 0.0]]))
        model.bias.zero_()
    x, y = np.array([[1.0, 0.0], [2.0, 1.0], [-1.0, 0.0], [-2.0, 1.0]]), np.array([0, 0, 1, 0])
    assert "half-plane: 75%" in shown(plots.plot_decision_regions, {"half-plane": model}, x, y)["text/plain"]


def test_figures_speak_the_language_of_the_notebook():
    told = {}
    for language in ("es", "en"):
        set_language(language)
        told[language] = shown(plots.plot_history, 1943, 1986)["text/plain"]
    assert "1986" in told["es"] and "retropropagación" in told["es"]
    assert "1986" in told["en"] and "backpropagation" in told["en"]
    assert "1943" not in shown(plots.plot_history, 1950, 1986)["text/plain"]


def test_windows_are_drawn_up_to_the_last_day():
    assert "cut into 5 rows: 3 days" in shown(plots.plot_windows, range(8), k=3)["text/plain"]


# Words


def spanish_prose(unit: str) -> str:
    lesson = ROOT / "units" / unit / "lesson.py"
    source = (lesson if lesson.is_file() else lesson.with_name("assignment.py")).read_text(encoding="utf-8")  # a lab teaches in it
    cells = [cell for cell in re.split(r"(?m)^# %%", source) if 'lang="es"' in cell.split("\n")[0]]
    return re.sub(r"\n# ?", " ", "\n".join(cells))


@pytest.mark.parametrize("term", tomllib.loads((ROOT / "units" / "glossary.toml").read_text(encoding="utf-8")).values())
def test_a_term_is_introduced_with_its_english_and_never_by_another_name(term):
    prose = " ".join(spanish_prose(unit.name) for unit in sorted((ROOT / "units").glob("*_*")))
    assert term["es"] in prose.lower() or term["es"] in prose
    if term["es"] != term["en"]:
        assert re.search(rf"{re.escape(term['es'])}s?(?:\*\*)? \(\*{re.escape(term['en'])}s?\*\)", prose, re.IGNORECASE)
    for other in term.get("avoid", []):
        assert not re.search(rf"\b{re.escape(other)}\b", prose, re.IGNORECASE), other
