import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

import type { TokenCredential } from "@azure/identity";
import { BlobServiceClient } from "@azure/storage-blob";
import { QueueServiceClient } from "@azure/storage-queue";

import type { Decision } from "../../shared/records/decisions/decision.ts";
import type { Plan } from "../../shared/records/plan.ts";

/** Where the deployed product takes work and reports. */
export interface Product {
  readonly blobs: string;
  readonly queues: string;
  readonly credential: TokenCredential;
  /** How long a batch may take. */
  readonly patienceMs: number;
}

/** A row as it is sent, and the verdict that it has on the local cloud. */
type Row = readonly [verdict: string, row: Readonly<Record<string, unknown>>];

/** The names that the rows use; the group is there already. */
export interface Names {
  readonly run: string;
  readonly domain: string;
  readonly groupId: string;
}

const people = ["eve", "fay", "gus"] as const;
export const productUser = (person: string, { run, domain }: Names): string =>
  `acceptance-${person}-${run}@${domain}`;

/** A batch: the rows that are sent, or the ones that undoing another batch makes. */
interface Batch {
  readonly name: string;
  readonly rows: readonly Row[];
  readonly undoes?: string;
}

/** The batches, in order: joiners, a change, its undo, refusals, leavers. */
export function batches(names: Names): readonly Batch[] {
  const upn = (person: string): string => productUser(person, names);
  const { groupId: group, run } = names;
  const member = (operation: string, person: string): Row => [
    "done",
    { operation, group, member: upn(person) },
  ];
  const batch = (step: string): string => `acceptance-${run}-${step}`;
  return [
    {
      name: batch("1-create"),
      rows: people.map((person): Row => [
        "done",
        {
          operation: "user.create",
          userPrincipalName: upn(person),
          displayName: `Acceptance ${person} ${run}`,
        },
      ]),
    },
    {
      name: batch("2-change"),
      rows: [
        ["done", { operation: "user.update", user: upn("eve"), department: run }],
        ...people.map((person) => member("group.add-member", person)),
        ["done", { operation: "user.disable", user: upn("fay") }],
      ],
    },
    {
      name: batch("3-undo"),
      undoes: batch("2-change"),
      rows: [
        ["done", { operation: "user.enable" }],
        ...people.toReversed().map((person) => member("group.remove-member", person)),
        ["done", { operation: "user.update" }],
      ],
    },
    {
      name: batch("4-refused"),
      rows: [
        ["failed", { operation: "user.delete", user: `acceptance-nobody-${run}@${names.domain}` }],
        ["failed", { operation: "user.disable", user: `acceptance-nobody-${run}@${names.domain}` }],
        ["unchanged", { operation: "user.enable", user: upn("gus") }],
        ["failed", { operation: "group.add-member", group: `no group ${run}`, member: upn("gus") }],
        ["unchanged", { operation: "group.remove-member", group, member: upn("gus") }],
      ],
    },
    {
      name: batch("5-delete"),
      rows: people.map((person): Row => ["done", { operation: "user.delete", user: upn(person) }]),
    },
  ];
}

/** The decision to undo a batch, as `npm run batch -- undo` sends it. */
const undoing = (batch: string, as: string, tenant: string): Decision => ({
  version: 1,
  decisionId: as,
  decision: "undo",
  tenant,
  batch,
  expects: "ended",
  expires: new Date(Date.now() + 30 * 60_000).toISOString(),
  as,
});

interface Report {
  readonly rows: readonly {
    readonly row: number;
    readonly verdict: string;
    readonly reason?: string;
  }[];
}

const ended = new Set(["finished", "held", "refused", "cancelled"]);

/**
 * Sends the batches to the deployed product, one after the other, and answers a line for every row
 * whose verdict differs from the local cloud's. @throws Error if a batch does not end in time
 */
export async function playProduct(
  product: Product,
  names: Names,
  tell: (what: string) => void,
): Promise<readonly string[]> {
  const queues = new QueueServiceClient(product.queues, product.credential);
  const container = new BlobServiceClient(product.blobs, product.credential).getContainerClient(
    "batches",
  );
  const read = async <T>(path: string): Promise<T | undefined> => {
    try {
      // One request: a status may be replaced between two.
      const { readableStreamBody } = await container.getBlobClient(path).download();
      return JSON.parse(await text(readableStreamBody as Readable)) as T;
    } catch (error) {
      if ((error as { readonly statusCode?: number }).statusCode === 404) return undefined;
      throw error;
    }
  };
  const lines: string[] = [];
  const send = async ({ name, rows, undoes }: Batch): Promise<void> => {
    if (undoes === undefined) {
      const message = { version: 1, batch: name, mode: "apply", rows: rows.map(([, row]) => row) };
      await queues.getQueueClient("accept").sendMessage(JSON.stringify(message));
      return;
    }
    const plan = await read<Pick<Plan, "tenant">>(`${undoes}/plan.json`);
    if (plan === undefined) throw new Error(`${undoes} has no plan.json. See docs/runbook.md.`);
    const decision = undoing(undoes, name, plan.tenant);
    await queues.getQueueClient("decisions").sendMessage(JSON.stringify(decision));
  };
  for (const one of batches(names)) {
    const { name: batch, rows } = one;
    await send(one);
    const endMs = Date.now() + product.patienceMs;
    let state: { readonly state: string; readonly reason?: string } | undefined;
    while (!ended.has(state?.state ?? "")) {
      if (Date.now() > endMs)
        throw new Error(
          `${batch} is still ${state?.state ?? "not accepted"}. See docs/runbook.md.`,
        );
      await sleep(Math.min(1000, product.patienceMs / 20));
      state = await read(`${batch}/status.json`);
    }
    tell(`${batch}: ${state?.state}`);
    if (state?.state !== "finished") {
      lines.push(
        `DIFFERENT | ${stepOf(batch)} | state | product: ${state?.state}, ${state?.reason ?? ""} | expected: finished`,
      );
      continue;
    }
    const report = await read<Report>(`${batch}/report.json`);
    rows.forEach(([verdict, row], at) => {
      const told = report?.rows[at];
      if (told?.verdict === verdict) return;
      const reason = (told?.reason ?? "")
        .replaceAll(names.run, "<run>")
        .replaceAll(names.domain, "<domain>");
      lines.push(
        `DIFFERENT | ${stepOf(batch)} | row ${at + 1}, ${String(row["operation"])} | product: ${told?.verdict}, ${reason} | expected: ${verdict}`,
      );
    });
  }
  return lines;
}

const stepOf = (batch: string): string => `batch ${batch.slice(batch.lastIndexOf("-") - 1)}`;
