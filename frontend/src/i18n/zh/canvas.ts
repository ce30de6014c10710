import type en from "../en/canvas";

export default {
  canvas: {
    closer: "放大 (+)",
    farther: "缩小 (−)",
    whole: "显示全部 (0)",
  },
} satisfies typeof en;
