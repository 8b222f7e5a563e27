import { badRequest, GraphError } from "../http/graph-error.ts";
import type { Call } from "../resources/call.ts";
import { notReplicated, referenced } from "../resources/resolve.ts";
import type { Entity, Values } from "../store/entity.ts";

/** group-post-members, group-post-groups: at most 20 references in one request. */
const MOST_BINDINGS = 20;

/** The objects a body binds, by relation. */
export interface Bound {
  readonly members: readonly Entity[];
  readonly owners: readonly Entity[];
}

const listOf = (body: Values, name: string): readonly unknown[] => {
  const value = body[`${name}@odata.bind`];
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length === 0) {
    throw badRequest(`Invalid value specified for property '${name}' of resource 'Group'.`);
  }
  return value;
};

/** How many references a body binds, valid or not. */
export const countBindings = (body: Values): number =>
  Object.entries(body).reduce(
    (sum, [name, value]) =>
      name.endsWith("@odata.bind") ? sum + (Array.isArray(value) ? value.length : 1) : sum,
    0,
  );

/**
 * The members and owners that a group's body binds.
 * @throws GraphError 400 for more than 20 in total or a malformed one, 404 naming a missing one
 */
export function boundObjects(call: Call): Bound {
  const { body } = call;
  if (countBindings(body) > MOST_BINDINGS) {
    throw badRequest(
      `The number of references in the request exceeds the maximum of ${MOST_BINDINGS}.`,
    );
  }
  return {
    members: listOf(body, "members").map((reference) => memberNamed(call, reference)),
    owners: listOf(body, "owners").map((reference) => referenced(call, reference)),
  };
}

/** @throws GraphError 404 naming a missing one; 400 without its name under the condition `missingMember` */
function memberNamed(call: Call, reference: unknown): Entity {
  try {
    return referenced(call, reference);
  } catch (error) {
    const isMissing = error instanceof GraphError && error.status === 404;
    throw isMissing && call.tenant.conditions.missingMember === "400" ? notReplicated() : error;
  }
}
