/** HELP. */
import type { Catalogue } from "./message.ts";

export const helpMessages = {
  "help.title": { en: "HELP", ja: "ヘルプ", "zh-TW": "說明" },
  "help.help": {
    en: "Says what each panel is for, and what the fields of the Piranha Configuration Tool are called in lvsd.",
    ja: "各パネルの用途と、Piranha Configuration Tool の項目に対応する lvsd のキーを説明します。",
    "zh-TW": "說明每個面板的用途，以及 Piranha Configuration Tool 的欄位在 lvsd 中的名稱。",
  },
  "help.panels": { en: "The panels", ja: "パネル", "zh-TW": "面板" },
  "help.names": {
    en: "Field names of the old tool, and lvsd's keys",
    ja: "旧ツールの項目名と lvsd のキー",
    "zh-TW": "舊工具的欄位名稱與 lvsd 的設定鍵",
  },
  "help.old": {
    en: "Piranha Configuration Tool",
    ja: "Piranha Configuration Tool",
    "zh-TW": "Piranha Configuration Tool",
  },
  "help.key": { en: "Key of lvsd.yaml", ja: "lvsd.yaml のキー", "zh-TW": "lvsd.yaml 的設定鍵" },
} as const satisfies Catalogue;
