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
    """Return (line, path) of each place in `source` that calls, imports or spells out what a forbidden path names.

    A class is named by its path up to `.forward`. What is reached in other ways is met when the check runs.
    """
    named: dict[str, list[str]] = {}
    for path in paths:
        named.setdefault(path.removesuffix(".forward").rsplit(".", 1)[-1], []).append(path)
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    nodes = list(ast.walk(tree))
    own = {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    found = []
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            found += [(node.lineno, _best(named[a.name], f"{node.module}.{a.name}")) for a in node.names if a.name in named]
        elif isinstance(node, (ast.Attribute, ast.Name)):
            name = node.attr if isinstance(node, ast.Attribute) else node.id
            written = _dotted(node)
            spelled = "." in written and any(_ends(path, written) for path in named.get(name, ()))
            if name in named and (spelled or (id(node) in called and name not in own)):
                found.append((node.lineno, _best(named[name], written)))
    return sorted(set(found))


def _best(paths: list[str], written: str) -> str:
    return next((path for path in paths if _ends(path, written)), paths[0])


def _ends(path: str, written: str) -> bool:
    return f".{path.removesuffix('.forward')}".endswith(f".{written}")


def _dotted(node: ast.expr) -> str:
    """Return `torch.nn.functional` for the attributes of a name, "" for those of anything else."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed([*parts, node.id])) if isinstance(node, ast.Name) else ""
