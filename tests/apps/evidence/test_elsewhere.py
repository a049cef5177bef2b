"""What a form says when a file is of another case, and when words cannot be written."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.apps.evidence.test_capture import photo  # noqa: F401 - a fixture
from tests.apps.evidence.test_keeping import archivist  # noqa: F401 - a fixture
from xiezhi.apps.evidence.models import Device, Hold, Recording

pytestmark = pytest.mark.slow  # beyond what `make check` has time for


def test_a_photo_of_another_case_is_not_counted_as_taken_in(inspected, filed, world, browse, at_ten, photo):  # noqa: F811
    other = filed()
    client = browse(world["zhou"])
    for case, words in ((inspected, "已存入 1 个文件"), (other, "没有归入本案：a.png 已经属于另一个案件")):
        sent = {"files": [SimpleUploadedFile("a.png", photo.read_bytes())]}
        text = client.post(f"/desk/evidence/cases/{case}/capture/", sent, follow=True).content.decode()
        assert words in text
    assert "已存入" not in text
    assert "请先选择文件" not in text
    assert Recording.objects.get().case == inspected


def test_no_field_lets_a_nul_through(inspected, world, browse, archivist, at_ten):  # noqa: F811
    zhou, keeper = browse(world["zhou"]), None
    for do in ("add", "out", "in"):
        assert zhou.post("/desk/evidence/devices", {"do": do, "number": "a\0b", "person": "zhou"}).status_code == 302
    keeper = browse(archivist)
    assert keeper.post(f"/desk/evidence/cases/{inspected}/hold", {"reason": "a\0b"}).status_code == 302
    assert not Device.objects.filter(number__startswith="a").exists()
    assert not Hold.objects.exists()
