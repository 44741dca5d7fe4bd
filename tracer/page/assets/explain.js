/* The explanation of one number: its formula, the numbers put in, what it stands on and what on it. */

function Explanation(page) {
  const {model, formulas, numbers, names, esc, $} = page;
  const MOST = 12;
  const box = $('#explanation');
  const past = [], coming = [];

  const link = place => {
    const value = hidden(place) ? '' : ` <span class="value" data-quantity="${esc(page.nameOf(place))}">${numbers.brief(page.valueAt(place))}</span>`;
    const name = esc(page.nameOf(place));
    const spoken = value ? '' : ` aria-label="${name}"`; // mathematics alone is no text of a button
    return `<button type="button" class="link" data-go="${name}"${spoken}>` +
      `<math>${page.label(place)}</math>${value}</button>`;
  };
  const hidden = place => page.hidden && !model.arrays[place.id].given;
  const key = place => `${place.id}/${place.offset}/${place.position}`;

  function links(places) {
    const once = [...new Map(places.map(place => [key(place), place])).values()];
    const rest = once.length > MOST ? ` <span class="more">${say('and {count} more', {count: once.length - MOST})}</span>` : '';
    return once.slice(0, MOST).map(link).join(' ') + rest;
  }

  /* The usual formula, or the one that is calculated where that one would lose digits. */
  function used(place) {
    const which = formulas.loses(page.now, place) ? formulas.short : formulas.formula;
    return which(page.now, place.id, place.offset, place.position);
  }

  function lines(place) {
    const f = used(place), value = page.valueAt(place);
    const result = `<mrow class="q">${numbers.mathml(value, {})}</mrow>`;
    const row = (sign, content) =>
      `<p><span class="head"></span><span class="relation">${sign}</span><math displaystyle="true">${content}</math></p>`;
    if (!f) return row('=', result);
    const shown = row('=', formulas.withNames(f));
    if (page.hidden) return shown;
    const alone = f.leaves.length === 1 && /^§0!?§$/.test(f.numbered);
    const sign = numbers.rounds(value) ? '≈' : '=';
    return shown + (alone ? '' : row('=', formulas.withNumbers(f, page.now))) + row(sign, result);
  }

  /* delta as out − target and the like: what is calculated where the factors cancel. */
  function otherwise(place) {
    const other = formulas.short(page.now, place.id, place.offset, place.position);
    if (!other || model.arrays[place.id].kind === 'slope' || formulas.loses(page.now, place)) return '';
    return `<p class="note">${say('The factors cancel: {formula}', {formula: `<math displaystyle="true">${page.label(place)}<mo>=</mo>${formulas.withNames(other)}</math>`})}</p>`;
  }

  function show() {
    const place = page.selected;
    if (!place || !page.calculation.has(place.id)) {
      const keys = {right: '<kbd>→</kbd>', left: '<kbd>←</kbd>'};
      box.innerHTML = `<h2>${say('Explanation')}</h2><p>${say('Click any number, neuron or edge, or go through the calculation with {right} and {left}: here stands how the number is calculated.', keys)}</p>`;
      return;
    }
    const array = model.arrays[place.id], name = page.nameOf(place);
    const f = used(place);
    const users = formulas.users(page.now, place.id, place.offset, place.position, MOST + 1);
    const summed = array.phase === 'gradients' && !array.samples && page.now.rows.length > 1;
    const called = names.name(place.id, place.offset);
    const chain = page.calculation.way === '' && !summed && Object.hasOwn(model.chains, called) && model.chains[called];
    box.innerHTML =
      `<div class="turn"><button type="button" data-turn="back" ${past.length ? '' : 'disabled'}>← ${say('back')}</button>` +
      `<button type="button" data-turn="forward" ${coming.length ? '' : 'disabled'}>${say('forward')} →</button></div>` +
      `<h2><math>${page.label(place)}</math> <code>${esc(name)}</code></h2>` +
      `<p class="words">${esc(array.words)} · ${esc(array.group)}</p>` +
      `<div class="lines" tabindex="0" role="group" aria-label="${say('Formula')}">${lines(place)}</div>` + otherwise(place) +
      (chain ? `<p class="chain">${say('By the chain rule:')}</p><div class="lines" tabindex="0" role="group" aria-label="${say('Chain rule')}">` +
        `<math displaystyle="true">${chain}</math></div>` : '') +
      (f && f.uses.length ? `<h3>${say('stands on')}</h3><p class="links">${links(f.uses)}</p>` : '') +
      (users.length ? `<h3>${say('is used in')}</h3><p class="links">${links(users)}</p>` : '');
  }

  function visit(place) {
    if (page.selected && place && key(page.selected) !== key(place)) { past.push(page.selected); coming.length = 0; }
    page.select(place);
  }

  function turn(from, to) {
    const place = from.pop();
    if (!place) return;
    if (page.selected) to.push(page.selected);
    page.select(place);
  }

  box.addEventListener('click', event => {
    const go = event.target.closest('[data-go]'), back = event.target.closest('[data-turn]');
    if (go) { visit(page.at(go.dataset.go)); box.focus({preventScroll: true}); }
    if (back) {
      if (back.dataset.turn === 'back') turn(past, coming); else turn(coming, past);
      box.focus({preventScroll: true});
    }
  });

  document.addEventListener('click', event => {
    if (event.target.closest('#explanation, [data-do], input, select')) return;
    const element = event.target.closest('[data-quantity]') ||
      (event.target.closest('[data-neuron], [data-node]') || {querySelector: () => null}).querySelector('.number[data-quantity]:last-of-type, .number[data-quantity]');
    const place = element && page.at(element.dataset.quantity);
    if (place) visit(place);
  });

  page.on(why => { if (why === 'selected' || why === 'done') show(); });
  return {visit};
}
