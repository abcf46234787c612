"""The one progress bar of the course."""

import sys

from tqdm import tqdm


def progress_bar(iterable=None, *, text: str, **options):
    """Return tqdm's bar, shown after one second of work and gone at the end.

    It is written on standard output: nbgrader takes standard error for a failure.
    """
    return tqdm(iterable, desc=text, file=sys.stdout, delay=1, mininterval=0.5, ncols=80, leave=False, **options)
