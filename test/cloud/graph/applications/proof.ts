import { decodeJwt, isSignedBy } from "../../entra/jwt.ts";
import { olderGraphAppId } from "../../entra/well-known.ts";
import { GraphError } from "../http/graph-error.ts";
import type { KeyHolder } from "./key-holder.ts";

/** The audience of a proof of possession (application-rollkey-prooftoken). */
const PROOF_AUDIENCE = olderGraphAppId;

/** application-addkey: at most ten minutes from nbf to exp. */
const LONGEST_SECONDS = 600;

/** The service tolerates small differences between clocks. */
const LEEWAY_SECONDS = 300;

const refused = (): GraphError =>
  new GraphError(401, "Authentication_MissingOrMalformed", "Access Token missing or malformed.");

/**
 * Checks a proof: signed by one of the application's valid certificates, issued by the application's
 * object id (its application id is refused), with the right audience, within its lifetime.
 * @throws GraphError 401 Authentication_MissingOrMalformed, the service's answer to every mistake
 */
export function checkProof(application: KeyHolder, proof: unknown, nowMs: number): void {
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
