"""Compressed tables: what is unpacked, and what is refused before it fills the memory."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from pathlib import Path
from types import SimpleNamespace

import pytest

import ganglioside as gg
from ganglioside.errors import ReadError
from ganglioside.reading import compressed
from ganglioside.reading.compressed import unpacked

TABLE = b"Name,RT,Area\nGM3 34:1,7.5,1000\nGM3 36:1,8.9,2000\n"
LIMIT = 1_000_000


def packed(content: bytes) -> bytes:
    """Content in a gzip file that does not know the time: so each process names its tests alike."""
    return gzip.compress(content, mtime=0)


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "inside"),
    [
        ("liver.csv.gz", packed(TABLE), "liver.csv"),
        ("liver.csv", packed(TABLE[:20]) + packed(TABLE[20:]), "liver.csv"),
        ("x.zip", zipped({"a/liver.tsv": TABLE}), "liver.tsv"),
        ("x.zip", zipped({"liver.csv": TABLE, "__MACOSX/liver.csv": b"x"}), "liver.csv"),
        ("x.zip", zipped({"liver.csv": TABLE, "method.pdf": b"x", ".a.csv": b"y"}), "liver.csv"),
        ("liver.csv", TABLE, "liver.csv"),
    ],
)
def test_the_one_table_is_read(tmp_path: Path, name: str, content: bytes, inside: str) -> None:
    assert unpacked(name, content, LIMIT) == (inside, TABLE)
    path = tmp_path / name
    path.write_bytes(content)
    table = gg.read_features(path)
    assert table.data["rt"].tolist() == [7.5, 8.9]
    assert table.source.name == inside
    assert gg.read_features(table.source).data.equals(table.data)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (packed(TABLE)[:-9], "cut off or damaged"),
        (packed(bytes(LIMIT + 1)), "unpacks to more than"),
        (packed(packed(TABLE)), "gzip"),
        (packed(bytes(257) + b"ustar" + bytes(300)), "tar archive"),
        (zipped({"a.csv": TABLE, "b.csv": TABLE}), "2 tables: a.csv, b.csv"),
        (zipped({f"{i}.csv": TABLE for i in range(7)}), "and 2 more"),
        (zipped({"a.csv": bytes(LIMIT + 1)}), "unpacks to more than"),
        (zipped({"a.doc": TABLE}), "zip archive, not a workbook"),
    ],
)
def test_what_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(ReadError, match=words):
        gg.read_features(content, gg.Settings(max_megabytes=LIMIT / 1e6))


def test_a_bomb_is_refused_by_its_ratio() -> None:
    bomb = packed(bytes(50_000_000))
    with pytest.raises(ReadError, match="times its size"):
        unpacked("bomb.csv.gz", bomb, 100_000_000)


def test_many_small_parts_are_not_copied_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    content = packed(b"") * 2000 + packed(TABLE)
    given = []

    class Counted:
        def __init__(self, window: int) -> None:
            self._part = zlib.decompressobj(window)

        def __getattr__(self, name: str) -> object:
            return getattr(self._part, name)

        def decompress(self, some: bytes, most: int) -> bytes:
            given.append(len(some))
            return self._part.decompress(some, most)

    monkeypatch.setattr(
        compressed, "zlib", SimpleNamespace(decompressobj=Counted, error=zlib.error)
    )
    assert unpacked("a.csv.gz", content, LIMIT) == ("a.csv", TABLE)
    assert sum(given) < 60 * len(content)


def test_workbooks_and_studies_stay_as_they_are() -> None:
    study = gg.read_features([TABLE, TABLE.replace(b"7.5", b"7.6")])
    again = gg.read_features(study.source)
    assert again.data["rt"].tolist() == study.data["rt"].tolist()
    book = zipped({"[Content_Types].xml": b"", "data.csv": TABLE})
    assert unpacked("a.xlsx", book, LIMIT) == ("a.xlsx", book)
