// Pictures of the main states, for people to look at: dist/screenshots.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { poll } from "./lab.mjs";
import { screenshots } from "./site.mjs";
import { inBrowsers } from "./suite.mjs";

await mkdir(screenshots, { recursive: true });

const widths = [[1440, 900], [1024, 768], [390, 844]];

const stages = `FROM alpine AS build
WORKDIR /src
COPY second.txt third.txt ./
RUN cat second.txt third.txt >all.txt && echo built

FROM busybox AS assets
COPY third.txt /assets/
RUN echo hello >/assets/index.html

FROM nginx
COPY --from=build /src/all.txt /usr/share/nginx/html/
COPY --from=assets /assets /usr/share/nginx/html/assets
RUN echo one && echo two >&2 && touch /tmp/x
RUN rm -r /usr/share/nginx/html/assets
CMD ["nginx"]
`;

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

  for (const [width, height] of widths) {
    for (const theme of ["light", "dark"]) {
      const suffix = `${width}-${theme}-en`;
      it(`states ${suffix}`, { width, height, theme }, async (lab) => {
        const phone = width === 390;
        const write = async (text) => {
          if (phone) await lab.click("button", "Editor");
          await lab.write("Dockerfile", text);
          if (phone) await lab.click("button", "Core sample");
        };
        await write(stages);
        await shoot(lab, `stages-${suffix}`);
        if (phone) await lab.click("button", "Output");
        await lab.click("tab", "Build log");
        await shoot(lab, `log-${suffix}`);
        if (phone) await lab.click("button", "Files");
        else for (const pane of ["Editor", "Output"]) await lab.click("button", pane);
        await shoot(lab, `${phone ? "files" : "folded"}-${suffix}`);
        if (!phone) for (const pane of ["Editor", "Output"]) await lab.click("button", pane);
        await write("FROM alpine\nCOPY second.txt /\nRUN echo before; echo bad >&2; exit 3\n");
        await shoot(lab, `broken-${suffix}`);
      });
    }
  }

  it("20,000 files", {}, async (lab) => {
    await lab.write("Dockerfile", "FROM busybox\nRUN mkdir /d && cd /d && seq 1 20000 | xargs touch\n");
    await poll("the layer", async () => /, 200\d\d added/.test((await lab.strata())[0]), 100_000);
    await lab.click("option", (await lab.strata())[0]);
    await shoot(lab, "many-1440-light-en");
  });

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
