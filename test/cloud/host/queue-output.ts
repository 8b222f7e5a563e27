import type { BindingInfo, InvocationResponse } from "./protocol.ts";
import { fromTypedData, isPlain, looksLikeJson, propertyText } from "./typed-data.ts";

/** The messages for each queue output of a function, by the output's name, in order. */
export type Outputs = ReadonlyMap<string, readonly string[]>;

const RETURN = "$return";

/**
 * The queue outputs that follow from a function's result (WorkerFunctionInvoker.BindOutputsAsync):
 * with a return binding, the return value; without one, each property of a returned object with an
 * output's name, even if that was not intended.
 *
 * @throws SyntaxError if a text looks like JSON but is not, as in the host.
 */
export function queueOutputs(
  bindings: readonly BindingInfo[],
  response: InvocationResponse,
): Outputs {
  const outputs = bindings.filter(({ direction }) => direction !== "in").map(({ name }) => name);
  const values = new Map<string, unknown>(
    (response.outputData ?? []).map(({ name, data }) => [name, fromTypedData(data)]),
  );
  const returned = fromTypedData(response.returnValue);
  if (outputs.includes(RETURN)) values.set(RETURN, returned);
  else if (isObject(returned)) {
    for (const [name, value] of Object.entries(returned)) values.set(name, value);
  }
  return new Map(
    outputs.flatMap((name) => {
      const value = values.get(name);
      return value === undefined || value === null ? [] : [[name, messages(value)]];
    }),
  );
}

/** One message per element of an array or of a text that is a JSON array; else one message. */
function messages(value: unknown): string[] {
  const parsed: unknown =
    typeof value === "string" && looksLikeJson(value) ? JSON.parse(value) : value;
  return Array.isArray(parsed) ? parsed.map(messageText) : [messageText(parsed)];
}

/** Objects are indented, as the host's JSON library prints them. */
function messageText(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8");
  return isPlain(value) ? (propertyText(value) ?? "") : JSON.stringify(value, undefined, 2);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Uint8Array);
