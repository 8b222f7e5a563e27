import type { GraphAnswer } from "../../shared/core/graph-request.ts";

/** No object has the id. */
export const absent = (requestId: string, id: string): GraphAnswer =>
  refusal(requestId, 404, `Resource '${id}' does not exist`);

export const refusal = (requestId: string, status: number, message: string): GraphAnswer =>
  answer(status, requestId, {
    error: { code: status === 404 ? "Request_ResourceNotFound" : "Request_BadRequest", message },
  });

/** An answer to one request, with the error that its body has. */
export function answer(status: number, requestId: string, body?: unknown): GraphAnswer {
  const { error } = (body ?? {}) as { error?: { code: string; message: string } };
  return { status, headers: {}, body, requestId, ...(error && { error }) };
}
