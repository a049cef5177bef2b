// The files that a result's page gives away, checked here: a proof (.proof.json), the data (data.json), a document (PDF).
import { Bytes, digestOf } from "./verify-bytes";
import { claimed, receiptOf } from "./verify-ask";
import { keysOfLog } from "./verify-keys";
import { FieldProof } from "./verify-log";
import { unknown } from "./verify-show";
import { NEVER_PROVED, ShownAct, Verdict, check, continue_, judge, overruled } from "./verify-verdict";
import { isZip, judgeBundle } from "./verify-bundle";

export async function judgeFile(file: File): Promise<Verdict> {
  const content = new Uint8Array(await file.arrayBuffer()) as Bytes;
  if (isZip(content)) return judgeBundle(content);
  const begins = new TextDecoder().decode(content.subarray(0, 64)).replace(/^\ufeff/, "").trimStart();
  if (begins.startsWith("{")) {
    const given = parsed(new TextDecoder().decode(content));
    if (given && typeof given.tlog_proof === "string") return judgeProof(given);
    if (given && typeof given.id === "string" && given.summary && typeof given.summary === "object") return judgeData(given, file.name);
  }
  return judgeDocument(content, file.name);
}

async function judgeDocument(content: Bytes, name: string): Promise<Verdict> {
  const digest = await digestOf(content);
  const number = claimed(content, name);
  const receipt = await receiptOf({ sha256: digest, q: number });
  if (receipt) return judge(receipt, { digest, name });
  return unknown(
    "这个文件不是本平台公示的文书：它的指纹没有登记过。送达当事人的原件和公示文本指纹不同，请用公示页上下载的 PDF；如果就是从公示页下载的，它已经被改动。",
    digest,
  );
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}

// A proof file proves itself, but under the keys that the log shows now, never under one that it brings along.
async function judgeProof(given: Record<string, unknown>): Promise<Verdict> {
  const keys = await keysOfLog();
  const act: ShownAct = {
    kind: "",
    entry: String(given.entry),
    fields: Array.isArray(given.fields) ? (given.fields as FieldProof[]) : [],
    tlog_proof: String(given.tlog_proof),
  };
  const checked = await check([act], keys);
  const receipt = checked.holds ? await receiptOf({ q: act.entry }) : null;
  const base: Verdict = { state: "broken", words: "", steps: checked.steps, proved: [], open: NEVER_PROVED, key: checked.key };
  if (!checked.holds) return { ...base, words: "证明不成立：内容被改过，或者它不在公示日志里。下面第一个“不一致”就是不成立的那一步。" };
  base.continuity = await continue_(checked.key, checked.head, base.steps);
  base.proved = act.fields.map((one) => [receipt?.labels[one.path.replace("data.summary.", "")] ?? one.path, String(one.value)]);
  if (receipt) base.page = { url: receipt.url, name: receipt.number || receipt.id };
  const later = receipt && receipt.state !== "public" ? "但是这条公示后来已经撤回或者停止，请看公示页上的说明。" : "";
  const open = receipt ? base.open : ["这条记录现在的公示页是哪一页：它可能已经有更晚的更正，请按文书号再核验一次。", ...base.open];
  return overruled({ ...base, open, state: later ? "withdrawn" : "proved", words: `证明成立：下列内容与公示日志中的记录一致，没有被改动。${later}` });
}

async function judgeData(given: Record<string, unknown>, name: string): Promise<Verdict> {
  const receipt = await receiptOf({ q: String(given.id) });
  if (!receipt) return unknown("这份数据写的公示编号没有登记过。");
  const words = Object.fromEntries(Object.entries(given.summary as object).map(([key, value]) => [key, String(value)]));
  return judge(receipt, { words, where: "data", name });
}
