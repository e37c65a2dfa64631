/**
 * The file of the console's users: written by `lvsd passwd` and by the console, read by the console
 * at each login and, where it changed, at each request. It lies in the console's own directory, so
 * that the console needs no right to the daemon's.
 *
 * Invariant: the file is replaced as a whole, is never readable for others than its owner and its
 * group, and keeps both. One that is damaged lets no user in and is never written over.
 */
import { chmodSync, chownSync, closeSync, openSync, type Stats, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { MachineError, messageOf } from "../../model/error.ts";
import { readBounded, replaceFile } from "../../system/file/files.ts";
import { flock } from "../../system/libc.ts";
import { isPasswordHash } from "./password.ts";
import { type User, userName, userRoles } from "./user.ts";

/** In the console's state directory. */
const usersFileName = "users.json";
/** A team of operators; each user costs 300 bytes. */
const usersMax = 200;
const fileBytesMax = 1024 * 1024;

const exclusive = 2;

export class UsersFile {
  readonly path: string;
  #seen: { readonly stamp: string; readonly users: readonly User[] } | null = null;

  constructor(stateDir: string) {
    this.path = join(stateDir, usersFileName);
  }

  /** The users by name; none where there is no file. Throws MachineError where it is damaged. */
  all(): readonly User[] {
    const stamp = stampOf(this.path);
    if (stamp === null) return [];
    if (this.#seen?.stamp !== stamp) this.#seen = { stamp, users: this.#read() };
    return this.#seen.users;
  }

  /** Null where there is no such user. Throws MachineError. */
  find(name: string): User | null {
    return this.all().find((user) => user.name === name) ?? null;
  }

  /** Adds a user, or takes the place of the one with this name. Throws MachineError. */
  put(user: User): void {
    this.#change((users) => [...users.filter(({ name }) => name !== user.name), user]);
  }

  /** False where there was no such user. Throws MachineError. */
  remove(name: string): boolean {
    let found = false;
    this.#change((users) => {
      found = users.some((user) => user.name === name);
      return users.filter((user) => user.name !== name);
    });
    return found;
  }

  /** One change at a time, over all processes: flock(2) on the directory, for microseconds. */
  #change(next: (users: readonly User[]) => readonly User[]): void {
    const directory = dirname(this.path);
    let lock: number;
    try {
      lock = openSync(directory, "r");
    } catch (thrown) {
      const hint = "make install makes it; --state-dir names another";
      throw new MachineError(`${directory}: ${messageOf(thrown)}; ${hint}`, { cause: thrown });
    }
    try {
      flock(lock, exclusive);
      this.#seen = null;
      const users = next(this.all());
      if (users.length > usersMax)
        throw new MachineError(`${this.path}: more than ${usersMax} users; delete some`);
      const sorted = [...users].sort((a, b) => (a.name < b.name ? -1 : 1));
      const kept = { users: sorted.map(fileEntry) };
      replaceFile(this.path, `${JSON.stringify(kept, null, 2)}\n`, 0o640);
      likeDirectory(this.path, directory);
      this.#seen = null;
    } finally {
      closeSync(lock);
    }
  }

  #read(): readonly User[] {
    const bytes = readBounded(this.path, fileBytesMax);
    if (bytes === null) return [];
    const users = usersOf(bytes.toString("utf8"));
    if (users === null)
      throw new MachineError(
        `${this.path} is damaged; remove it and give the passwords anew with lvsd passwd`,
      );
    return users;
  }
}

/** Changes whenever the file is replaced. Null: there is none. */
function stampOf(path: string): string | null {
  let stats: Stats | undefined;
  try {
    stats = statSync(path, { throwIfNoEntry: false });
  } catch (thrown) {
    throw new MachineError(`${path}: ${messageOf(thrown)}`, { cause: thrown });
  }
  return stats === undefined ? null : `${stats.ino} ${stats.size} ${stats.mtimeMs}`;
}

/** Root writes for the console: owner and group are the directory's. */
function likeDirectory(path: string, directory: string): void {
  const { uid, gid } = statSync(directory);
  if (process.geteuid?.() === 0) chownSync(path, uid, gid);
  chmodSync(path, 0o640);
}

const fileEntry = (user: User): object => ({
  name: user.name,
  role: user.role,
  virtual_servers: user.virtualServers,
  password: user.password,
  changed: user.changed,
});

/** Null where the text is no file of users, in any part of it. */
function usersOf(text: string): readonly User[] | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  const { users } = (parsed ?? {}) as { readonly users?: unknown };
  if (!Array.isArray(users)) return null;
  const read = users.map(userOf);
  return read.every((user) => user !== null) ? read : null;
}

function userOf(entry: unknown): User | null {
  const given = (entry ?? {}) as Readonly<Record<string, unknown>>;
  const { name, password, changed, virtual_servers: names } = given;
  const role = userRoles.find((one) => one === given.role);
  const isList = Array.isArray(names) && names.every((one) => typeof one === "string");
  if (typeof name !== "string" || !userName.test(name) || role === undefined) return null;
  if (typeof password !== "string" || !isPasswordHash(password)) return null;
  if (typeof changed !== "string" || !(names === null || isList)) return null;
  return { name, role, password, changed, virtualServers: names as readonly string[] | null };
}
