// Three-way merging of a text that was changed in two places, by lines, and
// within a line where both changed it. Nothing of either side is left out: where
// both put something else in the same place, both stand there, theirs first.

const MOST = 4_000_000; // of cells to compare; beyond, one difference holds all

// merge gives {text, clash}; clash tells that both changed the same place.
export function merge(base, mine, theirs) {
  if (mine === base || mine === theirs) return { text: theirs, clash: false };
  if (theirs === base) return { text: mine, clash: false };
  const [lines, ours, others] = [base, mine, theirs].map((text) => text.split("\n"));
  const a = differences(lines, ours);
  const b = differences(lines, others);
  const out = [];
  let clash = false;
  let at = 0;
  while (a.length || b.length) {
    // What touches: a stretch of the base that one or both changed.
    const first = !b.length || (a.length && before(a[0], b[0])) ? a : b;
    const from = first[0].from;
    let to = first[0].to;
    const group = { a: [], b: [] };
    group[first === a ? "a" : "b"].push(first.shift());
    for (;;) {
      const next = [["a", a], ["b", b]].find(([name, list]) => list.length && touches(list[0], from, to, group[name === "a" ? "b" : "a"]));
      if (!next) break;
      const d = next[1].shift();
      group[next[0]].push(d);
      to = Math.max(to, d.to);
    }
    out.push(...lines.slice(at, from));
    at = to;
    const left = changed(lines, from, to, group.a);
    const right = changed(lines, from, to, group.b);
    if (!group.b.length) out.push(...left);
    else if (!group.a.length) out.push(...right);
    else {
      const both = together(lines.slice(from, to), left, right);
      out.push(...both.lines);
      clash ||= both.clash;
    }
  }
  out.push(...lines.slice(at));
  return { text: out.join("\n"), clash };
}

const before = (x, y) => x.from < y.from || (x.from === y.from && x.to <= y.to);

// touches tells whether a difference concerns the same lines as a stretch, or
// puts something where one of the other side's does.
function touches(d, from, to, others) {
  if (d.from < to && from < d.to) return true;
  return others.some((o) => o.from === d.from && (o.to === d.to || o.from === o.to || d.from === d.to));
}

// changed is a stretch of lines after differences in it.
function changed(lines, from, to, list) {
  const out = [];
  for (const d of list) {
    out.push(...lines.slice(from, d.from), ...d.lines);
    from = d.to;
  }
  return [...out, ...lines.slice(from, to)];
}

// together joins two versions of a stretch.
function together(base, mine, theirs) {
  if (mine.join("\n") === theirs.join("\n")) return { lines: mine, clash: false };
  if (!base.length) return { lines: [...theirs, ...mine], clash: false }; // both only put something in
  if (mine.length === base.length && theirs.length === base.length) {
    const lines = base.map((line, i) => within(line, mine[i], theirs[i]));
    if (!lines.includes(null)) return { lines, clash: false };
  }
  let start = 0;
  while (start < mine.length && mine[start] === theirs[start]) start++;
  let end = 0;
  while (end < Math.min(mine.length, theirs.length) - start && mine.at(-1 - end) === theirs.at(-1 - end)) end++;
  return { lines: [...theirs.slice(0, theirs.length - end), ...mine.slice(start)], clash: true };
}

// within joins two versions of a line, or gives null where they change the same
// characters, or so many that it is another line.
function within(base, mine, theirs) {
  if (mine === base) return theirs;
  if (theirs === base || mine === theirs) return mine;
  const [m, t] = [between(base, mine), between(base, theirs)];
  if ([m, t].some((c) => c.to > c.from && 2 * (c.to - c.from) >= base.length)) return null;
  const same = m.from === t.from && m.from === m.to && t.from === t.to;
  if (!same && !(t.to <= m.from || m.to <= t.from)) return null;
  const [first, second] = same || t.to <= m.from ? [t, m] : [m, t];
  return base.slice(0, first.from) + first.insert + base.slice(first.to, second.from) + second.insert + base.slice(second.to);
}

// between is the one change that makes a text of another.
function between(old, text) {
  let start = 0;
  const most = Math.min(old.length, text.length);
  while (start < most && old[start] === text[start]) start++;
  let end = 0;
  while (end < most - start && old[old.length - 1 - end] === text[text.length - 1 - end]) end++;
  return { from: start, to: old.length - end, insert: text.slice(start, text.length - end) };
}

// differences gives {from, to, lines}: what stands in the place of which lines.
function differences(old, now) {
  let start = 0;
  const most = Math.min(old.length, now.length);
  while (start < most && old[start] === now[start]) start++;
  let end = 0;
  while (end < most - start && old[old.length - 1 - end] === now[now.length - 1 - end]) end++;
  const [n, m] = [old.length - start - end, now.length - start - end];
  if (!n && !m) return [];
  if (!n || !m || n * m > MOST) return [{ from: start, to: start + n, lines: now.slice(start, start + m) }];
  // longest[i * (m + 1) + j]: lines in common from i and j on.
  const longest = new Uint32Array((n + 1) * (m + 1));
  const place = (i, j) => i * (m + 1) + j;
  for (let i = n - 1; i >= 0; i--) {
    for (let j = m - 1; j >= 0; j--) {
      longest[place(i, j)] =
        old[start + i] === now[start + j] ? longest[place(i + 1, j + 1)] + 1 : Math.max(longest[place(i + 1, j)], longest[place(i, j + 1)]);
    }
  }
  const out = [];
  let open = null;
  const difference = (i) => {
    if (!open) out.push((open = { from: start + i, to: start + i, lines: [] }));
    return open;
  };
  let [i, j] = [0, 0];
  while (i < n || j < m) {
    if (i < n && j < m && old[start + i] === now[start + j]) {
      open = null;
      i++;
      j++;
    } else if (j === m || (i < n && longest[place(i + 1, j)] >= longest[place(i, j + 1)])) {
      difference(i).to = start + ++i;
    } else {
      difference(i).lines.push(now[start + j++]);
    }
  }
  return out;
}
