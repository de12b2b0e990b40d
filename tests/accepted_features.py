"""Features by hand for tests of amounts: a name, RT, area and verdict each."""

from __future__ import annotations

from typing import Any

import pandas as pd
from builders import build_frame

from ganglioside.columns import FEATURES
from ganglioside.lipids.parsed_names import parse_names


def features_of(*rows: dict[str, Any]) -> pd.DataFrame:
    """Features of some rows; what a row leaves out is usual, `parent_id` names its parent."""
    usual = {"rt": 9.5, "volume": 1e6, "verdict": "valid", "confidence": 1.0}
    species = parse_names(pd.Series([row["name"] for row in rows], dtype="str")).frame()
    read = species.astype(object).where(species.notna(), None).to_dict("records")
    filled = [
        {**known, **usual, "feature_id": k, "peak_id": k, **row}
        for k, (known, row) in enumerate(zip(read, rows, strict=True))
    ]
    frame = build_frame(FEATURES, filled)
    for column in ("sample", "sample_type", "adduct"):
        if any(column in row for row in rows):
            frame[column] = pd.Series([row.get(column) for row in rows], dtype="str")
    return frame


def piece(name: str, parent_id: int, volume: float, **more: Any) -> dict[str, Any]:
    """A fragment of another row."""
    row = {"name": name, "volume": volume, "verdict": "fragment", "parent_id": parent_id}
    return {**row, "process": "-Hex-HexNAc", **more}
