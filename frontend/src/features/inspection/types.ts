import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type Inspection = Schemas["Inspection"];
export type StatusNote = Schemas["StatusNote"];
export type TrackSpan = Schemas["TrackSpan"];
export type Insertion = Schemas["Insertion"];
export type InsertionGrade = Insertion["grade"];
export type InsertionEdit = Schemas["InsertionEdit"];
export type Finding = Schemas["Finding"];
export type FindingDetail = Schemas["FindingDetail"];
export type FindingState = Finding["state"];
export type Severity = Finding["severity"];
export type RuleSpec = Schemas["RuleSpec"];
export type Precision = Schemas["Precision"];
