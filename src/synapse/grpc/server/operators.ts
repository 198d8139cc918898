import type { sendUnaryData, ServerUnaryCall } from "@grpc/grpc-js";
import { Right } from "../../../../gen/cosmonapse/v1/frames.js";
import type {
  ListNamespacesRequest,
  ListNamespacesResponse,
  ListParticipantsRequest,
  ListParticipantsResponse,
  ListRequestsRequest,
  ListRequestsResponse,
  StopNamespaceRequest,
  StopNamespaceResponse,
} from "../../../../gen/cosmonapse/v1/synapse_service.js";
import { CosmoError, toCosmoError } from "../../../errors/index.js";
import type { Hub } from "../../index.js";
import { toStatus } from "../link/status.js";
import { checkNamespace, type Grant } from "./grant.js";

/** Who calls. */
type OperatorCall = Pick<ServerUnaryCall<unknown, unknown>, "metadata" | "getAuthContext">;

type Handler<Request, Response> = (call: ServerUnaryCall<Request, Response>, reply: sendUnaryData<Response>) => void;

/** The operators' part of the service, by method. */
export interface OperatorHandlers {
  readonly listNamespaces: Handler<ListNamespacesRequest, ListNamespacesResponse>;
  readonly listParticipants: Handler<ListParticipantsRequest, ListParticipantsResponse>;
  readonly listRequests: Handler<ListRequestsRequest, ListRequestsResponse>;
  readonly stopNamespace: Handler<StopNamespaceRequest, StopNamespaceResponse>;
}

/**
 * What operators may ask of a hub. Each call needs the right OPERATE in the namespace, and ends with a typed error
 * (COS-GRPC-021, COS-ERR-011).
 */
export function createOperatorHandlers(hub: Hub, authenticate: (call: OperatorCall) => Grant): OperatorHandlers {
  const operate = (call: OperatorCall, namespace?: string): Grant => {
    const grant = authenticate(call);
    if (!grant.rights.has(Right.OPERATE)) {
      const message = "The credential does not grant the right OPERATE";
      throw new CosmoError("PERMISSION_DENIED", message, { requirement: "COS-GRPC-021" });
    }
    if (namespace !== undefined) checkNamespace(grant, namespace);
    return grant;
  };
  return {
    listNamespaces: answer((call) => {
      const { namespaces } = operate(call);
      const own = hub.figures().filter(({ namespace }) => namespaces === "all" || namespaces.has(namespace));
      return {
        namespaces: own.map(({ namespace, sessions, participants, requests, traces, position }) => ({
          namespace,
          sessions,
          participants,
          requests,
          traces,
          position: BigInt(position),
        })),
      };
    }),
    listParticipants: answer((call) => {
      const { namespace, address } = call.request;
      operate(call, namespace);
      return { participants: hub.participants(namespace, address) };
    }),
    listRequests: answer((call) => {
      operate(call, call.request.namespace);
      return hub.requests(call.request.namespace);
    }),
    stopNamespace: answer((call) => {
      const { namespace, reason, endSessions } = call.request;
      operate(call, namespace);
      return hub.stopNamespace(namespace, reason, endSessions);
    }),
  };
}

function answer<Request, Response>(
  ask: (call: ServerUnaryCall<Request, Response>) => Response,
): Handler<Request, Response> {
  return (call, reply) => {
    try {
      reply(null, ask(call));
    } catch (thrown) {
      reply(toStatus(toCosmoError(thrown, "INTERNAL")));
    }
  };
}
