// A second click on 提交 while the first is on its way does nothing. The server answers a repeated act the same anyway.

export function guardDoubleSubmit(root: Document): void {
  const sent = new WeakSet<HTMLFormElement>();
  root.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (event.submitter?.hasAttribute("formtarget")) return; // a preview in a tab of its own leaves the form to be sent
    if (form.method.toLowerCase() !== "post" || form.hasAttribute("hx-post")) return; // htmx has its own rule
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    sent.add(form);
    form.setAttribute("aria-busy", "true");
  });
  // Back to a kept page: the form may be sent again.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of root.querySelectorAll<HTMLFormElement>("form[aria-busy]")) {
      sent.delete(form);
      form.removeAttribute("aria-busy");
    }
  });
}
