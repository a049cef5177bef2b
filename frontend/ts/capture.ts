// 取证上传 on a phone: take or choose, and it is sent with its fingerprint and with how far the phone's clock is off.
import { Refused, send } from "./tus";

interface Clock {
  ahead: number; // milliseconds that this phone is ahead of the server
  error: number;
}

async function measured(address: string): Promise<Clock | null> {
  let best: Clock | null = null;
  for (let round = 0; round < 3; round++) {
    try {
      const sent = Date.now();
      const answer = await fetch(address, { cache: "no-store", credentials: "same-origin" });
      const came = Date.now();
      const now = Number((await answer.json()).now);
      const error = Math.ceil((came - sent) / 2) + 1;
      if (answer.ok && Number.isFinite(now) && (!best || error < best.error)) best = { ahead: Math.round((sent + came) / 2 - now), error };
    } catch {
      // no line now: the server takes the last measurement
    }
  }
  return best;
}

function size(bytes: number): string {
  return bytes < 1 << 20 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / (1 << 20)).toFixed(1)} MB`;
}

function row(list: HTMLElement, file: File): { tell: (share: number, words: string) => void; end: (good: boolean, words: string, link?: string) => void } {
  const item = document.createElement("li");
  const name = document.createElement("p");
  const state = document.createElement("p");
  const bar = document.createElement("progress");
  name.className = "t";
  name.textContent = `${file.name}，${size(file.size)}`;
  state.className = "small muted";
  state.textContent = "等待上传";
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", `${file.name} 上传进度`);
  item.append(name, bar, state);
  list.prepend(item);
  return {
    tell: (share, words) => {
      if (share >= 0) bar.value = share;
      state.textContent = words || `正在上传，${Math.floor(share * 100)}%`;
    },
    end: (good, words, link) => {
      bar.remove();
      state.className = good ? "small" : "small error";
      const tag = document.createElement("span");
      tag.className = `tag ${good ? "ok" : "stop"}`;
      tag.textContent = good ? "已存入" : "没有存入";
      state.replaceChildren(tag, ` ${words}`);
      if (!link) return;
      const more = document.createElement("a");
      more.href = link;
      more.textContent = "查看";
      state.append(" ", more);
    },
  };
}

function start(place: HTMLElement): void {
  const { uploads = "", clock = "", recording = "", case: file = "", device = "" } = place.dataset;
  const form = place.querySelector("form");
  const list = place.querySelector<HTMLElement>(".queue");
  const act = place.querySelector<HTMLSelectElement>("select[name=act]");
  const token = place.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
  const shown = place.querySelector<HTMLElement>("[data-clock-words]");
  if (!form || !list || !act) return;
  for (const one of place.querySelectorAll<HTMLElement>("[data-without-script]")) one.hidden = true;
  let known: Clock | null = null;
  const measuring = measured(clock).then((found) => {
    known = found;
    if (!found || !shown) return;
    const seconds = Math.abs(found.ahead) / 1000;
    shown.textContent = seconds < 1 ? "手机时钟与服务器一致。" : `手机时钟${found.ahead > 0 ? "快" : "慢"} ${seconds.toFixed(1)} 秒，上传时改正。`;
  });
  let going = 0;
  window.addEventListener("beforeunload", (event) => {
    if (going) event.preventDefault();
  });
  let line: Promise<void> = Promise.resolve(); // one after another: a phone's line is narrow
  const take = (one: File, chosen: string): void => {
    const told = row(list, one);
    going++;
    line = line.then(async () => {
      try {
        await measuring;
        const answer = await send(one, {
          address: uploads,
          token,
          meta: {
            case: file,
            act: chosen,
            device,
            // A phone writes a film when it ends. By its own clock: the server corrects that, and knows how long the film is.
            ended: new Date(one.lastModified).toISOString(),
            clock: known ? `${known.ahead},${known.error}` : "",
          },
          told: told.tell,
        });
        told.end(
          answer.same,
          answer.same ? "服务器算出的指纹与手机上的一致，可以删除手机里的原件。" : "服务器收到的与手机上的不一样，请保留原件并再传一次。",
          recording.replace("00000000-0000-0000-0000-000000000000", answer.recording),
        );
      } catch (error) {
        told.end(false, error instanceof Refused ? error.message : "出了意外，请再选一次这个文件，会接着传。");
      } finally {
        going--;
      }
    });
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const input of place.querySelectorAll<HTMLInputElement>("input[type=file]")) {
    input.addEventListener("change", () => {
      for (const one of input.files ?? []) take(one, act.value);
      input.value = "";
    });
  }
}

for (const place of document.querySelectorAll<HTMLElement>("[data-capture]")) start(place);
