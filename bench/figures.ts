/** The middle of some numbers; NaN of none. */
export const median = (numbers: readonly number[]): number => {
  const sorted = numbers.toSorted((left, right) => left - right);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = low] = [
    sorted[Math.ceil(middle) - 1],
    sorted[Math.floor(middle)],
  ];
  return (low + high) / 2;
};

/** A number as it is printed: at most so many decimals, none that say nothing. */
export const figure = (number: number, decimals = 2): string =>
  Number.isFinite(number)
    ? Number(number.toFixed(decimals)).toLocaleString("en-US", { maximumFractionDigits: decimals })
    : "-";

/** US dollars and cents. */
export const money = (dollars: number): string => `$${dollars.toFixed(2)}`;

/** A part of a whole, in per cent. */
export const share = (part: number, whole: number): string =>
  whole === 0 ? "-" : `${Math.round((100 * part) / whole)} %`;
