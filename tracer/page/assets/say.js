/* Messages by their English text, and numbers, in the language of the page. */

const spoken = {messages: {}, mark: '.', group: ','};

function speak(language) { Object.assign(spoken, language); }

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (field, name) => Object.hasOwn(values, name) ? values[name] : field);
}

/* The message with its fields filled in; of several forms the last. */
function say(message, values = {}) {
  const own = Object.hasOwn(spoken.messages, message) ? spoken.messages[message] : message;
  return filled(Array.isArray(own) ? own[own.length - 1] : own, values);
}

/* `one` for a count of 1, else `many`, or the form that the language has for the count. */
function counted(count, one, many, values = {}) {
  const all = {count, ...values}, forms = Object.hasOwn(spoken.messages, many) && spoken.messages[many];
  return Array.isArray(forms) ? filled(forms[plural(count)], all) : say(count === 1 ? one : many, all);
}

/* A number's text with the decimal mark of the language. */
function marked(text) { return text.replace('.', spoken.mark); }

/* What somebody typed, with a point for a decimal comma; `1,234` only where the language has such a comma. */
function withPoint(text) {
  const comma = /^[+\-−]?\d*,\d+(e[+-]?\d+)?$/i.test(text), thousands = /^[+\-−]?[1-9]\d{0,2},\d{3}$/.test(text);
  return comma && (spoken.mark === ',' || !thousands) ? text.replace(',', '.') : text;
}
