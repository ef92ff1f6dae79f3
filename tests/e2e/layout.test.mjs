// The frame of the page: panes that are resized, folded and swiped; the dock.
import assert from "node:assert/strict";
import { violations } from "./axe.mjs";
import { poll } from "./lab.mjs";
import { inBrowsers } from "./suite.mjs";

const box = async (lab, role, name) => (await lab.find(role, name)).evaluate((e) => e.getBoundingClientRect().toJSON());
const width = async (lab) => (await box(lab, "complementary", undefined)).width;
const share = async (lab, name) => (await lab.find("separator", name)).evaluate((e) => Number(e.ariaValueNow));

const printing = `FROM alpine
RUN echo out && echo err >&2 && echo again
COPY second.txt /srv/
RUN echo later
`;

inBrowsers("layout", (it) => {
  it("resizes and folds panes by keyboard and pointer, and remembers", {}, async (lab) => {
    const line = await lab.find("separator", "Size of the inspector");
    await line.focus();
    const before = await width(lab);
    await lab.page.keyboard.press("ArrowLeft");
    await poll("a wider inspector", async () => (await width(lab)) > before + 8);
    await lab.page.keyboard.press("Home");
    await poll("the least inspector", async () => (await width(lab)) === 280);
    const least = await share(lab, "Size of the inspector");
    await lab.page.keyboard.press("End");
    await poll("the largest inspector", async () => (await share(lab, "Size of the inspector")) > least + 10);
    await lab.page.keyboard.press("Enter");
    await poll("no inspector", async () => !(await lab.look("complementary")));
    await poll("a line that says so", async () => (await share(lab, "Size of the inspector")) === 0);
    await lab.page.keyboard.press("Enter");
    await poll("the inspector", () => lab.look("complementary"));

    const at = await box(lab, "separator", "Size of the output pane");
    const tall = (await box(lab, "region", "Output and log")).height;
    await lab.page.mouse.move(at.x + at.width / 3, at.y + at.height / 2);
    await lab.page.mouse.down();
    await lab.page.mouse.move(at.x + at.width / 3, at.y - 60, { steps: 4 });
    await lab.page.mouse.up();
    await poll("a taller dock", async () => (await box(lab, "region", "Output and log")).height > tall + 40);

    await lab.click("button", "Editor");
    await poll("no editor", async () => !(await lab.look("tree", "Files")));
    await lab.page.reload();
    await lab.settled();
    assert.equal(await lab.look("tree", "Files"), null, "the folded pane is back after a reload");
    assert.ok((await box(lab, "region", "Output and log")).height > tall + 40, "the size is forgotten");
    await lab.click("button", "Editor");
    await lab.find("tree", "Files");
  });

  it("shows what commands printed, in order, and what the build did", { continues: true }, async (lab) => {
    await lab.write("Dockerfile", printing);
    const panel = await lab.find("tabpanel", "Output");
    const blocks = () => panel.$$eval("section", (list) => list.map((e) => e.textContent));
    await poll("the output", async () => {
      const [first, second] = await blocks();
      return /^Layer 2RUN echo out.*outerragain$/s.test(first.replaceAll("\n", "").replace("interpreted in the browser", "")) && /^Layer 4RUN echo later/.test(second);
    });
    // A block is a way to its stratum, and lights it.
    await (await lab.find("button", "RUN echo later")).hover();
    await poll("the lit stratum", async () => (await lab.strata(".lit")).join().includes("RUN echo later"));
    await lab.click("button", "RUN echo later");
    await poll("the chosen stratum", async () => (await lab.chosen()).includes("RUN echo later"));

    await lab.click("tab", "Build log");
    const log = () => lab.page.$$eval('[role="tabpanel"] table tbody tr', (rows) => rows.map((r) => [...r.cells].map((c) => c.textContent)));
    await poll("the log", async () => (await log()).map(([, what]) => what).join() === printing.trim().split("\n").slice(1).join());
    await lab.write("Dockerfile", printing.replace("later", "last"));
    await poll("what came from the cache", async () =>
      (await log()).map(([, , result]) => result).join() === "from cache,from cache,built now");
    const [, , [, , , why, took]] = await log();
    assert.match(why, /instruction/, "the log does not say why");
    assert.match(took, /ms$/);
    assert.deepEqual(await violations(lab), []);
  });

  it("has tabs for open files", { continues: true }, async (lab) => {
    const tabs = () => lab.page.$$eval('[role="tablist"][aria-label="Open files"] [role="tab"]', (list) =>
      list.map((e) => (e.ariaSelected === "true" ? `[${e.ariaLabel}]` : e.ariaLabel)).join(" "));
    await lab.click("treeitem", "second.txt 7 B");
    await lab.click("treeitem", "third.txt 6 B");
    await poll("three tabs", async () => (await tabs()) === "Dockerfile second.txt [third.txt]");
    await lab.click("tab", "second.txt");
    await lab.find("textbox", "Content of second.txt");
    await (await lab.find("tab", "second.txt")).focus();
    await lab.page.keyboard.press("ArrowLeft");
    await lab.find("textbox", "Content of Dockerfile");
    await poll("the chosen tab", async () => (await tabs()) === "[Dockerfile] second.txt third.txt");
    await lab.page.reload();
    await lab.settled();
    assert.equal(await tabs(), "[Dockerfile] second.txt third.txt", "the tabs are forgotten");
    await (await lab.find("tab", "Dockerfile")).focus();
    await lab.page.keyboard.press("Delete");
    await poll("two tabs", async () => (await tabs()) === "[second.txt] third.txt");
    await poll("the focus", () => lab.page.evaluate(() => document.activeElement.ariaLabel === "second.txt"));
  });

  it("is swiped on a phone, the bar in step", { width: 390, height: 844 }, async (lab) => {
    const current = () => lab.page.$eval('nav[aria-label="Show"] [aria-current="true"]', (e) => e.textContent);
    const inSight = (role, name) => poll(`${role} in sight`, async () =>
      (await lab.find(role, name)).evaluate((e) => {
        const { left, right } = e.getBoundingClientRect();
        return left >= 0 && right <= innerWidth;
      }));
    await poll("the sample in the bar", async () => (await current()) === "Core sample");
    await inSight("listbox");
    for (const [button, role, name] of [["Files", "tree", "Files"], ["Inspector", "tab", "Changes"], ["Editor", "textbox", "Content of Dockerfile"]]) {
      await lab.click("button", button);
      await inSight(role, name);
      assert.equal(await current(), button);
    }
    // The page is still going to the last pane, and would go on.
    await poll("the panes at rest", () => lab.page.$eval("main", async (e) => {
      const at = e.scrollLeft;
      for (let i = 0; i < 10; i++) await new Promise((done) => requestAnimationFrame(done));
      return e.scrollLeft === at;
    }));
    // As a finger leaves it: a little past the middle between two panes.
    await lab.page.$eval("main", (e) => e.scrollBy({ left: 0.7 * innerWidth, behavior: "instant" }));
    await poll("the bar in step", async () => (await current()) === "Inspector");
    await inSight("tab", "Changes");
    await lab.click("button", "Output");
    await inSight("tabpanel", "Output");
    // What leads to a line leads to the editor, though the caret shows itself.
    await lab.page.evaluate(() => (location.hash = "line=2"));
    await inSight("textbox", "Content of Dockerfile");
    await poll("the bar in step", async () => (await current()) === "Editor");
    assert.deepEqual(await violations(lab), []);
    assert.equal(await lab.page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, "the page scrolls sideways");
  });
});
