import type { GraphRead } from "../core/graph-request.ts";
import type { DecidedRow } from "./decided-row.ts";
import { selectingAlso } from "./kinds/selecting.ts";
import { objectTypes } from "./kinds/target-types.ts";
import type { Lookup, Operation } from "./operation.ts";
import type { FinalVerdict, Properties, ReadyWrite } from "./row.ts";
import { hasAll } from "./same-value.ts";
import { subjectOf } from "./target.ts";
import { unknowable } from "./unknowable.ts";

/**
 * An operation whose rows are written only if their user still has the values that an earlier batch wrote,
 * or already those that the row sets: whatever else the user has, somebody gave it since. The plan looks,
 * and so does the runner when the row is due, because its write carries the values.
 */
export const onlyIfStill = (operation: Operation, values: Properties): Operation => ({
  ...operation,
  lookups: (payload) => {
    const lookups = operation.lookups(payload);
    const lookup = lookups[roleIn(lookups)];
    return lookup === undefined || lookup.kind === "object" || operation.shown
      ? lookups
      : { ...lookups, [roleIn(lookups)]: withSelect(lookup, values) };
  },
  decide: (payload, found) => {
    const user = found[roleIn(found)];
    if (user?.state === "missing") return userGone;
    const decision = operation.decide(payload, found);
    if (user?.state !== "found") return decision;
    const set = "write" in decision ? decision.write.set : undefined;
    const isKnown = user.object !== unknowable;
    const isUndone = "final" in decision && decision.final.verdict === "unchanged";
    const changed = isKnown && !isUndone ? changedSince(operation, user.object, values, set) : [];
    if (changed.length > 0) return spared(changed, user.id);
    return "write" in decision ? { write: { ...decision.write, onlyIf: values } } : decision;
  },
});

/** A look at the user of a write that also shows the values which the write expects. */
export const lookingAlso = (
  { shown }: Pick<Operation, "shown">,
  read: GraphRead,
  { onlyIf = {} }: ReadyWrite,
): GraphRead => (shown ? read : { ...read, url: selectingAlso(read.url, Object.keys(onlyIf)) });

/**
 * The verdict on a write whose user has neither the values that it expects nor those that it sets, or is
 * gone; `undefined` if it may be sent.
 */
export function sparedBy(
  operation: Pick<Operation, "shown">,
  { target, onlyIf, set }: ReadyWrite,
  present: Properties | "gone",
): FinalVerdict | undefined {
  if (onlyIf === undefined) return undefined;
  if (present === "gone") return { ...userGone.final, objectId: subjectOf(target) };
  const changed = changedSince(operation, present, onlyIf, set);
  return changed.length === 0 ? undefined : spared(changed, subjectOf(target) ?? "").final;
}

/** The role of what the operation changes: the user, or the only other object that a row names. */
const roleIn = (roles: Readonly<Record<string, unknown>>): string =>
  ["user", ...Object.values(objectTypes).map(({ column }) => column)].find((role) =>
    Object.hasOwn(roles, role),
  ) ?? "user";

const withSelect = (lookup: Exclude<Lookup, { kind: "object" }>, values: Properties): Lookup => ({
  ...lookup,
  select: [...new Set([...lookup.select, ...Object.keys(values)])],
});

/** The properties that have neither the value which is expected nor the one which the row sets. */
function changedSince(
  { shown }: Pick<Operation, "shown">,
  object: Properties,
  values: Properties,
  set: Properties | undefined,
): readonly string[] {
  const names = Object.keys(values);
  const present = shown ? shown(object, names) : object;
  return names.filter(
    (name) =>
      !hasAll(present, { [name]: values[name] }) &&
      !(set && Object.hasOwn(set, name) && hasAll(present, { [name]: set[name] })),
  );
}

/** The verdict on a row whose user has other values by now. */
const spared = (names: readonly string[], objectId: string) =>
  ({
    final: {
      verdict: "skipped",
      reason: `Changed since by somebody: ${names.join(", ")}. Nothing was overwritten.`,
      fix: "If the older values are wanted all the same, set them in a new batch.",
      objectId,
    },
  }) as const satisfies DecidedRow;

/** The verdict on a row whose user is gone by now. */
const userGone = {
  final: {
    verdict: "skipped",
    reason: "Changed since by somebody: the user is deleted, so there is nothing to undo.",
    fix: "If the user is wanted, restore it within 30 days and send the row again in a new batch.",
  },
} as const satisfies DecidedRow;
