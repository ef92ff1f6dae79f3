// A blob on its way from a registry to its reader, verified and kept on the
// way. Streams are connected here, in the platform's own terms, because bytes
// that pass through Go cost a Worker more time than it has.

// pass gives a stream of body's bytes. It breaks off where the body stalls for
// passage.stall milliseconds, is not passage.size bytes long, or is not what
// passage.want, a SHA-256, says: then its last piece is never given. With
// passage.key a verified body is kept in the cache.
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
  let keeper = key && keep(key, size, ctx);
  const drop = (error) => {
    keeper?.abort(error).catch(() => {});
    keeper = undefined;
  };

  let left = size;
  let held;
  const checked = new TransformStream({
    start: moved,
    async transform(piece, out) {
      moved();
      left -= piece.byteLength;
      if (left < 0) throw new Error(`more than the ${size} bytes announced`);
      await hasher?.write(piece);
      // Waiting for the cache keeps memory flat; without one it goes on.
      await keeper?.write(piece).catch(drop);
      if (held) out.enqueue(held);
      held = piece;
    },
    async flush(out) {
      if (left > 0) throw new Error(`less than the ${size} bytes announced`);
      if (hasher) {
        await hasher.close();
        if (!same(new Uint8Array(await hash.digest), want)) throw new Error("the bytes are not those of the digest");
      }
      await keeper?.close().catch(drop);
      if (held) out.enqueue(held);
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

// keep puts what is written to it into the cache, once it is closed.
function keep(key, size, ctx) {
  const { readable, writable } = new FixedLengthStream(size);
  const kept = new Response(readable, {
    headers: { "Cache-Control": "public, max-age=31536000, immutable", "Content-Type": "application/octet-stream" },
  });
  ctx.waitUntil(caches.default.put(key, kept).catch(() => {}));
  return writable.getWriter();
}

function same(a, b) {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
