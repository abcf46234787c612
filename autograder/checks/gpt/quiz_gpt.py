"""Quiz of the unit: the right option of each question, and the reason why each other one is wrong."""

from autograder.quiz import make_quiz
from autograder.text import Text

TITLES = {
    "q1": Text("Letras desconocidas", "Unknown letters"),
    "q2": Text("Los ids de «niño»", "The ids of “niño”"),
    "q3": Text("Letras contra piezas", "Letters versus pieces"),
    "q4": Text("Una pérdida de 10,82", "A loss of 10.82"),
    "q5": Text("Siempre lo mismo", "Always the same"),
    "q6": Text("El núcleo", "The nucleus"),
    "q7": Text("La pieza 1000", "Piece 1000"),
    "q8": Text("Siempre en la posición 0", "Always at position 0"),
    "q9": Text("Una tabla para dos", "A table for two"),
    "q10": Text("Un cuento en haz", "A story by beam search"),
}
RIGHT = {"q1": "b", "q2": "c", "q3": "b", "q4": "c", "q5": "b", "q6": "a", "q7": "d", "q8": "b", "q9": "a", "q10": "c"}
WRONG = {
    "q1": {
        "a": Text("Unicode tiene más de cien mil; el vocabulario empieza con 256.",
                  "Unicode has more than a hundred thousand; the vocabulary begins with 256."),
        "c": Text("Aquí no hay `<unk>`: no hace falta.", "There is no `<unk>` here: none is needed."),
        "d": Text("Aunque se entrene solo con inglés, puede escribir cualquier letra: solo le cuesta más piezas.",
                  "Even trained on English alone it can write any letter: it only costs more pieces."),
    },
    "q2": {
        "a": Text("La «ñ» no desaparece.", "The “ñ” does not go away."),
        "b": Text("Son 4 letras; pero la «ñ» ocupa dos bytes en UTF-8.", "They are 4 letters; but “ñ” takes two bytes in UTF-8."),
        "d": Text("Solo la «ñ» ocupa dos; «n», «i» y «o», uno cada una.", "Only “ñ” takes two; “n”, “i” and “o”, one each."),
    },
    "q3": {
        "a": Text("Son unidades distintas: una pieza vale por varios caracteres.",
                  "They are different units: a piece stands for several characters."),
        "c": Text("Se puede: el total de nats entre los caracteres no depende de cómo se corte.",
                  "It can: the total of nats over the characters does not depend on how the text is cut."),
        "d": Text("En la misma unidad son 1,5 y 4,8 / 4.", "In the same unit they are 1.5 and 4.8 / 4."),
    },
    "q4": {
        "a": Text("Es la primera: todavía no ha dado ningún paso.", "It is the first one: no step has been taken yet."),
        "b": Text("Con etiquetas equivocadas también empezaría ahí, y no sería por eso.",
                  "With wrong labels it would begin there too, and not for that reason."),
        "d": Text("El recorte actúa sobre los pasos, y aún no hubo ninguno.", "Clipping acts on the steps, and there was none yet."),
    },
    "q5": {
        "a": Text("Quedan varias piezas, y se sortea entre ellas.", "Several pieces stay, and one is drawn among them."),
        "c": Text("Favorece a las probables, pero sigue sorteando.", "It favours the likely ones, but goes on drawing."),
        "d": Text("Casi siempre, pero quedan dos y a veces sale la segunda.",
                  "Nearly always, but two stay and sometimes the second comes out."),
    },
    "q6": {
        "b": Text("La que hace pasar la suma se queda: siempre queda una al menos.",
                  "The one that takes the sum past it stays: one at least always does."),
        "c": Text("`top_p` no fija cuántas: eso es `top_k`.", "`top_p` does not fix how many: that is `top_k`."),
        "d": Text("Con 900 de las mil ya se llega a 0,9.", "With 900 of the thousand 0.9 is reached."),
    },
    "q7": {
        "a": Text("Eso es leerlo todo de nuevo, sin caché.", "That is reading all of it anew, without a cache."),
        "b": Text("Así la pieza solo se vería a sí misma.", "Then the piece would only see itself."),
        "c": Text("Las consultas de antes ya dieron su respuesta: no hacen falta.",
                  "The earlier queries have given their answer: they are not needed."),
    },
    "q8": {
        "a": Text("Las formas son las mismas: cambia qué fila se suma.",
            "The shapes are the same: what changes is which row is added."),
        "c": Text("Al entrenar no hay caché: las posiciones son las buenas.",
            "In training there is no cache: the positions are right."),
        "d": Text("Las guardadas sí; pero la consulta y la clave nuevas dicen estar al principio.",
                  "Those kept do; but the new query and key claim to be at the beginning."),
    },
    "q9": {
        "b": Text("No son copias: es la misma tabla, y recibe los dos gradientes.",
                  "They are no copies: it is the same table, and it gets both gradients."),
        "c": Text("El producto de la salida se hace igual: se ahorra memoria, no operaciones.",
                  "The product at the output is done all the same: memory is saved, not operations."),
        "d": Text("Eso es una fila; la tabla tiene una por pieza.", "That is one row; the table has one per piece."),
    },
    "q10": {
        "a": Text("Más ancho, encuentra textos todavía más probables, y más sosos.",
                  "Wider, it finds texts that are likelier still, and duller."),
        "b": Text("Nada lo impide: tras repetir una vez, repetir otra suele ser aún más probable.",
                  "Nothing prevents it: after repeating once, repeating again is often likelier still."),
        "d": Text("El haz no sortea: con otra temperatura sigue buscando lo más probable.",
                  "The beam does not draw: with another temperature it still looks for the likeliest."),
    },
}

exercise = make_quiz(
    "quiz_gpt",
    hints=(
        Text("q2 y q3 se hacen con lápiz: bytes, y una división.", "q2 and q3 are done with a pencil: bytes, and a division."),
        Text("Para q7 y q8, vuelve a 7.6 y 7.8: qué se guarda, y qué posición lleva lo nuevo.",
             "For q7 and q8, go back to 7.6 and 7.8: what is kept, and which position what is new has."),
    ),
    titles=TITLES, right=RIGHT, wrong=WRONG,
)
