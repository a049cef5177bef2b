"""tus 1.0 as its own client speaks it, and as a line that breaks off."""

from __future__ import annotations

import base64
import hashlib
import http.client
import socket
import time
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.middleware.csrf import _get_new_csrf_string
from tusclient.client import TusClient

from tests.apps.casework.conftest import NOW
from tests.apps.evidence.conftest import DEVICE, inspection
from xiezhi.apps.evidence import uploading
from xiezhi.apps.evidence.models import Recording, Upload

pytestmark = pytest.mark.slow  # beyond what `make check` has time for

URL = "/desk/evidence/uploads/"
TUS = {"HTTP_TUS_RESUMABLE": "1.0.0"}


def said(**more: str) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in more.items())


def start(client, length: int, **more: str):
    meta = said(**{"filename": "a.mp4", "device": DEVICE, **more})
    return client.post(URL, HTTP_UPLOAD_LENGTH=str(length), HTTP_UPLOAD_METADATA=meta, **TUS)


def patch(client, url: str, offset: int, body: bytes, **more):
    return client.patch(url, body, "application/offset+octet-stream", HTTP_UPLOAD_OFFSET=str(offset), **TUS, **more)


@pytest.fixture
def clip(card) -> bytes:
    return card(0, 120, 1).read_bytes()


def test_what_the_server_can_is_said(browse, world):
    answer = browse(world["zhou"]).options(URL)
    assert answer.status_code == 204
    assert answer["Tus-Extension"] == "creation,checksum,expiration,termination"
    assert answer["Tus-Version"] == answer["Tus-Resumable"] == "1.0.0"


def test_pieces_become_one_recording_on_the_record_of_its_act(browse, world, inspected, clip, at_ten, card):
    client = browse(world["zhou"])
    name = next(card.folder.iterdir()).name
    url = start(client, len(clip), case=inspected, filename=name)["Location"]
    half = len(clip) // 2
    assert patch(client, url, 0, clip[:half])["Upload-Offset"] == str(half)
    assert client.head(url, **TUS)["Upload-Offset"] == str(half)
    answer = patch(client, url, half, clip[half:])
    assert (answer.status_code, answer["Xiezhi-SHA256"]) == (204, hashlib.sha256(clip).hexdigest())
    row = Recording.objects.get()
    assert (str(row.id), row.file_id) == (answer["Xiezhi-Recording"], answer["Xiezhi-SHA256"])
    assert [one.sha256 for one in inspection(inspected).recordings] == [row.file_id]
    assert not uploading.path_of(Upload.objects.get()).exists()
    assert client.head(url, **TUS)["Xiezhi-SHA256"] == row.file_id


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"HTTP_TUS_RESUMABLE": "0.2.2"}, 412),
        ({"HTTP_UPLOAD_LENGTH": "much"}, 400),
        ({"HTTP_UPLOAD_LENGTH": "0"}, 422),
        ({"HTTP_UPLOAD_LENGTH": str(1 << 50)}, 422),
        ({"HTTP_UPLOAD_METADATA": "device ***"}, 422),
        ({"HTTP_UPLOAD_METADATA": "filename YQ=="}, 422),
        ({"HTTP_UPLOAD_METADATA": said(device=DEVICE, case="nothing")}, 422),
        ({"HTTP_UPLOAD_METADATA": said(device=DEVICE, taken="tomorrow")}, 422),
        ({"HTTP_UPLOAD_METADATA": said(device=DEVICE, taken="0001-01-01T00:00:00+08:00")}, 422),
        ({"HTTP_UPLOAD_METADATA": said(device="K\0")}, 422),
        ({"HTTP_UPLOAD_METADATA": said(device=DEVICE, case="a\0")}, 422),
    ],
)
def test_a_wrong_beginning_is_refused_in_words(browse, world, change, status):
    given = {"HTTP_UPLOAD_LENGTH": "10", "HTTP_UPLOAD_METADATA": said(device=DEVICE), **TUS, **change}
    answer = browse(world["zhou"]).post(URL, **given)
    assert answer.status_code == status
    assert answer.content.decode().endswith("。")


def test_only_those_who_may_and_only_their_own(browse, world, client):
    assert client.options(URL).status_code == 401
    url = start(browse(world["zhou"]), 10)["Location"]
    assert start(browse(world["sun"]), 10).status_code == 403
    assert browse(world["he"]).head(url, **TUS).status_code == 404
    assert patch(browse(world["he"]), url, 0, b"x").status_code == 404


def test_a_wrong_place_a_wrong_sum_and_too_much_keep_nothing(browse, world, at_ten):
    client = browse(world["zhou"])
    url = start(client, 10)["Location"]
    assert patch(client, url, 3, b"x").status_code == 409
    assert patch(client, url, 0, b"x" * 11).status_code == 413
    assert client.patch(url, b"x", "text/plain", HTTP_UPLOAD_OFFSET="0", **TUS).status_code == 415
    wrong = base64.b64encode(hashlib.sha1(b"other").digest()).decode()
    assert patch(client, url, 0, b"hello", HTTP_UPLOAD_CHECKSUM=f"sha1 {wrong}").status_code == 460
    assert client.head(url, **TUS)["Upload-Offset"] == "0"
    right = base64.b64encode(hashlib.sha256(b"hello").digest()).decode()
    assert patch(client, url, 0, b"hello", HTTP_UPLOAD_CHECKSUM=f"sha256 {right}").status_code == 204
    assert patch(client, url, 5, b"x", HTTP_UPLOAD_CHECKSUM="md4 x").status_code == 400


