import { describe } from "node:test";
import { testSqlKeys } from "./sql-keys.ts";

describe("the keys of pgsql", () => testSqlKeys("pgsql"));
