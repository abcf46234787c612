"""The Transformer equals torch's own layers with the same weights, and keeps its promises."""

import dataclasses
import math

import pytest
import torch
from torch import nn

from atiende.decoding import beam_decode, greedy_decode
from atiende.models.transformer import (
    DecoderLayer,
    EncoderLayer,
    Transformer,
    TransformerConfig,
    inverse_sqrt,
    sinusoids,
    translation_batch,
)  # fmt: skip

CONFIG = TransformerConfig(source_vocab=11, target_vocab=13, d_model=12, heads=3, d_ff=20, num_layers=2, dropout=0.0)
B, S, T = 4, 7, 5
POWER = math.sqrt(CONFIG.d_model)


def drawn(model, std=0.4):
    """Give every parameter a random value, so that none is neutral."""
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=std)
    return model.double().eval()


def copy_attention(own, other):
    with torch.no_grad():
        other.in_proj_weight.copy_(torch.cat([own.to_q.weight, own.to_k.weight, own.to_v.weight]))
        other.in_proj_bias.copy_(torch.cat([own.to_q.bias, own.to_k.bias, own.to_v.bias]))
        other.out_proj.load_state_dict(own.to_out.state_dict())


def copy_layer(own, other):
    """Copy one of our layers into torch's."""
    copy_attention(own.attention, other.self_attn)
    if hasattr(own, "cross_attention"):
        copy_attention(own.cross_attention, other.multihead_attn)
    other.linear1.load_state_dict(own.feed_forward.widen.state_dict())
    other.linear2.load_state_dict(own.feed_forward.narrow.state_dict())
    for n, sublayer in enumerate(own.sublayers, start=1):
        getattr(other, f"norm{n}").load_state_dict(sublayer.norm.state_dict())


def options(norm):
    return {"dim_feedforward": 20, "dropout": 0.0, "batch_first": True, "norm_first": norm == "pre"}


