import type { components, operations } from "@/api/schema";

export type Overview = components["schemas"]["Overview"];
export type OverviewProject = Overview["projects"][number];
export type OverviewRule = Overview["by_rule"][number];
export type OverviewDay = Overview["by_day"][number];
export type OverviewQuery = NonNullable<operations["overview_get"]["parameters"]["query"]>;
export type RuleId = NonNullable<OverviewQuery["rule"]>;
