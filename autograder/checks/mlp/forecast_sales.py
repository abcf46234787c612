"""Gate: forecast daily sales with embeddings, beating what the last days alone can tell."""

import numpy as np
import torch
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import StandardScaler

from atiende.data import make_sales
from autograder import expect
from autograder.exercise import Exercise
from autograder.text import Text
from autograder.weights import load_weights

LAGS, FIRST_UNSEEN = 14, np.datetime64("2024-07-01")
STEPS, BATCH_SIZE, LR, D_EMBEDDING, D_HIDDEN = 1000, 512, 0.005, 4, 32
GATE = 7.5  # mean absolute error, in units sold

exercise = Exercise(
    "forecast_sales", points=7, seconds=120,
    title=Text("Pronosticar las ventas", "Forecasting the sales"),
    hints=(
        Text("Desempaqueta antes: `categories, numbers, units = past` y `categories_ahead, numbers_ahead = future`. Escala los "
             "números con `standardize(numbers, numbers_ahead)` y las ventas con la media y la desviación estándar de `units`.",
             "Unpack first: `categories, numbers, units = past` and `categories_ahead, numbers_ahead = future`. Scale the "
             "numbers with `standardize(numbers, numbers_ahead)` and the sales with the mean and standard deviation of `units`."),
        Text("`torch.randperm(len(units)).split(batch_size)` da los lotes de una época. Cuenta los pasos y corta al llegar a `steps`.",
             "`torch.randperm(len(units)).split(batch_size)` gives the batches of one epoch. Count the steps and stop at `steps`."),
        Text("Cada paso son tres líneas: `optimizer.zero_grad()`, `loss.backward()`, `optimizer.step()`. Al final, deshaz la escala "
             "de las ventas: por la desviación, más la media.",
             "Each step is three lines: `optimizer.zero_grad()`, `loss.backward()`, `optimizer.step()`. At the end, undo the scale "
             "of the sales: times the standard deviation, plus the mean."),
    ),
    uses=("standardize", "embedding_mlp"),
)


def small_task(student, draw, days: int = 40):
    """Return a small model of the student's with fresh weights, those weights, a past and a future."""
    cardinalities, width, d_hidden = draw.sizes(2, 3, 6), 3, 5
    shapes = {f"embeddings.{i}.weight": (n, 2) for i, n in enumerate(cardinalities)} | {
        "hidden.weight": (d_hidden, 4 + width), "hidden.bias": (d_hidden,), "output.weight": (1, d_hidden), "output.bias": (1,)}
    weights = {name: draw.tensor(*shape, std=0.5, dtype=torch.float32) for name, shape in shapes.items()}
    model = student.keep("EmbeddingMLP", cardinalities, width, 2, d_hidden)
    load_weights(model, weights)

    def part(n, shift):
        ids = np.stack([draw.integers(c, size=n) for c in cardinalities], axis=1)
        return ids, draw.array(n, width) * [1, 5, 20] + [3, -40, 7] + shift

    ids, numbers = part(days, 0)
    units = 60 + 9 * (ids[:, 0] + draw.array(days)) + 2 * numbers[:, 1]
    return model, weights, (ids, numbers, units), part(15, 6)


