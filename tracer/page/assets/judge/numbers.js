// Written numbers: read with their digits, rounded as on paper, compared to the digits given.
// The port of tracer/digits.

const WRITTEN = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/;
const LAST_BITS = 1e-14, CANCELLED = 4e-16, NOISE = 1e-9;
const EDGE = 5e-7, TIE = 2 * EDGE, SAFE = 1e9, MOST_SCALED = 300;
const MACHINE = 15; // from so many significant digits on, a number is a program's

/** The number in the text with the precision that it claims; throws an Error that says what is wrong. */
function parseNumber(text) {
  const own = withPoint(text.trim()), plain = withPoint(own.toLowerCase().replace(/−/g, "-"));
  if (!WRITTEN.test(plain)) throw new Error(notNumber(own, plain));
  const [mantissa, power = "0"] = plain.split("e");
  const [whole, fraction = ""] = mantissa.replace(/^[+-]/, "").split(".");
  const digits = (whole + fraction).replace(/^0+/, "");
  const value = Number(plain);
  const far = power.replace(/^[+-]?0*/, "").length > 6;
  if (!Number.isFinite(value) || (value === 0 && digits) || far) {
    throw new Error(say("{text} is outside the range of floating-point numbers", { text: `'${own}'` }));
  }
  const last = Number(power) - fraction.length;
  const unit = Math.min(Math.max(Number(`1e${last}`), Number.MIN_VALUE), Number.MAX_VALUE);
  return { text: own, value, decimals: Math.max(-last, 0), significant: digits.length || 1, unit };
}

function notNumber(own, plain) {
  const text = `'${own}'`;
  if (/^[+-]?[1-9]\d{0,2},\d{3}$/.test(plain)) {
    const point = plain.replace(",", "."), whole = plain.replace(",", "");
    return say("{text} may be {point} or {whole}; write a point, not a comma", { text, point, whole });
  }
  return plain.includes(",")
    ? say("{text} is not a number; write a point, not a comma", { text })
    : say("{text} is not a number", { text });
}

/** What was written for one number; a program's has a tolerance in place of digits. */
class Answer {
  constructor(id, written) {
    this.id = id;
    this.written = written;
    this.value = written.value;
    this.isExact = written.significant >= MACHINE;
    this.uncertainty = this.slack(this.value);
  }

  /** How far from the value the answer may be and still be that value, written down. */
  slack(value) {
    if (this.isExact) return 1e-15 + 1e-9 * Math.abs(value);
    return (this.written.unit / 2) * (1 + 1e-9) + Math.abs(value) * CANCELLED;
  }

  /** The same answer for another number, or read with a factor in front of it. */
  restated(id, factor) {
    const { written } = this;
    if (factor === 1) return id === this.id ? this : new Answer(id, written);
    const unit = written.unit / Math.abs(factor);
    return new Answer(id, { ...written, value: written.value / factor, unit });
  }
}

/** The shortest decimal digits of a number that isn't 0, and the power of ten of the last of them. */
function digitsOf(value) {
  const [mantissa, exponent] = Math.abs(value).toExponential().split("e");
  const [whole, fraction = ""] = mantissa.split(".");
  return { digits: whole + fraction, last: Number(exponent) - fraction.length };
}

/** The shortest text that gives the same number back, in Python's spelling; 3 for 3.0. */
function shortest(value) {
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const { digits, last } = digitsOf(value), first = last + digits.length - 1;
  const sign = value < 0 ? "-" : "";
  if (first >= -4 && first < 16) return sign + fixed(BigInt(digits), last);
  const size = Math.abs(first), mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
  return `${sign}${mantissa}e${first < 0 ? "-" : "+"}${size < 10 ? "0" : ""}${size}`;
}

/** whole·10^last without an exponent. */
function fixed(whole, last) {
  const text = whole.toString();
  if (last >= 0) return whole === 0n ? "0" : text + "0".repeat(last);
  const padded = text.padStart(1 - last, "0");
  return `${padded.slice(0, last)}.${padded.slice(last)}`;
}

/** The size of the value rounded half up to so many decimals, as text: exact, as decimals are. */
function roundedText(value, decimals) {
  if (value === 0) return fixed(0n, -decimals);
  const { digits, last } = digitsOf(value), by = last + decimals;
  let whole = BigInt(digits);
  if (by >= 0) whole *= 10n ** BigInt(by);
  else {
    const unit = 10n ** BigInt(-by), rest = whole % unit;
    whole = whole / unit + (2n * rest >= unit ? 1n : 0n);
  }
  return fixed(whole, -decimals);
}

/** A decimal number without needless zeros: the same text for the same number. */
function canonical(text) {
  const [whole, fraction = ""] = text.split(".");
  const kept = fraction.replace(/0+$/, "");
  return (whole.replace(/^0+(?=.)/, "") || "0") + (kept ? `.${kept}` : "");
}

/** So many decimals or significant digits; half a unit goes up, to the even digit, or all is cut off. */
class Rounding {
  constructor(digits, significant = false, mode = "half-up") {
    this.digits = digits;
    this.significant = significant;
    this.mode = mode;
  }

  with(changes) {
    const { digits, significant, mode } = { ...this, ...changes };
    return new Rounding(digits, significant, mode);
  }

