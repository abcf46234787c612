"""The READMEs: what they show is what happens, and what they name exists."""

import re
import subprocess
import sys

import pytest
import typer

from autograder.commands import app

PANEL = """
import sys
import numpy as np
import atiende
from autograder import check
atiende.start(sys.argv[1])
exec(sys.stdin.read())
check(softmax)
"""


@pytest.mark.parametrize(("path", "lang"), [("README.md", "en"), ("README.es.md", "es")])
def test_the_panel_at_the_top_is_what_the_code_above_it_gets(root, path, lang):
    code, panel = re.search(r"```python\n(def .*?)```\n\n```\n(.*?)```", (root / path).read_text(encoding="utf-8"), re.DOTALL).groups()
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", PANEL, lang], input=code, capture_output=True, text=True, timeout=60)
    assert done.stdout.endswith(panel), done.stdout + done.stderr


@pytest.mark.parametrize("path", ["README.md", "README.es.md", "CONTRIBUTING.md"])
def test_named_commands_targets_and_files_exist(root, path):
    text = (root / path).read_text(encoding="utf-8")
    commands = typer.main.get_command(app).commands
    assert set(re.findall(r"(?<!from )autograder ([a-z]+)\b", text)) <= set(commands)
    targets = re.findall(r"^([a-z]+):.*## ", (root / "Makefile").read_text(), re.MULTILINE)
    assert targets[0] == "help"
    assert set(re.findall(r"`?make ([a-z]+)", text)) <= set(targets)
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("http")]
    assert links and [link for link in links if not (root / link).exists()] == []


def test_both_readmes_name_the_same_files_and_commands(root):
    english, spanish = ((root / name).read_text(encoding="utf-8") for name in ("README.md", "README.es.md"))
    assert re.findall(r"^#+ ", english, re.MULTILINE) == re.findall(r"^#+ ", spanish, re.MULTILINE)
    assert re.findall(r"autograder \w+", english) == re.findall(r"autograder \w+", spanish)
