/** As much of a terminal as `lvsd top` uses (ECMA-48, xterm's ctlseqs), fed with what it writes. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences
const sequence = /^\x1b\[(\??)([\d;]*)([A-Za-z])/;

export class Screen {
  columns = 80;
  rows = 24;
  /** The alternate screen is shown. */
  alternate = false;
  cursorShown = true;
  /** What was said on the main screen. */
  said = "";
  /** Bytes that could not be understood. */
  readonly strange: string[] = [];
  #cells: string[][] = [];
  #row = 0;
  #column = 0;

  get lines(): readonly string[] {
    return this.#cells.map((row) => row.join("").trimEnd());
  }

  get text(): string {
    return this.lines.join("\n");
  }

  write(text: string): void {
    for (let at = 0; at < text.length; ) {
      const found = sequence.exec(text.slice(at));
      if (found === null) {
        this.#print(text[at] ?? "");
        at += 1;
        continue;
      }
      at += found[0].length;
      this.#obey(`${found[1]}${found[3]}`, found[2] ?? "");
    }
  }

  #obey(what: string, given: string): void {
    const numbers = given.split(";").map((each) => Number(each) || 1);
    if (what === "H") [this.#row, this.#column] = [(numbers[0] ?? 1) - 1, (numbers[1] ?? 1) - 1];
    else if (what === "K") this.#cells[this.#row]?.splice(this.#column);
    else if (what === "J" && given === "2") this.#cells = [];
    else if (what === "?h" || what === "?l") this.#set(given, what === "?h");
    else if (what !== "m") this.strange.push(`${given}${what}`);
  }

  #set(mode: string, on: boolean): void {
    if (mode === "1049") this.alternate = on;
    else if (mode === "25") this.cursorShown = on;
    else this.strange.push(`?${mode}`);
  }

  #print(character: string): void {
    if (!this.alternate) {
      this.said += character;
      return;
    }
    if (character < " " || this.#row >= this.rows || this.#column >= this.columns) {
      this.strange.push(JSON.stringify(character));
      return;
    }
    while (this.#cells.length <= this.#row) this.#cells.push([]);
    const row = this.#cells[this.#row] ?? [];
    while (row.length < this.#column) row.push(" ");
    row[this.#column] = character;
    this.#column += 1;
  }
}
