/** What stands around every panel, and what is said in place of one. */
import type { Catalogue } from "./message.ts";

export const frameMessages = {
  "frame.skip": { en: "Skip to the content", ja: "本文へ移動", "zh-TW": "跳到內容" },
  "frame.panels": { en: "Panels", ja: "パネル", "zh-TW": "面板" },
  "frame.language": { en: "Language", ja: "言語", "zh-TW": "語言" },
  "frame.choose": { en: "Choose", ja: "選択", "zh-TW": "選擇" },
  "frame.logout": { en: "Log out", ja: "ログアウト", "zh-TW": "登出" },
  "frame.user": {
    en: "Logged in as {user}",
    ja: "{user} としてログイン中",
    "zh-TW": "以 {user} 登入",
  },
  "frame.read-only": { en: "read-only", ja: "閲覧のみ", "zh-TW": "唯讀" },
  "frame.only": {
    en: "operates only {names}",
    ja: "操作できるのは {names} のみ",
    "zh-TW": "只能操作 {names}",
  },
  "frame.down": {
    en: "The lvsd daemon does not answer",
    ja: "lvsd デーモンが応答しません",
    "zh-TW": "lvsd 常駐程式沒有回應",
  },
  "frame.down-do": {
    en: "What is shown was last known at {time}. On this router: systemctl status lvsd, journalctl -u lvsd, and systemctl start lvsd.",
    ja: "表示は {time} 時点の情報です。このルーターで systemctl status lvsd と journalctl -u lvsd を確認し、systemctl start lvsd を実行してください。",
    "zh-TW":
      "畫面是 {time} 的狀態。請在這台路由器執行 systemctl status lvsd、journalctl -u lvsd，再執行 systemctl start lvsd。",
  },
  "frame.down-never": {
    en: "Nothing is known of it yet. On this router: systemctl status lvsd, journalctl -u lvsd, and systemctl start lvsd.",
    ja: "まだ何も取得できていません。このルーターで systemctl status lvsd と journalctl -u lvsd を確認し、systemctl start lvsd を実行してください。",
    "zh-TW":
      "尚未取得任何資訊。請在這台路由器執行 systemctl status lvsd、journalctl -u lvsd，再執行 systemctl start lvsd。",
  },
  "frame.denied-socket": {
    en: "The console may not use the control socket: add its user to the group lvsd-operators, then systemctl restart lvsd-console.",
    ja: "コンソールは制御ソケットを使用できません。コンソールのユーザーを lvsd-operators グループに追加し、systemctl restart lvsd-console を実行してください。",
    "zh-TW":
      "主控台無法使用控制通訊端：請將其使用者加入 lvsd-operators 群組，再執行 systemctl restart lvsd-console。",
  },
  "frame.unconfigured": {
    en: "This router has no configuration yet: it claims no address and balances nothing.",
    ja: "このルーターにはまだ設定がありません。アドレスの保持も負荷分散も行いません。",
    "zh-TW": "這台路由器尚未設定：不佔用任何位址，也不做負載平衡。",
  },
  "frame.broken": {
    en: "The configuration file is not valid. What was loaded last stays in force until the file is mended and loaded.",
    ja: "設定ファイルが正しくありません。修正して読み込むまで、最後に読み込んだ設定が有効です。",
    "zh-TW": "設定檔無效。修正並載入之前，最後載入的設定仍然有效。",
  },
  "frame.mend": {
    en: "Mend it here, or put the loaded configuration back",
    ja: "ここで修正するか、読み込み済みの設定に戻す",
    "zh-TW": "在此修正，或還原為已載入的設定",
  },
  "frame.faults": {
    en: "This router is not fit to be active",
    ja: "このルーターはアクティブになれません",
    "zh-TW": "這台路由器目前不適合成為主動節點",
  },
  "frame.mismatch": {
    en: "The two routers run different configurations",
    ja: "2 台のルーターの設定が異なります",
    "zh-TW": "兩台路由器的設定不同",
  },
  "frame.not-found": {
    en: "There is no such page",
    ja: "ページがありません",
    "zh-TW": "沒有這個頁面",
  },
  "frame.forbidden": {
    en: "You may not do this: your role does not allow it",
    ja: "権限がないため実行できません",
    "zh-TW": "您的角色不允許這項操作",
  },
  "frame.forged": {
    en: "Nothing was done: this form was not sent from this page, or it is from an earlier login. Go back, load the page again and repeat it.",
    ja: "何も実行されませんでした。フォームがこのページから送信されていないか、以前のログインのものです。ページを読み込み直してもう一度実行してください。",
    "zh-TW": "未執行任何動作：這份表單不是由本頁送出，或屬於先前的登入。請重新載入頁面後再試一次。",
  },
  "frame.foreign-name": {
    en: "Nothing was done: without TLS the console takes forms only at its IP address, as localhost, or under this machine's host name. Use one of them, or console.tls.",
    ja: "何も実行されませんでした。TLS なしでは、コンソールの IP アドレス、localhost、このマシンのホスト名のいずれかで開いた場合にのみフォームを受け付けます。そのいずれか、または console.tls を使用してください。",
    "zh-TW":
      "未執行任何動作：未使用 TLS 時，只接受以主控台的 IP 位址、localhost 或本機主機名稱開啟的表單。請改用其中之一，或設定 console.tls。",
  },
  "frame.too-many": {
    en: "Too many requests from your address. Wait a minute.",
    ja: "同じアドレスからの要求が多すぎます。1 分待ってください。",
    "zh-TW": "來自您位址的要求過多，請稍候一分鐘。",
  },
  "frame.too-large": {
    en: "The form is too large",
    ja: "フォームが大きすぎます",
    "zh-TW": "表單過大",
  },
  "frame.failed": {
    en: "The console failed with this request. journalctl -u lvsd-console has the cause.",
    ja: "この要求の処理中にコンソールでエラーが発生しました。原因は journalctl -u lvsd-console を参照してください。",
    "zh-TW": "主控台處理這項要求時發生錯誤。原因請見 journalctl -u lvsd-console。",
  },
  "frame.refused": { en: "Refused", ja: "拒否されました", "zh-TW": "已拒絕" },
  "frame.yes": { en: "yes", ja: "はい", "zh-TW": "是" },
  "frame.no": { en: "no", ja: "いいえ", "zh-TW": "否" },
  "frame.none": { en: "none", ja: "なし", "zh-TW": "無" },
} as const satisfies Catalogue;
