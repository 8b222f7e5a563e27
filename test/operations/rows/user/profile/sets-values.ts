import { ann, answer } from "../../../../catalogue/answers.ts";
import { type OperationRow, found } from "../../../operation-row.ts";

type Values = Readonly<Record<string, unknown>>;

/** What every operation that sets properties of a user has in common. */
export function setsValues({
  set,
  before,
  cells = set,
  keys = [],
  guarded,
}: {
  readonly set: Values;
  readonly before: Values;
  /** The row's cells, if they are not called as the properties. */
  readonly cells?: Values;
  /** Its keys beside the user's. */
  readonly keys?: readonly string[];
  readonly guarded?: OperationRow["written"]["guarded"];
}): Pick<OperationRow, "written" | "unchanged" | "refused" | "looks"> {
  const payload = { user: ann, ...cells };
  const write = { target: { kind: "user", user: ann }, set, keys: [] } as const;
  return {
    written: {
      payload,
      found: { user: found(ann, before) },
      keys: [`object:${ann}`, ...keys],
      request: { method: "PATCH", url: `/users/${ann}`, body: set },
      ...(guarded && { guarded }),
      touched: { before, after: set },
    },
    unchanged: { payload, found: { user: found(ann, set) } },
    refused: [
      {
        when: "the user does not exist",
        payload,
        found: { user: { state: "missing" } },
        says: /No object.*column user/,
      },
    ],
    looks: [
      {
        when: "the user has the row's values",
        answer: answer(200, undefined, "", { id: ann, ...set }),
        write,
        is: "done",
      },
      {
        when: "the user has the values before",
        answer: answer(200, undefined, "", { id: ann, ...before }),
        write,
        is: "send again",
      },
    ],
  };
}

/** A row without a cell beside the user's. */
export const setsNothing: OperationRow["refused"][number] = {
  when: "it sets nothing",
  payload: { user: ann },
  found: { user: found(ann) },
  says: /sets no property/,
};
