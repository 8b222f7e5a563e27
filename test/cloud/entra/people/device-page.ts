import type { CloudRequest, CloudResponse } from "../../http/exchange.ts";
import type { EntraState } from "../entra-state.ts";
import { EntraRefusal, describeRefusal } from "../refusals/refusal.ts";
import { approve } from "./approve.ts";
import { sharedTenants } from "./client.ts";
import { isExpired, type DeviceCode } from "./device-codes.ts";
import { codePage, devicePickerPage, donePage, refusalPage } from "./pages.ts";
import type { Person } from "./person.ts";

/**
 * The page where a person enters the code that a device shows. It asks for the code (`otc`), then for the
 * person (`login_hint`), who may also refuse (`cancel`); `curl -d otc=… -d login_hint=…` does all at once.
 */
export function answerDevicePage(request: CloudRequest, state: EntraState): CloudResponse {
  const given =
    request.method === "POST"
      ? request.body.toString("utf8")
      : new URL(request.target, `https://${request.host}`).search;
  const fields = new URLSearchParams(given);
  const typed = fields.get("otc");
  if (!typed) return codePage();
  const code = state.deviceCodes.byPerson(typed);
  const correlationId = crypto.randomUUID();
  try {
    if (code === undefined || code.answer !== "pending") throw new EntraRefusal(70_018);
    if (isExpired(code, state.now())) throw new EntraRefusal(70_019);
    const appName = state.registry.application(code.appId)?.displayName ?? code.appId;
    if (fields.has("cancel")) {
      code.answer = "declined";
      return donePage("You canceled the sign-in. You may now close this window.");
    }
    const name = fields.get("login_hint") || state.settings.signedIn;
    if (name === undefined) return devicePickerPage(peopleFor(code, state), code.userCode, appName);
    approve(code, name, { correlationId, headers: request.headers }, state);
    return donePage(
      `You have signed in to the ${appName} application on your device. You may now close this window.`,
    );
  } catch (error) {
    if (!(error instanceof EntraRefusal)) throw error;
    const appId = code?.appId ?? "";
    const context = {
      tenant: state.registry.tenant(code?.tenantName ?? "")?.displayName ?? "",
      appId,
      appName: state.registry.application(appId)?.displayName ?? "",
      scope: code?.scopes.join(" ") ?? "",
      resource: error.detail,
      detail: "",
    };
    const stamp = { nowMs: state.loginNow(), correlationId, host: request.host };
    return refusalPage(describeRefusal(error, context, stamp).error_description);
  }
}

/** Whom the page offers: the users of the device's tenant, or of every tenant. */
function peopleFor({ tenantName }: DeviceCode, state: EntraState): readonly Person[] {
  const most = 50;
  if (!sharedTenants.has(tenantName.toLowerCase())) {
    const tenant = state.registry.tenant(tenantName);
    return tenant === undefined ? [] : state.people.list(tenant.tenantId, most);
  }
  return [...state.registry.tenants()].flatMap(({ tenantId }) => state.people.list(tenantId, most));
}
