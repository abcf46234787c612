"""Plain values, the only things that cross between a student's code and its judge, and their strict binary form.

A plain value is None, a bool, an int, a float, a string, a NumPy array, a torch tensor, or a list, tuple or dict of
those. Nothing else is ever written, and reading never runs code: no pickle, no class names, sizes checked first.
"""

import math

import msgpack
import numpy as np
import torch

MAX_BYTES = 64 * 2**20  # of one message
MAX_DEPTH = 32  # of nested lists and dicts
MAX_ITEMS = 200_000  # of all lists and dicts of one message
MAX_KEY = 2**60  # of a dict's integer keys: below it they all hash differently
EXTENSION_COST = 16  # items that an array or a tuple counts as: its object is that much larger than a number
DTYPES = (
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float16",
    "float32",
    "float64",
    "complex64",
    "complex128",
)
ARRAY, TENSOR, TUPLE, BIG_INT, HANDLE = 1, 2, 3, 4, 5


class NotPlainError(TypeError):
    """Say that a value is not plain, or too large."""


class Reference(int):
    """Number an object that stays on the student's side."""


def to_plain(value, depth: int = 0):
    """Return `value` as a plain value: subclasses are reduced to their base type, arrays copied, tensors detached.

    Raises NotPlainError for anything that is not plain, is nested deeper than MAX_DEPTH or larger than MAX_BYTES.
    """
    if depth > MAX_DEPTH:
        raise NotPlainError(f"nested more than {MAX_DEPTH} levels deep")
    if value is None or type(value) in (bool, int, float, str, Reference):
        return value
    if isinstance(value, torch.Tensor):
        tensor = torch.Tensor.detach(value)
        _allow(math.prod(tensor.shape) * tensor.element_size(), tensor.dtype)
        if tensor.dtype == torch.bfloat16:
            tensor = tensor.float()
        return tensor.cpu().resolve_conj().resolve_neg().clone(memory_format=torch.contiguous_format)
    if isinstance(value, np.ndarray):
        array = np.ndarray.view(value, np.ndarray)
        _allow(math.prod(array.shape) * array.itemsize, array.dtype)
        if array.dtype.name not in DTYPES:
            raise NotPlainError(f"an array of {array.dtype} cannot be checked")
        return np.array(array, order="C", copy=True)
    if isinstance(value, (np.bool_, np.integer, np.floating)):
        return value.item()
    for base in (bool, int, float, str):
        if isinstance(value, base):
            return base.__new__(base, value) if base is str else base(value)
    if isinstance(value, (list, tuple)):
        _allow_items(len(value))
        items = [to_plain(item, depth + 1) for item in value]
        return tuple(items) if isinstance(value, tuple) else items
    if isinstance(value, dict):
        _allow_items(len(value))
        return {_key(k): to_plain(v, depth + 1) for k, v in value.items()}
    raise NotPlainError(f"a {type(value).__name__} is not a number, a string, an array, a tensor, or a list of those")


def encode(value) -> bytes:
    """Write a plain value as bytes. Raises NotPlainError for what is not plain or does not fit in MAX_BYTES."""
    packed = msgpack.packb(_prepare(to_plain(value)), use_bin_type=True, strict_types=True)
    if len(packed) > MAX_BYTES:
        raise NotPlainError(f"a value of {len(packed)} bytes is more than the {MAX_BYTES} allowed")
    return packed


def decode(data: bytes, arrays: bool = True):
    """Read a plain value from bytes; without `arrays`, one that holds neither arrays nor tensors.

    Raises NotPlainError for anything malformed; never runs code.
    """
    if len(data) > MAX_BYTES:
        raise NotPlainError("message too long")
    try:
        return _Reader(arrays).read(data, 0)
    except NotPlainError:
        raise
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError, msgpack.UnpackException, MemoryError) as e:
        raise NotPlainError(f"malformed value ({type(e).__name__})") from None


def size_of(value) -> int:
    """Return about how many bytes of memory a plain value takes."""
    if isinstance(value, (np.ndarray, torch.Tensor)):
        return 500 + value.nbytes
    if isinstance(value, (list, tuple)):
        return 64 + sum(map(size_of, value))
    if isinstance(value, dict):
        return 64 + sum(64 + size_of(key) + size_of(item) for key, item in value.items())
    return 64 + (4 * len(value) if isinstance(value, str) else 0)


def _prepare(value):
    if isinstance(value, Reference):
        return msgpack.ExtType(HANDLE, str(int(value)).encode())
    if isinstance(value, (bool, float, str)) or value is None:
        return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**64 else msgpack.ExtType(BIG_INT, hex(value).encode())
    if isinstance(value, torch.Tensor):
        return msgpack.ExtType(TENSOR, _pack_array(value.numpy()))
    if isinstance(value, np.ndarray):
        return msgpack.ExtType(ARRAY, _pack_array(value))
    if isinstance(value, list):
        return [_prepare(item) for item in value]
    if isinstance(value, tuple):
        return msgpack.ExtType(TUPLE, msgpack.packb([_prepare(v) for v in value], use_bin_type=True, strict_types=True))
    return {k: _prepare(v) for k, v in value.items()}


