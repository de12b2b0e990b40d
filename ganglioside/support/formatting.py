"""Numbers as texts: percentages, minutes and areas look the same wherever they are read."""

from __future__ import annotations

from decimal import Decimal
from math import isfinite
from typing import Final

#: What is written in place of a number that is missing.
MISSING: Final = "–"

#: Percent by which sums of the same numbers in other orders may differ.
_SAME: Final = 1e-9

#: Ratio of two areas from which it is a factor: 1,610 % is read as easily for 16.1 %.
_FACTOR: Final = 10.0


def percent(probability: float, missing: str = MISSING) -> str:
    """Probability in percent, never rounded to certainty.

    >>> percent(0.923), percent(0.99999), percent(0.0002), percent(0)
    ('92.3 %', '> 99.9 %', '< 0.1 %', '0.0 %')
    """
    if not isfinite(probability):
        return missing
    if probability >= 0.9995:
        return "> 99.9 %"
    if 0 < probability < 0.001:
        return "< 0.1 %"
    return f"{100 * probability:.1f} %"


def confidence(probability: float, missing: str = MISSING) -> str:
    """Confidence of a verdict in percent; of `undetermined`, which has 0, there is none to write.

    >>> confidence(0.923), confidence(0.0), confidence(0.0, missing="")
    ('92.3 %', '–', '')
    """
    return percent(probability, missing) if probability > 0 else missing


def share(part: float, whole: float, missing: str = MISSING) -> str:
    """Part of a whole in whole percent, never rounded to nothing or to all.

    >>> share(41, 332), share(1, 332), share(331, 332), share(1, 0)
    ('12 %', '< 1 %', '> 99 %', '–')
    """
    if not whole:
        return missing
    value = 100 * part / whole
    if 99.5 <= value < 100 - _SAME:
        return "> 99 %"
    return "< 1 %" if _SAME < value < 0.5 else f"{value:.0f} %"


def percent_number(value: float, missing: str = MISSING) -> str:
    """A number that is in percent already, to one digit; small ones are never rounded to zero.

    >>> percent_number(12.58), percent_number(0.02), percent_number(0.0), percent_number(100)
    ('12.6 %', '< 0.1 %', '0.0 %', '100.0 %')
    """
    if not isfinite(value):
        return missing
    return "< 0.1 %" if 0 < value < 0.05 else f"{value:.1f} %"


def minutes(
    value: float, missing: str = MISSING, *, signed: bool = False, unit: str = "min"
) -> str:
    """Retention time, or a signed difference of two, with its unit (empty in a column of them).

    >>> minutes(12.3456), minutes(0.01, signed=True), minutes(2.5, unit=""), minutes(float("nan"))
    ('12.346 min', '+0.010 min', '2.500', '–')
    """
    if not isfinite(value):
        return missing
    number = with_sign(value, 3) if signed else f"{value:.3f}"
    return f"{number} {unit}".rstrip()


def with_sign(value: float, digits: int = 1, missing: str = MISSING) -> str:
    """A difference to some decimals, with the sign that charts write; never a negative zero.

    >>> with_sign(-35.04), with_sign(-0.0004, 3), with_sign(1757, 0), with_sign(float("nan"))
    ('−35.0', '+0.000', '+1,757', '–')
    """
    if not isfinite(value):
        return missing
    return f"{round(value, digits) + 0.0:+,.{digits}f}".replace("-", "−")


def area(value: float, missing: str = MISSING) -> str:
    """Peak area, to three digits.

    >>> area(123456.0), area(87.0), area(float("nan"))
    ('1.23e5', '87', '–')
    """
    if not isfinite(value):
        return missing
    digits, _, power = f"{value:.2e}".partition("e")
    return f"{value:.3g}" if abs(value) < 1000 else f"{digits}e{int(power)}"


def rounded(value: float, digits: int = 3) -> str:
    """A number to some significant digits, thousands apart and never with a power of ten.

    >>> rounded(1113.2), rounded(0.000031249), rounded(120.0, 2), rounded(2.5)
    ('1,110', '0.0000312', '120', '2.5')
    """
    text = f"{value:.{digits}g}"
    return f"{Decimal(text):,f}" if "e" in text or abs(value) >= 1000 else text


def ratio_percent(ratio: float, missing: str = MISSING, digits: int = 3) -> str:
    """Ratio of two areas in percent, to three digits where no others are named.

    >>> ratio_percent(0.0312), ratio_percent(11.132), ratio_percent(1.2345, digits=2)
    ('3.12 %', '1,110 %', '120 %')
    """
    return f"{rounded(100 * ratio, digits)} %" if isfinite(ratio) else missing


def ratio_of(ratio: float) -> str:
    """Ratio of two areas before the words for one of them: in percent, from ten on as a factor.

    >>> f"{ratio_of(0.0148)} the area", f"{ratio_of(16.104)} the area"
    ('1.48 % of the area', '16.1 times the area')
    """
    return f"{rounded(ratio)} times" if ratio >= _FACTOR else f"{ratio_percent(ratio)} of"


def counted(number: int, one: str, several: str = "") -> str:
    """A number with the words that follow it: those of one, or of several (`one` with an s).

    >>> counted(1, "feature"), counted(0, "feature"), counted(1200, "row waits", "rows wait")
    ('1 feature', '0 features', '1,200 rows wait')
    """
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def plain(value: object) -> str:
    """A number without needless digits, thousands apart, or another value as a word.

    >>> plain(0.75), plain(50.0), plain(2_000_000), plain("auto")
    ('0.75', '50', '2,000,000', 'auto')
    """
    return f"{value:,.10g}" if isinstance(value, int | float) else str(value)
