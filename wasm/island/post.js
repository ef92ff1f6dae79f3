// post carries messages to the page's Go program, in order, and keeps them
// until it has attached.

let receive = null;
let waiting = [];

// post gives false where nobody hears it yet, or any more.
export function post(kind, payload = "", extra = null) {
  if (receive) receive(kind, payload, extra);
  else waiting.push([kind, payload, extra]);
  return Boolean(receive);
}

export function attach(to) {
  receive = to;
  const late = waiting;
  waiting = [];
  // Edits from before are in the state that the program began with.
  for (const m of late) if (!["edit", "undo", "redo", "pause", "theirs"].includes(m[0])) receive(...m);
}

export function detach() {
  receive = null;
  waiting = [];
}
