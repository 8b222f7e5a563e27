import * as v from "valibot";

/**
 * Who asked for a batch, or decided about one, as far as it is proven. `queue`: somebody with the right
 * to send to the queue, whom only the storage account's log names. `file`: somebody with the right to write to
 * container inbox. `policy`: this program. `person`: somebody whose sign-in signed this one message.
 */
export type Who =
  | { readonly kind: "queue" }
  | { readonly kind: "file" }
  | { readonly kind: "policy"; readonly policy: string }
  | { readonly kind: "person"; readonly oid: string; readonly name?: string | undefined };

/** What a stored `Who` must have. */
export const whoShape = v.variant("kind", [
  v.object({ kind: v.literal("queue") }),
  v.object({ kind: v.literal("file") }),
  v.object({ kind: v.literal("policy"), policy: v.string() }),
  v.object({ kind: v.literal("person"), oid: v.string(), name: v.optional(v.string()) }),
]);

/** Whether both are known persons, and the same one. */
export const isSamePerson = (one: Who, other: Who): boolean =>
  one.kind === "person" && other.kind === "person" && one.oid === other.oid;

/** Who it was, in words that may follow "by". */
export function whoInWords(who: Who): string {
  switch (who.kind) {
    case "queue":
      return "somebody with the right to send to the queue";
    case "file":
      return "somebody with the right to write to the container inbox";
    case "policy":
      return `the policy ${who.policy}`;
    case "person":
      return who.name === undefined ? who.oid : `${who.name} (${who.oid})`;
  }
}
