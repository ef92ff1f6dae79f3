// <layer-lab>: a listing of a Dockerfile that comes alive.
//
//   <script src="https://…/embed.js" defer></script>
//   <layer-lab view="stack" step="3"><pre>
//   FROM alpine
//   RUN echo first
//   </pre></layer-lab>
//
// The <pre> holds a Dockerfile, or a whole workspace as txtar. It stays on the
// page until the lab in its place is ready, and for ever without JavaScript.
// The documentation is at docs/embed.html beside this file.
//
// Attributes: view (stack, editor, output, changes, tar, files, digests, commands, history,
// config, manifest, reproduce; several side by side), step, line, theme (light,
// dark), language (en, ko), height (in px), readonly, run (view, click), base
// (where Layerlab is; else where this script is from).
//
// Properties: load(text, view), step, digests() (a promise). Events, each with
// a detail: layerlab-ready, layerlab-built, layerlab-view, layerlab-fault.
{
  const home = new URL(".", document.currentScript.src);
  const patience = 30_000; // ms, after which it says that it is late
  const words = {
    en: { run: "Run in Layerlab", frame: "Layerlab", wait: "Layerlab is starting", late: "Layerlab has not started yet" },
    ko: { run: "Layerlab에서 실행", frame: "Layerlab", wait: "Layerlab 시작하는 중", late: "Layerlab이 아직 시작되지 않았습니다" },
  };

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { display: block; position: relative; margin: 1em 0; }
    :host([hidden]) { display: none; }
    iframe { display: block; box-sizing: border-box; width: 100%; border: 1px solid #8886; border-radius: 4px; color-scheme: normal; }
    iframe:not(.ready) { position: absolute; inset: 0; opacity: 0; pointer-events: none; }
    .ready ~ slot { display: none; }
    p { margin: 0; font: 12px/1.5 system-ui, sans-serif; }
    p:empty, .ready ~ p { display: none; }
    button { position: absolute; top: 8px; right: 8px; padding: 4px 12px; font: 14px/1.5 system-ui, sans-serif; cursor: pointer;
      color: #1f1c17; background: #fffefb; border: 1px solid #b9b09b; border-radius: 4px; }
    button:hover { background: #f3ecdb; }
    button:focus-visible { outline: 2px solid #85560a; outline-offset: 1px; }
  `);

  const seen = new IntersectionObserver(
    (entries) => entries.forEach((e) => e.isIntersecting && e.target.run()),
    { rootMargin: "200px" },
  );

  class LayerLab extends HTMLElement {
    static observedAttributes = ["step", "line", "theme", "language", "height"];
    #root = this.attachShadow({ mode: "open" });
    #frame = null;
    #text = null; // given by load
    #view = null;
    #now = ""; // the view that the lab tells of
    #ready = false;
    #asked = new Map(); // promises of digests()
    #hear = (e) => e.source === this.#frame?.contentWindow && e.origin === this.#base.origin && e.data?.layerlab === 1 && this.#heard(e.data);

    connectedCallback() {
      this.#root.adoptedStyleSheets = [sheet];
      this.#root.replaceChildren(document.createElement("slot"), document.createElement("p"));
      addEventListener("message", this.#hear);
      if (this.getAttribute("run") === "click") {
        const button = document.createElement("button");
        button.textContent = this.#words.run;
        button.onclick = () => this.run();
        this.#root.append(button);
      } else {
        seen.observe(this);
      }
    }

    disconnectedCallback() {
      removeEventListener("message", this.#hear);
      seen.unobserve(this);
      this.#frame = null;
      this.#ready = false;
    }

    attributeChangedCallback(name, before, value) {
      if (!this.#frame || before === value) return;
      if (name === "height") this.#frame.height = this.#height;
      else if (name === "step" || name === "line") this.#say("view", { view: this.#asView() });
      else this.#say("look", { [name]: value ?? "" });
    }

    // run starts the lab where it has not been.
    run() {
      seen.unobserve(this);
      if (this.#frame) return;
      this.#root.querySelector("button")?.remove();
      const note = this.#root.querySelector("p"); // seen until the lab is
      note.textContent = this.#words.wait;
      setTimeout(() => (note.textContent = this.#words.late), patience);
      const query = new URLSearchParams({ load: "1", view: this.getAttribute("view") || "stack" });
      for (const name of ["theme", "language"]) if (this.hasAttribute(name)) query.set(name, this.getAttribute(name));
      if (this.hasAttribute("readonly")) query.set("readonly", "1");
      const frame = document.createElement("iframe");
      frame.title = this.getAttribute("label") || this.#words.frame;
      frame.height = this.#height;
      frame.allow = "clipboard-write";
      frame.src = new URL(`embed.html?${query}`, this.#base);
      this.#frame = frame;
      this.#root.prepend(frame);
    }

    // load shows another workspace: a Dockerfile, or txtar. The view is as in a
    // link: "step=3&tab=digests".
    load(text, view = "") {
      [this.#text, this.#view] = [text, view];
      if (this.#ready) this.#give();
      else this.run();
    }

    get step() {
      return Number(new URLSearchParams(this.#now).get("step") ?? this.getAttribute("step")) || 0;
    }

    set step(n) {
      this.setAttribute("step", n);
      // The same number again, after somebody chose another step in the lab.
      this.#say("view", { view: this.#asView() });
    }

    // digests gives what the last build gave: {ok, image, problems}.
    digests() {
      const id = crypto.randomUUID?.() ?? String(Math.random());
      return new Promise((done) => {
        this.#asked.set(id, done);
        this.run();
        this.#say("digests", { id });
      });
    }

    get #base() {
      return this.hasAttribute("base") ? new URL(this.getAttribute("base").replace(/\/?$/, "/"), document.baseURI) : home;
    }

    get #words() {
      const lang = this.getAttribute("language") ?? this.closest("[lang]")?.lang ?? "";
      return /^ko\b/i.test(lang) ? words.ko : words.en;
    }

    get #height() {
      return Number(this.getAttribute("height")) || 360;
    }

    #asView() {
      const view = new URLSearchParams();
      for (const name of ["step", "line"]) if (this.hasAttribute(name)) view.set(name, this.getAttribute(name));
      return view.toString();
    }

    #say(type, more) {
      if (this.#ready || type === "load") this.#frame?.contentWindow?.postMessage({ layerlab: 1, type, ...more }, this.#base.origin);
    }

    #give() {
      let text = this.#text ?? this.querySelector("pre")?.textContent ?? "";
      if (!text.endsWith("\n")) text += "\n";
      // Without a file's header it is a Dockerfile alone.
      if (!/^-- .+ --$/m.test(text)) text = `-- Dockerfile --\n${text.replace(/^\n+/, "")}`;
      this.#say("load", { text, view: this.#view ?? this.#asView() });
    }

    #heard({ layerlab, type, id, ...more }) {
      if (type === "hello") {
        this.#ready = false;
        this.#give();
        return;
      }
      if (type === "digests") {
        this.#asked.get(id)?.(more);
        this.#asked.delete(id);
        return;
      }
      if (type === "ready") this.#ready = true;
      if (type === "view") this.#now = more.view;
      if (type === "built" || type === "fault") {
        this.#frame.className = "ready";
        for (const done of this.#asked.values()) done(more);
        this.#asked.clear();
      }
      this.dispatchEvent(new CustomEvent(`layerlab-${type}`, { detail: more, bubbles: true }));
    }
  }

  customElements.define("layer-lab", LayerLab);
}
