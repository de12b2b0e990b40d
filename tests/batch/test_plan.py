"""What a batch is to do, from files, patterns, folders and manifests."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganglioside.batch.plan import Item, log, parameters, plan
from ganglioside.batch.result_files import LEDGER
from ganglioside.errors import BatchError
from ganglioside.reading.options import ReadingOptions
from ganglioside.settings import Settings
from ganglioside.support.printed import is_printed

TABLE = "Name,RT\nGM1(36:1;O2),9\n"


def write(path: Path, text: str = TABLE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def names(items: list[Item]) -> list[str]:
    return [item.name for item in items]


def test_files_patterns_and_folders_in_their_order(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "deep/c.csv", "notes.md", ".hidden.csv"):
        write(tmp_path / name)
    assert names(plan([tmp_path / "b.csv", tmp_path / "a.csv"])) == ["b", "a"]
    assert names(plan([f"{tmp_path}/*.csv"])) == ["a", "b"]
    assert names(plan([f"{tmp_path}/**/*.csv"])) == ["a", "b", "c"]
    assert names(plan([tmp_path])) == ["a", "b"]


def test_one_source_needs_no_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each letter of it was one: the full stop of `b.csv` all tables of the current folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.csv", "b.csv"):
        write(tmp_path / name)
    assert names(plan("b.csv")) == ["b"]
    assert names(plan(tmp_path / "b.csv")) == ["b"]


def test_links_out_of_a_folder_are_skipped_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warned: list[Path] = []
    monkeypatch.setattr(log, "warning", lambda _, path: warned.append(Path(path)))
    folder = write(tmp_path / "runs" / "a.csv").parent
    secret = write(tmp_path / "secret.csv")
    (folder / "out.csv").symlink_to(secret)
    (folder / "up.csv").symlink_to("../secret.csv")
    (folder / "again.csv").symlink_to("a.csv")
    (folder / "loop.csv").symlink_to("loop.csv")
    assert names(plan([folder])) == ["a", "again"]
    assert sorted(path.name for path in warned) == ["out.csv", "up.csv"]
    assert names(plan([folder / "out.csv"])) == ["out"]  # whoever names it means it


def test_a_folder_that_is_a_link_is_read(tmp_path: Path) -> None:
    folder = write(tmp_path / "runs" / "a.csv").parent
    (tmp_path / "link").symlink_to(folder)
    assert names(plan([tmp_path / "link"])) == ["a"]


def test_a_name_with_brackets_is_a_file_and_no_pattern(tmp_path: Path) -> None:
    assert names(plan([write(tmp_path / "run [1].csv")])) == ["run [1]"]


def test_what_is_not_there_is_planned_and_fails_later(tmp_path: Path) -> None:
    (item,) = plan([tmp_path / "typo.csv"])
    assert item.path == tmp_path / "typo.csv"


def test_packed_tables_of_a_folder_are_planned_under_their_own_names(tmp_path: Path) -> None:
    for name in ("liver.csv.gz", "brain.tsv", "photo.gz", ".hidden.csv.gz"):
        write(tmp_path / name)
    assert names(plan([tmp_path])) == ["brain", "liver"]


@pytest.mark.parametrize("source", ["none/*.csv", "empty", "manifest.csv"])
def test_nothing_to_do_is_refused(source: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write(tmp_path / "manifest.csv", "file,name\n\n")
    with pytest.raises(BatchError, match=r"No file fits|holds no table|names no table"):
        plan([str(tmp_path / source)])


def test_a_path_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BatchError, match=r"too long\. Check the path"):
        plan([tmp_path / ("a" * 300 + ".csv")])


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for name in ("liver/1.csv", "brain/1.csv"):
        write(tmp_path / name)
    assert names(plan([f"{tmp_path}/*/*.csv"])) == ["brain_1", "liver_1"]
    write(tmp_path / "liver/1.tsv")
    assert names(plan([tmp_path / "liver"])) == ["1 1", "1 2"]
    with pytest.raises(BatchError, match="twice"):
        plan([tmp_path / "liver/1.csv", tmp_path / "liver/1.csv"])


def test_a_number_makes_no_name_that_another_table_has(tmp_path: Path) -> None:
    """Two tables had the name `mouse 3`: verdicts of one replaced those of the other."""
    for name in ("mouse 3.csv", "mouse.csv", "mouse.tsv"):
        write(tmp_path / name)
    assert names(plan([tmp_path])) == ["mouse 3", "mouse 2", "mouse 4"]


def test_results_of_a_batch_are_no_tables_of_the_next(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A second run into the folder of its tables judged its own numbers and verdicts."""
    for name in ("a.csv", "sessions.csv", "areas.csv", "verdicts/a.csv", "deep/sessions.csv"):
        write(tmp_path / name)
    assert len(plan([f"{tmp_path}/**/*.csv"])) == 5
    write(tmp_path / LEDGER, "")
    assert names(plan([tmp_path])) == ["a"]
    assert "2 files" in caplog.messages[-1]
    assert "areas.csv, sessions.csv" in caplog.messages[-1]
    assert names(plan([f"{tmp_path}/**/*.csv"])) == ["a", "sessions"]
    assert names(plan([tmp_path / "verdicts"])) == ["a"]  # whoever names them means them
    assert names(plan([tmp_path / "sessions.csv"])) == ["sessions"]


