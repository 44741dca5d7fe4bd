// Conventions that a whole sheet follows, found before any of its numbers is judged.
// The port of tracer/diagnose/sheets.py and graph_sheets.py.

const AT_LEAST = 2; // so many things make a convention; a single one may be a slip
const OF_PROGRAMS = 12; // significant digits that nobody writes by hand

/** {exact, answers, told}: the calculation as the sheet's author does it, the answers in this program's
 *  words (in the order supplied), and [name, words] of the conventions that were found. */
function readUnderConventions(exercise, answers) {
  const { changes } = exercise.data;
  if (!exercise.data.network) return readGraph(exercise, answers);
  const adoption = new Adoption(new Evidence(exercise, answers));
  let found = adoption.run();
  const isFine = 2 * answers.filter((a) => a.written.significant >= OF_PROGRAMS).length > answers.length;
  if (found.key === STATED.key && adoption.ofDescent && isFine) {
    found = new Adoption(new Evidence(exercise, answers, true)).run();
  }
  return {
    exact: found.change === null ? exercise.stated : exercise.under(found.change),
    answers: answers.map((answer) => restated(answer, found.forms)),
    told: [
      ...(found.change === null ? [] : changes[found.change].told),
      ...found.forms.map(({ row }) => [row.name, row.words]),
    ],
  };
}

/** A graph's answers; nothing but its training has conventions. */
function readGraph(exercise, answers) {
  const rightUnder = (exact) => answers.filter(({ id, written }) =>
    agreement(written.value, written.unit, exact.value(id)));
  const right = rightUnder(exercise.stated);
  let best = null, most = right.length + AT_LEAST - 1;
  const possible = answers.length - right.length >= AT_LEAST ? exercise.data.changes.keys() : [];
  for (const change of possible) {
    const exact = exercise.under(change);
    if (!answers.every(({ id }) => exact.has(id))) continue;
    const found = rightUnder(exact);
    if (right.every((answer) => found.includes(answer)) && found.length > most) {
      [best, most] = [change, found.length];
    }
  }
  const told = best === null ? [] : exercise.data.changes[best].told;
  return { exact: best === null ? exercise.stated : exercise.under(best), answers, told };
}

const STATED = new Hypothesis();

/** Goes from the stated conventions to those that explain the most. */
class Adoption {
  constructor(evidence) {
    this._evidence = evidence;
    const { changes, readings: rows } = evidence.exercise.data;
    this._changes = changes;
    const single = [...changes.keys()].filter((place) => changes[place].changes.length === 1);
    this._options = [...single, ...rows]; // a form fits a calculation
    this.ofDescent = single.some((place) => changes[place].descent[0]);
  }

  /** The conventions that are adopted, none for most sheets. */
  run() {
    let current = STATED;
    while (count(this._evidence.right(current).map((right) => !right)) >= AT_LEAST) {
      const adopted = this._best(current, 1) ?? this._best(current, 2);
      if (adopted === null) break;
      current = adopted;
    }
    return current;
  }

  /** The acceptable one with so many conventions more that makes the most numbers right. */
  _best(current, steps) {
    const rated = [];
    for (const extended of this._extended(current, steps)) {
      const gained = this._gained(extended, current);
      if (this._evidence.apart(gained) >= AT_LEAST) rated.push([count(gained), extended]);
    }
    rated.sort((a, b) => b[0] - a[0]);
    return rated.find(([, extended]) => this._acceptable(extended, current))?.[1] ?? null;
  }

  *_extended(current, steps) {
    for (const [place, first] of this._options.entries()) {
      const extended = this._with(current, first);
      if (steps === 1 && extended) yield extended;
      for (const second of steps === 2 && extended ? this._options.slice(place + 1) : []) {
        if (this._isOfDescent(first) && this._isOfDescent(second)) continue;
        const further = this._with(extended, second);
        if (further) yield further;
      }
    }
  }

  _isOfDescent(option) {
    return typeof option === "number" && this._changes[option].descent[0];
  }

  _with(hypothesis, option) {
    const { change, forms } = hypothesis;
    if (typeof option !== "number") {
      if (forms.some((form) => form.row.changes === option.changes)) return null;
      return new Hypothesis(change, [...forms, this._fitting(hypothesis, option)]);
    }
    const own = change === null ? [] : this._changes[change].changes;
    const [added] = this._changes[option].changes;
    if (own.some(([name]) => name === added[0])) return null;
    const place = this._placeOf([...own, added]);
    return place < 0 ? null : new Hypothesis(place, forms);
  }

  /** Where in the data these changes stand together; −1 where they don't. */
  _placeOf(wanted) {
    const key = (changes) => changes.map((change) => change.join(" ")).sort().join(";");
    return this._changes.findIndex(({ changes }) => key(changes) === key(wanted));
  }

  /** The row for those of its optional groups in which it makes more numbers right. */
  _fitting(hypothesis, row) {
    const groups = [0];
    for (let group = 1; group < row.groups.length; group++) {
      const read = new Hypothesis(hypothesis.change, [...hypothesis.forms, new Form(row, [group])]);
      const within = this._evidence.among(row.groups[group]);
      const gained = both(this._gained(read, hypothesis), within);
      const lost = both(this._gained(hypothesis, read), within);
      if (count(gained) > count(lost)) groups.push(group);
    }
    return new Form(row, groups);
  }

  /** The numbers that are right under the one, clearly changed, and not right under the other. */
  _gained(fresh, old) {
    const evidence = this._evidence;
    return both(butNot(evidence.right(fresh), evidence.right(old)), evidence.moved(fresh, old));
  }

  _acceptable(fresh, old) {
    const evidence = this._evidence, gained = this._gained(fresh, old);
    if (count(this._gained(old, fresh))) return false;
    const changed = both(evidence.moved(fresh, old), evidence.telling(fresh));
    if (2 * count(gained) < count(changed)) return false;
    const added = fresh.forms.filter((form) => !old.forms.includes(form));
    if (!added.every((form) => this._isSupported(form, fresh, old))) return false;
    if (fresh.change === old.change) return true;
    if (!evidence.knowsAll(fresh) || evidence.contradicted(fresh, old)) return false;
    return evidence.roots(gained, fresh.forms) >= AT_LEAST;
  }

  /** Whether what comes after bears the reading out, as far as it was supplied. */
  _isSupported(form, fresh, old) {
    const evidence = this._evidence, { row } = form;
    const gained = both(this._gained(fresh, old), evidence.concerned(form));
    if (row.proven && !count(both(gained, evidence.among(row.proof)))) return false;
    if (evidence.apart(gained) < AT_LEAST) return false;
    let hidden = row.shown;
    for (const ids of row.needs) {
      const some = both(evidence.among(ids), evidence.telling(fresh));
      const unread = both(some, evidence.unread(fresh));
      if (count(unread)) return 2 * count(both(unread, evidence.right(fresh))) >= count(unread);
      hidden = hidden || count(some) > 0;
    }
    return !hidden; // one reading must not be the only support of another
  }
}
