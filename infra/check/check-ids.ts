import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { PermissionCatalogue } from "./rules/permissions.ts";

interface PermissionData {
  readonly appRoles: Readonly<Record<string, { readonly appRoleId: string }>>;
}

/**
 * Compares the app role ids with Microsoft's own list in the data folder beside the repository
 * (../shared/data); undefined if it is not there.
 */
export function idFindings(
  root: string,
  { permissions }: PermissionCatalogue,
): string[] | undefined {
  const path = join(root, "../shared/data/graph-permissions.json");
  if (!existsSync(path)) return undefined;
  const data: PermissionData = JSON.parse(readFileSync(path, "utf8"));
  return Object.entries(permissions)
    .filter(([name, id]) => data.appRoles[name]?.appRoleId !== id)
    .map(
      ([name, id]) =>
        `${name} has ${id}; Microsoft has ${data.appRoles[name]?.appRoleId ?? "none"}`,
    );
}
