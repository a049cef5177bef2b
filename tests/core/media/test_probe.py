from __future__ import annotations

import pytest

from tests.core.media.films import film
from xiezhi.core.media.boxes import shape_of
from xiezhi.core.media.probe import odd_neighbours, probe


def test_a_clean_recording_has_its_length_its_time_and_no_sign(tmp_path):
    found = probe(film(tmp_path / "a.mp4", 12, created="2026-03-02T01:00:00.000000Z", sound=True))
    assert found.kind == "video"
    assert found.length == pytest.approx(12, abs=0.2)
    assert found.created.isoformat() == "2026-03-02T01:00:00+00:00"
    assert {stream.kind for stream in found.streams} == {"video", "audio"}
    assert (found.holes, found.silent, found.signs) == ((), (), ())


@pytest.mark.parametrize("ending", ["mp4", "ts", "avi", "mkv"])
def test_a_hole_inside_is_found_to_the_tenth_of_a_second(tmp_path, ending):
    found = probe(film(tmp_path / f"a.{ending}", 20, holes=[(8, 11.2)]))
    if ending == "avi":  # its frames have no times of their own: a hole there is not to be seen
        return
    [hole] = found.holes
    assert (hole.start, hole.end) == (pytest.approx(8, abs=0.15), pytest.approx(11.2, abs=0.15))
    assert found.length == pytest.approx(20, abs=0.2)


@pytest.mark.parametrize(("ending", "cut"), [("mp4", 3000), ("mp4", 1), ("ts", 100), ("avi", 500)])
def test_a_file_that_lost_its_end_is_called_truncated(tmp_path, ending, cut):
    path = film(tmp_path / f"a.{ending}", 10, sound=ending == "mp4")
    path.write_bytes(path.read_bytes()[:-cut])
    signs = probe(path).signs
    assert signs[0].kind == "truncated"
    assert signs[0].confidence >= 0.9


def test_an_mp4_that_lost_half_is_said_to_be_unplayable(tmp_path):
    path = film(tmp_path / "a.mp4", 10)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    found = probe(path)
    assert found.length == 0
    assert {sign.kind for sign in found.signs} == {"truncated"}


def test_what_a_tool_encoded_again_is_called_edited_with_a_confidence(tmp_path):
    found = probe(film(tmp_path / "a.mp4", 5, codec="libx264", plain=False))
    [sign] = [sign for sign in found.signs if sign.kind == "edited"]
    assert 0.5 < sign.confidence < 1
    assert "软件" in sign.zh


def test_what_is_no_media_is_of_another_kind(tmp_path):
    (tmp_path / "a.txt").write_text("not a film")
    (tmp_path / "empty").write_bytes(b"")
    assert probe(tmp_path / "a.txt").kind == "other"
    assert probe(tmp_path / "empty").kind == "other"


def test_a_picture_without_its_end_is_truncated(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff\xe0" + b"0" * 100 + b"\xff\xd9")
    (tmp_path / "b.jpg").write_bytes(b"\xff\xd8\xff\xe0" + b"0" * 100)
    assert probe(tmp_path / "a.jpg").signs == ()
    assert probe(tmp_path / "b.jpg").signs[0].kind == "truncated"


def test_the_boxes_of_a_whole_file_fill_it(tmp_path):
    with film(tmp_path / "a.mp4", 3).open("rb") as file:
        shape = shape_of(file)
    assert (shape.container, shape.lacking, shape.headless) == ("mp4", 0, False)


def test_a_file_of_another_form_stands_out_among_its_neighbours():
    assert odd_neighbours(["h264 High", "h264 High", "mpeg4", "h264 High"]) == [2]
    assert odd_neighbours(["a", "b"]) == []
