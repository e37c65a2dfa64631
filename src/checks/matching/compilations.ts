/** Patterns that were compiled, kept because a check tries the same one again and again. */
import { compilePattern, type Fits, type Pattern } from "../../check/pattern.ts";

/** More than one configuration has, few enough for their memory. */
const keptMax = 256;

export class Compilations {
  readonly #kept = new Map<string, Fits>();

  /** The compiled pattern. Throws as `compilePattern` does. */
  of(pattern: Pattern): Fits {
    const key = `${pattern.reads} ${pattern.pattern}`;
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const fits = compilePattern(pattern);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= keptMax && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(key, fits);
    return fits;
  }
}
