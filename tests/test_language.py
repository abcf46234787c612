import pytest

import atiende
from atiende.language import label, language, set_language


@pytest.fixture(autouse=True)
def spanish_again():
    yield
    set_language("es")


@pytest.mark.parametrize("chosen, text", [("es", "paso"), ("en", "step")])
def test_label_speaks_the_language_chosen(chosen, text):
    set_language(chosen)
    assert (language(), label("paso", "step")) == (chosen, text)


def test_an_unknown_language_is_refused_and_changes_nothing():
    set_language("en")
    with pytest.raises(ValueError, match="'fr'"):
        set_language("fr")
    assert language() == "en"


@pytest.mark.parametrize("chosen, name", [("es", "español"), ("en", "English")])
def test_start_chooses_the_language_and_says_so_in_one_line(chosen, name, capfd):
    atiende.start(chosen)
    out, err = capfd.readouterr()
    assert language() == chosen
    start, named, device, version = out.removesuffix("\n").split(" · ")
    assert (start, named, device) == ("Atiende", name, str(atiende.device()))
    assert version.startswith("torch ") and "\n" not in version
    assert err == ""
