export { answerRecord, errorRecord, recordOf, taskRecord } from "./records.js";
