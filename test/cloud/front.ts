import type { ServiceCounters, ServiceName } from "./cloud-control.ts";
import { applyFault } from "./faults/apply-fault.ts";
import type { Faults } from "./faults/faults.ts";
import { serviceOf, type HostNames } from "./host-names.ts";
import { createCounters, type Counters } from "./http/counters.ts";
import type { CloudAnswer, CloudRequest, CloudResponse } from "./http/exchange.ts";
import type { Latency } from "./http/latency.ts";

/** A service behind the front. */
export interface FrontService {
  handle(
    request: CloudRequest,
    count: (operation: string) => void,
  ): CloudAnswer | Promise<CloudAnswer>;
  /** The service's own refusal by AADSTS number. */
  refuse?(request: CloudRequest, code: number): CloudResponse;
}

/** The front of all services: routes a request to one, and adds faults and latency. */
export interface Front {
  /** Answers a request to the port of `service`; a public Host header takes precedence. */
  handle(service: ServiceName, request: CloudRequest): Promise<CloudAnswer>;
  connected(service: ServiceName): void;
  counters(): Readonly<Record<ServiceName, ServiceCounters>>;
  resetCounters(): void;
}

export function createFront(options: {
  readonly services: Readonly<Record<ServiceName, FrontService>>;
  readonly names: HostNames;
  readonly faults: Faults;
  readonly latency: Latency;
  readonly retryAfter: (seconds: number) => string;
}): Front {
  const counters: Readonly<Record<ServiceName, Counters>> = {
    login: createCounters(),
    graph: createCounters(),
    vault: createCounters(),
    identity: createCounters(),
    management: createCounters(),
  };
  const all = Object.entries(counters) as [ServiceName, Counters][];
  return {
    async handle(asked, request) {
      const name = serviceOf(request.host, options.names) ?? asked;
      const service = options.services[name];
      const handle = async (): Promise<CloudAnswer> => {
        await options.latency.wait(name);
        return service.handle(request, (operation) => counters[name].operation(operation));
      };
      const effect = options.faults.meet(name, request);
      const answer =
        effect === undefined
          ? await handle()
          : await applyFault(effect, {
              handle,
              ...(service.refuse && {
                refuse: (code: number) => service.refuse?.(request, code) ?? { status: 500 },
              }),
              retryAfter: options.retryAfter,
            });
      counters[name].answered("connection" in answer ? answer.connection : String(answer.status));
      return answer;
    },
    connected: (service) => counters[service].connection(),
    counters: () =>
      Object.fromEntries(all.map(([name, counter]) => [name, counter.read()])) as Record<
        ServiceName,
        ServiceCounters
      >,
    resetCounters() {
      for (const [, counter] of all) counter.reset();
    },
  };
}
