import { badParameter } from "./vault-error.ts";

/** The newest stable version of the data plane (azure-rest-api-specs, specification/keyvault/data-plane). */
const NEWEST = "2026-04-01";

const KNOWN =
  /^(?:2015-06-01|2016-10-01|7\.[0-6](?:-preview(?:\.\d)?)?|202[56]-\d\d-01(?:-preview)?)$/u;

/** @throws VaultRefusal 400 for a version that the service does not have, or none (azure-sdk-for-python#28595) */
export function checkVersion(version: string | null): void {
  if (version === null) throw badParameter("The query parameter 'api-version' is required.");
  if (!KNOWN.test(version))
    throw badParameter(
      `The specified version (${version}) is not recognized. Consider using the latest supported version (${NEWEST}).`,
    );
}

/** Versions were dates until 2016, and are again since 2025. */
function rank(version: string): string {
  if (version.startsWith("7.")) return `1 ${version}`;
  return `${version < "2020" ? 0 : 2} ${version}`;
}

/** Whether a request speaks a version of the interface, or a later one. */
export const isSince = (query: URLSearchParams, version: string): boolean =>
  rank(query.get("api-version") ?? "") >= rank(version);
