// A RUN without end is stopped: by time, and by hand.
import assert from "node:assert/strict";
import { poll } from "./lab.mjs";
import { looping } from "./loop.mjs";
import { inBrowsers } from "./suite.mjs";

inBrowsers("a RUN without end", (it) => {
  it("is stopped by time, with the reason on its line", {}, async (lab) => {
    await looping(lab);
    const said = await poll("the reason", async () => {
      const text = await lab.text("region", "Problems");
      return text.includes("stopped") && text;
    }, 60_000);
    assert.match(said, /error *line 2.*(RUN was stopped after 30 seconds|more than \d+ steps)/);
    assert.match(said, /loop/);
    assert.equal(await lab.page.$eval("[data-status]", (e) => e.dataset.status), "stale");
    await lab.write("Dockerfile", "FROM scratch\nCOPY second.txt /\n");
    await lab.stack("Layer 1, COPY second.txt /");
  });

  it("is stopped by hand", { continues: true }, async (lab) => {
    await looping(lab);
    await lab.click("button", "Stop");
    await poll("the end", () => lab.page.$eval("[data-status]", (e) => e.dataset.status !== "busy"));
    await poll("the word of it", () => lab.look("button", "Build again"));
  });
});
