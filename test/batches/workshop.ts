import { createBatches } from "../../shared/app/batches.ts";
import { recipesOf } from "../../shared/app/recipes.ts";
import type { Batches } from "../../shared/batches/ports.ts";
import type { Accepted, BatchPorts, BatchSettings } from "../../shared/batches/ports.ts";
import type { Receipt } from "../../shared/catalogue/row.ts";
import { systemClock } from "../../shared/core/clock.ts";
import { toObjectId } from "../../shared/core/object-id.ts";
import type { TelemetryEvent } from "../../shared/core/telemetry.ts";
import { catalogue } from "../../shared/operations/list.ts";
import { capsWith } from "../guards/caps.ts";
import { MemoryBlobs } from "./memory-blobs.ts";
import { SmallDirectory } from "./small-directory.ts";

export const home = "aaaaaaaa-0000-4000-8000-000000000001";
export const other = "bbbbbbbb-0000-4000-8000-000000000002";

/** This application's service principal. */
export const ownPrincipal = toObjectId("cccccccc-0000-4000-8000-000000000003");

export const settings: BatchSettings = {
  homeTenant: home,
  tenants: [home, other],
  capsFor: () => capsWith({ deletes: { perBatch: 10 }, disables: { perBatch: 50 } }),
  protection: { objects: [], groups: [], filter: "", roleHolders: false, recheckAfterMs: 600_000 },
  tripwires: {
    isOn: true,
    fromRows: 100,
    blankPercent: 60,
    growthPercent: 20,
    fullSources: [],
    missingPercent: 20,
  },
  maxInvalidRowsPercent: 10,
  preflight: "hold",
  inboxMode: "apply",
  writeQuota: 3000,
  writeWindowSeconds: 150,
  membersPerWrite: 3,
  decisionProof: "queue",
  fourEyes: false,
  heldExpiresDays: 14,
};

/** An application that may do all that any row can need. */
export const allGranted: Pick<BatchPorts, "rolesFor" | "principalIn" | "consentUrl" | "readProof"> =
  {
    readProof: async () => Promise.reject(new TypeError("no proof is expected")),
    rolesFor: async () => Object.values(catalogue).flatMap((each) => each.allPermissions),
    principalIn: async () => ownPrincipal,
    consentUrl: (tenant) => `https://login.microsoftonline.com/${tenant}/adminconsent`,
  };

/** Batches over storage in memory and a small directory, with all that goes out of them. */
export interface Workshop {
  readonly ports: BatchPorts;
  readonly batches: Batches;
  readonly blobs: { inbox: MemoryBlobs; batches: MemoryBlobs; runner: MemoryBlobs };
  readonly directory: SmallDirectory;
  readonly events: TelemetryEvent[];
  readonly rings: string[];
  /** Texts that went to queue `accept`. */
  readonly queued: string[];
  /** Delivers one message until it is done. */
  readonly deliver: (message: unknown, messageId?: string) => Promise<Accepted & { state: "done" }>;
  /** Puts a file in `inbox` and delivers its event. */
  readonly drop: (path: string, content: string | Uint8Array) => Promise<string>;
  /** The `refused.json` of a folder. */
  readonly refused: (folder: string) => Record<string, unknown>;
  /** Plays the runner: every row to be written is done. */
  readonly runAll: (folder: string) => Promise<void>;
}

export function openWorkshop(more: Partial<BatchPorts> = {}): Workshop {
  const blobs = { inbox: new MemoryBlobs(), batches: new MemoryBlobs(), runner: new MemoryBlobs() };
  const directory = new SmallDirectory();
  const events: TelemetryEvent[] = [];
  const rings: string[] = [];
  const queued: string[] = [];
  const ports: BatchPorts = {
    blobs,
    acceptQueue: { send: async (text) => void queued.push(text) },
    ring: async (tenant) => void rings.push(tenant),
    graphFor: () => directory,
    ...allGranted,
    catalogue,
    recipes: recipesOf(catalogue),
    settings,
    clock: systemClock,
    emit: (event) => void events.push(event),
    ...more,
  };
  const batches = createBatches(ports);
  const workshop: Workshop = {
    ports,
    batches,
    blobs,
    directory,
    events,
    rings,
    queued,
    deliver: async (message, messageId = "m-1") => {
      for (;;) {
        const result = await batches.accept(message, {
          messageId,
          deadlineMs: Date.now() + 60_000,
        });
        if (result.state === "done") return result;
        if (result.delaySeconds > 0) throw new Error(`again: ${result.reason}`);
      }
    },
    drop: async (path, content) => {
      const written = await blobs.inbox.write(path, content);
      const { folder } = await workshop.deliver(eventOf(path, written!.etag));
      return folder ?? "";
    },
    refused: (folder) => blobs.batches.json(`${folder}/refused.json`),
    runAll: async (folder) => {
      const done: Receipt = { verdict: "done", requestId: "r/1", status: 204, attempts: 1 };
      await batches.finishBatch(folder, async (shard) => {
        const rows = shardRows(blobs.batches, folder, shard).filter(({ write }) => write);
        return new Map(rows.map(({ row }) => [row, done]));
      });
    },
  };
  return workshop;
}

/** Plans rows that name their own operations, beside so many good ones that none is refused whole. */
export async function planRows(
  workshop: Workshop,
  rows: readonly object[],
  batch = "b",
): Promise<ShardRow[]> {
  const filler = Array.from({ length: rows.length * 10 }, (_, at) => ({
    operation: "user.update",
    user: `filler${at}@contoso.com`,
    city: "Oslo",
  }));
  for (const { user } of filler) workshop.directory.addUser(user);
  const message = { version: 1, batch, mode: "apply", rows: [...rows, ...filler] };
  const { outcome } = await workshop.deliver(message);
  if (outcome !== "accepted") throw new Error(workshop.blobs.batches.text(`${batch}/refused.json`));
  return shardRows(workshop.blobs.batches, batch).slice(0, rows.length);
}

/** The lines of a shard. */
export const shardRows = (blobs: MemoryBlobs, folder: string, shard = 1): ShardRow[] =>
  blobs
    .text(`${folder}/shards/${String(shard).padStart(5, "0")}.jsonl`)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as ShardRow);

/** A line of a shard, loosely. */
export interface ShardRow {
  readonly verdict?: Receipt["verdict"];
  readonly reason?: string;
  readonly fix?: string;
  readonly objectId?: string;
  readonly row: number;
  readonly operation: string;
  readonly write?: {
    readonly target: Record<string, string>;
    readonly set?: Record<string, unknown>;
    readonly foundInPlace?: { readonly reason: string; readonly objectId: string };
    readonly keys: string[];
    readonly after?: number[];
    readonly stage?: number;
    readonly behind?: number;
    readonly holderFromRow?: number;
    readonly idFromRow?: { row: number; role: string };
    readonly was?: string;
    readonly memberSeen?: boolean;
    readonly afterRestore?: boolean;
    readonly guarded?: Record<string, number>;
    readonly needs?: number[];
  };
}

/** The CloudEvents message of a new file. */
export const eventOf = (path: string, etag: string): unknown => ({
  specversion: "1.0",
  type: "Microsoft.Storage.BlobCreated",
  source: "/subscriptions/x",
  id: "1",
  subject: `/blobServices/default/containers/inbox/blobs/${path}`,
  data: { api: "PutBlob", eTag: etag, contentLength: 1 },
});
