"""Compare the time of `import torch` with that of `import torch, atiende`: python benchmarks/import.py"""

import subprocess
import sys
import time

ROUNDS = 7


def seconds(statement: str) -> float:
    """Return the time of a fresh interpreter that runs the statement."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - start


statements = ("import torch", "import torch, atiende")
times = {statement: [] for statement in statements}
for _ in range(ROUNDS):  # in turns, so that a busy moment hits both
    for statement in statements:
        times[statement].append(seconds(statement))
torch, both = (min(times[statement]) for statement in statements)
print(f"import torch           {torch:.3f} s")
print(f"import torch, atiende  {both:.3f} s")
print(f"ratio                  {both / torch:.3f}   (best of {ROUNDS})")
