"""The command line on the real path: files in, tables, JSON, sessions and exit codes out."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pandas as pd
import pytest
from command_line import EXAMPLE, ROWS, run, run_json

import ganglioside as gg
from ganglioside.cli import output
from ganglioside.exporting import FORMATS


def test_analyze_prints_the_verdicts_and_keeps_a_session() -> None:
    result = run("analyze", EXAMPLE)
    for verdict in output.VERDICT_STYLES:
        assert verdict in result.stdout
    assert "Saved as session" in result.stderr
    assert gg.History.open().sessions()["status"].tolist() == ["completed"]


def test_analyze_json_is_one_document_and_nothing_else() -> None:
    (document,) = run_json("analyze", EXAMPLE)
    assert document["file"] == str(EXAMPLE)
    assert [row["feature_id"] for row in document["features"]] == list(range(ROWS))
    assert all(row["reason"] for row in document["features"])
    assert document["summary"]["features"] == ROWS
    loaded = gg.History.open().load(document["session_id"])
    assert loaded.summary.valid == document["summary"]["valid"]


def test_analyze_can_leave_no_trace(history: Path) -> None:
    assert run_json("analyze", EXAMPLE, "--no-save")[0]["session_id"] is None
    assert not history.exists()


def test_a_name_without_a_session_is_refused(history: Path) -> None:
    """It was taken, and said nothing of the session that was not kept."""
    refused = run("analyze", EXAMPLE, "--no-save", "--name", "liver 3", code=2)
    assert "leave one of the two out" in " ".join(refused.stderr.replace("│", " ").split())
    assert not history.exists()


def test_unreadable_rows_and_wrong_anchors_are_named() -> None:
    table = pd.read_csv(EXAMPLE, dtype=str)
    table.loc[4, "RT"] = "N/A"
    table.to_csv("one_bad_row.csv", index=False)
    shown = run("analyze", "one_bad_row.csv", "--no-save").stdout
    assert "x The retention time is missing. (1 row: 6)" in shown
    wrong = [f for f in gg.analyze(EXAMPLE).findings["message"] if f.startswith("Anchor ")]
    assert wrong
    assert all(message.split(" contradicts")[0] in shown for message in wrong)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("foo bar,5\nbaz,6\n", "None of the 2 names can be read"),
        ("GM3 16:0,5\nGM3 18:0,6\n", "None of the 2 names can be read"),
        ("PC 34:1,5\nTG 52:2,6\n", "classes that are not judged here: 2 (PC 1, TG 1)"),
        ("Unknown,5\n?,6\n", "no lipid names"),
    ],
)
@pytest.mark.parametrize("command", ["analyze", "annotate", "suggest"])
def test_a_table_that_no_name_can_be_read_from_says_so_once(
    command: str, rows: str, reason: str
) -> None:
    Path("unread.csv").write_text(f"Name,RT\n{rows}")
    arguments = ["0"] if command == "suggest" else []
    refused = run(command, "unread.csv", *arguments, code=1)
    assert refused.stderr.count(reason) == 1
    assert "columns=" not in refused.stderr
    assert "explained" not in refused.stdout
    assert not Path("unread.annotated.csv").exists()


def test_one_bad_file_fails_alone(bad: Path) -> None:
    first, second, third = run_json("analyze", EXAMPLE, bad, EXAMPLE, code=1)
    assert first["summary"] == third["summary"]
    assert set(second) == {"file", "error"}
    assert len(gg.History.open().sessions()) == 2


@pytest.mark.usefixtures("one_figure")
@pytest.mark.parametrize("suffix", FORMATS)
def test_out_writes_the_verdicts(tmp_path: Path, suffix: str) -> None:
    target = tmp_path / "new folder" / f"verdicts.{suffix}"
    result = run("analyze", EXAMPLE, "--no-save", "--out", target)
    assert target.stat().st_size > 1000
    assert str(target) in result.stderr


def test_out_of_several_files_is_a_folder(tmp_path: Path) -> None:
    other = shutil.copy(EXAMPLE, tmp_path / "other.csv")
    run("analyze", EXAMPLE, other, "--no-save", "--out", tmp_path / "out")
    written = sorted(p.name for p in (tmp_path / "out").iterdir())
    assert written == ["example.verdicts.csv", "other.verdicts.csv"]
    assert len(pd.read_csv(tmp_path / "out" / written[0])) == ROWS


def test_out_never_lets_one_table_overwrite_another(tmp_path: Path) -> None:
    run("analyze", EXAMPLE, EXAMPLE, "--out", tmp_path / "out", code=2)
    run("analyze", EXAMPLE, EXAMPLE, "--out", tmp_path / "out.csv", code=2)
    run("analyze", EXAMPLE, EXAMPLE, "--report", tmp_path / "out", code=2)
    assert not (tmp_path / "out").exists()


def test_no_results_replace_their_table(tmp_path: Path) -> None:
    """`--out` that named the table itself left nothing but the results of it."""
    own = tmp_path / "a.csv"
    other = tmp_path / "a.verdicts.csv"
    for path in (own, other):
        shutil.copy(EXAMPLE, path)
    (tmp_path / "link.csv").symlink_to(own)
    for wrong in (own, "link.csv"):
        run("analyze", own, "--no-save", "--out", wrong, code=2)
        run("library", own, "--out", wrong, code=2)
        run("annotate", own, "--out", wrong, code=2)
    run("analyze", own, other, "--no-save", "--out", tmp_path, code=2)
    run("simulate", "--out", "s.csv", "--truth", "s.csv", code=2)
    assert not Path("s.csv").exists()
    for path in (own, other):
        assert path.read_bytes() == EXAMPLE.read_bytes()


def test_no_report_replaces_its_table(tmp_path: Path) -> None:
    """The report of a table called `a.html` took its place, also where nobody named a file."""
    own = tmp_path / "a.html"
    shutil.copy(EXAMPLE, own)
    assert "name another file" in run("report", own, "--no-save", code=1).stderr
    run("report", own, "--no-save", "--out", own, code=1)
    run("analyze", own, "--no-save", "--report", tmp_path, code=2)
    assert own.read_bytes() == EXAMPLE.read_bytes()


def test_a_folder_that_cannot_be_made_ends_no_command(tmp_path: Path) -> None:
    """The document of all tables, with the ids of their sessions, was lost."""
    (tmp_path / "file").write_text("")
    (document,) = run_json("analyze", EXAMPLE, "--out", tmp_path / "file" / "x", code=1)
    assert "Name another one" in document["error"]


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="needs files of pipes")
def test_the_table_of_a_pipe_is_reported_without_a_session(small: Path) -> None:
    """It was read a second time, when nothing was left in the pipe."""
    reading, writing = os.pipe()
    os.write(writing, small.read_bytes())
    os.close(writing)
    run("analyze", f"/dev/fd/{reading}", "--no-save", "--report", "out")
    os.close(reading)
    (page,) = Path("out").iterdir()
    assert page.name == f"{reading}.html"


def test_a_study_is_reported_without_a_session(small: Path) -> None:
    other = shutil.copy(small, small.with_name("other.csv"))
    run("analyze", small, other, "--study", "--no-save", "--report", "out")
    assert "2 samples" in Path("out/study.html").read_text()


def test_a_study_has_each_file_once(tmp_path: Path) -> None:
    """Overlapping patterns made two samples of one, which then agreed in everything."""
    (tmp_path / "link.csv").symlink_to(EXAMPLE)
    refused = run("analyze", "--study", EXAMPLE, "link.csv", "--no-save", code=2).stderr
    assert "named twice" in refused


def test_a_place_that_cannot_be_written_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    target = tmp_path / "file" / "verdicts.csv"
    assert str(tmp_path / "file") in run("simulate", "--out", target, code=1).stderr
    assert "file" in run("analyze", EXAMPLE, "--no-save", "--out", target, code=1).stderr


def test_predict_gives_the_same_as_python() -> None:
    names = ["GM1(38:1;O2)", "GD1(40:1;O2)"]
    rows = run_json("predict", EXAMPLE, *names)
    expected = gg.analyze(EXAMPLE).predict(names)
    assert [row["name"] for row in rows] == expected["name"].tolist()
    assert [row["predicted_rt"] for row in rows] == pytest.approx(
        expected["predicted_rt"].tolist(), nan_ok=True
    )
    assert "GM1(38:1;O2)" in run("predict", EXAMPLE, *names).stdout


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A part of the example: a report of it takes half the time."""
    path = tmp_path / "small.csv"
    path.write_text("\n".join(EXAMPLE.read_text().splitlines()[:80]))
    return path


