// Measures the page in real browsers and prints tables. The site is served
// from this machine, so that times are those of the programs, not of a network.
import { spawnSync } from "node:child_process";
import { availableParallelism, loadavg } from "node:os";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { browsers, launch } from "../e2e/browser.mjs";
import { open, rest, watched } from "../e2e/frames.mjs";
import { Lab, poll } from "../e2e/lab.mjs";
import { looping } from "../e2e/loop.mjs";
import { serve } from "../e2e/site.mjs";
import { median, quantile, table } from "./table.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const ms = (n) => `${Math.round(n)} ms`;

// quiet waits until other programs leave the machine alone, for some minutes at
// most, and gives how busy it is then: what is measured is printed in any case.
async function quiet() {
  const cores = availableParallelism();
  const busy = () => loadavg()[0] / cores;
  const end = Date.now() + 5 * 60_000;
  if (busy() > 0.7) console.log(`the machine is busy (${busy().toFixed(1)} programs for each core): waiting`);
  while (busy() > 0.7 && Date.now() < end) await new Promise((done) => setTimeout(done, 2000));
  return busy().toFixed(1);
}

// keystrokes types at the end of the third line of the first lesson, whose
// layer and all above it change with every key, and measures from the key to
// the frame that shows the new stack.
async function keystrokes(browser, url, count) {
  const lab = await Lab.open(browser, url);
  await (await lab.find("textbox", "Content of Dockerfile")).focus();
  await lab.chord("Control", "Home");
  await lab.page.keyboard.press("ArrowDown");
  await lab.page.keyboard.press("ArrowDown");
  await lab.page.keyboard.press("End");
  const times = [];
  for (let i = 1; i <= count; i++) {
    const text = `COPY ./second.txt .${"a".repeat(i)}`;
    const shown = await lab.page.evaluateHandle((text) => {
      const stack = document.querySelector('[role="listbox"]');
      let start;
      addEventListener("keydown", (e) => (start = e.timeStamp), { capture: true, once: true });
      return { done: new Promise((resolve) => {
        const look = () => {
          if (start === undefined || !stack.textContent.includes(text)) return;
          observer.disconnect();
          // The task after the next frame's: by then it is painted.
          requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => resolve(performance.now() - start);
            port2.postMessage(null);
          });
        };
        const observer = new MutationObserver(look);
        observer.observe(stack, { subtree: true, childList: true, characterData: true, attributes: true });
      }) };
    }, text);
    await lab.page.keyboard.press("a");
    times.push(await shown.evaluate((s) => s.done));
    await lab.settled();
  }
  await lab.close();
  return times;
}

