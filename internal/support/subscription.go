package support

import (
	"context"
	"errors"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// DelegatedAccess is the add-on by which a plan includes the management of
// tenants by others.
const DelegatedAccess = "delegated-access"

// What is asked for of an add-on; with its name, the key of the ticket.
const (
	subscribe   = "subscribe"
	unsubscribe = "unsubscribe"
)

// Subscribe opens a ticket that asks for an add-on, for whoever sets the plan
// of the actor's tenant, where the plan withholds it and none does so already.
func (s *Service) Subscribe(ctx context.Context, by iam.Actor, addon string) error {
	return s.subscription(ctx, by, addon, subscribe)
}

// Unsubscribe does the same for its end, where the plan has it.
func (s *Service) Unsubscribe(ctx context.Context, by iam.Actor, addon string) error {
	return s.subscription(ctx, by, addon, unsubscribe)
}

func (s *Service) subscription(ctx context.Context, by iam.Actor, addon, wish string) error {
	t, err := s.Tenants.Tenant(ctx, by)
	if err != nil {
		return err
	}
	withheld := slices.ContainsFunc(t.Plan.Withheld, func(w iam.Withheld) bool { return w.Addon == addon })
	if withheld != (wish == subscribe) {
		return nil
	}
	_, err = s.insert(ctx, by, "", t.ID, Ticket{Key: wish + ":" + addon, Content: Content{
		Subject: map[string]string{subscribe: "Subscribe to ", unsubscribe: "Unsubscribe from "}[wish] + addon,
		Type:    TypeTask, Topic: TopicPlanTransition, Service: addon, Priority: PriorityNormal}}, nil)
	if iam.Is(err, iam.Exists) {
		return nil
	}
	return err
}

// SolveSubscription solves the ticket, where there is one, by which the actor's
// tenant asks for what has been done: that the plan has an add-on now, or has
// it no more. Denied: only the operator does.
func (s *Service) SolveSubscription(ctx context.Context, by iam.Actor, addon string, has bool) error {
	if !by.IsSystem() {
		return iam.E(iam.Denied, "only the operator says what a tenant has subscribed to")
	}
	key := unsubscribe + ":" + addon
	if has {
		key = subscribe + ":" + addon
	}
	k, err := s.Store.KeyedTicket(ctx, by.Tenant, key)
	if iam.Is(err, iam.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	err = s.change(ctx, by, "", string(k.ID), "solve", iam.WhatTicketSolved, nil, func(k *Ticket) error {
		if k.Key != key {
			return errNotOpen(*k)
		}
		k.Status, k.Key = StatusSolved, ""
		return nil
	})
	if e, ok := errors.AsType[*iam.Error](err); ok && e.Code == iam.ReasonNotOpen {
		return nil // somebody else was faster
	}
	return err
}
