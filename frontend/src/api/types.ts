import type { components } from "./schema";

type Schemas = components["schemas"];

export type User = Schemas["User"];
export type Me = Schemas["Me"];
export type PersonBrief = Schemas["PersonBrief"];
export type Role = User["role"];
export type Token = Schemas["Token"];
export type NewToken = Schemas["NewToken"];
export type ProjectSummary = Schemas["ProjectSummary"];
export type Project = Schemas["Project"];
export type ProjectStatus = Project["status"];
export type ProjectRole = Exclude<Member["role"], "owner">;
export type Member = Schemas["Member"];
export type Video = Schemas["Video"];
export type Upload = Schemas["Upload"];
export type Run = Schemas["Run"];
export type RunState = Run["state"];
export type Segment = Schemas["Segment"];
export type FrameResult = Schemas["FrameResult"];
export type Timeline = Schemas["Timeline"];
export type Detector = Schemas["Detector"];
export type System = Schemas["System"];
