import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from "jose";

import type { Clock } from "../../core/clock.ts";
import type { Proof, ProvenPerson, ReadProof } from "../../core/contracts/proof.ts";
import { OperatorError } from "../../core/errors.ts";
import { isGuid } from "../../core/object-id.ts";

/** Clocks of Entra and of this instance may differ by so much, seconds. */
const SKEW_SECONDS = 60;
/** Entra's ID tokens last an hour or somewhat more; an older one is refused, whatever it says. */
const OLDEST_SECONDS = 2 * 60 * 60;

/** Which registration's ID tokens are accepted, and who signs them. */
export interface ProofOptions {
  readonly loginHost: string;
  /** The home tenant: people sign in there, also to decide about another tenant's batches. */
  readonly tenant: string;
  /** The client id of the registration for decisions; empty if the deployment takes no proofs. */
  readonly clientId: string;
  readonly clock: Pick<Clock, "now">;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
}

/**
 * Verifies ID tokens that people signed in for. A token proves exactly what its nonce says, so it is
 * accepted only for that: RS256 by a key of the home tenant, from the tenant's v2.0 issuer, for the
 * registration for decisions, for somebody who has the role, and not expired. Keys are read when they are
 * needed and kept for ten minutes.
 */
export function createProofReader(options: ProofOptions): ReadProof {
  const { loginHost, tenant, clientId, clock } = options;
  const authority = `https://${loginHost}/${tenant}`;
  const keys = createRemoteJWKSet(new URL(`${authority}/discovery/v2.0/keys`), {
    [customFetch]: (url, init) => options.fetch(url, init),
  });
  return async (proof) => {
    if (clientId === "") {
      throw refused("this deployment takes no signed messages (DECISION_CLIENT_ID is not set)");
    }
    let claims: JWTPayload;
    try {
      const verified = await jwtVerify(proof.token, keys, {
        algorithms: ["RS256"],
        issuer: `${authority}/v2.0`,
        audience: clientId,
        requiredClaims: ["exp", "iat", "nonce", "oid", "tid"],
        clockTolerance: SKEW_SECONDS,
        maxTokenAge: OLDEST_SECONDS,
        currentDate: new Date(clock.now()),
      });
      claims = verified.payload;
    } catch (error) {
      throw asRefusal(error);
    }
    return personIn(claims, proof, options);
  };
}

/** What the claims must say beyond what the verification of the signature checks. */
function personIn(
  claims: JWTPayload,
  { nonce, role }: Proof,
  { tenant, clientId }: ProofOptions,
): ProvenPerson {
  const { aud, tid, oid, ver, roles, nonce: signed, preferred_username: name } = claims;
  if (aud !== clientId) throw refused("it is for several audiences");
  if (tid !== tenant) throw refused("it is of another tenant (tid)");
  if (ver !== "2.0") throw refused("it is not a v2.0 token (ver)");
  if (signed !== nonce) throw refused("it was signed for something else (nonce)");
  if (typeof oid !== "string" || !isGuid(oid)) throw refused("it names no person (oid)");
  if (!Array.isArray(roles) || !roles.includes(role)) {
    throw new OperatorError("PROOF_REFUSED", `The person who signed lacks the role ${role}.`, {
      fix: `Let an administrator assign the role ${role} of the enterprise application for decisions, then sign in again (docs/permissions.md).`,
      disposition: "refuse",
    });
  }
  return { kind: "person", oid: oid.toLowerCase(), ...(typeof name === "string" && { name }) };
}

/** The errors of jose that say that the keys could not be read, which are no fault of the token. */
const isOutage = (error: unknown): boolean =>
  !(error instanceof errors.JOSEError) ||
  error.code === "ERR_JWKS_TIMEOUT" ||
  error.code === "ERR_JWKS_INVALID" ||
  error.code === "ERR_JOSE_GENERIC";

/** An error of jose holds the claims, so it is no cause: only what was wrong with them is said. */
function asRefusal(error: unknown): OperatorError {
  if (isOutage(error)) {
    return new OperatorError(
      "TOKEN_UNREACHABLE",
      "The keys of the sign-in service could not be read.",
      {
        fix: "No action needed: the message is tried again. If it lasts, check that the app reaches the sign-in host.",
        disposition: "retry",
        cause: error,
      },
    );
  }
  if (error instanceof errors.JWTExpired) return refused("it has expired");
  if (error instanceof errors.JWTClaimValidationFailed) {
    return refused(`its claim ${error.claim} is missing or wrong`);
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return refused("it is not signed by RS256");
  return refused("its signature is not one of the home tenant's keys");
}

const refused = (why: string): OperatorError =>
  new OperatorError("PROOF_REFUSED", `The proof is not accepted: ${why}.`, {
    fix: "Sign in again for exactly this message (npm run batch does), and send it within the hour.",
    disposition: "refuse",
  });
