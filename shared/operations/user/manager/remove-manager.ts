import { notFound, unchangedRow } from "../../../catalogue/decided-row.ts";
import { required, userReference } from "../../../catalogue/fields.ts";
import { final, notReplicatedYet } from "../../../catalogue/judge.ts";
import { defineOperation } from "../../../catalogue/operation.ts";
import { hasAll } from "../../../catalogue/same-value.ts";
import { managerRefUrl } from "../../../core/graph-request.ts";
import { userWrite } from "../user-change.ts";
import { changedNothing, lacksBefore } from "../values-back.ts";
import {
  isManaged,
  managerIn,
  managerLook,
  managerPermissions,
  managerSet,
  managerTouched,
} from "./manager.ts";

/** Leaves a user without a manager; the manager's account is not touched. */
export default defineOperation({
  summary: "Leaves a user without a manager.",
  fields: { user: required(userReference) },
  example: { user: "ann@contoso.com" },
  target: "user",
  permissions: managerPermissions,
  guarded: () => ({ "cleared-values": 1 }),
  lookups: ({ user: ref }) => ({ user: { kind: "user", ref, select: ["id", "manager"] } }),
  decide: (payload, { user }) => {
    if (user?.state !== "found" && user?.state !== "coming") return notFound("user", user);
    const set = managerSet(null);
    return user.state === "found" && hasAll(user.object, set)
      ? unchangedRow("The user has no manager.", user.id)
      : { write: userWrite(payload.user, user, set) };
  },
  touched: managerTouched,
  request: ({ target }) => ({ method: "DELETE", url: managerRefUrl(target.user) }),
  judge: (answer, attempt) => {
    const { user } = attempt.write.target;
    const notYet = attempt.doubted ? undefined : notReplicatedYet(answer, attempt);
    // Graph names what it did not find: the user, or the manager.
    const isOfUser = answer.error?.message.toLowerCase().includes(user) ?? false;
    if (notYet || answer.status !== 404 || isOfUser) return notYet;
    return final(
      attempt.doubted
        ? {
            verdict: "done",
            reason: "The answer was lost; the user has no manager.",
            objectId: user,
          }
        : {
            verdict: "unchanged",
            reason: "The manager was removed after the plan, not by this row.",
            objectId: user,
          },
    );
  },
  look: managerLook,
  inPlace: (answer, { write }) => isManaged(answer, write),
  inverse: ({ object, set, before }) => {
    if (before === undefined) return lacksBefore;
    const manager = managerIn(before);
    return manager === undefined
      ? changedNothing
      : { operation: "user.set-manager", cells: { user: object, manager }, onlyIf: set };
  },
});
