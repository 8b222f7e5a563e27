import { execFileSync } from "node:child_process";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";

import { buildInto } from "../../scripts/build.ts";
import { BUNDLE, root } from "../../scripts/bundle.ts";
import type { Load } from "./load-app.ts";
import { conclude, judge, median, readOptions, table } from "./show.ts";
import { transpileInto } from "./unbundled.ts";

/**
 * `npm run bench:start`: how long a new instance takes to load the app, as the bundle that is deployed
 * and as the same code unbundled, each load in a fresh process, in turn. Unbundled it is what tsc makes
 * of it, ES modules; compiled to CommonJS it would load faster, which is shown beside. The file cache
 * is warm: if files come over a network, the unbundled app's 636 files cost more than here.
 */
const options = readOptions();
const rounds = options.short ? 5 : 21;
const work = join(root, "out", "bench-start");

const bundleFolder = join(work, "bundle");
const esmFolder = join(work, "esm");
const cjsFolder = join(work, "cjs");
await buildInto(bundleFolder, "functions/index.ts");
const bundleBytes = statSync(join(bundleFolder, BUNDLE)).size;
await transpileInto(esmFolder, "esm");
await transpileInto(cjsFolder, "cjs");

const variants = [
  { name: "bundle", folder: bundleFolder },
  { name: "unbundled", folder: esmFolder },
  { name: "unbundled, as CommonJS", folder: cjsFolder },
];
const loads = variants.map((): Load[] => []);
for (let round = -1; round < rounds; round++) {
  // Each starts a round in its turn; the round before the first fills the file cache.
  for (let step = 0; step < variants.length; step++) {
    const index = (step + round + 1) % variants.length;
    const load = loadOnce(variants[index]?.folder ?? "");
    if (round >= 0) loads[index]?.push(load);
  }
}
rmSync(work, { recursive: true });

const figures = variants.map(({ name }, index) => {
  const own = loads[index] ?? [];
  const of = (pick: (load: Load) => number): number => median(own.map(pick));
  return {
    name,
    ms: of(({ ms }) => ms),
    fastestMs: Math.min(...own.map(({ ms }) => ms)),
    cpuMs: of(({ cpuMs }) => cpuMs),
    rssBytes: of(({ rssBytes }) => rssBytes),
  };
});
const [bundled = Number.NaN, esm = Number.NaN, cjs = Number.NaN] = figures.map(({ ms }) => ms);
const ratio = bundled / esm;

console.log(
  table([
    ["loading the app", "median", "fastest", "processor", "memory after"],
    ...figures.map(({ name, ms, fastestMs, cpuMs, rssBytes }) => [
      name,
      `${ms.toFixed(0)} ms`,
      `${fastestMs.toFixed(0)} ms`,
      `${cpuMs.toFixed(0)} ms`,
      `${(rssBytes / 1e6).toFixed(0)} MB`,
    ]),
  ]),
);
console.log(
  `${rounds} rounds, ${loads[0]?.[0]?.functions ?? 0} functions; bundle ÷ CommonJS: ${(bundled / cjs).toFixed(2)}`,
);
judge([
  {
    name: "loading the bundle ÷ loading it unbundled",
    value: ratio,
    unit: "",
    bar: 0.4,
    atMost: true,
  },
  { name: "bundle", value: bundleBytes / 1000, unit: " KB", bar: 1600, atMost: true },
]);
conclude(options, { rounds, figures, ratio, bundleBytes });

function loadOnce(folder: string): Load {
  const program = join(import.meta.dirname, "load-app.ts");
  const { PATH = "" } = process.env;
  return JSON.parse(
    execFileSync(process.execPath, [program, folder], { encoding: "utf8", env: { PATH } }),
  ) as Load;
}
