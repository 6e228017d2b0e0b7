// The app without a network: its own files are kept, nothing else is. VERSION and FILES stand
// above, put there by the service.

import { drain } from "./queue.js";
import { wind } from "./clock.js";

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const held = await caches.open(VERSION);
    await held.addAll(FILES.map((name) => new Request(name, { cache: "reload" })));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== VERSION) await caches.delete(name);
    await self.clients.claim();
  })());
});

// What the device door answers is never kept: it is not under /app/ at all.
self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  const isOurs = origin === location.origin && pathname.startsWith("/app/") && event.request.method === "GET";
  if (!isOurs || pathname.endsWith("/config.json")) return;
  event.respondWith((async () => {
    const held = await caches.open(VERSION);
    return (await held.match(event.request, { ignoreSearch: true })) ?? fetch(event.request);
  })());
});

self.addEventListener("sync", (event) => {
  if (event.tag === "send") event.waitUntil(wind().then(drain));
});
