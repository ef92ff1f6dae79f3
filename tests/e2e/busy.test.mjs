// The page while a RUN without end is under way: it does what it is told before
// that ends, and the next key ends it. How quick it is then, bench measures.
import assert from "node:assert/strict";
import { poll } from "./lab.mjs";
import { looping } from "./loop.mjs";
import { inBrowsers } from "./suite.mjs";

inBrowsers("a busy engine", (it) => {
  it("leaves the page free, and ends at the next key", {}, async (lab) => {
    const runs = () => lab.page.$eval("[data-status]", (e) => e.dataset.status === "busy" && e.textContent.includes("RUN while true"));
    await looping(lab);
    // An engine on the page's own thread would let nothing of this happen before
    // the RUN is stopped by time.
    for (const [what, act, done] of [
      ["a stratum", async () => {
        await (await lab.find("listbox")).focus();
        await lab.page.keyboard.press("End");
      }, async () => (await lab.chosen()).startsWith("Layer 1")],
      ["a tab", () => lab.click("tab", "Build log"), () => lab.page.$eval("#dock-tab-log", (e) => e.ariaSelected === "true")],
      ["the language", () => lab.page.$eval('button[lang="ko"]', (e) => e.click()), () => lab.page.evaluate(() => document.documentElement.lang === "ko")],
      ["and back", () => lab.page.$eval('button[lang="en"]', (e) => e.click()), () => lab.page.evaluate(() => document.documentElement.lang === "en")],
    ]) {
      await act();
      await poll(what, done);
      assert.ok(await runs(), `${what}: the loop has ended before`);
    }
    // Typing goes on as well: each key begins the loop anew.
    await lab.edit("Dockerfile");
    await lab.page.keyboard.type("# meanwhile");
    await poll("what was typed", async () => (await lab.page.$$eval(">>> .cm-line", (all) => all.map((e) => e.textContent))).includes("# meanwhile"));
    await poll("the loop of what was typed", runs);

    const editor = await lab.edit("Dockerfile", { all: true });
    await lab.paste(editor, "FROM scratch\nCOPY second.txt /\n");
    await lab.stack("Layer 1, COPY second.txt /");
    assert.equal(await lab.page.$eval("[data-status]", (e) => e.dataset.status), "ready");
  });
});
