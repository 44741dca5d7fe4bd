/* The page: what is shown of the calculation, and what the buttons, keys and fields do with it. */

function Page(model, functions, calculation) {
  const names = Names(model, calculation);
  const numbers = Numbers(model.format), few = Numbers({significant: 4, digits: null});
  const formulas = Formulas(model, functions, calculation, names, numbers);
  const ROOM = 8, DIGIT = 7; // characters that the picture leaves room for, and how wide they are
  const listeners = [];
  const $ = selector => document.querySelector(selector);
  const esc = text => String(text).replace(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`);
  const known = new Map();

  const page = {
    model, calculation, names, numbers, few, formulas, $, esc,
    iteration: 1, sample: 1, view: 'forward', now: null, selected: null, hidden: Boolean(model.exercise),
    refresh, register, on, say: tellStatus, select, value, values, go, at, nameOf, valueAt, label, change, told: tell,
  };

  /* `listener(why)` is called whenever something has changed: "numbers", "way", "view", "selected". */
  function on(listener) { listeners.push(listener); }
  function tell(why) { listeners.forEach(listener => listener(why)); }

  /* The sample's position in the batch of this iteration; the first where it isn't in it. */
  const position = () => Math.max(0, page.now.rows.indexOf(page.sample - 1));

  /* {id, offset, position} of a name in this iteration; null if there is none. */
  function at(name) {
    return placed(names.parse(name));
  }

  function placed(found) {
    if (!found || (found.iteration && found.iteration !== page.iteration)) return null;
    if (!calculation.has(found.id) || !page.now.has(found.id)) return null;
    if (!model.arrays[found.id].samples) return {id: found.id, offset: found.offset, position: 0};
    const where = found.sample ? page.now.rows.indexOf(found.sample - 1) : position();
    return where < 0 ? null : {id: found.id, offset: found.offset, position: where};
  }

  function valueAt(place) { return formulas.valueOf(page.now, place); }

  /* A number by its name, with all its digits: `dE/dw5`, `net_h1@3#2`; undefined if there is none. */
  function value(name) {
    const found = names.parse(name);
    if (!found) return undefined;
    const array = model.arrays[found.id];
    const iteration = found.iteration || page.iteration;
    const now = iteration === page.iteration ? page.now : calculation.calculated(iteration, 'asked');
    const row = (found.sample || page.sample) - 1;
    const where = array.samples ? Math.max(found.sample ? -1 : 0, now.rows.indexOf(row)) : 0;
    return where < 0 || !now.has(found.id) ? undefined : formulas.valueOf(now, {...found, position: where});
  }

  /* Every number of this iteration and sample, by its name. */
  function values() {
    const found = Object.create(null); // a name may be `constructor`
    for (const id of calculation.steps.arrays) {
      const array = model.arrays[id];
      if (id === model.update || array.kind === 'local' || !page.now.has(id)) continue; // no names of the engine
      for (let offset = 0; offset < calculation.length(id); offset++) {
        const place = {id, offset, position: array.samples ? position() : 0};
        found[nameOf(place)] = valueAt(place);
      }
    }
    return found;
  }

  /* The name of a number: of the present iteration; a sample's own part of a gradient says the sample. */
  function nameOf(place) {
    const array = model.arrays[place.id], name = names.name(place.id, place.offset);
    if (!array.samples) return name;
    const row = page.now.rows[place.position] + 1;
    return array.part || place.position !== position() ? `${name}#${row}` : name;
  }

  function label(place) { return names.label(place.id, place.offset); }

  /* Calculate the iteration, and bring everything that is shown up to date. */
  function refresh(why = 'numbers') {
    page.now = calculation.calculated(page.iteration);
    tell(why);
    known.forEach((kind, element) => {
      if (!element.isConnected) known.delete(element); else write(element, kind);
    });
    edges();
    tell('done');
  }

  /* Find the elements that show numbers, in what was just put on the page. */
  function register(root) {
    root.querySelectorAll('[data-quantity]').forEach(element => {
      const kind = {
        place: fixed(element.dataset.quantity), edge: element.matches('path'),
        numbers: element.closest('.picture') ? few.brief : numbers.text,
      };
      kind.ground = ground(element);
      if (kind.ground) kind.wide = Number(kind.ground.getAttribute('width'));
      known.set(element, kind);
      if (!kind.edge) write(element, kind);
    });
  }

  /* What keeps the edge away from the number on it: as wide as the longest number would be. */
  function ground(element) {
    let before = element.matches('text.label') ? element.previousElementSibling : null;
    if (before && before.matches('.name')) before = before.previousElementSibling;
    return before && before.matches('.ground') ? before : null;
  }

  /* A name is looked up once: in another way of calculating it might mean another number. */
  function fixed(name) {
    const found = names.parse(name);
    return found && {...found, asked: name};
  }

  function write(element, kind) {
    if (kind.edge) return;
    const place = placed(kind.place);
    const given = place && model.arrays[place.id].given;
    kind.value = place ? valueAt(place) : undefined;
    const text = !place ? '—' : page.hidden && !given ? '?' : kind.numbers(kind.value);
    const was = page.marking && place ? page.marking.get(kind.place.asked) : undefined;
    const changed = was !== undefined && kind.numbers(was) !== text;
    if (changed !== kind.changed) element.classList.toggle('changed', kind.changed = changed);
    if (kind.text === text) return;
    element.textContent = kind.text = text;
    if (kind.ground) kind.ground.setAttribute('width', Math.max(0, kind.wide - (ROOM - text.length) * DIGIT).toFixed(1));
    element.classList.toggle('negative', text.startsWith('−'));
  }

  /* Colour, dashes and width of the edges, in each picture relative to its largest. */
  function edges() {
    const pictures = new Map();
    known.forEach((kind, element) => {
      if (!kind.edge || !kind.place) return;
      const picture = element.closest('svg');
      const place = placed(kind.place);
      const hidden = page.hidden && place && !model.arrays[place.id].given;
      const value = place && !hidden ? valueAt(place) : 0;
      if (!pictures.has(picture)) pictures.set(picture, []);
      pictures.get(picture).push([element, Number.isFinite(value) ? value : 0]);
    });
    pictures.forEach(rows => {
      const largest = Math.max(...rows.map(([, value]) => Math.abs(value)));
      rows.forEach(([element, value]) => {
        const share = largest ? Math.abs(value) / largest : 0;
        element.classList.toggle('negative', value < 0);
        element.setAttribute('stroke-width', (0.75 + 3.25 * share).toFixed(2));
      });
    });
  }

  /* Go to an iteration; what happens at the ends is said. */
  function go(iteration) {
    const end = calculation.trained ? Infinity : 1;
    const wanted = Math.max(1, Math.min(iteration, end));
    for (let k = page.iteration; k <= wanted; k++) {
      if (!calculation.known(k)) { tellStatus(say('the order of the samples is known for {count} iterations', {count: k - 1})); return false; }
    }
    page.iteration = wanted;
    refresh();
    return true;
  }

  /* Do something that changes numbers, and mark what it changes. */
  function change(act, why) {
    page.marking = new Map([...known.values()].filter(kind => kind.value !== undefined)
      .map(kind => [kind.place.asked, kind.value]));
    act();
    refresh(why);
    page.marking = null;
  }

  function select(place) {
    page.selected = place;
    tell('selected');
  }

  function tellStatus(text) { $('#status').textContent = text; }

  return page;
}
