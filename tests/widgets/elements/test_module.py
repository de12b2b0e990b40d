"""Every element of the page has its module, which loads nothing from the network."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganglioside_widgets.elements import module
from ganglioside_widgets.elements.module import source

FOLDER = Path(module.__file__).parent
NAMES = sorted(path.name for path in FOLDER.glob("*.js"))
PARTS = sorted(f"parts/{path.name}" for path in FOLDER.glob("parts/*.js"))


@pytest.mark.parametrize("name", NAMES)
def test_a_module_draws_an_element_and_loads_nothing(name: str) -> None:
    text = source(name)
    assert text.endswith("export default { render };\n")
    _loads_nothing(text)


@pytest.mark.parametrize("name", PARTS)
def test_a_part_of_modules_is_no_module_and_loads_nothing(name: str) -> None:
    text = source(name)
    assert "export " not in text
    _loads_nothing(text)


def _loads_nothing(text: str) -> None:
    assert "import " not in text
    assert "http:" not in text
    assert "https:" not in text
