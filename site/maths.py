"""Write formulas as MathML, which browsers draw by themselves, and cut the one font that they need."""

import base64
import io
import logging
import re
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree

from docutils.nodes import SkipNode
from fontTools import subset
from fontTools.ttLib import TTFont
from latex2mathml.converter import convert

MATHML = "http://www.w3.org/1998/Math/MathML"
OPENING = set("([{|=<>≤≥≈≠←→∈∝,;+−-·×/∑∏⟵⟶↦:")  # after one of these, a minus is a sign
ARGUMENTS = ("mi", "msub", "msup", "msubsup", "mn", "mfrac", "msqrt")  # what a function's name may stand before
LONG = 40  # characters of LaTeX; a longer formula scrolls by itself on a narrow screen
FONT = files("ziamath.fonts") / "STIXTwoMath-Regular.ttf"
SLANTED = (range(0x1D434, 0x1D468), range(0x1D6E2, 0x1D71C), [0x210E])  # what a browser draws for a variable of one letter
ALWAYS = "".join(map(chr, range(0x20, 0x7F))) + "−′∑∏√∂∞≈≠≤≥←→⇒∈·×…ℝ⟨⟩‖⌊⌋⏟⎵"


def mathml(latex: str, display: bool) -> str:
    """Return a formula as MathML, with its LaTeX beside it. Raises ValueError for LaTeX that cannot be read."""
    try:
        root = ElementTree.fromstring(convert(latex, display="block" if display else "inline"))
    except Exception as error:  # those of latex2mathml have no common class
        raise ValueError(f"the formula {latex!r} cannot be drawn ({type(error).__name__}): mend it in its unit") from error
    for row in root.iter():
        if row.text:
            row.text = row.text.replace("\\_", "_")
        _space(row)
    root.set("alttext", latex.strip())
    ElementTree.register_namespace("", MATHML)
    return ElementTree.tostring(root, encoding="unicode")


def _space(row: ElementTree.Element):
    """Set the spaces of a row as TeX does: names apart from what follows, fractions in a line closed up, signs at their number."""
    for i in reversed(range(len(row) - 1)):
        text = row[i].text or ""
        if _tag(row[i]) == "mi" and len(text) > 1 and text.isascii() and _tag(row[i + 1]) in ARGUMENTS:
            row.insert(i + 1, ElementTree.Element(f"{{{MATHML}}}mspace", width="0.167em"))
    previous = None
    for item in row:
        if _tag(item) == "mo" and item.text == "/":
            item.attrib |= {"lspace": "0", "rspace": "0"}
        if _tag(item) == "mo" and item.text in ("-", "−") and (previous is None or _opens(previous)):
            item.set("form", "prefix")
        previous = item


def _opens(item: ElementTree.Element) -> bool:
    """Tell whether a minus right after this is a sign."""
    return _tag(item) == "mspace" or _tag(item) == "mo" and item.text in OPENING


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def visit_math(translator, node):
    """Write a formula inside a sentence."""
    latex = node.astext()
    kind = "math long" if len(latex) > LONG else "math"
    focus = ' tabindex="0"' if len(latex) > LONG else ""
    translator.body.append(f'<span class="{kind}"{focus}>{mathml(latex, display=False)}</span>')
    raise SkipNode


def visit_math_block(translator, node):
    """Write a formula on a line of its own."""
    latex = node.astext()
    translator.body.append(f'<div class="math" tabindex="0">{mathml(latex, display=True)}</div>\n')
    raise SkipNode


def write_font(pages: list[Path], css: Path):
    """Write a style sheet with the letters of the formulas of these pages, the font inside it: no file to fetch."""
    formulas = "".join("".join(re.findall(r"<math.*?</math>", page.read_text(encoding="utf-8"), re.DOTALL)) for page in pages)
    letters = set(re.sub(r"<[^>]*>", "", formulas)) | set(ALWAYS)
    letters |= {chr(code) for letters_of in SLANTED for code in letters_of}
    logging.getLogger("fontTools.subset").setLevel(logging.ERROR)
    with FONT.open("rb") as file:
        font = TTFont(file, lazy=False)
    cutter = subset.Subsetter(subset.Options(layout_features=["*"], name_IDs=["*"], notdef_outline=True, hinting=False))
    cutter.populate(unicodes=[ord(letter) for letter in letters])
    cutter.subset(font)
    font.flavor = "woff"
    out = io.BytesIO()
    font.save(out)
    data = base64.b64encode(out.getvalue()).decode()
    css.write_text(f'@font-face{{font-family:"Atiende Math";src:url(data:font/woff;base64,{data}) format("woff")}}\n')


def setup(app):
    """Give Sphinx this way of writing formulas."""
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
