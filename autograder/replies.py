"""What a property asks of a student's code besides a value: several things returned at once, or an error."""

from autograder import expect
from autograder.student import Handle, Student, StudentError

NOT_OURS = ("NotImplementedError", "NameMissingError", "ForbiddenCallError", "StudentTimeout", "StudentCrash")


def parts(result: Handle, *names: str) -> list[Handle]:
    """Return a handle on each of the things that a function returned together; fail where it returned another number of them."""
    kind = result.attribute("__class__").get("__name__")
    told = {"names": f"({', '.join(names)})", "count": len(names)}
    expect.true(kind != "NoneType", "Se pide `{names}` y tu código devuelve None (¿falta un return?).",
                "`{names}` is asked for, and your code returns None (is a return missing?).", **told)
    expect.true(kind not in ("ndarray", "Tensor"), "Se pide `{names}`, {count} cosas a la vez, y tu código devuelve una sola.",
                "`{names}` is asked for, {count} things at once, and your code returns a single one.", **told)
    seen = result.student.operate("len", result).value()
    expect.true(seen == len(names), "Se pide `{names}`, {count} cosas, y tu código devuelve {seen}.",
                "`{names}` is asked for, {count} things, and your code returns {seen}.", seen=seen, **told)
    return [result.item(n) for n in range(len(names))]


def raises_value_error(student: Student, name: str, *args, told: str):
    """Fail unless the call, told as `told`, raises ValueError."""
    try:
        student.call(name, *args)
    except StudentError as error:
        if error.kind == "ValueError":
            return
        if error.kind in NOT_OURS:
            raise
        expect.true(error.kind != "NotPlainError", "{told}: `ValueError` se lanza con `raise`, no se devuelve.",
                    "{told}: `ValueError` is raised with `raise`, not returned.", told=told)
        expect.fail("{told} debía lanzar ValueError y lanza {kind}.", "{told} should raise ValueError, but it raises {kind}.",
                    told=told, kind=error.kind)
    expect.fail("{told} debía lanzar ValueError y devuelve un número.", "{told} should raise ValueError, but it returns a number.",
                told=told)
