import json
import subprocess
import sys

import pytest

HEAVY = {"IPython", "autograder", "ipywidgets", "matplotlib", "pooch", "scipy", "sklearn", "torch", "tqdm"}


def imported_after(code: str) -> set[str]:
    """Return the top packages in memory after the code, run in a fresh interpreter."""
    code += "\nimport json, sys; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    return set(json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout))


def test_importing_atiende_imports_nothing_heavy():
    assert imported_after("import atiende") & HEAVY == set()


@pytest.mark.parametrize("part", ["data", "training", "models.mlp"])
def test_data_training_and_models_leave_pictures_and_scikit_learn_aside(part):
    assert imported_after(f"import atiende.{part}") & (HEAVY - {"torch", "tqdm"}) == set()


def test_parts_are_reached_by_name_after_importing_the_package_alone():
    code = "import atiende; atiende.data.make_spiral; atiende.training.train; atiende.plots.use_style"
    assert {"torch", "matplotlib"} <= imported_after(code)


def test_an_unknown_part_is_an_attribute_error():
    import atiende

    with pytest.raises(AttributeError, match="dta"):
        atiende.dta  # noqa: B018
