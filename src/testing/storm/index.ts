export { checkHistory } from "./check-history.js";
export {
  sharedClockNs,
  type Answer,
  type Operation,
  type PlainContent,
  type PlainEntry,
  type Wish,
} from "./history.js";
