import type { EntraState } from "../entra-state.ts";
import { EntraRefusal, refusalText } from "../refusals/refusal.ts";
import { findClient, personNamed } from "./client.ts";
import { giveConsent } from "./consent.ts";
import type { DeviceCode } from "./device-codes.ts";
import { noteSignIn, unknownPerson, type Origin } from "./note-sign-in.ts";
import { askedScopes } from "./scopes.ts";

/** Signs the person in to what the device asked for, and consents. @throws EntraRefusal */
export function approve(
  code: DeviceCode,
  personName: string,
  origin: Origin,
  state: EntraState,
): void {
  const fields = new URLSearchParams({ client_id: code.appId });
  const client = findClient(code.tenantName, fields, state, personName);
  const { tenantId } = client.tenant;
  const noted = {
    tenantId,
    application: client.application,
    scopes: code.scopes,
    isInteractive: true,
  };
  try {
    const person = personNamed(personName, client, state);
    const { requested, names } = askedScopes(code.scopes);
    const resource = state.registry.resource(tenantId, requested);
    if (resource === undefined) throw new EntraRefusal(500_011, requested);
    giveConsent({ client, person }, resource, names, state);
    code.answer = { tenantId, personId: person.id };
    noteSignIn({ ...noted, person }, origin, state);
  } catch (error) {
    if (!(error instanceof EntraRefusal)) throw error;
    const person = state.people.find(tenantId, personName) ?? unknownPerson(personName);
    const text = refusalText(error, client.application.displayName);
    noteSignIn({ ...noted, person }, origin, state, { code: error.code, text });
    throw error;
  }
}
