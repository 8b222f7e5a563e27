import type { BicepFile, Resource } from "../bicep-file.ts";
import { fileAt, finding, type Infra, resourcesOfType, textOf } from "../infra.ts";
import { at, objectOf, textAt, written } from "../value.ts";
import type { Rule } from "./rule.ts";
import { markdownTable, sectionOf } from "./table.ts";

/** Built-in roles by their ids: Azure's list of built-in roles. Owner and Contributor are not among them. */
export const builtIn: Readonly<Record<string, string>> = {
  "12338af0-0e69-4776-bea7-57ae8d297424": "Key Vault Crypto User",
  "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1": "Storage Blob Data Reader",
  "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3": "Storage Table Data Contributor",
  "3913510d-42f4-4e42-8a64-420c390055eb": "Monitoring Metrics Publisher",
  "4633458b-17de-408a-b874-0445c86b69e6": "Key Vault Secrets User",
  "974c5e8b-45b9-4653-ba55-5f855dd0fb88": "Storage Queue Data Contributor",
  "a4417e6f-fecd-4de8-b567-7b0420556985": "Key Vault Certificates Officer",
  "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
  "ba92f5b4-2d11-453d-a403-e96b0029c9fe": "Storage Blob Data Contributor",
  "c6a89b2d-59bc-44d0-9896-0f6e12d7b80a": "Storage Queue Data Message Sender",
};

const path = "modules/roles.bicep";
const type = "Microsoft.Authorization/roleAssignments";
const customRole =
  "subscriptionResourceId('Microsoft.Authorization/roleDefinitions', inboxWriter.name)";
const fromTable =
  /^subscriptionResourceId\('Microsoft\.Authorization\/roleDefinitions', roleIds\.(\w+)\)$/;

const roleIdsIn = (file: BicepFile): Map<string, string> =>
  new Map(
    (
      objectOf(file.declarations.find(({ name }) => name === "roleIds")?.value)?.properties ?? []
    ).map(({ name, value }) => [name, value.kind === "string" ? value.text : ""]),
  );

/** The name of an assignment's role; undefined for an unknown role. */
function roleOf(file: BicepFile, assignment: Resource): string | undefined {
  const definition = written(at(assignment.body, "properties", "roleDefinitionId"));
  if (definition === customRole) return "Directory Batch inbox writer (custom)";
  const [, key = ""] = fromTable.exec(definition) ?? [];
  return builtIn[roleIdsIn(file).get(key) ?? ""];
}

export const rolesInOnePlace: Rule = {
  says: "every Azure role is assigned in modules/roles.bicep, to a resource, with its principal's type and a reason",
  findings: (infra) =>
    resourcesOfType(infra, type).flatMap(({ file, it }) => {
      const wrong = (message: string) => finding(file, it.line, `${it.symbol}: ${message}`);
      const name = written(at(it.body, "name"));
      const scope = written(at(it.body, "scope"));
      const reason = textAt(it.body, "properties", "description") ?? "";
      return [
        ...(file.path === path ? [] : [wrong("roles are assigned in modules/roles.bicep")]),
        ...(at(it.body, "properties", "principalType") === undefined
          ? [wrong("no principalType")]
          : []),
        ...(at(it.body, "scope") === undefined
          ? [wrong("no scope: it would be the whole resource group")]
          : []),
        ...(/^[A-Z].{20,}\.$/s.test(reason) ? [] : [wrong("no reason in its description")]),
        ...(roleOf(file, it) === undefined ? [wrong("its role is not one of the table")] : []),
        ...(name.startsWith(`guid(${scope}.id, `)
          ? []
          : [wrong(`its name must begin guid(${scope}.id, …)`)]),
      ];
    }),
};

