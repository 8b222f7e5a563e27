import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const target = new URL("catalogue.ts", import.meta.url);

const camel = (file: string): string => file.replace(/-./g, ([, next = ""]) => next.toUpperCase());

/** `group-add-member` is the file of `group.add-member`. */
const operationName = (file: string): string => file.replace("-", ".");

/** The source of `catalogue.ts`: one import and one entry for every file in `operations/`. */
function catalogueSource(): string {
  const files = readdirSync(new URL("../operations/", import.meta.url))
    .map((file) => file.replace(/\.ts$/, ""))
    .toSorted();
  return [
    "// Written by write-catalogue.ts. Do not edit: add a file to operations/ instead.",
    ...files.map((file) => `import ${camel(file)} from "../operations/${file}.ts";`),
    'import type { Operation } from "./operation.ts";',
    "",
    "export const catalogue = {",
    ...files.map((file) => `  "${operationName(file)}": ${camel(file)},`),
    "} as const satisfies Record<string, Operation>;",
    "",
    "export type OperationName = keyof typeof catalogue;",
    "",
    "export const isOperationName = (name: string): name is OperationName =>",
    "  Object.hasOwn(catalogue, name);",
    "",
    "/** The operation of that name; `undefined` for any other word, an object method's included. */",
    "export const operationNamed = (name: string): Operation | undefined =>",
    "  isOperationName(name) ? catalogue[name] : undefined;",
    "",
  ].join("\n");
}

export const isCatalogueCurrent = (): boolean => readFileSync(target, "utf8") === catalogueSource();

/** Writes `catalogue.ts` where it is not what `operations/` holds. */
export function writeCatalogue(): void {
  writeFileSync(target, catalogueSource());
}

if (import.meta.filename === process.argv[1]) writeCatalogue();
