// What does the app know of its order? The last answer of /me, and what the service says of itself.

import { sync } from "./clock.js";
import { isHelpWaiting } from "./queue.js";
import { ask } from "./server.js";
import { get, put } from "./store.js";
import { setZone } from "./words.js";
import { NIGHT } from "./limits.js";

let me = null;
let config = { emergency: "999", is_demo: false, is_rehearsal: false, speed: 1 };

export async function begin() {
  me = (await get("me")) ?? null;
  config = (await get("config")) ?? config;
  if (me) setZone(me.time_zone);
  try {
    config = await (await fetch("config.json", { cache: "no-store" })).json();
    await put("config", config);
  } catch {
    // Without a network, what was last heard holds.
  }
}

export async function renew() {
  const { ok, told } = await ask("me");
  if (ok) await take(told);
}

export async function take(told) {
  me = told;
  setZone(me.time_zone);
  await put("me", me);
  if (!(await isHelpWaiting())) await put("paused_until", me.is_paused ? Date.parse(me.paused_until) || Infinity : null);
  await sync(me.server_time, config.speed);
}

// What the inbox says of hours and pauses holds from then on, also without a network.
export async function heed({ protected_hours: hours, time_zone, paused, paused_until: until }) {
  const told = hours.split(",").map((one) => ({ from: one.slice(0, 5), to: one.slice(6, 11) }));
  me = { ...me, protected_hours: told, time_zone };
  setZone(time_zone);
  await put("me", me);
  if (await isHelpWaiting()) return;
  await put("paused_until", paused ? (until ? Date.parse(until) : Infinity) : null);
}

export const forget = () => { me = null; };
export const known = () => me;
export const settings = () => config;
export const zone = () => me?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
export const hours = () => (me?.protected_hours?.length ? me.protected_hours : NIGHT);
