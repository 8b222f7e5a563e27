import type { Desk } from "../desk/desk.ts";
export async function doctor(_desk: Desk): Promise<void> {}
