// Two tabs with one workspace: each shows what the other changes, and nothing
// that is typed in either is lost.
import assert from "node:assert/strict";
import { Lab, poll } from "./lab.mjs";
import { inBrowsers } from "./suite.mjs";

const text = (lab) => lab.page.$$eval(">>> .cm-line", (lines) => lines.map((e) => e.textContent).join("\n"));
const shows = (lab, what, wanted) =>
  poll(`${what}: ${JSON.stringify(wanted)}`, async () => {
    const now = await text(lab);
    return (typeof wanted === "string" ? now === wanted : wanted.test(now)) && now;
  });
const said = (lab, pattern) =>
  poll(`the words ${pattern}`, () => lab.page.$$eval('[role="status"]', (list) => list.map((e) => e.innerText).join(" ")).then((t) => pattern.test(t)));

// put replaces what the open Dockerfile holds, whichever tab is in front.
const put = async (lab, dockerfile) => {
  const editor = await lab.edit("Dockerfile", { all: true });
  await lab.paste(editor, dockerfile);
};

// change puts a text in the place of a line, without waiting for anything.
const change = (lab, line, to) =>
  lab.page.$eval(">>> .cm-content", (e, line, to) => {
    const range = document.createRange();
    range.selectNodeContents(e.querySelectorAll(".cm-line")[line]);
    const selection = e.getRootNode().getSelection?.() ?? document.getSelection();
    e.focus();
    (e.getRootNode().getSelection ? selection : document.getSelection()).setBaseAndExtent(range.startContainer, range.startOffset, range.endContainer, range.endOffset);
    document.dispatchEvent(new Event("selectionchange"));
    return new Promise((done) => setTimeout(done, 30)).then(() => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", to);
      e.dispatchEvent(new ClipboardEvent("paste", { clipboardData, data: to, dataType: "text/plain", bubbles: true, cancelable: true }));
    });
  }, line, to);

// deaf keeps a tab from hearing the others, as one that sleeps.
const deaf = (lab, on) => lab.page.evaluate((on) => {
  globalThis.heard ??= BroadcastChannel.prototype.dispatchEvent;
  globalThis.isDeaf = on;
}, on);
