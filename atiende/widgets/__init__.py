"""Things to move and questions to answer, with a static picture where no widget can run."""

from atiende.widgets.cnn import explore_field, explore_kernel, explore_pooling, explore_stride
from atiende.widgets.mlp import explore_init, explore_neuron, explore_regions, explore_softmax, explore_valley
from atiende.widgets.predict import predict
from atiende.widgets.rnn import explore_clipping, explore_context, explore_gate, explore_reach, explore_temperature

__all__ = [
    "explore_clipping",
    "explore_context",
    "explore_field",
    "explore_gate",
    "explore_init",
    "explore_kernel",
    "explore_neuron",
    "explore_pooling",
    "explore_reach",
    "explore_regions",
    "explore_softmax",
    "explore_stride",
    "explore_temperature",
    "explore_valley",
    "predict",
]
