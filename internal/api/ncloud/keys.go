package ncloud

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// accessKey is an access key without its secret.
type accessKey struct {
	AccessKey  string `json:"accessKey"`
	Active     bool   `json:"active"`
	CreateTime string `json:"createTime"`
}

// newAccessKey is an access key when it is made.
type newAccessKey struct {
	AccessKey  string `json:"accessKey"`
	KeySecret  string `json:"keySecret" doc:"Shown this once."`
	CreateTime string `json:"createTime"`
}

type keyForm struct {
	AccessKey string `json:"accessKey"`
	Active    *flag  `json:"active,omitzero"`
}

func (d *dialect) keyOperations() []api.Operation {
	const path = "/sub-accounts/{id}/access-keys"
	example := accessKey{"ncp_iam_BPAMKR2m0Ktcu8wYb5Zt1Fh6QdXoJsVpE4nCyTAR", true, "2019-08-10T13:21:00Z"}
	return []api.Operation{
		api.Handle(api.Op{
			ID: "key.list", Methods: []string{http.MethodGet}, Paths: at(path), Access: api.Requires(iam.UsersRead),
			Tag: "Access key", Summary: "List the access keys of a sub account", Errors: []iam.Kind{iam.NotFound},
			ResponseExample: []accessKey{example},
		}, d.listKeys),
		api.Handle(api.Op{
			ID: "key.create", Methods: []string{http.MethodPost}, Paths: at(path), Access: api.Requires(iam.UsersPassword),
			Tag: "Access key", Summary: "Make an access key for a sub account, which may have two", Errors: []iam.Kind{iam.NotFound, iam.Precondition},
			ResponseExample: newAccessKey{example.AccessKey, "…", example.CreateTime},
		}, d.createKey),
		api.Handle(api.Op{
			ID: "key.update", Methods: []string{http.MethodPut}, Paths: at(path), Access: api.Requires(iam.UsersPassword),
			Tag: "Access key", Summary: "Switch an access key on or off", Errors: []iam.Kind{iam.NotFound},
			RequestExample: keyForm{example.AccessKey, new(flag(false))}, ResponseExample: done,
		}, d.updateKey),
		api.Handle(api.Op{
			ID: "key.delete", Methods: []string{http.MethodDelete}, Paths: at(path), Access: api.Requires(iam.UsersPassword),
			Tag: "Access key", Summary: "Delete an access key that the body names", Errors: []iam.Kind{iam.NotFound},
			RequestExample: keyForm{AccessKey: example.AccessKey}, ResponseExample: done,
		}, d.deleteKey),
		// Earlier versions of the vendor's Terraform provider name it in the path.
		api.Handle(api.Op{
			ID: "key.delete-by-path", Methods: []string{http.MethodDelete}, Paths: at(path + "/{key}"), Access: api.Requires(iam.UsersPassword),
			Tag: "Access key", Summary: "Delete an access key", Errors: []iam.Kind{iam.NotFound}, ResponseExample: done,
		}, d.deleteKeyByPath),
	}
}

func (d *dialect) listKeys(ctx context.Context, c *api.Call, in byID) ([]accessKey, error) {
	u, err := d.account(ctx, c.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	keys, err := d.Authn.AccessKeys(ctx, c.Actor, u.ID, iam.Page{})
	if err != nil {
		return nil, err
	}
	shown := make([]accessKey, len(keys.Items))
	for i, k := range keys.Items {
		shown[i] = accessKey{string(k.ID), k.Active, stamp(k.Created)}
	}
	return shown, nil
}

func (d *dialect) createKey(ctx context.Context, c *api.Call, in byID) (newAccessKey, error) {
	secret, k, err := d.Authn.CreateAccessKey(ctx, c.Actor, iam.UserID(in.ID), nil)
	return newAccessKey{string(k.ID), secret, stamp(k.Created)}, err
}

func (d *dialect) updateKey(ctx context.Context, c *api.Call, in struct {
	byID
	Body keyForm `body:"required"`
}) (result, error) {
	var check iam.Checker
	if in.Body.AccessKey == "" {
		check.Add("accessKey", iam.ReasonRequired, "accessKey is required")
	}
	if in.Body.Active == nil {
		check.Add("active", iam.ReasonRequired, "active is required")
	}
	if err := check.Err(); err != nil {
		return result{}, err
	}
	u, err := d.account(ctx, c.Actor, in.ID)
	if err != nil {
		return result{}, err
	}
	active := bool(*in.Body.Active)
	_, err = d.Authn.UpdateAccessKey(ctx, c.Actor, u.ID, iam.AccessKeyID(in.Body.AccessKey), authn.AccessKeyChange{Active: &active})
	return done, missing(err, reasonNoKey)
}

func (d *dialect) deleteKey(ctx context.Context, c *api.Call, in struct {
	byID
	Body keyForm `body:"required"`
}) (result, error) {
	return d.removeKey(ctx, c.Actor, in.ID, in.Body.AccessKey)
}

func (d *dialect) deleteKeyByPath(ctx context.Context, c *api.Call, in struct {
	byID
	Key string `path:"key"`
}) (result, error) {
	return d.removeKey(ctx, c.Actor, in.ID, in.Key)
}

func (d *dialect) removeKey(ctx context.Context, by iam.Actor, id, key string) (result, error) {
	if key == "" {
		var check iam.Checker
		check.Add("accessKey", iam.ReasonRequired, "accessKey is required")
		return result{}, check.Err()
	}
	u, err := d.account(ctx, by, id)
	if err != nil {
		return result{}, err
	}
	return done, missing(d.Authn.DeleteAccessKey(ctx, by, u.ID, iam.AccessKeyID(key)), reasonNoKey)
}
