/** DOCTOR and REAL SERVER SCRIPT. */
import type { Catalogue } from "./message.ts";

export const adviceMessages = {
  "doctor.title": { en: "DOCTOR", ja: "診断", "zh-TW": "診斷" },
  "doctor.help": {
    en: "Examines this router, what it hears of the other one, and the real servers on the wire: what prevents or endangers service, and how to mend each.",
    ja: "このルーター、もう一方のルーターから得た情報、ネットワーク上の実サーバーを診断し、サービスを妨げるものや危うくするものと、その対処を表示します。",
    "zh-TW":
      "檢查這台路由器、從另一台路由器得知的情況，以及網路上的真實伺服器：列出妨礙或危及服務的問題與修正方法。",
  },
  "doctor.run": { en: "Examine again", ja: "再診断", "zh-TW": "重新診斷" },
  "doctor.running": {
    en: "The examination is under way; with many real servers it takes most of a minute.",
    ja: "診断中です。実サーバーが多い場合は 1 分近くかかります。",
    "zh-TW": "正在診斷；真實伺服器很多時最長約需一分鐘。",
  },
  "doctor.look": { en: "Look again", ja: "もう一度見る", "zh-TW": "再看一次" },
  "doctor.at": { en: "Examined at {at}.", ja: "診断時刻: {at}。", "zh-TW": "診斷時間：{at}。" },
  "doctor.asked": {
    en: "{asked} of {all} real servers were asked on the wire; lvsd doctor on the router asks all.",
    ja: "{all} 台中 {asked} 台の実サーバーをネットワーク上で診断しました。ルーターで lvsd doctor を実行すると全台を診断します。",
    "zh-TW":
      "在網路上詢問了 {all} 台真實伺服器中的 {asked} 台；在路由器執行 lvsd doctor 可詢問全部。",
  },
  "doctor.failed": {
    en: "The last examination failed",
    ja: "前回の診断は失敗しました",
    "zh-TW": "上次診斷失敗",
  },
  "doctor.none": {
    en: "Nothing was found that speaks against service.",
    ja: "サービスの支障となるものは見つかりませんでした。",
    "zh-TW": "沒有發現妨礙服務的問題。",
  },
  "doctor.found": { en: "What was found", ja: "診断結果", "zh-TW": "診斷結果" },
  "doctor.prevents": {
    en: "prevents service",
    ja: "サービスを妨げる",
    "zh-TW": "妨礙服務",
  },
  "doctor.endangers": { en: "endangers service", ja: "サービスに危険", "zh-TW": "危及服務" },
  "doctor.advises": { en: "to know", ja: "参考", "zh-TW": "提醒" },
  "doctor.remedy": { en: "Remedy", ja: "対処", "zh-TW": "修正方法" },
  "script.title": {
    en: "REAL SERVER SCRIPT",
    ja: "実サーバー用スクリプト",
    "zh-TW": "真實伺服器指令稿",
  },
  "script.help": {
    en: "Prints what prepares a real server for the forwarding method of its virtual server, or undoes it: to be copied and run as root on the real server.",
    ja: "仮想サーバーの転送方式に合わせて実サーバーを準備する（または元に戻す）スクリプトを表示します。コピーして、実サーバーで root として実行します。",
    "zh-TW":
      "產生依虛擬伺服器轉送方式設定真實伺服器（或還原）的指令稿：複製後在真實伺服器上以 root 執行。",
  },
  "script.server": { en: "Virtual server", ja: "仮想サーバー", "zh-TW": "虛擬伺服器" },
  "script.real": { en: "Real server", ja: "実サーバー", "zh-TW": "真實伺服器" },
  "script.all": { en: "all of them", ja: "すべて", "zh-TW": "全部" },
  "script.method": { en: "Method", ja: "方式", "zh-TW": "方法" },
  "script.fitting": {
    en: "the one that fits the forwarding",
    ja: "転送方式に合うもの",
    "zh-TW": "符合轉送方式者",
  },
  "script.format": { en: "As", ja: "形式", "zh-TW": "格式" },
  "script.script": { en: "a script", ja: "スクリプト", "zh-TW": "指令稿" },
  "script.networkd": {
    en: "files for systemd-networkd",
    ja: "systemd-networkd の設定ファイル",
    "zh-TW": "systemd-networkd 設定檔",
  },
  "script.ifupdown": {
    en: "lines for ifupdown",
    ja: "ifupdown の設定行",
    "zh-TW": "ifupdown 設定行",
  },
  "script.undo": { en: "undo it", ja: "元に戻す", "zh-TW": "還原" },
  "script.show": { en: "Show", ja: "表示", "zh-TW": "顯示" },
  "script.copy": { en: "Copy", ja: "コピー", "zh-TW": "複製" },
  "script.download": { en: "Save as a file", ja: "ファイルに保存", "zh-TW": "另存檔案" },
  "script.text": {
    en: "The text, by the method {method}",
    ja: "方式 {method} のテキスト",
    "zh-TW": "方法 {method} 的內容",
  },
  "script.choose": {
    en: "Choose a virtual server.",
    ja: "仮想サーバーを選択してください。",
    "zh-TW": "請選擇虛擬伺服器。",
  },
} as const satisfies Catalogue;
