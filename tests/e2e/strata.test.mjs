// The stack as a picture: stages side by side, bases that open, the lens, and
// the place where a build broke off.
import assert from "node:assert/strict";
import { violations } from "./axe.mjs";
import { poll } from "./lab.mjs";
import { inBrowsers } from "./suite.mjs";

const staged = `FROM alpine AS tools
RUN echo tool >/tool
RUN echo other >/other
FROM nginx
COPY --from=tools /tool /usr/bin/tool
RUN echo page >/page
`;

const passing = `FROM alpine AS tools
RUN echo tool >/tool
RUN echo other >/other
FROM tools AS tried
RUN echo tried >/report
RUN echo again >/again
RUN echo once more >/more
FROM nginx
COPY --from=tools /tool /usr/bin/tool
COPY --from=tools /other /usr/bin/other
COPY --from=tried /report /report
`;

// astray gives the arrows that touch a slab, its digests or the words of a
// column, and those that do not begin at a slab or do not end at one.
const astray = (lab) => lab.page.evaluate(() => {
  const boxes = [...document.querySelectorAll(".rock, .strip, .hex, .column-names span, main button")]
    .map((e) => [e.textContent, e.getBoundingClientRect()]).filter(([, box]) => box.width);
  const ends = [...document.querySelectorAll("[data-from]:not([data-from=''])")].map((e) => e.getBoundingClientRect());
  const slabs = [...document.querySelectorAll("[data-step]")].map((e) => e.getBoundingClientRect());
  const bad = [];
  for (const path of document.querySelectorAll("main .arrow")) {
    const map = path.getScreenCTM();
    const length = path.getTotalLength();
    const at = (n) => path.getPointAtLength(n).matrixTransform(map);
    for (let n = 0; n <= length; n += 4) {
      const { x, y } = at(n);
      const box = boxes.find(([, b]) => x > b.left && x < b.right && y > b.top && y < b.bottom);
      if (box) bad.push(`through ${box[0]}`);
    }
    const begin = at(0);
    if (!slabs.some((b) => Math.abs(b.right - begin.x) < 12 && Math.abs((b.top + b.bottom) / 2 - begin.y) < 3)) bad.push(`from ${begin.x}, ${begin.y}`);
    const { x, y } = at(length);
    if (!ends.some((b) => Math.abs(b.left - x) < 3 && y > b.top && y < b.bottom)) bad.push(`to ${x}, ${y}`);
  }
  return [...new Set(bad)];
});

const lens = (lab) => lab.text("group", "What is looked at");
const named = (lab, text) => lab.strata().then((all) => all.find((name) => name.includes(text)));

