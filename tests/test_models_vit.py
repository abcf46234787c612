"""The ViT equals the library's with its weights; patches go there and back; fusions do what their formulas say."""

import dataclasses
import math

import pytest
import torch
from torch import nn
from torch.nn import functional

from atiende.data import load_digits, make_captions, make_questions
from atiende.models.fusion import BimodalGMU, ConcatFusion, CrossReader, Fused, MultimodalGMU, SumFusion
from atiende.models.vit import (
    ViT,
    ViTConfig,
    attention_maps,
    attention_rollout,
    from_vit,
    patchify,
    resize_positions,
    unpatchify,
)
from atiende.training import accuracy, evaluate, train

CONFIG = ViTConfig((8, 12), 4, channels=3, num_classes=5, d_model=12, heads=3, d_ff=20, num_layers=2)


def drawn(model, std=0.4):
    """Give every parameter a random value, so that none is neutral."""
    torch.manual_seed(0)
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=std)
    return model.double().eval()


def library(size):
    """Return the library's model for pictures of a size (H, W), every weight drawn."""
    transformers = pytest.importorskip("transformers", reason="transformers is not installed")
    config = transformers.ViTConfig(
        hidden_size=12, num_hidden_layers=2, num_attention_heads=3, intermediate_size=20, image_size=size, patch_size=4,
        num_channels=3, num_labels=5, layer_norm_eps=1e-3)  # fmt: skip
    return drawn(transformers.ViTForImageClassification(config))


def test_the_model_equals_the_library_s_with_weights_copied_by_name():
    other, x = library((8, 12)), torch.randn(4, 3, 8, 12, dtype=torch.float64)
    model = from_vit(other).double()
    with torch.no_grad():
        torch.testing.assert_close(model(x), other(x).logits)
        torch.testing.assert_close(model.features(x), other.vit(x).last_hidden_state)


def test_another_resolution_equals_the_library_s():
    other, x = library((8, 8)), torch.randn(2, 3, 16, 20, dtype=torch.float64)  # the library stretches square grids only
    model = from_vit(other).double()
    with torch.no_grad():
        torch.testing.assert_close(model(x), other(x, interpolate_pos_encoding=True).logits)


