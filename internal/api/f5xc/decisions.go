package f5xc

import "github.com/gatehouse-id/gatehouse/internal/api"

func (d *dialect) decisionOperations() []api.Operation { return nil }
