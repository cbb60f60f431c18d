// Builds bot/static/ from src/ and pages/. The same sources give the same bytes.
import { build } from "esbuild";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, "..", "bot", "static");
const words = JSON.parse(await readFile(join(here, "src", "strings.json"), "utf8"));

const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  target: ["es2022"],
  charset: "utf8",
  legalComments: "none", // they stand in third-party.txt
  logLevel: "warning",
};

async function minifiedCss(file) {
  const result = await build({ ...common, entryPoints: [file], write: false });
  return result.outputFiles[0].text.trim();
}

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await build({
  ...common,
  entryPoints: ["src/loader.ts"],
  outfile: join(out, "widget.js"),
  format: "iife",
  define: {
    LOADER_STRINGS: JSON.stringify(words.loader),
    LANGUAGES: JSON.stringify(words.languages),
    LOADER_CSS: JSON.stringify(await minifiedCss("src/loader.css")),
  },
});
await build({
  ...common,
  entryPoints: ["src/chat.ts"],
  outfile: join(out, "chat.js"),
  format: "esm",
  define: {
    STRINGS_EN: JSON.stringify(words.chat.en),
    LANGUAGES: JSON.stringify(words.languages),
  },
});
for (const [language, strings] of Object.entries(words.chat)) {
  if (language !== "en") await writeFile(join(out, `strings.${language}.json`), JSON.stringify(strings) + "\n");
}
for (const name of ["chat", "page"]) {
  await writeFile(join(out, `${name}.css`), (await minifiedCss(`src/${name}.css`)) + "\n");
}
await cp(join(here, "pages"), out, { recursive: true });

const parts = ["lit", "lit-html", "lit-element", "@lit/reactive-element", "dompurify"];
const licences = await Promise.all(
  parts.map(async (name) => {
    const folder = join(here, "node_modules", name);
    const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    return `${name} ${version}\n\n${(await readFile(join(folder, "LICENSE"), "utf8")).trim()}\n`;
  }),
);
await writeFile(join(out, "third-party.txt"), licences.join(`\n${"-".repeat(72)}\n\n`));
