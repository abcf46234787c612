"""Quiz of the unit: the right option of each question, and the reason why each other one is wrong."""

from autograder.quiz import make_quiz
from autograder.text import Text

TITLES = {
    "q1": Text("Diez capas lineales", "Ten linear layers"),
    "q2": Text("La pérdida antes de entrenar", "The loss before training"),
    "q3": Text("Sin zero_grad", "Without zero_grad"),
    "q4": Text("Un nodo usado dos veces", "A node used twice"),
    "q5": Text("Todos los pesos iguales", "All weights equal"),
    "q6": Text("Entrenamiento perfecto", "Perfect training"),
    "q7": Text("Dropout al predecir", "Dropout in prediction"),
    "q8": Text("Mil veces la pérdida", "A thousand times the loss"),
    "q9": Text("El mejor de cuarenta", "The best of forty"),
    "q10": Text("El día de la semana como número", "The weekday as a number"),
}
RIGHT = {"q1": "b", "q2": "c", "q3": "d", "q4": "a", "q5": "c", "q6": "b", "q7": "a", "q8": "d", "q9": "b", "q10": "c"}
WRONG = {
    "q1": {
        "a": Text("El ancho no ayuda: un producto de matrices es otra matriz, por anchas que sean.",
                  "Width does not help: a product of matrices is another matrix, however wide they are."),
        "c": Text("Un polinomio multiplica las entradas entre sí. Una capa lineal solo las pesa y las suma, y diez seguidas también.",
                  "A polynomial multiplies inputs by each other. A linear layer only weighs and adds them, and so do ten in a row."),
        "d": Text("Varias rectas piden algo que doble el espacio entre capa y capa. Sin activación nada lo dobla.",
                  "Several straight borders need something that bends space between the layers. Without activation nothing does."),
    },
    "q2": {
        "a": Text("Quien no sabe nada reparte por igual y pierde ln 10, unos 2.3. Perder 9.8 es equivocarse con mucha seguridad.",
                  "A network that knows nothing splits evenly, and its loss is ln 10, about 2.3. With 9.8 it is very sure, and wrong."),
        "b": Text("Antes de entrenar los datos aún no cuentan: con cualquier dato, una red indecisa pierde ln 10, unos 2.3.",
                  "Before training the data do not count yet: on any data, the loss of an undecided network is ln 10, about 2.3."),
        "d": Text("Todavía no se ha dado ningún paso, así que la tasa de aprendizaje no ha podido hacer nada.",
                  "No step has been taken yet, so the learning rate cannot have done anything."),
    },
    "q3": {
        "a": Text("PyTorch no avisa: acumular gradientes es útil a veces (lotes muy grandes por partes), así que lo permite.",
                  "PyTorch says nothing: adding gradients up is useful at times (very large batches in parts), so it allows it."),
        "b": Text("`backward()` no sobrescribe `p.grad`: suma lo nuevo a lo que ya había.",
                  "`backward()` does not overwrite `p.grad`: it adds the new to what was there."),
        "c": Text("No se repite el gradiente de ahora: se le suman los de todos los pasos anteriores, que apuntaban desde otro sitio.",
                  "The present gradient is not repeated: those of all earlier steps, which pointed from elsewhere, are added to it."),
    },
    "q4": {
        "b": Text("Quedarse con el último camino pierde el otro: al mover a, y cambia por los dos a la vez.",
                  "Keeping the last path loses the other: when a moves, y changes through both at once."),
        "c": Text("No se promedia: los dos cambios en y ocurren a la vez, y se suman enteros.",
                  "There is no averaging: both changes in y happen at once, and they add up in full."),
        "d": Text("Se multiplica a lo largo de un camino; los caminos distintos se suman.",
                  "One multiplies along a path; different paths are added."),
    },
    "q5": {
        "a": Text("Nunca llegan a distinguirse: a igual peso, igual salida, igual gradiente e igual paso, una y otra vez.",
                  "They never come to differ: equal weights, equal outputs, equal gradients and equal steps, again and again."),
        "b": Text("Solo en el primer paso, y solo el de la capa oculta. Los pesos de salida sí se mueven, y desde ahí cada unidad "
                  "oculta recibe un gradiente: el mismo para todas.",
                  "Only at the very first step, and only for the hidden layer. The output weights do move, and from then on every "
                  "hidden unit gets a gradient: the same one."),
        "d": Text("Los datos varían, pero cada ejemplo llega igual a todas las unidades: nada distingue a una de otra.",
                  "The data vary, but each example reaches all units alike: nothing tells one from another."),
    },
    "q6": {
        "a": Text("En entrenamiento ya no queda nada que aprender: seguir solo aprende mejor el ruido, y la validación empeora.",
                  "In training there is nothing left to learn: going on only learns the noise better, and validation gets worse."),
        "c": Text("Más capacidad ayuda cuando no se llega a aprender el entrenamiento. Aquí ya se aprendió de memoria.",
                  "More capacity helps where training cannot be learned. Here it has been learned by heart already."),
        "d": Text("La validación está para medir: si entrenas con ella, dejas de saber cómo va la red con datos nuevos.",
                  "Validation is there to measure: once you train on it, you no longer know how the network does on new data."),
    },
    "q7": {
        "b": Text("Apagar al azar al predecir hace que la misma entrada reciba respuestas distintas.",
                  "Zeroing units at random in prediction gives the same input different answers."),
        "c": Text("Ese era el dropout del artículo original. El invertido ya escaló al entrenar: escalar otra vez corrige dos veces.",
                  "That was the dropout of the original paper. The inverted one scaled in training: scaling again corrects twice."),
        "d": Text("El factor 2 se aplica al entrenar, a los supervivientes. Al predecir están todos y no falta nada.",
                  "The factor 2 is applied in training, to the survivors. In prediction all are present and nothing is missing."),
    },
    "q8": {
        "a": Text("Eso haría SGD. Adam divide entre la raíz de v, que también crece mil veces.",
                  "SGD would do that. Adam divides by the root of v, which grows a thousand times too."),
        "b": Text("La media del gradiente también crece mil veces: arriba y abajo el factor se cancela.",
                  "The mean of the gradient grows a thousand times too: above and below, the factor cancels."),
        "c": Text("Adam normaliza: el tamaño del paso lo pone lr, no el tamaño del gradiente, así que no hay motivo para que diverja.",
                  "Adam normalises: lr sets the size of the step, not the size of the gradient, so it has no reason to diverge."),
    },
    "q9": {
        "a": Text("No entrenaste con la prueba, pero elegiste con ella: la mejor de cuarenta es también la que tuvo más suerte.",
                  "You did not train on the test set, but you chose with it: the best of forty is also the luckiest."),
        "c": Text("Es al revés: al elegir la mejor entre cuarenta medidas con ruido, el ruido juega a favor.",
                  "It is the other way round: choosing the best of forty noisy measurements, the noise works in favour."),
        "d": Text("Una prueba grande reduce el ruido, pero no lo quita, y cuarenta intentos lo aprovechan. Se elige con otros datos.",
                  "A large test set reduces the noise but does not remove it, and forty attempts exploit it. Choose with other data."),
    },
    "q10": {
        "a": Text("Nada en los números 0 a 6 dice que el 6 y el 0 son vecinos: la red tendría que descubrirlo, ReLU a ReLU.",
                  "Nothing in the numbers 0 to 6 says that 6 and 0 are neighbours: the network would have to find out, ReLU by ReLU."),
        "b": Text("Un embedding de dimensión 1 aprende un valor libre para cada día; el código impone siete valores en fila.",
                  "An embedding of dimension 1 learns a free value for each day; the code imposes seven values in a row."),
        "d": Text("No hay ningún error: la red acepta el número y aprende peor, sin avisar. Por eso es peligroso.",
                  "There is no error: the network accepts the number and learns worse, without a word. That is the danger."),
    },
}

exercise = make_quiz(
    "quiz_mlp", titles=TITLES, right=RIGHT, wrong=WRONG,
    hints=(
        Text("Devuelve un diccionario con las diez claves: `{\"q1\": \"a\", \"q2\": \"d\", …}`.",
             "Return a dictionary with the ten keys: `{\"q1\": \"a\", \"q2\": \"d\", …}`."),
        Text("Muchas se pueden probar: abre una celda y haz el experimento en tres líneas antes de contestar.",
             "Many can be tried out: open a cell and run the experiment in three lines before you answer."),
    ),
)