def test_patches_are_squares_row_by_row_and_come_back():
    x = torch.arange(2 * 3 * 4 * 6.0).reshape(2, 3, 4, 6)
    patches = patchify(x, 2)
    assert patches.shape == (2, 6, 12)
    for n in range(6):
        square = x[:, :, 2 * (n // 3) : 2 * (n // 3) + 2, 2 * (n % 3) : 2 * (n % 3) + 2]
        assert torch.equal(patches[:, n], square.permute(0, 2, 3, 1).flatten(1))
    assert torch.equal(unpatchify(patches, 3, 4, 6), x)
    for H, W in ((5, 6), (4, 7)):
        with pytest.raises(ValueError, match="cannot be cut"):
            patchify(torch.zeros(1, 1, H, W), 2)
        with pytest.raises(ValueError, match="cannot be cut"):
            ViT(dataclasses.replace(CONFIG, image_size=(H, W), patch_size=2))


def test_without_positions_the_order_of_the_patches_is_nothing():
    x = torch.randn(3, 3, 8, 12, dtype=torch.float64)
    shuffled = unpatchify(patchify(x, 4)[:, torch.tensor([4, 2, 0, 5, 1, 3])], 3, 8, 12)
    bare, placed = drawn(ViT(dataclasses.replace(CONFIG, positions="none"))), drawn(ViT(CONFIG))
    with torch.no_grad():
        bare.positions.zero_()
        torch.testing.assert_close(bare(shuffled), bare(x))
        assert not torch.allclose(placed(shuffled), placed(x), atol=1e-4)


def test_the_mean_and_the_class_token_are_read_from_their_places():
    x = torch.randn(2, 3, 8, 12, dtype=torch.float64)
    for pool in ("class", "mean"):
        model = drawn(ViT(dataclasses.replace(CONFIG, pool=pool)))
        features = model.features(x)
        read = features[:, 0] if pool == "class" else sum(features[:, n] for n in range(1, 7)) / 6
        torch.testing.assert_close(model(x), functional.linear(read, model.head.weight, model.head.bias))


def test_the_first_loss_is_that_of_one_who_knows_nothing():
    torch.manual_seed(0)
    logits = ViT(ViTConfig())(torch.randn(50, 8, 8))
    assert functional.cross_entropy(logits, torch.randint(10, (50,))).item() == pytest.approx(math.log(10), abs=0.15)


def test_maps_add_up_and_rollout_chains_them_from_the_first_layer():
    model, x = drawn(ViT(CONFIG)), torch.randn(2, 3, 8, 12, dtype=torch.float64)
    before = model(x)
    maps = attention_maps(model, x)
    assert maps.shape == (2, 2, 3, 7, 7)
    torch.testing.assert_close(maps.sum(-1), torch.ones(2, 2, 3, 7, dtype=torch.float64))
    eye = torch.eye(7, dtype=torch.float64)
    first, second = (maps[k].mean(1) / 2 + eye / 2 for k in (0, 1))
    torch.testing.assert_close(attention_rollout(maps), second @ first)
    torch.testing.assert_close(model(x), before)  # as it was, kernel and all
    assert all(block.attention.weights is None for block in model.blocks)


def test_resized_positions_keep_the_first_row_and_the_same_grid():
    positions = torch.randn(1, 7, 5)
    torch.testing.assert_close(resize_positions(positions, (2, 3), (2, 3)), positions)
    larger = resize_positions(positions, (2, 3), (4, 9))
    assert larger.shape == (1, 37, 5) and torch.equal(larger[:, 0], positions[:, 0])
    flat = resize_positions(torch.ones(1, 7, 5), (2, 3), (5, 2))
    torch.testing.assert_close(flat, torch.ones(1, 11, 5))


def test_it_learns_digits_in_a_few_steps_and_a_bag_of_patches_learns_less():
    digits = load_digits()
    x, y, new = (torch.tensor(part) for part in (digits.x_train - 0.3, digits.y_train, digits.x_test - 0.3))
    shares = {}
    for positions in ("learned", "none"):
        torch.manual_seed(0)
        model = ViT(ViTConfig(d_model=32, d_ff=64, positions=positions, position_std=0.5))
        train(model, 2.5 * x, y, lr=lambda step: 5e-3 * (1 + math.cos(math.pi * (step - 1) / 200)) / 2, steps=200)
        shares[positions] = evaluate(model, 2.5 * new, digits.y_test, measure=accuracy)
    assert shares["learned"] > 0.9 and shares["none"] < shares["learned"] - 0.1


def test_the_gate_of_two_sources_is_complementary():
    unit = drawn(BimodalGMU(4, 3, 5))
    v, t = torch.randn(6, 4, dtype=torch.float64), torch.randn(6, 3, dtype=torch.float64)
    z = torch.sigmoid(torch.cat([v, t], 1) @ unit.to_gate.weight.T)
    wanted = z * torch.tanh(unit.from_first(v)) + (1 - z) * torch.tanh(unit.from_second(t))
    torch.testing.assert_close(unit(v, t), wanted)


def test_gates_of_many_sources_are_independent_and_a_missing_one_is_silent():
    unit = drawn(MultimodalGMU([4, 3, 2], 5), std=1.0)
    xs = [torch.randn(6, d, dtype=torch.float64) for d in (4, 3, 2)]
    gates = unit.open(xs)
    assert gates.shape == (3, 6, 5) and (gates.sum(0) > 1).any() and (gates.sum(0) < 1).any()
    for n in range(3):
        left = [None if k == n else x for k, x in enumerate(xs)]
        zeros = [torch.zeros_like(x) if k == n else x for k, x in enumerate(xs)]
        torch.testing.assert_close(unit(left), unit(zeros))
        assert (unit.open(left)[n] == 0).all()


def test_concatenation_and_sum_are_their_formulas():
    v, t = torch.randn(6, 4, dtype=torch.float64), torch.randn(6, 3, dtype=torch.float64)
    side, added = drawn(ConcatFusion(4, 3, 5)), drawn(SumFusion(4, 3, 5))
    torch.testing.assert_close(side(v, t), torch.tanh(v @ side.to_both.weight[:, :4].T + t @ side.to_both.weight[:, 4:].T))
    torch.testing.assert_close(added(v, t), torch.tanh(v @ added.from_first.weight.T) + torch.tanh(t @ added.from_second.weight.T))


def test_a_gate_learns_whom_to_believe():
    seen, new = make_captions(2000), make_captions(500, test=True)
    torch.manual_seed(0)
    model = Fused(BimodalGMU(64, len(seen.vocabulary), 32), 32, 10)
    train(model, (seen.pictures.reshape(-1, 64), seen.words), seen.y, lr=3e-3, steps=300)
    with torch.no_grad():
        gate = model.fusion.gate(torch.tensor(new.pictures).flatten(1), torch.tensor(new.words)).mean(dim=1).numpy()
    assert gate[new.picture_is_right].mean() > gate[~new.picture_is_right].mean() + 0.2


@pytest.mark.parametrize("positions", ["learned", "fixed", "none"])
def test_a_reader_knows_the_place_of_a_patch_only_by_its_position(positions):
    model = drawn(CrossReader(6, 4, 5, 2, 3, d_model=8, heads=2, positions=positions))
    patches, words = torch.randn(3, 6, 4, dtype=torch.float64), torch.randint(5, (3, 2))
    same = torch.allclose(model(patches.flip(1), words), model(patches, words))
    assert same == (positions == "none")


def test_captions_are_right_where_the_picture_is_not():
    captions = make_captions(400, seed=3)
    spelled = [caption.split()[-1] for caption in captions.captions]
    names = {name: n for n, name in enumerate("cero uno dos tres cuatro cinco seis siete ocho nueve".split())}
    said = torch.tensor([names[word] for word in spelled])
    right = torch.tensor(captions.picture_is_right)
    assert torch.equal(said == torch.tensor(captions.y), ~right) and 0.4 < right.float().mean() < 0.6
    assert all(("será" in caption) == clear for caption, clear in zip(captions.captions, captions.picture_is_right, strict=True))
    assert (captions.words.sum(axis=1) == [len(caption.split()) for caption in captions.captions]).all()
    again = make_captions(400, seed=3)
    assert again.captions == captions.captions and (again.pictures == captions.pictures).all()


def test_a_question_asks_for_the_digit_of_its_quarter():
    asked, digits = make_questions(200, seed=1), load_digits(1)
    known = {picture.tobytes(): y for picture, y in zip(digits.x_train, digits.y_train, strict=True)}
    for picture, (down, across), y in zip(asked.pictures, asked.questions - [0, 2], asked.y, strict=True):
        quarter = picture[8 * down : 8 * down + 8, 8 * across : 8 * across + 8]
        assert known[quarter.copy().tobytes()] == y
