export default {
  site: {
    title: "Site",
  },
};
