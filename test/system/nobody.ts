/** What an ordinary user meets, also where the tests run as root, who may read everything. */

const nobody = 65534;

/** Does `act` without the rights of root; those of the test come back whatever it does. */
export async function asNobody<T>(act: () => T | Promise<T>): Promise<T> {
  const user = process.geteuid?.() ?? nobody;
  if (user !== 0) return await act();
  process.seteuid?.(nobody);
  try {
    return await act();
  } finally {
    process.seteuid?.(user);
  }
}
