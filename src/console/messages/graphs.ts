/** GRAPHS. */
import type { Catalogue } from "./message.ts";

export const graphsMessages = {
  "graphs.title": { en: "GRAPHS", ja: "グラフ", "zh-TW": "圖表" },
  "graphs.help": {
    en: "Connections and bytes of the router or of one virtual server, over the last three hours or a day, with the values as a table. The daemon keeps them in memory; they begin anew with it.",
    ja: "ルーターまたは 1 つの仮想サーバーの接続数とバイト数を、過去 3 時間または 1 日について表示します。値の表もあります。デーモンのメモリに保持され、デーモンの再起動で新しくなります。",
    "zh-TW":
      "顯示路由器或單一虛擬伺服器最近三小時或一天的連線數與位元組數，並附數值表格。資料保存在常駐程式的記憶體中，重新啟動後重新累積。",
  },
  "graphs.last": { en: "The last hours", ja: "過去数時間", "zh-TW": "最近數小時" },
  "graphs.more": {
    en: "A day, and each virtual server",
    ja: "1 日分と仮想サーバーごと",
    "zh-TW": "一天，以及各虛擬伺服器",
  },
  "graphs.server": { en: "Of", ja: "対象", "zh-TW": "對象" },
  "graphs.router": { en: "the whole router", ja: "ルーター全体", "zh-TW": "整台路由器" },
  "graphs.span": { en: "Over", ja: "期間", "zh-TW": "期間" },
  "graphs.hours": { en: "three hours", ja: "3 時間", "zh-TW": "三小時" },
  "graphs.day": { en: "a day", ja: "1 日", "zh-TW": "一天" },
  "graphs.show": { en: "Show", ja: "表示", "zh-TW": "顯示" },
  "graphs.none": {
    en: "There are no values yet: the first come a minute after the start.",
    ja: "まだ値がありません。最初の値は起動の 1 分後に得られます。",
    "zh-TW": "尚無數值：啟動一分鐘後才有最初的數值。",
  },
  "graphs.connections": {
    en: "New connections per second",
    ja: "1 秒あたりの新規接続",
    "zh-TW": "每秒新連線",
  },
  "graphs.bytes": {
    en: "Bytes per second",
    ja: "1 秒あたりのバイト数",
    "zh-TW": "每秒位元組",
  },
  "graphs.open": { en: "Open connections", ja: "開いている接続", "zh-TW": "開啟中的連線" },
  "graphs.rtt": {
    en: "Round trip of the heartbeat (ms)",
    ja: "ハートビートの往復時間 (ms)",
    "zh-TW": "心跳往返時間（毫秒）",
  },
  "graphs.line-connections": { en: "new", ja: "新規", "zh-TW": "新連線" },
  "graphs.line-bytes_in": { en: "in", ja: "受信", "zh-TW": "流入" },
  "graphs.line-bytes_out": { en: "out", ja: "送信", "zh-TW": "流出" },
  "graphs.line-active": { en: "active", ja: "アクティブ", "zh-TW": "使用中" },
  "graphs.line-inactive": { en: "inactive", ja: "非アクティブ", "zh-TW": "閒置" },
  "graphs.said": {
    en: "{name}: last {last}, highest {highest}, lowest {lowest}",
    ja: "{name}: 最新 {last}、最高 {highest}、最低 {lowest}",
    "zh-TW": "{name}：最近 {last}，最高 {highest}，最低 {lowest}",
  },
  "graphs.values": {
    en: "The values as a table: {graph}",
    ja: "値の表: {graph}",
    "zh-TW": "數值表格：{graph}",
  },
  "graphs.until": { en: "Until (UTC)", ja: "時刻 (UTC) まで", "zh-TW": "截至（UTC）" },
} as const satisfies Catalogue;
