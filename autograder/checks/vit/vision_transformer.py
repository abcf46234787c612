"""Exercise 8.4: the whole model, against torch's layers with the same weights."""

import math

import numpy as np
import torch
from torch.nn import functional

from autograder import expect
from autograder.checks.transformer import linear_weights, norm_weights
from autograder.checks.vit import about, block_weights, cut, doubled, reaches, rounded, single, torch_block
from autograder.checks.vit.patchify import sizes
from autograder.exercise import Exercise
from autograder.text import Text
from autograder.weights import load_weights

CLASSES = 11

exercise = Exercise(
    "VisionTransformer", points=11, uses=("patch_embed", "add_tokens", "vision_block"),
    title=Text("El modelo entero", "The whole model"),
    forbids=("torch.nn.TransformerEncoder.forward", "torch.nn.TransformerEncoderLayer.forward"),
    hints=(
        Text("El número de parches es (`H // P`) por (`W // P`); las posiciones son uno más.",
             "The number of patches is (`H // P`) times (`W // P`); positions are one more."),
        Text("`nn.Parameter(torch.zeros(1, 1, d_model))` es un tensor que se aprende. `nn.ModuleList(... for _ in range(num_layers))` "
             "hace capas distintas.",
             "`nn.Parameter(torch.zeros(1, 1, d_model))` is a tensor that is learned. `nn.ModuleList(... for _ in range(num_layers))` "
             "makes different layers."),
        Text("Al final: `norm`, el sitio 0 de cada imagen, `head`.", "At the end: `norm`, place 0 of each picture, `head`."),
    ),
)


class Reference:
    """Compute what the model should, out of torch's layers."""

    def __init__(self, weights: dict, P: int, D: int, heads: int, F: int, layers: int):
        self.weights, self.P, self.D = doubled(weights), P, D
        named = [{n.removeprefix(f"blocks.{k}."): v for n, v in weights.items() if n.startswith(f"blocks.{k}.")} for k in range(layers)]
        self.blocks = [torch_block(part, D, heads, F) for part in named]

    def __call__(self, x):
        w, x = self.weights, x.double()
        patches = torch.from_numpy(cut(x.numpy(), self.P)) @ w["patches.linear.weight"].T + w["patches.linear.bias"]
        x = torch.cat([w["class_token"].repeat(len(x), 1, 1), patches], dim=1) + w["positions"]
        for block in self.blocks:
            x = block(x)
        x = functional.layer_norm(x, (self.D,), w["norm.weight"], w["norm.bias"])
        return functional.linear(x[:, 0], w["head.weight"], w["head.bias"])