inBrowsers("strata", (it) => {
  it("draws stages side by side, a base as one slab that opens", {}, async (lab) => {
    await lab.write("Dockerfile", staged);
    await lab.stack("Layer 4, RUN echo page", "Layer 3, COPY --from=tools", "Layers 1 to 2, FROM nginx: 2 layers");
    assert.match(await named(lab, "COPY --from"), /from tools/);
    const arrows = () => lab.page.$$eval("main svg path[marker-end], main .arrow", (list) => list.length);
    await poll("one arrow", async () => (await arrows()) === 1);

    // With the keyboard: the base opens and closes.
    await (await lab.find("listbox")).focus();
    await lab.page.keyboard.press("End");
    await poll("the base", async () => (await lab.chosen()).startsWith("Layers 1 to 2"));
    await lab.page.keyboard.press("ArrowRight");
    await lab.stack("Layer 4", "Layer 3", "Layer 2, FROM nginx", "Layer 1, FROM nginx");
    await lab.page.keyboard.press("End");
    await poll("the lowest layer", async () => (await lab.chosen()).startsWith("Layer 1,"));
    await lab.page.keyboard.press("ArrowLeft");
    await lab.stack("Layer 4", "Layer 3", "Layers 1 to 2");

    await lab.click("button", "tools");
    await lab.stack("Layer 3, RUN echo other", "Layer 2, RUN echo tool", "Layer 1, FROM alpine");
    await lab.click("button", "1 final");
    await lab.stack("Layer 4", "Layer 3", "Layers 1 to 2");
    assert.deepEqual(await violations(lab), []);
  });

  it("leads arrows around what lies between", {}, async (lab) => {
    await lab.write("Dockerfile", passing);
    const count = () => lab.page.$$eval("main .arrow", (list) => list.length);
    await poll("four arrows", async () => (await count()) === 4);
    assert.deepEqual(await astray(lab), []);
    await lab.click("button", "tried");
    await lab.stack("Layer 6", "Layer 5", "Layer 4", "Layers 1 to 3");
    await poll("no arrow through a slab", async () => !(await astray(lab)).length);
    // A crack that opens lifts what an arrow begins at.
    await lab.write("Dockerfile", passing.replace("RUN echo other", "RUN exit 3"));
    await poll("the crack", async () => (await lab.strata()).length && (await lab.page.$(".broken")));
    await lab.settled();
    assert.deepEqual(await astray(lab), []);
    await lab.write("Dockerfile", passing);
    await lab.page.setViewport({ width: 390, height: 844 });
    await poll("none on a phone", async () => (await count()) === 4 && !(await astray(lab)).length);
  });

  it("links line, slab, history and output, and says why in the lens", { continues: true }, async (lab) => {
    await lab.write("Dockerfile", "FROM alpine\nRUN echo said\nCOPY second.txt /a\n");
    await lab.write("Dockerfile", "FROM alpine\nRUN echo said\nCOPY second.txt /b\n");
    const run = await named(lab, "RUN echo said");
    await (await lab.find("option", run)).hover();
    await poll("the lens", async () => /Layer 2RUN echo said.*from cache/s.test(await lens(lab)));
    const block = await poll("its output", () => lab.page.$('[role="tabpanel"] section[data-step]'));
    await poll("the lit output", () => block.evaluate((e) => e.classList.contains("lit")));
    await (await lab.find("option", await named(lab, "COPY second.txt"))).hover();
    await poll("the reason", async () => /built now: .+/.test(await lens(lab)));

    // From the output's button, by its focus, back to the slab and the line.
    await (await lab.find("button", "RUN echo said")).focus();
    await poll("the lit stratum", async () => (await lab.strata(".lit")).join().includes("RUN echo said"));
    await poll("the lit line", async () => (await lab.page.$$eval(">>> .cm-lit", (all) => all.map((e) => e.textContent))).join() === "RUN echo said");
  });

  it("shows of a failed build what it made, never another image below", { continues: true }, async (lab) => {
    await lab.write("Dockerfile", "FROM alpine\nRUN echo one\nCOPY second.txt /\n");
    const before = await lab.strata();
    // On another base, with another file, to the second step.
    await lab.write("Dockerfile", "FROM busybox\nCOPY third.txt /\nRUN exit 3\nCOPY second.txt /\nLABEL a=b\n");
    const names = await lab.stack("not built, LABEL a=b", "Layer 3, COPY second.txt /, of the last good build", "The build broke off here, RUN exit 3", "Layer 2, COPY third.txt /, 6 B", "Layer 1, FROM busybox");
    assert.match(await lab.text("region", "Core sample"), /Broke off after 1 new layer/);
    assert.equal(await lab.page.$eval(".sample .image-id", (e) => e.checkVisibility()), false, "an image ID is shown");
    // What it made is looked into as any layer is.
    const { DiffID } = await lab.digests(names[3]);
    await lab.click("tab", "Changes");
    await lab.row("/third.txt");
    // The log of it has its reasons in sight.
    await lab.click("tab", "Build log");
    const why = await poll("the reason", () => lab.page.$$eval(".log tr.failed .why", (list) => list.map((e) => {
      const cell = e.getBoundingClientRect();
      const row = e.closest("tr").getBoundingClientRect();
      const inside = cell.width > 50 && cell.height > 10 && cell.top >= row.top - 1 && cell.bottom <= row.bottom + 1 && cell.left >= row.left;
      return [e.textContent, inside, getComputedStyle(e).position].join("|");
    })[0]));
    assert.match(why, /exit code: 3.*\|true\|static$/);
    assert.ok(await lab.page.$$eval(".log .why", (list) => list.every((e) => e.closest("tr").contains(document.elementFromPoint(e.getBoundingClientRect().left + 4, e.getBoundingClientRect().top + 4)) || !e.textContent)));
    await lab.click("tab", "Output");
    assert.deepEqual(await violations(lab), []);

    // A file that cannot be read made nothing.
    await lab.write("Dockerfile", "FROM busybox\nCOPY third.txt /\nRUNN exit 3\nLABEL a=b\n");
    await lab.stack("not built, LABEL a=b", "The build broke off here, RUNN exit 3", "not built, COPY third.txt /", "not built, FROM busybox");
    assert.equal((await lab.strata(":not(.rest, .broken)")).length, 0);
    assert.deepEqual(await violations(lab), []);

    // Mended, the layer is the same that the failed build had.
    await lab.write("Dockerfile", "FROM busybox\nCOPY third.txt /\n");
    const [top] = await lab.stack("Layer 2, COPY third.txt /", "Layer 1, FROM busybox");
    assert.equal((await lab.digests(top)).DiffID, DiffID);
    await lab.write("Dockerfile", "FROM alpine\nRUN echo one\nCOPY second.txt /\n");
    assert.deepEqual((await lab.strata()).map((s) => s.split(", ").slice(0, 2)), before.map((s) => s.split(", ").slice(0, 2)));
  });

  it("draws where a build broke off, and what of the build before is left", { continues: true }, async (lab) => {
    await lab.write("Dockerfile", "FROM alpine\nRUN echo one\nRUN echo two\n");
    await lab.stack("Layer 3", "Layer 2", "Layer 1");
    await lab.write("Dockerfile", "FROM alpine\nRUN echo one\nRUN echo oops >&2; exit 3\n");
    const [above, crack, below] = await lab.stack("Layer 3, RUN echo two", "The build broke off here, RUN echo oops", "Layer 2, RUN echo one", "Layer 1");
    assert.match(above, /last good build/);
    assert.match(crack, /line 3: .*exit code: 3/);
    assert.doesNotMatch(below, /last good build/);
    await poll("what it printed", async () => /RUN echo oops.*oops/s.test(await lab.text("tabpanel", "Output")));
    assert.deepEqual(await violations(lab), []);
    await lab.click("option", crack);
    await poll("the caret on its line", () => lab.page.evaluate(() => {
      let e = document.activeElement;
      while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
      return e?.getAttribute("role") === "textbox";
    }));
    await lab.write("Dockerfile", "FROM alpine\nRUN echo one\nRUN echo three\n");
    await lab.stack("Layer 3, RUN echo three", "Layer 2, RUN echo one", "Layer 1");
  });
});
