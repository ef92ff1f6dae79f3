// Runs the Worker on this machine, as workerd and wrangler.jsonc have it, for
// tests and for looking at it:
//
//	node host.mjs FOLDER [OPTIONS]
//
// FOLDER holds worker.mjs, its modules and site/. OPTIONS is JSON:
//
//	vars       replace those of wrangler.jsonc
//	upstream   an address that answers in the place of the whole network; the
//	           host that was meant is in X-Upstream
//	port       0 takes a free one
//	limits     false turns the rate limits off
//	shares     false binds a text where the bucket should be
//
// It prints the address once it answers, and ends with its standard input.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Miniflare, fetch } from "miniflare";

const [folder, text = "{}"] = process.argv.slice(2);
const { vars = {}, upstream, port = 0, limits = true, shares = true } = JSON.parse(text);
const file = readFileSync(new URL("wrangler.jsonc", import.meta.url), "utf8");
const config = JSON.parse(file.replaceAll(/^\s*\/\/.*$/gm, ""));
const root = resolve(folder);

// elsewhere answers what the Worker asks of the network.
async function elsewhere(request) {
  const meant = new URL(request.url);
  const headers = new Headers(request.headers);
  headers.set("X-Upstream", `${meant.protocol}//${meant.host}`);
  return fetch(new URL(meant.pathname + meant.search, upstream), {
    method: request.method, headers, redirect: "manual",
  });
}

const worker = new Miniflare({
  host: "127.0.0.1",
  port,
  name: config.name,
  compatibilityDate: config.compatibility_date,
  modulesRoot: root,
  modules: [
    { type: "ESModule", path: join(root, "worker.mjs") },
    { type: "ESModule", path: join(root, "passage.mjs") },
    { type: "ESModule", path: join(root, "wasm_exec.js") },
    { type: "CompiledWasm", path: join(root, "app.wasm") },
  ],
  assets: {
    directory: join(root, "site"),
    binding: config.assets.binding,
    routerConfig: { has_user_worker: true, invoke_user_worker_ahead_of_assets: config.assets.run_worker_first },
    assetConfig: { html_handling: config.assets.html_handling, not_found_handling: config.assets.not_found_handling },
  },
  bindings: { ...config.vars, ...vars, ...(shares ? {} : { SHARES: "not a bucket" }) },
  r2Buckets: shares ? config.r2_buckets.map((bucket) => bucket.binding) : [],
  ratelimits: limits ? Object.fromEntries(config.ratelimits.map(({ name, simple }) => [name, { simple }])) : {},
  ...(upstream && { outboundService: elsewhere }),
});

console.log((await worker.ready).origin);
process.stdin.on("end", () => worker.dispose().then(() => process.exit(0))).resume();
