"""The GPT equals GPT-2 of the transformers library and torch's own layers, remembers what it read, and keeps its promises."""

import math

import pytest
import torch
from torch import nn

from atiende.decoding import beam_search, generate, next_probabilities
from atiende.models.gpt import (
    GPT,
    Block,
    GPTConfig,
    copied_share,
    from_gpt2,
    next_token_loss,
    repeated_share,
    sample_windows,
)

CONFIG = GPTConfig(vocab_size=13, context=11, d_model=12, heads=3, num_layers=2)


def drawn(model, std=0.4):
    """Give every parameter a random value, so that none is neutral."""
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=std)
    return model.double().eval()


@pytest.fixture
def model():
    torch.manual_seed(0)
    return drawn(GPT(CONFIG))


def test_the_block_equals_torchs_layer():
    torch.manual_seed(0)
    own = drawn(Block(CONFIG))
    other = nn.TransformerEncoderLayer(12, 3, 48, 0.0, lambda x: nn.functional.gelu(x, approximate="tanh"), batch_first=True,
                                       norm_first=True).double().train()  # fmt: skip
    with torch.no_grad():
        other.self_attn.in_proj_weight.copy_(own.attention.to_qkv.weight)
        other.self_attn.in_proj_bias.copy_(own.attention.to_qkv.bias)
    for mine, its in ((own.attention.to_out, other.self_attn.out_proj), (own.widen, other.linear1), (own.narrow, other.linear2),
                      (own.norm1, other.norm1), (own.norm2, other.norm2)):  # fmt: skip
        its.load_state_dict(mine.state_dict())
    x = torch.randn(3, 7, 12, dtype=torch.float64)
    torch.testing.assert_close(own(x)[0], other(x, src_mask=torch.ones(7, 7, dtype=torch.bool).triu(1)))


@pytest.mark.parametrize(("layers", "heads", "length"), [(3, 4, 20), (1, 2, 1)])
def test_the_weights_of_gpt2_give_the_same_scores(layers, heads, length):
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(0)
    sizes = {"vocab_size": 50, "n_positions": 20, "n_embd": 8 * heads, "n_layer": layers, "n_head": heads}
    other = drawn(transformers.GPT2LMHeadModel(transformers.GPT2Config(**sizes, bos_token_id=0, eos_token_id=0)))
    ours, ids = from_gpt2(other).double(), torch.randint(50, (3, length))
    torch.testing.assert_close(ours(ids)[0], other(ids).logits)


def test_another_activation_is_refused():
    transformers = pytest.importorskip("transformers")
    sizes = {"vocab_size": 20, "n_positions": 8, "n_embd": 8, "n_layer": 1, "n_head": 2, "bos_token_id": 0, "eos_token_id": 0}
    with pytest.raises(ValueError, match="activation"):
        from_gpt2(transformers.GPT2LMHeadModel(transformers.GPT2Config(**sizes, activation_function="relu")))


def test_read_in_parts_it_gives_what_it_gives_whole(model):
    ids, past, at = torch.randint(13, (2, 11)), None, 0
    whole = model(ids)[0]
    for size in (2, 1, 4, 1, 3):
        logits, past = model(ids[:, at : at + size], past)
        torch.testing.assert_close(logits, whole[:, at : at + size])
        at += size


def test_no_score_depends_on_what_comes_after(model):
    x = torch.randint(13, (1, 8))
    embedded = model.tokens(x).detach().requires_grad_()
    h = embedded + model.positions.weight[:8]
    for block in model.blocks:
        h, _ = block(h)
    h[0, 4].sum().backward()
    felt = embedded.grad.abs().sum(dim=-1)[0]
    assert (felt[:5] > 0).all() and (felt[5:] == 0).all()


def test_it_refuses_more_than_its_context(model):
    _, past = model(torch.zeros(1, 11, dtype=torch.int64))
    for arguments in ((torch.zeros(1, 12, dtype=torch.int64),), (torch.zeros(1, 1, dtype=torch.int64), past)):
        with pytest.raises(ValueError, match="context of 11"):
            model(*arguments)


def test_it_is_born_knowing_nothing_and_with_quiet_writers():
    torch.manual_seed(0)
    model = GPT(GPTConfig(400, 32, 64, 4, 6))
    ids = torch.randint(400, (8, 33))
    assert next_token_loss(model(ids[:, :-1]), ids[:, 1:]).item() == pytest.approx(math.log(400), abs=0.1)
    for name, weight in model.named_parameters():
        if weight.dim() == 2:
            wanted = 0.02 / math.sqrt(12) if name.endswith(("to_out.weight", "narrow.weight")) else 0.02
            assert weight.std().item() == pytest.approx(wanted, rel=0.05), name


