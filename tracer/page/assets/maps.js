/* The layers of a wide network as maps: a point for each weight, or for what the view shows of it. */

function Maps(page, explanation) {
  const {model, calculation, names, esc, $} = page;
  const box = $('#maps');
  const KINDS = {forward: ['weight', 'out'], backward: ['weight_gradient', 'delta'], update: ['new_weight', 'out']};
  const layers = model.layers.slice(1).map((layer, k) => ({layer, number: k + 1}));
  box.className = 'maps';
  box.innerHTML = layers.map(({layer, number}) => {
    const wide = model.layers[number - 1].neurons.length, high = layer.neurons.length;
    return `<figure class="map" data-map="${number}"><figcaption></figcaption>
      <canvas width="${wide}" height="${high}" data-kind="weights" role="img" aria-label="${say('weights of layer {number}: {high} by {wide}', {number, high, wide})}"></canvas>
      <canvas width="1" height="${high}" data-kind="neurons" role="img" aria-label="${say('neurons of layer {number}: {count}', {number, count: high})}"></canvas></figure>`;
  }).join('') + `<form><label>${say('Show a number:')} <input type="text" size="14" autocomplete="off" spellcheck="false" placeholder="${esc(names.name(first(), 0))}"></label>
    <button>${say('Show')}</button></form><p class="note">${say('A row is a neuron, a column an input of it; blue is above 0, orange below, the stronger the larger. Click a point, or ask for a number by name.')}</p>`;
  const field = box.querySelector('input');
  box.querySelectorAll('canvas').forEach(canvas => { canvas.style.height = `${Math.min(22, Math.max(6, canvas.height * 0.6))}rem`; });

  function first() { return array('out', 1); }
  function array(kind, layer) {
    return calculation.steps.arrays.find(id => model.arrays[id].kind === kind && model.arrays[id].layer === layer && !model.arrays[id].mean);
  }

  const colour = name => {
    const canvas = document.createElement('canvas').getContext('2d');
    canvas.fillStyle = getComputedStyle(document.body).getPropertyValue(name).trim();
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };

  function paint(canvas, values) {
    const context = canvas.getContext('2d'), image = context.createImageData(canvas.width, canvas.height);
    const above = colour('--positive'), below = colour('--negative');
    let largest = 0;
    for (const value of values) largest = Math.max(largest, Math.abs(value) || 0);
    values.forEach((value, k) => {
      const [red, green, blue] = value < 0 ? below : above;
      image.data.set([red, green, blue, largest ? Math.round(255 * Math.abs(value) / largest) : 0], 4 * k);
    });
    context.putImageData(image, 0, 0);
  }

  /* The numbers of one sample, or of the batch. */
  function valuesOf(id) {
    const length = calculation.length(id), position = Math.max(0, page.now.rows.indexOf(page.sample - 1));
    const start = model.arrays[id].samples ? position * length : 0;
    return page.now.A[id].subarray(start, start + length);
  }

  function draw() {
    const kinds = KINDS[page.view] || KINDS.forward;
    layers.forEach(({layer, number}) => {
      const figure = box.querySelector(`[data-map="${number}"]`), ids = kinds.map(kind => array(kind, number));
      figure.querySelectorAll('canvas').forEach((canvas, k) => {
        canvas.hidden = ids[k] === undefined;
        if (!canvas.hidden) paint(canvas, valuesOf(ids[k]));
      });
      const words = ids.filter(id => id !== undefined).map(id => model.arrays[id].words).join(`, ${say('and at the right')}: `);
      figure.querySelector('figcaption').textContent = say('Layer {number}, {count} neurons ({activation}): {words}', {number, count: layer.neurons.length, activation: layer.activation, words});
    });
  }

  box.addEventListener('click', event => {
    const canvas = event.target.closest('canvas');
    if (!canvas) return;
    const {left, top, width, height} = canvas.getBoundingClientRect();
    const column = Math.max(0, Math.min(canvas.width - 1, Math.floor((event.clientX - left) / width * canvas.width)));
    const row = Math.max(0, Math.min(canvas.height - 1, Math.floor((event.clientY - top) / height * canvas.height)));
    const kinds = KINDS[page.view] || KINDS.forward, number = Number(canvas.closest('[data-map]').dataset.map);
    const id = array(kinds[canvas.dataset.kind === 'weights' ? 0 : 1], number);
    if (id !== undefined) explanation.visit({id, offset: row * canvas.width + column, position: model.arrays[id].samples ? Math.max(0, page.now.rows.indexOf(page.sample - 1)) : 0});
  });
  box.querySelector('form').addEventListener('submit', event => {
    event.preventDefault();
    const place = page.at(field.value.trim());
    if (place) explanation.visit(place); else page.say(say('there is no number {name} in this iteration', {name: `'${field.value.trim()}'`}));
  });
  page.on(why => { if (why === 'done' || why === 'view') draw(); });
}
