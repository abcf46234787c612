"""The data sets of the course: generated, carried by a package, or fetched and checked."""

from atiende.data.bike_sharing import BikeSharing, load_bike_sharing
from atiende.data.blood_cells import load_blood_cells
from atiende.data.captions import Captions, Questions, make_captions, make_questions
from atiende.data.digits import load_digits
from atiende.data.fashion_mnist import load_fashion_mnist
from atiende.data.moved_digits import make_moved_digits
from atiende.data.numbers import make_numbers, spell
from atiende.data.sales import Sales, make_sales
from atiende.data.scenes import Scenes, make_scenes
from atiende.data.sentences import Sentence, make_sentences
from atiende.data.spiral import make_spiral
from atiende.data.split import Split
from atiende.data.text import Corpus, Vocabulary, load_names, load_quijote, load_shakespeare
from atiende.data.tokens import BOS, EOS, PAD, UNK, Tokens, join_words, pad_rows, split_words
from atiende.data.translation import Pairs, load_translations, make_translations

__all__ = [
    "BOS",
    "BikeSharing",
    "Captions",
    "Corpus",
    "EOS",
    "PAD",
    "Pairs",
    "Questions",
    "Sales",
    "Scenes",
    "Sentence",
    "Split",
    "Tokens",
    "UNK",
    "Vocabulary",
    "join_words",
    "load_bike_sharing",
    "load_blood_cells",
    "load_digits",
    "load_fashion_mnist",
    "load_names",
    "load_quijote",
    "load_shakespeare",
    "load_translations",
    "make_captions",
    "make_moved_digits",
    "make_numbers",
    "make_questions",
    "make_sales",
    "make_scenes",
    "make_sentences",
    "make_spiral",
    "make_translations",
    "pad_rows",
    "spell",
    "split_words",
]
