/** The values that a refusal's text may contain. */
export interface RefusalContext {
  readonly tenant: string;
  readonly appId: string;
  readonly appName: string;
  readonly scope: string;
  readonly resource: string;
  /** The value specific to the refusal: a parameter's name, a reason, a thumbprint. */
  readonly detail: string;
}

/** One refusal: OAuth error, status, and the text after "AADSTS…: ". */
export interface RefusalRule {
  readonly error: string;
  readonly status: number;
  readonly suberror?: string;
  readonly text: (context: RefusalContext) => string;
}

export type RefusalRules = Readonly<Record<number, RefusalRule>>;

type Text = RefusalRule["text"];

export const invalidRequest = (text: Text): RefusalRule => ({
  error: "invalid_request",
  status: 400,
  text,
});

export const invalidClient = (text: Text): RefusalRule => ({
  error: "invalid_client",
  status: 401,
  text,
});

export const unauthorizedClient = (text: Text): RefusalRule => ({
  error: "unauthorized_client",
  status: 400,
  text,
});

export const invalidResource = (text: Text): RefusalRule => ({
  error: "invalid_resource",
  status: 400,
  text,
});

export const invalidScope = (text: Text): RefusalRule => ({
  error: "invalid_scope",
  status: 400,
  text,
});

export const invalidGrant = (text: Text, suberror?: string): RefusalRule => ({
  error: "invalid_grant",
  status: 400,
  text,
  ...(suberror !== undefined && { suberror }),
});

export const interactionRequired = (text: Text): RefusalRule => ({
  error: "interaction_required",
  status: 400,
  text,
});

export const transient = (text: string): RefusalRule => ({
  error: "temporarily_unavailable",
  status: 503,
  text: () => text,
});

/** The end of every text about a registered key. */
export const whereKeysAre = (c: RefusalContext): string =>
  `Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '${c.appId}'. Review the documentation at https://docs.microsoft.com/en-us/graph/deployments to determine the corresponding service endpoint and https://docs.microsoft.com/en-us/graph/api/application-get?view=graph-rest-1.0&tabs=http to build a query request URL, such as 'https://graph.microsoft.com/beta/applications/${c.appId}'`;
