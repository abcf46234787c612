"""Calls that an exercise forbids: they raise while it is checked, and the syntax tree tells the instructor of them."""

import ast
import importlib
from contextlib import contextmanager
from functools import cache


class ForbiddenCallError(Exception):
    """Say that the code called something that the exercise asks to be written by hand."""


def _refuse(name: str):
    def refused(*args, **kwargs):
        raise ForbiddenCallError(name)

    return refused


@cache
def _find(path: str):
    """Return (owner, attribute) of a dotted path such as `torch.nn.functional.softmax`, or None where it is missing."""
    parts = path.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        try:
            owner = importlib.import_module(".".join(parts[:cut]))
        except ImportError:
            continue
        for part in parts[cut:-1]:
            owner = getattr(owner, part, None)
        return (owner, parts[-1]) if hasattr(owner, parts[-1]) else None
    return None


@contextmanager
def forbid(paths: tuple[str, ...], namespace: dict):
    """Replace the functions at dotted `paths` by ones that raise ForbiddenCallError, for as long as the block runs.

    The names that `namespace`, the notebook's, has for them are replaced too.
    """
    replaced, aliases = [], []
    try:
        for path in paths:
            if found := _find(path):
                owner, name = found
                original, refused = getattr(owner, name), _refuse(path)
                replaced.append((owner, name, original))
                setattr(owner, name, refused)
                for alias in [alias for alias, value in namespace.items() if value is original]:
                    aliases.append((alias, original, refused))
                    namespace[alias] = refused
        yield
    finally:
        for alias, original, refused in aliases:
            if namespace.get(alias) is refused:
                namespace[alias] = original
        for owner, name, original in reversed(replaced):
            setattr(owner, name, original)


def forbidden_calls(source: str, paths: tuple[str, ...]) -> list[tuple[int, str]]:
    """Return (line, path) of each place in `source` that names the last part of a forbidden path."""
    names = {path.rsplit(".", 1)[-1]: path for path in paths}
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    own = {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in names:
            found.append((node.lineno, names[node.attr]))
        elif isinstance(node, ast.Name) and node.id in names and node.id not in own:
            found.append((node.lineno, names[node.id]))
        elif isinstance(node, ast.ImportFrom):
            found += [(node.lineno, names[a.name]) for a in node.names if a.name in names]
    return sorted(set(found))
