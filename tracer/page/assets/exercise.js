/* The exercise: fields for the numbers, each judged as `bptrace check` judges it, on the learner's own. */

function Exercise(page, exercise, judge) {
  const {model, names, numbers, esc, $} = page;
  const box = $('#exercise'), KEPT = `bptrace exercise ${exercise.key}`;
  const SIGNS = {right: '✓', rounding: '✓≈', follows: '↳', mistake: '✗', wrong: '✗', coarse: '?'};
  const WORDS = {
    right: say('right'), rounding: say('right within rounding'), follows: say('follows'),
    mistake: say('a known mistake'), wrong: say('wrong'), coarse: say('too few digits to tell'),
  };
  const tried = new Set(), revealed = new Set();
  const none = () => Object.create(null); // a number may be called `constructor`
  let sheet = none();

  const labelOf = name => {
    const found = names.parse(name);
    return found ? names.label(found.id, found.offset) : `<mi>${esc(name)}</mi>`;
  };
  const groupOf = name => { const found = names.parse(name); return found ? model.arrays[found.id].group : say('Numbers'); };
  const sampleOf = name => (/#(\d+)$/.exec(name) || [])[1];

  function field(name) {
    const id = esc(name), sample = sampleOf(name);
    return `<div class="answer" data-row="${id}"><label><math>${labelOf(name)}</math>${sample ? ` <small>${say('sample {number}', {number: sample})}</small>` : ''}
      <input type="text" inputmode="decimal" autocomplete="off" spellcheck="false" data-answer="${id}" aria-label="${id}" aria-describedby="verdict ${id}"></label>
      ${exercise.reveal === 'never' ? '' : `<button type="button" class="reveal" data-reveal="${id}" ${exercise.reveal === 'always' ? '' : 'hidden'}>${say('show')}</button>`}
      <p class="verdict" data-verdict-of="${id}" id="verdict ${id}" role="status"></p></div>`;
  }

  function draw() {
    const groups = new Map();
    for (const name of judge.asked) {
      const group = groupOf(name);
      if (!groups.has(group)) groups.set(group, []);
      groups.get(group).push(name);
    }
    box.innerHTML = `<h2>${say('Exercise')}</h2><p>${say('Calculate the numbers from what is given, and type them in, rounded as you like. Each is judged by itself and by what you had before it: who carries on rightly from a slip is right from there on.')}</p>
      <fieldset><legend>${say('Given')}</legend><p class="given">${judge.given.map(({name, value}) =>
        `<span><math>${labelOf(name)}<mo>=</mo>${numbers.mathml(value, {})}</math>${sampleOf(name) ? ` <small>${say('sample {number}', {number: sampleOf(name)})}</small>` : ''}</span>`).join(' ')}</p></fieldset>
      <p class="score"><output id="points"></output> <button type="button" data-copy>${say('Copy my answers')}</button>
      <button type="button" data-clear>${say('Clear all')}</button></p>` +
      [...groups].map(([group, own]) => `<fieldset><legend>${esc(group)}</legend><div class="answers">${own.map(field).join('')}</div></fieldset>`).join('') +
      `<details class="mine"><summary>${say('My answers as a file for {command}', {command: '<code>bptrace check</code>'})}</summary><pre tabindex="0" aria-label="${say('my answers')}"></pre></details>`;
    box.hidden = false;
  }

  /* A line of YAML for each answer; whatever isn't plainly a number is quoted. */
  function yaml() {
    const own = judge.asked.filter(name => (sheet[name] || '').trim());
    return own.map(name => {
      const text = withPoint(sheet[name].trim());
      return `${JSON.stringify(name)}: ${/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? text : JSON.stringify(text)}`;
    }).join('\n') + (own.length ? '\n' : '');
  }

  function keep() {
    try { localStorage.setItem(KEPT, JSON.stringify({sheet, revealed: [...revealed]})); } catch { /* not allowed here */ }
  }

  function kept() {
    try { return JSON.parse(localStorage.getItem(KEPT)) || {}; } catch { return {}; }
  }

  /* A formula as somebody made it: names, and the numbers put in where those may be seen. */
  function made(derivation) {
    const put = (text, fill) => text.replace(/§(\d+)(!?)§/g, (_, k, brackets) => fill(derivation.inputs[k], brackets));
    const named = put(derivation.named, input => labelOf(input.name));
    const known = derivation.value !== null && derivation.inputs.every(input => input.value !== null);
    const numbered = known ? `<mo>=</mo>${put(derivation.numbered, (input, brackets) => numbers.mathml(input.value, {brackets: Boolean(brackets)}))}` +
      `<mo>≈</mo>${numbers.mathml(derivation.value, {})}` : '';
    return `<span class="made" tabindex="0"><math displaystyle="true"><mrow>${labelOf(derivation.name)}<mo>=</mo>${named}${numbered}</mrow></math></span>`;
  }

  function told(found) {
    const lines = found.sentences.map(sentence => `<span class="sentence">${esc(sentence)}</span>`);
    const mistakes = [...found.mistakes, ...(found.mistakes.length ? [] : found.possible)];
    const helps = mistakes.flatMap(m => m.made || []).slice(0, 2).map(made);
    const reason = found.reason && !lines.length ? ` ${esc(found.reason)}` : '';
    return `<strong>${SIGNS[found.verdict]} ${esc(WORDS[found.verdict])}</strong>${reason} ${lines.join(' ')} ${helps.join(' ')}`;
  }

  /* The whole sheet again: how it was rounded, and what follows from what, shows in all of it. */
  function check() {
    const of = (object, name) => Object.hasOwn(object, name) ? object[name] : undefined;
    const result = judge.check(sheet, {reveal: exercise.reveal === 'always'});
    for (const name of judge.asked) {
      const place = box.querySelector(`[data-verdict-of="${CSS.escape(name)}"]`);
      const found = of(result.verdicts, name), problem = of(result.problems, name);
      if (found) {
        place.dataset.verdict = found.verdict;
        if (found.verdict !== 'right' && found.verdict !== 'rounding') tried.add(name);
      } else delete place.dataset.verdict;
      const html = found ? told(found) : problem ? esc(problem) : '';
      if (place.innerHTML !== html) place.innerHTML = html;
      const input = box.querySelector(`[data-answer="${CSS.escape(name)}"]`);
      if (problem) input.setAttribute('aria-invalid', 'true'); else input.removeAttribute('aria-invalid');
      const button = box.querySelector(`[data-reveal="${CSS.escape(name)}"]`);
      if (button && exercise.reveal === 'after-try') button.hidden = !tried.has(name) || Boolean(found && ['right', 'rounding'].includes(found.verdict));
    }
    const ways = result.conventions.map(({words}) => words);
    const manner = [result.rounding, ...ways].filter(Boolean).map(words => `${words}.`).join(' ');
    const unearned = [...revealed].reduce((sum, name) => sum + ((of(result.verdicts, name) || {}).points || 0), 0);
    const points = marked(String(Math.round((result.points - unearned) * 2) / 2));
    $('#points').textContent = `${say('{points} of {possible} points.', {points, possible: result.pointsPossible})} ${manner}`;
    box.querySelector('.mine pre').textContent = yaml();
    keep();
  }

  function reveal(name) {
    revealed.add(name);
    sheet[name] = marked(String(judge.right(name)));
    box.querySelector(`[data-answer="${CSS.escape(name)}"]`).value = sheet[name];
    check();
    page.say(say('{name} was shown, and earns no points', {name}));
  }

  box.addEventListener('change', event => {
    const {answer} = event.target.dataset;
    if (!answer) return;
    sheet[answer] = event.target.value; // what was shown once earns no points when it is typed again
    check();
  });
  box.addEventListener('focusin', event => {
    const {answer} = event.target.dataset;
    const place = answer && page.at(answer);
    if (place) page.select(place);
  });
  box.addEventListener('keydown', event => {
    if (event.key !== 'Enter' || !event.target.dataset.answer) return;
    const all = [...box.querySelectorAll('[data-answer]')];
    const next = all[all.indexOf(event.target) + 1];
    if (next) next.focus(); else event.target.blur();
  });
  box.addEventListener('click', async event => {
    const {reveal: name} = event.target.dataset;
    if (name) reveal(name);
    if ('copy' in event.target.dataset) {
      box.querySelector('.mine').open = true;
      try { await navigator.clipboard.writeText(yaml()); page.say(say('your answers are copied')); }
      catch { getSelection().selectAllChildren(box.querySelector('.mine pre')); page.say(say('your answers are marked: copy them')); }
    }
    if ('clear' in event.target.dataset) {
      sheet = none();
      revealed.clear();
      tried.clear();
      box.querySelectorAll('[data-answer]').forEach(input => { input.value = ''; });
      check();
    }
  });

  window.bptrace = {check: judge.check};
  draw();
  const before = kept();
  Object.assign(sheet, before.sheet);
  (before.revealed || []).forEach(name => revealed.add(name));
  box.querySelectorAll('[data-answer]').forEach(input => { input.value = sheet[input.dataset.answer] || ''; });
  check();
}
