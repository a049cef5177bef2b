// What is asked of the site: receipts and the log's public files, by GET, without credentials. No file and no body ever leaves.
import { Unreadable } from "./verify-bytes";
import { Receipt } from "./verify-verdict";

export async function receiptOf(asked: { sha256?: string; q?: string }): Promise<Receipt | null> {
  const query = new URLSearchParams();
  if (asked.sha256) query.set("sha256", asked.sha256);
  if (asked.q) query.set("q", asked.q.slice(0, 200));
  const answer = await fetch(`/verify/receipt.json?${query.toString()}`, { credentials: "omit", headers: { Accept: "application/json" } });
  if (answer.status === 404) return null;
  if (!answer.ok) throw new Unreadable(`平台没有给出证明（${answer.status}），请稍后再试`);
  return (await answer.json()) as Receipt;
}

export async function logText(path: "checkpoint" | "key"): Promise<string>;
export async function logText(path: "policy", how: { orNone: true }): Promise<string | null>;
export async function logText(path: string, how = { orNone: false }): Promise<string | null> {
  const answer = await fetch(`/log/${path}`, { credentials: "omit" });
  if (how.orNone && answer.status === 404) return null;
  if (!answer.ok) throw new Unreadable(`取不到 /log/${path}（${answer.status}）`);
  return answer.text();
}

const NUMBER = /[\u4e00-\u9fff]{2,20}[〔[（(]\d{4}[〕\]）)]\d{1,6}号/;

// The document number that a PDF claims: in its file name, its title (document information or XMP). Only looked up, never shown as true.
export function claimed(content: Uint8Array, name: string): string {
  for (const text of [name, ...titles(content)]) {
    const found = NUMBER.exec(text.replace(/\s/g, ""));
    if (found) return found[0];
  }
  return "";
}

const LOOKED = 4 * 1024 * 1024;

function titles(content: Uint8Array): string[] {
  const text = latinOf(content.subarray(0, LOOKED));
  const found: string[] = [];
  for (const match of text.matchAll(/\/Title\s*(<[0-9A-Fa-f\s]{4,2000}>|\((?:[^()\\]|\\[\s\S]){1,1000}\))/g)) {
    const raw = match[1]!;
    const bytes = raw.startsWith("<") ? pairs(raw.slice(1, -1).replace(/\s/g, "")) : literal(raw.slice(1, -1));
    found.push(bytes[0] === 0xfe && bytes[1] === 0xff ? new TextDecoder("utf-16be").decode(bytes.slice(2)) : new TextDecoder().decode(bytes));
  }
  const xmp = /<dc:title>[\s\S]{1,2000}?<\/dc:title>/.exec(text);
  if (xmp) found.push(new TextDecoder().decode(bytesOf(xmp[0])).replace(/<[^>]*>/g, ""));
  return found;
}

// One character a byte; the browser's own "latin1" is windows-1252 and is not.
function latinOf(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

const bytesOf = (latin: string): Uint8Array => Uint8Array.from(latin, (char) => char.charCodeAt(0));
const pairs = (digits: string): Uint8Array => new Uint8Array((digits.match(/../g) ?? []).map((pair) => parseInt(pair, 16)));
const ESCAPES: Record<string, string> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };

function literal(text: string): Uint8Array {
  return bytesOf(text.replace(/\\([0-7]{1,3}|\r?\n|[\s\S])/g, (_, rest: string) => (/^[0-7]/.test(rest) ? String.fromCharCode(parseInt(rest, 8) & 255) : rest.includes("\n") ? "" : (ESCAPES[rest] ?? rest))));
}
