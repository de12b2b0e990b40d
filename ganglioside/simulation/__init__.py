"""Simulated feature tables with known truth, to measure methods with.

A table is drawn from a `World`: a chromatographic method, a tissue and an ion source, which are
themselves drawn within the ranges of a `Scenario`. The ranges come from measurements and general
knowledge of gangliosides; no method of judging tables takes part.
"""

from __future__ import annotations

from ganglioside.simulation.scenario import LEVELS, Scenario
from ganglioside.simulation.table import simulate, simulate_world
from ganglioside.simulation.tool_files import tool_file
from ganglioside.simulation.world import World

__all__ = ["LEVELS", "Scenario", "World", "simulate", "simulate_world", "tool_file"]
