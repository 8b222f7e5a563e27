import { request } from "node:https";

import type { LocalCloud } from "../cloud/local-cloud.ts";
import type { Answer, Door } from "./step.ts";

/** Graph at an address, with a token for each request. */
export function graphDoor(options: {
  readonly address: string;
  readonly token: () => Promise<string>;
  /** The CA of the local cloud. */
  readonly ca?: string;
}): Door {
  return {
    async send({ method, path, headers, body, token }) {
      const bearer = token === undefined ? await options.token() : token;
      return exchange(`${options.address}/v1.0${encoded(path)}`, {
        method,
        headers: {
          Accept: "application/json",
          ...(bearer !== "none" && { Authorization: `Bearer ${bearer}` }),
          ...headers,
        },
        body,
        ca: options.ca,
      });
    },
  };
}

/** The local cloud's Graph, as the application that may do everything. */
export function localDoor(cloud: LocalCloud): Door {
  return graphDoor({
    address: cloud.urls.graph,
    ca: cloud.caPem,
    token: async () => {
      const { token } = await cloud.control.issueToken({
        tenantId: cloud.home.tenantId,
        appId: cloud.tools.clientId,
        resource: "https://graph.microsoft.com",
      });
      return token;
    },
  });
}

/** The path is written as one reads it: spaces and quotes in a query are encoded here. */
const encoded = (path: string): string => encodeURI(path).replaceAll("'", "%27");

function exchange(
  address: string,
  options: {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | undefined;
    readonly ca: string | undefined;
  },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method, headers, body, ca } = options;
    const sent = request(
      address,
      { method, headers, ...(ca !== undefined && { ca }), timeout: 100_000 },
      (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.once("error", reject);
        response.once("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: Object.fromEntries(
              Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
            ),
            body: parsed(Buffer.concat(parts).toString("utf8")),
          }),
        );
      },
    );
    sent.once("timeout", () => sent.destroy(new Error("No answer within 100 s.")));
    sent.once("error", reject);
    sent.end(body);
  });
}

function parsed(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
