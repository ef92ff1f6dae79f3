// The page without a network: kept by its service worker, and as one file.
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { browsers, launch } from "./browser.mjs";
import { Lab, poll } from "./lab.mjs";
import { nativeBuild, pack, program, serve, singleFile, source } from "./site.mjs";

const sign = (lab, words) =>
  poll(`the sign ${words}`, () => lab.page.$(`[role="img"][aria-label^="${words}"]`), 60_000);

// works uses the page as a person does: edits, builds, opens a lesson and
// exports, and holds the saved image against the native engine's.
async function works(lab, folder) {
  const dockerfile = "FROM alpine\nCOPY second.txt /srv/\nRUN cat /srv/second.txt >/srv/copy\n";
  const context = await mkdtemp(join(folder, "context-"));
  for (const [path, text] of Object.entries({ "second.txt": "second\n", "third.txt": "third\n", Dockerfile: dockerfile })) {
    await writeFile(join(context, path), text);
  }
  const want = await nativeBuild(context);
  await lab.write("Dockerfile", dockerfile);
  await lab.stack("Layer 3, RUN cat", "Layer 2, COPY second.txt", "Layer 1, FROM alpine");
  await lab.click("button", "Export");
  const name = await poll("the saved archive", async () => (await readdir(folder)).find((file) => file.endsWith(".oci.tar")));
  const manifest = await poll("the whole archive", () => program("skopeo", "inspect", "--raw", `oci-archive:${join(folder, name)}`));
  assert.equal(manifest, want.manifest_json);
  await rm(join(folder, name));
  const select = await lab.find("combobox", "Lessons");
  await poll("the lessons", () => select.evaluate((e) => e.options.length > 1));
  await select.select("linked-bases");
  await poll("the lesson", () => select.evaluate((e) => e.value === "linked-bases"));
  await lab.settled();
  assert.equal(await lab.page.$eval("[data-status]", (e) => e.dataset.status), "ready");
}

for (const name of browsers) {
  describe(`offline (${name})`, () => {
    let browser, folder;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "layerlab-"));
      browser = await launch(name, { downloads: folder });
    });
    after(async () => {
      await browser?.close();
      await rm(folder, { recursive: true, force: true });
    });

    test("after one load works without its server, and takes a new version when told", async () => {
      let site = await serve();
      const lab = await Lab.open(browser, site.url);
      try {
        await sign(lab, "Works offline");
        await site.stop();
        await assert.rejects(fetch(site.url), "the server is still there");
        await lab.page.reload();
        await lab.settled();
        await works(lab, folder);
        assert.deepEqual(lab.complaints.splice(0).filter((c) => !c.includes("sw.js")), []);

        // Another version at the same address.
        const page = join(folder, "next.html");
        await writeFile(page, (await source("index.html")).replace("<title>Layerlab</title>", "<title>The next one</title>"));
        await pack(page, join(folder, "next"));
        site = await serve({ folder: join(folder, "next"), port: new URL(site.url).port });
        await lab.page.reload();
        await lab.settled();
        const take = await lab.find("button", "Reload with it");
        assert.equal(await lab.page.title(), "Layerlab", "the new version was forced");
        await Promise.all([lab.page.waitForNavigation(), take.click()]);
        await lab.settled();
        assert.equal(await lab.page.title(), "The next one");
        assert.equal(await lab.look("button", "Reload with it"), null);

        // Only what the build lists is in the caches.
        const kept = await lab.page.evaluate(async () => {
          for (const path of ["/v2/", "/healthz"]) await fetch(path);
          const urls = [];
          for (const key of await caches.keys()) {
            urls.push(...(await (await caches.open(key)).keys()).map((r) => new URL(r.url).pathname));
          }
          return urls;
        });
        assert.ok(kept.includes("/"), "the page is not kept");
        assert.deepEqual(kept.filter((path) => /^\/(v2|api|s|sw\.js|healthz)\b/.test(path)), []);
        assert.deepEqual(lab.complaints.filter((c) => !/sw\.js|v2|status of/.test(c)), []);
      } finally {
        await lab.close();
        await site.stop();
      }
    });

    test("works as one file, without any server", async () => {
      const lab = await Lab.open(browser, pathToFileURL(singleFile).href);
      try {
        if (name === "chrome") await lab.page.setOfflineMode(true);
        await works(lab, folder);
        // There is no site to store short links, or to embed from.
        await lab.click("button", "Share");
        const html = await poll("the HTML", async () => (await lab.text("region", "HTML to embed it")).trim());
        assert.match(html, /^<script src="https:\/\/layerlab\.example\/embed\.js" defer>/);
        assert.match(await lab.page.$eval("#share", (e) => e.innerText), /address of a Layerlab site/);
        assert.equal(await lab.look("button", "Make a short link"), null);
        assert.match(await (await lab.find("textbox", "Link")).evaluate((e) => e.value), /^file:\/\/.*layerlab\.html#.*w=1\./);
        await lab.page.keyboard.press("Escape");
        await lab.page.evaluate(() => (location.hash = `s=${"0".repeat(32)}`));
        await poll("the words", () => lab.page.$eval(".notices", (e) => e.innerText.includes("stores no workspaces")));
        await lab.click("button", "Dismiss");
        await lab.page.evaluate(() => (location.hash = ""));
        // Where the browser keeps nothing for files, it says so and goes on.
        await lab.page.evaluateOnNewDocument(() => {
          const denied = { get() { throw new DOMException("denied", "SecurityError"); } };
          for (const store of ["indexedDB", "localStorage"]) Object.defineProperty(window, store, denied);
        });
        await lab.page.reload();
        await poll("the note", () => lab.page.$eval(".notices", (e) => e.innerText.includes("keeps nothing for the page")));
        await lab.write("Dockerfile", "FROM scratch\nCOPY third.txt /\n");
        await lab.stack("Layer 1, COPY third.txt /");
        assert.deepEqual(lab.complaints, []);
      } finally {
        await lab.close();
      }
    });

    if (name !== "chrome") return;

    test("says so when the network goes, and can be installed", async () => {
      const site = await serve();
      const lab = await Lab.open(browser, site.url);
      try {
        await sign(lab, "Works offline");
        await lab.page.setOfflineMode(true);
        await sign(lab, "Offline");
        await lab.page.setOfflineMode(false);
        await sign(lab, "Works offline");
        const devtools = await lab.page.createCDPSession();
        // Every test's profile is a private one, which alone keeps a page from being installed.
        const errors = (await devtools.send("Page.getInstallabilityErrors")).installabilityErrors.map((e) => e.errorId);
        assert.deepEqual(errors, ["in-incognito"]);
        const { errors: faults, data } = await devtools.send("Page.getAppManifest");
        assert.deepEqual(faults, []);
        assert.deepEqual(JSON.parse(data).icons.map((i) => i.sizes), ["any", "192x192", "512x512", "512x512"]);
        assert.deepEqual(lab.complaints, []);
      } finally {
        await lab.close();
        await site.stop();
      }
    });
  });
}
