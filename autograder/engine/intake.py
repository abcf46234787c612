"""Read a submitted notebook as data: within limits, without running anything, and mend what an editor may have broken."""

import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from autograder.engine.limits import Limits
from autograder.text import Text


class UngradableError(Exception):
    """Say why a submission cannot be graded, and what to do; it costs no attempt."""

    def __init__(self, text: Text):
        super().__init__(text.en)
        self.text = text


@dataclass
class SubmittedCell:
    """Hold one cell of a submission, as text."""

    type: str  # "code", "markdown" or "raw"
    source: str
    id: str = ""
    grade_id: str = ""


@dataclass
class Submission:
    """Hold what was read of a submission, and what had to be mended."""

    cells: list[SubmittedCell]
    repairs: list[Text] = field(default_factory=list)


def find_notebook(folder: Path, name: str) -> tuple[Path, list[str]]:
    """Return the notebook to grade in a submitted folder, and the names of what else lies there. Raises UngradableError."""
    if folder.is_symlink() or not folder.is_dir():
        raise UngradableError(
            Text(
                "La entrega no es una carpeta (un enlace, o un archivo suelto). Entrega la carpeta de la tarea con el cuaderno.",
                "The submission is not a folder (a link, or a lone file). Hand in the assignment's folder with the notebook.",
            )
        )
    try:
        entries = sorted(os.listdir(folder))
    except OSError:
        raise UngradableError(
            Text(
                "No se puede leer la carpeta de la entrega: faltan permisos.",
                "The folder of the submission cannot be read: permission is missing.",
            )
        ) from None
    notebooks = [entry for entry in entries if entry.lower().endswith(".ipynb")]
    wanted = f"{name}.ipynb"
    if wanted not in notebooks and len(notebooks) != 1:
        found = len(notebooks)
        raise UngradableError(
            Text(
                f"En la entrega hay {found} cuadernos, y ninguno se llama {wanted}. Entrega uno solo, con ese nombre.",
                f"The submission holds {found} notebooks, and none is called {wanted}. Hand in a single one, with that name.",
            )
        )
    chosen = wanted if wanted in notebooks else notebooks[0]
    return folder / chosen, [entry for entry in entries if entry not in (chosen, "timestamp.txt")]


def read_bytes(path: Path, limits: Limits) -> bytes:
    """Return the bytes of a submitted file. Raises UngradableError for links, devices and files over the limit."""
    try:
        with open(path, "rb", opener=_open) as file:
            if os.fstat(file.fileno()).st_nlink > 1:
                raise OSError("a hard link")
            data = file.read(limits.file_bytes + 1)
    except OSError:
        raise UngradableError(
            Text(
                f"{path.name} no es un archivo corriente que se pueda leer (un enlace, una carpeta, o faltan permisos). Entrega "
                "el cuaderno mismo.",
                f"{path.name} is not an ordinary file that can be read (a link, a folder, or without permission). Hand in the "
                "notebook itself.",
            )
        ) from None
    if len(data) > limits.file_bytes:
        megabytes = limits.file_bytes // 2**20
        raise UngradableError(
            Text(
                f"{path.name} ocupa más de {megabytes} MB. Borra las salidas (Edit › Clear Outputs of All Cells) y vuelve a entregar.",
                f"{path.name} is larger than {megabytes} MB. Clear the outputs (Edit › Clear Outputs of All Cells) and hand in again.",
            )
        )
    return data


def _open(path: str, flags: int) -> int:
    """Open a file that is no link, pipe or device, without waiting for anybody."""
    fd = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
    if stat.S_ISREG(os.fstat(fd).st_mode):
        return fd
    os.close(fd)
    raise OSError("not an ordinary file")


