// A blob on its way from a registry to its reader, verified and kept on the
// way. Streams are connected here, in the platform's own terms, because bytes
// that pass through Go cost a Worker more time than it has.

const forever = { "Cache-Control": "public, max-age=31536000, immutable", "Content-Type": "application/octet-stream" };

// pass gives a stream of body's bytes. It breaks off where the body stalls for
// passage.stall milliseconds, is not passage.size bytes long, or is not what
// passage.want, a SHA-256, says: then its last piece is never given. With
// passage.key a verified body is kept in the cache: under an address that
// nobody else can have, and what is at the key names that address only once the
// body is verified. So nothing that broke off, or that a cache stored all the
// same, is ever taken for the blob.
export function pass(body, { size, stall, want, key }, ctx) {
  const abort = new AbortController();
  let timer;
  const moved = () => {
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(new Error("the body stalls")), stall);
  };
  const hash = want && new crypto.DigestStream("SHA-256");
  const hasher = hash?.getWriter();
  hash?.digest.catch(() => {}); // aborted with the rest
  const address = key && `${key}/${crypto.randomUUID()}`;
  const kept = new FixedLengthStream(key ? size : 0);
  const stored = key && caches.default.put(address, new Response(kept.readable, { headers: forever }));
  stored?.catch(() => {});
  let keeper = key && kept.writable.getWriter();
  const drop = (error) => {
    keeper?.abort(error).catch(() => {});
    keeper = undefined;
  };

  let left = size;
  let held;
  const release = async (out) => {
    if (!held) return;
    // Waiting for the cache keeps memory flat; without one it goes on.
    await keeper?.write(held).catch(drop);
    out.enqueue(held);
  };
  const checked = new TransformStream({
    start: moved,
    async transform(piece, out) {
      moved();
      left -= piece.byteLength;
      if (left < 0) throw new Error(`more than the ${size} bytes announced`);
      await hasher?.write(piece);
      await release(out);
      held = piece;
    },
    async flush(out) {
      if (left > 0) throw new Error(`less than the ${size} bytes announced`);
      if (hasher) {
        await hasher.close();
        if (!same(new Uint8Array(await hash.digest), want)) throw new Error("the bytes are not those of the digest");
      }
      await release(out);
      if (!keeper) return;
      const note = new Response(JSON.stringify({ address, size }), { headers: forever });
      ctx.waitUntil(keeper.close().then(() => stored).then(() => caches.default.put(key, note)).catch(() => {}));
    },
  });
  const arrived = body.pipeTo(checked.writable, { signal: abort.signal }).catch((error) => {
    drop(error);
    hasher?.abort(error).catch(() => {});
  });
  const given = new FixedLengthStream(size); // announces the length
  const departed = checked.readable.pipeTo(given.writable).catch(() => {});
  ctx.waitUntil(Promise.all([arrived, departed]).finally(() => clearTimeout(timer)));
  return given.readable;
}

function same(a, b) {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
