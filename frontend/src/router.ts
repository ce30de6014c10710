import { createRouter, createWebHistory } from "vue-router";

import type { Role } from "@/api/types";
import { useSession } from "@/features/auth/session";
import { i18n } from "@/i18n";

declare module "vue-router" {
  interface RouteMeta {
    /** Message key of the page's name, for the window title. */
    title: string;
    isPublic?: boolean;
    role?: Role;
  }
}

export const router = createRouter({
  history: createWebHistory(),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: "/", redirect: { name: "projects" } },
    {
      path: "/login",
      name: "login",
      component: () => import("@/features/auth/LoginPage.vue"),
      meta: { title: "login.title", isPublic: true },
    },
    {
      path: "/projects",
      name: "projects",
      component: () => import("@/features/projects/ProjectListPage.vue"),
      meta: { title: "nav.projects" },
    },
    {
      path: "/projects/:id(\\d+)",
      name: "project",
      component: () => import("@/features/projects/ProjectPage.vue"),
      props: (route) => ({ id: Number(route.params.id) }),
      meta: { title: "nav.project" },
    },
    {
      path: "/projects/:id(\\d+)/site",
      name: "site",
      component: () => import("@/features/site/SitePage.vue"),
      props: (route) => ({ id: Number(route.params.id) }),
      meta: { title: "site.title" },
    },
    {
      path: "/overview",
      name: "overview",
      component: () => import("@/features/overview/OverviewPage.vue"),
      meta: { title: "nav.overview" },
    },
    {
      path: "/detectors",
      name: "detectors",
      component: () => import("@/features/detectors/DetectorsPage.vue"),
      meta: { title: "nav.detectors" },
    },
    {
      path: "/detectors/:id(\\d+)",
      name: "detector",
      component: () => import("@/features/detectors/DetectorPage.vue"),
      props: (route) => ({ id: Number(route.params.id) }),
      meta: { title: "nav.detectors" },
    },
    {
      path: "/trainings",
      name: "trainings",
      component: () => import("@/features/training/TrainingsPage.vue"),
      meta: { title: "nav.trainings", role: "engineer" },
    },
    {
      path: "/trainings/:id(\\d+)",
      name: "training",
      component: () => import("@/features/training/TrainingPage.vue"),
      props: (route) => ({ id: Number(route.params.id) }),
      meta: { title: "nav.trainings", role: "engineer" },
    },
    {
      path: "/datasets",
      name: "datasets",
      component: () => import("@/features/datasets/DatasetsPage.vue"),
      meta: { title: "datasets.title", role: "engineer" },
    },
    {
      path: "/datasets/:id(\\d+)",
      name: "dataset",
      component: () => import("@/features/datasets/DatasetPage.vue"),
      props: (route) => ({ id: Number(route.params.id) }),
      meta: { title: "datasets.title", role: "engineer" },
    },
    {
      path: "/datasets/:id(\\d+)/label/:image(\\d+)",
      name: "label",
      component: () => import("@/features/labelling/LabelPage.vue"),
      props: (route) => ({ id: Number(route.params.id), image: Number(route.params.image) }),
      meta: { title: "labelling.title", role: "engineer" },
    },
    {
      path: "/system",
      name: "system",
      component: () => import("@/features/system/SystemPage.vue"),
      meta: { title: "nav.system", role: "engineer" },
    },
    {
      path: "/users",
      name: "users",
      component: () => import("@/features/users/UsersPage.vue"),
      meta: { title: "nav.users", role: "admin" },
    },
    {
      path: "/account",
      name: "account",
      component: () => import("@/features/account/AccountPage.vue"),
      meta: { title: "nav.account" },
    },
    {
      path: "/:rest(.*)*",
      name: "not-found",
      component: () => import("@/ui/NotFoundPage.vue"),
      meta: { title: "not_found.title" },
    },
  ],
});

router.beforeEach(async (to) => {
  const session = useSession();
  // Without an answer (server away) the page opens and says itself what it cannot load.
  await session.load().catch(() => {});
  if (to.name === "login" && session.me) return { name: "projects" };
  if (!to.meta.isPublic && !session.me) {
    return { name: "login", query: to.fullPath === "/projects" ? {} : { next: to.fullPath } };
  }
  if (to.meta.role && !session.has(to.meta.role)) return { name: "not-found", params: { rest: [] } };
  return true;
});

router.afterEach((to) => {
  document.title = `${i18n.global.t(to.meta.title)} · CVD-MIS`;
});
