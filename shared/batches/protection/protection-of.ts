import type { PlannedWrite } from "../../catalogue/row.ts";
import { whyProtected } from "../../guards/protected.ts";
import type { BatchPorts } from "../ports.ts";
import { readProtected } from "./read-protected.ts";

/**
 * Reads once what is protected in a tenant, and answers why a write would change it.
 *
 * @throws OperatorError READ_INCOMPLETE, disposition `retry`, and the token module's.
 */
export async function protectionOf(
  ports: Pick<BatchPorts, "graphFor" | "principalIn" | "settings">,
  tenant: string,
): Promise<(write: Pick<PlannedWrite, "target">) => string | undefined> {
  const { groups, ...rule } = ports.settings.protection;
  const sets = await readProtected(ports.graphFor(tenant), {
    ...rule,
    groups: groups.filter((group) => group.tenant === tenant).map(({ id }) => id),
    own: await ports.principalIn(tenant),
  });
  return (write) => whyProtected(write, sets);
}
