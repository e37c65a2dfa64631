/** What a judge finds: the property, by its number in docs/failover.md or by its name. */
export class Violation extends Error {
  override readonly name = "Violation";

  /** What comes before the colon of what the judge said. */
  readonly property: string;

  constructor(now: number, what: string) {
    super(`${now.toFixed(2)} ms: ${what}`);
    this.property = what.slice(0, what.indexOf(":"));
  }
}
