// What dockerode gets from the engine at the socket that is named.
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import Docker from "dockerode";

const docker = new Docker({ socketPath: process.argv[2] });
const say = (...values) => console.log(...values.map((v) => (typeof v === "string" ? v : JSON.stringify(v))));
const followed = (stream) =>
  new Promise((resolve, reject) => docker.modem.followProgress(stream, (error, output) => (error ? reject(error) : resolve(output))));

say((await docker.ping()).toString(), (await docker.version()).ApiVersion);
say((await followed(await docker.pull("alpine:latest"))).at(-1).status);
const container = await docker.createContainer({ Image: "alpine", Cmd: ["sh", "-c", "echo out; echo err >&2; exit 4"] });
const attached = await container.attach({ stream: true, stdout: true, stderr: true });
const streams = [new PassThrough(), new PassThrough()];
docker.modem.demuxStream(attached, ...streams);
attached.on("end", () => streams.forEach((s) => s.end()));
await container.start();
say((await container.wait()).StatusCode, await text(streams[0]), await text(streams[1]));
say((await container.commit({ repo: "node", tag: "1" })).Id.length);
say((await docker.listImages()).flatMap((i) => i.RepoTags).sort());
say((await docker.getImage("node:1").history()).length);
await container.remove();
try {
  await container.inspect();
} catch (error) {
  say(error.statusCode, error.reason);
}
const echo = await docker.createContainer({ Image: "alpine", Cmd: ["cat"], OpenStdin: true, StdinOnce: true, AttachStdin: true, Tty: false });
const both = await echo.attach({ stream: true, stdin: true, stdout: true, hijack: true });
const typed = new PassThrough();
docker.modem.demuxStream(both, typed, typed);
both.on("end", () => typed.end());
await echo.start();
both.write("typed\n");
both.end();
say(await text(typed), (await echo.wait()).StatusCode);
say((await docker.getImage("node:1").remove()).map((r) => Object.keys(r)[0]));
