"""The harness of an Engram in Python, on grpcio. It obeys, and knows of no case."""
import asyncio

from cosmonapse.v1 import memory_pb2, options_pb2, participant_pb2, task_pb2
from engram_store import Space, canonical
from google.protobuf.timestamp_pb2 import Timestamp
from participant import HELLO, Failure, Session, below, error_body, main, ulid


def instant(ms):
    return Timestamp(seconds=ms // 1000, nanos=ms % 1000 * 1_000_000)


def entry_of(one):
    optional = {"merge_key": one.key, "seq": one.seq, "expires_at": one.expires and instant(one.expires)}
    given = {name: value for name, value in optional.items() if value is not None}
    source, trace, imprint = one.writer
    return memory_pb2.Entry(
        id=one.id,
        content=task_pb2.Content(data=canonical(one.content).encode()),
        tags=one.tags,
        version=one.version,
        created_at=instant(one.made),
        updated_at=instant(one.updated),
        provenance=memory_pb2.Provenance(source=source, trace_id=trace, imprint_id=imprint),
        **given,
    )


class EngramSession(Session):
    """One namespace of an Engram."""

    def __init__(self, namespace, engram, store):
        super().__init__(namespace, {})
        self.engram, self.store, self.space = engram, store, Space()

    def registrations(self):
        role = options_pb2.PARTICIPANT_ROLE_ENGRAM
        return [participant_pb2.RegisterBody(id=self.engram, role=role, store_id=self.store)]

    async def outcome(self, request, note):
        try:
            return below(request, "REPLY", self.engram, **self.answer(request))
        except Failure as failure:
            body = error_body(failure.code, str(failure), **failure.detail)
            return below(request, "REPLY", self.engram, error=body)

    def answer(self, request):
        kind = request.WhichOneof("body")
        if kind == "imprint":
            told = self.space.imprint(request.imprint, request)
            durability = memory_pb2.DURABILITY_MEMORY
            own = {"engram_id": self.engram, "op": request.imprint.op, "durability": durability}
            return {"imprinted": memory_pb2.ImprintedBody(**own, **told)}
        if kind == "recall":
            found, cursor = self.space.recall(request.recall)
            hits = [memory_pb2.Hit(entry=entry_of(entry), score=score) for score, entry in found]
            own = {"engram_id": self.engram, "truncated": bool(cursor), "cursor": cursor}
            return {"recalled": memory_pb2.RecalledBody(hits=hits, **own)}
        raise Failure("UNIMPLEMENTED", f"{self.engram} is an Engram, and this is a {kind}")


def host_engram(host):
    store = f"py_{ulid()}"
    return [EngramSession(namespace, host["engram"], store) for namespace in host["namespaces"]]


if __name__ == "__main__":
    asyncio.run(main({**HELLO, "roles": ["engram"]}, "engram", host_engram))
