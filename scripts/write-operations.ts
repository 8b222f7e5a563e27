import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { root } from "./bundle.ts";

const folder = join(root, "shared/operations");
const target = join(folder, "list.ts");

const rowsFolder = join(root, "test/operations/rows");
const rowsTarget = join(root, "test/operations/rows.ts");

/** `user/license/assign-license` is the file of `user.assign-license`: its first folder and its own name. */
const nameOf = (file: string): string => file.replace(/\/.*\//, "/").replace("/", ".");

/** `group.add-member` is imported as `groupAddMember`. */
const camel = (name: string): string =>
  name.replace(/[-.]./g, ([, next = ""]) => next.toUpperCase());

/** The files that define an operation; those beside them hold what several operations share. */
function definitions(within: string): readonly (readonly [name: string, file: string])[] {
  const files = globSync("*/**/*.ts", { cwd: within })
    .filter((file) => readFileSync(join(within, file), "utf8").includes("export default "))
    .map((file) => file.replace(/\.ts$/, ""));
  const named = files.map((file) => [nameOf(file), file] as const);
  const names = new Set(named.map(([name]) => name));
  if (names.size < named.length) throw new Error(`two files have one name: ${files.join(", ")}`);
  return named.toSorted(([one], [other]) => (one < other ? -1 : 1));
}

/** The source of `list.ts`: one import and one entry for every operation below `operations/`. */
function listSource(): string {
  const files = definitions(folder);
  return [
    "// Written by scripts/write-operations.ts. Do not edit: add a file below this folder instead.",
    'import type { Operation } from "../catalogue/operation.ts";',
    ...files.map(([name, file]) => `import ${camel(name)} from "./${file}.ts";`),
    "",
    "export const catalogue = {",
    ...files.map(([name]) => `  "${name}": ${camel(name)},`),
    "} as const satisfies Record<string, Operation>;",
    "",
    "export type OperationName = keyof typeof catalogue;",
    "",
  ].join("\n");
}

/** The source of the tests' table. It does not type-check if an operation lacks a row below `rows/`. */
function rowsSource(): string {
  const files = definitions(rowsFolder);
  return [
    "// Written by scripts/write-operations.ts. Do not edit: add a file below `rows/` instead.",
    'import type { OperationName } from "../../shared/operations/list.ts";',
    'import type { OperationRow } from "./operation-row.ts";',
    ...files.map(([name, file]) => `import ${camel(name)} from "./rows/${file}.ts";`),
    "",
    "/** What tests expect of each operation. */",
    "export const rows: Readonly<Record<OperationName, OperationRow>> = {",
    ...files.map(([name]) => `  "${name}": ${camel(name)},`),
    "};",
    "",
  ].join("\n");
}

/** Whether both lists are what the folders hold. */
export const areListsCurrent = (): boolean =>
  readFileSync(target, "utf8") === listSource() &&
  readFileSync(rowsTarget, "utf8") === rowsSource();

/** Brings both lists up to the files in the folders. */
export function writeOperationLists(): void {
  writeFileSync(target, listSource());
  writeFileSync(rowsTarget, rowsSource());
}

if (import.meta.filename === process.argv[1]) writeOperationLists();
