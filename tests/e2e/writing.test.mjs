// What helps to write: completion, explanations, mending, formatting, folding,
// renaming, one history of all files, and words in both languages.
import assert from "node:assert/strict";
import { violations } from "./axe.mjs";
import { poll } from "./lab.mjs";
import { inBrowsers } from "./suite.mjs";

const key = (lab, ...keys) => lab.chord(...keys);
const text = (lab) => lab.page.$$eval(">>> .cm-line", (lines) => lines.map((e) => e.textContent).join("\n"));
const holds = (lab, want) => poll(`the text ${JSON.stringify(want)}`, async () => (await text(lab)) === want);

// offered waits for the list of completions and gives its labels.
const offered = (lab, label) =>
  poll(`${label} among the completions`, async () => {
    const list = await lab.page.$$eval('>>> [role="listbox"] > li[role="option"] .cm-completionLabel', (all) => all.map((e) => e.textContent));
    return list.includes(label) && list;
  });

// accept takes the completion that is chosen. A list that has only just come
// does not take Enter yet, so that it is not accepted by accident.
async function accept(lab, label) {
  await offered(lab, label);
  await new Promise((resolve) => setTimeout(resolve, 200));
  await lab.page.keyboard.press("Enter");
}

// toLine puts the cursor at the end of a line of the open file.
async function toLine(lab, n) {
  await key(lab, "Control", "Home");
  for (let i = 1; i < n; i++) await lab.page.keyboard.press("ArrowDown");
  await lab.page.keyboard.press("End");
}

