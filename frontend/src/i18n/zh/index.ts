import administration from "./administration";
import analysis from "./analysis";
import common from "./common";
import errors from "./errors";
import plan from "./plan";
import projects from "./projects";
import site from "./site";

export default { ...common, ...projects, ...analysis, ...administration, ...errors, ...site, ...plan };
