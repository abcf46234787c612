"""The course's own prose, which is always at hand: a text that talks about networks."""

import json
import re
from pathlib import Path

from atiende.data.sentences import make_sentences
from atiende.data.text import TRAIN, Corpus
from atiende.language import label
from atiende.language import language as notebook_language

PACKAGE = Path(__file__).resolve().parent.parent
LESSONS = PACKAGE.parent / "lessons", PACKAGE / "lessons"  # in a checkout, and in an installed package
NO_PROSE = tuple("#-|>!<$") + ("1.", "[!")  # how a heading, list, table, figure, tag or formula begins
CLEANINGS = (
    (r"\n- [\s\S]*", ""),  # a list under a sentence
    (r"\[([^\]]*)\]\([^)]*\)", r"\1"),  # the text of a link stays
    (r"</?(details|summary)>", ""),
    (r"\$[^$]+\$", "x"),  # a formula is an x
    (r"[*`]", ""),
    (r"\s+", " "),
)
LETTERS = 0.9  # least share of letters and blanks; what has fewer are sums worked by hand


def load_prose(language: str | None = None) -> Corpus:
    """Load the paragraphs of the course's lessons, the last tenth of each for validation; if there are none, generated sentences.

    language: "es" or "en", by default the notebook's. Formulas, tables, lists and code are left out.
    """
    chosen = language or notebook_language()
    pages = [page for folder in LESSONS for page in sorted(folder.glob(f"{chosen}/*.ipynb"))]
    if not pages:
        text = "".join(f"{sentence}\n" for sentence in make_sentences(4000, language=chosen)).replace(" .", ".")
        parts, name = [text], label("frases generadas", "generated sentences")
    else:
        parts, name = [_paragraphs(page) for page in pages], label("las lecciones del curso", "the course's lessons")
    cuts = [text.rfind("\n", 0, round(TRAIN * len(text))) + 1 for text in parts]
    train = "".join(text[:cut] for text, cut in zip(parts, cuts, strict=True))
    return Corpus(train, "".join(text[cut:] for text, cut in zip(parts, cuts, strict=True)), name, "default")


def _paragraphs(path: Path) -> str:
    """Return the paragraphs of a notebook, one a line."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    paragraphs = [part.strip() for part in re.sub(r"\$\$.*?\$\$", "", text, flags=re.DOTALL).split("\n\n")]
    kept = []
    for paragraph in paragraphs:
        if paragraph and not paragraph.startswith(NO_PROSE):
            for pattern, instead in CLEANINGS:
                paragraph = re.sub(pattern, instead, paragraph)
            if sum(letter.isalpha() or letter == " " for letter in paragraph) >= LETTERS * len(paragraph):
                kept.append(f"{paragraph.strip()}\n")
    return "".join(kept)
