"""Quiz of the unit: the right option of each question, and the reason why each other one is wrong."""

from autograder.quiz import make_quiz
from autograder.text import Text

TITLES = {
    "q1": Text("Cuánto se dispersa un producto", "How far a product spreads"),
    "q2": Text("Sin la raíz", "Without the root"),
    "q3": Text("Claves reordenadas", "Keys reordered"),
    "q4": Text("Palabras reordenadas", "Words reordered"),
    "q5": Text("La máscara, tarde", "The mask, late"),
    "q6": Text("Demasiado bueno", "Too good"),
    "q7": Text("De una cabeza a ocho", "From one head to eight"),
    "q8": Text("Un solo reshape", "A single reshape"),
    "q9": Text("El doble de texto", "Twice the text"),
    "q10": Text("Fuera de la diagonal", "Off the diagonal"),
}
RIGHT = {"q1": "b", "q2": "d", "q3": "a", "q4": "b", "q5": "b", "q6": "d", "q7": "a", "q8": "b", "q9": "c", "q10": "c"}
WRONG = {
    "q1": {
        "a": Text("Cada sumando tiene varianza 1, y hay 400 independientes: las varianzas se suman.",
                  "Each term has variance 1, and there are 400 independent ones: variances add up."),
        "c": Text("400 es la varianza. La desviación estándar es su raíz.", "400 is the variance. The standard deviation is its root."),
        "d": Text("Es un producto de una consulta con una clave: las demás claves no intervienen.",
                  "It is the product of a query with one key: the other keys have no part in it."),
    },
    "q2": {
        "a": Text("Es al revés: puntuaciones de desviación 22 dan pesos picudos, no parejos.",
                  "It is the other way round: scores of deviation 22 give sharp weights, not even ones."),
        "b": Text("La softmax de PyTorch resta el máximo y no se desborda. El daño es silencioso.",
                  "PyTorch's softmax subtracts the maximum and does not overflow. The damage is silent."),
        "c": Text("Tendrían que encogerse, y el gradiente que se lo diría es justo el que apenas vuelve.",
                  "They would have to shrink, and the gradient that would tell them is the very one that hardly comes back."),
    },
    "q3": {
        "b": Text("La salida tiene una fila por consulta, no por clave: no hay nada que reordenar.",
                  "The output has a row per query, not per key: there is nothing to reorder."),
        "c": Text("Cada valor conserva su clave y, por tanto, su peso. La mezcla es la misma.",
                  "Each value keeps its key and so its weight. The mixture is the same."),
        "d": Text("Si la máscara se reordena también, cada clave sigue permitida o prohibida como antes.",
                  "If the mask is reordered too, each key is allowed or forbidden as before."),
    },
    "q4": {
        "a": Text("Nada en la cuenta dice quién está al lado: solo cuentan los números de cada palabra.",
                  "Nothing in the computation says who is next to whom: only the numbers of each word count."),
        "c": Text("Cada palabra pregunta con su propia consulta, y recibe su propia mezcla.",
                  "Each word asks with its own query, and receives its own mixture."),
        "d": Text("No es cosa de entrenar: lo que no entra en la cuenta no se aprende.",
                  "It is not a matter of training: what does not enter the computation cannot be learned."),
    },
    "q5": {
        "a": Text("Lo prohibido entró en el denominador de la softmax.", "What is forbidden entered the denominator of the softmax."),
        "c": Text("Multiplicar por 0 no da `nan` aquí: los pesos eran finitos.",
                  "Multiplying by 0 gives no `nan` here: the weights were finite."),
        "d": Text("Sus valores no pasan: el peso es 0. Lo que queda es su rastro en el reparto.",
                  "Its values do not get through: the weight is 0. What is left is its trace in the sharing out."),
    },
    "q6": {
        "a": Text("Ningún texto es tan fácil: 0,0001 nats es no dudar nunca de la palabra siguiente.",
                  "No text is that easy: 0.0001 nats is never doubting the next word."),
        "b": Text("Más cabezas no enseñan el futuro.", "More heads do not show the future."),
        "c": Text("Una tasa baja hace bajar la pérdida despacio, no de golpe.", "A low rate makes the loss fall slowly, not at once."),
    },
    "q7": {
        "b": Text("Cada cabeza es 8 veces más pequeña.", "Each head is 8 times as small."),
        "c": Text("Hay una sola matriz de salida, que recibe las 8 cabezas en fila.",
                  "There is a single output matrix, which takes the 8 heads in a row."),
        "d": Text("Los parámetros son los de cuatro matrices de `d_model` por `d_model`, haya las cabezas que haya.",
                  "The parameters are those of four matrices of `d_model` by `d_model`, however many heads there are."),
    },
    "q8": {
        "a": Text("Para eso hay que partir el último eje y cambiar T con H. `reshape` no mueve números.",
                  "For that the last axis must be cut and T swapped with H. `reshape` does not move numbers."),
        "c": Text("Encajan: B · T · D números. Por eso el error es difícil de ver.",
                  "They fit: B · T · D numbers. That is why the mistake is hard to see."),
        "d": Text("`reshape` conserva el orden en que se cuentan los números.",
                  "`reshape` keeps the order in which numbers are counted."),
    },
    "q9": {
        "a": Text("Se doblan las filas y se doblan las columnas.", "The rows double and the columns double."),
        "b": Text("Los pesos aprendidos, no; la matriz de atención tiene un número por pareja de símbolos.",
                  "The learned weights do not; the attention matrix has a number per pair of symbols."),
        "d": Text("Hay más parejas, y cada una cuesta lo mismo: d multiplicaciones.",
                  "There are more pairs, and each costs the same: d multiplications."),
    },
    "q10": {
        "a": Text("Una máscara tapa. No corre el mapa un sitio.", "A mask hides. It does not shift the map by one place."),
        "b": Text("Entre dos idiomas el orden cambia: «la casa blanca», “the white house”.",
                  "Between two languages the order changes: “la casa blanca”, “the white house”."),
        "d": Text("El peso dice de dónde se tomó un valor. Para hablar de causas hay que cambiar la palabra y mirar.",
                  "The weight says where a value was taken from. To speak of causes one must change the word and look."),
    },
}

exercise = make_quiz(
    "quiz_attention",
    hints=(
        Text("Las preguntas 1 y 2 están en 4.3; la 7 y la 8, en 4.7 y 4.9; la 9 y la 10, en la lección.",
             "Questions 1 and 2 are in 4.3; 7 and 8, in 4.7 and 4.9; 9 and 10, in the lesson."),
        Text("Ante la duda, hazlo: dos filas de números y tres líneas de código contestan la 3, la 4, la 5 y la 8.",
             "When in doubt, do it: two rows of numbers and three lines of code answer 3, 4, 5 and 8."),
    ),
    titles=TITLES, right=RIGHT, wrong=WRONG,
)
