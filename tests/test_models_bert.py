"""BERT equals transformers' own with the same weights, and keeps its promises."""

import math

import pytest
import torch
from torch import nn

from atiende.data import CLS, FIRST_WORD, MASK, SEP, BertTokens, make_messages, make_senses
from atiende.models.bert import (
    Bert,
    BertClassifier,
    BertConfig,
    MaskedBert,
    from_library,
    mask_tokens,
    masked_loss,
    pretrain,
)

V, T = 40, 9
CONFIG = BertConfig(V, d_model=12, heads=3, d_ff=20, num_layers=2, max_len=16, dropout=0.0)


def drawn(model, std=0.4):
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=std)
    return model.double().eval()


def rows(B=3):
    ids, seen = torch.randint(FIRST_WORD, V, (B, T)), torch.arange(T) < torch.tensor([[T], [5], [2]])
    segments = (torch.arange(T) >= torch.tensor([[4], [T], [1]])).long()
    return torch.where(seen, ids, 0), segments, seen


@pytest.fixture
def library():
    transformers = pytest.importorskip("transformers")
    sizes = {"vocab_size": V, "hidden_size": 12, "num_attention_heads": 3, "intermediate_size": 20, "num_hidden_layers": 2}
    return drawn(transformers.BertForMaskedLM(transformers.BertConfig(**sizes, max_position_embeddings=16)))


def test_it_equals_transformers_with_weights_copied_by_name(library):
    ours = MaskedBert(CONFIG).double().eval()
    ours.load_state_dict(from_library(library.state_dict()))
    ids, segments, seen = rows()
    theirs = library(input_ids=ids, token_type_ids=segments, attention_mask=seen.long(), output_hidden_states=True)
    torch.testing.assert_close(ours.bert(ids, segments, seen)[seen], theirs.hidden_states[-1][seen])
    torch.testing.assert_close(ours(ids, segments, seen)[seen], theirs.logits[seen])
    torch.testing.assert_close(ours(ids, segments)[seen], theirs.logits[seen])  # padding is known by its id


def test_it_equals_torchs_layers_but_for_the_activation():
    own = drawn(Bert(CONFIG))
    stack = nn.ModuleList(nn.TransformerEncoderLayer(12, 3, 20, 0.0, "gelu", 1e-12, batch_first=True) for _ in range(2)).double()
    ids, segments, seen = rows()
    x = own.embeddings(ids, segments)
    for layer, other in zip(own.layers, stack, strict=True):
        with torch.no_grad():
            parts = layer.attention.to_q, layer.attention.to_k, layer.attention.to_v
            other.self_attn.in_proj_weight.copy_(torch.cat([part.weight for part in parts]))
            other.self_attn.in_proj_bias.copy_(torch.cat([part.bias for part in parts]))
        for ours, theirs in ((layer.attention.to_out, other.self_attn.out_proj), (layer.widen, other.linear1), (layer.narrow,
            other.linear2),
                             (layer.norm1, other.norm1), (layer.norm2, other.norm2)):  # fmt: skip
            theirs.load_state_dict(ours.state_dict())
        x = other(x, src_key_padding_mask=~seen)
    torch.testing.assert_close(own(ids, segments, seen)[seen], x[seen])


def test_it_looks_both_ways_and_never_at_padding():
    model = drawn(Bert(CONFIG))
    ids, segments, seen = rows()
    last = ids.clone()
    last[0, -1] = FIRST_WORD + (ids[0, -1] - FIRST_WORD + 1) % (V - FIRST_WORD)
    assert not torch.allclose(model(last, segments, seen)[0, 0], model(ids, segments, seen)[0, 0])
    longer = torch.cat([ids, torch.zeros(3, 3, dtype=torch.int64)], dim=1)
    torch.testing.assert_close(model(longer)[:, :T][seen], model(ids)[seen])


def test_both_tables_are_one_and_the_first_loss_is_that_of_one_who_knows_nothing():
    torch.manual_seed(0)
    model = MaskedBert(BertConfig(500))
    assert model.head.table is model.bert.embeddings.tokens.weight
    assert sum(p.numel() for p in model.head.parameters()) - model.head.table.numel() == 64 * 64 + 64 + 2 * 64 + 500
    labels = torch.randint(500, (8, 9))
    assert masked_loss(model(torch.randint(500, (8, 9))), labels).item() == pytest.approx(math.log(500), rel=0.1)


