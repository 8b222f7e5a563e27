import { OperatorError } from "../../core/errors.ts";
import { parseJson } from "../../core/parse-json.ts";
import { recordOf as objectOf } from "../../core/record.ts";
import { certificatesBlob } from "../../records/paths.ts";
import { openFencedJson } from "../../storage/fenced-json.ts";
import type { Blobs } from "../../storage/types.ts";
import type { CertificateVersion } from "./roll-certificate-ports.ts";

/** One version of the certificate as far as it concerns the application's registered keys. */
export interface KeyRecord {
  readonly version: string;
  readonly sha256: string;
  readonly sha1: string;
  readonly expiresAt: string;
  /** Entra's id of the registered key, which it takes to remove it; null where nobody told us. */
  readonly keyId: string | null;
  /** An addKey was about to be sent then, and its answer is not known. */
  readonly addingSince?: string | undefined;
  /** Entra answered the addKey. */
  readonly addedAt?: string | undefined;
  /** Entra first gave a token for it. */
  readonly acceptedAt?: string | undefined;
  readonly removedAt?: string | undefined;
}

/** `<tenant>/certificates.json` in container `runner`: what the app registered, and what became of it. */
export interface CertificatesFile {
  readonly version: 1;
  readonly keys: readonly KeyRecord[];
}

/** Nothing is known yet of the version but what it is. */
export const newRecord = (of: CertificateVersion): KeyRecord => ({
  version: of.version,
  sha256: of.thumbprints.sha256,
  sha1: of.thumbprints.sha1,
  expiresAt: new Date(of.notAfterMs).toISOString(),
  keyId: null,
});

/** The record of a version, by its certificate. */
export const recordOf = (
  { keys }: Pick<OpenCertificates, "keys">,
  { thumbprints }: CertificateVersion,
): KeyRecord | undefined => keys.find(({ sha256 }) => sha256 === thumbprints.sha256);

/** The file with the version of its blob; a write goes over that version and no other. */
export interface OpenCertificates {
  readonly keys: readonly KeyRecord[];
  /**
   * Replaces the record of the same certificate, or adds it.
   * @throws OperatorError LEASE_LOST where another delivery has written in between.
   */
  put(record: KeyRecord): Promise<void>;
}

/** Records of removed and of long expired keys are dropped after this: they are of no more use. */
const FORGOTTEN_AFTER_MS = 90 * 86_400_000;

/** Opens it; one that is not there is empty. @throws OperatorError VERSION_UNKNOWN, STORAGE_UNAVAILABLE */
export async function openCertificates(
  runner: Blobs,
  tenant: string,
  now: () => number,
): Promise<OpenCertificates> {
  const path = certificatesBlob(tenant);
  const stored = await openFencedJson(runner, path, "Another delivery rolls the certificate.");
  let keys = stored.found === undefined ? [] : readKeys(path, stored.found);
  return {
    get keys() {
      return keys;
    },
    async put(record) {
      const others = keys.filter(({ sha256 }) => sha256 !== record.sha256);
      const fresh = others.filter(
        ({ expiresAt, removedAt }) =>
          now() - Date.parse(removedAt ?? expiresAt) < FORGOTTEN_AFTER_MS,
      );
      const file: CertificatesFile = { version: 1, keys: [...fresh, record] };
      await stored.write(`${JSON.stringify(file, undefined, 2)}\n`);
      keys = file.keys;
    },
  };
}

/** Our own record of version 1; one that is damaged is not guessed at. */
function readKeys(path: string, text: string): readonly KeyRecord[] {
  const file = parsed(text);
  if (file["version"] !== 1 || !Array.isArray(file["keys"])) {
    throw new OperatorError("VERSION_UNKNOWN", `${path} is damaged, or is not of version 1.`, {
      fix: "Restore it, or deploy the release that wrote it, or delete the blob: keys whose ids it holds then expire instead of being removed.",
      disposition: "stop",
    });
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own record of the version we write
  return file["keys"] as readonly KeyRecord[];
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return objectOf(parseJson(text));
  } catch {
    return {};
  }
}
