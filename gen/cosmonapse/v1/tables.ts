// Written by `npm run generate` from the options in proto/. Do not edit.

/** Every error code with its traits, by name. */
export const ERROR_TABLE = {
  "MALFORMED": {
    "code": 1,
    "grpcStatus": 3,
    "retryable": false,
    "exitCode": 1,
    "effect": 1,
    "advice": "Correct the Signal as the message says; `cosmo validate` names each finding."
  },
  "TOO_LARGE": {
    "code": 2,
    "grpcStatus": 8,
    "retryable": false,
    "exitCode": 1,
    "effect": 1,
    "advice": "Send less, or raise the limit at the Synapse if it is configurable."
  },
  "UNAUTHENTICATED": {
    "code": 3,
    "grpcStatus": 16,
    "retryable": false,
    "exitCode": 3,
    "effect": 1,
    "advice": "Present a valid token or certificate."
  },
  "PERMISSION_DENIED": {
    "code": 4,
    "grpcStatus": 7,
    "retryable": false,
    "exitCode": 3,
    "effect": 1,
    "advice": "Use a session with the right named in the message, or work in a trace of your own."
  },
  "TRACE_CLOSED": {
    "code": 5,
    "grpcStatus": 9,
    "retryable": false,
    "exitCode": 5,
    "effect": 1,
    "advice": "Open a new trace."
  },
  "UNROUTABLE": {
    "code": 6,
    "grpcStatus": 5,
    "retryable": true,
    "exitCode": 5,
    "effect": 1,
    "advice": "Start a participant that serves the address, or use one of those in `available`."
  },
  "OVERLOADED": {
    "code": 7,
    "grpcStatus": 8,
    "retryable": true,
    "exitCode": 5,
    "effect": 1,
    "advice": "Send it again after `retry_after`, or add a replica."
  },
  "DEADLINE_EXCEEDED": {
    "code": 8,
    "grpcStatus": 4,
    "retryable": false,
    "exitCode": 6,
    "effect": 2,
    "advice": "Find out whether the work was done before you ask again, or give it more time."
  },
  "WORKER_LOST": {
    "code": 9,
    "grpcStatus": 14,
    "retryable": false,
    "exitCode": 5,
    "effect": 2,
    "advice": "Find out whether the work was done before you ask again, or register the Neuron as `retry_safe`."
  },
  "CANCELLED": {
    "code": 10,
    "grpcStatus": 1,
    "retryable": false,
    "exitCode": 5,
    "effect": 2,
    "advice": "Nothing, if you stopped it; otherwise ask who did."
  },
  "LATE": {
    "code": 11,
    "grpcStatus": 9,
    "retryable": false,
    "exitCode": 5,
    "effect": 1,
    "advice": "Discard the reply: another outcome was decided first."
  },
  "SUPERSEDED": {
    "code": 12,
    "grpcStatus": 10,
    "retryable": false,
    "exitCode": 5,
    "effect": 1,
    "advice": "Stop the work of this attempt: the request was given to another worker."
  },
  "OUTCOME_UNKNOWN": {
    "code": 13,
    "grpcStatus": 2,
    "retryable": false,
    "exitCode": 5,
    "effect": 2,
    "advice": "Find out whether the work was done before you ask again."
  },
  "ID_REUSED": {
    "code": 14,
    "grpcStatus": 6,
    "retryable": false,
    "exitCode": 7,
    "effect": 1,
    "advice": "Give every Signal a new id."
  },
  "CONFLICT": {
    "code": 15,
    "grpcStatus": 6,
    "retryable": false,
    "exitCode": 7,
    "effect": 1,
    "advice": "Choose another id, or register the same role and the same store."
  },
  "UNIMPLEMENTED": {
    "code": 16,
    "grpcStatus": 12,
    "retryable": false,
    "exitCode": 5,
    "effect": 1,
    "advice": "Send it to a participant that offers it, or update that one."
  },
  "UNAVAILABLE": {
    "code": 17,
    "grpcStatus": 14,
    "retryable": true,
    "exitCode": 4,
    "effect": 1,
    "advice": "Check the address and that the Synapse runs, then try again."
  },
  "INTERNAL": {
    "code": 18,
    "grpcStatus": 13,
    "retryable": false,
    "exitCode": 1,
    "effect": 2,
    "advice": "Report it with the message."
  },
  "VERSION_UNSUPPORTED": {
    "code": 19,
    "grpcStatus": 9,
    "retryable": false,
    "exitCode": 4,
    "effect": 1,
    "advice": "Update the older peer to one of the versions in `available`."
  },
  "SESSION_LOST": {
    "code": 20,
    "grpcStatus": 10,
    "retryable": true,
    "exitCode": 4,
    "effect": 2,
    "advice": "Open a new session and register again."
  },
  "NEURON_FAILED": {
    "code": 32,
    "grpcStatus": 2,
    "retryable": false,
    "exitCode": 5,
    "effect": 2,
    "advice": "Read the message: it is the Neuron's own."
  },
  "INVALID_INPUT": {
    "code": 33,
    "grpcStatus": 3,
    "retryable": false,
    "exitCode": 2,
    "effect": 1,
    "advice": "Send JSON that the Neuron accepts."
  },
  "INVALID_OUTPUT": {
    "code": 34,
    "grpcStatus": 13,
    "retryable": false,
    "exitCode": 5,
    "effect": 2,
    "advice": "Return plain JSON from the Neuron; return null if there is nothing to say."
  },
  "UNKNOWN_BINDING": {
    "code": 35,
    "grpcStatus": 3,
    "retryable": false,
    "exitCode": 5,
    "effect": 1,
    "advice": "Add an EngramBinding of that name to the Axon, or use one of those in `available`."
  },
  "INVALID_ARGUMENT": {
    "code": 36,
    "grpcStatus": 3,
    "retryable": false,
    "exitCode": 2,
    "effect": 1,
    "advice": "Correct the call as the message says."
  },
  "CLOSED": {
    "code": 37,
    "grpcStatus": 9,
    "retryable": false,
    "exitCode": 1,
    "effect": 1,
    "advice": "Use it between start and close."
  },
  "INVALID_ENTRY": {
    "code": 48,
    "grpcStatus": 3,
    "retryable": false,
    "exitCode": 2,
    "effect": 1,
    "advice": "Correct the entry as the message says."
  },
  "INVALID_FILTER": {
    "code": 49,
    "grpcStatus": 3,
    "retryable": false,
    "exitCode": 2,
    "effect": 1,
    "advice": "Correct the query as the message says."
  },
  "INVALID_CURSOR": {
    "code": 50,
    "grpcStatus": 3,
    "retryable": false,
    "exitCode": 2,
    "effect": 1,
    "advice": "Use the cursor of the page before, with the same query and the same Engram."
  },
  "ALREADY_EXISTS": {
    "code": 51,
    "grpcStatus": 6,
    "retryable": false,
    "exitCode": 7,
    "effect": 1,
    "advice": "Use upsert or merge to change what is there."
  },
  "VERSION_CONFLICT": {
    "code": 52,
    "grpcStatus": 10,
    "retryable": false,
    "exitCode": 7,
    "effect": 1,
    "advice": "Recall the entry, then imprint with the version in `current_version`."
  },
  "KIND_CONFLICT": {
    "code": 53,
    "grpcStatus": 9,
    "retryable": false,
    "exitCode": 7,
    "effect": 1,
    "advice": "Use append for a sequence, the other ops for a record, or delete the key first."
  },
  "ID_CONFLICT": {
    "code": 54,
    "grpcStatus": 9,
    "retryable": false,
    "exitCode": 7,
    "effect": 1,
    "advice": "Give the merge key or the id, not both."
  },
  "IDEMPOTENCY_MISMATCH": {
    "code": 55,
    "grpcStatus": 6,
    "retryable": false,
    "exitCode": 7,
    "effect": 1,
    "advice": "Give every imprint an id of its own; reuse it only to repeat the same imprint."
  },
  "AMBIGUOUS": {
    "code": 56,
    "grpcStatus": 9,
    "retryable": false,
    "exitCode": 7,
    "effect": 1,
    "advice": "Name one of those in `available`, or ask for all."
  },
  "ENGRAM_FAILED": {
    "code": 57,
    "grpcStatus": 14,
    "retryable": true,
    "exitCode": 5,
    "effect": 2,
    "advice": "Try again with the same imprint id; look at the Engram's host if it persists."
  }
} as const;

