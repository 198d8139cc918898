"""The harness of a host of Neurons in Python, on grpcio. It obeys, and knows of no case."""
import asyncio
import json
import secrets
import sys
import time

import grpc
from cosmonapse.v1 import control_pb2, error_pb2, frames_pb2, options_pb2, participant_pb2, signal_pb2, task_pb2
from cosmonapse.v1 import synapse_service_pb2 as service
from cosmonapse.v1.synapse_service_pb2_grpc import SynapseServiceStub
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

HELLO = {
    "control": "1",
    "name": "grpcio-python",
    "version": grpc.__version__,
    "language": "Python",
    "roles": ["participant"],
    "features": [],
}
OPTIONS = [("grpc.max_receive_message_length", 8388608), ("grpc.use_local_subchannel_pool", 1)]


class Failure(Exception):
    def __init__(self, code, message, **detail):
        super().__init__(message)
        self.code, self.detail = code, detail


def ulid():
    value = (int(time.time() * 1000) << 80) | secrets.randbits(80)
    return "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[(value >> shift) & 31] for shift in range(125, -1, -5))


def signal(exchange, source, **parts):
    now = int(time.time() * 1000)
    made = Timestamp(seconds=now // 1000, nanos=now % 1000 * 1_000_000)
    number = options_pb2.Exchange.Value(f"EXCHANGE_{exchange}")
    return signal_pb2.Signal(id=f"evt_{ulid()}", exchange=number, source=source, created_at=made, **parts)


def below(request, exchange, source, **parts):
    place = {"trace_id": request.trace_id, "parent_id": request.id}
    traced = {"traceparent": request.traceparent, "tracestate": request.tracestate}
    return signal(exchange, source, **place, **traced, **parts)


def constant(name):
    raise ValueError(f"{name} is no JSON")


def read(body, field, absent):
    if not body.HasField(field):
        return absent
    content = getattr(body, field)
    if content.media_type.lower() not in ("", "application/json"):
        raise Failure("INVALID_INPUT", f"{field} is of the media type {content.media_type}")
    try:
        return json.loads(content.data.decode("utf-8"), parse_constant=constant)
    except ValueError as error:
        raise Failure("INVALID_INPUT", f"{field}: {error}")


def write(value):
    try:
        return task_pb2.Content(data=json.dumps(value, allow_nan=False, ensure_ascii=False).encode())
    except (TypeError, ValueError) as error:
        raise Failure("INVALID_OUTPUT", str(error))


def error_body(code, message, **more):
    number = error_pb2.ErrorCode.Value(f"ERROR_CODE_{code}")
    traits = error_pb2.ErrorCode.DESCRIPTOR.values_by_number[number].GetOptions().Extensions[options_pb2.error]
    own = {"code": number, "message": message, "retryable": traits.retryable, "effect": traits.effect}
    return error_pb2.ErrorBody(detail=error_pb2.ErrorDetail(**own, **more))


class Session:
    def __init__(self, namespace, neurons):
        self.neurons, self.namespace, self.dendrite = neurons, namespace, f"python-{secrets.token_hex(4)}"
        self.outgoing, self.sent, self.receipts = asyncio.Queue(), 0, {}
        self.work, self.room, self.replies, self.tasks = {}, {}, {}, set()

    async def start(self, address):
        self.channel = grpc.aio.insecure_channel(address, options=OPTIONS)
        self.link = SynapseServiceStub(self.channel).Connect(self.frames())
        hello = frames_pb2.Hello(versions=[1], namespace=self.namespace, dendrite_id=self.dendrite)
        self.send(hello=hello)
        self.limits = (await self.link.read()).welcome.limits
        self.reading = asyncio.create_task(self.read())
        for body in self.registrations():
            await self.publish(signal("CONTROL", body.id, register=body))
        self.beating = asyncio.create_task(self.beat())

    def registrations(self):
        role = options_pb2.PARTICIPANT_ROLE_NEURON
        return [participant_pb2.RegisterBody(id=name, role=role) for name in self.neurons]

    async def frames(self):
        while (frame := await self.outgoing.get()) is not None:
            yield frame

    def send(self, **frame):
        self.outgoing.put_nowait(service.ConnectRequest(**frame))

    def publish(self, one, attempt=0):
        self.sent += 1
        notes = [frames_pb2.PublishNote(index=0, attempt=attempt)] if attempt else []
        self.send(publish=frames_pb2.Publish(first=self.sent, signals=[one.SerializeToString()], notes=notes))
        self.receipts[self.sent] = asyncio.get_running_loop().create_future()
        return self.receipts[self.sent]

    async def beat(self):
        while True:
            await asyncio.sleep((self.limits.heartbeat_ms or 5000) / 2000)
            self.publish(signal("CONTROL", self.dendrite, heartbeat=participant_pb2.HeartbeatBody()))

    async def read(self):
        while (frame := await self.link.read()) is not grpc.aio.EOF:
            kind = frame.WhichOneof("frame")
            part = getattr(frame, kind) if kind else None
            if kind == "deliver":
                for data, note in zip(part.signals, part.notes):
                    self.take(signal_pb2.Signal.FromString(data), note)
                self.send(ack=frames_pb2.Ack(received=part.first + len(part.signals) - 1))
            elif kind == "receipts":
                for number in [number for number in self.receipts if number <= part.through]:
                    if not (decided := self.receipts.pop(number)).done():
                        decided.set_result(None)
            elif kind == "credit" and part.request_id in self.room:
                for _ in range(part.partials):
                    self.room[part.request_id].release()
            elif kind == "ping":
                self.send(pong=frames_pb2.Pong(token=part.token))
            if kind in ("receipts", "credit", "live", "gap", "drain"):
                self.send(ack=frames_pb2.Ack(received=part.number))

    def take(self, one, note):
        if note.reason == frames_pb2.DELIVERY_REASON_WORK:
            task = asyncio.create_task(self.serve(one, note))
            self.work[one.id] = task
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        elif note.reason == frames_pb2.DELIVERY_REASON_STOP and note.request_id in self.work:
            self.work[note.request_id].cancel()
        elif one.parent_id in self.replies:
            self.replies.pop(one.parent_id).set_result(one)

    async def serve(self, request, note):
        self.room[request.id] = asyncio.Semaphore(self.limits.partial_window or 64)
        try:
            last = await self.outcome(request, note)
        except asyncio.CancelledError:
            body = control_pb2.StoppedBody(request_id=request.id)
            last = below(request, "EVENT", note.participant, stopped=body)
        # Once it has its answer, no stop matters.
        del self.room[request.id], self.work[request.id]
        await self.publish(last, note.attempt)
        if request.close_trace and last.HasField("agent_output"):
            final = task_pb2.FinalBody(status=task_pb2.FINAL_STATUS_COMPLETED)
            one = signal("CONTROL", note.participant, trace_id=request.trace_id, final=final)
            await self.publish(one, note.attempt)

    async def outcome(self, request, note):
        me = note.participant
        try:
            if request.WhichOneof("body") != "task":
                raise Failure("UNIMPLEMENTED", f"{me} serves a TASK, and this is of the type {note.type}")
            given, context = read(request.task, "input", None), read(request.task, "context", {})
            if not isinstance(context, dict):
                raise Failure("INVALID_INPUT", "the context is no object")
            parts = 0

            async def emit(value):
                nonlocal parts
                await self.room[request.id].acquire()
                parts += 1
                body = task_pb2.AgentOutputBody(output=write(value), part=parts)
                await self.publish(below(request, "PARTIAL", me, agent_output=body), note.attempt)

            async def ask(neuron, value):
                to = signal_pb2.Address(id=neuron)
                left = Duration(seconds=note.remaining.seconds)
                body = task_pb2.TaskBody(input=write(value))
                one = below(request, "REQUEST", me, directed=to, timeout=left, task=body)
                self.replies[one.id] = coming = asyncio.get_running_loop().create_future()
                await self.publish(one, note.attempt)
                return read((await coming).agent_output, "output", None)

            output = await ACTS[self.neurons[me]](given, context, emit, ask)
            body = task_pb2.AgentOutputBody(output=write(output), parts=parts)
            return below(request, "REPLY", me, agent_output=body)
        except Failure as failure:
            return below(request, "REPLY", me, error=error_body(failure.code, str(failure), **failure.detail))
        except Exception as thrown:  # Whatever a Neuron throws.
            return below(request, "REPLY", me, error=error_body("NEURON_FAILED", str(thrown)))

    async def end(self):
        self.beating.cancel()
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.send(goodbye=frames_pb2.Goodbye())
        self.outgoing.put_nowait(None)
        await self.reading
        await self.channel.close()


async def echo(given, context, emit, ask):
    return {"input": given, "context": context}


async def emit_parts(given, context, emit, ask):
    for part in range(1, given + 1):
        await emit({"part": part})


async def nothing(given, context, emit, ask):
    return object()


async def throw(given, context, emit, ask):
    raise RuntimeError(given)


async def wait(given, context, emit, ask):
    await asyncio.get_running_loop().create_future()


async def ask_below(given, context, emit, ask):
    return await ask("other", given)


ACTS = {"ask": ask_below, "echo": echo, "emit": emit_parts, "nothing": nothing, "throw": throw, "wait": wait}


def host_neurons(host):
    return [Session(host["namespaces"][0], {one["id"]: one["act"] for one in host["neurons"]})]


async def main(hello, part, host):
    hosted = {}

    async def answer(command):
        if "hello" in command:
            return {"hello": hello}
        if "host" in command and part in command["host"]:
            hosted[command["host"]["store"]] = sessions = host(command["host"])
            for session in sessions:
                await session.start(command["host"]["address"])
            return {"hosting": {}}
        if "release" in command:
            for session in hosted.pop(command["release"]["store"]):
                await session.end()
            return {"done": {}}
        return {"done": {}} if "stop" in command else {"unsupported": {"reason": f"it hosts {part}, and nothing else"}}

    async def obey(command):
        try:
            reply = await answer(command)
        except Exception as error:  # Whatever it is, it is the harness that broke.
            reply = {"harnessError": {"message": repr(error)}}
        print(json.dumps({"seq": command["seq"], **reply}), flush=True)

    lines, obeying = asyncio.StreamReader(limit=2**24), set()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        command = json.loads(line)
        obeying.add(asyncio.create_task(obey(command)))
        if "stop" in command:
            break
    await asyncio.gather(*obeying)


if __name__ == "__main__":
    asyncio.run(main(HELLO, "neurons", host_neurons))
