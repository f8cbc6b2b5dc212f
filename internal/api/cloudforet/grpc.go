package cloudforet

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"unicode"

	"connectrpc.com/connect"
	"connectrpc.com/grpcreflect"
	"github.com/go-json-experiment/json"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/api/cloudforet/identityv2"
)

// services are the files of the services that are answered over gRPC.
var services = []protoreflect.FileDescriptor{
	identityv2.File_spaceone_api_identity_v2_user_profile_proto,
	identityv2.File_spaceone_api_identity_v2_token_proto,
	identityv2.File_spaceone_api_identity_v2_domain_proto,
	identityv2.File_spaceone_api_identity_v2_endpoint_proto,
}

// GRPC answers the methods of the dialect over gRPC, and server reflection,
// v1 and v1alpha, which tells clients what they are. It knows no rule, and no
// method by name: each call of what the .proto files declare becomes the HTTP
// request that says the same, for operations, which is the registry that has
// those of New.
func GRPC(operations http.Handler) http.Handler {
	mux := http.NewServeMux()
	limit := connect.WithReadMaxBytes(api.DefaultMaxBody)
	var names []string
	for _, file := range services {
		for i := range file.Services().Len() {
			service := file.Services().Get(i)
			names = append(names, string(service.FullName()))
			for j := range service.Methods().Len() {
				mux.Handle(procedure(operations, service.Methods().Get(j), limit))
			}
		}
	}
	reflector := grpcreflect.NewStaticReflector(names...)
	mux.Handle(grpcreflect.NewHandlerV1(reflector, limit))
	mux.Handle(grpcreflect.NewHandlerV1Alpha(reflector, limit))
	return mux
}

// procedure answers one method, at its path.
func procedure(operations http.Handler, m protoreflect.MethodDescriptor, limit connect.HandlerOption) (string, http.Handler) {
	path := "/" + string(m.Parent().FullName()) + "/" + string(m.Name())
	asInput := connect.WithRequestInitializer(func(_ connect.Spec, message any) error {
		if in, ok := message.(*dynamicpb.Message); ok {
			*in = *dynamicpb.NewMessage(m.Input())
		}
		return nil
	})
	return path, connect.NewUnaryHandler(path, func(ctx context.Context, in *connect.Request[dynamicpb.Message]) (*connect.Response[dynamicpb.Message], error) {
		out := dynamicpb.NewMessage(m.Output())
		err := call(ctx, operations, operationOf(m), in.Header().Get(metadataToken), in.Msg, out)
		return connect.NewResponse(out), err
	}, connect.WithSchema(m), asInput, limit)
}

// operationOf is the operation of a method, given as resource/verb:
// UserProfile.enable_mfa is user-profile/enable-mfa.
func operationOf(m protoreflect.MethodDescriptor) string {
	var resource strings.Builder
	for i, r := range string(m.Parent().Name()) {
		if i > 0 && unicode.IsUpper(r) {
			resource.WriteByte('-')
		}
		resource.WriteRune(unicode.ToLower(r))
	}
	return resource.String() + "/" + strings.ReplaceAll(string(m.Name()), "_", "-")
}

// metadataToken is the key under which a gRPC client sends its access token.
const metadataToken = "token"

// The JSON form of messages is that of the HTTP interface: names as in the
// .proto files.
var (
	toJSON   = protojson.MarshalOptions{UseProtoNames: true}
	fromJSON = protojson.UnmarshalOptions{DiscardUnknown: true} // what JSON tells besides, a client would not see
)

// call performs an operation, given as resource/verb, with an access token if
// any, and puts its answer into out.
func call(ctx context.Context, operations http.Handler, operation, token string, in, out proto.Message) error {
	body, err := toJSON.Marshal(in)
	if err != nil { // such as a number that is none
		return connect.NewError(connect.CodeInvalidArgument, errors.New("the message has no form in JSON"))
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, at(operation)[0], bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.RequestURI = r.URL.Path
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	a := &answer{header: http.Header{}}
	operations.ServeHTTP(a, r)
	if a.status != http.StatusOK {
		return a.failure()
	}
	return fromJSON.Unmarshal(a.body.Bytes(), out)
}

// answer is what an operation says to an HTTP client.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) { a.status = status }

func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

// failure tells an error as the vendor does over gRPC: by status, and with the
// code in front of the message.
func (a *answer) failure() error {
	var f failure
	if err := json.Unmarshal(a.body.Bytes(), &f); err != nil {
		return connect.NewError(connect.CodeInternal, errors.New(string(errUnknown)+": internal error"))
	}
	known, ok := vendorErrors[f.Detail.Code]
	if !ok {
		known = vendorErrors[errUnknown]
	}
	return connect.NewError(known.status, errors.New(string(f.Detail.Code)+": "+f.Detail.Message))
}
