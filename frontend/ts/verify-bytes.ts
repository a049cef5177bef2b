// Bytes, hashes and signatures. The browser's own WebCrypto where it has it (only on https and localhost), else noble's code in this bundle.
import * as noble from "@noble/ed25519";
import { sha256 as nobleSha256, sha512 } from "@noble/hashes/sha2.js";

noble.hashes.sha512 = sha512;

export type Bytes = Uint8Array<ArrayBuffer>;

export class Unreadable extends Error {}

const encoder = new TextEncoder();

export function utf8(text: string): Bytes {
  return encoder.encode(text) as Bytes;
}

export function join(...parts: Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, place) => byte === b[place]);
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function unhex(text: unknown, length?: number): Bytes {
  if (typeof text !== "string" || !/^([0-9a-f]{2})*$/.test(text) || (length !== undefined && text.length !== 2 * length)) {
    throw new Unreadable("应为十六进制的指纹");
  }
  return new Uint8Array((text.match(/../g) ?? []).map((pair) => parseInt(pair, 16)));
}

export function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

// Only the one canonical writing: two texts of one signature would be two notes.
export function unbase64(text: string): Bytes {
  let bytes: Bytes;
  try {
    bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    throw new Unreadable("不是 base64");
  }
  if (base64(bytes) !== text) throw new Unreadable("不是规范的 base64");
  return bytes;
}

// The small hashes of trees: at once, a tile has hundreds of them.
export function sha256(...parts: Uint8Array[]): Bytes {
  return nobleSha256(join(...parts)) as Bytes;
}

// A whole file.
export async function digestOf(content: Bytes): Promise<string> {
  if (globalThis.crypto?.subtle) return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", content)));
  return hex(nobleSha256(content));
}

// Ed25519 (RFC 8032). Answers also whose code has computed it, for the page to say.
export async function signed(key: Bytes, signature: Bytes, text: Bytes): Promise<{ holds: boolean; by: "browser" | "noble" }> {
  if (signature.length !== 64 || key.length !== 32) return { holds: false, by: "noble" };
  if (globalThis.crypto?.subtle) {
    try {
      const known = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
      return { holds: await crypto.subtle.verify({ name: "Ed25519" }, known, signature, text), by: "browser" };
    } catch {
      // a browser without Ed25519, or a key that is no point: noble decides
    }
  }
  try {
    return { holds: noble.verify(signature, text, key, { zip215: false }), by: "noble" };
  } catch {
    return { holds: false, by: "noble" };
  }
}
