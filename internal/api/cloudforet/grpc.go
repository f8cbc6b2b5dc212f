package cloudforet

import (
	"bytes"
	"context"
	"errors"
	"net/http"

	"connectrpc.com/connect"
	"connectrpc.com/grpcreflect"
	"github.com/go-json-experiment/json"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/api/cloudforet/identityv2"
)

// GRPC answers the methods of the dialect over gRPC, and server reflection,
// v1 and v1alpha, which tells clients what they are. It knows no rule: each
// call becomes the HTTP request that says the same, for operations, which is
// the registry that has those of New.
func GRPC(operations http.Handler) http.Handler {
	c := caller{operations}
	mux := http.NewServeMux()
	limit := connect.WithReadMaxBytes(api.DefaultMaxBody)
	mux.Handle(identityv2.NewUserProfileHandler(userProfile{c}, limit))
	mux.Handle(identityv2.NewTokenHandler(token{c}, limit))
	mux.Handle(identityv2.NewDomainHandler(domain{c}, limit))
	mux.Handle(identityv2.NewEndpointHandler(endpoint{c}, limit))
	services := grpcreflect.NewStaticReflector(identityv2.UserProfileName, identityv2.TokenName, identityv2.DomainName, identityv2.EndpointName)
	mux.Handle(grpcreflect.NewHandlerV1(services, limit))
	mux.Handle(grpcreflect.NewHandlerV1Alpha(services, limit))
	return mux
}

// caller calls operations.
type caller struct{ operations http.Handler }

// metadataToken is the key under which a gRPC client sends its access token.
const metadataToken = "token"

// The JSON form of messages is that of the HTTP interface: names as in the
// .proto files.
var (
	toJSON   = protojson.MarshalOptions{UseProtoNames: true}
	fromJSON = protojson.UnmarshalOptions{DiscardUnknown: true} // what JSON tells besides, a client would not see
)

// call performs the operation of a method, given as resource/verb, and puts
// its answer into out.
func call[Out proto.Message](ctx context.Context, c caller, method string, in proto.Message, out Out) (Out, error) {
	body, err := toJSON.Marshal(in)
	if err != nil { // such as a number that is none
		return out, connect.NewError(connect.CodeInvalidArgument, errors.New("the message has no form in JSON"))
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, at(method)[0], bytes.NewReader(body))
	if err != nil {
		return out, err
	}
	r.RequestURI = r.URL.Path
	if info, ok := connect.CallInfoForHandlerContext(ctx); ok {
		if t := info.RequestHeader().Get(metadataToken); t != "" {
			r.Header.Set("Authorization", "Bearer "+t)
		}
	}
	a := &answer{header: http.Header{}}
	c.operations.ServeHTTP(a, r)
	if a.status != http.StatusOK {
		return out, a.failure()
	}
	return out, fromJSON.Unmarshal(a.body.Bytes(), out)
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

type userProfile struct{ caller }

func (u userProfile) Update(ctx context.Context, in *identityv2.UpdateUserProfileRequest) (*identityv2.UserInfo, error) {
	return call(ctx, u.caller, "user-profile/update", in, &identityv2.UserInfo{})
}

func (u userProfile) UpdatePassword(ctx context.Context, in *identityv2.UpdatePasswordUserProfileRequest) (*identityv2.UserInfo, error) {
	return call(ctx, u.caller, "user-profile/update-password", in, &identityv2.UserInfo{})
}

func (u userProfile) VerifyEmail(ctx context.Context, in *identityv2.VerifyEmailRequest) (*emptypb.Empty, error) {
	return call(ctx, u.caller, "user-profile/verify-email", in, &emptypb.Empty{})
}

func (u userProfile) ConfirmEmail(ctx context.Context, in *identityv2.ConfirmEmailRequest) (*identityv2.UserInfo, error) {
	return call(ctx, u.caller, "user-profile/confirm-email", in, &identityv2.UserInfo{})
}

func (u userProfile) ResetPassword(ctx context.Context, in *identityv2.UserPasswordResetRequest) (*emptypb.Empty, error) {
	return call(ctx, u.caller, "user-profile/reset-password", in, &emptypb.Empty{})
}

func (u userProfile) EnableMfa(ctx context.Context, in *identityv2.EnableMFARequest) (*identityv2.UserInfo, error) {
	return call(ctx, u.caller, "user-profile/enable-mfa", in, &identityv2.UserInfo{})
}

func (u userProfile) DisableMfa(ctx context.Context, in *identityv2.DisableMFARequest) (*identityv2.UserInfo, error) {
	return call(ctx, u.caller, "user-profile/disable-mfa", in, &identityv2.UserInfo{})
}

func (u userProfile) ConfirmMfa(ctx context.Context, in *identityv2.ConfirmMFARequest) (*identityv2.UserInfo, error) {
	return call(ctx, u.caller, "user-profile/confirm-mfa", in, &identityv2.UserInfo{})
}

func (u userProfile) Get(ctx context.Context, in *identityv2.UserProfileRequest) (*identityv2.UserInfo, error) {
	return call(ctx, u.caller, "user-profile/get", in, &identityv2.UserInfo{})
}

func (u userProfile) GetWorkspaces(ctx context.Context, in *identityv2.UserProfileRequest) (*identityv2.MyWorkspacesInfo, error) {
	return call(ctx, u.caller, "user-profile/get-workspaces", in, &identityv2.MyWorkspacesInfo{})
}

func (u userProfile) GetWorkspaceGroups(ctx context.Context, in *identityv2.WorkspaceGroupUserProfileRequest) (*identityv2.MyWorkspaceGroupsInfo, error) {
	return call(ctx, u.caller, "user-profile/get-workspace-groups", in, &identityv2.MyWorkspaceGroupsInfo{})
}

type token struct{ caller }

func (t token) Issue(ctx context.Context, in *identityv2.IssueTokenRequest) (*identityv2.TokenInfo, error) {
	return call(ctx, t.caller, "token/issue", in, &identityv2.TokenInfo{})
}

func (t token) Grant(ctx context.Context, in *identityv2.GrantTokenRequest) (*identityv2.GrantTokenInfo, error) {
	return call(ctx, t.caller, "token/grant", in, &identityv2.GrantTokenInfo{})
}

type domain struct{ caller }

func (d domain) GetAuthInfo(ctx context.Context, in *identityv2.GetDomainAuthRequest) (*identityv2.DomainAuthInfo, error) {
	return call(ctx, d.caller, "domain/get-auth-info", in, &identityv2.DomainAuthInfo{})
}

type endpoint struct{ caller }

func (e endpoint) List(ctx context.Context, in *identityv2.EndpointSearchQuery) (*identityv2.EndpointsInfo, error) {
	return call(ctx, e.caller, "endpoint/list", in, &identityv2.EndpointsInfo{})
}
