// How the numbers of a whole sheet were written, decided from all of them before any is judged.
// The port of tracer/diagnose/manners.py.

const MODES = ["half-up", "half-even", "cut"];
const MOST_DIGITS = 12, COMMON = 0.2, SHOWN = 2, MIXED = 0.7;

/** One way to write a sheet: `steps` to which digits a step may have been rounded before it was used,
 *  `cut` whether numbers may be off by a whole unit, `followed` the rounding that the sheet shows,
 *  `digits` those that its numbers have. */
class Manner {
  constructor({ steps = null, cut = false, followed = null, digits = [] } = {}) {
    this.steps = steps;
    this.cut = cut;
    this.followed = followed;
    this.digits = digits;
    this.settle = steps ? (ends) => steps.settled(ends, cut) : null;
  }

  /** `Rounded to 4 decimals at every step`; empty where the sheet shows nothing of the kind. */
  get words() {
    if (!this.followed) return "";
    let { done } = this.followed;
    if (this.steps) done = say("{rounded} at every step", { rounded: done });
    return done[0].toUpperCase() + done.slice(1);
  }

  /** Where a term or a factor of that number may lie once it has been rounded. */
  inside(written) {
    const rounding = this.steps ?? new Rounding(written.decimals);
    const has = rounding.significant ? written.significant : written.decimals;
    const finer = rounding.with({ digits: Math.max(rounding.digits, has) });
    return (ends) => finer.settled(ends, this.cut);
  }
}

/** The digits of the sheet: so many decimals, and so many significant digits. */
function ownDigits(answers) {
  const texts = answers.filter((answer) => !answer.isExact).map((answer) => answer.written);
  const found = [];
  for (const significant of [false, true]) {
    const some = significant ? texts.filter((written) => written.value) : texts;
    const counts = new Map();
    for (const written of some) {
      const digits = significant ? written.significant : written.decimals;
      counts.set(digits, (counts.get(digits) ?? 0) + 1);
    }
    const least = Math.min(Math.max(2, COMMON * some.length), Math.max(0, ...counts.values()));
    const common = [...counts].filter(([, count]) => count >= least).map(([digits]) => digits);
    const most = Math.max(...common);
    if (common.length && most >= Number(significant) && most <= MOST_DIGITS) {
      found.push(new Rounding(most, significant));
    }
  }
  return found;
}

/** Whether the numbers that are right tell that what came after the last digit was cut off. */
function cutOff(answers, exact) {
  const found = { rounded: 0, truncated: 0, "": 0 };
  for (const answer of answers) {
    const value = exact.value(answer.id), { unit } = answer.written;
    const off = Math.abs(value) / unit, rest = off - Math.floor(off);
    if (answer.isExact || answer.value === 0 || !(rest > 0.5 && rest < 1 - 1e-6)) continue;
    found[agreement(answer.value, unit, value)] += 1;
  }
  return found.truncated >= SHOWN && found.truncated > found.rounded;
}

/** Which numbers come out when exact ones are carried (`exact`), and which when steps are rounded so. */
class Shown {
  constructor(rounding, exact, carried) {
    this.rounding = rounding;
    this.exact = exact;
    this.carried = carried;
    const against = [...exact].filter((id) => !carried.has(id)).length;
    const shown = [...carried].filter((id) => !exact.has(id)).length;
    this.isShown = shown >= SHOWN && shown > against;
  }

  /** Whether it explains nearly all of what either does. */
  get isTold() {
    return this.isShown && this.carried.size >= MIXED * new Set([...this.carried, ...this.exact]).size;
  }
}

/** For each degree and mode of rounding, the numbers that come out by it. */
function shownBy(ways, answers, degrees, exact) {
  return degrees.flatMap((degree) => MODES.map((mode) => {
    const rounding = degree.with({ mode }), some = ways(rounding);
    const out = answers.filter((answer) => some.some((way) => comesOutBy(way, answer)));
    return new Shown(rounding, exact, new Set(out.map((answer) => answer.id)));
  }));
}

function comesOutBy(way, answer) {
  if (answer.isExact || answer.value === 0 || way.formula(answer.id) === null) return false;
  const value = way.recalculated(answer.id);
  return same(answer.value, value) || Math.abs(value - answer.value) <= 1e-6 * answer.written.unit;
}
