"""What `evidence ingest` tells of a run: broken files by name, the person who hands in, counts of this run alone."""

from __future__ import annotations

import pytest

from tests.apps.casework.conftest import AGENCY, NOW
from tests.apps.evidence.conftest import DEVICE
from xiezhi.apps.evidence import service
from xiezhi.core.law.errors import InputError

pytestmark = pytest.mark.slow  # beyond what `make check` has time for


def test_a_recording_that_cannot_be_read_is_a_failure_with_its_name(card, take_in):
    card(0, 3, 1)
    (card.folder / "broken.mp4").write_bytes(b"abc")
    (card.folder / "空.MP4").write_bytes(b"")
    (card.folder / "readme.txt").write_bytes(b"")
    found = take_in(card.folder)
    assert (found.new, found.ignored) == (1, ["readme.txt"])
    assert [name for name, _why in found.failed] == ["broken.mp4", "空.MP4"]
    assert "damaged" in found.failed[0][1]
    assert "empty" in found.failed[1][1]


def test_nobody_who_is_not_in_the_registry_hands_in(world):
    with pytest.raises(InputError, match="no person 'p-nobody'"):
        service.sender(DEVICE, "", AGENCY, NOW, by="p-nobody")
    assert service.sender(DEVICE, "", AGENCY, NOW, by="zhou").by == "zhou"


def test_what_was_attached_is_counted_of_this_run_alone(card, take_in, inspected, tmp_path):
    def run(folder):
        sender = service.sender(DEVICE, inspected, AGENCY, NOW)
        found = service.ingest(service.files_in(folder), sender, lambda: NOW)
        service.link_run(found, inspected, NOW)
        return found.new, found.known, found.attached, found.unclaimed

    card(0, 40, 1)
    card(3600, 6, 2)
    assert run(card.folder) == (2, 0, 1, 1)
    assert run(card.folder) == (0, 2, 0, 1)
    more = tmp_path / "more"
    more.mkdir()
    card(40, 40, 3, folder=more)
    assert run(more) == (1, 0, 1, 0)
