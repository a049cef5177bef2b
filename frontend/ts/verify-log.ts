// The log's mathematics: field trees (entry format of docs/record.md, 4 to 6), RFC 6962 and RFC 9162 proofs, C2SP notes, proofs and tiles.
// Sizes are numbers below 2^53: halved by division, since bit operations would cut them to 32 bits.
import { Bytes, Unreadable, hex, join, same, sha256, signed, unbase64, unhex, utf8 } from "./verify-bytes";

const ZERO = new Uint8Array([0]);
const ONE = new Uint8Array([1]);
const half = (size: number): number => Math.floor(size / 2);

export interface FieldProof {
  path: string;
  value: unknown;
  salt: string;
  place: number;
  siblings: string[];
}

export function leafHash(entry: Bytes): Bytes {
  return sha256(ZERO, entry);
}

export function nodeHash(left: Bytes, right: Bytes): Bytes {
  return sha256(ONE, left, right);
}

// The entry (0x01 and the root, 33 bytes) to which a field leads. JSON.stringify writes RFC 8785's form of a path and a plain value.
export function entryOfField(proof: FieldProof): Bytes {
  const { path, value, place, siblings } = proof;
  const plain = value === null || ["string", "boolean"].includes(typeof value) || Number.isSafeInteger(value);
  const empty = typeof value === "object" && value !== null && ["[]", "{}"].includes(JSON.stringify(value));
  if (typeof path !== "string" || !(plain || empty) || !Array.isArray(siblings)) throw new Unreadable("字段证明残缺");
  if (!Number.isSafeInteger(place) || place < 0 || siblings.length < 4 || siblings.length > 40 || place >= 2 ** siblings.length) {
    throw new Unreadable("字段证明里的位置不对");
  }
  let node = sha256(ZERO, unhex(proof.salt, 32), utf8(JSON.stringify([path, value])));
  let at = place;
  for (const text of siblings) {
    const sibling = unhex(text, 32);
    node = at % 2 === 0 ? nodeHash(node, sibling) : nodeHash(sibling, node);
    at = half(at);
  }
  return join(ONE, node);
}

// RFC 9162 section 2.1.3.2: the root to which a leaf leads; null where the proof has another length than the place asks for.
export function rootOfLeaf(leaf: Bytes, index: number, size: number, hashes: Bytes[]): Bytes | null {
  if (index < 0 || index >= size) return null;
  let at = index;
  let last = size - 1;
  let node = leaf;
  for (const sibling of hashes) {
    if (last === 0) return null;
    if (at % 2 === 1 || at === last) {
      node = nodeHash(sibling, node);
      while (at % 2 === 0 && at) [at, last] = [half(at), half(last)];
    } else node = nodeHash(node, sibling);
    [at, last] = [half(at), half(last)];
  }
  return last === 0 ? node : null;
}

// RFC 9162 section 2.1.4.2.
export function isPrefix(old: Head, now: Head, proof: Bytes[]): boolean {
  if (old.size === 0) return proof.length === 0 && same(old.root, sha256());
  if (old.size > now.size) return false;
  if (old.size === now.size) return proof.length === 0 && same(old.root, now.root);
  let at = old.size - 1;
  let last = now.size - 1;
  while (at % 2 === 1) [at, last] = [half(at), half(last)];
  const path = at === 0 ? [old.root, ...proof] : [...proof];
  const start = path.shift();
  if (!start) return false;
  let [first, second] = [start, start];
  for (const sibling of path) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      [first, second] = [nodeHash(sibling, first), nodeHash(sibling, second)];
      while (at % 2 === 0 && at) [at, last] = [half(at), half(last)];
    } else second = nodeHash(second, sibling);
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && same(first, old.root) && same(second, now.root);
}

export interface Head {
  size: number;
  root: Bytes;
}

export interface Key {
  text: string;
  name: string;
  id: string;
  bytes: Bytes;
  since?: number; // the sizes of the log for which it speaks, both included; any where it is not said
  until?: number;
}

// A verifier key: name+hash+key, the hash being that of name and key.
export function readKey(text: string): Key {
  const plain = text.trim();
  const [name = "", id = "", ...rest] = plain.split("+");
  const data = unbase64(rest.join("+"));
  if (!name || data.length !== 33 || data[0] !== 1) throw new Unreadable("不是 Ed25519 验证公钥");
  if (hex(sha256(utf8(`${name}\n`), data).slice(0, 4)) !== id) throw new Unreadable("公钥和它自己的编号对不上");
  return { text: plain, name, id, bytes: data.slice(1) };
}

export interface Checkpoint extends Head {
  origin: string;
  note: string;
  by: "browser" | "noble";
  key: Key; // that has signed it; the first of those asked for, where several have
  now?: Checkpoint; // where that is a key of before: the present head, of which this one is the beginning
}

