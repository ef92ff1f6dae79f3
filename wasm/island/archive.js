// Is a file an image archive? Told by the names in its tar: an OCI layout has
// oci-layout, what `docker save` writes has a manifest.json with layers.

const BLOCK = 512;
const MOST = 256 << 20; // of a compressed archive, unpacked bytes that are looked through

export async function isImage(file) {
  if (!/\.(tar|tgz|gz)$/i.test(file.name ?? "")) return false;
  try {
    const magic = new Uint8Array(await file.slice(0, 2).arrayBuffer());
    return await (magic[0] === 0x1f && magic[1] === 0x8b ? packed(file) : plain(file));
  } catch {
    return false; // no tar, or no gzip
  }
}

// header reads a block of a tar: {name, size}, or null at the end.
function header(block) {
  if (block.length < BLOCK || block[0] === 0) return null;
  const text = (from, length) => new TextDecoder().decode(block.subarray(from, from + length)).split("\0")[0];
  if (text(257, 5) !== "ustar") throw new Error("no tar");
  return { name: text(0, 100).replace(/^\.\//, ""), size: parseInt(text(124, 12).trim() || "0", 8) };
}

const padded = (size) => Math.ceil(size / BLOCK) * BLOCK;

// says what a member tells: true or, where it tells nothing, undefined. read
// gives its content.
async function says(name, read) {
  if (name === "oci-layout") return true;
  if (name !== "manifest.json") return undefined;
  const list = JSON.parse(new TextDecoder().decode(await read()));
  return Array.isArray(list) && list.some((i) => i.Config && i.Layers) ? true : undefined;
}

async function plain(file) {
  for (let at = 0; at < file.size; ) {
    const h = header(new Uint8Array(await file.slice(at, at + BLOCK).arrayBuffer()));
    if (!h) return false;
    const from = at + BLOCK;
    if (await says(h.name, () => file.slice(from, from + h.size).arrayBuffer())) return true;
    at = from + padded(h.size);
  }
  return false;
}

async function packed(file) {
  const reader = file.stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  let rest = new Uint8Array();
  let seen = 0;
  // take gives the next bytes, or passes over them.
  const take = async (count, keep) => {
    const parts = [];
    while (count > 0) {
      if (!rest.length) {
        const { done, value } = await reader.read();
        if (done) break;
        rest = value;
        seen += value.length;
      }
      const part = rest.subarray(0, count);
      rest = rest.subarray(part.length);
      count -= part.length;
      if (keep) parts.push(part);
    }
    return keep ? new Uint8Array(await new Blob(parts).arrayBuffer()) : null;
  };
  try {
    while (seen < MOST) {
      const h = header(await take(BLOCK, true));
      if (!h) return false;
      const small = h.name === "manifest.json" && h.size < 1 << 20;
      const content = await take(padded(h.size), small);
      if (await says(h.name, async () => content?.subarray(0, h.size) ?? new Uint8Array())) return true;
    }
    return false;
  } finally {
    reader.cancel().catch(() => {});
  }
}
