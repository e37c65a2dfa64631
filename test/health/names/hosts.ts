import { address } from "../../table/tables.ts";

export const addresses = (...texts: string[]) => texts.map(address);
