/** A figure with three digits that count, its thousands apart: `1,230,000`. */
export const rounded = (value: number): string =>
  Number.isFinite(value) ? value.toLocaleString("en-US", { maximumSignificantDigits: 3 }) : "never";

/** Dollars: cents below a hundred, whole ones above. */
export const dollarText = (value: number): string =>
  value.toLocaleString("en-US", {
    style: "currency",
    currency: "USD",
    minimumFractionDigits: value < 100 ? 2 : 0,
    maximumFractionDigits: value < 100 ? 2 : 0,
  });
