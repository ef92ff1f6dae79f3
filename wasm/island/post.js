// post carries messages to the page's Go program, in order, and keeps them
// until it has attached.

let receive = null;
let waiting = [];

export function post(kind, payload = "", extra = null) {
  if (receive) receive(kind, payload, extra);
  else waiting.push([kind, payload, extra]);
}

export function attach(to) {
  receive = to;
  const late = waiting;
  waiting = [];
  // Edits from before are in the state that the program began with.
  for (const m of late) if (m[0] !== "edit") receive(...m);
}

export function detach() {
  receive = null;
  waiting = [];
}
