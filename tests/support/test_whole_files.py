"""Files are there whole or not at all, whoever writes them and whatever ends the writing."""

from __future__ import annotations

import ast
import errno
import os
import re
import resource
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from builders import build_analysis
from effort import some
from paths import ROOT
from typer.testing import CliRunner

import ganglioside as gg
from ganglioside import charts
from ganglioside.batch.ledger import Entry, Ledger
from ganglioside.batch.overview import write_overview
from ganglioside.cli import app
from ganglioside.errors import (
    ExportError,
    GangliosideError,
    NoRoomError,
    ReportError,
    UnwritableError,
)
from ganglioside.exporting import LIST_FORMS, export, export_library
from ganglioside.exporting.formats import BY_ENDING
from ganglioside.reports import pdf
from ganglioside.simulation.example import write_example
from ganglioside.support import locations
from ganglioside.support.whole_files import made_folder, path_fault, write_whole

#: A chart of one bar, which is drawn at once.
BAR = {
    "data": {"values": [{"a": 1}]},
    "mark": "bar",
    "encoding": {"x": {"field": "a", "type": "quantitative"}},
}

Write = Callable[[Path], object]


def run(*arguments: str) -> None:
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    if result.exit_code:
        raise ExportError(result.output)


def small_table(folder: Path) -> Path:
    """A table that has room on a disk that is nearly full."""
    path = folder / "small.csv"
    path.write_text("Name,RT\nGM1(36:1;O2),9.0\nGM1(38:1;O2),10.4\n")
    return path


def as_list(form: str) -> Write:
    library = gg.analyze(gg.example()).expected_library()
    return lambda path: export_library(library, path, form)  # type: ignore[arg-type]


def as_copy(path: Path) -> None:
    """Copy one notebook to `path`: the others are there."""
    source = min(p for p in locations.notebooks().glob("*.ipynb"))
    for other in locations.notebooks().rglob("*"):
        if other.is_file() and other != source:
            copy = path.parent / other.relative_to(locations.notebooks())
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.touch()
    locations.working_copy(path.parent)


#: Everything that writes a file at a place which the user has named.
WRITERS: dict[str, Write] = {
    **{f".{form}": (lambda p, form=form: export(build_analysis(), p, form)) for form in BY_ENDING},
    "_annotated.csv": lambda p: export(gg.analyze(gg.example()), p, "your-file"),
    **{f"_{form}.csv": (lambda p, form=form: as_list(form)(p)) for form in LIST_FORMS},
    **{f"_chart.{kind}": (lambda p: charts.save(BAR, p)) for kind in ("png", "svg", "pdf", "html")},
    "_report.html": lambda p: gg.render_report(small_table(p.parent), p, save=False),
    "_simulated.csv": lambda p: run("simulate", "--out", str(p)),
    "_truth.csv": lambda p: run("simulate", "--truth", str(p), "--out", os.devnull),
    "batch.jsonl": lambda p: Ledger(p.parent).begin([Entry("n" * 300, "f", "k", "t")]),
    "example.csv": lambda p: write_example(p.parent),
}


@contextmanager
def full_disk(room: int) -> Iterator[None]:
    """Let no file grow beyond `room` bytes: writing on fails, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("name", some(list(WRITERS)))
def test_a_full_disk_leaves_the_earlier_file_as_it_was(name: str, tmp_path: Path) -> None:
    target = tmp_path / (name if name[0] not in "._" else f"result{name}")
    target.write_bytes(b"earlier")
    WRITERS[name](tmp_path / target.name)  # so that all is imported and made ready
    target.write_bytes(b"earlier")
    before = sorted(tmp_path.iterdir())
    with full_disk(100), pytest.raises(GangliosideError, match=r"(?i)room on the disk"):
        WRITERS[name](target)
    assert target.read_bytes() == b"earlier"
    assert sorted(tmp_path.iterdir()) == before


def test_a_full_disk_leaves_no_half_notebook(tmp_path: Path) -> None:
    name = min(p for p in locations.notebooks().glob("*.ipynb")).name
    with full_disk(100), pytest.raises(ExportError):
        as_copy(tmp_path / name)
    assert not (tmp_path / name).exists()
    assert not list(tmp_path.glob(".*part"))


@pytest.fixture
def failing_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that takes the last byte and then finds that it has no room, as file servers do."""

    def fsync(file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fsync)


