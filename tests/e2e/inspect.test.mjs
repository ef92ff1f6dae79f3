// The inspector: what a layer, a file and the image are made of.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { promisify } from "node:util";
import { violations } from "./axe.mjs";
import { poll } from "./lab.mjs";
import { inBrowsers } from "./suite.mjs";

const run = promisify(execFile);

const dockerfile = `FROM alpine
ENV DB_PASSWORD=hunter2
COPY second.txt third.txt <<.env <<logo.svg /srv/app/
API_TOKEN=s3cr3t
.env
<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16"><rect width="16" height="16"/></svg>
logo.svg
RUN mkdir /srv/logs && echo one >/srv/logs/a && echo two >>/srv/app/second.txt && cp /srv/app/third.txt /srv/copy
RUN rm -r /srv/logs /srv/app/.env && chmod 600 /srv/app/third.txt
`;

const secret = "API_TOKEN=s3cr3t\n";

// written makes the workspace of these tests and gives the strata by layer.
async function written(lab) {
  await lab.write("Dockerfile", dockerfile);
  const strata = await lab.stack("Layer 4, RUN rm", "Layer 3, RUN mkdir", "Layer 2, COPY second.txt", "no layer, ENV", "Layer 1, FROM alpine");
  return { 4: strata[0], 3: strata[1], 2: strata[2] };
}

const begins = (rows, ...paths) => paths.every((path) => rows.some((row) => row.startsWith(path)));
const panel = (lab) => lab.text("tabpanel");
const says = (lab, what) => poll(String(what), async () => what.test(await panel(lab)));

