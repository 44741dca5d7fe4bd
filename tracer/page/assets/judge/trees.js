// Formulas: the trees of the data made into functions, and intervals in which their values lie.
// The port of evaluation and of tracer/formula/enclosure.py. NaN means that there is no value.

const EVERYTHING = [-Infinity, Infinity];

/** The functions that formulas call: the language's own, or made of others by their trees. */
class Functions {
  constructor(rows) {
    this._rows = rows;
    this._made = new Map();
  }

  row(name) {
    return this._rows[name];
  }

  /** The function, of numbers. */
  of(name) {
    if (!this._made.has(name)) {
      const { composed } = this._rows[name];
      const made = composed === undefined ? null : evaluator(composed, this);
      const places = [0, 1, 2];
      this._made.set(name, made ? (...given) => made(places, (i) => given[i]) : Math[name]);
    }
    return this._made.get(name);
  }
}

/** (ids, look) => the tree's value, where look(id) gives that of a quantity. */
function evaluator(tree, functions) {
  if (typeof tree === "number") return () => tree;
  const [name, ...rest] = tree;
  if (typeof name === "number") return (ids, look) => look(ids[name]);
  const parts = rest.map((part) => evaluator(part, functions));
  const [first, second, third] = parts;
  switch (name) {
    case "+": return (ids, look) => folded(parts, ids, look, (a, b) => a + b);
    case "*": return (ids, look) => folded(parts, ids, look, (a, b) => a * b);
    case "-": return (ids, look) => first(ids, look) - second(ids, look);
    case "/": return (ids, look) => divided(first(ids, look), second(ids, look));
    case "^": return (ids, look) => power(first(ids, look), second(ids, look));
    case "~": return (ids, look) => -first(ids, look);
    case "if_positive": return (ids, look) => {
      const condition = first(ids, look);
      if (Number.isNaN(condition)) return NaN;
      return condition > 0 ? second(ids, look) : third(ids, look);
    };
  }
  const called = functions.of(name);
  return (ids, look) => finite(called(...parts.map((part) => part(ids, look))));
}

function folded(parts, ids, look, operation) {
  let result = parts[0](ids, look);
  for (let place = 1; place < parts.length; place++) {
    result = operation(result, parts[place](ids, look));
  }
  return result;
}

function divided(a, b) {
  return b === 0 ? NaN : a / b;
}

function power(base, exponent) {
  return exponent === 2 ? base * base : finite(base ** exponent);
}

function finite(value) {
  return Number.isFinite(value) ? value : NaN;
}

/** A shape with quantities in its places. */
class Formula {
  constructor(shape, ids) {
    this.shape = shape;
    this.ids = ids;
    this.isCopy = typeof shape.tree !== "number" && typeof shape.tree[0] === "number";
  }

  /** The value where look(id) is that of a quantity; NaN where there is no finite one. */
  value(look) {
    return finite(this.shape.value(this.ids, look));
  }

  /** The ends between which the value lies, where bounds(id) are those of a quantity. */
  ends(bounds, settle) {
    const { tree, functions } = this.shape;
    return enclosure(tree, (place) => bounds(this.ids[place]), settle, functions);
  }

  /** [id, slope] for each quantity that it changes with; null where one has no value. */
  slopes(look) {
    const found = [];
    for (const [place, slope] of this.shape.slopes().entries()) {
      if (slope === null) continue;
      const value = finite(slope(this.ids, look));
      if (Number.isNaN(value)) return null;
      found.push([this.ids[place], value]);
    }
    return found;
  }
}

/** A formula without quantities in its places: what many of them have in common. */
class Shape {
  constructor(tree, shown, slopes, functions) {
    this.tree = tree;
    this.shown = shown;
    this.functions = functions;
    this.value = evaluator(tree, functions);
    this._slopeTrees = slopes;
    this._slopes = null;
  }

  slopes() {
    this._slopes = this._slopes ?? this._slopeTrees.map((tree) =>
      tree === null ? null : evaluator(tree, this.functions));
    return this._slopes;
  }
}

class NoValue extends Error {}

