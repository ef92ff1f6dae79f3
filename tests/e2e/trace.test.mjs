// Which command of a RUN wrote what.
import assert from "node:assert/strict";
import { violations } from "./axe.mjs";
import { poll } from "./lab.mjs";
import { inBrowsers } from "./suite.mjs";

const dockerfile = `FROM alpine
RUN mkdir /srv/data && \\
    echo one >/srv/data/one && \\
    touch /srv/data/two /srv/data/three
COPY second.txt /srv/
`;

// named is the name of the stratum with a text in it, as it is found by.
const named = async (lab, text) => (await lab.strata()).find((name) => name.includes(text)).replaceAll(/\s+/g, " ");

// run writes the Dockerfile and chooses its RUN.
async function run(lab) {
  await lab.write("Dockerfile", dockerfile);
  await lab.click("option", await named(lab, "RUN mkdir"));
}

const lit = (lab) => lab.page.$$eval(">>> .cm-lit", (lines) => lines.map((e) => e.textContent.trim()));
const changes = (lab) => lab.page.$$eval('[data-list="changes"] .row .name', (names) => names.map((e) => e.textContent));

inBrowsers("trace", (it) => {
  it("lists the commands of a RUN with what they wrote", {}, async (lab) => {
    await run(lab);
    await lab.click("tab", "Commands");
    const commands = await lab.find("list", "Commands that wrote files");
    assert.deepEqual(await commands.$$eval("button", (list) => list.map((e) => e.textContent)),
      ["mkdir /srv/data1 path, line 2", "echo one1 path, line 3", "touch /srv/data/two /srv/data/three2 paths, line 4"]);
    assert.match(await lab.text("tabpanel"), /interpreted in the browser/);

    // With the keyboard: to the files of a command, and back to all.
    await (await commands.$("li:last-child button")).focus();
    await lab.page.keyboard.press("Enter");
    await poll("its files", async () => (await changes(lab)).join() === "srv/data/three,srv/data/two");
    await poll("its line", async () => (await lit(lab)).join() === "touch /srv/data/two /srv/data/three");
    await poll("the focus", () => lab.page.evaluate(() => document.activeElement.id === "all-commands"));
    await lab.page.keyboard.press("Enter");
    await poll("all changes", async () => (await changes(lab)).length === 5);
    await poll("no lit line", async () => (await lit(lab)).length === 0);
  });

  it("shows which command wrote a file", { continues: true }, async (lab) => {
    await run(lab);
    await lab.click("tab", "Changes");
    await lab.pick("/srv/data/one");
    await poll("its line", async () => (await lit(lab)).join() === "echo one >/srv/data/one && \\");
    assert.match(await lab.text("tabpanel"), /written by echo one/);
    await lab.click("button", "Show its files");
    await poll("its files", async () => (await changes(lab)).join() === "srv/data/one");
    await lab.click("tab", "Tar");
    await poll("the tar entry", async () => /srv\/data\/two.*written by touch/.test(await lab.text("tree", "Tar")));
  });

  it("forgets the command with another layer", { continues: true }, async (lab) => {
    await run(lab);
    await lab.click("tab", "Commands");
    await (await (await lab.find("list", "Commands that wrote files")).$("button")).click();
    await poll("its files", async () => (await changes(lab)).join() === "srv/data/");
    await lab.click("option", await named(lab, "COPY second.txt"));
    await poll("the files of the other", async () => (await changes(lab)).includes("second.txt"));
    await lab.click("option", await named(lab, "RUN mkdir"));
    await poll("all changes", async () => (await changes(lab)).length === 5);
  });

  for (const [width, height, theme] of [[1440, 900, "light"], [1024, 768, "dark"], [390, 844, "dark"]]) {
    it(`has no violations that axe finds, ${width} ${theme} ko`, { continues: true, width, height, theme }, async (lab) => {
      const pane = (name) => width === 390 && lab.click("button", name);
      await pane("Editor");
      await lab.write("Dockerfile", dockerfile);
      await pane("Core sample");
      await lab.click("option", await named(lab, "RUN mkdir"));
      await lab.click("button", "한국어");
      await pane("돋보기");
      await lab.click("tab", "명령");
      const commands = await lab.find("list", "파일을 기록한 명령");
      assert.deepEqual(await violations(lab), [], "commands");
      await (await commands.$("li:nth-child(2) button")).click();
      await poll("its files", async () => (await changes(lab)).join() === "srv/data/one");
      assert.deepEqual(await violations(lab), [], "files of a command");
      await lab.pick("/srv/data/one");
      await lab.find("button", "이 명령의 파일 보기");
      assert.deepEqual(await violations(lab), [], "a file with its command");
    });
  }
});
