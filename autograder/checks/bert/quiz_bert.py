"""Quiz of the unit: the right option of each question, and the reason why each other one is wrong."""

from autograder.quiz import make_quiz
from autograder.text import Text

TITLES = {
    "q1": Text("No siempre `[MASK]`", "Not always `[MASK]`"),
    "q2": Text("El 15 % de 400", "15% of 400"),
    "q3": Text("Una pérdida de 0,002", "A loss of 0.002"),
    "q4": Text("La máscara causal", "The causal mask"),
    "q5": Text("La segunda frase", "The second sentence"),
    "q6": Text("La frase siguiente", "Next-sentence prediction"),
    "q7": Text("Una sola tabla", "A single table"),
    "q8": Text("La sonda de un BERT recién nacido", "The probe of an untrained BERT"),
    "q9": Text("Congelado a medias", "Half frozen"),
    "q10": Text("Continuar un texto", "Continuing a text"),
}
RIGHT = {"q1": "b", "q2": "a", "q3": "d", "q4": "c", "q5": "b", "q6": "a", "q7": "d", "q8": "c", "q9": "a", "q10": "d"}
WRONG = {
    "q1": {
        "a": Text("Es un id más entre miles.", "It is one more id among thousands."),
        "c": Text("Al revés: con palabras falsas a la vista, la tarea es más difícil.",
        "The other way round: with false words visible, the task is harder."),
        "d": Text("Lo lee como a cualquier otro id: tiene su fila en la tabla.",
        "It reads it like any other id: it has its row in the table."),
    },
    "q2": {
        "b": Text("El 10 % es de las elegidas, no de las 400.", "The 10% is of the chosen ones, not of the 400."),
        "c": Text("48 es el 80 % de las elegidas: las que se tapan.", "48 is 80% of the chosen ones: those that are hidden."),
        "d": Text("60 son todas las elegidas.", "60 are all the chosen ones."),
    },
    "q3": {
        "a": Text("Con una tasa mala no se aprende; aquí se aprende demasiado.",
        "With a bad rate nothing is learned; here too much is learned."),
        "b": Text("Pocas o muchas capas no hacen que la pérdida se hunda en 100 pasos.",
        "Few layers or many do not make the loss plummet in 100 steps."),
        "c": Text("El vocabulario cambia dónde empieza la pérdida, no que caiga a cero.",
        "The vocabulary changes where the loss begins, not that it falls to zero."),
    },
    "q4": {
        "a": Text("Las formas son las mismas: es otra máscara booleana.", "The shapes are the same: it is another boolean mask."),
        "b": Text("La palabra tapada no está a su izquierda ni en su sitio: no hay qué copiar.",
        "The hidden word is neither on its left nor in its own position: there is nothing to copy."),
        "d": Text("La atención no puede mirar lo que la máscara tapa.", "Attention cannot look at what the mask hides."),
    },
    "q5": {
        "a": Text("La atención cruza `[SEP]` sin problema: solo se tapa el relleno.",
        "Attention crosses `[SEP]` freely: only padding is hidden."),
        "c": Text("Van las dos en la misma fila.", "Both go in the same row."),
        "d": Text("El orden dice en qué sitio está una palabra, no dónde empieza la segunda frase: las hay de todos los largos.",
        "The order says where a word is, not where the second sentence begins: they come in all lengths."),
    },
    "q6": {
        "b": Text("Se calcula igual con cualquier largo que quepa.", "It is computed alike with any length that fits."),
        "c": Text("Sus etiquetas salen solas del texto: seguida o de otro documento.",
        "Its labels come out of the text by themselves: in a row, or from another document."),
        "d": Text("Añade un clasificador de dos clases: casi nada.", "It adds a classifier of two classes: next to nothing."),
    },
    "q7": {
        "a": Text("Con dos copias no estarían atadas: cada una aprendería por su lado.",
        "With two copies they would not be tied: each would learn on its own."),
        "b": Text("Depende del modelo: en el BERT base, de 110 millones, es una quinta parte.",
                  "It depends on the model: in base BERT, of 110 million, it is a fifth."),
        "c": Text("Eso es la suma, 30 768; una tabla tiene el producto.", "That is the sum, 30 768; a table has the product."),
    },
    "q8": {
        "a": Text("No ha leído nada: sus pesos son azar.", "It has read nothing: its weights are random."),
        "b": Text("Puede estar bien: unos pesos al azar también mezclan las vecinas, y siempre igual.",
        "It may be fine: random weights mix the neighbours too, and always in the same way."),
        "d": Text("Un 97 % con pistas vistas no dice nada de las nuevas: ahí el preentrenado acierta mucho más.",
        "97% with clues it has seen says nothing about new ones: there the pre-trained model is far more accurate."),
    },
    "q9": {
        "b": Text("Sin gradiente, el optimizador no los toca.", "Without gradient, the optimiser does not touch them."),
        "c": Text("`backward` llega a `head`, que sí pide gradiente.", "`backward` reaches `head`, which does require gradients."),
        "d": Text("En `train()` el dropout actúa, con gradiente o sin él.", "In `train()` dropout acts, with gradient or without."),
    },
    "q10": {
        "a": Text("Escribe algo, pero nadie le enseñó a hacerlo de izquierda a derecha.",
        "It writes something, but nobody taught it to do so from left to right."),
        "b": Text("Lo tiene: la misma tabla de la entrada.", "It has one: the same table as the input."),
        "c": Text("Una pasada de BERT cuesta como la de otro modelo de su tamaño.",
        "A pass of BERT costs as much as that of another model of its size."),
    },
}

exercise = make_quiz(
    "quiz_bert", titles=TITLES, right=RIGHT, wrong=WRONG,
    hints=(
        Text("Devuelve un diccionario con las diez claves: `{\"q1\": \"a\", \"q2\": \"d\", …}`.",
             "Return a dictionary with the ten keys: `{\"q1\": \"a\", \"q2\": \"d\", …}`."),
        Text("Muchas se pueden probar: q2 con `mask_tokens`, q4 cambiando `Bert`, q9 con un `Classifier` congelado.",
             "Many can be tried out: q2 with `mask_tokens`, q4 by changing `Bert`, q9 with a frozen `Classifier`."),
    ),
)
