import type { OpenApi } from "./contract.ts";

const METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"];

/** The operations of a description as `[method, path]`. */
export const operationsOf = ({ paths }: OpenApi): readonly (readonly [string, string])[] =>
  Object.entries(paths).flatMap(([path, operations]) =>
    METHODS.filter((method) => method.toLowerCase() in operations).map(
      (method) => [method, path] as const,
    ),
  );
