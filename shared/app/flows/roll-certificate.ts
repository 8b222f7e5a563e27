import { OperatorError } from "../../core/errors.ts";
import { readCertificateMessage } from "../../policies/roll-certificate/roll-certificate-message.ts";
import { rollCertificate as roll } from "../../policies/roll-certificate/roll-certificate.ts";
import { decodeMessage } from "../../storage/decode-message.ts";
import type { Call, FlowPorts } from "./ports.ts";
import { type Work, workOrPutBack } from "./put-back.ts";

/** Rolls the certificate if a message of queue `certificate-events` asks for it. */
export function rollCertificate(ports: FlowPorts, call: Call, message: unknown): Promise<void> {
  const from = { message, queue: ports.queues.certificateEvents, clock: ports.clock };
  return workOrPutBack(from, call, () => rollOrDrop(ports, call, message));
}

async function rollOrDrop(ports: FlowPorts, { note }: Call, message: unknown): Promise<Work> {
  const { CERTIFICATE_NAME: name, KEY_VAULT_URI: vaultUri } = ports.settings;
  try {
    const asked = readCertificateMessage(decodeMessage(message), { name, vaultUri });
    if (asked.kind === "roll") return await roll(ports.certificatePorts, asked, note);
    note(`dropped: ${asked.why}`);
  } catch (error) {
    // A refused message may be dropped: the daily check asks for a roll too.
    if (!(error instanceof OperatorError) || error.disposition !== "refuse") throw error;
    note(error.message);
  }
  return { state: "done" };
}
