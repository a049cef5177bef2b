"""The bundle of a case: whole, the same again, and every change of it found and named by a checker that imports nothing of ours."""

from __future__ import annotations

import hashlib
import io
import json
import random
import subprocess
import sys
import zipfile

import pytest

from xiezhi.apps.record import bundle, queries, rotation, service, showing
from xiezhi.apps.record.export import export
from xiezhi.apps.record.key import LogRefused
from xiezhi.apps.record.models import Entry
from xiezhi.apps.record.sequencer import Sequencer
from xiezhi.core.law.errors import InputError
from xiezhi.core.ledger import alone

from .conftest import NOW, first, line, new_id

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

PAPER, VIDEO, LOST = b"%PDF-1.7 a decision", b"\x00\x00\x00\x18ftyp" * 4000, b"never stored"


def sha(data):
    return hashlib.sha256(data).hexdigest()


class Memory:
    """A store in memory."""

    def __init__(self, *files):
        self.files = {sha(data): data for data in files}

    def has(self, sha256):
        return sha256 in self.files

    def name(self, sha256):
        return "video.mp4" if sha256 == sha(VIDEO) else ""

    def read(self, sha256):
        yield self.files[sha256]


def paper(data, name):
    return {"document": "inquiry_record", "name": name, "sha256": sha(data), "size": len(data), "media_type": "application/pdf"}


@pytest.fixture
def case(agency):
    service.perform(first(), new_id(), NOW)
    service.perform(line("case_filed", 1, data={"party": {"kind": "citizen", "name": "甲某"}}), new_id(), NOW)
    id_ = new_id()
    files = [paper(PAPER, "../../行政处罚*决定书.pdf"), paper(LOST, "lost.pdf")]
    service.perform(line("inquiry_made", 2, documents=["inquiry_record"], files=files), id_, NOW)
    video = {"id": "v1", "kind": "video", "from": NOW.isoformat(), "to": NOW.isoformat(), "sha256": sha(VIDEO)}
    service.attach(id_, {"kind": "recording", "recordings": [video], "by": ["yx-o1"]}, new_id(), NOW)
    service.note("custody", "viewed", {"file": sha(VIDEO)}, id=new_id(), now=NOW, case="YX-1", by=["yx-o2"])
    service.perform(first("YX-2"), new_id(), NOW)
    return "YX-1"


@pytest.fixture
def store():
    return Memory(PAPER, VIDEO)


def make(target, store, **more):
    closing = bundle.close("YX-1", store, NOW, **more)
    Sequencer().drain(NOW)
    return bundle.write(closing, target, store)


@pytest.fixture
def packed(case, store, tmp_path):
    make(tmp_path / "case.zip", store, media=True, by=["yx-o1"])
    return tmp_path / "case.zip"


@pytest.fixture
def unpacked(packed, tmp_path):
    with zipfile.ZipFile(packed) as file:
        file.extractall(tmp_path / "bag")
    return tmp_path / "bag" / "bundle-YX-1"


