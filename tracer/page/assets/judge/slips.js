// Slips of the pen: digits copied wrongly, a neighbour's number, a given number misread.
// The port of tracer/diagnose/mistakes/copying.py and others.py.

const LEAST_REST = 3, REST_OF_MISREAD = { 0: 6, 1: 4 };

/** The text of the size that was written, without an exponent. */
function sizeText(written) {
  const [mantissa, exponent = "0"] = written.text.toLowerCase().replace(/^[-+−]/, "").split("e");
  const [whole, fraction = ""] = mantissa.split(".");
  return fixed(BigInt(whole + fraction), Number(exponent.replace(/−/g, "-")) - fraction.length);
}

function isSize(written, texts) {
  const own = canonical(sizeText(written));
  return texts.some((text) => canonical(text) === own);
}

function sameSign(written, value) {
  return written.value * value > 0;
}

function transposed(written, value) {
  return sameSign(written, value) && isSize(written, swaps(roundedText(value, written.decimals)));
}

/** The text with two neighbouring digits exchanged; a point between them stays. */
function swaps(text) {
  const places = range(0, text.length).filter((place) => /\d/.test(text[place]));
  return places.slice(1).flatMap((b, i) => {
    const a = places[i];
    if (text[a] === text[b]) return [];
    const signs = [...text];
    [signs[a], signs[b]] = [signs[b], signs[a]];
    return [signs.join("")];
  });
}

function dropped(written, value) {
  const rounded = roundedText(value, written.decimals);
  const found = [...drops(rounded, true), ...drops(roundedText(value, written.decimals + 1), false)];
  const kept = canonical(rounded); // a zero at the end is no loss
  return sameSign(written, value) && isSize(written, found.filter((text) => canonical(text) !== kept));
}

/** The text without one of its digits; never without the last one, which is rounding. */
function drops(text, beforePoint) {
  const point = text.includes(".") ? text.indexOf(".") : text.length;
  if (beforePoint && point <= 1) return [];
  const places = beforePoint ? range(0, point) : range(point + 1, text.length - 1);
  return places.map((place) => text.slice(0, place) + text.slice(place + 1));
}

function range(from, to) {
  return Array.from({ length: Math.max(to - from, 0) }, (_, i) => from + i);
}

/** One digit is another. Near the end the rest must be long: there, arithmetic slips too. */
function misread(written, value) {
  const right = roundedText(value, written.decimals), own = sizeText(written);
  const width = Math.max(right.length, own.length);
  const [a, b] = [own.padStart(width, "0"), right.padStart(width, "0")];
  const other = range(0, width).filter((place) => a[place] !== b[place]);
  if (other.length !== 1 || !sameSign(written, value)) return false;
  const behind = [...a.slice(other[0] + 1)].filter((sign) => /\d/.test(sign)).length;
  const digits = Math.max(significantDigits(own).length, significantDigits(right).length);
  return digits - 1 >= (REST_OF_MISREAD[behind] ?? LEAST_REST);
}

function significantDigits(text) {
  return text.replace(".", "").replace(/^0+/, "");
}

function doubled(written, value) {
  if (written.significant <= LEAST_REST || !written.decimals) return false;
  const behind = doubles(roundedText(value, written.decimals - 1), false);
  const before = doubles(roundedText(value, written.decimals), true);
  return sameSign(written, value) && isSize(written, [...behind, ...before]);
}

/** The text with one of its digits twice; never the last one, which might be rounding. */
function doubles(text, beforePoint) {
  const point = text.includes(".") ? text.indexOf(".") : text.length;
  const first = text.length - text.replace(/^[0.]+/, "").length;
  const places = beforePoint
    ? range(first, point)
    : range(Math.max(point + 1, first), text.length - 1);
  return places.map((place) => text.slice(0, place) + text[place] + text.slice(place));
}

function shifted(written, value) {
  return written.value !== 0 && [-2, -1, 1, 2].some((places) =>
    Math.abs(written.value - value * 10 ** places) <= (written.unit / 2) * (1 + 1e-9));
}

function signLost(written, value) {
  return written.value * value < 0
    && Math.abs(written.value + value) <= (written.unit / 2) * (1 + 1e-9);
}

/** By name, in the order of the search: the test; `few`: also of few digits; `resort`: told only where
 *  no row that rewrites a formula gives the same. The sentences are in the data. */
