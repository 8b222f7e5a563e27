import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { settingFacts, settingNames } from "../../shared/app/settings.ts";
import { catalogue } from "../../shared/operations/list.ts";
import { readTriggers } from "./triggers.ts";

/** Facts of the product that the Bicep has to match. */
export interface Product {
  readonly settingNames: readonly string[];
  /** setting → what it is without one; none if it is required. */
  readonly defaults: Readonly<Record<string, string>>;
  /** operation → every permission that any of its rows can need. */
  readonly operations: Readonly<Record<string, readonly string[]>>;
  /** Function names, as the host and Azure know them. */
  readonly functions: readonly string[];
  /** Queues with a trigger, poison queues included. */
  readonly queues: readonly string[];
  /** Settings that hold a timer's schedule. */
  readonly schedules: readonly string[];
  /** Connection prefixes of the triggers. */
  readonly connections: readonly string[];
  readonly containers: readonly string[];
  /** event → its fields. */
  readonly events: Readonly<Record<string, readonly string[]>>;
}

/** Reads them from the code: imports what can be imported, and finds the rest in the source. */
export async function readProduct(root: string): Promise<Product> {
  const triggers = await readTriggers();
  return {
    settingNames,
    defaults: Object.fromEntries(
      settingFacts().flatMap(({ name, fallback }) => (fallback ? [[name, fallback]] : [])),
    ),
    operations: Object.fromEntries(
      Object.entries(catalogue).map(([name, each]) => [name, each.allPermissions]),
    ),
    ...triggers,
    containers: containersIn(
      globSync("shared/**/*.ts", { cwd: root }).map((path) =>
        readFileSync(join(root, path), "utf8"),
      ),
    ),
    events: eventsIn(readFileSync(join(root, "shared/core/telemetry.ts"), "utf8")),
  };
}

/** Containers that a client is made for: `container: "inbox"` or `container("inbox")`. */
export function containersIn(sources: readonly string[]): string[] {
  const found = sources.flatMap((source) =>
    [...source.matchAll(/\bcontainer(?:: |\()"([a-z-]+)"/g)].map(([, name = ""]) => name),
  );
  return [...new Set(found)].toSorted();
}

/** The events of the type `TelemetryEvent` and their fields. */
export function eventsIn(source: string): Record<string, string[]> {
  const events = source.matchAll(/\{\s*event: "([a-z.]+)";?([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}/g);
  return Object.fromEntries(
    [...events].map(([, event = "", rest = ""]) => [
      event,
      [...rest.matchAll(/(\w+)\??:/g)].map(([, field = ""]) => field),
    ]),
  );
}