export const noWiderScope: Rule = {
  says: "everything is deployed at resource-group scope",
  findings: (infra) =>
    infra.bicep.flatMap((file) => [
      ...(file.targetScope === undefined || file.targetScope === "resourceGroup"
        ? []
        : [finding(file, 1, `targetScope is ${file.targetScope}`)]),
      ...[...file.resources, ...file.modules]
        .filter((each) =>
          /\b(subscription|managementGroup|tenant)\(/.test(written(at(each.body, "scope"))),
        )
        .map((each) => finding(file, each.line, `${each.symbol} leaves the resource group`)),
    ]),
};

export const submittersOnlySubmit: Rule = {
  says: "a submitter can send to accept and write to inbox, and nothing else",
  findings: (infra) => {
    const file = fileAt(infra, path);
    const given = file.resources
      .filter(
        (each) =>
          each.type === type && each.body.kind === "loop" && each.body.over === "submitters",
      )
      .map((each) => `${roleOf(file, each) ?? "?"} on ${written(at(each.body, "scope"))}`)
      .toSorted();
    const wanted = [
      "Directory Batch inbox writer (custom) on account::blob::inbox",
      "Storage Queue Data Message Sender on account::queue::accept",
    ];
    const custom = file.resources.find(({ symbol }) => symbol === "inboxWriter");
    const permissions = at(custom?.body, "properties", "permissions");
    const [only, ...more] = permissions?.kind === "array" ? permissions.items : [];
    const write = "['Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write']";
    return [
      ...(given.join() === wanted.join()
        ? []
        : [finding(file, 1, `submitters get ${given.join(", ")}`)]),
      ...(more.length === 0 &&
      written(at(only, "actions")) === "[]" &&
      written(at(only, "dataActions")) === write
        ? []
        : [finding(file, custom?.line ?? 1, "the inbox writer does more than write blobs")]),
    ];
  },
};

export const decidersOnlyDecide: Rule = {
  says: "a decider can send to decisions and nothing else, and no submitter or reader can",
  findings: (infra) => {
    const file = fileAt(infra, path);
    const assigned = file.resources.filter((each) => each.type === type);
    const given = assigned
      .filter(({ body }) => body.kind === "loop" && body.over === "deciders")
      .map((each) => `${roleOf(file, each) ?? "?"} on ${written(at(each.body, "scope"))}`);
    const others = assigned.filter(
      ({ body }) =>
        written(at(body, "scope")) === "account::queue::decisions" &&
        !(body.kind === "loop" && body.over === "deciders"),
    );
    return [
      ...(given.join() === "Storage Queue Data Message Sender on account::queue::decisions"
        ? []
        : [finding(file, 1, `deciders get ${given.join(", ")}`)]),
      ...others.map((each) => finding(file, each.line, `${each.symbol} may decide too`)),
    ];
  },
};

const places: Readonly<Record<string, string>> = {
  account: "storage account",
  "account::blob::batches": "container `batches`",
  "account::blob::deadLetters": "container `dead-letters`",
  "account::blob::inbox": "container `inbox`",
  "account::queue::accept": "queue `accept`",
  "account::queue::certificateEvents": "queue `certificate-events`",
  "vault::sealKey": "key `seal`",
  "account::queue::decisions": "queue `decisions`",
  component: "Application Insights",
  vault: "Key Vault",
};

const people: Readonly<Record<string, string>> = {
  "decider.id": "deciders",
  operatorPrincipalId: "whoever deploys",
  "reader.id": "readers",
  storageTopicPrincipalId: "Event Grid, storage topic",
  "submitter.id": "submitters",
  vaultTopicPrincipalId: "Event Grid, vault topic",
  workloadPrincipalId: "the app's identity",
};

/** The assignments as docs/permissions.md lists them. */
export function rolesTable(infra: Infra): string {
  const file = fileAt(infra, path);
  return markdownTable(
    ["who", "role", "on", "why"],
    file.resources
      .filter((each) => each.type === type)
      .map((each) => {
        const principal = written(at(each.body, "properties", "principalId"));
        const scope = written(at(each.body, "scope"));
        const reason = textAt(each.body, "properties", "description") ?? "";
        return [
          people[principal] ?? principal,
          roleOf(file, each) ?? "?",
          places[scope] ?? scope,
          reason,
        ];
      }),
  );
}

export const rolesAreDocumented: Rule = {
  says: "docs/permissions.md has the table of Azure roles",
  findings: (infra) =>
    sectionOf(textOf(infra, "docs/permissions.md"), "azure-roles") === rolesTable(infra)
      ? []
      : [
          finding(
            "docs/permissions.md",
            1,
            "the table of Azure roles is stale; run: node infra/write-tables.ts",
          ),
        ],
};
