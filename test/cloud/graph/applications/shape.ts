import { isObject, type Values } from "../store/entity.ts";

/** Of an application that nobody confirmed (applicationtemplate-instantiate, its answer). */
export const NO_PUBLISHER: Values = {
  displayName: null,
  verifiedPublisherId: null,
  addedDateTime: null,
};

const NO_INFO: Values = {
  logoUrl: null,
  marketingUrl: null,
  privacyStatementUrl: null,
  supportUrl: null,
  termsOfServiceUrl: null,
};

/** What a new service principal has whole (serviceprincipal-post-serviceprincipals, applicationtemplate-instantiate). */
export const PRINCIPAL_DEFAULTS: Values = { info: NO_INFO, verifiedPublisher: NO_PUBLISHER };

/** The settings of a new application that are objects, with all their members (application-post-applications). */
export const APPLICATION_DEFAULTS: Values = {
  api: {
    acceptMappedClaims: null,
    knownClientApplications: [],
    requestedAccessTokenVersion: null,
    oauth2PermissionScopes: [],
    preAuthorizedApplications: [],
  },
  info: NO_INFO,
  parentalControlSettings: { countriesBlockedForMinors: [], legalAgeGroupRule: "Allow" },
  publicClient: { redirectUris: [] },
  spa: { redirectUris: [] },
  web: {
    homePageUrl: null,
    logoutUrl: null,
    redirectUris: [],
    implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: false },
    redirectUriSettings: [],
  },
  verifiedPublisher: NO_PUBLISHER,
};

/** Members that the body does not name stay; null resets a member, or the whole object. */
function merged(present: unknown, given: unknown, initial: unknown): unknown {
  if (given === null && isObject(initial)) return initial;
  if (!isObject(given) || !isObject(initial)) return given;
  const base: Values = { ...initial, ...(isObject(present) ? present : {}) };
  return Object.fromEntries([
    ...Object.entries(base),
    ...Object.entries(given)
      .filter(([name]) => !name.includes("@"))
      .map(([name, value]) => [name, merged(base[name], value, initial[name])]),
  ]);
}

/** The body's values with its objects whole: merged with what is there (application-update). */
export const withWholeObjects = (present: Values, values: Values): Values =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      name in APPLICATION_DEFAULTS
        ? merged(present[name], value, APPLICATION_DEFAULTS[name])
        : value,
    ]),
  );
