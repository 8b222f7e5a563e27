import type { ObjectId } from "../core/object-id.ts";
import type { Payload } from "./payload.ts";
import type { Properties } from "./row.ts";

/** A row that was written, as its operation sees it when it is to be undone. */
export interface DoneRow {
  /** What the row is about: the user, the member of the group, or what another edge names. */
  readonly object: ObjectId;
  /** The group, if the row changed a membership. */
  readonly group?: ObjectId | undefined;
  /** What holds the edge, if the row changed one; the group of a membership. */
  readonly holder?: ObjectId | undefined;
  /** The values that the row wrote. */
  readonly set: Properties;
  /** The same properties as they were before; `undefined` if they are not kept, or no longer. */
  readonly before?: Properties | undefined;
  /** Whole days since it was written. */
  readonly daysAgo: number;
}

/** The row that undoes another, or why there is none. */
export type Inverse =
  | {
      readonly operation: string;
      /** Its cells, as a sender would fill them; null clears. */
      readonly cells: Payload;
      /** What the user must still have: otherwise somebody changed it since, and the row is skipped. */
      readonly onlyIf?: Properties;
      /** Properties that keep the value which the row wrote, because Graph takes no empty one. */
      readonly kept?: readonly string[];
    }
  | {
      readonly why: string;
      readonly fix: string;
      /** Only because the values before are not known. */
      readonly lacksBefore?: true;
    };
