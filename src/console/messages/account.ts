/** Login and password. */
import type { Catalogue } from "./message.ts";

export const accountMessages = {
  "login.title": { en: "Login", ja: "ログイン", "zh-TW": "登入" },
  "login.user": { en: "User", ja: "ユーザー名", "zh-TW": "使用者" },
  "login.password": { en: "Password", ja: "パスワード", "zh-TW": "密碼" },
  "login.do": { en: "Log in", ja: "ログイン", "zh-TW": "登入" },
  "login.wrong": {
    en: "User or password is wrong",
    ja: "ユーザー名またはパスワードが違います",
    "zh-TW": "使用者或密碼錯誤",
  },
  "login.wait": {
    en: "Too many wrong passwords. Try again in {seconds} s.",
    ja: "パスワードの誤りが多すぎます。{seconds} 秒後にもう一度試してください。",
    "zh-TW": "密碼錯誤次數過多，請於 {seconds} 秒後再試。",
  },
  "login.stale": {
    en: "The login form was too old. Try again; the browser must accept cookies.",
    ja: "ログインフォームの期限が切れています。もう一度試してください。ブラウザーで Cookie を有効にする必要があります。",
    "zh-TW": "登入表單已過期，請再試一次。瀏覽器必須接受 Cookie。",
  },
  "login.busy": {
    en: "Too many people log in at this moment. Try again in a few seconds.",
    ja: "ログインが集中しています。数秒後にもう一度試してください。",
    "zh-TW": "目前登入的人數過多，請於數秒後再試。",
  },
  "login.damaged": {
    en: "The file of the users cannot be read: journalctl -u lvsd-console has the cause.",
    ja: "ユーザーのファイルを読み取れません。原因は journalctl -u lvsd-console を参照してください。",
    "zh-TW": "無法讀取使用者檔案。原因請見 journalctl -u lvsd-console。",
  },
  "login.no-user": {
    en: "The console has no user yet. Make one on this router, as root: lvsd passwd admin",
    ja: "コンソールのユーザーがまだありません。このルーターで root として lvsd passwd admin を実行してください。",
    "zh-TW": "主控台尚無使用者。請在這台路由器以 root 執行：lvsd passwd admin",
  },
  "login.forgotten": {
    en: "Forgotten? On this router, as root: lvsd passwd USER",
    ja: "パスワードを忘れた場合は、このルーターで root として lvsd passwd USER を実行してください。",
    "zh-TW": "忘記密碼？請在這台路由器以 root 執行：lvsd passwd USER",
  },
  "password.title": { en: "CHANGE PASSWORD", ja: "パスワード変更", "zh-TW": "變更密碼" },
  "password.help": {
    en: "Changes your own password. All your sessions end, on every computer, and you log in again with the new one. lvsd passwd does the same as root, for every user.",
    ja: "自分のパスワードを変更します。すべてのコンピューターでセッションが終了し、新しいパスワードでログインし直します。root は lvsd passwd で全ユーザーのパスワードを変更できます。",
    "zh-TW":
      "變更自己的密碼。您在所有電腦上的工作階段都會結束，須以新密碼重新登入。root 可用 lvsd passwd 變更任何使用者的密碼。",
  },
  "password.present": { en: "Present password", ja: "現在のパスワード", "zh-TW": "目前密碼" },
  "password.new": { en: "New password", ja: "新しいパスワード", "zh-TW": "新密碼" },
  "password.again": {
    en: "New password again",
    ja: "新しいパスワード（確認）",
    "zh-TW": "再次輸入新密碼",
  },
  "password.do": { en: "Change", ja: "変更", "zh-TW": "變更" },
  "password.short": {
    en: "Give at least {characters} characters",
    ja: "{characters} 文字以上にしてください",
    "zh-TW": "至少需要 {characters} 個字元",
  },
  "password.long": {
    en: "Give at most {characters} characters",
    ja: "{characters} 文字以下にしてください",
    "zh-TW": "最多 {characters} 個字元",
  },
  "password.different": {
    en: "The two new passwords differ",
    ja: "新しいパスワードが一致しません",
    "zh-TW": "兩次輸入的新密碼不同",
  },
  "password.wrong": {
    en: "This is not your present password",
    ja: "現在のパスワードが違います",
    "zh-TW": "這不是您目前的密碼",
  },
} as const satisfies Catalogue;