def test_for_want_of_room_has_an_error_of_its_own(tmp_path: Path, failing_disk: None) -> None:
    with pytest.raises(NoRoomError, match="Make room"):
        write_whole(tmp_path / "a.csv", b"x")


def test_a_page_that_cannot_be_kept_leaves_the_earlier_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing_disk: None
) -> None:
    browser = tmp_path / "browser"
    browser.write_text(
        f"#!{sys.executable}\nimport sys\n"
        "(to,) = (a for a in sys.argv if a.startswith('--print-to-pdf='))\n"
        "open(to.partition('=')[2], 'w').write('printed')\n"
    )
    browser.chmod(0o755)
    monkeypatch.setattr(pdf, "BROWSERS", (str(browser),))
    target = tmp_path / "report.pdf"
    target.write_text("earlier")
    with pytest.raises(ReportError, match="room on the disk"):
        pdf.print_pdf(tmp_path / "page.html", target)
    assert target.read_text() == "earlier"
    assert set(tmp_path.iterdir()) == {browser, target}


def test_a_browser_that_does_not_print_leaves_the_earlier_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "BROWSERS", ("false",))
    target = tmp_path / "report.pdf"
    target.write_text("earlier")
    with pytest.raises(ReportError):
        pdf.print_pdf(tmp_path / "page.html", target)
    assert target.read_text() == "earlier"


def test_an_overview_that_cannot_be_kept_leaves_the_earlier_one(
    tmp_path: Path, failing_disk: None
) -> None:
    history = gg.History.open(tmp_path / "history.duckdb")
    out = tmp_path / "out"
    out.mkdir()
    for name in ("overview.html", "sessions.csv"):
        (out / name).write_text("earlier")
    with pytest.raises(ExportError):
        write_overview(out / "overview.html", [], {}, history)
    assert {p.name: p.read_text() for p in out.iterdir()} == {
        "overview.html": "earlier",
        "sessions.csv": "earlier",
    }


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("kept", [0o600, 0o664, 0o666, 0o640])
def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path: Path, kept: int) -> None:
    target = tmp_path / "file"
    target.touch()
    target.chmod(kept)
    write_whole(target, b"new")
    assert mode(target) == kept


