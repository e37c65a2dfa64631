/** What sorry-pages.ts and its thread, sorry-worker.ts, say to each other. */

/** `page`: an absolute path; null: a page of a few words. */
export type SorryOrder =
  | { readonly kind: "serve"; readonly id: string; readonly page: string | null }
  | { readonly kind: "close"; readonly id: string };

export type SorryAnswer =
  | { readonly kind: "serving"; readonly id: string; readonly port: number }
  | { readonly kind: "closed" | "trouble"; readonly id: string; readonly text: string };
