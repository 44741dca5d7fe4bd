// The exercise: its numbers, each with its formulas, and the right values, calculated from what is given.
// Numbers are known by their place in data.numbers, which is the order of the calculation.

/** One calculation: as the exercise states it, or by another convention (`changed` records). */
class Calculation {
  constructor(exercise, changed = {}) {
    this.exercise = exercise;
    this._changed = changed;
    this.size = exercise.data.numbers.length;
    this._made = { formula: [], shortcut: [], parts: [], worked: [] };
    this._mistakes = [];
    this._values = [];
    this._look = (id) => this.value(id);
    this.near = []; // of the search for mistakes, by the number
    this.far = new Map(); // by the steps left out before it
    const { data } = exercise;
    this.hasShortcuts = data.numbers.some((_, id) => this._record(id)?.shortcut);
  }

  _record(id) {
    const changed = this._changed[id];
    return changed === undefined ? this.exercise.data.records[id] : changed;
  }

  has(id) {
    return Boolean(this._record(id));
  }

  /** `formula`, `shortcut`, `parts` or `worked` of a number; null where there is none. */
  made(id, what = "formula") {
    const made = this._made[what];
    if (made[id] === undefined) {
      const reference = this._record(id)?.[what];
      made[id] = reference ? this.exercise.formula(reference) : null;
    }
    return made[id];
  }

  /** The right value, from what is given; NaN where there is none. */
  value(id) {
    if (this._values[id] === undefined) {
      const formula = this.made(id, "shortcut") ?? this.made(id);
      const given = this._record(id)?.given ?? NaN;
      this._values[id] = formula ? formula.value(this._look) : given;
    }
    return this._values[id];
  }

  /** Whether nobody rounds the number: a copy of another, or a learning rate, which is given. */
  stays(id, formula) {
    return formula.isCopy || this.exercise.data.numbers[id].kind === "LEARNING_RATE";
  }

  /** The rewritten formulas of a number by the place of the mistake's row; `late`: those too which
   *  are only made here instead. */
  variants(row, id, late = false) {
    const found = this._rows(id).get(row);
    return found && (late || !found.isLate) ? found.formulas : [];
  }

  _rows(id) {
    if (this._mistakes[id] === undefined) {
      this._mistakes[id] = new Map();
      for (const [place, isLate, ...references] of this._record(id)?.mistakes ?? []) {
        const formulas = references.map((reference) => this.exercise.formula(reference));
        this._mistakes[id].set(place, { isLate, formulas });
      }
    }
    return this._mistakes[id];
  }

  /** The places of the rows of mistakes that can be made in these numbers, in their order. */
  rowsOf(ids) {
    const found = new Set();
    for (const id of ids) {
      for (const [row, { isLate }] of this._rows(id)) if (!isLate) found.add(row);
    }
    return [...found].sort((a, b) => a - b);
  }

  /** The places of the rows of mistakes in a number itself. */
  rowsAt(id) {
    return [...this._rows(id).keys()];
  }
}

/** What the page was given, made ready. */
class Exercise {
  constructor(data) {
    this.data = data;
    this.functions = new Functions(data.functions);
    this.places = new Map(Object.entries(data.names));
    this._shapes = data.shapes.map((tree, place) =>
      new Shape(tree, data.shown[place], data.slopes[place] ?? [], this.functions));
    this.mistakes = data.mistakes.map(([name, help, rare]) => ({ name, help, rare: Boolean(rare) }));
    this.stated = new Calculation(this);
    this._others = data.changes.map(() => null);
    this._arrays = new Map();
    data.numbers.forEach(({ array }, id) => {
      if (array !== undefined) this._arrays.set(array, [...(this._arrays.get(array) ?? []), id]);
    });
  }

  formula([shape, ...ids]) {
    return new Formula(this._shapes[shape], ids);
  }

  /** The calculation by another convention: a place in data.changes. */
  under(place) {
    if (this._others[place] === null) {
      this._others[place] = new Calculation(this, this.data.changes[place].records);
    }
    return this._others[place];
  }

  name(id) {
    return this.data.numbers[id].name;
  }

  /** The numbers of the same kind, layer and sample; none where there are very many. */
  neighbours(id) {
    const { array, sample } = this.data.numbers[id];
    const all = this.data.network ? this._arrays.get(array) ?? [] : [];
    if (all.length > MOST_NEIGHBOURS) return [];
    return all.filter((other) => other !== id && this.data.numbers[other].sample === sample);
  }
}

const MOST_NEIGHBOURS = 64;
