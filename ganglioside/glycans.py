"""Compositions and masses of glycosphingolipids."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ceramide:
    """A ceramide sum composition, `36:1;O2`."""

    carbons: int
    double_bonds: int
    hydroxyls: int


@dataclass(frozen=True, slots=True)
class Composition:
    """Units of a head group."""

    hex: int = 0
    hexnac: int = 0
    neuac: int = 0
    neugc: int = 0
    dhex: int = 0
    oac: int = 0
    sulfate: int = 0
    phosphocholine: int = 0
    water_losses: int = 0  # lactones and other -H2O forms
