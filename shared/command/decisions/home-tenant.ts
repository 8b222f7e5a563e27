import { isGuid } from "../../core/object-id.ts";
import type { Account } from "../account/account.ts";
import { usageError } from "../terminal/command-error.ts";

/** The tenants that have a folder in container runner: those that ever had work. */
export async function tenantsSeen(account: Account): Promise<string[]> {
  const tenants: string[] = [];
  for await (const folder of account.folders("runner", "")) {
    const name = folder.slice(0, -1);
    if (isGuid(name)) tenants.push(name);
  }
  return tenants;
}

/** The only tenant there is. @throws CommandError if there are several, so that one must be named */
export async function homeTenant(account: Account): Promise<string> {
  const [tenant, ...others] = await tenantsSeen(account);
  if (tenant !== undefined && others.length === 0) return tenant;
  throw usageError(
    tenant === undefined ? "No tenant has had work yet." : "There are several tenants.",
    "Name it: --tenant ID.",
  );
}
