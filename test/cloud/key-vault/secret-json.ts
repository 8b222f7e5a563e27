import { currentVersion, type SecretVersion, type Versioned } from "./model.ts";
import { isSince } from "./service-version.ts";
import { notFound } from "./vault-error.ts";
import { attributesJson, type VaultRequest } from "./vault-request.ts";

/** The id of a secret, or of a version. */
export function idOf(request: VaultRequest, name: string, version?: string): string {
  return `${request.baseUrl}/secrets/${name}${version === undefined ? "" : `/${version}`}`;
}

/** The entry of a name that is not deleted. @throws VaultRefusal 404 */
export function entryOf(request: VaultRequest, name: string): Versioned<SecretVersion> {
  const entry = request.vault.secrets.get(name);
  if (entry === undefined || entry.deletedMs !== undefined) throw notFound("secret", name);
  return entry;
}

/** A version; the current one if none is named. @throws VaultRefusal 404 */
export function versionOf(request: VaultRequest, name: string, version?: string): SecretVersion {
  const entry = entryOf(request, name);
  const found = version === undefined ? currentVersion(entry) : entry.versions.get(version);
  if (found === undefined) throw notFound("secret", `${name}/${version ?? ""}`);
  return found;
}

/** The version before this one, as the interface tells it since June 2025. */
function previousOf(
  { vault }: VaultRequest,
  name: string,
  { version }: SecretVersion,
): string | undefined {
  const versions = [...(vault.secrets.get(name)?.versions.keys() ?? [])];
  return versions[versions.indexOf(version) - 1];
}

/** A secret without its value. */
export function describe(request: VaultRequest, name: string, secret: SecretVersion): object {
  return {
    id: idOf(request, name, secret.version),
    contentType: secret.contentType,
    attributes: attributesJson(request, secret.attributes),
    tags: secret.tags,
    ...(isSince(request.query, "2025-06-01") && {
      previousVersion: previousOf(request, name, secret),
    }),
    ...(secret.managed && {
      managed: true,
      kid: `${request.baseUrl}/keys/${name}/${secret.version}`,
    }),
  };
}