def test_masking_keeps_its_shares_and_asks_for_the_true_words():
    ids = torch.randint(FIRST_WORD, V, (400, 100))
    ids[:, 0], ids[:, -1] = CLS, SEP
    generator = torch.Generator().manual_seed(0)
    inputs, labels = mask_tokens(ids, MASK, V, FIRST_WORD, generator=generator)
    asked = labels != -100
    assert torch.equal(labels[asked], ids[asked]) and torch.equal(inputs[~asked], ids[~asked])
    assert not asked[:, [0, -1]].any() and asked[:, 1:-1].double().mean() == pytest.approx(0.15, abs=0.01)
    hidden, same = (inputs == MASK)[asked].double().mean(), (inputs == ids)[asked].double().mean()
    assert hidden == pytest.approx(0.8, abs=0.03) and same == pytest.approx(0.1 + 0.1 / (V - FIRST_WORD), abs=0.02)
    again = mask_tokens(ids, MASK, V, FIRST_WORD, generator=generator)[1]
    assert not torch.equal(again, labels)


def test_the_loss_is_of_what_is_asked_and_nothing_asked_costs_nothing():
    logits, labels = torch.randn(2, 5, V, requires_grad=True), torch.full((2, 5), -100)
    loss = masked_loss(logits, labels)
    loss.backward()
    assert loss.item() == 0 and not logits.grad.any()
    labels[0, 1], labels[1, 3] = 7, 0
    wanted = -logits.log_softmax(-1)[[0, 1], [1, 3], [7, 0]].mean()
    torch.testing.assert_close(masked_loss(logits, labels), wanted)


def test_a_frozen_reader_neither_learns_nor_drops_out():
    bert = Bert(BertConfig(V, d_model=12, heads=3, d_ff=20, dropout=0.5))
    model, ids = BertClassifier(bert, 3, freeze=True), rows()[0]
    assert model.training and not bert.training and torch.equal(model(ids), model(ids))
    before = {name: value.clone() for name, value in bert.state_dict().items()}
    model(ids).sum().backward()
    torch.optim.AdamW(model.parameters(), lr=0.1, weight_decay=0.5).step()
    assert all(torch.equal(before[name], value) for name, value in bert.state_dict().items())
    free = BertClassifier(bert, 3)
    assert bert.training and all(p.requires_grad for p in free.parameters()) and not free.eval().bert.training


def test_it_learns_the_grammar_and_what_it_read_tells_unlabelled_words_apart():
    texts, _ = make_messages(3000, language="es", seed=0)
    tokens = BertTokens(texts)
    torch.manual_seed(0)
    model = MaskedBert(BertConfig(len(tokens), d_ff=128, dropout=0.0))
    losses = pretrain(model, tokens.rows(texts), steps=400, mask=MASK, special=FIRST_WORD, lr=4e-3)
    assert losses[0] == pytest.approx(math.log(len(tokens)), rel=0.2) and sum(losses[-20:]) / 20 < 1.2 and not model.training
    classifier = BertClassifier(model.bert, 2)
    (known, y), (new, wanted) = (make_messages(n, half=half, language="es", seed=9) for n, half in ((40, 0), (400, 1)))
    optimizer = torch.optim.AdamW(classifier.parameters(), lr=1e-3)
    for _ in range(60):
        loss = nn.functional.cross_entropy(classifier(tokens.rows(known)), torch.from_numpy(y))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert (classifier.eval()(tokens.rows(new)).argmax(1).numpy() == wanted).mean() > 0.9


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_ambiguous_word_has_the_same_places_and_neighbours_in_both_senses(language):
    told = make_senses(3000, ambiguous=1.0, language=language)
    places = [sorted({s.at for s in told if s.topic == topic}) for topic in (0, 1)]
    assert places[0] == places[1]
    word = {s.text.split()[s.at] for s in told}
    assert len(word) == 1 and {s.clue for s in told} == {0, 1, 2, 3}
    before = [{s.text.split()[s.at - 1] for s in told if s.topic == topic} for topic in (0, 1)]
    assert before[0] == before[1]
