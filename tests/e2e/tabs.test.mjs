// Two tabs with one workspace: each shows what the other changes, and nothing
// that is typed in either is lost.
import assert from "node:assert/strict";
import { Lab, poll } from "./lab.mjs";
import { inBrowsers } from "./suite.mjs";

const source = (lab) => lab.page.$$eval(">>> .cm-line", (lines) => lines.map((e) => e.textContent).join("\n"));

// shows waits until a tab's editor holds a text, or one that has all of these.
const shows = (lab, what, ...wanted) =>
  poll(`${what}: ${wanted.join(" … ")}`, async () => {
    const now = await source(lab);
    return (wanted.length === 1 ? now === wanted[0] : wanted.every((part) => now.includes(part))) && now;
  });

const said = (lab, pattern) =>
  poll(`the words ${pattern}`, () => lab.page.$$eval('[role="status"]', (list) => list.map((e) => e.innerText).join(" ")).then((t) => pattern.test(t)));

// front turns to a tab: a browser draws no other, and tells nobody what is in it.
const front = (lab) => lab.page.bringToFront();

// put has the editor of a tab hold another text.
const put = async (lab, text, path = "Dockerfile") => {
  await front(lab);
  await lab.paste(await lab.edit(path, { all: true }), text);
};

// rewrite does so in a tab that is not in front, and so has not looked since.
const rewrite = (lab, from, to) =>
  lab.page.$eval(">>> .cm-content", (e, from, to) => {
    const view = e.cmTile?.view ?? e.cmView?.view;
    const at = view.state.doc.toString().indexOf(from);
    view.dispatch({ changes: { from: at, to: at + from.length, insert: to }, userEvent: "input.type" });
  }, from, to);

// sleeps keeps a tab from hearing the others and from being heard, as one that
// the browser has put to sleep in the middle of something.
const sleeps = async (lab, on) => {
  await lab.page.evaluate((on) => {
    globalThis.asleep = on;
    if (globalThis.slept) return;
    globalThis.slept = true;
    const { postMessage } = Channel.prototype;
    Channel.prototype.postMessage = function (message) {
      if (!asleep) postMessage.call(this, message);
    };
    // What was to come while it slept never does.
    for (const channel of channels) {
      const heard = channel.onmessage;
      channel.onmessage = (e) => asleep || heard.call(channel, e);
    }
  }, on);
};
const wake = async (lab) => {
  await sleeps(lab, false);
  await lab.page.evaluate(() => dispatchEvent(new Event("focus")));
};

// beside opens a second tab of the same browser profile.
async function beside(lab, browser, url) {
  const other = await Lab.open(browser, url, { context: lab.context, kept: false });
  other.close = () => other.page.close();
  return other;
}

// channels lets a test reach the channels that a page opens.
const channels = (page) =>
  page.evaluateOnNewDocument(() => {
    globalThis.channels = [];
    globalThis.Channel = BroadcastChannel;
    globalThis.BroadcastChannel = class extends BroadcastChannel {
      constructor(...args) {
        super(...args);
        globalThis.channels.push(this);
      }
    };
  });

