"""A quiz as an exercise: one property a question, and for each tempting wrong option the reason why it is wrong."""

from autograder import expect
from autograder.draw import Draw
from autograder.exercise import Exercise, Property
from autograder.student import Student, StudentError
from autograder.text import Text

LETTERS = "abcd"


def make_quiz(
    name: str,
    hints: tuple[Text, ...],
    titles: dict[str, Text],
    right: dict[str, str],
    wrong: dict[str, dict[str, Text]],
    points: float = 10,
) -> Exercise:
    """Return the exercise whose function `name` returns the letter of each question, as {"q1": "a", …}.

    `titles` and `right` give each question its title and its letter, and `wrong` each other letter its reason.
    """
    exercise = Exercise(name, points=points, title=Text("Preguntas", "Questions"), hints=hints)
    for key, letter in right.items():
        title = Text(f"`{key}` · {titles[key].es}.", f"`{key}` · {titles[key].en}.")
        exercise.properties.append(Property(key, 1, title, _make_test(name, key, letter, wrong[key])))
        for other, reason in wrong[key].items():
            edit = (f'"{key}": "{letter}"', f'"{key}": "{other}"')
            exercise.mistake(f"{key}_{other}", edit, es=reason.es, en=reason.en)
    exercise.alternative("zipped", code=f"def {name}():\n    return dict(zip({list(right)}, {''.join(right.values())!r}))\n")
    capitals = {key: right[key].upper() for key in reversed(right)}
    exercise.alternative("capitals", code=f"def {name}():\n    return {capitals}\n")
    return exercise


def _make_test(name: str, key: str, right: str, reasons: dict[str, Text]):
    def test(student: Student, draw: Draw):
        answer = _answered(student, name, key)
        letter = answer.strip().lower() if isinstance(answer, str) else ""
        expect.true(len(letter) == 1 and letter in LETTERS, "La respuesta a `{key}` debía ser una letra de la a a la d.",
                    "The answer to `{key}` should be a letter from a to d.", key=key)
        if letter in reasons and letter != answer:  # a capital; its cause would not be found, for no mistake is one
            raise expect.MismatchError(reasons[letter])
        expect.true(letter == right, "`{key}`: la opción {letter} no es la buena.",
                    "`{key}`: option {letter} is not the right one.", key=key, letter=letter)

    return test


def _answered(student: Student, name: str, key: str):
    """Return the student's answer to one question alone."""
    answers = student.keep(name)
    try:
        return answers.item(key).value()
    except StudentError as error:
        if error.kind == "KeyError":
            expect.fail("Falta `{key}` en el diccionario.", "`{key}` is missing from the dictionary.", key=key)
        if error.kind in ("TypeError", "IndexError"):
            expect.fail("Devuelve un diccionario, con una letra para cada clave: `{{\"q1\": \"a\", …}}`.",
                        "Return a dictionary, with a letter for each key: `{{\"q1\": \"a\", …}}`.")
        raise
