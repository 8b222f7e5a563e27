import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { answer } from "../../catalogue/answers.ts";
import { E3, O365 } from "../../operations/license-facts.ts";
import { openWorkshop, planRows, type ShardRow } from "../workshop.ts";

const sku = (skuId: string, skuPartNumber: string, servicePlanId: string) => ({
  skuId,
  skuPartNumber,
  appliesTo: "User",
  capabilityStatus: "Enabled",
  consumedUnits: 20,
  prepaidUnits: { enabled: 30, warning: 0 },
  servicePlans: [{ servicePlanId, servicePlanName: "TEAMS1", appliesTo: "User" }],
});
const value = [
  sku(E3, "SPE_E3", "11111111-2222-4333-8444-555555555555"),
  sku(O365, "ENTERPRISEPACK", "11111111-2222-4333-8444-666666666666"),
];

const ann = "ann@contoso.com";
const row = (operation: string, licenses: string, disabledPlans?: readonly string[]) => ({
  operation: `user.${operation}`,
  user: ann,
  licenses,
  ...(disabledPlans && { disabledPlans }),
});
const without = row("assign-license", "SPE_E3", ["TEAMS1"]);
const open = row("assign-license", "SPE_E3");
const both = row("assign-license", "SPE_E3|ENTERPRISEPACK");

/** The rows of a batch about a user without licenses, planned. */
async function planned(rows: readonly object[], isThere = true): Promise<readonly ShardRow[]> {
  const workshop = openWorkshop();
  workshop.directory.intercept = (url) =>
    url.startsWith("/subscribedSkus") ? answer(200, undefined, "", { value }) : undefined;
  const user = { usageLocation: "DE", licenseAssignmentStates: [] };
  if (isThere) workshop.directory.addUser(ann, user);
  return planRows(workshop, rows);
}

const endings = (rows: readonly ShardRow[]) =>
  rows.map(({ verdict, write }) => verdict ?? write?.after ?? "write");

describe("a row that leaves the disabled plans of a license open", () => {
  it("fails after a row that disables some, which it would enable again", async () => {
    const rows = await planned([without, open, both]);
    assert.deepEqual(endings(rows), ["write", "failed", "failed"]);
    assert.match(rows[1]?.reason ?? "", /^Row 1 .* disables service plans of SPE_E3/);
    assert.match(rows[1]?.fix ?? "", /disabledPlans/);
  });

  it("fails too if the batch creates the user", async () => {
    const joiner = { userPrincipalName: ann, displayName: "Ann", usageLocation: "DE" };
    const rows = await planned([{ operation: "user.create", ...joiner }, without, both], false);
    assert.deepEqual(endings(rows), ["write", [1], "failed"]);
  });

  it("is planned if a row in between removes the license, or disables none", async () => {
    for (const between of [row("remove-license", "SPE_E3"), row("assign-license", "SPE_E3", [])]) {
      const rows = await planned([without, between, both]);
      assert.deepEqual(endings(rows), ["write", [1], [2]]);
    }
  });

  it("is planned if it names other licenses, or the plans as well", async () => {
    const other = row("assign-license", "ENTERPRISEPACK");
    const named = row("assign-license", "SPE_E3|ENTERPRISEPACK", ["SPE_E3/TEAMS1"]);
    const rows = await planned([without, other, named]);
    assert.deepEqual(endings(rows), ["write", [1], [2]]);
  });
});
