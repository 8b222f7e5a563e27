import assert from "node:assert/strict";

import { E1, licensedUser, licensesOf, PREMIUM } from "../license-facts.ts";
import type { Office } from "./office.ts";
import { newName, type TestDirectory } from "./test-directory.ts";

const assign = (user: string | undefined, licenses = "STANDARDPACK") => ({
  operation: "user.assign-license",
  user,
  licenses,
});

/**
 * One batch in which somebody is made and gets a license, the only free seat of a product is taken, a leaver
 * frees another, which a joiner takes, and a last row finds none; then its undo.
 */
export async function licenseStory(office: Office, directory: TestDirectory): Promise<void> {
  const leaver = await licensedUser(directory, [PREMIUM]);
  const premium = await directory.control("seats", { sku: PREMIUM, enabled: 500_000 });
  const { consumed } = await directory.control("seats", { sku: E1, enabled: 0 });
  const path = `/users/${leaver}/assignLicense`;
  await directory.control("seats", { sku: E1, enabled: consumed + 2 });
  const given = { addLicenses: [{ skuId: E1, disabledPlans: [] }], removeLicenses: [] };
  assert.equal((await directory.ask("POST", path, given)).status, 200);
  const [first, second, third] = await Promise.all([1, 2, 3].map(() => licensedUser(directory)));
  const made = `${newName("made")}@${directory.domain}`;
  const batch = newName("licenses");
  await office.plan(batch, [
    { operation: "user.create", userPrincipalName: made, displayName: "Made", usageLocation: "DE" },
    assign(made, "AAD_PREMIUM"),
    assign(first),
    { operation: "user.disable", user: leaver },
    { operation: "user.set-licenses", user: leaver, licenses: "(clear)" },
    assign(second),
    assign(third),
  ]);
  assert.deepEqual(office.planOf(batch).seats, [
    {
      license: `AAD_PREMIUM ${PREMIUM}`,
      needed: 1,
      freed: 1,
      short: 0,
      left: 500_000 - premium.consumed,
    },
    { license: `STANDARDPACK ${E1}`, needed: 3, freed: 1, short: 1, left: 0 },
  ]);
  const ended = await office.run(batch);
  assert.deepEqual(
    ended.rows.map(({ verdict }) => verdict),
    ["done", "done", "done", "done", "done", "done", "failed"],
    JSON.stringify(ended.rows, undefined, 1),
  );
  const held = () =>
    Promise.all(
      [leaver, first, second, third].map((user) => licensesOf(directory, `/users/${user}`)),
    );
  assert.deepEqual(await held(), [{}, { [E1]: [] }, { [E1]: [] }, {}]);
  assert.deepEqual(await licensesOf(directory, `/users/${made}`), { [PREMIUM]: [] });
  const undone = await office.undo(batch);
  assert.deepEqual(await held(), [{ [PREMIUM]: [], [E1]: [] }, {}, {}, {}], JSON.stringify(undone));
  assert.equal(await directory.read(`/users/${made}`), null);
  await directory.control("seats", { sku: E1, enabled: 10_000 });
}
