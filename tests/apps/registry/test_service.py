from __future__ import annotations

import pytest

from xiezhi.apps.registry import service
from xiezhi.apps.registry.models import Agency, Party, Power


def test_one_installation_has_one_district(district):
    assert service.set_district("000000", "云溪新区").name == "云溪新区"
    with pytest.raises(service.RegistryError, match="已经有一个区"):
        service.set_district("000001", "别的区")


def test_an_agency_never_stands_above_itself(agency, district):
    below = service.save_agency("yx-dd", district=district, name="执法大队", word="云城管", pack="demo", parent=agency)
    with pytest.raises(service.RegistryError, match="上级机关不能是它自己"):
        service.save_agency("yx-cg", parent=below)
    with pytest.raises(service.RegistryError, match="上级机关不能是它自己"):
        service.save_agency("yx-cg", parent_id="yx-cg")
    assert Agency.objects.get(pk="yx-cg").parent is None


def test_a_certificate_number_has_one_holder(officer, agency):
    with pytest.raises(service.RegistryError, match="已经登记在别人名下"):
        service.save_person("yx-o2", name="何立", agency=agency, certificate_no="00000000101")
    assert service.save_person("yx-o1", certificate_no="00000000101", post="队长").post == "队长"


def test_a_power_is_active_only_when_complete(agency):
    with pytest.raises(service.RegistryError, match="还缺依据、承办机构、办理程序、办理时限、救济渠道"):
        service.save_power("yx-cg", "P-1", name="占用道路", kind="penalty", active=True)
    assert not Power.objects.exists()
    assert service.save_power("yx-cg", "P-1", name="占用道路", kind="penalty").missing[0] == "依据"


def test_a_party_keeps_its_id_when_it_changes(db, now):
    row = service.save_party(now=now, kind="organisation", name="甲公司")
    again = service.save_party(now=now, party_id=row.pk, name="乙公司")
    assert (again.pk, again.name, Party.objects.count()) == (row.pk, "乙公司", 1)
