"""Random inputs of a check: unknown beforehand, the same again for the same key."""

import hashlib
import hmac

import numpy as np
import torch


class Draw(np.random.Generator):
    """Draw the inputs of one property; a NumPy generator seeded by HMAC-SHA256(key, exercise id / property name)."""

    def __init__(self, key: bytes, name: str):
        digest = hmac.new(key, name.encode(), hashlib.sha256).digest()
        super().__init__(np.random.PCG64(int.from_bytes(digest, "big")))

    def sizes(self, count: int, low: int = 2, high: int = 9) -> list[int]:
        """Return `count` pairwise different sizes from `low` to `high`, both included."""
        return [int(n) for n in self.choice(np.arange(low, high + 1), size=count, replace=False)]

    def array(self, *shape: int, std: float = 1.0) -> np.ndarray:
        """Return a float64 array of `shape` from a normal distribution."""
        return self.normal(0.0, std, size=shape)

    def tensor(self, *shape: int, std: float = 1.0, dtype: torch.dtype = torch.float64) -> torch.Tensor:
        """Return a tensor of `shape` from a normal distribution."""
        return torch.from_numpy(self.normal(0.0, std, size=shape)).to(dtype)

    def seed(self) -> int:
        """Return a seed for another generator."""
        return int(self.integers(2**31 - 1))
