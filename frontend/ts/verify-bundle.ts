// A bundle (a BagIt zip, RFC 8493), read in the browser: its list of files, its records, their place in the log, its documents.
// Records are known by what they are, not by a file's name: a JSON object with `body` and `seed`, with `entry` and `fields`, or with `entry`
// and `deleted` (the id of an entry whose body was destroyed lawfully).
import { unzip } from "fflate";
import { entryOfBody, flatten } from "./verify-body";
import { Entry, checkChain, isWhole } from "./verify-chain";
import { Bytes, Unreadable, digestOf, hex, same, unhex } from "./verify-bytes";
import { Checkpoint, FieldProof, entryOfField, Key, leafHash, readProof, rootOfLeaf } from "./verify-log";
import { keysOfLog, openInTime } from "./verify-keys";
import { NEVER_PROVED, Step, Verdict, continue_, overruled, signerOf } from "./verify-verdict";

const LARGEST = 1024 * 1024 * 1024; // unpacked; a small zip can hold a huge nothing

export function isZip(content: Bytes): boolean {
  return content.length > 3 && content[0] === 0x50 && content[1] === 0x4b && content[2] === 3 && content[3] === 4;
}

// What a bundle carries for its reader and what no record names by nature.
const TOOL = /(^|\/)(读我|README[^/]*|verify|policy|key|checkpoint|[^/]+\.tsr)(\.(txt|md|py|json))?$/i;

type Files = Map<string, Bytes>;

interface Written extends Entry {
  file: string;
  values: Set<string>;
}

interface Wrong {
  item: string;
  why: string;
}

export async function judgeBundle(content: Bytes): Promise<Verdict> {
  const files = await unpack(content);
  const steps: Step[] = [];
  const wrong: Wrong[] = [];
  const step = (title: string, found: Wrong[], words: string, compared: [string, string][] = []): void => {
    const first = found[0];
    wrong.push(...found);
    const more = found.length > 1 ? `另外还有 ${found.length - 1} 处。` : "";
    steps.push({
      title,
      state: first ? "bad" : "ok",
      words: first ? `${first.item}：${first.why}。${more}` : words,
      compared: first ? found.slice(0, 50).map((one): [string, string] => [one.item, one.why]) : compared,
    });
  };

  const listed = await checkList(files);
  step("文件清单", listed.wrong, `清单里的 ${listed.count} 个文件都在，一个字节也没有变，没有多出来的文件。`);

  const records = readRecords(files);
  step("内容 → 条目", records.wrong, `${records.found.length} 条记录的内容各自算到条目，算出的和给出的一致。`);

  const proofs = await checkProofs(files, records.found, records.inline);
  step(
    "条目 → 日志的根，检查点的签名",
    proofs.wrong,
    `${records.found.length} 条记录都在日志里，${proofs.head ? signerOf(proofs.head) : ""}。`,
    proofs.head ? [["检查点原文", proofs.head.note]] : [],
  );

  const chain = checkChain(records.found, new Set(listed.digests.values()));
  if (records.wrong.length) {
    // What does not hold has no place in the chain: its neighbours would be accused for it.
    steps.push({ title: "全案", state: "open", words: "有记录没有通过，本案记录是否齐全没有再比。", compared: [] });
  } else if (chain.until || chain.wrong.length) {
    const left = chain.leftOut ? `有 ${chain.leftOut} 个文件只有指纹，没有附上，制作时已经注明。` : "";
    const gone = chain.deleted ? `有 ${chain.deleted} 条内容已经依法删除，删除记载在包里。` : "";
    const part = chain.part ? `有 ${chain.part} 条只出示了几项，其余没有出示。` : "";
    step("全案", chain.wrong, `截至 ${inChina(chain.until)}，本案记录从第 1 条起一条不少，首尾相接。${gone}${part}${left}`);
  }

  const named = new Set(records.found.flatMap((one) => [...one.values]));
  const recorded = new Set(records.found.map((one) => one.file));
  const [bound, loose, tools]: [string[], string[], string[]] = [[], [], []];
  for (const [path, digest] of listed.digests) {
    if (!path.startsWith("data/") && !/^(bagit|bag-info|manifest-[a-z0-9]+)\.txt$/.test(path)) tools.push(path);
    if (!path.startsWith("data/") || recorded.has(path) || path.endsWith(".tlog-proof")) continue;
    (named.has(digest) ? bound : TOOL.test(path) ? tools : loose).push(path);
  }
  const open = [...NEVER_PROVED];
  if (!chain.until && !chain.wrong.length) open.unshift("这是节选：本案还有没有别的记录，看不出来。");
  if (tools.length) open.unshift(`包里的说明和程序（${tools.join("、")}）不是证据。程序不要从包里运行，请从本站下载 verify.py。`);
  if (bound.length || loose.length) {
    steps.push({
      title: "文书、音像 → 记录",
      state: loose.length ? "open" : "ok",
      words: loose.length
        ? `${bound.length} 个文件的指纹写在记录里；有 ${loose.length} 个没有记录写着它的指纹。`
        : `${bound.length} 个文件的指纹都写在记录里。`,
      compared: loose.map((path): [string, string] => [path, "没有记录写着它的指纹"]),
    });
  }
  const base: Verdict = { state: "broken", words: "", steps, proved: [], open, key: proofs.key };
  if (!wrong.length) base.continuity = await continue_(proofs.key, proofs.head, steps);
  const first = wrong[0];
  if (first) return { ...base, words: `证明包没有通过。第一个不对的是 ${first.item}：${first.why}。` };
  if (loose.length) {
    // Whoever exchanges a file makes the list anew: only what a record names is bound to the log.
    const words = `只有一部分能证明：${records.found.length} 条记录都在公示日志里，但是 ${loose[0]}${loose.length > 1 ? ` 等 ${loose.length} 个文件` : ""}没有一条记录写着它的指纹，是不是原来的文件，看不出来。`;
    return overruled({ ...base, state: "partly", words });
  }
  return overruled({ ...base, state: "proved", words: `证明包核验通过：${listed.count} 个文件和清单一致，${records.found.length} 条记录都在公示日志里，没有被改动。` });
}

