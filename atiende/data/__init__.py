"""The data sets of the course: generated, carried by a package, or fetched and checked."""

from atiende.data.bert_tokens import CLS, FIRST_WORD, MASK, SEP, BertTokens
from atiende.data.bike_sharing import BikeSharing, load_bike_sharing
from atiende.data.blood_cells import load_blood_cells
from atiende.data.captions import Captions, Questions, make_captions, make_questions
from atiende.data.digits import load_digits
from atiende.data.fashion_mnist import load_fashion_mnist
from atiende.data.labelled import Labelled, load_sib200, load_sst2
from atiende.data.messages import make_messages
from atiende.data.moved_digits import make_moved_digits
from atiende.data.numbers import make_numbers, spell
from atiende.data.prose import load_prose
from atiende.data.sales import Sales, make_sales
from atiende.data.scenes import Scenes, make_scenes
from atiende.data.senses import SenseSentence, ambiguous_word, make_documents, make_senses, topic_words
from atiende.data.sentences import Sentence, make_sentences
from atiende.data.spiral import make_spiral
from atiende.data.split import Split
from atiende.data.text import Corpus, Vocabulary, load_names, load_quijote, load_shakespeare
from atiende.data.tokens import BOS, EOS, PAD, UNK, Tokens, join_words, pad_rows, split_words
from atiende.data.translation import Pairs, load_translations, make_translations

__all__ = [
    "BOS",
    "BertTokens",
    "BikeSharing",
    "CLS",
    "Captions",
    "Corpus",
    "EOS",
    "FIRST_WORD",
    "Labelled",
    "MASK",
    "PAD",
    "Pairs",
    "Questions",
    "SEP",
    "Sales",
    "Scenes",
    "SenseSentence",
    "Sentence",
    "Split",
    "Tokens",
    "UNK",
    "Vocabulary",
    "ambiguous_word",
    "join_words",
    "load_bike_sharing",
    "load_blood_cells",
    "load_digits",
    "load_fashion_mnist",
    "load_names",
    "load_prose",
    "load_quijote",
    "load_shakespeare",
    "load_sib200",
    "load_sst2",
    "load_translations",
    "make_captions",
    "make_documents",
    "make_messages",
    "make_moved_digits",
    "make_numbers",
    "make_questions",
    "make_sales",
    "make_scenes",
    "make_senses",
    "make_sentences",
    "make_spiral",
    "make_translations",
    "pad_rows",
    "spell",
    "split_words",
    "topic_words",
]
