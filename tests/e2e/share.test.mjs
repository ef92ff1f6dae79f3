// A workspace given away as a link, and opened beside one's own.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { deflateSync } from "node:zlib";
import { violations } from "./axe.mjs";
import { Lab, poll } from "./lab.mjs";
import { inBrowsers } from "./suite.mjs";

const golden = (await readFile(new URL("../../core/workspace/link/testdata/v1.link", import.meta.url), "utf8")).trim();
const link = (text) => `w=1.${deflateSync(text).toString("base64url")}`;

// linkOf opens the sheet and gives the link as it is to be copied.
async function linkOf(lab) {
  await lab.click("button", "Share");
  return poll("the link", () =>
    lab.look("textbox", "Link").then((field) => field.evaluate((e) => /[#&]w=1\../.test(e.value) && e.value)));
}

const said = (lab, pattern) =>
  poll(`the words ${pattern}`, () => lab.page.$$eval('[role="status"]', (list) => list.map((e) => e.innerText).join(" "))
    .then((text) => pattern.test(text)));

// opened goes to a link and waits for its workspace.
async function opened(lab, url, name) {
  await lab.page.goto(url);
  await lab.find("region", `Shared workspace: ${name}`);
  await lab.settled();
}

inBrowsers("sharing", (it) => {
  it("links to a step and a line of one's own", {}, async (lab, { url }) => {
    await lab.page.goto(`${url}/#step=3&tab=tar`);
    await poll("the step", async () => (await lab.chosen()).startsWith("Layer 3, COPY ./second.txt"));
    await lab.find("tree", "Tar");
    await lab.page.evaluate(() => (location.hash = "line=2"));
    await poll("the line's step", async () => (await lab.chosen()).startsWith("Layer 2, RUN echo first"));
  });

  it("opens the oldest links, and none that is not whole", { continues: true }, async (lab, { url }) => {
    const own = await lab.strata();
    await opened(lab, `${url}/#${golden}`, "두 레이어");
    assert.equal(await lab.page.$eval("[data-status]", (e) => e.dataset.status), "ready");
    await lab.find("textbox", "Content of bin/a b");
    assert.ok(await lab.look("treeitem", "data binary, 6 B"), "the binary file");
    await lab.click("button", "Back to mine");
    await lab.stack(...own.map((s) => s.split(", ", 2).join(", ")));

    // A workspace that has never been built says why.
    await lab.page.evaluate((hash) => (location.hash = hash), link("-- Dockerfile --\nFORM alpine\n"));
    await lab.find("region", "Shared workspace");
    await poll("why nothing is built", async () =>
      /Nothing is built yet.*unknown instruction: FORM/s.test(await lab.text("group", "What is looked at")));
    await lab.click("button", "Back to mine");
    await lab.settled();

    for (const [what, fragment, pattern] of [
      ["cut off", golden.slice(0, -40), /end of the link is missing/],
      ["damaged", golden.slice(0, -40) + "AAAA" + golden.slice(-36), /link is damaged/],
      ["of a later form", "w=2.xyz", /made by a newer Layerlab/],
      ["a bomb", link("#".repeat(20 << 20)), /more than a shared workspace may hold/],
      ["an exabyte", link("-- a zeros=1000000000000000000 --\n"), /more than a shared workspace may hold/],
      ["no workspace", link("-- ../a --\n"), /no workspace.*\.\.\/a/],
    ]) {
      await lab.page.evaluate((hash) => (location.hash = hash), fragment);
      await said(lab, pattern);
      assert.deepEqual((await lab.strata()).map((s) => s.split(", ", 2)), own.map((s) => s.split(", ", 2)), what);
      await lab.click("button", "Dismiss");
    }
  });

  it("goes on with one's own where the link is none", { continues: true }, async (lab, { url }) => {
    const own = (await lab.strata()).map((s) => s.split(", ", 2));
    for (const [fragment, pattern] of [
      ["s=", /link is damaged/],
      ["s=%20%20", /link is damaged/],
      ["s=../../healthz", /link is damaged/],
      [`s=${"a".repeat(500)}`, /link is damaged/],
      ["step=2&s=&tab=tar", /link is damaged/],
      ["w=", /end of the link is missing/],
      ["w=1.", /end of the link is missing/],
    ]) {
      // As the page that is opened with it, and in one that is open.
      await lab.page.goto("about:blank");
      await lab.page.goto(`${url}/#${fragment}`);
      await said(lab, pattern);
      await lab.settled();
      assert.deepEqual((await lab.strata()).map((s) => s.split(", ", 2)), own, fragment);
      await lab.click("button", "Dismiss");
      await lab.page.evaluate(() => (location.hash = ""));
      await lab.page.evaluate((hash) => (location.hash = hash), fragment);
      await said(lab, pattern);
      await lab.click("button", "Dismiss");
      assert.equal(await lab.look("button", "Back to mine"), null, fragment);
    }
    assert.deepEqual(lab.complaints, [], "nothing was asked of the site");
    await lab.page.evaluate(() => (location.hash = ""));
  });

  it("gives the same digests elsewhere, beside one's own", { continues: true }, async (lab, { browser, url }) => {
    await lab.write("Dockerfile", "FROM alpine\nCOPY second.txt /srv/\nRUN echo more >>/srv/second.txt\nCMD true\n");
    const strata = await lab.stack("no layer, CMD", "Layer 3, RUN echo more", "Layer 2, COPY second.txt", "Layer 1, FROM alpine");
    const want = await lab.digests(strata[1]);
    const address = await linkOf(lab);
    assert.match(address, /#step=3&tab=digests&w=1\.[\w-]+$/);
    assert.deepEqual(await violations(lab), [], "the sheet");
    await lab.click("switch", "Open it at the chosen step and tab");
    await poll("the link without the view", () => lab.look("textbox", "Link").then((f) => f.evaluate((e) => /#w=1\./.test(e.value))));

    // Somebody else, who has a workspace of their own.
    const other = await Lab.open(browser, url);
    try {
      await other.write("Dockerfile", "FROM scratch\nCOPY third.txt /mine\n");
      await opened(other, address, "Five lines, four layers");
      assert.deepEqual((await other.strata()).map((s) => s.split(", ", 2)), strata.map((s) => s.split(", ", 2)));
      assert.match(await other.chosen(), /^Layer 3, RUN echo more/);
      const text = await other.text("region", "Digests");
      assert.ok(text.includes(want.DiffID) && text.includes(want.ChainID), "other digests");
      assert.deepEqual(await violations(other), [], "a shared workspace");

      // What is changed in it stays through a reload, in this tab.
      await other.write("Dockerfile", "FROM scratch\nCOPY third.txt /theirs\n");
      await poll("the change after a reload", async () => {
        await other.page.reload();
        await other.settled();
        return (await other.strata())[0]?.startsWith("Layer 1, COPY third.txt /theirs");
      });

      // Nor is the last change lost by going at once.
      const back = await other.find("button", "Back to mine");
      await other.paste(await other.edit("Dockerfile", { all: true }), "FROM scratch\nCOPY third.txt /theirs2\n");
      await back.click();
      await other.stack("Layer 1, COPY third.txt /mine");
      assert.equal(new URL(other.page.url()).hash, "");
      await other.page.goBack();
      await other.stack("Layer 1, COPY third.txt /theirs2");
      await other.click("button", "Keep this one");
      await said(other, /put aside/);
      await other.page.goto(url);
      await other.stack("Layer 1, COPY third.txt /theirs2");
      assert.equal(await other.look("button", "Back to mine"), null);
      assert.deepEqual(other.complaints, []);
    } finally {
      await other.close();
    }
  });

  it("stores a workspace for a short link", {}, async (lab, { browser, url }) => {
    await lab.write("Dockerfile", "FROM scratch\nCOPY third.txt /\nCOPY second.txt /\n");
    await lab.click("option", (await lab.strata())[1]);
    await lab.click("button", "Share");
    const network = (on) =>
      lab.page.evaluate((on) => {
        Object.defineProperty(navigator, "onLine", { value: on, configurable: true });
        dispatchEvent(new Event(on ? "online" : "offline"));
      }, on);
    const button = await lab.find("button", "Make a short link");
    await network(false);
    await poll("a button that waits for the network", () => button.evaluate((e) => e.disabled));
    await network(true);
    await poll("a button that can be used", () => button.evaluate((e) => !e.disabled));
    await lab.click("button", "Make a short link");
    const address = await poll("the short link", () =>
      lab.look("textbox", "Short link").then((field) => field.evaluate((e) => e.value)));
    assert.match(address, /#s=[0-9a-f]{32}&step=2$/);
    await lab.click("switch", "Open it at the chosen step and tab");
    await poll("the link without the view", () =>
      lab.look("textbox", "Short link").then((f) => f.evaluate((e) => /\/s\/[0-9a-f]{32}$/.test(e.value))));
    const other = await Lab.open(browser, url);
    try {
      await opened(other, address, "Five lines, four layers");
      assert.match(await other.chosen(), /^Layer 1, COPY third.txt/);
      await opened(other, address.replace("#s=", "s/").replace("&step=2", ""), "Five lines, four layers");
      await other.page.evaluate(() => (location.hash = `s=${"0".repeat(32)}`));
      await said(other, /Nothing is stored under this short link/);
      assert.match(other.complaints.splice(0).join(), /404/);
    } finally {
      await other.close();
    }
  });
});
