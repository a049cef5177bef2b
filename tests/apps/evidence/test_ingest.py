from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import timedelta

import pytest

from tests.apps.casework.conftest import AGENCY, NOW
from tests.apps.evidence.conftest import BEGAN, DEVICE, inspection
from xiezhi.apps.evidence import receiving, service
from xiezhi.apps.evidence.models import ClockReading, Custody, Recording, StoredFile
from xiezhi.core.law.errors import InputError
from xiezhi.core.procedure.coverage import uncovered

pytestmark = pytest.mark.slow  # beyond what `make check` has time for


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Recording, StoredFile, Custody, ClockReading))


def test_a_card_goes_into_the_store_and_a_second_run_changes_nothing(card, take_in):
    card(0, 6, 1)
    card(6, 6, 2, folder=card.folder)
    (card.folder / "readme.txt").write_text("not a recording")
    first = take_in(card.folder)
    assert (first.new, first.known, first.ignored, first.failed) == (2, 0, ["readme.txt"], [])
    before = counts()
    again = take_in(card.folder)
    assert (again.new, again.known) == (0, 2)
    assert counts() == before
    row = Recording.objects.order_by("begin").first()
    assert (row.begin, row.device, row.officer, row.number, row.timed_by) == (BEGAN, DEVICE, "012345", 1, "name")
    assert [one.what for one in Custody.objects.filter(recording=row.id).order_by("id")] == [
        "received", "hashed", "probed", "stored", "class_set",
    ]  # fmt: skip


def test_the_same_bytes_under_another_name_are_one_recording(card, take_in):
    path = card(0, 6, 1)
    shutil.copy(path, card.folder / "copy.mp4")
    found = take_in(card.folder)
    assert (found.new, found.known) == (1, 1)
    assert Custody.objects.filter(what="duplicate").count() == 1
    take_in(card.folder)
    assert Custody.objects.filter(what="duplicate").count() == 1


def test_the_same_bytes_of_another_recorder_are_told(card, take_in):
    card(0, 6, 1)
    take_in(card.folder)
    take_in(card.folder, device="K7002")
    row = Recording.objects.get(device="K7002")
    assert [sign["kind"] for sign in row.signs] == ["duplicate"]
    assert DEVICE in row.signs[0]["zh"]


def test_the_offset_of_the_clock_is_kept_and_taken_off(card, take_in):
    card(0, 6, 1)
    take_in(card.folder, clock=(90.0, 2.0))
    row = Recording.objects.get()
    assert row.begin == BEGAN - timedelta(seconds=90)
    assert (row.offset_ms, row.error_ms) == (90_000, 3000)
    assert ClockReading.objects.get().offset_ms == 90_000
    take_in(card.folder, clock=(90.0, 2.0))
    assert ClockReading.objects.count() == 1


def test_truncated_and_edited_files_are_flagged_with_a_confidence(card, take_in):
    cut = card(0, 10, 1)
    cut.write_bytes(cut.read_bytes()[:-2000])
    card(10, 5, 2, codec="libx264", plain=False)
    found = take_in(card.folder)
    assert {(name[-8:], confidence > 0.5) for name, _zh, confidence in found.flagged} == {("0001.mp4", True), ("0002.mp4", True)}


def test_a_missing_number_is_told(card, take_in):
    card(0, 6, 1)
    card(20, 6, 4)
    assert "缺序号 2、3" in take_in(card.folder).lost[0]


def test_recordings_go_on_the_record_of_the_act_with_their_interruptions(card, take_in, inspected):
    card(0, 40, 1, holes=[(10, 16)])
    card(60, 60, 2)
    found = take_in(card.folder, inspected)
    assert (found.attached, found.unclaimed) == (2, 0)
    act = inspection(inspected)
    gaps = [[((gap.start - BEGAN).total_seconds(), (gap.end - BEGAN).total_seconds()) for gap in one.gaps] for one in act.recordings]
    assert gaps[0] == [(pytest.approx(10, abs=0.2), pytest.approx(16, abs=0.2))]
    assert gaps[1] == [(pytest.approx(40, abs=1), 60)]
    holes = [round((b - a).total_seconds()) for a, b in uncovered(act.at, act.end, list(act.recordings), timedelta(seconds=2))]
    assert holes == [6, 20]
    assert take_in(card.folder, inspected).attached == 0


def test_the_file_that_comes_later_fills_the_hole(card, take_in, inspected, tmp_path):
    card(0, 40, 1)
    card(60, 60, 3)
    take_in(card.folder, inspected)
    late = tmp_path / "late"
    late.mkdir()
    card(40, 20, 2, folder=late)
    take_in(late, inspected)
    act = inspection(inspected)
    assert uncovered(act.at, act.end, list(act.recordings), timedelta(seconds=2)) == []


def test_two_recorders_cover_each_other(card, take_in, inspected, tmp_path):
    card(0, 120, 1, holes=[(30, 50)])
    take_in(card.folder, inspected)
    other = tmp_path / "other"
    other.mkdir()
    card(20, 60, 1, device="K7002", folder=other)
    take_in(other, inspected, device="K7002")
    act = inspection(inspected)
    assert uncovered(act.at, act.end, list(act.recordings), timedelta(seconds=2)) == []


def test_what_no_act_claims_stays_with_the_case(card, take_in, inspected):
    card(3600, 6, 1)
    found = take_in(card.folder, inspected)
    assert (found.attached, found.unclaimed) == (0, 1)
    assert Recording.objects.get().case == inspected


