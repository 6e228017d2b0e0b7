// How does the app speak with the service? The token goes in a header, never in an address.

import { get } from "./store.js";

const PATIENCE_MS = 30_000;
export const PHOTOS_MS = 180_000; // three pictures over a slow line
export class Offline extends Error {}
export class Busy extends Offline {} // the service was reached, and takes this later
export class Unpaired extends Error {}

export async function ask(path, { method = "GET", body, type, token, patience = PATIENCE_MS } = {}) {
  const headers = { Authorization: `Bearer ${token ?? (await get("token"))}` };
  if (type) headers["Content-Type"] = type;
  let answer;
  try {
    answer = await fetch(`/d/v1/${path}`, {
      method, body, headers, cache: "no-store", credentials: "omit", redirect: "error",
      signal: AbortSignal.timeout(patience),
    });
  } catch (error) {
    throw new Offline(String(error));
  }
  if (answer.status === 401) throw new Unpaired();
  if (answer.status === 429 || answer.status >= 500) throw new Busy(`status ${answer.status}`);
  const told = await answer.json().catch(() => ({}));
  return { ok: answer.ok, status: answer.status, told };
}

export const postJson = (path, told, more = {}) =>
  ask(path, { method: "POST", body: JSON.stringify(told), type: "application/json", ...more });
