"""A one-pass detector: a grid of cells, each of which says what has its centre there, where and of which class.

In the spirit of YOLO: Redmon et al. (2016, arXiv:1506.02640) and, for the anchors and the coding of boxes, Redmon and Farhadi
(2017, arXiv:1612.08242). Boxes are (n, 4): left, top, right, bottom, in pixels.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

EMPTY = 0.5  # weight of the empty places in the loss: Redmon et al. 2016, section 2.2
RARE = -4.0  # first logit of there being something: most places are empty (Lin et al. 2017, arXiv:1708.02002, section 4.1)


class Detector(nn.Module):
    """Look once at pictures x (B, c_in, H, W), and return (B, H / stride, W / stride, anchors, 5 + classes).

    The last axis has four numbers for the box (see `decode_boxes`; the first two before the sigmoid), the logit of there
    being something, and the logits of its class. Each doubling of the stride is one convolution of stride 2.
    """

    def __init__(self, num_anchors: int, num_classes: int, c_in: int = 3, widths: tuple[int, ...] = (16, 32, 64)):
        super().__init__()
        self.num_anchors, self.stride = num_anchors, 2 ** len(widths)
        channels = (c_in, *widths)
        layers = [_block(a, b, stride=2) for a, b in zip(channels[:-1], channels[1:], strict=True)]
        self.body = nn.Sequential(*layers, _block(widths[-1], widths[-1]), _block(widths[-1], widths[-1]))
        self.head = nn.Conv2d(widths[-1], num_anchors * (5 + num_classes), 1)
        with torch.no_grad():
            self.head.bias[4 :: 5 + num_classes] = RARE

    def forward(self, x):
        out = self.head(self.body(x)).permute(0, 2, 3, 1)  # (B, rows, columns, anchors * (5 + classes))
        return out.unflatten(-1, (self.num_anchors, -1))


def _block(c_in: int, c_out: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(c_in, c_out, 3, stride, padding=1, bias=False), nn.BatchNorm2d(c_out), nn.ReLU())


def iou(a, b) -> np.ndarray:
    """Return the intersection over union of each box of a (n, 4) with each of b (m, 4): an array (n, m)."""
    corner = np.maximum(a[:, None, :2], b[None, :, :2])  # (n, m, 2)
    opposite = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.prod(np.maximum(opposite - corner, 0), axis=-1)  # (n, m)
    return shared / (area(a)[:, None] + area(b) - shared)


def area(boxes) -> np.ndarray:
    """Return the area (n,) of boxes (n, 4)."""
    return np.prod(boxes[:, 2:] - boxes[:, :2], axis=-1)


def at_origin(sizes) -> np.ndarray:
    """Return boxes (n, 4) of the given sizes (n, 2), width and height, all with their first corner at 0."""
    return np.concatenate([np.zeros_like(sizes), sizes], axis=1)


def kmeans_anchors(sizes, anchors, steps: int = 100) -> np.ndarray:
    """Return the sizes (k, 2) that k-means settles on, from sizes (n, 2) and starting anchors (k, 2).

    The distance is 1 - IoU, both boxes put at one corner (Redmon and Farhadi 2017, section 2).
    """
    for _ in range(steps):
        nearest = iou(at_origin(sizes), at_origin(anchors)).argmax(axis=1)  # (n,)
        moved = [sizes[nearest == k].mean(axis=0) if np.any(nearest == k) else old for k, old in enumerate(anchors)]
        if np.array_equal(moved, anchors):
            break
        anchors = np.stack(moved)
    return anchors


def encode_boxes(boxes, anchors, stride: float) -> tuple[np.ndarray, np.ndarray]:
    """Return where each box belongs, (n, 3) integers: row, column and anchor; and its four numbers there, (n, 4).

    The cell is that of the centre, the anchor the one of the most similar size. The numbers are the centre's place in its
    cell, 0 to 1, and the logarithms of width and height over those of the anchor. Redmon and Farhadi 2017, section 2.
    """
    sizes = boxes[:, 2:] - boxes[:, :2]
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2 / stride  # (n, 2), in cells: x, y
    cell = np.floor(centre).astype(int)
    anchor = iou(at_origin(sizes), at_origin(anchors)).argmax(axis=1)
    places = np.stack([cell[:, 1], cell[:, 0], anchor], axis=1)
    return places, np.concatenate([centre - cell, np.log(sizes / anchors[anchor])], axis=1)


def decode_boxes(places, codes, anchors, stride: float) -> np.ndarray:
    """Return the boxes (n, 4) of which `encode_boxes` made places (n, 3) and codes (n, 4)."""
    centre = (places[:, 1::-1] + codes[:, :2]) * stride  # x belongs to the column, y to the row
    half = anchors[places[:, 2]] * np.exp(codes[:, 2:]) / 2
    return np.concatenate([centre - half, centre + half], axis=1)


def make_targets(boxes: list, classes: list, anchors, stride: int, rows: int, columns: int) -> torch.Tensor:
    """Return what a detector should say of pictures: (N, rows, columns, anchors, 6) float32, zeros where there is nothing.

    The last axis has the four numbers of `encode_boxes`, 1 for "something", and the class. Of two boxes that belong to one
    place the later stays.
    """
    targets = torch.zeros(len(boxes), rows, columns, len(anchors), 6)
    for target, b, k in zip(targets, boxes, classes, strict=True):
        places, codes = encode_boxes(b, anchors, stride)
        target[tuple(places.T)] = torch.tensor(np.column_stack([codes, np.ones(len(b)), k]), dtype=torch.float32)
    return targets


def detection_loss(output, target) -> dict[str, torch.Tensor]:
    """Return the four terms of the loss, each a sum over its places divided by the number of things.

    output: (..., 5 + classes), from Detector. target: (..., 6), from make_targets. "box", "something" and "class" look at the
    places with something only, "empty" at the others.
    """
    full = target[..., 4] == 1
    count = full.sum().clamp(min=1)
    seen, wanted = output[full], target[full]  # (things, 5 + classes), (things, 6)
    centre = (torch.sigmoid(seen[:, :2]) - wanted[:, :2]) ** 2
    size = (seen[:, 2:4] - wanted[:, 2:4]) ** 2
    judged = functional.binary_cross_entropy_with_logits(output[..., 4], target[..., 4], reduction="none")
    return {
        "box": (centre + size).sum() / count,
        "something": judged[full].sum() / count,
        "empty": judged[~full].sum() / count,
        "class": functional.cross_entropy(seen[:, 5:], wanted[:, 5].long(), reduction="sum") / count,
    }


def total_loss(output, target) -> torch.Tensor:
    """Return the weighted sum of the terms of `detection_loss`, to be used as a loss of `atiende.training.train`."""
    terms = detection_loss(output, target)
    return terms["box"] + terms["something"] + EMPTY * terms["empty"] + terms["class"]


def read_output(output, anchors, stride: float, threshold: float = 0.5):
    """Return the boxes (n, 4), scores (n,) and classes (n,) that one picture's output (rows, columns, anchors, 5 + C) claims.

    The score is the probability of something times that of its most probable class; those of at least `threshold` are kept.
    """
    output = np.asarray(output, dtype=float)
    chances = np.exp(output[..., 5:] - output[..., 5:].max(axis=-1, keepdims=True))
    chances /= chances.sum(axis=-1, keepdims=True)
    scores = _sigmoid(output[..., 4]) * chances.max(axis=-1)  # (rows, columns, anchors)
    places = np.argwhere(scores >= threshold)
    chosen = output[tuple(places.T)]  # (n, 5 + C)
    codes = np.concatenate([_sigmoid(chosen[:, :2]), chosen[:, 2:4]], axis=1)
    return decode_boxes(places, codes, anchors, stride), scores[tuple(places.T)], chosen[:, 5:].argmax(axis=1)


def _sigmoid(x):
    return 0.5 * (1 + np.tanh(x / 2))


def nms(boxes, scores, classes, threshold: float = 0.5) -> np.ndarray:
    """Return the rows that non-maximum suppression keeps, by decreasing score: an array of integers.

    A box is dropped where its IoU with a kept one of its class is greater than `threshold`.
    """
    overlap = iou(boxes, boxes) * (classes[:, None] == classes)
    kept: list[int] = []
    for i in np.argsort(-scores, kind="stable"):
        if all(overlap[i, j] <= threshold for j in kept):
            kept.append(int(i))
    return np.array(kept, dtype=int)


@torch.no_grad()
def detect(net, x, anchors, threshold: float = 0.5, overlap: float = 0.5) -> list[tuple]:
    """Return what a trained Detector finds in each picture of x (N, C, H, W): boxes, scores and classes, by decreasing score."""
    device = next(net.parameters()).device
    net.eval()
    found = []
    for part in torch.as_tensor(x).split(100):
        for output in net(part.to(device)).cpu().numpy():
            boxes, scores, classes = read_output(output, anchors, net.stride, threshold)
            kept = nms(boxes, scores, classes, overlap)
            found.append((boxes[kept], scores[kept], classes[kept]))
    return found


def match_boxes(boxes, scores, truths, threshold: float = 0.5) -> np.ndarray:
    """Tell which boxes (n, 4) are hits, (n,) bool: by decreasing score each takes the free truth that it overlaps most.

    truths: (m, 4). A hit needs an IoU of `threshold` or more; a truth is taken once.
    """
    hits = np.zeros(len(boxes), dtype=bool)
    overlap = iou(boxes, truths)  # (n, m)
    for i in np.argsort(-scores, kind="stable"):
        if len(truths) and overlap[i].max() >= threshold:
            hits[i] = True
            overlap[:, overlap[i].argmax()] = -1  # taken
    return hits


def average_precision(hits, scores, total: int) -> float:
    """Return the area under the curve of precision against recall, precision made never to rise with recall.

    hits: (n,) bool. scores: (n,). total: how many things there were. Everingham et al. 2010, with every recall as in 2010's contest.
    """
    found = np.cumsum(hits[np.argsort(-scores, kind="stable")])
    precision = found / np.arange(1, len(found) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]  # the best precision at this recall or a higher one
    recall = found / max(total, 1)
    return float(np.sum(np.diff(recall, prepend=0) * best))
