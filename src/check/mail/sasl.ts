/** Logins as SMTP, IMAP and others take them (SASL, RFC 4422), and what of them no reason may show. */

export const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

/** The message of SASL's PLAIN (RFC 4616), in base64. */
export const plainLogin = (user: string, password: string): string =>
  base64(`\0${user}\0${password}`);

/** The texts that would show the password. */
export const loginSecrets = (user: string | null, password: string | null): readonly string[] =>
  password === null
    ? []
    : [plainLogin(user ?? "", password), base64(password), password].filter((text) => text !== "");
