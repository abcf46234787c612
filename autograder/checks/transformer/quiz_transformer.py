"""Quiz of the unit: the right option of each question, and the reason why each other one is wrong."""

from autograder.quiz import make_quiz
from autograder.text import Text

TITLES = {
    "q1": Text("Una pérdida de 0,002", "A loss of 0.002"),
    "q2": Text("Sin posiciones", "Without positions"),
    "q3": Text("La atención cruzada", "Cross-attention"),
    "q4": Text("Ramas en silencio", "Silent branches"),
    "q5": Text("El suelo de la pérdida", "The floor of the loss"),
    "q6": Text("Una pasada o veinte", "One pass or twenty"),
    "q7": Text("Sin `eval()`", "Without `eval()`"),
    "q8": Text("El doble de largo", "Twice as long"),
    "q9": Text("Seis veces la misma", "Six times the same"),
    "q10": Text("Solo continuar", "Only continuing"),
}
RIGHT = {"q1": "b", "q2": "a", "q3": "c", "q4": "b", "q5": "a", "q6": "b", "q7": "c", "q8": "b", "q9": "d", "q10": "a"}
WRONG = {
    "q1": {
        "a": Text("Con una tasa demasiado alta la pérdida sube o da saltos; no se hunde así.",
        "With too high a rate the loss rises or jumps; it does not sink like that."),
        "c": Text("Aunque se supiera los datos de memoria, traduciría bien los que ya vio.",
        "Even if it knew the data by heart, it would translate well those it has seen."),
        "d": Text("Sin leer el origen no se puede acertar la traducción, salvo viéndola.",
        "Without reading the source the translation cannot be right, unless it is seen."),
    },
    "q2": {
        "b": Text("Las formas son las mismas: la posición solo se sumaba.",
        "The shapes are the same: the position was only added."),
        "c": Text("Sigue viendo qué palabras hay; lo que no ve es en qué orden.",
        "It still sees which words there are; what it does not see is their order."),
        "d": Text("La atención trata las palabras como un conjunto: no tiene de dónde sacar el orden.",
        "Attention treats words as a set: it has nowhere to take the order from."),
    },
    "q3": {
        "a": Text("Eso es la atención propia del destino: así nunca leería el origen.",
        "That is the target's self-attention: that way it would never read the source."),
        "b": Text("Entonces saldría una respuesta por palabra de origen, y hace falta una por palabra de destino.",
                  "Then there would be one answer per source word, and one per target word is needed."),
        "d": Text("Clave y valor van por parejas: la clave dice dónde está lo que el valor entrega.",
                  "Key and value go in pairs: the key says where to find what the value hands over."),
    },
    "q4": {
        "a": Text("Cero es lo que dicen las ramas; `x` pasa de largo.", "Zero is what the branches say; `x` goes straight through."),
        "c": Text("En `pre` se normaliza lo que entra en la rama, no lo que pasa de largo.",
        "In `pre` what goes into the branch is normalized, not what goes straight through."),
        "d": Text("Eso pasa en `post`, donde se normaliza la suma.", "That happens in `post`, where the sum is normalized."),
    },
    "q5": {
        "b": Text("No llega: a quien pide 0,9 de probabilidad, dar 1 también le cuesta.",
        "It does not: where 0.9 of probability is asked for, giving 1 costs too."),
        "c": Text("Ya está en el mínimo de lo que se le pide.", "It is already at the minimum of what is asked of it."),
        "d": Text("Vería la respuesta, y ni así bajaría de ese suelo.",
        "It would see the answer, and even so it would not go below that floor."),
    },
    "q6": {
        "a": Text("Se usa la misma máscara en los dos casos.", "The same mask is used in both cases."),
        "c": Text("El codificador se ejecuta una sola vez.", "The encoder is run only once."),
        "d": Text("Con lote de 100, traducir 20 palabras siguen siendo 20 pasadas.",
        "With a batch of 100, translating 20 words still takes 20 passes."),
    },
    "q7": {
        "a": Text("El dropout sortea cada vez: nada obliga a que coincidan.",
        "Dropout draws each time: nothing makes them agree."),
        "b": Text("Traducir no necesita gradiente; no hay error, y por eso cuesta verlo.",
        "Translating needs no gradient; there is no error, and that is why it is hard to see."),
        "d": Text("El dropout actúa hacia delante, siempre que el modelo esté en `train()`.",
        "Dropout acts forward, whenever the model is in `train()`."),
    },
    "q8": {
        "a": Text("Las capas lineales, sí; la atención crece con el cuadrado y aquí es la parte mayor.",
                  "The linear layers, yes; attention grows with the square and is the larger part here."),
        "c": Text("Nada crece con el cubo: la tabla de pesos es de palabras por palabras.",
        "Nothing grows with the cube: the table of weights is words by words."),
        "d": Text("Los pesos no cambian; las veces que se usan, sí.", "The weights do not change; how often they are used does."),
    },
    "q9": {
        "a": Text("Son un solo objeto: lo que aprende una lo saben todas.",
        "They are a single object: what one learns all of them know."),
        "b": Text("No hay error: los gradientes de las seis se suman.", "There is no error: the gradients of all six add up."),
        "c": Text("`[layer] * 6` repite la referencia; no copia.", "`[layer] * 6` repeats the reference; it does not copy."),
    },
    "q10": {
        "b": Text("El decodificador es justo lo que continúa; se le quita lo que mira al origen.",
                  "The decoder is just what continues; only what looks at the source is taken away."),
        "c": Text("Sin ella vería la palabra que tiene que predecir.", "Without it, it would see the word that it has to predict."),
        "d": Text("Se quedan: sin ellas las palabras se mezclan y no se piensan.",
        "They stay: without them words are mixed but never thought over."),
    },
}

exercise = make_quiz(
    "quiz_transformer", titles=TITLES, right=RIGHT, wrong=WRONG,
    hints=(
        Text("Devuelve un diccionario con las diez claves: `{\"q1\": \"a\", \"q2\": \"d\", …}`.",
             "Return a dictionary with the ten keys: `{\"q1\": \"a\", \"q2\": \"d\", …}`."),
        Text("Muchas se pueden probar: q4 con `Sublayer`, q5 con `label_smoothing_loss`, q8 con `accounting`, q9 contando "
             "parámetros.",
             "Many can be tried out: q4 with `Sublayer`, q5 with `label_smoothing_loss`, q8 with `accounting`, q9 by counting "
             "parameters."),
    ),
)
