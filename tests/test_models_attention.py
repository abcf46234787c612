import pytest
import torch
from torch import nn
from torch.nn import functional

from atiende.models.attention import (
    AdditiveAttention,
    MultiHeadAttention,
    Seq2Seq,
    causal_mask,
    masked_softmax,
    padding_mask,
    scaled_dot_product_attention,
)  # fmt: skip

B, H, TQ, TK, D_HEAD = 2, 3, 5, 7, 4
D = H * D_HEAD


def randn(*shape):
    return torch.randn(shape, dtype=torch.float64)


def drawn(model):
    """Give every parameter a random value, so that none is neutral."""
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.5)
    return model.double()


def random_mask(*shape):
    mask = torch.rand(shape) < 0.6
    mask[..., 0] = True  # something to look at in each row
    return mask


MASKS = {
    "none": lambda: None,
    "causal": lambda: causal_mask(TQ, TK),
    "padding": lambda: padding_mask(torch.tensor([[5, 6, 7, 8, 0, 0, 0], [5, 0, 6, 7, 8, 9, 0]]), pad=0),
    "every pair": lambda: random_mask(B, H, TQ, TK),
}


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
def test_readable_attention_equals_torchs(mask):
    q, k, v, mask = randn(B, H, TQ, D_HEAD), randn(B, H, TK, D_HEAD), randn(B, H, TK, 6), mask()
    output, weights = scaled_dot_product_attention(q, k, v, mask)
    torch.testing.assert_close(output, functional.scaled_dot_product_attention(q, k, v, attn_mask=mask))
    torch.testing.assert_close(weights.sum(dim=-1), torch.ones(B, H, TQ, dtype=torch.float64))


def pair():
    """Return our layer and torch's with the same weights."""
    own, other = drawn(MultiHeadAttention(D, H)), nn.MultiheadAttention(D, H, batch_first=True).double()
    with torch.no_grad():
        other.in_proj_weight.copy_(torch.cat([own.to_q.weight, own.to_k.weight, own.to_v.weight]))
        other.in_proj_bias.copy_(torch.cat([own.to_q.bias, own.to_k.bias, own.to_v.bias]))
        other.out_proj.weight.copy_(own.to_out.weight)
        other.out_proj.bias.copy_(own.to_out.bias)
    return own, other


@pytest.mark.parametrize("keep_weights", [False, True])
@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
def test_both_paths_equal_torchs_layer_with_the_same_weights(mask, keep_weights):
    own, other = pair()
    own.keep_weights = keep_weights
    query, key, value, mask = randn(B, TQ, D), randn(B, TK, D), randn(B, TK, D), mask()
    forbidden = None if mask is None else ~mask.expand(B, H, TQ, TK).flatten(0, 1)  # torch's masks say where not to look
    wanted, weights = other(query, key, value, attn_mask=forbidden, average_attn_weights=False)
    torch.testing.assert_close(own(query, key, value, mask), wanted)
    if keep_weights:
        torch.testing.assert_close(own.weights, weights)


def test_both_paths_have_the_same_gradients():
    own, _ = pair()
    query, key, value, mask = randn(B, TQ, D), randn(B, TK, D), randn(B, TK, D), causal_mask(TQ, TK)
    gradients = []
    for own.keep_weights in (False, True):
        own.zero_grad()
        own(query, key, value, mask).square().sum().backward()
        gradients.append([parameter.grad for parameter in own.parameters()])
    torch.testing.assert_close(*gradients)


@pytest.mark.parametrize("keep_weights", [False, True])
def test_query_that_may_look_nowhere_sees_nothing(keep_weights):
    own, _ = pair()
    own.keep_weights = keep_weights
    mask = torch.ones(TQ, TK, dtype=torch.bool)
    mask[2] = False
    output = own(randn(B, TQ, D), randn(B, TK, D), randn(B, TK, D), mask)
    torch.testing.assert_close(output[:, 2], own.to_out.bias.expand(B, D))
    output.sum().backward()
    assert all(parameter.grad.isfinite().all() for parameter in own.parameters())


