"""Things to move and questions to answer, with a static picture where no widget can run."""

from atiende.widgets.mlp import explore_init, explore_neuron, explore_regions, explore_softmax, explore_valley
from atiende.widgets.predict import predict

__all__ = ["explore_init", "explore_neuron", "explore_regions", "explore_softmax", "explore_valley", "predict"]
