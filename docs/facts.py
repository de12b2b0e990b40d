"""Parts of the pages that are made from the tables of the package, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import typer
from typer.cli import get_docs_for_click
from typer.main import get_command

from ganglioside.cli import app
from ganglioside.columns import VERDICT_KINDS
from ganglioside.exporting.formats import EXPORT_FORMATS
from ganglioside.lipids.head_groups import HEADS
from ganglioside.settings import Settings, setting_specs
from ganglioside.support.glossary import GROUPS, KEYS, TERMS
from ganglioside.support.priors import Priors, as_markdown

REPORTS = Path(__file__).resolve().parents[1] / "reports" / "benchmarks"

#: Columns of the accuracy report that the page shows, with their headings here.
ACCURACY = {
    "level": "level",
    "method": "method",
    "accuracy": "verdicts right",
    "parent": "parents right",
    "isomers": "isomers right",
    "wrong anchors": "wrong anchors caught",
    "ECE": "calibration error",
}


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Markdown table with these heads and rows; what would end a cell is escaped."""
    lines = [list(heads), ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines) + "\n"


def _cell(value: object) -> str:
    return str(value).replace("|", r"\|").replace("\n", " ")


def verdicts() -> str:
    """Verdicts with what each says."""
    rows = [(f"{kind.symbol} `{kind.name}`", kind.help) for kind in VERDICT_KINDS]
    return table(("verdict", "meaning"), rows)


def thresholds() -> str:
    """Numeric settings with their ranges and defaults."""
    usual = Settings().values()
    rows = [
        (f"`{name}`", spec.help, f"{usual[name]:g} {spec.unit}", f"{spec.low:g} to {spec.high:g}")
        for name, spec in setting_specs().items()
    ]
    return table(("setting", "effect", "usual", "range"), rows)


def priors() -> str:
    """Priors of the model, as the README lists them."""
    return as_markdown(Priors.usual())


def head_groups() -> str:
    """Head groups whose names are read, with other spellings."""
    rows = [
        (head.isomer or head.series, head.category, ", ".join(head.spellings)) for head in HEADS
    ]
    return table(("head group", "category", "written as"), rows)


def keys() -> str:
    """Keys of the review screen."""
    return table(("key", "does"), [(f"`{key.key}`", key.does) for key in KEYS])


def exports() -> str:
    """Formats of exports."""
    return table(("format", "holds"), [(f"`{form.name}`", form.help) for form in EXPORT_FORMATS])


def accuracy() -> str:
    """The main figures of `reports/benchmarks/accuracy.md`."""
    text = (REPORTS / "accuracy.md").read_text(encoding="utf-8")
    first = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert first is not None
    heads, _, *rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in first[0].splitlines()
    ]
    kept = [heads.index(name) for name in ACCURACY]
    return table(tuple(ACCURACY.values()), [[row[place] for place in kept] for row in rows])


def glossary() -> str:
    """All words of the pages, by group, each as a definition."""
    return "\n".join(
        f"## {heading}\n\n"
        + "\n".join(
            f"{term.term}\n: {' '.join(filter(None, (term.meaning, term.more)))}\n"
            for term in TERMS
            if term.group == group
        )
        for group, heading in GROUPS.items()
    )


def commands() -> str:
    """All commands of the shell: a list, then each as Typer describes it."""
    command = get_command(app)
    text = get_docs_for_click(obj=command, ctx=typer.Context(command), name="ganglioside")
    # The list shows what these, which are cut short, say of each; the rest is no command of ours.
    text = re.sub(r"^\*\*Commands\*\*:\n\n(\* .*\n)+\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"^\* `--(install|show)-completion`.*\n", "", text, flags=re.MULTILINE)
    return table(("command", "does"), _listed("ganglioside", command)) + f"\n{text}"


def _listed(words: str, command: Any) -> list[tuple[str, str]]:
    """Each command below one, with the first sentence of its help."""
    found = []
    for name, below in getattr(command, "commands", {}).items():
        called = f"{words} {name}"
        place = called.replace(" ", "-")
        found.append((f"[`{called}`](#{place})", (below.help or "").partition("\n\n")[0]))
        found += _listed(called, below)
    return found


#: Tables that pages name as `{{ verdicts }}`.
PARTS: dict[str, Callable[[], str]] = {
    "verdicts": verdicts,
    "thresholds": thresholds,
    "priors": priors,
    "head_groups": head_groups,
    "keys": keys,
    "exports": exports,
    "accuracy": accuracy,
}


def substitutions() -> dict[str, str]:
    """Text of each part by its name."""
    return {name: part() for name, part in PARTS.items()}
