/** What a person must be assigned to, in the registration for decisions, to prove something. */
export type ProofRole = "Batch.Decide" | "Batch.Submit";

/** An ID token, and what it must prove. The token itself is never stored, logged or put into an error. */
export interface Proof {
  readonly token: string;
  /** base64url of the SHA-256 of what was signed. */
  readonly nonce: string;
  readonly role: ProofRole;
}

/** Who signed, by the claims of the token. */
export interface ProvenPerson {
  readonly kind: "person";
  /** The object id in the home tenant. */
  readonly oid: string;
  /** The user name, for people who read it; only `oid` identifies. */
  readonly name?: string | undefined;
}

/**
 * Verifies a proof. shared/batches asks, shared/identity answers.
 *
 * @throws OperatorError PROOF_REFUSED, disposition `refuse`, if it does not prove exactly that;
 * TOKEN_UNREACHABLE, disposition `retry`, while the keys that sign cannot be read.
 */
export type ReadProof = (proof: Proof) => Promise<ProvenPerson>;
