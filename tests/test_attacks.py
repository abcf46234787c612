"""Hostile submissions gain no point, learn nothing, break nothing, and disturb nobody."""

import dataclasses
import hashlib
import json
import os
import re
import shutil
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from attacks.corpus import partner
from attacks.denial import DAMAGE, DENIAL
from attacks.score import SCORE
from attacks.theft import FRIENDS, THEFT
from grading import EXERCISES, LIMITS, assignment, cases_of, earned, handed, maxima, needs_isolation, said, solved

from autograder.engine.local import LocalJudges
from autograder.engine.run import judge_all
from autograder.gradebook.feedback import feedback_page
from autograder.gradebook.writer import Marks

ROOT = Path(__file__).parent.parent
pytestmark = needs_isolation()

ATTACKS = {attack.code: attack for attack in (*SCORE, *THEFT, *FRIENDS, *DENIAL, *DAMAGE)}
CASES = [(code, id) for code, attack in ATTACKS.items() for id in attack.only]
LIVE = re.compile(r"<(?:script|svg|iframe|object|embed|form)|<[^>]*\son\w+\s*=|<[^>]*=\s*[\"']?\s*(?:javascript|data:text)", re.I)
MARKER = re.compile(r"atiende-marker-[0-9a-f]{16}")
DROPPED = ("rubbish", "note", "pwned", "hoard0", "result.json", "result.pkl", "numpy.py")
EVERY = 12  # attacks between two honest neighbours
BUDGET = 60  # seconds that one submission may take, all its waiting for others included


@dataclasses.dataclass
class Graded:
    """Hold what one run over attacks and neighbours gave: results and seconds by student, the host before and after."""

    results: dict = dataclasses.field(default_factory=dict)
    seconds: dict = dataclasses.field(default_factory=dict)
    before: dict = dataclasses.field(default_factory=dict)
    after: dict = dataclasses.field(default_factory=dict)
    left: list = dataclasses.field(default_factory=list)


@pytest.fixture(scope="module")
def graded(request, tmp_path_factory):
    """Grade the attacks whose tests were asked for, all of them in one run, honest neighbours among them."""
    cases = sorted(cases_of(request) or CASES[:3], key=CASES.index)
    given, made = assignment(), Graded()
    with Host(tmp_path_factory.mktemp("host")) as host:
        made.before = host.snapshot()
        with LocalJudges(given, jobs=4) as judges:
            last = time.monotonic()
            for result in judge_all(given, submissions(cases), judges):
                made.results[result.student] = result
                print(f"{result.student:24} {result.state:16} {result.timing.get('total', 0):6.1f}")
                made.seconds[result.student], last = time.monotonic() - last, time.monotonic()
            folder = judges.nursery.folder
        made.left = descendants(folder)
        made.after = host.snapshot()
    return made


def submissions(cases):
    for n, (code, id) in enumerate(cases):
        if n % EVERY == 0:
            yield honest(n)
        yield handed(f"{code}/{id}", ATTACKS[code].notebook(id))
    yield honest(len(cases))


def honest(n: int):
    """Return an honest submission: always the same bytes, whoever hands it in."""
    return handed(f"honest/{n}", solved("softmax", "gelu"))


