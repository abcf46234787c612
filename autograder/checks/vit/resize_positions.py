"""Exercise 8.6: positions stretched to another grid."""

import numpy as np

from autograder import expect
from autograder.checks.vit import reaches, single
from autograder.exercise import Exercise
from autograder.student import StudentError
from autograder.text import Text

exercise = Exercise(
    "resize_positions", points=7,
    title=Text("Otra resolución", "Another resolution"),
    hints=(
        Text("Aparta la fila 0. Da a las demás la forma `(1, filas, columnas, D)` y pon los rasgos como canales.",
             "Put row 0 aside. Give the others the shape `(1, rows, columns, D)` and make the features channels."),
        Text("`functional.interpolate` espera `(1, D, filas, columnas)`, y `size` es la rejilla nueva.",
             "`functional.interpolate` expects `(1, D, rows, columns)`, and `size` is the new grid."),
        Text("De vuelta: aplana la rejilla, pasa los rasgos al final y pega la fila 0 delante.",
             "On the way back: flatten the grid, move the features to the end and glue row 0 in front."),
    ),
)


def weights(old: int, new: int) -> np.ndarray:
    """Return how much of each of `old` places goes to each of `new` ones, (new, old), the centres of cells compared."""
    table = np.zeros((new, old))
    for n in range(new):
        at = min(max((n + 0.5) * old / new - 0.5, 0.0), old - 1.0)
        low = int(at)
        table[n, low] += 1 - (at - low)
        table[n, min(low + 1, old - 1)] += at - low
    return table


def reference(positions, grid, new_grid) -> np.ndarray:
    plane = positions[0, 1:].double().numpy().reshape(*grid, -1)
    stretched = np.einsum("ar,bc,rcd->abd", weights(grid[0], new_grid[0]), weights(grid[1], new_grid[1]), plane)
    return np.concatenate([positions[0, :1].numpy(), stretched.reshape(-1, plane.shape[-1])])[None]


def agrees(student, draw, grid, new_grid):
    positions = single(draw, 1, 1 + grid[0] * grid[1], int(draw.integers(4, 7)))
    try:
        said = student.call("resize_positions", positions, grid, new_grid)
    except StudentError as error:
        if f"is invalid for input of size {positions.numel()}" not in error.message:
            raise
        expect.fail("Un `reshape` no cabe ({message}): ¿apartaste la fila 0? La rejilla {grid} son {count} posiciones, y llegan {all}.",
                    "A `reshape` does not fit ({message}): did you put row 0 aside? The grid {grid} holds {count} positions, and {all} "
                    "arrive.", message=error.message, grid=grid, count=grid[0] * grid[1], all=positions.shape[1])
    expect.near(said, reference(positions, grid, new_grid), what="resize_positions(…)")


@exercise.property(2, "De una rejilla a otra mayor, que no son cuadradas.", "From one grid to a larger one, neither of them square.")
def larger(student, draw):
    rows, columns = draw.sizes(2, 2, 5)
    agrees(student, draw, (rows, columns), (rows + int(draw.integers(2, 5)), columns + int(draw.integers(5, 8))))


@exercise.property(1, "Y a una menor.", "And to a smaller one.")
def smaller(student, draw):
    rows, columns = draw.sizes(2, 5, 8)
    agrees(student, draw, (rows, columns), (rows - 2, columns - 3))


@exercise.property(1, "Con la misma rejilla no cambia nada; con una fila o una columna, tampoco falla.",
                   "With the same grid nothing changes; with a single row or column, it does not fail either.")
def same_grid(student, draw):
    for grid, new in (((3, 4), (3, 4)), ((1, 4), (1, 7)), ((3, 1), (5, 1)), ((1, 1), (2, 3))):
        agrees(student, draw, grid, new)


@exercise.property(1, "La fila del testigo de clase no se toca, y una rejilla constante sigue constante.",
                   "The row of the class token is not touched, and a constant grid stays constant.")
def constant(student, draw):
    positions = single(draw, 1, 1, 6).repeat(1, 13, 1)
    positions[:, 0] = 5 + single(draw, 6)
    mine = student.put(positions)
    said = student.call("resize_positions", mine, (3, 4), (5, 2))
    expect.near(said, reference(positions, (3, 4), (5, 2)), what="resize_positions(…)")
    expect.unchanged(positions, mine.value(), "positions")


