// The harness of a codec made by protoc-gen-go. It obeys, and knows of no case.
package main

import (
	"encoding/json"
	"os"

	_ "example.com/harness/gen/cosmonapse/v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

type object = map[string]any

type job struct {
	Message string
	Bytes   []byte
}

var hello = object{"control": "1", "name": "protobuf-go", "version": "1.36.10", "language": "Go",
	"roles": []string{"codec"}, "features": []string{"utf8"}}

func transcode(one job) object {
	kind, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(one.Message))
	if err != nil {
		return object{"harnessError": object{"message": err.Error()}}
	}
	message := kind.New().Interface()
	if err := proto.Unmarshal(one.Bytes, message); err != nil {
		return object{"refusal": object{"code": "MALFORMED", "message": err.Error()}}
	}
	bytes, _ := proto.Marshal(message)
	return object{"transcoded": object{"bytes": bytes}}
}

func main() {
	for in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout); ; {
		var command struct {
			Seq         any
			Hello, Stop *struct{}
			Transcode   *job
		}
		if in.Decode(&command) != nil {
			return
		}
		reply := object{"unsupported": object{"reason": "this is a codec, and nothing else"}}
		if command.Hello != nil {
			reply = object{"hello": hello}
		} else if command.Transcode != nil {
			reply = transcode(*command.Transcode)
		} else if command.Stop != nil {
			reply = object{"done": object{}}
		}
		reply["seq"] = command.Seq
		if out.Encode(reply) != nil || command.Stop != nil {
			return
		}
	}
}
