import type { Finding } from "../bicep-file.ts";
import type { Infra } from "../infra.ts";

/** One thing that must be so of infra/; each has a test that breaks it on purpose. */
export interface Rule {
  /** What must be so, as a sentence. */
  readonly says: string;
  readonly findings: (infra: Infra) => readonly Finding[];
}
