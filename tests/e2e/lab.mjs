// The page as a person finds it: by role and accessible name.
import { watch } from "./browser.mjs";
import { names } from "./names.mjs";

// How long something may take to come, in ms: it is for what never comes, and
// holds nobody to a time. LAYERLAB_PATIENCE is another one, in seconds.
const patience = 1000 * (process.env.LAYERLAB_PATIENCE ?? 60);

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// poll calls check until it gives something true, and gives that. Where it
// never does, the error says what was waited for.
export async function poll(what, check, ms = patience) {
  const end = performance.now() + Math.max(ms, patience);
  for (let last; ; await sleep(40)) {
    try {
      const value = await check();
      if (value) return value;
      last = undefined;
    } catch (err) {
      last = err; // an element that is just being replaced
    }
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`, { cause: last });
  }
}

// selector asks a browser for its own answer to a role and a name.
export function selector(role, name) {
  const quote = name?.includes('"') ? "'" : '"';
  return `::-p-aria(${name === undefined ? "" : `[name=${quote}${name}${quote}]`}[role="${role}"])`;
}

export class Lab {
  // open loads the page and waits for its first stack. Without a context the
  // page has one of its own, in which nothing is kept from others. With kept
  // false the browser keeps no copy of the site for the page, which takes a
  // while and would be done for every page of its own.
  static async open(browser, url, { width = 1440, height = 900, language = "en", theme = "light", context, kept = true } = {}) {
    const own = context ?? (await browser.context());
    const lab = new Lab(await own.newPage(), own, browser.name);
    await lab.page.setViewport({ width, height });
    await lab.page.evaluateOnNewDocument(
      (lang, shade) => {
        if (origin === "null") return; // the empty page before, which has no storage
        localStorage.setItem("layerlab.lang", lang);
        localStorage.setItem("layerlab.theme", shade);
      },
      language,
      theme,
    );
    if (lab.computed) await lab.page.evaluateOnNewDocument(names);
    if (!kept) {
      await lab.page.evaluateOnNewDocument(() => Object.defineProperty(navigator, "serviceWorker", { value: undefined }));
    }
    await lab.page.goto(url);
    await lab.settled();
    return lab;
  }

  constructor(page, context, browser) {
    this.page = page;
    this.context = context;
    this.computed = browser === "firefox";
    this.complaints = watch(page);
  }

  close() {
    return this.context.close();
  }

  // dress changes the size, the language and the theme of the page as it stands,
  // with the pointer out of the way.
  async dress({ width = 1440, height = 900, language = "en", theme = "light" } = {}) {
    await this.page.mouse.move(0, 0);
    await this.page.setViewport({ width, height });
    await this.page.evaluate((language, theme) => {
      const root = document.documentElement;
      root.dataset.theme = theme;
      if (root.lang !== language) document.querySelector(`button[lang="${language}"]`).click();
    }, language, theme);
    await this.settled();
  }

  // look gives the element with a role and an accessible name, or null. How it
  // is found is told in names.mjs.
  async look(role, name) {
    if (this.computed) {
      return (await this.page.evaluateHandle((role, name) => byRole(role, name)[0] ?? null, role, name)).asElement();
    }
    return this.page.$(`>>> ${selector(role, name)}`);
  }

  // find waits for it.
  find(role, name) {
    return poll(`${role} ${JSON.stringify(name ?? "")}`, () => this.look(role, name));
  }

  async click(role, name) {
    if (role === "tab") await this.reach(name);
    await (await this.find(role, name)).click();
  }

  // reach goes to the level of the inspector that has a tab: the image, a
  // layer, a file.
  async reach(tab) {
    for (const level of ["image", "layer"]) {
      if (await this.look("tab", tab)) return;
      await this.page.$eval(`.crumb-${level}`, (e) => e.click());
      await this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    }
  }

  // rows are the descriptions of the rows of the inspector's list in sight: the
  // whole path first.
  rows() {
    return this.page.$$eval('.inspector [role="treeitem"]', (list) => list.map((e) => e.title));
  }

  // row gives the row of the inspector's list whose description begins with a path.
  row(path) {
    return poll(`the row ${path}`, async () => {
      for (const row of await this.page.$$('.inspector [role="treeitem"]')) {
        if ((await row.evaluate((e) => e.title)).startsWith(`${path}, `)) return row;
      }
    });
  }

  async pick(path) {
    await (await this.row(path)).click();
  }

  async text(role, name) {
    return (await this.find(role, name)).evaluate((e) => e.textContent);
  }

  // chord presses keys together.
  async chord(...keys) {
    for (const key of keys) await this.page.keyboard.down(key);
    for (const key of keys.reverse()) await this.page.keyboard.up(key);
  }

  // edit puts the caret into the open file; with all, everything is selected.
  async edit(path, { all = false } = {}) {
    const editor = await this.find("textbox", `Content of ${path}`);
    await editor.focus();
    await this.chord("Control", all ? "a" : "End");
    return editor;
  }

  // type types a text in the place of that of the open file, key by key.
  async type(path, text) {
    await this.edit(path, { all: true });
    await this.page.keyboard.press("Backspace");
    await this.page.keyboard.type(text);
  }

  // write pastes it, which is quicker.
  async write(path, text) {
    await this.paste(await this.edit(path, { all: true }), text);
    await this.settled();
  }

  // paste puts a text where the caret is.
  paste(editor, text) {
    return editor.evaluate((e, text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", text);
      // Firefox takes the text, the others the transfer.
      const init = { clipboardData, data: text, dataType: "text/plain", bubbles: true, cancelable: true };
      e.dispatchEvent(new ClipboardEvent("paste", init));
    }, text);
  }

  // add makes a file of the workspace and opens it.
  async add(path, text) {
    await this.click("button", "New file");
    await (await this.find("textbox", "Path of the file")).focus();
    await this.page.keyboard.type(path);
    await this.page.keyboard.press("Enter");
    await this.write(path, text);
  }

  // strata are the accessible names of what is in the stack, top first: of all
  // strata, or of those that match a selector.
  strata(matching = "*") {
    return this.page.$$eval(`[role="listbox"] [role="option"]:is(${matching})`, (list) => {
      const heard = (node) =>
        node.nodeType === Node.TEXT_NODE ? node.data
        : node.ariaHidden === "true" ? ""
        : [...node.childNodes].map(heard).join("");
      return list.map((e) => (e.ariaLabel ?? heard(e)).replace(/\s+/g, " ").trim());
    });
  }

  // chosen is the name of the chosen stratum.
  async chosen() {
    return (await this.strata('[aria-selected="true"]'))[0];
  }

  // stack waits until the names of the strata begin with these, top first.
  stack(...wanted) {
    return poll(`the stack ${JSON.stringify(wanted)}`, async () => {
      const names = await this.strata();
      return names.length === wanted.length && names.every((name, i) => name.startsWith(wanted[i])) && names;
    });
  }

  // settled waits until the engine has answered to what is on screen, and
  // nothing moves any more.
  async settled() {
    const frames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    await this.page.evaluate(frames);
    await poll("a finished build", () =>
      this.page.$eval("[data-status]", (e) => ["ready", "stale"].includes(e.dataset.status)));
    await this.page.evaluate(frames);
    await this.page.evaluate(async () => {
      await Promise.allSettled(document.getAnimations().map((a) => a.finished));
    });
  }

  // digests opens the digests of a stratum and gives them as the page shows
  // them: {DiffID, ChainID}.
  async digests(stratum) {
    await this.click("option", stratum);
    await this.click("tab", "Digests");
    const text = await this.text("region", "Digests");
    const after = (word) => text.match(new RegExp(`${word}\\s*(sha256:[0-9a-f]{64})`))?.[1];
    return { DiffID: after("DiffID"), ChainID: text.match(/.*ChainID\s*(sha256:[0-9a-f]{64})/s)?.[1] };
  }
}
