import type en from "../en/site";

export default {
  site: {
    title: "现场设置",
  },
} satisfies typeof en;
