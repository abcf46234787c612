"""Things to move and questions to answer, with a static picture where no widget can run."""

from atiende.widgets.attention import explore_heads, explore_mask, explore_query, explore_root
from atiende.widgets.bert import explore_guess, explore_hiding, explore_senses
from atiende.widgets.cnn import explore_field, explore_kernel, explore_pooling, explore_stride
from atiende.widgets.detector import explore_iou, explore_nms
from atiende.widgets.gpt import explore_beam, explore_merges, explore_next
from atiende.widgets.history import explore_code, explore_depth, explore_latent, explore_two_lines
from atiende.widgets.mlp import explore_init, explore_neuron, explore_regions, explore_softmax, explore_valley
from atiende.widgets.predict import predict
from atiende.widgets.rnn import explore_clipping, explore_context, explore_gate, explore_reach, explore_temperature
from atiende.widgets.transformer import explore_positions, explore_smoothing, explore_warmup
from atiende.widgets.vit import explore_fusion, explore_likeness, explore_patches, explore_rollout

__all__ = [
    "explore_beam",
    "explore_clipping",
    "explore_code",
    "explore_context",
    "explore_depth",
    "explore_field",
    "explore_fusion",
    "explore_gate",
    "explore_guess",
    "explore_heads",
    "explore_hiding",
    "explore_init",
    "explore_iou",
    "explore_kernel",
    "explore_latent",
    "explore_likeness",
    "explore_mask",
    "explore_merges",
    "explore_neuron",
    "explore_next",
    "explore_nms",
    "explore_patches",
    "explore_pooling",
    "explore_positions",
    "explore_query",
    "explore_reach",
    "explore_regions",
    "explore_rollout",
    "explore_root",
    "explore_senses",
    "explore_smoothing",
    "explore_softmax",
    "explore_stride",
    "explore_temperature",
    "explore_two_lines",
    "explore_valley",
    "explore_warmup",
    "predict",
]
