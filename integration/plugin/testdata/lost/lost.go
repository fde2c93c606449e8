// Package lost has one write that loses updates, for integration/plugin/run.
package lost

import (
	"context"

	"github.com/entocc/entocc/internal/ent"
)

// Rename overwrites what others saved since the caller looked.
func Rename(ctx context.Context, client *ent.Client, id int, name string) error {
	return client.User.UpdateOneID(id).SetName(name).Exec(ctx)
}
