import { ElMessage } from "element-plus";
import { useI18n } from "vue-i18n";
import { useRouter } from "vue-router";

import { api, body } from "@/api/client";
import type { Run } from "@/api/types";
import { useFormat } from "@/format/useFormat";
import type { ProjectLive } from "@/live/useProjectLive";
import { withChange } from "@/live/reduce";
import { confirmLoss } from "@/ui/confirm";
import { useAction } from "@/ui/useAction";

/** What a user can do to a whole project from its page. */
export function useProjectDeeds(id: number, source: ProjectLive) {
  const { t } = useI18n();
  const router = useRouter();
  const format = useFormat();
  const { isBusy, act } = useAction();
  const path = { id };

  function takeRun(run: Run): void {
    if (source.live.value) source.live.value = withChange(source.live.value, { run });
    void source.refresh();
  }

  async function cancel(): Promise<void> {
    await act(async () => {
      takeRun(await body(api.POST("/api/v1/projects/{id}/cancel/", { params: { path } })));
    });
  }

  async function retry(): Promise<void> {
    await act(async () => {
      takeRun(await body(api.POST("/api/v1/projects/{id}/retry/", { params: { path } })));
    });
  }

  async function remove(): Promise<void> {
    const project = source.project.value;
    if (!project) return;
    const videos = source.live.value?.videos ?? [];
    const size = format.bytes(videos.reduce((sum, video) => sum + video.size_bytes, 0));
    const isSure = await confirmLoss(
      t("project.delete_title", { name: project.name }),
      t("project.delete_text", { videos: t("projects.videos", { count: videos.length }, videos.length), size }),
      t("project.delete"),
    );
    if (!isSure) return;
    if (!(await act(() => api.DELETE("/api/v1/projects/{id}/", { params: { path } })))) return;
    ElMessage.success(t("project.deleted", { name: project.name }));
    await router.push({ name: "projects" });
  }

  return { isBusy, takeRun, cancel, retry, remove };
}
