/** A key message between the crowd and the one who is not in it. */
export interface CrowdMessage {
  from: string;
  /** `null` for all. */
  to: string | null;
  data: Uint8Array;
}

/** The first message to the crowd's worker, which answers `ready`. */
export interface CrowdOptions {
  room: string;
  /** Names of those in the crowd. */
  members: string[];
  /** The name of the only one whom they know. */
  hears: string;
}