def test_a_new_file_has_the_permissions_of_any_other(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    write_whole(tmp_path / "file", b"new")
    assert mode(tmp_path / "file") == mode(tmp_path / "other")


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@pytest.mark.parametrize(("mask", "file", "folder"), [(0, 0o644, 0o755), (0o077, 0o600, 0o700)])
def test_nobody_else_may_write_to_what_is_new(
    tmp_path: Path, mask: int, file: int, folder: int
) -> None:
    made = tmp_path / "a" / "b"
    with umask(mask):
        assert made_folder(made) == made
        write_whole(made / "file", b"new")
    assert [mode(path) for path in (made.parent, made, made / "file")] == [folder, folder, file]


def test_a_folder_that_exists_stays_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o770)
    made_folder(tmp_path)
    assert mode(tmp_path) == 0o770
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        made_folder(tmp_path / "file")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_that_is_replaced_keeps_its_owner(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.touch()
    os.chown(target, 65534, 65534)
    write_whole(target, b"new")
    assert (target.stat().st_uid, target.stat().st_gid) == (65534, 65534)


def test_a_link_stays_one_and_its_file_is_written(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    real, link = tmp_path / "shared" / "real.csv", tmp_path / "link.csv"
    real.write_text("earlier")
    link.symlink_to(Path("shared") / "real.csv")
    assert write_whole(link, b"new") == link
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert list(real.parent.iterdir()) == [real]


def test_a_link_to_nothing_makes_the_file_that_it_names(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real")
    write_whole(link, b"new")
    assert link.is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_what_is_no_file_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(pipe, b"new")
        assert os.read(reader, 10) == b"new"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_draft_has_another_name_each_time_and_never_follows_a_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    opened = os.open

    def noted(path: Path, flags: int, *more: int) -> int:
        seen.append(Path(path).name)
        assert flags & os.O_EXCL
        assert flags & os.O_NOFOLLOW
        return opened(path, flags, *more)

    monkeypatch.setattr(os, "open", noted)
    for _ in range(2):
        write_whole(tmp_path / "file", b"new")
    assert len(set(seen)) == 2
    assert str(os.getpid()) not in seen[0].split(".")


@pytest.mark.parametrize(
    ("name", "cure"), [("absent/file", "folder that exists"), ("n" * 300, "shorter name")]
)
def test_what_cannot_be_written_is_told_with_its_cure(tmp_path: Path, name: str, cure: str) -> None:
    with pytest.raises(ExportError, match=cure):
        write_whole(tmp_path / name, b"new")
    assert list(tmp_path.iterdir()) == []


def test_the_longest_name_is_no_longer_for_its_draft(tmp_path: Path) -> None:
    target = tmp_path / ("n" * 255)
    write_whole(target, b"new")
    assert target.read_bytes() == b"new"


#: Files that are no results, and who writes them.
ALLOWED = {
    "ganglioside/support/whole_files.py": "this is the place",
    "ganglioside/history": "its files are databases with logs of their own",
    "widgets/ganglioside_widgets/serving": "a page in a folder of its own, opened once",
    "ganglioside/batch/ledger.py": "adds lines; one that breaks off does not count",
    "ganglioside/jobs/launcher.py": "what the process of a job prints",
    "widgets/ganglioside_widgets/app.py": "copies of pages that live as long as the server",
}

PATH_METHODS = {"write_text", "write_bytes"}
FRAME_METHODS = {"to_csv", "to_json", "to_excel", "to_parquet", "to_html", "savefig"}
COPIES = {"copy", "copy2", "copyfile", "move", "copytree"}

#: What a source must say if it may write a file: others need not be parsed.
SAID = re.compile(rf"\b(?:{'|'.join(sorted({'open', *PATH_METHODS, *FRAME_METHODS, *COPIES}))})\(")


def writes(call: ast.Call) -> bool:
    """Return whether a call writes a file, as far as its form tells."""
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    texts = [a.value for a in (*call.args, *(k.value for k in call.keywords))
             if isinstance(a, ast.Constant) and isinstance(a.value, str)]  # fmt: skip
    if name == "open" and any(set(t) <= set("rwaxbt+") and set(t) & set("wax+") for t in texts):
        return True
    if name in COPIES:
        return ast.unparse(function).startswith("shutil.")
    if name in FRAME_METHODS:
        return isinstance(function, ast.Attribute) and bool(call.args)
    return name in PATH_METHODS


def written_in(source: str) -> list[str]:
    if not SAID.search(source):
        return []
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [ast.unparse(call) for call in calls if writes(call)]


def written_elsewhere() -> dict[str, list[str]]:
    """Return the calls that write files, by the name of their module."""
    paths = (*ROOT.glob("ganglioside/**/*.py"), *ROOT.glob("widgets/**/*.py"))
    names = {str(path.relative_to(ROOT)): path for path in paths}
    found = {n: written_in(p.read_text("utf-8")) for n, p in names.items()}
    return {n: calls for n, calls in found.items() if calls and not n.startswith(tuple(ALLOWED))}


#: Looked for while tests are collected: Python 3.11 cannot parse in two threads at once.
FOUND = written_elsewhere()


def test_no_other_part_of_the_package_writes_results() -> None:
    assert FOUND == {}


@pytest.mark.parametrize(
    "planted",
    [
        "path.write_text(x)",
        "Path(a).write_bytes(x)",
        "open(a, 'w')",
        "path.open(mode='wb')",
        "path.open('x', encoding='utf-8')",
        "frame.to_csv(path)",
        "frame.to_parquet(path, index=False)",
        "shutil.copyfile(a, b)",
    ],
)
def test_a_planted_writer_is_found(planted: str) -> None:
    assert written_in(planted)


@pytest.mark.parametrize("harmless", ["path.open('rb')", "open(a)", "frame.to_csv(index=False)"])
def test_what_writes_no_file_is_not_found(harmless: str) -> None:
    assert not written_in(harmless)


def test_a_path_that_no_file_can_have_has_a_fault(tmp_path: Path) -> None:
    assert path_fault(tmp_path) == path_fault(tmp_path / "new") == ""
    assert path_fault(tmp_path / "no folder" / "new") == ""
    assert "too long" in path_fault(tmp_path / ("a" * 300))
    with pytest.raises(UnwritableError, match="embedded null byte"):
        write_whole(tmp_path / "a\0b", b"")
