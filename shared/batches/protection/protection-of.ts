import type { PlannedWrite } from "../../catalogue/row.ts";
import { type ProtectedSet, whyProtected } from "../../guards/protected.ts";
import type { BatchPorts } from "../ports.ts";
import { readProtected } from "./read-protected.ts";

/**
 * Reads once what is protected in a tenant, and answers why a write would change it.
 *
 * @throws OperatorError READ_INCOMPLETE, disposition `retry`, and the token module's.
 */
export async function protectionOf(
  ports: Pick<BatchPorts, "graphFor" | "principalIn" | "rolesFor" | "settings">,
  tenant: string,
): Promise<(write: Pick<PlannedWrite, "target">) => string | undefined> {
  const { groups, ...rule } = ports.settings.protection;
  const read = async (): Promise<readonly ProtectedSet[]> =>
    readProtected(ports.graphFor(tenant), {
      ...rule,
      groups: groups.filter((group) => group.tenant === tenant).map(({ id }) => id),
      own: await ports.principalIn(tenant),
    });
  let sets = await read();
  if (sets.some(({ ids }) => ids.kind === "partial")) {
    // What was refused may have been granted since the token was made.
    await ports.rolesFor(tenant, { fresh: true });
    sets = await read();
  }
  return (write) => whyProtected(write, sets);
}
