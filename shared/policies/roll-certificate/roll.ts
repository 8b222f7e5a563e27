import type { Certificate, CertificateVersion } from "../../core/contracts/certificate.ts";
import type { ApplicationKeys } from "./application-keys.ts";
import type { OpenCertificates } from "./certificates-file.ts";
import type { RollPorts } from "./roll-certificate-ports.ts";

/** What one delivery of a message works with. */
export interface Roll extends RollPorts {
  readonly certificate: Certificate;
  /** The version that the vault serves. */
  readonly newest: CertificateVersion;
  readonly file: OpenCertificates;
  readonly keys: ApplicationKeys;
  /** For people who read the function's log. */
  readonly note: (line: string) => void;
}
