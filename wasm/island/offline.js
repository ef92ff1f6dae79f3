// The page without a network: the service worker that keeps the site in this
// browser, new versions of it, and whether there is a network now.
import { assets } from "./assets.js";

// How often a page that stays open asks for a new version, in ms.
const askEvery = 60 * 60_000;

export class Offline {
  #state = { online: navigator.onLine, kept: "", update: false };
  #tell;
  #waiting = null; // the new version's worker
  #taking = false;

  // tell is given {online, kept, update} whenever one of them changes: whether
  // there is a network; "" where this page cannot be kept, "keeping", "kept" or
  // "failed"; whether a new version waits.
  constructor(tell) {
    this.#tell = tell;
    for (const type of ["online", "offline"]) addEventListener(type, () => this.#set({ online: navigator.onLine }));
    if (!navigator.onLine) this.#set({});
  }

  // start keeps the site. It is called once the page is at work, since keeping
  // fetches everything again, mostly out of the browser's own cache.
  async start() {
    const workers = navigator.serviceWorker;
    if (!workers || !assets.offline) return;
    const controlled = workers.controller !== null;
    this.#set({ kept: controlled ? "kept" : "keeping" });
    workers.addEventListener("controllerchange", () => {
      if (this.#taking) location.reload();
      // Another page took the new version: here it is still the old one.
      else if (controlled) this.#set({ update: true });
    });
    try {
      const registration = await workers.register(assets.offline, { updateViaCache: "none" });
      this.#watch(registration);
      registration.addEventListener("updatefound", () => this.#watch(registration));
      setInterval(() => navigator.onLine && registration.update().catch(() => {}), askEvery);
      await workers.ready;
      this.#set({ kept: "kept" });
    } catch (err) {
      if (controlled) return; // offline, or nothing there to ask: what is kept stays
      console.info("the page is not kept for offline use:", err);
      this.#set({ kept: "failed" });
    }
  }

  // update takes the new version: the page loads again.
  update() {
    this.#taking = true;
    if (this.#waiting) this.#waiting.postMessage("take over");
    else location.reload();
  }

  // watch waits until a new version, or the first one, is there in whole.
  #watch(registration) {
    const fresh = registration.installing ?? registration.waiting;
    if (!fresh) return;
    const look = () => {
      if (fresh.state === "installed" && registration.active) {
        this.#waiting = fresh;
        this.#set({ update: true });
      } else if (fresh.state === "redundant" && !registration.active) {
        this.#set({ kept: "failed" });
      }
    };
    fresh.addEventListener("statechange", look);
    look();
  }

  #set(change) {
    this.#state = { ...this.#state, ...change };
    this.#tell(this.#state);
  }
}
