import type { Exchange } from "../app/options.ts";
import { segmentsOf } from "../odata/path.ts";
import { SchemaChecker, type Schema } from "./schema.ts";

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly schema?: Schema;
  }[];
  readonly requestBody?: Content & { readonly required?: boolean };
  readonly responses: Readonly<Record<string, Content>>;
}

/** The parts of `../shared/data/graph-openapi.json` that are read here. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** One operation with its answer: alone or as a part of a `$batch`. */
interface Performed {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly requestBody: unknown;
  readonly status: number;
  readonly body: unknown;
}

/** Checks exchanges with Graph against its description. Answers deviations as text; empty if there are none. */
export interface Contract {
  /** Checks path, query options and body of the request. */
  readonly request: (exchange: Exchange) => readonly string[];
  /** Checks status and body of the answer; answers that faults made are skipped. */
  readonly answer: (exchange: Exchange) => readonly string[];
}

/** The deviation of a request whose path or method the data lacks. */
export const NOT_DESCRIBED = "not in the description";

interface Template {
  readonly segments: readonly string[];
  readonly operations: Readonly<Record<string, Operation>>;
}

const isParameter = (segment: string): boolean => segment.startsWith("{");

const fits = (template: string, segment: string): boolean => {
  if (isParameter(template)) return true;
  const equals = template.indexOf("={");
  if (equals > 0) return segment.startsWith(template.slice(0, equals + 1));
  return template.toLowerCase() === segment.toLowerCase();
};

const schemaOf = (content: Content | undefined): Schema | undefined =>
  content?.content && Object.values(content.content)[0]?.schema;

const label = (one: Performed): string => {
  const mark = one.target.indexOf("?");
  return `${one.method} ${mark < 0 ? one.target : one.target.slice(0, mark)}`;
};

/** @throws TypeError if the data is not an OpenAPI description. */
export function createContract(openapi: OpenApi): Contract {
  const checker = new SchemaChecker(openapi.components.schemas);
  const templates: Template[] = Object.entries(openapi.paths).map(([path, operations]) => ({
    segments: segmentsOf(path),
    operations,
  }));
  // Literal segments take precedence over parameters.
  const weight = (template: Template): number =>
    template.segments.reduce((sum, segment) => sum * 2 + (isParameter(segment) ? 0 : 1), 0);
  templates.sort((left, right) => weight(right) - weight(left));

  const operationOf = (method: string, target: string): Operation | undefined => {
    const mark = target.indexOf("?");
    const segments = segmentsOf(mark < 0 ? target : target.slice(0, mark));
    return templates.find(
      (template) =>
        template.segments.length === segments.length &&
        template.operations[method.toLowerCase()] !== undefined &&
        template.segments.every((part, index) => fits(part, segments[index] ?? "")),
    )?.operations[method.toLowerCase()];
  };

  const requestOf = (one: Performed): string[] => {
    const operation = operationOf(one.method, one.target);
    if (!operation) return [`${label(one)}: ${NOT_DESCRIBED}`];
    const found: string[] = [];
    const mark = one.target.indexOf("?");
    const allowed = new Map(
      (operation.parameters ?? [])
        .filter((parameter) => parameter.in === "query")
        .map((parameter) => [parameter.name.toLowerCase(), parameter]),
    );
    for (const [name, value] of new URLSearchParams(mark < 0 ? "" : one.target.slice(mark + 1))) {
      const parameter = allowed.get(name.toLowerCase());
      if (!parameter) found.push(`query option ${name} is not described`);
      else if (parameter.schema) {
        const typed = parameter.schema.type === "integer" ? Number(value) : value;
        found.push(...checker.check(parameter.schema, typed, name));
      }
    }
    const schema = schemaOf(operation.requestBody);
    if (one.requestBody === undefined) {
      if (operation.requestBody?.required) found.push("lacks its body");
    } else if (schema) found.push(...checker.check(schema, one.requestBody, "body"));
    else if (!operation.requestBody && !isEmpty(one.requestBody)) found.push("takes no body");
    return found.map((what) => `${label(one)}: ${what}`);
  };

  const answerOf = (one: Performed): string[] => {
    // Answers for paths that are not emulated or do not exist are not described.
    if (one.status === 501) return [];
    const operation = operationOf(one.method, one.target);
    // A path that the description lacks is reported as a deviation of the request.
    if (!operation && one.status < 400) return [];
    const described = operation?.responses[String(one.status)];
    if (one.status < 400 && !described) {
      return [`${label(one)}: answers ${one.status}, which is not described`];
    }
    const schema = schemaOf(described ?? operation?.responses["default"]) ?? {
      $ref: "#/components/schemas/ODataError",
    };
    if (one.status === 204 || (described && !schemaOf(described))) {
      return one.body === undefined ? [] : [`${label(one)}: a body with ${one.status}`];
    }
    return checker
      .check(schema, one.body, "body")
      .map((what) => `${label(one)} ${one.status}: ${what}`);
  };

  return {
    request: (exchange) => performed(exchange).flatMap(requestOf),
    answer: (exchange) => (exchange.faulty ? [] : performed(exchange).flatMap(answerOf)),
  };
}

const isEmpty = (body: unknown): boolean =>
  typeof body === "object" && body !== null && Object.keys(body).length === 0;

/** The exchange itself and, for a `$batch`, every part that was answered. */
function performed(exchange: Exchange): Performed[] {
  const target = exchange.url.replace(/^\/v1\.0/, "");
  const whole: Performed = {
    method: exchange.method,
    target,
    headers: exchange.requestHeaders,
    requestBody: exchange.requestBody,
    status: exchange.status,
    body: exchange.body,
  };
  if (!target.startsWith("/$batch") || exchange.status !== 200) return [whole];
  const requests = (exchange.requestBody as { requests: readonly BatchStep[] }).requests;
  const { responses } = exchange.body as { responses: readonly BatchReply[] };
  const parts = requests.flatMap((step): Performed[] => {
    const reply = responses.find((one) => one.id === step.id);
    if (!reply) return [];
    return [
      {
        method: step.method.toUpperCase(),
        target: step.url.startsWith("/") ? step.url : `/${step.url}`,
        headers: step.headers ?? {},
        requestBody: step.body,
        status: reply.status,
        body: reply.body,
      },
    ];
  });
  return [whole, ...parts];
}

interface BatchStep {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface BatchReply {
  readonly id: string;
  readonly status: number;
  readonly body?: unknown;
}
