"""The class of the demonstration: who hands in what, and what it must earn."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from autograder.demo import changes
from autograder.demo.people import PEOPLE
from autograder.exercise import Exercise, find
from autograder.files import write_atomically
from autograder.gradebook.course import Course
from autograder.solutions import variant_source
from autograder.text import Text

OPENED = datetime(2026, 3, 2, 17, 30)
ENDLESS = "total = 0\nwhile True:\n    total += 1"
CRASH = "import os\nimport signal\n\nos.kill(os.getpid(), signal.SIGKILL)"
SEGFAULT = "import ctypes\n\nctypes.string_at(0)"
MAGICS = "%matplotlib inline\n%config InlineBackend.figure_format = 'retina'\n\nimport warnings\nwarnings.simplefilter('ignore')"
SCIPY = "import scipy.special\n\n\ndef softmax(z, axis=-1):\n    return scipy.special.softmax(z, axis=axis)"

TITLES = {
    "solved": Text("todo resuelto", "all solved"),
    "half_solved": Text("la mitad resuelta", "half solved"),
    "blank": Text("sin tocar", "left as released"),
    "alternatives": Text("resuelto de otra manera", "solved another way"),
    "colab": Text("guardado por Colab", "saved by Colab"),
    "copied_cells": Text("celdas copiadas y pegadas", "cells copied and pasted"),
    "other_order": Text("celdas en otro orden", "cells in another order"),
    "warnings": Text("avisos por stderr", "warnings on stderr"),
    "deleted_test": Text("sin una celda de prueba", "a test cell deleted"),
    "no_metadata": Text("sin metadatos", "metadata stripped"),
    "no_metadata_no_ids": Text("sin metadatos ni ids", "metadata and ids stripped"),
    "helper_cell": Text("con una función auxiliar", "a helper in a cell of its own"),
    "magics": Text("con magias de IPython", "with IPython magics"),
    "syntax_error": Text("un paréntesis sin cerrar", "a bracket left open"),
    "broken_json": Text("archivo cortado", "a truncated file"),
    "empty_file": Text("archivo vacío", "an empty file"),
    "another_assignment": Text("la tarea de otro curso", "another course's assignment"),
    "endless_loop": Text("un bucle sin fin", "an endless loop"),
    "killed": Text("mata su propio proceso", "kills its own process"),
    "segfault": Text("violación de segmento", "a segmentation fault"),
    "forbidden_call": Text("llama a lo que debe escribir", "calls what it is to write"),
    "mistakes": Text("con errores", "with mistakes"),
}


@dataclass(frozen=True)
class Story:
    """Tell what one student hands in: `make` returns a notebook, or the bytes of a file.

    state: in which it must end. wrong: exercise -> the mistake that must be named, or "" where points are lost otherwise;
    all other exercises must earn everything. blank: exercises that must earn nothing.
    """

    name: str  # one of TITLES
    language: str
    make: Callable[[], object]
    state: str = "graded"
    wrong: dict[str, str] = field(default_factory=dict)
    blank: tuple[str, ...] = ()


def stories(assignment: str) -> list[Story]:
    """Return what the class hands in for an assignment."""
    ids = changes.exercises(changes.read_notebook("assignments", "es", assignment))
    first, half = ids[0], tuple(ids[(len(ids) + 1) // 2:])

    def solved(language: str):
        return changes.solved(language, assignment)

    def begun(language: str):
        return changes.stop_half_way(solved(language), blank(language))

    def blank(language: str):
        return changes.read_notebook("assignments", language, assignment)

    told = [
        Story("solved", "es", lambda: solved("es")),
        Story("solved", "en", lambda: solved("en")),
        Story("half_solved", "es", lambda: begun("es"), blank=half),
        Story("half_solved", "en", lambda: begun("en"), blank=half),
        Story("blank", "es", lambda: blank("es"), blank=tuple(ids)),
        Story("alternatives", "es", lambda: changes.answer(solved("es"), _alternatives(ids))),
        Story("colab", "es", lambda: changes.save_in_colab(solved("es"))),
        Story("copied_cells", "en", lambda: changes.copy_cells(begun("en")), blank=half),
        Story("other_order", "es", lambda: changes.shuffle_cells(solved("es"))),
        Story("warnings", "en", lambda: changes.warn(solved("en"))),
        Story("deleted_test", "es", lambda: changes.delete_test(begun("es")), blank=half),
        Story("no_metadata", "es", lambda: changes.strip_metadata(begun("es")), blank=half),
        Story("no_metadata_no_ids", "en", lambda: changes.strip_everything(solved("en"))),
        Story("helper_cell", "es", lambda: changes.split_helper(begun("es")), blank=half),
        Story("magics", "en", lambda: changes.add_cell(begun("en"), MAGICS), blank=half),
        Story("syntax_error", "es", lambda: changes.break_syntax(begun("es")), wrong={first: ""}, blank=half),
        Story("broken_json", "es", lambda: json.dumps(solved("es")).encode()[:-400], "ungradable"),
        Story("empty_file", "en", lambda: b"", "ungradable"),
        Story("another_assignment", "es", changes.another_assignment, "ungradable"),
        Story("endless_loop", "en", lambda: changes.add_cell(begun("en"), ENDLESS), "student_timeout", blank=half),
        Story("killed", "es", lambda: changes.add_cell(begun("es"), CRASH), "student_crash", blank=half),
        Story("segfault", "en", lambda: changes.add_cell(begun("en"), SEGFAULT), "student_crash", blank=half),
    ]
    if "softmax" in ids:
        told.append(Story("forbidden_call", "es", lambda: changes.answer(begun("es"), {"softmax": SCIPY}),
                          wrong={"softmax": ""}, blank=half))
    return told + [_mistaken(ids, n, begun if n % 2 else solved, half if n % 2 else ())
                   for n in range(len(PEOPLE) - len(told))]


def hand_in(course: Course, assignment: str):
    """Write the submissions of the whole class, and its names into the gradebook."""
    told = stories(assignment)
    with course.gradebook() as gradebook:
        for id, first, last in PEOPLE[: len(told)]:
            gradebook.update_or_create_student(id, first_name=first, last_name=last)
    for n, ((id, _, _), story) in enumerate(zip(PEOPLE, told, strict=True)):
        made = story.make()
        written = made if isinstance(made, bytes) else json.dumps(made, ensure_ascii=False, indent=1)
        folder = course.root / "submitted" / id / assignment
        write_atomically(folder / f"{assignment}.ipynb", written)
        write_atomically(folder / "timestamp.txt", f"{OPENED + timedelta(minutes=37 * n):%Y-%m-%d %H:%M:%S} UTC\n")


def _alternatives(ids: list[str]) -> dict[str, str]:
    """Return other right answers, but for exercises that later ones stand on: those must fit together."""
    used = {earlier for id in ids for earlier in find(id).uses}
    return {id: variant_source(find(id), find(id).alternatives[0]) for id in ids if id not in used and find(id).alternatives}


def _mistaken(ids: list[str], n: int, start: Callable, blank: tuple[str, ...]) -> Story:
    """Return the n-th student who makes named mistakes, one in every third exercise; each pair of students shares them."""
    language, pair = ("es", "en")[n % 2], n // 2
    chosen = {id: find(id).mistakes[(pair + i) % len(find(id).mistakes)]
              for i, id in enumerate(ids) if (i + pair) % 3 == 0 and id not in blank and _cheap(find(id))}
    sources = {id: variant_source(find(id), mistake) for id, mistake in chosen.items()}
    return Story("mistakes", language, lambda: changes.answer(start(language), sources),
                 wrong={id: mistake.name for id, mistake in chosen.items()}, blank=blank)


def _cheap(exercise: Exercise) -> bool:
    """Tell whether an exercise can be got wrong without a long training run."""
    return bool(exercise.mistakes) and not any(prop.costly for prop in exercise.properties)
