"""When bodies are destroyed lawfully nothing of what they said stays in any table: not on a page, not in a draft, not in a list."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection

from xiezhi.apps.disclosure.models import Publication
from xiezhi.apps.record import queries as record
from xiezhi.apps.record import service
from xiezhi.apps.record.rebuild import rebuild
from xiezhi.apps.record.resting import RESTING
from xiezhi.apps.record.sequencer import Sequencer
from xiezhi.apps.record.verify import verify
from xiezhi.site import clock

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def tables_that_say(word: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'")
        names = [name for (name,) in cursor.fetchall()]
        found = set()
        for name in names:
            cursor.execute(f'SELECT EXISTS (SELECT FROM "{name}" t WHERE position(%s IN t::text) > 0)', [word])
            if cursor.fetchone()[0]:
                found.add(name)
        return found


def test_nothing_of_a_published_case_stays(house, client):
    """All that can go of an archived case goes."""
    case, now = house.citizen, clock.now()
    page = Publication.objects.get(case=case)
    address, number = f"/p/{page.id}", page.number
    name = record.marking(case)[1].facts["party.name"]
    assert {"record_entry_body", "casework_casefile"} <= tables_that_say(name)
    warrant = service.Warrant("云溪区人民法院〔2026〕9号裁定", "p-xuming", "p-lurou", before_term=True)
    for entry in [one for one in record.history(case) if one.kind_of == "act" and one.kind not in RESTING]:
        service.delete(case, entry.case_seq, warrant, id=uuid4(), now=now)
    Sequencer().drain(now)
    assert tables_that_say(name) <= {"registry_party"}  # the register of parties is its own
    assert tables_that_say(number) == {"disclosure_publication"}  # an address on paper is still answered
    page.refresh_from_db()
    assert (page.state, page.party, page.facts, page.number) == ("withdrawn", "", "", number)
    told = client.get(address)
    assert told.status_code == 200
    assert "依法删除" in told.content.decode()
    assert client.get(f"{address}/proof.json").status_code == 404
    assert client.get(f"/verify?q={page.id}").status_code == 200
    assert verify().faults == []
    before = Publication.objects.filter(pk=page.id).values().get()
    rebuild(now, case)
    assert Publication.objects.filter(pk=page.id).values().get() == before
