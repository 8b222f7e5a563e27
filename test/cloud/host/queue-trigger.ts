import { type NetObject, netJson, netText, type NetValue, parseNetObject } from "./json-net.ts";
import type { ParameterBinding, TypedData } from "./protocol.ts";
import { hostDate, looksLikeJson } from "./typed-data.ts";

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

/** What host.json's `messageEncoding` makes of a message's text. */
export type Decoded =
  | { readonly as: "text"; readonly text: string }
  /** Bytes that are no UTF-8: each attempt fails before the function runs. */
  | { readonly as: "bytes" }
  /** Not base64: poison at once. */
  | { readonly as: "nothing" };

/** The one or two last characters may have bits to spare, as in .NET (Convert.FromBase64String). */
const BASE64 = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/;

/** Decodes a message's text by host.json's `messageEncoding`. */
export function decodeMessage(text: string, encoding: "none" | "base64"): Decoded {
  if (encoding === "none") return { as: "text", text };
  const compact = text.replaceAll(/[ \t\r\n]/g, "");
  if (!BASE64.test(compact)) return { as: "nothing" };
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return { as: "text", text: decoder.decode(Buffer.from(compact, "base64")) };
  } catch {
    return { as: "bytes" };
  }
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
  for (const [name, value] of bodyProperties(message.text)) {
    const known = [...metadata.keys()].find((key) => key.toLowerCase() === name.toLowerCase());
    metadata.set(known ?? name, value);
  }
  return {
    inputData: [{ name: bindingName, data: { string: message.text } }],
    triggerMetadata: Object.fromEntries(metadata),
  };
}

const json = (value: unknown): TypedData => ({ json: JSON.stringify(value) });

/** The properties of a body, which is read as leniently as Json.NET does (Utility.ApplyBindingData). */
function bodyProperties(text: string): [string, TypedData][] {
  const body = looksLikeJson(text) ? parse(text) : new Map<string, NetValue>();
  return [...body].flatMap(([name, value]): [string, TypedData][] => {
    if (value instanceof Map) return [[name, { json: netJson(value) }]];
    const string = netText(value);
    return string === undefined ? [] : [[name, { string }]];
  });
}

function parse(text: string): NetObject {
  try {
    return parseNetObject(text);
  } catch {
    return new Map();
  }
}
