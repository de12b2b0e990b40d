"""Claims: what a store under a claim writes is kept only while it holds."""

from __future__ import annotations

import pytest

from ganglioside.errors import LostError
from ganglioside.history import History
from ganglioside.history.claims import Claim, ClaimedStore, claim_of, unclaimed
from ganglioside.history.sharing import Person

pytestmark = pytest.mark.usefixtures("stays_open")


def claimed(history: History) -> tuple[History, Claim]:
    """A history for a worker that has just taken a job."""
    history.jobs.add("analysis", {}, "n")
    taken = history.jobs.take(history.workers.register())
    assert taken is not None
    assert taken.claim is not None
    return history.claimed(taken.claim), taken.claim


def test_nothing_is_written_once_the_claim_is_lost(history: History) -> None:
    theirs, claim = claimed(history)
    theirs.tokens.add("Ann")
    history.jobs.put_off(claim.job, "lost")
    before = len(history.care.log())
    with pytest.raises(LostError, match="was taken from this worker"):
        theirs.tokens.add("Bob")
    with pytest.raises(LostError):
        theirs.acting_as(Person("Bob")).jobs.add("analysis", {}, "n")
    assert [token.person for token in theirs.tokens.all()] == ["Ann"]
    assert len(history.care.log()) == before


def test_another_attempt_of_the_same_worker_is_another_claim(history: History) -> None:
    theirs, claim = claimed(history)
    later = Claim(claim.job, claim.worker, claim.attempt + 1)
    with pytest.raises(LostError):
        history.claimed(later).tokens.add("Ann")
    theirs.tokens.add("Ann")


def test_a_store_knows_its_claim(history: History) -> None:
    theirs, claim = claimed(history)
    store = theirs._store
    assert isinstance(store, ClaimedStore)
    assert claim_of(store) == claim_of(theirs.acting_as(Person("Ann"))._store) == claim
    assert claim_of(history._store) is None
    assert unclaimed(store) is history._store
    assert (theirs.name, theirs.path, theirs.size() > 0) == (history.name, history.path, True)
