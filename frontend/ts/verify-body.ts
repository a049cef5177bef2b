// The whole field tree of a body with its seed: entry format of docs/record.md, 3 to 6. A fourth implementation, held to the same vectors.
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { Bytes, Unreadable, join, sha256, utf8 } from "./verify-bytes";
import { nodeHash } from "./verify-log";

const ZERO = new Uint8Array([0]);
const ONE = new Uint8Array([1]);
const LEAST = 16;

// Pairs of path and value; an empty list or object is one pair.
export function flatten(value: unknown, path = ""): [string, unknown][] {
  if (Array.isArray(value) && value.length) return value.flatMap((inner, place) => flatten(inner, `${path}[${place}]`));
  if (value !== null && typeof value === "object" && !Array.isArray(value) && Object.keys(value).length) {
    return Object.entries(value).flatMap(([key, inner]) => {
      if (!/^[a-z0-9_]+$/.test(key)) throw new Unreadable(`记录里有不认识的字段名“${key.slice(0, 40)}”`);
      return flatten(inner, path ? `${path}.${key}` : key);
    });
  }
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new Unreadable(`字段 ${path} 不是整数`);
  return [[path, value]];
}

function before(a: Uint8Array, b: Uint8Array): number {
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return a[at]! - b[at]!;
  return 0;
}

// 0x01 and the root, 33 bytes.
export function entryOfBody(body: unknown, seed: Bytes): Bytes {
  if (seed.length !== 32) throw new Unreadable("种子应为 32 字节");
  const draw = (message: Bytes): Bytes => hmac(nobleSha256, seed, message) as Bytes;
  const pairs = flatten(body);
  let width = LEAST;
  while (width < pairs.length) width *= 2;
  let row = pairs.map(([path, value]) => sha256(ZERO, draw(join(ZERO, utf8(path))), utf8(JSON.stringify([path, value]))));
  for (let number = 0; row.length < width; number += 1) {
    row.push(sha256(ZERO, draw(join(ONE, new Uint8Array([number >>> 24, number >>> 16, number >>> 8, number])))));
  }
  row.sort(before);
  while (row.length > 1) row = Array.from({ length: row.length / 2 }, (_, place) => nodeHash(row[2 * place]!, row[2 * place + 1]!));
  return join(ONE, row[0]!);
}
