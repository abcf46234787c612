"""How much a submission may be and may use."""

from dataclasses import dataclass

MB = 2**20


@dataclass(frozen=True)
class Limits:
    """Bound one submission: its file, what its cells and checks may take, and what is kept of its output."""

    file_bytes: int = 20 * MB
    cells: int = 1000
    cell_chars: int = 200_000
    notebook_chars: int = 2_000_000  # of all cells together: what is parsed takes time
    cell_seconds: float = 60.0  # CPU seconds of one cell
    notebook_seconds: float = 600.0  # CPU seconds of all cells together, restarts included
    wall_factor: float = 4.0  # a host may be this many times slower than its CPU seconds say, and
    wall_grace: float = 20.0  # these seconds are added
    check_factor: float = 1.0  # of the CPU seconds that each exercise asks for
    restarts: int = 3  # times that the cells are run again without the one that never ended or crashed
    memory_bytes: int = 3 * 2**30  # of all its processes together; of one, address space on top of the warm parent's
    file_size_bytes: int = 64 * MB
    tmp_bytes: int = 128 * MB
    processes: int = 64
    open_files: int = 256
    output_chars: int = 20_000  # of text that one cell shows
    output_bytes: int = 2 * MB  # of pictures that one cell shows
    outputs: int = 50  # kept of one cell
    output_tags: int = 5000  # of markup in one piece of HTML
    notebook_output_bytes: int = 20 * MB  # kept of all cells together

    def wall(self, cpu_seconds: float) -> float:
        """Return the wall seconds after which something that may use `cpu_seconds` is given up."""
        return cpu_seconds * self.wall_factor + self.wall_grace
