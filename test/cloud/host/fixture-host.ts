import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { buildInto } from "../../../scripts/build.ts";
import { until } from "../../core/until.ts";
import type { Azurite } from "../../storage/azurite.ts";
import type { HostLog, HostOptions, InvocationEvent } from "./host-options.ts";
import { type FunctionsHost, startHost } from "./host.ts";
import { UNTIL_FIRED } from "./until-fired.ts";

/** Builds one of the fixture apps as the product is built; `remove` deletes the folder. */
export async function buildFixture(name: string): Promise<{ dist: string; remove(): void }> {
  const dist = mkdtempSync(join(tmpdir(), `host-${name}-`));
  await buildInto(dist, `test/cloud/host/fixtures/${name}.ts`);
  return { dist, remove: () => rmSync(dist, { recursive: true }) };
}

/** The settings that the fixture apps need; timers never run unless a test sets their schedule. */
export const fixtureSettings = (azurite: Azurite): Record<string, string> => ({
  Fixture__queueServiceUri: azurite.queueUrl,
  AzureWebJobsStorage__blobServiceUri: azurite.blobUrl,
  ECHO_QUEUE: "echo",
  TICK_SCHEDULE: UNTIL_FIRED,
  AzureFunctionsJobHost__extensions__queues__visibilityTimeout: "00:00:00",
  AzureFunctionsJobHost__extensions__queues__maxPollingInterval: "00:00:00.2",
});

/** A host with its log and events. */
export interface FixtureHost {
  readonly host: FunctionsHost;
  readonly lines: readonly HostLog[];
  readonly events: readonly InvocationEvent[];
  /** The JSON lines that the app has logged so far. */
  said(): Record<string, unknown>[];
  /** Waits until `find` returns something, two minutes at most. */
  until<Found>(
    what: string,
    find: () => Found | undefined | false | Promise<Found | undefined | false>,
  ): Promise<Found>;
}

/** Starts a host on a fixture app, runs `work` with it and always stops it. */
export async function withFixture(
  { azurite, dist, ...options }: Partial<HostOptions> & { azurite: Azurite; dist: string },
  work: (run: FixtureHost) => Promise<void>,
): Promise<void> {
  const run = await startFixture(azurite, dist, options);
  try {
    await work(run);
  } finally {
    await run.host.stop();
  }
}

async function startFixture(
  azurite: Azurite,
  dist: string,
  options: Partial<HostOptions>,
): Promise<FixtureHost> {
  const lines: HostLog[] = [];
  const events: InvocationEvent[] = [];
  const host = await startHost({
    dist,
    // By key: a token needs TLS, which test/cloud adds.
    storage: { queues: azurite.queueKey, blobs: azurite.blobKey },
    onLog: (line) => lines.push(line),
    onInvocation: (event) => events.push(event),
    ...options,
    env: { ...fixtureSettings(azurite), ...options.env },
  });
  return {
    host,
    lines,
    events,
    said: () =>
      lines
        .filter(({ source, message }) => source === "user" && message.startsWith("{"))
        .map(({ message }) => JSON.parse(message) as Record<string, unknown>),
    until: (what, find) => until(find, { what, shown: () => lines, everyMs: 10 }),
  };
}
