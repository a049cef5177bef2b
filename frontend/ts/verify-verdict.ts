// From a receipt to an answer in plain words: what was computed here, what it was compared with, what follows and what does not.
import { Bytes, Unreadable, hex, same, unhex } from "./verify-bytes";
import { Checkpoint, FieldProof, Key, entryOfField, leafHash, readKey, readProof, rootOfLeaf } from "./verify-log";
import { openInTime } from "./verify-keys";
import { Continuity, hold } from "./verify-memory";

export interface ShownAct {
  kind: string;
  entry: string;
  fields: FieldProof[];
  tlog_proof: string | null;
  missing?: boolean;
}

export interface Receipt {
  state: "public" | "withdrawn" | "expired";
  id: string;
  url: string;
  number: string;
  agency: string;
  corrections: number;
  key: string | null;
  labels: Record<string, string>;
  shown: Record<string, string>;
  pdf: string;
  acts: ShownAct[];
  ended_at?: string | null;
  reason?: string;
}

// What was brought: a document's digest, a page's words as they stand on the screen, or nothing but a number.
export interface Brought {
  digest?: string;
  words?: Record<string, string>;
  where?: "screen" | "data"; // whose words: the table on the screen, or a downloaded data.json
  name: string;
}

export interface Step {
  title: string;
  state: "ok" | "bad" | "open";
  words: string;
  compared: [string, string][];
}

export type State = "proved" | "partly" | "waiting" | "superseded" | "withdrawn" | "expired" | "differs" | "unknown" | "broken";

export interface Verdict {
  state: State;
  words: string;
  steps: Step[];
  proved: [string, string][];
  onScreen?: boolean; // what is proved stands on the page already
  open: string[]; // what is not proved by it
  page?: { url: string; name: string };
  key?: Key;
  continuity?: Continuity;
}

const SUMMARY = "data.summary.";
const PDF = "data.pdf";

export const NEVER_PROVED = [
  "决定本身对不对、合不合法。核验只说明记录写入日志以后没有被改动。",
  "平台此刻有没有瞒下更晚的更正或者撤回。检查点被多人留存、有见证人联签，瞒报才会露出来。",
];

interface Proved {
  act: ShownAct;
  fields: FieldProof[];
}

