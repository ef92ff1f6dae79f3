// The packed site and the native program, as build.sh has built them.
import { execFile, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = process.env.LAYERLAB_ROOT ?? fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);

export const screenshots = `${root}dist/screenshots`;

export const site = `${root}dist/site`;
export const singleFile = `${root}dist/layerlab.html`;

// serve starts the site on a free port; stop ends it. Flags go to the server.
export const serve = ({ folder = site, port = 0, flags = [] } = {}) =>
  start("serve", "--port", String(port), ...flags, folder);

// registry starts a registry that holds archives of images: NAME=ARCHIVE….
export const registry = (...images) => start("registry", ...images);

// worker starts the site as Cloudflare would, over a Worker that is assembled
// into a folder. Vars are those of its configuration.
export async function worker(folder, vars) {
  await program("go", "-C", root, "run", "./site/worker/assemble", site, folder);
  return begin("the Worker", process.execPath, `${root}site/worker/host.mjs`, folder, JSON.stringify({ vars, limits: false }));
}

const start = (name, ...args) => begin(name, `${root}.cache/bin/${name}`, ...args);

// begin starts a program that prints its address.
async function begin(name, command, ...args) {
  // The Worker's host ends with its standard input, so that is kept open.
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  let text = "";
  const url = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`${name} ended with ${code}`)));
    child.stdout.on("data", (data) => {
      text += data;
      if (text.includes("\n")) resolve(text.split("\n")[0]);
    });
  });
  return { url, stop: () => new Promise((resolve) => child.removeAllListeners("exit").on("exit", resolve).kill()) };
}

// program runs a program and gives what it prints.
export async function program(name, ...args) {
  const { stdout } = await run(name, args, { maxBuffer: 1 << 28 });
  return stdout;
}

// pack packs the site anew into a folder, with another page than index.html.
export async function pack(page, folder) {
  const vugu = await program("go", "-C", root, "list", "-m", "-f", "{{.Dir}}", "github.com/vugu/vugu");
  await program(`${root}.cache/bin/pack`, "--stage", `${root}.cache/stage`, "--vugu", vugu.trim(), "--page", page,
    "--out", folder, "--cache", `${root}.cache/packed`, "--quality", "1");
}

// source reads a file of the repository.
export const source = (path) => readFile(`${root}${path}`, "utf8");

// layerlab runs the native program.
export const layerlab = (...args) => program(`${root}.cache/bin/layerlab`, ...args);

// nativeBuild is what the native engine says of the Dockerfile in a folder.
export async function nativeBuild(folder, ...flags) {
  return JSON.parse(await layerlab("build", "--json", ...flags, folder));
}
