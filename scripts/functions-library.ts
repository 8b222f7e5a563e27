import { readFileSync } from "node:fs";

import type { Plugin } from "esbuild";

/** A text of the library, and what the bundle has instead. */
interface Change {
  readonly from: string;
  readonly to: string;
}

/**
 * `@azure/functions` parses the text of a queue message, and copies everything in its trigger metadata by a
 * recursion. Both run before our handler, so we cannot refuse what they do not survive:
 *
 * - An object nested in some 2,000 levels ends in a RangeError: no handler runs, neither for the queue nor
 *   for its poison queue, and the message disappears without a word.
 * - A key that stands twice in a JSON message is reduced to its last value: `"mode":"plan","mode":"apply"`
 *   would be applied.
 *
 * In the bundle a queue's handler receives the text as it was sent, and metadata is copied to a depth
 * that nothing of the host's own reaches.
 */
const CHANGES: readonly Change[] = [
  {
    from: "input = (0, fromRpcTypedData_1.fromRpcTypedData)(binding.data);",
    to: `input = bindingType === "queueTrigger" && typeof binding.data?.string === "string"
                          ? binding.data.string
                          : (0, fromRpcTypedData_1.fromRpcTypedData)(binding.data);`,
  },
  {
    from: `function toCamelCaseValue(data) {
    if (typeof data !== 'object' || data === null) {`,
    to: `function toCamelCaseValue(data, depth = 0) {
    if (typeof data !== 'object' || data === null || depth > 64) {`,
  },
  {
    from: "return data.map(toCamelCaseValue);",
    to: "return data.map((each) => toCamelCaseValue(each, depth + 1));",
  },
  {
    from: "result[toCamelCaseKey(key)] = toCamelCaseValue(value);",
    to: "result[toCamelCaseKey(key)] = toCamelCaseValue(value, depth + 1);",
  },
];

/**
 * The library's source with the changes.
 *
 * @throws Error if a text to change is not there exactly once: another version of the library came.
 */
export function changeLibrary(source: string): string {
  let changed = source;
  for (const { from, to } of CHANGES) {
    if (changed.split(from).length !== 2) {
      throw new Error(
        `@azure/functions has changed: look again at scripts/functions-library.ts (${from})`,
      );
    }
    changed = changed.replace(from, () => to);
  }
  return changed;
}

/** Applies the changes while esbuild bundles. */
export const functionsLibrary: Plugin = {
  name: "functions-library",
  setup: (build) => {
    build.onLoad(
      { filter: /@azure[\\/]functions[\\/]dist[\\/]azure-functions\.js$/ },
      ({ path }) => ({
        contents: changeLibrary(readFileSync(path, "utf8")),
        loader: "js",
      }),
    );
  },
};
