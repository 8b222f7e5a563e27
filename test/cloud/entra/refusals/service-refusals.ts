import { invalidGrant, transient, type RefusalRules } from "./rule.ts";

/** Refusals by a policy or by the service itself. */
export const serviceRefusals: RefusalRules = {
  53003: invalidGrant(
    () =>
      "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    "message_only",
  ),
  530032: invalidGrant(() => "Blocked by Conditional Access policies on the security policy."),
  50196: invalidGrant(
    () =>
      "The server terminated an operation because it encountered a client request loop. Please contact your app vendor.",
  ),
  90055: {
    error: "temporarily_unavailable",
    status: 429,
    text: () => "There are too many incoming requests.",
  },
  90006: transient("The service is temporarily unavailable. Please retry later."),
  90012: transient("The request has timed out."),
  90024: transient("RequestBudgetExceeded - A transient error has occurred. Please try again."),
  90033: transient("A transient error has occurred. Please try again."),
  90090: transient("The service is temporarily unavailable."),
  50033: transient("RetryableError - A transient error has occurred."),
  90036: {
    error: "server_error",
    status: 500,
    text: () =>
      "An unexpected, non-retryable error stemming from the directory service has occurred.",
  },
  90092: { error: "server_error", status: 500, text: () => "GraphNonRetryableError" },
};