def reference(weights, past, future, batches, lr: float) -> np.ndarray:
    """Return the forecast after one step of torch's AdamW on each batch of rows."""
    p = {name: torch.nn.Parameter(value.clone()) for name, value in weights.items()}
    scaler, mean, std = StandardScaler().fit(past[1]), past[2].mean(), past[2].std()
    target = torch.tensor((past[2] - mean) / std, dtype=torch.float32)

    def network(ids, numbers):
        tables = [p[f"embeddings.{i}.weight"][torch.tensor(column)] for i, column in enumerate(ids.T)]
        features = torch.cat([*tables, torch.tensor(scaler.transform(numbers), dtype=torch.float32)], dim=1)
        return (torch.relu(features @ p["hidden.weight"].T + p["hidden.bias"]) @ p["output.weight"].T + p["output.bias"])[:, 0]

    optimizer = torch.optim.AdamW(p.values(), lr=lr, foreach=False)
    for rows in batches:
        loss = ((network(past[0][rows], past[1][rows]) - target[rows]) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        return network(*future).numpy().astype(np.float64) * std + mean


def compare(seen, wanted, past, what: str):
    expect.close(seen, wanted, atol=2e-3 * past[2].std(), rtol=0, what=what)


@exercise.property(2, "Con 0 pasos, el modelo recibe números escalados y el pronóstico vuelve a estar en unidades vendidas.",
                   "With 0 steps, the model receives scaled numbers and the forecast comes back in units sold.")
def scales(student, draw):
    model, weights, past, future = small_task(student, draw)
    seen = student.call("forecast_sales", model, past, future, 0, 8, 0.05)
    compare(seen, reference(weights, past, future, [], 0.05), past, "forecast_sales(…, steps=0)")


@exercise.property(3, "Con un solo lote, unos pocos pasos dan lo mismo que AdamW con el error cuadrático medio.",
                   "With a single batch, a few steps give the same as AdamW with the mean squared error.")
def few_steps(student, draw):
    model, weights, past, future = small_task(student, draw)
    steps, lr, everything = int(draw.integers(4, 7)), float(draw.uniform(0.03, 0.06)), np.arange(len(past[2]))
    student.seed(draw.seed())
    seen = student.call("forecast_sales", model, past, future, steps, len(everything), lr)
    compare(seen, reference(weights, past, future, [everything] * steps, lr), past, "forecast_sales(…)")


@exercise.property(1, "Cada época recorre todos los ejemplos, en lotes de `batch_size` y en un orden que sortea torch.",
                   "Each epoch goes over all examples, in batches of `batch_size` and in an order drawn by torch.")
def batches(student, draw):
    model, weights, past, future = small_task(student, draw, days=2)
    orders = [(first, 1 - first, third) for first in (0, 1) for third in (0, 1)]
    wanted = [reference(weights, past, future, [[row] for row in order], 0.05) for order in orders]
    met = set()
    for _ in range(30):  # an honest draw misses one of the two firsts, or a new second epoch, once in 10**8
        model.keep_method("load_state_dict", weights)
        student.seed(draw.seed())
        seen = expect.array(student.call("forecast_sales", model, past, future, 3, 1, 0.05), (15,), what="forecast_sales(…)")
        gaps = [np.abs(seen - values).max() for values in wanted]
        expect.true(min(gaps) < 2e-3 * past[2].std(),
                    "Con dos ejemplos y lotes de uno, tres pasos son una época y media: cada ejemplo una vez, con su propia venta, "
                    "y uno de los dos otra vez.",
                    "With two examples and batches of one, three steps are an epoch and a half: each example once, with its own "
                    "sale, and one of the two again.")
        met.add(orders[int(np.argmin(gaps))])
    expect.true(len({order[0] for order in met}) == 2 and len({order[0] == order[2] for order in met}) == 2,
                "Los ejemplos salen siempre en el mismo orden: sortéalo en cada época.",
                "The examples always come in the same order: draw it at every epoch.")


@exercise.property(1, "El futuro no se cuela: pronosticar solo unos días da lo mismo que pronosticarlos todos.",
                   "The future does not leak: forecasting only some days gives the same as forecasting them all.")
def no_leak(student, draw):
    model, weights, past, future = small_task(student, draw)
    everything, kept = np.arange(len(past[2])), int(draw.integers(3, 7))
    wanted = reference(weights, past, future, [everything] * 2, 0.05)
    for days in (kept, 15):
        model.keep_method("load_state_dict", weights)
        ahead = tuple(values[:days] for values in future)
        student.seed(draw.seed())
        seen = student.call("forecast_sales", model, past, ahead, 2, len(everything), 0.05)
        compare(seen, wanted[:days], past, "forecast_sales(…)")


@exercise.property(5, f"En ventas nuevas y días que no vio, se equivoca de media en {GATE} unidades o menos "
                   "(los últimos días solos: más de 9).",
                   f"On fresh sales and unseen days, it is off by {GATE} units or fewer on average "
                   "(the last days alone: more than 9).",
                   costly=True)
def fresh_sales(student, draw):
    categories, numbers, units, unseen = features(make_sales(seed=draw.seed()))
    past, future = (categories[~unseen], numbers[~unseen], units[~unseen]), (categories[unseen], numbers[unseen])
    student.seed(draw.seed())
    model = student.keep("EmbeddingMLP", [int(n) + 1 for n in categories.max(axis=0)], numbers.shape[1], D_EMBEDDING, D_HIDDEN)
    seen = expect.array(student.call("forecast_sales", model, past, future, STEPS, BATCH_SIZE, LR), (int(unseen.sum()),),
                        what="forecast_sales(…)")
    error = float(np.abs(seen - units[unseen]).mean())
    line = LinearRegression().fit(past[1][:, :LAGS], past[2]).predict(future[1][:, :LAGS])
    expect.true(error <= GATE,
                "Tu pronóstico se equivoca de media en {error:.2f} unidades; hacen falta {gate} o menos. Una recta sobre los "
                "últimos {lags} días se equivoca en {line:.2f}.",
                "Your forecast is off by {error:.2f} units on average; {gate} or fewer are needed. A straight line on the last "
                "{lags} days is off by {line:.2f}.", error=error, gate=GATE, lags=LAGS, line=float(np.abs(line - units[unseen]).mean()))


def features(sales):
    """Return categories (N, 6), numbers (N, LAGS + 1), units (N,) and which rows are unseen days (N,)."""
    rows = np.concatenate([np.arange(LAGS, sales.days) + series * sales.days for series in range(len(sales.units) // sales.days)])
    lags = np.stack([sales.units[rows - back] for back in range(LAGS, 0, -1)], axis=1)
    years = (sales.date[rows] - sales.date[0]).astype(float) / 365.25
    columns = (sales.store, sales.product, sales.weekday, sales.month, sales.holiday, sales.promotion)
    categories = np.stack([column[rows] for column in columns], axis=1)
    return categories, np.column_stack([lags, years]), sales.units[rows], sales.date[rows] >= FIRST_UNSEEN


SCALED = "numbers, numbers_ahead = standardize(numbers, future[1])"

exercise.mistake(
    "no_zero_grad", ("            optimizer.zero_grad()\n", ""),
    es="Falta `optimizer.zero_grad()`: PyTorch suma los gradientes de todos los pasos anteriores al de ahora.",
    en="`optimizer.zero_grad()` is missing: PyTorch adds the gradients of all earlier steps to the present one.")
exercise.mistake(
    "left_scaled", ("return ahead.numpy() * std + mean", "return ahead.numpy()"),
    es="El pronóstico sale en la escala en que entrenaste. Multiplica por la desviación y suma la media.",
    en="The forecast comes out in the scale that you trained in. Multiply by the standard deviation and add the mean.")
exercise.mistake(
    "mean_not_added", ("ahead.numpy() * std + mean", "ahead.numpy() * std"),
    es="Al deshacer la escala falta sumar la media de las ventas.",
    en="The mean of the sales is not added when the scale is undone.")
exercise.mistake(
    "units_not_scaled", ("mean, std = units.mean(), units.std()", "mean, std = 0.0, 1.0"),
    es="Entrenas con las ventas sin escalar: la red gasta sus primeros cientos de pasos en llegar a la media.",
    en="You train on unscaled sales: the network spends its first hundreds of steps on reaching the mean.")
exercise.mistake(
    "numbers_not_scaled", (SCALED, "numbers_ahead = future[1]"),
    es="Los números entran sin escalar: los de mayor tamaño ahogan a los demás. Usa `standardize`.",
    en="The numbers go in unscaled: the largest drown the others. Use `standardize`.")
exercise.mistake(
    "future_not_scaled", (SCALED, "numbers, _ = standardize(numbers, future[1])\n    numbers_ahead = future[1]"),
    es="Entrenas con números escalados y pronosticas con los originales: la red no los reconoce.",
    en="You train on scaled numbers and forecast with the original ones: the network does not recognise them.")
exercise.mistake(
    "scaled_on_all", (SCALED, "both = np.concatenate([numbers, future[1]])\n    numbers = standardize(both, numbers)[1]\n"
                              "    numbers_ahead = standardize(both, future[1])[1]"),
    es="La media y la desviación salen también de los días por pronosticar: el futuro se cuela en el entrenamiento.",
    en="The mean and the standard deviation come from the days to be forecast too: the future leaks into training.")
exercise.mistake(
    "future_on_its_own", (SCALED, "numbers_ahead = standardize(future[1], numbers)[0]\n"
                                 "    numbers = standardize(numbers, future[1])[0]"),
    es="Escalas los días por pronosticar con su propia media: el mismo número significa otra cosa que al entrenar.",
    en="You scale the days to be forecast with their own mean: one number means another thing than in training.")
exercise.mistake(
    "lr_ignored", ("AdamW(model.parameters(), lr=lr)", "AdamW(model.parameters())"),
    es="No pasas `lr` al optimizador: entrena con su valor por defecto, 0.001.",
    en="You do not pass `lr` to the optimiser: it trains with its default, 0.001.")
exercise.mistake(
    "sgd", ("torch.optim.AdamW", "torch.optim.SGD"),
    es="Usas SGD. Se pide AdamW: con el mismo `lr` y los mismos pasos, SGD apenas se ha movido.",
    en="You use SGD. AdamW is asked for: with the same `lr` and the same steps SGD has hardly moved.")
exercise.mistake(
    "absolute_error", ("nn.functional.mse_loss", "nn.functional.l1_loss"),
    es="Entrenas con el error absoluto. La nota lo mide así, pero la pérdida pedida es el error cuadrático medio.",
    en="You train on the absolute error. The grade measures it so, but the loss asked for is the mean squared error.")
exercise.mistake(
    "sales_left_behind", ("y[batch])", "y[: len(batch)])"),
    es="Barajas los días y no sus ventas: cada día aprende la venta de otro. Usa `y[batch]`.",
    en="You shuffle the days and not their sales: each day learns the sale of another. Use `y[batch]`.")
exercise.mistake(
    "no_shuffle", ("torch.randperm(len(y))", "torch.arange(len(y))"),
    es="No barajas: los lotes son siempre los mismos, una tienda tras otra. Usa `torch.randperm`.",
    en="You do not shuffle: the batches are always the same, one shop after another. Use `torch.randperm`.")
exercise.mistake(
    "with_replacement", ("torch.randperm(len(y))", "torch.randint(len(y), (len(y),))"),
    es="Sorteas con repetición: en una época unos días salen varias veces y otros ninguna. Usa `torch.randperm`.",
    en="You draw with repetition: in one epoch some days come several times and others never. Use `torch.randperm`.")
exercise.mistake(
    "epoch_always_finished", ("            if done == steps:\n                break\n", ""),
    es="Solo miras `steps` al acabar cada época, y das pasos de más. Compruébalo también dentro del `for`.",
    en="You only look at `steps` at the end of each epoch, and take too many. Check it inside the `for` too.")
exercise.mistake(
    "left_in_float64", ("x = torch.tensor(numbers, dtype=torch.float32)", "x = torch.tensor(numbers)"),
    ("torch.tensor(numbers_ahead, dtype=torch.float32)", "torch.tensor(numbers_ahead)"),
    es="NumPy da float64 y los pesos son float32. Convierte los números: `torch.tensor(numbers, dtype=torch.float32)`.",
    en="NumPy gives float64 and the weights are float32. Convert the numbers: `torch.tensor(numbers, dtype=torch.float32)`.")

exercise.alternative("data_loader", code="""
def forecast_sales(model, past, future, steps, batch_size, lr):
    from torch.utils.data import DataLoader, TensorDataset

    scaled, scaled_future = standardize(past[1], future[1])
    mu, sigma = np.mean(past[2]), np.std(past[2])
    data = TensorDataset(torch.from_numpy(past[0]).long(), torch.from_numpy(scaled).float(),
                         torch.from_numpy((past[2] - mu) / sigma).float())
    loader = DataLoader(data, batch_size=batch_size, shuffle=True)
    optimizer, criterion = torch.optim.AdamW(model.parameters(), lr), nn.MSELoss()
    model.train()
    step = 0
    while step < steps:
        for c, n, target in loader:
            optimizer.zero_grad()
            criterion(model(c, n), target).backward()
            optimizer.step()
            step += 1
            if step >= steps:
                break
    model.eval()
    with torch.no_grad():
        return (model(torch.from_numpy(future[0]).long(), torch.from_numpy(scaled_future).float()) * sigma + mu).numpy()
""")
exercise.alternative("queue_of_rows", code="""
def forecast_sales(model, past, future, steps, batch_size, lr):
    centre, spread = past[1].mean(0), past[1].std(0)
    spread = np.where(spread > 0, spread, 1)
    inputs = [(torch.as_tensor(part[0]), torch.as_tensor((part[1] - centre) / spread).float()) for part in (past, future)]
    goal = torch.as_tensor((past[2] - past[2].mean()) / past[2].std()).float()
    optimizer = torch.optim.AdamW(list(model.parameters()), lr=lr)
    queue = []
    for _ in range(steps):
        if not queue:
            queue = torch.randperm(len(goal)).tolist()
        rows, queue = queue[:batch_size], queue[batch_size:]
        gap = model(inputs[0][0][rows], inputs[0][1][rows]) - goal[rows]
        for p in model.parameters():
            p.grad = None
        gap.square().mean().backward()
        optimizer.step()
    return past[2].mean() + past[2].std() * model(*inputs[1]).detach().numpy()
""")
