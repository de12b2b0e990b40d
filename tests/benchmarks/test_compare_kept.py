"""Comparison of kept figures: what differs is told, what does not is not."""

from __future__ import annotations

import compare_kept
import pytest

KEPT = """# Title

`python tests/benchmarks/accuracy.py --levels easy --out reports/benchmarks/accuracy.md`

| level | method | tables | accuracy | wrong | ms  |
|-------|--------|--------|----------|-------|-----|
| easy  | plain  | 100    | 0.740    | -     | 18  |
| hard  | plain  | 100    | 0.576    | 0.976 | 13  |

| bin   | rows |
|-------|------|
| 0.000 | 1    |
"""


def test_equal_figures_and_times_like_each_other_are_not_told() -> None:
    assert compare_kept.differences(KEPT, KEPT.replace("| 13  |", "| 19  |")) == []
    assert compare_kept.differences(KEPT, KEPT.replace("0.576", "0.577")) == []
    assert compare_kept.differences(KEPT, KEPT.replace("| 0.000 | 1 ", "| 0.000 | 9 ")) == []


def test_other_figures_slow_runs_and_rows_that_went_are_told() -> None:
    assert compare_kept.differences(KEPT, KEPT.replace("0.576", "0.500")) == [
        "hard plain · accuracy: 0.576 kept, 0.5 now"
    ]
    assert compare_kept.differences(KEPT, KEPT.replace("| 18  |", "| 30  |")) == [
        "easy plain · ms: 18 kept, 30 now"
    ]
    gone = "\n".join(line for line in KEPT.splitlines() if not line.startswith("| hard"))
    assert len(compare_kept.differences(KEPT, gone)) == 4


def test_a_file_names_its_command() -> None:
    assert compare_kept.command_of(KEPT)[-2:] == ["--levels", "easy"]
    with pytest.raises(ValueError, match="does not name"):
        compare_kept.command_of("# Title")


@pytest.mark.parametrize("file", sorted(compare_kept.KEPT.glob("*.md")), ids=lambda file: file.name)
def test_every_kept_file_can_be_made_and_compared(file: compare_kept.Path) -> None:
    text = file.read_text()
    assert (compare_kept.ROOT / compare_kept.command_of(text)[0]).is_file()
    assert len(list(compare_kept.figures(text))) > 20
