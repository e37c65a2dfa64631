/** CONTROL/MONITORING. */
import type { Catalogue } from "./message.ts";

export const controlMessages = {
  "control.title": { en: "CONTROL/MONITORING", ja: "制御/監視", "zh-TW": "控制/監視" },
  "control.help": {
    en: "Shows both routers, the heartbeat between them, the routing table with its connections, the checks of the real servers, and what happened. Switches over, reloads, and takes real servers out for maintenance.",
    ja: "2 台のルータ、ルータ間のハートビート、接続数を含むルーティングテーブル、リアルサーバの検査結果、イベントを表示します。切り替え、再読み込み、リアルサーバの保守ができます。",
    "zh-TW":
      "顯示兩台路由器、彼此的心跳、路由表與連線數、真實伺服器的檢查結果及事件。可切換、重新載入，並將真實伺服器退出以便維護。",
  },
} as const satisfies Catalogue;
