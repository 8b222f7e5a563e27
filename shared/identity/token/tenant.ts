import { OperatorError } from "../../core/errors.ts";
import { isGuid } from "../../core/object-id.ts";

const PERSONAL_ACCOUNTS =
  "it stands for personal Microsoft accounts, which have no app permissions";

/** Entra's names for the tenant of the user who signs in (v2 protocols, the tenant in the endpoint). */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  common: "it lets the signing-in user's account decide the tenant",
  organizations: "it lets the signing-in user's work account decide the tenant",
  consumers: PERSONAL_ACCOUNTS,
  // The tenant of personal Microsoft accounts (entra-docs, access-token-claims-reference, `tid`).
  "9188040d-6c67-4c5b-b112-36a304b66dad": PERSONAL_ACCOUNTS,
};

/**
 * The tenant's id in lower case.
 *
 * @throws OperatorError TENANT_NOT_ALLOWED for `common`, `organizations`, `consumers`, for anything that
 * is not a tenant id (a domain can move to another tenant), and for a tenant not in `allowed`.
 */
export function checkTenant(tenant: string, allowed: ReadonlySet<string>): string {
  const name = tenant.trim().toLowerCase();
  const reason = Object.hasOwn(PLACEHOLDERS, name) ? PLACEHOLDERS[name] : undefined;
  if (reason !== undefined) {
    throw refused(
      `"${name}" is no tenant: ${reason}, and an app that signs in as itself has no user (Entra: AADSTS50059).`,
      "Name the tenant by its id, a GUID.",
    );
  }
  if (!isGuid(name)) {
    throw refused(
      "A tenant is named by its id, a GUID; a domain name can move to another tenant.",
      "Use the tenant id that the directory's overview page shows.",
    );
  }
  if (!allowed.has(name)) {
    throw refused(
      `Tenant ${name} is not in this deployment's allow-list.`,
      "Add it to ALLOWED_TENANTS, restart, and have an administrator of that tenant consent.",
    );
  }
  return name;
}

/**
 * The page on which an administrator of `tenant` grants the permissions that the registration lists.
 * Without a redirect URI it ends with AADSTS50011, which can be ignored (entra-docs, v2 client credentials).
 */
export const adminConsentUrl = (loginHost: string, tenant: string, clientId: string): string =>
  `https://${loginHost}/${tenant}/adminconsent?client_id=${encodeURIComponent(clientId)}`;

const refused = (what: string, fix: string): OperatorError =>
  new OperatorError("TENANT_NOT_ALLOWED", what, { fix, disposition: "refuse" });
