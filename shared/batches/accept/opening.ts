import type { BatchFiles } from "../../records/batch-files.ts";
import type { Admission } from "../../records/ledger/admission.ts";
import type { BatchStatus } from "../../records/status.ts";
import type { BatchPorts } from "../ports.ts";

/** What a check works with. */
export type AdmitPorts = Pick<
  BatchPorts,
  | "blobs"
  | "clock"
  | "emit"
  | "settings"
  | "graphFor"
  | "rolesFor"
  | "principalIn"
  | "catalogue"
  | "consentUrl"
>;

/** A planned batch that the tenant's runner is about to open. */
export interface Opening extends BatchFiles {
  readonly folder: string;
  /** Whether anything of it may have been sent: its journal was begun. Such a batch is not held. */
  readonly isBegun: boolean;
  readonly status: BatchStatus | undefined;
}

/** One thing to see to before a batch is opened. Repeating it changes nothing; `run` asks the next one. */
export type AdmissionCheck = (ports: AdmitPorts, opening: Opening) => Promise<Admission>;
