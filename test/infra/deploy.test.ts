import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createRecordedAzure, type Run, wanted } from "./recorded-azure.ts";

const where = ["--environment", "dev", "--resource-group", "rg", "--location", "westeurope"];
const changing =
  /^(group create|provider register|keyvault certificate create|ad app credential|rest --method POST)/;
const first = (run: Run, start: string): number =>
  run.calls.findIndex((each) => each.startsWith(start));

describe("deploy.sh in an empty subscription", () => {
  it("makes group, template, certificate and key in this order, and prints the consent command", async (test) => {
    const azure = await createRecordedAzure(test);
    const run = await azure.run("deploy.sh", ...where);
    assert.equal(run.status, 0, run.said);
    const order = [
      "group create",
      "provider register",
      "deployment group create",
      "keyvault certificate create",
      "keyvault certificate show",
      "ad app credential reset",
    ].map((each) => first(run, each));
    assert.ok(
      order.every((each) => each >= 0),
      run.calls.join("\n"),
    );
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    );
    assert.match(run.printed, /az ad app permission admin-consent --id client-1/);
    assert.match(run.printed, /graphAppRoleIds='\["3011c876-[^"]*", "df021288-[^"]*"\]'/);
    assert.match(run.said, /2 permissions are not granted yet/);
  });

  it("passes main.bicep, the parameters and its own settings to the deployment", async (test) => {
    const azure = await createRecordedAzure(test, { userType: "servicePrincipal" });
    const run = await azure.run("deploy.sh", ...where, "--grant");
    const deployment = run.calls[first(run, "deployment group create")] ?? "";
    assert.match(
      deployment,
      /--name directory-batch-dev .*infra\/main\.bicep .*infra\/main\.bicepparam /,
    );
    assert.deepEqual(run.environment.slice(0, 3), ["dev", "ServicePrincipal", "true"]);
  });

  it("makes a certificate whose key stays in the vault if the credential is vault-signature", async (test) => {
    const azure = await createRecordedAzure(test);
    azure.state.outputs["credential"] = "vault-signature";
    const run = await azure.run("deploy.sh", ...where);
    assert.match(
      run.calls[first(run, "keyvault certificate create")] ?? "",
      /certificate-policy\.vault-signature\.json/,
    );
  });

  it("makes no certificate for a managed identity", async (test) => {
    const azure = await createRecordedAzure(test);
    azure.state.outputs["credential"] = "managed-identity";
    const run = await azure.run("deploy.sh", ...where);
    assert.equal(run.status, 0, run.said);
    assert.equal(first(run, "keyvault"), -1);
    assert.equal(first(run, "ad app credential"), -1);
  });

  it("names each further tenant's consent address", async (test) => {
    const azure = await createRecordedAzure(test);
    azure.state.outputs["consentTenantIds"] = ["tenant-a", "tenant-b"];
    const { printed } = await azure.run("deploy.sh", ...where);
    for (const tenant of ["tenant-a", "tenant-b"]) {
      assert.ok(
        printed.includes(
          `https://login.microsoftonline.com/${tenant}/adminconsent?client_id=client-1`,
        ),
      );
    }
  });
});

describe("deploy.sh, run again", () => {
  it("changes nothing", async (test) => {
    const azure = await createRecordedAzure(test);
    assert.equal((await azure.run("deploy.sh", ...where)).status, 0);
    const before = structuredClone(azure.state);
    const again = await azure.run("deploy.sh", ...where);
    assert.equal(again.status, 0, again.said);
    assert.deepEqual(
      again.calls.filter((each) => changing.test(each)),
      [],
    );
    assert.deepEqual(azure.state, before);
  });

  it("leaves keys alone that the app has rolled since", async (test) => {
    const azure = await createRecordedAzure(test, {
      keys: ["AA".repeat(20)],
      certificates: ["graph-client"],
    });
    const run = await azure.run("deploy.sh", ...where);
    assert.equal(run.status, 0, run.said);
    assert.deepEqual(azure.state.keys, ["AA".repeat(20)]);
    assert.match(run.said, /the app rolls them automatically/);
  });

  it("adds the vault's key beside the others when it is told to", async (test) => {
    const azure = await createRecordedAzure(test, {
      keys: ["AA".repeat(20)],
      certificates: ["graph-client"],
    });
    const run = await azure.run("deploy.sh", ...where, "--register-key");
    assert.equal(run.status, 0, run.said);
    assert.deepEqual(azure.state.keys, ["AA".repeat(20), azure.state.thumbprint]);
  });

  it("knows a registered key by its thumbprint in base64 too", async (test) => {
    const azure = await createRecordedAzure(test, { certificates: ["graph-client"] });
    azure.state.keys = [Buffer.from(azure.state.thumbprint, "hex").toString("base64")];
    const run = await azure.run("deploy.sh", ...where);
    assert.match(run.said, /registered already/);
    assert.equal(first(run, "ad app credential reset"), -1);
  });

  it("says so when every permission is granted", async (test) => {
    const azure = await createRecordedAzure(test, { granted: wanted });
    const run = await azure.run("deploy.sh", ...where);
    assert.match(run.said, /every permission is granted/);
    assert.equal(run.printed, "");
  });
});

