// The judge of an exercise in a page: verdicts as `bptrace check` gives them, from the same formulas.
//
//   const judge = bptraceJudge(data);      data: what tracer.page.exercise.exercise_data gives
//   judge.asked                            the names that are asked for, in the order of the calculation
//   judge.given                            [{name, value}] of what the exercise gives
//   judge.check({net_h1: "0.3775", …})     the whole sheet judged, as text that was typed:
//     .verdicts    {name: {
//                    name, given,          as typed
//                    verdict,              "right" "rounding" "follows" "mistake" "wrong" "coarse"
//                    words,                "right within rounding"
//                    reason,               "from rounded numbers", "from delta_o1", or ""
//                    sentences,            [what is said of a wrong number], as the report of check
//                    mistakes, possible,   [{name, help, sentence, step, readAs, other, value,
//                                            made: [derivation, …]}], as check shows them
//                    follows, sameSlip,    names of the wrong numbers that it follows from
//                    carried, derivation,  what the formula gives from the learner's own numbers, or null
//                    means,                whose number it is: another's where weights are numbered by column
//                    truncated, misrounded,
//                    points}}              1, ½ or 0, see POINTS
//     .problems    {name: why the text is not a number, or that nothing is called so}
//     .firstWrong  the first name that is wrong by itself, or null
//     .counts      {verdict: how many}
//     .supplied, .known, .allRight
//     .rounding    how the sheet was written, "Rounded to 4 decimals at every step", or ""
//     .conventions [{name, words}] that all of the sheet follows
//     .points, .pointsPossible               of what is asked
//   judge.check(sheet, {reveal: false})    the same without right values, and all that is made of them: in
//                                          derivations only what is given or was typed, no carried number
//   judge.right(name)                      the right value, for revealing it
//   judge.derivation(name, sheet = {})     how a number is made from those of the sheet, or the right ones
//   judge.read(text)                       {value, decimals, significant}; throws an Error with the reason
//
// A derivation is {name, value, inputs: [{name, value}], named, numbered}: the formula as MathML twice,
// with places for names and for numbers. §2§ stands for inputs[2]; §2!§ too, in brackets if that is a
// name with a fraction, or a number below 0.
//
// A whole sheet is judged at once, since how it was rounded, and by which conventions it was calculated,
// shows in all of it. No right value is kept in the page: they are calculated when the judge needs them.

/** What a number is worth: all where the learner's own calculation is right from there on. */
const POINTS = { right: 1, rounding: 1, follows: 1, mistake: 0.5, coarse: 0, wrong: 0 };

function bptraceJudge(data) {
  speak(data.language);
  const exercise = new Exercise(data);
  const name = (id) => exercise.name(id);
  const place = (text) => {
    const id = exercise.places.get(text);
    if (id === undefined) throw new Error(noNumber(text));
    return id;
  };
  const given = data.records.flatMap((record, id) =>
    record && "given" in record ? [{ name: name(id), value: record.given }] : []);
  return Object.freeze({
    asked: data.asked.map(name),
    given,
    check: (sheet, { reveal = true } = {}) => checked(exercise, readSheet(exercise, sheet), reveal),
    right: (text) => exercise.stated.value(place(text)),
    derivation: (text, sheet = {}) => {
      const own = new Map(readSheet(exercise, sheet).answers.map(({ id, value }) => [id, value]));
      const carried = new Carried(exercise.stated, own), id = place(text);
      return derivationOf(id, carried.formula(id), carried, carried.recalculated(id));
    },
    read: parseNumber,
  });
}

function noNumber(name) {
  return say("there is no number called {name}", { name });
}

/** The numbers of a sheet {name: text}, and what is wrong with the rest; an empty text is no answer. */
function readSheet(exercise, sheet) {
  const answers = [], typed = new Map(), problems = {};
  for (const [name, text] of Object.entries(sheet)) {
    if (!String(text).trim()) continue;
    const id = exercise.places.get(name);
    if (id === undefined) {
      problems[name] = noNumber(name);
      continue;
    }
    try {
      const answer = new Answer(id, parseNumber(String(text)));
      answers.push(answer);
      typed.set(answer.id, name);
    } catch (error) {
      problems[name] = error.message;
    }
  }
  return { answers, typed, problems };
}

