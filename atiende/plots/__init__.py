"""Figures in one style, with labels in the notebook's language and an alternative text each."""

from atiende.plots.attention import (
    plot_cost,
    plot_lengths,
    plot_looks,
    plot_lookup,
    plot_masks,
    plot_scaling,
    plot_splits,
)
from atiende.plots.bert import plot_hidden, plot_input, plot_kinds, plot_senses, plot_word_plane
from atiende.plots.convolution import plot_grids, plot_one_number, plot_slide
from atiende.plots.curves import plot_gradient_error, plot_losses, plot_scores
from atiende.plots.descent import plot_paths
from atiende.plots.detection import (
    owners,
    plot_boxes,
    plot_claims,
    plot_grid,
    plot_overlap,
    plot_precision_recall,
    plot_sizes,
    plot_sorted_hits,
)
from atiende.plots.features import plot_channels, plot_fields, plot_gradients, plot_maps, plot_parameters, plot_places
from atiende.plots.generated import plot_codes, plot_counts, plot_image_rows, plot_rings, plot_sheet
from atiende.plots.gpt import plot_cache, plot_chosen, plot_curves, plot_gpt, plot_nats, plot_pieces
from atiende.plots.graph import plot_graph
from atiende.plots.hidden import plot_against, plot_cells, plot_depth, plot_hidden_plane
from atiende.plots.layers import plot_layers_histograms, plot_layers_std
from atiende.plots.lineage import plot_lineage
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
from atiende.plots.transformer import (
    plot_by_depth,
    plot_parts,
    plot_position_cosines,
    plot_positions,
    plot_shares,
    plot_transformer,
    plot_traps,
)
from atiende.plots.vision import (
    plot_bars,
    plot_by_count,
    plot_gates,
    plot_likeness_maps,
    plot_looked_at,
    plot_pairs,
    plot_patches,
    plot_table_size,
    plot_vit,
)

__all__ = [
    "new_figure",
    "owners",
    "plot_against",
    "plot_agreement",
    "plot_bars",
    "plot_bigrams",
    "plot_boxes",
    "plot_by_count",
    "plot_by_depth",
    "plot_cache",
    "plot_cells",
    "plot_channels",
    "plot_chosen",
    "plot_claims",
    "plot_cliffs",
    "plot_codes",
    "plot_corrections",
    "plot_cosines",
    "plot_cost",
    "plot_counts",
    "plot_curves",
    "plot_decision_regions",
    "plot_depth",
    "plot_effects",
    "plot_fields",
    "plot_forecasts",
    "plot_gates",
    "plot_gpt",
    "plot_gradient_error",
    "plot_gradients",
    "plot_graph",
    "plot_grid",
    "plot_grids",
    "plot_hidden",
    "plot_hidden_plane",
    "plot_history",
    "plot_ids",
    "plot_image_rows",
    "plot_images",
    "plot_input",
    "plot_kinds",
    "plot_layers_histograms",
    "plot_layers_std",
    "plot_lengths",
    "plot_likeness_maps",
    "plot_lineage",
    "plot_looked_at",
    "plot_looks",
    "plot_lookup",
    "plot_losses",
    "plot_maps",
    "plot_masks",
    "plot_memory",
    "plot_nats",
    "plot_one_number",
    "plot_overlap",
    "plot_pairs",
    "plot_parameters",
    "plot_parts",
    "plot_patches",
    "plot_paths",
    "plot_perplexities",
    "plot_pieces",
    "plot_places",
    "plot_position_cosines",
    "plot_positions",
    "plot_precision_recall",
    "plot_reach",
    "plot_rings",
    "plot_scaling",
    "plot_scores",
    "plot_senses",
    "plot_shares",
    "plot_sheet",
    "plot_sizes",
    "plot_slide",
    "plot_sorted_hits",
    "plot_splits",
    "plot_surprise",
    "plot_table_size",
    "plot_transformer",
    "plot_traps",
    "plot_truncation",
    "plot_units",
    "plot_unrolled",
    "plot_vit",
    "plot_windows",
    "plot_word_plane",
    "show",
    "use_style",
]
