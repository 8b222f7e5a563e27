import type { Attempt } from "../../shared/catalogue/operation.ts";
import type { ReadyWrite } from "../../shared/catalogue/row.ts";
import { toObjectId } from "../../shared/core/object-id.ts";
import type { OperationName } from "../../shared/operations/list.ts";
import type { scene } from "../cloud/graph/testing/error-rows.ts";
import { TENANT, type GraphFixture } from "../cloud/graph/testing/graph-fixture.ts";

export type Scene = Awaited<ReturnType<typeof scene>>;

/** A refusal that the product has words for, and how it comes about in the local cloud. */
export interface Pair {
  /** What the product says of it, or `retry`, `doubt`, or an unchanged row. */
  readonly says: RegExp;
  readonly name: OperationName;
  /** What makes Graph refuse, and where that is documented. */
  readonly because: string;
  readonly source: string;
  /** Brings it about, and tells what the row writes. */
  readonly cause: (scene: Scene) => Promise<ReadyWrite>;
  readonly as?: { readonly roles?: readonly string[]; readonly token?: string };
  readonly seen?: Partial<Attempt>;
}

export const NOBODY = "00000000-0000-4000-8000-000000000000";

/** The write that sets these values of a user. */
export const user = (id: string, set?: ReadyWrite["set"]): ReadyWrite => ({
  target: { kind: "user", user: toObjectId(id) },
  keys: [],
  ...(set && { set }),
});
/** Changes the directory or how it behaves. */
export const control = (
  graph: GraphFixture,
  action: "update" | "conditions",
  values: object,
): unknown => graph.app.control(action, { tenant: TENANT, ...values });
