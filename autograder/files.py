"""Files that are whole or not there."""

import os
import tempfile
from pathlib import Path

PART = ".part-"  # how the names of files begin that are still being written


def write_atomically(path: Path, content: str | bytes, mode: int = 0o644):
    """Write a file beside `path` and move it there, so that a reader, or a crash, never meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=PART)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            os.fchmod(file.fileno(), mode)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def remove_parts(folder: Path):
    """Remove what writing was killed in the midst of left in a folder."""
    for part in folder.glob(PART + "*"):
        part.unlink(missing_ok=True)
