export default {
  canvas: {
    closer: "Closer (+)",
    farther: "Farther (−)",
    whole: "The whole (0)",
  },
};
