import { finding, type Infra, textOf } from "../infra.ts";
import { catalogueOf } from "./permissions.ts";
import type { Rule } from "./rule.ts";
import { markdownTable, sectionOf } from "./table.ts";

/** Features and their permissions, as docs/permissions.md lists them. */
export const featuresTable = (infra: Infra): string =>
  markdownTable(
    ["feature", "Graph application permissions"],
    Object.entries(catalogueOf(infra).features).map(([feature, permissions]) => [
      `\`${feature}\``,
      permissions.map((each) => `\`${each}\``).join(", "),
    ]),
  );

/** Permissions and their app role ids. */
export const permissionsTable = (infra: Infra): string =>
  markdownTable(
    ["permission", "app role id"],
    Object.entries(catalogueOf(infra).permissions).map(([name, id]) => [
      `\`${name}\``,
      `\`${id}\``,
    ]),
  );

export const permissionsAreDocumented: Rule = {
  says: "docs/permissions.md has the catalogue's tables",
  findings: (infra) => {
    const page = textOf(infra, "docs/permissions.md");
    const tables = { features: featuresTable(infra), permissions: permissionsTable(infra) };
    return Object.entries(tables)
      .filter(([name, table]) => sectionOf(page, name) !== table)
      .map(([name]) =>
        finding(
          "docs/permissions.md",
          1,
          `the table of ${name} is stale; run: node infra/write-tables.ts`,
        ),
      );
  },
};