def test_a_report_of_a_table_stores_a_session_and_one_of_the_session_says_the_same(
    tmp_path: Path, small: Path
) -> None:
    told = run("report", small, "--out", tmp_path / "of_file.html", "--title", "Liver & brain")
    (session,) = run_json("history", "list")
    assert session["name"] == "Liver & brain"
    again = ("--out", tmp_path / "of_session.html", "--title", "Liver & brain")
    told_again = run("report", session["id"], *again)
    for result, target in ((told, "of_file.html"), (told_again, "of_session.html")):
        assert target in result.stderr
        assert "Liver &amp; brain" in (tmp_path / target).read_text()
    assert len(run_json("history", "list")) == 1


def test_a_report_of_a_table_stores_no_session_if_told_not_to(tmp_path: Path, small: Path) -> None:
    run("report", small, "--out", tmp_path / "unsaved.html", "--no-save")
    assert (tmp_path / "unsaved.html").exists()
    assert run_json("history", "list") == []


def test_a_stored_session_keeps_its_settings(sid: str) -> None:
    assert "session" in run("report", sid, "--rt-tolerance", 0.2, code=1).stderr


def test_report_of_nothing_is_refused() -> None:
    assert "zzz" in run("report", "zzz", code=1).stderr


def test_simulate_is_reproducible_and_can_be_analysed(tmp_path: Path) -> None:
    shown = run("simulate", "--seed", 3).stdout
    run("simulate", "--seed", 3, "--out", "s.csv", "--truth", "truth.csv")
    assert Path("s.csv").read_text() == shown
    assert run("simulate", "--seed", 4).stdout != shown
    assert "name it t.csv" in run("simulate", "--out", "t.xlsx", code=1).stderr
    assert "name it t.csv" in run("simulate", "--truth", "t.json", code=1).stderr
    (document,) = run_json("analyze", "s.csv")
    assert len(document["features"]) == len(pd.read_csv("truth.csv"))


