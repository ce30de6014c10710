import { ElMessage } from "element-plus";
import { computed, inject, onUnmounted, provide, ref, shallowRef, watch, type InjectionKey } from "vue";
import { useI18n } from "vue-i18n";

import { getFinding, listFormerFindings, makeEvidence, reviewFinding } from "./api";
import { matchingFindings, mayMove, needsNote, neighbour, nextToReview, NO_FILTER } from "./review";
import { ApiError } from "@/api/errors";
import type { Finding, FindingDetail, FindingState } from "@/features/inspection/types";
import { useInspection } from "@/features/inspection/useInspection";
import { useRuleNames } from "@/features/inspection/useRuleNames";
import { useSelection } from "@/features/player/selection";
import { errorText } from "@/i18n/errorText";

const EVIDENCE_POLL_MS = 2_000;

/** The findings of a project while somebody goes through them: filter, choice, verdicts. */
function makeReview(project: number, mayReview: () => boolean) {
  const { t } = useI18n();
  const selection = useSelection();
  const store = useInspection();
  const { ruleName } = useRuleNames();

  const filter = ref({ ...NO_FILTER });
  const showsFormer = ref(false);
  const former = shallowRef<Finding[]>([]);
  const all = computed(() => (showsFormer.value ? [...store.findings.value, ...former.value] : store.findings.value));
  const shown = computed(() => matchingFindings(all.value, filter.value, ruleName));
  const chosen = computed(() => all.value.find((one) => one.id === selection.findingId.value) ?? null);

  watch(showsFormer, async (isWanted) => {
    if (!isWanted) return;
    try {
      former.value = await listFormerFindings(project);
    } catch (error) {
      ElMessage.error(errorText(error));
    }
  });

  function choose(finding: Finding | null): void {
    if (!finding) return;
    selection.findingId.value = finding.id;
    selection.insertionId.value = finding.insertions[0] ?? null;
    if (finding.video !== null) selection.seek(finding.start_s, finding.video);
  }

  // --- what is known about the chosen one --------------------------------------------------

  const detail = shallowRef<FindingDetail | null>(null);
  const detailError = shallowRef<unknown>(null);
  /** What somebody else did while this one was looked at. */
  const conflict = shallowRef<FindingDetail | null>(null);
  const note = ref("");
  const verdict = ref<FindingState | null>(null);
  const isBusy = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function loadDetail(): Promise<FindingDetail | null> {
    const id = selection.findingId.value;
    clearTimeout(timer);
    if (id === null) return null;
    try {
      const fresh = await getFinding(project, id);
      if (selection.findingId.value !== id) return null;
      detail.value = fresh;
      detailError.value = null;
      if (fresh.evidence.state === "preparing") timer = setTimeout(() => void loadDetail(), EVIDENCE_POLL_MS);
      return fresh;
    } catch (error) {
      if (selection.findingId.value === id) detailError.value = error;
      return null;
    }
  }

  watch(
    selection.findingId,
    () => {
      detail.value = null;
      conflict.value = null;
      note.value = "";
      verdict.value = null;
      void loadDetail();
    },
    { immediate: true },
  );
  // Another person's verdict comes as an event: the card must not show what is no longer so.
  watch(
    () => chosen.value?.revision,
    (revision) => {
      if (revision !== undefined && detail.value && revision > detail.value.revision) void loadDetail();
    },
  );
  onUnmounted(() => clearTimeout(timer));

  // --- verdicts ------------------------------------------------------------------------------

  function put(fresh: Finding): void {
    const replaced = (one: Finding): Finding => (one.id === fresh.id ? { ...one, ...fresh } : one);
    store.findings.value = store.findings.value.map(replaced);
    former.value = former.value.map(replaced);
  }

  /** Gives a verdict; where a note is needed and missing, asks for it first. */
  async function give(state: FindingState): Promise<void> {
    const about = detail.value;
    if (!about || isBusy.value || !mayReview() || !mayMove(about.state, state)) return;
    const words = note.value.trim();
    if (needsNote(state) && !words) {
      verdict.value = state;
      return;
    }
    isBusy.value = true;
    const following = nextToReview(shown.value, about.id);
    const isStillShown = (): boolean => selection.findingId.value === about.id;
    try {
      put(await reviewFinding(project, about, state, words));
      // What is typed by now is about another one.
      if (!isStillShown()) return;
      conflict.value = null;
      verdict.value = null;
      note.value = "";
      if (about.state === "to_review" && following) choose(following);
      else await loadDetail();
    } catch (error) {
      if (isStillShown() && error instanceof ApiError && error.code === "finding_changed") await showConflict();
      else ElMessage.error({ message: errorText(error), duration: 6000, showClose: true });
    } finally {
      isBusy.value = false;
    }
  }

  async function showConflict(): Promise<void> {
    const fresh = await loadDetail();
    if (!fresh) return;
    conflict.value = fresh;
    put(fresh);
  }

  async function remakeEvidence(): Promise<void> {
    const id = detail.value?.id;
    if (id === undefined) return;
    try {
      await makeEvidence(project, id);
      await loadDetail();
    } catch (error) {
      ElMessage.error(t("findings.evidence_refused", { why: errorText(error) }));
    }
  }

  return {
    project,
    mayReview,
    filter,
    showsFormer,
    all,
    shown,
    chosen,
    detail,
    detailError,
    conflict,
    note,
    verdict,
    isBusy,
    choose,
    move: (step: 1 | -1) => choose(neighbour(shown.value, selection.findingId.value, step)),
    close: () => {
      selection.findingId.value = null;
    },
    loadDetail,
    give,
    remakeEvidence,
  };
}

export type Review = ReturnType<typeof makeReview>;

const KEY: InjectionKey<Review> = Symbol("review");

export function provideReview(project: number, mayReview: () => boolean): Review {
  const review = makeReview(project, mayReview);
  provide(KEY, review);
  return review;
}

export function useReview(): Review {
  const review = inject(KEY);
  if (!review) throw new Error("no review was provided above this component");
  return review;
}
