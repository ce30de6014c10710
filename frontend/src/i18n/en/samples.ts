export default {
  samples: {
    action: "Try it with a sample",
    text: "a simulated pour of {duration}, made on this server",
    phase: {
      rendering: "The sample video is being rendered",
      checking: "The sample video is being checked",
      starting: "The analysis of the sample is about to start",
    },
    wait: "This takes a minute or two. The site is set up by itself, and the analysis starts when the video is ready.",
    failed: "The sample could not be made",
  },
};
