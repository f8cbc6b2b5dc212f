package fess

import (
	"context"
	"net/http"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/api"
)

// healthPatience is less than the five seconds that fessctl waits.
const healthPatience = 2 * time.Second

// healthV1 is how servers before 15.7 tell their health: as the colour of the
// search engine's cluster, which is green or red here.
type healthV1 struct {
	Data struct {
		Status   string `json:"status"`
		TimedOut bool   `json:"timed_out"`
	} `json:"data"`
}

// HTTPStatus is 503 while the server is not ready.
func (h healthV1) HTTPStatus() int { return healthStatus(h.Data.Status == "green") }

// healthV2 is how servers since 15.7 do; what is wrong stands under error.
type healthV2 struct {
	Response struct {
		Status  int          `json:"status"`
		Engine  *engine      `json:"engine,omitzero"`
		Error   *engineFault `json:"error,omitzero"`
		Version string       `json:"version"`
	} `json:"response"`
}

type engine struct {
	Status     string `json:"status"`
	PingStatus int    `json:"ping_status"`
}

type engineFault struct {
	Message string `json:"message"`
	Details struct {
		Engine engine `json:"engine"`
	} `json:"details"`
}

// HTTPStatus is 503 while the server is not ready.
func (h healthV2) HTTPStatus() int { return healthStatus(h.Response.Error == nil) }

func healthStatus(ready bool) int {
	if ready {
		return http.StatusOK
	}
	return http.StatusServiceUnavailable
}

// health is what "fessctl ping" asks for: the newer path when it is told that
// the server is 15.7 or later, the older one otherwise.
func (d *dialect) health() []api.Operation {
	return []api.Operation{
		api.Handle(api.Op{
			ID: "health.v1", Methods: []string{http.MethodGet}, Paths: []string{"/api/v1/health"}, Access: api.Public(),
			Tag: "health", Summary: "Health of the server, as Fess before 15.7 tells it", ResponseExample: greenV1(),
		}, func(ctx context.Context, _ *api.Call, _ struct{}) (healthV1, error) {
			h := greenV1()
			if !d.ready(ctx) {
				h.Data.Status = "red"
			}
			return h, nil
		}),
		api.Handle(api.Op{
			ID: "health.v2", Methods: []string{http.MethodGet}, Paths: []string{"/api/v2/health"}, Access: api.Public(),
			Tag: "health", Summary: "Health of the server, as Fess since 15.7 tells it", ResponseExample: greenV2(),
		}, func(ctx context.Context, _ *api.Call, _ struct{}) (healthV2, error) {
			if d.ready(ctx) {
				return greenV2(), nil
			}
			return redV2(), nil
		}),
	}
}

func (d *dialect) ready(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, healthPatience)
	defer cancel()
	return d.Ready(ctx) == nil
}

func greenV1() (h healthV1) {
	h.Data.Status = "green"
	return h
}

func greenV2() (h healthV2) {
	h.Response.Status, h.Response.Engine, h.Response.Version = statusOK, &engine{Status: "GREEN"}, version
	return h
}

func redV2() (h healthV2) {
	fault := &engineFault{Message: "the database cannot be used"}
	fault.Details.Engine = engine{Status: "RED", PingStatus: 1}
	h.Response.Status, h.Response.Error, h.Response.Version = statusFailed, fault, version
	return h
}
