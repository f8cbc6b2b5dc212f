package f5xc

import "github.com/gatehouse-id/gatehouse/internal/api"

func (d *dialect) policyOperations() []api.Operation { return nil }
