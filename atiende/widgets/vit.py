"""Explorers of the eighth unit: the size of a patch, positions that resemble each other, attention through layers, and gates."""

import ipywidgets
import numpy as np
import torch

from atiende.language import label
from atiende.models.vit import attention_rollout
from atiende.plots.vision import draw_cut, draw_gate, draw_likeness_map, draw_over
from atiende.widgets.explorer import Explorer


def explore_patches(picture) -> Explorer:
    """Change the side of the patches of a picture (16, 16), and see how many there are and what attention costs."""
    picture = np.asarray(picture)

    def draw(canvas, patch_size):
        ax = canvas.subplots()
        draw_cut(ax, picture, patch_size)
        N, held = picture.size // patch_size**2, patch_size**2
        ax.set_title(f"P = {patch_size}, N = {N}")
        return label(f"{N} parches de {patch_size} × {patch_size}, de {held} número{'s' * (held > 1)}; tabla de atención de "
                     f"{(N + 1) ** 2} números.",
                     f"{N} patches of {patch_size} × {patch_size}, of {held} number{'s' * (held > 1)}; attention table of "
                     f"{(N + 1) ** 2} numbers.")  # fmt: skip

    controls = {"patch_size": ipywidgets.ToggleButtons(options=[1, 2, 4, 8], value=4, description=label("lado P", "side P"))}
    return Explorer(draw, controls, [{"patch_size": P} for P in (1, 2, 4, 8)], height=2.6, columns=4)


def explore_likeness(positions, grid: tuple[int, int]) -> Explorer:
    """Choose a place of a grid and see which other places have a position like its own; positions (N, D)."""
    rows, columns = grid

    def draw(canvas, row, column):
        ax = canvas.subplots()
        cosines = draw_likeness_map(ax, positions, grid, row * columns + column)
        ax.set_title(label(f"fila {row}, columna {column}", f"row {row}, column {column}"))
        others = np.where(cosines < cosines.max(), cosines, -np.inf)
        best = np.unravel_index(others.argmax(), grid)
        return label(f"La posición más parecida a la de ({row}, {column}) es la de ({best[0]}, {best[1]}): coseno {others.max():.2f}.",
                     f"The position most like that of ({row}, {column}) is that of ({best[0]}, {best[1]}): cosine {others.max():.2f}.")

    controls = {
        "row": ipywidgets.IntSlider(rows // 2, min=0, max=rows - 1, description=label("fila", "row")),
        "column": ipywidgets.IntSlider(columns // 2, min=0, max=columns - 1, description=label("columna", "column")),
    }
    places = (rows // 2, columns // 2), (rows // 2 - 1, columns // 2), (rows // 2, columns // 2 - 1), (0, 0)
    states = [{"row": r, "column": c} for r, c in places]
    return Explorer(draw, controls, states, height=2.2, columns=4)


def explore_rollout(picture, maps, grid: tuple[int, int]) -> Explorer:
    """Follow what reaches the class token through the layers: a picture (H, W), its maps (L, heads, 1 + N, 1 + N)."""
    maps = torch.as_tensor(maps)[:, None]
    most = float(maps.mean(dim=2)[:, :, 0, 1:].max())  # one scale for all states

    def draw(canvas, layers, chained):
        rows = attention_rollout(maps[:layers])[0] if chained == "rollout" else maps[layers - 1].mean(dim=1)[0]
        shares = rows[0, 1:].numpy()
        ax = canvas.subplots()
        draw_over(ax, picture, shares, grid, most)
        name = label(f"capas encadenadas: {layers}", f"layers chained: {layers}") if chained == "rollout" else label(
            f"solo la capa {layers}", f"layer {layers} alone")  # fmt: skip
        ax.set_title(name)
        top, itself = shares.max(), float(rows[0, 0])
        return label(f"{name}: del parche del que más llega al testigo, {top:.2f}; del propio testigo, {itself:.2f}.",
                     f"{name}: from the patch that reaches the token most, {top:.2f}; from the token itself, {itself:.2f}.")

    last = len(maps)
    controls = {
        "layers": ipywidgets.IntSlider(last, min=1, max=last, description=label("capa", "layer")),
        "chained": ipywidgets.ToggleButtons(
            options=[(label("encadenadas", "chained"), "rollout"), (label("una sola", "one alone"), "one")],
            value="rollout", description=label("mapa", "map"),
        ),
    }  # fmt: skip
    states = [{"layers": n, "chained": kind} for kind in ("one", "rollout") for n in (1, last)]
    return Explorer(draw, controls, states, height=2.2, columns=4)


def explore_fusion() -> Explorer:
    """Change what two sources say and how far their gates open, complementary or independent."""
    names = label("imagen", "picture"), label("texto", "text")

    def draw(canvas, first, second, score_first, score_second, kind):
        controls["score_second"].disabled = kind == "two"  # one gate, shared out
        z = 1 / (1 + np.exp(-np.array([score_first, score_second])))
        gates = (z[0], 1 - z[0]) if kind == "two" else (z[0], z[1])
        ax = canvas.subplots()
        total = draw_gate(ax, first, second, gates, names)
        ax.set_title(f"z = {gates[0]:.2f}, 1 − z = {gates[1]:.2f}" if kind == "two" else f"z₁ = {gates[0]:.2f}, z₂ = {gates[1]:.2f}")
        name = label("complementarias", "complementary") if kind == "two" else label("independientes", "independent")
        return label(f"Puertas {name}, {gates[0]:.2f} y {gates[1]:.2f}, suman {sum(gates):.2f}; salida {total:.2f}.",
                     f"Gates, {name}, {gates[0]:.2f} and {gates[1]:.2f}, adding up to {sum(gates):.2f}; output {total:.2f}.")

    def slider(value, es, en):
        return ipywidgets.FloatSlider(value, min=-4, max=4, step=0.1, description=label(es, en))

    controls = {
        "first": slider(1.5, "imagen dice", "picture says"),
        "second": slider(-1.0, "texto dice", "text says"),
        "score_first": slider(0.0, "puntos imagen", "score picture"),
        "score_second": slider(0.0, "puntos texto", "score text"),
        "kind": ipywidgets.ToggleButtons(options=[("z, 1 − z", "two"), ("z₁, z₂", "many")], value="many",
                                         description=label("puertas", "gates")),
    }  # fmt: skip
    said = {"first": 1.5, "second": -1.0}
    states = [said | {"score_first": a, "score_second": b, "kind": kind}
              for a, b, kind in ((0, 0, "two"), (2.2, 0, "two"), (-2.2, 0, "two"),
                                 (2.2, -2.2, "many"), (2.2, 2.2, "many"), (-2.2, -2.2, "many"))]  # fmt: skip
    return Explorer(draw, controls, states, height=1.9, columns=3)
