// What axe finds wrong with a page for people who use it otherwise.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// violations runs axe over the page as it stands, once it stands still.
export async function violations(lab) {
  await lab.settled();
  if (!(await lab.page.evaluate(() => "axe" in globalThis))) await lab.page.evaluate(`${axe}; undefined`);
  return lab.page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(" ")}: ${n.failureSummary}`));
  });
}
