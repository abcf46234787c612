"""Exercise 3.1: the characters of a text as numbers, and back."""

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

UNKNOWN = "�"
KNOWN = "nñAÉ¿ \n"  # in every text, so that accents, capitals and spaces always count
NEW = "aé?"  # in none
OTHERS = "bcdefghiklmopqrstuvwxyzáíóúüBCDEFGHIÑÓ¡!.,;:0123456789-—«»çßøλπж字語🙂"

exercise = Exercise(
    "CharVocab", points=4,
    title=Text("De letras a números", "From letters to numbers"),
    hints=(
        Text("`sorted(set(text))` da los caracteres distintos en orden. Pon `UNKNOWN` delante y cada uno estará en el sitio de su id.",
             "`sorted(set(text))` gives the different characters in order. Put `UNKNOWN` in front, and each stands at the place of "
             "its id."),
        Text("Un diccionario de carácter a id sirve para `encode`; con `.get(character, 0)`, lo desconocido da 0.",
             "A dictionary from character to id serves `encode`; with `.get(character, 0)`, the unknown gives 0."),
    ),
)


def alphabet(draw) -> tuple[list[str], list[str]]:
    """Return the characters of a text in random order, and others that are not in it."""
    others = list(draw.permutation(list(OTHERS)))
    return list(draw.permutation(list(KNOWN) + others[:9])), list(NEW) + others[9:12]


def text_of(draw, known: list[str]) -> str:
    """Return a text that begins with all of `known` and repeats some of them."""
    return "".join([*known, *draw.choice(known, size=30)])


def ids_of(text: str, known: list[str]) -> list[int]:
    """Return the ids by counting: how many characters of the vocabulary come before or at this one."""
    return [sum(other <= character for other in known) if character in known else 0 for character in text]


def encodes(vocab, text: str, known: list[str]):
    expect.same(vocab.method("encode", text), ids_of(text, known), what="vocab.encode(text)")


@exercise.property(2, "`encode` da a cada carácter del texto su id, de 1 en adelante, en el orden de `sorted`.",
                   "`encode` gives each character of the text its id, from 1 on, in the order of `sorted`.")
def encoded(student, draw):
    known, _ = alphabet(draw)
    text = text_of(draw, known)
    encodes(student.keep("CharVocab", text), "".join(draw.permutation(list(text))), known)


@exercise.property(2, "`decode` deshace el cambio: de los ids, la cadena.", "`decode` is the way back: from the ids, the string.")
def decoded(student, draw):
    known, _ = alphabet(draw)
    vocab = student.keep("CharVocab", text_of(draw, known))
    for wanted in ("".join(draw.permutation(known)), ""):
        seen = vocab.method("decode", ids_of(wanted, known))
        expect.true(isinstance(seen, str) and seen == wanted, "`vocab.decode(ids)` debía ser una cadena y es {kind}, o no es la "
                                                              "debida.",
                    "`vocab.decode(ids)` should be a string and is {kind}, or it is not the right one.", kind=expect.kind(seen))


@exercise.property(2, "Un carácter que no estaba en el texto es el id 0, y el id 0 se lee `UNKNOWN`.",
                   "A character that was not in the text is id 0, and id 0 reads as `UNKNOWN`.")
def unknown(student, draw):
    known, new = alphabet(draw)
    vocab = student.keep("CharVocab", text_of(draw, known))
    text = "".join(draw.permutation(known + new))
    encodes(vocab, text, known)
    seen, wanted = vocab.method("decode", ids_of(text, known)), "".join(c if c in known else UNKNOWN for c in text)
    expect.true(isinstance(seen, str) and seen == wanted, "Con ids 0, `vocab.decode(ids)` no da lo esperado.",
                "With ids 0, `vocab.decode(ids)` does not give what was expected.")


@exercise.property(1, "`len(vocab)` es cuántos ids hay, con el 0; y leer texto nuevo no lo cambia.",
                   "`len(vocab)` is how many ids there are, 0 included; and reading new text does not change it.")
def length(student, draw):
    known, new = alphabet(draw)
    vocab = student.keep("CharVocab", text_of(draw, known))
    for _ in range(2):
        encodes(vocab, "".join(new) + known[0], known)
        seen = expect.number(student.operate("len", vocab).value(), "len(vocab)")
        expect.true(seen == len(known) + 1, "Con {n} caracteres distintos, `len(vocab)` debía ser {wanted} y es {seen:g}.",
                    "With {n} different characters, `len(vocab)` should be {wanted}, and it is {seen:g}.",
                    n=len(known), wanted=len(known) + 1, seen=seen)


CHARACTERS = "[self.UNKNOWN, *sorted(set(text))]"
IDS = "{character: n for n, character in enumerate(self.characters)}"
ENCODE = "[self.ids.get(character, 0) for character in text]"
DECODE = '"".join(self.characters[n] for n in ids)'

exercise.mistake(
    "order_of_a_set", (CHARACTERS, "[self.UNKNOWN, *set(text)]"),
    es="Recorres un `set`: su orden cambia cada vez que arranca Python, y los ids con él. Usa `sorted`.",
    en="You walk a `set`: its order changes each time Python starts, and the ids with it. Use `sorted`.")
exercise.mistake(
    "order_of_appearance", (CHARACTERS, "[self.UNKNOWN, *dict.fromkeys(text)]"),
    es="Numeras por orden de aparición. Se pide el orden de `sorted`.",
    en="You number by order of appearance. The order of `sorted` is asked for.")
exercise.mistake(
    "most_frequent_first", (CHARACTERS, "[self.UNKNOWN, *sorted(sorted(set(text)), key=text.count, reverse=True)]"),
    es="Numeras por frecuencia. Se pide el orden de `sorted`.", en="You number by frequency. The order of `sorted` is asked for.")
