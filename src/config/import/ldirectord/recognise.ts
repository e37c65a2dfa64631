/** Whether a text is ldirectord.cf: it has a `virtual=` and, below it, a `real=`. */
export function isLdirectord(text: string): boolean {
  const head = text.slice(0, 1_000_000);
  return /^[ \t]*virtual6?[ \t]*=/m.test(head) && /^[ \t]+real6?[ \t]*=/m.test(head);
}