@given(st.lists(st.sampled_from(["a", "A", "b", "a b"]), min_size=1, max_size=4, unique=True))
def test_names_are_as_many_as_tables_in_any_case(stems: list[str]) -> None:
    items = plan([f"/nowhere/{stem}/x.csv" for stem in stems])
    assert len({item.name.casefold() for item in items}) == len(stems)


def test_a_manifest_gives_names_titles_and_settings(tmp_path: Path) -> None:
    lines = [
        "File;Name;Title;rt_tolerance;sample_type;max_rows",
        "runs/1.csv;liver/3;Liver, third;0,05;human;1000",
        "",
        "/elsewhere/2.csv;;;;;",
    ]
    manifest = write(tmp_path / "manifest.csv", "﻿" + "\r\n".join(lines))
    first, second = plan([manifest], Settings(outlier_threshold=3.0))
    assert first.name == "liver_3"
    assert first.title == "Liver, third"
    assert first.path == tmp_path / "runs/1.csv"
    assert first.settings == Settings(
        rt_tolerance=0.05, outlier_threshold=3.0, sample_type="human", max_rows=1000
    )
    assert second.path == Path("/elsewhere/2.csv")
    assert second.name == "2"
    assert second.settings == Settings(outlier_threshold=3.0)


def test_parameters_are_the_settings_that_differ_from_the_usual(tmp_path: Path) -> None:
    item = Item("liver", tmp_path, "", Settings(polarity="positive", rt_tolerance=0.05))
    assert parameters(item) == {"polarity": "positive", "rt_tolerance": 0.05}
    assert parameters(Item("liver", tmp_path, "", Settings())) == {}


def test_a_manifest_names_all_its_faults(tmp_path: Path) -> None:
    lines = ["file,rt_tolerance", "1.csv,wide", "2.csv,7", ",0.1", "3.csv", "4.csv,0.1"]
    with pytest.raises(BatchError) as refusal:
        plan([write(tmp_path / "manifest.csv", "\n".join(lines))])
    told = str(refusal.value)
    for line in (2, 3, 4, 5):
        assert f"line {line}:" in told
    assert "line 6" not in told
    assert "manifest.csv" in told


@pytest.mark.parametrize(
    ("header", "named"), [("file,rt_tolerence", "rt_tolerence"), ("file,name,name", "twice")]
)
def test_a_column_that_cannot_be_is_refused_by_name(
    header: str, named: str, tmp_path: Path
) -> None:
    with pytest.raises(BatchError, match=named):
        plan([write(tmp_path / "manifest.csv", f"{header}\n1.csv\n")])


def test_two_tables_of_one_name_in_a_manifest_are_refused(tmp_path: Path) -> None:
    manifest = write(tmp_path / "manifest.csv", "file,name\n1.csv,liver\n2.csv,Liver\n")
    with pytest.raises(BatchError, match="liver"):
        plan([manifest])


def test_a_table_with_a_column_file_is_a_table(tmp_path: Path) -> None:
    (item,) = plan([write(tmp_path / "t.csv", "Name,RT,File\nGM1(36:1;O2),9,x.raw\n")])
    assert item.path == tmp_path / "t.csv"


