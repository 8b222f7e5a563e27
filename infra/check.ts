import { join } from "node:path";

import { rules } from "./check/all-rules.ts";
import type { Finding } from "./check/bicep-file.ts";
import { idFindings } from "./check/check-ids.ts";
import { typeFindings } from "./check/check-types.ts";
import { compilerFindings, findCompiler } from "./check/compiler.ts";
import { createInfra, readInfraFiles } from "./check/infra.ts";
import { createParser } from "./check/parse.ts";
import { readProduct } from "./check/product.ts";
import { readResourceTypes } from "./check/resource-types.ts";
import { catalogueOf } from "./check/rules/permissions.ts";

/** `npm run check:infra`: runs every check, and says which ones were left out and why. */

const root = join(import.meta.dirname, "..");
const infra = createInfra(readInfraFiles(root), await readProduct(root), await createParser());
let wrong = 0;

const say = (title: string, complaints: readonly string[]): void => {
  wrong += complaints.length;
  console.log(`${complaints.length === 0 ? "ok      " : "wrong   "} ${title}`);
  for (const each of complaints) console.log(`         ${each}`);
};
const leftOut = (title: string, why: string): void => console.log(`left out ${title}: ${why}`);
const placed = ({ file, line, message }: Finding): string => `${file}:${line} ${message}`;

for (const { says, findings } of Object.values(rules)) say(says, findings(infra).map(placed));

const types = readResourceTypes(root);
const typed = "every resource fits its official type";
if (types === undefined) leftOut(typed, "../shared/data/bicep-types.json is not here");
else say(typed, infra.bicep.flatMap((file) => typeFindings(file, types)).map(placed));

const ids = idFindings(root, catalogueOf(infra));
const known = "every app role id is Microsoft's";
if (ids === undefined) leftOut(known, "../shared/data/graph-permissions.json is not here");
else say(known, ids);

const compiler = findCompiler(import.meta.dirname);
const compiled = "the Bicep compiler has nothing to say";
if (compiler === undefined) leftOut(compiled, "neither bicep nor az bicep is on PATH");
else say(`${compiled} (${compiler.name})`, compilerFindings(compiler));

process.exitCode = wrong === 0 ? 0 : 1;
