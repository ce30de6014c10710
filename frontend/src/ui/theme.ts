import { computed, ref, watchEffect } from "vue";

export type ThemeChoice = "system" | "light" | "dark";

const STORAGE_KEY = "cvd.theme";
const system = window.matchMedia("(prefers-color-scheme: dark)");
const systemIsDark = ref(system.matches);
system.addEventListener("change", (event) => {
  systemIsDark.value = event.matches;
});

function stored(): ThemeChoice {
  const value = localStorage.getItem(STORAGE_KEY);
  return value === "light" || value === "dark" ? value : "system";
}

export const themeChoice = ref<ThemeChoice>(stored());
export const isDark = computed(
  () => themeChoice.value === "dark" || (themeChoice.value === "system" && systemIsDark.value),
);

export function setTheme(choice: ThemeChoice): void {
  themeChoice.value = choice;
  localStorage.setItem(STORAGE_KEY, choice);
}

watchEffect(() => {
  document.documentElement.classList.toggle("dark", isDark.value);
});