def test_a_name_that_cannot_be_read_does_not_stop_the_others() -> None:
    result = run("predict", EXAMPLE, "GM1(38:1;O2)", "foo", "GD1(40:1;O2)", code=1)
    assert "GM1(38:1;O2)" in result.stdout
    assert "GD1(40:1;O2)" in result.stdout
    assert "error 'foo' names no ceramide" in result.stderr
    (row,) = run_json("predict", EXAMPLE, "GM1(38:1;O2)", "foo", code=1)
    assert row["name"] == "GM1(38:1;O2)"


def test_a_finding_does_not_read_like_a_failure() -> None:
    shown = run("analyze", EXAMPLE, "--no-save").stdout
    assert "  ! Anchor GM3(39:1;O2)" in shown
    assert "error" not in shown


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--rt-tolerance", "0.9", "0.9 min is out of range: allowed are 0.01 to 0.5 min"),
        ("--rt-tolerance", "x", "a number is needed"),
        ("--max-rows", "1.5", "a whole number is needed"),
        ("--sample-type", "cow", "'cow' is not one of"),
    ],
)
def test_a_wrong_value_is_named_plainly(option: str, value: str, said: str) -> None:
    told = " ".join(run("analyze", EXAMPLE, option, value, code=2).stderr.replace("│", " ").split())
    assert said in told
    assert "Input should" not in told
    assert "Value error" not in told


@pytest.mark.parametrize("name", ["out.txt", "verdicts.tsv", "results.Csvv"])
def test_a_file_of_no_format_is_no_folder(tmp_path: Path, name: str) -> None:
    """Once a folder of that name was made. One that is there may be called so."""
    refused = run("analyze", EXAMPLE, "--no-save", "--out", tmp_path / name, code=2)
    assert ".parquet" in refused.stderr
    assert not (tmp_path / name).exists()
    (tmp_path / name).mkdir()
    run("analyze", EXAMPLE, "--no-save", "--out", tmp_path / name)
    assert len([*(tmp_path / name).iterdir()]) == 1


def test_a_folder_may_be_called_after_a_year(tmp_path: Path) -> None:
    run("analyze", EXAMPLE, "--no-save", "--out", tmp_path / "results.2024")
    assert len([*(tmp_path / "results.2024").iterdir()]) == 1
