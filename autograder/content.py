"""Where the course's own content lies: the checkout, or the copy that an installed package carries."""

import tomllib
from functools import cache
from pathlib import Path


@cache
def content_root() -> Path:
    """Return the folder that holds units/units.toml and solutions/. Raises FileNotFoundError."""
    package = Path(__file__).resolve().parent
    for root in (package.parent, package / "content"):
        if (root / "units" / "units.toml").is_file():
            return root
    raise FileNotFoundError(
        "units/units.toml: this installation of atiende carries no course content; install it again"
    )


@cache
def _settings() -> dict:
    return tomllib.loads((content_root() / "units" / "units.toml").read_text(encoding="utf-8"))


def units() -> list[dict]:
    """Return the entries of units/units.toml, in the order of the course."""
    return _settings()["unit"]


def slug() -> str:
    """Return the repository that the course is published in, as owner/name."""
    return _settings()["slug"]


def site_address(slug: str) -> str:
    """Return the address of the website that GitHub gives to a repository."""
    owner, name = slug.split("/")
    return f"https://{owner.lower()}.github.io/{name}"
