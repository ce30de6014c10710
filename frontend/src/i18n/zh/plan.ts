import type en from "../en/plan";

export default {
  plan: {
    title: "平面图",
  },
} satisfies typeof en;
