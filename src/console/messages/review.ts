/** REVIEW and HISTORY. */
import type { Catalogue } from "./message.ts";

export const reviewMessages = {
  "review.title": { en: "REVIEW", ja: "変更の確認", "zh-TW": "檢視變更" },
  "review.help": {
    en: "Shows what you have changed and not applied yet, line by line, and what both routers would make of it. Apply stores it on both routers or on none.",
    ja: "未適用の変更を行単位で表示し、両ルーターがどう動作するかを示します。「適用」は両方のルーターに保存するか、どちらにも保存しません。",
    "zh-TW":
      "逐行顯示尚未套用的變更，以及兩台路由器將如何處理。套用時，兩台路由器都會儲存，否則都不儲存。",
  },
  "review.none": {
    en: "Nothing has been changed since the last configuration was loaded.",
    ja: "設定の読み込み以降、変更はありません。",
    "zh-TW": "載入設定之後沒有任何變更。",
  },
  "review.pending": {
    en: "You have changes that are not applied yet.",
    ja: "未適用の変更があります。",
    "zh-TW": "您有尚未套用的變更。",
  },
  "review.made-on": {
    en: "Changes of serial {serial}, which is loaded.",
    ja: "読み込み済みのシリアル {serial} に対する変更です。",
    "zh-TW": "以目前載入的序號 {serial} 為基礎的變更。",
  },
  "review.includes": {
    en: "Included files stay as they are, and are read with it: {files}",
    ja: "含まれるファイルは変更されず、あわせて読み込まれます: {files}",
    "zh-TW": "被引入的檔案維持不變，一併讀取：{files}",
  },
  "review.first": {
    en: "This is the first configuration of this router.",
    ja: "このルーターの最初の設定です。",
    "zh-TW": "這是這台路由器的第一份設定。",
  },
  "review.unloaded": {
    en: "The file on this router is not what is loaded",
    ja: "このルーターのファイルは読み込み済みの設定と異なります",
    "zh-TW": "這台路由器上的檔案不是已載入的設定",
  },
  "review.unloaded-more": {
    en: "{path} was edited by hand and is not valid. Nothing can be applied over it before it is mended or put back.",
    ja: "{path} は手作業で編集され、正しくありません。修正するか元に戻すまで、何も適用できません。",
    "zh-TW": "{path} 曾被手動編輯且無效。在修正或還原之前，無法套用任何變更。",
  },
  "review.unloaded-difference": {
    en: "What was edited",
    ja: "編集された箇所",
    "zh-TW": "編輯過的內容",
  },
  "review.mend": { en: "Mend it in the draft", ja: "下書きで修正する", "zh-TW": "在草稿中修正" },
  "review.mend-more": {
    en: "Its text becomes your draft, where the mistakes are shown. The file itself becomes what is loaded again; a copy of its text stays in config-history/not-loaded.yaml of the state directory.",
    ja: "ファイルの内容を下書きにし、誤りを表示します。ファイル自体は読み込み済みの設定に戻り、内容の写しは状態ディレクトリの config-history/not-loaded.yaml に残ります。",
    "zh-TW":
      "檔案內容成為您的草稿，並標示其中的錯誤。檔案本身還原為已載入的設定，內容的副本保留在狀態目錄的 config-history/not-loaded.yaml。",
  },
  "review.mend-first": {
    en: "Its text becomes your draft, where the mistakes are shown.",
    ja: "ファイルの内容を下書きにし、誤りを表示します。",
    "zh-TW": "檔案內容成為您的草稿，並標示其中的錯誤。",
  },
  "review.mend-draft": {
    en: "Its text could become your draft, but your draft has changes of its own. Discard your draft first, or put the loaded file back.",
    ja: "ファイルの内容を下書きにできますが、下書きには別の変更があります。先に下書きを破棄するか、読み込み済みのファイルに戻してください。",
    "zh-TW": "檔案內容可成為您的草稿，但您的草稿已有其他變更。請先捨棄草稿，或還原為已載入的檔案。",
  },
  "review.mend-draft-first": {
    en: "Its text could become your draft, but your draft has changes of its own. Apply or discard your draft first.",
    ja: "ファイルの内容を下書きにできますが、下書きには別の変更があります。先に下書きを適用するか破棄してください。",
    "zh-TW": "檔案內容可成為您的草稿，但您的草稿已有其他變更。請先套用或捨棄草稿。",
  },
  "review.mended": {
    en: "The text of the file is your draft now.",
    ja: "ファイルの内容を下書きにしました。",
    "zh-TW": "檔案內容已成為您的草稿。",
  },
  "review.restore": {
    en: "Put the loaded configuration back",
    ja: "読み込み済みの設定に戻す",
    "zh-TW": "還原為已載入的設定",
  },
  "review.restore-more": {
    en: "Gives up what was edited by hand. A copy stays in config-history/not-loaded.yaml of the state directory.",
    ja: "手作業の編集を破棄します。写しは状態ディレクトリの config-history/not-loaded.yaml に残ります。",
    "zh-TW": "放棄手動編輯的內容。副本保留在狀態目錄的 config-history/not-loaded.yaml。",
  },
  "review.restored": {
    en: "The file is what is loaded again.",
    ja: "ファイルは読み込み済みの設定に戻りました。",
    "zh-TW": "檔案已還原為載入的設定。",
  },
  "review.unloaded-changed": {
    en: "The file on the disk is another one meanwhile: look at it again.",
    ja: "ディスク上のファイルがその間に変わりました。もう一度確認してください。",
    "zh-TW": "磁碟上的檔案期間已有變動，請再次檢視。",
  },
  "review.take-in": {
    en: "Take the included files into the main file",
    ja: "含まれるファイルをメインファイルに取り込む",
    "zh-TW": "將被引入的檔案併入主設定檔",
  },
  "review.take-in-more": {
    en: "Makes a draft in which their entries stand in the main file, comments included, and nothing is included. After Apply they can be edited here; the files themselves stay on the disk, unread.",
    ja: "それらの項目をコメントごとメインファイルに移し、include を無くした下書きを作ります。適用後はここで編集できます。ファイル自体はディスクに残りますが、読み込まれません。",
    "zh-TW":
      "建立一份草稿，將其中的項目連同註解移入主設定檔，不再引入任何檔案。套用後即可在此編輯；檔案本身仍留在磁碟上，但不再讀取。",
  },
  "review.taken-in": {
    en: "The entries of the included files stand in the draft now.",
    ja: "含まれるファイルの項目を下書きに取り込みました。",
    "zh-TW": "被引入檔案的項目已併入草稿。",
  },
  "review.take-in-unknown": {
    en: "{file} is not loaded: only what is loaded can be taken in.",
    ja: "{file} は読み込まれていません。読み込み済みのファイルのみ取り込めます。",
    "zh-TW": "{file} 尚未載入：只能併入已載入的檔案。",
  },
  "review.moved": {
    en: "Another configuration was loaded meanwhile. Your changes were brought onto serial {serial}; look at them again.",
    ja: "その間に別の設定が読み込まれました。変更をシリアル {serial} に合わせました。もう一度確認してください。",
    "zh-TW": "期間已載入另一份設定。您的變更已合併到序號 {serial}，請再次檢視。",
  },
  "review.outdated": {
    en: "Your changes were made on serial {serial}, another one is loaded now, and both changed the same. Nothing is applied.",
    ja: "変更はシリアル {serial} に対するものですが、別の設定が読み込まれ、同じ箇所が変更されています。何も適用されません。",
    "zh-TW":
      "您的變更以序號 {serial} 為基礎，但現已載入另一份設定，且兩者修改了相同之處。未套用任何內容。",
  },
  "review.conflicts": {
    en: "Keys that both changed",
    ja: "両方で変更されたキー",
    "zh-TW": "兩邊都修改的設定鍵",
  },
  "review.key": { en: "Key", ja: "キー", "zh-TW": "設定鍵" },
  "review.mine": { en: "Your value", ja: "あなたの値", "zh-TW": "您的值" },
  "review.theirs": { en: "Loaded value", ja: "読み込み済みの値", "zh-TW": "已載入的值" },
  "review.yield": {
    en: "Keep the loaded values",
    ja: "読み込み済みの値を残す",
    "zh-TW": "保留已載入的值",
  },
  "review.yield-more": {
    en: "Keeps the loaded values of these keys, and your other changes. To keep your own values, discard the draft or change the keys again afterwards.",
    ja: "これらのキーは読み込み済みの値のままにし、ほかの変更は残します。自分の値にする場合は、その後でもう一度変更してください。",
    "zh-TW": "這些設定鍵保留已載入的值，其他變更維持不變。若要使用您的值，請之後再次修改。",
  },
  "review.yielded": {
    en: "The loaded values were kept for the keys that both changed.",
    ja: "両方で変更されたキーは読み込み済みの値のままにしました。",
    "zh-TW": "兩邊都修改的設定鍵已保留載入的值。",
  },
  "review.difference": { en: "What changes", ja: "変更点", "zh-TW": "差異" },
  "review.same": { en: "The texts are the same.", ja: "違いはありません。", "zh-TW": "內容相同。" },
  "review.too-different": {
    en: "The texts differ too much to be compared line by line.",
    ja: "違いが多すぎるため、行単位で比較できません。",
    "zh-TW": "差異過多，無法逐行比較。",
  },
  "review.more-lines": {
    en: "{count} further lines are not shown.",
    ja: "ほかに {count} 行あります（省略）。",
    "zh-TW": "另有 {count} 行未顯示。",
  },
  "review.plan": {
    en: "What the routers would do",
    ja: "ルーターの動作",
    "zh-TW": "路由器將執行的動作",
  },
  "review.here": { en: "This router", ja: "このルーター", "zh-TW": "這台路由器" },
  "review.peer": { en: "The other router", ja: "もう一方のルーター", "zh-TW": "另一台路由器" },
  "review.peer-away": {
    en: "It is not heard at present, and gets the configuration when it returns.",
    ja: "現在応答がありません。復帰したときに設定を受け取ります。",
    "zh-TW": "目前沒有回應，恢復後會取得設定。",
  },
  "review.peer-unknown": {
    en: "It did not say what it would do. Apply still asks it first, and stores on both or on none.",
    ja: "動作を確認できませんでした。適用時には先に相手に確認し、両方に保存するか、どちらにも保存しません。",
    "zh-TW": "無法得知它將如何處理。套用時仍會先詢問它，兩台都儲存或都不儲存。",
  },
  "review.peer-refused": {
    en: "It refuses this configuration:",
    ja: "この設定を拒否しています:",
    "zh-TW": "它拒絕這份設定：",
  },
  "review.vip": { en: "VIPs", ja: "VIP", "zh-TW": "VIP 位址" },
  "review.ipvs": { en: "IPVS table", ja: "IPVS テーブル", "zh-TW": "IPVS 表" },
  "review.nft": { en: "Packet filter", ja: "パケットフィルター", "zh-TW": "封包過濾器" },
  "review.settings": { en: "Settings", ja: "設定項目", "zh-TW": "設定項目" },
  "review.add": { en: "added", ja: "追加", "zh-TW": "新增" },
  "review.edit": { en: "changed", ja: "変更", "zh-TW": "變更" },
  "review.delete": { en: "deleted", ja: "削除", "zh-TW": "刪除" },
  "review.nothing": {
    en: "Nothing changes there.",
    ja: "変更はありません。",
    "zh-TW": "沒有任何變更。",
  },
  "review.unchanged": {
    en: "Virtual services that stay as they are: {count}",
    ja: "変更されない仮想サービス: {count}",
    "zh-TW": "維持不變的虛擬服務：{count}",
  },
  "review.warnings": {
    en: "Sound, and probably not meant",
    ja: "有効ですが、意図と異なる可能性があります",
    "zh-TW": "有效，但可能並非本意",
  },
  "review.invalid": {
    en: "This cannot be applied yet",
    ja: "まだ適用できません",
    "zh-TW": "目前無法套用",
  },
  "review.stops-all": {
    en: "After this, nothing is balanced any more: no active virtual server has an active real server.",
    ja: "適用後は負荷分散が行われません。有効な実サーバーを持つ有効な仮想サーバーがなくなります。",
    "zh-TW": "套用後將不再進行負載平衡：沒有任何啟用的虛擬伺服器擁有啟用的真實伺服器。",
  },
  "review.words": { en: "apply all the same", ja: "それでも適用する", "zh-TW": "仍要套用" },
  "review.confirm": {
    en: "To confirm, type: {words}",
    ja: "確認のため次の語句を入力してください: {words}",
    "zh-TW": "請輸入以下文字以確認：{words}",
  },
  "review.confirm-wrong": {
    en: "These are not the words",
    ja: "語句が一致しません",
    "zh-TW": "文字不符",
  },
  "review.apply": { en: "Apply", ja: "適用", "zh-TW": "套用" },
  "review.apply-more": {
    en: "Stores the configuration on both routers or on none, loads it, and keeps the present one under HISTORY.",
    ja: "設定を両方のルーターに保存するか、どちらにも保存せず、読み込みます。現在の設定は「履歴」に残ります。",
    "zh-TW": "將設定儲存到兩台路由器（或都不儲存）並載入。目前的設定會保留在「歷史」中。",
  },
  "review.changed": {
    en: "Nothing was applied: the changes are no longer those that were shown. Look at them again.",
    ja: "何も適用されませんでした。表示された内容から変更されています。もう一度確認してください。",
    "zh-TW": "未套用任何內容：變更已與先前顯示的不同，請再次檢視。",
  },
  "review.stored-stored": {
    en: "Serial {serial} is stored and loaded on both routers.",
    ja: "シリアル {serial} を両方のルーターに保存し、読み込みました。",
    "zh-TW": "序號 {serial} 已在兩台路由器儲存並載入。",
  },
  "review.stored-none": {
    en: "Serial {serial} is stored and loaded on this router.",
    ja: "シリアル {serial} をこのルーターに保存し、読み込みました。",
    "zh-TW": "序號 {serial} 已在這台路由器儲存並載入。",
  },
  "review.stored-away": {
    en: "Serial {serial} is stored and loaded on this router; the other one gets it when it returns.",
    ja: "シリアル {serial} をこのルーターに保存し、読み込みました。もう一方のルーターは復帰時に受け取ります。",
    "zh-TW": "序號 {serial} 已在這台路由器儲存並載入；另一台恢復後會取得。",
  },
  "review.stored-unsure": {
    en: "Serial {serial} is stored and loaded on this router; the answer of the other one was lost, it has it or catches up.",
    ja: "シリアル {serial} をこのルーターに保存し、読み込みました。相手の応答は失われましたが、保存済みか、後で追いつきます。",
    "zh-TW": "序號 {serial} 已在這台路由器儲存並載入；另一台的回應遺失，它已儲存或稍後會跟上。",
  },
  "review.stored-converted": {
    en: "Piranha's lvs.cf is written as YAML in its place.",
    ja: "Piranha の lvs.cf は、同じ場所に YAML として書き込まれました。",
    "zh-TW": "Piranha 的 lvs.cf 已在原處寫成 YAML。",
  },
  "review.kernel-refused": {
    en: "The kernel refuses {count} parts of it; lvsd status has the causes.",
    ja: "カーネルが {count} 件を拒否しました。原因は lvsd status を参照してください。",
    "zh-TW": "核心拒絕其中 {count} 個部分，原因請見 lvsd status。",
  },
  "review.discard": { en: "Discard", ja: "破棄", "zh-TW": "捨棄" },
  "review.discard-more": {
    en: "Forgets all changes that are not applied.",
    ja: "未適用の変更をすべて破棄します。",
    "zh-TW": "捨棄所有尚未套用的變更。",
  },
  "review.discard-do": { en: "Discard the changes", ja: "変更を破棄する", "zh-TW": "捨棄變更" },
  "review.discarded": {
    en: "The changes are discarded.",
    ja: "変更を破棄しました。",
    "zh-TW": "已捨棄變更。",
  },
  "review.text": { en: "Edit the text", ja: "テキストを編集", "zh-TW": "編輯文字" },
  "review.text-more": {
    en: "The whole main file. Nothing is stored before Apply; the serial is raised by itself.",
    ja: "メインファイル全体です。「適用」まで保存されません。シリアルは自動的に増えます。",
    "zh-TW": "完整的主設定檔。套用之前不會儲存；序號會自動遞增。",
  },
  "review.text-do": { en: "Take the text", ja: "テキストを反映", "zh-TW": "採用文字" },
  "review.text-done": {
    en: "The text is your draft now.",
    ja: "テキストを下書きにしました。",
    "zh-TW": "文字已成為您的草稿。",
  },
  "review.no-room": {
    en: "The draft is too large, or too many users have one",
    ja: "下書きが大きすぎるか、下書きを持つユーザーが多すぎます",
    "zh-TW": "草稿過大，或擁有草稿的使用者過多",
  },
  "history.title": { en: "HISTORY", ja: "履歴", "zh-TW": "歷史" },
  "history.help": {
    en: "Lists the last configurations that were replaced, with the difference between any two of them. Roll back stores one of them as a new configuration, on both routers or on none.",
    ja: "置き換えられた設定の一覧と、任意の 2 つの違いを表示します。「ロールバック」はその設定を新しい設定として両方のルーターに保存するか、どちらにも保存しません。",
    "zh-TW":
      "列出先前被取代的設定，並可比較任意兩份。還原會將其中一份作為新設定，兩台路由器都儲存或都不儲存。",
  },
  "history.present": {
    en: "Serial {serial} is loaded.",
    ja: "シリアル {serial} を読み込み済みです。",
    "zh-TW": "目前載入序號 {serial}。",
  },
  "history.none": {
    en: "No configuration has been replaced through lvsd yet.",
    ja: "lvsd で置き換えられた設定はまだありません。",
    "zh-TW": "尚未透過 lvsd 取代過任何設定。",
  },
  "history.replaced": {
    en: "Configurations that were replaced, newest first",
    ja: "置き換えられた設定（新しい順）",
    "zh-TW": "已被取代的設定（由新到舊）",
  },
  "history.serial": { en: "Serial", ja: "シリアル", "zh-TW": "序號" },
  "history.at": { en: "Replaced (UTC)", ja: "置換日時 (UTC)", "zh-TW": "取代時間 (UTC)" },
  "history.back": { en: "The way back", ja: "元に戻す", "zh-TW": "還原" },
  "history.with-present": {
    en: "Serial {serial} and the present one",
    ja: "シリアル {serial} と現在の設定",
    "zh-TW": "序號 {serial} 與目前設定",
  },
  "history.from": { en: "From", ja: "比較元", "zh-TW": "從" },
  "history.to": { en: "to", ja: "比較先", "zh-TW": "到" },
  "history.option-present": {
    en: "{serial} (loaded)",
    ja: "{serial}（読み込み済み）",
    "zh-TW": "{serial}（已載入）",
  },
  "history.compare": { en: "Compare", ja: "比較", "zh-TW": "比較" },
  "history.difference": {
    en: "From serial {from} to serial {to}",
    ja: "シリアル {from} からシリアル {to} への変更",
    "zh-TW": "從序號 {from} 到序號 {to}",
  },
  "history.gone": {
    en: "The history no longer holds this configuration.",
    ja: "この設定は履歴にもうありません。",
    "zh-TW": "歷史中已沒有這份設定。",
  },
  "history.rollback": { en: "Roll back", ja: "ロールバック", "zh-TW": "還原" },
  "history.rollback-to": {
    en: "Roll back to serial {serial}",
    ja: "シリアル {serial} へロールバック",
    "zh-TW": "還原到序號 {serial}",
  },
  "history.rollback-more": {
    en: "Stores serial {serial} as a new configuration on both routers or on none, and loads it.",
    ja: "シリアル {serial} を新しい設定として両方のルーターに保存するか、どちらにも保存せず、読み込みます。",
    "zh-TW": "將序號 {serial} 作為新設定儲存到兩台路由器（或都不儲存）並載入。",
  },
  "history.rollback-do": {
    en: "Roll back to {serial} now",
    ja: "今すぐ {serial} へ戻す",
    "zh-TW": "立即還原到 {serial}",
  },
  "history.draft-more": {
    en: "Or look at it first: its text takes the place of your draft, and REVIEW shows it.",
    ja: "または先に確認します。このテキストを下書きにし、「変更の確認」で表示します。",
    "zh-TW": "或先檢視：其內容會取代您的草稿，並顯示於「檢視變更」。",
  },
  "history.draft": {
    en: "Take {serial} as draft",
    ja: "{serial} を下書きにする",
    "zh-TW": "以 {serial} 作為草稿",
  },
  "history.draft-done": {
    en: "The earlier configuration is your draft now.",
    ja: "以前の設定を下書きにしました。",
    "zh-TW": "先前的設定已成為您的草稿。",
  },
} as const satisfies Catalogue;
