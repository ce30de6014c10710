import { useInspection } from "./useInspection";
import { useFormat } from "@/format/useFormat";
import { wallDateLike } from "@/format/wallClock";

/** Moments as the clock on site shows them, wherever in the world they are read. */
export function useSiteTime(): (iso: string) => string {
  const { inspection } = useInspection();
  const format = useFormat();
  return (iso) => format.dateTime(wallDateLike(iso, inspection.value?.clock.starts_at ?? "") ?? iso);
}
