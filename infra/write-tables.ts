import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { createInfra, readInfraFiles } from "./check/infra.ts";
import { createParser } from "./check/parse.ts";
import { readProduct } from "./check/product.ts";
import { featuresTable, permissionsTable } from "./check/rules/permission-tables.ts";
import { rolesTable } from "./check/rules/roles.ts";
import { withSection } from "./check/rules/table.ts";

/** Writes the tables of docs/permissions.md from the catalogue and the Bicep. */

const root = join(import.meta.dirname, "..");
const page = join(root, "docs/permissions.md");
const infra = createInfra(readInfraFiles(root), await readProduct(root), await createParser());
const tables = {
  features: featuresTable(infra),
  permissions: permissionsTable(infra),
  "azure-roles": rolesTable(infra),
};
let text = readFileSync(page, "utf8");
for (const [name, table] of Object.entries(tables)) text = withSection(text, name, table);
writeFileSync(page, text);
