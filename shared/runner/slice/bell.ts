import type { Clock } from "../../core/clock.ts";
import { OperatorError } from "../../core/errors.ts";
import { bellBlob } from "../../records/paths.ts";
import type { Blobs } from "../../storage/types.ts";

/** A ring counts as come this much early: the next instance's clock may be behind. */
const CLOCK_SECONDS = 10;
/** How long a slice that hands over is waited for, seconds. */
const HANDING_OVER_SECONDS = 20;
const HANDING_OVER = "handing over ";

/**
 * Remembers when the next ring comes, so that others may end, or that a slice hands over, so that the
 * next ring waits for its lease. It is a hint: if storage loses it, there is a ring too many.
 */
export interface Bell {
  comesWithin(seconds: number): Promise<boolean>;
  set(seconds: number): Promise<void>;
  /** Says that the slice ends within seconds. */
  handOver(): Promise<void>;
  isHandingOver(): Promise<boolean>;
}

export function createBell(options: {
  readonly tenant: string;
  readonly runner: Blobs;
  readonly clock: Clock;
}): Bell {
  const { runner, clock } = options;
  const path = bellBlob(options.tenant);
  const read = async (): Promise<string> =>
    (await runner.read(path).catch(ignoreOutage))?.bytes.toString("utf8") ?? "";
  const write = async (text: string): Promise<void> => {
    await runner.write(path, text).catch(ignoreOutage);
  };
  return {
    comesWithin: async (seconds) => {
      const inMs = Date.parse(await read()) - clock.now();
      return inMs > 0 && inMs <= seconds * 1000;
    },
    set: async (seconds) => {
      if (seconds <= CLOCK_SECONDS) return;
      await write(new Date(clock.now() + (seconds - CLOCK_SECONDS) * 1000).toISOString());
    },
    handOver: () => write(`${HANDING_OVER}${new Date(clock.now()).toISOString()}`),
    isHandingOver: async () => {
      const text = await read();
      if (!text.startsWith(HANDING_OVER)) return false;
      const agoMs = clock.now() - Date.parse(text.slice(HANDING_OVER.length));
      return Math.abs(agoMs) <= HANDING_OVER_SECONDS * 1000;
    },
  };
}

/** A ring or its bell that is lost in an outage costs time only. @throws any other error */
export function ignoreOutage(error: unknown): undefined {
  if (!(error instanceof OperatorError)) throw error;
  return undefined;
}