inBrowsers("inspector", (it) => {
  it("lists changes as a tree, and files with their versions", { theme: "light" }, async (lab) => {
    const strata = await written(lab);
    await lab.click("option", strata[4]);
    await lab.click("tab", "Changes");
    await poll("what was removed", async () => begins(await lab.rows(), "/srv/app/.env, removed, file, 17 B, whiteout: hides 17 bytes of layer 2",
      "/srv/logs, removed, directory, whiteout: hides 1 name with 4 bytes", "/srv/app/third.txt, modified, file, 6 B, mode 0644 to 0600"));
    assert.equal(begins(await lab.rows(), "/srv/logs/a"), false, "what a removed directory held is folded");

    // One Tab stop; the arrows open the removed directory, last in the list.
    const tree = await lab.find("tree", "Changes");
    await tree.focus();
    const current = () => tree.evaluate((e) => document.getElementById(e.getAttribute("aria-activedescendant"))?.title ?? "");
    await lab.page.keyboard.press("End");
    await poll("the last row", async () => (await current()).startsWith("/srv/logs, "));
    await lab.page.keyboard.press("ArrowRight");
    await poll("what it held", async () => begins(await lab.rows(), "/srv/logs/a, removed, file, 4 B, gone with /srv/logs"));
    await lab.page.keyboard.press("ArrowRight");
    await poll("the file in it", async () => (await current()).startsWith("/srv/logs/a, "));
    await lab.page.keyboard.press("Enter");
    await says(lab, /\/srv\/logs\/a.*deleted by layer 4.*one/s);
    await lab.click("button", "Layer 4");

    // Kinds, the base, names.
    for (const kind of ["added", "modified"]) await lab.click("button", kind);
    await poll("removals alone", async () => !begins(await lab.rows(), "/srv/app/third.txt"));
    await lab.click("button", "Since the base");
    for (const kind of ["added", "modified"]) await lab.click("button", kind);
    await poll("all since the base", async () => begins(await lab.rows(), "/srv/copy, added", "/srv/app/third.txt, added"));
    await lab.click("button", "unchanged");
    await poll("the base too", async () => begins(await lab.rows(), "/bin, unchanged"));
    await (await lab.find("searchbox", "Filter by path")).focus();
    await lab.page.keyboard.type("copy");
    await poll("one name", async () => (await lab.rows()).length === 1);

    // The union, with what is out of sight.
    await lab.click("tab", "Files");
    await (await lab.find("searchbox", "Filter by path")).focus();
    await lab.page.keyboard.type("srv/");
    await lab.click("button", "Files below that are out of sight");
    await poll("the deleted file", async () => begins(await lab.rows(), "/srv/app/.env, file, 17 B, from layer 2, deleted by layer 4",
      "/srv/app/second.txt, file, 11 B, from layer 3, 2 versions"));
    await lab.pick("/srv/app/second.txt");
    await says(lab, /11 B, -rw-r--r--, from layer 3.*second\ntwo/s);
    await lab.click("tab", "Diff");
    await says(lab, /against layer 2: 0 lines out, 1 line in/);
    assert.equal(await lab.page.$eval(">>> ins", (e) => e.textContent), "two");
    assert.deepEqual(await violations(lab), [], "diff");
    await lab.click("tab", "Hex");
    await says(lab, /73 65 63 6f 6e 64 0a/);
    await lab.click("tab", "Versions");
    assert.deepEqual(await violations(lab), [], "versions");
    await lab.click("button", "Open the version of Layer 2");
    await says(lab, /7 B.*from layer 2.*replaced by layer 3/s);
    await lab.click("button", "Layer 4");
    await lab.pick("/srv/app/logo.svg");
    const picture = await lab.find("image", "logo.svg");
    await poll("the picture", () => picture.evaluate((e) => e.naturalWidth === 16 && e.src.startsWith("blob:")));
  });

  it("takes a tar header apart, and computes digests again", { continues: true, theme: "dark" }, async (lab) => {
    const strata = await written(lab);
    await lab.click("option", strata[4]);
    await lab.click("tab", "Tar");
    await lab.pick("srv/app/.wh..env");
    await says(lab, /Checksum right: \d+/);
    const fields = await lab.find("listbox", "Fields of the header");
    const said = await fields.$$eval('[role="option"]', (list) => list.map((e) => e.textContent.replace(/\s+/g, "")));
    assert.ok(said.some((s) => s.startsWith("namesrv/app/.wh..env")), said.join("\n"));
    assert.ok(said.some((s) => s.startsWith("mode0000")), said.join("\n"));
    // A field and its bytes light each other.
    const lit = () => lab.page.$$eval('[aria-label="Bytes of the header"] .byte-hex .lit', (list) => list.map((e) => e.textContent).join("").trim());
    await fields.focus();
    await lab.page.keyboard.press("ArrowDown");
    await lab.page.keyboard.press("ArrowDown");
    await poll("the bytes of the mode", async () => (await lit()) === "30 30 30 30 30 30 30 00");
    await (await lab.page.$('[aria-label="Bytes of the header"] .byte-hex code')).hover();
    await poll("the field of the first bytes", () => fields.$eval('[aria-selected="true"]', (e) => e.textContent.trim().startsWith("name")));
    assert.deepEqual(await violations(lab), [], "header");
    await lab.click("button", "All entries");
    await lab.row("srv/app/.wh..env");

    // Digests: computed again, and followed from a changed byte.
    await lab.click("option", strata[3]);
    await lab.click("tab", "Digests");
    const nodes = async () => Object.fromEntries(await (await lab.find("list", "The whole chain")).$$eval("li", (list) =>
      list.map((e) => [e.querySelector(".node-name").textContent, e.innerText])));
    const before = await nodes();
    await lab.click("button", "Recompute all");
    await poll("every digest", async () => Object.values(await nodes()).every((n) => /equal/.test(n)));
    assert.ok(Object.values(await nodes()).every((n) => !/not equal/.test(n)));
    assert.match((await nodes())["DiffID 3"], /sha256 of [\d,]+ bytes/);
    await lab.click("button", "Change one byte of layer 3");
    await says(lab, /Layer 3, byte [\d,]+ of the tar: .* is now/);
    const after = await nodes();
    const changed = Object.keys(after).filter((name) => /not equal/.test(after[name]));
    assert.deepEqual(changed, ["Index", "Manifest", "Image ID", "ChainID 4", "ChainID 3", "DiffID 3"]);
    for (const name of changed) assert.notEqual(after[name].match(/[0-9a-f]{12}/)[0], before[name].match(/[0-9a-f]{12}/)[0], name);
    assert.deepEqual(await violations(lab), [], "a changed byte");
    await lab.click("button", "Restore the byte");
    await poll("the digests as they were", async () => (await nodes())["Image ID"].includes(before["Image ID"].match(/[0-9a-f]{12}/)[0]));

    // Documents lead to what they name, and back.
    await lab.click("tab", "Manifest");
    const link = await poll("a link to a layer", () => lab.page.$('button[data-follow][title="Layer 2"]'));
    await link.focus();
    await lab.page.keyboard.press("Enter");
    await poll("the layer", async () => /Layer 2/.test(await lab.text("navigation", "Looking at")) && (await lab.chosen()).startsWith("Layer 2"));
    await lab.click("button", "Back to where the link was");
    await poll("the manifest", async () => (await lab.find("tab", "Manifest")).evaluate((e) => e.ariaSelected === "true"));
  });

  it("tells what a key is made of, what is wasted and what it costs", { continues: true }, async (lab, { folder }) => {
    const strata = await written(lab);
    await lab.write("Dockerfile", dockerfile.replace("echo two", "echo 2"));
    await poll("the new step", async () => (await lab.strata())[1].includes("echo 2"));
    await lab.click("option", (await lab.strata())[1]);
    await lab.click("tab", "Cache");
    await says(lab, /built now.*instruction changed.*1 differs from the build before.*instruction\s*changed.*echo two.*echo 2/s);
    await lab.click("option", (await lab.strata())[0]);
    await says(lab, /its parent changed.*parent\s*changed/s);
    assert.ok(strata[4]);

    await lab.click("tab", "Waste");
    await says(lab, /Hidden by later layers.*\/srv\/app\/\.env\s*in layer 2, deleted by layer 4.*2 copies of 6 B.*environment file, from layer 2, deleted by layer 4.*DB_PASSWORD=hunter2/s);
    await lab.click("button", "How anyone gets it");
    const line = await lab.text("group", "tar");
    const other = await lab.text("group", "skopeo");
    await lab.click("button", "Export");
    await poll("the saved archive", async () => (await readdir(folder)).find((file) => file.endsWith(".oci.tar")));
    const out = await poll("the whole archive", () => run("sh", ["-c", line], { cwd: folder }));
    assert.equal(out.stdout, secret, line);
    assert.ok((await run("sh", ["-c", other], { cwd: folder })).stdout.endsWith(secret), other);

    await lab.click("tab", "Cost");
    const bytes = () => lab.page.$eval(".cost .big", (e) => e.textContent);
    await poll("the whole", async () => /travel: 100.0%/.test(await bytes()));
    await lab.click("checkbox", "Layer 1 FROM alpine: Layerlab stand-in for alpine");
    await poll("less", async () => /travel: \d\d\.\d%/.test(await bytes()));
    await lab.click("button", "All layers");
    await poll("the documents alone", async () => (await lab.page.$$eval(".cost input", (list) => list.every((e) => e.checked))));
    assert.deepEqual(await violations(lab), [], "cost");
  });
});
