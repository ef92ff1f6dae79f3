// Changes of a document that leave alone what stays the same.

// replacing gives the changes that turn a document into a text: line by line
// where only lines differ, else what is between the ends that are alike.
export function replacing(doc, text) {
  const old = doc.toString();
  if (old === text) return [];
  const before = old.split("\n");
  const after = text.split("\n");
  if (before.length === after.length) {
    const changes = [];
    let at = 0;
    before.forEach((line, i) => {
      if (line !== after[i]) changes.push({ ...between(line, after[i], at) });
      at += line.length + 1;
    });
    return changes;
  }
  return [between(old, text, 0)];
}

function between(old, text, at) {
  let start = 0;
  const most = Math.min(old.length, text.length);
  while (start < most && old[start] === text[start]) start++;
  let end = 0;
  while (end < most - start && old[old.length - 1 - end] === text[text.length - 1 - end]) end++;
  return { from: at + start, to: at + old.length - end, insert: text.slice(start, text.length - end) };
}

// fitting gives edits as changes, moved by so much; null where the document
// does not say any more what they were made for.
export function fitting(doc, edits, by = 0) {
  const changes = edits.map(({ from, to, text, old }) => ({ from: from + by, to: to + by, insert: text, old }));
  const fits = changes.every(({ from, to, old }) => from >= 0 && to <= doc.length && doc.sliceString(from, to) === old);
  return fits ? changes.map(({ from, to, insert }) => ({ from, to, insert })) : null;
}
