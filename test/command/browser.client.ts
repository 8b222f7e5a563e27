import { followSignIn } from "../cloud/clients/follow-sign-in.ts";

/** A browser for the command: opens the address as the person of BROWSER_PERSON, and sends the answer on. */
const [, , address = ""] = process.argv;
const answer = await followSignIn(address, process.env["BROWSER_PERSON"]).catch(
  (error: unknown) => error,
);
// Entra's page shows the refusal; the person then closes it, and the client is told.
if (answer instanceof Error) {
  const { searchParams } = new URL(address);
  const back = new URL(searchParams.get("redirect_uri") ?? "");
  const body = new URLSearchParams({
    error: "access_denied",
    error_description: answer.message,
    state: searchParams.get("state") ?? "",
  });
  await fetch(back, { method: "POST", body });
}
