import type { Tenant } from "../../app/tenant.ts";
import type { Values } from "../../store/entity.ts";

/** The open extensions of one object, by name in lower case. */
export const extensionShelf = (tenant: Tenant, id: string): Map<string, Values> =>
  tenant.shelves.of(`${id}/extensions`);
