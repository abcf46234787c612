# %% [markdown] lang="es"
# # Laboratorio · Un detector de una pasada

# %% [markdown] lang="en"
# # Lab · A one-pass detector

# %%
import numpy as np
import torch
from torch import nn
from torch.nn import functional

from atiende import label, training, widgets
from atiende.data import load_blood_cells, make_scenes
from atiende.models.detector import Detector, make_targets
from autograder import check, continue_with, hint


# %% exercise="iou"
def iou(a, b):
    """Return the intersection over union of each box of a with each box of b, an array (n, m).

    a: (n, 4), b: (m, 4): left, top, right, bottom, in pixels, of positive width and height. n or m may be 0.
    Leaves both as they were.
    """
    ### BEGIN SOLUTION
    corner = np.maximum(a[:, None, :2], b[None, :, :2])  # (n, m, 2), left and top of what they share
    opposite = np.minimum(a[:, None, 2:], b[None, :, 2:])  # (n, m, 2), right and bottom
    shared = np.prod(np.maximum(opposite - corner, 0), axis=-1)  # (n, m)
    area_a = np.prod(a[:, 2:] - a[:, :2], axis=-1)[:, None]  # (n, 1)
    area_b = np.prod(b[:, 2:] - b[:, :2], axis=-1)[None, :]  # (1, m)
    return shared / (area_a + area_b - shared)
    ### END SOLUTION


# %%
one, others = np.array([[1.0, 1.0, 5.0, 4.0]]), np.array([[3.0, 2.0, 7.0, 5.0], [5.0, 1.0, 8.0, 4.0], [1.0, 1.0, 5.0, 4.0]])
print(iou(one, others))  # by hand: 4 / (12 + 12 - 4) = 0.2; they only touch: 0; the same box: 1

# %% test="iou" points=9
check(iou)

# %%
continue_with("iou")


# %% exercise="kmeans_anchors"
def kmeans_anchors(sizes, anchors, steps=100):
    """Return the anchors (k, 2) that k-means reaches, with 1 - IoU as the distance.

    sizes: (n, 2), width and height of n boxes. anchors: (k, 2), where to start. steps: rounds to take at most; it stops before
    if nothing changes. An anchor that attracts no box stays where it is. Leaves both inputs as they were.
    """
    ### BEGIN SOLUTION
    def at_origin(pairs):
        return np.concatenate([np.zeros((len(pairs), 2)), pairs], axis=1)

    for _ in range(steps):
        nearest = iou(at_origin(sizes), at_origin(anchors)).argmax(axis=1)  # (n,)
        moved = anchors.copy()
        for k in range(len(anchors)):
            if np.any(nearest == k):
                moved[k] = sizes[nearest == k].mean(axis=0)
        if np.array_equal(moved, anchors):
            break
        anchors = moved
    return anchors
    ### END SOLUTION


# %%
sizes = np.array([[2.0, 4.0], [4.0, 2.0], [2.0, 6.0], [6.0, 2.0]])
print(kmeans_anchors(sizes, np.array([[1.0, 2.0], [2.0, 1.0]])))  # by hand: the tall ones (2, 5), the wide ones (5, 2)

# %% test="kmeans_anchors" points=8
check(kmeans_anchors)

# %%
continue_with("kmeans_anchors")


# %% exercise="encode_boxes"
def encode_boxes(boxes, anchors, stride):
    """Return the place of each box, (n, 3) integers, and its four numbers there, (n, 4).

    boxes: (n, 4), left, top, right, bottom. anchors: (k, 2), width and height. stride: pixels a side of a cell. All in pixels.
    A place is row, column and anchor; the numbers are dx, dy, tw, th. Redmon and Farhadi 2017, arXiv:1612.08242, section 2.
    """
    ### BEGIN SOLUTION
    sizes = boxes[:, 2:] - boxes[:, :2]
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2 / stride  # (n, 2): x, y, in cells
    cell = np.floor(centre).astype(int)  # (n, 2): column, row
    shared = np.prod(np.minimum(sizes[:, None], anchors), axis=-1)  # (n, k), as if all had the same corner
    overlap = shared / (np.prod(sizes, axis=1)[:, None] + np.prod(anchors, axis=1) - shared)
    anchor = overlap.argmax(axis=1)  # (n,)
    places = np.stack([cell[:, 1], cell[:, 0], anchor], axis=1)
    return places, np.concatenate([centre - cell, np.log(sizes / anchors[anchor])], axis=1)
    ### END SOLUTION


# %%
anchors = np.array([[10.0, 20.0], [20.0, 10.0], [10.0, 10.0]])
places, codes = encode_boxes(np.array([[30.0, 8.0, 40.0, 28.0]]), anchors, stride=8)
print(places, codes)  # by hand: centre (35, 18), so row 2, column 4, anchor 0; (0.375, 0.25, 0, 0)

# %% test="encode_boxes" points=9
check(encode_boxes)


