/**
 * Passwords as what is stored of them: scrypt (RFC 7914) with a salt of their own. The parameters
 * stand with each hash, so that they can be raised without making old hashes worthless.
 */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { Turns } from "./turns.ts";

/** 64 MiB and about 0.15 s on a small router: OWASP's second choice for scrypt, N = 2^16. */
const costUsual: Cost = { logN: 16, blockSize: 8, parallel: 1 };
/** A hash in the file that wants more than this is not computed: 1 GiB. */
const logNMax = 20;
const saltBytes = 16;
const hashBytes = 32;

/**
 * One at a time, whoever asks: a flood of logins takes one core and the memory of one. Who comes
 * last waits less than three seconds.
 */
const turns = new Turns(16);

/** Too many passwords are to be hashed at the same moment: this one is not looked at. */
export class TooManyPasswords extends Error {
  override readonly name = "TooManyPasswords";
}

/** Shorter passwords are refused (NIST SP 800-63B-4, section 3.1.1.2, for one that has company). */
export const passwordLengthMin = 8;
/** Longer ones are no passwords; hashing is not slower for them. */
export const passwordLengthMax = 256;

interface Cost {
  readonly logN: number;
  readonly blockSize: number;
  readonly parallel: number;
}

/** `scrypt:16:8:1:SALT:HASH`, the last two in base64url. Rejects with TooManyPasswords. */
export async function hashPassword(password: string, cost: Cost = costUsual): Promise<string> {
  const salt = randomBytes(saltBytes);
  return stored(cost, salt, await derive(password, salt, cost));
}

/** What no password fits, and costs as much time to find out. */
export const hashOfNone = (): string =>
  stored(costUsual, randomBytes(saltBytes), randomBytes(hashBytes));

function stored({ logN, blockSize, parallel }: Cost, salt: Buffer, hash: Buffer): string {
  const numbers = [logN, blockSize, parallel].join(":");
  return `scrypt:${numbers}:${salt.toString("base64url")}:${hash.toString("base64url")}`;
}

const form = /^scrypt:(\d{1,2}):(\d{1,2}):(\d{1,2}):([\w-]{16,64}):([\w-]{43})$/;

/** Whether a text is a stored password that can be verified. */
export function isPasswordHash(text: string): boolean {
  const [, logN = "", blockSize = "", parallel = ""] = form.exec(text) ?? [];
  return Number(logN) >= 1 && Number(logN) <= logNMax && blockSize === "8" && parallel === "1";
}

/**
 * Whether `password` is the one that `kept` was made of. A text of no form is none's. Rejects with
 * TooManyPasswords.
 */
export async function verifyPassword(password: string, kept: string): Promise<boolean> {
  const match = form.exec(kept);
  if (match === null || !isPasswordHash(kept)) return false;
  const [, logN, blockSize, parallel, salt = "", hash = ""] = match;
  const cost = { logN: Number(logN), blockSize: Number(blockSize), parallel: Number(parallel) };
  const derived = await derive(password, Buffer.from(salt, "base64url"), cost);
  return timingSafeEqual(derived, Buffer.from(hash, "base64url"));
}

/** Why a password cannot be taken; null: it can. The caller has the words. */
export function passwordFault(password: string): "short" | "long" | null {
  // NFKC: the same password from another keyboard (SP 800-63B-4); its length is in characters.
  const length = [...password.normalize("NFKC")].length;
  if (length < passwordLengthMin) return "short";
  return length > passwordLengthMax ? "long" : null;
}

function derive(password: string, salt: Buffer, cost: Cost): Promise<Buffer> {
  const asked = turns.take(() => scryptOf(password, salt, cost));
  return asked ?? Promise.reject(new TooManyPasswords());
}

function scryptOf(password: string, salt: Buffer, cost: Cost): Promise<Buffer> {
  const options: ScryptOptions = {
    N: 2 ** cost.logN,
    r: cost.blockSize,
    p: cost.parallel,
    // What scrypt takes, and a little for OpenSSL's own: 128 x N x r bytes.
    maxmem: 128 * 2 ** cost.logN * cost.blockSize + 1024 * 1024,
  };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, hashBytes, options, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
