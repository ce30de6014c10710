export default {
  plan: {
    title: "Plan",
  },
};
