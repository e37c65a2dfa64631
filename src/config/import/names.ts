/** Names of the result's parts: lvsd's rule for names, each one once. */

/** Letters, digits, `-`, `_`, `.`, at most this many. */
const nameMax = 63;

export class Names {
  readonly #used = new Set<string>();
  /** The highest number that was tried behind each name: what was given stays given. */
  readonly #tried = new Map<string, number>();

  /** A sound name close to `wanted` that has not been given yet. */
  give(wanted: string, otherwise: string): string {
    const clean = wanted
      .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
      .replaceAll(/^[-.]+|[-.]+$/g, "")
      .slice(0, nameMax);
    const base = clean === "" ? otherwise : clean;
    let name = base;
    for (let count = this.#tried.get(base) ?? 2; this.#used.has(name); count += 1) {
      this.#tried.set(base, count);
      name = `${base.slice(0, nameMax - 1 - String(count).length)}-${count}`;
    }
    this.#used.add(name);
    return name;
  }
}