/** The ends of the tree's value; `settle`: where what stands inside may lie once it was rounded. */
function enclosure(tree, bounds, settle, functions) {
  if (typeof tree === "number") return [tree, tree];
  const [name, ...parts] = tree;
  if (typeof name === "number") return bounds(name);
  const ends = (part) => enclosure(part, bounds, settle, functions);
  if (name === "if_positive") {
    const [low, high] = ends(parts[0]), held = [];
    if (high > 0) held.push(ends(parts[1]));
    if (low <= 0) held.push(ends(parts[2]));
    return hull(held);
  }
  const operands = parts.map((part) => {
    const found = ends(part);
    return settle === null || isPlain(part) ? found : settle(found);
  });
  return combined(name, operands, settle, functions);
}

/** Whether nobody rounds it: a constant, a quantity, either with another sign or not. */
function isPlain(tree) {
  return typeof tree === "number" || typeof tree[0] === "number" || tree[0] === "~";
}

function combined(name, operands, settle, functions) {
  const [a, b] = operands;
  switch (name) {
    case "+": return [0, 1].map((end) => operands.reduce((sum, ends) => sum + ends[end], 0));
    case "-": return [a[0] - b[1], a[1] - b[0]];
    case "~": return [-a[1], -a[0]];
    case "*": return productEnds(operands, settle);
    case "/": {
      if (b[0] <= 0 && b[1] >= 0) return EVERYTHING;
      return extremes([a[0] / b[0], a[0] / b[1], a[1] / b[0], a[1] / b[1]]);
    }
    case "^": return powerEnds(a, b);
  }
  return callEnds(name, operands, settle, functions);
}

function extremes(values) {
  return [Math.min(...values), Math.max(...values)];
}

function hull(intervals) {
  if (!intervals.length) throw new NoValue();
  return [Math.min(...intervals.map((i) => i[0])), Math.max(...intervals.map((i) => i[1]))];
}

function times(x, y) {
  return x === 0 || y === 0 ? 0 : x * y;
}

function timesEnds(a, b) {
  return extremes([times(a[0], b[0]), times(a[0], b[1]), times(a[1], b[0]), times(a[1], b[1])]);
}

/** From left to right; what a long product comes to on the way may be rounded too. */
function productEnds(operands, settle) {
  let found = operands[0];
  for (let place = 1; place < operands.length; place++) {
    found = timesEnds(found, operands[place]);
    if (settle !== null && place < operands.length - 1) found = settle(found);
  }
  return found;
}

function powerEnds([low, high], [exponent, other]) {
  if (exponent !== other || !Number.isInteger(exponent) || exponent < 0) {
    if (low <= 0) return EVERYTHING;
    const corners = [low, high].flatMap((x) => [x ** exponent, x ** other]);
    return corners.every(Number.isFinite) ? extremes(corners) : EVERYTHING;
  }
  const [least, most] = extremes([low ** exponent, high ** exponent]);
  return [exponent % 2 === 0 && low < 0 && high > 0 ? 0 : least, most];
}

function callEnds(name, operands, settle, functions) {
  const row = functions.row(name), called = functions.of(name);
  const values = [];
  for (const corner of corners(operands)) {
    const value = called(...corner);
    if (row.limited && (Number.isNaN(value) || value === -Infinity)) values.push(-Infinity);
    else if (Number.isNaN(value)) return EVERYTHING;
    else if (value === Infinity && corner.every(Number.isFinite)) return EVERYTHING;
    else values.push(value);
  }
  for (const x of row.turns ? turns(row.turns, ...operands[0]) : []) values.push(called(x));
  const found = extremes(values);
  if (settle === null || !row.worked) return found;
  const worked = operands[0].flatMap((x) =>
    row.worked[x > 0 ? 1 : 0].map((way) => enclosure(way, () => [x, x], settle, functions)));
  return hull([found, ...worked]);
}

function corners([first, ...rest]) {
  if (first === undefined) return [[]];
  return first.flatMap((x) => corners(rest).map((others) => [x, ...others]));
}

/** Where a function turns between two ends: at one point, or at every so many from it. */
function turns([first, every], low, high) {
  if (every === undefined) return low < first && first < high ? [first] : [];
  const next = first + Math.ceil((low - first) / every) * every;
  return [next, next + every].filter((x) => x <= high);
}
