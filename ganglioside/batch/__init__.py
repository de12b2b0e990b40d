"""Many tables at once: analysed, stored and reported on all cores, or on a cluster."""

from __future__ import annotations

from ganglioside.batch.ledger import Entry
from ganglioside.batch.options import Batch, Options
from ganglioside.batch.plan import Item, plan
from ganglioside.batch.run import run_batch

__all__ = ["Batch", "Entry", "Item", "Options", "plan", "run_batch"]
