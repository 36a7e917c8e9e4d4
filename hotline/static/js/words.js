/* The sentences scripts say, in the language of the page: {name: text}, from the page's own head. */

const holder = document.querySelector('meta[name="hotline-words"]');
const words = holder ? JSON.parse(holder.content) : {};

/** The sentence called `name`, with {placeholders} filled in; empty when the page has none. */
export function say(name, values = {}) {
  return (words[name] || "").replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}
