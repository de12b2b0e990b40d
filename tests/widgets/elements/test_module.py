"""Every element of the page has its module, which loads nothing from the network."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganglioside_widgets.elements import module
from ganglioside_widgets.elements.module import source

NAMES = sorted(path.name for path in Path(module.__file__).parent.glob("*.js"))


@pytest.mark.parametrize("name", NAMES)
def test_a_module_draws_an_element_and_loads_nothing(name: str) -> None:
    text = source(name)
    assert text.endswith("export default { render };\n")
    assert "import " not in text
    assert "http:" not in text
    assert "https:" not in text
