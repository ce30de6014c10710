import { defineConfigWithVueTs, vueTsConfigs } from "@vue/eslint-config-typescript";
import vue from "eslint-plugin-vue";

export default defineConfigWithVueTs(
  { ignores: ["dist/", "src/api/schema.d.ts", "e2e/test-results/"] },
  vue.configs["flat/recommended"],
  vueTsConfigs.recommended,
  {
    rules: {
      "no-console": "error",
      eqeqeq: "error",
      "vue/component-api-style": ["error", ["script-setup"]],
      "vue/block-lang": ["error", { script: { lang: "ts" } }],
      "vue/no-v-html": "error",
      "vue/max-attributes-per-line": "off",
      "vue/singleline-html-element-content-newline": "off",
      "vue/html-self-closing": ["error", { html: { void: "always" } }],
      "vue/multi-word-component-names": "off",
      "vue/require-default-prop": "off",
    },
  },
);
