"""Text in both languages of the course."""

from typing import NamedTuple


class Text(NamedTuple):
    """Hold one sentence in Spanish and in English."""

    es: str
    en: str

    def pick(self, language: str) -> str:
        """Return the sentence in `language`, "es" or "en"."""
        return self.es if language == "es" else self.en

    def fill(self, **values) -> "Text":
        """Fill the fields of both sentences; a value that is a Text is filled in its own language."""
        return Text(
            *(
                sentence.format(**{k: v.pick(language) if isinstance(v, Text) else v for k, v in values.items()})
                for language, sentence in zip(("es", "en"), self, strict=True)
            )
        )
