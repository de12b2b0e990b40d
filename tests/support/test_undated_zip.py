"""Archives of like contents have the same bytes."""

from __future__ import annotations

import io
import zipfile

from ganglioside.support.undated_zip import UNDATED, undated


def test_members_are_compressed_and_have_no_date() -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr(undated("a/b.txt"), "x" * 1000)
    (member,) = zipfile.ZipFile(sink).infolist()
    assert member.date_time == UNDATED
    assert member.compress_size < member.file_size == 1000
