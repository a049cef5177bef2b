// 核验 in the visitor's browser, on three pages: 核验记录 (file, number, code), a result's page (in place), 公示日志 (since the last visit).
// Nothing is sent but GETs for a fingerprint, a number, or the log's public files. Without this script the form works as ever, by upload.
import { Unreadable } from "./verify-bytes";
import { logText, receiptOf } from "./verify-ask";
import { judgeFile } from "./verify-file";
import { openNote, readKey } from "./verify-log";
import { hold, remember } from "./verify-memory";
import { offerScan, pageOf } from "./verify-scan";
import { draw, failed, make, tag, unknown } from "./verify-show";
import { Verdict, judge, told } from "./verify-verdict";

const LARGEST = 512 * 1024 * 1024; // what a browser can hold at once

// Run a check and show its answer; whatever goes wrong becomes a sentence.
async function answer(place: HTMLElement, brought: string, run: () => Promise<Verdict>, level: "h2" | "h3" = "h2"): Promise<void> {
  place.hidden = false;
  place.setAttribute("aria-busy", "true");
  place.replaceChildren(make("p", "muted", "正在您的设备上核验……"));
  let verdict: Verdict;
  try {
    verdict = await run();
  } catch (error) {
    verdict = failed(error instanceof Unreadable ? `没有核验成：${error.message}。` : "没有核验成：网络不通，或者文件读不出来。请再试一次，也可以改用上传核验。");
  }
  const trustNewKey = async (): Promise<void> => {
    const key = readKey(await logText("key"));
    remember(key, await openNote(await logText("checkpoint"), key));
    void answer(place, brought, run, level);
  };
  const drawn = draw(verdict, brought, { trustNewKey: () => void trustNewKey() }, level);
  place.replaceChildren(drawn);
  place.removeAttribute("aria-busy");
  drawn.querySelector<HTMLElement>(".verdict")?.focus();
}

async function ofNumber(text: string): Promise<Verdict> {
  const compact = text.replace(/[\s:…-]/g, "").toLowerCase();
  const digest = /^[0-9a-f]{64}$/.test(compact) ? compact : undefined;
  const receipt = await receiptOf(digest ? { sha256: digest } : { q: /^01[0-9a-f]{64}$/.test(compact) ? compact : text });
  if (receipt) return judge(receipt, { digest, name: text });
  return unknown(digest ? "没有公示用过这个指纹。请核对是否完整。" : `没有找到“${text.slice(0, 60)}”。请核对文书号（连同〔年份〕和“号”），或者它还没有公示。`, digest);
}

// ------------------------------------------------------------------ 核验记录
function onVerifyPage(form: HTMLFormElement): void {
  const place = document.querySelector<HTMLElement>("[data-answer]");
  const file = form.querySelector<HTMLInputElement>("input[type=file]");
  const text = form.querySelector<HTMLInputElement>("input[name=q]");
  const drop = form.querySelector<HTMLElement>("[data-drop]");
  if (!place || !file || !text || !drop) return;
  form.dataset.here = "";
  for (const one of form.querySelectorAll<HTMLElement>("[data-with-script]")) one.hidden = false;
  for (const one of form.querySelectorAll<HTMLElement>("[data-without-script]")) one.hidden = true;
  file.accept = ".pdf,.json,.txt,.zip";
  const take = (chosen: File): void => {
    document.querySelector("[data-server-answer]")?.remove();
    if (chosen.size > LARGEST) return void answer(place, "", async () => failed("文件太大，浏览器一次装不下。请用 verify.py 在电脑上核验。"));
    void answer(place, `文件“${chosen.name.slice(0, 80)}”`, () => judgeFile(chosen));
  };
  file.addEventListener("change", () => {
    if (file.files?.[0]) take(file.files[0]);
  });
  form.addEventListener("submit", (event) => {
    if ((event.submitter as HTMLElement | null)?.hasAttribute("data-upload")) return; // by upload, as who asks for it wishes
    event.preventDefault();
    event.stopImmediatePropagation(); // the guard against double submits would wait for a page that never comes
    const chosen = file.files?.[0];
    const asked = text.value.trim();
    if (asked) {
      document.querySelector("[data-server-answer]")?.remove();
      void answer(place, "您输入的内容", () => ofNumber(asked));
    } else if (chosen) take(chosen);
    else text.focus();
  }, true);
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  // A file that misses the box must not open in place of the page.
  for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    const dropped = event.dataTransfer?.files[0];
    if (dropped) take(dropped);
  });
  const scan = form.querySelector<HTMLElement>("[data-scan-box]");
  if (scan) {
    void offerScan(scan, (code) => {
      const page = pageOf(code);
      if (page) void answer(place, "您扫的二维码", () => ofNumber(page));
      else {
        void answer(place, "您扫的二维码", async () => ({
          ...unknown(`这个二维码不是本平台公示页的：“${code.slice(0, 200)}”。假文书会把人引到假网站，请不要打开；可以改按文书号核验。`),
        }));
      }
    });
  }
}