def read_submission(data: bytes, limits: Limits) -> Submission:
    """Return the cells of a notebook given as bytes. Raises UngradableError where it is none, or over the limits."""
    repairs: list[Text] = []
    notebook = _parse(_decode(data, repairs))
    version = notebook.get("nbformat")
    if version == 3 or (version is None and isinstance(notebook.get("worksheets"), list)):
        notebook = _upgrade(notebook)
        repairs.append(
            Text(
                "El cuaderno venía en el formato 3 de Jupyter; se leyó como formato 4.",
                "The notebook came in Jupyter's format 3; it was read as format 4.",
            )
        )
    elif version not in (4, None) or not isinstance(notebook.get("cells"), list):
        raise UngradableError(
            Text(
                f"Es un cuaderno en un formato que no conozco ({_short(version)}). Guárdalo como formato 4 (.ipynb).",
                f"It is a notebook in a format that is not known ({_short(version)}). Save it as format 4 (.ipynb).",
            )
        )
    raw_cells = notebook["cells"]
    if len(raw_cells) > limits.cells:
        raise UngradableError(
            Text(
                f"El cuaderno tiene {len(raw_cells)} celdas; se admiten {limits.cells}.",
                f"The notebook has {len(raw_cells)} cells; {limits.cells} are allowed.",
            )
        )
    cells = [cell for raw in raw_cells if (cell := _read_cell(raw, repairs, limits))]
    if sum(len(cell.source) for cell in cells) > limits.notebook_chars:
        raise UngradableError(
            Text(
                f"Las celdas suman más de {limits.notebook_chars} caracteres. Quita lo que sobre y vuelve a entregar.",
                f"The cells hold more than {limits.notebook_chars} characters. Take out what is too much and hand in again.",
            )
        )
    return Submission(cells, repairs)


def _decode(data: bytes, repairs: list[Text]) -> str:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            repairs.append(
                Text(
                    f"El archivo venía codificado como {encoding}; se leyó así.",
                    f"The file was encoded as {encoding}; it was read that way.",
                )
            )
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        repairs.append(
            Text(
                "El archivo tiene bytes que no son UTF-8; se sustituyeron.",
                "The file has bytes that are not UTF-8; they were replaced.",
            )
        )
        return data.decode("utf-8", "replace")


def _parse(text: str) -> dict:
    try:
        notebook = json.loads(text, parse_int=lambda digits: int(digits) if len(digits) < 20 else 0)
    except (ValueError, RecursionError):
        empty = not text.strip()
        raise UngradableError(
            Text(
                "El archivo está vacío. Vuelve a guardarlo y a entregarlo."
                if empty
                else "El archivo no es un cuaderno: su JSON está roto o cortado. Ábrelo en Jupyter, guárdalo y entrégalo de nuevo.",
                "The file is empty. Save it and hand it in again."
                if empty
                else "The file is not a notebook: its JSON is broken or cut short. Open it in Jupyter, save it, and hand it in again.",
            )
        ) from None
    if not isinstance(notebook, dict):
        raise UngradableError(
            Text(
                "El archivo es JSON, pero no un cuaderno. Entrega el archivo .ipynb de la tarea.",
                "The file is JSON, but not a notebook. Hand in the .ipynb file of the assignment.",
            )
        )
    return notebook


def _upgrade(notebook: dict) -> dict:
    try:
        return nbformat.convert(nbformat.from_dict(notebook), 4)
    except Exception:  # nbformat raises many kinds for a malformed old notebook
        raise UngradableError(
            Text(
                "El cuaderno está en un formato antiguo que no se pudo convertir. Ábrelo en Jupyter y guárdalo.",
                "The notebook is in an old format that could not be converted. Open it in Jupyter and save it.",
            )
        ) from None


def _read_cell(raw, repairs: list[Text], limits: Limits) -> SubmittedCell | None:
    if not isinstance(raw, dict):
        return None
    source = raw.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        return None
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    clean = source.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if clean != source:
        repairs.append(
            Text(
                "Una celda tenía caracteres imposibles (NUL o sustitutos sueltos); se quitaron.",
                "A cell had impossible characters (NUL or lone surrogates); they were taken out.",
            )
        )
    if len(clean) > limits.cell_chars:
        raise UngradableError(
            Text(
                f"Una celda tiene más de {limits.cell_chars} caracteres. Acórtala y vuelve a entregar.",
                f"A cell has more than {limits.cell_chars} characters. Shorten it and hand in again.",
            )
        )
    kind = raw.get("cell_type") if raw.get("cell_type") in ("code", "markdown", "raw") else "raw"
    metadata = raw.get("metadata") if isinstance(raw.get("metadata"), dict) else {}
    marks = metadata.get("nbgrader") if isinstance(metadata.get("nbgrader"), dict) else {}
    return SubmittedCell(kind, clean, _name(raw.get("id")), _name(marks.get("grade_id")))


def _name(value) -> str:
    return value if isinstance(value, str) and len(value) <= 100 else ""


def _short(value) -> str:
    return str(value)[:20] if isinstance(value, (int, float, str)) else type(value).__name__
