"""`autograder grade` against stock `nbgrader autograde`, on the same submissions: python -m benchmarks.grading."""

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

from autograder.gradebook.course import RECORDS, Course
from benchmarks.measure import Cost, load, run
from benchmarks.solved import compare_solved
from tests.small_class import NAME, fill_class, make_class


def main():
    """Print the costs of both graders, their ratio, the memory of a submission, and what a second worker brings."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=400, help="graded by autograder")
    parser.add_argument("--stock", type=int, default=20, help="of them graded by nbgrader too")
    parser.add_argument("--no-unit", action="store_true", help="leave out the whole assignment 01_mlp")
    asked = parser.parse_args()
    print(load())
    with tempfile.TemporaryDirectory() as folder:
        course = make_class(Path(folder) / "class")
        fill_class(course, asked.stock)
        stock = run([sys.executable, "-m", "nbgrader", "autograde", NAME], folder=course.root)
        by_stock = scores(course)
        fill_class(course, asked.submissions)
        two = run(grader(course, 2))
        rate_two = steady_rate(course)
        same = {student: points for student, points in scores(course).items() if student in by_stock}
        assert same == by_stock and len(same) == asked.stock, "the two graders disagree"
        _forget(course)
        run(grader(course, 1), cores=1)
        rate_one = steady_rate(course)
        _forget(course)
        run(grader(course, 1))
        rate_helped = steady_rate(course)
        _forget(course, keep=asked.submissions - 40)
        memory = run(grader(course, 2), look_inside=True)
    print(f"\nsmall assignment, scores equal on {asked.stock} submissions")
    show("nbgrader autograde", asked.stock, stock)
    show("autograder grade", asked.submissions, two)
    ratio = (asked.submissions / two.seconds) / (asked.stock / stock.seconds)
    print(f"{ratio:.0f} times the submissions a minute, start-up included; "
          f"{rate_two / (asked.stock / stock.seconds):.0f} times once started (at least 40 wanted)")
    print(f"memory: {memory.peak_memory:.0f} MB in all at most; of its own, a submission in flight "
          f"{statistics.median(memory.in_flight):.0f} MB, at most {max(memory.in_flight):.0f} MB (at most 50 wanted)")
    print(f"two workers on two cores: {rate_two / rate_one:.2f} times one on one (at least 1.9 wanted); "
          f"{rate_two / rate_helped:.2f} times one whose marks are written on the second core", flush=True)
    if not asked.no_unit:
        compare_solved()


def grader(course: Course, jobs: int) -> list[str]:
    """Return the command that grades the small assignment."""
    return [sys.executable, "-m", "autograder", "grade", str(course.root), NAME, "--jobs", str(jobs)]


def scores(course: Course) -> dict[str, float]:
    """Return what the gradebook holds of those who have a score."""
    with course.gradebook() as gradebook:
        return {s.student.id: s.score for s in gradebook.assignment_submissions(NAME)}


def steady_rate(course: Course) -> float:
    """Return submissions a second from the first that was stored to the last."""
    times = sorted(path.stat().st_mtime for path in (course.root / RECORDS / NAME).glob("*.json"))
    return (len(times) - 1) / (times[-1] - times[0])


def show(name: str, count: int, cost: Cost):
    """Print what one grader cost."""
    print(f"{name:20} {60 * count / cost.seconds:7.0f} submissions a minute, {1000 * cost.cpu / count:6.0f} ms of CPU each")


def _forget(course: Course, keep: int = 0):
    for path in sorted((course.root / RECORDS / NAME).glob("*.json"))[keep:]:
        os.unlink(path)


if __name__ == "__main__":
    main()
