// element makes an element with properties and children: elements or texts.
export function element(name, properties = {}, ...children) {
  const el = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-") || key === "role" || key === "for") el.setAttribute(key, value);
    else el[key] = value;
  }
  el.append(...children);
  return el;
}
