"""Exercise 7.6: causal attention over what was kept and what is new."""

import torch
from torch.nn import functional

from autograder import expect
from autograder.exercise import Exercise
from autograder.replies import parts
from autograder.text import Text

exercise = Exercise(
    "cached_attention", points=7,
    title=Text("Atención que recuerda", "Attention that remembers"),
    hints=(
        Text("`torch.cat([past[0], k], dim=2)`: el eje 2 es el de las piezas, y lo de antes va delante.",
             "`torch.cat([past[0], k], dim=2)`: axis 2 is that of the pieces, and what came before goes in front."),
        Text("Hay `T` consultas y `S = P + T` claves. La consulta `t` mira a las claves `0` a `P + t`.",
             "There are `T` queries and `S = P + T` keys. Query `t` looks at keys `0` to `P + t`."),
        Text("`.tril(P)` de una tabla `(T, S)` de unos deja ver la diagonal corrida `P` lugares.",
             "`.tril(P)` of a table `(T, S)` of ones leaves the diagonal moved by `P` places in sight."),
    ),
)


def drawn(draw, B: int, H: int, S: int, d: int):
    """Return q, k, v of a whole text, (B, H, S, d), float32."""
    return [draw.tensor(B, H, S, d, std=1.2, dtype=torch.float32) for _ in range(3)]


def whole(q, k, v):
    """Return what each piece of a text should get, with PyTorch's attention: (B, H, S, d)."""
    return functional.scaled_dot_product_attention(q.double(), k.double(), v.double(), is_causal=True)


def called(student, q, k, v, past=None):
    """Return the output as a plain value, and the past as plain keys and values and as a handle."""
    out, kept = parts(student.keep("cached_attention", q, k, v, past), "out", "(k, v)")
    keys, values = (part.value() for part in parts(kept, "k", "v"))
    return out.value(), keys, values, kept


def agrees(student, q, k, v, P: int):
    """Ask for the pieces behind the first P, which are the past."""
    past = (k[:, :, :P], v[:, :, :P]) if P else None
    out, keys, values, _ = called(student, q[:, :, P:], k[:, :, P:], v[:, :, P:], past)
    expect.near(out, whole(q, k, v)[:, :, P:], what="out")
    return keys, values


@exercise.property(2, "Sin pasado, es la atención causal de PyTorch.", "Without a past, it is PyTorch's causal attention.")
def no_past(student, draw):
    B, H, S, d = draw.sizes(4, 2, 6)
    for sizes in ((B, H, S, d), (1, 2, 5, 3)):
        agrees(student, *drawn(draw, *sizes), P=0)


@exercise.property(2, "Con pasado y una sola pieza nueva, la pieza mira a todas.",
    "With a past and a single new piece, the piece looks at all.")
def one_more(student, draw):
    B, H, S, d = draw.sizes(4, 2, 7)
    agrees(student, *drawn(draw, B, H, S, d), P=S - 1)
    agrees(student, *drawn(draw, 1, 1, 2, 3), P=1)


@exercise.property(2, "Con pasado y varias piezas nuevas, ninguna mira a las de después.",
                   "With a past and several new pieces, none looks at those after it.")
def several_more(student, draw):
    B, H, d = draw.sizes(3, 2, 5)
    for P, T in ((2, 4), (int(draw.integers(5, 8)), 3), (1, 2)):
        agrees(student, *drawn(draw, B, H, P + T, d), P=P)


@exercise.property(1, "Devuelve las claves y los valores de todas las piezas, las de antes delante.",
                   "It returns the keys and values of all pieces, earlier ones first.")
def kept(student, draw):
    B, H, S, d = draw.sizes(4, 3, 8)
    for P in (0, 1, S - 1):
        q, k, v = drawn(draw, B, H, S, d)
        keys, values = agrees(student, q, k, v, P)
        expect.near(keys, k, what="k")
        expect.near(values, v, what="v")


@exercise.property(2, "Leído a trozos (dos, una, una, tres, dos), el texto da lo mismo que entero.",
                   "Read in parts (two, one, one, three, two), the text gives the same as whole.")
def in_parts(student, draw):
    q, k, v = drawn(draw, 2, 3, 9, 4)
    wanted, at, past = whole(q, k, v), 0, None
    for size in (2, 1, 1, 3, 2):
        rows = slice(at, at + size)
        out, _, _, past = called(student, q[:, :, rows], k[:, :, rows], v[:, :, rows], past)
        expect.near(out, wanted[:, :, rows], what="out")
        at += size


@exercise.property(1, "Aguanta puntuaciones enormes, y deja sus entradas como estaban.",
                   "It copes with huge scores, and leaves its inputs as they were.")
def unchanged(student, draw):
    q, k, v = drawn(draw, 2, 2, 6, 3)
    q = 200 * q
    given = [q[:, :, 4:], k[:, :, 4:], v[:, :, 4:]]
    mine, past = [student.put(part.clone()) for part in given], student.put((k[:, :, :4].clone(), v[:, :, :4].clone()))
    out, _, _, _ = called(student, *mine, past)
    expect.close(out, whole(q, k, v)[:, :, 4:], atol=2e-3, what="out")  # single precision on scores of hundreds
    for handle, before, name in zip(mine, given, "qkv", strict=True):
        expect.unchanged(before, handle.value(), name)
    for after, before in zip(past.value(), (k, v), strict=True):
        expect.unchanged(before[:, :, :4], after, "past")