/** Every type of Signal with its traits, by name. */
export const SIGNAL_TABLE = {
  "REGISTER": {
    "type": 16,
    "body": "register",
    "exchanges": [
      5
    ],
    "traced": false,
    "servedBy": 0,
    "answeredBy": [],
    "timeoutMs": 0
  },
  "TASK": {
    "type": 17,
    "body": "task",
    "exchanges": [
      2
    ],
    "traced": true,
    "servedBy": 1,
    "answeredBy": [
      18
    ],
    "timeoutMs": 60000
  },
  "AGENT_OUTPUT": {
    "type": 18,
    "body": "agentOutput",
    "exchanges": [
      3,
      4
    ],
    "traced": true,
    "servedBy": 0,
    "answeredBy": [],
    "timeoutMs": 0
  },
  "FINAL": {
    "type": 19,
    "body": "final",
    "exchanges": [
      5
    ],
    "traced": true,
    "servedBy": 0,
    "answeredBy": [],
    "timeoutMs": 0
  },
  "RECALL": {
    "type": 20,
    "body": "recall",
    "exchanges": [
      2
    ],
    "traced": true,
    "servedBy": 2,
    "answeredBy": [
      21
    ],
    "timeoutMs": 2000
  },
  "RECALLED": {
    "type": 21,
    "body": "recalled",
    "exchanges": [
      4
    ],
    "traced": true,
    "servedBy": 0,
    "answeredBy": [],
    "timeoutMs": 0
  },
  "IMPRINT": {
    "type": 22,
    "body": "imprint",
    "exchanges": [
      2
    ],
    "traced": true,
    "servedBy": 2,
    "answeredBy": [
      23
    ],
    "timeoutMs": 2000
  },
  "IMPRINTED": {
    "type": 23,
    "body": "imprinted",
    "exchanges": [
      4
    ],
    "traced": true,
    "servedBy": 0,
    "answeredBy": [],
    "timeoutMs": 0
  },
  "ERROR": {
    "type": 24,
    "body": "error",
    "exchanges": [
      4
    ],
    "traced": true,
    "servedBy": 0,
    "answeredBy": [],
    "timeoutMs": 0
  },
  "HEARTBEAT": {
    "type": 25,
    "body": "heartbeat",
    "exchanges": [
      5
    ],
    "traced": false,
    "servedBy": 0,
    "answeredBy": [],
    "timeoutMs": 0
  },
  "DEREGISTER": {
    "type": 26,
    "body": "deregister",
    "exchanges": [
      5
    ],
    "traced": false,
    "servedBy": 0,
    "answeredBy": [],
    "timeoutMs": 0
  },
  "DISCOVER": {
    "type": 27,
    "body": "discover",
    "exchanges": [
      5
    ],
    "traced": false,
    "servedBy": 0,
    "answeredBy": [],
    "timeoutMs": 0
  },
  "STOP": {
    "type": 28,
    "body": "stop",
    "exchanges": [
      5
    ],
    "traced": true,
    "servedBy": 0,
    "answeredBy": [],
    "timeoutMs": 0
  },
  "STOPPED": {
    "type": 29,
    "body": "stopped",
    "exchanges": [
      1
    ],
    "traced": true,
    "servedBy": 0,
    "answeredBy": [],
    "timeoutMs": 0
  }
} as const;

