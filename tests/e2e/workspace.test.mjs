// What a person works on: files, Dockerfiles, lessons; kept by the browser.
import assert from "node:assert/strict";
import { poll } from "./lab.mjs";
import { inBrowsers } from "./suite.mjs";

inBrowsers("workspace", (it) => {
  it("is there again after a reload", {}, async (lab) => {
    await lab.add("notes/today.txt", "kept");
    await lab.click("treeitem", "Dockerfile built");
    await lab.write("Dockerfile", "FROM scratch\nCOPY notes /notes\n");
    const before = await lab.stack("Layer 1, COPY notes /notes");
    await poll("the text to be kept", async () => {
      await lab.page.reload();
      await lab.settled();
      return (await lab.strata())[0]?.startsWith("Layer 1, COPY notes /notes");
    });
    assert.deepEqual((await lab.strata()).map((s) => s.split(", ").slice(0, 3)), before.map((s) => s.split(", ").slice(0, 3)));
  });

  it("lets one Dockerfile build upon another", { continues: true }, async (lab) => {
    await lab.add("base.Dockerfile", "FROM scratch\nCOPY second.txt /\n");
    await lab.click("treeitem", "Dockerfile built");
    await lab.write("Dockerfile", "FROM base\nCOPY third.txt /\n");
    const [, below] = await lab.stack("Layer 2, COPY third.txt /", "Layer 1, FROM base");
    const { DiffID } = await lab.digests(below);
    await (await lab.find("combobox", "Dockerfile")).select("base.Dockerfile");
    const [top] = await lab.stack("Layer 1, COPY second.txt /");
    assert.equal((await lab.digests(top)).DiffID, DiffID);
  });

  it("opens lessons", { continues: true }, async (lab) => {
    const select = await lab.find("combobox", "Lessons");
    const slugs = await poll("the lessons", () =>
      select.evaluate((e) => [...e.options].map((o) => o.value).filter(Boolean)).then((list) => list.length > 1 && list));
    for (const slug of slugs) {
      await select.select(slug);
      await poll(`lesson ${slug}`, () => select.evaluate((e) => e.value).then((value) => value === slug));
      await lab.settled();
      const status = await lab.page.$eval("[data-status]", (e) => e.dataset.status);
      assert.equal(status, "ready", `lesson ${slug} does not build`);
      assert.ok((await lab.strata()).length > 1, `lesson ${slug} has no stack`);
    }
  });

  it("says when the storage is full, and catches up", {}, async (lab) => {
    await lab.page.evaluate(() => {
      const { put } = IDBObjectStore.prototype;
      globalThis.full = true;
      IDBObjectStore.prototype.put = function (...args) {
        if (full) throw new DOMException("", "QuotaExceededError");
        return put.apply(this, args);
      };
    });
    const told = () => lab.page.$eval(".notices", (e) => e.innerText.includes("no space left"));
    await lab.add("late.txt", "late");
    await poll("the notice", told);
    await lab.click("treeitem", "Dockerfile built");
    await lab.page.evaluate(() => (globalThis.full = false));
    await lab.write("Dockerfile", "FROM scratch\nCOPY late.txt /\n");
    await poll("the end of the notice", async () => !(await told()));
    await lab.page.reload();
    await lab.settled();
    await lab.stack("Layer 1, COPY late.txt /, 4 B");
  });
});
