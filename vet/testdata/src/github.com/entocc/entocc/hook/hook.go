package hook

func Disable() func() { return nil }

func OnModified(resolver func()) func() { return nil }
func Merge() func()                     { return nil }
