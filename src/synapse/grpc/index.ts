export { connectSynapse, type ConnectOptions } from "./connect-synapse.js";
export { GrpcSynapse, type GrpcSynapseOptions } from "./client/grpc-synapse.js";
export {
  SynapseOperator,
  type OperatorCallOptions,
  type StopOptions,
  type SynapseOperatorOptions,
} from "./client/synapse-operator.js";
export type { ClientTls } from "./client/client-credentials.js";
export type { CredentialEntry } from "./server/credentials.js";
export type { ServerTls } from "./server/server-tls.js";
export type { Tokens } from "./server/token-source.js";
export { SynapseServer, type Listening, type SynapseServerOptions } from "./server/synapse-server.js";