def test_what_is_no_recording_is_thrown_away(browse, world, at_ten):
    client = browse(world["zhou"])
    url = start(client, 5, filename="a.txt")["Location"]
    assert patch(client, url, 0, b"hello").status_code == 422
    assert client.head(url, **TUS).status_code == 404


def test_cancelled_and_expired_uploads_are_gone(browse, world, at_ten):
    client = browse(world["zhou"])
    url, other = start(client, 5)["Location"], start(client, 6)["Location"]
    patch(client, other, 0, b"abc")
    left = uploading.path_of(Upload.objects.get(length=6))
    assert client.delete(url, **TUS).status_code == 204
    assert client.head(url, **TUS).status_code == 404
    at_ten(NOW + timedelta(days=8))
    assert client.head(other, **TUS).status_code == 404
    assert uploading.expire(NOW + timedelta(days=8)) == 1
    assert not left.exists()


def test_bytes_that_were_not_acknowledged_are_cut_off(browse, world, clip, at_ten):
    """The server was killed between writing and saying so."""
    client = browse(world["zhou"])
    url = start(client, len(clip))["Location"]
    patch(client, url, 0, clip[:100])
    with uploading.path_of(Upload.objects.get()).open("ab") as file:
        file.write(b"garbage")
    patch(client, url, 100, clip[100:])
    assert Recording.objects.get().file_id == hashlib.sha256(clip).hexdigest()


def test_an_upload_that_was_complete_when_the_server_was_stopped_is_finished_later(browse, world, clip, at_ten, monkeypatch):
    client = browse(world["zhou"])
    url = start(client, len(clip))["Location"]
    with monkeypatch.context() as killed:
        killed.setattr(uploading, "receive", lambda *args, **kwargs: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            patch(client, url, 0, clip)
    assert client.head(url, **TUS)["Xiezhi-SHA256"] == hashlib.sha256(clip).hexdigest()


@pytest.fixture
def heads(live_server, world, client, settings):
    """What a signed-in program sends."""
    client.force_login(world["zhou"], backend="django.contrib.auth.backends.ModelBackend")
    token = _get_new_csrf_string()
    return {"Cookie": f"sessionid={client.cookies['sessionid'].value}; csrftoken={token}", "X-CSRFToken": token}


@pytest.mark.slow
def test_tuspy_resumes_after_a_break_with_the_same_digest(live_server, heads, card):
    path = card(0, 120, 1)
    tus = TusClient(live_server.url + URL, headers=heads)
    meta = {"filename": path.name, "device": DEVICE}
    first = tus.uploader(str(path), chunk_size=4096, metadata=meta)
    first.upload_chunk()
    first.upload_chunk()
    again = TusClient(live_server.url + URL, headers=heads).uploader(str(path), url=first.url, chunk_size=4096, metadata=meta)
    assert again.offset == 8192
    again.upload()
    assert Recording.objects.get().file_id == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.slow
def test_a_line_cut_in_the_middle_of_a_piece_loses_nothing_that_was_acknowledged(live_server, heads, card):
    path = card(0, 120, 1)
    content = path.read_bytes()
    uploader = TusClient(live_server.url + URL, headers=heads).uploader(str(path), metadata={"filename": path.name, "device": DEVICE})
    uploader.set_url(uploader.create_url())
    target = urlsplit(uploader.url)
    line = socket.create_connection((target.hostname, target.port))
    asked = {**heads, "Host": target.netloc, "Tus-Resumable": "1.0.0", "Upload-Offset": "0",
             "Content-Type": "application/offset+octet-stream", "Content-Length": str(len(content))}  # fmt: skip
    line.sendall(_head(target.path, asked) + content[:5000])
    time.sleep(0.5)
    line.close()
    deadline = time.monotonic() + 10
    offset = 0
    while not offset and time.monotonic() < deadline:
        time.sleep(0.2)
        probe = http.client.HTTPConnection(target.netloc)
        probe.request("HEAD", target.path, headers={**heads, "Tus-Resumable": "1.0.0"})
        offset = int(probe.getresponse().getheader("Upload-Offset"))
    assert offset == 5000
    TusClient(live_server.url + URL, headers=heads).uploader(str(path), url=uploader.url).upload()
    assert Recording.objects.get().file_id == hashlib.sha256(content).hexdigest()


def _head(path: str, heads: dict[str, str]) -> bytes:
    return "\r\n".join([f"PATCH {path} HTTP/1.1", *(f"{name}: {value}" for name, value in heads.items()), "", ""]).encode()
