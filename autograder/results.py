"""What grading one submission gives: the words that the engine and the gradebook share."""

import dataclasses
import json
from dataclasses import dataclass, field

from autograder.judge import Outcome, Verdict
from autograder.text import Text

STATES = {
    "graded": Text("calificada", "graded"),
    "student_timeout": Text("su código no termina", "its code does not end"),
    "student_crash": Text("su código tumbó el proceso", "its code crashed the process"),
    "ungradable": Text("no calificable", "ungradable"),
    "infrastructure_error": Text("fallo de la máquina", "infrastructure error"),
}
SCORED = ("graded", "student_timeout", "student_crash")  # states whose points are stored; the others cost no attempt


@dataclass
class Previous:
    """Tell what an earlier result of the same student was: points by exercise, none where it had no score."""

    digest: str
    version: str
    points: dict[str, float]


@dataclass
class SubmissionResult:
    """Tell how one submission fared.

    verdicts: one for each auto-graded exercise of the release, in its order. notebook: nbformat v4, spliced into the
    release, every output made by the engine. repairs: what intake mended. flags: for the instructor's eyes alone.
    problem: why there is no score, or less of it, and the remedy. digest: sha256 of the submission. version: of the
    checks and the release that judged it. practice: its code was not isolated. timing: seconds by phase. previous: the
    result that this one took the place of.
    """

    student: str
    assignment: str
    state: str
    language: str
    verdicts: list[Verdict] = field(default_factory=list)
    notebook: dict | None = None
    repairs: list[Text] = field(default_factory=list)
    flags: list[Text] = field(default_factory=list)
    problem: Text | None = None
    digest: str = ""
    version: str = ""
    practice: bool = False
    timing: dict[str, float] = field(default_factory=dict)
    previous: Previous | None = None

    @property
    def scored(self) -> bool:
        return self.state in SCORED

    @property
    def points(self) -> float:
        return sum(verdict.points for verdict in self.verdicts)

    @property
    def max_points(self) -> float:
        return sum(verdict.max_points for verdict in self.verdicts)

    def as_previous(self) -> Previous:
        """Return what a later result remembers of this one."""
        points = {verdict.id: verdict.points for verdict in self.verdicts} if self.scored else {}
        return Previous(self.digest, self.version, points)

    def without_notebook(self) -> "SubmissionResult":
        """Return the same result without its notebook, which is most of its size."""
        return dataclasses.replace(self, notebook=None)

    def without_outcomes(self) -> "SubmissionResult":
        """Return the same result without what its verdicts say of each property: little, even for a large class."""
        return dataclasses.replace(self, verdicts=[dataclasses.replace(v, outcomes=[]) for v in self.verdicts])

    def to_json(self) -> str:
        """Return the result as one line of JSON."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, line: str) -> "SubmissionResult":
        """Return the result that `to_json` wrote. Raises ValueError, KeyError or TypeError where it is none."""
        fields = json.loads(line)
        fields["verdicts"] = [_verdict(v) for v in fields["verdicts"]]
        for name in ("repairs", "flags"):
            fields[name] = [Text(*pair) for pair in fields[name]]
        if fields.get("previous"):
            fields["previous"] = Previous(**fields["previous"])
        return cls(**fields | {"problem": _text(fields["problem"])})


def _verdict(fields: dict) -> Verdict:
    outcomes = [Outcome(**o | {"text": _text(o["text"]), "message": _text(o["message"])}) for o in fields["outcomes"]]
    return Verdict(**fields | {"outcomes": outcomes, "cause": _text(fields["cause"])})


def _text(pair: list | None) -> Text | None:
    return None if pair is None else Text(*pair)
