/** undici's HTTP/1.1 client alone: the whole package costs 15 MB of memory more, for fetch and caches. */
declare module "undici/lib/dispatcher/client.js" {
  export { Client as default } from "undici";
}
