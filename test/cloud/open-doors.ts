import type { ServiceName } from "./cloud-control.ts";
import { listen, type Listener, type ListenerOptions } from "./http/listener.ts";
import type { CloudUrls } from "./local-cloud.ts";
import type { World } from "./world.ts";

/** The listening ports of the services. */
export interface Doors {
  readonly urls: Pick<CloudUrls, "login" | "graph" | "vault" | "management" | "identityEndpoint">;
  /** Public host name, or `*.suffix`, to port. */
  readonly redirect: Readonly<Record<string, number>>;
  /** The one port, if the services share it. */
  readonly sharedPort: number | undefined;
  /** The address of a public name on the one port; undefined if each service has its own. */
  publicUrl(name: string): string | undefined;
  close(): Promise<void>;
}

const tlsServices = ["login", "graph", "vault", "management"] as const;

/** Opens one port per service, or one port for all services, distinguished by host name. */
export async function openDoors(
  world: World,
  options: {
    readonly tls: { readonly certificatePem: string; readonly privateKeyPem: string };
    readonly port?: number;
    /** For the shared port: takes the requests for storage. */
    readonly pass?: ListenerOptions["pass"];
  },
): Promise<Doors> {
  const { pass } = options;
  const open = (service: ServiceName, port: number, isTls = true): Promise<Listener> =>
    listen({
      ...(service === "login" && pass !== undefined && { pass }),
      handle: (request) => world.front.handle(service, request),
      onConnection: () => world.front.connected(service),
      port,
      ...(isTls && { tls: options.tls }),
    });
  const shared = options.port === undefined ? undefined : await open("login", options.port);
  const [login, graph, vault, management] = await Promise.all(
    tlsServices.map(async (service) => shared ?? open(service, 0)),
  );
  const identity = await open("identity", 0, false);
  if (!login || !graph || !vault || !management) throw new Error("A service has no port.");
  const { names } = world;
  const publicPort = shared === undefined || shared.port === 443 ? "" : `:${shared.port}`;
  const address = (listener: Listener, name: string): string =>
    shared === undefined ? `https://localhost:${listener.port}` : `https://${name}${publicPort}`;
  return {
    urls: {
      login: address(login, names.login[0] ?? ""),
      graph: address(graph, names.graph[0] ?? ""),
      vault: address(vault, `batch-vault.${names.vaultSuffix}`),
      management: address(management, names.management[0] ?? ""),
      identityEndpoint: `http://127.0.0.1:${identity.port}/msi/token`,
    },
    redirect: Object.fromEntries([
      ...names.login.map((name) => [name, login.port]),
      ...names.graph.map((name) => [name, graph.port]),
      ...names.management.map((name) => [name, management.port]),
      [`*.${names.vaultSuffix}`, vault.port],
    ]),
    sharedPort: shared?.port,
    publicUrl: (name) => (shared === undefined ? undefined : `https://${name}${publicPort}`),
    async close() {
      const listeners = new Set([login, graph, vault, management, identity]);
      await Promise.all([...listeners].map((listener) => listener.close()));
    },
  };
}
