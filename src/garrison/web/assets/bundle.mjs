// Bundles the browser assets into ../static/web/dist: garrison.css, garrison.js, icons.svg and the fonts.
// File names carry no hash: the manifest storage adds one when static files are collected.
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import postcss from "postcss";

const here = dirname(fileURLToPath(import.meta.url));
const place = join(here, "..", "static", "web", "dist");
const dist = `${place}.new`; // built beside the old one and then put in its place, so that a running server always has files
const require = createRequire(import.meta.url);

/** What we keep of Tabler: element rules (its reset), and only the custom properties those rules read. */
async function keptTabler() {
  const root = postcss.parse(await readFile(require.resolve("@tabler/core/dist/css/tabler.css"), "utf8"));
  root.walkComments((comment) => comment.remove());
  root.walkAtRules(/^(charset|keyframes|-webkit-keyframes|font-face|import)$/, (rule) => rule.remove());
  root.walkRules((rule) => {
    const kept = rule.selectors.filter((selector) => selector === ":root" || !/[.#[]|:root|data-bs/.test(selector));
    if (kept.length) rule.selectors = kept;
    else rule.remove();
  });
  const read = () => {
    const names = new Set();
    root.walkDecls((decl) => {
      for (const match of decl.value.matchAll(/var\((--[\w-]+)/g)) names.add(match[1]);
    });
    return names;
  };
  for (let before = -1, after = 0; before !== after; ) {
    before = after;
    const names = read();
    after = 0;
    root.walkDecls(/^--/, (decl) => {
      if (names.has(decl.prop)) after += 1;
      else decl.remove();
    });
  }
  root.walkRules((rule) => { if (!rule.nodes.length) rule.remove(); });
  root.walkAtRules((rule) => { if (rule.nodes && !rule.nodes.length) rule.remove(); });
  return root.toString();
}

const tabler = {
  name: "tabler-kept",
  setup(build) {
    build.onResolve({ filter: /^tabler-kept\.css$/ }, () => ({ path: "tabler-kept.css", namespace: "kept" }));
    build.onLoad({ filter: /.*/, namespace: "kept" }, async () => ({ contents: await keptTabler(), loader: "css" }));
  },
};

/** One sprite of the outline icons that icons.txt lists. */
async function sprite() {
  const names = (await readFile(join(here, "icons.txt"), "utf8")).split("\n").map((line) => line.trim()).filter((line) => line && !line.startsWith("#"));
  const symbols = [];
  for (const name of [...new Set(names)].sort()) {
    let source;
    try {
      source = await readFile(require.resolve(`@tabler/icons/outline/${name}.svg`), "utf8");
    } catch {
      throw new Error(`icons.txt: no outline icon is called "${name}"`);
    }
    const inner = source.replace(/<!--[\s\S]*?-->/g, "").replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>[\s\S]*$/, "").replace(/\s+/g, " ").trim();
    symbols.push(`<symbol id="${name}" viewBox="0 0 24 24">${inner}</symbol>`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

/** The notices of what is bundled: they travel with it. */
async function licences() {
  const { dependencies } = JSON.parse(await readFile(join(here, "..", "..", "..", "..", "package.json"), "utf8"));
  const parts = [];
  for (const name of Object.keys(dependencies)) {
    const folder = join(here, "..", "..", "..", "..", "node_modules", name);
    const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    parts.push(`${name} ${version} (${license})\n\n${file ? await readFile(join(folder, file), "utf8") : ""}`);
  }
  return parts.join("\n\n--------\n\n");
}

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await esbuild.build({
  entryPoints: [join(here, "css", "garrison.css"), join(here, "js", "garrison.js")],
  bundle: true,
  minify: true,
  outdir: dist,
  entryNames: "[name]",
  assetNames: "[name]",
  loader: { ".woff2": "file" },
  target: ["chrome111", "firefox128", "safari16.4"],
  legalComments: "none",
  logLevel: "warning",
  plugins: [tabler],
  nodePaths: [join(here, "..", "..", "..", "..", "node_modules")],
});
await writeFile(join(dist, "icons.svg"), await sprite());
await writeFile(join(dist, "LICENSES.txt"), await licences());
await rm(place, { recursive: true, force: true });
await rename(dist, place);