// Check every act of a receipt; the steps tell what was computed. `waiting` where an act stands in no signed checkpoint yet.
export async function check(
  acts: ShownAct[],
  given: string | Key[] | null,
): Promise<{ steps: Step[]; proved: Proved[]; waiting: boolean; holds: boolean; key?: Key; head?: Checkpoint; by?: string }> {
  const steps: Step[] = [];
  const entries = new Map<ShownAct, Bytes>();
  const compared: [string, string][] = [];
  let wrong = "";
  let count = 0;
  for (const act of acts) {
    if (act.missing) wrong ||= "有一条记录在日志里找不到";
    if (act.missing) continue;
    try {
      const entry = unhex(act.entry, 33);
      entries.set(act, entry);
      for (const field of act.fields) {
        const computed = entryOfField(field);
        count += 1;
        if (!same(computed, entry)) {
          wrong ||= `“${field.path}”和条目对不上，内容被改过`;
          compared.push([`${field.path}：本机算出`, hex(computed)]);
        }
      }
      compared.push(["条目指纹", act.entry]);
    } catch (error) {
      wrong ||= said(error);
    }
  }
  if (!count && !wrong) wrong = acts.length ? "证明里没有一项内容" : "没有可以核验的记录";
  steps.push({
    title: "内容 → 条目",
    state: wrong ? "bad" : "ok",
    words: wrong ? `${wrong}。` : `${count} 项内容各自加上随机数，逐层算到${acts.length > 1 ? `所属的 ${acts.length} 个` : ""}条目，算出的和给出的一致。`,
    compared,
  });
  if (wrong) return { steps, proved: [], waiting: false, holds: false };

  const waiting = acts.some((act) => act.tlog_proof === null);
  let keys: Key[];
  try {
    if (!given) throw new Unreadable("日志还没有公钥");
    keys = typeof given === "string" ? [readKey(given)] : given;
  } catch (error) {
    steps.push({ title: "检查点的签名", state: "bad", words: `${said(error)}。`, compared: [] });
    return { steps, proved: [], waiting, holds: false };
  }
  const key = keys[0]!;
  const inLog: [string, string][] = [];
  const notes = new Map<string, Checkpoint>();
  let signatureWrong = "";
  let head: Checkpoint | undefined;
  const places: number[] = [];
  for (const [act, entry] of entries) {
    if (act.tlog_proof === null) continue;
    try {
      const proof = readProof(act.tlog_proof);
      let checkpoint = notes.get(proof.note);
      if (!checkpoint) {
        try {
          checkpoint = await openInTime(proof.note, keys);
        } catch (error) {
          signatureWrong ||= said(error);
          continue;
        }
        notes.set(proof.note, checkpoint);
      }
      if (!head || checkpoint.size > head.size) head = checkpoint;
      const root = rootOfLeaf(leafHash(entry), proof.index, checkpoint.size, proof.hashes);
      inLog.push([`第 ${proof.index} 条：本机算出的根`, root ? hex(root) : "证明的长短不对，算不出"]);
      inLog.push([`签了名的根（${checkpoint.size} 条）`, hex(checkpoint.root)]);
      if (!root || !same(root, checkpoint.root)) wrong ||= `条目不在日志的第 ${proof.index} 条`;
      places.push(proof.index);
    } catch (error) {
      wrong ||= said(error);
    }
  }
  if (!signatureWrong || wrong) {
    steps.push({
      title: "条目 → 日志的根",
      state: wrong ? "bad" : places.length ? "ok" : "open",
      words: wrong
        ? `${wrong}。`
        : places.length
          ? `从条目逐层算到日志的根（日志第 ${places.join("、")} 条，从 0 数起，共 ${head?.size} 条），算出的根和检查点里签了名的根一致。`
          : "记录刚写入，还没有进入签名检查点。",
      compared: inLog,
    });
  }
  if (signatureWrong) {
    steps.push({ title: "检查点的签名", state: "bad", words: `${signatureWrong}。`, compared: [["公钥", key.text]] });
  } else if (head) {
    const whose = head.by === "browser" ? "浏览器自带的" : "本页附带的 noble 程序的（这个浏览器没有，或者地址不是 https）";
    steps.push({
      title: "检查点的签名",
      state: "ok",
      words: `用${whose} Ed25519 验过：${head.size} 条的${signerOf(head)}。`,
      compared: [
        ["日志名称", key.name],
        ["公钥", head.key.text],
        ["检查点原文", head.note],
      ],
    });
  }
  const holds = !wrong && !signatureWrong;
  const proved = holds ? acts.filter((act) => act.tlog_proof !== null).map((act) => ({ act, fields: act.fields })) : [];
  return { steps, proved, waiting, holds, key, head };
}

// Who has signed a checkpoint, and what a key of before is worth.
export function signerOf(head: Checkpoint): string {
  const before = head.now ? `，那是以前的密钥，但这 ${head.size} 条就是现在日志的开头` : "";
  return `检查点是编号 ${head.key.id} 的日志密钥签的${before}`;
}

function said(error: unknown): string {
  return error instanceof Unreadable ? error.message : "证明读不懂";
}

// The value of each summary field by the newest act that proves it.
function provedFields(proved: Proved[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { fields } of proved) {
    for (const { path, value } of fields) {
      if (path.startsWith(SUMMARY) && !found.has(path)) found.set(path, String(value));
    }
  }
  return new Map([...found].map(([path, value]) => [path.slice(SUMMARY.length), value]));
}

function digestStep(digest: string, proved: Proved[], registered: string): Step {
  const known = proved.flatMap(({ fields }) => fields.filter((one) => one.path === PDF).map((one) => String(one.value)));
  const holds = known.includes(digest);
  const rows: [string, string][] = [["本机算出", digest]];
  if (registered || known.length) rows.push(["登记的", known[0] ?? registered]);
  return {
    title: "文件的指纹",
    state: holds ? "ok" : "bad",
    words: holds ? "在您的设备上算出的 SHA-256 和记录里登记的一致。" : "在您的设备上算出的 SHA-256 和记录里登记的不同。",
    compared: rows,
  };
}

