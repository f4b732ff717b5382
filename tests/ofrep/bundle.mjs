// The stock provider as one file, for pages without a bundler: what is checked in is what the packages of package-lock.json
// make, byte for byte.
//
//   node tests/ofrep/bundle.mjs            compares
//   node tests/ofrep/bundle.mjs --write    writes it anew, after the packages have changed
//   node tests/ofrep/bundle.mjs --sdk      prints provider and SDK in one, as a page that has its own packs them

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import { build, version } from "esbuild";

const here = new URL("./", import.meta.url);
const web = new URL("../../functions/features-api/web/", here);
const script = new URL("openfeature.js", web);
const licence = new URL("openfeature.LICENSE", web);
const provider = createRequire(import.meta.url).resolve("@openfeature/ofrep-web-provider");

const packed = (contents) => build({
  stdin: { contents, resolveDir: here.pathname },
  absWorkingDir: here.pathname, bundle: true, minify: true, format: "esm", target: "es2022", legalComments: "none", metafile: true, write: false,
});
const PROVIDER = 'export { OFREPWebProvider } from "@openfeature/ofrep-web-provider";';

if (process.argv.includes("--sdk")) {
  const { outputFiles: [both] } = await packed(`${PROVIDER} export { OpenFeature } from "@openfeature/web-sdk";`);
  await new Promise((written) => process.stdout.write(both.text, written));
  process.exit();
}

const { outputFiles: [file], metafile } = await packed(PROVIDER);

// Which packages really are in it, and that all of them are under the licence that lies beside.
const roots = new Set(Object.keys(metafile.inputs).map((input) => input.match(/^(.*node_modules\/@?[^/]+\/[^/]+)\//)?.[1]).filter(Boolean));
const packages = await Promise.all([...roots].map(async (root) => JSON.parse(await readFile(new URL(`${root}/package.json`, here), "utf8"))));
assert.ok(packages.length >= 4, packages.map(({ name }) => name).join());
for (const { name, license } of packages) assert.equal(license, "Apache-2.0", name);
const names = packages.map(({ name, version }) => `${name} ${version}`).sort().join(", ");
const text = `/* ${names}. Copyright The OpenFeature Authors, Apache-2.0: openfeature.LICENSE and github.com/open-feature/js-sdk(-contrib). `
  + `Made by tests/ofrep/bundle.mjs with esbuild ${version}; nobody changes it by hand. */\n${file.text}`;
const words = await readFile(new URL("LICENSE", `file://${provider}`), "utf8");

if (process.argv.includes("--write")) await Promise.all([writeFile(script, text), writeFile(licence, words)]);
assert.equal(await readFile(script, "utf8"), text, "openfeature.js is not what the packages make: node tests/ofrep/bundle.mjs --write");
assert.equal(await readFile(licence, "utf8"), words, "openfeature.LICENSE is not the packages'");
console.log(`ok   openfeature.js (${text.length} bytes, ${gzipSync(text, { level: 9 }).length} compressed) is ${names}`);
