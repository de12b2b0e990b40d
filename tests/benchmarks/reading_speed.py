"""Print CPU time and memory of reading: `python tests/benchmarks/reading_speed.py [PART ...]`.

Parts: `long` (1,000,000 rows in four forms), `wide` (20,000 features in 200 samples), `kinds`
(5 MB of each kind of file), `names`. Each measurement runs in a process of its own, so that the
memory is its own; all but the import of the program count.
"""

from __future__ import annotations

import argparse
import io
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

import ganglioside as gg

sys.path.insert(0, str(Path(__file__).parents[1]))

ROWS, FEATURES, SAMPLES, SIZE = 1_000_000, 20_000, 200, 5_000_000


def long_table(rows: int = ROWS) -> pd.DataFrame:
    """Return a table of many rows with few distinct names, each once in a sample."""
    rng = np.random.default_rng(0)
    names = np.array(some_names())
    at = np.arange(rows)
    return pd.DataFrame(
        {
            "Sample": np.char.add("S", (at // len(names)).astype(str)),
            "Name": names[at % len(names)],
            "RT": rng.uniform(5, 15, rows).round(3),
            "Volume": rng.integers(1_000, 10_000_000, rows),
            "Log P": rng.uniform(-2, 5, rows).round(2),
            "Anchor": np.where(rng.random(rows) < 0.1, "T", "F"),
        }
    )


def some_names() -> list[str]:
    """Return names of 252 species."""
    heads = ["GM1", "GM3", "GD1a", "GD1b+OAc", "GT1b", "GQ1b"]
    return [f"{h}({c}:{d};O2)" for h in heads for c in range(32, 46) for d in range(3)]


def wide_table() -> bytes:
    """Return the bytes of a table with a column of areas for each sample."""
    rng = np.random.default_rng(0)
    names = some_names()
    areas = rng.lognormal(12, 2, (FEATURES, SAMPLES)).round(1)
    frame = pd.DataFrame(areas, columns=[f"S_{i} Area" for i in range(SAMPLES)])
    frame.insert(0, "RT", rng.uniform(5, 15, FEATURES).round(3))
    frame.insert(0, "Name", [names[i % len(names)] for i in range(FEATURES)])
    return frame.to_csv(index=False).encode()


def german(frame: pd.DataFrame) -> bytes:
    """Return a table with semicolons and decimal commas."""
    texts = frame.astype({"RT": str, "Log P": str})
    texts[["RT", "Log P"]] = texts[["RT", "Log P"]].replace(r"\.", ",", regex=True)
    return texts.to_csv(index=False, sep=";").encode()


def parquet(frame: pd.DataFrame) -> bytes:
    """Return a Parquet file."""
    file = io.BytesIO()
    frame.to_parquet(file)
    return file.getvalue()


LONG: dict[str, Callable[[pd.DataFrame], bytes]] = {
    "CSV": lambda frame: frame.to_csv(index=False).encode(),
    "CSV, every field quoted": lambda frame: frame.to_csv(index=False, quoting=1).encode(),
    "semicolons, decimal commas": german,
    "Parquet": parquet,
}


def enlarged(content: bytes) -> bytes:
    """Return a file of 5 MB: its lines repeated as often, workbooks with their rows repeated."""
    if content.startswith(b"PK"):
        return _enlarged_workbook(content)
    if content.startswith((b"{", b"PAR1")):
        return content
    text = content.decode()
    lines = text.splitlines(keepends=True)
    last = next(
        i for i in reversed(range(len(lines))) if lines[i].count("\t") + lines[i].count(",") > 2
    )
    begin = max(last - 13, len(lines) // 2)
    block = "".join(lines[begin : last + 1])
    block += "" if block.endswith("\n") else "\n"
    times = max(1, (SIZE - len(content)) // len(block.encode()))
    return ("".join(lines[:begin]) + block * times + "".join(lines[last + 1 :])).encode()


def _enlarged_workbook(content: bytes) -> bytes:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content))
    sheets = book.worksheets[:3]
    for sheet in sheets:
        rows = list(sheet.iter_rows(values_only=True))
        tail = rows[len(rows) // 2 :]
        if len(rows) > 3:
            for _ in range(40_000 // len(tail) // len(sheets)):
                for row in tail:
                    sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def measure(content: bytes) -> None:
    """Read bytes once and print CPU time and memory."""
    settings = gg.Settings(max_megabytes=1_000, max_rows=10_000_000)
    gg.read_features(b"Name,RT\nGM1(36:1;O2),9.5\n")
    start = time.process_time()
    try:
        table = gg.read_features(content, settings)
        became = f"{len(table):,} rows, {len(table.problems):,} problems"
    except gg.errors.GangliosideError as error:
        became = f"refused: {str(error)[:60]}"
    seconds = time.process_time() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(f"{seconds:6.2f} s {memory:6,.0f} MB  {len(content) / 1e6:6.1f} MB read, {became}")


def names() -> None:
    """Print how many names are read in a second."""
    from ganglioside.lipids.parsed_names import parse_names

    repeated = pd.Series(some_names() * 800, dtype="str")
    start = time.process_time()
    parse_names(repeated)
    print(f"{len(repeated) / (time.process_time() - start):,.0f} repeated names a second")
    heads = ("GM1", "GM2", "GM3", "GD1a", "GD2", "GT1b", "GQ1b")
    chains = product(heads, range(3), range(12, 31), range(4))
    distinct = [f"{h}(d18:{d}/{c}:{e})" for h, d, c, e in chains]
    start = time.process_time()
    parse_names(distinct)
    print(f"{len(distinct) / (time.process_time() - start):,.0f} distinct names a second")


def apart(label: str, content: bytes, folder: Path) -> None:
    """Measure bytes in a process of its own."""
    path = folder / "input"
    path.write_bytes(content)
    run = [sys.executable, __file__, "--one", str(path)]
    print(
        f"{label:40.40} {subprocess.run(run, capture_output=True, text=True, check=True).stdout}",
        end="",
        flush=True,
    )


def main() -> None:
    """Measure the parts that are named, all if none is."""
    from tempfile import TemporaryDirectory

    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", default=["long", "wide", "kinds", "names"])
    parser.add_argument("--one", type=Path, help="read this file in this process")
    options = parser.parse_args()
    if options.one:
        measure(options.one.read_bytes())
        return
    with TemporaryDirectory() as folder:
        if "long" in options.parts:
            frame = long_table()
            for label, write in LONG.items():
                apart(f"long, {label}", write(frame), Path(folder))
        if "wide" in options.parts:
            apart("wide, CSV", wide_table(), Path(folder))
        if "kinds" in options.parts:
            from corpus.exports import exports

            for label, content in exports().items():
                apart(label, enlarged(content), Path(folder))
    if "names" in options.parts:
        names()


if __name__ == "__main__":
    main()
