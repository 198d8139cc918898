import type { MethodDefinition } from "@grpc/grpc-js";
import {
  ListNamespacesRequest,
  ListNamespacesResponse,
  ListParticipantsRequest,
  ListParticipantsResponse,
  ListRequestsRequest,
  ListRequestsResponse,
  StopNamespaceRequest,
  StopNamespaceResponse,
} from "../../../../gen/cosmonapse/v1/synapse_service.js";

/** The full name of the service. */
export const SERVICE_NAME = "cosmonapse.v1.SynapseService";

/** The trailer of a call that an error ended: the encoded `ErrorDetail` (COS-ERR-011). */
export const ERROR_TRAILER = "cosmonapse-error-bin";

interface Codec<Message> {
  encode(message: Message): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Message;
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The same bytes, not as a Buffer: what is cut from one would be one too, and takes three times as long to make. */
function toPlain(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function unary<Request, Response>(
  name: string,
  request: Codec<Request>,
  response: Codec<Response>,
): MethodDefinition<Request, Response> {
  return {
    path: `/${SERVICE_NAME}/${name}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: (message) => toBuffer(request.encode(message).finish()),
    requestDeserialize: (bytes) => request.decode(bytes),
    responseSerialize: (message) => toBuffer(response.encode(message).finish()),
    responseDeserialize: (bytes) => response.decode(bytes),
  };
}

/** `Connect` carries frames as bytes: both ends read and write them themselves, to bound and to name what is wrong. */
const connect: MethodDefinition<Uint8Array, Uint8Array> = {
  path: `/${SERVICE_NAME}/Connect`,
  requestStream: true,
  responseStream: true,
  requestSerialize: toBuffer,
  requestDeserialize: toPlain,
  responseSerialize: toBuffer,
  responseDeserialize: toPlain,
};

/** The methods of the service, for a server and for a client. */
export const synapseService = {
  connect,
  listNamespaces: unary("ListNamespaces", ListNamespacesRequest, ListNamespacesResponse),
  listParticipants: unary("ListParticipants", ListParticipantsRequest, ListParticipantsResponse),
  listRequests: unary("ListRequests", ListRequestsRequest, ListRequestsResponse),
  stopNamespace: unary("StopNamespace", StopNamespaceRequest, StopNamespaceResponse),
};
