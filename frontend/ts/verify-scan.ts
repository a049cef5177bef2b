// 扫码: by the browser's own reader where it has one; elsewhere the phone's camera does it, and the page says so.

interface Detector {
  detect(source: CanvasImageSource): Promise<{ rawValue: string }[]>;
}
interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

const HINT = "这个浏览器不能扫码。用手机相机扫文书或者公示页上的二维码，打开的页面上有“验证”按钮。";

export async function offerScan(box: HTMLElement, found: (text: string) => void): Promise<void> {
  const button = box.querySelector<HTMLButtonElement>("[data-scan]");
  const video = box.querySelector<HTMLVideoElement>("[data-scan-view]");
  const words = box.querySelector<HTMLElement>("[data-scan-words]");
  if (!button || !video || !words) return;
  const Reader = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  const able = Reader && navigator.mediaDevices && (await Reader.getSupportedFormats().catch((): string[] => [])).includes("qr_code");
  if (!Reader || !able) {
    words.textContent = HINT;
    return;
  }
  words.textContent = "用这台设备的相机扫文书上的二维码。画面只在本机识别，不上传。";
  button.hidden = false;
  let stream: MediaStream | null = null;
  const stop = (): void => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    video.hidden = true;
    button.textContent = "扫二维码";
  };
  button.addEventListener("click", async () => {
    if (stream) return stop();
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    } catch {
      words.textContent = "没有打开相机：没有相机，或者没有允许使用。也可以用手机相机扫。";
      return;
    }
    video.srcObject = stream;
    video.hidden = false;
    button.textContent = "停止扫码";
    void video.play().catch(() => undefined); // the reader waits for the first picture by itself
    const reader = new Reader({ formats: ["qr_code"] });
    const look = async (): Promise<void> => {
      if (!stream) return;
      const codes = await reader.detect(video).catch(() => []);
      const text = codes[0]?.rawValue;
      if (text) {
        stop();
        found(text);
      } else setTimeout(look, 200);
    };
    void look();
  });
  window.addEventListener("pagehide", stop);
}

// The page of ours that a code leads to; null for an address of anybody else: a false paper leads to a false site.
export function pageOf(text: string): string | null {
  try {
    const address = new URL(text);
    const page = /\/p\/([0-9a-z]+)$/.exec(address.pathname);
    return page && address.origin === location.origin ? page[1]! : null;
  } catch {
    return null;
  }
}
