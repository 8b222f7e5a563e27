import { readFileSync } from "node:fs";
import tls from "node:tls";

import { isRecord } from "../../shared/core/record.ts";
import type { LocalCloud } from "./local-cloud.ts";

type Body = Readonly<Record<string, unknown>>;

/** Users and groups of a directory, as Graph's POST takes them. */
interface DirectoryFile {
  readonly users: readonly Body[];
  /** `members` and `owners` name users of the file by userPrincipalName. */
  readonly groups: readonly Body[];
}

/** A file that cannot be used: it names the file, the entry and what is wrong. */
export class DirectoryFileError extends Error {
  override readonly name = "DirectoryFileError";
}

/**
 * Puts the users and groups of a JSON file into the seeded tenant, each by the request that anybody else
 * would send, so that what Graph refuses is refused here. What Graph requires and the file leaves out is
 * added: displayName, mailNickname, accountEnabled, a password, and the tenant's domain.
 *
 * @throws DirectoryFileError
 */
export async function putDirectory(cloud: LocalCloud, path: string): Promise<void> {
  const { users, groups } = readDirectory(path);
  const post = await poster(cloud, path);
  await cloud.control.graph("meters", { on: false });
  const ids = new Map<string, string>();
  for (const [at, user] of users.entries()) {
    const body = userOf(user, cloud.home.domain, `${path}: users[${at}]`);
    const id = await post(`users[${at}]`, "/users", body);
    for (const name of [String(user["userPrincipalName"]), body.userPrincipalName])
      ids.set(name.toLowerCase(), id);
  }
  for (const [at, { members, owners, ...group }] of groups.entries()) {
    const id = await post(`groups[${at}]`, "/groups", groupOf(group));
    for (const [relation, named] of Object.entries({ members, owners })) {
      for (const name of listOf(named, `${path}: groups[${at}].${relation}`)) {
        const user = ids.get(name.toLowerCase());
        if (user === undefined)
          throw new DirectoryFileError(
            `${path}: groups[${at}].${relation}: no user ${name} in the file.`,
          );
        const body = { "@odata.id": `${cloud.urls.graph}/v1.0/directoryObjects/${user}` };
        await post(`groups[${at}].${relation}`, `/groups/${id}/${relation}/$ref`, body);
      }
    }
  }
}

/** @throws DirectoryFileError */
function readDirectory(path: string): DirectoryFile {
  try {
    return directoryIn(JSON.parse(readFileSync(path, "utf8")), path);
  } catch (error) {
    if (error instanceof DirectoryFileError) throw error;
    throw new DirectoryFileError(`${path} cannot be read as JSON: ${(error as Error).message}`);
  }
}

/** The users and groups of a file's content. @throws DirectoryFileError */
export function directoryIn(json: unknown, path: string): DirectoryFile {
  if (!isRecord(json)) throw new DirectoryFileError(`${path} must hold an object.`);
  const { users = [], groups = [], ...others } = json;
  const [other] = Object.keys(others);
  if (other !== undefined)
    throw new DirectoryFileError(`${path}: ${other} is not known. Use users and groups.`);
  return {
    users: entriesOf(users, `${path}: users`),
    groups: entriesOf(groups, `${path}: groups`),
  };
}

function entriesOf(value: unknown, where: string): readonly Body[] {
  if (Array.isArray(value) && value.every(isRecord)) return value;
  throw new DirectoryFileError(`${where} must be a list of objects.`);
}

function listOf(value: unknown, where: string): readonly string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value;
  throw new DirectoryFileError(`${where} must be a list of names.`);
}

function userOf(user: Body, domain: string, where: string) {
  const named = user["userPrincipalName"];
  if (typeof named !== "string" || named === "")
    throw new DirectoryFileError(`${where}: userPrincipalName is required.`);
  const nickname = named.split("@")[0] ?? "";
  return {
    accountEnabled: true,
    displayName: nickname,
    mailNickname: nickname,
    passwordProfile: { password: `A1-${crypto.randomUUID()}` },
    ...user,
    userPrincipalName: named.includes("@") ? named : `${named}@${domain}`,
  };
}

const groupOf = (group: Body): Body => ({
  mailEnabled: false,
  securityEnabled: true,
  mailNickname:
    String(group["displayName"])
      .replaceAll(/[^\w-]/g, "")
      .slice(0, 64) || "group",
  ...group,
});

/** Sends requests as the application that may do everything. */
async function poster(cloud: LocalCloud, path: string) {
  tls.setDefaultCACertificates([...tls.getCACertificates("default"), cloud.caPem]);
  const { token } = await cloud.control.issueToken({
    tenantId: cloud.home.tenantId,
    appId: cloud.tools.clientId,
    resource: "https://graph.microsoft.com",
  });
  return async (entry: string, url: string, body: Body): Promise<string> => {
    const answer = await fetch(`${cloud.urls.graph}/v1.0${url}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new DirectoryFileError(`${path}: ${entry}: Graph refuses it: ${text}`);
    const made: unknown = text === "" ? {} : JSON.parse(text);
    return isRecord(made) && typeof made["id"] === "string" ? made["id"] : "";
  };
}
