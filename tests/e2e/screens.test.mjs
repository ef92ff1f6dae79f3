// Pictures of the main states, for people to look at: dist/screenshots.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { poll } from "./lab.mjs";
import { screenshots } from "./site.mjs";
import { inBrowsers } from "./suite.mjs";

await mkdir(screenshots, { recursive: true });

const widths = [[1440, 900], [1024, 768], [390, 844]];

// shoot writes a picture once nothing moves any more.
async function shoot(lab, name) {
  await lab.page.mouse.move(0, 0);
  await lab.settled();
  const picture = await lab.page.screenshot({ path: `${screenshots}/${name}.png` });
  assert.ok(picture.length > 10_000, `${name} is empty`);
}

inBrowsers("screens", (it) => {
  for (const [width, height] of widths) {
    for (const theme of ["light", "dark"]) {
      for (const language of ["en", "ko"]) {
        const suffix = `${width}-${theme}-${language}`;
        it(suffix, { width, height, theme, language }, async (lab) => {
          await shoot(lab, `first-${suffix}`);
          const select = await lab.page.$('select[data-change="lesson"]');
          await poll("the lessons", () => select.evaluate((e) => e.options.length > 1));
          await select.select("linked-bases");
          await poll("the lesson", () => select.evaluate((e) => e.value === "linked-bases"));
          await shoot(lab, `lesson-${suffix}`);
        });
      }
    }
  }

  it("errors", {}, async (lab) => {
    await lab.write("Dockerfile", "FROM alpine\nRUN echo before; exit 3\nCOPY second.txt /\n");
    await poll("the error", () => lab.page.$eval("[data-status]", (e) => e.dataset.status === "stale"));
    await shoot(lab, "error-1440-light-en");
  });

  for (const tab of ["Tar", "Files", "Digests", "Cache", "Commands", "History", "Config", "Manifest", "Waste", "Cost", "Reproduce", "Lesson"]) {
    it(tab, {}, async (lab) => {
      await lab.click("tab", tab);
      await shoot(lab, `${tab.toLowerCase()}-1440-light-en`);
    });
  }
}, ["chrome"]);
