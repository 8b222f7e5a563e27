import type { Readable } from "node:stream";

/** One blob as a listing or a read shows it. */
export interface BlobFacts {
  readonly path: string;
  readonly etag: string;
  readonly bytes: number;
  readonly lastModifiedMs: number;
  /** An append blob that is not sealed: its writer may not be done. */
  readonly mayGrow?: boolean;
}

/** A condition on a write; the write answers `undefined` if it does not hold. And what to note on the blob. */
export interface WriteCondition {
  /** Index tags, by which a rule of the account knows the blob. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Only if there is no such blob yet. */
  readonly ifAbsent?: true;
  /** Only over this version. */
  readonly ifMatch?: string;
}

/**
 * One container. Transient storage errors are retried by the SDK; what remains is an OperatorError
 * STORAGE_UNAVAILABLE, disposition `retry`.
 */
export interface Blobs {
  /** The whole blob, for small ones; `undefined` if there is none. */
  read(path: string): Promise<{ readonly bytes: Buffer; readonly etag: string } | undefined>;
  /** `undefined` if there is none or, with `ifMatch`, if it has another version by now. */
  stream(
    path: string,
    options?: { ifMatch?: string },
  ): Promise<{ readonly body: Readable; readonly facts: BlobFacts } | undefined>;
  write(
    path: string,
    body: string | Uint8Array,
    condition?: WriteCondition,
  ): Promise<{ readonly etag: string } | undefined>;
  /** Uploads in blocks with flat memory; the blob appears whole or not at all. */
  writeStream(
    path: string,
    body: Readable,
    condition?: WriteCondition,
  ): Promise<{ readonly etag: string; readonly bytes: number } | undefined>;
  /** In the order of their paths. */
  list(prefix: string): AsyncIterable<BlobFacts>;
  delete(path: string): Promise<void>;
  /** Opens an append blob for fenced appends, and creates it if it is absent. */
  openAppend(path: string): Promise<AppendBlob>;
  /** `undefined` if another process holds the lease. The blob is created if it is absent. */
  acquireLease(path: string, seconds: number): Promise<BlobLease | undefined>;
}

/** An append blob; a writer that appends at a stale position has been superseded. */
export interface AppendBlob {
  readonly content: Buffer;
  /**
   * Appends at the position it knows.
   * @throws OperatorError LEASE_LOST if another process has appended since
   */
  append(bytes: Uint8Array): Promise<void>;
}

/** A lease held; `renew` throws OperatorError LEASE_LOST once another process has it. */
export interface BlobLease {
  readonly leaseId: string;
  renew(): Promise<void>;
  release(): Promise<void>;
}

/** One queue. */
export interface Queue {
  /** Sends base64 of the UTF-8 text: our handlers read either, and Azurite mangles plain CR. */
  send(
    text: string,
    options?: { delaySeconds?: number; timeToLiveSeconds?: number },
  ): Promise<void>;
}
