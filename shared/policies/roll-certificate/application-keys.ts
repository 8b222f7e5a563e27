import type { CertificateVersion } from "../../core/contracts/certificate.ts";
import { OperatorError } from "../../core/errors.ts";
import type { GraphAnswer, GraphWrite } from "../../core/graph-request.ts";
import { recordOf } from "../../core/record.ts";
import type { Graph } from "../../graph/types.ts";

/** The audience of a proof of possession (graph concepts, application-rollkey-prooftoken). */
const PROOF_AUDIENCE = "00000002-0000-0000-c000-000000000000";

/** The claims of a proof, without its times. The issuer is the application's object id, not its client id. */
export const proofClaims = (applicationObjectId: string): Readonly<Record<string, unknown>> => ({
  aud: PROOF_AUDIENCE,
  iss: applicationObjectId,
});

/** A registered key as its application shows it. */
export interface RegisteredKey {
  readonly keyId: string;
  /** Upper-case hex. */
  readonly sha1: string;
  readonly endMs: number;
}

/**
 * The keys of one application. An application that changes its own keys needs a proof and no permission.
 * A change throws OperatorError GRAPH_ANSWER_LOST if it may have been made, GRAPH_UNAVAILABLE if it was
 * not made and can be retried (both `retry`), CERTIFICATE_NOT_REGISTERED if Graph refuses it (`stop`).
 */
export interface ApplicationKeys {
  /** Registers a public key and returns its id. */
  add(version: CertificateVersion, proof: string): Promise<string>;
  /** Removes a key. A key that is gone already is no error. */
  remove(keyId: string, proof: string): Promise<void>;
  /** The registered keys; nothing if the app may not read its own application. */
  list(): Promise<readonly RegisteredKey[] | undefined>;
}

/**
 * Through Graph, by the application's object id: an application cannot roll its keys through its service
 * principal (microsoft-graph-docs#13921).
 */
export function createApplicationKeys(graph: Graph, applicationObjectId: string): ApplicationKeys {
  const root = `/applications/${applicationObjectId}` as const;

  async function send(request: GraphWrite): Promise<GraphAnswer> {
    const result = await graph.post([request]);
    if (result.kind === "not-taken") throw notNow(result.retryAfterMs);
    const answer = result.kind === "answered" ? result.parts[0] : undefined;
    if (answer === undefined || answer.status >= 500) throw lost();
    return answer;
  }

  return {
    add: async ({ certificate }, proof) => {
      const key = certificate.toString("base64");
      const keyCredential = { type: "AsymmetricX509Cert", usage: "Verify", key };
      const body = { keyCredential, passwordCredential: null, proof };
      const answer = await send({ method: "POST", url: `${root}/addKey`, body });
      if (answer.status !== 200) throw refused("addKey", answer);
      return text(recordOf(answer.body)["keyId"]);
    },
    remove: async (keyId, proof) => {
      const answer = await send({
        method: "POST",
        url: `${root}/removeKey`,
        body: { keyId, proof },
      });
      const isGone = /no credentials found/i.test(answer.error?.message ?? "");
      if (answer.status !== 204 && !isGone) throw refused("removeKey", answer);
    },
    list: async () => {
      const url = `${root}?$select=keyCredentials` as const;
      const [answer] = await graph.readAll([{ method: "GET", url }]);
      if (answer?.status !== 200) return undefined;
      const list: unknown = recordOf(answer.body)["keyCredentials"];
      return Array.isArray(list) ? list.map(registeredKey) : undefined;
    },
  };
}

/**
 * The customKeyIdentifier of a certificate is its SHA-1 (entra-docs, certificate-credentials): 40 hex
 * digits in Graph's answers (applications-how-to-add-certificate), octets in base64 in older ones.
 */
function sha1Of(identifier: string): string {
  if (/^[0-9a-f]{40}$/iu.test(identifier)) return identifier.toUpperCase();
  return Buffer.from(identifier, "base64").toString("hex").toUpperCase();
}

function registeredKey(shown: unknown): RegisteredKey {
  const { keyId, customKeyIdentifier, endDateTime } = recordOf(shown);
  return {
    keyId: text(keyId),
    sha1: sha1Of(text(customKeyIdentifier)),
    endMs: Date.parse(text(endDateTime)),
  };
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Graph did not take the request, so nothing was changed. */
const notNow = (retryAfterMs: number | undefined): OperatorError =>
  new OperatorError(
    "GRAPH_UNAVAILABLE",
    "Graph did not accept the change of the application's keys.",
    {
      fix: "No action needed: it is retried automatically.",
      disposition: "retry",
      retryAfterMs,
    },
  );

const lost = (): OperatorError =>
  new OperatorError("GRAPH_ANSWER_LOST", "Graph's answer about the application's keys was lost.", {
    fix: "No action needed: the keys are checked before anything is sent again.",
    disposition: "retry",
  });

function refused(action: string, { status, error, retryAfterMs }: GraphAnswer): OperatorError {
  if (status === 429) return notNow(retryAfterMs);
  return new OperatorError(
    "CERTIFICATE_NOT_REGISTERED",
    `Graph refuses ${action} for the application (${status} ${error?.code ?? "no code"}).`,
    {
      fix:
        // An application may change its own keys without a permission, so 403 means another application.
        status === 401 || status === 403 || status === 404
          ? "Set APPLICATION_OBJECT_ID to the application's object id (not its client id, and not the service principal's object id). Until then infra/deploy.sh --register-key registers the key."
          : "Register the key with infra/deploy.sh --register-key, and look in the application's audit log for the policy that forbids it.",
      disposition: "stop",
    },
  );
}
