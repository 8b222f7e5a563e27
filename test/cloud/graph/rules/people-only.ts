import { denied } from "../http/graph-error.ts";
import type { Call } from "../resources/call.ts";

/** Operations that the reference supports for signed-in people only. @throws GraphError 403 for an application */
export function demandPerson({ caller }: Call): void {
  if (caller.scopes === undefined) throw denied();
}
