import type { CertificateVersion } from "../../core/contracts/certificate.ts";
import { recordIn } from "../../core/parse-json.ts";
import { recordOf } from "../../core/record.ts";
import { certificateCheckBlob } from "../../records/paths.ts";
import type { RollPorts } from "../roll-certificate/roll-certificate-ports.ts";

const DAY_MS = 86_400_000;

/** An event is emitted once for each of these numbers of days left. */
const THRESHOLDS = [30, 14, 7, 1];

/** The threshold that is due with `days` left, unless it or a later one was told already. */
export function dueThreshold(days: number, told: number | undefined): number | undefined {
  const due = THRESHOLDS.findLast((each) => days <= each);
  return due !== undefined && (told === undefined || due < told) ? due : undefined;
}

/** Reports a certificate that expires soon, once for each threshold. @throws OperatorError STORAGE_UNAVAILABLE */
export async function reportExpiry(
  { runner, tenant, clock, emit }: Pick<RollPorts, "runner" | "tenant" | "clock" | "emit">,
  name: string,
  { thumbprints, notAfterMs }: CertificateVersion,
): Promise<void> {
  const days = Math.floor((notAfterMs - clock.now()) / DAY_MS);
  if (dueThreshold(days, undefined) === undefined) return;
  const path = certificateCheckBlob(tenant);
  const found = await runner.read(path);
  const last = toldIn(found?.bytes)[thumbprints.sha256];
  const due = dueThreshold(days, typeof last === "number" ? last : undefined);
  if (due === undefined) return;
  emit({ event: "certificate.expiring", name, thumbprint: thumbprints.sha256, days });
  // One certificate is served at a time, so what was told of another one is not needed any more.
  const file = { version: 1, told: { [thumbprints.sha256]: due } };
  await runner.write(path, `${JSON.stringify(file, undefined, 2)}\n`);
}

/** The last reported threshold of each certificate. If the blob is damaged it is reported once more. */
const toldIn = (bytes: Buffer | undefined): Readonly<Record<string, unknown>> =>
  recordOf(recordIn(bytes?.toString("utf8") ?? "")["told"]);
