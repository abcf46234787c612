"""`autograder exercises`: what is checked."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from autograder.exercise import check_unit, exercise_ids, find


def exercises(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False):
    """List every exercise: unit, points, properties, mistakes, alternatives."""
    rows = [
        {
            "id": id, "unit": check_unit(id), "points": find(id).points,
            "properties": [{"name": p.name, "weight": p.weight, "es": p.text.es, "en": p.text.en} for p in find(id).properties],
            "mistakes": [m.name for m in find(id).mistakes],
            "alternatives": [a.name for a in find(id).alternatives],
        }
        for id in exercise_ids()
    ]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    table = Table("id", "unit", "points", "properties", "mistakes", "alternatives")
    for row in rows:
        counts = (str(len(row[k])) for k in ("properties", "mistakes", "alternatives"))
        table.add_row(row["id"], row["unit"], f"{row['points']:g}", *counts)
    Console().print(table)
