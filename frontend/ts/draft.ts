// What was typed into a long form and not sent is kept in this browser, for the same account only, and offered again with a note.
// Never files, never hidden fields; gone when the record took it, at sign-out, when another account signs in, and after three days.

const PREFIX = "xz-draft:";
const SENT = "xz-draft-sent";
const KEPT_FOR = 3 * 24 * 3600 * 1000;
const PARTS = ["start", "what", "party"]; // what of an address makes it another form

let hasLeft = false; // signed out: nothing more is kept, not even by the page that goes

type Draft = { at: number; values: Record<string, string[]> };
type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

function keyOf(form: HTMLFormElement): string {
  const asked = new URLSearchParams(location.search);
  const parts = PARTS.map((name) => asked.get(name) ?? "").join(",");
  return `${PREFIX}${form.dataset.draft}:${location.pathname}:${parts}`;
}

function fieldsOf(form: HTMLFormElement): Field[] {
  return [...form.querySelectorAll<Field>("input[name], textarea[name], select[name]")].filter(
    (one) => !["hidden", "file", "password", "submit"].includes(one.type) && one.name !== "sure",
  );
}

function isTick(one: Field): one is HTMLInputElement {
  return one instanceof HTMLInputElement && (one.type === "checkbox" || one.type === "radio");
}

function valuesOf(form: HTMLFormElement): Record<string, string[]> {
  const values: Record<string, string[]> = {};
  for (const one of fieldsOf(form)) {
    const kept = (values[one.name] ??= []);
    if (!isTick(one)) kept.push(one.value);
    else if (one.checked) kept.push(one.value);
  }
  return values;
}

function fill(form: HTMLFormElement, values: Record<string, string[]>): void {
  for (const one of fieldsOf(form)) {
    const kept = values[one.name];
    if (!kept) continue;
    if (isTick(one)) one.checked = kept.includes(one.value);
    else if (kept[0] !== undefined) one.value = kept[0];
  }
}

function read(key: string): Draft | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null") as Draft | null;
  } catch {
    return null;
  }
}

function forget(keep: (key: string) => boolean): void {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(PREFIX) && !keep(key)) localStorage.removeItem(key);
  }
}

function tell(form: HTMLFormElement, draft: Draft, key: string, empty: Record<string, string[]>): void {
  const note = document.createElement("p");
  note.className = "note soon";
  note.setAttribute("role", "status");
  const when = new Date(draft.at).toLocaleString("zh-CN", { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit" });
  note.append(`已恢复 ${when} 填写、还没有提交的内容，只保存在这台电脑的浏览器里。请核对时间；文件要重新选择。 `);
  const drop = document.createElement("button");
  drop.type = "button";
  drop.className = "btn slim";
  drop.textContent = "不要这份草稿";
  drop.addEventListener("click", () => {
    localStorage.removeItem(key);
    fill(form, empty);
    note.remove();
  });
  note.append(drop);
  form.before(note);
}

function keep(form: HTMLFormElement): void {
  const key = keyOf(form);
  const draft = read(key);
  const fresh = valuesOf(form);
  if (draft && form.dataset.sent === undefined && JSON.stringify(draft.values) !== JSON.stringify(fresh)) {
    fill(form, draft.values);
    tell(form, draft, key, fresh);
  }
  let timer = 0;
  const save = (): void => {
    window.clearTimeout(timer);
    timer = 0;
    if (hasLeft) return;
    try {
      localStorage.setItem(key, JSON.stringify({ at: Date.now(), values: valuesOf(form) } satisfies Draft));
    } catch {
      // No room, or storage is forbidden: the form works without a draft.
    }
  };
  const later = (): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, 400);
  };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  window.addEventListener("pagehide", () => timer && save());
  form.addEventListener("submit", (event) => {
    if (event.submitter?.hasAttribute("formtarget")) return; // a preview sends nothing to the record
    save();
    sessionStorage.setItem(SENT, key);
  });
}

export function keepDrafts(root: Document): void {
  const sent = sessionStorage.getItem(SENT);
  if (sent && new URLSearchParams(location.search).has("recorded")) {
    localStorage.removeItem(sent); // the page of the case says that the record took it
    sessionStorage.removeItem(SENT);
  }
  const now = Date.now();
  forget((key) => now - (read(key)?.at ?? 0) < KEPT_FOR);
  const account = root.querySelector<HTMLElement>("[data-account]")?.dataset.account;
  if (account) forget((key) => key.startsWith(`${PREFIX}${account}:`));
  for (const leave of root.querySelectorAll<HTMLFormElement>('form[action="/sign-out"]')) {
    leave.addEventListener("submit", () => {
      hasLeft = true;
      forget(() => false);
    });
  }
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-draft]")) keep(form);
}
