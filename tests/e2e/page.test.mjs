// How the page behaves under pointer and keys, and for people who do not see.
import assert from "node:assert/strict";
import { violations } from "./axe.mjs";
import { poll, selector } from "./lab.mjs";
import { names } from "./names.mjs";
import { inBrowsers } from "./suite.mjs";

// lit are the texts of the editor's lines that are lit.
const lit = (lab) => lab.page.$$eval(">>> .cm-lit", (lines) => lines.map((e) => e.textContent));

inBrowsers("page", (it) => {
  it("is used with the keyboard alone", {}, async (lab) => {
    const stops = [];
    for (let i = 0; i < 40; i++) {
      await lab.page.keyboard.press("Tab");
      const at = await lab.page.evaluate(() => {
        let e = document.activeElement;
        while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
        return e?.getAttribute("role") ?? e?.tagName.toLowerCase();
      });
      stops.push(at);
      if (at === "textbox") await lab.page.keyboard.press("Escape"); // then Tab leaves the editor
    }
    for (const role of ["tree", "textbox", "listbox", "tab"]) assert.ok(stops.includes(role), `Tab does not reach the ${role}: ${stops}`);

    await (await lab.find("listbox")).focus();
    await lab.page.keyboard.press("End");
    const strata = await lab.strata();
    await poll("the lowest stratum", async () => (await lab.chosen()) === strata.at(-1));
    await lab.page.keyboard.press("ArrowUp");
    await poll("the one above", async () => (await lab.chosen()) === strata.at(-2));
    await lab.page.keyboard.press("Home");
    await poll("the top one", async () => (await lab.chosen()) === strata[0]);
  });

  it("has in the browser's own tree the roles and names that tests compute", { continues: true }, async (lab) => {
    await lab.page.evaluate(`${names}; undefined`);
    const roles = ["button", "combobox", "complementary", "group", "listbox", "option", "region", "searchbox", "separator",
      "slider", "tab", "tablist", "tabpanel", "textbox", "tree", "treeitem"];
    const said = await lab.page.evaluate((roles) => {
      globalThis.said = roles.flatMap((role) => byRole(role).map((e) => [e, role, byRole.nameOf(e)]));
      return globalThis.said.map(([, ...rest]) => rest);
    }, roles);
    assert.ok(said.length > 60, `only ${said.length} elements`);
    const other = [];
    for (const [i, [role, name]] of said.entries()) {
      const e = await lab.page.evaluateHandle((i) => globalThis.said[i][0], i);
      const found = await e.$(selector(role, name));
      if (!(await e.evaluate((e, found) => e === found, found))) other.push(`${role} ${name}`);
    }
    assert.deepEqual(other, []);
  });

  it("links strata and lines under the pointer", { continues: true }, async (lab) => {
    const [, , copy] = await lab.strata();
    await (await lab.find("option", copy)).hover();
    await poll("the lit line", async () => (await lit(lab)).join() === "COPY ./second.txt .");
    const line = await lab.page.$(">>> .cm-line:nth-child(4)");
    await line.hover();
    await poll("the lit stratum", async () => (await lab.strata(".lit")).join().includes("ADD ./third.txt"));
  });

  it("links the caret and the chosen stratum", { continues: true }, async (lab) => {
    await (await lab.find("textbox", "Content of Dockerfile")).focus();
    await lab.chord("Control", "Home");
    await lab.page.keyboard.press("ArrowDown");
    await poll("the chosen stratum", async () => (await lab.chosen()).includes("RUN echo first"));
  });

  for (const theme of ["light", "dark"]) {
    it(`has no violations that axe finds, ${theme}`, { continues: true, theme }, async (lab) => {
      const first = (await lab.page.$$eval(">>> .cm-line", (lines) => lines.map((e) => e.textContent))).join("\n");
      for (const tab of ["Changes", "Files", "Tar", "Digests", "Cache", "Commands", "History", "Config", "Manifest", "Index", "Waste", "Cost", "Compare", "Reproduce", "Lesson"]) {
        await lab.click("tab", tab);
        assert.deepEqual(await violations(lab), [], tab);
      }
      await lab.write("Dockerfile", "FROM alpine\nCOPY nothing /\n");
      await poll("the error", () => lab.page.$eval("[data-status]", (e) => e.dataset.status === "stale"));
      assert.deepEqual(await violations(lab), [], "with an error");
      await lab.write("Dockerfile", first);
    });
  }

  it("goes through time with a slider", { continues: true }, async (lab) => {
    const strata = await lab.strata();
    await lab.click("tab", "Files");
    await (await lab.find("searchbox", "Filter by path")).focus();
    await lab.page.keyboard.type(".txt"); // of hundreds, only what is in sight is drawn
    await lab.click("tab", "Digests");
    await (await lab.find("slider", "Files after step")).focus();
    const files = () => lab.page.$$eval('[data-list="files"] .row .name', (names) => names.map((e) => e.textContent).join());
    for (const [key, stratum, want] of [["End", 0, "second.txt,third.txt"], ["ArrowLeft", 1, "second.txt,third.txt"],
      ["ArrowLeft", 2, "second.txt"], ["ArrowLeft", 3, ""], ["ArrowRight", 2, "second.txt"], ["Home", 4, ""]]) {
      await lab.page.keyboard.press(key);
      await poll(`the stratum after ${key}`, async () => (await lab.chosen()) === strata[stratum]);
      await poll(`the files after ${key}`, async () => (await files()) === want);
    }
  });

  it("tells results to screen readers", { continues: true }, async (lab) => {
    await lab.write("Dockerfile", "FROM scratch\nCOPY second.txt /\n");
    await lab.stack("Layer 1, COPY second.txt /");
    assert.match(await lab.page.$eval('[role="status"][aria-live="polite"]', (e) => e.textContent), /^Built: 1 layer, 7 B/);
  });

  it("has no violations on a phone, in Korean", { width: 390, height: 844, language: "ko" }, async (lab) => {
    assert.equal(await lab.page.evaluate(() => document.documentElement.lang), "ko");
    assert.deepEqual(await violations(lab), []);
    const wide = await lab.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(wide, false, "the page scrolls sideways");
  });

  for (const [width, height] of [[390, 844], [1024, 768], [1440, 900]]) {
    it(`shows the top bar's labels whole, ${width} ko`, { continues: true, width, height, language: "ko" }, async (lab) => {
      const cut = await lab.page.$$eval(".topbar button:not(.settings-button), .topbar .status-text", (list) =>
        list.filter((e) => e.checkVisibility() && (e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight || e.innerText.includes("\n")))
          .map((e) => e.innerText));
      assert.deepEqual(cut, []);
      const lines = await lab.page.$$eval(".topbar > .tools > .segments button", (list) => list.map((e) => {
        const range = document.createRange();
        range.selectNodeContents(e);
        return range.getClientRects().length;
      }));
      assert.deepEqual(lines, [1, 1], "a label has more than one line");
    });
  }
});