/** Every limit: its standard value, and the largest that may be configured. */
export const LIMIT_TABLE = {
  "signalBytes": {
    "standard": 4194304,
    "ceiling": 67108864
  },
  "frameSignals": {
    "standard": 64,
    "ceiling": 0
  },
  "frameBytes": {
    "standard": 65536,
    "ceiling": 0
  },
  "messageBytes": {
    "standard": 8388608,
    "ceiling": 134217728
  },
  "metaKeys": {
    "standard": 64,
    "ceiling": 0
  },
  "capabilities": {
    "standard": 64,
    "ceiling": 0
  },
  "heartbeatMs": {
    "standard": 5000,
    "ceiling": 3600000
  },
  "suspectMs": {
    "standard": 15000,
    "ceiling": 3600000
  },
  "sessionGraceMs": {
    "standard": 10000,
    "ceiling": 3600000
  },
  "traceIdleMs": {
    "standard": 600000,
    "ceiling": 86400000
  },
  "maxInFlight": {
    "standard": 16,
    "ceiling": 65536
  },
  "addressQueue": {
    "standard": 1024,
    "ceiling": 1048576
  },
  "sessionPending": {
    "standard": 4096,
    "ceiling": 1048576
  },
  "observerSignals": {
    "standard": 4096,
    "ceiling": 1048576
  },
  "observerBytes": {
    "standard": 8388608,
    "ceiling": 1073741824
  },
  "dedupMs": {
    "standard": 300000,
    "ceiling": 86400000
  },
  "dedupIds": {
    "standard": 65536,
    "ceiling": 16777216
  },
  "timeoutMs": {
    "standard": 3600000,
    "ceiling": 0
  },
  "maxAttempts": {
    "standard": 10,
    "ceiling": 0
  },
  "filterDepth": {
    "standard": 16,
    "ceiling": 0
  },
  "partialWindow": {
    "standard": 64,
    "ceiling": 4096
  },
  "registrations": {
    "standard": 1024,
    "ceiling": 65536
  },
  "traces": {
    "standard": 262144,
    "ceiling": 16777216
  },
  "entryBytes": {
    "standard": 1048576,
    "ceiling": 0
  },
  "entryDepth": {
    "standard": 32,
    "ceiling": 0
  },
  "keyBytes": {
    "standard": 1024,
    "ceiling": 0
  },
  "tags": {
    "standard": 64,
    "ceiling": 0
  },
  "topK": {
    "standard": 1000,
    "ceiling": 0
  },
  "sessions": {
    "standard": 16384,
    "ceiling": 1048576
  },
  "metaBytes": {
    "standard": 4096,
    "ceiling": 0
  },
  "subscriptions": {
    "standard": 256,
    "ceiling": 65536
  },
  "namespaces": {
    "standard": 1024,
    "ceiling": 1048576
  },
  "unacknowledged": {
    "standard": 16384,
    "ceiling": 1048576
  },
  "unacknowledgedBytes": {
    "standard": 16777216,
    "ceiling": 1073741824
  }
} as const;

