import { randomUUID } from "node:crypto";

import { isRecord } from "../../../shared/core/record.ts";
import type { CloudControl } from "../../cloud/cloud-control.ts";
import type { LocalCloud } from "../../cloud/local-cloud.ts";

type Values = Readonly<Record<string, unknown>>;

/** A user whom a test made. */
export interface TestUser {
  readonly id: string;
  readonly userPrincipalName: string;
}

/** The local cloud's directory, as somebody who may do everything changes and sees it. */
export interface TestDirectory {
  /** Changes it past every rule (test/cloud/graph/app/control.ts). */
  readonly control: CloudControl["graph"];
  /** A verified domain. */
  readonly domain: string;
  /** A new user, enabled unless `values` says otherwise. */
  addUser(values?: Values): Promise<TestUser>;
  /** A new security group; its id. */
  addGroup(values?: Values): Promise<string>;
  /** A new Windows device; its id. */
  addDevice(values?: Values): Promise<string>;
  addMember(group: string, member: string): Promise<void>;
  /** What Graph answers, by its rules, to an application with every permission. */
  ask(method: string, url: string, body?: unknown): Promise<{ status: number; body: Values }>;
  /** The object at `url`, or null if there is none. */
  read(url: string): Promise<Values | null>;
}

/** A user in deletedItems, as the cells of a row. */
export async function deletedUser(directory: TestDirectory): Promise<{ readonly user: string }> {
  const { id } = await directory.addUser();
  await directory.ask("DELETE", `/users/${id}`);
  return { user: id };
}

/** A name that nothing else has. */
export const newName = (what: string): string => `${what}-${randomUUID().slice(0, 8)}`;

const ROOT = "https://graph.microsoft.com/v1.0";

/** Opens the directory of the cloud in which this process lives. */
export async function openDirectory(cloud: LocalCloud): Promise<TestDirectory> {
  const { control, home, tools } = cloud;
  const { tenantId, domain } = home;
  const { token } = await control.issueToken({
    tenantId,
    appId: tools.clientId,
    resource: "https://graph.microsoft.com",
  });
  const create = async (kind: "user" | "group" | "device", values: Values): Promise<string> =>
    (await control.graph("create", { kind, values })).id;
  const directory: TestDirectory = {
    control: (command, argument) => control.graph(command, argument),
    domain,
    addUser: async ({ userPrincipalName, ...values } = {}) => {
      const name = newName("user");
      const named = typeof userPrincipalName === "string" ? userPrincipalName : `${name}@${domain}`;
      const usual = { displayName: name, mailNickname: name, accountEnabled: true };
      const all = { ...usual, userType: "Member", ...values, userPrincipalName: named };
      return { id: await create("user", all), userPrincipalName: named };
    },
    addGroup: (values = {}) => {
      const name = newName("group");
      const usual = { displayName: name, mailNickname: name, mailEnabled: false };
      return create("group", { ...usual, securityEnabled: true, groupTypes: [], ...values });
    },
    addDevice: (values = {}) =>
      create("device", {
        accountEnabled: true,
        deviceId: randomUUID(),
        displayName: newName("device"),
        operatingSystem: "Windows",
        ...values,
      }),
    addMember: (group, member) =>
      control.graph("link", { relation: "members", from: group, to: member }),
    ask: async (method, url, body) => {
      const answer = await fetch(`${ROOT}${url}`, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Graph answers objects
      return { status: answer.status, body: (text === "" ? {} : JSON.parse(text)) as Values };
    },
    read: async (url) => {
      const { status, body } = await directory.ask("GET", url);
      if (status !== 200 && status !== 404)
        throw new Error(`${url}: ${status} ${JSON.stringify(body)}`);
      if (status === 404) return null;
      return withoutAnnotations(body);
    },
  };
  return directory;
}

/** An object as Graph shows it, without what OData adds. */
const withoutAnnotations = (object: Values): Values =>
  Object.fromEntries(
    Object.entries(object)
      .filter(([name]) => !name.startsWith("@odata."))
      .map(([name, value]) => [name, Array.isArray(value) ? value.map(plain) : value]),
  );

const plain = (value: unknown): unknown => (isRecord(value) ? withoutAnnotations(value) : value);
