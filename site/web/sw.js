// The service worker: keeps the whole site in this browser, so that after the
// first load the page works without a network. The build puts the constant
// `site` before this text: {version, files: [[address, integrity]…]}.
//
// Every version has a cache of its own. A new one is fetched beside the old and
// waits until a person takes it; pages of the version before find their files
// until the one after that.

const prefix = "layerlab-";
const name = prefix + site.version;
const scope = new URL("./", self.location);
const kept = new Set(site.files.map(([address]) => new URL(address, scope).href));

// keep puts one file into the cache. A file whose name carries its hash is
// taken from an older version where that has it.
async function keep(cache, address, integrity) {
  const url = new URL(address, scope).href;
  const hashed = address.startsWith("assets/");
  const older = hashed ? await caches.match(url) : undefined;
  if (older) return cache.put(url, older);
  const response = await fetch(url, { integrity, cache: hashed ? "default" : "no-cache", credentials: "same-origin" });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  await cache.put(url, response);
}

async function install() {
  const cache = await caches.open(name);
  try {
    await Promise.all(site.files.map(([address, integrity]) => keep(cache, address, integrity)));
  } catch (err) {
    await caches.delete(name);
    throw err;
  }
}

async function activate() {
  const older = (await caches.keys()).filter((key) => key.startsWith(prefix) && key !== name);
  // Names come in the order of their making: the last one is the one before.
  await Promise.all(older.slice(0, -1).map((key) => caches.delete(key)));
  await self.clients.claim();
}

self.addEventListener("install", (e) => e.waitUntil(install()));
self.addEventListener("activate", (e) => e.waitUntil(activate()));

self.addEventListener("message", (e) => {
  if (e.data === "take over") self.skipWaiting();
});

// Only what the build lists is answered here: answers of a registry or of the
// share links never come from a cache of ours.
self.addEventListener("fetch", (e) => {
  const { request } = e;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  url.hash = "";
  if (request.mode === "navigate") url.search = "";
  if (url.pathname === scope.pathname + "index.html") url.pathname = scope.pathname;
  if (kept.has(url.href)) e.respondWith(answer(request, url.href));
});

async function answer(request, url) {
  const own = await caches.open(name);
  const found = (await own.match(url)) ?? (await caches.match(url));
  // The browser may have cleared the cache: then the network has it.
  return found ?? fetch(request);
}
