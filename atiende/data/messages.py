"""Short messages, advertising or from a friend, made so that the words of one half never tell the label of the other half."""

import numpy as np

from atiende.language import language as notebook_language

# each slot: first half of its options, second half; half 0 and half 1 share no word that tells a label
SPANISH = (
    ((("trae", "compra"), ("prepara", "busca")), (("un pan", "el café"), ("un libro", "el postre")),
     (("mañana", "luego"), ("temprano", "pronto")), (("espera", "avisa"), ("vuelve", "descansa")),
     (("en casa", "allí"), ("en clase", "fuera"))),
    ((("gana", "recibe"), ("consigue", "cobra")), (("un premio", "el viaje"), ("un regalo", "el coche")),
     (("gratis", "urgente"), ("garantizado", "exclusivo")), (("pulsa", "entra"), ("responde", "contesta")),
     (("en línea", "abajo"), ("en directo", "arriba"))),
)  # fmt: skip
ENGLISH = (
    ((("bring", "buy"), ("cook", "find")), (("some bread", "the coffee"), ("some fruit", "the book")),
     (("tomorrow", "later"), ("early", "soon")), (("wait", "knock"), ("rest", "return")),
     (("at home", "there"), ("at school", "outside"))),
    ((("win", "earn"), ("claim", "collect")), (("some cash", "the prize"), ("some gold", "the trip")),
     (("free", "urgent"), ("guaranteed", "exclusive")), (("click", "enter"), ("reply", "answer")),
     (("at once", "below"), ("at noon", "above"))),
)  # fmt: skip
GREETINGS = {"es": ("hola", "oye", "atención"), "en": ("hello", "listen", "attention")}
LANGUAGES = {"es": SPANISH, "en": ENGLISH}


def make_messages(
    count: int, half: int | None = None, language: str | None = None, seed: int = 0
) -> tuple[list[str], np.ndarray]:
    """Draw messages and their labels (N,) int64: 0 from a friend, 1 advertising.

    `half` chooses the words that tell the label, 0 or 1; without it each comes from either half. A model that is taught labels
    with one half and tested with the other has to know from elsewhere which words are alike.
    """
    language = language or notebook_language()
    rng = np.random.default_rng(seed)

    def one(options):
        return options[rng.integers(len(options))]

    labels = rng.integers(2, size=count)
    texts = []
    for label in labels:
        verb, what, how, act, where = (one(slot[int(rng.integers(2)) if half is None else half]) for slot in LANGUAGES[language][label])
        texts.append(f"{one(GREETINGS[language])} , {verb} {what} {how} , {act} {where} .")
    return texts, labels.astype(np.int64)
