// How the page feels: what is there before any program, that nothing jumps,
// how little of it is drawn anew over long lists, and that a crash costs nothing.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { open, rest, watched } from "./frames.mjs";
import { poll } from "./lab.mjs";
import { inBrowsers } from "./suite.mjs";

// little holds that what is done changes no more of the page than it must,
// however many frames the machine makes of it. Bench measures the frames.
async function little(lab, what, most, doing) {
  const { gaps, changes } = await watched(lab, doing);
  const told = `${what}: ${changes} changes to the page in ${gaps.length} frames`;
  console.log(told);
  assert.ok(changes > 0 && changes <= most, `${told}: want at most ${most}`);
}

inBrowsers("feel", (it) => {
  it("is there before any program, and nothing moves when the engine arrives", {}, async (lab, { url }) => {
    const places = (page) => page.$$eval("header, section, aside, main, [role='tablist']", (list) =>
      Object.fromEntries(list.filter((e) => e.checkVisibility() && !e.closest("[popover]")).map((e) => {
        const { x, y, width, height } = e.getBoundingClientRect();
        return [e.id || e.className || e.ariaLabel, [x, y, width, height].map(Math.round).join(" ")];
      })));
    // A page whose programs never arrive.
    const bare = await lab.context.newPage();
    await bare.setViewport({ width: 1440, height: 900 });
    await bare.evaluateOnNewDocument(() => {
      WebAssembly.compile = WebAssembly.compileStreaming = () => new Promise(() => {});
    });
    await bare.goto(url);
    const text = () => bare.evaluate(() => document.querySelector("main").innerText);
    assert.match(await text(), /CMD \["echo", "fourth"\]\s+ADD \.\/third\.txt \./, "the outline of the stack is not there");
    const editor = await poll("the editor", () => bare.$('>>> ::-p-aria([role="textbox"])'));
    assert.match(await editor.evaluate((e) => e.innerText), /^FROM alpine\nRUN echo first\n/, "the Dockerfile is not readable");
    const before = await places(bare);
    await bare.close();

    const page = await lab.context.newPage();
    await page.setViewport({ width: 1440, height: 900 });
    await page.evaluateOnNewDocument(() => {
      globalThis.shifts = [];
      if (!PerformanceObserver.supportedEntryTypes.includes("layout-shift")) return;
      new PerformanceObserver((list) => {
        for (const s of list.getEntries()) if (!s.hadRecentInput) globalThis.shifts.push([s.value, s.sources.map((x) => x.node?.className ?? "").join()]);
      }).observe({ type: "layout-shift", buffered: true });
    });
    await page.goto(url);
    await poll("the build", () => page.$eval("[data-status]", (e) => e.dataset.status === "ready"));
    const after = await places(page);
    for (const [name, place] of Object.entries(before)) if (name in after) assert.equal(after[name], place, `${name} moved`);
    const shifts = await page.evaluate(() => globalThis.shifts);
    const sum = shifts.reduce((total, [value]) => total + value, 0);
    assert.ok(sum < 0.02, `layout shifts of ${sum}: ${JSON.stringify(shifts)}`);
    await page.close();
  });

  it("draws no more than it must over a layer of 20,000 files", {}, async (lab) => {
    const { list, scrolling, leaping, dragging, typing } = await open(lab);
    await little(lab, "scrolling", 7400, scrolling);
    // A list that draws others in the place of its rows must not be moved by that.
    const stands = () => list.evaluate((e) => e.scrollTop);
    const stood = await stands();
    await rest();
    assert.equal(await stands(), stood, "the list scrolls by itself");
    await little(lab, "leaping", 26_000, leaping);
    await list.evaluate((e) => (e.scrollTop += 600_000));
    const rows = () => list.$$eval('[role="treeitem"]', (all) => all.length);
    await poll("rows in sight", async () => (await rows()) > 5);
    assert.ok((await rows()) < 100, `${await rows()} rows are in the page`);
    await little(lab, "dragging", 200, dragging);
    await little(lab, "typing", 2500, typing);
  });

  it("survives a crash of the engine, and saves a report that repeats it", {}, async (lab, { folder }) => {
    await lab.page.evaluateOnNewDocument(() => {
      globalThis.Worker = class extends Worker {
        constructor(...args) {
          super(...args);
          globalThis.engineWorker = this;
        }
      };
    });
    await lab.write("Dockerfile", "FROM alpine\nCOPY second.txt /precious\n");
    await lab.stack("Layer 2, COPY second.txt /precious", "Layer 1");
    await lab.page.reload();
    await lab.settled();
    // What a browser says where a Worker throws.
    await lab.page.evaluate(() => engineWorker.dispatchEvent(new ErrorEvent("error", { message: "made to stop", cancelable: true })));
    const notice = await poll("the notice", () => lab.page.$$eval('[role="status"]', (list) =>
      list.map((e) => e.innerText).find((text) => text.includes("The engine stopped"))));
    assert.match(notice, /made to stop.*started again.*files are kept/s);
    await lab.click("button", "Save a report");
    const name = await poll("the report", async () => (await readdir(folder)).find((file) => file === "layerlab-report.txtar"));
    const report = await poll("the whole report", async () => (await readFile(join(folder, name), "utf8")) || null);
    assert.match(report, /# error: made to stop\n/);
    assert.match(report, /-- Dockerfile --\nFROM alpine\nCOPY second\.txt \/precious\n/);
    await lab.settled();
    await lab.edit("Dockerfile");
    await lab.page.keyboard.press("ArrowUp");
    await lab.page.keyboard.press("End");
    await lab.page.keyboard.type("2");
    await lab.stack("Layer 2, COPY second.txt /precious2", "Layer 1");
  });
});
