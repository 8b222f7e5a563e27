import type { ApplicationKeys } from "./application-keys.ts";
import type { OpenCertificates } from "./certificates-file.ts";
import type { Certificate, CertificateVersion, RollPorts } from "./roll-certificate-ports.ts";

/** One call's surroundings. */
export interface Roll extends RollPorts {
  readonly certificate: Certificate;
  /** What the vault serves. */
  readonly newest: CertificateVersion;
  readonly file: OpenCertificates;
  readonly keys: ApplicationKeys;
  /** For people who read the function's log. */
  readonly note: (line: string) => void;
}
