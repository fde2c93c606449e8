package version

// Trigger is the strategy of mixin.TriggerVersion: an int64 that a trigger of the database bumps, by whatever rule. The
// statement writes old + 1 anyway, so a save bumps the version even if the trigger was dropped, and a trigger that only
// handles writers that forget the version, like those of package trigger, has nothing to do.
type Trigger struct{ Counter }

// ByTrigger reports true.
func (Trigger) ByTrigger() bool { return true }
