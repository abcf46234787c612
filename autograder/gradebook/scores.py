"""Scores as a table, as CSV, as JSON: a row for each student and exercise."""

import csv
import io
import json
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from rich.table import Table
from rich.text import Text as Rich

from autograder.panel import HEADLINES
from autograder.results import STATES, SubmissionResult
from autograder.text import Text

COLUMNS = {
    "student": Text("estudiante", "student"),
    "submission": Text("entrega", "submission"),
    "exercise": Text("ejercicio", "exercise"),
    "points": Text("puntos", "points"),
    "maximum": Text("máximo", "maximum"),
    "state": Text("estado", "state"),
    "first_failed": Text("primera propiedad que falla", "first failed property"),
    "mistake": Text("error reconocido", "mistake"),
    "flags": Text("avisos", "flags"),
}
ARMED = ("=", "+", "-", "@", "\t", "\r")  # what makes a spreadsheet read a cell as a formula
COLOURS = {"right": "green", "partial": "yellow", "wrong": "red", "not_written": "dim", "missing": "dim"}


@dataclass
class Row:
    """Hold what one student earned in one exercise; a submission without a verdict has one row without an exercise.

    points is None where there is no score: that is not a zero. first_failed and mistake are names, state a verdict's.
    """

    student: str
    submission: str
    exercise: str = ""
    points: float | None = None
    maximum: float | None = None
    state: str = ""
    first_failed: str = ""
    mistake: str = ""
    flags: str = ""


def score_rows(results: Iterable[SubmissionResult], language: str) -> list[Row]:
    """Return the rows of all results, in their order; flags stand on the first row of a student, with the problem."""
    rows = []
    for result in results:
        notes = ([result.problem] if result.problem else []) + result.flags
        flags = " · ".join(note.pick(language) for note in notes)
        if not result.scored or not result.verdicts:
            rows.append(Row(result.student, result.state, flags=flags))
            continue
        for verdict in result.verdicts:
            failed = verdict.first_failed
            rows.append(Row(result.student, result.state, verdict.id, verdict.points, verdict.max_points, verdict.state,
                            failed.name if failed else "", verdict.mistake, flags))
            flags = ""
    return rows


def as_json(rows: list[Row]) -> str:
    """Return the rows as a JSON list."""
    return json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1)


def as_csv(rows: list[Row]) -> str:
    """Return the rows as CSV with a header of fixed English names; no cell can act as a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(["" if value is None else _disarm(value) for value in asdict(row).values()])
    return out.getvalue()


def as_table(rows: list[Row], language: str) -> Table:
    """Return the rows as a table for a terminal, a rule between students."""
    table = Table()
    for name in ("student", "exercise", "points", "state", "first_failed"):
        table.add_column(COLUMNS[name].pick(language), overflow="fold", justify="right" if name == "points" else "left")
    for row, after in zip(rows, [*rows[1:], None], strict=True):
        first = not table.rows or table.rows[-1].end_section
        state = Rich(HEADLINES[row.state].pick(language), COLOURS[row.state]) if row.state else STATES[row.submission]
        failed = row.first_failed + (f" ({row.mistake})" if row.mistake else "")
        table.add_row(
            plain(row.student) if first else "", row.exercise,
            "—" if row.points is None else f"{row.points:g} / {row.maximum:g}",
            state if isinstance(state, Rich) else Rich(state.pick(language), "magenta"),
            "" if row.state == "not_written" else plain(failed),
            end_section=after is None or after.student != row.student)
    return table


def notes(rows: list[Row]) -> list[Rich]:
    """Return what the table leaves out, a line each: problems with their remedy, and flags."""
    return [plain(f"{row.student}: {row.flags}") for row in rows if row.flags]


def state_table(results: list[SubmissionResult], language: str) -> Table:
    """Return how many submissions ended in each state, and their mean points."""
    table = Table(Text("estado", "state").pick(language), Text("entregas", "submissions").pick(language),
                  Text("media", "mean").pick(language))
    for state, name in STATES.items():
        points = [result.points for result in results if result.state == state]
        if points:
            scored = next(result.scored for result in results if result.state == state)
            mean = f"{sum(points) / len(points):.1f}" if scored else "—"
            table.add_row(name.pick(language), str(len(points)), mean)
    return table


def plain(text: str) -> Rich:
    """Return text that a terminal only shows: no escapes, no control characters, no turned direction, no markup."""
    return Rich("".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co") or c == "\u200d"))


def _disarm(value: str | float) -> str | float:
    if not isinstance(value, str):
        return value
    value = value.replace("\0", "")
    return "'" + value if value.startswith(ARMED) else value
