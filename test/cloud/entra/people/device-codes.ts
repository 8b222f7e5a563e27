import { randomBytes, randomInt } from "node:crypto";

/** What a device asked for, and what the person at the page answered. */
export interface DeviceCode {
  readonly userCode: string;
  /** As the device named it: a tenant, `organizations` or `common`. */
  readonly tenantName: string;
  readonly appId: string;
  readonly scopes: readonly string[];
  readonly issuedMs: number;
  answer:
    | "pending"
    | "declined"
    | "redeemed"
    | { readonly tenantId: string; readonly personId: string };
}

/** The device codes that were issued. */
export interface DeviceCodes {
  /** Keeps a request and answers the device's text. */
  add(asked: Omit<DeviceCode, "userCode" | "answer">): { deviceCode: string; userCode: string };
  byDevice(deviceCode: string): DeviceCode | undefined;
  byPerson(userCode: string): DeviceCode | undefined;
}

/** v2-oauth2-device-code: the person has 15 minutes. */
export const deviceCodeSeconds = 900;
/** Older codes are forgotten. */
const mostKept = 1000;
/** Nine signs, as seen in public issues. */
const signs = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

export function createDeviceCodes(): DeviceCodes {
  const codes = new Map<string, DeviceCode>();
  return {
    add(asked) {
      const deviceCode = randomBytes(96).toString("base64url");
      const userCode = Array.from({ length: 9 }, () => signs[randomInt(signs.length)]).join("");
      codes.set(deviceCode, { ...asked, userCode, answer: "pending" });
      const [oldest] = codes.size > mostKept ? codes.keys() : [];
      if (oldest !== undefined) codes.delete(oldest);
      return { deviceCode, userCode };
    },
    byDevice: (deviceCode) => codes.get(deviceCode),
    byPerson: (userCode) =>
      [...codes.values()].findLast((code) => code.userCode === userCode.trim().toUpperCase()),
  };
}

/** Whether the person has taken too long. */
export const isExpired = ({ issuedMs }: DeviceCode, nowMs: number): boolean =>
  nowMs - issuedMs > deviceCodeSeconds * 1000;
