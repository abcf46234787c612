"""`autograder doctor`: what is missing to grade, and how to get it."""

import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from autograder.commands import app

WITHOUT_NAMESPACES = "echo 0 > /proc/sys/user/max_user_namespaces && exec \"$@\""  # inside a user namespace of one's own


def without_namespaces(*command, **options) -> subprocess.CompletedProcess:
    """Run a command where no further user namespace can be made, as on a host that forbids them."""
    shell = ["unshare", "--user", "--map-root-user", "sh", "-c", WITHOUT_NAMESPACES, "sh"]
    done = subprocess.run([*shell, sys.executable, "-m", "autograder", *map(str, command)], capture_output=True, text=True,
                          env=os.environ | {"COLUMNS": "160"}, **options)
    if "unshare failed" in done.stderr:
        pytest.skip(f"this host has no user namespaces to take away: {done.stderr.strip()}")
    return done


def doctor(*arguments):
    return CliRunner().invoke(app, ["doctor", *map(str, arguments)], env={"COLUMNS": "160"})


def test_a_host_that_can_isolate_is_well():
    done = doctor("--lang", "en")
    assert done.exit_code == 0 and "✗" not in done.output, done.output
    assert "All is well" in done.output and "isolation" in done.output and "nbgrader" in done.output
    assert "se puede calificar" in doctor("--lang", "es").output


def test_a_host_without_user_namespaces_is_told_how_to_get_them():
    done = without_namespaces("doctor", "--lang", "en")
    assert done.returncode == 1
    assert "user.max_user_namespaces = 0" in done.stdout and "sysctl -w user.max_user_namespaces=" in done.stdout
    assert "cannot grade safely" in done.stdout


def test_a_class_is_looked_at_too(course):
    done = doctor(course.root, "--lang", "en")
    assert done.exit_code == 0 and "gradebook.db" in done.output and "600" in done.output, done.output


def test_a_secret_that_others_may_read_is_said(course):
    course.secret.chmod(0o644)
    done = doctor(course.root, "--lang", "en")
    assert done.exit_code == 1 and "chmod 600" in done.output


def test_a_gradebook_that_does_not_answer_is_said(course):
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "c.CourseDirectory.db_url = 'sqlite:////nowhere/gradebook.db'\n")
    done = doctor(course.root, "--lang", "en")
    assert done.exit_code == 1 and "✗ │ gradebook" in done.output, done.output


def test_the_password_of_a_gradebook_is_not_shown(course):
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "c.CourseDirectory.db_url = 'postgresql+psycopg://ana:hush@127.0.0.1:9/x'\n")
    done = doctor(course.root, "--lang", "en")
    assert done.exit_code == 1 and "ana:***@" in done.output and "hush" not in done.output, done.output


def test_a_folder_that_is_no_class_is_said(tmp_path):
    done = doctor(tmp_path, "--lang", "en")
    assert done.exit_code == 1 and "✗ │ class folder" in done.output and "init" in done.output
