export { connectSynapse } from "./connect-synapse.js";
export { GrpcSynapse, type GrpcSynapseOptions } from "./client/grpc-synapse.js";
export { SynapseServer, type Listening, type SynapseServerOptions } from "./server/synapse-server.js";