describe("deploy.sh, run by a pipeline with few rights", () => {
  it("succeeds without the right to see providers and grants", async (test) => {
    const azure = await createRecordedAzure(test, {
      userType: "servicePrincipal",
      failures: {
        "provider list": ["(AuthorizationFailed) The client does not have authorization."],
        "rest --method GET --url https://graph.microsoft.com/v1.0/servicePrincipals": [
          "Forbidden(Authorization_RequestDenied)",
        ],
      },
    });
    const run = await azure.run("deploy.sh", ...where);
    assert.equal(run.status, 0, run.said);
    assert.match(run.said, /resource providers are registered cannot be seen/);
    assert.match(run.said, /granted cannot be seen from here/);
    assert.match(run.printed, /admin-consent --id client-1/);
  });
});

describe("deploy.sh keeps secrets out", () => {
  it("reads no private key, and puts none into arguments or output", async (test) => {
    const azure = await createRecordedAzure(test);
    const run = await azure.run("deploy.sh", ...where);
    const everything = [...run.calls, run.said].join("\n");
    assert.doesNotMatch(everything, /keyvault secret|certificate download|PRIVATE KEY|--password/);
    assert.ok(!everything.includes(azure.state.certificate), "the certificate went in a file");
  });

  it("refuses to register a certificate that is not the one the vault names", async (test) => {
    const azure = await createRecordedAzure(test, { thumbprint: "00".repeat(20) });
    const run = await azure.run("deploy.sh", ...where);
    assert.notEqual(run.status, 0);
    assert.match(run.said, /thumbprint is 0000.*has [0-9A-F]{40}/s);
    assert.deepEqual(azure.state.keys, []);
  });
});

describe("deploy.sh --what-if", () => {
  for (const there of [false, true]) {
    it(`changes nothing ${there ? "in a deployed group" : "in an empty subscription"}`, async (test) => {
      const azure = await createRecordedAzure(test);
      if (there) await azure.run("deploy.sh", ...where);
      const run = await azure.run("deploy.sh", ...where, "--what-if");
      assert.equal(run.status, 0, run.said);
      assert.deepEqual(
        run.calls.filter(
          (each) => changing.test(each) || each.startsWith("deployment group create"),
        ),
        [],
      );
      assert.match(run.said, there ? /would bring up to date/ : /would be made in westeurope/);
    });
  }
});

describe("deploy.sh says what is wrong", () => {
  const wrong = [
    {
      when: "an option has no value",
      options: ["--environment"],
      says: /--environment needs a value/,
    },
    {
      when: "an option is unknown",
      options: ["--enviroment", "dev"],
      says: /no option --enviroment/,
    },
    {
      when: "the name does not fit",
      options: ["--environment", "Prod-1", "--resource-group", "rg"],
      says: /2 to 10 lower case/,
    },
    {
      when: "the group does not exist and no location is given",
      options: ["--environment", "dev", "--resource-group", "rg"],
      says: /no --location/,
    },
    {
      when: "the parameters file does not exist",
      options: [...where, "--parameters", "none.bicepparam"],
      says: /no file none/,
    },
  ];
  for (const { when, options, says } of wrong) {
    it(`when ${when}`, async (test) => {
      const azure = await createRecordedAzure(test);
      const run = await azure.run("deploy.sh", ...options);
      assert.equal(run.status, 1);
      assert.match(run.said, says);
      assert.deepEqual(
        run.calls.filter((each) => changing.test(each)),
        [],
      );
    });
  }

  it("when nobody is signed in", async (test) => {
    const azure = await createRecordedAzure(test, {
      failures: { "account show": ["Please run 'az login'"] },
    });
    const run = await azure.run("deploy.sh", ...where);
    assert.equal(run.status, 1);
    assert.match(run.said, /Nobody is signed in.*Fix: az login/s);
  });
});
