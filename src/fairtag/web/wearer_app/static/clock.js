// What time is it? The service's, as last heard: a phone's own clock may be wrong, and a demo's
// runs faster. Units: ms since 1970.

import { get, put } from "./store.js";

let set = { server: 0, device: 0, speed: 1 };

export async function wind() {
  set = (await get("clock")) ?? { server: Date.now(), device: Date.now(), speed: 1 };
}

export async function sync(serverTime, speed = set.speed) {
  set = { server: Date.parse(serverTime), device: Date.now(), speed };
  await put("clock", set);
}

export const now = () => Math.round(set.server + (Date.now() - set.device) * set.speed);
export const speed = () => set.speed;
export const iso = (ms) => new Date(ms).toISOString();
