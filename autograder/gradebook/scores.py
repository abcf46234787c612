"""Scores as a table, as CSV, as JSON: a row for each student and exercise."""

import csv
import io
import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from statistics import fmean, median

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
    "practice": Text("práctica", "practice"),
    "flags": Text("avisos", "flags"),
}
PHASES = {  # in the order in which a submission goes through them
    "intake": Text("leer la entrega", "read the submission"),
    "start": Text("arrancar el proceso", "start the process"),
    "cells": Text("ejecutar las celdas", "run the cells"),
    "checks": Text("comprobar los ejercicios", "check the exercises"),
    "total": Text("calificar, en total", "grade, in all"),
    "write": Text("guardar las notas", "store the marks"),
}
ARMED = ("=", "+", "-", "@", "\t", "\r")  # what makes a spreadsheet read a cell as a formula
COLOURS = {"right": "green", "partial": "yellow", "wrong": "red", "not_written": "dim", "missing": "dim"}


@dataclass
class Row:
    """Hold what one student earned in one exercise; a submission without a verdict has one row without an exercise.

    points is None where there is no score: that is not a zero. first_failed and mistake are names, state a verdict's.
    practice is "yes" where the submission was graded without isolation.
    """

    student: str
    submission: str
    exercise: str = ""
    points: float | None = None
    maximum: float | None = None
    state: str = ""
    first_failed: str = ""
    mistake: str = ""
    practice: str = ""
    flags: str = ""


def score_rows(results: Iterable[SubmissionResult], language: str) -> list[Row]:
    """Return the rows of all results, in their order; flags stand on the first row of a student, with the problem."""
    rows = []
    for result in results:
        notes = ([result.problem] if result.problem else []) + result.flags
        flags = " · ".join(note.pick(language) for note in notes)
        practice = "yes" if result.practice else ""
        if not result.scored or not result.verdicts:
            rows.append(Row(result.student, result.state, practice=practice, flags=flags))
            continue
        for verdict in result.verdicts:
            failed = verdict.first_failed
            rows.append(Row(result.student, result.state, verdict.id, verdict.points, verdict.max_points, verdict.state,
                            failed.name if failed else "", verdict.mistake, practice, flags))
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
        writer.writerow(["" if value is None else disarm(value) for value in asdict(row).values()])
    return out.getvalue()


def as_table(rows: list[Row], language: str) -> Table:
    """Return the rows as a table for a terminal, a rule between students."""
    table = Table()
    for name in ("student", "exercise", "points", "state", "first_failed"):
        table.add_column(COLUMNS[name].pick(language), overflow="fold", justify="right" if name == "points" else "left")
    for row, after in zip(rows, [*rows[1:], None], strict=True):
        first = not table.rows or table.rows[-1].end_section
        state = Rich(HEADLINES[row.state].pick(language), COLOURS[row.state]) if row.state else STATES[row.submission]
        mark = f" ({COLUMNS['practice'].pick(language)})" if row.practice else ""
        failed = row.first_failed + (f" ({row.mistake})" if row.mistake else "")
        table.add_row(
            plain(row.student) if first else "", row.exercise,
            "—" if row.points is None else f"{row.points:g} / {row.maximum:g}",
            (state if isinstance(state, Rich) else Rich(state.pick(language), "magenta")).append(mark),
            "" if row.state == "not_written" else plain(failed),
            end_section=after is None or after.student != row.student)
    return table


def notes(rows: list[Row]) -> list[Rich]:
    """Return what the table leaves out, a line each: problems with their remedy, and flags."""
    return [plain(f"{row.student}: {row.flags}") for row in rows if row.flags]


def state_table(results: Iterable[SubmissionResult], language: str) -> Table:
    """Return how many submissions ended in each state, and their mean points."""
    points = defaultdict(list)
    for result in results:
        points[result.state, result.practice].append(result.points if result.scored else None)
    table = Table(Text("estado", "state").pick(language), Text("entregas", "submissions").pick(language),
                  Text("media", "mean").pick(language))
    for state, practice in sorted(points, key=lambda key: ([*STATES].index(key[0]), key[1])):
        found = points[state, practice]
        mark = f" ({COLUMNS['practice'].pick(language)})" if practice else ""
        mean = "—" if found[0] is None else f"{fmean(found):.1f}"
        table.add_row(STATES[state].pick(language) + mark, str(len(found)), mean)
    return table


def timing_table(results: Iterable[SubmissionResult], language: str) -> Table:
    """Return the seconds that each phase of grading took: in all, on average, and for the slowest student."""
    phases = defaultdict(list)
    for result in results:
        for name in PHASES.keys() & result.timing.keys():
            phases[name].append((result.timing[name], result.student))
    table = Table(title=Text("Segundos de cada fase", "Seconds of each phase").pick(language))
    for title in (Text("fase", "phase"), Text("suma", "sum"), Text("media", "mean"), Text("mediana", "median"),
                  Text("máximo", "maximum")):
        table.add_column(title.pick(language), justify="left" if title.en == "phase" else "right")
    table.add_column(Text("de quién", "whose").pick(language), overflow="fold")
    for name, title in PHASES.items():
        if found := phases[name]:
            seconds = [spent for spent, _ in found]
            table.add_row(title.pick(language), f"{sum(seconds):.1f}", f"{fmean(seconds):.3f}", f"{median(seconds):.3f}",
                          f"{max(seconds):.3f}", plain(max(found)[1]))
    return table


def plain(text: str) -> Rich:
    """Return text that a terminal only shows: no escapes, no control characters, no turned direction, no markup."""
    return Rich("".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co") or c == "\u200d"))


def disarm(value: str | float) -> str | float:
    """Return a value that no spreadsheet takes for a formula."""
    if not isinstance(value, str):
        return value
    value = value.replace("\0", "").replace("\r", " ")  # a lone return ends a row in some readers
    return "'" + value if value.startswith(ARMED) else value
