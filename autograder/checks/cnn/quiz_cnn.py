"""Quiz of the unit: the right option of each question, and the reason why each other one is wrong."""

from autograder.quiz import make_quiz
from autograder.text import Text

TITLES = {
    "q1": Text("Imágenes más grandes", "Larger pictures"),
    "q2": Text("El filtro dado la vuelta", "The filter flipped"),
    "q3": Text("Dos de 3 × 3 o una de 5 × 5", "Two of 3 × 3 or one of 5 × 5"),
    "q4": Text("El dígito se mueve", "The digit moves"),
    "q5": Text("Sin eval", "Without eval"),
    "q6": Text("Un bloque apagado", "A block switched off"),
    "q7": Text("La MLP y la baraja", "The MLP and the shuffle"),
    "q8": Text("La convolución y la baraja", "Convolution and the shuffle"),
    "q9": Text("Diez deportes", "Ten sports"),
    "q10": Text("La escala de la prueba", "The scale of the test"),
}
RIGHT = {"q1": "c", "q2": "a", "q3": "d", "q4": "b", "q5": "c", "q6": "b", "q7": "d", "q8": "a", "q9": "b", "q10": "d"}
WRONG = {
    "q1": {
        "a": Text("Los filtros no crecen con la imagen: los mismos pesos pasan por más sitios. Crece el cálculo, no los parámetros.",
                  "Filters do not grow with the picture: the same weights go over more places. The work grows, not the parameters."),
        "b": Text("El lado de la imagen no aparece en la cuenta: 32 · 16 · 9 pesos y 32 sesgos, mida lo que mida.",
                  "The side of the picture is not in the sum: 32 · 16 · 9 weights and 32 biases, whatever it measures."),
        "d": Text("Cada filtro tiene 3 · 3 pesos por cada uno de los 16 canales que entran, y además su sesgo.",
                  "Each filter has 3 · 3 weights for each of the 16 channels that come in, and its bias besides."),
    },
    "q2": {
        "b": Text("Se da la vuelta al filtro, no a la imagen, y un filtro de bordes dado la vuelta sigue siendo de bordes.",
                  "The filter is flipped, not the picture, and an edge filter flipped is still an edge filter."),
        "c": Text("Son las mismas multiplicaciones y sumas, en otro orden: cuesta lo mismo.",
                  "The multiplications and sums are the same, in another order: it costs the same."),
        "d": Text("Que dos convoluciones lineales conmuten no basta: entre las capas hay relu, y los canales no encajarían.",
                  "That two linear convolutions commute is not enough: there is relu between layers, and channels would not fit."),
    },
    "q3": {
        "a": Text("3 píxeles, y la segunda añade 2: también ven 5.", "3 pixels, and the second adds 2: they see 5 as well."),
        "b": Text("Los filtros se solapan: la segunda solo añade k − 1 = 2 píxeles. 3 + 2 = 5.",
                  "Filters overlap: the second only adds k − 1 = 2 pixels. 3 + 2 = 5."),
        "c": Text("Con los mismos canales C, dos tienen 18 C² pesos y una 25 C²: no pueden dar todas las de 5 × 5.",
                  "With the same C channels, two have 18 C² weights and one has 25 C²: they cannot make every 5 × 5."),
    },
    "q4": {
        "a": Text("El mapa cambia: lo que respondía en un sitio responde ahora en otro. Invariante será el máximo de todo el mapa.",
                  "The map changes: what answered in one place now answers in another. What is invariant is the "
                  "maximum of the whole map."),
        "c": Text("El filtro hace la misma cuenta en el sitio nuevo: los valores son idénticos.",
                  "The filter does the same sum in the new place: the values are identical."),
        "d": Text("Los pesos no tienen sitio: son los mismos en toda la imagen.",
                  "The weights have no place: they are the same all over the picture."),
    },
    "q5": {
        "a": Text("Los pesos sí, pero la normalización hace otra cuenta en cada modo.",
                  "The weights are, but normalization does another sum in each mode."),
        "b": Text("Cada canal tiene muchos píxeles, así que PyTorch puede medir y no avisa.",
                  "Each channel has many pixels, so PyTorch can measure, and says nothing."),
        "d": Text("Cada canal se desplaza y se escala de otra manera: el orden de las puntuaciones puede cambiar.",
                  "Each channel is shifted and scaled in another way: the order of the scores may change."),
    },
    "q6": {
        "a": Text("Se apaga la rama, no el atajo: por él sigue llegando x.",
                  "The branch is switched off, not the shortcut: x still comes along it."),
        "c": Text("Las convoluciones quedan multiplicadas por 0. Solo pasa el atajo, que aquí no tiene pesos.",
                  "The convolutions are multiplied by 0. Only the shortcut gets through, and here it has no weights."),
        "d": Text("La salida del bloque cambia en el acto: pierde todo lo que añadía la rama.",
                  "The output of the block changes at once: it loses all that the branch added."),
    },
    "q7": {
        "a": Text("Si solo memorizara, fallaría con los dígitos nuevos en los dos casos, y acierta mucho más que el azar.",
                  "If it only learnt by heart it would fail on new digits in both cases, and it does much better than chance."),
        "b": Text("Sí puede bajar: al azar acertaría el 10 %, y se queda muy por encima.",
                  "It can fall: by chance it would get 10%, and it stays far above."),
        "c": Text("No necesita deshacer nada: para él, cualquier orden de los píxeles es tan bueno como otro.",
                  "It need not undo anything: to it, any order of the pixels is as good as another."),
    },
    "q8": {
        "b": Text("Sirven donde los vecinos van juntos y lo mismo aparece en varios sitios: también en fotos, sonido o texto.",
                  "They serve where neighbours belong together and the same turns up in several places: photographs, "
                  "sound or text too."),
        "c": Text("La MLP, con casi los mismos parámetros, acierta más. No es cuestión de cuántos, sino de qué pueden expresar.",
                  "The MLP, with almost as many parameters, gets more right. It is not about how many, but about what "
                  "they can express."),
        "d": Text("La baraja se puede deshacer, así que no borra nada. La MLP lo demuestra: ni se entera.",
                  "The shuffle can be undone, so it wipes out nothing. The MLP proves it: it does not even notice."),
    },
    "q9": {
        "a": Text("Las fotos de la prueba no, pero sus copias giradas sí: la red ya las ha visto.",
                  "The photographs of the test were not, but their rotated copies were: the network has seen them."),
        "c": Text("Con más prueba pasaría igual: el problema es que las copias cayeron en los dos lados.",
                  "A larger test would fare alike: the trouble is that copies fell on both sides."),
        "d": Text("La prueba debe parecerse a las fotos que vendrán, no al entrenamiento aumentado, y las copias "
        "siguen en los dos lados.",
                  "The test should resemble the photographs to come, not augmented training, and the copies are still on both sides."),
    },
    "q10": {
        "a": Text("Entonces una misma imagen puntuaría distinto según qué otras la acompañen, y una sola no se podría clasificar.",
                  "Then one picture would score differently depending on its company, and a single one could not be classified."),
        "b": Text("Así la prueba se cuela en el entrenamiento, y su acierto deja de ser el de datos nuevos.",
                  "That way the test leaks into training, and its accuracy is no longer that of new data."),
        "c": Text("La red aprendió con números escalados: sin escalar, los nuevos significan otra cosa.",
                  "The network learnt on scaled numbers: unscaled, the new ones mean another thing."),
    },
}

exercise = make_quiz(
    "quiz_cnn", titles=TITLES, right=RIGHT, wrong=WRONG,
    hints=(
        Text("Devuelve un diccionario con las diez claves: `{\"q1\": \"a\", \"q2\": \"d\", …}`.",
             "Return a dictionary with the ten keys: `{\"q1\": \"a\", \"q2\": \"d\", …}`."),
        Text("Muchas se pueden probar: q1 con `count_params`, q3 con `receptive_field`, q4 con `conv2d_forward`, q6 "
             "con `ResidualBlock`.",
             "Many can be tried out: q1 with `count_params`, q3 with `receptive_field`, q4 with `conv2d_forward`, q6 "
             "with `ResidualBlock`."),
    ),
)
