// The panel that tells how to make the image again with BuildKit.
import assert from "node:assert/strict";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { violations } from "./axe.mjs";
import { poll } from "./lab.mjs";
import { nativeBuild, program } from "./site.mjs";
import { inBrowsers } from "./suite.mjs";

const dockerfile = "FROM alpine\nCOPY second.txt /srv/\nCOPY --chmod=600 third.txt /srv/\n";
const files = { Dockerfile: dockerfile, "second.txt": "second\n", "third.txt": "third\n" };

// opened shows the panel of a Dockerfile and gives its text once it is there.
async function opened(lab, text, tab = "Reproduce") {
  await lab.write("Dockerfile", text);
  await lab.click("tab", tab);
  return poll("the digests", async () => {
    const shown = await lab.text("region", tab);
    return /sha256:/.test(shown) && shown;
  });
}

inBrowsers("reproducing", (it) => {
  it("shows the commands and the digests they must give", {}, async (lab, { folder }) => {
    const context = join(folder, "context");
    await mkdir(context);
    for (const [path, content] of Object.entries(files)) await writeFile(join(context, path), content);
    const want = await nativeBuild(context);
    const text = await opened(lab, dockerfile);
    const digests = text.match(/sha256:[0-9a-f]{64}/g).filter((d) => !text.includes(`alpine@${d}`));
    assert.ok(digests.includes(want.image_id), "the image ID");
    for (const id of [...want.diff_ids, ...want.chain_ids]) assert.ok(digests.includes(id), id);
    assert.match(text, /Base images in the archive: *alpine/);
    assert.doesNotMatch(text, /interpreted|placeholders/, "there is no RUN to speak of");
    assert.match(await lab.text("region", "docker buildx"), /^SOURCE_DATE_EPOCH=1641686400 docker buildx build .*--build-context alpine=oci-layout:/s);
    assert.match(await lab.text("region", "buildctl"), /^SOURCE_DATE_EPOCH=1641686400 buildctl build /);
  });

  it("copies a command", { continues: true }, async (lab) => {
    await opened(lab, dockerfile);
    await lab.page.evaluate(() => {
      navigator.clipboard.writeText = async (text) => void (globalThis.copied = text);
    });
    await lab.click("button", "Copy the docker buildx command");
    assert.equal(await poll("the copy", () => lab.page.evaluate(() => globalThis.copied)), await lab.text("region", "docker buildx"));
    await poll("the word of it", async () =>
      (await lab.page.$eval('[role="status"][aria-live="polite"]', (e) => e.textContent)) === "Copied");
  });

  it("saves an archive with all that it takes", { continues: true }, async (lab, { folder }) => {
    const text = await opened(lab, dockerfile);
    await (await lab.find("button", "Save the archive")).focus();
    await lab.page.keyboard.press("Enter");
    const name = await poll("the saved archive", async () =>
      (await readdir(folder)).find((file) => file.endsWith(".reproduce.tar")));
    const archive = join(folder, name);
    const expected = JSON.parse(await poll("the whole archive", () => program("tar", "-xOf", archive, "expected.json")));
    for (const digest of [expected.image_id, expected.manifest_digest, ...expected.diff_ids, ...expected.chain_ids]) {
      assert.ok(text.includes(digest), `the page does not show ${digest}`);
    }
    assert.equal(await program("tar", "-xOf", archive, "context/second.txt"), "second\n");
    const members = await program("tar", "-tf", archive);
    for (const member of ["reproduce.sh", "bases/alpine/index.json", "context/Dockerfile"]) assert.ok(members.includes(member), member);
  });

  it("says what RUN means for it", { continues: true }, async (lab) => {
    const text = await opened(lab, `${dockerfile}RUN rm /srv/second.txt\n`);
    assert.match(text, /RUN is interpreted here and executed there/);
    assert.match(text, /BuildKit cannot execute that RUN/);
  });

  for (const [width, height, theme, language] of [[1440, 900, "light", "en"], [1024, 768, "dark", "en"], [390, 844, "dark", "ko"]]) {
    it(`has no violations that axe finds, ${width} ${theme} ${language}`, { continues: width === 1440, width, height, theme, language }, async (lab) => {
      if (width === 1024) {
        await lab.click("button", "Inspect");
      } else if (width === 390) {
        await lab.click("button", "돋보기");
      }
      const tab = language === "ko" ? "재현" : "Reproduce";
      await lab.click("tab", tab);
      await poll("the digests", async () => /sha256:/.test(await lab.text("region", tab)));
      assert.deepEqual(await violations(lab), []);
      const wide = await lab.page.$eval('[role="tabpanel"] .sheet', (e) => e.scrollWidth > e.clientWidth);
      assert.equal(wide, false, "the panel scrolls sideways");
    });
  }
});
