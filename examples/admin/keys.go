package main

import (
	"context"
	"crypto/rand"
	"sync"
	"time"

	"github.com/entocc/entocc/examples/admin/ent"
	"github.com/entocc/entocc/examples/admin/ent/formkey"
	"github.com/entocc/entocc/occhttp"
)

// keys sign the state of forms. They are in the database, one a month: an open form outlives a restart, and any replica
// accepts it. A form older than keysKept is shown again beside what is stored now; what was typed into it is not lost.
type keys struct {
	client *ent.Client

	mu     sync.Mutex
	signer *occhttp.Signer
	until  time.Time
}

const keysKept = 6

// current returns the signer of this hour. The key of the next month is made ahead of time, so that every replica knows
// it when the month begins.
func (k *keys) current(ctx context.Context) (*occhttp.Signer, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now().UTC()
	if k.signer != nil && now.Before(k.until) {
		return k.signer, nil
	}
	this := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	next := this.AddDate(0, 1, 0)
	for _, month := range []time.Time{this, next} {
		if err := k.make(ctx, month.Format("2006-01")); err != nil {
			return nil, err
		}
	}
	stored, err := k.client.FormKey.Query().Order(formkey.ByID()).All(ctx)
	if err != nil {
		return nil, err
	}
	var current occhttp.Key
	var others []occhttp.Key
	for _, key := range stored[max(0, len(stored)-keysKept):] {
		if signs := (occhttp.Key{ID: key.ID, Secret: key.Secret}); key.ID == this.Format("2006-01") {
			current = signs
		} else {
			others = append(others, signs)
		}
	}
	k.signer, err = occhttp.NewSigner(current, others...)
	k.until = now.Add(time.Hour)
	if next.Before(k.until) {
		k.until = next
	}
	return k.signer, err
}

// make makes the key of a month if there is none. If two replicas do so at once, the second finds the key of the first.
func (k *keys) make(ctx context.Context, id string) error {
	there, err := k.client.FormKey.Query().Where(formkey.ID(id)).Exist(ctx)
	if err != nil || there {
		return err
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	err = k.client.FormKey.Create().SetID(id).SetSecret(secret).Exec(ctx)
	if ent.IsConstraintError(err) {
		return nil
	}
	return err
}
