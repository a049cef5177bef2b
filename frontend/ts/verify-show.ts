// A verdict as part of the page: text nodes only, nothing of a file or an answer is ever read as markup.
import { State, Step, Verdict } from "./verify-verdict";
import { fingerprintOf } from "./verify-key";

const TAGS: Record<State, [kind: string, icon: string, words: string]> = {
  proved: ["sealed", "seal", "真实，未被改动"],
  partly: ["soon", "alert", "部分能证明"],
  waiting: ["soon", "clock", "正在写入日志"],
  superseded: ["soon", "undo", "真实，但已更正"],
  withdrawn: ["gone", "undo", "已撤回"],
  expired: ["line", "info", "公示期满"],
  differs: ["late", "alert", "与登记的不一致"],
  unknown: ["line", "info", "没有找到"],
  broken: ["late", "alert", "没有通过"],
};
const STEP_TAGS: Record<Step["state"], [kind: string, icon: string, words: string]> = {
  ok: ["ok", "check", "一致"],
  bad: ["late", "alert", "不一致"],
  open: ["line", "info", "未比"],
};

export function make(name: string, cls: string, ...inside: (Node | string)[]): HTMLElement {
  const made = document.createElement(name);
  if (cls) made.className = cls;
  made.append(...inside);
  return made;
}

export function tag([kind, icon, words]: [string, string, string]): HTMLElement {
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawn.setAttribute("class", "icon");
  drawn.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${icon}`);
  drawn.append(use);
  return make("span", `tag ${kind}`, drawn, words);
}

function table(rows: [string, string][], cls = ""): HTMLElement {
  const list = make("dl", "kv");
  for (const [label, value] of rows) list.append(make("dt", "", label), make("dd", cls, value));
  return list;
}

function steps(all: Step[], heading: string): HTMLElement {
  const list = make("ol", "tl checks");
  all.forEach((step, place) => {
    const item = make("li", "", make("div", "head", make(heading, "", step.title), tag(STEP_TAGS[step.state])), make("p", "", step.words));
    item.dataset.n = String(place + 1);
    item.dataset.state = step.state;
    if (step.compared.length) {
      const more = make("details", "small", make("summary", "", "比了什么"), table(step.compared, "hash pre"));
      if (step.state === "bad") more.setAttribute("open", "");
      item.append(more);
    }
    list.append(item);
  });
  return list;
}

export interface Offer {
  trustNewKey?: () => void;
}

// The whole answer. `level` is that of its heading.
export function draw(verdict: Verdict, brought: string, offer: Offer = {}, level: "h2" | "h3" = "h2"): HTMLElement {
  const head = make(level, "verdict", tag(TAGS[verdict.state]));
  head.tabIndex = -1;
  const [below, deepest] = level === "h2" ? ["h3", "h4"] : ["h4", "h5"];
  const box = make("div", "in stack", head, make("p", "", verdict.words));
  if (brought) box.append(make("p", "small muted", `核验的是：${brought}。在您的设备上完成，文件没有上传。`));
  if (verdict.page) {
    const link = make("a", "btn", `看公示页：${verdict.page.name}`) as HTMLAnchorElement;
    link.href = verdict.page.url;
    if (new URL(link.href).pathname !== location.pathname) box.append(make("p", "", link));
  }
  if (verdict.steps.length) box.append(make(below, "", "一步一步"), steps(verdict.steps, deepest));
  if (verdict.proved.length && !verdict.onScreen) box.append(make(below, "", "证明了的内容"), table(verdict.proved));
  const list = make("ul", "dots small");
  for (const one of verdict.open) list.append(make("li", "", one));
  if (verdict.open.length) box.append(make(below, "", "没有证明的"), list);
  if (verdict.key) box.append(aboutKey(verdict, offer, below));
  box.dataset.verdict = verdict.state;
  return box;
}

function aboutKey(verdict: Verdict, offer: Offer, heading: string): HTMLElement {
  const key = verdict.key!;
  const where = make("a", "", "公示日志页") as HTMLAnchorElement;
  where.href = "/log#key";
  const box = make(
    "div",
    "stack small",
    make(heading, "", "用的哪把钥匙"),
    make("p", "", `日志 ${key.name}，公钥指纹 `, make("span", "hash", fingerprintOf(key)), "。"),
    make("p", "muted", "公钥原文在“检查点的签名”一步里。可以和别处公布的对照：", where, "；机关在服务器上运行 xiezhi ledger key show 的第一行；以前下载的证明文件、别人留存的检查点。这个浏览器也记住了它，以后变了会提醒。"),
  );
  if (verdict.continuity?.state === "other-key" && offer.trustNewKey) {
    const button = make("button", "btn grave", "我已核对，改记新的公钥") as HTMLButtonElement;
    button.type = "button";
    button.addEventListener("click", offer.trustNewKey);
    box.append(make("p", "", button));
  }
  return box;
}

export function unknown(words: string, digest = ""): Verdict {
  const compared: [string, string][] = digest ? [["本机算出", digest]] : [];
  const step: Step = { title: "文件的指纹", state: "open", words: "在您的设备上算出了 SHA-256，平台没有登记过这个指纹。", compared };
  return { state: "unknown", words, steps: digest ? [step] : [], proved: [], open: ["它是真是假。平台没有登记过，只能说它不是这里公示的那一份。"] };
}

export function failed(words: string): Verdict {
  return { state: "broken", words, steps: [], proved: [], open: [] };
}
