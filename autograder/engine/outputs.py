"""Make what a student's code showed, and what a student wrote, harmless to whoever reads it."""

import base64
import binascii
import re

import nh3

from autograder.engine.limits import Limits

ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
TAG = re.compile(r"<(?=[A-Za-z/!?])")
ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|nbsp);)(?=[#A-Za-z])")
SCHEME = re.compile(r"((?:j\W*a\W*v\W*a|v\W*b)\W*s\W*c\W*r\W*i\W*p\W*t|d\W*a\W*t\W*a)(\W*:)", re.IGNORECASE)
GAP = "\u200b"  # a space of no width: what follows no longer reads as markup
PNG = b"\x89PNG\r\n\x1a\n"


def clean_text(text, length: int) -> str:
    """Return text without terminal escapes, control or direction characters, cut to `length`."""
    return CONTROLS.sub("", ESCAPES.sub("", text[: 4 * length] if isinstance(text, str) else ""))[:length]


def clean_markdown(source: str) -> str:
    """Return a student's markdown with its raw HTML, entities and scripted links taken apart, and looking the same."""
    source = CONTROLS.sub("", source)
    return SCHEME.sub(rf"\1{GAP}\2", ENTITY.sub(f"&{GAP}", TAG.sub(f"<{GAP}", source)))


def clean_outputs(raw, limits: Limits) -> list[dict]:
    """Return the outputs of one cell as valid nbformat outputs, capped and sanitised; what is malformed is left out."""
    cleaned, room = [], limits.output_chars
    for output in raw[: limits.outputs] if isinstance(raw, list) else []:
        made = _clean(output, limits, room) if isinstance(output, dict) else None
        if made:
            room -= len(made.get("text", ""))
            cleaned.append(made)
    return cleaned


def _clean(output: dict, limits: Limits, room: int) -> dict | None:
    kind = output.get("output_type")
    if kind == "stream":
        text = clean_text(output.get("text"), max(room, 0))
        return (
            {"output_type": "stream", "name": "stderr" if output.get("name") == "stderr" else "stdout", "text": text}
            if text
            else None
        )
    if kind == "error":
        lines = output.get("traceback") if isinstance(output.get("traceback"), list) else []
        return {
            "output_type": "error",
            "ename": clean_text(output.get("ename"), 100),
            "evalue": clean_text(output.get("evalue"), 1000),
            "traceback": [clean_text(line, 500) for line in lines[:30]],
        }
    if kind in ("display_data", "execute_result") and isinstance(output.get("data"), dict):
        data = {
            mime: value for mime, value in ((m, _clean_mime(m, v, limits)) for m, v in output["data"].items()) if value
        }
        made = {"output_type": kind, "data": data, "metadata": {}}
        return (made | {"execution_count": None} if kind == "execute_result" else made) if data else None
    return None


def _clean_mime(mime, value, limits: Limits) -> str:
    if not isinstance(value, str) or len(value) > limits.output_bytes:
        return ""
    if mime == "text/plain":
        return clean_text(value, limits.output_chars)
    if mime == "text/html":  # the sanitiser's time grows with the square of what is nested
        return nh3.clean(value) if value.count("<") <= limits.output_tags else ""
    if mime == "text/markdown":
        return clean_markdown(value[: limits.output_chars])
    if mime == "image/png":
        try:
            data = base64.b64decode(value, validate=False)
        except (binascii.Error, ValueError):
            return ""
        return base64.b64encode(data).decode() if data.startswith(PNG) else ""
    return ""
