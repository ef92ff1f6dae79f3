// The buttons of the page about embedding.
const lab = document.getElementById("example-api");
const output = document.getElementById("demo-output");

const say = (what, detail) => (output.textContent = `${what} ${JSON.stringify(detail, null, 2)}`);

const demos = {
  first: () => (lab.step = 1),
  last: () => (lab.step = 4),
  load: () => lab.load("FROM scratch\nCOPY Dockerfile /\n", "step=2"),
  digests: async () => say("digests", await lab.digests()),
};

document.addEventListener("click", (e) => demos[e.target.dataset?.demo]?.());
lab.addEventListener("layerlab-view", (e) => say("layerlab-view", e.detail));
