import { createRequire } from "node:module";
import { join, resolve } from "node:path";

import { registeredBy } from "./check/registered.ts";

/** `node infra/function-names.ts FOLDER` prints the names of the functions that a built bundle registers, sorted. */

const folder = resolve(process.argv[2] ?? "dist");
const registered = await registeredBy(() => createRequire(join(folder, "package.json"))(folder));
if (registered.length === 0) throw new TypeError(`The bundle in ${folder} registers no function.`);
console.log(
  registered
    .map(({ name }) => name)
    .toSorted()
    .join("\n"),
);
