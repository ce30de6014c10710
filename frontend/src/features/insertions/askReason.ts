import { ElMessageBox } from "element-plus";

import { lastReasons, rememberReason } from "./reasons";
import { i18n } from "@/i18n";

/** Asks why; null when somebody thought better of it. The reason given last is offered. */
export async function askReason(title: string, message: string, action: string): Promise<string | null> {
  const { t } = i18n.global;
  try {
    const answer = await ElMessageBox.prompt(message, title, {
      confirmButtonText: action,
      cancelButtonText: t("common.keep"),
      confirmButtonClass: "el-button--danger",
      inputValue: lastReasons()[0] ?? "",
      inputPlaceholder: t("insertions.reason"),
      inputValidator: (text: string) => Boolean(text?.trim()) || t("insertions.lack.reason"),
    });
    const reason = (answer as { value: string }).value.trim();
    rememberReason(reason);
    return reason;
  } catch {
    return null; // closed or declined
  }
}
