import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";

import { leaseLost } from "../../shared/storage/errors.ts";
import type { AppendBlob, BlobFacts, BlobLease, Blobs } from "../../shared/storage/types.ts";

/**
 * A container in memory, for what must be tried thousands of times; `azurite.test.ts` holds it
 * against Azurite. `before` is asked ahead of every change and may throw, as a process that is killed
 * or a storage account that is away would.
 */
export class MemoryBlobs implements Blobs {
  readonly blobs = new Map<string, { bytes: Buffer; etag: string; lastModifiedMs: number }>();
  readonly #leases = new Map<string, string>();
  /** Blobs that are append blobs, not sealed. */
  readonly growing = new Set<string>();
  before: (change: string, path: string) => void = () => undefined;
  #versions = 0;

  async read(path: string): Promise<{ bytes: Buffer; etag: string } | undefined> {
    const found = this.blobs.get(path);
    return found && { bytes: found.bytes, etag: found.etag };
  }

  async stream(path: string, options: { ifMatch?: string } = {}) {
    const found = this.blobs.get(path);
    if (!found || (options.ifMatch !== undefined && options.ifMatch !== found.etag))
      return undefined;
    const pieces: Buffer[] = [];
    for (let at = 0; at < found.bytes.length; at += 65_536) {
      pieces.push(found.bytes.subarray(at, at + 65_536));
    }
    return { body: Readable.from(pieces), facts: this.#facts(path) };
  }

  async write(
    path: string,
    body: string | Uint8Array,
    condition: { ifAbsent?: true; ifMatch?: string } = {},
  ): Promise<{ etag: string } | undefined> {
    this.before("write", path);
    const found = this.blobs.get(path);
    if (condition.ifAbsent && found) return undefined;
    if (condition.ifMatch !== undefined && condition.ifMatch !== found?.etag) return undefined;
    this.#versions += 1;
    const etag = `0x${this.#versions.toString(16).padStart(15, "0")}`;
    this.blobs.set(path, { bytes: Buffer.from(body), etag, lastModifiedMs: Date.now() });
    return { etag };
  }

  async writeStream(
    path: string,
    body: Readable,
    condition?: { ifAbsent?: true; ifMatch?: string },
  ): Promise<{ etag: string; bytes: number } | undefined> {
    const parts: Buffer[] = [];
    for await (const part of body) parts.push(Buffer.from(part as Uint8Array));
    const bytes = Buffer.concat(parts);
    const written = await this.write(path, bytes, condition);
    return written && { ...written, bytes: bytes.length };
  }

  async *list(prefix: string): AsyncIterable<BlobFacts> {
    for (const path of [...this.blobs.keys()].toSorted()) {
      if (path.startsWith(prefix)) yield this.#facts(path);
    }
  }

  async delete(path: string): Promise<void> {
    this.before("delete", path);
    if (this.#leases.has(path)) throw new Error("LeaseIdMissing");
    this.blobs.delete(path);
  }

  async openAppend(path: string): Promise<AppendBlob> {
    if (!this.blobs.has(path)) await this.write(path, "");
    const content = this.blobs.get(path)!.bytes;
    let position = content.length;
    return {
      content,
      append: async (bytes) => {
        const now = this.blobs.get(path)?.bytes ?? Buffer.alloc(0);
        if (now.length !== position) throw leaseLost("Another process has appended.");
        await this.write(path, Buffer.concat([now, bytes]));
        position += bytes.length;
      },
    };
  }

  async acquireLease(path: string): Promise<BlobLease | undefined> {
    if (this.#leases.has(path)) return undefined;
    if (!this.blobs.has(path)) await this.write(path, "");
    const leaseId = randomUUID();
    this.#leases.set(path, leaseId);
    return {
      leaseId,
      renew: async () => undefined,
      release: async () => void this.#leases.delete(path),
    };
  }

  /** What a minute without renewal does to the leases of a killed process. */
  expireLeases(): void {
    this.#leases.clear();
  }

  text(path: string): string {
    const found = this.blobs.get(path);
    if (found === undefined)
      throw new Error(`no blob ${path} among ${[...this.blobs.keys()].join(", ")}`);
    return found.bytes.toString("utf8");
  }

  json(path: string): Record<string, unknown> {
    return JSON.parse(this.text(path)) as Record<string, unknown>;
  }

  #facts(path: string): BlobFacts {
    const { bytes, etag, lastModifiedMs } = this.blobs.get(path)!;
    return { path, etag, bytes: bytes.length, lastModifiedMs, mayGrow: this.growing.has(path) };
  }
}
