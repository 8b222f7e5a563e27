import { OperatorError } from "../../core/errors.ts";
import type { SigningKey } from "./signing-key.ts";

/** How many versions are held; a rotation needs two. */
const MOST_HELD = 3;
/** How many versions one look may load to find one that works. */
const MOST_LOADED = 2;

/** One version as a listing shows it. */
export interface VersionFacts {
  readonly version: string;
  readonly enabled: boolean;
  readonly createdMs: number;
}

/** A version's content: a key, or the reason why it cannot be used. */
interface LoadedVersion {
  readonly version: string;
  readonly key: SigningKey | OperatorError;
}

/** Reads versions from the vault; each call is one read. */
export interface VersionSource {
  /**
   * One version; the newest if none is named.
   * @throws OperatorError VAULT_…, CERTIFICATE_NOT_FOUND; CERTIFICATE_UNUSABLE if it is disabled.
   */
  load(version?: string): Promise<LoadedVersion>;
  list(): Promise<readonly VersionFacts[]>;
}

export interface LookState {
  /** Newest first. */
  readonly held: readonly SigningKey[];
  /** Versions that Entra refused within the last hour; the look searches for others. */
  readonly refused: ReadonlySet<string>;
  /** Versions whose content cannot be used, which never changes. The look adds to it. */
  readonly broken: Map<string, OperatorError>;
  readonly nowMs: number;
}

/**
 * Looks at the vault and returns the versions to hold from now on, newest first.
 *
 * If nothing is held, the newest version is read; if it works, that is all. Otherwise the versions are
 * listed, disabled and deleted ones are dropped, and the newest one that is not held is loaded, or the
 * next if that one does not work. That is one read if nothing changed, and two after one change.
 *
 * @throws OperatorError if the vault has no version that can be read.
 */
export async function lookAtVersions(
  source: VersionSource,
  state: LookState,
): Promise<readonly SigningKey[]> {
  if (state.held.length > 0) return await later(source, state);
  let reason: OperatorError | undefined;
  let held: SigningKey[] = [];
  try {
    const { version, key } = await source.load();
    if (key instanceof OperatorError) state.broken.set(version, (reason = key));
    else if (isInForce(key, state.nowMs)) return [key];
    else held = [key];
  } catch (error) {
    if (!isUnusable(error)) throw error;
    reason = error;
  }
  const found = await later(source, { ...state, held });
  if (found.length === 0 && reason !== undefined) throw reason;
  return found;
}

async function later(source: VersionSource, state: LookState): Promise<readonly SigningKey[]> {
  const known = new Map(state.held.map((key) => [key.version, key]));
  const listed = await list(source, known);
  if (listed === undefined) return await withNewest(source, state);
  /** If not all can be held, refused ones are dropped first. */
  const rank = ({ version }: SigningKey): number => Number(state.refused.has(version));
  let loads = 0;
  for (const version of listed) {
    const key = known.get(version);
    if (state.refused.has(version) || state.broken.has(version)) continue;
    if (key !== undefined && isInForce(key, state.nowMs)) break;
    if (key !== undefined) continue;
    if (loads++ === MOST_LOADED) break;
    const loaded = await source.load(version);
    if (loaded.key instanceof OperatorError) {
      state.broken.set(version, loaded.key);
      continue;
    }
    known.set(version, loaded.key);
    if (isInForce(loaded.key, state.nowMs)) break;
  }
  const found = listed.flatMap((version) => known.get(version) ?? []);
  const wanted = found.toSorted((a, b) => rank(a) - rank(b)).slice(0, MOST_HELD);
  const next = found.filter((key) => wanted.includes(key));
  // If the vault lists nothing usable, the held versions stay: Entra may still accept them.
  return next.length > 0 ? next : state.held;
}

/**
 * Enabled versions, newest first. The vault's times have whole seconds; of two versions made in the same
 * second the unknown one comes first. `undefined` if we may read the secret but not list its versions.
 */
async function list(
  source: VersionSource,
  known: ReadonlyMap<string, SigningKey>,
): Promise<string[] | undefined> {
  try {
    const versions = await source.list();
    return versions
      .filter(({ enabled }) => enabled)
      .toSorted(
        (a, b) =>
          b.createdMs - a.createdMs || Number(known.has(a.version)) - Number(known.has(b.version)),
      )
      .map(({ version }) => version);
  } catch (error) {
    if (error instanceof OperatorError && error.code === "VAULT_REFUSED") return undefined;
    throw error;
  }
}

async function withNewest(source: VersionSource, state: LookState): Promise<readonly SigningKey[]> {
  const { version, key } = await source.load();
  if (key instanceof OperatorError) {
    state.broken.set(version, key);
    return state.held;
  }
  return [key, ...state.held.filter((other) => other.version !== version)].slice(0, MOST_HELD);
}

export const isInForce = (key: SigningKey, nowMs: number): boolean =>
  key.notBeforeMs <= nowMs && nowMs < key.notAfterMs;

const isUnusable = (error: unknown): error is OperatorError =>
  error instanceof OperatorError && error.code === "CERTIFICATE_UNUSABLE";
