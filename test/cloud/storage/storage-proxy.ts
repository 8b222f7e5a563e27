import { type IncomingMessage, type ServerResponse } from "node:http";
import { Agent, request as send } from "node:https";

/** Passes requests for the account's public names on to Azurite, which distinguishes accounts by host name. */
export interface StorageProxy {
  /** Answers whether the request is for the account; if so, it is passed on. */
  pass(request: IncomingMessage, response: ServerResponse): boolean;
  close(): void;
}

/** `ports`: Azurite's port by the suffix of the host name. */
export function createStorageProxy(options: {
  readonly ports: ReadonlyMap<string, number>;
  readonly caPem: string;
}): StorageProxy {
  const agent = new Agent({ keepAlive: true, ca: options.caPem });
  return {
    pass(request, response) {
      const host = (request.headers.host ?? "").split(":")[0]?.toLowerCase() ?? "";
      const port = [...options.ports].find(([suffix]) => host.endsWith(`.${suffix}`))?.[1];
      if (port === undefined) return false;
      const { method, url: path, headers } = request;
      // Without the port, which is not Azurite's.
      const passed = send({
        host: "127.0.0.1",
        port,
        servername: host,
        agent,
        method,
        path,
        headers: { ...headers, host },
      });
      passed.once("response", (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      passed.once("error", () => response.destroy());
      response.once("close", () => passed.destroy());
      request.pipe(passed);
      return true;
    },
    close: () => agent.destroy(),
  };
}