function checked(exercise, { answers, typed, problems }, reveal) {
  const read = readUnderConventions(exercise, answers);
  const asTyped = new Map(read.answers.map((answer, i) => [answer.id, typed.get(answers[i].id)]));
  const inOrder = [...read.answers].sort((a, b) => a.id - b.id);
  const { findings, manner } = judged(read.exact, new Map(inOrder.map((a) => [a.id, a])));
  const own = new Map(inOrder.map(({ id, value }) => [id, value]));
  const shown = (id, value) => (reveal || isKnown(read.exact, own, id, value) ? value : null);
  const verdicts = findings.map((found) =>
    told(exercise, found, asTyped.get(found.id), { reveal, shown }));
  const counts = Object.fromEntries(VERDICTS.map((verdict) =>
    [verdict, verdicts.filter((each) => each.verdict === verdict).length]));
  const first = findings.find(({ verdict }) => BLAMED.has(verdict));
  const asked = new Set(exercise.data.asked);
  const known = new Set([...exercise.data.known, ...findings.map(({ id }) => id)]);
  return {
    verdicts: Object.fromEntries(verdicts.map((each) => [each.name, each])),
    problems,
    firstWrong: first ? asTyped.get(first.id) : null,
    counts,
    supplied: findings.length,
    known: known.size,
    allRight: isAllRight(findings, manner, counts),
    rounding: manner.words,
    conventions: read.told.map(([name, words]) => ({ name, words })),
    points: verdicts.reduce((sum, { id, points }) => sum + (asked.has(id) ? points : 0), 0),
    pointsPossible: asked.size,
  };
}

/** Whether the value of a number is given, or the learner's own. */
function isKnown(exact, own, id, value) {
  return own.has(id) ? own.get(id) === value : exact.made(id) === null;
}

function told(exercise, finding, typedName, how) {
  const name = (id) => exercise.name(id);
  const { id, answer, verdict, carried, calculation, formula } = finding;
  const matches = (some) => some.map((match) => matchOf(match, id, name, how));
  return {
    id,
    name: typedName,
    means: name(id),
    given: answer.written.text,
    verdict,
    words: verdictWords()[verdict],
    reason: reasonOf(finding, name),
    sentences: sentencesOf(finding, name, how.reveal),
    mistakes: matches(finding.matches),
    possible: matches(finding.possible),
    follows: finding.after.map(name),
    sameSlip: finding.sameSlip,
    carried: Number.isNaN(carried) || !how.reveal ? null : carried,
    derivation: derivationOf(id, formula, calculation, how.reveal ? carried : NaN, how.shown),
    truncated: finding.truncated,
    misrounded: finding.misrounded,
    points: POINTS[verdict],
  };
}

function matchOf(match, id, name, { reveal, shown }) {
  const { name: mistake, help, value, step, readAs, other } = match;
  return {
    name: mistake,
    help,
    sentence: sentenceOf(match, name, reveal),
    step: step === null ? null : name(step),
    readAs,
    other: other === null || !reveal ? null : name(other),
    value: reveal ? value : null,
    made: madeSo(match, id, shown),
  };
}

/** How the mistake leads to the number: the step in which it was made, and the number itself. */
function madeSo({ step, readAs, formula, calculation, value }, id, shown) {
  if (formula === null || calculation === null) return [];
  const own = derivationOf(id, formula, calculation, value, shown);
  const spoiled = step === null || readAs ? null : calculation.formula(step);
  if (spoiled === null) return [own];
  return [derivationOf(step, spoiled, calculation, calculation.value(step), shown), own];
}

/** A formula with its numbers as far as they are shown; the value only if all of them are. */
function derivationOf(id, formula, calculation, value, shown = (_, number) => number) {
  if (formula === null) return null;
  const { exercise } = calculation.exact, [named, numbered] = formula.shape.shown;
  const inputs = formula.ids.map((key) => {
    const number = calculation.value(key);
    return { name: exercise.name(key), value: Number.isNaN(number) ? null : shown(key, number) };
  });
  const isShown = !Number.isNaN(value) && inputs.every((input) => input.value !== null);
  return { name: exercise.name(id), value: isShown ? value : null, inputs, named, numbered };
}

/** Whether nothing is wrong or follows from it, and what is right could be told. */
function isAllRight(findings, manner, counts) {
  if (findings.some(({ verdict }) => TAINTED.has(verdict))) return false;
  const isTold = counts.right + counts.rounding > 0 || !counts.coarse;
  return isTold && findings.every((finding) =>
    finding.verdict !== "coarse" || isAsFineAsTheSheet(finding, manner));
}

/** Whether a coarse number has the digits that the sheet has. */
function isAsFineAsTheSheet({ answer, exact }, { digits }) {
  return digits.some((rounding) =>
    answer.written.unit <= rounding.unit(answer.value || exact) * (1 + 1e-9)
      || rounding.exact(exact) === answer.value);
}
