// The Worker's entry: starts the Go program for a request and gives it what a
// Worker has. A program of its own for each request is what the platform asks
// for: a stream or socket of one request must not be touched by another.
import "./wasm_exec.js";
import program from "./app.wasm";
import { pass } from "./passage.mjs";

// Asked for by the Go side of github.com/syumai/workers.
globalThis.tryCatch = (run) => {
  try {
    return { result: run() };
  } catch (error) {
    return { error };
  }
};

// The list of packed files does not change while the Worker lives.
let index;

async function readIndex(env) {
  const answer = await env.ASSETS.fetch("https://assets.local/index.json");
  if (!answer.ok) throw new Error(`index.json: the assets answer ${answer.status}`);
  return answer.text();
}

// asSent gives the request with the codings that the client itself takes: the
// platform asks for those that it can undo.
function asSent(request) {
  const accepted = request.cf?.clientAcceptEncoding;
  if (accepted === undefined) return request;
  const sent = new Request(request);
  sent.headers.set("Accept-Encoding", accepted || "identity");
  return sent;
}

async function answer(request, env, ctx) {
  index ??= await readIndex(env);
  const binding = {};
  const go = new Go();
  let begin;
  const begun = new Promise((resolve) => { begin = resolve; });
  const instance = new WebAssembly.Instance(program, { ...go.importObject, workers: { ready: begin } });
  const ended = go
    .run(instance, { env, ctx, binding, index, pass: (body, passage) => pass(body, passage, ctx) })
    .then(() => { throw new Error("the program has ended"); });
  ended.catch(() => {}); // it does end, after the answer
  await Promise.race([begun, ended]);
  return Promise.race([binding.handleRequest(asSent(request)), ended]);
}

export default {
  async fetch(request, env, ctx) {
    try {
      const response = await answer(request, env, ctx);
      if (!response.headers.has("Content-Encoding")) return response;
      // Packed files are compressed already, and better.
      return new Response(response.body, { status: response.status, headers: response.headers, encodeBody: "manual" });
    } catch (error) {
      console.error(JSON.stringify({ level: "ERROR", msg: "the program failed", error: String(error) }));
      return new Response("internal error\n", {
        status: 500,
        headers: { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" },
      });
    }
  },
};