/** The field numbers of `Signal`. */
export const SIGNAL_FIELDS = {
  "id": 1,
  "traceId": 2,
  "parentId": 3,
  "exchange": 4,
  "source": 5,
  "directed": 6,
  "createdAt": 7,
  "timeout": 8,
  "maxAttempts": 9,
  "closeTrace": 10,
  "traceparent": 11,
  "tracestate": 12,
  "meta": 13,
  "waitForRoute": 14,
  "register": 16,
  "task": 17,
  "agentOutput": 18,
  "final": 19,
  "recall": 20,
  "recalled": 21,
  "imprint": 22,
  "imprinted": 23,
  "error": 24,
  "heartbeat": 25,
  "deregister": 26,
  "discover": 27,
  "stop": 28,
  "stopped": 29
} as const;

/** The messages and enums that a Signal is made of. */
export const SCHEMA_TABLE = {
  "messages": {
    "Signal": {
      "id": {
        "name": "id",
        "number": 1,
        "kind": "string"
      },
      "traceId": {
        "name": "trace_id",
        "number": 2,
        "kind": "string"
      },
      "parentId": {
        "name": "parent_id",
        "number": 3,
        "kind": "string"
      },
      "exchange": {
        "name": "exchange",
        "number": 4,
        "kind": "enum",
        "of": "Exchange"
      },
      "source": {
        "name": "source",
        "number": 5,
        "kind": "string"
      },
      "directed": {
        "name": "directed",
        "number": 6,
        "kind": "message",
        "of": "Address"
      },
      "createdAt": {
        "name": "created_at",
        "number": 7,
        "kind": "message",
        "of": "Timestamp"
      },
      "timeout": {
        "name": "timeout",
        "number": 8,
        "kind": "message",
        "of": "Duration"
      },
      "maxAttempts": {
        "name": "max_attempts",
        "number": 9,
        "kind": "uint32"
      },
      "closeTrace": {
        "name": "close_trace",
        "number": 10,
        "kind": "bool"
      },
      "traceparent": {
        "name": "traceparent",
        "number": 11,
        "kind": "string"
      },
      "tracestate": {
        "name": "tracestate",
        "number": 12,
        "kind": "string"
      },
      "meta": {
        "name": "meta",
        "number": 13,
        "kind": "map"
      },
      "waitForRoute": {
        "name": "wait_for_route",
        "number": 14,
        "kind": "message",
        "of": "Duration"
      },
      "register": {
        "name": "register",
        "number": 16,
        "kind": "message",
        "of": "RegisterBody"
      },
      "task": {
        "name": "task",
        "number": 17,
        "kind": "message",
        "of": "TaskBody"
      },
      "agentOutput": {
        "name": "agent_output",
        "number": 18,
        "kind": "message",
        "of": "AgentOutputBody"
      },
      "final": {
        "name": "final",
        "number": 19,
        "kind": "message",
        "of": "FinalBody"
      },
      "recall": {
        "name": "recall",
        "number": 20,
        "kind": "message",
        "of": "RecallBody"
      },
      "recalled": {
        "name": "recalled",
        "number": 21,
        "kind": "message",
        "of": "RecalledBody"
      },
      "imprint": {
        "name": "imprint",
        "number": 22,
        "kind": "message",
        "of": "ImprintBody"
      },
      "imprinted": {
        "name": "imprinted",
        "number": 23,
        "kind": "message",
        "of": "ImprintedBody"
      },
      "error": {
        "name": "error",
        "number": 24,
        "kind": "message",
        "of": "ErrorBody"
      },
      "heartbeat": {
        "name": "heartbeat",
        "number": 25,
        "kind": "message",
        "of": "HeartbeatBody"
      },
      "deregister": {
        "name": "deregister",
        "number": 26,
        "kind": "message",
        "of": "DeregisterBody"
      },
      "discover": {
        "name": "discover",
        "number": 27,
        "kind": "message",
        "of": "DiscoverBody"
      },
      "stop": {
        "name": "stop",
        "number": 28,
        "kind": "message",
        "of": "StopBody"
      },
      "stopped": {
        "name": "stopped",
        "number": 29,
        "kind": "message",
        "of": "StoppedBody"
      }
    },
    "Address": {
      "id": {
        "name": "id",
        "number": 1,
        "kind": "string"
      },
      "type": {
        "name": "type",
        "number": 2,
        "kind": "string"
      },
      "capabilities": {
        "name": "capabilities",
        "number": 3,
        "kind": "string",
        "repeated": true
      },
      "fanout": {
        "name": "fanout",
        "number": 4,
        "kind": "enum",
        "of": "Fanout"
      }
    },
    "Timestamp": {
      "seconds": {
        "name": "seconds",
        "number": 1,
        "kind": "int64"
      },
      "nanos": {
        "name": "nanos",
        "number": 2,
        "kind": "int32"
      }
    },
    "Duration": {
      "seconds": {
        "name": "seconds",
        "number": 1,
        "kind": "int64"
      },
      "nanos": {
        "name": "nanos",
        "number": 2,
        "kind": "int32"
      }
    },
    "RegisterBody": {
      "id": {
        "name": "id",
        "number": 1,
        "kind": "string"
      },
      "role": {
        "name": "role",
        "number": 2,
        "kind": "enum",
        "of": "ParticipantRole"
      },
      "kind": {
        "name": "kind",
        "number": 3,
        "kind": "string"
      },
      "capabilities": {
        "name": "capabilities",
        "number": 4,
        "kind": "string",
        "repeated": true
      },
      "version": {
        "name": "version",
        "number": 5,
        "kind": "string"
      },
      "maxInFlight": {
        "name": "max_in_flight",
        "number": 6,
        "kind": "uint32"
      },
      "retrySafe": {
        "name": "retry_safe",
        "number": 7,
        "kind": "bool"
      },
      "storeId": {
        "name": "store_id",
        "number": 8,
        "kind": "string"
      },
      "description": {
        "name": "description",
        "number": 9,
        "kind": "string"
      }
    },
    "TaskBody": {
      "input": {
        "name": "input",
        "number": 1,
        "kind": "message",
        "of": "Content"
      },
      "context": {
        "name": "context",
        "number": 2,
        "kind": "message",
        "of": "Content"
      }
    },
    "Content": {
      "mediaType": {
        "name": "media_type",
        "number": 1,
        "kind": "string"
      },
      "data": {
        "name": "data",
        "number": 2,
        "kind": "bytes"
      },
      "schema": {
        "name": "schema",
        "number": 3,
        "kind": "string"
      }
    },
    "AgentOutputBody": {
      "output": {
        "name": "output",
        "number": 1,
        "kind": "message",
        "of": "Content"
      },
      "part": {
        "name": "part",
        "number": 2,
        "kind": "uint32"
      },
      "parts": {
        "name": "parts",
        "number": 3,
        "kind": "uint32"
      }
    },
    "FinalBody": {
      "status": {
        "name": "status",
        "number": 1,
        "kind": "enum",
        "of": "FinalStatus"
      },
      "detail": {
        "name": "detail",
        "number": 2,
        "kind": "message",
        "of": "ErrorDetail"
      }
    },
    "ErrorDetail": {
      "code": {
        "name": "code",
        "number": 1,
        "kind": "enum",
        "of": "ErrorCode"
      },
      "message": {
        "name": "message",
        "number": 2,
        "kind": "string"
      },
      "retryable": {
        "name": "retryable",
        "number": 3,
        "kind": "bool"
      },
      "retryAfter": {
        "name": "retry_after",
        "number": 4,
        "kind": "message",
        "of": "Duration"
      },
      "effect": {
        "name": "effect",
        "number": 5,
        "kind": "enum",
        "of": "Effect"
      },
      "requirement": {
        "name": "requirement",
        "number": 6,
        "kind": "string"
      },
      "field": {
        "name": "field",
        "number": 7,
        "kind": "string"
      },
      "available": {
        "name": "available",
        "number": 8,
        "kind": "string",
        "repeated": true
      },
      "currentVersion": {
        "name": "current_version",
        "number": 9,
        "kind": "uint64",
        "optional": true
      },
      "replayed": {
        "name": "replayed",
        "number": 10,
        "kind": "bool"
      },
      "participant": {
        "name": "participant",
        "number": 11,
        "kind": "string"
      }
    },
    "RecallBody": {
      "query": {
        "name": "query",
        "number": 1,
        "kind": "message",
        "of": "Query"
      },
      "mode": {
        "name": "mode",
        "number": 2,
        "kind": "enum",
        "of": "RecallMode"
      }
    },
    "Query": {
      "text": {
        "name": "text",
        "number": 1,
        "kind": "string",
        "optional": true
      },
      "textMatch": {
        "name": "text_match",
        "number": 2,
        "kind": "enum",
        "of": "TextMatch"
      },
      "ids": {
        "name": "ids",
        "number": 3,
        "kind": "string",
        "repeated": true
      },
      "mergeKey": {
        "name": "merge_key",
        "number": 4,
        "kind": "string",
        "optional": true
      },
      "tags": {
        "name": "tags",
        "number": 5,
        "kind": "string",
        "repeated": true
      },
      "where": {
        "name": "where",
        "number": 6,
        "kind": "message",
        "of": "Filter"
      },
      "since": {
        "name": "since",
        "number": 7,
        "kind": "message",
        "of": "Timestamp"
      },
      "until": {
        "name": "until",
        "number": 8,
        "kind": "message",
        "of": "Timestamp"
      },
      "topK": {
        "name": "top_k",
        "number": 9,
        "kind": "uint32"
      },
      "minScore": {
        "name": "min_score",
        "number": 10,
        "kind": "double",
        "optional": true
      },
      "cursor": {
        "name": "cursor",
        "number": 11,
        "kind": "string"
      }
    },
    "Filter": {
      "all": {
        "name": "all",
        "number": 1,
        "kind": "message",
        "of": "FilterList"
      },
      "any": {
        "name": "any",
        "number": 2,
        "kind": "message",
        "of": "FilterList"
      },
      "negation": {
        "name": "negation",
        "number": 3,
        "kind": "message",
        "of": "Filter"
      },
      "comparison": {
        "name": "comparison",
        "number": 4,
        "kind": "message",
        "of": "Comparison"
      }
    },
    "FilterList": {
      "filters": {
        "name": "filters",
        "number": 1,
        "kind": "message",
        "repeated": true,
        "of": "Filter"
      }
    },
    "Comparison": {
      "path": {
        "name": "path",
        "number": 1,
        "kind": "string"
      },
      "op": {
        "name": "op",
        "number": 2,
        "kind": "enum",
        "of": "ComparisonOp"
      },
      "value": {
        "name": "value",
        "number": 3,
        "kind": "bytes"
      }
    },
    "RecalledBody": {
      "engramId": {
        "name": "engram_id",
        "number": 1,
        "kind": "string"
      },
      "hits": {
        "name": "hits",
        "number": 2,
        "kind": "message",
        "repeated": true,
        "of": "Hit"
      },
      "truncated": {
        "name": "truncated",
        "number": 3,
        "kind": "bool"
      },
      "cursor": {
        "name": "cursor",
        "number": 4,
        "kind": "string"
      }
    },
    "Hit": {
      "entry": {
        "name": "entry",
        "number": 1,
        "kind": "message",
        "of": "Entry"
      },
      "score": {
        "name": "score",
        "number": 2,
        "kind": "double"
      }
    },
    "Entry": {
      "id": {
        "name": "id",
        "number": 1,
        "kind": "string"
      },
      "mergeKey": {
        "name": "merge_key",
        "number": 2,
        "kind": "string",
        "optional": true
      },
      "content": {
        "name": "content",
        "number": 3,
        "kind": "message",
        "of": "Content"
      },
      "tags": {
        "name": "tags",
        "number": 4,
        "kind": "string",
        "repeated": true
      },
      "version": {
        "name": "version",
        "number": 5,
        "kind": "uint64"
      },
      "createdAt": {
        "name": "created_at",
        "number": 6,
        "kind": "message",
        "of": "Timestamp"
      },
      "updatedAt": {
        "name": "updated_at",
        "number": 7,
        "kind": "message",
        "of": "Timestamp"
      },
      "expiresAt": {
        "name": "expires_at",
        "number": 8,
        "kind": "message",
        "of": "Timestamp"
      },
      "seq": {
        "name": "seq",
        "number": 9,
        "kind": "uint64",
        "optional": true
      },
      "provenance": {
        "name": "provenance",
        "number": 10,
        "kind": "message",
        "of": "Provenance"
      }
    },
    "Provenance": {
      "source": {
        "name": "source",
        "number": 1,
        "kind": "string"
      },
      "traceId": {
        "name": "trace_id",
        "number": 2,
        "kind": "string"
      },
      "imprintId": {
        "name": "imprint_id",
        "number": 3,
        "kind": "string"
      }
    },
    "ImprintBody": {
      "op": {
        "name": "op",
        "number": 1,
        "kind": "enum",
        "of": "ImprintOp"
      },
      "id": {
        "name": "id",
        "number": 2,
        "kind": "string"
      },
      "mergeKey": {
        "name": "merge_key",
        "number": 3,
        "kind": "string",
        "optional": true
      },
      "content": {
        "name": "content",
        "number": 4,
        "kind": "message",
        "of": "Content"
      },
      "tags": {
        "name": "tags",
        "number": 5,
        "kind": "string",
        "repeated": true
      },
      "ifVersion": {
        "name": "if_version",
        "number": 6,
        "kind": "uint64",
        "optional": true
      },
      "ttl": {
        "name": "ttl",
        "number": 7,
        "kind": "message",
        "of": "Duration"
      },
      "imprintId": {
        "name": "imprint_id",
        "number": 8,
        "kind": "string"
      },
      "strategy": {
        "name": "strategy",
        "number": 9,
        "kind": "enum",
        "of": "MergeStrategy"
      }
    },
    "ImprintedBody": {
      "engramId": {
        "name": "engram_id",
        "number": 1,
        "kind": "string"
      },
      "id": {
        "name": "id",
        "number": 2,
        "kind": "string"
      },
      "mergeKey": {
        "name": "merge_key",
        "number": 3,
        "kind": "string",
        "optional": true
      },
      "version": {
        "name": "version",
        "number": 4,
        "kind": "uint64"
      },
      "seq": {
        "name": "seq",
        "number": 5,
        "kind": "uint64",
        "optional": true
      },
      "created": {
        "name": "created",
        "number": 6,
        "kind": "bool"
      },
      "deleted": {
        "name": "deleted",
        "number": 7,
        "kind": "bool"
      },
      "replayed": {
        "name": "replayed",
        "number": 8,
        "kind": "bool"
      },
      "durability": {
        "name": "durability",
        "number": 9,
        "kind": "enum",
        "of": "Durability"
      },
      "op": {
        "name": "op",
        "number": 10,
        "kind": "enum",
        "of": "ImprintOp"
      }
    },
    "ErrorBody": {
      "detail": {
        "name": "detail",
        "number": 1,
        "kind": "message",
        "of": "ErrorDetail"
      }
    },
    "HeartbeatBody": {
      "ids": {
        "name": "ids",
        "number": 1,
        "kind": "string",
        "repeated": true
      }
    },
    "DeregisterBody": {
      "id": {
        "name": "id",
        "number": 1,
        "kind": "string"
      },
      "reason": {
        "name": "reason",
        "number": 2,
        "kind": "enum",
        "of": "DeregisterReason"
      }
    },
    "DiscoverBody": {},
    "StopBody": {
      "requestId": {
        "name": "request_id",
        "number": 1,
        "kind": "string"
      },
      "reason": {
        "name": "reason",
        "number": 2,
        "kind": "string"
      }
    },
    "StoppedBody": {
      "requestId": {
        "name": "request_id",
        "number": 1,
        "kind": "string"
      }
    }
  },
  "enums": {
    "Exchange": {
      "0": "UNSPECIFIED",
      "1": "EVENT",
      "2": "REQUEST",
      "3": "PARTIAL",
      "4": "REPLY",
      "5": "CONTROL"
    },
    "Fanout": {
      "0": "UNSPECIFIED",
      "1": "ONE",
      "2": "ALL"
    },
    "ParticipantRole": {
      "0": "UNSPECIFIED",
      "1": "NEURON",
      "2": "ENGRAM"
    },
    "FinalStatus": {
      "0": "UNSPECIFIED",
      "1": "COMPLETED",
      "2": "FAILED",
      "3": "STOPPED",
      "4": "ABANDONED"
    },
    "ErrorCode": {
      "0": "UNSPECIFIED",
      "1": "MALFORMED",
      "2": "TOO_LARGE",
      "3": "UNAUTHENTICATED",
      "4": "PERMISSION_DENIED",
      "5": "TRACE_CLOSED",
      "6": "UNROUTABLE",
      "7": "OVERLOADED",
      "8": "DEADLINE_EXCEEDED",
      "9": "WORKER_LOST",
      "10": "CANCELLED",
      "11": "LATE",
      "12": "SUPERSEDED",
      "13": "OUTCOME_UNKNOWN",
      "14": "ID_REUSED",
      "15": "CONFLICT",
      "16": "UNIMPLEMENTED",
      "17": "UNAVAILABLE",
      "18": "INTERNAL",
      "19": "VERSION_UNSUPPORTED",
      "20": "SESSION_LOST",
      "32": "NEURON_FAILED",
      "33": "INVALID_INPUT",
      "34": "INVALID_OUTPUT",
      "35": "UNKNOWN_BINDING",
      "36": "INVALID_ARGUMENT",
      "37": "CLOSED",
      "48": "INVALID_ENTRY",
      "49": "INVALID_FILTER",
      "50": "INVALID_CURSOR",
      "51": "ALREADY_EXISTS",
      "52": "VERSION_CONFLICT",
      "53": "KIND_CONFLICT",
      "54": "ID_CONFLICT",
      "55": "IDEMPOTENCY_MISMATCH",
      "56": "AMBIGUOUS",
      "57": "ENGRAM_FAILED"
    },
    "Effect": {
      "0": "UNSPECIFIED",
      "1": "NONE",
      "2": "UNKNOWN"
    },
    "TextMatch": {
      "0": "UNSPECIFIED",
      "1": "ALL",
      "2": "ANY"
    },
    "ComparisonOp": {
      "0": "UNSPECIFIED",
      "1": "EQ",
      "2": "NE",
      "3": "GT",
      "4": "GTE",
      "5": "LT",
      "6": "LTE",
      "7": "IN",
      "8": "NIN",
      "9": "EXISTS",
      "10": "PREFIX",
      "11": "CONTAINS"
    },
    "RecallMode": {
      "0": "UNSPECIFIED",
      "1": "FIRST",
      "2": "MERGE",
      "3": "ALL"
    },
    "ImprintOp": {
      "0": "UNSPECIFIED",
      "1": "ADD",
      "2": "APPEND",
      "3": "MERGE",
      "4": "UPSERT",
      "5": "DELETE"
    },
    "MergeStrategy": {
      "0": "UNSPECIFIED",
      "1": "MERGE_PATCH",
      "2": "DEEP_UNION"
    },
    "Durability": {
      "0": "UNSPECIFIED",
      "1": "MEMORY",
      "2": "OS",
      "3": "DISK"
    },
    "DeregisterReason": {
      "0": "UNSPECIFIED",
      "1": "DETACHED",
      "2": "DRAINED",
      "3": "SESSION_ENDED"
    }
  }
} as const;
