// What this browser has seen of the log: its key and its largest checkpoint. Whoever swaps the key or rewrites the log is found out by it.
import { Bytes, Unreadable, base64, unbase64 } from "./verify-bytes";
import { Checkpoint, Head, Key, ReadFile, consistencyProof, isPrefix, openNote, readKey } from "./verify-log";

const SLOT = "xz-log";

export interface Seen {
  key: string;
  size: number;
  root: string;
  at: string;
}

export type Continuity =
  | { state: "first" } // nothing was remembered, or the browser lets nothing be remembered
  | { state: "grown"; since: Seen; added: number } // what was seen is a prefix of what is there
  | { state: "older"; since: Seen } // a checkpoint from before what was seen, and a prefix of it
  | { state: "rewritten"; since: Seen }
  | { state: "other-key"; since: Seen }
  | { state: "unasked"; since: Seen; why: string }; // the log's tiles could not be had

export function remembered(): Seen | null {
  try {
    const seen = JSON.parse(localStorage.getItem(SLOT) ?? "null") as Seen | null;
    return seen && typeof seen.key === "string" && Number.isSafeInteger(seen.size) && unbase64(seen.root).length === 32 ? seen : null;
  } catch {
    return null;
  }
}

export function remember(key: Key, head: Head): void {
  try {
    const seen: Seen = { key: key.text, size: head.size, root: base64(head.root), at: new Date().toISOString() };
    localStorage.setItem(SLOT, JSON.stringify(seen));
  } catch {
    // a browser that keeps nothing: the next visit is a first one again
  }
}

// A file of the public log. Without credentials: nothing says who asks.
export const readLog: ReadFile = async (path) => {
  const answer = await fetch(`/log/${path}`, { credentials: "omit" });
  if (!answer.ok) throw new Unreadable(`取不到 /log/${path}（${answer.status}）`);
  return new Uint8Array(await answer.arrayBuffer()) as Bytes;
};

// While a log changes its key, both sign: then the old key, which is remembered, vouches for the new one.
async function alsoSigned(note: string, key: string): Promise<boolean> {
  try {
    await openNote(note, readKey(key));
    return true;
  } catch (error) {
    if (error instanceof Unreadable) return false;
    throw error;
  }
}

// Hold a checkpoint, its signature checked, against what was seen. Only a log that has grown, and nothing else, is remembered anew.
export async function hold(key: Key, head: Checkpoint, read: ReadFile = readLog): Promise<Continuity> {
  const since = remembered();
  if (!since) {
    remember(key, head);
    return { state: "first" };
  }
  if (since.key !== key.text && !(await alsoSigned(head.note, since.key))) return { state: "other-key", since };
  const seen: Head = { size: since.size, root: unbase64(since.root) };
  const [old, now] = seen.size <= head.size ? [seen, head] : [head, seen];
  try {
    const proof = old.size === 0 || old.size === now.size ? [] : await consistencyProof(old.size, now.size, read);
    if (!isPrefix(old, now, proof)) return { state: "rewritten", since };
  } catch (error) {
    return { state: "unasked", since, why: error instanceof Unreadable ? error.message : "网络不通" };
  }
  if (seen.size > head.size) return { state: "older", since };
  remember(key, head);
  return { state: "grown", since, added: head.size - seen.size };
}
