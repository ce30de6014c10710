import { ElMessage } from "element-plus";
import { ref, type Ref } from "vue";

import { errorText } from "@/i18n/errorText";

/** A deed of the user: busy while it runs, and a message when it is refused. True when it succeeded. */
export function useAction(): { isBusy: Ref<boolean>; act: (deed: () => Promise<unknown>) => Promise<boolean> } {
  const isBusy = ref(false);

  async function act(deed: () => Promise<unknown>): Promise<boolean> {
    if (isBusy.value) return false;
    isBusy.value = true;
    try {
      await deed();
      return true;
    } catch (error) {
      ElMessage.error({ message: errorText(error), duration: 6000, showClose: true });
      return false;
    } finally {
      isBusy.value = false;
    }
  }

  return { isBusy, act };
}
