"""A thousand random tamperings, one at a time: `ledger verify` and `evidence check` find each and name it."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as site
from django.db import DatabaseError, transaction

from tests.core.media import films
from xiezhi.apps.evidence import service as evidence
from xiezhi.apps.evidence.queries import CaseFiles
from xiezhi.apps.record import law, projections, published, service
from xiezhi.apps.record.derived import drift
from xiezhi.apps.record.key import LogRefused
from xiezhi.apps.record.models import Case, Pending
from xiezhi.apps.record.sequencer import Sequencer
from xiezhi.apps.record.verify import verify
from xiezhi.demo import loading
from xiezhi.demo.stories import STORIES
from xiezhi.site import clock

from .tampering import Tamperer

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SEED = int(os.environ.get("XIEZHI_TAMPER_SEED", "20261125"))


@pytest.fixture(autouse=True)
def small_law(settings, tmp_path):
    """In place of this folder's own: the real packs and projections, as an installation has them."""
    law.edition.cache_clear()
    projections._projections.cache_clear()
    settings.LOG_KEY = tmp_path / "keys" / "log"
    settings.LOG_PUBLISHED = tmp_path / "log"
    settings.FILES_ROOT = tmp_path / "files"


@pytest.fixture
def now():
    return clock.now()


@pytest.fixture
def tamperer(monkeypatch, db, now, tmp_path):
    """Some stories of the demo with documents and public pages, a recording, several heads, and acts that wait for their leaves."""
    # Leads, files, a review under way, a served and a published decision, an archived case.
    monkeypatch.setattr(loading, "STORIES", [STORIES[place] for place in (1, 3, 14, 18, 24, 25)])
    loading.load_district(now - timedelta(days=1))
    Sequencer().drain(now)
    clip = films.film(tmp_path / "20261110_100000_0001.mp4", 2)
    evidence.ingest([clip], evidence.sender("DSJ-1", "", "yx-cg", now, by="", clock=(None, 1.0)), lambda: now)
    case = Case.objects.exclude(pk="").order_by("pk").first()
    for number in range(2):
        service.note("custody", "viewed", {"place": f"{number}"}, id=_id(number), now=now, case=case.id, by=[], agency=case.agency_id)
        if number == 0:
            Sequencer().drain(now)
    for other in Case.objects.exclude(pk="").order_by("-pk")[:2]:
        service.note("custody", "viewed", {"place": "x"}, id=_id(other.pk), now=now, case=other.id, by=[], agency=other.agency_id)
    assert Pending.objects.count() == 3
    stored = sorted(path for path in Path(site.FILES_ROOT).glob("??/??/*"))
    folder = published.checkpoint_path().parent
    assert told(now) == []
    return Tamperer(SEED, stored, sorted(path for path in folder.iterdir() if path.is_file()))


def _id(name):
    import uuid

    return uuid.uuid5(uuid.NAMESPACE_OID, str(name))


def told(now) -> list[str]:
    """What the two commands say, a line for each bad item."""
    try:
        faults = [str(fault) for fault in verify(files=CaseFiles()).faults]
    except LogRefused as refusal:
        return [f"refused: {refusal}"]
    faults += [str(fault) for fault in drift(now)]
    # The check notes its own run on the log, which a tampered count of the log's own chain refuses: `verify` has named that already.
    with contextlib.suppress(DatabaseError), transaction.atomic():
        faults += [f"{file.sha256}: {wrong}" for file, wrong in evidence.check_files(now) if wrong]
        transaction.set_rollback(True)
    return faults


def _tamper(tamperer, now, times) -> Counter:
    """Raises AssertionError naming the tamperings that were not found, or not named."""
    count: Counter = Counter()
    missed = []
    while count["done"] < times:
        with tamperer.one() as done:
            if done is None:
                count["refused by the database, or nothing to do"] += 1
                continue
            count["done"] += 1
            faults = told(now)
            if any(name in fault for fault in faults for name in done.names):
                count["named"] += 1
            elif faults:
                missed.append(f"{done.what}: told otherwise: {faults[:3]}")
            elif done.equal:
                count[f"equal: {done.what}"] += 1
            else:
                missed.append(f"{done.what} {done.names[:2]}: not found")
    assert told(now) == []
    print(dict(count))
    assert not missed, f"{len(missed)} of {times}:\n" + "\n".join(missed)
    return count


def test_a_hundred_tamperings_are_found_and_named(tamperer, now):
    _tamper(tamperer, now, int(os.environ.get("XIEZHI_TAMPERINGS", "100")))


@pytest.mark.deep
def test_a_thousand_tamperings_are_found_and_named(tamperer, now):
    _tamper(tamperer, now, 1000)
