"""Quiz of the unit: the right option of each question, and the reason why each other one is wrong."""

from autograder.quiz import make_quiz
from autograder.text import Text

TITLES = {
    "q1": Text("Cuántos vectores", "How many vectors"),
    "q2": Text("Parches la mitad de grandes", "Patches half as large"),
    "q3": Text("Barajar sin posiciones", "Shuffling without positions"),
    "q4": Text("Lo que una CNN trae puesto", "What a CNN has built in"),
    "q5": Text("Cien dígitos", "A hundred digits"),
    "q6": Text("La misma cuenta", "The same sum"),
    "q7": Text("Estirar de más", "Stretching too much"),
    "q8": Text("La esquina clara", "The bright corner"),
    "q9": Text("La puerta casi cerrada", "The gate nearly closed"),
    "q10": Text("Dos maneras para dos", "Two ways for two"),
}
RIGHT = {"q1": "a", "q2": "c", "q3": "d", "q4": "b", "q5": "c", "q6": "b", "q7": "a", "q8": "d", "q9": "b", "q10": "c"}
WRONG = {
    "q1": {
        "b": Text("Esos son los parches, 14 por 14. Falta uno en la fila.",
        "Those are the patches, 14 by 14. One is missing in the row."),
        "c": Text("14 son los parches de un lado.", "14 are the patches of one side."),
        "d": Text("Esos son los píxeles. Se leen parches.", "Those are the pixels. Patches are what is read."),
    },
    "q2": {
        "a": Text("El lado del parche se parte por la mitad en los dos ejes.", "The side of the patch is halved along both axes."),
        "b": Text("Eso es lo que crece el número de parches. La tabla es de todos con todos.",
                  "That is how much the number of patches grows. The table pairs every one with every other."),
        "d": Text("Los pesos de la atención no cambian; la tabla, que no es un peso, sí.",
                  "The weights of attention do not change; the table, which is no weight, does."),
    },
    "q3": {
        "a": Text("La atención suma sobre un conjunto: el orden no entra en la cuenta.",
                  "Attention adds up over a set: the order does not come into it."),
        "c": Text("Con posiciones, un parche en otro sitio es otro vector.",
                  "With positions, a patch in another place is another vector."),
        "b": Text("Eso les pasa a las salidas de los parches; la puntuación se lee del testigo de clase.",
                  "That happens to the outputs of the patches; the score is read from the class token."),
    },
    "q4": {
        "a": Text("Las clases se aprenden de las etiquetas en los dos casos.", "Classes are learned from the labels in both cases."),
        "c": Text("Al contrario: sus filtros hacen lo mismo en cualquier sitio.",
                  "On the contrary: its filters do the same in any place."),
        "d": Text("Los pesos, sí. La forma de la red ya dice qué píxeles se juntan.",
                  "The weights, yes. The form of the network already says which pixels are joined."),
    },
    "q5": {
        "a": Text("Cuántos pesos hay no dice cómo están unidos, y eso cambia lo que cuesta aprender.",
                  "How many weights there are does not say how they are joined, and that changes what has to be learned."),
        "b": Text("Con 1347 dígitos el ViT acierta el 95 %: sirve.",
                  "With 1347 digits the ViT gets 95% right: it is good for something."),
        "d": Text("Con 1347 dígitos sigue por delante la CNN. En el artículo hicieron falta cientos de millones de fotos.",
                  "With 1347 digits the CNN is still ahead. In the paper it took hundreds of millions of photographs."),
    },
    "q6": {
        "a": Text("`conv2d` espera los números de cada filtro en otro orden, y `reshape` no los mueve.",
                  "`conv2d` expects the numbers of each filter in another order, and `reshape` does not move them."),
        "c": Text("Con varios también, si se reordenan.", "With several too, if they are reordered."),
        "d": Text("La capa lineal es la misma para todos los parches: también los comparte.",
                  "The linear layer is the same for all patches: it shares them too."),
    },
    "q7": {
        "b": Text("La interpolación mezcla vecinos: ya no sería la misma fila.",
                  "Interpolation mixes neighbours: it would no longer be the same row."),
        "c": Text("No se duplica: se cuela en la rejilla y descoloca a los demás.",
                  "It is not doubled: it slips into the grid and puts the others out of place."),
        "d": Text("En una cuadrada también sobra uno: $N + 1$ no es el tamaño de la rejilla.",
                  "In a square one there is one too many as well: $N + 1$ is not the size of the grid."),
    },
    "q8": {
        "a": Text("El mapa dice de dónde viene lo que se lee, no qué peso tiene en la decisión.",
                  "The map says where what is read comes from, not how much it weighs in the decision."),
        "b": Text("Puede estar bien: los parches vacíos se usan a veces como sitio donde apuntar cosas.",
                  "It may be right: empty patches are sometimes used as a place to note things down."),
        "c": Text("Eso se ve comparando el acierto en los datos de entrenamiento y en los nuevos.",
                  "That is seen by comparing the accuracy on training data and on new data."),
    },
    "q9": {
        "a": Text("Son complementarias: lo que pierde una lo gana la otra.", "They are complementary: what one loses the other gains."),
        "c": Text("Al revés: la primera va multiplicada por $z$.", "The other way round: the first is multiplied by $z$."),
        "d": Text("La media sería $z = 1/2$.", "The mean would be $z = 1/2$."),
    },
    "q10": {
        "a": Text("Aquella tiene una puerta y su complemento; esta, dos.", "That one has a gate and its complement; this one, two."),
        "b": Text("No hay softmax: cada una es una sigmoide.", "There is no softmax: each is a sigmoid."),
        "d": Text("Sigue habiendo una por rasgo, y por fuente.", "There is still one for each feature, and for each source."),
    },
}

exercise = make_quiz(
    "quiz_vit", titles=TITLES, right=RIGHT, wrong=WRONG,
    hints=(
        Text("Devuelve un diccionario con las diez claves: `{\"q1\": \"d\", \"q2\": \"a\", …}`.",
             "Return a dictionary with the ten keys: `{\"q1\": \"d\", \"q2\": \"a\", …}`."),
        Text("Muchas se pueden probar con lo que has escrito: q3 con `VisionTransformer`, q6 con `linear_to_conv`, q7 con "
             "`resize_positions`.",
             "Many can be tried out with what you wrote: q3 with `VisionTransformer`, q6 with `linear_to_conv`, q7 with "
             "`resize_positions`."),
    ),
)
