import { json, type CloudResponse } from "../http/exchange.ts";
import { entryOf, keyJson } from "./key-json.ts";
import { generateAnother } from "./key-material.ts";
import { currentVersion, type KeyEntry, type RotationPolicy } from "./model.ts";
import { badParameter, notFound } from "./vault-error.ts";
import type { VaultRequest } from "./vault-request.ts";
import { addKey } from "./vault-store.ts";

/** A new version with the kind, operations and tags of the current one (rest/api/keyvault/keys/rotate-key). */
export async function rotate(request: VaultRequest, name: string): Promise<CloudResponse> {
  request.count("key.rotate");
  request.authorize("keys/rotate/action");
  const entry = entryOf(request, name);
  const current = currentVersion(entry);
  if (current === undefined) throw notFound("key", name);
  const life = entry.rotation?.expiryTime;
  const key = addKey(request.vault, name, request.nowMs, {
    keys: await generateAnother(current.privateKey),
    protection: current.protection,
    operations: current.operations,
    attributes: {
      enabled: true,
      expiresMs: life === undefined ? undefined : after(request.nowMs, life),
    },
    tags: current.tags,
  });
  return json(200, keyJson(request, name, key));
}

/** `/keys/{name}/rotationpolicy`: what is set, else the default, which only gives notice. */
export function rotationPolicy(request: VaultRequest, name: string): CloudResponse {
  const entry = entryOf(request, name);
  if (request.method === "PUT") {
    request.count("key.rotation-policy");
    request.authorize("keyrotationpolicies/write");
    entry.rotation = readRotation(request, entry.rotation);
  } else {
    request.count("key.rotation-policy");
    request.authorize("keyrotationpolicies/read");
  }
  return json(200, rotationJson(request, name, entry));
}

const notice = [{ trigger: { timeBeforeExpiry: "P30D" }, action: { type: "Notify" } }];

function rotationJson(request: VaultRequest, name: string, { rotation }: KeyEntry): object {
  return {
    id: `${request.baseUrl}/keys/${name}/rotationpolicy`,
    lifetimeActions: rotation?.lifetimeActions ?? notice,
    attributes: {
      expiryTime: rotation?.expiryTime ?? null,
      created: rotation && Math.floor(rotation.createdMs / 1000),
      updated: rotation && Math.floor(rotation.updatedMs / 1000),
    },
  };
}

/** An empty list of actions restores the default ones. @throws VaultRefusal 400 */
function readRotation(request: VaultRequest, known: RotationPolicy | undefined): RotationPolicy {
  const { lifetimeActions = [], attributes } = request.body as {
    lifetimeActions?: unknown;
    attributes?: { expiryTime?: string | null };
  };
  if (!Array.isArray(lifetimeActions))
    throw badParameter("Property 'lifetimeActions' has an invalid value.");
  const expiryTime = attributes?.expiryTime ?? undefined;
  if (expiryTime !== undefined && after(0, expiryTime) < 28 * 86_400_000)
    throw badParameter("Property 'expiryTime' must be at least 28 days.");
  return {
    lifetimeActions: lifetimeActions.length === 0 ? notice : lifetimeActions,
    expiryTime,
    createdMs: known?.createdMs ?? request.nowMs,
    updatedMs: request.nowMs,
  };
}

/** The instant so much later, for a duration of years, months, weeks and days. @throws VaultRefusal 400 */
function after(ms: number, duration: string): number {
  const form = /^P(?!$)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?$/u;
  const parts = form
    .exec(duration)
    ?.slice(1)
    .map((part) => Number(part ?? 0));
  if (parts === undefined) throw badParameter(`The duration ${duration} is not in ISO 8601.`);
  const [years = 0, months = 0, weeks = 0, days = 0] = parts;
  const at = new Date(ms);
  at.setUTCFullYear(at.getUTCFullYear() + years);
  at.setUTCMonth(at.getUTCMonth() + months);
  return at.getTime() + (weeks * 7 + days) * 86_400_000;
}
