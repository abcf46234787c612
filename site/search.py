"""Write the index that the search page reads: the text of each section, its accents folded away."""

import json
from pathlib import Path

from docutils import nodes

SKIPPED = (nodes.comment, nodes.raw, nodes.image)


def sections(doctree: nodes.document) -> list[tuple[str, str, str]]:
    """Return the sections of a page: anchor ("" for the page's own), title, and the text that is in no deeper section."""
    found = []
    for section in doctree.findall(nodes.section):
        title = section.next_node(nodes.title)
        top = isinstance(section.parent, nodes.document)
        found.append(("" if top else section["ids"][0], title.astext() if title else "", _own_text(section)))
    return found


def _own_text(section: nodes.section) -> str:
    words = []
    for child in section.children:
        if not isinstance(child, (nodes.section, nodes.title)):
            words += [text.astext() for text in child.findall(nodes.Text) if not _skipped(text)]
    return " ".join(" ".join(words).split())


def _skipped(text: nodes.Text) -> bool:
    return isinstance(text.parent, SKIPPED)


def write_index(app, exception):
    """Write search-index.js at the end of a build, a script because a page opened from a folder may not fetch."""
    if exception:
        return
    pages = []
    for name in sorted(app.env.found_docs):
        if name == "search":
            continue
        page = sections(app.env.get_doctree(name))
        pages.append({"page": f"{name}.html", "title": page[0][1] if page else name, "sections": page})
    text = f"const SEARCH_INDEX = {json.dumps(pages, ensure_ascii=False, separators=(',', ':'))};\n"
    Path(app.outdir, "search-index.js").write_text(text, encoding="utf-8")


def setup(app):
    """Give Sphinx this index."""
    app.connect("build-finished", write_index)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
