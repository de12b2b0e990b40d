"""The result of one session as the history's tables store it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd
import pyarrow as pa

from ganglioside.analysis import Analysis
from ganglioside.columns import FINDINGS, MODELS, PROBLEMS
from ganglioside.errors import HistoryError
from ganglioside.history.storage import fingerprint
from ganglioside.history.storage.codec import (
    STORED_FEATURES,
    carried_columns,
    decode_carried,
    encode_carried,
    from_rows,
    summary_from_json,
    summary_to_json,
    to_rows,
)
from ganglioside.inference.fitted_model import FittedModel
from ganglioside.reading.raw_table import Source
from ganglioside.settings import Settings
from ganglioside.verdicts.overrides import Overrides

#: The tables of a completed session, beside its features.
SIDE_TABLES: Final[dict[str, dict[str, str]]] = {
    "models": MODELS,
    "findings": FINDINGS,
    "problems": PROBLEMS,
}


@dataclass(frozen=True, slots=True)
class Record:
    """Result as the history's tables take it, encoded before the lock is held."""

    tables: dict[str, pa.Table]
    columns: str
    model: str
    carried: bytes | None
    settings: str
    summary: str
    version: str

    @classmethod
    def of(cls, analysis: Analysis) -> Record:
        """Record of an analysis."""
        features = analysis.features
        sides = {t: to_rows(getattr(analysis, t), s, t) for t, s in SIDE_TABLES.items()}
        return cls(
            tables={"features": to_rows(features, STORED_FEATURES, "features"), **sides},
            columns=json.dumps(list(features.columns)),
            model=json.dumps(analysis.model.to_dict()),
            carried=encode_carried(features[carried_columns(features)]),
            settings=json.dumps(analysis.settings.to_dict()),
            summary=summary_to_json(analysis.summary),
            version=analysis.version,
        )

    def fingerprints(self) -> dict[str, str]:
        """SHA-256 of each part of the result, by its name."""
        texts = {
            "columns": self.columns,
            "model": self.model,
            "settings": self.settings,
            "summary": self.summary,
            "version": self.version,
        }
        return {
            **{name: fingerprint.of_rows(rows) for name, rows in self.tables.items()},
            **{name: fingerprint.of_bytes(text.encode()) for name, text in texts.items()},
            "carried": fingerprint.of_bytes(self.carried),
        }


@dataclass(frozen=True, slots=True)
class Packed:
    """Record, hash, input and overrides of an analysis, encoded on whatever machine ran it."""

    record: Record
    result_sha256: str
    source: Source
    overrides: Overrides

    @classmethod
    def of(cls, analysis: Analysis) -> Packed:
        """Packed form of an analysis.

        Raises
        ------
        HistoryError
            If it rests on other priors than the usual ones, with which it would be run again.
        """
        if changed := analysis.model.priors.changes():
            raise HistoryError(
                f"This analysis rests on other priors than the usual ones ({', '.join(changed)}): "
                "a history keeps only what it can run again. Export it instead."
            )
        record = Record.of(analysis)
        result = fingerprint.digest(record.fingerprints())
        return cls(record, result, analysis.source, analysis.overrides)

    @property
    def settings(self) -> Settings:
        """Settings of the analysis."""
        return Settings.from_dict(json.loads(self.record.settings))

    def unpacked(self) -> Analysis:
        """Analysis as a history would return it."""
        return replace(to_analysis(self.record, self.source), overrides=self.overrides)


def to_analysis(record: Record, source: Source) -> Analysis:
    """Analysis from which a record was made."""
    sides = {t: from_rows(record.tables[t], s) for t, s in SIDE_TABLES.items()}
    known = from_rows(record.tables["features"], STORED_FEATURES)
    carried = decode_carried(record.carried, len(known))
    # A foreign column keeps its name, even where a result column has been given it since then.
    known = known.drop(columns=known.columns.intersection(carried.columns))
    everything = pd.concat([known, carried], axis=1)
    return Analysis(
        features=everything[json.loads(record.columns)],
        models=sides["models"],
        findings=sides["findings"],
        problems=sides["problems"],
        summary=summary_from_json(record.summary),
        settings=Settings.from_dict(json.loads(record.settings)),
        model=FittedModel.from_dict(json.loads(record.model)),
        source=source,
        version=record.version,
    )
