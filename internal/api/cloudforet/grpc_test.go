package cloudforet_test

import (
	"context"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	reflection "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"

	pb "github.com/gatehouse-id/gatehouse/internal/api/cloudforet/identityv2"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/server"
)

const service = "/spaceone.api.identity.v2."

// dial serves the program on a listener of its own, without TLS, and answers a
// connection of Google's gRPC client.
func (s *suite) dial() *grpc.ClientConn {
	s.t.Helper()
	var listen net.ListenConfig
	l, err := listen.Listen(s.t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, s.Handler(), slog.New(slog.DiscardHandler), l) }()
	conn, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		conn.Close()
		stop()
		if err := <-ended; err != nil {
			s.t.Errorf("serve: %v", err)
		}
	})
	return conn
}

// as is a context with an access token, as the vendor's clients send it.
func as(ctx context.Context, token string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, "token", token)
}

// credentials of token.issue.
func credentials(t testing.TB, user, password string) *structpb.Struct {
	t.Helper()
	c, err := structpb.NewStruct(map[string]any{"user_id": user, "password": password})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Everything that a client does, over gRPC: the same as over HTTP, by the
// vendor's names and numbers.
func TestGRPC(t *testing.T) {
	each(t, func(t *testing.T, s *suite) {
		conn, ctx := s.dial(), t.Context()
		invoke := func(ctx context.Context, method string, in, out proto.Message) {
			t.Helper()
			if err := conn.Invoke(ctx, service+method, in, out); err != nil {
				t.Fatalf("%s: %v", method, err)
			}
		}
		var found pb.DomainAuthInfo
		invoke(ctx, "Domain/get_auth_info", &pb.GetDomainAuthRequest{Name: "default"}, &found)
		if found.DomainId != string(s.Tenant.ID) {
			t.Errorf("the domain is %v", &found)
		}
		var services pb.EndpointsInfo
		invoke(ctx, "Endpoint/list", &pb.EndpointSearchQuery{}, &services)
		if len(services.Results) != 1 || services.Results[0].Service != "identity" || services.Results[0].State != pb.EndpointInfo_ACTIVE {
			t.Errorf("services %v", &services)
		}
		var tokens pb.TokenInfo
		invoke(ctx, "Token/issue", &pb.IssueTokenRequest{Credentials: credentials(t, wonny, wonnyPassword), AuthType: pb.IssueTokenRequest_LOCAL,
			DomainId: found.DomainId}, &tokens)
		var granted pb.GrantTokenInfo
		invoke(ctx, "Token/grant", &pb.GrantTokenRequest{GrantType: pb.GrantTokenRequest_REFRESH_TOKEN, Token: tokens.RefreshToken,
			Scope: pb.GrantTokenRequest_USER, Timeout: 600}, &granted)
		if granted.RoleType != pb.GrantTokenInfo_USER || granted.DomainId != found.DomainId {
			t.Errorf("granted %v", &granted)
		}
		me := as(ctx, granted.AccessToken)

		var user pb.UserInfo
		tags, _ := structpb.NewStruct(map[string]any{"team": "platform"})
		invoke(me, "UserProfile/update", &pb.UpdateUserProfileRequest{Name: "원희", Timezone: "Asia/Seoul", Tags: tags}, &user)
		invoke(me, "UserProfile/get", &pb.UserProfileRequest{}, &user)
		want := &pb.UserInfo{UserId: wonny, Name: "원희", State: pb.UserInfo_ENABLED, Email: wonnyEmail, AuthType: pb.AuthType_LOCAL,
			RoleType: pb.UserInfo_USER, Mfa: &pb.MFA{State: pb.MFA_DISABLED}, Language: "en", Timezone: "Asia/Seoul", Tags: tags,
			DomainId: found.DomainId, CreatedAt: user.CreatedAt, LastAccessedAt: user.LastAccessedAt}
		if !proto.Equal(want, &user) {
			t.Errorf("get answers %v, want %v", &user, want)
		}
		invoke(me, "UserProfile/verify_email", &pb.VerifyEmailRequest{}, &emptypb.Empty{})
		invoke(me, "UserProfile/confirm_email", &pb.ConfirmEmailRequest{VerifyCode: s.code(wonnyEmail)}, &user)
		if !user.EmailVerified {
			t.Error("the address is not verified")
		}
		invoke(me, "UserProfile/enable_mfa", &pb.EnableMFARequest{MfaType: "OTP", Options: &structpb.Struct{}}, &user)
		uri := user.Mfa.Options.Fields["otp_qrcode_uri"].GetStringValue()
		invoke(me, "UserProfile/confirm_mfa", &pb.ConfirmMFARequest{VerifyCode: s.otp(uri)}, &user)
		if user.Mfa.State != pb.MFA_ENABLED || user.Mfa.MfaType != "OTP" {
			t.Errorf("mfa %v", user.Mfa)
		}
		s.Clock.Advance(31 * time.Second)
		invoke(ctx, "Token/issue", &pb.IssueTokenRequest{Credentials: credentials(t, wonny, wonnyPassword), AuthType: pb.IssueTokenRequest_MFA,
			VerifyCode: s.otp(uri), DomainId: found.DomainId}, &tokens)
		me = as(ctx, tokens.AccessToken)
		invoke(me, "UserProfile/disable_mfa", &pb.DisableMFARequest{}, &user)
		s.Clock.Advance(31 * time.Second)
		invoke(me, "UserProfile/confirm_mfa", &pb.ConfirmMFARequest{VerifyCode: s.otp(uri)}, &user)
		if user.Mfa.State != pb.MFA_DISABLED {
			t.Errorf("mfa %v", user.Mfa)
		}
		var workspaces pb.MyWorkspacesInfo
		invoke(me, "UserProfile/get_workspaces", &pb.UserProfileRequest{}, &workspaces)
		var groups pb.MyWorkspaceGroupsInfo
		invoke(me, "UserProfile/get_workspace_groups", &pb.WorkspaceGroupUserProfileRequest{}, &groups)
		if workspaces.TotalCount+groups.TotalCount != 0 {
			t.Errorf("workspaces %v, groups %v", &workspaces, &groups)
		}
		invoke(me, "UserProfile/update_password", &pb.UpdatePasswordUserProfileRequest{CurrentPassword: wonnyPassword, NewPassword: "Staple of a river 9"}, &user)
		invoke(ctx, "UserProfile/reset_password", &pb.UserPasswordResetRequest{UserId: "nobody", DomainId: found.DomainId}, &emptypb.Empty{})
		s.signIn(wonny, "Staple of a river 9")
	})
}

// Errors have the vendor's status, and its code in front of the message.
func TestGRPCErrors(t *testing.T) {
	s := start(t, apptest.SQLite(t))
	conn, ctx := s.dial(), t.Context()
	access, refresh := s.signIn(wonny, wonnyPassword)
	issue := func(password string) *pb.IssueTokenRequest {
		return &pb.IssueTokenRequest{Credentials: credentials(t, wonny, password), AuthType: pb.IssueTokenRequest_LOCAL, DomainId: string(s.Tenant.ID)}
	}
	s.enableEmail(access, wonnyEmail)
	for _, tt := range []struct {
		name, method, token string
		in                  proto.Message
		code                codes.Code
		told                string
	}{
		{"nobody", "UserProfile/get", "", &pb.UserProfileRequest{}, codes.Unauthenticated,
			"ERROR_AUTHENTICATE_FAILURE: Authenticate failure. (message = an access token is required)"},
		{"refresh token", "UserProfile/get", refresh, &pb.UserProfileRequest{}, codes.Unauthenticated,
			"ERROR_AUTHENTICATE_FAILURE: Authenticate failure. (message = the token is invalid or has expired)"},
		{"program", "UserProfile/get", s.AdminToken, &pb.UserProfileRequest{}, codes.PermissionDenied, "ERROR_PERMISSION_DENIED: Permission denied."},
		{"wrong password", "Token/issue", "", issue("Wrong 12345"), codes.Unauthenticated,
			`ERROR_AUTHENTICATION_FAILURE: A user "` + wonny + `" is not exist or password is not correct.`},
		{"MFA", "Token/issue", "", issue(wonnyPassword), codes.Internal,
			"ERROR_MFA_REQUIRED: MFA is required. (user_id = w...@cloudforet.io), (mfa_type = EMAIL)"},
		{"empty is absent", "UserProfile/confirm_email", access, &pb.ConfirmEmailRequest{}, codes.InvalidArgument,
			"ERROR_REQUIRED_PARAMETER: Required parameter. (key = verify_code)"},
		{"no auth type", "Token/issue", "", &pb.IssueTokenRequest{Credentials: credentials(t, wonny, "x")}, codes.InvalidArgument,
			"ERROR_REQUIRED_PARAMETER: Required parameter. (key = auth_type)"},
		{"unknown domain", "Domain/get_auth_info", "", &pb.GetDomainAuthRequest{Name: "없다"}, codes.NotFound,
			"ERROR_NOT_FOUND: Resource cannot be found or access is denied. (name = 없다)"},
		{"code", "UserProfile/confirm_email", access, &pb.ConfirmEmailRequest{VerifyCode: "12346"}, codes.InvalidArgument,
			"ERROR_INVALID_VERIFY_CODE: Invalid verify code. (verify_code = 12346)"},
	} {
		c := ctx
		if tt.token != "" {
			c = as(ctx, tt.token)
		}
		err := conn.Invoke(c, service+tt.method, tt.in, &emptypb.Empty{})
		if got := status.Convert(err); got.Code() != tt.code || got.Message() != tt.told {
			t.Errorf("%s: %v %q, want %v %q", tt.name, got.Code(), got.Message(), tt.code, tt.told)
		}
	}
	for _, method := range []string{"/spaceone.api.identity.v2.UserProfile/nothing", "/spaceone.api.identity.v2.User/list", "/grpc.health.v1.Health/Check"} {
		if err := conn.Invoke(as(ctx, access), method, &emptypb.Empty{}, &emptypb.Empty{}); status.Code(err) != codes.Unimplemented {
			t.Errorf("%s: %v", method, err)
		}
	}
	long := &pb.UpdateUserProfileRequest{Name: strings.Repeat("x", 2<<20)}
	if err := conn.Invoke(as(ctx, access), service+"UserProfile/update", long, &pb.UserInfo{}); status.Code(err) != codes.ResourceExhausted {
		t.Errorf("a message of 2 MiB: %v", err)
	}
}

// A client that knows nothing but the reflection calls a method, as cfctl (of
// v1alpha, whose messages are those of v1) and spacectl do.
func TestReflection(t *testing.T) {
	s := start(t, apptest.SQLite(t))
	conn := s.dial()
	access, _ := s.signIn(wonny, wonnyPassword)
	for _, version := range []string{"v1", "v1alpha"} {
		stream, err := conn.NewStream(t.Context(), &grpc.StreamDesc{ClientStreams: true, ServerStreams: true},
			"/grpc.reflection."+version+".ServerReflection/ServerReflectionInfo")
		if err != nil {
			t.Fatal(err)
		}
		// One question after the other on a stream that stays open: answers
		// have to come at once.
		ask := func(r *reflection.ServerReflectionRequest) *reflection.ServerReflectionResponse {
			t.Helper()
			var answer reflection.ServerReflectionResponse
			if err := stream.SendMsg(r); err != nil {
				t.Fatal(err)
			}
			if err := stream.RecvMsg(&answer); err != nil {
				t.Fatal(err)
			}
			return &answer
		}
		var names []string
		listed := ask(&reflection.ServerReflectionRequest{MessageRequest: &reflection.ServerReflectionRequest_ListServices{}})
		for _, l := range listed.GetListServicesResponse().GetService() {
			names = append(names, l.Name)
		}
		slices.Sort(names)
		want := []string{"spaceone.api.identity.v2.Domain", "spaceone.api.identity.v2.Endpoint", "spaceone.api.identity.v2.Token",
			"spaceone.api.identity.v2.UserProfile"}
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("services (-want +got):\n%s", diff)
		}

		files := &descriptorpb.FileDescriptorSet{}
		seen := map[string]bool{}
		take := func(answer *reflection.ServerReflectionResponse) {
			t.Helper()
			for _, raw := range answer.GetFileDescriptorResponse().GetFileDescriptorProto() {
				var f descriptorpb.FileDescriptorProto
				if err := proto.Unmarshal(raw, &f); err != nil {
					t.Fatal(err)
				}
				if !seen[f.GetName()] {
					seen[f.GetName()] = true
					files.File = append(files.File, &f)
				}
			}
		}
		take(ask(&reflection.ServerReflectionRequest{MessageRequest: &reflection.ServerReflectionRequest_FileContainingSymbol{
			FileContainingSymbol: "spaceone.api.identity.v2.UserProfile"}}))
		for i := 0; i < len(files.File); i++ {
			for _, dependency := range files.File[i].Dependency {
				if !seen[dependency] {
					take(ask(&reflection.ServerReflectionRequest{MessageRequest: &reflection.ServerReflectionRequest_FileByFilename{FileByFilename: dependency}}))
				}
			}
		}
		registry, err := protodesc.FileOptions{}.NewFiles(files) // nothing comes from this program's own
		if err != nil {
			t.Fatal(err)
		}
		m := methodOf(t, registry, "spaceone.api.identity.v2.UserProfile", "get")
		out := dynamicpb.NewMessage(m.Output())
		if err := conn.Invoke(as(t.Context(), access), service+"UserProfile/get", dynamicpb.NewMessage(m.Input()), out); err != nil {
			t.Fatal(err)
		}
		if id := out.Get(m.Output().Fields().ByName("user_id")).String(); id != wonny {
			t.Errorf("the user is %q", id)
		}
	}
}