def hide(lengths, size):
    """Return torch's mask of padding: True where it may not look."""
    return torch.arange(size) >= torch.tensor(lengths)[:, None]


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_encoder_layer_equals_torchs(norm):
    own = drawn(EncoderLayer(dataclasses.replace(CONFIG, norm=norm)))
    other = nn.TransformerEncoderLayer(12, 3, **options(norm)).double().eval()
    copy_layer(own, other)
    x, hidden = torch.randn(B, S, 12, dtype=torch.float64), hide([7, 3, 1, 5], S)
    own_out, wanted = own(x, ~hidden[:, None, None, :]), other(x, src_key_padding_mask=hidden)
    torch.testing.assert_close(own_out[~hidden], wanted[~hidden])


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_decoder_layer_equals_torchs(norm):
    own = drawn(DecoderLayer(dataclasses.replace(CONFIG, norm=norm)))
    other = nn.TransformerDecoderLayer(12, 3, **options(norm)).double().eval()
    copy_layer(own, other)
    x, memory = torch.randn(B, T, 12, dtype=torch.float64), torch.randn(B, S, 12, dtype=torch.float64)
    hidden, causal = hide([7, 3, 1, 5], S), torch.ones(T, T, dtype=torch.bool).tril()
    wanted = other(x, memory, tgt_mask=~causal, memory_key_padding_mask=hidden)
    torch.testing.assert_close(own(x, memory, causal, ~hidden[:, None, None, :]), wanted)


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_the_whole_model_equals_torchs_with_its_embeddings_and_head(norm):
    model = drawn(Transformer(dataclasses.replace(CONFIG, norm=norm)))
    last = (nn.LayerNorm(12), nn.LayerNorm(12)) if norm == "pre" else (None, None)
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(12, 3, **options(norm)), 2, norm=last[0], enable_nested_tensor=False)
    decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(12, 3, **options(norm)), 2, norm=last[1])
    other = nn.Transformer(12, 3, custom_encoder=encoder, custom_decoder=decoder, batch_first=True).double().eval()
    for own, torchs in zip((*model.encoder, *model.decoder), (*encoder.layers, *decoder.layers), strict=True):
        copy_layer(own, torchs)
    if norm == "pre":
        encoder.norm.load_state_dict(model.encoder_norm.state_dict())
        decoder.norm.load_state_dict(model.decoder_norm.state_dict())
    source, target = torch.randint(1, 11, (B, S)), torch.randint(1, 13, (B, T))
    hidden = hide([7, 3, 1, 5], S)
    source[hidden] = 0
    table = sinusoids(S, 12)

    def embedded(ids, embedding):
        return embedding.tokens.weight[ids] * POWER + table[: ids.shape[1]].double()

    wanted = other(
        embedded(source, model.source_embedding), embedded(target, model.target_embedding),
        tgt_mask=~torch.ones(T, T, dtype=torch.bool).tril(), src_key_padding_mask=hidden, memory_key_padding_mask=hidden,
    )  # fmt: skip
    torch.testing.assert_close(model(source, target), model.head(wanted), atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_the_first_loss_is_that_of_one_who_knows_nothing(norm):
    torch.manual_seed(0)
    config = TransformerConfig(source_vocab=50, target_vocab=400, norm=norm)
    logits = Transformer(config)(torch.randint(1, 50, (8, 9)), torch.randint(1, 400, (8, 6)))
    loss = nn.functional.cross_entropy(logits.flatten(0, 1), torch.randint(400, (48,)))
    assert loss.item() == pytest.approx(math.log(400), rel=0.1)


def test_nobody_looks_ahead_nor_at_padding():
    model = drawn(Transformer(CONFIG))
    source, target = torch.randint(1, 11, (B, S)), torch.randint(1, 13, (B, T))
    logits = model(source, target)
    changed = target.clone()
    changed[:, 3:] = 1 + (changed[:, 3:] % 12)
    assert torch.equal(model(source, changed)[:, :3], logits[:, :3]) and not torch.equal(model(source, changed), logits)
    longer = torch.cat([source, torch.zeros(B, 2, dtype=torch.int64)], dim=1)
    torch.testing.assert_close(model(longer, target), logits)


def test_positions_are_sines_and_cosines_and_a_step_is_a_rotation():
    table = sinusoids(40, 8).double()
    torch.testing.assert_close(table[3, 4].item(), math.sin(3 / 10000 ** (4 / 8)), atol=1e-6, rtol=0)
    torch.testing.assert_close(table[3, 5].item(), math.cos(3 / 10000 ** (4 / 8)), atol=1e-6, rtol=0)
    torch.testing.assert_close((table**2).sum(dim=1), torch.full((40,), 4.0, dtype=torch.float64))
    step = torch.linalg.lstsq(table[:-5], table[5:]).solution  # one matrix moves every place five places on
    torch.testing.assert_close(table[:-5] @ step, table[5:], atol=1e-5, rtol=0)
    assert sinusoids(6, 7).shape == (6, 7)


def test_learned_positions_are_parameters_and_sinusoids_are_not():
    learned, fixed = (
        {name for name, _ in Transformer(dataclasses.replace(CONFIG, positions=kind)).named_parameters()}
        for kind in ("learned", "sinusoids")
    )
    assert learned - fixed == {"source_embedding.positions", "target_embedding.positions"}


def test_a_batch_shifts_the_target_by_one():
    source, inputs, labels = translation_batch([[5, 6, 7], [8]], [[9], [10, 11]])
    assert (source.tolist(), inputs.tolist(), labels.tolist()) == (
        [[5, 6, 7], [8, 0, 0]], [[1, 9, 0], [1, 10, 11]], [[9, 2, 0], [10, 11, 2]])  # fmt: skip


def test_the_rate_rises_in_a_line_and_falls_as_a_root():
    rates = [inverse_sqrt(step, warmup=100, peak=2.0) for step in (1, 50, 100, 400)]
    assert rates == pytest.approx([0.02, 1.0, 2.0, 1.0])


def best_by_search(model, source, length):
    """Return the likeliest sentence of at most `length` words, its end included, by trying them all."""
    memory, mask = model.encode(source[None])
    best, alive = ([], -math.inf), [([1], 0.0)]
    for _ in range(length):
        grown = []
        for ids, total in alive:
            scores = model.decode(torch.tensor([ids]), memory, mask)[0, -1].log_softmax(dim=0)
            for n, score in enumerate(scores.tolist()):
                (grown if n != 2 else []).append(([*ids, n], total + score))
                if n == 2 and total + score > best[1]:
                    best = ([*ids[1:], n], total + score)
        alive = grown
    return best


def test_a_wide_beam_finds_the_likeliest_and_one_of_width_one_is_greedy():
    torch.manual_seed(1)
    model = drawn(Transformer(dataclasses.replace(CONFIG, target_vocab=5)))
    with torch.no_grad():
        for source in torch.randint(1, 11, (3, S)):
            ids, score = beam_decode(model, source, max_len=3, width=200, length_power=0.0)[0]
            wanted, total = best_by_search(model, source, 3)
            assert ids == wanted and score == pytest.approx(total)
            greedy = greedy_decode(model, source[None], max_len=6)[0].tolist()
            assert beam_decode(model, source, max_len=6, width=1)[0][0] == greedy


def test_greedy_stops_each_row_at_its_end_and_a_batch_is_its_rows():
    torch.manual_seed(10)
    model = drawn(Transformer(dataclasses.replace(CONFIG, target_vocab=4)), std=1.0)
    nn.init.zeros_(model.head.bias)  # or the same word would be the likeliest everywhere
    nn.init.zeros_(model.decoder_norm.bias)
    source = torch.randint(1, 11, (20, S))
    rows = greedy_decode(model, source, max_len=9).tolist()
    assert {len(row) for row in rows} == {max(row.index(2) + 1 if 2 in row else 9 for row in rows)}
    assert len({row.index(2) if 2 in row else 9 for row in rows}) > 1
    for row, one in zip(rows, source, strict=True):
        alone = greedy_decode(model, one[None], max_len=9)[0].tolist()
        assert row[: len(alone)] == alone and set(row[len(alone) :]) <= {0}


def test_it_learns_to_copy():
    torch.manual_seed(0)
    model = Transformer(TransformerConfig(12, 12, d_model=32, heads=2, d_ff=64, num_layers=1, dropout=0.0))
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for _ in range(200):
        rows = torch.randint(3, 12, (32, 5)).tolist()
        source, inputs, labels = translation_batch(rows, rows)
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(source, inputs).flatten(0, 1), labels.flatten()).backward()
        optimizer.step()
    new = torch.randint(3, 12, (50, 5))
    assert (greedy_decode(model.eval(), new, max_len=6)[:, :5] == new).all(dim=1).float().mean() > 0.9
