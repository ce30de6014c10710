import type { PersonBrief } from "@/api/types";

/** Who did something, in a record: several people may be called the same, an account has one name. */
export function recordName(person: PersonBrief | null | undefined): string {
  if (!person) return "";
  const { display_name: name, username } = person;
  return name && name !== username ? `${name} (${username})` : username;
}
