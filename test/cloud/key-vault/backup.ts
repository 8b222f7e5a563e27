import { randomBytes } from "node:crypto";

import { json, type CloudResponse } from "../http/exchange.ts";
import { bundleOf } from "./certificate-json.ts";
import { keyJson } from "./key-json.ts";
import { currentVersion, type Attributes, type Vault, type Versioned } from "./model.ts";
import { describe } from "./secret-json.ts";
import { badParameter, notFound, VaultRefusal } from "./vault-error.ts";
import type { VaultRequest } from "./vault-request.ts";

type Collection = "secrets" | "keys" | "certificates";
/** The entries of one name. */
type Entries = { [C in Collection]?: Vault[C] extends Map<string, infer E> ? E : never };

/**
 * What backups hold, by the text that stands for them: Key Vault encrypts them so that they can be read
 * nowhere else, so nobody can tell. They end with this process.
 */
const backups = new Map<string, { kind: Collection; name: string; entries: Entries }>();

const singular = { secrets: "secret", keys: "key", certificates: "certificate" } as const;

/** `POST /{collection}/{name}/backup`: all versions of a name, with a certificate's key and secret. */
export function backup(request: VaultRequest, kind: Collection, name: string): CloudResponse {
  request.count(`${singular[kind]}.backup`);
  request.authorize(`${kind}/backup/action`);
  const entry = request.vault[kind].get(name);
  if (entry === undefined || entry.deletedMs !== undefined) throw notFound(singular[kind], name);
  if (kind !== "certificates" && request.vault.certificates.has(name))
    throw new VaultRefusal(
      403,
      "Forbidden",
      `Operation "backup" is not allowed on this ${singular[kind]}, since it is associated with a certificate.`,
    );
  const text = Buffer.concat([
    Buffer.from(`&AzureKeyVault${kind}BackupV1.microsoft.com`),
    randomBytes(64),
  ]).toString("base64url");
  backups.set(text, { kind, name, entries: copied(entriesOf(request.vault, kind, name)) });
  return json(200, { value: text });
}

/** `POST /{collection}/restore`. @throws VaultRefusal 409 if the name is in use, also if it is deleted */
export function restore(request: VaultRequest, kind: Collection): CloudResponse {
  request.count(`${singular[kind]}.restore`);
  request.authorize(`${kind}/restore/action`);
  const held = backups.get(String(request.body["value"]));
  if (held?.kind !== kind) throw badParameter("Backup blob contains invalid or corrupt version.");
  const { name } = held;
  const inUse = Object.keys(held.entries) as Collection[];
  const conflict = inUse.find((each) => request.vault[each].has(name));
  if (conflict !== undefined) throw restoreConflict(request, kind, name);
  const { secrets, keys, certificates } = copied(held.entries);
  if (secrets) request.vault.secrets.set(name, secrets);
  if (keys) request.vault.keys.set(name, keys);
  if (certificates) request.vault.certificates.set(name, certificates);
  return json(200, restoredJson(request, { secrets, keys, certificates }, name));
}

function restoredJson(
  request: VaultRequest,
  { certificates, keys, secrets }: { [C in Collection]: Entries[C] | undefined },
  name: string,
): object {
  const certificate = certificates && currentVersion(certificates);
  if (certificates && certificate) return bundleOf(request, name, certificate, certificates);
  const key = keys && currentVersion(keys);
  if (key) return keyJson(request, name, key);
  const secret = secrets && currentVersion(secrets);
  if (secret) return describe(request, name, secret);
  throw new TypeError(`The backup of ${name} has no version.`);
}

/** As recorded in the tests of Azure's SDK for JavaScript (keyvault-keys, keyvault-secrets). */
function restoreConflict(request: VaultRequest, kind: Collection, name: string): VaultRefusal {
  const one = singular[kind];
  const { version = "" } =
    currentVersion<{ version: string }>(
      request.vault[kind].get(name) ?? { versions: new Map(), deletedMs: undefined },
    ) ?? {};
  return new VaultRefusal(
    409,
    "Conflict",
    `There was a conflict restoring the ${one} '${request.baseUrl}/${kind}/${name}/${version}'. This can happen if either: a second ${one} with the same name was created after the first ${one} was deleted; thus trying to restore a ${one} whose name is already in use. To fix this, rename the second ${one} to something else so that the restore works. The second probable cause of this exception is when multiple operations are performed in parallel against the ${one}. To avoid this error, perform operations against a ${one} in a sequential manner.`,
  );
}

function entriesOf(vault: Vault, kind: Collection, name: string): Entries {
  const secrets = kind === "keys" ? undefined : vault.secrets.get(name);
  const keys = kind === "secrets" ? undefined : vault.keys.get(name);
  const certificates = kind === "certificates" ? vault.certificates.get(name) : undefined;
  return {
    ...(secrets && { secrets }),
    ...(keys && { keys }),
    ...(certificates && { certificates }),
  };
}

/** Copies that no later change reaches; a certificate's parts go on sharing their attributes. */
function copied({ secrets, keys, certificates }: Entries): Entries {
  const attributes = new Map<Attributes, Attributes>();
  const copyOf = <V extends { attributes: Attributes }, E extends Versioned<V>>(
    entry: E & Versioned<V>,
  ): E => ({
    ...entry,
    versions: new Map(
      [...entry.versions].map(([id, version]) => {
        const own = attributes.get(version.attributes) ?? { ...version.attributes };
        attributes.set(version.attributes, own);
        return [id, { ...version, attributes: own }];
      }),
    ),
  });
  return {
    ...(secrets && { secrets: copyOf(secrets) }),
    ...(keys && { keys: copyOf(keys) }),
    ...(certificates && { certificates: copyOf(certificates) }),
  };
}
