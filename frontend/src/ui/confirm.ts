import { ElMessageBox } from "element-plus";

import { i18n } from "@/i18n";

/** Asks before something is lost. The message says what will be. */
export async function confirmLoss(title: string, message: string, action: string, keep = i18n.global.t("common.keep")): Promise<boolean> {
  try {
    await ElMessageBox.confirm(message, title, {
      confirmButtonText: action,
      cancelButtonText: keep,
      confirmButtonClass: "el-button--danger",
      autofocus: false,
    });
    return true;
  } catch {
    return false; // closed or declined
  }
}
