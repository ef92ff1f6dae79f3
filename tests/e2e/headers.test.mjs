// The page under its own headers, as strict as they are.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { browsers, launch } from "./browser.mjs";
import { Lab, poll } from "./lab.mjs";
import { serve } from "./site.mjs";

const wanted = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

describe("the page's headers", () => {
  for (const name of browsers) {
    test(`are strict, and the page works under them in ${name}`, async () => {
      const running = await serve();
      const browser = await launch(name);
      try {
        const { headers } = await fetch(running.url);
        for (const [field, value] of Object.entries(wanted)) assert.equal(headers.get(field), value, field);
        const policy = headers.get("content-security-policy");
        assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|https?:|\*/);
        assert.match(policy, /script-src 'self' 'wasm-unsafe-eval';.*frame-ancestors 'self'$/);
        assert.match(headers.get("permissions-policy"), /camera=\(\)/);

        const lab = await Lab.open(browser, running.url);
        await lab.write("Dockerfile", "FROM scratch\nCOPY second.txt /\n");
        await poll("the layer of the edit", async () => (await lab.strata()).some((s) => s.includes("COPY second.txt")));
        assert.equal(await lab.page.evaluate(() => crossOriginIsolated), true);
        assert.deepEqual(lab.complaints, []);
        await lab.close();
      } finally {
        await browser.close();
        await running.stop();
      }
    });
  }
});
