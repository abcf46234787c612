"""Notebook cells as HTML that is safe to open: nothing that a student wrote runs, loads or leaves its place."""

import base64
import binascii
import re
from functools import cache, lru_cache
from html import escape

import mistune
import nh3
from latex2mathml.converter import convert
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

MAX_CHARS = 50_000  # of one cell that is set as markdown or coloured as code; a longer one is shown plain
MAX_FORMULA = 2_000
ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")  # ANSI
PICTURE = re.compile(r"data:image/(?:png|jpeg|gif);base64,[A-Za-z0-9+/=\s]+")

MATHML = {
    "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup", "munder",
    "mover", "munderover", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom",
}
TAGS = MATHML | {
    "a", "b", "blockquote", "br", "caption", "code", "dd", "del", "details", "div", "dl", "dt", "em", "h1", "h2", "h3",
    "h4", "h5", "h6", "hr", "i", "img", "kbd", "li", "ol", "p", "pre", "s", "small", "span", "strong", "sub", "summary",
    "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}
ATTRIBUTES = {
    "*": {"style"}, "a": {"href", "title"}, "img": {"src", "alt", "width", "height"}, "math": {"display"},
    "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "ol": {"start"},
    "mo": {"stretchy", "fence", "form", "accent", "separator"}, "mover": {"accent"}, "munder": {"accentunder"},
    "mspace": {"width"}, "mstyle": {"displaystyle", "scriptlevel"}, "mtable": {"columnalign", "rowspacing"},
    "mtd": {"columnalign"}, "mi": {"mathvariant"},
}
STYLES = {
    "border", "border-left", "color", "display", "font-style", "font-weight", "line-height", "list-style", "margin",
    "max-width", "padding", "text-align", "white-space", "width",
}


def sanitise(html: str) -> str:
    """Return HTML without scripts, forms, frames, styles that place things, or anything fetched from elsewhere."""
    return nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, attribute_filter=_allow, filter_style_properties=STYLES,
                     url_schemes={"http", "https", "mailto", "data"})


def prose_html(text: str) -> str:
    """Return markdown with formulas as HTML and MathML."""
    return f"<pre>{escape(text)}</pre>" if len(text) > MAX_CHARS else _prose(text)


@lru_cache(maxsize=1000)  # the release's prose is the same for the whole class
def _prose(text: str) -> str:
    return sanitise(_markdown()(text))


def code_html(source: str) -> str:
    """Return Python code as coloured HTML, for the style sheet of `code_css`."""
    if len(source) > MAX_CHARS:
        return f"<pre>{escape(source)}</pre>"
    return _coloured(source)


@lru_cache(maxsize=1000)  # so is its code
def _coloured(source: str) -> str:
    return f"<pre>{highlight(source, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True))}</pre>"


@cache
def code_css() -> str:
    """Return the style sheet of coloured code, light and dark."""
    light, dark = (HtmlFormatter(style=style).get_style_defs(".code") for style in ("friendly", "github-dark"))
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n.code, .code pre {{ background: none }}"


def output_html(output: dict) -> str:
    """Return one output of a code cell as HTML: the richest form that is safe to show."""
    kind = output.get("output_type")
    if kind == "stream":
        return _text(output.get("text", ""), "stderr" if output.get("name") == "stderr" else "stdout")
    if kind == "error":
        trace = output.get("traceback") or [f"{output.get('ename', '')}: {output.get('evalue', '')}"]
        return _text("\n".join(map(_joined, trace)), "error")
    data = output.get("data", {})
    for mime in ("image/png", "image/jpeg", "image/gif"):
        if mime in data and (picture := _picture(mime, _joined(data[mime]))):
            return picture
    if "image/svg+xml" in data:  # a picture that is loaded as an image runs no script
        drawing = base64.b64encode(_joined(data["image/svg+xml"]).encode()).decode()
        return f'<img alt="" src="data:image/svg+xml;base64,{drawing}">'
    if "text/html" in data:
        return f'<div class="rich">{sanitise(_joined(data["text/html"]))}</div>'
    if "text/markdown" in data:
        return f'<div class="rich">{prose_html(_joined(data["text/markdown"]))}</div>'
    return _text(data.get("text/plain", ""), "result")


def _allow(tag: str, name: str, value: str) -> str | None:
    if (tag, name) == ("img", "src"):
        return value if PICTURE.fullmatch(value) else None
    if (tag, name) == ("a", "href"):
        return None if value.strip().lower().startswith("data:") else value
    return value


def _text(text, kind: str) -> str:
    shown = ESCAPES.sub("", _joined(text)).strip("\n")
    return f'<pre class="{kind}">{escape(shown)}</pre>' if shown else ""


def _joined(text) -> str:
    return "".join(map(str, text)) if isinstance(text, (list, tuple)) else str(text)


def _picture(mime: str, data: str) -> str:
    try:
        clean = base64.b64encode(base64.b64decode("".join(data.split()), validate=True)).decode()
    except (binascii.Error, ValueError):
        return ""
    return f'<img alt="" src="data:{mime};base64,{clean}">'


@cache
def _markdown() -> mistune.Markdown:
    markdown = mistune.create_markdown(escape=True, plugins=["math", "table", "strikethrough"])
    markdown.renderer.register("inline_math", lambda renderer, text: _formula(text, "inline"))
    markdown.renderer.register("block_math", lambda renderer, text: f"<div>{_formula(text, 'block')}</div>")
    return markdown


def _formula(tex: str, display: str) -> str:
    """Return a formula as MathML; as it was written where it is too long or no formula."""
    if len(tex) <= MAX_FORMULA:
        try:
            return convert(tex, display=display)
        except Exception:  # the converter raises a dozen kinds of error, and recursion, for what students may write
            pass
    return f"<code>{escape(tex)}</code>"
