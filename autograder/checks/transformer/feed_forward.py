"""Exercise 5.4: the position-wise network (Vaswani et al. 2017, arXiv:1706.03762, equation 2)."""

import torch
from torch.nn import functional

from autograder import expect
from autograder.checks.transformer import linear_weights
from autograder.exercise import Exercise
from autograder.text import Text
from autograder.weights import load_weights

exercise = Exercise(
    "FeedForward", points=3,
    title=Text("Pensar cada palabra por su cuenta", "Thinking each word over on its own"),
    hints=(
        Text("`nn.Linear` actúa sobre el último eje: no hace falta tocar la forma `(B, T, D)`.",
             "`nn.Linear` acts on the last axis: the shape `(B, T, D)` need not be touched."),
        Text("El orden: `widen`, ReLU, dropout, `narrow`.", "The order: `widen`, ReLU, dropout, `narrow`."),
    ),
)


def built(student, draw, D: int, F: int, dropout: float = 0.0, train: bool = False):
    weights = linear_weights(draw, "widen", F, D) | linear_weights(draw, "narrow", D, F)
    net = student.keep("FeedForward", D, F, dropout).keep_method("double")
    load_weights(net, weights)
    return net.keep_method("train", train), weights


def reference(x, weights):
    hidden = functional.linear(x, weights["widen.weight"], weights["widen.bias"]).clamp(min=0)
    return functional.linear(hidden, weights["narrow.weight"], weights["narrow.bias"])


@exercise.property(1, "Con los mismos pesos, da lo mismo que el cálculo directo.",
                   "With the same weights, it gives the same as the plain computation.")
def values(student, draw):
    B, T, D, F = draw.sizes(4, 2, 8)
    net, weights = built(student, draw, D, F + 8)
    x = draw.tensor(B, T, D)
    expect.near(net.call(x), reference(x, weights), what="FeedForward(…)(x)")


@exercise.property(1, "Cada sitio pasa solo: barajar las palabras baraja las salidas; y sirve con un solo sitio.",
                   "Each place is treated on its own: shuffling the words shuffles the outputs; and a single place works.")
def alone(student, draw):
    B, T, D = draw.sizes(3, 3, 7)
    net, weights = built(student, draw, D, 2 * D)
    x, order = draw.tensor(B, T, D), draw.permutation(T)
    expect.near(net.call(x[:, order]), reference(x, weights)[:, order], what="FeedForward(…)(x)")
    expect.near(net.call(x[:1, :1]), reference(x[:1, :1], weights), what="FeedForward(…)(x)")


@exercise.property(1, "Al entrenar, el dropout apaga rasgos de la capa oculta; al evaluar, ninguno.",
                   "In training, dropout silences features of the hidden layer; in evaluation, none.")
def dropout(student, draw):
    D, share = 200, float(draw.uniform(0.2, 0.4))
    net = student.keep("FeedForward", D, D, share).keep_method("double")
    identity, zeros = torch.eye(D, dtype=torch.float64), torch.zeros(D, dtype=torch.float64)
    load_weights(net, {"widen.weight": identity, "widen.bias": zeros, "narrow.weight": identity, "narrow.bias": zeros + 5})
    x = torch.from_numpy(draw.uniform(1, 2, size=(3, 20, D)))
    student.seed(draw.seed())
    said = expect.array(net.keep_method("train").call(x), (3, 20, D), "FeedForward(…)(x)") - 5
    silent = abs(said) < 1e-9
    expect.true(abs(silent.mean() - share) < 5 * (share * (1 - share) / silent.size) ** 0.5,
                "Con `dropout={share:.2f}`, se apaga el {seen:.0%} de los rasgos ocultos.",
                "With `dropout={share:.2f}`, {seen:.0%} of the hidden features are silenced.", share=share, seen=silent.mean())
    expect.near(said[~silent], x.numpy()[~silent] / (1 - share), what="FeedForward(…)(x)")
    expect.near(net.keep_method("eval").call(x), x + 5, what="FeedForward(…).eval()(x)")


RETURN = "return self.narrow(self.dropout(torch.relu(self.widen(x))))"
SAME_NET = "self.dropout = nn.Dropout(dropout)"

exercise.mistake("no_relu", ("torch.relu(self.widen(x))", "self.widen(x)"),
    es="Falta la ReLU: dos capas lineales seguidas son una sola.",
    en="The ReLU is missing: two linear layers in a row are a single one.")
exercise.mistake("relu_at_the_end", (RETURN, "return torch.relu(self.narrow(self.dropout(self.widen(x))))"),
    es="La ReLU va entre las dos capas, no al final.", en="The ReLU goes between the two layers, not at the end.")
exercise.mistake("two_relus", (RETURN, "return torch.relu(self.narrow(self.dropout(torch.relu(self.widen(x)))))"),
    es="Sobra la ReLU del final: la salida también puede ser negativa.",
    en="The last ReLU is one too many: the output may be negative too.")
exercise.mistake("relu_first", (RETURN, "return self.narrow(self.dropout(self.widen(torch.relu(x))))"),
    es="Aplicas la ReLU a la entrada. Va tras `widen`.", en="You apply the ReLU to the input. It goes after `widen`.")
exercise.mistake("gelu", ("torch.relu(", "nn.functional.gelu("), es="Usas GELU. Se pide ReLU.",
    en="You use GELU. ReLU is asked for.")
exercise.mistake("residual_here", (RETURN, RETURN.replace("return ", "return x + ")),
    es="Sumas `x` aquí: de eso se encarga `Sublayer`.", en="You add `x` here: `Sublayer` takes care of that.")
exercise.mistake("no_dropout", (RETURN, "return self.narrow(torch.relu(self.widen(x)))"), es="Falta el dropout.",
    en="Dropout is missing.")
exercise.mistake("dropout_at_the_end", (RETURN, "return self.dropout(self.narrow(torch.relu(self.widen(x))))"),
    es="Aplicas el dropout a la salida. Va en los rasgos ocultos, tras la ReLU.",
    en="You apply dropout to the output. It goes on the hidden features, after the ReLU.")
exercise.mistake("dropout_in_evaluation", (SAME_NET, "self.dropout = lambda h: nn.functional.dropout(h, dropout)"),
    es="El dropout sigue activo al evaluar.", en="Dropout stays on in evaluation.")
exercise.mistake("mixed_words", (RETURN,
    "h = torch.relu(self.widen(x))\n        return self.narrow(self.dropout(h + h.mean(dim=1, keepdim=True)))"),
    es="Mezclas palabras: cada una pasa sola por la red.", en="You mix words: each is treated on its own.")

exercise.alternative("sequential", code="""
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0):
        super().__init__()
        self.widen, self.narrow = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.rate = dropout

    def forward(self, x):
        hidden = self.widen(x).clamp(min=0)
        return self.narrow(nn.functional.dropout(hidden, self.rate, self.training))
""")
exercise.alternative("flattened", code="""
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0):
        super().__init__()
        self.widen = nn.Linear(d_model, d_ff)
        self.drop, self.act = nn.Dropout(dropout), nn.ReLU()
        self.narrow = nn.Linear(d_ff, d_model)

    def forward(self, x):
        rows = x.reshape(-1, x.shape[-1])
        return self.narrow(self.drop(self.act(self.widen(rows)))).reshape(x.shape)
""")
