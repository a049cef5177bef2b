from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from xiezhi.core.law.errors import PackError
from xiezhi.core.law.pack import find_packs_dir
from xiezhi.core.law.vocabulary import load_vocabulary

WORDS = load_vocabulary()
PUBLISHED = find_packs_dir().parent.parent / "shared" / "spec" / "vocabulary.yaml"


@pytest.fixture
def published() -> dict:
    if not PUBLISHED.is_file():
        pytest.skip("the published vocabulary is not beside this checkout")
    return yaml.safe_load(PUBLISHED.read_text(encoding="utf-8"))


def test_ids_are_those_of_the_published_vocabulary(published: dict) -> None:
    assert list(WORDS.acts) == list(published["acts"])
    assert list(WORDS.documents) == list(published["documents"])
    assert list(WORDS.procedures) == list(published["procedures"])
    for name in (
        "roles",
        "rights",
        "review_items",
        "lists",
        "service_methods",
        "published_what",
        "published_form",
        "on_spot_collection_grounds",
    ):
        assert list(getattr(WORDS, name)) == published[name], name
    assert set(published["facts"]) <= set(WORDS.facts)
    assert set(published["act_data"]) <= set(WORDS.act_data)


def test_meanings_are_those_of_the_published_vocabulary(published: dict) -> None:
    for name, act in published["acts"].items():
        ours = WORDS.acts[name]
        assert (ours.zh, ours.phase) == (act["zh"], act["phase"])
        assert set(act.get("data", [])) <= set(ours.data), name
        assert list(ours.documents) == act.get("documents", []), name
    for name, kind in {**published["facts"], **published["act_data"]}.items():
        key = WORDS.key(name)
        assert key is not None
        if isinstance(kind, list):
            assert list(key.values) == kind, name
        else:
            assert key.type == kind, name
    assert published["documents"] == WORDS.documents


def test_what_happens_is_recorded_and_what_is_decided_may_be_refused() -> None:
    mode = {name: act.mode for name, act in WORDS.acts.items()}
    for name in (
        "site_inspected",
        "inquiry_made",
        "document_served",
        "defence_made",
        "hearing_held",
        "police_answered",
        "court_ruling_received",
    ):
        assert mode[name] == "happened", name
    for name in ("case_filed", "review_passed", "decision_made", "result_published", "case_closed", "case_archived", "recording_disposed"):
        assert mode[name] == "decided", name
    assert all(mode[name] == "decided" for name in mode if name.endswith(("_approved", "_submitted", "_extended", "_decided")))


def test_an_act_of_the_party_has_nobody_of_the_agency() -> None:
    assert all((act.by == ()) == act.party for act in WORDS.acts.values())
    assert WORDS.acts["defence_made"].party


def test_absence_has_a_meaning_for_every_key() -> None:
    assert WORDS.facts["complex"].absent == "false"
    assert WORDS.facts["penalty.fine"].absent == "unknown"
    assert WORDS.facts["withheld.grounds"].absent == "empty"
    assert WORDS.act_data["review_of"].default == "decision"


def test_keys_inside_a_map_are_keys() -> None:
    assert WORDS.is_key("checklist.subject")
    assert WORDS.is_key("penalty.fine")
    assert not WORDS.is_key("penalty.fines")
    assert not WORDS.is_key("reason.why")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("mode: decided, by: [archivist]", "mode: decides, by: [archivist]", "found 'decides'; expected a mode (decided, happened); did you mean 'decided'?"),
        ("type: yuan", "type: yen", "found 'yen'; expected a type (bool, text, date, time, yuan, number, list, map, person, enum); use one that exists"),
        ("absent: empty", "absent: nothing", "found 'nothing'; expected what absence means (false, empty, unknown); use one that exists"),
        ("data: [retention_years]", "data: [retention_year]", "found 'retention_year'; expected a fact or act-data key of the vocabulary; did you mean 'retention_years'?"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = (find_packs_dir() / "vocabulary.yaml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "vocabulary.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PackError) as caught:
        load_vocabulary(path)
    assert str(caught.value).endswith(message)
    line = text[: text.index(old)].count("\n") + 1
    assert caught.value.line == line