// openings loads the page in a browser that has nothing of it, and measures
// from the start of the navigation to an editor that takes text and to the
// first stack.
async function openings(browser, url, count) {
  const editor = [], stack = [];
  for (let i = 0; i < count; i++) {
    const context = await browser.context();
    const page = await context.newPage();
    await page.evaluateOnNewDocument(() => {
      globalThis.seen = {};
      const look = () => {
        const now = performance.now();
        if (!seen.editor && document.querySelector("lab-editor > *")?.shadowRoot?.querySelector('[role="textbox"]')) seen.editor = now;
        if (!seen.stack && document.querySelector('[role="listbox"]:not([hidden]) [role="option"]')) seen.stack = now;
        if (!seen.stack) requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
    await page.goto(url);
    const seen = await poll("the first stack", () => page.evaluate(() => globalThis.seen.editor && globalThis.seen.stack && globalThis.seen));
    editor.push(seen.editor);
    stack.push(seen.stack);
    await context.close();
  }
  return { editor, stack };
}

// frames does what must go at 60 frames a second and gives the times between
// them, as rows of a table.
async function frames(browser, url) {
  const lab = await Lab.open(browser, url);
  const doing = { rest, ...(await open(lab)) };
  const rows = [];
  for (const what of ["rest", "scrolling", "leaping", "dragging", "typing"]) {
    const { gaps, changes } = await watched(lab, doing[what]);
    rows.push([`${browser.name}, ${what}`, ms(median(gaps)), ms(quantile(gaps, 0.9)), ms(Math.max(...gaps)), changes]);
  }
  // While a RUN without end is under way, which each key begins anew.
  await looping(lab);
  await lab.edit("Dockerfile");
  const { gaps, changes } = await watched(lab, () => lab.page.keyboard.type("# meanwhile", { delay: 80 }));
  rows.push([`${browser.name}, typing over a loop`, ms(median(gaps)), ms(quantile(gaps, 0.9)), ms(Math.max(...gaps)), changes]);
  await lab.close();
  return rows;
}

// many is a workspace of 1,000 files of 100 kB each in one COPY.
function many() {
  const dockerfile = "FROM scratch\nCOPY files /files\n";
  const files = [{ path: "Dockerfile", kind: "file", mode: 0o644, text: dockerfile }];
  for (let i = 0; i < 1000; i++) {
    files.push({
      path: `files/${String(i).padStart(3, "0")}`, kind: "file", mode: 0o644, generated: { kind: "random", size: 100_000, seed: i + 1 },
    });
  }
  return { revision: 1, files, dockerfile: "Dockerfile", settings: { epoch: 1641686400 } };
}

// engineInWorker starts an engine of its own on a page and returns a function
// that builds a workspace there and says when its layers and its blobs were known.
const engineInWorker = async () => {
  const assets = JSON.parse(document.getElementById("assets").textContent);
  const address = (name) => new URL(name, document.baseURI).href;
  const worker = new Worker(address(assets.worker));
  const module = await WebAssembly.compileStreaming(fetch(address(assets.engine)));
  let hear;
  worker.onmessage = ({ data }) => hear?.(data);
  const ready = new Promise((resolve) => (hear = resolve));
  worker.postMessage({ module, wasmExec: address(assets.wasmExec) });
  await ready;
  globalThis.buildInWorker = (id, workspace) => new Promise((resolve, reject) => {
    const start = performance.now();
    const times = {};
    hear = ({ json, died }) => {
      if (died) return reject(new Error(died));
      const { event, data, error } = JSON.parse(json);
      if (error) return reject(new Error(error));
      if (event !== "built") return;
      if (!data.ok) return reject(new Error(JSON.stringify(data.diagnostics)));
      times.layer ??= performance.now() - start;
      // What the newest step took by itself: the command and its layer.
      times.step ??= data.images[0].stages.at(-1).steps.at(-1).micros / 1000;
      if (data.images[0].manifestDigest) {
        times.blob = performance.now() - start;
        resolve(times);
      }
    };
    worker.postMessage({ json: JSON.stringify({ id, method: "build", params: workspace }), buffers: [] });
  });
};

// runsInWorker builds one RUN after the other in one engine, the list twice,
// and returns how long each took the second time, as {step, layer}: the RUN by
// itself, and the whole build up to its news on the page. An ARG that changes
// keeps the cache from answering.
async function runsInWorker(browser, url, runs) {
  const context = await browser.context();
  const page = await context.newPage();
  await page.goto(url);
  await page.evaluate(engineInWorker);
  const times = await page.evaluate(async (runs) => {
    const times = [];
    let revision = 0;
    for (let round = 0; round < 2; round++) {
      for (const [i, run] of runs.entries()) {
        const text = `FROM alpine\nARG ROUND=${revision++}\n${run}`;
        const workspace = { revision, dockerfile: "Dockerfile", settings: { epoch: 1641686400 }, files: [{ path: "Dockerfile", kind: "file", mode: 0o644, text }] };
        times[i] = await buildInWorker(revision, workspace);
      }
    }
    return times;
  }, runs);
  await context.close();
  return times;
}

// usual are the RUN instructions of core/build's benchmark.
const usual = readFileSync(`${root}core/build/testdata/usual.txt`, "utf8").trimEnd().split("\n").map((line) =>
  line.includes("<<'X'") ? `RUN <<LINE\n${line}\n#!/bin/sh\nexec "$@"\nX\nLINE\n` : `RUN ${line}\n`);
const loop = "RUN i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done\n";

// copyInWorker builds a workspace in an engine of its own.
async function copyInWorker(browser, url, workspace) {
  const context = await browser.context();
  const page = await context.newPage();
  await page.goto(url);
  await page.evaluate(engineInWorker);
  const times = await page.evaluate((workspace) => buildInWorker(1, workspace), workspace);
  await context.close();
  return times;
}

function copyNatively(workspace) {
  const { status, stdout, stderr } = spawnSync(`${root}.cache/bin/bench`, { input: JSON.stringify(workspace), encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

function sizes() {
  const folder = `${root}dist/site/assets`;
  const rows = [["file", "bytes", "gzip", "brotli"]];
  for (const name of readdirSync(folder).sort()) {
    if (!/^(ui|engine|main)\..*\.(wasm|js)$/.test(name)) continue;
    rows.push([name.replace(/\.[0-9a-f]{12}/, ""), ...["", ".gz", ".br"].map((form) => statSync(`${folder}/${name}${form}`).size)]);
  }
  table("Sizes", rows);
}

sizes();
const site = await serve();
try {
  const keys = [["browser", "median", "p95", "worst"]];
  const opens = [["browser", "editor, median", "first stack, median"]];
  const copies = [["where", "layer known", "blob known"]];
  const runs = [["browser", `${usual.length} usual lines: the RUN, median`, "worst", "the whole build, median", "worst", "loop of 100,000 rounds"]];
  const smooth = [["frames over 20,000 files", "median", "nine of ten", "longest", "changes to the page"]];
  const workspace = many();
  const native = copyNatively(workspace);
  copies.push(["native", ms(native.layer), ms(native.blob)]);
  const load = [["browser", "programs for each core before"]];
  for (const name of browsers) {
    load.push([name, await quiet()]);
    const browser = await launch(name);
    const times = await keystrokes(browser, site.url, 40);
    keys.push([name, ms(median(times)), ms(quantile(times, 0.95)), ms(Math.max(...times))]);
    smooth.push(...(await frames(browser, site.url)));
    const { editor, stack } = await openings(browser, site.url, 7);
    opens.push([name, ms(median(editor)), ms(median(stack))]);
    const copy = await copyInWorker(browser, site.url, workspace);
    copies.push([`Worker, ${name}`, ms(copy.layer), ms(copy.blob)]);
    const lines = await runsInWorker(browser, site.url, usual);
    const [counted] = await runsInWorker(browser, site.url, [loop]);
    const of = (what) => lines.map((times) => times[what]);
    const both = ["step", "layer"].flatMap((what) => [`${median(of(what)).toFixed(1)} ms`, ms(Math.max(...of(what)))]);
    runs.push([name, ...both, ms(counted.step)]);
    await browser.close();
  }
  table("Key to painted stack, first lesson", keys);
  table("Between two frames", smooth);
  table("Navigation to a page that is of use, nothing cached", opens);
  table("RUN in the Worker, warm", runs);
  table("COPY of 1,000 files, 100 MB of random bytes", copies);
  table("How busy the machine was (below 0.7 is quiet)", load);
} finally {
  await site.stop();
}
