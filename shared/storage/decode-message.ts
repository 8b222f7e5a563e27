import { isUtf8 } from "node:buffer";

import { InputRefusal } from "../core/input-refusal.ts";
import { limits } from "../core/limits.ts";
import { isTooDeep, parseJson, tooDeep, UnusableJson } from "../core/parse-json.ts";

const FIX =
  "Send one JSON object as docs/messages.md shows, as plain text or as base64 of its UTF-8 text.";

const unreadable = (what: string, fix: string = FIX): InputRefusal =>
  new InputRefusal("MESSAGE_UNREADABLE", `The message ${what}.`, fix);

/**
 * The JSON value in a queue message as the host hands it over: text, base64 of text, or, if a host sends
 * JSON as JSON, what the Functions library has parsed already.
 *
 * @throws InputRefusal MESSAGE_UNREADABLE or MESSAGE_TOO_LARGE. The error never quotes what was received.
 */
export function decodeMessage(raw: unknown, messageBytes = limits.messageBytes): unknown {
  if (typeof raw === "string") return readText(raw, messageBytes);
  if (typeof raw === "object" && raw !== null) {
    if (isTooDeep(raw)) throw unusable(tooDeep());
    refuseLarge(Buffer.byteLength(JSON.stringify(raw)), messageBytes);
    return raw;
  }
  const kind = raw === null || raw === undefined ? "empty (null)" : `a bare ${typeof raw}`;
  throw unreadable(`is ${kind}, not a JSON object`);
}

/**
 * A message as the text that says the same, to be put back on its queue. The queue encodes what it is
 * given, so what came encoded must not be handed on so: it would be refused as encoded twice.
 */
export function plainText(raw: unknown): string {
  try {
    return JSON.stringify(decodeMessage(raw));
  } catch {
    if (typeof raw === "string") return raw;
    // It cannot be written down as it is, and is refused as it comes back.
    return isTooDeep(raw) ? "nested too deep" : (JSON.stringify(raw) ?? "");
  }
}

function readText(raw: string, messageBytes: number): unknown {
  const text = raw.replace(/^\uFEFF/, "").trim();
  if (text === "") throw unreadable("is empty");
  if (/^[[{]/.test(text)) {
    refuseLarge(Buffer.byteLength(text), messageBytes);
    return parse(text);
  }
  if (text.startsWith('"')) return readText(quotedText(text), messageBytes);
  const bytes = base64Bytes(text);
  if (bytes === undefined) throw unreadable("is neither JSON nor base64 of JSON");
  refuseLarge(bytes.length, messageBytes);
  return parse(innerText(bytes));
}

/** The JSON text that base64 held. */
function innerText(bytes: Buffer): string {
  if (!isUtf8(bytes) || bytes.includes(0)) {
    throw unreadable(
      bytes.includes(0)
        ? "is base64 of UTF-16 or binary data, not of UTF-8 text"
        : "is base64, but what it holds is not UTF-8 text",
      "Encode the JSON as UTF-8 before base64 (in PowerShell: [Text.Encoding]::UTF8, not Unicode).",
    );
  }
  const text = bytes
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .trim();
  if (/^[[{]/.test(text)) return text;
  if (base64Bytes(text)?.toString("latin1").trimStart().startsWith("{")) {
    throw unreadable("was encoded as base64 twice", "Encode it once, or send it as plain text.");
  }
  throw unreadable("is base64, but what it holds is not a JSON object");
}

function base64Bytes(text: string): Buffer | undefined {
  const packed = text.replace(/\s+/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(packed) || packed.replace(/=+$/, "").length % 4 === 1) {
    return undefined;
  }
  return Buffer.from(packed, "base64");
}

/** JSON inside a JSON string: a sender that stringified twice. */
function quotedText(text: string): string {
  const inner = parse(text);
  if (typeof inner === "string" && !inner.trimStart().startsWith('"')) return inner;
  throw unreadable("is JSON text inside JSON text inside JSON text", "Stringify it once.");
}

const FIX_BY_FAULT: Readonly<Record<UnusableJson["fault"], string>> = {
  malformed:
    "Correct the JSON (a missing bracket, quote or comma, or a message cut short) and send it again.",
  "too-deep": FIX,
  "duplicate-name": "Keep one of the two and send the message again.",
};

const unusable = ({ fault, what }: UnusableJson): InputRefusal =>
  unreadable(what, FIX_BY_FAULT[fault]);

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw error instanceof UnusableJson ? unusable(error) : error;
  }
}

function refuseLarge(bytes: number, messageBytes: number): void {
  if (bytes <= messageBytes) return;
  throw new InputRefusal(
    "MESSAGE_TOO_LARGE",
    `The message has ${bytes.toLocaleString("en")} bytes; at most ${messageBytes.toLocaleString("en")} are taken.`,
    'Put the rows into a file in inbox/staged/ and name it in the message ("file" instead of "rows").',
  );
}
