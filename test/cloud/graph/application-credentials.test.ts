import assert from "node:assert/strict";
import { describe, it } from "node:test";

import {
  createClientCertificate,
  type ClientCertificate,
} from "../certificates/client-certificate.ts";
import { createPkcs12 } from "../certificates/pkcs12.ts";
import type { Values } from "./store/entity.ts";
import { contractHolds } from "./testing/contract-holds.ts";
import { EVERYTHING, graphFixture } from "./testing/graph-fixture.ts";
import { newUser } from "./testing/people.ts";
import { proofOf } from "./testing/proof.ts";

const set = (attributes: Values) => ({ customSecurityAttributes: { Engineering: attributes } });

const newCertificate = (): Promise<ClientCertificate> =>
  createClientCertificate({
    subject: "named",
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 86_400_000),
  });

describe("an application's credentials and attributes", () => {
  const graph = graphFixture();
  graph.holdToContract();
  const { send } = graph;

  const newApplication = async () => {
    const reply = await send("POST", "/applications", { displayName: "app" });
    return {
      path: `/applications/${String(reply.body["id"])}`,
      appId: String(reply.body["appId"]),
    };
  };

  it("a certificate is named by its thumbprint in hex, or as it was told [applications-how-to-add-certificate]", async () => {
    const { certificate } = await newCertificate();
    const { path } = await newApplication();
    const key = {
      type: "AsymmetricX509Cert",
      usage: "Verify",
      key: certificate.der.toString("base64"),
    };
    const held = async (): Promise<readonly Values[]> =>
      (await send("GET", `${path}?$select=keyCredentials`)).body["keyCredentials"] as never;
    await send("PATCH", path, { keyCredentials: [key] });
    const [first] = await held();
    assert.equal(first?.["customKeyIdentifier"], certificate.thumbprint);
    const again = { customKeyIdentifier: certificate.thumbprint, type: key.type, usage: key.usage };
    await send("PATCH", path, { keyCredentials: [again] });
    assert.equal(
      (await held())[0]?.["keyId"],
      first?.["keyId"],
      "named by the thumbprint, it stays",
    );
    await send("PATCH", path, { keyCredentials: [{ ...key, customKeyIdentifier: "bXkga2V5" }] });
    assert.equal((await held())[0]?.["customKeyIdentifier"], "bXkga2V5");
    const bad = { keyCredentials: [{ ...key, customKeyIdentifier: "not base64!" }] };
    assert.equal((await send("PATCH", path, bad)).status, 400);
  });

  it("a federated credential is read, changed and made by id and by name [federatedidentitycredential-get, -update, -upsert]", async () => {
    const { path } = await newApplication();
    const url = `${path}/federatedIdentityCredentials`;
    const body = {
      issuer: "https://token.actions.githubusercontent.com",
      subject: "repo:contoso/app",
      audiences: ["api://AzureADTokenExchange"],
    };
    const made = await send("POST", url, { name: "pipeline", ...body });
    const id = String(made.body["id"]);
    for (const key of [`/${id}`, "/pipeline", "(name='pipeline')"])
      assert.equal((await send("GET", `${url}${key}`)).body["id"], id, key);
    const change = { description: "main", subject: "repo:contoso/other" };
    assert.equal((await send("PATCH", `${url}/pipeline`, change)).status, 204);
    const { body: changed } = await send("GET", `${url}/${id}`);
    assert.deepEqual(
      [changed["description"], changed["subject"], changed["issuer"]],
      ["main", "repo:contoso/other", body.issuer],
    );
    assert.equal((await send("PATCH", `${url}/${id}`, { name: "other" })).status, 400);
    const byName = `${url}(name='release')`;
    assert.equal((await send("PATCH", byName, body)).status, 404);
    const upsert = { headers: { prefer: "create-if-missing" } };
    assert.equal((await send("PATCH", byName, body, upsert)).status, 201);
    assert.equal((await send("PATCH", byName, { subject: "x" }, upsert)).status, 204);
    for (const bad of [{ issuer: "http://x.example" }, { issuer: "nowhere" }, { name: "a b" }])
      assert.equal((await send("POST", url, { name: "third", ...body, ...bad })).status, 400);
    assert.equal((await send("POST", url, { ...body, name: "release", subject: "y" })).status, 409);
    assert.equal((await send("DELETE", byName)).status, 204);
  });

  it("custom security attributes are merged, shown if selected, and need their own permission [custom-security-attributes-examples]", async () => {
    const roles = [...EVERYTHING, "CustomSecAttributeAssignment.ReadWrite.All"];
    const user = await newUser(graph, "attributed");
    const { appId } = await newApplication();
    const { body: principal } = await send("POST", "/servicePrincipals", { appId });
    for (const path of [`/users/${user}`, `/servicePrincipals/${String(principal["id"])}`]) {
      const type = "#Microsoft.DirectoryServices.CustomSecurityAttributeValue";
      const first = set({ "@odata.type": type, Project: "Alpine", Level: "Public" });
      assert.equal((await send("PATCH", path, first)).status, 403);
      assert.equal((await send("PATCH", path, first, { roles })).status, 204);
      await send("PATCH", path, set({ "@odata.type": type, Level: null, Cost: "7" }), { roles });
      const { body } = await send("GET", `${path}?$select=customSecurityAttributes`, undefined, {
        roles,
      });
      assert.deepEqual(body["customSecurityAttributes"], {
        Engineering: { "@odata.type": type, Project: "Alpine", Cost: "7" },
      });
      assert.equal("customSecurityAttributes" in (await send("GET", path)).body, false);
    }
    assert.equal(
      (await send("GET", `/users/${user}?$select=customSecurityAttributes`)).status,
      403,
    );
  });

  it("a service principal has certificates of its own, and one that signs tokens is made for it [serviceprincipal-addtokensigningcertificate, serviceprincipal-addkey, serviceprincipal-removekey, serviceprincipal-update]", async () => {
    const { appId } = await newApplication();
    const { id } = (await send("POST", "/servicePrincipals", { appId })).body;
    const path = `/servicePrincipals/${String(id)}`;
    const held = async (): Promise<readonly Values[]> =>
      (await send("GET", `${path}?$select=keyCredentials`)).body["keyCredentials"] as never;
    const named = { displayName: "CN=signing" };
    const made = await send("POST", `${path}/addTokenSigningCertificate`, named);
    assert.equal(made.status, 200, made.text);
    assert.match(String(made.body["thumbprint"]), /^[0-9A-F]{40}$/);
    assert.deepEqual(
      (await held()).map(({ usage }) => usage),
      ["Verify", "Sign"],
    );
    const unnamed = { displayName: "signing" };
    assert.equal((await send("POST", `${path}/addTokenSigningCertificate`, unnamed)).status, 400);

    const { certificate, keys } = await newCertificate();
    const key = {
      type: "AsymmetricX509Cert",
      usage: "Verify",
      key: certificate.der.toString("base64"),
    };
    assert.equal((await send("PATCH", path, { keyCredentials: [key] })).status, 204);
    const proof = proofOf(keys.privateKey, { iss: id });
    const other = await newCertificate();
    const second = { ...key, key: other.certificate.der.toString("base64") };
    const body = { keyCredential: second, passwordCredential: null };
    assert.equal((await send("POST", `${path}/addKey`, { ...body, proof: "none" })).status, 401);
    const added = await send("POST", `${path}/addKey`, { ...body, proof });
    assert.equal(added.status, 200, added.text);
    assert.equal((await held()).length, 2);
    const { keyId } = added.body;
    assert.equal((await send("POST", `${path}/removeKey`, { keyId, proof })).status, 204);
    assert.equal((await held()).length, 1);
  });

  contractHolds(graph);
});

