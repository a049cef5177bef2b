// The log's keys: the current one, which /log/key shows, and those of before with their times, which /log/policy remembers.
import { logText } from "./verify-ask";
import { Unreadable } from "./verify-bytes";
import { Checkpoint, Key, ReadFile, consistencyProof, isPrefix, openNote, readKey } from "./verify-log";
import { readLog } from "./verify-memory";

const VALID = /^#\s*valid from (0|[1-9]\d{0,15})(?: to (0|[1-9]\d{0,15}))?\s*$/;

// The current key first; a log without a policy has that one alone. A lost key stands in a comment, so that none but ours believe it.
export async function keysOfLog(): Promise<Key[]> {
  const current = readKey(await logText("key"));
  const named = readKeys((await logText("policy", { orNone: true })) ?? "").filter((one) => one.name === current.name);
  return [named.find((one) => one.text === current.text) ?? current, ...named.filter((one) => one.text !== current.text)];
}

function readKeys(policy: string): Key[] {
  const keys: Key[] = [];
  let time: Pick<Key, "since" | "until"> = {};
  for (const line of policy.split("\n")) {
    const valid = VALID.exec(line);
    if (valid) time = { since: Number(valid[1]), until: valid[2] === undefined ? undefined : Number(valid[2]) };
    const key = /^(?:log|# lost)[ \t]+(\S+)/.exec(line);
    if (!key) continue;
    keys.push({ ...readKey(key[1]!), ...time });
    time = {};
  }
  return keys;
}

// A checkpoint that a key of the log has signed in its time. One of before may be in other hands by now, which could sign another history
// with it: what it signed counts as the beginning of the log that the current key signs, and only so.
export async function openInTime(note: string, keys: Key[], read: ReadFile = readLog): Promise<Checkpoint> {
  const head = await openNote(note, ...keys);
  const current = keys[0]!;
  if (head.key.text === current.text) return head;
  const now = await openNote(await logText("checkpoint"), current);
  const between = 0 < head.size && head.size < now.size;
  if (!isPrefix(head, now, between ? await consistencyProof(head.size, now.size, read) : [])) {
    throw new Unreadable("检查点是以前的密钥签的，但不是现在日志的开头");
  }
  return { ...head, now };
}
