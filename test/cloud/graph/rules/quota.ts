import type { Tenant } from "../app/tenant.ts";
import { GraphError } from "../http/graph-error.ts";

/** A deleted object that can be restored counts a quarter (directory-service-limits-restrictions). */
const DELETED_SHARE = 0.25;

/** @throws GraphError 403 if the tenant holds as many objects as it may */
export function demandRoom({ directory, conditions }: Tenant): void {
  const { live, deleted } = directory;
  const count = (kinds: typeof live): number =>
    Object.values(kinds).reduce((sum, { size }) => sum + size, 0);
  if (count(live) + DELETED_SHARE * count(deleted) < conditions.directoryQuota) return;
  throw new GraphError(
    403,
    "Directory_QuotaExceeded",
    "The directory object quota limit for the Tenant has been exceeded. Please ask your administrator to increase the quota limit or delete objects to reduce the used quota.",
  );
}
