"""The Vision Transformer of Dosovitskiy et al. (2021, arXiv:2010.11929): a picture read as a sentence of patches."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

from atiende.models.attention import MultiHeadAttention

OURS = {  # the library's names, a piece at a time
    "vit.": "", "embeddings.cls_token": "class_token", "embeddings.position_embeddings": "positions",
    "embeddings.patch_embeddings.projection": "patches", "layers.": "blocks.", "layernorm_before": "norm1", "layernorm_after": "norm2",
    "layernorm.": "norm.", "q_proj": "to_q", "k_proj": "to_k", "v_proj": "to_v", "o_proj": "to_out", "mlp.fc1": "widen",
    "mlp.fc2": "narrow", "classifier": "head",
}  # fmt: skip


@dataclass(frozen=True)
class ViTConfig:
    """Choose the sizes of a ViT. positions: "learned" or "none". pool: "class", the token that is read, or "mean"."""

    image_size: tuple[int, int] = (8, 8)  # height and width, multiples of patch_size
    patch_size: int = 2
    channels: int = 1
    num_classes: int = 10
    d_model: int = 64
    heads: int = 4
    d_ff: int = 128
    num_layers: int = 2
    dropout: float = 0.0
    positions: str = "learned"
    position_std: float = 0.02  # deviation with which learned positions are born
    norm_eps: float = 1e-5
    pool: str = "class"

    @property
    def grid(self) -> tuple[int, int]:
        """Return how many patches there are down and across. Raises ValueError where the picture is not cut evenly."""
        (H, W), P = self.image_size, self.patch_size
        if H % P or W % P:
            raise ValueError(f"a picture of {H} x {W} cannot be cut into patches of {P} x {P}")
        return H // P, W // P


def patchify(x, patch_size: int):
    """Cut pictures (B, C, H, W) into patches (B, N, P * P * C), row by row, each laid out as (row, column, channel)."""
    (B, C, H, W), P = x.shape, patch_size
    if H % P or W % P:
        raise ValueError(f"a picture of {H} x {W} cannot be cut into patches of {P} x {P}")
    cut = x.reshape(B, C, H // P, P, W // P, P)
    return cut.permute(0, 2, 4, 3, 5, 1).reshape(B, (H // P) * (W // P), P * P * C)


def unpatchify(patches, channels: int, height: int, width: int):
    """Put patches (B, N, P * P * C) back together into pictures (B, C, H, W)."""
    B, N, size = patches.shape
    P = round((size / channels) ** 0.5)
    laid = patches.reshape(B, height // P, width // P, P, P, channels)
    return laid.permute(0, 5, 1, 3, 2, 4).reshape(B, channels, height, width)


class Block(nn.Module):
    """Let each patch look at all, then think: x (B, T, d_model) to the same shape, with a layer norm before each branch."""

    def __init__(self, config: ViTConfig):
        super().__init__()
        self.norm1 = nn.LayerNorm(config.d_model, config.norm_eps)
        self.attention = MultiHeadAttention(config.d_model, config.heads, config.dropout)
        self.norm2 = nn.LayerNorm(config.d_model, config.norm_eps)
        self.widen = nn.Linear(config.d_model, config.d_ff)
        self.narrow = nn.Linear(config.d_ff, config.d_model)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x):
        h = self.norm1(x)
        x = x + self.dropout(self.attention(h, h, h))
        return x + self.dropout(self.narrow(functional.gelu(self.widen(self.norm2(x)))))


class ViT(nn.Module):
    """Classify pictures: x (B, H, W) or (B, channels, H, W) to logits (B, num_classes).

    A class token goes first and learned positions are added to all. Pictures of another size are read with the positions
    resized to their grid.
    """

    def __init__(self, config: ViTConfig):
        super().__init__()
        self.config = config
        rows, columns = config.grid
        D, P = config.d_model, config.patch_size
        self.patches = nn.Conv2d(config.channels, D, P, stride=P)
        self.class_token = nn.Parameter(torch.zeros(1, 1, D))
        self.positions = nn.Parameter(torch.zeros(1, 1 + rows * columns, D), requires_grad=config.positions == "learned")
        self.dropout = nn.Dropout(config.dropout)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.num_layers))
        self.norm = nn.LayerNorm(D, config.norm_eps)
        self.head = nn.Linear(D, config.num_classes)
        nn.init.trunc_normal_(self.class_token, std=0.02)
        if config.positions == "learned":
            nn.init.normal_(self.positions, std=config.position_std)
        nn.init.trunc_normal_(self.head.weight, std=0.02)  # the first guess gives all classes about the same
        nn.init.zeros_(self.head.bias)

    def tokens(self, x):
        """Return the sentence that a picture becomes, before the first block: (B, 1 + N, d_model)."""
        if x.dim() == 3:
            x = x[:, None]  # (B, 1, H, W)
        x = self.patches(x)  # (B, D, rows, columns)
        positions, grid = self.positions, tuple(x.shape[-2:])
        if grid != self.config.grid:
            positions = resize_positions(positions, self.config.grid, grid)
        x = x.flatten(2).transpose(1, 2)  # (B, N, D)
        x = torch.cat([self.class_token.expand(len(x), -1, -1), x], dim=1)  # (B, 1 + N, D)
        return self.dropout(x + positions)

    def features(self, x):
        """Return what each token has become after the last block and norm: (B, 1 + N, d_model)."""
        x = self.tokens(x)
        for block in self.blocks:
            x = block(x)
        return self.norm(x)

    def forward(self, x):
        features = self.features(x)
        return self.head(features[:, 0] if self.config.pool == "class" else features[:, 1:].mean(dim=1))


def resize_positions(positions, grid: tuple[int, int], new_grid: tuple[int, int]):
    """Stretch positions (1, 1 + N, D) of a grid (rows, columns) to another by bicubic interpolation; the first row stays."""
    first, rest = positions[:, :1], positions[:, 1:]
    plane = rest.transpose(1, 2).unflatten(2, grid)  # (1, D, rows, columns)
    plane = functional.interpolate(plane, size=new_grid, mode="bicubic", align_corners=False)
    return torch.cat([first, plane.flatten(2).transpose(1, 2)], dim=1)


@torch.no_grad()
def attention_maps(model: ViT, x):
    """Return what each head of each block looks at in pictures x: (layers, B, heads, 1 + N, 1 + N), rows adding up to 1."""
    for block in model.blocks:
        block.attention.keep_weights = True
    model(x)
    maps = torch.stack([block.attention.weights for block in model.blocks])
    for block in model.blocks:
        block.attention.keep_weights, block.attention.weights = False, None
    return maps


def attention_rollout(maps):
    """Follow the attention through the layers: maps (layers, B, heads, T, T) to (B, T, T), rows adding up to 1.

    Each layer is the mean of its heads, half of it kept for the stream that passes by. Abnar and Zuidema (2020,
    arXiv:2005.00928), section 3.
    """
    total = torch.eye(maps.shape[-1], dtype=maps.dtype, device=maps.device)
    for weights in maps.mean(dim=2):  # (B, T, T), from the first layer to the last
        total = (0.5 * weights + 0.5 * torch.eye(maps.shape[-1], dtype=maps.dtype, device=maps.device)) @ total
    return total


def from_vit(other: nn.Module) -> ViT:
    """Return our ViT with the sizes and weights of `transformers`' ViTForImageClassification."""
    c, weights = other.config, {}
    size = (c.image_size, c.image_size) if isinstance(c.image_size, int) else tuple(c.image_size)
    config = ViTConfig(size, c.patch_size, c.num_channels, c.num_labels, c.hidden_size, c.num_attention_heads, c.intermediate_size,
                       c.num_hidden_layers, norm_eps=c.layer_norm_eps)  # fmt: skip
    for name, value in other.state_dict().items():
        for theirs, ours in OURS.items():
            name = name.replace(theirs, ours)
        weights[name] = value
    model = ViT(config)
    model.load_state_dict(weights)
    return model.eval()
