/** Lists of checks, and the panel of the failover services. */
import type { Catalogue } from "./message.ts";

export const checkMessages = {
  "checks.list": { en: "Checks of the list", ja: "検査の一覧", "zh-TW": "檢查清單" },
  "checks.check": { en: "Check", ja: "検査", "zh-TW": "檢查" },
  "checks.one": { en: "{number}: {type}", ja: "{number}: {type}", "zh-TW": "{number}: {type}" },
  "checks.this": {
    en: "Check {number}: {type}",
    ja: "検査 {number}: {type}",
    "zh-TW": "檢查 {number}：{type}",
  },
  "checks.change": { en: "Change", ja: "変更", "zh-TW": "變更" },
  "checks.up": { en: "Up", ja: "上へ", "zh-TW": "上移" },
  "checks.down": { en: "Down", ja: "下へ", "zh-TW": "下移" },
  "checks.add": {
    en: "One more check of type",
    ja: "追加する検査の種類",
    "zh-TW": "新增檢查的類型",
  },
  "checks.second": {
    en: "A further check in addition to this one, of type",
    ja: "この検査に加える検査の種類",
    "zh-TW": "除此之外再增加一項檢查，類型為",
  },
  "checks.new": { en: "A new check", ja: "新しい検査", "zh-TW": "新檢查" },
  "checks.new-more": {
    en: "It joins the list with Take into the draft.",
    ja: "「下書きに反映」で一覧に追加されます。",
    "zh-TW": "按「納入草稿」後加入清單。",
  },
  "checks.passes": {
    en: "A real server is up when",
    ja: "リアルサーバを稼働とみなす条件",
    "zh-TW": "真實伺服器視為正常的條件",
  },
  "checks.all": { en: "all checks pass", ja: "すべての検査に成功", "zh-TW": "全部檢查通過" },
  "checks.any": { en: "one check passes", ja: "1 つの検査に成功", "zh-TW": "任一檢查通過" },
  "checks.over-list": {
    en: "What lies under this check is a list. A key that is set here counts for each check of that list which has it; a list of its own takes its place.",
    ja: "この検査の下には検査の一覧があります。ここで設定したキーは、そのキーを持つ一覧の各検査に適用されます。独自の一覧を作ると置き換わります。",
    "zh-TW":
      "此檢查之下是一份清單。在此設定的鍵適用於清單中具有該鍵的每項檢查；若有自己的清單，則取代之。",
  },
  "checks.remove": { en: "Remove this check", ja: "この検査を削除", "zh-TW": "移除這項檢查" },
  "checks.remove-more": {
    en: "All keys of this check are removed. What lies under it counts again: the virtual server's check, the defaults, or the check that the protocol brings.",
    ja: "この検査のキーをすべて削除します。仮想サーバの検査、既定値、またはプロトコルの標準の検査に戻ります。",
    "zh-TW": "移除這項檢查的所有鍵，改為沿用虛擬伺服器的檢查、預設值，或協定預設的檢查。",
  },
  "checks.changed-meanwhile": {
    en: "This changed meanwhile, in another window or by a second click. Nothing was done; here is how it is now.",
    ja: "別のウィンドウでの操作、または 2 回目のクリックにより、内容がすでに変更されています。何も実行していません。現在の内容を表示します。",
    "zh-TW": "內容已在其他視窗中變更，或因重複點按而變更。這次未執行任何動作，以下為目前的內容。",
  },
  "checks.of-service": {
    en: "How the active router sees that {name} works. Without a check it counts as working once it is started.",
    ja: "アクティブなルータが {name} の動作を確認する方法です。検査がなければ、起動した時点で動作しているとみなします。",
    "zh-TW": "使用中的路由器如何確認 {name} 正常運作。若沒有檢查，啟動後即視為正常。",
  },
  "checks.of-defaults": {
    en: "The check of every virtual server that does not say otherwise, key by key.",
    ja: "個別に指定していないすべての仮想サーバに、キーごとに適用される検査です。",
    "zh-TW": "適用於所有未另行指定的虛擬伺服器，逐鍵套用。",
  },
  "checks.defaults": {
    en: "The check of all virtual servers",
    ja: "全仮想サーバの検査",
    "zh-TW": "所有虛擬伺服器的檢查",
  },
  "services.title": { en: "FAILOVER", ja: "フェイルオーバー", "zh-TW": "容錯移轉" },
  "services.help": {
    en: "Failover services: programs that run on the active router only, such as a mail server or a report. Each is started by a command after the virtual addresses are announced, stopped by another, and may be checked. Their addresses are the virtual ones of this pair.",
    ja: "フェイルオーバーサービス: メールサーバなど、アクティブなルータでのみ動作するプログラムです。仮想アドレスの通知後にコマンドで起動し、別のコマンドで停止します。検査もできます。アドレスはこのペアの仮想アドレスを使います。",
    "zh-TW":
      "容錯移轉服務：僅在使用中的路由器上執行的程式，例如郵件伺服器。虛擬位址公告後以指令啟動，以另一指令停止，也可檢查。其位址即這一對路由器的虛擬位址。",
  },
  "services.caption": {
    en: "Failover services: {count}",
    ja: "フェイルオーバーサービス {count} 件",
    "zh-TW": "{count} 個容錯移轉服務",
  },
  "services.none": {
    en: "There is no failover service.",
    ja: "フェイルオーバーサービスはありません。",
    "zh-TW": "沒有容錯移轉服務。",
  },
  "services.new-name": {
    en: "Name of a new failover service",
    ja: "新しいフェイルオーバーサービスの名前",
    "zh-TW": "新容錯移轉服務的名稱",
  },
  "services.start": { en: "START COMMAND", ja: "起動コマンド", "zh-TW": "啟動指令" },
  "services.check": { en: "MONITORING", ja: "監視", "zh-TW": "監控" },
  "services.addresses": {
    en: "Addresses that belong to no virtual server are the further floating addresses in",
    ja: "仮想サーバに属さないアドレスは「その他の浮動アドレス」で設定します:",
    "zh-TW": "不屬於任何虛擬伺服器的位址，請以「其他浮動位址」設定：",
  },
  "service.panel": {
    en: "EDIT: FAILOVER",
    ja: "編集: フェイルオーバー",
    "zh-TW": "編輯：容錯移轉",
  },
  "service.title": {
    en: "FAILOVER SERVICE",
    ja: "フェイルオーバーサービス",
    "zh-TW": "容錯移轉服務",
  },
  "service.help": {
    en: "One failover service: the commands that start and stop it, and how long they may take.",
    ja: "1 つのフェイルオーバーサービスです。起動と停止のコマンド、その制限時間を指定します。",
    "zh-TW": "單一容錯移轉服務：啟動與停止的指令，以及允許的時間。",
  },
  "service.commands": { en: "Commands", ja: "コマンド", "zh-TW": "指令" },
  "service.gone": {
    en: "There is no such failover service.",
    ja: "そのフェイルオーバーサービスはありません。",
    "zh-TW": "沒有這個容錯移轉服務。",
  },
} as const satisfies Catalogue;
