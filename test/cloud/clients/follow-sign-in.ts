/** What the sign-in page sends to the client, and where. */
export interface SignInAnswer {
  readonly address: string;
  readonly method: "GET" | "POST";
  readonly fields: URLSearchParams;
}

/**
 * Opens the address of a sign-in as this person, without a browser: in the local cloud nobody types a
 * password. For processes in its environment, where `fetch` reaches the login host.
 * @throws Error with Entra's words if the page refuses the person
 */
export async function openSignIn(address: string, person?: string): Promise<SignInAnswer> {
  const url = new URL(address);
  if (person !== undefined) url.searchParams.set("login_hint", person);
  const answer = await fetch(url, { redirect: "manual" });
  const location = answer.headers.get("location");
  if (location !== null)
    return { address: location, method: "GET", fields: new URL(location).searchParams };
  const page = await answer.text();
  const refusal = /id="service_exception_message">([^<]*)/u.exec(page)?.[1];
  if (refusal !== undefined) throw new Error(unescaped(refusal));
  const action = /name="hiddenform" action="([^"]*)"/u.exec(page)?.[1];
  if (action === undefined) throw new Error("The sign-in page asks who signs in: name a person.");
  const fields = new URLSearchParams();
  for (const [, name = "", value = ""] of page.matchAll(
    /<input type="hidden" name="([^"]*)" value="([^"]*)">/gu,
  ))
    fields.append(unescaped(name), unescaped(value));
  return { address: unescaped(action), method: "POST", fields };
}

/** Does the same and sends the answer on, as a browser would: pass it as MSAL's `openBrowser`. */
export async function followSignIn(address: string, person?: string): Promise<Response> {
  const { address: client, method, fields } = await openSignIn(address, person);
  return method === "GET" ? fetch(client) : fetch(client, { method, body: fields });
}

const unescaped = (text: string): string =>
  text.replaceAll(/&#(\d+);/gu, (_all, code: string) => String.fromCharCode(Number(code)));
