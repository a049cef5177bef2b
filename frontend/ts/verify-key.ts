// The fingerprint of the log's key, short enough to be read aloud and compared with paper.
import { hex, sha256, utf8 } from "./verify-bytes";
import { Key } from "./verify-log";

// The first 16 bytes of SHA-256 over the key's one line, in fours.
export function fingerprintOf(key: Key): string {
  return (hex(sha256(utf8(key.text))).slice(0, 32).match(/.{4}/g) ?? []).join(" ");
}
