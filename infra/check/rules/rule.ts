import type { Finding } from "../bicep-file.ts";
import type { Infra } from "../infra.ts";

/** A condition that infra/ must meet; each has a test that breaks it on purpose. */
export interface Rule {
  /** The condition, as a sentence. */
  readonly says: string;
  readonly findings: (infra: Infra) => readonly Finding[];
}