@exercise.property(1, "El gradiente llega a las posiciones, para poder seguir aprendiendo.",
                   "The gradient reaches the positions, so that they can be learned further.")
def gradient(student, draw):
    positions, scale = single(draw, 1, 7, 4), single(draw, 1, 13, 4)
    mine = student.put(positions)
    mine.keep_method("requires_grad_")
    (student.keep("resize_positions", mine, (2, 3), (4, 3)) * scale).keep_method("sum").method("backward")
    rest = np.einsum("ar,bc,abd->rcd", weights(2, 4), weights(3, 3), scale[0, 1:].double().numpy().reshape(4, 3, 4)).reshape(6, 4)
    reaches(mine.get("grad"), np.concatenate([scale[0, :1].numpy(), rest])[None], "positions")


SPLIT = "first, rest = positions[:, :1], positions[:, 1:]"
PLANE = "plane = rest.reshape(1, *grid, -1).permute(0, 3, 1, 2)"
STRETCH = 'functional.interpolate(plane, size=tuple(new_grid), mode="bilinear", align_corners=False)'
BACK = "return torch.cat([first, plane.flatten(2).transpose(1, 2)], dim=1)"

exercise.mistake("class_token_stretched_too", (BACK, "out = torch.cat([first, plane.flatten(2).transpose(1, 2)], dim=1)\n"
    "    row = functional.interpolate(positions.transpose(1, 2), size=out.shape[1], mode=\"linear\").transpose(1, 2)\n"
    "    return torch.cat([row[:, :1], out[:, 1:]], dim=1)"),
    es="La fila del testigo de clase también se interpola. No está en la rejilla: no se toca.",
    en="The row of the class token is interpolated too. It is not on the grid: it is not touched.")
exercise.mistake("one_line_for_the_grid", (PLANE, "plane = rest.transpose(1, 2)"),
    (STRETCH, 'functional.interpolate(plane, size=new_grid[0] * new_grid[1], mode="linear", align_corners=False)[:, :, None]'),
    es="Estiras la fila de parches como si fuera una línea. Es una rejilla: dos ejes.",
    en="You stretch the row of patches as if it were a line. It is a grid: two axes.")
exercise.mistake("features_not_moved", (PLANE, "plane = rest.reshape(1, -1, *grid)"),
    es="Pones los números en rejilla sin pasar antes los rasgos delante: se mezclan.",
    en="You put the numbers in a grid without moving the features to the front first: they get mixed.")
exercise.mistake("features_not_moved_back", (BACK, "return torch.cat([first, plane.reshape(1, -1, positions.shape[-1])], dim=1)"),
    es="A la vuelta no pasas los rasgos al final antes de aplanar: se mezclan.",
    en="On the way back you do not move the features to the end before flattening: they get mixed.")
exercise.mistake("features_not_moved_at_all", (PLANE, "plane = rest.reshape(1, -1, *grid)"),
    (BACK, "return torch.cat([first, plane.reshape(1, -1, positions.shape[-1])], dim=1)"),
    es="Ni a la ida ni a la vuelta mueves el eje de los rasgos: `reshape` no cambia de sitio los números, hace falta `permute`.",
    en="Neither on the way there nor back do you move the axis of the features: `reshape` moves no number, `permute` does.")
exercise.mistake("class_row_left_in", (PLANE, "plane = positions.reshape(1, *grid, -1).permute(0, 3, 1, 2)"),
    es="Pones en rejilla también la fila del testigo de clase: sobra una posición. Apártala antes.",
    en="You put the row of the class token in the grid too: there is one position too many. Put it aside first.")
exercise.mistake("class_row_left_in_as_channels", (PLANE, "plane = positions.transpose(1, 2).reshape(1, positions.shape[-1], *grid)"),
    es="La fila 0 se queda con las demás y no cabe en la rejilla: va aparte.",
    en="Row 0 stays with the others and does not fit in the grid: it goes apart.")