exercise.mistake(
    "no_room_for_the_unknown", (CHARACTERS, "sorted(set(text))"),
    es="El id 0 ya es de un carácter del texto, y lo desconocido se confunde con él. Los del texto empiezan en 1.",
    en="Id 0 already belongs to a character of the text, and the unknown is taken for it. Those of the text begin at 1.")
exercise.mistake(
    "unknown_at_the_end", (CHARACTERS, "[*sorted(set(text)), self.UNKNOWN]"), (".get(character, 0)", ".get(character, len(self) - 1)"),
    es="Pones lo desconocido al final. Es el id 0.", en="You put the unknown at the end. It is id 0.")
exercise.mistake(
    "unknown_is_an_error", ("self.ids.get(character, 0)", "self.ids[character]"),
    es="Un carácter nuevo da un KeyError. Debe dar 0: `.get(character, 0)`.",
    en="A new character gives a KeyError. It must give 0: `.get(character, 0)`.")
exercise.mistake(
    "unknown_left_out", (ENCODE, "[self.ids[character] for character in text if character in self.ids]"),
    es="Te saltas lo desconocido: salen menos ids que caracteres. Cada uno tiene el suyo, aunque sea el 0.",
    en="You skip the unknown: fewer ids come out than characters. Each has its own, if only 0.")
exercise.mistake(
    "vocabulary_grows", (ENCODE, "[self.ids.setdefault(character, len(self.ids)) for character in text]"),
    es="`encode` añade ids para los caracteres nuevos: el vocabulario queda fijo al crearlo, como la red que lo lee.",
    en="`encode` adds ids for new characters: the vocabulary is fixed when it is made, like the network that reads it.")
exercise.mistake(
    "lower_case", (CHARACTERS, "[self.UNKNOWN, *sorted(set(text.lower()))]"), ("for character in text]", "for character in "
                                                                                                         "text.lower()]"),
    es="Pasas todo a minúsculas. Una mayúscula es otro carácter.",
    en="You turn everything into lower case. A capital is another character.")
exercise.mistake(
    "vocabulary_in_lower_case", (CHARACTERS, "[self.UNKNOWN, *sorted(set(text.lower()))]"),
    es="Haces el vocabulario en minúsculas, y las mayúsculas del texto quedan fuera. Una mayúscula es otro carácter.",
    en="You make the vocabulary in lower case, and the capitals of the text are left out. A capital is another character.")
exercise.mistake(
    "encoded_in_lower_case", ("for character in text]", "for character in text.lower()]"),
    es="`encode` pasa el texto a minúsculas. Una mayúscula es otro carácter, con su propio id.",
    en="`encode` turns the text into lower case. A capital is another character, with an id of its own.")
exercise.mistake(
    "ascii_only", (CHARACTERS, '[self.UNKNOWN, *sorted(set(text.encode("ascii", "ignore").decode()))]'),
    es="Tiras lo que no es ASCII: sin ñ, tildes ni ¿ no hay español.",
    en="You throw away what is not ASCII: without ñ, accents and ¿ there is no Spanish.")
exercise.mistake(
    "no_spaces", (CHARACTERS, "[self.UNKNOWN, *sorted(set(text) - set(\" \\n\"))]"),
    es="Quitas espacios y saltos de línea. Son caracteres como los demás.",
    en="You take spaces and line ends out. They are characters like any other.")
exercise.mistake(
    "unknown_not_counted", ("return len(self.characters)", "return len(self.characters) - 1"),
    es="`len` no cuenta el id 0. La red necesita una columna también para él.",
    en="`len` does not count id 0. The network needs a column for it too.")
exercise.mistake(
    "zero_decoded_to_the_last", (DECODE, '"".join(self.characters[1:][n - 1] for n in ids)'),
    es="Con el id 0, `n - 1` es −1: lees el último carácter. El 0 es `UNKNOWN`.",
    en="With id 0, `n - 1` is −1: you read the last character. Id 0 is `UNKNOWN`.")
exercise.mistake(
    "decoded_to_a_list", (DECODE, "[self.characters[n] for n in ids]"),
    es="`decode` devuelve una lista. Únela en una cadena con `\"\".join(…)`.",
    en="`decode` returns a list. Join it into a string with `\"\".join(…)`.")
exercise.mistake(
    "decoded_with_spaces", (DECODE, DECODE.replace('""', '" "')),
    es="`decode` mete un espacio entre cada dos caracteres.", en="`decode` puts a space between every two characters.")

exercise.alternative("two_dictionaries", code="""
class CharVocab:
    UNKNOWN = "�"

    def __init__(self, text):
        ordered = list(set(text))
        ordered.sort()
        self.to_id = dict(zip(ordered, range(1, len(ordered) + 1)))
        self.to_char = {i: c for c, i in self.to_id.items()} | {0: CharVocab.UNKNOWN}

    def __len__(self):
        return len(self.to_char)

    def encode(self, text):
        return [self.to_id[c] if c in self.to_id else 0 for c in text]

    def decode(self, ids):
        text = ""
        for i in ids:
            text += self.to_char[int(i)]
        return text
""")
exercise.alternative("one_string", code="""
class CharVocab:
    UNKNOWN = "�"

    def __init__(self, text):
        self.all = self.UNKNOWN + "".join(sorted(dict.fromkeys(text)))

    def __len__(self):
        return len(self.all)

    def encode(self, text):
        return np.array([max(self.all.find(c), 0) for c in text], dtype=int)

    def decode(self, ids):
        return "".join(map(self.all.__getitem__, ids))
""")
