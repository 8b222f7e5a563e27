import { parseJson, UnusableJson } from "../../core/parse-json.ts";
import { isRecord } from "../../core/record.ts";

/** The object of a row, or what is wrong with it. The parser's own message quotes the text, so it is not used. */
export function parseObject(content: string): Readonly<Record<string, unknown>> | string {
  try {
    const value = parseJson(content);
    if (isRecord(value)) return value;
    return Array.isArray(value)
      ? "it is a JSON array, not an object"
      : "it is a JSON value, not an object";
  } catch (error) {
    if (error instanceof UnusableJson && error.fault !== "malformed") return `it ${error.what}`;
    if (content === "{") return "it begins a JSON object that goes over several lines";
    return content.startsWith("[")
      ? "it begins a JSON array that goes over several lines"
      : "it is not JSON";
  }
}
