"""Show a verdict to a person: as HTML in a notebook or a feedback page, as text in a terminal."""

from html import escape

from autograder.judge import Verdict
from autograder.text import Text

COLOURS = {"right": "#1a9850", "partial": "#d98c00", "wrong": "#d73027", "not_written": "#7f7f7f", "missing": "#7f7f7f"}
HEADLINES = {
    "right": Text("Correcto", "Right"),
    "partial": Text("Casi", "Almost"),
    "wrong": Text("Todavía no", "Not yet"),
    "not_written": Text("Sin escribir", "Not written yet"),
    "missing": Text("No encontrado", "Not found"),
}
OF = Text("{points:g} de {maximum:g} puntos", "{points:g} of {maximum:g} points")
SEEN = Text("Qué pasó", "What happened")
CAUSE = Text("Causa más probable", "Most likely cause")
PRINTED = Text("Lo que escribió tu código", "What your code printed")


def _lines(verdict: Verdict, language: str) -> tuple[str, str, list[tuple[str, str]]]:
    """Return the headline, the points, and the explanations (label, sentence) of a verdict."""
    points = OF.pick(language).format(points=verdict.points, maximum=verdict.max_points)
    explained = []
    failed = verdict.first_failed
    if failed and failed.message and verdict.state != "not_written":
        explained.append((SEEN.pick(language), failed.message.pick(language)))
    if verdict.cause:
        explained.append((CAUSE.pick(language), verdict.cause.pick(language)))
    return HEADLINES[verdict.state].pick(language), points, explained


def panel_text(verdict: Verdict, language: str) -> str:
    """Return the panel of a verdict as plain text."""
    headline, points, explained = _lines(verdict, language)
    lines = [f"{verdict.id}: {headline} · {points}"]
    if verdict.state not in ("not_written", "missing"):
        lines += [f"  {'✓' if o.passed else '✗'} {o.text.pick(language)}" for o in verdict.outcomes]
    return "\n".join(lines + [f"  {label}: {sentence}" for label, sentence in explained])


def panel_html(verdict: Verdict, language: str, printed: str = "") -> str:
    """Return the panel of a verdict as HTML that reads well on light and dark pages; `printed` is shown folded."""
    headline, points, explained = _lines(verdict, language)
    colour = COLOURS[verdict.state]
    rows = (
        ""
        if verdict.state in ("not_written", "missing")
        else "".join(
            f'<li style="list-style:none;margin:.15em 0"><span style="color:{COLOURS["right" if o.passed else "wrong"]};'
            f'font-weight:700;display:inline-block;width:1.3em">{"✓" if o.passed else "✗"}</span>{rich(o.text.pick(language))}</li>'
            for o in verdict.outcomes
        )
    )
    reasons = "".join(
        f'<p style="margin:.4em 0 0"><b>{label}.</b> {rich(sentence)}</p>' for label, sentence in explained
    )
    folded = (
        (
            f'<details style="margin:.4em 0 0"><summary>{PRINTED.pick(language)}</summary>'
            f'<pre style="margin:.3em 0">{escape(printed)}</pre></details>'
        )
        if printed
        else ""
    )
    return (
        f'<div class="atiende-panel" data-state="{verdict.state}" style="border-left:.3em solid {colour};padding:.4em .9em;'
        f'margin:.3em 0;max-width:52em;line-height:1.45"><div><b style="color:{colour}">{headline}</b> · '
        f"<code>{escape(verdict.id)}</code> · {points}</div>"
        f'<ul style="margin:.35em 0 0;padding:0">{rows}</ul>{reasons}{folded}</div>'
    )


def rich(sentence: str) -> str:
    """Return a sentence as HTML, its `code` as code."""
    parts = escape(sentence).split("`")
    return "".join(f"<code>{part}</code>" if i % 2 and i < len(parts) - 1 else part for i, part in enumerate(parts))
