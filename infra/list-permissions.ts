import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { PermissionCatalogue } from "./check/rules/permissions.ts";

/** Reads compiled parameters (`bicep build-params --stdout`) and lists the permissions of their features. */

interface Compiled {
  /** Itself JSON, of the form of an ARM parameter file. */
  readonly parametersJson: string;
}

interface Parameters {
  readonly parameters: { readonly features?: { readonly value?: readonly string[] } };
}

const compiled: Compiled = JSON.parse(readFileSync(0, "utf8"));
const { parameters }: Parameters = JSON.parse(compiled.parametersJson);
const catalogue: PermissionCatalogue = JSON.parse(
  readFileSync(join(import.meta.dirname, "graph-permissions.json"), "utf8"),
);
const needed = new Map<string, string[]>();
for (const feature of parameters.features?.value ?? []) {
  for (const permission of catalogue.features[feature] ?? []) {
    needed.set(permission, [...(needed.get(permission) ?? []), feature]);
  }
}
for (const permission of [...needed.keys()].toSorted()) {
  console.log(`${permission} (${(needed.get(permission) ?? []).join(", ")})`);
}
