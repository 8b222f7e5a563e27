import { throttled, wholeSeconds } from "../meters/meters.ts";
import type { Answer } from "./answer.ts";
import { GraphError } from "./graph-error.ts";

const CODES: Readonly<Record<number, readonly [string, string]>> = {
  403: ["Authorization_RequestDenied", "Insufficient privileges to complete the operation."],
  409: [
    "Directory_ConcurrencyViolation",
    "Error due to concurrent requests being made to the tenant. Please wait briefly and retry.",
  ],
  500: ["InternalServerError", "An internal server error occurred."],
  502: ["BadGateway", "The server received an invalid response from an upstream server."],
  503: ["ServiceUnavailable", "The service is temporarily unavailable."],
  504: ["GatewayTimeout", "The gateway did not receive a response in time."],
};

/** The error for a `status` fault, with Graph's usual code if the fault names none. */
export function faultError(
  fault: {
    readonly status: number;
    readonly code?: string;
    readonly message?: string;
    readonly retryAfterSeconds?: number;
    readonly retryAfter?: string;
    readonly headers?: Readonly<Record<string, string>>;
  },
  speed: number,
  who: string,
): GraphError {
  const seconds =
    fault.retryAfterSeconds === undefined ? undefined : fault.retryAfterSeconds / speed;
  const retryAfter =
    fault.retryAfter ?? (seconds === undefined ? undefined : wholeSeconds(seconds));
  const base =
    fault.status === 429
      ? throttled({
          seconds,
          scope: `Tenant_Application/ReadWrite/${who}`,
          information: "ResourceUnitLimitExceeded",
          percentage: 1.2,
        })
      : undefined;
  const [code = "UnknownError", message = ""] = CODES[fault.status] ?? [];
  return new GraphError(
    fault.status,
    fault.code ?? base?.code ?? code,
    fault.message ?? base?.message ?? message,
    {
      headers: {
        ...base?.headers,
        ...(retryAfter !== undefined && { "Retry-After": retryAfter }),
        ...fault.headers,
      },
      ...(base?.inner && { inner: base.inner }),
    },
  );
}

/** A gateway's error page. */
export const htmlPage = (status: number): Answer => ({
  status,
  text: {
    type: "text/html",
    content: `<html><head><title>${status}</title></head><body><h2>Our services aren't available right now</h2><p>We're working to restore all services as soon as possible.</p></body></html>`,
  },
});
