import type { Metafile } from "esbuild";

import { composition, faults, operationParts, ownParts, type Part } from "./bundle-composition.ts";
import { bundle } from "./bundle.ts";

/** Bytes of the whole bundle, minified. It matters for cold start, which bench:start measures. */
const LIMIT = 1_600_000;

/** Bytes that an operation may add. */
const OPERATION_LIMIT = 3_000;

/** What each operation adds, and what is over its limit. */
export function operationReport(metafile: Metafile): { lines: string[]; broken: string[] } {
  const parts = operationParts(metafile);
  const mean = parts.reduce((sum, { bytes }) => sum + bytes, 0) / parts.length;
  return {
    lines: [
      ...parts.slice(0, 5).map(({ file, bytes }) => line(bytes, file)),
      line(mean, `on average of ${parts.length}`),
    ],
    broken: parts.flatMap(({ file, bytes }) =>
      bytes > OPERATION_LIMIT
        ? [`${file} adds ${bytes} bytes, over its limit of ${OPERATION_LIMIT}.`]
        : [],
    ),
  };
}

const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(1);

/** The table, and the limits that are broken; none if all is well. */
export function sizeReport(
  parts: readonly Part[],
  total: number,
  limit = LIMIT,
): { lines: string[]; broken: string[] } {
  return {
    lines: [
      ...parts.map(({ name, bytes, copies }) => {
        const twice = copies.length > 1 ? ` (${copies.length} copies)` : "";
        return line(bytes, `${name ?? "our own code"}${twice}`);
      }),
      line(total, `in all, of ${limit / 1000}`),
    ],
    broken: [
      ...faults(parts),
      ...(total > limit ? [`The bundle is ${total} bytes, over its limit of ${limit}.`] : []),
    ],
  };
}

const line = (bytes: number, what: string): string => `${kilobytes(bytes).padStart(8)} KB  ${what}`;

if (import.meta.filename === process.argv[1]) {
  const made = await bundle(process.argv[2] ?? "functions/index.ts");
  const { lines, broken } = sizeReport(composition(made.metafile), made.code.byteLength);
  console.log(lines.join("\n"));
  console.log("\nour own code by folder");
  for (const { name, bytes } of ownParts(made.metafile)) console.log(line(bytes, name));
  console.log("\nwhat an operation adds");
  const operations = operationReport(made.metafile);
  for (const each of operations.lines) console.log(each);
  broken.push(...operations.broken);
  for (const each of broken) console.error(each);
  if (broken.length > 0) process.exitCode = 1;
}
