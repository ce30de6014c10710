import { fileURLToPath, URL } from "node:url";

import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

const backend = process.env.CVD_BACKEND ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  define: {
    __VUE_I18N_LEGACY_API__: "false",
    __VUE_I18N_FULL_INSTALL__: "false",
    __INTLIFY_PROD_DEVTOOLS__: "false",
  },
  build: {
    assetsInlineLimit: 0, // the content security policy allows no fonts from data: addresses
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "element", test: /node_modules[\\/](element-plus|@element-plus)/ },
            { name: "vendor", test: /node_modules/ },
          ],
        },
      },
    },
    chunkSizeWarningLimit: 900,
  },
  server: { proxy: { "/api": backend } },
  test: { environment: "happy-dom", include: ["src/**/*.test.ts"] },
});
