package f5xc

import "github.com/gatehouse-id/gatehouse/internal/api"

type Access interface{}

func (d *dialect) roleOperations() []api.Operation { return nil }
