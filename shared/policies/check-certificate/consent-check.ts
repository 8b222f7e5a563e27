import { OperatorError } from "../../core/errors.ts";
import type { Emit } from "../../core/telemetry.ts";

/** What the consent check needs. */
export interface ConsentPorts {
  /** Every tenant that a batch may name, the home tenant first. */
  readonly tenants: readonly string[];
  /**
   * The application permissions in a token that is requested now.
   * @throws OperatorError CONSENT_MISSING if the tenant does not know the app, TOKEN_…
   */
  readonly freshRoles: (tenant: string) => Promise<readonly string[]>;
  /** The address at which an administrator of the tenant consents. */
  readonly consentUrl: (tenant: string) => string;
  readonly emit: Emit;
}

/**
 * Requests a token in every allowed tenant. If there is none, or if it lacks a permission that the home
 * tenant granted, the address at which the tenant's administrator consents is logged. A tenant that
 * knows the app but granted it nothing gives a token without roles (entra-docs, v2 client credentials).
 *
 * @throws the first error that is not about consent, after all tenants were asked.
 */
export async function checkConsent(
  { tenants, freshRoles, consentUrl, emit }: ConsentPorts,
  note: (line: string) => void,
): Promise<void> {
  const failures: unknown[] = [];
  let wanted: readonly string[] = [];
  for (const [at, tenant] of tenants.entries()) {
    try {
      const roles = await freshRoles(tenant);
      if (at === 0) wanted = roles;
      const lacking = roles.length === 0 ? ["all"] : wanted.filter((role) => !roles.includes(role));
      if (lacking.length === 0)
        note(`Tenant ${tenant} has consented to ${roles.length} permissions.`);
      else missing(tenant, lacking.join(", "));
    } catch (error) {
      if (error instanceof OperatorError && error.code === "CONSENT_MISSING")
        missing(tenant, "all");
      else failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];

  function missing(tenant: string, lacking: string): void {
    emit({ event: "consent.missing", tenant, lacking });
    note(
      `[CONSENT_MISSING] Tenant ${tenant} has not consented to ${lacking === "all" ? "any permission" : lacking}. Fix: Have an administrator of that tenant open ${consentUrl(tenant)} (an AADSTS50011 afterwards can be ignored).`,
    );
  }
}
