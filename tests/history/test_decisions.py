"""Who decided what on a name, who confirmed it, and where two people disagree."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from builders import build_analysis

from ganglioside.errors import OverrideError
from ganglioside.history import History
from ganglioside.history.decisions import BY_PERSON, decisions
from ganglioside.history.sharing import Person
from ganglioside.verdicts.overrides import Override, Overrides
from ganglioside.verdicts.review import accept, confirm, later, reject, rename

pytestmark = pytest.mark.usefixtures("stays_open")

WRONG = pd.Series({"feature_id": 3, "verdict": "valid"})


def trail(made: Iterable[Override]) -> pd.DataFrame:
    """Rows of these overrides, one after the other."""
    return pd.concat([Overrides((one,)).to_frame() for one in made], ignore_index=True)


def said(made: Iterable[Override]) -> list[tuple[int, str, str]]:
    found = decisions(trail(made)).by_person
    return list(zip(found["feature_id"], found["author"], found["decision"], strict=True))


def disagreed(made: Iterable[Override]) -> set[int]:
    return set(decisions(trail(made)).disagreements["feature_id"])


def undo(author: str) -> Override:
    return Override(feature_id=3, author=author)


ANN, BOB = accept(3, author="Ann"), reject(WRONG, author="Bob")


def test_nothing_was_decided_where_there_is_no_trail() -> None:
    found = decisions(Overrides().to_frame())
    for table in (found.by_person, found.disagreements):
        assert table.empty
        assert table.dtypes.astype(str).to_dict() == BY_PERSON


def test_the_last_decision_of_each_person_stands() -> None:
    assert said([ANN, BOB]) == [(3, "Ann", "accepted"), (3, "Bob", "rejected")]
    again = later(3, author="Ann")
    assert said([ANN, BOB, again]) == [(3, "Bob", "rejected"), (3, "Ann", "later")]
    row = decisions(trail([rename(3, "GM3(36:1;O2)", author="Ann")])).by_person.iloc[0]
    assert (row["name"], row["verdict"]) == ("GM3(36:1;O2)", "valid")


def test_who_confirms_has_decided_the_same_at_that_time() -> None:
    when = datetime.now(UTC) + timedelta(hours=1)
    found = decisions(trail([ANN, confirm(ANN, "Bob", when)])).by_person
    assert list(found["author"]) == ["Ann", "Bob"]
    assert list(found["decision"]) == ["accepted", "accepted"]
    assert found["time"].iloc[1] == pd.Timestamp(when).floor("us")


def test_an_undo_takes_back_what_its_person_and_those_undone_decided() -> None:
    assert said([ANN, undo("Ann")]) == []
    assert said([ANN, BOB, undo("Bob")]) == [(3, "Ann", "accepted")]
    assert said([ANN, confirm(ANN, "Bob"), undo("Cy")]) == []
    anchor_only = Override(feature_id=3, anchor=True, author="Ann")
    assert said([ANN, anchor_only]) == []


@pytest.mark.parametrize(
    "made",
    [
        [ANN, BOB],
        [ANN, rename(3, "GM3(36:1;O2)", author="Bob")],
        [rename(3, "GM3(36:1;O2)", author="Ann"), rename(3, "GM3(38:1;O2)", author="Bob")],
        [ANN, confirm(ANN, "Cy"), BOB],
    ],
)
def test_two_people_disagree(made: list[Override]) -> None:
    assert disagreed(made) == {3}


@pytest.mark.parametrize(
    "made",
    [
        [ANN],
        [ANN, accept(3, author="Bob")],
        [ANN, later(3, author="Bob")],
        [ANN, reject(pd.Series({"feature_id": 4, "verdict": "valid"}), author="Bob")],
        [rename(3, "GM3(36:1;O2)", author="Ann"), rename(3, "GM3 36:1;O2", author="Bob")],
        [ANN, BOB, undo("Ann")],
        [ANN, BOB, confirm(BOB, "Ann")],
        [ANN, BOB, confirm(BOB, "Cy")],
    ],
)
def test_one_opinion_or_a_confirmation_is_no_disagreement(made: list[Override]) -> None:
    assert disagreed(made) == set()


def test_a_session_shows_who_decided_and_a_confirmation_settles_it(history: History) -> None:
    sid = history.save(build_analysis(10))
    history.put_overrides(sid, [ANN, later(5, author="Ann")])
    history.put_override(sid, BOB)
    found = history.decisions(sid)
    assert len(found.by_person) == 3
    assert set(found.disagreements["author"]) == {"Ann", "Bob"}
    confirmed = confirm(BOB, "Ann")
    assert history.put_override(sid, confirmed).of(3) == confirmed
    assert history.load(sid).overrides.of(3) == confirmed
    assert history.decisions(sid).disagreements.empty
    assert history.care.verify(sample=0).is_whole


def test_who_acts_confirms_and_nobody_confirms_an_own_decision(history: History) -> None:
    sid = history.save(build_analysis())
    history.put_overrides(sid, [ANN, accept(4, author="Cy")])
    cy = history.acting_as(Person("Cy", "admin"))
    found = cy.confirm_override(sid, 3).of(3)
    assert found is not None
    assert (found.author, found.confirmed_by) == ("Ann", "Cy")
    with pytest.raises(OverrideError, match="a second person confirms"):
        cy.confirm_override(sid, 4)
    with pytest.raises(OverrideError, match="Cy confirmed this already"):
        history.confirm_override(sid, 3)
    with pytest.raises(OverrideError, match="no decision to confirm"):
        history.confirm_override(sid, 2)
    assert history.load(sid).overrides.of(3) == found


def test_who_names_the_time_of_what_was_read_confirms_nothing_else(history: History) -> None:
    sid = history.save(build_analysis())
    history.put_override(sid, ANN)
    cy = history.acting_as(Person("Cy", "admin"))
    history.put_override(sid, BOB)
    with pytest.raises(OverrideError, match="changed meanwhile"):
        cy.confirm_override(sid, 3, time=ANN.time)
    with pytest.raises(OverrideError, match="no zone"):
        cy.confirm_override(sid, 3, time=BOB.time.replace(tzinfo=None))
    with pytest.raises(OverrideError, match="changed meanwhile"):
        cy.confirm_override(sid, 5, time=BOB.time)
    assert history.load(sid).overrides.of(3) == BOB
    found = cy.confirm_override(sid, 3, time=BOB.time).of(3)
    assert found is not None
    assert (found.author, found.confirmed_by) == ("Bob", "Cy")


def test_only_what_is_decided_now_can_be_confirmed(history: History) -> None:
    sid = history.save(build_analysis())
    history.put_override(sid, ANN)
    history.put_override(sid, BOB)
    with pytest.raises(OverrideError, match="changed meanwhile"):
        history.put_override(sid, confirm(ANN, "Bob"))
    with pytest.raises(OverrideError, match="changed meanwhile"):
        history.put_override(sid, confirm(accept(4, author="Ann"), "Bob"))
    assert history.load(sid).overrides == Overrides((BOB,))
