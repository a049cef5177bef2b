// Keys of the desk: "/" searches, J and K go through the rows of a list, N begins something new. The workbench says so and can switch them off.

const OFF = "xz-keys-off";

function isTyping(target: EventTarget | null): boolean {
  const at = target as HTMLElement;
  return at.isContentEditable || /^(input|textarea|select)$/i.test(at.tagName);
}

function goBy(root: Document, step: 1 | -1): void {
  const links = [...root.querySelectorAll<HTMLAnchorElement>("[data-row] a[href]")].filter((one, place, all) => {
    const row = one.closest("[data-row]");
    return all.findIndex((other) => other.closest("[data-row]") === row) === place; // the first link of each row
  });
  if (!links.length) return;
  const row = root.activeElement?.closest("[data-row]");
  const here = links.findIndex((one) => one.closest("[data-row]") === row);
  const next = here < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(here + step, 0), links.length - 1);
  links[next]?.focus();
}

function search(root: Document): void {
  const field = root.querySelector<HTMLInputElement>("input[type=search]");
  field?.focus();
  field?.select();
}

export function listenForKeys(root: Document): void {
  const isOff = (): boolean => localStorage.getItem(OFF) !== null;
  offerSwitch(root, isOff);
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const key = event.key.toLowerCase();
    if (key !== "/" && isOff()) return;
    if (key === "/") search(root);
    else if (key === "j") goBy(root, 1);
    else if (key === "k") goBy(root, -1);
    else if (key === "n") {
      const link = root.querySelector<HTMLAnchorElement>("a[data-key=n]");
      if (!link) return;
      link.click();
    } else return;
    event.preventDefault();
  });
}

function offerSwitch(root: Document, isOff: () => boolean): void {
  const note = root.querySelector<HTMLElement>("[data-keys]");
  const button = note?.querySelector<HTMLButtonElement>("[data-keys-off]");
  if (!note || !button) return;
  const said = (): void => {
    button.textContent = isOff() ? "打开快捷键" : "关闭快捷键";
    button.setAttribute("aria-pressed", String(isOff()));
  };
  button.addEventListener("click", () => {
    if (isOff()) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
    said();
  });
  note.hidden = false;
  said();
}
