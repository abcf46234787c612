"""A class whose gradebook is a PostgreSQL database, and what happens when the connection to it is lost."""

import random
import time

import psycopg
import pytest
from graders import WHOLE_RUN, Grader, grade, points, stored
from postgresql import NoServerError, server
from small_class import fill_class, make_class
from sqlalchemy.engine import make_url
from typer.testing import CliRunner

from autograder.commands import app

pytestmark = pytest.mark.slow
COUNT, KILLS = 32, 8


@pytest.fixture(scope="module")
def url():
    """Return the URL of a database on a server of our own."""
    try:
        with server() as address:
            yield address
    except NoServerError as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def course(url, tmp_path_factory):
    made = make_class(tmp_path_factory.mktemp("postgresql") / "class", url)
    fill_class(made, COUNT)
    return made


def end_connections(url: str) -> int:
    """End every connection to the database but our own; return how many."""
    parsed = make_url(url)
    with psycopg.connect(host=parsed.query["host"], user=parsed.username, dbname=parsed.database) as connection:
        found = connection.execute("select pg_terminate_backend(pid) from pg_stat_activity "
                                   "where pid <> pg_backend_pid() and backend_type = 'client backend'").fetchall()
    return len(found)


def test_lost_connections_lose_nothing(course, url, small_class, tmp_path):
    chance, ended = random.Random(5), 0
    grader = Grader(course, tmp_path)
    while grader.running():
        if any((course.root / ".autograder").glob("small/*.json")):
            ended += end_connections(url)
        time.sleep(chance.uniform(0, 0.2))
    assert grader.popen.wait(WHOLE_RUN) == 0, grader.popen.stdout.read().decode()
    assert ended >= KILLS, f"only {ended} connections were there to be ended"
    assert not (course.root / "gradebook.db").exists()
    in_a_file = small_class(tmp_path, COUNT)
    grade(in_a_file)
    assert points(course) == points(in_a_file)
    assert stored(course) == stored(in_a_file)


def test_an_unreachable_gradebook_is_said(small_class, tmp_path):
    course = small_class(tmp_path, 1)
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "c.CourseDirectory.db_url = 'postgresql+psycopg://nobody@/x?host=/nowhere'\n")
    done = CliRunner().invoke(app, ["grade", str(course.root), "small"])
    assert done.exit_code == 2 and "gradebook does not answer" in done.output and "nbgrader_config.py" in done.output


def test_a_class_keeps_the_gradebook_it_has(course, url):
    done = CliRunner().invoke(app, ["init", str(course.root), "--db", url])
    assert done.exit_code == 2 and "db_url" in done.output
