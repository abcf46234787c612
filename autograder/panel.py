"""Show a verdict to a person: as HTML in a notebook or a feedback page, as text in a terminal."""

import re
from html import escape

from autograder.exercise import exercise_ids, find
from autograder.judge import Verdict
from autograder.text import Text

GREY = "#7f7f7f"
COLOURS = {"right": "#1a9850", "partial": "#d98c00", "wrong": "#d73027"}
ALMOST = 0.7  # of the points, from which on a partial answer is almost right
HEADLINES = {
    "right": Text("Correcto", "Right"),
    "almost": Text("Casi", "Almost"),
    "partial": Text("En parte", "In part"),
    "wrong": Text("Todavía no", "Not yet"),
    "not_written": Text("Sin escribir", "Not written yet"),
    "missing": Text("No encontrado", "Not found"),
    "course": Text("La versión del curso", "The course's version"),
}
OF = Text("{points:g} de {maximum:g} puntos", "{points:g} of {maximum:g} points")
SEEN = Text("Qué pasó", "What happened")
CAUSE = Text("Causa más probable", "Most likely cause")
LATER = Text("– se verá cuando esté bien lo que falla antes", "– checked once what fails above is right")
PRINTED = Text("Lo que escribió tu código", "What your code printed")


def _lines(verdict: Verdict, language: str) -> tuple[str, str, list[tuple[str, str]]]:
    """Return the headline, the points, and the explanations (label, sentence) of a verdict."""
    points = OF.pick(language).format(points=verdict.points, maximum=verdict.max_points)
    almost = verdict.state == "partial" and verdict.points >= ALMOST * verdict.max_points
    headline = HEADLINES["almost" if almost else verdict.state].pick(language)
    explained = []
    failed = verdict.first_failed
    if failed and failed.message and verdict.state != "not_written":
        explained.append((SEEN.pick(language), failed.message.pick(language)))
    if verdict.cause and verdict.cause != (failed and failed.message):
        explained.append((CAUSE.pick(language), verdict.cause.pick(language)))
    return headline, points, explained


def _rows(verdict: Verdict, language: str) -> list[tuple[str, str]]:
    """Return a sign and a sentence for each property: only the first that failed is crossed, the cause of the rest may be the same."""
    if verdict.state not in ("right", "partial", "wrong"):
        return []
    first = verdict.first_failed
    signs = ("✓" if outcome.passed else "✗" if outcome is first else "–" for outcome in verdict.outcomes)
    return list(zip(signs, (outcome.text.pick(language) for outcome in verdict.outcomes), strict=True))


def _name(verdict: Verdict) -> str:
    """Return the name that the student wrote: `Value` for `value`."""
    return find(verdict.id).name if verdict.id in exercise_ids() else verdict.id


def panel_text(verdict: Verdict, language: str) -> str:
    """Return the panel of a verdict as plain text."""
    headline, points, explained = _lines(verdict, language)
    rows = _rows(verdict, language)
    lines = [f"{_name(verdict)}: {headline} · {points}"] + [f"  {sign} {sentence}" for sign, sentence in rows]
    lines += [f"  ({LATER.pick(language)})"] if any(sign == "–" for sign, _ in rows) else []
    return "\n".join(lines + [f"  {label}: {sentence}" for label, sentence in explained])


def panel_html(verdict: Verdict, language: str, printed: str = "") -> str:
    """Return the panel of a verdict as HTML that reads well on light and dark pages; `printed` is shown folded."""
    headline, points, explained = _lines(verdict, language)
    colour = COLOURS.get(verdict.state, GREY)
    signed = _rows(verdict, language)
    signs = {"✓": COLOURS["right"], "✗": COLOURS["wrong"], "–": GREY}
    rows = "".join(
        f'<li style="list-style:none;margin:.15em 0"><span style="color:{signs[sign]};font-weight:700;'
        f'display:inline-block;width:1.3em">{sign}</span>{rich(sentence)}</li>'
        for sign, sentence in signed
    )
    if any(sign == "–" for sign, _ in signed):
        rows += f'<li style="list-style:none;margin:.15em 0;color:{GREY}"><small>{LATER.pick(language)}</small></li>'
    reasons = "".join(f'<p style="margin:.4em 0 0"><b>{label}.</b> {rich(sentence)}</p>' for label, sentence in explained)
    folded = (
        f'<details style="margin:.4em 0 0"><summary>{PRINTED.pick(language)}</summary>'
        f'<pre style="margin:.3em 0">{escape(printed)}</pre></details>'
    )
    return (
        f'<div class="atiende-panel" data-state="{verdict.state}" style="border-left:.3em solid {colour};padding:.4em .9em;'
        f'margin:.3em 0;max-width:52em;line-height:1.45"><div><b style="color:{colour}">{headline}</b> · '
        f"<code>{escape(_name(verdict))}</code> · {points}</div>"
        f'<ul style="margin:.35em 0 0;padding:0">{rows}</ul>{reasons}{folded if printed else ""}</div>'
    )


def rich(sentence: str) -> str:
    """Return a sentence as HTML, its `code` as code and its **words** in bold."""
    parts = escape(sentence).split("`")
    return "".join(
        f"<code>{part}</code>" if i % 2 and i < len(parts) - 1 else re.sub(r"\*\*(\S(?:.*?\S)?)\*\*", r"<b>\1</b>", part)
        for i, part in enumerate(parts)
    )
