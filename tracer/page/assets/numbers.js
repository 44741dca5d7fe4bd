/* Numbers as text: so many decimals, or significant digits, and powers of ten where those show too little. */

function Numbers(format) {
  const FEW = 4, USUAL = 9, LARGE = 1e15;
  const raised = '⁰¹²³⁴⁵⁶⁷⁸⁹';
  const superscript = n => (n < 0 ? '⁻' : '') + [...String(Math.abs(n))].map(d => raised[d]).join('');

  /* [digits, power of ten or null] of a number. */
  function parts(value) {
    const exponential = count => {
      const [digits, power] = value.toExponential(count).split('e');
      return [digits, Number(power)];
    };
    if (format.significant !== null) {
      const power = value === 0 ? 0 : Number(value.toExponential(format.significant - 1).split('e')[1]);
      if (power < -5 || power >= 16) return exponential(format.significant - 1);
      return [value.toFixed(Math.max(0, format.significant - 1 - power)), null];
    }
    const fixed = value.toFixed(format.digits);
    const enough = Math.max(1, Math.min(FEW, FEW + format.digits - USUAL));
    const shown = fixed.replace(/[-.]/g, '').replace(/^0+/, '').length;
    if (value !== 0 && (Math.abs(value) >= LARGE || shown < enough)) return exponential(format.digits);
    return [fixed, null];
  }

  function finite(value) {
    return Number.isFinite(value) ? null : say('no value');
  }

  /* The number as a line of text: 0.377500000, −3.5×10⁻⁸. */
  function text(value) {
    if (finite(value) !== null) return finite(value);
    const [digits, power] = parts(value === 0 ? 0 : value);
    return marked(digits).replace('-', '−') + (power === null ? '' : `×10${superscript(power)}`);
  }

  const NOISE = 8 * 2 ** -52;
  const plain = value => { const [digits, power] = parts(value); return Number(power === null ? digits : `${digits}e${power}`); };

  /* Whether what is shown is less than the number: a few units in the last place don't count. */
  const rounds = value => Number.isFinite(value) && Math.abs(plain(value) - value) > NOISE * Math.abs(value);

  /* As short as it goes where that is the same number: 0.05. */
  function brief(value) {
    if (finite(value) !== null) return finite(value);
    const short = String(rounds(value) ? value : plain(value)), shown = text(value);
    if (/e/.test(short) || rounds(value)) return shown;
    return marked(short).replace('-', '−');
  }

  /* The same as an element of MathML, in brackets where the place asks for them and it has a sign. */
  function mathml(value, place) {
    if (finite(value) !== null) return `<mtext>${finite(value)}</mtext>`;
    const [digits, power] = /×10/.test(brief(value)) ? parts(value) : [brief(value).replace('−', '-'), null];
    const number = `<mn>${marked(digits).replace('-', '')}</mn>`;
    let row = (digits.startsWith('-') ? '<mo>−</mo>' : '') + number;
    if (power !== null) {
      const sign = power < 0 ? '<mo>−</mo>' : '';
      row += `<mo>×</mo><msup><mn>10</mn><mrow>${sign}<mn>${Math.abs(power)}</mn></mrow></msup>`;
    }
    const bracketed = (place.brackets && value < 0) || (place.raised && power !== null);
    return bracketed ? `<mrow><mo>(</mo><mrow>${row}</mrow><mo>)</mo></mrow>` : `<mrow>${row}</mrow>`;
  }

  /* A number as somebody types it, with a typographic minus if need be; NaN for anything else. */
  function read(typed) {
    const plain = withPoint(typed.trim().replace(/[−–]/, '-'));
    const known = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) && Number.isFinite(Number(plain));
    return known ? Number(plain) : NaN;
  }

  /* Every digit of it, for fields in which it is typed again. */
  const full = value => Number.isFinite(value) ? marked(String(value)) : '';

  return {text, brief, rounds, mathml, read, full};
}
