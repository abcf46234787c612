"""Figures in one style, with labels in the notebook's language and an alternative text each."""

from atiende.plots.convolution import plot_grids, plot_one_number, plot_slide
from atiende.plots.curves import plot_gradient_error, plot_losses, plot_scores
from atiende.plots.descent import plot_paths
from atiende.plots.features import plot_channels, plot_fields, plot_gradients, plot_maps, plot_parameters, plot_places
from atiende.plots.graph import plot_graph
from atiende.plots.layers import plot_layers_histograms, plot_layers_std
from atiende.plots.memory import plot_cliffs, plot_memory, plot_reach, plot_truncation, plot_units, plot_unrolled
from atiende.plots.points import plot_corrections, plot_decision_regions
from atiende.plots.sequences import (
    plot_agreement,
    plot_bigrams,
    plot_cosines,
    plot_ids,
    plot_perplexities,
    plot_surprise,
)
from atiende.plots.series import plot_effects, plot_forecasts, plot_images, plot_windows
from atiende.plots.style import new_figure, show, use_style
from atiende.plots.timeline import plot_history

__all__ = [
    "new_figure",
    "plot_agreement",
    "plot_bigrams",
    "plot_channels",
    "plot_cliffs",
    "plot_corrections",
    "plot_cosines",
    "plot_decision_regions",
    "plot_effects",
    "plot_fields",
    "plot_forecasts",
    "plot_gradient_error",
    "plot_gradients",
    "plot_graph",
    "plot_grids",
    "plot_history",
    "plot_ids",
    "plot_images",
    "plot_layers_histograms",
    "plot_layers_std",
    "plot_losses",
    "plot_maps",
    "plot_memory",
    "plot_one_number",
    "plot_parameters",
    "plot_paths",
    "plot_perplexities",
    "plot_places",
    "plot_reach",
    "plot_scores",
    "plot_slide",
    "plot_surprise",
    "plot_truncation",
    "plot_units",
    "plot_unrolled",
    "plot_windows",
    "show",
    "use_style",
]
