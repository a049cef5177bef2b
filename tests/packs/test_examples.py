"""The published example histories and clause files, where they lie beside the checkout."""

from __future__ import annotations

import fnmatch
import json
from datetime import datetime
from pathlib import Path

import pytest
import yaml

from xiezhi.core.audit import audit
from xiezhi.core.audit.read.people import read_people
from xiezhi.core.law.pack import load_pack

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
HISTORIES = SHARED / "examples" / "histories"
absent = pytest.mark.skipif(
    not HISTORIES.exists(), reason="the published examples (../shared/examples/histories) are not beside this checkout"
)


@absent
@pytest.mark.parametrize("pack", ["chaoyang", "xuecheng"])
def test_the_published_examples_are_judged_as_expected(pack: str) -> None:
    wanted = json.loads((HISTORIES / "expected.json").read_text(encoding="utf-8"))
    people = read_people(HISTORIES / "people.csv")
    report = audit([HISTORIES / f"{pack}.jsonl"], load_pack(pack), people, datetime.fromisoformat(wanted["as_of"]))
    found = report.as_dict()["findings"]
    for case, said in wanted["cases"].items():
        if said["pack"] != pack:
            continue
        mine = [finding for finding in found if finding["case"] == case]
        for entry in said["expected"]:
            assert any(_fulfils(finding, entry) and finding["severity"] in entry["severity"] for finding in mine), (case, entry, mine)
        for finding in mine:
            if finding["severity"] == "violation":
                assert any(_fulfils(finding, entry) for entry in said["expected"] + said["tolerated"]), (case, finding)
    assert report.exit_status == 1


def _fulfils(finding: dict, entry: dict) -> bool:
    cited = any(fnmatch.fnmatchcase(cite, pattern) for cite in finding["cites"] for pattern in entry["cites_any"])
    return finding["kind"] in entry["kind"] and cited


@pytest.mark.skipif(
    not (SHARED / "spec" / "clauses").exists(), reason="the published clauses (../shared/spec/clauses) are not beside this checkout"
)
@pytest.mark.parametrize("pack", ["chaoyang", "cn", "fgj", "ningjin", "wanzhou", "xuecheng"])
def test_clause_ids_are_the_published_ones(pack: str) -> None:
    ours = yaml.safe_load((ROOT / "packs" / pack / "clauses.yaml").read_text(encoding="utf-8"))
    published = yaml.safe_load((SHARED / "spec" / "clauses" / f"{pack}.yaml").read_text(encoding="utf-8"))
    assert [clause["id"] for clause in ours["clauses"]] == [clause["id"] for clause in published["clauses"]]
