"""The data sets of the course: generated, carried by a package, or fetched and checked."""

from atiende.data.digits import load_digits
from atiende.data.sales import Sales, make_sales
from atiende.data.spiral import make_spiral
from atiende.data.split import Split

__all__ = ["Sales", "Split", "load_digits", "make_sales", "make_spiral"]
