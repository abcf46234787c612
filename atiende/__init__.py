"""What a notebook of the course imports: data, models, training, plots and widgets."""

from atiende.language import label, language, set_language

__all__ = ["label", "language", "set_language", "start"]


def start(lang: str = "es"):
    """Begin a notebook: choose its language ("es" or "en")."""
    set_language(lang)
