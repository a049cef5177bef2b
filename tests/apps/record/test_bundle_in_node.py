"""The browser's own code reads a bundle as verify.py does: whole, with something deleted, and altered by somebody who makes the lists anew."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from xiezhi.apps.record import bundle, queries
from xiezhi.apps.record.sequencer import Sequencer

from . import test_bundle as bundles
from .conftest import NOW
from .test_bundle import ALTERED, Memory, case, packed, remade, store, unpacked  # noqa: F401 - fixtures
from .test_deletion import PAPER, delete, no_holds, people  # noqa: F401
from .test_deletion import history as archived

ROOT = Path(__file__).resolve().parents[3]
FRONTEND = ROOT / "frontend"
ESBUILD = FRONTEND / "node_modules" / ".bin" / "esbuild"
NODE = shutil.which("node")

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.skipif(
        not os.environ.get("CI") and (NODE is None or not ESBUILD.exists()),
        reason="node is not here; `make install` with node builds the front end",
    ),
]

PROGRAM = """
import { readFileSync } from "node:fs";
import { judgeFile } from "./ts/verify-file";

const [log, seen, ...files] = process.argv.slice(2);
const read = (path) => {
  try {
    return readFileSync(`${log}/${path}`);
  } catch {
    return null;
  }
};
globalThis.fetch = async (path) => {
  const content = path.startsWith("/log/") ? read(path.slice(5)) : null;
  return new Response(content ?? "", { status: content ? 200 : 404 });
};
const told = [];
for (const file of files) {
  let kept = seen;
  globalThis.localStorage = { getItem: () => kept || null, setItem: (_, value) => { kept = value; } };
  try {
    const { state, words, steps, open } = await judgeFile({ name: file, arrayBuffer: async () => new Uint8Array(readFileSync(file)) });
    told.push({ state, words, steps: Object.fromEntries(steps.map((one) => [one.title, [one.state, one.words]])), open });
  } catch (error) {
    told.push({ state: "broken", words: error.message, steps: {}, open: [] });
  }
}
console.log(JSON.stringify(told));
"""
# What the browser leaves to verify.py: it takes no program from a bundle, states no size, day or policy, and knows records by what they are,
# whatever their files are called.
NOT_ASKED = {
    "another checker", "another read-me", "another case", "another policy", "another checkpoint", "a key twice", "a field more",
    "two acts change places", "a tag file more",
}  # fmt: skip


def judged(*files: Path, log: Path | None = None, seen: dict | None = None) -> list[dict]:
    """What the browser tells of each file; it finds this log under /log/, or nothing but the key, and remembers `seen`."""
    out = files[0].parent / "judge.mjs"
    if log is None:
        log = files[0].parent / "log-of-a-key"
        log.mkdir(exist_ok=True)
        (log / "key").write_text(f"{queries.verifier_key()}\n", encoding="utf-8")
    assert NODE is not None
    build = [str(ESBUILD), "--bundle", "--format=esm", "--platform=node", "--log-level=error", "--loader=ts", "--sourcefile=judge.ts"]
    subprocess.run([*build, f"--outfile={out}"], input=PROGRAM, cwd=FRONTEND, text=True, check=True)
    done = subprocess.run(
        [NODE, str(out), str(log), json.dumps(seen) if seen else "", *map(str, files)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def zipped(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as file:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                file.write(path, path.relative_to(folder.parent).as_posix())
    return target


def test_a_whole_bundle_is_proved_and_its_case_told_complete(packed):  # noqa: F811
    [told] = judged(packed)
    assert told["state"] == "proved", told
    assert told["steps"]["全案"][0] == "ok"
    assert "一条不少" in told["steps"]["全案"][1]
    assert "有 1 个文件只有指纹" in told["steps"]["全案"][1]
    assert not any("这是节选" in one for one in told["open"])
    assert any("verify.py" in one and "不是证据" in one for one in told["open"])


def test_a_deleted_entry_is_told_as_such(agency, tmp_path):
    people(agency)
    archived()
    Sequencer().drain(NOW)
    delete()
    closing = bundle.close("YX-1", Memory(), NOW)
    Sequencer().drain(NOW)
    bundle.write(closing, tmp_path / "case.zip", Memory())
    [told] = judged(tmp_path / "case.zip")
    assert told["state"] == "proved", told
    assert "有 3 条内容已经依法删除" in told["steps"]["全案"][1]


def test_whoever_makes_the_lists_anew_is_found_by_the_browser_too(unpacked, tmp_path):  # noqa: F811
    zips, hows = [], [how for how in ALTERED if how not in NOT_ASKED]
    for number, how in enumerate(hows):
        folder = tmp_path / f"altered-{number}" / unpacked.name
        shutil.copytree(unpacked, folder)
        ALTERED[how][0](folder)
        remade(folder)
        zips.append(zipped(folder, tmp_path / f"{number}.zip"))
    for how, told in zip(hows, judged(*zips), strict=True):
        assert told["state"] in {"broken", "partly"}, (how, told)
    extract = tmp_path / "extract.zip"
    bundles.showing.write_extract("YX-1", [bundles.shown(1, "kind", "at")], extract, Memory())
    [told] = judged(extract)
    assert told["state"] == "proved"
    assert any("这是节选" in one for one in told["open"])
