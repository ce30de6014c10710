import administration from "./administration";
import analysis from "./analysis";
import canvas from "./canvas";
import common from "./common";
import detectors from "./detectors";
import errors from "./errors";
import inspection from "./inspection";
import overview from "./overview";
import plan from "./plan";
import projects from "./projects";
import samples from "./samples";
import site from "./site";

export default { ...common, ...canvas, ...projects, ...analysis, ...administration, ...errors, ...detectors, ...site, ...samples, ...plan, ...inspection, ...overview };
