/* Names: which number of which array a name means, and how a number of an array is called. */

function Names(model, calculation) {
  const arrays = model.arrays;
  const nameAt = (names, offset) => Array.isArray(names) && typeof names[1] === 'number'
    ? names[0] + (names[1] + offset) + names[2] : names[offset];
  const listed = new Map();
  arrays.forEach((array, id) => {
    if (array.part) return;
    if (typeof array.names[1] === 'number') return;
    array.names.forEach((name, offset) => {
      if (!listed.has(name)) listed.set(name, []);
      listed.get(name).push([id, offset]);
    });
  });
  const counted = arrays.map((array, id) => [array, id]).filter(([a]) => typeof a.names[1] === 'number');

  /* [array, offset] of a name without iteration and sample, in the present way; null if there is none. */
  function bare(name, part) {
    if (!part) {
      const found = (listed.get(name) || []).find(([id]) => calculation.has(id));
      if (found) return found;
    }
    for (const [array, id] of counted) {
      if (Boolean(array.part) !== Boolean(part) || !calculation.has(id)) continue;
      const [before, first, behind] = array.names;
      if (!name.startsWith(before) || !name.endsWith(behind)) continue;
      const digits = name.slice(before.length, name.length - behind.length);
      const offset = Number(digits) - first;
      if (/^\d+$/.test(digits) && offset >= 0 && offset < calculation.length(id)) return [id, offset];
    }
    if (part) {
      for (let id = 0; id < arrays.length; id++) {
        if (!arrays[id].part || !calculation.has(id) || typeof arrays[id].names[1] === 'number') continue;
        const offset = arrays[id].names.indexOf(name);
        if (offset >= 0) return [id, offset];
      }
    }
    return null;
  }

  /* {id, offset, iteration, sample} of NAME[@ITERATION][#SAMPLE]; what isn't said is null. */
  function parse(text) {
    const found = /^(.*?)(?:@(\d+))?(?:#(\d+))?$/.exec(text);
    const [, name, iteration, sample] = found;
    const part = sample ? bare(name, true) : null;
    const place = part || bare(name, false);
    if (!place) return null;
    return {
      id: place[0], offset: place[1],
      iteration: iteration ? Number(iteration) : null, sample: sample ? Number(sample) : null,
    };
  }

  return {
    parse,
    name: (id, offset) => nameAt(arrays[id].names, offset),
    label: (id, offset) => nameAt(arrays[id].labels, offset),
  };
}
