/** Archives that a kernel unpacks as its first file system (cpio(5), "New ASCII Format"). Pure. */

export interface Entry {
  readonly name: string;
  /** A directory has none. */
  readonly content?: Uint8Array;
}

const directoryMode = 0o040_755;
const fileMode = 0o100_755;
const end = "TRAILER!!!";

const padded = (bytes: Uint8Array): Buffer => {
  const whole = Buffer.alloc(Math.ceil(bytes.length / 4) * 4);
  whole.set(bytes);
  return whole;
};

function member(name: string, mode: number, content: Uint8Array, number: number): Buffer[] {
  // c_ino c_mode c_uid c_gid c_nlink c_mtime c_filesize c_devmajor ... c_namesize c_check
  const fields = [number, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length + 1, 0];
  const digits = fields.map((field) => field.toString(16).padStart(8, "0")).join("");
  return [padded(Buffer.from(`070701${digits}${name}\0`, "latin1")), padded(content)];
}

/** The archive of these entries, directories before what lies in them. */
export function archive(entries: readonly Entry[]): Buffer {
  const none = new Uint8Array();
  const members = entries.flatMap(({ name, content }, index) =>
    member(name, content === undefined ? directoryMode : fileMode, content ?? none, index + 1),
  );
  return Buffer.concat([...members, ...member(end, 0, none, 0)]);
}
