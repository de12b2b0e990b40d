"""JSON Schema of the documents that `to_json` writes.

`ganglioside/data/analysis.schema.json` is this schema as a file; to write it again:

    python -m ganglioside.exporting.schema > ganglioside/data/analysis.schema.json
"""

from __future__ import annotations

import json
from dataclasses import fields
from importlib.resources import files
from typing import Any, Final

from ganglioside.columns import FEATURES, FINDINGS, LATER, MODELS, PROBLEMS, VERDICTS
from ganglioside.exporting.document import SCHEMA, SCHEMA_VERSION
from ganglioside.settings import POLARITIES, SAMPLE_TYPES, setting_specs
from ganglioside.verdicts.summary import Summary

_FILE: Final = "analysis.schema.json"

_NUMBER: Final = {"type": ["number", "null"]}
_TYPES: Final[dict[str, dict[str, Any]]] = {
    "Int64": {"type": ["integer", "null"]},
    "float64": {"anyOf": [_NUMBER, {"enum": ["inf", "-inf"]}]},
    "bool": {"type": "boolean"},
    "str": {"type": ["string", "null"]},
    "category": {"enum": [*VERDICTS, None]},
}


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the documents that `to_json` writes.

    Examples
    --------
    >>> json_schema()["title"]
    'An analysis of Ganglioside'
    """
    tables = {"features": FEATURES, "models": MODELS, "findings": FINDINGS, "problems": PROBLEMS}
    properties = {
        "schema": {"const": SCHEMA},
        "schema_version": {"const": SCHEMA_VERSION},
        "version": {"type": "string", "description": "of Ganglioside"},
        "source": _object(
            {
                "name": {"type": "string"},
                "size": {"type": "integer", "minimum": 0, "description": "bytes"},
                "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            }
        ),
        "settings": _settings(),
        "summary": _object(_summary()),
        "model": {"type": "object", "description": "fitted parameters; not a stable part"},
        "types": _object({name: _texts() for name in tables}),
        **{name: _table(columns, more=name == "features") for name, columns in tables.items()},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{SCHEMA}:{SCHEMA_VERSION}",
        "title": "An analysis of Ganglioside",
        "description": "One row of `features` per row of the input, in its order; columns of the "
        "input that Ganglioside does not know follow the known ones.",
        **_object(properties),
    }


def published_schema() -> dict[str, Any]:
    """JSON Schema in the file of the package, for other programs."""
    text = (files("ganglioside") / "data" / _FILE).read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def _object(properties: dict[str, Any], *, more: bool = False) -> dict[str, Any]:
    """JSON Schema of an object that has all properties, and others if `more`."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": more,
    }


def _table(columns: dict[str, str], *, more: bool) -> dict[str, Any]:
    """JSON Schema of a table: a list of records."""
    row = _object({name: _TYPES[kind] for name, kind in columns.items()}, more=more)
    # Analyses of older versions, which are exported too, lack later columns.
    row["required"] = [name for name in row["required"] if name not in LATER]
    return {"type": "array", "items": row}


def _texts() -> dict[str, Any]:
    """JSON Schema of an object of texts."""
    return {"type": "object", "additionalProperties": {"type": "string"}}


def _settings() -> dict[str, Any]:
    """Schemas of the settings, by name."""
    numbers = {
        name: {
            "type": "number",
            "minimum": spec.low,
            "maximum": spec.high,
            "description": f"{spec.help} {spec.unit}".strip(),
        }
        for name, spec in setting_specs().items()
    }
    schema = _object(numbers | {"sample_type": {"enum": list(SAMPLE_TYPES)}})
    schema["properties"]["polarity"] = {"enum": list(POLARITIES)}  # only where it is set
    return schema


def _summary() -> dict[str, Any]:
    """Schemas of the fields of the summary, by name."""
    kinds = {"int": {"type": "integer", "minimum": 0}, "float": _NUMBER, "str": {"type": "string"}}
    return {field.name: kinds[str(field.type)] for field in fields(Summary)}


if __name__ == "__main__":
    print(json.dumps(json_schema(), indent=1, ensure_ascii=False))
