import assert from "node:assert/strict";
import { createPrivateKey, type KeyObject } from "node:crypto";
import { before, describe, it } from "node:test";

import { createClientCertificate } from "../certificates/client-certificate.ts";
import { contractHolds } from "./testing/contract-holds.ts";
import { graphFixture, PRINCIPAL, TENANT } from "./testing/graph-fixture.ts";
import { assertRefused, idsIn, newUser, reference } from "./testing/people.ts";
import { GLOBAL_ADMINISTRATOR } from "./testing/persons.ts";
import { proofOf } from "./testing/proof.ts";

async function newKey(): Promise<{ readonly key: KeyObject; readonly der: string }> {
  const { certificate, keys } = await createClientCertificate({
    subject: "directory-batch",
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 86_400_000),
  });
  return {
    key: createPrivateKey(keys.privateKey.export({ type: "pkcs8", format: "pem" })),
    der: certificate.der.toString("base64"),
  };
}

const credential = (der: string) => ({ type: "AsymmetricX509Cert", usage: "Verify", key: der });

describe("applications and service principals", () => {
  const graph = graphFixture();
  const { send, registry } = graph;
  let first: Awaited<ReturnType<typeof newKey>>;
  let second: typeof first;
  before(async () => {
    [first, second] = [await newKey(), await newKey()];
  });

  const newApplication = async (name: string) => {
    const reply = await send("POST", "/applications", { displayName: name });
    assert.equal(reply.status, 201, reply.text);
    return { id: String(reply.body["id"]), appId: String(reply.body["appId"]) };
  };

  it("an application is created, found by either id, changed, and known to the token endpoint [application-post-applications]", async () => {
    const { id, appId } = await newApplication("one");
    assert.equal((await send("GET", `/applications(appId='${appId}')`)).body["id"], id);
    assert.deepEqual(idsIn(await send("GET", `/applications?$filter=appId eq '${appId}'`)), [id]);
    assert.equal(
      (await send("PATCH", `/applications/${id}`, { displayName: "renamed" })).status,
      204,
    );
    assert.equal(registry.application(appId)?.displayName, "renamed");
  });

  it("the creator of an application owns it [application-post-applications]", async () => {
    const { id } = await newApplication("owned");
    const roles = ["Application.ReadWrite.OwnedBy"];
    assert.deepEqual(idsIn(await send("GET", `/applications/${id}/owners`)), [PRINCIPAL]);
    assert.equal(
      (await send("PATCH", `/applications/${id}`, { notes: "mine" }, { roles })).status,
      204,
    );
    assert.equal(
      (await send("DELETE", `/applications/${id}/owners/${PRINCIPAL}/$ref`)).status,
      204,
    );
    assertRefused(
      await send("PATCH", `/applications/${id}`, { notes: "not mine" }, { roles }),
      403,
      "Authorization_RequestDenied",
    );
  });

  it("a certificate set by PATCH can sign in; its key is shown only if selected on one application [resources/keyCredential]", async () => {
    const { id, appId } = await newApplication("keyed");
    const keyCredentials = [credential(first.der)];
    assert.equal((await send("PATCH", `/applications/${id}`, { keyCredentials })).status, 204);
    assert.equal(registry.application(appId)?.keyCredentials.length, 1);
    const keyOf = async (url: string): Promise<unknown> => {
      const { body } = await send("GET", url);
      const [held] = body["keyCredentials"] as unknown as readonly Readonly<
        Record<string, unknown>
      >[];
      return held?.["key"];
    };
    assert.equal(await keyOf(`/applications/${id}`), null);
    assert.equal(await keyOf(`/applications/${id}?$select=keyCredentials`), first.der);
  });

  it("addKey and removeKey roll a key with a proof and without a permission [application-addkey]", async () => {
    const { id, appId } = await newApplication("rolls");
    await send("PATCH", `/applications/${id}`, { keyCredentials: [credential(first.der)] });
    const own = { roles: [], appId };
    const add = {
      keyCredential: credential(second.der),
      passwordCredential: null,
      proof: proofOf(first.key, { iss: id }),
    };
    const added = await send("POST", `/applications/${id}/addKey`, add, own);
    assert.equal(added.status, 200, added.text);
    assert.equal(registry.application(appId)?.keyCredentials.length, 2);
    const [old] = registry.application(appId)?.keyCredentials ?? [];
    const remove = { keyId: old?.keyId, proof: proofOf(second.key, { iss: id }) };
    assert.equal((await send("POST", `/applications/${id}/removeKey`, remove, own)).status, 204);
    assert.deepEqual(
      registry.application(appId)?.keyCredentials.map((one) => one.keyId),
      [added.body["keyId"]],
    );
  });

  const badProofs: readonly (readonly [string, (id: string, appId: string) => string])[] = [
    ["issued by the application id", (_id, appId) => proofOf(first.key, { iss: appId })],
    [
      "for another audience",
      (id) => proofOf(first.key, { iss: id, aud: "00000003-0000-0000-c000-000000000000" }),
    ],
    ["signed with a key that is not registered", (id) => proofOf(second.key, { iss: id })],
    [
      "valid for more than ten minutes",
      (id) => proofOf(first.key, { iss: id, exp: Math.floor(Date.now() / 1000) + 3600 }),
    ],
    ["expired", (id) => proofOf(first.key, { iss: id, nbf: 1_600_000_000, exp: 1_600_000_600 })],
    ["no token at all", () => "x"],
  ];
  for (const [what, make] of badProofs) {
    it(`a proof is refused if it is ${what} [application-rollkey-prooftoken; seen in issues]`, async () => {
      const { id, appId } = await newApplication("refused");
      await send("PATCH", `/applications/${id}`, { keyCredentials: [credential(first.der)] });
      const body = {
        keyCredential: credential(second.der),
        passwordCredential: null,
        proof: make(id, appId),
      };
      assertRefused(
        await send("POST", `/applications/${id}/addKey`, body),
        401,
        "Authentication_MissingOrMalformed",
        "Access Token missing or malformed.",
      );
    });
  }

  it("a secret is shown once [application-addpassword]", async () => {
    const { id, appId } = await newApplication("secret");
    const { body } = await send("POST", `/applications/${id}/addPassword`, {
      passwordCredential: {},
    });
    assert.equal(typeof body["secretText"], "string");
    const held = (await send("GET", `/applications/${id}`)).body[
      "passwordCredentials"
    ] as unknown as readonly Readonly<Record<string, unknown>>[];
    assert.deepEqual([held[0]?.["secretText"], held[0]?.["keyId"]], [null, body["keyId"]]);
    assert.equal(
      (await send("POST", `/applications/${id}/removePassword`, { keyId: body["keyId"] })).status,
      204,
    );
    assert.equal(registry.application(appId)?.passwordCredentials.length, 0);
  });

  it("the token endpoint trusts a federated credential at once, until it is removed [application-post-federatedidentitycredentials]", async () => {
    const { id, appId } = await newApplication("federated");
    const url = `/applications/${id}/federatedIdentityCredentials`;
    const body = {
      name: "pipeline",
      issuer: "https://token.actions.githubusercontent.com",
      subject: "repo:contoso/app:ref:refs/heads/main",
      audiences: ["api://AzureADTokenExchange"],
    };
    const made = await send("POST", url, body);
    assert.equal(made.status, 201, made.text);
    assert.equal(registry.application(appId)?.federatedCredentials[0]?.subject, body.subject);
    assert.equal((await send("POST", url, body)).status, 409);
    assert.deepEqual(idsIn(await send("GET", url)), [made.body["id"]]);
    assert.equal((await send("DELETE", `${url}/${made.body["id"]}`)).status, 204);
    assert.deepEqual(registry.application(appId)?.federatedCredentials, []);
  });

  it("a deleted application cannot sign in until it and, separately, its principal are restored [application-delete, directory-deleteditems-restore]", async () => {
    const { id, appId } = await newApplication("deleted");
    const principal = await send("POST", "/servicePrincipals", { appId });
    assert.equal((await send("DELETE", `/applications/${id}`)).status, 204);
    assert.equal(registry.application(appId), undefined);
    assert.equal((await send("POST", `/directory/deletedItems/${id}/restore`)).status, 200);
    assert.equal(registry.application(appId)?.objectId, id);
    assert.equal(registry.servicePrincipal(TENANT, appId), undefined);
    const principalId = String(principal.body["id"]);
    assert.equal(
      (await send("POST", `/directory/deletedItems/${principalId}/restore`)).status,
      200,
    );
    assert.equal(registry.servicePrincipal(TENANT, appId)?.objectId, principalId);
  });

  it("a service principal is created once, for a known application [serviceprincipal-post-serviceprincipals]", async () => {
    const { appId } = await newApplication("principal");
    assert.equal((await send("POST", "/servicePrincipals", { appId })).status, 201);
    assertRefused(
      await send("POST", "/servicePrincipals", { appId }),
      409,
      "Request_MultipleObjectsWithSameKeyValue",
      "is already in use.",
    );
    assertRefused(
      await send("POST", "/servicePrincipals", { appId: "00000000-0000-4000-8000-000000000001" }),
      400,
      "Request_BadRequest",
      "does not reference a valid application object.",
    );
  });

  it("a disabled service principal gets no token [resources/servicePrincipal]", async () => {
    const { appId } = await newApplication("disabled");
    const { body } = await send("POST", "/servicePrincipals", { appId });
    await send("PATCH", `/servicePrincipals/${body["id"]}`, { accountEnabled: false });
    assert.equal(registry.servicePrincipal(TENANT, appId)?.accountEnabled, false);
  });

  it("an application owns nothing and has no roles, and the app roles of a principal are its application's [Azure/azure-cli#12946, MicrosoftDocs/azure-docs#68960, microsoft-graph-docs-contrib#8801]", async () => {
    const one = await send("POST", "/applications", { displayName: "owned" });
    const other = String(
      (await send("POST", "/applications", { displayName: "owner" })).body["id"],
    );
    const owners = `/applications/${String(one.body["id"])}/owners/$ref`;
    assertRefused(
      await send("POST", owners, reference(other)),
      400,
      "Request_BadRequest",
      `The reference target 'Application_${other}' of type 'Application' is invalid for the 'owners' reference.`,
    );
    assertRefused(
      await send(
        "POST",
        `/directoryRoles(roleTemplateId='${GLOBAL_ADMINISTRATOR}')/members/$ref`,
        reference(other),
      ),
      400,
      "Request_BadRequest",
      "Objects of type Application cannot be assigned to roles.",
    );
    const { appId } = one.body as { readonly appId?: string };
    const made = await send("POST", "/servicePrincipals", { appId });
    const appRoles = [{ id: "8774f594-1d59-4279-b9d9-59ef09a23530", displayName: "User" }];
    const url = `/servicePrincipals/${String(made.body["id"])}`;
    assertRefused(
      await send("PATCH", url, { appRoles }),
      400,
      "Request_BadRequest",
      "Property appRoles on the service principal does not match the application object.",
    );
    assert.equal((await send("PATCH", url, { appRoles: [] })).status, 204);
  });

  it("owners are added and removed [application-post-owners]", async () => {
    const { id } = await newApplication("more");
    const owner = await newUser(graph, "cat");
    assert.equal(
      (await send("POST", `/applications/${id}/owners/$ref`, reference(owner))).status,
      204,
    );
    assert.ok(idsIn(await send("GET", `/applications/${id}/owners`)).includes(owner));
    assert.equal((await send("DELETE", `/applications/${id}/owners/${owner}/$ref`)).status, 204);
  });

  contractHolds(graph);
});
