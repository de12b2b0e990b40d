"""What Goslin reads in our shorthand: run it where pygoslin is installed, it prints a table.

    python tests/benchmarks/goslin_names.py > tests/lipids/goslin_names.csv

Each head group on twenty ceramides, as labs write them. Head groups that Goslin does not know are
left out, and SHex2Cer, in which it counts a second sulfate; standard error says how many.
"""

from __future__ import annotations

import sys
from collections import Counter

from pygoslin.domain.LipidExceptions import LipidException
from pygoslin.parser.Parser import LipidParser

from ganglioside.lipids.head_groups import HEADS
from ganglioside.lipids.names import parse_name

CERAMIDES = (
    "(34:1;O2)", "(d36:1)", " d38:2", " 40:1;2O", " 42:2;O2", " d42:0", "(t38:0)", " 36:1;O3",
    "(d18:1/16:0)", "(d18:1/18:0)", "(d20:1/18:0)", " 18:1;O2/20:0", " 18:2;O2/24:1",
    "(d18:0/22:0)", "(t18:0/24:0)", "(d18:1/24:1)", "(d18:1/24:0(2OH))", "(t18:0/h24:0)",
    "(m18:0/16:0)", "(d18:1(4E)/24:1(15Z))",
)  # fmt: skip
MISCOUNTED = ("SHex2Cer",)


def main() -> None:
    """Print the table."""
    parser, left_out = LipidParser(), Counter[str]()
    print("name,shorthand,level,formula")
    for head in (head.isomer or head.series for head in HEADS):
        for ceramide in CERAMIDES:
            shorthand = parse_name(head + ceramide).shorthand
            try:
                read = parser.parse(shorthand)
            except LipidException:  # Goslin does not know the head group
                left_out[head] += 1
                continue
            if head in MISCOUNTED:
                left_out[head] += 1
                continue
            print(head + ceramide, shorthand, read.lipid.info.level.name, read.get_sum_formula(),
                  sep=",")  # fmt: skip
    print(f"Left out: {dict(left_out)}", file=sys.stderr)


if __name__ == "__main__":
    main()
