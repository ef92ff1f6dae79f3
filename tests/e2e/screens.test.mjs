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

// looks are the themes and languages a state is pictured in, changed in place.
const looks = [["light", "EN"], ["dark", "한국어"], ["dark", "EN"], ["light", "한국어"]];

async function dress(lab, [theme, language]) {
  await lab.page.evaluate((theme) => (document.documentElement.dataset.theme = theme), theme);
  await lab.page.evaluate((text) => [...document.querySelectorAll("button[lang]")].find((b) => b.textContent === text).click(), language);
}

// picture pictures a state in every look, and ends in the first.
async function picture(lab, name, width, all = looks) {
  for (const look of all) {
    await dress(lab, look);
    await shoot(lab, `${name}-${width}-${look[0]}-${look[1] === "EN" ? "en" : "ko"}`);
  }
  await dress(lab, looks[0]);
}

inBrowsers("screens", (it) => {
  for (const [width, height] of widths) {
    it(`states at ${width}`, { width, height }, async (lab) => {
      const phone = width === 390;
      const write = async (text) => {
        if (phone) await lab.click("button", "Editor");
        await lab.write("Dockerfile", text);
        if (phone) await lab.click("button", "Core sample");
      };
      await picture(lab, "first", width);
      await write(stages);
      await picture(lab, "stages", width);
      if (phone) await lab.click("button", "Output");
      await lab.click("tab", "Build log");
      await picture(lab, "log", width, looks.slice(0, 2));
      if (phone) await lab.click("button", "Files");
      else for (const pane of ["Editor", "Output"]) await lab.click("button", pane);
      await picture(lab, phone ? "files" : "folded", width, looks.slice(0, 2));
      if (!phone) for (const pane of ["Editor", "Output"]) await lab.click("button", pane);
      await write("FROM alpine\nCOPY second.txt /\nRUN echo before; echo bad >&2; exit 3\n");
      await picture(lab, "broken", width);
      assert.equal(await lab.page.$$eval('[data-island="arrows"] path', (paths) => paths.length), 0, "arrows of the stages that are gone");
      const select = await lab.page.$('select[data-change="lesson"]');
      await poll("the lessons", () => select.evaluate((e) => e.options.length > 1));
      await select.select("linked-bases");
      await poll("the lesson", () => select.evaluate((e) => e.value === "linked-bases"));
      if (phone) await lab.click("button", "Core sample");
      await picture(lab, "lesson", width);
    });
  }

  it("every tab of the inspector", {}, async (lab) => {
    for (const tab of ["Changes", "Files", "Tar", "Digests", "Cache", "Commands"]) {
      await lab.click("tab", tab);
      await shoot(lab, `${tab.toLowerCase()}-1440-light-en`);
    }
    await lab.click("button", "Image");
    for (const tab of ["History", "Config", "Manifest", "Index", "Waste", "Cost", "Compare", "Reproduce", "Lesson"]) {
      await lab.click("tab", tab);
      await shoot(lab, `${tab.toLowerCase()}-1440-light-en`);
    }
  });

  it("20,000 files", { continues: true }, async (lab) => {
    await lab.write("Dockerfile", "FROM busybox\nRUN mkdir /d && cd /d && seq 1 20000 | xargs touch\n");
    await poll("the layer", async () => /, 200\d\d added/.test((await lab.strata())[0]), 100_000);
    await lab.click("option", (await lab.strata())[0]);
    await shoot(lab, "many-1440-light-en");
  });
}, ["chrome"]);