def test_the_exit_trains_the_table_of_the_entrance(model):
    next_token_loss(model(torch.tensor([[1, 2]])), torch.tensor([[2, 3]])).backward()
    assert (model.tokens.weight.grad.abs().sum(dim=1) > 0).all()  # also the rows of tokens that were not read


@pytest.mark.parametrize("choices", [{"temperature": 0}, {}, {"temperature": 0.7, "top_k": 5, "top_p": 0.8}])
def test_it_writes_the_same_with_the_cache_and_without_also_beyond_the_context(model, choices):
    for begin in (1, 5, 15):
        start = torch.randint(13, (begin,))
        cached, anew = (generate(model, start, 14, seed=3, cached=c, **choices) for c in (True, False))
        assert cached.tolist() == anew.tolist() and len(cached) == 14


def test_with_the_cache_each_token_is_read_once(model):
    lengths = []
    model.register_forward_pre_hook(lambda module, arguments: lengths.append(arguments[0].shape[1]))
    generate(model, torch.tensor([1, 2, 3]), 9)
    assert lengths == [3] + [1] * 8


def test_windows_are_shifted_by_one_and_begin_everywhere():
    x, y = sample_windows(torch.arange(20, 30), rows=400, length=4)
    assert torch.equal(y, x + 1) and torch.equal(x, x[:, :1] + torch.arange(4))
    assert sorted(set(x[:, 0].tolist())) == list(range(20, 26))


def test_next_probabilities_keep_what_is_asked():
    logits = torch.log(torch.tensor([[0.1, 0.4, 0.2, 0.3]], dtype=torch.float64))
    def near(wanted, **choices):
        torch.testing.assert_close(next_probabilities(logits, **choices), torch.tensor([wanted], dtype=torch.float64))
    near([0, 4 / 7, 0, 3 / 7], top_k=2)
    near([0, 4 / 9, 2 / 9, 3 / 9], top_p=0.75)  # 0.4 and 0.3 fall short
    near([0, 1, 0, 0], top_p=0.01)
    near([0, 4 / 7, 0, 3 / 7], top_k=3, top_p=0.7)  # of 4/9, 3/9 and 2/9
    near([0, 1, 0, 0], temperature=0)
    near([0.01 / 0.3, 0.16 / 0.3, 0.04 / 0.3, 0.09 / 0.3], temperature=0.5)
    near([0.1, 0.4, 0.2, 0.3], top_k=9, top_p=1.0)


def test_a_wide_beam_finds_the_best_of_all_and_a_narrow_one_is_greedy():
    rows = torch.randn(40, 3, generator=torch.Generator().manual_seed(0)).log_softmax(dim=1)

    def following(ids):
        return rows[sum((n + 1) * 3**place for place, n in enumerate(ids)) % 40]

    def total(ids):
        return sum(following(ids[:n])[ids[n]].item() for n in range(len(ids)))

    everything = sorted(((list(ids), total(list(ids))) for ids in torch.cartesian_prod(*[torch.arange(3)] * 3).tolist()),
                        key=lambda one: -one[1])  # fmt: skip
    found = beam_search(following, 27, 3)
    assert [ids for ids, _ in found] == [ids for ids, _ in everything]
    assert found[0][1] == pytest.approx(everything[0][1])
    greedy = []
    for _ in range(3):
        greedy.append(int(following(greedy).argmax()))
    assert beam_search(following, 1, 3)[0][0] == greedy


def test_a_beam_keeps_sentences_that_ended_and_weighs_length():
    likely = torch.log(torch.tensor([0.6, 0.4]))
    short = beam_search(lambda ids: likely, 4, 3, eos=0)
    assert short[0][0] == [0] and all(0 not in ids[:-1] for ids, _ in short)
    long = beam_search(lambda ids: likely, 4, 3, eos=0, length_power=3.0)
    assert long[0][0] == [1, 1, 0] and long[0][1] == pytest.approx((2 * math.log(0.4) + math.log(0.6)) / 27)


def test_shares_of_copied_and_repeated_stretches():
    assert copied_share([1, 2, 3, 9, 1, 2], [5, 1, 2, 3], 2) == pytest.approx(0.6)
    assert copied_share([1], [1, 2], 2) == 0
    assert repeated_share([1, 2, 1, 2, 1], 2) == pytest.approx(0.5)
