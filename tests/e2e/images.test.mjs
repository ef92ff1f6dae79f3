// Base images from outside: imported as archives, and pulled.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { browsers, launch } from "./browser.mjs";
import { violations } from "./axe.mjs";
import { Lab, poll } from "./lab.mjs";
import { layerlab, nativeBuild, program, registry, serve, worker } from "./site.mjs";

const base = "FROM alpine\nRUN echo base >/srv/base\nENV BASE=yes\n";
const upon = "COPY second.txt /srv/\nRUN cat /srv/base >>/srv/second.txt\n";
const files = { "second.txt": "second\n", "third.txt": "third\n" };

// context writes a folder with a Dockerfile.
async function context(folder, name, dockerfile) {
  const path = join(folder, name);
  await mkdir(path, { recursive: true });
  for (const [file, text] of Object.entries({ ...files, Dockerfile: dockerfile })) await writeFile(join(path, file), text);
  return path;
}

// drop drops a file on the page.
async function drop(lab, path, name) {
  const base64 = (await readFile(path)).toString("base64");
  await lab.page.evaluate((base64, name) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([bytes], name));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  }, base64, name);
}

// shown is the beginning of the image ID on the page.
async function shown(lab) {
  await lab.settled();
  const text = await lab.text("region", "Core sample");
  return text.match(/Image ID([0-9a-f]{12})/)?.[1];
}

// built waits for the stack of upon above the image of a name.
const built = (lab, name) =>
  poll(`the stack upon ${name}`, async () => {
    const strata = await lab.strata();
    return strata[0]?.startsWith("Layer 4, RUN cat") && strata.at(-1).includes(`FROM ${name}`);
  });

const problem = (lab, pattern) => poll(`the problem ${pattern}`, async () => pattern.test(await lab.text("region", "Problems")));

for (const name of browsers) {
  describe(`images (${name})`, () => {
    let browser, folder, site, hub;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "layerlab-"));
      const native = await context(folder, "base", base);
      await layerlab("build", "-o", join(folder, "my-base.oci.tar"), native);
      await layerlab("build", "-o", join(folder, "saved.tar"), "-format", "docker", "-name", "team/base:3", native);
      hub = await registry(`library/base:3=${join(folder, "saved.tar")}`);
      site = await serve({ flags: ["--registries", "quay.io", "--registry", `docker.io=${hub.url}`] });
      browser = await launch(name);
    });
    after(async () => {
      await browser?.close();
      await site?.stop();
      await hub?.stop();
      await rm(folder, { recursive: true, force: true });
    });

    test("imports an archive, builds upon it, keeps and forgets it", async () => {
      const lab = await Lab.open(browser, site.url);
      try {
        const dockerfile = `FROM my-base\n${upon}`;
        await lab.write("Dockerfile", dockerfile);
        await problem(lab, /"my-base" is not here.*docker\.io\/library\/my-base:latest, an image of the registry docker\.io/s);
        await drop(lab, join(folder, "my-base.oci.tar"), "my-base.oci.tar");
        await built(lab, "my-base");
        const want = await nativeBuild(await context(folder, "upon", dockerfile), "-base", `my-base=${join(folder, "my-base.oci.tar")}`);
        assert.equal(await shown(lab), want.image_id.slice(7, 19));
        await lab.click("tab", "Manifest");
        await poll("the manifest", async () => (await lab.text("tabpanel", "Manifest")).includes(want.manifest_digest));
        await lab.click("button", "Base images");
        await poll("the row of the image", async () => /my-base:latest.*imported, in use.*2 layers/.test(await lab.text("dialog", "Base images")));

        // It is there after a reload, can be renamed, and is gone when removed.
        await lab.page.reload();
        await built(lab, "my-base");
        assert.equal(await shown(lab), want.image_id.slice(7, 19));
        await lab.click("button", "Base images");
        await lab.click("button", "Rename my-base:latest");
        await poll("the field", () => lab.page.$eval("#image-name", (e) => e === document.activeElement));
        await lab.page.keyboard.type("other:1");
        await lab.page.keyboard.press("Enter");
        await problem(lab, /"my-base" is not here/);
        await lab.click("button", "Remove other:1");
        await poll("an empty list", async () => !/other/.test(await lab.text("dialog", "Base images")));
        await poll("no blobs of the removed image", async () => (await lab.page.evaluate(() => new Promise((resolve) => {
          indexedDB.open("layerlab-images").onsuccess = ({ target: { result: db } }) => {
            db.transaction("blobs").objectStore("blobs").count().onsuccess = (e) => resolve(e.target.result);
          };
        }))) === 0);
        assert.deepEqual(lab.complaints, []);
      } finally {
        await lab.close();
      }
    });

    if (name !== "chrome") return; // what follows is the engine's work, the same in all

    test("pulls after showing the cost, and refuses what is damaged", async () => {
      const lab = await Lab.open(browser, site.url);
      try {
        const dockerfile = `FROM base:3\n${upon}`;
        await lab.write("Dockerfile", dockerfile);
        await problem(lab, /"base:3" is not here/);
        const look = await lab.find("button", "Pull base:3");
        await lab.page.setOfflineMode(true);
        await poll("a pull that waits for the network", () => look.evaluate((e) => e.disabled));
        await lab.page.setOfflineMode(false);
        await poll("a pull that can begin", () => look.evaluate((e) => !e.disabled));
        await lab.click("button", "Pull base:3");
        const offer = await lab.find("group", "What pulling costs");
        assert.match(await offer.evaluate((e) => e.innerText), /base:3\s+linux\/amd64[^]*kB to fetch, of/);
        await problem(lab, /"base:3" is not here/); // nothing has come yet
        await lab.click("button", "Pull");
        await built(lab, "base:3");
        const pulled = join(folder, `pulled-${name}.tar`);
        await program("skopeo", "copy", "--quiet", "--src-tls-verify=false",
          `docker://${new URL(hub.url).host}/library/base:3`, `oci-archive:${pulled}`);
        const want = await nativeBuild(await context(folder, "pulled", dockerfile), "-base", `base:3=${pulled}`);
        assert.equal(await shown(lab), want.image_id.slice(7, 19));
        await lab.click("tab", "Manifest");
        await poll("the manifest", async () => (await lab.text("tabpanel", "Manifest")).includes(want.manifest_digest));
        await lab.click("button", "Base images");
        await poll("the row of the image", async () => /base:3.*pulled, in use/.test(await lab.text("dialog", "Base images")));
        assert.deepEqual(await violations(lab), []);

        await lab.write("Dockerfile", "FROM base:4\n");
        await lab.click("button", "Pull base:4");
        await poll("the refusal", async () => /there is no base:4 at docker\.io/.test(await lab.text("dialog", "Base images")));

        const damaged = await readFile(join(folder, "my-base.oci.tar"));
        damaged[damaged.indexOf(Buffer.from([0x1f, 0x8b, 8])) + 40] ^= 1; // in a layer
        await writeFile(join(folder, "damaged.tar"), damaged);
        await drop(lab, join(folder, "damaged.tar"), "damaged.tar");
        await poll("the fault", async () => /damaged\.tar was not imported: the blob sha256:[0-9a-f]{64} holds other bytes/.test(await lab.text("dialog", "Base images")));
        assert.deepEqual(lab.complaints.filter((c) => !/404|status of/.test(c)), []);
      } finally {
        await lab.close();
      }
    });
  });
}