func methodOf(t *testing.T, files *protoregistry.Files, service, method string) protoreflect.MethodDescriptor {
	t.Helper()
	d, err := files.FindDescriptorByName(protoreflect.FullName(service))
	if err != nil {
		t.Fatal(err)
	}
	m := d.(protoreflect.ServiceDescriptor).Methods().ByName(protoreflect.Name(method))
	if m == nil {
		t.Fatalf("no method %s", method)
	}
	return m
}

// Every member that an answer has over HTTP is one of its message: no client
// over gRPC misses anything.
func TestMessagesHaveEverything(t *testing.T) {
	s := start(t, apptest.SQLite(t))
	w := openWorkplace(t, s)
	w.bind(s.Admin, w.owner, "a")
	w.bind(s.Admin, w.owner, iam.GroupScope(w.group.ID))
	access, refresh := s.signIn("admin", apptest.AdminPassword)
	strict := protojson.UnmarshalOptions{}
	for method, tt := range map[string]struct {
		body string
		out  proto.Message
	}{
		"user-profile/get":                  {"{}", &pb.UserInfo{}},
		"user-profile/get-workspaces":       {"{}", &pb.MyWorkspacesInfo{}},
		"user-profile/get-workspace-groups": {"{}", &pb.MyWorkspaceGroupsInfo{}},
		"user-profile/enable-mfa":           {`{"mfa_type":"OTP"}`, &pb.UserInfo{}},
		"domain/get-auth-info":              {`{"name":"default"}`, &pb.DomainAuthInfo{}},
		"endpoint/list":                     {"{}", &pb.EndpointsInfo{}},
		"token/grant":                       {`{"grant_type":"REFRESH_TOKEN","scope":"DOMAIN","token":"` + refresh + `"}`, &pb.GrantTokenInfo{}},
	} {
		a := s.Do(t, "POST", "/identity/"+method, access, tt.body)
		if err := strict.Unmarshal([]byte(a.Body), tt.out); err != nil || a.Status != 200 {
			t.Errorf("%s: %d %s: %v", method, a.Status, a.Body, err)
		}
	}
}
