export default {
  timeline: {
    zoom_in: "Zoom in",
    zoom_out: "Zoom out",
    whole: "Whole video",
    window: "Stretch of the video that is shown",
    insertions: "Insertions",
    findings: "Findings",
    unobservable: "Not visible",
  },
};
