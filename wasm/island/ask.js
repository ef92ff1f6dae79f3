// Questions of the editor's to the engine. They go through the page's program,
// which words the answers in the page's language.
import { post } from "./post.js";

const waiting = new Map();
let last = 0;

// A question that a dead engine took with it is answered by nothing.
const PATIENCE = 5000; // ms

// ask resolves to the answer, or null where there is none. The signal of an
// AbortController ends the wait.
export function ask(method, params, signal) {
  const id = ++last;
  return new Promise((resolve) => {
    const done = (value) => {
      clearTimeout(timer);
      waiting.delete(id);
      resolve(value);
    };
    const timer = setTimeout(done, PATIENCE, null);
    waiting.set(id, done);
    signal?.addEventListener("abort", () => done(null));
    post("ask", JSON.stringify({ id, method, params }));
  });
}

export function answer(id, json) {
  waiting.get(id)?.(JSON.parse(json));
}