// ------------------------------------------------------------------ a result's page
const DAY = /^(\d{4})年(\d{1,2})月(\d{1,2})日$/;

// The words of the summary table as they stand on the screen, by the names of the fields.
function wordsOnScreen(labels: Record<string, string>): Record<string, string> | undefined {
  const names = new Map(Object.entries(labels).map(([name, label]) => [label, name]));
  const words: Record<string, string> = {};
  for (const term of document.querySelectorAll("section[aria-labelledby=summary] dl.kv > dt")) {
    const name = names.get(term.textContent?.trim() ?? "");
    const said = term.nextElementSibling?.textContent?.trim() ?? "";
    const day = DAY.exec(said);
    if (name) words[name] = name === "decided_on" && day ? `${day[1]}-${day[2]!.padStart(2, "0")}-${day[3]!.padStart(2, "0")}` : said;
  }
  return Object.keys(words).length ? words : undefined;
}

function onResultPage(button: HTMLButtonElement): void {
  const place = document.querySelector<HTMLElement>("[data-answer]");
  const page = button.dataset.verifyHere;
  if (!place || !page) return;
  const run = (): void => {
    void answer(
      place,
      "本页",
      async () => {
        const receipt = await receiptOf({ q: page });
        if (!receipt) throw new Unreadable("平台没有给出这一页的证明");
        return judge(receipt, { words: wordsOnScreen(receipt.labels), where: "screen", name: page });
      },
      place.closest("section") ? "h3" : "h2", // below the heading of its card, or of the page
    );
  };
  button.hidden = false;
  button.addEventListener("click", run);
}

// ------------------------------------------------------------------ 公示日志
async function onLogPage(place: HTMLElement): Promise<void> {
  const card = place.closest<HTMLElement>("[data-since-card]");
  if (card) card.hidden = false;
  const say = (state: "ok" | "bad" | "open", words: string): void => {
    const tags = { ok: ["ok", "check", "只增未改"], bad: ["late", "alert", "对不上"], open: ["line", "info", "第一次"] } as const;
    const [kind, icon, said] = tags[state];
    place.replaceChildren(make("p", "", tag([kind, icon, said])), make("p", "", words));
    place.dataset.continuity = state;
  };
  try {
    const key = readKey(await logText("key"));
    const found = await hold(key, await openNote(await logText("checkpoint"), key));
    const { state, words } = told(found);
    say(state, words);
    if (found.state === "unasked") place.querySelector(".tag")?.remove();
  } catch (error) {
    say("bad", error instanceof Unreadable ? `${error.message}。` : "网络不通，没有比成。");
  }
}

const form = document.querySelector<HTMLFormElement>("form[data-verify]");
if (form) onVerifyPage(form);
const button = document.querySelector<HTMLButtonElement>("button[data-verify-here]");
if (button) onResultPage(button);
const since = document.querySelector<HTMLElement>("[data-since-last]");
if (since) void onLogPage(since);
