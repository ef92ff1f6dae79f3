// A RUN without end.
import { poll } from "./lab.mjs";

const loop = "FROM alpine\nRUN while true; do :; done\nCOPY second.txt /\n";

// looping pastes the loop and waits until the page says that it runs.
export async function looping(lab) {
  const editor = await lab.edit("Dockerfile", { all: true });
  await lab.paste(editor, loop);
  await poll("the running step", () =>
    lab.page.$eval("[data-status]", (e) => e.dataset.status === "busy" && e.textContent.includes("RUN while true")));
}