CAT = "k, v = torch.cat([past[0], k], dim=2), torch.cat([past[1], v], dim=2)"
MASK = ".tril(S - T)"
SCALE = "math.sqrt(q.shape[-1])"
RETURN = "return scores.masked_fill(~seen, float(\"-inf\")).softmax(dim=-1) @ v, (k, v)"

exercise.mistake("no_mask", (".masked_fill(~seen, float(\"-inf\"))", ""),
    es="Falta la máscara causal: las piezas nuevas se ven unas a otras.",
    en="The causal mask is missing: new pieces see each other.")
exercise.mistake("mask_from_the_left", (MASK, ".tril()"),
    es="La diagonal de la máscara empieza en la clave 0. Con pasado empieza en la `P`.",
    en="The diagonal of the mask begins at key 0. With a past it begins at `P`.")
exercise.mistake("blind_to_itself", (MASK, ".tril(S - T - 1 + (S == T))"), es="Con pasado, cada pieza nueva no se ve a sí misma.",
    en="With a past, each new piece does not see itself.")
exercise.mistake("sees_the_next", (MASK, ".tril(S - T + 1)"), es="Cada pieza ve también la siguiente.",
    en="Each piece sees the next one too.")
exercise.mistake("past_behind", (CAT, "k, v = torch.cat([k, past[0]], dim=2), torch.cat([v, past[1]], dim=2)"),
    es="Pones lo guardado detrás de lo nuevo.",
    en="You put what was kept behind what is new.")
exercise.mistake("past_ignored", ("if past is not None:", "if False:"), es="No usas el pasado.", en="You do not use the past.")
exercise.mistake("keys_and_values_crossed", (CAT, "k, v = torch.cat([past[1], k], dim=2), torch.cat([past[0], v], dim=2)"),
    es="Cruzas las claves y los valores guardados.", en="You swap the keys and the values that were kept.")
exercise.mistake("only_the_new_returned", ("    if past is not None:\n", "    fresh = k, v\n    if past is not None:\n"), (RETURN,
    RETURN.replace("(k, v)", "fresh")),
    es="Devuelves solo las claves y los valores nuevos: la llamada siguiente habrá olvidado el resto.",
    en="You return only the new keys and values: the next call will have forgotten the rest.")
exercise.mistake("no_scale", (f" / {SCALE}", ""), es="Falta la escala, la raíz de `d`.",
    en="The scale is missing: divide by the root of `d`.")
exercise.mistake("scaled_by_all_heads", (SCALE, "math.sqrt(q.shape[-1] * q.shape[1])"),
    es="Divides entre la raíz de `D`. Es la de `d`, la de una cabeza.",
    en="You divide by the root of `D`. It is the root of `d`, the size of one head.")
exercise.mistake("masked_with_zero", ("scores.masked_fill(~seen, float(\"-inf\"))", "(scores * seen)"),
    es="Tapas con 0, y $e^0 = 1$ sigue pesando. Es menos infinito.",
    en="You mask with 0, and $e^0 = 1$ still weighs. It is minus infinity.")
exercise.mistake("softmax_over_queries", ("softmax(dim=-1)", "softmax(dim=-2).nan_to_num()"),
    es="El softmax es sobre las claves, el último eje.",
    en="The softmax is over the keys, the last axis.")
exercise.mistake("masked_after_the_softmax", (RETURN, "return (scores.softmax(dim=-1) * seen) @ v, (k, v)"),
    es="Tapas después del softmax: las filas ya no suman 1.",
    en="You mask after the softmax: the rows no longer add up to 1.")

exercise.alternative("torch_s_kernel", code="""
def cached_attention(q, k, v, past=None):
    P = 0
    if past:
        P = past[0].size(2)
        k, v = (torch.cat(both, dim=-2) for both in zip(past, (k, v)))
    T = q.size(-2)
    mask = torch.arange(P + T)[None, :] <= torch.arange(P, P + T)[:, None]
    return functional.scaled_dot_product_attention(q, k, v, attn_mask=mask), [k, v]
""")
exercise.alternative("into_fresh_tensors", code="""
def cached_attention(q, k, v, past=None):
    B, H, T, d = q.shape
    P = 0 if past is None else past[0].shape[2]
    keys, values = torch.zeros(B, H, P + T, d), torch.zeros(B, H, P + T, d)
    keys[:, :, P:], values[:, :, P:] = k, v
    if past is not None:
        keys[:, :, :P], values[:, :, :P] = past
    hidden = torch.triu(torch.full((T, P + T), float("-inf")), diagonal=P + 1)
    weights = torch.zeros(B, H, T, P + T)
    for b in range(B):
        for h in range(H):
            weights[b, h] = torch.softmax(q[b, h] @ keys[b, h].T / d**0.5 + hidden, dim=-1)
    return weights @ values, (keys, values)
""")
exercise.alternative("query_by_query", code="""
def cached_attention(q, k, v, past=None):
    P = 0 if past is None else past[0].shape[2]
    keys = k if past is None else torch.cat((past[0], k), 2)
    values = v if past is None else torch.cat((past[1], v), 2)
    outs = []
    for t in range(q.shape[2]):
        scores = torch.einsum("bhd,bhsd->bhs", q[:, :, t], keys[:, :, : P + t + 1]) * q.shape[-1] ** -0.5
        outs.append(torch.einsum("bhs,bhsd->bhd", torch.softmax(scores, -1), values[:, :, : P + t + 1]))
    return torch.stack(outs, dim=2), (keys, values)
""")
