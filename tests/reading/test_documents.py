"""JSON documents: those of known tools are tables, others are refused."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ganglioside as gg
from ganglioside.errors import GangliosideError, ReadError
from ganglioside.reading.documents import document_sheet

JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)
#: Values where a list of records is expected.
RECORDS = JSON | st.lists(
    st.dictionaries(
        st.sampled_from(("Metabolite", "S_1", "Sample ID", "Factors", "id", "name", "smf_id",
                         "smf_id_refs", "chemical_name", "abundance_assay")), JSON, max_size=4
    ), max_size=3,
)  # fmt: skip
MWTAB = st.fixed_dictionaries(
    {"METABOLOMICS WORKBENCH": JSON, "SUBJECT_SAMPLE_FACTORS": RECORDS},
    optional={
        "MS_METABOLITE_DATA": JSON
        | st.fixed_dictionaries(
            {"Data": RECORDS}, optional={"Metabolites": RECORDS, "Extended": JSON}
        )
    },
)
MZTAB = st.fixed_dictionaries(
    {"metadata": JSON | st.fixed_dictionaries({"assay": RECORDS}), "smallMoleculeFeature": RECORDS},
    optional={"smallMoleculeSummary": RECORDS, "smallMoleculeEvidence": RECORDS},
)


@pytest.mark.parametrize("text", ["Name,RT\n", "{", "{}", '{"a": 1}', "[1]", '{"metadata": 1}', ""])
def test_other_texts_are_no_documents(text: str) -> None:
    assert document_sheet(text) is None


def test_a_value_that_is_named_twice_is_refused() -> None:
    with pytest.raises(ReadError, match="'S_1' twice"):
        document_sheet('{"Data": [{"S_1": 1, "S_1": 2}]}')


def test_the_record_that_names_a_value_twice_is_shown() -> None:
    with pytest.raises(ReadError) as caught:
        document_sheet('{"Data": [{"S_1": 1}, {"Metabolite": "GM3 34:1", "S_1": 1, "S_1": 2}]}')
    told = str(caught.value)
    assert "as 1 and as 2" in told
    assert 'begins with {"Metabolite": "GM3 34:1", "S_1": 1' in told
    assert "Rename one of the two, or delete the wrong one." in told


def test_a_value_that_is_written_twice_alike_is_one() -> None:
    assert document_sheet('{"a": 1, "a": 1}') is None


def test_the_kind_of_a_record_may_be_written_twice() -> None:
    """As jmzTab-m writes it: the kind, and the name of what holds it."""
    kinds = '"elementType": "SmallMoleculeFeature", "elementType": "element_type"'
    rows = (
        f'{{{kinds}, "smf_id": {i}, "retention_time_in_seconds": {60 * i}.0, "charge": -1, '
        f'"exp_mass_to_charge": {1151.7 + i}, "abundance_assay": [{i}000.0]}}'
        for i in (1, 2)
    )
    names = (
        f'{{{kinds}, "sml_id": {i}, "smf_id_refs": [{i}], "chemical_name": ["GM3 3{3 + i}:1"]}}'
        for i in (1, 2)
    )
    found = document_sheet(
        f'{{"metadata": {{{kinds}}}, "smallMoleculeSummary": [{", ".join(names)}], '
        f'"smallMoleculeFeature": [{", ".join(rows)}]}}'
    )
    assert found is not None
    (_, titles), *records = found[0].head[1:]
    named = [dict(zip(titles, cells, strict=False))["Name"] for _, cells in records]
    assert named == ["GM3 34:1", "GM3 35:1"]


def test_a_document_nested_too_deeply_is_refused() -> None:
    with pytest.raises(ReadError, match="nested"):
        document_sheet('{"a":' * 200_000 + "1" + "}" * 200_000)


@given(MWTAB | MZTAB)
def test_any_document_is_read_or_refused_with_words(document: dict[str, object]) -> None:
    with contextlib.suppress(GangliosideError):
        assert len(gg.read_features(json.dumps(document).encode()).data)
