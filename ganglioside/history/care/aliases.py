"""Names that `History` had for the methods of `History.care`: kept for one version."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from os import PathLike
from pathlib import Path

import pandas as pd

from ganglioside.history.care.cleanup import Schedule
from ganglioside.history.care.operations import Care
from ganglioside.history.care.transfer import Transfer
from ganglioside.history.care.verify import Verification
from ganglioside.history.storage.log_heads import Head


class CareAliases:
    """Methods of `care` under the names that `History` had for them."""

    care: Care

    def verify(
        self,
        sample: int = 5,
        seed: int = 0,
        tell: Callable[[int, int], None] | None = None,
        heads: Sequence[str | PathLike[str]] = (),
    ) -> Verification:
        """Alias of `care.verify`, whose `report` is called `tell` here."""
        return self.care.verify(sample, seed, tell, heads)

    def log(self, subject: str | None = None) -> pd.DataFrame:
        """Alias of `care.log`."""
        return self.care.log(subject)

    def head(self) -> Head:
        """Alias of `care.head`."""
        return self.care.head()

    def cleanup(self, older_than: timedelta, dry_run: bool = True) -> pd.DataFrame:
        """Alias of `care.cleanup`."""
        return self.care.cleanup(older_than, dry_run)

    def schedule(self) -> Schedule | None:
        """Alias of `care.schedule`."""
        return self.care.schedule()

    def set_schedule(self, older_than: timedelta | None, every: timedelta | None = None) -> None:
        """Alias of `care.set_schedule`."""
        self.care.set_schedule(older_than, every)

    def backup(self, target: str | PathLike[str]) -> Path:
        """Alias of `care.backup`."""
        return self.care.backup(target)

    def vacuum(self) -> tuple[int, int]:
        """Alias of `care.vacuum`."""
        return self.care.vacuum()

    def export_all(self, folder: str | PathLike[str]) -> Transfer:
        """Alias of `care.export`."""
        return self.care.export(folder)

    def import_all(self, folder: str | PathLike[str]) -> Transfer:
        """Alias of `care.import_`."""
        return self.care.import_(folder)
