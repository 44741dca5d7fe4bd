// What a whole sheet says for and against conventions, number by number.
// The port of tracer/diagnose/evidence.py. f·v should have been written where v is right and f the
// factor of the readings; conventions are told apart by factors, the judge comes afterwards.

const UNITS = 3, SHARE = 0.02, FINE_SHARE = 1e-9;

/** A reading of numbers, for its core and some of its optional groups. */
class Form {
  constructor(row, groups) {
    this.row = row;
    this._concerned = new Set(groups.flatMap((group) => row.groups[group]));
    this.key = `${row.name} ${groups.join(",")}`;
  }

  concerns(id) {
    return this._concerned.has(id);
  }

  factor(id) {
    return this.concerns(id) ? this.row.factor : 1;
  }

  /** Which number of ours the author means by that name. */
  meant(id) {
    return this.row.column && this.concerns(id) ? this.row.moved[id] ?? id : id;
  }
}

/** Conventions that a sheet may follow: a change of the calculation (a place in data.changes, or null),
 *  and readings of its numbers. */
class Hypothesis {
  constructor(change = null, forms = []) {
    this.change = change;
    this.forms = forms;
    this.key = `${change} ${forms.map((form) => form.key).join(";")}`;
  }
}

/** The answer in this program's words; its text stays as it was supplied. */
function restated(answer, forms) {
  let id = answer.id, factor = 1;
  for (const form of forms) {
    factor *= form.factor(id);
    id = form.meant(id);
  }
  return answer.restated(id, factor);
}

/** The answers whose digits tell something, and what hypotheses make of them. Flags are arrays with a
 *  place for each of `entries`. */
class Evidence {
  constructor(exercise, answers, isFine = false) {
    const { numbers } = exercise.data;
    this.exercise = exercise;
    this._answers = answers;
    this._share = isFine ? FINE_SHARE : SHARE;
    this.entries = answers.filter((answer) =>
      numbers[answer.id].kind && answer.value && (answer.isExact || answer.written.significant > 1));
    this._starts = this.entries.map(({ id }) => {
      const { start } = numbers[id];
      return start === undefined ? 0 : exercise.stated.value(start);
    });
    this._known = new Map();
  }

  /** The calculation under a hypothesis. */
  under({ change }) {
    return change === null ? this.exercise.stated : this.exercise.under(change);
  }

  /** What should have been written, how far from it is still right, and which numbers are. */
  expected(hypothesis) {
    if (!this._known.has(hypothesis.key)) this._known.set(hypothesis.key, this._expected(hypothesis));
    return this._known.get(hypothesis.key);
  }

  _expected(hypothesis) {
    const exact = this.under(hypothesis), { forms } = hypothesis;
    const columns = forms.filter((form) => form.row.column);
    return this.entries.map((answer, place) => {
      const meant = columns.reduce((id, form) => form.meant(id), answer.id);
      const value = exact.has(meant) ? exact.value(meant) : NaN;
      const factor = forms.reduce((product, form) => product * form.factor(answer.id), 1);
      const size = Math.abs(factor * (value - this._starts[place]));
      const allowance = UNITS * doubtOf(answer) + this._share * size;
      const right = Math.abs(answer.value - factor * value) <= allowance;
      return { value: factor * value, allowance, right };
    });
  }

  /** The numbers that are right under a hypothesis. */
  right(hypothesis) {
    return this.expected(hypothesis).map(({ right }) => right);
  }

  /** The numbers among those in `ids`. */
  among(ids) {
    const some = new Set(ids);
    return this.entries.map(({ id }) => some.has(id));
  }

  concerned(form) {
    return this.entries.map(({ id }) => form.concerns(id));
  }

  /** The numbers that no reading of the hypothesis multiplies. */
  unread({ forms }) {
    return this.entries.map(({ id }) => forms.every((form) => form.factor(id) === 1));
  }

  /** The numbers that the hypothesis changes clearly. */
  moved(hypothesis, under) {
    const fresh = this.expected(hypothesis), old = this.expected(under);
    return fresh.map(({ value, allowance }, place) =>
      Math.abs(value - old[place].value) > allowance + old[place].allowance);
  }

  /** The numbers that are clearly not zero, parameters those that clearly changed. */
  telling(hypothesis) {
    return this.expected(hypothesis).map(({ value, allowance }, place) => {
      const size = Math.abs(value - this._starts[place]);
      return Number.isFinite(size) && size > allowance;
    });
  }

  /** How many different things those numbers are of: neurons of a sample, parameters, errors. */
  apart(flags) {
    const { numbers } = this.exercise.data;
    return new Set(this.entries.filter((_, place) => flags[place]).map(({ id }) => numbers[id].thing)).size;
  }

  /** How many of them don't follow from the numbers supplied before them. */
  roots(flags, forms) {
    return count(flags.map((flag, place) => flag && !this._follows(place, forms)));
  }

  _follows(place, forms) {
    const { value, answer } = this._recalculated(place, new Hypothesis(null, forms));
    const allowed = UNITS * doubtOf(answer) + this._share * Math.abs(value - this._starts[place]);
    return Math.abs(answer.value - value) <= allowed;
  }

  /** Whether most updates that the two make differently are made as the old one does. */
  contradicted(fresh, old) {
    const { numbers } = this.exercise.data;
    const places = [...this.entries.keys()].filter((place) => numbers[this.entries[place].id].changed);
    const votes = places.map((place) => this._speaks(place, fresh, old)).filter((vote) => vote !== null);
    return 2 * votes.filter((vote) => !vote).length > votes.length;
  }

  /** False: it is the old one's value and not the new one's. Null: they don't differ. */
  _speaks(place, fresh, old) {
    const { value: after, answer } = this._recalculated(place, fresh);
    const { value: before } = this._recalculated(place, old);
    const allowed = UNITS * doubtOf(answer);
    if (!(Math.abs(after - before) > 2 * allowed)) return null;
    return !(Math.abs(answer.value - before) <= allowed);
  }

  /** What follows from the numbers supplied before it; NaN where that can't be calculated. */
  _recalculated(place, hypothesis) {
    const { forms } = hypothesis, exact = this.under(hypothesis);
    const answer = restated(this.entries[place], forms);
    const own = this.entries.map((entry) => restated(entry, forms)).map(({ id, value }) => [id, value]);
    const value = exact.has(answer.id) ? new Carried(exact, new Map(own)).recalculated(answer.id) : NaN;
    return { value, answer };
  }

  /** Whether under the hypothesis there are all the numbers that were supplied. */
  knowsAll(hypothesis) {
    return this._answers.every(({ id }) => this.under(hypothesis).has(id));
  }
}

function doubtOf(answer) {
  return answer.isExact ? answer.uncertainty : answer.written.unit;
}

function count(flags) {
  return flags.filter(Boolean).length;
}

function both(a, b) {
  return a.map((flag, place) => flag && b[place]);
}

function butNot(a, b) {
  return a.map((flag, place) => flag && !b[place]);
}