describe("addKey with a signing certificate", () => {
  it("takes a PFX with the password that opens it, and removeKey takes it away [application-addkey, example 2]", async () => {
    const graph = graphFixture();
    const { send } = graph;
    const { body: made } = await send("POST", "/applications", { displayName: "signs" });
    const path = `/applications/${String(made["id"])}`;
    const { certificate, keys } = await newCertificate();
    const verify = { type: "AsymmetricX509Cert", usage: "Verify" };
    const key = certificate.der.toString("base64");
    await send("PATCH", path, { keyCredentials: [{ ...verify, key }] });
    const pfx = createPkcs12({
      privateKey: keys.privateKey,
      certificates: [certificate],
      password: "open sesame",
    });
    const proof = proofOf(keys.privateKey, { iss: made["id"] });
    const add = (secretText: string | undefined) =>
      send("POST", `${path}/addKey`, {
        keyCredential: { type: "X509CertAndPassword", usage: "Sign", key: pfx.toString("base64") },
        passwordCredential: secretText === undefined ? null : { secretText },
        proof,
      });
    assert.equal((await add(undefined)).status, 400, "without a password");
    assert.equal((await add("wrong")).status, 400);
    const added = await add("open sesame");
    assert.equal(added.status, 200, added.text);
    assert.deepEqual(
      [added.body["type"], added.body["usage"], added.body["key"]],
      ["X509CertAndPassword", "Sign", null],
    );
    const count = async (): Promise<number> =>
      ((await send("GET", path)).body["keyCredentials"] as unknown as Values[]).length;
    assert.equal(await count(), 2);
    const keyId = added.body["keyId"];
    assert.equal((await send("POST", `${path}/removeKey`, { keyId, proof })).status, 204);
    assert.equal(await count(), 1);
  });
});
