import type { SealedByRow } from "../../records/journal.ts";
import type { OpenBatch } from "../batch/open-batch.ts";
import type { Site } from "../batch/site.ts";
import type { OpenRow } from "../schedule/open-row.ts";
import { type Placed, operationOf } from "./part-outcome.ts";

type Row = OpenRow<OpenBatch>;

/** A password in this process's memory, and sealed. */
interface RowPassword {
  readonly clear: string;
  readonly sealed: string;
}

/**
 * The passwords of open rows. A row that is sent again is sent with the same one, so that it does not
 * matter which of its sends Graph took. They are forgotten with the row.
 */
const passwords = new WeakMap<Row, RowPassword>();

/** Why a row is not sent. */
export interface NoRequest {
  readonly why: string;
  readonly fix?: string;
}

/**
 * Makes and seals the password of a row that gives one, once, if the deployment keeps passwords. A row
 * whose password cannot be sealed is not sent: its user would have one that nobody learns.
 */
export async function sealPasswordOf(site: Site, row: Row): Promise<NoRequest | undefined> {
  if (site.sealPassword === undefined || passwords.has(row)) return undefined;
  if (operationOf(site, row)?.password === undefined) return undefined;
  const clear = site.makePassword();
  const { batch } = row.lane.files.manifest;
  try {
    passwords.set(row, { clear, sealed: await site.sealPassword(clear, { batch, row: row.row }) });
    return undefined;
  } catch {
    return {
      why: "The password could not be sealed.",
      fix: "Check the setting PASSWORD_KEY, and send the row again in a new batch.",
    };
  }
}

/** Makes the password to send: the row's own, else one that nobody will know. */
export const passwordOf =
  (site: Site, row: Row): (() => string) =>
  () =>
    passwords.get(row)?.clear ?? site.makePassword();

/** What the journal keeps of the passwords of these rows; nothing if it keeps none. */
export function sealedOf(rows: readonly Placed[]): { readonly sealed?: SealedByRow } {
  const sealed = rows.flatMap(({ row }) => {
    const own = passwords.get(row);
    return own === undefined ? [] : [[row.row, own.sealed] as const];
  });
  return sealed.length === 0 ? {} : { sealed: Object.fromEntries(sealed) };
}
