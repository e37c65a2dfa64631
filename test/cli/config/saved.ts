/** A daemon that stores configurations. */

export const text = "# mine\nserial: 3\n";
