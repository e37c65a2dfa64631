/** What the double of Piranha needs of lvs.cf: well-formed files of virtual servers with NAT. */

export interface LvsCf {
  readonly global: Readonly<Record<string, string>>;
  readonly virtuals: readonly Virtual[];
}

export interface Virtual {
  readonly keys: Readonly<Record<string, string>>;
  readonly servers: readonly Readonly<Record<string, string>>[];
}

/** Throws at a line that is neither a statement nor the begin or end of a block. */
export function readLvsCf(text: string): LvsCf {
  const global: Record<string, string> = {};
  const virtuals: { keys: Record<string, string>; servers: Record<string, string>[] }[] = [];
  const open: Record<string, string>[] = [global];
  for (const line of text.split("\n").map((each) => each.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    const [word = "", second = "", ...rest] = line.split(/\s+/);
    if (word === "}") open.pop();
    else if (second === "=") (open.at(-1) ?? global)[word] = rest.join(" ");
    else if (rest[0] !== "{") throw new Error(`lvs.cf: ${line}`);
    else {
      const keys: Record<string, string> = {};
      if (word === "virtual") virtuals.push({ keys, servers: [] });
      else virtuals.at(-1)?.servers.push(keys);
      open.push(keys);
    }
  }
  return { global, virtuals: virtuals.filter(({ keys }) => keys.active === "1") };
}
