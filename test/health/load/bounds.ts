import fc from "fast-check";

export const bounds = { minPercent: 10, maxPercent: 100 };

export const load = fc.double({ min: 0, max: 1000, noNaN: true });
