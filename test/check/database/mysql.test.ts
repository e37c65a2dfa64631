import { describe } from "node:test";
import { testSqlKeys } from "./sql-keys.ts";

describe("the keys of mysql", () => testSqlKeys("mysql"));