inBrowsers("two tabs", (it) => {
  it("show each other's changes", {}, async (lab, { browser, url }) => {
    const other = await beside(lab, browser, url);
    try {
      await put(lab, "FROM scratch\nCOPY second.txt /\n");
      await shows(other, "the Dockerfile", "FROM scratch\nCOPY second.txt /\n");
      await other.stack("Layer 1, COPY second.txt /");

      // Back, in small steps, at another place; the cursor of the first one stays.
      await front(other);
      await other.edit("Dockerfile");
      await other.page.keyboard.type("LABEL a=b\n");
      await shows(lab, "what was typed", "FROM scratch\nCOPY second.txt /\nLABEL a=b\n");
      await lab.stack("no layer, LABEL a=b", "Layer 1, COPY second.txt /");

      // Files that come, change and go.
      await other.add("notes/new.txt", "new\n");
      await front(lab);
      await lab.find("treeitem", "new.txt 4 B");
      await front(other);
      await other.click("button", "Delete");
      await front(lab);
      await poll("the file to go", async () => !(await lab.look("treeitem", "new.txt 4 B")));

      // Settings.
      await front(other);
      await other.click("button", "Settings 2022-01-09");
      await other.page.select('[data-change="platform"]', "linux/arm64");
      await poll("the platform", () => lab.page.$eval('[popovertarget="settings"]', (e) => e.innerText.includes("linux/arm64")));

      // Each takes back what was done last, wherever that was.
      await front(lab);
      await (await lab.find("listbox")).focus();
      await lab.chord("Control", "z");
      await poll("the platform taken back", () => other.page.$eval('[popovertarget="settings"]', (e) => !e.innerText.includes("arm64")));
      assert.deepEqual(other.complaints, []);
    } finally {
      await other.close();
    }
    // One that is opened later, or anew, has all of it.
    await lab.page.reload();
    await lab.settled();
    await shows(lab, "after a reload", "FROM scratch\nCOPY second.txt /\nLABEL a=b\n");
  });

  it("follow to another workspace, and say so", {}, async (lab, { browser, url }) => {
    const other = await beside(lab, browser, url);
    try {
      await put(lab, "FROM scratch\nCOPY second.txt /mine\n");
      await shows(other, "the Dockerfile", "FROM scratch\nCOPY second.txt /mine\n");
      await front(lab);
      const select = await lab.find("combobox", "Lessons");
      await poll("the lessons", () => select.evaluate((e) => e.options.length > 1));
      await select.select("environment");
      await said(other, /Another tab opened another workspace/);
      await poll("the lesson", () => other.page.$eval('[data-change="lesson"]', (e) => e.value === "environment"));
      assert.equal(await source(other), await source(lab));
      await front(other);
      await other.settled();
      await other.click("button", "Undo");
      await shows(other, "its own again", "FROM scratch\nCOPY second.txt /mine\n");
      await shows(lab, "in the other as well", "FROM scratch\nCOPY second.txt /mine\n");
    } finally {
      await other.close();
    }
  });

  it("lose nothing that is typed in both at once", {}, async (lab, { browser, url }) => {
    await channels(lab.page);
    await lab.page.reload();
    await lab.settled();
    const other = await beside(lab, browser, url);
    try {
      await channels(other.page);
      await front(other);
      await other.page.reload();
      await other.settled();
      const begin = "FROM alpine\nRUN echo one\nRUN echo two\nRUN echo three\n";
      await put(lab, begin);
      await shows(other, "the begin", begin);

      // Other lines, and different places of one line.
      await front(other);
      await sleeps(lab, true);
      await rewrite(lab, "one\n", "one mine\n");
      await rewrite(other, "alpine\n", "alpine AS theirs\n");
      await rewrite(other, "three", "three theirs");
      const merged = "FROM alpine AS theirs\nRUN echo one mine\nRUN echo two\nRUN echo three theirs\n";
      await shows(other, "both", merged);
      await wake(lab);
      await shows(lab, "both", merged);

      // The same words: both stand there, and it is said.
      await sleeps(lab, true);
      await rewrite(lab, "echo two", "true");
      await rewrite(other, "echo two", "false");
      await said(other, /same place in Dockerfile/);
      await wake(lab);
      const both = await shows(lab, "both commands", "RUN true", "RUN false");
      await shows(other, "the same", both);

      // Changed in one, removed in the other: the change stays.
      await front(lab);
      await lab.click("treeitem", "second.txt 7 B");
      await shows(lab, "the file", "second\n");
      await front(other);
      await other.click("treeitem", "second.txt 7 B");
      await sleeps(other, true);
      await rewrite(lab, "second", "kept");
      await other.click("button", "Delete");
      await said(other, /same place in second\.txt/);
      await wake(other);
      await other.find("treeitem", "second.txt 5 B");
      await front(lab);
      await lab.find("treeitem", "second.txt 5 B");

      // An edit that meets another workspace is in what was put aside.
      await lab.click("treeitem", "Dockerfile built");
      await shows(lab, "the Dockerfile", both);
      await sleeps(lab, true);
      await front(other);
      const select = await other.find("combobox", "Lessons");
      await poll("the lessons", () => select.evaluate((e) => e.options.length > 1));
      await select.select("environment");
      await poll("the lesson", () => select.evaluate((e) => e.value === "environment"));
      await rewrite(lab, both, "FROM scratch\nCOPY third.txt /late\n");
      await said(lab, /Another tab opened another workspace/);
      await wake(lab);
      await front(lab);
      await lab.click("button", "Undo");
      await shows(lab, "the late edit", "FROM scratch\nCOPY third.txt /late\n");
      await shows(other, "the same", "FROM scratch\nCOPY third.txt /late\n");
      assert.deepEqual(other.complaints, []);
    } finally {
      await other.close();
    }
  });

  it("keep what both type, key by key", {}, async (lab, { browser, url }) => {
    const other = await beside(lab, browser, url);
    try {
      await put(lab, "FROM scratch\n\n# a\n\n# b\n");
      await shows(other, "the begin", "FROM scratch\n\n# a\n\n# b\n");
      // Every key is an event of its own, in both tabs at once.
      const key = (tab, line, char) =>
        tab.page.$eval(">>> .cm-content", async (e, line, char) => {
          const el = e.querySelectorAll(".cm-line")[line];
          const view = e.cmTile?.view ?? e.cmView?.view ?? e.cmView?.rootView?.view;
          const at = view.posAtDOM(el, el.childNodes.length);
          view.dispatch({ changes: { from: view.state.doc.lineAt(at).to, insert: char }, userEvent: "input.type" });
        }, line, char);
      const [mine, theirs] = ["COPY second.txt /one", "COPY third.txt /two"];
      for (let i = 0; i < Math.max(mine.length, theirs.length); i++) {
        await Promise.all([i < mine.length && key(lab, 1, mine[i]), i < theirs.length && key(other, 3, theirs[i])]);
      }
      const both = "FROM scratch\nCOPY second.txt /one\n# a\nCOPY third.txt /two\n# b\n";
      await shows(lab, "both", both);
      await shows(other, "both", both);
      await lab.stack("Layer 2, COPY third.txt /two", "Layer 1, COPY second.txt /one");
    } finally {
      await other.close();
    }
    await lab.page.reload();
    await lab.settled();
    await lab.stack("Layer 2, COPY third.txt /two", "Layer 1, COPY second.txt /one");
  });
});
