import { composition, faults, type Part } from "./bundle-composition.ts";
import { bundle } from "./bundle.ts";

/** DESIGN.md, numbers to reach: the storage SDKs are half of the first. */
const LIMITS = { bundle: 1_250_000, ours: 150_000 };

const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(1).padStart(8);

const over = (what: string, bytes: number, limit: number): string[] =>
  bytes > limit ? [`${what} is ${bytes} bytes, over its limit of ${limit}.`] : [];

/** The table, and the limits that are broken; the latter empty where all is well. */
export function sizeReport(
  parts: readonly Part[],
  total: number,
  limits = LIMITS,
): { lines: string[]; broken: string[] } {
  const ours = parts.find(({ name }) => name === undefined)?.bytes ?? 0;
  return {
    lines: [
      ...parts.map(({ name, bytes, copies }) => {
        const twice = copies.length > 1 ? ` (${copies.length} copies)` : "";
        return `${kilobytes(bytes)} KB  ${name ?? "our own code"}${twice}`;
      }),
      `${kilobytes(total)} KB  in all, of ${limits.bundle / 1000}; ours ${(ours / 1000).toFixed(1)} of ${limits.ours / 1000}`,
    ],
    broken: [
      ...faults(parts),
      ...over("The bundle", total, limits.bundle),
      ...over("Our own code", ours, limits.ours),
    ],
  };
}

if (import.meta.filename === process.argv[1]) {
  const made = await bundle(process.argv[2] ?? "functions/index.ts");
  const { lines, broken } = sizeReport(composition(made.metafile), made.code.byteLength);
  console.log(lines.join("\n"));
  for (const line of broken) console.error(line);
  if (broken.length > 0) process.exitCode = 1;
}