def built(student, draw, layers: int = 2):
    """Return the student's model with drawn weights, torch's, the weights, and the shape of a batch with its P."""
    B, C, H, W, P = sizes(draw)
    heads = int(draw.integers(2, 4))
    D, F, N = heads * int(draw.integers(2, 4)), int(draw.integers(10, 14)), (H // P) * (W // P)
    weights = {"class_token": single(draw, 1, 1, D), "positions": single(draw, 1, 1 + N, D)}
    weights |= linear_weights(draw, "patches.linear", D, P * P * C)
    for k in range(layers):
        weights |= {f"blocks.{k}.{name}": value for name, value in block_weights(draw, D, F).items()}
    weights = rounded(weights | norm_weights(draw, "norm", D) | linear_weights(draw, "head", CLASSES, D))
    model = student.keep("VisionTransformer", (H, W), P, C, CLASSES, D, heads, F, layers)
    load_weights(model, weights)
    return model, Reference(weights, P, D, heads, F, layers), weights, (B, C, H, W), P


@exercise.property(3, "Con los mismos pesos, puntúa como las capas de PyTorch, también una imagen sola.",
                   "With the same weights, it scores like PyTorch's layers, a single picture too.")
def agrees(student, draw):
    model, wanted, _, shape, _ = built(student, draw)
    for B in (3, 1):
        x = single(draw, B, *shape[1:])
        about(model.call(x), wanted(x), what="VisionTransformer(…)(x)")


@exercise.property(1, "Con un solo bloque, y con tres, también.", "With a single block, and with three, too.")
def depths(student, draw):
    for layers in (1, 3):
        model, wanted, _, shape, _ = built(student, draw, layers)
        x = single(draw, *shape)
        about(model.call(x), wanted(x), what="VisionTransformer(…)(x)")


@exercise.property(2, "Con posiciones a cero, barajar los parches no cambia las puntuaciones; con posiciones, sí.",
                   "With positions at zero, shuffling the patches does not change the scores; with positions, it does.")
def order(student, draw):
    model, wanted, weights, (B, C, H, W), P = built(student, draw)
    x = single(draw, B, C, H, W)
    numbers = cut(np.arange(C * H * W, dtype=float).reshape(1, C, H, W), P)[0].astype(int)  # which pixels each patch holds
    shuffled = x.flatten(1).clone()
    shuffled[:, numbers.ravel()] = x.flatten(1)[:, numbers[::-1].ravel()]
    shuffled = shuffled.reshape(x.shape)
    about(model.call(shuffled), wanted(shuffled), what="VisionTransformer(…)(x)")
    bare = weights | {"positions": torch.zeros_like(weights["positions"])}
    model.keep_method("load_state_dict", bare)
    wanted.weights = doubled(bare)
    right = wanted(x)
    about(model.call(x), right, what="VisionTransformer(…)(x)")
    about(model.call(shuffled), right, what="VisionTransformer(…)(x)")


@exercise.property(1, "Nace como se pide: las posiciones con `position_std`, el testigo a cero, y la primera pérdida es $\\ln 10$.",
                   "It starts as asked: the positions with `position_std`, the token at zero, and the first loss is $\\ln 10$.")
def born(student, draw):
    student.seed(draw.seed())
    for std in (0.5, float(draw.uniform(0.05, 0.2))):
        sizes = (16, 8), 2, 1, 10, 64, 4, 32, 2
        model = student.keep("VisionTransformer", *sizes, std) if std != 0.5 else student.keep("VisionTransformer", *sizes)
        weights = model.method("state_dict")
        positions = expect.array(weights.get("positions"), (1, 33, 64), "positions")
        expect.true(abs(positions.std() / std - 1) < 0.08, "`positions` nace con desviación estándar {seen:.3f}; se pide {std:.3f}.",
                    "`positions` starts with standard deviation {seen:.3f}; {std:.3f} is asked for.", seen=positions.std(), std=std)
    for name, shape in (("class_token", (1, 1, 64)), ("head.bias", (10,))):
        expect.true(not expect.array(weights.get(name), shape, name).any(), "`{name}` debía nacer en ceros, y no.",
                    "`{name}` should start at zeros, and does not.", name=name)
    head = expect.array(weights.get("head.weight"), (10, 64), "head.weight")
    expect.true(abs(head.std() / 0.02 - 1) < 0.15, "`head.weight` nace con desviación estándar {seen:.3f}; se pide 0.02.",
                "`head.weight` starts with standard deviation {seen:.3f}; 0.02 is asked for.", seen=head.std())
    x, y = single(draw, 20, 1, 16, 8), torch.from_numpy(draw.integers(10, size=20))
    logits = torch.from_numpy(expect.array(model.call(x), (20, 10), "VisionTransformer(…)(x)"))
    loss = functional.cross_entropy(logits, y).item()
    expect.true(abs(loss - math.log(10)) < 0.2, "La primera pérdida es {loss:.2f}; la de quien no sabe nada es 2.30.",
                "The first loss is {loss:.2f}; that of one who knows nothing is 2.30.", loss=loss)


@exercise.property(1, "El gradiente llega al testigo de clase, a las posiciones y a los parches.",
                   "The gradient reaches the class token, the positions and the patches.")
def gradients(student, draw):
    model, wanted, weights, shape, _ = built(student, draw)
    x, scale = single(draw, *shape), single(draw, shape[0], CLASSES)
    (model.keep(x) * scale).keep_method("sum").method("backward")
    names = "class_token", "positions", "patches.linear.weight", "norm.weight", "head.bias"
    wanted.weights = {name: value.requires_grad_(name in names) for name, value in doubled(weights).items()}
    (wanted(x) * scale).sum().backward()
    seen = model.gradients()
    for name in names:
        reaches(seen.get(name), wanted.weights[name].grad, name)


READ = "return self.head(self.norm(x)[:, 0])"
ENTER = "x = add_tokens(self.patches(x), self.class_token, self.positions)"
POSITIONS = "self.positions = nn.Parameter(torch.randn(1, 1 + N, d_model) * position_std)"
BLOCKS = "nn.ModuleList(VisionBlock(d_model, heads, d_ff) for _ in range(num_layers))"
TOKEN = "self.class_token = nn.Parameter(torch.zeros(1, 1, d_model))"

exercise.mistake("reads_the_mean_of_all", (READ, "return self.head(self.norm(x).mean(dim=1))"),
    es="La cabeza lee la media de todos, testigo incluido. Lee solo el sitio 0.",
    en="The head reads the mean of all, the token included. It reads place 0 only.")
exercise.mistake("reads_the_mean_of_the_patches", (READ, "return self.head(self.norm(x)[:, 1:].mean(dim=1))"),
    es="La cabeza lee la media de los parches. Lee solo el testigo de clase.",
    en="The head reads the mean of the patches. It reads the class token only.")
exercise.mistake("mean_of_the_patches_then_norm", (READ, "return self.head(self.norm(x[:, 1:].mean(dim=1)))"),
    es="Promedias los parches y luego normalizas. La cabeza lee solo el testigo de clase, el sitio 0.",
    en="You average the patches and then normalize. The head reads the class token only, place 0.")
exercise.mistake("mean_of_all_then_norm", (READ, "return self.head(self.norm(x.mean(dim=1)))"),
    es="Promedias toda la fila y luego normalizas. La cabeza lee solo el testigo de clase, el sitio 0.",
    en="You average the whole row and then normalize. The head reads the class token only, place 0.")
exercise.mistake("scores_for_every_place", (READ, "return self.head(self.norm(x))"),
    es="Puntúas todos los sitios. Se lee solo el 0: `[:, 0]`.", en="You score every place. Only place 0 is read: `[:, 0]`.")
exercise.mistake("a_plain_list", (BLOCKS, "[VisionBlock(d_model, heads, d_ff) for _ in range(num_layers)]"),
    es="Una lista corriente esconde sus capas a PyTorch: no se aprenden. Usa `nn.ModuleList`.",
    en="A plain list hides its layers from PyTorch: they are not learned. Use `nn.ModuleList`.")
exercise.mistake("token_drawn", (TOKEN, TOKEN.replace("zeros(1, 1, d_model)", "randn(1, 1, d_model)")),
    es="El testigo de clase nace al azar. Se pide en ceros.", en="The class token starts at random. Zeros are asked for.")
exercise.mistake("positions_at_zero", (POSITIONS, POSITIONS.replace(" * position_std", " * 0")),
    es="Las posiciones nacen en ceros, todas iguales. Se pide desviación estándar `position_std`.",
    en="The positions start at zeros, all alike. Standard deviation `position_std` is asked for.")
exercise.mistake("positions_of_deviation_one", (POSITIONS, POSITIONS.replace(" * position_std", "")),
    es="Las posiciones nacen con desviación estándar 1: falta multiplicar por `position_std`.",
    en="The positions start with standard deviation 1: they have yet to be multiplied by `position_std`.")
exercise.mistake("bias_as_usual", ("        nn.init.zeros_(self.head.bias)\n", ""),
    es="El sesgo de la cabeza nace como lo deja PyTorch. Se pide en ceros.",
    en="The bias of the head starts as PyTorch leaves it. Zeros are asked for.")
exercise.mistake("reads_the_last", (READ, "return self.head(self.norm(x)[:, -1])"),
    es="La cabeza lee el último parche. El testigo de clase es el primero.",
    en="The head reads the last patch. The class token is the first.")
exercise.mistake("reads_the_first_picture", (READ, "return self.head(self.norm(x)[0])"),
    es="`[0]` elige la primera imagen, no el primer sitio: es `[:, 0]`.",
    en="`[0]` chooses the first picture, not the first place: it is `[:, 0]`.")
exercise.mistake("norm_missing", (READ, "return self.head(x[:, 0])"), es="Falta `norm` antes de la cabeza.",
    en="`norm` is missing before the head.")
exercise.mistake("softmax_inside", (READ, READ + ".softmax(dim=-1)"),
    es="Pones una softmax al final: la entropía cruzada ya la lleva dentro.",
    en="You put a softmax at the end: the cross-entropy has it inside.")
exercise.mistake("layers_shared", (BLOCKS, "nn.ModuleList([VisionBlock(d_model, heads, d_ff)] * num_layers)"),
    es="Todos los bloques son el mismo. Haz uno nuevo cada vez.", en="All blocks are the same one. Make a new one each time.")
exercise.mistake("one_block_only", ("        for block in self.blocks:\n            x = block(x)\n", "        x = self.blocks[0](x)\n"),
    es="Pasas por un solo bloque.", en="You go through a single block.")
exercise.mistake("positions_sized_by_the_side", ("N = (image_size[0] // patch_size) * (image_size[1] // patch_size)",
    "N = (image_size[0] // patch_size) ** 2"),
    es="Cuentas los parches como si la imagen fuera cuadrada.", en="You count the patches as if the picture were square.")
exercise.mistake("no_position_for_the_token", (POSITIONS, POSITIONS.replace("1 + N", "N")),
    (ENTER, "x = self.patches(x) + self.positions\n        x = torch.cat([self.class_token.expand(len(x), -1, -1), x], dim=1)"),
    es="Las posiciones son `N`: falta la del testigo de clase.", en="There are `N` positions: that of the class token is missing.")
exercise.mistake("positions_left_out", (ENTER, ENTER.replace("self.positions)", "0 * self.positions)")),
    es="Las posiciones no se suman.", en="The positions are not added.")
exercise.mistake("token_not_learned", (TOKEN, 'self.register_buffer("class_token", torch.zeros(1, 1, d_model))'),
    es="El testigo de clase no es un `nn.Parameter`: no se aprende.",
    en="The class token is not an `nn.Parameter`: it is not learned.")
exercise.mistake("positions_not_learned", (POSITIONS, 'self.register_buffer("positions", torch.randn(1, 1 + N, d_model) * '
    'position_std)'),
    es="Las posiciones no son un `nn.Parameter`: no se aprenden.",
    en="The positions are not an `nn.Parameter`: they are not learned.")
exercise.mistake("std_ignored", (POSITIONS, POSITIONS.replace("position_std", "0.02")),
    es="Las posiciones nacen siempre con 0.02. Es `position_std`.", en="Positions always start with 0.02. It is `position_std`.")
exercise.mistake("head_born_as_usual", ("        nn.init.normal_(self.head.weight, std=0.02)\n        "
    "nn.init.zeros_(self.head.bias)\n", ""),
    es="La cabeza nace como la deja PyTorch. Se pide desviación estándar 0.02 y sesgo a cero.",
    en="The head starts as PyTorch leaves it. Standard deviation 0.02 and bias at zero are asked for.")
exercise.mistake("height_and_width_swapped", (ENTER, ENTER.replace("self.patches(x)", "self.patches(x.transpose(2, 3))")),
    es="Giras la imagen antes de cortarla.", en="You turn the picture before cutting it.")

exercise.alternative("norm_of_the_token_alone", (READ, "return self.head(self.norm(x[:, 0]))"))
exercise.alternative("a_sequence", code="""
class VisionTransformer(nn.Module):
    def __init__(self, image_size, patch_size, channels, num_classes, d_model, heads, d_ff, num_layers, position_std=0.5):
        super().__init__()
        height, width = image_size
        self.positions = nn.Parameter(torch.empty(1, 1 + height * width // patch_size**2, d_model))
        torch.nn.init.normal_(self.positions, mean=0.0, std=position_std)
        self.class_token = nn.Parameter(torch.zeros(1, 1, d_model))
        self.patches = PatchEmbed(patch_size, channels, d_model)
        self.blocks = nn.ModuleList()
        while len(self.blocks) < num_layers:
            self.blocks.append(VisionBlock(d_model, heads, d_ff))
        self.norm, self.head = nn.LayerNorm(d_model), nn.Linear(d_model, num_classes)
        with torch.no_grad():
            self.head.weight.normal_(std=0.02)
            self.head.bias.fill_(0.0)

    def forward(self, x):
        x = add_tokens(self.patches(x), self.class_token, self.positions)
        for n in range(len(self.blocks)):
            x = self.blocks[n](x)
        first, _ = x.split([1, x.shape[1] - 1], dim=1)
        return self.head(self.norm(first)).squeeze(1)
""")
