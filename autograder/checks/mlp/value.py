"""Exercise 1.9: a scalar engine of automatic differentiation."""

import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text

exercise = Exercise(
    "Value", points=10,
    title=Text("Motor de derivación automática", "Engine of automatic differentiation"),
    hints=(
        Text("Cada operación es una línea con `Value(resultado, [(origen, pendiente), …])`. Si el otro operando es un número, "
             "envuélvelo antes: `Value(other)`. La pendiente de `tanh` es 1 − t² y la de `exp` es el propio resultado.",
             "Each operation is one line with `Value(result, [(source, slope), …])`. If the other operand is a number, wrap it "
             "first: `Value(other)`. The slope of `tanh` is 1 − t², and that of `exp` is the result itself."),
        Text("Para `backward`, haz primero una lista en la que cada valor va después de sus orígenes, y recórrela del final al "
             "principio: `source.grad += slope * value.grad`.",
             "For `backward`, first make a list in which each value comes after its sources, and walk it from the end to the "
             "beginning: `source.grad += slope * value.grad`."),
        Text("Para hacer la lista sin llamadas recursivas, guarda en una pila parejas (valor, «¿listo?»). Al sacar un valor nuevo, "
             "vuelve a ponerlo como listo y, encima, sus orígenes; al sacarlo listo, apúntalo.",
             "To make the list without recursive calls, keep pairs (value, “done?”) on a stack. When you take out a new value, put "
             "it back as done and, on top of it, its sources; when you take it out done, write it down."),
    ),
    forbids=("torch.autograd.grad", "torch.autograd.backward", "torch.func.grad"),
)

LINKS = 3200  # of the long chain: more than a recursion limit of 3000 lets through


def _leaf(student, number: float):
    """Return a number as the student's Value and as torch's tensor."""
    return student.keep("Value", number), torch.tensor(number, dtype=torch.float64, requires_grad=True)


def _numbers(draw, count: int) -> list[float]:
    """Draw numbers of sizes from 0.5 to 1.5 and of any sign."""
    return [float(draw.uniform(0.5, 1.5) * draw.choice((-1.0, 1.0))) for _ in range(count)]


def _agree(student, f, numbers):
    """Expect f of the student's values of `numbers` to have the data and the gradients that torch finds."""
    leaves = [_leaf(student, number) for number in numbers]
    mine, wanted = f(*(value for value, _ in leaves)), f(*(tensor for _, tensor in leaves))
    expect.near(expect.number(mine.get("data"), "data"), wanted.item(), what="data")
    mine.keep_method("backward")
    _compare(leaves, torch.autograd.grad(wanted, [tensor for _, tensor in leaves]))


def _compare(leaves, gradients):
    for name, (value, _), gradient in zip("abcd", leaves, gradients, strict=False):
        expect.near(expect.number(value.get("grad"), f"{name}.grad"), gradient.item(), what=f"{name}.grad")


@exercise.property(2, "Suma, multiplica y da las derivadas de a·b + c·d.",
                   "It adds, multiplies, and gives the derivatives of a·b + c·d.")
def sums_and_products(student, draw):
    _agree(student, lambda a, b, c, d: a * b + c * d, _numbers(draw, 4))
    _agree(student, lambda a, b, c, d: (a + b) * c + d, _numbers(draw, 4))


@exercise.property(2, "Un valor usado varias veces suma todo lo que vuelve a él.",
                   "A value used several times adds up everything that comes back to it.")
def reused(student, draw):
    def diamonds(a, b):
        u = a * b
        v = u * a
        w = v + u
        return u + w * v

    _agree(student, lambda a: a + a, _numbers(draw, 1))
    _agree(student, lambda a, b: a * a + b * a, _numbers(draw, 2))
    _agree(student, diamonds, _numbers(draw, 2))


@exercise.property(1, "`tanh` y `exp` dan su valor y su derivada.", "`tanh` and `exp` give their value and their derivative.")
def tanh_and_exp(student, draw):
    _agree(student, lambda a, b: _apply("tanh", a) * b, _numbers(draw, 2))
    _agree(student, lambda a, b: _apply("exp", a) * b, _numbers(draw, 2))


@exercise.property(1, "Las potencias dan su valor y su derivada, también con exponente negativo o fraccionario.",
                   "Powers give their value and their derivative, with a negative or a fractional exponent too.")
def powers(student, draw):
    for exponent in (2, 3, -1):
        _agree(student, lambda a, b, n=exponent: a**n * b, _numbers(draw, 2))
    for exponent in (-2.5, 0.5):
        _agree(student, lambda a, b, n=exponent: a**n * b, [float(draw.uniform(0.5, 0.9)), *_numbers(draw, 1)])


