"""Every mistake an author can make has its message: file, line, column, what was found, what was expected, what to do.

`packs/bad/<case>/` holds the files of one mistake, laid over the good packs; `expected.txt` holds the messages, one a line.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from xiezhi.core.law.errors import PackError
from xiezhi.core.law.pack import load_pack

HERE = Path(__file__).parent / "packs"
CASES = sorted(path.name for path in (HERE / "bad").iterdir())


def messages(case: str, tmp_path: Path) -> list[str]:
    packs = tmp_path / "packs"
    shutil.copytree(HERE / "good", packs)
    shutil.copytree(HERE / "bad" / case, packs, dirs_exist_ok=True, ignore=shutil.ignore_patterns("expected.txt"))
    with pytest.raises(PackError) as caught:
        load_pack("district", packs)
    return [str(error) for error in caught.value.all()]


@pytest.mark.parametrize("case", CASES)
def test_the_message_is_exactly(case: str, tmp_path: Path) -> None:
    expected = (HERE / "bad" / case / "expected.txt").read_text(encoding="utf-8").splitlines()
    assert messages(case, tmp_path) == expected


def test_a_pack_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(PackError) as caught:
        load_pack("distrikt", HERE / "good")
    assert str(caught.value) == (
        "good/distrikt/pack.yaml:1:1: there is no pack 'distrikt'; expected one of district, land, town; did you mean 'district'?"
    )


def test_bytes_that_are_not_utf8_are_named_by_line(tmp_path: Path) -> None:
    packs = tmp_path / "packs"
    shutil.copytree(HERE / "good", packs)
    (packs / "district/params.yaml").write_bytes("a:\n  zh: 期限\n".encode("gb18030"))
    with pytest.raises(PackError) as caught:
        load_pack("district", packs)
    assert (
        str(caught.value)
        == "packs/district/params.yaml:2:1: found bytes that are not UTF-8; expected text in UTF-8; save the file as UTF-8"
    )
