// What a page should do at 60 frames a second, over a layer of 20,000 files: scroll
// its list and leap in it, drag a line between panes, take what is typed. Tests
// count what of the page that changes, bench measures the frames.
import { poll } from "./lab.mjs";

// watched collects the times between frames while something is done, and how
// many changes were made to the page.
export async function watched(lab, doing) {
  await lab.page.evaluate(() => {
    const seen = (globalThis.seen = { gaps: [], changes: 0 });
    const observer = new MutationObserver((list) => (seen.changes += list.length));
    observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
    let last = 0;
    requestAnimationFrame(function frame(now) {
      if (last) seen.gaps.push(now - last);
      last = now;
      if (globalThis.seen === seen) requestAnimationFrame(frame);
      else observer.disconnect();
    });
  });
  await doing();
  return lab.page.evaluate(() => {
    const { seen } = globalThis;
    globalThis.seen = null;
    return seen;
  });
}

// rest does nothing for a while.
export const rest = () => new Promise((done) => setTimeout(done, 500));

// open makes the layer, shows its list, and gives what to do, by name: each
// can be done again.
export async function open(lab) {
  await lab.write("Dockerfile", "FROM busybox\nRUN mkdir /d && cd /d && seq 1 20000 | xargs touch\n");
  await poll("the layer", async () => /, 200\d\d added/.test((await lab.strata())[0]), 100_000);
  await lab.click("option", (await lab.strata())[0]);
  await poll("its rows", async () => /20,00\d paths/.test(await lab.text("tabpanel")));
  const list = await lab.find("tree", "Changes");
  const line = await (await lab.find("separator", "Size of the inspector")).boundingBox();
  let by = 0;
  return {
    list,
    scrolling: () => list.evaluate(async (e) => {
      for (let i = 0; i < 60; i++) {
        e.scrollTop += 100;
        await new Promise((done) => requestAnimationFrame(done));
      }
    }),
    // leaping is what a drag of the scroll bar does: no row stays.
    leaping: () => list.evaluate(async (e) => {
      const by = e.scrollTop > 300_000 ? -30_000 : 30_000;
      for (let i = 0; i < 60; i++) {
        if (i % 6 === 0) e.scrollTop += by;
        await new Promise((done) => requestAnimationFrame(done));
      }
    }),
    async dragging() {
      await lab.page.mouse.move(line.x + 4 + by, line.y + 200);
      await lab.page.mouse.down();
      const step = by ? 6 : -6; // there and back
      for (let i = 1; i <= 30; i++) await lab.page.mouse.move(line.x + 4 + by + step * i, line.y + 200);
      await lab.page.mouse.up();
      by += 30 * step;
    },
    async typing() {
      await lab.edit("Dockerfile");
      await lab.page.keyboard.type("LABEL a=bcdefghi\n", { delay: 20 });
    },
  };
}
