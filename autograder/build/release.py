"""Cut the student's version out of a solved notebook, by nbgrader's own release step."""

import copy
from functools import cache

from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import IncludeHeaderFooter, SaveCells
from traitlets.config import Config

CODE_STUB = "# Tu código aquí · Your code here\nraise NotImplementedError"
TEXT_STUB = "*Tu respuesta aquí · Your answer here*"


def release_config() -> Config:
    """Return the nbgrader settings that the course releases with; an nbgrader_config.py of a class holds the same."""
    config = Config()
    config.ClearSolutions.code_stub = {"python": CODE_STUB}
    config.ClearSolutions.text_stub = TEXT_STUB
    return config


@cache
def _steps() -> list:
    """Return the steps of `nbgrader generate_assignment`, all but those that read a header file or write a database."""
    steps = GenerateAssignment().preprocessors
    return [step(config=release_config()) for step in steps if step not in (IncludeHeaderFooter, SaveCells)]


def cut_solutions(notebook):
    """Return the student's version of a solved notebook."""
    released, resources = copy.deepcopy(notebook), {}
    for step in _steps():
        released, resources = step.preprocess(released, resources)
    return released
