import { notEmulated, type CloudRequest, type CloudResponse } from "../http/exchange.ts";
import { instanceDiscovery, keySet, openIdConfiguration } from "./discovery.ts";
import type { EntraState } from "./entra-state.ts";
import { answerAuthorize } from "./people/authorize.ts";
import { answerDevicePage } from "./people/device-page.ts";
import { EntraRefusal } from "./refusals/refusal.ts";
import { answerDeviceCodeRequest, answerTokenRequest, refuse } from "./token-endpoint.ts";
import { readTokenRequest } from "./token-request.ts";

/** login.microsoftonline.com: discovery, keys and the token endpoint for applications. */
export interface Entra {
  readonly state: EntraState;
  handle(request: CloudRequest, count: (operation: string) => void): CloudResponse;
  /** The refusal with this AADSTS number, with its text for this request. */
  refuse(request: CloudRequest, code: number): CloudResponse;
}

const tokenPath = /^\/([^/]+)\/oauth2\/(v2\.0\/)?token$/iu;
const configurationPath = /^\/([^/]+)\/(v2\.0\/)?\.well-known\/openid-configuration$/iu;
const keysPath = /^\/([^/]+)\/discovery\/(v2\.0\/)?keys$/iu;
const authorizePath = /^\/([^/]+)\/oauth2\/v2\.0\/authorize$/iu;
const deviceCodePath = /^\/([^/]+)\/oauth2\/v2\.0\/devicecode$/iu;
const devicePagePath = /^\/(common\/oauth2\/deviceauth|device)$/iu;
const interactivePath =
  /^\/([^/]+)\/(oauth2\/(v2\.0\/)?(authorize|devicecode|logout)|adminconsent|v2\.0\/adminconsent)$/iu;

/** Serves the state's tenants. The Date header of answers shows Entra's clock. */
export function createEntra(state: EntraState): Entra {
  const route = (request: CloudRequest, count: (operation: string) => void): CloudResponse => {
    const path = request.target.split("?")[0] ?? "/";
    const token = tokenPath.exec(path);
    if (token?.[1] !== undefined) {
      count("token");
      const form = readTokenRequest(request, decodeURIComponent(token[1]), token[2] ? 2 : 1);
      return answerTokenRequest(request, form, state);
    }
    const configuration = configurationPath.exec(path);
    if (configuration?.[1] !== undefined) {
      count("discovery");
      const name = decodeURIComponent(configuration[1]);
      return openIdConfiguration(request, name, configuration[2] ? 2 : 1, state);
    }
    if (/^\/common\/discovery\/instance$/iu.test(path)) {
      count("instance-discovery");
      return instanceDiscovery(request, state);
    }
    const keys = keysPath.exec(path);
    if (keys?.[1] !== undefined) {
      count("keys");
      return keySet(request, decodeURIComponent(keys[1]), keys[2] ? 2 : 1, state);
    }
    const authorize = authorizePath.exec(path);
    if (authorize?.[1] !== undefined) {
      count("authorize");
      return answerAuthorize(request, decodeURIComponent(authorize[1]), state);
    }
    const deviceCode = deviceCodePath.exec(path);
    if (deviceCode?.[1] !== undefined) {
      count("device-code");
      const form = readTokenRequest(request, decodeURIComponent(deviceCode[1]), 2);
      return answerDeviceCodeRequest(request, form, state);
    }
    if (devicePagePath.test(path)) {
      count("device-page");
      return answerDevicePage(request, state);
    }
    if (interactivePath.test(path)) {
      count("interactive");
      return notEmulated("interactive sign-in and consent");
    }
    count("unknown");
    return { status: 404, headers: { "Content-Type": "text/html" }, body: "<html>404</html>" };
  };
  return {
    state,
    handle(request, count) {
      const answer = route(request, count);
      return { ...answer, headers: { ...answer.headers, Date: dateOf(state.loginNow()) } };
    },
    refuse(request, code) {
      const path = tokenPath.exec(request.target.split("?")[0] ?? "/");
      const form = readTokenRequest(request, path?.[1] ?? "common", path?.[2] ? 2 : 1);
      return refuse(new EntraRefusal(code), form, state);
    },
  };
}

const dateOf = (ms: number): string => new Date(ms).toUTCString();
