import type en from "../en/inspection";

export default {
  timeline: {
    zoom_in: "放大",
    zoom_out: "缩小",
    whole: "整段视频",
    window: "当前显示的时间段",
    insertions: "插点",
    findings: "违规",
    unobservable: "不可见",
  },
} satisfies typeof en;
