"""Make a large process cheap to fork: memory in pages of 2 MB, of which the kernel copies one entry, not 512."""

import ctypes
from pathlib import Path

HUGE = 2 * 2**20
MADV_COLLAPSE = 25  # Linux 6.1; an older kernel refuses it, and nothing is lost


def merge_pages():
    """Ask the kernel to merge this process's own memory into huge pages; a fork then takes half the time or less."""
    libc = ctypes.CDLL(None)
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    try:
        maps = Path("/proc/self/maps").read_text().splitlines()
    except OSError:
        return
    for line in maps:
        place, rights, _, _, inode, *_ = line.split()
        if rights == "rw-p" and inode == "0":
            start, end = (int(address, 16) for address in place.split("-"))
            for page in range(-(-start // HUGE) * HUGE, end - HUGE + 1, HUGE):
                libc.madvise(page, HUGE, MADV_COLLAPSE)
