"""What the browser remembers of the log goes on over a change of its key, when the key that it knows has signed the new checkpoint too."""

from __future__ import annotations

import base64
import json
import subprocess

import pytest

from xiezhi.core.ledger.note import Checkpoint, KeySigner
from xiezhi.core.ledger.tree import leaf_hash, root_of

from .test_browser_code import ESBUILD, FRONTEND, NODE, pytestmark  # noqa: F401 - its marks are this file's too

OLD, NEW = KeySigner("yunxi.example/log", bytes(range(32))), KeySigner("yunxi.example/log", bytes(range(1, 33)))
HEAD = Checkpoint("yunxi.example/log", 300, root_of([leaf_hash(bytes([at >> 8, at & 255])) for at in range(300)]))

PROGRAM = """
import { readFileSync } from "node:fs";
import { openNote, readKey } from "./ts/verify-log";
import { hold } from "./ts/verify-memory";

const { notes, seen, key } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const told = {};
for (const [name, note] of Object.entries(notes)) {
  let kept = JSON.stringify(seen);
  globalThis.localStorage = { getItem: () => kept, setItem: (_, value) => { kept = value; } };
  const found = await hold(readKey(key), await openNote(note, readKey(key)), async () => { throw new Error("no tile is needed"); });
  told[name] = [found.state, JSON.parse(kept).key];
}
console.log(JSON.stringify(told));
"""


@pytest.fixture
def told(tmp_path):
    other = KeySigner("yunxi.example/log", bytes(32))
    wrong = HEAD.sign(NEW, OLD)
    notes = {
        "both": HEAD.sign(NEW, OLD),
        "new alone": HEAD.sign(NEW),
        "another beside": HEAD.sign(NEW, other),
        "the old line is not of this text": wrong[: wrong.rindex("\n", 0, -1) + 1]
        + Checkpoint(HEAD.origin, 301, HEAD.root).sign(OLD).split("\n\n")[1],
    }
    seen = {"key": str(OLD.verifier), "size": 300, "root": base64.b64encode(HEAD.root).decode(), "at": "2026-11-25T00:00:00Z"}
    given = tmp_path / "given.json"
    given.write_text(json.dumps({"notes": notes, "seen": seen, "key": str(NEW.verifier)}), encoding="utf-8")
    build = [str(ESBUILD), "--bundle", "--format=esm", "--platform=node", "--log-level=error", "--loader=ts", "--sourcefile=check.ts"]
    subprocess.run([*build, f"--outfile={tmp_path / 'check.mjs'}"], input=PROGRAM, cwd=FRONTEND, text=True, check=True)
    done = subprocess.run([NODE, tmp_path / "check.mjs", given], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_the_old_key_vouches_for_the_new_one(told):
    old, new = str(OLD.verifier), str(NEW.verifier)
    assert told == {
        "both": ["grown", new],
        "new alone": ["other-key", old],
        "another beside": ["other-key", old],
        "the old line is not of this text": ["other-key", old],
    }
