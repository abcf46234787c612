"""Fill a page's template; everything is escaped unless it was made by `cells` or by a panel."""

from functools import cache

import jinja2
from markupsafe import Markup

from autograder.panel import rich


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(loader=jinja2.PackageLoader("autograder.gradebook"), autoescape=True,
                                     trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    environment.filters["rich"] = lambda sentence: Markup(rich(sentence))
    return environment


def fill_page(template: str, **values) -> str:
    """Return a page: a template of this package filled with `values`."""
    return _environment().get_template(template).render(**values)


def number(value: float) -> str:
    """Return points as a person writes them: at most two decimals, none where they are zero."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
