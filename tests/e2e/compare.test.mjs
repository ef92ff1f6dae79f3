// Two builds side by side, moving instructions, the settings of a build.
import assert from "node:assert/strict";
import { violations } from "./axe.mjs";
import { poll } from "./lab.mjs";
import { inBrowsers } from "./suite.mjs";

const comparison = (lab) => lab.text("region", "Compare");
const source = (lab) => lab.page.$$eval(">>> .cm-line", (lines) => lines.map((e) => e.textContent));

// drag drags with the mouse.
async function drag(lab, from, to) {
  const middle = async (el) => {
    const b = await el.boundingBox();
    return { x: b.x + b.width / 3, y: b.y + b.height / 2 };
  };
  const [a, b] = [await middle(from), await middle(to)];
  await lab.page.mouse.move(a.x, a.y);
  await lab.page.mouse.down();
  await lab.page.mouse.move(a.x, a.y + 8, { steps: 2 });
  // A browser asks what is under the pointer a moment after it has moved.
  await to.evaluate((e) => {
    globalThis.asked = 0;
    e.addEventListener("dragover", () => globalThis.asked++);
  });
  let moved = 0;
  await poll("the browser to ask", async () => {
    await lab.page.mouse.move(b.x, b.y + (moved++ % 3) - 1, { steps: 2 });
    return lab.page.evaluate(() => globalThis.asked > 1);
  });
  await lab.page.mouse.up();
}

// dispatchDrag sends the events of it: Firefox begins to drag with a driven
// mouse, but never drops.
const dispatchDrag = (from, to) =>
  from.evaluate((a, b) => {
    const dataTransfer = new DataTransfer();
    const send = (el, type) => el.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    send(a, "dragstart");
    send(b, "dragover");
    send(b, "drop");
    send(a, "dragend");
  }, to);