inBrowsers("writing", (it) => {
  it("completes and explains", {}, async (lab) => {
    await lab.write("Dockerfile", "FROM alpine AS build\nENV NAME=value\nCOPY second.txt /app/\n");
    await lab.edit("Dockerfile");
    await lab.page.keyboard.type("COP");
    await accept(lab, "COPY");
    await lab.page.keyboard.type("--fr");
    await accept(lab, "--from");
    await offered(lab, "alpine");
    assert.deepEqual(await violations(lab), [], "with the list of completions");
    await lab.page.keyboard.press("Escape");
    await key(lab, "Shift", "Home");
    await lab.page.keyboard.type("RUN cat /");
    await lab.settled(); // the files are those of the last build
    await lab.page.keyboard.type("a");
    await accept(lab, "app/");
    await accept(lab, "second.txt");
    await lab.page.keyboard.type(" $NA");
    await accept(lab, "NAME");
    await holds(lab, "FROM alpine AS build\nENV NAME=value\nCOPY second.txt /app/\nRUN cat /app/second.txt $NAME");
    const group = await lab.find("group", "Form of the instruction");
    await poll("the form", () => group.evaluate((e) => e.querySelector("[aria-current]")?.textContent === "COMMAND"));

    await lab.page.keyboard.press("ArrowLeft");
    await key(lab, "Alt", "k");
    await poll("the note", async () => (await lab.text("tooltip")).includes("NAME=value") && (await lab.text("tooltip")).includes("ENV on line 2"));
    await lab.page.keyboard.press("Escape");
    await poll("no note", async () => !(await lab.look("tooltip")));
    await (await lab.page.$(">>> .cm-line:nth-child(1) > span")).hover();
    await poll("the note under the pointer", async () => (await lab.text("tooltip")).includes("Begins a build stage"));
  });

  it("says everything in the language of the page", { continues: true }, async (lab) => {
    await lab.write("Dockerfile", "FROM alpine\nCOPY none.txt /\nCMD a\n");
    await lab.find("button", "Create none.txt");
    await lab.page.keyboard.press("Escape");
    await lab.click("button", "한국어");
    await lab.find("button", "none.txt 만들기");
    const heard = await lab.page.evaluate(() => document.body.innerText);
    for (const words of ["컨텍스트에 이 파일을 추가하거나 경로를 고치세요: none.txt", "alpine의 대역"]) assert.ok(heard.includes(words), words);
    assert.ok(heard.includes('"/none.txt": not found'), "Docker's own words stay");
    assert.equal(await lab.page.evaluate(() => document.documentElement.lang), "ko");
    await (await lab.find("textbox", "Dockerfile 내용")).focus();
    await key(lab, "Control", "f");
    await lab.find("textbox", "찾기");
    await lab.find("group", "명령의 형식");
    assert.deepEqual(await violations(lab), []);
    await lab.page.keyboard.press("Escape");
    await lab.click("button", "EN");
    await lab.find("button", "Create none.txt");
    await lab.find("group", "Form of the instruction");
  });

  it("formats, folds and renames", { continues: true }, async (lab) => {
    await lab.write("Dockerfile", "from alpine as one\nrun  echo a \\\n  b\nfrom alpine\ncopy --from=one   /etc/passwd /x\n");
    await lab.edit("Dockerfile");
    await key(lab, "Shift", "Alt", "f");
    await holds(lab, "FROM alpine AS one\nRUN echo a \\\n  b\n\nFROM alpine\nCOPY --from=one /etc/passwd /x\n");
    await toLine(lab, 1);
    await lab.page.keyboard.press("F2");
    await lab.find("textbox", "New name of the stage");
    await lab.page.keyboard.type("Two");
    await poll("why not", async () => (await lab.text("alert")).includes("lower case"));
    await key(lab, "Control", "a");
    await lab.page.keyboard.type("two");
    await poll("no objection", async () => !(await lab.look("alert")) || (await lab.text("alert")) === "");
    await lab.page.keyboard.press("Enter");
    await holds(lab, "FROM alpine AS two\nRUN echo a \\\n  b\n\nFROM alpine\nCOPY --from=two /etc/passwd /x\n");
    await poll("a fold", async () => {
      await toLine(lab, 2);
      await key(lab, "Control", "Shift", "BracketLeft");
      return (await text(lab)).includes("RUN echo a \\…\n");
    });
    await key(lab, "Control", "z");
    await poll("the former name", async () => (await text(lab)).includes("--from=one"));
    // Esc, then Tab leaves the editor.
    await lab.page.keyboard.press("Escape");
    await lab.page.keyboard.press("Tab");
    assert.equal(await lab.page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.textContent ?? document.activeElement?.tagName), "Format");
  });

  it("mends problems", { continues: true }, async (lab) => {
    await lab.write("Dockerfile", "FROM alpine\nWORKDIR app\nCMD node app.js\nCOPY none.txt /\n");
    await toLine(lab, 2);
    await key(lab, "Control", ".");
    await poll("the absolute path", async () => (await text(lab)).includes("WORKDIR /app\n"));
    await lab.settled();
    await toLine(lab, 3);
    await key(lab, "Control", ".");
    await accept(lab, "Write as a JSON array");
    await poll("the array", async () => (await text(lab)).includes('CMD ["node", "app.js"]'));
    await lab.settled();
    await lab.click("button", "Create none.txt");
    await lab.find("textbox", "Content of none.txt");
    await lab.stack("Layer 3, COPY none.txt /", "no layer, CMD", "Layer 2, WORKDIR /app", "Layer 1, FROM alpine");
  });

  it("takes changes back across files", {}, async (lab) => {
    const first = await text(lab);
    // Pasted: what is typed on a busy machine may be more than one step.
    await lab.paste(await lab.edit("Dockerfile"), "LABEL a=b");
    await lab.click("treeitem", "second.txt 7 B");
    await lab.paste(await lab.edit("second.txt"), "more");
    await lab.page.keyboard.press("F1");
    await lab.find("dialog", "Keys of the page");
    await lab.page.keyboard.press("Escape");
    await lab.click("treeitem", "third.txt 6 B");
    await lab.click("button", "Delete");
    await poll("no third.txt", async () => !(await lab.look("treeitem", "third.txt 6 B")));

    await lab.click("button", "Undo");
    await lab.find("treeitem", "third.txt 6 B");
    await lab.click("treeitem", "Dockerfile built");
    await lab.edit("Dockerfile");
    await key(lab, "Control", "z");
    await lab.find("textbox", "Content of second.txt");
    await holds(lab, "second\n");
    await lab.edit("second.txt");
    await key(lab, "Control", "z");
    await lab.find("textbox", "Content of Dockerfile");
    await holds(lab, first);
    await (await lab.find("button", "Redo")).focus();
    await key(lab, "Control", "Shift", "z");
    await holds(lab, `${first}LABEL a=b`);
    await key(lab, "Control", "y");
    await lab.find("textbox", "Content of second.txt");
    await holds(lab, "second\nmore");
  });
});
