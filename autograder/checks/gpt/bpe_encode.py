"""Exercise 7.3: text to ids, by the rank of the merges."""

import numpy as np

from autograder.checks.gpt import ODD, SPANISH, encoded, equal_ids, learnt, letters, merges_of, words
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "bpe_encode", points=6, uses=("merge_pair",),
    title=Text("Codificar", "Encoding"),
    hints=(
        Text("Haz un diccionario de pareja a número de unión. De las parejas que hay en la palabra, une la de menor número, y repite.",
             "Make a dictionary from pair to number of merge. Of the pairs in the word, merge the one with the lowest number, and "
                 "repeat."),
        Text("`re.split` con un grupo entre paréntesis devuelve también los separadores; sin especiales, no lo llames. `re.escape` "
            "protege signos como `|` y `.`.",
             "`re.split` with a group in parentheses returns the separators too; with no specials, do not call it. `re.escape` "
                 "protects signs such as `|` and `.`."),
        Text("En una alternativa `a|b`, `re` prueba de izquierda a derecha: pon delante los especiales más largos.",
             "In an alternative `a|b`, `re` tries from left to right: put the longest specials first."),
    ),
)


def agrees(student, text: str, merges, specials=()):
    equal_ids(student.call("bpe_encode", text, merges, specials), encoded(text, merges, specials), "bpe_encode(…)")


@exercise.property(3, "Une por orden de aprendizaje, no por largo.", "It merges in the order learnt, not by length.")
def ranks(student, draw):
    a, b, c, d = (int(n) for n in draw.permutation(np.frombuffer(b"abcdefgh", np.uint8))[:4])
    text = bytes([a, b, c, d]).decode()
    tasks = [(text[:3], [(b, c), (a, b)]), (text, [(a, b), (c, d), (b, c)]), (text[:3], [(b, c), (a, b), (a, 256)])]
    tasks += [(words(draw, 15), merges_of(draw)) for _ in range(4)]
    answers = [student.call("bpe_encode", *task) for task in tasks]  # all of them: they tell one mistake from another
    for seen, task in zip(answers, tasks, strict=True):
        equal_ids(seen, encoded(*task), "bpe_encode(…)")


@exercise.property(2, "Con uniones aprendidas de un texto, codifica otro, con acentos y emojis.",
                   "With merges learnt from a text, it encodes another one, with accents and emoji.")
def real_text(student, draw):
    merges = learnt([SPANISH], 15)
    pieces = list(draw.permutation(SPANISH.split(" ")))
    agrees(student, " ".join(pieces) + letters(draw, 12, ODD), merges)
    agrees(student, letters(draw, 12, ODD + "abc"), [])


@exercise.property(2, "Los especiales reciben un solo id, y nada se une con ellos.",
    "Specials get a single id, and nothing is merged with them.")
def special(student, draw):
    agrees(student, f"{words(draw, 2)}<end>{words(draw, 2)}", merges_of(draw, 5), ["<end>"])
    merges = [*learnt(["<end>.*<end> a<end>"], 6), *[(97, 98)]]
    specials = [str(s) for s in draw.permutation(["<end>", ".*", "[S]"])]
    parts = [words(draw, 2), ".*", "<end>", words(draw, 2), "[S]", words(draw, 2), "<end>", "<end>"]
    agrees(student, "".join(parts), merges, specials)
    agrees(student, "a.*b", merges, [".*"])


@exercise.property(1, "Si en un sitio caben dos especiales, gana el más largo.",
    "If two specials match at the same place, the longest wins.")
def longest_special(student, draw):
    merges = merges_of(draw, 5)
    for specials in (["<a", "<a>", "<a><b>"], ["<a><b>", "<a>", "<a"]):
        agrees(student, f"{words(draw, 1)}<a><b>{words(draw, 1)}<a>{words(draw, 1)}<a<a><b><a>", merges, specials)


@exercise.property(1, "Las uniones no cruzan de una palabra a otra; el texto vacío da una lista vacía.",
                   "Merges do not cross from one word to another; an empty text gives an empty list.")
def borders(student, draw):
    merges = [(97, 32), (98, 32), (32, 32), (97, 10), (97, 44), (32, 97)]
    agrees(student, f"{words(draw, 6, 'ab', 1, 3)}  a a\na,a  a", merges)
    agrees(student, "", merges)


RANKS = "while known := [ranks[pair] for pair in pairwise(ids) if pair in ranks]:"
FIRST = "ids = merge_pair(ids, merges[min(known)], 256 + min(known))"
SORTED = "sorted(specials, key=len, reverse=True)"
SPECIAL = "found.append(256 + len(merges) + list(specials).index(part))"

exercise.mistake("longest_piece", es="Buscas la pieza más larga que encaje. Se une por orden de aprendizaje.",
    en="You look for the longest piece that fits. Merge in the order learnt.", code="""
def bpe_encode(text, merges, specials=()):
    pieces = [bytes([n]) for n in range(256)]
    for left, right in merges:
        pieces.append(pieces[left] + pieces[right])
    numbers = {piece: n for n, piece in reversed(list(enumerate(pieces)))}
    longest_first = sorted(specials, key=len, reverse=True)
    parts = re.split("(" + "|".join(map(re.escape, longest_first)) + ")", text) if specials else [text]
    found = []
    for part in parts:
        if part in specials:
            found.append(256 + len(merges) + list(specials).index(part))
            continue
        for word in PIECE.findall(part):
            rest = word.encode()
            while rest:
                size = max(n for n in range(1, len(rest) + 1) if rest[:n] in numbers)
                found.append(numbers[rest[:size]])
                rest = rest[size:]
    return found
""")
exercise.mistake("last_learnt_first", (FIRST, FIRST.replace("min", "max")), es="Unes primero lo último que se aprendió.",
    en="You merge first what was learnt last.")
