import { status as grpcStatus, type Client, type ServiceError } from "@grpc/grpc-js";
import type { Address } from "../../../../gen/cosmonapse/v1/signal.js";
import {
  ListNamespacesRequest,
  ListParticipantsRequest,
  ListRequestsRequest,
  StopNamespaceRequest,
  type ListRequestsResponse,
  type NamespaceSummary,
  type ParticipantSummary,
  type StopNamespaceResponse,
} from "../../../../gen/cosmonapse/v1/synapse_service.js";
import { checkOptions, CosmoError } from "../../../errors/index.js";
import { ERROR_TRAILER, synapseService } from "../link/service.js";
import { fromStatus } from "../link/status.js";
import { createClient, noAnswer } from "./channel.js";
import { createCallMetadata, type ClientProof } from "./client-credentials.js";
import type { GrpcSynapseOptions } from "./grpc-synapse.js";

/** How a `SynapseOperator` is made. */
export interface SynapseOperatorOptions extends Pick<GrpcSynapseOptions, "token" | "tls"> {
  /** How long a call waits for its answer, milliseconds. Default: 10,000. */
  readonly timeoutMs?: number;
}

/** One call of an operator. */
export interface OperatorCallOptions {
  /** Gives the call up: it rejects with CANCELLED. */
  readonly abort?: AbortSignal;
}

/** What is asked of a Synapse that is to end the work of a namespace. */
export interface StopOptions extends OperatorCallOptions {
  /** Why, for those who are stopped. */
  readonly reason?: string;
  /** True: its sessions end as well. Default: false. */
  readonly endSessions?: boolean;
}

const parts: ReadonlySet<string> = new Set(["token", "tls", "timeoutMs"] satisfies (keyof SynapseOperatorOptions)[]);

type Unary = Exclude<keyof typeof synapseService, "connect">;
type RequestOf<Method extends Unary> = ReturnType<(typeof synapseService)[Method]["requestDeserialize"]>;
type ResponseOf<Method extends Unary> = ReturnType<(typeof synapseService)[Method]["responseDeserialize"]>;

/**
 * What an operator asks of a Synapse (COS-GRPC-021 to COS-GRPC-023). Each call needs the right OPERATE in the namespace,
 * and rejects with what the Synapse refuses, UNAVAILABLE if none answers in time, CANCELLED, CLOSED.
 */
export class SynapseOperator {
  /** The address, as it was given. */
  readonly url: string;
  readonly #proof: ClientProof;
  readonly #timeoutMs: number;
  readonly #client: Client;
  #isClosed = false;

  /** Throws INVALID_ARGUMENT for an address or an option that is wrong. */
  constructor(url: string, options: SynapseOperatorOptions = {}) {
    checkOptions("The SynapseOperator", options, parts);
    this.url = url;
    this.#proof = { tls: options.tls, token: options.token };
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    this.#client = createClient(url, this.#proof);
  }

  /** The namespaces that the credential may see, in figures. */
  async namespaces(options: OperatorCallOptions = {}): Promise<readonly NamespaceSummary[]> {
    const { namespaces } = await this.#call("listNamespaces", ListNamespacesRequest.create(), options);
    return namespaces;
  }

  /** The live registrations of a namespace; of an address, those who match it. */
  async participants(
    namespace: string,
    { address, ...options }: OperatorCallOptions & { readonly address?: Address } = {},
  ): Promise<readonly ParticipantSummary[]> {
    const request = ListParticipantsRequest.create({ namespace, ...(address === undefined ? {} : { address }) });
    const { participants } = await this.#call("listParticipants", request, options);
    return participants;
  }

  /** The requests of a namespace without an outcome, oldest first, at most 1,000, and how many there are in all. */
  requests(namespace: string, options: OperatorCallOptions = {}): Promise<ListRequestsResponse> {
    return this.#call("listRequests", ListRequestsRequest.create({ namespace }), options);
  }

  /** Ends the work of a namespace; its participants stay, unless its sessions are to end as well. */
  stopNamespace(
    namespace: string,
    { reason = "", endSessions = false, ...options }: StopOptions = {},
  ): Promise<StopNamespaceResponse> {
    const request = StopNamespaceRequest.create({ namespace, reason, endSessions });
    return this.#call("stopNamespace", request, options);
  }

  /** Ends the connection, and with it what is asked. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#client.close();
  }

  /** Closes. */
  [Symbol.dispose](): void {
    this.close();
  }

  #call<Method extends Unary>(
    method: Method,
    request: RequestOf<Method>,
    { abort }: OperatorCallOptions,
  ): Promise<ResponseOf<Method>> {
    if (this.#isClosed) return Promise.reject(new CosmoError("CLOSED", "The SynapseOperator was closed"));
    if (abort?.aborted === true) return Promise.reject(givenUp(this.url));
    const { path, requestSerialize, responseDeserialize } = synapseService[method];
    return new Promise((resolve, reject) => {
      const cancel = (): void => call.cancel();
      const done = (error: ServiceError | null, response: unknown): void => {
        abort?.removeEventListener("abort", cancel);
        if (error === null) {
          // The codec of the method made it.
          resolve(response as ResponseOf<Method>);
        } else if (abort?.aborted === true) reject(givenUp(this.url));
        else reject(hasNoAnswer(error) ? noAnswer(this.url, this.#timeoutMs, error) : fromStatus(error));
      };
      const call = this.#client.makeUnaryRequest(
        path,
        // What the method takes is what its codec writes.
        requestSerialize as (value: unknown) => Buffer,
        // And what it gives is looked at above.
        responseDeserialize as (bytes: Buffer) => unknown,
        request,
        createCallMetadata(this.#proof),
        { deadline: Date.now() + this.#timeoutMs },
        done,
      );
      abort?.addEventListener("abort", cancel, { once: true });
    });
  }
}

/** True if not the Synapse ended a call, but whatever lies before it. */
function hasNoAnswer({ code, metadata }: ServiceError): boolean {
  if (metadata.get(ERROR_TRAILER).length > 0) return false;
  return code === grpcStatus.DEADLINE_EXCEEDED || code === grpcStatus.UNAVAILABLE;
}

function givenUp(url: string): CosmoError {
  return new CosmoError("CANCELLED", `The call to ${url} was given up`);
}
