import type en from "../en/samples";

export default {
  samples: {
    action: "用示例体验",
    text: "在本服务器上生成的 {duration} 模拟浇筑",
    phase: {
      rendering: "正在生成示例视频",
      checking: "正在检查示例视频",
      starting: "即将开始分析示例",
    },
    wait: "大约需要一两分钟。现场会自动设置，视频就绪后自动开始分析。",
    failed: "无法生成示例",
  },
} satisfies typeof en;
