"""Copies that play and posters: the packets are the original's, the original is not touched."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys

import av
import pytest

from tests.core.media.films import film
from xiezhi.core.media import derive


def _packets(path):
    with av.open(str(path)) as given:
        return [hashlib.sha256(bytes(packet)).hexdigest() for packet in given.demux() if packet.dts is not None]


def test_a_copy_has_its_contents_in_front_and_the_same_packets(tmp_path):
    source = film(tmp_path / "a.mp4", 5, codec="libx264", sound=True)
    before = source.read_bytes()
    assert derive.shape(source).late
    recipe = derive.rewrap(source, tmp_path / "b.mp4")
    assert not derive.shape(tmp_path / "b.mp4").late
    assert sorted(_packets(tmp_path / "b.mp4")) == sorted(_packets(source))
    assert recipe.startswith("rewrap mp4 +faststart, ")
    assert source.read_bytes() == before


def test_a_transport_stream_is_wrapped_anew(tmp_path):
    source = film(tmp_path / "a.ts", 5, codec="libx264")
    derive.rewrap(source, tmp_path / "b.mp4")
    with av.open(str(tmp_path / "b.mp4")) as given:
        assert given.streams.video[0].codec_context.name == "h264"
        assert given.duration / 1e6 == pytest.approx(5, abs=0.3)


@pytest.mark.parametrize("codec", ["libx264", "mpeg4"])
def test_a_poster_is_a_small_jpeg(tmp_path, codec):
    recipe = derive.poster(film(tmp_path / "a.mp4", 20, codec=codec), tmp_path / "p.jpg")
    assert (tmp_path / "p.jpg").read_bytes()[:3] == b"\xff\xd8\xff"
    assert "96x64 at 2.0 s" in recipe


@pytest.mark.parametrize(
    ("media_type", "codecs", "late", "how"),
    [
        ("video/mp4", ("h264", "aac"), False, "as_is"), ("video/mp4", ("h264",), True, "copy"), ("video/mp2t", ("h264", "aac"), False, "copy"),
        ("video/x-msvideo", ("mpeg4", "mp3float"), False, "not"), ("video/x-msvideo", ("h264",), False, "copy"),
        ("video/webm", ("vp9", "opus"), False, "as_is"), ("video/x-matroska", ("vp9", "opus"), False, "not"),
        ("video/mp4", ("hevc", "opus"), True, "as_is"), ("audio/amr", ("amrnb",), False, "not"), ("video/mp4", (), False, "not"),
    ],
)  # fmt: skip
def test_how_a_browser_plays(media_type, codecs, late, how):
    found = derive.playing(media_type, codecs, late=late)
    assert found.how == how
    assert bool(found.why) == (how != "as_is")


def test_the_odd_codec_is_named():
    assert "MPEG-4 Part 2" in derive.playing("video/x-msvideo", ("mpeg4",)).why


def test_as_a_program_it_answers_in_json_and_by_its_status(tmp_path):
    (tmp_path / "bad.mp4").write_bytes(b"\0\0\0\x18ftypisom" + bytes(100))
    run = [sys.executable, "-m", "xiezhi.core.media.derive", "poster", str(tmp_path / "bad.mp4"), str(tmp_path / "p.jpg")]
    done = subprocess.run(run, capture_output=True, check=False)
    assert done.returncode == 1
    assert json.loads(done.stdout)["failed"]


def test_a_file_that_cannot_be_read_is_called_damaged_and_no_encoding_is_named_twice():
    broken = derive.playing("video/mp4", ())
    assert (broken.how, broken.broken) == ("not", True)
    assert "损坏" in broken.why
    assert "编码" not in broken.why
    unknown = derive.playing("video/mp4", ("", ""))
    assert (unknown.broken, unknown.why.count("编码")) == (False, 1)
    assert derive.playing("video/x-msvideo", ("mpeg4", "mpeg4")).why.count("MPEG-4") == 1