// The answer about a page of ours.
export async function judge(receipt: Receipt, brought: Brought): Promise<Verdict> {
  const page = { url: receipt.url, name: receipt.number || receipt.id };
  const open = [...NEVER_PROVED];
  if (receipt.state !== "public") return judgeEnded(receipt, brought, page, open);
  const checked = await check(receipt.acts, receipt.key);
  const steps = checked.steps;
  const fields = provedFields(checked.proved);
  const order = Object.keys(receipt.shown);
  const labelled = [...fields]
    .sort(([a], [b]) => order.indexOf(a) - order.indexOf(b))
    .map(([name, value]): [string, string] => [receipt.labels[name] ?? name, value]);
  const verdict = (state: State, words: string): Verdict => ({ state, words, steps, proved: state === "broken" ? [] : labelled, onScreen: brought.where === "screen" && state === "proved", open, page, key: checked.key });
  if (!checked.holds) return verdict("broken", "核验没有通过：平台给出的证明不成立。请不要采信这份内容，并告知监督机关。");
  const continuity = await continue_(checked.key, checked.head, steps);
  const withMemory = (answer: Verdict): Verdict => overruled({ ...answer, continuity });
  if (checked.waiting) return withMemory(verdict("waiting", "这条记录刚刚写入，几秒钟后进入签名检查点。请稍后再核验一次。"));

  if (brought.digest) {
    const step = digestStep(brought.digest, checked.proved, receipt.pdf);
    steps.unshift(step);
    if (step.state === "bad") {
      return withMemory(
        receipt.pdf === brought.digest
          ? verdict("broken", "核验没有通过：这个文件登记在公示页上，但是日志里没有它的指纹。请不要采信，并告知监督机关。")
          : verdict(
              "differs",
              `与登记的不一致：这个文件自称“${page.name}”，但是它的指纹和日志里登记的不同。它被改动过，哪怕只改一个字节；也可能是送达当事人的原件，或者更正以前的文本。下面的内容是日志里登记的，请以公示页上下载的 PDF 为准。`,
            ),
      );
    }
    if (receipt.pdf !== brought.digest) {
      return withMemory(verdict("superseded", "这是更正以前的文本：它确实公示过，没有被改动，但是后来更正了，不再是现在的决定内容。请看公示页上的新文本。"));
    }
    const again = receipt.corrections ? `这个决定更正过 ${receipt.corrections} 次，这是更正以后的文本。` : "";
    return withMemory(verdict("proved", `核验通过：这份文件就是登记的那一份，一个字节也没有改动。${again}`));
  }

  const stated = brought.words ?? receipt.shown;
  const [whose, what] = brought.where === "screen" ? ["本页上", "屏幕上的内容"] : brought.where === "data" ? ["文件里", "文件里的内容"] : ["公示页上", "公示页的内容"];
  const wrong = Object.keys(stated).filter((name) => fields.has(name) && fields.get(name) !== stated[name]);
  const unproved = Object.keys(stated).filter((name) => !fields.has(name));
  if (wrong.length || unproved.some((name) => name !== "agency")) {
    const names = [...wrong, ...unproved].map((name) => receipt.labels[name] ?? name);
    steps.push({
      title: what,
      state: "bad",
      words: `${names.join("、")}和日志里的不同。`,
      compared: [...wrong, ...unproved].flatMap((name): [string, string][] => [
        [`${receipt.labels[name] ?? name}：这里写的`, stated[name] ?? ""],
        [`${receipt.labels[name] ?? name}：日志里的`, fields.get(name) ?? "没有"],
      ]),
    });
    return withMemory(verdict("differs", `与登记的不一致：${names.join("、")}和日志里的不同。请不要采信这里写的内容。`));
  }
  if (unproved.length) open.unshift("决定机关的名称：这条记录里没有写，取自登记的机关名录。");
  steps.push({
    title: what,
    state: "ok",
    words: `${Object.keys(stated).length - unproved.length} 项内容和证明里的逐字相同。`,
    compared: [],
  });
  if (brought.where === "screen") open.unshift("摘要表以外的文字（标题、说明、全文、办案经过）。要核验全文，请下载 PDF，再放到“核验记录”页。");
  else if (!brought.words) open.unshift("您手里的文件。只输入文书号，核验的是公示页；要核验文件，请把文件放到这里。");
  const again = receipt.corrections ? `这个决定更正过 ${receipt.corrections} 次，这里是更正以后的内容。` : "";
  return withMemory(verdict("proved", `核验通过：${whose}的每一项内容都与日志里的记录一致，没有被改动。${again}`));
}

