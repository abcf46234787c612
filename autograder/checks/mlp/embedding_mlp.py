"""Exercise: a network that takes categories by name and numbers by value (Guo and Berkhahn 2016, arXiv:1604.06737)."""

import numpy as np
import torch

from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text
from autograder.weights import load_weights

exercise = Exercise(
    "EmbeddingMLP", points=3,
    title=Text("Categorías como vectores", "Categories as vectors"),
    hints=(
        Text("`nn.ModuleList([nn.Embedding(n, d_embedding) for n in cardinalities])` guarda una tabla por categoría.",
             "`nn.ModuleList([nn.Embedding(n, d_embedding) for n in cardinalities])` keeps one table per category."),
        Text("`torch.cat([...], dim=1)` pone los vectores uno tras otro y, al final, los números. La entrada de `hidden` mide "
             "len(cardinalities) * d_embedding + num_numbers.",
             "`torch.cat([...], dim=1)` puts the vectors one after another and, at the end, the numbers. The input of `hidden` "
             "has len(cardinalities) * d_embedding + num_numbers columns."),
        Text("La última capa da (B, 1); `.squeeze(1)` lo deja en (B,), como el objetivo.",
             "The last layer gives (B, 1); `.squeeze(1)` turns it into (B,), like the target."),
    ),
)


def loaded(student, draw):
    """Return a model of the student's with fresh float64 weights, those weights, and a batch (categories, numbers)."""
    cardinalities = draw.sizes(3, 4, 9)
    num_numbers, d_embedding, d_hidden, batch = draw.sizes(4, 2, 7)
    shapes = {f"embeddings.{i}.weight": (n, d_embedding) for i, n in enumerate(cardinalities)} | {
        "hidden.weight": (d_hidden, 3 * d_embedding + num_numbers), "hidden.bias": (d_hidden,),
        "output.weight": (1, d_hidden), "output.bias": (1,)}
    weights = {name: draw.tensor(*shape) for name, shape in shapes.items()}
    categories = torch.from_numpy(np.stack([draw.integers(n, size=batch) for n in cardinalities], axis=1))
    numbers = draw.tensor(batch, num_numbers)
    weights["output.bias"] -= reference(weights, categories, numbers).mean()  # forecasts of both signs
    model = student.keep("EmbeddingMLP", cardinalities, num_numbers, d_embedding, d_hidden).keep_method("double")
    load_weights(model, weights)
    return model, weights, categories, numbers


def reference(weights, categories, numbers):
    """Return the forecast (B,), one example at a time."""
    rows = []
    for ids, values in zip(categories, numbers, strict=True):
        features = torch.cat([*(weights[f"embeddings.{i}.weight"][id] for i, id in enumerate(ids)), values])
        hidden = (weights["hidden.weight"] * features).sum(dim=1) + weights["hidden.bias"]
        rows.append((weights["output.weight"][0] * hidden.clamp(min=0)).sum() + weights["output.bias"][0])
    return torch.stack(rows)


@exercise.property(2, "Con los mismos pesos, predice lo mismo que el cálculo fila a fila.",
                   "With the same weights, it forecasts the same as the computation row by row.")
def forecast(student, draw):
    model, weights, categories, numbers = loaded(student, draw)
    expect.close(model.call(categories, numbers), reference(weights, categories, numbers), what="model(categories, numbers)")


@exercise.property(1, "Un lote de un solo día da una sola predicción, de forma (1,).",
                   "A batch of a single day gives a single forecast, of shape (1,).")
def batch_of_one(student, draw):
    model, weights, categories, numbers = loaded(student, draw)
    expect.close(model.call(categories[:1], numbers[:1]), reference(weights, categories[:1], numbers[:1]),
                 what="model(categories, numbers)")


@exercise.property(2, "El gradiente llega a todas las tablas y a todas las capas, y coincide con el de PyTorch.",
                   "The gradient reaches all tables and all layers, and agrees with PyTorch's.")
def gradients(student, draw):
    model, weights, categories, numbers = loaded(student, draw)
    model.keep(categories, numbers).keep_method("sum").method("backward")
    mine = {name: value.clone().requires_grad_() for name, value in weights.items()}
    reference(mine, categories, numbers).sum().backward()
    seen = model.gradients()
    for name, value in mine.items():
        expect.close(seen.get(name), value.grad, what=f"{name}.grad")


TABLES = "nn.ModuleList([nn.Embedding(n, d_embedding) for n in cardinalities])"
PIECES = "[table(categories[:, i]) for i, table in enumerate(self.embeddings)]"

exercise.mistake(
    "plain_list", (TABLES, TABLES.removeprefix("nn.ModuleList(").removesuffix(")")),
    es="Una lista de Python no registra sus tablas: el optimizador no las vería y nunca aprenderían. Usa `nn.ModuleList`.",
    en="A Python list does not register its tables: the optimiser would not see them and they would never learn. Use `nn.ModuleList`.")
