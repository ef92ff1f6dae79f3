// Arguments: QUALITY FROM TO [FROM TO]…
// Writes the brotli form of each FROM to TO; all at once, as zlib has threads.
import { readFile, rename, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";

const compress = promisify(brotliCompress);
const [quality, ...files] = process.argv.slice(1);
const pairs = [];
for (let i = 0; i < files.length; i += 2) pairs.push([files[i], files[i + 1]]);

await Promise.all(pairs.map(async ([from, to]) => {
  const body = await readFile(from);
  const packed = await compress(body, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: Number(quality),
      // The largest window that browsers take.
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
    },
  });
  // A form in the cache is always whole, even after an interrupt.
  await writeFile(to + ".part", packed);
  await rename(to + ".part", to);
}));
