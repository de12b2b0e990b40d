"""Whether two checkouts give the same results, byte for byte.

    python tests/benchmarks/same_results.py BEFORE AFTER [--seeds 10] [--tables FILE ...]

In each checkout the bundled example, tables simulated at every level (`--seeds` of each), the
tables of `../shared/data` where they are present, and `--tables` are analysed; `features`,
`models`, `findings` and what is refused are written as text without rounding and compared. Prints
every difference; the exit code is 1 where there is one.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

#: Runs in a checkout: digests of all results, by case and table. Public names only.
DIGESTS = """
import hashlib, json, sys
import ganglioside as gg

def parts(table):
    analysis = gg.analyze(table)
    return {"features": analysis.features, "models": analysis.models, "findings": analysis.findings}

def written(frame):
    kinds = ",".join(f"{name}:{kind}" for name, kind in frame.dtypes.items())
    return kinds + "\\n" + frame.to_csv(index=False)

def digests(make):
    try:
        texts = {name: written(frame) for name, frame in parts(make()).items()}
    except gg.errors.GangliosideError as error:
        texts = {"refused": f"{type(error).__name__}: {error}"}
    if folder:
        for name, text in texts.items():
            (folder / f"{case.replace('/', '_')}.{name}.csv").write_text(text)
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}

from pathlib import Path
seeds, tables, folder = json.loads(sys.argv[1])
folder = Path(folder) if folder else None
found = {}
case = "example"
found[case] = digests(gg.example)
for level in ("easy", "middle", "hard", "extreme"):
    for seed in range(seeds):
        case = f"{level} {seed}"
        found[case] = digests(lambda: gg.simulate(seed, level))
for path in tables:
    case = Path(path).name
    found[case] = digests(lambda: gg.read_features(path))
print(json.dumps(found))
"""


def results(checkout: Path, seeds: int, tables: list[str], keep: Path | None) -> dict[str, Any]:
    """Digest of each result table of each case, from one checkout."""
    sources = [str(checkout), str(checkout / "widgets")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sources)}
    folder = None if keep is None else str(keep / f"{checkout.name}-results")
    if folder is not None:
        Path(folder).mkdir(parents=True, exist_ok=True)
        print(f"{checkout}: results in {folder}")
    run = subprocess.run(
        [sys.executable, "-c", DIGESTS, json.dumps([seeds, tables, folder])],
        env=environment,
        cwd=checkout,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What differs, one line for each table of each case."""
    return [
        f"{case}: {table} differ"
        for case in sorted(before.keys() | after.keys())
        for table in sorted(before.get(case, {}).keys() | after.get(case, {}).keys())
        if before.get(case, {}).get(table) != after.get(case, {}).get(table)
    ]


def shared_tables() -> list[str]:
    """Tables of real samples beside the project."""
    folder = Path(__file__).resolve().parents[3] / "shared" / "data"
    candidates = [folder / "porcine_features.csv", *sorted(folder.glob("real/*.csv"))]
    return [str(path) for path in candidates if path.is_file()]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--seeds", type=int, default=10, help="simulated tables of each level")
    parser.add_argument("--tables", nargs="*", default=[], help="further tables")
    parser.add_argument("--keep", type=Path, help="folder to keep the results in, to look at")
    chosen = parser.parse_args()
    tables = [*shared_tables(), *(str(Path(t).resolve()) for t in chosen.tables)]
    before, after = (
        results(checkout.resolve(), chosen.seeds, tables, chosen.keep)
        for checkout in (chosen.before, chosen.after)
    )
    different = differences(before, after)
    refused = sorted(case for case, tables_ in after.items() if "refused" in tables_)
    print("\n".join(different) or f"{len(after)} cases agree byte for byte")
    print(f"refused in the second: {', '.join(refused) or 'none'}")
    return 1 if different else 0


if __name__ == "__main__":
    raise SystemExit(main())
