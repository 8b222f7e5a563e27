import { json, type CloudResponse } from "../http/exchange.ts";
import { currentVersion, type Versioned } from "./model.ts";
import { badParameter } from "./vault-error.ts";
import type { VaultRequest } from "./vault-request.ts";

type Entries<V> = ReadonlyMap<string, Versioned<V>>;

/** The current version of every name that is not deleted. */
export function listCurrent<V>(
  request: VaultRequest,
  collection: string,
  entries: Entries<V>,
  item: (name: string, version: V) => object,
): CloudResponse {
  const items = [...entries].flatMap(([name, entry]) => {
    const version = entry.deletedMs === undefined ? currentVersion(entry) : undefined;
    return version === undefined ? [] : [item(name, version)];
  });
  return pageOf(request, items, `/${collection}`);
}

/** All versions of a name, by their ids; none if there is no such name (recorded by Azure's SDK for .NET). */
export function listVersions<V extends { readonly version: string }>(
  request: VaultRequest,
  collection: string,
  entries: Entries<V>,
  item: (id: string, version: V) => object,
): CloudResponse {
  const [name = ""] = request.path;
  const entry = entries.get(name);
  const versions = entry?.deletedMs === undefined ? [...(entry?.versions.values() ?? [])] : [];
  const items = versions
    .toSorted((a, b) => (a.version < b.version ? -1 : 1))
    .map((version) => item(`${name}/${version.version}`, version));
  return pageOf(request, items, `/${collection}/${name}/versions`);
}

/**
 * A page of a listing. As in Azure, versions are sorted by id, which does not reflect their age;
 * `maxresults` is at most 25. @throws VaultRefusal 400
 */
export function pageOf(
  request: VaultRequest,
  items: readonly unknown[],
  path: string,
): CloudResponse {
  const size = Number(request.query.get("maxresults") ?? 25);
  if (!Number.isInteger(size) || size < 1 || size > 25)
    throw badParameter("Invalid maxresults parameter value. It must be between 1 and 25.");
  const token = request.query.get("$skiptoken");
  const start = token === null ? 0 : Number(Buffer.from(token, "base64url").toString("utf8"));
  const end = start + size;
  const next = new URL(`${request.baseUrl}${path}`);
  next.searchParams.set("api-version", request.query.get("api-version") ?? "");
  next.searchParams.set("$skiptoken", Buffer.from(String(end)).toString("base64url"));
  next.searchParams.set("maxresults", String(size));
  return json(200, {
    value: items.slice(start, end),
    nextLink: end < items.length ? next.href : null,
  });
}
