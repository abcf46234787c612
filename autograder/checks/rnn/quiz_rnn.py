"""Quiz of the unit: the right option of each question, and the reason why each other one is wrong."""

from autograder.quiz import make_quiz
from autograder.text import Text

TITLES = {
    "q1": Text("La LSTM de fábrica", "The LSTM as it comes"),
    "q2": Text("El sesgo de olvido", "The forget bias"),
    "q3": Text("Recortar lo que se desvanece", "Clipping what vanishes"),
    "q4": Text("Cien símbolos atrás", "A hundred symbols back"),
    "q5": Text("Lotes barajados", "Shuffled batches"),
    "q6": Text("Perplejidad 30 de 30", "Perplexity 30 of 30"),
    "q7": Text("Una pérdida muy baja", "A very low loss"),
    "q8": Text("Diez veces, y entre diez", "Ten times, and by ten"),
    "q9": Text("Lo que ve cada modelo", "What each model sees"),
    "q10": Text("El doble de pasos", "Twice the steps"),
}
RIGHT = {"q1": "d", "q2": "b", "q3": "c", "q4": "a", "q5": "b", "q6": "d", "q7": "c", "q8": "b", "q9": "a", "q10": "c"}
WRONG = {
    "q1": {
        "a": Text("Eso es lo medido con unos pesos de nacimiento. Con otro sesgo de olvido, la LSTM llega al 100 % a 30 pasos.",
                  "That was measured with one way of being born. With another forget bias, the LSTM gets 100% at 30 steps."),
        "b": Text("Las puertas permiten recordar; no obligan. Si nacen a medias, la memoria se reduce a la mitad en cada paso.",
                  "Gates allow remembering; they do not compel it. Born half open, they halve the memory at each step."),
        "c": Text("Con más números, cada uno se olvida igual de deprisa.", "With more numbers, each is forgotten just as fast."),
    },
    "q2": {
        "a": Text("El sesgo es un peso como los demás, y la puerta sigue aprendiendo.",
                  "The bias is a weight like any other, and the gate goes on learning."),
        "c": Text("La puerta de olvido multiplica la memoria anterior, no la entrada, y por menos de 1.",
                  "The forget gate multiplies the memory before, not the input, and by less than 1."),
        "d": Text("Una sigmoide no pasa de 1: lo guardado se conserva o se encoge.",
                  "A sigmoid does not exceed 1: what is stored is kept or shrinks."),
    },
    "q3": {
        "a": Text("Un recorte bien escrito no estira: por debajo del límite no toca nada.",
                  "A well-written clip does not stretch: below the limit it touches nothing."),
        "b": Text("Se multiplica todo por el mismo factor: la proporción entre los pasos no cambia.",
                  "All is multiplied by one factor: the proportion between the steps does not change."),
        "d": Text("Por debajo de `max_norm`, el gradiente queda como estaba.", "Below `max_norm`, the gradient stays as it was."),
    },
    "q4": {
        "b": Text("`.detach()` conserva el valor; solo corta el grafo por el que volvería el gradiente.",
                  "`.detach()` keeps the value; it only cuts the graph along which the gradient would come back."),
        "c": Text("El grafo se corta entre lotes: ningún gradiente pasa de 20 pasos.",
                  "The graph is cut between batches: no gradient goes beyond 20 steps."),
        "d": Text("Además de sus símbolos, recibe el estado, que resume lo anterior.",
                  "Besides its symbols it receives the state, which sums up what came before."),
    },
    "q5": {
        "a": Text("Barajar ayuda cuando los ejemplos son independientes. Estos continúan unos a otros.",
                  "Shuffling helps where examples are independent. These go on from one another."),
        "c": Text("Las formas son las mismas: no hay error, y por eso cuesta verlo.",
                  "The shapes are the same: there is no error, and that is why it is hard to see."),
        "d": Text("Se leen todos los lotes. Lo que se rompe es que unos continúen a otros.",
                  "All batches are read. What breaks is their going on from one another."),
    },
    "q6": {
        "a": Text("Al azar también se acierta uno de cada 30.", "By chance one is right once in 30, too."),
        "b": Text("Al revés: la mejor perplejidad es 1, cuando acierta sin dudar.",
                  "The other way round: the best perplexity is 1, when it is right without a doubt."),
        "c": Text("La perplejidad ya está medida en el texto: e elevado a la pérdida, ln 30.",
                  "Perplexity is already measured on the text: e to the loss, ln 30."),
    },
    "q7": {
        "a": Text("Solo si mide lo que importa. Predecir siempre relleno no es leer.",
                  "Only if it measures what matters. Always predicting padding is not reading."),
        "b": Text("La perplejidad sale de la misma media, con el mismo relleno dentro.",
                  "Perplexity comes from the same mean, with the same padding in it."),
        "d": Text("Baja: el relleno, siempre igual, se aprende enseguida y casi no aporta pérdida.",
                  "It falls: padding, always the same, is learned at once and adds hardly any loss."),
    },
    "q8": {
        "a": Text("Saldrían más monótonos con temperatura 1. La temperatura 10 deshace justo ese cambio.",
                  "They would be more monotonous with temperature 1. Temperature 10 undoes just that change."),
        "c": Text("La temperatura 10 los haría más variados sobre las puntuaciones de antes, pero ahora son diez veces mayores.",
                  "Temperature 10 would make them more varied on the scores of before, but now those are ten times as large."),
        "d": Text("Las probabilidades son idénticas: con la misma semilla sale el mismo texto.",
                  "The probabilities are identical: with the same seed the same text comes out."),
    },
    "q9": {
        "b": Text("El estado puede guardar algo de hace 40 símbolos. Si lo guarda o no, depende del entrenamiento.",
                  "The state can keep something from 40 symbols ago. Whether it does depends on training."),
        "c": Text("La convolución no lleva nada consigo: sus 16 símbolos son iguales en los dos textos.",
                  "A convolution carries nothing along: its 16 symbols are the same in both texts."),
        "d": Text("Puede, pero no es seguro: quizá ya lo olvidó.", "It may, but it is not certain: perhaps it has forgotten."),
    },
    "q10": {
        "a": Text("Los pesos son los mismos en todos los pasos, sean 50 o 100.", "The weights are the same at all steps, be they "
                                                                                 "50 or 100."),
        "b": Text("El estado mide siempre lo mismo: ahí tiene que caber todo lo leído.",
                  "The state always has the same size: all that was read has to fit in there."),
        "d": Text("Cada paso necesita el estado del anterior: no se pueden calcular a la vez.",
                  "Each step needs the state of the one before: they cannot be computed at once."),
    },
}

exercise = make_quiz(
    "quiz_rnn", titles=TITLES, right=RIGHT, wrong=WRONG,
    hints=(
        Text("Devuelve un diccionario con las diez claves: `{\"q1\": \"a\", \"q2\": \"d\", …}`.",
             "Return a dictionary with the ten keys: `{\"q1\": \"a\", \"q2\": \"d\", …}`."),
        Text("Muchas se pueden probar: q2 y q3 con `grad_reach` y `clip_grad_norm`, q6 con `perplexity`, q8 con `sample`.",
             "Many can be tried out: q2 and q3 with `grad_reach` and `clip_grad_norm`, q6 with `perplexity`, q8 with `sample`."),
    ),
)