@pytest.fixture
def check(monkeypatch, capsys):
    """verify.py run in this process: (exit status, what it said)."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["verify.py", *map(str, words)])
        status = alone.main()
        return status, capsys.readouterr().out

    return run


def test_a_bundle_holds_packed_and_unpacked_without_us(packed, unpacked):
    words = {}
    for where, arguments in ((packed.parent, ["case.zip"]), (unpacked, [])):
        script = unpacked / "verify.py"
        done = subprocess.run([sys.executable, "-I", script, *arguments], cwd=where, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        words[where] = done.stdout
    assert len(set(words.values())) == 1
    told = words[unpacked]
    assert told.rstrip().endswith("全部成立 / ALL HOLDS")
    assert "6 条都在公示日志里" in told
    assert "一条不少" in told
    assert queries.verifier_key() in told  # without --key it says what is left to compare
    assert "xiezhi" not in (unpacked / "verify.py").read_text(encoding="utf-8")


def test_it_holds_what_it_should(packed, unpacked):
    names = sorted(path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file())
    assert [name for name in names if name.startswith(("data/files", "data/media"))] == [
        f"data/files/0003-{sha(PAPER)[:8]}-行政处罚_决定书.pdf",
        f"data/media/0004-{sha(VIDEO)[:8]}-video.mp4",
    ]
    assert len([name for name in names if name.endswith(".tlog-proof")]) == 6
    closing = json.loads((unpacked / "data/entries/0006.json").read_text(encoding="utf-8"))["body"]
    assert (closing["class"], closing["kind"], closing["by"]) == ("custody", "bundle_made", ["yx-o1"])
    assert closing["data"]["left_out"] == [sha(LOST)]
    assert closing["data"]["missing"] == [sha(LOST)]
    assert "YX-2" not in "".join((unpacked / name).read_text(errors="replace") for name in names)


def test_it_is_a_bag_by_the_book(unpacked):
    """RFC 8493 read anew: declaration, two spaces or more, every payload file in the manifest, every tag file in the tag manifest."""
    assert (unpacked / "bagit.txt").read_text().splitlines() == ["BagIt-Version: 1.0", "Tag-File-Character-Encoding: UTF-8"]
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        listed = dict(reversed(one.split(None, 1)) for one in (unpacked / name).read_text(encoding="utf-8").splitlines())
        assert {path: sha((unpacked / path).read_bytes()) for path in listed} == listed
        there = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()}
        payload = {path for path in there if path.startswith("data/")}
        assert set(listed) == (payload if name.startswith("manifest") else there - payload - {name})


def test_the_same_state_gives_the_same_bytes_and_no_second_entry(packed, store, tmp_path):
    make(tmp_path / "again.zip", store, media=True, by=["yx-o1"])
    assert (tmp_path / "again.zip").read_bytes() == packed.read_bytes()
    assert Entry.objects.filter(kind="bundle_made").count() == 1
    made = make(tmp_path / "other.zip", store, by=["yx-o2"])
    assert Entry.objects.filter(kind="bundle_made").count() == 2
    assert (made.entries, made.files, made.left_out) == (7, 1, tuple(sorted([sha(LOST), sha(VIDEO)])))
    assert made.missing == (sha(LOST),)  # the video was only not asked for


def test_without_media_it_holds_too_and_says_so(case, store, tmp_path, check):
    make(tmp_path / "case.zip", store)
    status, told = check(tmp_path / "case.zip")
    assert status == 0, told
    assert "另有 2 个只有指纹" in told


def test_a_known_key_is_demanded(packed, check):
    key = queries.verifier_key()
    assert check(packed, "--key", key)[0] == 0
    name, _, _ = key.split("+", 2)
    other = "yunxi.example/log+4cbd9d47+AQ" + "A" * 42 + "="
    status, told = check(packed, "--key", other)
    assert status == 1
    assert name in key
    assert "公钥" in told


def test_an_old_bundle_holds_against_a_log_whose_key_has_changed(packed, check, tmp_path):
    old = queries.verifier_key()
    rotation.rotate(NOW)
    service.perform(first("YX-3"), new_id(), NOW)
    Sequencer().drain(NOW)
    rotation.retire(NOW)
    service.perform(first("YX-4"), new_id(), NOW)
    export(tmp_path / "log", NOW)
    assert queries.verifier_key() != old
    status, told = check(packed, "--log", f"{(tmp_path / 'log').as_uri()}/")
    assert status == 0, told
    assert "每一条都算过" in told
    note = queries.checkpoint_note()
    assert alone.open_checkpoint(note, alone.keys_of_log(f"{(tmp_path / 'log').as_uri()}/"))[0] == queries.checkpoint().size
    with pytest.raises(alone.Wrong):  # a retired key speaks for its time alone
        alone.open_checkpoint(note, f"{queries.verifier_key()} 0 3")


def test_an_entry_of_which_only_some_fields_are_left_is_told(unpacked, check):
    """Whoever holds a bundle can hide fields of it, as the format lets them; never without its being said."""
    seen = shown(3, "case", "case_seq", "prev", "class", "kind", "at")
    entry(unpacked, 3).write_text(json.dumps({"entry": seen["entry"], "fields": seen["fields"]}), encoding="utf-8")
    next((unpacked / "data/files").iterdir()).unlink()
    remade(unpacked)
    status, told = check(unpacked)
    assert status == 0, told
    assert "有 1 条只出示几项" in told


def test_entries_beyond_9999_stand_in_order():
    names = [f"data/entries/{number:04d}.json" for number in (10000, 9999, 2, 10001)]
    assert [alone.number_of(name) for name in sorted(names, key=alone.number_of)] == [2, 9999, 10000, 10001]


def test_every_flipped_byte_is_found_and_named(unpacked, check):
    """200 bytes, at least one of each file, first, last and any between."""
    dice = random.Random(8493)
    files = sorted(path for path in unpacked.rglob("*") if path.is_file())
    sizes = [path.stat().st_size for path in files]
    places = [(path, at) for path, size in zip(files, sizes, strict=True) for at in (0, size // 2, size - 1)]
    places += [(path, dice.randrange(path.stat().st_size)) for path in dice.choices(files, weights=sizes, k=200 - len(places))]
    for path, at in places:
        before = path.read_bytes()
        data = bytearray(before)
        data[at] ^= 1 << dice.randrange(8)
        path.write_bytes(data)
        status, told = check(unpacked)
        path.write_bytes(before)
        name = path.relative_to(unpacked).as_posix()
        assert status == 1, (name, at)
        assert "WRONG" in told
        assert name in told, (name, at, told)
    assert check(unpacked)[0] == 0


def test_a_flipped_byte_of_the_zip_is_found_or_changes_nothing(packed, check):
    dice = random.Random(20)
    before = packed.read_bytes()
    with zipfile.ZipFile(packed) as file:
        content = {info.filename: file.read(info) for info in file.infolist()}
    for _ in range(120):
        data = bytearray(before)
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        packed.write_bytes(data)
        status, _ = check(packed)
        if status == 0:  # a time or a mark of the container: no content
            with zipfile.ZipFile(io.BytesIO(data)) as file:
                assert {info.filename: file.read(info) for info in file.infolist()} == content


def remade(folder):
    """The lists made anew, as whoever alters a bundle would."""
    payload = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and "data" in path.parts)
    payload = [name for name in payload if name.startswith("data/")]
    size = sum((folder / name).stat().st_size for name in payload)
    info = (folder / "bag-info.txt").read_text(encoding="utf-8").splitlines()
    info = [f"Payload-Oxum: {size}.{len(payload)}" if one.startswith("Payload") else one for one in info]
    (folder / "bag-info.txt").write_text("\n".join(info) + "\n", encoding="utf-8")
    lines = [f"{sha((folder / name).read_bytes())}  {name}\n" for name in payload]
    (folder / "manifest-sha256.txt").write_text("".join(lines), encoding="utf-8")
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    tags = sorted(name for name in names if not name.startswith("data/") and name != "tagmanifest-sha256.txt")
    lines = [f"{sha((folder / name).read_bytes())}  {name}\n" for name in tags]
    (folder / "tagmanifest-sha256.txt").write_text("".join(lines), encoding="utf-8")


def edited(path, change):
    told = json.loads(path.read_text(encoding="utf-8"))
    change(told)
    path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


def entry(folder, number):
    return folder / f"data/entries/{number:04d}.json"


def dropped(folder, *numbers):
    for number in numbers:
        entry(folder, number).unlink()
        (folder / f"data/proofs/{number:04d}.tlog-proof").unlink()


def as_deleted(folder):
    edited(entry(folder, 2), lambda told: (told.update(deleted=told["body"]["id"]), told.pop("body"), told.pop("seed")))


def swapped(folder):
    one, two = entry(folder, 2), entry(folder, 3)
    a, b = one.read_bytes(), two.read_bytes()
    one.write_bytes(b)
    two.write_bytes(a)


def doubled(folder):
    path = entry(folder, 2)
    path.write_text(path.read_text(encoding="utf-8").replace('"by"', '"by": [], "by"', 1), encoding="utf-8")


# What whoever alters a bundle and makes its lists anew can try, and what is named.
ALTERED = {
    "a word": (lambda bag: edited(entry(bag, 2), lambda told: told["body"]["data"]["party"].update(name="乙某")), "data/entries/0002.json"),
    "a seed": (lambda bag: edited(entry(bag, 2), lambda told: told.update(seed="00" * 32)), "data/entries/0002.json"),
    "a key twice": (doubled, "data/entries/0002.json"),
    "a field more": (lambda bag: edited(entry(bag, 2), lambda told: told.update(comment="x")), "data/entries/0002.json"),
    "an act is dropped": (lambda bag: dropped(bag, 2), "data/entries/0002.json"),
    "the end is cut off": (lambda bag: dropped(bag, 5, 6), "data/entries/0004.json"),
    "the closing entry is cut off": (lambda bag: dropped(bag, 6), "data/entries/0005.json"),
    "only a proof is dropped": (lambda bag: (bag / "data/proofs/0003.tlog-proof").unlink(), "data/proofs/0003.tlog-proof"),
    "a body is called deleted": (as_deleted, "data/entries/0002.json"),
    "two acts change places": (swapped, "data/proofs/0002.tlog-proof"),
    "a document": (lambda bag: next((bag / "data/files").iterdir()).write_bytes(b"%PDF another"), "data/files/"),
    "a document is gone": (lambda bag: next((bag / "data/files").iterdir()).unlink(), "data/entries/0003.json"),
    "a recording is gone": (lambda bag: next((bag / "data/media").iterdir()).unlink(), "data/entries/0004.json"),
    "a file more": (lambda bag: (bag / "data/files/statement.txt").write_text("x"), "data/files/statement.txt"),
    "a tag file more": (lambda bag: (bag / "notes.txt").write_text("x"), "notes.txt"),
    "another checker": (lambda bag: (bag / "verify.py").write_text("print('全部成立')"), "verify.py"),
    "another read-me": (lambda bag: (bag / "读我.txt").write_text("please trust us", encoding="utf-8"), "读我.txt"),
    "another case": (lambda bag: replaced(bag / "bag-info.txt", "YX-1", "YX-9"), "bag-info.txt"),
    "another policy": (lambda bag: replaced(bag / "policy", "log ", "log x"), "policy"),
    "another checkpoint": (lambda bag: replaced(bag / "checkpoint", "yunxi", "yunxj"), "checkpoint"),
    "an index": (lambda bag: replaced(bag / "data/proofs/0001.tlog-proof", "index 0", "index 1"), "data/proofs/0001.tlog-proof"),
    "a signature": (lambda bag: replaced(bag / "data/proofs/0001.tlog-proof", "=\n", "A=\n"), "data/proofs/0001.tlog-proof"),
}


def replaced(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(new.join(text.rsplit(old, 1)), encoding="utf-8")


@pytest.mark.parametrize("how", ALTERED)
def test_whoever_makes_the_lists_anew_is_found_too(unpacked, check, how):
    change, named = ALTERED[how]
    change(unpacked)
    remade(unpacked)
    status, told = check(unpacked)
    assert status == 1, told
    assert told.splitlines()[-1].startswith(f"不成立 / WRONG: {named}"), told


@pytest.mark.parametrize(
    "name", ["../../etc/x", "/etc/x", "a\\..\\b", "bundle-YX-1/data/../../x", "bundle-YX-1/C:x", "bundle-YX-1/a\nb", "bundle-YX-1//x"]
)
def test_a_hostile_name_is_named_and_nothing_is_written(packed, check, name, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    with zipfile.ZipFile(packed, "a") as file:
        file.writestr(name, b"x")
    status, told = check(packed)
    assert status == 1
    assert "unsafe name" in told
    assert sorted(tmp_path.rglob("*")) == before


def test_links_and_doubled_and_foreign_files_are_named(packed, unpacked, check):
    whole = packed.read_bytes()
    link = zipfile.ZipInfo("bundle-YX-1/data/files/link")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    for info, named in ((link, "no plain file"), ("bundle-YX-1/key", "twice"), ("outside.txt", "outside.txt")):
        packed.write_bytes(whole)
        with zipfile.ZipFile(packed, "a") as file, pytest.MonkeyPatch.context() as patch:
            patch.setattr("warnings.warn", lambda *_, **__: None)
            file.writestr(info, b"/etc/passwd")
        status, told = check(packed)
        assert status == 1
        assert named in told
    (unpacked / "data/files/link").symlink_to("/etc/passwd")
    assert "no plain file" in check(unpacked)[1]


def test_what_is_no_bundle_is_said(tmp_path, check):
    (tmp_path / "x.zip").write_bytes(b"rubbish")
    assert check(tmp_path / "x.zip")[0] == 1
    status, told = check(tmp_path)
    assert (status, "bagit.txt" in told) == (1, True)
    assert check(tmp_path / "nothing.zip")[0] == 1


def test_a_case_that_is_not_there_and_a_damaged_file_are_said(case, store, tmp_path):
    for id_ in ("", "YX-9"):
        with pytest.raises(InputError, match="there is no case"):
            bundle.close(id_, store, NOW)
    store.files[sha(PAPER)] = b"damaged"
    with pytest.raises(LogRefused, match="is damaged"):
        make(tmp_path / "case.zip", store)
    assert list(tmp_path.glob("*.zip*")) == list(tmp_path.glob(".case*")) == []


def test_before_the_log_has_numbered_it_a_bundle_waits(case, store, tmp_path):
    closing = bundle.close("YX-1", store, NOW)
    with pytest.raises(LogRefused, match="try again in a moment"):
        bundle.write(closing, tmp_path / "case.zip", store)


def shown(number, *paths):
    id_ = queries.entry_at("YX-1", number)
    proof = queries.fields_proof(id_, paths)
    receipt = queries.receipt(id_)
    return {"entry": proof.entry, "fields": proof.as_dict()["fields"], "tlog_proof": receipt.proof}


def test_an_extract_shows_some_fields_and_nothing_else(case, store, tmp_path, check):
    Sequencer().drain(NOW)
    target = tmp_path / "public.zip"
    showing.write_extract("YX-1", [shown(1, "kind", "at"), shown(2, "kind", "data.party.kind")], target, store)
    status, told = check(target)
    assert status == 0, told
    assert "这是节选" in told
    with zipfile.ZipFile(target) as file:
        content = b"".join(file.read(name) for name in file.namelist()).decode()
    assert "citizen" in content
    assert "甲某" not in content
    with zipfile.ZipFile(target) as file:
        file.extractall(tmp_path / "x")
    bag = tmp_path / "x" / "bundle-YX-1"
    edited(entry(bag, 2), lambda told: told["fields"][0].update(value="case_closed"))
    remade(bag)
    status, told = check(bag)
    assert (status, "data/entries/0002.json" in told) == (1, True)


def test_a_full_disk_leaves_nothing_behind(case, tmp_path):
    class Full(Memory):
        def read(self, sha256):
            yield b"a part"
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        make(tmp_path / "case.zip", Full(PAPER))
    assert not [path for path in tmp_path.iterdir() if path.is_file()]