exercise.mistake("columns_by_rows", (PLANE, "plane = rest.transpose(1, 2).reshape(1, -1, grid[1], grid[0])"),
    es="Das a la rejilla la forma (columnas, filas). Es (filas, columnas).",
    en="You give the grid the shape (columns, rows). It is (rows, columns).")
exercise.mistake("rows_and_columns_swapped", (PLANE, "plane = rest.reshape(1, grid[1], grid[0], -1).permute(0, 3, 2, 1)"),
    es="Lees la rejilla columna a columna. Los parches van fila a fila.",
    en="You read the grid column by column. Patches go row by row.")
exercise.mistake("corners_aligned", (STRETCH, STRETCH.replace("False", "True")), es="Usas `align_corners=True`.",
    en="You use `align_corners=True`.")
exercise.mistake("nearest", (STRETCH, 'functional.interpolate(plane, size=tuple(new_grid), mode="nearest")'),
    es="Copias el vecino más cercano. Se pide interpolación bilineal.",
    en="You copy the nearest neighbour. Bilinear interpolation is asked for.")
exercise.mistake("bicubic", (STRETCH, STRETCH.replace("bilinear", "bicubic")), es="Usas interpolación bicúbica. Se pide bilineal.",
    en="You use bicubic interpolation. Bilinear is asked for.")
exercise.mistake("antialiased", (STRETCH, STRETCH.replace("False)", "False, antialias=True)")),
    es="Suavizas al encoger, con `antialias=True`. No se pide.", en="You smooth when shrinking, with `antialias=True`. It is not asked "
    "for.")
exercise.mistake("back_in_columns", (BACK, BACK.replace("plane.flatten(2)", "plane.transpose(2, 3).flatten(2)")),
    es="Al volver, recorres la rejilla nueva columna a columna.",
    en="On the way back, you go through the new grid column by column.")
exercise.mistake("class_token_last", (BACK, BACK.replace("[first, plane.flatten(2).transpose(1, 2)]",
    "[plane.flatten(2).transpose(1, 2), first]")), es="Pegas la fila del testigo de clase al final. Va delante.",
    en="You glue the row of the class token at the end. It goes in front.")
exercise.mistake("class_token_lost", (BACK, "return plane.flatten(2).transpose(1, 2)"), es="Falta la fila del testigo de clase.",
    en="The row of the class token is missing.")
exercise.mistake("last_row_put_aside", (SPLIT, "first, rest = positions[:, -1:], positions[:, :-1]"),
    es="Apartas la última fila. La del testigo de clase es la 0.", en="You put the last row aside. That of the class token is row 0.")
exercise.mistake("new_grid_swapped", (STRETCH, STRETCH.replace("tuple(new_grid)", "tuple(new_grid)[::-1]")),
    es="La rejilla nueva está girada: es (filas, columnas).", en="The new grid is turned: it is (rows, columns).")
exercise.mistake("without_gradient", (PLANE, PLANE.replace("rest.", "rest.detach().")), es="Cortas el gradiente con `detach()`.",
    en="You cut the gradient with `detach()`.")

exercise.alternative("upsample", code="""
def resize_positions(positions, grid, new_grid):
    (rows, columns), D = grid, positions.shape[-1]
    picture = positions[0, 1:].T.reshape(1, D, rows, columns)
    picture = nn.Upsample(size=(new_grid[0], new_grid[1]), mode="bilinear")(picture)
    out = picture.reshape(D, new_grid[0] * new_grid[1]).T
    return torch.vstack([positions[0, :1], out])[None]
""")
exercise.alternative("one_axis_at_a_time", code="""
def resize_positions(positions, grid, new_grid):
    plane = positions[0, 1:].unflatten(0, tuple(grid)).permute(2, 0, 1)  # (D, rows, columns)
    wide = functional.interpolate(plane, size=new_grid[1], mode="linear", align_corners=False)
    tall = functional.interpolate(wide.transpose(1, 2), size=new_grid[0], mode="linear", align_corners=False)
    rest = tall.transpose(1, 2).permute(1, 2, 0).flatten(0, 1)
    return torch.cat([positions[:, :1], rest[None]], dim=1)
""")
