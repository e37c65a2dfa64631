/** The last few results of costly work on texts: a page asks for the same again and again. */

/** A text before and after an edit. */
const keptMax = 2;
/** Larger texts, in characters, are worked on anew: what is kept of one is many times its size. */
const textMax = 1024 * 1024;

/** `work`, whose latest results are kept by `key`. What it returns is not changed by anybody. */
export function keepingLatest<Given, Result>(
  work: (given: Given, text: string) => Result,
  key: (given: Given) => string,
): (given: Given, text: string) => Result {
  let kept: readonly { readonly of: string; readonly text: string; readonly result: Result }[] = [];
  return (given, text) => {
    const of = key(given);
    const known = kept.find((one) => one.of === of && one.text === text);
    if (known !== undefined) return known.result;
    const result = work(given, text);
    if (text.length <= textMax) kept = [{ of, text, result }, ...kept].slice(0, keptMax);
    return result;
  };
}
