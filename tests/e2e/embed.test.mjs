// Labs inside other pages: the documentation's, and one of another site.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { violations } from "./axe.mjs";
import { browsers, launch, watch } from "./browser.mjs";
import { poll } from "./lab.mjs";
import { nativeBuild, serve, site as root } from "./site.mjs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

// frame gives the document inside a lab, once it is ready.
async function frame(page, name) {
  const handle = await poll(`the frame ${name}`, async () => {
    const found = await page.$(`>>> iframe[title="${name}"]`);
    await found?.scrollIntoView();
    return found;
  });
  const inside = await handle.contentFrame();
  await poll(`${name} to be built`, () => inside.$eval('[data-status="ready"]', () => true), 60_000);
  return inside;
}

const strata = (inside) => inside.$$eval('[role="option"]', (list) => list.map((e) => e.textContent.trim()));
const shown = (inside) =>
  inside.$$eval(".topbar, .pane", (list) => list.filter((e) => e.checkVisibility()).map((e) => e.className.replace("pane ", "")).join());

for (const name of browsers) {
  describe(`embedding (${name})`, () => {
    let site, browser, folder, other;
    before(async () => {
      site = await serve();
      browser = await launch(name);
      folder = await mkdtemp(join(tmpdir(), "layerlab-"));
      // Pages of another site, which is isolated: one knows Layerlab by its
      // address alone, one has the script at home and names the address.
      other = createServer(async (req, res) => {
        res.setHeader("cross-origin-opener-policy", "same-origin");
        res.setHeader("cross-origin-embedder-policy", "require-corp");
        if (req.url === "/embed.js") {
          res.setHeader("content-type", "text/javascript");
          res.end(await readFile(`${root}/embed.js`));
          return;
        }
        const home = req.url === "/home";
        res.setHeader("content-type", "text/html; charset=utf-8");
        res.end(`<!doctype html><html lang="ko"><title>Elsewhere</title><link rel="icon" href="data:,">
          <script src="${home ? "" : site.url}/embed.js" defer></script>
          <layer-lab view="stack" ${home ? `base="${site.url}"` : ""} label="Elsewhere"><pre>\nFROM scratch\nCOPY Dockerfile /\n</pre></layer-lab>
          <layer-lab view="digests" run="click" label="Waiting"><pre>FROM scratch\n</pre></layer-lab>`);
      });
      await new Promise((done) => other.listen(0, "127.0.0.1", done));
    });
    after(async () => {
      await browser?.close();
      await site?.stop();
      other?.close();
      await rm(folder, { recursive: true, force: true });
    });

    // visit opens a page in a context of its own, where first runs in every frame.
    async function visit(url, body, first) {
      const context = await browser.context();
      try {
        const page = await context.newPage();
        const complaints = watch(page);
        await page.setViewport({ width: 1024, height: 900 });
        await page.evaluateOnNewDocument(() => {
          globalThis.pages = 0;
          addEventListener("layerlab-ready", (e) => (globalThis.pages = Math.max(pages, e.detail.pages)));
        });
        if (first) await page.evaluateOnNewDocument(first);
        await page.goto(url);
        await body(page);
        assert.deepEqual(complaints, []);
      } finally {
        await context.close();
      }
    }

    test("the documentation shows every view, on one engine", () => visit(`${site.url}/docs/embed.html`, async (page) => {
      assert.equal((await page.$$(">>> layer-lab pre")).length, 7, "listings");
      const stack = await frame(page, "Example: stack");
      assert.equal(await shown(stack), "sample");
      assert.match((await strata(stack))[2], /^Layer 3, COPY \.\/second\.txt/);
      assert.match(await stack.$eval('[role="option"][aria-selected="true"]', (e) => e.textContent), /COPY \.\/second\.txt/);
      await poll("the way to the whole page", () =>
        stack.$eval(".embed-foot a", (a, url) => a.href.startsWith(`${url}/#step=3&w=1.`), site.url));
      assert.equal(await page.$eval("#example-stack pre", (e) => e.checkVisibility()), false, "the listing is still there");

      assert.equal(await shown(await frame(page, "Example: editor and stack")), "editor,sample");
      const changes = await frame(page, "Example: changes");
      assert.equal(await shown(changes), "inspector");
      await poll("the whiteout", () => changes.$$eval('[role="treeitem"]', (rows) => rows.some((e) => /removed.*app\//s.test(e.textContent))));
      await poll("the history", async () =>
        (await frame(page, "Example: history")).$eval(".inspector", (e) => e.textContent.includes("COPY /out /bin/program # buildkit")));
      const digests = await frame(page, "Example: digests");
      assert.deepEqual(await digests.evaluate(() => [document.documentElement.lang, document.documentElement.dataset.theme]), ["ko", "dark"]);
      assert.match((await strata(await frame(page, "Example: frame")))[2], /^Layer 3, COPY/);

      // It says the digests that the native engine computes.
      await frame(page, "Example: script");
      await page.evaluate(() => document.getElementById("example-api").load("FROM scratch\nCOPY Dockerfile /\n"));
      const said = await page.evaluate(() => document.getElementById("example-api").digests());
      await writeFile(join(folder, "Dockerfile"), "FROM scratch\nCOPY Dockerfile /\n");
      const want = await nativeBuild(folder);
      assert.deepEqual(said.image.layers.map((l) => l.diffId), want.diff_ids);
      assert.equal(said.image.id, want.image_id);

      const events = await page.evaluate(async () => {
        const lab = document.getElementById("example-editor");
        const told = new Promise((done) => lab.addEventListener("layerlab-view", (e) => done(e.detail.view), { once: true }));
        lab.step = 2;
        const view = await told;
        const fault = new Promise((done) => lab.addEventListener("layerlab-fault", (e) => done(e.detail.text), { once: true }));
        lab.load("-- ../a --\n");
        return { view, step: lab.step, fault: await fault };
      });
      assert.deepEqual([events.view, events.step], ["step=2", 2]);
      assert.match(events.fault, /\.\.\/a/);

      // The engine says how many pages it has.
      assert.ok((await page.evaluate(() => pages)) > 4, "every lab has an engine of its own");
      if (name === "chrome") {
        const { targetInfos } = await (await page.target().createCDPSession()).send("Target.getTargets");
        assert.equal(targetInfos.filter((t) => t.type === "shared_worker").length, 1, "engines");
      }
      // Of this browser's own nothing was touched.
      assert.deepEqual(await page.evaluate(async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length]), [0, 0, 0]);
      assert.deepEqual(await violations({ page, settled: () => {} }), []);
    }));

    test("another site embeds it, and only what it asks for starts", () => visit(`http://127.0.0.1:${other.address().port}/`, async (page) => {
      const inside = await frame(page, "Elsewhere");
      assert.match((await strata(inside))[0], /^레이어 1, COPY Dockerfile|^Layer 1, COPY Dockerfile/);
      assert.equal(await page.evaluate(() => crossOriginIsolated), true);
      assert.equal(await page.$('>>> iframe[title="Waiting"]'), null);
      assert.ok(await page.$eval('[run="click"] pre', (e) => e.checkVisibility()), "the listing");
      const button = await page.$(">>> ::-p-aria(Layerlab에서 실행)");
      await button.click();
      await frame(page, "Waiting");

      // A stranger's message is not heard, nor one of another window.
      const before = await strata(inside);
      await inside.evaluate(() => {
        postMessage({ layerlab: 1, type: "load", text: "-- Dockerfile --\nFROM alpine\n" }, "*");
        // What comes after it has come: then it has been heard, or not.
        return new Promise((done) => {
          addEventListener("message", ({ data }) => data === "after" && requestAnimationFrame(() => requestAnimationFrame(done)));
          postMessage("after", "*");
        });
      });
      await poll("a page at rest", () => inside.$eval('[data-status="ready"]', () => true));
      assert.deepEqual(await strata(inside), before);
    }));

    test("a script of one's own finds it by its base, and an engine where none is shared", () =>
      visit(`http://127.0.0.1:${other.address().port}/home`, async (page) => {
        assert.match((await strata(await frame(page, "Elsewhere")))[0], /COPY Dockerfile/);
        assert.equal(await page.evaluate(() => pages), 1);
      }, () => delete globalThis.SharedWorker));
  });
}
