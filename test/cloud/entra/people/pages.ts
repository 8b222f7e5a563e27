import type { CloudResponse } from "../../http/exchange.ts";
import type { Person } from "./person.ts";

const escaped = (text: string): string =>
  text.replaceAll(/[&<>"']/gu, (sign) => `&#${sign.charCodeAt(0)};`);

const hidden = (fields: Iterable<readonly [string, string]>): string =>
  [...fields]
    .map(
      ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
    )
    .join("");

function page(title: string, body: string): CloudResponse {
  return {
    status: 200,
    headers: { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store, no-cache" },
    body: `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title></head><body>${body}</body></html>`,
  };
}

/** The account picker: a button for each person, which repeats the request with that person as `login_hint`. */
export function pickerPage(
  people: readonly Person[],
  request: URLSearchParams,
  appName: string,
): CloudResponse {
  const fields = [...request].filter(([name]) => name !== "login_hint" && name !== "prompt");
  return page(
    "Pick an account",
    `<h1>Sign in to ${escaped(appName)}</h1><form method="get">${hidden(fields)}${buttonsFor(people)}</form>`,
  );
}

const buttonsFor = (people: readonly Person[]): string =>
  people
    .map(
      ({ displayName, userPrincipalName: name }) =>
        `<p><button name="login_hint" value="${escaped(name)}">${escaped(displayName)} (${escaped(name)})</button></p>`,
    )
    .join("");

const deviceForm = (body: string): string =>
  `<form method="post" action="/common/oauth2/deviceauth">${body}</form>`;

/** Asks for the code that a device shows. */
export function codePage(): CloudResponse {
  return page(
    "Sign in to your account",
    `<h1>Enter code to allow access</h1>${deviceForm('<input name="otc" maxlength="16" placeholder="Code"> <button>Next</button>')}`,
  );
}

/** Asks who signs in on the device: a button for each person, and one to refuse. */
export function devicePickerPage(
  people: readonly Person[],
  userCode: string,
  appName: string,
): CloudResponse {
  const cancel = '<p><button name="cancel" value="1">Cancel</button></p>';
  return page(
    "Pick an account",
    `<h1>Are you trying to sign in to ${escaped(appName)}?</h1>${deviceForm(`${hidden([["otc", userCode]])}${buttonsFor(people)}${cancel}`)}`,
  );
}

/** The end of a sign-in on a device. */
export const donePage = (text: string): CloudResponse =>
  page("Sign in to your account", `<h1>${escaped(text)}</h1>`);

/** The answer of response mode `form_post`: a form that sends itself to the client. */
export function selfSubmittingForm(
  action: string,
  fields: Iterable<readonly [string, string]>,
): CloudResponse {
  return page(
    "Working...",
    `<form method="POST" name="hiddenform" action="${escaped(action)}">${hidden(fields)}<noscript><p>Script is disabled. Click Submit to continue.</p><input type="submit" value="Submit"></noscript></form><script>document.forms[0].submit();</script>`,
  );
}

/** The page that tells the person why the sign-in failed; the client is told nothing. */
export function refusalPage(description: string): CloudResponse {
  return page(
    "Sign in to your account",
    `<h1>Sorry, but we’re having trouble signing you in.</h1><div id="service_exception_message">${escaped(description)}</div>`,
  );
}
