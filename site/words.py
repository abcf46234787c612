"""What the site says by itself, in both languages of the course."""

from autograder.text import Text

NAME = Text("Atiende", "Atiende")
LESSON, ASSIGNMENT = Text("Lección", "Lesson"), Text("Tarea", "Assignment")
SOLVED = Text("Tarea resuelta", "Solved assignment")
OPEN_IN_COLAB = Text("Abrir en Colab", "Open in Colab")
DOWNLOAD = Text("Descargar el cuaderno", "Download the notebook")
POINTS = Text("puntos", "points")
HINT = Text("Pista {n} de {total}", "Hint {n} of {total}")
SOLUTION = Text("Ver una solución de `{name}`", "See a solution of `{name}`")
GUIDE = Text("Ver la guía de corrección", "See the marking guide")
TRY_FIRST = Text(
    "Esta página es la tarea con sus soluciones plegadas. Se aprende escribiéndola: abre el cuaderno, donde cada `check` te "
    "dice qué falla, y vuelve aquí cuando quieras comparar.",
    "This page is the assignment with its solutions folded away. One learns it by writing it: open the notebook, where each "
    "`check` tells you what fails, and come back here when you want to compare.",
)
UNITS, GUIDES, MORE = Text("El camino", "The road"), Text("Cómo usarlo", "How to use it"), Text("Para consultar", "To look up")
GLOSSARY, REFERENCES = Text("Glosario", "Glossary"), Text("Referencias", "References")
GLOSSARY_INTRO = Text(
    "Un término por idea, el mismo en todo el curso. El enlace lleva a la lección donde aparece primero.",
    "One term for each idea, the same throughout the course. The link leads to the lesson where it first appears.",
)
REFERENCES_INTRO = Text(
    "Los artículos, libros y páginas que cada lección recomienda, con el porqué.",
    "The papers, books and pages that each lesson recommends, and why.",
)
TERM, OTHER_TERM, APPEARS = Text("Término", "Term"), Text("En inglés", "In Spanish"), Text("Aparece en", "Appears in")
BUILDS = {  # what one has in hand after a unit
    "mlp": Text("Un motor que deriva solo y una red que aprende con él.",
        "An engine that differentiates by itself, and a network that learns with it."),  # fmt: skip
    "cnn": Text("Una red que lee dígitos aunque se muevan.", "A network that reads digits even when they move."),
    "detector": Text("Un detector que encuentra células en una sola mirada.",
        "A detector that finds cells in a single look."),  # fmt: skip
    "rnn": Text("Una LSTM que recuerda y un modelo que escribe letra a letra.",
        "An LSTM that remembers, and a model that writes letter by letter."),  # fmt: skip
    "attention": Text("Atención con varias cabezas y un traductor que muestra adónde mira.",
        "Multi-head attention, and a translator that shows where it looks."),  # fmt: skip
    "transformer": Text("El Transformer completo, entrenado para traducir.",
        "The whole Transformer, trained to translate."),  # fmt: skip
    "bert": Text("Un BERT que adivina palabras tapadas y aprende a clasificar.",
        "A BERT that guesses hidden words and learns to classify."),  # fmt: skip
    "gpt": Text("Un GPT que escribe, con su tokenizador y su caché.",
        "A GPT that writes, with its tokenizer and its cache."),  # fmt: skip
    "vit": Text("Un Transformer que ve: imágenes cortadas en parches.",
        "A Transformer that sees: images cut into patches."),  # fmt: skip
}
ROAD = Text("El camino del curso, unidad por unidad", "The road of the course, unit by unit")
SEARCH = Text("Buscar en el curso", "Search the course")
FOUND = Text("{n} resultados", "{n} results")
NOT_FOUND = Text(
    "Ningún resultado. Prueba con menos palabras, o con el término en inglés.",
    "No results. Try fewer words, or the term in the other language.",
)
SWITCH = Text("English", "Español")  # the name of the other language, in that language
LICENCE = Text("Código con licencia MIT; textos, CC BY 4.0", "Code under the MIT licence; texts, CC BY 4.0")
CONTENTS = Text("En esta página", "On this page")


def hours(minutes: int) -> str:
    """Return a time as both languages write it."""
    whole, rest = divmod(minutes, 60)
    return " ".join(part for part, n in ((f"{whole} h", whole), (f"{rest} min", rest)) if n)
