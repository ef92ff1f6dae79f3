// Real browsers for the tests: found, started, and watched for complaints.
import { spawnSync } from "node:child_process";
import puppeteer from "puppeteer-core";

const programs = {
  chrome: ["chromium", "chromium-browser", "google-chrome"],
  firefox: ["firefox-esr", "firefox"],
};

// All of them, or those that LAYERLAB_BROWSERS names.
export const browsers = process.env.LAYERLAB_BROWSERS?.split(",") ?? Object.keys(programs);

// With LAYERLAB_COMPILER=baseline Chromium compiles WebAssembly once and does not
// optimize it: of what opening a page costs that is half, and a page that lives
// for seconds gains little by it. What measures time does without.
const baseline = process.env.LAYERLAB_COMPILER === "baseline";

function program(browser) {
  for (const name of programs[browser]) {
    const { status, stdout } = spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" });
    if (status === 0) return stdout.trim();
  }
  throw new Error(`none of ${programs[browser].join(", ")} is installed`);
}

// launch starts a browser with a profile of its own, which it throws away.
// Files it saves go to the folder downloads.
export async function launch(browser, { downloads } = {}) {
  const child = await puppeteer.launch({
    browser,
    executablePath: program(browser),
    headless: true,
    protocolTimeout: 1000 * Math.max(120, process.env.LAYERLAB_PATIENCE ?? 0),
    args: {
      chrome: [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        // Pages of the browser's own for its address bar, made anew for every window.
        "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup",
        ...(baseline ? ["--js-flags=--liftoff-only"] : []),
      ],
      firefox: [],
    }[browser],
    extraPrefsFirefox: downloads && {
      "browser.download.dir": downloads,
      "browser.download.folderList": 2,
      "browser.download.useDownloadDir": true,
    },
  });
  const context = () =>
    child.createBrowserContext(
      browser === "chrome" && downloads ? { downloadBehavior: { policy: "allow", downloadPath: downloads } } : {},
    );
  return { name: browser, context, close: () => child.close() };
}

// watch collects what goes wrong on a page without anybody looking: errors,
// failed requests, breaches of the security policy. The list is for a test to
// compare with [].
export function watch(page) {
  const complaints = [];
  page.on("pageerror", (err) => complaints.push(`error: ${err.message}`));
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) complaints.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on("response", (res) => {
    if (res.status() >= 400) complaints.push(`${res.status()} ${res.url()}`);
  });
  return complaints;
}