class Host:
    """Lay secrets where a grader has them: environment, HOME, the class folder, another student's work, memory."""

    def __init__(self, folder: Path):
        self.folder, self.home, self.course = folder, folder / "home", folder / "course"

    def __enter__(self):
        self.kept = dict(os.environ)
        for n, place in enumerate((self.home / ".netrc", self.home / ".config" / "token", self.course / "gradebook.db",
                                   self.course / ".autograder_secret", self.course / "submitted" / "bea" / "hw" / "hw.ipynb",
                                   Path("/tmp") / f"atiende-test-{os.getpid()}")):  # fmt: skip
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(f"atiende-marker-{n + 16:016x}")
            place.chmod(0o666)
        shutil.copytree(ROOT / "solutions", self.course / "source")
        self.loose = place
        os.environ |= {"HOME": str(self.home), "ATIENDE_TOKEN": "atiende-marker-00000000000000ff",
                       "MPLCONFIGDIR": str(self.folder.parent)}  # fmt: skip
        return self

    def __exit__(self, *_):
        os.environ.clear()
        os.environ |= self.kept
        self.loose.unlink()

    def snapshot(self) -> dict:
        """Return what must not change: files by their hash, listings, processes, ports."""
        files = {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in self.folder.rglob("*") if path.is_file()}
        packages = Path(os.__file__).parent, Path(pytest.__file__).parent.parent
        listed = [f"{path}/{name}" for base in packages for path in (base, *base.glob("[!_]*/")) for name in os.listdir(path)]
        dropped = [str(path) for base in (ROOT, Path("/tmp"), Path("/dev/shm"), Path("/var/tmp")) for path in base.glob("*")
                   if path.name in DROPPED]  # fmt: skip
        return {"files": files.items(), "packages": listed, "dropped": dropped, "ports": listening()}


def listening() -> set[int]:
    """Return the ports on which this process and those that it started listen; others may come and go on this host."""
    here = psutil.Process()
    connections = [c for process in (here, *here.children(recursive=True)) for c in process.net_connections("inet")]
    return {c.laddr.port for c in connections if c.status == psutil.CONN_LISTEN}


def descendants(folder: str) -> list[str]:
    """Return the processes that still live of those that the warm parent with this folder forked."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if folder.encode() in (path / "environ").read_bytes():
                found.append(f"{path.name}: {(path / 'cmdline').read_bytes()[:80]}")
        except OSError:
            continue
    return found


@pytest.fixture
def result(case, graded):
    return graded.results["/".join(case)]


@pytest.mark.parametrize("case", CASES, ids="/".join)
def test_an_attack_gains_nothing(case, graded, result):
    code, id = case
    attack = ATTACKS[code]
    assert result.state in attack.states, (result.state, result.problem)
    assert graded.seconds[result.student] < BUDGET
    if result.state == "ungradable":
        assert result.problem and not result.verdicts
        return
    points, most = earned(result), maxima(partner(id))
    if attack.keeps:
        assert points == most, [v.first_failed for v in result.verdicts]
    else:
        assert all(points[other] <= most[other] for other in EXERCISES), points
    if result.state != "graded":
        assert result.problem
    assert [v.max_points for v in result.verdicts] == list(maxima(*EXERCISES).values())


@pytest.mark.parametrize("case", CASES, ids="/".join)
def test_an_attack_learns_nothing(case, graded, result):
    told = said(result)
    assert not MARKER.search(told)
    assert "FOUND" not in shown(result)
    assert ATTACKS[case[0]].proof in shown(result), "the attack was not tried"


@pytest.mark.parametrize("case", CASES, ids="/".join)
def test_an_attack_leaves_a_page_that_can_be_shown(case, graded, result):
    if result.notebook is None:
        return
    notebook = nbformat.from_dict(result.notebook)
    nbformat.validate(notebook)
    assert len(json.dumps(result.notebook)) < 2 * LIMITS.notebook_output_bytes
    page = feedback_page(result, Marks("Ana"))
    assert not LIVE.search(page)
    assert not re.search("[\x1b\u202e]", page)


def test_the_host_is_as_it_was(graded):
    changed = {what: set(graded.after[what]) ^ set(graded.before[what]) for what in graded.before}
    assert not any(changed.values()), changed
    assert not graded.left


def test_honest_neighbours_are_graded_alike(graded):
    neighbours = [result for name, result in graded.results.items() if name.startswith("honest/")]
    assert len(neighbours) > 1
    assert earned(neighbours[0]) == maxima("softmax", "gelu")
    first, *others = (said(dataclasses.replace(result, student="")) for result in neighbours)
    for other in others:
        assert other == first


def shown(result) -> str:
    """Return what the student's code showed, and the messages of the verdicts; not its own source."""
    outputs = [cell.get("outputs") for cell in (result.notebook or {}).get("cells", [])]
    return json.dumps([outputs, [[o.message for o in v.outcomes] for v in result.verdicts]])
