/* Step by step through the calculation, and from iteration to iteration; the picture's views. */

function Steps(page, explanation) {
  const {model, calculation, $} = page;
  const MOST_OF_AN_ARRAY = 24, BUDGET = 10;
  const slider = $('input[data-slider="iteration"]'), count = $('#iteration');
  let place = -1, running = 0, furthest = 1;

  /* The calculated numbers of this sample, in order; of a wide array the first ones. */
  function walk() {
    const found = [];
    for (const [id] of page.now.steps) {
      const own = model.arrays[id].samples ? Math.max(0, page.now.rows.indexOf(page.sample - 1)) : 0;
      const most = Math.min(calculation.length(id), model.wide ? MOST_OF_AN_ARRAY : Infinity);
      for (let offset = 0; offset < most; offset++) found.push({id, offset, position: own});
    }
    return found;
  }

  function step(by) {
    const all = walk();
    const here = page.selected && all.findIndex(p => p.id === page.selected.id && p.offset === page.selected.offset);
    place = here !== null && here >= 0 ? here : place;
    place = Math.max(0, Math.min(all.length - 1, place + by));
    const phase = model.arrays[all[place].id].phase;
    if (!model.graph) view(phase === 'updates' ? 'update' : ['backward', 'gradients'].includes(phase) ? 'backward' : 'forward');
    explanation.visit(all[place]);
    page.say(say('{number} of {count}: {group}', {number: place + 1, count: all.length, group: model.arrays[all[place].id].group}));
  }

  /* What is being calculated lights up, and what it is calculated from. */
  function light() {
    document.querySelectorAll('.current, .source').forEach(e => e.classList.remove('current', 'source'));
    if (!page.selected || !calculation.has(page.selected.id)) return;
    const f = page.formulas.formula(page.now, page.selected.id, page.selected.offset, page.selected.position);
    const mark = (name, kind) => document.querySelectorAll(`[data-quantity="${CSS.escape(name)}"]`).forEach(e => {
      e.classList.add(kind);
      const around = e.closest('[data-neuron], [data-node]');
      if (around) around.classList.add(kind);
    });
    (f ? f.uses.slice(0, 200) : []).forEach(leaf => mark(page.nameOf(leaf), 'source'));
    mark(page.nameOf(page.selected), 'current');
  }

  /* A picture that is wider than its window goes along. */
  function follow() {
    const box = document.querySelector('[data-picture]:not([hidden])'), now = box && box.querySelector('.current');
    if (!now || box.scrollWidth <= box.clientWidth) return;
    const [from, to] = [now, box].map(element => element.getBoundingClientRect());
    if (from.left < to.left || from.right > to.right) box.scrollLeft += (from.left + from.right - to.left - to.right) / 2;
  }

  function view(name) {
    if (!document.querySelector(`[data-picture="${name}"]`)) return;
    page.view = name;
    page.told('view');
    document.querySelectorAll('[data-picture]').forEach(e => { e.hidden = e.dataset.picture !== name; });
    document.querySelectorAll('[data-view]').forEach(e => e.setAttribute('aria-pressed', e.dataset.view === name));
  }

  function to(iteration) {
    const done = page.go(iteration);
    furthest = Math.max(furthest, page.iteration);
    slider.max = furthest;
    slider.value = page.iteration;
    count.textContent = page.iteration;
    if (done) page.say(counted(page.iteration - 1, 'Iteration {number}: after {count} update', 'Iteration {number}: after {count} updates', {number: page.iteration}));
    return done;
  }

  /* As many iterations as fit between two pictures, until the goal or until it is stopped. */
  function run() {
    const button = $('[data-do="run"]');
    if (running) { cancelAnimationFrame(running); running = 0; button.textContent = say('Run'); return; }
    const goal = page.iteration + Math.max(10000, model.iterations);
    button.textContent = say('Pause');
    let stride = 1;
    const frame = () => {
      const began = performance.now();
      const finite = Number.isFinite(page.value(model.loss) ?? 0);
      const more = finite && page.iteration < goal && to(Math.min(goal, page.iteration + stride));
      const took = performance.now() - began;
      stride = Math.max(1, Math.min(2000, took < BUDGET ? stride * 2 : Math.floor(stride / 2)));
      if (!finite) page.say(say('Iteration {number}: the loss is no longer a finite number', {number: page.iteration}));
      if (more) running = requestAnimationFrame(frame);
      else { running = 0; button.textContent = say('Run'); }
    };
    running = requestAnimationFrame(frame);
  }

  const acts = {
    next: () => step(1), previous: () => step(-1),
    update: () => to(page.iteration + 1), ten: () => to(page.iteration + 10), run,
    reset: () => {
      if (running) run();
      calculation.reset();
      page.told('reset');
      page.iteration = furthest = 1;
      page.refresh('way');
      to(1);
    },
  };
  document.addEventListener('click', event => {
    const button = event.target.closest('[data-do]');
    if (button && acts[button.dataset.do]) acts[button.dataset.do]();
    const chosen = event.target.closest('[data-view]');
    if (chosen) view(chosen.dataset.view);
  });
  slider.addEventListener('input', () => to(Number(slider.value)));
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest('input, select, textarea, [role="grid"]')) return;
    const by = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (by) { event.preventDefault(); step(by); }
    if (event.key === 'Home') { place = -1; page.select(null); step(1); }
  });
  page.on(why => {
    if (why === 'selected' || why === 'done') light();
    if (why === 'selected') follow();
    if (why === 'way') { furthest = Math.max(1, page.iteration); slider.max = furthest; }
  });
  return {to, view};
}
