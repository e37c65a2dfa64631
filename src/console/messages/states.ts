/** The states of routers, virtual servers, real servers and failover services. */
import type { Catalogue } from "./message.ts";

export const stateMessages = {
  "state.active": { en: "active", ja: "アクティブ", "zh-TW": "主動" },
  "state.standby": { en: "standby", ja: "スタンバイ", "zh-TW": "待命" },
  "state.starting": { en: "starting", ja: "起動中", "zh-TW": "啟動中" },
  "state.fault": { en: "fault", ja: "障害", "zh-TW": "故障" },
  "state.unconfigured": { en: "unconfigured", ja: "未設定", "zh-TW": "未設定" },
  "state.unknown": { en: "unknown", ja: "不明", "zh-TW": "未知" },
  "state.up": { en: "up", ja: "稼働", "zh-TW": "正常" },
  "state.down": { en: "down", ja: "停止", "zh-TW": "離線" },
  "state.checking": { en: "checking", ja: "検査中", "zh-TW": "檢查中" },
  "state.reentry": { en: "re-entry", ja: "復帰待ち", "zh-TW": "等待重新加入" },
  "state.draining": { en: "draining", ja: "切り離し中", "zh-TW": "排空中" },
  "state.drained": { en: "drained", ja: "切り離し済み", "zh-TW": "已排空" },
  "state.disabled": { en: "disabled", ja: "無効", "zh-TW": "停用" },
  "state.sorry": { en: "sorry server", ja: "代替サーバ", "zh-TW": "致歉伺服器" },
  "state.running": { en: "running", ja: "動作中", "zh-TW": "執行中" },
  "state.stopped": { en: "stopped", ja: "停止中", "zh-TW": "已停止" },
  "state.stopping": { en: "stopping", ja: "停止処理中", "zh-TW": "停止中" },
  "state.failed": { en: "failed", ja: "失敗", "zh-TW": "失敗" },
  "state.panic": { en: "panic", ja: "緊急", "zh-TW": "緊急" },
} as const satisfies Catalogue;
