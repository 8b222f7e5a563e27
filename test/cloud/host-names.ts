import type { Cloud } from "../../shared/core/clouds.ts";
import type { ServiceName } from "./cloud-control.ts";

/** Public names of a cloud's services, as clients write them. */
export interface HostNames {
  readonly login: readonly string[];
  readonly graph: readonly string[];
  readonly management: readonly string[];
  /** What a vault's name is put in front of. */
  readonly vaultSuffix: string;
  readonly blobSuffix: string;
  readonly queueSuffix: string;
}

/** The names of one cloud; those of management are the global cloud's, where Azure CLI is tried. */
export function hostNames(cloud: Cloud): HostNames {
  const isGlobal = cloud.loginHost === "login.microsoftonline.com";
  return {
    login: [cloud.loginHost, ...(isGlobal ? ["login.windows.net", "login.microsoft.com"] : [])],
    graph: [cloud.graphHost],
    management: ["management.azure.com", "management.core.windows.net"],
    vaultSuffix: cloud.vaultSuffix,
    blobSuffix: `blob.${cloud.storageSuffix}`,
    queueSuffix: `queue.${cloud.storageSuffix}`,
  };
}

/** What the server certificate names: every public name, and loopback for clients without redirect. */
export function certificateNames(names: HostNames): readonly string[] {
  return [
    ...names.login,
    ...names.graph,
    ...names.management,
    `*.${names.vaultSuffix}`,
    `*.${names.blobSuffix}`,
    `*.${names.queueSuffix}`,
    "localhost",
    "127.0.0.1",
    "::1",
  ];
}

/** The service a Host header names, or undefined for loopback and strangers. */
export function serviceOf(host: string, names: HostNames): ServiceName | undefined {
  const name = (host.split(":")[0] ?? "").toLowerCase();
  if (names.login.includes(name)) return "login";
  if (names.graph.includes(name)) return "graph";
  if (names.management.includes(name)) return "management";
  return name.endsWith(`.${names.vaultSuffix}`) ? "vault" : undefined;
}