def test_a_run_broken_off_after_the_store_is_made_good(card, take_in, monkeypatch):
    card(0, 6, 1)
    real = receiving._written

    def killed(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(receiving, "_written", killed)
    with pytest.raises(KeyboardInterrupt):
        take_in(card.folder)
    assert counts()[0] == 0
    monkeypatch.setattr(receiving, "_written", real)
    assert take_in(card.folder).new == 1


def test_one_bad_file_does_not_stop_the_rest(card, take_in, monkeypatch):
    card(0, 6, 1)
    bad = card(10, 6, 2)
    real = receiving.probe
    monkeypatch.setattr(
        receiving, "probe", lambda path: (_ for _ in ()).throw(OSError(5, "Input/output error")) if path == bad else real(path)
    )
    found = take_in(card.folder)
    assert (found.new, found.failed) == (1, [(bad.name, "Input/output error")])


def test_links_and_hidden_files_are_left_alone(card, tmp_path):
    path = card(0, 3, 1)
    (card.folder / "link.mp4").symlink_to("/etc/passwd")
    (card.folder / ".Trashes").mkdir()
    (card.folder / ".Trashes" / "x.mp4").write_bytes(b"x")
    assert service.files_in(card.folder) == [path]


@pytest.mark.parametrize(
    ("more", "words"), [({"case": "nothing"}, "没有案件"), ({"agency": "nowhere"}, "没有机关"), ({"agency": ""}, "--agency")]
)
def test_whence_a_file_comes_must_be_clear(world, more, words):
    with pytest.raises(InputError) as refused:
        service.sender(DEVICE, more.get("case", ""), more.get("agency", AGENCY), NOW)
    assert words in refused.value.message_zh


def test_a_recorder_of_another_agency_is_refused(card, take_in, world):
    card(0, 3, 1)
    take_in(card.folder)
    with pytest.raises(InputError, match="belongs to"):
        service.ingest(service.files_in(card.folder), service.sender(DEVICE, "", "yunxi-sc", NOW), lambda: NOW)


def test_damage_in_the_store_is_named(card, take_in, files_root):
    card(0, 6, 1)
    take_in(card.folder)
    file = StoredFile.objects.get()
    assert [wrong for _row, wrong in service.check_files(NOW)] == [""]
    path = files_root / file.sha256[:2] / file.sha256[2:4] / file.sha256
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    assert ["byte 0" in wrong for _row, wrong in service.check_files(NOW)] == [True]
    path.unlink()
    assert ["missing" in wrong for _row, wrong in service.check_files(NOW)] == [True]


def test_an_own_profile_is_tried_first_and_a_wrong_one_is_named(card, take_in, settings):
    (settings.XIEZHI_HOME / "evidence-profiles.yaml").write_text("profiles:\n  - {id: own, pattern: 'clip(?P<number>\\d+)\\.mp4'}\n")
    card(0, 4, 1).rename(card.folder / "clip0009.mp4")
    take_in(card.folder)
    row = Recording.objects.get()
    assert (row.number, row.timed_by) == (9, "disk")
    assert row.signs[0]["kind"] == "clock"


_CHILD = """
import os, resource, sys
from pathlib import Path
os.environ["DJANGO_SETTINGS_MODULE"] = "xiezhi.site.settings"
import django
django.setup()
from django.conf import settings
settings.FILES_ROOT = Path(sys.argv[2])
from xiezhi.apps.evidence import service
from xiezhi.site.clock import now
sender = service.sender("K7001", "", sys.argv[3], now())
found = service.ingest(service.files_in(Path(sys.argv[1])), sender, now)
print(found.new, found.known, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def _big_card(folder, card, files: int, size: int) -> None:
    """Recordings made long by a free box at the end, each different."""
    first = card(0, 3, 1)
    content = first.read_bytes()
    first.unlink()
    padding = size - len(content) - 8
    for number in range(files):
        with (folder / f"{DEVICE}_012345_20260309100000_{number:04}.mp4").open("wb") as file:
            file.write(content + (padding + 8).to_bytes(4, "big") + b"free")
            file.write(number.to_bytes(4, "big"))
            file.truncate(size)  # a hole of the disk: the card takes no room


def _run(card, fresh_database, tmp_path, files: int, size: int) -> tuple[int, int, int]:
    _big_card(card.folder, card, files, size)
    return _again(card, fresh_database, tmp_path)


def _again(card, fresh_database, tmp_path) -> tuple[int, int, int]:
    """Take the card in by a program of its own: (new, known, megabytes that it took at most)."""
    child = subprocess.run(
        [sys.executable, "-c", _CHILD, str(card.folder), str(tmp_path / "files"), AGENCY],
        env={**os.environ, "DATABASE_URL": fresh_database, "XIEZHI_HOME": str(tmp_path)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    new, known, megabytes = map(int, child.stdout.split())
    return new, known, megabytes


@pytest.mark.deep
def test_memory_does_not_grow_with_the_card(card, fresh_database, world, tmp_path):
    new, _known, megabytes = _run(card, fresh_database, tmp_path, 12, 60 << 20)
    assert new == 12
    assert megabytes < 400, f"{megabytes} MB for 720 MB of recordings"


@pytest.mark.deep
def test_ten_gigabytes_in_two_hundred_files_within_400_megabytes(card, fresh_database, world, tmp_path):
    new, _known, megabytes = _run(card, fresh_database, tmp_path, 200, 50 << 20)
    assert new == 200
    assert megabytes < 400
    before = counts()
    again = _again(card, fresh_database, tmp_path)
    assert again[:2] == (0, 200)
    assert counts() == before
    print(f"10 GB in 200 files: {megabytes} MB, the second run {again[2]} MB")