@pytest.mark.parametrize("keep_weights", [False, True])
def test_dropout_works_only_in_training_and_keeps_the_mean(keep_weights):
    layer = drawn(MultiHeadAttention(D, H, dropout=0.3))
    layer.keep_weights = keep_weights
    x = randn(1, 4, D)
    wanted = layer.eval()(x, x, x)
    torch.testing.assert_close(layer(x, x, x), wanted)
    draws = layer.train()(x.expand(20000, -1, -1), x.expand(20000, -1, -1), x.expand(20000, -1, -1))
    error = (draws.mean(dim=0) - wanted) / (draws.std(dim=0) / 20000**0.5)
    assert 0.1 < draws.std(dim=0).min() and error.abs().max() < 5


def test_heads_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="d_model=10 .* 3 heads"):
        MultiHeadAttention(10, 3)


def test_masked_softmax_gives_exact_zeros_and_no_nan():
    scores = torch.tensor([[1e4, -1e4, 3.0], [0.0, 1.0, 2.0]])
    mask = torch.tensor([[True, True, False], [False, False, False]])
    assert masked_softmax(scores, mask).tolist() == [[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    torch.testing.assert_close(masked_softmax(scores), scores.softmax(dim=-1))


def test_causal_mask_lets_the_last_query_see_the_last_key():
    assert causal_mask(3).tolist() == [[True, False, False], [True, True, False], [True, True, True]]
    assert causal_mask(2, 4).tolist() == [[True, True, True, False], [True, True, True, True]]


def test_padding_mask_hides_padding_wherever_it_is():
    assert padding_mask(torch.tensor([[4, 0, 5]]), pad=0).tolist() == [[[[True, False, True]]]]


def test_additive_scores_equal_a_loop():
    layer = drawn(AdditiveAttention(3, 4, 5))
    queries, keys = randn(B, TQ, 3), randn(B, TK, 4)
    scores = layer(queries, keys)
    for b in range(B):
        for t in range(TQ):
            for s in range(TK):
                hidden = torch.tanh(layer.from_query.weight @ queries[b, t] + layer.from_key.weight @ keys[b, s])
                torch.testing.assert_close(scores[b, t, s], layer.score.weight[0] @ hidden)


def test_translator_without_a_look_knows_the_source_by_the_last_state_only():
    model = drawn(Seq2Seq(7, 9, d_embed=3, d_hidden=4, look=False))
    source, target = torch.randint(7, (B, 6)), torch.randint(9, (B, 5))
    logits, weights = model(source, target)
    assert logits.shape == (B, 5, 9) and weights is None
    (there, back) = model.encoder(model.source_embedding(source))[1]
    states, _ = model.decoder(model.target_embedding(target), torch.cat([there, back], dim=1)[None])
    torch.testing.assert_close(logits, model.head(states))


def test_translator_looks_from_each_state_that_writes_at_all_that_read():
    model = drawn(Seq2Seq(7, 9, d_embed=3, d_hidden=4))
    source, target = torch.randint(7, (B, 6)), torch.randint(9, (B, 5))
    logits, weights = model(source, target)
    encoded, (there, back) = model.encoder(model.source_embedding(source))
    states, _ = model.decoder(model.target_embedding(target), torch.cat([there, back], dim=1)[None])
    for b in range(B):
        for t in range(5):
            query = model.to_query.weight @ states[b, t]
            looked = torch.stack([query @ key for key in encoded[b]]).div(8**0.5).softmax(dim=0)
            torch.testing.assert_close(weights[b, t], looked)
            context = sum(w * value for w, value in zip(looked, encoded[b], strict=True))
            torch.testing.assert_close(logits[b, t], model.head(torch.cat([states[b, t], context])))


def test_translator_does_not_see_what_is_still_to_be_written():
    model = drawn(Seq2Seq(7, 9, d_embed=3, d_hidden=4))
    source, target = torch.randint(7, (B, 6)), torch.randint(9, (B, 5))
    torch.testing.assert_close(model(source, target)[0][:, :3], model(source, target[:, :3])[0])


def test_keys_and_values_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="in pairs"):
        MultiHeadAttention(D, H)(torch.zeros(B, TQ, D), torch.zeros(B, TK, D), torch.zeros(B, TQ, D))
