import { checkCertificate as check } from "../../policies/check-certificate/certificate-check.ts";
import type { Call, FlowPorts } from "./ports.ts";

/** Checks that the application will be able to sign in tomorrow, in every tenant. */
export const checkCertificate = (ports: FlowPorts, { note }: Call): Promise<void> =>
  check(ports.certificatePorts, note);
