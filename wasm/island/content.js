// Vugu gives every element with a text its innerHTML anew at each render. What
// is there already is left alone here: parsing it again would cost a layout of
// the whole page each time, and the selection that someone has made in it.
const { get, set } = Object.getOwnPropertyDescriptor(Element.prototype, "innerHTML");
const given = new WeakMap(); // element -> {html, text, data}: the one text node that came of it

Object.defineProperty(Element.prototype, "innerHTML", {
  configurable: true,
  enumerable: true,
  get,
  set(html) {
    const only = this.childNodes.length === 1 && this.firstChild.nodeType === Node.TEXT_NODE ? this.firstChild : null;
    if (html === "" && !this.firstChild) return;
    const last = given.get(this);
    // The node may have been changed or replaced by others since.
    if (only && last?.html === html && last.text === only && last.data === only.data) return;
    if (/[&<]/.test(html)) set.call(this, html);
    else if (only && html !== "") only.data = html;
    else this.textContent = html;
    const text = this.firstChild;
    if (text?.nodeType === Node.TEXT_NODE && this.childNodes.length === 1) given.set(this, { html, text, data: text.data });
    else given.delete(this);
  },
});
