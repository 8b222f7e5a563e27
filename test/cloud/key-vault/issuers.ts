import { json, type CloudResponse } from "../http/exchange.ts";
import { pageOf } from "./listing.ts";
import type { Issuer } from "./model.ts";
import { badParameter, VaultRefusal } from "./vault-error.ts";
import { enabledOf, type VaultHandler, type VaultRequest } from "./vault-request.ts";

/** `/certificates/issuers…`: list, get, set, change, delete (rest/api/keyvault/certificates). */
export const handleIssuers: VaultHandler = (request) => {
  const [, name] = request.path;
  if (name === undefined) return listIssuers(request);
  switch (request.method) {
    case "GET":
      request.count("issuer.get");
      request.authorize("certificatecas/read");
      return json(200, issuerJson(request, name, issuerOf(request, name)));
    case "PUT":
      return setIssuer(request, name);
    case "PATCH":
      return changeIssuer(request, name);
    case "DELETE":
      return deleteIssuer(request, name);
    default:
      throw new VaultRefusal(405, "MethodNotAllowed", "Method not allowed");
  }
};

/** No issuer of this name is set in the vault. */
export const issuerNotFound = (name: string): VaultRefusal =>
  new VaultRefusal(
    404,
    "CertificateIssuerNotFound",
    `A Certificate Issuer with name ${name} was not found in this key vault.`,
  );

function issuerOf(request: VaultRequest, name: string): Issuer {
  const issuer = request.vault.issuers.get(name);
  if (issuer === undefined) throw issuerNotFound(name);
  return issuer;
}

/** An issuer in its REST form; the password of its account is never shown. */
function issuerJson(request: VaultRequest, name: string, issuer: Issuer): object {
  const { account_id: account } = (issuer.credentials ?? {}) as { account_id?: unknown };
  return {
    id: `${request.baseUrl}/certificates/issuers/${name}`,
    provider: issuer.provider,
    credentials: account === undefined ? {} : { account_id: account },
    org_details: { zip: 0, ...(issuer.organization ?? { admin_details: [] }) },
    attributes: {
      enabled: issuer.enabled,
      created: Math.floor(issuer.createdMs / 1000),
      updated: Math.floor(issuer.updatedMs / 1000),
    },
  };
}

function listIssuers(request: VaultRequest): CloudResponse {
  request.count("issuer.list");
  request.authorize("certificatecas/read");
  const items = [...request.vault.issuers]
    .toSorted(([one], [two]) => (one < two ? -1 : 1))
    .map(([name, { provider }]) => ({
      id: `${request.baseUrl}/certificates/issuers/${name}`,
      provider,
    }));
  return pageOf(request, items, "/certificates/issuers");
}

function setIssuer(request: VaultRequest, name: string): CloudResponse {
  request.count("issuer.set");
  request.authorize("certificatecas/write");
  const { provider, credentials, org_details: organization } = request.body;
  if (typeof provider !== "string" || provider === "")
    throw badParameter("Property 'provider' is required.");
  const issuer: Issuer = {
    provider,
    credentials,
    organization,
    enabled: enabledOf(request.body) ?? true,
    createdMs: request.vault.issuers.get(name)?.createdMs ?? request.nowMs,
    updatedMs: request.nowMs,
  };
  request.vault.issuers.set(name, issuer);
  return json(200, issuerJson(request, name, issuer));
}

function changeIssuer(request: VaultRequest, name: string): CloudResponse {
  request.count("issuer.update");
  request.authorize("certificatecas/write");
  const issuer = issuerOf(request, name);
  const { provider, credentials, org_details: organization } = request.body;
  if (typeof provider === "string") issuer.provider = provider;
  issuer.credentials = credentials ?? issuer.credentials;
  issuer.organization = organization ?? issuer.organization;
  issuer.enabled = enabledOf(request.body) ?? issuer.enabled;
  issuer.updatedMs = request.nowMs;
  return json(200, issuerJson(request, name, issuer));
}

function deleteIssuer(request: VaultRequest, name: string): CloudResponse {
  request.count("issuer.delete");
  request.authorize("certificatecas/delete");
  const issuer = issuerOf(request, name);
  request.vault.issuers.delete(name);
  return json(200, issuerJson(request, name, issuer));
}

/** `/certificates/contacts`: get, set, delete. */
export const handleContacts: VaultHandler = (request) => {
  const { vault } = request;
  const id = `${request.baseUrl}/certificates/contacts`;
  if (request.method === "PUT") {
    request.count("contacts.set");
    request.authorize("certificatecontacts/write");
    const { contacts } = request.body;
    if (!Array.isArray(contacts)) throw badParameter("Property 'contacts' is required.");
    vault.contacts = contacts;
    return json(200, { id, contacts });
  }
  request.count("contacts.get");
  request.authorize(
    request.method === "DELETE" ? "certificatecontacts/write" : "certificates/read",
  );
  const { contacts } = vault;
  if (contacts === undefined) throw new VaultRefusal(404, "ContactsNotFound", "Contacts not found");
  if (request.method === "DELETE") vault.contacts = undefined;
  return json(200, { id, contacts });
};
