import administration from "./administration";
import analysis from "./analysis";
import canvas from "./canvas";
import common from "./common";
import datasets from "./datasets";
import detectors from "./detectors";
import errors from "./errors";
import inspection from "./inspection";
import labelling from "./labelling";
import overview from "./overview";
import plan from "./plan";
import projects from "./projects";
import samples from "./samples";
import site from "./site";
import training from "./training";

export default { ...common, ...canvas, ...projects, ...analysis, ...administration, ...errors, ...detectors, ...datasets, ...labelling, ...site, ...samples, ...plan, ...inspection, ...overview, ...training };
