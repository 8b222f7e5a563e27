import {
  invalidClient,
  invalidGrant,
  invalidRequest,
  whereKeysAre,
  type RefusalRules,
} from "./rule.ts";

const docs =
  "https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials";
const federated = (what: string): string =>
  `No matching federated identity record found for presented assertion ${what}. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation`;

/** Refusals of a credential: secret, certificate, or federated assertion. */
export const credentialRefusals: RefusalRules = {
  7000216: invalidClient(
    () =>
      "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
  ),
  7000218: invalidClient(
    () =>
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  ),
  7000215: invalidClient(
    (c) =>
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${c.appId}'.`,
  ),
  7000222: invalidClient(
    (c) =>
      `The provided client secret keys for app '${c.appId}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.`,
  ),
  700025: invalidClient(
    () => "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
  ),
  700027: invalidClient((c) =>
    c.detail.startsWith("Key was found") || c.detail.startsWith("The key used")
      ? `Client assertion contains an invalid signature. [Reason - ${c.detail}, ${whereKeysAre(c)}].`
      : `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - ${c.detail}, ${whereKeysAre(c)}].`,
  ),
  7000274: invalidClient(
    (c) => `Client assertion contains an invalid signature. [Reason - ${c.detail}]`,
  ),
  7000214: invalidClient(() => "Certificate has been revoked."),
  7000277: invalidClient(() => "The certificate chain of the client assertion is not valid."),
  1000502: invalidClient(
    () => "The provided certificate is not within its specified validity window.",
  ),
  700024: invalidClient(
    (c) =>
      `Client assertion is not within its valid time range. ${c.detail} Review the documentation at ${docs} .`,
  ),
  700021: invalidClient(
    () =>
      `Client assertion application identifier doesn't match 'client_id' parameter. Review the documentation at ${docs} .`,
  ),
  700023: invalidClient(
    () =>
      `Client assertion audience claim does not match Realm issuer. Review the documentation at ${docs} .`,
  ),
  50012: invalidClient((c) => `Authentication failed. ${c.detail}`),
  50027: invalidRequest((c) => `JWT token is invalid or malformed. ${c.detail}`),
  50032: invalidClient(() => "Weak RSA key: the erroneous user attempt used a weak RSA key."),
  700030: invalidClient(
    (c) =>
      `Invalid certificate - subject name in certificate is not authorized. SubjectNames/SubjectAlternativeNames (up to 10) in token certificate are: ${c.detail}.`,
  ),
  5002738: invalidClient(
    (c) =>
      `Invalid JWT token. '${c.detail}' is not a supported signature algorithm. The supported signing algorithms are: 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'.`,
  ),
  70025: invalidClient(
    (c) =>
      `The client '${c.appId}'(${c.appName}) has no configured federated identity credentials.`,
  ),
  700211: invalidClient((c) => federated(`issuer '${c.detail}'`)),
  700212: invalidClient((c) => federated(`audience '${c.detail}'`)),
  700213: invalidClient((c) => federated(`subject '${c.detail}'`)),
  700229: invalidClient(
    () =>
      "Failed to authorize assertion: only app tokens can be used as Federated Identity Credentials for the Entra issuer.",
  ),
  50013: invalidGrant((c) => `Assertion failed signature validation. [Reason - ${c.detail}]`),
};
