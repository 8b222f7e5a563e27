import { createPrivateKey, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";

import { compactDecrypt, errors } from "jose";

import { parseJson } from "../../core/parse-json.ts";
import { recordOf } from "../../core/record.ts";
import { readDetail } from "../batch/detail.ts";
import { folderFor } from "../batch/folders.ts";
import { knownRows } from "../batch/rows.ts";
import type { Desk } from "../desk/desk.ts";
import { CommandError, exitCodes } from "../terminal/command-error.ts";

/** What `passwords open` is asked. */
export interface PasswordsOptions {
  readonly key: string;
}

/** A password that a batch gave, opened. */
interface OpenPassword {
  readonly row: number;
  readonly user: string;
  readonly objectId: string | undefined;
  readonly password: string;
}

/**
 * Prints the passwords that a batch gave. They were sealed to the public part of the key in the file, and
 * are opened here: neither the key nor a password leaves this process but to stdout.
 *
 * @throws CommandError if the batch gave none, or one was sealed to another key or for another row
 */
export async function openPasswords(
  desk: Desk,
  batch: string,
  { key: file }: PasswordsOptions,
): Promise<void> {
  const key = readKey(desk.pathOf(file));
  const account = await desk.account();
  const detail = await readDetail(account, folderFor(account, batch));
  const found: OpenPassword[] = [];
  for await (const rows of knownRows(account, detail)) {
    for (const { row, cells, objectId, sealedPassword, parts } of rows) {
      // A row with parts stands for them, and they follow.
      if (sealedPassword === undefined || parts !== undefined) continue;
      const of = { batch: detail.manifest?.batch ?? batch, row, self: desk.self };
      // A row that failed may have several, of sends that were not answered.
      for (const sealed of sealedPassword.split(" ")) {
        const password = await opened(sealed, key, of);
        found.push({ row, user: userIn(cells), objectId, password });
      }
    }
  }
  if (found.length === 0) {
    throw new CommandError(
      `Batch ${batch} has no sealed password.`,
      "Passwords are kept only of rows that are done, or failed after an answer was lost, and only if PASSWORD_KEY was set when they were written (docs/passwords.md).",
      { exitCode: exitCodes.notFound },
    );
  }
  desk.print.list(found, (each) => ({ ...each }), "");
}

/** @throws CommandError if the file has no private key */
function readKey(file: string): KeyObject {
  try {
    const text = readFileSync(file, "utf8").trim();
    if (!text.startsWith("{")) return createPrivateKey(text);
    return createPrivateKey({ key: recordOf(parseJson(text)), format: "jwk" });
  } catch (cause) {
    throw new CommandError(
      "The file of --key has no private key that can be read.",
      "Name the file with the private part of PASSWORD_KEY: PEM without a passphrase, or a JWK.",
      { exitCode: exitCodes.usage, cause },
    );
  }
}

/** @throws CommandError */
async function opened(
  sealed: string,
  key: KeyObject,
  { batch, row, self }: { readonly batch: string; readonly row: number; readonly self: string },
): Promise<string> {
  const { plaintext, protectedHeader } = await compactDecrypt(sealed, key, {
    keyManagementAlgorithms: ["RSA-OAEP-256", "ECDH-ES"],
    contentEncryptionAlgorithms: ["A256GCM"],
  }).catch((cause: unknown) => {
    if (!(cause instanceof errors.JOSEError) && !(cause instanceof TypeError)) throw cause;
    throw new CommandError(
      `The password of row ${row} was sealed to another key, or altered.`,
      `Use the private part of the key that PASSWORD_KEY held when the batch ran; it was called ${kidOf(sealed)}.`,
      { cause },
    );
  });
  if (protectedHeader["batch"] !== batch || protectedHeader["row"] !== row) {
    throw new CommandError(
      `The password in row ${row} was sealed for another row or batch.`,
      `Somebody altered the batch's records, so reset the user's password. What was altered: ${self} verify ${batch}`,
    );
  }
  return new TextDecoder().decode(plaintext);
}

/** The name of the key that a password was sealed to, as its header says. */
function kidOf(sealed: string): string {
  try {
    const [header = ""] = sealed.split(".");
    const { kid } = recordOf(parseJson(Buffer.from(header, "base64url").toString("utf8")));
    return typeof kid === "string" ? kid : "by no name";
  } catch {
    return "by no name";
  }
}

const userIn = (cells: Readonly<Record<string, unknown>>): string => {
  const name = cells["userPrincipalName"] ?? cells["user"];
  return typeof name === "string" ? name : "";
};
