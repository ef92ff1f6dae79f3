// A suite that runs in every browser, against the site as it was built.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { browsers, launch } from "./browser.mjs";
import { Lab } from "./lab.mjs";
import { serve } from "./site.mjs";

// inBrowsers declares a suite. define gets `it(name, options, body)`: each test
// has a page of its own, given to body, and fails on any complaint of the page
// that body has not taken out of lab.complaints. With the option continues it
// goes on with the page of the test before, dressed anew: to open a page costs
// more than most tests do. Where that test has failed, it too has its own.
export function inBrowsers(title, define, only = browsers) {
  for (const name of only) {
    describe(`${title} (${name})`, () => {
      let site, browser, folder, lab;
      before(async () => {
        folder = await mkdtemp(join(tmpdir(), "layerlab-"));
        site = await serve();
        browser = await launch(name, { downloads: folder });
      });
      after(async () => {
        await browser?.close();
        await site?.stop();
        await rm(folder, { recursive: true, force: true });
      });
      const close = async () => {
        await lab?.close();
        lab = undefined;
      };
      define((what, { continues = false, ...options }, body) => {
        test(what, async () => {
          if (!continues) await close();
          if (lab) await lab.dress(options);
          else lab = await Lab.open(browser, site.url, { kept: false, ...options });
          try {
            await body(lab, { url: site.url, browser, folder });
            assert.deepEqual(lab.complaints, [], "the page complains");
          } catch (err) {
            await close();
            throw err;
          }
        });
      });
    });
  }
}
