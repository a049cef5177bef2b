// Whether a bundle holds its case whole: entries from 1 without a gap, each naming the one before, closed by the entry with which the bundle
// was made; what was deleted has its tombstone; each file that an entry names is there, or was said to be left out.
import { Bytes, hex } from "./verify-bytes";

export interface Entry {
  item: string; // where it stands, for the answer
  entry: Bytes;
  fields: Map<string, unknown>;
  whole: boolean; // the body is here, not only some fields of it
  deleted: string; // the id of an entry whose body was destroyed; "" where there is a body or some fields
}

export interface Chain {
  wrong: { item: string; why: string }[];
  deleted: number;
  until: string; // when the bundle was closed; "" for an extract, which does not tell what else the case holds
  leftOut: number;
  part: number; // entries of which only some fields are shown
}

const OF_FILES = /(^|\.)(files|recordings)\[\d+\]\.sha256$|^data\.pdf$|\.data\.pdf$/;

export function isWhole(entries: Entry[]): boolean {
  return entries.some((one) => one.deleted !== "" || one.fields.has("case_seq"));
}

export function checkChain(entries: Entry[], digests: Set<string>): Chain {
  const chain: Chain = { wrong: [], deleted: 0, until: "", leftOut: 0, part: 0 };
  if (!isWhole(entries)) return chain;
  const stones = new Map<string, Entry>();
  for (const one of entries) {
    if (one.fields.get("class") === "system" && one.fields.get("kind") === "entry_deleted") stones.set(String(one.fields.get("of")), one);
  }
  const numbered = entries.map((one): [number, Entry] => {
    if (!one.deleted) return [Number(one.fields.get("case_seq") ?? NaN), one];
    const stone = stones.get(one.deleted);
    if (!stone || stone.fields.get("data.entry") !== hex(one.entry)) {
      chain.wrong.push({ item: one.item, why: "说是依法删除，但是没有删除记载" });
    }
    chain.deleted += 1;
    return [Number(stone?.fields.get("data.case_seq") ?? NaN), one];
  });
  numbered.sort((a, b) => a[0] - b[0]);
  const last = numbered[numbered.length - 1]![1];
  let before: string | null = null;
  let expected = 1;
  for (const [number, one] of numbered) {
    if (number !== expected) {
      chain.wrong.push({ item: `本案第 ${expected} 条`, why: "缺失，被抽走了" });
      break;
    }
    if (!one.deleted && (one.fields.get("prev") !== before || one.fields.get("case") !== last.fields.get("case"))) {
      chain.wrong.push({ item: one.item, why: `没有接在本案第 ${expected - 1} 条之后` });
    }
    before = hex(one.entry);
    expected += 1;
  }
  if (last.fields.get("kind") !== "bundle_made" || last.fields.get("class") !== "custody" || last.fields.get("data.entries") !== numbered.length - 1) {
    chain.wrong.push({ item: last.item, why: "后面的记录被去掉了：最后一条不是制作证明包的记载" });
    return chain;
  }
  chain.part = entries.filter((one) => !one.whole && !one.deleted).length;
  chain.until = String(last.fields.get("at"));
  const leftOut = new Set([...last.fields].filter(([path]) => path.startsWith("data.left_out[")).map(([, value]) => String(value)));
  chain.leftOut = leftOut.size;
  for (const [, one] of numbered) {
    for (const [path, value] of one.fields) {
      if (OF_FILES.test(path) && !digests.has(String(value)) && !leftOut.has(String(value))) {
        chain.wrong.push({ item: one.item, why: `${path} 所指的文件不在包里` });
      }
    }
  }
  return chain;
}