@exercise.property(1, "Resta, divide, cambia de signo y acepta números corrientes a los dos lados.",
                   "It subtracts, divides, changes sign, and takes plain numbers on both sides.")
def plain_numbers(student, draw):
    n = float(draw.uniform(2.0, 3.0))
    for f in (lambda a: a + n, lambda a: n + a, lambda a: a * 3, lambda a: n * a, lambda a: -a, lambda a: a - n,
              lambda a: n - a, lambda a: a / n, lambda a: 2 / a):
        _agree(student, lambda a, b, f=f: f(a) * b, _numbers(draw, 2))
    _agree(student, lambda a, b, c: (a - b) / c, _numbers(draw, 3))


@exercise.property(2, "Acierta con expresiones al azar.", "It is right on random expressions.")
def expressions(student, draw):
    for _ in range(2):
        choices = [(k, int(draw.integers(100)), int(draw.integers(100))) for k in draw.permutation(14) % len(OPERATIONS)]
        _agree(student, lambda *leaves, choices=choices: _expression(leaves, choices), _numbers(draw, 4))


@exercise.property(1, f"Aguanta una cadena de {LINKS} operaciones.", f"It handles a chain of {LINKS} operations.")
def long_chain(student, draw):
    def chain(a, b, c):
        for _ in range(LINKS // 2):
            a = a * b + c
        return a

    _agree(student, chain, [float(draw.uniform(0.5, 1.5)), float(draw.uniform(0.999, 1.001)), float(draw.uniform(-0.001, 0.001))])


@exercise.property(1, "Cada llamada a `backward()` empieza de cero.", "Each call to `backward()` starts from zero.")
def called_again(student, draw):
    leaves = [_leaf(student, number) for number in _numbers(draw, 2)]
    (a, x), (b, y) = leaves
    u, v = a * b, x * y
    first, second = (u * u + a, v * v + x), (u * a + b, v * x + y)
    for mine, wanted in (first, first, second):
        mine.keep_method("backward")
        _compare(leaves, torch.autograd.grad(wanted, (x, y), retain_graph=True))


def _apply(name: str, value):
    """Call the method `name` of a student's Value or of a tensor."""
    return getattr(value, name)() if isinstance(value, torch.Tensor) else value.keep_method(name)


OPERATIONS = (
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: _apply("tanh", a * b),
    lambda a, b: _apply("exp", _apply("tanh", a)),
    lambda a, b: (a * a + 1.0) ** -0.5,
    lambda a, b: _apply("tanh", a) / (b**2 + 0.5),
    lambda a, b: 0.5 - _apply("tanh", a),
)


def _expression(leaves, choices):
    """Build an expression from its leaves by `choices`, triples of an operation and two earlier values; nothing grows large."""
    made = list(leaves)
    for kind, i, j in choices:
        made.append(OPERATIONS[kind](made[i % len(made)], made[j % len(made)]))
    total = made[0]
    for value in made[1:]:
        total = total + value
    return total


SLOPES = "[(self, other.data), (other, self.data)]"
POWER = "exponent * self.data ** (exponent - 1)"
SPREAD = "source.grad += slope * value.grad"
ORDER = """\
        while pending:
            value, is_done = pending.pop()
            if is_done:
                ordered.append(value)  # all that it depends on stands before it
            elif value not in seen:
                seen.add(value)
                pending.append((value, True))
                pending.extend((source, False) for source, _ in value.sources)
"""

exercise.mistake(
    "overwritten", (SPREAD, "source.grad = slope * value.grad"),
    es="Escribes `grad` en vez de sumar: si un valor se usa dos veces, solo queda el último camino. Usa `+=`.",
    en="You write `grad` instead of adding: if a value is used twice, only the last path is left. Use `+=`.")
exercise.mistake(
    "chain_broken", (SPREAD, "source.grad += slope"),
    es="Sumas la pendiente sola. La regla de la cadena la multiplica por el gradiente del valor que reparte.",
    en="You add the slope alone. The chain rule multiplies it by the gradient of the value that hands out.")
exercise.mistake(
    "no_start", ("self.grad = 1.0", "self.grad = 0.0"),
    es="Falta empezar: la derivada de un valor respecto a sí mismo es 1. Sin `self.grad = 1`, todo lo que se reparte es 0.",
    en="The start is missing: the derivative of a value with respect to itself is 1. Without `self.grad = 1`, all that is handed "
       "out is 0.")
exercise.mistake(
    "direct_sources_only", ("reversed(ordered)", "ordered"),
    es="El gradiente solo llega a los orígenes directos. O no sigues hacia atrás hasta el principio, o recorres la lista al revés "
       "y cada valor reparte antes de haber recibido.",
    en="The gradient only reaches the direct sources. Either you do not go on backwards to the beginning, or you walk the list the "
       "other way round and each value hands out before it has received.")
exercise.mistake(
    "breadth_first", (ORDER, """\
        pending = [self]
        while pending:
            value = pending.pop(0)
            if value not in seen:
                seen.add(value)
                ordered.insert(0, value)
                pending.extend(source for source, _ in value.sources)
"""),
    es="Recorres el grafo por niveles, y un valor puede repartir antes de que le llegue todo por un camino más largo. Ordena de modo "
       "que cada uno vaya después de todos los que lo usan.",
    en="You walk the graph level by level, and a value may hand out before everything has reached it along a longer path. Put each "
       "one after all those that use it.")
exercise.mistake(
    "every_path", ("for value in reversed(ordered):\n            for source, slope in value.sources:",
                   "pending = [self]\n        while pending:\n            value = pending.pop()\n"
                   "            pending.extend(source for source, _ in value.sources)\n"
                   "            for source, slope in value.sources:"),
    es="Un valor al que se llega por dos caminos reparte dos veces, y la segunda vuelve a repartir lo de la primera. Cada uno reparte "
       "una vez, cuando ya lo ha recibido todo.",
    en="A value that is reached along two paths hands out twice, and the second time hands out the first share again. Each one hands "
       "out once, when it has received everything.")
exercise.mistake(
    "recursive", ("        ordered, seen, pending = [], set(), [(self, False)]\n" + ORDER, """\
        ordered, seen = [], set()

        def visit(value):
            if value not in seen:
                seen.add(value)
                for source, _ in value.sources:
                    visit(source)
                ordered.append(value)

        visit(self)
"""),
    es="El orden es el bueno, pero la función que lo busca se llama a sí misma en cada eslabón, y Python corta hacia los 1000. Usa un "
       "bucle y una pila: una lista con los valores que faltan por visitar.",
    en="The order is right, but the function that looks for it calls itself at each link, and Python stops at about 1000. Use a loop "
       "and a stack: a list of the values still to be visited.")
exercise.mistake(
    "not_reset", ("        for value in ordered:\n            value.grad = 0.0\n", ""),
    es="La segunda llamada suma sobre los gradientes de la primera. Ponlos a cero antes de repartir.",
    en="The second call adds to the gradients of the first. Set them to zero before you hand out.")
exercise.mistake(
    "product_slopes", (SLOPES, "[(self, self.data), (other, other.data)]"),
    es="Las pendientes del producto están cambiadas: la derivada de a·b respecto a a es b.",
    en="The slopes of the product are swapped: the derivative of a·b with respect to a is b.")
exercise.mistake(
    "left_only", ("[(self, 1.0), (other, 1.0)]", "[(self, 1.0)]"),
    es="La suma solo recuerda su primer operando. Los dos son orígenes, los dos con pendiente 1.",
    en="The sum remembers its first operand only. Both are sources, both with slope 1.")
exercise.mistake(
    "plain_result", ("return Value(self.data + other.data, [(self, 1.0), (other, 1.0)])", "return self.data + other.data"),
    es="La suma devuelve un número corriente y pierde la memoria. Cada operación devuelve un `Value` con sus orígenes.",
    en="The sum returns a plain number and loses its memory. Each operation returns a `Value` with its sources.")
exercise.mistake(
    "sources_forgotten", ("return Value(e, [(self, e)])", "return Value(e)"),
    es="`exp` devuelve un `Value` sin orígenes: su gradiente no tiene por dónde volver.",
    en="`exp` returns a `Value` without sources: its gradient has no way back.")
exercise.mistake(
    "tanh_of_input", ("1.0 - t * t", "1.0 - self.data**2"),
    es="La pendiente de tanh es 1 − t², con t el resultado. Tú pones ahí la entrada.",
    en="The slope of tanh is 1 − t², with t the result. You put the input there.")
exercise.mistake(
    "exp_of_input", ("[(self, e)]", "[(self, self.data)]"),
    es="La pendiente de exp es el propio resultado. Tú pones ahí la entrada.",
    en="The slope of exp is the result itself. You put the input there.")
exercise.mistake(
    "power_without_factor", (POWER, "self.data ** (exponent - 1)"),
    es="A la pendiente de la potencia le falta el factor: es n·xⁿ⁻¹.",
    en="The slope of the power lacks its factor: it is n·xⁿ⁻¹.")
exercise.mistake(
    "power_not_lowered", (POWER, "exponent * self.data ** exponent"),
    es="A la pendiente de la potencia le falta bajar el exponente: es n·xⁿ⁻¹.",
    en="The slope of the power still needs its exponent lowered: it is n·xⁿ⁻¹.")
exercise.mistake(
    "numbers_not_wrapped", ("        other = other if isinstance(other, Value) else Value(other)\n", ""),
    es="Con un número corriente al otro lado no hay `data`. Envuélvelo antes: `Value(other)`.",
    en="With a plain number on the other side there is no `data`. Wrap it first: `Value(other)`.")
exercise.mistake(
    "difference_turned", ("return -self + number", "return self - number"),
    es="`2 - v` llega como `v.__rsub__(2)`, y ahí el número va delante: tú calculas `v - 2`.",
    en="`2 - v` arrives as `v.__rsub__(2)`, where the number goes first: you compute `v - 2`.")

exercise.alternative("closures", code="""
class Value:
    def __init__(self, data):
        self.data, self.grad = data, 0.0
        self.behind, self.pull = [], lambda: None

    @staticmethod
    def wrap(x):
        return x if isinstance(x, Value) else Value(x)

    def made(self, data, pulls):
        out = Value(data)
        out.behind = [value for value, _ in pulls]

        def pull():
            for value, slope in pulls:
                value.grad += out.grad * slope()

        out.pull = pull
        return out

    def __add__(self, other):
        other = Value.wrap(other)
        return self.made(self.data + other.data, [(self, lambda: 1.0), (other, lambda: 1.0)])

    def __sub__(self, other):
        other = Value.wrap(other)
        return self.made(self.data - other.data, [(self, lambda: 1.0), (other, lambda: -1.0)])

    def __mul__(self, other):
        other = Value.wrap(other)
        return self.made(self.data * other.data, [(self, lambda: other.data), (other, lambda: self.data)])

    def __truediv__(self, other):
        other = Value.wrap(other)
        return self.made(self.data / other.data,
                         [(self, lambda: 1 / other.data), (other, lambda: -self.data / other.data**2)])

    def __pow__(self, n):
        return self.made(self.data**n, [(self, lambda: n * self.data ** (n - 1))])

    def tanh(self):
        return self.made(np.tanh(self.data), [(self, lambda: 1 - np.tanh(self.data) ** 2)])

    def exp(self):
        return self.made(np.exp(self.data), [(self, lambda: np.exp(self.data))])

    def __neg__(self):
        return self.made(-self.data, [(self, lambda: -1.0)])

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other):
        return Value.wrap(other) - self

    def __rtruediv__(self, other):
        return Value.wrap(other) / self

    def backward(self):
        users, stack, found = {}, [self], {id(self): self}
        while stack:
            for source in stack.pop().behind:
                users[id(source)] = users.get(id(source), 0) + 1
                if id(source) not in found:
                    found[id(source)] = source
                    stack.append(source)
        for value in found.values():
            value.grad = 0.0
        self.grad, ready = 1.0, [self]
        while ready:
            value = ready.pop()
            value.pull()
            for source in value.behind:
                users[id(source)] -= 1
                if not users[id(source)]:
                    ready.append(source)
        return self
""")
exercise.alternative("order_of_birth", code="""
class Value:
    born = 0

    def __init__(self, data, left=None, right=None, dleft=0.0, dright=0.0):
        Value.born += 1
        self.number, self.data, self.grad = Value.born, data, 0.0
        self.edges = [(v, d) for v, d in ((left, dleft), (right, dright)) if isinstance(v, Value)]

    def __add__(self, o):
        return Value(self.data + getattr(o, "data", o), self, o, 1.0, 1.0)

    def __mul__(self, o):
        n = getattr(o, "data", o)
        return Value(self.data * n, self, o, n, self.data)

    def __pow__(self, n):
        return Value(self.data**n, self, None, n * self.data ** (n - 1))

    def tanh(self):
        e = math.exp(-2 * abs(self.data))
        t = math.copysign((1 - e) / (1 + e), self.data)
        return Value(t, self, None, (1 - t) * (1 + t))

    def exp(self):
        return Value(math.e**self.data, self, None, math.e**self.data)

    def backward(self):
        reached, pending = {}, [self]
        while pending:
            value = pending.pop()
            if value.number not in reached:
                reached[value.number] = value
                value.grad = 0.0
                pending += [source for source, _ in value.edges]
        self.grad = 1.0
        for number in sorted(reached, reverse=True):
            for source, slope in reached[number].edges:
                source.grad += slope * reached[number].grad

    __radd__, __rmul__ = __add__, __mul__
    __neg__ = lambda self: -1.0 * self
    __sub__ = lambda self, o: self + (-1.0 * o)
    __rsub__ = lambda self, o: o + (-self)
    __truediv__ = lambda self, o: self * o**-1.0
    __rtruediv__ = lambda self, o: o * self**-1.0
""")
