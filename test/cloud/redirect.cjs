/*
 * Preload (`node --require redirect.cjs`): connects production host names on port 443 to the local cloud.
 *
 * LOCAL_CLOUD_REDIRECT is JSON of host name, or `*.suffix`, to loopback port. Only the address of the
 * TCP connection changes: TLS still sends and verifies the production name, against the CA that
 * NODE_EXTRA_CA_CERTS adds. Every host that is neither in the table nor loopback is refused: no test
 * reaches the internet.
 */
"use strict";

const net = require("node:net");
const process = require("node:process");

const table = JSON.parse(process.env.LOCAL_CLOUD_REDIRECT ?? "{}");
const loopback = new Set(["127.0.0.1", "::1", "localhost", "::ffff:127.0.0.1"]);
// oxlint-disable-next-line typescript/unbound-method -- called with the socket as its `this` below
const connect = net.Socket.prototype.connect;

function portOf(host) {
  const name = host.toLowerCase();
  if (Object.hasOwn(table, name)) return table[name];
  const wildcard = `*.${name.slice(name.indexOf(".") + 1)}`;
  return Object.hasOwn(table, wildcard) ? table[wildcard] : undefined;
}

function refusal(host, port) {
  const error = new Error(
    `The local cloud refused a connection to ${host}:${port}: the host is not in LOCAL_CLOUD_REDIRECT.`,
  );
  error.code = "ELOCALCLOUD";
  process.stderr.write(`${error.message}\n`);
  return error;
}

/** The connection's options with the address replaced, or an error. */
function redirected(options) {
  // Agents pass `path` as null; only a non-null one is a pipe.
  if (options.path) return options;
  const host = options.host ?? "localhost";
  if (loopback.has(host)) return options;
  const port = portOf(host);
  if (port === undefined || Number(options.port) !== 443) return refusal(host, options.port);
  return { ...options, host: "127.0.0.1", port };
}

/*
 * tls.connect, https, http2, fetch and every agent call Socket.prototype.connect, whose first
 * argument is options, or net.connect's own normalized array of options and callback, or
 * (port, host, callback).
 */
net.Socket.prototype.connect = function connectRedirected(...given) {
  const normalized = Array.isArray(given[0]) ? given[0] : undefined;
  const first = normalized === undefined ? given[0] : normalized[0];
  let options = first;
  if (typeof first === "number" || (typeof first === "string" && /^\d+$/u.test(first)))
    options = { port: Number(first), ...(typeof given[1] === "string" && { host: given[1] }) };
  else if (typeof first === "string") options = { path: first };
  const target = redirected(options);
  if (target instanceof Error) {
    process.nextTick(() => this.destroy(target));
    return this;
  }
  if (target === options) return connect.apply(this, given);
  if (normalized !== undefined) {
    normalized[0] = target;
    return connect.apply(this, given);
  }
  const callback = given.find((argument) => typeof argument === "function");
  return connect.call(this, target, ...(callback === undefined ? [] : [callback]));
};
