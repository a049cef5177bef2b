// The player of recordings: keys, and two angles that run together. The page works without: native controls, markers as links.

const FRAME = 1 / 25;
const LEAP = 10;
const DRIFT = 0.3; // seconds that two angles may differ before the second is set again

function together(first: HTMLVideoElement, second: HTMLVideoElement, shift: number): void {
  const align = (): void => {
    const wanted = first.currentTime + shift;
    if (wanted < 0 || wanted > (second.duration || Infinity)) {
      second.pause();
      return;
    }
    if (Math.abs(second.currentTime - wanted) > DRIFT) second.currentTime = wanted;
    if (!first.paused && second.paused) void second.play().catch(() => undefined);
  };
  first.addEventListener("play", align);
  first.addEventListener("seeked", align);
  first.addEventListener("timeupdate", align);
  first.addEventListener("pause", () => second.pause());
  first.addEventListener("ratechange", () => {
    second.playbackRate = first.playbackRate;
  });
}

export function playRecordings(root: Document): void {
  const place = root.querySelector<HTMLElement>("[data-player]");
  const [first, second] = place?.querySelectorAll<HTMLVideoElement>("video") ?? [];
  if (!place || !first) return;
  if (second) together(first, second, Number(place.dataset.shift ?? "0"));
  const note = root.querySelector<HTMLElement>(".player-keys");
  if (note) note.hidden = false;
  for (const link of root.querySelectorAll<HTMLAnchorElement>("a[data-second]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      first.currentTime = Number(link.dataset.second);
      first.scrollIntoView({ block: "nearest" });
      first.focus();
    });
  }
  const keys: Record<string, () => void> = {
    " ": () => (first.paused ? void first.play() : first.pause()),
    k: () => first.pause(),
    j: () => (first.currentTime -= LEAP),
    l: () => (first.currentTime += LEAP),
    ",": () => (first.currentTime -= FRAME),
    ".": () => (first.currentTime += FRAME),
  };
  root.addEventListener(
    "keydown",
    (event) => {
      const at = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || at.isContentEditable || /^(input|textarea|select|button|a|summary|video)$/i.test(at.tagName) && (event.key === " " || !/^(button|a|summary|video)$/i.test(at.tagName))) return;
      const act = keys[event.key.toLowerCase()];
      if (!act) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      act();
    },
    { capture: true },
  );
}
