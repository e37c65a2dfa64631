/** The status as lvsd status prints it. */

export const now = Date.parse("2026-01-01T00:10:05Z");
