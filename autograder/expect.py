"""Comparisons of what was seen with what was expected; each failure says it in words, and never prints the answer."""

import numpy as np
import torch

from autograder.text import Text


class MismatchError(Exception):
    """Carry the bilingual sentence that says what was expected and what was seen."""

    def __init__(self, text: Text):
        super().__init__(text.en)
        self.text = text


def fail(es: str, en: str, **values):
    """Raise MismatchError with both sentences, their fields filled from `values`."""
    raise MismatchError(Text(es, en).fill(**values))


def true(condition: bool, es: str, en: str, **values):
    """Fail with both sentences unless `condition` holds."""
    if not condition:
        fail(es, en, **values)


def number(seen, what: str = "") -> float:
    """Return `seen` as a float where it is one finite number (a 0-d or size-1 array too), or fail."""
    array = _numeric(seen, what)
    if array.size != 1:
        fail(
            "{what} debía ser un solo número y es {kind}.",
            "{what} should be one number, but it is {kind}.",
            what=_name(what),
            kind=kind(seen),
        )
    _finite(array, what)
    return float(array.reshape(()))


def array(seen, shape: tuple | None = None, what: str = "", finite: bool = True) -> np.ndarray:
    """Return `seen` as a float64 array of `shape`, or fail; lists and tensors are taken as arrays."""
    result = _numeric(seen, what)
    if shape is not None and result.shape != tuple(shape):
        fail(
            "{what} debía tener la forma {shape} y tiene {seen}.",
            "{what} should have shape {shape}, but has {seen}.",
            what=_name(what),
            shape=tuple(shape),
            seen=result.shape,
        )
    if finite:
        _finite(result, what)
    return result


def close(seen, wanted, atol: float = 1e-8, rtol: float = 1e-8, what: str = ""):
    """Fail unless `seen` has the shape of `wanted`, is finite, and lies within atol + rtol * |wanted| of it."""
    wanted = np.asarray(wanted.detach().numpy() if isinstance(wanted, torch.Tensor) else wanted, dtype=np.float64)
    result = array(seen, wanted.shape, what)
    gap = np.abs(result - wanted)
    if not np.all(gap <= atol + rtol * np.abs(wanted)):
        if gap.size == 1:
            fail(
                "{what} no vale lo esperado: da {seen:.6g} y se aparta en {gap:.2g}.",
                "{what} is not what was expected: it is {seen:.6g}, off by {gap:.2g}.",
                what=_name(what), seen=float(result.reshape(())), gap=float(gap.max()),
            )  # fmt: skip
        wrong = int(np.sum(gap > atol + rtol * np.abs(wanted)))
        fail(
            "{what} no vale lo esperado: {wrong} de {total} valores se apartan, hasta {gap:.2g} (los tuyos van de {low:.3g} "
            "a {high:.3g}).",
            "{what} is not what was expected: {wrong} of {total} values are off, by up to {gap:.2g} (yours go from {low:.3g} "
            "to {high:.3g}).",
            what=_name(what),
            wrong=wrong,
            total=max(gap.size, 1),
            gap=float(gap.max()),
            low=float(result.min()),
            high=float(result.max()),
        )


def near(seen, wanted, what: str = ""):
    """Fail unless `seen` is `wanted` up to the rounding of single precision, which an honest solution may use inside."""
    close(seen, wanted, atol=1e-5, rtol=1e-5, what=what)


def same(seen, wanted, what: str = ""):
    """Fail unless two arrays are equal, element by element and in shape."""
    close(seen, wanted, atol=0.0, rtol=0.0, what=what)


def unchanged(before, after, what: str):
    """Fail if an input was changed in place."""
    if not np.array_equal(np.asarray(before), np.asarray(after), equal_nan=True):
        fail(
            "Tu código cambió su entrada {what} (escribe sobre ella); devuelve valores nuevos y deja las entradas intactas.",
            "Your code changed its input {what} (it writes into it); return new values and leave the inputs as they were.",
            what=_name(what),
        )


def kind(value) -> Text:
    """Say in words what a value is: its type, and its shape or length."""
    if isinstance(value, (np.ndarray, torch.Tensor)):
        shape, dtype = tuple(value.shape), str(value.dtype).removeprefix("torch.")
        return Text(f"un array de forma {shape} y tipo {dtype}", f"an array of shape {shape} and dtype {dtype}")
    if isinstance(value, (list, tuple, dict)):
        name = type(value).__name__
        return Text(f"{name} de longitud {len(value)}", f"a {name} of length {len(value)}")
    if value is None:
        return Text("None (¿falta un return?)", "None (is a return missing?)")
    return Text(f"{type(value).__name__} {str(value)[:40]}", f"{type(value).__name__} {str(value)[:40]}")


def _name(what: str) -> Text:
    return Text(f"`{what}`", f"`{what}`") if what else Text("El resultado", "The result")


def _numeric(seen, what: str) -> np.ndarray:
    if isinstance(seen, torch.Tensor):
        seen = seen.numpy()
    try:
        if seen is None or isinstance(seen, dict) or _holds_text(seen):
            raise TypeError
        result = np.asarray(seen)
        if result.dtype.kind not in "biuf":
            raise TypeError
        return result.astype(np.float64)
    except (TypeError, ValueError):
        fail(
            "{what} debía ser numérico y es {kind}.",
            "{what} should be numeric, but it is {kind}.",
            what=_name(what),
            kind=kind(seen),
        )


def _holds_text(value) -> bool:
    """Tell whether there is text in nested lists: NumPy would give every element the room of the longest."""
    return isinstance(value, str) or isinstance(value, (list, tuple)) and any(map(_holds_text, value))


def _finite(result: np.ndarray, what: str):
    if not np.all(np.isfinite(result)):
        fail("{what} contiene nan o inf.", "{what} contains nan or inf.", what=_name(what))
