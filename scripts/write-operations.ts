import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { root } from "./bundle.ts";

const folder = join(root, "shared/operations");
const target = join(folder, "list.ts");

/** `group/add-member` is the file of `group.add-member`, imported as `groupAddMember`. */
const camel = (file: string): string =>
  file.replace(/[-/]./g, ([, next = ""]) => next.toUpperCase());

/** The files that define an operation; those beside them hold what several operations share. */
const operationFiles = (): readonly string[] =>
  globSync("*/*.ts", { cwd: folder })
    .filter((file) => readFileSync(join(folder, file), "utf8").includes("export default "))
    .map((file) => file.replace(/\.ts$/, ""))
    .toSorted();

/** The source of `list.ts`: one import and one entry for every operation below `operations/`. */
function listSource(): string {
  const files = operationFiles();
  return [
    "// Written by scripts/write-operations.ts. Do not edit: add a file below this folder instead.",
    'import type { Operation } from "../catalogue/operation.ts";',
    ...files.map((file) => `import ${camel(file)} from "./${file}.ts";`),
    "",
    "export const catalogue = {",
    ...files.map((file) => `  "${file.replace("/", ".")}": ${camel(file)},`),
    "} as const satisfies Record<string, Operation>;",
    "",
    "export type OperationName = keyof typeof catalogue;",
    "",
  ].join("\n");
}

/** Whether `list.ts` is what the folder holds. */
export const isListCurrent = (): boolean => readFileSync(target, "utf8") === listSource();

/** Brings `list.ts` up to the files in the folder. */
export function writeOperationList(): void {
  writeFileSync(target, listSource());
}

if (import.meta.filename === process.argv[1]) writeOperationList();