async function judgeEnded(receipt: Receipt, brought: Brought, page: { url: string; name: string }, open: string[]): Promise<Verdict> {
  const withdrawn = receipt.state === "withdrawn";
  const said_ = withdrawn ? "已经撤回，不再有效" : "公示期满，已停止公示";
  const base: Verdict = { state: receipt.state as State, words: "", steps: [], proved: [], open, page };
  if (!receipt.acts.length) {
    open.unshift("停止公示这件事：它没有单独的记录，以公示页上写的为准。");
    return { ...base, words: `找到了：这条公示${said_}。${receipt.reason ?? ""}` };
  }
  const checked = await check(receipt.acts, receipt.key);
  base.steps = checked.steps;
  base.key = checked.key;
  if (!checked.holds) return { ...base, state: "broken", words: `平台说这条公示${said_}，但是给出的证明不成立。请告知监督机关。` };
  base.continuity = await continue_(checked.key, checked.head, base.steps);
  let once = "";
  if (brought.digest) {
    const step = digestStep(brought.digest, checked.proved, "");
    if (step.state === "ok") {
      base.steps.unshift(step);
      once = "这份文件确实公示过，没有被改动；但是";
    } else open.unshift("这个文件是不是当时公示的那一份：日志里没有为它给出证明。");
  }
  const ending = checked.proved.find(({ fields }) => fields.some((one) => one.path === "kind" && one.value === ENDS[receipt.state]));
  const ended = ending !== undefined;
  const reason = ending?.fields.find((one) => one.path === "data.reason");
  if (reason) base.proved.push([withdrawn ? "撤回的理由" : "停止公示的理由", String(reason.value)]);
  if (reason && receipt.reason !== reason.value) {
    return overruled({ ...base, state: "differs", words: `这条公示${said_}，但是公示页上写的理由和日志里的不同，以下面证明了的为准。` });
  }
  if (!ended) open.unshift("停止公示这件事：它没有单独的记录，以公示页上写的为准。");
  return overruled({ ...base, words: `${once}这条公示${said_}。${receipt.reason ? `理由：${receipt.reason}` : ""}` });
}

const ENDS: Record<string, string> = { withdrawn: "publication_withdrawn", expired: "publication_expired" };

// The last step: against what this browser has seen before.
export async function continue_(key: Key | undefined, head: Checkpoint | undefined, steps: Step[]): Promise<Continuity | undefined> {
  if (!key || !head) return undefined;
  const found = await hold(key, head.now ?? head);
  steps.push({ title: "和上次见到的日志比", ...told(found) });
  return found;
}

export function told(found: Continuity): Omit<Step, "title"> {
  if (found.state === "first") {
    return { state: "open", words: "这个浏览器第一次见到这个日志，已经记下公钥和检查点。下次再来，就能看出历史有没有被改过。", compared: [] };
  }
  const when = new Date(found.since.at).toLocaleString("zh-CN", { timeZone: "Asia/Shanghai", dateStyle: "long", timeStyle: "short" });
  const seen: [string, string][] = [[`${when}见到的`, `${found.since.size} 条，根 ${found.since.root}`]];
  switch (found.state) {
    case "grown":
      return { state: "ok", words: found.added === 0 ? `日志和您上次查看（${when}）时完全一样：${found.since.size} 条，记录只增未改。` : `自您上次查看（${when}）以来，记录只增未改：新增 ${found.added} 条，原来的 ${found.since.size} 条都在，一条没动。`, compared: seen };
    case "older":
      return { state: "ok", words: `这份证明里的检查点比您见过的旧，它在您见过的日志之内，没有矛盾。`, compared: seen };
    case "unasked":
      return { state: "open", words: `没有比成：${found.why}。稍后可以再核验一次。`, compared: seen };
    case "other-key":
      return { state: "bad", words: `日志的公钥或者名称和您上次（${when}）见到的不同。机关换密钥会公告；没有公告，就可能有人冒充。`, compared: [["上次的公钥", found.since.key]] };
    case "rewritten":
      return { state: "bad", words: `日志和您上次（${when}）见到的对不上：那时的 ${found.since.size} 条已经不在现在的日志里，历史被改过。`, compared: seen };
  }
}

// A log that contradicts itself proves nothing, however well the single proof fits.
export function overruled(verdict: Verdict): Verdict {
  const state = verdict.continuity?.state;
  if (state === "rewritten") {
    return { ...verdict, state: "broken", proved: [], words: "核验没有通过：日志的历史被改过。它和这个浏览器以前见到的对不上。请不要采信，留下本页，并告知监督机关。" };
  }
  if (state === "other-key") {
    return { ...verdict, state: "broken", proved: [], words: "请先不要采信：日志的公钥和这个浏览器以前见到的不同。请对照机关的公告或者纸质文书核对公钥，核对无误再按“改记新的公钥”。" };
  }
  return verdict;
}
