import administration from "./administration";
import analysis from "./analysis";
import common from "./common";
import errors from "./errors";
import projects from "./projects";

export default { ...common, ...projects, ...analysis, ...administration, ...errors };
