import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";

import type { Finding } from "../../infra/check/bicep-file.ts";
import { idFindings } from "../../infra/check/check-ids.ts";
import { typeFindings } from "../../infra/check/check-types.ts";
import { readResourceTypes } from "../../infra/check/resource-types.ts";
import { catalogueOf } from "../../infra/check/rules/permissions.ts";
import { type Break, broken, present } from "./infra-under-test.ts";

const root = join(import.meta.dirname, "../..");
const types = readResourceTypes(root);
const storage = "modules/storage.bicep";

/** What Bicep itself would only warn of, or not see at all. */
const breaks: readonly (Break & { readonly what: string; readonly says: RegExp })[] = [
  {
    what: "a version that there is not",
    file: storage,
    from: "'Microsoft.Storage/storageAccounts@2025-08-01'",
    to: "'Microsoft.Storage/storageAccounts@2019-01-01'",
    says: /no such type at version 2019-01-01/,
  },
  {
    what: "a property that there is not",
    file: storage,
    from: "allowSharedKeyAccess:",
    to: "allowSharedKeys:",
    says: /properties\.allowSharedKeys is no property/,
  },
  {
    what: "a required property left out",
    file: storage,
    from: "  kind: 'StorageV2'\n",
    to: "",
    says: /kind is missing/,
  },
  {
    what: "a required property deep inside",
    file: storage,
    from: "            definition: {",
    to: "            definitions: {",
    says: /rules\[0\]\.definition is missing/,
  },
  {
    what: "a read-only property",
    file: storage,
    from: "    accessTier: 'Hot'",
    to: "    creationTime: 'now'\n    accessTier: 'Hot'",
    says: /properties\.creationTime is read-only/,
  },
  {
    what: "text for a switch",
    file: storage,
    from: "isSftpEnabled: false",
    to: "isSftpEnabled: 'no'",
    says: /isSftpEnabled is 'no'; it must be true or false/,
  },
  {
    what: "a word that is none of the list",
    file: storage,
    from: "accessTier: 'Hot'",
    to: "accessTier: 'Lukewarm'",
    says: /must be one of 'Hot', 'Cool'/,
  },
  {
    what: "in either branch of a choice",
    file: storage,
    from: "lockDown ? 'Deny' : 'Allow'",
    to: "lockDown ? 'Deny' : 'Permit'",
    says: /defaultAction is 'Permit'/,
  },
  {
    what: "a number out of bounds",
    file: storage,
    from: "days: 14",
    to: "days: 400",
    says: /days is 400; it must be from 1 to 365/,
  },
  {
    what: "inside a loop",
    file: "modules/graph-app.bicep",
    from: "        type: 'Role'",
    to: "        kind: 'Role'",
    says: /resourceAccess\[\]\.kind is no property/,
  },
  {
    what: "a case that there is not",
    file: "modules/inbox-events.bicep",
    from: "endpointType: 'StorageQueue'",
    to: "endpointType: 'Queue'",
    says: /must be one of AzureFunction/,
  },
  {
    what: "a nested resource by its whole type",
    file: storage,
    from: "  resource queue 'queueServices' = {",
    to: "  resource queue 'queueService' = {",
    says: /no such type at version 2025-08-01/,
  },
];

const data = "../shared/data";

describe("resources fit their official types", () => {
  if (types === undefined) {
    it(`(left out: ${data} is not beside this repository)`, () => assert.equal(types, undefined));
    return;
  }
  const findings = (infra: typeof present): Finding[] =>
    infra.bicep.flatMap((file) => typeFindings(file, types));

  it("all of them", () => assert.deepEqual(findings(present), []));

  for (const { what, says, ...change } of breaks) {
    it(`${what} is noticed`, () => {
      const messages = findings(broken(change)).map(({ message }) => message);
      assert.ok(
        messages.some((each) => says.test(each)),
        messages.join("\n"),
      );
    });
  }
});

describe("app role ids are Microsoft's", () => {
  if (types === undefined) {
    it(`(left out: ${data} is not beside this repository)`, () => assert.equal(types, undefined));
    return;
  }
  it("all of them", () => assert.deepEqual(idFindings(root, catalogueOf(present)), []));

  it("a wrong one is noticed", () => {
    const infra = broken({
      file: "graph-permissions.json",
      from: "df021288-bdef-4463-88db-98f22de89214",
      to: "df021288-bdef-4463-88db-98f22de89215",
    });
    assert.match(idFindings(root, catalogueOf(infra))?.join() ?? "", /User\.Read\.All has .*215/);
  });
});
