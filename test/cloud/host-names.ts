import type { Cloud } from "../../shared/core/clouds.ts";
import type { ServiceName } from "./cloud-control.ts";

/** Public host names of a cloud's services. */
export interface HostNames {
  readonly login: readonly string[];
  readonly graph: readonly string[];
  readonly management: readonly string[];
  /** The suffix after a vault's name. */
  readonly vaultSuffix: string;
  readonly blobSuffix: string;
  readonly queueSuffix: string;
}

/** The names of one cloud; the management names are always the global cloud's, the one tested with Azure CLI. */
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

/** The server certificate's names: every public name, and loopback for clients without the redirect. */
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

/** The service that a Host header names, or undefined for loopback and unknown hosts. */
export function serviceOf(host: string, names: HostNames): ServiceName | undefined {
  const name = (host.split(":")[0] ?? "").toLowerCase();
  if (names.login.includes(name)) return "login";
  if (names.graph.includes(name)) return "graph";
  if (names.management.includes(name)) return "management";
  return name.endsWith(`.${names.vaultSuffix}`) ? "vault" : undefined;
}
