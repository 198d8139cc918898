export { plantedSecrets, some, type Planted } from "./planted-secrets.js";
export { answerRecord, errorRecord, recordOf, taskRecord } from "./records.js";
