// A bundle (BagIt zip), read in the browser. Filled in below.
import { Bytes } from "./verify-bytes";
import { failed } from "./verify-show";
import { Verdict } from "./verify-verdict";

export function isZip(content: Bytes): boolean {
  return content.length > 3 && content[0] === 0x50 && content[1] === 0x4b && content[2] === 3 && content[3] === 4;
}

export async function judgeBundle(_content: Bytes, _name: string): Promise<Verdict> {
  return failed("还读不懂这个压缩包。");
}
