"""Where tensors live."""


def device():
    """Return the fastest torch.device of this machine: "cuda", Apple's "mps" or "cpu"."""
    import torch

    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")
