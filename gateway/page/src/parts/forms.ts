/** Where a command's form should ask for less than the contract allows, or in another order: collection, or collection:verb. */

export const FIELDS: Record<string, string[]> = {
  "incidents:confirm": ["eventCode", "occurTime", "occurTimePrecision", "facts", "location"],
  "incidents:updateFacts": ["facts", "unknown", "title", "nature", "address", "occurTime", "occurTimePrecision", "eventCode", "impactRadiusKm", "location"],
  "reports:edit": ["elements"],
  reports: ["kind", "elements", "corrects"],
  commandPosts: ["title", "commander", "org", "leadLevel", "place", "location"],
  shifts: ["org", "startTime", "endTime", "leader", "officers", "regionCode"],
  transfers: ["needByTime", "lines", "sourceStore", "toStore", "place", "regionCode", "consignee", "consigneePhone", "reason", "askedOf", "location"],
};
