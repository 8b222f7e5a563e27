import * as v from "valibot";

import { check } from "../../core/check.ts";
import { isGuid } from "../../core/object-id.ts";

const ringMessage = v.strictObject({
  version: v.literal(1),
  tenant: v.pipe(v.string(), v.check(isGuid, "GUID"), v.toLowerCase()),
});

/** The message on queue `run` that wakes a tenant's runner. */
export const ringFor = (tenant: string): string => JSON.stringify({ version: 1, tenant });

/** The tenant that a ring is for. @throws OperatorError MESSAGE_INVALID, disposition `refuse` */
export const tenantOfRing = (message: unknown): string =>
  check(ringMessage, message, { what: "ring" }).tenant;