inBrowsers("compare", (it) => {
  it("moves an instruction and shows what that does", {}, async (lab) => {
    await (await lab.find("listbox")).focus();
    await lab.chord("Alt", "ArrowDown");
    await lab.stack("no layer, CMD", "Layer 4, COPY ./second.txt", "Layer 3, ADD ./third.txt", "Layer 2, RUN", "Layer 1, FROM alpine");
    assert.deepEqual((await source(lab)).slice(2, 4), ["ADD ./third.txt .", "COPY ./second.txt ."]);
    await poll("the comparison", async () => /2 layers shared from the bottom/.test(await comparison(lab)));
    const text = await comparison(lab);
    assert.match(text, /2 layers above that with the same DiffID/);
    assert.match(text, /They part at COPY \.\/second\.txt/);
    assert.match(text, /No file differs/);
    // An edit of third.txt now costs two layers, one of second.txt only one.
    const edits = await lab.page.$$eval("tr", (rows) => rows.map((r) => r.innerText.replaceAll(/\s+/g, " ")));
    assert.ok(edits.some((r) => /^ADD \.\/third\.txt \. 1 layer, .* 2 layers, /.test(r)), edits.join("\n"));
    assert.ok(edits.some((r) => /^COPY \.\/second\.txt \. 2 layers, .* 1 layer, /.test(r)), edits.join("\n"));
    assert.deepEqual(await violations(lab), []);

    await lab.click("button", "Undo");
    await lab.settled();
    await lab.stack("no layer, CMD", "Layer 4, ADD ./third.txt", "Layer 3, COPY ./second.txt", "Layer 2, RUN", "Layer 1, FROM alpine");
  });

  it("moves an instruction that is dragged", { continues: true }, async (lab, { browser }) => {
    const [, from, , to] = await lab.page.$$('[role="listbox"] [role="option"]');
    await (browser.name === "chrome" ? drag(lab, from, to) : dispatchDrag(from, to));
    await poll("the new order", async () => (await source(lab))[1] === "ADD ./third.txt .");
    await lab.settled();
    assert.deepEqual((await source(lab)).slice(0, 4), ["FROM alpine", "ADD ./third.txt .", "RUN echo first", "COPY ./second.txt ."]);
  });

  it("compares with a build that is kept", { continues: true }, async (lab) => {
    await lab.write("Dockerfile", "FROM alpine\nCOPY second.txt /\nRUN echo one >/f\n");
    await lab.click("tab", "Compare");
    await poll("the earlier build", async () => /They part at/.test(await comparison(lab)));
    await lab.page.select('[data-change="compare-left"]', await lab.page.$eval('[data-change="compare-right"]', (e) => e.value));
    await lab.click("button", "Keep this build");
    await lab.find("button", "Let it go");
    await lab.write("Dockerfile", "FROM alpine\nCOPY second.txt /\nRUN echo two >/f\nCOPY third.txt /x\nENV A=b\n");
    await poll("its files", async () => /1 only after, 1 changed/.test(await comparison(lab)) && /config\.Env/.test(await comparison(lab)));
    await lab.click("button", "changed f content, 4 B");
    await poll("the lines that differ", async () => /−?-one.*\+two/s.test((await lab.text("region", "/f")).replaceAll(/\s|\d/g, "")));
    assert.deepEqual(await violations(lab), []);
    const kept = await lab.page.$$eval('[data-change="compare-left"] option', (list) => list.filter((o) => o.textContent.includes("kept")).length);
    assert.equal(kept, 1);
  });

  it("builds with the settings", { continues: true }, async (lab) => {
    await lab.write("Dockerfile", "FROM alpine AS one\nARG WHO=nobody\nRUN echo $WHO $RANDOM >/who\nFROM one AS two\nRUN true\n");
    await lab.click("button", "Settings 2022-01-09");
    await lab.find("dialog", "Settings");
    const put = async (role, name, value) => {
      const el = await lab.find(role, name);
      if (role === "combobox") return el.select(value);
      await el.focus();
      await lab.chord("Control", "a");
      await lab.page.keyboard.type(value);
      await lab.page.keyboard.press("Tab");
    };
    const settled = async (what, ready) => poll(what, async () => ready(await lab.page.$eval('[popovertarget="settings"]', (e) => e.innerText)));
    await put("combobox", "Target stage", "one");
    await lab.page.select('[data-change="compression"]', "zstd");
    await lab.page.select('[data-change="platform"]', "linux/arm64");
    await put("textbox", "WHO default nobody", "me");
    await put("textbox", "Seed What /dev/urandom, $RANDOM, mktemp and shuf begin from in a RUN", "7");
    // Another argument: the field is free for the next, but keeps what is none.
    const add = await lab.find("textbox", "Add NAME=VALUE");
    const field = () => add.evaluate((e) => [e.value, e.ariaInvalid, document.activeElement === e].join(" "));
    for (const [typed, kept, names] of [["EXTRA=one two", " false true", ["EXTRA"]], ["MORE", " false true", ["EXTRA", "MORE"]], ["9=no", "9=no true true", ["EXTRA", "MORE"]]]) {
      await add.focus();
      await lab.page.keyboard.type(typed);
      await lab.page.keyboard.press("Enter");
      await poll(`the field after ${typed}`, async () => (await field()) === kept);
      const listed = await lab.page.$$eval(".argument code", (list) => list.map((e) => e.textContent));
      assert.deepEqual(listed, ["WHO", ...names]);
    }
    await lab.chord("Control", "a");
    await lab.page.keyboard.press("Backspace");
    await lab.page.keyboard.press("Enter");
    await poll("a field that is free again", async () => (await field()) === " false true");
    for (const name of ["EXTRA", "MORE"]) await lab.page.$eval(`.argument:has([id="arg-${name}"]) button`, (e) => e.click());
    await settled("the settings beside the button", (text) => ["linux/arm64", "one", "zstd", "1 argument", "Seed 7"].every((word) => text.includes(word)));
    assert.deepEqual(await violations(lab), []);
    await lab.page.keyboard.press("Escape");
    await lab.settled();
    const names = await lab.strata();
    assert.equal(names.length, 3, names.join("\n"));
    await lab.click("tab", "Manifest");
    await poll("zstd layers", async () => /tar\+zstd/.test(await lab.text("tabpanel")));
    await lab.page.reload();
    await lab.settled();
    await settled("the settings after a reload", (text) => text.includes("Seed 7") && text.includes("linux/arm64"));
  });
});
