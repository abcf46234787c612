"""The data sets of the course: generated, carried by a package, or fetched and checked."""

from atiende.data.bike_sharing import BikeSharing, load_bike_sharing
from atiende.data.blood_cells import load_blood_cells
from atiende.data.digits import load_digits
from atiende.data.fashion_mnist import load_fashion_mnist
from atiende.data.moved_digits import make_moved_digits
from atiende.data.sales import Sales, make_sales
from atiende.data.scenes import Scenes, make_scenes
from atiende.data.sentences import Sentence, make_sentences
from atiende.data.spiral import make_spiral
from atiende.data.split import Split
from atiende.data.text import Corpus, Vocabulary, load_names, load_quijote, load_shakespeare

__all__ = [
    "BikeSharing",
    "Corpus",
    "Sales",
    "Scenes",
    "Sentence",
    "Split",
    "Vocabulary",
    "load_bike_sharing",
    "load_blood_cells",
    "load_digits",
    "load_fashion_mnist",
    "load_names",
    "load_quijote",
    "load_shakespeare",
    "make_moved_digits",
    "make_sales",
    "make_scenes",
    "make_sentences",
    "make_spiral",
]
