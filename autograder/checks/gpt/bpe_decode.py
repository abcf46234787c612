"""Exercise 7.4: ids to text, all bytes together."""

from autograder import expect
from autograder.checks.gpt import ODD, SPANISH, encoded, learnt, letters, merges_of
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "bpe_decode", points=3,
    title=Text("Decodificar", "Decoding"),
    hints=(
        Text("Haz primero la lista de los bytes de cada id: los 256, luego cada unión con los de sus dos partes.",
             "First make the list of the bytes of each id: the 256, then each merge with those of its two parts."),
        Text("`b\"\".join(...)` junta bytes; un solo `.decode(errors=\"replace\")` al final.",
             "`b\"\".join(...)` puts bytes together; a single `.decode(errors=\"replace\")` at the end."),
    ),
)


def spelled(ids, merges, specials=()) -> str:
    """Take ids apart until only bytes are left."""
    waiting, found = list(ids)[::-1], bytearray()
    while waiting:
        n = waiting.pop()
        if n >= 256 + len(merges):
            found += specials[n - 256 - len(merges)].encode()
        elif n >= 256:
            waiting += merges[n - 256][::-1]
        else:
            found.append(n)
    return str(bytes(found), "utf-8", "replace")


def agrees(student, ids, merges, specials=()):
    seen, wanted = student.call("bpe_decode", ids, merges, specials), spelled(ids, merges, specials)
    expect.true(isinstance(seen, str), "Se pide un texto, y devuelves {kind}.", "A text is asked for, and you return {kind}.",
                kind=expect.kind(seen))
    expect.true(seen == wanted, "El texto no es el debido: debía tener {wanted} caracteres y tiene {seen}, o hay alguno distinto.",
                "The text is not the right one: it should have {wanted} characters and has {seen}, or they differ.",
                wanted=len(wanted), seen=len(seen))


@exercise.property(2, "Deshace lo codificado, con acentos y emojis.", "It undoes what was encoded, with accents and emoji.")
def round_trip(student, draw):
    text = f"{SPANISH} {letters(draw, 30, ODD)}😀ñ"
    for n_merges in (0, int(draw.integers(5, 25))):
        merges = learnt([SPANISH], n_merges)
        agrees(student, encoded(text, merges), merges)


@exercise.property(2, "Deshace uniones de uniones, en su orden.", "It undoes merges of merges, in their order.")
def nested(student, draw):
    merges = merges_of(draw, 15)
    agrees(student, [int(n) for n in draw.permutation(range(256, 271))], merges)


@exercise.property(2, "Una letra puede estar repartida entre dos piezas; los bytes que no forman texto se cambian por `�`.",
                   "A letter may be split between two pieces; bytes that are not valid text are replaced by `�`.")
def broken(student, draw):
    agrees(student, [256, 177, 111, 257], [(110, 195), (195, 177)])  # "nñoñ": the first ñ is cut in half
    text = list("😀año".encode())
    gone = int(draw.integers(0, 4))
    agrees(student, text[:gone] + text[gone + 1 :], [])
    agrees(student, [97, 195, 98, 255], [])


@exercise.property(1, "Los especiales son su texto.", "Specials are their text.")
def special(student, draw):
    merges = merges_of(draw, int(draw.integers(2, 6)))
    last = 256 + len(merges)
    agrees(student, [97, last + 1, 256, last, 98, last + 2, last + 1], merges, ["<end>", "¡ñ!", "[S]"])


RETURN = 'return b"".join(pieces[n] for n in ids).decode(errors="replace")'

exercise.mistake("piece_by_piece", (RETURN, 'return "".join(pieces[n].decode(errors="replace") for n in ids)'),
    es="Conviertes cada pieza por separado: una «ñ» repartida entre dos se rompe.",
        en="You decode each piece on its own: an “ñ” split between two breaks.")
exercise.mistake("errors_ignored", ('errors="replace"', 'errors="ignore"'),
    es="Los bytes que no forman texto desaparecen. Se cambian por `�`.",
    en="Bytes that are not valid text disappear. They are replaced by `�`.")
exercise.mistake("errors_raised", ('.decode(errors="replace")', ".decode()"),
    es="Con bytes que no forman texto, tu código lanza un error.",
    en="On bytes that are not valid text, your code raises an error.")
exercise.mistake("latin_1", ('.decode(errors="replace")', '.decode("latin-1")'), es="Lees los bytes como latin-1. Son UTF-8.",
    en="You read the bytes as latin-1. They are UTF-8.")
exercise.mistake("halves_swapped", ("pieces[left] + pieces[right]", "pieces[right] + pieces[left]"),
    es="Pones las dos mitades al revés.",
    en="You put both halves the wrong way round.")
exercise.mistake("one_level", ("pieces.append(pieces[left] + pieces[right])",
    "pieces.append(pieces[left % 256] + pieces[right % 256])"),
    es="No deshaces las uniones de uniones.", en="You do not undo merges of merges.")
exercise.mistake("halves_taken_as_bytes", ("pieces.append(pieces[left] + pieces[right])",
    "pieces.append(bytes([left]) + bytes([right]))"),
    es="`bytes([n])` solo vale para 0 a 255: las dos partes de una unión pueden ser uniones.",
    en="`bytes([n])` only works for 0 to 255: the two parts of a merge may be merges themselves.")
exercise.mistake("specials_missing", ("    pieces += [text.encode() for text in specials]\n", "    pieces += [b''] * len(specials)\n"),
    es="Los especiales desaparecen.", en="The specials disappear.")
exercise.mistake("specials_before_the_merges", ("    for left, right in merges:",
    "    pieces += [text.encode() for text in specials]\n    for left, right in merges:"),
    es="Pones los especiales antes de las uniones.", en="You put the specials before the merges.")
exercise.mistake("specials_backwards", ("for text in specials]", "for text in reversed(specials)]"), es="Los especiales van al revés.",
    en="The specials are the wrong way round.")
exercise.mistake("spaces_between", ('b"".join', 'b" ".join'),
    es="Pones un espacio entre pieza y pieza: los espacios van dentro de ellas.",
    en="You put a space between pieces: spaces are inside them.")
exercise.mistake("a_list_of_pieces", (RETURN, RETURN.replace('b"".join(pieces[n] for n in ids).decode(errors="replace")',
    '[pieces[n].decode(errors="replace") for n in ids]')), es="Devuelves una lista de trozos. Se pide un texto.",
    en="You return a list of pieces. A text is asked for.")

exercise.alternative("recursive", code="""
def bpe_decode(ids, merges, specials=()):
    def spell(n):
        if n < 256:
            return [n]
        if n < 256 + len(merges):
            left, right = merges[n - 256]
            return spell(left) + spell(right)
        return list(specials[n - 256 - len(merges)].encode("utf-8"))

    return bytes(byte for n in ids for byte in spell(n)).decode("utf-8", "replace")
""")
exercise.alternative("dictionary", code="""
def bpe_decode(ids, merges, specials=()):
    table = {n: bytes((n,)) for n in range(256)}
    for pair in merges:
        table[len(table)] = table[pair[0]] + table[pair[1]]
    for text in specials:
        table[len(table)] = bytes(text, "utf-8")
    out = b""
    for n in ids:
        out += table[n]
    return str(out, "utf-8", errors="replace")
""")
