import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { startCloud } from "../cloud/start-cloud.ts";
import { differences } from "./compare.ts";
import { localDoor } from "./doors.ts";
import { play, type Played } from "./play.ts";
import { playProduct, type Product } from "./product.ts";
import type { Door, Known, Step } from "./step.ts";
import { steps as allSteps } from "./steps.ts";

interface AcceptanceOptions {
  /** The tenant's Graph. */
  readonly door: Door;
  /** The tenant's domain for the users' names. */
  readonly domain: string;
  /** The deployed product; without it only Graph is compared. */
  readonly product?: Product;
  /** How long an object may take to replicate. */
  readonly patienceMs: number;
  readonly tell: (what: string) => void;
  /** All by default. */
  readonly steps?: readonly Step[];
}

/** What an acceptance found. */
interface Acceptance {
  /** One line for each answer that differs. */
  readonly lines: readonly string[];
  readonly compared: number;
  /** What could not be removed, by its step. */
  readonly left: readonly string[];
}

/**
 * Plays the same requests to the tenant and to a local cloud of its own, sends batches to the product,
 * and compares. What it makes lies in an administrative unit of its own and is removed at the end.
 */
export async function accept(options: AcceptanceOptions): Promise<Acceptance> {
  const { steps = allSteps } = options;
  const run = `r${randomBytes(4).toString("hex")}`;
  const password = `${randomBytes(18).toString("base64url")}aA1!`;
  const start = (domain: string): Known => ({ run, password, domain });
  const cloud = await startCloud({ storage: false, latency: false, speed: 10 });
  try {
    const here = await play(steps, localDoor(cloud), start(cloud.home.domain), {
      patienceMs: 0,
      sleep,
    });
    const statusHere = new Map(here.played.map(({ step, answer }) => [step, answer?.status ?? 0]));
    const products: string[] = [];
    const during = async (known: Known): Promise<void> => {
      if (options.product === undefined || known["group"] === undefined) return;
      const names = { run, domain: options.domain, groupId: known["group"] };
      products.push(...(await playProduct(options.product, names, options.tell)));
    };
    const [first, last] = [
      steps.filter(({ isCleanup }) => isCleanup !== true),
      steps.filter(({ isCleanup }) => isCleanup === true),
    ];
    const settings = {
      patienceMs: options.patienceMs,
      sleep,
      succeeds: (step: Step) => (statusHere.get(step) ?? 0) < 400,
      tell: (played: Played) => options.tell(said(played)),
    };
    const there = await play(first, options.door, start(options.domain), settings);
    const clean = () => play(last, options.door, there.known, settings);
    try {
      await during(there.known);
    } catch (error) {
      await clean();
      throw error;
    }
    const cleaned = await clean();
    const played = [...there.played, ...cleaned.played];
    return {
      lines: [
        ...differences(played, here.played, { there: there.known, here: here.known }),
        ...products,
      ],
      compared: played.length,
      left: cleaned.played
        .filter(
          ({ step, answer, lacks }) =>
            step.name.startsWith("clean up") && lacks === undefined && !isGone(answer?.status),
        )
        .map(({ step }) => step.name),
    };
  } finally {
    await cloud.close();
  }
}

const isGone = (status = 0): boolean => (status >= 200 && status < 300) || status === 404;

const said = ({ step, answer, lacks, silence }: Played): string => {
  if (lacks !== undefined) return `left out  ${step.name}: there is no ${lacks}`;
  return `${answer?.status ?? silence}  ${step.name}`;
};