// The checkpoint of a note that one of the keys has signed in its time. Signatures of others are passed over; a wrong one of these is not.
export async function openNote(note: string, ...keys: Key[]): Promise<Checkpoint> {
  const cut = note.lastIndexOf("\n\n");
  if (cut < 0 || !note.endsWith("\n") || /[\u0000-\u0009\u000b-\u001f]/.test(note)) throw new Unreadable("检查点不是签名文本");
  const text = note.slice(0, cut + 1);
  const signers = new Map<Key, Checkpoint["by"]>();
  for (const line of note.slice(cut + 2, -1).split("\n")) {
    const [dash, name, encoded, ...more] = line.split(" ");
    if (dash !== "\u2014" || !name || !encoded || more.length) throw new Unreadable("检查点的签名行残缺");
    const signature = unbase64(encoded);
    const key = keys.find((one) => one.name === name && one.id === hex(signature.slice(0, 4)));
    if (!key) continue;
    const answer = await signed(key.bytes, signature.slice(4), utf8(text));
    if (!answer.holds) throw new Unreadable("检查点的签名不对：不是这把钥匙签的，或者内容被改过");
    signers.set(key, answer.by);
  }
  if (!signers.size) throw new Unreadable("检查点没有这把钥匙的签名");
  const [origin = "", size = "", root = "", ...rest] = text.split("\n");
  if (origin !== keys[0]?.name || !rest.length) throw new Unreadable("检查点是另一个日志的");
  if (!/^(0|[1-9]\d{0,15})$/.test(size) || !Number.isSafeInteger(Number(size))) throw new Unreadable("检查点的条数不对");
  const head = unbase64(root);
  if (head.length !== 32) throw new Unreadable("检查点的根不对");
  const key = keys.find((one) => signers.has(one) && (one.since ?? 0) <= Number(size) && Number(size) <= (one.until ?? Infinity));
  if (!key) throw new Unreadable(`检查点有 ${size} 条，不在那把密钥的有效期内`);
  return { origin, size: Number(size), root: head, note, by: signers.get(key)!, key };
}

export interface LogProof {
  index: number;
  hashes: Bytes[];
  note: string;
}

// A C2SP .tlog-proof file.
export function readProof(text: string): LogProof {
  const cut = text.indexOf("\n\n");
  const lines = text.slice(0, Math.max(cut, 0)).split("\n");
  if (lines.shift() !== "c2sp.org/tlog-proof@v1") throw new Unreadable("不是日志证明（tlog-proof）");
  if (lines[0]?.startsWith("extra ")) lines.shift();
  const index = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? "");
  const hashes = lines.map(unbase64);
  if (!index || hashes.some((one) => one.length !== 32)) throw new Unreadable("日志证明残缺");
  return { index: Number(index[1]), hashes, note: text.slice(cut + 2) };
}

// ------------------------------------------------------------------ tiles
const WIDE = 256;

export function tilePath(level: number, index: number, width: number): string {
  let path = String(index % 1000).padStart(3, "0");
  for (let rest = Math.floor(index / 1000); rest; rest = Math.floor(rest / 1000)) path = `x${String(rest % 1000).padStart(3, "0")}/${path}`;
  return `tile/${level}/${path}${width < WIDE ? `.p/${width}` : ""}`;
}

function rootOf(hashes: Bytes[]): Bytes {
  let row = hashes;
  while (row.length > 1) row = Array.from({ length: row.length / 2 }, (_, place) => nodeHash(row[2 * place]!, row[2 * place + 1]!));
  return row[0]!;
}

// The largest power of two smaller than the count (count ≥ 2); 1/2 for 1. Math.log2 is not exact everywhere.
function split(count: number): number {
  let part = 0.5;
  while (2 * part < count) part *= 2;
  return part;
}

export type ReadFile = (path: string) => Promise<Bytes>;

// RFC 6962 section 2.1.2, computed from the tiles of the log of `now` leaves; each tile is fetched once.
export async function consistencyProof(old: number, now: number, read: ReadFile): Promise<Bytes[]> {
  const tiles = new Map<string, Promise<Bytes>>();
  const complete = async (height: number, place: number): Promise<Bytes> => {
    const level = Math.floor(height / 8);
    const take = 2 ** (height % 8);
    const index = Math.floor((place * take) / WIDE);
    const width = Math.min(WIDE, Math.floor(now / 2 ** (8 * level)) - index * WIDE);
    const path = tilePath(level, index, width);
    if (!tiles.has(path)) tiles.set(path, read(path));
    const tile = await tiles.get(path)!;
    if (tile.length !== 32 * width) throw new Unreadable(`日志的 ${path} 残缺`);
    const first = (place * take) % WIDE;
    return rootOf(Array.from({ length: take }, (_, at) => tile.slice(32 * (first + at), 32 * (first + at + 1))));
  };
  const hashOf = async (start: number, end: number): Promise<Bytes> => {
    const count = end - start;
    if (2 * split(count) === count || count === 1) {
      const below = start / count; // a complete subtree: the log is only ever halved at multiples of it
      let height = 0;
      while (2 ** height < count) height += 1;
      return complete(height, below);
    }
    const middle = start + split(count);
    return nodeHash(await hashOf(start, middle), await hashOf(middle, end));
  };
  const proof: Bytes[] = [];
  let [start, end, whole] = [0, now, true];
  while (old !== end) {
    const middle = start + split(end - start);
    if (old <= middle) {
      proof.push(await hashOf(middle, end));
      end = middle;
    } else {
      proof.push(await hashOf(start, middle));
      start = middle;
      whole = false;
    }
  }
  if (!whole) proof.push(await hashOf(start, end));
  return proof.reverse();
}