exercise.mistake("first_in_the_word", (FIRST, "ids = merge_pair(ids, merges[known[0]], 256 + known[0])"),
    es="Unes la primera pareja que encuentras en la palabra, sea la que sea.",
        en="You merge the first pair that you find in the word, whichever it is.")
exercise.mistake("one_merge_a_word", (RANKS, RANKS.replace("while", "if")), es="Haces una sola unión por palabra.",
    en="You make a single merge per word.")
exercise.mistake("crosses_words", ("PIECE.findall(part)", "[part]"), es="No partes en palabras: las uniones cruzan los espacios.",
    en="You do not cut into words: merges cross spaces.")
exercise.mistake("space_lost", ("PIECE.findall(part)", "part.split()"), es="Partes con `split()`: se pierden los espacios.",
    en="You cut with `split()`: spaces are lost.")
exercise.mistake("accents_dropped", ("word.encode()", 'word.encode("ascii", errors="ignore")'),
    es="Pierdes todo lo que no es ASCII: acentos, ñ, emojis.",
    en="You lose all that is not ASCII: accents, ñ, emoji.")
exercise.mistake("letters_not_bytes", ("list(word.encode())", "[ord(letter) for letter in word]"),
    es="Usas los números de las letras. Se empieza por los bytes.", en="You use the numbers of the letters. Start from the bytes.")
exercise.mistake("special_cut_up", ("if specials else [text]", "if False else [text]"),
    es="Cortas los especiales como si fueran texto.",
    en="You cut specials as if they were text.")
exercise.mistake("empty_pattern", (" if specials else [text]", ""),
    es="Sin especiales, el patrón de `re.split` queda vacío y corta entre todas las letras.",
    en="With no specials, the pattern of `re.split` is empty, and it cuts between all letters.")
exercise.mistake("specials_as_they_come", (SORTED, "list(specials)"),
    es="Buscas los especiales en su orden: uno corto gana a otro más largo.",
    en="You look for the specials in their order: a short one wins over a longer one.")
exercise.mistake("specials_unescaped", ("map(re.escape, longest_first)", "longest_first"),
    es="No proteges los especiales con `re.escape`: `.*` lo encuentra todo.",
        en="You do not protect the specials with `re.escape`: `.*` finds everything.")
exercise.mistake("special_from_256", (SPECIAL, "found.append(256 + list(specials).index(part))"),
    es="Numeras los especiales desde 256: chocan con las uniones.",
    en="You number specials from 256: they collide with the merges.")
exercise.mistake("special_by_length", (SPECIAL, "found.append(256 + len(merges) + longest_first.index(part))"),
    es="Numeras los especiales por su largo. Es su lugar en `specials`.",
        en="You number specials by length. It is their place in `specials`.")
exercise.mistake("specials_lost", (SPECIAL, "pass"), es="Los especiales desaparecen.", en="The specials disappear.")
exercise.mistake("ids_from_257", (FIRST, FIRST.replace("256", "257")), es="La primera unión recibe el id 256, no el 257.",
    en="The first merge gets id 256, not 257.")

exercise.alternative("merge_after_merge", code="""
def bpe_encode(text, merges, specials=()):
    ids, at, plain = [], 0, ""

    def flush(plain):
        for word in PIECE.findall(plain):
            symbols = list(word.encode("utf-8"))
            for n, pair in enumerate(merges):
                symbols = merge_pair(symbols, tuple(pair), 256 + n)
            ids.extend(symbols)

    while at < len(text):
        here = [s for s in specials if text.startswith(s, at)]
        if here:
            flush(plain)
            plain = ""
            special = max(here, key=len)
            ids.append(256 + len(merges) + list(specials).index(special))
            at += len(special)
        else:
            plain += text[at]
            at += 1
    flush(plain)
    return ids
""")
exercise.alternative("with_a_cache", code="""
def bpe_encode(text, merges, specials=()):
    order = {tuple(pair): n for n, pair in enumerate(merges)}
    names = {s: 256 + len(merges) + n for n, s in enumerate(specials)}
    seen, ids = {}, []
    pattern = "|".join(re.escape(s) for s in sorted(names, key=lambda s: -len(s)))
    for part in re.split(f"({pattern})", text) if names else (text,):
        if part in names:
            ids += [names[part]]
            continue
        for word in re.findall(PIECE, part):
            if word not in seen:
                symbols = tuple(word.encode())
                while len(symbols) > 1:
                    best = min(pairwise(symbols), key=lambda pair: order.get(pair, 10**9))
                    if best not in order:
                        break
                    symbols = tuple(merge_pair(list(symbols), best, 256 + order[best]))
                seen[word] = symbols
            ids += seen[word]
    return ids
""")
