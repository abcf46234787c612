"""Time and memory of `autograder grade` over growing classes: python -m benchmarks.scaling [--large]."""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import load, run
from tests.small_class import NAME, fill_class, make_class


def main():
    """Print a row for each size of class."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="a class of 10 000 too")
    sizes = [100, 1000] + [10_000] * parser.parse_args().large
    print(load())
    print(f"{'submissions':>11} {'seconds':>8} {'ms each':>8} {'CPU ms each':>11} {'grader MB':>9}")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            course = make_class(Path(folder) / "class")
            fill_class(course, size)
            cost = run([sys.executable, "-m", "autograder", "grade", str(course.root), NAME])
        print(f"{size:11} {cost.seconds:8.1f} {1000 * cost.seconds / size:8.1f} {1000 * cost.cpu / size:11.1f} "
              f"{cost.grader_memory:9.0f}", flush=True)


if __name__ == "__main__":
    main()