// Of an archive with several images the page asks which; a base that BuildKit
// refuses is taken when somebody says so.
test("asks of several images, and goes on where BuildKit refuses (chrome)", async () => {
  const folder = await mkdtemp(join(tmpdir(), "layerlab-"));
  const ends = [() => rm(folder, { recursive: true, force: true })];
  try {
    const archives = new URL("../../core/image/testdata/archives/", import.meta.url).pathname;
    const site = await serve({ flags: [] });
    ends.push(site.stop);
    const browser = await launch("chrome");
    ends.push(browser.close);
    const lab = await Lab.open(browser, site.url);
    ends.push(() => lab.close());
    await lab.click("button", "Base images"); // it would close when all went well
    await drop(lab, join(archives, "two-tags-only.tar.gz"), "two.tar.gz");
    await lab.find("group", "two.tar.gz holds 2 images: which are to be taken?");
    assert.deepEqual(await violations(lab), []);
    await lab.click("button", "Take two:v2");
    await poll("the image that was chosen", async () => /two:v2.*1 layer/.test(await lab.text("dialog", "Base images")));
    assert.doesNotMatch(await lab.text("dialog", "Base images"), /two:v1/);
    await drop(lab, join(archives, "sparse-index.tar.gz"), "sparse.tar.gz");
    await poll("what is said of it", async () => /lists linux\/amd64 too.*linux\/arm64 is taken/.test(await lab.text("dialog", "Base images")));

    const layout = new URL("../conformance/testdata/found/layouts/img-wh-after", import.meta.url).pathname;
    await program("tar", "-cf", join(folder, "odd.tar"), "-C", layout, ".");
    await drop(lab, join(folder, "odd.tar"), "odd.tar");
    await poll("the odd image", async () => /odd:latest/.test(await lab.text("dialog", "Base images")));
    await lab.write("Dockerfile", "FROM odd\nCOPY second.txt /n\n");
    await problem(lab, /failed to convert whiteout file "a\/\.wh\.x": file exists/);
    await lab.click("button", "Go on as umoci and crane do");
    await problem(lab, /BuildKit refuses the base image odd: layer 2/);
    await poll("the stack", async () => (await lab.strata())[0]?.startsWith("Layer 3, COPY second.txt"));
    assert.deepEqual(lab.complaints, []);
  } finally {
    for (const end of ends.reverse()) await end();
  }
});

// The same page, pulling through the Worker: Chromium alone, since what differs
// is the host.
test("pulls through the Worker (chrome)", async () => {
  const folder = await mkdtemp(join(tmpdir(), "layerlab-"));
  const ends = [() => rm(folder, { recursive: true, force: true })];
  try {
    const archive = join(folder, "saved.tar");
    await layerlab("build", "-o", archive, "-format", "docker", "-name", "team/base:3", await context(folder, "base", base));
    const hub = await registry(`team/base:3=${archive}`);
    ends.push(hub.stop);
    const site = await worker(join(folder, "worker"), { OWN_REGISTRIES: `hub.example=${hub.url}` });
    ends.push(site.stop);
    const browser = await launch("chrome");
    ends.push(browser.close);
    const lab = await Lab.open(browser, site.url);
    ends.push(() => lab.close());

    const dockerfile = `FROM hub.example/team/base:3\n${upon}`;
    await lab.write("Dockerfile", dockerfile);
    await lab.click("button", "Pull hub.example/team/base:3");
    await lab.find("group", "What pulling costs");
    await lab.click("button", "Pull");
    await built(lab, "hub.example/team/base:3");
    const want = await nativeBuild(await context(folder, "pulled", dockerfile), "-base", `hub.example/team/base:3=${archive}`);
    assert.equal(await shown(lab), want.image_id.slice(7, 19));
    assert.deepEqual(lab.complaints, []);
  } finally {
    for (const end of ends.reverse()) await end();
  }
});