# %% exercise="decode_boxes"
def decode_boxes(places, codes, anchors, stride):
    """Return the boxes (n, 4) of which encode_boxes made places (n, 3) and codes (n, 4).

    places: row, column, anchor, integers. codes: dx, dy, tw, th. anchors: (k, 2). stride: pixels a side of a cell.
    Returns left, top, right, bottom, in pixels.
    """
    ### BEGIN SOLUTION
    cell = places[:, [1, 0]]  # (n, 2): column, row, as x and y
    centre = (cell + codes[:, :2]) * stride
    sizes = anchors[places[:, 2]] * np.exp(codes[:, 2:])
    return np.concatenate([centre - sizes / 2, centre + sizes / 2], axis=1)
    ### END SOLUTION


# %%
print(decode_boxes(places, codes, anchors, stride=8))  # the box of before: [[30, 8, 40, 28]]

# %% test="decode_boxes" points=5
check(decode_boxes)


# %% exercise="detection_loss"
def detection_loss(output, target):
    """Return the four terms of the loss, a dict of 0-d tensors: "box", "something", "empty" and "class".

    output: (..., 5 + C), what the network says at each place: x, y, w, h, logit of something, C logits of classes.
    target: (..., 6), what is true there: dx, dy, tw, th, 1 or 0 for something, class. Both float; zeros where there is nothing.
    Each term is a sum over its places, divided by the number of things (by 1 where there is none).
    """
    ### BEGIN SOLUTION
    full = target[..., 4] == 1
    count = full.sum().clamp(min=1)
    said, true = output[full], target[full]  # (things, 5 + C), (things, 6)
    centre = (torch.sigmoid(said[:, :2]) - true[:, :2]) ** 2
    size = (said[:, 2:4] - true[:, 2:4]) ** 2
    surprise = functional.binary_cross_entropy_with_logits(output[..., 4], target[..., 4], reduction="none")
    return {
        "box": (centre.sum() + size.sum()) / count,
        "something": surprise[full].sum() / count,
        "empty": surprise[~full].sum() / count,
        "class": functional.cross_entropy(said[:, 5:], true[:, 5].long(), reduction="sum") / count,
    }
    ### END SOLUTION


# %%
output = torch.zeros(3, 7)  # three places, two classes: it says nothing at all
target = torch.tensor([[0.5, 0.5, 1.0, -1.0, 1.0, 0.0], [0.0] * 6, [0.0] * 6])
print({name: round(float(term), 3) for name, term in detection_loss(output, target).items()})
# by hand: box 0 + 0 + 1 + 1 = 2; something ln 2 = 0.693; empty 2 ln 2 = 1.386; class ln 2

# %% test="detection_loss" points=12
check(detection_loss)

# %%
continue_with("detection_loss")


# %% exercise="train_detector"
def train_detector(net, x, targets, steps, batch_size, lr):
    """Train a detector in place, leave it in eval(), and return the loss of each step, a list.

    net: torch module from (B, 3, H, W) to (B, rows, columns, anchors, 5 + C). x: (N, 3, H, W) array, float32. targets: (N, rows,
    columns, anchors, 6) tensor. steps: batches to take, in all. batch_size: pictures a batch. lr: learning rate of the first step;
    it falls in a straight line, and would be 0 at the step after the last. Leaves x and targets as they were.
    """
    ### BEGIN SOLUTION
    x = torch.as_tensor(x)
    optimizer = torch.optim.AdamW(net.parameters(), lr=lr)
    losses = []
    net.train()
    while len(losses) < steps:
        for batch in torch.randperm(len(x)).split(batch_size):
            if len(losses) == steps:
                break
            for group in optimizer.param_groups:
                group["lr"] = lr * (1 - len(losses) / steps)
            terms = detection_loss(net(x[batch]), targets[batch])
            loss = terms["box"] + terms["something"] + 0.5 * terms["empty"] + terms["class"]
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    net.eval()
    return losses
    ### END SOLUTION


# %% test="train_detector" points=15
check(train_detector)

# %%
continue_with("decode_boxes")


# %% exercise="read_output"
def read_output(output, anchors, stride, threshold):
    """Return what a network claims of one picture: boxes (n, 4), scores (n,) and classes (n,), in reading order of the places.

    output: (rows, columns, anchors, 5 + C) array, as the network gives it. anchors: (k, 2). stride: pixels a side of a cell.
    A claim is kept where its score, the probability of something times that of its most probable class, is `threshold` or more.
    """
    ### BEGIN SOLUTION
    def sigmoid(z):
        return 0.5 * (1 + np.tanh(z / 2))  # the same as 1 / (1 + exp(-z)), and never too large

    chances = np.exp(output[..., 5:] - output[..., 5:].max(axis=-1, keepdims=True))
    chances = chances / chances.sum(axis=-1, keepdims=True)  # (rows, columns, anchors, C)
    scores = sigmoid(output[..., 4]) * chances.max(axis=-1)  # (rows, columns, anchors)
    keep = scores >= threshold
    places, said = np.argwhere(keep), output[keep]  # (n, 3), (n, 5 + C)
    codes = np.concatenate([sigmoid(said[:, :2]), said[:, 2:4]], axis=1)
    return decode_boxes(places, codes, anchors, stride), scores[keep], chances[keep].argmax(axis=1)
    ### END SOLUTION


