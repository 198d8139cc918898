// Asks a Neuron once: asker HOST:PORT NEURON JSON. The frames are in the specification, under COS-GRPC.
package main

import (
	"context"
	pb "example.com/asker/gen/cosmonapse/v1"
	"fmt"
	"github.com/oklog/ulid/v2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
	"os"
	"strings"
)

func failed(detail *pb.ErrorDetail) int {
	fmt.Fprintf(os.Stderr, "[%s] %s\n", strings.TrimPrefix(detail.Code.String(), "ERROR_CODE_"), detail.Message)
	options := detail.Code.Descriptor().Values().ByNumber(detail.Code.Number()).Options()
	return int(proto.GetExtension(options, pb.E_Error).(*pb.ErrorTraits).ExitCode)
}

func check[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(4)
	}
	return value
}

func main() {
	plain, me := grpc.WithTransportCredentials(insecure.NewCredentials()), "go-asker"
	link := check(pb.NewSynapseServiceClient(check(grpc.NewClient(os.Args[1], plain))).Connect(context.Background()))
	task := &pb.Signal{
		Id: "evt_" + ulid.Make().String(), TraceId: "trc_" + ulid.Make().String(), Source: me, CloseTrace: true,
		Exchange: pb.Exchange_EXCHANGE_REQUEST, Directed: &pb.Address{Id: os.Args[2]}, CreatedAt: timestamppb.Now(),
		Body: &pb.Signal_Task{Task: &pb.TaskBody{Input: &pb.Content{Data: []byte(os.Args[3])}}},
	}
	hello := &pb.Hello{Versions: []uint32{1}, Namespace: "demo", DendriteId: me}
	link.Send(&pb.ConnectRequest{Frame: &pb.ConnectRequest_Hello{Hello: hello}})
	publish := &pb.Publish{First: 1, Signals: [][]byte{check(proto.Marshal(task))}}
	link.Send(&pb.ConnectRequest{Frame: &pb.ConnectRequest_Publish{Publish: publish}})
	for frame := check(link.Recv()); ; frame = check(link.Recv()) {
		for _, receipt := range frame.GetReceipts().GetReceipts() {
			if receipt.Rejection != nil {
				os.Exit(failed(receipt.Rejection))
			}
		}
		for _, bytes := range frame.GetDeliver().GetSignals() {
			reply := &pb.Signal{}
			check(0, proto.Unmarshal(bytes, reply))
			if reply.GetError() != nil {
				os.Exit(failed(reply.GetError().Detail))
			}
			fmt.Println(string(reply.GetAgentOutput().Output.GetData()))
			link.Send(&pb.ConnectRequest{Frame: &pb.ConnectRequest_Goodbye{Goodbye: &pb.Goodbye{}}})
			return
		}
	}
}
