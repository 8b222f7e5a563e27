/* Fetches each input URL and prints its status or error code, to test the redirect and faults. */
interface Input {
  readonly requests: readonly {
    url: string;
    method?: string;
    headers?: Record<string, string>;
    body?: string;
    timeoutMs?: number;
  }[];
}

const { requests } = JSON.parse(process.env["CLIENT_INPUT"] ?? "{}") as Input;
const answers: unknown[] = [];
for (const { url, timeoutMs = 5000, ...request } of requests) {
  try {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(timeoutMs) });
    const body = await response.text();
    answers.push({
      status: response.status,
      body,
      headers: Object.fromEntries(response.headers),
    });
  } catch (error) {
    const { name, cause } = error as Error & { cause?: { code?: string } };
    answers.push({ error: cause?.code ?? name });
  }
}
process.stdout.write(JSON.stringify(answers));
