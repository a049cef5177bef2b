// Resumable upload (tus 1.0) of one file, hashed while it is sent. What the server has acknowledged is never sent twice, not even after the
// page was closed: where the file's upload stands is remembered by its name, size and time.
import { sha256 } from "@noble/hashes/sha2.js";
import { hex, utf8 } from "./verify-bytes";

const PIECE = 2 * 1024 * 1024;
const WAITS = [1, 3, 8, 20, 60]; // seconds before a broken line is tried again

export interface Sent {
  recording: string;
  sha256: string;
  same: boolean; // whether the server's fingerprint is that of this phone
}

export class Refused extends Error {}

export interface Sending {
  address: string; // of the collection
  token: string; // against forged requests
  meta: Record<string, string>;
  told: (share: number, words: string) => void;
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...utf8(text)));
}

function places(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

function keyOf(file: File, meta: Record<string, string>): string {
  return ["xz-upload", meta.case, meta.act, file.name, file.size, file.lastModified].join("|");
}

async function pause(seconds: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, seconds * 1000);
    function done(): void {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      resolve();
    }
    window.addEventListener("online", done); // back on the line: at once
  });
}

export async function send(file: File, given: Sending): Promise<Sent> {
  const memory = places();
  const key = keyOf(file, given.meta);
  let address = memory?.getItem(key) ?? "";
  let tries = 0;
  for (;;) {
    try {
      const offset = address ? await offsetOf(address) : -1;
      if (offset < 0) {
        address = await begin(file, given);
        memory?.setItem(key, address);
      }
      const answer = await pieces(file, address, Math.max(offset, 0), given, () => (tries = 0));
      memory?.removeItem(key);
      return answer;
    } catch (error) {
      if (error instanceof Refused) {
        memory?.removeItem(key);
        throw error;
      }
      const wait = WAITS[Math.min(tries++, WAITS.length - 1)] ?? 60;
      given.told(-1, `网络断了，已经传到的不会丢，${wait} 秒后或者联网后接着传`);
      await pause(wait);
    }
  }
}

async function begin(file: File, given: Sending): Promise<string> {
  const meta = Object.entries({ ...given.meta, filename: file.name }).filter(([, value]) => value !== "");
  const answer = await fetch(given.address, {
    method: "POST",
    credentials: "same-origin",
    headers: {
      "Tus-Resumable": "1.0.0",
      "Upload-Length": String(file.size),
      "Upload-Metadata": meta.map(([name, value]) => `${name} ${base64(value)}`).join(","),
      "X-CSRFToken": given.token,
    },
  });
  const place = answer.headers.get("Location");
  if (answer.status !== 201 || !place) throw await problem(answer);
  return place;
}

// Where the upload stands; -1 where the server does not know it any more.
async function offsetOf(address: string): Promise<number> {
  const answer = await fetch(address, { method: "HEAD", credentials: "same-origin", headers: { "Tus-Resumable": "1.0.0" } });
  if (answer.status === 404) return -1;
  if (!answer.ok) throw await problem(answer);
  return Number(answer.headers.get("Upload-Offset"));
}

async function problem(answer: Response): Promise<Error> {
  const words = (await answer.text().catch(() => "")).slice(0, 200);
  // What another try may mend: a server that is away or busy, a piece that came damaged, an offset that moved on.
  if (answer.status >= 500 || [408, 409, 423, 429, 460].includes(answer.status)) return new Error(words);
  if (answer.status === 401 || answer.status === 403) return new Refused("登录已经过期，请重新登录后再选同一个文件，会接着传");
  return new Refused(words.startsWith("<") || !words ? `服务器没有收下（${answer.status}）` : words);
}

async function pieces(file: File, address: string, from: number, given: Sending, went: () => void): Promise<Sent> {
  const whole = sha256.create();
  let at = 0;
  for (;;) {
    const piece = new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer());
    if (at + piece.length <= from && at + piece.length < file.size) {
      whole.update(piece); // sent before: only hashed
      at += piece.length;
      continue;
    }
    const rest = piece.subarray(Math.max(from - at, 0));
    whole.update(piece);
    const answer = await fetch(address, {
      method: "PATCH",
      credentials: "same-origin",
      headers: {
        "Tus-Resumable": "1.0.0",
        "Content-Type": "application/offset+octet-stream",
        "Upload-Offset": String(at + piece.length - rest.length),
        "Upload-Checksum": `sha256 ${btoa(String.fromCharCode(...sha256(rest)))}`,
        "X-CSRFToken": given.token,
      },
      body: rest,
    });
    if (answer.status !== 204) throw await problem(answer);
    went();
    at += piece.length;
    given.told(at / file.size, "");
    if (at >= file.size) {
      const found = answer.headers.get("Xiezhi-SHA256") ?? "";
      return { recording: answer.headers.get("Xiezhi-Recording") ?? "", sha256: found, same: found === hex(whole.digest()) };
    }
  }
}
