import { Metadata, status as grpcStatus, type ServiceError } from "@grpc/grpc-js";
import { ErrorDetail } from "../../../../gen/cosmonapse/v1/error.js";
import { ERROR_TABLE } from "../../../../gen/cosmonapse/v1/tables.js";
import { CosmoError, type ErrorName } from "../../../errors/index.js";
import { ERROR_TRAILER } from "./service.js";

/** How a gRPC call ends. */
export type CallStatus = Pick<ServiceError, "code" | "details" | "metadata">;

function isErrorName(code: string): code is ErrorName {
  return Object.hasOwn(ERROR_TABLE, code);
}

/** The status of a call that an error ends: the code of the table of errors, and the detail beside it (COS-ERR-011). */
export function toStatus(error: CosmoError): CallStatus {
  const metadata = new Metadata();
  metadata.set(ERROR_TRAILER, Buffer.from(ErrorDetail.encode(error.detail).finish()));
  const code = isErrorName(error.code) ? ERROR_TABLE[error.code].grpcStatus : grpcStatus.UNKNOWN;
  return { code, details: error.detail.message, metadata };
}

// What a call without a detail ended with: not the Synapse said so, but gRPC or what lies between.
const named: Readonly<Record<number, ErrorName>> = {
  [grpcStatus.UNAUTHENTICATED]: "UNAUTHENTICATED",
  [grpcStatus.PERMISSION_DENIED]: "PERMISSION_DENIED",
  [grpcStatus.RESOURCE_EXHAUSTED]: "TOO_LARGE",
  [grpcStatus.UNIMPLEMENTED]: "VERSION_UNSUPPORTED",
};

/** The error behind the end of a call; UNAVAILABLE for whatever breaks a connection. */
export function fromStatus({ code, details, metadata }: CallStatus): CosmoError {
  const [trailer] = metadata.get(ERROR_TRAILER);
  if (typeof trailer === "object") {
    try {
      return new CosmoError(ErrorDetail.decode(trailer));
    } catch {
      // What stands there is no detail; the status says enough.
    }
  }
  return new CosmoError(named[code] ?? "UNAVAILABLE", details);
}