  get key() {
    return `${this.digits}${this.significant ? "sf" : "dp"} ${this.mode}`;
  }

  /** `rounded to 4 decimals`. */
  get done() {
    const digits = this.significant
      ? counted(this.digits, "{count} significant digit", "{count} significant digits")
      : counted(this.digits, "{count} decimal", "{count} decimals");
    return this.mode === "cut" ? say("cut off after {digits}", { digits }) : say("rounded to {digits}", { digits });
  }

  /** The worth of one unit of the last digit that a rounded value has. */
  unit(value) {
    if (!this.significant) return Number(`1e-${this.digits}`);
    if (value === 0 || !Number.isFinite(value)) return 1;
    return Number(`1e${Math.floor(Math.log10(Math.abs(value))) - this.digits + 1}`);
  }

  /** The value rounded: fast far from where rounding changes, in decimal near it. */
  round(value) {
    const decimals = this._decimals(value);
    if (decimals === null) return this.exact(value);
    const scale = 10 ** decimals, scaled = value * scale;
    if (!(Math.abs(scaled) < SAFE)) return this.exact(value);
    if (this.mode === "cut") {
      const whole = Math.trunc(scaled), off = Math.abs(scaled - whole);
      return off > TIE && off < 1 - TIE ? whole / scale + 0 : this.exact(value);
    }
    const whole = Math.floor(scaled + 0.5);
    return Math.abs(scaled - whole) < 0.5 - TIE ? whole / scale + 0 : this.exact(value);
  }

  _decimals(value) {
    if (!this.significant) return this.digits;
    if (this.digits > 9 || value === 0 || !Number.isFinite(value)) return null;
    const places = this.digits - 1 - Math.floor(Math.log10(Math.abs(value)));
    return places >= 0 && places < 23 ? places : null;
  }

  /** The shortest decimal form of the value, rounded exactly; a sum of decimals counts as that sum. */
  exact(value) {
    if (value === 0 || !Number.isFinite(value)) return value;
    const { digits, last } = digitsOf(value), first = last + digits.length - 1;
    const decimals = this.significant ? this.digits - 1 - first : this.digits;
    const by = last + decimals, sign = value < 0 ? -1n : 1n;
    if (by >= 0) return value;
    const unit = 10n ** BigInt(-by), size = BigInt(digits);
    const whole = size / unit, rest = Number(size % unit) / Number(unit);
    const rounded = whole + (this._goesUp(whole, rest, missed(value, decimals)) ? 1n : 0n);
    return Number(`${sign * rounded}e${-decimals}`) + 0;
  }

  /** Whether a size of whole + rest units becomes the next whole number. */
  _goesUp(whole, rest, off) {
    if (this.mode === "cut") return rest >= 1 - off;
    if (Math.abs(rest - 0.5) > off) return rest > 0.5;
    return this.mode === "half-up" || whole % 2n === 1n;
  }

  /** Where a number between the ends may lie once it has been rounded, or with `cut` cut off. */
  settled([low, high], cut) {
    const down = this._settled(low, cut), up = this._settled(high, cut);
    return [Math.min(low, down[0]), Math.max(high, up[1])];
  }

  _settled(value, cut) {
    if (value === 0 || !Number.isFinite(value)) return [value, value];
    const unit = this.unit(value), count = value / unit;
    if (Math.abs(count) > SAFE) return [value - unit, value + unit];
    const found = [Math.ceil(count - 0.5 - TIE), Math.floor(count + 0.5 + TIE)];
    if (cut) found.push(Math.floor(Math.abs(count) + TIE) * (value > 0 ? 1 : -1));
    return [Math.min(...found) * unit, Math.max(...found) * unit];
  }
}

/** By how many units of the last decimal a float64 may miss a sum of decimals of about its size. */
function missed(value, decimals) {
  if (Math.abs(decimals) > MOST_SCALED) return 0;
  return Math.min(1e-9 + CANCELLED * (1 + Math.abs(value)) * 10 ** decimals, EDGE);
}

/** How a written number comes from a value: "rounded", "truncated", or not at all (""). */
function agreement(written, unit, value) {
  if (!Number.isFinite(value)) return "";
  const noise = LAST_BITS * Math.abs(value) + CANCELLED;
  if (Math.abs(value - written) <= (0.5 + NOISE) * unit + noise) return "rounded";
  const beyond = Math.abs(value) - Math.abs(written);
  return value * written >= 0 && beyond >= 0 && beyond < unit * (1 - NOISE) ? "truncated" : "";
}

/** Whether two numbers are one but for the last bits. */
function same(a, b) {
  return Math.abs(a - b) <= CANCELLED * Math.abs(b);
}

/** Whether what is written, and agrees with the value, can be told from half and double of it. */
function tells(written, value, usual) {
  if (Math.abs(value) <= CANCELLED || near(written.value, value)) return true;
  const rounded = usual.filter((rounding) => near(rounding.round(value), written.value, value));
  const unit = Math.min(written.unit, ...rounded.map((rounding) => rounding.unit(value)));
  const kinds = new Set(["rounded", agreement(written.value, unit, value)]);
  kinds.delete("");
  return ![value / 2, value * 2].some((other) => kinds.has(agreement(written.value, unit, other)));
}

function near(a, b, value = b) {
  return Math.abs(a - b) <= LAST_BITS * Math.abs(value);
}
