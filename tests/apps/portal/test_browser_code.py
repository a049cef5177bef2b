"""The browser's arithmetic, run by node, against the known answers and against this repository's own implementation."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from xiezhi.core.ledger.tree import leaf_hash, root_of

ROOT = Path(__file__).resolve().parents[3]
FRONTEND = ROOT / "frontend"
VECTORS = ROOT / "tests" / "core" / "ledger" / "vectors"
ESBUILD = FRONTEND / "node_modules" / ".bin" / "esbuild"
NODE = shutil.which("node")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not os.environ.get("CI") and (NODE is None or not ESBUILD.exists()),
        reason="node is not here; `make install` with node builds the front end",
    ),
]

PROGRAM = """
import { readFileSync } from "node:fs";
import { entryOfBody } from "./ts/verify-body";
import { hex, sha256, unhex } from "./ts/verify-bytes";
import { consistencyProof, entryOfField, isPrefix, leafHash, nodeHash, rootOfLeaf, tilePath } from "./ts/verify-log";

const { entries } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const told = { entries: [], fields: [], leaves: [], roots: {}, wrong: [], paths: [] };
for (const one of entries) {
  const entry = entryOfBody(one.body, unhex(one.seed));
  told.entries.push(hex(entry));
  told.leaves.push(hex(leafHash(entry)));
  if (one.field) told.fields.push(hex(entryOfField(one.field)));
}
told.paths = [tilePath(0, 0, 256), tilePath(1, 1234067, 256), tilePath(0, 273, 112), tilePath(2, 1000, 1)];

// A log of our own: leaves, tiles and roots made here in the plainest way.
const LARGEST = 65793;
const leaves = Array.from({ length: LARGEST }, (_, at) => leafHash(new TextEncoder().encode(String(at))));
const levels = [leaves];
while (levels.at(-1).length > 1) levels.push(Array.from({ length: levels.at(-1).length >> 1 }, (_, at) => nodeHash(levels.at(-1)[2 * at], levels.at(-1)[2 * at + 1])));
function root(size) {
  let head = null;
  for (let height = 0; 2 ** height <= size; height += 1) {
    if (!(Math.floor(size / 2 ** height) % 2)) continue;
    const node = levels[height][Math.floor(size / 2 ** height) - 1];
    head = head ? nodeHash(node, head) : node;
  }
  return head ?? sha256();
}
const read = (size) => async (path) => {
  const [, level, index] = /^tile\\/(\\d+)\\/(.*?)(?:\\.p\\/\\d+)?$/.exec(path);
  const width = /\\.p\\/(\\d+)$/.exec(path);
  const start = 256 * Number(index.replace(/[x/]/g, ""));
  const row = levels[8 * Number(level)].slice(start, start + (width ? Number(width[1]) : 256));
  if ((start + row.length) * 256 ** Number(level) > size) told.wrong.push(`a tile beyond ${size}: ${path}`);
  return new Uint8Array(row.flatMap((one) => [...one]));
};
const near = (size) => [1, 2, 3, 127, 128, 255, 256, 257, 511, 512, 513, 65535, 65536, 65537, size >> 1, size - 1, size].filter((one) => one >= 1 && one <= size);
for (const size of [1, 2, 3, 6, 7, 8, 13, 255, 256, 257, 513, 1320, 65536, LARGEST]) {
  told.roots[size] = hex(root(size));
  const olds = size < 20 ? Array.from({ length: size }, (_, at) => at + 1) : near(size);
  for (const old of olds) {
    const proof = await consistencyProof(old, size, read(size));
    const [was, now] = [{ size: old, root: root(old) }, { size, root: root(size) }];
    if (!isPrefix(was, now, old === size ? [] : proof)) told.wrong.push(`${old} of ${size} refused`);
    if (old < size && proof.length && isPrefix(was, now, proof.slice(1))) told.wrong.push(`${old} of ${size}: a short proof accepted`);
    const other = { size: old, root: sha256(was.root) };
    if (isPrefix(other, now, old === size ? [] : proof)) told.wrong.push(`${old} of ${size}: another root accepted`);
  }
}
if (rootOfLeaf(leaves[0], 0, 1, []) === null || rootOfLeaf(leaves[0], 1, 1, []) !== null) told.wrong.push("inclusion in one leaf");
console.log(JSON.stringify(told));
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict:
    out = tmp_path_factory.mktemp("browser") / "check.mjs"
    assert NODE is not None, "node is not installed"
    build = [str(ESBUILD), "--bundle", "--format=esm", "--platform=node", "--log-level=error", "--loader=ts", "--sourcefile=check.ts"]
    subprocess.run([*build, f"--outfile={out}"], input=PROGRAM, cwd=FRONTEND, text=True, check=True)
    done = subprocess.run([NODE, str(out), str(VECTORS / "entries.json")], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_the_known_answers_of_the_entry_format(told: dict) -> None:
    known = json.loads((VECTORS / "entries.json").read_text(encoding="utf-8"))["entries"]
    assert told["entries"] == [one["entry"] for one in known]
    assert told["leaves"] == [one["leaf_hash"] for one in known]
    assert told["fields"] == [one["entry"] for one in known if one.get("field")]


def test_logs_that_grew_are_told_from_others_at_every_edge_of_a_tile(told: dict) -> None:
    assert told["wrong"] == []
    leaves = [leaf_hash(str(at).encode()) for at in range(1320)]
    for size in (1, 7, 256, 257, 1320):
        assert told["roots"][str(size)] == root_of(leaves[:size]).hex()
    assert told["paths"] == ["tile/0/000", "tile/1/x001/x234/067", "tile/0/273.p/112", "tile/2/x001/000.p/1"]
