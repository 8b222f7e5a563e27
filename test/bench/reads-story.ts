import { setTimeout as delay } from "node:timers/promises";

import { systemClock } from "../../shared/core/clock.ts";
import { clouds } from "../../shared/core/clouds.ts";
import { createGraph } from "../../shared/graph/graph.ts";
import type { Stage } from "../stage/stage.ts";
import type { PostTally } from "./reads-reader.ts";
import { type Reader, startReader } from "./start-reader.ts";

/** Processes that read, of which the last comes later. */
export const READERS = 8;
/** So many of them leave. */
export const LEAVERS = 4;

/** When what happened, milliseconds since the epoch. */
export interface Moments {
  readonly began: number;
  readonly joined: number;
  readonly left: number;
  readonly ended: number;
}

/** What the readers took, what the meter showed, and how another tool fared. */
export interface Story {
  readonly moments: Moments;
  readonly readers: readonly (readonly PostTally[])[];
  /** The share of the resource units that is used, by Graph's meter. */
  readonly used: readonly { readonly atMs: number; readonly used: number }[];
  readonly tool: Tool;
}

/** What another tool got, and for how long it read. */
export interface Tool {
  readonly units: number;
  readonly throttled: number;
  readonly lastedMs: number;
}

/** For how long, milliseconds. */
export interface Acts {
  readonly seven: number;
  readonly eight: number;
  readonly four: number;
}

const now = (): number => performance.timeOrigin + performance.now();

/**
 * Seven processes read, an eighth joins, and four leave, while another tool with the same application
 * reads `toolUnits` a second without any pacing.
 */
export async function readersStory(
  stage: Stage,
  { acts, quota, toolUnits }: { acts: Acts; quota: number; toolUnits: number },
): Promise<{ play: () => Promise<Story>; close: () => void }> {
  const { users, groups } = await stage.cloud.control.graph("snapshot", {
    properties: ["userPrincipalName"],
  });
  const names = users.map(({ values }) => String(values["userPrincipalName"]));
  const ids = groups.map(({ id }) => id);
  const readers = await Promise.all(
    Array.from({ length: READERS }, () => startReader(stage.environment)),
  );
  const close = (): void => readers.forEach((reader) => reader.kill());
  const start = (reader: Reader): void => reader.begin(names, ids);

  async function play(): Promise<Story> {
    const end = new AbortController();
    const tool = otherTool(stage, ids[0] ?? "", toolUnits, end.signal);
    const used = watchMeter(stage, quota, end.signal);
    const began = now();
    readers.slice(0, -1).forEach(start);
    await delay(acts.seven);
    const joined = now();
    readers.slice(-1).forEach(start);
    await delay(acts.eight);
    const left = now();
    const gone = readers.slice(0, LEAVERS).map((reader) => reader.end());
    await delay(acts.four);
    const ended = now();
    const rest = readers.slice(LEAVERS).map((reader) => reader.end());
    const tallies = await Promise.all([...gone, ...rest]);
    end.abort();
    const moments = { began, joined, left, ended };
    return { moments, readers: tallies, used: await used, tool: await tool };
  }
  return { play, close };
}

async function watchMeter(stage: Stage, quota: number, end: AbortSignal) {
  const samples: { atMs: number; used: number }[] = [];
  while (!end.aborted) {
    const levels = await stage.cloud.control.graph("meters", {});
    const [, level = quota] =
      Object.entries(levels).find(([name]) => /^reads\/\d+\/.*\//.test(name)) ?? [];
    samples.push({ atMs: now(), used: 1 - level / quota });
    await delay(25);
  }
  return samples;
}

/** 20 reads of 5 units each at a fixed interval. */
async function otherTool(
  stage: Stage,
  group: string,
  toolUnits: number,
  end: AbortSignal,
): Promise<Tool> {
  const { control, home } = stage.cloud;
  const given = { tenantId: home.tenantId, appId: home.clientId };
  const { token } = await control.issueToken({ ...given, resource: "https://graph.microsoft.com" });
  const graph = createGraph({
    cloud: clouds.global,
    tenant: home.tenantId,
    getToken: async () => ({ token }),
    clock: systemClock,
    random: Math.random,
    emit: () => undefined,
    settings: { retryFloorMs: 100, resourceUnitQuota: 1, resourceUnitWindowMs: 1 },
  });
  const read = { method: "GET", url: `/groups/${group}/transitiveMembers` } as const;
  const reads = Array.from({ length: 20 }, () => read);
  const everyMs = (1000 * 20 * 5) / toolUnits;
  let [units, throttled] = [0, 0];
  const under: Promise<void>[] = [];
  const post = async (): Promise<void> => {
    const result = await graph.post(reads);
    if (result.kind !== "answered") throw new Error(`the other tool's post: ${result.kind}`);
    for (const part of result.parts) {
      if (part?.status === 429) throttled += 1;
      units += Number(part?.headers["x-ms-resource-unit"] ?? 0);
    }
  };
  const beganMs = now();
  for (let at = 0; !end.aborted; at++) {
    await delay(Math.max(0, beganMs + at * everyMs - now()));
    under.push(post());
  }
  await Promise.all(under);
  return { units, throttled, lastedMs: under.length * everyMs };
}
