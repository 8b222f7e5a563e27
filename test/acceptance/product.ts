import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

import type { TokenCredential } from "@azure/identity";
import { BlobServiceClient } from "@azure/storage-blob";
import { QueueServiceClient } from "@azure/storage-queue";

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

/** The batches, in order: joiners, a change, its inverse, refusals, leavers. */
export function batches(names: Names): readonly (readonly [name: string, rows: readonly Row[]])[] {
  const upn = (person: string): string => productUser(person, names);
  const { groupId: group, run } = names;
  const member = (operation: string, person: string): Row => [
    "done",
    { operation, group, member: upn(person) },
  ];
  const batch = (step: string): string => `acceptance-${run}-${step}`;
  return [
    [
      batch("1-create"),
      people.map((person): Row => [
        "done",
        {
          operation: "user.create",
          userPrincipalName: upn(person),
          displayName: `Acceptance ${person} ${run}`,
        },
      ]),
    ],
    [
      batch("2-change"),
      [
        ["done", { operation: "user.update", user: upn("eve"), department: run }],
        ...people.map((person) => member("group.add-member", person)),
        ["done", { operation: "user.disable", user: upn("fay") }],
      ],
    ],
    [
      // Until there is an undo, its inverse row by row.
      batch("3-undo"),
      [
        ["done", { operation: "user.update", user: upn("eve"), department: "(clear)" }],
        ...people.map((person) => member("group.remove-member", person)),
        ["done", { operation: "user.enable", user: upn("fay") }],
      ],
    ],
    [
      batch("4-refused"),
      [
        ["failed", { operation: "user.delete", user: `acceptance-nobody-${run}@${names.domain}` }],
        ["failed", { operation: "user.disable", user: `acceptance-nobody-${run}@${names.domain}` }],
        ["unchanged", { operation: "user.enable", user: upn("gus") }],
        ["failed", { operation: "group.add-member", group: `no group ${run}`, member: upn("gus") }],
        ["unchanged", { operation: "group.remove-member", group, member: upn("gus") }],
      ],
    ],
    [
      batch("5-delete"),
      people.map((person): Row => ["done", { operation: "user.delete", user: upn(person) }]),
    ],
  ];
}

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
  const queue = new QueueServiceClient(product.queues, product.credential).getQueueClient("accept");
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
  for (const [batch, rows] of batches(names)) {
    const message = { version: 1, batch, mode: "apply", rows: rows.map(([, row]) => row) };
    await queue.sendMessage(JSON.stringify(message));
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
