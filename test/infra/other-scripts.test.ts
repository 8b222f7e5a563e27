import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createRecordedAzure } from "./recorded-azure.ts";

const where = ["--environment", "dev", "--resource-group", "rg"];
const id = "0b0e5c0e-1111-4222-a333-444455556666";

describe("teardown.sh", () => {
  const there = {
    groups: { rg: "dev" },
    deployed: ["directory-batch-dev"],
    customRoles: ["role-1"],
  };
  const deletes = /\b(delete)\b/;

  it("only lists what it would delete, without --yes and the environment's name", async (test) => {
    const azure = await createRecordedAzure(test, there);
    const run = await azure.run("teardown.sh", ...where);
    assert.equal(run.status, 1);
    assert.match(
      run.said,
      /To delete: app registration client-1, the custom role, resource group rg/,
    );
    assert.deepEqual(
      run.calls.filter((each) => deletes.test(each)),
      [],
    );
  });

  it("deletes the application first, then roles, then the group", async (test) => {
    const azure = await createRecordedAzure(test, there);
    const run = await azure.run("teardown.sh", ...where, "--yes", "dev");
    assert.equal(run.status, 0, run.said);
    assert.deepEqual(
      run.calls.filter((each) => deletes.test(each)).map((each) => each.split(" --")[0]),
      ["ad app delete", "role assignment delete", "role definition delete", "group delete"],
    );
    assert.match(run.said, /az keyvault recover --name kv-test/);
    const again = await azure.run("teardown.sh", ...where, "--yes", "dev");
    assert.match(again.said, /nothing to delete/);
  });

  it("deletes nothing while a lock forbids it", async (test) => {
    const azure = await createRecordedAzure(test, { ...there, locks: ["journals-and-reports"] });
    const run = await azure.run("teardown.sh", ...where, "--yes", "dev");
    assert.equal(run.status, 1);
    assert.match(run.said, /journals-and-reports.*These locks forbid it/s);
    assert.deepEqual(
      run.calls.filter((each) => deletes.test(each)),
      [],
    );
  });

  it("does not take a refusal for a missing group", async (test) => {
    const azure = await createRecordedAzure(test, {
      ...there,
      failures: { "group exists": ["(AuthorizationFailed) The client has no right to."] },
    });
    const run = await azure.run("teardown.sh", ...where, "--yes", "dev");
    assert.equal(run.status, 1);
    assert.match(run.said, /cannot be read\. Nothing was deleted/);
    assert.doesNotMatch(run.said, /There is no resource group/);
  });

  it("finds the application after a deployment that failed and has no outputs", async (test) => {
    const azure = await createRecordedAzure(test, { ...there, deploymentFailed: true });
    const run = await azure.run("teardown.sh", ...where, "--yes", "dev");
    assert.equal(run.status, 0, run.said);
    assert.ok(!azure.state.hasApplication);
  });

  it("names the application that is left when the group is gone", async (test) => {
    const azure = await createRecordedAzure(test);
    const run = await azure.run("teardown.sh", ...where, "--yes", "dev");
    assert.equal(run.status, 1);
    assert.match(run.said, /there is an application named Directory Batch \(dev\): client-1/);
  });

  it("refuses a group that it did not make", async (test) => {
    const azure = await createRecordedAzure(test, { ...there, groups: { rg: "None" } });
    const run = await azure.run("teardown.sh", ...where, "--yes", "dev");
    assert.equal(run.status, 1);
    assert.match(run.said, /was not made for dev by deploy\.sh/);
    assert.deepEqual(
      run.calls.filter((each) => deletes.test(each)),
      [],
    );
  });
});

describe("assign-admin-unit-role.sh", () => {
  const options = ["--service-principal", id, "--admin-unit", id, "--role", "User Administrator"];

  it("assigns the role over the unit once", async (test) => {
    const azure = await createRecordedAzure(test);
    assert.equal((await azure.run("assign-admin-unit-role.sh", ...options)).status, 0);
    const [body = ""] = azure.state.directoryRoles;
    assert.deepEqual(JSON.parse(body), {
      principalId: id,
      roleDefinitionId: "role-1",
      directoryScopeId: `/administrativeUnits/${id}`,
    });
    const again = await azure.run("assign-admin-unit-role.sh", ...options);
    assert.match(again.said, /assigned already/);
    assert.equal(azure.state.directoryRoles.length, 1);
  });

  it("refuses an invalid object id or role name", async (test) => {
    const azure = await createRecordedAzure(test);
    const other = (name: string, value: string) =>
      azure.run("assign-admin-unit-role.sh", ...options.with(options.indexOf(name) + 1, value));
    assert.match((await other("--admin-unit", "Sales")).said, /object ids/);
    assert.match((await other("--role", "x' or 1 eq 1")).said, /display name/);
    assert.deepEqual(azure.state.directoryRoles, []);
  });
});

describe("print-consent.sh", () => {
  it("prints the same as the deployment does, and changes nothing", async (test) => {
    const azure = await createRecordedAzure(test);
    const deployed = await azure.run("deploy.sh", ...where, "--location", "westeurope");
    const printed = await azure.run("print-consent.sh", ...where);
    assert.equal(printed.status, 0, printed.said);
    assert.equal(printed.printed, deployed.printed);
  });
});
