from __future__ import annotations

from datetime import UTC, datetime, timedelta

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.media.films import film
from xiezhi.core.media.continuity import Clip, cover
from xiezhi.core.media.probe import probe

TEN = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def s(seconds: float) -> datetime:
    return TEN + timedelta(seconds=seconds)


def clip(id_: str, start: float, length: float, device: str = "A", **more) -> Clip:
    return Clip(id_, device, s(start), length, **more)


def filmed(tmp_path, id_: str, start: float, seconds: float, holes=(), **more) -> Clip:
    """A clip out of a real file."""
    found = probe(film(tmp_path / f"{id_}.mp4", seconds, holes=holes, created=s(start).isoformat().replace("+00:00", "Z")))
    return Clip(id_, more.pop("device", "A"), found.created, found.length, holes=tuple((h.start, h.end) for h in found.holes), **more)


def edges(found) -> list[tuple[str, float, float]]:
    return [(hole.cause, (hole.start - TEN).total_seconds(), (hole.end - TEN).total_seconds()) for hole in found.holes]


def near(*rows: tuple[str, float, float]) -> list:
    return [(cause, pytest.approx(a, abs=1), pytest.approx(b, abs=1)) for cause, a, b in rows]


def test_files_in_a_row_cover_without_a_hole(tmp_path):
    found = cover(s(0), s(30), [filmed(tmp_path, "1", 0, 15, number=1), filmed(tmp_path, "2", 15, 15, number=2)])
    assert (found.holes, found.overlaps, found.lost, found.covered) == ((), (), (), 1.0)


def test_a_hole_inside_a_file(tmp_path):
    found = cover(s(0), s(30), [filmed(tmp_path, "1", 0, 30, holes=[(8, 14)])])
    assert edges(found) == near(("within", 8, 14))
    assert found.holes[0].before == found.holes[0].after == "1"
    assert found.covered == pytest.approx(0.8, abs=0.02)


def test_a_hole_between_files(tmp_path):
    found = cover(s(0), s(30), [filmed(tmp_path, "1", 0, 10), filmed(tmp_path, "2", 18, 12)])
    assert edges(found) == near(("between", 10, 18))
    assert (found.holes[0].before, found.holes[0].after) == ("1", "2")


def test_a_missing_number_names_the_missing_file(tmp_path):
    clips = [filmed(tmp_path, "1", 0, 10, number=4), filmed(tmp_path, "3", 20, 10, number=7)]
    found = cover(s(0), s(30), clips)
    assert edges(found) == near(("missing_file", 10, 20))
    assert found.lost[0].numbers == (5, 6)


@pytest.mark.parametrize("share", [0.25, 0.5, 0.8])
def test_a_truncated_file_leaves_a_hole_from_its_last_whole_picture_on(tmp_path, share):
    path = film(tmp_path / "x.ts", 20)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share) // 188 * 188 + 60])
    with av.open(str(path)) as given:  # what is left of it, read by itself
        left = [float(packet.pts * packet.time_base) for packet in given.demux(video=0) if packet.pts is not None]
    found = probe(path)
    assert [sign.kind for sign in found.signs if sign.kind == "truncated"] == ["truncated"]
    holes = cover(s(0), s(20), [clip("x", 0, found.length)]).holes
    assert [(hole.cause, hole.end) for hole in holes] == [("early_end", s(20))]
    assert (holes[0].start - TEN).total_seconds() == pytest.approx(max(left) - min(left) + 0.1, abs=1)


def test_a_truncated_mp4_without_its_contents_shows_nothing(tmp_path):
    path = film(tmp_path / "x.mp4", 20)
    path.write_bytes(path.read_bytes()[:-3000])
    assert probe(path).length == 0


def test_a_file_that_was_encoded_again_keeps_its_hole_and_is_flagged(tmp_path):
    path = film(tmp_path / "x.mp4", 30, holes=[(8, 14)], codec="libx264", plain=False)
    found = probe(path)
    assert [sign.kind for sign in found.signs] == ["edited"]
    again = Clip("x", "A", TEN, found.length, holes=tuple((h.start, h.end) for h in found.holes))
    assert edges(cover(s(0), s(30), [again])) == near(("within", 8, 14))


def test_files_that_overlap_are_told_to_the_second(tmp_path):
    found = cover(s(0), s(30), [filmed(tmp_path, "1", 0, 18), filmed(tmp_path, "2", 12, 18)])
    assert (found.holes, [row.seconds for row in found.overlaps]) == ((), [pytest.approx(6, abs=1)])


def test_a_late_start_and_an_early_end(tmp_path):
    found = cover(s(0), s(60), [filmed(tmp_path, "1", 10, 30)])
    assert edges(found) == near(("late_start", 0, 10), ("early_end", 40, 60))


def test_two_angles_cover_each_other(tmp_path):
    one = filmed(tmp_path, "a", 0, 30, holes=[(5, 12)])
    two = filmed(tmp_path, "b", 4, 20, device="B")
    assert cover(s(0), s(30), [one, two]).holes == ()
    both = cover(s(0), s(30), [one, filmed(tmp_path, "c", 8, 20, device="B")])
    assert edges(both) == near(("within", 5, 8))


def test_an_overlap_on_one_device_is_told_and_on_two_is_none():
    assert [row.seconds for row in cover(s(0), s(20), [clip("1", 0, 12), clip("2", 6, 14)]).overlaps] == [6.0]
    assert cover(s(0), s(20), [clip("1", 0, 12), clip("2", 6, 14, "B")]).overlaps == ()


def test_a_wrong_clock_makes_no_hole_out_of_its_own_error():
    clips = [clip("1", 0, 10, error=5), clip("2", 14, 10, error=5)]
    assert cover(s(0), s(24), clips).holes == ()
    assert [hole.cause for hole in cover(s(0), s(24), [clip("1", 0, 10), clip("2", 14, 10)]).holes] == ["between"]


def test_nothing_recorded_is_one_hole():
    found = cover(s(0), s(10), [clip("1", 60, 5)])
    assert [(hole.cause, hole.seconds, found.covered) for hole in found.holes] == [("nothing", 10.0, 0.0)]


def test_a_moment_is_covered_by_a_file_that_runs_then():
    assert cover(s(5), s(5), [clip("1", 0, 10)]).covered == 1.0
    assert cover(s(5), s(5), []).covered == 0.0


spans = st.lists(st.tuples(st.integers(0, 300), st.integers(1, 60), st.sampled_from("AB")), max_size=8)


@given(spans)
def test_holes_and_what_is_recorded_make_up_the_act(rows):
    """Held against a count of whole seconds."""
    clips = [clip(str(n), start, length, device) for n, (start, length, device) in enumerate(rows)]
    seen = {second for start, length, _ in rows for second in range(start, start + length)}
    found = cover(s(0), s(300), clips, timedelta(0))
    holes = {
        second for hole in found.holes for second in range(int((hole.start - TEN).total_seconds()), int((hole.end - TEN).total_seconds()))
    }
    # a hole of up to two seconds may be a seam only where a tolerance is given: here none is
    assert holes == set(range(300)) - seen
    assert found.covered == pytest.approx(1 - len(holes) / 300)
