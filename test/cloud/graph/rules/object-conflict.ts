import { GraphError } from "../http/graph-error.ts";
import { resourceNameOf, type Entity } from "../store/entity.ts";

/**
 * The refusal of a value that another object has: the first detail names the property, the second the
 * other object (Microsoft Entra Connect, ADSyncTools reference, shows the whole form).
 */
export function objectConflict(
  property: string,
  other: Entity | undefined,
  code = "Request_BadRequest",
): GraphError {
  const message = `Another object with the same value for property ${property} already exists.`;
  return new GraphError(400, code, message, {
    details: [
      { code: "ObjectConflict", message, target: property },
      ...(other
        ? [
            {
              code: "ConflictingObjects",
              message,
              target: `${resourceNameOf(other.kind)}_${other.id}`,
            },
          ]
        : []),
    ],
  });
}