@pytest.mark.parametrize("name", ["n" * 300, "ü" * 200, "𝒳" * 100])
def test_a_long_name_is_shortened_so_that_a_file_can_bear_it(name: str, tmp_path: Path) -> None:
    write(tmp_path / "a.csv")
    lines = "".join(f"a.csv,{name}{number}\n" for number in range(3))
    write(tmp_path / "manifest.csv", f"file,name\n{lines}")
    found = names(plan([tmp_path / "manifest.csv"]))
    assert len(set(found)) == 3
    for shortened in found:
        assert shortened[:10] == name[:10]
        (tmp_path / f"{shortened} 12.parquet").touch()
    assert found == names(plan([tmp_path / "manifest.csv"]))


def test_long_folders_that_tell_files_apart_are_shortened(tmp_path: Path) -> None:
    folders = [tmp_path / (letter * 150) / "b" / ("c" * 150) for letter in "ab"]
    for folder in folders:
        write(folder / "1.csv")
    found = names(plan([folder / "1.csv" for folder in folders]))
    assert len(set(found)) == 2
    assert all(len(name) < 240 for name in found)


def test_the_name_of_a_link_controls_no_terminal(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path / "runs" / "a.csv")
    (tmp_path / "runs" / "x\x1b[2J\nerror All is well.csv").symlink_to(write(tmp_path / "b.csv"))
    assert names(plan([tmp_path / "runs"])) == ["a"]
    (told,) = caplog.messages
    assert is_printed(told)


@pytest.mark.parametrize("sign", ["\x1b", "\n", "\x9b", "\u202e", "\u2028", "\udcff"])
def test_a_file_of_any_name_is_planned_and_told_of(sign: str, tmp_path: Path) -> None:
    """One name in another encoding, or that writes backwards, ended the whole batch."""
    (item,) = plan([write(tmp_path / f"a{sign}b.csv")])
    assert item.name == "a_b"
    assert item.path.is_file()
    assert is_printed(item.file)


def test_a_name_holds_no_control_character(tmp_path: Path) -> None:
    write(tmp_path / "a.csv")
    write(tmp_path / "manifest.csv", 'file,name\na.csv,"x\ty\nz"\n')
    assert names(plan([tmp_path / "manifest.csv"])) == ["x_y_z"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("file,title\na.csv," + "x" * 200_000 + "\n", "cannot be read"),
        ("file,title\n" + "a.csv,x\n" * 1_300_000, "more than 10 MB"),
    ],
)
def test_a_manifest_beyond_all_bounds_is_refused(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BatchError, match=words):
        plan([write(tmp_path / "manifest.csv", text)])


def test_a_table_larger_than_any_manifest_is_a_table(tmp_path: Path) -> None:
    large = write(tmp_path / "large.csv", TABLE + "x,1\n" * 3_000_000)
    assert names(plan([large])) == ["large"]


def test_a_manifest_says_how_each_table_is_read(tmp_path: Path) -> None:
    text = "file,column,sample,sheet,unit,header,max_rows\n"
    text += "a.xlsx,Name=Mine; RT=t (min),batch,neg,s,no,7\nb.csv,,,,,,\n"
    write(tmp_path / "m.csv", text)
    first, second = plan([tmp_path / "m.csv"], columns={"RT": "when", "m/z": "mass"}, unit="min")
    named = {"RT": "t (min)", "m/z": "mass", "Name": "Mine", "Sample": "batch"}
    assert first.reading == ReadingOptions.of(named, "neg", "s", header=False)
    assert first.settings.max_rows == 7
    assert second.reading == ReadingOptions.of({"RT": "when", "m/z": "mass"}, unit="min")
    assert parameters(second) == {"column": "RT=when; m/z=mass", "unit": "min"}


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [("unit", "h", "unit"), ("header", "maybe", "yes or no"), ("column", "Name", "NAME=HEADER")],
)
def test_a_way_of_reading_that_is_none_is_named_with_its_line(
    column: str, cell: str, words: str, tmp_path: Path
) -> None:
    write(tmp_path / "m.csv", f"file,{column}\na.csv,\nb.csv,{cell}\n")
    with pytest.raises(BatchError, match=rf"line 3: .*{words}"):
        plan([tmp_path / "m.csv"])
