// What the page shows is what the native engine computes.
import assert from "node:assert/strict";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { poll } from "./lab.mjs";
import { nativeBuild, program } from "./site.mjs";
import { inBrowsers } from "./suite.mjs";

const dockerfile = `FROM alpine
COPY second.txt /srv/data/
RUN mkdir /srv/logs && echo line >>/srv/data/second.txt
RUN rm /srv/data/second.txt
LABEL note="no layer"
RUN true
COPY --chmod=600 third.txt second.txt /srv/
`;

// The files of the first lesson, beside which the Dockerfile above is written.
const files = { "second.txt": "second\n", "third.txt": "third\n" };

async function native(folder, name) {
  const context = join(folder, name);
  await mkdir(context);
  for (const [path, text] of Object.entries({ ...files, Dockerfile: dockerfile })) await writeFile(join(context, path), text);
  return nativeBuild(context);
}

// written puts the Dockerfile into the editor and waits for its stack.
async function written(lab) {
  await lab.write("Dockerfile", dockerfile);
  return lab.stack(
    "Layer 6, COPY --chmod=600", "Layer 5, RUN true, empty layer", "no layer, LABEL", "Layer 4, RUN rm",
    "Layer 3, RUN mkdir", "Layer 2, COPY second.txt", "Layer 1, FROM alpine",
  );
}

inBrowsers("building", (it) => {
  it("shows the first lesson built", {}, async (lab) => {
    await lab.stack(
      'no layer, CMD ["echo", "fourth"]', "Layer 4, ADD ./third.txt ., 6 B, 1 added", "Layer 3, COPY ./second.txt ., 7 B, 1 added",
      "Layer 2, RUN echo first, empty layer", "Layer 1, FROM alpine",
    );
  });

  it("keeps the last stack, marked, while the files have errors", { continues: true }, async (lab) => {
    const instruction = (name) => name.split(", ")[1];
    const before = (await lab.strata()).map(instruction);
    await lab.edit("Dockerfile");
    await lab.page.keyboard.type("KOPY a /"); // no beginning of it is an instruction
    await poll("the error", async () => /error.*line 6.*KOPY/.test(await lab.text("region", "Problems")));
    // What failed is a crack in the stack; the strata are those of before.
    const isCrack = (name) => name.startsWith("The build broke off here");
    const strata = await poll("the crack", async () => {
      const names = await lab.strata();
      return names.some(isCrack) && names;
    });
    assert.match(strata.find(isCrack), /KOPY a \/, line 6: .*KOPY/);
    assert.deepEqual(strata.filter((name) => !isCrack(name)).map(instruction), before);
    assert.match(await lab.text("region", "Core sample"), /Last good build/);
    await lab.write("Dockerfile", "FROM alpine\nCOPY second.txt /");
    await lab.stack("Layer 2, COPY second.txt /", "Layer 1, FROM alpine");
    assert.equal(await (await lab.find("region", "Core sample")).evaluate((e) => e.innerText.includes("Last good build")), false);
  });

  it("builds while a person types", { continues: true }, async (lab) => {
    await lab.type("Dockerfile", "FROM scratch\nCOPY second.txt /\nLABEL a=b\n");
    await lab.stack("no layer, LABEL a=b", "Layer 1, COPY second.txt /, 7 B, 1 added");
  });

  it("shows the DiffIDs and ChainIDs of what is written", { continues: true }, async (lab, { folder }) => {
    const want = await native(folder, "written");
    const strata = (await written(lab)).filter((name) => name.startsWith("Layer")).reverse();
    const shown = [];
    for (const name of strata) shown.push(await lab.digests(name));
    assert.deepEqual(shown.map((d) => d.DiffID), want.diff_ids);
    assert.deepEqual(shown.map((d) => d.ChainID), want.chain_ids);
  });

  it("saves an OCI archive that other tools read", { continues: true }, async (lab, { folder }) => {
    const want = await native(folder, "saved");
    await written(lab);
    await lab.click("button", "Export");
    const name = await poll("the saved archive", async () =>
      (await readdir(folder)).find((file) => file.endsWith(".oci.tar")));
    const archive = `oci-archive:${join(folder, name)}`;
    const manifest = await poll("the whole archive", () => program("skopeo", "inspect", "--raw", archive));
    assert.equal(manifest, want.manifest_json);
    assert.equal(await program("skopeo", "inspect", "--raw", "--config", archive), want.config_json);
    // Unpacked by another program, the files are those that the last layer left.
    await program("skopeo", "copy", "--quiet", archive, `oci:${join(folder, "layout")}:image`);
    await program("umoci", "unpack", "--rootless", "--image", `${join(folder, "layout")}:image`, join(folder, "bundle"));
    assert.deepEqual((await readdir(join(folder, "bundle/rootfs/srv"))).sort(), ["data", "logs", "second.txt", "third.txt"]);
    assert.deepEqual(await readdir(join(folder, "bundle/rootfs/srv/data")), []);
  });

  it("saves an archive for docker load", { continues: true }, async (lab, { folder }) => {
    const want = await native(folder, "docker");
    await written(lab);
    await lab.click("button", "Export formats");
    await (await poll("the formats", () => lab.page.$("button ::-p-text(Docker archive)"))).click();
    const name = await poll("the saved archive", async () =>
      (await readdir(folder)).find((file) => file.endsWith(".docker.tar")));
    const config = await poll("the whole archive", () =>
      program("skopeo", "inspect", "--raw", "--config", `docker-archive:${join(folder, name)}`));
    assert.equal(config, want.config_json);
  });

  it("says what changed and what came from the cache", { continues: true }, async (lab) => {
    await lab.write("Dockerfile", "FROM alpine\nCOPY second.txt /a\nCOPY third.txt /b");
    await lab.stack("Layer 3", "Layer 2", "Layer 1");
    await lab.write("Dockerfile", "FROM alpine\nCOPY second.txt /a\nCOPY third.txt /c");
    const [top, below] = await lab.stack("Layer 3, COPY third.txt /c", "Layer 2", "Layer 1");
    assert.match(top, /built now/);
    assert.match(below, /from cache/);
  });

  it("shows the files of a layer and what is in them", { continues: true }, async (lab) => {
    await lab.write("Dockerfile", "FROM alpine\nCOPY second.txt /srv/\nRUN rm /srv/second.txt\n");
    const [top, below] = await lab.stack("Layer 3", "Layer 2", "Layer 1");
    await lab.click("option", below);
    await lab.click("tab", "Changes");
    await lab.pick("/srv/second.txt");
    await poll("the content", async () => /second/.test(await lab.text("region", "/srv/second.txt")));
    await lab.click("option", top);
    await lab.click("tab", "Changes");
    await poll("the whiteout", async () =>
      (await lab.rows()).some((row) => /^\/srv\/second\.txt, removed.*hides 7 bytes of layer 2.*written by rm/.test(row)));
    await lab.click("tab", "Tar");
    await poll("the tar entry", async () => (await lab.text("tree", "Tar")).includes("srv/.wh.second.txt"));
  });
});
