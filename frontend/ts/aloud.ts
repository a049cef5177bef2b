// 朗读: reads the page's main part with a Chinese voice. The button stays hidden where the browser has none.

export function offerReading(root: Document): void {
  const button = root.querySelector<HTMLButtonElement>("button[data-aloud]");
  const voices = window.speechSynthesis;
  if (!button || !voices) return;
  const spoken = (): SpeechSynthesisVoice | undefined => voices.getVoices().find((one) => /^(zh|cmn)/i.test(one.lang));
  const offer = (): void => {
    button.hidden = !spoken();
  };
  const said = (): void => {
    button.textContent = voices.speaking ? "停止朗读" : "朗读";
    button.setAttribute("aria-pressed", String(voices.speaking));
  };
  button.addEventListener("click", () => {
    if (voices.speaking) {
      voices.cancel();
      said();
      return;
    }
    const text = root.querySelector<HTMLElement>(button.dataset.aloud ?? "main")?.innerText ?? "";
    // Long utterances are cut off by some browsers: a sentence at a time.
    const parts = text.split(/(?<=[。！？；\n])/).filter((part) => part.trim());
    parts.forEach((part, place) => {
      const one = new SpeechSynthesisUtterance(part);
      one.voice = spoken() ?? null;
      one.lang = "zh-CN";
      one.onstart = said;
      if (place === parts.length - 1) one.onend = said;
      voices.speak(one);
    });
  });
  voices.addEventListener?.("voiceschanged", offer);
  window.addEventListener("pagehide", () => voices.cancel());
  offer();
}
