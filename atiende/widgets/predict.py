"""Questions to answer before a result is seen; each option has its reason."""

import tomllib
from functools import cache
from html import escape
from importlib.resources import files

import ipywidgets

from atiende.language import label, language
from atiende.widgets.explorer import VIEW

RIGHT, WRONG = "#00714F", "#A84300"  # dark enough to be read on white, apart for every kind of colour vision
CARD = "border-left:.3em solid #0072B2;padding:.4em .9em;max-width:52em;line-height:1.45"


def predict(name: str) -> "Prediction":
    """Ask a question of the course, "unit.question", before its answer is seen. Raises KeyError for an unknown one."""
    unit, question = name.split(".")
    return Prediction(**questions(unit)[question])


@cache
def questions(unit: str) -> dict:
    """Return the questions of a unit by name: a question and its options, each text in "es" and "en"."""
    return tomllib.loads((files("atiende.widgets") / "questions" / f"{unit}.toml").read_text(encoding="utf-8"))


class Prediction:
    """Show a question and its options; choosing one reveals its reason. Where no widget can run, the answers are folded."""

    def __init__(self, question: dict, option: list[dict]):
        self.question, self.options = question, option
        self.choice = ipywidgets.RadioButtons(
            options=[(o[language()], n) for n, o in enumerate(option)], value=None, layout={"width": "auto", "max_width": "50em"}
        )
        self.reason = ipywidgets.HTML()
        self.choice.observe(self._reveal, "value")
        asked = ipywidgets.HTML(f'<div style="{CARD}">{self._question()}</div>')
        self.view = ipywidgets.VBox([asked, self.choice, self.reason])

    def _question(self) -> str:
        return f'<b>{label("Predice", "Predict")}.</b> {escape(self.question[language()])}'

    def _reveal(self, change):
        self.reason.value = f'<div style="{CARD}">{self._answer(self.options[change["new"]])}</div>'

    def _answer(self, option: dict) -> str:
        right = option.get("right", False)
        verdict = label("Sí.", "Yes.") if right else label("No.", "No.")
        reason = escape(option["why"][language()])
        return f'<b style="color:{RIGHT if right else WRONG}">{"✓" if right else "✗"} {verdict}</b> {reason}'

    def static_html(self) -> str:
        """Return the question as a page without widgets shows it, the answers folded away."""
        options = "".join(f"<li>{escape(o[language()])}</li>" for o in self.options)
        answers = "".join(f"<li>{self._answer(o)}</li>" for o in self.options)
        summary = label("Respuesta, cuando hayas elegido", "Answer, once you have chosen")
        return (f'<div style="{CARD}">{self._question()}<ol type="a">{options}</ol>'
                f'<details><summary>{summary}</summary><ol type="a">{answers}</ol></details></div>')  # fmt: skip

    def _repr_mimebundle_(self, include=None, exclude=None):
        view = {"version_major": 2, "version_minor": 0, "model_id": self.view.model_id}
        return {VIEW: view, "text/html": self.static_html(), "text/plain": self.question[language()]}