const PEN = [
  { name: "digits_transposed", explains: transposed },
  { name: "digit_dropped", explains: dropped },
  { name: "digit_misread", explains: misread, resort: true },
  { name: "digit_doubled", explains: doubled, resort: true },
  { name: "point_shifted", explains: shifted, resort: true },
  { name: "sign_lost", explains: signLost, few: true, resort: true },
];

const NEIGHBOUR = "value_of_a_neighbour", SWAPPED = "answers_swapped";
const MISREAD = "given_number_misread";
const NEAR = 1 / 200, AS_ESTIMATED = 0.3, MOST_GIVEN = 40, MOST_STEPS = 60;
const READ = new Set(["INPUT", "TARGET", "WEIGHT", "BIAS", "LEARNING_RATE"]);

/** Where the answer is the right number of another place: two swapped, or a neighbour's. */
function otherNumber(carried, answer, answers) {
  const { exact, own } = carried, { id } = answer, right = exact.value(id);
  for (const [other, there] of answers) {
    const value = exact.value(other), doubt = there.uncertainty;
    const isHere = Math.abs(there.value - right) <= doubt && doubt < Math.abs(right) * NEAR;
    if (isHere && other !== id && Math.abs(value - right) > 2 * doubt && isNumber(answer, value)) {
      return { name: SWAPPED, value, other };
    }
  }
  for (const other of exact.exercise.neighbours(id).filter((neighbour) => exact.has(neighbour))) {
    const value = exact.value(other);
    if (isNumber(answer, value) || (own.has(other) && isNumber(answer, own.get(other)))) {
      return { name: NEIGHBOUR, value, other, isResort: true };
    }
  }
  return null;
}

function isNumber(answer, value) {
  const slack = answer.slack(value);
  return Math.abs(answer.value - value) <= slack && slack < Math.abs(value) * NEAR;
}

/** The given numbers that, read otherwise, lead to the answer; `explains` judges what they lead to. */
function misreadNumbers(carried, answer, explains) {
  const { id, value } = answer, given = givenBefore(carried, id);
  const right = carried.recalculated(id);
  if (!given.length || Number.isNaN(right)) return [];
  const all = new Map([...given.map((key) => [key, carried.value(key)]), ...carried.own]);
  const slopes = new Carried(carried.exact, all).sensitivities(id);
  if (slopes === null) return [];
  return given.flatMap((key) => readings(carried, key).flatMap((text) => {
    const change = (slopes.get(key) ?? 0) * (Number(text) - carried.value(key));
    if (Math.abs(right + change - value) > AS_ESTIMATED * Math.abs(value - right)) return [];
    const read = new Carried(carried.exact, new Map([...carried.own, [key, Number(text)]]));
    const found = read.recalculated(id);
    if (Number.isNaN(found) || !explains(found, read)) return [];
    const formula = read.formula(id);
    return [{ name: MISREAD, value: found, formula, calculation: read, step: key, readAs: text }];
  }));
}

/** The given numbers that the number is made of, where nothing supplied lies between. */
function givenBefore(carried, id) {
  const steps = [id, ...carried.before(id)];
  if (steps.length > MOST_STEPS) return [];
  const used = new Set(steps.flatMap((step) => carried.formula(step)?.ids ?? []));
  const { numbers } = carried.exact.exercise.data;
  const found = [...used].filter((key) =>
    READ.has(numbers[key].kind) && !carried.own.has(key) && carried.formula(key) === null);
  return found.length <= MOST_GIVEN ? found : [];
}

/** What a given number may be taken for, each once. */
function readings(carried, key) {
  const text = shortest(carried.value(key)), { exercise } = carried.exact;
  const texts = text.includes("e") ? [] : misreadings(text);
  if (["INPUT", "TARGET", "BIAS"].includes(exercise.data.numbers[key].kind)) {
    texts.push(...exercise.neighbours(key).map((other) => shortest(carried.value(other))));
  }
  return [...new Set(texts.map((read) => shortest(Number(read))))];
}

/** A digit, the order of two, point or sign read otherwise. */
function misreadings(text) {
  const minus = text.startsWith("-") ? "-" : "", size = text.slice(minus.length);
  const digits = range(0, size.length).filter((place) =>
    /\d/.test(size[place]) && (place || size[place] !== "0"));
  return [
    ...digits.flatMap((place) => [..."0123456789"].filter((other) => other !== size[place])
      .map((other) => minus + size.slice(0, place) + other + size.slice(place + 1))),
    ...swaps(size).map((swapped) => minus + swapped),
    ...[-1, 1].map((places) => minus + shortest(Number(`${size}e${places}`))),
    minus ? size : `-${size}`,
  ];
}
