import type { ParameterBinding, TypedData } from "./protocol.ts";
import { hostDate, isPlain, looksLikeJson, propertyText } from "./typed-data.ts";

/** A received message with its decoded text. */
export interface QueueMessage {
  readonly id: string;
  readonly text: string;
  readonly dequeueCount: number;
  readonly popReceipt: string;
  readonly insertedOnMs: number;
  readonly expiresOnMs: number;
  readonly nextVisibleOnMs: number;
}

/** What a function receives for a message: the trigger's value and its metadata. */
export interface TriggerData {
  readonly inputData: readonly ParameterBinding[];
  readonly triggerMetadata: Readonly<Record<string, TypedData>>;
}

/**
 * Decodes a message's text by host.json's `messageEncoding`; `undefined` if it is not base64: the host
 * then moves the message to the poison queue without running the function.
 */
export function decodeMessage(text: string, encoding: "none" | "base64"): string | undefined {
  if (encoding === "none") return text;
  const compact = text.replaceAll(/\s/g, "");
  const bytes = Buffer.from(compact, "base64");
  return bytes.toString("base64") === compact ? bytes.toString("utf8") : undefined;
}

/**
 * The message as a function receives it. The text is passed as text: the library parses JSON, so a
 * body `123` becomes a number. A body that is a JSON object **overwrites** metadata of the same name,
 * ignoring case, with its top-level properties, except arrays and nulls
 * (QueueTriggerBinding.cs CreateBindingData; WorkerFunctionInvoker.cs TransformInput).
 */
export function queueTrigger(bindingName: string, message: QueueMessage): TriggerData {
  const metadata = new Map<string, TypedData>([
    ["QueueTrigger", { string: message.text }],
    ["DequeueCount", json(message.dequeueCount)],
    ["ExpirationTime", json(hostDate(message.expiresOnMs))],
    ["Id", { string: message.id }],
    ["InsertionTime", json(hostDate(message.insertedOnMs))],
    ["NextVisibleTime", json(hostDate(message.nextVisibleOnMs))],
    ["PopReceipt", { string: message.popReceipt }],
  ]);
  for (const [name, value] of Object.entries(bodyProperties(message.text))) {
    const known = [...metadata.keys()].find((key) => key.toLowerCase() === name.toLowerCase());
    metadata.set(known ?? name, value);
  }
  return {
    inputData: [{ name: bindingName, data: { string: message.text } }],
    triggerMetadata: Object.fromEntries(metadata),
  };
}

const json = (value: unknown): TypedData => ({ json: JSON.stringify(value) });

function bodyProperties(text: string): Record<string, TypedData> {
  const body = looksLikeJson(text) ? parse(text) : undefined;
  if (typeof body !== "object" || body === null || Array.isArray(body)) return {};
  const found: Record<string, TypedData> = {};
  for (const [name, value] of Object.entries(body as Record<string, unknown>)) {
    if (Array.isArray(value)) continue;
    const string = isPlain(value) ? propertyText(value) : undefined;
    if (string !== undefined) found[name] = { string };
    else if (value !== null) found[name] = { json: JSON.stringify(value) };
  }
  return found;
}

/** Json.NET, with which the host parses bodies, refuses more levels by default (13.0.1); not seen on the host. */
const HOST_DEPTH = 64;

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return depthOf(value) > HOST_DEPTH ? undefined : value;
  } catch {
    return undefined;
  }
}

/** Levels of nesting, counted without recursion, and no further than one beyond the host's limit. */
function depthOf(value: unknown): number {
  let level: unknown[] = [value];
  for (let depth = 0; ; depth += 1) {
    level = level.flatMap((each) =>
      typeof each === "object" && each !== null ? Object.values(each) : [],
    );
    if (level.length === 0 || depth > HOST_DEPTH) return depth;
  }
}
