import { OperatorError } from "../../core/errors.ts";
import type { Emit } from "../../core/telemetry.ts";

/** What the consent check works with. */
export interface ConsentPorts {
  /** Every tenant that a batch may name, the home tenant first. */
  readonly tenants: readonly string[];
  /**
   * The application permissions in a token that is asked for now.
   * @throws OperatorError CONSENT_MISSING where the tenant does not know the app, TOKEN_…
   */
  readonly freshRoles: (tenant: string) => Promise<readonly string[]>;
  /** Where an administrator of the tenant consents. */
  readonly consentUrl: (tenant: string) => string;
  readonly emit: Emit;
}

/**
 * Asks every allowed tenant for a token, and prints the address at which its administrator consents
 * where it gives none, or one that lacks what the home tenant granted. A tenant that knows the app and
 * has granted it nothing gives a token without roles (entra-docs, v2 client credentials).
 *
 * @throws what keeps a token from being asked for, other than consent: the first, once all were asked.
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
      `[CONSENT_MISSING] Tenant ${tenant} has not consented to ${lacking === "all" ? "any permission" : lacking}. Fix: An administrator of it opens ${consentUrl(tenant)} (AADSTS50011 afterwards means nothing).`,
    );
  }
}
