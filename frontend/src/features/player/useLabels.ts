import { useI18n } from "vue-i18n";

/** A detector's label in the reader's language where it is one of the domain's, else as it is. */
export function useLabels() {
  const { t, te } = useI18n();
  return {
    labelName: (label: string): string => (te(`labels.${label}`) ? t(`labels.${label}`) : label),
  };
}
