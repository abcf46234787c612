"""Draw the road of the course as a picture one can click: wide for a screen, narrow for a telephone."""

from html import escape
from textwrap import wrap

from words import BUILDS, ROAD, hours

from autograder.build.units import Unit

CARD_WIDTH, CARD_HEIGHT, GAP = 236, 104, 32
LETTERS, LINES = 18, 3  # of a title
SIGNS = {  # what each unit builds, drawn in a square of 40 by 40 around 0, 0
    "mlp": "M-14-10 0 0M-14 10 0 0M0 0 15 0M-14-10 0 14M-14 10 0-14",
    "cnn": "M-15-15h30v30h-30zM-5-15v30M5-15v30M-15-5h30M-15 5h30",
    "detector": "M-15-7v-8h8M15-7v-8h-8M-15 7v8h8M15 7v8h-8M-7-4h14v10h-14z",
    "history": "M0-15a15 15 0 1 1-.1 0zM0-8V1L7 6",
    "rnn": "M-15 4h9M6 4h9M-6-3h12v14h-12zM5-5a7 7 0 1 0-10 0M-5-5l-1-6M-5-5l6 0",
    "attention": "M-14 14-14-2M0 14 0-2M14 14 14-2M-14-4 0-15M0-4 0-15M14-4 0-15",
    "transformer": "M-12-15h24v8h-24zM-12-4h24v8h-24zM-12 7h24v8h-24zM16 11h3V-11h-3",
    "bert": "M-16-6h8v12h-8zM-4-6h8v12h-8zM8-6h8v12h-8zM-12 12v4H12v-4",
    "gpt": "M-16-6h8v12h-8zM-4-6h8v12h-8zM10 0h8M14-5l5 5-5 5",
    "vit": "M-15-15h12v12h-12zM3-15h12v12h-12zM-15 3h12v12h-12zM3 3h12v12h-12z",
}
DOT = "M-5 0a5 5 0 1 0 10 0 5 5 0 1 0-10 0"


def road(units: list[Unit], lang: str) -> str:
    """Return both pictures as HTML without empty lines; the style sheet shows the one that fits."""
    return _picture(units, lang, columns=3, kind="wide") + _picture(units, lang, columns=1, kind="narrow")


def _picture(units: list[Unit], lang: str, columns: int, kind: str) -> str:
    """Return one SVG: cards along a line that turns at the end of each row."""
    places = [_place(i, columns) for i in range(len(units))]
    width = columns * (CARD_WIDTH + GAP) + 8
    height = -(-len(units) // columns) * (CARD_HEIGHT + GAP)
    cards = "".join(_card(unit, lang, *place) for unit, place in zip(units, places, strict=True))
    return (f'<svg class="road {kind}" viewBox="0 0 {width} {height}" role="group" aria-label="{escape(ROAD.pick(lang))}">'
            f'<path class="way" d="{_way(places, columns)}"/>{cards}</svg>')  # fmt: skip


def _place(i: int, columns: int) -> tuple[int, int]:
    """Return the middle of the card of unit i; every second row goes back."""
    row, column = divmod(i, columns)
    column = columns - 1 - column if row % 2 else column
    return GAP // 2 + 4 + column * (CARD_WIDTH + GAP) + CARD_WIDTH // 2, GAP // 2 + row * (CARD_HEIGHT + GAP) + CARD_HEIGHT // 2


def _way(places: list[tuple[int, int]], columns: int) -> str:
    """Return the line from card to card: straight along a row, round at its end."""
    steps = [f"M{places[0][0]} {places[0][1]}"]
    for (x, y), (to_x, to_y) in zip(places, places[1:], strict=False):
        if y == to_y or columns == 1:
            steps.append(f"L{to_x} {to_y}")
        else:
            out = CARD_WIDTH // 2 + GAP // 2 - 2
            side = out if x > places[0][0] else -out
            steps.append(f"C{x + side} {y} {to_x + side} {to_y} {to_x} {to_y}")
    return "".join(steps)


def _card(unit: Unit, lang: str, x: int, y: int) -> str:
    kind = "lessons" if unit.minutes_lesson else "assignments"
    left, top = x - CARD_WIDTH // 2, y - CARD_HEIGHT // 2
    title = number(unit) + unit.title(lang)
    lines = wrap(title, LETTERS, max_lines=LINES, placeholder="…")
    time = hours(unit.minutes_lesson + unit.minutes_assignment)
    first = y - 10 * len(lines) + 4
    spans = "".join(f'<tspan x="{left + 66}" y="{first + 20 * i}">{escape(line)}</tspan>' for i, line in enumerate(lines))
    return (f'<a href="{kind}/{unit.id}.html" aria-label="{escape(title)}, {time}">'
            f'<rect x="{left}" y="{top}" width="{CARD_WIDTH}" height="{CARD_HEIGHT}" rx="14"/>'
            f'<path class="sign" transform="translate({left + 34} {y})" d="{SIGNS.get(unit.name, DOT)}"/>'
            f'<text class="title">{spans}</text>'
            f'<text class="time" x="{left + 66}" y="{first + 20 * len(lines) + 3}">{time}</text></a>')  # fmt: skip


def builds(units: list[Unit], lang: str) -> str:
    """Return what each unit lets one build, as HTML."""
    items = "".join(
        f'<li><a href="{"assignments" if unit.minutes_assignment else "lessons"}/{unit.id}.html">'
        f'<svg viewBox="-20 -20 40 40" aria-hidden="true"><path class="sign" d="{SIGNS.get(unit.name, DOT)}"/></svg>'
        f"<span>{BUILDS[unit.name].pick(lang)}</span></a></li>"
        for unit in units
        if unit.name in BUILDS
    )
    return f'<ul class="builds">{items}</ul>'


def number(unit: Unit) -> str:
    """Return "3. " for a unit with a lesson and an assignment; labs and pages between units bear no number."""
    return f"{int(unit.id[:2])}. " if unit.minutes_lesson and unit.minutes_assignment else ""
