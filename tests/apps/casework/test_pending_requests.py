"""待批 on a head's workbench leads to what the disclosure clerk put up to the heads."""

from __future__ import annotations

import pytest

from tests.apps.casework.conftest import NOW
from xiezhi.apps.disclosure.models import ApprovalRequest


@pytest.mark.parametrize("state", ["submitted", "returned"])
def test_a_request_not_to_publish_waits_on_the_heads_workbench(world, filed, browse, at_ten, state) -> None:
    request = ApprovalRequest.objects.create(
        case=filed(), agency=world["xu"].agency_id, act="result_withheld", reason="理由", state=state, drafter="fang", drafted_at=NOW
    )
    text = browse(world["xu"]).get("/desk/").content.decode()
    assert (f'href="/desk/disclosure/requests/{request.pk}/"' in text) is (state == "submitted")
    assert ("现在没有等您批准的事" in text) is (state == "returned")
