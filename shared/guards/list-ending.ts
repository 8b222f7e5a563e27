import type { BatchManifest } from "../records/manifest.ts";
import type { GuardFinding } from "../records/plan.ts";

/** What is known of an input that says who the members of groups shall be. */
interface ListInput {
  readonly manifest: Pick<BatchManifest, "isWhole">;
  /** Rows of it are whole lists of members. */
  readonly hasLists: boolean;
  /** How many members are removed from groups. */
  readonly removals: number;
  /** The setting TRIPWIRES. */
  readonly isOn: boolean;
}

/**
 * Holds a batch that removes whoever its lists do not name, if its file may have been cut off: between two rows
 * or in the last cell nothing else shows it. It has a past as a rerun has, so its scope is the source.
 */
export function findListEnding({
  manifest,
  hasLists,
  removals,
  isOn,
}: ListInput): readonly GuardFinding[] {
  if (!hasLists) return [];
  const count = manifest.isWhole || removals === 0 ? 0 : 1;
  const held = isOn && count > 0;
  const finding = {
    guard: "list-ending",
    kind: "lists that may be cut off",
    scope: "source",
    count,
    limit: 0,
    left: 0,
    setting: "TRIPWIRES",
    held,
  } as const;
  return held ? [{ ...finding, reason: REASON, fix: FIX }] : [finding];
}

const REASON =
  "its rows are whole lists of members, who is missing in them is removed, and nothing shows that its file was not cut off";
const FIX =
  "See whether the file is whole; if it is, approve the batch. Next time end it with the line (end), or say its number of rows in the message (rowCount), as npm run batch -- submit does.";
