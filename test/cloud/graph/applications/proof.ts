import { decodeJwt, isSignedBy } from "../../entra/jwt.ts";
import type { Application } from "../../entra/model.ts";
import { GraphError } from "../http/graph-error.ts";

/** The audience a proof of possession is made for (application-rollkey-prooftoken). */
const PROOF_AUDIENCE = "00000002-0000-0000-c000-000000000000";

/** application-addkey: at most ten minutes from nbf to exp. */
const LONGEST_SECONDS = 600;

/** The service allows for clocks that differ a little. */
const LEEWAY_SECONDS = 300;

const refused = (): GraphError =>
  new GraphError(401, "Authentication_MissingOrMalformed", "Access Token missing or malformed.");

/**
 * Holds a proof against the application's own valid certificates: signed by one of them, issued by
 * the application's object id (its application id is refused), for the right audience, in time.
 * @throws GraphError 401 Authentication_MissingOrMalformed, as the service words every mistake in it
 */
export function checkProof(application: Application, proof: unknown, nowMs: number): void {
  const decoded = typeof proof === "string" ? decodeJwt(proof) : undefined;
  if (!decoded) throw refused();
  const { aud, iss, nbf, exp } = decoded.payload;
  const now = nowMs / 1000;
  const inTime =
    typeof nbf === "number" &&
    typeof exp === "number" &&
    exp - nbf <= LONGEST_SECONDS &&
    nbf <= now + LEEWAY_SECONDS &&
    exp >= now - LEEWAY_SECONDS;
  if (aud !== PROOF_AUDIENCE || iss !== application.objectId || !inTime) throw refused();
  const signed = application.keyCredentials.some(
    (credential) => credential.endMs > nowMs && isSignedBy(decoded, credential.publicKey),
  );
  if (!signed) throw refused();
}
