import { recipePath } from "../../batches/recipes/own-recipes.ts";
import { isInCalendar } from "../../core/clock.ts";
import { limits } from "../../core/limits.ts";
import { readManifest, type Mode, type Priority } from "../../records/manifest.ts";
import { type BatchStatus, readStatus } from "../../records/status.ts";
import type { Account } from "../account/account.ts";
import { describeBatch } from "../batch/describe.ts";
import { readDetail } from "../batch/detail.ts";
import { ending } from "../batch/ending.ts";
import { folderFor } from "../batch/folders.ts";
import { follow, isStill } from "../batch/follow.ts";
import {
  batchName,
  checkOperation,
  fileParcel,
  type Parcel,
  typedParcel,
} from "../batch/parcel.ts";
import type { Desk } from "../desk/desk.ts";
import { CommandError, usageError } from "../terminal/command-error.ts";

/** What `submit` and `plan` are asked. */
export interface SubmitOptions {
  readonly row?: readonly string[];
  readonly sheet?: string;
  readonly set?: readonly string[];
  readonly encoding?: string;
  readonly mapping?: string;
  readonly inbox?: string;
  readonly operation?: string;
  readonly name?: string;
  readonly priority?: Priority;
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly wait?: boolean;
}

/** What was sent, or had been sent before. */
interface Sent {
  readonly batch: string;
  readonly folder: string;
  /** The status before, if the batch was there already or had been refused. */
  readonly before?: BatchStatus | undefined;
  readonly isNew: boolean;
}

/** Sends rows to be carried out. */
export async function submit(
  desk: Desk,
  file: string | undefined,
  options: SubmitOptions,
): Promise<void> {
  const sent = await send(desk, file, { ...options, mode: "apply" });
  if (options.wait === true) return ending(desk, await followSent(desk, sent));
  const { batch, isNew } = sent;
  desk.print.one({ batch, sent: isNew }, { batch }, () =>
    isNew ? `sent as ${batch}\nfollow it: ${desk.self} watch ${batch}` : `already there: ${batch}`,
  );
}

/** Sends rows to be planned only, and shows the plan. */
export async function plan(
  desk: Desk,
  file: string | undefined,
  options: SubmitOptions,
): Promise<void> {
  const sent = await send(desk, file, { ...options, mode: "plan" });
  const { batch, folder } = sent;
  if (options.wait === false) {
    return desk.print.one({ batch }, { batch }, () => `sent to be planned as ${batch}`);
  }
  const status = await followSent(desk, sent);
  if (status.state === "refused") return ending(desk, status);
  const detail = await readDetail(await desk.account(), folder);
  desk.print.one(
    { ...status, plan: detail.plan },
    { batch, state: status.state, digest: detail.digest, writes: detail.plan?.writes },
    () => describeBatch(detail, desk.self),
  );
}

/** Follows what was sent; an end that was there before does not count. */
async function followSent(desk: Desk, { folder, before, isNew }: Sent): Promise<BatchStatus> {
  const account = await desk.account();
  return follow({ ...desk, account }, folder, {
    isOver: (status) => isStill(status.state) && !(isNew && status.updatedAt === before?.updatedAt),
  });
}

async function send(
  desk: Desk,
  file: string | undefined,
  options: SubmitOptions & { readonly mode: Mode },
): Promise<Sent> {
  checkWindow(options);
  const account = await checkedAccount(desk, options.operation);
  if (options.inbox !== undefined) return sendInbox(desk, account, file, options);
  const parcel = await parcelOf(desk, file, options);
  const { name, mode } = options;
  const operation = options.operation ?? parcel.operation;
  const batch = batchName(parcel, name, { operation, nowMs: desk.clock.now() });
  const folder = folderFor(account, batch);
  const staged = stagedPath(batch, parcel);
  const known = await knownBatch(desk, account, folder, { batch, staged, mode });
  if (known !== undefined) return known;
  const before = await readStatus(account.blobs.batches, folder);
  tellOfSending(desk, batch);
  const body = await bodyOf(account, parcel, staged);
  const named = { ...options, ...(operation !== undefined && { operation }) };
  await account.queues.accept.send(messageText(account, batch, named, body));
  return { batch, folder, before, isNew: true };
}

const tellOfSending = ({ ifEnded, self }: Desk, batch: string): void =>
  ifEnded(
    `It may have been sent, as ${batch}. See it: ${self} show ${batch}; if it is not there, type the same again.`,
  );

/** The account. Rows may name an operation, a recipe of the program, or one that lies in inbox. */
async function checkedAccount(desk: Desk, operation: string | undefined): Promise<Account> {
  try {
    checkOperation(operation);
  } catch (error) {
    if (operation?.includes(".")) throw error;
    const account = await desk.account();
    const own = await account.blobs.inbox.read(recipePath(operation ?? ""));
    if (own === undefined) throw error;
    return account;
  }
  return desk.account();
}