// The files of a zip; those of a bag in a folder as if it lay on top.
async function unpack(content: Bytes): Promise<Files> {
  let total = 0;
  let twice = "";
  const names = new Set<string>();
  const all = await new Promise<Record<string, Uint8Array>>((resolve, reject) => {
    const filter = (one: { name: string; originalSize: number }): boolean => {
      if (names.has(one.name)) twice ||= one.name; // two readers could take two different ones
      names.add(one.name);
      return (total += one.originalSize) <= LARGEST;
    };
    unzip(content, { filter }, (error, files) => (error ? reject(new Unreadable("压缩包残缺，解不开")) : resolve(files)));
  });
  if (total > LARGEST) throw new Unreadable("压缩包解开后太大，浏览器装不下，请用包里的 verify.py 在电脑上核验");
  if (twice) throw new Unreadable(`压缩包里的文件名 ${twice.slice(0, 200)} 出现两次`);
  const mark = Object.keys(all).filter((path) => /(^|\/)bagit\.txt$/.test(path)).sort((a, b) => a.length - b.length)[0];
  if (mark === undefined) throw new Unreadable("这个压缩包不是证明包：里面没有 bagit.txt");
  const top = mark.slice(0, -"bagit.txt".length);
  const inside = Object.entries(all).filter(([path]) => path.startsWith(top) && !path.endsWith("/"));
  return new Map(inside.map(([path, data]) => [path.slice(top.length), data as Bytes]));
}

async function checkList(files: Files): Promise<{ wrong: Wrong[]; count: number; digests: Map<string, string> }> {
  const wrong: Wrong[] = [];
  const digests = new Map<string, string>();
  const listed = new Set<string>();
  for (const [list, payload] of [["manifest-sha256.txt", true], ["tagmanifest-sha256.txt", false]] as const) {
    const text = files.get(list);
    if (!text) {
      wrong.push({ item: list, why: "缺失" });
      continue;
    }
    for (const line of new TextDecoder().decode(text).split(/\r\n|\r|\n/)) {
      if (!line) continue;
      const [, said = "", written = ""] = /^([0-9A-Fa-f]{64})\s+\*?(.+)$/.exec(line) ?? [];
      const path = written.replace(/%(0[AD]|25)/gi, (code) => decodeURIComponent(code));
      if (!said || payload !== path.startsWith("data/")) {
        wrong.push({ item: list, why: `有一行读不懂：${line.slice(0, 80)}` });
        continue;
      }
      listed.add(path);
      const content = files.get(path);
      if (!content) {
        wrong.push({ item: path, why: "清单里有，包里没有" });
        continue;
      }
      const digest = await digestOf(content);
      digests.set(path, digest);
      if (digest !== said.toLowerCase()) wrong.push({ item: path, why: "内容被改过，和清单里的指纹不一致" });
    }
  }
  for (const path of files.keys()) {
    if (!listed.has(path) && path !== "tagmanifest-sha256.txt") wrong.push({ item: path, why: "清单里没有，是后来放进去的" });
  }
  return { wrong, count: digests.size, digests };
}

function readRecords(files: Files): { wrong: Wrong[]; found: Written[]; inline: Map<string, string> } {
  const wrong: Wrong[] = [];
  const found: Written[] = [];
  const inline = new Map<string, string>();
  for (const [path, content] of files) {
    if (!/\.jsonl?$/.test(path)) continue;
    for (const [place, given] of objectsOf(path, content, wrong)) {
      const item = `${path}${place}`;
      try {
        const one = readRecord(given, path, item);
        if (!one) continue;
        found.push(one);
        if (typeof given.tlog_proof === "string") inline.set(`${item} 的日志证明`, given.tlog_proof);
      } catch (error) {
        wrong.push({ item, why: error instanceof Unreadable ? error.message : "读不懂" });
      }
    }
  }
  if (!found.length && !wrong.length) wrong.push({ item: "证明包", why: "里面没有一条能核验的记录" });
  return { wrong, found, inline };
}

type Given = Record<string, unknown>;

