"""Quiz of the lab: one property a question, and for each tempting wrong option the reason why it is wrong."""

from autograder.quiz import make_quiz
from autograder.text import Text

TITLES = {
    "q1": Text("Media caja al lado", "Half a box to the side"),
    "q2": Text("El IoU como pérdida", "IoU as a loss"),
    "q3": Text("Anclas con Euclides", "Anchors with Euclid"),
    "q4": Text("Dos en una celda", "Two in one cell"),
    "q5": Text("El peso de lo vacío", "The weight of emptiness"),
    "q6": Text("La caja donde no hay nada", "The box where there is nothing"),
    "q7": Text("Una supresión blanda", "A lenient suppression"),
    "q8": Text("Dos células que se tapan", "Two cells that cover each other"),
    "q9": Text("Un detector prudente", "A cautious detector"),
    "q10": Text("La media de las clases", "The mean of the classes"),
}
RIGHT = {"q1": "b", "q2": "d", "q3": "a", "q4": "c", "q5": "b", "q6": "d", "q7": "a", "q8": "c", "q9": "d", "q10": "b"}
WRONG = {
    "q1": {
        "a": Text("La mitad de cada una es compartida, pero se divide entre la unión, que mide caja y media.",
                  "Half of each is shared, but it is divided by the union, which measures a box and a half."),
        "c": Text("La unión son 150 píxeles y lo compartido 50, no 100.", "The union is 150 pixels and what is shared 50, not 100."),
        "d": Text("Eso sería dividir 50 entre 200, la suma de las áreas: lo compartido cuenta dos veces.",
                  "That would be dividing 50 by 200, the sum of the areas: what is shared counts twice."),
    },
    "q2": {
        "a": Text("Lo es: la intersección y la unión no dependen de cuál va primero.",
                  "It is: intersection and union do not depend on which comes first."),
        "b": Text("Es al revés: agranda las dos cajas por igual y no cambia.",
        "It is the other way round: enlarge both boxes alike and it does not change."),
        "c": Text("Donde las cajas se solapan tiene derivada casi en todas partes, y se usa.",
                  "Where boxes overlap it has a derivative nearly everywhere, and it is used."),
    },
    "q3": {
        "b": Text("Cambia a qué ancla va cada caja: 5 píxeles pesan igual en una plaqueta de 8 que en un glóbulo blanco de 39.",
                  "It changes which anchor a box goes to: 5 pixels weigh the same in a platelet of 8 as in a white cell of 39."),
        "c": Text("Cada grupo tiene su media, con cualquiera de las dos distancias.", "Each group has its mean, with either distance."),
        "d": Text("Con distancia euclídea y medias, k-means siempre se detiene.",
        "With Euclidean distance and means, k-means always stops."),
    },
    "q4": {
        "a": Text("La rejilla no lo impide: los centros de dos cosas pueden caer en la misma celda.",
                  "The grid does not prevent it: the centres of two things may fall in one cell."),
        "b": Text("Solo si además les toca la misma ancla: un sitio es fila, columna y ancla.",
                  "Only if they get the same anchor as well: a place is row, column and anchor."),
        "d": Text("Cada sitio guarda una caja entera; nada se promedia.", "Each place holds a whole box; nothing is averaged."),
    },
    "q5": {
        "a": Text("Al contrario: cada falsa alarma costaría doscientas veces más.",
        "On the contrary: each false alarm would cost two hundred times as much."),
        "c": Text("El tamaño de las cajas no aparece en ese término.", "The size of the boxes does not appear in that term."),
        "d": Text("Los términos comparten pesos y compiten: lo que pesa uno cambia dónde está el mínimo de la suma.",
                  "The terms share weights and compete: the weight of one changes where the minimum of the sum is."),
    },
    "q6": {
        "a": Text("Sería barato: son las mismas restas.", "It would be cheap: the same subtractions."),
        "b": Text("Los ceros de `target` son números como otros; no saldría nan.",
        "The zeros of `target` are numbers like others; there would be no nan."),
        "c": Text("Las anclas no lo impiden: con algo en el sitio también son distintas.",
                  "Anchors do not prevent it: with something in the place they differ too."),
    },
    "q7": {
        "b": Text("Subir el umbral elimina menos: hace falta solaparse más para caer.",
                  "Raising the threshold drops less: it takes more overlap to fall."),
        "c": Text("Alguna cosa tapada se salva, pero a cambio quedan cajas repetidas.",
                  "Some covered thing may be saved, but repeated boxes stay in exchange."),
        "d": Text("Las puntuaciones no cambian, pero sí cuáles se quedan.", "The scores do not change, but which boxes stay does."),
    },
    "q8": {
        "a": Text("La supresión no sabe qué es verdad: solo ve dos cajas de la misma clase con IoU 0.6.",
                  "Suppression does not know what is true: it only sees two boxes of one class with IoU 0.6."),
        "b": Text("No mezcla cajas: se queda con unas y elimina otras.", "It does not mix boxes: it keeps some and drops others."),
        "d": Text("Las dos son de la misma clase y las dos tienen puntuación de sobra: compiten.",
                  "Both are of one class and both have score to spare: they compete."),
    },
    "q9": {
        "a": Text("Se quitan cajas: no puede aparecer un acierto que no estaba.",
        "Boxes are taken away: no hit can turn up that was not there."),
        "b": Text("Con menos cajas no se puede encontrar más.", "With fewer boxes, no more can be found."),
        "c": Text("La AP ya mira todos los umbrales; la precisión y la exhaustividad de uno solo sí cambian.",
                  "AP looks at all thresholds already; precision and recall at a single one do change."),
    },
    "q10": {
        "a": Text("Eso pesa cada clase por sus células. La mAP es la media de las clases, sin pesos.",
                  "That weighs each class by its cells. The mAP is the plain mean over classes."),
        "c": Text("La peor clase tira de la media hacia abajo, pero no es la media.",
        "The worst class pulls the mean down, but it is not the mean."),
        "d": Text("La mejor clase no esconde a la otra: se promedian.", "The best class does not hide the other: they are averaged."),
    },
}

exercise = make_quiz(
    "quiz_detector", titles=TITLES, right=RIGHT, wrong=WRONG,
    hints=(
        Text("Devuelve un diccionario con las diez claves: `{\"q1\": \"a\", \"q2\": \"d\", …}`.",
             "Return a dictionary with the ten keys: `{\"q1\": \"a\", \"q2\": \"d\", …}`."),
        Text("Varias se pueden probar: q1 con `iou`, q7 y q8 con `nms`.",
             "Several can be tried out: q1 with `iou`, q7 and q8 with `nms`."),
    ),
)
