import type { CloudControl } from "../cloud-control.ts";
import { json, type CloudRequest, type CloudResponse } from "../http/exchange.ts";
import { listen, type Listener } from "../http/listener.ts";

/** Serves a control over HTTP on loopback: `POST /<command>` with the argument as JSON. */
export function serveControl(control: CloudControl): Promise<Listener> {
  return listen({ handle: (request) => answer(control, request) });
}

async function answer(control: CloudControl, request: CloudRequest): Promise<CloudResponse> {
  const name = request.target.slice(1);
  if (request.method !== "POST" || !isCommand(control, name))
    return json(404, { error: `Unknown command ${name}.` });
  try {
    const given = request.body.length === 0 ? [] : (JSON.parse(request.body.toString()) as unknown);
    const result = await (control[name] as (...given: unknown[]) => Promise<unknown>)(
      ...(Array.isArray(given) ? given : [given]),
    );
    return json(200, { result: result ?? null });
  } catch (error) {
    return json(400, { error: error instanceof Error ? error.message : String(error) });
  }
}

function isCommand(control: CloudControl, name: string): name is keyof CloudControl {
  return Object.hasOwn(control, name);
}
