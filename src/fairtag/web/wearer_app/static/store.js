// What is kept on this device? No name, no birthday, no nationality, no template; what is not sent
// for 7 days is gone, and `wipe` leaves nothing. (design.md §4)

export const MOST_KEPT_MS = 7 * 24 * 3600 * 1000;
const NAME = "fairtag";
let opening = null;

function database() {
  opening ??= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("kept");
      asked.result.createObjectStore("prompts", { keyPath: "id" });
      asked.result.createObjectStore("outbox", { keyPath: "n", autoIncrement: true });
    };
    asked.onsuccess = () => {
      // Somebody else wipes: let go, or they wait for us.
      asked.result.onversionchange = () => { asked.result.close(); opening = null; };
      done(asked.result);
    };
    asked.onerror = () => failed(asked.error);
  });
  return opening;
}

async function within(name, mode, work) {
  const held = (await database()).transaction(name, mode);
  const asked = work(held.objectStore(name));
  return new Promise((done, failed) => {
    held.oncomplete = () => done(asked?.result);
    held.onabort = () => failed(held.error);
  });
}

export const get = (key) => within("kept", "readonly", (store) => store.get(key));
export const put = (key, value) => within("kept", "readwrite", (store) => store.put(value, key));

export const prompts = {
  all: () => within("prompts", "readonly", (store) => store.getAll()),
  get: (id) => within("prompts", "readonly", (store) => store.get(id)),
  put: (prompt) => within("prompts", "readwrite", (store) => store.put(prompt)),
};

export const outbox = {
  all: () => within("outbox", "readonly", (store) => store.getAll()),
  add: (entry) => within("outbox", "readwrite", (store) => store.add(entry)),
  remove: (n) => within("outbox", "readwrite", (store) => store.delete(n)),
};

// Take away what has waited too long, sent or not. `now` is the time that the app goes by.
export async function purge(now) {
  const old = now - MOST_KEPT_MS;
  for (const entry of await outbox.all()) if (entry.made_at < old) await outbox.remove(entry.n);
  const gone = (await prompts.all()).filter((one) => one.expires_at < old);
  await within("prompts", "readwrite", (store) => { for (const one of gone) store.delete(one.id); });
  const messages = (await get("messages")) ?? [];
  if (messages.some((one) => one.at < old)) await put("messages", messages.filter((one) => one.at >= old));
}

// Delete everything; resolves when it is gone.
export async function wipe() {
  if (opening) (await opening).close();
  opening = null;
  await new Promise((done, failed) => {
    const asked = indexedDB.deleteDatabase(NAME);
    asked.onsuccess = () => done();
    asked.onerror = () => failed(asked.error);
  });
}
