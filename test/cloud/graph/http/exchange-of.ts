import type { CloudRequest, CloudResponse } from "../../http/exchange.ts";
import type { Exchange } from "../app/options.ts";
import { flatHeaders, parsed, type Admission } from "./admission.ts";

/** The record of one exchange as sent over the wire, without the token. */
export function exchangeOf(
  request: CloudRequest,
  admitted: Admission | undefined,
  answer: CloudResponse,
  faulty: boolean,
): Exchange {
  const text = typeof answer.body === "string" ? answer.body : "";
  const isJson = String(answer.headers?.["Content-Type"]).startsWith("application/json");
  const { authorization: _secret, ...requestHeaders } = flatHeaders(request.headers);
  return {
    tenant: admitted?.tenant.id,
    method: request.method,
    url: request.target,
    requestHeaders,
    // A request that was refused before its body was parsed had a body too.
    requestBody: admitted ? admitted.incoming.body : parsed(request.body.toString("utf8")),
    status: answer.status,
    headers: (answer.headers ?? {}) as Readonly<Record<string, string>>,
    body: isJson && text !== "" ? (JSON.parse(text) as unknown) : text === "" ? undefined : text,
    faulty,
  };
}
