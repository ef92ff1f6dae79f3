package container

import (
	"time"

	timetypes "github.com/docker/docker/api/types/time"
)

// timestamp turns a duration before now or a date into seconds.
func timestamp(v string, now time.Time) (string, error) { return timetypes.GetTimestamp(v, now) }
