package conflict

import (
	"app/ent"
	"context"
	"log"

	"github.com/entocc/entocc"
)

func dropped(ctx context.Context, u *ent.User) {
	u.Update().SetName("a").Exec(ctx)     // want `the error of this write is dropped, and a conflict with it`
	_ = u.Update().SetName("b").Exec(ctx) // want `the error of this write is dropped`
	u, _ = u.Update().Save(ctx)           // want `the error of this write is dropped`
	defer u.Delete().Exec(ctx)            // want `the error of this write is dropped`
	go u.Update().Exec(ctx)               // want `the error of this write is dropped`
}

func swallowed(ctx context.Context, u *ent.User) error {
	err := u.Update().SetName("a").Exec(ctx)
	if ent.IsRecordModified(err) { // want `a conflict is taken for success here`
		log.Println("conflict")
		return nil
	}
	if entocc.IsRecordModified(err) { // want `a conflict is taken for success here`
	}
	return err
}

func gone(ctx context.Context, u *ent.User) error {
	_, err := u.Update().SetName("a").Save(ctx)
	if ent.IsNotFound(err) { // want `an update of a row that is gone is taken for success here`
		return nil
	}
	if err := u.Update().Exec(ctx); ent.IsNotFound(err) { // want `an update of a row that is gone is taken for success here`
		return nil
	}
	return err
}

func right(ctx context.Context, c *ent.Client, u *ent.User) error {
	for {
		u = c.User.GetX(ctx, u.ID)
		err := u.Update().SetName("a").Exec(ctx)
		if ent.IsRecordModified(err) {
			continue // It is run again.
		}
		if err != nil {
			return err
		}
		break
	}
	err := u.Delete().Exec(ctx)
	if ent.IsNotFound(err) {
		return nil // The row that was to go is gone.
	}
	if ent.IsRecordModified(err) {
		return entocc.Retry(ctx, func(context.Context) error { return nil })
	}
	u.Update().ExecX(ctx)
	return err
}

func isConflict(err error) (string, bool) {
	if ent.IsRecordModified(err) {
		return "conflict", true
	}
	return "", false
}

func page(err error) *string {
	if ent.IsRecordModified(err) {
		return nil // No error is returned here at all.
	}
	return new(string)
}
