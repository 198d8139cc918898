// The harness of a host of Neurons in Go, on grpc-go. It obeys, and knows of no case.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	pb "example.com/participant/gen/cosmonapse/v1"
	"github.com/oklog/ulid/v2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

type object = map[string]any

var hello = object{"control": "1", "name": "grpc-go", "version": grpc.Version, "language": "Go", "roles": []string{"participant"}, "features": []string{}}

type failure struct{ code, message string }

func (failed failure) Error() string { return failed.message }

type session struct {
	acts             map[string]string
	conn             *grpc.ClientConn
	link             pb.SynapseService_ConnectClient
	limits           *pb.Limits
	open             context.Context
	end              context.CancelFunc
	running, reading sync.WaitGroup
	lock             sync.Mutex
	sent             uint64
	isOver           bool
	works            map[string]*work
	replies          map[string]chan *pb.Signal
}

// A request that a Neuron works on.
type work struct {
	*session
	request *pb.Signal
	note    *pb.DeliveryNote
	running context.Context
	stop    context.CancelFunc
	room    chan struct{}
	parts   int
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// A message of what the JSON mapping of protobuf says of it.
func fill[M proto.Message](message M, given object) M {
	must(0, protojson.Unmarshal(must(json.Marshal(given)), message))
	return message
}

func newSignal(source string, exchange string, parts object) *pb.Signal {
	parts["id"], parts["source"], parts["exchange"] = "evt_"+ulid.Make().String(), source, "EXCHANGE_"+exchange
	parts["createdAt"] = time.Now().UTC().Truncate(time.Millisecond).Format(time.RFC3339Nano)
	return fill(&pb.Signal{}, parts)
}

func (one *work) below(exchange string, parts object) *pb.Signal {
	made, request := newSignal(one.note.Participant, exchange, parts), one.request
	made.TraceId, made.ParentId = request.TraceId, request.Id
	made.Traceparent, made.Tracestate = request.Traceparent, request.Tracestate
	return made
}

func read(content *pb.Content, absent string) (json.RawMessage, error) {
	if content == nil {
		return json.RawMessage(absent), nil
	}
	kind, data := content.MediaType, content.Data
	if (kind == "" || strings.EqualFold(kind, "application/json")) && utf8.Valid(data) && json.Valid(data) {
		return data, nil
	}
	return nil, failure{"INVALID_INPUT", "it is no JSON in UTF-8, or of the media type " + kind}
}

func errorBody(err error) object {
	failed := failure{"NEURON_FAILED", err.Error()}
	errors.As(err, &failed)
	code := pb.ErrorCode(pb.ErrorCode_value["ERROR_CODE_"+failed.code])
	value := code.Descriptor().Values().ByNumber(code.Number())
	traits := proto.GetExtension(value.Options(), pb.E_Error).(*pb.ErrorTraits)
	return object{"error": object{"detail": object{"code": code, "message": failed.message, "retryable": traits.Retryable, "effect": traits.Effect}}}
}

func join(host job) *session {
	conn := must(grpc.NewClient(host.Address, grpc.WithTransportCredentials(insecure.NewCredentials())))
	link := must(pb.NewSynapseServiceClient(conn).Connect(context.Background()))
	joined := &session{acts: map[string]string{}, conn: conn, link: link, works: map[string]*work{}, replies: map[string]chan *pb.Signal{}}
	joined.open, joined.end = context.WithCancel(context.Background())
	registered, register := context.WithCancel(context.Background())
	me := "go-" + ulid.Make().String()
	joined.send(object{"hello": object{"versions": []int{1}, "namespace": host.Namespaces[0], "dendriteId": me}})
	joined.limits = must(link.Recv()).GetWelcome().GetLimits()
	for _, neuron := range host.Neurons {
		joined.acts[neuron.Id] = neuron.Act
	}
	joined.reading.Go(func() { joined.readFrames(register) })
	for name := range joined.acts {
		joined.publish(newSignal(name, "CONTROL", object{"register": object{"id": name, "role": "PARTICIPANT_ROLE_NEURON"}}), 0)
	}
	joined.running.Go(func() { joined.beat(me) })
	<-registered.Done()
	return joined
}

func (joined *session) send(frame object) {
	joined.lock.Lock()
	defer joined.lock.Unlock()
	if !joined.isOver {
		joined.link.Send(fill(&pb.ConnectRequest{}, frame))
	}
	joined.isOver = joined.isOver || frame["goodbye"] != nil
}

func (joined *session) publish(made *pb.Signal, attempt uint32) {
	joined.lock.Lock()
	defer joined.lock.Unlock()
	joined.sent++
	notes := []*pb.PublishNote{{Attempt: attempt}}
	publish := &pb.Publish{First: joined.sent, Signals: [][]byte{must(proto.Marshal(made))}, Notes: notes}
	joined.link.Send(&pb.ConnectRequest{Frame: &pb.ConnectRequest_Publish{Publish: publish}})
}

func (joined *session) beat(me string) {
	for joined.open.Err() == nil {
		select {
		case <-time.After(time.Duration(joined.limits.HeartbeatMs) * time.Millisecond / 2):
			joined.publish(newSignal(me, "CONTROL", object{"heartbeat": object{}}), 0)
		case <-joined.open.Done():
		}
	}
}

func (joined *session) readFrames(register func()) {
	for frame, err := joined.link.Recv(); err == nil; frame, err = joined.link.Recv() {
		through, credit := frame.GetReceipts().GetThrough(), frame.GetCredit()
		seen := max(frame.GetReceipts().GetNumber(), credit.GetNumber(), frame.GetLive().GetNumber(), frame.GetGap().GetNumber(), frame.GetDrain().GetNumber())
		for index, data := range frame.GetDeliver().GetSignals() {
			made := &pb.Signal{}
			must(0, proto.Unmarshal(data, made))
			joined.take(made, frame.GetDeliver().Notes[index])
			seen = frame.GetDeliver().First + uint64(index)
		}
		if ping := frame.GetPing(); ping != nil {
			joined.send(object{"pong": object{"token": ping.Token}})
		}
		joined.lock.Lock()
		one := joined.works[credit.GetRequestId()]
		joined.lock.Unlock()
		for count := credit.GetPartials(); one != nil && count > 0; count-- {
			one.room <- struct{}{}
		}
		if through >= uint64(len(joined.acts)) {
			register()
		}
		if seen > 0 {
			joined.send(object{"ack": object{"received": seen}})
		}
	}
}

func (joined *session) take(made *pb.Signal, note *pb.DeliveryNote) {
	joined.lock.Lock()
	defer joined.lock.Unlock()
	switch {
	case note.Reason == pb.DeliveryReason_DELIVERY_REASON_WORK:
		one := &work{session: joined, request: made, note: note, room: make(chan struct{}, 65536)}
		for range joined.limits.PartialWindow {
			one.room <- struct{}{}
		}
		one.running, one.stop = context.WithCancel(joined.open)
		joined.works[made.Id] = one
		joined.running.Go(one.serve)
	case note.Reason == pb.DeliveryReason_DELIVERY_REASON_STOP && joined.works[note.RequestId] != nil:
		joined.works[note.RequestId].stop()
	case joined.replies[made.ParentId] != nil:
		joined.replies[made.ParentId] <- made
		delete(joined.replies, made.ParentId)
	}
}

func (one *work) serve() {
	data, err := one.outcome()
	one.lock.Lock()
	// Once it has its answer, no stop matters.
	delete(one.works, one.request.Id)
	isStopped := one.running.Err() != nil
	one.lock.Unlock()
	one.stop()
	exchange, body := "REPLY", object{"agentOutput": object{"output": object{"data": data}, "parts": one.parts}}
	if isStopped {
		exchange, body = "EVENT", object{"stopped": object{"requestId": one.request.Id}}
	} else if err != nil {
		body = errorBody(err)
	}
	one.publish(one.below(exchange, body), one.note.Attempt)
	if one.request.CloseTrace && !isStopped && err == nil {
		one.publish(newSignal(one.note.Participant, "CONTROL", object{"traceId": one.request.TraceId, "final": object{"status": "FINAL_STATUS_COMPLETED"}}), one.note.Attempt)
	}
}

func (one *work) outcome() ([]byte, error) {
	if one.request.GetTask() == nil {
		return nil, failure{"UNIMPLEMENTED", "it serves a TASK, and nothing else"}
	}
	given, wrong := read(one.request.GetTask().Input, "null")
	about, err := read(one.request.GetTask().Context, "{}")
	if err = errors.Join(wrong, err); err != nil {
		return nil, err
	}
	if !strings.HasPrefix(strings.TrimLeft(string(about), " \t\r\n"), "{") {
		return nil, failure{"INVALID_INPUT", "the context is no object"}
	}
	output, err := one.act(given, about)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(output)
	if err != nil {
		err = failure{"INVALID_OUTPUT", err.Error()}
	}
	return data, err
}

func (one *work) act(given, about json.RawMessage) (any, error) {
	switch one.acts[one.note.Participant] {
	case "ask":
		return one.ask("other", given)
	case "echo":
		return object{"input": given, "context": about}, nil
	case "emit":
		return nil, one.emit(given)
	case "nothing":
		return make(chan int), nil
	case "throw":
		return nil, errors.New(string(given))
	}
	<-one.running.Done() // The act is `wait`.
	return nil, nil
}

func (one *work) emit(given json.RawMessage) error {
	var count int
	json.Unmarshal(given, &count)
	for one.parts < count {
		select {
		case <-one.room:
		case <-one.running.Done():
			return one.running.Err()
		}
		one.parts++
		data, _ := json.Marshal(object{"part": one.parts})
		one.publish(one.below("PARTIAL", object{"agentOutput": object{"output": object{"data": data}, "part": one.parts}}), one.note.Attempt)
	}
	return nil
}

func (one *work) ask(neuron string, input json.RawMessage) (any, error) {
	task := object{"task": object{"input": object{"data": []byte(input)}}, "directed": object{"id": neuron}}
	made, coming := one.below("REQUEST", task), make(chan *pb.Signal, 1)
	made.Timeout = one.note.Remaining
	one.lock.Lock()
	one.replies[made.Id] = coming
	one.lock.Unlock()
	one.publish(made, one.note.Attempt)
	select {
	case reply := <-coming:
		return read(reply.GetAgentOutput().GetOutput(), "null")
	case <-one.running.Done():
		return nil, one.running.Err()
	}
}

func (joined *session) leave() {
	joined.end()
	joined.running.Wait()
	joined.send(object{"goodbye": object{}})
	joined.reading.Wait()
	joined.conn.Close()
}

type job struct {
	Store, Address string
	Namespaces     []string
	Neurons        []struct{ Id, Act string }
}

type command struct {
	Seq           any
	Hello, Stop   *struct{}
	Host, Release *job
}

func main() {
	sessions, out := map[string]*session{}, json.NewEncoder(os.Stdout)
	var one command
	for lines := json.NewDecoder(os.Stdin); one.Stop == nil && lines.Decode(&one) == nil; {
		reply := object{"seq": one.Seq}
		switch {
		case one.Hello != nil:
			reply["hello"] = hello
		case one.Host != nil && one.Host.Neurons != nil:
			sessions[one.Host.Store] = join(*one.Host)
			reply["hosting"] = object{}
		case one.Release != nil && sessions[one.Release.Store] != nil:
			sessions[one.Release.Store].leave()
			reply["done"] = object{}
		case one.Stop != nil:
			reply["done"] = object{}
		default:
			reply["unsupported"] = object{"reason": "it hosts Neurons, and nothing else"}
		}
		out.Encode(reply)
		one = command{Stop: one.Stop}
	}
}
