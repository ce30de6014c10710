import { defineStore } from "pinia";
import { computed, ref } from "vue";

import { api, body, csrfToken } from "@/api/client";
import { ApiError } from "@/api/errors";
import type { Me, Role } from "@/api/types";

const RANK: Record<Role, number> = { viewer: 0, operator: 1, engineer: 2, admin: 3 };

/** Who is logged in. */
export const useSession = defineStore("session", () => {
  const me = ref<Me | null>(null);
  const hasExpired = ref(false);
  let asked: Promise<void> | null = null;

  async function ask(): Promise<void> {
    if (!csrfToken()) return; // logging in sets it, so nobody is logged in here
    try {
      me.value = await body(api.GET("/api/v1/me/"));
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return;
      asked = null;
      throw error;
    }
  }

  /** Asks once; later calls wait for the same answer. */
  function load(): Promise<void> {
    asked ??= ask();
    return asked;
  }

  async function login(username: string, password: string): Promise<void> {
    await api.GET("/api/v1/auth/login/"); // sets the CSRF cookie
    me.value = await body(
      api.POST("/api/v1/auth/login/", { body: { username, password } }),
    );
    hasExpired.value = false;
  }

  async function logout(): Promise<void> {
    await api.POST("/api/v1/auth/logout/");
    me.value = null;
  }

  /** The server no longer knows the session; several calls may be told so at once. */
  function expire(): void {
    hasExpired.value ||= me.value !== null;
    me.value = null;
  }

  const has = (role: Role): boolean => me.value !== null && RANK[me.value.role] >= RANK[role];

  const name = computed(() => me.value?.display_name || me.value?.username || "");

  return { me, hasExpired, name, load, login, logout, expire, has };
});