exercise.mistake(
    "numbers_first", (f"torch.cat([*{PIECES}, numbers], dim=1)", f"torch.cat([numbers, *{PIECES}], dim=1)"),
    es="Pones los números delante. El contrato pide primero las categorías, en su orden, y al final los números.",
    en="You put the numbers first. The contract asks for the categories, in their order, and then the numbers.")
exercise.mistake(
    "no_relu", ("torch.relu(self.hidden(x))", "self.hidden(x)"),
    es="Falta ReLU tras la capa oculta: el modelo es lineal y no puede cruzar tienda y día de la semana.",
    en="ReLU is missing after the hidden layer: the model is linear and cannot combine shop and weekday.")
exercise.mistake(
    "relu_at_the_end", ("self.output(torch.relu(self.hidden(x)))", "torch.relu(self.output(torch.relu(self.hidden(x))))"),
    es="Una ReLU a la salida no deja predecir valores negativos, y las ventas escaladas lo son la mitad de los días.",
    en="A ReLU at the output forbids negative forecasts, and the scaled sales are negative on half of the days.")
exercise.mistake(
    "shape_left_open", (".squeeze(1)", ""),
    es="Devuelves (B, 1). Restado de un objetivo (B,) daría una tabla (B, B) sin avisar: déjalo en (B,).",
    en="You return (B, 1). Subtracted from a target (B,) it would silently give a table (B, B): make it (B,).")
exercise.mistake(
    "squeezed_to_nothing", (".squeeze(1)", ".squeeze()"),
    es="`.squeeze()` quita también el eje del lote cuando mide 1. Di qué eje: `.squeeze(1)`.",
    en="`.squeeze()` takes the batch axis away too where it measures 1. Say which axis: `.squeeze(1)`.")
exercise.mistake(
    "embeddings_reversed", (PIECES, PIECES + "[::-1]"),
    es="Las tablas van en orden contrario: la primera columna de `categories` va primero.",
    en="The tables are in reverse order: the first column of `categories` goes first.")
exercise.mistake(
    "embeddings_frozen", (PIECES, PIECES.replace("(categories[:, i])", "(categories[:, i]).detach()")),
    es="`.detach()` corta el gradiente: las tablas se quedan con sus números al azar.",
    en="`.detach()` cuts the gradient: the tables keep their random numbers.")
exercise.mistake(
    "embeddings_added", (f"torch.cat([*{PIECES}, numbers], dim=1)", f"torch.cat([sum({PIECES}), numbers], dim=1)"),
    ("len(cardinalities) * d_embedding", "d_embedding"),
    es="Sumas los vectores de las categorías. Concatenados, la capa oculta puede dar a cada uno pesos propios.",
    en="You add the vectors of the categories. Concatenated, the hidden layer can give each its own weights.")
exercise.mistake(
    "codes_as_numbers", (f"torch.cat([*{PIECES}, numbers], dim=1)", "torch.cat([categories.to(numbers.dtype), numbers], dim=1)"),
    ("len(cardinalities) * d_embedding", "len(cardinalities)"),
    es="Metes los códigos como números: el domingo (6) no es seis veces el martes (1). Búscalos en su tabla.",
    en="You feed the codes as numbers: Sunday (6) is not six times Tuesday (1). Look them up in their table.")

exercise.alternative("loop_and_functions", code="""
class EmbeddingMLP(nn.Module):
    def __init__(self, cardinalities, num_numbers, d_embedding, d_hidden):
        super().__init__()
        self.embeddings = nn.ModuleList()
        width = num_numbers
        for n in cardinalities:
            self.embeddings.append(nn.Embedding(n, d_embedding))
            width += d_embedding
        self.hidden, self.output = nn.Linear(width, d_hidden), nn.Linear(d_hidden, 1)

    def forward(self, categories, numbers):
        columns = categories.unbind(dim=1)
        parts = []
        for ids, table in zip(columns, self.embeddings):
            parts.append(table.weight[ids])
        h = self.hidden(torch.hstack(parts + [numbers])).clamp(min=0)
        return (h @ self.output.weight.T + self.output.bias)[:, 0]
""")
exercise.alternative("one_hot", code="""
class EmbeddingMLP(nn.Module):
    def __init__(self, cardinalities, num_numbers, d_embedding, d_hidden):
        super().__init__()
        self.cardinalities = tuple(cardinalities)
        self.embeddings = nn.ModuleList(nn.Embedding(n, d_embedding) for n in cardinalities)
        self.hidden = nn.Linear(d_embedding * len(self.embeddings) + num_numbers, d_hidden)
        self.output = nn.Linear(d_hidden, 1)

    def forward(self, categories, numbers):
        x = numbers
        for i in reversed(range(len(self.cardinalities))):
            one_hot = nn.functional.one_hot(categories[:, i], self.cardinalities[i]).to(numbers.dtype)
            x = torch.cat([one_hot @ self.embeddings[i].weight, x], dim=-1)
        return self.output(nn.functional.relu(self.hidden(x))).reshape(-1)
""")
