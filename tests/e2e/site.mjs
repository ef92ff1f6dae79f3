// The packed site and the native program, as build.sh has built them.
import { execFile, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = process.env.LAYERLAB_ROOT ?? fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);

export const screenshots = `${root}dist/screenshots`;

// serve starts the site on a free port; stop ends it.
export async function serve() {
  const child = spawn(`${root}.cache/bin/serve`, ["--port", "0", `${root}dist/site`], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  const url = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`serve ended with ${code}`)));
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

// nativeBuild is what the native engine says of the Dockerfile in a folder.
export async function nativeBuild(folder) {
  return JSON.parse(await program(`${root}.cache/bin/layerlab`, "build", "--json", folder));
}
