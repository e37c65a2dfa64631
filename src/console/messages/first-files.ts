/** IMPORT and SETUP. */
import type { Catalogue } from "./message.ts";

export const firstFilesMessages = {
  "import.title": { en: "IMPORT", ja: "インポート", "zh-TW": "匯入" },
  "import.help": {
    en: "Reads the files of Piranha, keepalived, ldirectord, heartbeat or ipvsadm of one site, and makes a draft of them. What is changed, left out or suspicious stands below the line that it is about.",
    ja: "1 つのサイトの Piranha、keepalived、ldirectord、heartbeat、ipvsadm のファイルを読み込み、下書きを作ります。変更、除外、疑わしい点は、該当する行の下に表示されます。",
    "zh-TW":
      "讀取同一站台的 Piranha、keepalived、ldirectord、heartbeat 或 ipvsadm 檔案，並轉成草稿。變更、略過或可疑之處會顯示在相關的那一行下方。",
  },
  "import.upload": { en: "Files", ja: "ファイル", "zh-TW": "檔案" },
  "import.paste": {
    en: "Or paste them",
    ja: "または貼り付け",
    "zh-TW": "或貼上內容",
  },
  "import.name": { en: "Name", ja: "名前", "zh-TW": "名稱" },
  "import.text": { en: "Text", ja: "内容", "zh-TW": "內容" },
  "import.options": {
    en: "What the files do not say",
    ja: "ファイルに書かれていない情報",
    "zh-TW": "檔案中沒有的資訊",
  },
  "import.from": { en: "The files are of", ja: "ファイルの種類", "zh-TW": "檔案來自" },
  "import.recognised": {
    en: "recognise it",
    ja: "自動判別",
    "zh-TW": "自動辨識",
  },
  "import.primary": {
    en: "Address of the primary",
    ja: "プライマリのアドレス",
    "zh-TW": "主要路由器的位址",
  },
  "import.primary2": {
    en: "Its private address",
    ja: "プライマリのプライベートアドレス",
    "zh-TW": "主要路由器的私有位址",
  },
  "import.backup": {
    en: "Address of the backup",
    ja: "バックアップのアドレス",
    "zh-TW": "備援路由器的位址",
  },
  "import.backup2": {
    en: "The backup's private address",
    ja: "バックアップのプライベートアドレス",
    "zh-TW": "備援路由器的私有位址",
  },
  "import.no-address": {
    en: "{text} is no IP address",
    ja: "{text} は IP アドレスではありません",
    "zh-TW": "{text} 不是 IP 位址",
  },
  "import.lenient": {
    en: "take what was meant where the original would refuse the file",
    ja: "元のソフトウェアが拒否する箇所は、意図を推定して読み込む",
    "zh-TW": "原軟體會拒絕之處，依原意讀取",
  },
  "import.instance": {
    en: "keepalived's configuration id, for lines that begin with @ID",
    ja: "keepalived の設定 ID（@ID で始まる行の選択）",
    "zh-TW": "keepalived 的設定 ID（選取以 @ID 開頭的行）",
  },
  "import.fold": {
    en: "make virtual servers that differ only in their port one with several ports",
    ja: "ポートだけが異なる仮想サーバーを、複数ポートの 1 つにまとめる",
    "zh-TW": "將僅連接埠不同的虛擬伺服器合併為一個",
  },
  "import.do": { en: "Read the files", ja: "読み込む", "zh-TW": "讀取檔案" },
  "import.empty": {
    en: "Choose a file, or paste its text.",
    ja: "ファイルを選択するか、内容を貼り付けてください。",
    "zh-TW": "請選擇檔案或貼上內容。",
  },
  "import.unread": {
    en: "These files cannot be read as they are",
    ja: "このままでは読み込めません",
    "zh-TW": "檔案目前無法讀取",
  },
  "import.read-as": {
    en: "Read as files of {system}.",
    ja: "{system} のファイルとして読み込みました。",
    "zh-TW": "以 {system} 的檔案讀取。",
  },
  "import.report": { en: "What became of it", ja: "結果の報告", "zh-TW": "轉換報告" },
  "import.whole": {
    en: "Everything was carried over as it was.",
    ja: "すべてそのまま引き継がれました。",
    "zh-TW": "全部照原樣轉換。",
  },
  "import.nothing": {
    en: "Nothing is to be said of this file.",
    ja: "このファイルについての指摘はありません。",
    "zh-TW": "此檔案沒有需要說明之處。",
  },
  "import.more": {
    en: "There is more to say than is shown here: mend what stands above first.",
    ja: "表示しきれない指摘があります。まず上の項目を修正してください。",
    "zh-TW": "說明過多未全部顯示：請先處理上方各項。",
  },
  "import.line": { en: "Line", ja: "行", "zh-TW": "行" },
  "import.said": {
    en: "The file, and what is said of it",
    ja: "ファイルの内容と指摘",
    "zh-TW": "檔案內容與說明",
  },
  "import.carried": { en: "carried over", ja: "引き継ぎ", "zh-TW": "已轉換" },
  "import.changed": { en: "changed", ja: "変更", "zh-TW": "有變更" },
  "import.left-out": { en: "left out", ja: "除外", "zh-TW": "已略過" },
  "import.suspicious": { en: "suspicious", ja: "要確認", "zh-TW": "可疑" },
  "import.unreadable": { en: "cannot be read", ja: "読み込み不可", "zh-TW": "無法讀取" },
  "import.result": {
    en: "The configuration that comes of it",
    ja: "変換後の設定",
    "zh-TW": "轉換後的設定",
  },
  "import.blanks": {
    en: "To be filled in: only you know it",
    ja: "記入が必要な項目",
    "zh-TW": "需要填寫的項目",
  },
  "import.take-more": {
    en: "It can be edited here. As a draft it changes nothing before it is reviewed and applied.",
    ja: "ここで編集できます。下書きは、確認して適用するまで何も変更しません。",
    "zh-TW": "可在此編輯。成為草稿後，在檢視並套用之前不會變更任何東西。",
  },
  "import.take": { en: "Make it the draft", ja: "下書きにする", "zh-TW": "設為草稿" },
  "import.taken": {
    en: "It is the draft now.",
    ja: "下書きにしました。",
    "zh-TW": "已設為草稿。",
  },
  "import.again": {
    en: "Read the files again",
    ja: "読み込み直す",
    "zh-TW": "重新讀取檔案",
  },
  "setup.title": { en: "SETUP", ja: "初期設定", "zh-TW": "初始設定" },
  "setup.help": {
    en: "From nothing to a first pair of routers: the addresses of both, one virtual address, the real servers. Makes the heartbeat's key, and shows what to copy to the other router.",
    ja: "最初の 2 台構成を作ります。両ルーターのアドレス、仮想アドレス、実サーバーを指定し、ハートビートの鍵を作り、もう一方のルーターにコピーする内容を表示します。",
    "zh-TW":
      "從零建立第一對路由器：兩台的位址、一個虛擬位址、真實伺服器。產生心跳金鑰，並顯示要複製到另一台路由器的內容。",
  },
  "setup.configured": {
    en: "This router has a configuration already. What is made here becomes a draft in its place; the key stays what it is.",
    ja: "このルーターはすでに設定されています。ここで作成したものは現在の設定に代わる下書きになります。鍵は変わりません。",
    "zh-TW": "這台路由器已有設定。此處的結果會成為取代它的草稿；金鑰不變。",
  },
  "setup.join": {
    en: "The other router is set up already",
    ja: "もう一方のルーターを設定済みの場合",
    "zh-TW": "另一台路由器已設定完成",
  },
  "setup.join-more": {
    en: "Paste what SETUP showed there.",
    ja: "もう一方の初期設定に表示された内容を貼り付けてください。",
    "zh-TW": "貼上另一台初始設定所顯示的內容。",
  },
  "setup.bundle": {
    en: "Text from the other router",
    ja: "もう一方のルーターの内容",
    "zh-TW": "另一台路由器的內容",
  },
  "setup.join-do": { en: "Take it here too", ja: "ここでも使う", "zh-TW": "在此也採用" },
  "setup.no-key": {
    en: "This text has no key. Copy all of it, the lines that begin with # too.",
    ja: "鍵が含まれていません。# で始まる行も含めて、すべてコピーしてください。",
    "zh-TW": "內容沒有金鑰。請複製全部，包括以 # 開頭的行。",
  },
  "setup.first": {
    en: "This is the first of the two",
    ja: "1 台目のルーターの場合",
    "zh-TW": "這是兩台中的第一台",
  },
  "setup.role": { en: "This router is the", ja: "このルーターの役割", "zh-TW": "這台路由器是" },
  "setup.own": { en: "This router", ja: "このルーター", "zh-TW": "這台路由器" },
  "setup.other": { en: "The other router", ja: "もう一方のルーター", "zh-TW": "另一台路由器" },
  "setup.public": { en: "Public address", ja: "パブリックアドレス", "zh-TW": "公開位址" },
  "setup.private": {
    en: "Private address: a second way for heartbeats",
    ja: "プライベートアドレス（ハートビートの第 2 経路）",
    "zh-TW": "私有位址：心跳的第二條路徑",
  },
  "setup.none": { en: "none", ja: "なし", "zh-TW": "無" },
  "setup.served": { en: "What is balanced", ja: "負荷分散の対象", "zh-TW": "負載平衡對象" },
  "setup.vip": {
    en: "Virtual address with its network mask or prefix length",
    ja: "仮想アドレスとネットマスク（またはプレフィックス長）",
    "zh-TW": "虛擬位址與網路遮罩（或首碼長度）",
  },
  "setup.device": { en: "Device", ja: "デバイス", "zh-TW": "裝置" },
  "setup.found": {
    en: "the one whose network holds the address",
    ja: "アドレスの属するネットワークのデバイス",
    "zh-TW": "位址所屬網路的裝置",
  },
  "setup.port": { en: "Application port", ja: "アプリケーションポート", "zh-TW": "應用程式連接埠" },
  "setup.forwarding": { en: "Forwarding", ja: "転送方式", "zh-TW": "轉送方式" },
  "setup.nat": { en: "NAT", ja: "NAT", "zh-TW": "NAT" },
  "setup.direct": {
    en: "direct routing",
    ja: "ダイレクトルーティング",
    "zh-TW": "直接路由",
  },
  "setup.gateway": {
    en: "NAT router: the real servers' gateway, with its prefix length (NAT only)",
    ja: "NAT ルーター: 実サーバーのゲートウェイとプレフィックス長（NAT のみ）",
    "zh-TW": "NAT 路由器：真實伺服器的閘道與首碼長度（僅 NAT）",
  },
  "setup.real-servers": {
    en: "Real servers, one address a line",
    ja: "実サーバー（1 行に 1 アドレス）",
    "zh-TW": "真實伺服器，每行一個位址",
  },
  "setup.do": { en: "Make it", ja: "作成", "zh-TW": "建立" },
  "setup.no-address": {
    en: "{text} is no IP address",
    ja: "{text} は IP アドレスではありません",
    "zh-TW": "{text} 不是 IP 位址",
  },
  "setup.no-prefix": {
    en: "{text} is no IP address with a network mask or a prefix length, such as 192.0.2.10/24",
    ja: "{text} は、192.0.2.10/24 のようなネットマスクまたはプレフィックス長付きの IP アドレスではありません",
    "zh-TW": "{text} 不是含網路遮罩或首碼長度的 IP 位址，例如 192.0.2.10/24",
  },
  "setup.no-port": {
    en: "{text} is no port from 1 to 65535",
    ja: "{text} は 1 から 65535 のポート番号ではありません",
    "zh-TW": "{text} 不是 1 到 65535 的連接埠",
  },
  "setup.needed": { en: "This is needed.", ja: "入力が必要です。", "zh-TW": "必須填寫。" },
  "setup.invalid": {
    en: "These do not fit together",
    ja: "組み合わせが正しくありません",
    "zh-TW": "這些內容不相容",
  },
  "setup.copy": {
    en: "1. Copy this to the other router",
    ja: "1. もう一方のルーターにコピーする",
    "zh-TW": "1. 複製到另一台路由器",
  },
  "setup.copy-more": {
    en: "Open SETUP in the console of the other router and paste it there. It holds the heartbeat's key: who has it commands the pair, so use a connection that nobody else reads.",
    ja: "もう一方のルーターのコンソールで初期設定を開き、貼り付けてください。ハートビートの鍵が含まれています。鍵を持つ者は 2 台を操作できるため、盗聴されない接続を使ってください。",
    "zh-TW":
      "在另一台路由器的主控台開啟初始設定並貼上。其中含有心跳金鑰：持有者可操控這對路由器，請使用他人無法讀取的連線。",
  },
  "setup.key-there": {
    en: "The key of this router lies in {path} already and is not shown. Copy that file to the other router, as root, with owner and mode.",
    ja: "このルーターの鍵はすでに {path} にあり、表示されません。root として、所有者とモードを保ってもう一方のルーターにコピーしてください。",
    "zh-TW":
      "這台路由器的金鑰已在 {path}，不會顯示。請以 root 將該檔案連同擁有者與權限複製到另一台。",
  },
  "setup.use": {
    en: "2. Use it here",
    ja: "2. このルーターで使う",
    "zh-TW": "2. 在這台採用",
  },
  "setup.copy-do": { en: "Copy", ja: "コピー", "zh-TW": "複製" },
  "setup.take": {
    en: "Make it the draft of this router",
    ja: "このルーターの下書きにする",
    "zh-TW": "設為這台路由器的草稿",
  },
  "setup.taken": {
    en: "It is the draft now: look at it, then apply it.",
    ja: "下書きにしました。確認してから適用してください。",
    "zh-TW": "已設為草稿：檢視後即可套用。",
  },
} as const satisfies Catalogue;
