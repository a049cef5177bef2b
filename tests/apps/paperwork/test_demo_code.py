"""The demo's decisions name their public page, also where no public address is set."""

from __future__ import annotations

import subprocess

import pytest

from xiezhi.apps.paperwork import queries as paperwork
from xiezhi.apps.record import queries as record
from xiezhi.apps.record.models import Case
from xiezhi.demo import loading
from xiezhi.demo.stories import Story
from xiezhi.site import clock


@pytest.fixture
def own_house(db, settings, tmp_path, monkeypatch) -> str:
    """One decided case of the demo in an installation that has no public address; its id."""
    settings.PUBLIC_URL, settings.OWN_ADDRESS = "", "http://localhost:8123"
    settings.FILES_ROOT, settings.LOG_KEY, settings.LOG_PUBLISHED = tmp_path / "files", tmp_path / "keys" / "log", tmp_path / "log"
    monkeypatch.setattr(
        loading, "STORIES", [Story("yx-cg", 1, "q-zhucheng", 4000, "served", 2, place="云溪区星河路 1 号", facts="占道堆放砂石。")]
    )
    loading.load_district(clock.now())
    return str(Case.objects.get().id)


def test_a_decision_of_the_demo_carries_the_installations_own_address(own_house):
    case = own_house
    [file] = [
        file
        for view in record.history(case)
        if view.kind_of == "attachment"
        for file in view.body.get("files", [])
        if file["document"] == "decision"
    ]
    pdf = paperwork.open_file(file["sha256"]).read()
    text = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    assert "http://localhost:8123/p/" in "".join(text.split())
