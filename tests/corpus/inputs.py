"""The corpus: `CASES` holds every input with what must come of it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ganglioside import Settings
from ganglioside.errors import GangliosideError, ReadError, SettingsError, ValidationError

HEADER = "Name,RT,Volume,Log P,Anchor"
ROWS = (
    "GD1(36:1;O2),9.572,1234567,1.53,T",
    "GM1(38:1;O2),11.584,98765,4.31,F",
    "GT1(36:0;O3),8.058,4321,-0.44,F",
)


@dataclass(frozen=True)
class Case:
    """One input and its outcome.

    `error` and `words`: what is raised and what its message must say. Otherwise `faults` are
    all rows that cannot be judged, with their first code, `reports` further problems (position or
    None for the table, and code) and `values` single cells of the table that was read.
    """

    name: str
    content: bytes
    rows: int = 0
    faults: Mapping[int, str] = field(default_factory=dict)
    reports: frozenset[tuple[int | None, str]] = frozenset()
    values: Mapping[tuple[int, str], Any] = field(default_factory=dict)
    error: type[GangliosideError] | None = None
    words: tuple[str, ...] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)
    settings: Settings | None = None


def table(*rows: str, header: str = HEADER, end: str = "\n") -> str:
    """Return lines as a file."""
    return "".join(line + end for line in (header, *rows))


def workbook(sheets: Mapping[str, list[list[object]]]) -> bytes:
    """Return an .xlsx file."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def archive(entries: Mapping[str, bytes]) -> bytes:
    """Return a zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in entries.items():
            target.writestr(name, content)
    return file.getvalue()


def parquet(frame: pd.DataFrame) -> bytes:
    """Return a Parquet file."""
    file = io.BytesIO()
    frame.to_parquet(file)
    return file.getvalue()


def read(
    name: str,
    text: str | bytes,
    rows: int,
    faults: Mapping[int, str] | None = None,
    reports: set[tuple[int | None, str]] | None = None,
    values: Mapping[tuple[int, str], Any] | None = None,
    **more: Any,
) -> Case:
    """Return a case that is read."""
    content = text.encode() if isinstance(text, str) else text
    return Case(name, content, rows, faults or {}, frozenset(reports or ()), values or {}, **more)


def refused(
    name: str, text: str | bytes, error: type[GangliosideError], *words: str, **more: Any
) -> Case:
    """Return a case that is refused."""
    content = text.encode() if isinstance(text, str) else text
    return Case(name, content, error=error, words=words, **more)


CELLS: list[list[object]] = [
    ["Name", "RT", "Volume", "Log P", "Anchor"],
    ["GD1(36:1;O2)", 9.572, 1234567, 1.53, "T"],
    ["GM1(38:1;O2)", 11.584, 98765, 4.31, "F"],
]
GOOD = table(*ROWS)
FRAME = pd.DataFrame(CELLS[1:], columns=[str(c) for c in CELLS[0]])
NAMES = ("GM3(34:1;O2)", "GM3(36:1;O2)", "GM1(34:1;O2)", "GM1(36:1;O2)", "GM1(38:1;O2)")
#: The names stand in a column of another header, beside a column that could be theirs.
NAME_BY_CONTENT = "Species,Mine,RT\n[M-H]-,GM3(34:1;O2),7.5\n[M-H]-,GM1(36:1;O2),8.4\n" \
    "[M-H]-,GM1(38:1;O2),9.8\n"  # fmt: skip
#: Each name twice, once in each of two batches.
IN_A_COLUMN = "Name,RT,Volume,Where\n" + "".join(
    f"{name},{7.5 + i},{1000 + i},{where}\n"
    for where in ("left", "right")
    for i, name in enumerate(NAMES)
)
BLANKS = "Name,RT,Sample,Sample type\nGM1(36:1;O2),9.9,a,Sample\nGM1(36:1;O2),9.9,b,Blank\n"
#: A report of MassLynx with a line that is in no section.
SECTIONS = (
    "Quantify Compound Summary Report\t\nuser\tann\nCompound 1:  GM3(d34:1)\n\n"
    "\tName\tRT\tArea\n1\tS_1\t7.55\t100\n2\tS_2\t7.56\t110\n"
)
#: Two transitions of a precursor, as Skyline reports them.
TRANSITIONS = (
    "Molecule Name,Precursor Mz,Precursor Adduct,Product Mz,Retention Time,Area\n"
    "GM1 36:1;O2,1544.87,[M-H],290.1,8.44,1000\nGM1 36:1;O2,1544.87,[M-H],87.0,8.44,100\n"
)
#: Features without a name, in an export of MS-DIAL.
NAMELESS = (
    "Alignment ID,Average Rt(min),Average Mz,Metabolite name,Adduct type\n"
    "0,9.572,1544.87,GM1 36:1;O2,[M-H]-\n1,10.02,1517.01,,[M-H]-\n2,10.03,1518.01,,[M-H]-\n"
)
FORMULAS = [["Name", "RT"], ["GM1(36:1;O2)", "=594/60"], ["GM3(36:1;O2)", "=597/60"]]
MSDIAL = (
    "\t\t\t\tClass\tA\n\t\t\t\tFile type\tSample\n\t\t\t\tInjection order\t1\n\t\t\t\tBatch ID\t1\n"
    "Alignment ID\tAverage Rt(min)\tAverage Mz\tMetabolite name\tAdduct type\tliver_1\n"
    "0\t9.572\t1544.87\tGM1 36:1;O2\t[M-H]-\t1234\n"
    "1\t10.02\t1517.01\tUnknown\t[M-H]-\t99\n"
)


def _encodings() -> list[Case]:
    western = table("GD1(36:1;O2),9.572,1,1,T,Köln", header=HEADER + ",place")
    return [
        read("utf8-bom.csv", b"\xef\xbb\xbf" + GOOD.encode(), 3),
        read("utf16-le-bom.csv", b"\xff\xfe" + GOOD.encode("utf-16-le"), 3),
        read("utf16-be-bom.csv", b"\xfe\xff" + GOOD.encode("utf-16-be"), 3),
        read("utf16-no-bom.csv", GOOD.encode("utf-16-le"), 3),
        read("utf32.csv", GOOD.encode("utf-32"), 3),
        read("cp1252.csv", western.encode("cp1252"), 1, reports={(None, "encoding-guessed")}),
        refused("utf16-cut.csv", b"\xff\xfe" + GOOD.encode("utf-16-le")[:-1], ReadError, "damaged"),
        refused("nul.csv", GOOD.replace("9.572", "9.5\x0072"), ReadError, "line 2", "control"),
    ]


def _layouts() -> list[Case]:
    semicolons = table(
        '"GD1(36:1;O2)";9,572;1234567;1,53;T',
        '"GM1(38:1;O2)";11,584;98765;-4,31;F',
        header=HEADER.replace(",", ";"),
    )
    tabs = GOOD.replace(",", "\t")
    return [
        read("plain.csv", GOOD, 3, values={(2, "log_p"): -0.44, (0, "anchor"): True}),
        read("windows-ends.csv", GOOD.replace("\n", "\r\n"), 3),
        read("mac-ends.csv", GOOD.replace("\n", "\r"), 3),
        read("no-last-end.csv", GOOD.rstrip("\n"), 3),
        read("all-quoted.csv", FRAME.to_csv(index=False, quoting=1), 2),
        read("tabs.tsv", tabs, 3),
        read("tabs-named.csv", tabs, 3),
        read("pipes.txt", GOOD.replace(",", "|"), 3),
        read(
            "semicolons.csv",
            semicolons,
            2,
            reports={(None, "decimal-comma")},
            values={(0, "rt"): 9.572, (1, "log_p"): -4.31},
        ),
        read(
            "semicolons-unquoted-names.csv",
            semicolons.replace('"', ""),
            2,
            reports={(0, "name-rejoined"), (1, "name-rejoined")},
            values={(0, "rt"): 9.572},
        ),
        read("excel-hint.csv", "sep=;\n" + semicolons, 2, reports={(None, "lines-before-header")}),
        read("blank-lines.csv", GOOD.replace("\n", "\n\n"), 3, values={(2, "rt"): 8.058}),
        read("blanks-in-line.csv", table(ROWS[0], "   ", ROWS[1]), 2),
        read(
            "blanks-before-quotes.csv",
            table('"GD1(36:1,O2)", "9.572", 1, 1, T'),
            1,
            values={(0, "rt"): 9.572},
        ),
        read("trailing-separators.csv", GOOD.replace("\n", ",,\n"), 3),
        read("row-ends-in-separator.csv", table(ROWS[0] + ",", ROWS[1]), 2),
        read("empty-trailing-header.csv", table(*ROWS, header=HEADER + ",,"), 3),
        read(
            "shuffled-columns.csv",
            table("T,1.5,GD1(36:1;O2),9.5", header="Anchor,Log P,Name,RT"),
            1,
            reports={(None, "no-volume")},
            values={(0, "rt"): 9.5},
        ),
        read(
            "ms-dial.txt",
            MSDIAL,
            2,
            {1: "*"},
            {(None, "no-anchor")},
            {(0, "mz"): 1544.87, (0, "adduct"): "[M-H]-", (0, "volume"): 1234.0},
        ),
        read(
            "unknown-ion.csv",
            "Name,RT,m/z,Adduct\nGM1(36:1;O2),9.5,1544.9,[M-H]-\nGM1(38:1;O2),10.6,1572.9,[M-Q]-\n"
            "GM1(40:1;O2),11.7,,[M-Q]-\n",
            3,
            reports={(1, "unknown-adduct"), (None, "no-volume"), (None, "no-anchor")},
        ),
        read(
            "progenesis.csv",
            ",,,Raw\n,,,A\nName,Retention time (min),m/z,x\nGM1 36:1;O2,9.5,1544.9,1\n",
            1,
            reports={(None, "lines-before-header")},
        ),
        read(
            "cell-with-line-break.csv",
            table('GD1(36:1;O2),9.572,1,1,T,"two\nlines"', ROWS[1] + ",x", header=HEADER + ",note"),
            2,
            values={(1, "rt"): 11.584},
        ),
    ]


def _headers() -> list[Case]:
    return [
        read("lower-case.csv", table(*ROWS, header=HEADER.lower()), 3),
        read(
            "annotated.csv",
            f"{HEADER},Verdict,Confidence,Parent,Reason,Suggested name\n"
            + "".join(f'{row},valid,0.998,,"on its line, once",\n' for row in ROWS),
            3,
            reports={(None, "annotated-before")},
        ),
        read("aliases.csv", table(*ROWS, header="Lipid,retention_time,area,logp,is_anchor"), 3),
        read("shouting.csv", table(*ROWS, header=" NAME , RT (MIN) , PEAK AREA,LOG_P,ANCHOR?"), 3),
        read("full-width-header.csv", table(*ROWS, header="Ｎａｍｅ,ＲＴ,Volume,Log P,Anchor"), 3),
        read(
            "told.csv",
            table(*ROWS, header="what,when,Volume,Log P,Anchor"),
            3,
            arguments={"columns": {"Name": "what", "rt": "WHEN"}},
        ),
        read(
            "foreign-columns.csv",
            table(ROWS[0] + ",7,x,valid", header=HEADER + ",_batch,prefix,verdict"),
            1,
        ),
        read(
            "second-column.csv",
            table(ROWS[0] + ",GD1", header=HEADER + ",Species"),
            1,
            reports={(None, "second-column")},
        ),
        read(
            "rt-shift-is-foreign.csv",
            table(ROWS[0] + ",0.1,9,10", header=HEADER + ",RT std,rt_range:min,RT max"),
            1,
            values={(0, "rt"): 9.572},
        ),
        read(
            "no-optional.csv",
            "Name,RT\nGD1(36:1;O2),9.572\n",
            1,
            reports={(None, "no-volume"), (None, "no-log-p"), (None, "no-anchor")},
        ),
        refused(
            "told-wrong.csv",
            GOOD,
            ValidationError,
            "nix",
            "Name",
            arguments={"columns": {"Name": "nix"}},
        ),
        refused(
            "told-unknown.csv",
            GOOD,
            SettingsError,
            "Colour",
            arguments={"columns": {"Colour": "x"}},
        ),
        refused(
            "no-header.csv",
            "".join(r + "\n" for r in ROWS),
            ValidationError,
            "looks like data",
            HEADER,
        ),
        refused(
            "no-name.csv", "id,rt,area\n1,9.5,100\n", ValidationError, "no Name column", "'id'"
        ),
        refused(
            "no-rt.csv",
            "Name,Volume\nGD1(36:1;O2),9\n",
            ValidationError,
            "no RT column",
            "columns=",
        ),
        refused(
            "neither.csv", "colour,size\nred,big\n", ValidationError, "no Name", "no RT", "'colour'"
        ),
        refused(
            "two-rts.csv",
            table(ROWS[0] + ",3", header=HEADER + ",RT"),
            ValidationError,
            "Two columns",
            "RT",
        ),
        refused("header-only.csv", HEADER + "\n", ValidationError, "no rows"),
        refused(
            "xcms.csv",
            "mzmed,rtmed,a\n1544.8,572,1\n",
            ValidationError,
            "XCMS has no lipid names",
        ),
    ]


def _rows() -> list[Case]:
    odd = "GD1（３６：１；Ｏ２）,９．５７２,１２３,1,T"
    return [
        read(
            "rt-n-a.csv",
            table(ROWS[0], ROWS[1].replace("11.584", "N/A"), ROWS[2]),
            3,
            {1: "rt-missing"},
            values={(0, "rt"): 9.572, (2, "rt"): 8.058, (2, "log_p"): -0.44},
        ),
        read("rt-empty.csv", table(ROWS[0], "GM1(38:1;O2),,1,1,F"), 2, {1: "rt-missing"}),
        read(
            "rt-words.csv", table(ROWS[0], "GM1(38:1;O2),about 9,1,1,F"), 2, {1: "rt-not-a-number"}
        ),
        read("rt-negative.csv", table(ROWS[0], "GM1(38:1;O2),-9.5,1,1,F"), 2, {1: "rt-negative"}),
        read("rt-zero.csv", table(ROWS[0], "GM1(38:1;O2),0,1,1,F"), 2, {1: "rt-zero"}),
        read(
            "rt-infinite.csv",
            table("GM1(38:1;O2),inf,1,1,F", "GM1(38:1;O2),1e999,1,1,F", "GM1(38:1;O2),nan,1,1,F"),
            3,
            {0: "rt-not-finite", 1: "rt-not-finite", 2: "rt-missing"},
        ),
        read(
            "rt-far-off.csv",
            table(ROWS[0], "GM1(38:1;O2),695.04,1,1,F", ROWS[2]),
            3,
            {1: "rt-out-of-bounds"},
        ),
        read(
            "rt-seconds.csv",
            table("GD1(36:1;O2),574.32,1,1,T", "GM1(38:1;O2),695.04,1,1,F"),
            2,
            reports={(None, "rt-in-seconds")},
            values={(0, "rt"): 574.32 / 60},
        ),
        read(
            "rt-seconds-header.csv",
            table("GD1(36:1;O2),574.32,1,1,T", header="Name,RT (s),Volume,Log P,Anchor"),
            1,
            reports={(None, "rt-header-in-seconds")},
            values={(0, "rt"): 574.32 / 60},
        ),
        read(
            "rt-minutes-under-seconds.csv",
            table(ROWS[0], header="Name,retention_time_in_seconds,Volume,Log P,Anchor"),
            1,
            reports={(None, "rt-minutes-under-seconds")},
            values={(0, "rt"): 9.572},
        ),
        read(
            "rt-90-minutes.csv",
            table("GD1(36:1;O2),71.5,1,1,T", "GM1(38:1;O2),88.2,1,1,F"),
            2,
            reports={(None, "rt-unit-unclear")},
            values={(1, "rt"): 88.2},
        ),
        read(
            "rt-long-but-minutes.csv",
            table("GD1(36:1;O2),130,1,1,T", header="Name,RT [min],Volume,Log P,Anchor"),
            1,
            reports={(None, "rt-unit-unclear")},
            values={(0, "rt"): 130.0},
        ),
        read(
            "every-row-twice.csv", table(*ROWS, *ROWS), 6, dict.fromkeys((3, 4, 5), "duplicate-row")
        ),
        read(
            "same-name-and-rt.csv",
            table(ROWS[0], "GD1 36:1;O2,9.572,5,1.53,F"),
            2,
            reports={(0, "same-name-and-rt"), (1, "same-name-and-rt")},
        ),
        read(
            "samples-are-no-copies.csv",
            table(ROWS[0] + ",a", ROWS[0] + ",b", header=HEADER + ",Sample"),
            2,
        ),
        read(
            "comma-in-name.csv",
            table("GD1(36:1,O2),9.572,1,1,T", ROWS[1]),
            2,
            reports={(0, "name-rejoined")},
            values={(0, "rt"): 9.572, (0, "name"): "GD1(36:1,O2)"},
        ),
        read(
            "comma-in-bare-name.csv",
            table("GD1 36:1,O2,9.572,1,1,T", "36:1,O2,9.5,1,1,F", '"GD1 38:1,O2",9.8,1,1,F'),
            3,
            {1: "too-many-fields"},
            {(0, "name-rejoined")},
            {(0, "name"): "GD1 36:1,O2", (0, "rt"): 9.572, (2, "rt"): 9.8},
        ),
        read(
            "comma-in-quoted-name.csv",
            table('"GD1(36:1,O2)",9.572,1,1,T', ROWS[1]),
            2,
            values={(0, "rt"): 9.572, (0, "name"): "GD1(36:1,O2)"},
        ),
        read(
            "unquoted-decimal-commas.csv",
            table("GD1(36:1;O2),9,572,1234567,1,53,T", ROWS[1]),
            2,
            {0: "too-many-fields"},
        ),
        read("too-many.csv", table(ROWS[0], ROWS[1] + ",x", ROWS[2]), 3, {1: "too-many-fields"}),
        read("too-few.csv", table(ROWS[0], "GM1(38:1;O2),11.5", ROWS[2]), 3, {1: "too-few-fields"}),
        read("empty-row.csv", table(ROWS[0], ",,,,", ROWS[2]), 3, {1: "empty-row"}),
        read(
            "open-quote.csv", table('"GD1(36:1;O2),9.572,1,1,T', *ROWS[1:]), 3, {0: "broken-quotes"}
        ),
        read(
            "two-open-quotes.csv",
            table('"GD1(36:1;O2),9.572,1,1,T', ROWS[1], 'GM1(38:1;O2",9,1,1,F'),
            3,
            {0: "broken-quotes", 2: "*"},
        ),
        read(
            "quote-inside.csv",
            table("GD1(36:1;O2),9.572,1,1,T", 'GM1"(38:1;O2),9,1,1,F'),
            2,
            {1: "*"},
        ),
        read("name-missing.csv", table(",9.572,1,1,T", ROWS[1]), 2, {0: "name-missing"}),
        read("unknown-name.csv", table("caffeine,9.572,1,1,T", ROWS[1]), 2, {0: "no-ceramide"}),
        read(
            "other-lipids.csv",
            table("cholesterol,9.5,1,1,T", "PC 34:1,,,,", "PC 36:1,9.4,1,1,F", ROWS[1]),
            4,
            {0: "other-lipid", 1: "other-lipid", 2: "other-lipid"},
            reports={(None, "other-lipids")},
        ),
        read("not-annotated.csv", table("Unknown,9.5,1,1,F", ROWS[1]), 2, {0: "unannotated"}),
        read(
            "standards.csv",
            table("GM3(d18:1/18:0-d3),9.5,1,1,F", "IS_GM1 36:1,9.4,1,1,F", ROWS[1]),
            3,
            {0: "internal-standard", 1: "internal-standard"},
            reports={(0, "internal-standard"), (1, "internal-standard")},
        ),
        read(
            "ions-of-names.csv",
            table(
                "GM3(d18:1/18:0)-H,9.5,1,1,F,",
                "GM1 36:1 [M-2H]2-,9.4,1,1,F,[M-2H]--",
                "GD3 36:1 [M-2H]2-,9.3,1,1,F,[M-H]-",
                header=HEADER + ",Adduct",
            ),
            3,
            reports={(None, "ion-from-name"), (2, "ion-differs")},
            values={(0, "adduct"): "[M-H]-", (2, "adduct"): "[M-H]-"},
        ),
        read("no-parentheses.csv", table("GD1 36:1;O2,9.572,1,1,T"), 1),
        read("isomer.csv", table("GD1a(36:1;O2),9.572,1,1,T"), 1),
        read("full-width.csv", table(odd), 1, values={(0, "rt"): 9.572, (0, "volume"): 123.0}),
        read(
            "formulas.csv",
            table(
                "=cmd|' /C calc'!A0,9.5,1,1,T,@SUM(A1)",
                "+GM1(38:1;O2),9.5,1,1,F,ok",
                header=HEADER + ",note",
            ),
            2,
            {0: "formula", 1: "formula"},
            {(0, "formula")},
        ),
        read(
            "formula-elsewhere.csv",
            table(ROWS[0] + ",=1+1", header=HEADER + ",note"),
            1,
            reports={(0, "formula")},
        ),
        read("one-row.csv", table(ROWS[0]), 1),
        read(
            "header-again.csv",
            table(ROWS[0], HEADER, ROWS[1]),
            2,
            reports={(None, "header-repeated")},
        ),
    ]


ANCHORS = ("t", "True", " T ", "1", "yes", "Y", "ANCHOR", "1.0", "f", "False", "0", "no", "n", "")


def _cells() -> list[Case]:
    return [
        read(
            "extremes.csv",
            table("GM1(36:1;O2),9.5,1e300,-1e9,T", "GM1(38:1;O2),9.9,1e-300,1.5,T"),
            2,
            reports={(0, "out-of-bounds"), (1, "out-of-bounds")},
        ),
        read(
            "anchors.csv",
            table(*(f"GD1(3{i % 10}:1;O2),{9 + i},1,1,{a}" for i, a in enumerate(ANCHORS))),
            len(ANCHORS),
            values={(i, "anchor"): i < 8 for i in range(len(ANCHORS))},
        ),
        read(
            "anchor-words.csv",
            table(ROWS[0].replace(",T", ",maybe")),
            1,
            reports={(0, "anchor-unknown"), (None, "no-anchors")},
            values={(0, "anchor"): False},
        ),
        read("no-anchors.csv", table(*ROWS[1:]), 2, reports={(None, "no-anchors")}),
        read("all-anchors.csv", GOOD.replace(",F\n", ",T\n"), 3),
        read(
            "bad-log-p.csv",
            table(ROWS[0].replace("1.53", "x"), *ROWS[1:]),
            3,
            reports={(0, "not-a-number")},
            values={(2, "log_p"): -0.44, (1, "log_p"): 4.31},
        ),
        read(
            "minus-signs.csv",
            table("GT1(36:0;O3),8.058,1,−0.44,T", "GT1(36:1;O3),8.1,1,–0.5,F"),
            2,
            values={(0, "log_p"): -0.44, (1, "log_p"): -0.5},
        ),
        read(
            "bad-volumes.csv",
            table(
                *(
                    f"GD1(36:{i};O2),9.57{i},{v},1,T"
                    for i, v in enumerate(("-5", "0", "inf", "", "lots"))
                )
            ),
            5,
            reports={
                (0, "not-positive"),
                (1, "not-positive"),
                (2, "not-finite"),
                (3, "missing"),
                (4, "not-a-number"),
            },
        ),
        read(
            "thousands.csv",
            table('GD1(36:1;O2),9.572,"1,234,567",1,T', 'GM1(36:1;O2),9.572,"98,765",1.5,F'),
            2,
            reports={(None, "thousands-separator")},
            values={(0, "volume"): 1234567.0, (1, "volume"): 98765.0},
        ),
        read(
            "thousands-german.csv",
            'Name;RT;Volume\n"GD1(36:1;O2)";9,57;1.234.567\n"GM1(36:1;O2)";9,6;98.765\n',
            2,
            reports={(None, "thousands-separator")},
            values={(0, "volume"): 1234567.0, (1, "volume"): 98765.0},
        ),
        read(
            "thousands-spaced.csv",
            'Name;RT;Volume\n"GD1(36:1;O2)";9,57;1\u202f234\u00a0567,5\n',
            1,
            values={(0, "volume"): 1234567.5},
        ),
        read(
            "thousands-unclear.csv",
            'Name,RT,Volume\nGD1(36:1;O2),9,"98,765"\n',
            1,
            reports={(0, "ambiguous")},
        ),
        read(
            "one-decimal-comma.csv",
            table(
                *ROWS,
                'GD1(38:1;O2),"11,2",5,1,F',
                *(f"GM1(3{i}:1;O2),9.{i},{i}5,0.5,F" for i in range(10)),
            ),
            14,
            reports={(3, "other-decimal-mark")},
            values={(3, "rt"): 11.2},
        ),
        read(
            "empty-volumes.csv",
            table("GD1(36:1;O2),9.572,,1,T", "GM1(38:1;O2),11.584,,2,F"),
            2,
            reports={(None, "empty-column")},
        ),
        read(
            "scientific.csv",
            table("GD1(36:1;O2),9.572e0,1.2E+06,-4.4e-1,T"),
            1,
            values={(0, "volume"): 1.2e6, (0, "log_p"): -0.44, (0, "rt"): 9.572},
        ),
    ]


def _workbooks() -> list[Case]:
    good = workbook({"Sheet1": CELLS})
    two = workbook({"Notes": [["made by", "me"]], "Data": CELLS})
    dated = [
        CELLS[0],
        ["GD1(36:1;O2)", pd.Timestamp("2025-05-07").to_pydatetime(), 1, 1, "T"],
        *CELLS[1:],
    ]
    bomb = archive({"xl/workbook.xml": b"<x/>", "xl/big.xml": b"0" * 3_000_000})
    return [
        read("good.xlsx", good, 2, values={(0, "rt"): 9.572, (0, "volume"): 1234567.0}),
        read("good-named.csv", good, 2),
        read("two-sheets.xlsx", two, 2, reports={(None, "sheet-left-out")}),
        read(
            "numbers-left-out.csv",
            b"Name,RT,S1,S2,Mean\nGM1(36:1;O2),9.5,1000,2000,1500\nGM1(38:1;O2),10.5,1,2,1.5\n",
            4,
            reports={(None, "numbers-left-out")},
        ),
        read(
            "header-of-two-lines.csv",
            b"Name,RT,Area,\n,,S1,S2\nGM1(36:1;O2),9.5,1000,2000\nGM1(38:1;O2),10.5,1,2\n",
            4,
            reports={(None, "header-of-two-lines")},
        ),
        read(
            "numbers-repeated.csv",
            b",,Raw,,SD,\nName,RT,S1,S2,S1,S2\nGM1(36:1;O2),9.5,1000,2000,7,9\n"
            b"GM1(38:1;O2),10.5,1,2,8,3\n",
            4,
            reports={(None, "numbers-repeated")},
        ),
        read(
            "numbers-unlike.csv",
            b"Name,RT,S1,S2,other\nGM1(36:1;O2),9.5,1000,2000,7\nGM1(38:1;O2),10.5,1,2,8\n",
            4,
            reports={(None, "numbers-unlike")},
        ),
        read(
            "sum-below.csv",
            b"No,Name,RT,Area\n1,GM1(36:1;O2),9.5,1000 \xc2\xb1 20\n2,GM1(38:1;O2),10.5,2\n"
            b"Total,,,1002\n",
            3,
            {2: "unnamed"},
            reports={(2, "summary-row"), (None, "number-form")},
        ),
        read(
            "words-among-areas.csv",
            b"Name,RT,S1,S2,S3\nGM1(36:1;O2),9.5,1000,2000,3000\nGM1(38:1;O2),10.5,1100,2100,*\n"
            b"GM1(40:1;O2),11.5,1200,2200,see note\n",
            6,
            reports={(None, "mixed-columns")},
        ),
        read(
            "no-areas-of-samples.csv",
            b"Name,RT,S1 Area,S2 Area\nGM1(36:1;O2),9.5,12O45,2000\nGM1(38:1;O2),10.5,1,2\n",
            3,
            reports={(None, "sample-cells")},
        ),
        read(
            "same-sheets.xlsx",
            workbook({"Data": CELLS, "Copy": CELLS}),
            2,
            reports={(None, "sheet-repeated")},
        ),
        read(
            "sheet-of-means.xlsx",
            workbook(
                {
                    "Data": [["Name", "RT", "Area"], ["GM1(36:1;O2)", 9.5, 100]],
                    "Means": [["Name", "RT", "Mean area"], ["GM1(36:1;O2)", 9.5, 90]],
                }
            ),
            1,
            reports={(None, "sheet-of-means")},
        ),
        read(
            "value-a-row.csv",
            b"Name,Metric,Value\nGM1(36:1;O2),RT,9.5\nGM1(36:1;O2),Area,100\n"
            b"GM1(38:1;O2),RT,10.5\nGM1(38:1;O2),Area,200\n",
            2,
            reports={(None, "values-gathered")},
            values={(0, "rt"): 9.5, (1, "volume"): 200.0},
        ),
        read(
            "sample-written-once.csv",
            b"Sample,Name,RT\nS1,GM1(36:1;O2),9.5\n,GM1(38:1;O2),10.5\n"
            b"S2,GM1(36:1;O2),9.5\n,GM1(38:1;O2),10.5\n",
            4,
            reports={(None, "filled-down")},
        ),
        read(
            "bare-and-named.csv",
            b"GM1(36:1;O2),9.5,100\nGM1(38:1;O2),10.5,200\n",
            2,
            arguments={"columns": {"RT": "9.5"}},
            reports={(None, "first-line-is-data")},
            values={(0, "rt"): 9.5},
        ),
        read("name-by-content.csv", NAME_BY_CONTENT, 3, reports={(None, "name-by-content")}),
        read(
            "class-and-species.csv",
            b"Class,Species,RT\nGM3,34:1,7.5\nGM3,36:1,8.9\nGM1,36:1,8.4\n",
            3,
            reports={(None, "name-put-together")},
        ),
        read("samples-in-a-column.csv", IN_A_COLUMN, 10, reports={(None, "sample-column")}),
        read("lines-left-out.txt", SECTIONS, 2, reports={(None, "lines-left-out")}),
        read("transitions.csv", TRANSITIONS, 1, reports={(None, "transitions-left-out")}),
        read(
            "nameless.csv",
            NAMELESS,
            3,
            {1: "unnamed", 2: "unnamed"},
            reports={(None, "unnamed-features")},
        ),
        read("blanks.csv", BLANKS, 2, {1: "blank-sample"}, reports={(None, "blank-sample")}),
        read(
            "words-for-nothing.csv",
            table(ROWS[0], "GM1(38:1;O2),9.9,<LOD,1,F", "GM1(36:1;O2),8.9,N/F,1,F"),
            3,
            reports={(None, "missing-words")},
        ),
        read(
            "clock.csv",
            table(ROWS[0], "GM1(38:1;O2),9:54,1,1,F"),
            2,
            reports={(None, "rt-form")},
            values={(1, "rt"): 9.9},
        ),
        read(
            "joined-features.csv",
            b"Name,RT,Adduct,m/z\nGM3 34:1,7.5,[M-H]-_[M+Cl]-,1151.7059_1187.6826\n",
            1,
            reports={(None, "mz-lists")},
            values={(0, "mz"): 1151.7059},
        ),
        read(
            "further-ion.csv",
            b"Name,RT,Adduct\nGM3 34:1,7.5,[M-H]-\n,,[M+Cl]-\n",
            2,
            reports={(None, "rows-continued")},
        ),
        read(
            "numbers-of-lipids.csv",
            b"Sample ID,Name,RT\n"
            + b"".join(b"V%d,GM3 %d:1,%d\n" % (i, 34 + i, 8 + i) for i in range(6)),
            6,
            reports={(None, "sample-numbers-rows")},
        ),
        read(
            "lipids-across-with-rt.csv",
            b"Lipid,GM3 34:1,GM3 36:1,GM1 34:1,GM1 36:1\nRT,7.5,8.9,7.0,8.4\nS_1,10,20,30,40\n",
            4,
            reports={(None, "transposed")},
        ),
        refused(
            "formulas.xlsx",
            workbook({"S": FORMULAS}),
            ValidationError,
            "2 formulas (first in row 2) that were never calculated",
        ),
        read("asked-sheet.xlsx", two, 2, arguments={"sheet": "Data"}),
        read("asked-number.xlsx", two, 2, arguments={"sheet": 1}),
        read(
            "late-header.xlsx",
            workbook({"S": [["Export"], [], *CELLS]}),
            2,
            values={(0, "rt"): 9.572},
        ),
        read(
            "gaps.xlsx",
            workbook(
                {"S": [CELLS[0], [], CELLS[1], [None, None, None, None, "T"], ["GM1(38:1;O2)"]]}
            ),
            3,
            {1: "name-missing", 2: "rt-missing"},
        ),
        read("dates.xlsx", workbook({"S": dated}), 3, {0: "rt-not-a-number"}),
        refused(
            "wrong-sheet.xlsx", two, ReadError, "no sheet 'x'", "'Notes'", arguments={"sheet": "x"}
        ),
        refused("sheet-of-csv.csv", GOOD, ReadError, "Only workbooks", arguments={"sheet": 0}),
        refused("no-table.xlsx", workbook({"S": [["made by", "me"]]}), ValidationError, "no Name"),
        refused("empty.xlsx", workbook({"S": []}), ReadError, "empty"),
        refused("cut.xlsx", good[: len(good) // 2], ReadError, "workbook", "save"),
        refused("hollow.xlsx", archive({"xl/workbook.xml": b"<not xml"}), ReadError, "workbook"),
        refused(
            "bomb.xlsx",
            bomb,
            ReadError,
            "unpacks",
            "max_megabytes",
            settings=Settings(max_megabytes=0.1),
        ),
        refused("binary.xlsb", archive({"xl/workbook.bin": b""}), ReadError, ".xlsb"),
        refused(
            "two-tables.zip",
            archive({"a.csv": GOOD.encode(), "b/c.tsv": b""}),
            ReadError,
            "zip archive of 2 tables",
            "a.csv, b/c.tsv",
        ),
        refused("archive.zip", archive({"a.doc": b"x"}), ReadError, "zip archive", "Unpack"),
        refused("long.xlsx", good, ReadError, "max_rows", "1 rows", settings=Settings(max_rows=1)),
        read("good.parquet", parquet(FRAME), 2, values={(0, "rt"): 9.572}),
        read(
            "single-precision.parquet",
            parquet(FRAME.astype({"RT": "float32"})),
            2,
            values={(0, "rt"): 9.572},
        ),
        read("index.parquet", parquet(FRAME.set_index("Name")), 2),
        refused("cut.parquet", parquet(FRAME)[:-20], ReadError, "Parquet", "damaged"),
        refused(
            "long.parquet", parquet(FRAME), ReadError, "max_rows", settings=Settings(max_rows=1)
        ),
        refused("other.parquet", parquet(pd.DataFrame({"a": [1]})), ValidationError, "no Name"),
    ]


def _no_tables() -> list[Case]:
    encrypted = (
        bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    )
    return [
        refused("empty.csv", "", ReadError, "empty", HEADER),
        refused("only-blanks.csv", " \n\n \t\n", ReadError, "empty"),
        refused("only-bom.csv", b"\xef\xbb\xbf", ReadError, "empty"),
        refused(
            "web-page.csv",
            "<!DOCTYPE html><html><body><table></table></body></html>",
            ReadError,
            "HTML",
            HEADER,
        ),
        refused(
            "old-excel.csv",
            "<html xmlns:x='urn'><table><tr><td>Name</td></tr></table></html>",
            ReadError,
            "HTML",
        ),
        refused("document.xml", "<?xml version='1.0'?><mzML></mzML>", ReadError, "XML"),
        refused("document.json", '{"Name": ["GD1"], "RT": [1]}', ReadError, "JSON"),
        refused(
            "old.xls",
            bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600),
            ReadError,
            ".xls",
            "Save it as",
        ),
        refused("locked.xlsx", encrypted, ReadError, "password"),
        refused("paper.csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", ReadError, "PDF"),
        refused("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00", ReadError, "PNG"),
        refused("photo.csv", b"\xff\xd8\xff\xe0\x00\x10JFIF", ReadError, "JPEG"),
        refused("cut.csv.gz", b"\x1f\x8b\x08\x00abc", ReadError, "gzip", "damaged"),
        refused(
            "lipids-across.csv",
            "Sample,GM3 34:1,GM3 36:1,PC 34:1,SM 34:1\nS1,1,2,3,4\n",
            ValidationError,
            "Each lipid is a column",
        ),
        read(
            "not-found.csv",
            "Name,RT,Area,Sample\nGM3 34:1,7.5,900,S1\nGM3 34:1,#N/A,#N/A,S2\n",
            2,
            {1: "not-found"},
            {(None, "peaks-not-found")},
        ),
        read(
            "area-without-rt.csv",
            "Name,Area[s1-1],Rt[s1-1],Area[s1-2],Rt[s1-2]\n"
            "GM3 34:1,900,7.5,800,7.5\nGM3 36:1,700,8.3,600,\n",
            4,
            {3: "area-without-rt"},
            {(None, "areas-without-rt")},
        ),
        refused(
            "names-alone.csv",
            "Cer 18:1;2/16:0\nGM3 34:1\nPC 34:1\n",
            ValidationError,
            "list of names",
            "Export the peaks",
        ),
        refused(
            "amounts-alone.csv",
            "1,2,Blank,features\n0.04,31200.5,NA,SM 34:1\n250.7,88000,NA,Cer 34:1;O2\n"
            "2.5,7100,NA,PC 34:1\n",
            ValidationError,
            "no RT column, and no other",
        ),
        refused(
            "masses-as-times.tsv",
            "metabolite_identification\tretention_time\n"
            "Cer 34:1;O2\t536.5048\nCer 36:1;O2\t564.5361\nCer 38:1;O2\t592.5674\n",
            ValidationError,
            "retention_time holds m/z",
        ),
        refused("junk.csv", bytes(range(256)) * 20, ReadError, "not a text file"),
        refused(
            "prose.txt",
            "Dear all\nplease find the table attached\n",
            ReadError,
            "no columns",
            "Dear all",
        ),
        refused("one-column.csv", "Name\nGD1(36:1;O2)\n", ValidationError, "no RT"),
        refused(
            "too-big.csv",
            GOOD + "x" * 2000,
            ReadError,
            "max_megabytes",
            settings=Settings(max_megabytes=0.001),
        ),
        refused(
            "too-long.csv", GOOD, ReadError, "max_rows", "2 rows", settings=Settings(max_rows=2)
        ),
        refused("too-wide.csv", HEADER + "," * 20_000 + "\n" + ROWS[0], ReadError, "columns"),
    ]


_BUILDERS: tuple[Callable[[], list[Case]], ...] = (
    _encodings,
    _layouts,
    _headers,
    _rows,
    _cells,
    _workbooks,
    _no_tables,
)
CASES: tuple[Case, ...] = tuple(case for build in _BUILDERS for case in build())