# %%
output = np.full((1, 2, 1, 7), -9.0)  # one row, two columns, one anchor, two classes
output[0, 1, 0] = [0.0, 0.0, np.log(2.0), 0.0, np.log(9.0), np.log(4.0), 0.0]
print(read_output(output, np.array([[4.0, 4.0]]), stride=8, threshold=0.5))
# by hand: centre (12, 4), size (8, 4), so [[8, 2, 16, 6]]; score 0.9 * 0.8 = 0.72; class 0

# %% test="read_output" points=7
check(read_output)

# %%
continue_with("iou")


# %% exercise="nms"
def nms(boxes, scores, classes, threshold):
    """Return the rows of the boxes that non-maximum suppression keeps, by decreasing score: an array of integers.

    boxes: (n, 4). scores: (n,), all different. classes: (n,). n may be 0. A box is dropped where its IoU with one that is kept,
    of its own class and of a higher score, is greater than `threshold`. Leaves its inputs as they were.
    """
    ### BEGIN SOLUTION
    overlap = iou(boxes, boxes)  # (n, n)
    kept = []
    for i in np.argsort(-scores):
        rivals = [j for j in kept if classes[j] == classes[i]]
        if all(overlap[i, j] <= threshold for j in rivals):
            kept.append(i)
    return np.array(kept, dtype=int)
    ### END SOLUTION


# %%
boxes = np.array([[0.0, 0.0, 4.0, 4.0], [1.0, 0.0, 5.0, 4.0], [2.0, 0.0, 6.0, 4.0], [0.0, 0.0, 4.0, 4.0]])
print(nms(boxes, np.array([0.9, 0.8, 0.7, 0.6]), np.array([0, 0, 0, 1]), threshold=0.5))
# by hand: 1 falls to 0 (IoU 12/20); 2 stays, for 1 is gone and it shares 8/24 with 0; 3 is of another class: [0, 2, 3]

# %% test="nms" points=8
check(nms)


# %% exercise="match_boxes"
def match_boxes(boxes, scores, truths, threshold=0.5):
    """Tell which boxes are hits, an array (n,) of bool in the order of the boxes.

    boxes: (n, 4) and scores: (n,), what is claimed, in any order; scores all different. truths: (m, 4), what there is. n and m may
    be 0. From the highest score down, each box gets the truth that it overlaps most among those still free; if their IoU is
    `threshold` or more it is a hit, and that truth is free no longer.
    """
    ### BEGIN SOLUTION
    overlap = iou(boxes, truths)  # (n, m)
    hits = np.zeros(len(boxes), dtype=bool)
    free = np.ones(len(truths), dtype=bool)
    for i in np.argsort(-scores):
        if free.any():
            best = np.where(free, overlap[i], -1).argmax()
            if overlap[i, best] >= threshold:
                hits[i], free[best] = True, False
    return hits
    ### END SOLUTION


# %%
truths = np.array([[0.0, 0.0, 4.0, 4.0], [10.0, 0.0, 14.0, 4.0]])
boxes = np.array([[1.0, 0.0, 5.0, 4.0], [0.0, 0.0, 4.0, 4.0], [10.0, 0.0, 14.0, 9.0]])
print(match_boxes(boxes, np.array([0.6, 0.9, 0.8]), truths))  # by hand: [False, True, False]

# %% test="match_boxes" points=6
check(match_boxes)


# %% exercise="average_precision"
def average_precision(hits, scores, total):
    """Return the area under the curve of precision and recall, a float between 0 and 1.

    hits: (n,) bool, which claims were hits. scores: (n,), in any order, all different. total: how many things there were.
    Precision at a recall is the best one reached there or further on. 0.0 where there was nothing to find.
    """
    ### BEGIN SOLUTION
    if total == 0:
        return 0.0
    found = np.cumsum(hits[np.argsort(-scores)])  # (n,)
    precision = found / np.arange(1, len(found) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    recall = found / total
    return float(np.sum(np.diff(recall, prepend=0) * best))
    ### END SOLUTION


# %%
print(average_precision(np.array([True, False, True]), np.array([0.9, 0.8, 0.7]), 4))  # by hand: (1 + 2/3) / 4 = 0.417

# %% test="average_precision" points=6
check(average_precision)


# %% exercise="quiz_detector"
def quiz_detector():
    """Return your answers, a dict with one letter for each question: {"q1": "a", "q2": ...} up to "q10"."""
    ### BEGIN SOLUTION
    return {
        "q1": "b", "q2": "d", "q3": "a", "q4": "c", "q5": "b",
        "q6": "d", "q7": "a", "q8": "c", "q9": "d", "q10": "b",
    }  # fmt: skip
    ### END SOLUTION


# %% test="quiz_detector" points=10
check(quiz_detector)

# %% [markdown] answer="experiment_detector" points=3
# **Tu experimento · Your experiment**
#
# ### BEGIN SOLUTION
# x
# ### END SOLUTION

# %% [markdown] answer="reflection_detector" points=2
# **x**
#
# ### BEGIN SOLUTION
# x
# ### END SOLUTION
