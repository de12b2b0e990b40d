"""Feature tables with known truth: what a method may be measured against.

Everything that a table shows is drawn from a `World`: a chromatographic method, a tissue and
an ion source, themselves drawn within the ranges of a `Scenario`. The ranges come from what
has been measured or is known of gangliosides; no method of judging tables is consulted.
"""

from __future__ import annotations

from ganglioside.simulation.scenario import LEVELS, Scenario
from ganglioside.simulation.table import simulate, simulate_world
from ganglioside.simulation.world import World

__all__ = ["LEVELS", "Scenario", "World", "simulate", "simulate_world"]