// The objects of a JSON file: itself, the items of its lists, or its lines.
function* objectsOf(path: string, content: Bytes, wrong: Wrong[]): Generator<[string, Given]> {
  const text = new TextDecoder().decode(content);
  const texts = path.endsWith(".jsonl") ? text.split("\n").filter((line) => line.trim()) : [text];
  for (const [line, one] of texts.entries()) {
    const place = texts.length > 1 ? ` 第 ${line + 1} 行` : "";
    let given: unknown;
    try {
      given = JSON.parse(one);
    } catch {
      wrong.push({ item: `${path}${place}`, why: "不是 JSON" });
      continue;
    }
    if (Array.isArray(given)) yield* itemsOf(given, place);
    else if (isObject(given)) {
      yield [place, given];
      for (const value of Object.values(given)) if (Array.isArray(value)) yield* itemsOf(value, place);
    }
  }
}

function* itemsOf(list: unknown[], place: string): Generator<[string, Given]> {
  for (const [at, one] of list.entries()) if (isObject(one)) yield [`${place} 第 ${at + 1} 条`, one];
}

function isObject(value: unknown): value is Given {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// A record with its whole body, or with some of its fields; null for an object that is neither.
function readRecord(given: Given, file: string, item: string): Written | null {
  const body = typeof given.body === "string" ? (JSON.parse(given.body) as unknown) : given.body;
  const whole = isObject(body) && typeof given.seed === "string";
  const stated = typeof given.entry === "string" ? unhex(given.entry, 33) : null;
  if (whole) {
    const entry = entryOfBody(body, unhex(given.seed, 32));
    if (stated && !same(entry, stated)) throw new Unreadable(`内容和条目对不上，内容被改过（本机算出 ${hex(entry)}）`);
    return { ...written(file, item, entry, new Map(flatten(body))), whole: true };
  }
  if (stated && typeof given.deleted === "string" && given.deleted) return written(file, item, stated, new Map(), given.deleted);
  if (!stated || !Array.isArray(given.fields)) return null;
  if (!given.fields.length) throw new Unreadable("没有一项内容");
  const fields = given.fields as FieldProof[];
  for (const one of fields) {
    if (!same(entryOfField(one), stated)) throw new Unreadable(`字段“${one.path}”和条目对不上，内容被改过`);
  }
  return written(file, item, stated, new Map(fields.map((one) => [one.path, one.value])));
}

function written(file: string, item: string, entry: Bytes, fields: Map<string, unknown>, deleted = ""): Written {
  return { file, item, entry, fields, whole: false, deleted, values: new Set([...fields.values()].map(String)) };
}

interface Proofs {
  wrong: Wrong[];
  key: Key;
  head?: Checkpoint;
}

// Each record must be the leaf of a proof, and each proof that of a record. The keys are those that the log shows now, never one of the bundle.
async function checkProofs(files: Files, records: Written[], inline: Map<string, string>): Promise<Proofs> {
  const wrong: Wrong[] = [];
  const keys = await keysOfLog();
  const roots = new Map<number, Checkpoint>();
  const notes = new Map<string, Checkpoint>();
  const texts = new Map(inline);
  for (const [path, content] of files) if (path.endsWith(".tlog-proof")) texts.set(path, new TextDecoder().decode(content));
  const leaves = records.map((one) => leafHash(one.entry));
  const proved = new Set<number>();
  let head: Checkpoint | undefined;
  for (const [item, text] of texts) {
    try {
      const proof = readProof(text);
      const checkpoint = notes.get(proof.note) ?? (await openInTime(proof.note, keys));
      notes.set(proof.note, checkpoint);
      if (!head || checkpoint.size > head.size) head = checkpoint;
      const other = roots.get(checkpoint.size);
      if (other && !same(other.root, checkpoint.root)) wrong.push({ item, why: "同样长的日志签了两个不同的根，日志有两个历史" });
      roots.set(checkpoint.size, checkpoint);
      const fits = leaves.findIndex((leaf) => {
        const root = rootOfLeaf(leaf, proof.index, checkpoint.size, proof.hashes);
        return root !== null && same(root, checkpoint.root);
      });
      if (fits < 0) wrong.push({ item, why: `包里没有一条记录在日志的第 ${proof.index} 条` });
      else proved.add(fits);
    } catch (error) {
      wrong.push({ item, why: error instanceof Unreadable ? error.message : "证明读不懂" });
    }
  }
  const entries = new Set([...proved].map((place) => hex(records[place]!.entry)));
  for (const one of records) {
    if (!entries.has(hex(one.entry))) wrong.push({ item: one.item, why: "没有日志证明，或者证明不是它的" });
  }
  if (isWhole(records) && roots.size > 1) wrong.push({ item: "证明包", why: "全案的记录应当都在同一个检查点下" });
  return { wrong, key: keys[0]!, head };
}

/** A moment of the record as people in China read it; what is no moment stays as it is. */
function inChina(moment: string): string {
  const at = new Date(moment);
  return Number.isNaN(at.getTime()) ? moment : at.toLocaleString("zh-CN", { timeZone: "Asia/Shanghai", dateStyle: "long", timeStyle: "medium" });
}
