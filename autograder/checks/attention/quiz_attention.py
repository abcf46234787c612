"""Quiz of the unit: the right option of each question, and the reason why each other one is wrong."""

from autograder.quiz import make_quiz
from autograder.text import Text

TITLES = {
    "q1": Text("Cuánto se dispersa un producto", "How far a product spreads"),
    "q2": Text("Sin la raíz", "Without the root"),
    "q3": Text("Una clave repetida", "A key given twice"),
    "q4": Text("Palabras reordenadas", "Words reordered"),
    "q5": Text("Todo tapado", "Everything hidden"),
    "q6": Text("Demasiado bueno", "Too good"),
    "q7": Text("La raíz de cada cabeza", "The root of each head"),
    "q8": Text("Un solo reshape", "A single reshape"),
    "q9": Text("Lo que ocupan los pesos", "The room that weights take"),
    "q10": Text("Fuera de la diagonal", "Off the diagonal"),
}
RIGHT = {"q1": "b", "q2": "d", "q3": "c", "q4": "b", "q5": "a", "q6": "d", "q7": "a", "q8": "b", "q9": "c", "q10": "c"}
WRONG = {
    "q1": {
        "a": Text("Cada sumando tiene varianza 1, y hay 400 independientes: las varianzas se suman.",
                  "Each term has variance 1, and there are 400 independent ones: variances add up."),
        "c": Text("400 es la varianza. La desviación estándar es su raíz.", "400 is the variance. The standard deviation is its root."),
        "d": Text("Es un producto de una consulta con una clave: las demás claves no intervienen.",
                  "It is the product of a query with one key: the other keys have no part in it."),
    },
    "q2": {
        "a": Text("Es al revés: puntuaciones de desviación estándar 23 dan pesos picudos, no parejos.",
                  "It is the other way round: scores of standard deviation 23 give sharp weights, not even ones."),
        "b": Text("La softmax de PyTorch resta el máximo y no se desborda. El daño es silencioso.",
                  "PyTorch's softmax subtracts the maximum and does not overflow. The damage is silent."),
        "c": Text("Tendrían que encogerse, y el gradiente que se lo diría es justo el que apenas vuelve.",
                  "They would have to shrink, and the gradient that would tell them is the very one that hardly comes back."),
    },
    "q3": {
        "a": Text("La softmax suma una exponencial por cada clave que haya, iguales o no: dos copias, dos exponenciales.",
                  "The softmax adds one exponential for each key there is, equal or not: two copies, two exponentials."),
        "b": Text("Las dos copias tienen la misma puntuación, y con ella el mismo peso: ninguna es la primera para la softmax.",
                  "Both copies have the same score, and so the same weight: neither comes first for the softmax."),
        "d": Text("El denominador también crece: solo se doblaría un peso que fuera casi 0.",
                  "The denominator grows too: only a weight that was nearly 0 would double."),
    },
    "q4": {
        "a": Text("Nada en la cuenta dice quién está al lado: solo cuentan los números de cada palabra.",
                  "Nothing in the computation says which word is next to which: only the numbers of each word count."),
        "c": Text("Cada palabra pregunta con su propia consulta, y recibe su propia mezcla.",
                  "Each word asks with its own query, and receives its own mixture."),
        "d": Text("No es cosa de entrenar: lo que no entra en la cuenta no se aprende.",
                  "It is not a matter of training: what does not enter the computation cannot be learned."),
    },
    "q5": {
        "b": Text("Eso hace −∞, que da 0 entre 0. Con −1e9 cada exponencial se calcula respecto al máximo, que también es −1e9.",
                  "That is what −∞ does: 0 over 0. With −1e9 each exponential is taken relative to the maximum, which is −1e9 too."),
        "c": Text("La softmax siempre suma 1: no sabe que todo estaba tapado.",
                  "The softmax always adds up to 1: it does not know that everything was hidden."),
        "d": Text("Al cambiarlas por −1e9 se perdieron: quedan todas iguales.",
                  "They were lost when −1e9 took their place: all are equal now."),
    },
    "q6": {
        "a": Text("Ningún texto es tan fácil: 0.0001 nats es no dudar nunca de la palabra siguiente.",
                  "No text is that easy: 0.0001 nats is never doubting the next word."),
        "b": Text("Más cabezas no enseñan el futuro.", "More heads do not show the future."),
        "c": Text("Una tasa baja hace bajar la pérdida despacio, no de golpe.",
                  "A low rate makes the loss fall slowly, not all at once."),
    },
    "q7": {
        "b": Text("512 son los números de las ocho cabezas juntas. El producto escalar de cada una suma 64 productos.",
                  "512 are the numbers of the eight heads together. The dot product of each adds up 64 products."),
        "c": Text("8 es el número de cabezas. La dispersión depende de cuántos productos se suman, no de cuántas cabezas haya.",
                  "8 is the number of heads. The spread depends on how many products are added up, not on how many heads there are."),
        "d": Text("64 es la varianza. Dividir por ella deja los pesos casi iguales.",
                  "64 is the variance. Dividing by it leaves the weights nearly equal."),
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
        "a": Text("Los pesos no son uno por símbolo y cabeza: hay uno por cada pareja de símbolos.",
                  "There is not one weight per symbol and head: there is one per pair of symbols."),
        "b": Text("Esa es la matriz de una cabeza. Cada una tiene la suya.", "That is the matrix of one head. Each has its own."),
        "d": Text("`d_model` no entra: de cada pareja y cabeza se guarda un solo número.",
                  "`d_model` plays no part: a single number is kept for each pair and head."),
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
