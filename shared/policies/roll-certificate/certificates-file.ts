import type { CertificateVersion } from "../../core/contracts/certificate.ts";
import { OperatorError } from "../../core/errors.ts";
import { recordIn } from "../../core/parse-json.ts";
import { certificatesBlob } from "../../records/paths.ts";
import { openFencedJson } from "../../storage/fenced-json.ts";
import type { Blobs } from "../../storage/types.ts";

/** One version of the certificate, with what concerns the application's registered keys. */
export interface KeyRecord {
  readonly version: string;
  readonly sha256: string;
  readonly sha1: string;
  readonly expiresAt: string;
  /** Entra's id of the registered key, which is needed to remove it; null if it is not known. */
  readonly keyId: string | null;
  /** When an addKey was about to be sent whose answer is not known. */
  readonly addingSince?: string | undefined;
  /** When Graph answered the addKey. */
  readonly addedAt?: string | undefined;
  /** When Entra first gave a token for it. */
  readonly acceptedAt?: string | undefined;
  readonly removedAt?: string | undefined;
}

/** `<tenant>/certificates.json` in container `runner`: the keys that the app registered, and their state. */
export interface CertificatesFile {
  readonly version: 1;
  readonly keys: readonly KeyRecord[];
}

/** The record of a version that was not registered yet. */
export const newRecord = (of: CertificateVersion): KeyRecord => ({
  version: of.version,
  sha256: of.thumbprints.sha256,
  sha1: of.thumbprints.sha1,
  expiresAt: new Date(of.notAfterMs).toISOString(),
  keyId: null,
});

/** Finds the record of a version by its certificate. */
export const recordOf = (
  { keys }: Pick<OpenCertificates, "keys">,
  { thumbprints }: CertificateVersion,
): KeyRecord | undefined => keys.find(({ sha256 }) => sha256 === thumbprints.sha256);

/** The opened file. A write succeeds only if no other process wrote since it was read. */
export interface OpenCertificates {
  readonly keys: readonly KeyRecord[];
  /**
   * Replaces the record of the same certificate, or adds it.
   * @throws OperatorError LEASE_LOST if another delivery wrote in between.
   */
  put(record: KeyRecord): Promise<void>;
}

/** Records of removed and of expired keys are dropped after this. */
const FORGOTTEN_AFTER_MS = 90 * 86_400_000;

/** Opens the file; a missing one is empty. @throws OperatorError VERSION_UNKNOWN, STORAGE_UNAVAILABLE */
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

/** Reads our own record of version 1. A damaged one is an error. */
function readKeys(path: string, text: string): readonly KeyRecord[] {
  const file = recordIn(text);
  if (file["version"] !== 1 || !Array.isArray(file["keys"])) {
    throw new OperatorError("VERSION_UNKNOWN", `${path} is damaged, or does not have version 1.`, {
      fix: "Restore it, or deploy the release that wrote it, or delete the blob; the keys in it will then expire instead of being removed.",
      disposition: "stop",
    });
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own record of the version we write
  return file["keys"] as readonly KeyRecord[];
}
