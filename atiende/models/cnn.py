"""Convolutional networks: LeNet, the residual block, and a small residual network for small pictures."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional


class LeNet(nn.Module):
    """Classify pictures with two convolutions and three linear layers: x (B, C, 28, 28) to (B, num_classes).

    LeCun et al. (1998), "Gradient-based learning applied to document recognition", with ReLU and max-pooling in place of
    scaled tanh and averages, and every map connected to all maps before it.
    """

    def __init__(self, c_in: int = 1, num_classes: int = 10):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.linear1 = nn.Linear(16 * 5 * 5, 120)
        self.linear2 = nn.Linear(120, 84)
        self.linear3 = nn.Linear(84, num_classes)

    def forward(self, x):
        x = functional.max_pool2d(torch.relu(self.conv1(x)), 2)  # (B, 6, 14, 14)
        x = functional.max_pool2d(torch.relu(self.conv2(x)), 2)  # (B, 16, 5, 5)
        x = x.flatten(start_dim=1)  # (B, 400)
        x = torch.relu(self.linear1(x))
        x = torch.relu(self.linear2(x))
        return self.linear3(x)


class ResidualBlock(nn.Module):
    """Add to x what two 3 x 3 convolutions make of it: x (B, c_in, H, W) to (B, c_out, ⌈H/stride⌉, ⌈W/stride⌉).

    Where the sum would not fit, the shortcut is a 1 x 1 convolution of the same stride. He et al. (2016, arXiv:1512.03385),
    figure 2 and equations 1 and 2.
    """

    def __init__(self, c_in: int, c_out: int, stride: int = 1):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(c_out)
        self.shortcut = nn.Identity()
        if stride != 1 or c_in != c_out:
            self.shortcut = nn.Sequential(nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False), nn.BatchNorm2d(c_out))

    def forward(self, x):
        h = torch.relu(self.norm1(self.conv1(x)))
        h = self.norm2(self.conv2(h))
        return torch.relu(h + self.shortcut(x))


class CNN(nn.Module):
    """Classify pictures of any size: x (B, H, W) or (B, c_in, H, W) to (B, num_classes).

    A 3 x 3 convolution into widths[0] channels; a residual block of stride 2 for each further width; then the largest
    value of each channel, wherever it stands, and a linear layer. The default has 15,034 parameters.
    """

    def __init__(self, c_in: int = 1, num_classes: int = 10, widths: Sequence[int] = (16, 32)):
        super().__init__()
        self.stem = nn.Conv2d(c_in, widths[0], 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(widths[0])
        self.blocks = nn.ModuleList(ResidualBlock(a, b, stride=2) for a, b in pairwise(widths))
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        if x.dim() == 3:
            x = x[:, None]  # (B, 1, H, W)
        x = torch.relu(self.norm(self.stem(x)))  # (B, widths[0], H, W)
        for block in self.blocks:
            x = block(x)
        return self.head(x.amax(dim=(2, 3)))