class _Reader:
    """Read one message, and count what it makes of it, so that a short message cannot fill the memory."""

    def __init__(self, arrays: bool):
        self.arrays = arrays
        self.items, self.bytes = MAX_ITEMS, 2 * MAX_BYTES

    def read(self, data: bytes, depth: int):
        if depth > MAX_DEPTH:
            raise NotPlainError("nested too deep")
        value = msgpack.unpackb(
            data,
            ext_hook=lambda code, payload: self._extension(code, payload, depth),
            list_hook=self._list,
            object_pairs_hook=self._dict,
            raw=False,
            strict_map_key=False,
            max_str_len=MAX_BYTES,
            max_bin_len=0,
            max_ext_len=MAX_BYTES,
            max_array_len=MAX_ITEMS,
            max_map_len=MAX_ITEMS,
        )
        _measure(value, depth)
        return value

    def _count(self, items: int):
        self.items -= items
        if self.items < 0:
            raise NotPlainError(f"more than {MAX_ITEMS} items")

    def _list(self, items: list) -> list:
        self._count(1 + len(items))
        return items

    def _dict(self, pairs: list) -> dict:
        self._count(1 + 2 * len(pairs))
        for key, _ in pairs:
            if not (type(key) is str or type(key) is int and abs(key) < MAX_KEY):
                raise NotPlainError(f"a key of type {type(key).__name__} in a dict")
        return dict(pairs)

    def _extension(self, code: int, payload: bytes, depth: int):
        self._count(EXTENSION_COST)
        self.bytes -= len(payload)
        if self.bytes < 0:
            raise NotPlainError("message too long")
        if code in (ARRAY, TENSOR) and self.arrays:
            array = _read_array(payload)
            return torch.from_numpy(array) if code == TENSOR else array
        if code == TUPLE:
            items = self.read(payload, depth + 1)
            if not isinstance(items, list):
                raise NotPlainError("malformed tuple")
            return tuple(items)
        if code == BIG_INT and len(payload) <= 4096:
            return int(payload.decode("ascii"), 16)
        if code == HANDLE and payload.isdigit() and len(payload) <= 12:
            return Reference(payload)
        raise NotPlainError(f"unknown extension {code}")


PLAIN = (type(None), bool, int, float, str, Reference, np.ndarray, torch.Tensor)


def _measure(value, depth: int):
    if depth > MAX_DEPTH:
        raise NotPlainError("nested too deep")
    if isinstance(value, (list, tuple)):
        for item in value:
            _measure(item, depth + 1)
    elif isinstance(value, dict):
        for item in value.values():
            _measure(item, depth + 1)
    elif type(value) not in PLAIN:
        raise NotPlainError(f"a {type(value).__name__} is not a plain value")


def _pack_array(array: np.ndarray) -> bytes:
    return msgpack.packb([array.dtype.name, list(array.shape), array.tobytes()], use_bin_type=True)


def _read_array(payload: bytes) -> np.ndarray:
    name, shape, data = msgpack.unpackb(payload, raw=False, max_ext_len=0, max_map_len=0, max_array_len=64)
    if name not in DTYPES or not isinstance(shape, list) or len(shape) > 32 or not isinstance(data, bytes):
        raise NotPlainError("malformed array")
    if not all(type(n) is int and 0 <= n < 2**40 for n in shape):
        raise NotPlainError("malformed shape")
    dtype = np.dtype(name)
    if math.prod(shape) * dtype.itemsize != len(data):
        raise NotPlainError("the shape of an array does not fit its data")
    if dtype == np.bool_ and data.strip(b"\x00\x01"):
        raise NotPlainError("malformed booleans")
    return np.frombuffer(data, dtype).reshape(shape).copy()


def _allow(size: int, dtype):
    if size > MAX_BYTES:
        raise NotPlainError(f"an array of {size} bytes ({dtype}) is more than the {MAX_BYTES} that a check takes")


def _allow_items(count: int):
    if count > MAX_ITEMS:
        raise NotPlainError(f"{count} items are more than the {MAX_ITEMS} that a check takes")


def _key(key):
    if isinstance(key, bool) or not isinstance(key, (str, int, np.integer)):
        raise NotPlainError(f"a key of type {type(key).__name__} in a dict")
    if not isinstance(key, str) and abs(int(key)) >= MAX_KEY:
        raise NotPlainError("a key of a dict is too large a number")
    return str(key) if isinstance(key, str) else int(key)
