// Bundles the TypeScript modules and copies the style sheets into the site's static folder.
// The pages work without any of it: without node the site serves frontend/css as it stands.
import { build } from "esbuild";
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "..", "src", "xiezhi", "site", "static", "dist");

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

await build({
  entryPoints: [join(here, "ts", "xz.ts"), join(here, "ts", "verify.ts"), join(here, "ts", "capture.ts")],
  outdir: dist,
  bundle: true,
  minify: true,
  sourcemap: true,
  format: "esm",
  target: ["chrome90", "firefox90", "safari15"],
  legalComments: "linked",
  logLevel: "warning",
});

const css = join(here, "css");
if (existsSync(css)) {
  cpSync(css, dist, { recursive: true });
}
console.log(`front end: ${readdirSync(dist).sort().join(" ")}`);
