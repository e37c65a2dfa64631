/** Programs that were put where a check was meant. */

/** Whether the program's status is 0 whatever the real server does. */
export const neverFails = (path: string): boolean =>
  /^(?:\/usr)?\/bin\/(?:true|echo|sleep)$|^(?:true|echo|sleep|:)$/.test(path);
