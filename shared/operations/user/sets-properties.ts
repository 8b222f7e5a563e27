import { type DecidedRow, failedRow, notFound, unchangedRow } from "../../catalogue/decided-row.ts";
import type { DoneRow, Inverse } from "../../catalogue/inverse.ts";
import { selecting } from "../../catalogue/kinds/selecting.ts";
import { type Operation, defineOperation } from "../../catalogue/operation.ts";
import type { Fields, Payload } from "../../catalogue/payload.ts";
import type { Properties } from "../../catalogue/row.ts";
import { hasAll } from "../../catalogue/same-value.ts";
import { touchedBy } from "../../catalogue/touched.ts";
import { recordOf } from "../../core/record.ts";
import { userOf, userWrite } from "./user-change.ts";
import { countsOf, permissionsToSet } from "./user-properties.ts";

/** An operation that sets properties of a user: what is its own. */
interface SetsProperties extends Pick<Operation, "summary" | "example"> {
  /** Its columns; `user` is one. */
  readonly fields: Fields;
  /** The properties that it may set. */
  readonly properties: readonly string[];
  /** What a row sets; without it, each column but `user` is a property. */
  readonly set?: (payload: Payload) => Properties;
  /** Why a row is unchanged. */
  readonly unchanged?: string;
  /** What is read besides, and why a user that was read cannot be changed. */
  readonly reads?: readonly string[];
  readonly refuses?: (user: Properties) => DecidedRow | undefined;
  readonly inverse: (done: DoneRow) => Inverse;
}

const columnsOf = ({ user: _user, ...set }: Payload): Properties => set;

/**
 * An operation that sets properties of a user in one PATCH. The same PATCH twice has one effect, so a look
 * after a lost answer compares the values.
 */
export function setsProperties(own: SetsProperties): Operation {
  const { summary, fields, example, properties, set: setOf = columnsOf, reads = [], inverse } = own;
  const isFixed = own.set !== undefined;
  return defineOperation({
    summary,
    fields,
    example,
    target: "user",
    permissions: (columns) =>
      permissionsToSet(isFixed ? properties : columns.filter((column) => column !== "user")),
    guarded: (payload, found) => countsOf(setOf(payload), found?.["user"]),
    lookups: (payload) => ({
      user: {
        kind: "user",
        ref: userOf(payload),
        select: ["id", ...Object.keys(setOf(payload)), ...reads],
      },
    }),
    decide: (payload, { user }) => {
      const set = setOf(payload);
      if (Object.keys(set).length === 0) {
        return failedRow("The row sets no property.", "Fill at least one cell beside user.");
      }
      if (user?.state !== "found" && user?.state !== "coming") return notFound("user", user);
      if (user.state === "found") {
        if (hasAll(user.object, set)) {
          return unchangedRow(own.unchanged ?? "The user has these values.", user.id);
        }
        const refused = own.refuses?.(user.object);
        if (refused) return refused;
      }
      return { write: userWrite(userOf(payload), user, set) };
    },
    touched: ({ set = {} }, present) => touchedBy(set, present),
    request: ({ target, set = {} }) => ({
      method: "PATCH",
      url: `/users/${target.user}`,
      body: set,
    }),
    look: ({ target, set = {} }) => ({
      method: "GET",
      url: `/users/${target.user}${selecting(["id", "userPrincipalName", ...Object.keys(set)])}`,
    }),
    inPlace: (answer, { write }) =>
      answer.status === 200 && write.set !== undefined && hasAll(recordOf(answer.body), write.set),
    inverse,
  });
}
