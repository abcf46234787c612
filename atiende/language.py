"""The language of the notebook, chosen once at its top."""

LANGUAGES = ("es", "en")
_current = "es"


def set_language(language: str):
    """Choose the language, "es" or "en", of everything that the course shows. Raises ValueError."""
    global _current
    if language not in LANGUAGES:
        raise ValueError(f"el idioma debe ser uno de {LANGUAGES}, no {language!r} / choose one of them as the language")
    _current = language


def language() -> str:
    """Return the language chosen, "es" or "en"."""
    return _current


def label(es: str, en: str) -> str:
    """Return the text in the language chosen."""
    return es if _current == "es" else en