/** A file that is in container inbox already. */
async function sendInbox(
  desk: Desk,
  account: Account,
  file: string | undefined,
  options: SubmitOptions & { readonly mode: Mode },
): Promise<Sent> {
  const { inbox = "", name } = options;
  if (file !== undefined || options.row !== undefined) {
    throw usageError("Both a file and --inbox are given.", "Give one of them.");
  }
  const path = inbox.replace(/^inbox\//, "");
  if (path.split("/").some((part) => part === "" || part === "." || part === "..")) {
    throw usageError(
      `${inbox} is no path of a file in inbox.`,
      "Give its path inside the container.",
    );
  }
  const found = await account.blobs.inbox.stream(path);
  if (found === undefined) {
    throw new CommandError(
      `There is no file inbox/${path}.`,
      "Give its path inside container inbox.",
      {
        exitCode: 3,
      },
    );
  }
  found.body.destroy();
  const stem = path.replace(/\.[A-Za-z]+$/, "").replaceAll("/", "-");
  const parcel = {
    stem,
    digest: `${path} ${found.facts.etag}`,
    ending: "",
    open: () => found.body,
  };
  const batch = batchName(parcel, name, {
    operation: options.operation,
    nowMs: desk.clock.now(),
  });
  const folder = folderFor(account, batch);
  const before = await readStatus(account.blobs.batches, folder);
  const operation =
    options.operation ?? path.split("/").find((part) => /^[a-z]+\.[a-z-]+$/.test(part));
  tellOfSending(desk, batch);
  await account.queues.accept.send(
    messageText(
      account,
      batch,
      { ...options, ...(operation !== undefined && { operation }) },
      {
        file: path,
      },
    ),
  );
  return { batch, folder, before, isNew: true };
}

async function parcelOf(
  desk: Desk,
  file: string | undefined,
  { row: rows = [], sheet, set, encoding, operation, mapping: typed }: SubmitOptions,
): Promise<Parcel> {
  if (file !== undefined && rows.length > 0) {
    throw usageError("Both a file and rows are given.", "Give one of them.");
  }
  if (file !== undefined) {
    const note = (text: string): void => desk.print.note(text);
    const mapping = typed === undefined ? undefined : desk.pathOf(typed);
    return fileParcel(desk.pathOf(file), { sheet, set, encoding, operation, mapping, note });
  }
  if (rows.length > 0) return typedParcel(rows);
  throw usageError(
    "There is nothing to send.",
    `Give a file, or rows: --operation user.disable --row user=ann@contoso.com. A file to fill in: ${desk.self} template user.disable`,
  );
}

/**
 * The batch that has the name, if it was not refused: then nothing is sent. The staged file's path holds
 * the digest of its content, so it says whether the content is the same.
 *
 * @throws CommandError if another content has the name
 */
async function knownBatch(
  desk: Desk,
  account: Account,
  folder: string,
  { batch, staged, mode }: { readonly batch: string; readonly staged: string; readonly mode: Mode },
): Promise<Sent | undefined> {
  const { batches } = account.blobs;
  const [manifest, status] = await Promise.all([
    readManifest(batches, folder),
    readStatus(batches, folder),
  ]);
  if (manifest === undefined || status?.state === "refused") return undefined;
  const { source, acceptedAt, mode: itsMode } = manifest.value;
  const isSame = source.kind === "message" && source.file?.path === staged;
  if (!isSame) {
    throw new CommandError(
      `The name ${batch} belongs to a batch of ${acceptedAt.slice(0, 10)}, for ever.`,
      `Choose another --name. See that batch: ${desk.self} show ${batch}`,
    );
  }
  desk.print.note(`Nothing was sent: the same rows were sent as ${batch} (${acceptedAt}).`);
  if (itsMode === "plan" && mode === "apply") {
    throw new CommandError(
      `${batch} was only planned.`,
      `Look at it and run it: ${desk.self} approve ${batch}`,
    );
  }
  return { batch, folder, before: status, isNew: false };
}

type Body =
  | { readonly rows: readonly object[] }
  | { readonly file: string; readonly rowCount?: number | undefined };

/** A mapping counts for its folder, so that a file with one has a folder of its own. */
function stagedPath(batch: string, parcel: Parcel): string {
  const name = `staged/${batch}-${parcel.digest.slice(0, 8)}`;
  return `${name}${parcel.mapping === undefined ? "" : "/rows"}${parcel.ending}`;
}

/** Typed rows travel in the message, everything else as a staged file. */
async function bodyOf(account: Account, parcel: Parcel, staged: string): Promise<Body> {
  const { rows, mapping, rowCount } = parcel;
  // Half of a message is left for everything else in it.
  if (rows !== undefined && JSON.stringify(rows).length < limits.messageBytes / 2) return { rows };
  if (mapping !== undefined) {
    const path = `${staged.slice(0, staged.lastIndexOf("/"))}/mapping.json`;
    await account.blobs.inbox.write(path, mapping, { ifAbsent: true });
  }
  // The path holds the digest, so a file that is there already has the same content.
  await account.blobs.inbox.writeStream(staged, parcel.open(), { ifAbsent: true });
  return { file: staged, rowCount };
}

function messageText(
  { named: tenant }: Account,
  batch: string,
  { mode, priority, operation, notBefore, notAfter }: SubmitOptions & { readonly mode: Mode },
  body: Body,
): string {
  const about = { tenant, mode, priority, operation, notBefore, notAfter };
  return JSON.stringify({ version: 1, batch, ...about, ...body });
}

/** @throws CommandError if one of the instants is none, or the end is not after the beginning */
function checkWindow({ notBefore, notAfter }: SubmitOptions): void {
  for (const [option, text] of Object.entries({
    "--not-before": notBefore,
    "--not-after": notAfter,
  })) {
    if (text === undefined || isInstant(text)) continue;
    throw usageError(`${option} is no instant in UTC.`, "Example: 2026-11-21T22:00:00Z.");
  }
  if (notBefore !== undefined && notAfter !== undefined && notAfter <= notBefore) {
    throw usageError("--not-after is not after --not-before.", "Correct one of them.");
  }
}

const isInstant = (text: string): boolean =>
  /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) && isInCalendar(text);
