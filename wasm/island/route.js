// Ways of arrows between columns that stand side by side: right angles with
// rounded bends, up and down in the gutters between the columns, and past a
// column above its top, never through it. What starts at one place shares its
// way as far as it goes.

const track = 7; // pixels between lines side by side
const bend = 6; // radius of a bend
const margin = 10; // between a line and what it goes around

// overlap tells whether two stretches meet, or nearly.
const overlap = ([a, b], [c, d]) => Math.min(a, b) < Math.max(c, d) + 4 && Math.min(c, d) < Math.max(a, b) + 4;

// clear gives the first place of those that no other net has on that stretch,
// and takes it; the last where all are taken.
function clear(taken, places, stretch, net) {
  const free = (place) =>
    !taken.some((t) => t.net !== net && Math.abs(t.place - place) < 4 && overlap(t.stretch, stretch));
  const place = places.find(free) ?? places.at(-1);
  taken.push({ net, place, stretch });
  return place;
}

// way is the path through points that change one coordinate at a time.
function way(points) {
  const list = points.filter(([x, y], i) => !i || x !== points[i - 1][0] || y !== points[i - 1][1]);
  let d = `M${list[0].join(" ")}`;
  for (let i = 1; i < list.length - 1; i++) {
    const [[px, py], [x, y], [nx, ny]] = list.slice(i - 1, i + 2);
    const before = Math.abs(x - px) + Math.abs(y - py);
    const behind = Math.abs(nx - x) + Math.abs(ny - y);
    const r = Math.min(bend, before / 2, behind / 2);
    const sign = Math.sign;
    d += `L${x - r * sign(x - px)} ${y - r * sign(y - py)}Q${x} ${y} ${x + r * sign(nx - x)} ${y + r * sign(ny - y)}`;
  }
  return `${d}L${list.at(-1).join(" ")}`;
}

// route takes columns {left, right, top}, from the left, and arrows {from, to}
// of slabs {column, y, height}, in pixels; equal froms are the same object. It
// adds to each arrow d, the data of its path, and gives the arrows by where
// they start. An arrow leads to the right.
export function route(columns, arrows) {
  const nets = new Map();
  for (const arrow of arrows) {
    const { from, to } = arrow;
    if (!nets.has(from)) nets.set(from, { from, arrows: [] });
    nets.get(from).arrows.push(arrow);
    arrow.next = to.column === from.column + 1;
  }
  // Where each net leaves its slab: straight across if it can, and not where
  // another one comes in.
  for (const net of nets.values()) {
    const { from } = net;
    const reach = from.height / 2 - 6;
    const level = net.arrows.find(({ next, to }) => next && Math.abs(to.y - from.y) <= reach);
    const coming = arrows.filter((a) => a.to.column === from.column + 1 && a.from !== from).map((a) => a.to.y);
    const ports = [0, track, -track].filter((n) => Math.abs(n) <= Math.max(reach, 0)).map((n) => from.y + n);
    net.y = level ? level.to.y : ports.find((y) => coming.every((other) => Math.abs(other - y) > 4)) ?? from.y;
  }
  // The lane of each net above the columns that it passes; near ones below.
  const lanes = [];
  const passing = [...nets.values()].filter((net) => net.arrows.some((a) => !a.next));
  passing.sort((a, b) => b.from.column - a.from.column || b.y - a.y);
  for (const net of passing) {
    const first = net.from.column + 1;
    const last = Math.max(...net.arrows.map((a) => a.to.column)) - 1;
    const between = columns.slice(first, last + 1);
    const sky = Math.min(...between.map((c) => c.top)) - margin;
    const places = [];
    if (net.y < sky) places.push(net.y);
    for (let y = sky; y >= 4 || !places.length; y -= track) places.push(y);
    net.lane = clear(lanes, places, [between[0].left, between.at(-1).right], net);
  }
  // The uprights of each gutter. Of those that go up the highest is leftmost,
  // of those that go down the lowest: so they cross least.
  const uprights = columns.map(() => []);
  for (const net of nets.values()) {
    for (const arrow of net.arrows) {
      const { from, to } = arrow;
      if (arrow.next) uprights[from.column].push({ net, arrow, turn: "near", y1: net.y, y2: to.y });
      else {
        uprights[from.column].push({ net, arrow, turn: "near", y1: net.y, y2: net.lane });
        uprights[to.column - 1].push({ net, arrow, turn: "far", y1: net.lane, y2: to.y });
      }
    }
  }
  for (const [i, list] of uprights.entries()) {
    if (!list.length) continue;
    const [left, right] = [columns[i].right, columns[i + 1].left];
    const room = right - left - 20; // less the head of an arrow, and a little
    const places = [];
    for (let x = left + 8; x <= left + 8 + room; x += track) places.push(x);
    const up = ({ y1, y2 }) => y2 < y1;
    list.sort((a, b) => up(b) - up(a) || (up(a) ? a.y1 - b.y1 : b.y1 - a.y1));
    const taken = [];
    const own = new Map(); // a net turns in one place
    for (const { net, arrow, turn, y1, y2 } of list) {
      if (y1 === y2) {
        arrow[turn] = left;
        continue;
      }
      const stretch = [y1, y2];
      const key = turn === "near" ? net : arrow;
      if (own.has(key)) taken.push({ net, place: own.get(key), stretch });
      else own.set(key, clear(taken, places, stretch, net));
      arrow[turn] = own.get(key);
    }
  }
  for (const net of nets.values()) {
    for (const arrow of net.arrows) {
      const { from, to, near, far } = arrow;
      const start = [columns[from.column].right + 2, net.y];
      const end = [columns[to.column].left, to.y];
      const turns = arrow.next
        ? [[near, net.y], [near, to.y]]
        : [[near, net.y], [near, net.lane], [far, net.lane], [far, to.y]];
      arrow.d = way([start, ...turns.filter(([x]) => x > start[0]), end]);
    }
  }
  return [...nets.values()].map((net) => net.arrows);
}
