"""`autograder matrix`: which property kills which mistake."""

import json
from typing import Annotated

import torch
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from autograder.exercise import exercise_ids, find
from autograder.matrix import try_exercise


def matrix(
    only: Annotated[list[str] | None, typer.Argument(help="Ids of exercises; all of them without.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    seed: Annotated[str, typer.Option(help="A secret that fixes the inputs; fresh ones without.")] = "",
):
    """Run every solution, blank, mistake and alternative, and show what each loses on. Fails if one fares wrongly."""
    console = Console(stderr=as_json)
    torch.set_num_threads(1)  # the tensors of a check are small: more threads only wait for each other
    unknown = set(only or ()) - set(exercise_ids())
    if unknown:
        console.print(f"[red]No exercise is called {', '.join(sorted(unknown))}.[/] `autograder exercises` lists them.")
        raise typer.Exit(2)
    trials = [
        trial
        for id in track(only or exercise_ids(), "exercises", console=console, transient=True)
        for trial in try_exercise(find(id), seed.encode())
    ]
    if as_json:
        print(json.dumps([
            {"exercise": t.exercise, "kind": t.kind, "name": t.name, "points": t.verdict.points,
             "killed_by": t.killed_by, "named": t.verdict.mistake, "fault": t.fault} for t in trials
        ], ensure_ascii=False, indent=1))
    else:
        table = Table("exercise", "kind", "variant", "points", "killed by", "fault")
        for t in trials:
            table.add_row(t.exercise, t.kind, t.name, f"{t.verdict.points:g}", ", ".join(t.killed_by), f"[red]{t.fault}[/]")
        console.print(table)
    faults = sum(bool(t.fault) for t in trials)
    console.print(f"{len(trials)} variants, {faults} faults", style="red" if faults else "green")
    if faults:
        raise typer.Exit(1)
