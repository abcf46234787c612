import numpy as np
import pytest
import torch

from atiende.data import make_scenes
from atiende.models import detector
from atiende.models.detector import Detector, decode_boxes, detection_loss, encode_boxes, make_targets
from atiende.training import train

ANCHORS = np.array([[17.0, 25.0], [15.0, 14.0], [25.0, 18.0]])


def boxes_of(rng, count, side=60.0):
    corner = rng.uniform(0, side - 25, size=(count, 2))
    return np.concatenate([corner, corner + rng.uniform(6, 25, size=(count, 2))], axis=1)


def test_iou_is_the_share_of_small_squares_that_both_cover():
    rng = np.random.default_rng(0)
    a, b = np.round(boxes_of(rng, 6)), np.round(boxes_of(rng, 5))
    y, x = np.mgrid[0:70, 0:70] + 0.5

    def covered(box):
        return (x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])

    wanted = [[(covered(p) & covered(q)).sum() / (covered(p) | covered(q)).sum() for q in b] for p in a]
    assert np.allclose(detector.iou(a, b), wanted)
    assert np.allclose(detector.iou(a, b), detector.iou(7.3 * b + 2, 7.3 * a + 2).T)


def test_encoded_boxes_come_back():
    boxes = boxes_of(np.random.default_rng(1), 40)
    places, codes = encode_boxes(boxes, ANCHORS, 8)
    assert np.allclose(decode_boxes(places, codes, ANCHORS, 8), boxes)
    assert places.min() >= 0 and places[:, :2].max() < 8 and (codes[:, :2] >= 0).all() and (codes[:, :2] < 1).all()


def test_kmeans_leaves_each_anchor_at_the_mean_of_the_boxes_most_like_it():
    rng = np.random.default_rng(2)
    sizes = np.concatenate([rng.normal(mean, 0.1 * mean, size=(50, 2)) for mean in (8, 20, 40)])
    anchors = detector.kmeans_anchors(sizes, sizes[[0, 60, 120]])
    assert np.allclose(anchors, [sizes[50 * k : 50 * k + 50].mean(axis=0) for k in range(3)])
    assert np.array_equal(detector.kmeans_anchors(sizes, np.array([[8.0, 8.0], [900.0, 900.0]]))[1], [900.0, 900.0])


def test_the_network_is_its_convolutions_in_order():
    net = Detector(num_anchors=2, num_classes=4, c_in=1, widths=(3, 5)).double().eval()
    for value in net.state_dict().values():
        if value.is_floating_point():
            value.copy_(0.2 + torch.rand_like(value))
    x = torch.randn(2, 1, 16, 24, dtype=torch.float64)
    h = x
    for block, stride in zip(net.body, (2, 2, 1, 1), strict=True):
        conv, norm, _ = block
        h = torch.nn.functional.conv2d(h, conv.weight, stride=stride, padding=1)
        h = torch.nn.functional.batch_norm(h, norm.running_mean, norm.running_var, norm.weight, norm.bias).relu()
    h = torch.nn.functional.conv2d(h, net.head.weight, net.head.bias)  # (2, 18, 4, 6)
    assert net.stride == 4 and net(x).shape == (2, 4, 6, 2, 9)
    torch.testing.assert_close(net(x)[1, 3, 2, 1], h[1, 9:, 3, 2])


def test_a_new_network_believes_that_places_are_empty():
    said = Detector(3, 2)(torch.rand(4, 3, 32, 32))[..., 4]
    assert torch.sigmoid(said).mean() < 0.1


def test_targets_hold_each_box_at_its_place_and_nothing_else():
    scenes = make_scenes(train=20, test=1)
    targets = make_targets(scenes.boxes_train, scenes.y_train, ANCHORS, 8, 8, 8)
    for target, boxes, classes in zip(targets, scenes.boxes_train, scenes.y_train, strict=True):
        places, codes = encode_boxes(boxes, ANCHORS, 8)
        assert target[..., 4].sum() == len(boxes) and target[target[..., 4] == 0].abs().sum() == 0
        held = target[tuple(places.T)].numpy()
        assert np.allclose(held[:, :4], codes, atol=1e-5) and np.array_equal(held[:, 5], classes)


def test_the_loss_of_saying_the_truth_is_almost_nothing():
    boxes, classes = [np.array([[10.0, 12.0, 30.0, 26.0]])], [np.array([1])]
    target = make_targets(boxes, classes, ANCHORS, 8, 8, 8)
    output = torch.full((1, 8, 8, 3, 8), -30.0)
    places, codes = encode_boxes(boxes[0], ANCHORS, 8)
    said = torch.tensor(codes[0])
    output[(0, *places[0])] = torch.tensor([*torch.logit(said[:2]), *said[2:], 30.0, -30.0, 30.0, -30.0])
    assert all(term < 1e-6 for term in detection_loss(output, target).values())
    (found, scores, kinds) = detector.read_output(output[0].numpy(), ANCHORS, 8)
    assert np.allclose(found, boxes[0], atol=1e-4) and scores[0] > 0.999 and kinds[0] == 1


def test_the_loss_without_things_is_that_of_the_empty_places_alone():
    terms = detection_loss(torch.zeros(2, 4, 4, 1, 7), torch.zeros(2, 4, 4, 1, 6))
    assert terms["empty"].item() == pytest.approx(32 * np.log(2)) and terms["box"] == terms["class"] == terms["something"] == 0


def test_suppression_keeps_the_surest_of_each_class_and_heap():
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [40, 0, 50, 10], [0, 0, 10, 10]], dtype=float)
    kept = detector.nms(boxes, np.array([0.6, 0.9, 0.3, 0.5]), np.array([0, 0, 0, 1]))
    assert kept.tolist() == [1, 3, 2]


def test_a_truth_is_hit_once_and_precision_is_mended():
    truths = np.array([[0, 0, 10, 10], [40, 0, 50, 10]], dtype=float)
    boxes = np.array([[1, 0, 11, 10], [0, 0, 10, 10], [80, 0, 90, 10], [40, 1, 50, 11]], dtype=float)
    scores = np.array([0.5, 0.9, 0.8, 0.7])
    hits = detector.match_boxes(boxes, scores, truths)
    assert hits.tolist() == [False, True, False, True]
    assert detector.average_precision(hits, scores, 2) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    nothing = detector.match_boxes(boxes, scores, truths[:0])
    assert not nothing.any() and detector.average_precision(nothing, scores, 0) == 0


@pytest.mark.slow
def test_a_short_training_finds_most_things_in_new_scenes():
    scenes = make_scenes(train=600, test=60, seed=5)
    torch.manual_seed(0)
    net = Detector(3, 3)
    targets = make_targets(scenes.boxes_train, scenes.y_train, ANCHORS, 8, 8, 8)
    rate = [0.005 * (1 - done / 200) for done in range(200)]
    train(net, scenes.x_train, targets, loss=detector.total_loss, lr=lambda step: rate[step - 1], steps=200, batch_size=16)
    found = detector.detect(net, scenes.x_test, ANCHORS, threshold=0.25)
    hits = sum(detector.match_boxes(b, s, t).sum() for (b, s, _), t in zip(found, scenes.boxes_test, strict=True))
    blind = sum(detector.match_boxes(b, s, t).sum() for (b, s, _), t in zip(found[1:], scenes.boxes_test, strict=False))
    things = sum(map(len, scenes.boxes_test))
    assert hits / things > 0.75 and blind / things < 0.15
