/** MAINTENANCE of one server. */
import type { Catalogue } from "./message.ts";

export const maintenanceMessages = {
  "maintenance.title": { en: "MAINTENANCE", ja: "保守", "zh-TW": "維護" },
  "maintenance.help": {
    en: "Takes one real server or a whole virtual server out of service and back. An order stays in force over reload, restart and failover until the server is enabled.",
    ja: "実サーバー 1 台または仮想サーバー全体をサービスから外し、戻します。指示は、再読み込み、再起動、フェイルオーバーの後も、有効化するまで維持されます。",
    "zh-TW":
      "將一台真實伺服器或整個虛擬伺服器退出服務，再予恢復。指示在重新載入、重新啟動與容錯移轉之後仍然有效，直到啟用為止。",
  },
  "maintenance.none": {
    en: "There is no such server now. Choose one in the table of CONTROL/MONITORING.",
    ja: "該当するサーバーはありません。制御/監視のテーブルから選択してください。",
    "zh-TW": "目前沒有這個伺服器。請在「控制/監視」的表格中選擇。",
  },
  "maintenance.of-real": {
    en: "Real server {real} of {server}",
    ja: "{server} の実サーバー {real}",
    "zh-TW": "{server} 的真實伺服器 {real}",
  },
  "maintenance.of-server": {
    en: "Virtual server {server}",
    ja: "仮想サーバー {server}",
    "zh-TW": "虛擬伺服器 {server}",
  },
  "maintenance.connections": { en: "Connections", ja: "接続数", "zh-TW": "連線數" },
  "maintenance.counted": {
    en: "{active} active, {inactive} inactive",
    ja: "アクティブ {active}、非アクティブ {inactive}",
    "zh-TW": "使用中 {active}，閒置 {inactive}",
  },
  "maintenance.order": { en: "Order in force", ja: "有効な指示", "zh-TW": "有效的指示" },
  "maintenance.ordered-drain": {
    en: "drain, by {by}, since {since}",
    ja: "ドレイン、{by}、{since} から",
    "zh-TW": "排空，由 {by}，自 {since}",
  },
  "maintenance.ordered-disable": {
    en: "disable, by {by}, since {since}",
    ja: "無効化、{by}、{since} から",
    "zh-TW": "停用，由 {by}，自 {since}",
  },
  "maintenance.drain": { en: "Drain", ja: "ドレイン", "zh-TW": "排空" },
  "maintenance.drain-more": {
    en: "Gives the real server weight 0: it keeps its connections and gets no new ones.",
    ja: "重みを 0 にします。既存の接続は維持され、新しい接続は割り当てられません。",
    "zh-TW": "將權重設為 0：保留既有連線，不再分配新連線。",
  },
  "maintenance.disable": { en: "Disable", ja: "無効化", "zh-TW": "停用" },
  "maintenance.disable-more": {
    en: "Takes the real server out of the table at once: its connections end.",
    ja: "実サーバーを直ちにテーブルから外します。接続は切断されます。",
    "zh-TW": "立即將真實伺服器移出路由表：其連線會中斷。",
  },
  "maintenance.disable-server-more": {
    en: "Makes the virtual server inactive: nothing is balanced for it any more.",
    ja: "仮想サーバーを無効にします。負荷分散は行われなくなります。",
    "zh-TW": "停用虛擬伺服器：不再為其做負載平衡。",
  },
  "maintenance.enable": { en: "Enable", ja: "有効化", "zh-TW": "啟用" },
  "maintenance.enable-more": {
    en: "Undoes drain and disable: it serves again as soon as its check passes.",
    ja: "ドレインと無効化を取り消します。チェックに成功し次第、再びサービスします。",
    "zh-TW": "取消排空與停用：檢查通過後即恢復服務。",
  },
  "maintenance.everywhere": {
    en: "in every virtual server that has a real server at {address}",
    ja: "{address} の実サーバーを持つすべての仮想サーバーで",
    "zh-TW": "套用到所有在 {address} 有真實伺服器的虛擬伺服器",
  },
  "maintenance.last": {
    en: "No other real server of {server} serves now: clients of {server} would get no answer.",
    ja: "{server} の他の実サーバーは現在サービスしていません。{server} のクライアントは応答を得られなくなります。",
    "zh-TW": "{server} 目前沒有其他真實伺服器提供服務：{server} 的用戶端將得不到回應。",
  },
  "maintenance.stops": {
    en: "Clients of {server} would get no answer.",
    ja: "{server} のクライアントは応答を得られなくなります。",
    "zh-TW": "{server} 的用戶端將得不到回應。",
  },
  "maintenance.sure": {
    en: "I know that this stops {server}",
    ja: "{server} が停止することを理解しています",
    "zh-TW": "我知道這會使 {server} 停止服務",
  },
  "maintenance.unsure": {
    en: "Nothing was done: confirm first that this may stop {server}.",
    ja: "何も実行されませんでした。{server} が停止することを先に確認してください。",
    "zh-TW": "未執行任何動作：請先確認可以讓 {server} 停止服務。",
  },
  "maintenance.done": {
    en: "{order}: {names}",
    ja: "{order}: {names}",
    "zh-TW": "{order}：{names}",
  },
  "maintenance.was-so": {
    en: "Nothing changed: it was so already.",
    ja: "変更はありません。すでにその状態です。",
    "zh-TW": "沒有變更：原本就是如此。",
  },
  "maintenance.not-kept": {
    en: "The disk could not be written: the order ends with the daemon.",
    ja: "ディスクに書き込めませんでした。指示はデーモンの終了とともに失われます。",
    "zh-TW": "無法寫入磁碟：指示會隨常駐程式結束而失效。",
  },
  "maintenance.back": {
    en: "Back to the routing table",
    ja: "ルーティングテーブルに戻る",
    "zh-TW": "回到路由表",
  },
} as const satisfies Catalogue;
