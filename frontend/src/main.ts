import "element-plus/dist/index.css";
import "element-plus/theme-chalk/dark/css-vars.css";
import "@fontsource-variable/inter";
import "@/styles/tokens.css";
import "@/styles/element.css";
import "@/styles/base.css";

import { createPinia } from "pinia";
import { createApp } from "vue";

import App from "./App.vue";
import { apiEvents } from "./api/client";
import { useSession } from "./features/auth/session";
import { i18n } from "./i18n";
import { router } from "./router";
import { watchConnection } from "./ui/connection";

document.documentElement.lang = i18n.global.locale.value;
watchConnection();

const app = createApp(App).use(createPinia()).use(i18n);

apiEvents.unauthorized = () => {
  const session = useSession();
  const here = router.currentRoute.value;
  session.expire();
  if (here.name && here.name !== "login") {
    void router.replace({ name: "login", query: { next: here.fullPath } });
  }
};

// A file that misses its drop zone must not replace the page.
for (const type of ["dragover", "drop"]) window.addEventListener(type, (event) => event.preventDefault());

app.use(router).mount("#app");
